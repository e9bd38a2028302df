// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface: securityfs, directory sphere
 *
 * Requests go to the node "control", and each is asked for by a task that has
 * CAP_MAC_ADMIN in the initial user namespace and belongs to no app. Apps cannot
 * open anything here but "self".
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <linux/uuid.h>

#include <linux/sphere/compat.h>

#include <linux/sphere_lsm.h>

#include "app.h"
#include "audit.h"
#include "fs.h"
#include "load.h"
#include "manifest.h"
#include "state.h"
#include "way.h"

static_assert(sizeof(struct sphere_lsm_version) == SPHERE_LSM_VERSION_SIZE_VER0);
static_assert(sizeof(struct sphere_lsm_keys) == SPHERE_LSM_KEYS_SIZE_VER0);
static_assert(sizeof(struct sphere_lsm_load) == SPHERE_LSM_LOAD_SIZE_VER0);
static_assert(sizeof(struct sphere_lsm_unload) == SPHERE_LSM_UNLOAD_SIZE_VER0);
static_assert(sizeof(struct sphere_lsm_enter) == SPHERE_LSM_ENTER_SIZE_VER0);
static_assert(sizeof(struct sphere_lsm_address) == SPHERE_LSM_ADDRESS_SIZE_VER0);

static struct dentry *top, *apps, *self;

/**
 * sphere_fs_is_self() - is it the file that tells a task who it is?
 * @inode: an inode
 *
 * Context: Any.
 * Return: whether it is
 */
bool sphere_fs_is_self(const struct inode *inode)
{
	const struct dentry *dentry = READ_ONCE(self);

	return dentry && d_inode(dentry) == inode;
}

/* ---- requests ----------------------------------------------------------- */

static void tell(struct sphere_lsm_verdict *verdict, const struct sphere_policy_error *err)
{
	verdict->reason = err->reason;
	verdict->section = err->section;
	verdict->entry = err->entry;
	verdict->offset = err->offset;
	verdict->detail = err->detail;
	verdict->reserved = 0;
}

static long do_version(void __user *to, size_t size)
{
	const struct sphere_lsm_version v = {
		.abi = SPHERE_LSM_ABI,
		.language = SPHERE_POLICY_LANGUAGE,
		.reasons = SPHERE_REASONS,
		.policy_reasons = SPHERE_POLICY_REASONS,
	};

	if (size > sizeof(v) && clear_user(to + sizeof(v), size - sizeof(v)))
		return -EFAULT;
	return copy_to_user(to, &v, min(size, sizeof(v))) ? -EFAULT : 0;
}

static long do_keys(struct sphere_lsm_keys *k)
{
	struct sphere_policy_error err = {};
	u8 *keys = NULL;
	long ret;

	if (k->flags)
		return -EINVAL;
	if (k->count > SPHERE_MAX_KEYS) {
		k->verdict.reason = SPHERE_POLICY_E_KEYS_FULL;
		return -ENOSPC;
	}
	if (k->count) {
		keys = memdup_user(u64_to_user_ptr(k->keys), k->count * SPHERE_POLICY_KEY_SIZE);
		if (IS_ERR(keys))
			return PTR_ERR(keys);
	}
	ret = sphere_load_keys(keys, k->count, &err);
	kfree(keys);
	tell(&k->verdict, &err);
	return ret;
}

static long do_load(struct sphere_lsm_load *l)
{
	struct sphere_policy_error err = {};
	void *bytes;
	long ret;

	if (l->flags)
		return -EINVAL;
	if (!l->size || l->size > SPHERE_MAX_POLICY) {
		l->verdict.reason = l->size ? SPHERE_POLICY_E_LONG : SPHERE_POLICY_E_SHORT;
		return l->size ? -EFBIG : -EBADMSG;
	}
	/* once: nobody changes it between a check and its use */
	bytes = vmemdup_user(u64_to_user_ptr(l->policy), l->size);
	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	ret = sphere_load_policy(bytes, l->size, &err);
	kvfree(bytes);
	tell(&l->verdict, &err);
	return ret;
}

