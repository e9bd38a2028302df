// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the paths of a policy to the objects themselves
 *
 * Paths are followed once, by the kernel, when the policy is loaded: from the
 * root directory of the kernel itself, so that whoever loads it cannot show it
 * another tree. What they lead to is kept by reference and recognised by it
 * afterwards; nothing looks at a path again.
 *
 * An executable file is first kept from being written, then read and compared
 * with the signed digest. That only helps where all writers pass by the inode:
 * on file systems of this machine, which are listed below, on read-only ones on
 * a block device, and for files with fs-verity. On others the server, or whoever
 * serves them in user space, could change a file behind our back.
 *
 * Directories must not be reached by symbolic links, because an app may be able
 * to make some below a directory of its own; for files the digest, and for
 * devices the type is compared.
 */
#include <crypto/hash.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/elf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/overflow.h>
#include <linux/quotaops.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "app.h"
#include "limits.h"
#include "manifest.h"

/* File systems whose files nobody changes but through their inodes */
static const char * const local_fs[] = {
	"btrfs", "cramfs", "erofs", "ext2", "ext3", "ext4", "f2fs", "jffs2", "ramfs", "romfs",
	"rootfs", "squashfs", "tmpfs", "ubifs", "xfs",
};

/* What is read at once of an executable file */
#define CHUNK	16384

/**
 * struct pinner - what is needed while a policy is loaded
 * @root: root directory of the kernel
 * @name: room for a path, SPHERE_MAX_PATH + 1 bytes
 * @desc: state of the hash, or NULL if there is nothing to hash
 * @chunk: room for %CHUNK bytes of a file
 */
struct pinner {
	struct path root;
	char *name;
	struct shash_desc *desc;
	void *chunk;
};

static int refuse(struct sphere_policy_error *err, u32 reason, int detail)
{
	err->reason = reason;
	err->detail = detail;
	return detail ? detail : -EINVAL;
}

static int look_up(struct pinner *p, const struct sphere_policy_entry *e, struct path *path,
		   struct sphere_policy_error *err)
{
	unsigned int flags = LOOKUP_FOLLOW;
	int ret;

	if (e->section == SPHERE_SECTION_DIRS || e->section == SPHERE_SECTION_STORAGE)
		flags = LOOKUP_DIRECTORY | LOOKUP_NO_SYMLINKS;
	memcpy(p->name, e->path, e->path_len);
	p->name[e->path_len] = 0;
	ret = vfs_path_lookup(p->root.dentry, p->root.mnt, p->name, flags, path);
	if (ret == -ENOTDIR && (flags & LOOKUP_DIRECTORY))
		return refuse(err, SPHERE_POLICY_E_NOT_DIR, ret);
	return ret ? refuse(err, SPHERE_POLICY_E_LOOKUP, ret) : 0;
}

static bool nobody_else_writes(const struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;
	unsigned int i;

	if (IS_VERITY(inode))
		return true;
	for (i = 0; i < ARRAY_SIZE(local_fs); i++)
		if (!strcmp(sb->s_type->name, local_fs[i]))
			return true;
	/* a FUSE file system on a block device is still served by a program */
	return sb_rdonly(sb) && sb->s_bdev && sb->s_magic != FUSE_SUPER_MAGIC;
}

