// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere image: packages of applications
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app_manifest.h"
#include "attest.h"
#include "image.h"
#include "options.h"

static const struct sphere_command commands[];
enum { SHOW, VERIFY, EXTRACT };

#define MANIFEST	"app_manifest.json"

#define parse(n, argc, argv, options)	\
	parse_options(&image_group, &commands[n], argc, argv, options)

static const struct {
	unsigned int type;
	const char *name;
} types[] = {
	{ 1, "first boot loader" }, { 2, "Pluton runtime" }, { 3, "Wi-Fi firmware" },
	{ 4, "Security Monitor" }, { 5, "loader" }, { 6, "device tree" }, { 7, "kernel" },
	{ 8, "root file system" }, { 9, "services" }, { IMAGE_TYPE_APPLICATION, "application" },
	{ 13, "firmware configuration" }, { 19, "trusted keys" }, { 20, "policy" },
	{ 21, "board configuration" }, { 22, "update certificates" },
};

static uint8_t *load(struct arena *arena, const char *path, struct image *image, int *code)
{
	const char *why;
	size_t size;
	char *bytes = read_file(arena, path, IMAGE_MAX_SIZE, &size, code);

	if (!bytes)
		return NULL;
	why = image_parse((uint8_t *)bytes, size, image);
	if (!why)
		return (uint8_t *)bytes;
	*code = complain(SPHERE_INPUT, "%s is refused: %s", path, why);
	return NULL;
}

/* A section whose size was checked, or NULL */
static const struct image_section *known(const struct image *image, char a, char b)
{
	return image_section(image, IMAGE_TAG(a, b));
}

static void hex_line(const char *name, const uint8_t *bytes, size_t n)
{
	printf("%-16s", name);
	print_hex(bytes, n);
	printf("\n");
}

static void show_sections(struct arena *arena, const struct image *image)
{
	const struct image_section *s;
	char id[GUID_TEXT + 1], when[64];
	struct tm tm;
	time_t time;
	unsigned int i, k;

	s = known(image, 'I', 'D');
	if (s) {
		const unsigned int type = image_number(s->bytes, 2);
		const char *name = "unknown type";

		for (i = 0; i < ARRAY_SIZE(types); i++)
			if (types[i].type == type)
				name = types[i].name;
		printf("%-16s%s (%u)\n", "type", name, type);
		format_guid(s->bytes + 4, id);
		printf("%-16s%s\n", "component", id);
		format_guid(s->bytes + 20, id);
		printf("%-16s%s\n", "image", id);
	}
	s = known(image, 'D', 'B');
	if (s) {
		time = image_number(s->bytes, 8);
		if (gmtime_r(&time, &tm) && strftime(when, sizeof(when), "%F %T UTC", &tm))
			printf("%-16s%s\n", "built", when);
		printf("%-16s%s\n", "name",
		       quoted(arena, arena_copy(arena, (const char *)s->bytes + 8,
						strnlen((const char *)s->bytes + 8, 32))));
	}
	s = known(image, 'S', 'G');
	if (s) {
		hex_line("certificate", s->bytes, 20);
		printf("%-16s%s\n", "signature", image_number(s->bytes + 20, 4) == 1 ?
		       "ECDSA P-256 with SHA-256" : "of an unknown kind");
	}
	s = known(image, 'T', 'P');
	if (s)
		printf("%-16s%s%s\n", "temporary",
		       image_number(s->bytes, 4) & 1 ? "removed at boot " : "",
		       image_number(s->bytes, 4) & 2 ? "under development" : "");
	s = known(image, 'N', 'D');
	if (s)
		for (i = 4; i < s->size; i += 8)
			printf("%-16sversion %u of interface %u%s\n", "needs",
			       (unsigned int)image_number(s->bytes + i, 4),
			       (unsigned int)image_number(s->bytes + i + 4, 4),
			       image_number(s->bytes + i + 4, 4) == 3 ? " (application runtime)" : "");
	printf("%-16s", "sections");
	for (i = 0; i < image->n_sections; i++) {
		for (k = 0; k < 2; k++) {
			const unsigned char c = image->section[i].tag >> 8 * k;

			putchar(c > 0x20 && c < 0x7f ? c : '?');
		}
		printf(" (%u)%s", image->section[i].size, i + 1 < image->n_sections ? ", " : "\n");
	}
	printf("%-16s%zu bytes, body %zu\n", "size", image->size, image->body_size);
}

struct find {
	struct arena *arena;
	const struct image_file *found;
	struct image_file file;
	bool list;
};

