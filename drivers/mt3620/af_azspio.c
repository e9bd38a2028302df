// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets to the applications on the real-time cores, addressed by component id
 *
 * A socket has an own component id: that of its maker, where a security module gives
 * tasks an identity, else the id of all zeros, or one that a task with CAP_SYS_ADMIN
 * binds it to. connect() joins it to one component on a core: that is an endpoint of
 * the link (struct rtcore_ep), which asks about permission. A message to an address
 * joins an unconnected socket as well, until the next one to another address.
 *
 * An endpoint stays while a call is sending through it, without the socket's lock:
 * one thread may wait for space while another receives or disconnects. So it is
 * counted (struct joint), and whoever lets go of it last closes it. A joint that is
 * not the socket's any more takes no messages.
 *
 * A call that waits for a message holds no joint: the socket may be joined to somebody
 * else meanwhile, or to the same component anew, which takes that there is no other
 * endpoint for the pair. It is woken by each change of the joint and asks again whom the
 * socket is joined to, and whether its task may read what comes from there.
 *
 * Sending copies to a buffer of the socket, under its own mutex, which is never held
 * while waiting for space, and allocates nothing. Where messages are received there is
 * no task: they are charged to the receive buffer; where that is full they stay in the
 * ring and the core waits (see rtcore_link.c).
 *
 * The published number of the family, 43, belongs to another family in mainline. It is
 * taken only where the kernel at hand is without that one, or on demand; else one of
 * the numbers whose families are gone. User space reads it from the parameter.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include <asm/ioctls.h>

#include <net/net_namespace.h>
#include <net/sock.h>

#include <linux/mt3620/rtcore.h>
#include <uapi/linux/mt3620_rtcore.h>

#include <linux/sphere/compat.h>

/* as published, for each direction */
#define AZSPIO_BUFFER		16384

#define AZSPIO_PUBLISHED_FAMILY	43

static int family;
module_param(family, int, 0444);
MODULE_PARM_DESC(family, "number of the socket family; 0: 43 where the kernel has no SMC, else a retired one");

/* families that Linux has had and whose code is gone: ASH, Econet, Wanpipe, SNA */
static const int retired[] = { AF_ASH, AF_ECONET, AF_WANPIPE, AF_SNA };

struct azspio_sock;

/**
 * struct joint - a socket joined to a component on a core
 * @ref: references: the socket's, and one for each call that uses it
 * @s: the socket, of which we hold a reference
 * @ep: the endpoint
 * @peer: the component
 * @connected: by connect(), and not only by a message to an address
 */
struct joint {
	struct kref ref;
	struct azspio_sock *s;
	struct rtcore_ep *ep;
	struct sphere_component_id peer;
	bool connected;
};

/**
 * struct azspio_sock - a socket
 * @sk: the socket; first, as the network core has it
 * @own: the component that it speaks for
 * @bound: @own cannot change any more
 * @joint: whom it is joined to, or NULL; changed under the socket's lock and
 *	@joint_lock, read under either
 * @joins: changes with @joint, before it can be seen
 * @joint_lock: see @joint; also held where an error is set or forgotten, because an error
 *	is one of the joint
 * @send_lock: protects @buf
 * @told: the error of the socket was told to a sender; for the next it is over
 * @node: in the list of all sockets
 * @buf: where a message lies while it is copied to the ring
 */
struct azspio_sock {
	struct sock sk;
	struct sphere_component_id own;
	bool bound;
	struct joint *joint;
	unsigned int joins;
	spinlock_t joint_lock;	/* see above; nothing is taken inside */
	struct mutex send_lock;	/* see above; nothing but the link's locks inside */
	bool told;
	struct list_head node;
	u8 buf[AZSPIO_SEND_MAX];
};

/* what a message carries besides its bytes */
struct azspio_cb {
	struct sphere_component_id from;
};

static DEFINE_MUTEX(sockets_lock);	/* protects the next one */
static LIST_HEAD(sockets);

static struct azspio_sock *to_azspio(struct sock *sk)
{
	return container_of(sk, struct azspio_sock, sk);
}

