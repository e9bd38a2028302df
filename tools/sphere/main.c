// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere: the tool for people with an MT3620, or with a manifest
 *
 * This file finds the command and prints help. What a command does stands in the
 * file of its group.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sphere.h"

static const struct sphere_group *const groups[] = {
	/* one line for each group, in alphabetical order */
	&lsm_group,
	&core_group,
	&image_group,
	&manifest_group,
	&pluton_group,
	NULL
};

int complain(int code, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "sphere: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

static const struct sphere_group *group_of(const struct sphere_command *cmd)
{
	const struct sphere_group *const *g;
	const struct sphere_command *c;

	for (g = groups; *g; g++)
		for (c = (*g)->commands; c->name; c++)
			if (c == cmd)
				return *g;
	return groups[0];
}

static void print_usage(FILE *out, const struct sphere_group *g, const struct sphere_command *c)
{
	fprintf(out, "usage: sphere %s%s%s%s%s\n", g->name, *g->name ? " " : "", c->name,
		*c->synopsis ? " " : "", c->synopsis);
}

int usage(const struct sphere_command *cmd, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "sphere: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	print_usage(stderr, group_of(cmd), cmd);
	return SPHERE_USAGE;
}

static void help_group(const struct sphere_group *g)
{
	const struct sphere_command *c;

	for (c = g->commands; c->name; c++)
		printf("  sphere %s%s%-*s %s\n", g->name, *g->name ? " " : "",
		       (int)(20 - strlen(g->name)), c->name, c->summary);
}

static void help_all(void)
{
	const struct sphere_group *const *g;

	printf("usage: sphere COMMAND [ARGUMENTS]\n\n");
	for (g = groups; *g; g++) {
		printf("%s:\n", (*g)->summary);
		help_group(*g);
		printf("\n");
	}
	printf("'sphere COMMAND --help' explains a command; the manual page is sphere(1).\n"
	       "Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 wrong input, 4 the system failed.\n");
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help");
}

static const struct sphere_command *find(const struct sphere_group *g, const char *name)
{
	const struct sphere_command *c;

	for (c = g->commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static int run(const struct sphere_group *g, const struct sphere_command *c, int argc, char **argv)
{
	int i, ret;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_usage(stdout, g, c);
			printf("\n%s", c->help);
			return SPHERE_OK;
		}
	}
	ret = c->run(argc, argv);
	/* what a full disk or a closed pipe swallowed was not said */
	if (fflush(stdout) || ferror(stdout))
		return complain(SPHERE_SYSTEM, "writing the output failed");
	return ret;
}

int main(int argc, char **argv)
{
	const struct sphere_group *const *g;
	const struct sphere_command *c;

	if (argc < 2) {
		help_all();
		return SPHERE_USAGE;
	}
	if (is_help(argv[1])) {
		help_all();
		return SPHERE_OK;
	}
	for (g = groups; *g; g++) {
		if (!*(*g)->name) {
			c = find(*g, argv[1]);
			if (c)
				return run(*g, c, argc - 1, argv + 1);
			continue;
		}
		if (strcmp((*g)->name, argv[1]))
			continue;
		if (argc < 3 || is_help(argv[2])) {
			printf("%s:\n", (*g)->summary);
			help_group(*g);
			return argc < 3 ? SPHERE_USAGE : SPHERE_OK;
		}
		c = find(*g, argv[2]);
		if (c)
			return run(*g, c, argc - 2, argv + 2);
		return complain(SPHERE_USAGE, "there is no command '%s %s': see 'sphere %s --help'",
				argv[1], argv[2], argv[1]);
	}
	return complain(SPHERE_USAGE, "there is no command '%s': see 'sphere --help'", argv[1]);
}
