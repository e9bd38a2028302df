// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link to a real-time core: states, endpoints, and what happens to messages
 *
 * There is one link per core of the chip, for ever: what comes and goes is the way
 * to the core (@ops) and the memory of the rings. So an endpoint needs no reference
 * to a device, and sending while the device goes away is an ordinary error.
 *
 * States: off -> starting (the rings are cleared and offered) -> active (the core
 * has taken the offer). Any rule that the core breaks leads to halted: nothing is
 * read or written any more, until the link is started again. Whenever a link leaves
 * "active", the blocks that the core has not read are counted and reported to the
 * endpoints that sent them; what the core had written before is delivered first.
 *
 * A core that restarts does not say so, nor does one that resets its mailbox, both ends
 * of it, which published programs do when they start and to begin anew. Both are known
 * from a number (@starts of the way to the core). It is noted right before an offer: a
 * reset after that may have taken entries of the offer with it, which looks as if the
 * core had taken them, so it has to be the same when the offer is taken. From
 * then on tend() compares it about once in a second, for an application that only
 * listens, and at once where something stays unread. While an offer is out tend() also
 * looks whether it was taken, since a reset takes our interrupts away too.
 *
 * Where the number does not tell, a restart is suspected from blocks that stay unread.
 * Where every restart is counted, a core that reads nothing is a slow one, whose rings
 * must not be cleared under it, and is left alone for ten times as long.
 * An interrupt that the core has lost (it clears them when it takes the rings)
 * looks the same at first, so it is raised again, in growing distances, before
 * anything else is concluded.
 *
 * Back-pressure: a sender that finds no space gets -EAGAIN and is told when there is
 * space for any message. Until it has sent nobody else may, so that who sends one small
 * message after the other does not keep away who waits: senders that were refused
 * have their turns in that order. Who does not send within its turn, which begins
 * when it is told, loses it, and has no other before it has sent something.
 * A receiver that has no room leaves the message in the ring; the core
 * waits, with all that it has to say, until that receiver has room. The
 * other core does not notice.
 *
 * Locks, in this order: mutex of a link (set-up), its rx_lock (receiving), ep_lock
 * (endpoints; held while they are called), the link's lock (everything else).
 * Closing an endpoint takes ep_lock, so that no call to it is in flight afterwards.
 */
#include <linux/bits.h>
#include <linux/bottom_half.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rtcore_link.h"

unsigned int rtcore_unread_ms = 3000;
module_param_named(unread_ms, rtcore_unread_ms, uint, 0644);
MODULE_PARM_DESC(unread_ms, "milliseconds without progress after which a core counts as restarted, ten times as many where restarts are counted; 0: never");

/* how much longer a core may be slow that is known not to have restarted */
#define COUNTED_FACTOR		10

/* the first repetition of an interrupt, and the longest distance of two */
#define REPEAT_FIRST_MS		10
#define REPEAT_MAX_MS		1000
/* a message that found no memory is offered again */
#define NO_MEMORY_MS		100
/* how often a core that does not take the rings is looked at */
#define STARTING_MS		250
/* and one that says nothing and is told nothing */
#define WATCH_MS		1000
/*
 * A core that begins anew again and again may not keep a worker busy with that: the first
 * pause between two offers, the longest one, and how long it has to be good for to
 * be treated as before
 */
#define PAUSE_FIRST_MS		10
#define PAUSE_MAX_MS		1000
#define PAUSE_FORGET_MS		5000

struct rtcore_link rtcore_links[SPHERE_CORES];

/* in the place of the link to a core that runs what nobody runs: always off */
static struct rtcore_link nowhere;

static DEFINE_SPINLOCK(ep_lock);	/* protects the list, and is held in callbacks */
static LIST_HEAD(endpoints);
static unsigned int n_endpoints;

static const char no_device[] = "there is no device for it";
static const char not_started[] = "it was not started";

static void count(struct rtcore_link *l, enum rtcore_stat s, unsigned int n)
{
	WRITE_ONCE(l->stats[s], l->stats[s] + n);
}

/*
 * Have tend() called no later than in @ms. What is planned for an earlier time stays: it
 * plans what has to follow. For a sender that is a comparison, most of the time.
 */
static void tend_in(struct rtcore_link *l, unsigned int ms)
{
	unsigned long at = jiffies + msecs_to_jiffies(ms);

	lockdep_assert_held(&l->lock);
	if (!l->ops || (delayed_work_pending(&l->tend) && !time_before(at, l->tend_at)))
		return;
	l->tend_at = at;
	mod_delayed_work(system_wq, &l->tend, msecs_to_jiffies(ms));
}

/* Has the core begun anew since the rings were offered? */
static bool has_begun_anew(const struct rtcore_link *l)
{
	lockdep_assert_held(&l->lock);
	return l->ops->starts && l->ops->starts(l->ctx) != l->starts;
}

static void kick(struct rtcore_link *l, u32 bits)
{
	lockdep_assert_held(&l->lock);
	if (!l->ops)
		return;
	if (bits & RTCORE_TO_CORE_SENT) {
		l->kick_due = false;
		count(l, RTCORE_KICKS, 1);
	}
	l->ops->kick(l->ctx, bits);
}

/*
 * Leave a state. What the core has not read is lost, and its senders are marked:
 * tell_end() has to follow when the lock is released.
 */
