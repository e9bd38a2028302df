// SPDX-License-Identifier: GPL-2.0-only
/*
 * An echo that breaks one rule when told to. The panel's "mode" chooses which;
 * the rule is broken after the next message was taken and sent back, so that
 * the link is in use at that moment. What is done once sets "mode" back to 0;
 * what goes on does so until "mode" is changed.
 */
#include "intercore.h"
#include "mt3620-m4.h"
#include "panel.h"

static uint8_t buf[INTERCORE_MAX_PAYLOAD];
static struct intercore_id from;
static uint32_t len;

/* ---- positions ------------------------------------------------------------ */

static uint32_t forward(const struct intercore_ring *ring, uint32_t at, uint32_t by)
{
	return (at + by) % ring->size;
}

static void publish_read(struct intercore *ic, uint32_t read)
{
	__atomic_store_n(&ic->out.header->read, read, __ATOMIC_RELEASE);
	barrier_data();
	MBOX_SW_TX = INTERCORE_SW_CONSUMED;
}

static void write_at_end(struct intercore *ic)
{
	intercore_publish(ic, ic->out.size);
}

static void write_huge(struct intercore *ic)
{
	intercore_publish(ic, 0xfffffff0);
}

static void write_unaligned(struct intercore *ic)
{
	intercore_publish(ic, forward(&ic->out, ic->out.header->write, 8));
}

static void write_odd(struct intercore *ic)
{
	intercore_publish(ic, ic->out.header->write + 1);
}

/* a position, but behind what was already written */
static void write_back(struct intercore *ic)
{
	intercore_publish(ic, forward(&ic->out, ic->out.header->write, ic->out.size - 64));
}

static void read_at_end(struct intercore *ic)
{
	publish_read(ic, ic->in.size);
}

static void read_huge(struct intercore *ic)
{
	publish_read(ic, 0xfffffff0);
}

static void read_unaligned(struct intercore *ic)
{
	publish_read(ic, forward(&ic->in, ic->out.header->read, 4));
}

/* more than was ever sent */
static void read_ahead(struct intercore *ic)
{
	publish_read(ic, forward(&ic->in, ic->in.header->write, 512));
}

/* less than was read before */
static void read_back(struct intercore *ic)
{
	publish_read(ic, forward(&ic->in, ic->out.header->read, ic->in.size - 64));
}

/* ---- blocks --------------------------------------------------------------- */

static void length_is(struct intercore *ic, uint32_t length, uint32_t advance)
{
	struct intercore_block head = { .length = length, .id = from };

	while (intercore_free(ic) < advance + 16 && !intercore_again())
		;
	intercore_put(ic, ic->out.header->write, &head, sizeof(head));
	intercore_publish(ic, forward(&ic->out, ic->out.header->write, advance));
}

static void length_zero(struct intercore *ic)
{
	length_is(ic, 0, 32);
}

static void length_short(struct intercore *ic)
{
	length_is(ic, 19, 32);
}

static void length_long(struct intercore *ic)
{
	length_is(ic, 20 + INTERCORE_MAX_PAYLOAD + 1, 1088);
}

static void length_huge(struct intercore *ic)
{
	length_is(ic, 0xffffffff, 32);
}

static void length_overflows(struct intercore *ic)
{
	length_is(ic, 0xfffffffc, 32);
}

/* the block ends behind what was written */
static void length_beyond(struct intercore *ic)
{
	length_is(ic, 500, 64);
}

/* a block of one word */
static void only_a_length(struct intercore *ic)
{
	length_is(ic, 20, 16);
}

static void send_to(struct intercore *ic, const struct intercore_id *to, uint32_t bytes)
{
	while (intercore_send(ic, to, buf, bytes) == INTERCORE_NO_SPACE && !intercore_again())
		;
}

static void to_a_stranger(struct intercore *ic)
{
	static const struct intercore_id stranger = {
		{ 0xdeadbeef, 0xcafe1234, 0x0badf00d, 0x5a5a5a5a }
	};

	send_to(ic, &stranger, 16);
}

