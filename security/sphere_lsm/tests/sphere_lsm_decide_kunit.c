// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions: each capability of the manifest's schema with an app that has it and
 * one that has nothing, and each rule both ways, with made-up objects
 *
 * Names of cases begin with the requirements that they are about.
 */
#include <kunit/test.h>

#include <linux/blk_types.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/un.h>
#include <linux/user_namespace.h>

#include <asm/ioctls.h>

#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "../app.h"
#include "../audit.h"
#include "../decide.h"
#include "../hooks.h"
#include "../limits.h"
#include "../manifest.h"
#include "../state.h"
#include "policy_builder.h"

#define ROOM	16384

/* entries of pb_every_grant() in the order of their objects */
enum object {
	LOCALTIME, RESOLV_CONF, STATE, IMAGE, WIFI, STORAGE, LOADER, PROGRAM, LIBRARY, GPIO, I2C,
	NULL_DEVICE, URANDOM, OBJECTS
};

struct fixture {
	struct policy_builder b;
	struct sphere_policy policy;
	struct sphere_policy_error err;
	u8 *buf;
	struct super_block *sb;
	struct inode inodes[OBJECTS];
	struct dentry dentries[OBJECTS];
	struct sphere_pins *pins;
	struct sphere_pins *bare_pins;
	struct sphere_app *app;		/* with every grant */
	struct sphere_app *bare;	/* runs, and nothing else */
	struct inode inode;
	struct dentry dentry;
	struct dentry parent;
};

static struct sphere_app *build(struct kunit *test, struct sphere_pins *pins)
{
	struct fixture *f = test->priv;
	size_t len = pb_finish(&f->b);
	struct sphere_app *app;

	KUNIT_ASSERT_EQ_MSG(test, sphere_policy_read(f->buf, len, &f->policy, &f->err), 0, "%s",
			    sphere_policy_reason_text(f->err.reason));
	app = sphere_app_build(&f->policy, pins, &f->err);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(app), "%s", sphere_policy_reason_text(f->err.reason));
	return app;
}

static void make(struct fixture *f, enum object o, umode_t mode)
{
	f->inodes[o].i_mode = mode;
	f->inodes[o].i_sb = f->sb;
	f->inodes[o].i_rdev = MKDEV(200, o);
	f->dentries[o].d_inode = &f->inodes[o];
	f->dentries[o].d_parent = &f->dentries[o];
	f->dentries[o].d_sb = f->sb;
	f->pins->pin[o].path.dentry = &f->dentries[o];
}

static struct sphere_app *build_every_grant(struct kunit *test)
{
	struct fixture *f = test->priv;

	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_APP, 3, 0xa0);
	pb_every_grant(&f->b);
	return build(test, f->pins);
}

/* What was made up is not put */
static void put_app(struct sphere_app *app)
{
	if (app)
		app->pins = NULL;
	sphere_app_put(app);
}

/* As if all that is listed were there, when the policy is loaded */
static void on_file_system(struct kunit *test, unsigned long magic, unsigned long flags)
{
	struct fixture *f = test->priv;

	f->sb->s_magic = magic;
	f->sb->s_flags = flags;
	put_app(f->app);
	f->app = NULL;
	f->app = build_every_grant(test);
}

/* The beginning of a policy to run and nothing else; sections for the network may follow */
static void start_bare(struct fixture *f, u8 id)
{
	pb_start(&f->b, f->buf, ROOM, SPHERE_POLICY_APP, 3, id);
	pb_section(&f->b, SPHERE_SECTION_EXECS);
	pb_exec(&f->b, NULL, SPHERE_EXEC_RUN, "/bin/app");
}

static int decide_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int ret = sphere_app_init(), i;

	if (!f || ret)
		return ret ? ret : -ENOMEM;
	test->priv = f;
	f->buf = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	f->sb = kunit_kzalloc(test, sizeof(*f->sb), GFP_KERNEL);
	f->pins = kunit_kzalloc(test, struct_size(f->pins, pin, OBJECTS), GFP_KERNEL);
	f->bare_pins = kunit_kzalloc(test, struct_size(f->bare_pins, pin, 1), GFP_KERNEL);
	if (!f->buf || !f->sb || !f->pins || !f->bare_pins)
		return -ENOMEM;
	f->sb->s_magic = TMPFS_MAGIC;
	f->pins->n = OBJECTS;
	for (i = 0; i < OBJECTS; i++)
		make(f, i, i == IMAGE || i == WIFI || i == STORAGE ? S_IFDIR : S_IFREG);
	for (i = GPIO; i <= URANDOM; i++) {
		make(f, i, S_IFCHR);
		f->pins->pin[i].dev = MKDEV(200, i);
	}
	f->app = build_every_grant(test);
	f->bare_pins->n = 1;
	f->bare_pins->pin[0].path.dentry = &f->dentries[PROGRAM];
	start_bare(f, 0xb0);
	f->bare = build(test, f->bare_pins);

	/* something that is not listed, in a directory of its own */
	f->inode.i_mode = S_IFREG;
	f->inode.i_sb = f->sb;
	f->dentry.d_inode = &f->inode;
	f->dentry.d_sb = f->sb;
	f->dentry.d_parent = &f->parent;
	f->parent.d_parent = &f->parent;
	f->parent.d_sb = f->sb;
	return 0;
}

static void decide_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	put_app(f->app);
	put_app(f->bare);
	sphere_app_flush();
}

/* ---- capabilities of the manifest --------------------------------------- */

enum way {
	BY_HOST, BY_TCP_PORT, BY_UDP_PORT, BY_PARTNER, BY_TENANT, BY_DEVICE, BY_STORAGE, BY_SERVICE,
	BY_CAP, BY_OPERATION,
};

/* What each capability of the published schema becomes in a policy */
static const struct schema {
	const char *name;
	enum way way;
} schema[] = {
	{ "AllowedConnections", BY_HOST },
	{ "AllowedTcpServerPorts", BY_TCP_PORT },
	{ "AllowedUdpServerPorts", BY_UDP_PORT },
	{ "AllowedApplicationConnections", BY_PARTNER },
	{ "DeviceAuthentication", BY_TENANT },
	{ "Gpio", BY_DEVICE }, { "Uart", BY_DEVICE }, { "I2cMaster", BY_DEVICE },
	{ "SpiMaster", BY_DEVICE }, { "Pwm", BY_DEVICE }, { "Adc", BY_DEVICE },
	{ "MutableStorage", BY_STORAGE },
	{ "WifiConfig", BY_SERVICE }, { "EnterpriseWifiConfig", BY_SERVICE },
	{ "NetworkConfig", BY_SERVICE }, { "ReadNetworkProxyConfig", BY_SERVICE },
	{ "HardwareAddressConfig", BY_SERVICE }, { "DhcpService", BY_SERVICE },
	{ "SntpService", BY_SERVICE }, { "TimeSyncConfig", BY_SERVICE },
	{ "SystemTime", BY_CAP },
	{ "CertStore", BY_SERVICE }, { "SystemEventNotifications", BY_SERVICE },
	{ "SoftwareUpdateDeferral", BY_SERVICE }, { "PowerControls", BY_SERVICE },
	{ "HeapMemStats", BY_SERVICE }, { "ResetMemoryWatermarks", BY_SERVICE },
	{ "Pluton random numbers", BY_OPERATION },
};

