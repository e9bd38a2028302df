// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long requests to Pluton take. Prints nanoseconds, as the system's clock
 * counts them, for each of what was asked for.
 *
 * pluton_bench nothing COUNT		system calls that reach no driver code
 * pluton_bench calls CALLERS COUNT	COUNT requests of each of CALLERS threads, each
 *					with a file of its own
 * pluton_bench words COUNT		random words, one request at a time
 * pluton_bench hwrng COUNT		random words out of /dev/hwrng
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/pluton.h>

#define NODE		"/dev/pluton"
#define CALLERS_MAX	64

static unsigned int count;
static pthread_barrier_t begin, end;

static uint64_t ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_node(void)
{
	int fd = open(NODE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("pluton_bench: " NODE);
	return fd;
}

static void *caller(void *arg)
{
	int fd = open_node();
	unsigned int i;
	__u32 flags;

	pthread_barrier_wait(&begin);
	for (i = 0; i < count; i++)
		if (ioctl(fd, PLUTON_GET_BOOT_MODE_FLAGS, &flags))
			fail("pluton_bench: a request");
	pthread_barrier_wait(&end);
	close(fd);
	return NULL;
}

/* time of all, shared by the requests that were made */
static uint64_t calls(unsigned int callers)
{
	pthread_t t[CALLERS_MAX];
	uint64_t from;
	unsigned int i;

	pthread_barrier_init(&begin, NULL, callers + 1);
	pthread_barrier_init(&end, NULL, callers + 1);
	for (i = 0; i < callers; i++)
		if (pthread_create(&t[i], NULL, caller, NULL))
			fail("pluton_bench: a thread");
	pthread_barrier_wait(&begin);
	from = ns();
	pthread_barrier_wait(&end);
	from = ns() - from;
	for (i = 0; i < callers; i++)
		pthread_join(t[i], NULL);
	return from / callers / count;
}

static uint64_t nothing(void)
{
	int fd = open_node();
	uint64_t from = ns();
	unsigned int i;

	for (i = 0; i < count; i++)
		ioctl(fd, 0, NULL);
	from = ns() - from;
	close(fd);
	return from / count;
}

static uint64_t words(void)
{
	int fd = open_node();
	uint64_t from = ns();
	unsigned int i;
	__u32 word;

	for (i = 0; i < count; i++) {
		struct pluton_random r = { .addr = (uintptr_t)&word, .len = sizeof(word) };

		if (ioctl(fd, PLUTON_IOC_RANDOM, &r))
			fail("pluton_bench: a random word");
	}
	from = ns() - from;
	close(fd);
	return from / count;
}

static uint64_t kernel_words(void)
{
	int fd = open("/dev/hwrng", O_RDONLY | O_CLOEXEC);
	size_t want = (size_t)count * 4, have = 0;
	char *buf = malloc(want);
	uint64_t from;

	if (fd < 0 || !buf)
		fail("pluton_bench: /dev/hwrng");
	from = ns();
	while (have < want) {
		ssize_t n = read(fd, buf + have, want - have);

		if (n <= 0)
			fail("pluton_bench: /dev/hwrng");
		have += n;
	}
	from = ns() - from;
	free(buf);
	close(fd);
	return from / count;
}

int main(int argc, char **argv)
{
	unsigned int callers = argc == 4 ? strtoul(argv[2], NULL, 0) : 1;
	const char *what = argc > 2 ? argv[1] : "";
	uint64_t result;

	count = argc > 2 ? strtoul(argv[argc - 1], NULL, 0) : 0;
	if (!count || !callers || callers > CALLERS_MAX)
		goto usage;
	if (!strcmp(what, "nothing"))
		result = nothing();
	else if (!strcmp(what, "calls") && argc == 4)
		result = calls(callers);
	else if (!strcmp(what, "words"))
		result = words();
	else if (!strcmp(what, "hwrng"))
		result = kernel_words();
	else
		goto usage;
	printf("%llu\n", (unsigned long long)result);
	return 0;
usage:
	fprintf(stderr, "usage: pluton_bench nothing COUNT | calls CALLERS COUNT |\n"
			"       words COUNT | hwrng COUNT\n");
	return 2;
}
