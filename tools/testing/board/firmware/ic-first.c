// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that speaks first, and begins as published ones do: by resetting both
 * ends of its mailbox, "arg" of the panel microseconds after its start. It takes the
 * rings, waits a little, and sends one message to an application that has said
 * nothing. Then it sends back what comes, and does what "mode" says, once: resets the
 * mailbox, or restarts; after either it speaks first again.
 */
#include "intercore.h"
#include "mt3620-m4.h"
#include "panel.h"

#define RESET_BOTH_ENDS	1u
#define RESTART		2u

/* long enough for the A7 to notice that its offer was taken */
#define PAUSE_US	20000u
/* at the clock of the PLL */
#define TICKS_PER_US	200u

/* aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeee01, as the tests on Linux call themselves */
static const struct intercore_id application = {
	{ 0xaaaaaaaa, 0xccccbbbb, 0xeeeedddd, 0x01eeeeee }
};

static uint8_t buf[INTERCORE_MAX_PAYLOAD];

static void wait_us(uint32_t us)
{
	if (!us)
		return;
	SYST_CSR = 0;
	SYST_RVR = us * TICKS_PER_US - 1;
	SYST_CVR = 0;
	SYST_CSR = SYST_CPU_CLOCK | SYST_ENABLE;
	while (!(SYST_CSR & SYST_COUNTED))
		;
}

static void act(void)
{
	uint32_t mode = PANEL->mode;

	if (!mode)
		return;
	PANEL->mode = 0;
	PANEL->acts++;
	if (mode == RESET_BOTH_ENDS) {
		MBOX_GEN_CTRL = 1;
	} else if (mode == RESTART) {
		barrier_data();
		SCB_AIRCR = SCB_RESET_ME;
		for (;;)
			;
	}
}

static void echo(struct intercore *ic)
{
	struct intercore_id from;
	uint32_t len;

	while (intercore_recv(ic, &from, buf, sizeof(buf), &len) == INTERCORE_OK) {
		PANEL->received++;
		while (intercore_send(ic, &from, buf, len) == INTERCORE_NO_SPACE)
			if (intercore_again())
				return;
		PANEL->sent++;
	}
}

int main(void)
{
	struct intercore ic;

	panel_begin(PROGRAM('f', 'r', 's', 't'));
	wait_us(PANEL->arg);
	MBOX_GEN_CTRL = 1;
	for (;;) {
		intercore_open(&ic);
		PANEL->opened++;
		wait_us(PAUSE_US);
		SYST_CSR = SYST_CPU_CLOCK | SYST_INTERRUPT | SYST_ENABLE;
		if (!intercore_again() &&
		    intercore_send(&ic, &application, "first", 5) == INTERCORE_OK)
			PANEL->sent++;
		while (!intercore_again()) {
			echo(&ic);
			act();
			intercore_nap();
		}
	}
}
