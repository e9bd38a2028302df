/*
 * MT3620 board: one or two Cortex-A7 for Linux, two Cortex-M4, Pluton behind a
 * mailbox. Addresses and interrupt numbers are the published ones of the chip;
 * what the chip does not have (board control, windows onto the M4's memories,
 * a second A7) is marked so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/arm/armv7m.h"
#include "hw/arm/boot.h"
#include "hw/boards.h"
#include "hw/char/serial.h"
#include "hw/cpu/a15mpcore.h"
#include "hw/cpu/cluster.h"
#include "hw/loader.h"
#include "hw/misc/mt3620_board_ctl.h"
#include "hw/misc/mt3620_mailbox.h"
#include "hw/misc/mt3620_pluton.h"
#include "hw/misc/mt3620_ring_peer.h"
#include "hw/misc/unimp.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"
#include "sysemu/reset.h"
#include "sysemu/sysemu.h"
#include "target/arm/cpu.h"

#define A7_MAX          2

/* A7 view */
#define RAM_BASE        0x80000000
#define FLASH_BASE      0x90000000
#define FLASH_SIZE      (16 * MiB)
#define PERIPH_BASE     0x00100000      /* GIC: +0x1000 and +0x2000 */
#define MBOX_BASE       0x31000000
#define MBOX_STRIDE     0x10000
#define UART_BASE       0x31040000
#define UART_SPI        5
#define NUM_SPI         192

/* Interrupts of channel n: the first is 40 + 6 * n (the odd ones inferred) */
#define MBOX_SPI        40

/* Not of the chip */
#define CTL_BASE        0x3f000000
#define WINDOW_BASE     0x3f100000
#define WINDOW_STRIDE   0x00100000
#define WINDOW_SYSRAM   0x00040000

/* M4 view */
#define M4_FLASH        0x10000000
#define M4_TCM          0x00100000
#define M4_TCM_SIZE     (192 * KiB)
#define M4_SYSRAM       0x22000000
#define M4_SYSRAM_SIZE  (64 * KiB)
#define M4_MBOX_A7      0x21050000
#define M4_MBOX_M4      0x21060000
#define M4_NVIC_A7      6
#define M4_NVIC_M4      12
#define M4_CLOCK_HZ     197600000

#define TYPE_MT3620_MACHINE MACHINE_TYPE_NAME("mt3620")
OBJECT_DECLARE_SIMPLE_TYPE(Mt3620Machine, MT3620_MACHINE)

struct Mt3620Machine {
    MachineState parent_obj;

    CPUClusterState a7_cluster;
    ARMCPU a7[A7_MAX];
    A15MPPrivState mpcore;
    MemoryRegion flash;
    CPUClusterState m4_cluster[MT3620_CORES];
    ARMv7MState m4[MT3620_CORES];
    MemoryRegion m4_view[MT3620_CORES], m4_tcm[MT3620_CORES];
    MemoryRegion m4_sysram[MT3620_CORES], m4_ram[MT3620_CORES];
    MemoryRegion m4_flash[MT3620_CORES];
    MemoryRegion tcm_window[MT3620_CORES], sysram_window[MT3620_CORES];
    Clock *m4_clk;
    Mt3620Mbox mbox[MT3620_CHANNELS];
    Mt3620Mbox m4_mbox;
    Mt3620RingPeer ring_peer[MT3620_CORES];
    Mt3620Pluton pluton;
    Mt3620BoardCtl ctl;
    struct arm_boot_info binfo;

    /* properties */
    uint32_t a7_cpus, int_en_reset, version, pluton_delay_us;
    uint64_t seed;
    bool strict, latch_clears, serial;
    char *int_map, *fw[MT3620_CORES], *peer[MT3620_CORES], *answer_half;
    char *flash_file, *identity, *capabilities;
};

/* ---- peers without an M4, for measurements and for hostile behaviour ---- */

