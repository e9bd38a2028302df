// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pluton as a program sees it: first the attacks on its arguments, then
 * each request, then many callers with signals and kills.
 *
 * Needs the device node, and CAP_SYS_ADMIN as the grant. What changes the device
 * for ever (the manufacturing state) is tried with values that are refused. If
 * PLUTON_CTL in the environment is the address of the board's control block, some
 * answers are made to come late.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pluton.h>

#include "kselftest_harness.h"

#define NODE		"/dev/pluton"
#define CANARY		0xa5
#define TENANT		"selftest tenant"

/* The numbers are an ABI: the published ones as 32-bit Arm programs have them */
static_assert(PLUTON_GET_SECURITY_STATE == 0xC0847001, "number");
static_assert(PLUTON_PROCESS_ATTESTATION == 0xC3787009, "number");
static_assert(PLUTON_GET_ENABLED_CAPABILITIES == 0x8080700E, "number");
static_assert(PLUTON_GET_MANUFACTURING_STATE == 0x80047010, "number");
static_assert(offsetof(struct pluton_attestation, result.device_id) == 36, "offset");
static_assert(offsetof(struct pluton_attestation, result.signature) == 100, "offset");
static_assert(offsetof(struct pluton_attestation, result.measurement_count) == 164, "offset");
static_assert(offsetof(struct pluton_attestation, result.measurements) == 168, "offset");

/* ioctl() that tells its errno, negative */
static int ask(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static bool is_all(const void *p, size_t len, unsigned char value)
{
	const unsigned char *b = p;

	while (len--)
		if (*b++ != value)
			return false;
	return true;
}

/* of the board's control block: microseconds that an answer takes */
#define CTL_DELAY	0x204

/* Let answers take that long from now on, if somebody can be told. What it was before */
static uint32_t answers_take(uint32_t us)
{
	const char *at = getenv("PLUTON_CTL");
	int fd = at ? open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC) : -1;
	uint32_t *delay, before;
	char *ctl;

	if (fd < 0)
		return 0;
	ctl = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, strtoul(at, NULL, 0));
	close(fd);
	if (ctl == MAP_FAILED)
		return 0;
	/* one access of a word each, of the kind that is not moved or split */
	delay = (uint32_t *)(ctl + CTL_DELAY);
	before = __atomic_load_n(delay, __ATOMIC_SEQ_CST);
	__atomic_store_n(delay, us, __ATOMIC_SEQ_CST);
	munmap(ctl, 4096);
	return before;
}

FIXTURE(node) {
	int fd;
	int ro;
};

FIXTURE_SETUP(node)
{
	self->fd = open(NODE, O_RDWR | O_CLOEXEC);
	if (self->fd < 0 && errno == ENOENT)
		SKIP(return, "there is no " NODE);
	ASSERT_GE(self->fd, 0);
	self->ro = open(NODE, O_RDONLY | O_CLOEXEC);
	ASSERT_GE(self->ro, 0);
}

FIXTURE_TEARDOWN(node)
{
	close(self->fd);
	close(self->ro);
}

/* ---- attacks on the arguments --------------------------------------------- */

TEST_F(node, CD25_unknown_requests)
{
	char big[4096] = {};
	unsigned int nr;

	EXPECT_EQ(-ENOTTY, ask(self->fd, 0, big));
	EXPECT_EQ(-ENOTTY, ask(self->fd, ~0u, big));
	for (nr = 0; nr < 256; nr++) {
		unsigned int cmd = _IOC(_IOC_READ, 'p', nr, 3);

		EXPECT_EQ(-ENOTTY, ask(self->fd, cmd, big));
	}
	for (nr = 5; nr < 256; nr++)
		EXPECT_EQ(-ENOTTY, ask(self->fd, _IOC(_IOC_WRITE, PLUTON_IOC_TYPE, nr, 64), big));
}

