/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of sphere_lsm share: policies that are written and signed, what
 * they find on the machine, and processes that enter
 */
#ifndef SPHERE_LSM_TEST_H
#define SPHERE_LSM_TEST_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/sphere_lsm.h>

#include "../../../../security/sphere_lsm/tests/policy_builder.h"
#include "sign.h"

#undef ARRAY_SIZE
#include "kselftest_harness.h"

#define DIR	"/sys/kernel/security/sphere/"
#define APP_DIR	DIR "apps/000000%02x-0000-0000-0000-000000000000/"
#define APP	0xa1
#define ROOM	16384

static unsigned char key_id[32];

static inline int put(const char *path, mode_t mode, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	int ret = fd < 0 || write(fd, bytes, len) != (ssize_t)len ? -errno : 0;

	close(fd);
	return ret;
}

static inline void *get(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *bytes;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	bytes = malloc(st.st_size + 1);
	*len = read(fd, bytes, st.st_size);
	close(fd);
	return bytes;
}

/* What a file of the kernel's says, whose size it does not tell before */
static inline int get_text(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY), ret;

	ret = fd < 0 ? -1 : read(fd, text, room);
	ret = ret < 0 ? -errno : ret;
	close(fd);
	return ret;
}

static inline void digest_of(const char *path, unsigned char *digest)
{
	size_t len = 0;
	void *bytes = get(path, &len);

	sha256(bytes, len, digest);
	free(bytes);
}

static inline int control(unsigned long cmd, void *arg)
{
	int fd = open(DIR "control", O_RDWR | O_CLOEXEC);
	int ret = fd < 0 ? -1 : ioctl(fd, cmd, arg);

	ret = ret < 0 ? -errno : ret;
	close(fd);
	return ret;
}

static inline int load(const void *bytes, size_t len, unsigned int *reason)
{
	struct sphere_lsm_load l = { .policy = (uintptr_t)bytes, .size = len };
	int ret = control(SPHERE_LSM_IOC_LOAD, &l);

	if (reason)
		*reason = l.verdict.reason;
	return ret;
}

static inline size_t finish(struct policy_builder *b)
{
	unsigned char digest[32];
	size_t len = pb_finish_signed(b, key_id);

	sha256(b->buf, len - 64, digest);
	sign_digest(digest, b->buf + len - 64);
	return len;
}

static inline void exec_entry(struct policy_builder *b, unsigned int use, const char *path)
{
	unsigned char digest[32];

	digest_of(path, digest);
	pb_exec(b, digest, use, path);
}

static inline void execs(struct policy_builder *b)
{
	pb_section(b, SPHERE_SECTION_EXECS);
	exec_entry(b, SPHERE_EXEC_RUN, "/app/bin/app");
	exec_entry(b, SPHERE_EXEC_RUN, "/app/bin/linked");
	exec_entry(b, SPHERE_EXEC_RUN, "/app/bin/script");
	exec_entry(b, SPHERE_EXEC_RUN, "/app/bin/script_bad");
	exec_entry(b, SPHERE_EXEC_MAP, "/app/lib/good");
}

/* The policy that the doors are tried with */
static inline size_t write_policy(unsigned char *buf, unsigned char id, unsigned long version)
{
	static const u32 commands[] = { 0x80045200 };	/* RNDGETENTCNT */
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, version, id);
	pb_section(&b, SPHERE_SECTION_DIRS);
	pb_path(&b, SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST, "/app/ro");
	pb_path(&b, SPHERE_ACCESS_BIND, "/bind");
	pb_path(&b, SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST | SPHERE_ACCESS_WRITE, "/proc");
	pb_path(&b, SPHERE_ACCESS_CONNECT, "/service");
	pb_path(&b, SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST | SPHERE_ACCESS_WRITE, "/sys");
	pb_section(&b, SPHERE_SECTION_STORAGE);
	pb_storage(&b, 262144, "/storage");
	execs(&b);
	pb_section(&b, SPHERE_SECTION_DEVICES);
	pb_device(&b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, SPHERE_DEVICE_IOCTLS,
		  "/dev/urandom", commands, 1);
	pb_device(&b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, 0, "/dev/zero", NULL, 0);
	pb_section(&b, SPHERE_SECTION_NET_ADDRS);
	pb_net_addr4(&b, 0x7f000002, 32, SPHERE_PROTO_TCP, 7, 7);
	pb_net_addr4(&b, 0x7f000002, 32, SPHERE_PROTO_UDP, 53, 53);
	pb_section(&b, SPHERE_SECTION_NET_LISTEN);
	pb_net_listen(&b, SPHERE_PROTO_TCP, 4444, 4444);
	return finish(&b);
}

/* One that grants nothing but to run */
static inline size_t write_bare(unsigned char *buf, unsigned char id, unsigned long version)
{
	struct policy_builder b;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, version, id);
	execs(&b);
	return finish(&b);
}

