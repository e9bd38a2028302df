// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real-time cores of the MT3620 as devices of rpmsg
 *
 * Each core is a device to which rpmsg_ctrl binds: /dev/rpmsg_ctrlN makes endpoints, which
 * rpmsg_char shows as /dev/rpmsgN. An endpoint is named after the component that it talks
 * to, in base64url: a name holds 31 characters, and a component id has 36 as text. Opening
 * its node opens an endpoint of the link, for the component of the task that opens; sending
 * asks about the task that sends. All of this is rtcore's business: nothing here decides.
 *
 * rpmsg knows no end of a link but that of its device. A core that restarts leaves the
 * endpoint as it is; what was not read is counted by rtcore, and logged here.
 *
 * A process that waits in poll() stays in the queue that it was given until it has run, or
 * with epoll until it closes the node, while the endpoint, and this module, may go at any
 * time: mainline's node lets go of the endpoint first and wakes its own queue then. So
 * there is one queue for all endpoints, which is not part of any of them, nor of the
 * module: see struct poll_queue.
 *
 * Addresses of rpmsg mean nothing here. rpmsg_char queues whatever comes without a limit, so
 * that the nodes are for root, and for programs that read.
 *
 * The tables of functions that a backend fills in are not in a public header: see
 * linux/sphere/compat_rpmsg.h.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kmemleak.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <linux/mt3620/rtcore.h>

#include <linux/sphere/compat_rpmsg.h>

/* a component id in base64url */
#define ID_TEXT		22
/* as long as mainline's own backend waits */
#define SEND_WAIT_MS	15000
/* how long the module waits, at its end, for those who sleep in poll() to wake up */
#define POLL_END_MS	1000
#define POLL_END_STEP_MS	10

/**
 * struct core_device - a core as a device of rpmsg
 * @rpdev: the device
 * @nr: number of the core
 * @released: nobody refers to @rpdev any more
 */
struct core_device {
	struct rpmsg_device rpdev;
	unsigned int nr;
	struct completion released;
};

/**
 * struct end - an endpoint
 * @ept: of rpmsg
 * @ep: of the link
 */
struct end {
	struct rpmsg_endpoint ept;
	struct rtcore_ep *ep;
};

/**
 * struct poll_queue - who waits in poll() for space, at whichever endpoint
 * @head: the queue; whoever is woken looks at his own endpoint again
 * @key: for lockdep
 * @name: likewise
 *
 * Allocated apart, with all that it refers to, since it may have to outlive the module.
 */
struct poll_queue {
	wait_queue_head_t head;
	struct lock_class_key key;
	char name[sizeof("rtcore-rpmsg poll")];
};

static struct poll_queue *poll_queue;

/* Changed by the notifier only, which is called for one core after the other */
static struct core_device *devices[SPHERE_CORES];

static struct end *to_end(struct rpmsg_endpoint *ept)
{
	return container_of(ept, struct end, ept);
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

/* One name for an id: the four bits of the last character that mean nothing are 0 */
static int parse_name(const char *name, struct sphere_component_id *id)
{
	unsigned int i, n = 0, bits = 0;
	u32 acc = 0;

	if (strnlen(name, RPMSG_NAME_SIZE) != ID_TEXT)
		return -EINVAL;
	for (i = 0; i < ID_TEXT; i++) {
		int d = digit(name[i]);

		if (d < 0)
			return -EINVAL;
		acc = acc << 6 | d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			id->b[n++] = acc >> bits;
			acc &= (1u << bits) - 1;
		}
	}
	return acc ? -EINVAL : 0;
}

/* ---- what the endpoint of the link tells ---------------------------------- */

static int end_receive(void *priv, const void *data, size_t len)
{
	struct end *e = priv;
	int ret;

	/* the other side copies it, and was not taught const */
	ret = e->ept.cb(e->ept.rpdev, (void *)data, len, e->ept.priv, RPMSG_ADDR_ANY);
	return ret == -ENOMEM ? ret : 0;
}

static void end_writable(void *priv)
{
	wake_up_interruptible(&poll_queue->head);
}

