/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An application as the kernel knows it: what its policy grants, in tables that
 * can be searched where nothing may sleep
 *
 * A &struct sphere_app never changes after it was built, but for the addresses
 * that the resolver adds to its host names. Whoever uses one holds a reference,
 * or got the pointer inside an RCU read-side section. The tables lie in the
 * same allocation, behind the structure.
 */
#ifndef _SPHERE_LSM_APP_H
#define _SPHERE_LSM_APP_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/stat.h>
#include <linux/sphere/authority.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <linux/sphere/compat.h>

#include "policy_format.h"

struct dentry;
struct inode;
struct sphere_app_state;	/* counters and tasks: of state.c */
struct sphere_policy;
struct sphere_policy_error;

/* access beyond SPHERE_ACCESS_* of the policy: uses of executable files */
#define SPHERE_ACCESS_RUN	0x0100
#define SPHERE_ACCESS_MAP	0x0200
/* of files and directories: on a file system that does nothing but keep files */
#define SPHERE_ACCESS_PLAIN	0x0400

/*
 * An index tells where in a table an object can be, by a hash of its address: one more
 * than the first place, or 0 for nowhere; where else, the entry at that place tells in
 * the same way. Most objects that are asked about are in no table, and that is seen
 * at once.
 */
#define SPHERE_INDEX_SIZE	64

/**
 * struct sphere_app_file - a regular file, by inode
 * @inode: pinned; nobody can write to it if it may be executed
 * @access: SPHERE_ACCESS_*; with %SPHERE_ACCESS_RUN or %SPHERE_ACCESS_MAP for
 *	the executable files
 * @next: of the same hash
 */
struct sphere_app_file {
	const struct inode *inode;
	u16 access;
	u16 next;
};

/**
 * struct sphere_app_dir - a directory, and all beneath it on the same file system
 * @dentry: pinned
 * @access: SPHERE_ACCESS_*
 * @storage: whether it is the directory for own data
 * @next: of the same hash
 */
struct sphere_app_dir {
	const struct dentry *dentry;
	u16 access;
	bool storage;
	u8 next;
};

static inline unsigned int sphere_app_index_hash(const void *object)
{
	return hash_ptr(object, ilog2(SPHERE_INDEX_SIZE));
}

/**
 * struct sphere_app_device - a device node, by number
 * @dev: its number
 * @access: %SPHERE_ACCESS_READ, %SPHERE_ACCESS_WRITE
 * @block: whether it is a block device
 * @ioctls_only: only the listed ioctl commands
 * @first_ioctl: index of its first command in the table
 * @n_ioctls: number of its commands
 */
struct sphere_app_device {
	dev_t dev;
	u8 access;
	bool block : 1;
	bool ioctls_only : 1;
	u16 first_ioctl;
	u16 n_ioctls;
};

/* The order of the table */
static inline int sphere_app_cmp_devices(const struct sphere_app_device *x,
					 const struct sphere_app_device *y)
{
	if (x->block != y->block)
		return x->block ? 1 : -1;
	if (x->dev == y->dev)
		return 0;
	return x->dev < y->dev ? -1 : 1;
}

/**
 * struct sphere_app_net - a rule for outgoing traffic to addresses
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @prefix: leading bits that count; a rule below 96 is not for IPv4
 * @proto: %SPHERE_PROTO_ANY, %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP
 * @first: lowest port
 * @last: highest port
 */
struct sphere_app_net {
	struct in6_addr addr;
	u8 prefix;
	u8 proto;
	u16 first;
	u16 last;
};

/**
 * struct sphere_app_host - a rule for outgoing traffic to a host by name
 * @name: offset of the name in the names of the app
 * @first: lowest port
 * @last: highest port
 * @len: bytes of the name
 * @proto: as in &struct sphere_app_net
 *
 * Rules of one host stand together; the index of the first names the host.
 */
struct sphere_app_host {
	u16 name;
	u16 first;
	u16 last;
	u8 len;
	u8 proto;
};

