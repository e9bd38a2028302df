# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every script of the set-up shares: where the cache is, how progress and
# failure are shown, how a step is made safe against interruption, and how
# packages are asked for. Sourced, never run.
#
# Contract of the scripts beside this file: progress goes to stderr, the path
# of what was asked for goes to stdout, and a path is printed only when
# everything behind it is complete. Whatever is built is built under a
# temporary name and renamed at the end, so nothing half done is found later.

set -euo pipefail

SPHERE_ROOT=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
# shellcheck disable=SC2034 # for those who source this
SPHERE_SETUP=$SPHERE_ROOT/tools/testing/setup
SPHERE_CACHE=${SPHERE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/sphere}
SPHERE_JOBS=${SPHERE_JOBS:-$(nproc)}
# SPHERE_VARIANT, a name, keeps what is built from one checkout, its logs and its
# results apart from those of another that shares the cache.
SPHERE_VARIANT=${SPHERE_VARIANT:-}
case $SPHERE_VARIANT in
*[!A-Za-z0-9_.-]*) echo "sphere: SPHERE_VARIANT may hold letters, digits, '.', '_' and '-' only" >&2; exit 1 ;;
esac
SPHERE_LOGS=$SPHERE_CACHE/log${SPHERE_VARIANT:+/variant-$SPHERE_VARIANT}
SPHERE_RESULTS=$SPHERE_CACHE/check${SPHERE_VARIANT:+/variant-$SPHERE_VARIANT}
export SPHERE_ROOT SPHERE_CACHE SPHERE_JOBS SPHERE_VARIANT
export LC_ALL=C

# make passes its own flags on; the kernel and QEMU builds are not its children
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

say()  { printf '%s\n' "$*" >&2; }
step() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
die()  { printf 'sphere: %s\n' "$*" >&2; exit 1; }

ensure_cache()
{
	if mkdir -p "$SPHERE_LOGS" "$SPHERE_RESULTS" "$SPHERE_CACHE/lock" 2>/dev/null && [ -w "$SPHERE_CACHE" ]; then
		return
	fi
	die "cannot write the cache directory $SPHERE_CACHE: free some space, make it writable, or set SPHERE_CACHE to another place"
}

# need_space MIB WHAT: refuse to begin what would end on a full disk
need_space()
{
	local free

	free=$(df -Pm "$SPHERE_CACHE" | awk 'NR == 2 { print $4 }')
	[ "${free:-0}" -ge "$1" ] ||
		die "$2 needs $1 MiB free under $SPHERE_CACHE, and ${free:-0} MiB are: free some, or set SPHERE_CACHE to another disk"
}

# take_lock NAME: one builder at a time for each thing; the lock dies with us
take_lock()
{
	ensure_cache
	exec 9>"$SPHERE_CACHE/lock/$1"
	flock -n 9 && return
	step "waiting for another run that is preparing $1"
	flock 9
}

# run_logged LOG WHAT COMMAND...: output goes to a log; stderr says every ten
# seconds how far it is, and on failure what the log's last lines were.
run_logged()
{
	local log=$SPHERE_LOGS/$1.log what=$2 pid began=$SECONDS last shown=0 rc=0

	shift 2
	ensure_cache
	step "$what"
	"$@" >"$log" 2>&1 9>&- </dev/null &
	pid=$!
	# shellcheck disable=SC2064 # this pid, not a later one
	trap "kill $pid 2>/dev/null; exit 130" INT TERM
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		[ $((SECONDS - began - shown)) -ge 10 ] || continue
		shown=$((SECONDS - began))
		last=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | sed '/^[[:space:]]*$/d' | tail -n 1 | cut -c 1-100)
		say "          ... ${shown} s: $last"
	done
	wait "$pid" || rc=$?
	trap - INT TERM
	[ "$rc" = 0 ] && return 0
	tail -n 15 "$log" | sed 's/^/    | /' >&2
	# on a full disk the log itself may have lost the word
	if grep -q 'No space left on device' "$log" ||
	   [ "$(df -Pk "$SPHERE_CACHE" | awk 'NR == 2 { print $4 }')" -lt 1024 ]; then
		die "$what: the disk is full; free some space, or set SPHERE_CACHE to another disk, and run the same command again"
	fi
	die "$what: failed with status $rc; the whole output is in $log"
}

# publish TMP FINAL: the last act of a step
publish()
{
	rm -rf "$2.old"
	if [ -e "$2" ]; then mv "$2" "$2.old"; fi
	sync -f "$1" 2>/dev/null || true
	mv "$1" "$2"
	rm -rf "$2.old"
}

# hash_of FILE|DIR...: a key that changes when any content or name does
hash_of()
{
	(cd "$SPHERE_ROOT" && find "$@" -type f -print0 | sort -z | xargs -0 sha256sum) |
		sha256sum | cut -c 1-16
}

