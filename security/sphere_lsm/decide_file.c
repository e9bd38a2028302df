// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about files, directories and descriptors
 *
 * A file is known by its inode, a directory with all beneath it by its dentry.
 * Objects without a name (pipes, sockets, memory files) lie on file systems of
 * the kernel that cannot be mounted; nobody opens them by a path but through
 * /proc/<pid>/fd, which would give a descriptor more than it has.
 *
 * File systems through which the kernel is seen or changed are refused whatever
 * the policy says, because no policy can say it harmlessly. On procfs the files of
 * processes are refused, under every name that they have (/proc/self,
 * /proc/thread-self, /proc/<pid>/task/<tid>): memory, descriptors and maps are
 * among them.
 */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "app.h"
#include "decide.h"
#include "limits.h"

/* of ipc/mqueue.c and fs/configfs/, which have no header for it */
#define MQUEUE_FS_MAGIC		0x19800202
#define CONFIGFS_FS_MAGIC	0x62656570
/* 6.9: descriptors of processes have a file system; before they had nothing to open */
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC		0x50494446
#endif

#define SETID			(S_ISUID | S_ISGID)

static bool is_nameless(const struct super_block *sb)
{
	return sb->s_flags & SB_NOUSER;
}

/* Through these the kernel is controlled or looked into */
static bool is_of_kernel(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case BINFMTFS_MAGIC:
	case BPF_FS_MAGIC:
	case CONFIGFS_FS_MAGIC:
	case DEBUGFS_MAGIC:
	case EFIVARFS_MAGIC:
	case NSFS_MAGIC:
	case PSTOREFS_MAGIC:
	case SECURITYFS_MAGIC:
	case SELINUX_MAGIC:
	case SMACK_MAGIC:
	case TRACEFS_MAGIC:
		return true;
	default:
		return false;
	}
}

/**
 * sphere_is_queue() - is it a message queue?
 * @dentry: the file
 *
 * Context: Any.
 * Return: whether it is, or is the directory of them
 */
bool sphere_is_queue(const struct dentry *dentry)
{
	return dentry->d_sb->s_magic == MQUEUE_FS_MAGIC;
}

/* The name below the root of the file system; its dentries are never renamed */
static const struct dentry *first_level(const struct dentry *dentry)
{
	const struct dentry *parent;
	unsigned int depth;

	for (depth = 0; depth <= SPHERE_MAX_DEPTH; depth++) {
		parent = READ_ONCE(dentry->d_parent);
		if (parent == READ_ONCE(parent->d_parent))
			return dentry;
		dentry = parent;
	}
	return NULL;
}

/* What tells about the kernel's log, memory and addresses, or takes orders */
static const char * const never_in_proc[] = {
	"kallsyms", "kcore", "key-users", "keys", "kmsg", "kpagecgroup", "kpagecount",
	"kpageflags", "modules", "sched_debug", "slabinfo", "sysrq-trigger", "timer_list",
	"vmallocinfo", "vmcore",
};

static int decide_proc(const struct sphere_app *app, const struct dentry *dentry, u16 want)
{
	const struct dentry *first;
	int ret = SPHERE_OK;
	unsigned int i;

	rcu_read_lock();
	first = first_level(dentry);
	if (!first || (first->d_name.name[0] >= '0' && first->d_name.name[0] <= '9'))
		ret = SPHERE_R_KERNEL_FS;
	for (i = 0; !ret && i < ARRAY_SIZE(never_in_proc); i++)
		if (!strcmp(first->d_name.name, never_in_proc[i]))
			ret = SPHERE_R_KERNEL_FS;
	rcu_read_unlock();
	/* a setting of the system is listed by itself, never with its neighbours */
	if (!ret && (want & SPHERE_ACCESS_WRITE) &&
	    !sphere_app_find_file(app, d_backing_inode(dentry)))
		ret = SPHERE_R_KERNEL_FS;
	return ret;
}

static int decide_fs(const struct sphere_app *app, const struct dentry *dentry, u16 want)
{
	const struct super_block *sb = dentry->d_sb;

	if (likely(sphere_fs_is_plain(sb)))
		return SPHERE_OK;
	if (sphere_is_queue(dentry))
		return SPHERE_R_IPC;
	if (is_of_kernel(sb))
		return SPHERE_R_KERNEL_FS;
	if (sb->s_magic == PROC_SUPER_MAGIC)
		return decide_proc(app, dentry, want);
	return SPHERE_OK;
}

