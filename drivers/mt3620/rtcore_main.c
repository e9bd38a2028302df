// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real-time cores of the MediaTek MT3620: device, mailbox and sysfs
 *
 * One device per core. The rings lie in coherent memory, a page each, because a
 * core does nothing about caches. The offer of the rings goes through the FIFO of
 * the core's mailbox channel, one entry at a time; when the last has been taken the
 * link is up. An offer that was not taken is withdrawn by giving the channel back:
 * what the framework still holds is gone then, and what lies in the hardware is the
 * same for every offer, since the rings do not move.
 *
 * Memory that a core may still write is never freed: where it cannot be stopped,
 * the pages stay for the next device of that core.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uuid.h>

#include "rtcore.h"

#define RTCORE_CMD_IN		0xba5e0001	/* the ring that the core fills */
#define RTCORE_CMD_OUT		0xba5e0002	/* the ring that we fill */
#define RTCORE_CMD_START	0xba5e0003
#define RTCORE_CMD_STOP		0xba5e0004

static_assert(RTCORE_RING_BYTES == 1 << RTCORE_RING_LOG2);

#define MBOX_FIFO		0
#define MBOX_SW			1

/**
 * struct kept - memory of a core's rings that could not be freed
 * @out: as in struct rtcore_dev
 * @in: likewise
 * @out_dma: likewise
 * @in_dma: likewise
 */
static struct kept {
	void *out;
	void *in;
	dma_addr_t out_dma;
	dma_addr_t in_dma;
} kept[SPHERE_CORES];

static DEFINE_MUTEX(cores_lock);	/* protects the next one, and orders notifications */
static struct rtcore_dev *cores[SPHERE_CORES];
static BLOCKING_NOTIFIER_HEAD(notifiers);

/**
 * rtcore_register_notifier() - be told of cores that come and go
 * @nb: called with &struct rtcore_core, at once for those that are there
 *
 * Context: Process context, sleeps.
 * Return: 0.
 */
