// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of Pluton's tenants through add_key(2) and keyctl(2). Prints TAP.
 *
 * pluton_key_test			all of it; needs CAP_SYS_ADMIN and Pluton
 * pluton_key_test --sign TENANT DIGEST	sign, print r and s, both in hexadecimal
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/keyctl.h>

#define TENANT	"selftest tenant"
#define PREFIX	"pluton-tenant:"
#define NOBODY	65534

static unsigned int results, failed;

static void verdict(bool good, const char *text)
{
	printf("%sok %u %s\n", good ? "" : "not ", ++results, text);
	if (!good)
		printf("# errno is %d (%s)\n", errno, strerror(errno));
	failed += !good;
}

/* a key in the process's keyring; negative errno */
static long add(const void *payload, size_t len)
{
	long key = syscall(SYS_add_key, "asymmetric", "pluton selftest", payload, len,
			   KEY_SPEC_PROCESS_KEYRING);

	return key < 0 ? -errno : key;
}

static long add_tenant(const char *tenant)
{
	char payload[200];

	return add(payload, snprintf(payload, sizeof(payload), PREFIX "%s", tenant));
}

static long query(long key, const char *info, struct keyctl_pkey_query *q)
{
	long ret = syscall(SYS_keyctl, KEYCTL_PKEY_QUERY, key, 0, info, q);

	return ret < 0 ? -errno : ret;
}

static long sign(long key, const char *info, const void *in, size_t in_len, void *out,
		 size_t out_len)
{
	struct keyctl_pkey_params p = { .key_id = key, .in_len = in_len, .out_len = out_len };
	long ret = syscall(SYS_keyctl, KEYCTL_PKEY_SIGN, &p, info, in, out);

	return ret < 0 ? -errno : ret;
}

/* what a child without any capability gets from @what */
static long as_nobody(long (*what)(long key), long key)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(-what(key));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return -WEXITSTATUS(status);
}

static long try_to_add(long key)
{
	long ret = add_tenant(TENANT);

	return ret < 0 ? ret : 0;
}

static long try_to_sign(long key)
{
	unsigned char digest[32] = { 1 }, signature[72];
	long ret = sign(key, "enc=raw hash=sha256", digest, 32, signature, 64);

	return ret == 64 ? 0 : ret < 0 ? ret : -EPROTO;
}

static bool is_all(const unsigned char *b, size_t len, unsigned char value)
{
	while (len--)
		if (*b++ != value)
			return false;
	return true;
}

/* an integer of DER of at most 256 bits, as short as it can be */
static bool is_integer(const unsigned char **b, const unsigned char *end)
{
	const unsigned char *v = *b + 2;
	size_t len;

	if (end - *b < 3 || (*b)[0] != 2)
		return false;
	len = (*b)[1];
	if (!len || len > 33 || (size_t)(end - v) < len || v[0] & 0x80)
		return false;
	if (len > 1 && !v[0] && !(v[1] & 0x80))
		return false;
	*b = v + len;
	return true;
}

static bool is_signature(const unsigned char *b, long len)
{
	const unsigned char *end = b + len;

	if (len < 8 || b[0] != 0x30 || b[1] != len - 2)
		return false;
	b += 2;
	return is_integer(&b, end) && is_integer(&b, end) && b == end;
}

static int print_signature(const char *tenant, const char *hex)
{
	unsigned char digest[32], signature[64];
	unsigned int i, v;
	long key, ret;

	for (i = 0; i < sizeof(digest); i++) {
		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return 2;
		digest[i] = v;
	}
	key = add_tenant(tenant);
	ret = key < 0 ? key : sign(key, "hash=sha256", digest, 32, signature, sizeof(signature));
	if (ret != sizeof(signature)) {
		fprintf(stderr, "pluton_key_test: %s\n", strerror(-ret));
		return 1;
	}
	for (i = 0; i < sizeof(signature); i++)
		printf("%02x", signature[i]);
	printf("\n");
	return 0;
}

int main(int argc, char **argv)
{
	unsigned char digest[33] = { 1, 2, 3 }, one[80], two[80];
	char name[sizeof(PREFIX) + 65];
	struct keyctl_pkey_query q;
	long key, ret;

	if (argc == 4 && !strcmp(argv[1], "--sign") && strlen(argv[3]) == 64)
		return print_signature(argv[2], argv[3]);
	if (access("/proc/keys", F_OK)) {
		printf("ok 1 keys # SKIP this kernel has no keys\n1..1\n");
		return 0;
	}

	/* what is no key */
	verdict(add(PREFIX, sizeof(PREFIX) - 1) == -EINVAL, "no tenant, no key");
	memset(name, 'x', sizeof(name));
	memcpy(name, PREFIX, sizeof(PREFIX) - 1);
	verdict(add(name, sizeof(PREFIX) - 1 + 65) == -EINVAL, "a tenant that is too long");
	verdict(add("pluton-tenants:x", 16) < 0, "another word in front");
	verdict(as_nobody(try_to_add, 0) == -EPERM, "only an administrator adds a key");
	key = add(name, sizeof(PREFIX) - 1 + 64);
	verdict(key > 0, "the longest tenant");

	key = add_tenant(TENANT);
	verdict(key > 0, "a key is added");
	if (key > 0) {
		verdict(!query(key, "", &q) && q.supported_ops == KEYCTL_SUPPORTS_SIGN &&
			q.key_size == 256 && q.max_data_size == 32 && q.max_sig_size == 64,
			"what it can do");
		verdict(!query(key, "enc=x962 hash=sha256", &q) && q.max_sig_size == 72,
			"what it can do as DER");
		verdict(query(key, "enc=oaep", &q) == -EINVAL, "an encoding that is not known");
		verdict(query(key, "hash=sha1", &q) == -EINVAL, "a digest that is not known");

		memset(one, 0xa5, sizeof(one));
		memset(two, 0xa5, sizeof(two));
		ret = sign(key, "", digest, 32, one, 64);
		verdict(ret == 64 && !is_all(one, 64, 0xa5) && is_all(one + 64, 16, 0xa5),
			"a raw signature");
		ret = sign(key, "enc=p1363", digest, 32, two, 64);
		verdict(ret == 64 && memcmp(one, two, 64), "another one has another number in it");
		ret = sign(key, "enc=x962", digest, 32, two, 72);
		verdict(ret > 0 && is_signature(two, ret), "a signature as DER");
		verdict(sign(key, "", digest, 31, one, 64) == -EINVAL, "a digest too short");
		verdict(sign(key, "", digest, 33, one, 64) == -EINVAL, "a digest too long");

		verdict(as_nobody(try_to_sign, key) != 0, "nobody else signs with it");
		/* view and search, for everybody */
		syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f0b0b0b);
		verdict(as_nobody(try_to_sign, key) == 0, "who was given it does");
		verdict(!syscall(SYS_keyctl, KEYCTL_REVOKE, key), "it is revoked");
		verdict(sign(key, "", digest, 32, one, 64) == -EKEYREVOKED, "and signs no more");
	}
	printf("1..%u\n", results);
	return !!failed;
}
