// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications: what one is granted
 *
 * Asked for each call of a confined task that a hook stands before, so that each
 * instruction counts: an index tells most objects apart from those that are listed,
 * and what is seldom needed is out of the way.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include <net/ipv6.h>

#include "app.h"
#include "limits.h"

static __always_inline const struct sphere_app_file *
find_file(const struct sphere_app *app, const struct inode *inode)
{
	unsigned int at = app->file_index[sphere_app_index_hash(inode)];
	const struct sphere_app_file *file;

	for (; unlikely(at); at = file->next) {
		file = &app->files[at - 1];
		if (file->inode == inode)
			return file;
	}
	return NULL;
}

/* The directory itself, not what it lies in */
static __always_inline const struct sphere_app_dir *
find_dir(const struct sphere_app *app, const struct dentry *dentry)
{
	unsigned int at = app->dir_index[sphere_app_index_hash(dentry)];
	const struct sphere_app_dir *dir;

	for (; unlikely(at); at = dir->next) {
		dir = &app->dirs[at - 1];
		if (dir->dentry == dentry)
			return dir;
	}
	return NULL;
}

static __always_inline const struct sphere_app_dir *
walk_up(const struct sphere_app *app, const struct dentry *dentry)
{
	unsigned int left = SPHERE_MAX_DEPTH + 1;

	do {
		const struct dentry *parent = READ_ONCE(dentry->d_parent);
		const struct sphere_app_dir *dir = find_dir(app, dentry);

		if (dir)
			return dir;
		if (parent == dentry)
			break;
		dentry = parent;
	} while (--left);
	return NULL;
}

/* While names are moved it is tried again, in the end with moves kept out */
static noinline const struct sphere_app_dir *
walk_up_again(const struct sphere_app *app, const struct dentry *dentry)
{
	const struct sphere_app_dir *dir;
	unsigned int tries, seq;

	for (tries = 0; tries < 2; tries++) {
		rcu_read_lock();
		seq = read_seqbegin(&rename_lock);
		dir = walk_up(app, dentry);
		rcu_read_unlock();
		if (!read_seqretry(&rename_lock, seq))
			return dir;
	}
	read_seqlock_excl(&rename_lock);
	dir = walk_up(app, dentry);
	read_sequnlock_excl(&rename_lock);
	return dir;
}

/* @is_file: it is no directory, so that the first to be looked for is its parent */
static __always_inline const struct sphere_app_dir *
dir_of(const struct sphere_app *app, const struct dentry *dentry, bool is_file)
{
	const struct sphere_app_dir *dir;
	unsigned int seq;

	rcu_read_lock();
	seq = read_seqbegin(&rename_lock);
	dir = walk_up(app, is_file ? READ_ONCE(dentry->d_parent) : dentry);
	rcu_read_unlock();
	return likely(!read_seqretry(&rename_lock, seq)) ? dir : walk_up_again(app, dentry);
}

/**
 * sphere_app_find_file() - a regular file, by its inode
 * @app: the app
 * @inode: the inode
 *
 * Context: Any.
 * Return: the entry, or NULL if it is not listed
 */
const struct sphere_app_file *sphere_app_find_file(const struct sphere_app *app,
						   const struct inode *inode)
{
	return find_file(app, inode);
}

/**
 * sphere_app_find_dir() - the granted directory that something lies in
 * @app: the app
 * @dentry: a directory, which counts itself, or something else
 *
 * A mount in a granted directory is not part of it. What lies deeper than
 * %SPHERE_MAX_DEPTH is not found.
 *
 * Context: Any but interrupts; does not sleep. Takes and releases rename_lock if
 *	there are many renames.
 * Return: the innermost, or NULL
 */
const struct sphere_app_dir *sphere_app_find_dir(const struct sphere_app *app,
						 const struct dentry *dentry)
{
	return dir_of(app, dentry, false);
}

/**
 * sphere_app_file_access() - what may it do with this file?
 * @app: the app
 * @dentry: where it is
 * @inode: what it is: anything but a directory
 *
 * What is listed by itself has the access that stands there, and nothing from
 * the directories above it.
 *
 * Context: as sphere_app_find_dir()
 * Return: SPHERE_ACCESS_*, 0 for nothing
 */
