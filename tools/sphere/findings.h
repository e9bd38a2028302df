/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong with a file, and where
 */
#ifndef SPHERE_FINDINGS_H
#define SPHERE_FINDINGS_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"

/**
 * struct place - a place in a text file
 * @line: from 1; 0 if the finding has no place in the file
 * @column: from 1, in characters (not bytes); a tab is one
 */
struct place {
	unsigned int line;
	unsigned int column;
};

/**
 * struct finding - one thing to tell
 * @next: the next one
 * @file: name of the file
 * @place: where
 * @warning: does not lead to a refusal
 * @kind: one word: what was looked at
 * @reason: what is wrong, without the full stop
 * @hint: what to do, without the full stop, or NULL
 */
struct finding {
	struct finding *next;
	const char *file;
	struct place place;
	bool warning;
	const char *kind;
	const char *reason;
	const char *hint;
};

/**
 * struct findings - all that is to tell; start with all bytes zero
 * @first: oldest
 * @last: newest
 * @errors: number of those that are no warnings
 * @warnings: number of the others
 * @file: file that is looked at
 * @kind: what is looked at: "file", "syntax", "key" or "value"
 * @arena: where they live
 */
struct findings {
	struct finding *first;
	struct finding *last;
	unsigned int errors;
	unsigned int warnings;
	const char *file;
	const char *kind;
	struct arena *arena;
};

void refuse_at(struct findings *f, struct place at, const char *hint, const char *fmt, ...)
	__printf(4, 5);
void warn_at(struct findings *f, struct place at, const char *hint, const char *fmt, ...)
	__printf(4, 5);
void print_findings(FILE *out, const struct findings *f);
void print_findings_json(FILE *out, const struct findings *f);
void print_json_string(FILE *out, const char *text);
const char *shortened(struct arena *arena, const char *text);
const char *quoted(struct arena *arena, const char *text);

#endif /* SPHERE_FINDINGS_H */
