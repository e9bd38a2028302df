# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# What sphere_lsm costs as a module, in instructions: one takes one nanosecond of
# the board's time (--icount 0). Each call is measured on the kernel as it comes,
# with callbacks of the tracer that do nothing, with the module, and confined.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh
. /guest/bench-lsm-lib.sh

# the security layer's functions that these calls reach, each once; open and close
# reach security_file_open, map reaches two
HOOKS=security_file_open,security_inode_getattr,security_mmap_file,security_mmap_addr
HOOKS=$HOOKS,security_task_kill,security_task_getscheduler,security_socket_connect
HOOKS=$HOOKS,security_task_alloc,security_task_free

measure once
measure none

try "callbacks that do nothing are attached" insmod "$M/empty-hooks.ko" "functions=$HOOKS"
measure empty
try "and let go" rmmod empty_hooks

load_lsm
measure idle

for probe in sphere_policy_read sphere_app_build; do
	echo "p:sphere/${probe}_in sphere_lsm:$probe" >>"$T"/kprobe_events
	echo "r:sphere/${probe}_out sphere_lsm:$probe" >>"$T"/kprobe_events
done
try "reading a policy and building its tables can be timed" sh -c "echo 1 >$T/events/sphere/enable"
: >"$T"/trace
measure_confined
echo 0 >"$T"/events/sphere/enable
cp "$T"/trace /tmp/trace
echo >"$T"/kprobe_events
measure free

note "instructions of the A7 per call"
note "$(printf '%-10s %9s %9s %9s %9s %9s' call without empty idle loaded confined)"
for op in $OPS; do
	note "$(printf '%-10s %9d %+9d %+9d %+9d %+9d' "$op" "$(of none "$op")" $(($(of empty "$op") - $(of none "$op"))) \
		$(($(of idle "$op") - $(of none "$op"))) $(($(of free "$op") - $(of none "$op"))) $(($(of conf "$op") - $(of none "$op"))))"
done
note "without: as Debian's kernel comes; empty: callbacks that do nothing on the same functions"
note "idle: the module, no policy; loaded: with policies, a task that has none; confined: a task under one"

# span FUNCTION N: what the Nth call of it took, in the board's nanoseconds
span()
{
	awk -v f="$1" -v n="$2" '
		$0 ~ f"_in:"  { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) t = $i; sub(":", "", t) }
		$0 ~ f"_out:" { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) u = $i; sub(":", "", u)
				if (++k == n) printf "%d\n", (u - t) * 1000000000 }' /tmp/trace
}
read_full=$(span sphere_policy_read 3) build_full=$(span sphere_app_build 3)
note "the policy with every capability, $(sed -n 's/^# cost policy_bytes //p' /tmp/bench) bytes"
note "  read $read_full, tables $build_full, within the microsecond of the tracer's clock"
size=$(sed -n 's/^size //p' "$S/apps/000000a3-0000-0000-0000-000000000000/manifest")
typical=$(sed -n 's/^size //p' "$S/apps/000000a1-0000-0000-0000-000000000000/manifest")
note "  in memory $size bytes; the one of the tests $typical"

# a figure that is missing would count as nothing below
measured()
{
	for way in none empty idle free conf; do
		for op in $OPS; do
			case $(of "$way" "$op") in
			''|*[!0-9]*) echo "$op, $way: not measured"; return 1 ;;
			esac
		done
	done
	[ "$size" ] && [ "$typical" ]
}
try "every call was measured" measured

# within LIMIT VALUE
within() { [ "$2" -le "$1" ]; }
for op in getppid read; do
	try "$op reaches no hook and costs the same" within 10 $(($(of free "$op") - $(of none "$op")))
done
for op in kill scheduler connect; do
	all=$(($(of free "$op") - $(of none "$op")))
	try "$op: a hook costs an unconfined task at most 35 above an empty callback" \
		within 35 $(($(of free "$op") - $(of empty "$op")))
	try "$op: and 195 in all" within 195 $all
done
try "open and close, confined, at depth 4, costs at most 560" within 560 $(($(of conf open) - $(of none open)))
try "a policy with every capability is read and built with at most 150,000" \
	within 150000 $((${read_full:-150001} + ${build_full:-150001}))
try "an app takes at most 1 KiB" within 1024 "$typical"
tap_end
