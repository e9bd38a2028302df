// SPDX-License-Identifier: GPL-2.0-only
/*
 * ECDSA on the curve P-256: a published signature, and all kinds of things that
 * are none
 */
#include <kunit/test.h>

#include <linux/errno.h>
#include <linux/string.h>

#include "test_key.h"

/* s of the signature of "sample" in RFC 6979, A.2.5; r is test_r */
static const u8 rfc_s[32] = {
	0xf7, 0xcb, 0x1c, 0x94, 0x2d, 0x65, 0x7c, 0x41, 0xd4, 0x36, 0xc7, 0xa1, 0xb6, 0xe2, 0x9f, 0x65,
	0xf3, 0xe9, 0x00, 0xdb, 0xb9, 0xaf, 0xf4, 0x06, 0x4d, 0xc4, 0xab, 0x2f, 0x84, 0x3a, 0xcd, 0xa8,
};

/* order of the curve */
static const u8 order[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* prime of the field */
static const u8 prime[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

/* the generator of P-256 */
static const u8 generator[64] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
	0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

/* the generator of secp256k1, a curve of the same size */
static const u8 other_curve[64] = {
	0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07,
	0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98,
	0x48, 0x3a, 0xda, 0x77, 0x26, 0xa3, 0xc4, 0x65, 0x5d, 0xa4, 0xfb, 0xfc, 0x0e, 0x11, 0x08, 0xa8,
	0xfd, 0x17, 0xb4, 0x48, 0xa6, 0x85, 0x54, 0x19, 0x9c, 0x47, 0xd0, 0x8f, 0xfb, 0x10, 0xd4, 0xb8,
};

struct fixture {
	u8 key[64];
	u8 digest[32];
	u8 sig[64];
};

static int ecdsa_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	test->priv = f;
	memcpy(f->key, test_key, sizeof(f->key));
	memcpy(f->sig, test_r, 32);
	memcpy(f->sig + 32, rfc_s, 32);
	return sphere_sha256("sample", 6, f->digest);
}

static int verify(struct fixture *f)
{
	return sphere_p256_verify(f->key, f->digest, f->sig);
}

/* A number minus another one, or minus itself plus 1, as bytes */
static void subtract(u8 *to, const u8 *from, const u8 *what)
{
	u64 a[4], b[4];

	test_load(a, from);
	test_load(b, what);
	vli_sub(a, a, b, 4);
	test_store(to, a);
}

static void verify_published(struct kunit *test)
{
	struct fixture *f = test->priv;
	u8 sig[64];

	KUNIT_EXPECT_EQ(test, verify(f), 0);
	KUNIT_EXPECT_EQ(test, sphere_p256_check_key(f->key), 0);
	/* our own signing, which other tests rely on, agrees */
	test_sign_digest(f->digest, sig);
	KUNIT_EXPECT_EQ(test, memcmp(sig, f->sig, sizeof(sig)), 0);
}

static void sha256_published(struct kunit *test)
{
	static const u8 abc[32] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae,
		0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61,
		0xf2, 0x00, 0x15, 0xad,
	};
	u8 digest[32];

	KUNIT_ASSERT_EQ(test, sphere_sha256("abc", 3, digest), 0);
	KUNIT_EXPECT_EQ(test, memcmp(digest, abc, sizeof(abc)), 0);
}

static void verify_range(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct fixture good = *f;
	unsigned int half;

	for (half = 0; half < 64; half += 32) {
		*f = good;
		memset(f->sig + half, 0, 32);
		KUNIT_EXPECT_EQ(test, verify(f), -ERANGE);
		memcpy(f->sig + half, order, 32);
		KUNIT_EXPECT_EQ(test, verify(f), -ERANGE);
		f->sig[half + 31]++;
		KUNIT_EXPECT_EQ(test, verify(f), -ERANGE);
		f->sig[half + 31] -= 2;
		KUNIT_EXPECT_EQ(test, verify(f), -EKEYREJECTED);
		memcpy(f->sig + half, prime, 32);
		KUNIT_EXPECT_EQ(test, verify(f), -ERANGE);
		memset(f->sig + half, 0xff, 32);
		KUNIT_EXPECT_EQ(test, verify(f), -ERANGE);
		memset(f->sig + half, 0, 32);
		f->sig[half + 31] = 1;
		KUNIT_EXPECT_EQ(test, verify(f), -EKEYREJECTED);
	}
	memset(f->sig, 0, 64);
	KUNIT_EXPECT_EQ(test, verify(f), -ERANGE);
}

