# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2034
#
# Helpers for the tests with messages to the real-time cores.

. /guest/tap.sh
. /guest/lib.sh

CTL=0x3f000000
TRAFFIC=/tests/azspio_traffic_test
# what runs on the cores, and two applications
CORE0=11111111-2222-3333-4444-555555555500
CORE1=11111111-2222-3333-4444-555555555501
APP1=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01
APP2=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee02
MODULES="sphere_authority mt3620-mailbox mt3620-rtcore af_azspio"

# id CORE
id() { if [ "$1" = 0 ]; then echo $CORE0; else echo $CORE1; fi; }

# core CORE: the directory of its link
core()
{
	for core_d in "$DRV"/mt3620-rtcore/*/core; do
		[ "$(cat "$core_d" 2>/dev/null)" = "$1" ] && echo "${core_d%/core}" && return
	done
	return 1
}

# rproc CORE: its directory of remoteproc
rproc()
{
	for rproc_d in /sys/class/remoteproc/remoteproc*; do
		[ "$(cat "$rproc_d/name" 2>/dev/null)" = "rt-core$1" ] && echo "$rproc_d" && return
	done
	return 1
}

state() { cat "$(core "$1")/state"; }
state_is() { [ "$(state "$1")" = "$2" ]; }
stat_of() { cat "$(core "$1")/statistics/$2"; }

load_modules()
{
	for m in $MODULES; do
		insmod "$M/$m.ko" || return 1
	done
	wait_until 5 core 0 && wait_until 5 core 1
}

unload_modules()
{
	for m in $(echo "$MODULES" | tr ' -' '\n_' | sed '1!G;h;$!d'); do
		rmmod "$m" || return 1
	done
}

# stop_core CORE
stop_core()
{
	[ "$(cat "$(rproc "$1")/state")" = offline ] || echo stop >"$(rproc "$1")/state"
}

# start_core CORE [PROGRAM]: who it is, whom it may talk to, and what it runs
start_core()
{
	id "$1" >"$(core "$1")/component" &&
	echo "$APP1 $APP2" >"$(core "$1")/partners" || return 1
	[ -z "${2:-}" ] || echo "$2.elf" >"$(rproc "$1")/firmware" || return 1
	echo start >"$(rproc "$1")/state" &&
	wait_until 5 state_is "$1" active
}

# run_core CORE PROGRAM
run_core() { stop_core "$1" && start_core "$1" "$2"; }

# panel CORE WORD [VALUE]: a switch or gauge of the core's program
panel()
{
	case $2 in
	mode) panel_at=0 ;; arg) panel_at=4 ;; program) panel_at=8 ;; starts) panel_at=12 ;;
	opened) panel_at=16 ;; received) panel_at=20 ;; sent) panel_at=24 ;; corrupt) panel_at=28 ;;
	acts) panel_at=32 ;; waits) panel_at=36 ;; lost) panel_at=40 ;; wrong) panel_at=44 ;;
	esac
	if [ $# = 3 ]; then
		devmem $((0x3f140000 + 0x100000 * $1 + panel_at)) 32 "$3"
	else
		printf '%d\n' "$(devmem $((0x3f140000 + 0x100000 * $1 + panel_at)) 32)"
	fi
}
panel_at_least() { [ "$(panel "$1" "$2")" -ge "$3" ]; }

# traffic CORE APP ARGUMENTS...
traffic()
{
	traffic_core=$1 traffic_app=$2
	shift 2
	$TRAFFIC --peer "$(id "$traffic_core")" --own "$traffic_app" "$@"
}

# at_once NAME... : each NAME is a file /tmp/job-NAME with the arguments of
# traffic; all run at the same time, each must end well
at_once()
{
	at_once_pids=
	for at_once_n in "$@"; do
		# shellcheck disable=SC2046 # words are what is wanted
		traffic $(cat "/tmp/job-$at_once_n") >"/tmp/out-$at_once_n" 2>&1 &
		at_once_pids="$at_once_pids $!"
	done
	at_once_bad=0
	for at_once_p in $at_once_pids; do
		wait "$at_once_p" || at_once_bad=$((at_once_bad + 1))
	done
	for at_once_n in "$@"; do
		note "$at_once_n: $(tr '\n' ' ' <"/tmp/out-$at_once_n")"
	done
	[ $at_once_bad = 0 ]
}
job() { job_name=$1; shift; echo "$*" >"/tmp/job-$job_name"; }