/**
 * struct sphere_app_listen - ports to listen on
 * @first: lowest port
 * @last: highest port
 * @proto: %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP
 */
struct sphere_app_listen {
	u16 first;
	u16 last;
	u8 proto;
};

/**
 * struct sphere_app_socket - sockets of a further kind
 * @family: address family
 * @type: type, without flags
 * @protocol: protocol
 */
struct sphere_app_socket {
	u16 family;
	u16 type;
	u32 protocol;
};

/**
 * struct sphere_app_addr - an address that the resolver gave to a host name
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @until: ktime_get_seconds() from which it does not count any more
 * @host: index of the first rule of the host
 */
struct sphere_app_addr {
	struct in6_addr addr;
	u32 until;
	u16 host;
};

/**
 * struct sphere_app_addrs - addresses of all hosts, ascending by address and host
 * @rcu: frees it
 * @n: their number
 * @addr: the addresses
 *
 * Replaced as a whole.
 */
struct sphere_app_addrs {
	struct rcu_head rcu;
	u16 n;
	struct sphere_app_addr addr[] __counted_by(n);
};

/**
 * struct sphere_pin - an object that a path of the policy led to
 * @path: reference to it; empty for devices
 * @dev: number of a device
 * @inode: inode whose writers are kept out, or NULL
 */
struct sphere_pin {
	struct path path;
	union {
		dev_t dev;
		struct inode *inode;
	};
};

/**
 * struct sphere_pins - objects in the order in which the policy names them
 * @n: their number
 * @pin: FILES, DIRS, STORAGE, EXECS and DEVICES, one behind the other
 */
struct sphere_pins {
	unsigned int n;
	struct sphere_pin pin[] __counted_by(n);
};

/**
 * struct sphere_app - what one policy grants
 * @ref: references: tasks, the list of loaded policies
 * @flags: %SPHERE_POLICY_DEVELOPMENT, %SPHERE_POLICY_LEARN
 * @kind: %SPHERE_POLICY_APP or %SPHERE_POLICY_CORE
 * @cores: bit n: a core policy that may run on core n
 * @has_tenant: whether @tenant holds one
 * @is_signed: whether a trusted key signed it; @key_id names it then
 * @size: bytes of the structure with its tables
 * @version: version of the manifest
 * @component: component id
 * @tenant: whose keys it may use
 * @name: for people; ends with a zero byte
 * @key_id: SHA-256 of the key that signed it
 * @ops: bit n: may do operation n of &enum sphere_op
 * @caps: bit n: may use Linux capability n
 * @storage_limit: bytes of the storage directory, or 0 without one
 * @file_index: of @files
 * @dir_index: of @dirs
 * @n_files: entries of @files, ascending by inode
 * @n_dirs: entries of @dirs
 * @n_devices: entries of @devices, ascending by block and number
 * @n_ioctls: entries of @ioctls, of each device ascending
 * @n_nets: entries of @nets
 * @n_nets4: how many of them are for IPv4; they come first
 * @n_hosts: entries of @hosts, ascending by name
 * @n_listens: entries of @listens, ascending by protocol and port
 * @n_sockets: entries of @sockets, ascending
 * @n_partners: entries of @partners, ascending
 * @n_images: entries of @images, ascending
 * @files: regular files, the executable ones too
 * @dirs: directories
 * @devices: devices
 * @ioctls: ioctl commands
 * @nets: addresses
 * @hosts: hosts by name
 * @listens: ports to listen on
 * @sockets: further sockets
 * @partners: components to talk to
 * @images: SHA-256 of the images that may run on a core
 * @names: names of the hosts, one behind the other, each ended by a zero byte
 * @addrs: addresses of the hosts, or NULL
 * @addrs_lock: who replaces @addrs
 * @pins: references to the objects; may be NULL in tests
 * @state: of state.c, which outlives the app; may be NULL
 * @published: in the list of apps that may have tasks
 * @release: frees it after the last reference, where it may sleep
 */
