// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading policies
 *
 * The bytes come from whoever can call load; nothing in them is believed before
 * it was compared with something. One cursor goes through them from the first
 * byte to the last: it hands out bytes only after it has compared their number
 * with what is left, never goes back and never leaves the section that it is in.
 * Reading allocates nothing and recurses nowhere, and its time is bounded by the
 * bytes, whose number is bounded, too.
 *
 * Entries are decoded in one place, read_entry(), for the check and for whoever
 * goes through a policy later, so that both see the same. Each entry has to be
 * above the one before it: a policy has one encoding only, and duplicates are
 * found by looking at the neighbour.
 *
 * The signature is checked after the reading (it says where the signature is)
 * and before anything is done with what was read.
 */
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#endif

#include "ecdsa_p256.h"
#include "manifest.h"

static_assert(SPHERE_POLICY_KEY_SIZE == SPHERE_P256_KEY_SIZE);
static_assert(SPHERE_POLICY_SIG_SIZE == SPHERE_P256_SIG_SIZE);
static_assert(SPHERE_POLICY_DIGEST_SIZE == SPHERE_SHA256_SIZE);
/* offsets of host names are u16 in struct sphere_app_host */
static_assert(SPHERE_MAX_NET_HOSTS * (SPHERE_MAX_HOST + 1) <= 65535);

#define KIND(k)		(1u << (k))
#define KINDS_TASK	(KIND(SPHERE_POLICY_APP))
#define KINDS_BOTH	(KIND(SPHERE_POLICY_APP) | KIND(SPHERE_POLICY_CORE))

/**
 * struct section_rule - what a section may be like
 * @name: for people
 * @kinds: kinds of policies in which it may stand
 * @max: entries at most
 */
struct section_rule {
	const char *name;
	u32 kinds;
	u32 max;
};

static const struct section_rule rules[SPHERE_SECTIONS] = {
	[SPHERE_SECTION_FILES] = { "files", KINDS_TASK, SPHERE_MAX_FILES },
	[SPHERE_SECTION_DIRS] = { "directories", KINDS_TASK, SPHERE_MAX_DIRS },
	[SPHERE_SECTION_STORAGE] = { "storage", KINDS_TASK, SPHERE_MAX_STORAGE },
	[SPHERE_SECTION_EXECS] = { "executable files", KINDS_TASK, SPHERE_MAX_EXECS },
	[SPHERE_SECTION_DEVICES] = { "devices", KINDS_TASK, SPHERE_MAX_DEVICES },
	[SPHERE_SECTION_NET_ADDRS] = { "addresses", KINDS_TASK, SPHERE_MAX_NET_ADDRS },
	[SPHERE_SECTION_NET_HOSTS] = { "hosts", KINDS_TASK, SPHERE_MAX_NET_HOSTS },
	[SPHERE_SECTION_NET_LISTEN] = { "server ports", KINDS_TASK, SPHERE_MAX_NET_LISTEN },
	[SPHERE_SECTION_SOCKETS] = { "sockets", KINDS_TASK, SPHERE_MAX_SOCKETS },
	[SPHERE_SECTION_PARTNERS] = { "partners", KINDS_BOTH, SPHERE_MAX_PARTNERS },
	[SPHERE_SECTION_OPS] = { "operations", KINDS_TASK, 1 },
	[SPHERE_SECTION_CAPS] = { "Linux capabilities", KINDS_TASK, 1 },
	[SPHERE_SECTION_CORES] = { "cores", KIND(SPHERE_POLICY_CORE), 1 },
	[SPHERE_SECTION_IMAGES] = { "images", KIND(SPHERE_POLICY_CORE), SPHERE_MAX_IMAGES },
	[SPHERE_SECTION_FLOORS] = { "floors", KIND(SPHERE_POLICY_FLOORS), SPHERE_MAX_FLOORS },
};

