// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about sockets
 *
 * TCP and UDP go by addresses and ports, Unix sockets by the directory that the
 * other side's name lies in, and sockets of other kinds are listed as such: then
 * they may do what that kind does. An address is what the kernel will use, not
 * what it is called: IPv4 in IPv6 is IPv4, and an unspecified family is what the
 * socket's own family makes of it.
 *
 * A connected socket is not asked about again when it sends: it could not have
 * been connected elsewhere. Each message with an address of its own is, and so it
 * comes alone: of several in one call that go to the same address, the kernel asks
 * about the first, and their ancillary data is not the same.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/stddef.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/un.h>

#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include <linux/sphere/compat.h>

#include "app.h"
#include "decide.h"

static bool is_inet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

/* Does a socket go by addresses and ports? The protocol then, 0 otherwise */
static u8 proto_of(int family, int type, int protocol)
{
	if (!is_inet(family))
		return 0;
	if (type == SOCK_STREAM && (protocol == IPPROTO_TCP || !protocol))
		return SPHERE_PROTO_TCP;
	if (type == SOCK_DGRAM && (protocol == IPPROTO_UDP || !protocol))
		return SPHERE_PROTO_UDP;
	return 0;
}

static u8 proto_of_sock(const struct sock *sk)
{
	/* none of them is 0 in a socket that exists */
	return sk->sk_protocol ? proto_of(sk->sk_family, sk->sk_type, sk->sk_protocol) : 0;
}

/* Protocols of packet sockets are not kept where they can be seen */
static bool lists_kind(const struct sphere_app *app, const struct sock *sk)
{
	unsigned int i;

	for (i = 0; i < app->n_sockets; i++)
		if (app->sockets[i].family == sk->sk_family &&
		    app->sockets[i].type == sk->sk_type &&
		    (sk->sk_family == AF_PACKET || app->sockets[i].protocol == sk->sk_protocol))
			return true;
	return false;
}

/**
 * sphere_decide_socket() - may it make such a socket?
 * @app: the app
 * @family: address family
 * @type: type, without flags
 * @protocol: protocol, 0 for the usual one
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_socket(const struct sphere_app *app, int family, int type, int protocol)
{
	if (family == AF_UNIX)
		return SPHERE_OK;
	if (proto_of(family, type, protocol))
		return app->n_nets || app->n_hosts || app->n_listens ? SPHERE_OK : SPHERE_R_SOCKET;
	if (family < 0 || family > U16_MAX || type < 0 || type > U16_MAX)
		return SPHERE_R_SOCKET;
	return sphere_app_may_socket(app, family, type, protocol) ? SPHERE_OK : SPHERE_R_SOCKET;
}

/* Port of an address of either family, -1 if it is too short for one */
static int port_of(const struct sockaddr *address, int len)
{
	BUILD_BUG_ON(offsetof(struct sockaddr_in, sin_port) !=
		     offsetof(struct sockaddr_in6, sin6_port));
	if (len < (int)offsetofend(struct sockaddr_in, sin_port))
		return -1;
	return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

/**
 * sphere_decide_bind() - may it give a socket this address of its own?
 * @app: the app
 * @sk: the socket
 * @address: the address
 * @len: bytes of it
 *
 * Port 0 is one that the kernel chooses, as it would without bind; whether the
 * socket may listen there is asked later.
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_bind(const struct sphere_app *app, const struct sock *sk,
		       const struct sockaddr *address, int len)
{
	u8 proto = proto_of_sock(sk);
	int port;

	if (proto) {
		port = port_of(address, len);
		if (port < 0)
			return SPHERE_R_LISTEN;
		return !port || sphere_app_may_listen(app, proto, port) ?
		       SPHERE_OK : SPHERE_R_LISTEN;
	}
	if (sk->sk_family == AF_UNIX) {
		const struct sockaddr_un *un = (const struct sockaddr_un *)address;

		/* names that are in no directory are for everybody; the others are made there */
		return len > (int)offsetof(struct sockaddr_un, sun_path) && un->sun_path[0] ?
		       SPHERE_OK : SPHERE_R_UNIX;
	}
	return lists_kind(app, sk) ? SPHERE_OK : SPHERE_R_SOCKET;
}

