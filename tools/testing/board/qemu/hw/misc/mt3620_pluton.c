/*
 * Pluton, as far as Linux can see it through mailbox channel 0
 *
 * Protocol version 2: a command word in the mailbox names a buffer of a ring
 * block in the A7's memory. A command is one line of the table below.
 *
 * Inferred, and easy to change:
 *   - in which half of the buffers an answer comes (answer-half=m4|a7). With m4
 *     the transmit slot is given back when the request has been copied, with
 *     a7 it carries the answer
 *   - SET_POSTCODE is not answered
 *   - the numbers of states and types, and that a manufacturing state only
 *     ever goes up
 *   - an attestation signs SHA-256 over nonce, count and measurements
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/cutils.h"
#include "qemu/guest-random.h"
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

#define CMD_SEND_EVENT_BUFFERS 0x01
#define SET_MANUFACTURING_MAGIC 0x5f04c5ab
#define MANUFACTURING_LAST 2
#define MEASUREMENTS_MAX 20
#define NS_LATE (10LL * 1000 * SCALE_MS)
#define NS_STORM (200LL * SCALE_US)
#define STORM_ROOM 2            /* entries of the FIFO left for answers */

#define STATUS_OK        0
#define STATUS_REFUSED   1

typedef struct PlutonCommand {
    uint8_t cmd;
    const char *name;
    uint16_t request_len;
    /* fills reply, which is zeroed; returns its length, -1 for no answer */
    int (*run)(Mt3620Pluton *s, const uint8_t *request, uint8_t *reply);
} PlutonCommand;

static int status_reply(Mt3620Pluton *s, uint8_t *reply, uint32_t status)
{
    stl_le_p(reply, s->fault == PLUTON_FAULT_STATUS ? STATUS_REFUSED : status);
    return 4;
}

static int set_postcode(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    s->postcode = ldl_le_p(req);
    return -1;
}

static int get_boot_mode(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    stl_le_p(reply, s->boot_mode);
    return 4;
}

static int read_rng(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    pluton_keys_random(&s->keys, 4, reply);
    return 4;
}

static void attestation_key(Mt3620Pluton *s, uint8_t name[4])
{
    stl_le_p(name, s->generation);
}

static int get_security_state(Mt3620Pluton *s, const uint8_t *req,
                              uint8_t *reply)
{
    uint8_t name[4];

    attestation_key(s, name);
    stl_le_p(reply, s->security_state);
    pluton_keys_public(&s->keys, "general", NULL, 0, reply + 4);
    pluton_keys_public(&s->keys, "attestation", name, sizeof(name), reply + 68);
    return 132;
}

static bool has_capability(Mt3620Pluton *s, uint16_t cap)
{
    for (int i = 0; cap && i < PLUTON_CAPS; i++) {
        if (s->caps[i] == cap) {
            return true;
        }
    }
    return false;
}

static int is_capability(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    reply[0] = has_capability(s, lduw_le_p(req));
    return 1;
}

static int get_capabilities(Mt3620Pluton *s, const uint8_t *req,
                            uint8_t *reply)
{
    for (int i = 0; i < PLUTON_CAPS; i++) {
        stw_le_p(reply + 2 * i, s->caps[i]);
    }
    return 2 * PLUTON_CAPS;
}

static int generate_key(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    s->pending_generation = s->generation + 1;
    return status_reply(s, reply, STATUS_OK);
}

static int commit_key(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    if (s->pending_generation == s->generation) {
        return status_reply(s, reply, STATUS_REFUSED);
    }
    s->generation = s->pending_generation;
    return status_reply(s, reply, STATUS_OK);
}

static int get_tenant_key(Mt3620Pluton *s, const uint8_t *req, uint8_t *reply)
{
    pluton_keys_public(&s->keys, "tenant", req, 64, reply);
    return PLUTON_PUBLIC;
}

static int sign_with_tenant_key(Mt3620Pluton *s, const uint8_t *req,
                                uint8_t *reply)
{
    pluton_keys_sign(&s->keys, "tenant", req, 64, req + 64, reply);
    return PLUTON_SIG;
}

