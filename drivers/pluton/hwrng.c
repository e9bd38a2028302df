// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton's random numbers for the kernel
 *
 * A READ_RNG gives four bytes, so several are kept with Pluton at once: as many
 * as half of the slots. What is not a whole, well-formed answer gives nothing.
 */
#include <linux/hw_random.h>

#include "pluton.h"

/*
 * Entropy in 1,024 bits. Nothing is published about the generator but that it is
 * one in hardware: neither how its output is conditioned nor any assessment. So
 * the driver claims half of what a perfect one would give; who knows more sets
 * /sys/module/rng_core/parameters/current_quality.
 */
#define QUALITY		512

static int hwrng_read(struct hwrng *rng, void *data, size_t max, bool wait)
{
	struct pluton *p = container_of(rng, struct pluton, rng);
	size_t filled;
	int ret;

	/* there is nothing without waiting for Pluton */
	if (!wait)
		return 0;
	ret = pluton_random(&p->rng_client, data, max, &filled);
	return filled ?: ret;
}

/**
 * pluton_hwrng_add() - register the generator
 * @p: device, started
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno.
 */
int pluton_hwrng_add(struct pluton *p)
{
	int ret;

	p->rng.name = "pluton";
	p->rng.read = hwrng_read;
	p->rng.quality = QUALITY;
	ret = hwrng_register(&p->rng);
	p->rng_up = !ret;
	return ret;
}

/**
 * pluton_hwrng_remove() - take the generator away
 * @p: device, stopped: readers come back by themselves
 *
 * Context: Process context, sleeps.
 */
void pluton_hwrng_remove(struct pluton *p)
{
	if (!p->rng_up)
		return;
	p->rng_up = false;
	hwrng_unregister(&p->rng);
}