static bool visit_show(const struct image_file *file, void *context)
{
	struct find *f = context;

	if (f->list)
		printf("%-16s%06o %8u %s\n", "file", (unsigned int)file->mode,
		       S_ISREG(file->mode) ? file->size : 0, quoted(f->arena, file->path));
	if (S_ISREG(file->mode) && !strcmp(file->path, MANIFEST)) {
		f->file = *file;
		f->found = &f->file;
	}
	return true;
}

/* Whether the manifest is that of the package, in one line. Returns an exit code */
static int show_manifest(struct arena *arena, const struct image *image, const struct find *find)
{
	const struct image_section *s = known(image, 'I', 'D');
	struct findings f = { .file = MANIFEST, .arena = arena };
	struct app_manifest m;
	const char *said;

	if (!find->found) {
		/* only applications have one */
		if (s && image_number(s->bytes, 2) != IMAGE_TYPE_APPLICATION)
			return SPHERE_OK;
		said = "missing: an application needs " MANIFEST;
	} else if (!app_manifest_read((const char *)find->file.bytes, find->file.size, false, &f,
				      &m)) {
		said = "refused";
	} else if (!s) {
		said = "of no known component: the metadata have no section ID";
	} else if (memcmp(s->bytes + 4, m.component, GUID_SIZE)) {
		said = "of another component than the metadata say";
	} else {
		said = NULL;
	}
	print_findings(stdout, &f);
	printf("%-16s%s\n", "manifest", said ? said : "accepted");
	return said ? SPHERE_NO : SPHERE_OK;
}

static int run_show(int argc, char **argv)
{
	bool manifest = false;
	const struct sphere_option options[] = {
		{ .name = "manifest", .flag = &manifest },
		{ }
	};
	int i = parse(SHOW, argc, argv, options), code = SPHERE_OK;
	struct arena arena = { };
	struct find find = { .arena = &arena, .list = !manifest };
	struct image image;
	const char *why;

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[SHOW], "name one image package");
	if (!load(&arena, argv[i], &image, &code))
		goto out;
	if (!manifest)
		show_sections(&arena, &image);
	why = image_walk(image.bytes, image.body_size, visit_show, &find);
	if (why)
		code = complain(SPHERE_INPUT, "the files of %s cannot be read: %s", argv[i], why);
	else if (!manifest)
		code = show_manifest(&arena, &image, &find);
	else if (find.found)
		fwrite(find.file.bytes, 1, find.file.size, stdout);
	else
		code = complain(SPHERE_INPUT, "%s has no " MANIFEST, argv[i]);
out:
	arena_free(&arena);
	return code;
}

static int run_verify(int argc, char **argv)
{
	const char *cert = NULL, *key_path = NULL;
	const struct sphere_option options[] = {
		{ .name = "cert", .value = &cert },
		{ .name = "key", .value = &key_path },
		{ }
	};
	int i = parse(VERIFY, argc, argv, options), code = SPHERE_OK;
	unsigned char key[PLUTON_PUBLIC_KEY_SIZE], digest[PLUTON_DIGEST_SIZE], thumbprint[20];
	const struct image_section *s;
	struct arena arena = { };
	struct image image;

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[VERIFY], "name one image package");
	if (!cert == !key_path)
		return usage(&commands[VERIFY], "name the certificate with --cert, or the public key with --key");
	if (cert)
		code = crypto_read_certificate(cert, key, thumbprint);
	else
		code = crypto_read_key(key_path, key);
	if (code || !load(&arena, argv[i], &image, &code))
		goto out;
	s = known(&image, 'S', 'G');
	if (!s || image_number(s->bytes + 20, 4) != 1) {
		printf("%s: NOT good: it does not say that it is signed with ECDSA P-256\n",
		       argv[i]);
		code = SPHERE_NO;
		goto out;
	}
	if (cert && memcmp(s->bytes, thumbprint, sizeof(thumbprint))) {
		printf("%s: NOT good: it is signed with another certificate\n", argv[i]);
		code = SPHERE_NO;
		goto out;
	}
	code = crypto_sha256(image.bytes, image.size - IMAGE_SIGNATURE_SIZE, digest);
	if (!code)
		code = crypto_verify(key, digest, image.signature);
	if (code == SPHERE_NO)
		printf("%s: NOT good: the signature is wrong\n", argv[i]);
	else if (!code)
		printf("%s: the signature is good\n", argv[i]);
out:
	arena_free(&arena);
	return code;
}

/* what was made, newest first */
struct made {
	struct made *next;
	const char *path;
	bool dir;
};

