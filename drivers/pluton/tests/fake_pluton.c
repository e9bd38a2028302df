// SPDX-License-Identifier: GPL-2.0-only
/*
 * A transport whose Pluton does what the test says
 *
 * Messages that the driver sends wait until the test takes them. Answers are made
 * of the command table, or of whatever the test gives. Time stands still until the
 * test lets it pass.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "fake_pluton.h"

/* addresses as far apart as a ring block is long, and then some */
#define FAKE_ADDR(i)	(0x80000000 + ((i) << 20))

static void *fake_alloc(void *priv, size_t size, dma_addr_t *addr)
{
	struct fake_pluton *f = priv;
	unsigned int i;

	if (!f->no_memory)
		return NULL;
	for (i = 0; i < FAKE_BLOCKS; i++) {
		if (f->block_mem[i])
			continue;
		/* of exactly this size, so that KASAN sees what is beyond */
		f->block_mem[i] = kmalloc(size, GFP_KERNEL);
		if (!f->block_mem[i])
			return NULL;
		f->block_addr[i] = FAKE_ADDR(i);
		*addr = f->block_addr[i];
		f->blocks++;
		if (f->no_memory > 0)
			f->no_memory--;
		return f->block_mem[i];
	}
	return NULL;
}

static void fake_free_block(void *priv, size_t size, void *mem, dma_addr_t addr, bool given)
{
	struct fake_pluton *f = priv;
	unsigned int i;

	for (i = 0; i < FAKE_BLOCKS; i++)
		if (f->block_mem[i] == mem)
			f->block_mem[i] = NULL;
	if (f->block == mem)
		f->block = NULL;
	f->blocks--;
	f->freed_given += given;
	kfree(mem);
}

static int fake_send(void *priv, struct mt3620_mbox_msg *msg)
{
	struct fake_pluton *f = priv;
	int ret = -ENOBUFS;

	if (f->send_ret)
		return f->send_ret;
	spin_lock_bh(&f->lock);
	if (f->tail - f->head < FAKE_QUEUE) {
		f->msg[f->tail++ % FAKE_QUEUE] = msg;
		ret = 0;
	}
	spin_unlock_bh(&f->lock);
	if (f->auto_answer)
		schedule_work(&f->auto_work);
	return ret;
}

static void fake_kick(void *priv)
{
	struct fake_pluton *f = priv;

	f->kicks++;
}

static unsigned long fake_now(void *priv)
{
	struct fake_pluton *f = priv;

	return READ_ONCE(f->now);
}

static const struct pluton_transport_ops fake_ops = {
	.alloc = fake_alloc,
	.free = fake_free_block,
	.send = fake_send,
	.kick = fake_kick,
	.now = fake_now,
};

static void set_up(struct fake_pluton *f, u32 addr)
{
	unsigned int i;

	f->block = NULL;
	f->next_m4 = 0;
	for (i = 0; i < FAKE_BLOCKS; i++)
		if (f->block_mem[i] && f->block_addr[i] == addr)
			f->block = f->block_mem[i];
}

/**
 * fake_waiting() - messages that were sent and not taken
 * @f: the other side
 *
 * Return: how many.
 */
unsigned int fake_waiting(struct fake_pluton *f)
{
	unsigned int n;

	spin_lock_bh(&f->lock);
	n = f->tail - f->head;
	spin_unlock_bh(&f->lock);
	return n;
}

/**
 * fake_take() - take one message; a ring block is taken over
 * @f: the other side
 * @w: what the message says
 *
 * Return: false if there is none.
 */
bool fake_take(struct fake_pluton *f, struct pluton_word *w)
{
	struct mt3620_mbox_msg *msg = NULL;

	spin_lock_bh(&f->lock);
	if (f->head != f->tail)
		msg = f->msg[f->head++ % FAKE_QUEUE];
	spin_unlock_bh(&f->lock);
	if (!msg)
		return false;
	*w = pluton_word_unpack(msg->cmd);
	if (w->cmd == PLUTON_CMD_SEND_EVENT_BUFFERS)
		set_up(f, msg->data);
	else if (f->m4 && f->block)
		WRITE_ONCE(f->block->entry[w->index].available, 1);
	pluton_sent(f->p, msg);
	return true;
}

/**
 * fake_buffer() - buffer for an answer
 * @f: the other side
 * @w: the request
 *
 * Return: its index.
 */
unsigned int fake_buffer(struct fake_pluton *f, const struct pluton_word *w)
{
	unsigned int index;

	if (!f->m4)
		return w->index;
	index = f->next_m4++ % PLUTON_M4_BUFFERS;
	WRITE_ONCE(f->block->entry[index].available, 0);
	return index;
}