static void end_link(struct rtcore_link *l, enum rtcore_state state, const char *reason)
{
	unsigned int i, n = l->ring.n_unread;

	lockdep_assert_held(&l->lock);
	for (i = 0; i < n; i++) {
		const struct rtcore_unread *u;

		u = &l->ring.unread[(l->ring.first + i) % RTCORE_MAX_UNREAD];
		if (u->sender)
			atomic_inc(&((struct rtcore_ep *)u->sender)->was_lost);
	}
	count(l, RTCORE_LOST, n);
	l->ring.n_unread = 0;
	l->n_queue = 0;
	l->turn = false;
	l->kick_due = false;
	l->state = state;
	l->reason = reason;
}

static bool is_peer(const struct rtcore_link *l, const struct rtcore_ep *ep)
{
	return l->has_component && rtcore_same_id(&l->component, &ep->peer);
}

static void tell_space(struct rtcore_link *l)
{
	struct rtcore_ep *ep;

	wake_up_all(&l->wait);
	spin_lock_bh(&ep_lock);
	list_for_each_entry(ep, &endpoints, node) {
		if (!READ_ONCE(ep->wants_space))
			continue;
		WRITE_ONCE(ep->wants_space, false);
		if (ep->ops->writable)
			ep->ops->writable(ep->priv);
	}
	spin_unlock_bh(&ep_lock);
}

static void tell_end(struct rtcore_link *l)
{
	struct rtcore_ep *ep;

	spin_lock_bh(&ep_lock);
	if (l->waits_for) {
		WRITE_ONCE(l->waits_for->throttles, false);
		l->waits_for = NULL;
	}
	list_for_each_entry(ep, &endpoints, node) {
		unsigned int lost = atomic_xchg(&ep->was_lost, 0);

		if ((lost || is_peer(l, ep)) && ep->ops->reset)
			ep->ops->reset(ep->priv, lost);
	}
	spin_unlock_bh(&ep_lock);
	tell_space(l);
}

static void halt(struct rtcore_link *l, enum rtcore_ring_result why)
{
	lockdep_assert_held(&l->lock);
	count(l, RTCORE_HALTS, 1);
	end_link(l, RTCORE_HALTED, rtcore_ring_text(why));
	if (l->dev)
		dev_err_ratelimited(l->dev,
				    "core %u broke the protocol: %s; its link is halted until it is started again\n",
				    l->nr, l->reason);
}

/* See what the core has read. True if it broke a rule: tell_end() has to follow. */
static bool update(struct rtcore_link *l)
{
	enum rtcore_ring_result ret;
	unsigned int n;

	lockdep_assert_held(&l->lock);
	ret = rtcore_ring_update(&l->ring, &n);
	if (rtcore_ring_is_broken(ret)) {
		halt(l, ret);
		return true;
	}
	if (n || !l->ring.n_unread) {
		l->progress = jiffies;
		l->patience = msecs_to_jiffies(REPEAT_FIRST_MS);
	}
	count(l, RTCORE_CONSUMED, n);
	return false;
}

/* Take an endpoint out of the queue of those who wait for their turn */
static void leave_queue(struct rtcore_link *l, const struct rtcore_ep *ep)
{
	unsigned int i;

	lockdep_assert_held(&l->lock);
	for (i = 0; i < l->n_queue && l->queue[i] != ep; i++)
		;
	if (i == l->n_queue)
		return;
	if (!i)
		l->turn = false;
	l->n_queue--;
	for (; i < l->n_queue; i++)
		l->queue[i] = l->queue[i + 1];
}

static void join_queue(struct rtcore_link *l, struct rtcore_ep *ep)
{
	unsigned int i;

	lockdep_assert_held(&l->lock);
	if (ep->lapsed || l->n_queue == RTCORE_QUEUE)
		return;
	for (i = 0; i < l->n_queue; i++)
		if (l->queue[i] == ep)
			return;
	l->queue[l->n_queue++] = ep;
}

static void end_turn_in_time(struct rtcore_link *l)
{
	lockdep_assert_held(&l->lock);
	if (!l->turn || time_before(jiffies, l->turn_ends))
		return;
	l->queue[0]->lapsed = true;
	leave_queue(l, l->queue[0]);
}

/* There is space for any message: is that news for somebody? */
static bool begin_turn(struct rtcore_link *l)
{
	lockdep_assert_held(&l->lock);
	/* not for the others, until that turn is over */
	if (l->turn)
		return false;
	if (l->n_queue) {
		l->turn = true;
		l->turn_ends = jiffies + msecs_to_jiffies(RTCORE_TURN_MS) + 1;
		tend_in(l, RTCORE_TURN_MS + jiffies_to_msecs(2));
	}
	l->waiting = false;
	return true;
}

/* Has somebody else the next turn? */
static bool has_to_queue(const struct rtcore_link *l, const struct rtcore_ep *ep)
{
	lockdep_assert_held(&l->lock);
	return l->n_queue && l->queue[0] != ep;
}

static void consumed(struct rtcore_link *l)
{
	bool broken = false, space = false;

	spin_lock_bh(&l->lock);
	if (l->state == RTCORE_ACTIVE) {
		broken = update(l);
		end_turn_in_time(l);
		if (!broken && (l->waiting || l->n_queue) &&
		    rtcore_ring_space(&l->ring, RTCORE_MAX_SEND) == RTCORE_RING_OK)
			space = begin_turn(l);
	}
	spin_unlock_bh(&l->lock);
	if (broken)
		tell_end(l);
	else if (space)
		tell_space(l);
}

static struct rtcore_ep *find_ep(const struct sphere_component_id *own,
				 const struct sphere_component_id *peer)
{
	struct rtcore_ep *ep;

	lockdep_assert_held(&ep_lock);
	list_for_each_entry(ep, &endpoints, node)
		if (rtcore_same_id(&ep->own, own) && rtcore_same_id(&ep->peer, peer))
			return ep;
	return NULL;
}