/* The file cannot change while this runs: its writers are kept out */
static int hash_file(struct pinner *p, struct file *file, u8 *digest)
{
	loff_t pos = 0;
	ssize_t n;
	int ret = crypto_shash_init(p->desc);

	while (!ret) {
		n = kernel_read(file, p->chunk, CHUNK, &pos);
		if (n <= 0) {
			ret = n;
			break;
		}
		ret = crypto_shash_update(p->desc, p->chunk, n);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret ? ret : crypto_shash_final(p->desc, digest);
}

static bool read_at(struct file *file, void *to, size_t n, u64 at)
{
	loff_t pos = at;

	return at <= SPHERE_MAX_EXEC_SIZE && kernel_read(file, to, n, &pos) == n;
}

/*
 * The stack of a new program becomes executable without a question to security
 * modules if the program asks for it, or does not say what it wants; so does the
 * part of a segment behind what is in the file, which is memory that can be
 * written, too. Whatever is no ELF file names another one as its interpreter.
 */
static bool wants_executable_memory(struct file *file, bool run)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr h32;
		Elf64_Ehdr h64;
	} h;
	unsigned int n, size, type, flags, i;
	bool said = false, wide;
	u64 at;

	if (!read_at(file, h.ident, SELFMAG, 0) || memcmp(h.ident, ELFMAG, SELFMAG))
		return false;
	if (!read_at(file, h.ident, EI_NIDENT, 0))
		return true;
	wide = h.ident[EI_CLASS] == ELFCLASS64;
	if (wide ? !read_at(file, &h, sizeof(h.h64), 0) :
		   h.ident[EI_CLASS] != ELFCLASS32 || !read_at(file, &h, sizeof(h.h32), 0))
		return true;
	n = wide ? h.h64.e_phnum : h.h32.e_phnum;
	at = wide ? h.h64.e_phoff : h.h32.e_phoff;
	size = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	if (size != (wide ? h.h64.e_phentsize : h.h32.e_phentsize) || n > 65536 / size)
		return true;
	for (i = 0; i < n; i++) {
		union {
			Elf32_Phdr p32;
			Elf64_Phdr p64;
		} ph;

		if (at > SPHERE_MAX_EXEC_SIZE || !read_at(file, &ph, size, at + i * size))
			return true;
		type = wide ? ph.p64.p_type : ph.p32.p_type;
		flags = wide ? ph.p64.p_flags : ph.p32.p_flags;
		if (type == PT_LOAD && (flags & PF_X) &&
		    ((flags & PF_W) || (wide ? ph.p64.p_memsz > ph.p64.p_filesz :
					       ph.p32.p_memsz > ph.p32.p_filesz)))
			return true;
		if (type != PT_GNU_STACK)
			continue;
		said = true;
		/* of a library it is a wish, which is refused when it is uttered */
		if ((flags & PF_X) && run)
			return true;
	}
	return run && !said;
}

static int pin_exec(struct pinner *p, const struct sphere_policy_entry *e, struct sphere_pin *pin,
		    struct sphere_policy_error *err)
{
	struct inode *inode = d_backing_inode(pin->path.dentry);
	u8 digest[SPHERE_DIGEST_SIZE];
	struct file *file;
	int ret;

	if (!S_ISREG(inode->i_mode))
		return refuse(err, SPHERE_POLICY_E_NOT_FILE, 0);
	if (!nobody_else_writes(inode))
		return refuse(err, SPHERE_POLICY_E_FILESYSTEM, 0);
	if (!atomic_dec_unless_positive(&inode->i_writecount))
		return refuse(err, SPHERE_POLICY_E_BUSY, -ETXTBSY);
	pin->inode = inode;
	if (i_size_read(inode) > SPHERE_MAX_EXEC_SIZE)
		return refuse(err, SPHERE_POLICY_E_FILE_SIZE, -EFBIG);
	file = dentry_open(&pin->path, O_RDONLY | O_LARGEFILE, current_cred());
	if (IS_ERR(file))
		return refuse(err, SPHERE_POLICY_E_READ, PTR_ERR(file));
	ret = hash_file(p, file, digest);
	if (ret)
		ret = refuse(err, SPHERE_POLICY_E_READ, ret);
	else if (memcmp(digest, e->digest, sizeof(digest)))
		ret = refuse(err, SPHERE_POLICY_E_DIGEST, -EKEYREJECTED);
	else if (wants_executable_memory(file, e->access & SPHERE_EXEC_RUN))
		ret = refuse(err, SPHERE_POLICY_E_EXEC_STACK, -ENOEXEC);
	fput(file);
	return ret;
}

static int size_of_fs(const struct path *path, u64 *bytes)
{
	struct kstatfs st;
	int ret = vfs_statfs(path, &st);
	u64 unit;

	if (ret)
		return ret;
	/* memory file systems without a limit say 0 */
	unit = st.f_frsize ? st.f_frsize : st.f_bsize;
	if (!st.f_blocks || check_mul_overflow((u64)st.f_blocks, unit, bytes))
		*bytes = U64_MAX;
	return 0;
}

