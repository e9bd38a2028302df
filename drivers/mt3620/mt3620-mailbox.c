// SPDX-License-Identifier: GPL-2.0-only
/*
 * MediaTek MT3620 mailbox controller
 *
 * Three hardware channels join the Cortex-A7 with Pluton and the two real-time
 * cores. Each has a FIFO of {command, data} pairs per direction and eight software
 * interrupts per direction. To the mailbox framework the FIFOs are one controller
 * and the software interrupts of each hardware channel another, on the same
 * device, because they complete differently; each channel is a struct
 * mt3620_mbox_chan and shares nothing with the others.
 *
 * Receiving and completing: the interrupt handler only turns the channel's
 * interrupts off at the source and queues the channel's work. For software
 * interrupts that is a tasklet, so that what they announce does not have to wait for
 * the scheduler. The work decides
 * by the counts and not by the names of the status bits, because the published
 * sources name them in three ways. When the counts give nothing more to do, it
 * acknowledges what the status register shows, turns the interrupts on,
 * acknowledges again and looks at the counts once more: the lines are edge
 * triggered, so an event between the first look and the enabling would be lost
 * without the second look, and an event that left its status bit set could keep
 * the next one from making an edge. All interrupts of a FIFO lead to the same
 * work that serves both directions, so it does not matter which of them came,
 * nor that acknowledging one direction takes the other's bit along.
 *
 * The peer is not trusted with our CPU time: the interrupts stay off until the work
 * has run, and a channel that has used up its budget for the time window rests,
 * interrupts off, until the window is over. Nothing is lost meanwhile: the FIFO fills
 * up and the peer waits. Work on a FIFO runs at the priority of a kernel worker.
 *
 * Sending: the framework has one message per channel on the way at a time. It
 * is complete when the peer has popped it. Nobody else posts to our FIFO and the
 * message on the way is always the newest entry, so "popped" is the same as
 * POST_CNT == 0. When a client gives up on a message (its tx_tout), older entries
 * stay before the next one and the FIFO can fill up; a refused message stays in
 * the framework's queue, @tx_blocked remembers that, and the work submits it
 * again as soon as there is room.
 *
 * mbox_chan_txdone() completes whatever message the framework has on the way at
 * that moment. Between the look at POST_CNT and that call a client that gave up
 * could have another message posted, which would then be reported as taken by
 * the peer when it is not. So while the work is on its way into the framework
 * (@ticker), a post by anybody else is refused as if the FIFO were full, and made
 * up for right after.
 *
 * A peer can reset both ends of its channel. It is not said, but leaves the enable
 * registers at 0, ours too. That of the software interrupts can be read, so each use
 * of that channel looks whether it still shows what we have written: if not, the
 * peer has reset, which is counted and repaired. While the interrupts are off anyway
 * (@masked) there is nothing to be seen.
 *
 * Documentation/driver-api/mt3620-mailbox.rst has the reasons.
 */
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mailbox_client.h>
#include <linux/mailbox_controller.h>
#include <linux/minmax.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mt3620/mailbox.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/preempt.h>
#include <linux/property.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

/* Registers of one hardware channel, 32 bits wide */
#define MT3620_VERSION		0x00
#define MT3620_SW_TX_INT_PORT	0x14
#define MT3620_SW_RX_INT_EN	0x18
#define MT3620_SW_RX_INT_STS	0x1c
#define MT3620_INT_EN		0x38
#define MT3620_INT_STS		0x3c
#define MT3620_CMD_POST		0x40	/* pushes {DATA_POST, this} */
#define MT3620_DATA_POST	0x44
#define MT3620_POST_CNT		0x48	/* entries the peer has not popped */
#define MT3620_CMD_POP		0x50	/* reading drops the head entry */
#define MT3620_DATA_POP		0x54
#define MT3620_POP_CNT		0x58	/* entries that wait for us */

#define MT3620_STRIDE		SZ_64K
#define MT3620_VERSION_1	0x36200000
#define MT3620_CHANNELS		3
#define MT3620_FIFO_DEPTH	15	/* also the largest count the hardware shows */

/* interrupts per hardware channel: data available, data sent, software */
#define MT3620_IRQS_FIFO	2
#define MT3620_IRQS_ALL		3

/*
 * A channel may deliver this many messages, completions and interrupts per
 * window; a peer that causes more has to wait. It is far above what a protocol
 * with its data in shared memory needs. At an estimated 3 us each it is a fifth
 * of the window, and less where a window is one jiffy of more than 4 ms.
 */
#define MT3620_MBOX_BUDGET	256
#define MT3620_MBOX_WINDOW_MS	4

/**
 * struct mt3620_mbox_variant - what may differ between versions of the block
 * @version: VERSION word
 * @fifo_events: bits of INT_EN for "peer wrote" and "peer read"
 */
struct mt3620_mbox_variant {
	u32 version;
	u32 fifo_events;
};

struct mt3620_mbox;

/**
 * enum mt3620_mbox_stat - counters of a channel, since probe
 * @STAT_RECEIVED: messages handed to a client
 * @STAT_SENT: messages posted, or software interrupts raised
 * @STAT_FLUSHED: messages that waited when a client asked for the channel, dropped
 * @STAT_FULL: posts refused because the FIFO was full
 * @STAT_IDLE: interrupts that found nothing to do
 * @STAT_THROTTLED: times that the peer used up the budget
 * @STAT_PEER_RESETS: times that our enables were gone, so that the peer had reset
 *	both ends; of software interrupts only
 * @STATS: number of counters
 */