static int may_send(const struct sphere_app *app, u8 proto, const struct in6_addr *addr,
		    __be16 port)
{
	return sphere_app_may_send(app, addr, proto, ntohs(port)) ? SPHERE_OK : SPHERE_R_CONNECT;
}

static int may_send4(const struct sphere_app *app, u8 proto, __be32 addr, __be16 port)
{
	return sphere_app_may_send4(app, addr, proto, ntohs(port)) ? SPHERE_OK : SPHERE_R_CONNECT;
}

/*
 * The address of nobody is this machine, by IPv4 if the socket is bound to such an
 * address, which can change until the kernel looks
 */
static int may_send6(const struct sphere_app *app, u8 proto, const struct in6_addr *addr,
		     __be16 port)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

	if (likely(!ipv6_addr_any(addr)))
		return may_send(app, proto, addr, port);
	return may_send(app, proto, &loopback, port) ?:
	       may_send4(app, proto, htonl(INADDR_LOOPBACK), port);
}

/* @family is what the kernel takes the address for */
static __always_inline int decide_address(const struct sphere_app *app, u8 proto, int family,
					  const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	if (family == AF_INET && len >= (int)sizeof(*in))
		return may_send4(app, proto, in->sin_addr.s_addr, in->sin_port);
	if (family == AF_INET6 && len >= SIN6_LEN_RFC2133)
		return may_send6(app, proto, &in6->sin6_addr, in6->sin6_port);
	return SPHERE_R_CONNECT;
}

static bool has_family(int len)
{
	return len >= (int)offsetofend(struct sockaddr, sa_family);
}

/**
 * sphere_decide_connect() - may it connect a socket to this address?
 * @app: the app
 * @sk: the socket
 * @address: the address
 * @len: bytes of it
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_connect(const struct sphere_app *app, const struct sock *sk,
			  const struct sockaddr *address, int len)
{
	u8 proto = proto_of_sock(sk);

	if (proto) {
		if (unlikely(!has_family(len)))
			return SPHERE_R_CONNECT;
		/* takes a connection away */
		if (unlikely(address->sa_family == AF_UNSPEC))
			return SPHERE_OK;
		return decide_address(app, proto, address->sa_family, address, len);
	}
	/* the socket at the other end is asked about once it is found */
	if (sk->sk_family == AF_UNIX)
		return SPHERE_OK;
	return lists_kind(app, sk) ? SPHERE_OK : SPHERE_R_SOCKET;
}

/* What may go along with a message; routes to elsewhere are not in it */
static bool is_harmless_cmsg(int level, int type)
{
	switch (level) {
	case SOL_SOCKET:
		switch (type) {
		case SCM_RIGHTS:
		case SCM_CREDENTIALS:
		case SCM_TXTIME:
		case SO_TIMESTAMPING_OLD:
		case SO_TIMESTAMPING_NEW:
			return true;
		}
		return false;
	case SOL_IP:
		return type == IP_PKTINFO || type == IP_TTL || type == IP_TOS;
	case SOL_IPV6:
		return type == IPV6_PKTINFO || type == IPV6_HOPLIMIT || type == IPV6_TCLASS ||
		       type == IPV6_DONTFRAG;
	case SOL_UDP:
		return type == UDP_SEGMENT;
	default:
		return false;
	}
}

