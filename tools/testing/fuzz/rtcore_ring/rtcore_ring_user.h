/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What drivers/mt3620/rtcore_ring.c takes from the kernel, for user space. Each access
 * to memory that the core can write goes through hooks of the program that drives it,
 * which lets the core write at the worst of moments.
 */
#ifndef _RTCORE_RING_USER_H
#define _RTCORE_RING_USER_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint32_t __le32;

/* the core may write before any of our loads, and while we copy */
void core_writes(const void *near_by);

static inline u32 load_once(const u32 *p)
{
	core_writes(p);
	return *(const volatile u32 *)p;
}

static inline void *copy_beside_core(void *to, const void *from, size_t len)
{
	core_writes(from);
	return memcpy(to, from, len);
}

#define le32_to_cpu(x)		le32toh(x)
#define cpu_to_le32(x)		htole32(x)
#define READ_ONCE(x)		load_once(&(x))
#define WRITE_ONCE(x, val)	(*(volatile u32 *)&(x) = (val))
#define dma_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define dma_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define mb()			__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define ALIGN(x, a)		(((x) + (a) - 1) / (a) * (a))
#define IS_ALIGNED(x, a)	((x) % (a) == 0)
#define min(a, b)		((a) < (b) ? (a) : (b))
#define memcpy(to, from, len)	copy_beside_core(to, from, len)

#endif /* _RTCORE_RING_USER_H */