static const char * const reason_text[SPHERE_POLICY_REASONS] = {
	[SPHERE_POLICY_OK] = "accepted",
	[SPHERE_POLICY_E_SHORT] = "it ends before what it announces",
	[SPHERE_POLICY_E_LONG] = "it is larger than a policy may be",
	[SPHERE_POLICY_E_MAGIC] = "it is not a policy",
	[SPHERE_POLICY_E_LANGUAGE] = "it is written in an unknown version of the language",
	[SPHERE_POLICY_E_KIND] = "unknown kind of policy",
	[SPHERE_POLICY_E_SIZE] = "the size in the header is not the size of the policy",
	[SPHERE_POLICY_E_FLAGS] = "unknown flag, or flags that do not go together",
	[SPHERE_POLICY_E_VERSION_RANGE] = "the version is 0 or the largest number",
	[SPHERE_POLICY_E_COMPONENT] = "a component id where there is none to give",
	[SPHERE_POLICY_E_TENANT] = "the tenant is not printable text filled up with zeros",
	[SPHERE_POLICY_E_NAME] = "the name is not printable text filled up with zeros",
	[SPHERE_POLICY_E_RESERVED] = "reserved bytes are not zero",
	[SPHERE_POLICY_E_PADDING] = "filling bytes are not zero",
	[SPHERE_POLICY_E_TRAILING] = "there are bytes behind the last section or entry",
	[SPHERE_POLICY_E_SECTION_UNKNOWN] = "unknown section",
	[SPHERE_POLICY_E_SECTION_ORDER] = "sections are not in ascending order, or one stands twice",
	[SPHERE_POLICY_E_SECTION_KIND] = "the section does not belong into this kind of policy",
	[SPHERE_POLICY_E_SECTION_MISSING] = "a section is missing that this kind of policy needs",
	[SPHERE_POLICY_E_SECTION_SIZE] = "the size of the section is not that of its entries",
	[SPHERE_POLICY_E_COUNT_ZERO] = "the section has no entry",
	[SPHERE_POLICY_E_COUNT] = "the section has too many entries",
	[SPHERE_POLICY_E_ORDER] = "entries are not in ascending order",
	[SPHERE_POLICY_E_DUPLICATE] = "an entry stands twice",
	[SPHERE_POLICY_E_PATH] = "the path is not absolute and normal, or it is too long",
	[SPHERE_POLICY_E_ACCESS] = "unknown or senseless access",
	[SPHERE_POLICY_E_LIMIT] = "the storage limit is 0 or too large",
	[SPHERE_POLICY_E_EXEC_USE] = "unknown or no use of an executable file",
	[SPHERE_POLICY_E_NO_ENTRY] = "no file may be executed",
	[SPHERE_POLICY_E_DEVICE_TYPE] = "unknown type of device",
	[SPHERE_POLICY_E_DEVICE_FLAGS] = "unknown flag of a device, or ioctl commands without their flag",
	[SPHERE_POLICY_E_IOCTLS] = "ioctl commands are not in ascending order, or too many",
	[SPHERE_POLICY_E_PROTO] = "unknown protocol",
	[SPHERE_POLICY_E_PREFIX] = "the prefix is too long, or the address has bits behind it",
	[SPHERE_POLICY_E_PORTS] = "port 0, or the last port is below the first",
	[SPHERE_POLICY_E_HOST] = "it is not the name of a host",
	[SPHERE_POLICY_E_SOCKET] = "sockets of this family, type and protocol cannot be granted",
	[SPHERE_POLICY_E_PARTNER_SELF] = "the component is a partner of itself",
	[SPHERE_POLICY_E_OPS] = "unknown or no operation",
	[SPHERE_POLICY_E_OPS_TENANT] = "an operation with the key of a tenant, and no tenant",
	[SPHERE_POLICY_E_CAPS] = "no Linux capability, or one that cannot be granted",
	[SPHERE_POLICY_E_CORES] = "unknown or no core",
	[SPHERE_POLICY_E_SIG_TYPE] = "unknown kind of signature",
	[SPHERE_POLICY_E_KEY_ID] = "unsigned with the id of a key, or signed without",
	[SPHERE_POLICY_E_UNSIGNED] = "it is not signed, and the device is not in development mode",
	[SPHERE_POLICY_E_KEY_UNKNOWN] = "it is signed with a key that is not trusted",
	[SPHERE_POLICY_E_SIG_RANGE] = "r or s of the signature is 0 or too large",
	[SPHERE_POLICY_E_SIG_WRONG] = "the signature is wrong",
	[SPHERE_POLICY_E_KEY_POINT] = "the public key is not a usable point of the curve",
	[SPHERE_POLICY_E_KEY_TWICE] = "the key is trusted already",
	[SPHERE_POLICY_E_KEYS_FULL] = "there are as many keys as there may be",
	[SPHERE_POLICY_E_KEYS_FROZEN] = "keys can be given only once",
	[SPHERE_POLICY_E_CRYPTO] = "the cryptography of the kernel failed",
	[SPHERE_POLICY_E_VERSION_OLD] = "the version is not newer than the one loaded before, or below the floor",
	[SPHERE_POLICY_E_FLOORS_FULL] = "there are as many components with a floor as there may be",
	[SPHERE_POLICY_E_IDENTITY] = "the component is loaded with another kind of policy or another signer",
	[SPHERE_POLICY_E_DEVELOPMENT] = "it is for development, and the device is not in development mode",
	[SPHERE_POLICY_E_LOOKUP] = "the path does not lead to anything",
	[SPHERE_POLICY_E_NOT_FILE] = "it is not a regular file",
	[SPHERE_POLICY_E_NOT_DIR] = "it is not a directory",
	[SPHERE_POLICY_E_NOT_DEVICE] = "it is not a device of the stated type",
	[SPHERE_POLICY_E_FILESYSTEM] = "its file system does not keep files from being changed elsewhere",
	[SPHERE_POLICY_E_BUSY] = "the executable file is open for writing",
	[SPHERE_POLICY_E_READ] = "the executable file cannot be read",
	[SPHERE_POLICY_E_DIGEST] = "the executable file is not the one that was signed",
	[SPHERE_POLICY_E_FILE_SIZE] = "the executable file is too large",
	[SPHERE_POLICY_E_SAME_OBJECT] = "two entries lead to the same object",
	[SPHERE_POLICY_E_EXEC_WRITABLE] = "the executable file would be writable",
	[SPHERE_POLICY_E_STORAGE_LIMIT] = "nothing keeps the storage directory below its limit",
	[SPHERE_POLICY_E_MEMORY] = "no memory",
	[SPHERE_POLICY_E_HOST_UNKNOWN] = "no policy lists the host",
	[SPHERE_POLICY_E_ADDRS_FULL] = "there are as many addresses as there may be",
	[SPHERE_POLICY_E_ADDRESS] = "no host can have this address",
	[SPHERE_POLICY_E_ATTACH] = "the module cannot attach to the kernel: its log says why",
	[SPHERE_POLICY_E_EXEC_STACK] = "the file asks for an executable stack, or for writable code",
};

/**
 * sphere_policy_reason_text() - a reason in words
 * @reason: &enum sphere_policy_reason
 *
 * Return: the text, also for numbers that are not known
 */
const char *sphere_policy_reason_text(u32 reason)
{
	if (reason >= ARRAY_SIZE(reason_text) || !reason_text[reason])
		return "unknown reason";
	return reason_text[reason];
}

/**
 * sphere_policy_section_name() - a section in words
 * @section: SPHERE_SECTION_*
 *
 * Return: the name, also for numbers that are not known
 */
const char *sphere_policy_section_name(u32 section)
{
	if (section >= SPHERE_SECTIONS || !rules[section].name)
		return "header";
	return rules[section].name;
}

/**
 * struct cursor - what is left to read
 * @bytes: start of the policy
 * @pos: next byte
 * @end: byte behind the last one that may be read
 */
struct cursor {
	const u8 *bytes;
	u32 pos;
	u32 end;
};

static const u8 *take(struct cursor *c, u32 n)
{
	const u8 *p = c->bytes + c->pos;

	if (n > c->end - c->pos)
		return NULL;
	c->pos += n;
	return p;
}

