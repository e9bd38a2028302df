/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SPHERE_LSM_FS_H
#define _SPHERE_LSM_FS_H

#include <linux/types.h>

struct inode;
struct sphere_app_state;

bool sphere_fs_is_self(const struct inode *inode);
int sphere_fs_init(void);
void sphere_fs_exit(void);
int sphere_fs_add(struct sphere_app_state *state);
void sphere_fs_remove(struct sphere_app_state *state);

#endif /* _SPHERE_LSM_FS_H */