/**
 * fake_write() - write a message
 * @f: the other side
 * @index: buffer
 * @payload: @len bytes
 * @size: what the message says about its length
 * @len: how long it is
 */
void fake_write(struct fake_pluton *f, unsigned int index, const void *payload, u16 size,
		size_t len)
{
	struct pluton_message *msg = &f->block->buffer[index];

	msg->size = cpu_to_le16(size);
	msg->reserved = 0;
	memcpy(msg->payload, payload, len);
}

/**
 * fake_post() - announce a message
 * @f: the other side
 * @w: what to say
 */
void fake_post(struct fake_pluton *f, struct pluton_word w)
{
	pluton_received(f->p, pluton_word_pack(&w));
}

/**
 * fake_answer_with() - answer a request
 * @f: the other side
 * @w: the request
 * @payload: @len bytes
 * @size: what the message says about its length
 * @len: how long it is
 */
void fake_answer_with(struct fake_pluton *f, const struct pluton_word *w, const void *payload,
		      u16 size, size_t len)
{
	struct pluton_word a = *w;

	a.index = fake_buffer(f, w);
	fake_write(f, a.index, payload, size, len);
	fake_post(f, a);
}

/**
 * fake_answer() - answer a request as it should be
 * @f: the other side
 * @w: the request
 */
void fake_answer(struct fake_pluton *f, const struct pluton_word *w)
{
	const struct pluton_command *c = pluton_find_command(w->cmd);
	u8 payload[sizeof(struct pluton_attestation_result)] = { };
	unsigned int i, size;

	if (!c || !c->reply_len)
		return;
	size = c->reply_len;
	if (w->cmd == PLUTON_CMD_READ_RNG)
		put_unaligned_le32(f->random++, payload);
	for (i = 0; w->cmd == PLUTON_CMD_GET_ENABLED_CAPABILITIES &&
	     i < PLUTON_CAPABILITIES_MAX; i++)
		put_unaligned_le16(f->caps[i], payload + 2 * i);
	if (w->cmd == PLUTON_CMD_SIGN_WITH_TENANT_KEY)
		memcpy(f->signed_for, f->block->buffer[w->index].payload, sizeof(f->signed_for));
	f->answers++;
	if (f->short_every && !(f->answers % f->short_every))
		size = 1;
	fake_answer_with(f, w, payload, size, c->reply_len);
}

static void auto_work(struct work_struct *work)
{
	struct fake_pluton *f = container_of(work, struct fake_pluton, auto_work);
	struct pluton_word w;

	while (READ_ONCE(f->auto_answer) && fake_take(f, &w))
		fake_answer(f, &w);
}

/**
 * fake_pass() - let time pass, and do what is due
 * @f: the other side
 * @ms: milliseconds
 *
 * Twice, because an overdue answer is looked for before it is given up.
 */
void fake_pass(struct fake_pluton *f, unsigned int ms)
{
	WRITE_ONCE(f->now, f->now + msecs_to_jiffies(ms) + 2);
	pluton_expire(f->p);
	WRITE_ONCE(f->now, f->now + 3);
	pluton_expire(f->p);
}

/**
 * fake_stat() - a counter of the driver
 * @f: the other side
 * @stat: which
 *
 * Return: its value.
 */
u64 fake_stat(struct fake_pluton *f, enum pluton_stat stat)
{
	u64 n;

	spin_lock_bh(&f->p->lock);
	n = f->p->stats[stat];
	spin_unlock_bh(&f->p->lock);
	return n;
}

/**
 * fake_new() - a driver with a fake on the other side, not started
 * @test: the test
 *
 * Return: the fake.
 */
struct fake_pluton *fake_new(struct kunit *test)
{
	struct fake_pluton *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	static atomic_t number;
	struct device *dev;
	char name[32];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f);
	spin_lock_init(&f->lock);
	INIT_WORK(&f->auto_work, auto_work);
	/* just before it wraps, as jiffies do soon after boot */
	f->now = ULONG_MAX - 100;
	f->no_memory = -1;
	f->random = 0x1000;
	/* there may be two of them at once */
	snprintf(name, sizeof(name), "fake-pluton-%d", atomic_inc_return(&number));
	dev = root_device_register(name);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	f->p = pluton_new(dev, &fake_ops, f);
	if (!f->p)
		root_device_unregister(dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->p);
	return f;
}

/**
 * fake_free() - driver and fake go
 * @f: from fake_new(), or NULL
 */
void fake_free(struct fake_pluton *f)
{
	struct device *dev;

	if (!f || !f->p)
		return;
	dev = f->p->dev;
	pluton_core_stop(f->p);
	WRITE_ONCE(f->auto_answer, false);
	cancel_work_sync(&f->auto_work);
	pluton_drop(f->p);
	root_device_unregister(dev);
}
