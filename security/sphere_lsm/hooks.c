// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what the kernel asks to what is decided
 *
 * Nothing is decided here: each function gets the app of the current task, hands
 * what the decision needs to it, and turns its answer into an errno. Whoever calls
 * them has looked at the task's word, which is all that one without an app costs.
 *
 * Exec is where a task enters an app, and where one that runs goes on under the
 * newest policy of its component. The question is put twice: when the program is
 * opened, where it can be refused, and again when there is no way back, because
 * a policy may have been replaced in between; who would have been refused then
 * is ended before it runs its first instruction.
 */
#include <linux/binfmts.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/fsnotify_backend.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/socket.h>

#include <asm/syscall.h>

#include <net/sock.h>

#include <linux/sphere/compat.h>

#include "app.h"
#include "audit.h"
#include "decide.h"
#include "fs.h"
#include "hooks.h"
#include "state.h"

/* For what is asked often: what is refused is described elsewhere */
static noinline int refuse_path(const struct sphere_app *app, int reason, const char *op,
				const struct path *path)
{
	return SPHERE_VERDICT(app, reason, op, .path = path);
}

static noinline int refuse_address(const struct sphere_app *app, int reason, const char *op,
				   const struct sockaddr *address, int len)
{
	return SPHERE_VERDICT(app, reason, op, .address = address, .address_len = len);
}

/* ---- files -------------------------------------------------------------- */

/* A file without a name is made without a question about its directory */
static noinline int open_new(const struct sphere_app *app, const struct file *file,
			     unsigned int want)
{
	const struct dentry *dentry = file->f_path.dentry;
	int reason = sphere_decide_open(app, dentry, want);

	if (!reason)
		reason = sphere_decide_create(app, dentry->d_parent, file_inode(file)->i_mode);
	return reason ? refuse_path(app, reason, "file_open", &file->f_path) : 0;
}

int sphere_hook_file_open(const struct sphere_app *app, struct file *file)
{
	unsigned int want = sphere_access_of(file);
	int reason;

	if (unlikely(file->f_flags & (__FMODE_EXEC | __O_TMPFILE))) {
		if (file->f_flags & __O_TMPFILE)
			return open_new(app, file, want);
		want |= SPHERE_ACCESS_RUN;
	}
	if (likely(sphere_app_may_open(app, file->f_path.dentry, want)))
		return 0;
	reason = sphere_decide_open(app, file->f_path.dentry, want);
	/* who it is, each may ask */
	if (unlikely(reason) && want == SPHERE_ACCESS_READ && sphere_fs_is_self(file_inode(file)))
		return 0;
	return likely(!reason) ? 0 : refuse_path(app, reason, "file_open", &file->f_path);
}

int sphere_hook_file_receive(const struct sphere_app *app, struct file *file)
{
	return SPHERE_VERDICT(app, sphere_decide_descriptor(app, file, -1, SPHERE_FD_RECEIVED),
			      "file_receive", .path = &file->f_path);
}

int sphere_hook_file_ioctl(const struct sphere_app *app, struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	return SPHERE_VERDICT(app, sphere_decide_ioctl(app, file_inode(file),
						       file->f_mode & FMODE_WRITE, cmd),
			      "file_ioctl", .number = cmd);
}

int sphere_hook_file_ioctl_compat(const struct sphere_app *app, struct file *file, unsigned int cmd,
				  unsigned long arg)
{
	return sphere_hook_file_ioctl(app, file, cmd, arg);
}

int sphere_hook_file_lock(const struct sphere_app *app, struct file *file, unsigned int cmd)
{
	return SPHERE_VERDICT(app, sphere_decide_lock(app, file_inode(file),
						      file->f_mode & FMODE_WRITE, cmd),
			      "file_lock", .path = &file->f_path);
}

int sphere_hook_file_fcntl(const struct sphere_app *app, struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	return SPHERE_VERDICT(app, sphere_decide_fcntl(app, cmd, arg), "file_fcntl", .number = cmd);
}

