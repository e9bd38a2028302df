// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages between this core and the A7.
 *
 * Positions are kept in the headers only, as published programs do: this core
 * never initialises them, the A7 zeroes both before it offers the rings. What
 * the A7 writes is loaded once, tested and then used.
 */
#include "intercore.h"
#include "mt3620-m4.h"

#define RING_WE_WRITE	0xba5e0001u
#define RING_WE_READ	0xba5e0002u
#define RINGS_COMPLETE	0xba5e0003u

#define GRAIN		16u
/* length word, id and reserved word */
#define HEAD		24u
#define AFTER_LENGTH	20u
#define SMALLEST_LOG2	11u
#define LARGEST_LOG2	20u

#define WAKE		(BIT(IRQ_MBOX_WR) | BIT(IRQ_MBOX_SW))
#define SW_FROM_A7	0x3u
/* 40 ms at the clock of the PLL, 300 ms at that of the crystal */
#define TICKS		8000000u

static uint32_t round_up(uint32_t n)
{
	return (n + GRAIN - 1) & ~(GRAIN - 1);
}

static int good_position(const struct intercore_ring *ring, uint32_t at)
{
	return at < ring->size && at % GRAIN == 0;
}

static int take_descriptor(struct intercore_ring *ring, uint32_t word)
{
	uint32_t log2 = word & 0x1f;

	if (log2 < SMALLEST_LOG2 || log2 > LARGEST_LOG2 || !(word & ~0x1fu))
		return 0;
	ring->header = (struct intercore_header *)(uintptr_t)(word & ~0x1fu);
	ring->data = (uint8_t *)(ring->header + 1);
	ring->size = (1u << log2) - sizeof(struct intercore_header);
	return 1;
}

/*
 * Pending bits are cleared before the caller looks at what they tell of, so
 * that what comes in between ends the next sleep at once.
 */
static uint32_t clear_wake(void)
{
	uint32_t bits, all = 0;

	NVIC_ICPR0 = WAKE;
	SCB_ICSR = SCB_PENDSTCLR;
	bits = MBOX_INT_STS;
	MBOX_INT_STS = bits;
	/* until the line is down, or the next one would make no difference to it */
	while ((bits = MBOX_SW_STS & SW_FROM_A7)) {
		MBOX_SW_STS = bits;
		all |= bits;
	}
	return all;
}

static void enable_wake(void)
{
	/* which bit means which condition is not certain: choose by line */
	MBOX_INT_EN = 0xf;
	MBOX_SW_EN = SW_FROM_A7;
}

/*
 * Sleep until the A7 says something. Interrupts stay masked: a pending one ends
 * the sleep, and no handler has to run. A reset of the mailbox takes our
 * enables away without a word, hence the look around now and then; it does not
 * look into the rings, so a software interrupt that the A7 owes us is missed.
 */
void intercore_sleep(void)
{
	while (!intercore_nap())
		;
}

/* The same, but for one tick at most; 1 if the A7 has said something */
int intercore_nap(void)
{
	wait_for_interrupt();
	if (clear_wake() || MBOX_POP_CNT)
		return 1;
	if (MBOX_SW_EN != SW_FROM_A7)
		enable_wake();
	return 0;
}

/* The A7 has sent something over the FIFO: it wants to begin anew */
int intercore_again(void)
{
	return MBOX_POP_CNT != 0;
}

/* Wait for the A7's offer and take it */
void intercore_open(struct intercore *ic)
{
	struct intercore_ring out = { 0 }, in = { 0 };

	interrupts_off();
	SYST_RVR = TICKS - 1;
	SYST_CSR = SYST_CPU_CLOCK | SYST_INTERRUPT | SYST_ENABLE;
	NVIC_ISER0 = WAKE;
	enable_wake();
	clear_wake();
	for (;;) {
		uint32_t data, cmd;

		while (!MBOX_POP_CNT)
			intercore_sleep();
		data = MBOX_DATA_POP;	/* before the command, which moves on */
		cmd = MBOX_CMD_POP;
		if (cmd == RING_WE_WRITE && !take_descriptor(&out, data))
			out.header = NULL;
		else if (cmd == RING_WE_READ && !take_descriptor(&in, data))
			in.header = NULL;
		else if (cmd == RINGS_COMPLETE && out.header && in.header)
			break;
	}
	ic->out = out;
	ic->in = in;
}

