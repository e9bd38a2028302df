// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton's requests against a scripted other side, with time that stands still
 *
 * Cases named RA.., RC.. and HW.. show that a weakness of the platform's first
 * drivers is not there.
 */
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include <linux/sphere/compat.h>

#include "fake_pluton.h"

static int core_init(struct kunit *test)
{
	struct fake_pluton *f = fake_new(test);
	struct pluton_word w;

	test->priv = f;
	pluton_serialise = false;
	pluton_timeout_ms = 0;
	KUNIT_ASSERT_EQ(test, pluton_core_start(f->p), 0);
	KUNIT_ASSERT_TRUE(test, fake_take(f, &w));
	KUNIT_ASSERT_EQ(test, w.cmd, PLUTON_CMD_SEND_EVENT_BUFFERS);
	KUNIT_ASSERT_NOT_NULL(test, f->block);
	return 0;
}

static void core_exit(struct kunit *test)
{
	fake_free(test->priv);
	pluton_serialise = false;
	pluton_timeout_ms = 0;
}

/* A request, sent as far as that can be; freed by end(). */
static struct pluton_req *begin_as(struct kunit *test, struct pluton_client *client, u8 cmd)
{
	struct pluton_req *req = pluton_req_new(client, cmd);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, req);
	KUNIT_ASSERT_EQ(test, pluton_submit(req), 0);
	return req;
}

static struct pluton_req *begin(struct kunit *test, u8 cmd)
{
	struct fake_pluton *f = test->priv;

	return begin_as(test, &f->p->kernel, cmd);
}

/* What became of it: 1 if nothing yet */
static int result(struct pluton_req *req)
{
	return pluton_is_done(req) ? req->result : 1;
}

static int end(struct pluton_req *req)
{
	int ret = result(req);

	pluton_req_free(req);
	return ret;
}

static struct pluton_word take(struct kunit *test)
{
	struct pluton_word w = { };

	KUNIT_ASSERT_TRUE(test, fake_take(test->priv, &w));
	return w;
}

/* One whole request has to succeed. */
static void good(struct kunit *test, u8 cmd)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, cmd);
	struct pluton_word w = take(test);

	KUNIT_EXPECT_EQ(test, w.cmd, cmd);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

/* The question that follows a set-up */
static void answer_hello(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_word w;
	int i;

	for (i = 0; i < 2000 && !fake_waiting(f); i++)
		usleep_range(1000, 2000);
	w = take(test);
	KUNIT_ASSERT_EQ(test, w.cmd, PLUTON_CMD_GET_ENABLED_CAPABILITIES);
	fake_answer(f, &w);
	flush_work(&f->p->hello);
}

/* Set-up by the worker, with another block */
static void set_up_again(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_block *old = f->block;
	struct pluton_word w;

	flush_delayed_work(&f->p->recover);
	w = take(test);
	KUNIT_ASSERT_EQ(test, w.cmd, PLUTON_CMD_SEND_EVENT_BUFFERS);
	KUNIT_EXPECT_PTR_NE(test, f->block, old);
	answer_hello(test);
}

static void expect_slots(struct kunit *test, unsigned int in_use, unsigned int parked)
{
	struct fake_pluton *f = test->priv;
	struct pluton_info info;

	pluton_read_info(f->p, &info);
	KUNIT_EXPECT_EQ(test, info.slots_in_use, in_use);
	KUNIT_EXPECT_EQ(test, info.slots_parked, parked);
}

/* ---- the ordinary ---------------------------------------------------------------------------- */

static void every_command_is_answered(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	unsigned int id, half;

	for (half = 0; half < 2; half++) {
		f->m4 = half;
		for (id = 0; id < 256; id++)
			if (pluton_find_command(id) && pluton_find_command(id)->reply_len)
				good(test, id);
	}
	expect_slots(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_REPLIES), 24);
}

static void slots_are_used_in_turn(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
		struct pluton_word w = take(test);

		KUNIT_EXPECT_EQ(test, w.index, 32 + i % 16);
		KUNIT_EXPECT_EQ(test, f->block->entry[w.index].available, 0);
		fake_answer(f, &w);
		KUNIT_EXPECT_EQ(test, f->block->entry[w.index].available, 1);
		KUNIT_EXPECT_EQ(test, end(req), 0);
	}
}

static void sequence_zero_is_never_used(struct kunit *test)
{
	unsigned int i;

	for (i = 1; i < 600; i++) {
		struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
		struct pluton_word w = take(test);

		KUNIT_ASSERT_NE(test, w.seq, 0);
		KUNIT_ASSERT_EQ(test, w.seq, (i - 1) % 255 + 1);
		fake_answer(test->priv, &w);
		KUNIT_ASSERT_EQ(test, end(req), 0);
	}
}

static void RA1_two_requests(struct kunit *test)
{
	struct pluton_req *a = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_req *b = begin(test, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	struct pluton_word wa = take(test), wb = take(test);

	KUNIT_EXPECT_NE(test, wa.seq, wb.seq);
	KUNIT_EXPECT_NE(test, wa.index, wb.index);
	/* the later one first */
	fake_answer(test->priv, &wb);
	KUNIT_EXPECT_EQ(test, result(a), 1);
	KUNIT_EXPECT_EQ(test, result(b), 0);
	fake_answer(test->priv, &wa);
	KUNIT_EXPECT_EQ(test, end(a), 0);
	KUNIT_EXPECT_EQ(test, end(b), 0);
}

static void RA33_an_answer_is_wiped_from_shared_memory(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_GET_SECURITY_STATE);
	struct pluton_word w = take(test);
	u8 secret[132];

	memset(secret, 's', sizeof(secret));
	fake_answer_with(f, &w, secret, sizeof(secret), sizeof(secret));
	KUNIT_EXPECT_EQ(test, memcmp(req->buf, secret, sizeof(secret)), 0);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(&f->block->buffer[w.index], 0, PLUTON_BUFFER_SIZE),
			    NULL);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

/* Announced, and nothing written: what an earlier answer left is no answer. */
static void an_answer_that_was_not_written(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req;
	struct pluton_word w;

	f->m4 = true;
	good(test, PLUTON_CMD_READ_RNG);
	req = begin(test, PLUTON_CMD_READ_RNG);
	w = take(test);
	w.index = 0;
	fake_post(f, w);
	KUNIT_EXPECT_EQ(test, end(req), -EPROTO);
	good(test, PLUTON_CMD_READ_RNG);
}

/* ---- silence --------------------------------------------------------------------------------- */

