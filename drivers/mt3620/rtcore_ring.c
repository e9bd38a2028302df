// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two rings between the A7 and a real-time core: positions and blocks
 *
 * The core may write anything at any time, to its own ring, which we read. So each
 * word is loaded once and checked as loaded, a block is checked by the copy of its
 * length and never looked at again, and what we publish is kept in private
 * copies. Nothing here loops over something that the core controls.
 *
 * Ordering: the other processor is no CPU of Linux, so that these are the
 * barriers for devices, on one CPU as well.
 *  - a block, then the write position, then the software interrupt: dma_wmb()
 *    in publish(), and the barrier of the mailbox when it raises the interrupt.
 *  - the core's write position, then the block: dma_rmb() in load().
 *  - the copy of a block, then our read position: dma_mb-like, see publish().
 *  - the core's read position, then the block that overwrites: dma_rmb() in
 *    load() and the dependency on what was loaded.
 */
#ifdef __KERNEL__
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/byteorder.h>
#endif

#include "rtcore_ring.h"

static u32 load(const void *ring, unsigned int word)
{
	u32 val = le32_to_cpu(READ_ONCE(((const __le32 *)ring)[word]));

	/* before whatever the position allows us to touch */
	dma_rmb();
	return val;
}

static void publish(void *ring, unsigned int word, u32 val)
{
	/*
	 * After what was stored before it, and (the read position) after what was
	 * loaded: a core that reuses the space must not be seen by our copy.
	 */
	mb();
	WRITE_ONCE(((__le32 *)ring)[word], cpu_to_le32(val));
}

/* bytes from position @from on to position @to */
static u32 distance(const struct rtcore_ring *r, u32 from, u32 to)
{
	return to >= from ? to - from : to + r->size - from;
}

static u32 advance(const struct rtcore_ring *r, u32 pos, u32 bytes)
{
	pos += ALIGN(bytes, RTCORE_ALIGN);
	return pos >= r->size ? pos - r->size : pos;
}

static u8 *data_area(void *ring)
{
	return (u8 *)ring + RTCORE_RING_HEADER;
}

/* Copy to the ring from position @pos on, across its end. @len is below its size. */
static u32 copy_in(const struct rtcore_ring *r, u32 pos, const void *from, u32 len)
{
	u32 n = min(len, r->size - pos);

	memcpy(data_area(r->out) + pos, from, n);
	memcpy(data_area(r->out), (const u8 *)from + n, len - n);
	pos += len;
	return pos >= r->size ? pos - r->size : pos;
}

static u32 copy_out(const struct rtcore_ring *r, u32 pos, void *to, u32 len)
{
	u32 n = min(len, r->size - pos);

	memcpy(to, data_area(r->in) + pos, n);
	memcpy((u8 *)to + n, data_area(r->in), len - n);
	pos += len;
	return pos >= r->size ? pos - r->size : pos;
}

/**
 * rtcore_ring_init() - begin anew, with empty rings
 * @r: the rings
 * @out: memory of the ring that we fill, @bytes
 * @in: memory of the ring that the core fills, @bytes
 * @bytes: size of each, a power of two from 128 to %RTCORE_RING_BYTES
 *
 * Clears all of the memory: the core does not clear the headers, and what
 * another application left in the data areas is not for this one.
 */
void rtcore_ring_init(struct rtcore_ring *r, void *out, void *in, u32 bytes)
{
	memset(r, 0, sizeof(*r));
	r->out = out;
	r->in = in;
	r->size = bytes - RTCORE_RING_HEADER;
	memset(out, 0, bytes);
	memset(in, 0, bytes);
	dma_wmb();
}

/* Take over the core's read position in our ring; *@n: blocks that it has left behind */
static enum rtcore_ring_result check_freed(struct rtcore_ring *r, unsigned int *n)
{
	u32 pos = load(r->in, RTCORE_READ_POS);
	unsigned int i;

