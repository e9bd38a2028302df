// SPDX-License-Identifier: GPL-2.0-only
/*
 * ECDSA on the curve P-256 over the primitives that the kernel's ECDH and ECDSA
 * are made of
 *
 * Everything here is public, so nothing has to run in constant time.
 */
#include <crypto/ecdh.h>
#include <crypto/hash.h>
#include <crypto/internal/ecc.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "ecdsa_p256.h"

#define DIGITS	ECC_CURVE_NIST_P256_DIGITS
#define BYTES	(DIGITS << ECC_DIGITS_TO_BYTES_SHIFT)

/* A number of 32 bytes, most significant byte first */
static void load(u64 *number, const u8 *bytes)
{
	unsigned int i;

	for (i = 0; i < BYTES; i++) {
		u64 *digit = &number[DIGITS - 1 - i / 8];

		*digit = *digit << 8 | bytes[i];
	}
}

/* Is it from 1 to the order of the curve minus 1? */
static bool is_in_range(const u64 *number, const struct ecc_curve *curve)
{
	return !vli_is_zero(number, DIGITS) && vli_cmp(number, curve->n, DIGITS) < 0;
}

static int load_key(const u8 *key, const struct ecc_curve *curve, struct ecc_point *point)
{
	load(point->x, key);
	load(point->y, key + BYTES);
	/*
	 * The cofactor of the curve is 1, so that each of its points but infinity
	 * has the order of the curve, and nothing remains for a full validation.
	 */
	if (ecc_is_pubkey_valid_partial(curve, point))
		return -EINVAL;
	/*
	 * The generator and its negative belong to the private keys 1 and -1, which
	 * are no secret; and they cannot be added to the generator by the primitive.
	 */
	if (!vli_cmp(point->x, curve->g.x, DIGITS))
		return -EINVAL;
	return 0;
}

/**
 * sphere_p256_check_key() - is this a usable public key?
 * @key: x and y, big endian
 *
 * Context: Any; does not sleep.
 * Return: 0, or
 * * %-EINVAL - not a point of the curve, or one with a known private key
 * * %-EOPNOTSUPP - the kernel does not know the curve
 */
int sphere_p256_check_key(const u8 key[SPHERE_P256_KEY_SIZE])
{
	const struct ecc_curve *curve = ecc_get_curve(ECC_CURVE_NIST_P256);
	u64 x[DIGITS] = {}, y[DIGITS] = {};
	struct ecc_point point = ECC_POINT_INIT(x, y, DIGITS);

	if (!curve)
		return -EOPNOTSUPP;
	return load_key(key, curve, &point);
}

/**
 * sphere_p256_verify() - check a signature
 * @key: x and y of the public key, big endian
 * @digest: SHA-256 of what was signed
 * @sig: r and s, big endian
 *
 * Context: Any; does not sleep, but takes some million instructions.
 * Return: 0, or
 * * %-ERANGE - r or s is 0 or not below the order of the curve
 * * %-EINVAL - the key is not usable
 * * %-EKEYREJECTED - the signature is not that of this digest with this key
 * * %-EOPNOTSUPP - the kernel does not know the curve
 */
int sphere_p256_verify(const u8 key[SPHERE_P256_KEY_SIZE], const u8 digest[SPHERE_SHA256_SIZE],
		       const u8 sig[SPHERE_P256_SIG_SIZE])
{
	const struct ecc_curve *curve = ecc_get_curve(ECC_CURVE_NIST_P256);
	u64 x[DIGITS] = {}, y[DIGITS] = {}, r[DIGITS] = {}, s[DIGITS] = {}, z[DIGITS] = {};
	u64 inverse[DIGITS], u1[DIGITS], u2[DIGITS];
	struct ecc_point point = ECC_POINT_INIT(x, y, DIGITS);
	u64 rx[DIGITS], ry[DIGITS];
	struct ecc_point result = ECC_POINT_INIT(rx, ry, DIGITS);
	int ret;

	if (!curve)
		return -EOPNOTSUPP;
	load(r, sig);
	load(s, sig + BYTES);
	if (!is_in_range(r, curve) || !is_in_range(s, curve))
		return -ERANGE;
	ret = load_key(key, curve, &point);
	if (ret)
		return ret;

	/* the order is above 2^255, so that one subtraction reduces the digest */
	load(z, digest);
	if (vli_cmp(z, curve->n, DIGITS) >= 0)
		vli_sub(z, z, curve->n, DIGITS);

	vli_mod_inv(inverse, s, curve->n, DIGITS);
	vli_mod_mult_slow(u1, z, inverse, curve->n, DIGITS);
	vli_mod_mult_slow(u2, r, inverse, curve->n, DIGITS);
	ecc_point_mult_shamir(&result, u1, &curve->g, u2, &point, curve);

	/* infinity comes out as zeros; no r equals that, but that is no reason to compare */
	if (ecc_point_is_zero(&result))
		return -EKEYREJECTED;
	if (vli_cmp(rx, curve->n, DIGITS) >= 0)
		vli_sub(rx, rx, curve->n, DIGITS);
	return vli_cmp(rx, r, DIGITS) ? -EKEYREJECTED : 0;
}

/**
 * sphere_sha256() - SHA-256
 * @data: bytes
 * @len: their number
 * @digest: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or an error of the kernel's cryptography
 */
int sphere_sha256(const void *data, size_t len, u8 digest[SPHERE_SHA256_SIZE])
{
	struct crypto_shash *tfm = crypto_alloc_shash("sha256", 0, 0);
	int ret;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_shash_tfm_digest(tfm, data, len, digest);
	crypto_free_shash(tfm);
	return ret;
}
