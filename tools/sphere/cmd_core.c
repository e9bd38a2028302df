// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere core: real-time cores, and messages to the applications on them
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "findings.h"
#include "json.h"
#include "options.h"
#include "sphere_core.h"
#include "text.h"

static const struct sphere_command commands[];
enum { LIST, SEND, RECV, START, STOP };

#define CORES		2
#define VALUE_MAX	4096

#define parse(n, argc, argv, options)	\
	parse_options(&core_group, &commands[n], argc, argv, options)

/* ---- what sysfs says ------------------------------------------------------ */

static const char *sysfs(void)
{
	return getenv("SPHERE_SYSFS_DIR") ?: "/sys";
}

/* One value, or NULL */
static char *value(struct arena *arena, const char *dir, const char *file)
{
	char buf[VALUE_MAX];
	ssize_t n;
	int fd = open(arena_print(arena, "%s/%s", dir, file), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	n = read(fd, buf, sizeof(buf));
	close(fd);
	if (n < 0)
		return NULL;
	while (n && buf[n - 1] == '\n')
		n--;
	return arena_copy(arena, buf, n);
}

/* What a core or a driver says is no business of the terminal's */
static void print_text(const unsigned char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (bytes[i] == '\\')
			printf("\\\\");
		else if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
			putchar(bytes[i]);
		else
			printf("\\x%02x", bytes[i]);
}

/* The directory of @parent whose file @file says @wanted, or NULL */
static char *find(struct arena *arena, const char *parent, const char *file, const char *wanted)
{
	char *found = NULL;
	struct dirent *e;
	DIR *d = opendir(parent);

	while (d && !found && (e = readdir(d))) {
		char *dir = arena_print(arena, "%s/%s", parent, e->d_name);
		const char *is = e->d_name[0] == '.' ? NULL : value(arena, dir, file);

		if (is && !strcmp(is, wanted))
			found = dir;
	}
	if (d)
		closedir(d);
	return found;
}

/* The device of core @nr, or NULL */
static char *core_dir(struct arena *arena, unsigned int nr)
{
	return find(arena, arena_print(arena, "%s/bus/platform/drivers/mt3620-rtcore", sysfs()),
		    "core", arena_print(arena, "%u", nr));
}

static int no_cores(void)
{
	return complain(SPHERE_SYSTEM, "there is no real-time core: load the driver (modprobe mt3620-rtcore), and see the kernel's log");
}

static void print_core(struct arena *arena, const char *dir, unsigned int nr, bool json, bool first)
{
	static const char *const files[] = {
		"state", "reason", "component", "partners", "image", "owner",
		"statistics/sent", "statistics/received", "statistics/lost",
	};
	unsigned int i;

	if (!json)
		printf("core %u\n", nr);
	else
		printf("%s\n  { \"core\": %u", first ? "" : ",", nr);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		const char *name = strrchr(files[i], '/');
		const char *is = value(arena, dir, files[i]);
		const bool number = name;

		name = name ? name + 1 : files[i];
		if (!json) {
			printf("  %-10s ", name);
			print_text((const unsigned char *)(is ? is : "(cannot be read)"),
				   is ? strlen(is) : 16);
			printf("\n");
			continue;
		}
		printf(", \"%s\": ", name);
		if (!is || !strcmp(is, "none"))
			printf("null");
		else if (number)
			printf("%llu", strtoull(is, NULL, 10));
		else
			print_json_string(stdout, is);
	}
	if (json)
		printf(" }");
}

static int run_list(int argc, char **argv)
{
	struct arena arena = { };
	bool json = false;
	const struct sphere_option options[] = { { .name = "json", .flag = &json }, { } };
	unsigned int nr, n = 0;
	int i;

	i = parse(LIST, argc, argv, options);
	if (i < 0)
		return -i;
	if (i != argc)
		return usage(&commands[LIST], "list takes no arguments");
	for (nr = 0; nr < CORES; nr++) {
		const char *dir = core_dir(&arena, nr);

		if (!dir)
			continue;
		if (json && !n)
			printf("[");
		print_core(&arena, dir, nr, json, !n);
		n++;
	}
	if (json && n)
		printf("\n]\n");
	arena_free(&arena);
	return n ? SPHERE_OK : no_cores();
}

/* ---- messages ------------------------------------------------------------- */

