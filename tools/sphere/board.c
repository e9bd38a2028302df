// SPDX-License-Identifier: GPL-2.0-only
/*
 * Board files: what the names in a manifest are on a device
 *
 * JSON as in manifests, so that comments are possible; sphere-board(5) describes
 * it. A board file is checked as a whole when it is read, also what the manifest
 * at hand does not use, with places of its own.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "board.h"
#include "sphere.h"

#define PATH_LONGEST	1023
#define GRANTS_MAX	256

static const struct {
	const char *name;
	unsigned int bit;
} operations[] = {
	{ "pluton-random", SPHERE_POLICY_OP_PLUTON_RANDOM },
	{ "pluton-security-state", SPHERE_POLICY_OP_PLUTON_SECURITY_STATE },
	{ "pluton-is-capability", SPHERE_POLICY_OP_PLUTON_IS_CAPABILITY },
	{ "pluton-capabilities", SPHERE_POLICY_OP_PLUTON_CAPABILITIES },
	{ "pluton-generate-key", SPHERE_POLICY_OP_PLUTON_GENERATE_KEY },
	{ "pluton-commit-key", SPHERE_POLICY_OP_PLUTON_COMMIT_KEY },
	{ "pluton-public-key", SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY },
	{ "pluton-attest", SPHERE_POLICY_OP_PLUTON_ATTEST },
	{ "pluton-sign", SPHERE_POLICY_OP_PLUTON_SIGN },
	{ "pluton-set-postcode", SPHERE_POLICY_OP_PLUTON_SET_POSTCODE },
	{ "pluton-boot-mode", SPHERE_POLICY_OP_PLUTON_BOOT_MODE },
	{ "pluton-get-manufacturing", SPHERE_POLICY_OP_PLUTON_GET_MANUFACTURING },
	{ "pluton-set-manufacturing", SPHERE_POLICY_OP_PLUTON_SET_MANUFACTURING },
	{ "pluton-decode-capabilities", SPHERE_POLICY_OP_PLUTON_DECODE_CAPABILITIES },
	{ "pluton-info", SPHERE_POLICY_OP_PLUTON_INFO },
	{ "core-start", SPHERE_POLICY_OP_CORE_START },
	{ "core-stop", SPHERE_POLICY_OP_CORE_STOP },
}, capabilities[] = {
	{ "CAP_NET_BIND_SERVICE", 10 },
	{ "CAP_NET_BROADCAST", 11 },
	{ "CAP_NET_ADMIN", 12 },
	{ "CAP_NET_RAW", 13 },
	{ "CAP_IPC_LOCK", 14 },
	{ "CAP_SYS_BOOT", 22 },
	{ "CAP_SYS_NICE", 23 },
	{ "CAP_SYS_TIME", 25 },
	{ "CAP_WAKE_ALARM", 35 },
	{ "CAP_BLOCK_SUSPEND", 36 },
}, accesses[] = {
	{ "read", SPHERE_ACCESS_READ },
	{ "write", SPHERE_ACCESS_WRITE },
	{ "create", SPHERE_ACCESS_CREATE },
	{ "list", SPHERE_ACCESS_LIST },
	{ "connect", SPHERE_ACCESS_CONNECT },
	{ "bind", SPHERE_ACCESS_BIND },
};

static const struct {
	const char *key;
	enum grant_kind kind;
	/* other keys that may stand beside it */
	const char *others;
} kinds[] = {
	{ "File", GRANT_FILE, " Access Optional " },
	{ "Dir", GRANT_DIR, " Access Optional " },
	{ "Device", GRANT_DEVICE, " Access Ioctls Block " },
	{ "Program", GRANT_PROGRAM, " Optional " },
	{ "Library", GRANT_LIBRARY, " Optional " },
	{ "Capability", GRANT_CAPABILITY, " " },
	{ "Operation", GRANT_OPERATION, " " },
	{ "Socket", GRANT_SOCKET, " Type Protocol " },
	{ "Address", GRANT_ADDRESS, " Protocol Ports " },
	{ "Listen", GRANT_LISTEN, " Ports " },
};

/**
 * operation_name() - name of an operation in a board file
 * @op: SPHERE_POLICY_OP_*
 *
 * Return: the name, or NULL
 */
const char *operation_name(unsigned int op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(operations); i++)
		if (operations[i].bit == op)
			return operations[i].name;
	return NULL;
}

