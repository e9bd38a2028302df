// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile states of the rings to a real-time core: fuzz COUNT SEED
 *
 * Each state is a ring of some size, at some place, with blocks of ours that the core
 * has not read, and with whatever a hostile core leaves in its header and its blocks:
 * numbers that are nearly right, and any. The core also writes between our
 * loads. The driver's own code (drivers/mt3620/rtcore_ring.c) then reads, writes and
 * looks at positions for a while, and after each step everything that must always
 * hold is looked at. The memory is just as long as the rings are, so that the
 * sanitizers see what leaves them.
 *
 * Prints how often each result came: a result that never comes means that states of
 * its kind were not made, and fails.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../../drivers/mt3620/rtcore_ring.h"

#undef memcpy

#define STEPS		24

static uint64_t random_state;
static u8 *in_memory;
static u32 in_bytes;
static bool core_is_awake;

static u32 roll(void)
{
	/* xorshift64* */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 2685821657736338717ull >> 32;
}

static u32 below(u32 n)
{
	return roll() % n;
}

static void set_word(u32 at, u32 val)
{
	val = htole32(val);
	memcpy(in_memory + at, &val, sizeof(val));
}

/* A position as a core may write it. @near_by: one that would make sense */
static u32 some_position(u32 near_by, u32 size)
{
	static const u32 odd[] = { 0x80000000, 0xffffffff, 0xfffffff0, 0x7ffffff0, 0x10000, 4096 };

	switch (below(16)) {
	case 0:
		return odd[below(sizeof(odd) / sizeof(*odd))];
	case 1:
		return roll();
	case 2:
		return size - 32 + 4 * below(16);
	case 3:
		return below(size);
	case 4:
		return (near_by + size - 16 * below(4)) % size;
	case 5:
		return below(size / 16) * 16;
	default:
		return (near_by + 16 * below(size < 512 ? 4 : 70)) % size;
	}
}

static u32 some_length(void)
{
	static const u32 odd[] = { 0x80000000, 0xffffffff, 0xfffffffc, 0x7fffffff, 1060, 1061,
				   1064, 19, 20, 21, 0, 4012, 4032, 4096 };

	switch (below(8)) {
	case 0:
		return odd[below(sizeof(odd) / sizeof(*odd))];
	case 1:
		return roll();
	case 2:
		return below(1100);
	case 3:
		return below(20);
	default:
		return 20 + below(44);
	}
}

/* Called before each load and copy of ours */
void core_writes(const void *near_by)
{
	const u8 *p = near_by;
	u32 at, size = in_bytes - RTCORE_RING_HEADER;

	if (!core_is_awake || p < in_memory || p >= in_memory + in_bytes || below(8))
		return;
	at = (p - in_memory) & ~3u;
	if (at < RTCORE_RING_HEADER)
		set_word(at, some_position(le32toh(*(const volatile u32 *)(in_memory + at)), size));
	else
		set_word(at, some_length());
}

static void fail(const struct rtcore_ring *r, uint64_t state, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "state %llu: ", (unsigned long long)state);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n  size %u write %u freed %u read %u filled %u unread %u\n", r->size,
		r->write, r->freed, r->read, r->filled, r->n_unread);
	exit(1);
}

static u32 distance(const struct rtcore_ring *r, u32 from, u32 to)
{
	return to >= from ? to - from : to + r->size - from;
}

static u32 word_of(const u8 *ring, unsigned int word)
{
	u32 val;

	memcpy(&val, ring + 4 * word, sizeof(val));
	return le32toh(val);
}

static void check(const struct rtcore_ring *r, const u8 *out, uint64_t state)
{
	const u32 pos[] = { r->write, r->freed, r->read, r->filled };
	unsigned int i;
	u32 at = r->freed;

	for (i = 0; i < 4; i++)
		if (pos[i] >= r->size || pos[i] % RTCORE_ALIGN)
			fail(r, state, "a position of ours is none");
	if (r->n_unread > RTCORE_MAX_UNREAD || r->first >= RTCORE_MAX_UNREAD)
		fail(r, state, "blocks are counted wrongly");
	/* the blocks that are unread lie one after the other up to our write position */
	for (i = 0; i < r->n_unread; i++) {
		u32 end = r->unread[(r->first + i) % RTCORE_MAX_UNREAD].end;

		if (distance(r, at, end) > distance(r, at, r->write) || end == at)
			fail(r, state, "unread block %u ends at %u", i, end);
		at = end;
	}
	if (at != r->write)
		fail(r, state, "unread blocks end at %u", at);
	/* what is published is what we keep, whatever the core does */
	if (word_of(out, RTCORE_WRITE_POS) != r->write || word_of(out, RTCORE_READ_POS) != r->read)
		fail(r, state, "published: write %u, read %u", word_of(out, RTCORE_WRITE_POS),
		     word_of(out, RTCORE_READ_POS));
}

static uint64_t results[RTCORE_RING_RESULTS];

