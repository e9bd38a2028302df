// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the link to the real-time cores: the rings as tables of bad values
 * and, for small rings, of every state; then the link with a core that is played by
 * the test. AZn names the weakness of earlier drivers that a case shows to be absent,
 * Tn a threat.
 */
#include <kunit/test.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/platform_device.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../rtcore.h"

#define DATA_BYTES	(RTCORE_RING_BYTES - RTCORE_RING_HEADER)
/* the smallest ring with room for two blocks */
#define SMALL_BYTES	128
#define SMALL_DATA	(SMALL_BYTES - RTCORE_RING_HEADER)
/* where a block of the smallest size ends */
#define SMALLEST	32

#define PATIENCE_MS	10000
/* longer than a link is not looked at */
#define WATCHED_MS	1300
/* as it is unless somebody changes it */
#define UNREAD_MS	3000

static const u8 some_id[RTCORE_ID_BYTES] = "application 01";

/* ---- the other side ------------------------------------------------------- */

static void set_word(void *ring, unsigned int word, u32 val)
{
	WRITE_ONCE(((__le32 *)ring)[word], cpu_to_le32(val));
}

static u32 get_word(const void *ring, unsigned int word)
{
	return le32_to_cpu(READ_ONCE(((const __le32 *)ring)[word]));
}

static u8 *data_of(void *ring)
{
	return (u8 *)ring + RTCORE_RING_HEADER;
}

static void put_bytes(void *ring, u32 size, u32 pos, const void *from, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		data_of(ring)[(pos + i) % size] = ((const u8 *)from)[i];
}

static void get_bytes(void *ring, u32 size, u32 pos, void *to, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		((u8 *)to)[i] = data_of(ring)[(pos + i) % size];
}

/* a core: it writes @in, reads @out, and keeps its positions */
struct peer {
	void *out;
	void *in;
	u32 size;
	u32 write;
	u32 read;
};

static void peer_write(struct peer *p, const u8 *id, const void *data, u32 len)
{
	__le32 word = cpu_to_le32(RTCORE_HEAD_BYTES + len), reserved = cpu_to_le32(0x5a5a5a5a);

	put_bytes(p->in, p->size, p->write, &word, 4);
	put_bytes(p->in, p->size, p->write + 4, id, RTCORE_ID_BYTES);
	put_bytes(p->in, p->size, p->write + 20, &reserved, 4);
	put_bytes(p->in, p->size, p->write + 24, data, len);
	p->write = (p->write + ALIGN(24 + len, RTCORE_ALIGN)) % p->size;
	set_word(p->in, RTCORE_WRITE_POS, p->write);
}

static bool peer_has(struct peer *p)
{
	return get_word(p->out, RTCORE_WRITE_POS) != p->read;
}

/* Read a block: its payload, length returned */
static u32 peer_read(struct peer *p, u8 *head, void *data)
{
	__le32 word;
	u32 len;

	get_bytes(p->out, p->size, p->read, &word, 4);
	len = le32_to_cpu(word);
	get_bytes(p->out, p->size, p->read + 4, head, RTCORE_HEAD_BYTES);
	get_bytes(p->out, p->size, p->read + 24, data, len - RTCORE_HEAD_BYTES);
	p->read = (p->read + ALIGN(4 + len, RTCORE_ALIGN)) % p->size;
	set_word(p->in, RTCORE_READ_POS, p->read);
	return len - RTCORE_HEAD_BYTES;
}

static u32 peer_space(struct peer *p)
{
	u32 read = get_word(p->out, RTCORE_READ_POS);

	return read > p->write ? read - p->write : read + p->size - p->write;
}

/* ---- rings ---------------------------------------------------------------- */

struct rings {
	struct rtcore_ring r;
	struct peer p;
	struct rtcore_block b;
};

static struct rings *new_rings(struct kunit *test, u32 bytes)
{
	struct rings *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	/* exactly as long as they are: whatever looks past the end is found out */
	s->p.out = kunit_kzalloc(test, bytes, GFP_KERNEL);
	s->p.in = kunit_kzalloc(test, bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->p.out);
	KUNIT_ASSERT_NOT_NULL(test, s->p.in);
	s->p.size = bytes - RTCORE_RING_HEADER;
	rtcore_ring_init(&s->r, s->p.out, s->p.in, bytes);
	return s;
}

/* Have both directions begin at @pos, which no protocol would do by itself */
static void begin_at(struct rings *s, u32 pos)
{
	s->r.write = pos;
	s->r.freed = pos;
	s->r.read = pos;
	s->r.filled = pos;
	s->p.write = pos;
	s->p.read = pos;
	set_word(s->p.out, RTCORE_WRITE_POS, pos);
	set_word(s->p.out, RTCORE_READ_POS, pos);
	set_word(s->p.in, RTCORE_WRITE_POS, pos);
	set_word(s->p.in, RTCORE_READ_POS, pos);
}

/* What the core has left in its header or its block, and what has to come of it */
struct bad_value {
	const char *name;
	u32 at;		/* where both directions begin */
	u32 write;	/* position in the header */
	u32 length;	/* word of the block there */
	enum rtcore_ring_result want;
};

static const struct bad_value bad_in[] = {
	{ "T19 write position at the end", 0, DATA_BYTES, 20, RTCORE_RING_WRITE_RANGE },
	{ "T19 write position 16 past the end", 0, DATA_BYTES + 16, 20, RTCORE_RING_WRITE_RANGE },
	{ "T19 write position 2^31", 0, 0x80000000, 20, RTCORE_RING_WRITE_RANGE },
	{ "T19 write position -16", 0, 0xfffffff0, 20, RTCORE_RING_WRITE_RANGE },
	{ "T19 write position -1", 0, 0xffffffff, 20, RTCORE_RING_WRITE_RANGE },
	{ "write position 1", 0, 1, 20, RTCORE_RING_WRITE_ALIGN },
	{ "write position 4", 0, 4, 20, RTCORE_RING_WRITE_ALIGN },
	{ "write position 8", 0, 8, 20, RTCORE_RING_WRITE_ALIGN },
	{ "write position 17", 0, 17, 20, RTCORE_RING_WRITE_ALIGN },
	{ "write position one below the end", 0, DATA_BYTES - 1, 20, RTCORE_RING_WRITE_ALIGN },
	{ "write position that did not move", 64, 64, 20, RTCORE_RING_EMPTY },
	{ "AZ5 length 0", 0, 32, 0, RTCORE_RING_SHORT },
	{ "AZ5 length 1", 0, 32, 1, RTCORE_RING_SHORT },
	{ "AZ5 length 16", 0, 32, 16, RTCORE_RING_SHORT },
	{ "AZ5 length 19", 0, 32, 19, RTCORE_RING_SHORT },
	{ "AZ5 length 0 in one slot", 0, 16, 0, RTCORE_RING_SHORT },
	{ "AZ5 length 12 in one slot", 0, 16, 12, RTCORE_RING_SHORT },
	{ "length 13 in one slot", 0, 16, 13, RTCORE_RING_CUT_OFF },
	{ "length 20 in one slot", 0, 16, 20, RTCORE_RING_CUT_OFF },
	{ "length 29 in two slots", 0, 32, 29, RTCORE_RING_CUT_OFF },
	{ "length 28 in two slots", 0, 32, 28, RTCORE_RING_OK },
	{ "length 20: nothing in it", 0, 32, 20, RTCORE_RING_OK },
	{ "the longest", 0, 1072, 1060, RTCORE_RING_OK },
	{ "AZ26 one byte more than the longest", 0, 1088, 1061, RTCORE_RING_TOO_LONG },
	{ "the longest, cut off", 0, 1056, 1060, RTCORE_RING_CUT_OFF },
	{ "T37 length of the ring", 0, DATA_BYTES - 16, DATA_BYTES - 20, RTCORE_RING_TOO_LONG },
	{ "T37 length 2^31", 0, 32, 0x80000000, RTCORE_RING_TOO_LONG },
	{ "T37 length -4", 0, 32, 0xfffffffc, RTCORE_RING_TOO_LONG },
	{ "T37 length -1", 0, 32, 0xffffffff, RTCORE_RING_TOO_LONG },
	{ "across the end", DATA_BYTES - 16, 16, 28, RTCORE_RING_OK },
	{ "across the end, too long", DATA_BYTES - 16, 16, 29, RTCORE_RING_CUT_OFF },
	{ "up to the end", DATA_BYTES - 32, 0, 28, RTCORE_RING_OK },
};

static void bad_name(const struct bad_value *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad_in, bad_in, bad_name);

