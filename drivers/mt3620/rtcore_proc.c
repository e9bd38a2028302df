// SPDX-License-Identifier: GPL-2.0-only
/*
 * A real-time core in the remoteproc framework
 *
 * The framework loads the image and keeps its state; whether the core may start is
 * decided in load(), over the bytes that are then loaded, because every way of
 * starting leads there. Images get nothing by a resource table: none is read.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/firmware.h>
#include <linux/io.h>
#include <linux/lockdep.h>
#include <linux/property.h>
#include <linux/remoteproc.h>
#include <linux/sizes.h>

#include "rtcore.h"

#define WINDOW_SYSRAM	0x40000

static struct rtcore_dev *to_rtcore(struct rproc *rproc)
{
	return *(struct rtcore_dev **)rproc->priv;
}

static void *rtcore_da_to_va(struct rproc *rproc, u64 da, size_t len, bool *is_iomem)
{
	struct rtcore_dev *rd = to_rtcore(rproc);

	if (!rd->window)
		return NULL;
	if (is_iomem)
		*is_iomem = true;
	if (da >= RTCORE_TCM && da - RTCORE_TCM < RTCORE_TCM_BYTES &&
	    len <= RTCORE_TCM_BYTES - (da - RTCORE_TCM))
		return (__force void *)(rd->window + (da - RTCORE_TCM));
	if (da >= RTCORE_SYSRAM && da - RTCORE_SYSRAM < RTCORE_SYSRAM_BYTES &&
	    len <= RTCORE_SYSRAM_BYTES - (da - RTCORE_SYSRAM))
		return (__force void *)(rd->window + WINDOW_SYSRAM + (da - RTCORE_SYSRAM));
	return NULL;
}

static int rtcore_load(struct rproc *rproc, const struct firmware *fw)
{
	struct rtcore_dev *rd = to_rtcore(rproc);
	u8 before[SPHERE_DIGEST_SIZE];
	bool had_digest;
	int ret;

	mutex_lock(&rd->lock);
	had_digest = rd->has_digest;
	memcpy(before, rd->digest, sizeof(before));
	ret = rtcore_admit(rd, fw->data, fw->size);
	if (ret)
		goto out;
	/* the memory still holds another one, and does so after a failure */
	rd->has_digest = false;
	/* its own work must not be loaded over */
	if (rd->control->running(rd)) {
		ret = rtcore_control_stop(rd);
		if (ret)
			goto out;
	}
	if (!rd->window) {
		ret = rd->control->start(rd, fw->data, fw->size);
		rd->has_digest = !ret;
		goto out;
	}
	/* what another image left there is not for this one */
	if (!had_digest || memcmp(before, rd->digest, sizeof(before))) {
		memset_io(rd->window, 0, RTCORE_TCM_BYTES);
		memset_io(rd->window + WINDOW_SYSRAM, 0, RTCORE_SYSRAM_BYTES);
	}
	rd->has_digest = true;
	ret = rproc_elf_load_segments(rproc, fw);
	if (ret)
		dev_err(rd->dev, "the image does not fit into TCM and SYSRAM of core %u\n", rd->nr);
out:
	if (ret)
		rd->owner = RTCORE_OWNER_NONE;
	mutex_unlock(&rd->lock);
	return ret;
}

static int go_up(struct rtcore_dev *rd)
{
	int ret;

	lockdep_assert_held(&rd->lock);
	rd->ours = true;
	ret = rtcore_link_start(rd->link);
	if (ret) {
		rd->ours = false;
		rd->owner = RTCORE_OWNER_NONE;
		return ret;
	}
	sphere_authority_report_core(rd->nr, true);
	return 0;
}

static int rtcore_start(struct rproc *rproc)
{
	struct rtcore_dev *rd = to_rtcore(rproc);
	int ret = 0;

	mutex_lock(&rd->lock);
	/* the monitor has started it from the image */
	if (rd->window)
		ret = rd->control->start(rd, NULL, 0);
	if (!ret) {
		ret = go_up(rd);
		/* the offer may have reached it */
		if (ret && rtcore_control_stop(rd))
			rd->has_rings = true;
	}
	mutex_unlock(&rd->lock);
	return ret;
}

/*
 * The framework's only way on from "detached" is to attach, and where there is a policy
 * nobody may attach to an image that Linux has not seen. So that such a core does not run
 * on for ever, who may stop it has it stopped here, and finds it "offline" then:
 * the next start loads an image, which is checked.
 */
