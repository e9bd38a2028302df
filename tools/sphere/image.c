// SPDX-License-Identifier: GPL-2.0-only
/*
 * Image packages (.imagepackage): a file system, what is said about it, a signature
 *
 *	body		a file system like cramfs, a multiple of 4096 bytes
 *	metadata	magic, number of sections, sections (tag, size, payload), and the
 *			length of the metadata with that number
 *	signature	r and s of ECDSA on P-256, over the SHA-256 of all before it
 *
 * All numbers are little endian. Whether the length counts the signature as well is
 * not published; where the magic is found decides.
 *
 * The file system is cramfs, whose files are in pages that are not compressed, one
 * behind the other, where they have the sticky bit: they are executed in place. That
 * layout is inferred from the bit and from one file whose place is known. Files that
 * are compressed are not read.
 *
 * Nothing in a package is believed before it was compared with the size of what
 * holds it, and what is asked for by its numbers is bounded.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "image.h"
#include "sphere.h"

#define METADATA_MAGIC		0x4d345834u
#define CRAMFS_MAGIC		0x28cd3d45u
#define CRAMFS_SUPER		76u
#define CRAMFS_ROOT		64u
#define CRAMFS_INODE		12u
/* pointers of blocks: newer file systems mark what is not compressed */
#define BLOCK_UNCOMPRESSED	0x80000000u
#define BLOCK_DIRECT		0x40000000u
#define FLAG_BLOCK_POINTERS	0x00000800u

/**
 * image_number() - a number, little endian
 * @bytes: where it stands
 * @n: bytes, 8 at most
 *
 * Return: the number
 */
uint64_t image_number(const uint8_t *bytes, unsigned int n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | bytes[n];
	return value;
}

/* Sections whose size is given; where it differs they would be read as something else */
static const struct {
	uint16_t tag;
	uint16_t size;
	const char *why;
} sizes[] = {
	{ IMAGE_TAG('I', 'D'), IMAGE_ID_SIZE, "the section ID is not of 36 bytes" },
	{ IMAGE_TAG('S', 'G'), IMAGE_SIGNED_SIZE, "the section SG is not of 24 bytes" },
	{ IMAGE_TAG('D', 'B'), IMAGE_DEBUG_SIZE, "the section DB is not of 40 bytes" },
	{ IMAGE_TAG('T', 'P'), 4, "the section TP is not of 4 bytes" },
};

/* Returns NULL, or what is wrong with the size of a section */
static const char *check_size(const struct image_section *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (sizes[i].tag == s->tag && sizes[i].size != s->size)
			return sizes[i].why;
	if (s->tag == IMAGE_TAG('N', 'D') &&
	    (s->size < 4 || s->size % 8 != 4 ||
	     image_number(s->bytes, 4) != (s->size - 4) / 8u))
		return "the section ND has not the size that its count says";
	return NULL;
}

static const char *parse_sections(struct image *image, size_t end)
{
	size_t at = image->metadata + 8;
	uint64_t n = image_number(image->bytes + image->metadata + 4, 4), i;
	const char *why;
	unsigned int k;

	if (n > IMAGE_MAX_SECTIONS)
		return "the metadata have too many sections";
	for (i = 0; i < n; i++) {
		struct image_section *s = &image->section[i];

		if (end - at < 4)
			return "a section begins behind the end of the metadata";
		s->tag = image_number(image->bytes + at, 2);
		s->size = image_number(image->bytes + at + 2, 2);
		at += 4;
		if (!s->size)
			return "a section is empty";
		if (s->size > end - at)
			return "a section is larger than the metadata";
		s->bytes = image->bytes + at;
		at += s->size;
		why = check_size(s);
		if (why)
			return why;
		for (k = 0; k < i; k++)
			if (image->section[k].tag == s->tag)
				return "a section stands twice";
	}
	image->n_sections = n;
	return at == end ? NULL : "there are bytes behind the last section";
}

/**
 * image_parse() - take a package apart
 * @bytes: the package
 * @size: its bytes
 * @image: filled in
 *
 * The signature is not verified, and the file system is not looked at.
 *
 * Return: NULL, or what is wrong with the package
 */
