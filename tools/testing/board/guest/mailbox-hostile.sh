# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# Peers that mean harm (MB20, MB21): m4-0 keeps our receive FIFO full for ever and
# takes nothing, m4-1 takes nothing and says nothing. Linux goes on, both can be
# taken away in the middle of it, and nothing is left behind.

. /guest/tap.sh
. /guest/lib.sh

# stat NAME MAILBOX: a counter of the driver
stat() { cut -d ' ' -f $(($2 + 1)) "/sys/bus/platform/devices/$dev/statistics/$1"; }
now_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }

# it has used up its budget since
flood_grows() { [ "$(stat throttled 2)" -gt "$throttled" ]; }
channels_up() { [ -e "$CLIENT/m4-1-fifo/run" ]; }

try "the controller's module loads" insmod "$M/mt3620-mailbox.ko"
try "the client's module loads" insmod "$M/mt3620-mbox-test.ko"
try "the client has its channels" wait_until 10 channels_up
dev=$(mailbox_device)
throttled=0

# round NAME: both at once; sets flooded and stuck to the senders
round()
{
	# the first message sets it off; neither is ever taken
	drive m4-0-fifo post 1 2>/dev/null &
	flooded=$!
	drive m4-1-fifo post 100 2>/dev/null &
	stuck=$!
	try "$1: the flood is on" wait_until 5 flood_grows
	t=$(now_ms) r=$(stat received 2)
	sleep 2
	t=$(($(now_ms) - t)) r=$(($(stat received 2) - r))
	note "$r messages in $t ms"
	# 256 in each window of 4 ms, and one window that had begun before
	try "MB21 $1: no more is received than the budget allows" test $r -le $((256 * (t / 4 + 2)))
	try "MB21 $1: but something is" test $r -gt 0
}

round "first"
wait "$flooded"
try "MB20 a message that the flooding peer never takes is no success" test $? != 0
wait "$stuck"
try "MB20 nor are those that the silent one never takes" test $? != 0

try "unbound in the middle of the flood" sh -c "echo $dev >$DRV/mt3620-mailbox/unbind"
refuse "the client went with it" channels_up
echo "$dev" >"$DRV/mt3620-mailbox/bind"
wait_until 5 channels_up || echo mailbox-client >"$DRV/mt3620-mbox-test/bind" 2>/dev/null
try "bound again" wait_until 5 channels_up

throttled=$(stat throttled 2)
round "again"
echo mailbox-client >"$DRV/mt3620-mbox-test/unbind"
wait
try "the client's module is removed in the middle of the flood" rmmod mt3620_mbox_test
try "the controller's module is removed" rmmod mt3620_mailbox

tap_end
