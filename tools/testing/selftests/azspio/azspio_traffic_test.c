// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traffic with a real-time core over a socket, every byte compared
 *
 * The core runs a program that sends each message back. Messages are numbered
 * and of random size; what comes back must be what was sent, in order, each
 * once. When the core is restarted meanwhile (--restarts), a message may be
 * missing, but only if the socket was told so (ECONNRESET) after it was sent:
 * one that is missing without that is "silent" and fails the run.
 *
 * Without arguments it only tells whether the family is there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SKIP		4
#define HEAD		16
#define MAX_SEND	1024
#define MAX_RECV	1040
#define MAX_WINDOW	4096
#define MAX_BURST	64
#define MAGIC		0x7a61666du

struct address {
	uint16_t family, port;
	uint8_t id[16];
};

struct head {
	uint32_t magic, seed, number, size;
};

/* what is wanted */
static uint8_t own[16], peer[16];
static int have_own, restarts, nonblock, expect_full, stream, published, listening;
static uint32_t count = 1000, seed = 1, low, high = MAX_SEND, window = 32, burst = 1;
static unsigned int pause_us, quiet_s = 10;
static const char *until;

/*
 * what happened; "sent" and "known" belong to the sender, the rest to the
 * receiver, but for the lock
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static uint32_t sent, next, missing, resets, told_upto, failed_sends;
static uint32_t echoed, lost, twice, wrong, silent, full;
static int sending_done, give_up;

static uint32_t mix(uint32_t number, uint32_t i)
{
	uint32_t x = seed ^ number * 2654435761u ^ i * 2246822519u;

	x ^= x >> 16;
	x *= 2146121005u;
	x ^= x >> 15;
	x *= 2221713035u;
	return x ^ x >> 16;
}

static uint32_t size_of(uint32_t number)
{
	return low + mix(number, ~0u) % (high - low + 1);
}

static uint32_t make(uint32_t number, void *to)
{
	uint32_t word[MAX_RECV / 4 + 1], size = size_of(number), i;
	struct head head = { MAGIC, seed, number, size };

	for (i = 0; i < (size + 3) / 4; i++)
		word[i] = mix(number, i);
	memcpy(word, &head, sizeof(head));
	memcpy(to, word, size);
	return size;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static int parse_id(const char *text, uint8_t *id)
{
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int n = 0, byte;

	while (*text && n < 16) {
		if (*text == '-') {
			text++;
			continue;
		}
		if (sscanf(text, "%2x", &byte) != 1 || !text[1])
			return -1;
		id[place[n++]] = byte;
		text += 2;
	}
	return n == 16 && !*text ? 0 : -1;
}

static int family_number(void)
{
	FILE *f;
	int n = -1;

	/* what a program has in it that was written for the published number */
	if (published)
		return 43;
	f = fopen("/sys/module/af_azspio/parameters/family", "r");
	if (!f || fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void fail(const char *what)
{
	fprintf(stderr, "azspio_traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int connect_core(int type)
{
	struct address a = { .family = family_number() };
	int s = socket(a.family, type, 0);

	if (s < 0)
		fail("socket");
	if (have_own) {
		memcpy(a.id, own, 16);
		if (bind(s, (struct sockaddr *)&a, sizeof(a)))
			fail("bind");
	}
	memcpy(a.id, peer, 16);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)))
		fail("connect");
	return s;
}