const char *image_parse(const uint8_t *bytes, size_t size, struct image *image)
{
	size_t footer, length;

	memset(image, 0, sizeof(*image));
	image->bytes = bytes;
	image->size = size;
	if (size > IMAGE_MAX_SIZE)
		return "it is larger than the flash of the chip";
	/* magic, number of sections, length */
	if (size < IMAGE_SIGNATURE_SIZE + 12)
		return "it is too short for metadata and a signature";
	image->signature = bytes + size - IMAGE_SIGNATURE_SIZE;
	footer = size - IMAGE_SIGNATURE_SIZE - 4;
	length = image_number(bytes + footer, 4);
	if (length >= 12 && length <= footer + 4 &&
	    image_number(bytes + footer + 4 - length, 4) == METADATA_MAGIC)
		image->metadata = footer + 4 - length;
	else if (length >= 12 + IMAGE_SIGNATURE_SIZE && length <= size &&
		 image_number(bytes + size - length, 4) == METADATA_MAGIC)
		image->metadata = size - length;
	else
		return "its footer does not lead to metadata: it is no image package";
	if (footer - image->metadata > IMAGE_MAX_METADATA)
		return "the metadata are too large";
	image->body_size = image->metadata;
	if (image->body_size % IMAGE_PAGE)
		return "the body is no multiple of 4096 bytes";
	return parse_sections(image, footer);
}

/**
 * image_section() - a section of the metadata
 * @image: package
 * @tag: IMAGE_TAG()
 *
 * Return: the section, or NULL
 */
const struct image_section *image_section(const struct image *image, uint16_t tag)
{
	unsigned int i;

	for (i = 0; i < image->n_sections; i++)
		if (image->section[i].tag == tag)
			return &image->section[i];
	return NULL;
}

/**
 * struct walk - a file system that is gone through
 * @body: its bytes
 * @size: number of them
 * @flags: of the superblock
 * @visit: what to call
 * @context: handed on
 * @files: entries so far
 * @bytes: bytes of files so far
 * @stopped: @visit wanted no more
 * @path: of the entry at hand
 */
struct walk {
	const uint8_t *body;
	size_t size;
	uint32_t flags;
	image_visit_t visit;
	void *context;
	unsigned int files;
	uint64_t bytes;
	bool stopped;
	char path[IMAGE_MAX_DEPTH * (IMAGE_NAME_MAX + 1) + 1];
};

/**
 * struct inode - an entry of a directory
 * @mode: as in struct stat
 * @size: bytes
 * @name_len: bytes of the name, filled up with zeros
 * @offset: where its data are
 */
struct inode {
	uint32_t mode;
	uint32_t size;
	uint32_t name_len;
	uint32_t offset;
};

static bool read_inode(const struct walk *w, size_t at, struct inode *inode)
{
	const uint8_t *p = w->body + at;
	uint32_t word;

	if (at > w->size || w->size - at < CRAMFS_INODE)
		return false;
	inode->mode = image_number(p, 2);
	inode->size = image_number(p + 4, 3);
	word = image_number(p + 8, 4);
	inode->name_len = (word & 63) * 4;
	inode->offset = (word >> 6) * 4;
	return true;
}

/* Blocks behind a table of pointers, as newer file systems have them uncompressed */
static const uint8_t *block_data(const struct walk *w, const struct inode *inode, const char **why)
{
	const uint32_t n = (inode->size + IMAGE_PAGE - 1) / IMAGE_PAGE;
	uint64_t start = 0, at, i;

	if (inode->offset > w->size || n * 4 > w->size - inode->offset) {
		*why = "the blocks of a file are not in the body";
		return NULL;
	}
	for (i = 0; i < n; i++) {
		const uint32_t p = image_number(w->body + inode->offset + i * 4, 4);

		if (!(w->flags & FLAG_BLOCK_POINTERS) || !(p & BLOCK_DIRECT) ||
		    !(p & BLOCK_UNCOMPRESSED)) {
			*why = "a file is compressed: mount the body as cramfs to read it";
			return NULL;
		}
		at = (uint64_t)(p & ~(BLOCK_DIRECT | BLOCK_UNCOMPRESSED)) << 2;
		if (!i) {
			start = at;
		} else if (at != start + i * IMAGE_PAGE) {
			*why = "the blocks of a file do not follow each other";
			return NULL;
		}
	}
	if (start > w->size || inode->size > w->size - start) {
		*why = "the data of a file are not in the body";
		return NULL;
	}
	return w->body + start;
}

