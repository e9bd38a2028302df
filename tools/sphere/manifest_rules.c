// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an application can ask for: by the rules of the MT3620, or of a board file
 *
 * app_manifest.c looks at the form of a manifest, which is the same everywhere. What
 * is there to be asked for is not: the MT3620 has five ISUs and 64 KiB of storage,
 * and another board what its file says.
 */
#include <stdlib.h>
#include <string.h>

#include "../../security/sphere_lsm/limits.h"
#include "board.h"
#include "sphere.h"

/* documented ceiling of the MT3620 */
#define STORAGE_MAX_KB	64
#define ISUS		5

/* Peripherals of the MT3620: @prefix and a number up to @last */
static const struct peripheral {
	enum app_capability_number cap;
	const char *prefix;
	unsigned int last;
} peripherals[] = {
	{ CAP_UART, "ISU", ISUS - 1 },
	{ CAP_I2C_MASTER, "ISU", ISUS - 1 },
	{ CAP_SPI_MASTER, "ISU", ISUS - 1 },
	{ CAP_PWM, "PWM-CONTROLLER-", 2 },
	{ CAP_ADC, "ADC-CONTROLLER-", 0 },
	/* as applications of real-time cores call it */
	{ CAP_ADC, "ADC", 0 },
	{ CAP_I2S_SUBORDINATE, "I2S", 1 },
	{ CAP_EXTERNAL_INTERRUPT, "EINT", 23 },
};

static const struct {
	unsigned int first;
	unsigned int last;
} gpios[] = { { 0, 23 }, { 26, 48 }, { 56, 75 }, { 80, 80 } };

/* the first of the five GPIOs whose pins each ISU has, by its number */
static const unsigned int isu_pins[ISUS] = { 26, 31, 36, 66, 71 };
#define ISU_PINS	5

/**
 * struct rules - what is at hand while checking
 * @m: manifest
 * @b: board file, or NULL for the MT3620
 * @f: where findings go
 * @isu_cap: capability that asks for each ISU
 * @isu: the value that does, or NULL
 */
struct rules {
	const struct app_manifest *m;
	const struct board *b;
	struct findings *f;
	unsigned int isu_cap[ISUS];
	const struct json *isu[ISUS];
};

/* The number behind @prefix; -1 if @name is not that */
static int numbered(const char *name, const char *prefix)
{
	const size_t len = strlen(prefix);
	const char *p = name + len;

	if (strncmp(name, prefix, len) || !*p || strlen(p) > 2 || p[strspn(p, "0123456789")] ||
	    (p[0] == '0' && p[1]))
		return -1;
	return atoi(p);
}

static bool is_name(const struct json *x)
{
	return x->type == JSON_STRING && x->text[0] == '$';
}

/* The value as it was written, and what it means if that is another word */
static const char *spelled(const struct rules *r, const struct json *x, const char *what)
{
	const char *text = quoted(r->f->arena, what);

	return is_name(x) ? arena_print(r->f->arena, "%s, which is %s,",
					quoted(r->f->arena, x->text), text) : text;
}

static void no_name(const struct rules *r, const struct json *x)
{
	refuse_at(r->f, x->place, "add it to Names of the board file",
		  "the board file does not say what %s is", quoted(r->f->arena, x->text));
}

static void no_node(const struct rules *r, const struct board_thing *t, const struct json *x,
		    const char *what)
{
	if (r->m->type != APP_REAL_TIME && !t->grants)
		refuse_at(r->f, x->place, "put a grant for it into the board file",
			  "the board file has no node for %s: only real-time cores can use it",
			  what);
}

/* ---- pins --------------------------------------------------------------------- */

static bool mt3620_pin(int64_t pin)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gpios); i++)
		if (pin >= gpios[i].first && pin <= gpios[i].last)
			return true;
	return false;
}

/* A pin serves one master: more than a warning would refuse those who leave pins of an ISU free */
static void check_pin_block(const struct rules *r, const struct json *x, unsigned int pin)
{
	unsigned int i;

	for (i = 0; i < ISUS; i++)
		if (r->isu[i] && pin >= isu_pins[i] && pin < isu_pins[i] + ISU_PINS)
			warn_at(r->f, x->place,
				"take another GPIO, unless the peripheral leaves this pin free",
				"on the MT3620 GPIO %u is a pin of ISU%u, which %s asks for in line %u",
				pin, i, app_capabilities[r->isu_cap[i]].key, r->isu[i]->place.line);
}

