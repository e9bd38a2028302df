// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton: requests, timeouts, recovery, lifetime
 *
 * A request belongs to a client (an open file, hwrng, the kernel). It waits in
 * the client's queue until it is the client's turn and there is a free slot, is
 * written into the slot and sent, and is done when its answer came, its time is
 * over or the device goes. Whoever waits may leave at any time: the request is
 * taken back, and its slot, if it has one, is parked until Pluton answers.
 *
 * Turns: slots are charged to accounts (account.c), until they are answered,
 * parked ones included. Accounts with waiting requests form a list, and so do an
 * account's clients. Each time the first account that may have another slot sends
 * one request of its first client that may, and both go to the end. No client gets
 * more than slots_max slots, and no account gets one more while it has
 * PLUTON_ACCOUNT_SHARE times as many as are free. So nobody takes them all, nor do two
 * together, however many files they open and close. An answer that is overdue by
 * PLUTON_LOST_MS is lost, and is not charged any more: that is no fault of whoever asked.
 *
 * Silence: when PLUTON_SILENT_MAX requests in a row were given up and nothing
 * was answered between, Pluton may be busy with something slow: what was with it
 * at that moment is given its own time. If nothing comes of that either, Pluton
 * has hung or has restarted and lost the ring block. It is given a new one then.
 * What is sent after that moment is not waited for, so that nobody puts the new
 * block off for longer than the slowest command may take. A request that was never
 * sent counts too, for when all slots are parked no other is left to notice.
 *
 * The old block cannot be freed, for no message exists that takes it back from
 * Pluton; nor is it used again at once, since a Pluton that was only slow would
 * write its answers into the new requests. It is freed when Pluton has answered out
 * of a newer block and some more time has passed. There are PLUTON_RINGS_MAX blocks
 * at most: if Pluton stays silent, the block that rested longest is given to it
 * again. The sequence numbers that an old block is still owed are not used
 * meanwhile, so a late answer from there is known as such.
 *
 * A new block is given only when the mailbox has taken all earlier messages:
 * they stand in memory that would be used again.
 *
 * Serialised: a class of commands is closed while a request of it is with Pluton,
 * until the answer comes, whoever still waits for it. It stays closed for some
 * more time where it is not certain that Pluton has finished: when a new block
 * was given (what Pluton does then with the requests out of the old one is not
 * published), and when what came cannot have been the answer.
 *
 * One lock protects all of that. It is held while a message is written and
 * passed on, so that slots are announced in the order in which they are filled.
 * What comes from the transport comes from a worker (or a softirq).
 */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

unsigned int pluton_timeout_ms;
module_param_named(timeout_ms, pluton_timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "Time for every answer in ms; 0 (default): each command's own");

bool pluton_serialise;
module_param_named(serialise, pluton_serialise, bool, 0644);
MODULE_PARM_DESC(serialise, "Let no two commands of one class overlap (default: no)");

static unsigned long now(struct pluton *p)
{
	return p->ops->now ? p->ops->now(p->priv) : jiffies;
}

static unsigned long deadline_of(struct pluton *p, const struct pluton_command *cmd)
{
	unsigned int ms = READ_ONCE(pluton_timeout_ms) ?: cmd->timeout_ms;

	/* the jiffy that has begun does not count */
	return now(p) + min_t(unsigned long, msecs_to_jiffies(ms), MAX_JIFFY_OFFSET / 2) + 1;
}

static void arm(struct pluton *p, unsigned long at)
{
	unsigned long t = now(p);

	lockdep_assert_held(&p->lock);
	if (p->gone || (p->ticking && !time_before(at, p->tick_at)))
		return;
	p->ticking = true;
	p->tick_at = at;
	mod_delayed_work(system_wq, &p->tick, time_after(at, t) ? at - t : 0);
}

static void count(struct pluton *p, enum pluton_stat stat)
{
	lockdep_assert_held(&p->lock);
	p->stats[stat]++;
}

/**
 * pluton_count() - count something
 * @p: device
 * @stat: what
 *
 * Context: Any but hard interrupts.
 */
void pluton_count(struct pluton *p, enum pluton_stat stat)
{
	spin_lock_bh(&p->lock);
	count(p, stat);
	spin_unlock_bh(&p->lock);
}

/* ---- requests -------------------------------------------------------------------------------- */

static void finish(struct pluton_req *req, int result)
{
	req->state = PLUTON_REQ_DONE;
	req->result = result;
	/* from here it may be freed, by whoever takes the lock next or waits */
	if (req->done)
		req->done(req);
	else
		complete(&req->completion);
}

/* Nobody pays for the slot any more. */
static void discharge(struct pluton_slot *s)
{
	struct pluton_account *account = s->account;

	if (s->owner)
		s->owner->slots--;
	s->owner = NULL;
	s->account = NULL;
	if (!account)
		return;
	account->slots--;
	pluton_account_check(account);
}

/* The slot's answer has come, or will be waited for no more. */
static void settle(struct pluton *p, struct pluton_slot *s)
{
	if (s->settled)
		return;
	s->settled = true;
	discharge(s);
	p->class_busy[s->cmd->class]--;
}

/*
 * Pluton may still work on a slot's request, whatever becomes of the slot: the
 * class stays closed for a while, and until @at if that is later.
 */
static void close_class(struct pluton *p, unsigned int class, unsigned long at)
{
	unsigned long until = now(p) + msecs_to_jiffies(PLUTON_SETTLE_MS) + 1;

	if (time_before(until, at))
		until = at;
	if (!p->class_closed[class] || time_before(p->class_until[class], until))
		p->class_until[class] = until;
	p->class_closed[class] = true;
	arm(p, p->class_until[class]);
}

/* May no request of its class be sent for now, though none is with Pluton? */
static bool is_closed(const struct pluton *p, const struct pluton_command *cmd)
{
	return READ_ONCE(pluton_serialise) && p->class_closed[cmd->class];
}

