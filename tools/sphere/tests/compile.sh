# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2016,SC2154
#
# sphere manifest compile, sign, show and verify: manifests of the examples, of the
# public, and hostile files

m=$tmp/app.json
boards=$SPHERE_ROOT/tools/sphere/boards
examples=$SPHERE_ROOT/tools/sphere/examples
testboard=$here/board-test.json
root=$tmp/root
p=$tmp/policy

# a program without libraries, and a device's root directory with it
cc=${CC:-gcc}
mkdir -p "$root/image/bin" "$root/lib" "$root/etc"
echo 'void _start(void) { for (;;); }' | $cc -static -nostdlib -o "$root/image/bin/app" -x c -
for name in app.elf gdbserver cert_store_high_level_app hello_world_high_level_app adc_high_level_app; do
	ln "$root/image/bin/app" "$root/image/bin/$name"
done

# manifest2 CAPABILITIES [MORE KEYS]
manifest2()
{
	printf '{"SchemaVersion":1,"Name":"test","ComponentId":"01234567-89ab-cdef-0123-456789abcdef","EntryPoint":"/bin/app","Capabilities":{%s}%s}\n' \
		"$1" "${2:-}" >"$m"
}
compile() { run_sphere manifest compile --board "$testboard" --root "$root" --at /image --version 7 -o "$p" "$@" "$m"; }
# entry TEXT PATTERN CAPABILITIES: the policy has this line
entry()
{
	manifest2 "$3" "${4:-}"
	compile
	if [ "$rc" = 0 ] && "$sphere" manifest show "$p" >"$tmp/shown" 2>"$tmp/err" && grep -qE -- "$2" "$tmp/shown"; then
		ok "$1"
	else
		not_ok "$1"
		echo "# $rc: $err"
		sed 's/^/# /' "$tmp/shown"
	fi
}
# no_policy TEXT PLACE REASON CAPABILITIES
no_policy()
{
	manifest2 "$4" "${5:-}"
	rm -f "$p"
	compile
	if [ "$rc" = 3 ] && [ ! -e "$p" ] && grep -qE -- "$m:$2: error: .*$3" <<<"$err"; then
		ok "not compiled: $1"
	else
		not_ok "not compiled: $1"
		echo "# $rc: $err"
	fi
}

expect "compile without a board" 2 'name a board file' manifest compile -o "$p" "$m"
expect "compile without a result" 2 'the result with -o' manifest compile --board "$testboard" "$m"
expect "compile without a manifest" 2 'name one manifest' manifest compile --board "$testboard" -o "$p"
expect "a version of 0" 2 'from 1 to' manifest compile --board "$testboard" --version 0 -o "$p" "$m"
expect "the largest number as a version" 2 'from 1 to' manifest compile --board "$testboard" --version 18446744073709551615 -o "$p" "$m"
expect "the root directory as the image" 2 'not its root' manifest compile --board "$testboard" --at / -o "$p" "$m"
expect "a relative --with" 2 'absolute path' manifest compile --board "$testboard" --with a -o "$p" "$m"
expect "a board file that is not there" 3 'cannot be read' manifest compile --board "$tmp/none" -o "$p" "$m"

# ---- examples --------------------------------------------------------------------

mkdir -p "$tmp/eroot/mnt/apps"
for f in "$examples"/*.json; do
	name=$(basename "$f" .json)
	id=$(sed -n 's/.*"ComponentId": "\(.*\)".*/\1/p' "$f")
	mkdir -p "$tmp/eroot/mnt/apps/$id/bin"
	cp "$root/image/bin/app" "$tmp/eroot/mnt/apps/$id/bin/app"
	run_sphere manifest compile --board "$boards/mt3620-emulated.json" --root "$tmp/eroot" -o "$tmp/$name.policy" "$f"
	# the GPIOs of the chip have one node, which is warned of
	if [ "$rc" = 0 ] && ! grep -v -e ' and gets all: they have one node$' -e '^    hint: give each GPIO a node' <<<"$err" | grep -q . &&
	   "$sphere" manifest show "$tmp/$name.policy" >/dev/null; then
		ok "example $name"
	else
		not_ok "example $name"
		echo "# $rc: $err"
	fi