static void RA2_silent(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);

	take(test);
	fake_pass(f, 4000);
	KUNIT_EXPECT_EQ(test, result(req), 1);
	fake_pass(f, 1000);
	KUNIT_EXPECT_EQ(test, end(req), -ETIMEDOUT);
	KUNIT_EXPECT_GE(test, f->kicks, 1);
	expect_slots(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_TIMEOUTS), 1);
	good(test, PLUTON_CMD_READ_RNG);
}

static void each_command_has_its_own_time(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *quick = begin(test, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	struct pluton_req *slow = begin(test, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY);

	fake_pass(f, 5000);
	KUNIT_EXPECT_EQ(test, end(quick), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, result(slow), 1);
	fake_pass(f, 20000);
	KUNIT_EXPECT_EQ(test, end(slow), -ETIMEDOUT);
	pluton_timeout_ms = 20;
	slow = begin(test, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY);
	fake_pass(f, 20);
	KUNIT_EXPECT_EQ(test, end(slow), -ETIMEDOUT);
}

/* An interrupt that got lost: the answer was there when it was looked for. */
static void a_late_look_finds_the_answer(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test);

	f->now += msecs_to_jiffies(5000) + 2;
	pluton_expire(f->p);
	KUNIT_EXPECT_EQ(test, f->kicks, 1);
	KUNIT_EXPECT_EQ(test, result(req), 1);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_TIMEOUTS), 0);
}

static void RC1_late_answer_after_timeout(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG), *other;
	struct pluton_word late = take(test), w;

	fake_pass(f, 5000);
	KUNIT_EXPECT_EQ(test, end(req), -ETIMEDOUT);
	/* the slot is not used by others, however many there are */
	while (f->p->seq < 40) {
		other = begin(test, PLUTON_CMD_READ_RNG);
		w = take(test);
		KUNIT_EXPECT_NE(test, w.index, late.index);
		KUNIT_EXPECT_NE(test, w.seq, late.seq);
		fake_answer(f, &w);
		KUNIT_EXPECT_EQ(test, end(other), 0);
	}
	fake_answer(f, &late);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), 1);
	expect_slots(test, 0, 0);
	/* and once more, which is nobody's */
	fake_answer(f, &late);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_MISMATCHED), 1);
}

static void a_silent_pluton_is_set_up_again(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_info info;
	unsigned int i;

	pluton_timeout_ms = 20;
	for (i = 0; i < PLUTON_SILENT_MAX; i++) {
		struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);

		take(test);
		KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 0);
		fake_pass(f, 20);
		KUNIT_EXPECT_EQ(test, end(req), -ETIMEDOUT);
	}
	set_up_again(test);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 1);
	pluton_read_info(f->p, &info);
	KUNIT_EXPECT_EQ(test, info.state, PLUTON_STATE_UP);
	expect_slots(test, 0, 0);
	good(test, PLUTON_CMD_READ_RNG);
}

static void go_silent(struct kunit *test, struct pluton_word *first)
{
	struct fake_pluton *f = test->priv;
	unsigned int i;

	pluton_timeout_ms = 20;
	for (i = 0; i < PLUTON_SILENT_MAX; i++) {
		struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
		struct pluton_word w = take(test);

		if (!i)
			*first = w;
		fake_pass(f, 20);
		KUNIT_ASSERT_EQ(test, end(req), -ETIMEDOUT);
	}
}

static void RC2_late_answer_out_of_an_old_block(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req;
	struct pluton_word old, w;
	unsigned int i;

	go_silent(test, &old);
	set_up_again(test);
	for (i = 0; i < 600; i++) {
		req = begin(test, PLUTON_CMD_READ_RNG);
		w = take(test);
		KUNIT_ASSERT_NE(test, w.seq, old.seq);
		fake_answer(f, &w);
		KUNIT_ASSERT_EQ(test, end(req), 0);
	}
	/* it comes while the same slot of the new block has a request */
	do {
		req = begin(test, PLUTON_CMD_READ_RNG);
		w = take(test);
		if (w.index != old.index) {
			fake_answer(f, &w);
			KUNIT_EXPECT_EQ(test, end(req), 0);
		}
	} while (w.index != old.index);
	fake_post(f, old);
	KUNIT_EXPECT_EQ(test, result(req), 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), 1);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

/* RC1: an old block is kept for a while, and there are never many of them. */
static void RC1_blocks_are_few_and_rest(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_word w;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		go_silent(test, &w);
		set_up_again(test);
		KUNIT_EXPECT_LE(test, f->blocks, PLUTON_RINGS_MAX);
	}
	KUNIT_EXPECT_EQ(test, f->blocks, PLUTON_RINGS_MAX);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 6);
	f->now += msecs_to_jiffies(PLUTON_RETIRED_MS) + 1;
	mod_delayed_work(system_wq, &f->p->recover, 0);
	flush_delayed_work(&f->p->recover);
	KUNIT_EXPECT_EQ(test, f->blocks, 1);
	KUNIT_EXPECT_EQ(test, f->freed_given, 0);
	good(test, PLUTON_CMD_READ_RNG);
}

static void no_memory_for_another_block(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_word w;
	struct pluton_block *only = f->block;

	f->no_memory = 0;
	go_silent(test, &w);
	flush_delayed_work(&f->p->recover);
	w = take(test);
	KUNIT_EXPECT_EQ(test, w.cmd, PLUTON_CMD_SEND_EVENT_BUFFERS);
	KUNIT_EXPECT_PTR_EQ(test, f->block, only);
	answer_hello(test);
	good(test, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
}

/*
 * A Pluton that does one thing after the other: what is quick waits for what is
 * slow, and is given up, but as long as the slow one has time nobody can say that
 * Pluton is silent.
 */
static void a_slow_request_is_given_its_time(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *quick[PLUTON_FILE_SLOTS], *slow, *more;
	struct pluton_client other;
	struct pluton_word w, all[PLUTON_FILE_SLOTS];
	unsigned int i;

	pluton_client_init(f->p, &other, PLUTON_FILE_SLOTS);
	slow = begin_as(test, &other, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY);
	w = take(test);
	for (i = 0; i < ARRAY_SIZE(quick); i++) {
		quick[i] = begin(test, PLUTON_CMD_READ_RNG);
		all[i] = take(test);
	}
	/* this one has to wait, for all slots of its client are with Pluton */
	more = begin(test, PLUTON_CMD_READ_RNG);
	fake_pass(f, 5000);
	fake_pass(f, 0);
	for (i = 0; i < ARRAY_SIZE(quick); i++)
		KUNIT_EXPECT_EQ(test, end(quick[i]), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, end(more), -ETIMEDOUT);
	flush_delayed_work(&f->p->recover);
	KUNIT_EXPECT_EQ(test, result(slow), 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 0);

	fake_pass(f, 15000);
	KUNIT_EXPECT_EQ(test, result(slow), 1);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(slow), 0);
	for (i = 0; i < ARRAY_SIZE(quick); i++)
		fake_answer(f, &all[i]);
	fake_pass(f, 30000);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), ARRAY_SIZE(quick));
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 0);
	expect_slots(test, 0, 0);
	good(test, PLUTON_CMD_READ_RNG);
	pluton_client_close(&other);
}

