// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target for policies
 *
 * Beside memory errors, which the sanitisers find, it looks for policies that
 * have a second encoding: what was accepted is written down again, entry by
 * entry, and has to give the same bytes. Anything that the parser overlooks, in
 * a gap, a padding or an order, does not survive that.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../../../security/sphere_lsm/tests/policy_builder.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define CLAIM(x)								\
	do {									\
		if (!(x)) {							\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x); \
			abort();						\
		}								\
	} while (0)

static u8 again[SPHERE_MAX_POLICY];

static void text(struct policy_builder *b, const struct sphere_policy_entry *e)
{
	pb_bytes(b, e->path, e->path_len);
	pb_pad(b);
}

static void write_entry(struct policy_builder *b, const struct sphere_policy_entry *e)
{
	u16 i;

	b->count++;
	switch (e->section) {
	case SPHERE_SECTION_FILES:
	case SPHERE_SECTION_DIRS:
		pb_number(b, e->access, 2);
		pb_number(b, e->path_len, 2);
		text(b, e);
		break;
	case SPHERE_SECTION_STORAGE:
		pb_number(b, e->limit, 8);
		pb_number(b, 0, 6);
		pb_number(b, e->path_len, 2);
		text(b, e);
		break;
	case SPHERE_SECTION_EXECS:
		pb_bytes(b, e->digest, SPHERE_POLICY_DIGEST_SIZE);
		pb_number(b, e->access, 2);
		pb_number(b, e->path_len, 2);
		text(b, e);
		break;
	case SPHERE_SECTION_DEVICES:
		pb_number(b, e->access, 2);
		pb_number(b, e->path_len, 2);
		pb_number(b, e->n_ioctls, 2);
		pb_number(b, e->block ? SPHERE_DEVICE_BLOCK : SPHERE_DEVICE_CHAR, 1);
		pb_number(b, e->ioctls_only ? SPHERE_DEVICE_IOCTLS : 0, 1);
		text(b, e);
		for (i = 0; i < e->n_ioctls; i++)
			pb_number(b, sphere_policy_ioctl(e, i), 4);
		break;
	case SPHERE_SECTION_NET_ADDRS:
		b->count--;
		pb_net_addr(b, e->addr, e->prefix, e->proto, e->first, e->last);
		break;
	case SPHERE_SECTION_NET_HOSTS:
		pb_number(b, e->proto, 1);
		pb_number(b, e->path_len, 1);
		pb_number(b, e->first, 2);
		pb_number(b, e->last, 2);
		pb_number(b, 0, 2);
		text(b, e);
		break;
	case SPHERE_SECTION_NET_LISTEN:
		b->count--;
		pb_net_listen(b, e->proto, e->first, e->last);
		break;
	case SPHERE_SECTION_SOCKETS:
		b->count--;
		pb_socket(b, e->family, e->type, e->protocol);
		break;
	case SPHERE_SECTION_PARTNERS:
		pb_bytes(b, e->component, SPHERE_POLICY_ID_SIZE);
		break;
	case SPHERE_SECTION_OPS:
	case SPHERE_SECTION_CAPS:
	case SPHERE_SECTION_CORES:
		pb_number(b, e->value, 8);
		break;
	case SPHERE_SECTION_IMAGES:
		pb_bytes(b, e->digest, SPHERE_POLICY_DIGEST_SIZE);
		break;
	case SPHERE_SECTION_FLOORS:
		pb_bytes(b, e->component, SPHERE_POLICY_ID_SIZE);
		pb_number(b, e->value, 8);
		break;
	default:
		CLAIM(!"an entry of an unknown section");
	}
}

static void check_encoding(const struct sphere_policy *policy, const u8 *data, size_t size)
{
	struct policy_builder b;
	u32 section;

	pb_start(&b, again, sizeof(again), policy->kind, policy->version, 0);
	/* the header has no second form: its bytes are all compared or given on */
	memcpy(again, data, sizeof(struct sphere_policy_header));
	for (section = 0; section < SPHERE_SECTIONS; section++) {
		struct sphere_policy_iter it;
		u32 n = 0;

		if (!policy->part[section].count)
			continue;
		pb_section(&b, section);
		sphere_policy_iter_init(&it, policy, section);
		while (sphere_policy_next(&it)) {
			CLAIM(it.entry.index == n);
			n++;
			write_entry(&b, &it.entry);
		}
		CLAIM(n == policy->part[section].count);
	}
	CLAIM(size - policy->signed_size ==
	      (policy->signature == SPHERE_POLICY_UNSIGNED ? 0 : SPHERE_POLICY_SIG_SIZE));
	pb_end_section(&b);
	CLAIM(!b.full);
	CLAIM(b.len == policy->signed_size);
	CLAIM(!memcmp(again, data, b.len));
}

static void check_trust(const struct sphere_policy *policy)
{
	static struct sphere_trust trust;
	struct sphere_policy_error err;
	u32 i;
	int ret;

	memset(&trust, 0, sizeof(trust));
	CLAIM(sphere_trust_verify(&trust, policy, false, &err) < 0);
	ret = sphere_trust_verify(&trust, policy, true, &err);
	CLAIM((policy->signature == SPHERE_POLICY_UNSIGNED) == !ret);
	CLAIM(!ret || err.reason == SPHERE_POLICY_E_KEY_UNKNOWN);

	CLAIM(!sphere_trust_check_version(&trust, policy, &err));
	CLAIM(!sphere_trust_raise(&trust, policy, &err));
	CLAIM(trust.n_floors && trust.n_floors <= SPHERE_MAX_FLOORS);
	for (i = 1; i < trust.n_floors; i++)
		CLAIM(memcmp(trust.floors[i - 1].component, trust.floors[i].component,
			     SPHERE_POLICY_ID_SIZE) < 0);
	ret = sphere_trust_raise(&trust, policy, &err);
	CLAIM(policy->kind == SPHERE_POLICY_FLOORS ? !ret : err.reason == SPHERE_POLICY_E_VERSION_OLD);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct sphere_policy policy;
	struct sphere_policy_error err;
	int ret = sphere_policy_read(data, size, &policy, &err);

	CLAIM(err.reason < SPHERE_POLICY_REASONS);
	CLAIM(err.offset <= size);
	CLAIM((err.reason == SPHERE_POLICY_OK) == !ret);
	CLAIM(strcmp(sphere_policy_reason_text(err.reason), "unknown reason"));
	if (!ret) {
		check_encoding(&policy, data, size);
		check_trust(&policy);
	}
	return 0;
}
