// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere_lsm on a device in development mode (sphere_lsm.development=1): policies
 * without a signature, learning, debuggers; and what is refused nevertheless
 */
#define _GNU_SOURCE
#include "lsm_test.h"

#define DEV	0xd0

static size_t write_dev(unsigned char *buf, unsigned char id, unsigned int flags)
{
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, id);
	pb_flags(&b, flags);
	execs(&b);
	return pb_finish(&b);
}

static int try_dev(unsigned char id, const char *door)
{
	int in[2], ret;

	if (pipe2(in, O_CLOEXEC))
		return -1;
	ret = try_as(id, door, in[0], 0);
	close(in[0]);
	close(in[1]);
	return ret;
}

TEST(LS29_T26_unsigned_policy_loads)
{
	unsigned char buf[ROOM];

	ASSERT_EQ(0, load(buf, write_dev(buf, DEV, 0), NULL));
	EXPECT_EQ(EACCES, try_dev(DEV, "file_unlisted"));
	EXPECT_EQ(0, try_dev(DEV, "code_listed"));
}

TEST(T28_learning_passes_and_remembers)
{
	char text[4096] = {}, path[128];
	unsigned char buf[ROOM];
	int fd;

	ASSERT_EQ(0, load(buf, write_dev(buf, DEV + 1, SPHERE_POLICY_DEVELOPMENT |
					 SPHERE_POLICY_LEARN), NULL));
	EXPECT_EQ(0, try_dev(DEV + 1, "file_unlisted"));
	EXPECT_EQ(0, try_dev(DEV + 1, "file_unlisted"));
	EXPECT_EQ(ECONNREFUSED, try_dev(DEV + 1, "net_addr"));
	EXPECT_LT(1, counter(DEV + 1, "file"));
	snprintf(path, sizeof(path), APP_DIR "denials", DEV + 1);
	fd = open(path, O_RDONLY);
	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	EXPECT_TRUE(!!strstr(text, "file 2 /other/secret\n"));
	EXPECT_TRUE(!!strstr(text, "connect 1 127.0.0.3:7\n"));
	close(fd);
	/* what protects the kernel and the rules */
	EXPECT_EQ(EACCES, try_dev(DEV + 1, "open_control"));
	EXPECT_EQ(EACCES, try_dev(DEV + 1, "mem_self"));
	EXPECT_EQ(EPERM, try_dev(DEV + 1, "code_personality"));
	EXPECT_EQ(EPERM, try_dev(DEV + 1, "uring"));
	EXPECT_EQ(EPERM, try_dev(DEV + 1, "new_userns"));
}

TEST(T04_LS29_a_debugger_attaches_to_a_development_app)
{
	unsigned char buf[ROOM];
	int in[2], out[2], status;
	pid_t pid;

	ASSERT_EQ(0, load(buf, write_dev(buf, DEV + 2, SPHERE_POLICY_DEVELOPMENT), NULL));
	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in));
	pid = fork();
	if (!pid)
		launch(DEV + 2, "stay", in[0], out[1], 0);
	ASSERT_TRUE(runs_as_app(pid));
	EXPECT_EQ(0, ptrace(PTRACE_ATTACH, pid, 0, 0));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	/* itself it traces nobody */
	EXPECT_EQ(EPERM, try_dev(DEV + 2, "trace_launcher"));
}

TEST_HARNESS_MAIN
