// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications: building one from its policy, searching it, and letting it go
 *
 * Lifetime. An app is referenced by the tasks that run under it and, as long as
 * it is loaded, by the list of policies. Readers that hold no reference look at
 * it in an RCU read-side section. After the last reference is gone a grace
 * period passes, then a work item frees it: dropping pinned paths may sleep, and
 * the last reference may be dropped where nothing may.
 *
 * What changes after the building is the table of addresses that the resolver
 * gave: it is replaced as a whole under @addrs_lock and read under RCU.
 */
#include <linux/err.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "app.h"
#include "limits.h"
#include "manifest.h"

static_assert(SPHERE_MAX_PARTNERS <= SPHERE_CORE_PARTNERS);
static_assert(SPHERE_MAX_IMAGES <= SPHERE_CORE_IMAGES);
static_assert(SPHERE_POLICY_CORES <= SPHERE_CORES);
static_assert(SPHERE_POLICY_ID_SIZE == SPHERE_COMPONENT_ID_SIZE);
static_assert(SPHERE_POLICY_TENANT_SIZE == SPHERE_TENANT_ID_SIZE);
static_assert(SPHERE_POLICY_DIGEST_SIZE == SPHERE_DIGEST_SIZE);
static_assert(SPHERE_OPS <= 32);
/* offsets into tables are u16 */
static_assert(SPHERE_MAX_IOCTLS_ALL <= U16_MAX);

static struct workqueue_struct *app_wq;

static DEFINE_MUTEX(published_lock);	/* of the list */
static LIST_HEAD(published);		/* apps that a task may run under, loaded or replaced */

/* Numbers of operations in policies, which stay, and in the kernel, which may change */
static const u8 op_of_bit[SPHERE_POLICY_OPS] = {
	[SPHERE_POLICY_OP_PLUTON_RANDOM] = SPHERE_OP_PLUTON_RANDOM,
	[SPHERE_POLICY_OP_PLUTON_SECURITY_STATE] = SPHERE_OP_PLUTON_SECURITY_STATE,
	[SPHERE_POLICY_OP_PLUTON_IS_CAPABILITY] = SPHERE_OP_PLUTON_IS_CAPABILITY,
	[SPHERE_POLICY_OP_PLUTON_CAPABILITIES] = SPHERE_OP_PLUTON_CAPABILITIES,
	[SPHERE_POLICY_OP_PLUTON_GENERATE_KEY] = SPHERE_OP_PLUTON_GENERATE_KEY,
	[SPHERE_POLICY_OP_PLUTON_COMMIT_KEY] = SPHERE_OP_PLUTON_COMMIT_KEY,
	[SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY] = SPHERE_OP_PLUTON_PUBLIC_KEY,
	[SPHERE_POLICY_OP_PLUTON_ATTEST] = SPHERE_OP_PLUTON_ATTEST,
	[SPHERE_POLICY_OP_PLUTON_SIGN] = SPHERE_OP_PLUTON_SIGN,
	[SPHERE_POLICY_OP_PLUTON_SET_POSTCODE] = SPHERE_OP_PLUTON_SET_POSTCODE,
	[SPHERE_POLICY_OP_PLUTON_BOOT_MODE] = SPHERE_OP_PLUTON_BOOT_MODE,
	[SPHERE_POLICY_OP_PLUTON_GET_MANUFACTURING] = SPHERE_OP_PLUTON_GET_MANUFACTURING,
	[SPHERE_POLICY_OP_PLUTON_SET_MANUFACTURING] = SPHERE_OP_PLUTON_SET_MANUFACTURING,
	[SPHERE_POLICY_OP_PLUTON_DECODE_CAPABILITIES] = SPHERE_OP_PLUTON_DECODE_CAPABILITIES,
	[SPHERE_POLICY_OP_PLUTON_INFO] = SPHERE_OP_PLUTON_INFO,
	[SPHERE_POLICY_OP_CORE_START] = SPHERE_OP_CORE_START,
	[SPHERE_POLICY_OP_CORE_STOP] = SPHERE_OP_CORE_STOP,
};

