/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes policies for tests, good ones and bad ones: nothing is checked here
 *
 * Compiles in the kernel and in user space. A policy is started, its sections
 * and their entries are added in the order in which they shall stand, and
 * pb_finish() fills in the sizes. Tests that want a wrong byte change it behind
 * that, with the offsets that pb_mark() gave them.
 */
#ifndef _SPHERE_LSM_TESTS_POLICY_BUILDER_H
#define _SPHERE_LSM_TESTS_POLICY_BUILDER_H

#include "../manifest.h"

#ifdef __KERNEL__
#include <linux/string.h>
#endif

/**
 * struct policy_builder - a policy that is being written
 * @buf: the bytes
 * @room: bytes that fit
 * @len: bytes that are there
 * @section: offset of the section at hand, 0 before the first
 * @count: entries in it
 * @sections: number of sections
 * @full: something did not fit
 */
struct policy_builder {
	u8 *buf;
	size_t room;
	size_t len;
	size_t section;
	u32 count;
	u32 sections;
	bool full;
};

static inline void pb_poke(struct policy_builder *b, size_t at, u64 value, unsigned int bytes)
{
	if (bytes > b->room || at > b->room - bytes) {
		b->full = true;
		return;
	}
	for (; bytes; bytes--, value >>= 8)
		b->buf[at++] = value;
}

static inline void pb_number(struct policy_builder *b, u64 value, unsigned int bytes)
{
	pb_poke(b, b->len, value, bytes);
	if (!b->full)
		b->len += bytes;
}

static inline void pb_bytes(struct policy_builder *b, const void *bytes, size_t n)
{
	if (n > b->room - b->len) {
		b->full = true;
		return;
	}
	memcpy(b->buf + b->len, bytes, n);
	b->len += n;
}

static inline void pb_pad(struct policy_builder *b)
{
	while (b->len % 4 && !b->full)
		pb_number(b, 0, 1);
}

static inline void pb_start(struct policy_builder *b, void *buf, size_t room, u8 kind, u64 version,
			    u8 id)
{
	const struct policy_builder fresh = { .buf = buf, .room = room };
	const char *name = kind == SPHERE_POLICY_FLOORS ? "" : "test";
	u8 component[SPHERE_POLICY_ID_SIZE] = { id };

	*b = fresh;
	memset(buf, 0, room);
	b->len = sizeof(struct sphere_policy_header);
	if (b->len > room) {
		b->full = true;
		b->len = 0;
		return;
	}
#define AT(member)	offsetof(struct sphere_policy_header, member)
	pb_poke(b, AT(magic), SPHERE_POLICY_MAGIC, 4);
	pb_poke(b, AT(language), SPHERE_POLICY_LANGUAGE, 2);
	pb_poke(b, AT(kind), kind, 1);
	pb_poke(b, AT(version), version, 8);
	if (kind != SPHERE_POLICY_FLOORS)
		memcpy(buf + AT(component), component, sizeof(component));
	memcpy(buf + AT(name), name, strlen(name));
}

static inline void pb_flags(struct policy_builder *b, u32 flags)
{
	pb_poke(b, AT(flags), flags, 4);
}

static inline void pb_tenant(struct policy_builder *b, const char *tenant)
{
	if (b->full)
		return;
	memset(b->buf + AT(tenant), 0, SPHERE_POLICY_TENANT_SIZE);
	memcpy(b->buf + AT(tenant), tenant, strlen(tenant));
}

static inline void pb_end_section(struct policy_builder *b)
{
	if (!b->section)
		return;
	pb_poke(b, b->section + 2, b->count, 2);
	pb_poke(b, b->section + 4, b->len - b->section - 8, 4);
}

static inline void pb_section(struct policy_builder *b, u16 type)
{
	pb_end_section(b);
	b->section = b->len;
	b->count = 0;
	b->sections++;
	pb_number(b, type, 2);
	pb_number(b, 0, 6);
}

static inline void pb_path(struct policy_builder *b, u16 access, const char *path)
{
	b->count++;
	pb_number(b, access, 2);
	pb_number(b, strlen(path), 2);
	pb_bytes(b, path, strlen(path));
	pb_pad(b);
}

static inline void pb_storage(struct policy_builder *b, u64 limit, const char *path)
{
	b->count++;
	pb_number(b, limit, 8);
	pb_number(b, 0, 6);
	pb_number(b, strlen(path), 2);
	pb_bytes(b, path, strlen(path));
	pb_pad(b);
}

