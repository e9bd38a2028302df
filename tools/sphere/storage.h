/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The storage of an application
 */
#ifndef SPHERE_STORAGE_H
#define SPHERE_STORAGE_H

#include <sys/types.h>

#include "../../security/sphere_lsm/manifest.h"

int storage_make(const struct sphere_policy *policy, uid_t uid, gid_t gid);

#endif /* SPHERE_STORAGE_H */
