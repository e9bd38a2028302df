# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# lsm-storm.sh OPERATIONS [touch]: so many forbidden operations by many processes at
# once, with little memory. With "touch" everything that root may touch by accident
# is touched meanwhile: tracers, kprobes and their filters, and processors that come
# and go.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

operations=${1:-100000} touching=$2

# switches PERIOD: all of them, one after the other, for ever
switches()
{
	C=/sys/devices/system/cpu/cpu1/online
	while :; do
		for tracer in function function_graph nop; do
			echo 'security_*' >"$T"/set_ftrace_filter
			echo $tracer >"$T"/current_tracer
			sleep 1
			echo 0 >"$T"/tracing_on
			echo 'security_file_open' >"$T"/set_ftrace_notrace
			echo 1 >"$T"/tracing_on
			echo $$ >"$T"/set_ftrace_pid
			usleep 300000
			echo >"$T"/set_ftrace_pid
			echo >"$T"/set_ftrace_notrace
		done
		echo nop >"$T"/current_tracer
		echo >"$T"/set_ftrace_filter
		echo 'p:sphere_test security_file_open' >"$T"/kprobe_events
		echo 1 >"$T"/events/kprobes/sphere_test/enable
		usleep 300000
		echo 0 >/sys/kernel/debug/kprobes/enabled
		usleep 300000
		echo 1 >/sys/kernel/debug/kprobes/enabled
		echo 0 >"$T"/events/kprobes/sphere_test/enable
		echo >"$T"/kprobe_events
		echo 0 >/proc/sys/kernel/ftrace_enabled
		echo 1 >/proc/sys/kernel/ftrace_enabled
		if [ -e $C ]; then
			echo 0 >$C
			usleep 500000
			echo 1 >$C
		fi
		echo round >>/tmp/rounds
	done >/dev/null 2>&1
}

load_lsm
: >/tmp/rounds
[ -z "$touching" ] || { switches & switching=$!; }
soak=$operations taps "T30" /tests/sphere_lsm_storm_test
if [ -n "$touching" ]; then
	kill "$switching"
	wait "$switching" 2>/dev/null
	echo nop >"$T"/current_tracer
	echo >"$T"/set_ftrace_filter
	note "every switch was touched $(wc -l </tmp/rounds) times"
	try "the switches were touched while it ran" test -s /tmp/rounds
fi
equal "no call was missed" "$(grep ' missed ' "$S"/hooks | grep -cv ' missed 0$')" 0
equal "calls still arrive" "$(status_of broken)" no
tap_end
