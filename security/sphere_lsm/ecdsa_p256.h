/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ECDSA on the curve P-256 and SHA-256: over the kernel's primitives
 * (ecdsa_p256.c) or, in user space, over libcrypto (tools/sphere/ecdsa_openssl.c)
 *
 * The kernels of distributions often lack ECDSA in their crypto API, and where
 * they have it, it takes signatures in DER. The primitives below it are there
 * as soon as ECDH is.
 */
#ifndef _SPHERE_LSM_ECDSA_P256_H
#define _SPHERE_LSM_ECDSA_P256_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "user.h"
#endif

#define SPHERE_P256_KEY_SIZE	64
#define SPHERE_P256_SIG_SIZE	64
#define SPHERE_SHA256_SIZE	32

int sphere_p256_check_key(const u8 key[SPHERE_P256_KEY_SIZE]);
int sphere_p256_verify(const u8 key[SPHERE_P256_KEY_SIZE], const u8 digest[SPHERE_SHA256_SIZE],
		       const u8 sig[SPHERE_P256_SIG_SIZE]);
int sphere_sha256(const void *data, size_t len, u8 digest[SPHERE_SHA256_SIZE]);

#endif /* _SPHERE_LSM_ECDSA_P256_H */
