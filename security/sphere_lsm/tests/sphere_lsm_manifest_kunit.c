// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading policies: mostly bad ones, each refused for its own reason, and what
 * trust does with keys and versions
 */
#include <kunit/test.h>

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "policy_builder.h"
#include "test_key.h"

#define ROOM	SPHERE_MAX_POLICY
#define AT(member)	offsetof(struct sphere_policy_header, member)

struct fixture {
	struct policy_builder b;
	struct sphere_policy policy;
	struct sphere_policy_error err;
	struct sphere_trust trust;
	u8 *buf;
};

static int manifest_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->buf = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	test->priv = f;
	return f->buf ? 0 : -ENOMEM;
}

static void start_app(struct policy_builder *b, u8 *buf)
{
	pb_start(b, buf, ROOM, SPHERE_POLICY_APP, 3, 0xa0);
}

static void execs(struct policy_builder *b)
{
	pb_section(b, SPHERE_SECTION_EXECS);
	pb_exec(b, NULL, SPHERE_EXEC_RUN, "/bin/app");
}

/* Read an exact copy, so that KASAN sees a byte too many */
static int read_copy(struct kunit *test, struct fixture *f, const void *bytes, size_t len)
{
	u8 *copy = kunit_kmalloc(test, len ? len : 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, bytes, len);
	return sphere_policy_read(copy, len, &f->policy, &f->err);
}

static void expect(struct kunit *test, struct fixture *f, const char *what, int ret, u32 reason)
{
	KUNIT_EXPECT_EQ_MSG(test, f->err.reason, reason, "%s: %s instead of %s (%s, entry %u)",
			    what,
			    sphere_policy_reason_text(f->err.reason),
			    sphere_policy_reason_text(reason),
			    sphere_policy_section_name(f->err.section), f->err.entry);
	KUNIT_EXPECT_EQ_MSG(test, !ret, reason == SPHERE_POLICY_OK, "%s", what);
	KUNIT_EXPECT_LE_MSG(test, ret, 0, "%s", what);
}

/* One wrong number in the header of a policy that is good otherwise */
static const struct header_case {
	const char *name;
	size_t at;
	u64 value;
	unsigned int bytes;
	u32 reason;
	int ret;
} header_cases[] = {
	{ "unchanged", AT(reserved2), 0, 4, SPHERE_POLICY_OK, 0 },
	{ "magic of zeros", AT(magic), 0, 4, SPHERE_POLICY_E_MAGIC, -EINVAL },
	{ "magic the other way round", AT(magic), 0x53504850, 4, SPHERE_POLICY_E_MAGIC, -EINVAL },
	{ "language 0", AT(language), 0, 2, SPHERE_POLICY_E_LANGUAGE, -EOPNOTSUPP },
	{ "next language", AT(language), 2, 2, SPHERE_POLICY_E_LANGUAGE, -EOPNOTSUPP },
	{ "language 257", AT(language), 0x101, 2, SPHERE_POLICY_E_LANGUAGE, -EOPNOTSUPP },
	{ "kind 0", AT(kind), 0, 1, SPHERE_POLICY_E_KIND, -EINVAL },
	{ "kind 4", AT(kind), 4, 1, SPHERE_POLICY_E_KIND, -EINVAL },
	{ "kind 255", AT(kind), 255, 1, SPHERE_POLICY_E_KIND, -EINVAL },
	{ "application as core", AT(kind), SPHERE_POLICY_CORE, 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "signature 2", AT(signature), 2, 1, SPHERE_POLICY_E_SIG_TYPE, -EOPNOTSUPP },
	{ "signed without a key", AT(signature), 1, 1, SPHERE_POLICY_E_KEY_ID, -EINVAL },
	{ "unsigned with a key", AT(key_id) + 31, 1, 1, SPHERE_POLICY_E_KEY_ID, -EINVAL },
	{ "size 0", AT(size), 0, 4, SPHERE_POLICY_E_SIZE, -EINVAL },
	{ "size of 4 GiB", AT(size), 0xffffffff, 4, SPHERE_POLICY_E_SIZE, -EINVAL },
	{ "unknown flag", AT(flags), 4, 4, SPHERE_POLICY_E_FLAGS, -EINVAL },
	{ "high flag", AT(flags), 0x80000000, 4, SPHERE_POLICY_E_FLAGS, -EINVAL },
	{ "learning without development", AT(flags), 2, 4, SPHERE_POLICY_E_FLAGS, -EINVAL },
	{ "version 0", AT(version), 0, 8, SPHERE_POLICY_E_VERSION_RANGE, -EINVAL },
	{ "last version", AT(version), ~0ULL, 8, SPHERE_POLICY_E_VERSION_RANGE, -EINVAL },
	{ "last but one version", AT(version), ~0ULL - 1, 8, SPHERE_POLICY_OK, 0 },
	{ "LS33 line end in the tenant", AT(tenant) + 3, '\n', 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "space in the tenant", AT(tenant) + 3, ' ', 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "high byte in the tenant", AT(tenant), 0x80, 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "zero in the tenant", AT(tenant) + 3, 0, 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "byte behind the tenant", AT(tenant) + 63, 'x', 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "no tenant for its keys", AT(tenant), 0, 1, SPHERE_POLICY_E_TENANT, -EINVAL },
	{ "no name", AT(name), 0, 4, SPHERE_POLICY_E_NAME, -EINVAL },
	{ "control character in the name", AT(name), 7, 1, SPHERE_POLICY_E_NAME, -EINVAL },
	{ "byte behind the name", AT(name) + 31, 'x', 1, SPHERE_POLICY_E_NAME, -EINVAL },
	{ "space in the name", AT(name) + 1, ' ', 1, SPHERE_POLICY_OK, 0 },
	{ "no section", AT(n_sections), 0, 2, SPHERE_POLICY_E_TRAILING, -EINVAL },
	{ "one section less", AT(n_sections), 11, 2, SPHERE_POLICY_E_TRAILING, -EINVAL },
	{ "one section more", AT(n_sections), 13, 2, SPHERE_POLICY_E_SHORT, -EINVAL },
	{ "all sections there may be", AT(n_sections), 0xffff, 2, SPHERE_POLICY_E_SHORT, -EINVAL },
	{ "reserved", AT(reserved), 1, 2, SPHERE_POLICY_E_RESERVED, -EINVAL },
	{ "reserved2", AT(reserved2) + 3, 1, 1, SPHERE_POLICY_E_RESERVED, -EINVAL },
};

