// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere pluton: random numbers, keys, signatures and attestations of Pluton
 */
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "attest.h"
#include "sphere.h"

#define NODE		"/dev/pluton"
/* random bytes that one call of the tool gives */
#define RANDOM_MAX	(1u << 30)

static const struct sphere_command commands[];
enum { INFO, RANDOM, PUBKEY, SIGN, VERIFY, ATTEST };

/* Long options of all commands; each command takes some of them */
struct options {
	const char *device, *tenant, *digest, *key, *signature, *nonce, *policy, *from;
	bool json, raw, pem, general, attestation;
};

/* options that a command takes, as a set */
#define BIT(n)		(1ul << (n))
#define WANT(name)	BIT(name)
enum {
	O_DEVICE, O_JSON, O_RAW, O_PEM, O_GENERAL, O_ATTESTATION, O_TENANT, O_DIGEST, O_KEY,
	O_SIGNATURE, O_NONCE, O_POLICY, O_FROM,
};

/* Returns the index of the first word that is no option, -1 when that was said */
static int parse(const struct sphere_command *cmd, unsigned long wanted, int argc, char **argv,
		 struct options *o)
{
	static const struct option longs[] = {
		{ "device", required_argument, NULL, O_DEVICE },
		{ "json", no_argument, NULL, O_JSON },
		{ "raw", no_argument, NULL, O_RAW },
		{ "pem", no_argument, NULL, O_PEM },
		{ "general", no_argument, NULL, O_GENERAL },
		{ "attestation", no_argument, NULL, O_ATTESTATION },
		{ "tenant", required_argument, NULL, O_TENANT },
		{ "digest", required_argument, NULL, O_DIGEST },
		{ "key", required_argument, NULL, O_KEY },
		{ "signature", required_argument, NULL, O_SIGNATURE },
		{ "nonce", required_argument, NULL, O_NONCE },
		{ "policy", required_argument, NULL, O_POLICY },
		{ "from", required_argument, NULL, O_FROM },
		{ }
	};
	int c;

	memset(o, 0, sizeof(*o));
	o->device = NODE;
	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (c == ':') {
			usage(cmd, "%s needs a value", argv[optind - 1]);
			return -1;
		}
		if (c == '?' || !(wanted & WANT(c))) {
			usage(cmd, "%s %s has no option %s", "pluton", cmd->name, argv[optind - 1]);
			return -1;
		}
		switch (c) {
		case O_DEVICE:
			o->device = optarg;
			break;
		case O_JSON:
			o->json = true;
			break;
		case O_RAW:
			o->raw = true;
			break;
		case O_PEM:
			o->pem = true;
			break;
		case O_GENERAL:
			o->general = true;
			break;
		case O_ATTESTATION:
			o->attestation = true;
			break;
		case O_TENANT:
			o->tenant = optarg;
			break;
		case O_DIGEST:
			o->digest = optarg;
			break;
		case O_KEY:
			o->key = optarg;
			break;
		case O_SIGNATURE:
			o->signature = optarg;
			break;
		case O_NONCE:
			o->nonce = optarg;
			break;
		case O_POLICY:
			o->policy = optarg;
			break;
		case O_FROM:
			o->from = optarg;
			break;
		}
	}
	return optind;
}

static void json_hex(const char *name, const unsigned char *bytes, size_t len)
{
	printf("\"%s\":\"", name);
	print_hex(bytes, len);
	printf("\"");
}

/* ---- info --------------------------------------------------------------------- */

static const char *state_name(uint32_t state)
{
	switch (state) {
	case PLUTON_STATE_DOWN:
		return "down";
	case PLUTON_STATE_UP:
		return "up";
	case PLUTON_STATE_RECOVERING:
		return "recovering";
	}
	return "unknown";
}

/* A value that a caller may have no grant for: NULL, or why it is not there */
static const char *absent(int ret)
{
	if (!ret)
		return NULL;
	return errno == EPERM ? "no grant" : errno == ETIMEDOUT ? "no answer" : strerror(errno);
}

static void show_number(bool json, const char *name, const char *text, const char *why, uint32_t v)
{
	if (json && why)
		printf(",\"%s\":null", name);
	else if (json)
		printf(",\"%s\":%u", name, v);
	else if (why)
		printf("%-28s (%s)\n", text, why);
	else
		printf("%-28s %u\n", text, v);
}