static void check_pins(const struct rules *r, const struct json *v)
{
	struct arena *arena = r->f->arena;
	const struct json **seen = arena_alloc(arena, BOARD_PINS * sizeof(*seen));
	const struct json *x;

	for (x = v->first; x; x = x->next) {
		const struct json *value = board_meaning(r->b, CAP_GPIO, x);
		const struct board_thing *t;
		int64_t pin = 0;

		if (!value) {
			if (r->b)
				no_name(r, x);
			continue;
		}
		if (!json_integer(value, &pin) || pin < 0 || pin >= BOARD_PINS) {
			/* of a value that is written out, the form was refused */
			if (value != x)
				refuse_at(r->f, x->place,
					  "Names of the board file has to give a number for it",
					  "%s is not a GPIO on this board", quoted(arena, x->text));
			continue;
		}
		if (seen[pin]) {
			if (is_name(x) || is_name(seen[pin]))
				refuse_at(r->f, x->place, "remove one of the two",
					  "GPIO %d stands twice, first in line %u", (int)pin,
					  seen[pin]->place.line);
			continue;
		}
		seen[pin] = x;
		if (r->b) {
			t = board_pin(r->b, pin);
			if (t)
				no_node(r, t, x, arena_print(arena, "GPIO %d", (int)pin));
			else
				refuse_at(r->f, x->place,
					  "add it to Peripherals, Gpio of the board file",
					  "the board has no GPIO %d", (int)pin);
		} else if (!mt3620_pin(pin)) {
			refuse_at(r->f, x->place,
				  "it has 0 to 23, 26 to 48, 56 to 75 and 80; for another board pass --board",
				  "the MT3620 has no GPIO %d", (int)pin);
		} else {
			check_pin_block(r, x, pin);
		}
	}
}

/* ---- peripherals -------------------------------------------------------------- */

static bool mt3620_peripheral(unsigned int cap, const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(peripherals); i++) {
		const struct peripheral *p = &peripherals[i];
		const int n = p->cap == cap ? numbered(name, p->prefix) : -1;

		if (n >= 0 && n <= (int)p->last)
			return true;
	}
	return false;
}

static const char *mt3620_has(const struct rules *r, unsigned int cap)
{
	const struct peripheral *p = peripherals;

	while (p->cap != cap)
		p++;
	return p->last ?
	       arena_print(r->f->arena, "it has %s0 to %s%u, or write \"$NAME\"; for another board pass --board",
			   p->prefix, p->prefix, p->last) :
	       arena_print(r->f->arena, "it has %s0, or write \"$NAME\"; for another board pass --board",
			   p->prefix);
}

/* An ISU is one block of pins: it is a UART, an I2C bus or an SPI bus, whoever asks */
static void check_isu(struct rules *r, unsigned int cap, const struct json *x, const char *name)
{
	const int n = numbered(name, "ISU");

	if (n < 0 || n >= ISUS ||
	    (cap != CAP_UART && cap != CAP_I2C_MASTER && cap != CAP_SPI_MASTER))
		return;
	if (!r->isu[n]) {
		r->isu[n] = x;
		r->isu_cap[n] = cap;
	} else if (r->isu_cap[n] != cap) {
		refuse_at(r->f, x->place, "an ISU is one of UART, I2C bus and SPI bus: take another one",
			  "%s stands in %s, and in %s in line %u, column %u", spelled(r, x, name),
			  app_capabilities[cap].key, app_capabilities[r->isu_cap[n]].key,
			  r->isu[n]->place.line, r->isu[n]->place.column);
	}
}

static void check_peripheral(struct rules *r, unsigned int cap, const struct json *v,
			     const struct json *x)
{
	const char *key = app_capabilities[cap].key;
	const struct json *value = board_meaning(r->b, cap, x), *y;
	const struct board_thing *t;

	if (!value) {
		if (r->b)
			no_name(r, x);
		return;
	}
	if (value->type != JSON_STRING) {
		if (value != x)
			refuse_at(r->f, x->place,
				  "Names of the board file has to give the name of a peripheral for it",
				  "%s is a GPIO on this board, not one of %s",
				  quoted(r->f->arena, x->text), key);
		return;
	}
	/* two names for one thing; the same word twice was refused */
	for (y = v->first; y != x; y = y->next) {
		const struct json *other = board_meaning(r->b, cap, y);

		if (other && other->type == JSON_STRING && (is_name(x) || is_name(y)) &&
		    strcmp(x->text, y->text) && !strcmp(other->text, value->text)) {
			refuse_at(r->f, x->place, "remove one of the two",
				  "%s stands twice, first in line %u",
				  quoted(r->f->arena, value->text), y->place.line);
			return;
		}
	}
	if (r->b) {
		t = board_thing(r->b, cap, value->text);
		if (t)
			no_node(r, t, x, quoted(r->f->arena, value->text));
		else
			refuse_at(r->f, x->place,
				  arena_print(r->f->arena, "add it to Peripherals, %s of the board file",
					      key),
				  "the board has no %s %s", key, spelled(r, x, value->text));
	} else if (!mt3620_peripheral(cap, value->text)) {
		refuse_at(r->f, x->place, mt3620_has(r, cap), "the MT3620 has no %s %s", key,
			  quoted(r->f->arena, value->text));
	}
	check_isu(r, cap, x, value->text);
}

