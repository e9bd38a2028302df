/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much a policy may ask for. Each table has a bound, so that the memory and
 * time that a signed policy costs are known.
 */
#ifndef _SPHERE_LSM_LIMITS_H
#define _SPHERE_LSM_LIMITS_H

/* bytes of a policy, and of a path and a host name in it */
#define SPHERE_MAX_POLICY	65536
#define SPHERE_MAX_PATH		1023
#define SPHERE_MAX_HOST		253
#define SPHERE_MAX_LABEL	63

/* entries of each section */
#define SPHERE_MAX_FILES	64
#define SPHERE_MAX_DIRS		16
#define SPHERE_MAX_STORAGE	1
#define SPHERE_MAX_EXECS	256
#define SPHERE_MAX_DEVICES	128
#define SPHERE_MAX_NET_ADDRS	64
#define SPHERE_MAX_NET_HOSTS	64
#define SPHERE_MAX_NET_LISTEN	64
#define SPHERE_MAX_SOCKETS	16
#define SPHERE_MAX_PARTNERS	32	/* as SPHERE_CORE_PARTNERS */
#define SPHERE_MAX_IMAGES	8	/* as SPHERE_CORE_IMAGES */
#define SPHERE_MAX_FLOORS	128	/* of a list, and of the table */

/* ioctl commands of one device, and of all devices of an app */
#define SPHERE_MAX_IOCTLS	64
#define SPHERE_MAX_IOCTLS_ALL	1024

/* addresses that the resolver gave to one app */
#define SPHERE_MAX_ADDRS	256
#define SPHERE_MAX_ADDRS_HOST	32

/* seconds that an address stays, whatever its time to live says */
#define SPHERE_MIN_TTL		10
#define SPHERE_MAX_TTL		86400

/* trusted keys */
#define SPHERE_MAX_KEYS		8

/* bytes of an executable file: what is hashed at load */
#define SPHERE_MAX_EXEC_SIZE	(256ULL << 20)

/* bytes of a storage limit */
#define SPHERE_MAX_STORAGE_SIZE	1099511627776ULL

/* directories above a file that are looked at */
#define SPHERE_MAX_DEPTH	64

/* locks of ranges of one file, of all who have it open, before an app gets no more */
#define SPHERE_MAX_LOCKS	128

#endif /* _SPHERE_LSM_LIMITS_H */
