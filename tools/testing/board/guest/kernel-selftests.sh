# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The kernel's own selftests of Landlock and seccomp have the same results with
# sphere_lsm at work (its policies loaded, so that everything is attached to) as
# without.

. /guest/tap.sh
. /guest/lib.sh
. /guest/lsm-lib.sh

mkdir -p /selftests
cp /kernel-selftests/* /selftests/
cd /selftests || exit 1

# results NAME: the result of each test of each program, in /tmp/NAME
results()
{
	for p in base_test fs_test net_test ptrace_test scoped_abstract_unix_test scoped_signal_test scoped_test seccomp_bpf; do
		"./$p" 2>&1 | grep -E '^(ok|not ok) ' | sed "s/^/$p: /"
	done >"/tmp/$1"
}

results without
note "$(grep -c ': ok' /tmp/without) passed, $(grep -c ': not ok' /tmp/without) failed, $(grep -c SKIP /tmp/without) of them skipped"
try "they run on this kernel" test "$(grep ': ok' /tmp/without | grep -vc SKIP)" -ge 200
try "Landlock is at work here" grep -q landlock /sys/kernel/security/lsm

load_lsm
/tests/sphere_lsm_bench_test >/tmp/bench 2>&1
equal "policies are loaded, and every function is attached to" "$(grep -c ' off ' "$S"/hooks)" 0
results with
equal "as many results" "$(wc -l </tmp/with)" "$(wc -l </tmp/without)"
diff /tmp/without /tmp/with >/tmp/differ
equal "each the same as without the module" "$(cat /tmp/differ)" ""
tap_end