enum mt3620_mbox_stat {
	STAT_RECEIVED,
	STAT_SENT,
	STAT_FLUSHED,
	STAT_FULL,
	STAT_IDLE,
	STAT_THROTTLED,
	STAT_PEER_RESETS,
	STATS
};

/**
 * struct mt3620_mbox_chan - FIFO or software interrupts of one hardware channel
 * @mbox: the device
 * @chan: our end in the mailbox framework
 * @regs: registers of the hardware channel
 * @en: offset of the interrupt enable register
 * @sts: offset of the interrupt status register
 * @events: bits of @en that we want
 * @type: FIFO or software interrupts
 * @index: number of the mailbox in the device tree
 * @nirqs: entries in @irq
 * @irq: Linux interrupt numbers
 * @irq_name: names of the interrupts
 * @lock: protects the members from @up to @sw_deferred, and the enable register
 * @up: a client owns the channel
 * @quiet: the system sleeps or goes down; the hardware is left alone
 * @masked: @en is 0 because @work or @tasklet is due; never both are
 * @shows: @en reads as it was written, so that a reset by the peer can be seen in it
 * @tx_busy: the newest entry in the TX FIFO has not been reported as popped
 * @tx_blocked: the framework holds a message that was refused
 * @ticker: task that is about to complete a message, see the head of this file
 * @sw_deferred: software interrupts to raise when the system wakes up
 * @work: receives, completes and turns interrupts on again
 * @tasklet: the same right after an interrupt, for software interrupts
 * @budget: what is left of the current window, used by @work and @tasklet only
 * @window: start of the window in jiffies, likewise
 * @stats: counters
 */
struct mt3620_mbox_chan {
	struct mt3620_mbox *mbox;
	struct mbox_chan *chan;
	void __iomem *regs;
	unsigned int en;
	unsigned int sts;
	u32 events;
	enum mt3620_mbox_type type;
	unsigned int index;
	unsigned int nirqs;
	int irq[MT3620_IRQS_FIFO];
	const char *irq_name[MT3620_IRQS_FIFO];
	spinlock_t lock;	/* see above; taken inside the framework's channel lock */
	bool up;
	bool quiet;
	bool masked;
	bool shows;
	bool tx_busy;
	bool tx_blocked;
	struct task_struct *ticker;
	u32 sw_deferred;
	struct delayed_work work;
	struct tasklet_struct tasklet;
	unsigned int budget;
	unsigned long window;
	unsigned long stats[STATS];
};

/**
 * struct mt3620_mbox - the device
 * @dev: its device
 * @depth: entries of a FIFO that may be used
 * @nchans: hardware channels
 * @nmbox: used entries of @mbox
 * @fifo: controller of the FIFOs
 * @sw: controllers of the software interrupts; one each, because what completes
 *	them, a timer, is the controller's
 * @fifo_chans: channels of @fifo
 * @sw_chans: the one channel of each @sw
 * @mbox: our side of each, by number of the mailbox in the device tree
 */
struct mt3620_mbox {
	struct device *dev;
	u32 depth;
	u32 nchans;
	unsigned int nmbox;
	struct mbox_controller fifo;
	struct mbox_controller sw[MT3620_CHANNELS];
	struct mbox_chan fifo_chans[MT3620_CHANNELS];
	struct mbox_chan sw_chans[MT3620_CHANNELS];
	struct mt3620_mbox_chan mbox[2 * MT3620_CHANNELS];
};

/* Is there a client to work for, and hardware to work with? */
static bool is_live(const struct mt3620_mbox_chan *ch)
{
	lockdep_assert_held(&ch->lock);
	return ch->up && !ch->quiet;
}

static void irqs_on(struct mt3620_mbox_chan *ch)
{
	writel(ch->events, ch->regs + ch->en);
	ch->masked = false;
}

static void irqs_off(struct mt3620_mbox_chan *ch)
{
	writel(0, ch->regs + ch->en);
	ch->masked = true;
}

static unsigned int entries_waiting(const struct mt3620_mbox_chan *ch)
{
	return min_t(u32, readl(ch->regs + MT3620_POP_CNT), MT3620_FIFO_DEPTH);
}

/* Is there something to tell the framework about sending? */
static bool tx_news(const struct mt3620_mbox_chan *ch, bool *popped)
{
	u32 posted;

	lockdep_assert_held(&ch->lock);
	*popped = false;
	if (!ch->tx_busy && !ch->tx_blocked)
		return false;
	posted = readl(ch->regs + MT3620_POST_CNT);
	*popped = ch->tx_busy && !posted;
	return *popped || (ch->tx_blocked && posted < ch->mbox->depth);
}

static bool rx_news(const struct mt3620_mbox_chan *ch)
{
	if (ch->type == MT3620_MBOX_SW)
		return readl(ch->regs + ch->sts) & ch->events;
	return entries_waiting(ch);
}

static bool has_news(const struct mt3620_mbox_chan *ch)
{
	bool popped;

	return rx_news(ch) || tx_news(ch, &popped);
}