static const uint8_t *file_data(const struct walk *w, const struct inode *inode, const char **why)
{
	if (!inode->size)
		return w->body;
	if (!(inode->mode & S_ISVTX))
		return block_data(w, inode, why);
	if (inode->offset > w->size || inode->size > w->size - inode->offset) {
		*why = "the data of a file are not in the body";
		return NULL;
	}
	return w->body + inode->offset;
}

static const char *good_name(const uint8_t *name, size_t len)
{
	size_t i;

	if (!len || (len == 1 && name[0] == '.') || (len == 2 && !memcmp(name, "..", 2)))
		return "a name is empty, '.' or '..'";
	for (i = 0; i < len; i++)
		if (name[i] == '/' || name[i] < 0x20 || name[i] == 0x7f)
			return "a name has a '/' or a control character";
	return NULL;
}

static const char *walk_dir(struct walk *w, const struct inode *dir, size_t path_len,
			    unsigned int depth);

static const char *walk_entry(struct walk *w, const struct inode *inode, const uint8_t *name,
			      size_t path_len, unsigned int depth)
{
	struct image_file file = { .path = w->path, .mode = inode->mode, .size = inode->size };
	size_t len = strnlen((const char *)name, inode->name_len);
	const char *why = good_name(name, len);

	if (why)
		return why;
	if (++w->files > IMAGE_MAX_FILES)
		return "there are too many files";
	if (path_len)
		w->path[path_len++] = '/';
	memcpy(w->path + path_len, name, len);
	path_len += len;
	w->path[path_len] = '\0';
	if (S_ISREG(inode->mode)) {
		file.bytes = file_data(w, inode, &why);
		if (!file.bytes)
			return why;
		/* files may share their data: many could be made of few bytes */
		w->bytes += inode->size;
		if (w->bytes > IMAGE_MAX_BYTES)
			return "the files are too large";
	}
	if (!w->visit(&file, w->context)) {
		w->stopped = true;
		return NULL;
	}
	return S_ISDIR(inode->mode) ? walk_dir(w, inode, path_len, depth + 1) : NULL;
}

static const char *walk_dir(struct walk *w, const struct inode *dir, size_t path_len,
			    unsigned int depth)
{
	size_t at = dir->offset, end;
	const char *why;

	if (depth >= IMAGE_MAX_DEPTH)
		return "directories are too deep in each other";
	if (at > w->size || dir->size > w->size - at)
		return "a directory is not in the body";
	end = at + dir->size;
	while (at < end && !w->stopped) {
		struct inode inode;

		if (end - at < CRAMFS_INODE || !read_inode(w, at, &inode))
			return "an entry of a directory is cut off";
		at += CRAMFS_INODE;
		if (!inode.name_len || inode.name_len > end - at)
			return "a name is not in its directory";
		why = walk_entry(w, &inode, w->body + at, path_len, depth);
		if (why)
			return why;
		at += inode.name_len;
	}
	return NULL;
}

/**
 * image_walk() - go through the files of a body
 * @body: its bytes
 * @size: number of them
 * @visit: called for each entry, directories before what is in them
 * @context: handed on
 *
 * Return: NULL, or what is wrong with it
 */
const char *image_walk(const uint8_t *body, size_t size, image_visit_t visit, void *context)
{
	struct walk w = { .body = body, .size = size, .visit = visit, .context = context };
	struct inode root;

	if (size < CRAMFS_SUPER || image_number(body, 4) != CRAMFS_MAGIC ||
	    memcmp(body + 16, "Compressed ROMFS", 16))
		return "the body is no cramfs";
	if (image_number(body + 4, 4) > size)
		return "the file system is larger than the body";
	w.flags = image_number(body + 8, 4);
	if (!read_inode(&w, CRAMFS_ROOT, &root) || !S_ISDIR(root.mode))
		return "the file system has no root directory";
	return walk_dir(&w, &root, 0, 0);
}
