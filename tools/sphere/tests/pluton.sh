# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# sphere pluton: command lines, signatures and attestations that openssl made

# ---- command lines -------------------------------------------------------------

digest=$(printf abc | sha256sum | cut -c 1-64)
zeros=$(printf '%064d' 0)

expect "an unknown command" 2 "no command 'nothing-like-this'" nothing-like-this
expect "help is no error" 0 'usage: sphere COMMAND' --help
expect "help of the group" 0 'sphere pluton attest' pluton --help
expect "help of a command" 0 'usage: sphere pluton sign' pluton sign --help
expect "an unknown command of the group" 2 "no command 'pluton frob'" pluton frob
expect "an unknown option" 2 'no option --frob' pluton info --frob
expect "an option of another command" 2 'no option --pem' pluton info --pem
expect "an option without its value" 2 'needs a value' pluton info --device
expect "info with an argument" 2 'takes no arguments' pluton info x
expect "random without a number" 2 'how many' pluton random
expect "random with a negative number" 2 'no number' pluton random -- -5
expect "random with a number and more" 2 'no number' pluton random 5x
expect "random with too large a number" 2 'no number' pluton random 1073741825
expect "random with a number of 65 bits" 2 'no number' pluton random 18446744073709551617
expect "two keys at once" 2 'exclude' pluton pubkey --general --tenant a
expect "an empty tenant" 2 '1 to 64' pluton pubkey --tenant ''
expect "a tenant too long" 2 '1 to 64' pluton sign --digest "$digest" --tenant "$(printf '%065d' 0)"
expect "neither file nor digest" 2 'one file' pluton sign
expect "file and digest" 2 'one file' pluton sign --digest "$digest" "$0"
expect "two files" 2 'one file' pluton sign "$0" "$0"
expect "a digest too short" 2 '64 hex' pluton sign --digest "${digest:2}"
expect "a digest with a wrong digit" 2 '64 hex' pluton sign --digest "g${digest:1}"
expect "a file that is not there" 3 'cannot be read: No such file' pluton sign "$tmp/none"
expect "a directory" 3 'cannot be read' pluton sign "$tmp"
expect "verify without a signature" 2 'signature takes' pluton verify --digest "$digest"
expect "a nonce too long" 2 'a nonce has' pluton attest --nonce "${zeros}00"
expect "a key file that is not there" 3 'cannot be read' pluton verify --key "$tmp/none" --signature "$zeros$zeros" --digest "$digest"

# ---- devices that are none -------------------------------------------------------

expect "no device: says what to load" 4 'modprobe pluton' pluton info --device "$tmp/none"
expect "something else: says so" 4 'no Pluton device' pluton info --device /dev/null
expect "the same for each command" 4 'no Pluton device' pluton attest --device /dev/null
expect "and for random" 4 'no Pluton device' pluton random 4 --device /dev/null

# ---- signatures ------------------------------------------------------------------

make_key() { openssl ecparam -name "${2:-prime256v1}" -genkey -noout -out "$tmp/$1.pem" && openssl ec -in "$tmp/$1.pem" -pubout -out "$tmp/$1.pub" 2>/dev/null; }
# the last 64 bytes of the DER form are the point
key_hex() { openssl pkey -pubin -in "$tmp/$1.pub" -outform DER | tail -c 64 | od -An -v -tx1 | tr -d ' \n'; }
# sign_hex KEY FILE: r and s of 32 bytes each
sign_hex()
{
	openssl dgst -sha256 -sign "$tmp/$1.pem" "$2" | openssl asn1parse -inform DER |
		sed -n 's/.*INTEGER *:\([0-9A-F]*\)$/\1/p' | while read -r number; do
		printf '%064s' "$number" | tr ' A-F' '0a-f'
	done
}
# flip HEX N: the digit at N is another
flip()
{
	local d=${1:$2:1}

	printf '%s%x%s' "${1:0:$2}" $((0x$d ^ 1)) "${1:$(($2 + 1))}"
}

