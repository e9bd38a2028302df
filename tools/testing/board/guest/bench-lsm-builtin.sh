# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# What sphere_lsm costs built in: a line "cost WHO CALL INSTRUCTIONS" for each call.
# On a kernel whose lsm= does not name it, by a task without it ("none"); else by one
# that is not confined ("free"), and by one that is ("confined").

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh
. /guest/bench-lsm-lib.sh

cp /tests/sphere_lsm_app /sphere_lsm_app
measure once
if grep -q sphere_lsm /sys/kernel/security/lsm; then
	measure_confined
	measure free
	tell="free conf"
else
	measure none
	tell=none
fi
for who in $tell; do
	for op in $OPS; do
		v=$(of "$who" "$op")
		[ -z "$v" ] || echo "cost $who $op $v"
	done
done
tap_end
