/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernel versions that these modules support.
 *
 * The code is written for the newest kernel; whatever an older one lacks is
 * supplied here and nowhere else. Include it last, and only where needed. A
 * definition stands under #ifndef where its name can be tested, because stable
 * trees take over newer interfaces.
 */
#ifndef _LINUX_SPHERE_COMPAT_H
#define _LINUX_SPHERE_COMPAT_H

#include <linux/types.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "Linux 6.1 is the oldest kernel that these modules are tested on"
#endif

#ifndef __counted_by
#define __counted_by(member)
#endif

/* 6.4: exported before, but declared in a private header of fs/ */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
struct dentry;
struct path;
struct vfsmount;

int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);
#endif

/* 6.12 moved it from asm/ */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* 6.3: what a mount does to owners has a type of its own */
/* 6.3 gave locks a header of their own */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
struct user_namespace;
#define sphere_idmap_t struct user_namespace
#else
struct mnt_idmap;
#define sphere_idmap_t struct mnt_idmap
#endif

/* Hooks of security modules that came later; each opens a door where it is there */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define SPHERE_HAVE_ACL_HOOKS
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define SPHERE_HAVE_SELFATTR
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define SPHERE_SETATTR_HAS_IDMAP
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define SPHERE_HAVE_URING_ALLOWED
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define SPHERE_HAVE_FILEATTR_HOOKS
#endif

/* 6.11: the rules of capabilities for attributes do not depend on modules any more */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define SPHERE_XATTR_NEEDS_CAP_CALL
#endif

/* 6.8: security modules are named by a struct lsm_id */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define SPHERE_LSM_ID_OF(lsm, number)	static const char lsm[] = #lsm
#define SPHERE_LSM_ID_ARG(lsm)		lsm
#else
#define SPHERE_LSM_ID_OF(lsm, number) \
	static const struct lsm_id lsm = { .name = #lsm, .id = (number) }
#define SPHERE_LSM_ID_ARG(lsm)		(&(lsm))
#endif

/* 6.12: whom a file signals is allocated when it is first set */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define sphere_file_owner(file)		(&(file)->f_owner)
#else
#define sphere_file_owner(file)		file_f_owner(file)
#endif

/* 6.19: the flags of an address space are no word any more */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define sphere_set_undumpable(mm)	set_mask_bits(&(mm)->flags, MMF_DUMPABLE_MASK, 0)
#else
#define sphere_set_undumpable(mm)	__mm_flags_set_mask_dumpable(mm, 0)
#endif

/* 6.19 gave addresses of a length of their own a type of their own */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#ifndef sockaddr_unsized
#define sockaddr_unsized sockaddr
#endif
#endif

/*
 * What a backend of rpmsg supplies stands in a private header of drivers/rpmsg/, and is
 * mirrored in compat_rpmsg.h. A version on which nobody has compared the two is refused.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define SPHERE_RPMSG_IS_KNOWN	true
#else
#define SPHERE_RPMSG_IS_KNOWN	false
#endif
/* 6.6: flow control */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define SPHERE_RPMSG_HAS_FLOW_CONTROL
#endif

#endif /* _LINUX_SPHERE_COMPAT_H */
