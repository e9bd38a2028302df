// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting a program as an application
 *
 * The kernel lets a program begin as an application only if nothing that it could
 * inherit gives it more than its policy: no descriptors but pipes at 0 to 2, no
 * Linux capabilities that are not granted, no_new_privs. So the program gets pipes,
 * and this process passes on what comes through them: a terminal or a file would
 * be a descriptor that the policy does not list.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "launch.h"
#include "lsm.h"
#include "sphere.h"

#define CAP_LAST	63

static pid_t child;

/**
 * struct failure - why the child could not start, through a pipe
 * @step: index of the step
 * @err: errno
 */
struct failure {
	int step;
	int err;
};

enum { S_PIPES, S_ENTER, S_IDS, S_CAPS, S_EXEC };

static const char * const steps[] = {
	[S_PIPES] = "preparing its descriptors",
	[S_ENTER] = "entering the policy",
	[S_IDS] = "changing its user",
	[S_CAPS] = "dropping Linux capabilities",
	[S_EXEC] = "executing it",
};

static void pass_signal(int number)
{
	if (child > 0)
		kill(child, number);
}

static int set_caps(uint64_t caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps, .inheritable = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32, .inheritable = caps >> 32 },
	};
	int i;

	/* the bounding set first: afterwards the right to change it is gone */
	for (i = 0; i <= CAP_LAST; i++) {
		if (caps >> i & 1)
			continue;
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return -1;
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -1;
	if (syscall(SYS_capset, &header, data))
		return -1;
	for (i = 0; i <= CAP_LAST; i++)
		if (caps >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return -1;
	return 0;
}

static void close_rest(void)
{
	long fd, max = sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
	/* 4 is CLOSE_RANGE_CLOEXEC */
	if (!syscall(SYS_close_range, 3u, ~0u, 4u))
		return;
#endif
	for (fd = 3; fd < max; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void be_child(const struct launch *l, int in[2], int out[2], int err[2], int report)
{
	struct failure why = { S_PIPES, 0 };
	struct sphere_lsm_enter enter = { };

	signal(SIGPIPE, SIG_DFL);
	if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0)
		goto failed;
	close_rest();
	why.step = S_ENTER;
	memcpy(enter.component, l->component, sizeof(enter.component));
	if (ioctl(l->control, SPHERE_LSM_IOC_ENTER, &enter))
		goto failed;
	why.step = S_IDS;
	if (l->set_ids && (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) ||
			   setresgid(l->gid, l->gid, l->gid) || setresuid(l->uid, l->uid, l->uid)))
		goto failed;
	if (l->set_ids) {
		struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct data[2];

		/* a change of the user clears what is effective, not what is permitted */
		if (syscall(SYS_capget, &header, data))
			goto failed;
		data[0].effective = data[0].permitted;
		data[1].effective = data[1].permitted;
		if (syscall(SYS_capset, &header, data))
			goto failed;
	}
	why.step = S_CAPS;
	if (set_caps(l->caps) || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		goto failed;
	why.step = S_EXEC;
	execv(l->argv[0], l->argv);
failed:
	why.err = errno;
	if (write(report, &why, sizeof(why)) != sizeof(why))
		_exit(126);
	_exit(127);
}

/* Pass on what can be read; false at the end */
static bool pass_on(int from, int to)
{
	char buf[16384];
	ssize_t n = read(from, buf, sizeof(buf)), done = 0, m;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	while (done < n) {
		m = write(to, buf + done, n - done);
		if (m < 0 && errno == EINTR)
			continue;
		if (m < 0)
			return false;
		done += m;
	}
	return n;
}

/*
 * A process for the input: a program that does not read it must not keep its
 * output from being read
 */
static pid_t feed(int to_in, int from_out, int from_err)
{
	const pid_t pid = fork();

	if (pid)
		return pid;
	close(from_out);
	close(from_err);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	while (pass_on(0, to_in))
		;
	_exit(0);
}

/* Until the program, and whoever else has it, has closed its output */
static void relay(int to_in, int from_out, int from_err)
{
	struct pollfd p[2] = {
		{ .fd = from_out, .events = POLLIN },
		{ .fd = from_err, .events = POLLIN },
	};
	const pid_t feeder = feed(to_in, from_out, from_err);
	int i;

	close(to_in);
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		for (i = 0; i < 2; i++)
			if (p[i].fd >= 0 && p[i].revents && !pass_on(p[i].fd, i + 1))
				p[i].fd = -1;
	}
	if (feeder > 0) {
		kill(feeder, SIGKILL);
		while (waitpid(feeder, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static bool make_pipes(int pipes[4][2])
{
	int i;

	for (i = 0; i < 4; i++)
		if (pipe2(pipes[i], O_CLOEXEC))
			return false;
	return true;
}

/**
 * launch() - start a program, pass on its input and output, and wait for its end
 * @l: what and how
 * @status: filled in: as from waitpid()
 *
 * Return: %SPHERE_OK if it ran, whatever its end, or another exit code with the
 * reason said.
 */
int launch(const struct launch *l, int *status)
{
	struct sigaction pass = { .sa_handler = pass_signal }, ignore = { .sa_handler = SIG_IGN };
	int pipes[4][2];
	struct failure why;
	ssize_t n;
	int i;

	/* a descriptor below 3 that is closed would be taken by a pipe */
	for (i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return complain(SPHERE_SYSTEM, "/dev/null cannot be opened: %s",
					strerror(errno));
	if (!make_pipes(pipes))
		return complain(SPHERE_SYSTEM, "there are no pipes: %s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child < 0)
		return complain(SPHERE_SYSTEM, "no process can be made: %s", strerror(errno));
	if (!child)
		be_child(l, pipes[0], pipes[1], pipes[2], pipes[3][1]);
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	close(pipes[3][1]);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGINT, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
	do {
		n = read(pipes[3][0], &why, sizeof(why));
	} while (n < 0 && errno == EINTR);
	close(pipes[3][0]);
	if (!n)
		relay(pipes[0][1], pipes[1][0], pipes[2][0]);
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	child = 0;
	if (!n)
		return SPHERE_OK;
	if (n != sizeof(why) || why.step < 0 || why.step > S_EXEC)
		return complain(SPHERE_SYSTEM, "%s could not be started", l->argv[0]);
	if (why.step == S_ENTER)
		return lsm_failed(steps[why.step], why.err);
	return complain(SPHERE_SYSTEM, "%s could not be started: %s: %s", l->argv[0],
			steps[why.step], strerror(why.err));
}

/**
 * launch_user() - say who it runs as
 * @l: filled in
 * @user: number, or name as in /etc/passwd, or NULL for who runs this
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int launch_user(struct launch *l, const char *user)
{
	uint64_t uid;
	struct passwd *p;
	FILE *f;

	if (!user)
		return SPHERE_OK;
	l->set_ids = 1;
	if (parse_number(user, UINT32_MAX - 1, &uid)) {
		l->uid = uid;
		l->gid = uid;
		return SPHERE_OK;
	}
	f = fopen("/etc/passwd", "re");
	while (f && (p = fgetpwent(f))) {
		if (strcmp(p->pw_name, user))
			continue;
		l->uid = p->pw_uid;
		l->gid = p->pw_gid;
		fclose(f);
		return SPHERE_OK;
	}
	if (f)
		fclose(f);
	return complain(SPHERE_INPUT, "there is no user '%s' in /etc/passwd", user);
}
