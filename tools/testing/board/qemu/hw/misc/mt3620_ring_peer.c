/*
 * A peer behind a core's mailbox that sends each message of the rings back, in
 * no time at all: for measurements of what the A7 does. It raises one software
 * interrupt for all that it found at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/misc/mt3620_mailbox.h"
#include "hw/misc/mt3620_ring_peer.h"

#define CMD_OUT     0xba5e0001
#define CMD_IN      0xba5e0002
#define CMD_START   0xba5e0003
#define HEADER      64
#define GRAIN       16
#define LENGTH_MIN  20
#define LENGTH_MAX  (20 + 1040)
#define SW_SENT     1
#define SW_CONSUMED 2

static uint32_t peek(uint32_t addr)
{
    return address_space_ldl_le(&address_space_memory, addr,
                                MEMTXATTRS_UNSPECIFIED, NULL);
}

static void poke(uint32_t addr, uint32_t val)
{
    address_space_stl_le(&address_space_memory, addr, val,
                         MEMTXATTRS_UNSPECIFIED, NULL);
}

static void take_ring(Mt3620PeerRing *r, uint32_t word)
{
    uint32_t log2 = word & 0x1f;

    r->base = word & ~0x1fu;
    r->at = 0;
    r->size = log2 >= 11 && log2 <= 20 ? (1u << log2) - HEADER : 0;
}

static bool good(const Mt3620PeerRing *r, uint32_t at)
{
    return at < r->size && at % GRAIN == 0;
}

static void move(Mt3620PeerRing *r, uint32_t by)
{
    r->at += ROUND_UP(by, GRAIN);
    if (r->at >= r->size) {
        r->at -= r->size;
    }
}

static void copy(Mt3620PeerRing *r, uint8_t *buf, uint32_t len, bool write)
{
    uint32_t first = MIN(len, r->size - r->at);

    address_space_rw(&address_space_memory, r->base + HEADER + r->at,
                     MEMTXATTRS_UNSPECIFIED, buf, first, write);
    address_space_rw(&address_space_memory, r->base + HEADER,
                     MEMTXATTRS_UNSPECIFIED, buf + first, len - first, write);
}

static void echo(Mt3620RingPeer *p)
{
    uint8_t block[4 + LENGTH_MAX];
    uint32_t bits = 0, write, read, length, room;

    while (p->active) {
        write = peek(p->in.base);
        read = peek(p->in.base + 4);
        if (!good(&p->in, write) || !good(&p->out, read)) {
            p->active = false;
            break;
        }
        if (write == p->in.at) {
            break;
        }
        length = peek(p->in.base + HEADER + p->in.at);
        if (length < LENGTH_MIN || length > LENGTH_MAX) {
            p->active = false;
            break;
        }
        room = read - p->out.at + (read <= p->out.at ? p->out.size : 0);
        if (room < 4 + length + GRAIN) {
            break;
        }
        copy(&p->in, block, 4 + length, false);
        memset(block + 20, 0, 4);
        copy(&p->out, block, 4 + length, true);
        move(&p->in, 4 + length);
        move(&p->out, 4 + length);
        bits = SW_SENT | SW_CONSUMED;
    }
    if (bits) {
        poke(p->out.base, p->out.at);
        poke(p->out.base + 4, p->in.at);
        mt3620_mbox_far_sw(p->mbox, bits);
    }
}

static void posted(void *opaque)
{
    Mt3620RingPeer *p = opaque;
    Mt3620MboxEntry e;

    while (mt3620_mbox_far_pop(p->mbox, &e)) {
        p->active = false;
        if (e.cmd == CMD_OUT) {
            take_ring(&p->out, e.data);
        } else if (e.cmd == CMD_IN) {
            take_ring(&p->in, e.data);
        } else if (e.cmd == CMD_START) {
            p->active = p->out.size && p->in.size;
        }
    }
}

static void sw(void *opaque, uint32_t bits)
{
    echo(opaque);
}

static void nothing(void *opaque)
{
}

void mt3620_ring_peer_connect(Mt3620RingPeer *p, Mt3620Mbox *mbox)
{
    static const Mt3620MboxPeerOps ops = { posted, nothing, sw, nothing };

    p->mbox = mbox;
    mt3620_mbox_set_peer(mbox, &ops, p);
}
