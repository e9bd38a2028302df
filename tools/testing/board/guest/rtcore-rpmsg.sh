# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The cores as devices of rpmsg: the stock kernel's own rpmsg_ctrl and rpmsg_char make
# the nodes. The same authorisation holds, and all may go at any time.

. /guest/rtcore-lib.sh

RPMSG=/tests/azspio_rpmsg_test

# ctrl CORE: its node
ctrl()
{
	for ctrl_d in "$(core "$1")"/*rpmsg_ctrl*/rpmsg/rpmsg_ctrl*; do
		[ -e "$ctrl_d" ] && echo "/dev/${ctrl_d##*/}" && return
	done
	return 1
}
echo_of() { $RPMSG echo "$(ctrl "$1")" "$(id "$1")" "$2"; }

for m in rpmsg_core rpmsg_char rpmsg_ctrl; do
	[ ! -e "$M/$m.ko" ] || try "the stock kernel's $m loads" insmod "$M/$m.ko"
done
try "the modules load" load_modules
try "the front end loads" insmod "$M/rtcore-rpmsg.ko"
for c in 0 1; do
	try "core $c has a control node" wait_until 5 ctrl $c
	try "core $c starts" run_core $c ic-echo
done
equal "a name is the id in base64url" "$($RPMSG name "$CORE0")" ERERESIiMzNERFVVVVVVAA
for c in 0 1; do
	try "core $c: messages there and back" echo_of $c 300
done
# sockets beside it, in another application's name
try "a socket beside it" traffic 0 "$APP1" --count 50

# who is not there, or is nobody, is refused at opening
name0=$($RPMSG name "$CORE0") name1=$($RPMSG name "$CORE1")
try "T19: another core's component" $RPMSG refused "$(ctrl 0)" "$name1"
try "a name that is too short" $RPMSG refused "$(ctrl 0)" "${name0%?}"
try "a name that is no base64url" $RPMSG refused "$(ctrl 0)" "${name0%?}+"
try "a second name for the same id" $RPMSG refused "$(ctrl 0)" "${name0%?}B"
# nobody but CAP_SYS_ADMIN may talk to a core without a pair in the table
try "T19: a task that is not permitted" $RPMSG nobody "$(ctrl 0)" "$name0"

try "core 0 restarts" run_core 0 ic-echo
try "core 0: messages afterwards" echo_of 0 50

# everything may go while nodes are open
$RPMSG hold "$(ctrl 0)" "$name0" >/tmp/held &
holder=$!
try "a node is held open" wait_until 5 grep -q open /tmp/held
try "the front end can be removed" rmmod rtcore-rpmsg
refuse "its nodes are gone" ctrl 0
try "and comes again" insmod "$M/rtcore-rpmsg.ko"
try "core 0: messages again" echo_of 0 20

# what sleeps at a node must not be woken at memory that is gone
# asleep HOW: in the background
asleep() { rm -f "/tmp/$1"; $RPMSG asleep "$(ctrl 0)" "$name0" "$1" >"/tmp/$1" 2>&1 & sleeper=$!; }
for how in destroy poll epoll; do
	asleep $how
	try "$how: a process sleeps at a node" wait_until 5 grep -q asleep "/tmp/$how"
	usleep 100000
	[ $how = destroy ] || try "$how: the front end can be removed" rmmod rtcore-rpmsg
	try "$how: it was woken" wait_until 5 grep -q awake "/tmp/$how"
	[ $how = destroy ] || try "$how: and the front end comes again" insmod "$M/rtcore-rpmsg.ko"
	wait $sleeper
	equal "$how: the process ends well" $? 0
done
logged "what had its place in epoll was left to it" "bytes are left to him"
try "core 0: messages after all that" echo_of 0 20
asleep poll
try "unbind: a process sleeps at a node" wait_until 5 grep -q asleep /tmp/poll
dev=$(basename "$(core 0)")
echo "$dev" >"$DRV/mt3620-rtcore/unbind"
refuse "a core that goes takes its node along" ctrl 0
wait $sleeper
equal "unbind: the process was woken and ends well" $? 0
kill $holder 2>/dev/null
try "core 1 does not notice" echo_of 1 20

try "core 1 stops" stop_core 1
try "the front end is removed" rmmod rtcore-rpmsg
try "the modules are removed" unload_modules

tap_end
