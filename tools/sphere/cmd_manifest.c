// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere manifest: from an app_manifest.json to a signed policy
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_manifest.h"
#include "attest.h"
#include "board.h"
#include "compile.h"
#include "options.h"
#include "policy_file.h"

static const struct sphere_command commands[];
enum { CHECK, COMPILE, SIGN, SHOW, VERIFY };

#define parse(n, argc, argv, options)	\
	parse_options(&manifest_group, &commands[n], argc, argv, options)

/* ---- check -------------------------------------------------------------------- */

/* Returns whether it is accepted; *@code is set if it could not be read */
static bool check_one(const char *path, const struct board *board, bool allow_unknown, bool json,
		      bool first, int *code)
{
	struct arena arena = { };
	struct findings f = { .file = path, .arena = &arena };
	const struct place none = { 0, 0 };
	struct app_manifest m;
	bool good = false;
	char *bytes;
	size_t size;

	bytes = read_file(&arena, path, JSON_MAX_SIZE, &size, code);
	if (bytes) {
		app_manifest_parse(bytes, size, allow_unknown, &f, &m);
		manifest_rules(&m, board, &f);
		good = !f.errors;
	} else {
		/* each file has an entry, so that nobody takes silence for consent */
		f.kind = "file";
		refuse_at(&f, none, "the reason stands on the standard error",
			  "the file cannot be read");
	}
	if (json) {
		printf("%s\n {\"file\": ", first ? "" : ",");
		print_json_string(stdout, path);
		printf(", \"accepted\": %s, \"findings\": ", good ? "true" : "false");
		print_findings_json(stdout, &f);
		printf("}");
	} else if (bytes) {
		print_findings(stdout, &f);
		printf("%s: %s\n", path, good ? "accepted" : "refused");
	}
	arena_free(&arena);
	return good;
}

static int run_check(int argc, char **argv)
{
	bool allow_unknown = false, json = false, refused = false;
	const char *board_path = NULL;
	const struct sphere_option options[] = {
		{ .name = "allow-unknown", .flag = &allow_unknown },
		{ .name = "board", .value = &board_path },
		{ .name = "json", .flag = &json },
		{ }
	};
	int i = parse(CHECK, argc, argv, options), first = i, code = SPHERE_OK;
	struct arena arena = { };
	struct findings fb = { .arena = &arena };
	struct board board;

	if (i < 0)
		return -i;
	if (i == argc)
		return usage(&commands[CHECK], "name one file or several");
	fb.file = board_path;
	if (board_path && !board_load(&arena, board_path, &fb, &board, &code))
		goto out;
	if (json)
		printf("[");
	for (; i < argc; i++)
		if (!check_one(argv[i], board_path ? &board : NULL, allow_unknown, json, i == first,
			       &code))
			refused = true;
	if (json)
		printf("\n]\n");
out:
	arena_free(&arena);
	return code ? code : refused ? SPHERE_NO : SPHERE_OK;
}

/* ---- compile ------------------------------------------------------------------ */

static int add_with(void *context, const char *value)
{
	struct compile_options *o = context;

	if (value[0] != '/')
		return complain(SPHERE_USAGE, "--with takes an absolute path on the device, not '%s'",
				value);
	if (o->n_with == COMPILE_WITH_MAX)
		return complain(SPHERE_USAGE, "--with can be given %u times", COMPILE_WITH_MAX);
	o->with[o->n_with++] = value;
	return SPHERE_OK;
}

