// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a manifest and a board file to a policy
 *
 * Each capability of the manifest becomes entries of the policy, some by
 * themselves (hosts, ports, partners, storage), the others through what the board
 * file gives for them. What the board file does not name is an error with its
 * place: nothing is guessed, and nothing is left out silently.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "../../security/sphere_lsm/ecdsa_p256.h"
#include "../../security/sphere_lsm/limits.h"
#include "compile.h"
#include "elf.h"
#include "policy_writer.h"
#include "sphere.h"

#define CAP_NET_BIND_SERVICE_BIT	10
#define CAP_SYS_TIME_BIT		25

/**
 * struct compiler - what is at hand while compiling
 * @m: manifest
 * @b: board file
 * @o: options
 * @fm: findings about the manifest
 * @fb: findings about the board file
 * @extra: what the board file has for this component, or NULL
 * @w: the policy
 * @needed: files whose code runs
 * @image: path of the image on the device
 */
struct compiler {
	const struct app_manifest *m;
	const struct board *b;
	const struct compile_options *o;
	struct findings *fm;
	struct findings *fb;
	const struct board_component *extra;
	struct policy_writer w;
	struct needed needed;
	const char *image;
};

/* "{id}" and "{image}" in paths of the board file */
static const char *expand(const struct compiler *c, const char *path)
{
	struct arena *arena = c->fm->arena;
	const char *done = "", *p;

	if (!strncmp(path, "/{image}", 8)) {
		done = c->image;
		path += 8;
	}
	for (; (p = strstr(path, "{id}")); path = p + 4)
		done = arena_print(arena, "%s%.*s%s", done, (int)(p - path), path, c->m->id);
	return arena_print(arena, "%s%s", done, path);
}

/* Is it made when the device starts, so that it cannot be in an image of its root? */
static bool made_at_boot(const char *path)
{
	static const char * const dirs[] = { "/dev/", "/proc/", "/run/", "/sys/", "/tmp/" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])))
			return true;
	return false;
}

static void add_path(struct compiler *c, unsigned int section, const struct grant *g,
		     struct place place)
{
	struct policy_item item = { .place = place, .access = g->access };
	const char *path = expand(c, g->path), *real, *host;
	const bool dir = section == SPHERE_SECTION_DIRS;
	struct stat st;

	real = root_resolve(c->fm->arena, c->o->root, path, &host);
	if (real && !stat(host, &st)) {
		if (dir ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
			refuse_at(c->fb, g->place, NULL, "%s is not a %s", path,
				  dir ? "directory" : "regular file");
			return;
		}
		path = real;
	} else if (g->optional) {
		return;
	} else if (!made_at_boot(path)) {
		warn_at(c->fb, g->place, "write \"Optional\": true if not every device has it",
			"%s is not there below --root: the kernel will refuse the policy unless it is made before",
			path);
	}
	item.text = path;
	policy_add(&c->w, section, &item);
}

static void add_code(struct compiler *c, const struct grant *g)
{
	const char *path = expand(c, g->path), *host;
	struct findings *f = c->needed.f;
	struct stat st;

	if (g->optional && (!root_resolve(f->arena, c->o->root, path, &host) || stat(host, &st)))
		return;
	c->needed.f = c->fb;
	c->needed.at = g->place;
	if (g->kind == GRANT_PROGRAM)
		need_program(&c->needed, path);
	else
		need_library(&c->needed, path);
	c->needed.f = f;
}

