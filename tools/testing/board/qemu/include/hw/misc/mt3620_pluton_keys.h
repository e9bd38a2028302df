/*
 * Keys and random numbers of the Pluton model, over nettle
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_MT3620_PLUTON_KEYS_H
#define HW_MISC_MT3620_PLUTON_KEYS_H

#define PLUTON_COORD   32
#define PLUTON_PUBLIC  (2 * PLUTON_COORD)
#define PLUTON_SIG     (2 * PLUTON_COORD)
#define PLUTON_DIGEST  32

/* The secret that every key of a device is derived from, and its generator */
typedef struct PlutonKeys {
    uint8_t secret[32];
    uint8_t drbg_key[32], drbg_value[32];
} PlutonKeys;

void pluton_keys_init(PlutonKeys *k, const uint8_t secret[32],
                      const uint8_t entropy[32]);
void pluton_keys_random(PlutonKeys *k, size_t len, uint8_t *out);

/* Keys are named: by a purpose and by bytes that tell them apart */
void pluton_keys_public(PlutonKeys *k, const char *purpose,
                        const uint8_t *name, size_t name_len,
                        uint8_t out[PLUTON_PUBLIC]);
void pluton_keys_sign(PlutonKeys *k, const char *purpose,
                      const uint8_t *name, size_t name_len,
                      const uint8_t digest[PLUTON_DIGEST],
                      uint8_t out[PLUTON_SIG]);
void pluton_keys_sha256(const void *data, size_t len,
                        uint8_t out[PLUTON_DIGEST]);

#endif