/**
 * capability_name() - name of a Linux capability that can be granted
 * @cap: its number
 *
 * Return: the name, or NULL
 */
const char *capability_name(unsigned int cap)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (capabilities[i].bit == cap)
			return capabilities[i].name;
	return NULL;
}

static bool expect(struct findings *f, const struct json *v, enum json_type type, const char *hint)
{
	const struct json wanted = { .type = type };

	if (v->type == type)
		return true;
	refuse_at(f, v->place, hint, "%s has to be %s, and it is %s",
		  v->key ? quoted(f->arena, v->key) : "this", json_type_name(&wanted),
		  json_type_name(v));
	return false;
}

static bool good_path(struct findings *f, const struct json *v)
{
	const char *p, *end, *why = NULL;

	if (!expect(f, v, JSON_STRING, "write an absolute path"))
		return false;
	if (v->text[0] != '/')
		why = "does not begin with '/'";
	else if (strlen(v->text) > PATH_LONGEST)
		why = "is too long";
	for (p = v->text + 1; !why; p = end + 1) {
		end = strchrnul(p, '/');
		if (end == p || (end - p == 1 && p[0] == '.') ||
		    (end - p == 2 && p[0] == '.' && p[1] == '.'))
			why = "has an empty part, '.', '..' or a '/' at the end";
		if (!*end)
			break;
	}
	for (p = v->text; *p && !why; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			why = "has a control character";
	if (why)
		refuse_at(f, v->place, NULL, "the path %s %s", quoted(f->arena, v->text), why);
	return !why;
}

/* "read write" */
static uint16_t read_access(struct findings *f, const struct json *v, uint16_t sensible)
{
	const char *p = v->text;
	uint16_t access = 0;

	if (!expect(f, v, JSON_STRING, "write words such as \"read write\""))
		return 0;
	while (*(p += strspn(p, " "))) {
		const size_t len = strcspn(p, " ");
		unsigned int i;

		for (i = 0; i < ARRAY_SIZE(accesses); i++)
			if (strlen(accesses[i].name) == len && !memcmp(accesses[i].name, p, len))
				break;
		if (i == ARRAY_SIZE(accesses) || !(accesses[i].bit & sensible)) {
			refuse_at(f, v->place, sensible == SPHERE_ACCESS_DIR ?
				  "the words are read, write, create, list, connect and bind" :
				  "the words are read and write",
				  "%s is no access to this", quoted(f->arena,
					  arena_copy(f->arena, p, len)));
			return 0;
		}
		access |= accesses[i].bit;
		p += len;
	}
	if (!access)
		refuse_at(f, v->place, NULL, "Access must not be empty");
	return access;
}

/* 80 or "8000-8010" */
static bool read_range(struct findings *f, const struct json *v, int64_t low, int64_t high,
		       unsigned int *first, unsigned int *last)
{
	uint64_t a = 0, b = 0;
	int64_t n = -1;
	char *text, *dash;

	if (v->type == JSON_NUMBER && json_integer(v, &n) && n >= low && n <= high) {
		*first = n;
		*last = n;
		return true;
	}
	if (v->type == JSON_STRING) {
		text = arena_copy(f->arena, v->text, strlen(v->text));
		dash = strchr(text, '-');
		if (dash)
			*dash++ = '\0';
		if (parse_number(text, high, &a) && parse_number(dash ? dash : text, high, &b) &&
		    a >= (uint64_t)low && a <= b) {
			*first = a;
			*last = b;
			return true;
		}
	}
	refuse_at(f, v->place, "write a number, or \"FIRST-LAST\" in double quotes",
		  "numbers from %lld to %lld are expected", (long long)low, (long long)high);
	return false;
}

static bool read_proto(struct findings *f, const struct json *v, bool any, uint8_t *proto)
{
	if (!expect(f, v, JSON_STRING, "write \"tcp\" or \"udp\""))
		return false;
	if (!strcmp(v->text, "tcp"))
		*proto = SPHERE_PROTO_TCP;
	else if (!strcmp(v->text, "udp"))
		*proto = SPHERE_PROTO_UDP;
	else if (any && !strcmp(v->text, "any"))
		*proto = SPHERE_PROTO_ANY;
	else
		goto bad;
	return true;
bad:
	refuse_at(f, v->place, any ? "the words are tcp, udp and any" :
		  "the words are tcp and udp", "%s is no protocol", quoted(f->arena, v->text));
	return false;
}

static void read_ioctls(struct findings *f, const struct json *v, struct grant *g)
{
	const struct json *x;

	if (!expect(f, v, JSON_ARRAY, "write an array of numbers or of strings such as \"0x5401\""))
		return;
	g->ioctls_only = true;
	g->ioctls = arena_alloc(f->arena, (v->count + 1) * sizeof(*g->ioctls));
	for (x = v->first; x; x = x->next) {
		uint64_t n = 0;
		int64_t s = -1;

		if ((x->type == JSON_STRING && parse_number(x->text, UINT32_MAX, &n)) ||
		    (x->type == JSON_NUMBER && json_integer(x, &s) && s >= 0 && s <= UINT32_MAX)) {
			g->ioctls[g->n_ioctls++] = x->type == JSON_STRING ? n : (uint64_t)s;
			continue;
		}
		refuse_at(f, x->place, "write a number, or a string such as \"0x5401\"",
			  "this is no ioctl command");
	}
}

static unsigned int find_bit(struct findings *f, const struct json *v, bool operation)
{
	const unsigned int n = operation ? ARRAY_SIZE(operations) : ARRAY_SIZE(capabilities);
	unsigned int i;

	if (!expect(f, v, JSON_STRING, "write its name"))
		return 0;
	for (i = 0; i < n; i++) {
		if (operation && !strcmp(operations[i].name, v->text))
			return operations[i].bit;
		if (!operation && !strcmp(capabilities[i].name, v->text))
			return capabilities[i].bit;
	}
	refuse_at(f, v->place, operation ? "sphere-board(5) lists the operations" :
		  "sphere-board(5) lists those that can be granted",
		  "%s is no %s", quoted(f->arena, v->text),
		  operation ? "operation" : "Linux capability that can be granted");
	return 0;
}

static void read_address(struct findings *f, const struct json *v, struct grant *g)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	uint64_t prefix = 0;
	unsigned int i;
	char *text, *slash;
	bool v4;

	if (!expect(f, v, JSON_STRING, "write an address such as \"10.0.0.0/8\""))
		return;
	text = arena_copy(f->arena, v->text, strlen(v->text));
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	v4 = parse_ipv4(text, g->addr + 12);
	if (v4)
		memcpy(g->addr, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, g->addr) != 1)
		goto bad;
	if (slash && !parse_number(slash, v4 ? 32 : 128, &prefix))
		goto bad;
	g->prefix = !slash ? 128 : v4 ? 96 + prefix : prefix;
	for (i = g->prefix; i < 128; i++) {
		if (g->addr[i / 8] & 0x80 >> i % 8) {
			refuse_at(f, v->place, "write the address of the network: zeros behind the prefix",
				  "%s has bits behind the prefix", quoted(f->arena, v->text));
			return;
		}
	}
	return;
