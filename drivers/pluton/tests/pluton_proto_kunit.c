// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton's protocol: what goes onto the wire, and what is taken from it
 *
 * The numbers are those of the published tables, not those of the driver's
 * header. Cases named RA.. and CD.. show that a weakness of the platform's first
 * driver is not there.
 */
#include <kunit/test.h>

#include <linux/slab.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "../pluton.h"

#define ADDR	0x80100000

static struct pluton_block *new_block(struct kunit *test)
{
	struct pluton_block *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	memset(b, 0xa5, sizeof(*b));
	pluton_block_init(b, ADDR);
	return b;
}

static bool is_all(const void *p, size_t len, u8 value)
{
	return !memchr_inv(p, value, len);
}

static void word_is_as_published(struct kunit *test)
{
	struct pluton_word w = { .version = 2, .seq = 0x34, .cmd = 0x4d, .index = 47 };
	struct pluton_word set_up = { .version = 2, .cmd = 1 }, back;

	KUNIT_EXPECT_EQ(test, pluton_word_pack(&w), 0x2f4d3402);
	KUNIT_EXPECT_EQ(test, pluton_word_pack(&set_up), 0x00010002);
	back = pluton_word_unpack(0xfe4d8902);
	KUNIT_EXPECT_EQ(test, back.version, 2);
	KUNIT_EXPECT_EQ(test, back.seq, 0x89);
	KUNIT_EXPECT_EQ(test, back.cmd, 0x4d);
	KUNIT_EXPECT_EQ(test, back.index, 0xfe);
}

static void block_is_as_published(struct kunit *test)
{
	const u8 *raw = (u8 *)new_block(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, get_unaligned_le16(raw), 32);
	KUNIT_EXPECT_EQ(test, get_unaligned_le16(raw + 2), 16);
	for (i = 0; i < 48; i++) {
		const u8 *e = raw + 4 + 12 * i;

		KUNIT_EXPECT_EQ(test, get_unaligned_le32(e), ADDR + 0x604 + 2048 * i);
		KUNIT_EXPECT_EQ(test, get_unaligned_le16(e + 8), 2048);
		KUNIT_EXPECT_EQ(test, e[10], 1);
		KUNIT_EXPECT_EQ(test, e[11], i);
	}
	KUNIT_EXPECT_TRUE(test, is_all(raw + 4 + 12 * 48, 12 * 80, 0));
	KUNIT_EXPECT_TRUE(test, is_all(raw + 0x604, 48 * 2048, 0));
}

static void RA14_block_holds_no_pointer(struct kunit *test)
{
	const u8 *raw = (u8 *)new_block(test);
	unsigned int i;

	for (i = 0; i < 128; i++)
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(raw + 4 + 12 * i + 4), 0);
}

static void RA22_padding_is_zero(struct kunit *test)
{
	struct pluton_message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	unsigned int len;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m);
	for (len = 0; len < 9; len++) {
		unsigned int padded = (len + 3) / 4 * 4;

		memset(m, 0xa5, sizeof(*m));
		KUNIT_ASSERT_EQ(test, pluton_message_write(m, "\1\1\1\1\1\1\1\1", len), 0);
		KUNIT_EXPECT_EQ(test, le16_to_cpu(m->size), padded);
		KUNIT_EXPECT_EQ(test, le16_to_cpu(m->reserved), 0);
		KUNIT_EXPECT_TRUE(test, is_all(m->payload, len, 1));
		KUNIT_EXPECT_TRUE(test, is_all(m->payload + len, padded - len, 0));
		KUNIT_EXPECT_EQ(test, m->payload[padded], 0xa5);
	}
}

/* RA23: a length that looks small when it is cut to 16 bits */
static void RA6_RA23_too_long_is_refused(struct kunit *test)
{
	static const size_t lens[] = { 2045, 2048, 65535, 65536, 65540, SIZE_MAX };
	struct pluton_message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	u8 *payload = kunit_kzalloc(test, 2044, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, payload);
	memset(m, 0xa5, sizeof(*m));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		KUNIT_EXPECT_EQ(test, pluton_message_write(m, payload, lens[i]), -EMSGSIZE);
		KUNIT_EXPECT_EQ(test, pluton_message_read(m, payload, lens[i]), -EPROTO);
	}
	KUNIT_EXPECT_TRUE(test, is_all(m, sizeof(*m), 0xa5));
	KUNIT_EXPECT_EQ(test, pluton_message_write(m, payload, 2044), 0);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(m->size), 2044);
}

static void RA20_RA21_only_the_exact_length_is_read(struct kunit *test)
{
	struct pluton_message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	u8 out[80];
	u32 size;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m);
	memset(m, 1, sizeof(*m));
	for (size = 0; size <= 0xffff; size++) {
		if (size == 64)
			continue;
		m->size = cpu_to_le16(size);
		memset(out, 0xa5, sizeof(out));
		KUNIT_ASSERT_EQ(test, pluton_message_read(m, out, 64), -EPROTO);
		KUNIT_ASSERT_TRUE(test, is_all(out, sizeof(out), 0xa5));
	}
	m->size = cpu_to_le16(64);
	KUNIT_EXPECT_EQ(test, pluton_message_read(m, out, 64), 0);
	KUNIT_EXPECT_TRUE(test, is_all(out, 64, 1));
	KUNIT_EXPECT_TRUE(test, is_all(out + 64, sizeof(out) - 64, 0xa5));
}