/*
 * Is the project that a directory belongs to limited? statfs says so only for
 * directories that pass their project on, but does not tell hard from soft.
 */
static bool project_is_limited(const struct path *path, u64 limit)
{
	bool limited = false;
#ifdef CONFIG_QUOTA
	struct inode *inode = d_backing_inode(path->dentry);
	struct super_block *sb = inode->i_sb;
	struct dquot *dquot;
	kprojid_t project;
	u64 bytes;

	if (!sb_has_quota_limits_enabled(sb, PRJQUOTA) || !sb->dq_op || !sb->dq_op->get_projid ||
	    size_of_fs(path, &bytes) || bytes > limit || sb->dq_op->get_projid(inode, &project))
		return false;
	dquot = dqget(sb, make_kqid_projid(project));
	if (IS_ERR(dquot))
		return false;
	spin_lock(&dquot->dq_dqb_lock);
	limited = dquot->dq_dqb.dqb_bhardlimit && dquot->dq_dqb.dqb_bhardlimit <= limit;
	spin_unlock(&dquot->dq_dqb_lock);
	dqput(dquot);
#endif
	return limited;
}

static int check_storage(const struct path *path, u64 limit, struct sphere_policy_error *err)
{
	const struct path whole = { .mnt = path->mnt, .dentry = path->dentry->d_sb->s_root };
	u64 bytes;
	int ret = size_of_fs(&whole, &bytes);

	if (ret)
		return refuse(err, SPHERE_POLICY_E_STORAGE_LIMIT, ret);
	/* with project quotas, statfs may speak of a project instead of all */
	if (bytes <= limit && !sb_has_quota_limits_enabled(path->dentry->d_sb, PRJQUOTA))
		return 0;
	if (project_is_limited(path, limit))
		return 0;
	return refuse(err, SPHERE_POLICY_E_STORAGE_LIMIT, -EDQUOT);
}

static int pin_device(const struct sphere_policy_entry *e, struct sphere_pin *pin,
		      struct sphere_policy_error *err)
{
	const struct path *path = &pin->path;
	const struct inode *inode = d_backing_inode(path->dentry);

	if (e->block ? !S_ISBLK(inode->i_mode) : !S_ISCHR(inode->i_mode))
		return refuse(err, SPHERE_POLICY_E_NOT_DEVICE, 0);
	/* where nodes cannot be opened, they are no devices */
	if ((path->mnt->mnt_flags & MNT_NODEV) || (inode->i_sb->s_iflags & SB_I_NODEV))
		return refuse(err, SPHERE_POLICY_E_NOT_DEVICE, -EACCES);
	pin->dev = inode->i_rdev;
	/* the number is all that counts from now on */
	path_put(path);
	pin->path.mnt = NULL;
	pin->path.dentry = NULL;
	return 0;
}

static int pin_entry(struct pinner *p, const struct sphere_policy_entry *e, struct sphere_pin *pin,
		     struct sphere_policy_error *err)
{
	const struct inode *inode;
	int ret;

	err->section = e->section;
	err->entry = e->index;
	err->offset = e->offset;
	ret = look_up(p, e, &pin->path, err);
	if (ret)
		return ret;
	inode = d_backing_inode(pin->path.dentry);
	switch (e->section) {
	case SPHERE_SECTION_FILES:
		return S_ISREG(inode->i_mode) ? 0 : refuse(err, SPHERE_POLICY_E_NOT_FILE, 0);
	case SPHERE_SECTION_DIRS:
		return S_ISDIR(inode->i_mode) ? 0 : refuse(err, SPHERE_POLICY_E_NOT_DIR, 0);
	case SPHERE_SECTION_STORAGE:
		if (!S_ISDIR(inode->i_mode))
			return refuse(err, SPHERE_POLICY_E_NOT_DIR, 0);
		return check_storage(&pin->path, e->limit, err);
	case SPHERE_SECTION_EXECS:
		return pin_exec(p, e, pin, err);
	default:
		return pin_device(e, pin, err);
	}
}

