// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of Pluton's tenants, against a scripted other side
 */
#include <kunit/test.h>

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key-type.h>
#include <linux/key.h>
#include <linux/keyctl.h>
#include <linux/string.h>

#include "fake_pluton.h"

/**
 * struct key_fixture - what each case has
 * @f: the other side
 * @ring: a keyring
 */
struct key_fixture {
	struct fake_pluton *f;
	struct key *ring;
};

static int keys_init(struct kunit *test)
{
	struct key_fixture *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	struct pluton_word w;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, x);
	test->priv = x;
	x->f = fake_new(test);
	KUNIT_ASSERT_EQ(test, pluton_core_start(x->f->p), 0);
	KUNIT_ASSERT_TRUE(test, fake_take(x->f, &w));
	x->f->auto_answer = true;
	pluton_api_add(x->f->p);
	x->ring = keyring_alloc("pluton-kunit", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
				KEY_POS_ALL | KEY_USR_ALL, KEY_ALLOC_NOT_IN_QUOTA, NULL, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(x->ring));
	return 0;
}

static void keys_exit(struct kunit *test)
{
	struct key_fixture *x = test->priv;

	if (!x)
		return;
	if (!IS_ERR_OR_NULL(x->ring)) {
		key_revoke(x->ring);
		key_put(x->ring);
	}
	if (x->f && x->f->p)
		pluton_api_remove(x->f->p);
	fake_free(x->f);
}

static key_ref_t add(struct kunit *test, const char *payload, size_t len, const char *name)
{
	struct key_fixture *x = test->priv;

	return key_create_or_update(make_key_ref(x->ring, true), "asymmetric", name, payload, len,
				    KEY_POS_ALL | KEY_USR_VIEW, KEY_ALLOC_NOT_IN_QUOTA);
}

static struct key *add_tenant(struct kunit *test)
{
	key_ref_t ref = add(test, "pluton-tenant:somebody", 22, "a key");

	KUNIT_ASSERT_FALSE(test, IS_ERR(ref));
	return key_ref_to_ptr(ref);
}

static int sign(struct key *key, const char *encoding, const void *digest, size_t len, void *out,
		size_t room)
{
	struct kernel_pkey_params p = {
		.key = key, .encoding = encoding, .hash_algo = "sha256",
		.in_len = len, .out_len = room, .op = kernel_pkey_sign,
	};

	return key->type->asym_eds_op(&p, digest, out);
}

static void der_is_minimal(struct kunit *test)
{
	static const struct {
		u8 r[3], s[3];	/* first two bytes, and the last */
		u8 der[8];	/* up to the first byte of r's value */
		size_t len;
	} rows[] = {
		{ { 0x7f, 0, 1 }, { 0x7f, 0, 1 }, { 0x30, 68, 2, 32, 0x7f }, 70 },
		{ { 0x80, 0, 1 }, { 0x80, 0, 1 }, { 0x30, 70, 2, 33, 0, 0x80 }, 72 },
		{ { 0, 0x80, 1 }, { 0, 0x7f, 1 }, { 0x30, 67, 2, 32, 0, 0x80 }, 69 },
		{ { 0, 0, 1 }, { 0, 0, 0 }, { 0x30, 6, 2, 1, 1, 2, 1, 0 }, 8 },
		{ { 0, 0, 0xff }, { 0, 0, 1 }, { 0x30, 7, 2, 2, 0, 0xff, 2, 1 }, 9 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u8 signature[64] = { }, der[PLUTON_DER_MAX + 1];
		size_t known = i < 3 ? 5 : 8;

		memcpy(signature, rows[i].r, 2);
		signature[31] = rows[i].r[2];
		memcpy(signature + 32, rows[i].s, 2);
		signature[63] = rows[i].s[2];
		memset(der, 0xa5, sizeof(der));
		KUNIT_EXPECT_EQ(test, pluton_encode_der(der, signature), rows[i].len);
		KUNIT_EXPECT_EQ(test, memcmp(der, rows[i].der, known), 0);
		KUNIT_EXPECT_EQ(test, der[rows[i].len - 1], rows[i].s[2]);
		KUNIT_EXPECT_EQ(test, der[PLUTON_DER_MAX], 0xa5);
	}
}

static void payloads_that_are_none(struct kunit *test)
{
	char name[14 + 65] = "pluton-tenant:";

	memset(name + 14, 'x', 65);
	KUNIT_EXPECT_EQ(test, PTR_ERR(add(test, name, 14, "k")), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(add(test, name, 14 + 65, "k")), -EINVAL);
	/* those are for other parsers, of which none knows them */
	KUNIT_EXPECT_EQ(test, PTR_ERR(add(test, name, 13, "k")), -EBADMSG);
	KUNIT_EXPECT_EQ(test, PTR_ERR(add(test, "pluton-tenanx:a", 15, "k")), -EBADMSG);
	KUNIT_EXPECT_FALSE(test, IS_ERR(add(test, name, 14 + 64, "k")));
}

static void a_key_names_itself(struct kunit *test)
{
	key_ref_t ref = add(test, "pluton-tenant:a\nb", 17, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(ref));
	KUNIT_EXPECT_STREQ(test, key_ref_to_ptr(ref)->description, "pluton:a\\nb");
	key_ref_put(ref);
}

static void what_a_key_can_do(struct kunit *test)
{
	struct key *key = add_tenant(test);
	struct kernel_pkey_params p = { .key = key, .encoding = "raw" };
	struct kernel_pkey_query q;

	KUNIT_EXPECT_EQ(test, key->type->asym_query(&p, &q), 0);
	KUNIT_EXPECT_EQ(test, q.supported_ops, KEYCTL_SUPPORTS_SIGN);
	KUNIT_EXPECT_EQ(test, q.max_sig_size, 64);
	p.encoding = "x962";
	KUNIT_EXPECT_EQ(test, key->type->asym_query(&p, &q), 0);
	KUNIT_EXPECT_EQ(test, q.max_sig_size, PLUTON_DER_MAX);
	p.encoding = "pkcs1";
	KUNIT_EXPECT_EQ(test, key->type->asym_query(&p, &q), -EINVAL);
	p.encoding = "raw";
	p.hash_algo = "sha512";
	KUNIT_EXPECT_EQ(test, key->type->asym_query(&p, &q), -EINVAL);
	key_put(key);
}

static void a_key_signs_for_its_tenant(struct kunit *test)
{
	struct key_fixture *x = test->priv;
	struct key *key = add_tenant(test);
	u8 digest[33] = { 1, 2, 3 }, out[80];
	struct pluton_message *msg;

	/* the request has the tenant, filled up with zeros, and the digest */
	memset(out, 0xa5, sizeof(out));
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 32, out, 64), 64);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(out + 64, 0xa5, 16), NULL);
	KUNIT_EXPECT_EQ(test, memcmp(x->f->signed_for, "somebody\0", 9), 0);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(x->f->signed_for + 8, 0, 56), NULL);
	KUNIT_EXPECT_EQ(test, memcmp(x->f->signed_for + 64, digest, 32), 0);
	/* all zeros is what the other side answers: two integers of one byte */
	KUNIT_EXPECT_EQ(test, sign(key, "x962", digest, 32, out, 72), 8);
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 31, out, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 33, out, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 32, out, 63), -EINVAL);
	KUNIT_EXPECT_EQ(test, sign(key, "oaep", digest, 32, out, 64), -EINVAL);
	/* the answers were wiped from memory that is shared */
	msg = &x->f->block->buffer[PLUTON_M4_BUFFERS];
	KUNIT_EXPECT_EQ(test, msg->payload[0], 0);
	key_put(key);
}