static void get_bad_value(struct kunit *test)
{
	const struct bad_value *v = test->param_value;
	struct rings *s = new_rings(test, RTCORE_RING_BYTES);
	enum rtcore_ring_result got;
	__le32 word = cpu_to_le32(v->length);
	u32 read;

	begin_at(s, v->at);
	put_bytes(s->p.in, s->p.size, v->at, &word, sizeof(word));
	set_word(s->p.in, RTCORE_WRITE_POS, v->write);
	got = rtcore_ring_get(&s->r, &s->b);
	KUNIT_EXPECT_EQ(test, got, v->want);
	if (got == RTCORE_RING_OK)
		KUNIT_EXPECT_EQ(test, s->b.len, v->length - RTCORE_HEAD_BYTES);
	rtcore_ring_next(&s->r);
	read = get_word(s->p.out, RTCORE_READ_POS);
	/* what is wrong is not acknowledged, the rest is once */
	if (got == RTCORE_RING_OK || got == RTCORE_RING_SHORT)
		KUNIT_EXPECT_EQ(test, read, (v->at + ALIGN(4 + v->length, 16)) % DATA_BYTES);
	else
		KUNIT_EXPECT_EQ(test, read, v->at);
	rtcore_ring_next(&s->r);
	KUNIT_EXPECT_EQ(test, get_word(s->p.out, RTCORE_READ_POS), read);
	KUNIT_EXPECT_NE(test, strcmp(rtcore_ring_text(got), ""), 0);
}

/* Read positions: two blocks of 32 bytes have been written from @at on */
static const struct bad_value bad_read[] = {
	{ "nothing read", 0, 0, 0, RTCORE_RING_OK },
	{ "one read", 0, 32, 1, RTCORE_RING_OK },
	{ "both read", 0, 64, 2, RTCORE_RING_OK },
	{ "AZ17 read position 4", 0, 4, 0, RTCORE_RING_READ_ALIGN },
	{ "AZ17 read position 36", 0, 36, 0, RTCORE_RING_READ_ALIGN },
	{ "AZ17 read position 1", 0, 1, 0, RTCORE_RING_READ_ALIGN },
	{ "read position inside a block", 0, 16, 0, RTCORE_RING_READ_BLOCK },
	{ "read position inside the other block", 0, 48, 0, RTCORE_RING_READ_BLOCK },
	{ "read position past ours", 0, 80, 0, RTCORE_RING_READ_BACK },
	{ "read position backwards", 64, 48, 0, RTCORE_RING_READ_BACK },
	{ "read position at the end", 0, DATA_BYTES, 0, RTCORE_RING_READ_RANGE },
	{ "T19 read position 2^31", 0, 0x80000000, 0, RTCORE_RING_READ_RANGE },
	{ "T19 read position -16", 0, 0xfffffff0, 0, RTCORE_RING_READ_RANGE },
	{ "T19 read position -1", 0, 0xffffffff, 0, RTCORE_RING_READ_RANGE },
	{ "both read across the end", DATA_BYTES - 32, 32, 2, RTCORE_RING_OK },
	{ "one read up to the end", DATA_BYTES - 32, 0, 1, RTCORE_RING_OK },
	{ "backwards before the end", DATA_BYTES - 32, DATA_BYTES - 48, 0, RTCORE_RING_READ_BACK },
};

KUNIT_ARRAY_PARAM(bad_read, bad_read, bad_name);

static void update_bad_value(struct kunit *test)
{
	const struct bad_value *v = test->param_value;
	struct rings *s = new_rings(test, RTCORE_RING_BYTES);
	unsigned int n, i;

	begin_at(s, v->at);
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, rtcore_ring_put(&s->r, some_id, "x", 1, s), RTCORE_RING_OK);
	set_word(s->p.in, RTCORE_READ_POS, v->write);
	KUNIT_EXPECT_EQ(test, rtcore_ring_update(&s->r, &n), v->want);
	/* here length is the number of blocks read */
	KUNIT_EXPECT_EQ(test, n, v->length);
	KUNIT_EXPECT_EQ(test, s->r.n_unread, 2 - v->length);
}

/* Once ahead, a write position cannot be taken back: blocks were read up to there */
static void get_write_position_backwards(struct kunit *test)
{
	static const u32 back[] = { 80, 64 };
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(back); k++) {
		struct rings *s = new_rings(test, RTCORE_RING_BYTES);

		for (i = 0; i < 3; i++)
			peer_write(&s->p, some_id, "x", 1);
		for (i = 0; i < 2; i++) {
			KUNIT_ASSERT_EQ(test, rtcore_ring_get(&s->r, &s->b), RTCORE_RING_OK);
			rtcore_ring_next(&s->r);
		}
		/* behind what it had said, though ahead of us; and where we are */
		set_word(s->p.in, RTCORE_WRITE_POS, back[k]);
		KUNIT_EXPECT_EQ(test, rtcore_ring_get(&s->r, &s->b), RTCORE_RING_WRITE_BACK);
		/* what lies before our position is a ring that is all but full */
		set_word(s->p.in, RTCORE_WRITE_POS, 48);
		KUNIT_EXPECT_FALSE(test, rtcore_ring_is_broken(rtcore_ring_get(&s->r, &s->b)));
		KUNIT_EXPECT_EQ(test, s->r.filled, 48);
	}
}

static void put_az2_reserved_word_is_zero(struct kunit *test)
{
	struct rings *s = new_rings(test, RTCORE_RING_BYTES);
	u8 head[RTCORE_HEAD_BYTES], data[8], pad[15];
	u32 i;

	/* what an earlier message left must not go out with this one */
	memset(data_of(s->p.out), 0xee, s->p.size);
	KUNIT_ASSERT_EQ(test, rtcore_ring_put(&s->r, some_id, "abc", 3, NULL), RTCORE_RING_OK);
	get_bytes(s->p.out, s->p.size, 27, pad, 5);
	KUNIT_EXPECT_EQ(test, peer_read(&s->p, head, data), 3);
	KUNIT_EXPECT_EQ(test, memcmp(head, some_id, RTCORE_ID_BYTES), 0);
	for (i = RTCORE_ID_BYTES; i < RTCORE_HEAD_BYTES; i++)
		KUNIT_EXPECT_EQ(test, head[i], 0);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, pad[i], 0);
}

/* Each position, each length: what is written is read, or there is no space */
static void small_ring_all_positions_and_lengths(struct kunit *test)
{
	struct rings *s = new_rings(test, SMALL_BYTES);
	u8 payload[SMALL_DATA], got[SMALL_DATA], head[RTCORE_HEAD_BYTES];
	u32 pos, len, i;
	unsigned int n;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = 7 * i + 1;
	for (pos = 0; pos < SMALL_DATA; pos += RTCORE_ALIGN) {
		for (len = 0; len < SMALL_DATA; len++) {
			bool fits = 4 + RTCORE_HEAD_BYTES + len + RTCORE_ALIGN <= SMALL_DATA;

			rtcore_ring_init(&s->r, s->p.out, s->p.in, SMALL_BYTES);
			begin_at(s, pos);
			KUNIT_ASSERT_EQ(test, rtcore_ring_put(&s->r, some_id, payload, len, NULL),
					fits ? RTCORE_RING_OK : RTCORE_RING_FULL);
			if (!fits)
				continue;
			KUNIT_ASSERT_EQ(test, peer_read(&s->p, head, got), len);
			KUNIT_ASSERT_EQ(test, memcmp(got, payload, len), 0);
			KUNIT_ASSERT_EQ(test, rtcore_ring_update(&s->r, &n), RTCORE_RING_OK);
			KUNIT_ASSERT_EQ(test, n, 1);
			peer_write(&s->p, some_id, payload, len);
			KUNIT_ASSERT_EQ(test, rtcore_ring_get(&s->r, &s->b), RTCORE_RING_OK);
			KUNIT_ASSERT_EQ(test, s->b.len, len);
			KUNIT_ASSERT_EQ(test, memcmp(s->b.payload, payload, len), 0);
			rtcore_ring_next(&s->r);
			KUNIT_ASSERT_EQ(test, rtcore_ring_get(&s->r, &s->b), RTCORE_RING_EMPTY);
		}
	}
}

/* Each pair of positions that the core can write, each length: bounded, and sane */
static void small_ring_T19_all_hostile_states(struct kunit *test)
{
	struct rings *s = new_rings(test, SMALL_BYTES);
	u32 at, write, read, length;
	unsigned int n, turns;

	for (at = 0; at < SMALL_DATA; at += RTCORE_ALIGN) {
		for (write = 0; write <= SMALL_DATA + 1; write++) {
			for (length = 0; length <= SMALL_DATA + 8; length++) {
				enum rtcore_ring_result got;
				__le32 word = cpu_to_le32(length);

				rtcore_ring_init(&s->r, s->p.out, s->p.in, SMALL_BYTES);
				begin_at(s, at);
				put_bytes(s->p.in, s->p.size, at, &word, 4);
				set_word(s->p.in, RTCORE_WRITE_POS, write);
				for (turns = 0; turns <= SMALL_DATA / RTCORE_ALIGN; turns++) {
					got = rtcore_ring_get(&s->r, &s->b);
					if (got != RTCORE_RING_OK && got != RTCORE_RING_SHORT)
						break;
					rtcore_ring_next(&s->r);
					KUNIT_ASSERT_LT(test, s->r.read, SMALL_DATA);
					KUNIT_ASSERT_EQ(test, s->r.read % RTCORE_ALIGN, 0);
				}
				KUNIT_ASSERT_LE(test, turns, SMALL_DATA / RTCORE_ALIGN);
			}
		}
		for (read = 0; read <= SMALL_DATA + 1; read++) {
			rtcore_ring_init(&s->r, s->p.out, s->p.in, SMALL_BYTES);
			begin_at(s, at);
			rtcore_ring_put(&s->r, some_id, "x", 1, NULL);
			set_word(s->p.in, RTCORE_READ_POS, read);
			KUNIT_ASSERT_EQ(test, !rtcore_ring_is_broken(rtcore_ring_update(&s->r, &n)),
					read == at || read == (at + SMALLEST) % SMALL_DATA);
		}
	}
}

