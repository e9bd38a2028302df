// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is given back all at once
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "sphere.h"

/**
 * struct arena_block - one allocation
 * @next: the one before
 * @bytes: what was asked for
 */
struct arena_block {
	struct arena_block *next;
	max_align_t bytes[];
};

/**
 * arena_alloc() - zeroed memory
 * @arena: where it belongs
 * @size: bytes
 *
 * Return: the memory. Without any the tool ends: it cannot do half of its work.
 */
void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *b = NULL;

	if (size <= SIZE_MAX - sizeof(*b))
		b = calloc(1, sizeof(*b) + size);
	if (!b)
		exit(complain(SPHERE_SYSTEM, "there is no memory for %zu bytes more", size));
	b->next = arena->blocks;
	arena->blocks = b;
	return b->bytes;
}

/**
 * arena_copy() - copy of bytes, with a zero byte behind them
 * @arena: where it belongs
 * @text: bytes
 * @len: their number
 *
 * Return: the copy.
 */
char *arena_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

/**
 * arena_vprint() - text as from vprintf()
 * @arena: where it belongs
 * @fmt: as for vprintf()
 * @args: as for vprintf()
 *
 * Return: the text.
 */
char *arena_vprint(struct arena *arena, const char *fmt, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		len = 0;
	text = arena_alloc(arena, len + 1);
	vsnprintf(text, len + 1, fmt, args);
	return text;
}

/**
 * arena_print() - text as from printf()
 * @arena: where it belongs
 * @fmt: as for printf()
 *
 * Return: the text.
 */
char *arena_print(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprint(arena, fmt, args);
	va_end(args);
	return text;
}

/**
 * arena_free() - give everything back
 * @arena: can be used again
 */
void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *b = arena->blocks;

		arena->blocks = b->next;
		free(b);
	}
}
