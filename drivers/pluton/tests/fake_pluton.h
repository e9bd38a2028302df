/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transport whose Pluton does what the test says
 */
#ifndef _FAKE_PLUTON_H
#define _FAKE_PLUTON_H

#include <kunit/test.h>

#include "../pluton.h"

#define FAKE_QUEUE	64
#define FAKE_BLOCKS	8

/**
 * struct fake_pluton - the other side
 * @p: the driver's device
 * @lock: protects @msg, @head and @tail
 * @msg: messages that were sent and not taken yet
 * @head: next to be taken
 * @tail: next to be sent
 * @block: ring block that was given last
 * @blocks: ring blocks that there are
 * @block_mem: their memory
 * @block_addr: their addresses
 * @freed_given: ring blocks that came back with "given"
 * @now: jiffies
 * @send_ret: what sending returns
 * @no_memory: ring blocks that can still be had, negative: any number
 * @kicks: times that the driver asked for lost interrupts
 * @auto_work: takes and answers, if @auto_answer
 * @auto_answer: answer everything at once
 * @random: next random word
 * @short_every: with @auto_answer, every so many answers are too short; 0: none
 * @answers: how many were given
 * @m4: answer in Pluton's half of the buffers
 * @next_m4: next buffer there
 * @signed_for: request of the last signature: tenant and digest
 * @caps: what GET_ENABLED_CAPABILITIES says
 */
struct fake_pluton {
	struct pluton *p;
	spinlock_t lock;	/* see above */
	struct mt3620_mbox_msg *msg[FAKE_QUEUE];
	unsigned int head;
	unsigned int tail;
	struct pluton_block *block;
	unsigned int blocks;
	struct pluton_block *block_mem[FAKE_BLOCKS];
	u32 block_addr[FAKE_BLOCKS];
	unsigned int freed_given;
	unsigned long now;
	int send_ret;
	int no_memory;
	unsigned int kicks;
	struct work_struct auto_work;
	bool auto_answer;
	u32 random;
	unsigned int short_every;
	unsigned int answers;
	bool m4;
	unsigned int next_m4;
	u8 signed_for[PLUTON_TENANT_ID_SIZE + PLUTON_DIGEST_SIZE];
	u16 caps[PLUTON_CAPABILITIES_MAX];
};

struct fake_pluton *fake_new(struct kunit *test);
void fake_free(struct fake_pluton *f);
unsigned int fake_waiting(struct fake_pluton *f);
bool fake_take(struct fake_pluton *f, struct pluton_word *w);
unsigned int fake_buffer(struct fake_pluton *f, const struct pluton_word *w);
void fake_write(struct fake_pluton *f, unsigned int index, const void *payload, u16 size,
		size_t len);
void fake_post(struct fake_pluton *f, struct pluton_word w);
void fake_answer(struct fake_pluton *f, const struct pluton_word *w);
void fake_answer_with(struct fake_pluton *f, const struct pluton_word *w, const void *payload,
		      u16 size, size_t len);
void fake_pass(struct fake_pluton *f, unsigned int ms);
u64 fake_stat(struct fake_pluton *f, enum pluton_stat stat);

#endif /* _FAKE_PLUTON_H */