static void header_desc(const struct header_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(header, header_cases, header_desc);

static void read_header_number(struct kunit *test)
{
	const struct header_case *c = test->param_value;
	struct fixture *f = test->priv;
	size_t len;
	int ret;

	start_app(&f->b, f->buf);
	pb_every_grant(&f->b);
	len = pb_finish(&f->b);
	KUNIT_ASSERT_GT(test, len, 0);
	pb_poke(&f->b, c->at, c->value, c->bytes);
	ret = read_copy(test, f, f->buf, len);
	expect(test, f, c->name, ret, c->reason);
	KUNIT_EXPECT_EQ(test, ret, c->ret);
}

/* A section with a first entry whose number at @at is @value */
static void w_files(struct policy_builder *b)
{
	pb_path(b, SPHERE_ACCESS_READ, "/etc/motd");
}

static void w_storage(struct policy_builder *b)
{
	pb_storage(b, 65536, "/data");
}

static void w_execs(struct policy_builder *b)
{
	pb_exec(b, NULL, SPHERE_EXEC_RUN, "/bin/app");
}

static void w_devices(struct policy_builder *b)
{
	static const u32 ioctls[] = { 1, 2, 3 };

	pb_device(b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, SPHERE_DEVICE_IOCTLS, "/dev/a", ioctls,
		  ARRAY_SIZE(ioctls));
}

static void w_addrs(struct policy_builder *b)
{
	pb_net_addr4(b, 0x0a000000, 8, SPHERE_PROTO_TCP, 1, 2);
}

static void w_hosts(struct policy_builder *b)
{
	pb_net_host(b, "a.example", SPHERE_PROTO_ANY, 1, 65535);
}

static void w_listen(struct policy_builder *b)
{
	pb_net_listen(b, SPHERE_PROTO_TCP, 80, 81);
}

static void w_sockets(struct policy_builder *b)
{
	pb_socket(b, 16, 3, 0);
}

static void w_partners(struct policy_builder *b)
{
	pb_partner(b, 0xc0);
}

static void w_bits(struct policy_builder *b)
{
	pb_bits(b, 1ULL << 10);
}

static const struct entry_case {
	const char *name;
	u16 section;
	void (*write)(struct policy_builder *b);
	size_t at;
	u64 value;
	unsigned int bytes;
	u32 reason;
} entry_cases[] = {
	{ "files", SPHERE_SECTION_FILES, w_files, 0, 3, 2, SPHERE_POLICY_OK },
	{ "files without access", SPHERE_SECTION_FILES, w_files, 0, 0, 2, SPHERE_POLICY_E_ACCESS },
	{ "files to list", SPHERE_SECTION_FILES, w_files, 0, 9, 2, SPHERE_POLICY_E_ACCESS },
	{ "files with unknown access", SPHERE_SECTION_FILES, w_files, 0, 0x101, 2,
	  SPHERE_POLICY_E_ACCESS },
	{ "empty path", SPHERE_SECTION_FILES, w_files, 2, 0, 2, SPHERE_POLICY_E_PATH },
	{ "path longer than the section", SPHERE_SECTION_FILES, w_files, 2, 13, 2,
	  SPHERE_POLICY_E_SECTION_SIZE },
	{ "path longer than a path may be", SPHERE_SECTION_FILES, w_files, 2, 1024, 2,
	  SPHERE_POLICY_E_PATH },
	{ "path of 64 KiB", SPHERE_SECTION_FILES, w_files, 2, 0xffff, 2, SPHERE_POLICY_E_PATH },
	{ "path shorter than its bytes", SPHERE_SECTION_FILES, w_files, 2, 4, 2,
	  SPHERE_POLICY_E_TRAILING },
	{ "path with a filling byte", SPHERE_SECTION_FILES, w_files, 15, 1, 1,
	  SPHERE_POLICY_E_PADDING },
	{ "path with the filling as a part", SPHERE_SECTION_FILES, w_files, 2, 10, 2,
	  SPHERE_POLICY_E_PATH },
	{ "directories", SPHERE_SECTION_DIRS, w_files, 0, 0x3f, 2, SPHERE_POLICY_OK },
	{ "directories with unknown access", SPHERE_SECTION_DIRS, w_files, 0, 0x40, 2,
	  SPHERE_POLICY_E_ACCESS },
	{ "storage", SPHERE_SECTION_STORAGE, w_storage, 0, 1, 8, SPHERE_POLICY_OK },
	{ "storage without limit", SPHERE_SECTION_STORAGE, w_storage, 0, 0, 8,
	  SPHERE_POLICY_E_LIMIT },
	{ "storage of 2^64 - 1", SPHERE_SECTION_STORAGE, w_storage, 0, ~0ULL, 8,
	  SPHERE_POLICY_E_LIMIT },
	{ "storage reserved", SPHERE_SECTION_STORAGE, w_storage, 8, 1, 4,
	  SPHERE_POLICY_E_RESERVED },
	{ "storage reserved2", SPHERE_SECTION_STORAGE, w_storage, 12, 1, 2,
	  SPHERE_POLICY_E_RESERVED },
	{ "executable without use", SPHERE_SECTION_EXECS, w_execs, 32, 0, 2,
	  SPHERE_POLICY_E_EXEC_USE },
	{ "executable with unknown use", SPHERE_SECTION_EXECS, w_execs, 32, 5, 2,
	  SPHERE_POLICY_E_EXEC_USE },
	{ "executable to map only", SPHERE_SECTION_EXECS, w_execs, 32, SPHERE_EXEC_MAP, 2,
	  SPHERE_POLICY_E_NO_ENTRY },
	{ "device", SPHERE_SECTION_DEVICES, w_devices, 0, 3, 2, SPHERE_POLICY_OK },
	{ "device without access", SPHERE_SECTION_DEVICES, w_devices, 0, 0, 2,
	  SPHERE_POLICY_E_ACCESS },
	{ "device to create in", SPHERE_SECTION_DEVICES, w_devices, 0, 4, 2,
	  SPHERE_POLICY_E_ACCESS },
	{ "device of type 0", SPHERE_SECTION_DEVICES, w_devices, 6, 0, 1,
	  SPHERE_POLICY_E_DEVICE_TYPE },
	{ "device of type 3", SPHERE_SECTION_DEVICES, w_devices, 6, 3, 1,
	  SPHERE_POLICY_E_DEVICE_TYPE },
	{ "device with an unknown flag", SPHERE_SECTION_DEVICES, w_devices, 7, 3, 1,
	  SPHERE_POLICY_E_DEVICE_FLAGS },
	{ "ioctls without the flag", SPHERE_SECTION_DEVICES, w_devices, 7, 0, 1,
	  SPHERE_POLICY_E_DEVICE_FLAGS },
	{ "no ioctl listed", SPHERE_SECTION_DEVICES, w_devices, 4, 0, 2, SPHERE_POLICY_E_TRAILING },
	{ "one ioctl less", SPHERE_SECTION_DEVICES, w_devices, 4, 2, 2, SPHERE_POLICY_E_TRAILING },
	{ "one ioctl more", SPHERE_SECTION_DEVICES, w_devices, 4, 4, 2,
	  SPHERE_POLICY_E_SECTION_SIZE },
	{ "too many ioctls", SPHERE_SECTION_DEVICES, w_devices, 4, 65, 2, SPHERE_POLICY_E_IOCTLS },
	{ "65535 ioctls", SPHERE_SECTION_DEVICES, w_devices, 4, 65535, 2, SPHERE_POLICY_E_IOCTLS },
	{ "ioctl twice", SPHERE_SECTION_DEVICES, w_devices, 20, 1, 4, SPHERE_POLICY_E_IOCTLS },
	{ "ioctl out of order", SPHERE_SECTION_DEVICES, w_devices, 16, 9, 4,
	  SPHERE_POLICY_E_IOCTLS },
	{ "address with a bit behind", SPHERE_SECTION_NET_ADDRS, w_addrs, 13, 1, 1,
	  SPHERE_POLICY_E_PREFIX },
	{ "address with the last bit behind", SPHERE_SECTION_NET_ADDRS, w_addrs, 15, 1, 1,
	  SPHERE_POLICY_E_PREFIX },
	{ "prefix cuts the address", SPHERE_SECTION_NET_ADDRS, w_addrs, 16, 101, 1,
	  SPHERE_POLICY_E_PREFIX },
	{ "prefix 129", SPHERE_SECTION_NET_ADDRS, w_addrs, 16, 129, 1, SPHERE_POLICY_E_PREFIX },
	{ "prefix 255", SPHERE_SECTION_NET_ADDRS, w_addrs, 16, 255, 1, SPHERE_POLICY_E_PREFIX },
	{ "whole address", SPHERE_SECTION_NET_ADDRS, w_addrs, 16, 128, 1, SPHERE_POLICY_OK },
	{ "protocol ICMP", SPHERE_SECTION_NET_ADDRS, w_addrs, 17, 1, 1, SPHERE_POLICY_E_PROTO },
	{ "address reserved", SPHERE_SECTION_NET_ADDRS, w_addrs, 18, 1, 2,
	  SPHERE_POLICY_E_RESERVED },
	{ "address from port 0", SPHERE_SECTION_NET_ADDRS, w_addrs, 20, 0, 2,
	  SPHERE_POLICY_E_PORTS },
	{ "address, ports upside down", SPHERE_SECTION_NET_ADDRS, w_addrs, 20, 3, 2,
	  SPHERE_POLICY_E_PORTS },
	{ "host, protocol", SPHERE_SECTION_NET_HOSTS, w_hosts, 0, 132, 1, SPHERE_POLICY_E_PROTO },
	{ "host without name", SPHERE_SECTION_NET_HOSTS, w_hosts, 1, 0, 1, SPHERE_POLICY_E_HOST },
	{ "host of 254 bytes", SPHERE_SECTION_NET_HOSTS, w_hosts, 1, 254, 1, SPHERE_POLICY_E_HOST },
	{ "host longer than the section", SPHERE_SECTION_NET_HOSTS, w_hosts, 1, 200, 1,
	  SPHERE_POLICY_E_SECTION_SIZE },
	{ "host from port 0", SPHERE_SECTION_NET_HOSTS, w_hosts, 2, 0, 2, SPHERE_POLICY_E_PORTS },
	{ "host to port 0", SPHERE_SECTION_NET_HOSTS, w_hosts, 4, 0, 2, SPHERE_POLICY_E_PORTS },
	{ "host reserved", SPHERE_SECTION_NET_HOSTS, w_hosts, 6, 1, 2, SPHERE_POLICY_E_RESERVED },
	{ "host with a filling byte", SPHERE_SECTION_NET_HOSTS, w_hosts, 17, 'x', 1,
	  SPHERE_POLICY_E_PADDING },
	{ "listen", SPHERE_SECTION_NET_LISTEN, w_listen, 0, SPHERE_PROTO_UDP, 1, SPHERE_POLICY_OK },
	{ "listen, any protocol", SPHERE_SECTION_NET_LISTEN, w_listen, 0, SPHERE_PROTO_ANY, 1,
	  SPHERE_POLICY_E_PROTO },
	{ "listen reserved", SPHERE_SECTION_NET_LISTEN, w_listen, 1, 1, 1,
	  SPHERE_POLICY_E_RESERVED },
	{ "listen from port 0", SPHERE_SECTION_NET_LISTEN, w_listen, 2, 0, 2,
	  SPHERE_POLICY_E_PORTS },
	{ "listen, ports upside down", SPHERE_SECTION_NET_LISTEN, w_listen, 4, 79, 2,
	  SPHERE_POLICY_E_PORTS },
	{ "listen reserved2", SPHERE_SECTION_NET_LISTEN, w_listen, 6, 1, 2,
	  SPHERE_POLICY_E_RESERVED },
	{ "socket of no family", SPHERE_SECTION_SOCKETS, w_sockets, 0, 0, 2,
	  SPHERE_POLICY_E_SOCKET },
	{ "Unix socket", SPHERE_SECTION_SOCKETS, w_sockets, 0, 1, 2, SPHERE_POLICY_E_SOCKET },
	{ "raw IPv4 socket", SPHERE_SECTION_SOCKETS, w_sockets, 0, 2, 2, SPHERE_POLICY_OK },
	{ "crypto socket", SPHERE_SECTION_SOCKETS, w_sockets, 0, 38, 2, SPHERE_POLICY_E_SOCKET },
	{ "raw socket to a core", SPHERE_SECTION_SOCKETS, w_sockets, 0, 18, 2,
	  SPHERE_POLICY_E_SOCKET },
	{ "XDP socket", SPHERE_SECTION_SOCKETS, w_sockets, 0, 44, 2, SPHERE_POLICY_E_SOCKET },
	{ "netlink stream", SPHERE_SECTION_SOCKETS, w_sockets, 2, 1, 2, SPHERE_POLICY_E_SOCKET },
	{ "netlink with flags", SPHERE_SECTION_SOCKETS, w_sockets, 2, 0x803, 2,
	  SPHERE_POLICY_E_SOCKET },
	{ "audit", SPHERE_SECTION_SOCKETS, w_sockets, 4, 9, 4, SPHERE_POLICY_E_SOCKET },
	{ "netlink protocol 65536", SPHERE_SECTION_SOCKETS, w_sockets, 4, 0x10000, 4,
	  SPHERE_POLICY_E_SOCKET },
	{ "partner of itself", SPHERE_SECTION_PARTNERS, w_partners, 0, 0xa0, 1,
	  SPHERE_POLICY_E_PARTNER_SELF },
	{ "partner of zeros", SPHERE_SECTION_PARTNERS, w_partners, 0, 0, 1, SPHERE_POLICY_OK },
	{ "no operation", SPHERE_SECTION_OPS, w_bits, 0, 0, 8, SPHERE_POLICY_E_OPS },
	{ "unknown operation", SPHERE_SECTION_OPS, w_bits, 0, 1ULL << SPHERE_POLICY_OPS, 8,
	  SPHERE_POLICY_E_OPS },
	{ "last operation", SPHERE_SECTION_OPS, w_bits, 0, 1ULL << 63, 8, SPHERE_POLICY_E_OPS },
	{ "signing without a tenant", SPHERE_SECTION_OPS, w_bits, 0,
	  1ULL << SPHERE_POLICY_OP_PLUTON_SIGN, 8, SPHERE_POLICY_E_OPS_TENANT },
	{ "public key without a tenant", SPHERE_SECTION_OPS, w_bits, 0,
	  1ULL << SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY, 8, SPHERE_POLICY_E_OPS_TENANT },
	{ "random without a tenant", SPHERE_SECTION_OPS, w_bits, 0,
	  1ULL << SPHERE_POLICY_OP_PLUTON_RANDOM, 8, SPHERE_POLICY_OK },
	{ "no capability", SPHERE_SECTION_CAPS, w_bits, 0, 0, 8, SPHERE_POLICY_E_CAPS },
	{ "CAP_SYS_ADMIN", SPHERE_SECTION_CAPS, w_bits, 0, 1ULL << 21, 8, SPHERE_POLICY_E_CAPS },
	{ "CAP_SYS_RESOURCE", SPHERE_SECTION_CAPS, w_bits, 0, 1ULL << 24, 8, SPHERE_POLICY_E_CAPS },
	{ "CAP_SYS_PTRACE", SPHERE_SECTION_CAPS, w_bits, 0, 1ULL << 19, 8, SPHERE_POLICY_E_CAPS },
	{ "CAP_SYS_TIME", SPHERE_SECTION_CAPS, w_bits, 0, 1ULL << 25, 8, SPHERE_POLICY_OK },
	{ "capability 63", SPHERE_SECTION_CAPS, w_bits, 0, 1ULL << 63, 8, SPHERE_POLICY_E_CAPS },
};

static void entry_desc(const struct entry_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(entry, entry_cases, entry_desc);

static void read_entry_number(struct kunit *test)
{
	const struct entry_case *c = test->param_value;
	struct fixture *f = test->priv;
	size_t first, len;

	start_app(&f->b, f->buf);
	if (c->section > SPHERE_SECTION_EXECS)
		execs(&f->b);
	pb_section(&f->b, c->section);
	first = f->b.len;
	c->write(&f->b);
	if (c->section < SPHERE_SECTION_EXECS)
		execs(&f->b);
	len = pb_finish(&f->b);
	KUNIT_ASSERT_GT(test, len, 0);
	KUNIT_ASSERT_EQ_MSG(test, read_copy(test, f, f->buf, len), 0, "before the change: %s",
			    sphere_policy_reason_text(f->err.reason));
	pb_poke(&f->b, first + c->at, c->value, c->bytes);
	expect(test, f, c->name, read_copy(test, f, f->buf, len), c->reason);
	if (c->reason != SPHERE_POLICY_OK)
		KUNIT_EXPECT_EQ(test, f->err.section, c->section);
}

static void read_paths(struct kunit *test)
{
	static const struct {
		const char *path;
		u32 reason;
	} cases[] = {
		{ "/a", SPHERE_POLICY_OK },
		{ "/a/b.c/..d/e..", SPHERE_POLICY_OK },
		{ "/...", SPHERE_POLICY_OK },
		{ "/\xc3\xa4", SPHERE_POLICY_OK },
		{ "/", SPHERE_POLICY_E_PATH },
		{ "a/b", SPHERE_POLICY_E_PATH },
		{ "//", SPHERE_POLICY_E_PATH },
		{ "//a", SPHERE_POLICY_E_PATH },
		{ "/a//b", SPHERE_POLICY_E_PATH },
		{ "/a/", SPHERE_POLICY_E_PATH },
		{ "/.", SPHERE_POLICY_E_PATH },
		{ "/..", SPHERE_POLICY_E_PATH },
		{ "/./a", SPHERE_POLICY_E_PATH },
		{ "/../a", SPHERE_POLICY_E_PATH },
		{ "/a/./b", SPHERE_POLICY_E_PATH },
		{ "/a/../b", SPHERE_POLICY_E_PATH },
		{ "/a/.", SPHERE_POLICY_E_PATH },
		{ "/a/..", SPHERE_POLICY_E_PATH },
		{ "/a\nb", SPHERE_POLICY_E_PATH },
		{ "/a\x7f", SPHERE_POLICY_E_PATH },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start_app(&f->b, f->buf);
		pb_section(&f->b, SPHERE_SECTION_FILES);
		pb_path(&f->b, SPHERE_ACCESS_READ, cases[i].path);
		execs(&f->b);
		expect(test, f, cases[i].path, read_copy(test, f, f->buf, pb_finish(&f->b)),
		       cases[i].reason);
	}
}

static void read_hosts(struct kunit *test)
{
	static const struct {
		const char *host;
		u32 reason;
	} cases[] = {
		{ "a", SPHERE_POLICY_OK },
		{ "_http._tcp.local", SPHERE_POLICY_OK },
		{ "0-9.example", SPHERE_POLICY_OK },
		{ "123456789012345678901234567890123456789012345678901234567890123.a",
		  SPHERE_POLICY_OK },
		{ "1234567890123456789012345678901234567890123456789012345678901234.a",
		  SPHERE_POLICY_E_HOST },
		{ ".a", SPHERE_POLICY_E_HOST },
		{ "a.", SPHERE_POLICY_E_HOST },
		{ "a..b", SPHERE_POLICY_E_HOST },
		{ ".", SPHERE_POLICY_E_HOST },
		{ "A.example", SPHERE_POLICY_E_HOST },
		{ "*.example", SPHERE_POLICY_E_HOST },
		{ "a b", SPHERE_POLICY_E_HOST },
		{ "a:443", SPHERE_POLICY_E_HOST },
		{ "https://a", SPHERE_POLICY_E_HOST },
		{ "\xc3\xa4.example", SPHERE_POLICY_E_HOST },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start_app(&f->b, f->buf);
		execs(&f->b);
		pb_section(&f->b, SPHERE_SECTION_NET_HOSTS);
		pb_net_host(&f->b, cases[i].host, SPHERE_PROTO_ANY, 1, 65535);
		expect(test, f, cases[i].host, read_copy(test, f, f->buf, pb_finish(&f->b)),
		       cases[i].reason);
	}
}

/* Two entries of each section: twice the same, and in the wrong order */
static void two(struct policy_builder *b, u16 section, unsigned int which)
{
	/* 0: a then b, 1: a then a, 2: b then a */
	const bool second[3][2] = { { false, true }, { false, false }, { true, false } };
	unsigned int i;

	pb_section(b, section);
	for (i = 0; i < 2; i++) {
		const bool big = second[which][i];
		const char *path = big ? "/aa" : "/a";
		u8 addr[16] = { 0xfd, [15] = big };

		switch (section) {
		case SPHERE_SECTION_FILES:
		case SPHERE_SECTION_DIRS:
			pb_path(b, SPHERE_ACCESS_READ, path);
			break;
		case SPHERE_SECTION_EXECS:
			pb_exec(b, NULL, SPHERE_EXEC_RUN, path);
			break;
		case SPHERE_SECTION_DEVICES:
			pb_device(b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, 0, path, NULL, 0);
			break;
		case SPHERE_SECTION_NET_ADDRS:
			pb_net_addr(b, addr, 128, SPHERE_PROTO_ANY, 1, 1);
			break;
		case SPHERE_SECTION_NET_HOSTS:
			pb_net_host(b, "a", SPHERE_PROTO_TCP, big ? 2 : 1, 3);
			break;
		case SPHERE_SECTION_NET_LISTEN:
			pb_net_listen(b, SPHERE_PROTO_TCP, big ? 2 : 1, big ? 2 : 1);
			break;
		case SPHERE_SECTION_SOCKETS:
			pb_socket(b, 16, 3, big ? 15 : 0);
			break;
		case SPHERE_SECTION_PARTNERS:
			pb_partner(b, big ? 2 : 1);
			break;
		case SPHERE_SECTION_IMAGES:
			pb_image(b, big ? 2 : 1);
			break;
		case SPHERE_SECTION_FLOORS:
			pb_floor(b, big ? 2 : 1, 1);
			break;
		}
	}
}

static void write_two(struct fixture *f, u16 section, unsigned int which)
{
	u8 kind = SPHERE_POLICY_APP;

	if (section == SPHERE_SECTION_IMAGES)
		kind = SPHERE_POLICY_CORE;
	if (section == SPHERE_SECTION_FLOORS)
		kind = SPHERE_POLICY_FLOORS;
	pb_start(&f->b, f->buf, ROOM, kind, 1, kind == SPHERE_POLICY_FLOORS ? 0 : 0xa0);
	if (kind == SPHERE_POLICY_CORE) {
		pb_section(&f->b, SPHERE_SECTION_CORES);
		pb_bits(&f->b, 1);
	}
	if (kind == SPHERE_POLICY_APP && section > SPHERE_SECTION_EXECS)
		execs(&f->b);
	two(&f->b, section, which);
	if (section < SPHERE_SECTION_EXECS)
		execs(&f->b);
}

static void read_order(struct kunit *test)
{
	static const u16 sections[] = {
		SPHERE_SECTION_FILES, SPHERE_SECTION_DIRS, SPHERE_SECTION_EXECS,
		SPHERE_SECTION_DEVICES, SPHERE_SECTION_NET_ADDRS, SPHERE_SECTION_NET_HOSTS,
		SPHERE_SECTION_NET_LISTEN, SPHERE_SECTION_SOCKETS, SPHERE_SECTION_PARTNERS,
		SPHERE_SECTION_IMAGES, SPHERE_SECTION_FLOORS,
	};
	static const u32 reasons[] = {
		SPHERE_POLICY_OK, SPHERE_POLICY_E_DUPLICATE, SPHERE_POLICY_E_ORDER,
	};
	struct fixture *f = test->priv;
	unsigned int i, which;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		for (which = 0; which < ARRAY_SIZE(reasons); which++) {
			write_two(f, sections[i], which);
			expect(test, f, sphere_policy_section_name(sections[i]),
			       read_copy(test, f, f->buf, pb_finish(&f->b)), reasons[which]);
		}
	}
}

static void read_listen_overlap(struct kunit *test)
{
	struct fixture *f = test->priv;

	start_app(&f->b, f->buf);
	execs(&f->b);
	pb_section(&f->b, SPHERE_SECTION_NET_LISTEN);
	pb_net_listen(&f->b, SPHERE_PROTO_TCP, 80, 90);
	pb_net_listen(&f->b, SPHERE_PROTO_TCP, 90, 91);
	expect(test, f, "overlap", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_DUPLICATE);
}

/* One entry more than each table may have */
static void read_too_many(struct kunit *test)
{
	static const struct {
		u16 section;
		u32 max;
	} cases[] = {
		{ SPHERE_SECTION_FILES, SPHERE_MAX_FILES },
		{ SPHERE_SECTION_DIRS, SPHERE_MAX_DIRS },
		{ SPHERE_SECTION_STORAGE, SPHERE_MAX_STORAGE },
		{ SPHERE_SECTION_EXECS, SPHERE_MAX_EXECS },
		{ SPHERE_SECTION_DEVICES, SPHERE_MAX_DEVICES },
		{ SPHERE_SECTION_NET_ADDRS, SPHERE_MAX_NET_ADDRS },
		{ SPHERE_SECTION_NET_HOSTS, SPHERE_MAX_NET_HOSTS },
		{ SPHERE_SECTION_NET_LISTEN, SPHERE_MAX_NET_LISTEN },
		{ SPHERE_SECTION_SOCKETS, SPHERE_MAX_SOCKETS },
		{ SPHERE_SECTION_PARTNERS, SPHERE_MAX_PARTNERS },
		{ SPHERE_SECTION_OPS, 1 },
		{ SPHERE_SECTION_CAPS, 1 },
	};
	struct fixture *f = test->priv;
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start_app(&f->b, f->buf);
		pb_section(&f->b, cases[i].section);
		pb_bytes(&f->b, "                ", 16);
		len = pb_finish(&f->b);
		pb_poke(&f->b, f->b.section + 2, cases[i].max + 1, 2);
		expect(test, f, "one too many", read_copy(test, f, f->buf, len),
		       SPHERE_POLICY_E_COUNT);
		pb_poke(&f->b, f->b.section + 2, 0xffff, 2);
		expect(test, f, "65535", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_COUNT);
		pb_poke(&f->b, f->b.section + 2, 0, 2);
		expect(test, f, "none", read_copy(test, f, f->buf, len),
		       SPHERE_POLICY_E_COUNT_ZERO);
	}
}

