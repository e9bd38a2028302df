# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# pluton-lengths.sh: random data of every length from 0 to 4096, two million
# answers of Pluton: exactly filled, nothing beyond touched.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

try "the modules load" load_all
try "there is a device node" wait_until 10 test -c /dev/pluton
export PLUTON_EVERY_LENGTH=1
taps "selftest" /tests/pluton_test
try "all modules are removed" rmmod pluton mt3620_mailbox sphere_authority

tap_end
