// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere_lsm when memory runs out: each allocation of loading, entering, forking
 * and executing fails in turn. Nothing is half loaded, and no process of an app is
 * ever unconfined.
 *
 * Needs fault injection (fail-nth), and on the command line the caches whose
 * allocations fail, slub_debug=A,CACHE,...; is skipped without the first.
 */
#define _GNU_SOURCE
#include "lsm_test.h"

#define MOST	2000	/* allocations of one step */

static int nth = -1;

/* The nth allocation from now on fails; false without fault injection */
static bool fail_nth(int n)
{
	char text[16];

	if (nth < 0)
		nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0)
		return false;
	snprintf(text, sizeof(text), "%d", n);
	return pwrite(nth, text, strlen(text), 0) > 0;
}

/* Whether it has not come to that allocation; also ends the waiting for it */
static bool not_reached(void)
{
	char text[16] = {};
	bool left;

	left = pread(nth, text, sizeof(text) - 1, 0) > 0 && atoi(text);
	fail_nth(0);
	return left;
}

FIXTURE(fault) {
};

FIXTURE_SETUP(fault)
{
	/* allocations that may sleep are left out unless told otherwise */
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (fail_nth(0))
		ASSERT_EQ(0, put("/sys/kernel/debug/failslab/ignore-gfp-wait", 0, "N", 1));
	/*
	 * In the caches that the command line marks: where describing the memory of a
	 * process fails inside a system call, UML itself follows a null pointer.
	 */
	if (fail_nth(0))
		ASSERT_EQ(0, put("/sys/kernel/debug/failslab/cache-filter", 0, "Y", 1));
}

FIXTURE_TEARDOWN(fault)
{
}

TEST_F_TIMEOUT(fault, T28_T36_load_with_each_allocation_failing, 3600)
{
	unsigned char buf[ROOM];
	size_t len = write_policy(buf, 0x20, 1);
	bool loaded = false;
	int n, ret;

	if (!fail_nth(0))
		SKIP(return, "no fault injection");
	for (n = 1; n < MOST; n++) {
		fail_nth(n);
		ret = load(buf, len, NULL);
		if (not_reached())
			break;
		/* some are tried again in another way */
		if (!ret) {
			len = write_policy(buf, 0x20, n + 1);
			loaded = true;
		} else if (!loaded) {
			EXPECT_EQ(-ENOENT, enter(0x20));
		}
	}
	EXPECT_LT(n, MOST);
	EXPECT_LT(5, n);
	len = write_policy(buf, 0x20, MOST + 1);
	EXPECT_EQ(0, load(buf, len, NULL));
	EXPECT_EQ(0, try("file_listed"));
}

TEST_F_TIMEOUT(fault, T10_LS7_enter_and_exec_with_each_allocation_failing, 3600)
{
	char *argv[] = { "app", "child_confined", NULL }, *envp[] = { NULL };
	int n, status, got, reached = 0;
	char text[64];

	if (!fail_nth(0))
		SKIP(return, "no fault injection");
	for (n = 1; n < 300; n++) {
		int in = open("/dev/zero", O_RDONLY | O_CLOEXEC), out[2];
		pid_t pid;

		ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
		pid = fork();
		if (!pid) {
			dup2(in, 0);
			dup2(out[1], 1);
			dup2(out[1], 2);
			syscall(SYS_close_range, 3, ~0U, 0);
			nth = -1;
			if (enter(APP))
				_exit(2);
			drop_caps();
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
			fail_nth(n);
			execve("/app/bin/app", argv, envp);
			_exit(not_reached() ? 4 : 3);
		}
		close(in);
		close(out[1]);
		memset(text, 0, sizeof(text));
		got = read(out[0], text, sizeof(text) - 1);
		close(out[0]);
		waitpid(pid, &status, 0);
		/*
		 * Either there was no memory, or the app ran, and its child (whose
		 * making may have failed as well) was refused the file.
		 */
		reached += got <= 0;
		EXPECT_TRUE(got <= 0 || atoi(text));
	}
	EXPECT_LT(3, reached);
	EXPECT_EQ(0, try("file_listed"));
}

TEST_HARNESS_MAIN