static struct azspio_cb *cb_of(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct azspio_cb) > sizeof(skb->cb));
	return (struct azspio_cb *)skb->cb;
}

/* ---- what the endpoint tells ---------------------------------------------- */

static int joint_receive(void *priv, const void *data, size_t len)
{
	struct joint *j = priv;
	struct sock *sk = &j->s->sk;
	struct sk_buff *skb;

	if (READ_ONCE(j->s->joint) != j) {
		atomic_inc(&sk->sk_drops);
		return 0;
	}
	/* at least one message finds room, whatever the buffer's size */
	if (atomic_read(&sk->sk_rmem_alloc) >= READ_ONCE(sk->sk_rcvbuf))
		return -EAGAIN;
	skb = alloc_skb(len, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return -ENOMEM;
	skb_put_data(skb, data, len);
	cb_of(skb)->from = j->peer;
	if (sock_flag(sk, SOCK_RCVTSTAMP))
		__net_timestamp(skb);
	/* refused by a filter of the socket's, or by want of accountable memory */
	if (sock_queue_rcv_skb(sk, skb)) {
		atomic_inc(&sk->sk_drops);
		kfree_skb(skb);
	}
	return 0;
}

static void joint_writable(void *priv)
{
	struct joint *j = priv;

	j->s->sk.sk_write_space(&j->s->sk);
}

static void joint_reset(void *priv, unsigned int lost)
{
	struct joint *j = priv;
	struct sock *sk = &j->s->sk;
	bool ours;

	spin_lock_bh(&j->s->joint_lock);
	ours = j->s->joint == j;
	if (ours) {
		WRITE_ONCE(j->s->told, false);
		/* pairs with the one in sender_error(): a new error is not one that was told */
		smp_wmb();
		WRITE_ONCE(sk->sk_err, ECONNRESET);
	}
	spin_unlock_bh(&j->s->joint_lock);
	if (ours)
		sk_error_report(sk);
}

static const struct rtcore_ep_ops joint_ops = {
	.receive = joint_receive,
	.writable = joint_writable,
	.reset = joint_reset,
};

/* ---- joints --------------------------------------------------------------- */

static void joint_release(struct kref *ref)
{
	struct joint *j = container_of(ref, struct joint, ref);

	rtcore_close(j->ep);
	sock_put(&j->s->sk);
	kfree(j);
}

static void joint_put(struct joint *j)
{
	if (j)
		kref_put(&j->ref, joint_release);
}

static struct joint *joint_get(struct azspio_sock *s)
{
	struct joint *j;

	spin_lock_bh(&s->joint_lock);
	j = s->joint;
	if (j)
		kref_get(&j->ref);
	spin_unlock_bh(&s->joint_lock);
	return j;
}

/* Whoever waits for a message looks whom it can come from now. */
static void set_joint(struct azspio_sock *s, struct joint *j)
{
	spin_lock_bh(&s->joint_lock);
	WRITE_ONCE(s->joins, s->joins + 1);
	WRITE_ONCE(s->joint, j);
	/* what was to be said about the last one does not concern the next */
	WRITE_ONCE(s->sk.sk_err, 0);
	WRITE_ONCE(s->told, false);
	spin_unlock_bh(&s->joint_lock);
	s->sk.sk_state_change(&s->sk);
}

/* Leave whom we were joined to. What came from there and was not read is lost. */
static void unjoin(struct azspio_sock *s)
{
	struct joint *j = s->joint;
	struct sk_buff *skb;

	if (j)
		set_joint(s, NULL);
	/*
	 * A message that is being delivered at this moment is behind the purge at
	 * worst: then it bears its sender's id, and who receives drops it.
	 */
	while ((skb = skb_dequeue(&s->sk.sk_receive_queue))) {
		atomic_inc(&s->sk.sk_drops);
		kfree_skb(skb);
	}
	/* the core may have waited for room, and somebody who sends may keep the endpoint */
	if (j)
		rtcore_resume(j->ep);
	joint_put(j);
}

/* Join; the socket is locked, or new. The reference in s->joint is the only one. */
static int join(struct azspio_sock *s, const struct sphere_component_id *peer, bool connected)
{
	struct joint *j = kzalloc(sizeof(*j), GFP_KERNEL);
	int ret;

	if (!j)
		return -ENOMEM;
	kref_init(&j->ref);
	j->s = s;
	j->peer = *peer;
	j->connected = connected;
	/* a message that comes before it is the socket's joint is dropped, and counted */
	j->ep = rtcore_open(&s->own, peer, &joint_ops, j);
	if (IS_ERR(j->ep)) {
		ret = PTR_ERR(j->ep);
		kfree(j);
		return ret;
	}
	sock_hold(&s->sk);
	set_joint(s, j);
	return 0;
}

/* ---- addresses ------------------------------------------------------------ */

static int check_address(struct sock *sk, const void *addr, int len,
			 struct sphere_component_id *id)
{
	const struct sockaddr_azspio *a = addr;

	BUILD_BUG_ON(sizeof(*a) != 20);
	BUILD_BUG_ON(sizeof(id->b) != AZSPIO_COMPONENT_ID_SIZE);
	if (len < (int)sizeof(*a))
		return -EINVAL;
	if (a->sa_family != sk->sk_family)
		return -EAFNOSUPPORT;
	if (a->sa_port)
		return -EINVAL;
	memcpy(id->b, a->sa_component_id, sizeof(id->b));
	return 0;
}

static int fill_address(struct sock *sk, void *addr, const struct sphere_component_id *id)
{
	*(struct sockaddr_azspio *)addr = (struct sockaddr_azspio) { .sa_family = sk->sk_family };
	memcpy(((struct sockaddr_azspio *)addr)->sa_component_id, id->b, sizeof(id->b));
	return sizeof(struct sockaddr_azspio);
}

static bool same(const struct sphere_component_id *a, const struct sphere_component_id *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* May the current task have a socket that speaks for @id? */
static bool may_be(const struct sphere_component_id *id)
{
	static const struct sphere_component_id nobody;
	struct sphere_identity me;

	if (!sphere_authority_identity(&me))
		return same(&me.component, id);
	return same(id, &nobody) || capable(CAP_SYS_ADMIN);
}

static int azspio_bind(struct socket *sock, struct sockaddr_unsized *addr, int len)
{
	struct sock *sk = sock->sk;
	struct azspio_sock *s = to_azspio(sk);
	struct sphere_component_id id;
	int ret;

	ret = check_address(sk, addr, len, &id);
	if (ret)
		return ret;
	if (!may_be(&id))
		return -EACCES;
	lock_sock(sk);
	if (s->bound && !same(&id, &s->own)) {
		ret = -EINVAL;
	} else {
		s->own = id;
		s->bound = true;
	}
	release_sock(sk);
	return ret;
}

static int azspio_connect(struct socket *sock, struct sockaddr_unsized *addr, int len, int flags)
{
	struct sock *sk = sock->sk;
	struct azspio_sock *s = to_azspio(sk);
	struct sphere_component_id peer;
	int ret = 0;

	if (len < (int)sizeof(sa_family_t))
		return -EINVAL;
	if (((struct sockaddr *)addr)->sa_family == AF_UNSPEC) {
		lock_sock(sk);
		unjoin(s);
		sock->state = SS_UNCONNECTED;
		release_sock(sk);
		return 0;
	}
	ret = check_address(sk, addr, len, &peer);
	if (ret)
		return ret;
	lock_sock(sk);
	if (s->joint && s->joint->connected) {
		ret = -EISCONN;
	} else {
		unjoin(s);
		ret = join(s, &peer, true);
	}
	if (!ret) {
		s->bound = true;
		sock->state = SS_CONNECTED;
	}
	release_sock(sk);
	return ret;
}

static int azspio_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	struct sock *sk = sock->sk;
	struct azspio_sock *s = to_azspio(sk);
	int ret;

	lock_sock(sk);
	if (!peer)
		ret = fill_address(sk, addr, &s->own);
	else if (s->joint && s->joint->connected)
		ret = fill_address(sk, addr, &s->joint->peer);
	else
		ret = -ENOTCONN;
	release_sock(sk);
	return ret;
}

/* ---- messages ------------------------------------------------------------- */

/* whom a message goes to: a reference, or an error pointer */
static struct joint *find_joint(struct azspio_sock *s, struct msghdr *msg)
{
	struct sock *sk = &s->sk;
	struct sphere_component_id to;
	struct joint *j;
	int ret;

	if (!msg->msg_name) {
		j = joint_get(s);
		if (j && !j->connected) {
			joint_put(j);
			j = NULL;
		}
		return j ?: ERR_PTR(-ENOTCONN);
	}
	ret = check_address(sk, msg->msg_name, msg->msg_namelen, &to);
	if (ret)
		return ERR_PTR(ret);
	lock_sock(sk);
	if (!s->joint || !same(&s->joint->peer, &to)) {
		if (s->joint && s->joint->connected) {
			ret = -EISCONN;
		} else {
			unjoin(s);
			ret = join(s, &to, false);
		}
	}
	if (!ret) {
		s->bound = true;
		j = joint_get(s);
	}
	release_sock(sk);
	return ret ? ERR_PTR(ret) : j;
}

/* Wait until there is space, or something else to be said */
static int wait_for_space(struct sock *sk, struct joint *j, long *timeout)
{
	DEFINE_WAIT(wait);
	int ret = 0;

	prepare_to_wait(sk_sleep(sk), &wait, TASK_INTERRUPTIBLE);
	if (!READ_ONCE(sk->sk_err) && !rtcore_has_space(j->ep)) {
		if (!*timeout)
			ret = -EAGAIN;
		else if (signal_pending(current))
			ret = sock_intr_errno(*timeout);
		else
			*timeout = schedule_timeout(*timeout);
	}
	finish_wait(sk_sleep(sk), &wait);
	return ret;
}

/*
 * The error of the socket, as a negative number. sendmmsg() drops the error of a
 * message that is not its first, and we do not see which one it is: so a sender is
 * told twice, rather than never.
 */
static int sender_error(struct azspio_sock *s)
{
	int err = READ_ONCE(s->sk.sk_err);

	if (likely(!err))
		return 0;
	smp_rmb();	/* pairs with the one in joint_reset() */
	if (!xchg(&s->told, true))
		return -err;
	return sock_error(&s->sk);
}

/* One try. What was taken from the message is given back unless it was sent. */
static int send_once(struct azspio_sock *s, struct joint *j, struct msghdr *msg, size_t len,
		     unsigned int flags)
{
	int ret = sender_error(s);

	if (ret)
		return ret;
	if (mutex_lock_killable(&s->send_lock))
		return -EINTR;
	if (copy_from_iter_full(s->buf, len, &msg->msg_iter)) {
		ret = rtcore_send(j->ep, s->buf, len, flags);
		if (ret)
			iov_iter_revert(&msg->msg_iter, len);
	} else {
		ret = -EFAULT;
	}
	mutex_unlock(&s->send_lock);
	return ret;
}

static int azspio_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct azspio_sock *s = to_azspio(sk);
	/* of a burst of sendmmsg() only the last raises the interrupt */
	unsigned int flags = msg->msg_flags & MSG_BATCH ? RTCORE_MORE : 0;
	struct joint *j;
	long timeout;
	int ret;

	if (msg->msg_flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL | MSG_BATCH | MSG_CMSG_COMPAT))
		return -EINVAL;
	if (len > AZSPIO_SEND_MAX)
		return -EMSGSIZE;
	j = find_joint(s, msg);
	if (IS_ERR(j))
		return PTR_ERR(j);

	timeout = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	for (;;) {
		ret = send_once(s, j, msg, len, flags);
		if (ret != -EAGAIN || !timeout)
			break;
		ret = wait_for_space(sk, j, &timeout);
		if (ret)
			break;
	}
	/* the burst ends here */
	if (ret && flags)
		rtcore_flush(j->ep);
	joint_put(j);
	return ret ?: (int)len;
}

