/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs, and the files that they need to run
 */
#ifndef SPHERE_ELF_H
#define SPHERE_ELF_H

#include <linux/sphere_policy.h>

#include "findings.h"
#include "text.h"

/**
 * struct needed_file - a file whose code runs
 * @path: on the device, without symbolic links
 * @use: %SPHERE_EXEC_RUN, %SPHERE_EXEC_MAP
 * @digest: SHA-256
 * @dev: file system on this machine
 * @ino: number in it
 * @next: next one
 */
struct needed_file {
	const char *path;
	uint16_t use;
	uint8_t digest[SPHERE_POLICY_DIGEST_SIZE];
	uint64_t dev;
	uint64_t ino;
	struct needed_file *next;
};

/**
 * struct needed - files whose code runs; start with all bytes zero but the first four
 * @f: where findings go; also says where things live
 * @root: directory that is the device's root
 * @dirs: directories for libraries that the board file names, ends with NULL
 * @at: what to blame for a file that cannot be had
 * @first: the files
 * @conf: directories for libraries that the device's own configuration names
 * @n_conf: their number
 * @conf_read: the configuration was read
 */
struct needed {
	struct findings *f;
	const char *root;
	const char *const *dirs;
	struct place at;
	struct needed_file *first;
	const char *conf[64];
	unsigned int n_conf;
	bool conf_read;
};

const char *root_resolve(struct arena *arena, const char *root, const char *path,
			 const char **host);
bool need_program(struct needed *n, const char *path);
bool need_code(struct needed *n, const char *path);
bool need_library(struct needed *n, const char *path);

#endif /* SPHERE_ELF_H */