bad:
	refuse_at(f, v->place, "write an address of IPv4 or IPv6, and /PREFIX for a network",
		  "%s is no address", quoted(f->arena, v->text));
}

static void read_socket(struct findings *f, const struct json *v, const struct json *object,
			struct grant *g)
{
	static const struct {
		const char *name;
		unsigned int number;
	} families[] = {
		{ "inet", 2 }, { "inet6", 10 }, { "netlink", 16 }, { "packet", 17 }, { "can", 29 },
		{ "bluetooth", 31 }, { "vsock", 40 },
	}, types[] = {
		{ "stream", 1 }, { "dgram", 2 }, { "raw", 3 }, { "seqpacket", 5 },
	};
	const struct json *type = json_get(object, "Type"), *protocol = json_get(object, "Protocol");
	unsigned int i;
	int64_t n = 0;

	/* families whose number depends on the device, as that of sockets to real-time cores */
	if (json_integer(v, &n) && n > 0 && n <= 65535)
		g->family = n;
	else if (!expect(f, v, JSON_STRING, "write the family, as \"netlink\", or its number"))
		return;
	for (i = 0; i < ARRAY_SIZE(families) && !g->family; i++)
		if (!strcmp(families[i].name, v->text))
			g->family = families[i].number;
	n = 0;
	if (!g->family)
		refuse_at(f, v->place, "the families are inet, inet6, netlink, packet, can, bluetooth and vsock",
			  "%s is no family", quoted(f->arena, v->text));
	if (!type) {
		refuse_at(f, object->place, "write \"Type\": \"raw\"", "Socket lacks Type");
		return;
	}
	if (!expect(f, type, JSON_STRING, "write its name"))
		return;
	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, type->text))
			g->type = types[i].number;
	if (!g->type)
		refuse_at(f, type->place, "the types are stream, dgram, raw and seqpacket",
			  "%s is no type", quoted(f->arena, type->text));
	if (protocol && (!json_integer(protocol, &n) || n < 0 || n > 65535))
		refuse_at(f, protocol->place, "write its number", "this is no protocol of a socket");
	g->protocol = n;
}