static void stop_unchecked(struct rproc *rproc)
{
	struct rtcore_dev *rd = to_rtcore(rproc);
	int ret;

	lockdep_assert_held(&rproc->lock);
	lockdep_assert_held(&rd->lock);
	if (rtcore_may_stop(rd))
		return;
	ret = rtcore_control_stop(rd);
	if (ret) {
		dev_err(rd->dev, "core %u does not stop: %d\n", rd->nr, ret);
		return;
	}
	rproc->state = RPROC_OFFLINE;
	dev_warn(rd->dev, "core %u ran an image that cannot be checked and was stopped: start it again, with one that its policy lists\n",
		 rd->nr);
}

static int rtcore_attach(struct rproc *rproc)
{
	struct rtcore_dev *rd = to_rtcore(rproc);
	int ret;

	mutex_lock(&rd->lock);
	ret = rtcore_admit(rd, NULL, 0) ?: go_up(rd);
	if (ret == -EACCES)
		stop_unchecked(rproc);
	mutex_unlock(&rd->lock);
	return ret;
}

static int stop_core(struct rtcore_dev *rd)
{
	int ret;

	lockdep_assert_held(&rd->lock);
	ret = rtcore_control_stop(rd);
	if (ret) {
		dev_err(rd->dev, "core %u does not stop: %d\n", rd->nr, ret);
		return ret;
	}
	/* what it wrote before is still delivered */
	rtcore_link_stop(rd->link, "it was stopped", false);
	rd->ours = false;
	rd->owner = RTCORE_OWNER_NONE;
	sphere_authority_report_core(rd->nr, false);
	return 0;
}

static int rtcore_stop(struct rproc *rproc)
{
	struct rtcore_dev *rd = to_rtcore(rproc);
	int ret;

	mutex_lock(&rd->lock);
	ret = rd->rproc ? rtcore_may_stop(rd) : 0;
	if (!ret)
		ret = stop_core(rd);
	mutex_unlock(&rd->lock);
	return ret;
}

static const struct rproc_ops rtcore_rproc_ops = {
	.load = rtcore_load,
	.start = rtcore_start,
	.stop = rtcore_stop,
	.attach = rtcore_attach,
	.da_to_va = rtcore_da_to_va,
	.sanity_check = rproc_elf_sanity_check,
	.get_boot_addr = rproc_elf_get_boot_addr,
};

/**
 * rtcore_proc_add() - enter a core into the remoteproc framework
 * @rd: the core, with its control
 *
 * Context: Process context, sleeps.
 * Return: 0, or an error that was logged.
 */
int rtcore_proc_add(struct rtcore_dev *rd)
{
	const char *firmware = NULL;
	char name[sizeof("rt-core0")], usual[sizeof("mt3620-rtcore-0.elf")];
	struct rproc *rproc;
	int ret;

	snprintf(name, sizeof(name), "rt-core%u", rd->nr % 10);
	snprintf(usual, sizeof(usual), "mt3620-rtcore-%u.elf", rd->nr % 10);
	if (device_property_read_string(rd->dev, "firmware-name", &firmware))
		firmware = usual;
	rproc = rproc_alloc(rd->dev, name, &rtcore_rproc_ops, firmware, sizeof(rd));
	if (!rproc)
		return -ENOMEM;
	*(struct rtcore_dev **)rproc->priv = rd;
	rproc->auto_boot = false;
	rproc->has_iommu = false;
	if (rd->control->running(rd))
		rproc->state = RPROC_DETACHED;
	rd->rproc = rproc;
	ret = rproc_add(rproc);
	if (ret) {
		rd->rproc = NULL;
		rproc_free(rproc);
		return dev_err_probe(rd->dev, ret, "core %u cannot be added to remoteproc\n",
				     rd->nr);
	}
	return 0;
}

/**
 * rtcore_proc_remove() - take a core out of the remoteproc framework
 * @rd: the core
 *
 * What we have started, or attached to, is stopped: it has our memory.
 *
 * Context: Process context, sleeps.
 */
void rtcore_proc_remove(struct rtcore_dev *rd)
{
	struct rproc *rproc = rd->rproc;

	if (!rproc)
		return;
	/* nobody is asked when the device goes */
	mutex_lock(&rd->lock);
	rd->rproc = NULL;
	mutex_unlock(&rd->lock);
	rproc_del(rproc);
	rproc_free(rproc);
	/* the framework keeps a core that was started twice */
	mutex_lock(&rd->lock);
	if (rd->ours)
		stop_core(rd);
	mutex_unlock(&rd->lock);
}
