// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere_lsm as a process sees it: policies that are loaded or refused, tasks
 * that enter, and each door that a confined process tries, with the errno that it
 * must get and the reason that must be counted
 *
 * Names of tests begin with the requirements that they are about.
 *
 * Runs as root on a machine of its own: it gives the trusted keys, which can be
 * done once, so it can run once after each start of the machine.
 */
#define _GNU_SOURCE
#include "lsm_test.h"

/* ---- doors -------------------------------------------------------------- */

FIXTURE(door) {
};

FIXTURE_VARIANT(door) {
	const char *name;
	int error;
	const char *reason;	/* counted, NULL if another rule of the kernel is first */
};

FIXTURE_SETUP(door)
{
}

FIXTURE_TEARDOWN(door)
{
}

/*
 * One line of the table of verdicts: the errno and each reason that was counted. It
 * is compared over all kernels and both ways to reach the engine (check/verdicts).
 */
static void tell_verdict(const char *door, int ret, const struct counters *before,
			 const struct counters *after)
{
	char reasons[256] = "";
	unsigned int i;

	/* of those without a record there may be more or fewer */
	for (i = 0; i < after->n; i++)
		if (after->value[i] != before->value[i] && strcmp(after->name[i], "unlogged") &&
		    strlen(reasons) < sizeof(reasons) - 64)
			sprintf(reasons + strlen(reasons), "%s%s", *reasons ? "," : "",
				after->name[i]);
	printf("# verdict %s %d %s\n", door, ret, *reasons ? reasons : "-");
	fflush(stdout);
}

TEST_F_TIMEOUT(door, try, 300)
{
	static struct counters before, after;
	int ret;

	counters(APP, &before);
	ret = try(variant->name);
	counters(APP, &after);
	tell_verdict(variant->name, ret, &before, &after);
	ASSERT_EQ(variant->error, ret);
	if (variant->reason)
		EXPECT_LT(count_of(&before, variant->reason), count_of(&after, variant->reason));
}