static u16 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u32 get32(const u8 *p)
{
	return get16(p) | (u32)get16(p + 2) << 16;
}

static u64 get64(const u8 *p)
{
	return get32(p) | (u64)get32(p + 4) << 32;
}

static bool all_zero(const u8 *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

/* Text of @first to 0x7e, at least @min bytes, then zeros, of which there is at least one */
static bool good_text(const u8 *p, size_t size, u8 first, size_t min)
{
	size_t n = 0;

	while (n < size && p[n] >= first && p[n] <= 0x7e)
		n++;
	return n >= min && n < size && all_zero(p + n, size - n);
}

/* Text of a variable length, filled up with zeros to a multiple of 4 */
static u32 read_text(struct cursor *c, u32 len, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, len);
	const u8 *pad;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	pad = take(c, -len & 3);
	if (!pad)
		return SPHERE_POLICY_E_SHORT;
	if (!all_zero(pad, -len & 3))
		return SPHERE_POLICY_E_PADDING;
	e->path = (const char *)p;
	e->path_len = len;
	return SPHERE_POLICY_OK;
}

static u32 read_path(struct cursor *c, u32 len, struct sphere_policy_entry *e)
{
	u32 reason, part = 0, i;

	if (len < 2 || len > SPHERE_MAX_PATH)
		return SPHERE_POLICY_E_PATH;
	reason = read_text(c, len, e);
	if (reason)
		return reason;
	if (e->path[0] != '/')
		return SPHERE_POLICY_E_PATH;
	/* each part: not empty, not "." and not ".." */
	for (i = 1; i <= len; i++) {
		u8 ch = i < len ? e->path[i] : '/';

		if (ch < 0x20 || ch == 0x7f)
			return SPHERE_POLICY_E_PATH;
		if (ch != '/') {
			part++;
			continue;
		}
		if (!part || (e->path[i - 1] == '.' &&
			      (part == 1 || (part == 2 && e->path[i - 2] == '.'))))
			return SPHERE_POLICY_E_PATH;
		part = 0;
	}
	return SPHERE_POLICY_OK;
}

static u32 read_host(struct cursor *c, u32 len, struct sphere_policy_entry *e)
{
	u32 reason, label = 0, i;

	if (!len || len > SPHERE_MAX_HOST)
		return SPHERE_POLICY_E_HOST;
	reason = read_text(c, len, e);
	if (reason)
		return reason;
	for (i = 0; i <= len; i++) {
		char ch = i < len ? e->path[i] : '.';

		if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_')
			label++;
		else if (ch == '.' && label && label <= SPHERE_MAX_LABEL)
			label = 0;
		else
			return SPHERE_POLICY_E_HOST;
	}
	return SPHERE_POLICY_OK;
}

static u32 check_access(u16 access, u16 sensible)
{
	return access && !(access & ~sensible) ? SPHERE_POLICY_OK : SPHERE_POLICY_E_ACCESS;
}

static u32 check_ports(const struct sphere_policy_entry *e)
{
	return e->first && e->first <= e->last ? SPHERE_POLICY_OK : SPHERE_POLICY_E_PORTS;
}

static u32 check_proto(u8 proto, bool any)
{
	if (proto == SPHERE_PROTO_TCP || proto == SPHERE_PROTO_UDP ||
	    (any && proto == SPHERE_PROTO_ANY))
		return SPHERE_POLICY_OK;
	return SPHERE_POLICY_E_PROTO;
}

static u32 read_path_entry(struct cursor *c, struct sphere_policy_entry *e, u16 sensible)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_path));
	u32 reason;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->access = get16(p + offsetof(struct sphere_policy_path, access));
	reason = check_access(e->access, sensible);
	if (reason)
		return reason;
	return read_path(c, get16(p + offsetof(struct sphere_policy_path, len)), e);
}

static u32 read_storage(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_storage));

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->limit = get64(p + offsetof(struct sphere_policy_storage, limit));
	if (!e->limit || e->limit > SPHERE_MAX_STORAGE_SIZE)
		return SPHERE_POLICY_E_LIMIT;
	if (get32(p + offsetof(struct sphere_policy_storage, reserved)) ||
	    get16(p + offsetof(struct sphere_policy_storage, reserved2)))
		return SPHERE_POLICY_E_RESERVED;
	e->access = SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE | SPHERE_ACCESS_CREATE |
		    SPHERE_ACCESS_LIST;
	return read_path(c, get16(p + offsetof(struct sphere_policy_storage, len)), e);
}

static u32 read_exec(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_exec));

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->digest = p + offsetof(struct sphere_policy_exec, digest);
	e->access = get16(p + offsetof(struct sphere_policy_exec, use));
	if (!e->access || (e->access & ~SPHERE_EXEC_USES))
		return SPHERE_POLICY_E_EXEC_USE;
	return read_path(c, get16(p + offsetof(struct sphere_policy_exec, len)), e);
}

static u32 read_device(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_device));
	u8 type, flags;
	u32 reason, i;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->access = get16(p + offsetof(struct sphere_policy_device, access));
	reason = check_access(e->access, SPHERE_ACCESS_DEVICE);
	if (reason)
		return reason;
	type = p[offsetof(struct sphere_policy_device, type)];
	if (type != SPHERE_DEVICE_CHAR && type != SPHERE_DEVICE_BLOCK)
		return SPHERE_POLICY_E_DEVICE_TYPE;
	e->block = type == SPHERE_DEVICE_BLOCK;
	flags = p[offsetof(struct sphere_policy_device, flags)];
	e->ioctls_only = flags & SPHERE_DEVICE_IOCTLS;
	e->n_ioctls = get16(p + offsetof(struct sphere_policy_device, n_ioctls));
	if ((flags & ~SPHERE_DEVICE_IOCTLS) || (e->n_ioctls && !e->ioctls_only))
		return SPHERE_POLICY_E_DEVICE_FLAGS;
	if (e->n_ioctls > SPHERE_MAX_IOCTLS)
		return SPHERE_POLICY_E_IOCTLS;
	reason = read_path(c, get16(p + offsetof(struct sphere_policy_device, len)), e);
	if (reason)
		return reason;
	e->ioctls = take(c, e->n_ioctls * 4);
	if (!e->ioctls)
		return SPHERE_POLICY_E_SHORT;
	for (i = 1; i < e->n_ioctls; i++)
		if (sphere_policy_ioctl(e, i) <= sphere_policy_ioctl(e, i - 1))
			return SPHERE_POLICY_E_IOCTLS;
	return SPHERE_POLICY_OK;
}

