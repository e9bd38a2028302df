// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes ask Pluton for everything at once, are interrupted and killed,
 * while Pluton misbehaves in one way after the other.
 *
 * pluton_storm [-n REQUESTS] [-p PROCESSES] [-m MS] [-s SEED] [-c ADDRESS] [-e] [-d] [-g MS]
 *
 * How Pluton misbehaves is told to the board's control block at ADDRESS; without
 * it Pluton is what it is. It is another way every MS milliseconds, drawn by lot
 * until REQUESTS have come back, or with -e each one in turn, once. With -d the
 * system may sleep meanwhile: ENODEV is a result like others. After each it is
 * switched off, and a good request must then succeed, within 3 s or the MS of -g.
 * The same seed makes the same choices, as far as the scheduler lets it. SIGTERM
 * ends it early. Prints TAP; exit code 1 when anything was wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/pluton.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define NODE		"/dev/pluton"
#define TENANT		"storm"
#define PROCESSES_MAX	64

/* of the board's control block */
#define CTL_FAULT	0x200
#define CTL_RESTART	0x208
/* ways to misbehave, by the number in CTL_FAULT; the last one is CTL_RESTART */
static const char *const faults[] = {
	"none", "silent", "duplicate", "reorder", "sequence", "command", "slot", "short", "long",
	"table", "unsolicited", "restart", "late", "version", "flip", "status", "storm",
	"restart by itself",
};

#define RESTART_ITSELF	(ARRAY_SIZE(faults) - 1)
#define FAULT_TABLE	9

/* how long a good request may take to succeed once Pluton is good again, but for -g */
static unsigned int good_again_ms = 3000;

static const struct {
	int err;
	const char *name;
} known_errors[] = {
	{ 0, "succeeded" }, { EINTR, "interrupted" }, { ETIMEDOUT, "timed out" },
	{ EPROTO, "no answer to it" }, { EREMOTEIO, "refused by Pluton" }, { EBUSY, "busy" },
	{ EAGAIN, "still under way" }, { EINPROGRESS, "started" }, { ENODEV, "slept through" },
};

#define KNOWN	ARRAY_SIZE(known_errors)

/* what all processes count together */
static struct shared {
	unsigned int requests;
	unsigned int results[KNOWN];
	unsigned int unexpected;
	int unexpected_errno;
	unsigned int unexpected_request;
	unsigned int overrun;
	unsigned int stop;
} *shared;

static uint64_t rng;
static bool may_sleep;

/* the board's control block, if there is one */
static unsigned char *ctl;

static void set_ctl(unsigned int offset, uint32_t value)
{
	/* one store of a word, of the kind that is not moved or split */
	if (ctl)
		__atomic_store_n((uint32_t *)(ctl + offset), value, __ATOMIC_SEQ_CST);
}

static unsigned int draw(unsigned int below)
{
	/* xorshift64* */
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (rng * 0x2545f4914f6cdd1dull >> 33) % below;
}

static void count(int ret, unsigned int request)
{
	unsigned int i;
	int err = ret < 0 ? errno : 0;

	__atomic_fetch_add(&shared->requests, 1, __ATOMIC_RELAXED);
	for (i = 0; i < KNOWN; i++) {
		if (known_errors[i].err == err && (err != ENODEV || may_sleep)) {
			__atomic_fetch_add(&shared->results[i], 1, __ATOMIC_RELAXED);
			return;
		}
	}
	shared->unexpected_errno = err;
	shared->unexpected_request = request;
	__atomic_fetch_add(&shared->unexpected, 1, __ATOMIC_RELAXED);
}

static bool is_all(const unsigned char *b, size_t len, unsigned char value)
{
	while (len--)
		if (*b++ != value)
			return false;
	return true;
}