/* The same when whoever asked for what is slow does not wait for it any more */
static void a_slow_request_that_was_taken_back_is_given_its_time(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *slow = begin(test, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY), *quick;
	struct pluton_word late = take(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, end(slow), 1);
	pluton_timeout_ms = 20;
	for (i = 0; i < PLUTON_SILENT_MAX + 1; i++) {
		quick = begin(test, PLUTON_CMD_READ_RNG);
		take(test);
		fake_pass(f, 20);
		KUNIT_EXPECT_EQ(test, end(quick), -ETIMEDOUT);
	}
	flush_delayed_work(&f->p->recover);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 0);
	fake_answer(f, &late);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), 1);
}

/*
 * Whoever has one slow request after the other under way cannot keep a Pluton that
 * is silent from being set up again: only what was with it when it fell silent is
 * waited for.
 */
static void slow_requests_do_not_put_off_a_set_up_for_ever(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *slow[5], *quick;
	struct pluton_client other;
	struct pluton_word w;
	unsigned int i, k;

	pluton_client_init(f->p, &other, PLUTON_FILE_SLOTS);
	/* every four seconds another one, of 25 s, and others are given up all the time */
	for (i = 0; i < ARRAY_SIZE(slow); i++) {
		unsigned int n = i ? 1 : PLUTON_SILENT_MAX;

		slow[i] = begin_as(test, &other, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY);
		pluton_timeout_ms = 4000 / n;
		for (k = 0; k < n; k++) {
			quick = begin(test, PLUTON_CMD_READ_RNG);
			while (fake_take(f, &w))
				;
			fake_pass(f, 4000 / n);
			KUNIT_EXPECT_EQ(test, end(quick), -ETIMEDOUT);
		}
		pluton_timeout_ms = 0;
		KUNIT_EXPECT_EQ(test, result(slow[0]), 1);
	}
	KUNIT_EXPECT_FALSE(test, f->p->recovering);
	fake_pass(f, 5000);
	KUNIT_EXPECT_EQ(test, end(slow[0]), -ETIMEDOUT);
	set_up_again(test);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 1);
	for (i = 1; i < ARRAY_SIZE(slow); i++)
		KUNIT_EXPECT_EQ(test, end(slow[i]), -ETIMEDOUT);
	good(test, PLUTON_CMD_READ_RNG);
	pluton_client_close(&other);
}

/*
 * Everything that was with Pluton was taken back, so that nobody gives it up: those
 * who wait for a slot are then the only ones to notice that Pluton is silent.
 */
static void waiting_for_a_slot_shows_silence(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req[PLUTON_FILE_SLOTS];
	struct pluton_word w;
	unsigned int i;

	pluton_timeout_ms = 20;
	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = begin(test, PLUTON_CMD_READ_RNG);
	while (fake_take(f, &w))
		;
	for (i = 0; i < ARRAY_SIZE(req); i++)
		KUNIT_EXPECT_EQ(test, end(req[i]), 1);
	for (i = 0; i < PLUTON_SILENT_MAX; i++)
		req[i] = begin(test, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	fake_pass(f, 20);
	for (i = 0; i < PLUTON_SILENT_MAX; i++)
		KUNIT_EXPECT_EQ(test, end(req[i]), -ETIMEDOUT);
	set_up_again(test);
	good(test, PLUTON_CMD_READ_RNG);
}

/* Nothing is set up over messages that the mailbox still has. */
static void set_up_waits_for_the_mailbox(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req[PLUTON_SILENT_MAX];
	struct pluton_word w;
	unsigned int i;

	pluton_timeout_ms = 20;
	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = begin(test, PLUTON_CMD_READ_RNG);
	fake_pass(f, 20);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		KUNIT_EXPECT_EQ(test, end(req[i]), -ETIMEDOUT);
	flush_delayed_work(&f->p->recover);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 0);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), PLUTON_SILENT_MAX);
	while (fake_waiting(f))
		w = take(test);
	KUNIT_EXPECT_EQ(test, w.cmd, PLUTON_CMD_READ_RNG);
	mod_delayed_work(system_wq, &f->p->recover, 0);
	set_up_again(test);
	good(test, PLUTON_CMD_READ_RNG);
}

/* ---- hostile messages ------------------------------------------------------------------------ */

static void RA4_unsolicited_sequence_zero(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test), zero = w;

	zero.seq = 0;
	fake_post(f, zero);
	zero.index = 3;
	fake_post(f, zero);
	KUNIT_EXPECT_EQ(test, result(req), 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_UNSOLICITED), 2);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

/* Pluton guesses the answer to a request that it does not have yet. */
static void an_answer_before_the_request_was_sent(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_word guess = { .version = 2, .seq = 1, .cmd = PLUTON_CMD_READ_RNG,
				     .index = 32 };
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w;
	unsigned int i;

	fake_write(f, guess.index, "rand", 4, 4);
	fake_post(f, guess);
	KUNIT_EXPECT_EQ(test, end(req), 0);
	/* the buffer is not announced as available while it is announced as a request */
	KUNIT_EXPECT_EQ(test, f->block->entry[32].available, 0);
	for (i = 1; i < 16; i++) {
		req = begin(test, PLUTON_CMD_READ_RNG);
		end(req);
	}
	expect_slots(test, 0, PLUTON_FILE_SLOTS + 1);
	w = take(test);
	KUNIT_EXPECT_EQ(test, w.index, 32);
	KUNIT_EXPECT_EQ(test, f->block->entry[32].available, 1);
	expect_slots(test, 0, PLUTON_FILE_SLOTS);
	/* its true answer is nobody's */
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_MISMATCHED), 1);
}

static void RA16_RA17_no_such_buffer(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test), bad = w;
	unsigned int index;

	/* also with something in the field where a pointer once was */
	for (index = 48; index < 128; index++)
		f->block->entry[index].a7_buffer = cpu_to_le32(0xdeadbee0);
	for (index = 48; index < 256; index++) {
		bad.index = index;
		fake_post(f, bad);
		if (index < 128)
			KUNIT_EXPECT_EQ(test, f->block->entry[index].available, 0);
	}
	KUNIT_EXPECT_EQ(test, result(req), 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_INVALID), 208);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

