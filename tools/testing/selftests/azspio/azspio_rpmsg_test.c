// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to a real-time core through mainline's nodes of rpmsg
 *
 *   azspio_rpmsg_test echo CTRL COMPONENT COUNT	COUNT messages, each must come back
 *   azspio_rpmsg_test refused CTRL NAME		the endpoint NAME cannot be opened
 *   azspio_rpmsg_test nobody CTRL NAME		nor by a task without capabilities
 *   azspio_rpmsg_test hold CTRL NAME		open it, and wait to be ended
 *   azspio_rpmsg_test asleep CTRL NAME HOW		sleep at it until it is gone: HOW is poll,
 *						which lets go then, epoll, which keeps its
 *						place, or destroy, which has another process
 *						destroy the endpoint meanwhile
 *   azspio_rpmsg_test name COMPONENT			print the name of its endpoint
 *
 * Without arguments it does nothing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/rpmsg.h>

#define NAME_ROOM	32
#define MAX_SIZE	1024

static void fail(const char *what)
{
	fprintf(stderr, "azspio_rpmsg: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* the id as it lies in memory, in base64url without padding */
static int name_of(const char *text, char *name)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t id[18] = { 0 };
	unsigned int n = 0, byte, i;

	for (; *text && n < 16; text += 2) {
		if (*text == '-')
			text++;
		if (sscanf(text, "%2x", &byte) != 1 || !text[1])
			return -1;
		id[place[n++]] = byte;
	}
	if (n != 16 || *text)
		return -1;
	for (i = 0; i < 18; i += 3) {
		uint32_t word = id[i] << 16 | id[i + 1] << 8 | id[i + 2];

		for (n = 0; n < 4; n++)
			*name++ = digits[word >> (18 - 6 * n) & 63];
	}
	/* 16 bytes are 22 characters */
	name[-2] = 0;
	return 0;
}

/* make a node for the endpoint, and find out which it is */
static int make_node(const char *ctrl, const char *name, char *node, size_t room)
{
	struct rpmsg_endpoint_info info = { .src = 0xffffffff, .dst = 0xffffffff };
	char path[300], is[64];
	struct dirent *e;
	int fd = open(ctrl, O_RDWR), best = -1;
	DIR *d;

	if (fd < 0)
		fail(ctrl);
	strncpy(info.name, name, sizeof(info.name) - 1);
	if (ioctl(fd, RPMSG_CREATE_EPT_IOCTL, &info))
		fail("RPMSG_CREATE_EPT_IOCTL");
	close(fd);
	d = opendir("/sys/class/rpmsg");
	while (d && (e = readdir(d))) {
		FILE *f;
		int n;

		if (sscanf(e->d_name, "rpmsg%d", &n) != 1)
			continue;
		snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/name", e->d_name);
		f = fopen(path, "r");
		if (f && fscanf(f, "%63s", is) == 1 && !strcmp(is, info.name) && n > best)
			best = n;
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	snprintf(node, room, "/dev/rpmsg%d", best);
	return best < 0 ? -1 : 0;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, 10000) != 1 || !(p.revents & events)) {
		errno = ETIMEDOUT;
		fail(events & POLLIN ? "poll for a message" : "poll for space");
	}
}

static void make(uint8_t *buf, unsigned int number, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = number * 31 + i * 7;
}

