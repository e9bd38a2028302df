// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many confined processes at once do what is forbidden, again and again, while
 * memory is short: not one of the operations succeeds.
 *
 * The environment variable "soak" says how many operations; a hundred thousand
 * without.
 */
#define _GNU_SOURCE
#include "lsm_test.h"

#define PROCESSES	64
#define OPERATIONS	10000	/* of one process, the door "storm" */
#define MANY		1000

static unsigned long free_kb(void)
{
	char line[128];
	unsigned long kb = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %lu", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

/* Takes most of what memory is left, and gives it back, until it is killed */
static pid_t press(void)
{
	pid_t parent = getpid(), pid = fork();
	size_t size;
	char *p;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* the first to go where there is none left */
	put("/proc/self/oom_score_adj", 0, "1000", 4);
	while (getppid() == parent) {
		size = free_kb() * 1024 / 10 * 9;
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		usleep(20000);
		if (p != MAP_FAILED)
			munmap(p, size);
	}
	_exit(0);
}

/* counts what was refused, as the counters of the app do */
static unsigned long refused(void)
{
	return counter(APP, "file") + counter(APP, "signal") + counter(APP, "map_exec");
}

FIXTURE(storm) {
};

FIXTURE_SETUP(storm)
{
}

FIXTURE_TEARDOWN(storm)
{
}

TEST_F_TIMEOUT(storm, T28_T30_nothing_forbidden_succeeds, 86400)
{
	const char *soak = getenv("soak");
	long processes = (soak ? atol(soak) : 100000) / OPERATIONS, started = 0, ended = 0, i;
	unsigned long before = refused();
	long wrong = 0, killed = 0;
	pid_t pressing = press(), pid;
	int status;

	for (i = 0; ended < processes; ) {
		while (started - ended < PROCESSES && started < processes) {
			pid = fork();
			if (!pid) {
				int ret = try("storm");

				/* whom the kernel kills for want of memory has not succeeded */
				_exit(ret == 0 ? 0 : ret < 0 || ret >= 1000 ? 2 : 1);
			}
			if (pid < 0) {
				usleep(10000);
				break;
			}
			started++;
		}
		pid = waitpid(-1, &status, 0);
		if (pid == pressing) {
			pressing = press();
			continue;
		}
		if (pid < 0)
			continue;
		ended++;
		if (processes >= 100 && ended % (processes / 10) == 0) {
			printf("# %ld of %ld processes\n", ended, processes);
			fflush(stdout);
		}
		if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
			wrong++;
		else if (!WIFEXITED(status) || WEXITSTATUS(status))
			killed++;
	}
	kill(pressing, SIGKILL);
	waitpid(pressing, &status, 0);
	printf("# %ld processes, %ld of them killed for want of memory\n", processes, killed);
	EXPECT_EQ(0, wrong);
	/* they have not just stood there */
	EXPECT_GT(processes / 2 + 1, killed);
	EXPECT_LT(before, refused());
	for (i = 0; i < 500 && tasks(APP); i++)
		usleep(10000);
	EXPECT_EQ(0, tasks(APP));
}

TEST_F_TIMEOUT(storm, T30_T10_a_thousand_at_once, 600)
{
	static pid_t pids[MANY];
	int in = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	unsigned int i, n = 0;
	int status;

	for (i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (!pids[i])
			launch(APP, "stay", in, out, 0);
		if (pids[i] > 0)
			n++;
	}
	EXPECT_EQ(MANY, n);
	for (i = 0; i < 6000 && tasks(APP) < MANY; i++)
		usleep(10000);
	EXPECT_EQ(MANY, tasks(APP));
	/* another one is refused what it was before */
	EXPECT_EQ(EACCES, try("file_unlisted"));
	EXPECT_EQ(0, try("file_listed"));
	for (i = 0; i < MANY; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
	for (i = 0; i < MANY; i++)
		if (pids[i] > 0)
			waitpid(pids[i], &status, 0);
	for (i = 0; i < 500 && tasks(APP); i++)
		usleep(10000);
	EXPECT_EQ(0, tasks(APP));
	close(in);
	close(out);
}

TEST_HARNESS_MAIN
