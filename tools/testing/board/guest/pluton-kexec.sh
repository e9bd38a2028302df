# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# pluton-kexec.sh [after]: another kernel is started with kexec while requests are
# with Pluton; what that one finds ("after") is a Pluton that knows the memory of the
# first, and must not write there any more.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

NEXT="/next/ld --library-path /next /next/kexec"

try "the modules load" load_all
try "there is a device node" wait_until 10 test -c /dev/pluton
try "good requests succeed" good
if [ "${1:-}" = after ]; then
	latency 0
	try "so does an attestation" /bin/sphere pluton attest
	/tests/pluton_storm -n 500 >/tmp/storm 2>&1
	equal "and requests of all kinds" "$?" 0
	try "the modules go" rmmod pluton mt3620_mailbox sphere_authority
	tap_end
	exit
fi

# some that Pluton answers, and some that it will answer late
latency 300000
/tests/pluton_storm -n 1000000 >/dev/null 2>&1 &
try "requests are under way" wait_until 10 slots_in_use 4
line="$(sed 's/sphere\.args=[^ ]*//' /proc/cmdline) sphere.args=after"
# room for the kernel, and behind it for what unpacks it: kexec knows of less
# shellcheck disable=SC2086 # a command and its arguments
try "the next kernel is loaded" $NEXT --load /next/vmlinuz --initrd=/next/initrd --image-size=0x4000000 "--append=$line"
try "with requests under way" slots_in_use 4
tap_end
sync
# shellcheck disable=SC2086
$NEXT --exec