TEST_F(node, bad_addresses)
{
	static const unsigned int cmds[] = {
		PLUTON_GET_SECURITY_STATE, PLUTON_GET_TENANT_PUBLIC_KEY,
		PLUTON_PROCESS_ATTESTATION, PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY,
		PLUTON_SET_POSTCODE, PLUTON_GET_BOOT_MODE_FLAGS,
		PLUTON_IS_CAPABILITY_ENABLED, PLUTON_GET_ENABLED_CAPABILITIES,
		PLUTON_SET_MANUFACTURING_STATE, PLUTON_GET_MANUFACTURING_STATE,
		PLUTON_IOC_INFO, PLUTON_IOC_RANDOM, PLUTON_IOC_SIGN,
		PLUTON_IOC_PUBLIC_KEY, PLUTON_IOC_ATTEST,
	};
	void *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	ASSERT_TRUE(none != MAP_FAILED);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		int ret = ask(self->fd, cmds[i], none);

		/* signing without a tenant is refused before anything is read */
		if (cmds[i] == PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY && ret == -ENOKEY)
			continue;
		EXPECT_EQ(-EFAULT, ret) TH_LOG("request %x", cmds[i]);
	}
	munmap(none, 4096);
}

TEST_F(node, structures_that_are_too_short)
{
	static const struct {
		unsigned int cmd, size;
	} cmds[] = {
		{ PLUTON_IOC_INFO, PLUTON_INFO_SIZE_VER0 },
		{ PLUTON_IOC_RANDOM, PLUTON_RANDOM_SIZE_VER0 },
		{ PLUTON_IOC_SIGN, PLUTON_SIGN_SIZE_VER0 },
		{ PLUTON_IOC_PUBLIC_KEY, PLUTON_PUBLIC_KEY_SIZE_VER0 },
		{ PLUTON_IOC_ATTEST, PLUTON_ATTEST_SIZE_VER0 },
	};
	char arg[256] = {};
	unsigned int i, size;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		for (size = 1; size < cmds[i].size; size++) {
			unsigned int cmd = _IOC(_IOC_DIR(cmds[i].cmd), PLUTON_IOC_TYPE,
						_IOC_NR(cmds[i].cmd), size);

			ASSERT_EQ(-EINVAL, ask(self->fd, cmd, arg)) TH_LOG("%x", cmd);
		}
	}
}

TEST_F(node, structures_of_a_newer_program)
{
	struct {
		struct pluton_random r;
		__u64 more;
	} arg = {};
	unsigned char out[8];
	unsigned int cmd = _IOC(_IOC_WRITE, PLUTON_IOC_TYPE, 1, sizeof(arg));

	arg.r.addr = (uintptr_t)out;
	arg.r.len = sizeof(out);
	EXPECT_EQ(0, ask(self->fd, cmd, &arg));
	arg.more = 1;
	EXPECT_EQ(-E2BIG, ask(self->fd, cmd, &arg));
}

TEST_F(node, unknown_flags_and_padding)
{
	unsigned char digest[32] = {}, sig[64], key[64];
	struct pluton_random r = { .addr = (uintptr_t)digest, .len = 1, .flags = 1 };
	struct pluton_sign_digest s = {
		.digest_addr = (uintptr_t)digest, .digest_len = 32,
		.signature_addr = (uintptr_t)sig, .signature_len = 64,
		.flags = 0x80000000,
	};
	struct pluton_tenant_public_key k = {
		.key_addr = (uintptr_t)key, .key_len = 64,
		.tenant_addr = (uintptr_t)TENANT, .tenant_len = sizeof(TENANT) - 1,
		.flags = PLUTON_TENANT_NAMED, .pad = 1,
	};

	EXPECT_EQ(-EINVAL, ask(self->fd, PLUTON_IOC_RANDOM, &r));
	EXPECT_EQ(-EINVAL, ask(self->fd, PLUTON_IOC_SIGN, &s));
	EXPECT_EQ(-EINVAL, ask(self->fd, PLUTON_IOC_PUBLIC_KEY, &k));
	k.pad = 0;
	EXPECT_EQ(0, ask(self->fd, PLUTON_IOC_PUBLIC_KEY, &k));
}