/* @ports: a number, "FIRST-LAST", or an array of them; a rule for each */
static void read_ports(struct findings *f, const struct json *ports, struct grant *g,
		       struct grant ***tail)
{
	const struct json *x;
	unsigned int first, last;
	struct grant *more;

	if (ports->type != JSON_ARRAY) {
		if (read_range(f, ports, 1, 65535, &first, &last)) {
			g->first = first;
			g->last = last;
		}
		return;
	}
	if (!ports->first)
		refuse_at(f, ports->place, NULL, "Ports must not be empty");
	for (x = ports->first; x; x = x->next) {
		if (!read_range(f, x, 1, 65535, &first, &last))
			return;
		if (x != ports->first) {
			more = arena_alloc(f->arena, sizeof(*more));
			*more = *g;
			more->next = NULL;
			**tail = more;
			*tail = &more->next;
			g = more;
		}
		g->first = first;
		g->last = last;
	}
}

static bool has_word(const char *words, const char *word)
{
	const size_t len = strlen(word);
	const char *p;

	for (p = words; (p = strstr(p, word)); p++)
		if (p > words && p[-1] == ' ' && p[len] == ' ')
			return true;
	return false;
}

static void read_grant(struct findings *f, const struct json *object, struct grant ***tail)
{
	const struct json *v = NULL, *x;
	struct grant *g;
	unsigned int i, kind = 0;

	if (!expect(f, object, JSON_OBJECT,
		    "write an object such as { \"Device\": \"/dev/x\", \"Access\": \"read\" }"))
		return;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		x = json_get(object, kinds[i].key);
		if (!x)
			continue;
		if (v) {
			refuse_at(f, x->key_place, "make two grants of it",
				  "%s and %s stand in one grant", v->key, x->key);
			return;
		}
		v = x;
		kind = i;
	}
	if (!v) {
		refuse_at(f, object->place,
			  "name a File, Dir, Device, Program, Library, Capability, Operation, Socket, Address or Listen",
			  "the grant does not say what is granted");
		return;
	}
	for (x = object->first; x; x = x->next)
		if (x != v && !has_word(kinds[kind].others, x->key))
			refuse_at(f, x->key_place, NULL, "%s has no meaning beside %s",
				  quoted(f->arena, x->key), v->key);
	g = arena_alloc(f->arena, sizeof(*g));
	g->place = v->place;
	g->kind = kinds[kind].kind;
	**tail = g;
	*tail = &g->next;
	if (g->kind <= GRANT_LIBRARY) {
		if (!good_path(f, v))
			return;
		g->path = v->text;
	}
	x = json_get(object, "Optional");
	if (x && expect(f, x, JSON_BOOLEAN, NULL))
		g->optional = x->boolean;
	x = json_get(object, "Access");
	switch (g->kind) {
	case GRANT_FILE:
	case GRANT_DIR:
	case GRANT_DEVICE:
		if (x)
			g->access = read_access(f, x, g->kind == GRANT_DIR ? SPHERE_ACCESS_DIR :
						SPHERE_ACCESS_FILE);
		else
			refuse_at(f, object->place, "write \"Access\": \"read\"",
				  "%s lacks Access", v->key);
		x = json_get(object, "Ioctls");
		if (x)
			read_ioctls(f, x, g);
		x = json_get(object, "Block");
		if (x && expect(f, x, JSON_BOOLEAN, NULL))
			g->block = x->boolean;
		break;
	case GRANT_CAPABILITY:
	case GRANT_OPERATION:
		g->bit = find_bit(f, v, g->kind == GRANT_OPERATION);
		break;
	case GRANT_SOCKET:
		read_socket(f, v, object, g);
		break;
	case GRANT_ADDRESS:
	case GRANT_LISTEN:
		g->first = 1;
		g->last = 65535;
		if (g->kind == GRANT_ADDRESS)
			read_address(f, v, g);
		x = g->kind == GRANT_ADDRESS ? json_get(object, "Protocol") : v;
		if (x)
			read_proto(f, x, g->kind == GRANT_ADDRESS, &g->proto);
		x = json_get(object, "Ports");
		if (x)
			read_ports(f, x, g, tail);
		else if (g->kind == GRANT_LISTEN)
			refuse_at(f, object->place, "write \"Ports\": 80", "Listen lacks Ports");
		break;
	default:
		break;
	}
}

