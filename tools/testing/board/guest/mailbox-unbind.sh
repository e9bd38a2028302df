# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2154
#
# mailbox-unbind.sh CYCLES: the driver is taken away from its device and the
# module from the kernel while messages are under way (MB13, MB14, MB30).

. /guest/tap.sh
. /guest/lib.sh

cycles=${1:-20}

channels_up() { [ -e "$CLIENT/m4-1-fifo/run" ] && [ -e "$CLIENT/m4-0-fifo/run" ]; }
load()
{
	insmod "$M/mt3620-mailbox.ko" && insmod "$M/mt3620-mbox-test.ko" && wait_until 10 channels_up
}

# Each loop runs until its channel is gone.
traffic()
{
	for c in m4-0-fifo m4-1-fifo; do
		(while drive "$c" burst 100000 2>/dev/null; do :; done) &
	done
	for c in m4-0-sw m4-1-sw; do
		[ -e "$CLIENT/$c/run" ] && (while drive "$c" rtt 100000 2>/dev/null; do :; done) &
	done
	random 500000
	usleep $((50000 + r))
}

try "the modules load" load
dev=$(mailbox_device)

bad=0 n=0
while [ "$n" -lt "$cycles" ]; do
	n=$((n + 1))
	traffic
	echo "$dev" >"$DRV/mt3620-mailbox/unbind" || bad=$((bad + 1))
	wait
	channels_up && bad=$((bad + 1))
	echo "$dev" >"$DRV/mt3620-mailbox/bind" || bad=$((bad + 1))
	# the consumer is bound again by the device link, or by hand
	wait_until 5 channels_up || {
		echo mailbox-client >"$DRV/mt3620-mbox-test/bind" 2>/dev/null
		wait_until 5 channels_up || bad=$((bad + 1))
	}
	drive m4-0-fifo rtt 50 || bad=$((bad + 1))
	drive m4-1-fifo rtt 50 || bad=$((bad + 1))
done
equal "MB13 MB14 $cycles times unbound under load, bound again, working" "$bad" 0

bad=0 n=0
while [ "$n" -lt "$cycles" ]; do
	n=$((n + 1))
	traffic
	# a module cannot go while a program is inside it: end that first
	echo mailbox-client >"$DRV/mt3620-mbox-test/unbind" || bad=$((bad + 1))
	wait
	rmmod mt3620_mbox_test || bad=$((bad + 1))
	# what the cores still send finds the module leaving
	rmmod mt3620_mailbox || bad=$((bad + 1))
	load || bad=$((bad + 1))
	drive m4-0-fifo rtt 50 || bad=$((bad + 1))
done
equal "$cycles times rmmod under load, loaded again, working" "$bad" 0

tap_end
