// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications: their tables with made-up inodes, addresses that are replaced
 * while others read them, and real files that are pinned
 */
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/initrd.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "../app.h"
#include "policy_builder.h"
#include "test_key.h"

#define ROOM	16384

struct fixture {
	struct policy_builder b;
	struct sphere_policy policy;
	struct sphere_policy_error err;
	u8 *buf;
	struct inode *inodes;
	struct dentry *dentries;
	struct super_block *sb;
	struct sphere_pins *pins;
	unsigned int n_pins;
	struct sphere_app *app;
};

static int app_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int ret = sphere_app_init();

	if (!f)
		return -ENOMEM;
	test->priv = f;
	f->buf = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	return f->buf ? ret : -ENOMEM;
}

static void app_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	if (f->app && f->pins)
		f->app->pins = NULL;
	sphere_app_put(f->app);
	/* what is freed behind a grace period must not outlive what the test made */
	sphere_app_flush();
}

static void start(struct fixture *f)
{
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_APP, 3, 0xa0);
}

static void execs(struct fixture *f)
{
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, "/bin/app");
}

static void read_policy(struct kunit *test, struct fixture *f)
{
	size_t len = pb_finish(&f->b);

	KUNIT_ASSERT_GT(test, len, 0);
	KUNIT_ASSERT_EQ_MSG(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0,
			    "%s: %s", sphere_policy_section_name(f->err.section),
			    sphere_policy_reason_text(f->err.reason));
}

/* Objects that nobody has: entry i leads to dentry i, that to inode i, number i */
static void fake_pins(struct kunit *test, struct fixture *f)
{
	static const u32 sections[] = {
		SPHERE_SECTION_FILES, SPHERE_SECTION_DIRS, SPHERE_SECTION_STORAGE,
		SPHERE_SECTION_EXECS, SPHERE_SECTION_DEVICES,
	};
	unsigned int n = 0, i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		n += f->policy.part[sections[i]].count;
	f->n_pins = n;
	f->pins = kunit_kzalloc(test, struct_size(f->pins, pin, n), GFP_KERNEL);
	f->inodes = kunit_kzalloc(test, n * sizeof(*f->inodes), GFP_KERNEL);
	f->dentries = kunit_kzalloc(test, n * sizeof(*f->dentries), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->pins);
	KUNIT_ASSERT_NOT_NULL(test, f->inodes);
	KUNIT_ASSERT_NOT_NULL(test, f->dentries);
	f->sb = kunit_kzalloc(test, sizeof(*f->sb), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->sb);
	f->pins->n = n;
	for (i = 0; i < n; i++) {
		f->inodes[i].i_sb = f->sb;
		f->dentries[i].d_sb = f->sb;
		f->dentries[i].d_inode = &f->inodes[i];
		f->dentries[i].d_parent = &f->dentries[i];
		f->pins->pin[i].path.dentry = &f->dentries[i];
	}
	/* devices come last and are numbers; the others' inodes are not held back here */
	for (i = n - f->policy.part[SPHERE_SECTION_DEVICES].count; i < n; i++)
		f->pins->pin[i].dev = MKDEV(10, n - i);
}

static void build(struct kunit *test, struct fixture *f)
{
	f->app = sphere_app_build(&f->policy, f->pins, &f->err);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(f->app), "%s",
			       sphere_policy_reason_text(f->err.reason));
}

static void build_every_grant(struct kunit *test, struct fixture *f)
{
	start(f);
	pb_every_grant(&f->b);
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);
}

static int refused(struct kunit *test, struct fixture *f)
{
	struct sphere_app *app = sphere_app_build(&f->policy, f->pins, &f->err);

	KUNIT_EXPECT_TRUE(test, IS_ERR(app));
	if (!IS_ERR(app))
		f->app = app;
	return f->err.reason;
}

static void build_header(struct kunit *test)
{
	struct fixture *f = test->priv;

	build_every_grant(test, f);
	KUNIT_EXPECT_EQ(test, f->app->version, 3);
	KUNIT_EXPECT_EQ(test, f->app->component.b[0], 0xa0);
	KUNIT_EXPECT_TRUE(test, f->app->has_tenant);
	KUNIT_EXPECT_FALSE(test, f->app->is_signed);
	KUNIT_EXPECT_STREQ(test, f->app->name, "test");
	KUNIT_EXPECT_EQ(test, f->app->storage_limit, 65536);
	KUNIT_EXPECT_EQ(test, f->app->kind, SPHERE_POLICY_APP);
}

static void find_file(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct sphere_app_file *file;
	struct inode other;
	unsigned int i;

	build_every_grant(test, f);
	/* 3 files, 2 directories, storage, 3 executables, 4 devices */
	KUNIT_ASSERT_EQ(test, f->n_pins, 13);
	KUNIT_EXPECT_EQ(test, f->app->n_files, 6);
	file = sphere_app_find_file(f->app, &f->inodes[0]);
	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_EXPECT_EQ(test, file->access, SPHERE_ACCESS_READ);
	file = sphere_app_find_file(f->app, &f->inodes[2]);
	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_EXPECT_EQ(test, file->access, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE);
	file = sphere_app_find_file(f->app, &f->inodes[6]);
	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_EXPECT_EQ(test, file->access,
			SPHERE_ACCESS_READ | SPHERE_ACCESS_RUN | SPHERE_ACCESS_MAP);
	file = sphere_app_find_file(f->app, &f->inodes[8]);
	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_EXPECT_EQ(test, file->access, SPHERE_ACCESS_READ | SPHERE_ACCESS_MAP);
	/* directories and devices are no files */
	for (i = 3; i < 6; i++)
		KUNIT_EXPECT_NULL(test, sphere_app_find_file(f->app, &f->inodes[i]));
	for (i = 9; i < 13; i++)
		KUNIT_EXPECT_NULL(test, sphere_app_find_file(f->app, &f->inodes[i]));
	KUNIT_EXPECT_NULL(test, sphere_app_find_file(f->app, &other));
	KUNIT_EXPECT_NULL(test, sphere_app_find_file(f->app, NULL));
}