static void verify_changed(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct fixture good = *f;
	unsigned int bit;

	for (bit = 0; bit < 512; bit += 13) {
		f->sig[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_NE_MSG(test, verify(f), 0, "bit %u of the signature", bit);
		*f = good;
		f->digest[bit / 16] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, verify(f), -EKEYREJECTED, "bit %u of the digest", bit);
		*f = good;
		f->key[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, verify(f), -EINVAL, "bit %u of the key", bit);
		*f = good;
	}
	/* s and r exchanged */
	memcpy(f->sig, good.sig + 32, 32);
	memcpy(f->sig + 32, good.sig, 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EKEYREJECTED);
	/* -r, which belongs to the same x only by its square */
	*f = good;
	subtract(f->sig, order, good.sig);
	KUNIT_EXPECT_EQ(test, verify(f), -EKEYREJECTED);
}

/* The standard lets both s and -s pass; what is signed is the same */
static void verify_other_s(struct kunit *test)
{
	struct fixture *f = test->priv;

	subtract(f->sig + 32, order, rfc_s);
	KUNIT_EXPECT_EQ(test, verify(f), 0);
}

static void verify_wrong_key(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct fixture good = *f;

	/* infinity, in the form in which it could be written */
	memset(f->key, 0, 64);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	KUNIT_EXPECT_EQ(test, sphere_p256_check_key(f->key), -EINVAL);
	memset(f->key, 0xff, 64);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	/* one coordinate zero */
	*f = good;
	memset(f->key + 32, 0, 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	*f = good;
	memset(f->key, 0, 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	/* coordinates that are no elements of the field: x = p, y = p */
	*f = good;
	memcpy(f->key, prime, 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	*f = good;
	memcpy(f->key + 32, prime, 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	/* exchanged */
	memcpy(f->key, good.key + 32, 32);
	memcpy(f->key + 32, good.key, 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	/* a point of another curve */
	memcpy(f->key, other_curve, 64);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	/* points with a known private key */
	memcpy(f->key, generator, 64);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	subtract(f->key + 32, prime, generator + 32);
	KUNIT_EXPECT_EQ(test, verify(f), -EINVAL);
	KUNIT_EXPECT_EQ(test, sphere_p256_check_key(f->key), -EINVAL);
	/* a good key, but not this one: the negative */
	*f = good;
	subtract(f->key + 32, prime, good.key + 32);
	KUNIT_EXPECT_EQ(test, sphere_p256_check_key(f->key), 0);
	KUNIT_EXPECT_EQ(test, verify(f), -EKEYREJECTED);
}

/* Digests at the ends of their range */
static void verify_digests(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		switch (i) {
		case 0:
			memset(f->digest, 0, 32);
			break;
		case 1:
			memset(f->digest, 0xff, 32);
			break;
		case 2:
			memcpy(f->digest, order, 32);
			break;
		default:
			memcpy(f->digest, order, 32);
			f->digest[31]--;
		}
		test_sign_digest(f->digest, f->sig);
		KUNIT_EXPECT_EQ_MSG(test, verify(f), 0, "digest %u", i);
		f->digest[31] ^= 2;
		KUNIT_EXPECT_EQ_MSG(test, verify(f), -EKEYREJECTED, "digest %u", i);
	}
}

/* r = x of the key: the sum ends at infinity, where a careless routine sees x = 0 */
static void verify_infinity(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 r[4], d[4], z[4], n[4], product[4];

	/* z = -r d makes u1 G + u2 Q = s^-1 (z + r d) G infinity, whatever s is */
	test_load(r, test_r);
	test_load(d, test_private);
	test_load(n, order);
	vli_mod_mult_slow(product, r, d, n, 4);
	vli_sub(z, n, product, 4);
	test_store(f->digest, z);
	KUNIT_EXPECT_EQ(test, verify(f), -EKEYREJECTED);
}

static struct kunit_case ecdsa_cases[] = {
	KUNIT_CASE(verify_published),
	KUNIT_CASE(sha256_published),
	KUNIT_CASE(verify_range),
	KUNIT_CASE(verify_changed),
	KUNIT_CASE(verify_other_s),
	KUNIT_CASE(verify_wrong_key),
	KUNIT_CASE(verify_digests),
	KUNIT_CASE(verify_infinity),
	{}
};

static struct kunit_suite ecdsa_suite = {
	.name = "sphere_lsm_ecdsa",
	.init = ecdsa_init,
	.test_cases = ecdsa_cases,
};

kunit_test_suite(ecdsa_suite);

MODULE_LICENSE("GPL");
