# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2016,SC2154
#
# sphere manifest check: what is accepted, and with which words the rest is refused

m=$tmp/manifest.json
id=01234567-89ab-cdef-0123-456789abcdef

# manifest CAPABILITIES [MORE KEYS]
manifest()
{
	printf '{"SchemaVersion":1,"Name":"test","ComponentId":"%s","EntryPoint":"/bin/app","Capabilities":{%s}%s}\n' \
		"$id" "$1" "${2:-}" >"$m"
}
accepts() { manifest "$2" "${3:-}"; expect "accepted: $1" 0 'accepted$' manifest check "$m"; }
# refuses TEXT LINE:COLUMN REASON CAPABILITIES [MORE]
refuses()
{
	manifest "$4" "${5:-}"
	expect "refused: $1" 1 "^$m:$2: error: .*$3" manifest check "$m"
}
# raw TEXT LINE:COLUMN REASON BYTES: the same with a file as printf makes it
raw()
{
	# shellcheck disable=SC2059 # escapes are wanted
	printf "$4" >"$m"
	expect "refused: $1" 1 "^$m:$2: error: .*$3" manifest check "$m"
}

expect "check without a file" 2 'name one file' manifest check
expect "check of a file that is not there" 3 'cannot be read' manifest check "$tmp/none"
expect "check with an unknown option" 2 'no option --frob' manifest check --frob "$m"
expect "help of check" 0 'allow-unknown' manifest check --help

accepts "nothing is asked for" ''
accepts "every capability of the Linux core" '
	"AllowedConnections": ["hub.example.net", "10.0.0.1", "_sample._tcp.local", "UPPER.example.net"],
	"AllowedTcpServerPorts": [1, 65535], "AllowedUdpServerPorts": [5353],
	"AllowedApplicationConnections": ["01234567-89AB-CDEF-0123-456789abcdee"],
	"DeviceAuthentication": "00000000-0000-0000-0000-000000000000",
	"Gpio": [0, 80, "$LED"], "Uart": ["ISU0", "$UART"], "I2cMaster": ["ISU4"], "SpiMaster": ["ISU1"],
	"Pwm": ["PWM-CONTROLLER-0"], "Adc": ["ADC-CONTROLLER-0"], "MutableStorage": {"SizeKB": 64},
	"PowerControls": ["ForceReboot", "ForcePowerDown", "SetPowerProfile"],
	"WifiConfig": true, "EnterpriseWifiConfig": true, "NetworkConfig": true,
	"ReadNetworkProxyConfig": true, "HardwareAddressConfig": true, "DhcpService": true,
	"SntpService": true, "TimeSyncConfig": true, "SystemTime": true, "CertStore": true,
	"SystemEventNotifications": true, "SoftwareUpdateDeferral": true, "HeapMemStats": true,
	"ResetMemoryWatermarks": true' \
	',"CmdArgs":["a"],"ApplicationType":"Default","MallocVersion":2,"TargetBetaApis":"Beta2004","TargetApplicationRuntimeVersion":3'
accepts "every capability of a real-time core" '
	"Gpio": [1], "Uart": ["ISU0"], "I2sSubordinate": ["I2S0"], "ExternalInterrupt": ["EINT12"],
	"AllowedApplicationConnections": ["01234567-89ab-cdef-0123-456789abcdee"]' ',"ApplicationType":"RealTimeCapable"'
accepts "what asks for nothing, on a core" '"AllowedConnections": [], "WifiConfig": false, "MutableStorage": {"SizeKB": 0}' \
	',"ApplicationType":"RealTimeCapable"'

printf '\xef\xbb\xbf// a comment\r\n{ /* and\n another */ "SchemaVersion": 1, "Name": "n\\u00e4\\ud83d\\ude00",\n"ComponentId": "%s",\n"EntryPoint": "bin/app", "Capabilities": { "Gpio": [ 1, 2, ], }, }\n// end' "$id" >"$m"
expect "accepted: comments, trailing commas, byte order mark" 0 'accepted$' manifest check "$m"

# ---- syntax ----------------------------------------------------------------------

