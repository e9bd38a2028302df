# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# How calls are measured, and which, for bench-lsm.sh and bench-lsm-builtin.sh.

OPS="getppid read kill scheduler open stat map connect fork"

mkdir -p /app/ro/sub
echo data >/app/ro/sub/data

# measure PREFIX: PREFIX_call=instructions for each call, by a task that is not confined
measure()
{
	for op in $OPS; do
		eval "$1_$op=$(/tests/sphere_lsm_app "cost_$op")"
	done
}
of() { eval "echo \${$1_$2}"; }

# measure_confined: conf_call=instructions for each call by one that is confined
measure_confined()
{
	/tests/sphere_lsm_bench_test >/tmp/bench 2>&1
	equal "policies load, and confined calls work" "$?" 0
	grep -E '^(not ok|# refused)' /tmp/bench
	while read -r hash word op ns; do
		[ "$hash $word" = "# cost" ] || continue
		eval "conf_${op#cost_}=$ns"
	done </tmp/bench
}
