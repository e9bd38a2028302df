// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a confined process tries, one door for each run: the name of the door is
 * the argument, and the errno, or 0 where it opened, is written to standard
 * output as a number
 *
 * Its policy, and whom it finds outside, come from sphere_lsm_test.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* 0, or the errno of what has just failed */
#define RESULT(x)	((x) < 0 ? errno : 0)

static char **self_argv;
static pid_t launcher;

/* ---- code ---- */

static int map(int prot, int flags, const char *file)
{
	int fd = file ? open(file, O_RDONLY) : -1;
	void *p;

	if (file && fd < 0)
		return 1000 + errno;
	p = mmap(NULL, 4096, prot, flags | (file ? 0 : MAP_ANONYMOUS), fd, 0);
	return p == MAP_FAILED ? errno : 0;
}

static int code_listed(void) { return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, "/app/lib/good"); }
static int code_anon(void) { return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, NULL); }
static int code_anon_wx(void)
{
	return map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, NULL);
}

static int code_data(void) { return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, "/app/ro/data"); }
static int code_shared(void) { return map(PROT_READ | PROT_EXEC, MAP_SHARED, "/app/lib/good"); }
static int code_device(void) { return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, "/dev/zero"); }
static int code_storage(void)
{
	int fd = open("/storage/code", O_RDWR | O_CREAT | O_TRUNC, 0700);

	if (fd < 0 || write(fd, "x", 1) != 1)
		return 1000 + errno;
	close(fd);
	return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, "/storage/code");
}

/* as a dynamic linker does that is told to run another program */
static int code_unlisted(void) { return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, "/other/bad"); }

/* what is shared with a file may be moved to other pages of it */
static int moved_pages(unsigned long personality_, int prot)
{
	int fd = open("/storage/remap", O_RDWR | O_CREAT | O_TRUNC, 0700);
	char *p = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, 8192))
		p = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || (personality_ && personality(personality_) < 0))
		return 1000 + errno;
	if (syscall(SYS_remap_file_pages, p, 4096, 0, 1, 0))
		return errno;
	return prot ? RESULT(mprotect(p, 4096, prot)) : 0;
}

static int code_remap(void) { return moved_pages(0, PROT_READ | PROT_EXEC); }
static int code_remap_personality(void) { return moved_pages(READ_IMPLIES_EXEC, 0); }

/* memory that is moved, or doubled, stays what it was */
static int code_moved(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;

	if (p == MAP_FAILED)
		return 1000 + errno;
	*p = 1;
	q = mremap(p, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, p + 4096);
	if (q == MAP_FAILED || mprotect(q, 4096, PROT_READ))
		return 1000 + errno;
	return RESULT(mprotect(q, 4096, PROT_READ | PROT_EXEC));
}

/* what a file had when it was changed in memory comes to a child, too */
static int code_changed_in_child(void)
{
	int fd = open("/app/lib/good", O_RDONLY), status;
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	pid_t pid;

	if (p == MAP_FAILED)
		return 1000 + errno;
	*p = 1;
	if (mprotect(p, 4096, PROT_READ))
		return 1000 + errno;
	pid = fork();
	if (!pid)
		_exit(RESULT(mprotect(p, 4096, PROT_READ | PROT_EXEC)));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2000 + WTERMSIG(status);
}

static int code_two_steps(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1000 + errno;
	*p = 1;
	if (mprotect(p, 4096, PROT_READ))
		return 1000 + errno;
	return RESULT(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int code_file_two_steps(void)
{
	int fd = open("/app/lib/good", O_RDONLY);
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return 1000 + errno;
	*p = 1;
	if (mprotect(p, 4096, PROT_READ))
		return 1000 + errno;
	return RESULT(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

/* unchanged, it may become code */
static int code_file_unchanged(void)
{
	int fd = open("/app/lib/good", O_RDONLY);
	char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return 1000 + errno;
	return RESULT(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int code_to_writable(void)
{
	int fd = open("/app/lib/good", O_RDONLY);
	char *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return 1000 + errno;
	return RESULT(mprotect(p, 4096, PROT_READ | PROT_WRITE));
}

static int code_stack(void)
{
	char here[1];
	uintptr_t page = (uintptr_t)here & ~4095UL;

	return RESULT(mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
}

static int memfd(void)
{
	int fd = memfd_create("code", 0);

	if (fd >= 0 && ftruncate(fd, 4096))
		return -1;
	return fd;
}

static int code_memfd(void)
{
	int fd = memfd();

	if (fd < 0)
		return 1000 + errno;
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ?
	       errno : 0;
}

/* one mapping to write to, one to run */
static int code_double_map(void)
{
	int fd = memfd();
	char *w = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (w == MAP_FAILED)
		return 1000 + errno;
	*w = 1;
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0) == MAP_FAILED ? errno : 0;
}

static int code_personality(void)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return 1000 + errno;
	return map(PROT_READ, MAP_PRIVATE, NULL);
}

static int code_personality_mprotect(void)
{
	char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || personality(READ_IMPLIES_EXEC) < 0)
		return 1000 + errno;
	return RESULT(mprotect(p, 4096, PROT_READ));
}

/* brk() tells failure by not moving */
static int code_personality_brk(void)
{
	unsigned long now = syscall(SYS_brk, 0), after;

	if (personality(READ_IMPLIES_EXEC) < 0)
		return 1000 + errno;
	after = syscall(SYS_brk, now + 65536);
	personality(0);
	return after == now ? EPERM : 0;
}

static int exec_of(const char *path)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		char *argv[] = { (char *)path, "nothing", NULL };

		execv(path, argv);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1000 + errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2000 + WTERMSIG(status);
}

static int exec_listed(void) { return exec_of("/app/bin/app"); }
static int exec_unlisted(void) { return exec_of("/other/bad"); }
static int exec_map_only(void) { return exec_of("/app/lib/good"); }
static int exec_script(void) { return exec_of("/app/bin/script"); }
static int exec_script_bad(void) { return exec_of("/app/bin/script_bad"); }
static int exec_script_unlisted(void) { return exec_of("/other/script"); }
/* the program is listed, its dynamic linker is not */
static int exec_linker_unlisted(void) { return exec_of("/app/bin/linked"); }
static int exec_storage(void)
{
	int fd = open("/storage/program", O_RDWR | O_CREAT | O_TRUNC, 0700);

	if (fd < 0 || write(fd, "#!/app/bin/app\n", 15) != 15)
		return 1000 + errno;
	close(fd);
	return exec_of("/storage/program");
}

static int exec_memfd(void)
{
	int fd = memfd();
	char *argv[] = { "x", NULL };

	if (fd < 0)
		return 1000 + errno;
	syscall(SYS_execveat, fd, "", argv, NULL, AT_EMPTY_PATH);
	return errno;
}

static int exec_personality(void)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return 1000 + errno;
	execl("/app/bin/app", "app", "nothing", NULL);
	return errno;
}

static int mem(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return errno;
	if (pwrite(fd, "x", 1, (uintptr_t)mem) < 0)
		return 1000 + errno;
	return 0;
}

static int mem_self(void) { return mem("/proc/self/mem"); }
static int mem_thread(void) { return mem("/proc/thread-self/mem"); }
static int mem_read(void) { return RESULT(open("/proc/self/mem", O_RDONLY)); }
static int mem_pid(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", getpid());
	return mem(path);
}

static int mem_task(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/mem", getpid(), getpid());
	return mem(path);
}

static int mem_pagemap(void) { return RESULT(open("/proc/self/pagemap", O_RDONLY)); }

static int uffd(void)
{
	return RESULT(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY));
}

static int uring(void)
{
	char params[120] = {};

	return RESULT(syscall(SYS_io_uring_setup, 1, params));
}

/* ---- processes ---- */

static pid_t sleeper(void)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* it may have ended before that */
		if (getppid() != parent)
			_exit(0);
		pause();
		_exit(0);
	}
	return pid;
}