/* One request of any kind. What Pluton would never forget is not among them. */
static void one_request(int fd)
{
	static const unsigned int simple[] = {
		PLUTON_GET_SECURITY_STATE, PLUTON_GENERATE_CLIENT_AUTH_KEY,
		PLUTON_COMMIT_CLIENT_AUTH_KEY, PLUTON_GET_TENANT_PUBLIC_KEY,
		PLUTON_PROCESS_ATTESTATION, PLUTON_SET_POSTCODE,
		PLUTON_GET_BOOT_MODE_FLAGS, PLUTON_IS_CAPABILITY_ENABLED,
		PLUTON_GET_ENABLED_CAPABILITIES, PLUTON_GET_MANUFACTURING_STATE,
	};
	unsigned char buf[1024], out[256 + 32];
	unsigned int i = draw(2 * ARRAY_SIZE(simple));

	if (i < ARRAY_SIZE(simple)) {
		memset(buf, 's', sizeof(buf));
		count(ioctl(fd, simple[i], buf), simple[i]);
	} else if (draw(2)) {
		struct pluton_random r = { .addr = (uintptr_t)out, .len = draw(256) };

		memset(out, 0xa5, sizeof(out));
		count(ioctl(fd, PLUTON_IOC_RANDOM, &r), PLUTON_IOC_RANDOM);
		if (!is_all(out + r.len, sizeof(out) - r.len, 0xa5))
			__atomic_fetch_add(&shared->overrun, 1, __ATOMIC_RELAXED);
	} else {
		struct pluton_sign_digest s = {
			.digest_addr = (uintptr_t)buf, .digest_len = 32,
			.signature_addr = (uintptr_t)out, .signature_len = 64,
			.tenant_addr = (uintptr_t)TENANT, .tenant_len = sizeof(TENANT) - 1,
			.flags = PLUTON_TENANT_NAMED,
		};

		memset(buf, 7, 32);
		count(ioctl(fd, PLUTON_IOC_SIGN, &s), PLUTON_IOC_SIGN);
	}
}

static void on_alarm(int sig)
{
}

/* the end, with what there is to tell */
static void on_term(int sig)
{
	__atomic_store_n(&shared->stop, 1, __ATOMIC_RELAXED);
}

static bool more(unsigned int limit)
{
	return !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) &&
	       __atomic_load_n(&shared->requests, __ATOMIC_RELAXED) < limit;
}

static void work(unsigned int limit)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval often = { };

	sigaction(SIGALRM, &sa, NULL);
	/* signals to some of the processes, at a pace of their own */
	if (!draw(3)) {
		often.it_interval.tv_usec = 1000 + draw(40000);
		often.it_value = often.it_interval;
		setitimer(ITIMER_REAL, &often, NULL);
	}
	while (more(limit)) {
		bool async = !draw(4);
		int fd = open(NODE, O_RDWR | O_CLOEXEC | (async ? O_NONBLOCK : 0));
		int i, n = draw(20);

		if (fd < 0)
			_exit(2);
		for (i = 0; i < n; i++) {
			one_request(fd);
			if (async && draw(3)) {
				struct pollfd p = { .fd = fd, .events = POLLIN };
				unsigned char answer[1024];

				poll(&p, 1, draw(5));
				if (read(fd, answer, draw(sizeof(answer))) < 0 && errno != EAGAIN &&
				    errno != EINTR)
					count(-1, 0);
			}
		}
		/* with whatever is under way */
		close(fd);
	}
	_exit(0);
}

static uint64_t ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static unsigned int results, failed;

static void verdict(bool good, const char *text)
{
	printf("%sok %u %s\n", good ? "" : "not ", ++results, text);
	failed += !good;
}

/* Must succeed at last; how long it took is told. */
static bool good_again(int fd, unsigned int *took)
{
	uint64_t began = ms(), now;
	__u32 flags;

	do {
		int ret = ioctl(fd, PLUTON_GET_BOOT_MODE_FLAGS, &flags);

		now = ms();
		*took = now - began;
		if (!ret)
			return true;
	} while (now - began < good_again_ms);
	return false;
}

static pid_t begin(unsigned int limit)
{
	uint64_t seed = rng;
	pid_t pid;

	/* each process has numbers of its own, each drawn from ours */
	draw(2);
	pid = fork();
	if (!pid) {
		rng = seed * 0x9e3779b97f4a7c15ull | 1;
		work(limit);
	}
	return pid;
}