static inline void pb_exec(struct policy_builder *b, const u8 *digest, u16 use, const char *path)
{
	static const u8 none[SPHERE_POLICY_DIGEST_SIZE];

	b->count++;
	pb_bytes(b, digest ? digest : none, SPHERE_POLICY_DIGEST_SIZE);
	pb_number(b, use, 2);
	pb_number(b, strlen(path), 2);
	pb_bytes(b, path, strlen(path));
	pb_pad(b);
}

static inline void pb_device(struct policy_builder *b, u16 access, u8 type, u8 flags,
			     const char *path, const u32 *ioctls, u16 n_ioctls)
{
	u16 i;

	b->count++;
	pb_number(b, access, 2);
	pb_number(b, strlen(path), 2);
	pb_number(b, n_ioctls, 2);
	pb_number(b, type, 1);
	pb_number(b, flags, 1);
	pb_bytes(b, path, strlen(path));
	pb_pad(b);
	for (i = 0; i < n_ioctls; i++)
		pb_number(b, ioctls[i], 4);
}

static inline void pb_net_addr(struct policy_builder *b, const u8 addr[16], u8 prefix, u8 proto,
			       u16 first, u16 last)
{
	b->count++;
	pb_bytes(b, addr, 16);
	pb_number(b, prefix, 1);
	pb_number(b, proto, 1);
	pb_number(b, 0, 2);
	pb_number(b, first, 2);
	pb_number(b, last, 2);
}

static inline void pb_net_addr4(struct policy_builder *b, u32 addr, u8 prefix, u8 proto, u16 first,
				u16 last)
{
	u8 bytes[16] = {
		[10] = 0xff, [11] = 0xff,
		[12] = addr >> 24, [13] = addr >> 16, [14] = addr >> 8, [15] = addr,
	};

	pb_net_addr(b, bytes, 96 + prefix, proto, first, last);
}

static inline void pb_net_host(struct policy_builder *b, const char *host, u8 proto, u16 first,
			       u16 last)
{
	b->count++;
	pb_number(b, proto, 1);
	pb_number(b, strlen(host), 1);
	pb_number(b, first, 2);
	pb_number(b, last, 2);
	pb_number(b, 0, 2);
	pb_bytes(b, host, strlen(host));
	pb_pad(b);
}

static inline void pb_net_listen(struct policy_builder *b, u8 proto, u16 first, u16 last)
{
	b->count++;
	pb_number(b, proto, 1);
	pb_number(b, 0, 1);
	pb_number(b, first, 2);
	pb_number(b, last, 2);
	pb_number(b, 0, 2);
}

static inline void pb_socket(struct policy_builder *b, u16 family, u16 type, u32 protocol)
{
	b->count++;
	pb_number(b, family, 2);
	pb_number(b, type, 2);
	pb_number(b, protocol, 4);
}

static inline void pb_partner(struct policy_builder *b, u8 id)
{
	u8 component[SPHERE_POLICY_ID_SIZE] = { id };

	b->count++;
	pb_bytes(b, component, sizeof(component));
}

static inline void pb_bits(struct policy_builder *b, u64 bits)
{
	b->count++;
	pb_number(b, bits, 8);
}

static inline void pb_image(struct policy_builder *b, u8 first)
{
	u8 digest[SPHERE_POLICY_DIGEST_SIZE] = { first };

	b->count++;
	pb_bytes(b, digest, sizeof(digest));
}

static inline void pb_floor(struct policy_builder *b, u8 id, u64 version)
{
	pb_partner(b, id);
	pb_number(b, version, 8);
}

/* Fill in what was not known before; the policy stays unsigned */
static inline size_t pb_finish(struct policy_builder *b)
{
	pb_end_section(b);
	pb_poke(b, AT(n_sections), b->sections, 2);
	pb_poke(b, AT(size), b->len, 4);
	return b->full ? 0 : b->len;
}

/* Likewise, with room for a signature at the end */
static inline size_t pb_finish_signed(struct policy_builder *b, const u8 *key_id)
{
	static const u8 none[SPHERE_POLICY_SIG_SIZE];

	pb_end_section(b);
	b->section = 0;
	pb_poke(b, AT(signature), SPHERE_POLICY_P256_SHA256, 1);
	if (!b->full)
		memcpy(b->buf + AT(key_id), key_id, SPHERE_POLICY_DIGEST_SIZE);
	pb_bytes(b, none, sizeof(none));
	return pb_finish(b);
}

