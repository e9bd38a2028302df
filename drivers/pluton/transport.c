// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton behind the MT3620's mailbox, channel 0
 *
 * Pluton cannot be told to leave a ring block, so the memory of one that it was
 * given must not come to anybody else, not even when the driver goes. If the
 * device tree sets memory aside ("memory-region"), that is where the blocks are,
 * and nobody else gets it. Otherwise they are parked here: when the driver is
 * bound again it uses them again; when the module goes they are lost, and the log
 * says so.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mailbox_client.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/slab.h>

#include "pluton.h"

/**
 * struct pluton_mailbox - Pluton, as seen from its mailbox
 * @cl: mailbox client
 * @chan: FIFO of channel 0
 * @dev: platform device
 * @reserved: @dev has memory of its own
 * @p: what it is to others
 */
struct pluton_mailbox {
	struct mbox_client cl;
	struct mbox_chan *chan;
	struct device *dev;
	bool reserved;
	struct pluton *p;
};

/**
 * struct parked - memory that Pluton may still write
 * @node: in the list
 * @dev: whose it was; a reference is held
 * @size: in bytes
 * @mem: the memory
 * @addr: its address for Pluton
 */
struct parked {
	struct list_head node;
	struct device *dev;
	size_t size;
	void *mem;
	dma_addr_t addr;
};

static DEFINE_MUTEX(parked_mutex);	/* protects the next */
static LIST_HEAD(parked);

static void *unpark(struct device *dev, size_t size, dma_addr_t *addr)
{
	struct parked *k;
	void *mem = NULL;

	mutex_lock(&parked_mutex);
	list_for_each_entry(k, &parked, node) {
		if (k->dev != dev || k->size != size)
			continue;
		mem = k->mem;
		*addr = k->addr;
		list_del(&k->node);
		put_device(k->dev);
		kfree(k);
		break;
	}
	mutex_unlock(&parked_mutex);
	return mem;
}

static void park(struct device *dev, size_t size, void *mem, dma_addr_t addr)
{
	struct parked *k = kzalloc(sizeof(*k), GFP_KERNEL);

	if (!k) {
		dev_warn(dev, "%zu bytes that Pluton may still write are lost\n", size);
		return;
	}
	k->dev = get_device(dev);
	k->size = size;
	k->mem = mem;
	k->addr = addr;
	mutex_lock(&parked_mutex);
	list_add_tail(&k->node, &parked);
	mutex_unlock(&parked_mutex);
}

/**
 * pluton_mailbox_leave() - the module goes; what is parked stays allocated
 *
 * Context: Process context, sleeps.
 */
void pluton_mailbox_leave(void)
{
	struct parked *k, *next;
	size_t lost = 0;

	mutex_lock(&parked_mutex);
	list_for_each_entry_safe(k, next, &parked, node) {
		lost += k->size;
		list_del(&k->node);
		put_device(k->dev);
		kfree(k);
	}
	mutex_unlock(&parked_mutex);
	if (lost)
		pr_warn("pluton: %zu bytes that Pluton may still write stay allocated; a memory-region in the device tree avoids that\n",
			lost);
}

static void *mailbox_alloc(void *priv, size_t size, dma_addr_t *addr)
{
	struct pluton_mailbox *m = priv;
	void *mem = unpark(m->dev, size, addr);

	return mem ?: dma_alloc_coherent(m->dev, size, addr, GFP_KERNEL);
}

static void mailbox_free(void *priv, size_t size, void *mem, dma_addr_t addr, bool given)
{
	struct pluton_mailbox *m = priv;

	if (given && !m->reserved)
		park(m->dev, size, mem, addr);
	else
		dma_free_coherent(m->dev, size, mem, addr);
}

static int mailbox_send(void *priv, struct mt3620_mbox_msg *msg)
{
	struct pluton_mailbox *m = priv;
	int ret = mbox_send_message(m->chan, msg);

	return ret < 0 ? ret : 0;
}

static void mailbox_kick(void *priv)
{
	struct pluton_mailbox *m = priv;

	mbox_client_peek_data(m->chan);
}

static const struct pluton_transport_ops mailbox_ops = {
	.alloc = mailbox_alloc,
	.free = mailbox_free,
	.send = mailbox_send,
	.kick = mailbox_kick,
};

