/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading policies: from bytes that nobody vouches for to a view of them that
 * is known to be well formed, and from keys to trust in them
 *
 * Compiles in user space, too, where it is fuzzed and where the tool uses it.
 */
#ifndef _SPHERE_LSM_MANIFEST_H
#define _SPHERE_LSM_MANIFEST_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "user.h"
#endif

#include "limits.h"
#include "policy_format.h"

/**
 * struct sphere_policy_error - why and where
 * @reason: &enum sphere_policy_reason
 * @section: type of the section, or 0 outside of sections
 * @entry: index of the entry in its section
 * @offset: byte of the policy at which it was noticed
 * @detail: errno that led to it, negative, or 0
 */
struct sphere_policy_error {
	u32 reason;
	u32 section;
	u32 entry;
	u32 offset;
	s32 detail;
};

/**
 * struct sphere_policy_part - a section of a policy that was read
 * @offset: of its first entry
 * @size: bytes of its entries
 * @count: number of its entries, 0 if there is no such section
 */
struct sphere_policy_part {
	u32 offset;
	u32 size;
	u32 count;
};

/**
 * struct sphere_policy - a view of a well formed policy
 * @bytes: the policy; nobody may change it while the view is used
 * @size: its size
 * @signed_size: bytes that the signature covers
 * @kind: %SPHERE_POLICY_APP, %SPHERE_POLICY_CORE, %SPHERE_POLICY_FLOORS
 * @signature: %SPHERE_POLICY_UNSIGNED or %SPHERE_POLICY_P256_SHA256
 * @flags: of the header
 * @version: of the header
 * @component: of the header
 * @tenant: of the header
 * @has_tenant: whether it is not empty
 * @name: of the header
 * @key_id: of the header
 * @n_ioctls: ioctl commands of all devices
 * @host_bytes: bytes of all host names, each name once, with a zero byte each
 * @part: sections by type
 */
struct sphere_policy {
	const u8 *bytes;
	size_t size;
	size_t signed_size;
	u8 kind;
	u8 signature;
	u32 flags;
	u64 version;
	const u8 *component;
	const char *tenant;
	bool has_tenant;
	const char *name;
	const u8 *key_id;
	u32 n_ioctls;
	u32 host_bytes;
	struct sphere_policy_part part[SPHERE_SECTIONS];
};

/**
 * struct sphere_policy_entry - an entry of a section
 * @section: type of the section
 * @index: number of the entry in it
 * @offset: where it starts in the policy
 * @access: FILES, DIRS, DEVICES: access; EXECS: use
 * @path: path or name, not ended by a zero byte
 * @path_len: bytes of it
 * @limit: STORAGE: bytes
 * @digest: EXECS, IMAGES: SHA-256
 * @block: DEVICES: a block device
 * @ioctls_only: DEVICES: only these commands
 * @ioctls: DEVICES: the commands, as __le32; read with sphere_policy_ioctl()
 * @n_ioctls: DEVICES: their number
 * @addr: NET_ADDRS: 16 bytes
 * @prefix: NET_ADDRS: leading bits
 * @proto: NET_*: protocol
 * @first: NET_*: lowest port
 * @last: NET_*: highest port
 * @family: SOCKETS
 * @type: SOCKETS
 * @protocol: SOCKETS
 * @component: PARTNERS, FLOORS: component id
 * @value: OPS, CAPS, CORES: the bits; FLOORS: the version
 */
struct sphere_policy_entry {
	u32 section;
	u32 index;
	u32 offset;
	u16 access;
	const char *path;
	u16 path_len;
	u64 limit;
	const u8 *digest;
	bool block;
	bool ioctls_only;
	const u8 *ioctls;
	u16 n_ioctls;
	const u8 *addr;
	u8 prefix;
	u8 proto;
	u16 first;
	u16 last;
	u16 family;
	u16 type;
	u32 protocol;
	const u8 *component;
	u64 value;
};

/**
 * struct sphere_policy_iter - goes through the entries of a section
 * @policy: the policy
 * @offset: of the next entry
 * @left: entries that are left
 * @entry: the entry at hand
 */
struct sphere_policy_iter {
	const struct sphere_policy *policy;
	u32 offset;
	u32 left;
	struct sphere_policy_entry entry;
};

int sphere_policy_read(const void *bytes, size_t size, struct sphere_policy *policy,
		       struct sphere_policy_error *err);
void sphere_policy_iter_init(struct sphere_policy_iter *it, const struct sphere_policy *policy,
			     u32 section);
bool sphere_policy_next(struct sphere_policy_iter *it);
u32 sphere_policy_ioctl(const struct sphere_policy_entry *entry, u32 i);
const char *sphere_policy_reason_text(u32 reason);
const char *sphere_policy_section_name(u32 section);

/**
 * struct sphere_trust - keys and versions that policies are measured with
 * @n_keys: number of keys
 * @n_floors: number of components in @floors
 * @frozen: no further key is taken
 * @key_id: SHA-256 of each key
 * @key: the keys
 * @floors: versions, ascending by component
 *
 * The caller serialises. Floors outlive the policies that set them.
 */
struct sphere_trust {
	u32 n_keys;
	u32 n_floors;
	bool frozen;
	u8 key_id[SPHERE_MAX_KEYS][SPHERE_POLICY_DIGEST_SIZE];
	u8 key[SPHERE_MAX_KEYS][SPHERE_POLICY_KEY_SIZE];
	struct sphere_trust_floor {
		u8 component[SPHERE_POLICY_ID_SIZE];
		u64 version;
	} floors[SPHERE_MAX_FLOORS];
};

int sphere_trust_add_key(struct sphere_trust *trust, const u8 key[SPHERE_POLICY_KEY_SIZE],
			 struct sphere_policy_error *err);
int sphere_trust_verify(const struct sphere_trust *trust, const struct sphere_policy *policy,
			bool development, struct sphere_policy_error *err);
int sphere_trust_check_version(const struct sphere_trust *trust,
			       const struct sphere_policy *policy,
			       struct sphere_policy_error *err);
int sphere_trust_raise(struct sphere_trust *trust, const struct sphere_policy *policy,
		       struct sphere_policy_error *err);

#endif /* _SPHERE_LSM_MANIFEST_H */
