/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MediaTek MT3620 mailbox: what a mailbox client needs to know
 */
#ifndef __LINUX_MT3620_MAILBOX_H
#define __LINUX_MT3620_MAILBOX_H

#include <linux/types.h>

struct mbox_chan;

/**
 * DOC: MT3620 mailbox clients
 *
 * The mailbox block joins the Cortex-A7 with Pluton (hardware channel 0) and
 * with the two real-time cores (hardware channels 1 and 2). Each hardware
 * channel has a FIFO of 15 entries per direction, and eight software interrupts
 * per direction. A client asks for them through the mailbox framework; the one
 * cell in its "mboxes" property is
 *
 * * 2 * channel for the FIFO and 2 * channel + 1 for the software interrupts,
 *   where the device tree gives nine interrupts to the mailbox, or
 * * the channel, for its FIFO, where it gives the older six.
 *
 * Use mt3620_mbox_index() rather than a literal where an index is computed.
 * A channel has one client at a time; the second request gets %-EBUSY. The
 * client's device must be bound to a driver when it asks: a device link then
 * makes sure that the client goes before the controller does. %-EPROBE_DEFER
 * means that the controller is not there yet, or is just going.
 *
 * **Sending.** mbox_send_message() takes a pointer to &struct mt3620_mbox_msg.
 * The message stays the client's: the controller reads it when it posts and
 * never frees it. It must stay valid until @tx_done has been called for it, or
 * mbox_free_channel() has returned. A blocking send that ended with %-ETIME is
 * no such end when the peer's FIFO was full: the framework may still hold the
 * pointer. So a message does not belong on the stack of a caller that can time
 * out.
 *
 * * FIFO: both words go to the peer, zero or not, as one entry. Stores to
 *   memory before mbox_send_message() are visible to the peer before the entry
 *   is. @tx_done reports 0 once the peer has taken the entry out of the FIFO.
 *   A full FIFO is no error for the sender: the message waits in the
 *   framework's queue and is posted when the peer has made room. Leave
 *   @knows_txdone false. Without an answer from the peer nothing completes, so
 *   a blocking client sets @tx_tout.
 * * Software interrupts: bits 0 to 7 of @cmd are raised at the peer, @data and
 *   the other bits are ignored; bits that the peer has not handled yet merge.
 *   Raising never waits. Either leave @knows_txdone false, then the framework
 *   completes the message from its timer interrupt, where @tx_done is called
 *   then; or, cheaper, set @knows_txdone and call mbox_client_txdone(chan, 0)
 *   after each mbox_send_message() that succeeded.
 *
 * **Receiving.** @rx_callback gets a pointer to a &struct mt3620_mbox_msg that is
 * valid during the call only. From a FIFO it holds one entry of the peer, both
 * words; from the software interrupts it holds the pending bits in @cmd (1 to
 * 0xff, already acknowledged, so a bit raised during the call comes again) and 0
 * in @data. What the peer stored in memory before it posted is visible. Both words
 * are the peer's and so are to be checked like any other input.
 *
 * **Context.** @rx_callback and the @tx_done of a FIFO run in a worker of the
 * kernel, in process context, with interrupts enabled and no lock held. The
 * @rx_callback of software interrupts runs in a tasklet, or in the worker: it must
 * not sleep, and should leave long work to others. All run one at a time and in order
 * per channel. Different channels run side by side on several CPUs. The framework
 * also allows @tx_done from the sender's context, so it should not sleep either.
 * Sending from inside them is fine. mbox_free_channel() of the same channel is
 * not: it waits for them.
 *
 * **Start.** What waited in a FIFO when the client asked for the channel was
 * meant for somebody else; it is dropped and counted. Entries that the former
 * owner posted and the peer has not taken cannot be called back.
 *
 * **Lost interrupts.** A peer can reset both ends of its channel, which clears the
 * FIFOs and our interrupt enables and says nothing. Every send turns them on again,
 * and so does mbox_client_peek_data(), which also looks for entries and for
 * completions that nobody announced: an entry that the reset took out of the FIFO
 * counts as taken by the peer. Call it when a reply is overdue; it may be called
 * from any context. mt3620_mbox_peer_resets() tells of such resets, if the software
 * interrupts of the channel are the client's too.
 */

/**
 * struct mt3620_mbox_msg - one mailbox message
 * @data: data word of a FIFO entry; ignored (sending) or 0 (receiving) with
 *	software interrupts
 * @cmd: command word of a FIFO entry, or software interrupts, bit n for
 *	interrupt n
 *
 * In the CPU's byte order.
 */
struct mt3620_mbox_msg {
	u32 data;
	u32 cmd;
};

/**
 * enum mt3620_mbox_type - the two parts of a hardware channel
 * @MT3620_MBOX_FIFO: FIFO of command and data words
 * @MT3620_MBOX_SW: software interrupts
 */
enum mt3620_mbox_type {
	MT3620_MBOX_FIFO = 0,
	MT3620_MBOX_SW = 1,
};

/* software interrupts of a channel, per direction */
#define MT3620_MBOX_SW_BITS	0xffU

/**
 * mt3620_mbox_index() - mailbox index of one part of a hardware channel
 * @channel: hardware channel: 0 Pluton, 1 and 2 the real-time cores
 * @type: FIFO or software interrupts
 *
 * Holds for a mailbox with nine interrupts; with six, the index is the channel.
 *
 * Return: the cell for the "mboxes" property.
 */
static inline unsigned int mt3620_mbox_index(unsigned int channel, enum mt3620_mbox_type type)
{
	return 2 * channel + type;
}

/**
 * mt3620_mbox_peer_resets() - how often has the peer reset both ends of its channel?
 * @chan: channel of the software interrupts, held by the caller
 *
 * Looks first, and repairs what a reset has taken away: interrupts are on again, and
 * what was raised meanwhile is delivered. A reset that happens while an interrupt of
 * the channel is being handled is not seen; nor are any on hardware whose enable
 * register does not read as it was written.
 *
 * Context: Any.
 * Return: resets since the mailbox was probed; 0 for a channel of another driver, and
 * for a FIFO.
 */
u32 mt3620_mbox_peer_resets(struct mbox_chan *chan);

#endif /* __LINUX_MT3620_MAILBOX_H */