static void to_nobody(struct intercore *ic)
{
	static const struct intercore_id nobody;

	send_to(ic, &nobody, 16);
}

/* ---- what is allowed, if unusual ------------------------------------------- */

static void nothing_in_it(struct intercore *ic)
{
	send_to(ic, &from, 0);
}

static void as_much_as_may_be(struct intercore *ic)
{
	send_to(ic, &from, INTERCORE_MAX_PAYLOAD);
}

static void reserved_words(struct intercore *ic)
{
	struct intercore_block head = { .length = 20, .id = from, .reserved = 0xa5a5a5a5 };
	int i;

	for (i = 0; i < 14; i++)
		ic->out.header->reserved[i] = 0xffffffff;
	while (intercore_free(ic) < 48 && !intercore_again())
		;
	intercore_put(ic, ic->out.header->write, &head, sizeof(head));
	intercore_publish(ic, forward(&ic->out, ic->out.header->write, 32));
}

/* ---- floods ---------------------------------------------------------------- */

static void flood(struct intercore *ic)
{
	static uint32_t word[2] = { 0xf100df10, 0 };

	if (intercore_send(ic, &from, word, sizeof(word)) == INTERCORE_OK) {
		word[1]++;
		PANEL->sent++;
	}
}

static void flood_software_interrupts(struct intercore *ic)
{
	MBOX_SW_TX = 0xff;
}

static void flood_fifo(struct intercore *ic)
{
	while (MBOX_POST_CNT < MBOX_DEPTH) {
		MBOX_DATA_POST = 0x80000000u;
		MBOX_CMD_POST = 0xba5e0001u + PANEL->acts % 4;
	}
}

/* ---- the mailbox ----------------------------------------------------------- */

static void reset_both_ends(struct intercore *ic)
{
	MBOX_GEN_CTRL = 1;
}

static void reset_this_end(struct intercore *ic)
{
	MBOX_GEN_CTRL = 2;
}

/* ---- writes while Linux reads ---------------------------------------------- */

static void positions_flicker(struct intercore *ic)
{
	static const uint32_t bad[] = { 0xffffffff, 8, 0x7ffffff0, 1 };
	volatile struct intercore_header *h = ic->out.header;
	uint32_t write = h->write, read = h->read, n;

	MBOX_SW_TX = INTERCORE_SW_SENT | INTERCORE_SW_CONSUMED;
	for (n = 0; n < 1000; n++) {
		h->write = bad[n % 4];
		h->read = bad[(n + 1) % 4];
		h->read = read;
		h->write = write;
	}
}

/* a good block is published, then its length and its receiver change */
static void block_flickers(struct intercore *ic)
{
	static const uint32_t bad[] = { 0xffffffff, 0, 1060, 4000 };
	static uint32_t at;
	volatile uint32_t *length, *id;
	uint32_t n;

	/* another one whenever there is space */
	if (intercore_free(ic) >= 64) {
		at = ic->out.header->write;
		intercore_send(ic, &from, buf, 16);
	}
	length = (volatile uint32_t *)(ic->out.data + at);
	id = length + 1;
	for (n = 0; n < 1000; n++) {
		*length = bad[n % 4];
		*id = ~from.word[0];
		*id = from.word[0];
		*length = 36;
	}
}

/* only its owner writes a ring: we are not the owner of this one */
static void their_header(struct intercore *ic)
{
	volatile struct intercore_header *h = ic->in.header;

	h->write = 0xfffffff0;
	h->read = 12;
	MBOX_SW_TX = INTERCORE_SW_SENT | INTERCORE_SW_CONSUMED;
}

static void their_blocks(struct intercore *ic)
{
	uint32_t n;

	for (n = 0; n < ic->in.size; n++)
		((volatile uint8_t *)ic->in.data)[n] = 0xff;
	MBOX_SW_TX = INTERCORE_SW_SENT | INTERCORE_SW_CONSUMED;
}

/* ---- silence, and worse ---------------------------------------------------- */

static void silent(struct intercore *ic)
{
}

