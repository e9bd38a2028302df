// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs, and the files that they need to run
 *
 * A program needs its interpreter (of a script, or the dynamic loader) and the
 * libraries that the loader will look for. The search follows the loader's rules:
 * DT_RUNPATH of what needs the library, or without it DT_RPATH of that and of all
 * that caused its load, up to the program; then the directories of the device's
 * configuration, then the usual ones. Files for other machines are skipped. Each
 * program has its libraries for itself: they are looked for breadth first, and a name
 * that was found once in a program is not looked for again. Where the loader may prefer
 * a variant for the machine at hand (glibc-hwcaps) all variants are listed.
 *
 * The files are those of somebody else's image: nothing in them is believed.
 */
#include <ctype.h>
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
/* names and lists of directories in a dynamic section */
#define TEXT_MAX	16384

/**
 * struct image - an ELF file
 * @arena: where its texts live, which outlive @bytes
 * @bytes: all of it
 * @size: bytes
 * @wide: 64 bits
 * @machine: of the header
 * @interp: loader, or NULL
 * @soname: DT_SONAME, or NULL
 * @rpath: DT_RPATH, or NULL
 * @runpath: DT_RUNPATH, or NULL
 * @needed: DT_NEEDED
 * @n_needed: their number
 */
struct image {
	struct arena *arena;
	const uint8_t *bytes;
	size_t size;
	bool wide;
	uint16_t machine;
	const char *interp;
	const char *soname;
	const char *rpath;
	const char *runpath;
	const char *needed[LIBS_MAX];
	unsigned int n_needed;
};

/**
 * struct object - a file in the memory of a program
 * @next: the one that was found after it
 * @needed_by: what caused its load, or NULL: the program itself
 * @path: on the device, without symbolic links
 * @origin: what $ORIGIN stands for: directory by which the loader opens it
 * @dev: file system on this machine
 * @ino: number in it
 * @certain: it is loaded on every machine, not only where a variant is preferred
 * @walked: what it needs was looked for
 * @image: what is in it
 */
struct object {
	struct object *next;
	const struct object *needed_by;
	const char *path;
	const char *origin;
	uint64_t dev;
	uint64_t ino;
	bool certain;
	bool walked;
	struct image image;
};

/**
 * struct known - a name by which a library was found
 * @next: the next one
 * @name: the name
 */
struct known {
	struct known *next;
	const char *name;
};

/**
 * struct process - a program with its libraries
 * @n: where files are listed
 * @first: what is loaded: the program, then libraries as they were found
 * @last: the last one
 * @known: names that need not be looked for again
 */
