/*
 * Keys and random numbers of the Pluton model, over nettle
 *
 * Real P-256 keys, all derived from one secret of the device: nothing has to be
 * stored but that secret, and a key is the same each time. The generator is
 * HMAC-DRBG with SHA-256 (NIST SP 800-90A), without reseeding: repeatable for
 * the same entropy.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <nettle/bignum.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include "hw/misc/mt3620_pluton_keys.h"

void pluton_keys_sha256(const void *data, size_t len,
                        uint8_t out[PLUTON_DIGEST])
{
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, len, data);
    sha256_digest(&ctx, PLUTON_DIGEST, out);
}

static void drbg_hmac(PlutonKeys *k, int sep, const uint8_t *seed, size_t len,
                      uint8_t out[32])
{
    struct hmac_sha256_ctx ctx;
    uint8_t byte = sep;

    hmac_sha256_set_key(&ctx, sizeof(k->drbg_key), k->drbg_key);
    hmac_sha256_update(&ctx, sizeof(k->drbg_value), k->drbg_value);
    if (sep >= 0) {
        hmac_sha256_update(&ctx, 1, &byte);
        hmac_sha256_update(&ctx, len, seed);
    }
    hmac_sha256_digest(&ctx, 32, out);
}

static void drbg_update(PlutonKeys *k, const uint8_t *seed, size_t len)
{
    drbg_hmac(k, 0, seed, len, k->drbg_key);
    drbg_hmac(k, -1, NULL, 0, k->drbg_value);
    if (len) {
        drbg_hmac(k, 1, seed, len, k->drbg_key);
        drbg_hmac(k, -1, NULL, 0, k->drbg_value);
    }
}

void pluton_keys_init(PlutonKeys *k, const uint8_t secret[32],
                      const uint8_t entropy[32])
{
    memcpy(k->secret, secret, sizeof(k->secret));
    memset(k->drbg_key, 0, sizeof(k->drbg_key));
    memset(k->drbg_value, 1, sizeof(k->drbg_value));
    drbg_update(k, entropy, 32);
}

void pluton_keys_random(PlutonKeys *k, size_t len, uint8_t *out)
{
    while (len) {
        size_t n = MIN(len, sizeof(k->drbg_value));

        drbg_hmac(k, -1, NULL, 0, k->drbg_value);
        memcpy(out, k->drbg_value, n);
        out += n;
        len -= n;
    }
    drbg_update(k, NULL, 0);
}

static void random_cb(void *opaque, size_t len, uint8_t *out)
{
    pluton_keys_random(opaque, len, out);
}

/* Private key: HMAC of the name under the secret, until it is in range */
static void derive(PlutonKeys *k, const char *purpose, const uint8_t *name,
                   size_t name_len, struct ecc_scalar *key)
{
    uint8_t bytes[32], round = 0;
    mpz_t z;

    ecc_scalar_init(key, nettle_get_secp_256r1());
    mpz_init(z);
    do {
        struct hmac_sha256_ctx ctx;

        hmac_sha256_set_key(&ctx, sizeof(k->secret), k->secret);
        hmac_sha256_update(&ctx, strlen(purpose) + 1, (const void *)purpose);
        hmac_sha256_update(&ctx, name_len, name);
        hmac_sha256_update(&ctx, 1, &round);
        hmac_sha256_digest(&ctx, sizeof(bytes), bytes);
        nettle_mpz_set_str_256_u(z, sizeof(bytes), bytes);
        round++;
    } while (!ecc_scalar_set(key, z));
    mpz_clear(z);
}

void pluton_keys_public(PlutonKeys *k, const char *purpose,
                        const uint8_t *name, size_t name_len,
                        uint8_t out[PLUTON_PUBLIC])
{
    struct ecc_scalar key;
    struct ecc_point pub;
    mpz_t x, y;

    derive(k, purpose, name, name_len, &key);
    ecc_point_init(&pub, nettle_get_secp_256r1());
    ecc_point_mul_g(&pub, &key);
    mpz_init(x);
    mpz_init(y);
    ecc_point_get(&pub, x, y);
    nettle_mpz_get_str_256(PLUTON_COORD, out, x);
    nettle_mpz_get_str_256(PLUTON_COORD, out + PLUTON_COORD, y);
    mpz_clear(x);
    mpz_clear(y);
    ecc_point_clear(&pub);
    ecc_scalar_clear(&key);
}

void pluton_keys_sign(PlutonKeys *k, const char *purpose,
                      const uint8_t *name, size_t name_len,
                      const uint8_t digest[PLUTON_DIGEST],
                      uint8_t out[PLUTON_SIG])
{
    struct dsa_signature sig;
    struct ecc_scalar key;

    derive(k, purpose, name, name_len, &key);
    dsa_signature_init(&sig);
    ecdsa_sign(&key, k, random_cb, PLUTON_DIGEST, digest, &sig);
    nettle_mpz_get_str_256(PLUTON_COORD, out, sig.r);
    nettle_mpz_get_str_256(PLUTON_COORD, out + PLUTON_COORD, sig.s);
    dsa_signature_clear(&sig);
    ecc_scalar_clear(&key);
}