# ---- packages -------------------------------------------------------------

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# mirrors: the Debian mirrors this machine is configured to use, as
# "main URI" and "security URI". Only the addresses are taken from it.
mirrors()
{
	local uris main security

	if [ -n "${SPHERE_MIRROR:-}" ]; then
		main=${SPHERE_MIRROR%/}
		security=${SPHERE_MIRROR_SECURITY:-$main-security}
	else
		uris=$(apt-get update --print-uris 2>/dev/null | sed -n "s/^'\([^']*\)' .*/\1/p")
		main=$(sed -n 's|/dists/bookworm/.*||p' <<<"$uris" | head -n 1)
		security=$(sed -n 's|/dists/bookworm-security/.*||p' <<<"$uris" | head -n 1)
		[ -n "$main" ] ||
			die "this machine's apt sources name no Debian 12 (bookworm) mirror: add one, or set SPHERE_MIRROR=http://HOST/debian"
		security=${security:-${main%/}-security}
	fi
	printf '%s %s\n' "${main%/}" "${security%/}"
}

# apt_private ARCH SUITES: set APT to the options of an apt that knows only
# these suites and has lists of its own. ARCH is what is asked for; the
# machine's own architecture comes along, for build tools.
APT=()
apt_private()
{
	local arch=$1 suites=$2 native root main security suite uri signed='' type
	native=$(dpkg --print-architecture)

	root=$SPHERE_CACHE/apt/$arch-${suites// /+}
	mkdir -p "$root/lists/partial" "$root/archives/partial"
	: >>"$root/status"
	[ -e "$KEYRING" ] && signed="[signed-by=$KEYRING]"
	read -r main security <<<"$(mirrors)"
	[ -n "$main" ] || exit 1
	for suite in $suites; do
		case $suite in *-security) uri=$security ;; *) uri=$main ;; esac
		for type in deb deb-src; do
			echo "$type $signed $uri $suite main"
		done
	done >"$root/sources.list.new"
	if ! cmp -s "$root/sources.list.new" "$root/sources.list"; then
		rm -f "$root/updated"
		mv "$root/sources.list.new" "$root/sources.list"
	fi
	APT_ROOT=$root
	APT=(-o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=/dev/null
	     -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
	     -o "Dir::State::lists=$root/lists" -o "Dir::Cache::archives=$root/archives"
	     -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
	     -o APT::Get::List-Cleanup=true -o APT::Sandbox::User=root -o Acquire::Languages=none
	     -o Acquire::Retries=3 -o APT::Update::Post-Invoke-Success=
	     -o "APT::Architectures=$native,$arch" -o "APT::Architecture=$native")
	apt_refresh
}

# apt_refresh: fetch the lists at most once an hour. A mirror in the middle of
# an update contradicts itself for a while: try again, and in the end go on
# with what could be read; what is then missing is named by who needs it.
apt_refresh()
{
	local try

	[ -n "$(find "$APT_ROOT/updated" -mmin -60 2>/dev/null)" ] && return
	for try in 1 2 3; do
		if apt-get "${APT[@]}" -qq update >"$APT_ROOT/update.log" 2>&1; then
			touch "$APT_ROOT/updated"
			return
		fi
		[ "$try" = 3 ] || { step "the package lists are not consistent at this moment; trying again"; sleep $((try * 4)); }
	done
	say "          part of the package lists could not be read; going on with the rest:"
	grep '^E:' "$APT_ROOT/update.log" | head -n 1 | cut -c 1-160 | sed 's/^/          /' >&2
	# what is lacking is asked for again in five minutes, not in an hour
	touch -d '-55 minutes' "$APT_ROOT/updated"
}

# apt_version PACKAGE[:ARCH]: the newest version offered, empty if none is
apt_version()
{
	apt-cache "${APT[@]}" -o "Dir::State::status=$APT_ROOT/status" policy "$1" |
		awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# apt_field PACKAGE[:ARCH] VERSION FIELD
apt_field()
{
	apt-cache "${APT[@]}" -o "Dir::State::status=$APT_ROOT/status" show "$1=$2" 2>/dev/null |
		sed -n "s/^$3: //p" | head -n 1
}

# apt_unpack DIR PACKAGE[:ARCH]=VERSION...: download, verify, extract; nothing
# is installed and no maintainer script runs
apt_unpack()
{
	local dir=$1 tmp deb try rc

	shift
	tmp=$(mktemp -d "$SPHERE_CACHE/unpack.XXXXXX")
	for try in 1 2 3; do
		rc=0
		(cd "$tmp" && apt-get "${APT[@]}" -o "Dir::State::status=$APT_ROOT/status" \
			download "$@") >"$tmp/log" 2>&1 || rc=$?
		[ "$rc" = 0 ] && break
		[ "$try" = 3 ] && { sed 's/^/    | /' "$tmp/log" | tail -n 5 >&2; rm -rf "$tmp"; die "could not download $*: check the network and run the same command again"; }
		rm -f "$APT_ROOT/updated"
		sleep $((try * 3))
		apt_refresh
	done
	for deb in "$tmp"/*.deb; do
		if ! dpkg-deb -x "$deb" "$dir" 2>"$tmp/log"; then
			say "$(tail -n 1 "$tmp/log")"
			rm -rf "$tmp"
			die "could not extract $(basename "$deb") into $dir: is the disk full?"
		fi
	done
	rm -rf "$tmp"
}

# refresh_wanted: SPHERE_REFRESH=1 asks the mirror again although a version is
# there; otherwise what is in the cache is used without touching the network
refresh_wanted() { [ "${SPHERE_REFRESH:-0}" = 1 ]; }
