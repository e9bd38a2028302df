// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere run, enter and learn: a program as an application, and what it was refused
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd_run.h"
#include "compile.h"
#include "launch.h"
#include "lsm.h"
#include "options.h"
#include "policy_file.h"
#include "storage.h"

#define BOARD_FILE	"/etc/sphere/board.json"
#define RECORDS_MAX	64

/**
 * struct session - one run of a program
 * @arena: where things live
 * @board_path: board file
 * @user: who runs it, or NULL
 * @key: private key that signs, or NULL
 * @allow_unknown: of manifests
 * @keep: leave the policy loaded
 * @loaded: the policy is loaded, and the program was to start
 * @o: options of the compiler
 * @m: manifest; only with @has_manifest
 * @has_manifest: there is one
 * @board: board file; only with @has_manifest
 * @path: file of the manifest or policy
 * @id: component as text
 * @launch: what is started
 * @kmsg: the kernel's log from the start of the program, or -1
 * @before: counters at its start
 */
struct session {
	struct arena arena;
	const char *board_path;
	const char *user;
	const char *key;
	bool allow_unknown;
	bool keep;
	bool loaded;
	struct compile_options o;
	struct app_manifest m;
	bool has_manifest;
	struct board board;
	const char *path;
	char id[GUID_TEXT + 1];
	struct launch launch;
	int kmsg;
	struct lsm_counters before;
};

/* Words behind "--", which parsing the options hides */
static int words_behind(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--"))
			return argc - i - 1;
	return 0;
}

/* Where a program is: as a shell finds it, without links */
static const char *find_program(struct session *s, const char *word)
{
	const char *path = getenv("PATH"), *host;
	char *full;

	if (strchr(word, '/')) {
		full = realpath(word, NULL);
		if (full) {
			word = arena_copy(&s->arena, full, strlen(full));
			free(full);
			return word;
		}
		return word[0] == '/' ? word : arena_print(&s->arena, "/proc/self/cwd/%s", word);
	}
	while (path && *path) {
		const size_t len = strcspn(path, ":");

		full = arena_print(&s->arena, "%.*s/%s", (int)len, path, word);
		path += len + (path[len] == ':');
		if (full[0] == '/' && !access(full, X_OK)) {
			host = realpath(full, NULL);
			if (!host)
				continue;
			full = arena_copy(&s->arena, host, strlen(host));
			free((void *)host);
			return full;
		}
	}
	return arena_print(&s->arena, "/%s", word);
}

/* Is the program the entry point of an image, and where is that? */
static void find_image(struct session *s, const char *program, const char *entry)
{
	/* the path begins at the root directory of the image, with a slash or without */
	const char *path = arena_print(&s->arena, "%s%s", entry[0] == '/' ? "" : "/", entry);
	const size_t len = strlen(program), n = strlen(path);

	s->o.program = program;
	if (s->o.at)
		return;
	if (entry[0] && len > n && !strcmp(program + len - n, path))
		s->o.at = arena_copy(&s->arena, program, len - n);
	else
		s->o.no_image = true;
}

static void caps_of(struct session *s, const struct sphere_policy *policy)
{
	struct sphere_policy_iter it;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_CAPS);
	while (sphere_policy_next(&it))
		s->launch.caps |= it.entry.value;
}

/* ---- what was refused --------------------------------------------------------- */

static void watch(struct session *s)
{
	s->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (s->kmsg >= 0)
		lseek(s->kmsg, 0, SEEK_END);
	lsm_counters(s->id, &s->before);
}