#define OPEN(ids, door_name) \
	FIXTURE_VARIANT_ADD(door, ids##_opens_##door_name) { .name = #door_name }
#define SHUT(ids, door_name, err, why) \
	FIXTURE_VARIANT_ADD(door, ids##_refuses_##door_name) { \
		.name = #door_name, .error = (err), .reason = (why) }

OPEN(T01, code_listed);
OPEN(T01, code_file_unchanged);
SHUT(T01_LS12, code_anon, EPERM, "map_exec");
SHUT(T01_LS12, code_anon_wx, EPERM, "map_write_exec");
SHUT(T01_LS12, code_two_steps, EPERM, "map_exec");
SHUT(T01_LS12, code_file_two_steps, EPERM, "map_changed");
SHUT(T01, code_to_writable, EPERM, "map_changed");
SHUT(T01_LS18, code_stack, EPERM, "map_write_exec");
SHUT(T01_T05_LS16, code_memfd, EPERM, "map_exec");
SHUT(T01_T05_LS16, code_double_map, EPERM, "map_shared_exec");
SHUT(T05, code_shared, EPERM, "map_shared_exec");
SHUT(T05, code_data, EPERM, "map_exec");
SHUT(T06, code_unlisted, 1000 + EACCES, "file");
SHUT(T01, code_remap, EPERM, "map_shared_exec");
SHUT(T01_T02, code_remap_personality, EPERM, "personality");
SHUT(T01, code_moved, EPERM, "map_exec");
SHUT(T01, code_changed_in_child, EPERM, "map_changed");
SHUT(T05, code_device, EPERM, "map_exec");
SHUT(T01_T05_LS16, code_storage, EPERM, "map_exec");
SHUT(T02_LS18, code_personality, EPERM, "personality");
SHUT(T02_LS18, code_personality_mprotect, EPERM, "personality");
SHUT(T02_LS18, code_personality_brk, EPERM, "personality");
SHUT(T02_LS18, exec_personality, EPERM, "personality");
OPEN(T06, exec_listed);
OPEN(T06, exec_script);
SHUT(T06, exec_unlisted, EACCES, "exec");
SHUT(T06, exec_map_only, EACCES, "exec");
SHUT(T06, exec_script_bad, EACCES, "exec");
SHUT(T06, exec_script_unlisted, EACCES, "exec");
SHUT(T06, exec_linker_unlisted, EACCES, "exec");
SHUT(T06_LS16, exec_storage, EACCES, "exec");
SHUT(T06_LS16, exec_memfd, EACCES, NULL);
SHUT(T03_LS13, mem_self, EACCES, "kernel_fs");
SHUT(T03_LS13, mem_thread, EACCES, "kernel_fs");
SHUT(T03_LS13, mem_pid, EACCES, "kernel_fs");
SHUT(T03_LS13, mem_task, EACCES, "kernel_fs");
SHUT(T03_LS13, mem_read, EACCES, "kernel_fs");
SHUT(T03_T12, mem_pagemap, EACCES, "kernel_fs");
SHUT(T01, uffd, EPERM, "userfaultfd");
SHUT(T01, uring, EPERM, "io_uring");

SHUT(T04_LS14, trace_me, EPERM, "ptrace");
SHUT(T04_LS14, trace_child, EPERM, NULL);
SHUT(T04_LS14, trace_seize, EPERM, NULL);
SHUT(T04, trace_launcher, EPERM, NULL);
SHUT(T03_LS14, vm_write_child, EPERM, NULL);
SHUT(T03_T10, vm_write_launcher, EPERM, NULL);
SHUT(T03, vm_write_self, EFAULT, NULL);
SHUT(LS1, many_traces, EPERM, NULL);
SHUT(T10, get_fd, EPERM, NULL);
SHUT(T31, signal_launcher, EPERM, "signal");
SHUT(T31, signal_init, EPERM, "signal");
SHUT(T31, signal_queue, EPERM, "signal");
SHUT(T31, signal_owner, EPERM, "fcntl");
SHUT(T31, signal_owner_ioctl, EPERM, "fcntl");
SHUT(T31, signal_async, EPERM, "fcntl");
SHUT(T31, signal_async_ioctl, EPERM, "fcntl");
OPEN(T31, signal_child);
SHUT(T31, nice_launcher, EPERM, NULL);
OPEN(T31, nice_self);
SHUT(T31, limit_launcher, EPERM, NULL);
OPEN(T31, limit_self);
SHUT(T31, affinity_launcher, EPERM, NULL);
SHUT(T31, group_launcher, EPERM, "task");
OPEN(T31, group_child);
OPEN(T31, group_self);
OPEN(LS2, group_exiting);
SHUT(T11_LS24, dumpable, EPERM, "core_dump");
OPEN(T11_LS24, is_dumpable);
SHUT(T30, prctl_unknown, EPERM, "prctl");
OPEN(T30, prctl_name);
SHUT(T31, clone_parent, EPERM, "task");
SHUT(T31, clone_into_cgroup, EPERM, "task");
SHUT(LS7_T10, child_confined, EACCES, "file");
SHUT(LS7_LS6, thread_confined, EACCES, "file");
SHUT(LS7, exec_confined, EACCES, "file");

SHUT(T35, become_user, EPERM, NULL);
SHUT(T35_LS35, set_groups, EPERM, NULL);
SHUT(T35_LS25, raise_caps, EPERM, NULL);
SHUT(T31, caps_of_launcher, EPERM, "task");
SHUT(T25, new_userns, EPERM, "namespace");
SHUT(T25, own_namespace, EACCES, NULL);
SHUT(T25, new_mountns, EPERM, NULL);
SHUT(T25, mount_tmpfs, EPERM, NULL);
SHUT(T25, bind_mount, EPERM, NULL);
SHUT(T25, unmount, EPERM, NULL);
SHUT(T25, change_root, EPERM, NULL);
SHUT(T25, pivot, EPERM, NULL);
SHUT(T29, load_module, EPERM, NULL);
SHUT(T29, use_bpf, EPERM, NULL);
SHUT(T33, set_time, EPERM, NULL);
SHUT(T33, host_name, EPERM, NULL);
SHUT(T33, restart, EPERM, NULL);
SHUT(T12, read_log, EPERM, NULL);
SHUT(T12, open_kmsg, EPERM, "syslog");
SHUT(T12, open_kallsyms, EACCES, "kernel_fs");
SHUT(T30, open_debugfs, EACCES, "kernel_fs");
SHUT(T30, open_control, EACCES, "kernel_fs");
SHUT(T30, open_counters, EACCES, "kernel_fs");
OPEN(T30, who_am_i);
SHUT(T30_LS39, write_sysctl, EACCES, "kernel_fs");

OPEN(T24, file_listed);
SHUT(T28_LS40, file_unlisted, EACCES, "file");
SHUT(T28, file_neither, EACCES, "file");
SHUT(T28, file_neither_listed, EACCES, "file_access");
SHUT(T24, file_write, EACCES, "file_access");
SHUT(T24, file_create, EACCES, "create");
SHUT(T24, file_truncate, EACCES, "file_access");
SHUT(T32, file_hint, EPERM, "fcntl");
SHUT(T24, file_chmod, EACCES, "file_access");
SHUT(T24_T35, file_chown, EPERM, "owner");
SHUT(T24_LS36, file_xattr, EPERM, "xattr");
SHUT(T35_LS36_LS35, file_xattr_groups, EPERM, NULL);
SHUT(LS36, file_remove_xattr, EPERM, "xattr");
SHUT(LS35, file_remove_groups, EPERM, NULL);
SHUT(T24, file_utimes, EACCES, "file_access");
SHUT(T24, file_unlink, EACCES, "create");
SHUT(T28, file_stat_unlisted, EACCES, "file");
OPEN(T24, dir_listed);
SHUT(T28, dir_unlisted, EACCES, "dir");
SHUT(T32, watch_unlisted, EACCES, "notify");
OPEN(T32, watch_listed);
SHUT(T31, lock_shared, EACCES, "lock");
SHUT(T32, lock_eventfd, EACCES, "lock");
OPEN(T24, lock_storage);
SHUT(T31, lock_many, EACCES, "lock");
OPEN(T24, storage_write);
OPEN(T24, storage_mkdir);
SHUT(T35, storage_setid, EPERM, "mode");
SHUT(T35, storage_chmod_setid, EPERM, "mode");
SHUT(T11, storage_symlink, EPERM, "special");
SHUT(T32, storage_fifo, EPERM, "special");
SHUT(T07, storage_node, EPERM, "special");
OPEN(T24, storage_link);
SHUT(T24, file_link, EACCES, "create");
SHUT(T24, file_move, EACCES, "create");
SHUT(T24_T10, file_move_in, EACCES, "create");
OPEN(T24, storage_tmpfile);
SHUT(T10_T35, storage_tmpfile_setid, EPERM, "mode");
SHUT(T10_T35, storage_tmpfile_setgid, EPERM, "mode");
OPEN(T24, storage_tmpfile_link);
OPEN(T24, statfs_listed);
SHUT(T28, statfs_unlisted, EACCES, "dir");
SHUT(T24, ro_tmpfile, EACCES, "file_access");
SHUT(T24, storage_full, ENOSPC, NULL);
SHUT(T24, storage_keep_size, ENOSPC, NULL);
SHUT(T24, storage_many, ENOSPC, NULL);
SHUT(T24, storage_mmap, ENOSPC, NULL);

OPEN(T07, device_listed);
SHUT(T08, device_write, EACCES, "device_access");
SHUT(T07_T28, device_unlisted, EACCES, "device");
SHUT(T07, device_other_name, EACCES, "device");
SHUT(T29_T30, device_mem, EACCES, "kernel_fs");
OPEN(T08, ioctl_listed);
SHUT(T08, ioctl_unlisted, EACCES, "ioctl");
SHUT(T08, ioctl_readonly, EACCES, "ioctl");

SHUT(T32, ipc_shm, EACCES, "ipc");
SHUT(T32, ipc_msg, EACCES, "ipc");
SHUT(T32, ipc_sem, EACCES, "ipc");
SHUT(T32, ipc_mq, EACCES, "ipc");
SHUT(T32, ipc_mq_existing, EACCES, "ipc");
SHUT(T32, ipc_mq_unlink, EACCES, "ipc");
SHUT(T32, keys, EACCES, "keys");
OPEN(T32, unix_listed);
SHUT(T32, unix_unlisted, EACCES, "unix");
SHUT(T32, unix_abstract, EACCES, "unix");
SHUT(T32, unix_dgram, EACCES, "unix");
OPEN(T32, unix_bind_listed);
SHUT(T32, unix_bind_unlisted, EACCES, "create");
SHUT(T32, unix_bind_abstract, EACCES, "unix");
SHUT(T32, unix_autobind, EPERM, "socket_option");
OPEN(T32, unix_credentials);
OPEN(T32, unix_pair);

SHUT(T22, net_listed, ECONNREFUSED, NULL);
SHUT(T22, net_port, EPERM, "connect");
SHUT(T22, net_addr, EPERM, "connect");
SHUT(T22, net_udp_of_tcp, EPERM, "connect");
OPEN(T22, net_udp_listed);
SHUT(T22, net_udp_sendto, EPERM, "connect");
SHUT(T22, net_udp_unspec, EPERM, "connect");
SHUT(T22, net_fast_open, EPERM, "connect");
SHUT(T22, net_mapped, EPERM, "connect");
SHUT(T22, net_mapped_listed, ECONNREFUSED, NULL);
SHUT(T22, net_v6, EPERM, "connect");
SHUT(T22, net_v4_by_v6, EPERM, "connect");
SHUT(T22, net_routed, EPERM, "socket_option");
SHUT(T22, net_second_routed, EPERM, "socket_option");
OPEN(T22, net_two_connected);
SHUT(T22, net_join_group, EPERM, "socket_option");
OPEN(T21, net_bind_listed);
SHUT(T21, net_bind, EACCES, "listen");
SHUT(T21, net_bind_udp, EACCES, "listen");
SHUT(T21_LS19, net_bind_v6, EACCES, "listen");
OPEN(T21, net_listen_listed);
SHUT(T21, net_listen_unbound, EACCES, "listen");
SHUT(T21_LS19, net_listen_any, EACCES, "listen");
SHUT(T23, net_raw, EACCES, "socket");
SHUT(T23, net_icmp, EACCES, "socket");
SHUT(T23_T01, net_packet, EACCES, "socket");
SHUT(T23, net_netlink, EACCES, "socket");
SHUT(T23, net_netlink_audit, EACCES, "socket");
SHUT(T23, net_alg, EACCES, "socket");
OPEN(T22, net_option);
SHUT(T29, net_option_filter, EPERM, "socket_option");
SHUT(T22, net_option_route, EPERM, "socket_option");

/* ---- entering ----------------------------------------------------------- */

static int try_without(int omit)
{
	int in = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int ret = try_as(APP, "file_listed", in, omit);

	close(in);
	return ret;
}

TEST(T35_enter_needs_no_new_privs)
{
	unsigned int before = counter(APP, "no_new_privs");

	EXPECT_EQ(-EPERM, try_without(NO_NNP));
	EXPECT_EQ(before + 1, counter(APP, "no_new_privs"));
}

TEST(T35_LS25_enter_needs_capabilities_dropped)
{
	unsigned int before = counter(APP, "cap_sets");

	EXPECT_EQ(-EPERM, try_without(KEEP_CAPS));
	EXPECT_EQ(before + 1, counter(APP, "cap_sets"));
}

TEST(T18_enter_keeps_no_descriptor_that_is_not_granted)
{
	unsigned int before = counter(APP, "descriptor");

	EXPECT_EQ(-EACCES, try_without(KEEP_FD));
	EXPECT_EQ(before + 1, counter(APP, "descriptor"));
}

/* Exec gives up the ids that differ, and that alone makes a process dumpable */
TEST(T11_LS24_ids_that_exec_changes_do_not_make_it_dumpable)
{
	const char *setting = "/proc/sys/fs/suid_dumpable";
	int in = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	ASSERT_EQ(0, put(setting, 0, "2", 1));
	EXPECT_EQ(0, try_as(APP, "is_dumpable", in, SPLIT_IDS));
	EXPECT_EQ(0, try_as(APP, "is_dumpable", in, 0));
	EXPECT_EQ(0, put(setting, 0, "0", 1));
	close(in);
}

/* The kernel hangs up groups that become orphans, whoever is in them */
TEST(T31_a_group_with_others_in_it_is_not_left)
{
	unsigned int before = counter(APP, "task");
	int in = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	EXPECT_EQ(EPERM, try_as(APP, "group_self", in, SHARE_GROUP));
	EXPECT_EQ(EPERM, try_as(APP, "group_child", in, SHARE_GROUP));
	EXPECT_EQ(before + 2, counter(APP, "task"));
	close(in);
}

TEST(T18_enter_keeps_no_socket)
{
	int fd[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fd));
	EXPECT_EQ(-EACCES, try_as(APP, "file_listed", fd[0], 0));
}

TEST(T18_T32_enter_keeps_no_file_as_standard_input)
{
	int fd = open("/other/secret", O_RDONLY | O_CLOEXEC);

	EXPECT_EQ(-EACCES, try_as(APP, "file_listed", fd, 0));
}

TEST(LS6_enter_refuses_a_process_with_threads)
{
	EXPECT_EQ(-EPERM, try_without(THREAD));
}

TEST(LS6_T18_enter_refuses_shared_descriptors)
{
	EXPECT_EQ(-EPERM, try_without(SHARE_FILES));
}

TEST(T02_enter_refuses_personality)
{
	EXPECT_EQ(-EPERM, try_without(PERSONALITY));
}

TEST(T06_enter_runs_a_listed_program)
{
	EXPECT_EQ(-EACCES, try_without(WRONG_PROGRAM));
	EXPECT_EQ(0, try_without(0));
}

TEST(LS6_enter_takes_effect_at_exec)
{
	int status;
	pid_t pid = fork(), child;

	if (!pid) {
		if (enter(APP) || open("/other/secret", O_RDONLY) < 0)
			_exit(1);
		/* what no app may, and what is asked about somebody else */
		if (unshare(CLONE_NEWUSER) || kill(getppid(), 0))
			_exit(3);
		/* only the thread that asked; not who it makes */
		child = fork();
		if (!child)
			execl("/other/bad", "bad", "nothing", NULL);
		waitpid(child, &status, 0);
		_exit(status ? 2 : 0);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

TEST(T10_LS28_enter_needs_a_privilege)
{
	int status, fd = open(DIR "control", O_RDWR);
	struct sphere_lsm_enter e = { .component = { APP } };
	pid_t pid = fork();

	if (!pid) {
		drop_caps();
		if (!ioctl(fd, SPHERE_LSM_IOC_ENTER, &e))
			_exit(1);
		_exit(errno == EPERM ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
	close(fd);
}

/* ---- the old interface: records in /proc/<pid>/attr ---------------------- */

/* there where the module is built in, and no other module has these files */
static bool built_in(void)
{
	char list[256] = {};

	return get_text("/sys/kernel/security/lsm", list, sizeof(list) - 1) > 0 &&
	       strstr(list, "sphere_lsm");
}

static int write_record(unsigned char id, unsigned int caps, size_t len)
{
	unsigned char record[128] = { id };
	int fd = open("/proc/self/attr/exec", O_WRONLY), ret;

	memcpy(record + 84, &caps, 4);
	ret = fd < 0 ? -1 : write(fd, record, len);
	ret = ret < 0 ? -errno : ret;
	close(fd);
	return ret;
}

TEST(LS6_LS7_record_enters_at_exec)
{
	unsigned int before = counter(APP, "file");
	unsigned char record[100];
	char text[256] = {};
	int status, out[2];
	pid_t pid;

	if (!built_in())
		SKIP(return, "the records are there only where the module is built in");
	ASSERT_EQ(88, get_text("/proc/self/attr/exec", (char *)record, sizeof(record)));
	EXPECT_EQ(1, record[80]);
	ASSERT_LT(0, get_text("/proc/self/attr/current", text, sizeof(text) - 1));
	EXPECT_STREQ("CID: 00000000-0000-0000-0000-000000000000\n"
		     "TID: \n"
		     "CAPS: FFFFFFFF\n", text);
	EXPECT_EQ(-EINVAL, write_record(APP, 0, 87));
	EXPECT_EQ(-ENOENT, write_record(0x77, 0, 88));
	EXPECT_EQ(-EPERM, write_record(APP, 1, 88));
	memset(text, 0, sizeof(text));
	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	pid = fork();
	if (!pid) {
		/* one that is longer is taken, and what is behind it is not looked at */
		if (write_record(APP, 0, 100) != 100)
			_exit(1);
		/* still who it was */
		if (get_text("/proc/self/attr/exec", (char *)record, sizeof(record)) != 88 ||
		    record[0])
			_exit(2);
		drop_caps();
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		dup2(open("/dev/zero", O_RDONLY), 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		syscall(SYS_close_range, 3, ~0U, 0);
		execl("/other/bad", "bad", "file_unlisted", NULL);
		if (errno != EACCES)
			_exit(3);
		execl("/app/bin/app", "app", "file_unlisted", NULL);
		_exit(4);
	}
	close(out[1]);
	EXPECT_LT(0, read(out[0], text, sizeof(text) - 1));
	EXPECT_EQ(EACCES, atoi(text));
	close(out[0]);
	waitpid(pid, &status, 0);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_LT(before, counter(APP, "file"));
}

TEST(LS5_record_of_another_user_cannot_be_read)
{
	unsigned char record[100];
	char path[64];
	int status;
	pid_t pid;

	if (!built_in())
		SKIP(return, "the records are there only where the module is built in");
	snprintf(path, sizeof(path), "/proc/%d/attr/exec", getpid());
	pid = fork();
	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(1);
		if (get_text(path, (char *)record, sizeof(record)) != -EPERM)
			_exit(2);
		/* nor does it give one to itself */
		if (write_record(APP, 0, 88) != -EPERM)
			_exit(3);
		_exit(get_text("/proc/thread-self/attr/exec", (char *)record,
			       sizeof(record)) == 88 && !record[80] ? 0 : 4);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

TEST(T09_enter_knows_loaded_components_only)
{
	EXPECT_EQ(-ENOENT, enter(0x77));
}

TEST(T28_LS40_what_has_no_rule_is_refused)
{
	static const char * const doors[] = {
		"file_listed", "device_listed", "net_listed", "storage_write", "unix_listed",
		"net_bind_listed",
	};
	int in[2], i;

	ASSERT_EQ(0, pipe2(in, O_CLOEXEC));
	for (i = 0; i < 6; i++) {
		int ret = try_as(APP + 1, doors[i], in[0], 0);

		EXPECT_LT(0, ret) {
			TH_LOG("%s", doors[i]);
		}
	}
}

TEST(T18_a_descriptor_in_a_message_gives_nothing)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {};
	int fd[2], file = open("/other/secret", O_RDONLY | O_CLOEXEC);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	unsigned int before = counter(APP, "descriptor");

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &file, sizeof(file));
	ASSERT_EQ(1, sendmsg(fd[0], &msg, 0));
	EXPECT_EQ(EACCES, try_as(APP, "receive", fd[1], 0));
	EXPECT_EQ(before + 1, counter(APP, "descriptor"));
	/* a listed file may come */
	file = open("/app/ro/data", O_RDONLY | O_CLOEXEC);
	memcpy(CMSG_DATA(c), &file, sizeof(file));
	ASSERT_EQ(1, sendmsg(fd[0], &msg, 0));
	EXPECT_EQ(0, try_as(APP, "receive", fd[1], 0));
}

static int udp_at(int port)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in listed = {
		.sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0x7f000002),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if ((port && bind(fd, (void *)&own, sizeof(own))) ||
	    connect(fd, (void *)&listed, sizeof(listed)))
		return -1;
	return fd;
}

/* Where it leads to is listed, but the app could end the connection and keep the port */
TEST(T18_T21_enter_keeps_no_socket_at_a_port_of_others)
{
	unsigned int before = counter(APP, "descriptor");
	int fd = udp_at(5353);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EACCES, try_as(APP, "file_listed", fd, 0));
	EXPECT_EQ(before + 1, counter(APP, "descriptor"));
	close(fd);
	fd = udp_at(0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, try_as(APP, "file_listed", fd, 0));
	close(fd);
}

TEST(T04_nobody_traces_an_app)
{
	unsigned int before = counter(APP, "ptrace");
	int in[2], out[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in));
	pid = fork();
	if (!pid)
		launch(APP, "stay", in[0], out[1], 0);
	close(out[1]);
	ASSERT_TRUE(runs_as_app(pid));
	EXPECT_EQ(-1, ptrace(PTRACE_ATTACH, pid, 0, 0));
	EXPECT_EQ(EPERM, errno);
	EXPECT_LT(before, counter(APP, "ptrace"));
	kill(pid, SIGKILL);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, read(out[0], &byte, 1));
}

TEST(T04_enter_refuses_who_is_traced)
{
	int status, i;
	pid_t pid = fork();

	if (!pid) {
		int in = open("/dev/zero", O_RDONLY), out[2];

		if (pipe(out))
			_exit(1);
		launch(APP, "nothing", in, out[1], TRACED);
	}
	for (i = 0; i < 10 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status); i++)
		ptrace(PTRACE_CONT, pid, 0, 0);
	/* launch() says so with 1; the program would have ended with 0 */
	EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void crash_here(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		abort();
	waitpid(pid, &status, 0);
}

TEST(T11_LS23_LS24_LS26_a_crash_starts_no_helper)
{
	static const char helper[] = "#!/other/bad storage_write\n", pattern[] = "|/other/helper";
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct stat st;

	ASSERT_EQ(0, setrlimit(RLIMIT_CORE, &all));
	ASSERT_EQ(0, put("/other/helper", 0755, helper, sizeof(helper) - 1));
	ASSERT_EQ(0, put("/proc/sys/kernel/core_pattern", 0644, "/other/core", 11));
	EXPECT_EQ(2000 + SIGABRT, try("crash"));
	EXPECT_NE(0, stat("/other/core", &st));
	/* for others it is there */
	crash_here();
	EXPECT_EQ(0, stat("/other/core", &st));
	unlink("/other/core");

	/* the helper makes this file */
	unlink("/storage/data");
	ASSERT_EQ(0, put("/proc/sys/kernel/core_pattern", 0644, pattern, sizeof(pattern) - 1));
	EXPECT_EQ(2000 + SIGABRT, try("crash"));
	EXPECT_NE(0, stat("/storage/data", &st));
	crash_here();
	EXPECT_EQ(0, stat("/storage/data", &st));
	ASSERT_EQ(0, put("/proc/sys/kernel/core_pattern", 0644, "core", 4));
}

/* A security module must not relax what holds without it */
TEST(LS36_others_keep_the_rules_for_attributes)
{
	char text[256] = {};
	int status, fd = open("/sys/kernel/security/lsm", O_RDONLY);
	pid_t pid;

	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);
	if (strstr(text, "bpf"))
		SKIP(return, "before 6.12 a kernel with the module bpf has no such rules");
	pid = fork();
	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(1);
		close(open("/storage/mine", O_WRONLY | O_CREAT, 0600));
		if (!setxattr("/storage/mine", "security.x", "y", 1, 0) || errno != EPERM)
			_exit(2);
		if (!setxattr("/storage/mine", "trusted.x", "y", 1, 0) || errno != EPERM)
			_exit(3);
		_exit(unlink("/storage/mine") ? 4 : 0);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, WEXITSTATUS(status));
}

