/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Sockets to the applications on the real-time cores of the MediaTek MT3620
 */
#ifndef _UAPI_LINUX_MT3620_RTCORE_H
#define _UAPI_LINUX_MT3620_RTCORE_H

#include <linux/socket.h>
#include <linux/types.h>

/*
 * The number of the family is not fixed: it is the decimal number in this file.
 * 43 was the published one, which Linux has given to another family since.
 */
#define AZSPIO_FAMILY_FILE	"/sys/module/af_azspio/parameters/family"

/* bytes of a component id: as in a GUID in memory of a little-endian machine */
#define AZSPIO_COMPONENT_ID_SIZE	16

/* largest message to a core, and from one */
#define AZSPIO_SEND_MAX		1024
#define AZSPIO_RECV_MAX		1040

/**
 * struct sockaddr_azspio - address of an application, on Linux or on a core
 * @sa_family: number of the family
 * @sa_port: 0
 * @sa_component_id: the application
 */
struct sockaddr_azspio {
	__kernel_sa_family_t sa_family;
	__u16 sa_port;
	__u8 sa_component_id[AZSPIO_COMPONENT_ID_SIZE];
};

/**
 * struct azspio_connection - a pair in the permission table
 * @source: who may send
 * @destination: to whom
 */
struct azspio_connection {
	struct sockaddr_azspio source;
	struct sockaddr_azspio destination;
};

/*
 * Change the permission table; both take CAP_NET_ADMIN. EPERM without it, EINVAL for
 * another family or a port, EFAULT.
 *
 * ADD: also EINVAL if the destination is the id of all zeros, EEXIST if the pair is
 * there, ENOSPC.
 * DELETE: the id of all zeros stands for any; ENOENT if nothing matches.
 */
#define SIOCAZSPIOADDCONN	0x89E0
#define SIOCAZSPIODELCONN	0x89E1

#endif /* _UAPI_LINUX_MT3620_RTCORE_H */
