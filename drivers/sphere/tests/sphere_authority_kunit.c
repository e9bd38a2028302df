// SPDX-License-Identifier: GPL-2.0-only
/*
 * The authority: its rules without a provider, what it takes from one, and a
 * provider that goes while it is asked.
 *
 * A test that needs the place of the provider is skipped, visibly, where a real
 * one has it.
 */
#include <kunit/test.h>

#include <linux/cred.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include <linux/sphere/authority.h>

/* What the scripted provider answers, and what it was told and asked */
static struct {
	enum sphere_verdict verdict;
	int identity_ret;
	struct sphere_identity identity;
	int policy_ret;
	struct sphere_core_policy policy;
	unsigned int asked;
	enum sphere_op op;
	union sphere_op_arg arg;
	bool had_arg;
	int events[SPHERE_CORES];
	enum sphere_development mode;
	bool alive;
	unsigned int dead_calls;
} script;

static void called(void)
{
	if (!READ_ONCE(script.alive))
		WRITE_ONCE(script.dead_calls, script.dead_calls + 1);
}

static enum sphere_verdict scripted_may(enum sphere_op op, const union sphere_op_arg *arg)
{
	called();
	script.asked++;
	script.op = op;
	script.had_arg = arg;
	if (arg)
		script.arg = *arg;
	return script.verdict;
}

static int scripted_identity(struct sphere_identity *id)
{
	called();
	*id = script.identity;
	return script.identity_ret;
}

static enum sphere_verdict scripted_may_send(const struct sphere_component_id *from,
					     const struct sphere_component_id *to)
{
	called();
	script.asked++;
	return script.verdict;
}

static int scripted_policy(unsigned int core, struct sphere_core_policy *policy)
{
	called();
	*policy = script.policy;
	return script.policy_ret;
}

static void scripted_core_event(unsigned int core, bool running)
{
	script.events[core] += running ? 1 : -1;
}

static void scripted_development(enum sphere_development mode)
{
	script.mode = mode;
}

static const struct sphere_provider scripted = {
	.name = "scripted",
	.may = scripted_may,
	.identity = scripted_identity,
	.may_send = scripted_may_send,
	.core_policy = scripted_policy,
	.core_event = scripted_core_event,
	.development = scripted_development,
};

static int authority_init(struct kunit *test)
{
	memset(&script, 0, sizeof(script));
	script.alive = true;
	if (sphere_authority_register(&scripted) == -EBUSY)
		kunit_skip(test, "a security module has the place of the provider");
	sphere_authority_unregister(&scripted);
	return 0;
}

static void authority_exit(struct kunit *test)
{
	sphere_authority_unregister(&scripted);
	sphere_authority_report_development(SPHERE_DEVELOPMENT_UNKNOWN);
	sphere_authority_report_core(0, false);
	sphere_authority_report_core(1, false);
}

static void provide(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, sphere_authority_register(&scripted), 0);
}

/* Credentials without CAP_SYS_ADMIN, or with all of a child namespace */
struct other_cred {
	const struct cred *old;
	struct cred *new;
	struct user_namespace *ns;
};

static void become(struct kunit *test, struct other_cred *c, bool child_ns)
{
	c->new = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, c->new);
	c->ns = NULL;
	if (child_ns) {
		c->ns = kunit_kzalloc(test, sizeof(*c->ns), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, c->ns);
		c->ns->parent = &init_user_ns;
		c->ns->level = 1;
		c->ns->owner = make_kuid(&init_user_ns, 1000);
		c->new->user_ns = c->ns;
		c->new->cap_effective = CAP_FULL_SET;
	} else {
		cap_lower(c->new->cap_effective, CAP_SYS_ADMIN);
	}
	c->old = override_creds(c->new);
}

static void become_self(struct other_cred *c)
{
	revert_creds(c->old);
	if (c->ns)
		c->new->user_ns = &init_user_ns;
	put_cred(c->new);
}

/* ---- without a provider ------------------------------------------------- */

static void may_without_provider_needs_cap_sys_admin(struct kunit *test)
{
	struct other_cred c;

	KUNIT_EXPECT_EQ(test, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL), 0);
	become(test, &c, false);
	KUNIT_EXPECT_EQ(test, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL), -EPERM);
	become_self(&c);
}