TEST(LS5_others_do_not_read_who_is_who)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(3);
		status = open(DIR "apps/000000a1-0000-0000-0000-000000000000/manifest", O_RDONLY);
		_exit(status < 0 && errno == EACCES ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

TEST(T30_it_can_be_asked_what_is_enforced)
{
	char text[16384] = {};
	int fd = open(DIR "hooks", O_RDONLY);
	ssize_t n, got = 0;

	ASSERT_LE(0, fd);
	while ((n = read(fd, text + got, sizeof(text) - 1 - got)) > 0)
		got += n;
	EXPECT_TRUE(!!strstr(text, "file_open"));
	EXPECT_TRUE(!!strstr(text, "\nmmap_file"));
	/* the kernel forgets a task some time after it has ended */
	for (n = 0; n < 500 && tasks(APP); n++)
		usleep(10000);
	EXPECT_EQ(0, tasks(APP));
	close(fd);
	/* a module is in no list of the kernel's; it tells how it reaches each */
	memset(text, 0, sizeof(text));
	fd = open(DIR "abi", O_RDONLY);
	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);
	if (strstr(text, "mode module"))
		return;
	fd = open("/sys/kernel/security/lsm", O_RDONLY);
	memset(text, 0, sizeof(text));
	EXPECT_LT(0, read(fd, text, sizeof(text) - 1));
	EXPECT_TRUE(!!strstr(text, "sphere_lsm"));
}

