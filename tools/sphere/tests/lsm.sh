# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# sphere load, list, explain, run and the like, without the kernel's side: command
# lines, what is said when there is no sphere_lsm, and what is made of its files

c1=01234567-89ab-cdef-0123-456789abcdef
lsm=$tmp/lsm
boards=$SPHERE_ROOT/tools/sphere/boards
m=$tmp/run.json
printf '{"SchemaVersion":1,"Name":"test","ComponentId":"%s","EntryPoint":"/bin/app","Capabilities":{}}\n' "$c1" >"$m"
openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/lk.pem"
openssl ec -in "$tmp/lk.pem" -pubout -out "$tmp/lk.pub" 2>/dev/null
"$sphere" manifest compile --board "$boards/pc.json" --program /bin/true -o "$tmp/true.policy" "$m"

for command in keys load unload list status explain run enter learn; do
	expect "help of $command" 0 "usage: sphere $command" $command --help
done
expect "keys without a file" 2 'or --none' keys
expect "keys and --none" 2 'or --none' keys --none "$tmp/lk.pub"
expect "more keys than the kernel takes" 2 '8 keys' keys a b c d e f g h i
expect "a file without a key" 3 'no public key' keys "$m"
expect "load without a policy" 2 'name one policy' load
expect "unload without a component" 2 'name one component' unload
expect "unload something else" 2 'not a component id' unload abc
expect "list with an argument" 2 'no arguments' list x
expect "status of something else" 2 'not a component id' status abc
expect "explain something else" 3 'neither a component id nor a reason' explain abc
expect "explain a reason" 0 'AllowedConnections' explain connect
expect "run without a manifest" 2 'name one manifest' run -- /bin/true
expect "run with two" 2 'name one manifest' run "$m" "$m" -- /bin/true
expect "run with a relative --at" 2 'absolute path' run --at x "$m"
expect "run as nobody that there is" 3 "no user 'not-there'" run --user not-there "$m" -- /bin/true
expect "run a policy without a program" 2 'behind --' run "$tmp/true.policy"
expect "enter without a program" 2 'behind --' enter "$c1"
expect "enter something else" 2 'not a component id' enter abc -- /bin/true
expect "learn without a program" 2 'behind --' learn "$m"
expect "run without a board file" 3 'cannot be read' run --board "$tmp/none" "$m" -- /bin/true
expect "run what is not there" 3 'is not compiled' run --board "$boards/pc.json" "$m" -- /bin/not-there
expect "run for a core" 3 'is not compiled' run --board "$boards/pc.json" - -- /bin/true

# which directory is the image shows in what is not there
mkdir -p "$tmp/runimage/bin"
cp /bin/true "$tmp/runimage/bin/app"
printf '{"BoardVersion":1,"Apps":"/mnt/apps","Base":[{"Program":"/{image}/none"}]}' >"$tmp/run.board"
for entry in /bin/app bin/app; do
	sed "s|/bin/app|$entry|" "$m" >"$tmp/run2.json"
	expect "the image is what is before $entry" 3 "$tmp/runimage/none. is not there" \
		run --board "$tmp/run.board" "$tmp/run2.json" -- "$tmp/runimage/bin/app"
done

export SPHERE_LSM_DIR=$tmp/none
for args in "keys $tmp/lk.pub" "load $tmp/true.policy" "unload $c1" "list" "status" "status $c1" "explain $c1" \
	    "run --board $boards/pc.json $m -- /bin/true" "run $tmp/true.policy -- /bin/true" "enter $c1 -- /bin/true" \
	    "learn --board $boards/pc.json -- /bin/true"; do
	# shellcheck disable=SC2086 # words
	expect "no sphere_lsm: ${args%% *} says what to load" 4 'no sphere_lsm: load it with|securityfs is not mounted' $args
done

mkdir -p "$lsm/apps/$c1"
export SPHERE_LSM_DIR=$lsm
ln -s /dev/null "$lsm/control"
expect "a control node that is none" 4 'not the control node' load "$tmp/true.policy"
printf 'abi 1\nlanguage 1\nmode module\n' >"$lsm/abi"
printf 'development 0\nkeys 1\nkeys_given 1\n' >"$lsm/status"
printf 'component %s\ntasks 3\nloaded 1\nname te\\040st\nkind app\nversion 7\nkey unsigned\n' "$c1" >"$lsm/apps/$c1/manifest"
printf 'send any ::ffff:10.0.0.1/128 1-65535\ncapabilities 0000000002000000\n' >"$lsm/apps/$c1/grants"
printf 'file 0\nconnect 12\nmap_exec 3\nunlogged 1\na_new_one 5\n' >"$lsm/apps/$c1/counters"
expect "list" 0 "^$c1 +app +3 +15 +7 " list
run_sphere list --json
if python3 -c '
import json, sys
a, = json.load(sys.stdin)
assert a["tasks"] == 3 and a["refused"] == 15 and a["loaded"] is True and a["kind"] == "app"' <<<"$out"; then ok "list --json"; else not_ok "list --json: $out"; fi
expect "status" 0 '^keys_given 1' status
expect "status of a component" 0 '^send any' status "${c1^^}"
expect "explain a component" 0 '^connect: 12 times' explain "$c1"
if ! grep -q '^file' <<<"$out"; then ok "only what was refused"; else not_ok "only what was refused"; fi
expect "status of a component that was never loaded" 4 'was ever loaded' status 01234567-89ab-cdef-0123-456789abcdee
printf 'component %s\ntasks 0"\nloaded 0\n' "$c1" >"$lsm/apps/$c1/manifest"
run_sphere list --json
if python3 -c 'import json, sys; json.load(sys.stdin)' <<<"$out"; then ok "odd values give good JSON"; else not_ok "odd values give good JSON: $out"; fi
unset SPHERE_LSM_DIR

# every reason of the kernel has a text
missing=$(sed -n 's/^\t\(SPHERE_R_[A-Z_]*\),$/\1/p' "$SPHERE_ROOT/include/uapi/linux/sphere_lsm.h" |
	while read -r r; do grep -q "\[$r\]" "$SPHERE_ROOT/tools/sphere/lsm.c" || echo "$r"; done)
if [ -z "$missing" ]; then ok "every reason can be explained"; else not_ok "every reason can be explained: $missing"; fi

# ---- without libcrypto -----------------------------------------------------------

mkdir -p "$tmp/small"
if make -s -C "$SPHERE_ROOT/tools/sphere" O="$tmp/small" CRYPTO=0 CFLAGS=-O1 >"$tmp/make.log" 2>&1; then
	ok "it builds without libcrypto"
	full=$sphere sphere=$tmp/small/sphere
	expect "which can show a policy" 0 '^executable files' manifest show "$tmp/true.policy"
	expect "and says why it cannot sign" 4 'built without libcrypto' manifest sign --key "$tmp/lk.pem" "$tmp/true.policy"
	expect "and why it cannot compile" 3 'is not compiled' manifest compile --board "$boards/pc.json" --program /bin/true -o "$tmp/x" "$m"
	SPHERE_LSM_DIR=$tmp/none expect "it reads public keys" 4 'no sphere_lsm|not mounted' keys "$tmp/lk.pub"
	expect "and no others" 3 'no public key of P-256' keys "$tmp/lk.pem"
	SPHERE_LSM_DIR=$tmp/none expect "it would run" 4 'no sphere_lsm|not mounted' run "$tmp/true.policy" -- /bin/true
	sphere=$full
else
	not_ok "it builds without libcrypto"
	tail -n 5 "$tmp/make.log" | sed 's/^/# /'
fi