static u32 read_net_addr(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_net_addr));
	u32 reason, i;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->addr = p + offsetof(struct sphere_policy_net_addr, addr);
	e->prefix = p[offsetof(struct sphere_policy_net_addr, prefix)];
	e->proto = p[offsetof(struct sphere_policy_net_addr, proto)];
	e->first = get16(p + offsetof(struct sphere_policy_net_addr, first));
	e->last = get16(p + offsetof(struct sphere_policy_net_addr, last));
	if (get16(p + offsetof(struct sphere_policy_net_addr, reserved)))
		return SPHERE_POLICY_E_RESERVED;
	if (e->prefix > 128)
		return SPHERE_POLICY_E_PREFIX;
	for (i = e->prefix; i < 128; i++)
		if (e->addr[i / 8] & 0x80 >> i % 8)
			return SPHERE_POLICY_E_PREFIX;
	reason = check_proto(e->proto, true);
	return reason ? reason : check_ports(e);
}

static u32 read_net_host(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_net_host));
	u32 reason;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->proto = p[offsetof(struct sphere_policy_net_host, proto)];
	e->first = get16(p + offsetof(struct sphere_policy_net_host, first));
	e->last = get16(p + offsetof(struct sphere_policy_net_host, last));
	if (get16(p + offsetof(struct sphere_policy_net_host, reserved)))
		return SPHERE_POLICY_E_RESERVED;
	reason = check_proto(e->proto, true);
	if (!reason)
		reason = check_ports(e);
	if (!reason)
		reason = read_host(c, p[offsetof(struct sphere_policy_net_host, len)], e);
	return reason;
}

static u32 read_net_listen(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_net_listen));
	u32 reason;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->proto = p[offsetof(struct sphere_policy_net_listen, proto)];
	e->first = get16(p + offsetof(struct sphere_policy_net_listen, first));
	e->last = get16(p + offsetof(struct sphere_policy_net_listen, last));
	if (p[offsetof(struct sphere_policy_net_listen, reserved)] ||
	    get16(p + offsetof(struct sphere_policy_net_listen, reserved2)))
		return SPHERE_POLICY_E_RESERVED;
	reason = check_proto(e->proto, false);
	return reason ? reason : check_ports(e);
}

/*
 * Numbers of families, types and protocols are the same on all architectures
 * that this runs on (MIPS, where types differ, is none of them).
 */
static bool socket_may_be_granted(u16 family, u16 type, u32 protocol)
{
	enum { DGRAM = 2, RAW = 3, SEQPACKET = 5 };

	switch (family) {
	case 2:		/* IPv4: raw, and echo requests */
		return (type == RAW && protocol < 256) || (type == DGRAM && protocol == 1);
	case 10:	/* IPv6: likewise */
		return (type == RAW && protocol < 256) || (type == DGRAM && protocol == 58);
	case 16:	/* netlink: routes, events of devices, generic */
		return (type == RAW || type == DGRAM) &&
		       (protocol == 0 || protocol == 15 || protocol == 16);
	case 17:	/* packets; the protocol is in network order */
		return (type == RAW || type == DGRAM) && protocol < 65536;
	case 29:	/* CAN */
	case 31:	/* Bluetooth */
	case 40:	/* virtual machines */
		return type && type <= SEQPACKET && protocol < 256;
	case 18:	/* numbers that sockets to real-time cores may have (af_azspio); */
	case 19:	/* nobody else has datagrams under them */
	case 22:
	case 25:
	case 43:
		return type == DGRAM && !protocol;
	default:
		return false;
	}
}

static u32 read_socket(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_socket));

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->family = get16(p + offsetof(struct sphere_policy_socket, family));
	e->type = get16(p + offsetof(struct sphere_policy_socket, type));
	e->protocol = get32(p + offsetof(struct sphere_policy_socket, protocol));
	return socket_may_be_granted(e->family, e->type, e->protocol) ? SPHERE_POLICY_OK :
								       SPHERE_POLICY_E_SOCKET;
}

static u32 read_bits(struct cursor *c, struct sphere_policy_entry *e, u64 known, u32 otherwise)
{
	const u8 *p = take(c, 8);

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->value = get64(p);
	return e->value && !(e->value & ~known) ? SPHERE_POLICY_OK : otherwise;
}

static u32 read_floor(struct cursor *c, struct sphere_policy_entry *e)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_floor));

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	e->component = p + offsetof(struct sphere_policy_floor, component);
	e->value = get64(p + offsetof(struct sphere_policy_floor, version));
	return e->value ? SPHERE_POLICY_OK : SPHERE_POLICY_E_VERSION_RANGE;
}

/* Decode the entry at the cursor; @e holds its section and index only */
static u32 read_entry(const struct sphere_policy *policy, struct cursor *c,
		      struct sphere_policy_entry *e)
{
	const u64 keys = 1ULL << SPHERE_POLICY_OP_PLUTON_SIGN |
			 1ULL << SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY;
	u32 reason;