static int trace_me(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(RESULT(ptrace(PTRACE_TRACEME, 0, 0, 0)));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int trace_child(void) { return RESULT(ptrace(PTRACE_ATTACH, sleeper(), 0, 0)); }
static int trace_seize(void) { return RESULT(ptrace(PTRACE_SEIZE, sleeper(), 0, 0)); }
static int trace_launcher(void) { return RESULT(ptrace(PTRACE_ATTACH, launcher, 0, 0)); }

static int vm_write(pid_t pid)
{
	char byte = 0;
	struct iovec own = { &byte, 1 }, other = { (void *)vm_write, 1 };

	return RESULT(process_vm_writev(pid, &own, 1, &other, 1, 0));
}

static int vm_write_child(void) { return vm_write(sleeper()); }
static int vm_write_launcher(void) { return vm_write(launcher); }
/* one's own code is not writable */
static int vm_write_self(void) { return vm_write(getpid()); }

static int many_traces(void)
{
	pid_t child = sleeper();
	int i;

	for (i = 0; i < 100000; i++)
		if (ptrace(PTRACE_ATTACH, child, 0, 0) != -1 || errno != EPERM)
			return 1000 + i;
	return errno;
}

static int get_fd(void)
{
	int pidfd = syscall(SYS_pidfd_open, launcher, 0);

	if (pidfd < 0)
		return 1000 + errno;
	return RESULT(syscall(SYS_pidfd_getfd, pidfd, 0, 0));
}

static int signal_launcher(void) { return RESULT(kill(launcher, 0)); }
static int signal_init(void) { return RESULT(kill(1, SIGURG)); }
static int signal_child(void) { return RESULT(kill(sleeper(), SIGKILL)); }
static int signal_queue(void)
{
	union sigval v = {};

	return RESULT(sigqueue(launcher, SIGURG, v));
}

static int signal_owner(void)
{
	int fd[2];

	if (pipe(fd))
		return 1000 + errno;
	return RESULT(fcntl(fd[0], F_SETOWN, launcher));
}

static int signal_owner_ioctl(void)
{
	int fd[2], pid = launcher;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		return 1000 + errno;
	return RESULT(ioctl(fd[0], FIOSETOWN, &pid));
}

/* Terminals signal their foreground group, whoever that is */
static int signal_async(void)
{
	int fd[2];

	if (pipe(fd))
		return 1000 + errno;
	return RESULT(fcntl(fd[0], F_SETFL, O_ASYNC));
}

static int signal_async_ioctl(void)
{
	int fd[2], on = 1;

	if (pipe(fd))
		return 1000 + errno;
	return RESULT(ioctl(fd[0], FIOASYNC, &on));
}

static int nice_launcher(void) { return RESULT(setpriority(PRIO_PROCESS, launcher, 5)); }
static int nice_self(void) { return RESULT(setpriority(PRIO_PROCESS, 0, 5)); }
static int limit_launcher(void)
{
	struct rlimit r;

	return RESULT(prlimit(launcher, RLIMIT_NOFILE, NULL, &r));
}

static int limit_self(void)
{
	struct rlimit r = { 64, 64 };

	return RESULT(setrlimit(RLIMIT_NOFILE, &r));
}

static int affinity_launcher(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return RESULT(sched_setaffinity(launcher, sizeof(set), &set));
}

static int group_launcher(void) { return RESULT(getpgid(launcher)); }
static int group_child(void)
{
	pid_t child = sleeper();

	return RESULT(setpgid(child, child));
}

/* children that are going away meanwhile */
static int group_self(void) { return RESULT(setpgid(0, 0)); }

static int group_exiting(void)
{
	int i;

	for (i = 0; i < 300; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (setpgid(pid, pid) && errno != ESRCH && errno != EACCES)
			return 1000 + errno;
		waitpid(pid, NULL, 0);
	}
	return 0;
}

static int dumpable(void) { return RESULT(prctl(PR_SET_DUMPABLE, 1)); }
static int is_dumpable(void) { return prctl(PR_GET_DUMPABLE) ? 1 : 0; }
/* Children of the launcher's would be the app's, and the launcher's to wait for */
static int clone_parent(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(0);
	return RESULT(pid);
}

/*
 * Refused before the kernel looks at what the descriptor is. Where it cannot tell
 * one clone3(2) from another, there is no such call, which is no worse.
 */
static int clone_into_cgroup(void)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
			 set_tid, set_tid_size, cgroup;
	} args = { .flags = 0x200000000ULL, .exit_signal = SIGCHLD };
	pid_t pid = syscall(435, &args, sizeof(args));

	if (!pid)
		_exit(0);
	return pid < 0 && errno == ENOSYS ? EPERM : RESULT(pid);
}

