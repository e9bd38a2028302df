/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of functions that a backend of rpmsg supplies. The kernel has them in a header
 * of drivers/rpmsg/ that is not installed, so they are mirrored here. Where the kernel's
 * own source is at hand (a build in its tree), tests/rtcore_rpmsg_layout.c compares them.
 */
#ifndef _LINUX_SPHERE_COMPAT_RPMSG_H
#define _LINUX_SPHERE_COMPAT_RPMSG_H

#include <linux/poll.h>
#include <linux/rpmsg.h>
#include <linux/slab.h>
#include <linux/stddef.h>

#include <linux/sphere/compat.h>

/**
 * struct sphere_rpmsg_device_ops - struct rpmsg_device_ops
 * @create_channel: see there
 * @release_channel: see there
 * @create_ept: see there
 * @announce_create: see there
 * @announce_destroy: see there
 */
struct sphere_rpmsg_device_ops {
	struct rpmsg_device *(*create_channel)(struct rpmsg_device *rpdev,
					       struct rpmsg_channel_info *chinfo);
	int (*release_channel)(struct rpmsg_device *rpdev, struct rpmsg_channel_info *chinfo);
	struct rpmsg_endpoint *(*create_ept)(struct rpmsg_device *rpdev, rpmsg_rx_cb_t cb,
					     void *priv, struct rpmsg_channel_info chinfo);
	int (*announce_create)(struct rpmsg_device *rpdev);
	int (*announce_destroy)(struct rpmsg_device *rpdev);
};

/**
 * struct sphere_rpmsg_endpoint_ops - struct rpmsg_endpoint_ops
 * @destroy_ept: see there
 * @send: see there
 * @sendto: see there
 * @send_offchannel: see there
 * @trysend: see there
 * @trysendto: see there
 * @trysend_offchannel: see there
 * @poll: see there
 * @set_flow_control: see there, from 6.6 on
 * @get_mtu: see there
 */
struct sphere_rpmsg_endpoint_ops {
	void (*destroy_ept)(struct rpmsg_endpoint *ept);
	int (*send)(struct rpmsg_endpoint *ept, void *data, int len);
	int (*sendto)(struct rpmsg_endpoint *ept, void *data, int len, u32 dst);
	int (*send_offchannel)(struct rpmsg_endpoint *ept, u32 src, u32 dst, void *data, int len);
	int (*trysend)(struct rpmsg_endpoint *ept, void *data, int len);
	int (*trysendto)(struct rpmsg_endpoint *ept, void *data, int len, u32 dst);
	int (*trysend_offchannel)(struct rpmsg_endpoint *ept, u32 src, u32 dst, void *data,
				  int len);
	__poll_t (*poll)(struct rpmsg_endpoint *ept, struct file *filp, poll_table *wait);
#ifdef SPHERE_RPMSG_HAS_FLOW_CONTROL
	int (*set_flow_control)(struct rpmsg_endpoint *ept, bool pause, u32 dst);
#endif
	ssize_t (*get_mtu)(struct rpmsg_endpoint *ept);
};

/* as the kernel's structures name them */
#define sphere_rpmsg_device_ops_of(ops)		((const struct rpmsg_device_ops *)(ops))
#define sphere_rpmsg_endpoint_ops_of(ops)	((const struct rpmsg_endpoint_ops *)(ops))

/**
 * sphere_rpmsg_free_override() - free what rpmsg_register_device_override() allocated
 * @rpdev: device that was unregistered
 *
 * Where a pointer lies between two members it is @driver_override, and the backend's to
 * free; newer trees, stable ones too, have it in struct device, where the core frees it.
 */
static inline void sphere_rpmsg_free_override(struct rpmsg_device *rpdev)
{
	const size_t at = offsetofend(struct rpmsg_device, id);

	if (offsetof(struct rpmsg_device, src) < at + sizeof(void *))
		return;
	kfree(*(void **)((u8 *)rpdev + at));
	*(void **)((u8 *)rpdev + at) = NULL;
}

#endif /* _LINUX_SPHERE_COMPAT_RPMSG_H */
