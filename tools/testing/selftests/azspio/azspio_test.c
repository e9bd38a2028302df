// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket family of the real-time cores, call by call
 *
 * A core has to run a program that sends each message back; AZSPIO_PEER is its
 * component id as 32 hexadecimal digits in the order of the bytes, AZSPIO_LINK
 * the directory of its link in sysfs. Without them only what needs no core is
 * tested. To be run by root, without a security module that decides.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/mt3620_rtcore.h>
#include <linux/sockios.h>

#include "kselftest_harness.h"

#define BAD_POINTER	((void *)8)

static int family;

/* an application of our own, and another */
static const uint8_t app[16] = { 0xaa, 0xaa, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc, 0xcc,
				 0xdd, 0xdd, 0xee, 0xee, 0xee, 0xee, 0xee, 0x01 };
static const uint8_t app2[16] = { 0xaa, 0xaa, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc, 0xcc,
				  0xdd, 0xdd, 0xee, 0xee, 0xee, 0xee, 0xee, 0x02 };
/* what no core runs */
static const uint8_t stranger[16] = { 0x99, 0x01 };
static const uint8_t zero[16];
static uint8_t peer[16];

static int find_family(void)
{
	FILE *f = fopen(AZSPIO_FAMILY_FILE, "r");
	int n = 0;

	if (f) {
		if (fscanf(f, "%d", &n) != 1)
			n = 0;
		fclose(f);
	}
	return n;
}

static int have_peer(void)
{
	const char *text = getenv("AZSPIO_PEER");
	unsigned int i, byte;

	if (!text || strlen(text) != 32)
		return 0;
	for (i = 0; i < 16; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return 0;
		peer[i] = byte;
	}
	return 1;
}

static struct sockaddr_azspio address(const uint8_t *id)
{
	struct sockaddr_azspio a = { .sa_family = family };

	memcpy(a.sa_component_id, id, 16);
	return a;
}

static int do_bind(int s, const uint8_t *id)
{
	struct sockaddr_azspio a = address(id);

	return bind(s, (struct sockaddr *)&a, sizeof(a));
}

static int do_connect(int s, const uint8_t *id)
{
	struct sockaddr_azspio a = address(id);

	return connect(s, (struct sockaddr *)&a, sizeof(a));
}

static int open_to(const uint8_t *own, const uint8_t *to)
{
	int s = socket(family, SOCK_DGRAM, 0);

	if (s < 0)
		return -1;
	if ((own && do_bind(s, own)) || do_connect(s, to)) {
		close(s);
		return -1;
	}
	return s;
}

static int timeout(int s, int option, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	return setsockopt(s, SOL_SOCKET, option, &t, sizeof(t));
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int drop(int cap)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d))
		return -1;
	d[cap / 32].effective &= ~(1u << cap % 32);
	return syscall(SYS_capset, &h, d);
}

static int restore(int cap)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d))
		return -1;
	d[cap / 32].effective |= 1u << cap % 32;
	return syscall(SYS_capset, &h, d);
}

static int table(int s, int cmd, const uint8_t *from, const uint8_t *to)
{
	struct azspio_connection c = { .source = address(from), .destination = address(to) };

	return ioctl(s, cmd, &c);
}

#define EXPECT_ERRNO(e, call) do {		\
	errno = 0;				\
	EXPECT_EQ(-1, (long)(call));		\
	EXPECT_EQ(e, errno);			\
} while (0)

/* ---- without a core ------------------------------------------------------- */

FIXTURE(alone) {
	int s;
};

FIXTURE_SETUP(alone)
{
	family = find_family();
	self->s = -1;
	if (!family)
		SKIP(return, "af_azspio is not loaded");
	self->s = socket(family, SOCK_DGRAM, 0);
	ASSERT_GE(self->s, 0);
}

FIXTURE_TEARDOWN(alone)
{
	if (self->s >= 0)
		close(self->s);
}