int sphere_hook_path_unlink(const struct sphere_app *app, const struct path *dir,
			    struct dentry *dentry)
{
	return SPHERE_VERDICT(app, sphere_decide_remove(app, dir->dentry, dentry), "path_unlink",
			      .dentry = dentry);
}

int sphere_hook_path_rmdir(const struct sphere_app *app, const struct path *dir,
			   struct dentry *dentry)
{
	return SPHERE_VERDICT(app, sphere_decide_remove(app, dir->dentry, dentry), "path_rmdir",
			      .dentry = dentry);
}

int sphere_hook_path_mkdir(const struct sphere_app *app, const struct path *dir,
			   struct dentry *dentry, umode_t mode)
{
	mode = (mode & ~S_IFMT) | S_IFDIR;
	return SPHERE_VERDICT(app, sphere_decide_create(app, dir->dentry, mode), "path_mkdir",
			      .dentry = dentry);
}

int sphere_hook_path_mknod(const struct sphere_app *app, const struct path *dir,
			   struct dentry *dentry, umode_t mode, unsigned int dev)
{
	return SPHERE_VERDICT(app, sphere_decide_create(app, dir->dentry, mode), "path_mknod",
			      .dentry = dentry);
}

int sphere_hook_path_truncate(const struct sphere_app *app, const struct path *path)
{
	return SPHERE_VERDICT(app, sphere_decide_change(app, path->dentry), "path_truncate",
			      .path = path);
}

int sphere_hook_path_link(const struct sphere_app *app, struct dentry *old_dentry,
			  const struct path *new_dir, struct dentry *new_dentry)
{
	int ret;

	rcu_read_lock();
	ret = sphere_decide_move(app, READ_ONCE(old_dentry->d_parent), new_dir->dentry, 0);
	rcu_read_unlock();
	return SPHERE_VERDICT(app, ret, "path_link", .dentry = old_dentry);
}

int sphere_hook_path_rename(const struct sphere_app *app, const struct path *old_dir,
			    struct dentry *old_dentry, const struct path *new_dir,
			    struct dentry *new_dentry, unsigned int flags)
{
	return SPHERE_VERDICT(app, sphere_decide_move(app, old_dir->dentry, new_dir->dentry,
						      flags),
			      "path_rename", .dentry = old_dentry);
}

int sphere_hook_path_chmod(const struct sphere_app *app, const struct path *path, umode_t mode)
{
	return SPHERE_VERDICT(app, sphere_decide_mode(app, path->dentry, mode), "path_chmod",
			      .path = path);
}

int sphere_hook_path_notify(const struct sphere_app *app, const struct path *path, u64 mask,
			    unsigned int obj_type)
{
	return SPHERE_VERDICT(app, sphere_decide_notify(app, path->dentry,
							obj_type == FSNOTIFY_OBJ_TYPE_INODE),
			      "path_notify", .path = path);
}

/* Message queues are made and removed without a question about a path */
int sphere_hook_inode_create(const struct sphere_app *app, struct inode *dir, struct dentry *dentry,
			     umode_t mode)
{
	return SPHERE_VERDICT(app, sphere_is_queue(dentry) ? SPHERE_R_IPC : SPHERE_OK,
			      "inode_create", .dentry = dentry);
}

int sphere_hook_inode_unlink(const struct sphere_app *app, struct inode *dir, struct dentry *dentry)
{
	return SPHERE_VERDICT(app, sphere_is_queue(dentry) ? SPHERE_R_IPC : SPHERE_OK,
			      "inode_unlink", .dentry = dentry);
}

int sphere_hook_inode_readlink(const struct sphere_app *app, struct dentry *dentry)
{
	return SPHERE_VERDICT(app, sphere_decide_readlink(app, dentry), "inode_readlink",
			      .dentry = dentry);
}

int sphere_hook_inode_getattr(const struct sphere_app *app, const struct path *path)
{
	int reason = sphere_decide_look(app, path->dentry);

	return likely(!reason) ? 0 : refuse_path(app, reason, "inode_getattr", path);
}

