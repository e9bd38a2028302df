// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing policies: entries in any order in, the one encoding of them out
 *
 * Entries that say the same are joined; entries that contradict each other, and
 * tables that would be too large for the kernel, are refused with the place in
 * the manifest. What comes out is read again by the kernel's own reader before
 * anybody gets it: if the two ever disagreed, that would be seen here.
 */
#include <stdlib.h>
#include <string.h>

#include "../../security/sphere_lsm/manifest.h"
#include "policy_writer.h"

/* bytes that are filled in; larger than the largest policy */
struct buffer {
	uint8_t *bytes;
	size_t len;
	size_t room;
	bool full;
};

/**
 * policy_add() - one entry more
 * @w: the policy
 * @section: SPHERE_SECTION_*, one with entries of its own
 * @item: the entry, is copied; what it points to has to stay
 */
void policy_add(struct policy_writer *w, unsigned int section, const struct policy_item *item)
{
	if (w->count[section] == w->room[section]) {
		const unsigned int room = w->room[section] ? 2 * w->room[section] : 16;
		struct policy_item *more = arena_alloc(w->f->arena, room * sizeof(*more));

		if (w->count[section])
			memcpy(more, w->items[section], w->count[section] * sizeof(*more));
		w->items[section] = more;
		w->room[section] = room;
	}
	w->items[section][w->count[section]++] = *item;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* as the kernel compares them: by bytes, shorter first */
static int compare_text(const struct policy_item *a, const struct policy_item *b)
{
	return strcmp(a->text, b->text);
}

static int compare_paths(const void *x, const void *y)
{
	return compare_text(x, y);
}

static int compare_addrs(const void *x, const void *y)
{
	const struct policy_item *a = x, *b = y;
	int d = memcmp(a->addr, b->addr, sizeof(a->addr));

	if (!d)
		d = compare_numbers(a->prefix, b->prefix);
	if (!d)
		d = compare_numbers(a->proto, b->proto);
	return d ? d : compare_numbers(a->first, b->first);
}

static int compare_hosts(const void *x, const void *y)
{
	const struct policy_item *a = x, *b = y;
	int d = compare_text(a, b);

	if (!d)
		d = compare_numbers(a->proto, b->proto);
	return d ? d : compare_numbers(a->first, b->first);
}

static int compare_listens(const void *x, const void *y)
{
	const struct policy_item *a = x, *b = y;
	int d = compare_numbers(a->proto, b->proto);

	return d ? d : compare_numbers(a->first, b->first);
}

static int compare_sockets(const void *x, const void *y)
{
	const struct policy_item *a = x, *b = y;
	int d = compare_numbers(a->family, b->family);

	if (!d)
		d = compare_numbers(a->type, b->type);
	return d ? d : compare_numbers(a->protocol, b->protocol);
}

static int compare_components(const void *x, const void *y)
{
	const struct policy_item *a = x, *b = y;

	return memcmp(a->component, b->component, sizeof(a->component));
}

static int compare_digests(const void *x, const void *y)
{
	const struct policy_item *a = x, *b = y;

	return memcmp(a->digest, b->digest, sizeof(a->digest));
}

static int compare_ioctls(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return compare_numbers(*a, *b);
}

static int (*const compare[SPHERE_SECTIONS])(const void *x, const void *y) = {
	[SPHERE_SECTION_FILES] = compare_paths,
	[SPHERE_SECTION_DIRS] = compare_paths,
	[SPHERE_SECTION_STORAGE] = compare_paths,
	[SPHERE_SECTION_EXECS] = compare_paths,
	[SPHERE_SECTION_DEVICES] = compare_paths,
	[SPHERE_SECTION_NET_ADDRS] = compare_addrs,
	[SPHERE_SECTION_NET_HOSTS] = compare_hosts,
	[SPHERE_SECTION_NET_LISTEN] = compare_listens,
	[SPHERE_SECTION_SOCKETS] = compare_sockets,
	[SPHERE_SECTION_PARTNERS] = compare_components,
	[SPHERE_SECTION_IMAGES] = compare_digests,
	[SPHERE_SECTION_FLOORS] = compare_components,
};

static const unsigned int most[SPHERE_SECTIONS] = {
	[SPHERE_SECTION_FILES] = SPHERE_MAX_FILES,
	[SPHERE_SECTION_DIRS] = SPHERE_MAX_DIRS,
	[SPHERE_SECTION_STORAGE] = SPHERE_MAX_STORAGE,
	[SPHERE_SECTION_EXECS] = SPHERE_MAX_EXECS,
	[SPHERE_SECTION_DEVICES] = SPHERE_MAX_DEVICES,
	[SPHERE_SECTION_NET_ADDRS] = SPHERE_MAX_NET_ADDRS,
	[SPHERE_SECTION_NET_HOSTS] = SPHERE_MAX_NET_HOSTS,
	[SPHERE_SECTION_NET_LISTEN] = SPHERE_MAX_NET_LISTEN,
	[SPHERE_SECTION_SOCKETS] = SPHERE_MAX_SOCKETS,
	[SPHERE_SECTION_PARTNERS] = SPHERE_MAX_PARTNERS,
	[SPHERE_SECTION_IMAGES] = SPHERE_MAX_IMAGES,
	[SPHERE_SECTION_FLOORS] = SPHERE_MAX_FLOORS,
};

static void join_ioctls(struct policy_writer *w, struct policy_item *a, const struct policy_item *b)
{
	uint32_t *all;

	if (!a->ioctls_only || !b->ioctls_only) {
		a->ioctls_only = false;
		a->n_ioctls = 0;
		return;
	}
	all = arena_alloc(w->f->arena, (a->n_ioctls + b->n_ioctls + 1) * sizeof(*all));
	if (a->n_ioctls)
		memcpy(all, a->ioctls, a->n_ioctls * sizeof(*all));
	if (b->n_ioctls)
		memcpy(all + a->n_ioctls, b->ioctls, b->n_ioctls * sizeof(*all));
	a->ioctls = all;
	a->n_ioctls += b->n_ioctls;
}

/* Two neighbours: true if @b says nothing that @a does not say now */
static bool join(struct policy_writer *w, unsigned int section, struct policy_item *a,
		 const struct policy_item *b)
{
	if (section == SPHERE_SECTION_NET_LISTEN && a->proto == b->proto && b->first <= a->last) {
		if (b->last > a->last)
			a->last = b->last;
		return true;
	}
	if (compare[section](a, b))
		return false;
	switch (section) {
	case SPHERE_SECTION_DEVICES:
		if (a->block != b->block)
			refuse_at(w->f, b->place, NULL,
				  "%s is listed as a character and as a block device",
				  quoted(w->f->arena, b->text));
		join_ioctls(w, a, b);
		a->access |= b->access;
		break;
	case SPHERE_SECTION_NET_ADDRS:
	case SPHERE_SECTION_NET_HOSTS:
		if (b->last > a->last)
			a->last = b->last;
		break;
	default:
		a->access |= b->access;
	}
	return true;
}

static void sort_ioctls(struct policy_writer *w, struct policy_item *item)
{
	uint32_t i, n = 0;

	if (!item->n_ioctls)
		return;
	qsort(item->ioctls, item->n_ioctls, sizeof(*item->ioctls), compare_ioctls);
	for (i = 0; i < item->n_ioctls; i++)
		if (!n || item->ioctls[n - 1] != item->ioctls[i])
			item->ioctls[n++] = item->ioctls[i];
	item->n_ioctls = n;
	if (n > SPHERE_MAX_IOCTLS)
		refuse_at(w->f, item->place, NULL, "%s has %u ioctl commands, and %u are the most",
			  quoted(w->f->arena, item->text), n, SPHERE_MAX_IOCTLS);
}

/* An executable file may be read anyway; it must not be listed twice */
static void drop_listed_programs(struct policy_writer *w)
{
	struct policy_item *files = w->items[SPHERE_SECTION_FILES];
	unsigned int i, n = 0;

	for (i = 0; i < w->count[SPHERE_SECTION_FILES]; i++) {
		if (!w->count[SPHERE_SECTION_EXECS] ||
		    !bsearch(&files[i], w->items[SPHERE_SECTION_EXECS],
			     w->count[SPHERE_SECTION_EXECS], sizeof(*files), compare_paths)) {
			files[n++] = files[i];
			continue;
		}
		if (files[i].access & SPHERE_ACCESS_WRITE)
			refuse_at(w->f, files[i].place, NULL,
				  "%s would be executable and writable",
				  quoted(w->f->arena, files[i].text));
	}
	w->count[SPHERE_SECTION_FILES] = n;
}

static void tidy(struct policy_writer *w, unsigned int section)
{
	struct policy_item *items = w->items[section];
	unsigned int i, n = 0;

	if (!w->count[section])
		return;
	qsort(items, w->count[section], sizeof(*items), compare[section]);
	for (i = 0; i < w->count[section]; i++)
		if (!n || !join(w, section, &items[n - 1], &items[i]))
			items[n++] = items[i];
	w->count[section] = n;
	if (section == SPHERE_SECTION_DEVICES)
		for (i = 0; i < n; i++)
			sort_ioctls(w, &items[i]);
	if (n > most[section])
		refuse_at(w->f, items[most[section]].place, NULL,
			  "there are %u entries of the section '%s', and %u are the most", n,
			  sphere_policy_section_name(section), most[section]);
}

static void put_bytes(struct buffer *b, const void *bytes, size_t n)
{
	if (n > b->room - b->len) {
		b->full = true;
		return;
	}
	if (n)
		memcpy(b->bytes + b->len, bytes, n);
	b->len += n;
}

static void put(struct buffer *b, uint64_t value, unsigned int n)
{
	uint8_t bytes[8];
	unsigned int i;

	for (i = 0; i < n; i++, value >>= 8)
		bytes[i] = value;
	put_bytes(b, bytes, n);
}

static void put_text(struct buffer *b, const char *text)
{
	static const uint8_t zeros[4];

	put_bytes(b, text, strlen(text));
	put_bytes(b, zeros, -b->len & 3);
}

static void put_item(struct buffer *b, unsigned int section, const struct policy_item *x)
{
	uint32_t i;

	switch (section) {
	case SPHERE_SECTION_FILES:
	case SPHERE_SECTION_DIRS:
		put(b, x->access, 2);
		put(b, strlen(x->text), 2);
		put_text(b, x->text);
		break;
	case SPHERE_SECTION_STORAGE:
		put(b, x->limit, 8);
		put(b, 0, 6);
		put(b, strlen(x->text), 2);
		put_text(b, x->text);
		break;
	case SPHERE_SECTION_EXECS:
		put_bytes(b, x->digest, sizeof(x->digest));
		put(b, x->access, 2);
		put(b, strlen(x->text), 2);
		put_text(b, x->text);
		break;
	case SPHERE_SECTION_DEVICES:
		put(b, x->access, 2);
		put(b, strlen(x->text), 2);
		put(b, x->n_ioctls, 2);
		put(b, x->block ? SPHERE_DEVICE_BLOCK : SPHERE_DEVICE_CHAR, 1);
		put(b, x->ioctls_only ? SPHERE_DEVICE_IOCTLS : 0, 1);
		put_text(b, x->text);
		for (i = 0; i < x->n_ioctls; i++)
			put(b, x->ioctls[i], 4);
		break;
	case SPHERE_SECTION_NET_ADDRS:
		put_bytes(b, x->addr, sizeof(x->addr));
		put(b, x->prefix, 1);
		put(b, x->proto, 1);
		put(b, 0, 2);
		put(b, x->first, 2);
		put(b, x->last, 2);
		break;
	case SPHERE_SECTION_NET_HOSTS:
		put(b, x->proto, 1);
		put(b, strlen(x->text), 1);
		put(b, x->first, 2);
		put(b, x->last, 2);
		put(b, 0, 2);
		put_text(b, x->text);
		break;
	case SPHERE_SECTION_NET_LISTEN:
		put(b, x->proto, 1);
		put(b, 0, 1);
		put(b, x->first, 2);
		put(b, x->last, 2);
		put(b, 0, 2);
		break;
	case SPHERE_SECTION_SOCKETS:
		put(b, x->family, 2);
		put(b, x->type, 2);
		put(b, x->protocol, 4);
		break;
	case SPHERE_SECTION_PARTNERS:
		put_bytes(b, x->component, sizeof(x->component));
		break;
	case SPHERE_SECTION_IMAGES:
		put_bytes(b, x->digest, sizeof(x->digest));
		break;
	case SPHERE_SECTION_FLOORS:
		put_bytes(b, x->component, sizeof(x->component));
		put(b, x->version, 8);
		break;
	}
}

static void poke(struct buffer *b, size_t at, uint64_t value, unsigned int n)
{
	for (; n; n--, value >>= 8)
		b->bytes[at++] = value;
}

static bool put_section(struct policy_writer *w, struct buffer *b, unsigned int section)
{
	const uint64_t bits = section == SPHERE_SECTION_OPS ? w->ops :
			      section == SPHERE_SECTION_CAPS ? w->caps :
			      section == SPHERE_SECTION_CORES ? w->cores : 0;
	const size_t start = b->len;
	unsigned int i, n = w->count[section] ? w->count[section] : bits ? 1 : 0;

	if (!n)
		return false;
	put(b, section, 2);
	put(b, n, 2);
	put(b, 0, 4);
	if (bits)
		put(b, bits, 8);
	for (i = 0; i < w->count[section]; i++)
		put_item(b, section, &w->items[section][i]);
	if (!b->full)
		poke(b, start + 4, b->len - start - 8, 4);
	return true;
}

/* A name as the header holds it: printable letters of ASCII, cut */
static void put_name(uint8_t *to, const char *name)
{
	unsigned int n = 0;

	for (; *name && n < SPHERE_POLICY_NAME_SIZE - 1; name++) {
		const unsigned char c = *name;

		/* one mark for each character, not for each byte of it */
		if ((c & 0xc0) == 0x80)
			continue;
		to[n++] = c >= 0x20 && c <= 0x7e ? c : '?';
	}
}

/**
 * policy_write() - the bytes of a policy, unsigned
 * @w: the policy; entries are sorted and joined
 * @size: filled in
 *
 * Return: the bytes, which live as long as the findings, or NULL with a finding more
 */
uint8_t *policy_write(struct policy_writer *w, size_t *size)
{
	static const struct place none;
	const unsigned int before = w->f->errors;
	struct buffer b = { .room = 2 * SPHERE_MAX_POLICY };
	struct sphere_policy_error err;
	struct sphere_policy policy;
	unsigned int section, n = 0;

	for (section = 1; section < SPHERE_SECTIONS; section++)
		if (compare[section])
			tidy(w, section);
	drop_listed_programs(w);
	if (w->f->errors != before)
		return NULL;

	b.bytes = arena_alloc(w->f->arena, b.room);
	b.len = sizeof(struct sphere_policy_header);
	for (section = 1; section < SPHERE_SECTIONS; section++)
		n += put_section(w, &b, section);
	if (b.full || b.len > SPHERE_MAX_POLICY - SPHERE_POLICY_SIG_SIZE) {
		refuse_at(w->f, none, "ask for less, or use shorter paths",
			  "the policy would be larger than the %u bytes that the kernel takes",
			  SPHERE_MAX_POLICY);
		return NULL;
	}
#define AT(member)	offsetof(struct sphere_policy_header, member)
	poke(&b, AT(magic), SPHERE_POLICY_MAGIC, 4);
	poke(&b, AT(language), SPHERE_POLICY_LANGUAGE, 2);
	poke(&b, AT(kind), w->kind, 1);
	poke(&b, AT(size), b.len, 4);
	poke(&b, AT(flags), w->flags, 4);
	poke(&b, AT(version), w->version, 8);
	memcpy(b.bytes + AT(component), w->component, SPHERE_POLICY_ID_SIZE);
	if (w->tenant)
		strncpy((char *)b.bytes + AT(tenant), w->tenant, SPHERE_POLICY_TENANT_SIZE - 1);
	if (w->name)
		put_name(b.bytes + AT(name), w->name);
	poke(&b, AT(n_sections), n, 2);
#undef AT
	if (sphere_policy_read(b.bytes, b.len, &policy, &err)) {
		refuse_at(w->f, none, NULL, "the kernel would refuse the policy: %s, entry %u: %s",
			  sphere_policy_section_name(err.section), err.entry,
			  sphere_policy_reason_text(err.reason));
		return NULL;
	}
	*size = b.len;
	return b.bytes;
}
