// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton in the kernel itself, for machines that have none
 *
 * A transport of drivers/pluton whose other side is a worker: it answers every
 * command with bytes of the right length. There is no cryptography behind them;
 * they are for tests of what lies between a program and the transport.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jhash.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pluton_transport.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

#define BLOCK_ADDR	0x10000000
#define BLOCKS		PLUTON_RINGS_MAX
#define QUEUE		64
#define MANUFACTURING_LAST 2
#define STATUS_REFUSED	1

/**
 * struct loopback - the other side
 * @dev: what the driver stands on
 * @p: the driver's device
 * @work: takes and answers
 * @lock: protects @queue, @head and @tail
 * @queue: messages that were sent and not taken yet
 * @head: next to be taken
 * @tail: next to be sent
 * @blocks: memory that the driver has
 * @block: ring block that was given last
 * @pending: a key was generated and not committed
 */
static struct loopback {
	struct device *dev;
	struct pluton *p;
	struct work_struct work;
	spinlock_t lock;	/* see above */
	struct mt3620_mbox_msg *queue[QUEUE];
	unsigned int head;
	unsigned int tail;
	void *blocks[BLOCKS];
	struct pluton_block *block;
	bool pending;
} loopback;

static void *loopback_alloc(void *priv, size_t size, dma_addr_t *addr)
{
	struct loopback *l = priv;
	unsigned int i;

	for (i = 0; i < BLOCKS; i++) {
		if (l->blocks[i])
			continue;
		l->blocks[i] = kzalloc(size, GFP_KERNEL);
		*addr = BLOCK_ADDR + i * 0x100000;
		return l->blocks[i];
	}
	return NULL;
}

static void loopback_free(void *priv, size_t size, void *mem, dma_addr_t addr, bool given)
{
	struct loopback *l = priv;
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		if (l->blocks[i] == mem)
			l->blocks[i] = NULL;
	kfree(mem);
}

static int loopback_send(void *priv, struct mt3620_mbox_msg *msg)
{
	struct loopback *l = priv;
	int ret = -ENOBUFS;

	spin_lock_bh(&l->lock);
	if (l->tail - l->head < QUEUE) {
		l->queue[l->tail++ % QUEUE] = msg;
		ret = 0;
	}
	spin_unlock_bh(&l->lock);
	if (!ret)
		schedule_work(&l->work);
	return ret;
}

static const struct pluton_transport_ops loopback_ops = {
	.alloc = loopback_alloc,
	.free = loopback_free,
	.send = loopback_send,
};

static void fill(u8 *to, size_t len, const u8 *name, size_t name_len, u32 purpose)
{
	size_t i;

	for (i = 0; i < len; i += 4)
		put_unaligned_le32(jhash(name, name_len, purpose + i), to + i);
}

static void attest(const u8 *nonce, u8 *reply)
{
	unsigned int i;

	reply[0] = 1;
	fill(reply + 4, PLUTON_PUBLIC_KEY_SIZE, NULL, 0, 1000);
	get_random_bytes(reply + 68, PLUTON_SIGNATURE_SIZE);
	put_unaligned_le32(3, reply + 132);
	for (i = 0; i < 3; i++) {
		put_unaligned_le32(i + 1, reply + 136 + 36 * i);
		fill(reply + 140 + 36 * i, PLUTON_DIGEST_SIZE, NULL, 0, 2000 + 100 * i);
	}
}