static void park(struct pluton_slot *s)
{
	s->req = NULL;
	s->state = PLUTON_SLOT_PARKED;
}

static void unqueue(struct pluton_req *req)
{
	struct pluton_client *c = req->client;

	list_del_init(&req->node);
	if (list_empty(&c->queue))
		list_del_init(&c->node);
	if (list_empty(&c->account->clients))
		list_del_init(&c->account->node);
}

static void enqueue(struct pluton *p, struct pluton_req *req)
{
	struct pluton_client *c = req->client;

	if (list_empty(&c->account->clients))
		list_add_tail(&c->account->node, &p->waiting);
	if (list_empty(&c->queue))
		list_add_tail(&c->node, &c->account->clients);
	list_add_tail(&req->node, &c->queue);
}

/* A client has had its turn. */
static void had_turn(struct pluton *p, struct pluton_client *c)
{
	if (!list_empty(&c->queue))
		list_move_tail(&c->node, &c->account->clients);
	if (!list_empty(&c->account->clients))
		list_move_tail(&c->account->node, &p->waiting);
}

/* Is Pluton to be talked to? */
static bool is_up(const struct pluton *p)
{
	return !p->gone && !p->suspended && !p->recovering && p->ring;
}

static struct pluton_req *first_of(struct pluton *p, struct pluton_client *c)
{
	struct pluton_req *req;

	list_for_each_entry(req, &c->queue, node) {
		if (!READ_ONCE(pluton_serialise))
			return req;
		if (!p->class_busy[req->cmd->class] && !is_closed(p, req->cmd))
			return req;
	}
	return NULL;
}

/* May it have another slot, and leave enough to the others? */
static bool may_have_slot(const struct pluton *p, const struct pluton_account *a)
{
	unsigned int i, free = PLUTON_A7_BUFFERS;

	for (i = 0; i < PLUTON_CLASSES; i++)
		free -= p->class_busy[i];
	return a->slots < PLUTON_ACCOUNT_SHARE * free;
}

/* Whose turn is it? */
static struct pluton_req *next_request(struct pluton *p)
{
	struct pluton_account *a;
	struct pluton_client *c;

	list_for_each_entry(a, &p->waiting, node) {
		if (!may_have_slot(p, a))
			continue;
		list_for_each_entry(c, &a->clients, node) {
			struct pluton_req *req = c->slots < c->slots_max ? first_of(p, c) : NULL;

			if (req)
				return req;
		}
	}
	return NULL;
}

static bool seq_in_use(struct pluton *p, u8 seq)
{
	struct pluton_ring *r;

	if (pluton_ring_has_seq(p->ring, seq))
		return true;
	list_for_each_entry(r, &p->retired, node)
		if (pluton_ring_has_seq(r, seq))
			return true;
	return false;
}

/* There are many more numbers than all rings together can hold. */
static u8 next_seq(struct pluton *p)
{
	static_assert(PLUTON_RINGS_MAX * PLUTON_A7_BUFFERS < 255);

	do {
		p->seq++;
	} while (!p->seq || seq_in_use(p, p->seq));
	return p->seq;
}

static int send(struct pluton *p, struct pluton_req *req, unsigned int slot)
{
	struct pluton_slot *s = &p->ring->slot[slot];
	int ret;

	pluton_ring_fill(p->ring, slot, next_seq(p), req->cmd, req->buf);
	s->req = req;
	s->unsent = true;
	s->deadline = deadline_of(p, req->cmd);
	ret = p->ops->send(p->priv, &s->msg);
	if (ret) {
		pluton_ring_unget(p->ring, slot);
		return ret;
	}

	s->owner = req->client;
	s->owner->slots++;
	s->account = req->client->account;
	s->account->slots++;
	p->class_busy[req->cmd->class]++;
	req->slot = slot;
	req->state = PLUTON_REQ_SENT;
	count(p, PLUTON_STAT_REQUESTS);
	arm(p, s->deadline);
	return 0;
}

/* Send what can be sent. */
static void pump(struct pluton *p)
{
	struct pluton_req *req;

	lockdep_assert_held(&p->lock);
	while (is_up(p)) {
		int slot;

		req = next_request(p);
		if (!req)
			return;
		slot = pluton_ring_get(p->ring);
		if (slot < 0 && !pluton_ring_owed(p->ring))
			return;
		/*
		 * Pluton gives slots back without saying so, and a transport
		 * that is full for now has room later. Until the request's time
		 * is over, look again.
		 */
		if (slot < 0 || send(p, req, slot)) {
			arm(p, now(p) + 1);
			return;
		}
		unqueue(req);
		had_turn(p, req->client);
	}
}

/**
 * pluton_submit() - have a request sent
 * @req: the request; its payload is written, and it is not under way
 *
 * Context: Any but hard interrupts.
 * Return: 0: it will be done, sooner or later. %-ENODEV: the device was removed, or
 * sleeps.
 */
int pluton_submit(struct pluton_req *req)
{
	struct pluton_client *c = req->client;
	struct pluton *p = c->p;
	int ret = 0;

	reinit_completion(&req->completion);
	spin_lock_bh(&p->lock);
	if (p->gone || p->suspended) {
		ret = -ENODEV;
	} else {
		req->state = PLUTON_REQ_WAITING;
		req->deadline = deadline_of(p, req->cmd);
		enqueue(p, req);
		arm(p, req->deadline);
		pump(p);
	}
	spin_unlock_bh(&p->lock);
	return ret;
}

/**
 * pluton_cancel() - do not wait for a request any more
 * @req: in any state
 *
 * When it returns the request is done or idle, and belongs to the caller. Pluton
 * may carry it out nevertheless.
 *
 * Context: Any but hard interrupts.
 */
void pluton_cancel(struct pluton_req *req)
{
	struct pluton *p = req->client->p;

	spin_lock_bh(&p->lock);
	if (req->state == PLUTON_REQ_WAITING)
		unqueue(req);
	else if (req->state == PLUTON_REQ_SENT)
		park(&p->ring->slot[req->slot]);
	if (req->state != PLUTON_REQ_DONE)
		req->state = PLUTON_REQ_IDLE;
	spin_unlock_bh(&p->lock);
}

