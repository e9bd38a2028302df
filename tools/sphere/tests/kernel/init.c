// SPDX-License-Identifier: GPL-2.0-only
/*
 * First process of the machine: mounts, then runs each line of /script and tells how
 * it ended. Words are separated by one space.
 */
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/random.h>

static void prepare(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	struct {
		struct rand_pool_info info;
		char bytes[64];
	} seed = { .info = { .entropy_count = 512, .buf_size = 64 } };
	int fd;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/tmp", 01777);
	mount("none", "/proc", "proc", 0, NULL);
	mount("none", "/sys", "sysfs", 0, NULL);
	mount("none", "/sys/kernel/security", "securityfs", 0, NULL);
	mount("none", "/dev", "devtmpfs", 0, NULL);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	/* UML has no source of randomness of its own: nothing here has to be secret */
	fd = open("/dev/urandom", O_WRONLY);
	ioctl(fd, RNDADDENTROPY, &seed);
	close(fd);
}

static void run(char *line)
{
	char *argv[32], *word;
	int n = 0, status = 0;
	pid_t pid;

	printf("# %s\n", line);
	fflush(stdout);
	for (word = strtok(line, " "); word && n < 31; word = strtok(NULL, " "))
		argv[n++] = word;
	argv[n] = NULL;
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_RDONLY), 0);
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	printf("# ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	fflush(stdout);
}

int main(void)
{
	char line[512];
	FILE *f;

	prepare();
	f = fopen("/script", "r");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		run(line);
	}
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
