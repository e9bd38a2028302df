/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Board files: what the names in a manifest are on a device
 */
#ifndef SPHERE_BOARD_H
#define SPHERE_BOARD_H

#include <linux/sphere_policy.h>

#include "app_manifest.h"

/* a board file has to be of this version */
#define BOARD_VERSION	1

/* numbers that a GPIO can have */
#define BOARD_PINS	65536

enum grant_kind {
	GRANT_FILE,
	GRANT_DIR,
	GRANT_DEVICE,
	GRANT_PROGRAM,
	GRANT_LIBRARY,
	GRANT_CAPABILITY,
	GRANT_OPERATION,
	GRANT_SOCKET,
	GRANT_ADDRESS,
	GRANT_LISTEN,
};

/**
 * struct grant - something that an application may do
 * @next: the next one of the same list
 * @place: where it stands in the board file
 * @kind: what it is
 * @path: file, directory, device, program, library: path; "{id}" is put in later
 * @access: file, directory, device: SPHERE_ACCESS_*
 * @optional: left out if there is no such file
 * @block: device: a block device
 * @ioctls_only: device: only the listed ioctl commands
 * @ioctls: device: the commands
 * @n_ioctls: device: their number
 * @bit: capability, operation: its number
 * @family: socket
 * @type: socket
 * @protocol: socket
 * @addr: address: IPv6, or IPv4 as ::ffff:a.b.c.d
 * @prefix: address
 * @proto: address, listen
 * @first: address, listen: lowest port
 * @last: address, listen: highest port
 */
struct grant {
	struct grant *next;
	struct place place;
	enum grant_kind kind;
	const char *path;
	uint16_t access;
	bool optional;
	bool block;
	bool ioctls_only;
	uint32_t *ioctls;
	uint32_t n_ioctls;
	unsigned int bit;
	uint16_t family;
	uint16_t type;
	uint32_t protocol;
	uint8_t addr[16];
	uint8_t prefix;
	uint8_t proto;
	uint16_t first;
	uint16_t last;
};

/**
 * struct port_rule - ports of a host to which the board file narrows
 * @next: next rule for the same host
 * @proto: SPHERE_PROTO_*
 * @first: lowest port
 * @last: highest port
 */
struct port_rule {
	struct port_rule *next;
	uint8_t proto;
	uint16_t first;
	uint16_t last;
};

/**
 * struct board_thing - a peripheral, GPIOs, a capability, a host
 * @next: the next one
 * @cap: enum app_capability_number that it belongs to
 * @name: its name; NULL for GPIOs and for capabilities that are flags
 * @first: GPIOs: lowest number
 * @last: GPIOs: highest number
 * @grants: what it comes to
 * @rules: hosts: ports
 */
struct board_thing {
	struct board_thing *next;
	unsigned int cap;
	const char *name;
	unsigned int first;
	unsigned int last;
	struct grant *grants;
	struct port_rule *rules;
};

/**
 * struct board_component - what one component gets beyond its manifest
 * @next: the next one
 * @component: its id
 * @grants: what it gets
 * @cores: cores on which it may run, as bits, or 0: as for all
 * @hosts: ports of hosts
 */
struct board_component {
	struct board_component *next;
	uint8_t component[GUID_SIZE];
	struct grant *grants;
	unsigned int cores;
	struct board_thing *hosts;
};

/**
 * struct board - a board file
 * @root: all of it
 * @name: for people
 * @apps: directory with a directory for each image
 * @storage: directory with a directory for the data of each application, or NULL
 * @max_storage_kb: most that an application may have
 * @libraries: directories for libraries, ends with NULL
 * @has_resolver: there is one
 * @resolver: address of sphere resolve
 * @resolver_port: its port
 * @cores: real-time cores, as bits
 * @base: what every application gets
 * @things: peripherals, GPIOs and capabilities
 * @hosts: ports of hosts
 * @components: what single components get
 * @names: "$NAME" and what they stand for, or NULL
 */
struct board {
	const struct json *root;
	const char *name;
	const char *apps;
	const char *storage;
	int64_t max_storage_kb;
	const char **libraries;
	bool has_resolver;
	uint8_t resolver[16];
	uint16_t resolver_port;
	unsigned int cores;
	struct grant *base;
	struct board_thing *things;
	struct board_thing *hosts;
	struct board_component *components;
	const struct json *names;
};

bool board_read(const char *bytes, size_t size, struct findings *f, struct board *b);
bool board_load(struct arena *arena, const char *path, struct findings *f, struct board *b,
		int *code);
const struct board_thing *board_pin(const struct board *b, unsigned int pin);
const struct board_thing *board_thing(const struct board *b, unsigned int cap, const char *name);
const struct board_thing *board_host(const struct board_thing *hosts, const char *name);
const struct board_component *board_component(const struct board *b, const uint8_t *component);
const struct json *board_meaning(const struct board *b, unsigned int cap, const struct json *x);
const char *operation_name(unsigned int op);
const char *capability_name(unsigned int cap);

#endif /* SPHERE_BOARD_H */
