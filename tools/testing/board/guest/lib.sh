# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# Names and small helpers of the board's tasks.

M=/modules
CLIENT=/sys/kernel/debug/mt3620-mbox-test
DRV=/sys/bus/platform/drivers

mailbox_device()
{
	for mailbox_d in "$DRV"/mt3620-mailbox/*.mailbox; do
		[ -e "$mailbox_d" ] && basename "$mailbox_d" && return
	done
	return 1
}

# drive CHANNEL MODE COUNT
drive() { echo "$2 $3 $SEED" >"$CLIENT/$1/run"; }

# random N: set r to a number below N; the sequence follows from the seed
random()
{
	random_state=$(((${random_state:-$SEED} * 1103515245 + 12345) & 0x7fffffff))
	r=$(((random_state >> 8) % $1))
}

# told CHANNEL: what the last run on it counted
told() { cat "$CLIENT/$1/run"; }

# field NAME LINE: the value of NAME= in LINE
field() { echo "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"; }

# wait_until SECONDS COMMAND...: give what happens in the background its time
wait_until()
{
	wait_left=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		wait_left=$((wait_left - 1))
		[ "$wait_left" -gt 0 ] || return 1
		sleep 0.1
	done
}

# the client finds its channels a moment after it was loaded
wait_until_up() { wait_until 10 test -e "$CLIENT/m4-1-fifo/run"; }

pluton_is_up() { /bin/sphere pluton info | grep -q '^link to Pluton *up'; }