static void a_key_outlives_its_device(struct kunit *test)
{
	struct key_fixture *x = test->priv;
	struct key *key = add_tenant(test);
	u8 digest[32] = { }, out[64];

	pluton_api_remove(x->f->p);
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 32, out, 64), -ENODEV);
	key_put(key);
}

/* ---- tasks of a security module -------------------------------------------------------------- */

static enum sphere_verdict verdict;

static enum sphere_verdict may(enum sphere_op op, const union sphere_op_arg *arg)
{
	return op == SPHERE_OP_PLUTON_SIGN && !memcmp(arg->tenant.b, "somebody", 9) ?
	       verdict : SPHERE_REFUSE;
}

static int identity(struct sphere_identity *id)
{
	memset(id, 0, sizeof(*id));
	return 0;
}

static enum sphere_verdict may_send(const struct sphere_component_id *from,
				    const struct sphere_component_id *to)
{
	return SPHERE_REFUSE;
}

static int core_policy(unsigned int core, struct sphere_core_policy *policy)
{
	return -ENOENT;
}

static const struct sphere_provider provider = {
	.name = "pluton-kunit",
	.may = may,
	.identity = identity,
	.may_send = may_send,
	.core_policy = core_policy,
};

static void T34_a_confined_task_needs_its_grant(struct kunit *test)
{
	struct key *key = add_tenant(test);
	u8 digest[32] = { }, out[64];

	KUNIT_ASSERT_EQ(test, sphere_authority_register(&provider), 0);
	verdict = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 32, out, 64), -EPERM);
	verdict = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, sign(key, "raw", digest, 32, out, 64), 64);
	/* and adds no key, whatever it may do */
	KUNIT_EXPECT_EQ(test, PTR_ERR(add(test, "pluton-tenant:somebody", 22, "b")), -EPERM);
	sphere_authority_unregister(&provider);
	key_put(key);
}

static struct kunit_case key_cases[] = {
	KUNIT_CASE(der_is_minimal),
	KUNIT_CASE(payloads_that_are_none),
	KUNIT_CASE(a_key_names_itself),
	KUNIT_CASE(what_a_key_can_do),
	KUNIT_CASE(a_key_signs_for_its_tenant),
	KUNIT_CASE(a_key_outlives_its_device),
	KUNIT_CASE(T34_a_confined_task_needs_its_grant),
	{ }
};

static struct kunit_suite key_suite = {
	.name = "pluton_key",
	.init = keys_init,
	.exit = keys_exit,
	.test_cases = key_cases,
};

kunit_test_suite(key_suite);
