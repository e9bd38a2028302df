# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# rtcore.sh COUNT: COUNT messages of random size with each core, from two
# applications each, both cores at once; a second program on the cores that was
# written apart; streams both ways; a slow reader.

. /guest/rtcore-lib.sh

count=${1:-1000}
half=$((count / 2)) tenth=$((count / 10 + 20))

try "the modules load" load_modules
for c in 0 1; do
	try "core $c starts with ic-echo" run_core $c ic-echo
done

job c0-waiting 0 "$APP1" --count $half --seed 1
job c0-polling 0 "$APP2" --count $half --seed 2 --nonblock
job c1-waiting 1 "$APP1" --count $half --seed 3 --window 8
job c1-bursts 1 "$APP2" --count $half --seed 4 --nonblock --burst 16 --window 64
try "$count messages with each core, four sockets: none lost, twice or out of order" \
	at_once c0-waiting c0-polling c1-waiting c1-bursts
for c in 0 1; do
	equal "core $c: what was sent was read" "$(stat_of $c consumed)" "$(stat_of $c sent)"
	equal "core $c: it has counted the same" "$(panel $c received)" "$(stat_of $c sent)"
	equal "core $c: each message came back" "$(stat_of $c received)" "$(stat_of $c sent)"
	equal "core $c: it found nothing to complain about" "$(panel $c corrupt)" 0
done

# a reader that takes its time fills the core's rings, and nobody else's
job slow 0 "$APP1" --count 150 --seed 5 --min 600 --nonblock --window 1000 --pause 3000 --full
job other 1 "$APP1" --count $tenth --seed 6
try "a slow reader: its sender meets a full ring, the other core goes on" at_once slow other
slow=$(field ms "$(cat /tmp/out-slow)") other=$(field ms "$(cat /tmp/out-other)")
# fewer messages end earlier, however slow the machine; many of them take less each
if [ "$tenth" -lt 100 ]; then
	try "the other core did not wait for it ($other ms beside $slow ms)" test "$other" -lt "$slow"
else
	try "the other core did not wait for it ($other ms beside $slow ms)" \
		test $((other * 1000 / tenth)) -lt $((slow * 1000 / 150))
fi

for c in 0 1; do
	try "core $c starts with ic-stream" run_core $c ic-stream
done
job stream-0 0 "$APP1" --stream --count $tenth --seed 7 --max 1040
job stream-1 1 "$APP2" --stream --count $tenth --seed 8 --max 1040
try "streams both ways, up to 1,040 bytes from the core" at_once stream-0 stream-1

for c in 0 1; do
	try "core $c starts with echo2" run_core $c echo2
done
job echo2-0 0 "$APP1" --count $tenth --seed 9
job echo2-1 1 "$APP2" --count $tenth --seed 10 --nonblock --burst 8
try "the program that was written apart: all the same" at_once echo2-0 echo2-1

for c in 0 1; do
	try "core $c stops" stop_core $c
	equal "core $c is off" "$(state $c)" off
done
refuse "nobody can talk to it then" traffic 0 "$APP1" --count 1 --quiet 1
try "the modules are removed" unload_modules

tap_end
