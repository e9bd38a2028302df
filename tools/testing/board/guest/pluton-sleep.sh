# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# pluton-sleep.sh [CYCLES]: the system sleeps, as far as its devices go, while
# programs storm Pluton; and in the end goes off with requests under way, as it
# would for another kernel (kexec).

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

cycles=${1:-3}
statistic() { cat "/sys/class/misc/pluton/statistics/$1"; }

# All tasks are frozen, all devices suspended; a second later it goes back.
sleep_once()
{
	echo devices >/sys/power/pm_test && echo 1 >/sys/module/suspend/parameters/pm_test_delay &&
		echo freeze >/sys/power/state
}
succeeded() { [ "$(cat /sys/power/suspend_stats/success)" -ge "$1" ]; }
is_up() { [ "$(cat /sys/class/misc/pluton/state)" = up ]; }

try "the modules load" load_all
try "there is a device node" wait_until 10 test -c /dev/pluton
try "it works" good

# sleep with nobody there
before=$(statistic restarts)
try "the system sleeps" sleep_once
try "after it Pluton is up" wait_until 5 is_up
try "and works" good
equal "it was given its memory anew" $(($(statistic restarts) - before)) 1

# and with 16 processes that ask for everything
n=0
/tests/pluton_storm -n 1000000 -d >/tmp/storm 2>&1 &
storm=$!
sleep 1
while [ "$n" -lt "$cycles" ]; do
	n=$((n + 1))
	try "sleep $n under load" sleep_once
	try "up again" wait_until 5 is_up
	before=$(statistic replies)
	sleep 0.5
	try "and answering" test "$(statistic replies)" -gt "$before"
done
kill "$storm"
wait "$storm"
equal "the storm ended well" "$?" 0
grep -v '^ok' /tmp/storm | sed 's/^#* */# /'
try "good requests succeed" good
equal "no slot is in use" "$(statistic slots_in_use)" 0
try "every result was a documented one" grep -q '^ok [0-9]* every result is' /tmp/storm
try "as often as was tried" succeeded $((cycles + 1))

# asleep with requests of a silent Pluton: the async ones are with it all the time.
# Some slots are of those that were interrupted, and all are on one account. They are
# lost, and with less time for each it shows sooner that nothing comes any more.
echo 1000 >"$PARAM/timeout_ms"
fault silent
/tests/pluton_storm -n 1000000 -d >/dev/null 2>&1 &
try "requests are under way" wait_until 5 slots_in_use 4
try "the system sleeps with them" sleep_once
killall -9 pluton_storm 2>/dev/null
wait
fault none
try "Pluton is up after that" wait_until 10 is_up
try "and works too" wait_until 5 good

# what is under way now is under way when the power goes: the run must end
fault silent
/tests/pluton_storm -n 1000000 -d >/dev/null 2>&1 &
try "requests are under way at the end" wait_until 5 slots_in_use 4
tap_end