/* what errors mean here */
static int core_failed(const char *what, int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ EACCES, "one of the two does not list the other, or --own needs root" },
		{ EPERM, "one of the two components does not list the other any more" },
		{ EAFNOSUPPORT, "this kernel has no sockets to real-time cores: load af_azspio" },
		{ EADDRINUSE, "a program is connected to that component in this one's name" },
		{ ECONNRESET, "no core runs that component now: see 'sphere core list'" },
		{ EAGAIN, "nothing came, or went, in time" },
		{ ENOBUFS, "too many sockets to cores are open" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].err == err)
			return complain(SPHERE_SYSTEM, "%s: %s", what, texts[i].text);
	return complain(SPHERE_SYSTEM, "%s: %s", what, strerror(err));
}

/**
 * struct talk - a conversation
 * @own: component that is spoken for, or NULL
 * @seconds: how long to wait, as text
 * @count: how many messages to receive, as text
 * @hex: messages are written as hexadecimal digits
 * @raw: and are not, at all
 * @s: socket
 * @wait_ms: how long to wait
 */
struct talk {
	const char *own;
	const char *seconds;
	const char *count;
	bool hex;
	bool raw;
	int s;
	int wait_ms;
};

/* Check the words and connect. Returns an exit code, with the reason said */
static int begin(unsigned int n, struct talk *t, const char *peer)
{
	uint64_t seconds = 0;
	uint8_t id[GUID_SIZE];

	t->s = -1;
	if (!parse_guid(peer, id))
		return usage(&commands[n], "'%s' is no component id", peer);
	if (t->own && !parse_guid(t->own, id))
		return usage(&commands[n], "'%s' is no component id", t->own);
	if (t->seconds && !parse_number(t->seconds, 86400, &seconds))
		return usage(&commands[n], "'%s' is no number of seconds up to a day", t->seconds);
	t->wait_ms = t->seconds ? (int)seconds * 1000 : -1;
	t->s = sphere_core_connect_as(t->own, peer);
	return t->s < 0 ? core_failed(peer, errno) : SPHERE_OK;
}

static int wait_for(const struct talk *t, short events, const char *peer)
{
	struct pollfd p = { .fd = t->s, .events = events };
	int n, err = 0;
	socklen_t len = sizeof(err);

	do {
		n = poll(&p, 1, t->wait_ms);
	} while (n < 0 && errno == EINTR);
	if (!n)
		return core_failed(peer, EAGAIN);
	if (n < 0)
		return core_failed(peer, errno);
	if (p.revents & POLLERR && !getsockopt(t->s, SOL_SOCKET, SO_ERROR, &err, &len) && err)
		return core_failed(peer, err);
	return SPHERE_OK;
}

static int print_message(const struct talk *t, const char *peer)
{
	unsigned char buf[SPHERE_CORE_RECV_MAX];
	ssize_t n;
	int code = wait_for(t, POLLIN, peer);

	if (code)
		return code;
	n = recv(t->s, buf, sizeof(buf), 0);
	if (n < 0)
		return core_failed(peer, errno);
	if (t->raw) {
		fwrite(buf, 1, n, stdout);
		return SPHERE_OK;
	}
	if (t->hex)
		print_hex(buf, n);
	else
		print_text(buf, n);
	putchar('\n');
	/* whoever reads it may want to answer */
	fflush(stdout);
	return SPHERE_OK;
}

/* The message: the words, or what comes on standard input. -1 with the reason said */
static ssize_t get_message(const struct talk *t, char **words, int n, unsigned char *buf,
			   size_t room, int *code)
{
	size_t len = 0, more;
	int i;

	*code = SPHERE_OK;
	if (t->hex && n == 1) {
		len = strlen(words[0]) / 2;
		if (len <= room && parse_hex(words[0], buf, len))
			return len;
		*code = complain(SPHERE_INPUT, "'%s' are no hexadecimal digits of up to %zu bytes",
				 words[0], room);
		return -1;
	}
	if (!n) {
		while ((more = fread(buf + len, 1, room + 1 - len, stdin)) > 0)
			len += more;
	}
	for (i = 0; i < n; i++) {
		more = strlen(words[i]);
		if (len + more + 1 > room + 1) {
			len = room + 1;
			break;
		}
		if (i)
			buf[len++] = ' ';
		memcpy(buf + len, words[i], more);
		len += more;
	}
	if (len <= room)
		return len;
	*code = complain(SPHERE_INPUT, "a message to a core has at most %zu bytes", room);
	return -1;
}