/* T34 in kind: full rights in a namespace of one's own are no rights here */
static void may_without_provider_in_child_namespace(struct kunit *test)
{
	struct other_cred c;

	become(test, &c, true);
	KUNIT_EXPECT_EQ(test, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL), -EPERM);
	become_self(&c);
}

static void others_without_provider(struct kunit *test)
{
	struct sphere_component_id zero = {}, one = { .b = { 1 } };
	struct sphere_core_policy *policy;
	struct sphere_identity id;

	policy = kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, policy);
	memset(&id, 0xff, sizeof(id));
	KUNIT_EXPECT_EQ(test, sphere_authority_identity(&id), -ENODATA);
	KUNIT_EXPECT_FALSE(test, memchr_inv(&id, 0, sizeof(id)));
	KUNIT_EXPECT_EQ(test, (int)sphere_authority_may_send(&zero, &one),
			(int)SPHERE_NO_PROVIDER);
	memset(policy, 0xff, sizeof(*policy));
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(0, policy), -ENODATA);
	KUNIT_EXPECT_FALSE(test, memchr_inv(policy, 0, sizeof(*policy)));
}

/* ---- operations --------------------------------------------------------- */

struct op_case {
	const char *name;
	int op;
	bool arg;
	u32 core;
	bool valid;
};

static const struct op_case op_cases[] = {
	{ "none", SPHERE_OP_NONE, false, 0, false },
	{ "one too many", SPHERE_OPS, false, 0, false },
	{ "negative", -1, false, 0, false },
	{ "far away", 0x10000 + SPHERE_OP_PLUTON_RANDOM, false, 0, false },	/* RC4 */
	{ "random", SPHERE_OP_PLUTON_RANDOM, false, 0, true },
	{ "random with argument", SPHERE_OP_PLUTON_RANDOM, true, 0, false },
	{ "sign", SPHERE_OP_PLUTON_SIGN, true, 0, true },
	{ "sign for nobody", SPHERE_OP_PLUTON_SIGN, false, 0, false },
	{ "public key of nobody", SPHERE_OP_PLUTON_PUBLIC_KEY, false, 0, false },
	{ "core 1", SPHERE_OP_CORE_START, true, 1, true },
	{ "core 2", SPHERE_OP_CORE_START, true, 2, false },
	{ "stop core 2", SPHERE_OP_CORE_STOP, true, 2, false },
	{ "connect to nobody", SPHERE_OP_CORE_CONNECT, false, 0, false },
};