/**
 * pluton_is_done() - is a request done?
 * @req: the request
 *
 * Context: Any but hard interrupts.
 * Return: true if it is, and its @done has returned.
 */
bool pluton_is_done(struct pluton_req *req)
{
	bool done;

	spin_lock_bh(&req->client->p->lock);
	done = req->state == PLUTON_REQ_DONE;
	spin_unlock_bh(&req->client->p->lock);
	return done;
}

/**
 * pluton_wait() - wait until a request is done
 * @req: submitted, without a @done of its own
 *
 * Context: Process context, sleeps.
 * Return: its result, or
 * * %-ERESTARTSYS - a signal came; the request was taken back
 */
int pluton_wait(struct pluton_req *req)
{
	if (wait_for_completion_interruptible(&req->completion))
		pluton_cancel(req);
	return req->state == PLUTON_REQ_DONE ? req->result : -ERESTARTSYS;
}

/**
 * pluton_call() - submit a request and wait for it
 * @req: as for pluton_submit()
 *
 * Context: Process context, sleeps.
 * Return: as of pluton_submit() and pluton_wait().
 */
int pluton_call(struct pluton_req *req)
{
	int ret = pluton_submit(req);

	return ret ?: pluton_wait(req);
}

/**
 * pluton_req_new() - make a request
 * @client: whose; has to live as long as the request
 * @cmd: number of a command that there is
 *
 * Context: Process context, may sleep.
 * Return: the request, its payload zero, or NULL.
 */
struct pluton_req *pluton_req_new(struct pluton_client *client, u8 cmd)
{
	const struct pluton_command *c = pluton_find_command(cmd);
	struct pluton_req *req;

	if (WARN_ON_ONCE(!c))
		return NULL;
	/* whoever opens files pays for what waits there */
	req = kzalloc(struct_size(req, buf, max(c->request_len, c->reply_len)),
		      GFP_KERNEL_ACCOUNT);
	if (!req)
		return NULL;
	INIT_LIST_HEAD(&req->node);
	init_completion(&req->completion);
	req->client = client;
	req->cmd = c;
	return req;
}

/**
 * pluton_req_free() - free a request
 * @req: in any state, or NULL
 *
 * Context: Any but hard interrupts.
 */
void pluton_req_free(struct pluton_req *req)
{
	if (!req)
		return;
	pluton_cancel(req);
	kfree_sensitive(req);
}

/**
 * pluton_client_init() - become able to have requests
 * @p: device
 * @client: new client
 * @slots_max: slots that it may have at once
 *
 * It has an account of its own, unless it joins another by pluton_account_join().
 */
void pluton_client_init(struct pluton *p, struct pluton_client *client, unsigned int slots_max)
{
	client->p = p;
	INIT_LIST_HEAD(&client->node);
	INIT_LIST_HEAD(&client->queue);
	client->slots = 0;
	client->slots_max = slots_max;
	pluton_account_init(&client->own);
	client->account = &client->own;
}

/**
 * pluton_client_close() - a client goes
 * @client: all its requests are freed
 *
 * Context: Any but hard interrupts.
 */
void pluton_client_close(struct pluton_client *client)
{
	struct pluton *p = client->p;
	unsigned int i;

	spin_lock_bh(&p->lock);
	WARN_ON_ONCE(!list_empty(&client->queue));
	for (i = 0; p->ring && i < PLUTON_A7_BUFFERS; i++) {
		struct pluton_slot *s = &p->ring->slot[i];

		if (s->owner == client)
			s->owner = NULL;
		if (s->account == &client->own)
			s->account = NULL;
	}
	if (client->account != &client->own) {
		client->account->files--;
		pluton_account_check(client->account);
	}
	spin_unlock_bh(&p->lock);
}

/* ---- random bytes ---------------------------------------------------------------------------- */

/*
 * Words from Pluton are four bytes each, so a caller keeps as many requests with
 * it as a client may have. They are taken in the order in which they were sent.
 */
static int random_window(struct pluton_req **window, unsigned int n, u8 *buf, size_t len,
			 size_t *filled)
{
	unsigned int i = 0, under_way = 0;
	size_t sent = 0;
	int ret;

	while (*filled < len) {
		size_t part = min_t(size_t, len - *filled, PLUTON_RANDOM_WORD);
		struct pluton_req *req;

		while (under_way < n && sent < len) {
			ret = pluton_submit(window[(i + under_way) % n]);
			if (ret)
				return ret;
			under_way++;
			sent += PLUTON_RANDOM_WORD;
		}
		req = window[i];
		ret = pluton_wait(req);
		if (ret)
			return ret;
		memcpy(buf + *filled, req->buf, part);
		memzero_explicit(req->buf, PLUTON_RANDOM_WORD);
		*filled += part;
		under_way--;
		i = (i + 1) % n;
	}
	return 0;
}

/**
 * pluton_random() - random bytes from Pluton
 * @client: on whose account
 * @buf: where to
 * @len: how many
 * @filled: how many were filled from the beginning of @buf, also on failure;
 *	only whole answers count
 *
 * Context: Process context, sleeps.
 * Return: 0: all were filled, or
 * * %-ENOMEM - no memory
 * * other - as of pluton_call(), or the result of a request
 */
int pluton_random(struct pluton_client *client, void *buf, size_t len, size_t *filled)
{
	struct pluton_req *window[PLUTON_FILE_SLOTS] = { };
	unsigned int i, n;
	int ret = -ENOMEM;

	*filled = 0;
	n = min_t(size_t, DIV_ROUND_UP(len, PLUTON_RANDOM_WORD), ARRAY_SIZE(window));
	for (i = 0; i < n; i++) {
		window[i] = pluton_req_new(client, PLUTON_CMD_READ_RNG);
		if (!window[i])
			goto free;
	}
	ret = random_window(window, n, buf, len, filled);
free:
	for (i = 0; i < n; i++)
		pluton_req_free(window[i]);
	return ret;
}

