// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs, and the files that they need to run
 *
 * A program needs its interpreter (of a script, or the dynamic loader) and the
 * libraries that the loader will look for. The search follows the loader's rules:
 * DT_RPATH or DT_RUNPATH, then the directories of the device's configuration, then
 * the usual ones, and skips files for other machines. Where the loader may prefer a
 * variant for the machine at hand (glibc-hwcaps) all variants are listed.
 *
 * The files are those of somebody else's image: nothing in them is believed.
 */
#include <elf.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../security/sphere_lsm/ecdsa_p256.h"
#include "../../security/sphere_lsm/limits.h"
#include "elf.h"
#include "sphere.h"

#define LINKS_MAX	40
#define LIBS_MAX	256
#define SEGMENTS_MAX	128
#define DYNAMIC_MAX	65536

/**
 * struct image - an ELF file
 * @bytes: all of it
 * @size: bytes
 * @wide: 64 bits
 * @machine: of the header
 * @interp: loader, or NULL
 * @rpath: DT_RPATH, or NULL
 * @runpath: DT_RUNPATH, or NULL
 * @needed: DT_NEEDED
 * @n_needed: their number
 */
struct image {
	const uint8_t *bytes;
	size_t size;
	bool wide;
	uint16_t machine;
	const char *interp;
	const char *rpath;
	const char *runpath;
	const char *needed[LIBS_MAX];
	unsigned int n_needed;
};

/**
 * root_resolve() - follow a path as the device will
 * @arena: where the results live
 * @root: directory that is the device's root
 * @path: absolute path on the device
 * @host: filled in: the path on this machine
 *
 * Symbolic links are followed within @root, as if that were the root directory.
 *
 * Return: the path on the device without symbolic links, or NULL with errno
 */
const char *root_resolve(struct arena *arena, const char *root, const char *path,
			 const char **host)
{
	char *done = arena_copy(arena, "", 0), *todo = arena_copy(arena, path, strlen(path));
	unsigned int links = 0;

	while (*todo) {
		const char *part;
		char target[PATH_MAX];
		struct stat st;
		ssize_t n;

		todo += strspn(todo, "/");
		if (!*todo)
			break;
		part = arena_copy(arena, todo, strcspn(todo, "/"));
		todo += strlen(part);
		if (!strcmp(part, "."))
			continue;
		if (!strcmp(part, "..")) {
			char *slash = strrchr(done, '/');

			if (slash)
				*slash = '\0';
			continue;
		}
		*host = arena_print(arena, "%s%s/%s", strcmp(root, "/") ? root : "", done, part);
		if (lstat(*host, &st))
			return NULL;
		if (!S_ISLNK(st.st_mode)) {
			done = arena_print(arena, "%s/%s", done, part);
			continue;
		}
		if (++links > LINKS_MAX) {
			errno = ELOOP;
			return NULL;
		}
		n = readlink(*host, target, sizeof(target) - 1);
		if (n < 0)
			return NULL;
		target[n] = '\0';
		if (target[0] == '/')
			done = arena_copy(arena, "", 0);
		todo = arena_print(arena, "%s%s", target, todo);
	}
	*host = arena_print(arena, "%s%s", strcmp(root, "/") ? root : "", *done ? done : "/");
	return *done ? done : "/";
}

static uint64_t number(const struct image *i, uint64_t at, unsigned int bytes)
{
	uint64_t value = 0;

	if (at > i->size || bytes > i->size - at)
		return 0;
	memcpy(&value, i->bytes + at, bytes);
	return value;
}