/**
 * sphere_app_init() - get ready
 *
 * More than one call does no harm.
 *
 * Context: Process context, may sleep; not before workqueues can be made.
 * Return: 0 or %-ENOMEM
 */
int sphere_app_init(void)
{
	if (!app_wq)
		app_wq = alloc_workqueue("sphere_lsm_app", WQ_UNBOUND, 0);
	return app_wq ? 0 : -ENOMEM;
}

/**
 * sphere_app_flush() - wait until apps without references are freed
 *
 * Context: Process context, sleeps.
 */
void sphere_app_flush(void)
{
	/* releases go from RCU callbacks to the work queue; also waits for kfree_rcu() users */
	rcu_barrier();
	flush_workqueue(app_wq);
}

/**
 * sphere_app_exit() - wait until all apps are freed
 *
 * Every reference was dropped, or there was never one.
 *
 * Context: Process context, sleeps.
 */
void sphere_app_exit(void)
{
	if (!app_wq)
		return;
	sphere_app_flush();
	destroy_workqueue(app_wq);
	app_wq = NULL;
}

static void app_free(struct sphere_app *app)
{
	/* nobody can add or read addresses any more */
	kfree(rcu_dereference_protected(app->addrs, true));
	mutex_destroy(&app->addrs_lock);
	kvfree(app);
}

static void app_release(struct work_struct *work)
{
	struct sphere_app *app = container_of(to_rcu_work(work), struct sphere_app, release);

	mutex_lock(&published_lock);
	list_del(&app->published);
	mutex_unlock(&published_lock);
	sphere_pins_put(app->pins);
	app_free(app);
}

/**
 * sphere_app_publish() - an app may have tasks from now on
 * @app: the app, with a reference of the caller
 *
 * Context: Process context, may sleep.
 */
void sphere_app_publish(struct sphere_app *app)
{
	mutex_lock(&published_lock);
	list_add_tail(&app->published, &published);
	mutex_unlock(&published_lock);
}

/**
 * sphere_app_each() - do something with each app that may have tasks
 * @fn: what to do; may sleep, and must not publish an app
 * @data: for @fn
 *
 * Those that were replaced are among them as long as a task runs under them.
 *
 * Context: Process context, may sleep.
 */
void sphere_app_each(void (*fn)(struct sphere_app *app, void *data), void *data)
{
	struct sphere_app *app;

	mutex_lock(&published_lock);
	list_for_each_entry(app, &published, published)
		fn(app, data);
	mutex_unlock(&published_lock);
}

/**
 * sphere_app_put() - drop a reference
 * @app: the app, or NULL
 *
 * Context: Any.
 */
void sphere_app_put(struct sphere_app *app)
{
	if (app && refcount_dec_and_test(&app->ref))
		queue_rcu_work(app_wq, &app->release);
}

/* Building */

/**
 * struct app_layout - where the tables go
 * @size: bytes so far
 */
struct app_layout {
	size_t size;
};

/* All numbers are below their limits, so that nothing overflows */
static size_t place(struct app_layout *l, size_t n, size_t entry, size_t align)
{
	size_t at = ALIGN(l->size, align);

	l->size = at + n * entry;
	return at;
}

#define PLACE(l, app, table, n) \
	place(l, n, sizeof(*(app)->table), __alignof__(*(app)->table))

static int cmp_file(const void *a, const void *b)
{
	const struct sphere_app_file *x = a, *y = b;

	if (x->inode == y->inode)
		return 0;
	return (unsigned long)x->inode < (unsigned long)y->inode ? -1 : 1;
}

static int cmp_device(const void *a, const void *b)
{
	const struct sphere_app_device *x = a, *y = b;

	if (x->block != y->block)
		return x->block ? 1 : -1;
	if (x->dev == y->dev)
		return 0;
	return x->dev < y->dev ? -1 : 1;
}

static int refuse(struct sphere_policy_error *err, const struct sphere_policy_entry *e, u32 reason)
{
	if (e) {
		err->section = e->section;
		err->entry = e->index;
		err->offset = e->offset;
	}
	err->reason = reason;
	return -EINVAL;
}