static void show_capabilities(bool json, const char *why, const struct pluton_capabilities *caps)
{
	unsigned int i;

	printf(json ? ",\"capabilities\":" : "%-28s", "device capabilities");
	if (why) {
		printf(json ? "null" : " (%s)\n", why);
		return;
	}
	if (json)
		printf("[");
	for (i = 0; i < PLUTON_CAPABILITIES_MAX && caps->capabilities[i]; i++)
		printf("%s%u", json ? (i ? "," : "") : " ", caps->capabilities[i]);
	printf(json ? "]" : i ? "\n" : " none\n");
}

static int run_info(int argc, char **argv)
{
	struct pluton_security_state state = {};
	struct pluton_capabilities caps = {};
	struct pluton_info info = {};
	struct options o;
	uint32_t v = 0;
	const char *why;
	unsigned int i;
	int fd;
	const struct {
		const char *name, *text;
		uint64_t v;
	} *c, counters[] = {
		{ "requests", "requests sent", 0 },
		{ "replies", "replies accepted", 0 },
		{ "timeouts", "given up, no answer in time", 0 },
		{ "late", "late replies", 0 },
		{ "unsolicited", "messages nobody asked for", 0 },
		{ "invalid", "messages against protocol", 0 },
		{ "mismatched", "replies to something else", 0 },
		{ "bad_length", "replies of a wrong length", 0 },
		{ "refused", "calls without a grant", 0 },
		{ "restarts", "times set up again", 0 },
	};
	const uint64_t *values = (const uint64_t *)&info.requests;

	fd = parse(&commands[INFO], WANT(O_DEVICE) | WANT(O_JSON), argc, argv, &o);
	if (fd < 0)
		return SPHERE_USAGE;
	if (fd != argc)
		return usage(&commands[INFO], "info takes no arguments");
	fd = pluton_open(o.device, false);
	if (fd < 0)
		return SPHERE_SYSTEM;
	if (ioctl(fd, PLUTON_IOC_INFO, &info))
		return pluton_failed("information", errno);

	if (o.json)
		printf("{\"abi_version\":%u,\"protocol_version\":%u,\"state\":\"%s\",\"slots\":%u,\"slots_in_use\":%u,\"slots_parked\":%u,\"slots_per_file\":%u,\"payload_max\":%u,\"random_max\":%u",
		       info.abi_version, info.protocol_version, state_name(info.state), info.slots,
		       info.slots_in_use, info.slots_parked, info.slots_per_file, info.payload_max,
		       info.random_max);
	else
		printf("%-28s %s\n%-28s %u, protocol %u\n%-28s %u of %u in use, %u parked, %u per file\n",
		       "link to Pluton", state_name(info.state), "interface version",
		       info.abi_version, info.protocol_version, "requests at once",
		       info.slots_in_use, info.slots, info.slots_parked, info.slots_per_file);
	why = absent(ioctl(fd, PLUTON_GET_SECURITY_STATE, &state));
	show_number(o.json, "security_state", "security state", why, state.state);
	why = absent(ioctl(fd, PLUTON_GET_BOOT_MODE_FLAGS, &v));
	show_number(o.json, "boot_mode_flags", "boot mode flags", why, v);
	why = absent(ioctl(fd, PLUTON_GET_MANUFACTURING_STATE, &v));
	show_number(o.json, "manufacturing_state", "manufacturing state", why, v);
	why = absent(ioctl(fd, PLUTON_GET_ENABLED_CAPABILITIES, &caps));
	show_capabilities(o.json, why, &caps);
	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		c = &counters[i];
		if (o.json)
			printf(",\"%s\":%llu", c->name, (unsigned long long)values[i]);
		else
			printf("%-28s %llu\n", c->text, (unsigned long long)values[i]);
	}
	if (o.json)
		printf("}\n");
	close(fd);
	return SPHERE_OK;
}

/* ---- random ------------------------------------------------------------------- */