/*
 * Write back exactly what was read: an event that comes in between is another
 * bit and stays, or the same bit, and then the look at the counts that follows
 * sees what it stands for.
 */
static u32 acknowledge(const struct mt3620_mbox_chan *ch)
{
	u32 sts = readl(ch->regs + ch->sts);

	if (sts)
		writel(sts, ch->regs + ch->sts);
	return sts;
}

static void pop(const struct mt3620_mbox_chan *ch, struct mt3620_mbox_msg *msg)
{
	/* before the command, whose read drops the entry; same device, so in order */
	msg->data = readl_relaxed(ch->regs + MT3620_DATA_POP);
	/*
	 * The barrier of readl() keeps the client's loads from shared memory
	 * behind the command that announced the data.
	 */
	msg->cmd = readl(ch->regs + MT3620_CMD_POP);
}

static void post(const struct mt3620_mbox_chan *ch, const struct mt3620_mbox_msg *msg)
{
	/*
	 * Always, for the latch keeps the data of the message before. Same
	 * device as the command, so in order.
	 */
	writel_relaxed(msg->data, ch->regs + MT3620_DATA_POST);
	/*
	 * The barrier of writel() makes the client's stores to shared memory
	 * visible before the command that announces them.
	 */
	writel(msg->cmd, ch->regs + MT3620_CMD_POST);
}

/*
 * Turn the interrupts on without losing anything. The bits of the FIFO's status
 * carry no information that the counts do not have; those of the software
 * interrupts are the message and stay for the work.
 */
static bool irqs_on_if_idle(struct mt3620_mbox_chan *ch)
{
	lockdep_assert_held(&ch->lock);
	if (ch->type == MT3620_MBOX_FIFO) {
		/* before: what is handled already should not make an edge */
		acknowledge(ch);
		irqs_on(ch);
		/* after: the next event should */
		acknowledge(ch);
	} else {
		irqs_on(ch);
	}
	if (!has_news(ch))
		return true;
	irqs_off(ch);
	return false;
}

/*
 * Has the peer reset both ends since we wrote @en? Which bit stands for what does not
 * matter for that. Also true where @en does not say: then it is written each time.
 */
static bool irqs_lost(struct mt3620_mbox_chan *ch)
{
	lockdep_assert_held(&ch->lock);
	if (ch->masked)
		return false;
	if (!ch->shows)
		return true;
	if ((readl(ch->regs + ch->en) & ch->events) == ch->events)
		return false;
	WRITE_ONCE(ch->stats[STAT_PEER_RESETS], ch->stats[STAT_PEER_RESETS] + 1);
	return true;
}

/*
 * Does @en read as it was written? The sources say so of software interrupts, nobody
 * has tried. Several times, because a peer may reset in between. Nothing is lost by
 * turning the interrupts on here: whoever calls looks for news after that.
 */
static bool en_shows(struct mt3620_mbox_chan *ch)
{
	unsigned int i;

	lockdep_assert_held(&ch->lock);
	if (ch->type != MT3620_MBOX_SW)
		return false;
	for (i = 0; i < 3; i++) {
		irqs_on(ch);
		if ((readl(ch->regs + ch->en) & ch->events) == ch->events)
			return true;
	}
	return false;
}

static void start_irqs(struct mt3620_mbox_chan *ch)
{
	/* nothing changes if the channel rests until its window is over */
	if (!irqs_on_if_idle(ch))
		schedule_delayed_work(&ch->work, 0);
}

static bool spend(struct mt3620_mbox_chan *ch)
{
	if (!ch->budget)
		return false;
	ch->budget--;
	return true;
}

/* Tell the framework about popped messages and about new room. */
static bool complete_tx(struct mt3620_mbox_chan *ch)
{
	bool worked = false;

	while (ch->budget) {
		bool tick, popped;

		spin_lock_irq(&ch->lock);
		tick = is_live(ch) && tx_news(ch, &popped);
		if (tick) {
			if (popped)
				ch->tx_busy = false;
			ch->tx_blocked = false;
			ch->ticker = current;
		}
		spin_unlock_irq(&ch->lock);
		if (!tick)
			break;

		/* submits the next message too; with none on the way just that */
		mbox_chan_txdone(ch->chan, 0);

		spin_lock_irq(&ch->lock);
		ch->ticker = NULL;
		spin_unlock_irq(&ch->lock);
		spend(ch);
		worked = true;
	}
	return worked;
}

static bool receive_fifo(struct mt3620_mbox_chan *ch)
{
	unsigned int n = entries_waiting(ch);
	bool worked = false;

	/* a channel that is being shut down keeps the rest for the flush */
	while (n-- && READ_ONCE(ch->up) && spend(ch)) {
		struct mt3620_mbox_msg msg;

		pop(ch, &msg);
		ch->stats[STAT_RECEIVED]++;
		mbox_chan_received_data(ch->chan, &msg);
		worked = true;
	}
	return worked;
}

static bool receive_sw(struct mt3620_mbox_chan *ch)
{
	/* before delivery, so that one raised during the callback comes again */
	struct mt3620_mbox_msg msg = { .cmd = acknowledge(ch) & ch->events };

	if (!msg.cmd)
		return false;
	ch->stats[STAT_RECEIVED]++;
	mbox_chan_received_data(ch->chan, &msg);
	return true;
}

