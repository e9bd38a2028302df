// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting and stopping a real-time core: the emulated board's control block, or the
 * security monitor
 */
#include <linux/arm-smccc.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/property.h>

#include "rtcore.h"

/* Control block of the emulated board, and the registers of one core in it */
#define BOARD_ID		0x000
#define BOARD_ID_VALUE		0x4d543336
#define BOARD_CORES		0x010
#define BOARD_CORE_STRIDE	0x010
#define BOARD_CTRL		0x0
#define BOARD_CTRL_START	1
#define BOARD_CTRL_STOP		2
#define BOARD_STS		0x4
#define BOARD_STS_RUNNING	BIT(0)
#define BOARD_VTOR		0x8
#define BOARD_COUNT		0xc
#define BOARD_BYTES		0x1000
#define BOARD_WINDOW_BYTES	0x50000
#define BOARD_STOP_US		100000

static bool board_running(struct rtcore_dev *rd)
{
	return readl(rd->regs + BOARD_STS) & BOARD_STS_RUNNING;
}

static int board_start(struct rtcore_dev *rd, const void *data, size_t size)
{
	writel(RTCORE_TCM, rd->regs + BOARD_VTOR);
	writel(BOARD_CTRL_START, rd->regs + BOARD_CTRL);
	return 0;
}

static int board_stop(struct rtcore_dev *rd)
{
	u32 sts;

	writel(BOARD_CTRL_STOP, rd->regs + BOARD_CTRL);
	return readl_poll_timeout(rd->regs + BOARD_STS, sts, !(sts & BOARD_STS_RUNNING),
				  50, BOARD_STOP_US);
}

static u32 board_starts(struct rtcore_dev *rd)
{
	return readl(rd->regs + BOARD_COUNT);
}

static const struct rtcore_control board_control = {
	.start = board_start,
	.stop = board_stop,
	.running = board_running,
	.starts = board_starts,
};

static int find_board(struct rtcore_dev *rd, struct device_node *np)
{
	struct device *dev = rd->dev;
	struct resource res;
	void __iomem *base;

	if (of_address_to_resource(np, 0, &res) || resource_size(&res) < BOARD_BYTES)
		return dev_err_probe(dev, -ENODEV,
				     "sphere,core-control names %pOF, whose first reg is no control block\n",
				     np);
	/* shared by both cores, so not requested */
	base = devm_ioremap(dev, res.start, BOARD_BYTES);
	if (!base)
		return -ENOMEM;
	if (readl(base + BOARD_ID) != BOARD_ID_VALUE)
		return dev_err_probe(dev, -ENODEV, "%pOF is no control block: its id is 0x%08x\n",
				     np, readl(base + BOARD_ID));
	rd->regs = base + BOARD_CORES + rd->nr * BOARD_CORE_STRIDE;

	if (of_address_to_resource(np, 1 + rd->nr, &res) ||
	    resource_size(&res) < BOARD_WINDOW_BYTES)
		return dev_err_probe(dev, -ENODEV, "%pOF has no window onto memory of core %u\n",
				     np, rd->nr);
	rd->window = devm_ioremap_wc(dev, res.start, BOARD_WINDOW_BYTES);
	if (!rd->window)
		return -ENOMEM;
	rd->control = &board_control;
	return 0;
}

#ifdef CONFIG_HAVE_ARM_SMCCC

/*
 * IO_CORE_CONTROL of the security monitor. Untested: no chip has been at hand.
 * Number and parameter block are published; that the call takes the block's address
 * in its first register, and accepts an image that lies in RAM, is inferred.
 */
#define SM_IO_CORE_CONTROL	0xb2000028
#define SM_START		0
#define SM_STOP			1
#define SM_BUFFER		3
#define SM_BUFFER_IN		0
#define SM_BUFFER_OUT		1
/* the image begins behind the parameters, at a multiple of its alignment */
#define SM_IMAGE_OFFSET		64
#define SM_IMAGE_MAX		(RTCORE_TCM_BYTES + RTCORE_SYSRAM_BYTES)

/**
 * struct sm_block - parameters of IO_CORE_CONTROL
 * @core: number of the core
 * @action: what to do
 * @arg: depends on @action
 * @result: of the monitor, 0 for success
 */
struct sm_block {
	__le32 core;
	__le32 action;
	__le32 arg[3];
	__le32 result;
};