/* ---- what comes from Pluton ------------------------------------------------------------------ */

static void drop(struct pluton *p, const struct pluton_word *w, enum pluton_stat stat,
		 const char *why)
{
	count(p, stat);
	dev_warn_ratelimited(p->dev,
			     "dropped a message: %s (version %u, sequence %u, command 0x%02x, buffer %u)\n",
			     why, w->version, w->seq, w->cmd, w->index);
}

/* A generator that is stuck says the same word again and again. */
static bool is_stuck(struct pluton *p, const struct pluton_req *req)
{
	bool stuck;
	u32 word;

	if (req->cmd->id != PLUTON_CMD_READ_RNG)
		return false;
	memcpy(&word, req->buf, sizeof(word));
	stuck = p->have_random && word == p->random;
	p->random = word;
	p->have_random = true;
	return stuck;
}

/* The answer of a request that nobody waits for any more. 0 or -EBADMSG, as below. */
static int take_late_answer(struct pluton *p, const struct pluton_word *w,
			    const struct pluton_command *cmd)
{
	if (pluton_message_length(&p->ring->block->buffer[w->index]) != cmd->reply_len) {
		drop(p, w, PLUTON_STAT_BAD_LENGTH, "it has not the length of an answer");
		return -EBADMSG;
	}
	pluton_ring_wipe(p->ring, w->index, cmd->reply_len);
	count(p, PLUTON_STAT_LATE);
	return 0;
}

/*
 * Take the answer of a request that somebody waits for. 0, -EPROTO, or -EBADMSG
 * if it has another length.
 */
static int take_answer(struct pluton *p, const struct pluton_word *w, struct pluton_req *req)
{
	int ret;

	ret = pluton_message_read(&p->ring->block->buffer[w->index], req->buf,
				  req->cmd->reply_len);
	if (ret) {
		drop(p, w, PLUTON_STAT_BAD_LENGTH, "it has not the length of an answer");
		return -EBADMSG;
	}
	pluton_ring_wipe(p->ring, w->index, req->cmd->reply_len);
	if (is_stuck(p, req)) {
		drop(p, w, PLUTON_STAT_INVALID, "it has the same random word as the one before");
		return -EPROTO;
	}
	count(p, PLUTON_STAT_REPLIES);
	return 0;
}

static bool was_owed(struct pluton *p, u8 seq)
{
	struct pluton_ring *r;

	list_for_each_entry(r, &p->retired, node)
		if (seq && test_and_clear_bit(seq, r->owed))
			return true;
	return false;
}

/* Pluton works, and with this ring block. */
static void alive(struct pluton *p)
{
	p->silent = 0;
	if (p->answered || p->recovering)
		return;
	p->answered = true;
	/* old ring blocks can go, when they have rested */
	if (!list_empty(&p->retired))
		mod_delayed_work(system_wq, &p->recover, msecs_to_jiffies(PLUTON_RETIRED_MS));
}

static void receive(struct pluton *p, const struct pluton_word *w)
{
	bool ours = w->index >= PLUTON_M4_BUFFERS;
	struct pluton_req *req;
	struct pluton_slot *s;
	int ret;

	if (w->version != PLUTON_PROTOCOL) {
		drop(p, w, PLUTON_STAT_INVALID, "no such version");
		return;
	}
	if (w->index >= PLUTON_BUFFERS) {
		drop(p, w, PLUTON_STAT_INVALID, "no such buffer");
		return;
	}
	if (was_owed(p, w->seq)) {
		/* the buffer is one of a block that is out of use */
		count(p, PLUTON_STAT_LATE);
		return;
	}
	s = pluton_ring_find(p->ring, w->seq);
	if (s && w->cmd == s->cmd->id &&
	    (!ours || s - p->ring->slot == w->index - PLUTON_M4_BUFFERS) &&
	    (s->state != PLUTON_SLOT_OWED || !s->cmd->reply_len)) {
		/* an answer to a command that has none is welcome too */
		req = s->req;
		ret = 0;
		if (s->cmd->reply_len && req)
			ret = take_answer(p, w, req);
		else if (s->cmd->reply_len)
			ret = take_late_answer(p, w, s->cmd);
		/* not of that length: Pluton may not even have begun */
		if (ret == -EBADMSG) {
			close_class(p, s->cmd->class, now(p));
			ret = -EPROTO;
		}
		/*
		 * Perhaps Pluton is faster than the transport, perhaps it guessed:
		 * a request that is still to be sent must not stand in a buffer
		 * that is marked available.
		 */
		if (ours && s->unsent)
			s->answered = true;
		else
			pluton_ring_release(p->ring, w->index);
		if (s->state != PLUTON_SLOT_OWED)
			settle(p, s);
		pluton_ring_answered(p->ring, s);
		alive(p);
		if (req)
			finish(req, ret);
		return;
	}

	/* what is in our half belongs to a request, and stays */
	if (!ours)
		pluton_ring_release(p->ring, w->index);
	if (!w->seq)
		drop(p, w, PLUTON_STAT_UNSOLICITED, "nobody asked for it");
	else if (!pluton_find_command(w->cmd))
		drop(p, w, PLUTON_STAT_INVALID, "no such command");
	else
		drop(p, w, PLUTON_STAT_MISMATCHED,
		     "no request has that sequence, command and buffer");
}

/**
 * pluton_received() - a message came
 * @p: device
 * @cmd: command word
 *
 * What Pluton stored in memory before it sent the message must be visible.
 *
 * Context: Process context or softirq.
 */
void pluton_received(struct pluton *p, u32 cmd)
{
	struct pluton_word w = pluton_word_unpack(cmd);

	spin_lock_bh(&p->lock);
	if (!p->gone && p->ring && p->ring->given) {
		receive(p, &w);
		pump(p);
	} else {
		count(p, PLUTON_STAT_UNSOLICITED);
	}
	spin_unlock_bh(&p->lock);
}
EXPORT_SYMBOL_GPL(pluton_received);