static void schema_name(const struct schema *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(schema, schema, schema_name);

static int try_way(struct kunit *test, enum way way, struct sphere_app *app)
{
	struct fixture *f = test->priv;
	static const char host[] = "hub.example.org";
	struct in6_addr addr = { .s6_addr = { [10] = 0xff, 0xff, 192, 0, 2, 7 } };
	union sphere_op_arg tenant = {};
	struct unix_sock *other;
	int ret;

	switch (way) {
	case BY_HOST:
		sphere_app_add_address(app, host, strlen(host), &addr, 60, &f->err);
		return sphere_app_may_send(app, &addr, SPHERE_PROTO_TCP, 443) ?
		       SPHERE_OK : SPHERE_R_CONNECT;
	case BY_TCP_PORT:
		return sphere_app_may_listen(app, SPHERE_PROTO_TCP, 11001) ?
		       SPHERE_OK : SPHERE_R_LISTEN;
	case BY_UDP_PORT:
		return sphere_app_may_listen(app, SPHERE_PROTO_UDP, 5353) ?
		       SPHERE_OK : SPHERE_R_LISTEN;
	case BY_PARTNER: {
		struct sphere_component_id id = { { 0xc0 } };

		return sphere_app_has_partner(app, &id) ? SPHERE_OK : SPHERE_R_PARTNER;
	}
	case BY_TENANT:
		strscpy(tenant.tenant.b, "8f2a9c1e-0000-4000-8000-0123456789ab",
			sizeof(tenant.tenant.b));
		return sphere_decide_op(app, SPHERE_OP_PLUTON_SIGN, &tenant, NULL);
	case BY_DEVICE:
		return sphere_decide_open(app, &f->dentries[GPIO],
					  SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE);
	case BY_STORAGE:
		return sphere_decide_create(app, &f->dentries[STORAGE], S_IFREG | 0600);
	case BY_SERVICE:
		other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, other);
		f->dentry.d_parent = &f->dentries[WIFI];
		f->inode.i_mode = S_IFSOCK;
		other->path.dentry = &f->dentry;
		ret = sphere_decide_unix(app, &other->sk);
		f->inode.i_mode = S_IFREG;
		f->dentry.d_parent = &f->parent;
		return ret;
	case BY_CAP:
		return sphere_decide_cap(app, CAP_SYS_TIME) ? : sphere_decide_time(app);
	case BY_OPERATION:
		return sphere_decide_op(app, SPHERE_OP_PLUTON_RANDOM, NULL, NULL);
	}
	return -1;
}

static void T28_capability_of_the_schema(struct kunit *test)
{
	static const int why[] = {
		[BY_HOST] = SPHERE_R_CONNECT, [BY_TCP_PORT] = SPHERE_R_LISTEN,
		[BY_UDP_PORT] = SPHERE_R_LISTEN, [BY_PARTNER] = SPHERE_R_PARTNER,
		[BY_TENANT] = SPHERE_R_OPERATION, [BY_DEVICE] = SPHERE_R_DEVICE,
		[BY_STORAGE] = SPHERE_R_CREATE, [BY_SERVICE] = SPHERE_R_UNIX,
		[BY_CAP] = SPHERE_R_CAP, [BY_OPERATION] = SPHERE_R_OPERATION,
	};
	const struct schema *s = test->param_value;
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, try_way(test, s->way, f->app), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, try_way(test, s->way, f->bare), why[s->way]);
}

/* ---- files -------------------------------------------------------------- */

#undef READ
#undef WRITE
#define READ	SPHERE_ACCESS_READ
#define WRITE	SPHERE_ACCESS_WRITE
#define RUN	SPHERE_ACCESS_RUN

/* A look may only save the question, never answer it otherwise */
static int decide_open(const struct sphere_app *app, const struct dentry *dentry, u16 want)
{
	int reason = sphere_decide_open(app, dentry, want);

	return reason && sphere_app_may_open(app, dentry, want) ? SPHERE_OK : reason;
}

static void open_files(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[LOCALTIME], READ), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[LOCALTIME], READ | WRITE),
			SPHERE_R_FILE_ACCESS);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[STATE], READ | WRITE),
			SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[PROGRAM], WRITE),
			SPHERE_R_FILE_ACCESS);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[PROGRAM], READ | RUN),
			SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[LIBRARY], READ | RUN),
			SPHERE_R_EXEC);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_FILE);
	f->dentry.d_parent = &f->dentries[IMAGE];
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, WRITE), SPHERE_R_FILE_ACCESS);
	f->dentry.d_parent = &f->dentries[STORAGE];
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ | WRITE), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[IMAGE], READ), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[WIFI], READ), SPHERE_R_DIR);
	/* not there, or of a kind that nobody opens */
	f->dentry.d_inode = NULL;
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_FILE);
	f->dentry.d_inode = &f->inode;
	f->inode.i_mode = S_IFSOCK;
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_FILE);
	f->inode.i_mode = S_IFLNK;
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_FILE);
	f->inode.i_mode = S_IFREG;
	f->dentry.d_parent = &f->parent;
}

static void T24_T28_open_files(struct kunit *test)
{
	open_files(test);
}

static void expect_look(struct kunit *test, bool enough)
{
	struct fixture *f = test->priv;
	const struct sphere_app *app = f->app;

	KUNIT_EXPECT_EQ(test, sphere_app_may_open(app, &f->dentries[LOCALTIME], READ), enough);
	KUNIT_EXPECT_EQ(test, sphere_app_may_open(app, &f->dentries[PROGRAM], READ | RUN),
			enough);
	f->dentry.d_parent = &f->dentries[STORAGE];
	KUNIT_EXPECT_EQ(test, sphere_app_may_open(app, &f->dentry, READ | WRITE), enough);
	/* never: more than is granted, nothing that is granted, another kind */
	KUNIT_EXPECT_FALSE(test, sphere_app_may_open(app, &f->dentry, READ | RUN));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_open(app, &f->dentries[LOCALTIME], WRITE));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_open(app, &f->dentries[STORAGE], READ));
	KUNIT_EXPECT_FALSE(test, sphere_app_may_open(app, &f->dentries[GPIO], READ));
	f->dentry.d_parent = &f->parent;
	KUNIT_EXPECT_FALSE(test, sphere_app_may_open(app, &f->dentry, READ));
}

/* A look is enough among plain files, and nowhere else */
static void T24_T28_open_by_a_look(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct block_device *bdev = kunit_kzalloc(test, sizeof(*bdev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bdev);
	expect_look(test, true);
	on_file_system(test, RAMFS_MAGIC, 0);
	expect_look(test, true);
	on_file_system(test, TMPFS_MAGIC, SB_NOUSER);
	expect_look(test, false);
	on_file_system(test, PROC_SUPER_MAGIC, 0);
	expect_look(test, false);
	on_file_system(test, NFS_SUPER_MAGIC, 0);
	expect_look(test, false);
	f->sb->s_bdev = bdev;
	on_file_system(test, EXT4_SUPER_MAGIC, 0);
	expect_look(test, true);
}

/* Where nothing is known about the file system, the answers are the same */
static void T24_T28_open_files_elsewhere(struct kunit *test)
{
	on_file_system(test, NFS_SUPER_MAGIC, 0);
	open_files(test);
}

static void T12_T30_file_systems_of_the_kernel(struct kunit *test)
{
	static const unsigned long magics[] = {
		BINFMTFS_MAGIC, BPF_FS_MAGIC, DEBUGFS_MAGIC, EFIVARFS_MAGIC, NSFS_MAGIC,
		PSTOREFS_MAGIC, SECURITYFS_MAGIC, SELINUX_MAGIC, SMACK_MAGIC, TRACEFS_MAGIC,
		0x62656570,
	};
	struct fixture *f = test->priv;
	unsigned int i;

	/* even in a directory that is granted */
	f->dentry.d_parent = &f->dentries[STORAGE];
	for (i = 0; i < ARRAY_SIZE(magics); i++) {
		on_file_system(test, magics[i], 0);
		KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ),
				SPHERE_R_KERNEL_FS);
		KUNIT_EXPECT_EQ(test, sphere_decide_change(f->app, &f->dentry), SPHERE_R_KERNEL_FS);
		KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, &f->dentries[STORAGE], S_IFREG),
				SPHERE_R_KERNEL_FS);
	}
	on_file_system(test, 0x19800202, 0);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_IPC);
	on_file_system(test, EXT4_SUPER_MAGIC, SB_NOUSER);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_FILE);
	/* memory files are where others are, and are not those */
	on_file_system(test, TMPFS_MAGIC, SB_NOUSER);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_R_FILE);
	/* descriptors of processes, which newer kernels open; but not to run them */
	on_file_system(test, 0x50494446, SB_NOUSER);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, READ), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentry, SPHERE_ACCESS_RUN),
			SPHERE_R_FILE);
}

