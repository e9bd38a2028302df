// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does nothing, for ever: a core that runs and leaves the mailbox to a peer in
 * the board's model.
 */
#include "mt3620-m4.h"

int main(void)
{
	interrupts_off();
	for (;;)
		wait_for_interrupt();
}