struct extract {
	struct arena *arena;
	int dir;
	const char *to;
	int code;
	unsigned int left_out;
	struct made *made;
};

static void add_made(struct extract *x, const char *path, bool dir)
{
	struct made *m = arena_alloc(x->arena, sizeof(*m));

	m->path = arena_copy(x->arena, path, strlen(path));
	m->dir = dir;
	m->next = x->made;
	x->made = m;
}

/* Half of an image would be taken for an image: nothing of it stays */
static void take_back(struct extract *x)
{
	const struct made *m;

	for (m = x->made; m; m = m->next)
		unlinkat(x->dir, m->path, m->dir ? AT_REMOVEDIR : 0);
	rmdir(x->to);
}

static bool failed(struct extract *x, const char *path)
{
	x->code = complain(SPHERE_SYSTEM, "%s/%s cannot be written: %s", x->to,
			   quoted(x->arena, path), strerror(errno));
	return false;
}

/* The directory is new and ours: nothing in it leads elsewhere */
static bool visit_extract(const struct image_file *file, void *context)
{
	struct extract *x = context;
	uint32_t done = 0;
	ssize_t n;
	int fd;

	if (S_ISDIR(file->mode)) {
		if (mkdirat(x->dir, file->path, 0755))
			return failed(x, file->path);
		add_made(x, file->path, true);
		return true;
	}
	if (!S_ISREG(file->mode)) {
		x->left_out++;
		fprintf(stderr, "sphere: left out: %s is neither a file nor a directory\n",
			quoted(x->arena, file->path));
		return true;
	}
	fd = openat(x->dir, file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    file->mode & 0111 ? 0755 : 0644);
	if (fd < 0)
		return failed(x, file->path);
	add_made(x, file->path, false);
	while (done < file->size) {
		n = write(fd, file->bytes + done, file->size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			return failed(x, file->path);
		}
		done += n;
	}
	return !close(fd) || failed(x, file->path);
}

static int run_extract(int argc, char **argv)
{
	const char *output = NULL;
	const struct sphere_option options[] = {
		{ .name = "output", .value = &output },
		{ }
	};
	int i = parse(EXTRACT, argc, argv, options), code = SPHERE_OK;
	struct arena arena = { };
	struct extract x = { .arena = &arena };
	struct image image;
	const char *why;

	if (i < 0)
		return -i;
	if (i + 1 != argc || !output)
		return usage(&commands[EXTRACT], "name one image package, and a new directory with -o");
	if (!load(&arena, argv[i], &image, &code))
		goto out;
	x.to = output;
	if (mkdir(output, 0755)) {
		code = complain(SPHERE_SYSTEM, "%s cannot be made: %s", output, strerror(errno));
		goto out;
	}
	x.dir = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (x.dir < 0) {
		code = complain(SPHERE_SYSTEM, "%s cannot be opened: %s", output, strerror(errno));
		rmdir(output);
		goto out;
	}
	why = image_walk(image.bytes, image.body_size, visit_extract, &x);
	if (why)
		code = complain(SPHERE_INPUT, "the files of %s cannot be read: %s", argv[i], why);
	else
		code = x.code;
	if (code)
		take_back(&x);
	close(x.dir);
out:
	arena_free(&arena);
	return code;
}

static const struct sphere_command commands[] = {
	[SHOW] = {
		"show", "[--manifest] PACKAGE", "what is in an image package?",
		"Prints the metadata and the files of PACKAGE, and whether its manifest is good. The\n"
		"signature is not verified.\n"
		"\n"
		"  --manifest  print the manifest, and nothing else\n"
		"\n"
		"Exit code: 1 if the manifest of an application is missing, refused, or that of another\n"
		"component.\n",
		run_show
	},
	[VERIFY] = {
		"verify", "--cert FILE | --key PEM PACKAGE", "is its signature good?",
		"Checks the signature over PACKAGE, and that it names the certificate.\n"
		"\n"
		"  --cert FILE  certificate, PEM or DER\n"
		"  --key PEM    public key, if the certificate is not at hand\n"
		"\n"
		"Exit code: 0 the signature is good, 1 it is not.\n",
		run_verify
	},
	[EXTRACT] = {
		"extract", "-o DIR PACKAGE", "take the files out",
		"Writes the files of PACKAGE into the new directory DIR, where 'sphere manifest compile\n"
		"--root' finds them. Device nodes, links and the like are left out, set-id bits too.\n"
		"\n"
		"  -o, --output DIR  a directory that is not there yet\n",
		run_extract
	},
	{ }
};

const struct sphere_group image_group = {
	"image", "Image packages", commands
};
