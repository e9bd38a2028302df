/*
 * Control and measuring block of the emulated board (not of the chip)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_MT3620_BOARD_CTL_H
#define HW_MISC_MT3620_BOARD_CTL_H

#include "hw/arm/armv7m.h"
#include "hw/misc/mt3620_mailbox.h"
#include "hw/misc/mt3620_pluton.h"
#include "cpu.h"

#define TYPE_MT3620_BOARD_CTL "mt3620-board-ctl"
OBJECT_DECLARE_SIMPLE_TYPE(Mt3620BoardCtl, MT3620_BOARD_CTL)

#define MT3620_CORES    2
#define MT3620_CHANNELS 3

struct Mt3620BoardCtl {
    SysBusDevice parent_obj;

    MemoryRegion mmio;
    ARMv7MState *core[MT3620_CORES];
    Mt3620Mbox *mbox[MT3620_CHANNELS];
    Mt3620Pluton *pluton;
    uint32_t vtor[MT3620_CORES], starts[MT3620_CORES];
    bool running[MT3620_CORES];
    bool strict;
    uint32_t time_hi;
};

void mt3620_board_ctl_start(Mt3620BoardCtl *s, int core);
void mt3620_board_ctl_stop(Mt3620BoardCtl *s, int core);

#endif
