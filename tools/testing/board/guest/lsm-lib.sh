# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of sphere_lsm on the board share.

S=/sys/kernel/security/sphere
# shellcheck disable=SC2034 # for those who source this
T=/sys/kernel/tracing

status_of() { sed -n "s/^$1 //p" "$S"/status; }

# load_lsm PARAMETER...: the module, and what it stands on
load_lsm()
{
	[ ! -e "$M/ecc.ko" ] || grep -q '^ecc ' /proc/modules || insmod "$M/ecc.ko"
	try "the authority loads" insmod "$M/sphere_authority.ko"
	try "the module loads into a kernel that was built without it" insmod "$M/sphere_lsm.ko" "$@"
	cp /tests/sphere_lsm_app /sphere_lsm_app
}
