/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Switches and gauges of a program, in the first bytes of the core's SYSRAM,
 * which a start of the core leaves as they are. A person, or a test on Linux,
 * reaches them through the board's window onto that memory.
 */
#ifndef PANEL_H
#define PANEL_H

#include <stdint.h>

struct panel {
	uint32_t mode;		/* set from outside: what to do wrong, or how */
	uint32_t arg;		/* set from outside: meaning depends on the mode */
	uint32_t program;	/* who runs here, four letters */
	uint32_t starts;	/* of the core; nothing here goes back to 0 by one */
	uint32_t opened;	/* offers of rings that were taken */
	uint32_t received;	/* messages */
	uint32_t sent;
	uint32_t corrupt;	/* times the A7 broke a rule */
	uint32_t acts;		/* times a rule was broken on purpose */
	uint32_t waits;		/* times there was no space to send */
	uint32_t lost;		/* of a stream: messages that did not arrive */
	uint32_t wrong;		/* of a stream: messages with wrong content */
};

#define PANEL	((volatile struct panel *)0x22000000u)

#define PROGRAM(a, b, c, d)	((uint32_t)(a) | (b) << 8 | (c) << 16 | (uint32_t)(d) << 24)

static inline void panel_begin(uint32_t program)
{
	PANEL->program = program;
	PANEL->starts++;
}

#endif