static void echo_posted(void *opaque)
{
    Mt3620Mbox *mb = opaque;
    Mt3620MboxEntry e;

    while (mb->end[MT3620_MBOX_FAR].count < MT3620_MBOX_DEPTH &&
           mt3620_mbox_far_pop(mb, &e)) {
        mt3620_mbox_far_push(mb, e.cmd, e.data);
    }
}

static void echo_sw(void *opaque, uint32_t bits)
{
    mt3620_mbox_far_sw(opaque, bits);
}

static void sink_posted(void *opaque)
{
    Mt3620MboxEntry e;

    while (mt3620_mbox_far_pop(opaque, &e)) {
        /* gone */
    }
}

static void flood(void *opaque)
{
    while (mt3620_mbox_far_push(opaque, 0xf100d000, 0xf100d001)) {
        /* until it is full */
    }
}

static void storm_sw(void *opaque, uint32_t bits)
{
    mt3620_mbox_far_sw(opaque, 0xff);
}

static void nothing(void *opaque)
{
}

static void nothing_sw(void *opaque, uint32_t bits)
{
}

static const struct {
    const char *name;
    Mt3620MboxPeerOps ops;
} peers[] = {
    /* sends everything back */
    { "echo",  { echo_posted, echo_posted, echo_sw, nothing } },
    /* takes everything, says nothing */
    { "sink",  { sink_posted, nothing, nothing_sw, nothing } },
    /* once touched, keeps our receive FIFO full for ever */
    { "flood", { flood, flood, storm_sw, nothing } },
    /* never takes anything */
    { "stuck", { nothing, nothing, nothing_sw, nothing } },
};

static void set_peer(Mt3620Machine *s, int core, const char *name)
{
    Mt3620Mbox *mb = &s->mbox[1 + core];

    if (!strcmp(name, "rings")) {
        mt3620_ring_peer_connect(&s->ring_peer[core], mb);
        return;
    }
    for (int i = 0; i < ARRAY_SIZE(peers); i++) {
        if (!strcmp(name, peers[i].name)) {
            mt3620_mbox_set_peer(mb, &peers[i].ops, mb);
            return;
        }
    }
    error_report("mt3620: there is no peer called '%s': use echo, sink, flood, "
                 "stuck or rings", name);
    exit(1);
}

/* ---- the parts ---------------------------------------------------------- */

static void create_a7(Mt3620Machine *s)
{
    MachineState *machine = MACHINE(s);
    DeviceState *gic;

    object_initialize_child(OBJECT(s), "a7-cluster", &s->a7_cluster,
                            TYPE_CPU_CLUSTER);
    qdev_prop_set_uint32(DEVICE(&s->a7_cluster), "cluster-id", 0);
    for (int i = 0; i < s->a7_cpus; i++) {
        Object *cpu;
        g_autofree char *name = g_strdup_printf("a7-%d", i);

        object_initialize_child(OBJECT(&s->a7_cluster), name, &s->a7[i],
                                ARM_CPU_TYPE_NAME("cortex-a7"));
        cpu = OBJECT(&s->a7[i]);
        object_property_set_bool(cpu, "has_el3", false, &error_fatal);
        object_property_set_bool(cpu, "has_el2", false, &error_fatal);
        object_property_set_int(cpu, "reset-cbar", PERIPH_BASE, &error_abort);
        object_property_set_int(cpu, "mp-affinity", i, &error_abort);
        object_property_set_int(cpu, "psci-conduit", QEMU_PSCI_CONDUIT_HVC,
                                &error_abort);
        object_property_set_bool(cpu, "start-powered-off",
                                 i > 0 || !machine->kernel_filename,
                                 &error_abort);
        qdev_realize(DEVICE(cpu), NULL, &error_fatal);
    }
    qdev_realize(DEVICE(&s->a7_cluster), NULL, &error_fatal);

    object_initialize_child(OBJECT(s), "mpcore", &s->mpcore,
                            TYPE_A15MPCORE_PRIV);
    gic = DEVICE(&s->mpcore);
    qdev_prop_set_uint32(gic, "num-cpu", s->a7_cpus);
    qdev_prop_set_uint32(gic, "num-irq", NUM_SPI + 32);
    sysbus_realize(SYS_BUS_DEVICE(gic), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(gic), 0, PERIPH_BASE);
    for (int i = 0; i < s->a7_cpus; i++) {
        DeviceState *cpu = DEVICE(&s->a7[i]);

        sysbus_connect_irq(SYS_BUS_DEVICE(gic), i,
                           qdev_get_gpio_in(cpu, ARM_CPU_IRQ));
        sysbus_connect_irq(SYS_BUS_DEVICE(gic), i + s->a7_cpus,
                           qdev_get_gpio_in(cpu, ARM_CPU_FIQ));
    }
}

