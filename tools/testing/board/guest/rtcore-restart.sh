# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# rtcore-restart.sh RESTARTS: a core restarts at random moments while
# messages go to and fro, by remoteproc and by itself. Each message is read by
# the core, or its sender is told; the other core notices nothing.

. /guest/rtcore-lib.sh

restarts=${1:-20}

try "the modules load" load_modules
try "core 0 starts" run_core 0 ic-hostile
try "core 1 starts" run_core 1 ic-echo

traffic 0 "$APP1" --count 100000000 --until /tmp/over --seed 21 --restarts --quiet 60 >/tmp/out-a 2>&1 &
a=$!
traffic 0 "$APP2" --count 100000000 --until /tmp/over --seed 22 --restarts --quiet 60 --nonblock --burst 8 >/tmp/out-b 2>&1 &
b=$!
(while [ ! -e /tmp/over ]; do traffic 1 "$APP1" --count 500 --seed 23 || echo failed; done) >/tmp/out-other 2>&1 &
other=$!

n=0 bad=0
while [ "$n" -lt "$restarts" ]; do
	n=$((n + 1))
	# 0 to 127 ms
	usleep $(($(hexdump -n 1 -e '1/1 "%u"' /dev/urandom) * 500))
	if [ $((n % 4)) = 0 ]; then
		was=$(panel 0 starts)
		panel 0 mode 35
		wait_until 10 panel_at_least 0 starts $((was + 1)) || bad=$((bad + 1))
	else
		echo stop >"$(rproc 0)/state" || bad=$((bad + 1))
		echo start >"$(rproc 0)/state" || bad=$((bad + 1))
	fi
	wait_until 10 state_is 0 active || bad=$((bad + 1))
	[ $((n % 10)) != 0 ] || note "$n restarts, $bad without success, up for $(cut -d . -f 1 /proc/uptime) s"
done
equal "core 0 was restarted $restarts times and came up each time" $bad 0
try "messages were under way all that time" kill -0 $a $b
: >/tmp/over
wait $a
equal "waiting: each message came back, or was reported" $? 0
note "$(cat /tmp/out-a)"
wait $b
equal "polling: each message came back, or was reported" $? 0
note "$(cat /tmp/out-b)"
wait $other
equal "the other core: none of its messages was touched" "$(grep -c failed /tmp/out-other)" 0
note "$(grep -c sent= /tmp/out-other) runs of 500 messages"

# the books: what went out was read, or is reported as not read
sent=$(stat_of 0 sent) consumed=$(stat_of 0 consumed) lost=$(stat_of 0 lost) received=$(panel 0 received)
equal "core 0: sent is read and not read ($sent = $consumed + $lost)" "$sent" $((consumed + lost))
# it may be stopped between reading a message and counting it
try "core 0 has counted as many ($received of $consumed)" \
	test "$received" -le "$consumed" -a $((consumed - received)) -le "$restarts"

for c in 0 1; do try "core $c stops" stop_core $c; done
try "the modules are removed" unload_modules

tap_end
