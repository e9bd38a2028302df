// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of Pluton's tenants in the kernel's keyrings
 *
 * add_key(2) of type "asymmetric" with a payload "pluton-tenant:" and the tenant's
 * id makes a key that signs with the tenant's key in Pluton (keyctl pkey_sign). The
 * private half is nowhere but in Pluton, so the key is a name and the right to
 * use it: who adds it decides on the tenant and has to be an unconfined
 * CAP_SYS_ADMIN; who may sign is then a matter of the key's permissions, and for
 * tasks of a security module of their grants too.
 *
 * Signatures come raw, r and s (enc=raw or enc=p1363), or as DER (enc=x962). What
 * is signed is a SHA-256 digest. Verifying needs no secret, and is not offered.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/key-type.h>
#include <linux/keyctl.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

/* these two need linux/list.h and linux/key-type.h before them */
#include <keys/asymmetric-parser.h>
#include <keys/asymmetric-subtype.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

#define PAYLOAD_PREFIX	"pluton-tenant:"

/* r or s as an integer of DER: type, length, perhaps a zero, 32 bytes */
#define DER_INTEGER_MAX	35
#define DER_MAX		(2 + 2 * DER_INTEGER_MAX)

enum encoding {
	ENCODING_RAW,
	ENCODING_DER,
	ENCODING_UNKNOWN,
};

static enum encoding encoding_of(const struct kernel_pkey_params *params)
{
	if (!strcmp(params->encoding, "raw") || !strcmp(params->encoding, "p1363"))
		return ENCODING_RAW;
	if (!strcmp(params->encoding, "x962"))
		return ENCODING_DER;
	return ENCODING_UNKNOWN;
}

static bool is_known_digest(const struct kernel_pkey_params *params)
{
	return !params->hash_algo || !strcmp(params->hash_algo, "sha256");
}

static size_t encode_integer(u8 *to, const u8 *number)
{
	size_t skip = 0, len, pad;

	/* as short as can be, but one byte at least */
	while (skip < 31 && !number[skip])
		skip++;
	len = 32 - skip;
	/* the topmost bit is the sign */
	pad = number[skip] >> 7;
	to[0] = 0x02;
	to[1] = len + pad;
	to[2] = 0;
	memcpy(to + 2 + pad, number + skip, len);
	return 2 + pad + len;
}

/**
 * pluton_encode_der() - a signature as DER
 * @to: %PLUTON_DER_MAX bytes of room
 * @signature: r and s
 *
 * Return: bytes that were written.
 */
size_t pluton_encode_der(u8 *to, const u8 *signature)
{
	size_t len;

	static_assert(DER_MAX == PLUTON_DER_MAX);

	len = encode_integer(to + 2, signature);
	len += encode_integer(to + 2 + len, signature + 32);
	to[0] = 0x30;
	to[1] = len;
	return 2 + len;
}

static void key_describe(const struct key *key, struct seq_file *m)
{
	seq_puts(m, "P-256 in Pluton");
}

static void key_destroy(void *crypto, void *auth)
{
	kfree(crypto);
}

static int key_query(const struct kernel_pkey_params *params, struct kernel_pkey_query *info)
{
	enum encoding encoding = encoding_of(params);

	if (encoding == ENCODING_UNKNOWN || !is_known_digest(params))
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	info->supported_ops = KEYCTL_SUPPORTS_SIGN;
	info->key_size = 256;
	info->max_data_size = PLUTON_DIGEST_SIZE;
	info->max_sig_size = encoding == ENCODING_DER ? DER_MAX : PLUTON_SIGNATURE_SIZE;
	return 0;
}

/* A task that a security module confines needs its grant, key or no key. */
static int may_sign(const struct sphere_tenant_id *tenant)
{
	union sphere_op_arg arg = { .tenant = *tenant };
	struct sphere_identity who;

	if (sphere_authority_identity(&who))
		return 0;
	return sphere_authority_may(SPHERE_OP_PLUTON_SIGN, &arg);
}