static int process_attestation(Mt3620Pluton *s, const uint8_t *req,
                               uint8_t *reply)
{
    static const char *const stages[] = {
        "pluton runtime", "security monitor", "kernel", "root file system",
    };
    uint8_t signed_part[32 + 4 + MEASUREMENTS_MAX * 36] = { 0 };
    uint8_t *m = signed_part + 36;
    uint8_t digest[PLUTON_DIGEST], name[4];
    int n = ARRAY_SIZE(stages);

    attestation_key(s, name);
    memcpy(signed_part, req, 32);
    stl_le_p(signed_part + 32, n);
    for (int i = 0; i < n; i++) {
        stl_le_p(m + 36 * i, i + 1);
        pluton_keys_sha256(stages[i], strlen(stages[i]), m + 36 * i + 4);
    }
    pluton_keys_sha256(signed_part, 36 + 36 * n, digest);
    reply[0] = 1;
    pluton_keys_public(&s->keys, "attestation", name, sizeof(name), reply + 4);
    pluton_keys_sign(&s->keys, "attestation", name, sizeof(name), digest,
                     reply + 68);
    memcpy(reply + 132, signed_part + 32, 4 + MEASUREMENTS_MAX * 36);
    return 856;
}

static int get_manufacturing(Mt3620Pluton *s, const uint8_t *req,
                             uint8_t *reply)
{
    status_reply(s, reply, STATUS_OK);
    stl_le_p(reply + 4, s->manufacturing);
    return 8;
}

static int set_manufacturing(Mt3620Pluton *s, const uint8_t *req,
                             uint8_t *reply)
{
    uint32_t state = ldl_le_p(req + 4);

    if (ldl_le_p(req) != SET_MANUFACTURING_MAGIC ||
        state > MANUFACTURING_LAST || state < s->manufacturing) {
        return status_reply(s, reply, STATUS_REFUSED);
    }
    if (s->fault != PLUTON_FAULT_STATUS) {
        s->manufacturing = state;
    }
    return status_reply(s, reply, STATUS_OK);
}

