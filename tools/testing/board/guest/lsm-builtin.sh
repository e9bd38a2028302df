# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# lsm-builtin.sh: sphere_lsm on a board whose kernel has it built in, beside Yama:
# the same selftests as where it is a module.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

equal "it stands beside others" "$(cat /sys/kernel/security/lsm)" capability,yama,sphere_lsm
cp /tests/sphere_lsm_app /sphere_lsm_app
taps "built in:" /tests/sphere_lsm_test
tap_end