static void op_desc(const struct op_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(op, op_cases, op_desc);

/* Whatever is not a known operation with its argument is refused, even to root
 * and although the provider would allow it; it does not get to see it.
 */
static void may_checks_operation(struct kunit *test)
{
	const struct op_case *c = test->param_value;
	union sphere_op_arg arg = { .core = c->core };
	int want = c->valid ? 0 : -EPERM;

	KUNIT_EXPECT_EQ(test, sphere_authority_may(c->op, c->arg ? &arg : NULL), want);
	provide(test);
	script.verdict = SPHERE_ALLOW;
	KUNIT_EXPECT_EQ(test, sphere_authority_may(c->op, c->arg ? &arg : NULL), want);
	KUNIT_EXPECT_EQ(test, script.asked, c->valid ? 1u : 0u);
	if (c->valid) {
		KUNIT_EXPECT_EQ(test, (int)script.op, c->op);
		KUNIT_EXPECT_EQ(test, script.had_arg, c->arg);
		KUNIT_EXPECT_TRUE(test, !c->arg || script.arg.core == c->core);
	}
}

/* ---- with a provider ---------------------------------------------------- */

struct verdict_case {
	const char *name;
	int verdict;
	bool admin;
	int want;
};

static const struct verdict_case verdict_cases[] = {
	{ "allow", SPHERE_ALLOW, false, 0 },
	{ "refuse", SPHERE_REFUSE, false, -EPERM },
	{ "refuse root", SPHERE_REFUSE, true, -EPERM },
	{ "unconfined", SPHERE_UNCONFINED, false, -EPERM },
	{ "unconfined root", SPHERE_UNCONFINED, true, 0 },
	/* LS40: what a provider should never say is a no */
	{ "no provider, says the provider", SPHERE_NO_PROVIDER, true, -EPERM },
	{ "an errno", -EACCES, true, -EPERM },
	{ "a large number", 12345, true, -EPERM },
};

static void verdict_desc(const struct verdict_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(verdict, verdict_cases, verdict_desc);

static void may_takes_verdict(struct kunit *test)
{
	const struct verdict_case *c = test->param_value;
	struct other_cred cred;
	int ret;

	provide(test);
	script.verdict = c->verdict;
	if (!c->admin)
		become(test, &cred, false);
	ret = sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL);
	if (!c->admin)
		become_self(&cred);
	KUNIT_EXPECT_EQ(test, ret, c->want);
}

static void may_send_takes_only_a_clear_yes(struct kunit *test)
{
	struct sphere_component_id zero = {}, one = { .b = { 1 } };
	int verdict;

	provide(test);
	for (verdict = -2; verdict < 6; verdict++) {
		int want = verdict == SPHERE_ALLOW ? SPHERE_ALLOW : SPHERE_REFUSE;

		script.verdict = verdict;
		KUNIT_EXPECT_EQ(test, (int)sphere_authority_may_send(&one, &one), want);
		/* AZ24: the id of all zeros is no wildcard; the provider is asked */
		script.asked = 0;
		KUNIT_EXPECT_EQ(test, (int)sphere_authority_may_send(&zero, &one), want);
		KUNIT_EXPECT_EQ(test, (int)sphere_authority_may_send(&one, &zero), want);
		KUNIT_EXPECT_EQ(test, script.asked, 2u);
	}
}

static void identity_is_all_or_nothing(struct kunit *test)
{
	struct sphere_identity id;

	provide(test);
	script.identity.component.b[3] = 7;
	script.identity.tenant.b[0] = 'x';
	script.identity.has_tenant = true;
	KUNIT_EXPECT_EQ(test, sphere_authority_identity(&id), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&id, &script.identity, sizeof(id)), 0);

	/* one that fails after it has written, with whatever it says */
	script.identity_ret = -ENODATA;
	KUNIT_EXPECT_EQ(test, sphere_authority_identity(&id), -ENODATA);
	KUNIT_EXPECT_FALSE(test, memchr_inv(&id, 0, sizeof(id)));
	script.identity_ret = 1;
	KUNIT_EXPECT_EQ(test, sphere_authority_identity(&id), -ENODATA);
	KUNIT_EXPECT_FALSE(test, memchr_inv(&id, 0, sizeof(id)));
}

static void core_policy_is_bounded(struct kunit *test)
{
	struct sphere_core_policy *p;

	p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	provide(test);
	script.policy.component.b[0] = 9;
	script.policy.n_partners = SPHERE_CORE_PARTNERS;
	script.policy.n_images = SPHERE_CORE_IMAGES;
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(1, p), 0);
	KUNIT_EXPECT_EQ(test, memcmp(p, &script.policy, sizeof(*p)), 0);

	/* a core that is not there, whatever the provider would say */
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(SPHERE_CORES, p), -ENOENT);
	KUNIT_EXPECT_FALSE(test, memchr_inv(p, 0, sizeof(*p)));

	/* lists that would lead a reader past the end */
	script.policy.n_partners = SPHERE_CORE_PARTNERS + 1;
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(1, p), -ENOENT);
	KUNIT_EXPECT_FALSE(test, memchr_inv(p, 0, sizeof(*p)));
	script.policy.n_partners = 0;
	script.policy.n_images = ~0u;
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(1, p), -ENOENT);
	KUNIT_EXPECT_FALSE(test, memchr_inv(p, 0, sizeof(*p)));

	script.policy.n_images = 0;
	script.policy_ret = -ENOENT;
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(1, p), -ENOENT);
	KUNIT_EXPECT_FALSE(test, memchr_inv(p, 0, sizeof(*p)));
}

