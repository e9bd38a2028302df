// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusals: counted, recorded, and, for apps that learn, let pass
 *
 * Everything here may run where nothing may sleep. Text of others (names of
 * files, of tasks) goes into records with each character that could end it
 * escaped, so that nobody forges a record.
 *
 * Learning mode needs a policy that says so, which loads on devices in
 * development mode only, and lasts as long as that mode does. What protects this
 * module, the kernel or the rules themselves is refused to apps that learn, too.
 */
#include <linux/audit.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include <linux/sphere/authority.h>

#include "app.h"
#include "audit.h"
#include "state.h"

#define CREATE_TRACE_POINTS
#include <trace/events/sphere_lsm.h>

/* bytes of an object in words, and with each of them escaped */
#define OBJECT_TEXT	512
#define ESCAPED_TEXT	(4 * OBJECT_TEXT + 1)

static bool development;
module_param(development, bool, 0444);
MODULE_PARM_DESC(development, "the device is in development mode, whatever Pluton says");

/**
 * struct reason - what is known about each reason
 * @name: for people and tools
 * @error: what the caller gets
 * @always: refused in learning mode, too
 */
struct reason {
	const char *name;
	int error;
	bool always;
};

static const struct reason reasons[SPHERE_REASONS] = {
	[SPHERE_OK] = { "ok", 0 },
	[SPHERE_R_FILE] = { "file", -EACCES },
	[SPHERE_R_FILE_ACCESS] = { "file_access", -EACCES },
	[SPHERE_R_DIR] = { "dir", -EACCES },
	[SPHERE_R_CREATE] = { "create", -EACCES },
	/* programs copy a file that cannot be moved */
	[SPHERE_R_STORAGE] = { "storage", -EXDEV },
	[SPHERE_R_SPECIAL] = { "special", -EPERM, true },
	[SPHERE_R_MODE] = { "mode", -EPERM, true },
	[SPHERE_R_OWNER] = { "owner", -EPERM },
	[SPHERE_R_XATTR] = { "xattr", -EPERM },
	[SPHERE_R_KERNEL_FS] = { "kernel_fs", -EACCES, true },
	[SPHERE_R_DEVICE] = { "device", -EACCES },
	[SPHERE_R_DEVICE_ACCESS] = { "device_access", -EACCES },
	[SPHERE_R_IOCTL] = { "ioctl", -EACCES },
	[SPHERE_R_LOCK] = { "lock", -EACCES },
	[SPHERE_R_FCNTL] = { "fcntl", -EPERM },
	[SPHERE_R_NOTIFY] = { "notify", -EACCES },
	[SPHERE_R_DESCRIPTOR] = { "descriptor", -EACCES },
	[SPHERE_R_EXEC] = { "exec", -EACCES },
	[SPHERE_R_MAP_EXEC] = { "map_exec", -EPERM },
	[SPHERE_R_MAP_WRITE_EXEC] = { "map_write_exec", -EPERM },
	[SPHERE_R_MAP_SHARED_EXEC] = { "map_shared_exec", -EPERM },
	[SPHERE_R_MAP_CHANGED] = { "map_changed", -EPERM },
	[SPHERE_R_PERSONALITY] = { "personality", -EPERM, true },
	[SPHERE_R_SHARED_FILES] = { "shared_files", -EPERM, true },
	[SPHERE_R_NO_NEW_PRIVS] = { "no_new_privs", -EPERM, true },
	[SPHERE_R_CAP_SETS] = { "cap_sets", -EPERM },
	[SPHERE_R_TRACED] = { "traced", -EPERM, true },
	[SPHERE_R_KIND] = { "kind", -EPERM, true },
	[SPHERE_R_PTRACE] = { "ptrace", -EPERM, true },
	[SPHERE_R_SIGNAL] = { "signal", -EPERM },
	[SPHERE_R_TASK] = { "task", -EPERM },
	[SPHERE_R_LIMIT] = { "limit", -EPERM },
	[SPHERE_R_PRCTL] = { "prctl", -EPERM },
	[SPHERE_R_CAP] = { "cap", -EPERM },
	[SPHERE_R_NAMESPACE] = { "namespace", -EPERM, true },
	[SPHERE_R_MOUNT] = { "mount", -EPERM, true },
	[SPHERE_R_KEYS] = { "keys", -EACCES, true },
	[SPHERE_R_BPF] = { "bpf", -EPERM, true },
	[SPHERE_R_PERF] = { "perf", -EPERM, true },
	[SPHERE_R_IO_URING] = { "io_uring", -EPERM, true },
	[SPHERE_R_USERFAULTFD] = { "userfaultfd", -EPERM, true },
	[SPHERE_R_MODULE] = { "module", -EPERM, true },
	[SPHERE_R_SYSLOG] = { "syslog", -EPERM, true },
	[SPHERE_R_SYSTEM] = { "system", -EPERM, true },
	[SPHERE_R_IPC] = { "ipc", -EACCES },
	[SPHERE_R_SOCKET] = { "socket", -EACCES },
	[SPHERE_R_SOCKET_OPTION] = { "socket_option", -EPERM },
	[SPHERE_R_CONNECT] = { "connect", -EPERM },
	[SPHERE_R_LISTEN] = { "listen", -EACCES },
	[SPHERE_R_UNIX] = { "unix", -EACCES },
	[SPHERE_R_OPERATION] = { "operation", -EPERM },
	[SPHERE_R_TENANT] = { "tenant", -EPERM },
	[SPHERE_R_PARTNER] = { "partner", -EPERM },
	[SPHERE_R_CONTROL] = { "control", -EPERM, true },
	[SPHERE_R_CORE_DUMP] = { "core_dump", -EPERM, true },
};