make_key one
make_key two
make_key other secp384r1
one=$(key_hex one) two=$(key_hex two)
printf abc >"$tmp/abc"
sig=$(sign_hex one "$tmp/abc")
p256_n=ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551

expect "openssl's signature is good" 0 'is good' pluton verify --key "$one" --signature "$sig" "$tmp/abc"
expect "the same by digest" 0 'is good' pluton verify --key "$one" --signature "$sig" --digest "$digest"
expect "the same with a PEM key" 0 'is good' pluton verify --key "$tmp/one.pub" --signature "$sig" "$tmp/abc"
expect "as JSON" 0 '^\{"verified":true\}$' pluton verify --json --key "$one" --signature "$sig" "$tmp/abc"
expect "capital digits" 0 'is good' pluton verify --key "${one^^}" --signature "${sig^^}" "$tmp/abc"
expect "another key" 1 'NOT good' pluton verify --key "$two" --signature "$sig" "$tmp/abc"
expect "another file" 1 'NOT good' pluton verify --key "$one" --signature "$sig" "$tmp/one.pem"
expect "as JSON too" 1 '^\{"verified":false\}$' pluton verify --json --key "$two" --signature "$sig" "$tmp/abc"
for at in 0 63 64 127; do
	expect "digit $at of the signature flipped" 1 'NOT good' pluton verify --key "$one" --signature "$(flip "$sig" $at)" "$tmp/abc"
	expect "digit $at of the key flipped" 1 'NOT good' pluton verify --key "$(flip "$one" $at)" --signature "$sig" "$tmp/abc"
done
expect "r is 0" 1 'NOT good' pluton verify --key "$one" --signature "$zeros${sig:64}" "$tmp/abc"
expect "s is 0" 1 'NOT good' pluton verify --key "$one" --signature "${sig:0:64}$zeros" "$tmp/abc"
expect "both are 0" 1 'NOT good' pluton verify --key "$one" --signature "$zeros$zeros" "$tmp/abc"
expect "r is the order of the group" 1 'NOT good' pluton verify --key "$one" --signature "$p256_n${sig:64}" "$tmp/abc"
expect "s is the order of the group" 1 'NOT good' pluton verify --key "$one" --signature "${sig:0:64}$p256_n" "$tmp/abc"
expect "the key is zero" 1 'NOT good' pluton verify --key "$zeros$zeros" --signature "$sig" "$tmp/abc"
expect "a key of another curve" 3 'not one of P-256' pluton verify --key "$tmp/other.pub" --signature "$sig" "$tmp/abc"
expect "a private key where a public one belongs" 3 'no public key' pluton verify --key "$tmp/one.pem" --signature "$sig" "$tmp/abc"

# ---- attestations ------------------------------------------------------------------

