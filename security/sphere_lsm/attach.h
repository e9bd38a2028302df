/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching to functions of a kernel that was built without us
 */
#ifndef SPHERE_ATTACH_H
#define SPHERE_ATTACH_H

#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/types.h>

struct sphere_app;

/**
 * enum sphere_attach_whom - whose calls are asked about
 * @SPHERE_ATTACH_CONFINED: those of confined tasks
 * @SPHERE_ATTACH_LABELLED: of tasks that will be confined at their next exec as well
 * @SPHERE_ATTACH_ALL: of all tasks
 */
enum sphere_attach_whom {
	SPHERE_ATTACH_CONFINED,
	SPHERE_ATTACH_LABELLED,
	SPHERE_ATTACH_ALL,
};

/**
 * struct sphere_attach_site - one function of the kernel to stand in front of
 * @name: its symbol
 * @hook: for people, what is asked there
 * @decide: asked before each call of it by one of @whom. @app is that of the current
 *	task, or NULL if it is not confined, and @args holds the arguments,
 *	%SPHERE_ATTACH_ARGS of them however many it has. 0 lets it run; a negative errno
 *	is returned in its place. Not even a page fault may happen there, and no
 *	function that is attached to may be called
 * @whom: whose calls @decide is asked about
 * @hot: reached so often that it is attached only while an app is loaded
 * @optional: kernels exist that do without it
 * @start: where it begins
 * @call: where it calls the tracer
 * @frame: bytes it has pushed by then
 * @present: the kernel has it
 * @kprobe: where there is no tracer
 */
struct sphere_attach_site {
	const char *name;
	const char *hook;
	int (*decide)(const struct sphere_app *app, const unsigned long *args);
	enum sphere_attach_whom whom;
	bool hot : 1;
	bool optional : 1;

	bool present : 1;
	unsigned long start;
	unsigned long call;
	unsigned int frame;
	struct kprobe kprobe;
};

/* arguments that @decide gets */
#define SPHERE_ATTACH_ARGS	6

/**
 * enum sphere_attach_mechanism - how the functions are reached
 * @SPHERE_ATTACH_NONE: they are not
 * @SPHERE_ATTACH_FTRACE: through the function tracer
 * @SPHERE_ATTACH_KPROBE: through a kprobe each, where there is no tracer
 */
enum sphere_attach_mechanism {
	SPHERE_ATTACH_NONE,
	SPHERE_ATTACH_FTRACE,
	SPHERE_ATTACH_KPROBE,
};

int sphere_attach(struct sphere_attach_site *sites, unsigned int n);
void sphere_detach(void);
int sphere_attach_hot(bool on);
int sphere_attach_check(const char **broken);
unsigned long sphere_attach_missed(const struct sphere_attach_site *site);
bool sphere_attach_is_live(const struct sphere_attach_site *site);
enum sphere_attach_mechanism sphere_attach_mechanism(void);
const char *sphere_attach_name(void);

#endif /* SPHERE_ATTACH_H */