static void read_too_many_ioctls(struct kunit *test)
{
	static u32 ioctls[SPHERE_MAX_IOCTLS];
	struct fixture *f = test->priv;
	unsigned int i, n = SPHERE_MAX_IOCTLS_ALL / SPHERE_MAX_IOCTLS + 1;
	char path[] = "/dev/a";

	for (i = 0; i < ARRAY_SIZE(ioctls); i++)
		ioctls[i] = i;
	start_app(&f->b, f->buf);
	execs(&f->b);
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	for (i = 0; i < n; i++) {
		path[5] = 'a' + i;
		pb_device(&f->b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, SPHERE_DEVICE_IOCTLS, path,
			  ioctls, ARRAY_SIZE(ioctls));
	}
	expect(test, f, "ioctls", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_IOCTLS);
}

/* Sections that do not belong where they are */
static void read_sections(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;
	u32 type;

	/* unknown ones */
	for (type = SPHERE_SECTIONS; type <= 0xffff; type = type * 2 + 1) {
		start_app(&f->b, f->buf);
		execs(&f->b);
		pb_section(&f->b, type);
		pb_bits(&f->b, 1);
		expect(test, f, "unknown", read_copy(test, f, f->buf, pb_finish(&f->b)),
		       SPHERE_POLICY_E_SECTION_UNKNOWN);
	}
	start_app(&f->b, f->buf);
	pb_section(&f->b, 0);
	pb_bits(&f->b, 1);
	expect(test, f, "type 0", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_UNKNOWN);

	/* twice, and back */
	start_app(&f->b, f->buf);
	execs(&f->b);
	execs(&f->b);
	expect(test, f, "twice", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_ORDER);
	start_app(&f->b, f->buf);
	execs(&f->b);
	pb_section(&f->b, SPHERE_SECTION_FILES);
	w_files(&f->b);
	expect(test, f, "back", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_ORDER);

	/* in the wrong kind of policy */
	start_app(&f->b, f->buf);
	execs(&f->b);
	pb_section(&f->b, SPHERE_SECTION_CORES);
	pb_bits(&f->b, 1);
	expect(test, f, "cores of an app", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_KIND);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_CORE, 1, 0xc0);
	pb_section(&f->b, SPHERE_SECTION_FILES);
	w_files(&f->b);
	expect(test, f, "files of a core", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_KIND);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_FLOORS, 1, 0);
	execs(&f->b);
	expect(test, f, "files of floors", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_KIND);

	/* missing */
	start_app(&f->b, f->buf);
	expect(test, f, "no executable", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_MISSING);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_CORE, 1, 0xc0);
	pb_section(&f->b, SPHERE_SECTION_CORES);
	pb_bits(&f->b, 3);
	expect(test, f, "no image", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_MISSING);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_FLOORS, 1, 0);
	expect(test, f, "no floor", read_copy(test, f, f->buf, pb_finish(&f->b)),
	       SPHERE_POLICY_E_SECTION_MISSING);

	/* sizes */
	start_app(&f->b, f->buf);
	execs(&f->b);
	len = pb_finish(&f->b);
	pb_poke(&f->b, f->b.section + 4, 0xfffffffc, 4);
	expect(test, f, "section of 4 GiB", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_SHORT);
	pb_poke(&f->b, f->b.section + 4, len - f->b.section - 7, 4);
	expect(test, f, "section size odd", read_copy(test, f, f->buf, len),
	       SPHERE_POLICY_E_SECTION_SIZE);
	pb_poke(&f->b, f->b.section + 4, len - f->b.section - 12, 4);
	expect(test, f, "section cut", read_copy(test, f, f->buf, len),
	       SPHERE_POLICY_E_SECTION_SIZE);
}