static void add_grant(struct compiler *c, const struct grant *g, struct place place)
{
	struct policy_item item = { .place = place };

	switch (g->kind) {
	case GRANT_FILE:
		add_path(c, SPHERE_SECTION_FILES, g, place);
		break;
	case GRANT_DIR:
		add_path(c, SPHERE_SECTION_DIRS, g, place);
		break;
	case GRANT_DEVICE:
		item.text = expand(c, g->path);
		item.access = g->access;
		item.block = g->block;
		item.ioctls_only = g->ioctls_only;
		item.ioctls = g->ioctls;
		item.n_ioctls = g->n_ioctls;
		policy_add(&c->w, SPHERE_SECTION_DEVICES, &item);
		break;
	case GRANT_PROGRAM:
	case GRANT_LIBRARY:
		add_code(c, g);
		break;
	case GRANT_CAPABILITY:
		c->w.caps |= 1ULL << g->bit;
		break;
	case GRANT_OPERATION:
		c->w.ops |= 1ULL << g->bit;
		break;
	case GRANT_SOCKET:
		item.family = g->family;
		item.type = g->type;
		item.protocol = g->protocol;
		policy_add(&c->w, SPHERE_SECTION_SOCKETS, &item);
		break;
	case GRANT_ADDRESS:
		memcpy(item.addr, g->addr, sizeof(item.addr));
		item.prefix = g->prefix;
		item.proto = g->proto;
		item.first = g->first;
		item.last = g->last;
		policy_add(&c->w, SPHERE_SECTION_NET_ADDRS, &item);
		break;
	case GRANT_LISTEN:
		item.proto = g->proto;
		item.first = g->first;
		item.last = g->last;
		policy_add(&c->w, SPHERE_SECTION_NET_LISTEN, &item);
		break;
	}
}

static void add_grants(struct compiler *c, const struct grant *g, struct place place)
{
	for (; g; g = g->next)
		add_grant(c, g, place);
}

/* ---- network ------------------------------------------------------------------ */

static void add_addr(struct compiler *c, const uint8_t *addr, uint8_t prefix, uint8_t proto,
		     uint16_t first, uint16_t last, struct place place)
{
	struct policy_item item = { .place = place, .prefix = prefix, .proto = proto,
				    .first = first, .last = last };

	memcpy(item.addr, addr, sizeof(item.addr));
	policy_add(&c->w, SPHERE_SECTION_NET_ADDRS, &item);
}

/* Rules for a host: those of the component, of the board, or every port */
static const struct port_rule *rules_of(const struct compiler *c, const char *host)
{
	static const struct port_rule all = { .first = 1, .last = 65535 };
	const struct board_thing *t = NULL;

	if (c->extra)
		t = board_host(c->extra->hosts, host);
	if (!t)
		t = board_host(c->b->hosts, host);
	return t ? t->rules : &all;
}

static void add_mdns(struct compiler *c, struct place place)
{
	static const uint8_t v4[16] = { [10] = 0xff, 0xff, 224, 0, 0, 251 };
	static const uint8_t v6[16] = { 0xff, 0x02, [15] = 0xfb };

	add_addr(c, v4, 128, SPHERE_PROTO_UDP, 5353, 5353, place);
	add_addr(c, v6, 128, SPHERE_PROTO_UDP, 5353, 5353, place);
}

static void compile_hosts(struct compiler *c, const struct json *v)
{
	const struct json *first = NULL, *x;
	const struct port_rule *r;

	for (x = v->first; x; x = x->next) {
		uint8_t addr[16] = { [10] = 0xff, 0xff };

		/* names of services are found, and spoken to, by multicast only */
		if (x->text[0] == '_') {
			add_mdns(c, x->place);
			continue;
		}
		for (r = rules_of(c, x->text); r; r = r->next) {
			struct policy_item item = { .place = x->place, .proto = r->proto,
						    .first = r->first, .last = r->last };
			char *name;

			if (parse_ipv4(x->text, addr + 12)) {
				add_addr(c, addr, 128, r->proto, r->first, r->last, x->place);
				continue;
			}
			name = arena_copy(c->fm->arena, x->text, strlen(x->text));
			item.text = name;
			for (; *name; name++)
				if (*name >= 'A' && *name <= 'Z')
					*name += 'a' - 'A';
			policy_add(&c->w, SPHERE_SECTION_NET_HOSTS, &item);
			if (!first)
				first = x;
		}
	}
	if (!first)
		return;
	if (!c->b->has_resolver) {
		refuse_at(c->fm, first->place,
			  "write \"Resolver\": { \"Address\": \"127.0.0.35\" } into the board file",
			  "the board file names no resolver that could look up %s",
			  quoted(c->fm->arena, first->text));
		return;
	}
	add_addr(c, c->b->resolver, 128, SPHERE_PROTO_ANY, c->b->resolver_port,
		 c->b->resolver_port, first->place);
}

