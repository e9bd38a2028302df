// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in where the module is part of the kernel: a security module beside the
 * others
 *
 * Most tasks belong to no app, and each question that is asked about one of them
 * costs what it takes to find that out. first_<hook>() does that before anything is
 * saved or called; it is what stands in the kernel's lists.
 *
 * Some hooks have other arguments than the function of the kernel through which
 * they are reached; those have an lsm_<hook>() here, and a line ADAPTED_<hook>
 * that lets it stand in the table.
 */
#define pr_fmt(fmt) "sphere_lsm: " fmt

#include <linux/init.h>
#include <linux/lsm_hooks.h>
#include <linux/printk.h>
#include <linux/security.h>

#include <linux/sphere/compat.h>

#include "hooks.h"
#include "load.h"
#include "records.h"
#include "state.h"

/* whom it is asked for, by the column "how" of the table */
#define FIRST_COLD(hook, ...) \
({ \
	const struct sphere_app *__app = sphere_task_app(current); \
	likely(!__app) ? 0 : sphere_hook_##hook(__app, ##__VA_ARGS__); \
})
#define FIRST_HOT			FIRST_COLD
#define FIRST_ENTER(hook, ...) \
	(likely(!sphere_label_of(current)) ? 0 : sphere_hook_##hook(__VA_ARGS__))
#define FIRST_ALWAYS(hook, ...)		sphere_hook_##hook(__VA_ARGS__)

#define FIRST				static int __maybe_unused

#define SPHERE_HOOK0(hook, symbol, how) \
	FIRST first_##hook(void) { return FIRST_##how(hook); }
#define SPHERE_HOOK1(hook, symbol, how, t1, a1) \
	FIRST first_##hook(t1 a1) \
	{ return FIRST_##how(hook, a1); }
#define SPHERE_HOOK2(hook, symbol, how, t1, a1, t2, a2) \
	FIRST first_##hook(t1 a1, t2 a2) \
	{ return FIRST_##how(hook, a1, a2); }
#define SPHERE_HOOK3(hook, symbol, how, t1, a1, t2, a2, t3, a3) \
	FIRST first_##hook(t1 a1, t2 a2, t3 a3) \
	{ return FIRST_##how(hook, a1, a2, a3); }
#define SPHERE_HOOK4(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4) \
	FIRST first_##hook(t1 a1, t2 a2, t3 a3, t4 a4) \
	{ return FIRST_##how(hook, a1, a2, a3, a4); }
#define SPHERE_HOOK5(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	FIRST first_##hook(t1 a1, t2 a2, t3 a3, t4 a4, t5 a5) \
	{ return FIRST_##how(hook, a1, a2, a3, a4, a5); }
#define SPHERE_HOOK6(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) \
	FIRST first_##hook(t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6) \
	{ return FIRST_##how(hook, a1, a2, a3, a4, a5, a6); }
#define SPHERE_LSM_ONLY(hook)
#define SPHERE_UNUSED(hook, reason)

#include "hooks.def"

#define ADAPTED_bprm_committing_creds 0,
#ifdef SPHERE_SETATTR_HAS_IDMAP
static void lsm_bprm_committing_creds(const struct linux_binprm *bprm)
#else
static void lsm_bprm_committing_creds(struct linux_binprm *bprm)
#endif
{
	first_bprm_committing_creds(bprm);
}

#define ADAPTED_bprm_committed_creds 0,
#ifdef SPHERE_SETATTR_HAS_IDMAP
static void lsm_bprm_committed_creds(const struct linux_binprm *bprm)
#else
static void lsm_bprm_committed_creds(struct linux_binprm *bprm)
#endif
{
	first_bprm_committed_creds(bprm);
}

#define ADAPTED_mmap_file 0,
static int lsm_mmap_file(struct file *file, unsigned long reqprot, unsigned long prot,
			 unsigned long flags)
{
	/* the other way in sees what was asked for, and what the personality adds */
	return first_mmap_file(file, reqprot, flags);
}

#define ADAPTED_task_free 0,
static void lsm_task_free(struct task_struct *task)
{
	first_task_free(task);
}

#define ADAPTED_task_prctl 0,
static int lsm_task_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
			  unsigned long arg5)
{
	int ret = first_task_prctl(option, arg2, arg3, arg4, arg5);

	/* "not handled here" */
	return ret ? ret : -ENOSYS;
}

#define ADAPTED_capget 0,
#ifdef SPHERE_SETATTR_HAS_IDMAP
static int lsm_capget(const struct task_struct *target, kernel_cap_t *effective,
		      kernel_cap_t *inheritable, kernel_cap_t *permitted)
#else
static int lsm_capget(struct task_struct *target, kernel_cap_t *effective,
		      kernel_cap_t *inheritable, kernel_cap_t *permitted)
#endif
{
	return first_capget(target);
}

#ifdef CONFIG_BPF_SYSCALL
#define ADAPTED_bpf 0,
static int lsm_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	return first_bpf(cmd);
}
#endif

#define ADAPTED_quotactl 0,
#ifdef SPHERE_SETATTR_HAS_IDMAP
static int lsm_quotactl(int cmds, int type, int id, const struct super_block *sb)
#else
static int lsm_quotactl(int cmds, int type, int id, struct super_block *sb)
#endif
{
	return first_quotactl(cmds, type, id);
}

#ifdef SPHERE_XATTR_NEEDS_CAP_CALL
/*
 * A kernel that is answered here takes it that the rules of capabilities have been
 * looked at, which are for unconfined tasks
 */
#define ADAPTED_inode_setxattr 0,
static int lsm_inode_setxattr(sphere_idmap_t *idmap, struct dentry *dentry, const char *name,
			      const void *value, size_t size, int flags)
{
	int ret = first_inode_setxattr(idmap, dentry, name, value, size, flags);

	return ret ? ret : cap_inode_setxattr(dentry, name, value, size, flags);
}

#define ADAPTED_inode_removexattr 0,
static int lsm_inode_removexattr(sphere_idmap_t *idmap, struct dentry *dentry, const char *name)
{
	int ret = first_inode_removexattr(idmap, dentry, name);

	return ret ? ret : cap_inode_removexattr(idmap, dentry, name);
}
#endif

#ifndef SPHERE_SETATTR_HAS_IDMAP
#define ADAPTED_inode_setattr 0,
static int lsm_inode_setattr(struct dentry *dentry, struct iattr *attr)
{
	return first_inode_setattr(NULL, dentry, attr);
}
#endif

#ifdef SPHERE_HAVE_SELFATTR
/* lsm_get_self_attr(2): the component of the caller, as text */
static int lsm_getselfattr(unsigned int attr, struct lsm_ctx __user *ctx, u32 *size, u32 flags)
{
	char text[UUID_STRING_LEN + 1];
	const struct sphere_app *app = sphere_task_app(current);

	if (attr != LSM_ATTR_CURRENT)
		return -EOPNOTSUPP;
	if (app)
		snprintf(text, sizeof(text), "%pUl", app->component.b);
	else
		strscpy(text, "unconfined", sizeof(text));
	return lsm_fill_user_ctx(ctx, size, text, strlen(text) + 1, SPHERE_LSM_ID, 0) ?: 1;
}
#endif

#ifdef CONFIG_SECURITY_SPHERE_LSM_OLD_RECORDS
static int lsm_getprocattr(struct task_struct *task, const char *name, char **value)
{
	return sphere_records_get(task, name, value);
}

static int lsm_setprocattr(const char *name, void *value, size_t size)
{
	return sphere_records_set(name, value, size);
}
#endif

/* the second of its arguments */
#define TAKE_SECOND(a, b, ...)	b
#define FUNCTION_(adapted, hook) TAKE_SECOND(adapted lsm_##hook, first_##hook)
#define FUNCTION(hook)		FUNCTION_(ADAPTED_##hook, hook)

#define SPHERE_HOOK(hook, ...)	LSM_HOOK_INIT(hook, FUNCTION(hook)),
#define SPHERE_LSM_ONLY(hook)	LSM_HOOK_INIT(hook, lsm_##hook),
#define SPHERE_UNUSED(hook, reason)

static struct security_hook_list sphere_hooks[] __ro_after_init = {
#include "hooks.def"
};

struct lsm_blob_sizes sphere_blob_sizes __ro_after_init = {
	.lbs_task = sizeof(unsigned long),
};

SPHERE_LSM_ID_OF(sphere_lsm, SPHERE_LSM_ID);

static int __init sphere_lsm_init(void)
{
	sphere_is_enabled = true;
	security_add_hooks(sphere_hooks, ARRAY_SIZE(sphere_hooks), SPHERE_LSM_ID_ARG(sphere_lsm));
	pr_info("%zu hooks\n", ARRAY_SIZE(sphere_hooks));
	return 0;
}

DEFINE_LSM(sphere_lsm) = {
	.name = "sphere_lsm",
	.init = sphere_lsm_init,
	.blobs = &sphere_blob_sizes,
};

/* What needs work queues, file systems and the other modules */
static int __init sphere_lsm_start(void)
{
	int ret = 0;

	if (sphere_is_enabled)
		ret = sphere_load_init();
	else
		pr_info("not started: CONFIG_LSM or lsm= has to name sphere_lsm\n");
	if (ret)
		pr_err("without its interface, nothing can be confined: error %d\n", ret);
	return ret;
}
fs_initcall(sphere_lsm_start);