	switch (e->section) {
	case SPHERE_SECTION_FILES:
		return read_path_entry(c, e, SPHERE_ACCESS_FILE);
	case SPHERE_SECTION_DIRS:
		return read_path_entry(c, e, SPHERE_ACCESS_DIR);
	case SPHERE_SECTION_STORAGE:
		return read_storage(c, e);
	case SPHERE_SECTION_EXECS:
		return read_exec(c, e);
	case SPHERE_SECTION_DEVICES:
		return read_device(c, e);
	case SPHERE_SECTION_NET_ADDRS:
		return read_net_addr(c, e);
	case SPHERE_SECTION_NET_HOSTS:
		return read_net_host(c, e);
	case SPHERE_SECTION_NET_LISTEN:
		return read_net_listen(c, e);
	case SPHERE_SECTION_SOCKETS:
		return read_socket(c, e);
	case SPHERE_SECTION_PARTNERS:
		e->component = take(c, SPHERE_POLICY_ID_SIZE);
		if (!e->component)
			return SPHERE_POLICY_E_SHORT;
		return memcmp(e->component, policy->component, SPHERE_POLICY_ID_SIZE) ?
			SPHERE_POLICY_OK : SPHERE_POLICY_E_PARTNER_SELF;
	case SPHERE_SECTION_OPS:
		reason = read_bits(c, e, (1ULL << SPHERE_POLICY_OPS) - 1, SPHERE_POLICY_E_OPS);
		if (!reason && (e->value & keys) && !policy->has_tenant)
			reason = SPHERE_POLICY_E_OPS_TENANT;
		return reason;
	case SPHERE_SECTION_CAPS:
		return read_bits(c, e, SPHERE_POLICY_CAPS, SPHERE_POLICY_E_CAPS);
	case SPHERE_SECTION_CORES:
		return read_bits(c, e, (1ULL << SPHERE_POLICY_CORES) - 1, SPHERE_POLICY_E_CORES);
	case SPHERE_SECTION_IMAGES:
		e->digest = take(c, SPHERE_POLICY_DIGEST_SIZE);
		return e->digest ? SPHERE_POLICY_OK : SPHERE_POLICY_E_SHORT;
	case SPHERE_SECTION_FLOORS:
		return read_floor(c, e);
	default:
		return SPHERE_POLICY_E_SECTION_UNKNOWN;
	}
}

static int cmp_text(const struct sphere_policy_entry *a, const struct sphere_policy_entry *b)
{
	u16 n = a->path_len < b->path_len ? a->path_len : b->path_len;
	int d = memcmp(a->path, b->path, n);

	return d ? d : (int)a->path_len - (int)b->path_len;
}

/* Is entry @b above @a, with nothing in common? */
static u32 check_order(const struct sphere_policy_entry *a, const struct sphere_policy_entry *b)
{
	int d = 0;

	switch (a->section) {
	case SPHERE_SECTION_FILES:
	case SPHERE_SECTION_DIRS:
	case SPHERE_SECTION_EXECS:
	case SPHERE_SECTION_DEVICES:
		d = cmp_text(a, b);
		break;
	case SPHERE_SECTION_NET_ADDRS:
		d = memcmp(a->addr, b->addr, 16);
		if (!d)
			d = (int)a->prefix - b->prefix;
		if (!d)
			d = (int)a->proto - b->proto;
		if (!d)
			d = (int)a->first - b->first;
		break;
	case SPHERE_SECTION_NET_HOSTS:
		d = cmp_text(a, b);
		if (!d)
			d = (int)a->proto - b->proto;
		if (!d)
			d = (int)a->first - b->first;
		break;
	case SPHERE_SECTION_NET_LISTEN:
		d = (int)a->proto - b->proto;
		if (!d)
			d = (int)a->first - b->first;
		if (d < 0 && a->proto == b->proto && a->last >= b->first)
			d = 0;
		break;
	case SPHERE_SECTION_SOCKETS:
		d = (int)a->family - b->family;
		if (!d)
			d = (int)a->type - b->type;
		if (!d && a->protocol != b->protocol)
			d = a->protocol < b->protocol ? -1 : 1;
		break;
	case SPHERE_SECTION_PARTNERS:
	case SPHERE_SECTION_FLOORS:
		d = memcmp(a->component, b->component, SPHERE_POLICY_ID_SIZE);
		break;
	case SPHERE_SECTION_IMAGES:
		d = memcmp(a->digest, b->digest, SPHERE_POLICY_DIGEST_SIZE);
		break;
	}
	if (!d)
		return SPHERE_POLICY_E_DUPLICATE;
	return d < 0 ? SPHERE_POLICY_OK : SPHERE_POLICY_E_ORDER;
}

static u32 read_header(const u8 *bytes, size_t size, struct sphere_policy *policy,
		       struct cursor *c, u32 *n_sections)
{
	const u8 *h = take(c, sizeof(struct sphere_policy_header));
	bool floors;

	if (!h)
		return SPHERE_POLICY_E_SHORT;
#define AT(member)	(h + offsetof(struct sphere_policy_header, member))
	if (get32(AT(magic)) != SPHERE_POLICY_MAGIC)
		return SPHERE_POLICY_E_MAGIC;
	if (get16(AT(language)) != SPHERE_POLICY_LANGUAGE)
		return SPHERE_POLICY_E_LANGUAGE;
	if (get32(AT(size)) != size)
		return SPHERE_POLICY_E_SIZE;
	policy->kind = *AT(kind);
	if (policy->kind < SPHERE_POLICY_APP || policy->kind > SPHERE_POLICY_FLOORS)
		return SPHERE_POLICY_E_KIND;
	floors = policy->kind == SPHERE_POLICY_FLOORS;

	policy->signature = *AT(signature);
	policy->key_id = AT(key_id);
	policy->signed_size = size;
	switch (policy->signature) {
	case SPHERE_POLICY_UNSIGNED:
		if (!all_zero(policy->key_id, SPHERE_POLICY_DIGEST_SIZE))
			return SPHERE_POLICY_E_KEY_ID;
		break;
	case SPHERE_POLICY_P256_SHA256:
		if (all_zero(policy->key_id, SPHERE_POLICY_DIGEST_SIZE))
			return SPHERE_POLICY_E_KEY_ID;
		if (c->end - c->pos < SPHERE_POLICY_SIG_SIZE)
			return SPHERE_POLICY_E_SHORT;
		/* the signature is no part of what is read */
		c->end -= SPHERE_POLICY_SIG_SIZE;
		policy->signed_size = c->end;
		break;
	default:
		return SPHERE_POLICY_E_SIG_TYPE;
	}