/* What is asked with locks held and interrupts off must not sleep */
static void asked_in_atomic_context(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct sphere_component_id id = {};
	struct sphere_core_policy *p;
	struct sphere_identity who;
	unsigned long flags;

	p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	provide(test);
	script.verdict = SPHERE_ALLOW;
	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_EQ(test, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL), 0);
	KUNIT_EXPECT_EQ(test, (int)sphere_authority_may_send(&id, &id), (int)SPHERE_ALLOW);
	KUNIT_EXPECT_EQ(test, sphere_authority_core_policy(0, p), 0);
	KUNIT_EXPECT_EQ(test, sphere_authority_identity(&who), 0);
	sphere_authority_report_core(0, true);
	sphere_authority_report_development(SPHERE_DEVELOPMENT_NO);
	spin_unlock_irqrestore(&lock, flags);
}

/* In an interrupt the current task is somebody else */
static void asked_in_interrupt_context(struct kunit *test)
{
	struct sphere_identity who;
	int may, identity;

	provide(test);
	script.verdict = SPHERE_ALLOW;
	local_bh_disable();
	__local_bh_disable_ip(_THIS_IP_, SOFTIRQ_OFFSET);
	may = sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL);
	identity = sphere_authority_identity(&who);
	__local_bh_enable_ip(_THIS_IP_, SOFTIRQ_OFFSET);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, may, -EPERM);
	KUNIT_EXPECT_EQ(test, identity, -ENODATA);
}

/* ---- reports ------------------------------------------------------------ */

static void reports_are_kept_and_passed_on(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (int)sphere_authority_development(),
			(int)SPHERE_DEVELOPMENT_UNKNOWN);
	sphere_authority_report_development(SPHERE_DEVELOPMENT_YES);
	sphere_authority_report_core(1, true);

	/* a provider that comes later finds them */
	provide(test);
	KUNIT_EXPECT_EQ(test, (int)sphere_authority_development(), (int)SPHERE_DEVELOPMENT_YES);
	KUNIT_EXPECT_TRUE(test, sphere_authority_core_running(1));
	KUNIT_EXPECT_FALSE(test, sphere_authority_core_running(0));
	KUNIT_EXPECT_EQ(test, (int)script.mode, (int)SPHERE_DEVELOPMENT_UNKNOWN);

	sphere_authority_report_development(SPHERE_DEVELOPMENT_NO);
	KUNIT_EXPECT_EQ(test, (int)script.mode, (int)SPHERE_DEVELOPMENT_NO);
	sphere_authority_report_core(0, true);
	sphere_authority_report_core(1, false);
	KUNIT_EXPECT_EQ(test, script.events[0], 1);
	KUNIT_EXPECT_EQ(test, script.events[1], -1);
	KUNIT_EXPECT_TRUE(test, sphere_authority_core_running(0));
	KUNIT_EXPECT_FALSE(test, sphere_authority_core_running(1));
}

/* LS29: what is not a clear yes is a no, also after a yes */
static void development_must_be_a_clear_yes(struct kunit *test)
{
	sphere_authority_report_development(SPHERE_DEVELOPMENT_YES);
	sphere_authority_report_development(77);
	KUNIT_EXPECT_EQ(test, (int)sphere_authority_development(),
			(int)SPHERE_DEVELOPMENT_UNKNOWN);
}

static void report_of_a_core_that_is_not_there(struct kunit *test)
{
	provide(test);
	sphere_authority_report_core(SPHERE_CORES, true);
	sphere_authority_report_core(~0u, true);
	KUNIT_EXPECT_FALSE(test, sphere_authority_core_running(SPHERE_CORES));
	KUNIT_EXPECT_FALSE(test, sphere_authority_core_running(~0u));
	KUNIT_EXPECT_EQ(test, script.events[0], 0);
	KUNIT_EXPECT_EQ(test, script.events[1], 0);
}

/* ---- coming and going --------------------------------------------------- */

