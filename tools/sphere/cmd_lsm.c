// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere load, list and the like: policies in the kernel
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app_manifest.h"
#include "attest.h"
#include "cmd_run.h"
#include "launch.h"
#include "lsm.h"
#include "options.h"
#include "policy_file.h"
#include "storage.h"

static const struct sphere_command commands[];
enum { KEYS, LOAD, UNLOAD, LIST, STATUS, EXPLAIN, RUN, ENTER, LEARN, RESOLVE };

#define parse(n, argc, argv, options)	\
	parse_options(&lsm_group, &commands[n], argc, argv, options)

/* ---- keys --------------------------------------------------------------------- */

static int run_keys(int argc, char **argv)
{
	uint8_t keys[SPHERE_MAX_KEYS][SPHERE_POLICY_KEY_SIZE];
	struct sphere_lsm_keys k = { .keys = (uintptr_t)keys };
	bool none = false;
	const struct sphere_option options[] = {
		{ .name = "none", .flag = &none },
		{ }
	};
	int i = parse(KEYS, argc, argv, options), code = SPHERE_OK, fd;

	if (i < 0)
		return -i;
	if (none ? i != argc : i == argc)
		return usage(&commands[KEYS], "name the files with public keys, or --none");
	if (argc - i > SPHERE_MAX_KEYS)
		return usage(&commands[KEYS], "the kernel takes %d keys at most", SPHERE_MAX_KEYS);
	for (; i < argc; i++, k.count++) {
		code = crypto_read_key(argv[i], keys[k.count]);
		if (code)
			return code;
	}
	fd = lsm_open(&code);
	if (fd < 0)
		return code;
	if (ioctl(fd, SPHERE_LSM_IOC_KEYS, &k)) {
		const int err = errno;
		const uint32_t n = k.verdict.entry;

		code = lsm_policy_failed(k.count && n < k.count ? argv[argc - k.count + n] :
					 "the list of keys", err, &k.verdict);
	}
	close(fd);
	return code;
}

/* ---- load, unload ------------------------------------------------------------- */

static int run_load(int argc, char **argv)
{
	const char *user = NULL;
	const struct sphere_option options[] = {
		{ .name = "user", .value = &user },
		{ }
	};
	int i = parse(LOAD, argc, argv, options), code, fd = -1;
	struct arena arena = { };
	struct launch owner = { };

	if (i < 0)
		return -i;
	if (i == argc)
		return usage(&commands[LOAD], "name one policy or several");
	code = launch_user(&owner, user);
	if (!code)
		fd = lsm_open(&code);
	for (; fd >= 0 && !code && i < argc; i++) {
		struct sphere_policy policy;
		uint8_t *bytes = policy_load(&arena, argv[i], &policy, &code);

		if (bytes)
			code = storage_make(&policy, owner.uid, owner.gid);
		if (bytes && !code)
			code = lsm_load(fd, bytes, policy.size, argv[i]);
	}
	if (fd >= 0)
		close(fd);
	arena_free(&arena);
	return code;
}

static int run_unload(int argc, char **argv)
{
	struct sphere_lsm_unload u = { };
	bool kill = false;
	const struct sphere_option options[] = {
		{ .name = "kill", .flag = &kill },
		{ }
	};
	int i = parse(UNLOAD, argc, argv, options), code = SPHERE_OK, fd;

	if (i < 0)
		return -i;
	if (i + 1 != argc)
		return usage(&commands[UNLOAD], "name one component");
	if (!parse_guid(argv[i], u.component))
		return usage(&commands[UNLOAD], "'%s' is not a component id", argv[i]);
	u.flags = kill ? SPHERE_LSM_UNLOAD_KILL : 0;
	fd = lsm_open(&code);
	if (fd < 0)
		return code;
	if (ioctl(fd, SPHERE_LSM_IOC_UNLOAD, &u)) {
		if (errno == EBUSY)
			code = complain(SPHERE_NO, "%u tasks run under it still: end them, or use --kill",
					u.tasks);
		else
			code = lsm_failed("unloading", errno);
	}
	close(fd);
	return code;
}

/* ---- list, status ------------------------------------------------------------- */