/* More than the index has places, so that several share one */
static void find_many(struct kunit *test)
{
	struct fixture *f = test->priv;
	const unsigned int n_files = SPHERE_MAX_FILES, n_dirs = SPHERE_MAX_DIRS, n_execs = 200;
	struct inode *other = kunit_kzalloc(test, 300 * sizeof(*other), GFP_KERNEL);
	struct dentry *alone = kunit_kzalloc(test, 300 * sizeof(*alone), GFP_KERNEL);
	unsigned int i, file;
	char path[16];

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_NOT_NULL(test, alone);
	start(f);
	pb_section(&f->b, SPHERE_SECTION_FILES);
	for (i = 0; i < n_files; i++) {
		snprintf(path, sizeof(path), "/f/%03u", i);
		pb_path(&f->b, SPHERE_ACCESS_READ, path);
	}
	pb_section(&f->b, SPHERE_SECTION_DIRS);
	for (i = 0; i < n_dirs; i++) {
		snprintf(path, sizeof(path), "/d/%03u", i);
		pb_path(&f->b, SPHERE_ACCESS_LIST, path);
	}
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	for (i = 0; i < n_execs; i++) {
		snprintf(path, sizeof(path), "/x/%03u", i);
		pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, path);
	}
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);
	KUNIT_ASSERT_GT(test, f->app->n_files, 255);

	for (i = 0; i < n_files + n_execs; i++) {
		const struct sphere_app_file *found;

		file = i < n_files ? i : i + n_dirs;
		found = sphere_app_find_file(f->app, &f->inodes[file]);
		KUNIT_ASSERT_NOT_NULL(test, found);
		KUNIT_EXPECT_PTR_EQ(test, found->inode, &f->inodes[file]);
	}
	for (i = n_files; i < n_files + n_dirs; i++) {
		const struct sphere_app_dir *found = sphere_app_find_dir(f->app, &f->dentries[i]);

		KUNIT_ASSERT_NOT_NULL(test, found);
		KUNIT_EXPECT_PTR_EQ(test, found->dentry, &f->dentries[i]);
	}
	for (i = 0; i < 300; i++) {
		alone[i].d_parent = &alone[i];
		KUNIT_EXPECT_NULL(test, sphere_app_find_file(f->app, &other[i]));
		KUNIT_EXPECT_NULL(test, sphere_app_find_dir(f->app, &alone[i]));
	}
}

static void find_file_merged(struct kunit *test)
{
	struct fixture *f = test->priv;

	/* two names of one library, one of which may be run */
	start(f);
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, "/lib/a");
	pb_exec(&f->b, NULL, SPHERE_EXEC_MAP, "/lib/b");
	read_policy(test, f);
	fake_pins(test, f);
	f->dentries[1].d_inode = &f->inodes[0];
	build(test, f);
	KUNIT_ASSERT_EQ(test, f->app->n_files, 1);
	KUNIT_EXPECT_EQ(test, f->app->files[0].access,
			SPHERE_ACCESS_READ | SPHERE_ACCESS_RUN | SPHERE_ACCESS_MAP);
}

static void build_exec_writable(struct kunit *test)
{
	struct fixture *f = test->priv;

	start(f);
	pb_section(&f->b, SPHERE_SECTION_FILES);
	pb_path(&f->b, SPHERE_ACCESS_WRITE, "/bin/link");
	execs(f);
	read_policy(test, f);
	fake_pins(test, f);
	f->dentries[1].d_inode = &f->inodes[0];
	KUNIT_EXPECT_EQ(test, refused(test, f), SPHERE_POLICY_E_EXEC_WRITABLE);
}

static void build_same_object(struct kunit *test)
{
	struct fixture *f = test->priv;

	start(f);
	pb_section(&f->b, SPHERE_SECTION_DIRS);
	pb_path(&f->b, SPHERE_ACCESS_READ, "/a");
	pb_section(&f->b, SPHERE_SECTION_STORAGE);
	pb_storage(&f->b, 1, "/b");
	execs(f);
	read_policy(test, f);
	fake_pins(test, f);
	f->pins->pin[1].path.dentry = &f->dentries[0];
	KUNIT_EXPECT_EQ(test, refused(test, f), SPHERE_POLICY_E_SAME_OBJECT);
	KUNIT_EXPECT_EQ(test, f->err.section, SPHERE_SECTION_STORAGE);

	start(f);
	execs(f);
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	pb_device(&f->b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, 0, "/dev/a", NULL, 0);
	pb_device(&f->b, SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR, 0, "/dev/b", NULL, 0);
	read_policy(test, f);
	fake_pins(test, f);
	f->pins->pin[2].dev = f->pins->pin[1].dev;
	KUNIT_EXPECT_EQ(test, refused(test, f), SPHERE_POLICY_E_SAME_OBJECT);

	/* the same number of the other type is another device */
	f->b.len = 0;
	start(f);
	execs(f);
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	pb_device(&f->b, SPHERE_ACCESS_READ, SPHERE_DEVICE_BLOCK, 0, "/dev/a", NULL, 0);
	pb_device(&f->b, SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR, 0, "/dev/b", NULL, 0);
	read_policy(test, f);
	fake_pins(test, f);
	f->pins->pin[2].dev = f->pins->pin[1].dev;
	build(test, f);
	KUNIT_EXPECT_EQ(test, sphere_app_find_device(f->app, f->pins->pin[1].dev, true)->access,
			SPHERE_ACCESS_READ);
	KUNIT_EXPECT_EQ(test, sphere_app_find_device(f->app, f->pins->pin[1].dev, false)->access,
			SPHERE_ACCESS_WRITE);
}

static void build_wrong_pins(struct kunit *test)
{
	struct fixture *f = test->priv;

	start(f);
	execs(f);
	read_policy(test, f);
	KUNIT_EXPECT_EQ(test, refused(test, f), SPHERE_POLICY_E_KIND);
	fake_pins(test, f);
	f->pins->n = 0;
	KUNIT_EXPECT_EQ(test, refused(test, f), SPHERE_POLICY_E_KIND);
}