int rtcore_register_notifier(struct notifier_block *nb)
{
	unsigned int i;
	int ret;

	mutex_lock(&cores_lock);
	ret = blocking_notifier_chain_register(&notifiers, nb);
	for (i = 0; !ret && i < SPHERE_CORES; i++) {
		struct rtcore_core core = { .nr = i };

		if (!cores[i])
			continue;
		core.dev = cores[i]->dev;
		nb->notifier_call(nb, RTCORE_ADDED, &core);
	}
	mutex_unlock(&cores_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(rtcore_register_notifier);

/**
 * rtcore_unregister_notifier() - be told no more
 * @nb: told of the removal of each core that is there
 *
 * Context: Process context, sleeps.
 */
void rtcore_unregister_notifier(struct notifier_block *nb)
{
	unsigned int i;

	mutex_lock(&cores_lock);
	blocking_notifier_chain_unregister(&notifiers, nb);
	for (i = 0; i < SPHERE_CORES; i++) {
		struct rtcore_core core = { .nr = i };

		if (!cores[i])
			continue;
		core.dev = cores[i]->dev;
		nb->notifier_call(nb, RTCORE_REMOVED, &core);
	}
	mutex_unlock(&cores_lock);
}
EXPORT_SYMBOL_GPL(rtcore_unregister_notifier);

static void notify(struct rtcore_dev *rd, bool added)
{
	struct rtcore_core core = { .nr = rd->nr, .dev = rd->dev };

	mutex_lock(&cores_lock);
	cores[rd->nr] = added ? rd : NULL;
	blocking_notifier_call_chain(&notifiers, added ? RTCORE_ADDED : RTCORE_REMOVED, &core);
	mutex_unlock(&cores_lock);
}

/* ---- mailbox ------------------------------------------------------------- */

static void fifo_done(struct mbox_client *cl, void *mssg, int r)
{
	struct rtcore_dev *rd = container_of(cl, struct rtcore_dev, fifo_client);

	if (!r && mssg == &rd->offer[ARRAY_SIZE(rd->offer) - 1])
		rtcore_link_taken(rd->link);
}

/* The protocol has no entries in this direction, whatever they look like. */
static void fifo_received(struct mbox_client *cl, void *mssg)
{
	struct rtcore_dev *rd = container_of(cl, struct rtcore_dev, fifo_client);

	rtcore_link_ignored(rd->link);
}

static void sw_received(struct mbox_client *cl, void *mssg)
{
	struct rtcore_dev *rd = container_of(cl, struct rtcore_dev, sw_client);
	const struct mt3620_mbox_msg *msg = mssg;

	rtcore_link_event(rd->link, msg->cmd);
}

static void close_fifo(struct rtcore_dev *rd)
{
	if (rd->fifo)
		mbox_free_channel(rd->fifo);
	rd->fifo = NULL;
}

static int open_fifo(struct rtcore_dev *rd)
{
	struct mbox_chan *chan = mbox_request_channel(&rd->fifo_client, MBOX_FIFO);

	if (IS_ERR(chan))
		return PTR_ERR(chan);
	rd->fifo = chan;
	return 0;
}

static int prepare(void *ctx)
{
	struct rtcore_dev *rd = ctx;
	int ret;

	close_fifo(rd);
	ret = open_fifo(rd);
	if (!ret && rd->control && rd->control->buffers)
		ret = rd->control->buffers(rd);
	return ret;
}

static int announce(void *ctx)
{
	struct rtcore_dev *rd = ctx;
	unsigned int i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < ARRAY_SIZE(rd->offer); i++)
		ret = mbox_send_message(rd->fifo, &rd->offer[i]);
	return min(ret, 0);
}

/* A core that resets its mailbox takes our interrupts away, and entries without one */
static void poke(void *ctx)
{
	struct rtcore_dev *rd = ctx;

	if (rd->fifo)
		mbox_client_peek_data(rd->fifo);
}

static void withdraw(void *ctx)
{
	struct rtcore_dev *rd = ctx;

	close_fifo(rd);
	if (!open_fifo(rd))
		mbox_send_message(rd->fifo, &rd->withdraw);
}

static void raise_sw(void *ctx, u32 bits)
{
	struct rtcore_dev *rd = ctx;

	/* raising is immediate, and the link's lock keeps us alone here */
	if (mbox_send_message(rd->sw, &rd->kicks[bits & 3]) >= 0)
		mbox_client_txdone(rd->sw, 0);
}

/*
 * The sum of two numbers that only grow: the platform's count of starts, where it has one,
 * and resets of the mailbox by the core. The look at the mailbox also turns our software
 * interrupts on again, so that a core that speaks first is heard.
 */
static u32 count_starts(void *ctx)
{
	struct rtcore_dev *rd = ctx;
	u32 starts = rd->control && rd->control->starts ? rd->control->starts(rd) : 0;

	return starts + mt3620_mbox_peer_resets(rd->sw);
}

static bool starts_are_counted(void *ctx)
{
	struct rtcore_dev *rd = ctx;

	return rd->control && rd->control->starts;
}

static const struct rtcore_link_ops link_ops = {
	.prepare = prepare,
	.announce = announce,
	.poke = poke,
	.kick = raise_sw,
	.starts = count_starts,
	.counted = starts_are_counted,
	.stop = withdraw,
};

static int open_mailbox(struct rtcore_dev *rd)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(rd->kicks); i++)
		rd->kicks[i].cmd = i;
	rd->withdraw.cmd = RTCORE_CMD_STOP;
	rd->offer[0].cmd = RTCORE_CMD_IN;
	rd->offer[0].data = lower_32_bits(rd->in_dma) | RTCORE_RING_LOG2;
	rd->offer[1].cmd = RTCORE_CMD_OUT;
	rd->offer[1].data = lower_32_bits(rd->out_dma) | RTCORE_RING_LOG2;
	rd->offer[2].cmd = RTCORE_CMD_START;

	rd->fifo_client.dev = rd->dev;
	rd->fifo_client.rx_callback = fifo_received;
	rd->fifo_client.tx_done = fifo_done;
	rd->sw_client.dev = rd->dev;
	rd->sw_client.rx_callback = sw_received;
	rd->sw_client.knows_txdone = true;

	rd->sw = mbox_request_channel(&rd->sw_client, MBOX_SW);
	if (IS_ERR(rd->sw)) {
		ret = PTR_ERR(rd->sw);
		rd->sw = NULL;
		return dev_err_probe(rd->dev, ret,
				     "second mailbox (software interrupts) cannot be had\n");
	}
	ret = open_fifo(rd);
	if (ret) {
		mbox_free_channel(rd->sw);
		rd->sw = NULL;
		return dev_err_probe(rd->dev, ret, "first mailbox (FIFO) cannot be had\n");
	}
	return 0;
}