TEST_F(node, lengths)
{
	unsigned char digest[33] = {}, sig[64];
	struct pluton_sign_digest s = {
		.digest_addr = (uintptr_t)digest, .digest_len = 33,
		.signature_addr = (uintptr_t)sig, .signature_len = 64,
		.tenant_addr = (uintptr_t)TENANT, .tenant_len = sizeof(TENANT) - 1,
		.flags = PLUTON_TENANT_NAMED,
	};

	EXPECT_EQ(-EMSGSIZE, ask(self->fd, PLUTON_IOC_SIGN, &s));
	s.digest_len = 31;
	EXPECT_EQ(-EMSGSIZE, ask(self->fd, PLUTON_IOC_SIGN, &s));
	s.digest_len = 32;
	s.signature_len = 63;
	EXPECT_EQ(-EMSGSIZE, ask(self->fd, PLUTON_IOC_SIGN, &s));
	s.signature_len = 64;
	s.tenant_len = 65;
	EXPECT_EQ(-EMSGSIZE, ask(self->fd, PLUTON_IOC_SIGN, &s));
	s.tenant_len = 0;
	EXPECT_EQ(-EMSGSIZE, ask(self->fd, PLUTON_IOC_SIGN, &s));
}

TEST_F(node, changes_need_a_descriptor_for_writing)
{
	__u32 v = 0;

	EXPECT_EQ(-EBADF, ask(self->ro, PLUTON_GENERATE_CLIENT_AUTH_KEY, &v));
	EXPECT_EQ(-EBADF, ask(self->ro, PLUTON_COMMIT_CLIENT_AUTH_KEY, &v));
	EXPECT_EQ(-EBADF, ask(self->ro, PLUTON_SET_POSTCODE, &v));
	EXPECT_EQ(-EBADF, ask(self->ro, PLUTON_SET_MANUFACTURING_STATE, &v));
	EXPECT_EQ(0, ask(self->ro, PLUTON_GET_BOOT_MODE_FLAGS, &v));
}