static void T03_LS13_LS39_proc(struct kunit *test)
{
	struct fixture *f = test->priv;
	static const struct {
		const char *first;
		int read;
		int write;
	} names[] = {
		{ "meminfo", SPHERE_OK, SPHERE_R_KERNEL_FS },
		{ "sys", SPHERE_OK, SPHERE_R_KERNEL_FS },
		{ "1", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
		{ "4242", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
		{ "kcore", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
		{ "kallsyms", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
		{ "kmsg", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
		{ "sysrq-trigger", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
		{ "keys", SPHERE_R_KERNEL_FS, SPHERE_R_KERNEL_FS },
	};
	unsigned int i;

	on_file_system(test, PROC_SUPER_MAGIC, 0);
	f->parent.d_parent = &f->dentries[STORAGE];
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		/* the file itself, and one below it */
		f->parent.d_name = (struct qstr)QSTR_INIT(names[i].first, strlen(names[i].first));
		f->dentry.d_name = (struct qstr)QSTR_INIT("mem", 3);
		KUNIT_EXPECT_EQ_MSG(test, decide_open(f->app, &f->dentry, READ),
				    names[i].read, "%s", names[i].first);
		KUNIT_EXPECT_EQ_MSG(test, decide_open(f->app, &f->dentry, READ | WRITE),
				    names[i].write, "%s", names[i].first);
	}
	/* a setting that is listed by itself */
	f->dentries[STATE].d_parent = &f->dentries[STORAGE];
	f->dentries[STATE].d_name = (struct qstr)QSTR_INIT("sys", 3);
	KUNIT_EXPECT_EQ(test, decide_open(f->app, &f->dentries[STATE], READ | WRITE),
			SPHERE_OK);
}

static void T07_T24_T35_create(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct dentry *storage = &f->dentries[STORAGE];

	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, 0644), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFDIR | 0755), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFCHR), SPHERE_R_SPECIAL);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFBLK), SPHERE_R_SPECIAL);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFIFO), SPHERE_R_SPECIAL);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFLNK), SPHERE_R_SPECIAL);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFSOCK), SPHERE_R_CREATE);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFREG | S_ISUID),
			SPHERE_R_MODE);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, storage, S_IFREG | S_ISGID),
			SPHERE_R_MODE);
	KUNIT_EXPECT_EQ(test, sphere_decide_create(f->app, &f->dentries[IMAGE], S_IFREG),
			SPHERE_R_CREATE);
	KUNIT_EXPECT_EQ(test, sphere_decide_remove(f->app, storage, &f->dentry), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_remove(f->app, &f->dentries[IMAGE], &f->dentry),
			SPHERE_R_CREATE);
	KUNIT_EXPECT_EQ(test, sphere_decide_mode(f->app, &f->dentries[STATE], 0600), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_mode(f->app, &f->dentries[STATE], S_ISUID | 0700),
			SPHERE_R_MODE);
	KUNIT_EXPECT_EQ(test, sphere_decide_attr(f->app, &f->dentries[STATE], ATTR_UID, 0),
			SPHERE_R_OWNER);
	KUNIT_EXPECT_EQ(test, sphere_decide_attr(f->app, &f->dentries[LOCALTIME], ATTR_SIZE, 0),
			SPHERE_R_FILE_ACCESS);
}

static void T24_move(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct dentry *storage = &f->dentries[STORAGE];

	KUNIT_EXPECT_EQ(test, sphere_decide_move(f->app, storage, storage, 0), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_move(f->app, storage, storage, RENAME_WHITEOUT),
			SPHERE_R_SPECIAL);
	KUNIT_EXPECT_EQ(test, sphere_decide_move(f->app, storage, &f->dentries[IMAGE], 0),
			SPHERE_R_CREATE);
	KUNIT_EXPECT_EQ(test, sphere_decide_move(f->app, &f->parent, storage, 0), SPHERE_R_CREATE);
}

static void T31_T32_locks(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct inode *inode = &f->inodes[STATE];
	struct file_lock_context ctx = {};
	struct list_head locks[SPHERE_MAX_LOCKS];
	unsigned int i;

#define LOCK(writable, cmd) sphere_decide_lock(f->app, inode, writable, cmd)
	KUNIT_EXPECT_EQ(test, LOCK(false, F_RDLCK), SPHERE_R_LOCK);
	KUNIT_EXPECT_EQ(test, LOCK(false, F_UNLCK), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, LOCK(true, F_WRLCK), SPHERE_OK);
	/* a line that is granted may be locked, what everybody has may not */
	inode->i_mode = S_IFCHR;
	inode->i_rdev = MKDEV(TTY_MAJOR, 64);
	KUNIT_EXPECT_EQ(test, LOCK(true, F_WRLCK), SPHERE_OK);
	inode->i_rdev = MKDEV(MEM_MAJOR, 3);
	KUNIT_EXPECT_EQ(test, LOCK(true, F_WRLCK), SPHERE_R_LOCK);
	inode->i_mode = S_IFIFO;
	KUNIT_EXPECT_EQ(test, LOCK(true, F_WRLCK), SPHERE_R_LOCK);
	/* eventfd and others, whatever kind they say they are */
	inode->i_mode = S_IFREG;
	f->sb->s_magic = ANON_INODE_FS_MAGIC;
	KUNIT_EXPECT_EQ(test, LOCK(true, F_WRLCK), SPHERE_R_LOCK);
	KUNIT_EXPECT_EQ(test, LOCK(true, F_UNLCK), SPHERE_OK);
	f->sb->s_magic = TMPFS_MAGIC;

	spin_lock_init(&ctx.flc_lock);
	INIT_LIST_HEAD(&ctx.flc_posix);
	inode->i_flctx = &ctx;
	for (i = 0; i < SPHERE_MAX_LOCKS; i++) {
		KUNIT_EXPECT_EQ_MSG(test, LOCK(true, F_WRLCK), SPHERE_OK, "%u locks", i);
		list_add_tail(&locks[i], &ctx.flc_posix);
	}
	KUNIT_EXPECT_EQ(test, LOCK(true, F_WRLCK), SPHERE_R_LOCK);
	KUNIT_EXPECT_EQ(test, LOCK(true, F_UNLCK), SPHERE_OK);
	inode->i_flctx = NULL;
}

static void T08_T31_T32_small_rules(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SETFL, O_NONBLOCK), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SETFL, O_NONBLOCK | FASYNC),
			SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_GET_RW_HINT, 0), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SET_RW_HINT, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SETOWN, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SETOWN_EX, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SETSIG, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_SETLEASE, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, F_NOTIFY, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_fcntl(f->app, 0xffff, 0), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_notify(f->app, &f->dentries[LOCALTIME], true),
			SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_notify(f->app, &f->dentries[LOCALTIME], false),
			SPHERE_R_NOTIFY);
	KUNIT_EXPECT_EQ(test, sphere_decide_notify(f->app, &f->dentry, true), SPHERE_R_NOTIFY);
	KUNIT_EXPECT_EQ(test, sphere_decide_look(f->app, &f->dentries[GPIO]), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_look(f->bare, &f->dentries[GPIO]), SPHERE_R_DEVICE);
	KUNIT_EXPECT_EQ(test, sphere_decide_look(f->app, &f->dentry), SPHERE_R_FILE);
}

/* ---- devices ------------------------------------------------------------ */

static void T07_T08_devices(struct kunit *test)
{
	struct fixture *f = test->priv;
	const dev_t urandom = MKDEV(200, URANDOM);

	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, urandom, false, READ), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, urandom, false, WRITE),
			SPHERE_R_DEVICE_ACCESS);
	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, urandom, true, READ), SPHERE_R_DEVICE);
	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, MKDEV(200, 99), false, READ),
			SPHERE_R_DEVICE);
	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, MKDEV(MEM_MAJOR, 1), false, READ),
			SPHERE_R_KERNEL_FS);
	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, MKDEV(MEM_MAJOR, 4), false, READ),
			SPHERE_R_KERNEL_FS);
	KUNIT_EXPECT_EQ(test, sphere_decide_device(f->app, MKDEV(MEM_MAJOR, 11), false, READ),
			SPHERE_R_SYSLOG);
}

