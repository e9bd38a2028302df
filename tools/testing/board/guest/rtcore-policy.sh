# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The cores under policies: sphere_lsm says what core 0 is, which images it may run and
# whom it may talk to, and root cannot say otherwise.

. /guest/rtcore-lib.sh

# manifest FILE NAME ID PARTNER MORE
manifest()
{
	cat >"$1" <<-END
	{ "SchemaVersion": 1, "Name": "$2", "ComponentId": "$3", "EntryPoint": "/bin/app",
	  "Capabilities": { "AllowedApplicationConnections": [ "$4" ] }$5 }
	END
}
# compile VERSION NAME: without a signature, as a device for development takes it
compile()
{
	sphere manifest compile --board /tmp/board.json --at "/image/$2" --development \
		--version "$1" -o "/tmp/$2.policy" "/tmp/$2.json"
}
start() { echo "$1" >"$(rproc 0)/firmware" && echo start >"$(rproc 0)/state"; }
start_again() { echo start >"$(rproc 0)/state"; }
running() { [ $(($(devmem $((CTL + 0x14)) 32) & 1)) = 1 ]; }
try_link() { echo "$1" >"$(core 0)/link"; }
say() { echo "$2" >"$(core 0)/$1"; }
image_of() { cut -d ' ' -f 2 "$(core 0)/image"; }

[ ! -e "$M/ecc.ko" ] || insmod "$M/ecc.ko"
for name in core app1 app2; do
	mkdir -p "/image/$name/bin"
	cp "$TRAFFIC" "/image/$name/bin/app"
done
cp /lib/firmware/ic-echo.elf /image/core/bin/app
try "the modules load" load_modules
family=/sys/module/af_azspio/parameters/family
cat >/tmp/board.json <<END
{ "BoardVersion": 1, "Name": "test", "Apps": "/mnt/apps", "Cores": [ 0 ],
  "Base": [ { "Socket": $(cat $family), "Type": "dgram" }, { "File": "$family", "Access": "read" } ] }
END
manifest /tmp/core.json core "$CORE0" "$APP1" ', "ApplicationType": "RealTimeCapable"'
manifest /tmp/app1.json app1 "$APP1" "$CORE0"
manifest /tmp/app2.json app2 "$APP2" "$CORE0"
try "a policy for the core" compile 1 core
try "a policy for an application that the core lists" compile 1 app1
try "and for one that it does not list" compile 1 app2
cat /lib/firmware/ic-echo.elf >/tmp/longer
printf '\0' >>/tmp/longer
mv /tmp/longer /lib/firmware/longer.elf

try "sphere_lsm loads" insmod "$M/sphere_lsm.ko" development=1
refuse "T20 without a policy a core does not start" start ic-echo.elf
refuse "T20 it does not run" running
refuse "T20 root does not say what it is" say component "$CORE0"

try "the policies are loaded" sphere load /tmp/core.policy /tmp/app1.policy /tmp/app2.policy
refuse "T37 an image that is not listed" start ic-hostile.elf
refuse "T37 it does not run" running
logged "T37 and the log has its digest" "does not list the image with SHA-256 $(sha256sum </lib/firmware/ic-hostile.elf | cut -c 1-64)"
refuse "T37 one byte more than the listed one" start longer.elf
refuse "T37 it does not run either" running
refuse "T20 nor does its link start" try_link start
try "the listed one starts" start ic-echo.elf
try "its link comes up" wait_until 5 state_is 0 active
equal "its image was checked" "$(image_of)" checked
equal "with the digest of the file" "$(cut -d ' ' -f 1 "$(core 0)/image")" "$(sha256sum </lib/firmware/ic-echo.elf | cut -c 1-64)"
equal "what it is comes from the policy" "$(cat "$(core 0)/component")" "$CORE0"
equal "whom it may talk to as well" "$(cat "$(core 0)/partners")" "$APP1"
refuse "T20 root does not change it" say partners "$APP2"

try "T19 two that list each other talk" traffic 0 "$APP1" --count 50
refuse "T19 one that the core does not list is refused, root or not" traffic 0 "$APP2" --count 1 --quiet 1
refuse "T19 the pair of all zeros is" sphere core send --timeout 1 "$CORE0" hello
# applications as they are meant to be: confined, and each in its own name
try "T19 a confined application talks to the core that lists it" \
	sphere enter "$APP1" -- /image/app1/bin/app --peer "$CORE0" --count 50
refuse "T19 one that the core does not list does not" \
	sphere enter "$APP2" -- /image/app2/bin/app --peer "$CORE0" --count 1 --quiet 1
refuse "T19 nor does it in the other's name" \
	sphere enter "$APP2" -- /image/app2/bin/app --own "$APP1" --peer "$CORE0" --count 1 --quiet 1
refuse "T20 a confined application does not stop the core" \
	sphere enter "$APP1" -- /bin/sh -c "echo stop >$(rproc 0)/state"
equal "it runs on" "$(state 0)" active
# while they talk the policy goes
traffic 0 "$APP1" --count 1000000 --quiet 2 >/tmp/out 2>&1 &
talking=$!
usleep 300000
try "the application's policy is unloaded under load" sphere unload "$APP1"
wait $talking
refuse "T19 and it is refused from then on" test $? = 0
try "loaded again" compile 2 app1
try "it is" sphere load /tmp/app1.policy
try "T19 they talk again" traffic 0 "$APP1" --count 50

# the other way to the same bytes: another policy, another image
cp /lib/firmware/ic-stream.elf /image/core/bin/app
try "a newer policy lists another image" compile 2 core
try "and is loaded" sphere load /tmp/core.policy
try "core 0 stops" stop_core 0
refuse "T37 the former image is not listed any more" start ic-echo.elf
try "the new one starts" start ic-stream.elf
try "core 0 stops again" stop_core 0

# a core that somebody else has started, before there was a driver
dev=$(basename "$(core 0)")
echo "$dev" >"$DRV/mt3620-rtcore/unbind"
devmem $((CTL + 0x18)) 32 0x100000
devmem $((CTL + 0x10)) 32 1
try "core 0 runs without a driver" running
echo "$dev" >"$DRV/mt3620-rtcore/bind"
try "its driver comes" wait_until 5 core 0
equal "it is there already" "$(cat "$(rproc 0)/state")" detached
refuse "T37 nobody takes over an image that was not checked" start_again
refuse "but it does not run on either" running
equal "it can be started like any other" "$(cat "$(rproc 0)/state")" offline
try "with the image that is listed" start ic-stream.elf
try "its link comes up again" wait_until 5 state_is 0 active
equal "its image was checked again" "$(image_of)" checked
try "core 0 stops for good" stop_core 0
refuse "T20 core 1, for which there is no policy" sphere core start 1

try "the policies are unloaded" sphere unload "$CORE0"
refuse "T20 without its policy the core does not start any more" start ic-stream.elf
tap_end