static int fill_files(struct sphere_app *app, const struct sphere_policy *policy,
		      struct sphere_app_file *files, const struct sphere_pin *file_pins,
		      const struct sphere_pin *exec_pins, struct sphere_policy_error *err)
{
	struct sphere_policy_iter it;
	unsigned int n = 0, kept = 0, i;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_FILES);
	while (sphere_policy_next(&it)) {
		files[n].inode = d_backing_inode(file_pins++->path.dentry);
		files[n++].access = it.entry.access;
	}
	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_EXECS);
	while (sphere_policy_next(&it)) {
		u16 access = SPHERE_ACCESS_READ;

		if (it.entry.access & SPHERE_EXEC_RUN)
			access |= SPHERE_ACCESS_RUN;
		if (it.entry.access & SPHERE_EXEC_MAP)
			access |= SPHERE_ACCESS_MAP;
		files[n].inode = d_backing_inode(exec_pins++->path.dentry);
		files[n++].access = access;
	}
	sort(files, n, sizeof(*files), cmp_file, NULL);

	/* a file may be reached under several names; one of them must not make code writable */
	for (i = 0; i < n; i++) {
		if (kept && files[kept - 1].inode == files[i].inode)
			files[kept - 1].access |= files[i].access;
		else
			files[kept++] = files[i];
	}
	for (i = 0; i < kept; i++) {
		if ((files[i].access & (SPHERE_ACCESS_RUN | SPHERE_ACCESS_MAP)) &&
		    (files[i].access & SPHERE_ACCESS_WRITE)) {
			err->section = SPHERE_SECTION_EXECS;
			return refuse(err, NULL, SPHERE_POLICY_E_EXEC_WRITABLE);
		}
	}
	app->n_files = kept;
	return 0;
}

/* One bit of 32 */
static u32 dir_hash(const struct dentry *dentry)
{
	return BIT(hash_ptr(dentry, 5));
}

static int fill_dirs(struct sphere_app *app, const struct sphere_policy *policy,
		     struct sphere_app_dir *dirs, const struct sphere_pin *pins,
		     struct sphere_policy_error *err)
{
	static const u8 sections[] = { SPHERE_SECTION_DIRS, SPHERE_SECTION_STORAGE };
	struct sphere_policy_iter it;
	unsigned int n = 0, s, i;

	for (s = 0; s < ARRAY_SIZE(sections); s++) {
		sphere_policy_iter_init(&it, policy, sections[s]);
		while (sphere_policy_next(&it)) {
			const struct dentry *dentry = pins++->path.dentry;

			for (i = 0; i < n; i++)
				if (dirs[i].dentry == dentry)
					return refuse(err, &it.entry, SPHERE_POLICY_E_SAME_OBJECT);
			dirs[n].dentry = dentry;
			app->dir_hashes |= dir_hash(dentry);
			dirs[n].access = it.entry.access;
			dirs[n].storage = sections[s] == SPHERE_SECTION_STORAGE;
			if (dirs[n].storage)
				app->storage_limit = it.entry.limit;
			n++;
		}
	}
	app->n_dirs = n;
	return 0;
}

static int fill_devices(struct sphere_app *app, const struct sphere_policy *policy,
			struct sphere_app_device *devices, u32 *ioctls,
			const struct sphere_pin *pins, struct sphere_policy_error *err)
{
	struct sphere_policy_iter it;
	unsigned int n = 0, first = 0, i;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_DEVICES);
	while (sphere_policy_next(&it)) {
		const dev_t dev = pins++->dev;

		for (i = 0; i < n; i++)
			if (devices[i].dev == dev && devices[i].block == it.entry.block)
				return refuse(err, &it.entry, SPHERE_POLICY_E_SAME_OBJECT);
		devices[n].dev = dev;
		devices[n].access = it.entry.access;
		devices[n].block = it.entry.block;
		devices[n].ioctls_only = it.entry.ioctls_only;
		devices[n].first_ioctl = first;
		devices[n].n_ioctls = it.entry.n_ioctls;
		for (i = 0; i < it.entry.n_ioctls; i++)
			ioctls[first++] = sphere_policy_ioctl(&it.entry, i);
		n++;
	}
	sort(devices, n, sizeof(*devices), cmp_device, NULL);
	app->n_devices = n;
	app->n_ioctls = first;
	return 0;
}