/* ---- the rest ----------------------------------------------------------------- */

static void check_storage(const struct rules *r, const struct json *v)
{
	const struct json *size = json_get(v, "SizeKB");
	int64_t kb = 0;

	if (!size || !json_integer(size, &kb))
		return;
	if (!r->b && kb > STORAGE_MAX_KB)
		refuse_at(r->f, size->place, "ask for less; for another board pass --board",
			  "the MT3620 has %d KiB of storage at most for an application",
			  STORAGE_MAX_KB);
	else if (r->b && !r->b->storage)
		refuse_at(r->f, v->key_place, "write \"Storage\": \"/mnt/config\" into the board file",
			  "the board file does not say where storage is");
	else if (r->b && kb > r->b->max_storage_kb)
		refuse_at(r->f, size->place, "ask for less, or raise MaxStorageKB in the board file",
			  "the board has %lld KiB of storage at most for an application",
			  (long long)r->b->max_storage_kb);
}

/* @cap does nothing without @other: no reason to refuse it, since it grants nothing either */
static void check_pair(const struct rules *r, unsigned int cap, unsigned int other)
{
	const struct json *v = r->m->value[cap];

	if (v && !r->m->value[other])
		warn_at(r->f, v->key_place,
			arena_print(r->f->arena, "write \"%s\": true, too",
				    app_capabilities[other].key),
			"%s has no effect without %s", app_capabilities[cap].key,
			app_capabilities[other].key);
}

/* As many as the kernel takes in a policy */
static void check_count(const struct rules *r, const struct json *v, unsigned int n,
			unsigned int most, const char *what)
{
	if (v && n > most)
		refuse_at(r->f, v->key_place, "ask for fewer", "%u %s are asked for, and %u are the most",
			  n, what, most);
}

static unsigned int count_of(const struct json *v)
{
	return v && v->type == JSON_ARRAY ? v->count : 0;
}

/**
 * manifest_rules() - can this be asked for?
 * @m: manifest, whose form was looked at; values of a wrong form are passed over
 * @b: board file, or NULL for the rules of the MT3620
 * @f: where findings go
 *
 * Without a board file "$NAME" may be anything.
 */
void manifest_rules(const struct app_manifest *m, const struct board *b, struct findings *f)
{
	const struct json *tcp = m->value[CAP_ALLOWED_TCP_SERVER_PORTS];
	const struct json *udp = m->value[CAP_ALLOWED_UDP_SERVER_PORTS];
	const struct json *hosts = m->value[CAP_ALLOWED_CONNECTIONS];
	const struct json *partners = m->value[CAP_ALLOWED_APPLICATION_CONNECTIONS];
	struct rules r = { .m = m, .b = b, .f = f };
	const struct json *v, *x;
	unsigned int cap;

	f->kind = "value";
	check_count(&r, hosts, count_of(hosts), SPHERE_MAX_NET_HOSTS, "hosts");
	/* both kinds stand in one list of a policy */
	check_count(&r, tcp ? tcp : udp, count_of(tcp) + count_of(udp), SPHERE_MAX_NET_LISTEN,
		    "server ports");
	check_count(&r, partners, count_of(partners), SPHERE_MAX_PARTNERS, "partners");
	for (cap = 0; cap < APP_CAPABILITIES; cap++) {
		v = m->value[cap];
		if (v && v->type == JSON_ARRAY && app_capabilities[cap].form == FORM_PERIPHERALS)
			for (x = v->first; x; x = x->next)
				check_peripheral(&r, cap, v, x);
	}
	/* behind the peripherals, whose pins they may be */
	v = m->value[CAP_GPIO];
	if (v && v->type == JSON_ARRAY)
		check_pins(&r, v);
	v = m->value[CAP_MUTABLE_STORAGE];
	if (v && v->type == JSON_OBJECT)
		check_storage(&r, v);
	check_pair(&r, CAP_ENTERPRISE_WIFI_CONFIG, CAP_WIFI_CONFIG);
	check_pair(&r, CAP_SOFTWARE_UPDATE_DEFERRAL, CAP_SYSTEM_EVENT_NOTIFICATIONS);
}