static void read_cores(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len, at;

	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_CORE, 1, 0xc0);
	pb_section(&f->b, SPHERE_SECTION_CORES);
	at = f->b.len;
	pb_bits(&f->b, 3);
	pb_section(&f->b, SPHERE_SECTION_IMAGES);
	pb_image(&f->b, 1);
	len = pb_finish(&f->b);
	expect(test, f, "both cores", read_copy(test, f, f->buf, len), SPHERE_POLICY_OK);
	pb_poke(&f->b, at, 4, 8);
	expect(test, f, "third core", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_CORES);
	pb_poke(&f->b, at, 0, 8);
	expect(test, f, "no core", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_CORES);
}

static void read_floors(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;

	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_FLOORS, 1, 0);
	pb_section(&f->b, SPHERE_SECTION_FLOORS);
	pb_floor(&f->b, 1, 1);
	len = pb_finish(&f->b);
	expect(test, f, "floors", read_copy(test, f, f->buf, len), SPHERE_POLICY_OK);
	pb_poke(&f->b, AT(component), 1, 1);
	expect(test, f, "with a component", read_copy(test, f, f->buf, len),
	       SPHERE_POLICY_E_COMPONENT);
	pb_poke(&f->b, AT(component), 0, 1);
	pb_poke(&f->b, AT(flags), SPHERE_POLICY_DEVELOPMENT, 4);
	expect(test, f, "with flags", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_FLAGS);
	pb_poke(&f->b, AT(flags), 0, 4);
	pb_poke(&f->b, AT(tenant), 'a', 1);
	expect(test, f, "with a tenant", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_TENANT);
	pb_poke(&f->b, AT(tenant), 0, 1);
	pb_poke(&f->b, f->b.section + 8 + 16, 0, 8);
	expect(test, f, "floor 0", read_copy(test, f, f->buf, len),
	       SPHERE_POLICY_E_VERSION_RANGE);
}

