// SPDX-License-Identifier: GPL-2.0-only
/*
 * An application that tries what its manifest allows, and what it does not
 *
 * With "serve" it is a server of DNS instead, which answers every question with
 * 192.0.2.1, and starts sphere resolve.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(const char *what, int ret)
{
	printf("%s: %s\n", what, ret < 0 ? strerror(errno) : "ok");
	fflush(stdout);
}

static struct sockaddr_in endpoint(const char *address, int port)
{
	struct sockaddr_in s = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &s.sin_addr);
	return s;
}

static int udp(const char *address, int port)
{
	struct sockaddr_in s = endpoint(address, port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return connect(fd, (struct sockaddr *)&s, sizeof(s)) ? -1 : fd;
}

static int server(int port)
{
	struct sockaddr_in s = endpoint("0.0.0.0", port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&s, sizeof(s)) ? -1 : listen(fd, 1);
}

static void lookup(const char *what, const unsigned char *name, size_t len)
{
	unsigned char b[512] = { 0x12, 0x34, 1, 0, 0, 1 };
	struct timeval tv = { .tv_sec = 9 };
	int fd = udp("127.0.0.35", 53), n;

	memcpy(b + 12, name, len);
	memcpy(b + 12 + len, "\0\1\0\1", 4);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	send(fd, b, 16 + len, 0);
	n = recv(fd, b, sizeof(b), 0);
	printf("%s: code %d, %d addresses\n", what, n > 12 ? b[3] & 15 : -1, n > 12 ? b[7] : 0);
	fflush(stdout);
}

static void serve(void)
{
	struct sockaddr_in s = endpoint("127.0.0.1", 5300), c;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), q;
	unsigned char b[600];
	socklen_t len;

	bind(fd, (struct sockaddr *)&s, sizeof(s));
	for (;;) {
		len = sizeof(c);
		recvfrom(fd, b, 512, 0, (struct sockaddr *)&c, &len);
		for (q = 12; b[q]; q += b[q] + 1)
			;
		q += 5;
		memcpy(b + 2, "\x81\x80\0\1\0\1\0\0\0\0", 10);
		memcpy(b + q, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", 16);
		sendto(fd, b, q + 16, 0, (struct sockaddr *)&c, len);
	}
}

int main(int argc, char **argv)
{
	static const unsigned char hub[] = "\3hub\7example\3net", evil[] = "\4evil\7example\3net";
	void *memory;

	if (argc > 1 && !strcmp(argv[1], "serve")) {
		if (!fork())
			serve();
		if (!fork()) {
			execl("/sphere", "sphere", "resolve", "--server", "127.0.0.1:5300", NULL);
			_exit(1);
		}
		sleep(1);
		return 0;
	}
	printf("uid %d, %s\n", getuid(), argc > 1 ? argv[1] : "");
	say("null", open("/dev/null", O_RDWR));
	say("console", open("/dev/console", O_RDWR));
	say("image", open("/image/data", O_RDONLY));
	say("script", open("/script", O_RDONLY));
	say("listed address", udp("127.0.0.9", 80));
	say("other address", udp("127.0.0.8", 80));
	say("port 80", server(80));
	say("port 8080", server(8080));
	say("port 8081", server(8081));
	say("before", udp("192.0.2.1", 80));
	lookup("listed host", hub, sizeof(hub));
	say("after", udp("192.0.2.1", 80));
	lookup("other host", evil, sizeof(evil));
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	say("memory", memory == MAP_FAILED ? -1 : 0);
	return 7;
}
