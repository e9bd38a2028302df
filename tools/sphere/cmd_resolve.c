// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere resolve: the only resolver that applications may ask
 *
 * A policy names hosts; the kernel knows addresses. This program stands between: it
 * takes questions on a loopback address, asks a real server about names that some
 * loaded policy lists, gives each address to the kernel, which adds it to the
 * applications that list the name, and only then answers. A name that nobody lists is
 * refused without asking anybody: otherwise the question itself would be a way out.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "cmd_run.h"
#include "dns.h"
#include "findings.h"
#include "lsm.h"
#include "options.h"

#define ASKED_MAX	96
/* who waits for one answer, and for how many answers one socket may wait */
#define ASKERS_MAX	16
#define CLIENT_MAX	16
/* questions about names of one application, which may list hosts whose server is silent */
#define APP_MAX		24
#define APP_TEXT	63
#define TRY_MS		1500
#define TRIES		3
/* an answer over TCP: the time for it, and what is read of it: DNS_MAX_ADDRS addresses */
#define TCP_MS		3000
#define TCP_ROOM	4096
/* what the kernel makes of times to live */
#define MIN_TTL		10
#define MAX_TTL		86400
#define NAMES_MAX	64

/* a quarter of a sockaddr_storage: there are many */
union endpoint {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/**
 * struct asker - who waits for an answer
 * @client: his socket
 * @client_len: bytes of it
 * @id: of his message
 */
struct asker {
	union endpoint client;
	socklen_t client_len;
	uint16_t id;
};

/**
 * struct asked - a question that a server is asked
 *
 * There is one for a name and type, whoever asks: many who ask for the same, and a
 * server that is silent, do not use up all of them.
 *
 * @used: there is one
 * @app: the application that lists the name, whose share it is
 * @fd: socket of its own: its port is a part of what an attacker must guess
 * @tries: how often it was sent
 * @no_edns: the server does not understand how long an answer may be
 * @tcp: over TCP: room for the answer, with its length before it; else NULL
 * @got: bytes there
 * @sent: the question has gone out over TCP
 * @until: when it is sent again or given up, in milliseconds
 * @askers: who asked
 * @n_askers: their number
 * @q: question, with an id of our own
 */
struct asked {
	bool used;
	char app[APP_TEXT + 1];
	int fd;
	unsigned int tries;
	bool no_edns;
	uint8_t *tcp;
	size_t got;
	bool sent;
	int64_t until;
	struct asker askers[ASKERS_MAX];
	unsigned int n_askers;
	struct dns_question q;
};

/**
 * struct resolver - the running program
 * @fd: socket for questions
 * @control: control node, or -1 for a dry run
 * @server: who is asked
 * @server_len: bytes of it
 * @names: dry run: names that are answered
 * @apps: dry run: who lists each
 * @n_names: their number
 * @asked: questions
 */
struct resolver {
	int fd;
	int control;
	struct sockaddr_storage server;
	socklen_t server_len;
	const char *names[NAMES_MAX];
	char apps[NAMES_MAX][APP_TEXT + 1];
	unsigned int n_names;
	struct asked asked[ASKED_MAX];
};

static volatile sig_atomic_t stop;

static void stop_it(int number)
{
	stop = 1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "1.2.3.4", "1.2.3.4:53", "::1", "[::1]", "[::1]:53" */
static bool parse_endpoint(const char *text, uint16_t port, struct sockaddr_storage *to,
			   socklen_t *len)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	char host[INET6_ADDRSTRLEN + 2];
	const char *colon = strrchr(text, ':');
	uint64_t n = port;
	size_t size = strlen(text);

	memset(to, 0, sizeof(*to));
	if (text[0] == '[' && colon && colon > text && colon[-1] == ']') {
		size = colon - 1 - (text + 1);
		text++;
	} else if (text[0] == '[' && text[size - 1] == ']') {
		size -= 2;
		text++;
		colon = NULL;
	} else if (colon && strchr(text, ':') == colon) {
		size = colon - text;
	} else {
		colon = NULL;
	}
	if ((colon && (!parse_number(colon + 1, 65535, &n) || !n)) || size >= sizeof(host))
		return false;
	memcpy(host, text, size);
	host[size] = '\0';
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(n);
		*len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(n);
		*len = sizeof(*v6);
		return true;
	}
	return false;
}