static int pinner_init(struct pinner *p, bool hash)
{
	struct crypto_shash *tfm;

	task_lock(&init_task);
	get_fs_root(init_task.fs, &p->root);
	task_unlock(&init_task);
	p->name = kmalloc(SPHERE_MAX_PATH + 1, GFP_KERNEL);
	if (!p->name)
		return -ENOMEM;
	if (!hash)
		return 0;
	tfm = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	p->desc = kmalloc(sizeof(*p->desc) + crypto_shash_descsize(tfm), GFP_KERNEL);
	if (!p->desc) {
		crypto_free_shash(tfm);
		return -ENOMEM;
	}
	p->desc->tfm = tfm;
	p->chunk = kvmalloc(CHUNK, GFP_KERNEL);
	return p->chunk ? 0 : -ENOMEM;
}

static void pinner_exit(struct pinner *p)
{
	if (p->desc)
		crypto_free_shash(p->desc->tfm);
	kfree_sensitive(p->desc);
	kvfree(p->chunk);
	kfree(p->name);
	path_put(&p->root);
}

/**
 * sphere_pins_get() - find the objects of a policy
 * @policy: a verified policy of an application or a core
 * @err: filled in
 *
 * Context: Process context; sleeps for as long as it takes to read all
 *	executable files, but for a fatal signal.
 * Return: the objects, or NULL if the policy names none, or an error pointer:
 * * %-EINVAL - an object is not of the stated type, or on an unfit file system
 * * %-ETXTBSY - an executable file is open for writing
 * * %-EKEYREJECTED - an executable file is not the one that was signed
 * * %-ENOEXEC - a program would get an executable stack
 * * %-EFBIG - an executable file is too large
 * * %-EDQUOT - nothing keeps the storage directory below its limit
 * * %-EINTR - a fatal signal is pending
 * * %-ENOMEM
 * * what following a path or reading a file gave
 */
struct sphere_pins *sphere_pins_get(const struct sphere_policy *policy,
				    struct sphere_policy_error *err)
{
	static const u8 order[] = {
		SPHERE_SECTION_FILES, SPHERE_SECTION_DIRS, SPHERE_SECTION_STORAGE,
		SPHERE_SECTION_EXECS, SPHERE_SECTION_DEVICES,
	};
	struct pinner p = {};
	struct sphere_policy_iter it;
	struct sphere_pins *pins;
	unsigned int n = 0, i;
	int ret;

	might_sleep();
	memset(err, 0, sizeof(*err));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		n += policy->part[order[i]].count;
	if (!n)
		return NULL;
	pins = kvzalloc(struct_size(pins, pin, n), GFP_KERNEL);
	if (!pins) {
		err->reason = SPHERE_POLICY_E_MEMORY;
		return ERR_PTR(-ENOMEM);
	}
	pins->n = n;
	ret = pinner_init(&p, policy->part[SPHERE_SECTION_EXECS].count);
	if (ret)
		err->reason = ret == -ENOMEM ? SPHERE_POLICY_E_MEMORY : SPHERE_POLICY_E_CRYPTO;
	for (i = 0, n = 0; !ret && i < ARRAY_SIZE(order); i++) {
		sphere_policy_iter_init(&it, policy, order[i]);
		while (!ret && sphere_policy_next(&it))
			ret = pin_entry(&p, &it.entry, &pins->pin[n++], err);
	}
	pinner_exit(&p);
	if (ret) {
		sphere_pins_put(pins);
		return ERR_PTR(ret);
	}
	memset(err, 0, sizeof(*err));
	return pins;
}

/**
 * sphere_pins_put() - let the objects go
 * @pins: the objects, or NULL
 *
 * Context: Process context, may sleep.
 */
void sphere_pins_put(struct sphere_pins *pins)
{
	unsigned int i;

	if (!pins)
		return;
	for (i = 0; i < pins->n; i++) {
		struct sphere_pin *pin = &pins->pin[i];

		if (!pin->path.dentry)
			continue;
		if (pin->inode)
			atomic_inc(&pin->inode->i_writecount);
		path_put(&pin->path);
	}
	kvfree(pins);
}