static int decide_cmsgs(const struct msghdr *msg)
{
	struct msghdr *m = (struct msghdr *)msg;	/* the macros only read it */
	struct cmsghdr *cmsg;

	if (!msg->msg_controllen || msg->msg_control_is_user)
		return msg->msg_controllen ? SPHERE_R_SOCKET_OPTION : SPHERE_OK;
	for_each_cmsghdr(cmsg, m) {
		if (!CMSG_OK(m, cmsg))
			return SPHERE_R_SOCKET_OPTION;
		if (!is_harmless_cmsg(cmsg->cmsg_level, cmsg->cmsg_type))
			return SPHERE_R_SOCKET_OPTION;
	}
	return SPHERE_OK;
}

/**
 * sphere_decide_sendmsg() - may it send this message?
 * @app: the app
 * @sk: the socket
 * @msg: the message, with its address and ancillary data in kernel memory
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_sendmsg(const struct sphere_app *app, const struct sock *sk,
			  const struct msghdr *msg)
{
	const struct sockaddr *address = msg->msg_name;
	u8 proto = proto_of_sock(sk);
	int family, ret;

	if (!proto && sk->sk_family != AF_UNIX)
		return lists_kind(app, sk) ? SPHERE_OK : SPHERE_R_SOCKET;
	if (proto && address && (msg->msg_flags & MSG_BATCH))
		return SPHERE_R_SOCKET_OPTION;
	ret = decide_cmsgs(msg);
	/* a Unix socket at the other end is asked about once it is found */
	if (ret || !proto || !address || msg->msg_namelen <= 0)
		return ret;
	if (!has_family(msg->msg_namelen))
		return SPHERE_R_CONNECT;
	family = address->sa_family;
	if (family == AF_UNSPEC) {
		/* IPv4 takes it for one of its own, IPv6 sends to whom it is connected */
		if (sk->sk_family == AF_INET6 && proto == SPHERE_PROTO_UDP)
			return SPHERE_OK;
		family = AF_INET;
	}
	return decide_address(app, proto, family, address, msg->msg_namelen);
}

/**
 * sphere_decide_listen() - may a socket take connections?
 * @app: the app
 * @sk: the socket
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_listen(const struct sphere_app *app, const struct sock *sk)
{
	u8 proto = proto_of_sock(sk);

	if (proto)
		return sphere_app_may_listen(app, proto, READ_ONCE(inet_sk(sk)->inet_num)) ?
		       SPHERE_OK : SPHERE_R_LISTEN;
	/* its name was made in a granted directory */
	if (sk->sk_family == AF_UNIX)
		return SPHERE_OK;
	return lists_kind(app, sk) ? SPHERE_OK : SPHERE_R_SOCKET;
}