raw "an empty file" 1:1 'nothing in the file' ''
raw "a comment only" 1:7 'nothing in the file' '// abc'
raw "UTF-16" 1:1 'UTF-16' '\377\376{\0}\0'
raw "bytes that are not UTF-8" 1:3 'not UTF-8' '{"\377": 1}'
raw "an overlong form of a character" 1:3 'not UTF-8' '{"\300\257": 1}'
raw "a surrogate as UTF-8" 1:3 'not UTF-8' '{"\355\240\200": 1}'
raw "half of a surrogate pair" 1:3 'surrogate' '{"\\ud800": 1}'
raw "a zero byte in a string" 1:3 'zero byte' '{"\\u0000": 1}'
raw "a comment without an end" 2:2 'comment has no end' '{\n /* abc'
raw "a string without an end" 2:1 'string has no end' '{\n"abc'
raw "a string over two lines" 1:2 'string has no end' '{"abc\n": 1}'
raw "a control character in a string" 1:4 'control character' '{"a\001": 1}'
raw "an unknown escape" 1:3 'backslash' '{"\\x": 1}'
raw "a bracket that is missing" 1:8 'the end of the file' '{"a": 1'
raw "a bracket of the other kind" 1:9 "',' or ']'" '{"a": [1}'
raw "a comma that is missing" 2:1 "',' or '}'" '{"a": 1\n"b": 2}'
raw "two commas" 1:9 'a value is expected' '{"a":[1,,2]}'
raw "a comma only" 1:7 'a value is expected' '{"a":[,]}'
raw "a colon that is missing" 1:6 "':' is expected" '{"a" 1}'
raw "a key without quotes" 1:2 'a key is expected' '{a: 1}'
raw "single quotes" 1:7 'double quotes' "{\"a\": 'b'}"
raw "a placeholder" 1:7 'placeholder' '{"a": <port>}'
raw "an octal number" 1:7 'start with 0' '{"a": 010}'
raw "a minus alone" 1:7 'not a number' '{"a": -}'
raw "a number without its fraction" 1:7 'not a number' '{"a": 1.}'
raw "True" 1:7 "'True' is not a value" '{"a": True}'
raw "a key twice" 2:2 'stands twice, first in line 1' '{"a": 1,\n "a": 2}'
raw "something behind the end" 1:3 'behind the end' '{}{}'
raw "brackets in each other" 1:17 'more than 16' '[[[[[[[[[[[[[[[[[[[['
raw "an array" 1:1 'a manifest is an object' '[]'
raw "columns are characters, not bytes" 1:9 'stands twice' '{"\303\244\303\244":1,"\303\244\303\244":2}'
head -c 1048577 /dev/zero | tr '\0' ' ' >"$m"
expect "refused: a file that is too large" 1 'larger than 1024 KiB' manifest check "$m"
printf '{"\033[31m": 1}' >"$m"
run_sphere manifest check "$m"
if [[ $out != *$'\033'* ]]; then ok "what a file holds does not reach the terminal as it is"; else not_ok "what a file holds does not reach the terminal as it is"; fi

raw "a zero byte" 1:2 'there is a zero byte$' '{\0'
# hidden TEXT BYTES: neither the text nor the JSON has the character as it is
hidden()
{
	local bytes

	# shellcheck disable=SC2059 # escapes are wanted
	bytes=$(printf "$2")
	# shellcheck disable=SC2059
	printf "/* $2 */ {\"$2\": 1, \"Capabilities\": {\"$2\": 1}} $2" >"$m"
	"$sphere" manifest check "$m" >"$tmp/out" 2>&1 </dev/null || true
	# without what stands behind the end, so that the keys are looked at
	# shellcheck disable=SC2059
	printf "/* $2 */ {\"$2\": 1, \"Capabilities\": {\"Gpio\": [\"$2\"], \"$2\": 1}}" >"$m"
	"$sphere" manifest check "$m" >>"$tmp/out" 2>&1 </dev/null || true
	"$sphere" manifest check --json "$m" >>"$tmp/out" 2>&1 </dev/null || true
	"$sphere" manifest check --board "$m" "$m" >>"$tmp/out" 2>&1 </dev/null || true
	printf '{"%s": 1}' "$bytes" >"$m"
	"$sphere" manifest check --board "$m" "$m" >>"$tmp/out" 2>&1 </dev/null || true
	printf '{"BoardVersion": 1, "Apps": "/a", "Capabilities": {"PowerControls": {"%s": 1}}}' "$bytes" >"$m"
	"$sphere" manifest check --board "$m" "$m" >>"$tmp/out" 2>&1 </dev/null || true
	if [ -s "$tmp/out" ] && ! LC_ALL=C grep -qF -- "$bytes" "$tmp/out" && grep -q '\\x' "$tmp/out"; then
		ok "does not reach the terminal: $1"
	else
		not_ok "does not reach the terminal: $1"
		LC_ALL=C cat -v "$tmp/out" | sed 's/^/# /'
	fi
}
hidden "a control of C1" '\302\233'
hidden "an override of direction" '\342\200\256'
hidden "an isolate" '\342\201\246'
hidden "a mark of direction" '\330\234'
hidden "a character without width" '\342\200\213'
hidden "a byte order mark" '\357\273\277'

