# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# pluton.sh [host|brief] [PARAMETER...]: the Pluton driver, loaded with these
# parameters, against the board's Pluton: the selftest of the device node, the
# tool, each way of Pluton being wrong, and removal with requests under way. With
# "host" it prints what tools/testing/board/pluton-host judges. "brief" leaves the
# tool out, and Pluton is wrong for a shorter time.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

mode='' wrong_ms=150
case $1 in
host)	mode=host; shift ;;
brief)	mode=brief wrong_ms=60; shift ;;
esac

try "the modules load" load_all "$@"
try "there is a device node" wait_until 10 test -c /dev/pluton
equal "only root may use it" "$(stat -c %a /dev/pluton)" 600
equal "the kernel's random numbers come from it" "$(cat /sys/class/misc/hw_random/rng_current)" pluton
try "HW1 they can be read" good

export PLUTON_CTL="$CTL"
taps "selftest" /tests/pluton_test
taps "keys" /tests/pluton_key_test

# the tool, with the real libcrypto
tool() { /bin/sphere pluton "$@" 2>&1; }
status() { tool "$@" >/dev/null; echo $?; }
test_the_tool()
{
	nonce=$(printf '%064d' 7)
	digest=$(printf '%064d' 9)
	equal "the tool finds Pluton" "$(tool info | sed -n 's/^link to Pluton *//p')" up
	try "its attestation is good" tool attest --nonce "$nonce" --key "$(tool pubkey --attestation)"
	tool attest | grep ^measurement >/tmp/policy
	try "it meets a policy of what was measured" tool attest --policy /tmp/policy
	sed "2s/ .*/ 2 $digest/" /tmp/policy >/tmp/other
	equal "and not another" "$(status attest --policy /tmp/other)" 1
	equal "which it says" "$(tool attest --policy /tmp/other | grep -c 'policy *differs: type 2 ')" 1
	signature=$(tool sign --tenant board --digest "$digest")
	try "its signature is good" tool verify --tenant board --digest "$digest" --signature "$signature"
	signature=$(/tests/pluton_key_test --sign board "$digest")
	try "and that of a key in a keyring" tool verify --tenant board --digest "$digest" --signature "$signature"
	equal "not for another tenant" "$(status verify --tenant other --digest "$digest" --signature "$signature")" 1
	equal "not for something else" "$(status verify --tenant board --digest "$nonce" --signature "$signature")" 1
	equal "no tenant, no signature" "$(tool sign --digest "$digest" | grep -c -- --tenant)" 1
	equal "random bytes" "$(tool random --raw 1000 | wc -c)" 1000
}
[ "$mode" = brief ] || test_the_tool

if [ "$mode" = host ]; then
	echo "host: key $(tool pubkey --tenant board)"
	echo "host: attestation-key $(tool pubkey --attestation)"
	echo "host: digest $digest"
	echo "host: signature $signature"
	echo "host: nonce $nonce"
	tool attest --nonce "$nonce" | sed 's/^/host: evidence /'
	head -c 100004 /dev/hwrng | base64 | sed 's/^/host: random /'
fi

# Each way of being wrong, for a while, with all that programs can ask for and
# more: everybody comes back, and the first request after it succeeds.
echo 20 >"$PARAM/timeout_ms"
# shellcheck disable=SC2086 # an option and its value, or nothing
taps "RA2" /tests/pluton_storm -e -m "$wrong_ms" -c "$CTL" $PATIENCE
echo 0 >"$PARAM/timeout_ms"
try "the kernel's random numbers still come from it" wait_until 5 good

# RA7 RA30: gone with requests under way; serialised, only one of a class is
fault silent
waiting='' under_way=8
case " $* " in *' serialise=1 '*) under_way=2 ;; esac
for _ in 1 2 3 4; do
	/bin/sphere pluton attest >/dev/null 2>&1 &
	waiting="$waiting $!"
	/bin/sphere pluton random 100 >/dev/null 2>&1 &
	waiting="$waiting $!"
done
try "$under_way requests are under way" wait_until 5 slots_in_use "$under_way"
device=$(pluton_device)
try "RA30 unbound with requests under way" sh -c "echo $device >$DRV/mt3620-pluton/unbind"
# shellcheck disable=SC2086 # several numbers
try "RA7 nobody waits any more" wait_until 5 gone $waiting
refuse "the node is gone" test -e /dev/pluton
fault none
try "bound again" sh -c "echo $device >$DRV/mt3620-pluton/bind"
try "and working" wait_until 5 good
try "the Pluton driver is removed" rmmod pluton
try "and loaded again" insmod "$M/pluton.ko" "$@"
try "it works" wait_until 5 good
equal "no overlap that was not to be" "$(devmem $((CTL + 0x210)) 32)" 0x00000000
try "all modules are removed" rmmod pluton mt3620_mailbox sphere_authority

tap_end
