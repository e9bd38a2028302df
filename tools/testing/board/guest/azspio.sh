# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The socket family call by call, with a core that sends back what it gets.

. /guest/rtcore-lib.sh

try "the modules load" load_modules
family=$(cat /sys/module/af_azspio/parameters/family)
try "core 0 starts with ic-echo" run_core 0 ic-echo
case $(uname -r) in
# a kernel of our own, built without SMC
*-sphere-*)
	equal "the family is the published one where the kernel has no SMC" "$family" 43
	try "a program that has the published number in it works" \
		traffic 0 "$APP1" --published --count 20
	;;
*)	refuse "the family is not 43 where the kernel has SMC ($family)" test "$family" = 43 ;;
esac
# the bytes of $CORE0 as they lie in memory
AZSPIO_PEER=11111111222233334444555555555500 AZSPIO_LINK=$(core 0)
AZSPIO_PEER=$(echo "$AZSPIO_PEER" | sed 's/^\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\4\3\2\1\6\5\8\7/')
export AZSPIO_PEER AZSPIO_LINK
/tests/azspio_test >/tmp/out 2>&1
equal "azspio_test passes" $? 0
grep -vE '^TAP version|^1\.\.|RUN|   OK ' /tmp/out | sed 's/^# //; s/^/# /'
equal "none of its cases was skipped" "$(grep -c SKIP /tmp/out)" 0
# the tool, which finds the number of the family
try "sphere core stop" sphere core stop 0
refuse "sphere core send: nobody is there" sphere core send --own "$APP1" --timeout 1 "$CORE0" hello
try "sphere core start" sphere core start --image ic-echo.elf --component "$CORE0" --partners "$APP1 $APP2" 0
equal "sphere core send --answer" "$(sphere core send --own "$APP1" --answer --timeout 5 "$CORE0" hello, core)" "hello, core"
equal "the same in digits" "$(sphere core send --own "$APP1" --answer --hex --timeout 5 "$CORE0" 00ff5c0a)" 00ff5c0a
equal "the same as text" "$(printf '\000\\a' | sphere core send --own "$APP1" --answer --timeout 5 "$CORE0")" '\x00\\a'
equal "sphere core list: state" "$(sphere core list | sed -n 's/^  state *//p' | head -n 1)" active
try "sphere core list: what was sent" sh -c "sphere core list | grep -q 'sent  *[1-9]'"
refuse "sphere core recv: nothing comes" sphere core recv --own "$APP2" --timeout 1 "$CORE0"
refuse "sphere core start: it runs" sphere core start 0
refuse "sphere core start: there is no such image" sphere core start --image no.elf 1
try "core 0 stops" sphere core stop 0
try "the modules are removed" unload_modules

# AZ15: the mailbox may come later
for m in sphere_authority mt3620-mailbox; do insmod "$M/$m.ko"; done
mailbox=$(cd "$DRV/mt3620-mailbox" && echo *.mailbox)
echo "$mailbox" >"$DRV/mt3620-mailbox/unbind"
insmod "$M/mt3620-rtcore.ko"
refuse "without a mailbox there is no core" core 0
echo "$mailbox" >"$DRV/mt3620-mailbox/bind"
try "AZ15: with the mailbox it comes" wait_until 5 core 0

# a number that is taken, one that is none, and one that is asked for
refuse "a family that is taken is refused" insmod "$M/af_azspio.ko" family=2
refuse "a number that is none is refused" insmod "$M/af_azspio.ko" family=4000
try "another free number" insmod "$M/af_azspio.ko" family=19
equal "is the one that was asked for" "$(cat /sys/module/af_azspio/parameters/family)" 19
try "the modules are removed again" unload_modules

tap_end
