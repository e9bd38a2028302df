/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing policies: entries in any order in, the one encoding of them out
 */
#ifndef SPHERE_POLICY_WRITER_H
#define SPHERE_POLICY_WRITER_H

#include <linux/sphere_policy.h>

#include "findings.h"
#include "text.h"

/**
 * struct policy_item - an entry of a section
 * @place: what in the manifest asks for it
 * @text: FILES, DIRS, STORAGE, EXECS, DEVICES: path; NET_HOSTS: name
 * @access: FILES, DIRS, DEVICES: access; EXECS: use
 * @limit: STORAGE: bytes
 * @digest: EXECS, IMAGES: SHA-256
 * @block: DEVICES: a block device
 * @ioctls_only: DEVICES: only these commands
 * @ioctls: DEVICES: the commands
 * @n_ioctls: DEVICES: their number
 * @addr: NET_ADDRS
 * @prefix: NET_ADDRS
 * @proto: NET_*
 * @first: NET_*: lowest port
 * @last: NET_*: highest port
 * @family: SOCKETS
 * @type: SOCKETS
 * @protocol: SOCKETS
 * @component: PARTNERS, FLOORS
 * @version: FLOORS
 */
struct policy_item {
	struct place place;
	const char *text;
	uint16_t access;
	uint64_t limit;
	uint8_t digest[SPHERE_POLICY_DIGEST_SIZE];
	bool block;
	bool ioctls_only;
	uint32_t *ioctls;
	uint32_t n_ioctls;
	uint8_t addr[16];
	uint8_t prefix;
	uint8_t proto;
	uint16_t first;
	uint16_t last;
	uint16_t family;
	uint16_t type;
	uint32_t protocol;
	uint8_t component[SPHERE_POLICY_ID_SIZE];
	uint64_t version;
};

/**
 * struct policy_writer - a policy in the making; start with all bytes zero but @f
 * @f: where findings go; also says where things live
 * @kind: %SPHERE_POLICY_APP, %SPHERE_POLICY_CORE, %SPHERE_POLICY_FLOORS
 * @flags: of the header
 * @version: of the header
 * @component: of the header
 * @tenant: of the header, or NULL
 * @name: of the header
 * @ops: operations, as bits
 * @caps: Linux capabilities, as bits
 * @cores: cores, as bits
 * @items: entries of the other sections
 * @count: their number
 * @room: entries for which there is memory
 */
struct policy_writer {
	struct findings *f;
	uint8_t kind;
	uint32_t flags;
	uint64_t version;
	uint8_t component[SPHERE_POLICY_ID_SIZE];
	const char *tenant;
	const char *name;
	uint64_t ops;
	uint64_t caps;
	uint64_t cores;
	struct policy_item *items[SPHERE_SECTIONS];
	unsigned int count[SPHERE_SECTIONS];
	unsigned int room[SPHERE_SECTIONS];
};

void policy_add(struct policy_writer *w, unsigned int section, const struct policy_item *item);
uint8_t *policy_write(struct policy_writer *w, size_t *size);

#endif /* SPHERE_POLICY_WRITER_H */