static int run_send(int argc, char **argv)
{
	struct talk t = { };
	bool answer = false;
	const struct sphere_option options[] = {
		{ .name = "answer", .flag = &answer },
		{ .name = "hex", .flag = &t.hex },
		{ .name = "own", .value = &t.own },
		{ .name = "timeout", .value = &t.seconds },
		{ }
	};
	/* one more, to see what is too long */
	unsigned char buf[SPHERE_CORE_SEND_MAX + 1];
	ssize_t len;
	int i, code;

	i = parse(SEND, argc, argv, options);
	if (i < 0)
		return -i;
	if (i == argc)
		return usage(&commands[SEND], "name the component on the core");
	if (t.hex && argc - i > 2)
		return usage(&commands[SEND], "with --hex the message is one word");
	len = get_message(&t, argv + i + 1, argc - i - 1, buf, SPHERE_CORE_SEND_MAX, &code);
	if (len < 0)
		return code;
	code = begin(SEND, &t, argv[i]);
	if (!code)
		code = wait_for(&t, POLLOUT, argv[i]);
	if (!code && send(t.s, buf, len, 0) != len)
		code = core_failed(argv[i], errno);
	if (!code && answer)
		code = print_message(&t, argv[i]);
	if (t.s >= 0)
		close(t.s);
	return code;
}

static int run_recv(int argc, char **argv)
{
	struct talk t = { };
	const struct sphere_option options[] = {
		{ .name = "count", .value = &t.count },
		{ .name = "hex", .flag = &t.hex },
		{ .name = "own", .value = &t.own },
		{ .name = "raw", .flag = &t.raw },
		{ .name = "timeout", .value = &t.seconds },
		{ }
	};
	uint64_t n = UINT64_MAX;
	int i, code;

	i = parse(RECV, argc, argv, options);
	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[RECV], "name one component on a core");
	if (t.count && (!parse_number(t.count, UINT32_MAX, &n) || !n))
		return usage(&commands[RECV], "'%s' is no number of messages", t.count);
	code = begin(RECV, &t, argv[i]);
	while (!code && n--)
		code = print_message(&t, argv[i]);
	if (t.s >= 0)
		close(t.s);
	return code;
}

/* ---- starting and stopping -------------------------------------------------- */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = errno;
	close(fd);
	return err;
}

static int control_failed(unsigned int nr, const char *what, int err)
{
	switch (err) {
	case EPERM:
		return complain(SPHERE_SYSTEM, "core %u is not %s: another application has it, or it takes root",
				nr, what);
	case EACCES:
		return complain(SPHERE_SYSTEM, "core %u is not %s: its policy does not list this image, or there is none; or it takes root",
				nr, what);
	case ENOENT:
		return complain(SPHERE_SYSTEM, "core %u is not %s: there is no such image in the kernel's search path of firmware (/lib/firmware)",
				nr, what);
	case EBUSY:
		return complain(SPHERE_SYSTEM, "core %u is not %s: it runs; stop it first", nr,
				what);
	default:
		return complain(SPHERE_SYSTEM, "core %u is not %s: %s; see the kernel's log", nr,
				what, strerror(err));
	}
}

static int no_control(void)
{
	return complain(SPHERE_SYSTEM, "this kernel cannot start cores: it has no CONFIG_REMOTEPROC, or the device tree does not say how");
}

/* The directory of core @word in remoteproc, or NULL with the reason said */
static char *core_control(struct arena *arena, unsigned int n, const char *word, uint64_t *nr,
			  int *code)
{
	char *dir;

	if (!parse_number(word, CORES - 1, nr)) {
		*code = usage(&commands[n], "'%s' is no core: there are 0 and 1", word);
		return NULL;
	}
	dir = find(arena, arena_print(arena, "%s/class/remoteproc", sysfs()), "name",
		   arena_print(arena, "rt-core%llu", (unsigned long long)*nr));
	if (!dir)
		*code = core_dir(arena, *nr) ? no_control() : no_cores();
	return dir;
}

/* Wait until the link is up, or for good reason is not */
static int wait_active(struct arena *arena, unsigned int nr, unsigned int tenths)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };
	const char *dir = core_dir(arena, nr), *state = NULL, *reason;

	for (; dir && tenths; tenths--) {
		state = value(arena, dir, "state");
		if (state && !strcmp(state, "active"))
			return SPHERE_OK;
		nanosleep(&tenth, NULL);
	}
	reason = dir ? value(arena, dir, "reason") : NULL;
	return complain(SPHERE_SYSTEM, "core %u was started, but its link is %s: %s", nr,
			state ? state : "gone", reason ? reason : "see the kernel's log");
}

