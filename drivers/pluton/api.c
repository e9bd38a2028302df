// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton for users in the kernel
 */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "pluton.h"

static DEFINE_MUTEX(api_mutex);	/* protects the next */
static struct pluton *the_pluton;

/**
 * pluton_api_add() - make a device the one that kernel users get
 * @p: device, started; the first one stays it
 */
void pluton_api_add(struct pluton *p)
{
	mutex_lock(&api_mutex);
	if (!the_pluton)
		the_pluton = p;
	mutex_unlock(&api_mutex);
}

/**
 * pluton_api_remove() - no new kernel user gets this device
 * @p: device
 */
void pluton_api_remove(struct pluton *p)
{
	mutex_lock(&api_mutex);
	if (the_pluton == p)
		the_pluton = NULL;
	mutex_unlock(&api_mutex);
}

static struct pluton *get_the_pluton(void)
{
	struct pluton *p;

	mutex_lock(&api_mutex);
	p = the_pluton;
	if (p)
		pluton_get(p);
	mutex_unlock(&api_mutex);
	return p;
}

/* What a signal does to a caller in the kernel is not for us to say. */
static int without_restart(int ret)
{
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

/* One request of the kernel; @reply is filled if it succeeds. */
static int call(u8 cmd, const void *request, size_t request_len, void *reply, size_t reply_len)
{
	struct pluton *p = get_the_pluton();
	struct pluton_req *req;
	int ret = -ENOMEM;

	if (!p)
		return -ENODEV;
	req = pluton_req_new(&p->kernel, cmd);
	if (req) {
		memcpy(req->buf, request, request_len);
		ret = without_restart(pluton_call(req));
		if (!ret)
			memcpy(reply, req->buf, reply_len);
		pluton_req_free(req);
	}
	pluton_put(p);
	return ret;
}

/**
 * pluton_get_random() - random bytes from Pluton
 * @buf: filled as a whole, or cleared
 * @len: how many
 *
 * For keys and nonces get_random_bytes() is right: Pluton is one of its sources.
 *
 * Context: Process context, sleeps.
 * Return: 0, or
 * * %-ENODEV - there is no Pluton
 * * %-EINTR - a signal came
 * * %-ETIMEDOUT - it did not answer
 * * %-EPROTO - its answer was none
 * * %-ENOMEM - no memory
 */
int pluton_get_random(void *buf, size_t len)
{
	struct pluton *p = get_the_pluton();
	size_t filled;
	int ret;

	if (!p)
		return -ENODEV;
	ret = without_restart(pluton_random(&p->kernel, buf, len, &filled));
	if (ret)
		memzero_explicit(buf, len);
	pluton_put(p);
	return ret;
}
EXPORT_SYMBOL_GPL(pluton_get_random);

/**
 * pluton_sign_digest() - sign with the key of a tenant
 * @tenant: whose key
 * @digest: SHA-256 of what is signed
 * @signature: r and s, big endian; written on success only
 *
 * Context: Process context, sleeps.
 * Return: 0, or as of pluton_get_random().
 */
int pluton_sign_digest(const struct sphere_tenant_id *tenant, const u8 digest[PLUTON_DIGEST_SIZE],
		       u8 signature[PLUTON_SIGNATURE_SIZE])
{
	u8 request[PLUTON_TENANT_ID_SIZE + PLUTON_DIGEST_SIZE];

	pluton_encode_sign(request, tenant->b, digest);
	return call(PLUTON_CMD_SIGN_WITH_TENANT_KEY, request, sizeof(request),
		    signature, PLUTON_SIGNATURE_SIZE);
}
EXPORT_SYMBOL_GPL(pluton_sign_digest);

/**
 * pluton_get_public_key() - public key of a tenant
 * @tenant: whose key
 * @key: x and y, big endian; written on success only
 *
 * Context: Process context, sleeps.
 * Return: 0, or as of pluton_get_random().
 */
int pluton_get_public_key(const struct sphere_tenant_id *tenant, u8 key[PLUTON_PUBLIC_KEY_SIZE])
{
	return call(PLUTON_CMD_GET_TENANT_PUBLIC_KEY, tenant->b, sizeof(tenant->b),
		    key, PLUTON_PUBLIC_KEY_SIZE);
}
EXPORT_SYMBOL_GPL(pluton_get_public_key);

/**
 * pluton_get_security_state() - state and public keys of the device
 * @state: written on success only
 *
 * Context: Process context, sleeps.
 * Return: 0, or as of pluton_get_random().
 */
int pluton_get_security_state(struct pluton_security_state *state)
{
	u8 reply[sizeof(*state)];
	int ret;

	ret = call(PLUTON_CMD_GET_SECURITY_STATE, NULL, 0, reply, sizeof(reply));
	if (!ret)
		pluton_decode_security_state(reply, state);
	return ret;
}
EXPORT_SYMBOL_GPL(pluton_get_security_state);