/**
 * sphere_decide_open() - may it open this?
 * @app: the app
 * @dentry: what is to be opened
 * @want: %SPHERE_ACCESS_READ, %SPHERE_ACCESS_WRITE, and %SPHERE_ACCESS_RUN to
 *	execute it
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_open(const struct sphere_app *app, const struct dentry *dentry, u16 want)
{
	const struct inode *inode = d_backing_inode(dentry);
	bool dir = false;
	u16 access;
	int ret;

	if (!inode)
		return SPHERE_R_FILE;
	/* to have one is nothing; what is done with it is asked for */
	if (is_nameless(dentry->d_sb))
		return dentry->d_sb->s_magic == PID_FS_MAGIC && !(want & SPHERE_ACCESS_RUN) ?
		       SPHERE_OK : SPHERE_R_FILE;
	switch (inode->i_mode & S_IFMT) {
	case S_IFCHR:
	case S_IFBLK:
		return sphere_decide_device(app, inode->i_rdev, S_ISBLK(inode->i_mode), want);
	case S_IFDIR:
		dir = true;
		want = SPHERE_ACCESS_LIST;
		break;
	case S_IFREG:
	case S_IFIFO:
		break;
	default:
		return SPHERE_R_FILE;
	}
	ret = decide_fs(app, dentry, want);
	if (ret)
		return ret;
	access = sphere_app_path_access(app, dentry);
	if (want & SPHERE_ACCESS_RUN)
		return access & SPHERE_ACCESS_RUN ? SPHERE_OK : SPHERE_R_EXEC;
	if (!(want & ~access))
		return SPHERE_OK;
	if (dir)
		return SPHERE_R_DIR;
	return access ? SPHERE_R_FILE_ACCESS : SPHERE_R_FILE;
}

/**
 * sphere_decide_change() - may it change this without a descriptor?
 * @app: the app
 * @dentry: file whose size or attributes are to be changed
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_change(const struct sphere_app *app, const struct dentry *dentry)
{
	u16 access;
	int ret;

	/* only by a descriptor of its own, which was decided about */
	if (is_nameless(dentry->d_sb))
		return SPHERE_OK;
	ret = decide_fs(app, dentry, SPHERE_ACCESS_WRITE);
	if (ret)
		return ret;
	access = sphere_app_path_access(app, dentry);
	if (access & SPHERE_ACCESS_WRITE)
		return SPHERE_OK;
	return access ? SPHERE_R_FILE_ACCESS : SPHERE_R_FILE;
}

/**
 * sphere_decide_look() - may it see the attributes of this?
 * @app: the app
 * @dentry: a file, directory or device
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_look(const struct sphere_app *app, const struct dentry *dentry)
{
	const struct inode *inode = d_backing_inode(dentry);

	if (!inode)
		return SPHERE_R_FILE;
	if (likely(S_ISREG(inode->i_mode)))
		return sphere_app_file_access(app, dentry, inode) || is_nameless(dentry->d_sb) ?
		       SPHERE_OK : SPHERE_R_FILE;
	if (is_nameless(dentry->d_sb))
		return SPHERE_OK;
	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode))
		return sphere_app_find_device(app, inode->i_rdev, S_ISBLK(inode->i_mode)) ?
		       SPHERE_OK : SPHERE_R_DEVICE;
	if (sphere_app_path_access(app, dentry))
		return SPHERE_OK;
	return S_ISDIR(inode->i_mode) ? SPHERE_R_DIR : SPHERE_R_FILE;
}

/**
 * sphere_decide_readlink() - may it read where this link leads to?
 * @app: the app
 * @dentry: a symbolic link
 *
 * Those of procfs lead to objects of the task itself, or procfs asks whether
 * another one may be traced.
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_readlink(const struct sphere_app *app, const struct dentry *dentry)
{
	if (dentry->d_sb->s_magic == PROC_SUPER_MAGIC)
		return SPHERE_OK;
	return sphere_app_path_access(app, dentry) & (SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST) ?
	       SPHERE_OK : SPHERE_R_FILE;
}

/**
 * sphere_decide_create() - may it make this in a directory?
 * @app: the app
 * @dir: the directory
 * @mode: type and permissions; no type means a regular file
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_create(const struct sphere_app *app, const struct dentry *dir, umode_t mode)
{
	u16 need = SPHERE_ACCESS_CREATE;
	int ret;

	if (is_nameless(dir->d_sb))
		return SPHERE_R_CREATE;
	ret = decide_fs(app, dir, SPHERE_ACCESS_WRITE);
	if (ret)
		return ret;
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFDIR:
		break;
	case S_IFSOCK:
		need = SPHERE_ACCESS_BIND;
		break;
	default:
		return SPHERE_R_SPECIAL;
	}
	if (mode & SETID)
		return SPHERE_R_MODE;
	return sphere_app_path_access(app, dir) & need ? SPHERE_OK : SPHERE_R_CREATE;
}

/**
 * sphere_decide_remove() - may it remove a name from this directory?
 * @app: the app
 * @dir: the directory
 * @victim: what has the name
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_remove(const struct sphere_app *app, const struct dentry *dir,
			 const struct dentry *victim)
{
	const struct inode *inode = d_backing_inode(victim);
	u16 enough = SPHERE_ACCESS_CREATE;
	int ret;

	if (is_nameless(dir->d_sb))
		return SPHERE_R_CREATE;
	ret = decide_fs(app, dir, SPHERE_ACCESS_WRITE);
	if (ret)
		return ret;
	/* who may make a socket there has to remove the last one first */
	if (inode && S_ISSOCK(inode->i_mode))
		enough |= SPHERE_ACCESS_BIND;
	return sphere_app_path_access(app, dir) & enough ? SPHERE_OK : SPHERE_R_CREATE;
}

