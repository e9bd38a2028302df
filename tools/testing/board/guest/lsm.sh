# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# lsm.sh [PARAMETER...]: sphere_lsm by insmod, with these parameters, on a kernel
# that knows nothing of it: the selftests that a kernel passes which has it built in,
# and what only a module has to show.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

load_lsm "$@"
if [ -e /proc/sys/kernel/ftrace_enabled ]; then
	equal "it attaches by the function tracer" "$(status_of attached)" ftrace
else
	equal "without a function tracer it attaches by kprobes" "$(status_of attached)" kprobe
fi
try "it can be taken away while nothing was ever loaded" rmmod sphere_lsm
try "and loaded again" insmod "$M/sphere_lsm.ko" "$@"
equal "while no policy is loaded nothing hot is attached to" \
	"$(grep -c ' while-loaded ' "$S"/hooks)" "$(grep -c ' off while-loaded ' "$S"/hooks)"
taps "module:" /tests/sphere_lsm_test
equal "with a policy each hook is attached to" "$(grep -c ' off ' "$S"/hooks)" 0
equal "no call was missed" "$(grep ' missed ' "$S"/hooks | grep -cv ' missed 0$')" 0
equal "calls still arrive" "$(status_of broken)" no
refuse "T30 what confines somebody cannot be taken away" rmmod sphere_lsm
[ ! -e /proc/sys/kernel/ftrace_enabled ] ||
	refuse "T30 nor can the tracer be turned off" sh -c "echo 0 >/proc/sys/kernel/ftrace_enabled"
# where others trace as well (lsm-traced.sh), they still do
if [ "$(cat /sys/kernel/tracing/current_tracer)" != nop ]; then
	equal "the graph tracer runs" "$(cat /sys/kernel/tracing/current_tracer)" function_graph
	try "and sees calls" grep -q security_ /sys/kernel/tracing/trace
	[ ! -e /sys/kernel/tracing/events/kprobes/sphere_test ] ||
		try "and so does a kprobe" grep -q sphere_test /sys/kernel/tracing/kprobe_profile
fi
tap_end
