/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of commands
 */
#ifndef SPHERE_OPTIONS_H
#define SPHERE_OPTIONS_H

#include "sphere.h"

/**
 * struct sphere_option - a long option of a command
 * @name: without the dashes; NULL ends the list
 * @value: where its value goes, for those that have one
 * @flag: set, for those that have none
 * @list: for those that may be given several times: called with each value; returns
 *	an exit code, with the reason said
 * @context: handed to @list
 */
struct sphere_option {
	const char *name;
	const char **value;
	bool *flag;
	int (*list)(void *context, const char *value);
	void *context;
};

int parse_options(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		  char **argv, const struct sphere_option *options);

#endif /* SPHERE_OPTIONS_H */