static const PlutonCommand commands[] = {
    { 0x02, "SET_POSTCODE",             4,  set_postcode },
    { 0x03, "GET_BOOT_MODE_FLAGS",      0,  get_boot_mode },
    { 0x40, "READ_RNG",                 0,  read_rng },
    { 0x41, "GET_SECURITY_STATE",       0,  get_security_state },
    { 0x48, "IS_CAPABILITY_ENABLED",    4,  is_capability },
    { 0x49, "GET_ENABLED_CAPABILITIES", 0,  get_capabilities },
    { 0x4a, "GENERATE_CLIENT_AUTH_KEY", 0,  generate_key },
    { 0x4b, "GET_TENANT_PUBLIC_KEY",    64, get_tenant_key },
    { 0x4c, "PROCESS_ATTESTATION",      32, process_attestation },
    { 0x4d, "SIGN_WITH_TENANT_ATTESTATION_KEY", 96, sign_with_tenant_key },
    { 0x4e, "COMMIT_CLIENT_AUTH_KEY",   0,  commit_key },
    { 0x51, "GET_MANUFACTURING_STATE",  0,  get_manufacturing },
    { 0x52, "SET_MANUFACTURING_STATE",  8,  set_manufacturing },
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

/* ---- the ring block ------------------------------------------------------ */

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

/*
 * Overwrite one field of one entry; over time every field of every entry, but
 * for those by which the model itself finds its buffers
 */
static void mutate_table(Mt3620Pluton *s)
{
    static const struct {
        uint8_t off, len;
    } fields[] = { { 4, 4 }, { 8, 2 }, { 11, 1 } };
    uint32_t n = s->mutation++;
    uint8_t garbage[4];
    int f = n % ARRAY_SIZE(fields);

    pluton_keys_random(&s->keys, sizeof(garbage), garbage);
    mem_write(entry_at(s, n % 128) + fields[f].off, garbage, fields[f].len);
    if (n % 4 == 0) {
        /* the A7's slots: free while in use, or neither free nor in use */
        set_available(s, PLUTON_M4_BUFFERS + garbage[0] % PLUTON_A7_BUFFERS,
                      garbage[1] & 1 ? 1 : garbage[2] | 2);
    }
    if (n % 8 == 0) {
        mem_write(s->block, garbage, 4);
    }
}

/* ---- answers ------------------------------------------------------------- */

static bool post(Mt3620Pluton *s, uint8_t version, uint8_t seq, uint8_t cmd,
                 uint8_t index)
{
    return mt3620_mbox_far_push(s->mbox, version | seq << 8 | cmd << 16 |
                                (uint32_t)index << 24, 0);
}

/* The buffer for an answer, -1 if the A7 has to free one first */
static int answer_buffer(Mt3620Pluton *s, const PlutonRequest *r)
{
    if (s->answer_in_a7) {
        return r->index;
    }
    for (int i = 0; i < PLUTON_M4_BUFFERS; i++) {
        int index = (s->next_m4 + i) % PLUTON_M4_BUFFERS;

        if (available(s, index)) {
            return index;
        }
    }
    return -1;
}

/* Returns false when the answer has to wait for room */
static bool answer(Mt3620Pluton *s, const PlutonRequest *r,
                   const uint8_t *payload, int len)
{
    int index = answer_buffer(s, r);
    uint8_t version = PLUTON_VERSION, seq = r->seq, cmd = r->cmd, named;
    uint16_t size = len;
    uint8_t head[4] = { 0 };
    uint32_t buf;

    if (index < 0 ||
        s->mbox->end[MT3620_MBOX_FAR].count == MT3620_MBOX_DEPTH) {
        return false;
    }
    if (!s->answer_in_a7) {
        s->next_m4 = (index + 1) % PLUTON_M4_BUFFERS;
        set_available(s, index, 0);
    }
    named = index;
    switch (s->fault) {
    case PLUTON_FAULT_SEQUENCE:
        seq ^= 0x80;
        break;
    case PLUTON_FAULT_COMMAND:
        cmd = cmd == 0x40 ? 0x41 : 0x40;
        break;
    case PLUTON_FAULT_SLOT:
        /* one that is not there, or another one */
        named = s->mutation++ % 3 ?
                PLUTON_BUFFERS + s->mutation % (256 - PLUTON_BUFFERS) :
                (index + 1 + s->mutation % (PLUTON_BUFFERS - 1)) %
                PLUTON_BUFFERS;
        break;
    case PLUTON_FAULT_VERSION:
        version = 3;
        break;
    case PLUTON_FAULT_SHORT:
        size = 1;
        break;
    case PLUTON_FAULT_LONG:
        size = s->mutation++ % 2 ? 0xffff : PLUTON_PAYLOAD_MAX + 1;
        break;
    case PLUTON_FAULT_TABLE:
        mutate_table(s);
        break;
    default:
        break;
    }
    /* where the model writes is not for the guest to choose in this fault */
    buf = s->fault == PLUTON_FAULT_TABLE ?
          s->block + 0x604 + PLUTON_BUFFER_SIZE * index : buffer_of(s, index);
    stw_le_p(head, size);
    mem_write(buf, head, sizeof(head));
    mem_write(buf + 4, payload, len);
    if (s->fault == PLUTON_FAULT_UNSOLICITED) {
        for (int i = 0; i < 10; i++) {
            post(s, version, 0, cmd, named);
        }
    }
    post(s, version, seq, cmd, named);
    if (s->fault == PLUTON_FAULT_DUPLICATE) {
        post(s, version, seq, cmd, named);
    } else if (s->fault == PLUTON_FAULT_FLIP) {
        s->flip_addr = buf;
        timer_mod(s->flip_timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + 1000);
    }
    s->answered++;
    return true;
}

static void flip(void *opaque)
{
    Mt3620Pluton *s = opaque;
    uint8_t size[2] = { 0xff, 0xff };

    mem_write(s->flip_addr, size, sizeof(size));
}

static void storm(void *opaque)
{
    Mt3620Pluton *s = opaque;

    if (s->fault != PLUTON_FAULT_STORM) {
        return;
    }
    while (s->mbox->end[MT3620_MBOX_FAR].count <
           MT3620_MBOX_DEPTH - STORM_ROOM) {
        uint8_t b[4];

        /* every other word is one that could be an answer */
        pluton_keys_random(&s->keys, sizeof(b), b);
        if (s->mutation++ & 1) {
            b[0] = PLUTON_VERSION;
            b[2] = b[2] & 1 ? 0x40 : 0x41;
            b[3] %= PLUTON_BUFFERS;
        }
        post(s, b[0], b[1], b[2], b[3]);
    }
    timer_mod(s->storm_timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + NS_STORM);
}

static void drop(Mt3620Pluton *s, uint32_t i)
{
    memmove(&s->queue[i], &s->queue[i + 1],
            (s->count - i - 1) * sizeof(s->queue[0]));
    s->count--;
}

static void work(void *opaque)
{
    Mt3620Pluton *s = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    while (s->count && s->queue[0].due <= now) {
        /* pairs swap places; one that stays alone goes out as it is */
        uint32_t i = s->fault == PLUTON_FAULT_REORDER && s->count > 1;
        const PlutonRequest *r = &s->queue[i];
        const PlutonCommand *c = find_command(r->cmd);
        uint8_t reply[PLUTON_PAYLOAD_MAX] = { 0 };
        int len;

        /* an answer that has no room yet must not be made twice */
        if (answer_buffer(s, r) < 0 ||
            s->mbox->end[MT3620_MBOX_FAR].count == MT3620_MBOX_DEPTH) {
            timer_mod(s->timer, now + 100 * SCALE_US);
            return;
        }
        len = c->run(s, r->payload, reply);
        if (len >= 0) {
            answer(s, r, reply, len);
        } else if (s->answer_in_a7) {
            set_available(s, r->index, 1);
        }
        drop(s, i);
    }
    if (s->count) {
        timer_mod(s->timer, s->queue[0].due);
    }
}

/* ---- requests ------------------------------------------------------------ */

/* With serial=on, two requests of one class at once are against the rules */
static uint8_t class_of(uint8_t cmd)
{
    return cmd == 0x40 ? 0x40 : cmd >= 0x4a && cmd <= 0x4e ? 0x4a : 0;
}

static void check_serial(Mt3620Pluton *s, const PlutonRequest *new)
{
    for (uint32_t i = 0; s->serial && i < s->count; i++) {
        if (class_of(s->queue[i].cmd) == class_of(new->cmd)) {
            s->violations++;
            mt3620_misuse(s->strict, "pluton: %s while %s is being worked on, "
                          "and serial=on", find_command(new->cmd)->name,
                          find_command(s->queue[i].cmd)->name);
            return;
        }
    }
}

static void set_up(Mt3620Pluton *s, uint32_t block)
{
    uint8_t counts[4];

    s->block = block;
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
}

static void take(Mt3620Pluton *s, const Mt3620MboxEntry *e)
{
    uint8_t version = e->cmd, seq = e->cmd >> 8, cmd = e->cmd >> 16,
            index = e->cmd >> 24;
    const PlutonCommand *c = find_command(cmd);
    PlutonRequest r = { .seq = seq, .cmd = cmd, .index = index };
    uint32_t buf;
    uint8_t head[4];

    if (version != PLUTON_VERSION) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x has version %u, not "
                      "%u", e->cmd, version, PLUTON_VERSION);
        return;
    }
    if (cmd == CMD_SEND_EVENT_BUFFERS) {
        set_up(s, e->data);
        return;
    }
    if (s->fault == PLUTON_FAULT_RESTART) {
        mt3620_pluton_restart(s);
    }
    if (!s->ready) {
        /* after a restart of its own that is nobody's mistake */
        mt3620_misuse(s->strict && !s->block,
                      "pluton: command 0x%08x before the ring block was given",
                      e->cmd);
        return;
    }
    if (index < PLUTON_M4_BUFFERS || index >= PLUTON_BUFFERS) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x names buffer %u, the "
                      "A7's are %u to %u", e->cmd, index, PLUTON_M4_BUFFERS,
                      PLUTON_BUFFERS - 1);
        return;
    }
    if (available(s, index) && s->fault != PLUTON_FAULT_TABLE) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x names buffer %u, "
                      "which is marked available", e->cmd, index);
    }
    if (!c || s->count == PLUTON_QUEUE) {
        qemu_log_mask(LOG_UNIMP, "mt3620: pluton: command 0x%02x is not "
                      "answered\n", cmd);
        set_available(s, index, 1);
        return;
    }
    buf = buffer_of(s, index);
    mem_read(buf, head, sizeof(head));
    r.len = MIN(lduw_le_p(head), PLUTON_PAYLOAD_MAX);
    mem_read(buf + 4, r.payload, r.len);
    if (lduw_le_p(head + 2)) {
        mt3620_misuse(s->strict, "pluton: command 0x%08x has 0x%04x in the "
                      "reserved word of its message", e->cmd,
                      lduw_le_p(head + 2));
    }
    if (r.len != c->request_len) {
        mt3620_misuse(s->strict, "pluton: %s has %u bytes, not %u", c->name,
                      r.len, c->request_len);
    }
    if (!s->answer_in_a7) {
        set_available(s, index, 1);
    }
    if (s->fault == PLUTON_FAULT_SILENT) {
        return;
    }
    check_serial(s, &r);
    r.due = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
            (s->fault == PLUTON_FAULT_LATE ? NS_LATE :
             (int64_t)s->delay_us * SCALE_US);
    s->queue[s->count++] = r;
    timer_mod(s->timer, s->queue[0].due);
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
        timer_mod(s->timer, MAX(s->queue[0].due,
                                qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)));
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