static void another_request_s_buffer(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *a = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_req *b = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word wa = take(test), wb = take(test), bad = wa;

	bad.index = wb.index;
	fake_write(f, bad.index, "rand", 4, 4);
	fake_post(f, bad);
	KUNIT_EXPECT_EQ(test, result(a), 1);
	KUNIT_EXPECT_EQ(test, result(b), 1);
	/* it was not given back under the other request */
	KUNIT_EXPECT_EQ(test, f->block->entry[wb.index].available, 0);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_MISMATCHED), 1);
	fake_answer(f, &wa);
	fake_answer(f, &wb);
	KUNIT_EXPECT_EQ(test, end(a), 0);
	KUNIT_EXPECT_EQ(test, end(b), 0);
}

static void RA19_answer_for_another_command(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test), bad = w;
	unsigned int cmd;

	fake_write(f, w.index, "rand", 4, 4);
	for (cmd = 0; cmd < 256; cmd++) {
		bad.cmd = cmd;
		if (cmd != w.cmd)
			fake_post(f, bad);
	}
	KUNIT_EXPECT_EQ(test, result(req), 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_MISMATCHED) +
			fake_stat(f, PLUTON_STAT_INVALID), 255);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

static void other_sequences_and_versions(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test), bad = w;
	unsigned int i;

	fake_write(f, w.index, "rand", 4, 4);
	for (i = 1; i < 256; i++) {
		bad.seq = w.seq + i;
		fake_post(f, bad);
	}
	bad = w;
	for (i = 1; i < 256; i++) {
		bad.version = w.version + i;
		fake_post(f, bad);
	}
	KUNIT_EXPECT_EQ(test, result(req), 1);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_INVALID), 255);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

static void RA20_RA21_answers_of_every_wrong_length(struct kunit *test)
{
	static const u16 lens[] = {
		0, 1, 2, 3, 5, 63, 65, 131, 133, 857, 2044, 2045, 2048, 0xffff
	};
	struct fake_pluton *f = test->priv;
	u8 payload[4] = { 1, 2, 3, 4 };
	unsigned int id, i, n = 0;

	for (id = 0; id < 256; id++) {
		const struct pluton_command *c = pluton_find_command(id);

		if (!c || !c->reply_len)
			continue;
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			struct pluton_req *req;
			struct pluton_word w;

			if (lens[i] == c->reply_len)
				continue;
			req = begin(test, id);
			w = take(test);
			fake_answer_with(f, &w, payload, lens[i], sizeof(payload));
			KUNIT_EXPECT_EQ(test, end(req), -EPROTO);
			n++;
		}
		good(test, id);
	}
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_BAD_LENGTH), n);
	expect_slots(test, 0, 0);
}

/* RA14, RA15: the whole table is garbage, but for "available" of our half */
static void RA14_RA15_the_table_is_garbage(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	u32 state = 12345;
	unsigned int i, n;

	for (n = 0; n < 300; n++) {
		u8 *raw = (u8 *)f->block;

		f->m4 = n & 1;
		for (i = 0; i < 0x604; i++) {
			state = state * 1103515245 + 12345;
			if (i >= 4 && (i - 4) % 12 == 10 && (i - 4) / 12 >= 32)
				continue;
			raw[i] = state >> 16;
		}
		good(test, PLUTON_CMD_READ_RNG);
		good(test, PLUTON_CMD_GET_SECURITY_STATE);
	}
}

static void RA24_a_stuck_slot_holds_up_nobody(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	unsigned int i;

	f->block->entry[32 + 3].available = 0;
	f->block->entry[32 + 7].available = 2;
	for (i = 0; i < 64; i++) {
		struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
		struct pluton_word w = take(test);

		KUNIT_EXPECT_NE(test, w.index, 32 + 3);
		KUNIT_EXPECT_NE(test, w.index, 32 + 7);
		fake_answer(f, &w);
		KUNIT_EXPECT_EQ(test, end(req), 0);
	}
}

/* "available" alone gives nothing: the request's answer is still to come. */
static void available_alone_frees_no_slot(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_client *client[] = { NULL, &f->p->kernel, &f->p->rng_client };
	struct pluton_req *req[3 * PLUTON_FILE_SLOTS], *more;
	struct pluton_client other;
	unsigned int i;

	/* several, for one alone would leave some free */
	pluton_client_init(f->p, &other, PLUTON_A7_BUFFERS);
	client[0] = &other;
	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = begin_as(test, client[i / PLUTON_FILE_SLOTS], PLUTON_CMD_READ_RNG);
	for (i = 32; i < 48; i++)
		f->block->entry[i].available = 1;
	more = begin(test, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 16);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		end(req[i]);
	end(more);
	pluton_client_close(&other);
}

/* An answer in Pluton's half, and the slot given back some time later */
static void a_slot_is_owed_until_it_is_available(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test), a = w;
	unsigned int i;

	a.index = 5;
	f->block->entry[5].available = 0;
	fake_write(f, 5, "rand", 4, 4);
	fake_post(f, a);
	KUNIT_EXPECT_EQ(test, end(req), 0);
	KUNIT_EXPECT_EQ(test, f->block->entry[5].available, 1);
	expect_slots(test, 0, 1);
	for (i = 0; i < 20; i++) {
		req = begin(test, PLUTON_CMD_READ_RNG);
		a = take(test);
		KUNIT_EXPECT_NE(test, a.index, w.index);
		fake_answer(f, &a);
		end(req);
	}
	f->block->entry[w.index].available = 1;
	expect_slots(test, 0, 0);
}

static void RA30_message_after_stop(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test);

	pluton_core_stop(f->p);
	KUNIT_EXPECT_EQ(test, end(req), -ENODEV);
	fake_answer(f, &w);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_REPLIES), 0);
}

/* ---- errors on our side ---------------------------------------------------------------------- */

static void RA5_send_error_then_an_answer(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_word guess = { .version = 2, .seq = 1, .cmd = PLUTON_CMD_READ_RNG,
				     .index = 32 };
	struct pluton_req *req;

	f->send_ret = -ENOBUFS;
	req = begin(test, PLUTON_CMD_READ_RNG);
	expect_slots(test, 0, 0);
	fake_write(f, guess.index, "rand", 4, 4);
	fake_post(f, guess);
	KUNIT_EXPECT_EQ(test, result(req), 1);
	/* it is sent when there is room */
	f->send_ret = 0;
	pluton_expire(f->p);
	guess = take(test);
	fake_answer(f, &guess);
	KUNIT_EXPECT_EQ(test, end(req), 0);
	/* or its time is over */
	f->send_ret = -ENOBUFS;
	req = begin(test, PLUTON_CMD_READ_RNG);
	fake_pass(f, 5000);
	KUNIT_EXPECT_EQ(test, end(req), -ETIMEDOUT);
	f->send_ret = 0;
	good(test, PLUTON_CMD_READ_RNG);
}

