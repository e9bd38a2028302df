/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-256, and signing policies with the published test key, in user space
 *
 * The key and the number k are those of RFC 6979, A.2.5, as in the kernel's
 * test_key.h. With k and the private key d fixed, s = (z + r d) / k is z times a
 * constant plus a constant, modulo the order.
 */
#ifndef SPHERE_LSM_SIGN_H
#define SPHERE_LSM_SIGN_H

#include <stdint.h>
#include <string.h>

static const unsigned char sign_key[64] = {
	0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74,
	0xc6, 0x35, 0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c,
	0xe6, 0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6, 0x79, 0x03, 0xfe, 0x10,
	0x08, 0xb8, 0xbc, 0x99, 0xa4, 0x1a, 0xe9, 0xe9, 0x56, 0x28, 0xbc, 0x64,
	0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e, 0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94,
	0xd4, 0x46, 0x22, 0x99,
};

static const unsigned char sign_r[32] = {
	0xef, 0xd4, 0x8b, 0x2a, 0xac, 0xb6, 0xa8, 0xfd, 0x11, 0x40, 0xdd, 0x9c,
	0xd4, 0x5e, 0x81, 0xd6, 0x9d, 0x2c, 0x87, 0x7b, 0x56, 0xaa, 0xf9, 0x91,
	0xc3, 0x4d, 0x0e, 0xa8, 0x4e, 0xaf, 0x37, 0x16,
};

/* numbers of 8 words, least significant first */
static const uint32_t order[8] = {
	0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0, 0xffffffff,
};

static const uint32_t sign_factor[8] = {		/* 1 / k */
	0x69cfe547, 0x96ffdea7, 0x4d37eb5e, 0x3e38b581,
	0x3e88ca62, 0x9370e2cc, 0xd10293a8, 0xaaf7a4c4,
};

static const uint32_t sign_constant[8] = {		/* r d / k */
	0x37e0c5e4, 0xb6abc058, 0xd75ea11b, 0x691a1206,
	0x521e4b4e, 0x44967505, 0xb3339b33, 0xa0e041f5,
};

/* a += b modulo the order; both are below it */
static void add_mod(uint32_t *a, const uint32_t *b)
{
	uint32_t less[8];
	uint64_t carry = 0, borrow = 0;
	int i;

	for (i = 0; i < 8; i++) {
		carry += (uint64_t)a[i] + b[i];
		a[i] = carry;
		carry >>= 32;
	}
	for (i = 0; i < 8; i++) {
		uint64_t d = (uint64_t)a[i] - order[i] - borrow;

		less[i] = d;
		borrow = d >> 63;
	}
	if (carry || !borrow)
		memcpy(a, less, sizeof(less));
}

static void sign_digest(const unsigned char *digest, unsigned char *sig)
{
	uint32_t s[8] = {}, zero[8] = {}, z[8];
	int i;

	for (i = 0; i < 8; i++)
		z[7 - i] = (uint32_t)digest[4 * i] << 24 | digest[4 * i + 1] << 16 |
			   digest[4 * i + 2] << 8 | digest[4 * i + 3];
	add_mod(z, zero);
	for (i = 255; i >= 0; i--) {
		add_mod(s, s);
		if (sign_factor[i / 32] >> i % 32 & 1)
			add_mod(s, z);
	}
	add_mod(s, sign_constant);
	memcpy(sig, sign_r, 32);
	for (i = 0; i < 32; i++)
		sig[32 + i] = s[7 - i / 4] >> (24 - 8 * (i % 4));
}

static inline uint32_t ror(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void sha256_block(uint32_t *h, const unsigned char *p)
{
	static const uint32_t k[64] = {
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
		0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
		0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
		0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
		0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
		0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
		0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
		0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
		0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
		0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
		0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
	};
	uint32_t w[64], v[8];
	int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 |
		       p[4 * i + 3];
	for (; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] +
		       (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3) +
		       (ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(v, h, sizeof(v));
	for (i = 0; i < 64; i++) {
		uint32_t t1 = v[7] + (ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25)) +
			      ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
		uint32_t t2 = (ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22)) +
			      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(*v));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		h[i] += v[i];
}

static void sha256(const unsigned char *data, size_t len, unsigned char *digest)
{
	uint32_t h[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	unsigned char end[128] = {};
	size_t rest = len % 64, size = rest < 56 ? 64 : 128, i;

	for (i = 0; i + 64 <= len; i += 64)
		sha256_block(h, data + i);
	memcpy(end, data + len - rest, rest);
	end[rest] = 0x80;
	for (i = 0; i < 8; i++)
		end[size - 1 - i] = (uint64_t)len * 8 >> (8 * i);
	for (i = 0; i < size; i += 64)
		sha256_block(h, end + i);
	for (i = 0; i < 32; i++)
		digest[i] = h[i / 4] >> (24 - 8 * (i % 4));
}

#endif /* SPHERE_LSM_SIGN_H */