static struct grant *read_grants(struct findings *f, const struct json *v)
{
	struct grant *first = NULL, **tail = &first;
	const struct json *x;

	if (!expect(f, v, JSON_ARRAY, "write an array of grants; [] grants nothing"))
		return NULL;
	if (v->count > GRANTS_MAX) {
		refuse_at(f, v->place, NULL, "there are more than %u grants", GRANTS_MAX);
		return NULL;
	}
	for (x = v->first; x; x = x->next)
		read_grant(f, x, &tail);
	return first;
}

static struct board_thing *add_thing(struct findings *f, struct board_thing **list,
				     unsigned int cap, const char *name)
{
	struct board_thing *t = arena_alloc(f->arena, sizeof(*t));

	t->cap = cap;
	t->name = name;
	t->next = *list;
	*list = t;
	return t;
}

static unsigned int capability_of(struct findings *f, const struct json *v, bool peripherals)
{
	unsigned int i;

	for (i = 0; i < APP_CAPABILITIES; i++) {
		const enum capability_form form = app_capabilities[i].form;
		const bool peripheral = form == FORM_PERIPHERALS || form == FORM_PINS;

		if (!strcmp(app_capabilities[i].key, v->key) && peripheral == peripherals &&
		    (peripheral || form == FORM_FLAG || form == FORM_POWER ||
		     form == FORM_TENANT))
			return i;
	}
	refuse_at(f, v->key_place, peripherals ?
		  "the kinds are those of manifests, from Gpio to ExternalInterrupt" :
		  "the keys are capabilities of manifests that are no peripherals",
		  "%s is not known here", quoted(f->arena, v->key));
	return APP_CAPABILITIES;
}

static void read_peripherals(struct findings *f, const struct json *v, struct board *b)
{
	const struct json *class, *x;

	if (!expect(f, v, JSON_OBJECT, NULL))
		return;
	for (class = v->first; class; class = class->next) {
		const unsigned int cap = capability_of(f, class, true);

		if (cap == APP_CAPABILITIES || !expect(f, class, JSON_OBJECT, NULL))
			continue;
		for (x = class->first; x; x = x->next) {
			struct json range = { .type = JSON_STRING, .place = x->key_place,
					      .text = x->key };
			struct board_thing *t = add_thing(f, &b->things, cap, x->key);

			t->grants = read_grants(f, x);
			if (cap != CAP_GPIO)
				continue;
			t->name = NULL;
			if (read_range(f, &range, 0, 65535, &t->first, &t->last)) {
				const struct board_thing *o;

				for (o = t->next; o; o = o->next)
					if (o->cap == CAP_GPIO && o->first <= t->last &&
					    t->first <= o->last)
						refuse_at(f, x->key_place, NULL,
							  "the GPIOs %s overlap others",
							  quoted(f->arena, x->key));
			}
		}
	}
}

static void read_capabilities(struct findings *f, const struct json *v, struct board *b)
{
	const struct json *x, *word;

	if (!expect(f, v, JSON_OBJECT, NULL))
		return;
	for (x = v->first; x; x = x->next) {
		const unsigned int cap = capability_of(f, x, false);

		if (cap == APP_CAPABILITIES)
			continue;
		if (app_capabilities[cap].form != FORM_POWER) {
			add_thing(f, &b->things, cap, NULL)->grants = read_grants(f, x);
			continue;
		}
		if (!expect(f, x, JSON_OBJECT,
			    "name the power controls: { \"ForceReboot\": [...] }"))
			continue;
		for (word = x->first; word; word = word->next)
			add_thing(f, &b->things, cap, word->key)->grants = read_grants(f, word);
	}
}