static int run_compile(int argc, char **argv)
{
	const char *board = NULL, *output = NULL, *key = NULL, *version = NULL;
	bool allow_unknown = false, development = false, learn = false;
	struct compile_options o = { .root = "/" };
	const struct sphere_option options[] = {
		{ .name = "allow-unknown", .flag = &allow_unknown },
		{ .name = "at", .value = &o.at },
		{ .name = "board", .value = &board },
		{ .name = "development", .flag = &development },
		{ .name = "key", .value = &key },
		{ .name = "learn", .flag = &learn },
		{ .name = "output", .value = &output },
		{ .name = "program", .value = &o.program },
		{ .name = "root", .value = &o.root },
		{ .name = "version", .value = &version },
		{ .name = "with", .list = add_with, .context = &o },
		{ }
	};
	int i = parse(COMPILE, argc, argv, options), code = SPHERE_OK;
	struct arena arena = { };
	struct app_manifest m;
	uint8_t *policy;
	size_t size = 0;

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[COMPILE], "name one manifest");
	if (!board || !output)
		return usage(&commands[COMPILE], "name a board file with --board and the result with -o");
	if (o.at && (o.at[0] != '/' || !o.at[1]))
		return usage(&commands[COMPILE], "--at takes the path of a directory on the device, which is not its root directory");
	if (o.program && o.program[0] != '/')
		return usage(&commands[COMPILE], "--program takes an absolute path on the device");
	o.no_image = o.program && !o.at;
	o.version = compile_version();
	if (version && (!parse_number(version, UINT64_MAX - 1, &o.version) || !o.version))
		return usage(&commands[COMPILE], "a version is a number from 1 to 2^64 - 2");
	if (development || learn)
		o.flags |= SPHERE_POLICY_DEVELOPMENT;
	if (learn)
		o.flags |= SPHERE_POLICY_LEARN;
	policy = compile_files(&arena, board, argv[i], allow_unknown, &o, &m, &size, &code);
	if (policy && key)
		policy = policy_sign(&arena, policy, &size, key, &code);
	if (policy)
		code = write_file(output, policy, size);
	arena_free(&arena);
	return code;
}

/* ---- sign, show, verify ------------------------------------------------------- */

static int run_sign(int argc, char **argv)
{
	const char *output = NULL, *key = NULL;
	const struct sphere_option options[] = {
		{ .name = "key", .value = &key },
		{ .name = "output", .value = &output },
		{ }
	};
	int i = parse(SIGN, argc, argv, options), code = SPHERE_OK;
	struct sphere_policy policy;
	struct arena arena = { };
	uint8_t *bytes;
	size_t size;

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[SIGN], "name one policy");
	if (!key)
		return usage(&commands[SIGN], "name the private key with --key");
	bytes = policy_load(&arena, argv[i], &policy, &code);
	if (bytes) {
		size = policy.size;
		bytes = policy_sign(&arena, bytes, &size, key, &code);
		if (bytes)
			code = write_file(output ? output : argv[i], bytes, size);
	}
	arena_free(&arena);
	return code;
}

static int run_show(int argc, char **argv)
{
	bool json = false;
	const struct sphere_option options[] = {
		{ .name = "json", .flag = &json },
		{ }
	};
	int i = parse(SHOW, argc, argv, options), code = SPHERE_OK;
	struct sphere_policy policy;
	struct arena arena = { };

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[SHOW], "name one policy");
	if (policy_load(&arena, argv[i], &policy, &code))
		policy_show(&policy, json);
	arena_free(&arena);
	return code;
}

static int run_verify(int argc, char **argv)
{
	const char *key_path = NULL;
	const struct sphere_option options[] = {
		{ .name = "key", .value = &key_path },
		{ }
	};
	int i = parse(VERIFY, argc, argv, options), code = SPHERE_OK, ret;
	uint8_t key[SPHERE_POLICY_KEY_SIZE];
	struct sphere_policy_error err;
	struct sphere_trust *trust;
	struct sphere_policy policy;
	struct arena arena = { };

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[VERIFY], "name one policy");
	if (!key_path)
		return usage(&commands[VERIFY], "name the public key with --key");
	code = crypto_read_key(key_path, key);
	if (code || !policy_load(&arena, argv[i], &policy, &code))
		goto out;
	trust = arena_alloc(&arena, sizeof(*trust));
	ret = sphere_trust_add_key(trust, key, &err);
	if (!ret) {
		/* whether a device takes policies for development is its own affair */
		ret = sphere_trust_verify(trust, &policy, true, &err);
		if (!ret && policy.signature == SPHERE_POLICY_UNSIGNED)
			err.reason = SPHERE_POLICY_E_UNSIGNED;
	}
	if (err.reason == SPHERE_POLICY_E_CRYPTO) {
		code = complain(SPHERE_SYSTEM, "%s cannot be verified: %s",
				argv[i], strerror(-err.detail));
	} else if (err.reason == SPHERE_POLICY_E_UNSIGNED) {
		printf("%s: NOT signed\n", argv[i]);
		code = SPHERE_NO;
	} else if (err.reason) {
		printf("%s: NOT good: %s\n", argv[i], sphere_policy_reason_text(err.reason));
		code = SPHERE_NO;
	} else {
		printf("%s: the signature is good\n", argv[i]);
	}
