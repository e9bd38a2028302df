/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Software model of the MT3620 mailbox block as the Cortex-A7 sees it, for KUnit
 *
 * Written from the description of the hardware, not from the driver.
 */
#ifndef _FAKE_MT3620_MBOX_H
#define _FAKE_MT3620_MBOX_H

#include <linux/mt3620/mailbox.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define FAKE_MBOX_BASE		0x31000000UL
#define FAKE_MBOX_SIZE		0x30000UL
#define FAKE_MBOX_STRIDE	0x10000U
#define FAKE_MBOX_CHANNELS	3
#define FAKE_MBOX_DEPTH		15
#define FAKE_MBOX_IRQS		(3 * FAKE_MBOX_CHANNELS)

#define FAKE_VERSION		0x00
#define FAKE_SW_TX_INT_PORT	0x14
#define FAKE_SW_RX_INT_EN	0x18
#define FAKE_SW_RX_INT_STS	0x1c
#define FAKE_INT_EN		0x38
#define FAKE_INT_STS		0x3c
#define FAKE_CMD_POST		0x40
#define FAKE_DATA_POST		0x44
#define FAKE_POST_CNT		0x48
#define FAKE_CMD_POP		0x50
#define FAKE_DATA_POP		0x54
#define FAKE_POP_CNT		0x58

/**
 * enum fake_mbox_event - what INT_EN and INT_STS have a bit for
 * @FAKE_RD: peer read
 * @FAKE_NF: transmit FIFO not full
 * @FAKE_WR: peer wrote
 * @FAKE_NE: receive FIFO not empty
 * @FAKE_EVENTS: how many there are
 */
enum fake_mbox_event { FAKE_RD, FAKE_NF, FAKE_WR, FAKE_NE, FAKE_EVENTS };

/**
 * enum fake_mbox_order - published orders of those bits
 * @FAKE_ORDER_LINUX: as in the original Linux driver
 * @FAKE_ORDER_MTK: as in MediaTek's M4 SDK
 * @FAKE_ORDER_CTL: as in Codethink's M4 drivers
 * @FAKE_ORDERS: how many there are
 */
enum fake_mbox_order { FAKE_ORDER_LINUX, FAKE_ORDER_MTK, FAKE_ORDER_CTL, FAKE_ORDERS };

/**
 * struct fake_mbox_fifo - one direction
 * @e: entries, oldest first from @head
 * @head: index of the oldest
 * @n: entries
 */
struct fake_mbox_fifo {
	struct mt3620_mbox_msg e[FAKE_MBOX_DEPTH];
	unsigned int head;
	unsigned int n;
};

/**
 * struct fake_mbox_chan - one hardware channel
 * @rx: to the A7
 * @tx: to the peer
 * @latch: DATA_POST
 * @data_read: DATA_POP was read for the head entry
 * @en: INT_EN
 * @sts: event bits of INT_STS
 * @seen: INT_STS at the last read
 * @sw_en: SW_RX_INT_EN
 * @sw_sts: SW_RX_INT_STS
 * @sw_out: software interrupts pending at the peer
 * @line: levels of the interrupt lines, in device tree order
 * @popped: entries the A7 took
 * @posted: entries the A7 pushed
 */
struct fake_mbox_chan {
	struct fake_mbox_fifo rx;
	struct fake_mbox_fifo tx;
	u32 latch;
	bool data_read;
	u32 en;
	u32 sts;
	u32 seen;
	u32 sw_en;
	u32 sw_sts;
	u32 sw_out;
	bool line[3];
	unsigned int popped;
	unsigned int posted;
};

/**
 * struct fake_mbox - the block
 * @lock: protects everything below
 * @ch: channels
 * @version: VERSION word of all channels
 * @order: order of the bits in INT_EN and INT_STS
 * @pulse: a line is a pulse at the event, not the and of status and enable
 * @echo: the peers take each entry at once and send it back
 * @endless: channel whose receive FIFO never runs empty, or -1
 * @sw_endless: channel whose software interrupts come again when acknowledged, or -1
 * @bad_count: what POST_CNT and POP_CNT show instead of the truth, if not 0
 * @sw_en_hidden: SW_RX_INT_EN reads as 0, whatever was written
 * @irq: Linux interrupt of each line, in device tree order, 0 for none
 * @accesses: register accesses so far
 * @sw_accesses: of these, to the software interrupt registers
 * @misuse: accesses that the hardware does not define
 * @misuse_what: the first of them
 * @before_write: called before a write takes effect, without the lock
 * @priv: for @before_write
 */
struct fake_mbox {
	raw_spinlock_t lock;	/* see above */
	struct fake_mbox_chan ch[FAKE_MBOX_CHANNELS];
	u32 version;
	enum fake_mbox_order order;
	bool pulse;
	bool echo;
	int endless;
	int sw_endless;
	u32 bad_count;
	bool sw_en_hidden;
	int irq[FAKE_MBOX_IRQS];
	unsigned int accesses;
	unsigned int sw_accesses;
	unsigned int misuse;
	char misuse_what[80];
	void (*before_write)(struct fake_mbox *f, unsigned int ch, unsigned int reg, u32 val);
	void *priv;
};

struct fake_mbox *fake_mbox_get(void);
void fake_mbox_power_on(struct fake_mbox *f);
u32 fake_mbox_bit(const struct fake_mbox *f, enum fake_mbox_event e);
bool fake_mbox_peer_post(struct fake_mbox *f, unsigned int ch, u32 data, u32 cmd);
bool fake_mbox_peer_pop(struct fake_mbox *f, unsigned int ch, struct mt3620_mbox_msg *msg);
void fake_mbox_peer_sw(struct fake_mbox *f, unsigned int ch, u32 bits);
u32 fake_mbox_peer_take_sw(struct fake_mbox *f, unsigned int ch);
void fake_mbox_reset_both(struct fake_mbox *f, unsigned int ch);
void fake_mbox_raise(struct fake_mbox *f, unsigned int irq);
void fake_mbox_left_behind(struct fake_mbox *f, unsigned int ch, unsigned int n);

#endif
