/*
 * Pluton, as far as Linux can see it through mailbox channel 0
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_MT3620_PLUTON_H
#define HW_MISC_MT3620_PLUTON_H

#include "hw/misc/mt3620_mailbox.h"
#include "hw/misc/mt3620_pluton_keys.h"
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
#define PLUTON_CAPS         64

/* What a hostile or broken Pluton does; one at a time */
typedef enum PlutonFault {
    PLUTON_FAULT_NONE,
    PLUTON_FAULT_SILENT,        /* takes requests, answers none */
    PLUTON_FAULT_DUPLICATE,     /* answers twice */
    PLUTON_FAULT_REORDER,       /* answers in pairs, the later one first */
    PLUTON_FAULT_SEQUENCE,      /* answers with another sequence number */
    PLUTON_FAULT_COMMAND,       /* answers with another command */
    PLUTON_FAULT_SLOT,          /* names a buffer that it must not */
    PLUTON_FAULT_SHORT,         /* answers with one byte */
    PLUTON_FAULT_LONG,          /* claims more bytes than a buffer holds */
    PLUTON_FAULT_TABLE,         /* overwrites the ring table */
    PLUTON_FAULT_UNSOLICITED,   /* ten messages that nobody asked for, too */
    PLUTON_FAULT_RESTART,       /* forgets everything at each request */
    PLUTON_FAULT_LATE,          /* answers after ten seconds */
    PLUTON_FAULT_VERSION,       /* answers in another protocol version */
    PLUTON_FAULT_FLIP,          /* changes the size after the answer is out */
    PLUTON_FAULT_STATUS,        /* refuses whatever has a status */
    PLUTON_FAULT_STORM,         /* messages without end, asked or not */
    PLUTON_FAULTS
} PlutonFault;

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
    QEMUTimer *timer, *flip_timer, *storm_timer;
    PlutonRequest queue[PLUTON_QUEUE];
    uint32_t count;             /* requests in queue, oldest first */
    uint32_t block;             /* bus address of the ring block */
    bool ready;
    uint8_t next_m4;
    uint32_t flip_addr;
    uint32_t mutation;

    /* what the device remembers */
    PlutonKeys keys;
    uint32_t generation, pending_generation;
    uint32_t manufacturing, postcode;
    PlutonFault fault;

    /* counters, for the tests */
    uint64_t answered, violations;

    /* properties */
    uint64_t seed;
    uint32_t delay_us, security_state, boot_mode;
    char *answer_half, *identity, *capabilities;
    bool strict, serial;
    bool answer_in_a7;
    uint16_t caps[PLUTON_CAPS];
};

void mt3620_pluton_set_fault(Mt3620Pluton *s, uint32_t fault);
void mt3620_pluton_restart(Mt3620Pluton *s);

#endif