static void one_state(struct rtcore_ring *r, struct rtcore_block *b, uint64_t state)
{
	static const u32 sizes[] = { 128, 256, 512, 1024, 2048, 4096, 4096, 4096 };
	static u8 payload[RTCORE_MAX_SEND], id[RTCORE_ID_BYTES];
	u32 bytes = sizes[below(sizeof(sizes) / sizeof(*sizes))];
	/* memory of just that length, used again for each state of that size */
	static u8 *outs[8], *ins[8];
	unsigned int which = __builtin_ctz(bytes) - 7, i, turns = 0;
	u32 begin, at, k;
	u8 *out;

	if (!outs[which]) {
		outs[which] = malloc(bytes);
		ins[which] = malloc(bytes);
		if (!outs[which] || !ins[which])
			exit(2);
	}
	out = outs[which];
	in_memory = ins[which];
	in_bytes = bytes;
	core_is_awake = false;
	rtcore_ring_init(r, out, in_memory, bytes);

	/* anywhere in the ring */
	begin = below(r->size / RTCORE_ALIGN) * RTCORE_ALIGN;
	r->write = begin;
	r->freed = begin;
	r->read = begin;
	r->filled = begin;
	k = htole32(begin);
	memcpy(out, &k, 4);
	memcpy(out + 4, &k, 4);
	set_word(4 * RTCORE_READ_POS, begin);
	for (i = below(6); i--;)
		rtcore_ring_put(r, id, payload, below(below(4) ? 64 : RTCORE_MAX_SEND + 1), r);

	/* a few blocks that hang together, and then what a hostile core makes of it */
	at = begin;
	for (i = below(6); i--;) {
		u32 len = some_length();

		set_word(RTCORE_RING_HEADER + at, len);
		at = (at + ALIGN(4 + len % r->size, RTCORE_ALIGN)) % r->size;
	}
	set_word(4 * RTCORE_WRITE_POS, below(3) ? at : some_position(begin, r->size));
	set_word(4 * RTCORE_READ_POS, some_position(begin, r->size));
	core_is_awake = below(2);

	for (i = 0; i < STEPS; i++) {
		enum rtcore_ring_result ret;
		u32 read = r->read, n_unread = r->n_unread;
		unsigned int n;

		switch (below(4)) {
		case 0:
			ret = rtcore_ring_update(r, &n);
			if (n > n_unread || r->n_unread != n_unread - n)
				fail(r, state, "%u of %u blocks are read", n, n_unread);
			break;
		case 1:
			ret = rtcore_ring_put(r, id, payload, below(below(4) ? 64 : 1100), r);
			if (ret == RTCORE_RING_OK && r->n_unread != n_unread + 1)
				fail(r, state, "a block that was written is not counted");
			break;
		default:
			memset(b, 0xa5, sizeof(*b));
			ret = rtcore_ring_get(r, b);
			if (ret == RTCORE_RING_OK &&
			    (b->len > RTCORE_MAX_RECV ||
			     ALIGN(4 + RTCORE_HEAD_BYTES + b->len, RTCORE_ALIGN) >
			     distance(r, r->read, r->filled)))
				fail(r, state, "a block of %u bytes", b->len);
			if (ret == RTCORE_RING_OK && b->len < RTCORE_MAX_RECV &&
			    b->payload[b->len] != 0xa5)
				fail(r, state, "more was written than %u bytes", b->len);
			rtcore_ring_next(r);
			/* each block that is taken moves us on, and nothing else does */
			if ((r->read != read) != (ret == RTCORE_RING_OK || ret == RTCORE_RING_SHORT))
				fail(r, state, "result %u, and we are at %u after %u", ret, r->read, read);
			break;
		}
		results[ret]++;
		check(r, out, state);
		if (rtcore_ring_is_broken(ret))
			break;
	}
	/* a core that writes no more cannot keep us busy */
	core_is_awake = false;
	while (rtcore_ring_get(r, b) <= RTCORE_RING_SHORT && r->step) {
		rtcore_ring_next(r);
		if (++turns > r->size / RTCORE_ALIGN)
			fail(r, state, "there is no end of blocks");
	}
}

int main(int argc, char **argv)
{
	/* as large as they are, at the end of their memory */
	struct rtcore_ring *r = malloc(sizeof(*r));
	struct rtcore_block *b = malloc(sizeof(*b));
	uint64_t n, count;
	unsigned int i, missing = 0;

	if (argc != 3 || !r || !b)
		return 2;
	count = strtoull(argv[1], NULL, 10);
	random_state = strtoull(argv[2], NULL, 10) * 2 + 1;
	for (n = 0; n < count; n++)
		one_state(r, b, n);
	for (i = 0; i < RTCORE_RING_RESULTS; i++) {
		printf("%12llu %s\n", (unsigned long long)results[i], rtcore_ring_text(i));
		missing += !results[i];
	}
	free(r);
	free(b);
	return missing ? 1 : 0;
}