static long do_unload(struct sphere_lsm_unload *u)
{
	struct sphere_component_id id;

	if (u->flags & ~SPHERE_LSM_UNLOAD_KILL)
		return -EINVAL;
	memcpy(id.b, u->component, sizeof(id.b));
	return sphere_unload(&id, u->flags & SPHERE_LSM_UNLOAD_KILL, &u->tasks);
}

static long do_enter(struct sphere_lsm_enter *e)
{
	struct sphere_component_id id;

	if (e->flags || e->reserved)
		return -EINVAL;
	memcpy(id.b, e->component, sizeof(id.b));
	return sphere_enter(&id);
}

static long do_address(struct sphere_lsm_address *a)
{
	struct sphere_policy_error err = {};
	struct in6_addr addr;
	char *name;
	long ret;

	if (a->flags || !a->name_len)
		return -EINVAL;
	if (a->name_len > SPHERE_MAX_HOST) {
		a->verdict.reason = SPHERE_POLICY_E_HOST_UNKNOWN;
		return -ENOENT;
	}
	name = memdup_user(u64_to_user_ptr(a->name), a->name_len);
	if (IS_ERR(name))
		return PTR_ERR(name);
	memcpy(&addr, a->addr, sizeof(addr));
	ret = sphere_load_address(name, a->name_len, &addr, a->ttl, &a->apps, &err);
	kfree(name);
	tell(&a->verdict, &err);
	return ret;
}

union request {
	struct sphere_lsm_keys keys;
	struct sphere_lsm_load load;
	struct sphere_lsm_unload unload;
	struct sphere_lsm_enter enter;
	struct sphere_lsm_address address;
};

static long control_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	size_t size = _IOC_SIZE(cmd), known, least;
	union request r = {};
	long ret;

	/* not the opener's rights: who got this descriptor from him has none of them */
	if (sphere_task_app(current) || !ns_capable(&init_user_ns, CAP_MAC_ADMIN))
		return -EPERM;
	if (_IOC_TYPE(cmd) != SPHERE_LSM_IOC_TYPE)
		return -ENOTTY;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(SPHERE_LSM_IOC_VERSION):
		return size < SPHERE_LSM_VERSION_SIZE_VER0 ? -EINVAL : do_version(user, size);
	case _IOC_NR(SPHERE_LSM_IOC_KEYS):
		known = sizeof(r.keys);
		least = SPHERE_LSM_KEYS_SIZE_VER0;
		break;
	case _IOC_NR(SPHERE_LSM_IOC_LOAD):
		known = sizeof(r.load);
		least = SPHERE_LSM_LOAD_SIZE_VER0;
		break;
	case _IOC_NR(SPHERE_LSM_IOC_UNLOAD):
		known = sizeof(r.unload);
		least = SPHERE_LSM_UNLOAD_SIZE_VER0;
		break;
	case _IOC_NR(SPHERE_LSM_IOC_ENTER):
		known = sizeof(r.enter);
		least = SPHERE_LSM_ENTER_SIZE_VER0;
		break;
	case _IOC_NR(SPHERE_LSM_IOC_ADDRESS):
		known = sizeof(r.address);
		least = SPHERE_LSM_ADDRESS_SIZE_VER0;
		break;
	default:
		return -ENOTTY;
	}
	if (size < least)
		return -EINVAL;
	ret = copy_struct_from_user(&r, known, user, size);
	if (ret)
		return ret;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(SPHERE_LSM_IOC_KEYS):
		ret = do_keys(&r.keys);
		break;
	case _IOC_NR(SPHERE_LSM_IOC_LOAD):
		ret = do_load(&r.load);
		break;
	case _IOC_NR(SPHERE_LSM_IOC_UNLOAD):
		ret = do_unload(&r.unload);
		break;
	case _IOC_NR(SPHERE_LSM_IOC_ENTER):
		ret = do_enter(&r.enter);
		break;
	default:
		ret = do_address(&r.address);
		break;
	}
	/* why comes with a refusal, too */
	if (_IOC_DIR(cmd) & _IOC_READ && copy_to_user(user, &r, min(size, known)) && !ret)
		ret = -EFAULT;
	return ret;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* ---- what can be read --------------------------------------------------- */