static void ring_capacity(struct kunit *test)
{
	struct rings *s = new_rings(test, RTCORE_RING_BYTES);
	unsigned int i, n;
	u8 *big = kunit_kzalloc(test, RTCORE_MAX_SEND + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, big);
	KUNIT_EXPECT_EQ(test, rtcore_ring_put(&s->r, some_id, big, RTCORE_MAX_SEND + 1, NULL),
			RTCORE_RING_FULL);
	/* 1,056 bytes each, and 16 that stay free */
	for (i = 0; rtcore_ring_put(&s->r, some_id, big, RTCORE_MAX_SEND, NULL) ==
	     RTCORE_RING_OK; i++)
		;
	KUNIT_EXPECT_EQ(test, i, 3);
	/* never full to the last byte: equal positions mean empty */
	for (; rtcore_ring_put(&s->r, some_id, big, 8, NULL) == RTCORE_RING_OK; i++)
		;
	KUNIT_EXPECT_NE(test, get_word(s->p.out, RTCORE_WRITE_POS), 0);
	KUNIT_EXPECT_EQ(test, i, 3 + (DATA_BYTES - 3 * 1056 - 16) / 32);
	set_word(s->p.in, RTCORE_READ_POS, get_word(s->p.out, RTCORE_WRITE_POS));
	KUNIT_EXPECT_EQ(test, rtcore_ring_update(&s->r, &n), RTCORE_RING_OK);
	KUNIT_EXPECT_EQ(test, n, i);
	KUNIT_EXPECT_EQ(test, rtcore_ring_space(&s->r, RTCORE_MAX_SEND), RTCORE_RING_OK);
}

/* What one side writes the other reads: all, once, in order, whatever the pace. */
static void ring_property_none_lost_twice_or_reordered(struct kunit *test)
{
	struct rings *s = new_rings(test, RTCORE_RING_BYTES);
	u32 sent = 0, echoed = 0, back = 0, want = 20000;
	u8 *buf = kunit_kzalloc(test, RTCORE_MAX_RECV, GFP_KERNEL);
	u8 head[RTCORE_HEAD_BYTES];
	struct rnd_state rnd;
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	prandom_seed_state(&rnd, 3620);
	while (back < want) {
		u32 roll = prandom_u32_state(&rnd), len = 4 + (roll >> 8) % (RTCORE_MAX_SEND - 3);

		switch (roll % 3) {
		case 0:
			memset(buf, sent, len);
			memcpy(buf, &sent, 4);
			if (sent < want && rtcore_ring_put(&s->r, some_id, buf, len, NULL) ==
			    RTCORE_RING_OK)
				sent++;
			KUNIT_ASSERT_EQ(test, rtcore_ring_update(&s->r, &n), RTCORE_RING_OK);
			break;
		case 1:
			if (!peer_has(&s->p) || peer_space(&s->p) < 1072 + 16)
				break;
			n = peer_read(&s->p, head, buf);
			KUNIT_ASSERT_EQ(test, *(u32 *)buf, echoed);
			peer_write(&s->p, head, buf, n);
			echoed++;
			break;
		case 2:
			if (rtcore_ring_get(&s->r, &s->b) != RTCORE_RING_OK)
				break;
			KUNIT_ASSERT_EQ(test, *(u32 *)s->b.payload, back);
			for (n = 4; n < s->b.len; n++)
				KUNIT_ASSERT_EQ(test, s->b.payload[n], (u8)back);
			KUNIT_ASSERT_EQ(test, memcmp(s->b.id, some_id, RTCORE_ID_BYTES), 0);
			rtcore_ring_next(&s->r);
			back++;
			break;
		}
	}
	KUNIT_EXPECT_EQ(test, sent, want);
	KUNIT_EXPECT_EQ(test, echoed, want);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE_PARAM(get_bad_value, bad_in_gen_params),
	KUNIT_CASE_PARAM(update_bad_value, bad_read_gen_params),
	KUNIT_CASE(get_write_position_backwards),
	KUNIT_CASE(put_az2_reserved_word_is_zero),
	KUNIT_CASE(small_ring_all_positions_and_lengths),
	KUNIT_CASE(small_ring_T19_all_hostile_states),
	KUNIT_CASE(ring_capacity),
	KUNIT_CASE(ring_property_none_lost_twice_or_reordered),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "mt3620_rtcore_ring",
	.test_cases = ring_cases,
};

/* ---- links ---------------------------------------------------------------- */

/* a core with its link */
struct core {
	struct rtcore_link *l;
	struct peer p;
	unsigned int announced;
	unsigned int stopped;
	unsigned int kicked_sent;
	unsigned int kicked_consumed;
	unsigned int poked;
	u32 starts;
	int announce_ret;
	/* what the core does at that moment */
	bool resets_before_offer;
	bool resets_during_offer;
	bool resets_always;
	bool took_silently;
	bool is_counted;
};

/* an endpoint, and what it was told */
struct sink {
	struct rtcore_ep *ep;
	unsigned int got;
	unsigned int asked;
	unsigned int writables;
	unsigned int resets;
	unsigned int lost;
	int ret;
	size_t len;
	u8 last[RTCORE_RECV_MAX];
};

struct links {
	struct device *dev;
	struct core core[SPHERE_CORES];
	struct sink a;
	struct sink b;
	const struct cred *was;
	struct cred *weak;
};

static const struct sphere_component_id app_a = { "application a" };
static const struct sphere_component_id app_b = { "application b" };
static const struct sphere_component_id zeros;
static const struct sphere_component_id on_core[SPHERE_CORES] = {
	{ "on core 0" }, { "on core 1" },
};

static int fake_prepare(void *ctx)
{
	struct core *c = ctx;

	if (c->resets_before_offer)
		WRITE_ONCE(c->starts, c->starts + 1);
	return 0;
}

static int fake_announce(void *ctx)
{
	struct core *c = ctx;

	c->announced++;
	if (c->resets_during_offer || READ_ONCE(c->resets_always))
		WRITE_ONCE(c->starts, c->starts + 1);
	c->resets_during_offer = false;
	c->p.write = 0;
	c->p.read = 0;
	return c->announce_ret;
}

static void fake_poke(void *ctx)
{
	struct core *c = ctx;

	WRITE_ONCE(c->poked, c->poked + 1);
	if (READ_ONCE(c->took_silently))
		rtcore_link_taken(c->l);
}

static void fake_kick(void *ctx, u32 bits)
{
	struct core *c = ctx;

	if (bits & RTCORE_TO_CORE_SENT)
		c->kicked_sent++;
	if (bits & RTCORE_TO_CORE_CONSUMED)
		c->kicked_consumed++;
}

static u32 fake_starts(void *ctx)
{
	struct core *c = ctx;

	return READ_ONCE(c->starts);
}

static bool fake_counted(void *ctx)
{
	struct core *c = ctx;

	return READ_ONCE(c->is_counted);
}

static void fake_stop(void *ctx)
{
	struct core *c = ctx;

	c->stopped++;
}

static const struct rtcore_link_ops fake_ops = {
	.prepare = fake_prepare,
	.announce = fake_announce,
	.poke = fake_poke,
	.kick = fake_kick,
	.starts = fake_starts,
	.counted = fake_counted,
	.stop = fake_stop,
};

static int sink_receive(void *priv, const void *data, size_t len)
{
	struct sink *s = priv;

	s->asked++;
	if (s->ret)
		return s->ret;
	s->got++;
	s->len = len;
	memcpy(s->last, data, len);
	return 0;
}

static void sink_writable(void *priv)
{
	struct sink *s = priv;

	s->writables++;
}

static void sink_reset(void *priv, unsigned int lost)
{
	struct sink *s = priv;

	s->resets++;
	s->lost += lost;
}

static const struct rtcore_ep_ops sink_ops = {
	.receive = sink_receive,
	.writable = sink_writable,
	.reset = sink_reset,
};