#undef AT

/* The sections of an application that uses every kind of grant */
static inline void pb_every_grant(struct policy_builder *b)
{
	static const u8 mdns6[16] = { 0xff, 0x02, [15] = 0xfb };
	static const u32 ioctls[] = { 0x0101, 0x80045430, 0xc0086200 };

	pb_tenant(b, "8f2a9c1e-0000-4000-8000-0123456789ab");
	pb_section(b, SPHERE_SECTION_FILES);
	pb_path(b, SPHERE_ACCESS_READ, "/etc/localtime");
	pb_path(b, SPHERE_ACCESS_READ, "/etc/resolv.conf");
	pb_path(b, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE, "/run/app/state");
	pb_section(b, SPHERE_SECTION_DIRS);
	pb_path(b, SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST, "/mnt/apps/test");
	pb_path(b, SPHERE_ACCESS_CONNECT, "/run/wifi-config");
	pb_section(b, SPHERE_SECTION_STORAGE);
	pb_storage(b, 65536, "/mnt/config/test");
	pb_section(b, SPHERE_SECTION_EXECS);
	pb_exec(b, NULL, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, "/lib/ld-musl-armhf.so.1");
	pb_exec(b, NULL, SPHERE_EXEC_RUN, "/mnt/apps/test/bin/app");
	pb_exec(b, NULL, SPHERE_EXEC_MAP, "/mnt/apps/test/lib/libazureiot.so");
	pb_section(b, SPHERE_SECTION_DEVICES);
	pb_device(b, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR,
		  SPHERE_DEVICE_IOCTLS, "/dev/gpiochip0", ioctls, ARRAY_SIZE(ioctls));
	pb_device(b, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR, 0,
		  "/dev/i2c-0", NULL, 0);
	pb_device(b, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR, 0,
		  "/dev/null", NULL, 0);
	pb_device(b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, SPHERE_DEVICE_IOCTLS,
		  "/dev/urandom", NULL, 0);
	pb_section(b, SPHERE_SECTION_NET_ADDRS);
	pb_net_addr4(b, 0x0a000001, 32, SPHERE_PROTO_ANY, 1, 65535);
	pb_net_addr4(b, 0x7f000035, 32, SPHERE_PROTO_UDP, 53, 53);
	pb_net_addr4(b, 0xe00000fb, 32, SPHERE_PROTO_UDP, 5353, 5353);
	pb_net_addr(b, mdns6, 128, SPHERE_PROTO_UDP, 5353, 5353);
	pb_section(b, SPHERE_SECTION_NET_HOSTS);
	pb_net_host(b, "global.azure-devices-provisioning.net", SPHERE_PROTO_ANY, 1, 65535);
	pb_net_host(b, "hub.example.org", SPHERE_PROTO_TCP, 443, 443);
	pb_net_host(b, "hub.example.org", SPHERE_PROTO_TCP, 8883, 8883);
	pb_section(b, SPHERE_SECTION_NET_LISTEN);
	pb_net_listen(b, SPHERE_PROTO_TCP, 11000, 11003);
	pb_net_listen(b, SPHERE_PROTO_UDP, 5353, 5353);
	pb_section(b, SPHERE_SECTION_SOCKETS);
	pb_socket(b, 16, 3, 0);
	pb_section(b, SPHERE_SECTION_PARTNERS);
	pb_partner(b, 0xc0);
	pb_partner(b, 0xc1);
	pb_section(b, SPHERE_SECTION_OPS);
	pb_bits(b, 1ULL << SPHERE_POLICY_OP_PLUTON_RANDOM |
		   1ULL << SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY |
		   1ULL << SPHERE_POLICY_OP_PLUTON_SIGN);
	pb_section(b, SPHERE_SECTION_CAPS);
	pb_bits(b, 1ULL << 25);
}

/* The sections of a policy for a real-time core */
static inline void pb_core(struct policy_builder *b)
{
	pb_section(b, SPHERE_SECTION_PARTNERS);
	pb_partner(b, 0xa0);
	pb_section(b, SPHERE_SECTION_CORES);
	pb_bits(b, 1);
	pb_section(b, SPHERE_SECTION_IMAGES);
	pb_image(b, 1);
	pb_image(b, 2);
}

#endif /* _SPHERE_LSM_TESTS_POLICY_BUILDER_H */