# ---- keys ------------------------------------------------------------------------

raw "keys that are missing" 1:1 'SchemaVersion is missing' '{"Capabilities": {}}'
printf '{"SchemaVersion":1,"Name":"a","ComponentId":"%s","EntryPoint":"/a"}' "$id" >"$m"
expect "refused: no Capabilities" 1 'Capabilities is missing' manifest check "$m"
refuses "an unknown capability" 1:127 "'Frob' is unknown" '"Frob": true'
expect "an unknown capability with --allow-unknown" 0 'warning: .*Frob' manifest check --allow-unknown "$m"
manifest '' ',"WifiConfig":true'
expect "a capability at the top: says where it belongs" 1 'move it into Capabilities' manifest check "$m"
manifest '"wificonfig":true'
expect "a wrong case: says what to write" 1 'hint: write WifiConfig' manifest check "$m"
manifest '"EntryPoint":"/a"'
expect "a key of the top among capabilities" 1 'top level' manifest check "$m"
manifest '' ',"policy":{}'
expect "a key of the system's maker" 1 'for the maker of the system' manifest check "$m"
expect "also with --allow-unknown" 1 'for the maker of the system' manifest check --allow-unknown "$m"

# ---- values ----------------------------------------------------------------------

value() { manifest "$3" "${4:-}"; expect "refused: $1" 1 "error: .*$2" manifest check "$m"; }
# many FORMAT N: N values with commas between them
many() { seq -s, -f "$1" "$2"; }
# repeat WORD N: N times the same
repeat() { yes "$1" | head -n "$2" | paste -sd ,; }
value "a port of 0" '0 is not a port' '"AllowedTcpServerPorts":[0]'
value "a port too large" '65536 is not a port' '"AllowedTcpServerPorts":[65536]'
value "a negative port" '-1 is not a port' '"AllowedUdpServerPorts":[-1]'
value "a port with a fraction" '80.5 is not a port' '"AllowedUdpServerPorts":[80.5]'
value "a port with an exponent" '1e3 is not a port' '"AllowedUdpServerPorts":[1e3]'
value "a port of more than 64 bits" 'is not a port' '"AllowedUdpServerPorts":[18446744073709551696]'
value "a port as a string" 'takes numbers' '"AllowedTcpServerPorts":["80"]'
value "a port twice" 'stands twice' '"AllowedTcpServerPorts":[80,80]'
value "a port that is no array" 'has to be an array' '"AllowedTcpServerPorts":80'
value "a URL" 'not the name of a host' '"AllowedConnections":["https://example.net"]'
value "a port behind a host" 'not the name of a host' '"AllowedConnections":["example.net:80"]'
value "a wildcard" 'no wildcards' '"AllowedConnections":["*.example.net"]'
value "an address with a number too large" 'looks like an IPv4' '"AllowedConnections":["10.0.0.256"]'
value "an address with zeros in front" 'looks like an IPv4' '"AllowedConnections":["10.0.0.01"]'
value "an address of three numbers" 'looks like an IPv4' '"AllowedConnections":["10.0.1"]'
for bad in -a.net a-.net a.-b.net a.net- -; do
	value "a host with '-' at an end: $bad" "begins or ends with '-'" "\"AllowedConnections\":[\"$bad\"]"
done
for bad in 0x7f.1 0x7f000001 a.0x1 a.0X a.net.7 a.0xfF; do
	value "a host that reads as an address: $bad" 'its last part is a number' "\"AllowedConnections\":[\"$bad\"]"