static void T08_ioctl(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct inode *gpio = &f->inodes[GPIO], *i2c = &f->inodes[I2C];

	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, gpio, false, 0x80045430), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, gpio, true, 0x80045431), SPHERE_R_IOCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, i2c, true, 0x80045431), SPHERE_OK);
	/* a descriptor for reading changes nothing */
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, i2c, false, 0x80045431), SPHERE_R_IOCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, i2c, true, TIOCSTI), SPHERE_R_IOCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, i2c, true, TIOCSETD), SPHERE_R_IOCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, i2c, true, FIOSETOWN), SPHERE_R_FCNTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, i2c, false, FIONREAD), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->bare, i2c, true, 0x80045431), SPHERE_R_DEVICE);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, &f->inode, true, FS_IOC_SETFLAGS),
			SPHERE_R_IOCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, &f->inode, true, FS_IOC_FSSETXATTR),
			SPHERE_R_IOCTL);
	f->inode.i_mode = S_IFSOCK;
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, &f->inode, true, SIOCGIFCONF), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, &f->inode, true, SIOCSIFADDR),
			SPHERE_R_IOCTL);
	f->inode.i_mode = 0;
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, &f->inode, true, 1), SPHERE_R_IOCTL);
	f->sb->s_magic = ANON_INODE_FS_MAGIC;
	KUNIT_EXPECT_EQ(test, sphere_decide_ioctl(f->app, &f->inode, true, 1), SPHERE_OK);
}

/* ---- code --------------------------------------------------------------- */

static void T01_T05_LS16_mmap(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct inode *lib = &f->inodes[LIBRARY];
	const unsigned long rx = PROT_READ | PROT_EXEC;

	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, lib, rx, MAP_PRIVATE, 0), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, lib, rx, MAP_SHARED, 0),
			SPHERE_R_MAP_SHARED_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, lib, rx, MAP_SHARED_VALIDATE, 0),
			SPHERE_R_MAP_SHARED_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, lib, rx | PROT_WRITE, MAP_PRIVATE, 0),
			SPHERE_R_MAP_WRITE_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, NULL, rx, MAP_PRIVATE, 0),
			SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, NULL, PROT_EXEC, MAP_PRIVATE, 0),
			SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, &f->inode, rx, MAP_PRIVATE, 0),
			SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, &f->inodes[STATE], rx, MAP_PRIVATE, 0),
			SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, NULL, PROT_READ | PROT_WRITE,
						 MAP_PRIVATE, 0), SPHERE_OK);
}

static void T02_LS18_personality(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct inode *lib = &f->inodes[LIBRARY];

	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, NULL, PROT_READ, MAP_PRIVATE,
						 READ_IMPLIES_EXEC), SPHERE_R_PERSONALITY);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, NULL, PROT_WRITE, MAP_PRIVATE,
						 READ_IMPLIES_EXEC), SPHERE_R_PERSONALITY);
	KUNIT_EXPECT_EQ(test, sphere_decide_mmap(f->app, NULL, PROT_NONE, MAP_PRIVATE,
						 READ_IMPLIES_EXEC), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_mprotect(f->app, lib, VM_READ, false, PROT_READ,
						     PROT_READ, READ_IMPLIES_EXEC),
			SPHERE_R_PERSONALITY);
	KUNIT_EXPECT_EQ(test, sphere_decide_brk(f->app, READ_IMPLIES_EXEC), SPHERE_R_PERSONALITY);
	KUNIT_EXPECT_EQ(test, sphere_decide_brk(f->app, ADDR_COMPAT_LAYOUT), SPHERE_OK);
}

static void T01_LS12_mprotect(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct inode *lib = &f->inodes[LIBRARY];
	const unsigned long rx = PROT_READ | PROT_EXEC;

#define MPROTECT(inode, flags, changed, req, prot) \
	sphere_decide_mprotect(f->app, inode, flags, changed, req, prot, 0)
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ, false, rx, rx), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ, true, rx, rx), SPHERE_R_MAP_CHANGED);
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ | VM_WRITE, false, rx, rx),
			SPHERE_R_MAP_CHANGED);
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ | VM_SHARED, false, rx, rx),
			SPHERE_R_MAP_SHARED_EXEC);
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ, false, rx | PROT_WRITE, rx | PROT_WRITE),
			SPHERE_R_MAP_WRITE_EXEC);
	KUNIT_EXPECT_EQ(test, MPROTECT(NULL, VM_READ, false, rx, rx), SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, MPROTECT(&f->inode, VM_READ, false, rx, rx), SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ | VM_EXEC, false, PROT_READ | PROT_WRITE,
				       PROT_READ | PROT_WRITE), SPHERE_R_MAP_CHANGED);
	KUNIT_EXPECT_EQ(test, MPROTECT(lib, VM_READ | VM_EXEC, false, PROT_NONE, PROT_NONE),
			SPHERE_OK);
	/* what the kernel makes of it counts as well as what was asked for */
	KUNIT_EXPECT_EQ(test, MPROTECT(NULL, VM_READ, false, PROT_READ, rx), SPHERE_R_MAP_EXEC);
	KUNIT_EXPECT_EQ(test, MPROTECT(NULL, VM_READ, false, PROT_READ, PROT_READ), SPHERE_OK);
}

static void T06_T18_T35_LS6_exec(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct sphere_exec good = {
		.file = &f->inodes[PROGRAM], .no_new_privs = true, .caps = 1ULL << CAP_SYS_TIME,
	};
	struct sphere_exec e = good;

	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_OK);
	e.file = &f->inodes[LIBRARY];
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_EXEC);
	e.file = &f->inode;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_EXEC);
	e = good;
	e.traced = true;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_TRACED);
	e = good;
	e.shared = true;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_SHARED_FILES);
	e = good;
	e.no_new_privs = false;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_NO_NEW_PRIVS);
	e = good;
	e.caps |= 1ULL << CAP_SYS_ADMIN;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_CAP_SETS);
	e = good;
	e.personality = READ_IMPLIES_EXEC;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &e), SPHERE_R_PERSONALITY);
	f->app->kind = SPHERE_POLICY_CORE;
	KUNIT_EXPECT_EQ(test, sphere_decide_exec(f->app, &good), SPHERE_R_KIND);
	f->app->kind = SPHERE_POLICY_APP;
}

static void T01_anonymous_inodes(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, sphere_decide_anon(f->app, "[userfaultfd]"), SPHERE_R_USERFAULTFD);
	KUNIT_EXPECT_EQ(test, sphere_decide_anon(f->app, "[io_uring]"), SPHERE_R_IO_URING);
	KUNIT_EXPECT_EQ(test, sphere_decide_anon(f->app, "[memfd]"), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_anon(f->app, "[something new]"), SPHERE_R_DESCRIPTOR);
}

/* ---- processes ---------------------------------------------------------- */

static void T04_T10_LS14_LS29_trace(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, sphere_decide_trace(f->app, NULL, false, true), SPHERE_R_PTRACE);
	KUNIT_EXPECT_EQ(test, sphere_decide_trace(f->app, f->app, true, true), SPHERE_R_PTRACE);
	KUNIT_EXPECT_EQ(test, sphere_decide_trace(f->app, f->bare, true, true), SPHERE_R_PTRACE);
	KUNIT_EXPECT_EQ(test, sphere_decide_trace(NULL, f->app, false, false), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_trace(NULL, f->app, true, true), SPHERE_R_PTRACE);
	/* both the device and the policy, and the device at this moment */
	f->app->flags |= SPHERE_POLICY_DEVELOPMENT;
	KUNIT_EXPECT_EQ(test, sphere_decide_trace(NULL, f->app, true, true), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_trace(NULL, f->app, true, false), SPHERE_R_PTRACE);
}

