/*
 * MT3620 mailbox: one channel, both of its ends
 *
 * Each end has a FIFO of 15 entries towards the other, eight software
 * interrupts, and six interrupt lines. The registers are those of the
 * published descriptions; where they contradict each other or are silent, the
 * behaviour is a property of the device (see the table "inferred" below).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/misc/mt3620_mailbox.h"

/*
 * Inferred, and easy to change:
 *   - which bit of INT_EN and INT_STS means what: three orders are published
 *     (property int-map), the first one by what its driver does with the bits
 *   - INT_EN after reset (int-en-reset)
 *   - whether a push clears the data latch (latch-clears)
 *   - a threshold of 0 counts as 1
 *   - a start of a core empties the FIFO towards it, and leaves the rest of
 *     the mailbox as it is
 *   - GEN_CTRL clears FIFOs, events, software interrupts and enables
 */
static const struct {
    const char *name;
    uint8_t bit[4];     /* of RD, NF, WR, NE */
} int_maps[] = {
    { "linux", { 0, 3, 1, 2 } },
    { "mtk",   { 3, 2, 1, 0 } },
    { "ctl",   { 0, 1, 2, 3 } },
};

enum {
    R_VERSION = 0x00, R_GEN_CTRL = 0x04, R_DBG_IDX = 0x08, R_DBG_PROBE = 0x0c,
    R_SW_TX = 0x14, R_SW_EN = 0x18, R_SW_STS = 0x1c, R_FIFO_CTRL = 0x20,
    R_NF_THRS = 0x30, R_NE_THRS = 0x34, R_INT_EN = 0x38, R_INT_STS = 0x3c,
    R_CMD_POST = 0x40, R_DATA_POST = 0x44, R_POST_CNT = 0x48,
    R_CMD_POP = 0x50, R_DATA_POP = 0x54, R_POP_CNT = 0x58, R_SEM = 0x60,
};

#define RD 1
#define WR 2
static const struct {
    uint32_t off;
    const char *name;
    int dir;            /* RD, WR or both */
    uint32_t mask;      /* bits that may be written as 1 */
} regs[] = {
    { R_VERSION,   "VERSION",        RD,      0 },
    { R_GEN_CTRL,  "GEN_CTRL",       WR,      0x3 },
    { R_DBG_IDX,   "DBG_IDX",        RD | WR, 0xffffffff },
    { R_DBG_PROBE, "DBG_PROBE",      RD,      0 },
    { R_SW_TX,     "SW_TX_INT_PORT", WR,      0xff },
    { R_SW_EN,     "SW_RX_INT_EN",   RD | WR, 0xff },
    { R_SW_STS,    "SW_RX_INT_STS",  RD | WR, 0xff },
    { R_FIFO_CTRL, "FIFO_CTRL",      RD | WR, 0x3ff },
    { R_NF_THRS,   "NF_THRS",        RD | WR, 0xf },
    { R_NE_THRS,   "NE_THRS",        RD | WR, 0xf },
    { R_INT_EN,    "INT_EN",         RD | WR, 0xf },
    { R_INT_STS,   "INT_STS",        RD | WR, 0xf },
    { R_CMD_POST,  "CMD_POST",       WR,      0xffffffff },
    { R_DATA_POST, "DATA_POST",      WR,      0xffffffff },
    { R_POST_CNT,  "POST_CNT",       RD,      0 },
    { R_CMD_POP,   "CMD_POP",        RD,      0 },
    { R_DATA_POP,  "DATA_POP",       RD,      0 },
    { R_POP_CNT,   "POP_CNT",        RD,      0 },
    { R_SEM,       "SEM_PORT",       RD | WR, 0 },
};

void mt3620_misuse(bool strict, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    if (strict) {
        fprintf(stderr, "mt3620: %s\n", text);
        fflush(NULL);
        exit(70);
    }
    qemu_log_mask(LOG_GUEST_ERROR, "mt3620: %s\n", text);
}

static Mt3620MboxEnd *other(Mt3620MboxEnd *e)
{
    return &e->mbox->end[!e->id];
}

static const char *who(Mt3620MboxEnd *e)
{
    return e->id == MT3620_MBOX_NEAR ? e->mbox->near_name : e->mbox->far_name;
}