/* Every cut of a good policy, with and without the size made right */
static void read_cut(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len, i;

	start_app(&f->b, f->buf);
	pb_every_grant(&f->b);
	len = pb_finish_signed(&f->b, test_key_id);
	KUNIT_ASSERT_EQ(test, read_copy(test, f, f->buf, len), 0);
	for (i = 0; i < len; i++) {
		u8 *copy = kmalloc(i ? i : 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, f->buf, i);
		KUNIT_EXPECT_NE(test, sphere_policy_read(copy, i, &f->policy, &f->err), 0);
		if (i >= AT(size) + 4) {
			copy[AT(size)] = i;
			copy[AT(size) + 1] = i >> 8;
			KUNIT_EXPECT_NE(test, sphere_policy_read(copy, i, &f->policy, &f->err), 0);
		}
		KUNIT_EXPECT_LE(test, f->err.offset, i);
		kfree(copy);
	}
}

static void read_trailing(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;

	start_app(&f->b, f->buf);
	execs(&f->b);
	pb_finish(&f->b);
	f->b.section = 0;
	pb_number(&f->b, 0, 4);
	len = pb_finish(&f->b);
	expect(test, f, "trailing", read_copy(test, f, f->buf, len), SPHERE_POLICY_E_TRAILING);

	start_app(&f->b, f->buf);
	execs(&f->b);
	len = pb_finish(&f->b);
	expect(test, f, "size", read_copy(test, f, f->buf, len + 1), SPHERE_POLICY_E_SIZE);
	KUNIT_EXPECT_EQ(test, sphere_policy_read(f->buf, SPHERE_MAX_POLICY + 1, &f->policy,
						 &f->err),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_LONG);
	KUNIT_EXPECT_EQ(test, sphere_policy_read(f->buf, SIZE_MAX, &f->policy, &f->err), -E2BIG);
	expect(test, f, "nothing", read_copy(test, f, f->buf, 0), SPHERE_POLICY_E_SHORT);
}