static void find_dir(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct dentry *chain = kunit_kzalloc(test, 80 * sizeof(*chain), GFP_KERNEL);
	struct inode inode = {};
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, chain);
	build_every_grant(test, f);
	/* the image directory is entry 3, sockets 4, storage 5 */
	chain[0].d_parent = &f->dentries[3];
	for (i = 1; i < 80; i++)
		chain[i].d_parent = &chain[i - 1];
	KUNIT_EXPECT_PTR_EQ(test, sphere_app_find_dir(f->app, &f->dentries[3]), &f->app->dirs[0]);
	KUNIT_EXPECT_PTR_EQ(test, sphere_app_find_dir(f->app, &chain[0]), &f->app->dirs[0]);
	KUNIT_EXPECT_PTR_EQ(test, sphere_app_find_dir(f->app, &chain[SPHERE_MAX_DEPTH - 1]),
			    &f->app->dirs[0]);
	KUNIT_EXPECT_NULL(test, sphere_app_find_dir(f->app, &chain[SPHERE_MAX_DEPTH]));
	KUNIT_EXPECT_EQ(test, sphere_app_path_access(f->app, &chain[2]),
			SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST);

	/* the innermost counts */
	chain[5].d_parent = &f->dentries[5];
	f->dentries[5].d_parent = &f->dentries[3];
	KUNIT_EXPECT_TRUE(test, sphere_app_find_dir(f->app, &chain[6])->storage);
	KUNIT_EXPECT_EQ(test, sphere_app_path_access(f->app, &chain[6]) & SPHERE_ACCESS_CREATE,
			SPHERE_ACCESS_CREATE);

	/* a listed file has what stands at the file */
	chain[6].d_inode = &f->inodes[0];
	KUNIT_EXPECT_EQ(test, sphere_app_path_access(f->app, &chain[6]), SPHERE_ACCESS_READ);
	chain[6].d_inode = &inode;
	KUNIT_EXPECT_EQ(test, sphere_app_path_access(f->app, &chain[6]) & SPHERE_ACCESS_WRITE,
			SPHERE_ACCESS_WRITE);

	/* root of another file system, and a way round that has no end */
	chain[0].d_parent = &chain[0];
	KUNIT_EXPECT_NULL(test, sphere_app_find_dir(f->app, &chain[1]));
	KUNIT_EXPECT_EQ(test, sphere_app_path_access(f->app, &chain[1]), 0);
	chain[0].d_parent = &chain[1];
	KUNIT_EXPECT_NULL(test, sphere_app_find_dir(f->app, &chain[1]));
}

static void find_device(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct sphere_app_device *gpio, *null, *random;

	build_every_grant(test, f);
	/* fake numbers go down: gpiochip0 is 10:4, i2c-0 10:3, null 10:2, urandom 10:1 */
	gpio = sphere_app_find_device(f->app, MKDEV(10, 4), false);
	null = sphere_app_find_device(f->app, MKDEV(10, 2), false);
	random = sphere_app_find_device(f->app, MKDEV(10, 1), false);
	KUNIT_ASSERT_NOT_NULL(test, gpio);
	KUNIT_ASSERT_NOT_NULL(test, null);
	KUNIT_ASSERT_NOT_NULL(test, random);
	KUNIT_EXPECT_EQ(test, random->access, SPHERE_ACCESS_READ);
	KUNIT_EXPECT_NULL(test, sphere_app_find_device(f->app, MKDEV(10, 4), true));
	KUNIT_EXPECT_NULL(test, sphere_app_find_device(f->app, MKDEV(10, 5), false));
	KUNIT_EXPECT_NULL(test, sphere_app_find_device(f->app, MKDEV(10, 0), false));
	KUNIT_EXPECT_NULL(test, sphere_app_find_device(f->app, MKDEV(11, 4), false));
	/* some commands, any, none */
	KUNIT_EXPECT_TRUE(test, sphere_app_may_ioctl(f->app, gpio, 0x0101));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_ioctl(f->app, gpio, 0x80045430));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_ioctl(f->app, gpio, 0xc0086200));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_ioctl(f->app, gpio, 0x0102));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_ioctl(f->app, gpio, 0));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_ioctl(f->app, gpio, ~0U));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_ioctl(f->app, null, 0x1234));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_ioctl(f->app, random, 0x1234));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_ioctl(f->app, random, 0x0101));
}

static struct in6_addr v4(u32 addr)
{
	struct in6_addr a = {};

	a.s6_addr32[2] = htonl(0xffff);
	a.s6_addr32[3] = htonl(addr);
	return a;
}

static struct in6_addr v6(u8 first, u8 last)
{
	struct in6_addr a = {};

	a.s6_addr[0] = first;
	a.s6_addr[15] = last;
	return a;
}

static bool may_send4(struct fixture *f, u32 addr, u8 proto, u16 port)
{
	struct in6_addr a = v4(addr);

	return sphere_app_may_send(f->app, &a, proto, port);
}

static bool may_send6(struct fixture *f, u8 first, u8 last, u8 proto, u16 port)
{
	struct in6_addr a = v6(first, last);

	return sphere_app_may_send(f->app, &a, proto, port);
}

static void may_send(struct kunit *test)
{
	struct fixture *f = test->priv;
	static const u8 net6[16] = { 0xfd, 0x80 };
	static const u8 any6[16];

	start(f);
	execs(f);
	pb_section(&f->b, SPHERE_SECTION_NET_ADDRS);
	pb_net_addr(&f->b, any6, 0, SPHERE_PROTO_TCP, 7, 7);
	pb_net_addr4(&f->b, 0, 0, SPHERE_PROTO_TCP, 80, 80);
	pb_net_addr4(&f->b, 0x0a800000, 9, SPHERE_PROTO_UDP, 5, 9);
	pb_net_addr4(&f->b, 0xc0000201, 32, SPHERE_PROTO_ANY, 1, 65535);
	pb_net_addr(&f->b, net6, 9, SPHERE_PROTO_UDP, 1, 1);
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);

	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x01020304, SPHERE_PROTO_TCP, 80));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x01020304, SPHERE_PROTO_TCP, 81));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x01020304, SPHERE_PROTO_UDP, 80));
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x0affffff, SPHERE_PROTO_UDP, 5));
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x0a800000, SPHERE_PROTO_UDP, 9));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x0a7fffff, SPHERE_PROTO_UDP, 5));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x0a800000, SPHERE_PROTO_UDP, 4));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x0a800000, SPHERE_PROTO_UDP, 10));
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0xc0000201, SPHERE_PROTO_UDP, 65535));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0xc0000202, SPHERE_PROTO_UDP, 65535));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0xc0000201, SPHERE_PROTO_UDP, 0));
	/* a protocol that nobody names, and "any" as one */
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0xc0000201, 132, 80));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0xc0000201, SPHERE_PROTO_ANY, 80));
	/* all of IPv6 is nothing of IPv4, and the other way round */
	KUNIT_EXPECT_TRUE(test, may_send6(f, 0x20, 1, SPHERE_PROTO_TCP, 7));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x01020304, SPHERE_PROTO_TCP, 7));
	KUNIT_EXPECT_FALSE(test, may_send6(f, 0x20, 1, SPHERE_PROTO_TCP, 80));
	KUNIT_EXPECT_TRUE(test, may_send6(f, 0xfd, 1, SPHERE_PROTO_TCP, 7));
	KUNIT_EXPECT_FALSE(test, may_send6(f, 0xfd, 1, SPHERE_PROTO_UDP, 1));
}

