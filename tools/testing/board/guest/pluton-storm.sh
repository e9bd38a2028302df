# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# pluton-storm.sh COUNT [SEED]: COUNT requests of all kinds from 16 processes that
# are interrupted and killed, with short timeouts, while Pluton is hostile in one
# way after the other. Afterwards memory must be as it was.

. /guest/tap.sh
. /guest/lib.sh
. /guest/pluton-lib.sh

count=${1:-10000} seed=${2:-}

# objects LINE-PATTERN: how many objects of such slabs are in use
objects() { awk -v re="$1" '$1 ~ re { n += $2 } END { print n + 0 }' /proc/slabinfo; }
# Processes that ended are freed later, by RCU; caches of the CPUs are not counted out.
settle()
{
	sleep 2
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	for pluton_s in /sys/kernel/slab/*/shrink; do echo 1 >"$pluton_s" 2>/dev/null; done
	sleep 1
}
# grown TEXT BEFORE AFTER: by less than one object in 200 requests
grown()
{
	if [ $(($3 - $2)) -le $((200 + count / 200)) ]; then ok "$1"; else not_ok "$1"; fi
	note "from $2 to $3"
}
# shellcheck disable=SC2086 # an option and its value, or nothing
storm() { /tests/pluton_storm -c "$CTL" -p 16 -m 100 $PATIENCE "$@"; }

try "the modules load" load_all timeout_ms=20
try "there is a device node" wait_until 10 test -c /dev/pluton
[ ! -e /sys/kernel/debug/kmemleak ] || echo clear >/sys/kernel/debug/kmemleak

# so that what is allocated once is there
try "a first thousand" storm -n 1000
settle
kmalloc=$(objects '^kmalloc-') files=$(objects '^(filp|dentry|pid|task_struct|skbuff_head_cache)$')
# shellcheck disable=SC2086 # no seed, no words
taps "$count requests:" storm -n "$count" ${seed:+-s $seed}
settle
grown "no kmalloc() is left behind" "$kmalloc" "$(objects '^kmalloc-')"
grown "no file, process or entry is left behind" "$files" "$(objects '^(filp|dentry|pid|task_struct|skbuff_head_cache)$')"

if [ -e /sys/kernel/debug/kmemleak ]; then
	# what looks lost once may be in a register
	echo scan >/sys/kernel/debug/kmemleak
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	equal "kmemleak finds nothing" "$(head -n 20 /sys/kernel/debug/kmemleak)" ""
else
	skip "kmemleak finds nothing" "this kernel has no kmemleak"
fi

echo 0 >"$PARAM/timeout_ms"
try "good requests succeed" good
try "an attestation too" /bin/sphere pluton attest
try "all modules are removed" rmmod pluton mt3620_mailbox sphere_authority

tap_end