/* { "host": [ { "Protocol": "tcp", "Ports": 443 } ] } */
static struct board_thing *read_hosts(struct findings *f, const struct json *v)
{
	struct board_thing *hosts = NULL, *t;
	const struct json *host, *x, *y;
	const char *why = "";

	if (!expect(f, v, JSON_OBJECT, NULL))
		return NULL;
	for (host = v->first; host; host = host->next) {
		struct grant any = { .first = 1, .last = 65535 }, *g, *list, **tail;

		if (strcmp(host->key, "*") && !host_name_good(host->key, &why)) {
			refuse_at(f, host->key_place, "write a name of manifests, or \"*\" for all others",
				  "%s is not the name of a host: %s",
				  quoted(f->arena, host->key), why);
			continue;
		}
		t = add_thing(f, &hosts, CAP_ALLOWED_CONNECTIONS, host->key);
		if (!expect(f, host, JSON_ARRAY,
			    "write [ { \"Protocol\": \"tcp\", \"Ports\": 443 } ]"))
			continue;
		if (!host->first)
			refuse_at(f, host->place, "remove the host to leave it as the manifest has it",
				  "there is no rule for %s", quoted(f->arena, host->key));
		for (x = host->first; x; x = x->next) {
			if (!expect(f, x, JSON_OBJECT,
				    "write { \"Protocol\": \"tcp\", \"Ports\": 443 }"))
				continue;
			list = arena_alloc(f->arena, sizeof(*list));
			*list = any;
			tail = &list->next;
			for (y = x->first; y; y = y->next) {
				if (!strcmp(y->key, "Protocol"))
					read_proto(f, y, true, &list->proto);
				else if (strcmp(y->key, "Ports"))
					refuse_at(f, y->key_place, "the keys are Protocol and Ports",
						  "%s is unknown", quoted(f->arena, y->key));
			}
			y = json_get(x, "Ports");
			if (y)
				read_ports(f, y, list, &tail);
			for (g = list; g; g = g->next) {
				struct port_rule *r = arena_alloc(f->arena, sizeof(*r));

				r->proto = g->proto;
				r->first = g->first;
				r->last = g->last;
				r->next = t->rules;
				t->rules = r;
			}
		}
	}
	return hosts;
}

static unsigned int read_cores(struct findings *f, const struct json *v)
{
	unsigned int cores = 0;
	const struct json *x;
	int64_t n;

	if (!expect(f, v, JSON_ARRAY, "write an array such as [0, 1]"))
		return 0;
	for (x = v->first; x; x = x->next) {
		if (json_integer(x, &n) && n >= 0 && n < SPHERE_POLICY_CORES)
			cores |= 1u << n;
		else
			refuse_at(f, x->place, NULL, "real-time cores have the numbers 0 to %d",
				  SPHERE_POLICY_CORES - 1);
	}
	return cores;
}

static void read_components(struct findings *f, const struct json *v, struct board *b)
{
	const struct json *c, *x;

	if (!expect(f, v, JSON_OBJECT, NULL))
		return;
	for (c = v->first; c; c = c->next) {
		struct board_component *new = arena_alloc(f->arena, sizeof(*new));

		if (!parse_guid(c->key, new->component)) {
			refuse_at(f, c->key_place, NULL, "%s is not a component id",
				  quoted(f->arena, c->key));
			continue;
		}
		if (board_component(b, new->component))
			refuse_at(f, c->key_place, NULL, "the component stands twice");
		new->next = b->components;
		b->components = new;
		if (!expect(f, c, JSON_OBJECT, NULL))
			continue;
		for (x = c->first; x; x = x->next) {
			if (!strcmp(x->key, "Grants"))
				new->grants = read_grants(f, x);
			else if (!strcmp(x->key, "Cores"))
				new->cores = read_cores(f, x);
			else if (!strcmp(x->key, "Hosts"))
				new->hosts = read_hosts(f, x);
			else
				refuse_at(f, x->key_place, "the keys are Grants, Cores and Hosts",
					  "%s is unknown", quoted(f->arena, x->key));
		}
	}
}

