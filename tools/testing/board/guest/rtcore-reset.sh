# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# rtcore-reset.sh: a core that resets both ends of its mailbox when it starts, earlier
# or later, and again while it runs, and then speaks first. The application only
# listens, so nothing that it does brings the link back.

. /guest/rtcore-lib.sh

RESET=1 RESTART=2

# listen NAME MESSAGES: in the background, to /tmp/out-NAME
listen()
{
	traffic 0 "$APP1" --listen --count "$2" --restarts --quiet 8 >"/tmp/out-$1" 2>&1 &
	listener=$!
}
# heard TEXT NAME: all of them came
heard()
{
	wait $listener
	equal "$1" $? 0
	note "$(tr '\n' ' ' <"/tmp/out-$2")"
}
listening() { grep -q "listening" "/tmp/out-$1"; }
has_heard() { [ "$(grep -c "^message" "/tmp/out-$1")" -ge "$2" ]; }
resets() { cut -d ' ' -f 4 "$DRV"/mt3620-mailbox/*/statistics/peer_resets; }

try "the modules load" load_modules
try "core 0 starts with a program that resets its mailbox first" run_core 0 ic-first
# both ways of meeting it: the offer is there before the reset, or after it
for us in 0 20 50 100 200 400 700 1000 2000 5000; do
	try "$us us: it stops" stop_core 0
	panel 0 arg $us
	listen boot 1
	wait_until 5 listening boot
	try "$us us: it starts" start_core 0
	heard "$us us: it is heard, though it spoke first" boot
done
try "resets of the mailbox are counted: $(resets)" test "$(resets)" -ge 1
try "messages both ways" traffic 0 "$APP2" --count 50

# while the link is up, and nobody sends
restarts=$(stat_of 0 restarts)
listen idle 2
try "an application listens" wait_until 5 listening idle
panel 0 mode $RESET
try "it resets its mailbox: the link begins anew within 2 s" wait_until 2 has_heard idle 1
panel 0 mode $RESTART
try "it restarts: the link begins anew within 2 s" wait_until 2 has_heard idle 2
heard "both were heard" idle
equal "each was told once" "$(field resets "$(grep resets= /tmp/out-idle)")" 2
equal "each was counted once" "$(stat_of 0 restarts)" $((restarts + 2))
try "messages both ways afterwards" traffic 0 "$APP2" --count 50

try "core 0 stops" stop_core 0
try "the modules are removed" unload_modules

tap_end