static bool wait_for_irq(struct mt3620_mbox_chan *ch, bool was_idle)
{
	bool done;

	spin_lock_irq(&ch->lock);
	done = !is_live(ch) || irqs_on_if_idle(ch);
	if (done && was_idle)
		ch->stats[STAT_IDLE]++;
	spin_unlock_irq(&ch->lock);
	return done;
}

/* Rest until the window is over. */
static void throttle(struct mt3620_mbox_chan *ch, unsigned long window)
{
	unsigned long elapsed = jiffies - ch->window;

	spin_lock_irq(&ch->lock);
	if (is_live(ch)) {
		ch->stats[STAT_THROTTLED]++;
		schedule_delayed_work(&ch->work, elapsed < window ? window - elapsed : 1);
	}
	spin_unlock_irq(&ch->lock);
}

static void serve(struct mt3620_mbox_chan *ch)
{
	unsigned long window = msecs_to_jiffies(MT3620_MBOX_WINDOW_MS);
	bool worked = false;

	if (jiffies - ch->window >= window) {
		ch->budget = MT3620_MBOX_BUDGET;
		ch->window = jiffies;
	}

	/*
	 * Each round costs something, so empty interrupts use up the budget too. It is
	 * also what software interrupts cost, which come together in one round.
	 */
	while (spend(ch)) {
		if (ch->type == MT3620_MBOX_SW) {
			worked |= receive_sw(ch);
		} else {
			worked |= complete_tx(ch);
			worked |= receive_fifo(ch);
		}
		/* afterwards the next interrupt may be served on another CPU */
		if (wait_for_irq(ch, !worked))
			return;
	}

	throttle(ch, window);
}

static void mt3620_mbox_work(struct work_struct *work)
{
	serve(container_of(to_delayed_work(work), struct mt3620_mbox_chan, work));
}

static void mt3620_mbox_tasklet(struct tasklet_struct *t)
{
	serve(container_of(t, struct mt3620_mbox_chan, tasklet));
}

