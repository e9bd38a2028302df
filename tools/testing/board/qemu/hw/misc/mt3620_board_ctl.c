/*
 * Control and measuring block of the emulated board. The chip has no such
 * thing: it stands at an address that the chip does not use, and does what a
 * person would do with a debugger.
 *
 *  0x000  ID          R   0x4d543336
 *  0x010  CORE0_CTRL  W   1 start at the vector table, 2 stop
 *  0x014  CORE0_STS   R   bit 0 running; it stays up after a stop until the
 *                         core has finished its last instruction
 *  0x018  CORE0_VTOR  RW  vector table in the core's own map
 *  0x01c  CORE0_COUNT R   times the core was started, by itself too
 *  0x020  CORE1_...       likewise
 *  0x100  TIME_LO     R   virtual time in ns; reading it latches TIME_HI
 *  0x104  TIME_HI     R
 *  0x108  CLEAR       W   1 clears the counters below
 *  0x110  READS0      R   register reads of the A7 on mailbox channel 0
 *  0x114  WRITES0     R   register writes of the A7
 *  0x118  ...             channels 1 and 2 likewise
 *  0x200  FAULT       RW  what Pluton does wrong, see PlutonFault
 *  0x204  DELAY       RW  how long an answer of Pluton takes, in us
 *  0x208  RESTART     W   1 restarts Pluton
 *  0x20c  ANSWERED    R   answers that Pluton has given
 *  0x210  VIOLATIONS  R   overlapping requests while pluton-serial=on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "hw/misc/mt3620_board_ctl.h"
#include "target/arm/arm-powerctl.h"
#include "target/arm/cpu.h"

#define CTL_ID    0x4d543336
#define CORE_BASE 0x10
#define CORE_SIZE 0x10
#define TIME_LO   0x100
#define TIME_HI   0x104
#define CLEAR     0x108
#define COUNTS    0x110
#define FAULT     0x200
#define DELAY     0x204
#define RESTART   0x208
#define ANSWERED  0x20c
#define VIOLATIONS 0x210

static int core_number(Mt3620BoardCtl *s, CPUState *cs)
{
    return CPU(s->core[0]->cpu) == cs ? 0 : 1;
}

/* Everything inside a core begins anew; its memories stay as they are */
static void do_start(CPUState *cs, run_on_cpu_data data)
{
    Mt3620BoardCtl *s = data.host_ptr;
    int n = core_number(s, cs);
    ARMv7MState *m4 = s->core[n];
    ARMCPU *cpu = m4->cpu;

    cpu->init_nsvtor = s->vtor[n];
    device_cold_reset(DEVICE(&m4->nvic));
    device_cold_reset(DEVICE(&m4->systick[M_REG_NS]));
    cpu_reset(cs);
    cpu->power_state = PSCI_ON;
    cs->halted = 0;
    s->running[n] = true;
}

static void do_stop(CPUState *cs, run_on_cpu_data data)
{
    Mt3620BoardCtl *s = data.host_ptr;
    ARMCPU *cpu = ARM_CPU(cs);

    cpu->power_state = PSCI_OFF;
    cs->halted = 1;
    cs->exception_index = EXCP_HLT;
    s->running[core_number(s, cs)] = false;
}

void mt3620_board_ctl_start(Mt3620BoardCtl *s, int core)
{
    s->starts[core]++;
    mt3620_mbox_far_flush(s->mbox[1 + core]);
    async_run_on_cpu(CPU(s->core[core]->cpu), do_start,
                     RUN_ON_CPU_HOST_PTR(s));
}

void mt3620_board_ctl_stop(Mt3620BoardCtl *s, int core)
{
    async_run_on_cpu(CPU(s->core[core]->cpu), do_stop,
                     RUN_ON_CPU_HOST_PTR(s));
}

