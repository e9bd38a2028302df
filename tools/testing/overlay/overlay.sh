#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# overlay.sh KTREE: put the modules of this repository into a kernel source
# tree, so that they can be configured and built in like any other driver.
#
# KTREE must be a private copy, never the only copy of a distribution's tree.
# Running it again brings the tree up to date: a file is written only where its
# content differs, so a following build compiles just what changed, and a file
# that left the repository leaves the tree.

set -euo pipefail

repo=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd -P)
ktree=${1:?usage: overlay.sh KTREE}
if ! [ -f "$ktree/Kbuild" ] || ! [ -d "$ktree/drivers" ] || ! [ -d "$ktree/security" ]; then
	echo "overlay.sh: $ktree is no kernel source tree" >&2
	exit 1
fi
[ -w "$ktree/drivers/Kconfig" ] ||
	{ echo "overlay.sh: $ktree cannot be written: give a copy of your own (cp -a)" >&2; exit 1; }

sources()
{
	(cd "$1" && find . -type f \( -name '*.[chS]' -o -name Kconfig -o -name Makefile \
		-o -name .kunitconfig -o -name '*.config' -o -name '*.def' \) ! -name '*.mod.c' -print | LC_ALL=C sort)
}

# mirror DIR: make $ktree/DIR hold exactly the sources of $repo/DIR
mirror()
{
	local f
	mkdir -p "$ktree/$1"
	sources "$repo/$1" | while read -r f; do
		cmp -s "$repo/$1/$f" "$ktree/$1/$f" && continue
		mkdir -p "$ktree/$1/${f%/*}"
		cp "$repo/$1/$f" "$ktree/$1/$f"
	done
	comm -13 <(sources "$repo/$1") <(sources "$ktree/$1") | while read -r f; do
		rm -f "$ktree/$1/$f"
	done
}

# add FILE LINE: once; a Kconfig line goes before the end of the menu
add()
{
	# never write through a link into somebody else's tree
	if [ -L "$ktree/$1" ]; then
		cp -L "$ktree/$1" "$ktree/$1.tmp"
		mv "$ktree/$1.tmp" "$ktree/$1"
	fi
	grep -qxF -- "$2" "$ktree/$1" && return
	case $1 in
	*/Kconfig)
		grep -qx endmenu "$ktree/$1" ||
			{ echo "overlay.sh: $ktree/$1 has no end of a menu to add to" >&2; exit 1; }
		# before the last endmenu of the file
		awk -v line="$2" '{ l[NR] = $0; if ($0 == "endmenu") last = NR }
			END { for (i = 1; i <= NR; i++) { if (i == last) print line; print l[i] } }' \
			"$ktree/$1" >"$ktree/$1.tmp"
		mv "$ktree/$1.tmp" "$ktree/$1"
		;;
	*)
		printf '%s\n' "$2" >>"$ktree/$1"
		;;
	esac
}

for d in sphere:SPHERE_AUTHORITY mt3620:MT3620 pluton:PLUTON; do
	dir=${d%:*} sym=${d#*:}
	[ -e "$repo/drivers/$dir/Kconfig" ] || continue
	mirror "drivers/$dir"
	add drivers/Kconfig "source \"drivers/$dir/Kconfig\""
	case $sym in
	# a directory with several independent options is always entered
	MT3620) add drivers/Makefile "obj-y += $dir/" ;;
	*)	add drivers/Makefile "obj-\$(CONFIG_$sym) += $dir/" ;;
	esac
done

if [ -e "$repo/security/sphere_lsm/Kconfig" ]; then
	mirror security/sphere_lsm
	add security/Kconfig 'source "security/sphere_lsm/Kconfig"'
	# shellcheck disable=SC2016 # a make variable
	add security/Makefile 'obj-$(CONFIG_SECURITY_SPHERE_LSM) += sphere_lsm/'
	# From 6.12 the slots of the modules are counted at compile time, and a
	# module that is not counted does not start.
	f=$ktree/include/linux/lsm_count.h
	if [ -e "$f" ] && ! grep -q SPHERE_LSM_ENABLED "$f"; then
		# shellcheck disable=SC1003 # backslashes for sed
		sed -i -e '/^#define __COUNT_LSMS(/i\
#if IS_ENABLED(CONFIG_SECURITY_SPHERE_LSM)\
#define SPHERE_LSM_ENABLED 1,\
#else\
#define SPHERE_LSM_ENABLED\
#endif\
' -e 's/^\t\tCAPABILITIES_ENABLED.*$/&\n\t\tSPHERE_LSM_ENABLED\t\t\\/' "$f"
		# shellcheck disable=SC1003
		grep -q 'SPHERE_LSM_ENABLED.*\\' "$f" ||
			{ echo "overlay.sh: could not add the module to $f" >&2; exit 1; }
	fi
fi

# Headers: only files of ours, beside the kernel's own
(cd "$repo/include" && find . -type f -name '*.h') | while read -r f; do
	cmp -s "$repo/include/$f" "$ktree/include/$f" && continue
	mkdir -p "$ktree/include/${f%/*}"
	cp "$repo/include/$f" "$ktree/include/$f"
done
