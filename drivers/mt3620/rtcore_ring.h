/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two rings between the A7 and a real-time core: positions and blocks
 *
 * Pure logic on memory. It compiles in user space too, where
 * tools/testing/fuzz/rtcore_ring drives it.
 */
#ifndef _RTCORE_RING_H
#define _RTCORE_RING_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "rtcore_ring_user.h"
#endif

/* one ring: a header and a data area */
#define RTCORE_RING_HEADER	64
#define RTCORE_RING_LOG2	12
#define RTCORE_RING_BYTES	4096

/* words of a header; each side writes both words of the ring that it fills */
#define RTCORE_WRITE_POS	0	/* how far this ring is filled */
#define RTCORE_READ_POS		1	/* how far the other ring is read */

#define RTCORE_ALIGN		16
#define RTCORE_LENGTH_BYTES	4	/* the length word, which does not count itself */
#define RTCORE_ID_BYTES		16
#define RTCORE_HEAD_BYTES	20	/* component id and a reserved word */
#define RTCORE_MAX_SEND		1024	/* payload that we send */
#define RTCORE_MAX_RECV		1040	/* payload that cores send */
#define RTCORE_MAX_BLOCK	(RTCORE_LENGTH_BYTES + RTCORE_HEAD_BYTES + RTCORE_MAX_RECV)

/* blocks that fit into a ring: the smallest takes 32 bytes */
#define RTCORE_MAX_UNREAD	((RTCORE_RING_BYTES - RTCORE_RING_HEADER) / 32)

/**
 * enum rtcore_ring_result - what came of looking at the rings
 * @RTCORE_RING_OK: done
 * @RTCORE_RING_EMPTY: there is no block
 * @RTCORE_RING_FULL: there is no space for the block
 * @RTCORE_RING_SHORT: a block without room for its head; it can be skipped
 * @RTCORE_RING_WRITE_RANGE: write position outside of the ring
 * @RTCORE_RING_WRITE_ALIGN: write position that is no multiple of 16
 * @RTCORE_RING_WRITE_BACK: write position that went backwards, or past us
 * @RTCORE_RING_READ_RANGE: read position outside of the ring
 * @RTCORE_RING_READ_ALIGN: read position that is no multiple of 16
 * @RTCORE_RING_READ_BACK: read position that went backwards, or past us
 * @RTCORE_RING_READ_BLOCK: read position inside a block
 * @RTCORE_RING_TOO_LONG: a block longer than any may be
 * @RTCORE_RING_CUT_OFF: a block that ends behind the write position
 * @RTCORE_RING_RESULTS: number of results
 *
 * From @RTCORE_RING_WRITE_RANGE on it is the core that breaks the rules.
 */
enum rtcore_ring_result {
	RTCORE_RING_OK,
	RTCORE_RING_EMPTY,
	RTCORE_RING_FULL,
	RTCORE_RING_SHORT,
	RTCORE_RING_WRITE_RANGE,
	RTCORE_RING_WRITE_ALIGN,
	RTCORE_RING_WRITE_BACK,
	RTCORE_RING_READ_RANGE,
	RTCORE_RING_READ_ALIGN,
	RTCORE_RING_READ_BACK,
	RTCORE_RING_READ_BLOCK,
	RTCORE_RING_TOO_LONG,
	RTCORE_RING_CUT_OFF,
	RTCORE_RING_RESULTS
};

/**
 * struct rtcore_unread - a block that the core has not read yet
 * @end: position behind it
 * @bytes: payload
 * @sender: what rtcore_ring_put() was given
 */
struct rtcore_unread {
	u16 end;
	u16 bytes;
	void *sender;
};

/**
 * struct rtcore_ring - our view of both rings of a core
 * @out: the ring that we fill, header first
 * @in: the ring that the core fills; hostile
 * @size: bytes of a data area
 * @write: our write position in @out
 * @freed: read position of the core in @out, as last checked
 * @read: our read position in @in
 * @filled: write position of the core in @in, as last checked
 * @step: by how much rtcore_ring_next() moves @read
 * @first: oldest used entry of @unread
 * @n_unread: used entries of @unread
 * @unread: blocks that the core has not read yet, a ring of its own
 *
 * What is published in the headers is never read back.
 */
struct rtcore_ring {
	void *out;
	void *in;
	u32 size;
	u32 write;
	u32 freed;
	u32 read;
	u32 filled;
	u32 step;
	u16 first;
	u16 n_unread;
	struct rtcore_unread unread[RTCORE_MAX_UNREAD];
};

/**
 * struct rtcore_block - a block as it was received
 * @id: component that it is for
 * @len: bytes of @payload
 * @payload: the rest of the block
 */
struct rtcore_block {
	u8 id[RTCORE_ID_BYTES];
	u32 len;
	u8 payload[RTCORE_MAX_RECV];
};

static inline bool rtcore_ring_is_broken(enum rtcore_ring_result r)
{
	return r >= RTCORE_RING_WRITE_RANGE;
}

void rtcore_ring_init(struct rtcore_ring *r, void *out, void *in, u32 bytes);
enum rtcore_ring_result rtcore_ring_put(struct rtcore_ring *r, const u8 *id, const void *data,
					u32 len, void *sender);
enum rtcore_ring_result rtcore_ring_space(struct rtcore_ring *r, u32 len);
enum rtcore_ring_result rtcore_ring_update(struct rtcore_ring *r, unsigned int *n);
enum rtcore_ring_result rtcore_ring_get(struct rtcore_ring *r, struct rtcore_block *b);
void rtcore_ring_next(struct rtcore_ring *r);
const char *rtcore_ring_text(enum rtcore_ring_result r);

#endif /* _RTCORE_RING_H */