/* May it send to the address that differs from @net in bit @bit alone, counted from the left? */
static bool may_send_bit(struct fixture *f, const struct in6_addr *net, unsigned int bit, u16 port)
{
	struct in6_addr a = *net;

	a.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
	return sphere_app_may_send(f->app, &a, SPHERE_PROTO_TCP, port);
}

/* An app with this one rule for TCP, port 7 */
static void build_net(struct kunit *test, const struct in6_addr *net, u8 prefix)
{
	struct fixture *f = test->priv;

	start(f);
	execs(f);
	pb_section(&f->b, SPHERE_SECTION_NET_ADDRS);
	pb_net_addr(&f->b, net->s6_addr, prefix, SPHERE_PROTO_TCP, 7, 7);
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);
}

static void drop(struct fixture *f)
{
	f->app->pins = NULL;
	sphere_app_put(f->app);
	f->app = NULL;
}

/* Every length of a prefix: the last bit in it counts, the first behind it does not */
static void may_send_prefix6(struct kunit *test)
{
	static const u8 host[16] = {
		0x20, 0x01, 0x0d, 0xb8, 0xa5, 0x5a, 0xff, 0x01,
		0x80, 0x01, 0x55, 0xaa, 0x12, 0x34, 0x56, 0x79,
	};
	struct fixture *f = test->priv;
	unsigned int prefix, i;

	for (prefix = 1; prefix <= 128; prefix++) {
		struct in6_addr net = {};

		for (i = 0; i < prefix; i++)
			net.s6_addr[i / 8] |= host[i / 8] & (0x80 >> i % 8);
		build_net(test, &net, prefix);
		for (i = 0; i < 128; i++)
			KUNIT_EXPECT_EQ_MSG(test, may_send_bit(f, &net, i, 7), i >= prefix,
					    "prefix %u, bit %u", prefix, i);
		KUNIT_EXPECT_FALSE(test, may_send_bit(f, &net, 127, 8));
		drop(f);
	}
}

/* The same for IPv4, by either way to ask; and what lies around ::ffff:0:0/96 */
static void may_send_prefix4(struct kunit *test)
{
	const struct in6_addr around = { .s6_addr = { [10] = 0xff, [11] = 0xfe } };
	const struct in6_addr mapped = v4(0);
	const u32 host = 0xa55a8001;
	struct fixture *f = test->priv;
	unsigned int prefix, i;

	for (prefix = 0; prefix <= 32; prefix++) {
		const u32 net = prefix ? host & ~0U << (32 - prefix) : 0;
		const struct in6_addr net6 = v4(net);

		build_net(test, &net6, 96 + prefix);
		for (i = 0; i < 32; i++) {
			u32 addr = net ^ 1U << (31 - i);

			KUNIT_EXPECT_EQ_MSG(test, may_send4(f, addr, SPHERE_PROTO_TCP, 7),
					    i >= prefix, "prefix %u, bit %u", prefix, i);
			KUNIT_EXPECT_EQ_MSG(test, sphere_app_may_send4(f->app, htonl(addr),
								       SPHERE_PROTO_TCP, 7),
					    i >= prefix, "prefix %u, bit %u", prefix, i);
		}
		KUNIT_EXPECT_FALSE(test, sphere_app_may_send4(f->app, htonl(net),
							      SPHERE_PROTO_UDP, 7));
		/* beside the mapped addresses nothing is IPv4 */
		for (i = 0; i < 96; i++)
			KUNIT_EXPECT_FALSE_MSG(test, may_send_bit(f, &mapped, i, 7),
					       "prefix %u, bit %u", prefix, i);
		drop(f);
	}

	/* IPv6 that holds the mapped addresses, and none of IPv4 for it */
	build_net(test, &around, 95);
	KUNIT_EXPECT_TRUE(test, may_send_bit(f, &around, 127, 7));
	KUNIT_EXPECT_FALSE(test, may_send_bit(f, &mapped, 127, 7));
	KUNIT_EXPECT_FALSE(test, may_send4(f, host, SPHERE_PROTO_TCP, 7));
}

static void may_listen(struct kunit *test)
{
	struct fixture *f = test->priv;

	build_every_grant(test, f);
	KUNIT_EXPECT_TRUE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_TCP, 11000));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_TCP, 11003));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_TCP, 11004));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_UDP, 11000));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_UDP, 5353));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_UDP, 0));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_ANY, 5353));
}

static void may_rest(struct kunit *test)
{
	struct sphere_component_id id = { { 0xc1 } };
	struct fixture *f = test->priv;
	int cap, op, n = 0;

	build_every_grant(test, f);
	KUNIT_EXPECT_TRUE(test, sphere_app_may_socket(f->app, 16, 3, 0));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_socket(f->app, 16, 3, 15));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_socket(f->app, 16, 2, 0));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_socket(f->app, 17, 3, 0));
	KUNIT_EXPECT_TRUE(test, sphere_app_has_partner(f->app, &id));
	id.b[15] = 1;
	KUNIT_EXPECT_FALSE(test, sphere_app_has_partner(f->app, &id));
	memset(&id, 0, sizeof(id));
	KUNIT_EXPECT_FALSE(test, sphere_app_has_partner(f->app, &id));

	for (cap = -1; cap < 70; cap++)
		KUNIT_EXPECT_EQ(test, sphere_app_may_cap(f->app, cap), cap == 25);
	for (op = -1; op < SPHERE_OPS + 40; op++)
		n += sphere_app_may_op(f->app, op);
	KUNIT_EXPECT_EQ(test, n, 3);
	KUNIT_EXPECT_TRUE(test, sphere_app_may_op(f->app, SPHERE_OP_PLUTON_RANDOM));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_op(f->app, SPHERE_OP_PLUTON_SIGN));
	KUNIT_EXPECT_TRUE(test, sphere_app_may_op(f->app, SPHERE_OP_PLUTON_PUBLIC_KEY));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_op(f->app, SPHERE_OP_NONE));
}