static void close_mailbox(struct rtcore_dev *rd)
{
	close_fifo(rd);
	mbox_free_channel(rd->sw);
	rd->sw = NULL;
}

/* ---- memory -------------------------------------------------------------- */

static void free_rings(struct rtcore_dev *rd)
{
	if (rd->out)
		dma_free_coherent(rd->dev, RTCORE_RING_BYTES, rd->out, rd->out_dma);
	if (rd->in)
		dma_free_coherent(rd->dev, RTCORE_RING_BYTES, rd->in, rd->in_dma);
	rd->out = NULL;
	rd->in = NULL;
}

/**
 * rtcore_get_rings() - memory for the rings of a core
 * @rd: the core; @has_rings is set where it may still write there
 *
 * Context: Process context, sleeps.
 * Return: 0, or an error.
 */
int rtcore_get_rings(struct rtcore_dev *rd)
{
	struct kept *k = &kept[rd->nr];
	int ret;

	if (k->out) {
		rd->out = k->out;
		rd->in = k->in;
		rd->out_dma = k->out_dma;
		rd->in_dma = k->in_dma;
		memset(k, 0, sizeof(*k));
		rd->has_rings = true;
		return 0;
	}
	ret = dma_set_mask_and_coherent(rd->dev, DMA_BIT_MASK(32));
	if (ret)
		return dev_err_probe(rd->dev, ret, "no memory that core %u can reach\n", rd->nr);
	rd->out = dma_alloc_coherent(rd->dev, RTCORE_RING_BYTES, &rd->out_dma, GFP_KERNEL);
	rd->in = dma_alloc_coherent(rd->dev, RTCORE_RING_BYTES, &rd->in_dma, GFP_KERNEL);
	if (!rd->out || !rd->in) {
		free_rings(rd);
		return -ENOMEM;
	}
	return 0;
}

/**
 * rtcore_put_rings() - give the memory of the rings back
 * @rd: the core
 * @core_has_them: it runs with them
 *
 * Those of a core that is not known to have stopped, since they were offered to it, are
 * kept for the next device, however often devices come and go in between.
 *
 * Context: Process context, sleeps.
 */
void rtcore_put_rings(struct rtcore_dev *rd, bool core_has_them)
{
	if (!core_has_them && !rd->has_rings) {
		free_rings(rd);
		return;
	}
	dev_warn(rd->dev, "core %u may still write to its rings: their memory is kept\n", rd->nr);
	kept[rd->nr] = (struct kept) {
		.out = rd->out, .in = rd->in, .out_dma = rd->out_dma, .in_dma = rd->in_dma,
	};
}

/* ---- sysfs --------------------------------------------------------------- */

static const char *const state_names[] = {
	[RTCORE_OFF] = "off",
	[RTCORE_STARTING] = "starting",
	[RTCORE_ACTIVE] = "active",
	[RTCORE_HALTED] = "halted",
};

static ssize_t core_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", rd->nr);
}
static DEVICE_ATTR_RO(core);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", state_names[READ_ONCE(rd->link->state)]);
}
static DEVICE_ATTR_RO(state);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	const char *reason;

	spin_lock_bh(&rd->link->lock);
	reason = rd->link->reason;
	if (rd->link->state == RTCORE_ACTIVE)
		reason = READ_ONCE(rd->link->waits_for) ?
			 "it is active, but a receiver has no room" : NULL;
	spin_unlock_bh(&rd->link->lock);
	return sysfs_emit(buf, "%s\n", reason ?: "none");
}
static DEVICE_ATTR_RO(reason);

