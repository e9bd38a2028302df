// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests and signatures, over libcrypto. The private keys are Pluton's; here is
 * only what a verifier needs.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attest.h"
#include "sphere.h"

#ifdef SPHERE_CRYPTO

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define COORDINATE	(PLUTON_PUBLIC_KEY_SIZE / 2)
#define CURVE		"prime256v1"

/**
 * crypto_sha256() - digest of bytes
 * @bytes: bytes
 * @len: how many
 * @digest: filled in
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_sha256(const unsigned char *bytes, size_t len, unsigned char digest[PLUTON_DIGEST_SIZE])
{
	if (EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL) != 1)
		return complain(SPHERE_SYSTEM, "libcrypto could not make a SHA-256");
	return SPHERE_OK;
}

/**
 * crypto_sha256_file() - digest of a file
 * @path: file, "-" for the standard input
 * @digest: filled in
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_sha256_file(const char *path, unsigned char digest[PLUTON_DIGEST_SIZE])
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	int ret = SPHERE_OK, err;
	unsigned char buf[16384];
	EVP_MD_CTX *ctx;
	bool bad;
	size_t n;

	if (!f)
		return complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
	ctx = EVP_MD_CTX_new();
	bad = !ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1;
	errno = 0;
	while (!bad && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		bad = EVP_DigestUpdate(ctx, buf, n) != 1;
	err = errno;
	if (ferror(f))
		ret = complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(err));
	else if (bad || EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
		ret = complain(SPHERE_SYSTEM, "libcrypto could not make a SHA-256");
	EVP_MD_CTX_free(ctx);
	if (f != stdin)
		fclose(f);
	return ret;
}

/* The key as libcrypto has it, NULL when it is no point of the curve */
static EVP_PKEY *import_key(const unsigned char *key)
{
	unsigned char point[1 + PLUTON_PUBLIC_KEY_SIZE] = { POINT_CONVERSION_UNCOMPRESSED };
	char curve[] = CURVE;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL), *check = NULL;
	EVP_PKEY *pkey = NULL;

	memcpy(point + 1, key, PLUTON_PUBLIC_KEY_SIZE);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	if (!pkey)
		return NULL;
	check = EVP_PKEY_CTX_new(pkey, NULL);
	if (!check || EVP_PKEY_public_check(check) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(check);
	return pkey;
}

