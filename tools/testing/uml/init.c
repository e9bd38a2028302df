// SPDX-License-Identifier: GPL-2.0-only
/*
 * First process of the UML machine: mounts, brings the loopback device up, runs
 * the test program, or each of those in /selftests, tells how it ended, and stops
 * the machine
 */
#define _GNU_SOURCE
#include <dirent.h>
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

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

static void run(char *program, char **envp)
{
	char * const argv[] = { program, NULL };
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execve(program, argv, envp);
		_exit(127);
	}
	while (waitpid(-1, &status, 0) != pid)
		;
	printf("# the test program ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	fflush(stdout);
}

static void tell_modules(void)
{
	FILE *f = fopen("/sys/kernel/security/lsm", "r");
	char line[256];

	if (f && fgets(line, sizeof(line), f))
		printf("# security modules %s\n", line);
	fflush(stdout);
}

/* The first root of all cannot be pivoted away from, which some tests do */
static void another_root(void)
{
	static const char * const shared[] = { "bin", "dev", "proc", "selftests", "sys" };
	char to[32];
	size_t i;

	mkdir("/other", 0755);
	mount("none", "/other", "tmpfs", 0, NULL);
	mkdir("/other/tmp", 01777);
	for (i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		snprintf(to, sizeof(to), "/other/%s", shared[i]);
		mkdir(to, 0755);
		mount(shared[i], to, NULL, MS_BIND | MS_REC, NULL);
	}
	if (chdir("/other") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
		printf("# no other root\n");
}

/* The kernel's own: programs that look for others where they are */
static int run_selftests(void)
{
	struct dirent **names;
	int n = scandir("/selftests", &names, NULL, alphasort), i;

	if (n < 0)
		return -1;
	another_root();
	setenv("PATH", "/bin", 1);
	tell_modules();
	if (chdir("/selftests"))
		return -1;
	for (i = 0; i < n; i++) {
		if (!strstr(names[i]->d_name, "_test") && strcmp(names[i]->d_name, "seccomp_bpf"))
			continue;
		printf("# program %s\n", names[i]->d_name);
		fflush(stdout);
		run(names[i]->d_name, environ);
	}
	return 0;
}

/* What the kernel was given and does not know ("soak=100000") comes as environment */
int main(int argc, char **argv, char **envp)
{
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
	if (run_selftests())
		run("/test", envp);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
