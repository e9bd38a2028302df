// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start of a program on a real-time core: vector table, memory, main().
 * Programs keep interrupts masked, sleep until one is pending and look at the
 * hardware themselves; a handler that runs all the same is a fault.
 */
#include <stddef.h>
#include <stdint.h>

#include "mt3620-m4.h"

#define INTERRUPTS	100

extern uint32_t stack_top, data_begin, data_end, data_load, bss_begin, bss_end;

int main(void);
void start(void);
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

/* What the compiler takes for granted; an M4 loads words from anywhere */
void *memcpy(void *to, const void *from, size_t n)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	for (; n >= 4; n -= 4, t += 4, f += 4) {
		uint32_t word;

		__builtin_memcpy(&word, f, 4);
		__builtin_memcpy(t, &word, 4);
	}
	while (n--)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int value, size_t n)
{
	uint8_t *t = to;

	while (n--)
		*t++ = value;
	return to;
}

void start(void)
{
	uint32_t *from = &data_load, *to;

	for (to = &data_begin; to < &data_end;)
		*to++ = *from++;
	for (to = &bss_begin; to < &bss_end;)
		*to++ = 0;
	main();
	for (;;)
		wait_for_interrupt();
}

/* A fault stops the core where a debugger finds it */
static void fault(void)
{
	for (;;)
		wait_for_interrupt();
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used))
static const vector vectors[16 + INTERRUPTS] = {
	(vector)(uintptr_t)&stack_top,
	start,
	[2 ... 15 + INTERRUPTS] = fault,
};