static void fill_net(struct sphere_app *app, const struct sphere_policy *policy,
		     struct sphere_app_net *nets, struct sphere_app_host *hosts, char *names,
		     struct sphere_app_listen *listens, struct sphere_app_socket *sockets)
{
	struct sphere_policy_iter it;
	u32 name = 0, next = 0;
	unsigned int n = 0;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_NET_ADDRS);
	for (; sphere_policy_next(&it); n++) {
		memcpy(&nets[n].addr, it.entry.addr, sizeof(nets[n].addr));
		nets[n].prefix = it.entry.prefix;
		nets[n].proto = it.entry.proto;
		nets[n].first = it.entry.first;
		nets[n].last = it.entry.last;
	}
	app->n_nets = n;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_NET_HOSTS);
	for (n = 0; sphere_policy_next(&it); n++) {
		if (!n || hosts[n - 1].len != it.entry.path_len ||
		    memcmp(names + name, it.entry.path, it.entry.path_len)) {
			name = next;
			next += it.entry.path_len + 1;
			memcpy(names + name, it.entry.path, it.entry.path_len);
		}
		hosts[n].name = name;
		hosts[n].len = it.entry.path_len;
		hosts[n].proto = it.entry.proto;
		hosts[n].first = it.entry.first;
		hosts[n].last = it.entry.last;
	}
	app->n_hosts = n;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_NET_LISTEN);
	for (n = 0; sphere_policy_next(&it); n++) {
		listens[n].proto = it.entry.proto;
		listens[n].first = it.entry.first;
		listens[n].last = it.entry.last;
	}
	app->n_listens = n;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_SOCKETS);
	for (n = 0; sphere_policy_next(&it); n++) {
		sockets[n].family = it.entry.family;
		sockets[n].type = it.entry.type;
		sockets[n].protocol = it.entry.protocol;
	}
	app->n_sockets = n;
}

static u64 section_bits(const struct sphere_policy *policy, u32 section)
{
	struct sphere_policy_iter it;

	sphere_policy_iter_init(&it, policy, section);
	return sphere_policy_next(&it) ? it.entry.value : 0;
}

static void fill_rest(struct sphere_app *app, const struct sphere_policy *policy,
		      struct sphere_component_id *partners, u8 (*images)[SPHERE_DIGEST_SIZE])
{
	struct sphere_policy_iter it;
	unsigned int n = 0, bit;
	u64 ops;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_PARTNERS);
	for (; sphere_policy_next(&it); n++)
		memcpy(partners[n].b, it.entry.component, SPHERE_COMPONENT_ID_SIZE);
	app->n_partners = n;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_IMAGES);
	for (n = 0; sphere_policy_next(&it); n++)
		memcpy(images[n], it.entry.digest, SPHERE_DIGEST_SIZE);
	app->n_images = n;

	ops = section_bits(policy, SPHERE_SECTION_OPS);
	for (bit = 0; bit < SPHERE_POLICY_OPS; bit++)
		if (ops >> bit & 1)
			app->ops |= 1U << op_of_bit[bit];
	app->caps = section_bits(policy, SPHERE_SECTION_CAPS);
	app->cores = section_bits(policy, SPHERE_SECTION_CORES);
}

/**
 * sphere_app_build() - make an app of a policy and its objects
 * @policy: as sphere_policy_read() left it, of an application or a core
 * @pins: its objects, in the order of the policy; the app's when this succeeds
 * @err: filled in
 *
 * Says nothing about who wrote the policy: see sphere_trust_verify().
 *
 * Context: Process context, may sleep.
 * Return: the app with one reference, which is the caller's, or an error pointer:
 * * %-EINVAL - the objects do not go together; the reason is in @err
 * * %-ENOMEM
 */
