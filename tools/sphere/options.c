// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of commands
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define OPTIONS_MAX	16

/**
 * parse_options() - read the options of a command
 * @group: of the command
 * @cmd: command
 * @argc: words
 * @argv: words; those that are no options are moved behind those that are
 * @options: what it takes; "-o" stands for "output". A command that runs another
 *	program has to be given "--" before it
 *
 * Return: index of the first word that is no option, or an exit code, negative,
 * with the reason said
 */
int parse_options(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		  char **argv, const struct sphere_option *options)
{
	struct option longs[OPTIONS_MAX + 1] = { };
	int c, n, ret;

	for (n = 0; options[n].name; n++) {
		if (n == OPTIONS_MAX)
			abort();
		longs[n].name = options[n].name;
		longs[n].has_arg = options[n].flag ? no_argument : required_argument;
		longs[n].val = 256 + n;
	}
	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		if (c == 'o')
			for (c = 0; c < n && strcmp(options[c].name, "output"); c++)
				;
		else
			c -= 256;
		if (c == ':' - 256) {
			usage(cmd, "%s needs a value", argv[optind - 1]);
			return -SPHERE_USAGE;
		}
		if (c < 0 || c >= n) {
			usage(cmd, "%s%s%s has no option %s", group->name, *group->name ? " " : "",
			      cmd->name, argv[optind - 1]);
			return -SPHERE_USAGE;
		}
		if (options[c].flag) {
			*options[c].flag = true;
		} else if (options[c].list) {
			ret = options[c].list(options[c].context, optarg);
			if (ret)
				return -ret;
		} else {
			*options[c].value = optarg;
		}
	}
	return optind;
}