/* Returns 0 if the block is done with, %-EAGAIN or %-ENOMEM if it has to wait. */
static int deliver(struct rtcore_link *l, const struct rtcore_block *b)
{
	struct sphere_component_id to;
	struct rtcore_ep *ep = NULL;
	int ret = 0;

	lockdep_assert_held(&l->rx_lock);
	memcpy(&to, b->id, sizeof(to));
	spin_lock(&ep_lock);
	if (l->has_component)
		ep = find_ep(&to, &l->component);
	if (!ep) {
		count(l, RTCORE_DROPPED_NOBODY, 1);
	} else if (rtcore_access_deliver(ep)) {
		count(l, RTCORE_DROPPED_REFUSED, 1);
	} else {
		ret = ep->ops->receive(ep->priv, b->payload, b->len);
		if (ret == -EAGAIN) {
			WRITE_ONCE(ep->throttles, true);
			/* pairs with rtcore_resume(): one of us sees what the other did */
			smp_mb();
			ret = ep->ops->receive(ep->priv, b->payload, b->len);
		}
		if (ret == -EAGAIN) {
			WRITE_ONCE(l->waits_for, ep);
			count(l, RTCORE_THROTTLED, 1);
		} else if (ret == -ENOMEM) {
			count(l, RTCORE_NO_MEMORY, 1);
		} else {
			count(l, RTCORE_RECEIVED, 1);
			ret = 0;
		}
	}
	spin_unlock(&ep_lock);
	return ret;
}

/* What is left of a budget where it is spent before every task's time */
static unsigned int softirq_budget(struct rtcore_link *l, unsigned int budget)
{
	lockdep_assert_held(&l->rx_lock);
	if (jiffies - l->window >= msecs_to_jiffies(RTCORE_WINDOW_MS)) {
		l->window = jiffies;
		l->spent = 0;
	}
	return min(budget, RTCORE_SOFTIRQ_BUDGET - l->spent);
}

/* Deliver at most @budget blocks */
static void receive(struct rtcore_link *l, unsigned int budget)
{
	unsigned int done = 0, again_ms = 0;
	bool again = false, broken = false;

	spin_lock_bh(&l->rx_lock);
	if (in_serving_softirq())
		budget = softirq_budget(l, budget);
	while (READ_ONCE(l->state) == RTCORE_ACTIVE && !READ_ONCE(l->waits_for)) {
		enum rtcore_ring_result got;
		int ret = 0;

		if (done == budget) {
			again = true;
			break;
		}
		got = rtcore_ring_get(&l->ring, &l->block);
		if (got == RTCORE_RING_EMPTY)
			break;
		if (rtcore_ring_is_broken(got)) {
			spin_lock(&l->lock);
			/* the other direction may have come first */
			if (l->state == RTCORE_ACTIVE) {
				halt(l, got);
				broken = true;
			}
			spin_unlock(&l->lock);
			break;
		}
		if (got == RTCORE_RING_SHORT)
			count(l, RTCORE_DROPPED_SHORT, 1);
		else
			ret = deliver(l, &l->block);
		if (ret == -ENOMEM) {
			again = true;
			again_ms = NO_MEMORY_MS;
		}
		if (ret)
			break;
		rtcore_ring_next(&l->ring);
		done++;
	}
	if (in_serving_softirq())
		l->spent += done;
	spin_lock(&l->lock);
	if (again) {
		l->retry_rx = true;
		tend_in(l, again_ms);
	}
	if (done && l->state == RTCORE_ACTIVE)
		kick(l, RTCORE_TO_CORE_CONSUMED);
	spin_unlock(&l->lock);
	spin_unlock_bh(&l->rx_lock);
	if (broken)
		tell_end(l);
}

/* Count what is left in the core's ring when nobody will read it any more. */
static void discard_rest(struct rtcore_link *l)
{
	enum rtcore_ring_result got;
	unsigned int i;

	lockdep_assert_held(&l->rx_lock);
	for (i = 0; i < RTCORE_RING_BYTES / RTCORE_ALIGN; i++) {
		got = rtcore_ring_get(&l->ring, &l->block);
		if (got != RTCORE_RING_OK && got != RTCORE_RING_SHORT)
			break;
		count(l, RTCORE_DROPPED_END, 1);
		rtcore_ring_next(&l->ring);
	}
}

/* Deliver what the core has written, then leave the state. The mutex is held. */
static void finish(struct rtcore_link *l, enum rtcore_state state, const char *reason)
{
	bool was_up;

	lockdep_assert_held(&l->mutex);
	consumed(l);
	receive(l, RTCORE_RING_BYTES / RTCORE_ALIGN);
	spin_lock_bh(&l->rx_lock);
	spin_lock(&l->lock);
	/* an offer in the place of one that was not taken is no end of anything */
	was_up = l->state == RTCORE_ACTIVE ||
		 (l->state == RTCORE_STARTING && state != RTCORE_STARTING);
	if (l->state == RTCORE_ACTIVE)
		discard_rest(l);
	end_link(l, state, reason);
	if (state == RTCORE_STARTING) {
		rtcore_ring_init(&l->ring, l->mem_out, l->mem_in, RTCORE_RING_BYTES);
		l->starts = l->ops->starts ? l->ops->starts(l->ctx) : 0;
		l->progress = jiffies;
		l->patience = msecs_to_jiffies(REPEAT_FIRST_MS);
		l->retry_rx = false;
		l->set_up_again = false;
		count(l, RTCORE_SETUPS, 1);
	}
	spin_unlock(&l->lock);
	spin_unlock_bh(&l->rx_lock);
	if (was_up)
		tell_end(l);
}

