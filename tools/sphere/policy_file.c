// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies in files: reading, signing, showing
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "attest.h"
#include "board.h"
#include "findings.h"
#include "policy_file.h"
#include "sphere.h"
#include "text.h"

/**
 * policy_looks_like() - do these bytes begin as a policy does?
 * @bytes: bytes
 * @size: their number
 *
 * Return: whether they do; they may be a bad one.
 */
bool policy_looks_like(const void *bytes, size_t size)
{
	return size >= 4 && !memcmp(bytes, "SPHP", 4);
}

/**
 * policy_load() - read a policy from a file
 * @arena: where it lives
 * @path: file, "-" for the standard input
 * @policy: filled in
 * @code: filled in if it cannot be read or is none: exit code, with the reason said
 *
 * Return: its bytes, or NULL
 */
uint8_t *policy_load(struct arena *arena, const char *path, struct sphere_policy *policy,
		     int *code)
{
	struct sphere_policy_error err;
	size_t size;
	char *bytes = read_file(arena, path, SPHERE_MAX_POLICY, &size, code);

	if (!bytes)
		return NULL;
	if (!sphere_policy_read(bytes, size, policy, &err))
		return (uint8_t *)bytes;
	if (!policy_looks_like(bytes, size))
		*code = complain(SPHERE_INPUT, "%s is not a policy: 'sphere manifest compile' makes one of an app_manifest.json",
				 path);
	else if (err.section)
		*code = complain(SPHERE_INPUT, "%s is refused: section '%s', entry %u, byte %u: %s",
				 path,
				 sphere_policy_section_name(err.section), err.entry, err.offset,
				 sphere_policy_reason_text(err.reason));
	else
		*code = complain(SPHERE_INPUT, "%s is refused: byte %u: %s", path, err.offset,
				 sphere_policy_reason_text(err.reason));
	return NULL;
}

/**
 * policy_sign() - sign a policy, or sign it with another key
 * @arena: where the result lives
 * @bytes: a policy that was read without an error
 * @size: its size; filled in: size of the result
 * @key_path: PEM file with a private key
 * @code: filled in if it fails: exit code, with the reason said
 *
 * Return: the signed policy, or NULL
 */
uint8_t *policy_sign(struct arena *arena, const uint8_t *bytes, size_t *size, const char *key_path,
		     int *code)
{
	uint8_t key[PLUTON_PUBLIC_KEY_SIZE], digest[SPHERE_POLICY_DIGEST_SIZE], *out = NULL;
	struct sphere_policy_error err;
	struct sphere_policy policy;
	struct crypto_key *private;
	size_t end;

	*code = SPHERE_SYSTEM;
	if (sphere_policy_read(bytes, *size, &policy, &err))
		return NULL;
	end = policy.signed_size;
	if (end > SPHERE_MAX_POLICY - SPHERE_POLICY_SIG_SIZE) {
		*code = complain(SPHERE_INPUT, "the policy would be larger than %u bytes with a signature",
				 SPHERE_MAX_POLICY);
		return NULL;
	}
	private = crypto_open_key(key_path, code);
	if (!private)
		return NULL;
	*code = crypto_public_key(private, key);
	if (*code)
		goto out;
	out = arena_alloc(arena, end + SPHERE_POLICY_SIG_SIZE);
	memcpy(out, bytes, end);
	*size = end + SPHERE_POLICY_SIG_SIZE;
	out[offsetof(struct sphere_policy_header, signature)] = SPHERE_POLICY_P256_SHA256;
	out[offsetof(struct sphere_policy_header, size)] = *size;
	out[offsetof(struct sphere_policy_header, size) + 1] = *size >> 8;
	out[offsetof(struct sphere_policy_header, size) + 2] = *size >> 16;
	*code = crypto_sha256(key, sizeof(key),
			      out + offsetof(struct sphere_policy_header, key_id));
	if (!*code)
		*code = crypto_sha256(out, end, digest);
	if (!*code)
		*code = crypto_sign(private, digest, out + end);
	if (!*code && sphere_policy_read(out, *size, &policy, &err))
		*code = complain(SPHERE_SYSTEM, "the signed policy would be refused: %s",
				 sphere_policy_reason_text(err.reason));
out:
	crypto_close_key(private);
	return *code ? NULL : out;
}

/* ---- show --------------------------------------------------------------------- */

static const char *kind_name(u8 kind)
{
	static const char * const names[] = {
		[SPHERE_POLICY_APP] = "application",
		[SPHERE_POLICY_CORE] = "real-time core",
		[SPHERE_POLICY_FLOORS] = "floors",
	};

	return names[kind];
}

