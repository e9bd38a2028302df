# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What both boots of `make run` print: a readable line per step, a status at the end.

bad=0
# say TEXT RESULT
say() { printf '  %-58s %s\n' "$1" "$2"; }
# do_step TEXT COMMAND...
do_step()
{
	text=$1
	shift
	if out=$("$@" 2>&1); then
		say "$text" "ok"
	else
		say "$text" "FAILED"
		[ -z "$out" ] || echo "      $out"
		dmesg | tail -n 3 | sed 's/^/      /'
		bad=$((bad + 1))
	fi
}

# ending TEXT: the status, and what is said where nothing failed
ending()
{
	reports=$(dmesg | grep -cE 'BUG:|WARNING:|Oops|Call [Tt]race:')
	say "reports in the kernel's log" "$reports"
	[ "$reports" = 0 ] || bad=$((bad + 1))
	echo
	if [ "$bad" = 0 ]; then
		echo "  $1"
	else
		echo "  $bad of the steps above FAILED."
	fi
	[ "$bad" = 0 ]
}