static void check_name_value(struct findings *f, const struct json *v)
{
	int64_t n;

	if (v->type == JSON_STRING && v->text[0] && v->text[0] != '$')
		return;
	if (v->type == JSON_NUMBER && json_integer(v, &n) && n >= 0 && n <= 65535)
		return;
	refuse_at(f, v->place, "write the number of a GPIO, or the name of a peripheral",
		  "a name cannot stand for this");
}

static void read_names(struct findings *f, const struct json *v, struct board *b)
{
	const struct json *x, *y;

	if (!expect(f, v, JSON_OBJECT, NULL))
		return;
	b->names = v;
	for (x = v->first; x; x = x->next) {
		if (x->key[0] != '$' || !x->key[1])
			refuse_at(f, x->key_place, "write \"$NAME\", as manifests do",
				  "%s does not begin with '$'", quoted(f->arena, x->key));
		if (x->type != JSON_OBJECT) {
			check_name_value(f, x);
			continue;
		}
		for (y = x->first; y; y = y->next)
			if (capability_of(f, y, true) < APP_CAPABILITIES)
				check_name_value(f, y);
	}
}

static void read_resolver(struct findings *f, const struct json *v, struct board *b)
{
	struct grant g = { };
	const struct json *x;
	int64_t port = 53;

	if (!expect(f, v, JSON_OBJECT, "write { \"Address\": \"127.0.0.35\" }"))
		return;
	for (x = v->first; x; x = x->next) {
		if (!strcmp(x->key, "Address")) {
			read_address(f, x, &g);
			b->has_resolver = true;
		} else if (!strcmp(x->key, "Port")) {
			if (!json_integer(x, &port) || port < 1 || port > 65535)
				refuse_at(f, x->place, NULL, "this is no port");
		} else {
			refuse_at(f, x->key_place, "the keys are Address and Port", "%s is unknown",
				  quoted(f->arena, x->key));
		}
	}
	if (!b->has_resolver)
		refuse_at(f, v->place, "write { \"Address\": \"127.0.0.35\" }",
			  "Resolver lacks Address");
	else if (g.prefix != 128)
		refuse_at(f, v->place, NULL, "the resolver is one address, not a network");
	memcpy(b->resolver, g.addr, sizeof(b->resolver));
	b->resolver_port = port;
}

static void read_libraries(struct findings *f, const struct json *v, struct board *b)
{
	const struct json *x;
	unsigned int n = 0;

	if (!expect(f, v, JSON_ARRAY, "write an array of directories"))
		return;
	b->libraries = arena_alloc(f->arena, (v->count + 1) * sizeof(*b->libraries));
	for (x = v->first; x; x = x->next)
		if (good_path(f, x))
			b->libraries[n++] = x->text;
}

/**
 * board_read() - read and check a board file
 * @bytes: what is in it
 * @size: bytes
 * @f: where findings go; also says where things live
 * @b: filled in
 *
 * Return: whether it is good; if not, @f has at least one error more.
 */
bool board_read(const char *bytes, size_t size, struct findings *f, struct board *b)
{
	const unsigned int before = f->errors;
	const struct json *root, *v;
	bool version = false;
	int64_t n;

	memset(b, 0, sizeof(*b));
	b->max_storage_kb = 64;
	root = json_read(bytes, size, f);
	if (!root)
		return false;
	f->kind = "value";
	b->root = root;
	if (!expect(f, root, JSON_OBJECT, "a board file stands in {}"))
		return false;
	for (v = root->first; v; v = v->next) {
		if (!strcmp(v->key, "BoardVersion")) {
			version = json_integer(v, &n) && n == BOARD_VERSION;
		} else if (!strcmp(v->key, "Name")) {
			if (expect(f, v, JSON_STRING, NULL))
				b->name = v->text;
		} else if (!strcmp(v->key, "Apps")) {
			if (good_path(f, v))
				b->apps = v->text;
		} else if (!strcmp(v->key, "Storage")) {
			if (good_path(f, v))
				b->storage = v->text;
		} else if (!strcmp(v->key, "MaxStorageKB")) {
			if (!json_integer(v, &n) || n < 0 || n > 0x40000000)
				refuse_at(f, v->place, NULL, "this is no number of KiB");
			b->max_storage_kb = n;
		} else if (!strcmp(v->key, "LibraryPath")) {
			read_libraries(f, v, b);
		} else if (!strcmp(v->key, "Resolver")) {
			read_resolver(f, v, b);
		} else if (!strcmp(v->key, "Cores")) {
			b->cores = read_cores(f, v);
		} else if (!strcmp(v->key, "Base")) {
			b->base = read_grants(f, v);
		} else if (!strcmp(v->key, "Peripherals")) {
			read_peripherals(f, v, b);
		} else if (!strcmp(v->key, "Capabilities")) {
			read_capabilities(f, v, b);
		} else if (!strcmp(v->key, "Names")) {
			read_names(f, v, b);
		} else if (!strcmp(v->key, "Hosts")) {
			b->hosts = read_hosts(f, v);
		} else if (!strcmp(v->key, "Components")) {
			read_components(f, v, b);
		} else {
			refuse_at(f, v->key_place, "sphere-board(5) lists the keys",
				  "%s is unknown in a board file", quoted(f->arena, v->key));
		}
	}
	if (!version)
		refuse_at(f, root->place, "write \"BoardVersion\": 1",
			  "this is no board file of version %d", BOARD_VERSION);
	if (!b->apps)
		refuse_at(f, root->place, "write \"Apps\": \"/mnt/apps\"",
			  "the board file does not say where images are");
	return f->errors == before;
}

