// SPDX-License-Identifier: GPL-2.0-only
/*
 * The old interface: records of 88 bytes in /proc/<pid>/attr
 *
 * Launchers of the platform's releases write /proc/self/attr/exec to become an
 * application, and read exec and current of others. Here a record asks for what
 * the request "enter" of securityfs asks for, with the same rules: it takes effect
 * at the next exec, and never gives more than the loaded policy. What else it says
 * (a tenant, capabilities) has to be what the policy says, or less.
 *
 * It is there where the kernel is built with it and no other security module owns
 * these files; the rules of Kconfig see to that.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include <linux/sphere/compat.h>

#include "app.h"
#include "load.h"
#include "records.h"
#include "state.h"

static u32 old_capabilities(const struct sphere_app *app)
{
	u32 caps = 0;

	if (sphere_app_may_op(app, SPHERE_OP_PLUTON_SET_MANUFACTURING))
		caps |= SPHERE_OLD_UPDATE_SECURITY_STATE;
	if (sphere_app_may_op(app, SPHERE_OP_PLUTON_GENERATE_KEY) &&
	    sphere_app_may_op(app, SPHERE_OP_PLUTON_COMMIT_KEY) &&
	    sphere_app_may_op(app, SPHERE_OP_PLUTON_ATTEST))
		caps |= SPHERE_OLD_ATTESTATION_RUNTIME;
	if (sphere_app_may_op(app, SPHERE_OP_PLUTON_SET_POSTCODE))
		caps |= SPHERE_OLD_POSTCODE;
	return caps;
}

/**
 * sphere_old_read_fill() - who a task is, as the old interface tells it
 * @r: is filled in
 * @app: its app, or NULL
 * @app_man: for a task without an app: may it give labels?
 *
 * Context: Any; @app stays while it runs.
 */
void sphere_old_read_fill(struct sphere_old_read *r, const struct sphere_app *app, bool app_man)
{
	memset(r, 0, sizeof(*r));
	if (app) {
		r->component = app->component;
		if (app->has_tenant)
			r->tenant = app->tenant;
		r->capabilities = cpu_to_le32(old_capabilities(app));
	} else if (app_man) {
		r->flags = SPHERE_OLD_IS_APP_MAN;
		r->capabilities = cpu_to_le32(SPHERE_OLD_ALL);
	}
}

/**
 * sphere_old_text() - the same as lines of text
 * @text: %SPHERE_OLD_TEXT_SIZE bytes
 * @r: who it is
 *
 * A tenant is printable text without spaces, or its policy would not have been
 * loaded, so that nobody can add lines.
 *
 * Context: Any.
 * Return: bytes, without a zero at the end
 */
size_t sphere_old_text(char *text, const struct sphere_old_read *r)
{
	int len = strnlen(r->tenant.b, sizeof(r->tenant.b) - 1);

	return scnprintf(text, SPHERE_OLD_TEXT_SIZE, "CID: %pUL\nTID: %.*s\nCAPS: %08X\n",
			 r->component.b, len, r->tenant.b, le32_to_cpu(r->capabilities));
}

/**
 * sphere_old_write_check() - does a record ask for no more than the policy gives?
 * @w: the record
 * @app: the policy of its component
 *
 * Context: Any; @app stays while it runs.
 * Return: 0, %-EINVAL for another tenant, or %-EPERM for capabilities beyond it
 */
int sphere_old_write_check(const struct sphere_old_write *w, const struct sphere_app *app)
{
	static const struct sphere_tenant_id none;
	const struct sphere_tenant_id *tenant = app->has_tenant ? &app->tenant : &none;

	/* to say nothing is to ask for none */
	if (memcmp(w->tenant, &none, sizeof(none)) && memcmp(w->tenant, tenant, sizeof(*tenant)))
		return -EINVAL;
	if (le32_to_cpu(w->capabilities) & ~old_capabilities(app))
		return -EPERM;
	return 0;
}

static bool gives_labels(struct task_struct *task)
{
	return has_ns_capability(task, &init_user_ns, CAP_MAC_ADMIN);
}

/**
 * sphere_records_get() - somebody reads /proc/<pid>/attr/<name>
 * @task: whose
 * @name: the file
 * @value: is set to what it holds; the caller frees it
 *
 * Context: Process context, may sleep.
 * Return: bytes of it, or
 * * %-EINVAL - the old interface has no such file
 * * %-EPERM - it is another task's, into which the caller may not look
 * * %-ENOMEM
 */
int sphere_records_get(struct task_struct *task, const char *name, char **value)
{
	struct sphere_old_read *r;
	bool text, app_man;

	text = !strcmp(name, "current");
	if (!text && strcmp(name, "exec"))
		return -EINVAL;
	if (!same_thread_group(task, current) &&
	    !ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS))
		return -EPERM;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	app_man = gives_labels(task);
	rcu_read_lock();
	sphere_old_read_fill(r, sphere_task_app(task), app_man);
	rcu_read_unlock();
	if (!text) {
		*value = (char *)r;
		return sizeof(*r);
	}
	*value = kmalloc(SPHERE_OLD_TEXT_SIZE, GFP_KERNEL);
	if (*value) {
		int len = sphere_old_text(*value, r);

		kfree(r);
		return len;
	}
	kfree(r);
	return -ENOMEM;
}

/**
 * sphere_records_set() - the current task writes /proc/self/attr/<name>
 * @name: the file
 * @value: what it writes, copied once
 * @size: bytes of it; those behind the record do not count
 *
 * Context: Process context, may sleep.
 * Return: @size, where the platform's own answered 0, which is no success of
 * write(2); or
 * * %-EINVAL - another file, a record that is too short, or another tenant's
 * * %-EPERM - the task may not enter an app, or asks for capabilities beyond it
 * * %-ENOENT - no policy of the component is loaded
 * * %-ENOMEM
 */
int sphere_records_set(const char *name, const void *value, size_t size)
{
	struct sphere_old_write w;
	const struct sphere_app *app;
	int ret;

	if (strcmp(name, "exec") || size < sizeof(w))
		return -EINVAL;
	if (sphere_task_app(current) || !ns_capable(&init_user_ns, CAP_MAC_ADMIN))
		return -EPERM;
	memcpy(&w, value, sizeof(w));
	rcu_read_lock();
	app = sphere_loaded(&w.component);
	ret = app ? sphere_old_write_check(&w, app) : -ENOENT;
	rcu_read_unlock();
	/*
	 * A policy that is loaded in between is newer, from the same maker, and bounds
	 * what the task can do. That the record asks for less is looked at, not kept.
	 */
	ret = ret ?: sphere_enter(&w.component);
	return ret ?: (int)size;
}