/* Wait until there is a message, an error, or another joint than there was at @joins */
static int wait_for_message(struct azspio_sock *s, unsigned int joins, long *timeout)
{
	struct sock *sk = &s->sk;
	DEFINE_WAIT(wait);
	int ret = 0;

	prepare_to_wait(sk_sleep(sk), &wait, TASK_INTERRUPTIBLE);
	if (skb_queue_empty_lockless(&sk->sk_receive_queue) && !READ_ONCE(sk->sk_err) &&
	    READ_ONCE(s->joins) == joins) {
		if (signal_pending(current))
			ret = sock_intr_errno(*timeout);
		else
			*timeout = schedule_timeout(*timeout);
	}
	finish_wait(sk_sleep(sk), &wait);
	return ret;
}

/*
 * One try: the message's length, or an error; %-EAGAIN if there is none, %-ESTALE if there
 * was one that is for nobody any more.
 */
static int receive_once(struct azspio_sock *s, struct msghdr *msg, size_t size, int flags)
{
	struct sock *sk = &s->sk;
	struct sk_buff *skb;
	struct joint *j;
	size_t n;
	int ret;

	j = joint_get(s);
	if (!j) {
		/* a message to another address may be joining it at this moment */
		lock_sock(sk);
		j = joint_get(s);
		release_sock(sk);
	}
	if (!j)
		return -ENOTCONN;
	/* a descriptor that was handed on does not let its holder read */
	ret = rtcore_may_use(j->ep);
	if (ret)
		goto out;
	skb = skb_recv_datagram(sk, flags | MSG_DONTWAIT, &ret);
	if (!skb)
		goto out;
	/* the answer above was about another component: who is it now? */
	if (!same(&cb_of(skb)->from, &j->peer)) {
		joint_put(j);
		j = joint_get(s);
		ret = j && same(&cb_of(skb)->from, &j->peer) ? rtcore_may_use(j->ep) : -ESTALE;
		if (ret) {
			/* from one that it was joined to before; also counts it as dropped */
			skb_kill_datagram(sk, skb, flags);
			if (j)
				rtcore_resume(j->ep);
			goto out;
		}
	}

	n = skb->len;
	if (n > size) {
		n = size;
		msg->msg_flags |= MSG_TRUNC;
	}
	ret = skb_copy_datagram_msg(skb, 0, msg, n);
	if (ret)
		goto out_free;
	sock_recv_cmsgs(msg, sk, skb);
	if (msg->msg_name)
		msg->msg_namelen = fill_address(sk, msg->msg_name, &cb_of(skb)->from);
	ret = flags & MSG_TRUNC ? skb->len : n;
out_free:
	skb_free_datagram(sk, skb);
	/* there may be room again */
	rtcore_resume(j->ep);
out:
	joint_put(j);
	return ret;
}

