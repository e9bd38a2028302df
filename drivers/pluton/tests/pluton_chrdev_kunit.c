// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file operations of /dev/pluton against a scripted other side
 *
 * The process that asks has no memory, so nothing can be copied to it: a result
 * that is there and would be given shows as -EFAULT.
 */
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "fake_pluton.h"

/**
 * struct chrdev_fixture - what each case has
 * @f: the other side
 * @mm: memory of a process, with nothing in it
 * @file: an open file, non-blocking
 * @inode: its inode
 */
struct chrdev_fixture {
	struct fake_pluton *f;
	struct mm_struct *mm;
	struct file file;
	struct inode inode;
};

static int chrdev_init(struct kunit *test)
{
	struct chrdev_fixture *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	struct pluton_word w;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, x);
	test->priv = x;
	x->mm = mm_alloc();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, x->mm);
	x->f = fake_new(test);
	KUNIT_ASSERT_EQ(test, pluton_core_start(x->f->p), 0);
	KUNIT_ASSERT_TRUE(test, fake_take(x->f, &w));
	KUNIT_ASSERT_EQ(test, pluton_chrdev_add(x->f->p), 0);
	x->file.f_mode = FMODE_READ | FMODE_WRITE;
	x->file.f_flags = O_RDWR | O_NONBLOCK;
	x->file.private_data = &x->f->p->misc;
	KUNIT_ASSERT_EQ(test, x->f->p->misc.fops->open(&x->inode, &x->file), 0);
	return 0;
}

static void chrdev_exit(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;

	if (!x)
		return;
	if (x->f && x->f->p && x->f->p->misc_up) {
		if (x->file.private_data != &x->f->p->misc)
			x->f->p->misc.fops->release(&x->inode, &x->file);
		pluton_chrdev_remove(x->f->p);
	}
	fake_free(x->f);
	if (x->mm)
		mmput(x->mm);
}

static long ask_file(struct chrdev_fixture *x, struct file *file, unsigned int cmd)
{
	long ret;

	kthread_use_mm(x->mm);
	ret = x->f->p->misc.fops->unlocked_ioctl(file, cmd, 0);
	kthread_unuse_mm(x->mm);
	return ret;
}

static long ask(struct chrdev_fixture *x, unsigned int cmd)
{
	return ask_file(x, &x->file, cmd);
}

static ssize_t fetch(struct chrdev_fixture *x)
{
	ssize_t ret;

	kthread_use_mm(x->mm);
	ret = x->f->p->misc.fops->read(&x->file, NULL, 4, &x->file.f_pos);
	kthread_unuse_mm(x->mm);
	return ret;
}

static struct pluton_word take(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	struct pluton_word w = { };

	KUNIT_ASSERT_TRUE(test, fake_take(x->f, &w));
	return w;
}

/* ---- waiting in read(2) ---------------------------------------------------------------------- */

static int reader(void *data)
{
	ssize_t ret = fetch(data);

	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return ret;
}

/* A request was started, and the file is a blocking one by now. */
static struct task_struct *start_reader(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	struct task_struct *t;

	x->file.f_flags &= ~O_NONBLOCK;
	t = kthread_run(reader, x, "pluton-reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	/* it waits, and is woken for nothing */
	usleep_range(30000, 40000);
	wake_up_process(t);
	usleep_range(30000, 40000);
	return t;
}

/* What waits must not sleep for something else: the debug kernel sees it. */
static void read_waits_for_the_answer(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	struct task_struct *t;
	struct pluton_word w;

	KUNIT_ASSERT_EQ(test, ask(x, PLUTON_GET_SECURITY_STATE), -EINPROGRESS);
	w = take(test);
	t = start_reader(test);
	fake_answer(x->f, &w);
	KUNIT_EXPECT_EQ(test, kthread_stop(t), -EFAULT);
}

static void read_comes_back_when_the_device_goes(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	struct task_struct *t;

	KUNIT_ASSERT_EQ(test, ask(x, PLUTON_GET_SECURITY_STATE), -EINPROGRESS);
	t = start_reader(test);
	pluton_core_stop(x->f->p);
	KUNIT_EXPECT_EQ(test, kthread_stop(t), -ENODEV);
}

static void read_of_nothing_does_not_wait(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;

	x->file.f_flags &= ~O_NONBLOCK;
	KUNIT_EXPECT_EQ(test, fetch(x), -EAGAIN);
}

/* ---- who may have the result? ---------------------------------------------------------------- */

static enum sphere_verdict verdict;
static enum sphere_op asked;

static enum sphere_verdict say(enum sphere_op op, const union sphere_op_arg *arg)
{
	asked = op;
	return verdict;
}

/* the component that the task is of; 0: none */
static u8 component;

static int someone(struct sphere_identity *id)
{
	id->component.b[0] = component;
	return component ? 0 : -ENODATA;
}

static enum sphere_verdict no_message(const struct sphere_component_id *from,
				      const struct sphere_component_id *to)
{
	return SPHERE_REFUSE;
}

static int no_policy(unsigned int core, struct sphere_core_policy *policy)
{
	return -ENOENT;
}

static const struct sphere_provider provider = {
	.name = "pluton-kunit",
	.may = say,
	.identity = someone,
	.may_send = no_message,
	.core_policy = no_policy,
};

static void T18_the_result_is_for_those_who_may(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	ssize_t with, without, again;
	struct pluton_word w;

	if (sphere_authority_register(&provider)) {
		kunit_skip(test, "there is a security module");
		return;
	}
	verdict = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, ask(x, PLUTON_GET_SECURITY_STATE), -EINPROGRESS);
	if (fake_take(x->f, &w))
		fake_answer(x->f, &w);
	asked = SPHERE_OP_NONE;
	verdict = SPHERE_REFUSE;
	without = fetch(x);
	KUNIT_EXPECT_EQ(test, asked, SPHERE_OP_PLUTON_SECURITY_STATE);
	again = fetch(x);
	verdict = SPHERE_ALLOW;
	with = fetch(x);
	sphere_authority_unregister(&provider);
	KUNIT_EXPECT_EQ(test, without, -EPERM);
	KUNIT_EXPECT_EQ(test, again, -EPERM);
	/* it was left where it was */
	KUNIT_EXPECT_EQ(test, with, -EFAULT);
	KUNIT_EXPECT_EQ(test, fake_stat(x->f, PLUTON_STAT_REFUSED), 2);
}

