# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Every command explains itself and stands in the manual page

page=$SPHERE_ROOT/tools/sphere/sphere.1
# the page without its markup, in one line
plain=$(sed 's/\\-/-/g; s/\\f[A-Z]//g; s/"//g' "$page" | tr '\n' ' ')
"$sphere" --help | sed -n 's/^  sphere \([a-z]* [a-z]*\)\( .*\)*$/\1/p; s/^  sphere \([a-z]*\)   .*/\1/p' >"$tmp/commands"
while read -r command; do
	# shellcheck disable=SC2086 # a group and a command
	run_sphere $command --help
	if [ "$rc" = 0 ] && [ "$(wc -l <<<"$out")" -ge 3 ] && grep -q "^usage: sphere $command" <<<"$out"; then
		ok "help of $command"
	else
		not_ok "help of $command: $rc $out"
	fi
	if grep -q "sphere $command" <<<"$plain"; then ok "the manual page has $command"; else not_ok "the manual page has $command"; fi
	# every option of the usage line, and of the help, is a real one
	grep -oE -- '--[a-z][a-z-]+' <<<"$out" | sort -u | grep -vxE -- '--(help|root)' >"$tmp/options" || true
	while read -r option; do
		# shellcheck disable=SC2086
		run_sphere $command "$option"
		if grep -q 'has no option' <<<"$err"; then not_ok "$command takes $option: $err"; fi
	done <"$tmp/options"
done <"$tmp/commands"
if [ "$(wc -l <"$tmp/commands")" -ge 20 ]; then ok "$(wc -l <"$tmp/commands") commands"; else not_ok "commands are missing in --help"; fi