static void deaf(struct intercore *ic)
{
	static uint32_t pause;

	/* speaks now and then, takes nothing */
	if (++pause % 100000 == 0)
		intercore_send(ic, &from, buf, 16);
}

static void mute(struct intercore *ic)
{
	if (intercore_recv(ic, &from, buf, sizeof(buf), &len) == INTERCORE_OK)
		PANEL->received++;
}

static void restart(struct intercore *ic)
{
	barrier_data();
	SCB_AIRCR = SCB_RESET_ME;
	for (;;)
		;
}

static void crash(struct intercore *ic)
{
	__asm__ volatile("udf #0");
}

enum { ONCE, ON };

/* "mode" is the place in this table, from 1; new ones go to the end */
static const struct {
	void (*act)(struct intercore *ic);
	int lasts;
} acts[] = {
	/*  1 */ { write_at_end, ONCE },
	/*  2 */ { write_huge, ONCE },
	/*  3 */ { write_unaligned, ONCE },
	/*  4 */ { write_odd, ONCE },
	/*  5 */ { write_back, ONCE },
	/*  6 */ { read_at_end, ONCE },
	/*  7 */ { read_huge, ONCE },
	/*  8 */ { read_unaligned, ONCE },
	/*  9 */ { read_ahead, ONCE },
	/* 10 */ { read_back, ONCE },
	/* 11 */ { length_zero, ONCE },
	/* 12 */ { length_short, ONCE },
	/* 13 */ { length_long, ONCE },
	/* 14 */ { length_huge, ONCE },
	/* 15 */ { length_overflows, ONCE },
	/* 16 */ { length_beyond, ONCE },
	/* 17 */ { only_a_length, ONCE },
	/* 18 */ { to_a_stranger, ONCE },
	/* 19 */ { to_nobody, ONCE },
	/* 20 */ { nothing_in_it, ONCE },
	/* 21 */ { as_much_as_may_be, ONCE },
	/* 22 */ { reserved_words, ONCE },
	/* 23 */ { flood, ON },
	/* 24 */ { flood_software_interrupts, ON },
	/* 25 */ { flood_fifo, ON },
	/* 26 */ { reset_both_ends, ONCE },
	/* 27 */ { reset_this_end, ONCE },
	/* 28 */ { positions_flicker, ON },
	/* 29 */ { block_flickers, ON },
	/* 30 */ { their_header, ONCE },
	/* 31 */ { their_blocks, ONCE },
	/* 32 */ { silent, ON },
	/* 33 */ { deaf, ON },
	/* 34 */ { mute, ON },
	/* 35 */ { restart, ONCE },
	/* 36 */ { crash, ONCE },
};

/* Honest until a message came and "mode" is set; 1 if something was done */
static int step(struct intercore *ic)
{
	static uint32_t mode;
	static int held;

	if (!held) {
		mode = PANEL->mode;
		switch (intercore_recv(ic, &from, buf, sizeof(buf), &len)) {
		case INTERCORE_OK:
			break;
		case INTERCORE_NO_BLOCK:
			return 0;
		default:
			PANEL->corrupt++;
			return 0;
		}
		PANEL->received++;
		held = 1;
	}
	if (intercore_send(ic, &from, buf, len) != INTERCORE_OK) {
		PANEL->waits++;
		return 0;
	}
	PANEL->sent++;
	held = 0;

	if (mode < 1 || mode > ARRAY_SIZE(acts))
		return 1;
	/* before the act, which may not come back */
	if (acts[mode - 1].lasts == ONCE)
		PANEL->mode = 0;
	PANEL->acts++;
	do {
		acts[mode - 1].act(ic);
	} while (PANEL->mode == mode && !intercore_again());
	return 1;
}

int main(void)
{
	struct intercore ic;

	panel_begin(PROGRAM('h', 'o', 's', 't'));
	for (;;) {
		intercore_open(&ic);
		PANEL->opened++;
		while (!intercore_again())
			if (!step(&ic))
				intercore_sleep();
	}
}