static int run_start(int argc, char **argv)
{
	struct arena arena = { };
	const char *image = NULL, *component = NULL, *seconds = NULL, *partners = NULL;
	const struct sphere_option options[] = {
		{ .name = "component", .value = &component },
		{ .name = "image", .value = &image },
		{ .name = "partners", .value = &partners },
		{ .name = "timeout", .value = &seconds },
		{ }
	};
	uint64_t nr = 0, wait_s = 5;
	char *dir, *device, *state;
	int i, code = SPHERE_OK, err = 0;

	i = parse(START, argc, argv, options);
	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[START], "name one core, 0 or 1");
	if (seconds && !parse_number(seconds, 3600, &wait_s))
		return usage(&commands[START], "'%s' is no number of seconds up to an hour",
			     seconds);
	dir = core_control(&arena, START, argv[i], &nr, &code);
	if (dir) {
		device = core_dir(&arena, nr);
		/* the kernel would count the starts, and say nothing */
		state = value(&arena, dir, "state");
		if (state && (!strcmp(state, "running") || !strcmp(state, "attached")))
			code = control_failed(nr, "started", EBUSY);
	}
	if (dir && !code) {
		if (component && device)
			err = put(arena_print(&arena, "%s/component", device), component);
		if (partners && device && !err)
			err = put(arena_print(&arena, "%s/partners", device), partners);
		if (err)
			code = complain(SPHERE_SYSTEM, "what core %u runs cannot be said: %s",
					(unsigned int)nr,
					err == EINVAL ? "that is no component id" :
					"it takes root, and a policy comes before it");
	}
	if (dir && !code && image)
		err = put(arena_print(&arena, "%s/firmware", dir), image);
	if (dir && !code && !err)
		err = put(arena_print(&arena, "%s/state", dir), "start");
	if (dir && !code && err)
		code = control_failed(nr, "started", err);
	if (dir && !code && wait_s)
		code = wait_active(&arena, nr, wait_s * 10);
	arena_free(&arena);
	return code;
}

static int run_stop(int argc, char **argv)
{
	const struct sphere_option options[] = { { } };
	struct arena arena = { };
	uint64_t nr = 0;
	char *dir;
	int i, code = SPHERE_OK, err;

	i = parse(STOP, argc, argv, options);
	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[STOP], "name one core, 0 or 1");
	dir = core_control(&arena, STOP, argv[i], &nr, &code);
	if (dir) {
		err = put(arena_print(&arena, "%s/state", dir), "stop");
		if (err)
			code = control_failed(nr, "stopped", err);
	}
	arena_free(&arena);
	return code;
}

static const struct sphere_command commands[] = {
	[LIST] = {
		"list", "[--json]", "the cores, what runs on them, and how their links are",
		"Print of each core the state of its link and why it is not active, the component\n"
		"on it, whom it may talk to, its image and whether that was checked against a\n"
		"policy, who has started it, and messages sent, received and lost.\n"
		"\n"
		"  --json  print a JSON array\n",
		run_list
	},
	[SEND] = {
		"send", "[--own ID] [--answer] [--hex] [--timeout S] COMPONENT [TEXT]...",
		"send a message to an application on a core",
		"The message is TEXT, or without it what comes on standard input; at most 1,024\n"
		"bytes.\n"
		"\n"
		"  --own ID     speak for this component (root, where tasks have none)\n"
		"  --answer     wait for one message from there, and print it\n"
		"  --hex        TEXT and the answer are hexadecimal digits\n"
		"  --timeout S  give up after S seconds; without it, never\n",
		run_send
	},
	[RECV] = {
		"recv", "[--own ID] [--count N] [--hex | --raw] [--timeout S] COMPONENT",
		"print messages of an application on a core",
		"A line for each message; bytes that are no text are printed as \\xNN.\n"
		"\n"
		"  --own ID     receive what is for this component (root, where tasks have none)\n"
		"  --count N    end after N messages; without it, never\n"
		"  --hex        print hexadecimal digits\n"
		"  --raw        print the bytes, one message after the other\n"
		"  --timeout S  give up when nothing comes for S seconds\n",
		run_recv
	},
	[START] = {
		"start", "[--image NAME] [--component ID] [--partners LIST] [--timeout S] CORE",
		"start a core, and wait until its link is up",
		"CORE is 0 or 1. Where the core has a policy, that says what it is and which images\n"
		"it may run. Where there is no security module root says it.\n"
		"\n"
		"  --image NAME     file in /lib/firmware (default: the one before)\n"
		"  --component ID   what it is\n"
		"  --partners LIST  whom it may talk to: ids with spaces between, in one word\n"
		"  --timeout S      wait so long for the link; 0 does not wait (default: 5)\n",
		run_start
	},
	[STOP] = {
		"stop", "CORE", "stop a core",
		"CORE is 0 or 1. An application may stop what it has started.\n",
		run_stop
	},
	{ }
};

const struct sphere_group core_group = {
	.name = "core",
	.summary = "Real-time cores, and messages to their applications",
	.commands = commands,
};