static void end_reset(void *priv, unsigned int lost)
{
	struct end *e = priv;

	if (lost)
		dev_warn_ratelimited(&e->ept.rpdev->dev,
				     "the core had not read %u messages when its link ended\n",
				     lost);
	wake_up_interruptible(&poll_queue->head);
}

static const struct rtcore_ep_ops end_ops = {
	.receive = end_receive,
	.writable = end_writable,
	.reset = end_reset,
};

/* ---- endpoints of rpmsg --------------------------------------------------- */

static void end_destroy(struct rpmsg_endpoint *ept)
{
	struct end *e = to_end(ept);

	rtcore_close(e->ep);
	kfree(e);
}

static int end_send(struct rpmsg_endpoint *ept, void *data, int len)
{
	int ret;

	if (len < 0)
		return -EINVAL;
	ret = rtcore_send_wait(to_end(ept)->ep, data, len, 0, msecs_to_jiffies(SEND_WAIT_MS));
	return ret == -EAGAIN ? -ETIMEDOUT : ret;
}

static int end_sendto(struct rpmsg_endpoint *ept, void *data, int len, u32 dst)
{
	return end_send(ept, data, len);
}

/* no space is %-ENOMEM in rpmsg, which rpmsg_char makes %-EAGAIN of */
static int end_trysend(struct rpmsg_endpoint *ept, void *data, int len)
{
	int ret;

	if (len < 0)
		return -EINVAL;
	ret = rtcore_send(to_end(ept)->ep, data, len, 0);
	return ret == -EAGAIN ? -ENOMEM : ret;
}

static int end_trysendto(struct rpmsg_endpoint *ept, void *data, int len, u32 dst)
{
	return end_trysend(ept, data, len);
}

static __poll_t end_poll(struct rpmsg_endpoint *ept, struct file *filp, poll_table *wait)
{
	struct end *e = to_end(ept);

	poll_wait(filp, &poll_queue->head, wait);
	return rtcore_has_space(e->ep) ? EPOLLOUT | EPOLLWRNORM : 0;
}

static ssize_t end_get_mtu(struct rpmsg_endpoint *ept)
{
	return RTCORE_SEND_MAX;
}

static const struct sphere_rpmsg_endpoint_ops end_rpmsg_ops = {
	.destroy_ept = end_destroy,
	.send = end_send,
	.sendto = end_sendto,
	.trysend = end_trysend,
	.trysendto = end_trysendto,
	.poll = end_poll,
	.get_mtu = end_get_mtu,
};

static struct rpmsg_endpoint *device_create_ept(struct rpmsg_device *rpdev, rpmsg_rx_cb_t cb,
						void *priv, struct rpmsg_channel_info chinfo)
{
	struct core_device *d = container_of(rpdev, struct core_device, rpdev);
	struct sphere_component_id peer, there;
	struct sphere_identity me;
	struct end *e;

	if (parse_name(chinfo.name, &peer)) {
		dev_info_ratelimited(&rpdev->dev,
				     "an endpoint is named after a component id: %u characters of base64url\n",
				     ID_TEXT);
		return NULL;
	}
	/* each core has a device of its own */
	if (rtcore_component(d->nr, &there) || memcmp(&there, &peer, sizeof(peer))) {
		dev_info_ratelimited(&rpdev->dev, "core %u does not run component %pUl\n", d->nr,
				     peer.b);
		return NULL;
	}
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return NULL;
	kref_init(&e->ept.refcount);
	mutex_init(&e->ept.cb_lock);
	e->ept.rpdev = rpdev;
	e->ept.cb = cb;
	e->ept.priv = priv;
	e->ept.addr = RPMSG_ADDR_ANY;
	e->ept.ops = sphere_rpmsg_endpoint_ops_of(&end_rpmsg_ops);
	/* no component: all zeros */
	sphere_authority_identity(&me);
	e->ep = rtcore_open(&me.component, &peer, &end_ops, e);
	if (IS_ERR(e->ep)) {
		dev_info_ratelimited(&rpdev->dev, "no endpoint to component %pUl: %ld\n", peer.b,
				     PTR_ERR(e->ep));
		kfree(e);
		return NULL;
	}
	return &e->ept;
}

static const struct sphere_rpmsg_device_ops device_ops = {
	.create_ept = device_create_ept,
};