struct sphere_app *sphere_app_build(const struct sphere_policy *policy, struct sphere_pins *pins,
				    struct sphere_policy_error *err)
{
	const struct sphere_policy_part *part = policy->part;
	const unsigned int n_files = part[SPHERE_SECTION_FILES].count;
	const unsigned int n_execs = part[SPHERE_SECTION_EXECS].count;
	const unsigned int n_dirs = part[SPHERE_SECTION_DIRS].count +
				    part[SPHERE_SECTION_STORAGE].count;
	const unsigned int n_devices = part[SPHERE_SECTION_DEVICES].count;
	struct app_layout l = { .size = sizeof(struct sphere_app) };
	size_t files, dirs, devices, ioctls, nets, hosts, listens, sockets, partners, images, names;
	struct sphere_app *app = NULL;
	void *base;
	int ret;

	memset(err, 0, sizeof(*err));
	if (policy->kind == SPHERE_POLICY_FLOORS ||
	    (pins ? pins->n : 0) != n_files + n_execs + n_dirs + n_devices) {
		refuse(err, NULL, SPHERE_POLICY_E_KIND);
		return ERR_PTR(-EINVAL);
	}

	files = PLACE(&l, app, files, n_files + n_execs);
	dirs = PLACE(&l, app, dirs, n_dirs);
	devices = PLACE(&l, app, devices, n_devices);
	ioctls = PLACE(&l, app, ioctls, policy->n_ioctls);
	nets = PLACE(&l, app, nets, part[SPHERE_SECTION_NET_ADDRS].count);
	sockets = PLACE(&l, app, sockets, part[SPHERE_SECTION_SOCKETS].count);
	hosts = PLACE(&l, app, hosts, part[SPHERE_SECTION_NET_HOSTS].count);
	listens = PLACE(&l, app, listens, part[SPHERE_SECTION_NET_LISTEN].count);
	partners = PLACE(&l, app, partners, part[SPHERE_SECTION_PARTNERS].count);
	images = PLACE(&l, app, images, part[SPHERE_SECTION_IMAGES].count);
	names = PLACE(&l, app, names, policy->host_bytes);

	app = kvzalloc(l.size, GFP_KERNEL);
	if (!app) {
		err->reason = SPHERE_POLICY_E_MEMORY;
		return ERR_PTR(-ENOMEM);
	}
	base = app;
	app->files = base + files;
	app->dirs = base + dirs;
	app->devices = base + devices;
	app->ioctls = base + ioctls;
	app->nets = base + nets;
	app->hosts = base + hosts;
	app->listens = base + listens;
	app->sockets = base + sockets;
	app->partners = base + partners;
	app->images = base + images;
	app->names = base + names;
	app->size = l.size;

	refcount_set(&app->ref, 1);
	mutex_init(&app->addrs_lock);
	INIT_LIST_HEAD(&app->published);
	INIT_RCU_WORK(&app->release, app_release);
	app->flags = policy->flags;
	app->kind = policy->kind;
	app->version = policy->version;
	memcpy(app->component.b, policy->component, sizeof(app->component.b));
	memcpy(app->tenant.b, policy->tenant, sizeof(app->tenant.b));
	app->has_tenant = policy->has_tenant;
	memcpy(app->name, policy->name, sizeof(app->name));
	app->is_signed = policy->signature != SPHERE_POLICY_UNSIGNED;
	memcpy(app->key_id, policy->key_id, sizeof(app->key_id));

	ret = 0;
	if (pins) {
		const struct sphere_pin *pin = pins->pin;

		ret = fill_files(app, policy, base + files, pin, pin + n_files + n_dirs, err);
		if (!ret)
			ret = fill_dirs(app, policy, base + dirs, pin + n_files, err);
		if (!ret)
			ret = fill_devices(app, policy, base + devices, base + ioctls,
					   pin + n_files + n_dirs + n_execs, err);
	}
	if (ret) {
		app_free(app);
		return ERR_PTR(ret);
	}
	fill_net(app, policy, base + nets, base + hosts, base + names, base + listens,
		 base + sockets);
	fill_rest(app, policy, base + partners, base + images);
	app->pins = pins;
	return app;
}