static void show_text(bool json, const char *key, const char *text, size_t len)
{
	char copy[SPHERE_MAX_PATH + 1];

	if (len > SPHERE_MAX_PATH)
		len = SPHERE_MAX_PATH;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (json) {
		printf(", \"%s\": ", key);
		print_json_string(stdout, copy);
	} else {
		printf(" %s", copy);
	}
}

static void show_hex(bool json, const char *key, const u8 *bytes, size_t len)
{
	printf(json ? ", \"%s\": \"" : " ", key);
	print_hex(bytes, len);
	if (json)
		printf("\"");
}

static void show_number(bool json, const char *key, const char *before, u64 n, const char *after)
{
	if (json)
		printf(", \"%s\": %llu", key, (unsigned long long)n);
	else
		printf(" %s%llu%s", before, (unsigned long long)n, after);
}

static void show_words(bool json, const char *key, u16 bits, const char *const *words,
		       unsigned int n)
{
	const char *comma = "";
	unsigned int i;

	printf(json ? ", \"%s\": [" : "  (", key);
	for (i = 0; i < n; i++) {
		if (!(bits & 1u << i))
			continue;
		printf(json ? "%s\"%s\"" : "%s%s", comma, words[i]);
		comma = json ? ", " : " ";
	}
	printf(json ? "]" : ")");
}

static void show_id(bool json, const char *key, const u8 *id)
{
	char text[GUID_TEXT + 1];

	format_guid(id, text);
	show_text(json, key, text, GUID_TEXT);
}

static void show_ports(bool json, const struct sphere_policy_entry *e)
{
	const char *proto = e->proto == SPHERE_PROTO_TCP ? "tcp" :
			    e->proto == SPHERE_PROTO_UDP ? "udp" : "tcp and udp";

	if (json)
		printf(", \"protocol\": %u, \"first\": %u, \"last\": %u",
		       e->proto, e->first, e->last);
	else if (e->first == 1 && e->last == 65535)
		printf("  (%s, every port)", proto);
	else if (e->first == e->last)
		printf("  (%s, port %u)", proto, e->first);
	else
		printf("  (%s, ports %u to %u)", proto, e->first, e->last);
}

static void show_address(bool json, const struct sphere_policy_entry *e)
{
	char text[INET6_ADDRSTRLEN + 8];
	const bool v4 = e->prefix >= 96 && e->addr[10] == 0xff && e->addr[11] == 0xff &&
			!memcmp(e->addr, "\0\0\0\0\0\0\0\0\0\0", 10);

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, e->addr + (v4 ? 12 : 0), text, INET6_ADDRSTRLEN))
		text[0] = '\0';
	if (e->prefix != 128)
		sprintf(text + strlen(text), "/%u", e->prefix - (v4 ? 96 : 0));
	show_text(json, "address", text, strlen(text));
}

static void show_bits(bool json, const struct sphere_policy_entry *e)
{
	const char *comma = "";
	unsigned int i;

	if (json)
		printf(", \"names\": [");
	for (i = 0; i < 64; i++) {
		const char *name;

		if (!(e->value >> i & 1))
			continue;
		name = e->section == SPHERE_SECTION_OPS ? operation_name(i) :
		       e->section == SPHERE_SECTION_CAPS ? capability_name(i) : NULL;
		if (json && name)
			printf("%s\"%s\"", comma, name);
		else if (json)
			printf("%s%u", comma, i);
		else if (name)
			printf(" %s", name);
		else
			printf(" %u", i);
		comma = ", ";
	}
	if (json)
		printf("]");
}

static void show_device(bool json, const struct sphere_policy_entry *e)
{
	static const char * const accesses[] = { "read", "write" };
	unsigned int i;

	show_text(json, "path", e->path, e->path_len);
	show_words(json, "access", e->access, accesses, ARRAY_SIZE(accesses));
	if (json)
		printf(", \"block\": %s", e->block ? "true" : "false");
	else if (e->block)
		printf(", block device");
	if (!e->ioctls_only)
		return;
	printf(json ? ", \"ioctls\": [" : ", %s", e->n_ioctls ? "ioctl commands " :
	       "no ioctl commands");
	for (i = 0; i < e->n_ioctls; i++)
		printf(json ? "%s%u" : "%s0x%x", i ? json ? ", " : " " : "",
		       sphere_policy_ioctl(e, i));
	if (json)
		printf("]");
}