struct sphere_app {
	refcount_t ref;
	u8 flags;
	u8 kind;
	u8 cores;
	bool has_tenant : 1;
	bool is_signed : 1;
	u32 size;
	u32 ops;
	u64 version;
	u64 caps;
	u64 storage_limit;
	struct sphere_component_id component;
	struct sphere_tenant_id tenant;
	char name[SPHERE_POLICY_NAME_SIZE];
	u8 key_id[SPHERE_POLICY_DIGEST_SIZE];

	u16 file_index[SPHERE_INDEX_SIZE];
	u8 dir_index[SPHERE_INDEX_SIZE];
	u16 n_files;
	u16 n_dirs;
	u16 n_devices;
	u16 n_ioctls;
	u16 n_nets;
	u16 n_nets4;
	u16 n_hosts;
	u16 n_listens;
	u16 n_sockets;
	u16 n_partners;
	u16 n_images;
	const struct sphere_app_file *files;
	const struct sphere_app_dir *dirs;
	const struct sphere_app_device *devices;
	const u32 *ioctls;
	const struct sphere_app_net *nets;
	const struct sphere_app_host *hosts;
	const struct sphere_app_listen *listens;
	const struct sphere_app_socket *sockets;
	const struct sphere_component_id *partners;
	const u8 (*images)[SPHERE_DIGEST_SIZE];
	const char *names;

	struct sphere_app_addrs __rcu *addrs;
	struct mutex addrs_lock;	/* who replaces @addrs */
	struct sphere_pins *pins;
	struct sphere_app_state *state;
	struct list_head published;
	struct rcu_work release;
};

/* app.c, app_host.c: process context, may sleep unless stated otherwise */
int sphere_app_init(void);
void sphere_app_flush(void);
void sphere_app_exit(void);
struct sphere_app *sphere_app_build(const struct sphere_policy *policy, struct sphere_pins *pins,
				    struct sphere_policy_error *err);
struct sphere_app *sphere_app_load(const struct sphere_policy *policy,
				   struct sphere_policy_error *err);
int sphere_app_may_replace(const struct sphere_app *old, const struct sphere_policy *policy,
			   struct sphere_policy_error *err);
int sphere_app_core_policy(const struct sphere_app *app, struct sphere_core_policy *policy);
int sphere_app_add_address(struct sphere_app *app, const char *host, size_t host_len,
			   const struct in6_addr *addr, u32 ttl, struct sphere_policy_error *err);
void sphere_app_publish(struct sphere_app *app);
void sphere_app_each(void (*fn)(struct sphere_app *app, void *data), void *data);
bool sphere_app_lists_host(const struct sphere_app *app, const char *host, size_t host_len);

/**
 * sphere_app_get() - take a reference
 * @app: held by the caller in another way
 *
 * Context: Any.
 * Return: @app
 */
static inline struct sphere_app *sphere_app_get(struct sphere_app *app)
{
	refcount_inc(&app->ref);
	return app;
}

/**
 * sphere_app_tryget() - take a reference to an app that was found under RCU
 * @app: seen in an RCU read-side section
 *
 * Context: Any.
 * Return: @app, or NULL if its last reference is gone
 */
static inline struct sphere_app *sphere_app_tryget(struct sphere_app *app)
{
	return refcount_inc_not_zero(&app->ref) ? app : NULL;
}

void sphere_app_put(struct sphere_app *app);	/* any context */

/* pinning: process context, may sleep */
struct sphere_pins *sphere_pins_get(const struct sphere_policy *policy,
				    struct sphere_policy_error *err);
void sphere_pins_put(struct sphere_pins *pins);

/*
 * app_find.c: any context, never sleep; the caller holds a reference or is in an
 * RCU read-side section. What is not found is not granted.
 */
const struct sphere_app_file *sphere_app_find_file(const struct sphere_app *app,
						   const struct inode *inode);