/**
 * sphere_app_load() - find the objects of a policy and make an app of it
 * @policy: a verified policy of an application or a core
 * @err: filled in
 *
 * Context: Process context; sleeps for as long as it takes to read all
 *	executable files.
 * Return: the app with one reference, which is the caller's, or an error pointer:
 * * as sphere_pins_get() and sphere_app_build()
 */
struct sphere_app *sphere_app_load(const struct sphere_policy *policy,
				   struct sphere_policy_error *err)
{
	struct sphere_pins *pins = sphere_pins_get(policy, err);
	struct sphere_app *app;

	if (IS_ERR(pins))
		return ERR_CAST(pins);
	app = sphere_app_build(policy, pins, err);
	if (IS_ERR(app))
		sphere_pins_put(pins);
	return app;
}

/**
 * sphere_app_may_replace() - may a policy take the place of what is loaded?
 * @old: what is loaded under the same component id
 * @policy: a verified policy with that id
 * @err: filled in
 *
 * Two policies must not share an identity: only the one who signed a policy
 * replaces it, and only by one of its kind. Versions are compared elsewhere.
 *
 * Context: Any.
 * Return: 0 or %-EEXIST
 */
int sphere_app_may_replace(const struct sphere_app *old, const struct sphere_policy *policy,
			   struct sphere_policy_error *err)
{
	memset(err, 0, sizeof(*err));
	if (old->kind == policy->kind &&
	    !memcmp(old->key_id, policy->key_id, sizeof(old->key_id)))
		return 0;
	err->reason = SPHERE_POLICY_E_IDENTITY;
	return -EEXIST;
}

/**
 * sphere_app_core_policy() - what the driver of the real-time cores wants to know
 * @app: a policy for a core
 * @policy: filled in
 *
 * Context: Any.
 * Return: 0, or %-ENOENT if @app is not for a core
 */
int sphere_app_core_policy(const struct sphere_app *app, struct sphere_core_policy *policy)
{
	if (app->kind != SPHERE_POLICY_CORE)
		return -ENOENT;
	memset(policy, 0, sizeof(*policy));
	policy->component = app->component;
	memcpy(policy->partners, app->partners, app->n_partners * sizeof(*app->partners));
	policy->n_partners = app->n_partners;
	memcpy(policy->images, app->images, app->n_images * sizeof(*app->images));
	policy->n_images = app->n_images;
	return 0;
}

/* Addresses of hosts */

static bool same_name(const struct sphere_app *app, const struct sphere_app_host *host,
		      const char *name, size_t len)
{
	return host->len == len && !memcmp(app->names + host->name, name, len);
}

/* Index of the first rule of a host, or -1; names are compared as the policy has them */
static int find_host(const struct sphere_app *app, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < app->n_hosts; i++)
		if (same_name(app, &app->hosts[i], name, len))
			return i;
	return -1;
}

/**
 * sphere_app_lists_host() - does it list this host?
 * @app: the app
 * @host: name in lower case
 * @host_len: bytes of it
 *
 * Context: Any.
 * Return: whether it does
 */
bool sphere_app_lists_host(const struct sphere_app *app, const char *host, size_t host_len)
{
	return find_host(app, host, host_len) >= 0;
}

static bool is_v4(const struct in6_addr *addr)
{
	return !addr->s6_addr32[0] && !addr->s6_addr32[1] &&
	       addr->s6_addr32[2] == htonl(0xffff);
}

/*
 * Can a host elsewhere have this address? Whoever answers for a name must not be
 * able to open this machine's own services, or groups.
 */
static bool is_address_of_host(const struct in6_addr *addr)
{
	if (is_v4(addr)) {
		const u8 first = addr->s6_addr[12];

		/* "this" network, loopback, groups and everything above */
		return first && first != 127 && first < 224;
	}
	/* unspecified, loopback, IPv4-compatible and translated ones without a prefix; groups */
	if (!addr->s6_addr32[0] && !addr->s6_addr32[1])
		return false;
	return addr->s6_addr[0] != 0xff;
}