static int links_init(struct kunit *test)
{
	struct links *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	test->priv = s;
	s->dev = root_device_register("rtcore-kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(s->dev));
	for (i = 0; i < SPHERE_CORES; i++) {
		struct core *c = &s->core[i];

		c->p.size = DATA_BYTES;
		c->p.out = kunit_kzalloc(test, RTCORE_RING_BYTES, GFP_KERNEL);
		c->p.in = kunit_kzalloc(test, RTCORE_RING_BYTES, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, c->p.out);
		KUNIT_ASSERT_NOT_NULL(test, c->p.in);
		memset(rtcore_links[i].stats, 0, sizeof(rtcore_links[i].stats));
		KUNIT_ASSERT_EQ(test, rtcore_link_attach(&rtcore_links[i], s->dev, &fake_ops, c,
							 c->p.out, c->p.in), 0);
		c->l = &rtcore_links[i];
		rtcore_link_policy(c->l, &on_core[i], NULL, 0, false);
	}
	return 0;
}

static void be_weak(struct kunit *test)
{
	struct links *s = test->priv;

	s->weak = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, s->weak);
	cap_clear(s->weak->cap_effective);
	s->was = override_creds(s->weak);
}

static void be_strong(struct links *s)
{
	if (!s->weak)
		return;
	revert_creds(s->was);
	put_cred(s->weak);
	s->weak = NULL;
}

static void close_sink(struct sink *k)
{
	if (!IS_ERR_OR_NULL(k->ep))
		rtcore_close(k->ep);
	k->ep = NULL;
}

static void links_exit(struct kunit *test)
{
	struct links *s = test->priv;
	unsigned int i;

	if (!s)
		return;
	be_strong(s);
	WRITE_ONCE(rtcore_unread_ms, UNREAD_MS);
	close_sink(&s->a);
	close_sink(&s->b);
	for (i = 0; i < SPHERE_CORES; i++)
		if (s->core[i].l)
			rtcore_link_detach(s->core[i].l);
	rtcore_pair_del(&zeros, &zeros);
	if (!IS_ERR_OR_NULL(s->dev))
		root_device_unregister(s->dev);
}

static void open_sink(struct kunit *test, struct sink *k, const struct sphere_component_id *own,
		      unsigned int core)
{
	k->ep = rtcore_open(own, &on_core[core], &sink_ops, k);
	KUNIT_ASSERT_FALSE(test, IS_ERR(k->ep));
}

static void bring_up(struct kunit *test, struct core *c)
{
	KUNIT_ASSERT_EQ(test, rtcore_link_start(c->l), 0);
	KUNIT_ASSERT_EQ(test, c->l->state, RTCORE_STARTING);
	rtcore_link_taken(c->l);
	KUNIT_ASSERT_EQ(test, c->l->state, RTCORE_ACTIVE);
}

static unsigned long stat(const struct core *c, enum rtcore_stat n)
{
	return READ_ONCE(c->l->stats[n]);
}

static bool comes_true(bool (*what)(struct core *c), struct core *c)
{
	unsigned long end = jiffies + msecs_to_jiffies(PATIENCE_MS);

	while (!what(c)) {
		if (time_after(jiffies, end))
			return false;
		msleep(20);
	}
	return true;
}

static void link_states(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_OFF);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), -ECONNRESET);
	KUNIT_EXPECT_FALSE(test, rtcore_peer_exists(&on_core[0]));

	KUNIT_ASSERT_EQ(test, rtcore_link_start(c->l), 0);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_STARTING);
	KUNIT_EXPECT_NOT_NULL(test, c->l->reason);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
	/* not yet, but it will be told */
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, rtcore_has_space(s->a.ep));
	KUNIT_EXPECT_TRUE(test, rtcore_peer_exists(&on_core[0]));
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
	KUNIT_EXPECT_EQ(test, s->a.writables, 1);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	KUNIT_EXPECT_EQ(test, c->kicked_sent, 1);

	rtcore_link_stop(c->l, "the test says so", true);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_OFF);
	KUNIT_EXPECT_STREQ(test, c->l->reason, "the test says so");
	KUNIT_EXPECT_EQ(test, c->stopped, 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 1);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_LOST), 1);

	/* a mailbox that takes nothing */
	c->announce_ret = -ETIME;
	KUNIT_EXPECT_EQ(test, rtcore_link_start(c->l), -ETIME);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_OFF);
	/* an answer that comes too late means nothing */
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_OFF);
}

static void link_there_and_back(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	u8 head[RTCORE_HEAD_BYTES], data[16];

	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "hello", 5, 0), 0);
	KUNIT_EXPECT_EQ(test, peer_read(&c->p, head, data), 5);
	KUNIT_EXPECT_EQ(test, memcmp(head, &app_a, sizeof(app_a)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(data, "hello", 5), 0);
	rtcore_link_event(c->l, RTCORE_TO_A7_CONSUMED);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_CONSUMED), 1);

	peer_write(&c->p, app_b.b, "there", 5);
	peer_write(&c->p, app_a.b, "back", 4);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
	KUNIT_EXPECT_EQ(test, s->b.got, 1);
	KUNIT_EXPECT_EQ(test, s->a.len, 4);
	KUNIT_EXPECT_EQ(test, memcmp(s->b.last, "there", 5), 0);
	/* one interrupt for both */
	KUNIT_EXPECT_EQ(test, c->kicked_consumed, 1);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", RTCORE_SEND_MAX + 1, 0), -EMSGSIZE);
}

static void link_T19_to_strangers(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 1);
	bring_up(test, c);
	/* to nobody; to an application that talks to another core; to all zeros */
	peer_write(&c->p, some_id, "x", 1);
	peer_write(&c->p, app_b.b, "x", 1);
	peer_write(&c->p, zeros.b, "x", 1);
	peer_write(&c->p, app_a.b, "y", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_DROPPED_NOBODY), 3);
	KUNIT_EXPECT_EQ(test, s->b.got, 0);
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
}

static void link_az5_short_blocks_are_counted(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	u32 len;

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	for (len = 0; len < RTCORE_HEAD_BYTES; len++) {
		__le32 word = cpu_to_le32(len);

		put_bytes(c->p.in, c->p.size, c->p.write, &word, 4);
		c->p.write += ALIGN(4 + len, RTCORE_ALIGN);
		set_word(c->p.in, RTCORE_WRITE_POS, c->p.write);
	}
	peer_write(&c->p, app_a.b, "good", 4);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_DROPPED_SHORT), 20);
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
}

static void link_az26_halts_visibly_and_recovers(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0], *other = &s->core[1];

	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 1);
	bring_up(test, c);
	bring_up(test, other);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "lost", 4, 0), 0);
	set_word(c->p.in, RTCORE_WRITE_POS, 0xfffffff0);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_HALTED);
	KUNIT_EXPECT_STREQ(test, c->l->reason, "its write position lies outside of the ring");
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_HALTS), 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 1);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), -ECONNRESET);
	/* whatever comes now is not looked at */
	set_word(c->p.in, RTCORE_WRITE_POS, 0);
	peer_write(&c->p, app_a.b, "x", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT | RTCORE_TO_A7_CONSUMED);
	KUNIT_EXPECT_EQ(test, s->a.got, 0);
	/* the other core has nothing to do with it */
	KUNIT_EXPECT_EQ(test, other->l->state, RTCORE_ACTIVE);
	KUNIT_EXPECT_EQ(test, s->b.resets, 0);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->b.ep, "x", 1, 0), 0);
	bring_up(test, c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
}

static void link_az17_read_position_halts(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	set_word(c->p.in, RTCORE_READ_POS, 4);
	rtcore_link_event(c->l, RTCORE_TO_A7_CONSUMED);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_HALTED);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
}

static void link_az10_full_ring_keeps_order(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	u8 head[RTCORE_HEAD_BYTES], *big = kunit_kzalloc(test, RTCORE_RECV_MAX, GFP_KERNEL);
	unsigned int sent = 0, read = 0;

	KUNIT_ASSERT_NOT_NULL(test, big);
	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	for (;;) {
		big[0] = sent;
		if (rtcore_send(s->a.ep, big, RTCORE_SEND_MAX, 0))
			break;
		sent++;
	}
	KUNIT_EXPECT_EQ(test, sent, 3);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_FULL), 1);
	KUNIT_EXPECT_EQ(test, s->a.writables, 0);
	/* told once, when there is space */
	while (read < 10) {
		peer_read(&c->p, head, big);
		KUNIT_EXPECT_EQ(test, big[0], read);
		read++;
		rtcore_link_event(c->l, RTCORE_TO_A7_CONSUMED);
		KUNIT_EXPECT_EQ(test, s->a.writables, read);
		big[0] = sent;
		KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, big, RTCORE_SEND_MAX, 0), 0);
		sent++;
		KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, big, RTCORE_SEND_MAX, 0), -EAGAIN);
	}
}

/* Fill the ring with blocks of the smallest size */
static void fill_ring(struct kunit *test, struct sink *k)
{
	unsigned int n = 0;

	while (!rtcore_send(k->ep, "small", 5, 0))
		n++;
	KUNIT_EXPECT_GT(test, n, 0);
}