static int set_up(struct rtcore_link *l)
{
	int ret;

	lockdep_assert_held(&l->mutex);
	if (!l->ops)
		return -ENODEV;
	/* first, so that nobody says that this offer was taken when it was the last one */
	ret = l->ops->prepare ? l->ops->prepare(l->ctx) : 0;
	if (!ret) {
		/* notes @starts, and after that nothing is waited for until the offer is out */
		finish(l, RTCORE_STARTING, "the core has not taken the rings yet");
		ret = l->ops->announce(l->ctx);
	}
	if (ret) {
		finish(l, RTCORE_OFF, "its mailbox does not take messages");
		return ret;
	}
	spin_lock_bh(&l->lock);
	tend_in(l, STARTING_MS);
	spin_unlock_bh(&l->lock);
	return 0;
}

/**
 * rtcore_link_start() - offer the rings to a core, from zero
 * @l: the link
 *
 * Whatever the state was; also the way out of "halted".
 *
 * Context: Process context, sleeps.
 * Return: 0, %-ENODEV if there is no device, or what its mailbox says.
 */
int rtcore_link_start(struct rtcore_link *l)
{
	int ret;

	mutex_lock(&l->mutex);
	ret = set_up(l);
	mutex_unlock(&l->mutex);
	return ret;
}

/**
 * rtcore_link_stop() - end a link
 * @l: the link
 * @reason: why, a constant text
 * @tell_core: the core runs and is told
 *
 * Context: Process context, sleeps.
 */
void rtcore_link_stop(struct rtcore_link *l, const char *reason, bool tell_core)
{
	mutex_lock(&l->mutex);
	if (l->ops) {
		finish(l, RTCORE_OFF, reason);
		if (tell_core && l->ops->stop)
			l->ops->stop(l->ctx);
	}
	mutex_unlock(&l->mutex);
}

/**
 * rtcore_link_sleep() - end a link for the time that the system sleeps
 * @l: the link
 *
 * One that is not up stays as it is: "halted" is for a person to see, and to end.
 *
 * Context: Process context, sleeps.
 * Return: true if it was up, and has to be started afterwards.
 */
bool rtcore_link_sleep(struct rtcore_link *l)
{
	bool up;

	mutex_lock(&l->mutex);
	up = l->ops && (l->state == RTCORE_ACTIVE || l->state == RTCORE_STARTING);
	if (up) {
		finish(l, RTCORE_OFF, "the system sleeps");
		if (l->ops->stop)
			l->ops->stop(l->ctx);
	}
	mutex_unlock(&l->mutex);
	return up;
}

/**
 * rtcore_link_taken() - the core has taken the rings
 * @l: the link
 *
 * Context: Any but hard interrupts.
 */
void rtcore_link_taken(struct rtcore_link *l)
{
	bool up = false;

	spin_lock_bh(&l->lock);
	if (l->state == RTCORE_STARTING && l->ops) {
		/* a restart, or a reset, empties the mailbox too, which is no taking */
		if (has_begun_anew(l)) {
			l->set_up_again = true;
			tend_in(l, 0);
		} else {
			l->state = RTCORE_ACTIVE;
			l->reason = NULL;
			l->waiting = false;
			up = true;
		}
	}
	spin_unlock_bh(&l->lock);
	if (!up)
		return;
	tell_space(l);
	receive(l, RTCORE_BUDGET);
}

/**
 * rtcore_link_ignored() - the core said something that has no meaning
 * @l: the link
 *
 * Context: Any but hard interrupts.
 */
void rtcore_link_ignored(struct rtcore_link *l)
{
	spin_lock_bh(&l->lock);
	count(l, RTCORE_IGNORED, 1);
	spin_unlock_bh(&l->lock);
}

/**
 * rtcore_link_event() - the core raised software interrupts
 * @l: the link
 * @bits: which; unknown ones mean nothing
 *
 * Context: Any but hard interrupts. Bounded work.
 */
void rtcore_link_event(struct rtcore_link *l, u32 bits)
{
	if (bits & ~(RTCORE_TO_A7_CONSUMED | RTCORE_TO_A7_SENT))
		rtcore_link_ignored(l);
	if (bits & RTCORE_TO_A7_CONSUMED)
		consumed(l);
	if (bits & RTCORE_TO_A7_SENT)
		receive(l, RTCORE_BUDGET);
}

/* How long a core may read nothing before it counts as restarted, in jiffies; 0: for ever */
static unsigned long unread_limit(const struct rtcore_link *l)
{
	unsigned int ms = READ_ONCE(rtcore_unread_ms);

	lockdep_assert_held(&l->lock);
	if (l->ops->counted && l->ops->counted(l->ctx))
		ms = min(ms, UINT_MAX / COUNTED_FACTOR) * COUNTED_FACTOR;
	return msecs_to_jiffies(ms);
}

