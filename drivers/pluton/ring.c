// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots of a ring block
 *
 * A slot is one of the 16 buffers for messages that we begin. Each is known
 * twice: in the ring block, where Pluton may write whatever it likes, and here.
 * Only what stands here decides; the one thing that is asked of the ring block is
 * "available", and it can only make a slot less usable.
 *
 *              get, fill                 answer accepted
 *      FREE ---------------> BUSY --------------------------> FREE
 *       ^                     | nobody waits any more     (or OWED, if Pluton
 *       |     late answer     v                            has not marked it
 *       +------------------ PARKED                         available yet)
 *
 * In which half of the buffers Pluton answers is not published, so both are
 * taken. If in ours, marking the buffer available gives the slot back. If in
 * Pluton's, then Pluton gives the slot back itself, at any time; until then it is
 * OWED. PARKED slots come back with their late answer, or go with the block.
 *
 * The caller holds the device's lock, everywhere.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/math.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

static bool is_available(const struct pluton_ring *ring, unsigned int slot)
{
	return READ_ONCE(ring->block->entry[PLUTON_M4_BUFFERS + slot].available) == 1;
}

static void set_available(struct pluton_ring *ring, unsigned int index, u8 available)
{
	WRITE_ONCE(ring->block->entry[index].available, available);
}

/**
 * pluton_ring_init() - everything is free, here and in the ring block
 * @ring: its block and address are set
 */
void pluton_ring_init(struct pluton_ring *ring)
{
	pluton_block_init(ring->block, ring->addr);
	bitmap_zero(ring->owed, 256);
	memset(ring->slot, 0, sizeof(ring->slot));
	/* so that the first to be used is slot 0, as ever */
	ring->last = PLUTON_A7_BUFFERS - 1;
}

/**
 * pluton_ring_retire() - take out of use; remember what Pluton might still answer
 * @ring: has no request that somebody waits for
 */
void pluton_ring_retire(struct pluton_ring *ring)
{
	unsigned int i;

	for (i = 0; i < PLUTON_A7_BUFFERS; i++)
		if (ring->slot[i].state == PLUTON_SLOT_PARKED)
			set_bit(ring->slot[i].seq, ring->owed);
	memset(ring->slot, 0, sizeof(ring->slot));
}

/* Slots that Pluton has given back meanwhile become free. */
static bool is_usable(struct pluton_ring *ring, unsigned int slot)
{
	struct pluton_slot *s = &ring->slot[slot];

	if (s->unsent || (s->state != PLUTON_SLOT_FREE && s->state != PLUTON_SLOT_OWED))
		return false;
	if (!is_available(ring, slot))
		return false;
	s->state = PLUTON_SLOT_FREE;
	return true;
}

/**
 * pluton_ring_get() - find a slot that is free
 * @ring: the ring
 *
 * One after the other, so that a buffer rests as long as can be; but one that is
 * stuck does not hold up the others.
 *
 * Return: the slot, or -1. It is not taken before pluton_ring_fill().
 */
int pluton_ring_get(struct pluton_ring *ring)
{
	unsigned int i;

	for (i = 1; i <= PLUTON_A7_BUFFERS; i++) {
		unsigned int slot = (ring->last + i) % PLUTON_A7_BUFFERS;

		if (is_usable(ring, slot))
			return slot;
	}
	return -1;
}

/**
 * pluton_ring_poll() - look which slots Pluton has given back
 * @ring: the ring
 */
void pluton_ring_poll(struct pluton_ring *ring)
{
	unsigned int i;

	for (i = 0; i < PLUTON_A7_BUFFERS; i++)
		is_usable(ring, i);
}

/**
 * pluton_ring_owed() - may Pluton give a slot back without an answer?
 * @ring: has no slot that can be used
 *
 * Return: true if it is worth to look again.
 */