static void read_block(struct core *c)
{
	u8 head[RTCORE_HEAD_BYTES], data[RTCORE_SEND_MAX];

	if (peer_has(&c->p))
		peer_read(&c->p, head, data);
	rtcore_link_event(c->l, RTCORE_TO_A7_CONSUMED);
}

/* T14 T19: who sends small messages without a pause does not keep away who waits */
static void link_T14_a_sender_that_waits_gets_its_turn(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	unsigned int rounds, sent = 0;
	u8 *big = kunit_kzalloc(test, RTCORE_SEND_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, big);
	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 0);
	bring_up(test, c);
	fill_ring(test, &s->a);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->b.ep, big, RTCORE_SEND_MAX, 0), -EAGAIN);
	for (rounds = 0; rounds < 1000 && !s->b.writables; rounds++) {
		read_block(c);
		sent += !rtcore_send(s->a.ep, "small", 5, 0);
	}
	/* the space of one large block, and one message that was before it */
	KUNIT_EXPECT_LE(test, rounds, 1056 / SMALLEST + 3);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "small", 5, 0), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, rtcore_has_space(s->a.ep));
	KUNIT_EXPECT_TRUE(test, rtcore_has_space(s->b.ep));
	KUNIT_EXPECT_EQ(test, rtcore_send(s->b.ep, big, RTCORE_SEND_MAX, 0), 0);
	/* and then the other, which was refused meanwhile, without a word from the core */
	read_block(c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "small", 5, 0), 0);
	KUNIT_EXPECT_LE(test, sent, 2);
}

static bool wants_a(struct core *c)
{
	struct links *s = container_of(c, struct links, core[0]);

	return READ_ONCE(s->a.writables);
}

/* Somebody who has a turn and does not take it holds the others up for a moment, once */
static void link_T14_a_turn_that_is_not_taken_ends(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	unsigned long began;

	open_sink(test, &s->b, &app_b, 0);
	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	fill_ring(test, &s->b);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), -EAGAIN);
	began = jiffies;
	/* all is read, and the core has nothing to say after that */
	while (peer_has(&c->p))
		read_block(c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), -EAGAIN);
	WRITE_ONCE(s->a.writables, 0);
	KUNIT_EXPECT_TRUE(test, comes_true(wants_a, c));
	/* it is not found only when the link is looked at anyway */
	KUNIT_EXPECT_LT(test, jiffies - began, msecs_to_jiffies(500));
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), 0);
	/* it has no other turn before it has sent */
	fill_ring(test, &s->a);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->b.ep, "b", 1, 0), -EAGAIN);
	read_block(c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), 0);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), -EAGAIN);
	read_block(c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), 0);
	/* it may go while it waits */
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), -EAGAIN);
	while (peer_has(&c->p))
		read_block(c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->b.ep, "b", 1, 0), -EAGAIN);
	close_sink(&s->b);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), 0);
}

/* The first goes while the others wait, and nothing else happens: they are told */
static void link_the_next_is_told_when_the_first_goes(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->b, &app_b, 0);
	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	fill_ring(test, &s->b);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), -EAGAIN);
	while (peer_has(&c->p))
		read_block(c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), -EAGAIN);
	WRITE_ONCE(s->a.writables, 0);
	close_sink(&s->b);
	KUNIT_EXPECT_TRUE(test, comes_true(wants_a, c));
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "a", 1, 0), 0);
}

/* AZ23: what is unread is what is said to be unread */
static void link_az23_unread_bytes(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	u8 head[RTCORE_HEAD_BYTES], data[64];

	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 0);
	bring_up(test, c);
	KUNIT_EXPECT_EQ(test, rtcore_unread(s->a.ep), 0);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, data, 10, 0), 0);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->b.ep, data, 20, 0), 0);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, data, 30, 0), 0);
	KUNIT_EXPECT_EQ(test, rtcore_unread(s->a.ep), 40);
	KUNIT_EXPECT_EQ(test, rtcore_unread(s->b.ep), 20);
	peer_read(&c->p, head, data);
	KUNIT_EXPECT_EQ(test, rtcore_unread(s->a.ep), 30);
}

static void link_one_interrupt_for_a_burst(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	unsigned int i;

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	for (i = 0; i < 8; i++)
		KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, i < 7 ? RTCORE_MORE : 0), 0);
	KUNIT_EXPECT_EQ(test, c->kicked_sent, 1);
}

static bool was_kicked(struct core *c)
{
	return READ_ONCE(c->kicked_sent);
}

static void link_a_burst_that_breaks_off_is_sent(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, RTCORE_MORE), 0);
	rtcore_flush(s->a.ep);
	KUNIT_EXPECT_EQ(test, c->kicked_sent, 1);
	c->kicked_sent = 0;
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, RTCORE_MORE), 0);
	KUNIT_EXPECT_TRUE(test, comes_true(was_kicked, c));
}

/* AZ20, AZ6, AZ21: a receiver without room holds up its own core only, and may go */
static void link_az20_one_receiver_holds_up_one_core(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0], *other = &s->core[1];

	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 1);
	bring_up(test, c);
	bring_up(test, other);
	s->a.ret = -EAGAIN;
	peer_write(&c->p, app_a.b, "1", 1);
	peer_write(&c->p, app_a.b, "2", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_THROTTLED), 1);
	KUNIT_EXPECT_EQ(test, get_word(c->p.out, RTCORE_READ_POS), 0);
	/* it is not asked again for each interrupt */
	s->a.asked = 0;
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->a.asked, 0);
	peer_write(&other->p, app_b.b, "3", 1);
	rtcore_link_event(other->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->b.got, 1);
	s->a.ret = 0;
	rtcore_resume(s->a.ep);
	KUNIT_EXPECT_EQ(test, s->a.got, 2);
	KUNIT_EXPECT_EQ(test, s->a.last[0], '2');
}

static void link_az6_stop_while_a_receiver_has_no_room(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	s->a.ret = -EAGAIN;
	peer_write(&c->p, app_a.b, "1", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	rtcore_link_stop(c->l, "the test says so", false);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_DROPPED_END), 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 1);
	s->a.ret = 0;
	rtcore_resume(s->a.ep);
	KUNIT_EXPECT_EQ(test, s->a.got, 0);
	bring_up(test, c);
	peer_write(&c->p, app_a.b, "2", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
}

static void link_az21_halted_while_a_receiver_has_no_room(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	s->a.ret = -EAGAIN;
	peer_write(&c->p, app_a.b, "1", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	set_word(c->p.in, RTCORE_READ_POS, 0xffff);
	rtcore_link_event(c->l, RTCORE_TO_A7_CONSUMED);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_HALTED);
	s->a.ret = 0;
	rtcore_resume(s->a.ep);
	KUNIT_EXPECT_EQ(test, s->a.got, 0);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_HALTS), 1);
}

static bool has_received(struct core *c)
{
	return READ_ONCE(c->l->stats[RTCORE_RECEIVED]);
}

static void link_a_receiver_that_goes_lets_the_others_in(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	open_sink(test, &s->b, &app_b, 0);
	bring_up(test, c);
	s->a.ret = -EAGAIN;
	peer_write(&c->p, app_a.b, "1", 1);
	peer_write(&c->p, app_b.b, "2", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->b.got, 0);
	close_sink(&s->a);
	KUNIT_EXPECT_TRUE(test, comes_true(has_received, c));
	KUNIT_EXPECT_EQ(test, s->b.got, 1);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_DROPPED_NOBODY), 1);
}

static void link_no_memory_is_tried_again(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	s->a.ret = -ENOMEM;
	peer_write(&c->p, app_a.b, "1", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_GE(test, stat(c, RTCORE_NO_MEMORY), 1);
	WRITE_ONCE(s->a.ret, 0);
	KUNIT_EXPECT_TRUE(test, comes_true(has_received, c));
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
}

static bool set_up_twice(struct core *c)
{
	return READ_ONCE(c->announced) >= 2;
}

static void link_restart_by_the_counter(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	WRITE_ONCE(c->starts, 1);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
	msleep(20);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_RESTARTS), 1);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 1);
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
}

/* nothing tells, but blocks stay unread: the interrupt is repeated before */
static void link_restart_by_silence(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
	KUNIT_EXPECT_GE(test, stat(c, RTCORE_REKICKS), 3);
	msleep(20);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
}

/* Where restarts are counted, one that reads nothing is slow, for ten times as long */
static void link_a_slow_core_that_is_counted_is_left_alone(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	u8 head[RTCORE_HEAD_BYTES], data[16];

	c->is_counted = true;
	WRITE_ONCE(rtcore_unread_ms, 200);
	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "slow", 4, 0), 0);
	msleep(1000);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_RESTARTS), 0);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
	KUNIT_EXPECT_GE(test, stat(c, RTCORE_REKICKS), 3);
	/* its rings are as they were */
	KUNIT_EXPECT_EQ(test, peer_read(&c->p, head, data), 4);
	rtcore_link_event(c->l, RTCORE_TO_A7_CONSUMED);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_CONSUMED), 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 0);
	/* but not for ever */
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "dead", 4, 0), 0);
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
	msleep(20);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
}

