# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests on the board share: results as the Test Anything Protocol has
# them, and a look at the kernel's log at the end.

tap_n=0
tap_failed=0

# A kernel made for tests looks for leaks; what the boot left is not ours.
KMEMLEAK=/sys/kernel/debug/kmemleak
if [ -e $KMEMLEAK ]; then
	echo scan >$KMEMLEAK
	echo clear >$KMEMLEAK
fi

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

# taps PREFIX PROGRAM...: a program's own results count as ours
taps()
{
	tap_prefix=$1
	shift
	"$@" >/tmp/taps 2>&1
	tap_rc=$?
	tap_bad=$tap_failed tap_before=$tap_n
	while read -r tap_line; do
		case $tap_line in
		'ok '*'# SKIP'*)
			tap_line=${tap_line#ok * }
			skip "$tap_prefix ${tap_line%%#*}" "${tap_line#*SKIP }" ;;
		'ok '*)		ok "$tap_prefix ${tap_line#ok * }" ;;
		'not ok '*)	not_ok "$tap_prefix ${tap_line#not ok * }" ;;
		'# '*)		note "${tap_line#\# }" ;;
		esac
	done <<-END
	$(grep -vE '^#  *(RUN|OK)|^1\.\.|^TAP ' /tmp/taps)
	END
	[ "$tap_n" -gt "$tap_before" ] || not_ok "$tap_prefix: $1 printed no result"
	# a failure that no result tells of
	[ "$tap_rc" = 0 ] || [ "$tap_failed" -gt "$tap_bad" ] || not_ok "$tap_prefix: $1 ended with $tap_rc"
	[ "$tap_rc" = 0 ] || tail -n 20 /tmp/taps | sed 's/^/# | /'
}

# tap_sanitisers: what a kernel made for tests knows besides its log
tap_sanitisers()
{
	# lockdep is silent for good after its first report
	[ ! -e /proc/lockdep_stats ] ||
		equal "lockdep was on to the end" "$(sed -n 's/^ *debug_locks: *//p' /proc/lockdep_stats)" 1
	if [ -e $KMEMLEAK ]; then
		# what is younger than five seconds counts as in use, and a first
		# scan may find a pointer that was about to go
		sleep 6
		echo scan >$KMEMLEAK
		echo scan >$KMEMLEAK
		tap_leaks=$(cat $KMEMLEAK)
		try "no memory was lost" test -z "$tap_leaks"
		[ -z "$tap_leaks" ] || echo "$tap_leaks" | head -n 24 | sed 's/^/# /'
	fi
}

# tap_end: the log must be clean, then the plan; returns the status of the run
tap_end()
{
	tap_sanitisers
	tap_report='BUG:|WARNING:|Oops|Call [Tt]race:|KASAN|UBSAN|INFO: (possible|suspicious|trying|task)|Unable to handle'
	tap_bad=$(dmesg | grep -E "$tap_report" | head -n 3)
	equal "the kernel's log is clean" "$tap_bad" ""
	[ -z "$tap_bad" ] || dmesg | grep -E -A 25 "$tap_report" | head -n 60 | sed 's/^/# /'
	echo "1..$tap_n"
	[ "$tap_failed" = 0 ]
}