/* The four FIFO conditions of an end, as a mask of lines */
static uint32_t conditions(Mt3620MboxEnd *e)
{
    uint32_t c = e->events;

    if (MT3620_MBOX_DEPTH - e->count >= MAX(e->nf_thrs, 1)) {
        c |= 1u << MT3620_MBOX_IRQ_NF;
    }
    if (other(e)->count >= MAX(e->ne_thrs, 1)) {
        c |= 1u << MT3620_MBOX_IRQ_NE;
    }
    return c;
}

static uint32_t status(Mt3620MboxEnd *e)
{
    uint32_t c = conditions(e), sts = 0;

    for (int line = 0; line < 4; line++) {
        if (c & (1u << line)) {
            sts |= 1u << e->mbox->map[line];
        }
    }
    return sts;
}

static void update(Mt3620MboxEnd *e)
{
    uint32_t active = status(e) & e->int_en;

    for (int line = 0; line < 4; line++) {
        qemu_set_irq(e->irq[line], (active >> e->mbox->map[line]) & 1);
    }
    qemu_set_irq(e->irq[MT3620_MBOX_IRQ_FIFO], active != 0);
    qemu_set_irq(e->irq[MT3620_MBOX_IRQ_SW], (e->sw_sts & e->sw_en) != 0);
}

static void update_both(Mt3620Mbox *s)
{
    update(&s->end[0]);
    update(&s->end[1]);
}

static bool push(Mt3620MboxEnd *e, uint32_t cmd, uint32_t data)
{
    if (e->count == MT3620_MBOX_DEPTH) {
        return false;
    }
    e->fifo[(e->head + e->count++) % MT3620_MBOX_DEPTH] =
        (Mt3620MboxEntry) { .cmd = cmd, .data = data };
    other(e)->events |= 1u << MT3620_MBOX_IRQ_WR;
    update_both(e->mbox);
    return true;
}

static bool pop(Mt3620MboxEnd *e, Mt3620MboxEntry *entry)
{
    Mt3620MboxEnd *from = other(e);

    if (!from->count) {
        return false;
    }
    *entry = from->fifo[from->head];
    from->head = (from->head + 1) % MT3620_MBOX_DEPTH;
    from->count--;
    from->events |= 1u << MT3620_MBOX_IRQ_RD;
    update_both(e->mbox);
    return true;
}

static void reset_end(Mt3620MboxEnd *e)
{
    e->head = e->count = 0;
    e->latch = 0;
    e->latched = false;
    e->events = 0;
    e->int_en = e->mbox->int_en_reset;
    e->nf_thrs = e->ne_thrs = 1;
    e->sw_en = e->sw_sts = 0;
    e->dbg_idx = e->fifo_ctrl = 0;
}

static void G_GNUC_PRINTF(3, 4)
misuse(Mt3620MboxEnd *e, const char *reg, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    e->counts.misuses++;
    mt3620_misuse(e->mbox->strict, "%s: mailbox %s-%s, register %s: %s",
                  who(e), e->mbox->near_name, e->mbox->far_name, reg, text);
}

/* Find the register of an access, or report why there is none */
static int lookup(Mt3620MboxEnd *e, hwaddr off, unsigned size, int dir,
                  uint32_t val)
{
    char at[16];

    snprintf(at, sizeof(at), "0x%x", (unsigned)off);
    for (int i = 0; i < ARRAY_SIZE(regs); i++) {
        if (off < regs[i].off || off >= regs[i].off + 4) {
            continue;
        }
        if (size != 4 || off != regs[i].off) {
            misuse(e, regs[i].name, "access of %u bytes at offset %s, only "
                   "aligned 32-bit accesses are defined", size, at);
            return -1;
        }
        if (regs[i].off == R_SEM && !e->mbox->has_sem) {
            break;
        }
        if (!(regs[i].dir & dir)) {
            misuse(e, regs[i].name, "%s only register was %s",
                   dir == WR ? "read" : "write",
                   dir == WR ? "written" : "read");
            return -1;
        }
        if (dir == WR && (val & ~regs[i].mask)) {
            misuse(e, regs[i].name, "reserved bits 0x%08x written",
                   val & ~regs[i].mask);
        }
        return i;
    }
    misuse(e, at, "there is no register");
    return -1;
}