/* the link ended, and what was sent before is not under way any more */
static void told(void)
{
	pthread_mutex_lock(&lock);
	resets++;
	told_upto = sent;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

/* Wait until fewer than a window of messages is under way */
static uint32_t room(void)
{
	struct timespec t;
	uint32_t n;

	pthread_mutex_lock(&lock);
	/* next and told_upto say what is not under way any more, whichever is more */
	while (!give_up) {
		uint32_t settled = next > told_upto ? next : told_upto;

		if (sent - settled < window)
			break;
		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_sec++;
		pthread_cond_timedwait(&moved, &lock, &t);
	}
	n = next > told_upto ? next : told_upto;
	n = give_up ? 0 : window - (sent - n);
	pthread_mutex_unlock(&lock);
	return n;
}

/* Send some messages from "sent" on; -1 and errno as from sendmmsg() */
static int send_some(int s, uint32_t n)
{
	static uint8_t buf[MAX_BURST][MAX_RECV];
	static struct mmsghdr msg[MAX_BURST];
	static struct iovec iov[MAX_BURST];
	int flags = nonblock ? MSG_DONTWAIT : 0, done;
	uint32_t i;

	for (i = 0; i < n; i++) {
		iov[i].iov_base = buf[i];
		iov[i].iov_len = make(sent + i, buf[i]);
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	/*
	 * The number goes up first: the answer, or the news that there will be
	 * none, may be here before the call comes back.
	 */
	pthread_mutex_lock(&lock);
	sent += n;
	pthread_mutex_unlock(&lock);
	if (n == 1) {
		done = sendmsg(s, &msg[0].msg_hdr, flags);
		if (done >= 0)
			done = 1;
	} else {
		done = sendmmsg(s, msg, n, flags);
	}
	i = done < 0 ? 0 : done;
	if (i < n) {
		int keep = errno;

		/* what did not go out was not sent, and does not count as told */
		pthread_mutex_lock(&lock);
		sent -= n - i;
		if (told_upto > sent)
			told_upto = sent;
		pthread_mutex_unlock(&lock);
		errno = keep;
	}
	return done;
}

static void *sender(void *arg)
{
	int s = *(int *)arg;

	while (sent < count && !give_up && !(until && !access(until, F_OK))) {
		struct pollfd p = { .fd = s, .events = POLLOUT };
		uint32_t n = room();

		if (give_up)
			break;
		if (n > burst)
			n = burst;
		if (n > count - sent)
			n = count - sent;
		if (send_some(s, n) > 0)
			continue;
		if (errno == EAGAIN) {
			pthread_mutex_lock(&lock);
			full++;
			pthread_mutex_unlock(&lock);
			poll(&p, 1, 1000);
		} else if (restarts && errno == ECONNRESET) {
			told();
			failed_sends++;
			usleep(2000);
		} else {
			perror("azspio_traffic: send");
			give_up = 1;
		}
	}
	pthread_mutex_lock(&lock);
	sending_done = 1;
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* A message came back */
static void judge(const uint8_t *got, uint32_t size)
{
	static uint8_t want[MAX_RECV];
	uint32_t number = next, want_size, upto;
	struct head head;

	pthread_mutex_lock(&lock);
	upto = sent;
	pthread_mutex_unlock(&lock);
	want_size = make(number, want);
	if (number < upto && want_size == size && !memcmp(want, got, size)) {
		echoed++;
		goto out;
	}
	/* not the next one: which is it? */
	memcpy(&head, got, size < sizeof(head) ? size : sizeof(head));
	if (size < sizeof(head) || head.magic != MAGIC || head.seed != seed ||
	    head.number >= upto || make(head.number, want) != size ||
	    memcmp(want, got, size)) {
		wrong++;
		if (wrong < 4)
			fprintf(stderr, "azspio_traffic: %u bytes are not those of message %u\n",
				size, number);
		return;
	}
	if (head.number < number) {
		twice++;
		if (twice < 4)
			fprintf(stderr, "azspio_traffic: message %u came again, or late\n",
				head.number);
		return;
	}
	number = head.number;
	echoed++;
out:
	pthread_mutex_lock(&lock);
	for (; next < number; next++) {
		lost++;
		if (next >= told_upto)
			silent++;
	}
	next = number + 1;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

static int take_back(int s)
{
	static uint8_t buf[MAX_RECV + 1];
	struct pollfd p = { .fd = s, .events = POLLIN };
	uint64_t last = now_ms();
	ssize_t n;

	for (;;) {
		int over;

		pthread_mutex_lock(&lock);
		/* all are back, or the rest will not come */
		over = sending_done && (next >= sent || (restarts && told_upto >= sent &&
							 now_ms() - last > 500));
		pthread_mutex_unlock(&lock);
		if (over || give_up)
			return 0;
		if (nonblock && poll(&p, 1, 200) < 0)
			fail("poll");
		n = recv(s, buf, sizeof(buf), nonblock ? MSG_DONTWAIT : 0);
		if (n >= 0) {
			last = now_ms();
			judge(buf, n);
			if (pause_us)
				usleep(pause_us);
		} else if (errno == ECONNRESET && restarts) {
			told();
		} else if (errno != EAGAIN) {
			perror("azspio_traffic: receive");
			give_up = 1;
			return -1;
		} else if (now_ms() - last > quiet_s * 1000) {
			fprintf(stderr, "azspio_traffic: nothing came for %u seconds\n", quiet_s);
			give_up = 1;
			return -1;
		}
	}
}

static void finish_accounts(void)
{
	for (; next < sent; next++) {
		lost++;
		if (next >= told_upto)
			silent++;
	}
}

/* ---- a stream from the core, and one to it -------------------------------- */

#define KIND(a, b, c, d)	((uint32_t)(a) | (b) << 8 | (c) << 16 | (uint32_t)(d) << 24)

static void make_stream(uint32_t number, uint32_t *word, uint32_t size)
{
	uint32_t i;

	for (i = 0; i < (size + 3) / 4; i++)
		word[i] = mix(number, i);
	word[0] = KIND('D', 'A', 'T', 'A');
	word[1] = number;
	word[2] = seed;
}

static void *stream_up(void *arg)
{
	static uint32_t word[MAX_RECV / 4];
	uint32_t ask[5] = { KIND('S', 'E', 'N', 'D'), count, low, high, seed }, n;
	uint32_t tell = KIND('T', 'E', 'L', 'L');
	int s = *(int *)arg;

	if (send(s, ask, sizeof(ask), 0) != sizeof(ask))
		give_up = 1;
	for (n = 0; n < count && !give_up; n++) {
		uint32_t size = size_of(n) > MAX_SEND ? MAX_SEND : size_of(n);

		make_stream(n, word, size);
		if (send(s, word, size, 0) != (ssize_t)size) {
			perror("azspio_traffic: send");
			give_up = 1;
		}
		sent++;
	}
	if (!give_up && send(s, &tell, sizeof(tell), 0) != sizeof(tell))
		give_up = 1;
	return NULL;
}

static int run_stream(int s)
{
	static uint32_t got[MAX_RECV / 4 + 1], want[MAX_RECV / 4 + 1];
	struct timeval t = { .tv_sec = quiet_s };
	uint32_t answer[4] = { 0 }, n = 0, sent_before = 0;
	pthread_t up;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	if (pthread_create(&up, NULL, stream_up, &s))
		fail("thread");
	while (n < count || !answer[0]) {
		ssize_t size = recv(s, got, sizeof(got), 0);

		/* it has sent all that it was asked for, and is still being sent to */
		if (size < 0 && errno == EAGAIN && sent != sent_before) {
			sent_before = sent;
			continue;
		}
		if (size < 0) {
			perror("azspio_traffic: receive");
			give_up = 1;
			break;
		}
		if (size == sizeof(answer) && got[0] == KIND('T', 'E', 'L', 'L')) {
			memcpy(answer, got, sizeof(answer));
			continue;
		}
		make_stream(n, want, size_of(n));
		if ((uint32_t)size != size_of(n) || memcmp(got, want, size))
			wrong++;
		n++;
		echoed++;
	}
	pthread_join(up, NULL);
	printf("up=%u up_received=%u up_lost=%u up_wrong=%u down=%u down_wrong=%u\n",
	       sent, answer[1], answer[2], answer[3], echoed, wrong);
	return give_up || wrong || echoed != count || answer[1] != count || answer[2] || answer[3];
}

/* ---- messages that nobody has asked for ------------------------------------ */

static int listen_only(int s)
{
	struct timeval t = { .tv_sec = quiet_s };
	uint8_t buf[MAX_RECV];
	uint32_t got = 0;
	ssize_t n;

	if (setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)))
		fail("SO_RCVTIMEO");
	printf("listening\n");
	fflush(stdout);
	while (got < count) {
		n = recv(s, buf, sizeof(buf), 0);
		if (n >= 0) {
			got++;
			printf("message of %zd bytes\n", n);
			fflush(stdout);
		} else if (errno == ECONNRESET && restarts) {
			resets++;
		} else {
			perror("azspio_traffic: receive");
			break;
		}
	}
	printf("got=%u resets=%u\n", got, resets);
	return got < count;
}

static void usage(void)
{
	fprintf(stderr,
		"azspio_traffic_test --peer ID [--own ID] [--count N] [--seed N] [--min N] [--max N]\n"
		"  --window N    messages under way at most (32)\n"
		"  --burst N     messages per call of sendmmsg (1)\n"
		"  --nonblock    MSG_DONTWAIT and poll instead of calls that wait\n"
		"  --pause US    wait after each message that came: a slow reader\n"
		"  --full        sending must have met EAGAIN\n"
		"  --restarts    the core may restart meanwhile\n"
		"  --until FILE  stop sending when that file is there\n"
		"  --published   use the number 43, as programs do that were written for it\n"
		"  --quiet S     seconds without a message that end the run (10)\n"
		"  --stream      with ic-stream: both directions at once, independently\n"
		"  --listen      send nothing: wait for N messages, whatever is in them\n");
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "peer", 1, NULL, 'p' }, { "own", 1, NULL, 'o' }, { "count", 1, NULL, 'n' },
		{ "seed", 1, NULL, 's' }, { "min", 1, NULL, 'l' }, { "max", 1, NULL, 'h' },
		{ "window", 1, NULL, 'w' }, { "burst", 1, NULL, 'b' },
		{ "nonblock", 0, NULL, 'N' }, { "pause", 1, NULL, 'd' }, { "full", 0, NULL, 'f' },
		{ "restarts", 0, NULL, 'r' }, { "quiet", 1, NULL, 'q' }, { "stream", 0, NULL, 'S' },
		{ "until", 1, NULL, 'u' }, { "published", 0, NULL, 'P' },
		{ "listen", 0, NULL, 'L' },
		{ NULL, 0, NULL, 0 }
	};
	struct timeval t = { .tv_usec = 200000 };
	int have_peer = 0, s, c;
	pthread_t thread;
	uint64_t began;

	if (family_number() < 0) {
		printf("# af_azspio is not loaded\n");
		return SKIP;
	}
	if (argc == 1)
		return 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			have_peer = 1;
			if (parse_id(optarg, peer))
				usage();
			break;
		case 'o':
			have_own = 1;
			if (parse_id(optarg, own))
				usage();
			break;
		case 'n':
			count = strtoul(optarg, NULL, 0);
			break;
		case 'P':
			published = 1;
			break;
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			low = strtoul(optarg, NULL, 0);
			break;
		case 'h':
			high = strtoul(optarg, NULL, 0);
			break;
		case 'w':
			window = strtoul(optarg, NULL, 0);
			break;
		case 'b':
			burst = strtoul(optarg, NULL, 0);
			break;
		case 'd':
			pause_us = strtoul(optarg, NULL, 0);
			break;
		case 'q':
			quiet_s = strtoul(optarg, NULL, 0);
			break;
		case 'N':
			nonblock = 1;
			break;
		case 'f':
			expect_full = 1;
			break;
		case 'r':
			restarts = 1;
			break;
		case 'u':
			until = optarg;
			break;
		case 'S':
			stream = 1;
			break;
		case 'L':
			listening = 1;
			break;
		default:
			usage();
		}
	}
	/* to tell which message is missing, each must say who it is */
	if ((restarts || stream) && low < HEAD)
		low = HEAD;
	if (!have_peer || !count || low > high || high > MAX_RECV || (!stream && high > MAX_SEND) ||
	    !window || window > MAX_WINDOW || !burst || burst > MAX_BURST)
		usage();

	s = connect_core(SOCK_DGRAM);
	if (stream)
		return run_stream(s);
	if (listening)
		return listen_only(s);
	/* waiting calls look around now and then, or the end would be missed */
	if (setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)))
		fail("SO_RCVTIMEO");
	began = now_ms();
	if (pthread_create(&thread, NULL, sender, &s))
		fail("thread");
	take_back(s);
	pthread_join(thread, NULL);
	finish_accounts();
	missing = sent - echoed;
	printf("sent=%u echoed=%u missing=%u silent=%u twice=%u wrong=%u ",
	       sent, echoed, missing, silent, twice, wrong);
	printf("resets=%u refused=%u full=%u ms=%llu\n", resets, failed_sends, full,
	       (unsigned long long)(now_ms() - began));
	if (give_up || wrong || twice || silent || (!until && sent != count) || !sent)
		return 1;
	if (!restarts && missing)
		return 1;
	if (expect_full && !full) {
		fprintf(stderr, "azspio_traffic: sending never met a full ring\n");
		return 1;
	}
	return 0;
}
