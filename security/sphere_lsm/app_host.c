// SPDX-License-Identifier: GPL-2.0-only
/*
 * Applications: addresses that the resolver gave to the hosts that one lists
 *
 * They are all that changes after an app was built. Their table is replaced as a
 * whole under @addrs_lock, and read under RCU.
 */
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include <net/ipv6.h>

#include "app.h"
#include "limits.h"
#include "manifest.h"

static bool same_name(const struct sphere_app *app, const struct sphere_app_host *host,
		      const char *name, size_t len)
{
	return host->len == len && !memcmp(app->names + host->name, name, len);
}

/* Index of the first rule of a host, or -1; names are compared as the policy has them */
static int find_host(const struct sphere_app *app, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < app->n_hosts; i++)
		if (same_name(app, &app->hosts[i], name, len))
			return i;
	return -1;
}

/**
 * sphere_app_lists_host() - does it list this host?
 * @app: the app
 * @host: name in lower case
 * @host_len: bytes of it
 *
 * Context: Any.
 * Return: whether it does
 */
bool sphere_app_lists_host(const struct sphere_app *app, const char *host, size_t host_len)
{
	return find_host(app, host, host_len) >= 0;
}

/*
 * Can a host elsewhere have this address? Whoever answers for a name must not be
 * able to open this machine's own services, or groups.
 */
static bool is_address_of_host(const struct in6_addr *addr)
{
	if (ipv6_addr_v4mapped(addr)) {
		const u8 first = addr->s6_addr[12];

		/* "this" network, loopback, groups and everything above */
		return first && first != 127 && first < 224;
	}
	/* unspecified, loopback, IPv4-compatible and translated ones without a prefix; groups */
	if (!addr->s6_addr32[0] && !addr->s6_addr32[1])
		return false;
	return addr->s6_addr[0] != 0xff;
}

static int cmp_addr(const struct sphere_app_addr *x, const struct in6_addr *addr, u16 host)
{
	int d = memcmp(&x->addr, addr, sizeof(*addr));

	return d ? d : (int)x->host - (int)host;
}

/* Copy the addresses that still count but for @victim, and add one at its place */
static unsigned int copy_addrs(struct sphere_app_addrs *to, const struct sphere_app_addrs *from,
			       u32 now, int victim, const struct sphere_app_addr *added)
{
	unsigned int n = 0, i;
	bool done = false;

	for (i = 0; from && i < from->n; i++) {
		const struct sphere_app_addr *a = &from->addr[i];
		int d = cmp_addr(a, &added->addr, added->host);

		if (a->until <= now || (int)i == victim || !d)
			continue;
		if (d > 0 && !done) {
			to->addr[n++] = *added;
			done = true;
		}
		to->addr[n++] = *a;
	}
	if (!done)
		to->addr[n++] = *added;
	return n;
}

/**
 * sphere_app_add_address() - a host has this address now
 * @app: the app
 * @host: name in lower case
 * @host_len: bytes of it
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @ttl: seconds that it counts, between %SPHERE_MIN_TTL and %SPHERE_MAX_TTL
 * @err: filled in
 *
 * An address that is there already counts for the longer of both times. Of one
 * host %SPHERE_MAX_ADDRS_HOST addresses count at most; the one that would expire
 * first makes place.
 *
 * Context: Process context, may sleep.
 * Return: 0, or
 * * %-ENOENT - the app does not list the host
 * * %-EADDRNOTAVAIL - no host can have this address
 * * %-ENOSPC - %SPHERE_MAX_ADDRS addresses count
 * * %-ENOMEM
 */
int sphere_app_add_address(struct sphere_app *app, const char *host, size_t host_len,
			   const struct in6_addr *addr, u32 ttl, struct sphere_policy_error *err)
{
	struct sphere_app_addr added = { .addr = *addr };
	struct sphere_app_addrs *old, *new;
	unsigned int live = 0, of_host = 0, i;
	int rule = find_host(app, host, host_len), victim = -1, ret = 0;
	u32 now;

	memset(err, 0, sizeof(*err));
	if (rule < 0) {
		err->reason = SPHERE_POLICY_E_HOST_UNKNOWN;
		return -ENOENT;
	}
	if (!is_address_of_host(addr)) {
		err->reason = SPHERE_POLICY_E_ADDRESS;
		return -EADDRNOTAVAIL;
	}
	added.host = rule;

	mutex_lock(&app->addrs_lock);
	now = ktime_get_seconds();
	added.until = now + clamp_t(u32, ttl, SPHERE_MIN_TTL, SPHERE_MAX_TTL);
	old = rcu_dereference_protected(app->addrs, lockdep_is_held(&app->addrs_lock));
	for (i = 0; old && i < old->n; i++) {
		const struct sphere_app_addr *a = &old->addr[i];

		if (a->until <= now)
			continue;
		if (!cmp_addr(a, addr, rule)) {
			added.until = max(added.until, a->until);
			continue;
		}
		live++;
		if (a->host != rule)
			continue;
		of_host++;
		if (victim < 0 || a->until < old->addr[victim].until)
			victim = i;
	}
	if (of_host < SPHERE_MAX_ADDRS_HOST)
		victim = -1;
	else
		live--;
	if (live >= SPHERE_MAX_ADDRS) {
		err->reason = SPHERE_POLICY_E_ADDRS_FULL;
		ret = -ENOSPC;
		goto out;
	}
	new = kmalloc(struct_size(new, addr, live + 1), GFP_KERNEL);
	if (!new) {
		err->reason = SPHERE_POLICY_E_MEMORY;
		ret = -ENOMEM;
		goto out;
	}
	new->n = live + 1;
	WARN_ON_ONCE(copy_addrs(new, old, now, victim, &added) != new->n);
	rcu_assign_pointer(app->addrs, new);
	if (old)
		kfree_rcu(old, rcu);
out:
	mutex_unlock(&app->addrs_lock);
	return ret;
}
