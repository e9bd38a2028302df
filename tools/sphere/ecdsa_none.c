// SPDX-License-Identifier: GPL-2.0-only
/*
 * ecdsa_openssl.c for builds without libcrypto: policies can be read and loaded,
 * not verified; the kernel does that
 */
#include "../../security/sphere_lsm/ecdsa_p256.h"

/**
 * sphere_p256_check_key() - is this a usable public key?
 * @key: x and y, big endian
 *
 * Return: %-ENOSYS
 */
int sphere_p256_check_key(const u8 key[SPHERE_P256_KEY_SIZE])
{
	return -ENOSYS;
}

/**
 * sphere_p256_verify() - check a signature
 * @key: x and y of the public key, big endian
 * @digest: SHA-256 of what was signed
 * @sig: r and s, big endian
 *
 * Return: %-ENOSYS
 */
int sphere_p256_verify(const u8 key[SPHERE_P256_KEY_SIZE], const u8 digest[SPHERE_SHA256_SIZE],
		       const u8 sig[SPHERE_P256_SIG_SIZE])
{
	return -ENOSYS;
}

/**
 * sphere_sha256() - SHA-256
 * @data: bytes
 * @len: their number
 * @digest: left as it is
 *
 * Return: %-ENOSYS
 */
int sphere_sha256(const void *data, size_t len, u8 digest[SPHERE_SHA256_SIZE])
{
	return -ENOSYS;
}