static uint64_t mbox_read(void *opaque, hwaddr off, unsigned size)
{
    Mt3620MboxEnd *e = opaque;
    Mt3620Mbox *s = e->mbox;
    Mt3620MboxEnd *peer = other(e);
    Mt3620MboxEntry entry;

    e->counts.reads++;
    if (lookup(e, off, size, RD, 0) < 0) {
        return 0;
    }
    switch (off) {
    case R_VERSION:
        return s->version;
    case R_DBG_IDX:
        return e->dbg_idx;
    case R_SW_EN:
        return e->sw_en;
    case R_SW_STS:
        return e->sw_sts;
    case R_FIFO_CTRL:
        return e->fifo_ctrl;
    case R_NF_THRS:
        return e->nf_thrs;
    case R_NE_THRS:
        return e->ne_thrs;
    case R_INT_EN:
        return e->int_en;
    case R_INT_STS:
        return status(e);
    case R_POST_CNT:
        return e->count;
    case R_POP_CNT:
        return peer->count;
    case R_DATA_POP:
        if (!peer->count) {
            misuse(e, "DATA_POP", "read while the FIFO is empty");
            return 0;
        }
        return peer->fifo[peer->head].data;
    case R_CMD_POP:
        if (!pop(e, &entry)) {
            misuse(e, "CMD_POP", "read while the FIFO is empty");
            return 0;
        }
        if (e->id == MT3620_MBOX_NEAR && s->peer) {
            s->peer->popped(s->peer_opaque);
        }
        return entry.cmd;
    case R_SEM:
        if (s->sem_owner < 0) {
            s->sem_owner = e->id;
        }
        return s->sem_owner == MT3620_MBOX_NEAR ? 2 : 1;
    }
    return 0;
}

static void mbox_write(void *opaque, hwaddr off, uint64_t val, unsigned size)
{
    Mt3620MboxEnd *e = opaque;
    Mt3620Mbox *s = e->mbox;
    Mt3620MboxEnd *peer = other(e);
    uint32_t clear, data;
    int reg;

    e->counts.writes++;
    reg = lookup(e, off, size, WR, val);
    if (reg < 0) {
        return;
    }
    val &= regs[reg].mask;
    switch (off) {
    case R_GEN_CTRL:
        if (val & 1) {
            reset_end(&s->end[0]);
            reset_end(&s->end[1]);
            s->sem_owner = -1;
        } else if (val & 2) {
            reset_end(e);
        }
        update_both(s);
        if (val && e->id == MT3620_MBOX_NEAR && s->peer) {
            s->peer->reset(s->peer_opaque);
        }
        break;
    case R_DBG_IDX:
        e->dbg_idx = val;
        break;
    case R_SW_TX:
        peer->sw_sts |= val;
        update(peer);
        if (e->id == MT3620_MBOX_NEAR && s->peer) {
            s->peer->sw(s->peer_opaque, val);
        }
        break;
    case R_SW_EN:
        e->sw_en = val;
        update(e);
        break;
    case R_SW_STS:
        e->sw_sts &= ~val;
        update(e);
        break;
    case R_FIFO_CTRL:
        e->fifo_ctrl = val;
        break;
    case R_NF_THRS:
        e->nf_thrs = val;
        update(e);
        break;
    case R_NE_THRS:
        e->ne_thrs = val;
        update(e);
        break;
    case R_INT_EN:
        e->int_en = val;
        update(e);
        break;
    case R_INT_STS:
        clear = 0;
        for (int line = 0; line < 4; line++) {
            if (val & (1u << s->map[line])) {
                clear |= 1u << line;
            }
        }
        /* the levels stay as long as their condition holds */
        e->events &= ~clear;
        update(e);
        break;
    case R_DATA_POST:
        e->latch = val;
        e->latched = true;
        break;
    case R_CMD_POST:
        if (!e->latched) {
            misuse(e, "CMD_POST", "no data word was written before it");
        }
        data = e->latch;
        e->latched = false;
        if (s->latch_clears) {
            e->latch = 0;
        }
        if (!push(e, val, data)) {
            misuse(e, "CMD_POST", "written while the FIFO is full, the entry "
                   "is lost");
        } else if (e->id == MT3620_MBOX_NEAR && s->peer) {
            s->peer->posted(s->peer_opaque);
        }
        break;
    case R_SEM:
        if (s->sem_owner != e->id) {
            misuse(e, "SEM_PORT", "released without being held");
        } else {
            s->sem_owner = -1;
        }
        break;
    }
}