static void RA7_after_removal(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = pluton_req_new(&f->p->kernel, PLUTON_CMD_READ_RNG);
	u8 buf[8];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, req);
	pluton_core_stop(f->p);
	KUNIT_EXPECT_EQ(test, pluton_submit(req), -ENODEV);
	KUNIT_EXPECT_EQ(test, pluton_call(req), -ENODEV);
	pluton_req_free(req);
	/* this device was never offered to others */
	if (pluton_get_random(buf, sizeof(buf)) != -ENODEV)
		kunit_skip(test, "there is a Pluton");
}

static void RA9_no_memory_at_the_start(struct kunit *test)
{
	struct fake_pluton *f = fake_new(test);

	f->no_memory = 0;
	KUNIT_EXPECT_EQ(test, pluton_core_start(f->p), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	fake_free(f);
}

static void RA10_no_mailbox_at_the_start(struct kunit *test)
{
	struct fake_pluton *f = fake_new(test);

	f->send_ret = -ENOBUFS;
	KUNIT_EXPECT_EQ(test, pluton_core_start(f->p), -ENOBUFS);
	fake_free(f);
	/* Pluton was never told of the block, so it could go */
	KUNIT_EXPECT_EQ(test, f->blocks, 0);
	KUNIT_EXPECT_EQ(test, f->freed_given, 0);
}

/* RC1: what Pluton may still write comes back with a word about it */
static void RC1_blocks_are_given_back_as_given(struct kunit *test)
{
	struct fake_pluton *f = fake_new(test);
	struct pluton_word w;

	KUNIT_ASSERT_EQ(test, pluton_core_start(f->p), 0);
	KUNIT_ASSERT_TRUE(test, fake_take(f, &w));
	fake_free(f);
	KUNIT_EXPECT_EQ(test, f->blocks, 0);
	KUNIT_EXPECT_EQ(test, f->freed_given, 1);
}

static void RA27_a_signal_ends_the_wait(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton_word w = take(test);

	set_thread_flag(TIF_SIGPENDING);
	KUNIT_EXPECT_EQ(test, pluton_wait(req), -ERESTARTSYS);
	clear_thread_flag(TIF_SIGPENDING);
	pluton_req_free(req);
	expect_slots(test, 0, 1);
	fake_answer(f, &w);
	expect_slots(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), 1);
}

/* RA25: taken back while it waits, while it is with Pluton, and when it is done */
static void RA25_requests_are_taken_back(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req[PLUTON_FILE_SLOTS], *more = NULL;
	struct pluton_word w;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = begin(test, PLUTON_CMD_READ_RNG);
	more = begin(test, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), ARRAY_SIZE(req));
	KUNIT_EXPECT_EQ(test, end(more), 1);
	w = take(test);
	fake_answer(f, &w);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		KUNIT_EXPECT_EQ(test, end(req[i]), i ? 1 : 0);
	expect_slots(test, 0, ARRAY_SIZE(req) - 1);
	while (fake_take(f, &w))
		fake_answer(f, &w);
	expect_slots(test, 0, 0);
	KUNIT_EXPECT_EQ(test, f->p->kernel.slots, 0);
	KUNIT_EXPECT_EQ(test, f->p->class_busy[PLUTON_CLASS_RNG], 0);
}

/* ---- turns ----------------------------------------------------------------------------------- */

#define MANY	20

static void T14_no_client_takes_all_slots(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *greedy[MANY], *modest;
	struct pluton_client other;
	unsigned int i;

	for (i = 0; i < MANY; i++)
		greedy[i] = begin(test, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), PLUTON_FILE_SLOTS);
	pluton_client_init(f->p, &other, PLUTON_FILE_SLOTS);
	modest = begin_as(test, &other, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), PLUTON_FILE_SLOTS + 1);
	end(modest);
	for (i = 0; i < MANY; i++)
		end(greedy[i]);
	/* parked slots stay on the account: taking back is no way around */
	greedy[0] = begin(test, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), PLUTON_FILE_SLOTS + 1);
	end(greedy[0]);
	pluton_client_close(&other);
}

/* An open file of a user */
static void open_as(struct kunit *test, struct pluton_client *client, unsigned int uid)
{
	struct fake_pluton *f = test->priv;
	struct pluton_account_key key = { .uid = KUIDT_INIT(uid) };

	pluton_client_init(f->p, client, PLUTON_FILE_SLOTS);
	KUNIT_ASSERT_EQ(test, pluton_account_join(client, &key), 0);
}

static void T14_accounts_leave_slots_to_others(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_client c[5];
	struct pluton_req *req[5][MANY];
	unsigned int i, k;

	/* two files each of two users, and one of a third */
	for (i = 0; i < 5; i++)
		open_as(test, &c[i], i / 2);
	for (i = 0; i < 4; i++) {
		for (k = 0; k < MANY; k++)
			req[i][k] = begin_as(test, &c[i], PLUTON_CMD_READ_RNG);
		KUNIT_EXPECT_EQ(test, c[i].account->slots, i == 0 ? 8 : i == 1 ? 12 : 3);
	}
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 15);
	req[4][0] = begin_as(test, &c[4], PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 16);
	for (i = 0; i < 5; i++) {
		for (k = 0; k < (i < 4 ? MANY : 1); k++)
			end(req[i][k]);
		pluton_client_close(&c[i]);
	}
	/* the slots are still with Pluton, and are still paid for */
	open_as(test, &c[0], 0);
	KUNIT_EXPECT_EQ(test, c[0].account->slots, 12);
	pluton_client_close(&c[0]);
}

static void an_account_goes_with_its_last_slot(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_client c;
	struct pluton_word w;

	open_as(test, &c, 1000);
	end(begin_as(test, &c, PLUTON_CMD_READ_RNG));
	w = take(test);
	pluton_client_close(&c);
	KUNIT_EXPECT_FALSE(test, list_empty(&f->p->accounts));
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&f->p->accounts));
}

/* Some answers are lost, while others come: that is not to lock anybody out. */
static void lost_answers_are_not_charged_for_ever(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_client c;
	struct pluton_req *req;
	struct pluton_word w;
	unsigned int i;

	open_as(test, &c, 1000);
	for (i = 0; i < PLUTON_FILE_SLOTS; i++) {
		end(begin_as(test, &c, PLUTON_CMD_READ_RNG));
		take(test);
	}
	req = begin_as(test, &c, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY);
	fake_pass(f, 6000);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	good(test, PLUTON_CMD_READ_RNG);
	/* five seconds that they had, and five more */
	fake_pass(f, 3000);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	fake_pass(f, 1000);
	w = take(test);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
	KUNIT_EXPECT_EQ(test, c.account->slots, 0);
	expect_slots(test, 0, PLUTON_FILE_SLOTS);
	pluton_client_close(&c);
}