static int run_random(int argc, char **argv)
{
	struct pluton_info info;
	unsigned char buf[4096];
	unsigned long long left;
	struct options o;
	int i, fd, ret = SPHERE_OK;
	char *end;

	i = parse(&commands[RANDOM], WANT(O_DEVICE) | WANT(O_RAW), argc, argv, &o);
	if (i < 0)
		return SPHERE_USAGE;
	if (i + 1 != argc)
		return usage(&commands[RANDOM], "say how many bytes");
	errno = 0;
	left = strtoull(argv[i], &end, 0);
	if (argv[i][0] < '0' || argv[i][0] > '9' || *end || errno || left > RANDOM_MAX)
		return usage(&commands[RANDOM], "'%s' is no number of bytes up to %u", argv[i],
			     RANDOM_MAX);
	fd = pluton_open(o.device, false);
	if (fd < 0)
		return SPHERE_SYSTEM;
	if (ioctl(fd, PLUTON_IOC_INFO, &info))
		return pluton_failed("information", errno);
	if (left && !info.random_max)
		return complain(SPHERE_SYSTEM, "the driver gives no random bytes");
	while (left && !ferror(stdout)) {
		struct pluton_random r = { .addr = (uintptr_t)buf };

		r.len = left < sizeof(buf) ? left : sizeof(buf);
		if (r.len > info.random_max)
			r.len = info.random_max;
		if (ioctl(fd, PLUTON_IOC_RANDOM, &r)) {
			ret = pluton_failed("random bytes", errno);
			break;
		}
		if (o.raw)
			fwrite(buf, 1, r.len, stdout);
		else
			print_hex(buf, r.len);
		left -= r.len;
	}
	if (!o.raw)
		printf("\n");
	explicit_bzero(buf, sizeof(buf));
	close(fd);
	return ret;
}

/* ---- keys --------------------------------------------------------------------- */

/* Ask for a key into @key; which one stands in the options */
static int ask_key(int fd, const struct options *o, unsigned char key[PLUTON_PUBLIC_KEY_SIZE])
{
	struct pluton_tenant_public_key k = {
		.key_addr = (uintptr_t)key, .key_len = PLUTON_PUBLIC_KEY_SIZE,
	};
	struct pluton_security_state state;

	if (o->general || o->attestation) {
		if (ioctl(fd, PLUTON_GET_SECURITY_STATE, &state))
			return pluton_failed("the device's keys", errno);
		memcpy(key, o->general ? &state.general_public_key : &state.attestation_public_key,
		       PLUTON_PUBLIC_KEY_SIZE);
		return SPHERE_OK;
	}
	if (o->tenant) {
		k.tenant_addr = (uintptr_t)o->tenant;
		k.tenant_len = strlen(o->tenant);
		k.flags = PLUTON_TENANT_NAMED;
	}
	if (ioctl(fd, PLUTON_IOC_PUBLIC_KEY, &k))
		return pluton_failed("the tenant's key", errno);
	return SPHERE_OK;
}

static int check_tenant(const struct sphere_command *cmd, const char *tenant)
{
	if (tenant && (!*tenant || strlen(tenant) > PLUTON_TENANT_ID_SIZE))
		return usage(cmd, "a tenant has 1 to %d characters", PLUTON_TENANT_ID_SIZE);
	return SPHERE_OK;
}

static int run_pubkey(int argc, char **argv)
{
	const struct sphere_command *cmd = &commands[PUBKEY];
	unsigned char key[PLUTON_PUBLIC_KEY_SIZE];
	struct options o;
	int i, fd, ret;

	i = parse(cmd, WANT(O_DEVICE) | WANT(O_JSON) | WANT(O_PEM) | WANT(O_TENANT) |
		  WANT(O_GENERAL) | WANT(O_ATTESTATION), argc, argv, &o);
	if (i < 0)
		return SPHERE_USAGE;
	if (i != argc)
		return usage(cmd, "pubkey takes no arguments but options");
	if (o.general + o.attestation + !!o.tenant > 1)
		return usage(cmd, "--tenant, --general and --attestation exclude each other");
	if (o.json && o.pem)
		return usage(cmd, "--json and --pem exclude each other");
	ret = check_tenant(cmd, o.tenant);
	if (ret)
		return ret;
	fd = pluton_open(o.device, false);
	if (fd < 0)
		return SPHERE_SYSTEM;
	ret = ask_key(fd, &o, key);
	close(fd);
	if (ret)
		return ret;
	if (o.pem)
		return crypto_print_pem(key);
	if (o.json) {
		printf("{");
		json_hex("public_key", key, sizeof(key));
		printf("}\n");
	} else {
		print_hex(key, sizeof(key));
		printf("\n");
	}
	return SPHERE_OK;
}