/* The first server of resolv.conf that is not this program */
static bool find_server(struct resolver *r, const struct sockaddr_storage *own)
{
	FILE *f = fopen("/etc/resolv.conf", "re");
	char line[256], word[128];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "nameserver %127s", word) != 1)
			continue;
		found = parse_endpoint(word, 53, &r->server, &r->server_len) &&
			memcmp(&r->server, own, r->server_len);
	}
	if (f)
		fclose(f);
	return found;
}

/* Does a loaded policy list the host? Lines "send PROTOCOL HOST FIRST-LAST" say so */
static bool listed_in(struct arena *arena, const char *id, const char *name)
{
	const char *host = arena_print(arena, " %s ", name), *line;
	int code = SPHERE_OK;
	char *path = arena_print(arena, "%s/apps/%s/grants", lsm_dir(), id);
	char *text = NULL;
	size_t size;

	if (!access(path, R_OK))
		text = read_file(arena, path, 1 << 20, &size, &code);
	for (line = text; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *found = strstr(line, host);

		if (!strncmp(line, "send ", 5) && found && found < line + strcspn(line, "\n"))
			return true;
	}
	return false;
}

/* How many questions are asked about names of an application? */
static unsigned int share_of(const struct resolver *r, const char *app)
{
	unsigned int i, n = 0;

	for (i = 0; i < ASKED_MAX; i++)
		n += r->asked[i].used && !strcmp(r->asked[i].app, app);
	return n;
}

/*
 * An application lists the name: @app becomes the one of those whose share is the
 * smallest, so that nobody uses up another's by listing the same names
 */
static void listed_by(const struct resolver *r, const char *who, bool *found,
		      char app[APP_TEXT + 1])
{
	if (!*found || share_of(r, who) < share_of(r, app))
		snprintf(app, APP_TEXT + 1, "%.*s", APP_TEXT, who);
	*found = true;
}

static bool listed(const struct resolver *r, const char *name, char app[APP_TEXT + 1])
{
	struct arena arena = { };
	struct dirent *e;
	bool found = false;
	unsigned int i;
	DIR *d;

	if (r->control < 0) {
		for (i = 0; i < r->n_names; i++)
			if (!strcasecmp(r->names[i], name))
				listed_by(r, r->apps[i], &found, app);
		return found;
	}
	d = opendir(arena_print(&arena, "%s/apps", lsm_dir()));
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && listed_in(&arena, e->d_name, name))
			listed_by(r, e->d_name, &found, app);
	if (d)
		closedir(d);
	arena_free(&arena);
	return found;
}

/* Give an address to the kernel: true if an application may use it now */
static bool give(const struct resolver *r, const char *name, const struct dns_addr *addr)
{
	struct sphere_lsm_address a = { .ttl = addr->ttl, .name = (uintptr_t)name,
					.name_len = strlen(name) };
	char text[INET6_ADDRSTRLEN];

	memcpy(a.addr, addr->addr, sizeof(a.addr));
	if (r->control < 0) {
		printf("%s %s %u\n", name, inet_ntop(AF_INET6, addr->addr, text, sizeof(text)),
		       addr->ttl);
		fflush(stdout);
		return true;
	}
	if (!ioctl(r->control, SPHERE_LSM_IOC_ADDRESS, &a))
		return a.apps;
	fprintf(stderr, "sphere: %s %s is not given to the applications: %s\n", name,
		inet_ntop(AF_INET6, addr->addr, text, sizeof(text)),
		a.verdict.reason ? "the kernel refuses it" : strerror(errno));
	return false;
}

static void answer(const struct resolver *r, const struct asker *to, struct dns_question *q,
		   const struct dns_answer *a)
{
	uint8_t bytes[512];
	size_t n;

	q->id = to->id;
	n = dns_write_answer(q, a, bytes, sizeof(bytes));
	/* who does not take it asks again */
	if (n)
		sendto(r->fd, bytes, n, MSG_DONTWAIT, &to->client.any, to->client_len);
}

