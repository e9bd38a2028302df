# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# main-job.sh [pc]: what `make run` shows second: two applications under manifests of
# their own, on a kernel that was built without any of this. Each thing that they try
# is one run of `sphere run`, which says what was refused and which line of the
# manifest would allow it. On a PC there is no chip: neither Pluton nor cores.

. /guest/lib.sh
. /guest/show-lib.sh

METER=5f3e0a10-9c5b-4d0e-8f00-0000000000a1
GUEST=5f3e0a10-9c5b-4d0e-8f00-0000000000b2
CORE=5f3e0a10-9c5b-4d0e-8f00-0000000000c0
TENANT=6c1f7f3e-2b4d-4f7a-9b1e-000000000001

core()
{
	for core_d in "$DRV"/mt3620-rtcore/*/core; do
		[ "$(cat "$core_d" 2>/dev/null)" = 0 ] && echo "${core_d%/core}" && return
	done
	return 1
}
core_is_up() { [ "$(cat "$(core)/state")" = active ]; }

chip=1
[ "${1:-}" != pc ] || chip=
modules="ecc sphere_authority" apps="meter guest"
[ -z "$chip" ] || modules="$modules mt3620-mailbox pluton mt3620-rtcore af_azspio" apps="$apps core"
echo
for m in $modules; do
	[ ! -e "$M/$m.ko" ] || do_step "insmod $m.ko" insmod "$M/$m.ko"
done
# policies that nobody signed are for devices in development
do_step "insmod sphere_lsm.ko development=1" insmod "$M/sphere_lsm.ko" development=1
if [ -n "$chip" ]; then
	do_step "Pluton answers" wait_until 5 pluton_is_up
	do_step "the link to core 0 is there" wait_until 5 core
fi

for app in $apps; do
	mkdir -p "/image/$app/bin"
	cp /tests/sphere_demo "/image/$app/bin/app"
done
base='' of_board='' of_meter=''
if [ -n "$chip" ]; then
	cp /lib/firmware/ic-echo.elf /image/core/bin/app
	family=/sys/module/af_azspio/parameters/family
	base="{ \"Socket\": $(cat $family), \"Type\": \"dgram\" }, { \"File\": \"$family\", \"Access\": \"read\" }"
	of_board='"Capabilities": { "DeviceAuthentication": [ { "Device": "/dev/pluton", "Access": "read write" } ] },'
	of_meter="\"AllowedApplicationConnections\": [ \"$CORE\" ], \"DeviceAuthentication\": \"$TENANT\","
fi
cat >/tmp/board.json <<END
{ "BoardVersion": 1, "Name": "make run", "Apps": "/mnt/apps", "Storage": "/mnt/config", "Cores": [ 0 ],
  "Base": [ $base ], $of_board
  "Peripherals": { "Uart": { "ISU0": [ { "Device": "/dev/ttyS0", "Access": "read write" } ] } } }
END
cat >/tmp/meter.json <<END
{
	"SchemaVersion": 1,
	"Name": "meter",
	"ComponentId": "$METER",
	"EntryPoint": "/bin/app",
	"Capabilities": {
		"Uart": [ "ISU0" ],
		"AllowedConnections": [ "127.0.0.2" ],
		$of_meter
		"MutableStorage": { "SizeKB": 8 }
	}
}
END
cat >/tmp/guest.json <<END
{
	"SchemaVersion": 1,
	"Name": "guest",
	"ComponentId": "$GUEST",
	"EntryPoint": "/bin/app",
	"Capabilities": {
		"AllowedConnections": [ "127.0.0.9" ]
	}
}
END
cat >/tmp/core.json <<END
{
	"SchemaVersion": 1,
	"Name": "core",
	"ComponentId": "$CORE",
	"EntryPoint": "/bin/app",
	"ApplicationType": "RealTimeCapable",
	"Capabilities": { "AllowedApplicationConnections": [ "$METER" ] }
}
END
for app in $apps; do
	do_step "the manifest of $app is good" sphere manifest check "/tmp/$app.json"
done
if [ -n "$chip" ]; then
	do_step "a policy for core 0" sphere manifest compile --board /tmp/board.json --at /image/core --development \
		--version 1 -o /tmp/core.policy /tmp/core.json
	do_step "is loaded" sphere load /tmp/core.policy
	start_core() { sphere core start --image ic-echo.elf 0; }
	do_step "the core runs the image that the policy lists" start_core
	do_step "and its link is up" wait_until 5 core_is_up
fi
# somebody to connect to
mkdir -p /tmp/www
echo hello >/tmp/www/index.html
httpd -f -p 127.0.0.2:8080 -h /tmp/www &
service=$!
sleep 300 &
other=$!

# attempt APP EXPECTED TEXT THING [ARGUMENT]
attempt()
{
	app=$1 expected=$2 text=$3
	shift 3
	out=$(sphere run --board /tmp/board.json --at "/image/$app" "/tmp/$app.json" -- "/image/$app/bin/app" "$@" 2>/tmp/told)
	code=$?
	# the tool itself may have been refused something, which is another thing
	[ $code != 1 ] || grep -q 'was refused something' /tmp/told || code=2
	case $code in
	0) verdict=allowed why=$out ;;
	1) verdict=refused why=$(sed -n 's/^  \([a-z_]*\), [0-9]* times*: .*/\1/p' /tmp/told | head -n 1)
	   line=$(sed -n 's/.*what would allow it: //p' /tmp/told | head -n 1)
	   why="$why: $line" ;;
	*) verdict=failed why="$out $(tail -n 2 /tmp/told)" ;;
	esac
	[ "$verdict" = "$expected" ] || { bad=$((bad + 1)); verdict="$verdict, WRONG"; }
	printf '  %-6s %-32s %-8s %s\n' "$app" "$text" "$verdict" "$why"
	count=$((${count:-0} + 1))
}

echo
printf '  %-6s %-32s %-8s %s\n' app operation verdict "why, and what would allow it"
for app in meter guest; do
	if [ $app = meter ]; then e=allowed; else e=refused; fi
	attempt "$app" "$e" "open the UART" open /dev/ttyS0
	attempt "$app" "$e" "connect to 127.0.0.2:8080" connect 127.0.0.2:8080
	attempt "$app" "$e" "write to the meter's storage" write /mnt/config/$METER/note
	[ -z "$chip" ] || attempt "$app" "$e" "message to core 0 and back" core $CORE
	[ -z "$chip" ] || attempt "$app" "$e" "sign for its tenant by Pluton" sign
	attempt "$app" refused "connect to 127.0.0.3:8080" connect 127.0.0.3:8080
	attempt "$app" refused "make memory executable" code
	attempt "$app" refused "end another process" kill "$other"
	attempt "$app" refused "see all packets" packets
	attempt "$app" refused "read the kernel's memory" open /dev/mem
done
kill "$service" "$other"
echo
sphere status | sed -n 's/^attached /  reached by: /p; s/^tasks_before /  processes from before, without a label: /p'
say "operations tried" "$count"
ending "Everything was allowed or refused as the manifests say."