/* A core that asks for a reset of the system gets one of itself */
static void core_asks_for_reset(void *opaque, int core, int level)
{
    Mt3620BoardCtl *s = opaque;

    if (level && s->running[core]) {
        mt3620_board_ctl_start(s, core);
    }
}

static uint64_t ctl_read(void *opaque, hwaddr off, unsigned size)
{
    Mt3620BoardCtl *s = opaque;
    uint64_t now;
    unsigned n;

    switch (off) {
    case 0:
        return CTL_ID;
    case CORE_BASE ... CORE_BASE + CORE_SIZE * MT3620_CORES - 1:
        n = (off - CORE_BASE) / CORE_SIZE;
        switch ((off - CORE_BASE) % CORE_SIZE) {
        case 4:
            return s->running[n];
        case 8:
            return s->vtor[n];
        case 0xc:
            return s->starts[n];
        }
        break;
    case TIME_LO:
        now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        s->time_hi = now >> 32;
        return now & 0xffffffff;
    case TIME_HI:
        return s->time_hi;
    case COUNTS ... COUNTS + 8 * MT3620_CHANNELS - 1:
        n = (off - COUNTS) / 8;
        return off & 4 ? s->mbox[n]->end[MT3620_MBOX_NEAR].counts.writes
                       : s->mbox[n]->end[MT3620_MBOX_NEAR].counts.reads;
    case FAULT:
        return s->pluton->fault;
    case DELAY:
        return s->pluton->delay_us;
    case ANSWERED:
        return s->pluton->answered;
    case VIOLATIONS:
        return s->pluton->violations;
    }
    mt3620_misuse(s->strict, "a7: board control: read at 0x%x, where nothing "
                  "can be read", (unsigned)off);
    return 0;
}

static void ctl_write(void *opaque, hwaddr off, uint64_t val, unsigned size)
{
    Mt3620BoardCtl *s = opaque;
    unsigned n;

    switch (off) {
    case CORE_BASE ... CORE_BASE + CORE_SIZE * MT3620_CORES - 1:
        n = (off - CORE_BASE) / CORE_SIZE;
        switch ((off - CORE_BASE) % CORE_SIZE) {
        case 0:
            if (val == 1) {
                mt3620_board_ctl_start(s, n);
                return;
            } else if (val == 2) {
                mt3620_board_ctl_stop(s, n);
                return;
            }
            break;
        case 8:
            s->vtor[n] = val & ~0x7fu;
            return;
        }
        break;
    case FAULT:
        if (val >= PLUTON_FAULTS) {
            break;
        }
        mt3620_pluton_set_fault(s->pluton, val);
        return;
    case DELAY:
        s->pluton->delay_us = val;
        return;
    case RESTART:
        mt3620_pluton_restart(s->pluton);
        return;
    case CLEAR:
        for (n = 0; n < MT3620_CHANNELS; n++) {
            s->mbox[n]->end[MT3620_MBOX_NEAR].counts.reads = 0;
            s->mbox[n]->end[MT3620_MBOX_NEAR].counts.writes = 0;
        }
        return;
    }
    mt3620_misuse(s->strict, "a7: board control: 0x%x written at 0x%x, which "
                  "means nothing", (unsigned)val, (unsigned)off);
}

static const MemoryRegionOps ctl_ops = {
    .read = ctl_read,
    .write = ctl_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 4 },
};

static void ctl_init(Object *obj)
{
    Mt3620BoardCtl *s = MT3620_BOARD_CTL(obj);

    memory_region_init_io(&s->mmio, obj, &ctl_ops, s, "mt3620-board-ctl",
                          0x1000);
    sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
    qdev_init_gpio_in(DEVICE(obj), core_asks_for_reset, MT3620_CORES);
}

static const TypeInfo ctl_type = {
    .name = TYPE_MT3620_BOARD_CTL,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(Mt3620BoardCtl),
    .instance_init = ctl_init,
};

static void ctl_register_types(void)
{
    type_register_static(&ctl_type);
}

type_init(ctl_register_types)