static int prctl_unknown(void) { return RESULT(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, 0, 0, 0)); }
static int prctl_name(void) { return RESULT(prctl(PR_SET_NAME, "other")); }
static int crash(void)
{
	abort();
}

static int child_confined(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(RESULT(open("/other/secret", O_RDONLY)));
	/* where memory runs out there may be no child, or no end of its own */
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1000 + errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2000 + WTERMSIG(status);
}

static void *thread_opens(void *unused)
{
	return (void *)(long)RESULT(open("/other/secret", O_RDONLY));
}

static int thread_confined(void)
{
	pthread_t t;
	void *ret;

	if (pthread_create(&t, NULL, thread_opens, NULL) || pthread_join(t, &ret))
		return 1000;
	return (long)ret;
}

static int exec_confined(void)
{
	execl("/app/bin/app", "app", "file_unlisted", NULL);
	return 1000 + errno;
}

/* ---- privilege ---- */

static int become_user(void) { return RESULT(setresuid(1000, 1000, 1000)); }
static int set_groups(void)
{
	gid_t g = 10;

	return RESULT(syscall(SYS_setgroups, 1, &g));
}

static int raise_caps(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = { { ~0U, ~0U, ~0U }, { 0xff, 0xff, 0xff } };

	return RESULT(syscall(SYS_capset, &h, d));
}

static int caps_of_launcher(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, launcher };
	struct __user_cap_data_struct d[2];

	return RESULT(syscall(SYS_capget, &h, d));
}

static int new_userns(void) { return RESULT(unshare(CLONE_NEWUSER)); }
/* Before 6.11 a descriptor of a process has no such command; then procfs is left */
static int own_namespace(void)
{
	int fd = ioctl(syscall(SYS_pidfd_open, getpid(), 0), _IO(0xff, 4));

	if (fd < 0 && errno == ENOTTY)
		fd = open("/proc/self/ns/net", O_RDONLY);
	return RESULT(fd);
}

