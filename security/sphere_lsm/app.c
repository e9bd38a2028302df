// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications: building one from its policy, and letting it go
 *
 * Lifetime. An app is referenced by the tasks that run under it and, as long as
 * it is loaded, by the list of policies. Readers that hold no reference look at
 * it in an RCU read-side section. After the last reference is gone a grace
 * period passes, then a work item frees it: dropping pinned paths may sleep, and
 * the last reference may be dropped where nothing may.
 */
#include <linux/err.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <net/ipv6.h>

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

/* ---- building ------------------------------------------------------------ */

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
	return sphere_app_cmp_devices(a, b);
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

static u16 plain(const struct super_block *sb)
{
	return sphere_fs_is_plain(sb) ? SPHERE_ACCESS_PLAIN : 0;
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
	for (i = 0; i < kept; i++) {
		u16 *first = &app->file_index[sphere_app_index_hash(files[i].inode)];

		files[i].access |= plain(files[i].inode->i_sb);
		files[i].next = *first;
		*first = i + 1;
	}
	app->n_files = kept;
	return 0;
}

static int fill_dirs(struct sphere_app *app, const struct sphere_policy *policy,
		     struct sphere_app_dir *dirs, const struct sphere_pin *pins,
		     struct sphere_policy_error *err)
{
	static const u8 sections[] = { SPHERE_SECTION_DIRS, SPHERE_SECTION_STORAGE };
	struct sphere_policy_iter it;
	unsigned int n = 0, s, i;
	u8 *first;

	BUILD_BUG_ON(SPHERE_MAX_DIRS + 1 > U8_MAX);
	for (s = 0; s < ARRAY_SIZE(sections); s++) {
		sphere_policy_iter_init(&it, policy, sections[s]);
		while (sphere_policy_next(&it)) {
			const struct dentry *dentry = pins++->path.dentry;

			for (i = 0; i < n; i++)
				if (dirs[i].dentry == dentry)
					return refuse(err, &it.entry, SPHERE_POLICY_E_SAME_OBJECT);
			dirs[n].dentry = dentry;
			dirs[n].access = it.entry.access | plain(dentry->d_sb);
			dirs[n].storage = sections[s] == SPHERE_SECTION_STORAGE;
			if (dirs[n].storage)
				app->storage_limit = it.entry.limit;
			first = &app->dir_index[sphere_app_index_hash(dentry)];
			dirs[n].next = *first;
			*first = ++n;
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

/* As one address among those of IPv6 */
static bool is_v4_rule(const struct sphere_policy_entry *e)
{
	return e->prefix >= 96 && ipv6_addr_v4mapped((const struct in6_addr *)e->addr);
}

static void fill_net(struct sphere_app *app, const struct sphere_policy *policy,
		     struct sphere_app_net *nets, struct sphere_app_host *hosts, char *names,
		     struct sphere_app_listen *listens, struct sphere_app_socket *sockets)
{
	struct sphere_policy_iter it;
	u32 name = 0, next = 0;
	unsigned int n = 0, v6;

	for (v6 = 0; v6 <= 1; v6++) {
		sphere_policy_iter_init(&it, policy, SPHERE_SECTION_NET_ADDRS);
		while (sphere_policy_next(&it)) {
			if (is_v4_rule(&it.entry) == v6)
				continue;
			memcpy(&nets[n].addr, it.entry.addr, sizeof(nets[n].addr));
			nets[n].prefix = it.entry.prefix;
			nets[n].proto = it.entry.proto;
			nets[n].first = it.entry.first;
			nets[n].last = it.entry.last;
			n++;
		}
		if (!v6)
			app->n_nets4 = n;
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