done
value "a host of '_' alone" "is '_' alone" '"AllowedConnections":["a._.net"]'
accepts "names of services, and parts with '-' and digits" '"AllowedConnections":["_sample-service._tcp.local","_service._udp.local","a--b.1.net","0x1.net","h0","x.0xg","a_.net"]'
value "a dot at the end, without its host" 'two dots, or at an end' '"AllowedConnections":["hub.example.net."]'
if grep -q 'hint: write it without the dot at its end' <<<"$out"; then ok "the hint says so"; else not_ok "the hint says so: $out"; fi
for bad in '*' '*.example.net'; do
	manifest "\"AllowedConnections\":[\"$bad\"]"
	expect "a wildcard is not taken for a placeholder: $bad" 1 'hint: there are no wildcards' manifest check "$m"
done
manifest '"AllowedConnections":["**add your hub here**"]'
expect "a placeholder with asterisks still is one" 1 'hint: this is a placeholder' manifest check "$m"
manifest '' ',"AzureSphereTargetApiSet":"7"'
expect "a setting of the build" 1 'hint: remove it: it is a setting of the build' manifest check "$m"
value "a GPIO as 0 and -0" 'stands twice' '"Gpio":[0,-0]'
for pair in SoftwareUpdateDeferral:SystemEventNotifications EnterpriseWifiConfig:WifiConfig; do
	manifest "\"${pair%:*}\":true,\"${pair#*:}\":false"
	expect "${pair%:*} alone is warned of" 0 "warning: ${pair%:*} has no effect without ${pair#*:}" manifest check "$m"
	manifest "\"${pair#*:}\":true,\"${pair%:*}\":true"
	run_sphere manifest check "$m"
	if [ "$out" = "$m: accepted" ]; then ok "and not with ${pair#*:}"; else not_ok "and not with ${pair#*:}: $out"; fi
done
value "a host with an empty part" 'two dots' '"AllowedConnections":["a..b"]'
value "an empty host" 'is empty' '"AllowedConnections":[""]'
value "a part too long" 'more than 63' "\"AllowedConnections\":[\"$(printf '%064d' 1)a.net\"]"
value "a host too long" 'more than 253' "\"AllowedConnections\":[\"a$(printf '.%040d' 1 2 3 4 5 6 7)\"]"
value "a host as a number" 'takes strings' '"AllowedConnections":[1]'
value "itself as a partner" 'lists itself' "\"AllowedApplicationConnections\":[\"${id^^}\"]"
value "a partner twice, in another case" 'stands twice' '"AllowedApplicationConnections":["01234567-89ab-cdef-0123-456789abcdee","01234567-89AB-CDEF-0123-456789ABCDEE"]'
value "a partner without dashes" 'not a component id' '"AllowedApplicationConnections":["0123456789abcdef0123456789abcdef"]'
value "a tenant that is a word" 'not the id of a tenant' '"DeviceAuthentication":"REPLACE_WITH_YOUR_TENANT"'
value "a tenant that is an array" 'has to be a string' '"DeviceAuthentication":[]'
value "a GPIO below 0" 'not the number' '"Gpio":[-1]'
value "a GPIO twice" 'stands twice' '"Gpio":[3,4,3]'
value "a GPIO as a string of digits" 'not a GPIO' '"Gpio":["3"]'
value "a dollar alone" 'not a GPIO' '"Gpio":["$"]'
value "a peripheral with a space" 'not the name of a peripheral' '"Uart":["ISU 0"]'
value "a peripheral as a number" 'takes strings' '"Uart":[0]'
value "a path as a peripheral" 'not the name of a peripheral' '"Uart":["/dev/mem"]'
value "storage without a size" 'lacks SizeKB' '"MutableStorage":{}'
value "storage that is a number" 'has to be an object' '"MutableStorage":8'
value "negative storage" 'not a size' '"MutableStorage":{"SizeKB":-8}'
value "too much storage" 'not a size' '"MutableStorage":{"SizeKB":1073741825}'
value "storage with another key" "'Size' is unknown" '"MutableStorage":{"SizeKB":8,"Size":1}'
value "no power control" 'must not be empty' '"PowerControls":[]'
value "an unknown power control" 'not a power control' '"PowerControls":["Reboot"]'
value "a flag as a word" 'has to be true or false' '"WifiConfig":"true"'
value "a flag as a number" 'has to be true or false' '"SystemTime":1'
value "network for a core" 'no effect for an application of a real-time core' '"AllowedConnections":["a.net"]' ',"ApplicationType":"RealTimeCapable"'
value "I2S for the Linux core" 'real-time core only' '"I2sSubordinate":["I2S0"]'
value "an unknown type" 'not a type of application' '' ',"ApplicationType":"Realtime"'
value "a type that is no string" 'has to be a string' '' ',"ApplicationType":1'
value "arguments that are no array" 'has to be an array' '' ',"CmdArgs":"a"'
value "an argument that is a number" 'has to be a string' '' ',"CmdArgs":[1]'
value "an unknown MallocVersion" 'cannot be 3' '' ',"MallocVersion":3'

