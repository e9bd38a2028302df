# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The device tree of this run has a mailbox node for each mistake that can be
# made. Every one must be refused with one line that names what is wrong.

. /guest/tap.sh
. /guest/lib.sh

insmod "$M/mt3620-mailbox.ko"
for node in /proc/device-tree/wrong/*/expected-message; do
	want=$(tr -d '\0' <"$node")
	name=$(basename "${node%/*}")
	what=${name%@*}
	dev=$(for d in /sys/bus/platform/devices/*[.:]"$what"; do basename "$d"; done)
	lines=$(dmesg | grep "mt3620-mailbox $dev: ")
	equal "MB17 $what: one line" "$(echo "$lines" | grep -c .)" 1
	if echo "$lines" | grep -qE "$want"; then
		ok "MB17 $what: the line says what is wrong"
	else
		not_ok "MB17 $what: the line says what is wrong"
		note "it says: $lines"
	fi
	refuse "MB16 $what: not bound" test -e "/sys/bus/platform/devices/$dev/driver"
done
try "the right node beside them works" mailbox_device

tap_end