static int new_mountns(void) { return RESULT(unshare(CLONE_NEWNS)); }
static int mount_tmpfs(void) { return RESULT(mount("none", "/storage", "tmpfs", 0, NULL)); }
static int bind_mount(void) { return RESULT(mount("/other", "/storage", NULL, MS_BIND, NULL)); }
static int unmount(void) { return RESULT(umount2("/storage", MNT_DETACH)); }
static int change_root(void) { return RESULT(chroot("/storage")); }
static int pivot(void) { return RESULT(syscall(SYS_pivot_root, "/storage", "/storage")); }
static int load_module(void) { return RESULT(syscall(SYS_init_module, "x", 1, "")); }
static int kexec(void) { return RESULT(syscall(SYS_kexec_load, 0, 0, NULL, 0)); }
static int use_bpf(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return RESULT(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int set_time(void)
{
	struct timeval tv = { 1000000000, 0 };

	return RESULT(settimeofday(&tv, NULL));
}

static int host_name(void) { return RESULT(sethostname("x", 1)); }
static int use_acct(void) { return RESULT(syscall(SYS_acct, "/storage/x")); }
static int restart(void) { return RESULT(reboot(RB_DISABLE_CAD)); }
static int read_log(void) { char b[16]; return RESULT(klogctl(3, b, sizeof(b))); }
static int open_kmsg(void) { return RESULT(open("/dev/kmsg", O_RDONLY)); }
static int open_kallsyms(void) { return RESULT(open("/proc/kallsyms", O_RDONLY)); }
static int open_debugfs(void) { return RESULT(open("/sys/kernel/debug", O_RDONLY)); }
static int open_control(void)
{
	return RESULT(open("/sys/kernel/security/sphere/control", O_RDWR));
}

static int open_counters(void)
{
	return RESULT(open("/sys/kernel/security/sphere/hooks", O_RDONLY));
}

/* standard input is the node, opened by the launcher; whoever has it may not use it */
static int who_am_i(void)
{
	char text[64] = {};
	int fd = open("/sys/kernel/security/sphere/self", O_RDONLY);

	if (fd < 0)
		return errno;
	return read(fd, text, sizeof(text) - 1) > 36 && !strncmp(text, "000000a1-", 9) ? 0 : 1;
}

static int write_sysctl(void) { return RESULT(open("/proc/sys/kernel/kptr_restrict", O_WRONLY)); }

/* ---- files ---- */

static int file_listed(void) { return RESULT(open("/app/ro/data", O_RDONLY)); }
static int file_unlisted(void) { return RESULT(open("/other/secret", O_RDONLY)); }
/* The access mode that neither reads nor writes: the kernel wants the right to both for it */
static int file_neither(void) { return RESULT(open("/other/secret", O_ACCMODE)); }
static int file_neither_listed(void) { return RESULT(open("/app/ro/data", O_ACCMODE)); }
static int file_write(void) { return RESULT(open("/app/ro/data", O_WRONLY)); }
static int file_create(void) { return RESULT(open("/app/ro/new", O_WRONLY | O_CREAT, 0600)); }
/* All of these are one inode */
static int lock_eventfd(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return RESULT(fcntl(syscall(SYS_eventfd2, 0, 0), F_SETLK, &l));
}

static int lock_storage(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return RESULT(fcntl(open("/storage/locked", O_RDWR | O_CREAT, 0600), F_SETLK, &l));
}

static int lock_many(void)
{
	int fd = open("/storage/locked", O_RDWR | O_CREAT, 0600), i, ret = 0;

	for (i = 0; !ret && i < 10000; i++) {
		struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
				   .l_start = 2 * i, .l_len = 1 };

		ret = fcntl(fd, F_SETLK, &l);
	}
	return RESULT(ret);
}

/* Whoever opens the file afterwards reads what was written there */
static int file_hint(void)
{
	uint64_t hint = 2;

	return RESULT(fcntl(open("/app/ro/data", O_RDONLY), F_SET_RW_HINT, &hint));
}

static int file_truncate(void) { return RESULT(truncate("/app/ro/data", 0)); }
static int file_chmod(void) { return RESULT(chmod("/app/ro/data", 0600)); }
static int file_chown(void) { return RESULT(chown("/storage", 1, 1)); }
static int file_xattr(void)
{
	return RESULT(setxattr("/storage", "user.x", "y", 1, 0));
}

static int file_xattr_groups(void)
{
	return RESULT(setxattr("/storage", "security.groups", "y", 1, 0));
}

/* of a kind that no capability is needed for, so that the module is asked */
static int file_remove_xattr(void)
{
	return RESULT(removexattr("/storage", "user.x"));
}

static int file_remove_groups(void)
{
	return RESULT(removexattr("/storage", "security.groups"));
}

static int file_utimes(void) { return RESULT(utimensat(AT_FDCWD, "/app/ro/data", NULL, 0)); }
static int file_unlink(void) { return RESULT(unlink("/app/ro/data")); }
static int file_stat_unlisted(void) { struct stat st; return RESULT(stat("/other/secret", &st)); }
static int dir_listed(void) { return RESULT(open("/app/ro", O_RDONLY | O_DIRECTORY)); }
static int dir_unlisted(void) { return RESULT(open("/other", O_RDONLY | O_DIRECTORY)); }
static int watch_unlisted(void)
{
	return RESULT(inotify_add_watch(inotify_init(), "/other", IN_ALL_EVENTS));
}

static int watch_listed(void)
{
	return RESULT(inotify_add_watch(inotify_init(), "/app/ro", IN_MODIFY));
}

static int lock_shared(void)
{
	struct flock l = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	return RESULT(fcntl(open("/app/ro/data", O_RDONLY), F_SETLK, &l));
}

static int storage_write(void)
{
	int fd = open("/storage/data", O_RDWR | O_CREAT, 0600);

	return fd < 0 ? errno : write(fd, "x", 1) == 1 ? 0 : 1000 + errno;
}

static int storage_mkdir(void)
{
	return mkdir("/storage/dir", 0700) ? errno : RESULT(rmdir("/storage/dir"));
}

static int storage_setid(void)
{
	return RESULT(open("/storage/setid", O_WRONLY | O_CREAT, 04755));
}

static int storage_chmod_setid(void)
{
	close(open("/storage/setid2", O_WRONLY | O_CREAT, 0700));
	return RESULT(chmod("/storage/setid2", 04755));
}

static int storage_symlink(void) { return RESULT(symlink("/other/secret", "/storage/link")); }
static int storage_fifo(void) { return RESULT(mkfifo("/storage/fifo", 0600)); }
static int storage_node(void)
{
	return RESULT(mknod("/storage/node", S_IFCHR | 0600, makedev(1, 7)));
}

static int storage_link(void)
{
	int ret;

	close(open("/storage/old", O_WRONLY | O_CREAT, 0600));
	ret = RESULT(link("/storage/old", "/storage/new"));
	unlink("/storage/old");
	unlink("/storage/new");
	return ret;
}

/* on one file system, where the kernel itself would not mind */
static int file_link(void) { return RESULT(link("/other/secret", "/app/ro/link")); }
static int file_move(void) { return RESULT(rename("/app/ro/data", "/app/ro/moved")); }
static int file_move_in(void) { return RESULT(rename("/other/secret", "/bind/secret")); }

static int storage_tmpfile(void)
{
	return RESULT(open("/storage", O_RDWR | O_TMPFILE, 0600));
}

static int storage_tmpfile_setid(void)
{
	return RESULT(open("/storage", O_RDWR | O_TMPFILE, 04755));
}

static int storage_tmpfile_setgid(void)
{
	return RESULT(open("/storage", O_RDWR | O_TMPFILE, 02755));
}

static int storage_tmpfile_link(void)
{
	int fd = open("/storage", O_RDWR | O_TMPFILE, 0600);
	char path[32];

	unlink("/storage/linked");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return RESULT(linkat(AT_FDCWD, path, AT_FDCWD, "/storage/linked", AT_SYMLINK_FOLLOW));
}

static int statfs_listed(void)
{
	struct statfs st;

	return RESULT(statfs("/storage", &st));
}

static int statfs_unlisted(void)
{
	struct statfs st;

	return RESULT(statfs("/other", &st));
}

static int ro_tmpfile(void) { return RESULT(open("/app/ro", O_RDWR | O_TMPFILE, 0600)); }

/* The limit is 256 KiB; each way to get past it, then what the file system says */
static int storage_full(void)
{
	static char block[65536];
	int fd = open("/storage/big", O_RDWR | O_CREAT | O_TRUNC, 0600), i, ret = 0;

	for (i = 0; i < 8 && !ret; i++)
		ret = pwrite(fd, block, sizeof(block), i * 1048576LL) < 0 ? errno : 0;
	unlink("/storage/big");
	return ret;
}

static int storage_keep_size(void)
{
	int fd = open("/storage/keep", O_RDWR | O_CREAT | O_TRUNC, 0600), ret;

	ret = RESULT(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1 << 20));
	unlink("/storage/keep");
	return ret;
}