/* The published table of commands */
static void commands_are_as_published(struct kunit *test)
{
	static const struct {
		u8 id;
		u16 request, reply;
	} table[] = {
		{ 0x02, 4, 0 }, { 0x03, 0, 4 }, { 0x40, 0, 4 }, { 0x41, 0, 132 },
		{ 0x48, 4, 1 }, { 0x49, 0, 128 }, { 0x4a, 0, 4 }, { 0x4b, 64, 64 },
		{ 0x4c, 32, 856 }, { 0x4d, 96, 64 }, { 0x4e, 0, 4 }, { 0x51, 0, 8 },
		{ 0x52, 8, 4 },
	};
	unsigned int id, i, known = 0;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct pluton_command *c = pluton_find_command(table[i].id);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, c);
		KUNIT_EXPECT_EQ(test, c->request_len, table[i].request);
		KUNIT_EXPECT_EQ(test, c->reply_len, table[i].reply);
		KUNIT_EXPECT_GT(test, c->timeout_ms, 0);
		KUNIT_EXPECT_LE(test, c->timeout_ms, 25000);
		KUNIT_EXPECT_LT(test, c->class, PLUTON_CLASSES);
	}
	for (id = 0; id < 256; id++)
		known += !!pluton_find_command(id);
	KUNIT_EXPECT_EQ(test, known, ARRAY_SIZE(table));
}

static void requests_are_as_published(struct kunit *test)
{
	u8 buf[96], tenant[64], digest[32];

	pluton_encode_manufacturing(buf, 0x01020304);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "\xab\xc5\x04\x5f\x04\x03\x02\x01", 8), 0);
	memset(tenant, 't', sizeof(tenant));
	memset(digest, 'd', sizeof(digest));
	pluton_encode_sign(buf, tenant, digest);
	KUNIT_EXPECT_TRUE(test, is_all(buf, 64, 't'));
	KUNIT_EXPECT_TRUE(test, is_all(buf + 64, 32, 'd'));
}

static void security_state_is_decoded(struct kunit *test)
{
	struct pluton_security_state s;
	u8 p[132];

	put_unaligned_le32(0x11223344, p);
	memset(p + 4, 'g', 64);
	memset(p + 68, 'a', 64);
	pluton_decode_security_state(p, &s);
	KUNIT_EXPECT_EQ(test, s.state, 0x11223344);
	KUNIT_EXPECT_TRUE(test, is_all(&s.general_public_key, 64, 'g'));
	KUNIT_EXPECT_TRUE(test, is_all(&s.attestation_public_key, 64, 'a'));
}

/* CD17: what is no truth value becomes one. CD23: nothing old is left. */
static void CD17_CD23_attestation_is_decoded(struct kunit *test)
{
	struct pluton_attestation_result *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u8 *p = kunit_kzalloc(test, 856, GFP_KERNEL);
	u32 count;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	for (count = 0; count <= 20; count++) {
		memset(p, 0xee, 856);
		put_unaligned_le32(count, p + 132);
		memset(r, 0xa5, sizeof(*r));
		KUNIT_ASSERT_EQ(test, pluton_decode_attestation(p, r), 0);
		KUNIT_EXPECT_EQ(test, r->successful, 1);
		KUNIT_EXPECT_TRUE(test, is_all(r->pad, 3, 0));
		KUNIT_EXPECT_TRUE(test, is_all(&r->device_id, 64, 0xee));
		KUNIT_EXPECT_TRUE(test, is_all(&r->signature, 64, 0xee));
		KUNIT_EXPECT_EQ(test, r->measurement_count, count);
		KUNIT_EXPECT_TRUE(test, is_all(r->measurements, 36 * count, 0xee));
		KUNIT_EXPECT_TRUE(test, is_all(&r->measurements[count], 36 * (20 - count), 0));
	}
}

static void attestation_with_too_many_is_refused(struct kunit *test)
{
	static const u32 counts[] = { 21, 22, 0x7fffffff, 0x80000000, 0xffffffff };
	struct pluton_attestation_result *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u8 *p = kunit_kzalloc(test, 856, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		memset(p, 0xee, 856);
		put_unaligned_le32(counts[i], p + 132);
		memset(r, 0xa5, sizeof(*r));
		KUNIT_EXPECT_EQ(test, pluton_decode_attestation(p, r), -EPROTO);
		KUNIT_EXPECT_TRUE(test, is_all(r, sizeof(*r), 0));
	}
}

static void capabilities_end_with_zero(struct kunit *test)
{
	struct pluton_capabilities c;
	unsigned int i;
	u8 p[128];

	for (i = 0; i < 64; i++)
		put_unaligned_le16(i + 1, p + 2 * i);
	pluton_decode_capabilities(p, &c);
	KUNIT_EXPECT_EQ(test, c.capabilities[63], 64);
	put_unaligned_le16(0, p + 2 * 5);
	pluton_decode_capabilities(p, &c);
	KUNIT_EXPECT_EQ(test, c.capabilities[4], 5);
	KUNIT_EXPECT_TRUE(test, is_all(&c.capabilities[5], 2 * 59, 0));
}

static struct kunit_case proto_cases[] = {
	KUNIT_CASE(word_is_as_published),
	KUNIT_CASE(block_is_as_published),
	KUNIT_CASE(RA14_block_holds_no_pointer),
	KUNIT_CASE(RA22_padding_is_zero),
	KUNIT_CASE(RA6_RA23_too_long_is_refused),
	KUNIT_CASE(RA20_RA21_only_the_exact_length_is_read),
	KUNIT_CASE(commands_are_as_published),
	KUNIT_CASE(requests_are_as_published),
	KUNIT_CASE(security_state_is_decoded),
	KUNIT_CASE(CD17_CD23_attestation_is_decoded),
	KUNIT_CASE(attestation_with_too_many_is_refused),
	KUNIT_CASE(capabilities_end_with_zero),
	{ }
};

static struct kunit_suite proto_suite = {
	.name = "pluton_proto",
	.test_cases = proto_cases,
};

kunit_test_suite(proto_suite);
