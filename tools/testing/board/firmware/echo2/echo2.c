// SPDX-License-Identifier: GPL-2.0-only
/*
 * A second echo for the rings, written from the published rules alone. It
 * shares nothing with the other programs, so that a misunderstanding in one is
 * not confirmed by the other. Where a rule leaves a choice, it chooses
 * differently: no software interrupt ends its sleep, a timer does; its
 * positions live in the core; blocks are taken several at a time, with one
 * signal for all of them, and sent back the same way.
 */
typedef unsigned char u8;
typedef unsigned int u32;

/* mailbox towards the A7 */
struct mailbox {
	u32 version, control, dbg0, dbg1, pad10;
	u32 swint_send, swint_enable, swint_status;
	u32 fifo_control, pad24[3];
	u32 threshold_not_full, threshold_not_empty, fifo_int_enable, fifo_int_status;
	u32 push_command, push_data, push_count, pad4c;
	u32 pop_command, pop_data, pop_count, pad5c;
	u32 semaphore;
};

static volatile struct mailbox *const mbox = (volatile struct mailbox *)0x21050000;

/* timer of the processor: control, reload, current */
static volatile u32 *const systick = (volatile u32 *)0xe000e010;
static volatile u32 *const icsr = (volatile u32 *)0xe000ed04;

#define SIGNAL_BLOCK_IN_OUTBOUND	1u
#define SIGNAL_INBOUND_CONSUMED		2u

#define MAX_BLOCK	(4 + 20 + 1040)
#define SLOT		((MAX_BLOCK + 15) / 16 * 16)
#define SLOTS		4

struct shared {
	volatile u32 *header;
	volatile u8 *data;
	u32 bytes;
};

static struct shared outbound, inbound;
static u32 my_write, my_read;

/* a block as it stands in the ring, with its length word */
static u8 slot[SLOTS][SLOT];
static u32 slot_used, slot_sent;
static u32 broken;

static void barrier(void)
{
	__asm__ volatile("dmb" ::: "memory");
}

static void barrier_all(void)
{
	__asm__ volatile("dsb" ::: "memory");
}

static void pause(void)
{
	__asm__ volatile("dsb\n\twfi" ::: "memory");
	*icsr = 1u << 25;
}

static struct shared describe(u32 word)
{
	struct shared s;

	s.header = (volatile u32 *)(word & 0xffffffe0u);
	s.data = (volatile u8 *)(word & 0xffffffe0u) + 64;
	s.bytes = (1u << (word & 31u)) - 64;
	return s;
}

/* The A7 tells where the rings are: three entries, the last one ends it */
static void negotiate(void)
{
	u32 command = 0, data;

	while (command != 0xba5e0003u) {
		while (mbox->pop_count == 0)
			pause();
		data = mbox->pop_data;
		command = mbox->pop_command;
		if (command == 0xba5e0001u)
			outbound = describe(data);
		else if (command == 0xba5e0002u)
			inbound = describe(data);
	}
	my_write = 0;
	my_read = 0;
	slot_used = 0;
	slot_sent = 0;
	broken = 0;
	/* not waited for, but the published sequence has it */
	mbox->swint_enable = 2;
	mbox->swint_status = 2;
}

static u32 word_at(const volatile u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static u32 padded(u32 block)
{
	return (block + 15u) / 16u * 16u;
}

static u32 advance(u32 position, u32 by, u32 bytes)
{
	position += by;
	return position < bytes ? position : position - bytes;
}

/* Take what is there, as long as there is a place for it */
static void take(void)
{
	u32 filled, i, length, before = my_read;
	u32 their_write = inbound.header[0];

	barrier();
	if (their_write >= inbound.bytes || their_write % 16) {
		broken = 1;
		return;
	}
	filled = their_write >= my_read ? their_write - my_read
					: their_write + inbound.bytes - my_read;
	while (slot_used < SLOTS && filled) {
		length = word_at(inbound.data + my_read);
		if (length < 20 || length > MAX_BLOCK - 4 || length + 4 > filled) {
			broken = 1;
			break;
		}
		for (i = 0; i < length + 4; i++)
			slot[slot_used][i] = inbound.data[(my_read + i) % inbound.bytes];
		slot_used++;
		filled -= padded(length + 4);
		my_read = advance(my_read, padded(length + 4), inbound.bytes);
	}
	if (my_read == before)
		return;
	barrier();
	outbound.header[1] = my_read;
	barrier_all();
	mbox->swint_send = SIGNAL_INBOUND_CONSUMED;
}

/* Send back what was taken: the sender's id has become the receiver's */
static void give(void)
{
	u32 i, length, free, before = my_write;
	u32 their_read = inbound.header[1];

	barrier();
	if (their_read >= outbound.bytes || their_read % 16) {
		broken = 1;
		return;
	}
	while (slot_sent < slot_used) {
		length = word_at(slot[slot_sent]);
		free = their_read > my_write ? their_read - my_write
					     : their_read + outbound.bytes - my_write;
		if (free < length + 4 + 16)
			break;
		/* the reserved word is 0 from us, whatever it was */
		for (i = 20; i < 24; i++)
			slot[slot_sent][i] = 0;
		for (i = 0; i < length + 4; i++)
			outbound.data[(my_write + i) % outbound.bytes] = slot[slot_sent][i];
		my_write = advance(my_write, padded(length + 4), outbound.bytes);
		slot_sent++;
	}
	if (slot_sent == slot_used) {
		slot_sent = 0;
		slot_used = 0;
	}
	if (my_write == before)
		return;
	barrier();
	outbound.header[0] = my_write;
	barrier_all();
	mbox->swint_send = SIGNAL_BLOCK_IN_OUTBOUND;
}

static void program(void)
{
	/* nothing is handled: an interrupt that waits ends pause(), and that is all */
	__asm__ volatile("cpsid i");
	systick[1] = 5000 - 1;
	systick[2] = 0;
	systick[0] = 7;
	for (;;) {
		negotiate();
		while (mbox->pop_count == 0) {
			u32 read = my_read, write = my_write;

			if (!broken)
				take();
			if (!broken)
				give();
			if (read == my_read && write == my_write)
				pause();
		}
	}
}

static void stuck(void)
{
	for (;;)
		__asm__ volatile("wfi");
}

/* from the linker script */
extern u32 bss_from[], bss_to[], top_of_stack[];

void reset(void);
void reset(void)
{
	u32 *p;

	for (p = bss_from; p != bss_to; p++)
		*p = 0;
	program();
}

__attribute__((section(".table"), used))
static void *const table[16] = {
	top_of_stack, (void *)reset, (void *)stuck, (void *)stuck, (void *)stuck,
	(void *)stuck, (void *)stuck, 0, 0, 0, 0, (void *)stuck, (void *)stuck, 0,
	(void *)stuck, (void *)stuck,
};