static int abi_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "abi %u\nlanguage %u\nmode %s\n", SPHERE_LSM_ABI, SPHERE_POLICY_LANGUAGE,
		   IS_BUILTIN(CONFIG_SECURITY_SPHERE_LSM) ? "built-in" : "module");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(abi);

static int status_show(struct seq_file *m, void *unused)
{
	bool frozen;
	unsigned int n = sphere_trusted_keys(&frozen);

	seq_printf(m, "development %u\nkeys %u\nkeys_given %u\n", sphere_is_development(), n,
		   frozen);
	sphere_way_show_status(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(status);

/**
 * struct hook_line - a hook in words
 * @name: its name
 * @why_not: why it is not mediated, or NULL if it is
 */
struct hook_line {
	const char *name;
	const char *why_not;
};

#define SPHERE_HOOK(hook, ...)		{ #hook, NULL },
#define SPHERE_LSM_ONLY			SPHERE_HOOK
#define SPHERE_UNUSED(hook, reason)	{ #hook, reason },

static const struct hook_line hook_lines[] = {
#include "hooks.def"
};

static void show_mediated(struct seq_file *m, const char *hook)
{
	seq_puts(m, hook);
	sphere_way_show_hook(m, hook);
	seq_putc(m, '\n');
}

static int hooks_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hook_lines); i++)
		if (hook_lines[i].why_not)
			seq_printf(m, "%s - %s\n", hook_lines[i].name, hook_lines[i].why_not);
		else
			show_mediated(m, hook_lines[i].name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hooks);