/* A user with many files has no more turns than one with a single file. */
static void accounts_take_turns(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req[6][4];
	struct pluton_client c[6];
	unsigned int i, k, n = 0;
	struct pluton_word w;

	/* one slot, so that each answer lets exactly one in */
	for (i = 33; i < 48; i++)
		f->block->entry[i].available = 0;
	for (i = 0; i < 6; i++) {
		open_as(test, &c[i], i == 5);
		for (k = 0; k < 4; k++)
			req[i][k] = begin_as(test, &c[i], PLUTON_CMD_READ_RNG);
	}
	while (fake_take(f, &w)) {
		fake_answer(f, &w);
		n++;
		/* every second one is the other user's, and the files take turns too */
		for (k = 0; k < 4; k++)
			KUNIT_EXPECT_EQ(test, result(req[5][k]), n >= 2 * k + 3 ? 0 : 1);
		if (n == 8)
			for (i = 0; i < 4; i++)
				KUNIT_EXPECT_EQ(test, result(req[i][0]), 0);
		pluton_expire(f->p);
	}
	KUNIT_EXPECT_EQ(test, n, 24);
	for (i = 0; i < 6; i++) {
		for (k = 0; k < 4; k++)
			KUNIT_EXPECT_EQ(test, end(req[i][k]), 0);
		pluton_client_close(&c[i]);
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&f->p->accounts));
}

static void clients_take_turns(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_client c[4];
	struct pluton_req *req[4][6];
	unsigned int i, k, n = 0;
	struct pluton_word w;

	/* one slot, so that each answer lets exactly one in */
	for (i = 33; i < 48; i++)
		f->block->entry[i].available = 0;
	for (i = 0; i < 4; i++) {
		pluton_client_init(f->p, &c[i], PLUTON_FILE_SLOTS);
		for (k = 0; k < 6; k++)
			req[i][k] = begin_as(test, &c[i], PLUTON_CMD_READ_RNG);
	}
	while (fake_take(f, &w)) {
		fake_answer(f, &w);
		n++;
		/* nobody is more than one ahead of anybody */
		for (i = 0; i < 4; i++)
			for (k = 0; k < 6; k++)
				if (result(req[i][k]) == 0)
					KUNIT_EXPECT_LE(test, 4 * k, n + 3);
		pluton_expire(f->p);
	}
	KUNIT_EXPECT_EQ(test, n, 24);
	for (i = 0; i < 4; i++) {
		for (k = 0; k < 6; k++)
			KUNIT_EXPECT_EQ(test, end(req[i][k]), 0);
		pluton_client_close(&c[i]);
	}
}

static void T15_serialised_classes_do_not_overlap(struct kunit *test)
{
	static const u8 cmds[] = {
		PLUTON_CMD_READ_RNG, PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY,
		PLUTON_CMD_GET_TENANT_PUBLIC_KEY, PLUTON_CMD_GET_BOOT_MODE_FLAGS,
		PLUTON_CMD_READ_RNG, PLUTON_CMD_GET_SECURITY_STATE,
		PLUTON_CMD_SIGN_WITH_TENANT_KEY, PLUTON_CMD_COMMIT_CLIENT_AUTH_KEY,
	};
	struct fake_pluton *f = test->priv;
	struct pluton_client c[ARRAY_SIZE(cmds)];
	struct pluton_req *req[ARRAY_SIZE(cmds)];
	unsigned int i, rounds = 0, n, busy[PLUTON_CLASSES];
	struct pluton_word w[ARRAY_SIZE(cmds)];

	pluton_serialise = true;
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		pluton_client_init(f->p, &c[i], PLUTON_FILE_SLOTS);
		req[i] = begin_as(test, &c[i], cmds[i]);
	}
	do {
		memset(busy, 0, sizeof(busy));
		for (n = 0; fake_take(f, &w[n]); n++)
			KUNIT_EXPECT_EQ(test, busy[pluton_find_command(w[n].cmd)->class]++, 0);
		for (i = 0; i < n; i++)
			fake_answer(f, &w[i]);
		rounds += !!n;
	} while (n);
	/* four of one class */
	KUNIT_EXPECT_EQ(test, rounds, 4);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		KUNIT_EXPECT_EQ(test, end(req[i]), 0);
		pluton_client_close(&c[i]);
	}
}

/*
 * A new block: whether Pluton still works on what came out of the old one is not
 * known. What was taken back shortly before keeps its class closed for its time;
 * that others wait meanwhile does not count as silence.
 */
static void serialised_classes_stay_closed_over_a_set_up(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req, *slow;
	struct pluton_word w;
	unsigned int i;

	pluton_serialise = true;
	/* the one that is waited for when the others are given up */
	pluton_timeout_ms = 1000;
	slow = begin(test, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
	take(test);
	pluton_timeout_ms = 20;
	for (i = 0; i < PLUTON_SILENT_MAX; i++) {
		req = begin(test, PLUTON_CMD_GET_TENANT_PUBLIC_KEY);
		if (!i)
			take(test);
		fake_pass(f, 20);
		KUNIT_ASSERT_EQ(test, end(req), -ETIMEDOUT);
	}
	/* READ_RNG with 5 s, sent and taken back at once */
	pluton_timeout_ms = 0;
	req = begin(test, PLUTON_CMD_READ_RNG);
	w = take(test);
	KUNIT_EXPECT_EQ(test, w.cmd, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, end(req), 1);
	fake_pass(f, 1000);
	KUNIT_ASSERT_EQ(test, end(slow), -ETIMEDOUT);
	pluton_timeout_ms = 0;
	flush_delayed_work(&f->p->recover);
	w = take(test);
	KUNIT_ASSERT_EQ(test, w.cmd, PLUTON_CMD_SEND_EVENT_BUFFERS);
	/* classes of those whose time was over: a little longer */
	fake_pass(f, PLUTON_SETTLE_MS);
	answer_hello(test);
	good(test, PLUTON_CMD_GET_TENANT_PUBLIC_KEY);

	pluton_timeout_ms = 20;
	for (i = 0; i < PLUTON_SILENT_MAX + 1; i++) {
		req = begin(test, PLUTON_CMD_READ_RNG);
		KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
		fake_pass(f, 20);
		KUNIT_EXPECT_EQ(test, end(req), -ETIMEDOUT);
	}
	flush_delayed_work(&f->p->recover);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_RESTARTS), 1);
	pluton_timeout_ms = 0;
	req = begin(test, PLUTON_CMD_READ_RNG);
	fake_pass(f, 3000);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	fake_pass(f, 800);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 1);
	w = take(test);
	fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, end(req), 0);
}