/* Nor do they learn that it failed. */
static void T18_a_failure_is_for_those_who_may(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	ssize_t with, without;

	if (sphere_authority_register(&provider)) {
		kunit_skip(test, "there is a security module");
		return;
	}
	verdict = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, ask(x, PLUTON_GENERATE_CLIENT_AUTH_KEY), -EINPROGRESS);
	fake_pass(x->f, 25000);
	verdict = SPHERE_REFUSE;
	without = fetch(x);
	verdict = SPHERE_ALLOW;
	with = fetch(x);
	sphere_authority_unregister(&provider);
	KUNIT_EXPECT_EQ(test, without, -EPERM);
	KUNIT_EXPECT_EQ(test, with, -ETIMEDOUT);
}

/* ---- who pays for slots? --------------------------------------------------------------------- */

static unsigned int accounts(struct pluton *p)
{
	struct list_head *at;
	unsigned int n = 0;

	spin_lock_bh(&p->lock);
	list_for_each(at, &p->accounts)
		n++;
	spin_unlock_bh(&p->lock);
	return n;
}

/* T14: opened, a request started, closed, again and again: others have slots nevertheless. */
static void T14_files_that_come_and_go(struct kunit *test)
{
	struct chrdev_fixture *x = test->priv;
	struct pluton *p = x->f->p;
	struct pluton_req *other;
	struct pluton_word w = { };
	unsigned int i;

	for (i = 0; i < 3 * PLUTON_A7_BUFFERS; i++) {
		struct file file = {
			.f_mode = FMODE_READ | FMODE_WRITE,
			.f_flags = O_RDWR | O_NONBLOCK,
			.private_data = &p->misc,
		};

		KUNIT_ASSERT_EQ(test, p->misc.fops->open(&x->inode, &file), 0);
		KUNIT_EXPECT_EQ(test, ask_file(x, &file, PLUTON_GENERATE_CLIENT_AUTH_KEY),
				-EINPROGRESS);
		p->misc.fops->release(&x->inode, &file);
	}
	while (fake_take(x->f, &w))
		;
	other = pluton_req_new(&p->kernel, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_EQ(test, pluton_submit(other), 0);
	KUNIT_EXPECT_TRUE(test, fake_take(x->f, &w));
	KUNIT_EXPECT_EQ(test, w.cmd, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	fake_answer(x->f, &w);
	KUNIT_EXPECT_TRUE(test, pluton_is_done(other));
	pluton_req_free(other);
}

/* One account for all files of a component, or of a user that is of none */
static void accounts_of_files(struct kunit *test)
{
	static const u8 of[] = { 0, 0, 1, 1, 2 };
	struct chrdev_fixture *x = test->priv;
	struct pluton *p = x->f->p;
	struct file *file = kunit_kzalloc(test, ARRAY_SIZE(of) * sizeof(*file), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	if (sphere_authority_register(&provider)) {
		kunit_skip(test, "there is a security module");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		component = of[i];
		file[i].private_data = &p->misc;
		KUNIT_EXPECT_EQ(test, p->misc.fops->open(&x->inode, &file[i]), 0);
	}
	component = 0;
	sphere_authority_unregister(&provider);
	KUNIT_EXPECT_EQ(test, accounts(p), 3);
	/* the one of the file that every case has stays */
	for (i = 0; i < ARRAY_SIZE(of); i++)
		if (file[i].private_data != &p->misc)
			p->misc.fops->release(&x->inode, &file[i]);
	KUNIT_EXPECT_EQ(test, accounts(p), 1);
}

static struct kunit_case chrdev_cases[] = {
	KUNIT_CASE(read_waits_for_the_answer),
	KUNIT_CASE(read_comes_back_when_the_device_goes),
	KUNIT_CASE(read_of_nothing_does_not_wait),
	KUNIT_CASE(T18_the_result_is_for_those_who_may),
	KUNIT_CASE(T18_a_failure_is_for_those_who_may),
	KUNIT_CASE(T14_files_that_come_and_go),
	KUNIT_CASE(accounts_of_files),
	{ }
};

static struct kunit_suite chrdev_suite = {
	.name = "pluton_chrdev",
	.init = chrdev_init,
	.exit = chrdev_exit,
	.test_cases = chrdev_cases,
};

kunit_test_suite(chrdev_suite);