static void create_mbox(Mt3620Machine *s, Mt3620Mbox *mb, const char *name,
                        const char *near_name, const char *far_name, bool sem)
{
    DeviceState *d;

    object_initialize_child(OBJECT(s), name, mb, TYPE_MT3620_MBOX);
    d = DEVICE(mb);
    qdev_prop_set_string(d, "near", near_name);
    qdev_prop_set_string(d, "far", far_name);
    qdev_prop_set_string(d, "int-map", s->int_map);
    qdev_prop_set_bit(d, "strict", s->strict);
    qdev_prop_set_bit(d, "latch-clears", s->latch_clears);
    qdev_prop_set_bit(d, "semaphore", sem);
    qdev_prop_set_uint32(d, "version", s->version);
    qdev_prop_set_uint32(d, "int-en-reset", s->int_en_reset);
    sysbus_realize(SYS_BUS_DEVICE(mb), &error_fatal);
}

static void create_mailboxes(Mt3620Machine *s)
{
    static const char *const far_names[] = { "pluton", "m4-0", "m4-1" };
    DeviceState *gic = DEVICE(&s->mpcore);

    for (int i = 0; i < MT3620_CHANNELS; i++) {
        g_autofree char *name = g_strdup_printf("mailbox-%d", i);
        SysBusDevice *sbd;

        create_mbox(s, &s->mbox[i], name, "a7", far_names[i], i > 0);
        sbd = SYS_BUS_DEVICE(&s->mbox[i]);
        sysbus_mmio_map(sbd, MT3620_MBOX_NEAR, MBOX_BASE + i * MBOX_STRIDE);
        for (int j = 0; j < MT3620_MBOX_IRQS; j++) {
            sysbus_connect_irq(sbd, j, qdev_get_gpio_in(gic, MBOX_SPI +
                               i * MT3620_MBOX_IRQS + j));
        }
    }
    create_mbox(s, &s->m4_mbox, "mailbox-m4", "m4-0", "m4-1", false);
}