static int storage_many(void)
{
	static char block[65536];
	char name[64];
	int i, fd, ret = 0;

	for (i = 0; i < 16 && !ret; i++) {
		snprintf(name, sizeof(name), "/storage/many%d", i);
		fd = open(name, O_RDWR | O_CREAT, 0600);
		ret = fd < 0 || write(fd, block, sizeof(block)) < 0 ? errno : 0;
	}
	while (i--) {
		snprintf(name, sizeof(name), "/storage/many%d", i);
		unlink(name);
	}
	return ret;
}

static void on_bus(int sig)
{
	_exit(99);
}

static int storage_mmap(void)
{
	int fd = open("/storage/map", O_RDWR | O_CREAT | O_TRUNC, 0600), status;
	pid_t pid;
	char *p;

	unlink("/storage/map");
	if (ftruncate(fd, 1 << 20))
		return 1000 + errno;
	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 1000 + errno;
	pid = fork();
	if (!pid) {
		signal(SIGBUS, on_bus);
		memset(p, 1, 1 << 20);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) == 99 ? ENOSPC : 0;
}

/* ---- devices ---- */

static int device_listed(void) { return RESULT(open("/dev/zero", O_RDONLY)); }
static int device_write(void) { return RESULT(open("/dev/zero", O_RDWR)); }
static int device_unlisted(void) { return RESULT(open("/dev/full", O_RDONLY)); }
static int device_other_name(void) { return RESULT(open("/other/node", O_RDONLY)); }
static int device_mem(void) { return RESULT(open("/dev/mem", O_RDONLY)); }
static int ioctl_listed(void)
{
	int n;

	return RESULT(ioctl(open("/dev/urandom", O_RDONLY), RNDGETENTCNT, &n));
}

static int ioctl_unlisted(void)
{
	return RESULT(ioctl(open("/dev/urandom", O_RDONLY), RNDZAPENTCNT, 0));
}

/* listed for reading, without a list of commands */
static int ioctl_readonly(void)
{
	int n;

	return RESULT(ioctl(open("/dev/zero", O_RDONLY), RNDGETENTCNT, &n));
}

/* ---- channels ---- */

static int ipc_shm(void) { return RESULT(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)); }
static int ipc_msg(void) { return RESULT(msgget(IPC_PRIVATE, IPC_CREAT | 0600)); }
static int ipc_sem(void) { return RESULT(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)); }
static int ipc_mq(void)
{
	return RESULT(syscall(SYS_mq_open, "queue", O_RDWR | O_CREAT, 0600, NULL));
}

static int ipc_mq_existing(void)
{
	return RESULT(syscall(SYS_mq_open, "others", O_RDWR, 0, NULL));
}

static int ipc_mq_unlink(void) { return RESULT(syscall(SYS_mq_unlink, "others")); }
static int keys(void)
{
	return RESULT(syscall(SYS_add_key, "user", "x", "y", 1, KEY_SPEC_PROCESS_KEYRING));
}

static int unix_address(struct sockaddr_un *un, const char *path, int abstract)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path + abstract, path);
	return offsetof(struct sockaddr_un, sun_path) + abstract + strlen(path) + !abstract;
}

static int unix_connect(const char *path, int type)
{
	struct sockaddr_un un;
	int len = unix_address(&un, path, path[0] != '/');

	return RESULT(connect(socket(AF_UNIX, type, 0), (void *)&un, len));
}

static int unix_bind(const char *path)
{
	struct sockaddr_un un;
	int len = unix_address(&un, path, path[0] != '/');

	return RESULT(bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&un, len));
}

static int unix_listed(void) { return unix_connect("/service/socket", SOCK_STREAM); }
static int unix_unlisted(void) { return unix_connect("/other/socket", SOCK_STREAM); }
static int unix_abstract(void) { return unix_connect("abstract", SOCK_STREAM); }
static int unix_dgram(void) { return unix_connect("/other/dgram", SOCK_DGRAM); }
static int unix_bind_listed(void) { return unix_bind("/bind/socket"); }
static int unix_bind_unlisted(void) { return unix_bind("/storage/socket"); }
static int unix_bind_abstract(void) { return unix_bind("mine"); }
/* Where one asks for credentials, sockets without a name are given one */
static int unix_autobind(void)
{
	int on = 1;

	return RESULT(setsockopt(socket(AF_UNIX, SOCK_DGRAM, 0), SOL_SOCKET, SO_PASSCRED, &on,
				 sizeof(on)));
}

/* A name of its own is none that the kernel makes */
static int unix_credentials(void)
{
	struct sockaddr_un un;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), on = 1;
	int len = unix_address(&un, "/bind/credentials", 0);

	if (bind(fd, (void *)&un, len))
		return 1000 + errno;
	return RESULT(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

static int unix_pair(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fd))
		return errno;
	return RESULT(send(fd[0], "x", 1, 0));
}

/* the launcher sends a descriptor through standard input */
static int receive(void)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	if (recvmsg(0, &msg, 0) != 1)
		return 1000 + errno;
	c = CMSG_FIRSTHDR(&msg);
	return c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len > CMSG_LEN(0) ? 0 : EACCES;
}

/* ---- network ---- */

static int to4(int fd, int (*call)(int, const struct sockaddr *, socklen_t), const char *addr,
	       int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, addr, &in.sin_addr);
	return RESULT(call(fd, (void *)&in, sizeof(in)));
}

static int to6(int fd, int (*call)(int, const struct sockaddr *, socklen_t), const char *addr,
	       int port)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, addr, &in.sin6_addr);
	return RESULT(call(fd, (void *)&in, sizeof(in)));
}

static int sends(int fd, const struct sockaddr *to, socklen_t len)
{
	return sendto(fd, "x", 1, 0, to, len);
}