static void T31_LS2_LS37_tasks(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, sphere_decide_task(f->app, f->app, SPHERE_R_SIGNAL), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_task(f->app, f->bare, SPHERE_R_SIGNAL),
			SPHERE_R_SIGNAL);
	KUNIT_EXPECT_EQ(test, sphere_decide_task(f->app, NULL, SPHERE_R_TASK), SPHERE_R_TASK);
	/* an older manifest of the same component */
	f->bare->component = f->app->component;
	KUNIT_EXPECT_EQ(test, sphere_decide_task(f->app, f->bare, SPHERE_R_SIGNAL), SPHERE_OK);
}

static void T35_LS40_capabilities(struct kunit *test)
{
	struct fixture *f = test->priv;
	int cap;

	for (cap = -1; cap < 70; cap++)
		KUNIT_EXPECT_EQ(test, sphere_decide_cap(f->app, cap),
				cap == CAP_SYS_TIME ? SPHERE_OK : SPHERE_R_CAP);
	KUNIT_EXPECT_EQ(test, sphere_decide_time(f->app), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_time(f->bare), SPHERE_R_SYSTEM);
}

static void T11_T30_prctl(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, PR_SET_NAME), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, PR_SET_DUMPABLE), SPHERE_R_CORE_DUMP);
	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, PR_SET_MM), SPHERE_R_PRCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, PR_SET_PTRACER), SPHERE_R_PRCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, PR_SET_SECUREBITS), SPHERE_R_PRCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, 0x7fffffff), SPHERE_R_PRCTL);
	KUNIT_EXPECT_EQ(test, sphere_decide_prctl(f->app, 0), SPHERE_R_PRCTL);
}

/* ---- operations --------------------------------------------------------- */

static void T17_T20_LS40_operations(struct kunit *test)
{
	struct fixture *f = test->priv;
	union sphere_op_arg arg = {};
	int op;

	for (op = -1; op < SPHERE_OPS + 3; op++) {
		if (op == SPHERE_OP_PLUTON_RANDOM || op == SPHERE_OP_PLUTON_SIGN ||
		    op == SPHERE_OP_PLUTON_PUBLIC_KEY || op == SPHERE_OP_CORE_CONNECT)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, sphere_decide_op(f->app, op, &arg, NULL),
				    SPHERE_R_OPERATION, "%d", op);
		KUNIT_EXPECT_EQ(test, sphere_decide_op(f->bare, op, &arg, NULL),
				SPHERE_R_OPERATION);
	}
	/* another tenant, and one whose name only begins alike */
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_PLUTON_SIGN, &arg, NULL),
			SPHERE_R_TENANT);
	strscpy(arg.tenant.b, "8f2a9c1e-0000-4000-8000-0123456789ab2", sizeof(arg.tenant.b));
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_PLUTON_PUBLIC_KEY, &arg, NULL),
			SPHERE_R_TENANT);
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_PLUTON_SIGN, NULL, NULL),
			SPHERE_R_TENANT);
}

static void T19_T20_partners(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_component_id *partners = (void *)f->app->partners;
	union sphere_op_arg arg = {};

	/* the app lists the core's policy, but not the other way round */
	partners[0] = f->bare->component;
	KUNIT_EXPECT_TRUE(test, sphere_app_has_partner(f->app, &f->bare->component));
	KUNIT_EXPECT_FALSE(test, sphere_decide_partners(f->app, f->bare));
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_CONNECT, &arg, f->bare),
			SPHERE_R_PARTNER);
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_CONNECT, &arg, NULL),
			SPHERE_R_PARTNER);
	/* both ways */
	f->bare->partners = &f->app->component;
	f->bare->n_partners = 1;
	KUNIT_EXPECT_TRUE(test, sphere_decide_partners(f->app, f->bare));
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_CONNECT, &arg, f->bare),
			SPHERE_OK);
	/* to start a core is a grant of its own */
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_START, &arg, f->bare),
			SPHERE_R_OPERATION);
	f->app->ops |= 1U << SPHERE_OP_CORE_START;
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_START, &arg, f->bare),
			SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_STOP, &arg, f->bare),
			SPHERE_R_OPERATION);
	KUNIT_EXPECT_EQ(test, sphere_decide_op(f->app, SPHERE_OP_CORE_START, &arg, NULL),
			SPHERE_R_PARTNER);
}

/* ---- network ------------------------------------------------------------ */

static void T23_socket(struct kunit *test)
{
	struct fixture *f = test->priv;
	static const struct {
		int family, type, protocol, app;
	} kinds[] = {
		{ AF_UNIX, SOCK_STREAM, 0, SPHERE_OK },
		{ AF_INET, SOCK_STREAM, 0, SPHERE_OK },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP, SPHERE_OK },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP, SPHERE_R_SOCKET },
		{ AF_INET, SOCK_STREAM, IPPROTO_SCTP, SPHERE_R_SOCKET },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, SPHERE_R_SOCKET },
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, SPHERE_R_SOCKET },
		{ AF_INET, SOCK_RAW, IPPROTO_RAW, SPHERE_R_SOCKET },
		{ AF_INET, SOCK_DCCP, 0, SPHERE_R_SOCKET },
		{ AF_PACKET, SOCK_RAW, 0x0300, SPHERE_R_SOCKET },
		{ AF_NETLINK, SOCK_RAW, 0, SPHERE_OK },
		{ AF_NETLINK, SOCK_DGRAM, 0, SPHERE_R_SOCKET },
		{ AF_NETLINK, SOCK_RAW, 9, SPHERE_R_SOCKET },
		{ AF_KEY, SOCK_RAW, 2, SPHERE_R_SOCKET },
		{ AF_ALG, SOCK_SEQPACKET, 0, SPHERE_R_SOCKET },
		{ AF_VSOCK, SOCK_STREAM, 0, SPHERE_R_SOCKET },
		{ 65536 + AF_NETLINK, SOCK_RAW, 0, SPHERE_R_SOCKET },
		{ -1, -1, 0, SPHERE_R_SOCKET },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		KUNIT_EXPECT_EQ_MSG(test, sphere_decide_socket(f->app, kinds[i].family,
							       kinds[i].type, kinds[i].protocol),
				    kinds[i].app, "%u", i);
	/* who may not talk to anybody needs no socket for it */
	KUNIT_EXPECT_EQ(test, sphere_decide_socket(f->bare, AF_INET, SOCK_STREAM, 0),
			SPHERE_R_SOCKET);
}

static struct sock *a_socket(struct kunit *test, int family, int type, int protocol)
{
	struct inet_sock *inet = kunit_kzalloc(test, sizeof(*inet), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, inet);
	inet->sk.sk_family = family;
	inet->sk.sk_type = type;
	inet->sk.sk_protocol = protocol;
	return &inet->sk;
}

static void T21_LS19_bind(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sock *tcp = a_socket(test, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	struct sock *udp6 = a_socket(test, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	struct sock *un = a_socket(test, AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	struct sockaddr_un u = { .sun_family = AF_UNIX };
	struct sockaddr *address = (struct sockaddr *)&a;

	a.sin6_port = htons(11000);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, tcp, address, sizeof(a)), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, udp6, address, sizeof(a)),
			SPHERE_R_LISTEN);
	a.sin6_port = htons(11004);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, tcp, address, sizeof(a)), SPHERE_R_LISTEN);
	a.sin6_port = htons(5353);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, udp6, address, sizeof(a)), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->bare, udp6, address, sizeof(a)),
			SPHERE_R_LISTEN);
	/* whatever it says that it is */
	a.sin6_family = AF_UNSPEC;
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->bare, udp6, address, sizeof(a)),
			SPHERE_R_LISTEN);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, udp6, address, 3), SPHERE_R_LISTEN);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, udp6, address, 0), SPHERE_R_LISTEN);
	inet_sk(tcp)->inet_num = 11003;
	KUNIT_EXPECT_EQ(test, sphere_decide_listen(f->app, tcp), SPHERE_OK);
	inet_sk(tcp)->inet_num = 40000;
	KUNIT_EXPECT_EQ(test, sphere_decide_listen(f->app, tcp), SPHERE_R_LISTEN);
	inet_sk(tcp)->inet_num = 0;
	KUNIT_EXPECT_EQ(test, sphere_decide_listen(f->app, tcp), SPHERE_R_LISTEN);
	/* names in no directory */
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, un, (struct sockaddr *)&u, 2),
			SPHERE_R_UNIX);
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, un, (struct sockaddr *)&u, 10),
			SPHERE_R_UNIX);
	u.sun_path[0] = '/';
	KUNIT_EXPECT_EQ(test, sphere_decide_bind(f->app, un, (struct sockaddr *)&u, 10), SPHERE_OK);
}

