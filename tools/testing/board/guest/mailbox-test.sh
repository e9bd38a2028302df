# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# Mainline's own mailbox-test driver as a client: its node has memory for
# received messages, so it takes ours as a doorbell only.

. /guest/tap.sh
. /guest/lib.sh

try "the controller's module loads" insmod "$M/mt3620-mailbox.ko"
try "mainline's mailbox-test loads" insmod "$M/mailbox-test.ko"
dir=
for f in /sys/kernel/debug/*/message; do [ -e "$f" ] && dir=${f%/message}; done
try "it has its channels" test -n "$dir"

# eight bytes: a data word and a command word
printf '\001\002\003\004\005\006\007\010' >/tmp/word
n=0 bad=0
while [ "$n" -lt 100 ]; do
	n=$((n + 1))
	cat /tmp/word >"$dir/message" || bad=$((bad + 1))
	head -c 1 "$dir/message" >/dev/null || bad=$((bad + 1))
done
equal "100 messages sent, and an answer to each" "$bad" 0
try "mailbox-test is removed" rmmod mailbox_test
try "the controller's module is removed" rmmod mt3620_mailbox

tap_end