static int self_show(struct seq_file *m, void *unused)
{
	const struct sphere_app *app = sphere_task_app(current);

	if (app)
		seq_printf(m, "%pUl %llu\n", app->component.b, app->version);
	else
		seq_puts(m, "unconfined\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(self);

static void show_text(struct seq_file *m, const char *key, const char *text)
{
	char escaped[4 * SPHERE_POLICY_NAME_SIZE + 1];

	seq_printf(m, "%s %s\n", key, sphere_escape(escaped, sizeof(escaped), text));
}

static int manifest_show(struct seq_file *m, void *unused)
{
	struct sphere_app_state *state = m->private;
	const struct sphere_app *app;

	seq_printf(m, "component %pUl\ntasks %d\n", state->component.b,
		   atomic_read(&state->tasks));
	rcu_read_lock();
	app = rcu_dereference(state->loaded);
	seq_printf(m, "loaded %u\n", !!app);
	if (app) {
		show_text(m, "name", app->name);
		seq_printf(m, "kind %s\nversion %llu\n",
			   app->kind == SPHERE_POLICY_CORE ? "core" : "app", app->version);
		if (app->is_signed)
			seq_printf(m, "key %*phN\n", (int)sizeof(app->key_id), app->key_id);
		else
			seq_puts(m, "key unsigned\n");
		if (app->has_tenant)
			seq_printf(m, "tenant %.*s\n", (int)sizeof(app->tenant), app->tenant.b);
		seq_printf(m, "development %u\nlearn %u\nsize %u\n",
			   !!(app->flags & SPHERE_POLICY_DEVELOPMENT),
			   !!(app->flags & SPHERE_POLICY_LEARN), app->size);
	}
	rcu_read_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(manifest);

static const char *proto_name(u8 proto)
{
	switch (proto) {
	case SPHERE_PROTO_TCP:
		return "tcp";
	case SPHERE_PROTO_UDP:
		return "udp";
	default:
		return "any";
	}
}

static void show_access(struct seq_file *m, u16 access)
{
	static const char letters[] = "rwclsb";
	unsigned int i;

	for (i = 0; i < 6; i++)
		if (access >> i & 1)
			seq_putc(m, letters[i]);
	if (access & SPHERE_ACCESS_RUN)
		seq_putc(m, 'x');
	if (access & SPHERE_ACCESS_MAP)
		seq_putc(m, 'm');
}

static void show_grants(struct seq_file *m, const struct sphere_app *app)
{
	unsigned int i;

	for (i = 0; i < app->n_files; i++) {
		seq_puts(m, "file ");
		show_access(m, app->files[i].access);
		seq_printf(m, " %s %lu\n", app->files[i].inode->i_sb->s_id,
			   app->files[i].inode->i_ino);
	}
	for (i = 0; i < app->n_dirs; i++) {
		seq_puts(m, app->dirs[i].storage ? "storage " : "dir ");
		show_access(m, app->dirs[i].access);
		seq_putc(m, ' ');
		seq_dentry(m, (struct dentry *)app->dirs[i].dentry, " \t\n\\");
		seq_putc(m, '\n');
	}
	if (app->storage_limit)
		seq_printf(m, "storage_limit %llu\n", app->storage_limit);
	for (i = 0; i < app->n_devices; i++) {
		const struct sphere_app_device *d = &app->devices[i];

		seq_printf(m, "device %s %u:%u ", d->block ? "block" : "char", MAJOR(d->dev),
			   MINOR(d->dev));
		show_access(m, d->access);
		if (d->ioctls_only)
			seq_printf(m, " ioctls %u", d->n_ioctls);
		seq_putc(m, '\n');
	}
	for (i = 0; i < app->n_nets; i++)
		seq_printf(m, "send %s %pI6c/%u %u-%u\n", proto_name(app->nets[i].proto),
			   &app->nets[i].addr, app->nets[i].prefix, app->nets[i].first,
			   app->nets[i].last);
	for (i = 0; i < app->n_hosts; i++)
		seq_printf(m, "send %s %s %u-%u\n", proto_name(app->hosts[i].proto),
			   app->names + app->hosts[i].name, app->hosts[i].first,
			   app->hosts[i].last);
	for (i = 0; i < app->n_listens; i++)
		seq_printf(m, "listen %s %u-%u\n", proto_name(app->listens[i].proto),
			   app->listens[i].first, app->listens[i].last);
	for (i = 0; i < app->n_sockets; i++)
		seq_printf(m, "socket %u %u %u\n", app->sockets[i].family, app->sockets[i].type,
			   app->sockets[i].protocol);
	for (i = 0; i < app->n_partners; i++)
		seq_printf(m, "partner %pUl\n", app->partners[i].b);
	for (i = 0; i < app->n_images; i++)
		seq_printf(m, "image %*phN\n", SPHERE_DIGEST_SIZE, app->images[i]);
	seq_printf(m, "operations %08x\ncapabilities %016llx\ncores %02x\n", app->ops, app->caps,
		   app->cores);
}

static int grants_show(struct seq_file *m, void *unused)
{
	struct sphere_app_state *state = m->private;
	const struct sphere_app *app;

	rcu_read_lock();
	app = rcu_dereference(state->loaded);
	if (app)
		show_grants(m, app);
	rcu_read_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(grants);

static int counters_show(struct seq_file *m, void *unused)
{
	struct sphere_app_state *state = m->private;
	int i;

	for (i = 1; i < SPHERE_REASONS; i++)
		seq_printf(m, "%s %u\n", sphere_reason_name(i), atomic_read(&state->refused[i]));
	seq_printf(m, "unlogged %u\n", atomic_read(&state->unlogged));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int denials_show(struct seq_file *m, void *unused)
{
	sphere_show_denials(m, m->private);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(denials);

/**
 * struct fs_file - a file of ours
 * @name: its name
 * @mode: who may open it
 * @fops: what it does
 */
struct fs_file {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
};

static const struct fs_file top_files[] = {
	{ "abi", 0444, &abi_fops },
	{ "control", 0600, &control_fops },
	{ "hooks", 0444, &hooks_fops },
	{ "self", 0444, &self_fops },
	{ "status", 0444, &status_fops },
};

static const struct fs_file app_files[] = {
	{ "counters", 0400, &counters_fops },
	{ "denials", 0400, &denials_fops },
	{ "grants", 0400, &grants_fops },
	{ "manifest", 0400, &manifest_fops },
};

/* What was made in a directory; removal goes without a list before 6.16 */
static void remove_files(struct dentry **made, unsigned int n)
{
	while (n)
		securityfs_remove(made[--n]);
}

static struct dentry *top_made[ARRAY_SIZE(top_files)];

/**
 * sphere_fs_add() - a directory for a component
 * @state: its record
 *
 * Context: Process context, may sleep. The caller serialises.
 * Return: 0 or a negative errno
 */
int sphere_fs_add(struct sphere_app_state *state)
{
	struct dentry *made[ARRAY_SIZE(app_files)], *dir;
	char name[UUID_STRING_LEN + 1];
	unsigned int i;

	snprintf(name, sizeof(name), "%pUl", state->component.b);
	dir = securityfs_create_dir(name, apps);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	for (i = 0; i < ARRAY_SIZE(app_files); i++) {
		made[i] = securityfs_create_file(app_files[i].name, app_files[i].mode, dir, state,
						 app_files[i].fops);
		if (IS_ERR(made[i])) {
			int ret = PTR_ERR(made[i]);

			remove_files(made, i);
			securityfs_remove(dir);
			return ret;
		}
	}
	memcpy(state->files, made, sizeof(made));
	state->dir = dir;
	return 0;
}

/**
 * sphere_fs_remove() - the directory of a component goes
 * @state: its record
 *
 * Context: Process context, may sleep. The caller serialises.
 */
void sphere_fs_remove(struct sphere_app_state *state)
{
	remove_files(state->files, ARRAY_SIZE(app_files));
	securityfs_remove(state->dir);
}

/**
 * sphere_fs_init() - make the interface
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno
 */
int sphere_fs_init(void)
{
	unsigned int i;
	int ret;

	BUILD_BUG_ON(ARRAY_SIZE(app_files) != SPHERE_APP_FILES);
	top = securityfs_create_dir("sphere", NULL);
	if (IS_ERR(top))
		return PTR_ERR(top);
	apps = securityfs_create_dir("apps", top);
	if (IS_ERR(apps)) {
		ret = PTR_ERR(apps);
		goto err_top;
	}
	for (i = 0; i < ARRAY_SIZE(top_files); i++) {
		top_made[i] = securityfs_create_file(top_files[i].name, top_files[i].mode, top,
						     NULL, top_files[i].fops);
		if (IS_ERR(top_made[i])) {
			ret = PTR_ERR(top_made[i]);
			goto err_files;
		}
		if (top_files[i].fops == &self_fops)
			WRITE_ONCE(self, top_made[i]);
	}
	return 0;

err_files:
	WRITE_ONCE(self, NULL);
	remove_files(top_made, i);
	securityfs_remove(apps);
err_top:
	securityfs_remove(top);
	return ret;
}

/**
 * sphere_fs_exit() - remove the interface
 *
 * The directories of components are gone.
 *
 * Context: Process context, may sleep.
 */
void sphere_fs_exit(void)
{
	WRITE_ONCE(self, NULL);
	remove_files(top_made, ARRAY_SIZE(top_files));
	securityfs_remove(apps);
	securityfs_remove(top);
}