/* ---- policies ----------------------------------------------------------- */

#define REFUSED(reason_, len_) do { \
	unsigned int why; \
	EXPECT_GT(0, load(buf, len_, &why)); \
	EXPECT_EQ(SPHERE_POLICY_E_##reason_, why); \
} while (0)

TEST(T26_policy_must_be_newer)
{
	unsigned char buf[ROOM];

	REFUSED(VERSION_OLD, write_policy(buf, APP, 100));
	REFUSED(VERSION_OLD, write_policy(buf, APP, 99));
	EXPECT_EQ(0, try("file_listed"));
}

TEST(T26_policy_must_be_signed)
{
	unsigned char buf[ROOM];
	struct policy_builder b;
	size_t len = write_policy(buf, 0x10, 1), i;

	for (i = 0; i < len - 64; i += 31) {
		buf[i] ^= 1;
		EXPECT_GT(0, load(buf, len, NULL));
		buf[i] ^= 1;
	}
	buf[len - 1] ^= 1;
	REFUSED(SIG_WRONG, len);
	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x10);
	execs(&b);
	REFUSED(UNSIGNED, pb_finish(&b));
	/* floors did not move: it can be loaded yet */
	len = write_policy(buf, 0x10, 1);
	EXPECT_EQ(0, load(buf, len, NULL));
}