static ssize_t link_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	int ret;

	mutex_lock(&rd->lock);
	if (sysfs_streq(buf, "stop")) {
		ret = rtcore_may_stop(rd);
		if (!ret)
			rtcore_link_stop(rd->link, "its link was stopped", true);
	} else if (!sysfs_streq(buf, "start") && !sysfs_streq(buf, "reset")) {
		ret = -EINVAL;
	} else if (rd->control && !rd->ours) {
		dev_info_ratelimited(dev, "core %u has to be started through remoteproc first\n",
				     rd->nr);
		ret = -ENODEV;
	} else {
		/* whoever started the core has had its image checked */
		ret = rd->ours ? rtcore_may_stop(rd) : rtcore_admit(rd, NULL, 0);
		if (!ret)
			ret = rtcore_link_start(rd->link);
	}
	mutex_unlock(&rd->lock);
	return ret ?: count;
}
static DEVICE_ATTR_WO(link);

static bool policy_is_given(void)
{
	static const struct sphere_component_id any;

	return sphere_authority_may_send(&any, &any) != SPHERE_NO_PROVIDER;
}

static int parse_id(const char *text, struct sphere_component_id *id)
{
	guid_t guid;

	if (guid_parse(text, &guid))
		return -EINVAL;
	BUILD_BUG_ON(sizeof(guid) != sizeof(*id));
	memcpy(id, &guid, sizeof(*id));
	return 0;
}

static int show_id(char *buf, int at, const struct sphere_component_id *id)
{
	return sysfs_emit_at(buf, at, "%pUl", id->b);
}

static ssize_t component_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	struct sphere_component_id id;
	int len;

	if (rtcore_component(rd->nr, &id))
		return sysfs_emit(buf, "none\n");
	len = show_id(buf, 0, &id);
	return len + sysfs_emit_at(buf, len, "\n");
}

/* a copy of what is there, to be changed */
struct policy {
	struct sphere_component_id component;
	bool has_component;
	struct sphere_component_id partners[SPHERE_CORE_PARTNERS];
	u32 n_partners;
	bool has_partners;
};

static void read_policy(struct rtcore_link *l, struct policy *p)
{
	spin_lock_bh(&l->lock);
	p->component = l->component;
	p->has_component = l->has_component;
	memcpy(p->partners, l->partners, sizeof(p->partners));
	p->n_partners = l->n_partners;
	p->has_partners = l->has_partners;
	spin_unlock_bh(&l->lock);
}

static int parse_partners(char *text, struct policy *p)
{
	char *word;

	p->n_partners = 0;
	p->has_partners = strcmp(text, "none");
	while (p->has_partners && (word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		if (p->n_partners == SPHERE_CORE_PARTNERS)
			return -E2BIG;
		if (parse_id(word, &p->partners[p->n_partners++]))
			return -EINVAL;
	}
	return 0;
}

static ssize_t store_policy(struct device *dev, const char *buf, size_t count, bool partners)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	char *copy, *text;
	struct policy *p;
	int ret = 0;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (policy_is_given()) {
		dev_info_ratelimited(dev, "the security module says what core %u is\n", rd->nr);
		return -EPERM;
	}
	copy = kstrndup(buf, count, GFP_KERNEL);
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!copy || !p) {
		ret = -ENOMEM;
		goto out;
	}
	text = strim(copy);
	mutex_lock(&rd->lock);
	read_policy(rd->link, p);
	if (partners) {
		ret = parse_partners(text, p);
	} else {
		p->has_component = strcmp(text, "none");
		if (p->has_component)
			ret = parse_id(text, &p->component);
	}
	if (!ret)
		rtcore_link_policy(rd->link, p->has_component ? &p->component : NULL, p->partners,
				   p->n_partners, p->has_partners);
	mutex_unlock(&rd->lock);
out:
	kfree(p);
	kfree(copy);
	return ret ?: count;
}

static ssize_t component_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	return store_policy(dev, buf, count, false);
}
static DEVICE_ATTR_RW(component);