/* A value of a record: in quotes, or bytes in hexadecimal digits, or a word */
static char *record_value(struct session *s, const char *record, const char *key, bool untrusted)
{
	const char *p = strstr(record, key);
	unsigned char *bytes;
	size_t len, i;
	char *text;

	if (!p)
		return NULL;
	p += strlen(key);
	if (*p == '"')
		return arena_copy(&s->arena, p + 1, strcspn(p + 1, "\"\n"));
	len = strcspn(p, "\n ");
	text = arena_copy(&s->arena, p, len);
	if (!untrusted || !len || len % 2)
		return text;
	bytes = arena_alloc(&s->arena, len / 2 + 1);
	for (i = 0; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return text;
	parse_hex(text, bytes, len / 2);
	return (char *)bytes;
}

/* The line of the manifest that would have to change, or nothing */
static const char *manifest_line(struct session *s, const struct lsm_reason *r)
{
	const struct json *caps, *v;

	if (!s->has_manifest || !r->capability)
		return "";
	caps = json_get(s->m.root, "Capabilities");
	v = json_get(caps, r->capability);
	if (v)
		return arena_print(&s->arena, " (%s:%u)", s->path, v->key_place.line);
	return arena_print(&s->arena, " (%s:%u, Capabilities has no %s)", s->path,
			   caps ? caps->key_place.line : 1, r->capability);
}

/* Records of this component, each once */
static void print_records(struct session *s)
{
	char *seen[RECORDS_MAX], record[4096], *line, *op, *object;
	unsigned int n = 0, i;
	ssize_t len;

	while (s->kmsg >= 0) {
		const char *name;
		int reason;

		len = read(s->kmsg, record, sizeof(record) - 1);
		if (len < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (len <= 0)
			break;
		record[len] = '\0';
		if (!strstr(record, s->id) || !strstr(record, "refused op="))
			continue;
		name = record_value(s, record, " reason=", false);
		reason = name ? lsm_reason_of(name) : -1;
		op = record_value(s, record, " op=", false);
		object = record_value(s, record, " object=", true);
		if (reason < 0 || !op)
			continue;
		line = arena_print(&s->arena, "%s  refused  %s  %s", op, lsm_reasons[reason].name,
				   object ? quoted(&s->arena, object) : "");
		for (i = 0; i < n && strcmp(seen[i], line); i++)
			;
		if (i < n || n == RECORDS_MAX)
			continue;
		seen[n++] = line;
		fprintf(stderr, "  %s\n", line);
	}
}

static void report(struct session *s)
{
	struct lsm_counters now;
	uint64_t all = 0, n;
	int i;

	if (!lsm_counters(s->id, &now))
		return;
	for (i = 1; i < SPHERE_REASONS; i++)
		all += now.count[i] - s->before.count[i];
	if (!all) {
		fprintf(stderr, "sphere: %s was refused nothing\n", s->launch.argv[0]);
		return;
	}
	fprintf(stderr, "sphere: %s was refused something %llu time%s\n", s->launch.argv[0],
		(unsigned long long)all, all == 1 ? "" : "s");
	print_records(s);
	for (i = 1; i < SPHERE_REASONS; i++) {
		n = now.count[i] - s->before.count[i];
		if (!n)
			continue;
		fprintf(stderr, "  %s, %llu time%s: %s\n    what would allow it: %s%s\n",
			lsm_reasons[i].name, (unsigned long long)n, n == 1 ? "" : "s",
			lsm_reasons[i].text, lsm_reasons[i].remedy,
			manifest_line(s, &lsm_reasons[i]));
	}
}

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	       WIFSIGNALED(status) ? 128 + WTERMSIG(status) : SPHERE_SYSTEM;
}

static void unload(struct session *s)
{
	struct sphere_lsm_unload u = { };

	memcpy(u.component, s->launch.component, sizeof(u.component));
	if (ioctl(s->launch.control, SPHERE_LSM_IOC_UNLOAD, &u) && errno == EBUSY)
		fprintf(stderr, "sphere: %u tasks run on: the policy stays loaded\n", u.tasks);
}

/* Load the policy and run the program; *@status as from waitpid() */
static int load_and_launch(struct session *s, const uint8_t *bytes, size_t size, int *status)
{
	struct sphere_policy_error err;
	struct sphere_policy policy;
	int code;

	if (s->key) {
		bytes = policy_sign(&s->arena, bytes, &size, s->key, &code);
		if (!bytes)
			return code;
	}
	if (sphere_policy_read(bytes, size, &policy, &err))
		return complain(SPHERE_INPUT, "%s: %s", s->path,
				sphere_policy_reason_text(err.reason));
	if (policy.kind != SPHERE_POLICY_APP)
		return complain(SPHERE_INPUT, "%s is for a real-time core: 'sphere load' loads it",
				s->path);
	s->launch.component = policy.component;
	format_guid(policy.component, s->id);
	caps_of(s, &policy);
	code = storage_make(&policy, s->launch.uid, s->launch.gid);
	if (!code)
		code = lsm_load(s->launch.control, bytes, size, s->path);
	if (code)
		return code;
	watch(s);
	s->loaded = true;
	return launch(&s->launch, status);
}

/* The words of the program, with its full path */
static void set_program(struct session *s, const char *program, char **words, int n)
{
	char **argv = arena_alloc(&s->arena, (n + 2) * sizeof(*argv));
	int i;

	argv[0] = arena_copy(&s->arena, program, strlen(program));
	for (i = 0; i < n; i++)
		argv[i + 1] = words[i];
	s->launch.argv = argv;
}

/* Without a program on the command line: the manifest's, with its arguments */
static int set_entry(struct session *s, const struct board *board)
{
	const char *image = s->o.at ? s->o.at : arena_print(&s->arena, "%s/%s",
							    board->apps, s->m.id);
	const struct json *x = s->m.args ? s->m.args->first : NULL;
	int n = s->m.args ? s->m.args->count : 0, i;
	char **words = arena_alloc(&s->arena, (n + 1) * sizeof(*words));

	for (i = 0; x; x = x->next)
		words[i++] = arena_copy(&s->arena, x->text, strlen(x->text));
	set_program(s, arena_print(&s->arena, "%s%s%s", image, s->m.entry[0] == '/' ? "" : "/",
				   s->m.entry), words, n);
	return SPHERE_OK;
}

static int finish(struct session *s, int code, int status)
{
	if (s->loaded) {
		/* also if it could not start: that may have been refused */
		report(s);
		if (!s->keep)
			unload(s);
		if (!code)
			code = exit_code(status);
	}
	if (s->kmsg >= 0)
		close(s->kmsg);
	if (s->launch.control >= 0)
		close(s->launch.control);
	arena_free(&s->arena);
	return code;
}

static int run_add_with(void *context, const char *value)
{
	struct compile_options *o = context;

	if (value[0] != '/' || o->n_with == COMPILE_WITH_MAX)
		return complain(SPHERE_USAGE, "--with takes an absolute path, and can be given %u times",
				COMPILE_WITH_MAX);
	o->with[o->n_with++] = value;
	return SPHERE_OK;
}

/* Read the manifest and compile it; NULL with *@code */
static uint8_t *compile_manifest(struct session *s, const char *bytes, size_t len,
				 const char *program, size_t *size, int *code)
{
	struct findings quiet = { .file = s->path, .arena = &s->arena };
	struct app_manifest m;

	/* the entry point says where the image is; what is wrong is told by the compiler */
	if (program) {
		app_manifest_parse(bytes, len, true, &quiet, &m);
		find_image(s, program, m.entry ? m.entry : "");
	}
	s->o.root = "/";
	s->o.version = compile_version();
	s->has_manifest = true;
	return compile_bytes(&s->arena, s->board_path, s->path, bytes, len, s->allow_unknown, &s->o,
			     &s->m, &s->board, size, code);
}

/**
 * sphere_run() - sphere run
 * @group: of the command
 * @cmd: command
 * @argc: words
 * @argv: words
 *
 * Return: an exit code
 */
int sphere_run(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
	       char **argv)
{
	struct session s = { .board_path = BOARD_FILE, .kmsg = -1, .launch.control = -1 };
	const struct sphere_option options[] = {
		{ .name = "allow-unknown", .flag = &s.allow_unknown },
		{ .name = "at", .value = &s.o.at },
		{ .name = "board", .value = &s.board_path },
		{ .name = "keep", .flag = &s.keep },
		{ .name = "key", .value = &s.key },
		{ .name = "user", .value = &s.user },
		{ .name = "with", .list = run_add_with, .context = &s.o },
		{ }
	};
	const int behind = words_behind(argc, argv);
	int i = parse_options(group, cmd, argc, argv, options), code, status = 0;
	const char *program = NULL;
	uint8_t *policy;
	size_t size = 0;
	char *bytes;

	if (i < 0)
		return -i;
	if (argc - i - behind != 1)
		return usage(cmd, "name one manifest or policy, and the program behind --");
	if (s.o.at && (s.o.at[0] != '/' || !s.o.at[1]))
		return usage(cmd, "--at takes the absolute path of a directory");
	s.path = argv[i];
	code = launch_user(&s.launch, s.user);
	if (code)
		return finish(&s, code, 0);
	bytes = read_file(&s.arena, s.path, JSON_MAX_SIZE, &size, &code);
	if (!bytes)
		return finish(&s, code, 0);
	if (behind)
		program = find_program(&s, argv[i + 1]);
	if (policy_looks_like(bytes, size)) {
		if (!program) {
			finish(&s, 1, 0);
			return usage(cmd, "name the program behind --: a policy does not say which of its files it is");
		}
		policy = (uint8_t *)bytes;
	} else {
		policy = compile_manifest(&s, bytes, size, program, &size, &code);
	}
	if (!policy)
		return finish(&s, code, 0);
	if (program)
		set_program(&s, program, argv + i + 2, behind - 1);
	else
		set_entry(&s, &s.board);
	s.launch.control = lsm_open(&code);
	if (s.launch.control >= 0)
		code = load_and_launch(&s, policy, size, &status);
	return finish(&s, code, status);
}

/**
 * sphere_run_entered() - sphere enter
 * @group: of the command
 * @cmd: command
 * @argc: words
 * @argv: words
 *
 * Return: an exit code
 */
int sphere_run_entered(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		       char **argv)
{
	struct session s = { .kmsg = -1, .keep = true, .launch.control = -1 };
	const struct sphere_option options[] = {
		{ .name = "user", .value = &s.user },
		{ }
	};
	const int behind = words_behind(argc, argv);
	int i = parse_options(group, cmd, argc, argv, options), code, status = 0;
	uint8_t component[GUID_SIZE];
	const char *grants, *caps;

	if (i < 0)
		return -i;
	if (argc - i - behind != 1 || !behind)
		return usage(cmd, "name one component, and the program behind --");
	if (!parse_guid(argv[i], component))
		return usage(cmd, "'%s' is not a component id", argv[i]);
	s.path = argv[i];
	format_guid(component, s.id);
	s.launch.component = component;
	code = launch_user(&s.launch, s.user);
	if (code)
		return finish(&s, code, 0);
	s.launch.control = lsm_open(&code);
	if (s.launch.control < 0)
		return finish(&s, code, 0);
	grants = lsm_read(&s.arena, s.id, "grants", &code);
	if (!grants)
		return finish(&s, code, 0);
	caps = lsm_value(&s.arena, grants, "capabilities");
	if (caps)
		s.launch.caps = strtoull(caps, NULL, 16);
	set_program(&s, find_program(&s, argv[i + 1]), argv + i + 2, behind - 1);
	watch(&s);
	s.loaded = true;
	code = launch(&s.launch, &status);
	return finish(&s, code, status);
}

/* ---- learn -------------------------------------------------------------------- */

/**
 * struct draft - what the manifest has to ask for beyond what it does
 * @more: JSON values for each capability, with a comma before each
 * @notes: comments
 */
struct draft {
	const char *more[APP_CAPABILITIES];
	const char *notes;
};

static void draft_value(struct session *s, struct draft *d, unsigned int cap, const char *value)
{
	const char *old = d->more[cap] ? d->more[cap] : "";
	const char *new = arena_print(&s->arena, ", %s", value), *p;

	/* as a whole: 80 is not in 8080 */
	for (p = strstr(old, new); p; p = strstr(p + 1, new))
		if (!p[strlen(new)] || p[strlen(new)] == ',')
			return;
	d->more[cap] = arena_print(&s->arena, "%s%s", old, new);
}

static __printf(3, 4) void draft_note(struct session *s, struct draft *d, const char *fmt, ...)
{
	va_list args;
	char *text, *p;

	va_start(args, fmt);
	text = arena_vprint(&s->arena, fmt, args);
	va_end(args);
	/* one line, whatever is in it */
	for (p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	text = arena_print(&s->arena, "\t// %s\n", text);
	if (!d->notes || !strstr(d->notes, text))
		d->notes = arena_print(&s->arena, "%s%s", d->notes ? d->notes : "", text);
}

/* As a manifest names it: Uart "ISU0", WifiConfig, PowerControls "ForceReboot" */
static const char *thing_name(struct session *s, const struct board_thing *t)
{
	const char *key = app_capabilities[t->cap].key;

	return t->name ? arena_print(&s->arena, "%s \"%s\"", key, t->name) : key;
}

/* How many bytes of the path does the grant name? 0 if it is about something else */
static size_t grant_covers(const struct session *s, const struct grant *g, const char *path)
{
	const char *p = g->path, *start = path;

	if (g->kind != GRANT_FILE && g->kind != GRANT_DIR && g->kind != GRANT_DEVICE)
		return 0;
	while (*p) {
		const bool id = !strncmp(p, "{id}", 4);
		const char *part = id ? s->m.id : p;
		const size_t len = id ? strlen(part) : 1;

		if (strncmp(path, part, len))
			return 0;
		path += len;
		p += id ? 4 : 1;
	}
	if (*path && (g->kind != GRANT_DIR || (*path != '/' && path[-1] != '/')))
		return 0;
	return path - start;
}

static size_t thing_covers(const struct session *s, const struct board_thing *t, const char *path)
{
	const struct grant *g;
	size_t longest = 0, n;

	for (g = t->grants; g; g = g->next) {
		n = grant_covers(s, g, path);
		longest = n > longest ? n : longest;
	}
	return longest;
}

/* GPIOs that are granted with the node, as "0-23, 80", and how many there are */
static const char *pins_of(struct session *s, const char *path, unsigned int *n)
{
	const struct board_thing *t;
	const char *text = "";

	*n = 0;
	/* the last of the file is the first of the list */
	for (t = s->board.things; t; t = t->next) {
		if (t->cap != CAP_GPIO || !thing_covers(s, t, path))
			continue;
		text = t->first == t->last ?
		       arena_print(&s->arena, "%u%s%s", t->first, *n ? ", " : "", text) :
		       arena_print(&s->arena, "%u-%u%s%s", t->first, t->last, *n ? ", " : "", text);
		*n += t->last - t->first + 1;
	}
	return text;
}

static void draft_thing(struct session *s, struct draft *d, const struct board_thing *t,
			const char *path)
{
	switch (app_capabilities[t->cap].form) {
	case FORM_FLAG:
		d->more[t->cap] = ", true";
		break;
	case FORM_PERIPHERALS:
	case FORM_POWER:
		draft_value(s, d, t->cap, arena_print(&s->arena, "\"%s\"", t->name));
		break;
	default:
		draft_note(s, d, "%s belongs to %s: add it, with the id of the tenant", path,
			   app_capabilities[t->cap].key);
		break;
	}
}

/* What of the board stands for this path? That of the innermost directory counts */
static bool draft_path(struct session *s, struct draft *d, const char *path)
{
	const struct board_thing *t, *found = NULL;
	const char *names = NULL, *pins;
	size_t longest = 1, n;
	unsigned int n_pins;
	bool several = false;

	for (t = s->board.things; t; t = t->next) {
		n = thing_covers(s, t, path);
		if (n <= 1 || n < longest)
			continue;
		if (n > longest) {
			names = NULL;
			several = false;
		} else if (t->cap != found->cap || app_capabilities[t->cap].form == FORM_POWER) {
			several = true;
		}
		/* the list begins with the last one of the file */
		names = names ? arena_print(&s->arena, "%s, %s", thing_name(s, t), names) :
				thing_name(s, t);
		longest = n;
		found = t;
	}
	if (!found)
		return false;
	if (several) {
		/* to add all would be more than was done */
		draft_note(s, d, "%s belongs to each of %s: add the one that is used", path, names);
		return true;
	}
	if (found->cap != CAP_GPIO) {
		draft_thing(s, d, found, path);
		return true;
	}
	pins = pins_of(s, path, &n_pins);
	if (n_pins == 1)
		draft_value(s, d, CAP_GPIO, pins);
	else
		draft_note(s, d, "%s has the GPIOs %s: add those that are used to Gpio", path,
			   pins);
	return true;
}

/* The kernel does not always tell which Unix socket it was: what could it have been? */
static void draft_unix(struct session *s, struct draft *d)
{
	const struct board_thing *t;
	const struct grant *g;
	const char *names = NULL;

	for (t = s->board.things; t; t = t->next) {
		for (g = t->grants; g; g = g->next)
			if (g->kind == GRANT_DIR && g->access & SPHERE_ACCESS_CONNECT)
				break;
		if (g)
			names = names ? arena_print(&s->arena, "%s, %s", thing_name(s, t), names) :
					thing_name(s, t);
	}
	if (names)
		draft_note(s, d, "unix: a Unix socket, it is not known which: if it is that of a service, add the one that is used of %s; others are Dir with \"connect\" in the board file",
			   names);
	else
		draft_note(s, d, "unix: a Unix socket, it is not known which: %s",
			   lsm_reasons[SPHERE_R_UNIX].remedy);
}

/* "1.2.3.4:443", "[2001:db8::1]:443": IPv4 as ::ffff:a.b.c.d */
static bool parse_target(struct session *s, const char *text, uint8_t addr[16], uint64_t *port)
{
	const char *colon = strrchr(text, ':');
	char *host;
	size_t len;

	if (!colon || !parse_number(colon + 1, 65535, port))
		return false;
	host = arena_copy(&s->arena, text, colon - text);
	len = strlen(host);
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		return inet_pton(AF_INET6, host + 1, addr) == 1;
	}
	memset(addr, 0, 10);
	memset(addr + 10, 0xff, 2);
	return inet_pton(AF_INET, host, addr + 12) == 1;
}

static bool is_mdns(const uint8_t addr[16], unsigned int port)
{
	static const uint8_t v4[16] = { [10] = 0xff, 0xff, 224, 0, 0, 251 };
	static const uint8_t v6[16] = { 0xff, 0x02, [15] = 0xfb };

	return port == 5353 && (!memcmp(addr, v4, 16) || !memcmp(addr, v6, 16));
}

static void draft_address(struct session *s, struct draft *d, const char *text)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	uint8_t addr[16];
	uint64_t port;

	if (!parse_target(s, text, addr, &port)) {
		draft_note(s, d, "connect to %s: this is no address that a manifest could name",
			   text);
		return;
	}
	/* these addresses come with names, and would be of no use without them */
	if (s->board.has_resolver && port == s->board.resolver_port &&
	    !memcmp(addr, s->board.resolver, 16)) {
		draft_note(s, d, "it looked up hosts, whose names are not seen: add each host to AllowedConnections, instead of its addresses");
		return;
	}
	if (is_mdns(addr, port)) {
		draft_note(s, d, "it looked up services by mDNS, whose names are not seen: add each, as \"_http._tcp.local\", to AllowedConnections");
		return;
	}
	if (!memcmp(addr, mapped, 12))
		draft_value(s, d, CAP_ALLOWED_CONNECTIONS,
			    arena_print(&s->arena, "\"%u.%u.%u.%u\"", addr[12], addr[13],
					addr[14], addr[15]));
	else
		draft_note(s, d, "connect to %s: a manifest names hosts and IPv4 addresses; others are Address in the board file",
			   text);
}