/* Nothing listed grants nothing */
static void may_nothing(struct kunit *test)
{
	struct sphere_component_id id = {};
	struct fixture *f = test->priv;
	struct in6_addr any = {};
	struct inode inode = {};
	struct dentry dentry = { .d_inode = &inode, .d_parent = &dentry };
	int i;

	start(f);
	execs(f);
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);
	KUNIT_EXPECT_NULL(test, sphere_app_find_file(f->app, &inode));
	KUNIT_EXPECT_NULL(test, sphere_app_find_dir(f->app, &dentry));
	KUNIT_EXPECT_EQ(test, sphere_app_path_access(f->app, &dentry), 0);
	KUNIT_EXPECT_NULL(test, sphere_app_find_device(f->app, 0, false));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_send(f->app, &any, SPHERE_PROTO_TCP, 80));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x7f000001, SPHERE_PROTO_UDP, 53));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_listen(f->app, SPHERE_PROTO_TCP, 80));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_socket(f->app, 0, 0, 0));
	KUNIT_EXPECT_FALSE(test, sphere_app_has_partner(f->app, &id));
	for (i = 0; i < 64; i++) {
		KUNIT_EXPECT_FALSE(test, sphere_app_may_cap(f->app, i));
		KUNIT_EXPECT_FALSE(test, sphere_app_may_op(f->app, i));
	}
}

static int add(struct fixture *f, const char *host, struct in6_addr addr, u32 ttl)
{
	return sphere_app_add_address(f->app, host, strlen(host), &addr, ttl, &f->err);
}

static const char hub[] = "hub.example.org";
static const char dps[] = "global.azure-devices-provisioning.net";

static void addresses(struct kunit *test)
{
	struct fixture *f = test->priv;

	build_every_grant(test, f);
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x08080808, SPHERE_PROTO_TCP, 443));
	KUNIT_EXPECT_EQ(test, add(f, hub, v4(0x08080808), 60), 0);
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x08080808, SPHERE_PROTO_TCP, 443));
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x08080808, SPHERE_PROTO_TCP, 8883));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x08080808, SPHERE_PROTO_UDP, 443));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x08080808, SPHERE_PROTO_TCP, 444));
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x08080809, SPHERE_PROTO_TCP, 443));
	/* another host at the same address adds its own ports */
	KUNIT_EXPECT_EQ(test, add(f, dps, v4(0x08080808), 60), 0);
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x08080808, SPHERE_PROTO_UDP, 9));
	/* IPv6, and the same bits in another place */
	KUNIT_EXPECT_EQ(test, add(f, hub, v6(0x20, 1), 60), 0);
	KUNIT_EXPECT_TRUE(test, may_send6(f, 0x20, 1, SPHERE_PROTO_TCP, 443));
	KUNIT_EXPECT_FALSE(test, may_send6(f, 0x20, 2, SPHERE_PROTO_TCP, 443));
	/* again: nothing more */
	KUNIT_EXPECT_EQ(test, add(f, hub, v6(0x20, 1), 60), 0);
	KUNIT_EXPECT_EQ(test, rcu_access_pointer(f->app->addrs)->n, 3);

	KUNIT_EXPECT_EQ(test, add(f, "hub.example.or", v4(0x08080808), 60), -ENOENT);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_HOST_UNKNOWN);
	KUNIT_EXPECT_EQ(test, add(f, "Hub.example.org", v4(0x08080808), 60), -ENOENT);
	KUNIT_EXPECT_EQ(test, add(f, "", v4(0x08080808), 60), -ENOENT);
	KUNIT_EXPECT_TRUE(test, sphere_app_lists_host(f->app, hub, strlen(hub)));
	KUNIT_EXPECT_FALSE(test, sphere_app_lists_host(f->app, hub, strlen(hub) - 1));
}

static void addresses_of_nobody(struct kunit *test)
{
	static const u32 bad4[] = {
		0, 0x00000001, 0x00ffffff, 0x7f000001, 0x7fffffff, 0xe0000000, 0xe00000fb,
		0xf0000001, 0xffffffff,
	};
	struct fixture *f = test->priv;
	struct in6_addr a;
	unsigned int i;

	build_every_grant(test, f);
	for (i = 0; i < ARRAY_SIZE(bad4); i++) {
		KUNIT_EXPECT_EQ(test, add(f, hub, v4(bad4[i]), 60), -EADDRNOTAVAIL);
		KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_ADDRESS);
	}
	KUNIT_EXPECT_EQ(test, add(f, hub, v6(0, 0), 60), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, add(f, hub, v6(0, 1), 60), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, add(f, hub, v6(0xff, 1), 60), -EADDRNOTAVAIL);
	a = v4(0x08080808);
	a.s6_addr32[2] = 0;
	KUNIT_EXPECT_EQ(test, add(f, hub, a, 60), -EADDRNOTAVAIL);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(f->app->addrs));
}

static struct sphere_app_addrs *addrs_of(struct fixture *f)
{
	return rcu_dereference_protected(f->app->addrs, true);
}

static void addresses_expire(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 now = ktime_get_seconds();

	build_every_grant(test, f);
	KUNIT_EXPECT_EQ(test, add(f, hub, v4(0x08080808), 0), 0);
	KUNIT_EXPECT_GE(test, addrs_of(f)->addr[0].until, now + SPHERE_MIN_TTL);
	KUNIT_EXPECT_EQ(test, add(f, hub, v4(0x08080808), ~0U), 0);
	KUNIT_EXPECT_LE(test, addrs_of(f)->addr[0].until, now + SPHERE_MAX_TTL + 60);
	/* a shorter time does not shorten */
	now = addrs_of(f)->addr[0].until;
	KUNIT_EXPECT_EQ(test, add(f, hub, v4(0x08080808), 1), 0);
	KUNIT_EXPECT_EQ(test, addrs_of(f)->addr[0].until, now);
	KUNIT_EXPECT_EQ(test, addrs_of(f)->n, 1);
	/* its time is over */
	addrs_of(f)->addr[0].until = ktime_get_seconds();
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x08080808, SPHERE_PROTO_TCP, 443));
	KUNIT_EXPECT_EQ(test, add(f, hub, v4(0x09090909), 1), 0);
	KUNIT_EXPECT_EQ(test, addrs_of(f)->n, 1);
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x09090909, SPHERE_PROTO_TCP, 443));
}