static inline int unix_socket(const char *path, int type, int abstract)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strcpy(un.sun_path + abstract, path);
	unlink(path);
	if (bind(fd, (void *)&un, offsetof(struct sockaddr_un, sun_path) + abstract +
				  strlen(path) + !abstract))
		return -1;
	return type == SOCK_STREAM ? listen(fd, 64) : 0;
}

/* Header @i of a program, and where its type, flags, offset and sizes are */
static inline unsigned char *program_header(unsigned char *elf, unsigned int i)
{
	bool wide = elf[4] == 2;
	unsigned int n = wide ? elf[56] : elf[44];

	return i < n ? elf + (wide ? elf[32] + i * 56 : elf[28] + i * 32) : NULL;
}

static inline void put_word(unsigned char *elf, unsigned char *header, unsigned int wide_at,
			    unsigned int at, unsigned long value)
{
	bool wide = elf[4] == 2;

	if (wide)
		memcpy(header + wide_at, &(uint64_t){ value }, 8);
	else
		memcpy(header + at, &(uint32_t){ value }, 4);
}

/* The same program, but with a dynamic linker that is not listed */
static inline void put_linked(const char *path, const unsigned char *program, size_t len)
{
	static const char linker[] = "/other/bad";
	unsigned char *elf = calloc(1, len + sizeof(linker)), *h;
	unsigned int i;

	memcpy(elf, program, len);
	memcpy(elf + len, linker, sizeof(linker));
	/* in the place of a note, which nobody misses */
	for (i = 0; (h = program_header(elf, i)); i++) {
		if (h[0] != 4 || h[1] || h[2] || h[3])
			continue;
		h[0] = 3;
		put_word(elf, h, 8, 4, len);
		put_word(elf, h, 32, 16, sizeof(linker));
		put_word(elf, h, 40, 20, sizeof(linker));
		break;
	}
	put(path, 0755, elf, len + sizeof(linker));
	free(elf);
}

/* What the tests find on the machine; in the parent of all of them */
__attribute__((constructor)) static void prepare(void)
{
	static const char interpreter[] = "#!/app/bin/app\n", bad[] = "#!/other/bad\n";
	struct sphere_lsm_keys keys = { .keys = (uintptr_t)sign_key, .count = 1 };
	unsigned char buf[ROOM];
	size_t len = 0;
	char *program;
	int ret;

	sha256(sign_key, 64, key_id);
	program = get("/sphere_lsm_app", &len);
	mkdir("/app", 0755);
	mkdir("/app/bin", 0755);
	mkdir("/app/lib", 0755);
	mkdir("/app/ro", 0755);
	mkdir("/app/ro/sub", 0755);
	mkdir("/bind", 0777);
	mkdir("/other", 0755);
	mkdir("/service", 0755);
	mkdir("/storage", 0777);
	mount("none", "/storage", "tmpfs", 0, "size=256k,mode=0777");
	put("/app/bin/app", 0755, program, len);
	put("/app/lib/good", 0755, program, len);
	put_linked("/app/bin/linked", (unsigned char *)program, len);
	put("/other/bad", 0755, program, len);
	put("/app/bin/script", 0755, interpreter, sizeof(interpreter) - 1);
	put("/app/bin/script_bad", 0755, bad, sizeof(bad) - 1);
	put("/other/script", 0755, interpreter, sizeof(interpreter) - 1);
	put("/app/ro/data", 0644, "data", 4);
	put("/app/ro/sub/data", 0644, "data", 4);
	put("/other/secret", 0644, "secret", 6);
	mknod("/other/node", S_IFCHR | 0666, makedev(1, 7));
	syscall(SYS_mq_open, "others", O_RDWR | O_CREAT, 0666, NULL);
	unix_socket("/service/socket", SOCK_STREAM, 0);
	unix_socket("/other/socket", SOCK_STREAM, 0);
	unix_socket("/other/dgram", SOCK_DGRAM, 0);
	unix_socket("abstract", SOCK_STREAM, 1);
	free(program);

	ret = control(SPHERE_LSM_IOC_KEYS, &keys);
	if (ret)
		printf("# keys: %d, reason %u\n", ret, keys.verdict.reason);
	len = write_policy(buf, APP, 100);
	ret = load(buf, len, &keys.verdict.reason);
	if (ret)
		printf("# policy: %d, reason %u\n", ret, keys.verdict.reason);
	len = write_bare(buf, APP + 1, 100);
	ret = load(buf, len, &keys.verdict.reason);
	if (ret)
		printf("# second policy: %d, reason %u\n", ret, keys.verdict.reason);
	fflush(stdout);
}

static inline int enter(unsigned char id)
{
	struct sphere_lsm_enter e = { .component = { id } };

	return control(SPHERE_LSM_IOC_ENTER, &e);
}

