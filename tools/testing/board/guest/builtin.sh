# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# builtin.sh: the drivers in a kernel that has all of them built in. Whatever the
# order in which they start, each finds what it stands on.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh
. /guest/rtcore-lib.sh

try "the mailbox controller has found its hardware" wait_until 10 mailbox_device
try "Pluton answers" wait_until 10 pluton_is_up
try "its random numbers come" good
try "an attestation is good" /bin/sphere pluton attest
for c in 0 1; do
	try "core $c is there" wait_until 10 core $c
	try "core $c starts" run_core $c ic-echo
	try "core $c answers" traffic $c "$APP1" --count 100 --seed $c
	try "core $c stops" stop_core $c
done
# nothing is left by a driver that goes while others stay
unbind() { basename "$1" >"$(dirname "$1")/unbind"; }
for d in "$DRV/mt3620-pluton/$(pluton_device)" "$(core 0)" "$(core 1)"; do
	try "$(basename "$d") is taken from its driver" unbind "$d"
done
refuse "Pluton is gone" pluton_is_up
tap_end