TEST(T27_T36_garbage_is_refused)
{
	unsigned char buf[ROOM];
	size_t len = write_policy(buf, 0x11, 1), i;

	for (i = 0; i < len; i += 7)
		EXPECT_GT(0, load(buf, i, NULL));
	srand(1);
	for (i = 0; i < 200; i++) {
		size_t n = rand() % sizeof(buf), k;

		for (k = 0; k < n; k++)
			buf[k] = rand();
		EXPECT_GT(0, load(buf, n, NULL));
	}
	REFUSED(LONG, 65537);
}

TEST(T09_LS37_an_identity_has_one_kind_of_policy)
{
	unsigned char buf[ROOM];
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_CORE, 1000, APP);
	pb_core(&b);
	REFUSED(IDENTITY, finish(&b));
}

TEST(T28_a_failed_update_leaves_the_old_policy)
{
	unsigned char buf[ROOM], none[32] = {};
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 200, APP);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, none, SPHERE_EXEC_RUN, "/app/bin/app");
	REFUSED(DIGEST, finish(&b));
	EXPECT_EQ(0, try("file_listed"));
}

TEST(T01_LS17_listed_files_cannot_be_written)
{
	unsigned char buf[ROOM], digest[32];
	struct policy_builder b;
	char *p;
	int fd;

	EXPECT_EQ(-1, open("/app/bin/app", O_WRONLY));
	EXPECT_EQ(ETXTBSY, errno);
	EXPECT_EQ(-1, open("/app/lib/good", O_RDWR));
	EXPECT_EQ(ETXTBSY, errno);
	EXPECT_EQ(-1, truncate("/app/lib/good", 0));

	/* nor listed while somebody writes, by a descriptor or by memory alone */
	ASSERT_EQ(0, put("/other/late", 0755, "#!/app/bin/app\n", 15));
	digest_of("/other/late", digest);
	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x12);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, digest, SPHERE_EXEC_RUN, "/other/late");
	fd = open("/other/late", O_RDWR);
	REFUSED(BUSY, finish(&b));
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	ASSERT_TRUE(p != MAP_FAILED);
	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x12);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, digest, SPHERE_EXEC_RUN, "/other/late");
	REFUSED(BUSY, finish(&b));
	munmap(p, 4096);
	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x12);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, digest, SPHERE_EXEC_RUN, "/other/late");
	EXPECT_EQ(0, load(buf, finish(&b), NULL));
}