/* How to go on with an active link: true if it has to be set up again */
static bool look_after(struct rtcore_link *l)
{
	unsigned long waited = jiffies - l->progress, limit;

	lockdep_assert_held(&l->lock);
	if (has_begun_anew(l)) {
		count(l, RTCORE_RESTARTS, 1);
		dev_info_ratelimited(l->dev,
				     "core %u has restarted, or reset its mailbox, by itself\n",
				     l->nr);
		return true;
	}
	if (!l->ring.n_unread) {
		tend_in(l, WATCH_MS);
		return false;
	}
	limit = unread_limit(l);
	if (limit && waited >= limit) {
		count(l, RTCORE_RESTARTS, 1);
		dev_info_ratelimited(l->dev,
				     "core %u does not read its messages: it is taken to have restarted\n",
				     l->nr);
		return true;
	}
	if (waited >= l->patience) {
		l->patience = min(2 * l->patience, msecs_to_jiffies(REPEAT_MAX_MS));
		count(l, RTCORE_REKICKS, 1);
		kick(l, RTCORE_TO_CORE_SENT);
	}
	tend_in(l, min_t(unsigned int, REPEAT_MAX_MS / 4, jiffies_to_msecs(l->patience)));
	return false;
}

/* Has the next offer to wait, after those before it? If so, that is planned. */
static bool has_to_pause(struct rtcore_link *l)
{
	unsigned long left = l->not_before - jiffies;

	lockdep_assert_held(&l->lock);
	/* what is further away lies in the past */
	if (left && left <= msecs_to_jiffies(PAUSE_MAX_MS)) {
		l->set_up_again = true;
		tend_in(l, jiffies_to_msecs(left));
		return true;
	}
	if (!l->pause_ms ||
	    time_after(jiffies, l->not_before + msecs_to_jiffies(PAUSE_FORGET_MS)))
		l->pause_ms = PAUSE_FIRST_MS;
	else
		l->pause_ms = min(2 * l->pause_ms, (unsigned int)PAUSE_MAX_MS);
	l->not_before = jiffies + msecs_to_jiffies(l->pause_ms);
	return false;
}

static void tend(struct work_struct *work)
{
	struct rtcore_link *l = container_of(to_delayed_work(work), struct rtcore_link, tend);
	bool again, retry_rx, starting = false;

	consumed(l);

	spin_lock_bh(&l->lock);
	if (!l->ops) {
		spin_unlock_bh(&l->lock);
		return;
	}
	if (l->kick_due && l->state == RTCORE_ACTIVE)
		kick(l, RTCORE_TO_CORE_SENT);
	if (l->turn)
		tend_in(l, RTCORE_TURN_MS);
	retry_rx = l->retry_rx;
	l->retry_rx = false;
	again = l->set_up_again;
	/* what is known already is not counted again */
	if (l->state == RTCORE_ACTIVE && !again) {
		again = look_after(l);
	} else if (l->state == RTCORE_STARTING) {
		again |= has_begun_anew(l);
		starting = true;
		tend_in(l, STARTING_MS);
	}
	again = again && !has_to_pause(l);
	spin_unlock_bh(&l->lock);

	if (retry_rx)
		receive(l, RTCORE_BUDGET);
	if (!again && !starting)
		return;
	mutex_lock(&l->mutex);
	/* somebody may have stopped it meanwhile */
	if (l->ops && (l->state == RTCORE_ACTIVE || l->state == RTCORE_STARTING)) {
		if (again)
			set_up(l);
		else if (l->state == RTCORE_STARTING && l->ops->poke)
			l->ops->poke(l->ctx);
	}
	mutex_unlock(&l->mutex);
}

/**
 * rtcore_link_policy() - what runs on a core, and whom it may talk to
 * @l: the link
 * @component: what runs there; NULL if that is not known
 * @partners: whom it may talk to
 * @n_partners: how many, at most %SPHERE_CORE_PARTNERS
 * @has_partners: @partners is a list, be it empty
 *
 * Context: Any but hard interrupts.
 */
void rtcore_link_policy(struct rtcore_link *l, const struct sphere_component_id *component,
			const struct sphere_component_id *partners, u32 n_partners,
			bool has_partners)
{
	spin_lock_bh(&l->rx_lock);
	spin_lock(&ep_lock);
	spin_lock(&l->lock);
	l->has_component = component;
	if (component)
		l->component = *component;
	l->n_partners = min_t(u32, n_partners, SPHERE_CORE_PARTNERS);
	if (l->n_partners)
		memcpy(l->partners, partners, l->n_partners * sizeof(*partners));
	l->has_partners = has_partners;
	spin_unlock(&l->lock);
	spin_unlock(&ep_lock);
	spin_unlock_bh(&l->rx_lock);
}

/**
 * rtcore_core_lists() - does a core list a partner?
 * @core: component on the core
 * @partner: the other
 * @has_list: set to whether there is a list
 *
 * Context: Any but hard interrupts.
 * Return: true if it does.
 */
bool rtcore_core_lists(const struct sphere_component_id *core,
		       const struct sphere_component_id *partner, bool *has_list)
{
	bool found = false;
	unsigned int i, j;

	*has_list = false;
	for (i = 0; i < SPHERE_CORES; i++) {
		struct rtcore_link *l = &rtcore_links[i];

		spin_lock_bh(&l->lock);
		if (l->has_component && l->has_partners && rtcore_same_id(&l->component, core)) {
			*has_list = true;
			for (j = 0; j < l->n_partners; j++)
				found |= rtcore_same_id(&l->partners[j], partner);
		}
		spin_unlock_bh(&l->lock);
	}
	return found;
}

/**
 * rtcore_component() - what runs on a core
 * @nr: number of the core
 * @id: filled in
 *
 * Context: Any but hard interrupts.
 * Return: 0, or %-ENODATA if that is not known.
 */