/* Pluton has a request that it will not answer. */
static void sent_for_good(struct pluton *p, struct pluton_slot *s)
{
	struct pluton_req *req = s->req;

	park(s);
	s->deadline = now(p);
	if (READ_ONCE(pluton_serialise))
		s->deadline += msecs_to_jiffies(PLUTON_SETTLE_MS) + 1;
	arm(p, s->deadline);
	if (req)
		finish(req, 0);
}

/**
 * pluton_sent() - Pluton has taken a message, which the transport needs no more
 * @p: device
 * @msg: the message
 *
 * Context: Process context or softirq.
 */
void pluton_sent(struct pluton *p, const struct mt3620_mbox_msg *msg)
{
	unsigned int i;

	spin_lock_bh(&p->lock);
	if (msg == &p->setup)
		p->setup_unsent = false;
	for (i = 0; p->ring && i < PLUTON_A7_BUFFERS; i++) {
		struct pluton_slot *s = &p->ring->slot[i];

		if (msg != &s->msg || !s->unsent)
			continue;
		s->unsent = false;
		if (s->answered)
			pluton_ring_release(p->ring, PLUTON_M4_BUFFERS + i);
		s->answered = false;
		if (!s->cmd->reply_len &&
		    (s->state == PLUTON_SLOT_BUSY || s->state == PLUTON_SLOT_PARKED))
			sent_for_good(p, s);
		break;
	}
	pump(p);
	spin_unlock_bh(&p->lock);
}
EXPORT_SYMBOL_GPL(pluton_sent);

/* ---- time ------------------------------------------------------------------------------------ */

static void give_up(struct pluton *p, struct pluton_req *req)
{
	count(p, PLUTON_STAT_TIMEOUTS);
	/* what was held back by us says nothing about Pluton */
	if (req->state == PLUTON_REQ_SENT || !is_closed(p, req->cmd))
		p->silent++;
	dev_warn_ratelimited(p->dev, "%s was not answered in time\n", req->cmd->name);
	finish(req, -ETIMEDOUT);
}

static void expire_slot(struct pluton *p, struct pluton_slot *s)
{
	struct pluton_req *req = s->req;

	if (s->state == PLUTON_SLOT_PARKED) {
		settle(p, s);
		pluton_ring_answered(p->ring, s);
	} else if (!s->kicked) {
		/* if only the interrupt was lost, the answer comes now */
		s->kicked = true;
		s->deadline = now(p) + 2;
		if (p->ops->kick)
			p->ops->kick(p->priv);
	} else {
		park(s);
		give_up(p, req);
	}
}

/* Does its deadline count? */
static bool has_deadline(const struct pluton_slot *s)
{
	return s->state == PLUTON_SLOT_BUSY ||
	       (s->state == PLUTON_SLOT_PARKED && !s->cmd->reply_len && !s->unsent);
}

/* Whoever asked for what Pluton has lost does not pay for it for ever. */
static void expire_charge(struct pluton *p, struct pluton_slot *s, unsigned long t)
{
	unsigned long at = s->deadline + msecs_to_jiffies(PLUTON_LOST_MS);

	if (time_before(t, at))
		arm(p, at);
	else
		discharge(s);
}

static void expire_slots(struct pluton *p, unsigned long t)
{
	unsigned int i;

	for (i = 0; p->ring && i < PLUTON_A7_BUFFERS; i++) {
		struct pluton_slot *s = &p->ring->slot[i];

		if (has_deadline(s) && !time_before(t, s->deadline))
			expire_slot(p, s);
		if (has_deadline(s))
			arm(p, s->deadline);
		else if (s->account)
			expire_charge(p, s, t);
	}
}

static void expire_classes(struct pluton *p, unsigned long t)
{
	unsigned int i;

	for (i = 0; i < PLUTON_CLASSES; i++) {
		if (p->class_closed[i] && !time_before(t, p->class_until[i]))
			p->class_closed[i] = false;
		if (p->class_closed[i])
			arm(p, p->class_until[i]);
	}
}

static void expire_waiting(struct pluton *p, unsigned long t)
{
	struct pluton_account *a, *next_account;
	struct pluton_client *c, *next_client;
	struct pluton_req *req, *next;

	list_for_each_entry_safe(a, next_account, &p->waiting, node) {
		list_for_each_entry_safe(c, next_client, &a->clients, node) {
			list_for_each_entry_safe(req, next, &c->queue, node) {
				if (time_before(t, req->deadline)) {
					arm(p, req->deadline);
					continue;
				}
				unqueue(req);
				give_up(p, req);
			}
		}
	}
}

/* Pluton seems to be silent: what is with it now is waited for, and nothing else. */
static void await_slots(struct pluton *p)
{
	unsigned int i;

	for (i = 0; i < PLUTON_A7_BUFFERS; i++)
		p->ring->slot[i].awaited = p->ring->slot[i].state != PLUTON_SLOT_FREE;
}

/* Might Pluton be busy with one of those, whether somebody waits for it or not? */
static bool is_awaited(struct pluton *p, unsigned long t)
{
	bool awaited = false;
	unsigned int i;

	for (i = 0; i < PLUTON_A7_BUFFERS; i++) {
		struct pluton_slot *s = &p->ring->slot[i];

		if (!s->awaited || s->settled || !time_before(t, s->deadline))
			continue;
		arm(p, s->deadline);
		awaited = true;
	}
	return awaited;
}

static void expire_silence(struct pluton *p, unsigned long t, bool was_silent)
{
	if (p->silent < PLUTON_SILENT_MAX || !is_up(p))
		return;
	if (!was_silent)
		await_slots(p);
	if (is_awaited(p, t))
		return;
	dev_warn_ratelimited(p->dev, "Pluton is silent; it is set up again\n");
	p->recovering = true;
	mod_delayed_work(system_wq, &p->recover, 0);
}

