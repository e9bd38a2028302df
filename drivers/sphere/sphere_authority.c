// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sphere authority: drivers ask, a security module answers
 *
 * One provider at a time, published by RCU. Every question is put inside an RCU
 * read-side section, and answers never sleep, so that a provider which has
 * unregistered has no call in flight and gets no further one, without a
 * reference count that each question would have to touch.
 *
 * Whatever is not a clear yes is a no: an unknown operation, an argument that is
 * missing, a verdict that does not exist, a list that claims to be longer than
 * it can be. A task that the provider does not know (or any task, where there is
 * no provider) needs CAP_SYS_ADMIN in the initial user namespace.
 *
 * What drivers report is kept here as well as passed on, since the provider may
 * come after the driver.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include <linux/sphere/authority.h>

static DEFINE_MUTEX(provider_mutex);	/* serialises changes of provider */
static const struct sphere_provider __rcu *provider;

/* What drivers have reported. One word each, so no lock. */
static enum sphere_development development;
static unsigned long running_cores;

/* Which operations have an argument */
static bool takes_argument(enum sphere_op op)
{
	switch (op) {
	case SPHERE_OP_PLUTON_PUBLIC_KEY:
	case SPHERE_OP_PLUTON_SIGN:
	case SPHERE_OP_CORE_START:
	case SPHERE_OP_CORE_STOP:
	case SPHERE_OP_CORE_CONNECT:
		return true;
	default:
		return false;
	}
}

static bool is_valid(enum sphere_op op, const union sphere_op_arg *arg)
{
	if (op <= SPHERE_OP_NONE || op >= SPHERE_OPS)
		return false;
	if (takes_argument(op) != !!arg)
		return false;
	if ((op == SPHERE_OP_CORE_START || op == SPHERE_OP_CORE_STOP) &&
	    arg->core >= SPHERE_CORES)
		return false;
	return true;
}

/**
 * sphere_authority_may() - may the current task do this?
 * @op: the operation
 * @arg: what it is about; NULL for operations without an argument
 *
 * To be asked at each call: a provider's answer may change at any time.
 *
 * Context: Process context; does not sleep, and may be asked with locks held. In
 * an interrupt there is no task to ask about, and the answer is no.
 * Return: 0, or %-EPERM for every kind of no.
 */
int sphere_authority_may(enum sphere_op op, const union sphere_op_arg *arg)
{
	enum sphere_verdict verdict = SPHERE_UNCONFINED;
	const struct sphere_provider *p;

	if (!in_task() || !is_valid(op, arg))
		return -EPERM;

	rcu_read_lock();
	p = rcu_dereference(provider);
	if (p)
		verdict = p->may(op, arg);
	rcu_read_unlock();

	switch (verdict) {
	case SPHERE_ALLOW:
		return 0;
	case SPHERE_UNCONFINED:
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	default:
		return -EPERM;
	}
}
EXPORT_SYMBOL_GPL(sphere_authority_may);

/**
 * sphere_authority_identity() - who is the current task?
 * @id: filled in; all zero on failure
 *
 * Context: Process context; does not sleep.
 * Return: 0, or %-ENODATA if the task has no identity: no provider, or a task
 * that is none of its own.
 */
int sphere_authority_identity(struct sphere_identity *id)
{
	const struct sphere_provider *p;
	int ret = -ENODATA;

	memset(id, 0, sizeof(*id));
	if (!in_task())
		return ret;

	rcu_read_lock();
	p = rcu_dereference(provider);
	if (p)
		ret = p->identity(id);
	rcu_read_unlock();

	if (!ret)
		return 0;
	/* what a provider wrote before it changed its mind is no identity */
	memset(id, 0, sizeof(*id));
	return -ENODATA;
}
EXPORT_SYMBOL_GPL(sphere_authority_identity);

/**
 * sphere_authority_may_send() - may one component send to another?
 * @from: the sender
 * @to: the receiver
 *
 * Asked where there may be no task: when a message is delivered. All ids are
 * alike; that of all zeros means nothing special.
 *
 * Context: Any context.
 * Return: %SPHERE_ALLOW, %SPHERE_REFUSE, or %SPHERE_NO_PROVIDER, in which case the
 * asker goes by rules of its own.
 */
enum sphere_verdict sphere_authority_may_send(const struct sphere_component_id *from,
					      const struct sphere_component_id *to)
{
	enum sphere_verdict verdict = SPHERE_NO_PROVIDER;
	const struct sphere_provider *p;

	rcu_read_lock();
	p = rcu_dereference(provider);
	if (p)
		verdict = p->may_send(from, to) == SPHERE_ALLOW ? SPHERE_ALLOW : SPHERE_REFUSE;
	rcu_read_unlock();
	return verdict;
}
EXPORT_SYMBOL_GPL(sphere_authority_may_send);

/**
 * sphere_authority_core_policy() - which policy does a real-time core run under?
 * @core: number of the core
 * @policy: filled in with a copy; all zero on failure
 *
 * The copy stays true to what the provider had at that moment; ask again at
 * each start of the core.
 *
 * Context: Any context.
 * Return: 0, or
 * * %-ENODATA - there is no provider
 * * %-ENOENT - the provider has no policy for that core: it must not run
 */
