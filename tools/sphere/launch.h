/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starting a program as an application
 */
#ifndef SPHERE_LAUNCH_H
#define SPHERE_LAUNCH_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct launch - what is started, and how
 * @control: control node, open
 * @component: id
 * @caps: Linux capabilities that it keeps, as bits
 * @argv: program and arguments, ends with NULL
 * @set_ids: change user and group
 * @uid: user
 * @gid: group
 */
struct launch {
	int control;
	const uint8_t *component;
	uint64_t caps;
	char **argv;
	int set_ids;
	uid_t uid;
	gid_t gid;
};

int launch(const struct launch *l, int *status);
int launch_user(struct launch *l, const char *user);

#endif /* SPHERE_LAUNCH_H */