/**
 * pluton_expire() - do what is due
 * @p: device
 *
 * Context: Any but hard interrupts.
 */
void pluton_expire(struct pluton *p)
{
	bool was_silent;
	unsigned long t;

	spin_lock_bh(&p->lock);
	p->ticking = false;
	t = now(p);
	was_silent = p->silent >= PLUTON_SILENT_MAX;
	expire_slots(p, t);
	expire_waiting(p, t);
	expire_classes(p, t);
	expire_silence(p, t, was_silent);
	pump(p);
	spin_unlock_bh(&p->lock);
}

static void tick(struct work_struct *work)
{
	pluton_expire(container_of(to_delayed_work(work), struct pluton, tick));
}

/* ---- ring blocks ----------------------------------------------------------------------------- */

static struct pluton_ring *new_ring(struct pluton *p)
{
	struct pluton_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);

	if (!ring)
		return NULL;
	INIT_LIST_HEAD(&ring->node);
	ring->block = p->ops->alloc(p->priv, sizeof(*ring->block), &ring->addr);
	if (ring->block)
		return ring;
	kfree(ring);
	return NULL;
}

/* @given: Pluton may still write there */
static void free_ring(struct pluton *p, struct pluton_ring *ring, bool given)
{
	if (!ring)
		return;
	p->ops->free(p->priv, sizeof(*ring->block), ring->block, ring->addr, given);
	kfree(ring);
}

static struct pluton_ring *oldest_retired(struct pluton *p)
{
	struct pluton_ring *ring = list_first_entry_or_null(&p->retired, struct pluton_ring, node);

	if (ring)
		list_del_init(&ring->node);
	return ring;
}

/* Requests that are with Pluton have failed; slots and their owners part. */
static void fail_sent(struct pluton *p, int result)
{
	unsigned int i;

	for (i = 0; p->ring && i < PLUTON_A7_BUFFERS; i++) {
		struct pluton_slot *s = &p->ring->slot[i];
		struct pluton_req *req = s->req;

		if (s->state != PLUTON_SLOT_BUSY && s->state != PLUTON_SLOT_PARKED)
			continue;
		if (!s->settled)
			close_class(p, s->cmd->class, s->deadline);
		settle(p, s);
		park(s);
		if (req)
			finish(req, result);
	}
}

static void fail_waiting(struct pluton *p, int result)
{
	while (!list_empty(&p->waiting)) {
		struct pluton_account *a =
			list_first_entry(&p->waiting, struct pluton_account, node);
		struct pluton_client *c = list_first_entry(&a->clients, struct pluton_client, node);
		struct pluton_req *req = list_first_entry(&c->queue, struct pluton_req, node);

		unqueue(req);
		finish(req, result);
	}
}

/* Does the transport still have a message of ours? */
static bool is_congested(const struct pluton *p)
{
	unsigned int i;

	for (i = 0; p->ring && i < PLUTON_A7_BUFFERS; i++)
		if (p->ring->slot[i].unsent)
			return true;
	return p->setup_unsent;
}

/* Give @ring to Pluton. It is the one in use then, even if Pluton was not told. */
static int give_ring(struct pluton *p, struct pluton_ring *ring)
{
	struct pluton_word w = {
		.version = PLUTON_PROTOCOL,
		.cmd = PLUTON_CMD_SEND_EVENT_BUFFERS,
	};
	struct pluton_ring *old = p->ring;
	int ret;

	lockdep_assert_held(&p->lock);
	fail_sent(p, -ETIMEDOUT);
	if (old && old != ring) {
		pluton_ring_retire(old);
		old->retired = now(p);
		list_add_tail(&old->node, &p->retired);
	}
	pluton_ring_init(ring);
	p->ring = ring;
	p->setup.cmd = pluton_word_pack(&w);
	p->setup.data = ring->addr;
	p->setup_unsent = true;
	ret = p->ops->send(p->priv, &p->setup);
	if (ret) {
		p->setup_unsent = false;
		return ret;
	}
	ring->given = true;
	if (old)
		count(p, PLUTON_STAT_RESTARTS);
	p->silent = 0;
	p->answered = false;
	p->recovering = false;
	return 0;
}

/*
 * The block to be given next, a new one if that can be. If nothing else is left
 * it is the one in use.
 */
static struct pluton_ring *choose_ring(struct pluton *p)
{
	struct pluton_ring *ring = NULL;
	bool may_have_more;

	spin_lock_bh(&p->lock);
	may_have_more = p->rings < PLUTON_RINGS_MAX;
	if (p->ring && !p->ring->given)
		ring = p->ring;
	else if (!may_have_more)
		ring = oldest_retired(p);
	spin_unlock_bh(&p->lock);
	if (ring)
		return ring;

	if (may_have_more)
		ring = new_ring(p);
	spin_lock_bh(&p->lock);
	if (ring)
		p->rings++;
	else
		ring = oldest_retired(p) ?: p->ring;
	spin_unlock_bh(&p->lock);
	return ring;
}

/* Set up anew. 0, -EAGAIN if it has to be tried again, or an errno. */
static int recover(struct pluton *p)
{
	struct pluton_ring *ring;
	int ret = -EAGAIN;
	bool congested;

	spin_lock_bh(&p->lock);
	congested = is_congested(p);
	if (congested && p->ops->kick && !p->suspended && !p->gone)
		p->ops->kick(p->priv);
	spin_unlock_bh(&p->lock);
	if (congested)
		return -EAGAIN;

	ring = choose_ring(p);
	if (!ring)
		return -ENOMEM;
	spin_lock_bh(&p->lock);
	if (!p->gone && !p->suspended) {
		ret = give_ring(p, ring);
		pump(p);
	} else if (ring != p->ring) {
		list_add(&ring->node, &p->retired);
	}
	spin_unlock_bh(&p->lock);
	return ret;
}