static void answer_code(const struct resolver *r, const struct asker *to, struct dns_question *q,
			unsigned int code)
{
	const struct dns_answer a = { .code = code };

	answer(r, to, q, &a);
}

static void forget(struct asked *x)
{
	if (x->fd >= 0)
		close(x->fd);
	free(x->tcp);
	x->tcp = NULL;
	x->used = false;
}

static void finish(const struct resolver *r, struct asked *x, struct dns_answer *a)
{
	unsigned int i, n = 0;

	for (i = 0; i < a->n; i++) {
		if (a->addr[i].ttl < MIN_TTL)
			a->addr[i].ttl = MIN_TTL;
		if (a->addr[i].ttl > MAX_TTL)
			a->addr[i].ttl = MAX_TTL;
		/* what the kernel does not take is of no use to the application */
		if (give(r, x->q.name, &a->addr[i]))
			a->addr[n++] = a->addr[i];
	}
	a->n = n;
	for (i = 0; i < x->n_askers; i++)
		answer(r, &x->askers[i], &x->q, a);
	forget(x);
}

static void fail(const struct resolver *r, struct asked *x)
{
	struct dns_answer a = { .code = DNS_FAILED };

	finish(r, x, &a);
}

static bool ask(struct asked *x)
{
	uint8_t bytes[DNS_MAX_MESSAGE];
	const size_t n = dns_write_query(&x->q, !x->no_edns, bytes, sizeof(bytes));

	x->tries++;
	x->until = now_ms() + TRY_MS;
	return n && send(x->fd, bytes, n, MSG_DONTWAIT) == (ssize_t)n;
}

static bool same_client(const struct asker *a, const struct asker *b)
{
	return a->client_len == b->client_len && !memcmp(&a->client, &b->client, a->client_len);
}

/* For how many answers does the client's socket wait? */
static unsigned int waits_for(const struct resolver *r, const struct asker *client)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < ASKED_MAX; i++)
		for (k = 0; r->asked[i].used && k < r->asked[i].n_askers; k++)
			n += same_client(&r->asked[i].askers[k], client);
	return n;
}

/* The same question, which somebody waits for already, or NULL */
static struct asked *find_asked(struct resolver *r, const struct dns_question *q)
{
	unsigned int i;

	for (i = 0; i < ASKED_MAX; i++) {
		struct asked *x = &r->asked[i];

		if (x->used && x->q.type == q->type && !strcmp(x->q.name, q->name))
			return x;
	}
	return NULL;
}

/* A slot with a socket of its own, or NULL */
static struct asked *new_asked(struct resolver *r, const struct dns_question *q, const char *app)
{
	struct asked *x = NULL;
	unsigned int i;