static void addresses_full(struct kunit *test)
{
	struct fixture *f = test->priv;
	char name[] = "h00";
	unsigned int host, i;

	start(f);
	execs(f);
	pb_section(&f->b, SPHERE_SECTION_NET_HOSTS);
	for (host = 0; host < 10; host++) {
		name[2] = '0' + host;
		pb_net_host(&f->b, name, SPHERE_PROTO_ANY, 1, 65535);
	}
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);
	/* one host cannot have more than its share, and its oldest go first */
	name[2] = '0';
	for (i = 0; i < SPHERE_MAX_ADDRS_HOST + 3; i++)
		KUNIT_ASSERT_EQ(test, add(f, name, v4(0x0a000000 + i), 100 + i), 0);
	KUNIT_EXPECT_EQ(test, addrs_of(f)->n, SPHERE_MAX_ADDRS_HOST);
	KUNIT_EXPECT_FALSE(test, may_send4(f, 0x0a000002, SPHERE_PROTO_TCP, 1));
	KUNIT_EXPECT_TRUE(test, may_send4(f, 0x0a000003, SPHERE_PROTO_TCP, 1));
	for (host = 1; host < SPHERE_MAX_ADDRS / SPHERE_MAX_ADDRS_HOST; host++) {
		name[2] = '0' + host;
		for (i = 0; i < SPHERE_MAX_ADDRS_HOST; i++)
			KUNIT_ASSERT_EQ(test, add(f, name, v4(0x0a000000 + i * 7), 100), 0);
	}
	KUNIT_EXPECT_EQ(test, addrs_of(f)->n, SPHERE_MAX_ADDRS);
	for (i = 1; i < addrs_of(f)->n; i++) {
		const struct sphere_app_addr *a = &addrs_of(f)->addr[i - 1];
		int d = memcmp(&a[0].addr, &a[1].addr, sizeof(a->addr));

		KUNIT_EXPECT_TRUE(test, d < 0 || (!d && a[0].host < a[1].host));
	}
	name[2] = '9';
	KUNIT_EXPECT_EQ(test, add(f, name, v4(0x0b000000), 100), -ENOSPC);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_ADDRS_FULL);
	/* what is there can still be given more time */
	name[2] = '0';
	KUNIT_EXPECT_EQ(test, add(f, name, v4(0x0a000003), 1000), 0);
}

struct reader {
	struct fixture *f;
	unsigned int looks;
	unsigned int missing;
};

/* The address that is always there must never be missed, whatever is added beside it */
static int read_addresses(void *data)
{
	struct reader *r = data;

	while (!kthread_should_stop()) {
		r->looks++;
		r->missing += !may_send4(r->f, 0x0a0a0a0a, SPHERE_PROTO_TCP, 443);
		cond_resched();
	}
	return 0;
}

static void addresses_replaced_under_readers(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct reader r = { .f = f };
	struct task_struct *task;
	unsigned int i;

	build_every_grant(test, f);
	KUNIT_ASSERT_EQ(test, add(f, hub, v4(0x0a0a0a0a), SPHERE_MAX_TTL), 0);
	task = kthread_run(read_addresses, &r, "sphere_lsm_test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 0; i < 2000; i++) {
		KUNIT_EXPECT_EQ(test, add(f, hub, v4(0x0b000000 + i), 10), 0);
		cond_resched();
	}
	msleep(20);
	kthread_stop(task);
	KUNIT_EXPECT_GT(test, r.looks, 0);
	KUNIT_EXPECT_EQ(test, r.missing, 0);
}

static void core_policy(struct kunit *test)
{
	struct sphere_core_policy *policy = kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);
	struct fixture *f = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, policy);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_CORE, 2, 0xc0);
	pb_core(&f->b);
	read_policy(test, f);
	build(test, f);
	KUNIT_EXPECT_EQ(test, f->app->cores, 1);
	KUNIT_ASSERT_EQ(test, sphere_app_core_policy(f->app, policy), 0);
	KUNIT_EXPECT_EQ(test, policy->component.b[0], 0xc0);
	KUNIT_EXPECT_EQ(test, policy->n_partners, 1);
	KUNIT_EXPECT_EQ(test, policy->partners[0].b[0], 0xa0);
	KUNIT_EXPECT_EQ(test, policy->n_images, 2);
	KUNIT_EXPECT_EQ(test, policy->images[1][0], 2);
	f->app->kind = SPHERE_POLICY_APP;
	KUNIT_EXPECT_EQ(test, sphere_app_core_policy(f->app, policy), -ENOENT);
}

static void may_replace(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_policy other;

	build_every_grant(test, f);
	other = f->policy;
	KUNIT_EXPECT_EQ(test, sphere_app_may_replace(f->app, &other, &f->err), 0);
	other.kind = SPHERE_POLICY_CORE;
	KUNIT_EXPECT_EQ(test, sphere_app_may_replace(f->app, &other, &f->err), -EEXIST);
	KUNIT_EXPECT_EQ(test, f->err.reason, SPHERE_POLICY_E_IDENTITY);
	other.kind = SPHERE_POLICY_APP;
	other.key_id = test_key_id;
	KUNIT_EXPECT_EQ(test, sphere_app_may_replace(f->app, &other, &f->err), -EEXIST);
}

static void references(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_app *app;

	start(f);
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_CORE, 2, 0xc0);
	pb_core(&f->b);
	read_policy(test, f);
	app = sphere_app_load(&f->policy, &f->err);
	KUNIT_ASSERT_FALSE(test, IS_ERR(app));
	KUNIT_EXPECT_PTR_EQ(test, sphere_app_get(app), app);
	KUNIT_EXPECT_PTR_EQ(test, sphere_app_tryget(app), app);
	sphere_app_put(app);
	sphere_app_put(app);
	rcu_read_lock();
	sphere_app_put(app);
	/* gone for those who ask, there for those who look */
	KUNIT_EXPECT_NULL(test, sphere_app_tryget(app));
	KUNIT_EXPECT_EQ(test, app->version, 2);
	rcu_read_unlock();
	sphere_app_put(NULL);
}