/* What cannot have been the answer may have come before Pluton had even begun. */
static void serialised_classes_wait_after_what_is_no_answer(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req, *next;
	struct pluton_word w, forged;
	unsigned int late;

	f->m4 = true;
	pluton_serialise = true;
	/* while somebody waits, and when nobody does any more */
	for (late = 0; late < 2; late++) {
		req = begin(test, PLUTON_CMD_READ_RNG);
		w = take(test);
		if (late)
			KUNIT_EXPECT_EQ(test, end(req), 1);
		next = begin(test, PLUTON_CMD_READ_RNG);
		forged = w;
		forged.index = 7;
		fake_post(f, forged);
		if (!late)
			KUNIT_EXPECT_EQ(test, end(req), -EPROTO);
		KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
		KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_BAD_LENGTH), late + 1);
		/* other classes go on */
		good(test, PLUTON_CMD_GET_BOOT_MODE_FLAGS);
		fake_pass(f, PLUTON_SETTLE_MS);
		w = take(test);
		fake_answer(f, &w);
		KUNIT_EXPECT_EQ(test, end(next), 0);
	}
	expect_slots(test, 0, 0);
	KUNIT_EXPECT_EQ(test, f->p->class_busy[PLUTON_CLASS_RNG], 0);
}

/* ---- the command without an answer ----------------------------------------------------------- */

static void postcode_is_done_when_it_is_taken(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_SET_POSTCODE);
	struct pluton_word w;

	KUNIT_EXPECT_EQ(test, result(req), 1);
	w = take(test);
	KUNIT_EXPECT_EQ(test, end(req), 0);
	fake_pass(f, 1);
	/* Pluton still has the buffer */
	expect_slots(test, 0, 1);
	f->block->entry[w.index].available = 1;
	expect_slots(test, 0, 0);
}

static void postcode_may_be_answered(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_SET_POSTCODE);
	struct pluton_word w = take(test);

	KUNIT_EXPECT_EQ(test, end(req), 0);
	fake_answer_with(f, &w, "\0\0\0\0", 4, 4);
	expect_slots(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_MISMATCHED), 0);
	KUNIT_EXPECT_EQ(test, f->p->class_busy[PLUTON_CLASS_OTHER], 0);
}

/* ---- random bytes ---------------------------------------------------------------------------- */

static void HW1_random_of_every_length(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	u8 *buf = kunit_kzalloc(test, 300, GFP_KERNEL);
	size_t len, filled, i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	f->auto_answer = true;
	f->random = 0x04030201;
	for (len = 0; len <= 256; len++) {
		u32 first = f->random;

		memset(buf, 0xa5, 300);
		KUNIT_ASSERT_EQ(test, pluton_random(&f->p->kernel, buf, len, &filled), 0);
		KUNIT_ASSERT_EQ(test, filled, len);
		KUNIT_ASSERT_PTR_EQ(test, memchr_inv(buf + len, 0xa5, 300 - len), NULL);
		/* every word once, in order */
		for (i = 0; i + 4 <= len; i += 4)
			KUNIT_ASSERT_EQ(test, get_unaligned_le32(buf + i), first + i / 4);
	}
	expect_slots(test, 0, 0);
}

static void HW2_short_answers_count_for_nothing(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	size_t filled;
	u8 buf[64];

	f->auto_answer = true;
	f->short_every = 1;
	KUNIT_EXPECT_EQ(test, pluton_random(&f->p->kernel, buf, 64, &filled), -EPROTO);
	KUNIT_EXPECT_EQ(test, filled, 0);
	/* the fifth is bad: four words are good, and nothing after them is used */
	f->short_every = 5;
	f->answers = 0;
	memset(buf, 0xa5, sizeof(buf));
	KUNIT_EXPECT_EQ(test, pluton_random(&f->p->kernel, buf, 64, &filled), -EPROTO);
	KUNIT_EXPECT_EQ(test, filled, 16);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(buf + 16, 0xa5, sizeof(buf) - 16), NULL);
}

static void T34_a_generator_that_is_stuck(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req;
	struct pluton_word w;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		req = begin(test, PLUTON_CMD_READ_RNG);
		w = take(test);
		fake_answer_with(f, &w, "\0\0\0\0", 4, 4);
		KUNIT_EXPECT_EQ(test, end(req), i ? -EPROTO : 0);
	}
	good(test, PLUTON_CMD_READ_RNG);
}

static void several_random_words_are_under_way(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req[PLUTON_A7_BUFFERS];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = begin_as(test, &f->p->rng_client, PLUTON_CMD_READ_RNG);
	/* half of the slots, no more */
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 8);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		end(req[i]);
}

/* ---- sleep ----------------------------------------------------------------------------------- */

static void requests_end_at_suspend(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req[PLUTON_FILE_SLOTS + 1], *late;
	struct pluton_word w;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = begin(test, PLUTON_CMD_READ_RNG);
	pluton_suspend(f->p);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		KUNIT_EXPECT_EQ(test, end(req[i]), -ENODEV);
	late = pluton_req_new(&f->p->kernel, PLUTON_CMD_READ_RNG);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, late);
	KUNIT_EXPECT_EQ(test, pluton_submit(late), -ENODEV);
	pluton_req_free(late);
	/* what Pluton says meanwhile is taken, and nothing is sent */
	while (fake_take(f, &w))
		fake_answer(f, &w);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_LATE), PLUTON_FILE_SLOTS);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	KUNIT_EXPECT_EQ(test, f->p->class_busy[PLUTON_CLASS_RNG], 0);

	pluton_resume(f->p);
	set_up_again(test);
	good(test, PLUTON_CMD_READ_RNG);
}

/* The tick went with the sleep; a class that is still closed needs one to open. */
static void serialised_classes_open_after_a_sleep(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct pluton_req *req = begin(test, PLUTON_CMD_READ_RNG);
	struct pluton *p = f->p;

	pluton_serialise = true;
	take(test);
	pluton_suspend(p);
	KUNIT_EXPECT_EQ(test, end(req), -ENODEV);
	KUNIT_EXPECT_TRUE(test, p->class_closed[PLUTON_CLASS_RNG]);
	pluton_resume(p);
	KUNIT_EXPECT_TRUE(test, p->ticking);
	KUNIT_EXPECT_EQ(test, p->tick_at, p->class_until[PLUTON_CLASS_RNG]);
	set_up_again(test);
	pluton_timeout_ms = 10000;
	req = begin(test, PLUTON_CMD_READ_RNG);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 0);
	f->now = p->class_until[PLUTON_CLASS_RNG];
	pluton_expire(p);
	KUNIT_EXPECT_EQ(test, fake_waiting(f), 1);
	end(req);
}

/* ---- what kind of device it is --------------------------------------------------------------- */

