// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends everything back: each mailbox entry, both words, in order, and each
 * software interrupt. Sleeps in between.
 */
#include "mt3620-m4.h"

#define WAKE	(BIT(IRQ_MBOX_RD) | BIT(IRQ_MBOX_WR) | BIT(IRQ_MBOX_SW))

static int echo_entries(void)
{
	int done = 0;

	/* the rest waits in the hardware until the A7 has made room */
	while (MBOX_POP_CNT && MBOX_POST_CNT < MBOX_DEPTH) {
		uint32_t data = MBOX_DATA_POP;	/* before the pop, which moves on */
		uint32_t cmd = MBOX_CMD_POP;

		MBOX_DATA_POST = data;
		barrier_data();
		MBOX_CMD_POST = cmd;
		done = 1;
	}
	return done;
}

static int echo_software_interrupts(void)
{
	uint32_t bits = MBOX_SW_STS;

	if (!bits)
		return 0;
	MBOX_SW_STS = bits;
	MBOX_SW_TX = bits;
	return 1;
}

int main(void)
{
	/*
	 * All four FIFO conditions wake us except "not full", which would do so
	 * for ever; since the order of their bits is not certain, the choice is
	 * made by interrupt line and not by bit.
	 */
	MBOX_INT_EN = 0xf;
	MBOX_SW_STS = 0xff;
	MBOX_SW_EN = 0xff;
	NVIC_ISER0 = WAKE;

	/*
	 * Interrupts stay masked: a pending one ends the sleep all the same, and
	 * no handler has to run. Pending bits are cleared before the hardware is
	 * looked at, so that what comes in between ends the next sleep at once.
	 */
	interrupts_off();
	for (;;) {
		uint32_t status;
		int busy;

		NVIC_ICPR0 = WAKE;
		status = MBOX_INT_STS;
		MBOX_INT_STS = status;
		busy = echo_entries();
		busy |= echo_software_interrupts();
		if (!busy)
			wait_for_interrupt();
	}
}