/**
 * sphere_reason_name() - what a reason is called
 * @reason: &enum sphere_reason
 *
 * Context: Any.
 * Return: its name in lower case
 */
const char *sphere_reason_name(int reason)
{
	return reason >= 0 && reason < SPHERE_REASONS && reasons[reason].name ?
	       reasons[reason].name : "unknown";
}

/**
 * sphere_reason_errno() - what the caller gets for a reason
 * @reason: &enum sphere_reason
 *
 * Context: Any.
 * Return: a negative errno, 0 for %SPHERE_OK only
 */
int sphere_reason_errno(int reason)
{
	if (reason == SPHERE_OK)
		return 0;
	return reason > 0 && reason < SPHERE_REASONS && reasons[reason].error ?
	       reasons[reason].error : -EPERM;
}

/**
 * sphere_is_development() - is the device in development mode now?
 *
 * Context: Any.
 * Return: whether Pluton says so, or whoever started the kernel
 */
bool sphere_is_development(void)
{
	return development || sphere_authority_development() == SPHERE_DEVELOPMENT_YES;
}

static void describe_address(char *buf, const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	if (len >= (int)sizeof(struct sockaddr_in6) && address->sa_family == AF_INET6)
		scnprintf(buf, OBJECT_TEXT, "%pISpc", address);
	else if (len >= (int)sizeof(*in) && address->sa_family == AF_INET)
		scnprintf(buf, OBJECT_TEXT, "%pISpc", address);
	else if (len >= (int)sizeof(*in))
		scnprintf(buf, OBJECT_TEXT, "family %u, %pI4:%u", address->sa_family,
			  &in->sin_addr, ntohs(in->sin_port));
	else
		strscpy(buf, "short address", OBJECT_TEXT);
}

/* In words, at the start of @buf; without control characters */
static const char *describe(char *buf, const struct sphere_object *o)
{
	const char *text = ERR_PTR(-EINVAL);

	if (o->path && o->path->mnt)
		text = d_path(o->path, buf, OBJECT_TEXT);
	else if (o->dentry)
		text = dentry_path_raw((struct dentry *)o->dentry, buf, OBJECT_TEXT);
	else if (o->text)
		text = o->text;
	if (!IS_ERR(text))
		return text;
	if (o->path || o->dentry)
		return "?";
	if (o->address)
		describe_address(buf, o->address, o->address_len);
	else
		scnprintf(buf, OBJECT_TEXT, "%llu", o->number);
	return buf;
}

/**
 * sphere_escape() - text of others in a form that ends nothing
 * @to: where to, with room for four times the text and a zero byte
 * @room: bytes there
 * @text: the text
 *
 * Spaces, quotes, backslashes and whatever is not ASCII or not printable become
 * octal numbers.
 *
 * Context: Any.
 * Return: @to
 */
const char *sphere_escape(char *to, size_t room, const char *text)
{
	int n = string_escape_mem(text, strlen(text), to, room - 1,
				  ESCAPE_NAP | ESCAPE_APPEND | ESCAPE_OCTAL, " \"\\");

	to[min_t(size_t, n, room - 1)] = 0;
	return to;
}

