/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a policy, as the kernel and user space agree on them
 *
 * The numbers are in the header for user space; what follows makes sure that
 * no compiler lays them out in another way.
 */
#ifndef _SPHERE_LSM_POLICY_FORMAT_H
#define _SPHERE_LSM_POLICY_FORMAT_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/stddef.h>
#else
#include <stddef.h>
#undef static_assert
#define static_assert(expr)	_Static_assert(expr, #expr)
#endif
#include <linux/sphere_policy.h>

static_assert(sizeof(struct sphere_policy_header) == 176);
static_assert(offsetof(struct sphere_policy_header, version) == 16);
static_assert(offsetof(struct sphere_policy_header, component) == 24);
static_assert(offsetof(struct sphere_policy_header, tenant) == 40);
static_assert(offsetof(struct sphere_policy_header, name) == 104);
static_assert(offsetof(struct sphere_policy_header, key_id) == 136);
static_assert(offsetof(struct sphere_policy_header, n_sections) == 168);
static_assert(sizeof(struct sphere_policy_section) == 8);
static_assert(sizeof(struct sphere_policy_path) == 4);
static_assert(sizeof(struct sphere_policy_storage) == 16);
static_assert(sizeof(struct sphere_policy_exec) == 36);
static_assert(sizeof(struct sphere_policy_device) == 8);
static_assert(sizeof(struct sphere_policy_net_addr) == 24);
static_assert(sizeof(struct sphere_policy_net_host) == 8);
static_assert(sizeof(struct sphere_policy_net_listen) == 8);
static_assert(sizeof(struct sphere_policy_socket) == 8);
static_assert(sizeof(struct sphere_policy_floor) == 24);

#endif /* _SPHERE_LSM_POLICY_FORMAT_H */