static void register_one_at_a_time(struct kunit *test)
{
	static const struct sphere_provider second = {
		.name = "second",
		.may = scripted_may,
		.identity = scripted_identity,
		.may_send = scripted_may_send,
		.core_policy = scripted_policy,
	};

	provide(test);
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&scripted), -EBUSY);
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&second), -EBUSY);
	/* one that is not the provider does not end the one that is */
	sphere_authority_unregister(&second);
	sphere_authority_unregister(NULL);
	script.verdict = SPHERE_REFUSE;
	KUNIT_EXPECT_EQ(test, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL), -EPERM);

	sphere_authority_unregister(&scripted);
	KUNIT_EXPECT_EQ(test, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL), 0);
	/* without the answers that may be left out */
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&second), 0);
	sphere_authority_report_core(0, true);
	sphere_authority_report_development(SPHERE_DEVELOPMENT_NO);
	sphere_authority_unregister(&second);
}

static void register_needs_every_answer(struct kunit *test)
{
	struct sphere_provider p;

	KUNIT_EXPECT_EQ(test, sphere_authority_register(NULL), -EINVAL);
	p = scripted;
	p.may = NULL;
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&p), -EINVAL);
	p = scripted;
	p.identity = NULL;
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&p), -EINVAL);
	p = scripted;
	p.may_send = NULL;
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&p), -EINVAL);
	p = scripted;
	p.core_policy = NULL;
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&p), -EINVAL);
	p = scripted;
	p.name = NULL;
	KUNIT_EXPECT_EQ(test, sphere_authority_register(&p), -EINVAL);
}

/* Readers ask all the time while providers come and go */
#define READERS	3
#define ROUNDS	200

static int ask(void *data)
{
	struct sphere_component_id id = {};
	struct sphere_identity who;
	unsigned long *n = data;

	while (!kthread_should_stop()) {
		sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL);
		sphere_authority_may_send(&id, &id);
		sphere_authority_identity(&who);
		(*n)++;
		if (!(*n % 16))
			schedule_timeout_interruptible(1);
		cond_resched();
	}
	return 0;
}

static void replaced_under_readers(struct kunit *test)
{
	struct task_struct *t[READERS];
	unsigned long n[READERS] = {};
	int i;

	script.verdict = SPHERE_ALLOW;
	for (i = 0; i < READERS; i++) {
		t[i] = kthread_run(ask, &n[i], "authority-reader");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
	}
	for (i = 0; i < ROUNDS; i++) {
		WRITE_ONCE(script.alive, true);
		KUNIT_EXPECT_EQ(test, sphere_authority_register(&scripted), 0);
		cond_resched();
		sphere_authority_unregister(&scripted);
		WRITE_ONCE(script.alive, false);
		cond_resched();
		if (!(i % 16))
			schedule_timeout_interruptible(1);
	}
	for (i = 0; i < READERS; i++) {
		kthread_stop(t[i]);
		KUNIT_EXPECT_GT(test, n[i], 0ul);
	}
	KUNIT_EXPECT_EQ(test, script.dead_calls, 0u);
}

static struct kunit_case authority_cases[] = {
	KUNIT_CASE(may_without_provider_needs_cap_sys_admin),
	KUNIT_CASE(may_without_provider_in_child_namespace),
	KUNIT_CASE(others_without_provider),
	KUNIT_CASE_PARAM(may_checks_operation, op_gen_params),
	KUNIT_CASE_PARAM(may_takes_verdict, verdict_gen_params),
	KUNIT_CASE(may_send_takes_only_a_clear_yes),
	KUNIT_CASE(identity_is_all_or_nothing),
	KUNIT_CASE(core_policy_is_bounded),
	KUNIT_CASE(asked_in_atomic_context),
	KUNIT_CASE(asked_in_interrupt_context),
	KUNIT_CASE(reports_are_kept_and_passed_on),
	KUNIT_CASE(development_must_be_a_clear_yes),
	KUNIT_CASE(report_of_a_core_that_is_not_there),
	KUNIT_CASE(register_one_at_a_time),
	KUNIT_CASE(register_needs_every_answer),
	KUNIT_CASE(replaced_under_readers),
	{}
};

static struct kunit_suite authority_suite = {
	.name = "sphere_authority",
	.init = authority_init,
	.exit = authority_exit,
	.test_cases = authority_cases,
};

kunit_test_suite(authority_suite);

MODULE_DESCRIPTION("KUnit tests for the sphere authority");
MODULE_LICENSE("GPL");
