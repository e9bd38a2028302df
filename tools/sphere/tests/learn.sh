# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# sphere learn --from: drafts of what the kernel has recorded

cat >"$tmp/learn-board.json" <<'EOF'
{
	"BoardVersion": 1, "Apps": "/mnt/apps", "Resolver": { "Address": "127.0.0.35" },
	"Peripherals": {
		"Uart": { "ISU0": [ { "Device": "/dev/ttyS1", "Access": "read write" } ] },
		"Adc": { "ADC-CONTROLLER-0": [ { "Device": "/dev/adc0", "Access": "read write" } ],
			 "ADC0": [ { "Device": "/dev/adc0", "Access": "read write" } ] },
		"Gpio": {
			"0-23": [ { "Device": "/dev/gpiochip0", "Access": "read write" } ],
			"26-48": [ { "Device": "/dev/gpiochip0", "Access": "read write" } ],
			"80": [ { "Device": "/dev/gpiochip0", "Access": "read write" } ],
			"60": [ { "Device": "/dev/gpiochip1", "Access": "read write" } ]
		}
	},
	"Capabilities": {
		"WifiConfig": [ { "Dir": "/run/sphere", "Access": "connect" } ],
		"NetworkConfig": [ { "Dir": "/run/sphere/net", "Access": "connect" } ],
		"CertStore": [ { "File": "/run/certs/{id}/all", "Access": "read" } ],
		"HeapMemStats": [ { "Dir": "/run/memory", "Access": "connect" } ],
		"ResetMemoryWatermarks": [ { "Dir": "/run/memory", "Access": "connect" } ],
		"DeviceAuthentication": [ { "Device": "/dev/pluton", "Access": "read write" } ],
		"PowerControls": {
			"ForceReboot": [ { "Dir": "/run/power", "Access": "connect" } ],
			"ForcePowerDown": [ { "Dir": "/run/power", "Access": "connect" } ],
			"SetPowerProfile": [ { "Device": "/dev/cpufreq", "Access": "write" } ]
		}
	}
}
EOF
learned=01234567-89ab-cdef-0123-456789abcdef
printf '{"SchemaVersion":1,"Name":"t","ComponentId":"%s","EntryPoint":"/bin/app","Capabilities":{"Uart":["ISU0"]}}\n' "$learned" >"$tmp/learn.json"

# drafts TEXT PATTERN DENIAL...: the draft of these denials is a good manifest, and has PATTERN in it
# (with a ! before it: has not)
drafts()
{
	local text=$1 pattern=$2 bad=

	shift 2
	printf '%s\n' "$@" >"$tmp/denials"
	run_sphere learn --board "$tmp/learn-board.json" --from "$tmp/denials" "$tmp/learn.json"
	echo "$out" >"$tmp/draft.json"
	[ "$rc" = 0 ] || bad="ended with $rc: $err"
	case $pattern in
	!*) if grep -qE -- "${pattern#!}" <<<"$out"; then bad=$out; fi ;;
	*)  grep -qE -- "$pattern" <<<"$out" || bad=$out ;;
	esac
	"$sphere" manifest check "$tmp/draft.json" >/dev/null 2>&1 || bad="no good manifest: $out"
	if [ -z "$bad" ]; then ok "$text"; else not_ok "$text: $bad"; fi
}

expect "learn from a file, and a program" 2 'no program is run' learn --from "$tmp/x" -- /bin/true
expect "learn from a file that is not there" 3 'x' learn --board "$tmp/learn-board.json" --from "$tmp/x" "$tmp/learn.json"
expect "learn without a board file" 3 'none' learn --board "$tmp/none" --from "$tmp/x" "$tmp/learn.json"
echo '{ "SchemaVersion": 1' >"$tmp/bad-manifest.json"
run_sphere learn --board "$tmp/learn-board.json" --from "$tmp/x" "$tmp/bad-manifest.json"
if [ "$rc" = 3 ] && grep -q 'is refused' <<<"$err"; then ok "learn with a bad manifest"; else not_ok "learn with a bad manifest: $rc $err"; fi
drafts "what the manifest had stays" '"Uart": \[ "ISU0" \]' ''
drafts "an address" '"AllowedConnections": \[ "192.0.2.1", "192.0.2.2" \]' 'connect 1 192.0.2.1:443' 'connect 2 192.0.2.1:80' \
	'connect 1 [::ffff:192.0.2.2]:80'
