/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The link to a real-time core: states, endpoints, and what happens to messages
 */
#ifndef _RTCORE_LINK_H
#define _RTCORE_LINK_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <linux/mt3620/rtcore.h>

#include "rtcore_ring.h"

struct device;

/* software interrupts of a core's mailbox */
#define RTCORE_TO_CORE_CONSUMED	BIT(0)
#define RTCORE_TO_CORE_SENT	BIT(1)
#define RTCORE_TO_A7_SENT	BIT(0)
#define RTCORE_TO_A7_CONSUMED	BIT(1)

/* blocks that are received before others get the CPU */
#define RTCORE_BUDGET		32
/*
 * Blocks that are received in softirqs per window, which come before every task; what
 * is more goes to a worker. At an estimated 6 us each it is a fifth of the window.
 */
#define RTCORE_SOFTIRQ_BUDGET	128
#define RTCORE_WINDOW_MS	4
/* senders that wait for their turn at a core; what is beyond takes its chances */
#define RTCORE_QUEUE		8
/* how long a sender that has its turn may take to send */
#define RTCORE_TURN_MS		20
/* endpoints, all cores together */
#define RTCORE_MAX_ENDPOINTS	256
/* pairs in the permission table, and pairs that were taken away */
#define RTCORE_MAX_PAIRS	64

/**
 * enum rtcore_state - of a link
 * @RTCORE_OFF: the core has no rings
 * @RTCORE_STARTING: the rings were offered, the core has not taken the offer
 * @RTCORE_ACTIVE: messages flow
 * @RTCORE_HALTED: the core broke a rule; nothing is read or written any more
 */
enum rtcore_state {
	RTCORE_OFF,
	RTCORE_STARTING,
	RTCORE_ACTIVE,
	RTCORE_HALTED,
};

/**
 * enum rtcore_stat - counters of a link, since it was loaded
 * @RTCORE_SENT: messages written to the ring
 * @RTCORE_CONSUMED: of these, read by the core
 * @RTCORE_LOST: of these, not read when the link ended; their senders were told
 * @RTCORE_RECEIVED: messages delivered
 * @RTCORE_FULL: times a sender found no space, or that another one had the turn
 * @RTCORE_THROTTLED: times a receiver had no space, so that the core had to wait
 * @RTCORE_NO_MEMORY: times a message had to wait for memory
 * @RTCORE_DROPPED_SHORT: blocks without room for a component id
 * @RTCORE_DROPPED_NOBODY: messages to a component without an endpoint
 * @RTCORE_DROPPED_REFUSED: messages that may not be delivered
 * @RTCORE_DROPPED_END: messages that nobody had room for when the link ended
 * @RTCORE_IGNORED: mailbox entries and software interrupts without a meaning
 * @RTCORE_REFUSED: sends that were not permitted
 * @RTCORE_SETUPS: times the rings were offered
 * @RTCORE_HALTS: times the core broke a rule
 * @RTCORE_RESTARTS: restarts of the core that nobody here asked for, or resets of its
 *	mailbox by the core, while the link was active
 * @RTCORE_KICKS: software interrupts that said "sent"
 * @RTCORE_REKICKS: of these, repeated because blocks stayed unread
 * @RTCORE_STATS: number of counters
 */
enum rtcore_stat {
	RTCORE_SENT,
	RTCORE_CONSUMED,
	RTCORE_LOST,
	RTCORE_RECEIVED,
	RTCORE_FULL,
	RTCORE_THROTTLED,
	RTCORE_NO_MEMORY,
	RTCORE_DROPPED_SHORT,
	RTCORE_DROPPED_NOBODY,
	RTCORE_DROPPED_REFUSED,
	RTCORE_DROPPED_END,
	RTCORE_IGNORED,
	RTCORE_REFUSED,
	RTCORE_SETUPS,
	RTCORE_HALTS,
	RTCORE_RESTARTS,
	RTCORE_KICKS,
	RTCORE_REKICKS,
	RTCORE_STATS
};

/**
 * struct rtcore_link_ops - the way to a core
 * @prepare: withdraw what the core has not taken of an earlier offer, and make ready
 *	for the next; may be NULL; may sleep
 * @announce: offer the rings, from zero. May sleep. rtcore_link_taken() says when the
 *	core has taken the offer
 * @poke: look whether the offer was taken without a word; may be NULL; may sleep
 * @kick: raise software interrupts; any context
 * @starts: number that changes whenever the core begins anew, or takes from its mailbox
 *	what lies there by resetting it; may be NULL; any context
 * @counted: does @starts change with every restart of the core? may be NULL, which means
 *	no; any context
 * @stop: tell the core that the rings are no longer its own; may sleep
 */
struct rtcore_link_ops {
	int (*prepare)(void *ctx);
	int (*announce)(void *ctx);
	void (*poke)(void *ctx);
	void (*kick)(void *ctx, u32 bits);
	u32 (*starts)(void *ctx);
	bool (*counted)(void *ctx);
	void (*stop)(void *ctx);
};