/* CD10: one errno for every refused request, and none for the unprivileged */
TEST_F(node, CD10_without_a_grant)
{
	pid_t pid = fork();
	int status;

	ASSERT_GE(pid, 0);
	if (!pid) {
		struct pluton_security_state state;
		struct pluton_attestation a = {};
		unsigned char out[4];
		struct pluton_random r = { .addr = (uintptr_t)out, .len = 4 };
		__u32 v = 0;

		if (setgid(65534) || setuid(65534))
			_exit(1);
		_exit(ask(self->fd, PLUTON_GET_SECURITY_STATE, &state) != -EPERM ||
		      ask(self->fd, PLUTON_PROCESS_ATTESTATION, &a) != -EPERM ||
		      ask(self->fd, PLUTON_GENERATE_CLIENT_AUTH_KEY, &v) != -EPERM ||
		      ask(self->fd, PLUTON_SET_POSTCODE, &v) != -EPERM ||
		      ask(self->fd, PLUTON_GET_MANUFACTURING_STATE, &v) != -EPERM ||
		      ask(self->fd, PLUTON_IOC_RANDOM, &r) != -EPERM);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* ---- what it does ---------------------------------------------------------- */

TEST_F(node, the_published_requests)
{
	struct pluton_security_state state;
	struct pluton_tenant_key key = {};
	struct pluton_attestation a = {};
	struct pluton_capability_query cap = { .pad = 7 };
	struct pluton_capabilities caps;
	__u32 v = 0;
	int i;

	memset(&state, CANARY, sizeof(state));
	EXPECT_EQ(0, ask(self->fd, PLUTON_GET_SECURITY_STATE, &state));
	EXPECT_FALSE(is_all(&state.general_public_key, 64, CANARY));
	EXPECT_NE(0, memcmp(&state.general_public_key, &state.attestation_public_key, 64));

	strcpy((char *)key.tenant_id, TENANT);
	EXPECT_EQ(0, ask(self->fd, PLUTON_GET_TENANT_PUBLIC_KEY, &key));
	EXPECT_NE(0, strcmp((char *)key.tenant_id, TENANT));

	/* CD23: what stood in the output is not sent back */
	memset(&a.result, CANARY, sizeof(a.result));
	EXPECT_EQ(0, ask(self->fd, PLUTON_PROCESS_ATTESTATION, &a));
	EXPECT_EQ(1, a.result.successful);
	EXPECT_TRUE(is_all(a.result.pad, sizeof(a.result.pad), 0));
	ASSERT_LE(a.result.measurement_count, (__u32)PLUTON_MEASUREMENTS_MAX);
	for (i = a.result.measurement_count; i < PLUTON_MEASUREMENTS_MAX; i++)
		EXPECT_TRUE(is_all(&a.result.measurements[i], sizeof(a.result.measurements[i]), 0));

	EXPECT_EQ(0, ask(self->fd, PLUTON_GET_BOOT_MODE_FLAGS, &v));
	EXPECT_EQ(0, ask(self->fd, PLUTON_IS_CAPABILITY_ENABLED, &cap));
	EXPECT_EQ(0, cap.enabled);
	EXPECT_EQ(0, cap.pad);
	EXPECT_EQ(0, ask(self->fd, PLUTON_GET_ENABLED_CAPABILITIES, &caps));
	EXPECT_EQ(0, ask(self->fd, PLUTON_GET_MANUFACTURING_STATE, &v));
	v = 12345;
	EXPECT_EQ(0, ask(self->fd, PLUTON_SET_POSTCODE, &v));
	/* CD11: what Pluton refuses is an errno and no status of its own */
	EXPECT_EQ(-EREMOTEIO, ask(self->fd, PLUTON_SET_MANUFACTURING_STATE, &v));
	EXPECT_EQ(0, ask(self->fd, PLUTON_GENERATE_CLIENT_AUTH_KEY, NULL));
	EXPECT_EQ(0, ask(self->fd, PLUTON_COMMIT_CLIENT_AUTH_KEY, NULL));
	EXPECT_EQ(-EREMOTEIO, ask(self->fd, PLUTON_COMMIT_CLIENT_AUTH_KEY, NULL));
}

TEST_F(node, the_published_capability_of_an_enabled_one)
{
	struct pluton_capabilities caps;
	struct pluton_capability_query cap = {};

	ASSERT_EQ(0, ask(self->fd, PLUTON_GET_ENABLED_CAPABILITIES, &caps));
	if (!caps.capabilities[0])
		SKIP(return, "no capability is enabled on this device");
	cap.capability = caps.capabilities[0];
	EXPECT_EQ(0, ask(self->fd, PLUTON_IS_CAPABILITY_ENABLED, &cap));
	EXPECT_EQ(1, cap.enabled);
}

/* Every length up to a page, and nothing beyond it touched */
/* every length takes two million answers, and minutes */
TEST_F_TIMEOUT(node, HW1_random_of_every_length, 1800)
{
	static unsigned char buf[4096 + 64], again[4096];
	unsigned int len, step = getenv("PLUTON_EVERY_LENGTH") ? 1 : 211;

	for (len = 0; len <= 4096; len += len < 70 ? 1 : step) {
		struct pluton_random r = { .addr = (uintptr_t)(buf + 32), .len = len };

		memset(buf, CANARY, sizeof(buf));
		ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_RANDOM, &r));
		ASSERT_TRUE(is_all(buf, 32, CANARY));
		ASSERT_TRUE(is_all(buf + 32 + len, 32, CANARY)) TH_LOG("%u bytes", len);
		/* sixteen equal bytes at the end would mean they were not filled */
		if (len >= 16)
			ASSERT_FALSE(is_all(buf + 32 + len - 16, 16, CANARY));
		if (len >= 64) {
			ASSERT_NE(0, memcmp(buf + 32, again, 64));
			memcpy(again, buf + 32, 64);
		}
	}
}

TEST_F(node, signing_with_lengths)
{
	unsigned char digest[32], one[72], two[72];
	struct pluton_sign_digest s = {
		.digest_addr = (uintptr_t)digest, .digest_len = sizeof(digest),
		.signature_addr = (uintptr_t)one, .signature_len = sizeof(one),
		.tenant_addr = (uintptr_t)TENANT, .tenant_len = sizeof(TENANT) - 1,
		.flags = PLUTON_TENANT_NAMED,
	};

	memset(digest, 0x42, sizeof(digest));
	memset(one, CANARY, sizeof(one));
	ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_SIGN, &s));
	EXPECT_EQ(64u, s.signature_len);
	EXPECT_FALSE(is_all(one, 64, CANARY));
	EXPECT_TRUE(is_all(one + 64, 8, CANARY));
	/* ECDSA takes a fresh number each time */
	s.signature_addr = (uintptr_t)two;
	s.signature_len = sizeof(two);
	ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_SIGN, &s));
	EXPECT_NE(0, memcmp(one, two, 64));
}