drafts "an address of IPv6 is for the board file" '// connect to \[2001:db8::1\]:443: .*Address in the board file' 'connect 1 [2001:db8::1]:443'
drafts "a short address" '// connect to short address' 'connect 1 short\040address'
for a in 127.0.0.35:53 '[::ffff:127.0.0.35]:53'; do
	drafts "the resolver $a: a note" '// it looked up hosts' "connect 3 $a"
	drafts "and not the address" '!AllowedConnections"' "connect 3 $a"
done
drafts "another port there is none" '"AllowedConnections": \[ "127.0.0.35" \]' 'connect 3 127.0.0.35:54'
for a in 224.0.0.251:5353 '[ff02::fb]:5353' '[::ffff:224.0.0.251]:5353'; do
	drafts "mDNS $a: a note" '// it looked up services by mDNS' "connect 3 $a"
	drafts "and not the group" '!AllowedConnections"|Address in' "connect 3 $a"
done
printf 'connect 1 127.0.0.35:53\nconnect 1 [::ffff:127.0.0.35]:53\n' >"$tmp/denials"
run_sphere learn --board "$tmp/learn-board.json" --from "$tmp/denials" "$tmp/learn.json"
if [ "$(grep -c 'it looked up' <<<"$out")" = 1 ]; then ok "one note for both"; else not_ok "one note for both: $out"; fi
drafts "a node with two names: the first" '"Adc": \[ "ADC-CONTROLLER-0" \]' 'device 1 /dev/adc0'
drafts "the word of a power control" '"PowerControls": \[ "SetPowerProfile" \]' 'device 1 /dev/cpufreq'
drafts "a socket of a service" '"WifiConfig": true' 'unix 1 /run/sphere/wifi.socket'
drafts "that of the innermost directory" '"NetworkConfig": true' 'unix 1 /run/sphere/net/socket'
drafts "and no other" '!WifiConfig' 'unix 1 /run/sphere/net/socket'
drafts "a file" '"WifiConfig": true' 'file 1 /run/sphere/x\040y'
drafts "a file of the component" '"CertStore": true' "file 1 /run/certs/$learned/all"
drafts "and of another" '// file: .*put the file' "file 1 /run/certs/1$learned/all"
drafts "not below a file" '// file: ' "file 1 /run/certs/$learned/all/x"
drafts "the directory itself" '"NetworkConfig": true' 'dir 1 /run/sphere/net'
drafts "a name that begins alike" '"WifiConfig": true' 'file 1 /run/sphere/network'
drafts "what no capability has" '// file: .*/run/spherical' 'file 1 /run/spherical'
drafts "a path of several: a note" '// /run/memory/s belongs to each of HeapMemStats, ResetMemoryWatermarks: ' 'unix 1 /run/memory/s'
drafts "and of several words" '// /run/power/s belongs to each of PowerControls "ForceReboot", PowerControls "ForcePowerDown": ' 'unix 1 /run/power/s'
drafts "and none of them" '!PowerControls":' 'unix 1 /run/power/s'
drafts "a tenant" '// /dev/pluton belongs to DeviceAuthentication: add it, with the id' 'device 1 /dev/pluton'
drafts "a socket without a name" '// unix: .*it is not known which: .*WifiConfig, NetworkConfig, .*PowerControls "ForceReboot"' 'unix 1 unix'
drafts "all GPIOs of a chip" '// /dev/gpiochip0 has the GPIOs 0-23, 26-48, 80: ' 'device 1 /dev/gpiochip0'
drafts "a chip of one line" '"Gpio": \[ 60 \]' 'device 1 /dev/gpiochip1' 'device_access 1 /dev/gpiochip1'
drafts "a port" '"AllowedTcpServerPorts": \[ 8080 \]' 'listen 1 0.0.0.0:8080' 'listen 1 0'
drafts "lines that are none" '"Capabilities"' 'nonsense' 'connect' 'connect 1' 'unix' 'file 1 ' 'device' ''