/* A program whose header of this type has this flag as well is not listed */
static unsigned int reason_with_flag(unsigned int type, unsigned int has, unsigned int flag)
{
	unsigned char buf[ROOM], digest[32];
	struct policy_builder b;
	size_t len = 0;
	unsigned char *program = get("/sphere_lsm_app", &len), *h, *flags;
	unsigned int i, why = 0;
	uint32_t t;

	for (i = 0; (h = program_header(program, i)); i++) {
		memcpy(&t, h, sizeof(t));
		flags = h + (program[4] == 2 ? 4 : 24);
		if (t == type && (*flags & has) == has)
			*flags |= flag;
	}
	put("/other/changed", 0755, program, len);
	digest_of("/other/changed", digest);
	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x13);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, digest, SPHERE_EXEC_RUN, "/other/changed");
	load(buf, finish(&b), &why);
	free(program);
	return why;
}

TEST(T01_LS18_a_program_with_executable_stack_is_not_listed)
{
	EXPECT_EQ(SPHERE_POLICY_E_EXEC_STACK, reason_with_flag(0x6474e551, 0, 1));
}

TEST(T01_a_program_with_writable_code_is_not_listed)
{
	EXPECT_EQ(SPHERE_POLICY_E_EXEC_STACK, reason_with_flag(1, 1, 2));
	EXPECT_EQ(SPHERE_POLICY_E_EXEC_STACK, reason_with_flag(1, 2, 1));
}