static const MemoryRegionOps mbox_ops = {
    .read = mbox_read,
    .write = mbox_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
};

void mt3620_mbox_set_peer(Mt3620Mbox *s, const Mt3620MboxPeerOps *ops,
                          void *opaque)
{
    s->peer = ops;
    s->peer_opaque = opaque;
}

bool mt3620_mbox_far_push(Mt3620Mbox *s, uint32_t cmd, uint32_t data)
{
    return push(&s->end[MT3620_MBOX_FAR], cmd, data);
}

bool mt3620_mbox_far_pop(Mt3620Mbox *s, Mt3620MboxEntry *e)
{
    return pop(&s->end[MT3620_MBOX_FAR], e);
}

void mt3620_mbox_far_flush(Mt3620Mbox *s)
{
    s->end[MT3620_MBOX_NEAR].count = 0;
    update_both(s);
}

uint32_t mt3620_mbox_far_waiting(Mt3620Mbox *s)
{
    return s->end[MT3620_MBOX_NEAR].count;
}

void mt3620_mbox_far_sw(Mt3620Mbox *s, uint32_t bits)
{
    s->end[MT3620_MBOX_NEAR].sw_sts |= bits & 0xff;
    update(&s->end[MT3620_MBOX_NEAR]);
}

static void mbox_init(Object *obj)
{
    Mt3620Mbox *s = MT3620_MBOX(obj);

    for (int i = 0; i < MT3620_MBOX_ENDS; i++) {
        Mt3620MboxEnd *e = &s->end[i];

        e->mbox = s;
        e->id = i;
        memory_region_init_io(&e->mmio, obj, &mbox_ops, e,
                              i ? "mt3620-mailbox-far" : "mt3620-mailbox-near",
                              MT3620_MBOX_SIZE);
        sysbus_init_mmio(SYS_BUS_DEVICE(obj), &e->mmio);
        for (int j = 0; j < MT3620_MBOX_IRQS; j++) {
            sysbus_init_irq(SYS_BUS_DEVICE(obj), &e->irq[j]);
        }
    }
}

static void mbox_reset(DeviceState *dev)
{
    Mt3620Mbox *s = MT3620_MBOX(dev);

    reset_end(&s->end[0]);
    reset_end(&s->end[1]);
    s->sem_owner = -1;
}

static void mbox_realize(DeviceState *dev, Error **errp)
{
    Mt3620Mbox *s = MT3620_MBOX(dev);

    for (int i = 0; i < ARRAY_SIZE(int_maps); i++) {
        if (!strcmp(s->int_map, int_maps[i].name)) {
            s->map = int_maps[i].bit;
        }
    }
    if (!s->map) {
        error_setg(errp, "int-map must be linux, mtk or ctl, not '%s'",
                   s->int_map);
        return;
    }
    if (s->int_en_reset > 0xf) {
        error_setg(errp, "int-en-reset has four bits, 0x%x does not fit",
                   s->int_en_reset);
        return;
    }
    mbox_reset(dev);
}

static Property mbox_properties[] = {
    DEFINE_PROP_STRING("near", Mt3620Mbox, near_name),
    DEFINE_PROP_STRING("far", Mt3620Mbox, far_name),
    DEFINE_PROP_STRING("int-map", Mt3620Mbox, int_map),
    DEFINE_PROP_BOOL("strict", Mt3620Mbox, strict, false),
    DEFINE_PROP_BOOL("latch-clears", Mt3620Mbox, latch_clears, false),
    DEFINE_PROP_BOOL("semaphore", Mt3620Mbox, has_sem, true),
    DEFINE_PROP_UINT32("version", Mt3620Mbox, version, MT3620_MBOX_VERSION),
    DEFINE_PROP_UINT32("int-en-reset", Mt3620Mbox, int_en_reset, 0),
    DEFINE_PROP_END_OF_LIST(),
};

static void mbox_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "MT3620 mailbox channel";
    dc->realize = mbox_realize;
    dc->reset = mbox_reset;
    device_class_set_props(dc, mbox_properties);
}

static const TypeInfo mbox_type = {
    .name = TYPE_MT3620_MBOX,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(Mt3620Mbox),
    .instance_init = mbox_init,
    .class_init = mbox_class_init,
};

static void mbox_register_types(void)
{
    type_register_static(&mbox_type);
}

type_init(mbox_register_types)