/* The digest that the command line names: --digest, or a file */
static int get_digest(const struct sphere_command *cmd, const struct options *o, int words,
		      char **word, unsigned char digest[PLUTON_DIGEST_SIZE])
{
	if (words > 1 || !words == !o->digest)
		return usage(cmd, "name one file, or its digest with --digest");
	if (words)
		return crypto_sha256_file(word[0], digest);
	if (!parse_hex(o->digest, digest, PLUTON_DIGEST_SIZE))
		return usage(cmd, "a digest has 64 hexadecimal digits");
	return SPHERE_OK;
}

static int run_sign(int argc, char **argv)
{
	const struct sphere_command *cmd = &commands[SIGN];
	unsigned char digest[PLUTON_DIGEST_SIZE], signature[PLUTON_SIGNATURE_SIZE];
	struct pluton_sign_digest s = {
		.digest_addr = (uintptr_t)digest, .digest_len = sizeof(digest),
		.signature_addr = (uintptr_t)signature, .signature_len = sizeof(signature),
	};
	struct options o;
	int i, fd, ret;

	i = parse(cmd, WANT(O_DEVICE) | WANT(O_JSON) | WANT(O_TENANT) | WANT(O_DIGEST), argc, argv,
		  &o);
	if (i < 0)
		return SPHERE_USAGE;
	ret = check_tenant(cmd, o.tenant);
	if (!ret)
		ret = get_digest(cmd, &o, argc - i, argv + i, digest);
	if (ret)
		return ret;
	if (o.tenant) {
		s.tenant_addr = (uintptr_t)o.tenant;
		s.tenant_len = strlen(o.tenant);
		s.flags = PLUTON_TENANT_NAMED;
	}
	fd = pluton_open(o.device, false);
	if (fd < 0)
		return SPHERE_SYSTEM;
	if (ioctl(fd, PLUTON_IOC_SIGN, &s))
		ret = pluton_failed("the signature", errno);
	close(fd);
	if (ret)
		return ret;
	if (o.json) {
		printf("{");
		json_hex("digest", digest, sizeof(digest));
		printf(",");
		json_hex("signature", signature, sizeof(signature));
		printf("}\n");
	} else {
		print_hex(signature, sizeof(signature));
		printf("\n");
	}
	return SPHERE_OK;
}

/* A key on the command line: digits, or a file */
static int get_key(const char *text, unsigned char key[PLUTON_PUBLIC_KEY_SIZE])
{
	if (parse_hex(text, key, PLUTON_PUBLIC_KEY_SIZE))
		return SPHERE_OK;
	return crypto_read_key(text, key);
}

static int run_verify(int argc, char **argv)
{
	const struct sphere_command *cmd = &commands[VERIFY];
	unsigned char digest[PLUTON_DIGEST_SIZE], signature[PLUTON_SIGNATURE_SIZE];
	unsigned char key[PLUTON_PUBLIC_KEY_SIZE];
	struct options o;
	int i, fd, ret;

	i = parse(cmd, WANT(O_DEVICE) | WANT(O_JSON) | WANT(O_TENANT) | WANT(O_DIGEST) |
		  WANT(O_KEY) | WANT(O_SIGNATURE), argc, argv, &o);
	if (i < 0)
		return SPHERE_USAGE;
	if (!o.signature || !parse_hex(o.signature, signature, sizeof(signature)))
		return usage(cmd, "--signature takes 128 hexadecimal digits, r and s");
	if (o.key && o.tenant)
		return usage(cmd, "--key and --tenant exclude each other");
	ret = check_tenant(cmd, o.tenant);
	if (!ret)
		ret = get_digest(cmd, &o, argc - i, argv + i, digest);
	if (ret)
		return ret;
	if (o.key) {
		ret = get_key(o.key, key);
	} else {
		fd = pluton_open(o.device, false);
		if (fd < 0)
			return SPHERE_SYSTEM;
		ret = ask_key(fd, &o, key);
		close(fd);
	}
	if (!ret)
		ret = crypto_verify(key, digest, signature);
	if (ret != SPHERE_OK && ret != SPHERE_NO)
		return ret;
	if (o.json)
		printf("{\"verified\":%s}\n", ret ? "false" : "true");
	else
		printf(ret ? "the signature is NOT good\n" : "the signature is good\n");
	return ret;
}

