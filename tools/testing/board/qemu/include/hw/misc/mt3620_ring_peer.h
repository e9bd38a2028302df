/*
 * A peer in the model that sends the messages of the rings back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_MISC_MT3620_RING_PEER_H
#define HW_MISC_MT3620_RING_PEER_H

#include "hw/misc/mt3620_mailbox.h"

typedef struct Mt3620PeerRing {
    uint32_t base, size, at;
} Mt3620PeerRing;

typedef struct Mt3620RingPeer {
    Mt3620Mbox *mbox;
    Mt3620PeerRing out, in;     /* as the core sees them */
    bool active;
} Mt3620RingPeer;

void mt3620_ring_peer_connect(Mt3620RingPeer *p, Mt3620Mbox *mbox);

#endif
