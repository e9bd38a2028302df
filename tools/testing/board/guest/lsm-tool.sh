# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# From an application to its manifest: what it does is watched, a manifest is drafted,
# it runs under that and can do the same and nothing else; one edit gives it more.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

BOARD=/tmp/board.json DRAFT=/tmp/draft.json APP=/image/bin/app

load_lsm development=1
mkdir -p /image/bin /tmp/www
cp /tests/sphere_demo $APP
cat >$BOARD <<END
{ "BoardVersion": 1, "Name": "test", "Apps": "/mnt/apps", "Storage": "/mnt/config",
  "Peripherals": { "Uart": { "ISU0": [ { "Device": "/dev/ttyS0", "Access": "read write" } ] } } }
END
echo hello >/tmp/www/index.html
httpd -p 127.0.0.2:8080 -h /tmp/www

# as THING [ARGUMENT]: what the application does under the draft
as() { sphere run --board $BOARD --at /image $DRAFT -- $APP "$@" >/tmp/out 2>&1; }

try "an application is watched" sphere learn --board $BOARD -o $DRAFT -- $APP connect 127.0.0.2:8080
try "the draft is a good manifest" sphere manifest check $DRAFT
try "it asks for what was done" grep -q '"AllowedConnections": \[ "127.0.0.2" \]' $DRAFT
try "under it the same can be done" as connect 127.0.0.2:8080
refuse "and not another thing" as open /dev/ttyS0
try "which is told, with the line to write" grep -q 'name the peripheral in the manifest: .*Uart' /tmp/out
refuse "nor what nobody may" as code
sed -i 's/"Capabilities": {/&\n\t\t"Uart": [ "ISU0" ],/' $DRAFT
try "one edit" sphere manifest check $DRAFT
try "allows it" as open /dev/ttyS0
try "and what was allowed before" as connect 127.0.0.2:8080

sphere learn --board $BOARD -o /tmp/code.json -- $APP code
try "what no manifest can say stands in the draft as a comment" grep -q '// map_exec' /tmp/code.json
try "which is a manifest nevertheless" sphere manifest check /tmp/code.json
tap_end