/* ---- attestation ---------------------------------------------------------------- */

static void say_difference(const struct difference *d)
{
	switch (d->kind) {
	case DIFFERENCE_KEY:
		printf("policy      differs: another key signed than it allows\n");
		break;
	case DIFFERENCE_MISSING:
		printf("policy      differs: it wants a measurement of type %u, there is none\n",
		       d->type);
		break;
	case DIFFERENCE_UNKNOWN:
		printf("policy      differs: it does not name type %u, measured ", d->type);
		print_hex(d->digest, PLUTON_DIGEST_SIZE);
		printf("\n");
		break;
	case DIFFERENCE_DIGEST:
		printf("policy      differs: type %u measured ", d->type);
		print_hex(d->digest, PLUTON_DIGEST_SIZE);
		printf(", which it does not allow\n");
		break;
	}
}

static void json_attestation(const struct evidence *e, const char *verdict,
			     const struct difference *d, size_t differences, bool policy)
{
	size_t i;

	printf("{");
	json_hex("nonce", e->nonce, sizeof(e->nonce));
	printf(",\"successful\":%s,", e->successful ? "true" : "false");
	json_hex("key", e->key, sizeof(e->key));
	printf(",");
	json_hex("signature", e->signature, sizeof(e->signature));
	printf(",\"measurements\":[");
	for (i = 0; i < e->count; i++) {
		printf("%s{\"type\":%u,", i ? "," : "", e->measurements[i].type);
		json_hex("digest", e->measurements[i].digest, PLUTON_DIGEST_SIZE);
		printf("}");
	}
	printf("],\"verified\":%s,\"differences\":", verdict ? "false" : "true");
	/* a policy is not held against what nobody signed */
	if (!policy || verdict) {
		printf("null");
	} else {
		printf("[");
		for (i = 0; i < differences; i++) {
			printf("%s{\"kind\":\"%s\"", i ? "," : "", difference_name(d[i].kind));
			if (d[i].kind != DIFFERENCE_KEY)
				printf(",\"type\":%u", d[i].type);
			if (d[i].digest) {
				printf(",");
				json_hex("digest", d[i].digest, PLUTON_DIGEST_SIZE);
			}
			printf("}");
		}
		printf("]");
	}
	printf("}\n");
}

static int run_attest(int argc, char **argv)
{
	const struct sphere_command *cmd = &commands[ATTEST];
	static struct difference differences[DIFFERENCES_MAX];
	unsigned char nonce[PLUTON_NONCE_SIZE], key[PLUTON_PUBLIC_KEY_SIZE];
	static struct policy policy;
	const char *verdict = NULL;
	struct evidence e = {};
	struct options o;
	size_t n = 0, k;
	int i, fd, ret;

	i = parse(cmd, WANT(O_DEVICE) | WANT(O_JSON) | WANT(O_NONCE) | WANT(O_POLICY) |
		  WANT(O_FROM) | WANT(O_KEY), argc, argv, &o);
	if (i < 0)
		return SPHERE_USAGE;
	if (i != argc)
		return usage(cmd, "attest takes no arguments but options");
	if (o.nonce && !parse_hex(o.nonce, nonce, sizeof(nonce)))
		return usage(cmd, "a nonce has 64 hexadecimal digits");
	if (o.policy) {
		ret = policy_read(o.policy, &policy);
		if (ret)
			return ret;
	}
	if (o.key) {
		ret = get_key(o.key, key);
		if (ret)
			return ret;
	}

	if (o.from) {
		ret = evidence_read(o.from, &e);
	} else {
		if (!o.nonce && getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce))
			return complain(SPHERE_SYSTEM, "the kernel gave no random nonce");
		memcpy(e.nonce, nonce, sizeof(nonce));
		fd = pluton_open(o.device, false);
		if (fd < 0)
			return SPHERE_SYSTEM;
		ret = pluton_attest(fd, &e);
		close(fd);
	}
	if (ret)
		return ret;

	ret = crypto_verify_evidence(&e);
	if (ret != SPHERE_OK && ret != SPHERE_NO)
		return ret;
	if (ret)
		verdict = "NO: the signature is not good";
	else if (o.nonce && memcmp(e.nonce, nonce, sizeof(nonce)))
		verdict = "NO: this answers another nonce";
	else if (o.key && memcmp(e.key, key, sizeof(key)))
		verdict = "NO: another key signed than --key names";
	else if (!e.successful)
		verdict = "NO: Pluton says that it did not succeed";
	if (!verdict && o.policy)
		n = policy_compare(&policy, &e, differences);

	if (o.json) {
		json_attestation(&e, verdict, differences, n, o.policy);
	} else {
		evidence_print(&e);
		printf("verified    %s\n", verdict ? verdict : o.key ?
		       "yes, signed by the key that --key names" : "yes, by the key above");
		for (k = 0; k < n; k++)
			say_difference(&differences[k]);
		if (o.policy && !verdict && !n)
			printf("policy      met\n");
	}
	return verdict || n ? SPHERE_NO : SPHERE_OK;
}