static void record(const struct sphere_app *app, int reason, const char *op, const char *text)
{
	char comm[TASK_COMM_LEN], escaped[4 * TASK_COMM_LEN + 1];
	struct audit_buffer *ab;

	memcpy(comm, current->comm, sizeof(comm));
	comm[sizeof(comm) - 1] = 0;
	sphere_escape(escaped, sizeof(escaped), comm);
	if (!IS_ENABLED(CONFIG_AUDIT)) {
		pr_notice("refused op=%s reason=%s app=%pUl version=%llu pid=%d comm=\"%s\" object=\"%s\"\n",
			  op, sphere_reason_name(reason), app->component.b, app->version,
			  task_tgid_nr(current), escaped, text);
		return;
	}
	ab = audit_log_start(audit_context(), GFP_ATOMIC | __GFP_NOWARN, AUDIT_KERNEL_OTHER);
	if (!ab)
		return;
	audit_log_format(ab, "lsm=sphere refused op=%s reason=%s app=%pUl version=%llu pid=%d comm=\"%s\" object=\"%s\"",
			 op, sphere_reason_name(reason), app->component.b, app->version,
			 task_tgid_nr(current), escaped, text);
	audit_log_end(ab);
}

static void learn(struct sphere_app_state *state, int reason, const char *text)
{
	struct sphere_denial *d;
	unsigned long flags;
	size_t len = strlen(text);

	spin_lock_irqsave(&state->denials_lock, flags);
	list_for_each_entry(d, &state->denials, list) {
		if (d->reason == reason && !strncmp(d->text, text, len) && !d->text[len]) {
			d->count++;
			goto out;
		}
	}
	if (state->n_denials == SPHERE_MAX_DENIALS)
		goto out;
	d = kmalloc(sizeof(*d) + len + 1, GFP_ATOMIC | __GFP_NOWARN);
	if (!d)
		goto out;
	d->reason = reason;
	d->count = 1;
	memcpy(d->text, text, len);
	d->text[len] = 0;
	list_add_tail(&d->list, &state->denials);
	state->n_denials++;
out:
	spin_unlock_irqrestore(&state->denials_lock, flags);
}

/**
 * sphere_show_denials() - what an app in learning mode would not have got
 * @m: where to
 * @state: of its component
 *
 * Context: Process context.
 */
void sphere_show_denials(struct seq_file *m, struct sphere_app_state *state)
{
	struct sphere_denial *d;
	unsigned long flags;

	spin_lock_irqsave(&state->denials_lock, flags);
	list_for_each_entry(d, &state->denials, list)
		seq_printf(m, "%s %u %s\n", sphere_reason_name(d->reason), d->count, d->text);
	spin_unlock_irqrestore(&state->denials_lock, flags);
}

/**
 * sphere_refuse() - an app is refused something
 * @app: the app; the current task's, or of the task that is asked about
 * @reason: &enum sphere_reason
 * @object: what
 *
 * Context: Any.
 * Return: the errno for the caller, or 0 if the app is learning
 */
int sphere_refuse(const struct sphere_app *app, int reason, const struct sphere_object *object)
{
	struct sphere_app_state *state = app->state;
	bool passed, unknown = reason <= 0 || reason >= SPHERE_REASONS;
	const char *text = "?";
	char *buf, *escaped;

	passed = !unknown && (app->flags & SPHERE_POLICY_LEARN) && !reasons[reason].always &&
		 sphere_is_development();
	if (object->quiet)
		return passed ? 0 : sphere_reason_errno(reason);
	if (state && !unknown)
		atomic_inc(&state->refused[reason]);

	trace_sphere_refused(app, reason, object->op, passed);
	if (!state || (!passed && !__ratelimit(&state->rate))) {
		if (state)
			atomic_inc(&state->unlogged);
		return passed ? 0 : sphere_reason_errno(reason);
	}
	buf = kmalloc(OBJECT_TEXT + ESCAPED_TEXT, GFP_ATOMIC | __GFP_NOWARN);
	if (buf) {
		escaped = buf + OBJECT_TEXT;
		text = sphere_escape(escaped, ESCAPED_TEXT, describe(buf, object));
	}
	if (passed)
		learn(state, reason, text);
	else
		record(app, reason, object->op, text);
	kfree(buf);
	return passed ? 0 : sphere_reason_errno(reason);
}

/**
 * sphere_trace_component() - for the trace event, which does not know apps
 * @app: the app
 * @component: its component id, filled in
 *
 * Context: Any.
 */
void sphere_trace_component(const struct sphere_app *app, u8 *component)
{
	memcpy(component, app->component.b, sizeof(app->component.b));
}
