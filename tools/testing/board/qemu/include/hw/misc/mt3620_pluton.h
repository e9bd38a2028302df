/*
 * Pluton, as far as Linux can see it through mailbox channel 0
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_MT3620_PLUTON_H
#define HW_MISC_MT3620_PLUTON_H

#include "hw/misc/mt3620_mailbox.h"
#include "qemu/timer.h"

#define TYPE_MT3620_PLUTON "mt3620-pluton"
OBJECT_DECLARE_SIMPLE_TYPE(Mt3620Pluton, MT3620_PLUTON)

/* Ring block and messages of protocol version 2 */
#define PLUTON_VERSION      2
#define PLUTON_M4_BUFFERS   32
#define PLUTON_A7_BUFFERS   16
#define PLUTON_BUFFERS      (PLUTON_M4_BUFFERS + PLUTON_A7_BUFFERS)
#define PLUTON_BUFFER_SIZE  2048
#define PLUTON_PAYLOAD_MAX  (PLUTON_BUFFER_SIZE - 4)
#define PLUTON_QUEUE        64

/* A request that was taken from the mailbox and is being worked on */
typedef struct PlutonRequest {
    uint8_t seq, cmd, index;
    uint16_t len;
    uint8_t payload[PLUTON_PAYLOAD_MAX];
    int64_t due;                /* QEMU_CLOCK_VIRTUAL, ns */
} PlutonRequest;

struct Mt3620Pluton {
    DeviceState parent_obj;

    Mt3620Mbox *mbox;
    QEMUTimer *timer;
    PlutonRequest queue[PLUTON_QUEUE];
    uint32_t head, count;
    uint32_t block;             /* bus address of the ring block */
    bool ready;
    uint8_t next_m4;
    uint64_t rng[2];

    /* properties */
    uint64_t seed;
    uint32_t delay_us;
    char *answer_half;
    bool strict;
    bool answer_in_a7;
};

#endif