unsigned int sphere_app_file_access(const struct sphere_app *app, const struct dentry *dentry,
				    const struct inode *inode)
{
	const struct sphere_app_file *file = find_file(app, inode);
	const struct sphere_app_dir *dir;

	if (file)
		return file->access;
	dir = dir_of(app, dentry, true);
	return dir ? dir->access : 0;
}

/**
 * sphere_app_path_access() - what may it do with this file or directory?
 * @app: the app
 * @dentry: where it is; may be negative
 *
 * Context: as sphere_app_find_dir()
 * Return: SPHERE_ACCESS_*, 0 for nothing
 */
u16 sphere_app_path_access(const struct sphere_app *app, const struct dentry *dentry)
{
	const struct inode *inode = d_backing_inode(dentry);
	const struct sphere_app_dir *dir;

	if (likely(inode && !S_ISDIR(inode->i_mode)))
		return sphere_app_file_access(app, dentry, inode);
	dir = dir_of(app, dentry, false);
	return dir ? dir->access : 0;
}

/**
 * sphere_app_find_device() - a device, by its number
 * @app: the app
 * @dev: number
 * @block: whether it is a block device
 *
 * Context: Any.
 * Return: the entry, or NULL if it is not listed
 */
const struct sphere_app_device *sphere_app_find_device(const struct sphere_app *app, dev_t dev,
						       bool block)
{
	const struct sphere_app_device key = { .dev = dev, .block = block };
	unsigned int low = 0, high = app->n_devices;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		int d = sphere_app_cmp_devices(&app->devices[mid], &key);

		if (!d)
			return &app->devices[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/**
 * sphere_app_may_ioctl() - may it give this command to a device?
 * @app: the app
 * @dev: entry of the device
 * @cmd: ioctl command
 *
 * Context: Any.
 * Return: whether it may
 */
bool sphere_app_may_ioctl(const struct sphere_app *app, const struct sphere_app_device *dev,
			  u32 cmd)
{
	const u32 *ioctls = app->ioctls + dev->first_ioctl;
	unsigned int low = 0, high = dev->n_ioctls;

	if (!dev->ioctls_only)
		return true;
	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (ioctls[mid] == cmd)
			return true;
		if (ioctls[mid] < cmd)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool is_proto(u8 proto)
{
	return proto == SPHERE_PROTO_TCP || proto == SPHERE_PROTO_UDP;
}

static __always_inline bool covers(u8 rule_proto, u16 first, u16 last, u8 proto, u16 port)
{
	if (port < first || port > last)
		return false;
	return rule_proto == SPHERE_PROTO_ANY ? is_proto(proto) : rule_proto == proto;
}

/* The leading @bits of one word of an address, below 32 */
static __always_inline __be32 leading(__be32 word, unsigned int bits)
{
	return word & htonl(~(~0U >> bits));
}

static bool has_prefix4(__be32 addr, const struct sphere_app_net *rule)
{
	const __be32 differs = addr ^ rule->addr.s6_addr32[3];

	return rule->prefix == 128 ? !differs : !leading(differs, rule->prefix - 96);
}

static bool has_prefix6(const struct in6_addr *addr, const struct sphere_app_net *rule)
{
	unsigned int bits = rule->prefix, i;

	for (i = 0; bits >= 32; i++, bits -= 32)
		if (addr->s6_addr32[i] != rule->addr.s6_addr32[i])
			return false;
	return !bits || !leading(addr->s6_addr32[i] ^ rule->addr.s6_addr32[i], bits);
}

/* Does the resolver's address of a host let this pass? In an RCU read-side section */
static bool host_covers(const struct sphere_app *app, const struct in6_addr *addr, u8 proto,
			u16 port)
{
	const struct sphere_app_addrs *addrs = rcu_dereference(app->addrs);
	unsigned int low = 0, high, i;
	u32 now;

	if (!addrs)
		return false;
	high = addrs->n;
	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (memcmp(&addrs->addr[mid].addr, addr, sizeof(*addr)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	now = ktime_get_seconds();
	for (; low < addrs->n && !memcmp(&addrs->addr[low].addr, addr, sizeof(*addr)); low++) {
		const struct sphere_app_addr *a = &addrs->addr[low];

		if (a->until <= now)
			continue;
		for (i = a->host; i < app->n_hosts; i++) {
			if (app->hosts[i].name != app->hosts[a->host].name)
				break;
			if (covers(app->hosts[i].proto, app->hosts[i].first, app->hosts[i].last,
				   proto, port))
				return true;
		}
	}
	return false;
}

static noinline bool may_send_by_host(const struct sphere_app *app, const struct in6_addr *addr,
				      u8 proto, u16 port)
{
	bool ret;

	if (!app->n_hosts)
		return false;
	rcu_read_lock();
	ret = host_covers(app, addr, proto, port);
	rcu_read_unlock();
	return ret;
}

static noinline bool may_send4_by_host(const struct sphere_app *app, __be32 addr, u8 proto,
				       u16 port)
{
	struct in6_addr mapped;

	ipv6_addr_set_v4mapped(addr, &mapped);
	return may_send_by_host(app, &mapped, proto, port);
}

/**
 * sphere_app_may_send4() - may it connect or send to this IPv4 address?
 * @app: the app
 * @addr: the address
 * @proto: %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP; anything else is refused
 * @port: port, in the order of the machine
 *
 * Context: Any.
 * Return: whether it may
 */
bool sphere_app_may_send4(const struct sphere_app *app, __be32 addr, u8 proto, u16 port)
{
	const struct sphere_app_net *rule = app->nets, *end = rule + app->n_nets4;

	for (; rule < end; rule++)
		if (covers(rule->proto, rule->first, rule->last, proto, port) &&
		    has_prefix4(addr, rule))
			return true;
	return may_send4_by_host(app, addr, proto, port);
}

/**
 * sphere_app_may_send() - may it connect or send to this address?
 * @app: the app
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @proto: %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP; anything else is refused
 * @port: port, in the order of the machine
 *
 * Rules for IPv6 are no rules for IPv4, whatever their prefix is.
 *
 * Context: Any.
 * Return: whether it may
 */
bool sphere_app_may_send(const struct sphere_app *app, const struct in6_addr *addr, u8 proto,
			 u16 port)
{
	unsigned int i;

	if (ipv6_addr_v4mapped(addr))
		return sphere_app_may_send4(app, addr->s6_addr32[3], proto, port);
	for (i = app->n_nets4; i < app->n_nets; i++) {
		const struct sphere_app_net *rule = &app->nets[i];

		if (covers(rule->proto, rule->first, rule->last, proto, port) &&
		    has_prefix6(addr, rule))
			return true;
	}
	return may_send_by_host(app, addr, proto, port);
}

/**
 * sphere_app_may_listen() - may it occupy this port?
 * @app: the app
 * @proto: %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP; anything else is refused
 * @port: port, in the order of the machine
 *
 * Context: Any.
 * Return: whether it may
 */
bool sphere_app_may_listen(const struct sphere_app *app, u8 proto, u16 port)
{
	unsigned int i;

	for (i = 0; i < app->n_listens; i++)
		if (covers(app->listens[i].proto, app->listens[i].first, app->listens[i].last,
			   proto, port))
			return true;
	return false;
}

/**
 * sphere_app_may_socket() - may it make a socket of a further kind?
 * @app: the app
 * @family: address family
 * @type: type, without flags
 * @protocol: protocol
 *
 * Context: Any.
 * Return: whether it may
 */
bool sphere_app_may_socket(const struct sphere_app *app, u16 family, u16 type, u32 protocol)
{
	unsigned int i;

	for (i = 0; i < app->n_sockets; i++)
		if (app->sockets[i].family == family && app->sockets[i].type == type &&
		    app->sockets[i].protocol == protocol)
			return true;
	return false;
}

/**
 * sphere_app_has_partner() - may it talk to this component?
 * @app: the app
 * @id: component id of the other side
 *
 * Whether the other side lists this one as well is for the caller to ask.
 *
 * Context: Any.
 * Return: whether it lists it
 */
bool sphere_app_has_partner(const struct sphere_app *app, const struct sphere_component_id *id)
{
	unsigned int low = 0, high = app->n_partners;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		int d = memcmp(&app->partners[mid], id, sizeof(*id));

		if (!d)
			return true;
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}