const struct sphere_app_dir *sphere_app_find_dir(const struct sphere_app *app,
						 const struct dentry *dentry);
unsigned int sphere_app_file_access(const struct sphere_app *app, const struct dentry *dentry,
				    const struct inode *inode);
u16 sphere_app_path_access(const struct sphere_app *app, const struct dentry *dentry);
const struct sphere_app_device *sphere_app_find_device(const struct sphere_app *app, dev_t dev,
						       bool block);
bool sphere_app_may_ioctl(const struct sphere_app *app, const struct sphere_app_device *dev,
			  u32 cmd);
bool sphere_app_may_send(const struct sphere_app *app, const struct in6_addr *addr, u8 proto,
			 u16 port);
bool sphere_app_may_send4(const struct sphere_app *app, __be32 addr, u8 proto, u16 port);
bool sphere_app_may_listen(const struct sphere_app *app, u8 proto, u16 port);
bool sphere_app_may_socket(const struct sphere_app *app, u16 family, u16 type, u32 protocol);
bool sphere_app_has_partner(const struct sphere_app *app, const struct sphere_component_id *id);

/**
 * sphere_fs_is_plain() - is it where most files are?
 * @sb: the file system
 *
 * Context: Any.
 * Return: whether it keeps files on a device or in memory, and does nothing else
 */
static inline bool sphere_fs_is_plain(const struct super_block *sb)
{
	if (sb->s_flags & SB_NOUSER)
		return false;
	return sb->s_bdev || sb->s_magic == TMPFS_MAGIC || sb->s_magic == RAMFS_MAGIC;
}

/**
 * sphere_access_of() - what a descriptor is for
 * @file: the open file
 *
 * The access mode that is neither to read nor to write is for the commands of a
 * driver, and the kernel asks its own rules about both for it.
 *
 * Context: Any.
 * Return: %SPHERE_ACCESS_READ, %SPHERE_ACCESS_WRITE
 */
static __always_inline unsigned int sphere_access_of(const struct file *file)
{
	const unsigned int both = SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE;

	static_assert(SPHERE_ACCESS_READ == (__force u32)FMODE_READ);
	static_assert(SPHERE_ACCESS_WRITE == (__force u32)FMODE_WRITE);
	return (__force u32)file->f_mode & both ?: both;
}

/**
 * sphere_app_may_open() - does it need no more than a look to see that it may?
 * @app: the app
 * @dentry: what is to be opened
 * @want: as for sphere_decide_open(), which has to be asked if it does
 *
 * Most of what is opened is a regular file among other files.
 *
 * Context: as sphere_app_find_dir()
 * Return: true if it may open it
 */
static __always_inline bool sphere_app_may_open(const struct sphere_app *app,
						const struct dentry *dentry, unsigned int want)
{
	const struct inode *inode = d_backing_inode(dentry);

	want |= SPHERE_ACCESS_PLAIN;
	return likely(inode && S_ISREG(inode->i_mode)) &&
	       likely(!(want & ~sphere_app_file_access(app, dentry, inode)));
}

/**
 * sphere_app_may_op() - may it do this operation?
 * @app: the app
 * @op: operation; unknown ones are refused
 *
 * Whose key and which core the operation is about is for the caller to compare.
 *
 * Context: Any.
 * Return: whether it is granted
 */
static inline bool sphere_app_may_op(const struct sphere_app *app, enum sphere_op op)
{
	return op > SPHERE_OP_NONE && op < SPHERE_OPS && (app->ops >> op & 1);
}

/**
 * sphere_app_may_cap() - may it use this Linux capability?
 * @app: the app
 * @cap: CAP_*; unknown ones are refused
 *
 * Context: Any.
 * Return: whether it is granted
 */
static inline bool sphere_app_may_cap(const struct sphere_app *app, int cap)
{
	return cap >= 0 && cap < 64 && (app->caps >> cap & 1);
}

#endif /* _SPHERE_LSM_APP_H */