TEST_F(alone, only_datagrams)
{
	EXPECT_ERRNO(EPROTOTYPE, socket(family, SOCK_STREAM, 0));
	EXPECT_ERRNO(EPROTOTYPE, socket(family, SOCK_SEQPACKET, 0));
	EXPECT_ERRNO(EPROTOTYPE, socket(family, SOCK_RAW, 0));
	EXPECT_ERRNO(EPROTONOSUPPORT, socket(family, SOCK_DGRAM, 1));
}

TEST_F(alone, what_is_not_supported)
{
	int two[2];

	EXPECT_ERRNO(EOPNOTSUPP, listen(self->s, 1));
	EXPECT_ERRNO(EOPNOTSUPP, accept(self->s, NULL, NULL));
	EXPECT_ERRNO(EOPNOTSUPP, shutdown(self->s, SHUT_RDWR));
	EXPECT_EQ(-1, socketpair(family, SOCK_DGRAM, 0, two));
	EXPECT_EQ(-1, setsockopt(self->s, family, 1, two, sizeof(two)));
}

TEST_F(alone, bind_looks_at_the_address)
{
	struct sockaddr_azspio a = address(app);

	EXPECT_ERRNO(EINVAL, bind(self->s, (struct sockaddr *)&a, 0));
	EXPECT_ERRNO(EINVAL, bind(self->s, (struct sockaddr *)&a, 19));
	a.sa_port = 1;
	EXPECT_ERRNO(EINVAL, bind(self->s, (struct sockaddr *)&a, sizeof(a)));
	a = address(app);
	a.sa_family = AF_INET;
	EXPECT_ERRNO(EAFNOSUPPORT, bind(self->s, (struct sockaddr *)&a, sizeof(a)));
	EXPECT_ERRNO(EFAULT, bind(self->s, BAD_POINTER, sizeof(a)));
	EXPECT_ERRNO(EINVAL, connect(self->s, (struct sockaddr *)&a, 1));
	EXPECT_ERRNO(EFAULT, connect(self->s, BAD_POINTER, sizeof(a)));
}

TEST_F(alone, az1_bind_twice)
{
	EXPECT_EQ(0, do_bind(self->s, app));
	EXPECT_EQ(0, do_bind(self->s, app));
	EXPECT_ERRNO(EINVAL, do_bind(self->s, app2));
	EXPECT_EQ(0, do_bind(self->s, app));
}

TEST_F(alone, bind_to_another_takes_a_capability)
{
	ASSERT_EQ(0, drop(CAP_SYS_ADMIN));
	EXPECT_ERRNO(EACCES, do_bind(self->s, app));
	EXPECT_EQ(0, do_bind(self->s, zero));
	ASSERT_EQ(0, restore(CAP_SYS_ADMIN));
}

TEST_F(alone, names)
{
	struct {
		struct sockaddr_azspio a;
		uint8_t after[8];
	} got;
	socklen_t len = sizeof(got);

	ASSERT_EQ(0, do_bind(self->s, app));
	memset(&got, 0x5a, sizeof(got));
	EXPECT_EQ(0, getsockname(self->s, (struct sockaddr *)&got, &len));
	EXPECT_EQ(20, len);
	EXPECT_EQ(family, got.a.sa_family);
	EXPECT_EQ(0, got.a.sa_port);
	EXPECT_EQ(0, memcmp(got.a.sa_component_id, app, 16));
	/* AZ4: nothing behind the address is written */
	EXPECT_EQ(0x5a, got.after[0]);
	len = sizeof(got);
	EXPECT_ERRNO(ENOTCONN, getpeername(self->s, (struct sockaddr *)&got, &len));
	/* a short buffer gets its part only */
	len = 4;
	memset(&got, 0x5a, sizeof(got));
	EXPECT_EQ(0, getsockname(self->s, (struct sockaddr *)&got, &len));
	EXPECT_EQ(20, len);
	EXPECT_EQ(0x5a, got.a.sa_component_id[0]);
}

