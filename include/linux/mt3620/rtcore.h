/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to and from the real-time cores of the MT3620
 */
#ifndef __LINUX_MT3620_RTCORE_H
#define __LINUX_MT3620_RTCORE_H

#include <linux/types.h>

#include <linux/sphere/authority.h>

struct device;
struct notifier_block;
struct rtcore_ep;

/* largest payload of a message to a core, and from one */
#define RTCORE_SEND_MAX		1024
#define RTCORE_RECV_MAX		1040

/* flag of rtcore_send(): more will follow at once, so do not wake the core yet */
#define RTCORE_MORE		1

/**
 * struct rtcore_ep_ops - what an endpoint is told
 * @receive: a message came. Return 0 when it was taken, or %-EAGAIN to leave it in
 *	the ring until rtcore_resume() is called: until then the core gets no
 *	further message through; or %-ENOMEM to be asked again a little later.
 *	@data is a private copy, valid during the call
 * @writable: there is space again after rtcore_send() had said %-EAGAIN, or
 *	sending has become pointless; may be NULL
 * @reset: the link ended. @lost messages had not been read by the core; none of
 *	them will be. May be NULL
 *
 * Context: All are called with bottom halves off and a lock held: they do not
 * sleep, and call no function of this header.
 */
struct rtcore_ep_ops {
	int (*receive)(void *priv, const void *data, size_t len);
	void (*writable)(void *priv);
	void (*reset)(void *priv, unsigned int lost);
};

struct rtcore_ep *rtcore_open(const struct sphere_component_id *own,
			      const struct sphere_component_id *peer,
			      const struct rtcore_ep_ops *ops, void *priv);
void rtcore_close(struct rtcore_ep *ep);
int rtcore_send(struct rtcore_ep *ep, const void *data, size_t len, unsigned int flags);
int rtcore_send_wait(struct rtcore_ep *ep, const void *data, size_t len, unsigned int flags,
		     long timeout);
int rtcore_may_use(struct rtcore_ep *ep);
bool rtcore_has_space(struct rtcore_ep *ep);
void rtcore_flush(struct rtcore_ep *ep);
void rtcore_resume(struct rtcore_ep *ep);
size_t rtcore_unread(struct rtcore_ep *ep);
bool rtcore_peer_exists(const struct sphere_component_id *peer);

/* who may talk to whom, where no security module decides */
int rtcore_pair_add(const struct sphere_component_id *from, const struct sphere_component_id *to);
int rtcore_pair_del(const struct sphere_component_id *from, const struct sphere_component_id *to);

/* cores that come and go, for front ends that show them as devices */
enum rtcore_event {
	RTCORE_ADDED,
	RTCORE_REMOVED,
};

/**
 * struct rtcore_core - a core, as the notifier tells of it
 * @nr: its number
 * @dev: its device
 */
struct rtcore_core {
	unsigned int nr;
	struct device *dev;
};

int rtcore_register_notifier(struct notifier_block *nb);
void rtcore_unregister_notifier(struct notifier_block *nb);
int rtcore_component(unsigned int nr, struct sphere_component_id *id);

#endif /* __LINUX_MT3620_RTCORE_H */
