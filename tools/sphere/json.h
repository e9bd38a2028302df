/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON as people write it, with the place of every value
 */
#ifndef SPHERE_JSON_H
#define SPHERE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "findings.h"

/*
 * Bytes of a file, levels of arrays and objects in it, and members of one of them:
 * who looks for two that are equal compares each with each
 */
#define JSON_MAX_SIZE	(1024 * 1024)
#define JSON_MAX_DEPTH	16
#define JSON_MAX_MEMBERS	1024

enum json_type {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/**
 * struct json - a value
 * @type: of the value
 * @place: where it starts
 * @key: in objects: its key, else NULL
 * @key_place: in objects: where the key starts
 * @boolean: value of %JSON_BOOLEAN
 * @text: %JSON_STRING: the characters, without zero bytes; %JSON_NUMBER: as written
 * @count: %JSON_ARRAY, %JSON_OBJECT: number of values
 * @first: %JSON_ARRAY, %JSON_OBJECT: first value
 * @next: next value of the same array or object
 */
struct json {
	enum json_type type;
	struct place place;
	const char *key;
	struct place key_place;
	bool boolean;
	const char *text;
	unsigned int count;
	struct json *first;
	struct json *next;
};

struct json *json_read(const char *bytes, size_t size, struct findings *f);
struct json *json_get(const struct json *object, const char *key);
bool json_integer(const struct json *value, int64_t *number);
const char *json_type_name(const struct json *value);

#endif /* SPHERE_JSON_H */