/* What a real manifest asks for: two executables, three libraries, a few devices and hosts */
static void size_of_typical(struct kunit *test)
{
	static const char * const hosts[] = {
		"fleet-hub.azure-devices.net", "global.azure-devices-provisioning.net",
	};
	static const char * const devices[] = {
		"/dev/gpiochip0", "/dev/gpiochip1", "/dev/i2c-2", "/dev/null", "/dev/ttyS1",
		"/dev/urandom",
	};
	struct fixture *f = test->priv;
	unsigned int i;

	start(f);
	pb_tenant(&f->b, "8f2a9c1e-0000-4000-8000-0123456789ab");
	pb_section(&f->b, SPHERE_SECTION_DIRS);
	pb_path(&f->b, SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST, "/mnt/apps/a");
	pb_path(&f->b, SPHERE_ACCESS_CONNECT, "/run/wifi-config");
	pb_section(&f->b, SPHERE_SECTION_STORAGE);
	pb_storage(&f->b, 65536, "/mnt/config/a");
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, NULL, SPHERE_EXEC_MAP, "/lib/ld-musl-armhf.so.1");
	pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, "/mnt/apps/a/bin/app");
	pb_exec(&f->b, NULL, SPHERE_EXEC_MAP, "/usr/lib/libapplibs.so.0");
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		pb_device(&f->b, 3, SPHERE_DEVICE_CHAR, 0, devices[i], NULL, 0);
	pb_section(&f->b, SPHERE_SECTION_NET_ADDRS);
	pb_net_addr4(&f->b, 0x7f000035, 32, SPHERE_PROTO_ANY, 53, 53);
	pb_section(&f->b, SPHERE_SECTION_NET_HOSTS);
	for (i = 0; i < ARRAY_SIZE(hosts); i++)
		pb_net_host(&f->b, hosts[i], SPHERE_PROTO_ANY, 1, 65535);
	pb_section(&f->b, SPHERE_SECTION_PARTNERS);
	pb_partner(&f->b, 0xc0);
	pb_section(&f->b, SPHERE_SECTION_OPS);
	pb_bits(&f->b, 1ULL << SPHERE_POLICY_OP_PLUTON_SIGN |
		       1ULL << SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY);
	read_policy(test, f);
	fake_pins(test, f);
	build(test, f);
	kunit_info(test, "a typical app has %u bytes, the structure alone %zu\n", f->app->size,
		   sizeof(*f->app));
	/* locks and work items grow when they are debugged */
	if (!IS_ENABLED(CONFIG_LOCKDEP) && !IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK))
		KUNIT_EXPECT_LE(test, f->app->size, 1024);
}

/* Real files. The root of the kernel is writable when these tests run at boot. */

static const u8 elf_head[] = {
	0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 40, 0, 1, 0, 0, 0,
	0, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	/* PT_GNU_STACK, flags at 24 */
	0x51, 0xe5, 0x74, 0x64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	6, 0, 0, 0, 16, 0, 0, 0,
};

static void write_file(struct kunit *test, const char *path, const void *bytes, size_t len)
{
	struct file *file = filp_open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	loff_t pos = 0;

	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(file), "%s: %ld", path, PTR_ERR_OR_ZERO(file));
	KUNIT_ASSERT_EQ(test, kernel_write(file, bytes, len, &pos), len);
	filp_close(file, NULL);
	/* the last reference is dropped by a work item in kernel threads */
	flush_delayed_fput();
}

static int open_for_writing(const char *path)
{
	struct file *file = filp_open(path, O_WRONLY, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	filp_close(file, NULL);
	flush_delayed_fput();
	return 0;
}

#define EXE	"/sphere_lsm_test_exe"

static void exe_policy(struct kunit *test, struct fixture *f, const void *bytes, size_t len,
		       u16 use)
{
	u8 digest[SPHERE_SHA256_SIZE];

	KUNIT_ASSERT_EQ(test, sphere_sha256(bytes, len, digest), 0);
	start(f);
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, digest, use | SPHERE_EXEC_RUN, EXE);
	read_policy(test, f);
}

static void expect_pin(struct kunit *test, struct fixture *f, u32 reason)
{
	struct sphere_pins *pins = sphere_pins_get(&f->policy, &f->err);

	KUNIT_EXPECT_EQ_MSG(test, f->err.reason, reason, "%s instead of %s (%d)",
			    sphere_policy_reason_text(f->err.reason),
			    sphere_policy_reason_text(reason), f->err.detail);
	KUNIT_EXPECT_EQ(test, IS_ERR(pins), reason != SPHERE_POLICY_OK);
	if (!IS_ERR(pins))
		sphere_pins_put(pins);
}

static void pin_exec(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_pins *pins;
	struct file *file;
	u8 *big = kunit_kzalloc(test, 40000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, big);
	memcpy(big, elf_head, sizeof(elf_head));
	write_file(test, EXE, big, 40000);
	exe_policy(test, f, big, 40000, 0);
	pins = sphere_pins_get(&f->policy, &f->err);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(pins), "%s %d",
			       sphere_policy_reason_text(f->err.reason), f->err.detail);
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), -ETXTBSY);
	/* a second policy that lists it does no harm */
	expect_pin(test, f, SPHERE_POLICY_OK);
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), -ETXTBSY);
	sphere_pins_put(pins);
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), 0);

	/* whoever writes already keeps it from being loaded, and a refusal leaves no trace */
	file = filp_open(EXE, O_WRONLY, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	expect_pin(test, f, SPHERE_POLICY_E_BUSY);
	filp_close(file, NULL);
	flush_delayed_fput();
	expect_pin(test, f, SPHERE_POLICY_OK);

	/* changed, longer, shorter */
	big[30000] ^= 1;
	write_file(test, EXE, big, 40000);
	expect_pin(test, f, SPHERE_POLICY_E_DIGEST);
	big[30000] ^= 1;
	write_file(test, EXE, big, 39999);
	expect_pin(test, f, SPHERE_POLICY_E_DIGEST);
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), 0);
	write_file(test, EXE, big, 40000);
	expect_pin(test, f, SPHERE_POLICY_OK);
}

