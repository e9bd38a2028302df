/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's side of sphere_lsm: its control node and the files beside it
 */
#ifndef SPHERE_LSM_TOOL_H
#define SPHERE_LSM_TOOL_H

/* an exit code of the tool has that name, too */
#define SPHERE_OK	SPHERE_REASON_OK
#include <linux/sphere_lsm.h>
#undef SPHERE_OK

#include "arena.h"
#include "text.h"

#define LSM_DIR		"/sys/kernel/security/sphere"

/**
 * struct lsm_reason - a reason why a task was refused something
 * @name: in the kernel's files and records
 * @text: what was refused
 * @remedy: what would allow it
 * @capability: key of the manifest that would, or NULL
 */
struct lsm_reason {
	const char *name;
	const char *text;
	const char *remedy;
	const char *capability;
};

/**
 * struct lsm_counters - how often each reason was met
 * @count: by &enum sphere_reason
 */
struct lsm_counters {
	uint64_t count[SPHERE_REASONS];
};

extern const struct lsm_reason lsm_reasons[SPHERE_REASONS];

const char *lsm_dir(void);
int lsm_open(int *code);
int lsm_load(int fd, const void *policy, size_t size, const char *what);
int lsm_failed(const char *what, int err);
int lsm_policy_failed(const char *what, int err, const struct sphere_lsm_verdict *v);
char *lsm_read(struct arena *arena, const char *component, const char *file, int *code);
const char *lsm_value(struct arena *arena, const char *text, const char *key);
int lsm_reason_of(const char *name);
bool lsm_counters(const char *component, struct lsm_counters *counters);

#endif /* SPHERE_LSM_TOOL_H */