/* T34: nobody names a tenant but an unconfined administrator, nobody has none */
TEST_F(node, signing_without_a_tenant)
{
	unsigned char digest[32] = {}, sig[64];
	struct pluton_sign_digest s = {
		.digest_addr = (uintptr_t)digest, .digest_len = 32,
		.signature_addr = (uintptr_t)sig, .signature_len = 64,
	};
	struct pluton_sign old = {};

	EXPECT_EQ(-ENOKEY, ask(self->fd, PLUTON_IOC_SIGN, &s));
	EXPECT_EQ(-ENOKEY, ask(self->fd, PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY, &old));
}

TEST_F(node, attestation_with_room_for_one)
{
	unsigned char nonce[32] = { 1 };
	struct pluton_measurement m[2];
	struct pluton_attest a = {
		.nonce_addr = (uintptr_t)nonce, .nonce_len = sizeof(nonce),
		.measurements_addr = (uintptr_t)m, .measurement_size = sizeof(m[0]),
		.measurement_room = 1,
	};

	memset(m, CANARY, sizeof(m));
	ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_ATTEST, &a));
	EXPECT_GT(a.measurement_count, 1u);
	EXPECT_FALSE(is_all(&m[0], sizeof(m[0]), CANARY));
	EXPECT_TRUE(is_all(&m[1], sizeof(m[1]), CANARY));
}

TEST_F(node, info)
{
	struct pluton_info i;

	memset(&i, CANARY, sizeof(i));
	ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_INFO, &i));
	EXPECT_EQ((__u32)PLUTON_ABI_VERSION, i.abi_version);
	EXPECT_EQ(2u, i.protocol_version);
	EXPECT_EQ((__u32)PLUTON_STATE_UP, i.state);
	EXPECT_EQ(16u, i.slots);
	EXPECT_EQ(0u, i.pad);
}

/* ---- asynchronous ----------------------------------------------------------- */

TEST_F(node, CD3_asynchronous_request)
{
	int fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct pluton_security_state state, sync;
	void *volatile nowhere = (void *)16;	/* the compiler must not see through it */
	char byte;

	ASSERT_GE(fd, 0);
	EXPECT_EQ(-1, read(fd, &state, sizeof(state)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, poll(&p, 1, 0));

	memset(&state, CANARY, sizeof(state));
	ASSERT_EQ(-EINPROGRESS, ask(fd, PLUTON_GET_SECURITY_STATE, &state));
	EXPECT_TRUE(is_all(&state, sizeof(state), CANARY));
	EXPECT_EQ(-EAGAIN, ask(fd, PLUTON_GET_SECURITY_STATE, &state));
	ASSERT_EQ(1, poll(&p, 1, 30000));
	/* CD1: a read that fails keeps the answer, one that succeeds counts */
	EXPECT_EQ(-1, read(fd, nowhere, sizeof(state)));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ((ssize_t)sizeof(state), read(fd, &state, sizeof(state)));
	ASSERT_EQ(0, ask(self->fd, PLUTON_GET_SECURITY_STATE, &sync));
	EXPECT_EQ(0, memcmp(&state, &sync, sizeof(state)));
	EXPECT_EQ(-1, read(fd, &byte, 1));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
}

/* Started, and then waited for: O_NONBLOCK can be taken away */
TEST_F(node, read_waits_for_a_late_answer)
{
	int fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pluton_security_state state, sync;
	uint32_t before = answers_take(100000);
	ssize_t len;

	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EINPROGRESS, ask(fd, PLUTON_GET_SECURITY_STATE, &state));
	EXPECT_EQ(0, fcntl(fd, F_SETFL, 0));
	len = read(fd, &state, sizeof(state));
	answers_take(before);
	ASSERT_EQ((ssize_t)sizeof(state), len);
	ASSERT_EQ(0, ask(self->fd, PLUTON_GET_SECURITY_STATE, &sync));
	EXPECT_EQ(0, memcmp(&state, &sync, sizeof(state)));
	/* nothing is under way, so there is nothing to wait for */
	EXPECT_EQ(-1, read(fd, &state, sizeof(state)));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
}