	policy->flags = get32(AT(flags));
	if ((policy->flags & ~SPHERE_POLICY_FLAGS) || (floors && policy->flags) ||
	    (policy->flags & SPHERE_POLICY_LEARN && !(policy->flags & SPHERE_POLICY_DEVELOPMENT)))
		return SPHERE_POLICY_E_FLAGS;
	policy->version = get64(AT(version));
	/* one more has to fit: the floor that loading it sets */
	if (!policy->version || policy->version == U64_MAX)
		return SPHERE_POLICY_E_VERSION_RANGE;
	policy->component = AT(component);
	if (floors && !all_zero(policy->component, SPHERE_POLICY_ID_SIZE))
		return SPHERE_POLICY_E_COMPONENT;
	policy->tenant = (const char *)AT(tenant);
	policy->has_tenant = policy->tenant[0];
	if (!good_text(AT(tenant), SPHERE_POLICY_TENANT_SIZE, 0x21, 0) ||
	    (policy->has_tenant && policy->kind != SPHERE_POLICY_APP))
		return SPHERE_POLICY_E_TENANT;
	policy->name = (const char *)AT(name);
	if (!good_text(AT(name), SPHERE_POLICY_NAME_SIZE, 0x20, floors ? 0 : 1))
		return SPHERE_POLICY_E_NAME;
	if (get16(AT(reserved)) || get32(AT(reserved2)))
		return SPHERE_POLICY_E_RESERVED;
	*n_sections = get16(AT(n_sections));
#undef AT
	policy->bytes = bytes;
	policy->size = size;
	return SPHERE_POLICY_OK;
}

/* Read the section at the cursor, whose type has to be above @above */
static u32 read_section(struct sphere_policy *policy, struct cursor *c, u32 above,
			struct sphere_policy_error *err)
{
	const u8 *p = take(c, sizeof(struct sphere_policy_section));
	struct sphere_policy_entry e[2];
	struct cursor in = *c;
	bool may_run = false;
	u32 type, count, size, reason, i;

	if (!p)
		return SPHERE_POLICY_E_SHORT;
	type = get16(p + offsetof(struct sphere_policy_section, type));
	count = get16(p + offsetof(struct sphere_policy_section, count));
	size = get32(p + offsetof(struct sphere_policy_section, size));
	err->section = type;
	if (!type || type >= SPHERE_SECTIONS)
		return SPHERE_POLICY_E_SECTION_UNKNOWN;
	if (type <= above)
		return SPHERE_POLICY_E_SECTION_ORDER;
	if (!(rules[type].kinds & KIND(policy->kind)))
		return SPHERE_POLICY_E_SECTION_KIND;
	if (!count)
		return SPHERE_POLICY_E_COUNT_ZERO;
	if (count > rules[type].max)
		return SPHERE_POLICY_E_COUNT;
	if (size % 4)
		return SPHERE_POLICY_E_SECTION_SIZE;
	if (!take(c, size))
		return SPHERE_POLICY_E_SHORT;
	in.pos = c->pos - size;
	in.end = c->pos;
	policy->part[type].offset = in.pos;
	policy->part[type].size = size;
	policy->part[type].count = count;

	for (i = 0; i < count; i++) {
		struct sphere_policy_entry *cur = &e[i & 1], *prev = &e[~i & 1];

		memset(cur, 0, sizeof(*cur));
		cur->section = type;
		cur->index = i;
		cur->offset = in.pos;
		err->entry = i;
		err->offset = in.pos;
		reason = read_entry(policy, &in, cur);
		/* the policy goes on behind the section, which is too small for its entries */
		if (reason == SPHERE_POLICY_E_SHORT)
			reason = SPHERE_POLICY_E_SECTION_SIZE;
		if (!reason && i)
			reason = check_order(prev, cur);
		if (reason)
			return reason;
		if (type == SPHERE_SECTION_DEVICES) {
			policy->n_ioctls += cur->n_ioctls;
			if (policy->n_ioctls > SPHERE_MAX_IOCTLS_ALL)
				return SPHERE_POLICY_E_IOCTLS;
		}
		if (type == SPHERE_SECTION_NET_HOSTS && (!i || cmp_text(prev, cur)))
			policy->host_bytes += cur->path_len + 1;
		if (type == SPHERE_SECTION_EXECS && (cur->access & SPHERE_EXEC_RUN))
			may_run = true;
	}
	err->offset = in.pos;
	if (in.pos != in.end)
		return SPHERE_POLICY_E_TRAILING;
	if (type == SPHERE_SECTION_EXECS && !may_run)
		return SPHERE_POLICY_E_NO_ENTRY;
	return SPHERE_POLICY_OK;
}

static u32 check_needed(const struct sphere_policy *policy, struct sphere_policy_error *err)
{
	static const struct {
		u8 kind;
		u8 section;
	} needed[] = {
		{ SPHERE_POLICY_APP, SPHERE_SECTION_EXECS },
		{ SPHERE_POLICY_CORE, SPHERE_SECTION_CORES },
		{ SPHERE_POLICY_CORE, SPHERE_SECTION_IMAGES },
		{ SPHERE_POLICY_FLOORS, SPHERE_SECTION_FLOORS },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		err->section = needed[i].section;
		if (needed[i].kind == policy->kind && !policy->part[needed[i].section].count)
			return SPHERE_POLICY_E_SECTION_MISSING;
	}
	return SPHERE_POLICY_OK;
}

static u32 read_all(const u8 *bytes, size_t size, struct sphere_policy *policy,
		    struct sphere_policy_error *err)
{
	struct cursor c = { .bytes = bytes };
	u32 reason, n = 0, i;

	if (size > SPHERE_MAX_POLICY)
		return SPHERE_POLICY_E_LONG;
	c.end = size;
	reason = read_header(bytes, size, policy, &c, &n);
	if (reason)
		return reason;
	/* types ascend, so that an impossible number of sections ends early */
	for (i = 0; i < n; i++) {
		u32 above = err->section;

		err->entry = 0;
		err->offset = c.pos;
		reason = read_section(policy, &c, above, err);
		if (reason)
			return reason;
	}
	err->section = 0;
	err->entry = 0;
	err->offset = c.pos;
	if (c.pos != c.end)
		return SPHERE_POLICY_E_TRAILING;
	return check_needed(policy, err);
}