/**
 * board_load() - read and check a board file, by its name
 * @arena: where everything lives
 * @path: the file
 * @f: where findings go
 * @b: filled in
 * @code: filled in if it is refused: exit code, with the reasons said
 *
 * Return: whether it is good
 */
bool board_load(struct arena *arena, const char *path, struct findings *f, struct board *b,
		int *code)
{
	size_t size;
	char *bytes = read_file(arena, path, JSON_MAX_SIZE, &size, code);

	if (!bytes)
		return false;
	if (board_read(bytes, size, f, b))
		return true;
	print_findings(stderr, f);
	*code = complain(SPHERE_INPUT, "the board file %s is refused: %u errors", path, f->errors);
	return false;
}

/**
 * board_pin() - a GPIO
 * @b: board
 * @pin: its number
 *
 * Return: what it belongs to, or NULL
 */
const struct board_thing *board_pin(const struct board *b, unsigned int pin)
{
	const struct board_thing *t;

	for (t = b->things; t; t = t->next)
		if (t->cap == CAP_GPIO && pin >= t->first && pin <= t->last)
			return t;
	return NULL;
}

/**
 * board_thing() - a peripheral or a capability
 * @b: board
 * @cap: enum app_capability_number
 * @name: name of a peripheral or power control, or NULL
 *
 * Return: it, or NULL
 */
const struct board_thing *board_thing(const struct board *b, unsigned int cap, const char *name)
{
	const struct board_thing *t;

	for (t = b->things; t; t = t->next)
		if (t->cap == cap && (name ? t->name && !strcmp(t->name, name) : !t->name))
			return t;
	return NULL;
}

/**
 * board_host() - rules for a host
 * @hosts: of the board or of a component
 * @name: name of the host, in any case
 *
 * Return: the rules for it, else those for "*", or NULL
 */
const struct board_thing *board_host(const struct board_thing *hosts, const char *name)
{
	const struct board_thing *t, *other = NULL;

	for (t = hosts; t; t = t->next) {
		if (!strcasecmp(t->name, name))
			return t;
		if (!strcmp(t->name, "*"))
			other = t;
	}
	return other;
}

/**
 * board_component() - what one component gets
 * @b: board
 * @component: its id
 *
 * Return: it, or NULL
 */
const struct board_component *board_component(const struct board *b, const uint8_t *component)
{
	const struct board_component *c;

	for (c = b->components; c; c = c->next)
		if (!memcmp(c->component, component, GUID_SIZE))
			return c;
	return NULL;
}

/**
 * board_meaning() - what stands for a value of a manifest
 * @b: board, or NULL
 * @cap: capability that asks for it
 * @x: the value
 *
 * Return: the value itself, or for "$NAME" what the board says that it is: a number or a
 * string, or NULL
 */
const struct json *board_meaning(const struct board *b, unsigned int cap, const struct json *x)
{
	const struct json *v;

	if (x->type != JSON_STRING || x->text[0] != '$')
		return x;
	v = b ? json_get(b->names, x->text) : NULL;
	if (v && v->type == JSON_OBJECT)
		v = json_get(v, app_capabilities[cap].key);
	return v;
}
