# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# lsm-failure.sh kill|log|panic: calls stop arriving while an application runs, on a
# kernel where the module attaches by kprobes, which root can disarm. Within a second
# it is noticed and acted on as the parameter on_failure says.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

what=${1:-kill}
ID=5f3e0a10-9c5b-4d0e-8f00-0000000000a1

load_lsm development=1 "on_failure=$what"
equal "it attaches by kprobes" "$(status_of attached)" kprobe
mkdir -p /image/bin
cp /tests/sphere_demo /image/bin/app
echo '{ "BoardVersion": 1, "Name": "test", "Apps": "/mnt/apps", "Storage": "/mnt/config" }' >/tmp/board.json
printf '{ "SchemaVersion": 1, "Name": "test", "ComponentId": "%s", "EntryPoint": "/bin/app", "Capabilities": {} }' $ID >/tmp/app.json
sphere run --board /tmp/board.json --at /image /tmp/app.json -- /image/bin/app wait 1000 >/tmp/out 2>&1 &
app=$!
confined() { grep -q "^tasks [1-9]" "$S/apps/$ID/manifest"; }
try "an application runs" wait_until 10 confined
sleep 2
equal "while calls arrive nothing happens" "$(status_of broken)" no
try "and it runs on" confined

echo 0 >/sys/kernel/debug/kprobes/enabled
# with "panic" this is the end
sleep 2
try "T30 it is noticed within two seconds, and where ($(status_of broken))" \
	sh -c "sed -n 's/^broken //p' $S/status | grep -q '^security_'"
logged "T30 and told" 'sphere_lsm: calls of .* do not arrive any more'
if [ "$what" = kill ]; then
	# its label stays: that a task is freed is one of the calls
	refuse "T30 no application is left" pidof app
	wait $app
	equal "its launcher tells by which signal it ended" $? 137
else
	try "the application runs on, as the parameter says" confined
	kill $app
fi
sphere run --board /tmp/board.json --at /image /tmp/app.json -- /image/bin/app wait 0 >/tmp/out 2>&1
refuse "T30 nothing more is loaded" grep -q waited /tmp/out
# by the kernel, or by the tool, which finds that things are not as they should be
try "T30 and why is told" grep -q '^sphere: ' /tmp/out
note "$(grep '^sphere: ' /tmp/out | tail -n 1)"
tap_end