static int sends_fast(int fd, const struct sockaddr *to, socklen_t len)
{
	return sendto(fd, "x", 1, MSG_FASTOPEN, to, len);
}

static int sends_unspec(int fd, const struct sockaddr *to, socklen_t len)
{
	struct sockaddr_in in = *(const struct sockaddr_in *)to;

	in.sin_family = AF_UNSPEC;
	return sendto(fd, "x", 1, 0, (void *)&in, len);
}

/* with a header that would send it elsewhere first */
static int sends_routed(int fd, const struct sockaddr *to, socklen_t len)
{
	union {
		char bytes[CMSG_SPACE(8)];
		struct cmsghdr align;
	} control = {};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = (void *)to, .msg_namelen = len, .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_IPV6;
	c->cmsg_type = IPV6_RTHDR;
	c->cmsg_len = CMSG_LEN(8);
	return sendmsg(fd, &msg, 0);
}

#define TCP4	socket(AF_INET, SOCK_STREAM, 0)
#define UDP4	socket(AF_INET, SOCK_DGRAM, 0)
#define TCP6	socket(AF_INET6, SOCK_STREAM, 0)
#define UDP6	socket(AF_INET6, SOCK_DGRAM, 0)

static int net_listed(void) { return to4(TCP4, connect, "127.0.0.2", 7); }
static int net_port(void) { return to4(TCP4, connect, "127.0.0.2", 8); }
static int net_addr(void) { return to4(TCP4, connect, "127.0.0.3", 7); }
static int net_udp_of_tcp(void) { return to4(UDP4, connect, "127.0.0.2", 7); }
static int net_udp_listed(void) { return to4(UDP4, sends, "127.0.0.2", 53); }
static int net_udp_sendto(void) { return to4(UDP4, sends, "127.0.0.3", 53); }
static int net_udp_unspec(void) { return to4(UDP4, sends_unspec, "127.0.0.3", 53); }
static int net_fast_open(void) { return to4(TCP4, sends_fast, "127.0.0.3", 7); }
static int net_mapped(void) { return to6(TCP6, connect, "::ffff:127.0.0.3", 7); }
static int net_mapped_listed(void) { return to6(TCP6, connect, "::ffff:127.0.0.2", 7); }
static int net_v6(void) { return to6(TCP6, connect, "::1", 7); }
static int net_v4_by_v6(void) { return to4(UDP6, sends, "127.0.0.3", 53); }
static int net_routed(void) { return to6(UDP6, sends_routed, "::ffff:127.0.0.2", 53); }
/* The kernel asks about the first of several messages to the same address */
static int sends_second_routed(int fd, const struct sockaddr *to, socklen_t len)
{
	union {
		char bytes[CMSG_SPACE(4)];
		struct cmsghdr align;
	} control = {};
	struct iovec iov = { "x", 1 };
	struct mmsghdr msgs[2] = {
		{ .msg_hdr = {
			.msg_name = (void *)to, .msg_namelen = len,
			.msg_iov = &iov, .msg_iovlen = 1,
		} },
		{ .msg_hdr = {
			.msg_name = (void *)to, .msg_namelen = len,
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = &control, .msg_controllen = sizeof(control),
		} },
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msgs[1].msg_hdr);

	c->cmsg_level = SOL_IP;
	c->cmsg_type = IP_RETOPTS;
	c->cmsg_len = CMSG_LEN(4);
	memset(CMSG_DATA(c), 1, 4);	/* options that say nothing */
	return sendmmsg(fd, msgs, 2, 0);
}

static int net_second_routed(void) { return to4(UDP4, sends_second_routed, "127.0.0.2", 53); }

static int sends_two(int fd, const struct sockaddr *to, socklen_t len)
{
	struct iovec iov = { "x", 1 };
	struct mmsghdr msgs[2] = {
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
	};

	return connect(fd, to, len) ?: sendmmsg(fd, msgs, 2, 0);
}

static int net_two_connected(void) { return to4(UDP4, sends_two, "127.0.0.2", 53); }

static int net_join_group(void)
{
	struct ip_mreq group = { .imr_multiaddr.s_addr = htonl(0xe0000101),
				 .imr_interface.s_addr = htonl(0x7f000001) };

	return RESULT(setsockopt(UDP4, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
}

static int net_bind_listed(void) { return to4(TCP4, bind, "0.0.0.0", 4444); }
static int net_bind(void) { return to4(TCP4, bind, "0.0.0.0", 4445); }
static int net_bind_udp(void) { return to4(UDP4, bind, "0.0.0.0", 4444); }
static int net_bind_v6(void) { return to6(UDP6, bind, "::", 5353); }
static int net_listen_listed(void)
{
	int fd = TCP4;

	return to4(fd, bind, "127.0.0.1", 4444) ? 1000 + errno : RESULT(listen(fd, 1));
}

static int net_listen_unbound(void) { return RESULT(listen(TCP4, 1)); }
static int net_listen_any(void)
{
	int fd = TCP4;

	return to4(fd, bind, "127.0.0.1", 0) ? 1000 + errno : RESULT(listen(fd, 1));
}

static int net_raw(void) { return RESULT(socket(AF_INET, SOCK_RAW, IPPROTO_RAW)); }
static int net_icmp(void) { return RESULT(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)); }
static int net_packet(void) { return RESULT(socket(AF_PACKET, SOCK_RAW, 0)); }
static int net_netlink(void) { return RESULT(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)); }
static int net_netlink_audit(void) { return RESULT(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)); }
static int net_alg(void) { return RESULT(socket(AF_ALG, SOCK_SEQPACKET, 0)); }
static int net_option(void)
{
	int on = 1;

	return RESULT(setsockopt(TCP4, SOL_TCP, TCP_NODELAY, &on, sizeof(on)));
}

static int net_option_filter(void)
{
	char filter[16] = {};

	return RESULT(setsockopt(TCP4, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof(filter)));
}