static int cmp_addr(const struct sphere_app_addr *x, const struct in6_addr *addr, u16 host)
{
	int d = memcmp(&x->addr, addr, sizeof(*addr));

	return d ? d : (int)x->host - (int)host;
}

/* Copy the addresses that still count but for @victim, and add one at its place */
static unsigned int copy_addrs(struct sphere_app_addrs *to, const struct sphere_app_addrs *from,
			       u32 now, int victim, const struct sphere_app_addr *added)
{
	unsigned int n = 0, i;
	bool done = false;

	for (i = 0; from && i < from->n; i++) {
		const struct sphere_app_addr *a = &from->addr[i];
		int d = cmp_addr(a, &added->addr, added->host);

		if (a->until <= now || (int)i == victim || !d)
			continue;
		if (d > 0 && !done) {
			to->addr[n++] = *added;
			done = true;
		}
		to->addr[n++] = *a;
	}
	if (!done)
		to->addr[n++] = *added;
	return n;
}

/**
 * sphere_app_add_address() - a host has this address now
 * @app: the app
 * @host: name in lower case
 * @host_len: bytes of it
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @ttl: seconds that it counts, between %SPHERE_MIN_TTL and %SPHERE_MAX_TTL
 * @err: filled in
 *
 * An address that is there already counts for the longer of both times. Of one
 * host %SPHERE_MAX_ADDRS_HOST addresses count at most; the one that would expire
 * first makes place.
 *
 * Context: Process context, may sleep.
 * Return: 0, or
 * * %-ENOENT - the app does not list the host
 * * %-EADDRNOTAVAIL - no host can have this address
 * * %-ENOSPC - %SPHERE_MAX_ADDRS addresses count
 * * %-ENOMEM
 */
int sphere_app_add_address(struct sphere_app *app, const char *host, size_t host_len,
			   const struct in6_addr *addr, u32 ttl, struct sphere_policy_error *err)
{
	struct sphere_app_addr added = { .addr = *addr };
	struct sphere_app_addrs *old, *new;
	unsigned int live = 0, of_host = 0, i;
	int rule = find_host(app, host, host_len), victim = -1, ret = 0;
	u32 now;

	memset(err, 0, sizeof(*err));
	if (rule < 0) {
		err->reason = SPHERE_POLICY_E_HOST_UNKNOWN;
		return -ENOENT;
	}
	if (!is_address_of_host(addr)) {
		err->reason = SPHERE_POLICY_E_ADDRESS;
		return -EADDRNOTAVAIL;
	}
	added.host = rule;

	mutex_lock(&app->addrs_lock);
	now = ktime_get_seconds();
	added.until = now + clamp_t(u32, ttl, SPHERE_MIN_TTL, SPHERE_MAX_TTL);
	old = rcu_dereference_protected(app->addrs, lockdep_is_held(&app->addrs_lock));
	for (i = 0; old && i < old->n; i++) {
		const struct sphere_app_addr *a = &old->addr[i];

		if (a->until <= now)
			continue;
		if (!cmp_addr(a, addr, rule)) {
			added.until = max(added.until, a->until);
			continue;
		}
		live++;
		if (a->host != rule)
			continue;
		of_host++;
		if (victim < 0 || a->until < old->addr[victim].until)
			victim = i;
	}
	if (of_host < SPHERE_MAX_ADDRS_HOST)
		victim = -1;
	else
		live--;
	if (live >= SPHERE_MAX_ADDRS) {
		err->reason = SPHERE_POLICY_E_ADDRS_FULL;
		ret = -ENOSPC;
		goto out;
	}
	new = kmalloc(struct_size(new, addr, live + 1), GFP_KERNEL);
	if (!new) {
		err->reason = SPHERE_POLICY_E_MEMORY;
		ret = -ENOMEM;
		goto out;
	}
	new->n = live + 1;
	WARN_ON_ONCE(copy_addrs(new, old, now, victim, &added) != new->n);
	rcu_assign_pointer(app->addrs, new);
	if (old)
		kfree_rcu(old, rcu);
out:
	mutex_unlock(&app->addrs_lock);
	return ret;
}

