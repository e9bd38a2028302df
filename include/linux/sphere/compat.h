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

#endif /* _LINUX_SPHERE_COMPAT_H */
