/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies in files: reading, signing, showing
 */
#ifndef SPHERE_POLICY_FILE_H
#define SPHERE_POLICY_FILE_H

#include "../../security/sphere_lsm/manifest.h"
#include "arena.h"

uint8_t *policy_load(struct arena *arena, const char *path, struct sphere_policy *policy,
		     int *code);
uint8_t *policy_sign(struct arena *arena, const uint8_t *bytes, size_t *size, const char *key_path,
		     int *code);
bool policy_looks_like(const void *bytes, size_t size);
void policy_show(const struct sphere_policy *policy, bool json);

#endif /* SPHERE_POLICY_FILE_H */