/* Searching */

/**
 * sphere_app_find_file() - a regular file, by its inode
 * @app: the app
 * @inode: inode
 *
 * Context: Any.
 * Return: the entry, or NULL if it is not listed by itself
 */
const struct sphere_app_file *sphere_app_find_file(const struct sphere_app *app,
						   const struct inode *inode)
{
	unsigned int low = 0, high = app->n_files;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		const struct sphere_app_file *file = &app->files[mid];

		if (file->inode == inode)
			return file;
		if ((unsigned long)file->inode < (unsigned long)inode)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static const struct sphere_app_dir *walk_up(const struct sphere_app *app,
					    const struct dentry *dentry)
{
	unsigned int depth, i;

	for (depth = 0; depth <= SPHERE_MAX_DEPTH; depth++) {
		const struct dentry *parent = READ_ONCE(dentry->d_parent);

		/* most levels are no directory of the policy */
		for (i = 0; (app->dir_hashes & dir_hash(dentry)) && i < app->n_dirs; i++)
			if (app->dirs[i].dentry == dentry)
				return &app->dirs[i];
		if (parent == dentry)
			break;
		dentry = parent;
	}
	return NULL;
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
	const struct sphere_app_dir *dir;
	unsigned int tries, seq;

	if (!app->n_dirs)
		return NULL;
	for (tries = 0; tries < 3; tries++) {
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

/**
 * sphere_app_path_access() - what may it do with this file or directory?
 * @app: the app
 * @dentry: where it is; may be negative
 *
 * What is listed by itself has the access that stands there, and nothing from
 * the directories above it.
 *
 * Context: as sphere_app_find_dir()
 * Return: SPHERE_ACCESS_*, 0 for nothing
 */
u16 sphere_app_path_access(const struct sphere_app *app, const struct dentry *dentry)
{
	const struct inode *inode = d_backing_inode(dentry);
	const struct sphere_app_file *file = inode ? sphere_app_find_file(app, inode) : NULL;
	const struct sphere_app_dir *dir;

	if (file)
		return file->access;
	dir = sphere_app_find_dir(app, dentry);
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
		int d = cmp_device(&app->devices[mid], &key);

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

static bool covers(u8 rule_proto, u16 first, u16 last, u8 proto, u16 port)
{
	if (proto != SPHERE_PROTO_TCP && proto != SPHERE_PROTO_UDP)
		return false;
	return (rule_proto == SPHERE_PROTO_ANY || rule_proto == proto) &&
	       port >= first && port <= last;
}

static bool has_prefix(const struct in6_addr *addr, const struct sphere_app_net *rule)
{
	unsigned int bits = rule->prefix, i;

	/* rules for IPv6 are no rules for IPv4, whatever their prefix is */
	if (is_v4(addr) != (bits >= 96 && is_v4(&rule->addr)))
		return false;
	for (i = 0; bits >= 32; i++, bits -= 32)
		if (addr->s6_addr32[i] != rule->addr.s6_addr32[i])
			return false;
	return !bits || !((addr->s6_addr32[i] ^ rule->addr.s6_addr32[i]) &
			  htonl(~0U << (32 - bits)));
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

		if (cmp_addr(&addrs->addr[mid], addr, 0) < 0)
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

/**
 * sphere_app_may_send() - may it connect or send to this address?
 * @app: the app
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @proto: %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP; anything else is refused
 * @port: port, in the order of the machine
 *
 * Context: Any.
 * Return: whether it may
 */
bool sphere_app_may_send(const struct sphere_app *app, const struct in6_addr *addr, u8 proto,
			 u16 port)
{
	unsigned int i;
	bool ret;

	for (i = 0; i < app->n_nets; i++) {
		const struct sphere_app_net *rule = &app->nets[i];

		if (covers(rule->proto, rule->first, rule->last, proto, port) &&
		    has_prefix(addr, rule))
			return true;
	}
	if (!app->n_hosts)
		return false;
	rcu_read_lock();
	ret = host_covers(app, addr, proto, port);
	rcu_read_unlock();
	return ret;
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