/* Free the blocks that Pluton has left long ago. */
static void collect(struct pluton *p)
{
	unsigned long rest = msecs_to_jiffies(PLUTON_RETIRED_MS);
	struct pluton_ring *ring, *next;
	LIST_HEAD(old);

	spin_lock_bh(&p->lock);
	list_for_each_entry_safe(ring, next, &p->retired, node) {
		if (!p->answered || time_before(now(p), ring->retired + rest))
			continue;
		list_move(&ring->node, &old);
		p->rings--;
	}
	if (p->answered && !p->gone && !list_empty(&p->retired))
		mod_delayed_work(system_wq, &p->recover, rest);
	spin_unlock_bh(&p->lock);
	list_for_each_entry_safe(ring, next, &old, node)
		free_ring(p, ring, false);
}

static void recover_work(struct work_struct *work)
{
	struct pluton *p = container_of(to_delayed_work(work), struct pluton, recover);
	bool needed, again;
	int ret = 0;

	spin_lock_bh(&p->lock);
	needed = p->recovering && !p->gone && !p->suspended;
	spin_unlock_bh(&p->lock);
	if (!needed) {
		collect(p);
		return;
	}

	ret = recover(p);
	spin_lock_bh(&p->lock);
	again = p->recovering && !p->gone && !p->suspended;
	if (again)
		mod_delayed_work(system_wq, &p->recover, msecs_to_jiffies(50));
	spin_unlock_bh(&p->lock);
	if (ret && ret != -EAGAIN)
		dev_warn_ratelimited(p->dev, "Pluton cannot be set up again (%d)\n", ret);
	if (!ret)
		schedule_work(&p->hello);
}

/* ---- what kind of device is it? -------------------------------------------------------------- */

static int read_development(struct pluton *p, enum sphere_development *mode)
{
	struct pluton_capabilities caps;
	struct pluton_req *req;
	unsigned int i;
	int ret;

	req = pluton_req_new(&p->kernel, PLUTON_CMD_GET_ENABLED_CAPABILITIES);
	if (!req)
		return -ENOMEM;
	ret = pluton_call(req);
	if (!ret) {
		pluton_decode_capabilities(req->buf, &caps);
		*mode = SPHERE_DEVELOPMENT_NO;
		for (i = 0; i < PLUTON_CAPABILITIES_MAX; i++)
			if (caps.capabilities[i] == PLUTON_CAP_SYSTEM_DEV ||
			    caps.capabilities[i] == PLUTON_CAP_APP_DEV)
				*mode = SPHERE_DEVELOPMENT_YES;
	}
	pluton_req_free(req);
	return ret;
}

/*
 * Asked after each set-up, for a capability changes with a restart of the
 * device. As long as Pluton does not answer nothing is known, and that is said.
 */
static void hello(struct work_struct *work)
{
	struct pluton *p = container_of(work, struct pluton, hello);
	enum sphere_development mode = SPHERE_DEVELOPMENT_UNKNOWN;
	int ret = read_development(p, &mode);

	if (ret && ret != -ENODEV)
		dev_warn_ratelimited(p->dev,
				     "Pluton does not say whether this is a development device (%d)\n",
				     ret);
	sphere_authority_report_development(mode);
}

/* ---- lifetime -------------------------------------------------------------------------------- */

static void release(struct kref *ref)
{
	struct pluton *p = container_of(ref, struct pluton, ref);

	put_device(p->dev);
	kfree_sensitive(p);
}

/**
 * pluton_get() - take a reference
 * @p: device
 */
void pluton_get(struct pluton *p)
{
	kref_get(&p->ref);
}

/**
 * pluton_put() - give a reference back
 * @p: device
 */
void pluton_put(struct pluton *p)
{
	kref_put(&p->ref, release);
}

/**
 * pluton_is_gone() - was the device removed?
 * @p: device
 *
 * Return: true if nothing will be answered any more.
 */
bool pluton_is_gone(struct pluton *p)
{
	return READ_ONCE(p->gone);
}

/**
 * pluton_read_info() - versions, limits and counters
 * @p: device
 * @info: all of it is written
 *
 * Context: Any but hard interrupts.
 */
void pluton_read_info(struct pluton *p, struct pluton_info *info)
{
	unsigned int i;

	memset(info, 0, sizeof(*info));
	info->abi_version = PLUTON_ABI_VERSION;
	info->protocol_version = PLUTON_PROTOCOL;
	info->slots = PLUTON_A7_BUFFERS;
	info->slots_per_file = PLUTON_FILE_SLOTS;
	info->payload_max = PLUTON_PAYLOAD_MAX;
	info->random_max = PLUTON_RANDOM_MAX;

	spin_lock_bh(&p->lock);
	if (!p->ring || p->gone || p->suspended)
		info->state = PLUTON_STATE_DOWN;
	else
		info->state = is_up(p) && p->answered ? PLUTON_STATE_UP : PLUTON_STATE_RECOVERING;
	if (p->ring)
		pluton_ring_poll(p->ring);
	for (i = 0; p->ring && i < PLUTON_A7_BUFFERS; i++) {
		if (p->ring->slot[i].state == PLUTON_SLOT_BUSY)
			info->slots_in_use++;
		else if (p->ring->slot[i].state != PLUTON_SLOT_FREE)
			info->slots_parked++;
	}
	info->requests = p->stats[PLUTON_STAT_REQUESTS];
	info->replies = p->stats[PLUTON_STAT_REPLIES];
	info->timeouts = p->stats[PLUTON_STAT_TIMEOUTS];
	info->late = p->stats[PLUTON_STAT_LATE];
	info->unsolicited = p->stats[PLUTON_STAT_UNSOLICITED];
	info->invalid = p->stats[PLUTON_STAT_INVALID];
	info->mismatched = p->stats[PLUTON_STAT_MISMATCHED];
	info->bad_length = p->stats[PLUTON_STAT_BAD_LENGTH];
	info->refused = p->stats[PLUTON_STAT_REFUSED];
	info->restarts = p->stats[PLUTON_STAT_RESTARTS];
	spin_unlock_bh(&p->lock);
}