static ssize_t partners_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	struct policy *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int len = 0;
	u32 i;

	if (!p)
		return -ENOMEM;
	read_policy(rd->link, p);
	for (i = 0; i < p->n_partners; i++) {
		if (i)
			len += sysfs_emit_at(buf, len, " ");
		len += show_id(buf, len, &p->partners[i]);
	}
	len += sysfs_emit_at(buf, len, "%s\n", p->has_partners ? "" : "none");
	kfree(p);
	return len;
}

static ssize_t partners_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	return store_policy(dev, buf, count, true);
}
static DEVICE_ATTR_RW(partners);

static ssize_t image_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	int len;

	mutex_lock(&rd->lock);
	if (!rd->ours)
		len = sysfs_emit(buf, "none\n");
	else if (rd->has_digest)
		len = sysfs_emit(buf, "%*phN %s\n", SPHERE_DIGEST_SIZE, rd->digest,
				 rd->checked ? "checked" : "unchecked");
	else
		len = sysfs_emit(buf, "unknown unchecked\n");
	mutex_unlock(&rd->lock);
	return len;
}
static DEVICE_ATTR_RO(image);

static ssize_t owner_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);
	int len;

	mutex_lock(&rd->lock);
	if (rd->owner == RTCORE_OWNER_COMPONENT)
		len = sysfs_emit(buf, "%pUl\n", rd->owner_id.b);
	else
		len = sysfs_emit(buf, "%s\n",
				 rd->owner == RTCORE_OWNER_UNCONFINED ? "unconfined" : "none");
	mutex_unlock(&rd->lock);
	return len;
}
static DEVICE_ATTR_RO(owner);

static struct attribute *rtcore_attrs[] = {
	&dev_attr_core.attr,
	&dev_attr_state.attr,
	&dev_attr_reason.attr,
	&dev_attr_link.attr,
	&dev_attr_component.attr,
	&dev_attr_partners.attr,
	&dev_attr_image.attr,
	&dev_attr_owner.attr,
	NULL
};

static const struct attribute_group rtcore_group = {
	.attrs = rtcore_attrs,
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf);

#define STAT(n)	__ATTR(n, 0444, stat_show, NULL)

static struct device_attribute stat_attr[RTCORE_STATS] = {
	[RTCORE_SENT] = STAT(sent),
	[RTCORE_CONSUMED] = STAT(consumed),
	[RTCORE_LOST] = STAT(lost),
	[RTCORE_RECEIVED] = STAT(received),
	[RTCORE_FULL] = STAT(full),
	[RTCORE_THROTTLED] = STAT(throttled),
	[RTCORE_NO_MEMORY] = STAT(no_memory),
	[RTCORE_DROPPED_SHORT] = STAT(dropped_short),
	[RTCORE_DROPPED_NOBODY] = STAT(dropped_nobody),
	[RTCORE_DROPPED_REFUSED] = STAT(dropped_refused),
	[RTCORE_DROPPED_END] = STAT(dropped_end),
	[RTCORE_IGNORED] = STAT(ignored),
	[RTCORE_REFUSED] = STAT(refused),
	[RTCORE_SETUPS] = STAT(setups),
	[RTCORE_HALTS] = STAT(halts),
	[RTCORE_RESTARTS] = STAT(restarts),
	[RTCORE_KICKS] = STAT(kicks),
	[RTCORE_REKICKS] = STAT(rekicks),
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lu\n", READ_ONCE(rd->link->stats[attr - stat_attr]));
}

static struct attribute *rtcore_stat_attrs[RTCORE_STATS + 1];

static const struct attribute_group rtcore_stat_group = {
	.name = "statistics",
	.attrs = rtcore_stat_attrs,
};

static const struct attribute_group *rtcore_groups[] = {
	&rtcore_group,
	&rtcore_stat_group,
	NULL
};

/* ---- device -------------------------------------------------------------- */

static void rtcore_gone(void *data)
{
	struct rtcore_dev *rd = data;
	bool core_has_rings;

	notify(rd, false);
	rtcore_proc_remove(rd);
	if (!rd->control) {
		core_has_rings = READ_ONCE(rd->link->stats[RTCORE_SETUPS]);
		rtcore_link_stop(rd->link, "its driver went away", core_has_rings);
	} else {
		core_has_rings = rd->ours;
	}
	rtcore_link_detach(rd->link);
	close_mailbox(rd);
	rtcore_put_rings(rd, core_has_rings);
}

