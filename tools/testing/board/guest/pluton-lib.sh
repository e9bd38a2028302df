# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
#
# What the tests of Pluton share.

CTL=0x3f000000
PARAM=/sys/module/pluton/parameters

# KASAN makes the slowest of good requests slower than the limit of pluton_storm
PATIENCE=
[ ! -e "$KMEMLEAK" ] || PATIENCE="-g 20000"

# load_all PARAMETER...: the driver with these, and what it stands on
load_all()
{
	insmod "$M/sphere_authority.ko" && insmod "$M/mt3620-mailbox.ko" && insmod "$M/pluton.ko" "$@"
}

pluton_device()
{
	for pluton_d in "$DRV"/mt3620-pluton/*pluton; do
		[ -e "$pluton_d" ] && basename "$pluton_d" && return
	done
	return 1
}

# fault NAME: what Pluton does wrong, as in the board's PlutonFault
fault()
{
	case $1 in
	none)	devmem $((CTL + 0x200)) 32 0 ;;
	silent)	devmem $((CTL + 0x200)) 32 1 ;;
	storm)	devmem $((CTL + 0x200)) 32 16 ;;
	esac
}

# latency US: how long an answer takes
latency() { devmem $((CTL + 0x204)) 32 "$1"; }

# a request that must be answered: eight bytes of what the kernel asks Pluton
good() { [ "$(head -c 8 /dev/hwrng | wc -c)" = 8 ]; }

# slots_in_use N: at least so many requests are with Pluton
slots_in_use() { [ "$(cat /sys/class/misc/pluton/statistics/slots_in_use)" -ge "$1" ]; }

# gone PID...: none of them runs
gone()
{
	for pluton_p in "$@"; do
		# one that has ended stays as a zombie until it is waited for
		[ ! -e "/proc/$pluton_p" ] || grep -q '^State:.*Z' "/proc/$pluton_p/status" || return 1
	done
}
