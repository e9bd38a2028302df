/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pluton: what carries messages between its driver and Pluton
 */
#ifndef _LINUX_PLUTON_TRANSPORT_H
#define _LINUX_PLUTON_TRANSPORT_H

#include <linux/mt3620/mailbox.h>
#include <linux/types.h>

struct device;
struct pluton;

/**
 * struct pluton_transport_ops - the way to Pluton
 * @alloc: zeroed memory that Pluton can reach, @addr is its bus address there. May
 *	sleep. NULL if there is none
 * @free: the driver uses the memory no more. @given says that Pluton was told its
 *	address and may still write there, so that it must not go to anybody else.
 *	May sleep
 * @send: pass a message on, after all stores to memory before. It is called with
 *	a spin lock held, must not sleep, must not call back from inside, and keeps
 *	the order. The message stays as it is until pluton_sent(). 0 or a
 *	negative errno: then it was not taken
 * @kick: an answer is overdue: look for one whose interrupt was lost. Called with
 *	a spin lock held; may be NULL
 * @now: time in jiffies; NULL for the real one
 */
struct pluton_transport_ops {
	void *(*alloc)(void *priv, size_t size, dma_addr_t *addr);
	void (*free)(void *priv, size_t size, void *mem, dma_addr_t addr, bool given);
	int (*send)(void *priv, struct mt3620_mbox_msg *msg);
	void (*kick)(void *priv);
	unsigned long (*now)(void *priv);
};

/*
 * In this order: pluton_new(), pluton_start(), ..., pluton_stop(), after which the
 * transport is not called any more but for @free, and pluton_drop(), once the
 * transport calls pluton_received() and pluton_sent() no more. These two are for
 * process context or softirqs.
 */
struct pluton *pluton_new(struct device *dev, const struct pluton_transport_ops *ops, void *priv);
int pluton_start(struct pluton *p);
void pluton_stop(struct pluton *p);
void pluton_drop(struct pluton *p);
void pluton_received(struct pluton *p, u32 cmd);
void pluton_sent(struct pluton *p, const struct mt3620_mbox_msg *msg);
void pluton_suspend(struct pluton *p);
void pluton_resume(struct pluton *p);

#endif /* _LINUX_PLUTON_TRANSPORT_H */