int sphere_hook_sb_statfs(const struct sphere_app *app, struct dentry *dentry)
{
	/* the kernel, for the records of a process that ends */
	if (current->flags & PF_EXITING)
		return 0;
	return SPHERE_VERDICT(app, sphere_decide_look(app, dentry), "sb_statfs", .dentry = dentry);
}

int sphere_hook_inode_setattr(const struct sphere_app *app, sphere_idmap_t *idmap,
			      struct dentry *dentry, struct iattr *attr)
{
	return SPHERE_VERDICT(app, sphere_decide_attr(app, dentry, attr->ia_valid, attr->ia_mode),
			      "inode_setattr", .dentry = dentry);
}

int sphere_hook_inode_getxattr(const struct sphere_app *app, struct dentry *dentry,
			       const char *name)
{
	return SPHERE_VERDICT(app, sphere_decide_look(app, dentry), "inode_getxattr",
			      .dentry = dentry);
}

int sphere_hook_inode_listxattr(const struct sphere_app *app, struct dentry *dentry)
{
	return SPHERE_VERDICT(app, sphere_decide_look(app, dentry), "inode_listxattr",
			      .dentry = dentry);
}

#ifdef SPHERE_HAVE_ACL_HOOKS
int sphere_hook_inode_get_acl(const struct sphere_app *app, sphere_idmap_t *idmap,
			      struct dentry *dentry, const char *acl_name)
{
	return SPHERE_VERDICT(app, sphere_decide_look(app, dentry), "inode_get_acl",
			      .dentry = dentry);
}
#endif

/* ---- code --------------------------------------------------------------- */

/**
 * struct fd_check - what is asked about each descriptor
 * @app: the app
 * @use: why it comes to hold them
 */
struct fd_check {
	const struct sphere_app *app;
	enum sphere_fd_use use;
};

static int check_fd(const void *data, struct file *file, unsigned int fd)
{
	const struct fd_check *check = data;

	/* what is closed by exec is not held; the lock of the table is */
	if (test_bit(fd, files_fdtable(current->files)->close_on_exec))
		return 0;
	return SPHERE_VERDICT(check->app,
			      sphere_decide_descriptor(check->app, file, fd, check->use),
			      "descriptor", .path = &file->f_path);
}

static u64 cap_bits(kernel_cap_t caps)
{
	u64 bits = 0;
	unsigned int cap;

	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (cap_raised(caps, cap))
			bits |= 1ULL << cap;
	return bits;
}

static int may_exec(const struct sphere_app *app, const struct linux_binprm *bprm)
{
	const struct cred *cred = current_cred();
	const struct sphere_app *own = sphere_task_app(current);
	const struct sphere_exec exec = {
		.file = file_inode(bprm->file),
		.personality = READ_ONCE(current->personality),
		.traced = READ_ONCE(current->ptrace),
		.shared = atomic_read(&current->files->count) != 1 || current->fs->users != 1,
		.no_new_privs = task_no_new_privs(current),
		.caps = cap_bits(cred->cap_bset) | cap_bits(cred->cap_inheritable) |
			cap_bits(cred->cap_ambient),
	};
	const struct fd_check check = {
		.app = app,
		.use = own ? SPHERE_FD_KEPT : SPHERE_FD_ENTER,
	};
	int ret;

	ret = SPHERE_VERDICT(app, sphere_decide_exec(app, &exec), "exec",
			     .path = &bprm->file->f_path);
	/* nothing to look at again where nothing changes */
	if (ret || own == app)
		return ret;
	return iterate_fd(current->files, 0, check_fd, &check);
}

/*
 * The policy under which the current task will be after exec: the newest of its
 * component. One that runs keeps its own while there is none. In an RCU section.
 */
static struct sphere_app *app_after_exec(void)
{
	struct sphere_app *own = sphere_task_enters(current);
	struct sphere_app *app = rcu_dereference(own->state->loaded);

	return app ? app : sphere_task_app(current);
}

int sphere_hook_bprm_check_security(struct linux_binprm *bprm)
{
	const struct sphere_app *app;
	int ret;

	if (likely(!sphere_task_is_labelled(current)))
		return 0;
	rcu_read_lock();
	app = app_after_exec();
	if (app)
		ret = may_exec(app, bprm);
	else
		ret = SPHERE_VERDICT(sphere_task_enters(current), SPHERE_R_KIND, "exec",
				     .path = &bprm->file->f_path);
	rcu_read_unlock();
	return ret;
}