int rtcore_component(unsigned int nr, struct sphere_component_id *id)
{
	struct rtcore_link *l;
	int ret = -ENODATA;

	if (nr >= SPHERE_CORES)
		return ret;
	l = &rtcore_links[nr];
	spin_lock_bh(&l->lock);
	if (l->has_component) {
		*id = l->component;
		ret = 0;
	}
	spin_unlock_bh(&l->lock);
	return ret;
}
EXPORT_SYMBOL_GPL(rtcore_component);

/* The link to the core that runs @peer, or else @nowhere; locked */
static struct rtcore_link *lock_link(const struct sphere_component_id *peer)
	__acquires(&rtcore_links->lock)
{
	unsigned int i;

	for (i = 0; i < SPHERE_CORES; i++) {
		struct rtcore_link *l = &rtcore_links[i];

		spin_lock_bh(&l->lock);
		if (l->ops && l->has_component && rtcore_same_id(&l->component, peer))
			return l;
		spin_unlock_bh(&l->lock);
	}
	spin_lock_bh(&nowhere.lock);
	return &nowhere;
}

static void unlock_link(struct rtcore_link *l)
	__releases(&rtcore_links->lock)
{
	spin_unlock_bh(&l->lock);
}

/**
 * rtcore_peer_exists() - is a component there to talk to?
 * @peer: the component
 *
 * Context: Any but hard interrupts.
 * Return: true if it runs on a core whose link is not off.
 */
bool rtcore_peer_exists(const struct sphere_component_id *peer)
{
	struct rtcore_link *l = lock_link(peer);
	bool up;

	up = l->state == RTCORE_STARTING || l->state == RTCORE_ACTIVE;
	unlock_link(l);
	return up;
}
EXPORT_SYMBOL_GPL(rtcore_peer_exists);

/**
 * rtcore_open() - open an endpoint
 * @own: the component here
 * @peer: the component on a core; it need not run yet
 * @ops: what to tell the endpoint; must stay until rtcore_close() has returned
 * @priv: argument of @ops
 *
 * Context: Process context, sleeps. The current task is asked about.
 * Return: the endpoint, or as error pointer
 * * %-EPERM - the two may not talk, or the task may not have them talk
 * * %-EADDRINUSE - there is such an endpoint
 * * %-ENOBUFS - there are too many
 * * %-ENOMEM
 */
