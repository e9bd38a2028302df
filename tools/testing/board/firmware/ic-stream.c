// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams of numbered messages, both ways at once and at full speed. The first
 * word of a message says what it is; every message is answered to, or checked
 * against, the component that sent it.
 *
 *   SEND count min max seed   send count messages of min to max bytes, to you
 *   DATA number seed bytes    one message of a stream, checked
 *   TELL                      what arrived so far: answered with the same word,
 *                             received, lost, wrong; counting begins anew
 *
 * Byte i of message n with a seed is that of stream_word(seed, n, i / 4), low
 * byte first; the length of message n is min + stream_word(seed, n, ~0) %
 * (max - min + 1).
 */
#include "intercore.h"
#include "mt3620-m4.h"
#include "panel.h"

#define SEND	PROGRAM('S', 'E', 'N', 'D')
#define DATA	PROGRAM('D', 'A', 'T', 'A')
#define TELL	PROGRAM('T', 'E', 'L', 'L')

/* kind, number, seed */
#define DATA_HEAD	12u

union message {
	uint32_t word[INTERCORE_MAX_PAYLOAD / 4];
	uint8_t byte[INTERCORE_MAX_PAYLOAD];
};

static struct {
	struct intercore_id to;
	uint32_t next, count, min, max, seed;
} out;

/* A stream is told from another by its seed: one each for a few senders */
#define SENDERS	4
static struct {
	struct intercore_id from;
	uint32_t used, next, received, lost, wrong;
} in[SENDERS];

static uint32_t stream_word(uint32_t seed, uint32_t number, uint32_t i)
{
	uint32_t x = seed ^ number * 2654435761u ^ i * 2246822519u;

	x ^= x >> 16;
	x *= 2146121005u;
	x ^= x >> 15;
	x *= 2221713035u;
	return x ^ x >> 16;
}

static int same_id(const struct intercore_id *a, const struct intercore_id *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] &&
	       a->word[2] == b->word[2] && a->word[3] == b->word[3];
}

static void begin_count(int s)
{
	in[s].next = 0;
	in[s].received = 0;
	in[s].lost = 0;
	in[s].wrong = 0;
}

static int sender(const struct intercore_id *id)
{
	int i;

	for (i = 0; i < SENDERS - 1 && in[i].used; i++)
		if (same_id(&in[i].from, id))
			return i;
	if (!in[i].used || !same_id(&in[i].from, id)) {
		begin_count(i);
		in[i].from = *id;
		in[i].used = 1;
	}
	return i;
}

static void check(const struct intercore_id *from, const union message *m, uint32_t len)
{
	int s = sender(from);
	uint32_t number = m->word[1], seed = m->word[2], i;

	in[s].received++;
	if (len < DATA_HEAD) {
		in[s].wrong++;
		PANEL->wrong++;
		return;
	}
	if (number != in[s].next) {
		/* a step back is a message twice or out of order */
		if (number > in[s].next) {
			in[s].lost += number - in[s].next;
			PANEL->lost += number - in[s].next;
		} else {
			in[s].wrong++;
			PANEL->wrong++;
		}
	}
	in[s].next = number + 1;
	for (i = DATA_HEAD; i < len; i++) {
		if (m->byte[i] != (uint8_t)(stream_word(seed, number, i / 4) >> i % 4 * 8)) {
			in[s].wrong++;
			PANEL->wrong++;
			return;
		}
	}
}

/* One message of the stream that was asked for; 1 if it went out */
static int feed(struct intercore *ic)
{
	static union message m;
	uint32_t len, i;

	if (out.next == out.count)
		return 0;
	len = out.min + stream_word(out.seed, out.next, ~0u) % (out.max - out.min + 1);
	for (i = 0; i < (len + 3) / 4; i++)
		m.word[i] = stream_word(out.seed, out.next, i);
	m.word[0] = DATA;
	m.word[1] = out.next;
	m.word[2] = out.seed;
	if (intercore_send(ic, &out.to, &m, len) != INTERCORE_OK) {
		PANEL->waits++;
		return 0;
	}
	out.next++;
	PANEL->sent++;
	return 1;
}

static int answer(struct intercore *ic, const struct intercore_id *to)
{
	int s = sender(to);
	uint32_t told[4] = { TELL, in[s].received, in[s].lost, in[s].wrong };

	if (intercore_send(ic, to, told, sizeof(told)) != INTERCORE_OK)
		return 0;
	PANEL->sent++;
	begin_count(s);
	return 1;
}

static void begin(const struct intercore_id *to, const union message *m)
{
	out.to = *to;
	out.next = 0;
	out.count = m->word[1];
	out.min = m->word[2] < DATA_HEAD ? DATA_HEAD : m->word[2];
	out.max = m->word[3] > INTERCORE_MAX_PAYLOAD ? INTERCORE_MAX_PAYLOAD : m->word[3];
	out.seed = m->word[4];
	if (out.max < out.min)
		out.max = out.min;
}

/* 1 if something was done */
static int step(struct intercore *ic)
{
	static union message m;
	static struct intercore_id from;
	static int asked;
	uint32_t len;
	int busy;

	if (asked && answer(ic, &from))
		asked = 0;
	busy = feed(ic);
	/* a question stays in front until there was space for its answer */
	if (asked)
		return busy;
	switch (intercore_recv(ic, &from, &m, sizeof(m), &len)) {
	case INTERCORE_OK:
		break;
	case INTERCORE_NO_BLOCK:
		return busy;
	default:
		PANEL->corrupt++;
		return busy;
	}
	PANEL->received++;
	if (len >= 4 && m.word[0] == TELL)
		asked = 1;
	else if (len >= 20 && m.word[0] == SEND)
		begin(&from, &m);
	else
		check(&from, &m, len);
	return 1;
}

int main(void)
{
	struct intercore ic;

	panel_begin(PROGRAM('s', 't', 'r', 'm'));
	for (;;) {
		intercore_open(&ic);
		PANEL->opened++;
		while (!intercore_again())
			if (!step(&ic))
				intercore_sleep();
	}
}