	*n = 0;
	if (pos >= r->size)
		return RTCORE_RING_READ_RANGE;
	if (pos % RTCORE_ALIGN)
		return RTCORE_RING_READ_ALIGN;
	if (pos == r->freed)
		return RTCORE_RING_OK;
	/* never more than what was there to be read */
	if (distance(r, r->freed, pos) > distance(r, r->freed, r->write))
		return RTCORE_RING_READ_BACK;
	for (i = 0; i < r->n_unread; i++) {
		if (r->unread[(r->first + i) % RTCORE_MAX_UNREAD].end == pos) {
			*n = i + 1;
			r->freed = pos;
			return RTCORE_RING_OK;
		}
	}
	return RTCORE_RING_READ_BLOCK;
}

static void forget_read(struct rtcore_ring *r, unsigned int n)
{
	r->first = (r->first + n) % RTCORE_MAX_UNREAD;
	r->n_unread -= n;
}

/**
 * rtcore_ring_update() - see what the core has read
 * @r: the rings
 * @n: number of blocks that it has read since the last time
 *
 * Return: %RTCORE_RING_OK, or the rule that the core broke.
 */
enum rtcore_ring_result rtcore_ring_update(struct rtcore_ring *r, unsigned int *n)
{
	enum rtcore_ring_result ret = check_freed(r, n);

	forget_read(r, *n);
	return ret;
}

/**
 * rtcore_ring_space() - is there space for a block, as far as is known?
 * @r: the rings
 * @len: bytes of payload
 *
 * Does not look at the core's read position: see rtcore_ring_update().
 *
 * Return: %RTCORE_RING_OK or %RTCORE_RING_FULL.
 */
enum rtcore_ring_result rtcore_ring_space(struct rtcore_ring *r, u32 len)
{
	u32 space = r->size - distance(r, r->freed, r->write);

	/* 16 stay free, so that equal positions mean an empty ring */
	if (len > RTCORE_MAX_SEND ||
	    space < RTCORE_LENGTH_BYTES + RTCORE_HEAD_BYTES + len + RTCORE_ALIGN ||
	    r->n_unread == RTCORE_MAX_UNREAD)
		return RTCORE_RING_FULL;
	return RTCORE_RING_OK;
}

/**
 * rtcore_ring_put() - write a block and publish it
 * @r: the rings
 * @id: component that sends it
 * @data: the payload; never memory that the core can write
 * @len: bytes of @data, at most %RTCORE_MAX_SEND
 * @sender: kept until the core has read the block
 *
 * Raising the software interrupt is left to the caller.
 *
 * Return: %RTCORE_RING_OK or %RTCORE_RING_FULL.
 */
enum rtcore_ring_result rtcore_ring_put(struct rtcore_ring *r, const u8 *id, const void *data,
					u32 len, void *sender)
{
	struct {
		__le32 len;
		u8 id[RTCORE_ID_BYTES];
		__le32 reserved;
	} head = { .len = cpu_to_le32(RTCORE_HEAD_BYTES + len) };
	static const u8 zeros[RTCORE_ALIGN];
	struct rtcore_unread *u;
	u32 pos, total;

	if (rtcore_ring_space(r, len) != RTCORE_RING_OK)
		return RTCORE_RING_FULL;

	memcpy(head.id, id, sizeof(head.id));
	total = sizeof(head) + len;
	pos = copy_in(r, r->write, &head, sizeof(head));
	pos = copy_in(r, pos, data, len);
	copy_in(r, pos, zeros, ALIGN(total, RTCORE_ALIGN) - total);
	r->write = advance(r, r->write, total);

	u = &r->unread[(r->first + r->n_unread) % RTCORE_MAX_UNREAD];
	u->end = r->write;
	u->bytes = len;
	u->sender = sender;
	r->n_unread++;

	publish(r->out, RTCORE_WRITE_POS, r->write);
	return RTCORE_RING_OK;
}

static enum rtcore_ring_result check_filled(struct rtcore_ring *r)
{
	u32 pos = load(r->in, RTCORE_WRITE_POS);