/* Length of the answer; 0: there is none. @reply is zeroed. */
static size_t answer(struct loopback *l, u8 cmd, const u8 *request, u8 *reply)
{
	switch (cmd) {
	case PLUTON_CMD_GET_BOOT_MODE_FLAGS:
		return 4;
	case PLUTON_CMD_READ_RNG:
		get_random_bytes(reply, 4);
		return 4;
	case PLUTON_CMD_GET_SECURITY_STATE:
		put_unaligned_le32(1, reply);
		fill(reply + 4, 2 * PLUTON_PUBLIC_KEY_SIZE, NULL, 0, 3000);
		return 132;
	case PLUTON_CMD_IS_CAPABILITY_ENABLED:
		reply[0] = get_unaligned_le16(request) == PLUTON_CAP_APP_DEV;
		return 1;
	case PLUTON_CMD_GET_ENABLED_CAPABILITIES:
		put_unaligned_le16(PLUTON_CAP_APP_DEV, reply);
		return 128;
	case PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY:
		l->pending = true;
		return 4;
	case PLUTON_CMD_COMMIT_CLIENT_AUTH_KEY:
		put_unaligned_le32(l->pending ? 0 : STATUS_REFUSED, reply);
		l->pending = false;
		return 4;
	case PLUTON_CMD_GET_TENANT_PUBLIC_KEY:
		fill(reply, PLUTON_PUBLIC_KEY_SIZE, request, PLUTON_TENANT_ID_SIZE, 4000);
		return PLUTON_PUBLIC_KEY_SIZE;
	case PLUTON_CMD_SIGN_WITH_TENANT_KEY:
		get_random_bytes(reply, PLUTON_SIGNATURE_SIZE);
		return PLUTON_SIGNATURE_SIZE;
	case PLUTON_CMD_PROCESS_ATTESTATION:
		attest(request, reply);
		return sizeof(struct pluton_attestation_result);
	case PLUTON_CMD_GET_MANUFACTURING_STATE:
		return 8;
	case PLUTON_CMD_SET_MANUFACTURING_STATE:
		if (get_unaligned_le32(request) != PLUTON_MANUFACTURING_MAGIC ||
		    get_unaligned_le32(request + 4) > MANUFACTURING_LAST)
			put_unaligned_le32(STATUS_REFUSED, reply);
		return 4;
	default:
		return 0;
	}
}

static void set_up(struct loopback *l, u32 addr)
{
	unsigned int i = (addr - BLOCK_ADDR) / 0x100000;

	l->block = i < BLOCKS ? l->blocks[i] : NULL;
}

/* In the buffer of the request, which is given back by that. */
static void take(struct loopback *l, u32 word)
{
	u8 seq = word >> 8, cmd = word >> 16, index = word >> 24;
	u8 request[128] = { }, *reply;
	struct pluton_message *msg;
	size_t len;

	if (!l->block || index < PLUTON_M4_BUFFERS || index >= PLUTON_BUFFERS)
		return;
	reply = kzalloc(PLUTON_PAYLOAD_MAX, GFP_KERNEL);
	if (!reply)
		return;
	msg = &l->block->buffer[index];
	len = min_t(size_t, le16_to_cpu(msg->size), sizeof(request));
	memcpy(request, msg->payload, len);
	len = answer(l, cmd, request, reply);
	if (len) {
		memcpy(msg->payload, reply, len);
		msg->size = cpu_to_le16(len);
		pluton_received(l->p, PLUTON_PROTOCOL | seq << 8 | cmd << 16 | (u32)index << 24);
	} else {
		WRITE_ONCE(l->block->entry[index].available, 1);
	}
	kfree(reply);
}

static void loopback_work(struct work_struct *work)
{
	struct loopback *l = container_of(work, struct loopback, work);

	for (;;) {
		struct mt3620_mbox_msg *msg = NULL;
		struct mt3620_mbox_msg copy;

		spin_lock_bh(&l->lock);
		if (l->head != l->tail)
			msg = l->queue[l->head++ % QUEUE];
		spin_unlock_bh(&l->lock);
		if (!msg)
			return;
		copy = *msg;
		pluton_sent(l->p, msg);
		if ((u8)(copy.cmd >> 16) == PLUTON_CMD_SEND_EVENT_BUFFERS)
			set_up(l, copy.data);
		else
			take(l, copy.cmd);
	}
}

static void loopback_go(void)
{
	if (loopback.p) {
		pluton_stop(loopback.p);
		cancel_work_sync(&loopback.work);
		pluton_drop(loopback.p);
	}
	root_device_unregister(loopback.dev);
}

static int __init loopback_init(void)
{
	int ret = -ENOMEM;

	spin_lock_init(&loopback.lock);
	INIT_WORK(&loopback.work, loopback_work);
	loopback.dev = root_device_register("pluton-loopback");
	if (IS_ERR(loopback.dev))
		return PTR_ERR(loopback.dev);
	loopback.p = pluton_new(loopback.dev, &loopback_ops, &loopback);
	if (loopback.p)
		ret = pluton_start(loopback.p);
	if (ret)
		loopback_go();
	return ret;
}
module_init(loopback_init);

static void __exit loopback_exit(void)
{
	loopback_go();
}
module_exit(loopback_exit);

MODULE_DESCRIPTION("Pluton in the kernel itself, for tests");
MODULE_LICENSE("GPL");
