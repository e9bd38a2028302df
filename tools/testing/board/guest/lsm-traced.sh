# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# lsm-traced.sh: lsm.sh while others trace the same functions, each in its way

T=/sys/kernel/tracing
for lsm_f in security_file_open security_mmap_file security_bprm_check security_task_alloc security_socket_connect; do
	echo $lsm_f
done >$T/set_graph_function
echo 'security_*' >$T/set_ftrace_filter
echo function_graph >$T/current_tracer
# in Thumb-2 the kernel's own kprobes end with an undefined instruction there
case $(uname -r) in
*-thumb2) ;;
*)	echo 'p:sphere_test security_file_permission' >$T/kprobe_events
	echo 1 >$T/events/kprobes/sphere_test/enable ;;
esac

. /guest/lsm.sh
