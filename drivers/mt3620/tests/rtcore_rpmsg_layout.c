// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what linux/sphere/compat_rpmsg.h mirrors what this kernel has? Compiled in a kernel's
 * tree only, where the private header of rpmsg is at hand; nothing of it runs.
 */
#include <linux/build_bug.h>
#include <linux/compiler_types.h>
#include <linux/stddef.h>

#include <linux/sphere/compat_rpmsg.h>

#include "../../rpmsg/rpmsg_internal.h"

#define SAME(mine, theirs, member)						\
	static_assert(offsetof(struct mine, member) == offsetof(struct theirs, member) &&	\
		      __same_type(((struct mine *)0)->member, ((struct theirs *)0)->member))

#define SAME_DEV(member)	SAME(sphere_rpmsg_device_ops, rpmsg_device_ops, member)
#define SAME_EPT(member)	SAME(sphere_rpmsg_endpoint_ops, rpmsg_endpoint_ops, member)

static_assert(sizeof(struct sphere_rpmsg_device_ops) == sizeof(struct rpmsg_device_ops));
SAME_DEV(create_channel);
SAME_DEV(release_channel);
SAME_DEV(create_ept);
SAME_DEV(announce_create);
SAME_DEV(announce_destroy);

static_assert(sizeof(struct sphere_rpmsg_endpoint_ops) == sizeof(struct rpmsg_endpoint_ops));
SAME_EPT(destroy_ept);
SAME_EPT(send);
SAME_EPT(sendto);
SAME_EPT(send_offchannel);
SAME_EPT(trysend);
SAME_EPT(trysendto);
SAME_EPT(trysend_offchannel);
SAME_EPT(poll);
#ifdef SPHERE_RPMSG_HAS_FLOW_CONTROL
SAME_EPT(set_flow_control);
#endif
SAME_EPT(get_mtu);
