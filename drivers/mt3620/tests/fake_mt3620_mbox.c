// SPDX-License-Identifier: GPL-2.0-only
/*
 * Software model of the MT3620 mailbox block as the Cortex-A7 sees it, for KUnit
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/ioport.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/logic_iomem.h>
#include <linux/string.h>

#include "fake_mt3620_mbox.h"

static struct fake_mbox fake = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(fake.lock),
	.endless = -1,
	.sw_endless = -1,
};

/* bit number of each event; line order in the device tree: WR, RD, software */
static const u8 orders[FAKE_ORDERS][FAKE_EVENTS] = {
	[FAKE_ORDER_LINUX] = { [FAKE_WR] = 0, [FAKE_RD] = 1, [FAKE_NE] = 2, [FAKE_NF] = 3 },
	[FAKE_ORDER_MTK] = { [FAKE_NE] = 0, [FAKE_WR] = 1, [FAKE_NF] = 2, [FAKE_RD] = 3 },
	[FAKE_ORDER_CTL] = { [FAKE_RD] = 0, [FAKE_NF] = 1, [FAKE_WR] = 2, [FAKE_NE] = 3 },
};

/**
 * fake_mbox_bit() - mask of an event in INT_EN and INT_STS
 * @f: model
 * @e: event
 *
 * Return: a word with one bit set.
 */
u32 fake_mbox_bit(const struct fake_mbox *f, enum fake_mbox_event e)
{
	return BIT(orders[f->order][e]);
}

static void misuse(struct fake_mbox *f, unsigned int ch, const char *what, u32 val)
{
	if (!f->misuse++)
		snprintf(f->misuse_what, sizeof(f->misuse_what), "channel %u: %s (0x%x)",
			 ch, what, val);
}

static void push(struct fake_mbox_fifo *q, struct mt3620_mbox_msg m)
{
	q->e[(q->head + q->n++) % FAKE_MBOX_DEPTH] = m;
}

static struct mt3620_mbox_msg shift(struct fake_mbox_fifo *q)
{
	struct mt3620_mbox_msg m = q->e[q->head];

	q->head = (q->head + 1) % FAKE_MBOX_DEPTH;
	q->n--;
	return m;
}

static u32 status(const struct fake_mbox *f, const struct fake_mbox_chan *c)
{
	u32 sts = c->sts;

	if (c->rx.n)
		sts |= fake_mbox_bit(f, FAKE_NE);
	if (c->tx.n < FAKE_MBOX_DEPTH)
		sts |= fake_mbox_bit(f, FAKE_NF);
	return sts;
}

/*
 * Interrupts are edges, so @edges collects them under the lock and they are raised
 * after it. NE, NF and the common line have numbers that nobody requests.
 */
static void event(struct fake_mbox *f, struct fake_mbox_chan *c, enum fake_mbox_event e,
		  unsigned long *edges)
{
	u32 bit = fake_mbox_bit(f, e);
	unsigned int line = e == FAKE_WR ? 0 : 1;

	if (f->pulse && !(c->sts & bit) && (c->en & bit))
		*edges |= BIT(3 * (c - f->ch) + line);
	c->sts |= bit;
}

static void update_lines(struct fake_mbox *f, struct fake_mbox_chan *c, unsigned long *edges)
{
	bool level[3] = {
		c->sts & c->en & fake_mbox_bit(f, FAKE_WR),
		c->sts & c->en & fake_mbox_bit(f, FAKE_RD),
		c->sw_sts & c->sw_en,
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (level[i] && !c->line[i] && !(f->pulse && i < 2))
			*edges |= BIT(3 * (c - f->ch) + i);
		c->line[i] = level[i];
	}
}

/**
 * fake_mbox_raise() - make an edge on an interrupt line, whatever the reason
 * @f: model
 * @irq: line, in device tree order
 */
void fake_mbox_raise(struct fake_mbox *f, unsigned int irq)
{
	if (f->irq[irq] > 0)
		irq_set_irqchip_state(f->irq[irq], IRQCHIP_STATE_PENDING, true);
}

static void raise_edges(struct fake_mbox *f, unsigned long edges)
{
	unsigned int i;

	for_each_set_bit(i, &edges, FAKE_MBOX_IRQS)
		fake_mbox_raise(f, i);
}