static irqreturn_t mt3620_mbox_irq(int irq, void *data)
{
	struct mt3620_mbox_chan *ch = data;
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	/* if they are off, this one is late and the work is due anyway */
	if (is_live(ch) && !ch->masked) {
		irqs_off(ch);
		if (ch->type == MT3620_MBOX_SW)
			tasklet_schedule(&ch->tasklet);
		else
			schedule_delayed_work(&ch->work, 0);
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	/*
	 * Handled, whatever was found: the line is not shared, and a peer must
	 * not be able to have it switched off by interrupts without a cause.
	 */
	return IRQ_HANDLED;
}

/* Called with the framework's channel lock held and interrupts off. */
static int mt3620_mbox_send_fifo(struct mbox_chan *chan, void *data)
{
	struct mt3620_mbox_chan *ch = chan->con_priv;
	const struct mt3620_mbox_msg *msg = data;
	unsigned long flags;
	int ret = 0;

	if (!msg)
		return -EINVAL;

	spin_lock_irqsave(&ch->lock, flags);
	if (!ch->up) {
		ret = -ESHUTDOWN;
	} else if (ch->quiet || (ch->ticker && !(in_task() && ch->ticker == current))) {
		ret = -EBUSY;
	} else if (readl(ch->regs + MT3620_POST_CNT) >= ch->mbox->depth) {
		ch->stats[STAT_FULL]++;
		ret = -EBUSY;
	}

	if (ret == -EBUSY) {
		ch->tx_blocked = true;
	} else if (!ret) {
		ch->ticker = NULL;
		ch->tx_blocked = false;
		ch->tx_busy = true;
		/* a peer that reset both ends may have turned them off */
		if (!ch->masked)
			irqs_on(ch);
		post(ch, msg);
		ch->stats[STAT_SENT]++;
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	return ret;
}

static int mt3620_mbox_send_sw(struct mbox_chan *chan, void *data)
{
	struct mt3620_mbox_chan *ch = chan->con_priv;
	const struct mt3620_mbox_msg *msg = data;
	unsigned long flags;
	int ret = 0;

	if (!msg)
		return -EINVAL;

	spin_lock_irqsave(&ch->lock, flags);
	if (!ch->up) {
		ret = -ESHUTDOWN;
	} else if (ch->quiet) {
		/* interrupts merge, so none is lost by raising them later */
		ch->sw_deferred |= msg->cmd & ch->events;
	} else {
		if (irqs_lost(ch))
			irqs_on(ch);
		/* the barrier of writel(): as in post() */
		writel(msg->cmd & ch->events, ch->regs + MT3620_SW_TX_INT_PORT);
		ch->stats[STAT_SENT]++;
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	return ret;
}

/* A software interrupt is done when it is raised. */
static bool mt3620_mbox_last_tx_done(struct mbox_chan *chan)
{
	return true;
}

/* Look for what nobody announced. True if the peer has said something. */
static bool look(struct mt3620_mbox_chan *ch)
{
	bool waiting;

	lockdep_assert_held(&ch->lock);
	if (!is_live(ch))
		return false;
	waiting = rx_news(ch);
	/* if they are off, the work is due anyway */
	if (ch->masked)
		return waiting;
	if (ch->type == MT3620_MBOX_FIFO || irqs_lost(ch) || waiting)
		start_irqs(ch);
	return waiting;
}

static bool mt3620_mbox_peek_data(struct mbox_chan *chan)
{
	struct mt3620_mbox_chan *ch = chan->con_priv;
	unsigned long flags;
	bool waiting;

	spin_lock_irqsave(&ch->lock, flags);
	waiting = look(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
	return waiting;
}

static void free_irqs(struct mt3620_mbox_chan *ch, unsigned int n)
{
	while (n--)
		free_irq(ch->irq[n], ch);
}

static int request_irqs(struct mt3620_mbox_chan *ch)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ch->nirqs; i++) {
		ret = request_irq(ch->irq[i], mt3620_mbox_irq, 0, ch->irq_name[i], ch);
		if (ret) {
			free_irqs(ch, i);
			dev_err(ch->mbox->dev,
				"mailbox %u: interrupt %d cannot be had (%d): see who has it in /proc/interrupts\n",
				ch->index, ch->irq[i], ret);
			return ret;
		}
	}
	return 0;
}

/*
 * Drop what is not for the new client. No more than fits into the FIFO can have
 * waited, so a peer that keeps posting does not hold us here.
 */
static void flush(struct mt3620_mbox_chan *ch)
{
	struct mt3620_mbox_msg msg;
	unsigned int i, n;
	u32 sts;

	sts = acknowledge(ch);
	if (ch->type == MT3620_MBOX_SW) {
		n = hweight32(sts & ch->events);
	} else {
		n = entries_waiting(ch);
		for (i = 0; i < n; i++)
			pop(ch, &msg);
	}
	if (!n)
		return;
	ch->stats[STAT_FLUSHED] += n;
	dev_info_ratelimited(ch->mbox->dev,
			     "mailbox %u: dropped %u old messages that waited before it was opened\n",
			     ch->index, n);
}

/*
 * mbox_send_message() on a channel of a controller that is gone is a use after
 * free, and unbinding through sysfs does not ask the module's use count. A
 * device link makes the driver core unbind the client first. It also orders
 * suspend and shutdown.
 *
 * It does so only for a client that was there when the unbinding began, or is
 * there when the probe has ended. One that comes before or after, which the
 * link's state tells, has to come again.
 */
static int link_client(struct mt3620_mbox_chan *ch)
{
	struct device *client = ch->chan->cl->dev;
	struct device_link *link;

	if (!client || !client->driver || client == ch->mbox->dev)
		return 0;
	link = device_link_add(client, ch->mbox->dev, DL_FLAG_AUTOREMOVE_CONSUMER);
	if (!link) {
		dev_err(ch->mbox->dev,
			"mailbox %u: its client %s cannot depend on the mailbox device\n",
			ch->index, dev_name(client));
		return -EINVAL;
	}
	switch (READ_ONCE(link->status)) {
	case DL_STATE_CONSUMER_PROBE:
	case DL_STATE_ACTIVE:
		return 0;
	default:
		return -EPROBE_DEFER;
	}
}

static int mt3620_mbox_startup(struct mbox_chan *chan)
{
	struct mt3620_mbox_chan *ch = chan->con_priv;
	int ret;

	might_sleep();
	if (READ_ONCE(ch->quiet))
		return -ESHUTDOWN;
	ret = link_client(ch);
	if (ret)
		return ret;

	spin_lock_irq(&ch->lock);
	irqs_off(ch);
	ch->tx_busy = false;
	ch->tx_blocked = false;
	ch->sw_deferred = 0;
	spin_unlock_irq(&ch->lock);

	flush(ch);
	ret = request_irqs(ch);
	if (ret)
		return ret;

	spin_lock_irq(&ch->lock);
	if (!ch->quiet)
		ch->shows = en_shows(ch);
	WRITE_ONCE(ch->up, true);
	/* finds what came since the flush */
	if (is_live(ch))
		start_irqs(ch);
	spin_unlock_irq(&ch->lock);
	return 0;
}

/* Also called by the framework for a channel whose startup failed. */
static void mt3620_mbox_shutdown(struct mbox_chan *chan)
{
	struct mt3620_mbox_chan *ch = chan->con_priv;
	bool was_up;

	might_sleep();
	spin_lock_irq(&ch->lock);
	was_up = ch->up;
	if (was_up) {
		WRITE_ONCE(ch->up, false);
		irqs_off(ch);
	}
	spin_unlock_irq(&ch->lock);
	if (!was_up)
		return;

	/* From here nothing turns them on again or queues work. */
	free_irqs(ch, ch->nirqs);
	tasklet_kill(&ch->tasklet);
	cancel_delayed_work_sync(&ch->work);
	/*
	 * The framework takes the client away without waiting for its own timer,
	 * which may be about to call the client on another CPU.
	 */
	if (ch->type == MT3620_MBOX_SW)
		hrtimer_cancel(&chan->mbox->poll_hrt);
	acknowledge(ch);
}

static const struct mbox_chan_ops mt3620_mbox_fifo_ops = {
	.send_data = mt3620_mbox_send_fifo,
	.startup = mt3620_mbox_startup,
	.shutdown = mt3620_mbox_shutdown,
	.peek_data = mt3620_mbox_peek_data,
};

static const struct mbox_chan_ops mt3620_mbox_sw_ops = {
	.send_data = mt3620_mbox_send_sw,
	.startup = mt3620_mbox_startup,
	.shutdown = mt3620_mbox_shutdown,
	.last_tx_done = mt3620_mbox_last_tx_done,
	.peek_data = mt3620_mbox_peek_data,
};

u32 mt3620_mbox_peer_resets(struct mbox_chan *chan)
{
	struct mt3620_mbox_chan *ch;
	unsigned long flags;
	u32 n;

	if (IS_ERR_OR_NULL(chan) || chan->mbox->ops != &mt3620_mbox_sw_ops)
		return 0;
	ch = chan->con_priv;
	spin_lock_irqsave(&ch->lock, flags);
	look(ch);
	n = ch->stats[STAT_PEER_RESETS];
	spin_unlock_irqrestore(&ch->lock, flags);
	return n;
}
EXPORT_SYMBOL_GPL(mt3620_mbox_peer_resets);

static struct mbox_chan *mt3620_mbox_xlate(struct mbox_controller *ctrl,
					   const struct of_phandle_args *sp)
{
	struct mt3620_mbox *mbox = dev_get_drvdata(ctrl->dev);
	struct mt3620_mbox_chan *ch;

	if (sp->args_count != 1 || sp->args[0] >= mbox->nmbox) {
		if (ctrl == &mbox->fifo)
			dev_err(mbox->dev, "no such mailbox: \"mboxes\" takes 0 to %u\n",
				mbox->nmbox - 1);
		return ERR_PTR(-EINVAL);
	}
	ch = &mbox->mbox[sp->args[0]];
	/* The framework asks the right controller, as soon as that is registered. */
	if (ch->chan->mbox != ctrl)
		return ERR_PTR(-EPROBE_DEFER);
	return ch->chan;
}

/* Take the hardware away from everybody; used by sleep and by reboot. */
static void quiesce(struct mt3620_mbox *mbox)
{
	unsigned int i;

	for (i = 0; i < mbox->nmbox; i++) {
		struct mt3620_mbox_chan *ch = &mbox->mbox[i];

		spin_lock_irq(&ch->lock);
		WRITE_ONCE(ch->quiet, true);
		irqs_off(ch);
		spin_unlock_irq(&ch->lock);
		tasklet_kill(&ch->tasklet);
		cancel_delayed_work_sync(&ch->work);
	}
}

static int mt3620_mbox_suspend_noirq(struct device *dev)
{
	quiesce(dev_get_drvdata(dev));
	return 0;
}

/* The registers may have lost everything, so set up anew. */
static int mt3620_mbox_resume_noirq(struct device *dev)
{
	struct mt3620_mbox *mbox = dev_get_drvdata(dev);
	unsigned int i;

	for (i = 0; i < mbox->nmbox; i++) {
		struct mt3620_mbox_chan *ch = &mbox->mbox[i];

		spin_lock_irq(&ch->lock);
		WRITE_ONCE(ch->quiet, false);
		irqs_off(ch);
		if (is_live(ch)) {
			if (ch->sw_deferred) {
				writel(ch->sw_deferred, ch->regs + MT3620_SW_TX_INT_PORT);
				ch->sw_deferred = 0;
				ch->stats[STAT_SENT]++;
			}
			/* finds what came meanwhile, was popped or refused */
			start_irqs(ch);
		}
		spin_unlock_irq(&ch->lock);
	}
	return 0;
}

static const struct dev_pm_ops mt3620_mbox_pm = {
	NOIRQ_SYSTEM_SLEEP_PM_OPS(mt3620_mbox_suspend_noirq, mt3620_mbox_resume_noirq)
};

static void mt3620_mbox_platform_shutdown(struct platform_device *pdev)
{
	quiesce(platform_get_drvdata(pdev));
}

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf);

static struct device_attribute stat_attr[STATS] = {
	[STAT_RECEIVED] = __ATTR(received, 0444, stat_show, NULL),
	[STAT_SENT] = __ATTR(sent, 0444, stat_show, NULL),
	[STAT_FLUSHED] = __ATTR(flushed, 0444, stat_show, NULL),
	[STAT_FULL] = __ATTR(full, 0444, stat_show, NULL),
	[STAT_IDLE] = __ATTR(idle, 0444, stat_show, NULL),
	[STAT_THROTTLED] = __ATTR(throttled, 0444, stat_show, NULL),
	[STAT_PEER_RESETS] = __ATTR(peer_resets, 0444, stat_show, NULL),
};

/* One number per mailbox, in the order of their numbers in the device tree */
static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct mt3620_mbox *mbox = dev_get_drvdata(dev);
	unsigned int i;
	int len = 0;

	for (i = 0; i < mbox->nmbox; i++)
		len += sysfs_emit_at(buf, len, "%s%lu", i ? " " : "",
				     READ_ONCE(mbox->mbox[i].stats[attr - stat_attr]));
	return len + sysfs_emit_at(buf, len, "\n");
}

