// SPDX-License-Identifier: GPL-2.0-only
/*
 * First process of the UML machine: mounts, brings the loopback device up, runs
 * one test program, tells how it ended, and stops the machine
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

/* What the kernel was given and does not know ("soak=100000") comes as environment */
int main(int argc, char **argv, char **envp)
{
	static char * const test[] = { "/test", NULL };
	int status = -1;
	pid_t pid;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	mount("none", "/proc", "proc", 0, NULL);
	mount("none", "/sys", "sysfs", 0, NULL);
	mount("none", "/sys/kernel/security", "securityfs", 0, NULL);
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("none", "/dev", "devtmpfs", 0, NULL);
	loopback_up();
	pid = fork();
	if (!pid) {
		execve(test[0], test, envp);
		_exit(127);
	}
	while (waitpid(-1, &status, 0) != pid)
		;
	printf("# the test program ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
