# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# rtcore-hostile.sh [RULE...]: core 0 breaks one rule after the other. Its link
# halts with a reason, or goes on where nothing has to stop; the other core is
# not affected; a restart, or a word to sysfs, brings it back.

. /guest/rtcore-lib.sh

# place in the program's table, name, and what has to happen: halt, live, or
# either where both are right
rules='1 write-at-end halt
2 write-huge halt
3 write-unaligned halt
4 write-odd halt
5 write-back either
6 read-at-end halt
7 read-huge halt
8 read-unaligned halt
9 read-ahead halt
10 read-back halt
11 length-zero either
12 length-short live
13 length-long halt
14 length-huge halt
15 length-overflows halt
16 length-beyond halt
17 only-a-length halt
18 to-a-stranger live
19 to-nobody live
20 nothing-in-it live
21 as-much-as-may-be live
22 reserved-words live
23 flood either
24 flood-of-interrupts either
25 flood-of-fifo either
26 reset-both-ends live
27 reset-this-end either
28 positions-flicker either
29 block-flickers either
30 their-header either
31 their-blocks either
32 silent either
33 deaf either
34 mute either
35 restart live
36 crash either'

# some traffic that may come to nothing
stir() { traffic 0 "$APP1" --count "$1" --seed 31 --window 4 --quiet 1 >/dev/null 2>&1; }
reset_link() { echo reset >"$(core 0)/link" && wait_until 5 state_is 0 active; }
good() { traffic "$1" "$APP2" --count "$2" --seed 32 --window 8 --quiet 3; }

try "the modules load" load_modules
try "core 0 starts with the hostile program" run_core 0 ic-hostile
try "core 1 starts with the honest one" run_core 1 ic-echo

echo "$rules" >/tmp/rules
while read -r number name expect <&3; do
	[ $# = 0 ] || case " $* " in *" $number "*) ;; *) continue ;; esac
	text="rule $number, $name"
	try "$text: honest before" good 0 5
	was=$(panel 0 acts)
	panel 0 mode "$number"
	stir 20 &
	stirring=$!
	try "$text: broken" wait_until 5 panel_at_least 0 acts $((was + 1))
	try "$text: the other core is not affected" good 1 40
	case $expect in
	halt)
		try "$text: the link halts" wait_until 5 state_is 0 halted
		reason=$(cat "$(core 0)/reason")
		refuse "$text: and says why: $reason" test "$reason" = none
		refuse "$text: nothing can be sent then" traffic 0 "$APP2" --count 1 --quiet 1
		;;
	live)
		try "$text: the link goes on" wait_until 5 good 0 5
		;;
	either)
		note "$text: $(state 0), $(cat "$(core 0)/reason")"
		;;
	esac
	panel 0 mode 0
	wait $stirring
	# one way back after the other
	if [ $((number % 2)) = 1 ] || [ "$name" = crash ]; then
		try "$text: a restart of the core brings it back" run_core 0 ic-hostile
	else
		try "$text: a word to sysfs brings it back" reset_link
	fi
done 3</tmp/rules
try "honest at the end" good 0 50

for c in 0 1; do try "core $c stops" stop_core $c; done
try "the modules are removed" unload_modules

tap_end