static int key_sign(struct kernel_pkey_params *params, const void *in, void *out)
{
	const struct sphere_tenant_id *tenant = params->key->payload.data[asym_crypto];
	enum encoding encoding = encoding_of(params);
	u8 signature[PLUTON_SIGNATURE_SIZE], der[DER_MAX];
	const u8 *result = signature;
	size_t len = sizeof(signature);
	int ret;

	if (params->op != kernel_pkey_sign)
		return -EOPNOTSUPP;
	if (encoding == ENCODING_UNKNOWN || !is_known_digest(params) ||
	    params->in_len != PLUTON_DIGEST_SIZE)
		return -EINVAL;
	ret = may_sign(tenant);
	if (!ret)
		ret = pluton_sign_digest(tenant, in, signature);
	if (ret)
		return ret;
	if (encoding == ENCODING_DER) {
		len = pluton_encode_der(der, signature);
		result = der;
	}
	if (len > params->out_len)
		return -EINVAL;
	memcpy(out, result, len);
	return len;
}

static struct asymmetric_key_subtype pluton_subtype = {
	.owner = THIS_MODULE,
	.name = "pluton",
	.name_len = sizeof("pluton") - 1,
	.describe = key_describe,
	.destroy = key_destroy,
	.query = key_query,
	.eds_op = key_sign,
};

/* Nobody but an unconfined administrator decides on a tenant. */
static int may_add(void)
{
	struct sphere_identity who;

	return sphere_authority_identity(&who) && capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int key_parse(struct key_preparsed_payload *prep)
{
	const size_t prefix = sizeof(PAYLOAD_PREFIX) - 1;
	const char *name = (const char *)prep->data + prefix;
	struct sphere_tenant_id *tenant;
	struct asymmetric_key_ids *ids;
	size_t len;
	int ret;

	/* not for us: -EBADMSG makes the next parser try */
	if (prep->datalen < prefix || memcmp(prep->data, PAYLOAD_PREFIX, prefix))
		return -EBADMSG;
	len = prep->datalen - prefix;
	if (!len || len > sizeof(tenant->b))
		return -EINVAL;
	ret = may_add();
	if (ret)
		return ret;

	tenant = kzalloc(sizeof(*tenant), GFP_KERNEL);
	ids = kzalloc(sizeof(*ids), GFP_KERNEL);
	ret = -ENOMEM;
	if (!tenant || !ids)
		goto err_free;
	memcpy(tenant->b, name, len);
	ids->id[0] = asymmetric_key_generate_id(name, len, "pluton", sizeof("pluton") - 1);
	if (IS_ERR(ids->id[0])) {
		ret = PTR_ERR(ids->id[0]);
		goto err_free;
	}
	/* for callers that give none */
	prep->description = kasprintf(GFP_KERNEL, "pluton:%*pE", (int)len, name);
	if (!prep->description)
		goto err_free_id;
	/* the subtype's owner stays as long as there are keys of it */
	ret = -ENODEV;
	if (!try_module_get(THIS_MODULE))
		goto err_free_description;

	prep->payload.data[asym_crypto] = tenant;
	prep->payload.data[asym_subtype] = &pluton_subtype;
	prep->payload.data[asym_key_ids] = ids;
	prep->quotalen = sizeof(*tenant) + len;
	return 0;

err_free_description:
	kfree(prep->description);
	prep->description = NULL;
err_free_id:
	kfree(ids->id[0]);
err_free:
	kfree(ids);
	kfree(tenant);
	return ret;
}

static struct asymmetric_key_parser pluton_parser = {
	.owner = THIS_MODULE,
	.name = "pluton",
	.parse = key_parse,
};

/**
 * pluton_key_register() - let keys of tenants be added
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno.
 */
int pluton_key_register(void)
{
	return register_asymmetric_key_parser(&pluton_parser);
}

/**
 * pluton_key_unregister() - no more keys
 *
 * There are none left: each holds the module.
 *
 * Context: Process context, sleeps.
 */
void pluton_key_unregister(void)
{
	unregister_asymmetric_key_parser(&pluton_parser);
}