int sphere_authority_core_policy(unsigned int core, struct sphere_core_policy *policy)
{
	const struct sphere_provider *p;
	int ret = -ENODATA;

	memset(policy, 0, sizeof(*policy));
	rcu_read_lock();
	p = rcu_dereference(provider);
	if (p)
		ret = core < SPHERE_CORES && !p->core_policy(core, policy) ? 0 : -ENOENT;
	rcu_read_unlock();

	if (!ret && (policy->n_partners > SPHERE_CORE_PARTNERS ||
		     policy->n_images > SPHERE_CORE_IMAGES)) {
		pr_err_ratelimited("the policy of core %u lists more than fits; it counts as none\n",
				   core);
		ret = -ENOENT;
	}
	if (ret)
		memset(policy, 0, sizeof(*policy));
	return ret;
}
EXPORT_SYMBOL_GPL(sphere_authority_core_policy);

/**
 * sphere_authority_report_development() - say whether this is a development device
 * @mode: what the security processor says; %SPHERE_DEVELOPMENT_UNKNOWN when the
 *	driver that reported goes away
 *
 * Context: Any context.
 */
void sphere_authority_report_development(enum sphere_development mode)
{
	const struct sphere_provider *p;

	if (mode != SPHERE_DEVELOPMENT_YES && mode != SPHERE_DEVELOPMENT_NO)
		mode = SPHERE_DEVELOPMENT_UNKNOWN;
	WRITE_ONCE(development, mode);
	rcu_read_lock();
	p = rcu_dereference(provider);
	if (p && p->development)
		p->development(mode);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(sphere_authority_report_development);

/**
 * sphere_authority_report_core() - a real-time core was started or stopped
 * @core: number of the core; others than the chip has are ignored
 * @running: it runs now
 *
 * Reports about one core come one after the other.
 *
 * Context: Any context.
 */
void sphere_authority_report_core(unsigned int core, bool running)
{
	const struct sphere_provider *p;

	if (core >= SPHERE_CORES)
		return;
	if (running)
		set_bit(core, &running_cores);
	else
		clear_bit(core, &running_cores);
	rcu_read_lock();
	p = rcu_dereference(provider);
	if (p && p->core_event)
		p->core_event(core, running);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(sphere_authority_report_core);

/**
 * sphere_authority_register() - become the provider
 * @p: its answers; must stay until sphere_authority_unregister() has returned
 *
 * What drivers reported before is not repeated: see
 * sphere_authority_development() and sphere_authority_core_running(). Call them
 * after this, so that no report is missed.
 *
 * Context: Process context, may sleep.
 * Return: 0, or
 * * %-EINVAL - an answer that must be there is not
 * * %-EBUSY - there is a provider already
 */
int sphere_authority_register(const struct sphere_provider *p)
{
	int ret = 0;

	if (!p || !p->name || !p->may || !p->identity || !p->may_send || !p->core_policy)
		return -EINVAL;

	mutex_lock(&provider_mutex);
	if (rcu_access_pointer(provider))
		ret = -EBUSY;
	else
		rcu_assign_pointer(provider, p);
	mutex_unlock(&provider_mutex);
	if (!ret)
		pr_info("%s decides from now on\n", p->name);
	return ret;
}
EXPORT_SYMBOL_GPL(sphere_authority_register);

/**
 * sphere_authority_unregister() - stop being the provider
 * @p: what was registered; if it is not the provider nothing happens
 *
 * When it returns no call to @p is in flight and none will come.
 *
 * Context: Process context, sleeps.
 */
void sphere_authority_unregister(const struct sphere_provider *p)
{
	bool was;

	mutex_lock(&provider_mutex);
	was = p && rcu_access_pointer(provider) == p;
	if (was)
		RCU_INIT_POINTER(provider, NULL);
	mutex_unlock(&provider_mutex);
	if (!was)
		return;
	synchronize_rcu();
	pr_info("%s decides no more; only CAP_SYS_ADMIN passes\n", p->name);
}
EXPORT_SYMBOL_GPL(sphere_authority_unregister);

/**
 * sphere_authority_development() - is this a development device?
 *
 * Context: Any context.
 * Return: what was last reported. Anything but %SPHERE_DEVELOPMENT_YES means no.
 */
enum sphere_development sphere_authority_development(void)
{
	return READ_ONCE(development);
}
EXPORT_SYMBOL_GPL(sphere_authority_development);

/**
 * sphere_authority_core_running() - does a real-time core run?
 * @core: number of the core
 *
 * Context: Any context.
 * Return: true if it was last reported as started.
 */
bool sphere_authority_core_running(unsigned int core)
{
	return core < SPHERE_CORES && test_bit(core, &running_cores);
}
EXPORT_SYMBOL_GPL(sphere_authority_core_running);

MODULE_DESCRIPTION("Sphere authority: drivers ask, a security module answers");
MODULE_LICENSE("GPL");