static int rtcore_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct rtcore_dev *rd;
	u32 nr;
	int ret;

	rd = devm_kzalloc(dev, sizeof(*rd), GFP_KERNEL);
	if (!rd)
		return -ENOMEM;
	rd->dev = dev;
	mutex_init(&rd->lock);
	platform_set_drvdata(pdev, rd);

	if (device_property_read_u32(dev, "reg", &nr) || nr >= SPHERE_CORES)
		return dev_err_probe(dev, -ENODEV,
				     "reg is not the number of a core: write reg = <0> or <1>\n");
	rd->nr = nr;
	rd->link = &rtcore_links[nr];

	ret = rtcore_control_find(rd);
	if (ret)
		return ret;
	if (READ_ONCE(rd->link->ops))
		return dev_err_probe(dev, -ENODEV, "core %u is described twice\n", nr);
	ret = rtcore_get_rings(rd);
	if (ret)
		return ret;
	ret = open_mailbox(rd);
	if (ret)
		goto err_rings;
	ret = rtcore_link_attach(rd->link, dev, &link_ops, rd, rd->out, rd->in);
	if (ret) {
		dev_err(dev, "core %u is described twice\n", nr);
		goto err_mailbox;
	}
	if (rd->control) {
		ret = rtcore_proc_add(rd);
		if (ret == -EOPNOTSUPP) {
			dev_warn(dev, "this kernel has no CONFIG_REMOTEPROC: core %u cannot be started\n",
				 nr);
			rd->control = NULL;
		} else if (ret) {
			goto err_link;
		}
	}
	notify(rd, true);
	return devm_add_action_or_reset(dev, rtcore_gone, rd);

err_link:
	rtcore_link_detach(rd->link);
err_mailbox:
	close_mailbox(rd);
err_rings:
	rtcore_put_rings(rd, false);
	return ret;
}

/* No core runs on into the next kernel with our memory. */
static void rtcore_shutdown(struct platform_device *pdev)
{
	struct rtcore_dev *rd = platform_get_drvdata(pdev);

	mutex_lock(&rd->lock);
	if (rd->control && rd->ours && !rtcore_control_stop(rd))
		rd->ours = false;
	rtcore_link_stop(rd->link, "the system goes down", !rd->control);
	mutex_unlock(&rd->lock);
}

/*
 * The core goes on while we sleep, but nobody answers it; the link begins anew
 * afterwards, and senders are told what was not read.
 */
static int rtcore_suspend(struct device *dev)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);

	rd->resume_link = rtcore_link_sleep(rd->link);
	return 0;
}

static int rtcore_resume_dev(struct device *dev)
{
	struct rtcore_dev *rd = dev_get_drvdata(dev);

	if (rd->resume_link)
		rtcore_link_start(rd->link);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(rtcore_pm, rtcore_suspend, rtcore_resume_dev);

static const struct of_device_id rtcore_of_match[] = {
	{ .compatible = "microsoft,mt3620-rt-core-comm" },
	{ .compatible = "microsoft,mt3620-io-core-comm" },
	{ }
};
MODULE_DEVICE_TABLE(of, rtcore_of_match);

static struct platform_driver rtcore_driver = {
	.probe = rtcore_probe,
	.shutdown = rtcore_shutdown,
	.driver = {
		.name = "mt3620-rtcore",
		.of_match_table = rtcore_of_match,
		.pm = pm_sleep_ptr(&rtcore_pm),
		.dev_groups = rtcore_groups,
	},
};

static int __init rtcore_init(void)
{
	unsigned int i;

	for (i = 0; i < RTCORE_STATS; i++)
		rtcore_stat_attrs[i] = &stat_attr[i].attr;
	rtcore_links_init();
	return platform_driver_register(&rtcore_driver);
}
module_init(rtcore_init);

static void __exit rtcore_exit(void)
{
	platform_driver_unregister(&rtcore_driver);
	rtcore_links_exit();
}
module_exit(rtcore_exit);

MODULE_DESCRIPTION("Real-time cores of the MediaTek MT3620");
MODULE_LICENSE("GPL");