static void T22_connect_and_send(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sock *tcp = a_socket(test, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	struct sock *udp = a_socket(test, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	struct sock *udp6 = a_socket(test, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	struct sock *raw = a_socket(test, AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(443), .sin_addr.s_addr = htonl(0x0a000001),
	};
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
	struct sockaddr *address = (struct sockaddr *)&a, *address6 = (struct sockaddr *)&a6;
	struct msghdr msg = { .msg_name = &a, .msg_namelen = sizeof(a) };

#define CONNECT(sk, to) sphere_decide_connect(f->app, sk, to, sizeof(*to) > 0 ? \
		(to)->sa_family == AF_INET6 ? (int)sizeof(a6) : (int)sizeof(a) : 0)
	KUNIT_EXPECT_EQ(test, CONNECT(tcp, address), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp6, &msg), SPHERE_OK);
	/* the kernel may not ask about those that follow it */
	msg.msg_flags = MSG_BATCH;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_R_SOCKET_OPTION);
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp6, &msg), SPHERE_R_SOCKET_OPTION);
	msg.msg_flags = 0;
	ipv6_addr_set_v4mapped(a.sin_addr.s_addr, &a6.sin6_addr);
	KUNIT_EXPECT_EQ(test, CONNECT(udp6, address6), SPHERE_OK);
	a.sin_addr.s_addr = htonl(0x0a000002);
	ipv6_addr_set_v4mapped(a.sin_addr.s_addr, &a6.sin6_addr);
	KUNIT_EXPECT_EQ(test, CONNECT(tcp, address), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, CONNECT(udp6, address6), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, CONNECT(udp6, address), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, tcp, &msg), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, sphere_decide_connect(f->app, tcp, address, 1), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, sphere_decide_connect(f->app, tcp, address, 8), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, sphere_decide_connect(f->app, raw, address, sizeof(a)),
			SPHERE_R_SOCKET);
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, raw, &msg), SPHERE_R_SOCKET);
	/* IPv4 takes an unspecified family for its own when it sends */
	a.sin_family = AF_UNSPEC;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, sphere_decide_connect(f->app, udp, address, sizeof(a)), SPHERE_OK);
	a.sin_family = AF_APPLETALK;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_R_CONNECT);
	msg.msg_namelen = 1;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_R_CONNECT);
	/* to whom it is connected */
	msg.msg_name = NULL;
	msg.msg_namelen = 0;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_OK);
	msg.msg_flags = MSG_BATCH;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp, &msg), SPHERE_OK);
}

static void T22_ancillary_data(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sock *udp6 = a_socket(test, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	union {
		char bytes[CMSG_SPACE(16) * 2];
		struct cmsghdr align;
	} control = {};
	struct msghdr msg = {
		.msg_control = &control, .msg_controllen = CMSG_SPACE(16),
	};
	struct cmsghdr *c = &control.align;
	static const struct {
		int level, type, reason;
	} kinds[] = {
		{ SOL_IPV6, IPV6_PKTINFO, SPHERE_OK },
		{ SOL_IP, IP_PKTINFO, SPHERE_OK },
		{ SOL_UDP, UDP_SEGMENT, SPHERE_OK },
		{ SOL_IPV6, IPV6_RTHDR, SPHERE_R_SOCKET_OPTION },
		{ SOL_IPV6, IPV6_2292RTHDR, SPHERE_R_SOCKET_OPTION },
		{ SOL_IPV6, IPV6_HOPOPTS, SPHERE_R_SOCKET_OPTION },
		{ SOL_IP, IP_RETOPTS, SPHERE_R_SOCKET_OPTION },
		{ SOL_SOCKET, SO_MARK, SPHERE_R_SOCKET_OPTION },
		{ 4711, 1, SPHERE_R_SOCKET_OPTION },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		c->cmsg_len = CMSG_LEN(16);
		c->cmsg_level = kinds[i].level;
		c->cmsg_type = kinds[i].type;
		KUNIT_EXPECT_EQ_MSG(test, sphere_decide_sendmsg(f->app, udp6, &msg),
				    kinds[i].reason, "%u", i);
	}
	/* not what stands first only; and lengths that lead out of it */
	c->cmsg_level = SOL_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	msg.msg_controllen = sizeof(control);
	c = (void *)control.bytes + CMSG_SPACE(16);
	c->cmsg_len = CMSG_LEN(16);
	c->cmsg_level = SOL_IPV6;
	c->cmsg_type = IPV6_RTHDR;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp6, &msg), SPHERE_R_SOCKET_OPTION);
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = 4096;
	KUNIT_EXPECT_EQ(test, sphere_decide_sendmsg(f->app, udp6, &msg), SPHERE_R_SOCKET_OPTION);
}

static void T22_T29_options(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sock *tcp = a_socket(test, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	struct sock *nl = a_socket(test, AF_NETLINK, SOCK_RAW, 0);

	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, tcp, SOL_SOCKET, SO_REUSEADDR),
			SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, tcp, SOL_SOCKET, SO_ATTACH_FILTER),
			SPHERE_R_SOCKET_OPTION);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, nl, SOL_SOCKET, SO_ATTACH_BPF),
			SPHERE_R_SOCKET_OPTION);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, tcp, SOL_SOCKET, SO_REUSEPORT),
			SPHERE_R_SOCKET_OPTION);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, tcp, SOL_IP, IP_OPTIONS),
			SPHERE_R_SOCKET_OPTION);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, tcp, SOL_TCP, TCP_ULP),
			SPHERE_R_SOCKET_OPTION);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, nl, SOL_NETLINK, 1), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, nl, SOL_SOCKET, SO_PASSCRED),
			SPHERE_OK);
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->bare, nl, SOL_NETLINK, 1),
			SPHERE_R_SOCKET_OPTION);
}

/* Whether an app with this one rule may join groups */
static bool may_join(struct kunit *test, u8 listen, const u8 *net6, u32 net4, u8 prefix, u8 proto)
{
	struct sock *udp = a_socket(test, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	struct fixture *f = test->priv;
	struct sphere_app *app;
	bool v4, v6;

	start_bare(f, 0xb1);
	if (!listen) {
		pb_section(&f->b, SPHERE_SECTION_NET_ADDRS);
		if (net6)
			pb_net_addr(&f->b, net6, prefix, proto, 9, 9);
		else
			pb_net_addr4(&f->b, net4, prefix, proto, 9, 9);
	} else {
		pb_section(&f->b, SPHERE_SECTION_NET_LISTEN);
		pb_net_listen(&f->b, listen, 9, 9);
	}
	app = build(test, f->bare_pins);
	v4 = !sphere_decide_sockopt(app, udp, SOL_IP, IP_ADD_MEMBERSHIP);
	v6 = !sphere_decide_sockopt(app, udp, SOL_IPV6, IPV6_ADD_MEMBERSHIP);
	KUNIT_EXPECT_EQ(test, v4, v6);
	put_app(app);
	return v4;
}

/* To the address of nobody, which IPv4 and IPv6 take for this machine */
static int connect_nobody(struct kunit *test, bool also4)
{
	static const u8 all[16];
	struct sock *tcp6 = a_socket(test, AF_INET6, SOCK_STREAM, IPPROTO_TCP);
	struct fixture *f = test->priv;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sphere_app *app;
	int reason;

	start_bare(f, 0xb1);
	pb_section(&f->b, SPHERE_SECTION_NET_ADDRS);
	pb_net_addr(&f->b, all, 0, SPHERE_PROTO_TCP, 9, 9);
	if (also4)
		pb_net_addr4(&f->b, INADDR_LOOPBACK, 32, SPHERE_PROTO_TCP, 9, 9);
	app = build(test, f->bare_pins);
	reason = sphere_decide_connect(app, tcp6, (struct sockaddr *)&to, sizeof(to));
	to.sin6_addr.s6_addr[15] = 1;
	KUNIT_EXPECT_EQ(test, sphere_decide_connect(app, tcp6, (struct sockaddr *)&to, sizeof(to)),
			SPHERE_OK);
	put_app(app);
	return reason;
}

static void T22_address_of_nobody(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, connect_nobody(test, false), SPHERE_R_CONNECT);
	KUNIT_EXPECT_EQ(test, connect_nobody(test, true), SPHERE_OK);
}

