/*
 * Pluton, as far as Linux can see it through mailbox channel 0
 *
 * Protocol version 2: a command word in the mailbox names a buffer of a ring
 * block in the A7's memory. Here: the set-up and READ_RNG. A command is one
 * line of a table, so that others need no new shape.
 *
 * Inferred, and a property of the device: in which half of the buffers an
 * answer comes (answer-half=m4|a7). With m4 the transmit slot is given back
 * when the request has been copied, with a7 it carries the answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/qdev-properties.h"
#include "hw/misc/mt3620_pluton.h"

#define ENTRY_TABLE     4
#define ENTRY_SIZE      12
#define ENTRY_ADDRESS   0
#define ENTRY_AVAILABLE 10
#define BUFFERS         0x604

enum { CMD_SEND_EVENT_BUFFERS = 0x01, CMD_READ_RNG = 0x40 };

typedef struct PlutonCommand {
    uint8_t cmd;
    const char *name;
    uint16_t request_len;
    /* fills reply, returns its length */
    uint16_t (*run)(Mt3620Pluton *s, const PlutonRequest *r, uint8_t *reply);
} PlutonCommand;

static uint64_t next_random(Mt3620Pluton *s)
{
    /* xorshift128+: repeatable for a seed, and nobody's secret */
    uint64_t a = s->rng[0], b = s->rng[1];

    s->rng[0] = b;
    a ^= a << 23;
    s->rng[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
    return s->rng[1] + b;
}

static uint16_t read_rng(Mt3620Pluton *s, const PlutonRequest *r,
                         uint8_t *reply)
{
    stl_le_p(reply, next_random(s) >> 32);
    return 4;
}

static const PlutonCommand commands[] = {
    { CMD_READ_RNG, "READ_RNG", 0, read_rng },
};

static const PlutonCommand *find_command(uint8_t cmd)
{
    for (int i = 0; i < ARRAY_SIZE(commands); i++) {
        if (commands[i].cmd == cmd) {
            return &commands[i];
        }
    }
    return NULL;
}

static uint32_t entry_at(Mt3620Pluton *s, int i)
{
    return s->block + ENTRY_TABLE + ENTRY_SIZE * i;
}

static void mem_read(uint32_t addr, void *buf, size_t len)
{
    address_space_read(&address_space_memory, addr, MEMTXATTRS_UNSPECIFIED,
                       buf, len);
}

static void mem_write(uint32_t addr, const void *buf, size_t len)
{
    address_space_write(&address_space_memory, addr, MEMTXATTRS_UNSPECIFIED,
                        buf, len);
}

static bool available(Mt3620Pluton *s, int i)
{
    uint8_t v;

    mem_read(entry_at(s, i) + ENTRY_AVAILABLE, &v, 1);
    return v == 1;
}

static void set_available(Mt3620Pluton *s, int i, uint8_t v)
{
    mem_write(entry_at(s, i) + ENTRY_AVAILABLE, &v, 1);
}

static uint32_t buffer_of(Mt3620Pluton *s, int i)
{
    uint32_t addr;

    mem_read(entry_at(s, i) + ENTRY_ADDRESS, &addr, 4);
    return le32_to_cpu(addr);
}

/* Returns false when the answer has to wait for room */
static bool answer(Mt3620Pluton *s, const PlutonRequest *r,
                   const uint8_t *payload, uint16_t len)
{
    uint8_t head[4] = { 0 };
    int index = r->index;
    uint32_t buf;

    if (!s->answer_in_a7) {
        int tries;

        for (tries = 0; tries < PLUTON_M4_BUFFERS; tries++) {
            index = (s->next_m4 + tries) % PLUTON_M4_BUFFERS;
            if (available(s, index)) {
                break;
            }
        }
        if (tries == PLUTON_M4_BUFFERS) {
            return false;
        }
    }
    if (s->mbox->end[MT3620_MBOX_FAR].count == MT3620_MBOX_DEPTH) {
        return false;
    }
    if (!s->answer_in_a7) {
        s->next_m4 = (index + 1) % PLUTON_M4_BUFFERS;
        set_available(s, index, 0);
    }
    buf = buffer_of(s, index);
    stw_le_p(head, len);
    mem_write(buf, head, sizeof(head));
    mem_write(buf + 4, payload, len);
    mt3620_mbox_far_push(s->mbox, PLUTON_VERSION | r->seq << 8 | r->cmd << 16 |
                         (uint32_t)index << 24, 0);
    return true;
}

static void work(void *opaque)
{
    Mt3620Pluton *s = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    while (s->count && s->queue[s->head].due <= now) {
        const PlutonRequest *r = &s->queue[s->head];
        const PlutonCommand *c = find_command(r->cmd);
        uint8_t reply[PLUTON_PAYLOAD_MAX] = { 0 };
        uint16_t len = c->run(s, r, reply);

        if (!answer(s, r, reply, len)) {
            /* no room: the A7 has to read or to free a buffer first */
            timer_mod(s->timer, now + 100 * SCALE_US);
            return;
        }
        s->head = (s->head + 1) % PLUTON_QUEUE;
        s->count--;
    }
    if (s->count) {
        timer_mod(s->timer, s->queue[s->head].due);
    }
}

static void take(Mt3620Pluton *s, const Mt3620MboxEntry *e)
{
    uint8_t version = e->cmd, seq = e->cmd >> 8, cmd = e->cmd >> 16,
            index = e->cmd >> 24;
    const PlutonCommand *c;
    PlutonRequest *r;
    uint32_t buf;
    uint8_t head[4];

    if (version != PLUTON_VERSION) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x has version %u, not "
                      "%u", e->cmd, version, PLUTON_VERSION);
        return;
    }
    if (cmd == CMD_SEND_EVENT_BUFFERS) {
        uint8_t counts[4];

        s->block = e->data;
        mem_read(s->block, counts, sizeof(counts));
        s->ready = lduw_le_p(counts) == PLUTON_M4_BUFFERS &&
                   lduw_le_p(counts + 2) == PLUTON_A7_BUFFERS;
        s->count = 0;
        s->next_m4 = 0;
        if (!s->ready) {
            mt3620_misuse(s->strict, "pluton: the ring block at 0x%08x says %u "
                          "and %u buffers, not %u and %u", s->block,
                          lduw_le_p(counts), lduw_le_p(counts + 2),
                          PLUTON_M4_BUFFERS, PLUTON_A7_BUFFERS);
        }
        return;
    }
    if (!s->ready) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x before the ring block "
                      "was given", e->cmd);
        return;
    }
    if (index < PLUTON_M4_BUFFERS || index >= PLUTON_BUFFERS) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x names buffer %u, the "
                      "A7's are %u to %u", e->cmd, index, PLUTON_M4_BUFFERS,
                      PLUTON_BUFFERS - 1);
        return;
    }
    if (available(s, index)) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x names buffer %u, "
                      "which is marked available", e->cmd, index);
    }
    c = find_command(cmd);
    if (!c || s->count == PLUTON_QUEUE) {
        qemu_log_mask(LOG_UNIMP, "mt3620: pluton: command 0x%02x is not "
                      "answered\n", cmd);
        set_available(s, index, 1);
        return;
    }
    buf = buffer_of(s, index);
    mem_read(buf, head, sizeof(head));
    r = &s->queue[(s->head + s->count++) % PLUTON_QUEUE];
    r->seq = seq;
    r->cmd = cmd;
    r->index = index;
    r->len = MIN(lduw_le_p(head), PLUTON_PAYLOAD_MAX);
    mem_read(buf + 4, r->payload, r->len);
    r->due = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
             (int64_t)s->delay_us * SCALE_US;
    if (lduw_le_p(head + 2)) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x has 0x%04x in the "
                      "reserved word of its message", e->cmd,
                      lduw_le_p(head + 2));
    }
    if (!s->answer_in_a7) {
        set_available(s, index, 1);
    }
    timer_mod(s->timer, s->queue[s->head].due);
}