static int refuse(struct sphere_policy_error *err, u32 reason, s32 detail)
{
	err->reason = reason;
	err->detail = detail;
	switch (reason) {
	case SPHERE_POLICY_OK:
		return 0;
	case SPHERE_POLICY_E_LONG:
		return -E2BIG;
	case SPHERE_POLICY_E_LANGUAGE:
	case SPHERE_POLICY_E_SIG_TYPE:
		return -EOPNOTSUPP;
	case SPHERE_POLICY_E_UNSIGNED:
	case SPHERE_POLICY_E_KEY_UNKNOWN:
		return -ENOKEY;
	case SPHERE_POLICY_E_SIG_RANGE:
	case SPHERE_POLICY_E_SIG_WRONG:
	case SPHERE_POLICY_E_KEY_POINT:
		return -EKEYREJECTED;
	case SPHERE_POLICY_E_KEY_TWICE:
	case SPHERE_POLICY_E_IDENTITY:
		return -EEXIST;
	case SPHERE_POLICY_E_KEYS_FROZEN:
	case SPHERE_POLICY_E_DEVELOPMENT:
		return -EPERM;
	case SPHERE_POLICY_E_KEYS_FULL:
	case SPHERE_POLICY_E_FLOORS_FULL:
		return -ENOSPC;
	case SPHERE_POLICY_E_VERSION_OLD:
		return -ESTALE;
	case SPHERE_POLICY_E_CRYPTO:
		return detail ? detail : -EIO;
	default:
		return -EINVAL;
	}
}

/**
 * sphere_policy_read() - check that bytes are a policy, and find its parts
 * @bytes: the bytes, a private copy: nobody may change them any more
 * @size: their number
 * @policy: filled in; of use only if 0 is returned
 * @err: filled in
 *
 * Says nothing about who wrote it: see sphere_trust_verify().
 *
 * Context: Any; does not sleep.
 * Return: 0, or
 * * %-E2BIG - more than %SPHERE_MAX_POLICY bytes
 * * %-EOPNOTSUPP - another language or kind of signature
 * * %-EINVAL - anything else; the reason is in @err
 */
int sphere_policy_read(const void *bytes, size_t size, struct sphere_policy *policy,
		       struct sphere_policy_error *err)
{
	memset(policy, 0, sizeof(*policy));
	memset(err, 0, sizeof(*err));
	return refuse(err, read_all(bytes, size, policy, err), 0);
}

/**
 * sphere_policy_iter_init() - go to the start of a section
 * @it: the iterator
 * @policy: as sphere_policy_read() left it
 * @section: SPHERE_SECTION_*
 *
 * Context: Any.
 */
void sphere_policy_iter_init(struct sphere_policy_iter *it, const struct sphere_policy *policy,
			     u32 section)
{
	memset(it, 0, sizeof(*it));
	it->policy = policy;
	it->entry.section = section;
	if (section < SPHERE_SECTIONS) {
		it->offset = policy->part[section].offset;
		it->left = policy->part[section].count;
	}
}

/**
 * sphere_policy_next() - go to the next entry
 * @it: the iterator, whose @entry is filled in
 *
 * Context: Any.
 * Return: whether there was one
 */
bool sphere_policy_next(struct sphere_policy_iter *it)
{
	const u32 section = it->entry.section;
	const struct sphere_policy_part *part;
	struct cursor c;

	if (!it->left)
		return false;
	part = &it->policy->part[section];
	c.bytes = it->policy->bytes;
	c.pos = it->offset;
	c.end = part->offset + part->size;
	memset(&it->entry, 0, sizeof(it->entry));
	it->entry.section = section;
	it->entry.index = part->count - it->left;
	it->entry.offset = c.pos;
	if (read_entry(it->policy, &c, &it->entry)) {
		/* cannot be: the entries were checked, and nobody changed them */
		it->left = 0;
		return false;
	}
	it->offset = c.pos;
	it->left--;
	return true;
}

/**
 * sphere_policy_ioctl() - an ioctl command of a device
 * @entry: entry of DEVICES
 * @i: which, below @entry->n_ioctls
 *
 * Context: Any.
 * Return: the command
 */
u32 sphere_policy_ioctl(const struct sphere_policy_entry *entry, u32 i)
{
	return get32(entry->ioctls + 4 * i);
}

static const u8 *find_key(const struct sphere_trust *trust, const u8 *key_id)
{
	u32 i;

	for (i = 0; i < trust->n_keys; i++)
		if (!memcmp(trust->key_id[i], key_id, SPHERE_POLICY_DIGEST_SIZE))
			return trust->key[i];
	return NULL;
}

/**
 * sphere_trust_add_key() - trust a key
 * @trust: keys and floors
 * @key: x and y
 * @err: filled in
 *
 * Context: Process context, may sleep. The caller serialises.
 * Return: 0, or
 * * %-EPERM - keys were given already
 * * %-ENOSPC - %SPHERE_MAX_KEYS are trusted
 * * %-EEXIST - trusted already
 * * %-EKEYREJECTED - not a usable point of the curve
 * * another error of the kernel's cryptography
 */
int sphere_trust_add_key(struct sphere_trust *trust, const u8 key[SPHERE_POLICY_KEY_SIZE],
			 struct sphere_policy_error *err)
{
	u8 id[SPHERE_POLICY_DIGEST_SIZE];
	int ret;

	memset(err, 0, sizeof(*err));
	if (trust->frozen)
		return refuse(err, SPHERE_POLICY_E_KEYS_FROZEN, 0);
	if (trust->n_keys >= SPHERE_MAX_KEYS)
		return refuse(err, SPHERE_POLICY_E_KEYS_FULL, 0);
	ret = sphere_p256_check_key(key);
	if (ret == -EINVAL)
		return refuse(err, SPHERE_POLICY_E_KEY_POINT, 0);
	if (!ret)
		ret = sphere_sha256(key, SPHERE_POLICY_KEY_SIZE, id);
	if (ret)
		return refuse(err, SPHERE_POLICY_E_CRYPTO, ret);
	if (find_key(trust, id))
		return refuse(err, SPHERE_POLICY_E_KEY_TWICE, 0);
	memcpy(trust->key[trust->n_keys], key, SPHERE_POLICY_KEY_SIZE);
	memcpy(trust->key_id[trust->n_keys], id, sizeof(id));
	trust->n_keys++;
	return 0;
}