TEST(T24_storage_without_a_limit_is_refused)
{
	unsigned char buf[ROOM];
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x14);
	pb_section(&b, SPHERE_SECTION_STORAGE);
	pb_storage(&b, 262144, "/other");
	execs(&b);
	REFUSED(STORAGE_LIMIT, finish(&b));
	/* nor one that is larger than what the manifest says */
	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x14);
	pb_section(&b, SPHERE_SECTION_STORAGE);
	pb_storage(&b, 65536, "/storage");
	execs(&b);
	REFUSED(STORAGE_LIMIT, finish(&b));
}

TEST(T05_T26_files_outside_the_list_of_file_systems_are_refused)
{
	unsigned char buf[ROOM], none[32] = {};
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, 0x15);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, none, SPHERE_EXEC_RUN, "/proc/version");
	REFUSED(FILESYSTEM, finish(&b));
}

TEST(T26_keys_are_given_once)
{
	struct sphere_lsm_keys keys = { .keys = (uintptr_t)sign_key, .count = 1 };

	EXPECT_EQ(-EPERM, control(SPHERE_LSM_IOC_KEYS, &keys));
	EXPECT_EQ(SPHERE_POLICY_E_KEYS_FROZEN, keys.verdict.reason);
}

TEST(T30_requests_are_checked)
{
	struct sphere_lsm_load l = { .flags = 1 };
	char big[128] = {};
	int fd = open(DIR "control", O_RDWR);
	const unsigned long enter_ = SPHERE_LSM_IOC_ENTER & ~(0x3fffUL << 16);

	EXPECT_EQ(-EINVAL, control(SPHERE_LSM_IOC_LOAD, &l));
	EXPECT_EQ(-ENOTTY, control(_IO(SPHERE_LSM_IOC_TYPE, 0x7f), &l));
	EXPECT_EQ(-ENOTTY, control(0x5401, &l));
	/* larger, with zeros: as before; with more: unknown */
	big[0] = 0x77;
	EXPECT_EQ(-1, ioctl(fd, enter_ | 64UL << 16, big));
	EXPECT_EQ(ENOENT, errno);
	big[60] = 1;
	EXPECT_EQ(-1, ioctl(fd, enter_ | 64UL << 16, big));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(fd, enter_ | 8UL << 16, big));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(fd, SPHERE_LSM_IOC_ENTER, NULL));
	EXPECT_EQ(EFAULT, errno);
	close(fd);
}