int main(int argc, char **argv)
{
	unsigned int limit = 10000, processes = 16, period = 50, kills = 0, periods = 0, worst = 0;
	unsigned int bad_periods = 0, bad_exits = 0, done, i;
	struct sigaction term = { .sa_handler = on_term, .sa_flags = SA_RESTART };
	bool each = false;
	struct pluton_info info = {};
	pid_t pid[PROCESSES_MAX];
	uint64_t seed = 0;
	int c, fd, status;

	while ((c = getopt(argc, argv, "n:p:m:s:c:edg:")) != -1) {
		unsigned long long v = strtoull(optarg ? optarg : "", NULL, 0);

		switch (c) {
		case 'n':
			limit = v;
			break;
		case 'p':
			processes = v;
			break;
		case 'm':
			period = v;
			break;
		case 's':
			seed = v;
			break;
		case 'c':
			fd = open("/dev/mem", O_RDWR | O_SYNC);
			ctl = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, v);
			if (fd < 0 || ctl == MAP_FAILED) {
				perror("pluton_storm: the control block");
				return 2;
			}
			close(fd);
			break;
		case 'e':
			each = true;
			limit = UINT32_MAX;
			break;
		case 'g':
			good_again_ms = v;
			break;
		case 'd':
			may_sleep = true;
			break;
		default:
			fprintf(stderr, "usage: pluton_storm [-n REQUESTS] [-p PROCESSES]\n"
				"                    [-m MS] [-s SEED] [-c ADDRESS] [-e] [-d] [-g MS]\n");
			return 2;
		}
	}
	if (!processes || processes > PROCESSES_MAX || !period || !limit)
		return 2;
	while (!seed)
		if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
			return 2;
	printf("# seed 0x%llx\n", (unsigned long long)seed);
	fflush(stdout);
	rng = seed;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	if (shared == MAP_FAILED || fd < 0) {
		perror("pluton_storm: " NODE);
		return 2;
	}

	sigaction(SIGTERM, &term, NULL);
	for (i = 0; i < processes; i++)
		pid[i] = begin(limit);
	while (each ? periods < ARRAY_SIZE(faults) : more(limit)) {
		unsigned int fault = each ? periods : draw(ARRAY_SIZE(faults));
		unsigned int took = 0;
		uint64_t end = ms() + period;
		bool good;

		if (fault == RESTART_ITSELF)
			set_ctl(CTL_RESTART, 1);
		else
			set_ctl(CTL_FAULT, fault);
		while (ms() < end) {
			usleep(draw(2 * period * 1000 / 4));
			i = draw(processes);
			kill(pid[i], SIGKILL);
			if (waitpid(pid[i], &status, 0) != pid[i] ||
			    (WIFEXITED(status) && WEXITSTATUS(status)) ||
			    (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL))
				bad_exits++;
			pid[i] = begin(limit);
			kills++;
		}
		/* a table that was overwritten stays so until there is another one */
		if (fault == FAULT_TABLE)
			set_ctl(CTL_RESTART, 1);
		set_ctl(CTL_FAULT, 0);
		periods++;
		good = good_again(fd, &took);
		if (took > worst)
			worst = took;
		if (!good) {
			printf("# after fault %s nothing succeeded\n", faults[fault]);
			bad_periods++;
		}
		if (each) {
			char text[100];

			snprintf(text, sizeof(text), "fault %s: a good request right after",
				 faults[fault]);
			verdict(good, text);
		}
		fflush(stdout);
	}
	__atomic_store_n(&shared->stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < processes; i++)
		if (waitpid(pid[i], &status, 0) != pid[i] || !WIFEXITED(status) ||
		    WEXITSTATUS(status))
			bad_exits++;

	for (i = 0, done = 0; i < KNOWN; i++)
		done += shared->results[i];
	printf("# %u requests, %u processes killed, %u times misbehaved\n", done, kills,
	       periods);
	for (i = 0; i < KNOWN; i++)
		printf("# %u %s\n", shared->results[i], known_errors[i].name);
	if (shared->unexpected)
		printf("# request 0x%x ended with %s\n", shared->unexpected_request,
		       strerror(shared->unexpected_errno));
	verdict(!shared->unexpected, "every result is a documented one");
	verdict(shared->results[0] > 0, "some requests succeeded");
	verdict(!shared->overrun, "nothing was written beyond what was asked for");
	verdict(!bad_exits, "every process ended as it should");
	printf("# after misbehaviour the slowest good request took %u ms\n", worst);
	verdict(!bad_periods, "a good request succeeds after each misbehaviour");
	for (i = 0; i < 100; i++) {
		if (ioctl(fd, PLUTON_IOC_INFO, &info) || !info.slots_in_use)
			break;
		usleep(50000);
	}
	printf("# %llu late, %llu unsolicited, %llu invalid, %llu mismatched\n",
	       (unsigned long long)info.late, (unsigned long long)info.unsolicited,
	       (unsigned long long)info.invalid, (unsigned long long)info.mismatched);
	printf("# %llu of a wrong length, %llu restarts\n", (unsigned long long)info.bad_length,
	       (unsigned long long)info.restarts);
	verdict(!info.slots_in_use, "no slot is in use at the end");
	printf("1..%u\n", results);
	return !!failed;
}