TEST_F(alone, before_bind_and_connect)
{
	char c = 0;

	EXPECT_ERRNO(EADDRNOTAVAIL, recv(self->s, &c, 1, MSG_DONTWAIT));
	EXPECT_ERRNO(ENOTCONN, send(self->s, &c, 1, 0));
	ASSERT_EQ(0, do_bind(self->s, app));
	EXPECT_ERRNO(ENOTCONN, recv(self->s, &c, 1, MSG_DONTWAIT));
}

TEST_F(alone, what_nobody_runs)
{
	struct sockaddr_azspio a = address(stranger);
	struct pollfd p = { .fd = self->s, .events = POLLOUT };
	char c = 0;

	ASSERT_EQ(0, do_bind(self->s, app));
	EXPECT_ERRNO(ECONNRESET, sendto(self->s, &c, 1, 0, (struct sockaddr *)&a, sizeof(a)));
	ASSERT_EQ(0, do_connect(self->s, stranger));
	EXPECT_ERRNO(ECONNRESET, send(self->s, &c, 1, 0));
	/* waiting would be for ever */
	EXPECT_EQ(1, poll(&p, 1, 1000));
}

TEST_F(alone, the_permission_table)
{
	struct azspio_connection c;

	EXPECT_ERRNO(EINVAL, table(self->s, SIOCAZSPIOADDCONN, app, zero));
	EXPECT_EQ(0, table(self->s, SIOCAZSPIOADDCONN, app, stranger));
	EXPECT_ERRNO(EEXIST, table(self->s, SIOCAZSPIOADDCONN, app, stranger));
	EXPECT_EQ(0, table(self->s, SIOCAZSPIODELCONN, app, stranger));
	EXPECT_ERRNO(ENOENT, table(self->s, SIOCAZSPIODELCONN, app, stranger));
	/* zeros stand for any there */
	EXPECT_EQ(0, table(self->s, SIOCAZSPIOADDCONN, app, stranger));
	EXPECT_EQ(0, table(self->s, SIOCAZSPIOADDCONN, app2, stranger));
	EXPECT_EQ(0, table(self->s, SIOCAZSPIODELCONN, zero, stranger));
	EXPECT_ERRNO(ENOENT, table(self->s, SIOCAZSPIODELCONN, zero, stranger));

	memset(&c, 0, sizeof(c));
	EXPECT_ERRNO(EINVAL, ioctl(self->s, SIOCAZSPIOADDCONN, &c));
	EXPECT_ERRNO(EFAULT, ioctl(self->s, SIOCAZSPIOADDCONN, BAD_POINTER));
	ASSERT_EQ(0, drop(CAP_NET_ADMIN));
	EXPECT_ERRNO(EPERM, table(self->s, SIOCAZSPIOADDCONN, app, stranger));
	EXPECT_ERRNO(EPERM, table(self->s, SIOCAZSPIODELCONN, app, stranger));
	ASSERT_EQ(0, restore(CAP_NET_ADMIN));
	EXPECT_EQ(-1, ioctl(self->s, 0x89e2, &c));
}

TEST_F(alone, the_table_is_bounded)
{
	uint8_t id[16] = { 0x77 };
	int i;

	for (i = 0; i < 1000; i++) {
		id[1] = i;
		id[2] = i >> 8;
		if (table(self->s, SIOCAZSPIOADDCONN, id, stranger))
			break;
	}
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_LT(i, 1000);
	EXPECT_EQ(0, table(self->s, SIOCAZSPIODELCONN, zero, stranger));
}

TEST_F(alone, az24_all_zeros_is_no_wildcard)
{
	int s;

	ASSERT_EQ(0, drop(CAP_SYS_ADMIN));
	/* neither may anybody talk to it, nor may it talk to everybody */
	s = socket(family, SOCK_DGRAM, 0);
	ASSERT_GE(s, 0);
	EXPECT_ERRNO(EPERM, do_connect(s, zero));
	EXPECT_ERRNO(EPERM, do_connect(s, stranger));
	/* its own pair lets it, like any other */
	ASSERT_EQ(0, table(s, SIOCAZSPIOADDCONN, zero, stranger));
	EXPECT_EQ(0, do_connect(s, stranger));
	EXPECT_EQ(0, table(s, SIOCAZSPIODELCONN, zero, stranger));
	close(s);
	ASSERT_EQ(0, restore(CAP_SYS_ADMIN));
}