/* Any one byte changed: no crash, and what is accepted can be gone through */
static void read_any_byte(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_policy_iter it;
	size_t len, i;
	u32 section;

	start_app(&f->b, f->buf);
	pb_every_grant(&f->b);
	len = pb_finish(&f->b);
	for (i = 0; i < len; i++) {
		static const u8 flips[] = { 0x01, 0x80, 0xff };
		unsigned int j;

		for (j = 0; j < ARRAY_SIZE(flips); j++) {
			f->buf[i] ^= flips[j];
			if (!sphere_policy_read(f->buf, len, &f->policy, &f->err)) {
				for (section = 0; section < SPHERE_SECTIONS; section++) {
					u32 n = 0;

					sphere_policy_iter_init(&it, &f->policy, section);
					while (sphere_policy_next(&it))
						n++;
					KUNIT_EXPECT_EQ(test, n, f->policy.part[section].count);
				}
			}
			f->buf[i] ^= flips[j];
		}
	}
}

static void read_values(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_policy_iter it;
	size_t len;

	start_app(&f->b, f->buf);
	pb_every_grant(&f->b);
	len = pb_finish(&f->b);
	KUNIT_ASSERT_EQ(test, read_copy(test, f, f->buf, len), 0);
	KUNIT_EXPECT_EQ(test, f->policy.kind, SPHERE_POLICY_APP);
	KUNIT_EXPECT_EQ(test, f->policy.version, 3);
	KUNIT_EXPECT_EQ(test, f->policy.component[0], 0xa0);
	KUNIT_EXPECT_TRUE(test, f->policy.has_tenant);
	KUNIT_EXPECT_STREQ(test, f->policy.name, "test");
	KUNIT_EXPECT_EQ(test, f->policy.n_ioctls, 3);
	KUNIT_EXPECT_EQ(test, f->policy.host_bytes,
			sizeof("global.azure-devices-provisioning.net") +
			sizeof("hub.example.org"));

	sphere_policy_iter_init(&it, &f->policy, SPHERE_SECTION_DEVICES);
	KUNIT_ASSERT_TRUE(test, sphere_policy_next(&it));
	KUNIT_EXPECT_EQ(test, it.entry.path_len, strlen("/dev/gpiochip0"));
	KUNIT_EXPECT_EQ(test, memcmp(it.entry.path, "/dev/gpiochip0", it.entry.path_len), 0);
	KUNIT_EXPECT_TRUE(test, it.entry.ioctls_only);
	KUNIT_EXPECT_FALSE(test, it.entry.block);
	KUNIT_ASSERT_EQ(test, it.entry.n_ioctls, 3);
	KUNIT_EXPECT_EQ(test, sphere_policy_ioctl(&it.entry, 1), 0x80045430);

	sphere_policy_iter_init(&it, &f->policy, SPHERE_SECTION_NET_LISTEN);
	KUNIT_ASSERT_TRUE(test, sphere_policy_next(&it));
	KUNIT_EXPECT_EQ(test, it.entry.first, 11000);
	KUNIT_EXPECT_EQ(test, it.entry.last, 11003);
	KUNIT_ASSERT_TRUE(test, sphere_policy_next(&it));
	KUNIT_EXPECT_FALSE(test, sphere_policy_next(&it));

	/* sections that are not there, and some that cannot be */
	sphere_policy_iter_init(&it, &f->policy, SPHERE_SECTION_IMAGES);
	KUNIT_EXPECT_FALSE(test, sphere_policy_next(&it));
	sphere_policy_iter_init(&it, &f->policy, SPHERE_SECTIONS);
	KUNIT_EXPECT_FALSE(test, sphere_policy_next(&it));
}

