/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program on a real-time core of the MT3620 sees: its mailbox to the
 * A7, and the interrupts of that mailbox.
 */
#ifndef MT3620_M4_H
#define MT3620_M4_H

#include <stdint.h>

#define BIT(n)		(1u << (n))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define REG32(addr)	(*(volatile uint32_t *)(addr))

#define MBOX_A7		0x21050000u
#define MBOX_GEN_CTRL	REG32(MBOX_A7 + 0x04)
#define MBOX_SW_TX	REG32(MBOX_A7 + 0x14)
#define MBOX_SW_EN	REG32(MBOX_A7 + 0x18)
#define MBOX_SW_STS	REG32(MBOX_A7 + 0x1c)
#define MBOX_INT_EN	REG32(MBOX_A7 + 0x38)
#define MBOX_INT_STS	REG32(MBOX_A7 + 0x3c)
#define MBOX_CMD_POST	REG32(MBOX_A7 + 0x40)
#define MBOX_DATA_POST	REG32(MBOX_A7 + 0x44)
#define MBOX_POST_CNT	REG32(MBOX_A7 + 0x48)
#define MBOX_CMD_POP	REG32(MBOX_A7 + 0x50)
#define MBOX_DATA_POP	REG32(MBOX_A7 + 0x54)
#define MBOX_POP_CNT	REG32(MBOX_A7 + 0x58)

#define MBOX_DEPTH	15u

/* Inputs of the interrupt controller, mailbox to the A7 */
#define IRQ_MBOX_RD	6
#define IRQ_MBOX_NF	7
#define IRQ_MBOX_WR	8
#define IRQ_MBOX_NE	9
#define IRQ_MBOX_FIFO	10
#define IRQ_MBOX_SW	11

#define NVIC_ISER0	REG32(0xe000e100u)
#define NVIC_ICPR0	REG32(0xe000e280u)

#define SYST_CSR	REG32(0xe000e010u)
#define SYST_RVR	REG32(0xe000e014u)
#define SYST_CVR	REG32(0xe000e018u)
#define SYST_ENABLE	BIT(0)
#define SYST_INTERRUPT	BIT(1)
#define SYST_CPU_CLOCK	BIT(2)
#define SYST_COUNTED	BIT(16)

#define SCB_ICSR	REG32(0xe000ed04u)
#define SCB_PENDSTCLR	BIT(25)
#define SCB_AIRCR	REG32(0xe000ed0cu)
#define SCB_RESET_ME	0x05fa0004u

static inline void barrier_data(void)
{
	__asm__ volatile("dsb" : : : "memory");
}

static inline void waste_time(uint32_t loops)
{
	while (loops--)
		__asm__ volatile("nop");
}

static inline void wait_for_interrupt(void)
{
	__asm__ volatile("dsb\n\twfi" : : : "memory");
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cpsid i" : : : "memory");
}

#endif