static void compile_ports(struct compiler *c, const struct json *v, uint8_t proto)
{
	const struct json *x;

	for (x = v->first; x; x = x->next) {
		struct policy_item item = { .place = x->place, .proto = proto };
		int64_t port = 0;

		json_integer(x, &port);
		item.first = port;
		item.last = port;
		policy_add(&c->w, SPHERE_SECTION_NET_LISTEN, &item);
		/* else the listed port could not be used */
		if (port < 1024)
			c->w.caps |= 1ULL << CAP_NET_BIND_SERVICE_BIT;
	}
}

static void compile_partners(struct compiler *c, const struct json *v)
{
	const struct json *x;

	for (x = v->first; x; x = x->next) {
		struct policy_item item = { .place = x->place };

		parse_guid(x->text, item.component);
		policy_add(&c->w, SPHERE_SECTION_PARTNERS, &item);
	}
}

/* ---- peripherals -------------------------------------------------------------- */

/* What the board does not have is passed over: manifest_rules() has refused it */

static void grant_thing(struct compiler *c, const struct board_thing *t, const struct json *x)
{
	/* real-time cores get them by other means than nodes */
	if (t && c->m->type != APP_REAL_TIME)
		add_grants(c, t->grants, x->place);
}

static bool grants_node(const struct compiler *c, const struct board_thing *t, const char *path)
{
	const struct grant *g;

	for (g = t->grants; g; g = g->next)
		if (g->kind == GRANT_DEVICE && !strcmp(expand(c, g->path), path))
			return true;
	return false;
}

/*
 * Who may open the node of a chip may have all its lines: tell where that is more
 * than was asked for.
 * @seen: for each number, where the manifest asks for it, or NULL
 */
static void warn_of_chips(struct compiler *c, const struct json **seen)
{
	struct arena *arena = c->fm->arena;
	const struct board_thing *t, *o;
	const struct grant *g;
	unsigned int pin;

	for (t = c->b->things; t; t = t->next) {
		for (g = t->cap == CAP_GPIO ? t->grants : NULL; g; g = g->next) {
			unsigned int served = 0, asked = 0;
			struct place place = { };
			const char *path;

			if (g->kind != GRANT_DEVICE)
				continue;
			path = expand(c, g->path);
			/* each node is looked at with the first that grants it */
			for (o = c->b->things; o != t; o = o->next)
				if (o->cap == CAP_GPIO && grants_node(c, o, path))
					break;
			if (o != t)
				continue;
			for (; o; o = o->next) {
				if (o->cap != CAP_GPIO || !grants_node(c, o, path))
					continue;
				served += o->last - o->first + 1;
				for (pin = o->first; pin <= o->last; pin++) {
					if (!seen[pin])
						continue;
					if (!asked++ || seen[pin]->place.line < place.line ||
					    (seen[pin]->place.line == place.line &&
					     seen[pin]->place.column < place.column))
						place = seen[pin]->place;
				}
			}
			if (asked && served > asked)
				warn_at(c->fm, place,
					"give each GPIO a node of its own in the board file, as gpio-aggregator makes them: see sphere-board(5)",
					"the manifest asks for %u of the %u GPIOs of %s, and gets all: they have one node",
					asked, served, quoted(arena, path));
		}
	}
}

static void compile_pins(struct compiler *c, const struct json *v)
{
	const struct json **seen = arena_alloc(c->fm->arena, BOARD_PINS * sizeof(*seen));
	const struct json *x;

	for (x = v->first; x; x = x->next) {
		const struct json *value = board_meaning(c->b, CAP_GPIO, x);
		int64_t pin = 0;

		if (!value || !json_integer(value, &pin) || pin < 0 || pin >= BOARD_PINS)
			continue;
		seen[pin] = x;
		grant_thing(c, board_pin(c->b, pin), x);
	}
	if (c->m->type != APP_REAL_TIME)
		warn_of_chips(c, seen);
}

