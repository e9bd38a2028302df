# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# /dev/pluton from 64-bit programs and from 32-bit ones, on a 64-bit kernel, with a
# Pluton that is a kernel module: numbers, layouts and pointers of both.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

try "the modules load" sh -c "insmod $M/sphere_authority.ko && insmod $M/pluton.ko && insmod $M/pluton-loopback.ko"
try "there is a device node" wait_until 10 test -c /dev/pluton
equal "the first program is one of 64 bits" "$(hexdump -s 4 -n 1 -e '1/1 "%d"' /tests/pluton_test)" 2
taps "64 bits" /tests/pluton_test
equal "the second one is one of 32 bits" "$(hexdump -s 4 -n 1 -e '1/1 "%d"' /tests32/pluton_test)" 1
taps "32 bits" /tests32/pluton_test
taps "keys, 64 bits" /tests/pluton_key_test
taps "keys, 32 bits" /tests32/pluton_key_test
taps "storm, 32 bits" /tests32/pluton_storm -n 2000
try "all modules are removed" rmmod pluton_loopback pluton sphere_authority

tap_end