/* r and s to the DER that libcrypto wants; returns its length, 0 for a failure */
static int signature_to_der(const unsigned char *signature, unsigned char **der)
{
	BIGNUM *r = BN_bin2bn(signature, COORDINATE, NULL);
	BIGNUM *s = BN_bin2bn(signature + COORDINATE, COORDINATE, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int len = 0;

	if (!r || !s || !sig || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		len = i2d_ECDSA_SIG(sig, der);
	}
	ECDSA_SIG_free(sig);
	return len > 0 ? len : 0;
}

/**
 * crypto_verify() - check an ECDSA signature over P-256
 * @key: public key, x and y
 * @digest: SHA-256 of what was signed
 * @signature: r and s
 *
 * Return: %SPHERE_OK when it is good, %SPHERE_NO when it is not (nothing is
 * said then), or another exit code with the reason said.
 */
int crypto_verify(const unsigned char *key, const unsigned char *digest,
		  const unsigned char *signature)
{
	EVP_PKEY *pkey = import_key(key);
	EVP_PKEY_CTX *ctx = NULL;
	unsigned char *der = NULL;
	int len, ret;

	/* a key that is none has signed nothing */
	if (!pkey)
		return SPHERE_NO;
	len = signature_to_der(signature, &der);
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	if (!len || !ctx || EVP_PKEY_verify_init(ctx) != 1) {
		ret = complain(SPHERE_SYSTEM, "libcrypto could not check the signature");
	} else {
		/* numbers out of range are an error of libcrypto's, and no signature */
		ret = EVP_PKEY_verify(ctx, der, len, digest, PLUTON_DIGEST_SIZE) == 1 ?
		      SPHERE_OK : SPHERE_NO;
	}
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ret;
}

/* Is it a key of the curve that everything here uses? */
static bool is_p256(EVP_PKEY *pkey)
{
	char group[32] = "";

	return pkey && EVP_PKEY_is_a(pkey, "EC") &&
	       EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1 &&
	       !strcmp(group, CURVE);
}

/**
 * crypto_read_key() - public key from a PEM file
 * @path: file
 * @key: filled in, x and y
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_read_key(const char *path, unsigned char key[PLUTON_PUBLIC_KEY_SIZE])
{
	unsigned char point[1 + PLUTON_PUBLIC_KEY_SIZE];
	FILE *f = fopen(path, "r");
	EVP_PKEY *pkey;
	size_t len = 0;
	bool good;

	if (!f)
		return complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
	pkey = PEM_read_PUBKEY(f, NULL, NULL, NULL);
	fclose(f);
	if (!pkey)
		return complain(SPHERE_INPUT, "%s holds no public key in PEM form: it begins with -----BEGIN PUBLIC KEY-----",
				path);
	good = is_p256(pkey) &&
	       EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point,
					       sizeof(point), &len) == 1 &&
	       len == sizeof(point) && point[0] == POINT_CONVERSION_UNCOMPRESSED;
	EVP_PKEY_free(pkey);
	if (!good)
		return complain(SPHERE_INPUT, "the key in %s is not one of P-256 (prime256v1), uncompressed: Pluton has no others",
				path);
	memcpy(key, point + 1, PLUTON_PUBLIC_KEY_SIZE);
	return SPHERE_OK;
}

/**
 * crypto_read_certificate() - public key and thumbprint of a certificate
 * @path: file, PEM or DER
 * @key: filled in, x and y
 * @thumbprint: filled in, SHA-1 of the certificate in DER
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_read_certificate(const char *path, unsigned char key[PLUTON_PUBLIC_KEY_SIZE],
			    unsigned char thumbprint[20])
{
	FILE *f = fopen(path, "rb");
	X509 *cert;
	unsigned int len = 20;
	bool good;

	if (!f)
		return complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	if (!cert) {
		rewind(f);
		cert = d2i_X509_fp(f, NULL);
	}
	fclose(f);
	if (!cert)
		return complain(SPHERE_INPUT, "%s holds no certificate in PEM or DER form", path);
	good = is_p256(X509_get0_pubkey(cert)) &&
	       X509_digest(cert, EVP_sha1(), thumbprint, &len) == 1 && len == 20 &&
	       crypto_public_key((struct crypto_key *)X509_get0_pubkey(cert), key) == SPHERE_OK;
	X509_free(cert);
	return good ? SPHERE_OK :
	       complain(SPHERE_INPUT, "the key in %s is not one of P-256 (prime256v1)", path);
}

/**
 * crypto_print_pem() - print a public key as other programs read it
 * @key: x and y
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_print_pem(const unsigned char key[PLUTON_PUBLIC_KEY_SIZE])
{
	EVP_PKEY *pkey = import_key(key);
	int ok;

	if (!pkey)
		return complain(SPHERE_NO, "the key is no point of P-256");
	ok = PEM_write_PUBKEY(stdout, pkey);
	EVP_PKEY_free(pkey);
	return ok ? SPHERE_OK : complain(SPHERE_SYSTEM, "libcrypto could not write the key");
}

/**
 * crypto_open_key() - private key from a PEM file
 * @path: file
 * @code: filled in if there is none: exit code, with the reason said
 *
 * Return: the key, for crypto_close_key(), or NULL
 */
struct crypto_key *crypto_open_key(const char *path, int *code)
{
	EVP_PKEY *pkey;
	FILE *f = fopen(path, "r");

	if (!f) {
		*code = complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	if (!pkey) {
		*code = complain(SPHERE_INPUT, "%s holds no private key in PEM form that can be read: make one with 'openssl ecparam -name prime256v1 -genkey -noout'",
				 path);
		return NULL;
	}
	if (!is_p256(pkey)) {
		*code = complain(SPHERE_INPUT, "the key in %s is not one of P-256 (prime256v1): policies are signed with no others",
				 path);
		EVP_PKEY_free(pkey);
		return NULL;
	}
	return (struct crypto_key *)pkey;
}

/**
 * crypto_close_key() - forget a private key
 * @key: key, or NULL
 */
void crypto_close_key(struct crypto_key *key)
{
	EVP_PKEY_free((EVP_PKEY *)key);
}

/**
 * crypto_public_key() - public key of a private one
 * @key: private key
 * @public: filled in, x and y
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_public_key(const struct crypto_key *key, unsigned char public[PLUTON_PUBLIC_KEY_SIZE])
{
	BIGNUM *x = NULL, *y = NULL;
	bool good;

	/* as numbers: the point itself may be in compressed form */
	good = EVP_PKEY_get_bn_param((EVP_PKEY *)key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
	       EVP_PKEY_get_bn_param((EVP_PKEY *)key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
	       BN_bn2binpad(x, public, COORDINATE) == COORDINATE &&
	       BN_bn2binpad(y, public + COORDINATE, COORDINATE) == COORDINATE;
	BN_free(x);
	BN_free(y);
	return good ? SPHERE_OK : complain(SPHERE_SYSTEM, "libcrypto gave no public key");
}

/**
 * crypto_sign() - ECDSA signature over P-256
 * @key: private key
 * @digest: SHA-256 of what is signed
 * @signature: filled in, r and s
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int crypto_sign(const struct crypto_key *key, const unsigned char digest[PLUTON_DIGEST_SIZE],
		unsigned char signature[PLUTON_SIGNATURE_SIZE])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new((EVP_PKEY *)key, NULL);
	unsigned char der[256];
	const unsigned char *p = der;
	size_t len = sizeof(der);
	ECDSA_SIG *sig = NULL;
	bool good;

	good = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	       EVP_PKEY_sign(ctx, der, &len, digest, PLUTON_DIGEST_SIZE) == 1;
	if (good)
		sig = d2i_ECDSA_SIG(NULL, &p, len);
	good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, COORDINATE) == COORDINATE &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + COORDINATE, COORDINATE) ==
	       COORDINATE;
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
	return good ? SPHERE_OK : complain(SPHERE_SYSTEM, "libcrypto could not sign");
}

#else /* !SPHERE_CRYPTO */

static int no_crypto(void)
{
	return complain(SPHERE_SYSTEM, "this sphere was built without libcrypto (CRYPTO=0): do that with one that has it");
}

int crypto_sha256(const unsigned char *bytes, size_t len, unsigned char digest[PLUTON_DIGEST_SIZE])
{
	return no_crypto();
}

int crypto_sha256_file(const char *path, unsigned char digest[PLUTON_DIGEST_SIZE])
{
	return no_crypto();
}

int crypto_verify(const unsigned char *key, const unsigned char *digest,
		  const unsigned char *signature)
{
	return no_crypto();
}

static int base64_digit(int c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? p - digits : -1;
}

/*
 * A public key of P-256 has one form only in PEM, so that it can be read without a
 * library. Whether it is a point of the curve is for the kernel to say.
 */
int crypto_read_key(const char *path, unsigned char key[PLUTON_PUBLIC_KEY_SIZE])
{
	static const unsigned char head[] = {
		0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
		0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
	};
	unsigned char der[sizeof(head) + PLUTON_PUBLIC_KEY_SIZE];
	unsigned int bits = 0, have = 0;
	FILE *f = fopen(path, "r");
	bool inside = false, end = false;
	char line[128], *p;
	size_t n = 0;

	if (!f)
		return complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
	while (!end && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "-----BEGIN PUBLIC KEY-----", 26)) {
			inside = true;
			continue;
		}
		end = inside && !strncmp(line, "-----END PUBLIC KEY-----", 24);
		for (p = line; inside && !end && base64_digit(*p) >= 0; p++) {
			bits = bits << 6 | base64_digit(*p);
			have += 6;
			if (have < 8)
				continue;
			have -= 8;
			if (n < sizeof(der))
				der[n] = bits >> have;
			n++;
		}
	}
	fclose(f);
	if (!end || n != sizeof(der) || memcmp(der, head, sizeof(head)))
		return complain(SPHERE_INPUT, "%s holds no public key of P-256 in PEM form: it begins with -----BEGIN PUBLIC KEY-----",
				path);
	memcpy(key, der + sizeof(head), PLUTON_PUBLIC_KEY_SIZE);
	return SPHERE_OK;
}

int crypto_read_certificate(const char *path, unsigned char key[PLUTON_PUBLIC_KEY_SIZE],
			    unsigned char thumbprint[20])
{
	return no_crypto();
}

int crypto_print_pem(const unsigned char key[PLUTON_PUBLIC_KEY_SIZE])
{
	return no_crypto();
}

struct crypto_key *crypto_open_key(const char *path, int *code)
{
	*code = no_crypto();
	return NULL;
}

void crypto_close_key(struct crypto_key *key)
{
}

int crypto_public_key(const struct crypto_key *key, unsigned char public[PLUTON_PUBLIC_KEY_SIZE])
{
	return no_crypto();
}

int crypto_sign(const struct crypto_key *key, const unsigned char digest[PLUTON_DIGEST_SIZE],
		unsigned char signature[PLUTON_SIGNATURE_SIZE])
{
	return no_crypto();
}

#endif /* SPHERE_CRYPTO */

static unsigned char *put_le32(unsigned char *p, uint32_t v)
{
	*p++ = v;
	*p++ = v >> 8;
	*p++ = v >> 16;
	*p++ = v >> 24;
	return p;
}

/**
 * crypto_verify_evidence() - check the signature of an attestation
 * @e: attestation
 *
 * What Pluton signs is inferred, and this is the one place that knows: SHA-256
 * over the nonce, the number of measurements and those measurements, as they
 * stand in the reply, numbers little endian.
 *
 * Return: as crypto_verify()
 */
int crypto_verify_evidence(const struct evidence *e)
{
	unsigned char bytes[PLUTON_NONCE_SIZE + 4 +
			    PLUTON_MEASUREMENTS_MAX * (4 + PLUTON_DIGEST_SIZE)];
	unsigned char digest[PLUTON_DIGEST_SIZE], *p = bytes;
	uint32_t i;
	int ret;

	memcpy(p, e->nonce, sizeof(e->nonce));
	p = put_le32(p + sizeof(e->nonce), e->count);
	for (i = 0; i < e->count; i++) {
		p = put_le32(p, e->measurements[i].type);
		memcpy(p, e->measurements[i].digest, PLUTON_DIGEST_SIZE);
		p += PLUTON_DIGEST_SIZE;
	}
	ret = crypto_sha256(bytes, p - bytes, digest);
	return ret ? ret : crypto_verify(e->key, digest, e->signature);
}
