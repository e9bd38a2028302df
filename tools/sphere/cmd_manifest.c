// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere manifest: from an app_manifest.json to a signed policy
 */
#include <stdio.h>
#include <string.h>

#include "app_manifest.h"
#include "options.h"

static const struct sphere_command commands[];
enum { CHECK };

#define parse(n, argc, argv, options)	\
	parse_options(&manifest_group, &commands[n], argc, argv, options)

/* ---- check -------------------------------------------------------------------- */

/* Returns whether it is accepted; *@code is set if it could not be read */
static bool check_one(const char *path, bool allow_unknown, bool json, bool first, int *code)
{
	struct arena arena = { };
	struct findings f = { .file = path, .arena = &arena };
	struct app_manifest m;
	bool good = false;
	char *bytes;
	size_t size;

	bytes = read_file(&arena, path, JSON_MAX_SIZE, &size, code);
	if (bytes) {
		good = app_manifest_read(bytes, size, allow_unknown, &f, &m);
		if (json) {
			printf("%s\n {\"file\": ", first ? "" : ",");
			print_json_string(stdout, path);
			printf(", \"accepted\": %s, \"findings\": ", good ? "true" : "false");
			print_findings_json(stdout, &f);
			printf("}");
		} else {
			print_findings(stdout, &f);
			printf("%s: %s\n", path, good ? "accepted" : "refused");
		}
	}
	arena_free(&arena);
	return good;
}

static int run_check(int argc, char **argv)
{
	bool allow_unknown = false, json = false, refused = false;
	const struct sphere_option options[] = {
		{ .name = "allow-unknown", .flag = &allow_unknown },
		{ .name = "json", .flag = &json },
		{ }
	};
	int i = parse(CHECK, argc, argv, options), first = i, code = SPHERE_OK;

	if (i < 0)
		return -i;
	if (i == argc)
		return usage(&commands[CHECK], "name one file or several");
	if (json)
		printf("[");
	for (; i < argc; i++)
		if (!check_one(argv[i], allow_unknown, json, i == first, &code))
			refused = true;
	if (json)
		printf("\n]\n");
	return code ? code : refused ? SPHERE_NO : SPHERE_OK;
}

static const struct sphere_command commands[] = {
	[CHECK] = {
		"check", "[--allow-unknown] [--json] FILE...", "is an app_manifest.json good?",
		"Reads each FILE (\"-\" is the standard input) and tells everything that is wrong with it,\n"
		"with the place, the reason and what to do about it.\n"
		"\n"
		"Comments and a comma before a closing bracket are accepted. Keys that the schema does not\n"
		"know are refused, because what they ask for would not be granted.\n"
		"\n"
		"  --allow-unknown  warn of unknown keys, and go on without them\n"
		"  --json           print the findings as JSON\n"
		"\n"
		"Exit code: 0 all are accepted, 1 one is refused, 3 one cannot be read.\n",
		run_check
	},
	{ }
};

const struct sphere_group manifest_group = {
	"manifest", "Manifests of applications, and policies made of them", commands
};