static unsigned long fake_read(void *priv, unsigned int off, int size)
{
	struct fake_mbox *f = priv;
	unsigned int nr = off / FAKE_MBOX_STRIDE;
	struct fake_mbox_chan *c = &f->ch[nr];
	unsigned long flags, edges = 0;
	bool endless;
	u32 val = 0;

	raw_spin_lock_irqsave(&f->lock, flags);
	f->accesses++;
	endless = f->endless == nr;
	if (size != 4)
		misuse(f, nr, "read is not 32 bits wide", off);

	switch (off % FAKE_MBOX_STRIDE) {
	case FAKE_VERSION:
		val = f->version;
		break;
	case FAKE_SW_RX_INT_EN:
		f->sw_accesses++;
		val = f->sw_en_hidden ? 0 : c->sw_en;
		break;
	case FAKE_SW_RX_INT_STS:
		f->sw_accesses++;
		val = c->sw_sts;
		break;
	case FAKE_INT_EN:
		val = c->en;
		break;
	case FAKE_INT_STS:
		val = status(f, c);
		c->seen = val;
		break;
	case FAKE_POST_CNT:
		val = f->bad_count ?: c->tx.n;
		break;
	case FAKE_POP_CNT:
		val = f->bad_count ?: endless ? FAKE_MBOX_DEPTH : c->rx.n;
		break;
	case FAKE_DATA_POP:
		c->data_read = true;
		val = c->rx.n ? c->rx.e[c->rx.head].data : ~c->popped;
		break;
	case FAKE_CMD_POP:
		if (!c->data_read)
			misuse(f, nr, "command popped before its data was read", off);
		c->data_read = false;
		if (c->rx.n)
			val = shift(&c->rx).cmd;
		else if (endless || f->bad_count)
			val = c->popped;
		else
			misuse(f, nr, "pop of an empty FIFO", off);
		c->popped++;
		break;
	default:
		misuse(f, nr, "read of a register that is write only or unknown", off);
	}
	update_lines(f, c, &edges);
	raw_spin_unlock_irqrestore(&f->lock, flags);
	raise_edges(f, edges);
	return val;
}

static void fake_write(void *priv, unsigned int off, int size, unsigned long value)
{
	struct fake_mbox *f = priv;
	unsigned int nr = off / FAKE_MBOX_STRIDE;
	struct fake_mbox_chan *c = &f->ch[nr];
	unsigned long flags, edges = 0;
	struct mt3620_mbox_msg m;
	u32 val = value;

	if (f->before_write)
		f->before_write(f, nr, off % FAKE_MBOX_STRIDE, val);

	raw_spin_lock_irqsave(&f->lock, flags);
	f->accesses++;
	if (size != 4)
		misuse(f, nr, "write is not 32 bits wide", off);

	switch (off % FAKE_MBOX_STRIDE) {
	case FAKE_SW_TX_INT_PORT:
		f->sw_accesses++;
		if (val & ~0xffU)
			misuse(f, nr, "software interrupt that does not exist", val);
		c->sw_out |= val;
		break;
	case FAKE_SW_RX_INT_EN:
		f->sw_accesses++;
		c->sw_en = val & 0xff;
		break;
	case FAKE_SW_RX_INT_STS:
		f->sw_accesses++;
		c->sw_sts &= ~val;
		update_lines(f, c, &edges);
		if (f->sw_endless == nr)
			c->sw_sts |= 1;
		break;
	case FAKE_INT_EN:
		c->en = val & 0xf;
		break;
	case FAKE_INT_STS:
		if (val != c->seen)
			misuse(f, nr, "acknowledged other bits than were read", val);
		c->sts &= ~val;
		break;
	case FAKE_DATA_POST:
		c->latch = val;
		break;
	case FAKE_CMD_POST:
		m.data = c->latch;
		m.cmd = val;
		c->posted++;
		if (c->tx.n == FAKE_MBOX_DEPTH) {
			misuse(f, nr, "post to a full FIFO", val);
			break;
		}
		push(&c->tx, m);
		if (f->echo && c->rx.n < FAKE_MBOX_DEPTH) {
			push(&c->rx, shift(&c->tx));
			event(f, c, FAKE_RD, &edges);
			event(f, c, FAKE_WR, &edges);
		}
		break;
	default:
		misuse(f, nr, "write of a register that is read only or not for Linux", off);
	}
	update_lines(f, c, &edges);
	raw_spin_unlock_irqrestore(&f->lock, flags);
	raise_edges(f, edges);
}

static const struct logic_iomem_ops fake_ops = {
	.read = fake_read,
	.write = fake_write,
};

static long fake_map(unsigned long offset, size_t size, const struct logic_iomem_ops **ops,
		     void **priv)
{
	*ops = &fake_ops;
	*priv = &fake;
	return offset;
}

static const struct logic_iomem_region_ops fake_region_ops = { .map = fake_map };

static struct resource fake_region = {
	.name = "fake mt3620 mailbox",
	.start = FAKE_MBOX_BASE,
	.end = FAKE_MBOX_BASE + FAKE_MBOX_SIZE - 1,
	.flags = IORESOURCE_MEM,
};

/**
 * fake_mbox_get() - the model, at FAKE_MBOX_BASE
 *
 * The region can be added only once and never be removed.
 *
 * Return: the model, or NULL when its addresses are not free.
 */