static void link_no_limit_for_what_is_unread(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	WRITE_ONCE(rtcore_unread_ms, 0);
	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	msleep(1000);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 0);
	/* any number is one that can be multiplied */
	c->is_counted = true;
	WRITE_ONCE(rtcore_unread_ms, UINT_MAX);
	msleep(600);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
	/* what is known is not waited for */
	WRITE_ONCE(c->starts, 1);
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
}

static void link_a_restart_before_the_rings_were_taken(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	KUNIT_ASSERT_EQ(test, rtcore_link_start(c->l), 0);
	/* what empties the mailbox is the restart and not the core's program */
	WRITE_ONCE(c->starts, 1);
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_STARTING);
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
}

/* The number is noted when the rings are offered, not before what comes before */
static void link_a_reset_before_the_offer_is_none_after_it(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	c->resets_before_offer = true;
	bring_up(test, c);
	msleep(WATCHED_MS);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_RESTARTS), 0);
}

/* A core that resets its mailbox takes entries of the offer away, and says nothing */
static void link_a_reset_during_the_offer(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	c->resets_during_offer = true;
	KUNIT_ASSERT_EQ(test, rtcore_link_start(c->l), 0);
	/* nothing is ever said about the first offer */
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_STARTING);
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
}

static bool is_active(struct core *c)
{
	return READ_ONCE(c->l->state) == RTCORE_ACTIVE;
}

/* The offer was taken and the interrupt that says so is lost */
static void link_an_offer_taken_without_a_word(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	KUNIT_ASSERT_EQ(test, rtcore_link_start(c->l), 0);
	WRITE_ONCE(c->took_silently, true);
	KUNIT_EXPECT_TRUE(test, comes_true(is_active, c));
	KUNIT_EXPECT_GE(test, c->poked, 1);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
}

/* T14: a core that begins anew again and again gets fewer and fewer offers */
static void link_T14_offers_to_a_core_that_resets_for_ever(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	unsigned long end = jiffies + msecs_to_jiffies(1500);
	unsigned int before;

	c->resets_always = true;
	KUNIT_ASSERT_EQ(test, rtcore_link_start(c->l), 0);
	while (time_before(jiffies, end)) {
		/* it is quick to empty its mailbox */
		rtcore_link_taken(c->l);
		usleep_range(1000, 2000);
	}
	/* pauses of 10, 20, 40 ms and so on */
	KUNIT_EXPECT_GE(test, c->announced, 4);
	KUNIT_EXPECT_LE(test, c->announced, 12);
	/* one that stops doing so is soon up */
	before = c->announced;
	WRITE_ONCE(c->resets_always, false);
	while (READ_ONCE(c->announced) == before && time_before(jiffies, end + 20 * HZ))
		msleep(20);
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
}

/* Sleep ends what is up, and nothing else: "halted" is still there in the morning */
static void link_sleep(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	KUNIT_EXPECT_FALSE(test, rtcore_link_sleep(c->l));
	KUNIT_EXPECT_EQ(test, c->stopped, 0);
	bring_up(test, c);
	KUNIT_EXPECT_TRUE(test, rtcore_link_sleep(c->l));
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_OFF);
	KUNIT_EXPECT_EQ(test, c->stopped, 1);
	bring_up(test, c);
	set_word(c->p.in, RTCORE_WRITE_POS, 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_ASSERT_EQ(test, c->l->state, RTCORE_HALTED);
	KUNIT_EXPECT_FALSE(test, rtcore_link_sleep(c->l));
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_HALTED);
	KUNIT_EXPECT_STREQ(test, c->l->reason, "its write position is no multiple of 16");
}

/* An application that only listens has to learn it too, and once */
static void link_restart_under_an_idle_receiver(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	/* the look for the offer is over, and nothing is unread */
	msleep(WATCHED_MS);
	KUNIT_EXPECT_EQ(test, c->announced, 1);
	WRITE_ONCE(c->starts, 1);
	KUNIT_EXPECT_TRUE(test, comes_true(set_up_twice, c));
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_ACTIVE);
	msleep(WATCHED_MS);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_RESTARTS), 1);
	KUNIT_EXPECT_EQ(test, s->a.resets, 1);
	KUNIT_EXPECT_EQ(test, s->a.lost, 0);
	KUNIT_EXPECT_EQ(test, c->announced, 2);
	peer_write(&c->p, app_a.b, "anew", 4);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
}

/* What is due soon is not put off by what is due later, however often that is said */
static void link_what_is_due_is_not_put_off(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	unsigned int i;

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	s->a.ret = -ENOMEM;
	peer_write(&c->p, app_a.b, "1", 1);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, RTCORE_MORE), 0);
	for (i = 0; i < 20; i++) {
		rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
		msleep(20);
	}
	KUNIT_EXPECT_GE(test, c->kicked_sent, 1);
}

/* what the core wrote before it ended is delivered, in both ways of ending */
static void link_what_was_written_is_delivered_at_the_end(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	u8 head[RTCORE_HEAD_BYTES], data[8];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "1", 1, 0), 0);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "2", 1, 0), 0);
	peer_read(&c->p, head, data);
	peer_write(&c->p, app_a.b, "last words", 10);
	/* no interrupt says so */
	rtcore_link_stop(c->l, "the test says so", false);
	KUNIT_EXPECT_EQ(test, s->a.got, 1);
	/* consumed means delivered, the rest is reported */
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_CONSUMED), 1);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
}

static void link_work_per_interrupt_is_bounded(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];
	unsigned int i;

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	for (i = 0; i < 100; i++)
		peer_write(&c->p, app_a.b, "", 0);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->a.got, RTCORE_BUDGET);
	for (i = 0; i < PATIENCE_MS / 20 && READ_ONCE(s->a.got) < 100; i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, s->a.got, 100);
}

/* AZ18: entries of the FIFO are no interrupts, and unknown interrupts nothing */
static void link_az18_what_has_no_meaning(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	peer_write(&c->p, app_a.b, "x", 1);
	rtcore_link_ignored(c->l);
	rtcore_link_event(c->l, 0xfc);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_IGNORED), 2);
	KUNIT_EXPECT_EQ(test, s->a.got, 0);
}

static void link_az25_one_device_for_a_core(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	KUNIT_EXPECT_EQ(test, rtcore_link_attach(c->l, s->dev, &fake_ops, c, c->p.out, c->p.in),
			-EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, c->l->ctx, (void *)c);
}

static void link_az16_device_goes_under_its_endpoints(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_ASSERT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	rtcore_link_detach(c->l);
	KUNIT_EXPECT_EQ(test, s->a.lost, 1);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, rtcore_unread(s->a.ep), 0);
	KUNIT_EXPECT_EQ(test, rtcore_link_start(c->l), -ENODEV);
	/* late interrupts */
	rtcore_link_event(c->l, 0xff);
	rtcore_link_taken(c->l);
	KUNIT_EXPECT_EQ(test, c->l->state, RTCORE_OFF);
	/* and comes again */
	KUNIT_ASSERT_EQ(test, rtcore_link_attach(c->l, s->dev, &fake_ops, c, c->p.out, c->p.in), 0);
	rtcore_link_policy(c->l, &on_core[0], NULL, 0, false);
	bring_up(test, c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
}

static void link_one_endpoint_for_a_pair(struct kunit *test)
{
	struct links *s = test->priv;

	open_sink(test, &s->a, &app_a, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(rtcore_open(&app_a, &on_core[0], &sink_ops, &s->b)),
			-EADDRINUSE);
}

/* T14's like here: their number is bounded */
static void link_endpoints_are_bounded(struct kunit *test)
{
	struct rtcore_ep **eps = kunit_kcalloc(test, RTCORE_MAX_ENDPOINTS + 1, sizeof(*eps),
					       GFP_KERNEL);
	struct links *s = test->priv;
	struct sphere_component_id id = { "many" };
	unsigned int n = 0;

	KUNIT_ASSERT_NOT_NULL(test, eps);
	for (; n <= RTCORE_MAX_ENDPOINTS; n++) {
		id.b[14] = n;
		id.b[15] = n >> 8;
		eps[n] = rtcore_open(&id, &on_core[0], &sink_ops, &s->a);
		if (IS_ERR(eps[n]))
			break;
	}
	KUNIT_EXPECT_EQ(test, n, RTCORE_MAX_ENDPOINTS);
	if (n <= RTCORE_MAX_ENDPOINTS)
		KUNIT_EXPECT_EQ(test, PTR_ERR(eps[n]), -ENOBUFS);
	while (n--)
		rtcore_close(eps[n]);
}

/* ---- who may talk to whom -------------------------------------------------- */

static int try_open(struct sink *k, const struct sphere_component_id *own)
{
	struct rtcore_ep *ep = rtcore_open(own, &on_core[0], &sink_ops, k);

	if (IS_ERR(ep))
		return PTR_ERR(ep);
	rtcore_close(ep);
	return 0;
}