static void compile_peripherals(struct compiler *c, unsigned int cap, const struct json *v)
{
	const struct json *x;

	for (x = v->first; x; x = x->next) {
		const struct json *value = board_meaning(c->b, cap, x);

		if (value && value->type == JSON_STRING)
			grant_thing(c, board_thing(c->b, cap, value->text), x);
	}
}

/* ---- the rest ----------------------------------------------------------------- */

static void compile_storage(struct compiler *c, const struct json *v)
{
	const struct json *size = json_get(v, "SizeKB");
	struct policy_item item = { .place = size->place };
	int64_t kb = 0;

	json_integer(size, &kb);
	if (!c->b->storage || kb > c->b->max_storage_kb)
		return;
	item.limit = kb * 1024;
	item.text = arena_print(c->fm->arena, "%s/%s", c->b->storage, c->m->id);
	policy_add(&c->w, SPHERE_SECTION_STORAGE, &item);
}

static void compile_power(struct compiler *c, const struct json *v)
{
	const struct board_thing *t;
	const struct json *x;

	for (x = v->first; x; x = x->next) {
		t = board_thing(c->b, CAP_POWER_CONTROLS, x->text);
		if (t)
			add_grants(c, t->grants, x->place);
		else
			refuse_at(c->fm, x->place, "add it to Capabilities, PowerControls of the board file; [] grants nothing",
				  "the board file does not say how to do %s", x->text);
	}
}

static void compile_named(struct compiler *c, unsigned int cap, const struct json *v)
{
	const struct board_thing *t = board_thing(c->b, cap, NULL);

	switch (cap) {
	case CAP_DEVICE_AUTHENTICATION:
		c->w.tenant = v->text;
		c->w.ops |= 1ULL << SPHERE_POLICY_OP_PLUTON_SIGN |
			    1ULL << SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY;
		break;
	case CAP_SYSTEM_TIME:
		c->w.caps |= 1ULL << CAP_SYS_TIME_BIT;
		/* the capability itself is the grant; a clock device may come along */
		if (!t)
			return;
		break;
	}
	if (t)
		add_grants(c, t->grants, v->key_place);
	else
		refuse_at(c->fm, v->key_place,
			  arena_print(c->fm->arena, "add \"%s\": [...] to Capabilities of the board file; [] grants nothing",
				      v->key),
			  "the board file does not say what %s is", v->key);
}

static void compile_capability(struct compiler *c, unsigned int cap, const struct json *v)
{
	switch (app_capabilities[cap].form) {
	case FORM_HOSTS:
		compile_hosts(c, v);
		break;
	case FORM_PORTS:
		compile_ports(c, v, cap == CAP_ALLOWED_TCP_SERVER_PORTS ? SPHERE_PROTO_TCP :
			      SPHERE_PROTO_UDP);
		break;
	case FORM_IDS:
		compile_partners(c, v);
		break;
	case FORM_PINS:
		compile_pins(c, v);
		break;
	case FORM_PERIPHERALS:
		compile_peripherals(c, cap, v);
		break;
	case FORM_STORAGE:
		compile_storage(c, v);
		break;
	case FORM_POWER:
		compile_power(c, v);
		break;
	case FORM_TENANT:
	case FORM_FLAG:
		compile_named(c, cap, v);
		break;
	}
}

/* The entry point as a path on the device */
static const char *entry_path(const struct compiler *c)
{
	if (c->o->program)
		return c->o->program;
	return arena_print(c->fm->arena, "%s%s%s", strcmp(c->image, "/") ? c->image : "",
			   c->m->entry[0] == '/' ? "" : "/", c->m->entry);
}

/*
 * Is the program that of the image? A symbolic link in it must not make another
 * file of the device the application's program.
 */
