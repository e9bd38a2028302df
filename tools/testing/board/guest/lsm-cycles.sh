# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# lsm-cycles.sh COUNT: the module comes and goes, COUNT times, while processes do
# what it attaches to.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

count=${1:-20}

# files, memory, programs, sockets, signals: all that has a hook
work()
{
	while :; do
		/tests/sphere_lsm_app net_udp_listed
		/tests/sphere_lsm_app signal_child
		/tests/sphere_lsm_app unix_pair
		cat /proc/self/status
		kill -0 $$
	done >/dev/null 2>&1
}

load_lsm
try "it goes" rmmod sphere_lsm
for _ in 1 2 3 4; do work & done
slab() { sed -n 's/^Slab: *\([0-9]*\) kB/\1/p' /proc/meminfo; }
failed=0 i=0
while [ $i -lt "$count" ]; do
	insmod "$M/sphere_lsm.ko" && rmmod sphere_lsm || failed=$((failed + 1))
	[ $i -ne $((count / 4)) ] || before=$(slab)
	i=$((i + 1))
	[ "$count" -lt 100 ] || [ $((i % (count / 10))) -ne 0 ] || note "$i of $count times"
done
after=$(slab)
equal "it came and went $count times" "$failed" 0
note "slab memory $before kB, then $after kB"
try "nothing stays behind" test "$after" -le $((before + 2048 + count))
# shellcheck disable=SC2046 # numbers
kill $(jobs -p)
wait
try "and it confines afterwards" insmod "$M/sphere_lsm.ko"
taps "module:" /tests/sphere_lsm_bench_test
tap_end