static void pluton_posted(void *opaque)
{
    Mt3620Pluton *s = opaque;
    Mt3620MboxEntry e;

    while (mt3620_mbox_far_pop(s->mbox, &e)) {
        take(s, &e);
    }
}

static void pluton_popped(void *opaque)
{
    Mt3620Pluton *s = opaque;

    if (s->count) {
        timer_mod(s->timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}

static void pluton_sw(void *opaque, uint32_t bits)
{
}

static void pluton_mbox_reset(void *opaque)
{
    Mt3620Pluton *s = opaque;

    s->count = 0;
}

static const Mt3620MboxPeerOps pluton_peer = {
    .posted = pluton_posted,
    .popped = pluton_popped,
    .sw = pluton_sw,
    .reset = pluton_mbox_reset,
};

static void pluton_reset(DeviceState *dev)
{
    Mt3620Pluton *s = MT3620_PLUTON(dev);

    s->ready = false;
    s->count = 0;
    s->rng[0] = s->seed ^ 0x9e3779b97f4a7c15ULL;
    s->rng[1] = s->seed + 0xbf58476d1ce4e5b9ULL;
    timer_del(s->timer);
}

static void pluton_realize(DeviceState *dev, Error **errp)
{
    Mt3620Pluton *s = MT3620_PLUTON(dev);

    if (!strcmp(s->answer_half, "a7")) {
        s->answer_in_a7 = true;
    } else if (strcmp(s->answer_half, "m4")) {
        error_setg(errp, "pluton-answer-half must be m4 or a7, not '%s'",
                   s->answer_half);
        return;
    }
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, work, s);
    mt3620_mbox_set_peer(s->mbox, &pluton_peer, s);
    pluton_reset(dev);
}

static Property pluton_properties[] = {
    DEFINE_PROP_LINK("mailbox", Mt3620Pluton, mbox, TYPE_MT3620_MBOX,
                     Mt3620Mbox *),
    DEFINE_PROP_UINT64("seed", Mt3620Pluton, seed, 1),
    DEFINE_PROP_UINT32("delay-us", Mt3620Pluton, delay_us, 20),
    DEFINE_PROP_STRING("answer-half", Mt3620Pluton, answer_half),
    DEFINE_PROP_BOOL("strict", Mt3620Pluton, strict, false),
    DEFINE_PROP_END_OF_LIST(),
};

static void pluton_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Pluton behind mailbox channel 0";
    dc->realize = pluton_realize;
    dc->reset = pluton_reset;
    dc->user_creatable = false;
    device_class_set_props(dc, pluton_properties);
}

static const TypeInfo pluton_type = {
    .name = TYPE_MT3620_PLUTON,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(Mt3620Pluton),
    .class_init = pluton_class_init,
};

static void pluton_register_types(void)
{
    type_register_static(&pluton_type);
}

type_init(pluton_register_types)