static int net_option_route(void)
{
	char options[8] = {};

	return RESULT(setsockopt(TCP4, SOL_IP, IP_OPTIONS, options, sizeof(options)));
}

/* ---- the same again and again ---- */

#define STORM_ROUNDS	1000

static int storm_kill(void) { return kill(launcher, 0); }
static int storm_open(void) { return open("/other/secret", O_RDONLY); }
static int storm_chmod(void) { return chmod("/app/ro/data", 0600); }
static int storm_socket(void) { return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }
static int storm_node(void) { return open("/other/node", O_RDWR); }
static int storm_control(void) { return open("/sys/kernel/security/sphere/control", O_RDWR); }
static int storm_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	       MAP_FAILED ? -1 : 0;
}

static int storm_protect(void)
{
	static char pages[8192];
	uintptr_t page = ((uintptr_t)pages + 4095) & ~4095UL;

	return mprotect((void *)page, 4096, PROT_READ | PROT_EXEC);
}

static int storm_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(0x7f000001) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), ret;

	/* out of descriptors or memory is no refusal of ours, and no success */
	if (fd < 0)
		return -1;
	ret = connect(fd, (void *)&to, sizeof(to));
	close(fd);
	return ret;
}

static int storm_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(open("/other/secret", O_RDONLY) < 0 ? 0 : 1);
	if (pid < 0)
		return -1;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? 0 : -1;
}

/*
 * What is forbidden, ten operations in a round: how many succeeded. The tenth is by
 * a child in each hundredth round only, as it costs more than all others.
 */
static int storm(void)
{
	static int (*const forbidden[])(void) = {
		storm_kill, storm_open, storm_chmod, storm_socket, storm_node, storm_control,
		storm_code, storm_protect, storm_connect,
	};
	unsigned int i, j, succeeded = 0;

	for (i = 0; i < STORM_ROUNDS; i++) {
		for (j = 0; j < sizeof(forbidden) / sizeof(forbidden[0]); j++)
			succeeded += forbidden[j]() >= 0;
		succeeded += (i % 100 ? storm_open() : storm_child()) >= 0;
	}
	return succeeded;
}

static int stay(void)
{
	pause();
	return 0;
}

/* ---- what calls cost, in nanoseconds of the system's clock ---- */

#define COST_ROUNDS	200
#define COST_BATCHES	12

/*
 * Mean of one call of what is done. What other work the machine has falls into some
 * batches, so it is the best of them.
 */
static int cost(int (*once)(void))
{
	struct timespec begin, end;
	long long best = -1, ns;
	int i, j;

	for (j = 0; j < COST_BATCHES; j++) {
		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (i = 0; i < COST_ROUNDS; i++)
			if (once() < 0)
				return -errno;
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (end.tv_sec - begin.tv_sec) * 1000000000ll + end.tv_nsec - begin.tv_nsec;
		if (best < 0 || ns < best)
			best = ns;
	}
	return best / COST_ROUNDS;
}

static int once_getppid(void) { return syscall(SYS_getppid); }
static int once_kill(void) { return syscall(SYS_kill, getpid(), 0); }
static int once_scheduler(void) { return syscall(SYS_sched_getscheduler, 0); }
static int once_read(void)
{
	static int fd = -1;
	char c;

	if (fd < 0)
		fd = open("/dev/zero", O_RDONLY);
	return read(fd, &c, 1);
}

static int once_open(void)
{
	int fd = open("/app/ro/sub/data", O_RDONLY);

	return fd < 0 ? fd : close(fd);
}

static int once_stat(void)
{
	struct stat st;

	return stat("/app/ro/sub/data", &st);
}

static int once_map(void)
{
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : munmap(p, 4096);
}

static int once_connect(void)
{
	static int fd = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53),
				  .sin_addr.s_addr = htonl(0x7f000002) };

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	return connect(fd, (void *)&to, sizeof(to));
}

static int once_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

static int cost_getppid(void) { return cost(once_getppid); }
static int cost_kill(void) { return cost(once_kill); }
static int cost_scheduler(void) { return cost(once_scheduler); }
static int cost_read(void) { return cost(once_read); }
static int cost_open(void) { return cost(once_open); }
static int cost_stat(void) { return cost(once_stat); }
static int cost_map(void) { return cost(once_map); }
static int cost_connect(void) { return cost(once_connect); }
static int cost_fork(void) { return cost(once_fork); }

static int nothing(void) { return 0; }