/* Pluton's data word means nothing. */
static void mailbox_received(struct mbox_client *cl, void *data)
{
	struct pluton_mailbox *m = container_of(cl, struct pluton_mailbox, cl);
	const struct mt3620_mbox_msg *msg = data;

	pluton_received(m->p, msg->cmd);
}

static void mailbox_sent(struct mbox_client *cl, void *data, int status)
{
	struct pluton_mailbox *m = container_of(cl, struct pluton_mailbox, cl);

	pluton_sent(m->p, data);
}

static int request_channel(struct pluton_mailbox *m)
{
	m->cl.dev = m->dev;
	m->cl.rx_callback = mailbox_received;
	m->cl.tx_done = mailbox_sent;
	m->chan = mbox_request_channel(&m->cl, 0);
	if (!IS_ERR(m->chan))
		return 0;
	return dev_err_probe(m->dev, PTR_ERR(m->chan),
			     "no mailbox: is mboxes the FIFO of channel 0, and the mailbox's driver loaded?\n");
}

static void release_memory(void *data)
{
	of_reserved_mem_device_release(data);
}

static int reserve_memory(struct pluton_mailbox *m)
{
	int ret = dma_set_mask_and_coherent(m->dev, DMA_BIT_MASK(32));

	if (ret)
		return dev_err_probe(m->dev, ret, "Pluton's 32 bits of address are not enough\n");
	if (!of_property_present(m->dev->of_node, "memory-region"))
		return 0;
	ret = of_reserved_mem_device_init(m->dev);
	if (ret)
		return dev_err_probe(m->dev, ret, "memory-region cannot be used\n");
	m->reserved = true;
	return devm_add_action_or_reset(m->dev, release_memory, m->dev);
}

static void drop(void *data)
{
	struct pluton_mailbox *m = data;

	pluton_drop(m->p);
}

static void free_channel(void *data)
{
	struct pluton_mailbox *m = data;

	/* after this nobody is in our callbacks, and no message of ours is held */
	mbox_free_channel(m->chan);
}

static void stop(void *data)
{
	struct pluton_mailbox *m = data;

	pluton_stop(m->p);
}

static int mailbox_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct pluton_mailbox *m;
	int ret;

	m = devm_kzalloc(dev, sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->dev = dev;
	platform_set_drvdata(pdev, m);
	ret = reserve_memory(m);
	if (ret)
		return ret;
	m->p = pluton_new(dev, &mailbox_ops, m);
	if (!m->p)
		return -ENOMEM;
	ret = devm_add_action_or_reset(dev, drop, m);
	if (ret)
		return ret;
	ret = request_channel(m);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(dev, free_channel, m);
	if (ret)
		return ret;
	/* before the start: what is half started has to be stopped too */
	ret = devm_add_action_or_reset(dev, stop, m);
	if (ret)
		return ret;
	return pluton_start(m->p);
}

/*
 * Kexec and power off. Whoever comes next finds Pluton with nothing to answer, as
 * far as that can be had: its requests have been given up.
 */
static void mailbox_shutdown(struct platform_device *pdev)
{
	struct pluton_mailbox *m = platform_get_drvdata(pdev);

	pluton_suspend(m->p);
}

static int mailbox_suspend(struct device *dev)
{
	struct pluton_mailbox *m = dev_get_drvdata(dev);

	pluton_suspend(m->p);
	return 0;
}

static int mailbox_resume(struct device *dev)
{
	struct pluton_mailbox *m = dev_get_drvdata(dev);

	pluton_resume(m->p);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(mailbox_pm, mailbox_suspend, mailbox_resume);

static const struct of_device_id mailbox_of_match[] = {
	{ .compatible = "mediatek,mt3620-pluton" },
	{ }
};
MODULE_DEVICE_TABLE(of, mailbox_of_match);

struct platform_driver pluton_mailbox_driver = {
	.probe = mailbox_probe,
	.shutdown = mailbox_shutdown,
	.driver = {
		.name = "mt3620-pluton",
		.of_match_table = mailbox_of_match,
		.pm = pm_sleep_ptr(&mailbox_pm),
	},
};