/* After arm_load_kernel(), which would take the M4s for A7s */
static void create_m4(Mt3620Machine *s, int i)
{
    g_autofree char *name = g_strdup_printf("m4-%d", i);
    g_autofree char *cluster = g_strdup_printf("m4-cluster-%d", i);
    g_autofree char *tcm = g_strdup_printf("m4-%d.tcm", i);
    g_autofree char *sysram = g_strdup_printf("m4-%d.sysram", i);
    MemoryRegion *view = &s->m4_view[i];
    Mt3620Mbox *mb = &s->mbox[1 + i];
    DeviceState *d;
    MemoryRegion *sys = get_system_memory();

    memory_region_init(view, OBJECT(s), name, UINT64_MAX);
    memory_region_init_ram(&s->m4_tcm[i], NULL, tcm, M4_TCM_SIZE,
                           &error_fatal);
    memory_region_add_subregion(view, M4_TCM, &s->m4_tcm[i]);
    memory_region_init_ram(&s->m4_sysram[i], NULL, sysram, M4_SYSRAM_SIZE,
                           &error_fatal);
    memory_region_add_subregion(view, M4_SYSRAM, &s->m4_sysram[i]);
    memory_region_add_subregion(view, M4_MBOX_A7,
                                &mb->end[MT3620_MBOX_FAR].mmio);
    memory_region_add_subregion(view, M4_MBOX_M4, &s->m4_mbox.end[i].mmio);
    memory_region_init_alias(&s->m4_ram[i], OBJECT(s), "m4.ram",
                             MACHINE(s)->ram, 0, MACHINE(s)->ram_size);
    memory_region_add_subregion(view, RAM_BASE, &s->m4_ram[i]);
    memory_region_init_alias(&s->m4_flash[i], OBJECT(s), "m4.flash",
                             &s->flash, 0, FLASH_SIZE);
    memory_region_add_subregion(view, M4_FLASH, &s->m4_flash[i]);

    memory_region_init_alias(&s->tcm_window[i], OBJECT(s), "tcm-window",
                             &s->m4_tcm[i], 0, M4_TCM_SIZE);
    memory_region_add_subregion(sys, WINDOW_BASE + i * WINDOW_STRIDE,
                                &s->tcm_window[i]);
    memory_region_init_alias(&s->sysram_window[i], OBJECT(s), "sysram-window",
                             &s->m4_sysram[i], 0, M4_SYSRAM_SIZE);
    memory_region_add_subregion(sys, WINDOW_BASE + i * WINDOW_STRIDE +
                                WINDOW_SYSRAM, &s->sysram_window[i]);

    object_initialize_child(OBJECT(s), cluster, &s->m4_cluster[i],
                            TYPE_CPU_CLUSTER);
    qdev_prop_set_uint32(DEVICE(&s->m4_cluster[i]), "cluster-id", 1 + i);
    object_initialize_child(OBJECT(&s->m4_cluster[i]), name, &s->m4[i],
                            TYPE_ARMV7M);
    d = DEVICE(&s->m4[i]);
    qdev_prop_set_uint32(d, "num-irq", 100);
    qdev_prop_set_string(d, "cpu-type", ARM_CPU_TYPE_NAME("cortex-m4"));
    qdev_prop_set_uint32(d, "init-nsvtor", M4_TCM);
    qdev_prop_set_bit(d, "start-powered-off", true);
    qdev_connect_clock_in(d, "cpuclk", s->m4_clk);
    object_property_set_link(OBJECT(d), "memory", OBJECT(view), &error_fatal);
    sysbus_realize(SYS_BUS_DEVICE(d), &error_fatal);
    qdev_realize(DEVICE(&s->m4_cluster[i]), NULL, &error_fatal);
    for (int j = 0; j < MT3620_MBOX_IRQS; j++) {
        sysbus_connect_irq(SYS_BUS_DEVICE(mb), MT3620_MBOX_IRQS + j,
                           qdev_get_gpio_in(d, M4_NVIC_A7 + j));
        sysbus_connect_irq(SYS_BUS_DEVICE(&s->m4_mbox),
                           i * MT3620_MBOX_IRQS + j,
                           qdev_get_gpio_in(d, M4_NVIC_M4 + j));
    }
    qdev_connect_gpio_out_named(d, "SYSRESETREQ", 0,
                                qdev_get_gpio_in(DEVICE(&s->ctl), i));
    armv7m_load_kernel(s->m4[i].cpu, s->fw[i] && *s->fw[i] ? s->fw[i] : NULL,
                       M4_TCM, M4_TCM_SIZE);
    s->ctl.core[i] = &s->m4[i];
    s->ctl.vtor[i] = M4_TCM;
}

static void create_ctl(Mt3620Machine *s)
{
    object_initialize_child(OBJECT(s), "board-ctl", &s->ctl,
                            TYPE_MT3620_BOARD_CTL);
    s->ctl.strict = s->strict;
    s->ctl.pluton = &s->pluton;
    for (int i = 0; i < MT3620_CHANNELS; i++) {
        s->ctl.mbox[i] = &s->mbox[i];
    }
    sysbus_realize(SYS_BUS_DEVICE(&s->ctl), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(&s->ctl), 0, CTL_BASE);
}