static int azspio_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags)
{
	struct sock *sk = sock->sk;
	struct azspio_sock *s = to_azspio(sk);
	long timeout = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	unsigned int joins;
	int ret;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (!READ_ONCE(s->bound))
		return -EADDRNOTAVAIL;
	for (;;) {
		/* before it is looked whom the socket is joined to, which takes the lock */
		joins = READ_ONCE(s->joins);
		ret = receive_once(s, msg, size, flags);
		if (ret == -ESTALE)
			continue;
		if (ret != -EAGAIN || !timeout)
			return ret;
		ret = wait_for_message(s, joins, &timeout);
		if (ret)
			return ret;
	}
}

static __poll_t azspio_poll(struct file *file, struct socket *sock, poll_table *wait)
{
	struct sock *sk = sock->sk;
	struct joint *j;
	__poll_t mask = 0;

	sock_poll_wait(file, sock, wait);
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	j = joint_get(to_azspio(sk));
	/* sending would not wait: with nobody there it fails at once */
	if (!j || rtcore_has_space(j->ep))
		mask |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
	joint_put(j);
	return mask;
}

/* ---- requests ------------------------------------------------------------- */

static int change_table(struct sock *sk, unsigned int cmd, void __user *arg)
{
	struct sphere_component_id from, to;
	static const struct sphere_component_id any;
	struct azspio_connection c;

	BUILD_BUG_ON(sizeof(c) != 40);
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (check_address(sk, &c.source, sizeof(c.source), &from) ||
	    check_address(sk, &c.destination, sizeof(c.destination), &to))
		return -EINVAL;
	if (cmd == SIOCAZSPIODELCONN)
		return rtcore_pair_del(&from, &to);
	if (same(&to, &any))
		return -EINVAL;
	return rtcore_pair_add(&from, &to);
}