struct fake_mbox *fake_mbox_get(void)
{
	static bool added;

	if (!added && logic_iomem_add_region(&fake_region, &fake_region_ops))
		return NULL;
	added = true;
	return &fake;
}

/**
 * fake_mbox_power_on() - all registers, FIFOs and switches as after power on
 * @f: model; the interrupts stay
 */
void fake_mbox_power_on(struct fake_mbox *f)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->lock, flags);
	memset(f->ch, 0, sizeof(f->ch));
	f->version = 0x36200000;
	f->order = FAKE_ORDER_MTK;
	f->pulse = false;
	f->echo = false;
	f->endless = -1;
	f->sw_endless = -1;
	f->bad_count = 0;
	f->sw_en_hidden = false;
	f->accesses = 0;
	f->sw_accesses = 0;
	f->misuse = 0;
	f->misuse_what[0] = '\0';
	f->before_write = NULL;
	raw_spin_unlock_irqrestore(&f->lock, flags);
}

/**
 * fake_mbox_peer_post() - the peer pushes an entry
 * @f: model
 * @ch: hardware channel
 * @data: data word
 * @cmd: command word
 *
 * Return: false if the FIFO was full.
 */
bool fake_mbox_peer_post(struct fake_mbox *f, unsigned int ch, u32 data, u32 cmd)
{
	struct fake_mbox_chan *c = &f->ch[ch];
	unsigned long flags, edges = 0;
	bool room;

	raw_spin_lock_irqsave(&f->lock, flags);
	room = c->rx.n < FAKE_MBOX_DEPTH;
	if (room) {
		push(&c->rx, (struct mt3620_mbox_msg){ .data = data, .cmd = cmd });
		event(f, c, FAKE_WR, &edges);
		update_lines(f, c, &edges);
	}
	raw_spin_unlock_irqrestore(&f->lock, flags);
	raise_edges(f, edges);
	return room;
}

/**
 * fake_mbox_peer_pop() - the peer takes an entry
 * @f: model
 * @ch: hardware channel
 * @msg: where it goes
 *
 * Return: false if there was none.
 */
bool fake_mbox_peer_pop(struct fake_mbox *f, unsigned int ch, struct mt3620_mbox_msg *msg)
{
	struct fake_mbox_chan *c = &f->ch[ch];
	unsigned long flags, edges = 0;
	bool some;

	raw_spin_lock_irqsave(&f->lock, flags);
	some = c->tx.n;
	if (some) {
		*msg = shift(&c->tx);
		event(f, c, FAKE_RD, &edges);
		update_lines(f, c, &edges);
	}
	raw_spin_unlock_irqrestore(&f->lock, flags);
	raise_edges(f, edges);
	return some;
}

/**
 * fake_mbox_peer_sw() - the peer raises software interrupts
 * @f: model
 * @ch: hardware channel
 * @bits: which
 */
void fake_mbox_peer_sw(struct fake_mbox *f, unsigned int ch, u32 bits)
{
	unsigned long flags, edges = 0;

	raw_spin_lock_irqsave(&f->lock, flags);
	f->ch[ch].sw_sts |= bits;
	update_lines(f, &f->ch[ch], &edges);
	raw_spin_unlock_irqrestore(&f->lock, flags);
	raise_edges(f, edges);
}

/**
 * fake_mbox_peer_take_sw() - the peer handles its software interrupts
 * @f: model
 * @ch: hardware channel
 *
 * Return: the ones that were pending.
 */
u32 fake_mbox_peer_take_sw(struct fake_mbox *f, unsigned int ch)
{
	unsigned long flags;
	u32 bits;

	raw_spin_lock_irqsave(&f->lock, flags);
	bits = f->ch[ch].sw_out;
	f->ch[ch].sw_out = 0;
	raw_spin_unlock_irqrestore(&f->lock, flags);
	return bits;
}

/**
 * fake_mbox_reset_both() - the peer resets both ends of a channel
 * @f: model
 * @ch: hardware channel
 */
void fake_mbox_reset_both(struct fake_mbox *f, unsigned int ch)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->lock, flags);
	memset(&f->ch[ch], 0, sizeof(f->ch[ch]));
	raw_spin_unlock_irqrestore(&f->lock, flags);
}

/**
 * fake_mbox_left_behind() - entries of a former owner that the peer did not take
 * @f: model
 * @ch: hardware channel
 * @n: how many; their words count from 0
 */
void fake_mbox_left_behind(struct fake_mbox *f, unsigned int ch, unsigned int n)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&f->lock, flags);
	for (i = 0; i < n; i++)
		push(&f->ch[ch].tx, (struct mt3620_mbox_msg){ .data = i, .cmd = i });
	raw_spin_unlock_irqrestore(&f->lock, flags);
}
