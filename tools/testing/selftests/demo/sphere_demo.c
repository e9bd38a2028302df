// SPDX-License-Identifier: GPL-2.0-only
/*
 * An application of `make run`: does one thing that an application may want to do
 *
 * sphere_demo THING [ARGUMENT]
 *
 * Prints what came of it. Exit code 0 if it could be done, 1 if the system refused
 * it, 2 if it failed for another reason.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/pluton.h>

/* what programs find in libsphere.a */
#include "../../../sphere/sphere_core.c"

static int done(const char *what)
{
	puts(what);
	return 0;
}

static int failed(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return errno == EACCES || errno == EPERM ? 1 : 2;
}

static int do_open(const char *path)
{
	return open(path, O_RDWR | O_NOCTTY | O_NONBLOCK) < 0 ? failed(path) : done("opened");
}

/* ADDRESS:PORT of a web server */
static int do_connect(const char *where)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET };
	char address[32] = {}, answer[64] = {};
	unsigned int port = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (sscanf(where, "%31[0-9.]:%u", address, &port) != 2)
		return 2;
	to.sin_port = htons(port);
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || fd < 0)
		return 2;
	if (connect(fd, (void *)&to, sizeof(to)))
		return failed(where);
	if (write(fd, request, sizeof(request) - 1) < 0 || read(fd, answer, sizeof(answer) - 1) < 0)
		return failed(where);
	answer[strcspn(answer, "\r\n")] = '\0';
	return done(answer);
}

static int do_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		return failed(path);
	return write(fd, "kept\n", 5) == 5 ? done("written") : failed(path);
}

/* a message to the application on a core, and its answer */
static int do_core(const char *component)
{
	static const char hello[] = "hello, core";
	const struct timeval limit = { .tv_sec = 5 };
	char answer[64] = {};
	int fd = sphere_core_connect(component);

	if (fd < 0)
		return failed(component);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (send(fd, hello, sizeof(hello), 0) < 0 || recv(fd, answer, sizeof(answer) - 1, 0) < 0)
		return failed(component);
	return strcmp(answer, hello) ? 2 : done("it answers");
}

/* the tenant is the application's own */
static int do_sign(const char *unused)
{
	struct pluton_sign s = { .digest = "thirty-two bytes of a digest...." };
	int fd = open("/dev/pluton", O_RDWR);

	if (fd < 0)
		return failed("/dev/pluton");
	return ioctl(fd, PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY, &s) < 0 ?
	       failed("signature") : done("signed");
}

static int do_code(const char *unused)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 2;
	return mprotect(p, 4096, PROT_READ | PROT_EXEC) ? failed("code") : done("memory is code");
}

static int do_kill(const char *pid)
{
	return kill(atoi(pid), SIGTERM) ? failed("signal") : done("sent");
}

static int do_packets(const char *unused)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 ? failed("socket") : done("all packets");
}

static int do_wait(const char *seconds)
{
	return sleep(atoi(seconds)) ? 2 : done("waited");
}

static const struct {
	const char *name;
	int (*fn)(const char *argument);
} things[] = {
	{ "open", do_open }, { "connect", do_connect }, { "write", do_write },
	{ "core", do_core }, { "sign", do_sign }, { "code", do_code }, { "kill", do_kill },
	{ "packets", do_packets }, { "wait", do_wait },
};

int main(int argc, char **argv)
{
	unsigned int i;

	for (i = 0; argc > 1 && i < sizeof(things) / sizeof(things[0]); i++)
		if (!strcmp(things[i].name, argv[1]))
			return things[i].fn(argc > 2 ? argv[2] : "");
	fputs("usage: sphere_demo open|connect|write|core|sign|code|kill|packets|wait [ARGUMENT]\n",
	      stderr);
	return 2;
}