int sphere_hook_bprm_committing_creds(const struct linux_binprm *bprm)
{
	struct sphere_app *app;
	bool end = false;

	if (likely(!sphere_task_is_labelled(current)))
		return 0;
	rcu_read_lock();
	app = app_after_exec();
	if (app)
		app = sphere_app_tryget(app);
	if (!app) {
		/* it was unloaded since */
		app = sphere_app_get(sphere_task_enters(current));
		end = true;
	}
	rcu_read_unlock();
	if (end || may_exec(app, bprm))
		send_sig(SIGKILL, current, 1);
	sphere_label_enter(app);
	sphere_app_put(app);
	return 0;
}

/* Behind the change of credentials, which makes it dumpable where an id changes */
int sphere_hook_bprm_committed_creds(const struct linux_binprm *bprm)
{
	const struct sphere_app *app = sphere_task_app(current);

	/* no helper handles its core dumps with more rights than it has */
	if (app && !(app->flags & SPHERE_POLICY_DEVELOPMENT))
		sphere_set_undumpable(current->mm);
	return 0;
}

int sphere_hook_mmap_file(const struct sphere_app *app, struct file *file, unsigned long prot,
			  unsigned long flags)
{
	return SPHERE_VERDICT(app, sphere_decide_mmap(app, file ? file_inode(file) : NULL, prot,
						      flags, READ_ONCE(current->personality)),
			      "mmap_file", .path = file ? &file->f_path : NULL, .number = prot);
}

int sphere_hook_mmap_addr(const struct sphere_app *app, unsigned long addr)
{
	return SPHERE_VERDICT(app, sphere_decide_brk(app, READ_ONCE(current->personality)),
			      "mmap_addr", .number = 0);
}

int sphere_hook_file_mprotect(const struct sphere_app *app, struct vm_area_struct *vma,
			      unsigned long reqprot, unsigned long prot)
{
	const struct file *file;

	file = vma->vm_file;
	return SPHERE_VERDICT(app, sphere_decide_mprotect(app, file ? file_inode(file) : NULL,
							  vma->vm_flags, vma->anon_vma, reqprot,
							  prot, READ_ONCE(current->personality)),
			      "file_mprotect", .path = file ? &file->f_path : NULL,
			      .number = prot);
}

int sphere_hook_inode_init_security_anon(const struct sphere_app *app, struct inode *inode,
					 const struct qstr *name, const struct inode *context_inode)
{
	return SPHERE_VERDICT(app, sphere_decide_anon(app, name->name), "inode_init_security_anon",
			      .text = name->name);
}

/* ---- tasks -------------------------------------------------------------- */

/*
 * Half of the flags of clone3(2) do not fit into the argument where words have 32
 * bits, and the group is one of them. Without that call there is clone(2) for all else.
 */
static bool may_choose_cgroup(u64 clone_flags)
{
#if BITS_PER_LONG == 32
	int nr = syscall_get_nr(current, current_pt_regs());

#if defined(CONFIG_ARM) && (defined(CONFIG_OABI_COMPAT) || !defined(CONFIG_AEABI))
	/* syscall(2) of the old ABI, which hides the one that it makes */
	if (nr == 113)
		return true;
#endif
	return nr == __NR_clone3;
#else
	return clone_flags & CLONE_INTO_CGROUP;
#endif
}

static noinline int may_clone(const struct sphere_app *app, u64 clone_flags)
{
	const struct sphere_app *parent;
	int ret = 0;

	if (may_choose_cgroup(clone_flags)) {
		ret = SPHERE_VERDICT(app, SPHERE_R_TASK, "task_alloc", .number = 0);
		return ret && BITS_PER_LONG == 32 ? -ENOSYS : ret;
	}
	/* children of its parent, who may be somebody else */
	if ((clone_flags & CLONE_PARENT) && !(clone_flags & CLONE_THREAD)) {
		rcu_read_lock();
		parent = sphere_task_app(rcu_dereference(current->real_parent));
		ret = SPHERE_VERDICT(app, sphere_decide_task(app, parent, SPHERE_R_TASK),
				     "task_alloc", .number = 0);
		rcu_read_unlock();
	}
	return ret;
}