/* ---- switches ------------------------------------------------------------ */

void mt3620_pluton_set_fault(Mt3620Pluton *s, uint32_t fault)
{
    s->fault = fault < PLUTON_FAULTS ? fault : PLUTON_FAULT_NONE;
    storm(s);
    if (s->fault != PLUTON_FAULT_LATE) {
        /* what was to come late comes now */
        for (uint32_t i = 0; i < s->count; i++) {
            s->queue[i].due = MIN(s->queue[i].due,
                                  qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        }
        pluton_popped(s);
    }
}

/* Everything is forgotten but what the device keeps for ever */
void mt3620_pluton_restart(Mt3620Pluton *s)
{
    s->ready = false;
    s->count = 0;
    s->pending_generation = s->generation;
    timer_del(s->timer);
}

static bool load_identity(Mt3620Pluton *s, uint8_t secret[32], Error **errp)
{
    g_autofree char *data = NULL;
    gsize len;

    if (!s->identity || !*s->identity) {
        return false;
    }
    if (g_file_get_contents(s->identity, &data, &len, NULL)) {
        if (len != 32) {
            error_setg(errp, "pluton-identity: '%s' has %zu bytes, not 32",
                       s->identity, len);
        } else {
            memcpy(secret, data, 32);
        }
        return true;
    }
    qemu_guest_getrandom_nofail(secret, 32);
    if (!g_file_set_contents(s->identity, (char *)secret, 32, NULL)) {
        error_setg(errp, "pluton-identity: '%s' cannot be written",
                   s->identity);
    }
    return true;
}

static void pluton_reset(DeviceState *dev)
{
    Mt3620Pluton *s = MT3620_PLUTON(dev);
    uint8_t secret[32] = { 0 }, entropy[32] = { 0 };

    mt3620_pluton_restart(s);
    s->block = 0;
    s->fault = PLUTON_FAULT_NONE;
    memcpy(secret, s->keys.secret, sizeof(secret));
    if (s->seed) {
        stq_le_p(entropy, s->seed);
    } else {
        qemu_guest_getrandom_nofail(entropy, sizeof(entropy));
    }
    pluton_keys_init(&s->keys, secret, entropy);
}

static void pluton_realize(DeviceState *dev, Error **errp)
{
    Mt3620Pluton *s = MT3620_PLUTON(dev);
    const char *p = s->capabilities;
    uint8_t secret[32];
    Error *err = NULL;

    if (!strcmp(s->answer_half, "a7")) {
        s->answer_in_a7 = true;
    } else if (strcmp(s->answer_half, "m4")) {
        error_setg(errp, "pluton-answer-half must be m4 or a7, not '%s'",
                   s->answer_half);
        return;
    }
    for (int i = 0; p && *p; i++) {
        unsigned cap;

        if (i == PLUTON_CAPS || qemu_strtoui(p, &p, 0, &cap) || !cap ||
            cap > 0xffff || (*p && *p++ != ':')) {
            error_setg(errp, "pluton-capabilities must be up to 64 numbers "
                       "with colons between, not '%s'", s->capabilities);
            return;
        }
        s->caps[i] = cap;
    }
    if (!load_identity(s, secret, &err)) {
        g_autofree char *text = g_strdup_printf("device %" PRIu64, s->seed);

        pluton_keys_sha256(text, strlen(text), secret);
    }
    if (err) {
        error_propagate(errp, err);
        return;
    }
    memcpy(s->keys.secret, secret, sizeof(secret));
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, work, s);
    s->flip_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, flip, s);
    s->storm_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, storm, s);
    mt3620_mbox_set_peer(s->mbox, &pluton_peer, s);
    pluton_reset(dev);
}

static Property pluton_properties[] = {
    DEFINE_PROP_LINK("mailbox", Mt3620Pluton, mbox, TYPE_MT3620_MBOX,
                     Mt3620Mbox *),
    DEFINE_PROP_UINT64("seed", Mt3620Pluton, seed, 1),
    DEFINE_PROP_UINT32("delay-us", Mt3620Pluton, delay_us, 20),
    DEFINE_PROP_UINT32("security-state", Mt3620Pluton, security_state, 1),
    DEFINE_PROP_UINT32("boot-mode", Mt3620Pluton, boot_mode, 0),
    DEFINE_PROP_STRING("answer-half", Mt3620Pluton, answer_half),
    DEFINE_PROP_STRING("identity", Mt3620Pluton, identity),
    DEFINE_PROP_STRING("capabilities", Mt3620Pluton, capabilities),
    DEFINE_PROP_BOOL("strict", Mt3620Pluton, strict, false),
    DEFINE_PROP_BOOL("serial", Mt3620Pluton, serial, false),
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