/* Calls @show for each component that was ever loaded */
static int each_component(struct arena *arena, int (*show)(struct arena *arena, const char *id,
							   void *context), void *context)
{
	char *path = arena_print(arena, "%s/apps", lsm_dir());
	int code = SPHERE_OK, n, i;
	struct dirent **names;

	if (access(path, R_OK | X_OK)) {
		lsm_read(arena, NULL, "abi", &code);
		return code ? code : complain(SPHERE_SYSTEM, "%s: %s", path, strerror(errno));
	}
	n = scandir(path, &names, NULL, alphasort);
	if (n < 0)
		return complain(SPHERE_SYSTEM, "%s: %s", path, strerror(errno));
	for (i = 0; i < n; i++) {
		uint8_t id[GUID_SIZE];

		if (!code && parse_guid(names[i]->d_name, id))
			code = show(arena, names[i]->d_name, context);
		free(names[i]);
	}
	free(names);
	return code;
}

static uint64_t all_refused(const char *id)
{
	struct lsm_counters counters;
	uint64_t n = 0;
	int i;

	lsm_counters(id, &counters);
	for (i = 1; i < SPHERE_REASONS; i++)
		n += counters.count[i];
	return n;
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

struct list_context {
	bool json;
	unsigned int n;
};

static void json_pair(const char *key, const char *text)
{
	printf(", \"%s\": ", key);
	if (text)
		print_json_string(stdout, text);
	else
		printf("null");
}

static int show_line(struct arena *arena, const char *id, void *context)
{
	struct list_context *c = context;
	int code = SPHERE_OK;
	char *text = lsm_read(arena, id, "manifest", &code);
	const char *loaded, *tasks, *key;

	if (!text)
		return code;
	loaded = lsm_value(arena, text, "loaded");
	tasks = lsm_value(arena, text, "tasks");
	key = lsm_value(arena, text, "key");
	if (c->json) {
		printf("%s\n {\"component\": \"%s\", \"loaded\": %s, \"tasks\": %s, \"refused\": %llu",
		       c->n ? "," : "", id, loaded && !strcmp(loaded, "1") ? "true" : "false",
		       tasks && !tasks[strspn(tasks, "0123456789")] ? tasks : "null",
		       (unsigned long long)all_refused(id));
		json_pair("kind", lsm_value(arena, text, "kind"));
		json_pair("name", lsm_value(arena, text, "name"));
		json_pair("version", lsm_value(arena, text, "version"));
		json_pair("key", key);
		printf("}");
	} else {
		if (!c->n)
			printf("%-36s  %-4s %5s %8s  %-20s %s\n", "COMPONENT", "KIND", "TASKS",
			       "REFUSED", "VERSION", "NAME");
		printf("%-36s  %-4s %5s %8llu  %-20s %s\n", id,
		       or_dash(lsm_value(arena, text, "kind")), or_dash(tasks),
		       (unsigned long long)all_refused(id),
		       or_dash(lsm_value(arena, text, "version")),
		       loaded && !strcmp(loaded, "1") ? or_dash(lsm_value(arena, text, "name")) :
		       "(unloaded)");
	}
	c->n++;
	return SPHERE_OK;
}

static int run_list(int argc, char **argv)
{
	struct list_context c = { };
	const struct sphere_option options[] = {
		{ .name = "json", .flag = &c.json },
		{ }
	};
	int i = parse(LIST, argc, argv, options), code;
	struct arena arena = { };

	if (i < 0)
		return -i;
	if (i != argc)
		return usage(&commands[LIST], "list takes no arguments");
	if (c.json)
		printf("[");
	code = each_component(&arena, show_line, &c);
	if (c.json)
		printf("\n]\n");
	else if (!code && !c.n)
		printf("no policy was loaded since the start\n");
	arena_free(&arena);
	return code;
}

static int run_status(int argc, char **argv)
{
	const struct sphere_option options[] = { { } };
	int i = parse(STATUS, argc, argv, options), code = SPHERE_OK;
	struct arena arena = { };
	const char *id = NULL;
	char *text;

	if (i < 0)
		return -i;
	if (argc - i > 1)
		return usage(&commands[STATUS], "name one component, or none");
	if (i < argc) {
		uint8_t guid[GUID_SIZE];
		char lower[GUID_TEXT + 1];

		if (!parse_guid(argv[i], guid))
			return usage(&commands[STATUS], "'%s' is not a component id", argv[i]);
		format_guid(guid, lower);
		id = arena_copy(&arena, lower, GUID_TEXT);
	}
	text = lsm_read(&arena, id, id ? "manifest" : "abi", &code);
	if (text)
		printf("%s", text);
	if (text) {
		text = lsm_read(&arena, id, id ? "grants" : "status", &code);
		if (text)
			printf("%s", text);
	}
	arena_free(&arena);
	return code;
}

/* ---- explain ------------------------------------------------------------------ */

static void explain_reason(int reason, uint64_t count)
{
	const struct lsm_reason *r = &lsm_reasons[reason];

	if (count)
		printf("%s: %llu time%s\n", r->name, (unsigned long long)count,
		       count == 1 ? "" : "s");
	else
		printf("%s\n", r->name);
	printf("  refused: %s\n  what would allow it: %s\n", r->text, r->remedy);
}

static int explain_component(const char *id)
{
	struct lsm_counters counters;
	struct arena arena = { };
	int code = SPHERE_OK, i;
	bool any = false;

	if (!lsm_counters(id, &counters)) {
		if (lsm_read(&arena, id, "counters", &code))
			code = SPHERE_OK;
		arena_free(&arena);
		return code;
	}
	for (i = 1; i < SPHERE_REASONS; i++) {
		if (counters.count[i]) {
			explain_reason(i, counters.count[i]);
			any = true;
		}
	}
	if (!any)
		printf("%s was refused nothing\n", id);
	return SPHERE_OK;
}

static int run_explain(int argc, char **argv)
{
	const struct sphere_option options[] = { { } };
	int i = parse(EXPLAIN, argc, argv, options), reason;
	uint8_t guid[GUID_SIZE];
	char id[GUID_TEXT + 1];

	if (i < 0)
		return -i;
	if (argc - i > 1)
		return usage(&commands[EXPLAIN], "name one component, one reason, or nothing");
	if (i == argc) {
		for (reason = 1; reason < SPHERE_REASONS; reason++)
			explain_reason(reason, 0);
		return SPHERE_OK;
	}
	if (parse_guid(argv[i], guid)) {
		format_guid(guid, id);
		return explain_component(id);
	}
	reason = lsm_reason_of(argv[i]);
	if (reason < 0)
		return complain(SPHERE_INPUT, "'%s' is neither a component id nor a reason: 'sphere explain' lists the reasons",
				argv[i]);
	explain_reason(reason, 0);
	return SPHERE_OK;
}

/* ---- run, enter, learn: in cmd_run.c ------------------------------------------ */

static int run_run(int argc, char **argv)
{
	return sphere_run(&lsm_group, &commands[RUN], argc, argv);
}

static int run_enter(int argc, char **argv)
{
	return sphere_run_entered(&lsm_group, &commands[ENTER], argc, argv);
}

static int run_learn(int argc, char **argv)
{
	return sphere_learn(&lsm_group, &commands[LEARN], argc, argv);
}

static int run_resolve(int argc, char **argv)
{
	return sphere_resolve(&lsm_group, &commands[RESOLVE], argc, argv);
}

static const struct sphere_command commands[] = {
	[KEYS] = {
		"keys", "PEM... | --none", "give the kernel the keys it trusts",
		"Gives the kernel the public keys that policies may be signed with. That can be done once;\n"
		"--none says that there will be none but those it was built with.\n",
		run_keys
	},
	[LOAD] = {
		"load", "[--user USER] POLICY...", "load policies",
		"Loads each POLICY, an application's, a core's or a list of floors, as 'sphere manifest\n"
		"compile' made it. The kernel checks the signature, the version and every file that is\n"
		"named; if it refuses one, what was loaded stays in force. Storage that is not there yet\n"
		"is made in memory, with the limit of the policy.\n"
		"\n"
		"  --user USER  whose that storage is: a number, or a name of /etc/passwd (root)\n"
		"\n"
		"Exit code: 0 all are loaded, 1 the kernel refuses one, 3 one is no policy.\n",
		run_load
	},
	[UNLOAD] = {
		"unload", "[--kill] COMPONENT", "remove the policy of a component",
		"Refused while tasks run under the policy.\n"
		"\n"
		"  --kill  end these tasks first\n",
		run_unload
	},
	[LIST] = {
		"list", "[--json]", "which policies are loaded?",
		"One line for each component that was loaded since the start, with its tasks and how often\n"
		"they were refused something.\n"
		"\n"
		"  --json  print a JSON array\n",
		run_list
	},
	[STATUS] = {
		"status", "[COMPONENT]", "what is enforced?",
		"State of sphere_lsm, or of one component with all that it may do.\n",
		run_status
	},
	[EXPLAIN] = {
		"explain", "[COMPONENT | REASON]", "what was refused, and what would allow it?",
		"For a component: what it was refused, how often, and what in the manifest or the board file\n"
		"would allow it. For a reason, as in the kernel's records: what it means. Without an argument\n"
		"all reasons.\n",
		run_explain
	},
	[RUN] = {
		"run", "[OPTION]... MANIFEST|POLICY [-- APP [ARG]...]", "run a program as an application",
		"Compiles MANIFEST (or takes a compiled POLICY), loads it, runs APP under it, and tells\n"
		"afterwards what was refused and what would allow it. Without APP it is the entry point of\n"
		"the manifest in its image, with the arguments of the manifest.\n"
		"\n"
		"Only APP, its loader and its libraries can be executed. APP keeps no Linux capability but\n"
		"those that are granted; its input and output are pipes. Storage that is not there yet is\n"
		"made in memory, with the limit of the manifest.\n"
		"\n"
		"  --board FILE     the board file (default: /etc/sphere/board.json)\n"
		"  --at PATH        directory of the image (default: found from APP)\n"
		"  --with PATH      a further program or library that may run\n"
		"  --key PEM        sign the policy with this private key; unsigned ones are for devices in\n"
		"                   development mode\n"
		"  --user USER      run it as this user\n"
		"  --keep           leave the policy loaded\n"
		"  --allow-unknown  warn of unknown keys, and go on without them\n"
		"\n"
		"Exit code: that of APP, 128 and the signal if one ended it; before APP runs as always.\n",
		run_run
	},
	[ENTER] = {
		"enter", "[--user USER] COMPONENT -- APP [ARG]...", "run a program under a loaded policy",
		"As run, with the policy of COMPONENT, which is loaded.\n",
		run_enter
	},
	[LEARN] = {
		"learn", "[OPTION]... [MANIFEST] (-- APP [ARG]... | --from FILE)", "draft a manifest from what a program does",
		"Runs APP on a device in development mode with everything allowed that can be, and prints a\n"
		"manifest that asks for what was used: MANIFEST and what it lacks, or a new one. What no\n"
		"manifest can say is written as comments: what belongs into the board file, or cannot be\n"
		"allowed at all. Read it before you use it: it allows what was done, wanted or not.\n"
		"\n"
		"  --board FILE     the board file (default: /etc/sphere/board.json)\n"
		"  --from FILE      run nothing: FILE is a copy of apps/COMPONENT/denials from such a device\n"
		"  --user USER      run it as this user\n"
		"  --key PEM        sign the policy with this private key\n"
		"  -o, --output F   where the manifest goes (default: standard output)\n",
		run_learn
	},
	[RESOLVE] = {
		"resolve", "[--listen ADDRESS[:PORT]] [--server ADDRESS[:PORT]] [--dry-run [APP/]HOST]...",
		"the resolver of applications",
		"Answers questions for addresses (A and AAAA, over UDP) of hosts that a loaded policy lists,\n"
		"and gives each address to the kernel before it answers. Others are refused without asking\n"
		"anybody. Runs until it is ended. The applications' /etc/resolv.conf has to name it.\n"
		"\n"
		"  --listen ADDRESS  where it listens, an address of this machine itself (default: 127.0.0.35,\n"
		"                    port 53); Resolver in the board file has to name the same\n"
		"  --server ADDRESS  whom it asks (default: the first other one of /etc/resolv.conf)\n"
		"  --dry-run HOST    needs no kernel: answers for HOST, as if APP listed it, and prints what it\n"
		"                    would give\n",
		run_resolve
	},
	{ }
};

const struct sphere_group lsm_group = {
	"", "Policies in the kernel", commands
};