static void T22_groups(struct kunit *test)
{
	static const u8 ff02[16] = { 0xff, 2 }, fe80[16] = { 0xfe, 0x80 }, all[16];

	KUNIT_EXPECT_TRUE(test, may_join(test, 0, NULL, 0xe00000fb, 32, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_TRUE(test, may_join(test, 0, NULL, 0xe0000000, 4, SPHERE_PROTO_ANY));
	KUNIT_EXPECT_TRUE(test, may_join(test, 0, NULL, 0xc0000000, 2, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_TRUE(test, may_join(test, 0, NULL, 0, 0, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_TRUE(test, may_join(test, 0, ff02, 0, 16, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_TRUE(test, may_join(test, 0, all, 0, 0, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_TRUE(test, may_join(test, SPHERE_PROTO_UDP, NULL, 0, 0, 0));

	KUNIT_EXPECT_FALSE(test, may_join(test, 0, NULL, 0xe00000fb, 32, SPHERE_PROTO_TCP));
	KUNIT_EXPECT_FALSE(test, may_join(test, 0, NULL, 0xf0000000, 4, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_FALSE(test, may_join(test, 0, NULL, 0xdfffffff, 32, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_FALSE(test, may_join(test, 0, NULL, 0x80000000, 2, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_FALSE(test, may_join(test, 0, fe80, 0, 10, SPHERE_PROTO_UDP));
	KUNIT_EXPECT_FALSE(test, may_join(test, SPHERE_PROTO_TCP, NULL, 0, 0, 0));
}

static void T32_credentials(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct unix_sock *u = kunit_kzalloc(test, sizeof(*u), GFP_KERNEL);
	struct unix_address *name = kunit_kzalloc(test, sizeof(*name) + 8, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, u);
	KUNIT_ASSERT_NOT_NULL(test, name);
	u->sk.sk_family = AF_UNIX;
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, &u->sk, SOL_SOCKET, SO_PASSCRED),
			SPHERE_R_SOCKET_OPTION);
	u->addr = name;
	KUNIT_EXPECT_EQ(test, sphere_decide_sockopt(f->app, &u->sk, SOL_SOCKET, SO_PASSCRED),
			SPHERE_OK);
}

static void T32_unix(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct unix_sock *u = kunit_kzalloc(test, sizeof(*u), GFP_KERNEL);
	struct unix_address *name = kunit_kzalloc(test, sizeof(*name) + 8, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, u);
	KUNIT_ASSERT_NOT_NULL(test, name);
	/* one of a pair, an abstract name, and names in directories */
	KUNIT_EXPECT_EQ(test, sphere_decide_unix(f->app, &u->sk), SPHERE_OK);
	u->addr = name;
	KUNIT_EXPECT_EQ(test, sphere_decide_unix(f->app, &u->sk), SPHERE_R_UNIX);
	u->path.dentry = &f->dentry;
	KUNIT_EXPECT_EQ(test, sphere_decide_unix(f->app, &u->sk), SPHERE_R_UNIX);
	f->dentry.d_parent = &f->dentries[STORAGE];
	KUNIT_EXPECT_EQ(test, sphere_decide_unix(f->app, &u->sk), SPHERE_R_UNIX);
	f->dentry.d_parent = &f->dentries[WIFI];
	KUNIT_EXPECT_EQ(test, sphere_decide_unix(f->app, &u->sk), SPHERE_OK);
}

static void T18_sockets_kept(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sock *tcp = a_socket(test, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	struct sock *un = a_socket(test, AF_UNIX, SOCK_STREAM, 0);
	struct sock *raw = a_socket(test, AF_INET, SOCK_RAW, IPPROTO_RAW);

#define KEPT(sk, fd, use) sphere_decide_socket_kept(f->app, sk, fd, use)
	KUNIT_EXPECT_EQ(test, KEPT(un, 1, SPHERE_FD_ENTER), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, KEPT(un, 3, SPHERE_FD_ENTER), SPHERE_R_DESCRIPTOR);
	KUNIT_EXPECT_EQ(test, KEPT(un, 1, SPHERE_FD_RECEIVED), SPHERE_R_DESCRIPTOR);
	KUNIT_EXPECT_EQ(test, KEPT(un, 7, SPHERE_FD_KEPT), SPHERE_OK);
	KUNIT_EXPECT_EQ(test, KEPT(raw, 1, SPHERE_FD_ENTER), SPHERE_R_DESCRIPTOR);
	KUNIT_EXPECT_EQ(test, KEPT(raw, 1, SPHERE_FD_KEPT), SPHERE_R_DESCRIPTOR);
	KUNIT_EXPECT_EQ(test, KEPT(tcp, 3, SPHERE_FD_ENTER), SPHERE_OK);
	inet_sk(tcp)->inet_num = 4000;
	KUNIT_EXPECT_EQ(test, KEPT(tcp, 3, SPHERE_FD_ENTER), SPHERE_R_DESCRIPTOR);
	/* connected, to whom it may and to whom not */
	inet_sk(tcp)->inet_dport = htons(443);
	inet_sk(tcp)->inet_daddr = htonl(0x0a000001);
	KUNIT_EXPECT_EQ(test, KEPT(tcp, 3, SPHERE_FD_ENTER), SPHERE_OK);
	inet_sk(tcp)->inet_daddr = htonl(0x0a000002);
	KUNIT_EXPECT_EQ(test, KEPT(tcp, 3, SPHERE_FD_RECEIVED), SPHERE_R_DESCRIPTOR);
	/* somebody asked for this port, and it outlives the connection */
	inet_sk(tcp)->inet_daddr = htonl(0x0a000001);
	tcp->sk_userlocks = SOCK_BINDPORT_LOCK;
	KUNIT_EXPECT_EQ(test, KEPT(tcp, 3, SPHERE_FD_ENTER), SPHERE_R_DESCRIPTOR);
	inet_sk(tcp)->inet_num = 11000;
	KUNIT_EXPECT_EQ(test, KEPT(tcp, 3, SPHERE_FD_ENTER), SPHERE_OK);
}

/* ---- answers ------------------------------------------------------------ */

static void LS28_LS40_every_reason_refuses(struct kunit *test)
{
	int reason;

	KUNIT_EXPECT_EQ(test, sphere_reason_errno(SPHERE_OK), 0);
	for (reason = 1; reason < SPHERE_REASONS; reason++) {
		int ret = sphere_reason_errno(reason);

		KUNIT_EXPECT_TRUE(test, ret == -EPERM || ret == -EACCES || ret == -EXDEV);
		KUNIT_EXPECT_STRNEQ(test, sphere_reason_name(reason), "unknown");
	}
	KUNIT_EXPECT_EQ(test, sphere_reason_errno(-1), -EPERM);
	KUNIT_EXPECT_EQ(test, sphere_reason_errno(SPHERE_REASONS), -EPERM);
	KUNIT_EXPECT_EQ(test, sphere_reason_errno(1000), -EPERM);
}

/*
 * Where the module is not at work, tasks have no room for a label: this one gets
 * some. A test that ends early leaves it to whoever frees the task.
 */
static void lend_label(struct kunit *test)
{
	if (sphere_is_enabled)
		return;
	if (current->security)
		kunit_skip(test, "another security module has the room for labels");
	current->security = kzalloc(sphere_blob_sizes.lbs_task + sizeof(unsigned long), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, current->security);
}

static void return_label(void)
{
	if (sphere_is_enabled)
		return;
	kfree(current->security);
	current->security = NULL;
}

static void LS10_LS31_tasks_without_a_label(struct kunit *test)
{
	lend_label(test);
	KUNIT_EXPECT_FALSE(test, sphere_task_is_labelled(current));
	KUNIT_EXPECT_NULL(test, sphere_task_app(current));
	if (sphere_is_enabled)
		KUNIT_EXPECT_FALSE(test, sphere_task_is_labelled(&init_task));
	/* nothing is looked at, nothing is refused */
	KUNIT_EXPECT_EQ(test, sphere_hook_bprm_check_security(NULL), 0);
	KUNIT_EXPECT_EQ(test, sphere_hook_bprm_committing_creds(NULL), 0);
	KUNIT_EXPECT_EQ(test, sphere_hook_bprm_committed_creds(NULL), 0);
	KUNIT_EXPECT_EQ(test, sphere_hook_ptrace_access_check(current, PTRACE_MODE_ATTACH), 0);
	return_label();
}

/* An app stays undumpable: each id that decides about it stays */
static void T11_LS24_ids_stay(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct cred *old = kunit_kzalloc(test, sizeof(*old), GFP_KERNEL);
	struct cred *new = kunit_kzalloc(test, sizeof(*new), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, old);
	KUNIT_ASSERT_NOT_NULL(test, new);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setuid(f->app, new, old, 0), 0);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setgid(f->app, new, old, 0), 0);
	new->uid = KUIDT_INIT(1);
	new->suid = KUIDT_INIT(1);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setuid(f->app, new, old, 0), 0);
	new->euid = KUIDT_INIT(1);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setuid(f->app, new, old, 0), -EPERM);
	new->euid = old->euid;
	new->fsuid = KUIDT_INIT(1);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setuid(f->app, new, old, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setgid(f->app, new, old, 0), 0);
	new->egid = KGIDT_INIT(1);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setgid(f->app, new, old, 0), -EPERM);
	new->egid = old->egid;
	new->fsgid = KGIDT_INIT(1);
	KUNIT_EXPECT_EQ(test, sphere_hook_task_fix_setgid(f->app, new, old, 0), -EPERM);
}

static int capable_hook(const struct sphere_app *app, const struct cred *cred, int cap,
			unsigned int opts)
{
	return sphere_hook_capable(app, cred, &init_user_ns, cap, opts);
}

/* The label is the task's; credentials that it acts with for a while are not asked about */
static void LS9_LS1_capable_and_labels(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sphere_app_state *state = kunit_kzalloc(test, sizeof(*state), GFP_KERNEL);
	struct cred *other = prepare_kernel_cred(&init_task);
	const struct sphere_object object = { .op = "test", .quiet = true };

	KUNIT_ASSERT_NOT_NULL(test, state);
	KUNIT_ASSERT_NOT_NULL(test, other);
	lend_label(test);
	ratelimit_state_init(&state->rate, HZ, 0);
	spin_lock_init(&state->denials_lock);
	INIT_LIST_HEAD(&state->denials);
	f->app->state = state;

	KUNIT_ASSERT_EQ(test, sphere_label_arm(f->app), 0);
	KUNIT_EXPECT_TRUE(test, sphere_task_is_labelled(current));
	KUNIT_EXPECT_NULL(test, sphere_task_app(current));
	KUNIT_EXPECT_PTR_EQ(test, sphere_task_enters(current), f->app);
	sphere_label_enter(f->app);
	KUNIT_EXPECT_PTR_EQ(test, sphere_task_app(current), f->app);
	KUNIT_EXPECT_EQ(test, atomic_read(&state->tasks), 1);
	KUNIT_EXPECT_EQ(test, capable_hook(f->app, current->real_cred, CAP_SYS_ADMIN,
					   CAP_OPT_NONE), -EPERM);
	KUNIT_EXPECT_EQ(test, capable_hook(f->app, current->real_cred, CAP_SYS_TIME,
					   CAP_OPT_NONE), 0);
	KUNIT_EXPECT_EQ(test, capable_hook(f->app, other, CAP_SYS_ADMIN, CAP_OPT_NONE), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&state->refused[SPHERE_R_CAP]), 1);
	/* a question that wants no record leaves none */
	KUNIT_EXPECT_EQ(test, capable_hook(f->app, current->real_cred, CAP_SYS_ADMIN,
					   CAP_OPT_NOAUDIT), -EPERM);
	KUNIT_EXPECT_EQ(test, atomic_read(&state->refused[SPHERE_R_CAP]), 1);
	/* learning needs the device to be in development mode at that moment */
	f->app->flags |= SPHERE_POLICY_DEVELOPMENT | SPHERE_POLICY_LEARN;
	sphere_authority_report_development(SPHERE_DEVELOPMENT_YES);
	KUNIT_EXPECT_EQ(test, sphere_refuse(f->app, SPHERE_R_FILE, &object), 0);
	KUNIT_EXPECT_EQ(test, sphere_refuse(f->app, SPHERE_R_KERNEL_FS, &object), -EACCES);
	KUNIT_EXPECT_EQ(test, sphere_refuse(f->app, SPHERE_R_CONTROL, &object), -EPERM);
	sphere_authority_report_development(SPHERE_DEVELOPMENT_UNKNOWN);
	KUNIT_EXPECT_EQ(test, sphere_refuse(f->app, SPHERE_R_FILE, &object), -EACCES);

	sphere_label_drop(current);
	KUNIT_EXPECT_FALSE(test, sphere_task_is_labelled(current));
	KUNIT_EXPECT_EQ(test, atomic_read(&state->tasks), 0);
	sphere_label_drop(current);
	KUNIT_EXPECT_EQ(test, atomic_read(&state->tasks), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->app->ref), 1);
	return_label();
	put_cred(other);
}

static struct kunit_case decide_cases[] = {
	KUNIT_CASE_PARAM(T28_capability_of_the_schema, schema_gen_params),
	KUNIT_CASE(T24_T28_open_files),
	KUNIT_CASE(T24_T28_open_by_a_look),
	KUNIT_CASE(T24_T28_open_files_elsewhere),
	KUNIT_CASE(T12_T30_file_systems_of_the_kernel),
	KUNIT_CASE(T03_LS13_LS39_proc),
	KUNIT_CASE(T07_T24_T35_create),
	KUNIT_CASE(T24_move),
	KUNIT_CASE(T31_T32_locks),
	KUNIT_CASE(T08_T31_T32_small_rules),
	KUNIT_CASE(T07_T08_devices),
	KUNIT_CASE(T08_ioctl),
	KUNIT_CASE(T01_T05_LS16_mmap),
	KUNIT_CASE(T02_LS18_personality),
	KUNIT_CASE(T01_LS12_mprotect),
	KUNIT_CASE(T06_T18_T35_LS6_exec),
	KUNIT_CASE(T01_anonymous_inodes),
	KUNIT_CASE(T04_T10_LS14_LS29_trace),
	KUNIT_CASE(T31_LS2_LS37_tasks),
	KUNIT_CASE(T35_LS40_capabilities),
	KUNIT_CASE(T11_T30_prctl),
	KUNIT_CASE(T17_T20_LS40_operations),
	KUNIT_CASE(T19_T20_partners),
	KUNIT_CASE(T23_socket),
	KUNIT_CASE(T21_LS19_bind),
	KUNIT_CASE(T22_connect_and_send),
	KUNIT_CASE(T22_ancillary_data),
	KUNIT_CASE(T22_T29_options),
	KUNIT_CASE(T22_address_of_nobody),
	KUNIT_CASE(T22_groups),
	KUNIT_CASE(T32_credentials),
	KUNIT_CASE(T32_unix),
	KUNIT_CASE(T18_sockets_kept),
	KUNIT_CASE(LS28_LS40_every_reason_refuses),
	KUNIT_CASE(LS9_LS1_capable_and_labels),
	KUNIT_CASE(LS10_LS31_tasks_without_a_label),
	KUNIT_CASE(T11_LS24_ids_stay),
	{}
};

static struct kunit_suite decide_suite = {
	.name = "sphere_lsm_decide",
	.init = decide_init,
	.exit = decide_exit,
	.test_cases = decide_cases,
};

kunit_test_suite(decide_suite);

MODULE_LICENSE("GPL");