/* ---- devices -------------------------------------------------------------- */

static void device_release(struct device *dev)
{
	struct core_device *d = container_of(dev, struct core_device, rpdev.dev);

	complete(&d->released);
}

static void add_device(const struct rtcore_core *core)
{
	struct core_device *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int ret;

	if (!d)
		return;
	d->nr = core->nr;
	init_completion(&d->released);
	d->rpdev.src = RPMSG_ADDR_ANY;
	d->rpdev.dst = RPMSG_ADDR_ANY;
	d->rpdev.little_endian = true;
	d->rpdev.ops = sphere_rpmsg_device_ops_of(&device_ops);
	d->rpdev.dev.parent = core->dev;
	d->rpdev.dev.release = device_release;
	ret = rpmsg_register_device_override(&d->rpdev, "rpmsg_ctrl");
	if (ret) {
		dev_err(core->dev, "core %u cannot be a device of rpmsg: %d\n", core->nr, ret);
		/* it has put its reference, and freed the name of the driver */
		wait_for_completion(&d->released);
		kfree(d);
		return;
	}
	devices[core->nr] = d;
}

static void remove_device(unsigned int nr)
{
	struct core_device *d = devices[nr];

	if (!d)
		return;
	devices[nr] = NULL;
	/* destroys the endpoints too, whoever has them open */
	device_unregister(&d->rpdev.dev);
	/* our code must not go before the last of its users */
	wait_for_completion(&d->released);
	sphere_rpmsg_free_override(&d->rpdev);
	kfree(d);
}

static int core_changed(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct rtcore_core *core = data;

	if (core->nr >= SPHERE_CORES)
		return NOTIFY_DONE;
	if (event == RTCORE_ADDED)
		add_device(core);
	else
		remove_device(core->nr);
	return NOTIFY_OK;
}

static struct notifier_block core_notifier = {
	.notifier_call = core_changed,
};

static int __init make_poll_queue(void)
{
	struct poll_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return -ENOMEM;
	strscpy(q->name, "rtcore-rpmsg poll", sizeof(q->name));
	lockdep_register_key(&q->key);
	__init_waitqueue_head(&q->head, q->name, &q->key);
	poll_queue = q;
	return 0;
}

/*
 * The endpoints are gone, so that everybody in the queue leaves it as soon as he runs:
 * but a process that is stopped does not run, and epoll keeps its place until the node
 * is closed. For those the queue stays behind.
 */
static void drop_poll_queue(void)
{
	struct poll_queue *q = poll_queue;
	unsigned int waited;
	bool empty = false;

	for (waited = 0; !empty && waited <= POLL_END_MS; waited += POLL_END_STEP_MS) {
		if (waited)
			msleep(POLL_END_STEP_MS);
		wake_up_all(&q->head);
		spin_lock_irq(&q->head.lock);
		/* with its lock, so that the last to leave is past using it too */
		empty = !waitqueue_active(&q->head);
		spin_unlock_irq(&q->head.lock);
	}
	if (!empty) {
		pr_info("rtcore-rpmsg: somebody still has a node in epoll, or sleeps there: %zu bytes are left to him\n",
			sizeof(*q));
		kmemleak_not_leak(q);
		return;
	}
	lockdep_unregister_key(&q->key);
	kfree(q);
}

static int __init rtcore_rpmsg_init(void)
{
	int ret;

	if (!SPHERE_RPMSG_IS_KNOWN) {
		pr_err("rtcore-rpmsg: nobody has compared this kernel's rpmsg with what this module assumes; use af_azspio\n");
		return -EOPNOTSUPP;
	}
	ret = make_poll_queue();
	if (ret)
		return ret;
	ret = rtcore_register_notifier(&core_notifier);
	if (ret)
		drop_poll_queue();
	return ret;
}
module_init(rtcore_rpmsg_init);

static void __exit rtcore_rpmsg_exit(void)
{
	rtcore_unregister_notifier(&core_notifier);
	drop_poll_queue();
}
module_exit(rtcore_rpmsg_exit);

MODULE_DESCRIPTION("Real-time cores of the MediaTek MT3620 as devices of rpmsg");
MODULE_LICENSE("GPL");