/* Bytes that may be written, or 0 when the A7's position is no position */
uint32_t intercore_free(const struct intercore *ic)
{
	uint32_t write = ic->out.header->write;
	uint32_t read = __atomic_load_n(&ic->in.header->read, __ATOMIC_ACQUIRE);

	if (!good_position(&ic->out, read) || !good_position(&ic->out, write))
		return 0;
	return read - write + (read <= write ? ic->out.size : 0);
}

/* Copy into our ring at a position; returns the one behind it */
uint32_t intercore_put(struct intercore *ic, uint32_t at, const void *from, uint32_t len)
{
	uint32_t first = ic->out.size - at;

	if (first > len)
		first = len;
	__builtin_memcpy(ic->out.data + at, from, first);
	__builtin_memcpy(ic->out.data, (const uint8_t *)from + first, len - first);
	at += len;
	return at >= ic->out.size ? at - ic->out.size : at;
}

static uint32_t get(const struct intercore_ring *ring, uint32_t at, void *to, uint32_t len)
{
	uint32_t first = ring->size - at;

	if (first > len)
		first = len;
	__builtin_memcpy(to, ring->data + at, first);
	__builtin_memcpy((uint8_t *)to + first, ring->data, len - first);
	at += len;
	return at >= ring->size ? at - ring->size : at;
}

/* The A7 may read up to here */
void intercore_publish(struct intercore *ic, uint32_t write)
{
	__atomic_store_n(&ic->out.header->write, write, __ATOMIC_RELEASE);
	barrier_data();
	MBOX_SW_TX = INTERCORE_SW_SENT;
}

enum intercore_result intercore_send(struct intercore *ic, const struct intercore_id *to,
				     const void *payload, uint32_t len)
{
	struct intercore_block head = { .length = AFTER_LENGTH + len, .id = *to };
	uint32_t write = ic->out.header->write;
	uint32_t read = __atomic_load_n(&ic->in.header->read, __ATOMIC_ACQUIRE);
	uint32_t free;

	if (len > INTERCORE_MAX_PAYLOAD)
		return INTERCORE_TOO_LONG;
	if (!good_position(&ic->out, read) || !good_position(&ic->out, write))
		return INTERCORE_CORRUPT;
	free = read - write + (read <= write ? ic->out.size : 0);
	if (free < HEAD + len + GRAIN)
		return INTERCORE_NO_SPACE;
	intercore_put(ic, intercore_put(ic, write, &head, HEAD), payload, len);
	write += round_up(HEAD + len);
	if (write >= ic->out.size)
		write -= ic->out.size;
	intercore_publish(ic, write);
	return INTERCORE_OK;
}

enum intercore_result intercore_recv(struct intercore *ic, struct intercore_id *from,
				     void *buf, uint32_t room, uint32_t *len)
{
	uint32_t write = __atomic_load_n(&ic->in.header->write, __ATOMIC_ACQUIRE);
	uint32_t read = ic->out.header->read;
	struct intercore_block head;
	uint32_t filled, at, payload;

	if (!good_position(&ic->in, read) || !good_position(&ic->in, write))
		return INTERCORE_CORRUPT;
	filled = write - read + (write < read ? ic->in.size : 0);
	if (filled < sizeof(head.length))
		return INTERCORE_NO_BLOCK;
	if (filled < HEAD)
		return INTERCORE_CORRUPT;
	at = get(&ic->in, read, &head, HEAD);
	if (head.length < AFTER_LENGTH || head.length > filled - sizeof(head.length))
		return INTERCORE_CORRUPT;
	payload = head.length - AFTER_LENGTH;
	if (payload > room)
		return INTERCORE_TOO_SMALL;
	get(&ic->in, at, buf, payload);
	*from = head.id;
	*len = payload;
	read += round_up(HEAD + payload);
	if (read >= ic->in.size)
		read -= ic->in.size;
	__atomic_store_n(&ic->out.header->read, read, __ATOMIC_RELEASE);
	barrier_data();
	MBOX_SW_TX = INTERCORE_SW_CONSUMED;
	return INTERCORE_OK;
}