	for (i = 0; i < ASKED_MAX && !x; i++)
		if (!r->asked[i].used)
			x = &r->asked[i];
	if (!x || share_of(r, app) >= APP_MAX)
		return NULL;
	memset(x, 0, sizeof(*x));
	memcpy(x->app, app, sizeof(x->app));
	x->fd = socket(r->server.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (x->fd < 0)
		return NULL;
	x->used = true;
	x->q = *q;
	return x;
}

/* A question that somebody sent */
static void take_question(struct resolver *r)
{
	struct asker from = { .client_len = sizeof(from.client) };
	uint8_t bytes[DNS_MAX_MESSAGE];
	char app[APP_TEXT + 1] = "";
	struct dns_question q;
	struct asked *x;
	unsigned int i;
	ssize_t n;
	int code;

	n = recvfrom(r->fd, bytes, sizeof(bytes), MSG_DONTWAIT, &from.client.any, &from.client_len);
	if (n < 0 || from.client_len > sizeof(from.client))
		return;
	code = dns_read_query(bytes, n, &q);
	if (code < 0)
		return;
	from.id = q.id;
	if (!code && !listed(r, q.name, app))
		code = DNS_REFUSED;
	/* other records than addresses: there are none */
	if (code || (q.type != DNS_TYPE_A && q.type != DNS_TYPE_AAAA)) {
		answer_code(r, &from, &q, code);
		return;
	}
	x = find_asked(r, &q);
	/* sent again by who waits already */
	for (i = 0; x && i < x->n_askers; i++)
		if (x->askers[i].id == from.id && same_client(&x->askers[i], &from))
			return;
	if (waits_for(r, &from) >= CLIENT_MAX || (x && x->n_askers == ASKERS_MAX)) {
		answer_code(r, &from, &q, DNS_FAILED);
		return;
	}
	if (x) {
		x->askers[x->n_askers++] = from;
		return;
	}
	x = new_asked(r, &q, app);
	if (!x) {
		answer_code(r, &from, &q, DNS_FAILED);
		return;
	}
	x->askers[x->n_askers++] = from;
	/* connected: answers of others do not arrive */
	if (getrandom(&x->q.id, sizeof(x->q.id), 0) != sizeof(x->q.id) ||
	    connect(x->fd, (struct sockaddr *)&r->server, r->server_len) || !ask(x))
		fail(r, x);
}

/* An answer was too long for UDP: ask for it over TCP */
static bool start_tcp(const struct resolver *r, struct asked *x)
{
	close(x->fd);
	x->tries = TRIES;
	x->until = now_ms() + TCP_MS;
	x->tcp = malloc(TCP_ROOM);
	x->fd = socket(r->server.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return x->tcp && x->fd >= 0 &&
	       (!connect(x->fd, (const struct sockaddr *)&r->server, r->server_len) ||
		errno == EINPROGRESS);
}

/* Something happened to the connection: true if it goes on */
static bool go_on_tcp(const struct resolver *r, struct asked *x)
{
	uint8_t bytes[2 + DNS_MAX_MESSAGE];
	struct dns_answer a;
	size_t n, room;
	ssize_t got;

	if (!x->sent) {
		n = dns_write_query(&x->q, !x->no_edns, bytes + 2, sizeof(bytes) - 2);
		bytes[0] = n >> 8;
		bytes[1] = n;
		/* it fits into a buffer that nothing is in */
		x->sent = n && send(x->fd, bytes, n + 2, MSG_DONTWAIT | MSG_NOSIGNAL) ==
			       (ssize_t)n + 2;
		return x->sent;
	}
	room = x->got < 2 ? 2 : 2 + (x->tcp[0] << 8 | x->tcp[1]);
	if (room > TCP_ROOM)
		room = TCP_ROOM;
	got = recv(x->fd, x->tcp + x->got, room - x->got, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	x->got += got;
	if (!got || (x->got == 2 && !x->tcp[0] && !x->tcp[1]))
		return false;
	if (x->got < room || x->got == 2)
		return true;
	if (!dns_read_answer(x->tcp + 2, x->got - 2, &x->q, &a) ||
	    (!a.code && !a.n && (a.truncated || room == TCP_ROOM)))
		return false;
	finish(r, x, &a);
	return true;
}

static void take_answer(struct resolver *r, struct asked *x)
{
	uint8_t bytes[DNS_MAX_MESSAGE];
	struct dns_answer a;
	ssize_t n;

	if (x->tcp) {
		if (!go_on_tcp(r, x))
			fail(r, x);
		return;
	}
	n = recv(x->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			fail(r, x);
		return;
	}
	/* what answers something else may be somebody's guess */
	if (!dns_read_answer(bytes, n, &x->q, &a))
		return;
	if ((a.code == DNS_FORMAT || a.code == DNS_UNKNOWN) && !x->no_edns) {
		x->no_edns = true;
		x->tries = 0;
		if (!ask(x))
			fail(r, x);
		return;
	}
	/* the question is ours: the application made no mistake */
	if (a.code == DNS_FORMAT || a.code == DNS_UNKNOWN)
		a.code = DNS_FAILED;
	/* that no address fitted does not mean that there is none */
	if (!a.code && !a.n && a.truncated) {
		if (!start_tcp(r, x))
			fail(r, x);
		return;
	}
	finish(r, x, &a);
}

static int serve(struct resolver *r)
{
	struct pollfd p[1 + ASKED_MAX];
	unsigned int i;

	while (!stop) {
		int64_t now = now_ms(), wait = 3600000;

		p[0].fd = r->fd;
		p[0].events = POLLIN;
		for (i = 0; i < ASKED_MAX; i++) {
			struct asked *x = &r->asked[i];

			if (x->used && x->until <= now && (x->tries == TRIES || !ask(x)))
				fail(r, x);
			p[i + 1].fd = x->used ? x->fd : -1;
			p[i + 1].events = x->tcp && !x->sent ? POLLOUT : POLLIN;
			p[i + 1].revents = 0;
			if (x->used && x->until - now < wait)
				wait = x->until > now ? x->until - now : 0;
		}
		if (poll(p, ARRAY_SIZE(p), wait) < 0) {
			if (errno == EINTR)
				continue;
			return complain(SPHERE_SYSTEM, "waiting failed: %s", strerror(errno));
		}
		for (i = 0; i < ASKED_MAX; i++)
			if (p[i + 1].revents && r->asked[i].used)
				take_answer(r, &r->asked[i]);
		if (p[0].revents)
			take_question(r);
	}
	return SPHERE_OK;
}

static bool is_loopback(const struct sockaddr_storage *a)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;

	return a->ss_family == AF_INET ? ntohl(v4->sin_addr.s_addr) >> 24 == 127 :
	       IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static int add_name(void *context, const char *value)
{
	const char *slash = strchr(value, '/'), *why;
	struct resolver *r = context;

	if (slash && slash - value <= APP_TEXT && r->n_names < NAMES_MAX) {
		memcpy(r->apps[r->n_names], value, slash - value);
		value = slash + 1;
	}
	if (!host_name_good(value, &why) || r->n_names == NAMES_MAX)
		return complain(SPHERE_USAGE, "'%s' is no name of a host, or there are more than %d",
				value, NAMES_MAX);
	r->names[r->n_names++] = value;
	return SPHERE_OK;
}

/**
 * sphere_resolve() - sphere resolve
 * @group: of the command
 * @cmd: command
 * @argc: words
 * @argv: words
 *
 * Return: an exit code
 */
int sphere_resolve(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		   char **argv)
{
	struct resolver *r = calloc(1, sizeof(*r));
	const char *listen = "127.0.0.35", *server = NULL;
	const struct sphere_option options[] = {
		{ .name = "dry-run", .list = add_name, .context = r },
		{ .name = "listen", .value = &listen },
		{ .name = "server", .value = &server },
		{ }
	};
	struct sigaction end = { .sa_handler = stop_it };
	struct sockaddr_storage own;
	socklen_t own_len;
	int i, code = SPHERE_OK;
	unsigned int k;

	if (!r)
		return complain(SPHERE_SYSTEM, "there is no memory");
	r->fd = -1;
	r->control = -1;
	i = parse_options(group, cmd, argc, argv, options);
	if (i < 0)
		code = -i;
	else if (i != argc)
		code = usage(cmd, "resolve takes no arguments");
	else if (!parse_endpoint(listen, 53, &own, &own_len) || !is_loopback(&own))
		code = usage(cmd, "--listen takes an address of this machine itself, as 127.0.0.35 or 127.0.0.35:53");
	else if (server && !parse_endpoint(server, 53, &r->server, &r->server_len))
		code = usage(cmd, "--server takes an address, as 192.0.2.1 or 192.0.2.1:53");
	else if (!server && !find_server(r, &own))
		code = complain(SPHERE_INPUT, "/etc/resolv.conf names no other server: name one with --server");
	if (!code && !r->n_names)
		r->control = lsm_open(&code);
	if (!code) {
		r->fd = socket(own.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (r->fd < 0 || bind(r->fd, (struct sockaddr *)&own, own_len))
			code = complain(SPHERE_SYSTEM, "%s cannot be listened on: %s", listen,
					strerror(errno));
	}
	if (!code) {
		sigaction(SIGTERM, &end, NULL);
		sigaction(SIGINT, &end, NULL);
		code = serve(r);
	}
	for (k = 0; k < ASKED_MAX; k++)
		if (r->asked[k].used)
			forget(&r->asked[k]);
	if (r->fd >= 0)
		close(r->fd);
	if (r->control >= 0)
		close(r->control);
	free(r);
	return code;
}
