/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is given back all at once
 *
 * What is read from a file lives as long as the file is worked on; nobody has to
 * know who owns which string.
 */
#ifndef SPHERE_ARENA_H
#define SPHERE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif

/**
 * struct arena - start with all bytes zero
 * @blocks: what was allocated, newest first
 */
struct arena {
	struct arena_block *blocks;
};

void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t len);
char *arena_print(struct arena *arena, const char *fmt, ...) __printf(2, 3);
char *arena_vprint(struct arena *arena, const char *fmt, va_list args) __printf(2, 0);
void arena_free(struct arena *arena);

#endif /* SPHERE_ARENA_H */
