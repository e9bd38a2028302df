/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What manifest.c takes from the kernel, for builds in user space
 */
#ifndef _SPHERE_LSM_USER_H
#define _SPHERE_LSM_USER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define U64_MAX		UINT64_MAX

#endif /* _SPHERE_LSM_USER_H */