/* As the launcher of an app leaves its capabilities */
static inline void drop_caps(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = {};
	int cap;

	for (cap = 0; !prctl(PR_CAPBSET_DROP, cap); cap++)
		;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	syscall(SYS_capset, &h, d);
}

/* what a launcher may leave out */
#define NO_NNP		1
#define KEEP_CAPS	2
#define KEEP_FD		4
#define THREAD		8
#define SHARE_FILES	16
#define PERSONALITY	32
#define WRONG_PROGRAM	64
#define TRACED		128
#define SPLIT_IDS	256
#define SHARE_GROUP	512

static inline void *idle(void *unused)
{
	pause();
	return NULL;
}

static pid_t launcher;

static inline int sharer(void *unused)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != launcher)
		_exit(0);
	pause();
	return 0;
}

static inline void launch(unsigned char id, const char *door, int in, int out, int omit)
{
	char *argv[] = { "app", (char *)door, NULL }, *envp[] = { NULL };
	static char stack[65536];
	pthread_t t;
	int ret;

	launcher = getpid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	syscall(SYS_close_range, 3, ~0U, 0);
	if (omit & KEEP_FD)
		dup2(open("/other/secret", O_RDONLY), 5);
	ret = enter(id);
	if (ret)
		_exit(100 - ret);
	if (!(omit & SHARE_GROUP))
		setpgid(0, 0);
	if ((omit & SPLIT_IDS) && (setresgid(1, -1, -1) || setresuid(1, -1, -1)))
		_exit(1);
	if (!(omit & KEEP_CAPS))
		drop_caps();
	if (!(omit & NO_NNP))
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (omit & THREAD)
		pthread_create(&t, NULL, idle, NULL);
	if (omit & SHARE_FILES)
		clone(sharer, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
	if (omit & PERSONALITY)
		personality(READ_IMPLIES_EXEC);
	if (omit & TRACED)
		ptrace(PTRACE_TRACEME, 0, 0, 0);
	execve(omit & WRONG_PROGRAM ? "/other/bad" : "/app/bin/app", argv, envp);
	dprintf(1, "refused %d\n", errno);
	_exit(1);
}

/* The number that a confined process wrote, negative if it never became one */
static inline int try_as(unsigned char id, const char *door, int in, int omit)
{
	char text[256] = {};
	int out[2], status = 0, n, got = 0;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		return -10000;
	pid = fork();
	if (!pid)
		launch(id, door, in, out[1], omit);
	close(out[1]);
	while ((n = read(out[0], text + got, sizeof(text) - 1 - got)) > 0)
		got += n;
	close(out[0]);
	waitpid(pid, &status, 0);
	if (!strncmp(text, "refused ", 8))
		return -atoi(text + 8);
	if (WIFSIGNALED(status))
		return 2000 + WTERMSIG(status);
	if (!got)
		return -20000 - WEXITSTATUS(status);
	return atoi(text);
}

static inline int try(const char *door)
{
	int in = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int ret = try_as(APP, door, in, 0);

	close(in);
	return ret;
}

#define COUNTERS_MAX	128

/* What was refused to a component until now, by reason */
struct counters {
	unsigned int n;
	char name[COUNTERS_MAX][32];
	unsigned int value[COUNTERS_MAX];
};

static inline void counters(unsigned char id, struct counters *c)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), APP_DIR "counters", id);
	f = fopen(path, "r");
	c->n = 0;
	while (f && c->n < COUNTERS_MAX &&
	       fscanf(f, "%31s %u", c->name[c->n], &c->value[c->n]) == 2)
		c->n++;
	if (f)
		fclose(f);
}

static inline unsigned int count_of(const struct counters *c, const char *reason)
{
	unsigned int i;

	for (i = 0; i < c->n; i++)
		if (!strcmp(c->name[i], reason))
			return c->value[i];
	return -1;
}

static inline unsigned int counter(unsigned char id, const char *reason)
{
	static struct counters c;

	counters(id, &c);
	return count_of(&c, reason);
}

static inline int tasks(unsigned char id)
{
	char path[128], key[64], value[256];
	FILE *f;
	int n = -1;

	snprintf(path, sizeof(path), APP_DIR "manifest", id);
	f = fopen(path, "r");
	while (f && fscanf(f, "%63s %255[^\n]", key, value) == 2)
		if (!strcmp(key, "tasks"))
			n = atoi(value);
	if (f)
		fclose(f);
	return n;
}

/* Has a process that was launched executed its program? */
static inline bool runs_as_app_now(pid_t pid)
{
	char path[64], exe[64] = {};

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return readlink(path, exe, sizeof(exe) - 1) > 0 && !strcmp(exe, "/app/bin/app");
}

/* Wait until it has */
static inline bool runs_as_app(pid_t pid)
{
	int i;

	for (i = 0; i < 2000; i++) {
		if (runs_as_app_now(pid))
			return true;
		usleep(10000);
	}
	return false;
}

#endif /* SPHERE_LSM_TEST_H */