#define DEVICE_HELP \
	"  --device PATH     device node (" NODE ")\n"
#define JSON_HELP \
	"  --json            one JSON object, for other programs\n"
#define TENANT_HELP \
	"  --tenant ID       that tenant, 1 to 64 characters; only for an unconfined root.\n" \
	"                    Without it: the tenant of the caller's own manifest\n"
#define DIGEST_HELP \
	"  FILE              what is signed; - is the standard input\n" \
	"  --digest HEX      its SHA-256 instead, 64 hexadecimal digits\n"

static const struct sphere_command commands[] = {
	[INFO] = { "info", "[--json] [--device PATH]", "state, limits and counters",
		"Prints the state of the link to Pluton, of the device, and the driver's counters.\n"
		"What the caller has no grant for is shown as such.\n\n"
		DEVICE_HELP JSON_HELP, run_info },
	[RANDOM] = { "random", "[--raw] [--device PATH] N", "N random bytes",
		"Prints N bytes from Pluton's generator as hexadecimal digits.\n\n"
		DEVICE_HELP
		"  --raw             the bytes themselves\n", run_random },
	[PUBKEY] = { "pubkey",
		"[--tenant ID | --general | --attestation] [--pem | --json] [--device PATH]",
		"a public key",
		"Prints a public key of P-256: x and y as 128 hexadecimal digits.\n\n"
		TENANT_HELP
		"  --general         the device's own key, which is its identity\n"
		"  --attestation     the key that signs attestations\n"
		"  --pem             as a PEM file, for openssl and others\n"
		DEVICE_HELP JSON_HELP, run_pubkey },
	[SIGN] = { "sign", "[--tenant ID] (FILE | --digest HEX) [--json] [--device PATH]",
		"sign with a tenant's key",
		"Has Pluton sign with the key of a tenant. Prints the ECDSA signature, r and s, as\n"
		"128 hexadecimal digits.\n\n"
		DIGEST_HELP TENANT_HELP DEVICE_HELP JSON_HELP, run_sign },
	[VERIFY] = { "verify",
		"--signature HEX [--key KEY | --tenant ID] (FILE | --digest HEX) [--json] [--device PATH]",
		"check a signature",
		"Checks a signature that 'sphere pluton sign' made. Exit code 0: good, 1: not.\n\n"
		DIGEST_HELP
		"  --signature HEX   r and s, 128 hexadecimal digits\n"
		"  --key KEY         public key, 128 hexadecimal digits or a PEM file; no device is\n"
		"                    needed then. Without it the device is asked\n"
		TENANT_HELP DEVICE_HELP JSON_HELP, run_verify },
	[ATTEST] = { "attest",
		"[--nonce HEX] [--key KEY] [--policy FILE] [--from FILE] [--json] [--device PATH]",
		"what the device booted, signed",
		"Has Pluton answer a nonce with what was measured at boot, checks the signature, and\n"
		"holds the measurements against a policy. Exit code 0: all is as wanted, 1: not.\n\n"
		"  --nonce HEX       64 hexadecimal digits; without it: random ones\n"
		"  --key KEY         the key that must have signed, 128 hexadecimal digits or a PEM\n"
		"                    file. Without it (or keys in the policy) a good signature only\n"
		"                    says that the answer is whole, not which device gave it\n"
		"  --policy FILE     allowed measurements, see sphere(1)\n"
		"  --from FILE       no device: check what this command printed elsewhere\n"
		DEVICE_HELP JSON_HELP, run_attest },
	{ }
};

const struct sphere_group pluton_group = {
	.name = "pluton",
	.summary = "Pluton, the security processor",
	.commands = commands,
};