int sphere_hook_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	struct sphere_app *app = sphere_task_app(current);
	int ret = unlikely(app) ? may_clone(app, clone_flags) : 0;

	return ret ?: sphere_label_inherit(task, app);
}

int sphere_hook_task_free(struct task_struct *task)
{
	sphere_label_drop(task);
	return 0;
}

int sphere_hook_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	const struct sphere_app *tracer = sphere_task_app(current), *traced;
	int ret = 0;

	rcu_read_lock();
	traced = sphere_task_app(child);
	if (unlikely(tracer || traced))
		ret = SPHERE_VERDICT(tracer ? tracer : traced,
				     sphere_decide_trace(tracer, traced, mode & PTRACE_MODE_ATTACH,
							 sphere_is_development()),
				     "ptrace_access_check", .number = task_tgid_nr(child));
	rcu_read_unlock();
	return ret;
}

int sphere_hook_ptrace_traceme(const struct sphere_app *app, struct task_struct *parent)
{
	return SPHERE_VERDICT(app, sphere_decide_trace(NULL, app, true, sphere_is_development()),
			      "ptrace_traceme", .number = task_tgid_nr(parent));
}

static int about_task(const struct sphere_app *app, struct task_struct *task, int reason,
		      const char *op)
{
	int ret;

	rcu_read_lock();
	ret = SPHERE_VERDICT(app, sphere_decide_task(app, sphere_task_app(task), reason), op,
			     .number = task_tgid_nr(task));
	rcu_read_unlock();
	return ret;
}

int sphere_hook_task_kill(const struct sphere_app *app, struct task_struct *p,
			  struct kernel_siginfo *info, int sig, const struct cred *cred)
{
	/* with credentials it comes from a driver, for whom a request was made earlier */
	return cred ? 0 : about_task(app, p, SPHERE_R_SIGNAL, "task_kill");
}

/* Is somebody else in a process group? The caller holds the lock of all tasks */
static bool is_shared(const struct sphere_app *app, struct pid *group)
{
	struct task_struct *task;

	do_each_pid_task(group, PIDTYPE_PGID, task) {
		if (sphere_decide_task(app, sphere_task_app(task), SPHERE_R_TASK))
			return true;
	} while_each_pid_task(group, PIDTYPE_PGID, task);
	return false;
}

/*
 * The kernel hangs up a group that is an orphan, and whether it is one depends on which
 * groups the parents of its processes are in. So an app neither leaves nor joins
 * one that has others in it.
 */
int sphere_hook_task_setpgid(const struct sphere_app *app, struct task_struct *p, pid_t pgid)
{
	int ret = about_task(app, p, SPHERE_R_TASK, "task_setpgid");
	struct pid *from, *to;

	if (ret)
		return ret;
	rcu_read_lock();
	from = task_pgrp(p);
	to = find_vpid(pgid);
	if (from != to && (is_shared(app, from) || is_shared(app, to)))
		ret = SPHERE_VERDICT(app, SPHERE_R_TASK, "task_setpgid", .number = pgid);
	rcu_read_unlock();
	return ret;
}

int sphere_hook_task_getpgid(const struct sphere_app *app, struct task_struct *p)
{
	return about_task(app, p, SPHERE_R_TASK, "task_getpgid");
}

int sphere_hook_task_getsid(const struct sphere_app *app, struct task_struct *p)
{
	return about_task(app, p, SPHERE_R_TASK, "task_getsid");
}

int sphere_hook_task_setnice(const struct sphere_app *app, struct task_struct *p, int nice)
{
	return about_task(app, p, SPHERE_R_TASK, "task_setnice");
}

int sphere_hook_task_setioprio(const struct sphere_app *app, struct task_struct *p, int ioprio)
{
	return about_task(app, p, SPHERE_R_TASK, "task_setioprio");
}

