# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of sphere_lsm on the board share.

S=/sys/kernel/security/sphere
# shellcheck disable=SC2034 # for those who source this
T=/sys/kernel/tracing

# taps PREFIX PROGRAM...: a program's own results count as ours
taps()
{
	lsm_prefix=$1
	shift
	"$@" >/tmp/taps 2>&1
	lsm_status=$?
	while read -r lsm_line; do
		case $lsm_line in
		"ok "*)		ok "$lsm_prefix: ${lsm_line#ok * }" ;;
		"not ok "*)	not_ok "$lsm_prefix: ${lsm_line#not ok * }" ;;
		"# "*)		lsm_word=${lsm_line#\# }
				case $lsm_word in *RUN*|*" OK "*|OK*) ;; *) echo "$lsm_line" ;; esac ;;
		esac
	done </tmp/taps
	equal "$lsm_prefix: it ended well" "$lsm_status" 0
}

status_of() { sed -n "s/^$1 //p" "$S"/status; }

# load_lsm PARAMETER...: the module, and what it stands on
load_lsm()
{
	[ ! -e "$M/ecc.ko" ] || grep -q '^ecc ' /proc/modules || insmod "$M/ecc.ko"
	try "the authority loads" insmod "$M/sphere_authority.ko"
	try "the module loads into a kernel that was built without it" insmod "$M/sphere_lsm.ko" "$@"
	cp /tests/sphere_lsm_app /sphere_lsm_app
}
