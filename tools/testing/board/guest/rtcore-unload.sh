# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# rtcore-unload.sh CYCLES: drivers taken away from their devices, and modules
# from the kernel, while messages are under way.

. /guest/rtcore-lib.sh

cycles=${1:-5}

# until it is killed, or its core is gone
load_core() { while traffic "$1" "$2" --count 100000 --seed 41 --restarts --quiet 1 --burst 4; do :; done; }
under_way()
{
	pids=
	for c in 0 1; do
		for a in "$APP1" "$APP2"; do
			load_core $c "$a" >/dev/null 2>&1 &
			pids="$pids $!"
		done
	done
	usleep 200000
}

over()
{
	killall -9 azspio_traffic_test 2>/dev/null
	# shellcheck disable=SC2086 # words
	kill $pids 2>/dev/null
	killall -9 azspio_traffic_test 2>/dev/null
	wait
}

try "the modules load" load_modules
n=0 bad=0
while [ "$n" -lt "$cycles" ]; do
	n=$((n + 1))
	run_core 0 ic-echo || bad=$((bad + 1))
	run_core 1 echo2 || bad=$((bad + 1))
	under_way
	dev=$(basename "$(core 0)")
	echo "$dev" >"$DRV/mt3620-rtcore/unbind" || bad=$((bad + 1))
	core 0 >/dev/null && bad=$((bad + 1))
	traffic 1 "$APP1" --count 1 --quiet 1 >/dev/null 2>&1	# its id is in use: any answer will do
	over
	echo "$dev" >"$DRV/mt3620-rtcore/bind" || bad=$((bad + 1))
	wait_until 5 core 0 || bad=$((bad + 1))
done
equal "$cycles times a core taken away under load, and given back" "$bad" 0

n=0 bad=0
while [ "$n" -lt "$cycles" ]; do
	n=$((n + 1))
	run_core 0 ic-hostile || bad=$((bad + 1))
	run_core 1 ic-echo || bad=$((bad + 1))
	under_way
	# what holds the module is the sockets: end those; the core goes on flooding
	panel 0 mode 23
	usleep 50000
	over
	unload_modules || bad=$((bad + 1))
	load_modules || bad=$((bad + 1))
	panel 0 mode 0
done
equal "$cycles times every module removed while a core floods, and loaded again" "$bad" 0

for c in 0 1; do
	try "core $c works at the end" run_core $c ic-echo
	try "core $c: messages" traffic $c "$APP1" --count 50
	try "core $c stops" stop_core $c
done
try "the modules are removed" unload_modules

tap_end
