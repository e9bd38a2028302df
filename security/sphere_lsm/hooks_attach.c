// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in where the kernel was built without us: a module that stands in front
 * of the functions through which the kernel asks its security modules
 *
 * The table of hooks is the same as for the way in that is built in, and so is
 * what answers. attach.c knows how a function is stood in front of; here it is
 * said which, and what happens when that stops working.
 *
 * It is all or nothing at load. Functions that are reached often are attached to
 * while a policy is loaded, and from the first policy on the module stays: taking
 * it away would set free whom it confines.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/panic.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <linux/sphere/compat.h>

#include "attach.h"
#include "hooks.h"
#include "load.h"
#include "state.h"
#include "way.h"

/* ---- From words to arguments ---------------------------------------------- */

/*
 * A function's arguments come as words, in the order in which the calling
 * convention of the machine has them: what is wider than a word begins at an even
 * one (AAPCS 6.5). Both machines are little-endian, so that a narrow argument is
 * at the beginning of its word.
 */
#define WORDS(t)		DIV_ROUND_UP(sizeof(t), sizeof(long))
#define FROM(word, t)		(WORDS(t) > 1 ? ALIGN(word, 2) : (word))
#define AFTER(word, t)		(FROM(word, t) + WORDS(t))
#define ARG(t, word)		(*(typeof(t) *)(void *)&args[FROM(word, t)])

/* whom it is asked for, by the column "how" of the table */
#define FROM_COLD		app,
#define FROM_HOT		app,
#define FROM_ENTER
#define FROM_ALWAYS