struct rtcore_ep *rtcore_open(const struct sphere_component_id *own,
			      const struct sphere_component_id *peer,
			      const struct rtcore_ep_ops *ops, void *priv)
{
	struct rtcore_ep *ep;
	int ret;

	might_sleep();
	ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return ERR_PTR(-ENOMEM);
	ep->own = *own;
	ep->peer = *peer;
	ep->ops = ops;
	ep->priv = priv;

	ret = rtcore_access_open(ep);
	if (ret)
		goto err_free;
	spin_lock_bh(&ep_lock);
	if (find_ep(own, peer)) {
		ret = -EADDRINUSE;
	} else if (n_endpoints == RTCORE_MAX_ENDPOINTS) {
		ret = -ENOBUFS;
	} else {
		list_add_tail(&ep->node, &endpoints);
		n_endpoints++;
	}
	spin_unlock_bh(&ep_lock);
	if (ret)
		goto err_free;
	return ep;

err_free:
	kfree(ep);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(rtcore_open);

static void forget_sender(struct rtcore_link *l, const struct rtcore_ep *ep)
{
	unsigned int i;

	lockdep_assert_held(&l->lock);
	for (i = 0; i < RTCORE_MAX_UNREAD; i++)
		if (l->ring.unread[i].sender == ep)
			l->ring.unread[i].sender = NULL;
}

/**
 * rtcore_close() - close an endpoint
 * @ep: the endpoint; gone afterwards
 *
 * Messages that the core has not read yet stay in the ring for it. When this
 * returns, none of the endpoint's functions is running or will be called.
 *
 * Context: Any but hard interrupts, and not from the endpoint's own functions.
 */
void rtcore_close(struct rtcore_ep *ep)
{
	unsigned int i;

	spin_lock_bh(&ep_lock);
	list_del(&ep->node);
	n_endpoints--;
	for (i = 0; i < SPHERE_CORES; i++) {
		struct rtcore_link *l = &rtcore_links[i];

		spin_lock(&l->lock);
		forget_sender(l, ep);
		if (l->n_queue && l->queue[0] == ep)
			tend_in(l, 0);	/* the next one has to be told */
		leave_queue(l, ep);
		if (l->waits_for == ep) {
			WRITE_ONCE(l->waits_for, NULL);
			l->retry_rx = true;
			tend_in(l, 0);
		}
		spin_unlock(&l->lock);
	}
	spin_unlock_bh(&ep_lock);
	kfree(ep);
}
EXPORT_SYMBOL_GPL(rtcore_close);

/* One try. The link is locked; true if tell_end() has to follow. */
static bool put(struct rtcore_link *l, struct rtcore_ep *ep, const void *data, size_t len,
		unsigned int flags, int *ret)
{
	bool broken = false;

	lockdep_assert_held(&l->lock);
	*ret = -ECONNRESET;
	if (l->state != RTCORE_ACTIVE && l->state != RTCORE_STARTING)
		return false;
	*ret = -EAGAIN;
	if (l->state == RTCORE_ACTIVE) {
		bool was_empty, queue = has_to_queue(l, ep);

		/* known space first: looking at the core's position is slow memory */
		if (!queue && rtcore_ring_space(&l->ring, len) != RTCORE_RING_OK) {
			broken = update(l);
			if (broken) {
				*ret = -ECONNRESET;
				return true;
			}
		}
		was_empty = !l->ring.n_unread;
		if (!queue &&
		    rtcore_ring_put(&l->ring, ep->own.b, data, len, ep) == RTCORE_RING_OK) {
			*ret = 0;
			count(l, RTCORE_SENT, 1);
			if (l->n_queue)
				leave_queue(l, ep);
			ep->lapsed = false;
			if (was_empty) {
				l->progress = jiffies;
				l->patience = msecs_to_jiffies(REPEAT_FIRST_MS);
			}
			if (!(flags & RTCORE_MORE)) {
				kick(l, RTCORE_TO_CORE_SENT);
				tend_in(l, REPEAT_FIRST_MS);
			} else if (!l->kick_due) {
				/* should the rest of the burst never come */
				l->kick_due = true;
				tend_in(l, 1);
			}
			return false;
		}
		/* the core has to know of the burst so far to make space */
		if (l->kick_due)
			kick(l, RTCORE_TO_CORE_SENT);
		tend_in(l, REPEAT_FIRST_MS);
		count(l, RTCORE_FULL, 1);
		join_queue(l, ep);
	}
	l->waiting = true;
	WRITE_ONCE(ep->wants_space, true);
	return false;
}

/**
 * rtcore_send() - send a message
 * @ep: the endpoint
 * @data: the message
 * @len: bytes of @data
 * @flags: %RTCORE_MORE or 0
 *
 * Context: Any but hard interrupts; does not sleep. The current task is asked about.
 * Return: 0, or
 * * %-EMSGSIZE - more than %RTCORE_SEND_MAX
 * * %-EPERM - no longer permitted
 * * %-ECONNRESET - the component does not run
 * * %-EAGAIN - the core has to read first; the endpoint will be told
 */
int rtcore_send(struct rtcore_ep *ep, const void *data, size_t len, unsigned int flags)
{
	struct rtcore_link *l;
	bool broken;
	int ret;

	if (len > RTCORE_SEND_MAX)
		return -EMSGSIZE;
	ret = rtcore_access_send(ep);
	l = lock_link(&ep->peer);
	if (ret) {
		count(l, RTCORE_REFUSED, 1);
		unlock_link(l);
		return ret;
	}
	broken = put(l, ep, data, len, flags, &ret);
	unlock_link(l);
	if (broken)
		tell_end(l);
	return ret;
}
EXPORT_SYMBOL_GPL(rtcore_send);

/**
 * rtcore_send_wait() - send a message, wait for space
 * @ep: the endpoint
 * @data: the message
 * @len: bytes of @data
 * @flags: %RTCORE_MORE or 0
 * @timeout: how long at most, in jiffies
 *
 * Context: Process context, sleeps.
 * Return: as rtcore_send(); %-EAGAIN after the timeout, %-EINTR or %-ERESTARTSYS for a
 * signal.
 */
int rtcore_send_wait(struct rtcore_ep *ep, const void *data, size_t len, unsigned int flags,
		     long timeout)
{
	DEFINE_WAIT(wait);
	wait_queue_head_t *wq = NULL;
	struct rtcore_link *l;
	int ret;

	might_sleep();
	ret = rtcore_send(ep, data, len, flags);
	while (ret == -EAGAIN && timeout) {
		/* the component may have moved to another core meanwhile */
		l = lock_link(&ep->peer);
		wq = &l->wait;
		unlock_link(l);

		prepare_to_wait(wq, &wait, TASK_INTERRUPTIBLE);
		ret = rtcore_send(ep, data, len, flags);
		if (ret == -EAGAIN) {
			if (signal_pending(current))
				ret = timeout == MAX_SCHEDULE_TIMEOUT ? -ERESTARTSYS : -EINTR;
			else
				timeout = schedule_timeout(timeout);
		}
		finish_wait(wq, &wait);
	}
	return ret;
}
EXPORT_SYMBOL_GPL(rtcore_send_wait);

/**
 * rtcore_may_use() - may the current task use an endpoint that it holds?
 * @ep: the endpoint
 *
 * rtcore_send() asks by itself; to be asked before messages are handed out.
 *
 * Context: Process context.
 * Return: 0 or %-EPERM.
 */
int rtcore_may_use(struct rtcore_ep *ep)
{
	return rtcore_access_task(ep);
}
EXPORT_SYMBOL_GPL(rtcore_may_use);

/**
 * rtcore_has_space() - would the largest message find space?
 * @ep: the endpoint
 *
 * If not, the endpoint is told when it would.
 *
 * Context: Any but hard interrupts.
 * Return: false if rtcore_send() might say %-EAGAIN.
 */
bool rtcore_has_space(struct rtcore_ep *ep)
{
	struct rtcore_link *l = lock_link(&ep->peer);
	bool space = true, broken = false;

	if (l->state == RTCORE_STARTING) {
		space = false;
	} else if (l->state == RTCORE_ACTIVE) {
		space = rtcore_ring_space(&l->ring, RTCORE_MAX_SEND) == RTCORE_RING_OK;
		if (!space) {
			broken = update(l);
			space = broken ||
				rtcore_ring_space(&l->ring, RTCORE_MAX_SEND) == RTCORE_RING_OK;
		}
		/* after an end sending is pointless, which is soon told */
		space = broken || (space && !has_to_queue(l, ep));
	}
	if (!space) {
		l->waiting = true;
		WRITE_ONCE(ep->wants_space, true);
		tend_in(l, REPEAT_FIRST_MS);
	}
	unlock_link(l);
	if (broken)
		tell_end(l);
	return space;
}
EXPORT_SYMBOL_GPL(rtcore_has_space);

/**
 * rtcore_flush() - nothing more follows after %RTCORE_MORE
 * @ep: the endpoint
 *
 * Context: Any but hard interrupts.
 */
void rtcore_flush(struct rtcore_ep *ep)
{
	struct rtcore_link *l = lock_link(&ep->peer);

	if (l->kick_due && l->state == RTCORE_ACTIVE)
		kick(l, RTCORE_TO_CORE_SENT);
	unlock_link(l);
}
EXPORT_SYMBOL_GPL(rtcore_flush);

/**
 * rtcore_resume() - a receiver has room again
 * @ep: the endpoint
 *
 * Cheap where no core waits for it.
 *
 * Context: Any but hard interrupts, and not from the endpoint's own functions.
 */
void rtcore_resume(struct rtcore_ep *ep)
{
	unsigned long hit = 0;
	unsigned int i;

	/* the receiver's queue was changed before; pairs with deliver() */
	smp_mb();
	if (!READ_ONCE(ep->throttles))
		return;
	spin_lock_bh(&ep_lock);
	WRITE_ONCE(ep->throttles, false);
	for (i = 0; i < SPHERE_CORES; i++) {
		if (rtcore_links[i].waits_for != ep)
			continue;
		WRITE_ONCE(rtcore_links[i].waits_for, NULL);
		hit |= BIT(i);
	}
	spin_unlock_bh(&ep_lock);
	for (i = 0; i < SPHERE_CORES; i++)
		if (hit & BIT(i))
			receive(&rtcore_links[i], RTCORE_BUDGET);
}
EXPORT_SYMBOL_GPL(rtcore_resume);

/**
 * rtcore_unread() - what the core has not read yet
 * @ep: the endpoint
 *
 * Context: Any but hard interrupts.
 * Return: bytes of payload of this endpoint's messages.
 */
size_t rtcore_unread(struct rtcore_ep *ep)
{
	struct rtcore_link *l = lock_link(&ep->peer);
	bool broken = false;
	size_t sum = 0;
	unsigned int i;

	if (l->state == RTCORE_ACTIVE)
		broken = update(l);
	for (i = 0; i < l->ring.n_unread; i++) {
		const struct rtcore_unread *u;

		u = &l->ring.unread[(l->ring.first + i) % RTCORE_MAX_UNREAD];
		if (u->sender == ep)
			sum += u->bytes;
	}
	unlock_link(l);
	if (broken)
		tell_end(l);
	return sum;
}
EXPORT_SYMBOL_GPL(rtcore_unread);

/**
 * rtcore_link_attach() - a device has come
 * @l: the link
 * @dev: the device
 * @ops: way to the core
 * @ctx: argument of @ops
 * @out: memory of the ring that we fill, %RTCORE_RING_BYTES, also seen by the core
 * @in: memory of the ring that the core fills, likewise
 *
 * Context: Process context, sleeps.
 * Return: 0, or %-EBUSY if the core has a device.
 */
int rtcore_link_attach(struct rtcore_link *l, struct device *dev,
		       const struct rtcore_link_ops *ops, void *ctx, void *out, void *in)
{
	int ret = 0;

	mutex_lock(&l->mutex);
	spin_lock_bh(&l->rx_lock);
	spin_lock(&l->lock);
	if (l->ops) {
		ret = -EBUSY;
	} else {
		l->dev = dev;
		l->ops = ops;
		l->ctx = ctx;
		l->mem_out = out;
		l->mem_in = in;
		l->reason = not_started;
		l->not_before = jiffies;
		l->pause_ms = 0;
	}
	spin_unlock(&l->lock);
	spin_unlock_bh(&l->rx_lock);
	mutex_unlock(&l->mutex);
	return ret;
}

/**
 * rtcore_link_detach() - a device goes
 * @l: the link
 *
 * When it returns, the memory and the functions given to rtcore_link_attach() are
 * not used any more.
 *
 * Context: Process context, sleeps.
 */
void rtcore_link_detach(struct rtcore_link *l)
{
	mutex_lock(&l->mutex);
	if (l->ops)
		finish(l, RTCORE_OFF, no_device);
	spin_lock_bh(&l->rx_lock);
	spin_lock(&l->lock);
	l->ops = NULL;
	l->dev = NULL;
	memset(&l->ring, 0, sizeof(l->ring));
	spin_unlock(&l->lock);
	spin_unlock_bh(&l->rx_lock);
	mutex_unlock(&l->mutex);
	cancel_delayed_work_sync(&l->tend);
	rtcore_link_policy(l, NULL, NULL, 0, false);
}

/**
 * rtcore_links_init() - before anything else
 *
 * Context: Process context.
 */
void rtcore_links_init(void)
{
	unsigned int i;

	spin_lock_init(&nowhere.lock);
	init_waitqueue_head(&nowhere.wait);
	for (i = 0; i < SPHERE_CORES; i++) {
		struct rtcore_link *l = &rtcore_links[i];

		l->nr = i;
		l->reason = no_device;
		mutex_init(&l->mutex);
		spin_lock_init(&l->rx_lock);
		spin_lock_init(&l->lock);
		init_waitqueue_head(&l->wait);
		INIT_DELAYED_WORK(&l->tend, tend);
	}
}

/**
 * rtcore_links_exit() - after everything else
 *
 * Context: Process context, sleeps.
 */
void rtcore_links_exit(void)
{
	unsigned int i;

	for (i = 0; i < SPHERE_CORES; i++)
		cancel_delayed_work_sync(&rtcore_links[i].tend);
}