/**
 * sphere_decide_move() - may it rename or link from one directory to another?
 * @app: the app
 * @from: directory of the old name
 * @to: directory of the new name
 * @flags: RENAME_*
 *
 * Both must lie in the same granted directory: otherwise a file would get rights
 * by the place that it is moved to.
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_move(const struct sphere_app *app, const struct dentry *from,
		       const struct dentry *to, unsigned int flags)
{
	const struct sphere_app_dir *a, *b;

	if (flags & RENAME_WHITEOUT)
		return SPHERE_R_SPECIAL;
	a = sphere_app_find_dir(app, from);
	b = sphere_app_find_dir(app, to);
	if (!a || !b || !(a->access & b->access & SPHERE_ACCESS_CREATE))
		return SPHERE_R_CREATE;
	return a == b ? SPHERE_OK : SPHERE_R_STORAGE;
}

/**
 * sphere_decide_mode() - may it change the permissions of this?
 * @app: the app
 * @dentry: the file
 * @mode: new permissions
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_mode(const struct sphere_app *app, const struct dentry *dentry, umode_t mode)
{
	if (mode & SETID)
		return SPHERE_R_MODE;
	return sphere_decide_change(app, dentry);
}

/**
 * sphere_decide_attr() - may it change these attributes?
 * @app: the app
 * @dentry: the file
 * @valid: ATTR_*
 * @mode: permissions, for %ATTR_MODE
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_attr(const struct sphere_app *app, const struct dentry *dentry,
		       unsigned int valid, umode_t mode)
{
	if (valid & (ATTR_UID | ATTR_GID))
		return SPHERE_R_OWNER;
	/* with ATTR_KILL_* the kernel takes the bits away when a file is written */
	if ((valid & ATTR_MODE) && (mode & SETID) && !(valid & (ATTR_KILL_SUID | ATTR_KILL_SGID)))
		return SPHERE_R_MODE;
	return sphere_decide_change(app, dentry);
}

/**
 * sphere_decide_notify() - may it watch this?
 * @app: the app
 * @dentry: file or directory
 * @one: it is only this object, not its mount or file system
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_notify(const struct sphere_app *app, const struct dentry *dentry, bool one)
{
	if (!one || is_nameless(dentry->d_sb) || decide_fs(app, dentry, SPHERE_ACCESS_READ))
		return SPHERE_R_NOTIFY;
	return sphere_app_path_access(app, dentry) & (SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST) ?
	       SPHERE_OK : SPHERE_R_NOTIFY;
}

/* Is it one inode for all, so that a lock on it is seen by all? */
static bool is_everybodys(const struct inode *inode)
{
	if (inode->i_sb->s_magic == ANON_INODE_FS_MAGIC || inode->i_sb->s_magic == PID_FS_MAGIC)
		return true;
	if (S_ISCHR(inode->i_mode))
		return MAJOR(inode->i_rdev) == MEM_MAJOR;
	return !S_ISREG(inode->i_mode);
}