out:
	arena_free(&arena);
	return code;
}

static const struct sphere_command commands[] = {
	[CHECK] = {
		"check", "[--board FILE] [--allow-unknown] [--json] FILE...", "is an app_manifest.json good?",
		"Reads each FILE (\"-\" is the standard input) and tells everything that is wrong with it,\n"
		"with the place, the reason and what to do about it.\n"
		"\n"
		"Comments and a comma before a closing bracket are accepted. Keys that the schema does not\n"
		"know are refused, because what they ask for would not be granted. So is what the MT3620 does\n"
		"not have: other GPIOs and peripherals, more than 64 KiB of storage. \"$NAME\" may be any.\n"
		"\n"
		"  --board FILE     the board file says what there is, what \"$NAME\" means, and how much storage\n"
		"  --allow-unknown  warn of unknown keys, and go on without them\n"
		"  --json           print the findings as JSON\n"
		"\n"
		"Exit code: 0 all are accepted, 1 one is refused, 3 one cannot be read.\n",
		run_check
	},
	[COMPILE] = {
		"compile", "--board FILE -o POLICY [OPTION]... MANIFEST", "make a policy of a manifest",
		"Puts together what the manifest asks for, what that is on the board, and the digests of the\n"
		"program, its loader and all libraries that these need. The result is unsigned unless --key\n"
		"is given. sphere-board(5) describes board files.\n"
		"\n"
		"  --board FILE     the board file\n"
		"  -o, --output F   where the policy goes\n"
		"  --root DIR       directory that is the root directory of the device (default: /)\n"
		"  --at PATH        path of the image on the device (default: as the board file says)\n"
		"  --program PATH   path of the program on the device, in place of the entry point in the image;\n"
		"                   without --at there is no image then\n"
		"  --with PATH      a further program or library that may run, with all that it needs\n"
		"  --version N      version of the policy; a device takes newer ones only (default: the time\n"
		"                   in milliseconds, or 1000 * SOURCE_DATE_EPOCH)\n"
		"  --key PEM        sign it with this private key\n"
		"  --development    for devices in development mode; the application may be traced\n"
		"  --learn          the same, and what would be refused is recorded and allowed\n"
		"  --allow-unknown  warn of unknown keys, and go on without them\n"
		"\n"
		"Exit code: 0 done, 3 one of the files is refused.\n",
		run_compile
	},
	[SIGN] = {
		"sign", "--key PEM [-o OUTPUT] POLICY", "sign a policy",
		"Signs POLICY with the private key in PEM, a key of P-256 such as\n"
		"'openssl ecparam -name prime256v1 -genkey -noout' makes. A signature that is there is replaced.\n"
		"\n"
		"  --key PEM        private key\n"
		"  -o, --output F   where the result goes (default: POLICY itself)\n",
		run_sign
	},
	[SHOW] = {
		"show", "[--json] POLICY", "what does a policy allow?",
		"Prints each entry of POLICY. The signature is not verified.\n"
		"\n"
		"  --json  print one JSON object\n",
		run_show
	},
	[VERIFY] = {
		"verify", "--key PEM POLICY", "is it signed with this key?",
		"Checks the signature of POLICY as the kernel does.\n"
		"\n"
		"  --key PEM  public key\n"
		"\n"
		"Exit code: 0 the signature is good, 1 it is not.\n",
		run_verify
	},
	{ }
};

const struct sphere_group manifest_group = {
	"manifest", "Manifests of applications, and policies made of them", commands
};