/**
 * pluton_new() - a device, with nothing set up
 * @dev: the transport's device
 * @ops: the transport; has to stay until pluton_drop()
 * @priv: for @ops
 *
 * Context: Process context, may sleep.
 * Return: the device, to be given back by pluton_drop(), or NULL.
 */
struct pluton *pluton_new(struct device *dev, const struct pluton_transport_ops *ops, void *priv)
{
	struct pluton *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	kref_init(&p->ref);
	p->dev = get_device(dev);
	p->ops = ops;
	p->priv = priv;
	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->retired);
	INIT_LIST_HEAD(&p->accounts);
	INIT_LIST_HEAD(&p->waiting);
	init_waitqueue_head(&p->gone_wait);
	INIT_DELAYED_WORK(&p->tick, tick);
	INIT_DELAYED_WORK(&p->recover, recover_work);
	INIT_WORK(&p->hello, hello);
	pluton_client_init(p, &p->kernel, PLUTON_FILE_SLOTS);
	pluton_client_init(p, &p->rng_client, PLUTON_FILE_SLOTS);
	return p;
}
EXPORT_SYMBOL_GPL(pluton_new);

/**
 * pluton_core_start() - give Pluton its first ring block
 * @p: device
 *
 * Context: Process context, sleeps.
 * Return: 0, or
 * * %-ENOMEM - no memory for it
 * * other - the transport does not take the message
 */
int pluton_core_start(struct pluton *p)
{
	p->recovering = true;
	return recover(p);
}

/**
 * pluton_core_stop() - let everybody go
 * @p: device
 *
 * Context: Process context, sleeps.
 */
void pluton_core_stop(struct pluton *p)
{
	spin_lock_bh(&p->lock);
	WRITE_ONCE(p->gone, true);
	fail_sent(p, -ENODEV);
	fail_waiting(p, -ENODEV);
	spin_unlock_bh(&p->lock);
	wake_up_all(&p->gone_wait);
	cancel_delayed_work_sync(&p->tick);
	cancel_delayed_work_sync(&p->recover);
	cancel_work_sync(&p->hello);
}

/**
 * pluton_start() - set up, and let others use it
 * @p: from pluton_new()
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno; then only pluton_stop() and pluton_drop() are left.
 */
int pluton_start(struct pluton *p)
{
	int ret;

	ret = pluton_core_start(p);
	if (ret)
		return dev_err_probe(p->dev, ret, "Pluton cannot be given its ring block\n");
	ret = pluton_chrdev_add(p);
	if (ret)
		return dev_err_probe(p->dev, ret,
				     "/dev/pluton cannot be made: is there another Pluton?\n");
	ret = pluton_hwrng_add(p);
	if (ret)
		return dev_err_probe(p->dev, ret,
				     "the random number generator cannot be registered\n");
	pluton_api_add(p);
	schedule_work(&p->hello);
	return 0;
}
EXPORT_SYMBOL_GPL(pluton_start);

/**
 * pluton_stop() - everybody has to go
 * @p: device, started, in part or not
 *
 * Open files stay open and get %-ENODEV. Afterwards the transport is called for
 * nothing but @free.
 *
 * Context: Process context, sleeps.
 */
void pluton_stop(struct pluton *p)
{
	pluton_api_remove(p);
	pluton_core_stop(p);
	pluton_hwrng_remove(p);
	pluton_chrdev_remove(p);
	sphere_authority_report_development(SPHERE_DEVELOPMENT_UNKNOWN);
}
EXPORT_SYMBOL_GPL(pluton_stop);

/**
 * pluton_drop() - give the device back
 * @p: device, stopped or never started; NULL is fine
 *
 * Context: Process context, sleeps.
 */
void pluton_drop(struct pluton *p)
{
	struct pluton_ring *ring;

	if (!p)
		return;
	spin_lock_bh(&p->lock);
	ring = p->ring;
	p->ring = NULL;
	spin_unlock_bh(&p->lock);
	for (; ring; ring = oldest_retired(p))
		free_ring(p, ring, ring->given);
	pluton_put(p);
}
EXPORT_SYMBOL_GPL(pluton_drop);

/**
 * pluton_suspend() - let nobody talk to Pluton any more
 * @p: device
 *
 * Requests that are under way fail with %-ENODEV.
 *
 * Context: Process context, sleeps.
 */
void pluton_suspend(struct pluton *p)
{
	spin_lock_bh(&p->lock);
	p->suspended = true;
	fail_sent(p, -ENODEV);
	fail_waiting(p, -ENODEV);
	spin_unlock_bh(&p->lock);
	cancel_delayed_work_sync(&p->tick);
	cancel_delayed_work_sync(&p->recover);
	cancel_work_sync(&p->hello);
	/* the capabilities may be others after */
	sphere_authority_report_development(SPHERE_DEVELOPMENT_UNKNOWN);
}
EXPORT_SYMBOL_GPL(pluton_suspend);

/**
 * pluton_resume() - set up anew after pluton_suspend()
 * @p: device
 *
 * Context: Process context.
 */
void pluton_resume(struct pluton *p)
{
	spin_lock_bh(&p->lock);
	p->suspended = false;
	p->ticking = false;
	expire_classes(p, now(p));
	p->recovering = true;
	if (!p->gone)
		mod_delayed_work(system_wq, &p->recover, 0);
	spin_unlock_bh(&p->lock);
}
EXPORT_SYMBOL_GPL(pluton_resume);

static int __init pluton_init(void)
{
	int ret;

	ret = pluton_key_register();
	if (ret)
		return ret;
	ret = platform_driver_register(&pluton_mailbox_driver);
	if (ret)
		pluton_key_unregister();
	return ret;
}
module_init(pluton_init);

static void __exit pluton_exit(void)
{
	platform_driver_unregister(&pluton_mailbox_driver);
	pluton_mailbox_leave();
	pluton_key_unregister();
}
module_exit(pluton_exit);

MODULE_DESCRIPTION("Pluton, the security processor of the MediaTek MT3620");
MODULE_LICENSE("GPL");