static bool entry_in_image(struct compiler *c, const char *path)
{
	struct arena *arena = c->fm->arena;
	const char *real, *image, *host;
	size_t len;

	if (c->o->program)
		return true;
	real = root_resolve(arena, c->o->root, path, &host);
	image = root_resolve(arena, c->o->root, c->image, &host);
	/* whoever reads the file says what is wrong with it */
	if (!real || !image)
		return true;
	len = strlen(image);
	if (!strncmp(real, image, len) && real[len] == '/')
		return true;
	refuse_at(c->fm, c->m->entry_place,
		  "put the program itself into the image, or name another one with --program",
		  "the entry point %s is a symbolic link to %s, which is not in the image",
		  quoted(arena, c->m->entry), quoted(arena, real));
	return false;
}

static void compile_core(struct compiler *c)
{
	struct policy_item item = { .place = c->m->entry_place };
	const char *path = entry_path(c), *host;
	struct arena bytes_arena = { };
	struct stat st;
	size_t size;
	int code = 0;
	char *bytes;

	c->w.cores = c->extra && c->extra->cores ? c->extra->cores : c->b->cores;
	if (!c->w.cores)
		refuse_at(c->fm, c->m->entry_place, "write \"Cores\": [0, 1] into the board file",
			  "the board has no real-time core");
	if (!root_resolve(c->fm->arena, c->o->root, path, &host) || stat(host, &st)) {
		refuse_at(c->fm, c->m->entry_place, "it is looked for below --root",
			  "the image %s is not there: %s", path, strerror(errno));
		return;
	}
	if (!entry_in_image(c, path))
		return;
	if (!S_ISREG(st.st_mode) || !st.st_size) {
		refuse_at(c->fm, c->m->entry_place, NULL, "the image %s is not a file, or empty",
			  path);
		return;
	}
	bytes = read_file(&bytes_arena, host, SPHERE_MAX_EXEC_SIZE, &size, &code);
	if (!bytes || sphere_sha256(bytes, size, item.digest))
		refuse_at(c->fm, c->m->entry_place, NULL, "the image %s cannot be read", path);
	arena_free(&bytes_arena);
	policy_add(&c->w, SPHERE_SECTION_IMAGES, &item);
}

static void compile_app(struct compiler *c)
{
	static const struct place none;
	const struct needed_file *x;
	unsigned int i;

	c->needed.at = c->m->entry_place;
	if (entry_in_image(c, entry_path(c)))
		need_program(&c->needed, entry_path(c));
	if (!c->o->no_image) {
		const struct grant image = { .path = c->image, .access = SPHERE_ACCESS_READ |
					     SPHERE_ACCESS_LIST, .place = c->m->entry_place };

		add_path(c, SPHERE_SECTION_DIRS, &image, c->m->entry_place);
	}
	add_grants(c, c->b->base, none);
	c->needed.at = none;
	for (i = 0; i < c->o->n_with; i++)
		need_code(&c->needed, c->o->with[i]);
	for (x = c->needed.first; x; x = x->next) {
		struct policy_item item = { .place = c->m->entry_place, .text = x->path,
					    .access = x->use };

		memcpy(item.digest, x->digest, sizeof(item.digest));
		policy_add(&c->w, SPHERE_SECTION_EXECS, &item);
	}
}

/**
 * compile_policy() - make a policy
 * @m: manifest, whose form was accepted
 * @b: board file, accepted
 * @o: options
 * @fm: findings about the manifest, of manifest_rules() too; also says where things live
 * @fb: findings about the board file
 * @size: filled in: bytes of the policy
 *
 * Return: the policy, unsigned, or NULL if there is an error among the findings
 */