static void reason_texts(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < SPHERE_POLICY_REASONS; i++) {
		KUNIT_EXPECT_STRNEQ(test, sphere_policy_reason_text(i), "unknown reason");
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, sphere_policy_reason_text(i),
					    sphere_policy_reason_text(j));
	}
	KUNIT_EXPECT_STREQ(test, sphere_policy_reason_text(SPHERE_POLICY_REASONS), "unknown reason");
	KUNIT_EXPECT_STREQ(test, sphere_policy_reason_text(~0U), "unknown reason");
	KUNIT_EXPECT_STREQ(test, sphere_policy_section_name(~0U), "header");
}

/* Trust */

static size_t write_app(struct fixture *f, u64 version, u8 id, u32 flags)
{
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_APP, version, id);
	pb_flags(&f->b, flags);
	execs(&f->b);
	return pb_finish_signed(&f->b, test_key_id);
}

static void read_signed(struct kunit *test, struct fixture *f, size_t len)
{
	KUNIT_ASSERT_EQ(test, test_sign(f->buf, len), 0);
	KUNIT_ASSERT_EQ_MSG(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0, "%s",
			    sphere_policy_reason_text(f->err.reason));
}

static void trust_signature(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len = write_app(f, 1, 1, 0), i;

	read_signed(test, f, len);
	expect(test, f, "no key", sphere_trust_verify(&f->trust, &f->policy, true, &f->err),
	       SPHERE_POLICY_E_KEY_UNKNOWN);
	KUNIT_ASSERT_EQ(test, sphere_trust_add_key(&f->trust, test_key, &f->err), 0);
	KUNIT_EXPECT_EQ(test, memcmp(f->trust.key_id[0], test_key_id, sizeof(test_key_id)), 0);
	expect(test, f, "good", sphere_trust_verify(&f->trust, &f->policy, false, &f->err),
	       SPHERE_POLICY_OK);

	/* some byte of each part: what still reads must not verify any more */
	for (i = 0; i < len; i += i < 176 ? 7 : 3) {
		f->buf[i] ^= 4;
		if (!sphere_policy_read(f->buf, len, &f->policy, &f->err))
			KUNIT_EXPECT_NE_MSG(test, sphere_trust_verify(&f->trust, &f->policy, false,
								      &f->err), 0, "byte %zu", i);
		f->buf[i] ^= 4;
	}

	KUNIT_ASSERT_EQ(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0);
	memset(f->buf + len - 64, 0, 32);
	expect(test, f, "r of 0", sphere_trust_verify(&f->trust, &f->policy, false, &f->err),
	       SPHERE_POLICY_E_SIG_RANGE);
	memset(f->buf + len - 64, 0xff, 32);
	expect(test, f, "r too large", sphere_trust_verify(&f->trust, &f->policy, false, &f->err),
	       SPHERE_POLICY_E_SIG_RANGE);
	memset(f->buf + len - 64, 0x11, 32);
	expect(test, f, "wrong r", sphere_trust_verify(&f->trust, &f->policy, false, &f->err),
	       SPHERE_POLICY_E_SIG_WRONG);
}

static void trust_unsigned(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;

	start_app(&f->b, f->buf);
	execs(&f->b);
	len = pb_finish(&f->b);
	KUNIT_ASSERT_EQ(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0);
	expect(test, f, "unsigned", sphere_trust_verify(&f->trust, &f->policy, false, &f->err),
	       SPHERE_POLICY_E_UNSIGNED);
	expect(test, f, "development", sphere_trust_verify(&f->trust, &f->policy, true, &f->err),
	       SPHERE_POLICY_OK);

	/* signed, but only for development */
	KUNIT_ASSERT_EQ(test, sphere_trust_add_key(&f->trust, test_key, &f->err), 0);
	len = write_app(f, 1, 1, SPHERE_POLICY_DEVELOPMENT);
	read_signed(test, f, len);
	expect(test, f, "on a product", sphere_trust_verify(&f->trust, &f->policy, false, &f->err),
	       SPHERE_POLICY_E_DEVELOPMENT);
	expect(test, f, "in the lab", sphere_trust_verify(&f->trust, &f->policy, true, &f->err),
	       SPHERE_POLICY_OK);
}