static void create_pluton(Mt3620Machine *s)
{
    DeviceState *d;

    object_initialize_child(OBJECT(s), "pluton", &s->pluton,
                            TYPE_MT3620_PLUTON);
    d = DEVICE(&s->pluton);
    object_property_set_link(OBJECT(d), "mailbox", OBJECT(&s->mbox[0]),
                             &error_fatal);
    qdev_prop_set_uint64(d, "seed", s->seed);
    qdev_prop_set_uint32(d, "delay-us", s->pluton_delay_us);
    qdev_prop_set_string(d, "answer-half", s->answer_half);
    qdev_prop_set_bit(d, "strict", s->strict);
    qdev_prop_set_bit(d, "serial", s->serial);
    qdev_prop_set_string(d, "identity", s->identity ?: "");
    qdev_prop_set_string(d, "capabilities", s->capabilities ?: "");
    qdev_realize(d, NULL, &error_fatal);
}

/* With firmware on the command line a core starts with the machine */
static void mt3620_reset(MachineState *machine, ShutdownCause reason)
{
    Mt3620Machine *s = MT3620_MACHINE(machine);

    qemu_devices_reset(reason);
    device_cold_reset(DEVICE(&s->pluton));
    for (int i = 0; i < MT3620_CORES; i++) {
        s->ctl.vtor[i] = M4_TCM;
        if (s->fw[i] && *s->fw[i]) {
            mt3620_board_ctl_start(&s->ctl, i);
        } else {
            mt3620_board_ctl_stop(&s->ctl, i);
        }
    }
}

static void mt3620_init(MachineState *machine)
{
    Mt3620Machine *s = MT3620_MACHINE(machine);
    MemoryRegion *sys = get_system_memory();

    if (machine->ram_size < 4 * MiB || machine->ram_size > 256 * MiB) {
        error_report("mt3620: memory must be 4 to 256 MiB");
        exit(1);
    }
    if (s->a7_cpus < 1 || s->a7_cpus > A7_MAX) {
        error_report("mt3620: a7-cpus must be 1 or 2");
        exit(1);
    }
    memory_region_add_subregion(sys, RAM_BASE, machine->ram);
    memory_region_init_rom(&s->flash, NULL, "mt3620.flash", FLASH_SIZE,
                           &error_fatal);
    memory_region_add_subregion(sys, FLASH_BASE, &s->flash);
    if (s->flash_file && *s->flash_file &&
        load_image_targphys(s->flash_file, FLASH_BASE, FLASH_SIZE) < 0) {
        error_report("mt3620: cannot load '%s' into the flash", s->flash_file);
        exit(1);
    }

    create_a7(s);
    serial_mm_init(sys, UART_BASE, 2,
                   qdev_get_gpio_in(DEVICE(&s->mpcore), UART_SPI), 115200,
                   serial_hd(0), DEVICE_LITTLE_ENDIAN);
    create_mailboxes(s);
    create_ctl(s);
    create_pluton(s);

    create_unimplemented_device("mt3620.watchdog", 0x30050000, 0x1000);
    create_unimplemented_device("mt3620.gpt", 0x3103e000, 0x1000);

    /* the M4s are none of Linux's processors */
    machine->smp.cpus = s->a7_cpus;
    s->binfo.loader_start = RAM_BASE;
    s->binfo.ram_size = machine->ram_size;
    s->binfo.board_id = -1;
    s->binfo.psci_conduit = QEMU_PSCI_CONDUIT_HVC;
    arm_load_kernel(&s->a7[0], machine, &s->binfo);

    s->m4_clk = clock_new(OBJECT(s), "m4clk");
    clock_set_hz(s->m4_clk, M4_CLOCK_HZ);
    for (int i = 0; i < MT3620_CORES; i++) {
        create_m4(s, i);
        if (s->peer[i] && *s->peer[i]) {
            set_peer(s, i, s->peer[i]);
        }
    }
}

