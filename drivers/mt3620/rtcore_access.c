// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may talk to whom: the authority, and the permission table
 *
 * A conversation needs both directions: the application lists the component on
 * the core and the other way round. Both are asked at opening, at each send and at
 * each delivery.
 *
 * Where a security module has registered with the authority it decides. The table
 * cannot add to that, only take away: a pair that was put into the table and
 * deleted again is refused until it is put in again. The table is bounded; where its
 * places run out, those pairs are forgotten that the security module refuses at that time.
 *
 * Without one, a direction is permitted by its pair in the table, or because the
 * task has CAP_SYS_ADMIN (at delivery: had it when the endpoint was opened). For the
 * direction from a core the core's own list of partners is as good as a pair; and
 * where nobody has given the core such a list, the pair that lets the application
 * speak also lets the answers in.
 *
 * The id of all zeros is an id like any other here. Only rtcore_pair_del() reads it
 * as "any", as published.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "rtcore_link.h"

/**
 * struct pair - a direction
 * @from: who sends
 * @to: who receives
 * @taken: it was deleted: refused even if the security module permits it
 */
struct pair {
	struct sphere_component_id from;
	struct sphere_component_id to;
	bool taken;
};

static DEFINE_SPINLOCK(pairs_lock);	/* protects the two below */
static struct pair pairs[RTCORE_MAX_PAIRS];
static unsigned int n_pairs;

static struct pair *find_pair(const struct sphere_component_id *from,
			      const struct sphere_component_id *to)
{
	unsigned int i;

	lockdep_assert_held(&pairs_lock);
	for (i = 0; i < n_pairs; i++)
		if (rtcore_same_id(&pairs[i].from, from) && rtcore_same_id(&pairs[i].to, to))
			return &pairs[i];
	return NULL;
}

/* what the table knows of a direction */
enum pair_says { PAIR_UNKNOWN, PAIR_LISTED, PAIR_TAKEN };

static enum pair_says ask_table(const struct sphere_component_id *from,
				const struct sphere_component_id *to)
{
	enum pair_says says = PAIR_UNKNOWN;
	struct pair *p;

	spin_lock_bh(&pairs_lock);
	p = find_pair(from, to);
	if (p)
		says = p->taken ? PAIR_TAKEN : PAIR_LISTED;
	spin_unlock_bh(&pairs_lock);
	return says;
}

/*
 * Make room: what was taken away and is refused by the security module as well, or where
 * there is none, is refused without an entry.
 */
static void forget_refused(void)
{
	unsigned int i;

	lockdep_assert_held(&pairs_lock);
	/* backwards, because the last one fills the place of one that goes */
	for (i = n_pairs; i--;)
		if (pairs[i].taken &&
		    sphere_authority_may_send(&pairs[i].from, &pairs[i].to) != SPHERE_ALLOW)
			pairs[i] = pairs[--n_pairs];
}

/**
 * rtcore_pair_add() - put a pair into the permission table
 * @from: who may send
 * @to: to whom
 *
 * Context: Any but hard interrupts.
 * Return: 0, %-EEXIST if it is there, or %-ENOSPC.
 */
