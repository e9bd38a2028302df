// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a message to a real-time core and back costs this processor, beside a
 * datagram over AF_UNIX to another process and back. Prints nanoseconds; on an
 * emulated board where an instruction takes one, that is instructions.
 *
 *   azspio_bench_test core PEER OWN COUNT SIZE BURST
 *   azspio_bench_test unix COUNT SIZE BURST
 *
 * BURST messages go out in one sendmmsg(), then as many are received; COUNT is a
 * multiple of 64 and BURST a divisor of it. Without
 * arguments it does nothing.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_SIZE	1024
#define MAX_BURST	32
/*
 * Messages that are measured in a row, and a rest between: the drivers bound what a peer
 * may cause in a few milliseconds, and one that takes no time would be made to wait.
 * Waiting is no instruction, but on a board without one the clock goes on.
 */
#define CHUNK		64
#define REST_US		12000

struct address {
	uint16_t family, port;
	uint8_t id[16];
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int parse_id(const char *text, uint8_t *id)
{
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int n = 0, byte;

	for (; *text && n < 16; text += 2) {
		if (*text == '-')
			text++;
		if (sscanf(text, "%2x", &byte) != 1 || !text[1])
			return -1;
		id[place[n++]] = byte;
	}
	return n == 16 && !*text ? 0 : -1;
}

static int core_socket(const char *peer, const char *own)
{
	FILE *f = fopen("/sys/module/af_azspio/parameters/family", "r");
	struct address a = { 0 };
	int family, s;

	if (!f || fscanf(f, "%d", &family) != 1)
		fail("family");
	fclose(f);
	s = socket(family, SOCK_DGRAM, 0);
	if (s < 0)
		fail("socket");
	a.family = family;
	if (parse_id(own, a.id) || bind(s, (struct sockaddr *)&a, sizeof(a)))
		fail("bind");
	if (parse_id(peer, a.id) || connect(s, (struct sockaddr *)&a, sizeof(a)))
		fail("connect");
	return s;
}

/* the other process sends each datagram back */
static int unix_socket(pid_t *child)
{
	static char buf[MAX_SIZE];
	int s[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, s))
		fail("socketpair");
	*child = fork();
	if (*child < 0)
		fail("fork");
	if (!*child) {
		close(s[0]);
		for (;;) {
			ssize_t n = recv(s[1], buf, sizeof(buf), 0);

			/* an empty one ends it */
			if (n <= 0)
				_exit(0);
			if (send(s[1], buf, n, 0) != n)
				_exit(1);
		}
	}
	close(s[1]);
	return s[0];
}

static char out[MAX_SIZE], in[MAX_SIZE + 16];

/* @burst messages there and back */
static void exchange(int s, struct mmsghdr *msg, unsigned int size, unsigned int burst)
{
	unsigned int i, done = 0;

	if (burst == 1) {
		if (send(s, out, size, 0) != (ssize_t)size)
			fail("send");
	} else {
		while (done < burst) {
			int r = sendmmsg(s, msg + done, burst - done, 0);

			if (r < 0)
				fail("sendmmsg");
			done += r;
		}
	}
	for (i = 0; i < burst; i++)
		if (recv(s, in, sizeof(in), 0) != (ssize_t)size || memcmp(in, out, size))
			fail("recv");
}

static void measure(int s, unsigned int count, unsigned int size, unsigned int burst)
{
	static struct mmsghdr msg[MAX_BURST];
	struct iovec iov = { out, size };
	uint64_t began, sum = 0;
	unsigned int i, k, n;

	for (i = 0; i < burst; i++) {
		msg[i].msg_hdr.msg_iov = &iov;
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	for (i = 0; i < size; i++)
		out[i] = i * 7;
	/* the first chunk warms up, and is not counted */
	for (n = 0; n < count + CHUNK; n += CHUNK) {
		usleep(REST_US);
		began = now_ns();
		for (k = 0; k < CHUNK; k += burst)
			exchange(s, msg, size, burst);
		if (n)
			sum += now_ns() - began;
	}
	printf("%llu\n", (unsigned long long)sum / count);
}

int main(int argc, char **argv)
{
	unsigned int count, size, burst;
	pid_t child;
	int s;

	if (argc == 1) {
		printf("# nothing is measured without arguments\n");
		return 4;
	}
	if (argc != 7 && argc != 5)
		return 2;
	count = atoi(argv[argc - 3]);
	size = atoi(argv[argc - 2]);
	burst = atoi(argv[argc - 1]);
	if (!count || !size || size > MAX_SIZE || !burst || burst > MAX_BURST ||
	    count % CHUNK || CHUNK % burst)
		return 2;
	if (argc == 7) {
		measure(core_socket(argv[2], argv[3]), count, size, burst);
		return 0;
	}
	s = unix_socket(&child);
	measure(s, count, size, burst);
	if (send(s, "", 0, 0) < 0)
		fail("send");
	waitpid(child, NULL, 0);
	return 0;
}
