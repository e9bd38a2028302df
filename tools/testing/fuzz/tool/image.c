// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target for image packages
 *
 * The first byte says whether the rest is a package or the body of one: a mutation
 * hardly ever keeps both right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sphere/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIM(x)								\
	do {									\
		if (!(x)) {							\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x); \
			abort();						\
		}								\
	} while (0)

static const uint8_t *body;
static size_t body_size;
static uint32_t sum;

static bool visit(const struct image_file *file, void *context)
{
	unsigned int *n = context;
	const char *p;
	uint32_t i;

	CLAIM(++*n <= IMAGE_MAX_FILES);
	CLAIM(file->path[0] && file->path[0] != '/' && !strstr(file->path, "//"));
	for (p = file->path; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
		CLAIM(strncmp(p, "../", 3) && strcmp(p, ".."));
	if (file->bytes) {
		CLAIM(file->bytes >= body && file->bytes + file->size <= body + body_size);
		for (i = 0; i < file->size; i += 97)
			sum += file->bytes[i];
	}
	return *n != 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int n = 0, i, k;
	struct image image;
	uint32_t at;

	if (!size)
		return 0;
	if (data[0] & 1) {
		body = data + 1;
		body_size = size - 1;
		image_walk(body, body_size, visit, &n);
		return 0;
	}
	if (image_parse(data + 1, size - 1, &image))
		return 0;
	body = image.bytes;
	body_size = image.body_size;
	CLAIM(image.signature == data + size - IMAGE_SIGNATURE_SIZE);
	CLAIM(image.metadata == image.body_size && image.n_sections <= IMAGE_MAX_SECTIONS);
	at = image.metadata + 8;
	for (i = 0; i < image.n_sections; i++) {
		/* sections fill the metadata without a gap */
		at += 4;
		CLAIM(image.section[i].bytes == image.bytes + at);
		for (k = 0; k < image.section[i].size; k++)
			sum += image.section[i].bytes[k];
		at += image.section[i].size;
		CLAIM(image_section(&image, image.section[i].tag) == &image.section[i]);
	}
	CLAIM(at + 4 + IMAGE_SIGNATURE_SIZE == image.size);
	image_walk(body, body_size, visit, &n);
	return 0;
}