static struct attribute *mt3620_mbox_stat_attrs[] = {
	&stat_attr[STAT_RECEIVED].attr,
	&stat_attr[STAT_SENT].attr,
	&stat_attr[STAT_FLUSHED].attr,
	&stat_attr[STAT_FULL].attr,
	&stat_attr[STAT_IDLE].attr,
	&stat_attr[STAT_THROTTLED].attr,
	&stat_attr[STAT_PEER_RESETS].attr,
	NULL
};

static const struct attribute_group mt3620_mbox_stat_group = {
	.name = "statistics",
	.attrs = mt3620_mbox_stat_attrs,
};

static const struct attribute_group *mt3620_mbox_groups[] = {
	&mt3620_mbox_stat_group,
	NULL
};

/*
 * A device tree that does not fit is -ENODEV, not -EINVAL: with that the driver
 * core adds nothing, and the one line that says what to do stands alone.
 */

/* Read a property that must be there and lie between 1 and @max. */
static int read_count(struct device *dev, const char *name, u32 max, u32 usual, u32 *val)
{
	if (!device_property_present(dev, name))
		return dev_err_probe(dev, -ENODEV, "%s is missing: write %s = <%u>\n",
				     name, name, usual);
	if (device_property_read_u32(dev, name, val))
		return dev_err_probe(dev, -ENODEV, "%s is not one number: write %s = <%u>\n",
				     name, name, usual);
	if (*val < 1 || *val > max)
		return dev_err_probe(dev, -ENODEV, "%s is %u: write %s = <%u>\n",
				     name, *val, name, usual);
	return 0;
}