static bool is_harmless_option(int level, int optname)
{
	switch (level) {
	case SOL_SOCKET:
		switch (optname) {
		case SO_DEBUG:
		case SO_REUSEADDR:
		case SO_DONTROUTE:
		case SO_BROADCAST:
		case SO_SNDBUF:
		case SO_RCVBUF:
		case SO_KEEPALIVE:
		case SO_OOBINLINE:
		case SO_NO_CHECK:
		case SO_PRIORITY:
		case SO_LINGER:
		case SO_BSDCOMPAT:
		case SO_RCVLOWAT:
		case SO_RCVTIMEO_OLD:
		case SO_SNDTIMEO_OLD:
		case SO_RCVTIMEO_NEW:
		case SO_SNDTIMEO_NEW:
		case SO_BINDTODEVICE:
		case SO_TIMESTAMP_OLD:
		case SO_TIMESTAMPNS_OLD:
		case SO_TIMESTAMPING_OLD:
		case SO_TIMESTAMP_NEW:
		case SO_TIMESTAMPNS_NEW:
		case SO_TIMESTAMPING_NEW:
		case SO_PEEK_OFF:
		case SO_INCOMING_CPU:
		case SO_ZEROCOPY:
			return true;
		}
		return false;
	case SOL_IP:
		switch (optname) {
		case IP_TOS:
		case IP_TTL:
		case IP_PKTINFO:
		case IP_MTU_DISCOVER:
		case IP_RECVERR:
		case IP_RECVTTL:
		case IP_RECVTOS:
		case IP_FREEBIND:
		case IP_MINTTL:
		case IP_BIND_ADDRESS_NO_PORT:
		case IP_MULTICAST_IF:
		case IP_MULTICAST_TTL:
		case IP_MULTICAST_LOOP:
		case IP_MULTICAST_ALL:
		case IP_DROP_MEMBERSHIP:
			return true;
		}
		return false;
	case SOL_IPV6:
		switch (optname) {
		case IPV6_V6ONLY:
		case IPV6_UNICAST_HOPS:
		case IPV6_MULTICAST_IF:
		case IPV6_MULTICAST_HOPS:
		case IPV6_MULTICAST_LOOP:
		case IPV6_MULTICAST_ALL:
		case IPV6_DROP_MEMBERSHIP:
		case IPV6_MTU_DISCOVER:
		case IPV6_RECVERR:
		case IPV6_RECVPKTINFO:
		case IPV6_RECVHOPLIMIT:
		case IPV6_RECVTCLASS:
		case IPV6_TCLASS:
		case IPV6_DONTFRAG:
		case IPV6_ADDR_PREFERENCES:
			return true;
		}
		return false;
	case SOL_TCP:
		switch (optname) {
		case TCP_NODELAY:
		case TCP_MAXSEG:
		case TCP_CORK:
		case TCP_KEEPIDLE:
		case TCP_KEEPINTVL:
		case TCP_KEEPCNT:
		case TCP_SYNCNT:
		case TCP_LINGER2:
		case TCP_DEFER_ACCEPT:
		case TCP_WINDOW_CLAMP:
		case TCP_QUICKACK:
		case TCP_CONGESTION:
		case TCP_USER_TIMEOUT:
		case TCP_FASTOPEN:
		case TCP_FASTOPEN_CONNECT:
		case TCP_NOTSENT_LOWAT:
		case TCP_INQ:
			return true;
		}
		return false;
	case SOL_UDP:
		return optname == UDP_CORK || optname == UDP_SEGMENT || optname == UDP_GRO;
	default:
		return false;
	}
}

static bool is_join(int level, int optname)
{
	return (level == SOL_IP && optname == IP_ADD_MEMBERSHIP) ||
	       (level == SOL_IPV6 && optname == IPV6_ADD_MEMBERSHIP);
}

/* Is an address of a group among those of a rule? The shorter of both prefixes tells */
static bool has_groups(const struct sphere_app_net *rule, bool v4)
{
	const u8 first = v4 ? rule->addr.s6_addr[12] : rule->addr.s6_addr[0];
	const unsigned int all = v4 ? 4 : 8, prefix = rule->prefix - (v4 ? 96 : 0);
	const u8 mask = ~(0xffU >> min(prefix, all));

	return !((first ^ (v4 ? 0xe0 : 0xff)) & mask);
}

/*
 * Joining a group makes the kernel send, on the network, what the app has chosen.
 * Which group is not told: one whose address it may send to, or any if it may
 * receive from everybody.
 */
static bool may_join(const struct sphere_app *app)
{
	unsigned int i;

	for (i = 0; i < app->n_nets; i++)
		if (app->nets[i].proto != SPHERE_PROTO_TCP &&
		    has_groups(&app->nets[i], i < app->n_nets4))
			return true;
	for (i = 0; i < app->n_listens; i++)
		if (app->listens[i].proto != SPHERE_PROTO_TCP)
			return true;
	return false;
}