bool pluton_ring_owed(const struct pluton_ring *ring)
{
	unsigned int i;

	for (i = 0; i < PLUTON_A7_BUFFERS; i++)
		if (ring->slot[i].state == PLUTON_SLOT_FREE ||
		    ring->slot[i].state == PLUTON_SLOT_OWED)
			return true;
	return false;
}

/**
 * pluton_ring_fill() - take a slot, write a request into it
 * @ring: the ring
 * @slot: from pluton_ring_get()
 * @seq: sequence number
 * @cmd: command
 * @payload: the request, of the length that the command has
 */
void pluton_ring_fill(struct pluton_ring *ring, unsigned int slot, u8 seq,
		      const struct pluton_command *cmd, const void *payload)
{
	struct pluton_word w = {
		.version = PLUTON_PROTOCOL,
		.seq = seq,
		.cmd = cmd->id,
		.index = PLUTON_M4_BUFFERS + slot,
	};
	struct pluton_slot *s = &ring->slot[slot];

	memset(s, 0, sizeof(*s));
	s->state = PLUTON_SLOT_BUSY;
	s->seq = seq;
	s->cmd = cmd;
	s->msg.cmd = pluton_word_pack(&w);
	ring->last = slot;
	/* the barrier that makes these visible is the transport's */
	set_available(ring, w.index, 0);
	pluton_message_write(&ring->block->buffer[w.index], payload, cmd->request_len);
}

/**
 * pluton_ring_unget() - give a slot back whose request was not sent
 * @ring: the ring
 * @slot: from pluton_ring_fill()
 */
void pluton_ring_unget(struct pluton_ring *ring, unsigned int slot)
{
	memset(&ring->slot[slot], 0, sizeof(ring->slot[slot]));
	pluton_ring_release(ring, PLUTON_M4_BUFFERS + slot);
}

/**
 * pluton_ring_find() - whose answer would that be?
 * @ring: the ring
 * @seq: sequence number of the answer
 *
 * Return: the slot, BUSY, PARKED or OWED, or NULL.
 */
struct pluton_slot *pluton_ring_find(struct pluton_ring *ring, u8 seq)
{
	unsigned int i;

	if (!seq)
		return NULL;
	for (i = 0; i < PLUTON_A7_BUFFERS; i++)
		if (ring->slot[i].state != PLUTON_SLOT_FREE && ring->slot[i].seq == seq)
			return &ring->slot[i];
	return NULL;
}

/**
 * pluton_ring_has_seq() - might Pluton still answer with this sequence number?
 * @ring: in use or not
 * @seq: the number
 *
 * Return: true if it must not be used for something else.
 */
bool pluton_ring_has_seq(const struct pluton_ring *ring, u8 seq)
{
	return test_bit(seq, ring->owed) || pluton_ring_find((struct pluton_ring *)ring, seq);
}

/**
 * pluton_ring_release() - give a buffer back
 * @ring: the ring
 * @index: which one, below %PLUTON_BUFFERS
 */
void pluton_ring_release(struct pluton_ring *ring, unsigned int index)
{
	/* Pluton may write from here, so what we read and wrote has to be done */
	mb();
	set_available(ring, index, 1);
}

/**
 * pluton_ring_wipe() - clear a message that was read
 * @ring: the ring
 * @index: which buffer, below %PLUTON_BUFFERS
 * @len: length of the payload that was read
 *
 * Nothing of it stays in memory that is shared. And a Pluton that announces an
 * answer without writing one has a message of length zero in its buffer, which
 * is the answer to no command.
 */
void pluton_ring_wipe(struct pluton_ring *ring, unsigned int index, size_t len)
{
	memset(&ring->block->buffer[index], 0,
	       offsetof(struct pluton_message, payload) + round_up(len, 4));
}

/**
 * pluton_ring_answered() - a slot's request was answered
 * @ring: the ring
 * @slot: whose
 */
void pluton_ring_answered(struct pluton_ring *ring, struct pluton_slot *slot)
{
	slot->req = NULL;
	slot->state = PLUTON_SLOT_OWED;
	is_usable(ring, slot - ring->slot);
}