static int map_registers(struct platform_device *pdev, struct mt3620_mbox *mbox,
			 const struct mt3620_mbox_variant *variant, void __iomem **base)
{
	resource_size_t need = mbox->nchans * MT3620_STRIDE;
	struct device *dev = &pdev->dev;
	struct resource *res;
	u32 version;

	res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	if (!res)
		return dev_err_probe(dev, -ENODEV,
				     "reg is missing: write reg = <0x31000000 0x%llx>\n",
				     (u64)need);
	if (resource_size(res) < need)
		return dev_err_probe(dev, -ENODEV,
				     "reg covers 0x%llx bytes: %u channels take 0x%llx\n",
				     (u64)resource_size(res), mbox->nchans, (u64)need);
	*base = devm_ioremap_resource(dev, res);
	if (IS_ERR(*base))
		return PTR_ERR(*base);

	version = readl(*base + MT3620_VERSION);
	if (version != variant->version)
		return dev_err_probe(dev, -ENODEV,
				     "version word is 0x%08x, not 0x%08x: is reg the address of the mailbox?\n",
				     version, variant->version);
	return 0;
}

/* Two interrupts per channel, or three if software interrupts are there too */
static int count_irqs(struct platform_device *pdev, const struct mt3620_mbox *mbox,
		      unsigned int *per_channel)
{
	int n = platform_irq_count(pdev);

	if (n == mbox->nchans * MT3620_IRQS_ALL)
		*per_channel = MT3620_IRQS_ALL;
	else if (n == mbox->nchans * MT3620_IRQS_FIFO)
		*per_channel = MT3620_IRQS_FIFO;
	else if (n < 0)
		return dev_err_probe(&pdev->dev, n, "interrupts cannot be counted\n");
	else
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "%d usable interrupts: %u channels take %u (data available, data sent, software, per channel) or %u (without software)\n",
				     n, mbox->nchans, mbox->nchans * MT3620_IRQS_ALL,
				     mbox->nchans * MT3620_IRQS_FIFO);
	return 0;
}

static int add_irq(struct platform_device *pdev, struct mt3620_mbox_chan *ch, unsigned int i,
		   const char *what)
{
	int irq = platform_get_irq_optional(pdev, i);

	if (irq < 0)
		return dev_err_probe(&pdev->dev, irq,
				     "interrupt %u of mailbox %u (%s) is not usable\n",
				     i, ch->index, what);
	ch->irq_name[ch->nirqs] = devm_kasprintf(&pdev->dev, GFP_KERNEL, "%s %u %s",
						 dev_name(&pdev->dev), ch->index, what);
	if (!ch->irq_name[ch->nirqs])
		return -ENOMEM;
	ch->irq[ch->nirqs++] = irq;
	return 0;
}

static struct mt3620_mbox_chan *add_chan(struct mt3620_mbox *mbox, void __iomem *base,
					 unsigned int channel, enum mt3620_mbox_type type)
{
	struct mt3620_mbox_chan *ch = &mbox->mbox[mbox->nmbox];

	ch->mbox = mbox;
	ch->index = mbox->nmbox++;
	ch->type = type;
	ch->regs = base + channel * MT3620_STRIDE;
	ch->chan = type == MT3620_MBOX_SW ? &mbox->sw_chans[channel] : &mbox->fifo_chans[channel];
	/* known before the framework knows it, for mt3620_mbox_xlate() */
	ch->chan->mbox = type == MT3620_MBOX_SW ? &mbox->sw[channel] : &mbox->fifo;
	ch->chan->con_priv = ch;
	spin_lock_init(&ch->lock);
	INIT_DELAYED_WORK(&ch->work, mt3620_mbox_work);
	tasklet_setup(&ch->tasklet, mt3620_mbox_tasklet);
	return ch;
}