#define DOOR(name) { #name, name }
static const struct {
	const char *name;
	int (*open)(void);
} doors[] = {
	DOOR(code_listed), DOOR(code_anon), DOOR(code_anon_wx), DOOR(code_data),
	DOOR(code_shared), DOOR(code_unlisted), DOOR(code_remap),
	DOOR(code_remap_personality), DOOR(code_moved), DOOR(code_changed_in_child),
	DOOR(code_device), DOOR(code_storage), DOOR(code_two_steps),
	DOOR(code_file_two_steps), DOOR(code_file_unchanged), DOOR(code_to_writable),
	DOOR(code_stack), DOOR(code_memfd), DOOR(code_double_map), DOOR(code_personality),
	DOOR(code_personality_mprotect), DOOR(code_personality_brk), DOOR(exec_listed),
	DOOR(exec_unlisted), DOOR(exec_map_only), DOOR(exec_script), DOOR(exec_script_bad),
	DOOR(exec_script_unlisted), DOOR(exec_linker_unlisted), DOOR(exec_storage),
	DOOR(exec_memfd),
	DOOR(exec_personality), DOOR(mem_self), DOOR(mem_thread), DOOR(mem_read),
	DOOR(mem_pid), DOOR(mem_task), DOOR(mem_pagemap), DOOR(uffd), DOOR(uring),
	DOOR(trace_me), DOOR(trace_child), DOOR(trace_seize), DOOR(trace_launcher),
	DOOR(vm_write_child), DOOR(vm_write_launcher), DOOR(vm_write_self),
	DOOR(many_traces), DOOR(get_fd), DOOR(signal_launcher), DOOR(signal_init),
	DOOR(signal_child), DOOR(signal_queue), DOOR(signal_owner),
	DOOR(signal_owner_ioctl), DOOR(signal_async), DOOR(signal_async_ioctl),
	DOOR(nice_launcher), DOOR(nice_self),
	DOOR(limit_launcher), DOOR(limit_self), DOOR(affinity_launcher),
	DOOR(group_launcher), DOOR(group_child), DOOR(group_self), DOOR(group_exiting),
	DOOR(dumpable), DOOR(is_dumpable), DOOR(prctl_unknown), DOOR(prctl_name),
	DOOR(clone_parent), DOOR(clone_into_cgroup), DOOR(crash),
	DOOR(child_confined), DOOR(thread_confined), DOOR(exec_confined),
	DOOR(become_user), DOOR(set_groups), DOOR(raise_caps), DOOR(caps_of_launcher),
	DOOR(new_userns), DOOR(own_namespace), DOOR(new_mountns), DOOR(mount_tmpfs),
	DOOR(bind_mount),
	DOOR(unmount), DOOR(change_root), DOOR(pivot), DOOR(load_module), DOOR(kexec),
	DOOR(use_bpf), DOOR(set_time), DOOR(host_name), DOOR(use_acct),
	DOOR(restart), DOOR(read_log), DOOR(open_kmsg), DOOR(open_kallsyms),
	DOOR(open_debugfs), DOOR(open_control), DOOR(open_counters), DOOR(who_am_i),
	DOOR(write_sysctl), DOOR(file_listed), DOOR(file_unlisted), DOOR(file_neither),
	DOOR(file_neither_listed), DOOR(file_write), DOOR(file_create),
	DOOR(file_truncate),
	DOOR(file_hint), DOOR(file_chmod), DOOR(file_chown),
	DOOR(file_xattr), DOOR(file_xattr_groups), DOOR(file_remove_xattr),
	DOOR(file_remove_groups),
	DOOR(file_utimes), DOOR(file_unlink), DOOR(file_stat_unlisted), DOOR(dir_listed),
	DOOR(dir_unlisted), DOOR(watch_unlisted), DOOR(watch_listed), DOOR(lock_shared),
	DOOR(lock_eventfd), DOOR(lock_storage), DOOR(lock_many),
	DOOR(storage_write), DOOR(storage_mkdir), DOOR(storage_setid),
	DOOR(storage_chmod_setid), DOOR(storage_symlink), DOOR(storage_fifo),
	DOOR(storage_node), DOOR(storage_link), DOOR(file_link), DOOR(file_move),
	DOOR(file_move_in),
	DOOR(storage_tmpfile),
	DOOR(storage_tmpfile_setid), DOOR(storage_tmpfile_setgid),
	DOOR(storage_tmpfile_link), DOOR(statfs_listed), DOOR(statfs_unlisted),
	DOOR(ro_tmpfile), DOOR(storage_full),
	DOOR(storage_keep_size), DOOR(storage_many), DOOR(storage_mmap),
	DOOR(device_listed), DOOR(device_write), DOOR(device_unlisted),
	DOOR(device_other_name), DOOR(device_mem), DOOR(ioctl_listed),
	DOOR(ioctl_unlisted), DOOR(ioctl_readonly), DOOR(ipc_shm), DOOR(ipc_msg),
	DOOR(ipc_sem), DOOR(ipc_mq), DOOR(ipc_mq_existing), DOOR(ipc_mq_unlink),
	DOOR(keys), DOOR(unix_listed), DOOR(unix_unlisted), DOOR(unix_abstract),
	DOOR(unix_dgram), DOOR(unix_bind_listed), DOOR(unix_bind_unlisted),
	DOOR(unix_bind_abstract), DOOR(unix_autobind), DOOR(unix_credentials),
	DOOR(unix_pair), DOOR(receive), DOOR(net_listed),
	DOOR(net_port), DOOR(net_addr), DOOR(net_udp_of_tcp), DOOR(net_udp_listed),
	DOOR(net_udp_sendto), DOOR(net_udp_unspec), DOOR(net_fast_open),
	DOOR(net_mapped), DOOR(net_mapped_listed), DOOR(net_v6), DOOR(net_v4_by_v6),
	DOOR(net_routed), DOOR(net_second_routed), DOOR(net_two_connected),
	DOOR(net_join_group), DOOR(net_bind_listed), DOOR(net_bind), DOOR(net_bind_udp),
	DOOR(net_bind_v6), DOOR(net_listen_listed), DOOR(net_listen_unbound),
	DOOR(net_listen_any), DOOR(net_raw), DOOR(net_icmp), DOOR(net_packet),
	DOOR(net_netlink), DOOR(net_netlink_audit), DOOR(net_alg), DOOR(net_option),
	DOOR(net_option_filter), DOOR(net_option_route), DOOR(cost_getppid),
	DOOR(cost_kill), DOOR(cost_scheduler), DOOR(cost_read), DOOR(cost_open),
	DOOR(cost_stat), DOOR(cost_map), DOOR(cost_connect), DOOR(cost_fork), DOOR(storm),
	DOOR(stay),
	DOOR(nothing),
};

int main(int argc, char **argv)
{
	unsigned int i;

	self_argv = argv;
	launcher = getppid();
	/* as the interpreter of a script it gets the script's path last */
	for (i = 0; argc > 1 && i < sizeof(doors) / sizeof(doors[0]); i++) {
		if (!strcmp(doors[i].name, argv[1])) {
			int ret = doors[i].open();

			if (doors[i].open != nothing)
				dprintf(1, "%d\n", ret);
			return 0;
		}
	}
	return argc > 1 && argv[1][0] == '/' ? 0 : 77;
}