#define PROP_STR(fn, field)                                                   \
static char *get_##fn(Object *o, Error **errp)                                \
{                                                                             \
    return g_strdup(MT3620_MACHINE(o)->field);                                \
}                                                                             \
static void set_##fn(Object *o, const char *v, Error **errp)                  \
{                                                                             \
    g_free(MT3620_MACHINE(o)->field);                                         \
    MT3620_MACHINE(o)->field = g_strdup(v);                                   \
}
PROP_STR(fw0, fw[0])
PROP_STR(fw1, fw[1])
PROP_STR(peer0, peer[0])
PROP_STR(peer1, peer[1])
PROP_STR(int_map, int_map)
PROP_STR(answer_half, answer_half)
PROP_STR(flash, flash_file)
PROP_STR(identity, identity)
PROP_STR(capabilities, capabilities)

static bool get_strict(Object *o, Error **errp)
{
    return MT3620_MACHINE(o)->strict;
}

static void set_strict(Object *o, bool v, Error **errp)
{
    MT3620_MACHINE(o)->strict = v;
}

static bool get_latch(Object *o, Error **errp)
{
    return MT3620_MACHINE(o)->latch_clears;
}

static void set_latch(Object *o, bool v, Error **errp)
{
    MT3620_MACHINE(o)->latch_clears = v;
}

static bool get_serial(Object *o, Error **errp)
{
    return MT3620_MACHINE(o)->serial;
}

static void set_serial(Object *o, bool v, Error **errp)
{
    MT3620_MACHINE(o)->serial = v;
}

static void mt3620_instance_init(Object *obj)
{
    Mt3620Machine *s = MT3620_MACHINE(obj);

    s->a7_cpus = 1;
    s->version = MT3620_MBOX_VERSION;
    s->seed = 1;
    s->pluton_delay_us = 20;
    s->int_map = g_strdup("linux");
    s->answer_half = g_strdup("m4");
    object_property_add_uint32_ptr(obj, "a7-cpus", &s->a7_cpus,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "int-en-reset", &s->int_en_reset,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "version", &s->version,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "pluton-delay-us",
                                   &s->pluton_delay_us,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint64_ptr(obj, "pluton-seed", &s->seed,
                                   OBJ_PROP_FLAG_READWRITE);
}

static void mt3620_class_init(ObjectClass *oc, void *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    mc->desc = "MediaTek MT3620 (Cortex-A7, two Cortex-M4, Pluton)";
    mc->init = mt3620_init;
    mc->reset = mt3620_reset;
    mc->default_cpu_type = ARM_CPU_TYPE_NAME("cortex-a7");
    mc->default_ram_size = 4 * MiB;
    mc->default_ram_id = "mt3620.ram";
    /* every processor needs its context when threads are set up */
    mc->min_cpus = mc->default_cpus = mc->max_cpus = A7_MAX + MT3620_CORES;
    mc->no_floppy = mc->no_cdrom = mc->no_parallel = 1;
    object_class_property_add_str(oc, "m4-0", get_fw0, set_fw0);
    object_class_property_add_str(oc, "m4-1", get_fw1, set_fw1);
    object_class_property_add_str(oc, "m4-0-peer", get_peer0, set_peer0);
    object_class_property_add_str(oc, "m4-1-peer", get_peer1, set_peer1);
    object_class_property_add_str(oc, "int-map", get_int_map, set_int_map);
    object_class_property_add_str(oc, "pluton-answer-half", get_answer_half,
                                  set_answer_half);
    object_class_property_add_str(oc, "flash", get_flash, set_flash);
    object_class_property_add_bool(oc, "strict", get_strict, set_strict);
    object_class_property_add_str(oc, "pluton-identity", get_identity,
                                  set_identity);
    object_class_property_add_str(oc, "pluton-capabilities", get_capabilities,
                                  set_capabilities);
    object_class_property_add_bool(oc, "pluton-serial", get_serial,
                                   set_serial);
    object_class_property_add_bool(oc, "data-latch-clears", get_latch,
                                   set_latch);
}

static const TypeInfo mt3620_type = {
    .name = TYPE_MT3620_MACHINE,
    .parent = TYPE_MACHINE,
    .instance_size = sizeof(Mt3620Machine),
    .instance_init = mt3620_instance_init,
    .class_init = mt3620_class_init,
};

static void mt3620_register_types(void)
{
    type_register_static(&mt3620_type);
}

type_init(mt3620_register_types)