# ---- hostile sizes: each bound is on a number, what is between them is linear ------

# 1 MB in one line, in arrays that are as long as they may be; the column of the last value is right
python3 - "$m" <<-'EOF'
	import sys
	array = "[" + ",".join(["80"] * 1024) + "],"
	text = '{"k":[' + array * 330 + '"\u00e4",tru'
	open(sys.argv[1], "w", encoding="utf-8").write(text)
	open(sys.argv[1] + ".column", "w").write(str(len(text) - 2))
EOF
expect "refused: a line of 1 MB" 1 "^$m:1:$(cat "$m.column"): error: 'tru' is not a value" manifest check "$m"
value "1,025 values in an array" 'more than 1024 values in the array of line 1$' "\"AllowedTcpServerPorts\":[$(repeat 80 1025)]"
value "half a million of them" 'more than 1024 values in the array of line 1$' "\"AllowedTcpServerPorts\":[$(repeat 80 340000)]"
raw "1,025 keys in an object" 1:10159 'more than 1024 keys in the object of line 1$' "{$(seq -s, -f '"k%g": 1' 1025)}"
manifest "\"AllowedTcpServerPorts\":[$(repeat 80 1024)]"
run_sphere manifest check "$m"
if [ "$(grep -c ': error: ' <<<"$out")" = 100 ] && grep -qx "$m: 924 more are not shown: mend these first" <<<"$out" && [ "$rc" = 1 ]; then
	ok "100 errors are told, and how many there are more"
else
	not_ok "100 errors are told, and how many there are more: $rc $(tail -n 2 <<<"$out")"
fi
run_sphere manifest check --json "$m"
if python3 -c '
import json, sys
f = json.load(sys.stdin)[0]["findings"]
assert len(f) == 101 and f[100]["reason"] == "924 more are not shown" and f[100]["level"] == "error"' <<<"$out"; then
	ok "in JSON, too"
else
	not_ok "in JSON, too"