static int azspio_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct sock *sk = sock->sk;
	struct sk_buff *skb;
	struct joint *j;
	int n = 0;

	switch (cmd) {
	case SIOCAZSPIOADDCONN:
	case SIOCAZSPIODELCONN:
		return change_table(sk, cmd, (void __user *)arg);
	/* bytes that the core has not read, as the name says */
	case SIOCOUTQ:
		j = joint_get(to_azspio(sk));
		if (j)
			n = rtcore_unread(j->ep);
		joint_put(j);
		break;
	/* bytes of the next message */
	case SIOCINQ:
		spin_lock_bh(&sk->sk_receive_queue.lock);
		skb = skb_peek(&sk->sk_receive_queue);
		if (skb)
			n = skb->len;
		spin_unlock_bh(&sk->sk_receive_queue.lock);
		break;
	default:
		return -ENOIOCTLCMD;
	}
	return put_user(n, (int __user *)arg);
}

#ifdef CONFIG_COMPAT
static int azspio_compat_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	return azspio_ioctl(sock, cmd, (unsigned long)compat_ptr(arg));
}
#endif

/* ---- life ----------------------------------------------------------------- */

static int azspio_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct azspio_sock *s;

	if (!sk)
		return 0;
	s = to_azspio(sk);
	mutex_lock(&sockets_lock);
	list_del(&s->node);
	mutex_unlock(&sockets_lock);

	lock_sock(sk);
	sock_orphan(sk);
	sock->sk = NULL;
	unjoin(s);
	release_sock(sk);
	sock_put(sk);
	return 0;
}

