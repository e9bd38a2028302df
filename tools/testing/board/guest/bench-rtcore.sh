# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# What a message to a core and back costs the A7: instructions, accesses to the
# mailbox, interrupts. The peer is the model's own and takes no time; it raises
# one software interrupt for whatever it found. One instruction takes one
# nanosecond of the board's time (--icount 0). Beside it the same over AF_UNIX,
# to another process and back.

. /guest/rtcore-lib.sh

BENCH=/tests/azspio_bench_test
COUNT=448

accesses() { echo $(($(devmem $((CTL + 0x118))) + $(devmem $((CTL + 0x11c))))); }
interrupts() { awk '/mailbox/ { n += $2 } END { print n + 0 }' /proc/interrupts; }

# core_line TEXT SIZE BURST: and the 64 that warm up count too
core_line()
{
	was=$(interrupts)
	devmem $((CTL + 0x108)) 32 1
	ns=$($BENCH core "$CORE0" "$APP1" $COUNT "$2" "$3") || return 1
	all=$((COUNT + 64))
	acc=$(($(accesses) * 100 / all)) irq=$((($(interrupts) - was) * 100 / all))
	printf '%-44s %12d %6d.%02d %6d.%02d\n' "$1" "$ns" $((acc / 100)) $((acc % 100)) $((irq / 100)) $((irq % 100))
}

unix_line() { printf '%-44s %12d\n' "$1" "$($BENCH unix $COUNT "$2" "$3")"; }

load_modules && start_core 0 idle || exit 1
printf '%-44s %12s %9s %9s\n' "there and back, per message, on the A7" instructions accesses interrupts
for size in 16 256 1024; do
	core_line "core: $size bytes, one at a time" $size 1 || exit 1
	unix_line "AF_UNIX: $size bytes, one at a time" $size 1
done
core_line "core: 100 bytes, 8 in a burst" 100 8 || exit 1
unix_line "AF_UNIX: 100 bytes, 8 in a burst" 100 8
stop_core 0 && unload_modules