fi
manifest "$(seq -s, -f '"K%g":1' 300),\"WifiConfig\":1"
expect "warnings hide no error" 1 'error: WifiConfig has to be' manifest check --allow-unknown "$m"
for key in Gpio AllowedTcpServerPorts; do
	manifest "\"$key\":[$(printf '%0500000d' 0 | tr 0 1)]"
	run_sphere manifest check "$m"
	if [ "$rc" = 1 ] && [ ${#out} -lt 1000 ]; then ok "a long number is cut: $key"; else not_ok "a long number is cut: $key: ${#out} bytes"; fi
done
manifest '' ",\"MallocVersion\":$(printf '%0500000d' 0 | tr 0 1)"
run_sphere manifest check "$m"
if [ "$rc" = 1 ] && [ ${#out} -lt 1000 ]; then ok "a long number is cut: MallocVersion"; else not_ok "a long number is cut: MallocVersion: ${#out} bytes"; fi

# ---- what there is -----------------------------------------------------------------

for bad in 24 25 49 55 76 79 81 65535; do
	value "GPIO $bad" "the MT3620 has no GPIO $bad" "\"Gpio\":[0,$bad]"
done
accepts "the first and last GPIO of each range" '"Gpio":[0,23,26,48,56,75,80]'
value "65 KiB of storage" '64 KiB of storage at most' '"MutableStorage":{"SizeKB":65}'
value "9999 KiB of storage" '64 KiB of storage at most' '"MutableStorage":{"SizeKB":9999}'
for bad in Uart:ISU5 Uart:ISU9 Uart:ISU00 Uart:ISU Uart:isu0 Uart:banana Uart:I2S0 I2cMaster:ISU5 SpiMaster:ISU5 Pwm:ISU0 \
	Pwm:PWM-CONTROLLER-3 Adc:ADC-CONTROLLER-7 Adc:ADC1; do
	value "$bad" "the MT3620 has no ${bad%:*} '${bad#*:}'" "\"${bad%:*}\":[\"${bad#*:}\"]"
done
for bad in I2sSubordinate:I2S2 ExternalInterrupt:EINT24; do
	value "$bad" "the MT3620 has no ${bad%:*} '${bad#*:}'" "\"${bad%:*}\":[\"${bad#*:}\"]" ',"ApplicationType":"RealTimeCapable"'
done
value "dots as a peripheral" 'not the name of a peripheral' '"Uart":[".."]'
value "an empty word as a peripheral" 'not the name of a peripheral' '"Uart":[""]'
accepts "every peripheral" '"Uart":["ISU0","ISU1"],"I2cMaster":["ISU2","ISU3"],"SpiMaster":["ISU4"],"Adc":["ADC-CONTROLLER-0"],
	"Pwm":["PWM-CONTROLLER-0","PWM-CONTROLLER-1","PWM-CONTROLLER-2"]'
accepts "ADC0, as cores call it" '"Adc":["ADC0"],"ExternalInterrupt":["EINT0","EINT13","EINT23"]' ',"ApplicationType":"RealTimeCapable"'
value "65 hosts" '65 hosts are asked for, and 64 are the most' "\"AllowedConnections\":[$(many '"h%g.net"' 65)]"
value "65 TCP ports" '65 server ports are asked for, and 64 are the most' "\"AllowedTcpServerPorts\":[$(many %g 65)]"
value "100 UDP ports" '100 server ports are asked for' "\"AllowedUdpServerPorts\":[$(many %g 100)]"
value "33 and 32 ports" '65 server ports are asked for' "\"AllowedTcpServerPorts\":[$(many %g 33)],\"AllowedUdpServerPorts\":[$(many %g 32)]"
value "33 partners" '33 partners are asked for, and 32 are the most' "\"AllowedApplicationConnections\":[$(many '"01234567-89ab-cdef-0123-456789abcd%02g"' 33)]"
accepts "as many hosts, ports and partners as a policy takes" "\"AllowedConnections\":[$(many '"h%g.net"' 64)],\"AllowedTcpServerPorts\":[$(many %g 32)],
	\"AllowedUdpServerPorts\":[$(many %g 32)],\"AllowedApplicationConnections\":[$(many '"01234567-89ab-cdef-0123-456789abcd%02g"' 32)]"

cat >"$tmp/board.json" <<-'EOF'
	{
		"BoardVersion": 1, "Apps": "/a", "Storage": "/s", "MaxStorageKB": 4096,
		"Peripherals": {
			"Gpio": { "0-99": [ { "Device": "/dev/g", "Access": "read" } ] },
			"Uart": { "ISU9": [ { "Device": "/dev/u", "Access": "read" } ], "ISU0": [ { "Device": "/dev/v", "Access": "read" } ],
				"ISU1": [] },
			"I2cMaster": { "ISU0": [ { "Device": "/dev/i", "Access": "read" } ] }
		},
		"Names": { "$LED": 24, "$RED": 24, "$U": "ISU9", "$BUS": "ISU0" }
	}
EOF
# on_board TEXT STATUS PATTERN CAPABILITIES
on_board() { manifest "$4"; expect "with a board: $1" "$2" "$3" manifest check --board "$tmp/board.json" "$m"; }
on_board "what it has" 0 'accepted$' '"Gpio":[24,81],"Uart":["$U"],"MutableStorage":{"SizeKB":4096}'
on_board "more storage than it has" 1 'error: the board has 4096 KiB' '"MutableStorage":{"SizeKB":4097}'
on_board "a GPIO that it lacks" 1 'error: the board has no GPIO 100' '"Gpio":[100]'
on_board "a peripheral that it lacks" 1 "error: the board has no Uart 'ISU2'" '"Uart":["ISU2"]'
on_board "a peripheral without a node" 1 "error: the board file has no node for 'ISU1'" '"Uart":["ISU1"]'
on_board "a name that it lacks" 1 "error: the board file does not say what '.NONE' is" '"Gpio":["$NONE"]'
on_board "two names for one GPIO" 1 'error: GPIO 24 stands twice, first in line 1' '"Gpio":["$LED","$RED"]'
on_board "a name and a number for one GPIO" 1 'error: GPIO 24 stands twice' '"Gpio":[24,"$RED"]'
on_board "a name and a word for one peripheral" 1 "error: 'ISU9' stands twice" '"Uart":["ISU9","$U"]'
on_board "a name of a GPIO as a peripheral" 1 'is a GPIO on this board' '"Uart":["$LED"]'
on_board "a name of a peripheral as a GPIO" 1 'is not a GPIO on this board' '"Gpio":["$U"]'

# one block of pins for several peripherals
manifest '"Uart":["ISU1","ISU0"],"I2cMaster":["ISU0"],"SpiMaster":["ISU0"]'
expect "an ISU as a UART and an I2C bus: both places" 1 "^$m:1:163: error: 'ISU0' stands in I2cMaster, and in Uart in line 1, column 142$" manifest check "$m"
expect "the same as an SPI bus" 1 "^$m:1:184: error: 'ISU0' stands in SpiMaster, and in Uart in line 1, column 142$" manifest check "$m"
value "an ISU as an I2C and an SPI bus" "'ISU3' stands in SpiMaster, and in I2cMaster" '"SpiMaster":["ISU3"],"I2cMaster":["ISU3"]'
on_board "an ISU as two things, one of them by a name" 1 "error: '.BUS', which is 'ISU0', stands in I2cMaster, and in Uart" '"Uart":["ISU0"],"I2cMaster":["$BUS"]'
for pin in 0:26 0:30 1:31 1:35 2:36 2:40 3:66 3:70 4:71 4:75; do
	manifest "\"Gpio\":[${pin#*:}],\"SpiMaster\":[\"ISU${pin%:*}\"]"
	expect "GPIO ${pin#*:} beside ISU${pin%:*} is warned of" 0 "warning: on the MT3620 GPIO ${pin#*:} is a pin of ISU${pin%:*}, which SpiMaster asks for in line 1" manifest check "$m"
done
manifest '"Gpio":[41,48,65,56,23],"Uart":["ISU0","ISU1","ISU2","ISU3","ISU4"]'
run_sphere manifest check "$m"
if [ "$out" = "$m: accepted" ]; then ok "other GPIOs are not"; else not_ok "other GPIOs are not: $out"; fi
expect "a board file that is not there" 3 'cannot be read' manifest check --board "$tmp/none" "$m"
expect "a board file that is refused" 3 'the board file .* is refused' manifest check --board "$m" "$m"

manifest '"AllowedConnections":["a.net","A.NET"]'
expect "a host twice is warned of" 0 'warning: .*stands twice' manifest check "$m"
for bad in '"SchemaVersion":2' '"Name":""' '"ComponentId":"x"' '"EntryPoint":""' '"EntryPoint":"/../a"' '"EntryPoint":"/a//b"' '"EntryPoint":"/a/"' '"Name":"a\u0001"'; do
	key=${bad%%:*}
	manifest ''
	sed -i "s|$key:[^,]*|${bad//\\/\\\\}|" "$m"
	expect "refused: $bad" 1 'error: ' manifest check "$m"
done

manifest '"Uart":["ISU 0"]'
run_sphere manifest check --json "$m" "$m"
if python3 -c '
import json, sys
a = json.load(sys.stdin)
assert len(a) == 2 and a[0]["accepted"] is False
f = a[0]["findings"][0]
assert f["level"] == "error" and f["kind"] == "value" and f["line"] == 1 and f["hint"]' <<<"$out"; then
	ok "the JSON is what it should be"
else
	not_ok "the JSON is what it should be"
fi

# json TEXT STATUS PYTHON ARG...: what check --json prints is JSON, and PYTHON holds for it as "a"
json()
{
	local text=$1 status=$2 claim=$3

	shift 3
	rc=0
	"$sphere" manifest check --json "$@" >"$tmp/json" 2>"$tmp/err" </dev/null || rc=$?
	if [ "$rc" = "$status" ] && python3 -c '
import json, sys
a = json.loads(open(sys.argv[1], "rb").read().decode("utf-8"))
assert eval(sys.argv[2]), a' "$tmp/json" "$claim" 2>"$tmp/python"; then
		ok "$text"
	else
		not_ok "$text"
		echo "# ended with $rc, not $status"
		tail -n 1 "$tmp/python" | sed 's/^/# /'
	fi
}
manifest ''
json "JSON: a file that cannot be read, before a good one" 3 \
	'[e["accepted"] for e in a] == [False, True] and a[0]["findings"][0]["kind"] == "file" and a[0]["findings"][0]["hint"]' "$tmp/none" "$m"
json "JSON: the same behind it, and alone" 3 '[e["accepted"] for e in a] == [True, False, False]' "$m" "$tmp/none" "$tmp/none"
odd=$tmp/$'n\xff\xc3\xa4\xc3'.json
cp "$m" "$odd"
json "JSON: the name of a file is not UTF-8" 0 'a[0]["file"].endswith("/n\\xff\xe4\\xc3.json")' "$odd"
rm "$odd"

# ---- manifests that people have published ----------------------------------------

manifests=${SPHERE_MANIFESTS:-$SPHERE_ROOT/../shared/data/manifests}
if ! [ -d "$manifests" ]; then
	skip "real manifests" "they are not at $manifests: set SPHERE_MANIFESTS"
else
	ASAN_OPTIONS=detect_leaks=0 python3 - "$sphere" "$manifests" "$here/manifests.tsv" >"$tmp/real" 2>&1 <<-'EOF' || true
	import glob, hashlib, json, subprocess, sys
	sphere, directory, table = sys.argv[1:]
	words = {
	    "host": "is not the name of a host", "tenant": "is not the id of a tenant",
	    "missing": "is missing", "twice": "stands twice", "unknown": "is unknown",
	    "name": "name is empty", "entry": "entry point is empty", "core": "has no effect for",
	    "placeholder": "is a placeholder, not a value",
	}
	want = {}
	for line in open(table):
	    if not line.startswith("#"):
	        digest, verdict, errors = line.rstrip("\n").split("\t")
	        want[digest] = (verdict, [] if errors == "-" else errors.split(" "))
	files = {hashlib.sha256(open(f, "rb").read()).hexdigest()[:16]: f
	         for f in sorted(glob.glob(directory + "/*.json"))}
	wrong = []
	for digest in sorted(set(want) - set(files)):
	    wrong.append("no file has the digest %s" % digest)
	for digest in sorted(set(files) - set(want)):
	    wrong.append("%s has no line in the table" % files[digest])
	names = [files[d] for d in sorted(set(files) & set(want))]
	def check(*options):
	    run = subprocess.run([sphere, "manifest", "check", "--json", *options, *names],
	                         capture_output=True, text=True)
	    return {e["file"]: e for e in json.loads(run.stdout)}
	got = check()
	loose = check("--allow-unknown")
	by_key = by_value = syntax = 0
	for digest in sorted(set(files) & set(want)):
	    verdict, errors = want[digest]
	    e = got[files[digest]]
	    found = [f for f in e["findings"] if f["level"] == "error"]
	    if e["accepted"] != (verdict == "accepted") or len(found) != len(errors):
	        wrong.append("%s: %s" % (files[digest], e))
	        continue
	    kinds = set()
	    for f, error in zip(found, errors):
	        kind, line, column, word = error.split(":")
	        kinds.add(kind)
	        if (f["kind"], f["line"], f["column"]) != (kind, int(line), int(column)) or words[word] not in f["reason"]:
	            wrong.append("%s: not %s but %s" % (files[digest], error, f))
	        if word != "missing" and not f.get("hint"):
	            wrong.append("%s: no hint: %s" % (files[digest], f))
	    syntax += "syntax" in kinds
	    by_key += "key" in kinds
	    by_value += kinds == {"value"}
	    unknown = [e for e in errors if e.endswith(":unknown")]
	    if loose[files[digest]]["accepted"] != (verdict == "accepted" or len(unknown) == len(errors)):
	        wrong.append("%s: --allow-unknown does not help" % files[digest])
	print("%d files, %d do not parse, %d lack keys or have unknown ones, %d have wrong values" %
	      (len(files), syntax, by_key, by_value))
	if (len(files), syntax, by_key) != (260, 1, 5):
	    wrong.append("that is not what is expected")
	print("\n".join(wrong) if wrong else "as expected")
	EOF
	if [ "$(tail -n 1 "$tmp/real")" = "as expected" ]; then
		ok "260 real manifests: $(head -n 1 "$tmp/real")"
	else
		not_ok "260 real manifests"
		sed 's/^/# /' "$tmp/real"
	fi
fi