/* T18: an open file that was passed on gives its new owner no result */
TEST_F(node, T18_results_are_not_for_others)
{
	int fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct pluton_security_state state;
	int status;
	pid_t pid;

	ASSERT_GE(fd, 0);
	ASSERT_EQ(-EINPROGRESS, ask(fd, PLUTON_GET_SECURITY_STATE, &state));
	ASSERT_EQ(1, poll(&p, 1, 30000));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(1);
		_exit(read(fd, &state, sizeof(state)) != -1 || errno != EPERM);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status) && !WEXITSTATUS(status));
	EXPECT_EQ((ssize_t)sizeof(state), read(fd, &state, sizeof(state)));
	close(fd);
}

TEST_F(node, closing_with_a_request_under_way)
{
	int i;

	for (i = 0; i < 50; i++) {
		int fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		__u32 v;

		ASSERT_GE(fd, 0);
		ASSERT_EQ(-EINPROGRESS, ask(fd, PLUTON_GET_BOOT_MODE_FLAGS, &v));
		close(fd);
	}
}

/*
 * T14: what was started and abandoned stays on the account of whoever did it, and
 * that account leaves slots to others.
 */
TEST_F(node, T14_open_start_close)
{
	uint32_t before;
	struct pluton_info info;
	int i, ret;
	__u32 v;

	if (!getenv("PLUTON_CTL"))
		SKIP(return, "answers are made slow by the board's switches");
	before = answers_take(500000);
	for (i = 0; i < 64; i++) {
		int fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);

		ret = ask(fd, PLUTON_GET_BOOT_MODE_FLAGS, &v);
		close(fd);
		if (ret != -EINPROGRESS)
			break;
	}
	EXPECT_EQ(0, ask(self->fd, PLUTON_IOC_INFO, &info));
	answers_take(before);
	EXPECT_EQ(-EINPROGRESS, ret);
	EXPECT_LE(info.slots_parked, info.slots * 3 / 4);
	/* and it comes to an end */
	EXPECT_EQ(0, ask(self->fd, PLUTON_GET_BOOT_MODE_FLAGS, &v));
}

/* ---- many callers ------------------------------------------------------------ */

#define THREADS	16

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted++;
}

static void *hammer(void *arg)
{
	int fd = open(NODE, O_RDWR | O_CLOEXEC), i;
	intptr_t bad = fd < 0;

	for (i = 0; i < 40 && !bad; i++) {
		unsigned char out[32];
		struct pluton_random r = { .addr = (uintptr_t)out, .len = sizeof(out) };
		int ret = ask(fd, PLUTON_IOC_RANDOM, &r);

		bad = ret && ret != -EINTR;
	}
	close(fd);
	return (void *)bad;
}

TEST_F(node, RA27_threads_and_signals)
{
	struct sigaction sa = { .sa_handler = on_signal };
	pthread_t t[THREADS];
	int i, round;

	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&t[i], NULL, hammer, NULL));
	for (round = 0; round < 100; round++) {
		pthread_kill(t[round % THREADS], SIGUSR1);
		usleep(500);
	}
	for (i = 0; i < THREADS; i++) {
		void *bad;

		ASSERT_EQ(0, pthread_join(t[i], &bad));
		EXPECT_TRUE(!bad);
	}
}

TEST_F(node, processes_that_are_killed)
{
	struct pluton_info before, after;
	int i, tries;

	ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_INFO, &before));
	for (i = 0; i < 20; i++) {
		pid_t pid = fork();

		ASSERT_GE(pid, 0);
		if (!pid) {
			while (!hammer(NULL))
				;
			_exit(1);
		}
		usleep(2000);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	/* what they had with Pluton comes back when it is answered */
	for (tries = 0; tries < 200; tries++) {
		ASSERT_EQ(0, ask(self->fd, PLUTON_IOC_INFO, &after));
		if (!after.slots_in_use)
			break;
		usleep(10000);
	}
	EXPECT_EQ(0u, after.slots_in_use);
}

TEST_HARNESS_MAIN
