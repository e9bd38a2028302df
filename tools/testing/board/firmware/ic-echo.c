// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends each message back to the component that it came from, in order. While
 * the A7 does not read, nothing more is taken from it: it sees that we are
 * slow, and no message is lost.
 *
 * Switch "mode": the number of loops to waste on each message.
 */
#include "intercore.h"
#include "mt3620-m4.h"
#include "panel.h"

static uint8_t buf[INTERCORE_MAX_PAYLOAD];

/* 1 if something was done */
static int step(struct intercore *ic)
{
	static struct intercore_id from;
	static uint32_t len;
	static int held;

	if (!held) {
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
		waste_time(PANEL->mode);
	}
	if (intercore_send(ic, &from, buf, len) != INTERCORE_OK) {
		PANEL->waits++;
		return 0;
	}
	PANEL->sent++;
	held = 0;
	return 1;
}

int main(void)
{
	struct intercore ic;

	panel_begin(PROGRAM('e', 'c', 'h', 'o'));
	for (;;) {
		intercore_open(&ic);
		PANEL->opened++;
		while (!intercore_again())
			if (!step(&ic))
				intercore_sleep();
	}
}