#define FIELD(i, type, at, member)						\
	((i)->wide ?								\
	 number(i, (at) + offsetof(Elf64_##type, member), sizeof(((Elf64_##type *)0)->member)) : \
	 number(i, (at) + offsetof(Elf32_##type, member), sizeof(((Elf32_##type *)0)->member)))
#define SIZE_OF(i, type)	((i)->wide ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

/* A text in the file that ends with a zero byte before @end, or NULL */
static const char *text_at(const struct image *i, uint64_t at, uint64_t end)
{
	if (end > i->size)
		end = i->size;
	if (at >= end || !memchr(i->bytes + at, 0, end - at))
		return NULL;
	return (const char *)i->bytes + at;
}

/* Offset in the file of an address in memory, or 0 */
static uint64_t offset_of(const struct image *i, uint64_t phoff, unsigned int phnum, uint64_t addr)
{
	unsigned int n;

	for (n = 0; n < phnum; n++) {
		const uint64_t at = phoff + n * SIZE_OF(i, Phdr);
		const uint64_t start = FIELD(i, Phdr, at, p_vaddr);

		if (FIELD(i, Phdr, at, p_type) == PT_LOAD && addr >= start &&
		    addr - start < FIELD(i, Phdr, at, p_filesz))
			return FIELD(i, Phdr, at, p_offset) + (addr - start);
	}
	return 0;
}

static const char *read_dynamic(struct image *i, uint64_t phoff, unsigned int phnum, uint64_t at,
				uint64_t size)
{
	const unsigned int step = SIZE_OF(i, Dyn);
	uint64_t strings = 0, strings_size = 0, n;

	if (at > i->size || size > i->size - at || size > DYNAMIC_MAX)
		return "its dynamic section is not in the file";
	for (n = 0; n + step <= size; n += step) {
		const uint64_t tag = FIELD(i, Dyn, at + n, d_tag);
		const uint64_t value = FIELD(i, Dyn, at + n, d_un.d_val);

		if (tag == DT_NULL)
			break;
		if (tag == DT_STRTAB)
			strings = offset_of(i, phoff, phnum, value);
		if (tag == DT_STRSZ)
			strings_size = value;
	}
	if (strings > i->size || strings_size > i->size - strings)
		return "its table of strings is not in the file";
	for (n = 0; n + step <= size; n += step) {
		const uint64_t tag = FIELD(i, Dyn, at + n, d_tag);
		const uint64_t value = FIELD(i, Dyn, at + n, d_un.d_val);
		const char *text;

		if (tag == DT_NULL)
			break;
		if (tag != DT_NEEDED && tag != DT_RPATH && tag != DT_RUNPATH)
			continue;
		if (!strings || value >= strings_size)
			return "a name in its dynamic section is not in the file";
		text = text_at(i, strings + value, strings + strings_size);
		if (!text)
			return "a name in its dynamic section has no end";
		if (tag == DT_RPATH)
			i->rpath = text;
		else if (tag == DT_RUNPATH)
			i->runpath = text;
		else if (i->n_needed < LIBS_MAX)
			i->needed[i->n_needed++] = text;
		else
			return "it needs too many libraries";
	}
	return NULL;
}

/* Returns NULL, or what is wrong with the file */
static const char *read_elf(struct image *i)
{
	uint64_t phoff, at;
	unsigned int phnum, n;
	const char *why;

	i->wide = i->bytes[EI_CLASS] == ELFCLASS64;
	if (!i->wide && i->bytes[EI_CLASS] != ELFCLASS32)
		return "it has neither 32 nor 64 bits";
	if (i->bytes[EI_DATA] != ELFDATA2LSB)
		return "it is not little endian";
	if (i->size < SIZE_OF(i, Ehdr))
		return "it ends in its header";
	i->machine = FIELD(i, Ehdr, 0, e_machine);
	phoff = FIELD(i, Ehdr, 0, e_phoff);
	phnum = FIELD(i, Ehdr, 0, e_phnum);
	if (phnum > SEGMENTS_MAX || FIELD(i, Ehdr, 0, e_phentsize) != SIZE_OF(i, Phdr) ||
	    phoff > i->size || phnum * SIZE_OF(i, Phdr) > i->size - phoff)
		return "its program headers are not in the file";
	for (n = 0; n < phnum; n++) {
		at = phoff + n * SIZE_OF(i, Phdr);
		if (FIELD(i, Phdr, at, p_type) == PT_INTERP) {
			const uint64_t start = FIELD(i, Phdr, at, p_offset);
			const uint64_t size = FIELD(i, Phdr, at, p_filesz);

			if (start > i->size || size > i->size - start)
				return "the name of its loader is not in the file";
			i->interp = text_at(i, start, start + size);
			if (!i->interp || i->interp[0] != '/')
				return "the name of its loader is no absolute path";
		}
		if (FIELD(i, Phdr, at, p_type) == PT_DYNAMIC) {
			why = read_dynamic(i, phoff, phnum, FIELD(i, Phdr, at, p_offset),
					   FIELD(i, Phdr, at, p_filesz));
			if (why)
				return why;
		}
	}
	return NULL;
}

static bool is_elf(const char *bytes, size_t size)
{
	return size >= EI_NIDENT && !memcmp(bytes, ELFMAG, SELFMAG);
}

/* "include" of ld.so.conf, within the root */
static void read_conf(struct needed *n, const char *path, unsigned int depth)
{
	struct arena *arena = n->f->arena;
	const char *host;
	char *text, *line, *next, pattern[PATH_MAX];
	struct stat st;
	size_t size, i;
	int code = 0;
	glob_t found;

	if (depth > 4 || !root_resolve(arena, n->root, path, &host) || stat(host, &st) ||
	    !S_ISREG(st.st_mode))
		return;
	text = read_file(arena, host, 65536, &size, &code);
	if (!text)
		return;
	for (line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t");
		while (*line && strchr(" \t\r", line[strlen(line) - 1]))
			line[strlen(line) - 1] = '\0';
		if (!strncmp(line, "include ", 8)) {
			line += 8 + strspn(line + 8, " \t");
			snprintf(pattern, sizeof(pattern), "%s%s%s",
				 strcmp(n->root, "/") ? n->root : "",
				 line[0] == '/' ? "" : "/etc/", line);
			if (!glob(pattern, 0, NULL, &found)) {
				for (i = 0; i < found.gl_pathc; i++)
					read_conf(n, found.gl_pathv[i] +
						  (strcmp(n->root, "/") ? strlen(n->root) : 0),
						  depth + 1);
				globfree(&found);
			}
		} else if (line[0] == '/' && n->n_conf < ARRAY_SIZE(n->conf)) {
			n->conf[n->n_conf++] = line;
		}
	}
}

static bool need(struct needed *n, const char *path, uint16_t use, const char *needed_by,
		 unsigned int depth);

/* Is there a library of that name, for that machine? Its path on the device, or NULL */
static const char *library_in(struct needed *n, const char *dir, const char *name,
			      const struct image *for_whom)
{
	struct arena *arena = n->f->arena;
	uint8_t header[EI_NIDENT + 4];
	const char *path, *host, *real;
	struct stat st;
	bool fits;
	FILE *f;

	if (dir[0] != '/')
		return NULL;
	path = arena_print(arena, "%s/%s", dir, name);
	real = root_resolve(arena, n->root, path, &host);
	if (!real || stat(host, &st) || !S_ISREG(st.st_mode))
		return NULL;
	f = fopen(host, "rb");
	if (!f)
		return NULL;
	fits = fread(header, 1, sizeof(header), f) == sizeof(header) &&
	       is_elf((char *)header, sizeof(header)) &&
	       header[EI_CLASS] == (for_whom->wide ? ELFCLASS64 : ELFCLASS32) &&
	       (header[EI_NIDENT + 2] | header[EI_NIDENT + 3] << 8) == for_whom->machine;
	fclose(f);
	return fits ? real : NULL;
}

/* The loader may prefer these to what stands in the directory itself */
static bool need_variants(struct needed *n, const char *dir, const char *name,
			  const struct image *for_whom, const char *needed_by, unsigned int depth)
{
	const size_t skip = strcmp(n->root, "/") ? strlen(n->root) : 0;
	const char *real, *host, *path;
	bool good = true;
	char *pattern;
	glob_t found;
	size_t i;

	real = root_resolve(n->f->arena, n->root, dir, &host);
	if (!real)
		return true;
	pattern = arena_print(n->f->arena, "%s/glibc-hwcaps/*", host);
	if (glob(pattern, GLOB_ONLYDIR, NULL, &found))
		return true;
	for (i = 0; i < found.gl_pathc && good; i++) {
		path = library_in(n, arena_copy(n->f->arena, found.gl_pathv[i] + skip,
						strlen(found.gl_pathv[i] + skip)), name, for_whom);
		if (path)
			good = need(n, path, SPHERE_EXEC_MAP, needed_by, depth + 1);
	}
	globfree(&found);
	return good;
}

/* The next directory of a list with ':' between them, with $ORIGIN put in */
static const char *next_dir(struct arena *arena, const char **list, const char *origin)
{
	const size_t len = strcspn(*list, ":");
	const char *dir = arena_copy(arena, *list, len);
	const char *rest = NULL;

	*list += len + ((*list)[len] == ':');
	if (!strncmp(dir, "$ORIGIN", 7))
		rest = dir + 7;
	else if (!strncmp(dir, "${ORIGIN}", 9))
		rest = dir + 9;
	return rest ? arena_print(arena, "%s%s", origin, rest) : dir;
}

/* A library in a directory, with its variants, or NULL */
static const char *try_dir(struct needed *n, const char *dir, const char *name,
			   const struct image *i, const char *needed_by, unsigned int depth,
			   bool *good)
{
	*good = need_variants(n, dir, name, i, needed_by, depth);
	return *good ? library_in(n, dir, name, i) : NULL;
}

static bool need_named(struct needed *n, const char *name, const struct image *i,
		       const char *needed_by, unsigned int depth)
{
	static const char * const usual[] = { "/lib", "/usr/lib", "/lib64", "/usr/lib64" };
	struct arena *arena = n->f->arena;
	const char *list = i->runpath ? i->runpath : i->rpath ? i->rpath : "";
	const char *slash = strrchr(needed_by, '/');
	const char *origin = arena_copy(arena, needed_by, slash - needed_by), *path = NULL;
	bool good = true;
	unsigned int k;

	if (strchr(name, '/')) {
		if (name[0] == '/')
			return need(n, name, SPHERE_EXEC_MAP, needed_by, depth + 1);
		refuse_at(n->f, n->at, "build it with -Wl,-soname, or without the path",
			  "%s needs %s, a path that depends on the current directory",
			  quoted(arena, needed_by), quoted(arena, name));
		return false;
	}
	if (!n->conf_read) {
		n->conf_read = true;
		read_conf(n, "/etc/ld.so.conf", 0);
	}
	while (good && *list && !path)
		path = try_dir(n, next_dir(arena, &list, origin), name, i, needed_by, depth, &good);
	for (k = 0; good && !path && n->dirs && n->dirs[k]; k++)
		path = try_dir(n, n->dirs[k], name, i, needed_by, depth, &good);
	for (k = 0; good && !path && k < n->n_conf; k++)
		path = try_dir(n, n->conf[k], name, i, needed_by, depth, &good);
	for (k = 0; good && !path && k < ARRAY_SIZE(usual); k++)
		path = try_dir(n, usual[k], name, i, needed_by, depth, &good);
	if (!good)
		return false;
	if (!path) {
		refuse_at(n->f, n->at,
			  "install it below --root, or name its directory in LibraryPath of the board file",
			  "%s needs the library %s, which is not there", quoted(arena, needed_by),
			  quoted(arena, name));
		return false;
	}
	return need(n, path, SPHERE_EXEC_MAP, needed_by, depth + 1);
}

/* The interpreter of "#!", or NULL */
static const char *script_interpreter(struct arena *arena, const char *bytes, size_t size)
{
	size_t at = 2, len = 0;

	if (size < 3 || memcmp(bytes, "#!", 2))
		return NULL;
	while (at < size && (bytes[at] == ' ' || bytes[at] == '\t'))
		at++;
	while (at + len < size && !strchr(" \t\n", bytes[at + len]))
		len++;
	return arena_copy(arena, bytes + at, len);
}

/* Is it listed? As a file it may have several names; the kernel knows it by none of them */
static struct needed_file *listed(const struct needed *n, const struct stat *st)
{
	struct needed_file *x;

	for (x = n->first; x; x = x->next)
		if (x->dev == st->st_dev && x->ino == st->st_ino)
			return x;
	return NULL;
}

static bool need(struct needed *n, const char *path, uint16_t use, const char *needed_by,
		 unsigned int depth)
{
	struct arena *arena = n->f->arena, bytes_arena = { };
	const char *by = needed_by ? arena_print(arena, ", needed by %s,",
						 quoted(arena, needed_by)) : "";
	const char *name = quoted(arena, path);
	struct image image = { };
	struct needed_file *x;
	const char *host, *real, *why, *interp;
	bool good = true;
	unsigned int i;
	struct stat st;
	char *bytes;
	int code = 0;

	real = root_resolve(arena, n->root, path, &host);
	if (!real || stat(host, &st)) {
		refuse_at(n->f, n->at, "it is looked for below --root", "%s%s is not there: %s",
			  name, by, strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		refuse_at(n->f, n->at, NULL, "%s%s is not a regular file", name, by);
		return false;
	}
	x = listed(n, &st);
	if (x) {
		x->use |= use;
		return true;
	}
	if (depth > 64) {
		refuse_at(n->f, n->at, NULL, "%s%s: libraries need each other too deeply",
			  name, by);
		return false;
	}
	if ((uint64_t)st.st_size > SPHERE_MAX_EXEC_SIZE) {
		refuse_at(n->f, n->at, NULL, "%s%s is larger than an executable file may be", name,
			  by);
		return false;
	}
	bytes = read_file(&bytes_arena, host, SPHERE_MAX_EXEC_SIZE, &image.size, &code);
	if (!bytes) {
		refuse_at(n->f, n->at, NULL, "%s%s cannot be read", name, by);
		good = false;
		goto out;
	}
	x = arena_alloc(arena, sizeof(*x));
	x->path = real;
	x->use = use;
	x->dev = st.st_dev;
	x->ino = st.st_ino;
	if (sphere_sha256(bytes, image.size, x->digest)) {
		refuse_at(n->f, n->at, "use a sphere that was built with libcrypto",
			  "the SHA-256 of %s cannot be made", name);
		good = false;
		goto out;
	}
	x->next = n->first;
	n->first = x;

	image.bytes = (const uint8_t *)bytes;
	interp = script_interpreter(arena, bytes, image.size);
	if (interp && (use & SPHERE_EXEC_RUN)) {
		if (interp[0] != '/') {
			refuse_at(n->f, n->at, NULL, "the interpreter of %s is no absolute path",
				  name);
			good = false;
		} else {
			good = need(n, interp, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, real, depth + 1);
		}
		goto out;
	}
	if (!is_elf(bytes, image.size)) {
		warn_at(n->f, n->at, NULL, "%s%s is neither an ELF file nor a script", name, by);
		goto out;
	}
	why = read_elf(&image);
	if (why) {
		refuse_at(n->f, n->at, NULL, "%s%s cannot be understood: %s", name, by, why);
		good = false;
		goto out;
	}
	/* the loader of a library is of no use: whoever maps it has one */
	if (image.interp && (use & SPHERE_EXEC_RUN))
		good = need(n, arena_copy(arena, image.interp, strlen(image.interp)),
			    SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, real, depth + 1);
	for (i = 0; good && i < image.n_needed; i++)
		good = need_named(n, image.needed[i], &image, real, depth);
out:
	arena_free(&bytes_arena);
	return good;
}

/**
 * need_program() - a file that may be run
 * @n: what is needed so far; that and all that it needs is added
 * @path: absolute path on the device
 *
 * Return: whether all is there; if not, there is a finding more
 */
bool need_program(struct needed *n, const char *path)
{
	return need(n, path, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, NULL, 0);
}

/**
 * need_library() - a file that may be mapped executable
 * @n: what is needed so far; that and all that it needs is added
 * @path: absolute path on the device
 *
 * Return: whether all is there; if not, there is a finding more
 */
bool need_library(struct needed *n, const char *path)
{
	return need(n, path, SPHERE_EXEC_MAP, NULL, 0);
}