static void show_entry(bool json, const struct sphere_policy_entry *e)
{
	static const char * const accesses[] = {
		"read", "write", "create", "list", "connect", "bind"
	};
	static const char * const uses[] = { "run", "map" };

	if (json) {
		printf("{\"section\": ");
		print_json_string(stdout, sphere_policy_section_name(e->section));
	} else {
		printf("%-20s", sphere_policy_section_name(e->section));
	}
	switch (e->section) {
	case SPHERE_SECTION_FILES:
	case SPHERE_SECTION_DIRS:
		show_text(json, "path", e->path, e->path_len);
		show_words(json, "access", e->access, accesses, ARRAY_SIZE(accesses));
		break;
	case SPHERE_SECTION_STORAGE:
		show_text(json, "path", e->path, e->path_len);
		show_number(json, "limit", " (", e->limit, " bytes)");
		break;
	case SPHERE_SECTION_EXECS:
		show_text(json, "path", e->path, e->path_len);
		show_words(json, "use", e->access, uses, ARRAY_SIZE(uses));
		show_hex(json, "sha256", e->digest, SPHERE_POLICY_DIGEST_SIZE);
		break;
	case SPHERE_SECTION_DEVICES:
		show_device(json, e);
		break;
	case SPHERE_SECTION_NET_ADDRS:
		show_address(json, e);
		show_ports(json, e);
		break;
	case SPHERE_SECTION_NET_HOSTS:
		show_text(json, "host", e->path, e->path_len);
		show_ports(json, e);
		break;
	case SPHERE_SECTION_NET_LISTEN:
		show_ports(json, e);
		break;
	case SPHERE_SECTION_SOCKETS:
		show_number(json, "family", "family ", e->family, ",");
		show_number(json, "type", "type ", e->type, ",");
		show_number(json, "protocol", "protocol ", e->protocol, "");
		break;
	case SPHERE_SECTION_PARTNERS:
		show_id(json, "component", e->component);
		break;
	case SPHERE_SECTION_OPS:
	case SPHERE_SECTION_CAPS:
	case SPHERE_SECTION_CORES:
		show_bits(json, e);
		break;
	case SPHERE_SECTION_IMAGES:
		show_hex(json, "sha256", e->digest, SPHERE_POLICY_DIGEST_SIZE);
		break;
	case SPHERE_SECTION_FLOORS:
		show_id(json, "component", e->component);
		show_number(json, "version", "from version ", e->value, "");
		break;
	}
	printf(json ? "}" : "\n");
}

static void show_header(const struct sphere_policy *p, bool json)
{
	char id[GUID_TEXT + 1];
	const bool is_signed = p->signature != SPHERE_POLICY_UNSIGNED;

	format_guid(p->component, id);
	if (json) {
		printf("{\"kind\": \"%s\", \"version\": %llu, \"size\": %zu, \"component\": \"%s\"",
		       kind_name(p->kind), (unsigned long long)p->version, p->size, id);
		show_text(true, "name", p->name, strlen(p->name));
		show_text(true, "tenant", p->tenant, strlen(p->tenant));
		printf(", \"development\": %s, \"learn\": %s",
		       p->flags & SPHERE_POLICY_DEVELOPMENT ? "true" : "false",
		       p->flags & SPHERE_POLICY_LEARN ? "true" : "false");
		if (is_signed)
			show_hex(true, "key", p->key_id, SPHERE_POLICY_DIGEST_SIZE);
		else
			printf(", \"key\": null");
		printf(", \"entries\": [");
		return;
	}
	printf("%-20s %s, version %llu, %zu bytes\n", "policy", kind_name(p->kind),
	       (unsigned long long)p->version, p->size);
	if (p->kind != SPHERE_POLICY_FLOORS)
		printf("%-20s %s\n%-20s %s\n", "component", id, "name", p->name);
	if (p->has_tenant)
		printf("%-20s %s\n", "tenant", p->tenant);
	printf("%-20s%s", "signature", is_signed ? " ECDSA P-256, key" : " none\n");
	if (is_signed) {
		show_hex(false, "key", p->key_id, SPHERE_POLICY_DIGEST_SIZE);
		printf("\n");
	}
	if (p->flags)
		printf("%-20s for devices in development mode only%s\n", "development",
		       p->flags & SPHERE_POLICY_LEARN ? "; records what would be refused" : "");
}

/**
 * policy_show() - print a policy
 * @policy: policy
 * @json: as a JSON object
 */
void policy_show(const struct sphere_policy *policy, bool json)
{
	struct sphere_policy_iter it;
	const char *comma = "";
	unsigned int section;

	show_header(policy, json);
	for (section = 0; section < SPHERE_SECTIONS; section++) {
		sphere_policy_iter_init(&it, policy, section);
		while (sphere_policy_next(&it)) {
			if (json)
				printf("%s\n ", comma);
			show_entry(json, &it.entry);
			comma = ",";
		}
	}
	if (json)
		printf("]}\n");
}