static void development_follows_the_capabilities(struct kunit *test)
{
	struct fake_pluton *f = test->priv;

	f->caps[0] = 3;
	f->caps[1] = 0x0b;
	pluton_resume(f->p);
	set_up_again(test);
	KUNIT_EXPECT_EQ(test, sphere_authority_development(), SPHERE_DEVELOPMENT_YES);
	f->caps[1] = 0x0c;
	pluton_resume(f->p);
	set_up_again(test);
	KUNIT_EXPECT_EQ(test, sphere_authority_development(), SPHERE_DEVELOPMENT_NO);
	/* a yes does not stay when nobody can be asked */
	pluton_suspend(f->p);
	KUNIT_EXPECT_EQ(test, sphere_authority_development(), SPHERE_DEVELOPMENT_UNKNOWN);
}

/* ---- many at once ---------------------------------------------------------------------------- */

#define CALLERS	16
#define ROUNDS	50

static int caller(void *data)
{
	struct pluton *p = data;
	struct pluton_client c;
	int i, bad = 0;

	pluton_client_init(p, &c, PLUTON_FILE_SLOTS);
	for (i = 0; i < ROUNDS; i++) {
		size_t filled;
		u8 buf[40];
		int ret = pluton_random(&c, buf, sizeof(buf), &filled);

		if (ret == -ENODEV)
			break;
		bad |= ret;
	}
	pluton_client_close(&c);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return bad;
}

static void start_callers(struct kunit *test, struct task_struct **t)
{
	struct fake_pluton *f = test->priv;
	unsigned int i;

	for (i = 0; i < CALLERS; i++) {
		t[i] = kthread_run(caller, f->p, "pluton-caller");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
	}
}

static void T15_many_callers(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct task_struct *t[CALLERS];
	unsigned int i;

	f->auto_answer = true;
	start_callers(test, t);
	for (i = 0; i < 5000 && fake_stat(f, PLUTON_STAT_REPLIES) < CALLERS * ROUNDS * 10; i++)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, fake_stat(f, PLUTON_STAT_REPLIES), CALLERS * ROUNDS * 10);
	for (i = 0; i < CALLERS; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
	expect_slots(test, 0, 0);
}

static void RA30_removal_under_load(struct kunit *test)
{
	struct fake_pluton *f = test->priv;
	struct task_struct *t[CALLERS];
	unsigned int i;

	f->auto_answer = true;
	start_callers(test, t);
	usleep_range(2000, 3000);
	/* from here they are not answered any more */
	WRITE_ONCE(f->auto_answer, false);
	usleep_range(2000, 3000);
	pluton_core_stop(f->p);
	for (i = 0; i < CALLERS; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
}

static struct kunit_case core_cases[] = {
	KUNIT_CASE(every_command_is_answered),
	KUNIT_CASE(slots_are_used_in_turn),
	KUNIT_CASE(sequence_zero_is_never_used),
	KUNIT_CASE(RA1_two_requests),
	KUNIT_CASE(RA33_an_answer_is_wiped_from_shared_memory),
	KUNIT_CASE(an_answer_that_was_not_written),
	KUNIT_CASE(RA2_silent),
	KUNIT_CASE(each_command_has_its_own_time),
	KUNIT_CASE(a_late_look_finds_the_answer),
	KUNIT_CASE(RC1_late_answer_after_timeout),
	KUNIT_CASE(a_silent_pluton_is_set_up_again),
	KUNIT_CASE(RC2_late_answer_out_of_an_old_block),
	KUNIT_CASE(RC1_blocks_are_few_and_rest),
	KUNIT_CASE(no_memory_for_another_block),
	KUNIT_CASE(a_slow_request_is_given_its_time),
	KUNIT_CASE(a_slow_request_that_was_taken_back_is_given_its_time),
	KUNIT_CASE(slow_requests_do_not_put_off_a_set_up_for_ever),
	KUNIT_CASE(waiting_for_a_slot_shows_silence),
	KUNIT_CASE(set_up_waits_for_the_mailbox),
	KUNIT_CASE(RA4_unsolicited_sequence_zero),
	KUNIT_CASE(an_answer_before_the_request_was_sent),
	KUNIT_CASE(RA16_RA17_no_such_buffer),
	KUNIT_CASE(another_request_s_buffer),
	KUNIT_CASE(RA19_answer_for_another_command),
	KUNIT_CASE(other_sequences_and_versions),
	KUNIT_CASE(RA20_RA21_answers_of_every_wrong_length),
	KUNIT_CASE(RA14_RA15_the_table_is_garbage),
	KUNIT_CASE(RA24_a_stuck_slot_holds_up_nobody),
	KUNIT_CASE(available_alone_frees_no_slot),
	KUNIT_CASE(a_slot_is_owed_until_it_is_available),
	KUNIT_CASE(RA30_message_after_stop),
	KUNIT_CASE(RA5_send_error_then_an_answer),
	KUNIT_CASE(RA7_after_removal),
	KUNIT_CASE(RA9_no_memory_at_the_start),
	KUNIT_CASE(RA10_no_mailbox_at_the_start),
	KUNIT_CASE(RC1_blocks_are_given_back_as_given),
	KUNIT_CASE(RA27_a_signal_ends_the_wait),
	KUNIT_CASE(RA25_requests_are_taken_back),
	KUNIT_CASE(T14_no_client_takes_all_slots),
	KUNIT_CASE(T14_accounts_leave_slots_to_others),
	KUNIT_CASE(an_account_goes_with_its_last_slot),
	KUNIT_CASE(lost_answers_are_not_charged_for_ever),
	KUNIT_CASE(accounts_take_turns),
	KUNIT_CASE(clients_take_turns),
	KUNIT_CASE(T15_serialised_classes_do_not_overlap),
	KUNIT_CASE(serialised_classes_stay_closed_over_a_set_up),
	KUNIT_CASE(serialised_classes_wait_after_what_is_no_answer),
	KUNIT_CASE(postcode_is_done_when_it_is_taken),
	KUNIT_CASE(postcode_may_be_answered),
	KUNIT_CASE(HW1_random_of_every_length),
	KUNIT_CASE(HW2_short_answers_count_for_nothing),
	KUNIT_CASE(T34_a_generator_that_is_stuck),
	KUNIT_CASE(several_random_words_are_under_way),
	KUNIT_CASE(requests_end_at_suspend),
	KUNIT_CASE(serialised_classes_open_after_a_sleep),
	KUNIT_CASE(development_follows_the_capabilities),
	KUNIT_CASE(T15_many_callers),
	KUNIT_CASE(RA30_removal_under_load),
	{ }
};

static struct kunit_suite core_suite = {
	.name = "pluton_core",
	.init = core_init,
	.exit = core_exit,
	.test_cases = core_cases,
};

kunit_test_suite(core_suite);
