/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An attestation outside the device: as text, its signature, and the policy
 */
#ifndef SPHERE_ATTEST_H
#define SPHERE_ATTEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/pluton.h>

/* a private key, as libcrypto has it */
struct crypto_key;

/**
 * struct evidence - what Pluton said in answer to a nonce
 * @nonce: question
 * @successful: what Pluton says itself
 * @key: the key that signed, x and y
 * @signature: r and s
 * @count: number of measurements
 * @measurements: what was measured, in Pluton's order
 */
struct evidence {
	unsigned char nonce[PLUTON_NONCE_SIZE];
	bool successful;
	unsigned char key[PLUTON_PUBLIC_KEY_SIZE];
	unsigned char signature[PLUTON_SIGNATURE_SIZE];
	uint32_t count;
	struct pluton_measurement measurements[PLUTON_MEASUREMENTS_MAX];
};

/* lines that a policy file may have, and the longest of them */
#define POLICY_ENTRIES_MAX	1024
#define POLICY_LINE_MAX		512

/**
 * struct policy_entry - a measurement that is allowed
 * @type: type of the measurement
 * @digest: allowed value
 */
struct policy_entry {
	uint32_t type;
	unsigned char digest[PLUTON_DIGEST_SIZE];
};

/**
 * struct policy - the file of allowed measurements
 * @entries: allowed measurements; several of one type are alternatives
 * @count: number of @entries
 * @optional: types that may be absent
 * @optional_count: number of @optional
 * @keys: keys that may sign; none means any
 * @key_count: number of @keys
 */
struct policy {
	struct policy_entry entries[POLICY_ENTRIES_MAX];
	size_t count;
	uint32_t optional[POLICY_ENTRIES_MAX];
	size_t optional_count;
	unsigned char keys[POLICY_ENTRIES_MAX][PLUTON_PUBLIC_KEY_SIZE];
	size_t key_count;
};

/* how a device differs from a policy */
enum difference_kind {
	DIFFERENCE_DIGEST,	/* the type is known, the value is not allowed */
	DIFFERENCE_UNKNOWN,	/* the policy does not name the type */
	DIFFERENCE_MISSING,	/* the policy wants the type, the device has none */
	DIFFERENCE_KEY,		/* another key signed */
};

/**
 * struct difference - one of them
 * @kind: which
 * @type: type of the measurement; 0 for %DIFFERENCE_KEY
 * @digest: the device's value, NULL for %DIFFERENCE_MISSING and %DIFFERENCE_KEY
 */
struct difference {
	enum difference_kind kind;
	uint32_t type;
	const unsigned char *digest;
};

/* one for each measurement, for each type the policy wants, and the key */
#define DIFFERENCES_MAX	(PLUTON_MEASUREMENTS_MAX + POLICY_ENTRIES_MAX + 1)

/* attest.c */
void evidence_print(const struct evidence *e);
int evidence_read(const char *path, struct evidence *e);
int policy_read(const char *path, struct policy *p);
size_t policy_compare(const struct policy *p, const struct evidence *e, struct difference *d);
const char *difference_name(enum difference_kind kind);

/* crypto.c; each needs libcrypto, without it they complain */
int crypto_sha256_file(const char *path, unsigned char digest[PLUTON_DIGEST_SIZE]);
int crypto_sha256(const unsigned char *bytes, size_t len, unsigned char digest[PLUTON_DIGEST_SIZE]);
int crypto_verify(const unsigned char *key, const unsigned char *digest,
		  const unsigned char *signature);
int crypto_read_key(const char *path, unsigned char key[PLUTON_PUBLIC_KEY_SIZE]);
struct crypto_key *crypto_open_key(const char *path, int *code);
void crypto_close_key(struct crypto_key *key);
int crypto_public_key(const struct crypto_key *key, unsigned char public[PLUTON_PUBLIC_KEY_SIZE]);
int crypto_sign(const struct crypto_key *key, const unsigned char digest[PLUTON_DIGEST_SIZE],
		unsigned char signature[PLUTON_SIGNATURE_SIZE]);
int crypto_read_certificate(const char *path, unsigned char key[PLUTON_PUBLIC_KEY_SIZE],
			    unsigned char thumbprint[20]);
int crypto_print_pem(const unsigned char key[PLUTON_PUBLIC_KEY_SIZE]);
int crypto_verify_evidence(const struct evidence *e);

/* pluton_device.c */
int pluton_open(const char *path, bool writing);
int pluton_failed(const char *what, int err);
int pluton_attest(int fd, struct evidence *e);

#endif /* SPHERE_ATTEST_H */
