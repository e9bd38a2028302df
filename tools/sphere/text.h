/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files as a whole, and small forms of text that several commands read
 */
#ifndef SPHERE_TEXT_H
#define SPHERE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

#define GUID_SIZE	16
#define GUID_TEXT	36

bool parse_guid(const char *text, uint8_t id[GUID_SIZE]);
void format_guid(const uint8_t id[GUID_SIZE], char text[GUID_TEXT + 1]);
bool parse_ipv4(const char *text, uint8_t addr[4]);
bool parse_number(const char *text, uint64_t max, uint64_t *number);
char *read_file(struct arena *arena, const char *path, size_t max, size_t *size, int *code);
int write_file(const char *path, const void *bytes, size_t size);
size_t utf8_len(const char *p, const char *end);
bool utf8_hidden(const char *p, size_t bytes, unsigned int *c);
unsigned int text_distance(const char *a, const char *b);

#endif /* SPHERE_TEXT_H */
