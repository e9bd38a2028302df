/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pluton, the security processor of the MediaTek MT3620: for users in the kernel
 */
#ifndef _LINUX_PLUTON_H
#define _LINUX_PLUTON_H

#include <linux/sphere/authority.h>
#include <linux/types.h>

#include <uapi/linux/pluton.h>

/*
 * No authority is asked: whoever calls these has decided on whose behalf. Each
 * waits for Pluton, and may be called before Pluton's driver has found it
 * (%-ENODEV then).
 */
int pluton_get_random(void *buf, size_t len);
int pluton_sign_digest(const struct sphere_tenant_id *tenant, const u8 digest[PLUTON_DIGEST_SIZE],
		       u8 signature[PLUTON_SIGNATURE_SIZE]);
int pluton_get_public_key(const struct sphere_tenant_id *tenant, u8 key[PLUTON_PUBLIC_KEY_SIZE]);
int pluton_get_security_state(struct pluton_security_state *state);

#endif /* _LINUX_PLUTON_H */