static int sm_call(struct rtcore_dev *rd, u32 action, u32 a, u32 b, u32 c)
{
	struct sm_block *block = rd->block;
	struct arm_smccc_res res;
	u32 result;

	*block = (struct sm_block) {
		.core = cpu_to_le32(rd->nr),
		.action = cpu_to_le32(action),
		.arg = { cpu_to_le32(a), cpu_to_le32(b), cpu_to_le32(c) },
		.result = cpu_to_le32(U32_MAX),
	};
	wmb();	/* the monitor reads the block */
	arm_smccc_smc(SM_IO_CORE_CONTROL, lower_32_bits(rd->block_dma), 0, 0, 0, 0, 0, 0, &res);
	rmb();	/* and has written to it */
	if (res.a0)
		return dev_err_probe(rd->dev, -EIO,
				     "the security monitor does not know the call: 0x%lx\n",
				     res.a0);
	result = le32_to_cpu(READ_ONCE(block->result));
	if (result)
		return dev_err_probe(rd->dev, -EIO,
				     "the security monitor refuses action %u: 0x%x\n", action,
				     result);
	return 0;
}

static int sm_start(struct rtcore_dev *rd, const void *data, size_t size)
{
	if (size > SM_IMAGE_MAX)
		return -EFBIG;
	memcpy(rd->block + SM_IMAGE_OFFSET, data, size);
	return sm_call(rd, SM_START, lower_32_bits(rd->block_dma) + SM_IMAGE_OFFSET, size, 0);
}

static int sm_stop(struct rtcore_dev *rd)
{
	return sm_call(rd, SM_STOP, 0, 0, 0);
}

/* the monitor cannot be asked */
static bool sm_running(struct rtcore_dev *rd)
{
	return rd->ours;
}

static int sm_buffers(struct rtcore_dev *rd)
{
	return sm_call(rd, SM_BUFFER, SM_BUFFER_IN, lower_32_bits(rd->in_dma),
		       RTCORE_RING_BYTES) ?:
	       sm_call(rd, SM_BUFFER, SM_BUFFER_OUT, lower_32_bits(rd->out_dma),
		       RTCORE_RING_BYTES);
}

static const struct rtcore_control sm_control = {
	.start = sm_start,
	.stop = sm_stop,
	.running = sm_running,
	.buffers = sm_buffers,
};

static int find_monitor(struct rtcore_dev *rd)
{
	rd->block_bytes = SM_IMAGE_OFFSET + SM_IMAGE_MAX;
	rd->block = dmam_alloc_coherent(rd->dev, rd->block_bytes, &rd->block_dma, GFP_KERNEL);
	if (!rd->block)
		return -ENOMEM;
	rd->control = &sm_control;
	return 0;
}

#else

static int find_monitor(struct rtcore_dev *rd)
{
	return dev_err_probe(rd->dev, -EOPNOTSUPP,
			     "method is \"smc\", but this kernel cannot call a security monitor\n");
}

#endif

/**
 * rtcore_control_find() - find out how a core is started
 * @rd: the core; @control and what belongs to it is filled in
 *
 * Context: Process context, sleeps.
 * Return: 0, also if starting the core is not for us, or an error that was logged.
 */
int rtcore_control_find(struct rtcore_dev *rd)
{
	struct device_node *np;
	const char *method;
	int ret;

	np = of_parse_phandle(rd->dev->of_node, "sphere,core-control", 0);
	if (np) {
		ret = find_board(rd, np);
		of_node_put(np);
		return ret;
	}
	if (device_property_read_string(rd->dev, "method", &method))
		return 0;
	if (strcmp(method, "smc"))
		return dev_err_probe(rd->dev, -ENODEV, "method is \"%s\": write \"smc\"\n", method);
	return find_monitor(rd);
}

/**
 * rtcore_control_stop() - stop a core
 * @rd: the core, with its control; its lock is held, or nobody else can reach it
 *
 * Whatever memory it had is safe from it afterwards, which is the only way to know that.
 *
 * Context: Process context, sleeps.
 * Return: 0, or an error of the platform.
 */
int rtcore_control_stop(struct rtcore_dev *rd)
{
	int ret = rd->control->stop(rd);

	if (!ret)
		rd->has_rings = false;
	return ret;
}