static void azspio_destruct(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
}

static struct proto azspio_proto = {
	.name = "AZSPIO",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct azspio_sock),
};

static const struct proto_ops azspio_ops = {
	/* .family is in the copy that is used: see register_as() */
	.owner = THIS_MODULE,
	.release = azspio_release,
	.bind = azspio_bind,
	.connect = azspio_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = azspio_getname,
	.poll = azspio_poll,
	.ioctl = azspio_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = azspio_compat_ioctl,
#endif
	.gettstamp = sock_gettstamp,
	.listen = sock_no_listen,
	.shutdown = sock_no_shutdown,
	.sendmsg = azspio_sendmsg,
	.recvmsg = azspio_recvmsg,
	.mmap = sock_no_mmap,
};

static struct proto_ops azspio_family_ops __ro_after_init;

static int azspio_create(struct net *net, struct socket *sock, int protocol, int kern)
{
	struct sphere_identity me;
	struct azspio_sock *s;
	struct sock *sk;

	/* cores are in no namespace but the first */
	if (!net_eq(net, &init_net))
		return -EAFNOSUPPORT;
	if (sock->type != SOCK_DGRAM)
		return -EPROTOTYPE;
	if (protocol)
		return -EPROTONOSUPPORT;
	sk = sk_alloc(net, family, GFP_KERNEL, &azspio_proto, kern);
	if (!sk)
		return -ENOMEM;
	sock->ops = &azspio_family_ops;
	sock_init_data(sock, sk);
	sk->sk_destruct = azspio_destruct;
	sk->sk_rcvbuf = AZSPIO_BUFFER;
	sk->sk_sndbuf = AZSPIO_BUFFER;
	s = to_azspio(sk);
	spin_lock_init(&s->joint_lock);
	mutex_init(&s->send_lock);
	if (!sphere_authority_identity(&me))
		s->own = me.component;

	mutex_lock(&sockets_lock);
	list_add_tail(&s->node, &sockets);
	mutex_unlock(&sockets_lock);
	return 0;
}

