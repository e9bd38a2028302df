/*
 * MT3620 mailbox: one channel, both of its ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_MT3620_MAILBOX_H
#define HW_MISC_MT3620_MAILBOX_H

#include "hw/sysbus.h"
#include "qom/object.h"

#define TYPE_MT3620_MBOX "mt3620-mailbox"
OBJECT_DECLARE_SIMPLE_TYPE(Mt3620Mbox, MT3620_MBOX)

#define MT3620_MBOX_VERSION 0x36200000
#define MT3620_MBOX_SIZE    0x10000
#define MT3620_MBOX_DEPTH   15

/* The six lines of an end, in the order of their interrupt numbers */
enum {
    MT3620_MBOX_IRQ_RD,     /* the peer has read an entry */
    MT3620_MBOX_IRQ_NF,     /* own transmit FIFO is not full */
    MT3620_MBOX_IRQ_WR,     /* the peer has written an entry */
    MT3620_MBOX_IRQ_NE,     /* own receive FIFO is not empty */
    MT3620_MBOX_IRQ_FIFO,   /* any of the above */
    MT3620_MBOX_IRQ_SW,     /* a software interrupt */
    MT3620_MBOX_IRQS
};

typedef struct Mt3620MboxEntry {
    uint32_t cmd;
    uint32_t data;
} Mt3620MboxEntry;

/* Accesses by one end since the last reset of the counters */
typedef struct Mt3620MboxCounts {
    uint64_t reads;
    uint64_t writes;
    uint64_t misuses;
} Mt3620MboxCounts;

/* One end: what it sends, what it sees, and what it has been told to do */
typedef struct Mt3620MboxEnd {
    Mt3620Mbox *mbox;
    int id;
    MemoryRegion mmio;
    qemu_irq irq[MT3620_MBOX_IRQS];

    /* sent and not yet popped */
    Mt3620MboxEntry fifo[MT3620_MBOX_DEPTH];
    uint32_t head, count;
    uint32_t latch;
    bool latched;               /* written since the last push */
    uint32_t events;            /* bit per RD and WR */
    uint32_t int_en, nf_thrs, ne_thrs;
    uint32_t sw_en, sw_sts;
    uint32_t dbg_idx, fifo_ctrl;
    Mt3620MboxCounts counts;
} Mt3620MboxEnd;

enum { MT3620_MBOX_NEAR, MT3620_MBOX_FAR, MT3620_MBOX_ENDS };

/* A peer that lives in the model: told of what the near end does */
typedef struct Mt3620MboxPeerOps {
    void (*posted)(void *opaque);               /* an entry waits */
    void (*popped)(void *opaque);               /* there is room again */
    void (*sw)(void *opaque, uint32_t bits);
    void (*reset)(void *opaque);
} Mt3620MboxPeerOps;

struct Mt3620Mbox {
    SysBusDevice parent_obj;

    Mt3620MboxEnd end[MT3620_MBOX_ENDS];
    int sem_owner;                              /* end that holds it, or -1 */
    const Mt3620MboxPeerOps *peer;
    void *peer_opaque;

    /* properties */
    char *near_name, *far_name, *int_map;
    bool strict, latch_clears, has_sem;
    uint32_t version, int_en_reset;

    const uint8_t *map;                         /* line to bit */
};

void mt3620_mbox_set_peer(Mt3620Mbox *s, const Mt3620MboxPeerOps *ops,
                          void *opaque);

/* What a peer in the model can do at the far end */
bool mt3620_mbox_far_push(Mt3620Mbox *s, uint32_t cmd, uint32_t data);
bool mt3620_mbox_far_pop(Mt3620Mbox *s, Mt3620MboxEntry *e);
uint32_t mt3620_mbox_far_waiting(Mt3620Mbox *s);
void mt3620_mbox_far_flush(Mt3620Mbox *s);
void mt3620_mbox_far_sw(Mt3620Mbox *s, uint32_t bits);

/* Report a misuse: fatal (status 70) when strict, else logged */
void mt3620_misuse(bool strict, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

#endif