/*
 * No control group counts the memory of locks, and each close of the file by
 * anybody walks along all of them.
 */
static bool has_many_locks(const struct inode *inode)
{
	/* as locks_inode_context(), which not all have: it is made when it is first needed */
	struct file_lock_context *ctx = smp_load_acquire(&inode->i_flctx);
	const struct list_head *at;
	unsigned int n = 0;

	if (!ctx)
		return false;
	spin_lock(&ctx->flc_lock);
	list_for_each(at, &ctx->flc_posix)
		if (++n == SPHERE_MAX_LOCKS)
			break;
	spin_unlock(&ctx->flc_lock);
	return n == SPHERE_MAX_LOCKS;
}

/**
 * sphere_decide_lock() - may it lock a file?
 * @app: the app
 * @inode: the file
 * @writable: the descriptor is open for writing
 * @cmd: F_RDLCK and so on
 *
 * With a lock on a file that it only reads, an app could hold up others; with one
 * on what everybody has, it could talk to them.
 *
 * Context: Process context; does not sleep.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_lock(const struct sphere_app *app, const struct inode *inode, bool writable,
		       unsigned int cmd)
{
	if (cmd == F_UNLCK)
		return SPHERE_OK;
	return !writable || is_everybodys(inode) || has_many_locks(inode) ?
	       SPHERE_R_LOCK : SPHERE_OK;
}

/**
 * sphere_decide_fcntl() - may it give this command to a descriptor?
 * @app: the app
 * @cmd: F_*
 * @arg: argument of @cmd
 *
 * What is kept with the object and not with the descriptor, such as how long data
 * will live, is no matter of one who may only read it.
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_fcntl(const struct sphere_app *app, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case F_SETFL:
		/* who is signalled then is not always chosen by F_SETOWN */
		return arg & FASYNC ? SPHERE_R_FCNTL : SPHERE_OK;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_GETFD:
	case F_SETFD:
	case F_GETFL:
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
#if BITS_PER_LONG == 32
	case F_GETLK64:
	case F_SETLK64:
	case F_SETLKW64:
#endif
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
	case F_GETOWN:
	case F_GETOWN_EX:
	case F_GETSIG:
	case F_GETLEASE:
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
	case F_ADD_SEALS:
	case F_GET_SEALS:
	case F_GET_RW_HINT:
	case F_GET_FILE_RW_HINT:
		return SPHERE_OK;
	default:
		return SPHERE_R_FCNTL;
	}
}

/**
 * sphere_decide_descriptor() - may it hold this descriptor?
 * @app: the app
 * @file: the file
 * @fd: its number, if it has one
 * @use: how it comes to it
 *
 * A descriptor gives nothing that opening the object would not give. What has no
 * name was made by the app itself if the app keeps it; from outside it may come
 * as standard input, output or error only.
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_descriptor(const struct sphere_app *app, const struct file *file,
			     unsigned int fd, enum sphere_fd_use use)
{
	const struct dentry *dentry = file->f_path.dentry;
	const struct inode *inode = file_inode(file);

	if (use != SPHERE_FD_KEPT) {
		const struct fown_struct *owner = sphere_file_owner(file);

		/* it would signal whom the app may not signal */
		if (owner && READ_ONCE(owner->pid))
			return SPHERE_R_DESCRIPTOR;
	}
	if (S_ISSOCK(inode->i_mode)) {
		const struct socket *sock = sock_from_file((struct file *)file);

		if (!sock || !sock->sk)
			return SPHERE_R_DESCRIPTOR;
		return sphere_decide_socket_kept(app, sock->sk, fd, use);
	}
	if (is_nameless(dentry->d_sb)) {
		if (use == SPHERE_FD_KEPT)
			return SPHERE_OK;
		return use == SPHERE_FD_ENTER && fd <= 2 && S_ISFIFO(inode->i_mode) ?
		       SPHERE_OK : SPHERE_R_DESCRIPTOR;
	}
	if (file->f_mode & FMODE_PATH)
		return sphere_decide_look(app, dentry) ? SPHERE_R_DESCRIPTOR : SPHERE_OK;
	return sphere_decide_open(app, dentry, sphere_access_of(file)) ?
	       SPHERE_R_DESCRIPTOR : SPHERE_OK;
}
