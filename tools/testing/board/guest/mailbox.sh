# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# mailbox.sh COUNT: our controller driver on the stock kernel, a client of the
# mailbox framework, and a Cortex-M4 behind each channel that sends everything
# back. COUNT round trips with each core, every word compared.

. /guest/tap.sh
. /guest/lib.sh

count=${1:-10000}

try "the controller's module loads" insmod "$M/mt3620-mailbox.ko"
try "it found its device" mailbox_device
try "the client's module loads" insmod "$M/mt3620-mbox-test.ko"
try "the client has its channels" wait_until 10 test -e "$CLIENT/m4-1-fifo/run"

for core in 0 1; do
	try "MB1 MB2 m4-$core: $count round trips, one at a time" drive m4-$core-fifo rtt "$count"
	note "$(told m4-$core-fifo)"
	try "m4-$core: $count messages, many in flight, in order" drive m4-$core-fifo burst "$count"
	note "$(told m4-$core-fifo)"
	[ -e "$CLIENT/m4-$core-sw/run" ] || continue
	try "MB9 m4-$core: 1000 software interrupts there and back" drive m4-$core-sw rtt 1000
	note "$(told m4-$core-sw)"
done

# both cores at once, from two processes
drive m4-0-fifo burst "$count" &
first=$!
drive m4-1-fifo rtt "$count" &
second=$!
wait "$first"
try "both cores at once: m4-0" test $? = 0
wait "$second"
try "both cores at once: m4-1" test $? = 0

try "the client's module is removed" rmmod mt3620_mbox_test
try "the controller's module is removed" rmmod mt3620_mailbox
refuse "nothing of the driver is left" test -e "$DRV/mt3620-mailbox"

tap_end