done
missing=$(sed -n 's/.*= { "\([A-Za-z0-9]*\)", FORM_.*/\1/p; s/^\t\t"\([A-Za-z0-9]*\)", FORM_.*/\1/p' "$SPHERE_ROOT/tools/sphere/app_manifest.c" |
	while read -r key; do grep -q "\"$key\":" "$examples"/*.json || echo "$key"; done)
count=$(grep -c 'FORM_.*, \(true\|false\), ' "$SPHERE_ROOT/tools/sphere/app_manifest.c")
if [ -z "$missing" ] && [ "$count" = 29 ]; then ok "the examples use each of the $count capabilities"; else not_ok "the examples lack: $missing ($count)"; fi
manifest2 '"Uart":["$SAMPLE_UART"],"Gpio":["$SAMPLE_LED"],"SystemTime":true,"AllowedConnections":["a.net"],"PowerControls":["ForceReboot"]'
expect "the board file of a PC" 0 '' manifest compile --board "$boards/pc.json" --root "$root" --at /image -o "$p" "$m"
manifest2 '"WifiConfig":true'
expect "what a PC does not have is told" 3 'is not compiled' manifest compile --board "$boards/pc.json" --root "$root" --at /image -o "$p" "$m"
if grep -q "$m:1:.*does not say what WifiConfig is" <<<"$err"; then ok "with its place"; else not_ok "with its place: $err"; fi

# ---- each capability becomes entries ---------------------------------------------

entry "the image may be read" 'directories +/image  \(read list\)' ''
entry "the program may be run, with its digest" "executable files +/image/bin/app  \(run map\) $(sha256sum <"$root/image/bin/app" | cut -c 1-64)" ''
entry "the base of the board" 'devices +/dev/null  \(read write\), no ioctl' ''
entry "version and id" 'version 7, ' ''
entry "a host: every port, in lower case" 'hosts +hub.example.net  \(tcp and udp, every port\)' '"AllowedConnections":["Hub.Example.NET"]'
entry "a host: the resolver of the board" 'addresses +127.0.0.35  \(tcp and udp, port 5335\)' '"AllowedConnections":["a.net"]'
entry "a host: narrowed by the board" 'hosts +test.mosquitto.org  \(tcp, ports 8883 to 8884\)' '"AllowedConnections":["TEST.mosquitto.org"]'
entry "an address" 'addresses +10.1.2.3  \(tcp and udp, every port\)' '"AllowedConnections":["10.1.2.3"]'
if ! grep -q 127.0.0.35 "$tmp/shown"; then ok "an address needs no resolver"; else not_ok "an address needs no resolver"; fi
entry "mDNS, IPv4" 'addresses +224.0.0.251  \(udp, port 5353\)' '"AllowedConnections":["_a._tcp.local"]'
entry "mDNS, IPv6" 'addresses +ff02::fb  \(udp, port 5353\)' '"AllowedConnections":["_a._tcp.local"]'
entry "a TCP port" 'server ports +\(tcp, port 8080\)' '"AllowedTcpServerPorts":[8080]'
if ! grep -q CAP_ "$tmp/shown"; then ok "without a Linux capability"; else not_ok "without a Linux capability"; fi
entry "a UDP port" 'server ports +\(udp, port 5000\)' '"AllowedUdpServerPorts":[5000]'
entry "a well-known port needs a Linux capability" 'Linux capabilities +CAP_NET_BIND_SERVICE' '"AllowedTcpServerPorts":[80]'
entry "a partner" 'partners +01234567-89ab-cdef-0123-456789abcd00' '"AllowedApplicationConnections":["01234567-89AB-CDEF-0123-456789ABCD00"]'
entry "a tenant" 'tenant +c6b3a2f0-0000-4000-8000-000000000001' '"DeviceAuthentication":"c6b3a2f0-0000-4000-8000-000000000001"'
entry "its operations, and no others" 'operations +pluton-public-key pluton-sign$' '"DeviceAuthentication":"c6b3a2f0-0000-4000-8000-000000000001"'
entry "its node" 'devices +/dev/pluton  \(read write\)' '"DeviceAuthentication":"c6b3a2f0-0000-4000-8000-000000000001"'
entry "a GPIO" 'devices +/dev/gpiochip0  \(read write\)' '"Gpio":[5]'
entry "a GPIO by name" 'devices +/dev/gpiochip1  \(read write\)' '"Gpio":["$LED1"]'
# gpio_nodes TEXT PATTERN CAPABILITIES [MORE KEYS]: what is warned of; an empty pattern: nothing
gpio_nodes()
{
	manifest2 "$3" "${4:-}"
	run_sphere manifest compile --board "$tmp/board.json" --root "$root" --at /image -o "$p" "$m"
	if [ "$rc" = 0 ] && if [ -n "$2" ]; then [ "$(grep -c warning: <<<"$err")" = 1 ] && grep -qE -- "$2" <<<"$err"; else [ -z "$err" ]; fi; then
		ok "$1"
	else
		not_ok "$1: $rc $err"
	fi
}
printf '{"BoardVersion":1,"Apps":"/mnt/apps","Cores":[0],"Peripherals":{"Gpio":{%s,%s,%s,%s}}}' \
	'"0-23":[{"Device":"/dev/gpiochip0","Access":"read write"}]' '"80":[{"Device":"/dev/gpiochip0","Access":"read write"}]' \
	'"30":[{"Device":"/dev/gpio-led","Access":"read write"}]' '"31-32":[{"Device":"/dev/gpiochip2","Access":"read write"}]' >"$tmp/board.json"
gpio_nodes "GPIOs that come along with the node are warned of" "$m:1:138: warning: the manifest asks for 2 of the 25 GPIOs of '/dev/gpiochip0', and gets all" '"Gpio":[30,80,8]'
if grep -q 'hint: .*gpio-aggregator.*sphere-board(5)' <<<"$err"; then ok "with what to do"; else not_ok "with what to do: $err"; fi
gpio_nodes "a node of one GPIO is not" '' '"Gpio":[30]'
gpio_nodes "nor a node all of whose GPIOs are asked for" '' '"Gpio":[31,32,30]'
gpio_nodes "nor GPIOs of a core" '' '"Gpio":[8]' ',"ApplicationType":"RealTimeCapable"'
entry "a UART by name" 'devices +/dev/uart-test-' '"Uart":["$SAMPLE_UART"]'
entry "an I2C bus" 'devices +/dev/i2c-isu2' '"I2cMaster":["ISU2"]'
entry "an SPI bus" 'devices +/dev/spi-isu1' '"SpiMaster":["ISU1"]'
entry "PWM" 'devices +/dev/pwm-pwm-controller-1' '"Pwm":["PWM-CONTROLLER-1"]'
entry "an ADC" 'devices +/dev/adc-adc-controller-0' '"Adc":["ADC-CONTROLLER-0"]'
entry "storage" 'storage +/mnt/config/01234567-89ab-cdef-0123-456789abcdef  \(16384 bytes\)' '"MutableStorage":{"SizeKB":16}'
entry "a power control" 'Linux capabilities +CAP_SYS_BOOT' '"PowerControls":["ForceReboot"]'
entry "another one" 'devices +/dev/cpufreq  \(write\)' '"PowerControls":["SetPowerProfile"]'
entry "the clock" 'Linux capabilities +CAP_SYS_TIME' '"SystemTime":true'
for key in WifiConfig EnterpriseWifiConfig NetworkConfig ReadNetworkProxyConfig HardwareAddressConfig DhcpService SntpService TimeSyncConfig CertStore SystemEventNotifications SoftwareUpdateDeferral HeapMemStats ResetMemoryWatermarks; do
	entry "$key" "directories +/run/test/$key  \(connect\)" "\"$key\":true"
done
entry "a core: what it is" 'policy +real-time core' '"Gpio":[1]' ',"ApplicationType":"RealTimeCapable"'
entry "a core: where it may run" 'cores +0 1' '' ',"ApplicationType":"RealTimeCapable"'
entry "a core: its image" "images +$(sha256sum <"$root/image/bin/app" | cut -c 1-64)" '' ',"ApplicationType":"RealTimeCapable"'
entry "a debugger is for development" 'development mode only' '' ',"ApplicationType":"Debugger"'
manifest2 ''
compile --learn
if "$sphere" manifest show "$p" | grep -q 'records what would be refused'; then ok "--learn"; else not_ok "--learn"; fi
odd=$'/image/bin/n\xff\xc3\xa4'
cp "$root/image/bin/app" "$root$odd"
compile --with "$odd"
if "$sphere" manifest show --json "$p" | python3 -c '
import json, sys
p = json.loads(sys.stdin.buffer.read().decode("utf-8"))
assert "/image/bin/n\\xff\xe4" in [e.get("path") for e in p["entries"]]' 2>"$tmp/python"; then
	ok "the JSON is UTF-8 where a path is not"
else
	not_ok "the JSON is UTF-8 where a path is not: $err $(tail -n 1 "$tmp/python")"
fi
rm "$root$odd"

no_policy "a name that the board does not have" 1:137 "does not say what '\\\$NOT_THERE' is" '"Gpio":[1,"$NOT_THERE"]'
no_policy "a name of a GPIO as a UART" 1:135 'is a GPIO on this board' '"Uart":["$LED1"]'
no_policy "a name of a UART as a GPIO" 1:135 'is not a GPIO on this board' '"Gpio":["$SAMPLE_UART"]'
no_policy "a GPIO that the board does not have" 1:135 'no GPIO 99' '"Gpio":[99]'
no_policy "a peripheral that the board does not have" 1:135 'no Uart' '"Uart":["ISU9"]'
no_policy "two names for one peripheral" '[0-9:]*' 'stands twice' '"Uart":["TEST-0","$AVNET_AESMS_ISU0_UART"]'
no_policy "an ISU as two peripherals" '[0-9:]*' 'stands in SpiMaster, and in Uart in line 1' '"Uart":["ISU0"],"SpiMaster":["ISU0"]'
no_policy "more storage than the board has" '[0-9:]*' '64 KiB of storage at most' '"MutableStorage":{"SizeKB":65}'
manifest2 ''
sed -i 's|/bin/app|/bin/none|' "$m"
rm -f "$p"
compile
if [ "$rc" = 3 ] && grep -q "'/image/bin/none' is not there" <<<"$err"; then ok "not compiled: a program that is not there"; else not_ok "not compiled: a program that is not there: $err"; fi
manifest2 "\"AllowedConnections\":[$(seq -s, -f '"h%g.net"' 65)]"
compile
if [ "$rc" = 3 ] && grep -q "65 hosts are asked for, and 64 are the most" <<<"$err"; then ok "more hosts than the kernel takes"; else not_ok "more hosts than the kernel takes: $err"; fi

# ---- board files -----------------------------------------------------------------

# board TEXT REASON KEYS
board()
{
	printf '{"BoardVersion":1,"Apps":"/mnt/apps",%s}' "$3" >"$tmp/board.json"
	manifest2 ''
	run_sphere manifest compile --board "$tmp/board.json" --root "$root" --at /image -o "$p" "$m"
	if [ "$rc" = 3 ] && grep -qE -- "$tmp/board.json:1:[0-9]+: error: .*$2" <<<"$err"; then
		ok "board file refused: $1"
	else
		not_ok "board file refused: $1"
		echo "# $rc: $err"
	fi
}
grants() { board "$1" "$2" "\"Base\":[$3]"; }
board "an unknown key" 'Frob' '"Frob":1'
board "a relative path" "does not begin with '/'" '"Storage":"mnt"'
board "a path with .." "'\\.\\.'" '"Storage":"/mnt/../etc"'
board "a core that there cannot be" 'numbers 0 to 1' '"Cores":[2]'
board "a kind of peripheral that there is not" 'not known here' '"Peripherals":{"Frob":{}}'
board "GPIOs twice" 'overlap' '"Peripherals":{"Gpio":{"0-5":[],"5-6":[]}}'
board "GPIOs upside down" 'from 0 to 65535' '"Peripherals":{"Gpio":{"5-4":[]}}'
board "a name without a dollar" 'does not begin with' '"Names":{"LED":1}'
board "a name for a name" 'cannot stand' '"Names":{"$A":"$B"}'
board "a component twice" 'stands twice' '"Components":{"01234567-89ab-cdef-0123-456789abcdef":{},"01234567-89AB-cdef-0123-456789abcdef":{}}'
board "hosts without a rule" 'no rule' '"Hosts":{"a.net":[]}'
board "a resolver that is a network" 'one address' '"Resolver":{"Address":"127.0.0.0/8"}'
board "a capability that is a peripheral" 'not known here' '"Capabilities":{"Uart":[]}'
grants "a grant of nothing" 'does not say what' '{}'
grants "two grants in one" 'stand in one grant' '{"File":"/a","Dir":"/b"}'
grants "an access that makes no sense" 'no access' '{"File":"/a","Access":"list"}'
grants "no access" 'lacks Access' '{"Device":"/dev/a"}'
grants "a capability that cannot be granted" 'no Linux capability' '{"Capability":"CAP_SYS_ADMIN"}'
grants "an unknown operation" 'no operation' '{"Operation":"pluton-frob"}'
grants "an unknown family" 'no family' '{"Socket":"ipx","Type":"raw"}'
grants "the number of no family" 'has to be a string' '{"Socket":0,"Type":"raw"}'
grants "an address with bits behind the prefix" 'bits behind' '{"Address":"10.1.0.0/8"}'
grants "no address" 'no address' '{"Address":"10.0.0"}'
grants "port 0" 'from 1 to 65535' '{"Listen":"tcp","Ports":0}'
grants "an ioctl command that is none" 'no ioctl' '{"Device":"/dev/a","Access":"read","Ioctls":["0x100000000"]}'
grants "a key that has no meaning" 'no meaning beside' '{"File":"/a","Access":"read","Ports":1}'

cat >"$tmp/board.json" <<'EOF'
{
	"BoardVersion": 1, "Apps": "/mnt/apps", "Cores": [1],
	"Base": [
		{ "Device": "/dev/a", "Access": "read", "Ioctls": [ 3, "0x5401", 3 ] },
		{ "Device": "/dev/a", "Access": "write", "Ioctls": [ 1 ] },
		{ "Device": "/dev/b", "Access": "read", "Ioctls": [ 1 ] }, { "Device": "/dev/b", "Access": "read" },
		{ "Device": "/dev/c", "Access": "read", "Block": true },
		{ "File": "/run/{id}/{id}.f", "Access": "read" }, { "File": "/{image}/{id}/f-{id}", "Access": "read" },
		{ "File": "/run/{id}/f", "Access": "read" }, { "File": "/run/{id}/f", "Access": "write" },
		{ "File": "/image/x", "Access": "read", "Optional": true },
		{ "Address": "2001:db8::/32", "Protocol": "tcp", "Ports": [ 1, "5-7" ] },
		{ "Address": "10.0.0.0/8" }, { "Listen": "udp", "Ports": "67-68" }, { "Listen": "udp", "Ports": 68 },
		{ "Socket": "netlink", "Type": "raw", "Protocol": 15 }, { "Capability": "CAP_SYS_NICE" }
	],
	"Components": { "01234567-89AB-CDEF-0123-456789ABCDEF": {
		"Grants": [ { "Operation": "pluton-random" } ], "Cores": [ 0 ],
		"Hosts": { "*": [ { "Protocol": "tcp", "Ports": 443 } ] }
	} }
}
EOF
manifest2 '"AllowedConnections":["10.9.8.7"]'
run_sphere manifest compile --board "$tmp/board.json" --root "$root" --at /image -o "$p" "$m"
"$sphere" manifest show "$p" >"$tmp/shown"
want='files                /image/01234567-89ab-cdef-0123-456789abcdef/f-01234567-89ab-cdef-0123-456789abcdef  (read)
files                /run/01234567-89ab-cdef-0123-456789abcdef/01234567-89ab-cdef-0123-456789abcdef.f  (read)
files                /run/01234567-89ab-cdef-0123-456789abcdef/f  (read write)
directories          /image  (read list)
devices              /dev/a  (read write), ioctl commands 0x1 0x3 0x5401
devices              /dev/b  (read)
devices              /dev/c  (read), block device
addresses            10.0.0.0/8  (tcp and udp, every port)
addresses            10.9.8.7  (tcp, port 443)
addresses            2001:db8::/32  (tcp, port 1)
addresses            2001:db8::/32  (tcp, ports 5 to 7)
server ports         (udp, ports 67 to 68)
sockets              family 16, type 3, protocol 15
operations           pluton-random
Linux capabilities   CAP_SYS_NICE'
if [ "$(sed -n '/^files/,$p' "$tmp/shown" | grep -v '^exec' | sed 's/   *(udp/         (udp/')" = "$want" ]; then
	ok "grants of a board file are sorted and joined"
else
	not_ok "grants of a board file are sorted and joined"
	{ diff <(echo "$want") "$tmp/shown" || true; } | sed 's/^/# /'
fi

# ---- programs and their libraries ------------------------------------------------

lib() { echo 'void f(void) { }' | $cc -shared -fPIC -nostdlib -o "$@" -x c -; }
mkdir -p "$root/image/lib" "$root/usr/lib/sub" "$root/opt/lib" "$root/opt/conf/glibc-hwcaps/x86-64-v9"
lib "$root/opt/lib/libdeep.so.1" -Wl,-soname,libdeep.so.1
lib "$root/usr/lib/sub/libreal.so.1.2" -Wl,-soname,libreal.so.1
ln -s /usr/lib/sub/libreal.so.1.2 "$root/usr/lib/libreal.so.1"
lib "$root/image/lib/liborigin.so" -Wl,-soname,liborigin.so -Wl,--no-as-needed -L"$root/opt/lib" -l:libdeep.so.1
lib "$root/opt/conf/libconf.so" -Wl,-soname,libconf.so
cp "$root/opt/conf/libconf.so" "$root/opt/conf/glibc-hwcaps/x86-64-v9/"
printf 'include ld.so.conf.d/*.conf\n# nothing\n' >"$root/etc/ld.so.conf"
mkdir -p "$root/etc/ld.so.conf.d"
echo /opt/conf >"$root/etc/ld.so.conf.d/a.conf"
echo 'void _start(void) { for (;;); }' | $cc -nostdlib -o "$root/lib/ld-test.so" -shared -fPIC -x c -
echo 'void _start(void) { for (;;); }' | $cc -nostdlib -o "$root/image/bin/dynamic" -Wl,--dynamic-linker=/lib/ld-test.so \
	-Wl,--no-as-needed -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN/../lib:/opt/lib' -Wl,--allow-shlib-undefined -Wl,-rpath-link,"$root/opt/lib" \
	-x c - -x none "$root/image/lib/liborigin.so" "$root/usr/lib/sub/libreal.so.1.2" "$root/opt/conf/libconf.so"
manifest2 ''
sed -i 's|/bin/app|/bin/dynamic|' "$m"
sed 's|"Apps"|"LibraryPath": [ "/opt/lib" ], "Apps"|' "$testboard" >"$tmp/board.json"
run_sphere manifest compile --board "$tmp/board.json" --root "$root" --at /image -o "$p" "$m"
"$sphere" manifest show "$p" | sed -n 's/^executable files *\([^ ]*  ([a-z ]*)\) .*/\1/p' >"$tmp/shown"
want='/image/bin/dynamic  (run map)
/image/lib/liborigin.so  (map)
/lib/ld-test.so  (run map)
/opt/conf/glibc-hwcaps/x86-64-v9/libconf.so  (map)
/opt/conf/libconf.so  (map)
/opt/lib/libdeep.so.1  (map)
/usr/lib/sub/libreal.so.1.2  (map)'
if [ "$rc" = 0 ] && [ "$(cat "$tmp/shown")" = "$want" ]; then
	ok "the loader and all libraries are listed"
else
	not_ok "the loader and all libraries are listed"
	echo "# $err"
	{ diff <(echo "$want") "$tmp/shown" || true; } | sed 's/^/# /'
fi
oddroot="$tmp/r[o]*?"
cp -a "$root" "$oddroot"
run_sphere manifest compile --board "$tmp/board.json" --root "$oddroot" --at /image -o "$p" "$m"
"$sphere" manifest show "$p" | sed -n 's/^executable files *\([^ ]*  ([a-z ]*)\) .*/\1/p' >"$tmp/shown"
if [ "$rc" = 0 ] && [ "$(cat "$tmp/shown")" = "$want" ]; then ok "also below a directory with an odd name"; else not_ok "also below a directory with an odd name: $err"; fi
rm -r "$oddroot"
if [ -d /lib64 ] && ldd /bin/ls >"$tmp/ldd" 2>/dev/null; then
	manifest2 ''
	run_sphere manifest compile --board "$testboard" --program /bin/ls -o "$p" "$m"
	[ "$rc" = 0 ] || echo "# $err"
	"$sphere" manifest show "$p" | sed -n 's/^executable files *\([^ ]*\) .*/\1/p' | sort >"$tmp/shown"
	{ readlink -f /bin/ls; sed -n 's/.*[ \t]\(\/[^ ]*\) (0x.*/\1/p' "$tmp/ldd" | xargs readlink -f; } | sort -u >"$tmp/want"
	if diff "$tmp/want" <(grep -v hwcaps "$tmp/shown") >"$tmp/diff"; then ok "the same files as ldd finds"; else not_ok "the same files as ldd finds"; sed 's/^/# /' "$tmp/diff"; fi
fi
# libraries TEXT WANT [BOARD]: these are listed besides /lib/ld-test.so, for the entry point in the manifest
libraries()
{
	rm -f "$p"
	run_sphere manifest compile --board "${3:-$testboard}" --root "$root" --at /image --version 7 -o "$p" "$m"
	: >"$tmp/shown"
	[ "$rc" != 0 ] || "$sphere" manifest show "$p" | sed -n 's/^executable files *\([^ ]*\)  (map) .*/\1/p' >"$tmp/shown"
	if [ "$rc" = 0 ] && [ "$(tr '\n' ' ' <"$tmp/shown")" = "${2:+$2 }" ]; then
		ok "$1"
	else
		not_ok "$1"
		echo "# $rc: $(tr '\n' ' ' <"$tmp/shown"), not $2"
		[ -z "$err" ] || echo "# $err"
	fi
}
# prog PATH OPTION...: a program with the loader of the test
prog()
{
	echo 'void _start(void) { for (;;); }' | $cc -nostdlib -o "$1" -Wl,--dynamic-linker=/lib/ld-test.so -Wl,--no-as-needed \
		-Wl,--allow-shlib-undefined -Wl,--unresolved-symbols=ignore-all -x c - -x none "${@:2}"
}
entry_point() { manifest2 ''; sed -i "s|/bin/app|$1|" "$m"; }
mkdir -p "$root/image/deps" "$root/image/own" "$root/image/stub"
lib "$root/image/deps/librb.so" -Wl,-soname,librb.so
lib "$root/image/deps/libra.so" -Wl,-soname,libra.so -Wl,--no-as-needed -L"$root/image/deps" -lrb
lib "$root/image/deps/libro.so" -Wl,-soname,libro.so -Wl,--no-as-needed -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN/../own' -L"$root/image/deps" -lrb
lib "$root/usr/lib/librb.so" -Wl,-soname,librb.so
lib "$root/image/own/librb.so" -Wl,-soname,librb.so
prog "$root/image/bin/rpath" -Wl,--disable-new-dtags '-Wl,-rpath,$ORIGIN/../deps' -L"$root/image/deps" -lra
entry_point /bin/rpath
libraries "DT_RPATH of the program is for the libraries of its libraries, too" "/image/deps/libra.so /image/deps/librb.so"
rm "$root/usr/lib/librb.so"
libraries "also where there is no other" "/image/deps/libra.so /image/deps/librb.so"
prog "$root/image/bin/rpath" -Wl,--disable-new-dtags '-Wl,-rpath,$ORIGIN/../deps' -L"$root/image/deps" -lro
libraries "a library with DT_RUNPATH does not use it" "/image/deps/libro.so /image/own/librb.so"
prog "$root/image/bin/rpath" -Wl,--disable-new-dtags '-Wl,-rpath,$ORIGIN/../deps' -L"$root/image/deps" -lro -lrb
libraries "a library that is loaded is not looked for again" "/image/deps/librb.so /image/deps/libro.so"
prog "$root/image/bin/rpath" -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN/../deps' -L"$root/image/deps" -lra
compile
if [ "$rc" = 3 ] && grep -q "'/image/deps/libra.so' needs the library 'librb.so', which is not there" <<<"$err"; then
	ok "DT_RUNPATH of the program is not for the libraries of its libraries"
else
	not_ok "DT_RUNPATH of the program is not for the libraries of its libraries: $rc $err"
fi
# $ORIGIN is where the loader opened a library, not where a link leads to
mkdir -p "$root/image/links" "$root/image/store"
lib "$root/image/store/libs1.so" -Wl,-soname,libs1.so -Wl,--no-as-needed -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN' -L"$root/image/deps" -lrb
mv "$root/image/deps/librb.so" "$root/image/links/"
ln -s ../store/libs1.so "$root/image/links/libs1.so"
prog "$root/image/bin/rpath" -Wl,--enable-new-dtags '-Wl,-rpath,${ORIGIN}/../links' -L"$root/image/links" -ls1
libraries '$ORIGIN of a library that a link leads to' "/image/links/librb.so /image/store/libs1.so"
ln -s links/. "$root/image/x64"
prog "$root/image/bin/rpath" -Wl,--enable-new-dtags '-Wl,-rpath,/image/$ORIGINAL:$ORIGIN/../$LIB' -L"$root/image/links" -ls1
compile
if [ "$rc" = 3 ] && grep -qF "'libs1.so', which would be looked for in '\$ORIGIN/../\$LIB': \$LIB and \$PLATFORM are not supported" <<<"$err"; then
	ok 'a directory with $LIB is told, not taken for empty'
else
	not_ok "a directory with \$LIB is told, not taken for empty: $rc $err"
fi
prog "$root/image/bin/rpath" -Wl,--enable-new-dtags '-Wl,-rpath,/x/${PLATFORM}:/image/links' -L"$root/image/links" -ls1
libraries 'a directory with $PLATFORM is passed over' "/image/links/librb.so /image/store/libs1.so"
if grep -qF "'libs1.so' was not looked for in '/x/\${PLATFORM}'" <<<"$err"; then ok "with a warning"; else not_ok "with a warning: $err"; fi
rm "$root/opt/lib/libdeep.so.1"
manifest2 ''
sed -i 's|/bin/app|/bin/dynamic|' "$m"
compile
if [ "$rc" = 3 ] && grep -q "'/image/lib/liborigin.so' needs the library 'libdeep.so.1', which is not there" <<<"$err"; then
	ok "a library that is missing is told, and who needs it"
else
	not_ok "a library that is missing is told, and who needs it: $err"
fi
printf '#! /lib/ld-test.so -x\n' >"$root/image/bin/script"
manifest2 ''
sed -i 's|/bin/app|/bin/script|' "$m"
compile
if "$sphere" manifest show "$p" | grep -q '/lib/ld-test.so  (run map)'; then ok "the interpreter of a script is listed"; else not_ok "the interpreter of a script is listed: $err"; fi
ln -sf ../../../../../../../etc/passwd "$root/image/bin/script"
compile
if [ "$rc" = 3 ] && grep -q 'not there' <<<"$err"; then ok "links do not lead out of --root"; else not_ok "links do not lead out of --root: $rc $err"; fi
ln -sf script "$root/image/bin/script"
compile
if [ "$rc" = 3 ] && grep -q 'Too many levels' <<<"$err"; then ok "a link to itself"; else not_ok "a link to itself: $rc $err"; fi
ln -sf ../../lib/ld-test.so "$root/image/bin/script"
compile
if [ "$rc" = 3 ] && grep -q "entry point '/bin/script' is a symbolic link to '/lib/ld-test.so', which is not in the image" <<<"$err"; then
	ok "an entry point that is a link out of the image"
else
	not_ok "an entry point that is a link out of the image: $rc $err"
fi
manifest2 '' ',"ApplicationType":"RealTimeCapable"'
sed -i 's|/bin/app|/bin/script|' "$m"
compile
if [ "$rc" = 3 ] && grep -q "which is not in the image" <<<"$err"; then ok "also for a core"; else not_ok "also for a core: $rc $err"; fi
entry_point /bin/script
ln -sf ../bin/app "$root/image/bin/script"
libraries "a link within the image" ""
mv "$root/image" "$root/image.real"
ln -s image.real "$root/image"
libraries "an image that a link leads to" ""
rm "$root/image"
mv "$root/image.real" "$root/image"
rm "$root/image/bin/script"
: >"$root/image/bin/script"
compile
if [ "$rc" = 3 ] && grep -q "'/image/bin/script' cannot be run: it is empty" <<<"$err"; then ok "an entry point that is empty"; else not_ok "an entry point that is empty: $rc $err"; fi
echo text >"$root/image/bin/script"
compile
if [ "$rc" = 3 ] && grep -q "'/image/bin/script' cannot be run: it is neither an ELF file nor a script" <<<"$err"; then ok "an entry point that is text"; else not_ok "an entry point that is text: $rc $err"; fi
entry_point /bin/app
compile --with /image/bin/script
if [ "$rc" = 0 ] && grep -q "warning: '/image/bin/script' is neither" <<<"$err"; then ok "text that --with names is warned of"; else not_ok "text that --with names is warned of: $rc $err"; fi
entry_point /bin/script
rm "$root/image/bin/script"
ASAN_OPTIONS=detect_leaks=0 python3 - "$sphere" "$testboard" "$root" "$m" "$p" >"$tmp/hostile" 2>&1 <<'EOF' || true
import os, random, subprocess, sys
sphere, board, root, manifest, policy = sys.argv[1:]
good = open(root + "/image/bin/dynamic", "rb").read()
text = open(manifest).read().replace("/bin/script", "/bin/hostile").replace("/bin/dynamic", "/bin/hostile")
open(manifest, "w").write(text)
random.seed(3620)
tried = 0
for i in range(120):
    b = bytearray(good)
    if i < 50:
        b = b[:random.choice((2 * i, 8 * i, 64 + i))]
    else:
        for _ in range(random.randrange(1, 12)):
            b[random.randrange(min(len(b), random.choice((64, 1024, len(b)))))] = random.choice((0, 1, 0x7f, 0x80, 0xff, random.randrange(256)))
    open(root + "/image/bin/hostile", "wb").write(b)
    r = subprocess.run([sphere, "manifest", "compile", "--board", board, "--root", root, "--at", "/image", "-o", policy, manifest],
                       capture_output=True, text=True, timeout=20)
    if r.returncode not in (0, 3) or "Sanitizer" in r.stderr or "runtime error" in r.stderr:
        print("%d ended with %d: %s" % (i, r.returncode, r.stderr))
    tried += 1
print("tried", tried)
EOF
if [ "$(cat "$tmp/hostile")" = "tried 120" ]; then ok "120 damaged ELF files"; else not_ok "120 damaged ELF files"; sed 's/^/# /' "$tmp/hostile" | head -n 20; fi

# ---- signatures ------------------------------------------------------------------

openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/k1.pem"
openssl ec -in "$tmp/k1.pem" -pubout -out "$tmp/k1.pub" 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/k2.pem"
openssl ec -in "$tmp/k2.pem" -pubout -out "$tmp/k2.pub" 2>/dev/null
openssl ecparam -name secp384r1 -genkey -noout -out "$tmp/k3.pem"
manifest2 '"Gpio":[1]'
compile
cp "$p" "$tmp/first"
compile
if cmp -s "$p" "$tmp/first"; then ok "the same policy from the same files"; else not_ok "the same policy from the same files"; fi
expect "an unsigned policy is not verified" 1 'NOT signed' manifest verify --key "$tmp/k1.pub" "$p"
expect "sign" 0 '' manifest sign --key "$tmp/k1.pem" -o "$tmp/signed" "$p"
if cmp -s "$p" "$tmp/first"; then ok "what was signed stays as it was"; else not_ok "what was signed stays as it was"; fi
expect "verify" 0 'signature is good' manifest verify --key "$tmp/k1.pub" "$tmp/signed"
expect "not with another key" 1 'NOT good: it is signed with a key that is not trusted' manifest verify --key "$tmp/k2.pub" "$tmp/signed"
key=$(openssl pkey -pubin -in "$tmp/k1.pub" -outform DER | tail -c 64 | sha256sum | cut -c 1-64)
expect "the key is named by its digest" 0 "ECDSA P-256, key $key" manifest show "$tmp/signed"
python3 - "$tmp/signed" "$tmp/signed.body" "$tmp/signed.der" <<'EOF'
import sys
b = open(sys.argv[1], "rb").read()
open(sys.argv[2], "wb").write(b[:-64])
def integer(n):
    n = n.lstrip(b"\0") or b"\0"
    n = b"\0" + n if n[0] & 0x80 else n
    return bytes([2, len(n)]) + n
rs = integer(b[-64:-32]) + integer(b[-32:])
open(sys.argv[3], "wb").write(bytes([0x30, len(rs)]) + rs)
EOF
if openssl dgst -sha256 -verify "$tmp/k1.pub" -signature "$tmp/signed.der" "$tmp/signed.body" >/dev/null; then ok "openssl verifies it, too"; else not_ok "openssl verifies it, too"; fi
expect "sign again with another key" 0 '' manifest sign --key "$tmp/k2.pem" "$tmp/signed"
expect "which replaces the signature" 0 'signature is good' manifest verify --key "$tmp/k2.pub" "$tmp/signed"
compile --key "$tmp/k1.pem"
expect "compile and sign at once" 0 'signature is good' manifest verify --key "$tmp/k1.pub" "$p"
expect "sign with a key of another curve" 3 'not one of P-256' manifest sign --key "$tmp/k3.pem" "$p"
expect "sign with a public key" 3 'no private key' manifest sign --key "$tmp/k1.pub" "$p"
expect "sign without a key" 2 'private key with --key' manifest sign "$p"
expect "sign something else" 3 'is not a policy' manifest sign --key "$tmp/k1.pem" "$m"
expect "show something else" 3 'is not a policy' manifest show "$m"
expect "a result that cannot be written" 4 'cannot be written' manifest sign --key "$tmp/k1.pem" -o "$tmp/none/x" "$p"
ASAN_OPTIONS=detect_leaks=0 python3 - "$sphere" "$p" "$tmp/k1.pub" "$tmp/bad" >"$tmp/hostile" 2>&1 <<'EOF' || true
import random, subprocess, sys
sphere, good, key, bad = sys.argv[1:]
b = open(good, "rb").read()
random.seed(1)
for i in range(60):
    c = bytearray(b)
    c[random.randrange(len(c))] ^= 1 << random.randrange(8)
    open(bad, "wb").write(c[:len(c) - i % 7] if i % 3 == 0 else c)
    r = subprocess.run([sphere, "manifest", "verify", "--key", key, bad], capture_output=True, text=True)
    if r.returncode not in (1, 3) or "Sanitizer" in r.stderr or "runtime error" in r.stderr:
        print("%d ended with %d: %s" % (i, r.returncode, r.stdout + r.stderr))
print("done")
EOF
if [ "$(cat "$tmp/hostile")" = "done" ]; then ok "60 changed policies, none verified"; else not_ok "60 changed policies, none verified"; sed 's/^/# /' "$tmp/hostile" | head; fi
run_sphere manifest show --json "$p"
if python3 -c '
import json, sys
a = json.load(sys.stdin)
assert a["kind"] == "application" and a["version"] == 7 and len(a["key"]) == 64
assert {e["section"] for e in a["entries"]} == {"directories", "executable files", "devices"}' <<<"$out"; then ok "show --json"; else not_ok "show --json"; fi

# ---- manifests that people have published ----------------------------------------

manifests=${SPHERE_MANIFESTS:-$SPHERE_ROOT/../shared/data/manifests}
if ! [ -d "$manifests" ]; then
	skip "real manifests compile" "they are not at $manifests: set SPHERE_MANIFESTS"
else
	ASAN_OPTIONS=detect_leaks=0 python3 - "$sphere" "$manifests" "$here/manifests.tsv" "$testboard" "$root" "$tmp/real" >"$tmp/real.log" 2>&1 <<-'EOF' || true
	import glob, hashlib, json, re, subprocess, sys
	sphere, directory, table, board, root, out = sys.argv[1:]
	def load(path):
	    t = open(path, encoding="utf-8-sig").read()
	    t = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or "", t, flags=re.S)
	    return json.loads(re.sub(r",(\s*[}\]])", r"\1", t))
	accepted = {l.split("\t")[0] for l in open(table) if "\taccepted\t" in l}
	b = load(board)
	wrong = []
	kinds = {"application": 0, "real-time core": 0}
	for path in sorted(glob.glob(directory + "/*.json")):
	    if hashlib.sha256(open(path, "rb").read()).hexdigest()[:16] not in accepted:
	        continue
	    r = subprocess.run([sphere, "manifest", "compile", "--board", board, "--root", root, "--at", "/image",
	                        "--version", "1", "-o", out, path], capture_output=True, text=True)
	    if r.returncode:
	        wrong.append("%s: %s" % (path, r.stderr))
	        continue
	    p = json.loads(subprocess.run([sphere, "manifest", "show", "--json", out], capture_output=True, text=True).stdout)
	    m = load(path)
	    c = m["Capabilities"]
	    core = m.get("ApplicationType") == "RealTimeCapable"
	    kinds[p["kind"]] += 1
	    def of(section, key):
	        return {e[key] for e in p["entries"] if e["section"] == section}
	    def names(section):
	        return {n for e in p["entries"] if e["section"] == section for n in e["names"]}
	    def claim(what, got, want):
	        if got != want:
	            wrong.append("%s: %s: %s, not %s" % (path, what, got, want))
	    claim("kind", p["kind"], "real-time core" if core else "application")
	    claim("id", p["component"], m["ComponentId"].lower())
	    claim("name", p["name"], m["Name"][:31])
	    claim("partners", of("partners", "component"), {x.lower() for x in c.get("AllowedApplicationConnections", [])})
	    if core:
	        claim("images", len(of("images", "sha256")), 1)
	        continue
	    conns = c.get("AllowedConnections", [])
	    v4 = {x for x in conns if re.fullmatch(r"[0-9.]+", x)}
	    dns = {x.lower() for x in conns if not x.startswith("_")} - v4
	    mdns = any(x.startswith("_") for x in conns)
	    claim("hosts", of("hosts", "host"), dns)
	    claim("addresses", of("addresses", "address"), v4 | ({"127.0.0.35"} if dns else set()) |
	          ({"224.0.0.251", "ff02::fb"} if mdns else set()))
	    ports = {(6, x) for x in c.get("AllowedTcpServerPorts", [])} | {(17, x) for x in c.get("AllowedUdpServerPorts", [])}
	    claim("ports", {(e["protocol"], e["first"]) for e in p["entries"] if e["section"] == "server ports"}, ports)
	    claim("tenant", p["tenant"], c.get("DeviceAuthentication", ""))
	    kb = c.get("MutableStorage", {}).get("SizeKB", 0)
	    claim("storage", of("storage", "limit"), {kb * 1024} if kb else set())
	    power = set(c.get("PowerControls", []))
	    caps = set()
	    if c.get("SystemTime"): caps.add("CAP_SYS_TIME")
	    if power & {"ForceReboot", "ForcePowerDown"}: caps.add("CAP_SYS_BOOT")
	    if any(x < 1024 for _, x in ports): caps.add("CAP_NET_BIND_SERVICE")
	    claim("capabilities", names("Linux capabilities"), caps)
	    claim("operations", names("operations"), {"pluton-sign", "pluton-public-key"} if "DeviceAuthentication" in c else set())
	    devices = {"/dev/null"}
	    for x in c.get("Gpio", []):
	        n = b["Names"][x] if isinstance(x, str) else x
	        devices.add("/dev/gpiochip1" if n >= 100 else "/dev/gpiochip0")
	    for key, prefix in (("Uart", "uart"), ("I2cMaster", "i2c"), ("SpiMaster", "spi"), ("Pwm", "pwm"), ("Adc", "adc")):
	        for x in c.get(key, []):
	            devices.add("/dev/%s-%s" % (prefix, b["Names"].get(x, x).lower()))
	    if "DeviceAuthentication" in c: devices.add("/dev/pluton")
	    if "SetPowerProfile" in power: devices.add("/dev/cpufreq")
	    claim("devices", of("devices", "path"), devices)
	    flags = {k for k, v in c.items() if v is True and k != "SystemTime"}
	    claim("directories", of("directories", "path"), {"/image"} | {"/run/test/" + k for k in flags})
	print("%d applications, %d for cores" % (kinds["application"], kinds["real-time core"]))
	print("\n".join(wrong) if wrong else "as expected")
	EOF
	if [ "$(tail -n 1 "$tmp/real.log")" = "as expected" ]; then
		ok "all accepted real manifests compile, each to what it asks for: $(head -n 1 "$tmp/real.log")"
	else
		not_ok "all accepted real manifests compile"
		head -n 20 "$tmp/real.log" | sed 's/^/# /'
	fi
fi