static void pin_exec_app(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_app *app;

	write_file(test, EXE, elf_head, sizeof(elf_head));
	exe_policy(test, f, elf_head, sizeof(elf_head), SPHERE_EXEC_MAP);
	app = sphere_app_load(&f->policy, &f->err);
	KUNIT_ASSERT_FALSE(test, IS_ERR(app));
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), -ETXTBSY);
	sphere_app_put(app);
	sphere_app_flush();
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), 0);
}

static void pin_exec_stack(struct kunit *test)
{
	struct fixture *f = test->priv;
	u8 elf[sizeof(elf_head)];
	static const struct {
		unsigned int at;
		u8 value;
		u32 reason;
	} cases[] = {
		{ 52 + 24, 4, SPHERE_POLICY_OK },
		{ 52 + 24, 7, SPHERE_POLICY_E_EXEC_STACK },
		/* says nothing */
		{ 52, 0x50, SPHERE_POLICY_E_EXEC_STACK },
		{ 44, 0, SPHERE_POLICY_E_EXEC_STACK },
		/* headers that cannot be read */
		{ 44, 2, SPHERE_POLICY_E_EXEC_STACK },
		{ 45, 0xff, SPHERE_POLICY_E_EXEC_STACK },
		{ 31, 0xff, SPHERE_POLICY_E_EXEC_STACK },
		{ 42, 56, SPHERE_POLICY_E_EXEC_STACK },
		{ 4, 0, SPHERE_POLICY_E_EXEC_STACK },
		{ 4, 2, SPHERE_POLICY_E_EXEC_STACK },
		/* no ELF file: whatever runs it counts */
		{ 0, '#', SPHERE_POLICY_OK },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(elf, elf_head, sizeof(elf));
		elf[cases[i].at] = cases[i].value;
		write_file(test, EXE, elf, sizeof(elf));
		exe_policy(test, f, elf, sizeof(elf), 0);
		expect_pin(test, f, cases[i].reason);
	}
	write_file(test, EXE, elf_head, 10);
	exe_policy(test, f, elf_head, 10, 0);
	expect_pin(test, f, SPHERE_POLICY_E_EXEC_STACK);
}

static void pin_types(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_pins *pins;

	wait_for_initramfs();
	write_file(test, EXE, "x", 1);

	start(f);
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, "/dev");
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_NOT_FILE);

	start(f);
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, "/no/such/file");
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_LOOKUP);
	KUNIT_EXPECT_EQ(test, f->err.detail, -ENOENT);
	KUNIT_EXPECT_EQ(test, f->err.section, SPHERE_SECTION_EXECS);

	start(f);
	pb_section(&f->b, SPHERE_SECTION_FILES);
	pb_path(&f->b, SPHERE_ACCESS_READ, "/dev/console");
	execs(f);
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_NOT_FILE);

	start(f);
	pb_section(&f->b, SPHERE_SECTION_DIRS);
	pb_path(&f->b, SPHERE_ACCESS_READ, EXE);
	execs(f);
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_NOT_DIR);

	/* nothing limits the root file system to 64 KiB */
	start(f);
	pb_section(&f->b, SPHERE_SECTION_STORAGE);
	pb_storage(&f->b, 65536, "/dev");
	execs(f);
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_STORAGE_LIMIT);

	/* devices: as they are, and as what they are not */
	write_file(test, EXE, elf_head, sizeof(elf_head));
	exe_policy(test, f, elf_head, sizeof(elf_head), 0);
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	pb_device(&f->b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, 0, "/dev/console", NULL, 0);
	read_policy(test, f);
	pins = sphere_pins_get(&f->policy, &f->err);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pins));
	KUNIT_EXPECT_EQ(test, pins->pin[1].dev, MKDEV(5, 1));
	sphere_pins_put(pins);

	exe_policy(test, f, elf_head, sizeof(elf_head), 0);
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	pb_device(&f->b, SPHERE_ACCESS_READ, SPHERE_DEVICE_BLOCK, 0, "/dev/console", NULL, 0);
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_NOT_DEVICE);
	exe_policy(test, f, elf_head, sizeof(elf_head), 0);
	pb_section(&f->b, SPHERE_SECTION_DEVICES);
	pb_device(&f->b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, 0, EXE, NULL, 0);
	read_policy(test, f);
	expect_pin(test, f, SPHERE_POLICY_E_NOT_DEVICE);
	KUNIT_EXPECT_EQ(test, open_for_writing(EXE), 0);
}

static struct kunit_case app_cases[] = {
	KUNIT_CASE(build_header),
	KUNIT_CASE(find_file),
	KUNIT_CASE(find_many),
	KUNIT_CASE(find_file_merged),
	KUNIT_CASE(build_exec_writable),
	KUNIT_CASE(build_same_object),
	KUNIT_CASE(build_wrong_pins),
	KUNIT_CASE(find_dir),
	KUNIT_CASE(find_device),
	KUNIT_CASE(may_send),
	KUNIT_CASE(may_send_prefix6),
	KUNIT_CASE(may_send_prefix4),
	KUNIT_CASE(may_listen),
	KUNIT_CASE(may_rest),
	KUNIT_CASE(may_nothing),
	KUNIT_CASE(addresses),
	KUNIT_CASE(addresses_of_nobody),
	KUNIT_CASE(addresses_expire),
	KUNIT_CASE(addresses_full),
	KUNIT_CASE(addresses_replaced_under_readers),
	KUNIT_CASE(core_policy),
	KUNIT_CASE(may_replace),
	KUNIT_CASE(references),
	KUNIT_CASE(size_of_typical),
	KUNIT_CASE(pin_exec),
	KUNIT_CASE(pin_exec_app),
	KUNIT_CASE(pin_exec_stack),
	KUNIT_CASE(pin_types),
	{}
};

static struct kunit_suite app_suite = {
	.name = "sphere_lsm_app",
	.init = app_init,
	.exit = app_exit,
	.test_cases = app_cases,
};

kunit_test_suite(app_suite);

MODULE_LICENSE("GPL");
