# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# What a request to Pluton costs the A7, and what it gains to have many of them
# under way. One instruction takes one nanosecond of the board's time (--icount
# 0), so the clock counts instructions, and all of it is the same each time.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

# figure TEXT N: a line of the table
figure() { note "$(printf '%-52s %9d' "$1" "$2")"; }
# ratio A B: A / B with one decimal
ratio() { echo "$(($1 / $2)).$(($1 * 10 / $2 % 10))"; }
bench() { /tests/pluton_bench "$@"; }
# cost WHAT...: mean of ten runs. In each the mailbox stays below what it lets through in
# a time window, and they are windows apart: what rests is not counted.
cost()
{
	cost_sum=0
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		usleep 20000
		cost_sum=$((cost_sum + $(bench "$@" 25)))
	done
	echo $((cost_sum / 10))
}

try "the modules load" load_all
try "there is a device node" wait_until 10 test -c /dev/pluton

# each once for nothing: what was never used before is set up by that
latency 0
bench calls 1 10 >/dev/null
bench words 10 >/dev/null
sleep 1
call=$(cost calls 1) nothing=$(cost nothing)
note "instructions of the A7, with no time in Pluton"
figure "a request and its answer" "$call"
figure "of these, the system call without the driver" "$nothing"
figure "a random word, one at a time" "$(cost words)"
figure "a random word out of /dev/hwrng" "$(cost hwrng)"
try "a request costs fewer than 20,000 instructions" test "$call" -lt 20000

latency 1000
one=$(bench calls 1 50) many=$(bench calls 16 50)
note "microseconds per request, with 1 ms in Pluton"
figure "one caller" $((one / 1000))
figure "16 callers" $((many / 1000))
word=$(bench words 50) hwrng=$(bench hwrng 800)
figure "a random word, one at a time" $((word / 1000))
figure "a random word out of /dev/hwrng" $((hwrng / 1000))
note "16 callers: $(ratio "$one" "$many") times as many requests; hwrng: $(ratio "$word" "$hwrng") times as many words"
try "16 callers get at least 10 times as much as one" test "$one" -ge $((10 * many))
try "hwrng gets at least 4 times as much as one at a time" test "$word" -ge $((4 * hwrng))

try "all modules are removed" rmmod pluton mt3620_mailbox sphere_authority
tap_end