TEST(T26_the_floor_survives_unload)
{
	unsigned char buf[ROOM];
	struct sphere_lsm_unload u = { .component = { 0x16 } };

	ASSERT_EQ(0, load(buf, write_bare(buf, 0x16, 5), NULL));
	ASSERT_EQ(0, control(SPHERE_LSM_IOC_UNLOAD, &u));
	EXPECT_EQ(-ENOENT, control(SPHERE_LSM_IOC_UNLOAD, &u));
	EXPECT_EQ(-ENOENT, enter(0x16));
	REFUSED(VERSION_OLD, write_bare(buf, 0x16, 5));
	EXPECT_EQ(0, load(buf, write_bare(buf, 0x16, 6), NULL));
}

TEST(T30_unload_is_refused_while_tasks_live)
{
	unsigned char buf[ROOM];
	struct sphere_lsm_unload u = { .component = { 0x17 } };
	int out[2], in[2], status;
	pid_t pid;

	ASSERT_EQ(0, load(buf, write_bare(buf, 0x17, 1), NULL));
	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in));
	pid = fork();
	if (!pid)
		launch(0x17, "stay", in[0], out[1], 0);
	ASSERT_TRUE(runs_as_app(pid));
	EXPECT_EQ(-EBUSY, control(SPHERE_LSM_IOC_UNLOAD, &u));
	EXPECT_EQ(1, u.tasks);
	u.flags = SPHERE_LSM_UNLOAD_KILL;
	EXPECT_EQ(0, control(SPHERE_LSM_IOC_UNLOAD, &u));
	EXPECT_EQ(0, u.tasks);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* At no moment between the request to enter and the program's first instruction */
TEST(T30_an_unload_that_is_refused_harms_nobody)
{
	unsigned char buf[ROOM];
	struct sphere_lsm_unload u = { .component = { 0x18 } };
	int in[2], out[2], i, done, status;
	pid_t pid;

	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in));
	ASSERT_EQ(0, load(buf, write_bare(buf, 0x18, 1), NULL));
	for (i = 0; i < 10; i++) {
		pid = fork();
		if (!pid)
			launch(0x18, "stay", in[0], out[1], 0);
		while (!tasks(0x18))
			usleep(1000);
		for (done = 0; !done; ) {
			done = runs_as_app_now(pid);
			ASSERT_EQ(-EBUSY, control(SPHERE_LSM_IOC_UNLOAD, &u));
		}
		EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
		kill(pid, SIGKILL);
		EXPECT_EQ(pid, waitpid(pid, &status, 0));
		/* it is forgotten some time later, and must not be taken for the next one */
		for (done = 0; done < 2000 && tasks(0x18); done++)
			usleep(1000);
	}
	EXPECT_EQ(0, control(SPHERE_LSM_IOC_UNLOAD, &u));
}

TEST(T22_an_address_of_the_resolver_opens_its_host_only)
{
	struct sphere_lsm_address a = {
		.addr = { [10] = 0xff, 0xff, 10, 0, 0, 9 }, .name = (uintptr_t)"not.listed",
		.name_len = 10, .ttl = 60,
	};

	EXPECT_EQ(-ENOENT, control(SPHERE_LSM_IOC_ADDRESS, &a));
	EXPECT_EQ(SPHERE_POLICY_E_HOST_UNKNOWN, a.verdict.reason);
	EXPECT_EQ(0, a.apps);
}

TEST_HARNESS_MAIN