/**
 * struct rtcore_link - the link to one core
 * @nr: number of the core
 * @mutex: held while the link is set up, stopped, or its device comes or goes
 * @rx_lock: serialises receiving; taken first
 * @lock: protects everything below but @block
 * @ops: way to the core; NULL without a device
 * @ctx: argument of @ops
 * @dev: device, for messages
 * @state: see there
 * @reason: why it is not active; a constant text
 * @waits_for: endpoint whose receiver has no space; protected by the lock of the
 *	endpoints
 * @waiting: somebody was refused for want of space
 * @queue: senders that were refused for want of space, in that order: the first one is
 *	the next to send, and nobody else
 * @n_queue: used entries of @queue
 * @turn: the first of @queue was told that there is space
 * @turn_ends: until when it may send, in jiffies; with @turn
 * @kick_due: blocks were published without a software interrupt
 * @retry_rx: receiving has to go on without an interrupt
 * @set_up_again: the rings have to be offered once more
 * @not_before: until when that has to wait, in jiffies
 * @pause_ms: by how much @not_before was put off the last time
 * @starts: of the core, right before the rings were offered
 * @progress: when the core last read something, or had nothing to read, in jiffies
 * @patience: how long to wait before raising the interrupt again, in jiffies
 * @component: what runs on the core
 * @has_component: @component is known
 * @partners: whom the core may talk to
 * @n_partners: used entries of @partners
 * @has_partners: @partners were given
 * @ring: the rings
 * @wait: senders that wait for space
 * @tend: everything that has to happen without an interrupt
 * @tend_at: for when it is planned, in jiffies; means something while it is pending
 * @window: start of the window of softirqs, in jiffies; belongs to the holder of
 *	@rx_lock, like the next one
 * @spent: blocks that were received in softirqs since then
 * @mem_out: memory of the ring that we fill
 * @mem_in: memory of the ring that the core fills
 * @block: where a block is received; belongs to the holder of @rx_lock
 * @stats: counters
 */
struct rtcore_link {
	unsigned int nr;
	struct mutex mutex;	/* see above; taken before the others */
	spinlock_t rx_lock;	/* see above */
	spinlock_t lock;	/* see above */
	const struct rtcore_link_ops *ops;
	void *ctx;
	struct device *dev;
	enum rtcore_state state;
	const char *reason;
	struct rtcore_ep *waits_for;
	bool waiting;
	struct rtcore_ep *queue[RTCORE_QUEUE];
	unsigned int n_queue;
	bool turn;
	unsigned long turn_ends;
	bool kick_due;
	bool retry_rx;
	bool set_up_again;
	unsigned long not_before;
	unsigned int pause_ms;
	u32 starts;
	unsigned long progress;
	unsigned long patience;
	struct sphere_component_id component;
	bool has_component;
	struct sphere_component_id partners[SPHERE_CORE_PARTNERS];
	u32 n_partners;
	bool has_partners;
	struct rtcore_ring ring;
	wait_queue_head_t wait;
	struct delayed_work tend;
	unsigned long tend_at;
	unsigned long window;
	unsigned int spent;
	void *mem_out;
	void *mem_in;
	struct rtcore_block block;
	unsigned long stats[RTCORE_STATS];
};

/**
 * struct rtcore_ep - an endpoint: one component here, one on a core
 * @node: in the list of all
 * @own: the component here
 * @peer: the component on a core
 * @ops: what to tell it
 * @priv: argument of @ops
 * @trusted: opened by a task that needs no pair in the table
 * @wants_space: to be told when there is space; one word, so no lock
 * @throttles: a core waits for it; likewise
 * @lapsed: it had its turn and did not send: has to send once without; protected by the
 *	link's lock
 * @was_lost: messages that were lost and not yet told
 */
struct rtcore_ep {
	struct list_head node;
	struct sphere_component_id own;
	struct sphere_component_id peer;
	const struct rtcore_ep_ops *ops;
	void *priv;
	bool trusted;
	bool wants_space;
	bool throttles;
	bool lapsed;
	atomic_t was_lost;
};

extern struct rtcore_link rtcore_links[SPHERE_CORES];
/* the parameter, in milliseconds */
extern unsigned int rtcore_unread_ms;

void rtcore_links_init(void);
void rtcore_links_exit(void);
int rtcore_link_attach(struct rtcore_link *l, struct device *dev,
		       const struct rtcore_link_ops *ops, void *ctx, void *out, void *in);
void rtcore_link_detach(struct rtcore_link *l);
int rtcore_link_start(struct rtcore_link *l);
void rtcore_link_stop(struct rtcore_link *l, const char *reason, bool tell_core);
bool rtcore_link_sleep(struct rtcore_link *l);
void rtcore_link_taken(struct rtcore_link *l);
void rtcore_link_event(struct rtcore_link *l, u32 bits);
void rtcore_link_ignored(struct rtcore_link *l);
void rtcore_link_policy(struct rtcore_link *l, const struct sphere_component_id *component,
			const struct sphere_component_id *partners, u32 n_partners,
			bool has_partners);

/* rtcore_access.c */
int rtcore_access_task(const struct rtcore_ep *ep);
int rtcore_access_open(struct rtcore_ep *ep);
int rtcore_access_send(const struct rtcore_ep *ep);
int rtcore_access_deliver(const struct rtcore_ep *ep);
bool rtcore_core_lists(const struct sphere_component_id *core,
		       const struct sphere_component_id *partner, bool *has_list);

static inline bool rtcore_same_id(const struct sphere_component_id *a,
				  const struct sphere_component_id *b)
{
	return !memcmp(a, b, sizeof(*a));
}

#endif /* _RTCORE_LINK_H */