le32() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
unhex() { python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'; }
measured() { printf 'stage %s' "$1" | sha256sum | cut -c 1-64; }

# make_evidence FILE KEY NONCE SUCCESSFUL TYPE...: as Pluton would sign it
make_evidence()
{
	local file=$1 key=$2 nonce=$3 successful=$4 type

	shift 4
	{
		printf '%s%s' "$nonce" "$(le32 $#)"
		for type in "$@"; do printf '%s%s' "$(le32 "$type")" "$(measured "$type")"; done
	} | unhex >"$tmp/signed"
	{
		echo "nonce $nonce"
		echo "successful $successful"
		echo "key $(key_hex "$key")"
		echo "signature $(sign_hex "$key" "$tmp/signed")"
		for type in "$@"; do echo "measurement $type $(measured "$type")"; done
	} >"$file"
}
nonce=$(printf nonce | sha256sum | cut -c 1-64)
e=$tmp/evidence
make_evidence "$e" one "$nonce" 1 1 2 4294967295

expect "openssl's attestation is good" 0 '^verified    yes' pluton attest --from "$e"
expect "and answers this nonce" 0 '^verified    yes' pluton attest --from "$e" --nonce "$nonce"
expect "with that key" 0 'the key that --key names' pluton attest --from "$e" --key "$tmp/one.pub"
expect "not with another" 1 'NO: another key' pluton attest --from "$e" --key "$two"
expect "and no other nonce" 1 'NO: this answers another nonce' pluton attest --from "$e" --nonce "$(flip "$nonce" 5)"
run_sphere pluton attest --from "$e" --json
if python3 -c '
import json, sys
a = json.load(sys.stdin)
assert a["verified"] is True and a["successful"] is True and a["differences"] is None
assert [m["type"] for m in a["measurements"]] == [1, 2, 4294967295]
assert len(a["key"]) == 128' <<<"$out"; then ok "the JSON is what it should be"; else not_ok "the JSON is what it should be"; fi
"$sphere" pluton attest --from "$e" >"$tmp/again"
expect "what it prints can be checked again" 0 '^verified    yes' pluton attest --from "$tmp/again"

make_evidence "$tmp/empty" one "$nonce" 1
expect "no measurements at all" 0 '^verified    yes' pluton attest --from "$tmp/empty"
# shellcheck disable=SC2046 # twenty words
make_evidence "$tmp/full" one "$nonce" 1 $(seq 20)
expect "as many as there can be" 0 '^verified    yes' pluton attest --from "$tmp/full"
{ cat "$tmp/full"; echo "measurement 21 $digest"; } >"$tmp/bad"
expect "one more" 3 'more measurements' pluton attest --from "$tmp/bad"
make_evidence "$tmp/failed" one "$nonce" 0 1
expect "Pluton says no itself" 1 'NO: Pluton says' pluton attest --from "$tmp/failed"

# every line, changed: none of it may be believed
tamper() { sed "$2" "$e" >"$tmp/bad"; expect "$1" 1 'NO: the signature' pluton attest --from "$tmp/bad"; }
tamper "a nonce that was not signed" "s/^nonce .*/nonce $(flip "$nonce" 63)/"
tamper "a digest that was not signed" "s/^measurement 2 .*/measurement 2 $digest/"
tamper "a type that was not signed" "s/^measurement 2 /measurement 3 /"
tamper "a measurement taken away" "/^measurement 2 /d"
tamper "a measurement added" "\$a measurement 9 $digest"
tamper "measurements in another order" "/^measurement 1 /{h;d};/^measurement 2 /G"
tamper "another key" "s/^key .*/key $two/"
tamper "a signature of something else" "s/^signature .*/signature $sig/"

broken() { sed "$2" "$e" >"$tmp/bad"; expect "$1" 3 "$3" pluton attest --from "$tmp/bad"; }
broken "without a nonce" '/^nonce/d' 'no whole attestation'
broken "without a signature" '/^signature/d' 'no whole attestation'
broken "two nonces" '/^nonce/p' 'bad:2: .*twice'
broken "a word nobody knows" '1i frob 1' 'bad:1: the word is none'
broken "a key too short" 's/^key ../key /' 'wrong length'
broken "neither 0 nor 1" 's/^successful 1/successful 2/' 'wrong length'
broken "a type of 33 bits" 's/^measurement 1 /measurement 4294967296 /' 'a measurement is'
broken "a type that is none" 's/^measurement 1 /measurement -1 /' 'a measurement is'
broken "a word too many" 's/^nonce.*/& x/' 'one value'
expect "an empty file" 3 'no whole' pluton attest --from /dev/null
head -c 600 /dev/zero | tr '\0' a >"$tmp/bad"
expect "a line without an end" 3 'too long' pluton attest --from "$tmp/bad"
printf 'nonce\0 1\n' >"$tmp/bad"
expect "a NUL" 3 'NUL' pluton attest --from "$tmp/bad"

# ---- policies ------------------------------------------------------------------------

policy=$tmp/policy
write_policy() { printf '%s\n' "$@" >"$policy"; }
last=4294967295
write_policy "# what may run" "measurement 1 $(measured 1)	# boot loader" "measurement 2 $digest" \
	"measurement 2 $(measured 2)" "" "measurement 0xffffffff $(measured $last)"
expect "a policy that is met" 0 '^policy      met' pluton attest --from "$e" --policy "$policy"
expect "the order of its lines does not matter" 0 '^policy      met' pluton attest --from "$e" --policy <(sort -r "$policy")
write_policy "measurement 1 $(measured 1)" "measurement 2 $digest" "measurement $last $(measured $last)"
expect "another value" 1 "differs: type 2 measured $(measured 2), which" pluton attest --from "$e" --policy "$policy"
write_policy "measurement 1 $(measured 1)" "measurement 2 $(measured 2)"
expect "a type it does not name" 1 "does not name type $last" pluton attest --from "$e" --policy "$policy"
write_policy "measurement 1 $(measured 1)" "measurement 2 $(measured 2)" "measurement $last $(measured $last)" \
	"measurement 7 $digest" "measurement 7 $(measured 7)"
expect "a type it wants" 1 'type 7, there is none' pluton attest --from "$e" --policy "$policy"
if [ "$(grep -c differs <<<"$out")" = 1 ]; then ok "said once"; else not_ok "said once"; fi
echo "optional 7" >>"$policy"
expect "unless it is optional" 0 'met' pluton attest --from "$e" --policy "$policy"
echo "key $two" >>"$policy"
expect "a key it does not allow" 1 'another key' pluton attest --from "$e" --policy "$policy"
echo "key $one" >>"$policy"
expect "a key it allows" 0 'met' pluton attest --from "$e" --policy "$policy"
write_policy "measurement 1 $digest" "measurement 9 $digest"
run_sphere pluton attest --from "$e" --policy "$policy" --json
if [ "$rc" = 1 ] && python3 -c '
import json, sys
d = json.load(sys.stdin)["differences"]
assert [(x["kind"], x["type"]) for x in d] == [("differs", 1), ("unknown", 2), ("unknown", 4294967295), ("missing", 9)], d' <<<"$out"; then
	ok "all differences, as JSON"
else
	not_ok "all differences, as JSON"
fi
sed "s/^nonce .*/nonce $zeros/" "$e" >"$tmp/bad"
run_sphere pluton attest --from "$tmp/bad" --policy "$policy" --json
if [ "$rc" = 1 ] && grep -q '"verified":false,"differences":null' <<<"$out"; then
	ok "what is not signed is not held against a policy"
else
	not_ok "what is not signed is not held against a policy"
fi
write_policy "# nothing"
expect "a policy that allows nothing" 3 'allows no measurement' pluton attest --from "$e" --policy "$policy"
write_policy "measurement 1 $digest" "allow 2"
expect "a word it does not know" 3 'policy:2: the word is none' pluton attest --from "$e" --policy "$policy"
write_policy "measurement 1 ${digest}00"
expect "a digest too long" 3 'policy:1: a measurement is' pluton attest --from "$e" --policy "$policy"
for _ in $(seq 1025); do echo "measurement 1 $digest"; done >"$policy"
expect "more lines than there can be" 3 'policy:1025: .*more lines' pluton attest --from "$e" --policy "$policy"
expect "a policy that is not there" 3 'cannot be read' pluton attest --from "$e" --policy "$tmp/none"

# the whole must be said, or it is an error
rc=0
"$sphere" pluton attest --from "$e" >/dev/full 2>"$tmp/err" || rc=$?
if [ "$rc" = 4 ] && grep -q 'writing the output failed' "$tmp/err"; then ok "a full disk is noticed"; else not_ok "a full disk is noticed"; fi