	if (pos >= r->size)
		return RTCORE_RING_WRITE_RANGE;
	if (pos % RTCORE_ALIGN)
		return RTCORE_RING_WRITE_ALIGN;
	/* a write position that passes our read position, either way, has lied */
	if (distance(r, r->read, r->filled) + distance(r, r->filled, pos) >= r->size)
		return RTCORE_RING_WRITE_BACK;
	r->filled = pos;
	return RTCORE_RING_OK;
}

/**
 * rtcore_ring_get() - copy the next block
 * @r: the rings
 * @b: filled in if there is a good one
 *
 * The block stays where it is, and the same call may be repeated (and may find
 * something else then), until rtcore_ring_next().
 *
 * Return: %RTCORE_RING_OK, %RTCORE_RING_EMPTY, %RTCORE_RING_SHORT, or the rule that
 * the core broke.
 */
enum rtcore_ring_result rtcore_ring_get(struct rtcore_ring *r, struct rtcore_block *b)
{
	enum rtcore_ring_result ret = check_filled(r);
	u32 pos, len, avail;
	u8 reserved[4];
	__le32 word;

	r->step = 0;
	if (ret != RTCORE_RING_OK)
		return ret;
	avail = distance(r, r->read, r->filled);
	if (!avail)
		return RTCORE_RING_EMPTY;

	/* positions are multiples of 16, so that this word is in one piece */
	pos = copy_out(r, r->read, &word, sizeof(word));
	len = le32_to_cpu(word);
	if (len > RTCORE_HEAD_BYTES + RTCORE_MAX_RECV)
		return RTCORE_RING_TOO_LONG;
	if (len > avail - RTCORE_LENGTH_BYTES)
		return RTCORE_RING_CUT_OFF;
	r->step = ALIGN(RTCORE_LENGTH_BYTES + len, RTCORE_ALIGN);
	if (len < RTCORE_HEAD_BYTES)
		return RTCORE_RING_SHORT;

	b->len = len - RTCORE_HEAD_BYTES;
	pos = copy_out(r, pos, b->id, sizeof(b->id));
	pos = copy_out(r, pos, reserved, sizeof(reserved));
	copy_out(r, pos, b->payload, b->len);
	return RTCORE_RING_OK;
}

/**
 * rtcore_ring_next() - give the space of the block back to the core
 * @r: the rings
 *
 * To be called after rtcore_ring_get() has found a block or a short one; else it
 * does nothing. Raising the software interrupt is left to the caller.
 */
void rtcore_ring_next(struct rtcore_ring *r)
{
	if (!r->step)
		return;
	r->read = advance(r, r->read, r->step);
	r->step = 0;
	publish(r->out, RTCORE_READ_POS, r->read);
}

/**
 * rtcore_ring_text() - say in words what a result means
 * @r: a result
 *
 * Return: a text for a person.
 */
const char *rtcore_ring_text(enum rtcore_ring_result r)
{
	static const char *const text[RTCORE_RING_RESULTS] = {
		[RTCORE_RING_OK] = "nothing is wrong",
		[RTCORE_RING_EMPTY] = "there is no block",
		[RTCORE_RING_FULL] = "there is no space",
		[RTCORE_RING_SHORT] = "a block is too short for its head",
		[RTCORE_RING_WRITE_RANGE] = "its write position lies outside of the ring",
		[RTCORE_RING_WRITE_ALIGN] = "its write position is no multiple of 16",
		[RTCORE_RING_WRITE_BACK] = "its write position went backwards or past ours",
		[RTCORE_RING_READ_RANGE] = "its read position lies outside of the ring",
		[RTCORE_RING_READ_ALIGN] = "its read position is no multiple of 16",
		[RTCORE_RING_READ_BACK] = "its read position went backwards or past ours",
		[RTCORE_RING_READ_BLOCK] = "its read position lies inside a block",
		[RTCORE_RING_TOO_LONG] = "a block is longer than any may be",
		[RTCORE_RING_CUT_OFF] = "a block ends behind the write position",
	};

	return r < RTCORE_RING_RESULTS ? text[r] : "it cannot be told";
}
