// SPDX-License-Identifier: GPL-2.0-only
/*
 * ECDSA on the curve P-256 and SHA-256 in user space, over libcrypto; in the
 * kernel security/sphere_lsm/ecdsa_p256.c has its place
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

#include "../../security/sphere_lsm/ecdsa_p256.h"

/* The key for libcrypto, which accepts no point off the curve; NULL with *@ret set */
static EVP_PKEY *make_key(const u8 *key, int *ret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = SN_X9_62_prime256v1;
	u8 point[1 + SPHERE_P256_KEY_SIZE];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey = NULL;

	*ret = -ENOMEM;
	if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0)
		goto out;
	*ret = -EINVAL;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, key, SPHERE_P256_KEY_SIZE);
	if (EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		goto out;
	*ret = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* x of the generator: private keys 1 and -1 are no secret */
static const u8 generator_x[32] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
};

static const u8 order[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/**
 * sphere_p256_check_key() - is this a usable public key?
 * @key: x and y, big endian
 *
 * Return: 0, %-EINVAL if not, %-ENOMEM
 */
int sphere_p256_check_key(const u8 key[SPHERE_P256_KEY_SIZE])
{
	EVP_PKEY *pkey;
	int ret;

	if (!memcmp(key, generator_x, sizeof(generator_x)))
		return -EINVAL;
	pkey = make_key(key, &ret);
	EVP_PKEY_free(pkey);
	return ret;
}

static bool in_range(const u8 *number)
{
	static const u8 zero[32];

	return memcmp(number, zero, 32) && memcmp(number, order, 32) < 0;
}

/**
 * sphere_p256_verify() - check a signature
 * @key: x and y of the public key, big endian
 * @digest: SHA-256 of what was signed
 * @sig: r and s, big endian
 *
 * Return: 0, or
 * * %-ERANGE - r or s is 0 or not below the order of the curve
 * * %-EINVAL - the key is not usable
 * * %-EKEYREJECTED - the signature is not that of this digest with this key
 * * %-ENOMEM
 */
int sphere_p256_verify(const u8 key[SPHERE_P256_KEY_SIZE], const u8 digest[SPHERE_SHA256_SIZE],
		       const u8 sig[SPHERE_P256_SIG_SIZE])
{
	EVP_PKEY_CTX *ctx = NULL;
	ECDSA_SIG *rs = NULL;
	BIGNUM *r, *s;
	u8 *der = NULL;
	EVP_PKEY *pkey;
	int ret, len;

	if (!in_range(sig) || !in_range(sig + 32))
		return -ERANGE;
	ret = sphere_p256_check_key(key);
	if (ret)
		return ret;
	pkey = make_key(key, &ret);
	if (!pkey)
		return ret;
	ret = -ENOMEM;
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	rs = ECDSA_SIG_new();
	if (!ctx || !rs || EVP_PKEY_verify_init(ctx) <= 0)
		goto out;
	r = BN_bin2bn(sig, 32, NULL);
	s = BN_bin2bn(sig + 32, 32, NULL);
	if (!r || !s || !ECDSA_SIG_set0(rs, r, s)) {
		BN_free(r);
		BN_free(s);
		goto out;
	}
	len = i2d_ECDSA_SIG(rs, &der);
	if (len <= 0)
		goto out;
	ret = EVP_PKEY_verify(ctx, der, len, digest, SPHERE_SHA256_SIZE) == 1 ? 0 : -EKEYREJECTED;
out:
	OPENSSL_free(der);
	ECDSA_SIG_free(rs);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ret;
}

/**
 * sphere_sha256() - SHA-256
 * @data: bytes
 * @len: their number
 * @digest: filled in
 *
 * Return: 0, or %-EIO
 */
int sphere_sha256(const void *data, size_t len, u8 digest[SPHERE_SHA256_SIZE])
{
	return EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}
