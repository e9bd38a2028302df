/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which task belongs to which app, and what is kept about each component
 *
 * A task has one word: a reference to its app, or 0. The lowest bit says that the
 * task is not confined yet and will be at its next exec. Only the task itself
 * changes its word, or whoever makes or frees it; others read it in an RCU
 * read-side section, in which an app that they find stays.
 */
#ifndef _SPHERE_LSM_STATE_H
#define _SPHERE_LSM_STATE_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/lsm_hooks.h>
#include <linux/ratelimit_types.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

#include <linux/sphere/authority.h>
#include <linux/sphere_lsm.h>

#include "app.h"
#include "limits.h"

struct dentry;

/* different objects that an app in learning mode was refused */
#define SPHERE_MAX_DENIALS	512

/* files of a component in securityfs */
#define SPHERE_APP_FILES	4

/**
 * struct sphere_denial - something that an app in learning mode would not get
 * @list: in &struct sphere_app_state
 * @reason: &enum sphere_reason
 * @count: how often
 * @text: the object
 */
struct sphere_denial {
	struct list_head list;
	int reason;
	u32 count;
	char text[];
};

/**
 * struct sphere_app_state - what is kept about a component, whatever is loaded
 * @list: in the list of all; never removed, since floors and counters stay
 * @component: its id
 * @loaded: its policy, or NULL; changed under the mutex of load.c
 * @tasks: tasks of it, those that will be included
 * @refused: how often it was refused something, by reason
 * @unlogged: refusals without a record, because there were too many
 * @rate: of records
 * @denials_lock: of @denials
 * @denials: in learning mode, what it was refused
 * @n_denials: their number
 * @dir: its directory in securityfs
 * @files: the files in it
 *
 * There are no more of them than there may be floors.
 */
struct sphere_app_state {
	struct list_head list;
	struct sphere_component_id component;
	struct sphere_app __rcu *loaded;
	atomic_t tasks;
	atomic_t refused[SPHERE_REASONS];
	atomic_t unlogged;
	struct ratelimit_state rate;
	spinlock_t denials_lock;	/* of denials */
	struct list_head denials;
	unsigned int n_denials;
	struct dentry *dir;
	struct dentry *files[SPHERE_APP_FILES];
};

#define SPHERE_LABEL_ARMED	1UL

#ifdef MODULE
#define SPHERE_LABEL_BITS	8
extern struct hlist_head sphere_labels[1 << SPHERE_LABEL_BITS];

unsigned long sphere_label_of(const struct task_struct *task);

static inline struct hlist_head *sphere_labels_near(const struct task_struct *task)
{
	return &sphere_labels[hash_long((unsigned long)task, SPHERE_LABEL_BITS)];
}

/**
 * sphere_task_may_be_labelled() - is it worth looking?
 * @task: the current task, whose own label only it changes
 *
 * Context: Any.
 * Return: false if it has no label, mostly
 */
static inline bool sphere_task_may_be_labelled(const struct task_struct *task)
{
	return !hlist_empty(sphere_labels_near(task));
}
#else
extern struct lsm_blob_sizes sphere_blob_sizes;
extern bool sphere_is_enabled;

static __always_inline unsigned long *sphere_label_word(const struct task_struct *task)
{
	return task->security + sphere_blob_sizes.lbs_task;
}

static __always_inline unsigned long sphere_label_of(const struct task_struct *task)
{
	return READ_ONCE(*sphere_label_word(task));
}
#endif

/**
 * sphere_task_is_labelled() - does it belong to an app, or will it at its next exec?
 * @task: the current task, or one that is held or found under RCU
 *
 * Context: Any.
 * Return: whether it does
 */
static inline bool sphere_task_is_labelled(const struct task_struct *task)
{
	return sphere_label_of(task);
}

/**
 * sphere_label_app() - from a task's word to the app that it belongs to
 * @label: the word
 *
 * Context: Any.
 * Return: the app, or NULL if the task is not confined
 */
static __always_inline struct sphere_app *sphere_label_app(unsigned long label)
{
	if (likely(!label) || unlikely(label & SPHERE_LABEL_ARMED))
		return NULL;
	return (struct sphere_app *)label;
}

/**
 * sphere_task_app() - the app that a task belongs to
 * @task: the current task, or one found under RCU, in the same section
 *
 * Context: Any.
 * Return: the app, or NULL if it is not confined
 */
static __always_inline struct sphere_app *sphere_task_app(const struct task_struct *task)
{
	return sphere_label_app(sphere_label_of(task));
}

/**
 * sphere_task_enters() - the app that a task belongs to or will belong to
 * @task: as for sphere_task_app()
 *
 * Context: Any.
 * Return: the app, or NULL
 */
static inline struct sphere_app *sphere_task_enters(const struct task_struct *task)
{
	return (struct sphere_app *)(sphere_label_of(task) & ~SPHERE_LABEL_ARMED);
}

int sphere_label_arm(struct sphere_app *app);
void sphere_label_enter(struct sphere_app *app);
int sphere_label_inherit(struct task_struct *child, struct sphere_app *app);
void sphere_label_drop(struct task_struct *task);
void sphere_state_exit(void);

#endif /* _SPHERE_LSM_STATE_H */
