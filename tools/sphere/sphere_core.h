/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets to applications on the real-time cores: libsphere.a
 *
 * Needs af_azspio in the kernel; the program finds the number of its family by
 * these functions, and need not know it.
 */
#ifndef SPHERE_CORE_H
#define SPHERE_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* largest message to a core, and from one */
#define SPHERE_CORE_SEND_MAX	1024
#define SPHERE_CORE_RECV_MAX	1040

/**
 * sphere_core_family() - number of the socket family
 *
 * Return: the number, or -1 with errno %EAFNOSUPPORT where the kernel has none
 */
int sphere_core_family(void);

/**
 * sphere_core_parse_id() - read a component id as text
 * @text: 36 characters, as 01234567-89ab-cdef-0123-456789abcdef
 * @id: filled in, as it stands in addresses
 *
 * Return: 0, or -1 with errno %EINVAL
 */
int sphere_core_parse_id(const char *text, uint8_t id[16]);

/**
 * sphere_core_connect() - connect to an application on a real-time core
 * @component_id: its component id, as text
 *
 * The socket keeps message boundaries. send(), recv(), poll(), SO_RCVTIMEO and
 * SO_SNDTIMEO work on it, and close() ends it. It is closed at exec.
 *
 * Return: a socket, or -1 with errno
 * * %EINVAL - @component_id is none
 * * %EACCES - one of the two does not list the other
 * * %EADDRINUSE - this component is connected to that one already
 * * %EAFNOSUPPORT - there is no af_azspio in this kernel
 */
int sphere_core_connect(const char *component_id);

/**
 * sphere_core_connect_as() - the same, for a component that is named
 * @own: component id to speak for, as text; NULL for the task's own
 * @component_id: as above
 *
 * A task that has no component of its own needs CAP_SYS_ADMIN to name one.
 *
 * Return: as sphere_core_connect()
 */
int sphere_core_connect_as(const char *own, const char *component_id);

#ifdef __cplusplus
}
#endif

#endif /* SPHERE_CORE_H */