#define DECIDE(hook, ...) \
	static_assert(END_##hook <= SPHERE_ATTACH_ARGS); \
	static int decide_##hook(const struct sphere_app *app, const unsigned long *args) \
	{ return sphere_hook_##hook(__VA_ARGS__); }

#define SPHERE_HOOK0(hook, symbol, how) \
	static int decide_##hook(const struct sphere_app *app, const unsigned long *args) \
	{ return sphere_hook_##hook(app); }
#define SPHERE_HOOK1(hook, symbol, how, t1, a1) \
	enum { \
		END_##hook = AFTER(0, t1), \
	}; \
	DECIDE(hook, FROM_##how ARG(t1, 0))
#define SPHERE_HOOK2(hook, symbol, how, t1, a1, t2, a2) \
	enum { \
		AT2_##hook = AFTER(0, t1), \
		END_##hook = AFTER(AT2_##hook, t2), \
	}; \
	DECIDE(hook, FROM_##how ARG(t1, 0), \
	       ARG(t2, AT2_##hook))
#define SPHERE_HOOK3(hook, symbol, how, t1, a1, t2, a2, t3, a3) \
	enum { \
		AT2_##hook = AFTER(0, t1), \
		AT3_##hook = AFTER(AT2_##hook, t2), \
		END_##hook = AFTER(AT3_##hook, t3), \
	}; \
	DECIDE(hook, FROM_##how ARG(t1, 0), \
	       ARG(t2, AT2_##hook), \
	       ARG(t3, AT3_##hook))
#define SPHERE_HOOK4(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4) \
	enum { \
		AT2_##hook = AFTER(0, t1), \
		AT3_##hook = AFTER(AT2_##hook, t2), \
		AT4_##hook = AFTER(AT3_##hook, t3), \
		END_##hook = AFTER(AT4_##hook, t4), \
	}; \
	DECIDE(hook, FROM_##how ARG(t1, 0), \
	       ARG(t2, AT2_##hook), \
	       ARG(t3, AT3_##hook), \
	       ARG(t4, AT4_##hook))
#define SPHERE_HOOK5(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	enum { \
		AT2_##hook = AFTER(0, t1), \
		AT3_##hook = AFTER(AT2_##hook, t2), \
		AT4_##hook = AFTER(AT3_##hook, t3), \
		AT5_##hook = AFTER(AT4_##hook, t4), \
		END_##hook = AFTER(AT5_##hook, t5), \
	}; \
	DECIDE(hook, FROM_##how ARG(t1, 0), \
	       ARG(t2, AT2_##hook), \
	       ARG(t3, AT3_##hook), \
	       ARG(t4, AT4_##hook), \
	       ARG(t5, AT5_##hook))
#define SPHERE_HOOK6(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) \
	enum { \
		AT2_##hook = AFTER(0, t1), \
		AT3_##hook = AFTER(AT2_##hook, t2), \
		AT4_##hook = AFTER(AT3_##hook, t3), \
		AT5_##hook = AFTER(AT4_##hook, t4), \
		AT6_##hook = AFTER(AT5_##hook, t5), \
		END_##hook = AFTER(AT6_##hook, t6), \
	}; \
	DECIDE(hook, FROM_##how ARG(t1, 0), \
	       ARG(t2, AT2_##hook), \
	       ARG(t3, AT3_##hook), \
	       ARG(t4, AT4_##hook), \
	       ARG(t5, AT5_##hook), \
	       ARG(t6, AT6_##hook))
#define SPHERE_LSM_ONLY(hook)
#define SPHERE_UNUSED(hook, reason)

#include "hooks.def"

/* ---- The functions --------------------------------------------------------- */

#define WHOM_COLD		SPHERE_ATTACH_CONFINED
#define WHOM_HOT		SPHERE_ATTACH_CONFINED
#define WHOM_ENTER		SPHERE_ATTACH_LABELLED
#define WHOM_ALWAYS		SPHERE_ATTACH_ALL

#define IS_HOT_COLD		false
#define IS_HOT_HOT		true
#define IS_HOT_ENTER		false
#define IS_HOT_ALWAYS		false

#define SPHERE_HOOK(_hook, symbol, how, ...) \
	{ .name = #symbol, .hook = #_hook, .decide = decide_##_hook, .whom = WHOM_##how, \
	  .hot = IS_HOT_##how },
#define SPHERE_LSM_ONLY(hook)
#define SPHERE_UNUSED(hook, reason)

static struct sphere_attach_site sites[] = {
#include "hooks.def"
};

/* ---- Does it still work? ---------------------------------------------------- */

/* what to do when calls do not arrive any more */
enum failure { FAILURE_KILL, FAILURE_PANIC, FAILURE_LOG };

static const char *const failures[] = {
	[FAILURE_KILL] = "kill",
	[FAILURE_PANIC] = "panic",
	[FAILURE_LOG] = "log",
};

static char *on_failure = "kill";
module_param(on_failure, charp, 0444);
MODULE_PARM_DESC(on_failure, "when calls stop arriving: kill all apps (default), panic, or log");

static unsigned int check_seconds = 1;
module_param(check_seconds, uint, 0444);
MODULE_PARM_DESC(check_seconds, "seconds between two checks that calls arrive; 1 to 3600 (1)");

static enum failure failure;
static const char *broken;
static unsigned int tasks_before;

static void check(struct work_struct *work);
static DECLARE_DELAYED_WORK(check_work, check);

static void next_check(void)
{
	schedule_delayed_work(&check_work, msecs_to_jiffies(1000 * check_seconds));
}

static void check(struct work_struct *work)
{
	const char *where;

	if (!sphere_attach_check(&where)) {
		next_check();
		return;
	}
	if (failure == FAILURE_PANIC)
		panic("sphere_lsm: calls of %s do not arrive any more, apps are not confined\n",
		      where);
	if (!READ_ONCE(broken))
		pr_emerg("calls of %s do not arrive any more, apps are not confined%s\n", where,
			 failure == FAILURE_KILL ? ": they are ended" : "");
	WRITE_ONCE(broken, where);
	/* none is left, or none that was hidden from the first try */
	if (failure == FAILURE_KILL)
		sphere_kill_apps();
	next_check();
}

/* ---- For the rest of the module ---------------------------------------------- */

static bool pinned;

/**
 * sphere_way_arm() - the first policy is about to be loaded
 *
 * Context: Process context, may sleep. The caller serialises.
 * Return: 0, or a negative errno if tasks cannot be confined now
 */
int sphere_way_arm(void)
{
	int ret;

	if (READ_ONCE(broken)) {
		pr_err("nothing is loaded: calls of %s do not arrive\n", broken);
		return -EIO;
	}
	ret = sphere_attach_hot(true);
	if (ret) {
		pr_err("the functions that are reached often cannot be attached to: error %d\n",
		       ret);
		return ret;
	}
	if (!pinned)
		__module_get(THIS_MODULE);
	pinned = true;
	return 0;
}

/**
 * sphere_way_disarm() - the last policy was unloaded, and no task is confined
 *
 * Context: Process context, may sleep. The caller serialises.
 */
void sphere_way_disarm(void)
{
	sphere_attach_hot(false);
}

/**
 * sphere_way_show_hook() - how a hook is reached, behind its name
 * @m: where to
 * @hook: its name
 */
void sphere_way_show_hook(struct seq_file *m, const char *hook)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sites); i++) {
		if (strcmp(sites[i].hook, hook))
			continue;
		seq_printf(m, " %s %s%s missed %lu", sites[i].name,
			   sphere_attach_is_live(&sites[i]) ? sphere_attach_name() : "off",
			   sites[i].hot ? " while-loaded" : "",
			   sphere_attach_missed(&sites[i]));
		return;
	}
}

/**
 * sphere_way_show_status() - lines of the file "status"
 * @m: where to
 */
void sphere_way_show_status(struct seq_file *m)
{
	seq_printf(m, "attached %s\non_failure %s\nbroken %s\ntasks_before %u\npinned %u\n",
		   sphere_attach_name(), failures[failure], READ_ONCE(broken) ?: "no",
		   tasks_before, pinned);
}

/* Processes of users that run already have no label, and never will by themselves */
static unsigned int count_tasks(void)
{
	struct task_struct *p;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process(p)
		if (!(p->flags & PF_KTHREAD))
			n++;
	rcu_read_unlock();
	return n;
}

static int __init sphere_lsm_enter(void)
{
	int ret;

	ret = match_string(failures, ARRAY_SIZE(failures), on_failure);
	if (ret < 0) {
		pr_err("on_failure=%s: it can be kill, panic or log\n", on_failure);
		return ret;
	}
	failure = ret;
	if (check_seconds < 1 || check_seconds > 3600) {
		pr_err("check_seconds=%u: it can be 1 to 3600\n", check_seconds);
		return -EINVAL;
	}
	tasks_before = count_tasks();
	ret = sphere_attach(sites, ARRAY_SIZE(sites));
	if (ret)
		return ret;
	ret = sphere_load_init();
	if (ret) {
		sphere_detach();
		return ret;
	}
	next_check();
	pr_info("%zu functions attached to by %s; %u processes run without a label\n",
		ARRAY_SIZE(sites), sphere_attach_name(), tasks_before);
	return 0;
}
module_init(sphere_lsm_enter);

/* Only where no policy was ever loaded */
static void __exit sphere_lsm_exit(void)
{
	cancel_delayed_work_sync(&check_work);
	sphere_detach();
	sphere_state_exit();
	sphere_load_exit();
}
module_exit(sphere_lsm_exit);

MODULE_DESCRIPTION("Applications confined to signed manifests");
MODULE_LICENSE("GPL");