static void admit_T19_without_a_provider(struct kunit *test)
{
	struct links *s = test->priv;

	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), 0);
	be_weak(test);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	KUNIT_ASSERT_EQ(test, rtcore_pair_add(&app_a, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&app_a, &on_core[0]), -EEXIST);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), 0);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_b), -EPERM);
	/* the core has a list, in which the application is not */
	rtcore_link_policy(s->core[0].l, &on_core[0], &app_b, 1, true);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	rtcore_link_policy(s->core[0].l, &on_core[0], &app_a, 1, true);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_del(&app_a, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_del(&app_a, &on_core[0]), -ENOENT);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
}

static void admit_az24_all_zeros_is_an_id_like_any_other(struct kunit *test)
{
	struct links *s = test->priv;
	struct rtcore_ep *ep;

	be_weak(test);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &zeros), -EPERM);
	ep = rtcore_open(&app_a, &zeros, &sink_ops, &s->a);
	KUNIT_EXPECT_EQ(test, PTR_ERR(ep), -EPERM);
	/* a pair with zeros permits just that one */
	KUNIT_ASSERT_EQ(test, rtcore_pair_add(&zeros, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &zeros), 0);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
}

static void admit_T19_at_each_send_and_delivery(struct kunit *test)
{
	struct links *s = test->priv;
	struct core *c = &s->core[0];

	be_weak(test);
	KUNIT_ASSERT_EQ(test, rtcore_pair_add(&app_a, &on_core[0]), 0);
	open_sink(test, &s->a, &app_a, 0);
	bring_up(test, c);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), 0);
	KUNIT_ASSERT_EQ(test, rtcore_pair_del(&app_a, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, rtcore_send(s->a.ep, "x", 1, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_REFUSED), 1);
	peer_write(&c->p, app_a.b, "x", 1);
	rtcore_link_event(c->l, RTCORE_TO_A7_SENT);
	KUNIT_EXPECT_EQ(test, s->a.got, 0);
	KUNIT_EXPECT_EQ(test, stat(c, RTCORE_DROPPED_REFUSED), 1);
}

static void admit_the_table_is_bounded(struct kunit *test)
{
	struct sphere_component_id id = { "many" };
	unsigned int i;
	int ret = 0;

	for (i = 0; i <= RTCORE_MAX_PAIRS && !ret; i++) {
		id.b[15] = i;
		ret = rtcore_pair_add(&id, &on_core[0]);
	}
	KUNIT_EXPECT_EQ(test, ret, -ENOSPC);
	KUNIT_EXPECT_EQ(test, rtcore_pair_del(&zeros, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_del(&zeros, &zeros), -ENOENT);
}

/* a security module that says what the test has told it */
static struct sphere_component_id who;
static enum sphere_verdict verdict_may, verdict_send;
static bool has_identity;

static enum sphere_verdict stub_may(enum sphere_op op, const union sphere_op_arg *arg)
{
	return verdict_may;
}

static int stub_identity(struct sphere_identity *id)
{
	id->component = who;
	return has_identity ? 0 : -ENODATA;
}

static enum sphere_verdict stub_may_send(const struct sphere_component_id *from,
					 const struct sphere_component_id *to)
{
	return verdict_send;
}

static const struct sphere_core_policy *the_policy;
static unsigned int policy_of;

static int stub_core_policy(unsigned int core, struct sphere_core_policy *policy)
{
	if (!the_policy || core != policy_of)
		return -ENOENT;
	*policy = *the_policy;
	return 0;
}

static const struct sphere_provider stub_provider = {
	.name = "rtcore-kunit",
	.may = stub_may,
	.identity = stub_identity,
	.may_send = stub_may_send,
	.core_policy = stub_core_policy,
};

static void admit_with_a_provider(struct kunit *test)
{
	struct links *s = test->priv;

	if (sphere_authority_register(&stub_provider)) {
		kunit_skip(test, "there is another provider");
		return;
	}
	who = app_a;
	has_identity = true;
	verdict_may = SPHERE_ALLOW;
	verdict_send = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), 0);
	/* T19: a descriptor does not make its holder somebody else */
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_b), -EPERM);
	/* each of the three can refuse, and the table cannot add */
	verdict_may = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	verdict_may = SPHERE_ALLOW;
	verdict_send = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&app_a, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&on_core[0], &app_a), 0);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	/* what was deleted is taken away */
	verdict_send = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_del(&app_a, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&app_a, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), 0);
	/* an unknown verdict is none */
	verdict_send = 77;
	KUNIT_EXPECT_EQ(test, try_open(&s->a, &app_a), -EPERM);
	sphere_authority_unregister(&stub_provider);
}

/* What was taken away does not fill the table for ever */
static void admit_taken_pairs_are_forgotten_where_they_are_refused(struct kunit *test)
{
	struct sphere_component_id id = { "many" };
	unsigned int i;

	if (sphere_authority_register(&stub_provider)) {
		kunit_skip(test, "there is another provider");
		return;
	}
	verdict_send = SPHERE_ALLOW;
	for (i = 0; i < RTCORE_MAX_PAIRS; i++) {
		id.b[15] = i;
		KUNIT_EXPECT_EQ(test, rtcore_pair_add(&id, &on_core[0]), 0);
		KUNIT_EXPECT_EQ(test, rtcore_pair_del(&id, &on_core[0]), 0);
	}
	/* each of them refuses what is permitted otherwise, and so is needed */
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&app_b, &on_core[0]), -ENOSPC);
	verdict_send = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&app_b, &on_core[0]), 0);
	KUNIT_EXPECT_EQ(test, rtcore_pair_add(&app_b, &on_core[0]), -EEXIST);
	sphere_authority_unregister(&stub_provider);
	KUNIT_EXPECT_EQ(test, rtcore_pair_del(&app_b, &on_core[0]), 0);
}

static const char good_image[] = "an image", bad_image[] = "An image";
/* SHA-256 of @good_image with its 0 */
static const u8 good_digest[SPHERE_DIGEST_SIZE] = {
	0xd0, 0x76, 0x62, 0x36, 0xc5, 0x6a, 0x48, 0x90,
	0xba, 0x42, 0x71, 0x0c, 0x17, 0xbb, 0xf3, 0xa2,
	0xd4, 0xd6, 0x6d, 0x91, 0x86, 0x31, 0xc1, 0x3a,
	0x7e, 0xa3, 0xd5, 0x67, 0x34, 0x65, 0xa7, 0xb7,
};

/* a core without hardware, and with a policy that lists one image */
static struct rtcore_dev *new_dev(struct kunit *test, struct sphere_core_policy **policy)
{
	struct links *s = test->priv;
	struct rtcore_dev *rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);

	*policy = kunit_kzalloc(test, sizeof(**policy), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rd);
	KUNIT_ASSERT_NOT_NULL(test, *policy);
	rd->dev = s->dev;
	rd->link = s->core[0].l;
	mutex_init(&rd->lock);
	(*policy)->component = on_core[0];
	(*policy)->partners[0] = app_a;
	(*policy)->n_partners = 1;
	memcpy((*policy)->images[1], good_digest, sizeof(good_digest));
	(*policy)->n_images = 2;
	the_policy = *policy;
	policy_of = 0;
	verdict_may = SPHERE_ALLOW;
	verdict_send = SPHERE_ALLOW;
	has_identity = true;
	who = app_a;
	return rd;
}

static int admit(struct rtcore_dev *rd, const char *image, size_t size)
{
	int ret;

	mutex_lock(&rd->lock);
	ret = rtcore_admit(rd, image, size);
	mutex_unlock(&rd->lock);
	return ret;
}

static int may_stop(struct rtcore_dev *rd)
{
	int ret;

	mutex_lock(&rd->lock);
	ret = rtcore_may_stop(rd);
	mutex_unlock(&rd->lock);
	return ret;
}