struct process {
	struct needed *n;
	struct object *first;
	struct object *last;
	struct known *known;
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
		if (tag != DT_NEEDED && tag != DT_RPATH && tag != DT_RUNPATH && tag != DT_SONAME)
			continue;
		if (!strings || value >= strings_size)
			return "a name in its dynamic section is not in the file";
		text = text_at(i, strings + value, strings + strings_size);
		if (!text)
			return "a name in its dynamic section has no end";
		if (strlen(text) > TEXT_MAX)
			return "a name in its dynamic section is too long";
		text = arena_copy(i->arena, text, strlen(text));
		if (tag == DT_SONAME)
			i->soname = text;
		else if (tag == DT_RPATH)
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
			if (strlen(i->interp) >= PATH_MAX)
				return "the name of its loader is too long";
			i->interp = arena_copy(i->arena, i->interp, strlen(i->interp));
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

/* A path as a pattern of glob() that matches it alone */
static const char *literal(struct arena *arena, const char *path)
{
	char *pattern = arena_alloc(arena, 2 * strlen(path) + 1), *p = pattern;

	for (; *path; path++) {
		if (strchr("*?[]\\", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	*p = '\0';
	return pattern;
}

/* "include" of ld.so.conf, within the root */
static void read_conf(struct needed *n, const char *path, unsigned int depth)
{
	struct arena *arena = n->f->arena;
	const char *host;
	char *text, *line, *next, *pattern;
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
			pattern = arena_print(arena, "%s%s%s",
					      strcmp(n->root, "/") ? literal(arena, n->root) : "",
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

/* Is there a library of that name, for that machine? The path to it, or NULL */
static const char *library_in(struct needed *n, const char *dir, const char *name,
			      const struct image *for_whom)
{
	struct arena *arena = n->f->arena;
	uint8_t header[EI_NIDENT + 4];
	const char *path, *host;
	struct stat st;
	bool fits;
	FILE *f;

	if (dir[0] != '/')
		return NULL;
	path = arena_print(arena, "%s/%s", dir, name);
	if (!root_resolve(arena, n->root, path, &host) || stat(host, &st) || !S_ISREG(st.st_mode))
		return NULL;
	f = fopen(host, "rb");
	if (!f)
		return NULL;
	fits = fread(header, 1, sizeof(header), f) == sizeof(header) &&
	       is_elf((char *)header, sizeof(header)) &&
	       header[EI_CLASS] == (for_whom->wide ? ELFCLASS64 : ELFCLASS32) &&
	       (header[EI_NIDENT + 2] | header[EI_NIDENT + 3] << 8) == for_whom->machine;
	fclose(f);
	return fits ? path : NULL;
}

/* The directory part of an absolute path */
static const char *dir_of(struct arena *arena, const char *path)
{
	return arena_copy(arena, path, strrchr(path, '/') - path);
}

/* Bytes of the token of the loader at @p, with its braces, or 0 */
static size_t token(const char *p, const char *name)
{
	const bool braces = p[0] == '{';
	const size_t len = strlen(name);

	p += braces;
	if (strncmp(p, name, len))
		return 0;
	if (braces)
		return p[len] == '}' ? len + 2 : 0;
	return isalnum((unsigned char)p[len]) || p[len] == '_' ? 0 : len;
}

/* A text of a dynamic section with $ORIGIN put in, or NULL: it has another token */
static const char *put_in(struct arena *arena, const char *text, const char *origin)
{
	const char *p = text;
	size_t len;

	while ((p = strchr(p, '$'))) {
		p++;
		if (token(p, "LIB") || token(p, "PLATFORM"))
			return NULL;
		len = token(p, "ORIGIN");
		if (!len)
			continue;
		text = arena_print(arena, "%.*s%s%s", (int)(p - 1 - text), text, origin, p + len);
		/* what was put in may have a '$' of its own, which is one */
		p = text + strlen(text) - strlen(p + len);
	}
	return text;
}

static bool is_known(const struct process *p, const char *name)
{
	const struct known *k;

	for (k = p->known; k; k = k->next)
		if (!strcmp(k->name, name))
			return true;
	return false;
}

static void add_known(struct process *p, const char *name)
{
	struct known *k;

	if (!name || is_known(p, name))
		return;
	k = arena_alloc(p->n->f->arena, sizeof(*k));
	k->name = name;
	k->next = p->known;
	p->known = k;
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

/* List a file, of which all bytes are at hand */
static bool list_file(struct needed *n, const char *path, uint16_t use, const struct stat *st,
		      const char *bytes, size_t size)
{
	struct needed_file *x = listed(n, st);

	if (x) {
		x->use |= use;
		return true;
	}
	x = arena_alloc(n->f->arena, sizeof(*x));
	x->path = path;
	x->use = use;
	x->dev = st->st_dev;
	x->ino = st->st_ino;
	if (sphere_sha256(bytes, size, x->digest)) {
		refuse_at(n->f, n->at, "use a sphere that was built with libcrypto",
			  "the SHA-256 of %s cannot be made", quoted(n->f->arena, path));
		return false;
	}
	x->next = n->first;
	n->first = x;
	return true;
}

/*
 * Read a file, and list it. Returns its bytes, or NULL with a finding more.
 * @path: on the device; replaced by the path without symbolic links
 * @by: ", needed by x," or ""
 */
static char *take(struct needed *n, const char **path, uint16_t use, const char *by,
		  struct arena *bytes_arena, size_t *size, struct stat *st)
{
	const char *name = quoted(n->f->arena, *path), *real, *host;
	char *bytes;
	int code = 0;

	real = root_resolve(n->f->arena, n->root, *path, &host);
	if (!real || stat(host, st)) {
		refuse_at(n->f, n->at, "it is looked for below --root", "%s%s is not there: %s",
			  name, by, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(st->st_mode)) {
		refuse_at(n->f, n->at, NULL, "%s%s is not a regular file", name, by);
		return NULL;
	}
	if ((uint64_t)st->st_size > SPHERE_MAX_EXEC_SIZE) {
		refuse_at(n->f, n->at, NULL, "%s%s is larger than an executable file may be", name,
			  by);
		return NULL;
	}
	bytes = read_file(bytes_arena, host, SPHERE_MAX_EXEC_SIZE, size, &code);
	if (!bytes) {
		refuse_at(n->f, n->at, NULL, "%s%s cannot be read", name, by);
		return NULL;
	}
	*path = real;
	return list_file(n, real, use, st, bytes, *size) ? bytes : NULL;
}

/* Add a file to what a program loads; what it needs is not looked at */
static bool add_object(struct process *p, const char *path, const char *origin, const char *bytes,
		       size_t size, const struct stat *st, const struct object *needed_by,
		       bool certain, const char *by)
{
	struct arena *arena = p->n->f->arena;
	struct object *o = arena_alloc(arena, sizeof(*o));
	const char *why;

	o->needed_by = needed_by;
	o->path = path;
	o->origin = origin;
	o->dev = st->st_dev;
	o->ino = st->st_ino;
	o->certain = certain;
	o->image.arena = arena;
	o->image.bytes = (const uint8_t *)bytes;
	o->image.size = size;
	why = read_elf(&o->image);
	o->image.bytes = NULL;
	if (why) {
		refuse_at(p->n->f, p->n->at, NULL, "%s%s cannot be understood: %s",
			  quoted(arena, path), by, why);
		return false;
	}
	if (p->last)
		p->last->next = o;
	else
		p->first = o;
	p->last = o;
	if (certain)
		add_known(p, o->image.soname);
	return true;
}

/* A library that the loader opens by @path */
static bool load_library(struct process *p, const char *path, const struct object *needed_by,
			 bool certain)
{
	struct arena *arena = p->n->f->arena, bytes_arena = { };
	const char *by = arena_print(arena, ", needed by %s,", quoted(arena, needed_by->path));
	const char *origin = dir_of(arena, path), *host;
	struct object *o;
	bool good = true;
	struct stat st;
	size_t size;
	char *bytes;

	/* one file is loaded once, whatever it is called */
	if (root_resolve(arena, p->n->root, path, &host) && !stat(host, &st)) {
		for (o = p->first; o; o = o->next) {
			if (o->dev != st.st_dev || o->ino != st.st_ino)
				continue;
			/* its libraries become certain with it */
			if (certain && !o->certain) {
				o->certain = true;
				o->walked = false;
				o->needed_by = needed_by;
				add_known(p, o->image.soname);
			}
			return true;
		}
	}
	bytes = take(p->n, &path, SPHERE_EXEC_MAP, by, &bytes_arena, &size, &st);
	if (!bytes) {
		good = false;
	} else if (!is_elf(bytes, size)) {
		refuse_at(p->n->f, p->n->at, NULL, "%s%s is not an ELF file", quoted(arena, path),
			  by);
		good = false;
	} else {
		good = add_object(p, path, origin, bytes, size, &st, needed_by, certain, by);
	}
	arena_free(&bytes_arena);
	return good;
}

/* The loader may prefer these to what stands in the directory itself */
static bool load_variants(struct process *p, const char *dir, const char *name,
			  const struct object *o)
{
	struct needed *n = p->n;
	const size_t skip = strcmp(n->root, "/") ? strlen(n->root) : 0;
	const char *host, *path;
	bool good = true;
	char *pattern;
	glob_t found;
	size_t i;

	if (dir[0] != '/' || !root_resolve(n->f->arena, n->root, dir, &host))
		return true;
	pattern = arena_print(n->f->arena, "%s/glibc-hwcaps/*", literal(n->f->arena, host));
	if (glob(pattern, GLOB_ONLYDIR, NULL, &found))
		return true;
	for (i = 0; i < found.gl_pathc && good; i++) {
		path = library_in(n, arena_copy(n->f->arena, found.gl_pathv[i] + skip,
						strlen(found.gl_pathv[i] + skip)), name, &o->image);
		if (path)
			good = load_library(p, path, o, false);
	}
	globfree(&found);
	return good;
}

/**
 * struct search - a library that is looked for
 * @p: for which program
 * @o: for which file of it
 * @name: name of the library
 * @path: where it was found, or NULL
 * @strange: a directory with a token that is not supported, or NULL
 * @bad: there is a finding more
 */
struct search {
	struct process *p;
	const struct object *o;
	const char *name;
	const char *path;
	const char *strange;
	bool bad;
};

static void search_dir(struct search *s, const char *dir)
{
	if (s->path || s->bad)
		return;
	s->bad = !load_variants(s->p, dir, s->name, s->o);
	if (!s->bad)
		s->path = library_in(s->p->n, dir, s->name, &s->o->image);
}

/* A list with ':' between directories */
static void search_list(struct search *s, const char *list, const char *origin)
{
	struct arena *arena = s->p->n->f->arena;

	while (*list && !s->path && !s->bad) {
		const size_t len = strcspn(list, ":");
		const char *raw = arena_copy(arena, list, len);
		const char *dir = put_in(arena, raw, origin);

		list += len + (list[len] == ':');
		if (dir)
			search_dir(s, dir);
		else if (!s->strange)
			s->strange = raw;
	}
}

static void search(struct search *s)
{
	static const char * const usual[] = { "/lib", "/usr/lib", "/lib64", "/usr/lib64" };
	struct needed *n = s->p->n;
	const struct object *o;
	unsigned int k;

	if (!n->conf_read) {
		n->conf_read = true;
		read_conf(n, "/etc/ld.so.conf", 0);
	}
	if (s->o->image.runpath) {
		search_list(s, s->o->image.runpath, s->o->origin);
	} else {
		/* DT_RPATH is for all that is loaded because of a file, DT_RUNPATH for itself */
		for (o = s->o; o; o = o->needed_by)
			if (o->image.rpath && !o->image.runpath)
				search_list(s, o->image.rpath, o->origin);
	}
	for (k = 0; n->dirs && n->dirs[k]; k++)
		search_dir(s, n->dirs[k]);
	for (k = 0; k < n->n_conf; k++)
		search_dir(s, n->conf[k]);
	for (k = 0; k < ARRAY_SIZE(usual); k++)
		search_dir(s, usual[k]);
}

static bool need_named(struct process *p, const char *name, const struct object *o)
{
	struct search s = { .p = p, .o = o, .name = name };
	struct needed *n = p->n;
	struct arena *arena = n->f->arena;
	const char *path;

	if (strchr(name, '/')) {
		path = put_in(arena, name, o->origin);
		if (path && path[0] == '/')
			return load_library(p, path, o, o->certain);
		refuse_at(n->f, n->at, "build it with -Wl,-soname, or without the path",
			  path ? "%s needs %s, a path that depends on the current directory" :
			  "%s needs %s, a path with $LIB or $PLATFORM, which are not supported",
			  quoted(arena, o->path), quoted(arena, name));
		return false;
	}
	/* the loader looks for a name once */
	if (is_known(p, name))
		return true;
	search(&s);
	if (s.bad)
		return false;
	if (s.path) {
		if (s.strange)
			warn_at(n->f, n->at,
				"$ORIGIN is the only token: name the directory itself in the run path",
				"%s was not looked for in %s: $LIB and $PLATFORM are not supported",
				quoted(arena, name), quoted(arena, s.strange));
		if (o->certain)
			add_known(p, name);
		return load_library(p, s.path, o, o->certain);
	}
	if (s.strange)
		refuse_at(n->f, n->at,
			  "$ORIGIN is the only token: name the directory itself in the run path",
			  "%s needs the library %s, which would be looked for in %s: $LIB and $PLATFORM are not supported",
			  quoted(arena, o->path), quoted(arena, name), quoted(arena, s.strange));
	else
		refuse_at(n->f, n->at,
			  "install it below --root, or name its directory in LibraryPath of the board file",
			  "%s needs the library %s, which is not there", quoted(arena, o->path),
			  quoted(arena, name));
	return false;
}

/* All that a program needs, breadth first */
static bool need_libraries(struct process *p)
{
	struct object *o;
	unsigned int i;
	bool again;

	do {
		again = false;
		for (o = p->first; o; o = o->next) {
			if (o->walked)
				continue;
			o->walked = true;
			again = true;
			for (i = 0; i < o->image.n_needed; i++)
				if (!need_named(p, o->image.needed[i], o))
					return false;
		}
	} while (again);
	return true;
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

/*
 * A file with all that it needs.
 * @runs: it has to be something that runs; else it may be anything
 * @soname: filled in if it is not NULL: DT_SONAME of the file, or NULL
 */
static bool need(struct needed *n, const char *path, uint16_t use, bool runs, const char *needed_by,
		 unsigned int depth, const char **soname)
{
	struct arena *arena = n->f->arena, bytes_arena = { };
	const char *by = needed_by ? arena_print(arena, ", needed by %s,",
						 quoted(arena, needed_by)) : "";
	struct process p = { .n = n };
	const char *interp, *loader = NULL;
	bool good = false;
	struct stat st;
	size_t size;
	char *bytes;

	if (depth > 8) {
		refuse_at(n->f, n->at, NULL, "%s%s: interpreters need each other too deeply",
			  quoted(arena, path), by);
		return false;
	}
	bytes = take(n, &path, use, by, &bytes_arena, &size, &st);
	if (!bytes)
		goto out;
	interp = script_interpreter(arena, bytes, size);
	if (interp && (use & SPHERE_EXEC_RUN)) {
		if (interp[0] != '/')
			refuse_at(n->f, n->at, NULL, "the interpreter of %s is no absolute path",
				  quoted(arena, path));
		else
			good = need(n, interp, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, true, path,
				    depth + 1, NULL);
		goto out;
	}
	if (!is_elf(bytes, size)) {
		if (runs)
			refuse_at(n->f, n->at, "name a program, or a script that begins with #!",
				  "%s%s cannot be run: it is %s", quoted(arena, path), by,
				  size ? "neither an ELF file nor a script" : "empty");
		else
			warn_at(n->f, n->at, NULL, "%s%s is neither an ELF file nor a script",
				quoted(arena, path), by);
		good = !runs;
		goto out;
	}
	/* the kernel tells a program where it is without symbolic links */
	if (!add_object(&p, path, dir_of(arena, path), bytes, size, &st, NULL, true, by))
		goto out;
	if (soname)
		*soname = p.first->image.soname;
	/* the loader of a library is of no use: whoever maps it has one */
	if (p.first->image.interp && (use & SPHERE_EXEC_RUN)) {
		if (!need(n, p.first->image.interp, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, true, path,
			  depth + 1, &loader))
			goto out;
		/* libraries that need the loader get the one that is there */
		add_known(&p, loader);
	}
	good = need_libraries(&p);
out:
	arena_free(&bytes_arena);
	return good;
}

/**
 * need_program() - a program
 * @n: what is needed so far; that and all that it needs is added
 * @path: absolute path on the device
 *
 * Return: whether all is there; if not, there is a finding more
 */
bool need_program(struct needed *n, const char *path)
{
	return need(n, path, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, true, NULL, 0, NULL);
}

/**
 * need_code() - a program or a library, or something else that may become one
 * @n: what is needed so far; that and all that it needs is added
 * @path: absolute path on the device
 *
 * Return: whether all is there; if not, there is a finding more
 */
bool need_code(struct needed *n, const char *path)
{
	return need(n, path, SPHERE_EXEC_RUN | SPHERE_EXEC_MAP, false, NULL, 0, NULL);
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
	return need(n, path, SPHERE_EXEC_MAP, false, NULL, 0, NULL);
}
