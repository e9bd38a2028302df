/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A real-time core as a device: its mailbox, its memory, and who started it
 */
#ifndef _RTCORE_H
#define _RTCORE_H

#include <linux/dma-mapping.h>
#include <linux/mailbox_client.h>
#include <linux/mt3620/mailbox.h>
#include <linux/mutex.h>

#include "rtcore_link.h"

struct firmware;
struct rproc;
struct rtcore_dev;

/* memory of a core, in its own map */
#define RTCORE_TCM		0x00100000
#define RTCORE_TCM_BYTES	(192 * 1024)
#define RTCORE_SYSRAM		0x22000000
#define RTCORE_SYSRAM_BYTES	(64 * 1024)

/**
 * struct rtcore_control - the way to start and stop a core
 * @start: release the core. @data: the image, @size bytes, which has been loaded
 *	where there are windows onto the core's memory
 * @stop: stop the core; when it returns 0 the core touches no memory any more
 * @running: does it run?
 * @starts: number that changes whenever the core begins anew; may be NULL
 * @buffers: say where the rings are; may be NULL
 */
struct rtcore_control {
	int (*start)(struct rtcore_dev *rd, const void *data, size_t size);
	int (*stop)(struct rtcore_dev *rd);
	bool (*running)(struct rtcore_dev *rd);
	u32 (*starts)(struct rtcore_dev *rd);
	int (*buffers)(struct rtcore_dev *rd);
};

/**
 * enum rtcore_owner - who has started a core
 * @RTCORE_OWNER_NONE: nobody
 * @RTCORE_OWNER_UNCONFINED: a task without an identity
 * @RTCORE_OWNER_COMPONENT: a task of a component
 */
enum rtcore_owner {
	RTCORE_OWNER_NONE,
	RTCORE_OWNER_UNCONFINED,
	RTCORE_OWNER_COMPONENT,
};

/**
 * struct rtcore_dev - a real-time core
 * @dev: its device
 * @nr: its number
 * @link: the link to it
 * @fifo_client: our end of the FIFO
 * @sw_client: our end of the software interrupts
 * @fifo: mailbox channel; NULL while it cannot be had
 * @sw: mailbox channel
 * @offer: the three entries that offer the rings
 * @withdraw: the entry that withdraws them
 * @kicks: messages for each combination of the two software interrupts
 * @out: memory of the ring that we fill
 * @in: memory of the ring that the core fills
 * @out_dma: address of @out for the core
 * @in_dma: address of @in for the core
 * @control: how to start and stop it; NULL if that is not for us
 * @regs: of the emulated board's control block: registers of this core
 * @window: likewise: TCM and SYSRAM
 * @block: parameters of a call to the security monitor, and behind them the image
 * @block_dma: address of @block
 * @block_bytes: size of @block
 * @rproc: in the remoteproc framework; NULL without @control
 * @resume_link: the link was up when the system went to sleep
 * @lock: protects the following
 * @digest: SHA-256 of the image that was loaded last
 * @has_digest: @digest is known
 * @checked: the image was compared with the policy
 * @ours: it was started, or attached to, by us
 * @has_rings: it may write to the rings although it is not @ours: they were kept from an
 *	earlier device, or a start failed and the stop after it too; and it was not stopped since
 * @owner: who has started it
 * @owner_id: its component
 */
struct rtcore_dev {
	struct device *dev;
	unsigned int nr;
	struct rtcore_link *link;
	struct mbox_client fifo_client;
	struct mbox_client sw_client;
	struct mbox_chan *fifo;
	struct mbox_chan *sw;
	struct mt3620_mbox_msg offer[3];
	struct mt3620_mbox_msg withdraw;
	struct mt3620_mbox_msg kicks[4];
	void *out;
	void *in;
	dma_addr_t out_dma;
	dma_addr_t in_dma;
	const struct rtcore_control *control;
	void __iomem *regs;
	void __iomem *window;
	void *block;
	dma_addr_t block_dma;
	size_t block_bytes;
	struct rproc *rproc;
	bool resume_link;
	struct mutex lock;	/* see above; nothing else is taken inside but the link's */
	u8 digest[SPHERE_DIGEST_SIZE];
	bool has_digest;
	bool checked;
	bool ours;
	bool has_rings;
	enum rtcore_owner owner;
	struct sphere_component_id owner_id;
};

/* rtcore_control.c */
int rtcore_control_find(struct rtcore_dev *rd);
int rtcore_control_stop(struct rtcore_dev *rd);

/* rtcore_main.c */
int rtcore_get_rings(struct rtcore_dev *rd);
void rtcore_put_rings(struct rtcore_dev *rd, bool core_has_them);

/* rtcore_admit.c */
int rtcore_admit(struct rtcore_dev *rd, const void *image, size_t size);
int rtcore_may_stop(const struct rtcore_dev *rd);

/* rtcore_proc.c */
#if IS_ENABLED(CONFIG_REMOTEPROC)
/* exported by remoteproc, but declared in a header of its own only */
int rproc_elf_sanity_check(struct rproc *rproc, const struct firmware *fw);
int rproc_elf_load_segments(struct rproc *rproc, const struct firmware *fw);
u64 rproc_elf_get_boot_addr(struct rproc *rproc, const struct firmware *fw);

int rtcore_proc_add(struct rtcore_dev *rd);
void rtcore_proc_remove(struct rtcore_dev *rd);
#else
static inline int rtcore_proc_add(struct rtcore_dev *rd)
{
	return -EOPNOTSUPP;
}

static inline void rtcore_proc_remove(struct rtcore_dev *rd)
{
}
#endif

#endif /* _RTCORE_H */
