# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# What a message costs the A7, in register accesses and in instructions. The
# peers are the model's own and take no time: m4-0 swallows what it gets, m4-1
# sends it back. One instruction takes one nanosecond of the board's time
# (--icount 0), so the client's clock counts instructions.

. /guest/lib.sh

CTL=0x3f000000
RUNS=20
COUNT=50	# below what a channel may do in one of its time windows

# accesses CHANNEL: reads and writes since they were cleared
reads()	 { devmem $((CTL + 0x110 + 8 * $1)) 32; }
writes() { devmem $((CTL + 0x114 + 8 * $1)) 32; }

# measure TEXT CLIENT CHANNEL MODE: set per-message figures in r, w and i
measure()
{
	n=0 ns=0
	# the first run is not counted: it waits for what the boot left to do
	drive "$2" "$4" $COUNT
	devmem $((CTL + 0x108)) 32 1
	while [ $n -lt $RUNS ]; do
		n=$((n + 1))
		usleep 20000
		drive "$2" "$4" $COUNT || return 1
		ns=$((ns + $(field ns "$(told "$2")")))
	done
	total=$((RUNS * COUNT))
	r=$(($(reads "$3") * 100 / total)) w=$(($(writes "$3") * 100 / total)) i=$((ns / total))
	show "$1" "$r" "$w" "$i"
}

show() { printf '%-44s %3d.%02d %6d.%02d %12d\n' "$1" $(($2 / 100)) $(($2 % 100)) $(($3 / 100)) $(($3 % 100)) "$4"; }

insmod "$M/mt3620-mailbox.ko" && insmod "$M/mt3620-mbox-test.ko" && wait_until_up || exit 1
printf '%-44s %6s %9s %12s\n' "per message, on the A7" reads writes instructions
measure "sent, many in flight" m4-0-fifo 1 post || exit 1
sr=$r sw=$w si=$i
measure "sent and received, many in flight" m4-1-fifo 2 burst || exit 1
show "received: what the answer adds" $((r - sr)) $((w - sw)) $((i - si))
measure "there and back, one at a time" m4-1-fifo 2 rtt || exit 1
measure "software interrupt there and back" m4-1-sw 2 rtt || exit 1
rmmod mt3620_mbox_test mt3620_mailbox