int sphere_hook_task_getioprio(const struct sphere_app *app, struct task_struct *p)
{
	return about_task(app, p, SPHERE_R_TASK, "task_getioprio");
}

int sphere_hook_task_setrlimit(const struct sphere_app *app, struct task_struct *p,
			       unsigned int resource, struct rlimit *new_rlim)
{
	return about_task(app, p, SPHERE_R_LIMIT, "task_setrlimit");
}

int sphere_hook_task_setscheduler(const struct sphere_app *app, struct task_struct *p)
{
	return about_task(app, p, SPHERE_R_TASK, "task_setscheduler");
}

int sphere_hook_task_getscheduler(const struct sphere_app *app, struct task_struct *p)
{
	return about_task(app, p, SPHERE_R_TASK, "task_getscheduler");
}

int sphere_hook_task_movememory(const struct sphere_app *app, struct task_struct *p)
{
	return about_task(app, p, SPHERE_R_TASK, "task_movememory");
}

int sphere_hook_capget(const struct sphere_app *app, const struct task_struct *target)
{
	return about_task(app, (struct task_struct *)target, SPHERE_R_TASK, "capget");
}

/* Asked about limits of somebody else only, and does not say whose */
int sphere_hook_task_prlimit(const struct sphere_app *app, const struct cred *cred,
			     const struct cred *tcred, unsigned int flags)
{
	return SPHERE_VERDICT(app, SPHERE_R_LIMIT, "task_prlimit", .number = flags);
}

int sphere_hook_task_prctl(const struct sphere_app *app, int option, unsigned long arg2,
			   unsigned long arg3, unsigned long arg4, unsigned long arg5)
{
	return SPHERE_VERDICT(app, sphere_decide_prctl(app, option), "task_prctl",
			      .number = option);
}

/*
 * Without a capability it can only be an id that the launcher left to it; many
 * kernels leave none where no_new_privs is set. A process whose ids change may dump core
 * again, in the way that the system is set to.
 */
static int change_ids(const struct sphere_app *app, bool same, const char *op)
{
	return SPHERE_VERDICT(app, same ? SPHERE_OK : SPHERE_R_CORE_DUMP, op, .number = 0);
}

int sphere_hook_task_fix_setuid(const struct sphere_app *app, struct cred *new,
				const struct cred *old, int flags)
{
	return change_ids(app, uid_eq(new->euid, old->euid) && uid_eq(new->fsuid, old->fsuid),
			  "task_fix_setuid");
}

int sphere_hook_task_fix_setgid(const struct sphere_app *app, struct cred *new,
				const struct cred *old, int flags)
{
	return change_ids(app, gid_eq(new->egid, old->egid) && gid_eq(new->fsgid, old->fsgid),
			  "task_fix_setgid");
}

int sphere_hook_capable(const struct sphere_app *app, const struct cred *cred,
			struct user_namespace *ns, int cap, unsigned int opts)
{
	/*
	 * Other credentials than the task's own are the kernel's: a file system
	 * that acts as the one who mounted it.
	 */
	if (cred != current_real_cred())
		return 0;
	return SPHERE_VERDICT(app, sphere_decide_cap(app, cap), "capable", .number = cap,
			      .quiet = opts & CAP_OPT_NOAUDIT);
}

/* ---- the system --------------------------------------------------------- */

int sphere_hook_settime(const struct sphere_app *app, const struct timespec64 *ts,
			const struct timezone *tz)
{
	return SPHERE_VERDICT(app, sphere_decide_time(app), "settime", .number = 0);
}

/* ---- channels between tasks --------------------------------------------- */

int sphere_hook_unix_stream_connect(const struct sphere_app *app, struct sock *sock,
				    struct sock *other, struct sock *newsk)
{
	return SPHERE_VERDICT(app, sphere_decide_unix(app, other), "unix_stream_connect",
			      .text = "unix");
}

int sphere_hook_unix_may_send(const struct sphere_app *app, struct socket *sock,
			      struct socket *other)
{
	return SPHERE_VERDICT(app, sphere_decide_unix(app, other->sk), "unix_may_send",
			      .text = "unix");
}