int rtcore_pair_add(const struct sphere_component_id *from, const struct sphere_component_id *to)
{
	struct pair *p;
	int ret = 0;

	spin_lock_bh(&pairs_lock);
	p = find_pair(from, to);
	if (!p && n_pairs == RTCORE_MAX_PAIRS)
		forget_refused();
	if (p && !p->taken)
		ret = -EEXIST;
	else if (p)
		p->taken = false;
	else if (n_pairs == RTCORE_MAX_PAIRS)
		ret = -ENOSPC;
	else
		pairs[n_pairs++] = (struct pair){ .from = *from, .to = *to };
	spin_unlock_bh(&pairs_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(rtcore_pair_add);

/**
 * rtcore_pair_del() - take pairs out of the permission table
 * @from: who may not send any more; the id of all zeros means any
 * @to: to whom; likewise
 *
 * Context: Any but hard interrupts.
 * Return: 0, or %-ENOENT if there is no such pair.
 */
int rtcore_pair_del(const struct sphere_component_id *from, const struct sphere_component_id *to)
{
	static const struct sphere_component_id any;
	bool any_from = rtcore_same_id(from, &any);
	bool any_to = rtcore_same_id(to, &any);
	int ret = -ENOENT;
	unsigned int i;

	spin_lock_bh(&pairs_lock);
	/* backwards, because the last one fills the place of one that goes */
	for (i = n_pairs; i--;) {
		struct pair *p = &pairs[i];

		if (p->taken || !(any_from || rtcore_same_id(&p->from, from)) ||
		    !(any_to || rtcore_same_id(&p->to, to)))
			continue;
		/* to forget it would permit again what a security module permits */
		if (sphere_authority_may_send(&p->from, &p->to) != SPHERE_NO_PROVIDER)
			p->taken = true;
		else
			*p = pairs[--n_pairs];
		ret = 0;
	}
	spin_unlock_bh(&pairs_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(rtcore_pair_del);

/* Is the direction permitted? @privileged: stands in for a pair where there is no provider */
static int may_flow(const struct sphere_component_id *from, const struct sphere_component_id *to,
		    bool from_core, bool privileged)
{
	enum pair_says says = ask_table(from, to);
	bool has_list;

	switch (sphere_authority_may_send(from, to)) {
	case SPHERE_ALLOW:
		return says == PAIR_TAKEN ? -EPERM : 0;
	case SPHERE_NO_PROVIDER:
		break;
	default:
		return -EPERM;
	}

	if (says == PAIR_LISTED || privileged)
		return 0;
	if (!from_core)
		return -EPERM;
	if (rtcore_core_lists(from, to, &has_list))
		return 0;
	return !has_list && ask_table(to, from) == PAIR_LISTED ? 0 : -EPERM;
}

/* @from is here, @to on a core */
static int may_talk(const struct rtcore_ep *ep, bool privileged)
{
	return may_flow(&ep->own, &ep->peer, false, privileged) ?:
	       may_flow(&ep->peer, &ep->own, true, privileged);
}

/* Is anybody there who decides? The answer to a question about nobody tells. */
static bool has_provider(const struct rtcore_ep *ep)
{
	return sphere_authority_may_send(&ep->own, &ep->peer) != SPHERE_NO_PROVIDER;
}

/**
 * rtcore_access_task() - may the current task act as an endpoint's component?
 * @ep: the endpoint
 *
 * A descriptor that was handed on gives nobody the identity of its maker. Without
 * a security module tasks have no identity, and the answer is yes.
 *
 * Context: Process context.
 * Return: 0 or %-EPERM.
 */
int rtcore_access_task(const struct rtcore_ep *ep)
{
	struct sphere_identity id;

	if (!has_provider(ep))
		return 0;
	if (!sphere_authority_identity(&id))
		return rtcore_same_id(&id.component, &ep->own) ? 0 : -EPERM;
	/* none of the module's own: needs CAP_SYS_ADMIN */
	return sphere_authority_may(SPHERE_OP_CORE_CONNECT,
				    &(union sphere_op_arg){ .peer = ep->peer });
}

static int may_now(const struct rtcore_ep *ep, bool *privileged)
{
	int ret;

	if (has_provider(ep)) {
		*privileged = false;
		ret = rtcore_access_task(ep) ?:
		      sphere_authority_may(SPHERE_OP_CORE_CONNECT,
					   &(union sphere_op_arg){ .peer = ep->peer });
		return ret ?: may_talk(ep, false);
	}
	*privileged = false;
	ret = may_talk(ep, false);
	if (!ret)
		return 0;
	*privileged = capable(CAP_SYS_ADMIN);
	return may_talk(ep, *privileged);
}

/**
 * rtcore_access_open() - may the current task open this endpoint?
 * @ep: the endpoint; @trusted is filled in
 *
 * Context: Process context.
 * Return: 0 or %-EPERM.
 */
int rtcore_access_open(struct rtcore_ep *ep)
{
	return may_now(ep, &ep->trusted);
}

/**
 * rtcore_access_send() - may the current task send?
 * @ep: the endpoint
 *
 * Context: Process context.
 * Return: 0 or %-EPERM.
 */
int rtcore_access_send(const struct rtcore_ep *ep)
{
	bool privileged;

	return may_now(ep, &privileged);
}

/**
 * rtcore_access_deliver() - may a message from the core be delivered?
 * @ep: the endpoint that it is for
 *
 * Context: Any but hard interrupts.
 * Return: 0 or %-EPERM.
 */
int rtcore_access_deliver(const struct rtcore_ep *ep)
{
	return may_talk(ep, ep->trusted);
}
