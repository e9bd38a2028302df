// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels of tasks
 *
 * Built in, the word is in the blob that the kernel keeps for security modules
 * in each task. A module comes too late for that: it keeps a table by task.
 *
 * Each word holds a reference to its app and counts in the tasks of its component.
 * An app is freed behind a grace period after its last reference, so that readers
 * of other tasks' words need none.
 */
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "state.h"

#ifdef MODULE

/**
 * struct label_entry - the word of one task
 * @node: in the table
 * @task: whose; not held, the entry goes before the task does
 * @label: the word
 * @rcu: frees it
 */
struct label_entry {
	struct hlist_node node;
	const struct task_struct *task;
	unsigned long label;
	struct rcu_head rcu;
};

struct hlist_head sphere_labels[1 << SPHERE_LABEL_BITS];
static DEFINE_RAW_SPINLOCK(table_lock);		/* serialises changes of the table */

static struct label_entry *find(const struct task_struct *task)
{
	struct label_entry *e;

	hlist_for_each_entry_rcu(e, sphere_labels_near(task), node,
				 lockdep_is_held(&table_lock))
		if (e->task == task)
			return e;
	return NULL;
}

/**
 * sphere_label_of() - the word of a task
 * @task: the current task, or one that is held or found under RCU
 *
 * Context: Any.
 * Return: the word
 */
unsigned long sphere_label_of(const struct task_struct *task)
{
	struct label_entry *e;
	unsigned long label;

	rcu_read_lock();
	e = find(task);
	label = e ? READ_ONCE(e->label) : 0;
	rcu_read_unlock();
	return label;
}

/* Change the word of a task, and give back what it was; only 0 cannot fail */
static int change(const struct task_struct *task, unsigned long label, unsigned long *old)
{
	struct label_entry *e, *fresh = NULL;
	unsigned long flags;

	if (label && !sphere_label_of(task)) {
		fresh = kmalloc(sizeof(*fresh), GFP_ATOMIC | __GFP_NOWARN);
		if (!fresh)
			return -ENOMEM;
		fresh->task = task;
		fresh->label = label;
	}
	raw_spin_lock_irqsave(&table_lock, flags);
	e = find(task);
	*old = e ? e->label : 0;
	if (e && label) {
		WRITE_ONCE(e->label, label);
	} else if (e) {
		hlist_del_rcu(&e->node);
		kfree_rcu(e, rcu);
	} else if (fresh) {
		hlist_add_head_rcu(&fresh->node, sphere_labels_near(task));
		fresh = NULL;
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
	kfree(fresh);
	return 0;
}

#else

bool sphere_is_enabled __ro_after_init;

static int change(const struct task_struct *task, unsigned long label, unsigned long *old)
{
	*old = xchg(sphere_label_word(task), label);
	return 0;
}

#endif

static void let_go(unsigned long label)
{
	struct sphere_app *app = (struct sphere_app *)(label & ~SPHERE_LABEL_ARMED);

	if (!app)
		return;
	atomic_dec(&app->state->tasks);
	sphere_app_put(app);
}

static int give(const struct task_struct *task, struct sphere_app *app, unsigned long bits)
{
	unsigned long old;
	int ret;

	sphere_app_get(app);
	atomic_inc(&app->state->tasks);
	ret = change(task, (unsigned long)app | bits, &old);
	let_go(ret ? (unsigned long)app : old);
	return ret;
}

/**
 * sphere_label_arm() - the current task will belong to an app at its next exec
 * @app: the app; held by the caller
 *
 * Context: Process context; does not sleep.
 * Return: 0 or %-ENOMEM
 */
int sphere_label_arm(struct sphere_app *app)
{
	return give(current, app, SPHERE_LABEL_ARMED);
}

/**
 * sphere_label_enter() - the current task belongs to an app from now on
 * @app: the app; held by the caller, or found under RCU with a reference
 *
 * The task was confined or about to be, so that there is a place for its word.
 *
 * Context: Process context; does not sleep.
 */
void sphere_label_enter(struct sphere_app *app)
{
	WARN_ON_ONCE(give(current, app, 0));
}

/**
 * sphere_label_inherit() - a new task belongs to whom its maker belongs to
 * @child: the new task
 * @app: of the current task, or NULL
 *
 * Context: Process context; does not sleep.
 * Return: 0 or %-ENOMEM
 */
int sphere_label_inherit(struct task_struct *child, struct sphere_app *app)
{
	/* where the end of the last one at this address was not seen */
	sphere_label_drop(child);
	return app ? give(child, app, 0) : 0;
}

/**
 * sphere_label_drop() - a task ends
 * @task: nobody runs it any more, or it has never run
 *
 * Context: Any.
 */
void sphere_label_drop(struct task_struct *task)
{
	unsigned long old;

	if (sphere_label_of(task) && !change(task, 0, &old))
		let_go(old);
}

/**
 * sphere_state_exit() - forget all labels
 *
 * No hook is reached any more.
 *
 * Context: Process context.
 */
void sphere_state_exit(void)
{
#ifdef MODULE
	struct label_entry *e;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sphere_labels); i++) {
		hlist_for_each_entry_safe(e, next, &sphere_labels[i], node) {
			hlist_del_rcu(&e->node);
			let_go(e->label);
			kfree_rcu(e, rcu);
		}
	}
#endif
}