/* T20 T37: only the very bytes that the policy lists, only under a policy of that core */
static void admit_T37_T20_image_is_compared(struct kunit *test)
{
	struct sphere_core_policy *policy;
	struct rtcore_dev *rd = new_dev(test, &policy);
	struct sphere_component_id id;
	bool has_list;

	/* nobody decides: root, unchecked, and it is said so */
	KUNIT_EXPECT_EQ(test, admit(rd, bad_image, sizeof(bad_image)), 0);
	KUNIT_EXPECT_FALSE(test, rd->checked);
	KUNIT_EXPECT_TRUE(test, rd->has_digest);

	if (sphere_authority_register(&stub_provider)) {
		kunit_skip(test, "there is another provider");
		return;
	}
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image)), 0);
	KUNIT_EXPECT_TRUE(test, rd->checked);
	KUNIT_EXPECT_EQ(test, memcmp(rd->digest, good_digest, sizeof(good_digest)), 0);
	/* what it is and whom it may talk to comes from the policy */
	KUNIT_EXPECT_EQ(test, rtcore_component(0, &id), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&id, &on_core[0], sizeof(id)), 0);
	KUNIT_EXPECT_TRUE(test, rtcore_core_lists(&on_core[0], &app_a, &has_list));
	KUNIT_EXPECT_FALSE(test, rtcore_core_lists(&on_core[0], &app_b, &has_list));
	KUNIT_EXPECT_TRUE(test, has_list);

	/* one bit, one byte less, one more, nothing, and what runs already */
	KUNIT_EXPECT_EQ(test, admit(rd, bad_image, sizeof(bad_image)), -EACCES);
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image) - 1), -EACCES);
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, 0), -EACCES);
	KUNIT_EXPECT_EQ(test, admit(rd, NULL, 0), -EACCES);
	/* an entry behind the last one is none */
	policy->n_images = 1;
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image)), -EACCES);
	policy->n_images = 2;
	/* a list that claims to be longer than it can be is none at all */
	policy->n_images = SPHERE_CORE_IMAGES + 1;
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image)), -EACCES);
	policy->n_images = 2;
	/* the other core's policy is not this one's */
	policy_of = 1;
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image)), -EACCES);
	policy_of = 0;
	verdict_may = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image)), -EPERM);
	sphere_authority_unregister(&stub_provider);
}

static void admit_T20_owner(struct kunit *test)
{
	struct sphere_core_policy *policy;
	struct rtcore_dev *rd = new_dev(test, &policy);

	if (sphere_authority_register(&stub_provider)) {
		kunit_skip(test, "there is another provider");
		return;
	}
	KUNIT_ASSERT_EQ(test, admit(rd, good_image, sizeof(good_image)), 0);
	KUNIT_EXPECT_EQ(test, rd->owner, RTCORE_OWNER_COMPONENT);
	KUNIT_EXPECT_EQ(test, may_stop(rd), 0);
	/* another application that may stop cores, but not this one */
	who = app_b;
	KUNIT_EXPECT_EQ(test, may_stop(rd), -EPERM);
	who = app_a;
	verdict_may = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, may_stop(rd), -EPERM);
	/* nor one that root has started; root may stop any */
	has_identity = false;
	verdict_may = SPHERE_UNCONFINED;
	KUNIT_EXPECT_EQ(test, may_stop(rd), 0);
	KUNIT_ASSERT_EQ(test, admit(rd, good_image, sizeof(good_image)), 0);
	KUNIT_EXPECT_EQ(test, rd->owner, RTCORE_OWNER_UNCONFINED);
	has_identity = true;
	verdict_may = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, may_stop(rd), -EPERM);
	/* an unconfined task without the capability */
	has_identity = false;
	verdict_may = SPHERE_UNCONFINED;
	be_weak(test);
	KUNIT_EXPECT_EQ(test, may_stop(rd), -EPERM);
	KUNIT_EXPECT_EQ(test, admit(rd, good_image, sizeof(good_image)), -EPERM);
	sphere_authority_unregister(&stub_provider);
}

static int stop_ret;

static int stub_stop(struct rtcore_dev *rd)
{
	return stop_ret;
}

static const struct rtcore_control stub_control = { .stop = stub_stop };

/* a device for that core, as a probe would begin with */
static void comes(struct kunit *test, struct rtcore_dev *rd, struct device *dev)
{
	memset(rd, 0, sizeof(*rd));
	rd->dev = dev;
	rd->control = &stub_control;
	KUNIT_ASSERT_EQ(test, rtcore_get_rings(rd), 0);
}

/* What a core may still write to is not freed, whatever becomes of the devices after it */
static void rings_of_a_core_that_does_not_stop_are_kept(struct kunit *test)
{
	struct rtcore_dev *rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);
	struct platform_device *pdev;
	void *out, *in;

	KUNIT_ASSERT_NOT_NULL(test, rd);
	pdev = platform_device_register_simple("rtcore-kunit-rings", -1, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	stop_ret = -ETIMEDOUT;
	comes(test, rd, &pdev->dev);
	out = rd->out;
	in = rd->in;
	rd->ours = true;
	KUNIT_EXPECT_NE(test, rtcore_control_stop(rd), 0);
	rtcore_put_rings(rd, rd->ours);

	/* a probe that fails afterwards */
	comes(test, rd, &pdev->dev);
	KUNIT_EXPECT_PTR_EQ(test, rd->out, out);
	rtcore_put_rings(rd, false);

	/* one to which nobody attaches, and that cannot stop it either */
	comes(test, rd, &pdev->dev);
	KUNIT_EXPECT_PTR_EQ(test, rd->out, out);
	KUNIT_EXPECT_PTR_EQ(test, rd->in, in);
	KUNIT_EXPECT_NE(test, rtcore_control_stop(rd), 0);
	rtcore_put_rings(rd, rd->ours);

	/* and one that can */
	comes(test, rd, &pdev->dev);
	KUNIT_EXPECT_PTR_EQ(test, rd->out, out);
	stop_ret = 0;
	KUNIT_EXPECT_EQ(test, rtcore_control_stop(rd), 0);
	rtcore_put_rings(rd, false);
	KUNIT_EXPECT_NULL(test, rd->out);
	/* nothing was kept */
	comes(test, rd, &pdev->dev);
	KUNIT_EXPECT_FALSE(test, rd->has_rings);
	rtcore_put_rings(rd, false);
	platform_device_unregister(pdev);
}

static struct kunit_case link_cases[] = {
	KUNIT_CASE(link_states),
	KUNIT_CASE(link_there_and_back),
	KUNIT_CASE(link_T19_to_strangers),
	KUNIT_CASE(link_az5_short_blocks_are_counted),
	KUNIT_CASE(link_az26_halts_visibly_and_recovers),
	KUNIT_CASE(link_az17_read_position_halts),
	KUNIT_CASE(link_az10_full_ring_keeps_order),
	KUNIT_CASE(link_T14_a_sender_that_waits_gets_its_turn),
	KUNIT_CASE(link_T14_a_turn_that_is_not_taken_ends),
	KUNIT_CASE(link_the_next_is_told_when_the_first_goes),
	KUNIT_CASE(link_az23_unread_bytes),
	KUNIT_CASE(link_one_interrupt_for_a_burst),
	KUNIT_CASE(link_a_burst_that_breaks_off_is_sent),
	KUNIT_CASE(link_az20_one_receiver_holds_up_one_core),
	KUNIT_CASE(link_az6_stop_while_a_receiver_has_no_room),
	KUNIT_CASE(link_az21_halted_while_a_receiver_has_no_room),
	KUNIT_CASE(link_a_receiver_that_goes_lets_the_others_in),
	KUNIT_CASE(link_no_memory_is_tried_again),
	KUNIT_CASE(link_restart_by_the_counter),
	KUNIT_CASE(link_restart_by_silence),
	KUNIT_CASE(link_a_slow_core_that_is_counted_is_left_alone),
	KUNIT_CASE(link_no_limit_for_what_is_unread),
	KUNIT_CASE(link_a_restart_before_the_rings_were_taken),
	KUNIT_CASE(link_a_reset_before_the_offer_is_none_after_it),
	KUNIT_CASE(link_a_reset_during_the_offer),
	KUNIT_CASE(link_an_offer_taken_without_a_word),
	KUNIT_CASE(link_restart_under_an_idle_receiver),
	KUNIT_CASE(link_T14_offers_to_a_core_that_resets_for_ever),
	KUNIT_CASE(link_sleep),
	KUNIT_CASE(link_what_is_due_is_not_put_off),
	KUNIT_CASE(link_what_was_written_is_delivered_at_the_end),
	KUNIT_CASE(link_work_per_interrupt_is_bounded),
	KUNIT_CASE(link_az18_what_has_no_meaning),
	KUNIT_CASE(link_az25_one_device_for_a_core),
	KUNIT_CASE(link_az16_device_goes_under_its_endpoints),
	KUNIT_CASE(link_one_endpoint_for_a_pair),
	KUNIT_CASE(link_endpoints_are_bounded),
	KUNIT_CASE(admit_T19_without_a_provider),
	KUNIT_CASE(admit_az24_all_zeros_is_an_id_like_any_other),
	KUNIT_CASE(admit_T19_at_each_send_and_delivery),
	KUNIT_CASE(admit_the_table_is_bounded),
	KUNIT_CASE(admit_with_a_provider),
	KUNIT_CASE(admit_taken_pairs_are_forgotten_where_they_are_refused),
	KUNIT_CASE(admit_T37_T20_image_is_compared),
	KUNIT_CASE(admit_T20_owner),
	KUNIT_CASE(rings_of_a_core_that_does_not_stop_are_kept),
	{}
};

static struct kunit_suite link_suite = {
	.name = "mt3620_rtcore_link",
	.init = links_init,
	.exit = links_exit,
	.test_cases = link_cases,
};

kunit_test_suites(&ring_suite, &link_suite);

MODULE_DESCRIPTION("KUnit tests of the link to the MT3620's real-time cores");
MODULE_LICENSE("GPL");