static void draft_port(struct session *s, struct draft *d, const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (!colon || !parse_number(colon + 1, 65535, &port) || !port)
		return;
	draft_value(s, d, CAP_ALLOWED_TCP_SERVER_PORTS,
		    arena_print(&s->arena, "%u", (unsigned int)port));
	draft_note(s, d, "port %u: if it is one of UDP, move it to AllowedUdpServerPorts",
		   (unsigned int)port);
}

/* Octal escapes, as the kernel writes text that it does not trust */
static char *unescape(struct session *s, const char *text)
{
	char *out = arena_copy(&s->arena, text, strlen(text)), *to = out;

	for (; *text; to++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*to = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
	return out;
}

/* One line of denials: "reason count object" */
static void draft_denial(struct session *s, struct draft *d, const char *line)
{
	const int reason = lsm_reason_of(line);
	const char *object = line + strcspn(line, " ");
	uint8_t id[GUID_SIZE];

	object += strspn(object, " ");
	object += strcspn(object, " ");
	object = unescape(s, object + strspn(object, " "));
	switch (reason) {
	case SPHERE_R_CONNECT:
		draft_address(s, d, object);
		return;
	case SPHERE_R_LISTEN:
		draft_port(s, d, object);
		return;
	case SPHERE_R_UNIX:
		if (object[0] != '/') {
			draft_unix(s, d);
			return;
		}
		if (draft_path(s, d, object))
			return;
		break;
	case SPHERE_R_FILE:
	case SPHERE_R_FILE_ACCESS:
	case SPHERE_R_DIR:
	case SPHERE_R_DEVICE:
	case SPHERE_R_DEVICE_ACCESS:
		if (draft_path(s, d, object))
			return;
		break;
	case SPHERE_R_CAP:
		if (!strcmp(object, "25"))
			d->more[CAP_SYSTEM_TIME] = ", true";
		/* comes with the ports that need it */
		if (!strcmp(object, "25") || !strcmp(object, "10"))
			return;
		break;
	case SPHERE_R_CAP_SETS:
		/* it was started with them, to see which it uses */
		return;
	case SPHERE_R_SOCKET:
		/* IPv4 and IPv6 come with hosts, addresses and ports */
		if (!strcmp(object, "2") || !strcmp(object, "10"))
			return;
		break;
	case SPHERE_R_PARTNER:
		if (parse_guid(object, id)) {
			draft_value(s, d, CAP_ALLOWED_APPLICATION_CONNECTIONS,
				    arena_print(&s->arena, "\"%s\"", object));
			return;
		}
		break;
	case -1:
		return;
	default:
		break;
	}
	draft_note(s, d, "%s: %s: %s", lsm_reasons[reason].name, quoted(&s->arena, object),
		   lsm_reasons[reason].remedy);
}

static void print_value(FILE *out, const struct json *v)
{
	const struct json *x;

	switch (v->type) {
	case JSON_NULL:
		fprintf(out, "null");
		break;
	case JSON_BOOLEAN:
		fprintf(out, v->boolean ? "true" : "false");
		break;
	case JSON_NUMBER:
		fprintf(out, "%s", v->text);
		break;
	case JSON_STRING:
		print_json_string(out, v->text);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		fprintf(out, v->type == JSON_ARRAY ? "[" : "{");
		for (x = v->first; x; x = x->next) {
			fprintf(out, x == v->first ? " " : ", ");
			if (x->key) {
				print_json_string(out, x->key);
				fprintf(out, ": ");
			}
			print_value(out, x);
		}
		fprintf(out, v->type == JSON_ARRAY ? " ]" : " }");
	}
}

static void print_draft(FILE *out, const struct session *s, const struct draft *d)
{
	const char *comma = "";
	const struct json *v;
	unsigned int cap;

	fprintf(out, "// drafted by sphere learn: read it before you use it\n{\n");
	for (v = s->m.root->first; v; v = v->next) {
		if (!strcmp(v->key, "Capabilities"))
			continue;
		fprintf(out, "\t");
		print_json_string(out, v->key);
		fprintf(out, ": ");
		print_value(out, v);
		fprintf(out, ",\n");
	}
	if (d->notes)
		fprintf(out, "\n%s", d->notes);
	fprintf(out, "\t\"Capabilities\": {");
	for (cap = 0; cap < APP_CAPABILITIES; cap++) {
		const struct json *old = s->m.value[cap], *x;
		const char *more = d->more[cap];
		bool array = app_capabilities[cap].form <= FORM_IDS ||
			     app_capabilities[cap].form == FORM_PINS ||
			     app_capabilities[cap].form == FORM_PERIPHERALS ||
			     app_capabilities[cap].form == FORM_POWER;

		if (!old && !more)
			continue;
		fprintf(out, "%s\n\t\t\"%s\": ", comma, app_capabilities[cap].key);
		comma = ",";
		if (!array) {
			if (old)
				print_value(out, old);
			else
				fprintf(out, "%s", more + 2);
			continue;
		}
		fprintf(out, "[ ");
		for (x = old ? old->first : NULL; x; x = x->next) {
			print_value(out, x);
			if (x->next)
				fprintf(out, ", ");
		}
		fprintf(out, "%s ]", !more ? "" : old && old->first ? more : more + 2);
	}
	fprintf(out, "\n\t}\n}\n");
}

/* A manifest that asks for nothing */
static char *new_manifest(struct session *s, const char *program)
{
	const char *base = strrchr(program, '/'), *p;
	char id[GUID_TEXT + 1], name[APP_NAME_MAX + 1];
	uint8_t bytes[GUID_SIZE];
	unsigned int n = 0;

	/* not secret, only unlike others: it must not wait on a machine that has just started */
	if (getrandom(bytes, sizeof(bytes), GRND_INSECURE) != sizeof(bytes) &&
	    getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return NULL;
	bytes[7] = (bytes[7] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	format_guid(bytes, id);
	for (p = base ? base + 1 : program; *p && n < APP_NAME_MAX; p++)
		if (isalnum((unsigned char)*p) || strchr("-_.+", *p))
			name[n++] = *p;
	name[n] = '\0';
	return arena_print(&s->arena,
			   "{\"SchemaVersion\": 1, \"Name\": \"%s\", \"ComponentId\": \"%s\", \"EntryPoint\": \"/bin/app\", \"CmdArgs\": [], \"Capabilities\": {}}",
			   n ? name : "app", id);
}

static int write_draft(struct session *s, const struct draft *d, const char *output)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int code;

	if (!f)
		return complain(SPHERE_SYSTEM, "there is no memory");
	print_draft(f, s, d);
	if (fclose(f)) {
		free(text);
		return complain(SPHERE_SYSTEM, "there is no memory");
	}
	code = write_file(output, text, size);
	free(text);
	return code;
}

static int draft_denials(struct session *s, const char *denials, const char *output)
{
	struct draft d = { };
	const char *line = denials;

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n')
		draft_denial(s, &d, arena_copy(&s->arena, line, strcspn(line, "\n")));
	return write_draft(s, &d, output);
}

/* Draft from a copy of the kernel's file, on whatever machine that is */
static int learn_from(struct session *s, const char *from, char *manifest, size_t size,
		      const char *output)
{
	struct findings fb = { .file = s->board_path, .arena = &s->arena };
	struct findings fm = { .file = s->path, .arena = &s->arena };
	int code = SPHERE_OK;
	const char *denials;
	size_t len;

	if (!board_load(&s->arena, s->board_path, &fb, &s->board, &code))
		return code;
	if (app_manifest_parse(manifest, size, false, &fm, &s->m))
		manifest_rules(&s->m, &s->board, &fm);
	print_findings(stderr, &fb);
	print_findings(stderr, &fm);
	if (fm.errors)
		return complain(SPHERE_INPUT, "%s is refused: correct the %u errors", s->path,
				fm.errors);
	denials = read_file(&s->arena, from, 1 << 20, &len, &code);
	return denials ? draft_denials(s, denials, output) : code;
}

/**
 * sphere_learn() - sphere learn
 * @group: of the command
 * @cmd: command
 * @argc: words
 * @argv: words
 *
 * Return: an exit code
 */
int sphere_learn(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		 char **argv)
{
	struct session s = { .board_path = BOARD_FILE, .kmsg = -1, .keep = true,
			     .launch.control = -1 };
	const char *output = "-", *from = NULL;
	const struct sphere_option options[] = {
		{ .name = "board", .value = &s.board_path },
		{ .name = "from", .value = &from },
		{ .name = "key", .value = &s.key },
		{ .name = "output", .value = &output },
		{ .name = "user", .value = &s.user },
		{ }
	};
	const int behind = words_behind(argc, argv);
	int i = parse_options(group, cmd, argc, argv, options), code, status = 0, files;
	const char *program, *denials;
	uint8_t *policy;
	size_t size = 0;
	char *bytes;

	if (i < 0)
		return -i;
	files = argc - i - behind;
	if (from && (files > 1 || behind))
		return usage(cmd, "with --from no program is run: name one manifest or none");
	if (!from && (files > 1 || !behind))
		return usage(cmd, "name the program behind --, and one manifest before it or none");
	code = launch_user(&s.launch, s.user);
	if (code)
		return finish(&s, code, 0);
	program = from ? "app" : find_program(&s, argv[i + files]);
	s.path = files ? argv[i] : "the new manifest";
	if (files) {
		bytes = read_file(&s.arena, s.path, JSON_MAX_SIZE, &size, &code);
	} else {
		code = SPHERE_SYSTEM;
		bytes = new_manifest(&s, program);
		size = bytes ? strlen(bytes) : 0;
	}
	if (!bytes)
		return finish(&s, code, 0);
	if (from)
		return finish(&s, learn_from(&s, from, bytes, size, output), 0);
	s.o.flags = SPHERE_POLICY_DEVELOPMENT | SPHERE_POLICY_LEARN;
	policy = compile_manifest(&s, bytes, size, program, &size, &code);
	if (!policy)
		return finish(&s, code, 0);
	set_program(&s, program, argv + i + files + 1, behind - 1);
	/* what it does with them is recorded */
	s.launch.caps = SPHERE_POLICY_CAPS;
	s.launch.control = lsm_open(&code);
	if (s.launch.control >= 0)
		code = load_and_launch(&s, policy, size, &status);
	if (s.loaded)
		unload(&s);
	if (!code) {
		denials = lsm_read(&s.arena, s.id, "denials", &code);
		if (denials)
			code = draft_denials(&s, denials, output);
		if (!code && exit_code(status))
			fprintf(stderr, "sphere: %s ended with %d: what it did not come to is missing\n",
				program, exit_code(status));
	}
	/* nothing to report: the draft says it all */
	s.loaded = false;
	return finish(&s, code, 0);
}