TEST_F(alone, permission_is_asked_at_each_send)
{
	char c = 0;

	ASSERT_EQ(0, drop(CAP_SYS_ADMIN));
	ASSERT_EQ(0, table(self->s, SIOCAZSPIOADDCONN, zero, stranger));
	ASSERT_EQ(0, do_connect(self->s, stranger));
	EXPECT_ERRNO(ECONNRESET, send(self->s, &c, 1, 0));
	ASSERT_EQ(0, table(self->s, SIOCAZSPIODELCONN, zero, stranger));
	EXPECT_ERRNO(EPERM, send(self->s, &c, 1, 0));
	ASSERT_EQ(0, restore(CAP_SYS_ADMIN));
}

TEST_F(alone, one_socket_for_a_pair)
{
	int other;

	ASSERT_EQ(0, do_bind(self->s, app));
	ASSERT_EQ(0, do_connect(self->s, stranger));
	EXPECT_ERRNO(EISCONN, do_connect(self->s, stranger));
	EXPECT_EQ(-1, open_to(app, stranger));
	EXPECT_EQ(EADDRINUSE, errno);
	other = open_to(app2, stranger);
	EXPECT_GE(other, 0);
	close(other);
	/* and again when it is closed */
	close(self->s);
	self->s = open_to(app, stranger);
	EXPECT_GE(self->s, 0);
}

TEST_F(alone, disconnect)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_azspio got;
	socklen_t len = sizeof(got);

	ASSERT_EQ(0, do_bind(self->s, app));
	ASSERT_EQ(0, do_connect(self->s, stranger));
	EXPECT_EQ(0, connect(self->s, &none, sizeof(none)));
	EXPECT_ERRNO(ENOTCONN, getpeername(self->s, (struct sockaddr *)&got, &len));
	EXPECT_EQ(0, do_connect(self->s, stranger));
}

TEST_F(alone, another_network_namespace_has_none)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWNET))
			_exit(2);
		_exit(socket(family, SOCK_DGRAM, 0) == -1 && errno == EAFNOSUPPORT ? 0 : 1);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WEXITSTATUS(status) == 2)
		SKIP(return, "no network namespaces");
	EXPECT_EQ(0, status);
}

TEST_F(alone, proc_lists_it)
{
	char line[256], want[] = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01";
	int found = 0;
	FILE *f;

	ASSERT_EQ(0, do_bind(self->s, app));
	f = fopen("/proc/net/azspio", "r");
	ASSERT_EQ(0, !f);
	while (fgets(line, sizeof(line), f))
		found += !strncmp(line, want, strlen(want));
	fclose(f);
	EXPECT_EQ(1, found);
}

/* ---- with a core ---------------------------------------------------------- */

FIXTURE(echo) {
	int s;
};

FIXTURE_SETUP(echo)
{
	family = find_family();
	self->s = -1;
	if (!family || !have_peer())
		SKIP(return, "no core to talk to");
	self->s = open_to(app, peer);
	ASSERT_GE(self->s, 0);
	ASSERT_EQ(0, timeout(self->s, SO_RCVTIMEO, 5000));
}

FIXTURE_TEARDOWN(echo)
{
	if (self->s >= 0)
		close(self->s);
}

TEST_F(echo, there_and_back)
{
	static const int sizes[] = { 0, 1, 15, 16, 17, 511, 1023, 1024 };
	char out[1024], in[1100];
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memset(out, 'a' + i, sizeof(out));
		memset(in, 0, sizeof(in));
		ASSERT_EQ(sizes[i], send(self->s, out, sizes[i], 0));
		ASSERT_EQ(sizes[i], recv(self->s, in, sizeof(in), 0));
		EXPECT_EQ(0, memcmp(in, out, sizes[i]));
	}
}

