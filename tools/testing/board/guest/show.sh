# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# What `make run` shows: one readable line per step, a status at the end.

. /guest/lib.sh
. /guest/show-lib.sh

echo
say "Linux on the Cortex-A7" "$(uname -r)"
say "cores online, memory" "$(grep -c ^processor /proc/cpuinfo), $(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB"
[ ! -e "$M/sphere_authority.ko" ] || do_step "insmod sphere_authority.ko" insmod "$M/sphere_authority.ko"
do_step "insmod mt3620-mailbox.ko" insmod "$M/mt3620-mailbox.ko"
do_step "the mailbox controller found its hardware" mailbox_device
do_step "insmod mt3620-mbox-test.ko (a client for tests)" insmod "$M/mt3620-mbox-test.ko"
for core in 0 1; do
	do_step "1000 messages to Cortex-M4 number $core and back" drive m4-$core-fifo rtt 1000
	do_step "1000 software interrupts to it and back" drive m4-$core-sw rtt 1000
done
do_step "rmmod mt3620-mbox-test" rmmod mt3620_mbox_test
used="mt3620_mailbox"
if [ -e "$M/pluton.ko" ]; then
	do_step "insmod pluton.ko" insmod "$M/pluton.ko"
	used="pluton $used"
	do_step "Pluton answers" wait_until 5 pluton_is_up
	say "the security state it reports" "$(/bin/sphere pluton info | sed -n 's/^security state *//p')"
	say "16 bytes of /dev/hwrng" "$(head -c 16 /dev/hwrng | hexdump -v -e '1/1 "%02x"')"
	do_step "its attestation, verified" /bin/sphere pluton attest --nonce "$(head -c 32 /dev/hwrng | hexdump -v -e '1/1 "%02x"')"
fi
# shellcheck disable=SC2086 # several names
do_step "rmmod, in reverse order" rmmod $used
ending "Everything worked."
