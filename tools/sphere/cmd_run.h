/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sphere run, enter, learn and resolve
 */
#ifndef SPHERE_CMD_RUN_H
#define SPHERE_CMD_RUN_H

#include "sphere.h"

int sphere_run(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
	       char **argv);
int sphere_run_entered(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		       char **argv);
int sphere_learn(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		 char **argv);

int sphere_resolve(const struct sphere_group *group, const struct sphere_command *cmd, int argc,
		   char **argv);

#endif /* SPHERE_CMD_RUN_H */