TEST_F(echo, sizes_flags_and_pointers)
{
	static char big[1025];

	EXPECT_ERRNO(EMSGSIZE, send(self->s, big, 1025, 0));
	EXPECT_ERRNO(EMSGSIZE, send(self->s, big, 0x7fffffff, 0));
	EXPECT_ERRNO(EINVAL, send(self->s, big, 1, MSG_OOB));
	EXPECT_ERRNO(EINVAL, send(self->s, big, 1, MSG_MORE));
	EXPECT_ERRNO(EFAULT, send(self->s, BAD_POINTER, 100, 0));
	EXPECT_ERRNO(EOPNOTSUPP, recv(self->s, big, 1, MSG_OOB | MSG_DONTWAIT));
	/* what failed is nowhere under way */
	ASSERT_EQ(3, send(self->s, "abc", 3, 0));
	ASSERT_EQ(3, recv(self->s, big, sizeof(big), 0));
	EXPECT_EQ(0, memcmp(big, "abc", 3));
	/* the message is lost to a bad pointer, but the socket goes on */
	ASSERT_EQ(3, send(self->s, "abc", 3, 0));
	EXPECT_ERRNO(EFAULT, recv(self->s, BAD_POINTER, 3, 0));
	ASSERT_EQ(3, send(self->s, "def", 3, 0));
	EXPECT_EQ(3, recv(self->s, big, sizeof(big), 0));
	EXPECT_EQ(0, memcmp(big, "def", 3));
}

TEST_F(echo, names_of_both_ends)
{
	struct sockaddr_azspio got;
	socklen_t len = sizeof(got);
	char c;

	EXPECT_EQ(0, getpeername(self->s, (struct sockaddr *)&got, &len));
	EXPECT_EQ(20, len);
	EXPECT_EQ(0, memcmp(got.sa_component_id, peer, 16));
	ASSERT_EQ(1, send(self->s, "x", 1, 0));
	memset(&got, 0, sizeof(got));
	len = sizeof(got);
	EXPECT_EQ(1, recvfrom(self->s, &c, 1, 0, (struct sockaddr *)&got, &len));
	EXPECT_EQ(20, len);
	EXPECT_EQ(family, got.sa_family);
	EXPECT_EQ(0, memcmp(got.sa_component_id, peer, 16));
}

TEST_F(echo, peek_and_cut_off)
{
	struct iovec v;
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	char in[64];
	int n = 0;

	ASSERT_EQ(10, send(self->s, "0123456789", 10, 0));
	EXPECT_EQ(4, recv(self->s, in, 4, MSG_PEEK));
	EXPECT_EQ(10, recv(self->s, in, 4, MSG_PEEK | MSG_TRUNC));
	EXPECT_EQ(0, ioctl(self->s, SIOCINQ, &n));
	EXPECT_EQ(10, n);
	v = (struct iovec) { in, 4 };
	EXPECT_EQ(4, recvmsg(self->s, &m, 0));
	EXPECT_EQ(MSG_TRUNC, m.msg_flags & MSG_TRUNC);
	EXPECT_EQ(0, memcmp(in, "0123", 4));
	/* the rest of it is gone */
	EXPECT_ERRNO(EAGAIN, recv(self->s, in, sizeof(in), MSG_DONTWAIT));
	EXPECT_EQ(0, ioctl(self->s, SIOCINQ, &n));
	EXPECT_EQ(0, n);
}

TEST_F(echo, waiting_has_an_end)
{
	long began = now_ms();
	char c;

	EXPECT_ERRNO(EAGAIN, recv(self->s, &c, 1, MSG_DONTWAIT));
	ASSERT_EQ(0, timeout(self->s, SO_RCVTIMEO, 200));
	EXPECT_ERRNO(EAGAIN, recv(self->s, &c, 1, 0));
	EXPECT_GE(now_ms() - began, 190);
}