static void echo(const char *node, unsigned int count)
{
	static uint8_t out[MAX_SIZE + 1], in[2 * MAX_SIZE];
	unsigned int sent = 0, got = 0, again = 0;
	int fd = open(node, O_RDWR | O_NONBLOCK);

	if (fd < 0)
		fail(node);
	if (read(fd, in, sizeof(in)) != -1 || errno != EAGAIN)
		fail("nothing has come, but read()");
	if (write(fd, out, MAX_SIZE + 1) != -1 || errno != EMSGSIZE)
		fail("a message that is too long");
	/* as many under way as find space */
	while (got < count) {
		size_t len = 1 + sent * 37 % MAX_SIZE;

		make(out, sent, len);
		if (sent < count && sent - got < 200) {
			if (write(fd, out, len) == (ssize_t)len) {
				sent++;
				continue;
			}
			if (errno != EAGAIN)
				fail("write");
			again++;
		}
		wait_for(fd, POLLIN);
		len = 1 + got * 37 % MAX_SIZE;
		make(out, got, len);
		if (read(fd, in, sizeof(in)) != (ssize_t)len || memcmp(in, out, len))
			fail("what came back");
		got++;
	}
	wait_for(fd, POLLOUT);
	/* and waiting for space */
	fcntl(fd, F_SETFL, 0);
	for (sent = 0; sent < 8; sent++)
		if (write(fd, out, MAX_SIZE) != MAX_SIZE)
			fail("a write that waits");
	for (sent = 0; sent < 8; sent++)
		if (read(fd, in, sizeof(in)) != MAX_SIZE)
			fail("a read that waits");
	printf("messages=%u no_space=%u\n", count, again);
	if (ioctl(fd, RPMSG_DESTROY_EPT_IOCTL))
		fail("RPMSG_DESTROY_EPT_IOCTL");
	if (write(fd, out, 1) != -1 || errno != EPIPE)
		fail("a write without an endpoint");
	close(fd);
}

/* Sleep at a node, for nothing that could come, until its endpoint is gone */
static int asleep(const char *node, const char *how)
{
	struct epoll_event want = { .events = EPOLLPRI }, got;
	int fd = open(node, O_RDWR), ep = -1, n, status;
	struct pollfd p = { .events = POLLPRI };
	pid_t child = 0;

	if (fd < 0)
		fail(node);
	p.fd = fd;
	if (!strcmp(how, "epoll")) {
		ep = epoll_create1(0);
		if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, fd, &want))
			fail("epoll");
	} else if (!strcmp(how, "destroy")) {
		child = fork();
		if (!child) {
			usleep(300000);
			_exit(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL) ? 1 : 0);
		}
	}
	puts("asleep");
	fflush(stdout);
	if (ep >= 0)
		n = epoll_wait(ep, &got, 1, 20000);
	else
		n = poll(&p, 1, 20000);
	if (child > 0 && (waitpid(child, &status, 0) != child || status))
		fail("RPMSG_DESTROY_EPT_IOCTL by another process");
	if (n != 1 || !((ep >= 0 ? (short)got.events : p.revents) & POLLERR)) {
		errno = ETIMEDOUT;
		fail("it was not woken");
	}
	puts("awake");
	fflush(stdout);
	/* what has its place in a queue yet keeps it for a while */
	if (ep >= 0)
		sleep(3);
	close(ep);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	char name[NAME_ROOM], node[64];
	int fd;

	if (argc == 1) {
		printf("# nothing is done without arguments\n");
		return 4;
	}
	if (argc == 3 && !strcmp(argv[1], "name")) {
		if (name_of(argv[2], name))
			return 2;
		puts(name);
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "echo")) {
		if (name_of(argv[3], name))
			return 2;
		if (make_node(argv[2], name, node, sizeof(node)))
			fail("the node did not come");
		echo(node, atoi(argv[4]));
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "asleep")) {
		if (make_node(argv[2], argv[3], node, sizeof(node)))
			fail("the node did not come");
		return asleep(node, argv[4]);
	}
	if (argc == 4) {
		if (make_node(argv[2], argv[3], node, sizeof(node)))
			fail("the node did not come");
		/* from here on, whatever the directories above allow */
		if (chdir("/dev"))
			fail("/dev");
		if (!strcmp(argv[1], "nobody") &&
		    (chmod(node, 0666) || setresuid(65534, 65534, 65534)))
			fail("setresuid");
		fd = open(node + strlen("/dev/"), O_RDWR);
		if (strcmp(argv[1], "hold")) {
			if (fd < 0 && errno == EINVAL)
				return 0;
			if (fd >= 0)
				errno = 0;
			fail(node);
		}
		if (fd < 0)
			fail(node);
		puts("open");
		fflush(stdout);
		pause();
	}
	return 2;
}
