/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a manifest and a board file to a policy
 */
#ifndef SPHERE_COMPILE_H
#define SPHERE_COMPILE_H

#include "board.h"

/* files that --with names */
#define COMPILE_WITH_MAX	32

/**
 * struct compile_options - what stands in neither of the two files
 * @root: directory that is the device's root
 * @at: path of the image on the device, or NULL: as the board file says
 * @program: path on the device of the program, or NULL: the entry point in the image
 * @no_image: there is no image besides the program
 * @version: of the policy
 * @flags: SPHERE_POLICY_DEVELOPMENT, SPHERE_POLICY_LEARN
 * @with: further files to run or to map, paths on the device
 * @n_with: their number
 */
struct compile_options {
	const char *root;
	const char *at;
	const char *program;
	bool no_image;
	uint64_t version;
	uint32_t flags;
	const char *with[COMPILE_WITH_MAX];
	unsigned int n_with;
};

uint8_t *compile_policy(const struct app_manifest *m, const struct board *b,
			const struct compile_options *o, struct findings *fm, struct findings *fb,
			size_t *size);

uint8_t *compile_bytes(struct arena *arena, const char *board_path, const char *path,
		       const char *bytes, size_t len, bool allow_unknown,
		       const struct compile_options *o, struct app_manifest *m,
		       struct board *board, size_t *size, int *code);
uint8_t *compile_files(struct arena *arena, const char *board_path, const char *path,
		       bool allow_unknown, const struct compile_options *o, struct app_manifest *m,
		       size_t *size, int *code);
uint64_t compile_version(void);

#endif /* SPHERE_COMPILE_H */