TEST_F(echo, poll_and_epoll)
{
	struct pollfd p = { .fd = self->s, .events = POLLIN | POLLOUT };
	struct epoll_event e = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	char c;

	ASSERT_GE(ep, 0);
	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->s, &e));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLOUT, p.revents);
	EXPECT_EQ(0, epoll_wait(ep, &e, 1, 0));
	ASSERT_EQ(1, send(self->s, "x", 1, 0));
	p.events = POLLIN;
	EXPECT_EQ(1, poll(&p, 1, 5000));
	EXPECT_EQ(1, epoll_wait(ep, &e, 1, 5000));
	EXPECT_EQ(1, recv(self->s, &c, 1, MSG_DONTWAIT));
	EXPECT_EQ(0, epoll_wait(ep, &e, 1, 0));
	close(ep);
}

TEST_F(echo, many_in_a_call)
{
	struct mmsghdr out[8], in[8];
	struct iovec vo[8], vi[8];
	char bo[8][50], bi[8][64];
	int i, n, got;

	memset(out, 0, sizeof(out));
	memset(in, 0, sizeof(in));
	for (i = 0; i < 8; i++) {
		memset(bo[i], '0' + i, sizeof(bo[i]));
		vo[i] = (struct iovec) { bo[i], sizeof(bo[i]) - i };
		vi[i] = (struct iovec) { bi[i], sizeof(bi[i]) };
		out[i].msg_hdr = (struct msghdr) { .msg_iov = &vo[i], .msg_iovlen = 1 };
		in[i].msg_hdr = (struct msghdr) { .msg_iov = &vi[i], .msg_iovlen = 1 };
	}
	ASSERT_EQ(8, sendmmsg(self->s, out, 8, 0));
	for (got = 0; got < 8; got += n) {
		n = recvmmsg(self->s, in + got, 8 - got, MSG_WAITFORONE, NULL);
		ASSERT_GT(n, 0);
	}
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(50 - i, in[i].msg_len);
		EXPECT_EQ(0, memcmp(bo[i], bi[i], 50 - i));
	}
}

