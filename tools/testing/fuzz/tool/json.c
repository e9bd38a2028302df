// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target for manifests and board files
 *
 * Whatever the bytes are: it is accepted, or there is at least one error with a
 * place in the file and text that a terminal can show. What is accepted with one
 * board file compiles or is refused likewise, and a policy that comes out is one that
 * the kernel's reader takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../../security/sphere_lsm/manifest.h"
#include "../../../sphere/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIM(x)								\
	do {									\
		if (!(x)) {							\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x); \
			abort();						\
		}								\
	} while (0)

static const char fixed_board[] =
	"{ \"BoardVersion\": 1, \"Apps\": \"/a\", \"Storage\": \"/s\", \"Cores\": [0],\n"
	"\"Resolver\": { \"Address\": \"127.0.0.1\" }, \"Names\": { \"$A\": 1, \"$B\": \"ISU0\" },\n"
	"\"Peripherals\": { \"Uart\": { \"ISU0\": [ { \"Device\": \"/dev/u\", \"Access\": \"read\" } ] },\n"
	"\"Gpio\": { \"0-80\": [ { \"Device\": \"/dev/g\", \"Access\": \"read\" } ] } },\n"
	"\"Capabilities\": { \"WifiConfig\": [], \"DeviceAuthentication\": [] } }";

static const char fixed_manifest[] =
	"{ \"SchemaVersion\": 1, \"Name\": \"n\", \"EntryPoint\": \"/x\", \"Capabilities\":\n"
	"{ \"Gpio\": [ 1 ], \"WifiConfig\": true, \"AllowedConnections\": [ \"a.net\" ] },\n"
	"\"ComponentId\": \"01234567-89ab-cdef-0123-456789abcdef\" }";

/* as the tool would print it */
static void check_findings(const struct findings *f)
{
	const struct finding *x;
	char *text = NULL;
	size_t size = 0, i;
	FILE *out;

	for (x = f->first; x; x = x->next)
		CLAIM(x->reason && x->reason[0] && x->place.line <= 1 << 20);
	out = open_memstream(&text, &size);
	CLAIM(out);
	print_findings(out, f);
	print_findings_json(out, f);
	CLAIM(!fclose(out));
	for (i = 0; i < size; i++)
		CLAIM(((unsigned char)text[i] >= 0x20 && text[i] != 0x7f) || text[i] == '\n');
	free(text);
}

static void check_policy(const struct app_manifest *m, const struct board *b, struct findings *fm,
			 struct findings *fb)
{
	/* a root directory without anything in it: no file is ever read */
	const struct compile_options o = { .root = "/proc/self/fdinfo", .version = 1 };
	struct sphere_policy_error err;
	struct sphere_policy policy;
	uint8_t *bytes;
	size_t size = 0;

	bytes = compile_policy(m, b, &o, fm, fb, &size);
	CLAIM(bytes || fm->errors || fb->errors);
	if (bytes)
		CLAIM(!sphere_policy_read(bytes, size, &policy, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { };
	struct findings fm = { .file = "m", .arena = &arena }, fb = { .file = "b", .arena = &arena };
	struct app_manifest m;
	struct board b;
	bool good_m, good_b;

	if (!size)
		return 0;
	if (data[0] == '{' || size < 2) {
		good_m = app_manifest_read((const char *)data, size, size & 1, &fm, &m);
		good_b = board_read(fixed_board, sizeof(fixed_board) - 1, &fb, &b);
		CLAIM(good_b);
	} else {
		good_m = app_manifest_read(fixed_manifest, sizeof(fixed_manifest) - 1, false, &fm, &m);
		good_b = board_read((const char *)data + 1, size - 1, &fb, &b);
		CLAIM(good_m);
	}
	CLAIM(good_m == !fm.errors && good_b == !fb.errors);
	if (good_m && good_b)
		check_policy(&m, &b, &fm, &fb);
	check_findings(&fm);
	check_findings(&fb);
	arena_free(&arena);
	return 0;
}