/**
 * sphere_trust_verify() - did somebody whom we trust write this policy?
 * @trust: keys and floors
 * @policy: as sphere_policy_read() left it
 * @development: whether the device is in declared development mode
 * @err: filled in
 *
 * Context: Process context, may sleep. The caller serialises.
 * Return: 0, or
 * * %-ENOKEY - unsigned outside of development mode, or signed with another key
 * * %-EPERM - for development, outside of development mode
 * * %-EKEYREJECTED - the signature is wrong
 * * another error of the kernel's cryptography
 */
int sphere_trust_verify(const struct sphere_trust *trust, const struct sphere_policy *policy,
			bool development, struct sphere_policy_error *err)
{
	u8 digest[SPHERE_SHA256_SIZE];
	const u8 *key;
	int ret;

	memset(err, 0, sizeof(*err));
	if ((policy->flags & SPHERE_POLICY_DEVELOPMENT) && !development)
		return refuse(err, SPHERE_POLICY_E_DEVELOPMENT, 0);
	if (policy->signature == SPHERE_POLICY_UNSIGNED)
		return refuse(err, development ? SPHERE_POLICY_OK : SPHERE_POLICY_E_UNSIGNED, 0);
	key = find_key(trust, policy->key_id);
	if (!key)
		return refuse(err, SPHERE_POLICY_E_KEY_UNKNOWN, 0);
	err->offset = policy->signed_size;
	ret = sphere_sha256(policy->bytes, policy->signed_size, digest);
	if (!ret)
		ret = sphere_p256_verify(key, digest, policy->bytes + policy->signed_size);
	switch (ret) {
	case 0:
		return refuse(err, SPHERE_POLICY_OK, 0);
	case -ERANGE:
		return refuse(err, SPHERE_POLICY_E_SIG_RANGE, 0);
	case -EKEYREJECTED:
		return refuse(err, SPHERE_POLICY_E_SIG_WRONG, 0);
	case -EINVAL:
		return refuse(err, SPHERE_POLICY_E_KEY_POINT, 0);
	default:
		return refuse(err, SPHERE_POLICY_E_CRYPTO, ret);
	}
}

/* Index of the floor of a component, or of the place where it would stand */
static u32 find_floor(const struct sphere_trust *trust, const u8 *component, bool *found)
{
	u32 low = 0, high = trust->n_floors;

	*found = false;
	while (low < high) {
		u32 mid = low + (high - low) / 2;
		int d = memcmp(trust->floors[mid].component, component, SPHERE_POLICY_ID_SIZE);

		if (!d) {
			*found = true;
			return mid;
		}
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void raise_floor(struct sphere_trust *trust, const u8 *component, u64 version)
{
	bool found;
	u32 i = find_floor(trust, component, &found);

	if (!found) {
		memmove(&trust->floors[i + 1], &trust->floors[i],
			(trust->n_floors - i) * sizeof(trust->floors[0]));
		memcpy(trust->floors[i].component, component, SPHERE_POLICY_ID_SIZE);
		trust->floors[i].version = 0;
		trust->n_floors++;
	}
	if (trust->floors[i].version < version)
		trust->floors[i].version = version;
}

/**
 * sphere_trust_check_version() - may this version of a component be loaded?
 * @trust: keys and floors
 * @policy: a verified policy
 * @err: filled in
 *
 * Also makes sure that sphere_trust_raise() will find room.
 *
 * Context: Any; does not sleep. The caller serialises.
 * Return: 0, or
 * * %-ESTALE - not newer than what was loaded, or below the floor
 * * %-ENOSPC - the table of floors is full
 */
int sphere_trust_check_version(const struct sphere_trust *trust,
			       const struct sphere_policy *policy,
			       struct sphere_policy_error *err)
{
	struct sphere_policy_iter it;
	u32 more = 0, i;
	bool found;

	memset(err, 0, sizeof(*err));
	if (policy->kind == SPHERE_POLICY_FLOORS) {
		sphere_policy_iter_init(&it, policy, SPHERE_SECTION_FLOORS);
		while (sphere_policy_next(&it)) {
			find_floor(trust, it.entry.component, &found);
			more += !found;
		}
	} else {
		i = find_floor(trust, policy->component, &found);
		more = !found;
		if (found && policy->version < trust->floors[i].version)
			return refuse(err, SPHERE_POLICY_E_VERSION_OLD, 0);
	}
	if (more > SPHERE_MAX_FLOORS - trust->n_floors)
		return refuse(err, SPHERE_POLICY_E_FLOORS_FULL, 0);
	return 0;
}

/**
 * sphere_trust_raise() - from now on only newer versions
 * @trust: keys and floors
 * @policy: a verified list of floors, or the verified policy that is loaded now
 * @err: filled in
 *
 * Floors are raised by all entries of a list or by none, and never lowered.
 *
 * Context: Any; does not sleep. The caller serialises.
 * Return: as sphere_trust_check_version(); 0 right after that returned 0
 */
int sphere_trust_raise(struct sphere_trust *trust, const struct sphere_policy *policy,
		       struct sphere_policy_error *err)
{
	struct sphere_policy_iter it;
	int ret = sphere_trust_check_version(trust, policy, err);

	if (ret)
		return ret;
	if (policy->kind == SPHERE_POLICY_FLOORS) {
		sphere_policy_iter_init(&it, policy, SPHERE_SECTION_FLOORS);
		while (sphere_policy_next(&it))
			raise_floor(trust, it.entry.component, it.entry.value);
	} else {
		raise_floor(trust, policy->component, policy->version + 1);
	}
	return 0;
}