/* an error in the middle of a burst does not hold back what came before */
TEST_F(echo, a_burst_that_breaks_off)
{
	struct mmsghdr out[3];
	struct iovec v[3] = { { "a", 1 }, { "b", 1 }, { BAD_POINTER, 10 } };
	char c;
	int i;

	memset(out, 0, sizeof(out));
	for (i = 0; i < 3; i++)
		out[i].msg_hdr = (struct msghdr) { .msg_iov = &v[i], .msg_iovlen = 1 };
	EXPECT_EQ(2, sendmmsg(self->s, out, 3, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	EXPECT_EQ('a', c);
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	EXPECT_EQ('b', c);
}

TEST_F(echo, a_full_ring_is_said_and_passes)
{
	static char big[1024];
	struct pollfd p = { .fd = self->s, .events = POLLOUT };
	int sent = 0, got = 0, n = 0, i;

	/* nobody reads: buffer, both rings and the core's own fill up */
	for (i = 0; i < 1000; i++) {
		if (send(self->s, big, sizeof(big), MSG_DONTWAIT) < 0) {
			ASSERT_EQ(EAGAIN, errno);
			if (!poll(&p, 1, 300))
				break;
		} else {
			sent++;
		}
	}
	ASSERT_LT(i, 1000);
	EXPECT_EQ(0, ioctl(self->s, SIOCOUTQ, &n));
	EXPECT_GT(n, 0);
	ASSERT_EQ(0, timeout(self->s, SO_SNDTIMEO, 200));
	EXPECT_ERRNO(EAGAIN, send(self->s, big, sizeof(big), 0));
	for (; got < sent; got++)
		ASSERT_EQ(1024, recv(self->s, big, sizeof(big), 0));
	EXPECT_ERRNO(EAGAIN, recv(self->s, big, sizeof(big), MSG_DONTWAIT));
	EXPECT_EQ(1, poll(&p, 1, 1000));
	EXPECT_EQ(0, ioctl(self->s, SIOCOUTQ, &n));
	EXPECT_EQ(0, n);
}

static bool end_link(int s);

static void *receive_one(void *arg)
{
	char c;

	return (void *)(long)(recv(*(int *)arg, &c, 1, 0) == 1 ? c : 0);
}

TEST_F(echo, az9_send_while_another_thread_receives)
{
	pthread_t t;
	void *got;

	ASSERT_EQ(0, pthread_create(&t, NULL, receive_one, &self->s));
	usleep(100000);
	EXPECT_EQ(1, send(self->s, "y", 1, 0));
	ASSERT_EQ(0, pthread_join(t, &got));
	EXPECT_EQ('y', (long)got);
}

static int disconnect(int s)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(s, &none, sizeof(none));
}

/* Who waits for a message does not hold the old endpoint, and gets what the new one brings */
TEST_F(echo, connect_anew_while_another_thread_receives)
{
	pthread_t t;
	void *got;

	ASSERT_EQ(0, pthread_create(&t, NULL, receive_one, &self->s));
	usleep(100000);
	EXPECT_EQ(0, disconnect(self->s));
	EXPECT_EQ(0, do_connect(self->s, peer));
	EXPECT_EQ(1, send(self->s, "y", 1, 0));
	ASSERT_EQ(0, pthread_join(t, &got));
	/* it may have looked in between, when there was nobody */
	if (!got)
		got = receive_one(&self->s);
	EXPECT_EQ('y', (long)got);
}

TEST_F(echo, another_address_while_another_thread_receives)
{
	struct sockaddr_azspio a = address(stranger), b = address(peer);
	int s = socket(family, SOCK_DGRAM, 0);
	pthread_t t;
	void *got;

	ASSERT_GE(s, 0);
	ASSERT_EQ(0, do_bind(s, app2));
	ASSERT_EQ(0, timeout(s, SO_RCVTIMEO, 5000));
	EXPECT_ERRNO(ECONNRESET, sendto(s, "n", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	ASSERT_EQ(0, pthread_create(&t, NULL, receive_one, &s));
	usleep(100000);
	EXPECT_EQ(1, sendto(s, "y", 1, 0, (struct sockaddr *)&b, sizeof(b)));
	ASSERT_EQ(0, pthread_join(t, &got));
	EXPECT_EQ('y', (long)got);
	close(s);
}

/* What is to be said about a peer is said while the socket has it, and not of the next */
TEST_F(echo, an_error_goes_with_its_peer)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	socklen_t len = sizeof(int);
	int err = -1;
	char c;

	if (!getenv("AZSPIO_LINK"))
		SKIP(return, "AZSPIO_LINK is not set");
	ASSERT_TRUE(end_link(self->s));
	EXPECT_ERRNO(ECONNRESET, send(self->s, "r", 1, 0));
	EXPECT_EQ(0, disconnect(self->s));
	EXPECT_EQ(0, do_connect(self->s, peer));
	EXPECT_EQ(0, getsockopt(self->s, SOL_SOCKET, SO_ERROR, &err, &len));
	EXPECT_EQ(0, err);
	p.fd = self->s;
	EXPECT_EQ(1, poll(&p, 1, 5000));
	EXPECT_EQ(POLLOUT, p.revents);
	EXPECT_EQ(1, send(self->s, "r", 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
}

TEST_F(echo, to_an_address)
{
	struct sockaddr_azspio a = address(peer);
	int s = socket(family, SOCK_DGRAM, 0);
	char c;

	ASSERT_GE(s, 0);
	ASSERT_EQ(0, do_bind(s, app2));
	ASSERT_EQ(0, timeout(s, SO_RCVTIMEO, 5000));
	EXPECT_EQ(1, sendto(s, "z", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	EXPECT_EQ(1, recv(s, &c, 1, 0));
	EXPECT_EQ('z', c);
	/* it is not connected by that */
	EXPECT_ERRNO(ENOTCONN, send(s, &c, 1, 0));
	close(s);
	/* a connected one has one peer */
	EXPECT_EQ(1, sendto(self->s, "z", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	a = address(stranger);
	EXPECT_ERRNO(EISCONN, sendto(self->s, "z", 1, 0, (struct sockaddr *)&a, sizeof(a)));
}

/* T19: each application gets its own messages */
TEST_F(echo, T19_two_applications)
{
	int other = open_to(app2, peer);
	char c;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, timeout(other, SO_RCVTIMEO, 5000));
	ASSERT_EQ(1, send(self->s, "1", 1, 0));
	ASSERT_EQ(1, send(other, "2", 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	EXPECT_EQ('1', c);
	EXPECT_EQ(1, recv(other, &c, 1, 0));
	EXPECT_EQ('2', c);
	EXPECT_ERRNO(EAGAIN, recv(self->s, &c, 1, MSG_DONTWAIT));
	EXPECT_ERRNO(EAGAIN, recv(other, &c, 1, MSG_DONTWAIT));
	close(other);
}

TEST_F(echo, close_with_messages_queued)
{
	char c;
	int i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(1, send(self->s, "q", 1, 0));
	usleep(100000);
	close(self->s);
	self->s = open_to(app, peer);
	ASSERT_GE(self->s, 0);
	ASSERT_EQ(0, timeout(self->s, SO_RCVTIMEO, 5000));
	/* none of them is for the new socket */
	EXPECT_ERRNO(EAGAIN, recv(self->s, &c, 1, MSG_DONTWAIT));
	ASSERT_EQ(1, send(self->s, "n", 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	EXPECT_EQ('n', c);
}

/* The link of the core ends and begins anew; false if the socket hears nothing of it */
static bool end_link(int s)
{
	struct pollfd p = { .fd = s, .events = POLLIN };
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/link", getenv("AZSPIO_LINK"));
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "reset", 5) != 5)
		return false;
	close(fd);
	return poll(&p, 1, 5000) == 1 && (p.revents & POLLERR);
}

/*
 * sendmmsg() drops the error of a message that is not its first: what is told only
 * once to a sender may be told to nobody.
 */
TEST_F(echo, the_end_of_the_link_is_told_twice_to_a_sender)
{
	struct iovec iov = { "r", 1 };
	struct mmsghdr m[2] = {
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
	};
	socklen_t len = sizeof(int);
	int err = 0;
	char c;

	if (!getenv("AZSPIO_LINK"))
		SKIP(return, "AZSPIO_LINK is not set");
	ASSERT_TRUE(end_link(self->s));
	EXPECT_ERRNO(ECONNRESET, sendmmsg(self->s, m, 2, 0));
	EXPECT_ERRNO(ECONNRESET, sendmmsg(self->s, m, 2, 0));
	EXPECT_EQ(2, sendmmsg(self->s, m, 2, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	/* once to who asks or receives, and then to nobody */
	ASSERT_TRUE(end_link(self->s));
	EXPECT_ERRNO(ECONNRESET, send(self->s, "r", 1, 0));
	EXPECT_EQ(0, getsockopt(self->s, SOL_SOCKET, SO_ERROR, &err, &len));
	EXPECT_EQ(ECONNRESET, err);
	EXPECT_EQ(1, send(self->s, "r", 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	ASSERT_TRUE(end_link(self->s));
	EXPECT_ERRNO(ECONNRESET, recv(self->s, &c, 1, 0));
	EXPECT_EQ(1, send(self->s, "r", 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
}

TEST_F(echo, the_end_of_the_link_is_told)
{
	socklen_t len = sizeof(int);
	int err = 0;
	char c;

	if (!getenv("AZSPIO_LINK"))
		SKIP(return, "AZSPIO_LINK is not set");
	ASSERT_TRUE(end_link(self->s));
	EXPECT_EQ(0, getsockopt(self->s, SOL_SOCKET, SO_ERROR, &err, &len));
	EXPECT_EQ(ECONNRESET, err);
	/* once */
	EXPECT_EQ(0, getsockopt(self->s, SOL_SOCKET, SO_ERROR, &err, &len));
	EXPECT_EQ(0, err);
	/* and the same socket goes on with the new link */
	EXPECT_EQ(1, send(self->s, "r", 1, 0));
	EXPECT_EQ(1, recv(self->s, &c, 1, 0));
	EXPECT_EQ('r', c);
}

TEST_HARNESS_MAIN
