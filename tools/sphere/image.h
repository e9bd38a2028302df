/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Image packages (.imagepackage): a file system, what is said about it, a signature
 */
#ifndef SPHERE_IMAGE_H
#define SPHERE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes of a package, of its metadata, sections in them */
#define IMAGE_MAX_SIZE		(16u * 1024 * 1024)
#define IMAGE_MAX_METADATA	4096u
#define IMAGE_MAX_SECTIONS	16u
#define IMAGE_SIGNATURE_SIZE	64u
#define IMAGE_PAGE		4096u

/* files in a file system, directories in each other, bytes of all files */
#define IMAGE_MAX_FILES		4096u
#define IMAGE_MAX_DEPTH		16u
#define IMAGE_MAX_BYTES		(64u * 1024 * 1024)
#define IMAGE_NAME_MAX		252u

#define IMAGE_TAG(a, b)		((uint16_t)((a) | (b) << 8))

/* bytes of sections: what it is, how it is signed, when it was made */
#define IMAGE_ID_SIZE		36
#define IMAGE_SIGNED_SIZE	24
#define IMAGE_DEBUG_SIZE	40

/* image types that are known by name here */
#define IMAGE_TYPE_APPLICATION	10

/**
 * struct image_section - a section of the metadata
 * @tag: IMAGE_TAG()
 * @size: bytes
 * @bytes: payload
 */
struct image_section {
	uint16_t tag;
	uint16_t size;
	const uint8_t *bytes;
};

/**
 * struct image - a package that was parsed
 * @bytes: all of it
 * @size: its bytes
 * @body_size: bytes of the file system, from the start
 * @metadata: where the metadata start
 * @signature: r and s
 * @n_sections: number of sections
 * @section: sections
 */
struct image {
	const uint8_t *bytes;
	size_t size;
	size_t body_size;
	size_t metadata;
	const uint8_t *signature;
	unsigned int n_sections;
	struct image_section section[IMAGE_MAX_SECTIONS];
};

/**
 * struct image_file - an entry of a file system
 * @path: from the root directory, without a slash before it
 * @mode: as in struct stat
 * @size: bytes; of a link: of what it leads to
 * @bytes: what is in it, NULL for directories and special files
 */
struct image_file {
	const char *path;
	uint32_t mode;
	uint32_t size;
	const uint8_t *bytes;
};

/* returns false to stop */
typedef bool (*image_visit_t)(const struct image_file *file, void *context);

const char *image_parse(const uint8_t *bytes, size_t size, struct image *image);
const struct image_section *image_section(const struct image *image, uint16_t tag);
const char *image_walk(const uint8_t *body, size_t size, image_visit_t visit, void *context);
uint64_t image_number(const uint8_t *bytes, unsigned int n);

#endif /* SPHERE_IMAGE_H */
