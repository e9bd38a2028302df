# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests on the board share: results as the Test Anything Protocol has
# them, and a look at the kernel's log at the end.

tap_n=0
tap_failed=0

# ok TEXT / not_ok TEXT / skip TEXT WHY
ok()	 { tap_n=$((tap_n + 1)); echo "ok $tap_n $*"; }
not_ok() { tap_n=$((tap_n + 1)); tap_failed=$((tap_failed + 1)); echo "not ok $tap_n $*"; }
skip()	 { tap_n=$((tap_n + 1)); echo "ok $tap_n $1 # SKIP $2"; }
note()	 { echo "# $*"; }

# try TEXT COMMAND...: the command must succeed
try()
{
	tap_text=$1
	shift
	if tap_out=$("$@" 2>&1); then
		ok "$tap_text"
	else
		not_ok "$tap_text"
		note "$* ended with $?: $tap_out"
	fi
}

# refuse TEXT COMMAND...: the command must fail
refuse()
{
	tap_text=$1
	shift
	if tap_out=$("$@" 2>&1); then
		not_ok "$tap_text"
		note "$* succeeded: $tap_out"
	else
		ok "$tap_text"
	fi
}

# equal TEXT IS WANTED
equal()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		note "is '$2', should be '$3'"
	fi
}

# logged TEXT PATTERN: the kernel's log must have a line like that
logged()
{
	if dmesg | grep -qE "$2"; then
		ok "$1"
	else
		not_ok "$1"
		note "no line of the kernel's log matches: $2"
		dmesg | tail -n 5 | sed 's/^/# /'
	fi
}

# wait_until SECONDS COMMAND...: give what happens in the background its time
wait_until()
{
	tap_left=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tap_left=$((tap_left - 1))
		[ "$tap_left" -gt 0 ] || return 1
		sleep 0.1
	done
}

# tap_end: the log must be clean, then the plan; returns the status of the run
tap_end()
{
	tap_bad=$(dmesg | grep -E 'BUG:|WARNING:|Oops|Call [Tt]race:|KASAN|UBSAN|possible recursive|possible circular|Unable to handle' | head -n 3)
	equal "the kernel's log is clean" "$tap_bad" ""
	echo "1..$tap_n"
	[ "$tap_failed" = 0 ]
}