static void trust_keys(struct kunit *test)
{
	struct fixture *f = test->priv;
	u8 key[SPHERE_POLICY_KEY_SIZE];

	memcpy(key, test_key, sizeof(key));
	key[63] ^= 1;
	KUNIT_EXPECT_EQ(test, sphere_trust_add_key(&f->trust, key, &f->err), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_KEY_POINT);
	KUNIT_EXPECT_EQ(test, f->trust.n_keys, 0);
	KUNIT_EXPECT_EQ(test, sphere_trust_add_key(&f->trust, test_key, &f->err), 0);
	KUNIT_EXPECT_EQ(test, sphere_trust_add_key(&f->trust, test_key, &f->err), -EEXIST);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_KEY_TWICE);
	f->trust.n_keys = SPHERE_MAX_KEYS;
	KUNIT_EXPECT_EQ(test, sphere_trust_add_key(&f->trust, test_key, &f->err), -ENOSPC);
	f->trust.n_keys = 1;
	f->trust.frozen = true;
	KUNIT_EXPECT_EQ(test, sphere_trust_add_key(&f->trust, test_key, &f->err), -EPERM);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_KEYS_FROZEN);
}

static int try_version(struct kunit *test, struct fixture *f, u64 version, u8 id)
{
	size_t len = write_app(f, version, id, 0);

	KUNIT_ASSERT_EQ(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0);
	return sphere_trust_check_version(&f->trust, &f->policy, &f->err);
}

static void trust_versions(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, try_version(test, f, 5, 1), 0);
	KUNIT_EXPECT_EQ(test, f->trust.n_floors, 0);
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), 0);
	KUNIT_EXPECT_EQ(test, try_version(test, f, 5, 1), -ESTALE);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_VERSION_OLD);
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), -ESTALE);
	KUNIT_EXPECT_EQ(test, try_version(test, f, 4, 1), -ESTALE);
	KUNIT_EXPECT_EQ(test, try_version(test, f, 6, 1), 0);
	/* another component has a floor of its own */
	KUNIT_EXPECT_EQ(test, try_version(test, f, 1, 2), 0);
	/* the last version that can be, and then none */
	KUNIT_EXPECT_EQ(test, try_version(test, f, U64_MAX - 1, 1), 0);
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), 0);
	KUNIT_EXPECT_EQ(test, try_version(test, f, U64_MAX - 1, 1), -ESTALE);
}

static void trust_floors(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;

	KUNIT_EXPECT_EQ(test, try_version(test, f, 9, 2), 0);
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), 0);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_FLOORS, 1, 0);
	pb_section(&f->b, SPHERE_SECTION_FLOORS);
	pb_floor(&f->b, 1, 7);
	pb_floor(&f->b, 2, 3);
	pb_floor(&f->b, 3, U64_MAX);
	len = pb_finish(&f->b);
	KUNIT_ASSERT_EQ(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0);
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), 0);
	/* given again, it changes nothing */
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), 0);
	KUNIT_EXPECT_EQ(test, f->trust.n_floors, 3);
	KUNIT_EXPECT_EQ(test, try_version(test, f, 6, 1), -ESTALE);
	KUNIT_EXPECT_EQ(test, try_version(test, f, 7, 1), 0);
	/* never lowered */
	KUNIT_EXPECT_EQ(test, try_version(test, f, 9, 2), -ESTALE);
	KUNIT_EXPECT_EQ(test, try_version(test, f, 10, 2), 0);
	/* withdrawn for ever */
	KUNIT_EXPECT_EQ(test, try_version(test, f, U64_MAX - 1, 3), -ESTALE);
}

static void trust_floors_full(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;
	u32 i;

	for (i = 0; i < SPHERE_MAX_FLOORS - 1; i++) {
		KUNIT_ASSERT_EQ(test, try_version(test, f, 1, i * 5), 0);
		KUNIT_ASSERT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), 0);
	}
	for (i = 1; i < f->trust.n_floors; i++)
		KUNIT_EXPECT_LT(test, memcmp(f->trust.floors[i - 1].component,
					     f->trust.floors[i].component, 16), 0);
	/* two new ones do not fit: none is taken */
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_FLOORS, 1, 0);
	pb_section(&f->b, SPHERE_SECTION_FLOORS);
	pb_floor(&f->b, 0, 9);
	/* multiples of 5 that were not reached, modulo 256 */
	pb_floor(&f->b, 123, 9);
	pb_floor(&f->b, 128, 9);
	i = f->trust.n_floors;
	len = pb_finish(&f->b);
	KUNIT_ASSERT_EQ(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0);
	KUNIT_ASSERT_EQ(test, i, SPHERE_MAX_FLOORS - 1);
	KUNIT_EXPECT_EQ(test, sphere_trust_raise(&f->trust, &f->policy, &f->err), -ENOSPC);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_FLOORS_FULL);
	KUNIT_EXPECT_EQ(test, f->trust.n_floors, i);
	KUNIT_EXPECT_EQ(test, f->trust.floors[0].version, 2);
	/* full */
	f->trust.n_floors = SPHERE_MAX_FLOORS;
	KUNIT_EXPECT_EQ(test, try_version(test, f, 1, 133), -ENOSPC);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_FLOORS_FULL);
}

static struct kunit_case manifest_cases[] = {
	KUNIT_CASE_PARAM(read_header_number, header_gen_params),
	KUNIT_CASE_PARAM(read_entry_number, entry_gen_params),
	KUNIT_CASE(read_paths),
	KUNIT_CASE(read_hosts),
	KUNIT_CASE(read_order),
	KUNIT_CASE(read_listen_overlap),
	KUNIT_CASE(read_too_many),
	KUNIT_CASE(read_too_many_ioctls),
	KUNIT_CASE(read_sections),
	KUNIT_CASE(read_cores),
	KUNIT_CASE(read_floors),
	KUNIT_CASE(read_cut),
	KUNIT_CASE(read_trailing),
	KUNIT_CASE(read_any_byte),
	KUNIT_CASE(read_values),
	KUNIT_CASE(reason_texts),
	KUNIT_CASE(trust_signature),
	KUNIT_CASE(trust_unsigned),
	KUNIT_CASE(trust_keys),
	KUNIT_CASE(trust_versions),
	KUNIT_CASE(trust_floors),
	KUNIT_CASE(trust_floors_full),
	{}
};

static struct kunit_suite manifest_suite = {
	.name = "sphere_lsm_manifest",
	.init = manifest_init,
	.test_cases = manifest_cases,
};

kunit_test_suite(manifest_suite);

MODULE_LICENSE("GPL");