/**
 * sphere_decide_sockopt() - may it set this option?
 * @app: the app
 * @sk: the socket
 * @level: SOL_*
 * @optname: the option
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_sockopt(const struct sphere_app *app, const struct sock *sk, int level,
			  int optname)
{
	if (is_harmless_option(level, optname))
		return SPHERE_OK;
	if (is_join(level, optname) && proto_of_sock(sk))
		return may_join(app) ? SPHERE_OK : SPHERE_R_SOCKET_OPTION;
	/* without a name the kernel would make one, which is for everybody */
	if (level == SOL_SOCKET && optname == SO_PASSCRED)
		return sk->sk_family != AF_UNIX || READ_ONCE(unix_sk(sk)->addr) ?
		       SPHERE_OK : SPHERE_R_SOCKET_OPTION;
	/* programs in the kernel are refused on every socket */
	if (level == SOL_SOCKET)
		return SPHERE_R_SOCKET_OPTION;
	if (proto_of_sock(sk) || sk->sk_family == AF_UNIX)
		return SPHERE_R_SOCKET_OPTION;
	return lists_kind(app, sk) ? SPHERE_OK : SPHERE_R_SOCKET_OPTION;
}

/**
 * sphere_decide_unix() - may it talk to this Unix socket?
 * @app: the app
 * @other: the socket at the other end, which cannot change its name now
 *
 * Context: Any but interrupts.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_unix(const struct sphere_app *app, const struct sock *other)
{
	const struct unix_sock *u = (const struct unix_sock *)other;
	const struct dentry *dentry = u->path.dentry;

	/* without any name: the other one of a pair */
	if (!dentry)
		return u->addr ? SPHERE_R_UNIX : SPHERE_OK;
	return sphere_app_path_access(app, dentry) & SPHERE_ACCESS_CONNECT ?
	       SPHERE_OK : SPHERE_R_UNIX;
}

/* Is a socket where the app could have brought it itself? */
static bool could_be_own(const struct sphere_app *app, const struct sock *sk, u8 proto)
{
	const struct inet_sock *inet = inet_sk(sk);
	u16 own = READ_ONCE(inet->inet_num);
	__be16 port = READ_ONCE(inet->inet_dport);

	if (sphere_decide_socket(app, sk->sk_family, sk->sk_type, sk->sk_protocol))
		return false;
	/* whoever asked for the port still has it when the connection is gone */
	if ((sk->sk_userlocks & SOCK_BINDPORT_LOCK) && !sphere_app_may_listen(app, proto, own))
		return false;
	if (port) {
#if IS_ENABLED(CONFIG_IPV6)
		if (sk->sk_family == AF_INET6)
			return !may_send(app, proto, &sk->sk_v6_daddr, port);
#endif
		return sk->sk_family == AF_INET && !may_send4(app, proto, inet->inet_daddr, port);
	}
	return !own || sphere_app_may_listen(app, proto, own);
}

/**
 * sphere_decide_socket_kept() - may it hold this socket?
 * @app: the app
 * @sk: the socket
 * @fd: its descriptor, if it has one
 * @use: how the app comes to it
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_socket_kept(const struct sphere_app *app, const struct sock *sk,
			      unsigned int fd, enum sphere_fd_use use)
{
	u8 proto = proto_of_sock(sk);

	if (use == SPHERE_FD_KEPT && !proto)
		return sk->sk_family == AF_UNIX || lists_kind(app, sk) ?
		       SPHERE_OK : SPHERE_R_DESCRIPTOR;
	/* accepted connections come from anywhere */
	if (use == SPHERE_FD_KEPT)
		return could_be_own(app, sk, proto) ||
		       sphere_app_may_listen(app, proto, READ_ONCE(inet_sk(sk)->inet_num)) ?
		       SPHERE_OK : SPHERE_R_DESCRIPTOR;
	if (sk->sk_family == AF_UNIX)
		return use == SPHERE_FD_ENTER && fd <= 2 && sk->sk_type == SOCK_STREAM ?
		       SPHERE_OK : SPHERE_R_DESCRIPTOR;
	return proto && could_be_own(app, sk, proto) ? SPHERE_OK : SPHERE_R_DESCRIPTOR;
}