/* ---- network ------------------------------------------------------------ */

int sphere_hook_socket_create(const struct sphere_app *app, int family, int type, int protocol,
			      int kern)
{
	if (kern)
		return 0;
	return SPHERE_VERDICT(app, sphere_decide_socket(app, family, type, protocol),
			      "socket_create", .number = family);
}

int sphere_hook_socket_bind(const struct sphere_app *app, struct socket *sock,
			    struct sockaddr *address, int addrlen)
{
	return SPHERE_VERDICT(app, sphere_decide_bind(app, sock->sk, address, addrlen),
			      "socket_bind", .address = address, .address_len = addrlen);
}

int sphere_hook_socket_connect(const struct sphere_app *app, struct socket *sock,
			       struct sockaddr *address, int addrlen)
{
	int reason = sphere_decide_connect(app, sock->sk, address, addrlen);

	return likely(!reason) ? 0 :
	       refuse_address(app, reason, "socket_connect", address, addrlen);
}

int sphere_hook_socket_listen(const struct sphere_app *app, struct socket *sock, int backlog)
{
	return SPHERE_VERDICT(app, sphere_decide_listen(app, sock->sk), "socket_listen",
			      .number = 0);
}

int sphere_hook_socket_sendmsg(const struct sphere_app *app, struct socket *sock,
			       struct msghdr *msg, int size)
{
	int reason = sphere_decide_sendmsg(app, sock->sk, msg);

	return likely(!reason) ? 0 :
	       refuse_address(app, reason, "socket_sendmsg", msg->msg_name, msg->msg_namelen);
}

int sphere_hook_socket_setsockopt(const struct sphere_app *app, struct socket *sock, int level,
				  int optname)
{
	return SPHERE_VERDICT(app, sphere_decide_sockopt(app, sock->sk, level, optname),
			      "socket_setsockopt", .number = optname);
}

/* ---- what no app may ---------------------------------------------------- */

static int never(const struct sphere_app *app, int reason, const char *op)
{
	return SPHERE_VERDICT(app, reason, op, .text = op);
}

#define SPHERE_HOOK0(...)
#define SPHERE_HOOK1(...)
#define SPHERE_HOOK2(...)
#define SPHERE_HOOK3(...)
#define SPHERE_HOOK4(...)
#define SPHERE_HOOK5(...)
#define SPHERE_HOOK6(...)
#define SPHERE_LSM_ONLY(hook)
#define SPHERE_UNUSED(hook, reason)
#define SPHERE_NEVER
#define SPHERE_NEVER0(hook, symbol, how, reason) \
	int sphere_hook_##hook(const struct sphere_app *app) \
	{ return never(app, reason, #hook); }
#define SPHERE_NEVER1(hook, symbol, how, reason, t1, a1) \
	int sphere_hook_##hook(const struct sphere_app *app, t1 a1) \
	{ return never(app, reason, #hook); }
#define SPHERE_NEVER2(hook, symbol, how, reason, t1, a1, t2, a2) \
	int sphere_hook_##hook(const struct sphere_app *app, t1 a1, t2 a2) \
	{ return never(app, reason, #hook); }
#define SPHERE_NEVER3(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3) \
	int sphere_hook_##hook(const struct sphere_app *app, t1 a1, t2 a2, t3 a3) \
	{ return never(app, reason, #hook); }
#define SPHERE_NEVER4(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3, t4, a4) \
	int sphere_hook_##hook(const struct sphere_app *app, t1 a1, t2 a2, t3 a3, t4 a4) \
	{ return never(app, reason, #hook); }
#define SPHERE_NEVER5(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	int sphere_hook_##hook(const struct sphere_app *app, t1 a1, t2 a2, t3 a3, t4 a4, t5 a5) \
	{ return never(app, reason, #hook); }
#define SPHERE_NEVER6(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) \
	int sphere_hook_##hook(const struct sphere_app *app, t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, \
			       t6 a6) \
	{ return never(app, reason, #hook); }

#include "hooks.def"
