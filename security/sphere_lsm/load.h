/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies that are loaded
 */
#ifndef _SPHERE_LSM_LOAD_H
#define _SPHERE_LSM_LOAD_H

#include <linux/in6.h>
#include <linux/types.h>

#include <linux/sphere/authority.h>

#include "manifest.h"

struct sphere_app;
struct sphere_app_state;

int sphere_load_init(void);
void sphere_load_exit(void);

int sphere_load_keys(const u8 *keys, u32 count, struct sphere_policy_error *err);
int sphere_load_policy(const void *bytes, size_t size, struct sphere_policy_error *err);
int sphere_unload(const struct sphere_component_id *component, bool kill, u32 *tasks);
void sphere_kill_apps(void);
int sphere_enter(const struct sphere_component_id *component);
int sphere_load_address(const char *host, size_t len, const struct in6_addr *addr, u32 ttl,
			u32 *apps, struct sphere_policy_error *err);

struct sphere_app *sphere_loaded(const struct sphere_component_id *component);
struct sphere_app *sphere_loaded_for_core(unsigned int core);
unsigned int sphere_trusted_keys(bool *frozen);

int sphere_provider_init(void);
void sphere_provider_exit(void);

#endif /* _SPHERE_LSM_LOAD_H */