uint8_t *compile_policy(const struct app_manifest *m, const struct board *b,
			const struct compile_options *o, struct findings *fm, struct findings *fb,
			size_t *size)
{
	struct compiler c = {
		.m = m, .b = b, .o = o, .fm = fm, .fb = fb,
		.extra = board_component(b, m->component),
		.w = {
			.f = fm, .version = o->version, .flags = o->flags, .name = m->name,
			.kind = m->type == APP_REAL_TIME ? SPHERE_POLICY_CORE : SPHERE_POLICY_APP,
		},
		.needed = { .f = fm, .root = o->root, .dirs = b->libraries },
	};
	static const struct place none;
	unsigned int cap;

	memcpy(c.w.component, m->component, sizeof(c.w.component));
	c.image = o->at ? o->at : arena_print(fm->arena, "%s/%s", b->apps, m->id);
	/* a debugger is for devices in development mode, whoever signed it */
	if (m->type == APP_DEBUGGER)
		c.w.flags |= SPHERE_POLICY_DEVELOPMENT;
	for (cap = 0; cap < APP_CAPABILITIES; cap++)
		if (m->value[cap])
			compile_capability(&c, cap, m->value[cap]);
	/* before the files whose code runs are counted: grants may name some */
	if (c.extra && m->type != APP_REAL_TIME)
		add_grants(&c, c.extra->grants, none);
	if (m->type == APP_REAL_TIME)
		compile_core(&c);
	else
		compile_app(&c);
	if (fm->errors || fb->errors)
		return NULL;
	return policy_write(&c.w, size);
}

/**
 * compile_bytes() - make a policy of a manifest at hand and a board file
 * @arena: where everything lives
 * @board_path: board file
 * @path: name of the manifest, for messages
 * @bytes: manifest
 * @len: its bytes
 * @allow_unknown: unknown keys are no reason to refuse the manifest
 * @o: options
 * @m: filled in
 * @board: filled in
 * @size: filled in
 * @code: filled in if it fails: exit code, with the reasons said
 *
 * Return: the policy, unsigned, or NULL
 */
uint8_t *compile_bytes(struct arena *arena, const char *board_path, const char *path,
		       const char *bytes, size_t len, bool allow_unknown,
		       const struct compile_options *o, struct app_manifest *m,
		       struct board *board, size_t *size, int *code)
{
	struct findings fb = { .file = board_path, .arena = arena };
	struct findings fm = { .file = path, .arena = arena };
	uint8_t *policy = NULL;

	if (!board_load(arena, board_path, &fb, board, code))
		return NULL;
	/* what there is to be asked for, and how much of it, is a question for the board */
	if (app_manifest_parse(bytes, len, allow_unknown, &fm, m)) {
		manifest_rules(m, board, &fm);
		policy = compile_policy(m, board, o, &fm, &fb, size);
	}
	print_findings(stderr, &fb);
	print_findings(stderr, &fm);
	if (!policy)
		*code = complain(SPHERE_INPUT, "%s is not compiled: %u errors", path,
				 fm.errors + fb.errors);
	return policy;
}

/**
 * compile_files() - make a policy of a manifest and a board file
 * @arena: where everything lives
 * @board_path: board file
 * @path: manifest
 * @allow_unknown: unknown keys are no reason to refuse the manifest
 * @o: options
 * @m: filled in
 * @size: filled in
 * @code: filled in if it fails: exit code, with the reasons said
 *
 * Return: the policy, unsigned, or NULL
 */
uint8_t *compile_files(struct arena *arena, const char *board_path, const char *path,
		       bool allow_unknown, const struct compile_options *o, struct app_manifest *m,
		       size_t *size, int *code)
{
	struct board *board = arena_alloc(arena, sizeof(*board));
	size_t len;
	char *bytes = read_file(arena, path, JSON_MAX_SIZE, &len, code);

	if (!bytes)
		return NULL;
	return compile_bytes(arena, board_path, path, bytes, len, allow_unknown, o, m, board, size,
			     code);
}

/**
 * compile_version() - the version of a policy, if none is given
 *
 * Seconds would not do: one manifest may be run twice in one.
 *
 * Return: milliseconds since 1970, of SOURCE_DATE_EPOCH if that is set or of now:
 *	what grows by itself
 */
uint64_t compile_version(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	struct timespec now;
	uint64_t version;

	if (epoch && parse_number(epoch, UINT64_MAX / 1000 - 1, &version) && version)
		return version * 1000;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}