/* not __ro_after_init: the number is filled in when the module is loaded */
static struct net_proto_family azspio_family = {
	.create = azspio_create,
	.owner = THIS_MODULE,
};

/* ---- /proc/net/azspio ------------------------------------------------------ */

static void *seq_begin(struct seq_file *seq, loff_t *pos)
{
	mutex_lock(&sockets_lock);
	return seq_list_start_head(&sockets, *pos);
}

static void *seq_go_on(struct seq_file *seq, void *v, loff_t *pos)
{
	return seq_list_next(v, &sockets, pos);
}

static void seq_end(struct seq_file *seq, void *v)
{
	mutex_unlock(&sockets_lock);
}

static int seq_line(struct seq_file *seq, void *v)
{
	struct azspio_sock *s;
	struct joint *j;

	if (v == &sockets) {
		seq_printf(seq, "%-36s %-36s %8s %8s %8s %s\n", "own", "peer", "rx_queue",
			   "unread", "drops", "inode");
		return 0;
	}
	s = list_entry(v, struct azspio_sock, node);
	j = joint_get(s);
	seq_printf(seq, "%pUl ", s->own.b);
	if (j)
		seq_printf(seq, "%pUl", j->peer.b);
	else
		seq_printf(seq, "%-36s", "none");
	seq_printf(seq, " %8d %8zu %8d %lu\n", atomic_read(&s->sk.sk_rmem_alloc),
		   j ? rtcore_unread(j->ep) : 0, atomic_read(&s->sk.sk_drops), sock_i_ino(&s->sk));
	joint_put(j);
	return 0;
}

static const struct seq_operations seq_ops = {
	.start = seq_begin,
	.next = seq_go_on,
	.stop = seq_end,
	.show = seq_line,
};

/* ---- module ---------------------------------------------------------------- */

static int register_as(int number)
{
	azspio_family.family = number;
	azspio_family_ops = azspio_ops;
	azspio_family_ops.family = number;
	return sock_register(&azspio_family);
}

static int __init choose_family(void)
{
	unsigned int i;

	if (family) {
		if (family < 0 || family >= NPROTO)
			return -EINVAL;
		return register_as(family);
	}
	if (!IS_ENABLED(CONFIG_SMC)) {
		family = AZSPIO_PUBLISHED_FAMILY;
		if (!register_as(family))
			return 0;
	}
	for (i = 0; i < ARRAY_SIZE(retired); i++) {
		family = retired[i];
		if (!register_as(family))
			return 0;
	}
	return -EEXIST;
}

static int __init azspio_init(void)
{
	int ret;

	ret = proto_register(&azspio_proto, 0);
	if (ret)
		return ret;
	if (!proc_create_seq("azspio", 0440, init_net.proc_net, &seq_ops)) {
		ret = -ENOMEM;
		goto err_proto;
	}
	ret = choose_family();
	if (ret) {
		pr_err("af_azspio: number %d cannot be had for the socket family (%d): name a free one with family=\n",
		       family, ret);
		goto err_proc;
	}
	pr_info("af_azspio: socket family %d\n", family);
	return 0;

err_proc:
	remove_proc_entry("azspio", init_net.proc_net);
err_proto:
	proto_unregister(&azspio_proto);
	return ret;
}
module_init(azspio_init);

static void __exit azspio_exit(void)
{
	sock_unregister(family);
	remove_proc_entry("azspio", init_net.proc_net);
	proto_unregister(&azspio_proto);
}
module_exit(azspio_exit);

MODULE_DESCRIPTION("Sockets to the applications on the real-time cores of the MediaTek MT3620");
MODULE_LICENSE("GPL");
