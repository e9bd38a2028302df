# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# sphere core and sphere_core_connect(), without a core: command lines, what is said when
# the drivers are not there, and what is made of their files

c0=11111111-2222-3333-4444-555555555500
export SPHERE_SYSFS_DIR=$tmp/sys
drv=$SPHERE_SYSFS_DIR/bus/platform/drivers/mt3620-rtcore
rp=$SPHERE_SYSFS_DIR/class/remoteproc

expect "list without a driver" 4 'modprobe mt3620-rtcore' core list
expect "list with an argument" 2 'no arguments' core list x
expect "send to nobody" 2 'name the component' core send
expect "send to something else" 2 'no component id' core send abc hello
expect "send for something else" 2 'no component id' core send --own abc "$c0" hello
expect "send with an odd timeout" 2 'number of seconds' core send --timeout x "$c0" hello
expect "send digits that are none" 3 'no hexadecimal digits' core send --hex "$c0" 01zz
expect "send half a digit" 3 'no hexadecimal digits' core send --hex "$c0" 012
expect "send digits in two words" 2 'one word' core send --hex "$c0" 01 02
expect "send too much" 3 'at most 1024 bytes' core send "$c0" "$(printf '%01025d' 0)"
expect "send too much in two words" 3 'at most 1024 bytes' core send "$c0" "$(printf '%01020d' 0)" 12345
expect "send as much as may be" 4 'load af_azspio' core send "$c0" "$(printf '%01024d' 0)"
expect "send without the family" 4 'load af_azspio' core send "$c0" hello
expect "recv from nobody" 2 'name one component' core recv
expect "recv from two" 2 'name one component' core recv "$c0" "$c0"
expect "recv no messages" 2 'no number of messages' core recv --count 0 "$c0"
expect "recv without the family" 4 'load af_azspio' core recv "$c0"
expect "start nothing" 2 'name one core' core start
expect "start a core that there is not" 2 'there are 0 and 1' core start 2
expect "start without a driver" 4 'modprobe mt3620-rtcore' core start 0
expect "stop without a driver" 4 'modprobe mt3620-rtcore' core stop 1

# what the drivers say
core_says() { mkdir -p "$drv/$1/statistics"; (cd "$drv/$1" && shift && while [ $# -gt 0 ]; do printf '%s\n' "$2" >"$1"; shift 2; done); }
core_says rt-core@1 core 1 state halted reason 'its write position is no multiple of 16' component none \
	partners none image none owner none statistics/sent 0 statistics/received 0 statistics/lost 0
core_says rt-core@0 core 0 state active reason none component "$c0" partners "$c0 $c0" \
	image 'ab12 unchecked' owner unconfined statistics/sent 5 statistics/received 4 statistics/lost 1
expect "list" 0 '^core 0$' core list
if grep -q '^  component  *11111111-' <<<"$out" && grep -q '^  reason  *its write' <<<"$out" && [ "$(grep -n '^core 1$' <<<"$out" | cut -d : -f 1)" -gt 1 ]; then ok "both, in order"; else not_ok "both, in order: $out"; fi
run_sphere core list --json
if python3 -c '
import json, sys
a, b = json.load(sys.stdin)
assert a["core"] == 0 and a["component"].startswith("11111111") and a["sent"] == 5 and a["reason"] is None
assert b["core"] == 1 and b["component"] is None and b["state"] == "halted"' <<<"$out"; then ok "list --json"; else not_ok "list --json: $out"; fi
printf 'bad "\033[31m\n' >"$drv/rt-core@0/reason"
run_sphere core list --json
if python3 -c 'import json, sys; json.load(sys.stdin)' <<<"$out"; then ok "odd values give good JSON"; else not_ok "odd values give good JSON: $out"; fi
run_sphere core list
if grep -q $'\033' <<<"$out"; then not_ok "odd values do not reach the terminal"; else ok "odd values do not reach the terminal"; fi
expect "start where the kernel cannot" 4 'CONFIG_REMOTEPROC' core start 0
mkdir -p "$rp/remoteproc0"
echo rt-core0 >"$rp/remoteproc0/name"
: >"$rp/remoteproc0/state"; : >"$rp/remoteproc0/firmware"
expect "start" 0 '' core start --image x.elf --component "$c0" --partners "$c0" 0
if [ "$(cat "$rp/remoteproc0/state")$(cat "$rp/remoteproc0/firmware")" = startx.elf ]; then ok "start writes what remoteproc wants"; else not_ok "start writes what remoteproc wants"; fi
echo running >"$rp/remoteproc0/state"
expect "start what runs" 4 'it runs; stop it first' core start 0
printf 'starting\n' >"$drv/rt-core@0/state"
: >"$rp/remoteproc0/state"
expect "start, and the link does not come" 4 'its link is starting' core start --timeout 1 0
expect "start without waiting" 0 '' core start --timeout 0 0
rm "$rp/remoteproc0/state"; mkdir "$rp/remoteproc0/state"
expect "stop that fails" 4 'core 0 is not stopped' core stop 0
unset SPHERE_SYSFS_DIR

# ---- the library -----------------------------------------------------------------

cat >"$tmp/lib.c" <<'EOC'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "sphere_core.h"

int main(int argc, char **argv)
{
	unsigned char id[16];
	int i, s;

	(void)argc;
	for (i = 1; argv[i]; i++)
		printf("%d ", sphere_core_parse_id(argv[i], id) ? errno == EINVAL : 9);
	s = sphere_core_connect(argv[1]);
	printf("%s ", s < 0 ? strerror(errno) : "connected");
	if (!sphere_core_parse_id("00112233-4455-6677-8899-AABBCCDDEEFF", id))
		for (i = 0; i < 16; i++)
			printf("%02x", id[i]);
	printf("\n");
	return 0;
}
EOC
mkdir -p "$tmp/lib"
if make -s -C "$SPHERE_ROOT/tools/sphere" O="$tmp/lib" CFLAGS=-O1 "$tmp/lib/libsphere.a" >"$tmp/make.log" 2>&1 &&
   gcc -Wall -Wextra -Werror -I "$SPHERE_ROOT/tools/sphere" -o "$tmp/lib/t" "$tmp/lib.c" "$tmp/lib/libsphere.a" 2>>"$tmp/make.log"; then
	ok "a program links with libsphere.a alone"
	said=$("$tmp/lib/t" abc "$c0" "${c0}0" "${c0%?}g" "${c0/-/_}" '' "${c0^^}")
	if [ "$said" = "1 9 1 1 1 1 9 Invalid argument 33221100554477668899aabbccddeeff" ]; then ok "ids are read"; else not_ok "ids are read: $said"; fi
	said=$("$tmp/lib/t" "$c0")
	if [ "$said" = "9 Address family not supported by protocol 33221100554477668899aabbccddeeff" ]; then ok "no family: says so"; else not_ok "no family: says so: $said"; fi
else
	not_ok "a program links with libsphere.a alone"
	tail -n 5 "$tmp/make.log" | sed 's/^/# /'
fi
