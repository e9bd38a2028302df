/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sphere: what the commands of the tool share
 */
#ifndef SPHERE_TOOL_H
#define SPHERE_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * Exit codes of the tool. They are stable: scripts depend on them.
 */
enum sphere_exit {
	SPHERE_OK = 0,		/* done; for a check: what was checked is good */
	SPHERE_NO = 1,		/* it was looked at, and the answer is no */
	SPHERE_USAGE = 2,	/* the command line makes no sense */
	SPHERE_INPUT = 3,	/* a file or value that was given is wrong */
	SPHERE_SYSTEM = 4,	/* the system, a device or the kernel refused or failed */
};

/**
 * struct sphere_command - one command of a group
 * @name: word on the command line, after the group's
 * @synopsis: its arguments, for the usage line
 * @summary: one line
 * @help: the whole help text, without the usage line; ends with a newline
 * @run: does it; @argv[0] is the command's name. Returns an exit code
 */
struct sphere_command {
	const char *name;
	const char *synopsis;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

/**
 * struct sphere_group - commands about one thing
 * @name: first word on the command line; empty for commands without a group
 * @summary: one line
 * @commands: ends with an entry whose name is NULL
 */
struct sphere_group {
	const char *name;
	const char *summary;
	const struct sphere_command *commands;
};

/* one for each file that brings commands; listed in main.c */
extern const struct sphere_group core_group;
extern const struct sphere_group image_group;
extern const struct sphere_group lsm_group;
extern const struct sphere_group manifest_group;
extern const struct sphere_group pluton_group;

/**
 * complain() - tell a person what is wrong and what to do, on standard error
 * @code: exit code, which is returned
 * @fmt: a sentence without the full stop, as for printf()
 *
 * Return: @code, so that a command can end with it.
 */
int complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * usage() - the command line of @cmd makes no sense
 * @cmd: command
 * @fmt: what is wrong with it
 *
 * Return: %SPHERE_USAGE
 */
int usage(const struct sphere_command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* hex.c */
void print_hex(const unsigned char *bytes, size_t len);
bool parse_hex(const char *text, unsigned char *bytes, size_t len);

#endif /* SPHERE_TOOL_H */