static int add_channel(struct platform_device *pdev, struct mt3620_mbox *mbox,
		       const struct mt3620_mbox_variant *variant, void __iomem *base,
		       unsigned int channel, unsigned int irqs)
{
	struct mt3620_mbox_chan *ch;
	int ret;

	ch = add_chan(mbox, base, channel, MT3620_MBOX_FIFO);
	ch->en = MT3620_INT_EN;
	ch->sts = MT3620_INT_STS;
	ch->events = variant->fifo_events;
	irqs_off(ch);
	ret = add_irq(pdev, ch, channel * irqs, "data available");
	if (ret)
		return ret;
	ret = add_irq(pdev, ch, channel * irqs + 1, "data sent");
	if (ret || irqs < MT3620_IRQS_ALL)
		return ret;

	ch = add_chan(mbox, base, channel, MT3620_MBOX_SW);
	ch->en = MT3620_SW_RX_INT_EN;
	ch->sts = MT3620_SW_RX_INT_STS;
	ch->events = MT3620_MBOX_SW_BITS;
	irqs_off(ch);
	return add_irq(pdev, ch, channel * irqs + 2, "software");
}

/*
 * INT_EN: the sources agree that its four bits are "peer wrote", "peer read",
 * "RX not empty" and "TX not full", but not on their order, and the union of what
 * they say of the first two is all four. Each event has an interrupt line of
 * its own and the other lines are not requested, so the two that behave like
 * levels disturb nobody when they are enabled too.
 */
static const struct mt3620_mbox_variant mt3620_variant = {
	.version = MT3620_VERSION_1,
	.fifo_events = 0xf,
};

static int register_fifos(struct mt3620_mbox *mbox)
{
	mbox->fifo.dev = mbox->dev;
	mbox->fifo.ops = &mt3620_mbox_fifo_ops;
	mbox->fifo.chans = mbox->fifo_chans;
	mbox->fifo.num_chans = mbox->nchans;
	mbox->fifo.txdone_irq = true;
	mbox->fifo.of_xlate = mt3620_mbox_xlate;
	return devm_mbox_controller_register(mbox->dev, &mbox->fifo);
}

static int register_sw(struct mt3620_mbox *mbox, unsigned int channel)
{
	struct mbox_controller *sw = &mbox->sw[channel];

	sw->dev = mbox->dev;
	sw->ops = &mt3620_mbox_sw_ops;
	sw->chans = &mbox->sw_chans[channel];
	sw->num_chans = 1;
	sw->txdone_poll = true;
	sw->txpoll_period = 1;
	sw->of_xlate = mt3620_mbox_xlate;
	return devm_mbox_controller_register(mbox->dev, sw);
}

static int mt3620_mbox_probe(struct platform_device *pdev)
{
	const struct mt3620_mbox_variant *variant;
	struct device *dev = &pdev->dev;
	struct mt3620_mbox *mbox;
	unsigned int i, irqs;
	void __iomem *base;
	u32 cells;
	int ret;

	mbox = devm_kzalloc(dev, sizeof(*mbox), GFP_KERNEL);
	if (!mbox)
		return -ENOMEM;
	mbox->dev = dev;
	platform_set_drvdata(pdev, mbox);
	variant = device_get_match_data(dev) ?: &mt3620_variant;

	ret = read_count(dev, "#mbox-cells", 1, 1, &cells);
	if (ret)
		return ret;
	ret = read_count(dev, "mailbox-channel-count", MT3620_CHANNELS, MT3620_CHANNELS,
			 &mbox->nchans);
	if (ret)
		return ret;
	ret = read_count(dev, "mailbox-max-fifo-count", MT3620_FIFO_DEPTH, MT3620_FIFO_DEPTH,
			 &mbox->depth);
	if (ret)
		return ret;
	ret = count_irqs(pdev, mbox, &irqs);
	if (ret)
		return ret;
	ret = map_registers(pdev, mbox, variant, &base);
	if (ret)
		return ret;
	for (i = 0; i < mbox->nchans; i++) {
		ret = add_channel(pdev, mbox, variant, base, i, irqs);
		if (ret)
			return ret;
	}

	ret = register_fifos(mbox);
	if (ret)
		return dev_err_probe(dev, ret, "FIFOs cannot be registered\n");
	for (i = 0; i < mbox->nchans && irqs == MT3620_IRQS_ALL; i++) {
		ret = register_sw(mbox, i);
		if (ret)
			return dev_err_probe(dev, ret,
					     "software interrupts cannot be registered\n");
	}
	return 0;
}

static const struct of_device_id mt3620_mbox_of_match[] = {
	{ .compatible = "mediatek,mt3620-mailbox", .data = &mt3620_variant },
	{ }
};
MODULE_DEVICE_TABLE(of, mt3620_mbox_of_match);

static struct platform_driver mt3620_mbox_driver = {
	.probe = mt3620_mbox_probe,
	.shutdown = mt3620_mbox_platform_shutdown,
	.driver = {
		.name = "mt3620-mailbox",
		.of_match_table = mt3620_mbox_of_match,
		.pm = pm_sleep_ptr(&mt3620_mbox_pm),
		.dev_groups = mt3620_mbox_groups,
	},
};
module_platform_driver(mt3620_mbox_driver);

MODULE_DESCRIPTION("MediaTek MT3620 mailbox controller");
MODULE_LICENSE("GPL");
