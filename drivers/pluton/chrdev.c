// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pluton
 *
 * The published requests are rows of a table: which command, which grant, what
 * is copied in and out. They wait, or, on a non-blocking file, are started: one
 * per file, whose result read(2) fetches. The requests of this driver always
 * wait.
 *
 * Order of the checks: does the request exist, may the file (is it open for
 * writing), is the argument readable and well-formed, may the task, is there
 * room. A refused request has reached neither Pluton nor a slot. read(2) asks
 * again whether the task may, since it need not be the one that started the
 * request; a result that is refused stays for one that may have it.
 *
 * A file keeps a reference to the device and outlives it: everything is -ENODEV
 * then.
 */
#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

/* layouts that programs have: of the published requests, and of ours */
static_assert(sizeof(struct pluton_security_state) == 132);
static_assert(sizeof(struct pluton_tenant_key) == 64);
static_assert(sizeof(struct pluton_measurement) == 36);
static_assert(sizeof(struct pluton_attestation_result) == 856);
static_assert(sizeof(struct pluton_attestation) == 888);
static_assert(offsetof(struct pluton_attestation, result.device_id) == 36);
static_assert(offsetof(struct pluton_attestation, result.signature) == 100);
static_assert(offsetof(struct pluton_attestation, result.measurement_count) == 164);
static_assert(offsetof(struct pluton_attestation, result.measurements) == 168);
static_assert(sizeof(struct pluton_sign) == 64);
static_assert(sizeof(struct pluton_capability_query) == 4);
static_assert(offsetof(struct pluton_capability_query, enabled) == 2);
static_assert(sizeof(struct pluton_capabilities) == 128);
static_assert(sizeof(struct pluton_manufacturing_result) == 8);
static_assert(PLUTON_GET_SECURITY_STATE == 0xc0847001);
static_assert(PLUTON_GENERATE_CLIENT_AUTH_KEY == 0xc0047006);
static_assert(PLUTON_COMMIT_CLIENT_AUTH_KEY == 0xc0047007);
static_assert(PLUTON_GET_TENANT_PUBLIC_KEY == 0xc0407008);
static_assert(PLUTON_PROCESS_ATTESTATION == 0xc3787009);
static_assert(PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY == 0xc040700a);
static_assert(PLUTON_SET_POSTCODE == 0xc004700b);
static_assert(PLUTON_GET_BOOT_MODE_FLAGS == 0xc004700c);
static_assert(PLUTON_IS_CAPABILITY_ENABLED == 0xc004700d);
static_assert(PLUTON_GET_ENABLED_CAPABILITIES == 0x8080700e);
static_assert(PLUTON_SET_MANUFACTURING_STATE == 0x4004700f);
static_assert(PLUTON_GET_MANUFACTURING_STATE == 0x80047010);
static_assert(sizeof(struct pluton_info) == PLUTON_INFO_SIZE_VER0);
static_assert(sizeof(struct pluton_random) == PLUTON_RANDOM_SIZE_VER0);
static_assert(sizeof(struct pluton_sign_digest) == PLUTON_SIGN_SIZE_VER0);
static_assert(sizeof(struct pluton_tenant_public_key) == PLUTON_PUBLIC_KEY_SIZE_VER0);
static_assert(sizeof(struct pluton_attest) == PLUTON_ATTEST_SIZE_VER0);

static char tenant_param[PLUTON_TENANT_ID_SIZE + 1];
module_param_string(tenant, tenant_param, sizeof(tenant_param), 0644);
MODULE_PARM_DESC(tenant, "Tenant that the published sign request signs for when an unconfined CAP_SYS_ADMIN asks (default: none)");

/**
 * struct call - a published request under way
 * @op: its row of the table
 * @req: request to Pluton
 * @arg: what the grant is about, if it is about a tenant
 * @status: Pluton's own status, 0 for success
 * @u: argument, and then the result
 */
struct call {
	const struct call_op *op;
	struct pluton_req *req;
	union sphere_op_arg arg;
	u32 status;
	union {
		u32 word;
		u8 bytes[PLUTON_TENANT_ID_SIZE];
		struct pluton_security_state state;
		struct pluton_tenant_key key;
		struct pluton_attestation attestation;
		struct pluton_sign sign;
		struct pluton_capability_query query;
		struct pluton_capabilities capabilities;
		struct pluton_manufacturing_result manufacturing;
	} u;
};

/**
 * struct call_op - a published request
 * @ioctl: its number
 * @cmd: command for Pluton
 * @grant: what the caller needs, and whoever fetches the result
 * @about_tenant: the grant has a tenant as its argument, which pack() finds
 * @in: bytes of the argument that are read
 * @out: bytes of the argument that are written
 * @result: bytes that read(2) gives
 * @changes: changes Pluton: needs a file open for writing, is never repeated
 * @waits: cannot be started only
 * @pack: argument to request
 * @unpack: answer to result: 0 or %-EPROTO, and the status
 */
struct call_op {
	unsigned int ioctl;
	u8 cmd;
	enum sphere_op grant;
	bool about_tenant;
	u16 in;
	u16 out;
	u16 result;
	bool changes;
	bool waits;
	int (*pack)(struct call *c);
	int (*unpack)(struct call *c);
};

/**
 * struct pluton_file - an open file
 * @client: its requests
 * @calls: calls under way
 * @lock: protects @started and what it points to
 * @started: request of a non-blocking file, its result not fetched yet, or NULL
 * @under_way: @started is not done; written under @lock, and cleared when it is done
 * @ready: somebody waits for @started
 */
struct pluton_file {
	struct pluton_client client;
	atomic_t calls;
	struct mutex lock;	/* see above */
	struct call *started;
	bool under_way;
	wait_queue_head_t ready;
};

/* ---- whose tenant? --------------------------------------------------------------------------- */

static bool fill_tenant(struct sphere_tenant_id *id, const void *name, size_t len)
{
	if (!len || len > sizeof(id->b))
		return false;
	memset(id, 0, sizeof(*id));
	memcpy(id->b, name, len);
	return true;
}

static bool parameter_tenant(struct sphere_tenant_id *id)
{
	bool ok;

	kernel_param_lock(THIS_MODULE);
	ok = fill_tenant(id, tenant_param, strnlen(tenant_param, PLUTON_TENANT_ID_SIZE));
	kernel_param_unlock(THIS_MODULE);
	return ok;
}

/*
 * The caller's own tenant. @fallback: what an unconfined administrator has
 * instead of one.
 */
static int own_tenant(struct sphere_tenant_id *id, bool (*fallback)(struct sphere_tenant_id *id))
{
	struct sphere_identity who;

	if (!sphere_authority_identity(&who)) {
		if (!who.has_tenant)
			return -ENOKEY;
		*id = who.tenant;
		return 0;
	}
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return fallback && fallback(id) ? 0 : -ENOKEY;
}

/* Nobody but an unconfined administrator names a tenant. */
static int may_name_tenant(void)
{
	struct sphere_identity who;

	if (!sphere_authority_identity(&who) || !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

static int may_with_tenant(enum sphere_op op, const struct sphere_tenant_id *id)
{
	union sphere_op_arg arg = { .tenant = *id };

	return sphere_authority_may(op, &arg);
}

/* ---- the published requests ------------------------------------------------------------------ */

static int unpack_nothing(struct call *c)
{
	return 0;
}

static int pack_word(struct call *c)
{
	put_unaligned_le32(c->u.word, c->req->buf);
	return 0;
}

static int unpack_word(struct call *c)
{
	c->u.word = get_unaligned_le32(c->req->buf);
	return 0;
}

static int unpack_state(struct call *c)
{
	pluton_decode_security_state(c->req->buf, &c->u.state);
	return 0;
}

static int unpack_status(struct call *c)
{
	c->status = get_unaligned_le32(c->req->buf);
	c->u.word = c->status;
	return 0;
}

static int pack_tenant(struct call *c)
{
	struct sphere_tenant_id *id = &c->arg.tenant;

	memcpy(id->b, c->u.key.tenant_id, sizeof(id->b));
	memcpy(c->req->buf, id->b, sizeof(id->b));
	return 0;
}

static int unpack_key(struct call *c)
{
	memcpy(&c->u.key.public_key, c->req->buf, PLUTON_PUBLIC_KEY_SIZE);
	return 0;
}

static int pack_attestation(struct call *c)
{
	memcpy(c->req->buf, c->u.attestation.nonce, PLUTON_NONCE_SIZE);
	return 0;
}

static int unpack_attestation(struct call *c)
{
	return pluton_decode_attestation(c->req->buf, &c->u.attestation.result);
}

static int pack_sign(struct call *c)
{
	int ret = own_tenant(&c->arg.tenant, parameter_tenant);

	if (!ret)
		pluton_encode_sign(c->req->buf, c->arg.tenant.b, c->u.sign.digest);
	return ret;
}

static int unpack_sign(struct call *c)
{
	memcpy(&c->u.sign.signature, c->req->buf, PLUTON_SIGNATURE_SIZE);
	return 0;
}

static int pack_query(struct call *c)
{
	put_unaligned_le16(c->u.query.capability, c->req->buf);
	return 0;
}

static int unpack_query(struct call *c)
{
	c->u.query.enabled = !!c->req->buf[0];
	c->u.query.pad = 0;
	return 0;
}

static int unpack_capabilities(struct call *c)
{
	pluton_decode_capabilities(c->req->buf, &c->u.capabilities);
	return 0;
}

static int pack_manufacturing(struct call *c)
{
	pluton_encode_manufacturing(c->req->buf, c->u.word);
	return 0;
}

static int unpack_manufacturing(struct call *c)
{
	c->status = get_unaligned_le32(c->req->buf);
	c->u.manufacturing.status = c->status;
	c->u.manufacturing.state = get_unaligned_le32(c->req->buf + 4);
	return 0;
}

static const struct call_op call_ops[] = {
	{
		.ioctl = PLUTON_GET_SECURITY_STATE,
		.cmd = PLUTON_CMD_GET_SECURITY_STATE,
		.grant = SPHERE_OP_PLUTON_SECURITY_STATE,
		.out = sizeof(struct pluton_security_state),
		.result = sizeof(struct pluton_security_state),
		.unpack = unpack_state,
	}, {
		.ioctl = PLUTON_GENERATE_CLIENT_AUTH_KEY,
		.cmd = PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY,
		.grant = SPHERE_OP_PLUTON_GENERATE_KEY,
		.result = sizeof(u32),
		.changes = true,
		.unpack = unpack_status,
	}, {
		.ioctl = PLUTON_COMMIT_CLIENT_AUTH_KEY,
		.cmd = PLUTON_CMD_COMMIT_CLIENT_AUTH_KEY,
		.grant = SPHERE_OP_PLUTON_COMMIT_KEY,
		.result = sizeof(u32),
		.changes = true,
		.unpack = unpack_status,
	}, {
		.ioctl = PLUTON_GET_TENANT_PUBLIC_KEY,
		.cmd = PLUTON_CMD_GET_TENANT_PUBLIC_KEY,
		.grant = SPHERE_OP_PLUTON_PUBLIC_KEY,
		.about_tenant = true,
		.in = sizeof(struct pluton_tenant_key),
		.out = sizeof(struct pluton_tenant_key),
		.result = sizeof(struct pluton_tenant_key),
		.pack = pack_tenant,
		.unpack = unpack_key,
	}, {
		.ioctl = PLUTON_PROCESS_ATTESTATION,
		.cmd = PLUTON_CMD_PROCESS_ATTESTATION,
		.grant = SPHERE_OP_PLUTON_ATTEST,
		.in = PLUTON_NONCE_SIZE,
		.out = sizeof(struct pluton_attestation),
		.result = sizeof(struct pluton_attestation),
		.pack = pack_attestation,
		.unpack = unpack_attestation,
	}, {
		.ioctl = PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY,
		.cmd = PLUTON_CMD_SIGN_WITH_TENANT_KEY,
		.grant = SPHERE_OP_PLUTON_SIGN,
		.about_tenant = true,
		.in = PLUTON_DIGEST_SIZE,
		.out = sizeof(struct pluton_sign),
		.result = sizeof(struct pluton_sign),
		.pack = pack_sign,
		.unpack = unpack_sign,
	}, {
		.ioctl = PLUTON_SET_POSTCODE,
		.cmd = PLUTON_CMD_SET_POSTCODE,
		.grant = SPHERE_OP_PLUTON_SET_POSTCODE,
		.in = sizeof(u32),
		.changes = true,
		.waits = true,
		.pack = pack_word,
		.unpack = unpack_nothing,
	}, {
		.ioctl = PLUTON_GET_BOOT_MODE_FLAGS,
		.cmd = PLUTON_CMD_GET_BOOT_MODE_FLAGS,
		.grant = SPHERE_OP_PLUTON_BOOT_MODE,
		.out = sizeof(u32),
		.result = sizeof(u32),
		.unpack = unpack_word,
	}, {
		.ioctl = PLUTON_IS_CAPABILITY_ENABLED,
		.cmd = PLUTON_CMD_IS_CAPABILITY_ENABLED,
		.grant = SPHERE_OP_PLUTON_IS_CAPABILITY,
		.in = sizeof(u16),
		.out = sizeof(struct pluton_capability_query),
		.result = sizeof(struct pluton_capability_query),
		.pack = pack_query,
		.unpack = unpack_query,
	}, {
		.ioctl = PLUTON_GET_ENABLED_CAPABILITIES,
		.cmd = PLUTON_CMD_GET_ENABLED_CAPABILITIES,
		.grant = SPHERE_OP_PLUTON_CAPABILITIES,
		.out = sizeof(struct pluton_capabilities),
		.result = sizeof(struct pluton_capabilities),
		.unpack = unpack_capabilities,
	}, {
		.ioctl = PLUTON_SET_MANUFACTURING_STATE,
		.cmd = PLUTON_CMD_SET_MANUFACTURING_STATE,
		.grant = SPHERE_OP_PLUTON_SET_MANUFACTURING,
		.in = sizeof(u32),
		.result = sizeof(u32),
		.changes = true,
		.pack = pack_manufacturing,
		.unpack = unpack_status,
	}, {
		.ioctl = PLUTON_GET_MANUFACTURING_STATE,
		.cmd = PLUTON_CMD_GET_MANUFACTURING_STATE,
		.grant = SPHERE_OP_PLUTON_GET_MANUFACTURING,
		.out = sizeof(u32),
		.result = sizeof(struct pluton_manufacturing_result),
		.unpack = unpack_manufacturing,
	},
};

static const struct call_op *find_call(unsigned int ioctl)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(call_ops); i++)
		if (call_ops[i].ioctl == ioctl)
			return &call_ops[i];
	return NULL;
}

static void free_call(struct call *c)
{
	if (!c)
		return;
	pluton_req_free(c->req);
	kfree_sensitive(c);
}

/* What a task may not do is counted here; why, the authority knows. */
static int refused(struct pluton_file *f, int ret)
{
	if (ret == -EPERM)
		pluton_count(f->client.p, PLUTON_STAT_REFUSED);
	return ret;
}

/* May the current task ask for that, and have the result? */
static int may_call(const struct call *c)
{
	return sphere_authority_may(c->op->grant, c->op->about_tenant ? &c->arg : NULL);
}

/* An argument that was read, and may be asked for. */
static struct call *new_call(struct pluton_file *f, const struct call_op *op, void __user *arg)
{
	struct call *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!c)
		return ERR_PTR(ret);
	c->op = op;
	c->req = pluton_req_new(&f->client, op->cmd);
	if (!c->req)
		goto err_free;
	if (copy_from_user(&c->u, arg, op->in)) {
		ret = -EFAULT;
		goto err_free;
	}
	ret = op->pack ? op->pack(c) : 0;
	if (!ret)
		ret = may_call(c);
	ret = refused(f, ret);
	if (ret)
		goto err_free;
	return c;

err_free:
	free_call(c);
	return ERR_PTR(ret);
}

/* What a signal does to a request that may have taken effect */
static int interrupted(const struct call_op *op, int ret)
{
	return ret == -ERESTARTSYS && op->changes ? -EINTR : ret;
}

static int run_call(struct call *c, void __user *arg)
{
	const struct call_op *op = c->op;
	const void *out = &c->u;
	int ret;

	ret = interrupted(op, pluton_call(c->req));
	if (!ret)
		ret = op->unpack(c);
	if (!ret && c->status)
		ret = -EREMOTEIO;
	if (ret)
		return ret;
	/* the synchronous request has no status */
	if (op->cmd == PLUTON_CMD_GET_MANUFACTURING_STATE)
		out = &c->u.manufacturing.state;
	return copy_to_user(arg, out, op->out) ? -EFAULT : 0;
}

/* ---- asynchronous ---------------------------------------------------------------------------- */

static void call_done(struct pluton_req *req)
{
	struct pluton_file *f = container_of(req->client, struct pluton_file, client);

	WRITE_ONCE(f->under_way, false);
	wake_up_interruptible(&f->ready);
}

static int start_call(struct pluton_file *f, const struct call_op *op, void __user *arg)
{
	struct call *c;
	int ret;

	mutex_lock(&f->lock);
	ret = -EAGAIN;
	if (f->started)
		goto unlock;
	c = new_call(f, op, arg);
	ret = PTR_ERR_OR_ZERO(c);
	if (ret)
		goto unlock;
	c->req->done = call_done;
	WRITE_ONCE(f->under_way, true);
	ret = pluton_submit(c->req);
	if (ret) {
		WRITE_ONCE(f->under_way, false);
		free_call(c);
		goto unlock;
	}
	f->started = c;
	ret = -EINPROGRESS;
unlock:
	mutex_unlock(&f->lock);
	return ret;
}

/*
 * Is there something to read, or never will be? Asked while the task is marked as
 * waiting, so without the file's lock: whoever goes on looks again under it.
 */
static bool is_ready(struct pluton_file *f)
{
	return !READ_ONCE(f->under_way) || pluton_is_gone(f->client.p);
}

/* Called with the file's lock held and a result that is there. */
static ssize_t fetch(struct pluton_file *f, char __user *buf, size_t len)
{
	struct call *c = f->started;
	ssize_t ret;

	lockdep_assert_held(&f->lock);
	/* the file may have come to somebody else since */
	ret = refused(f, may_call(c));
	if (ret)
		return ret;
	ret = c->req->result;
	if (!ret)
		ret = c->op->unpack(c);
	if (!ret) {
		ret = min_t(size_t, len, c->op->result);
		/* whoever fails to take it finds it again */
		if (copy_to_user(buf, &c->u, ret))
			return -EFAULT;
	}
	f->started = NULL;
	free_call(c);
	return ret;
}

static ssize_t pluton_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct pluton_file *f = file->private_data;
	ssize_t ret;

	if (!(file->f_flags & O_NONBLOCK)) {
		ret = wait_event_interruptible(f->ready, is_ready(f));
		if (ret)
			return ret;
	}
	mutex_lock(&f->lock);
	if (f->started && pluton_is_done(f->started->req))
		ret = len ? fetch(f, buf, len) : 0;
	else
		ret = pluton_is_gone(f->client.p) ? -ENODEV : -EAGAIN;
	mutex_unlock(&f->lock);
	return ret;
}

static __poll_t pluton_poll(struct file *file, struct poll_table_struct *wait)
{
	struct pluton_file *f = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &f->ready, wait);
	poll_wait(file, &f->client.p->gone_wait, wait);
	mutex_lock(&f->lock);
	if (f->started && pluton_is_done(f->started->req))
		mask = EPOLLIN | EPOLLRDNORM;
	mutex_unlock(&f->lock);
	if (pluton_is_gone(f->client.p))
		mask |= EPOLLERR | EPOLLHUP;
	return mask;
}

/* ---- requests of this driver ----------------------------------------------------------------- */

static long ioc_info(struct pluton_file *f, void __user *arg, size_t size)
{
	struct pluton_info info;
	int ret;

	/* all of it is output, but what this driver does not know has to be zero */
	if (size > sizeof(info)) {
		ret = check_zeroed_user(arg + sizeof(info), size - sizeof(info));
		if (ret <= 0)
			return ret ?: -E2BIG;
	}
	ret = refused(f, sphere_authority_may(SPHERE_OP_PLUTON_INFO, NULL));
	if (ret)
		return ret;
	pluton_read_info(f->client.p, &info);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long ioc_random(struct pluton_file *f, void __user *arg, size_t size)
{
	struct pluton_random r;
	u8 *bounce;
	size_t filled;
	int ret;

	ret = copy_struct_from_user(&r, sizeof(r), arg, size);
	if (ret)
		return ret;
	if (r.flags)
		return -EINVAL;
	if (r.len > PLUTON_RANDOM_MAX)
		return -EMSGSIZE;
	ret = refused(f, sphere_authority_may(SPHERE_OP_PLUTON_RANDOM, NULL));
	if (ret || !r.len)
		return ret;
	bounce = kvmalloc(r.len, GFP_KERNEL_ACCOUNT);
	if (!bounce)
		return -ENOMEM;
	ret = pluton_random(&f->client, bounce, r.len, &filled);
	if (!ret && copy_to_user(u64_to_user_ptr(r.addr), bounce, r.len))
		ret = -EFAULT;
	memzero_explicit(bounce, r.len);
	kvfree(bounce);
	return ret;
}

/* The tenant that a request of ours is about: named, or the caller's own. */
static int read_tenant(u64 addr, u32 len, u32 flags, struct sphere_tenant_id *id)
{
	u8 name[PLUTON_TENANT_ID_SIZE];
	int ret;

	if (!(flags & PLUTON_TENANT_NAMED))
		return own_tenant(id, NULL);
	ret = may_name_tenant();
	if (ret)
		return ret;
	if (copy_from_user(name, u64_to_user_ptr(addr), len))
		return -EFAULT;
	return fill_tenant(id, name, len) ? 0 : -EMSGSIZE;
}

static int check_tenant(u64 addr, u32 len, u32 flags)
{
	if (flags & ~PLUTON_TENANT_NAMED)
		return -EINVAL;
	if (flags & PLUTON_TENANT_NAMED)
		return len && len <= PLUTON_TENANT_ID_SIZE ? 0 : -EMSGSIZE;
	return addr || len ? -EINVAL : 0;
}

static long ioc_sign(struct pluton_file *f, void __user *arg, size_t size)
{
	struct pluton_sign_digest __user *user = arg;
	u8 digest[PLUTON_DIGEST_SIZE];
	struct pluton_sign_digest s;
	struct sphere_tenant_id id;
	struct pluton_req *req;
	int ret;

	ret = copy_struct_from_user(&s, sizeof(s), arg, size);
	if (!ret)
		ret = check_tenant(s.tenant_addr, s.tenant_len, s.flags);
	if (!ret && (s.digest_len != PLUTON_DIGEST_SIZE ||
		     s.signature_len < PLUTON_SIGNATURE_SIZE))
		ret = -EMSGSIZE;
	if (!ret && copy_from_user(digest, u64_to_user_ptr(s.digest_addr), sizeof(digest)))
		ret = -EFAULT;
	if (!ret)
		ret = read_tenant(s.tenant_addr, s.tenant_len, s.flags, &id);
	if (!ret)
		ret = may_with_tenant(SPHERE_OP_PLUTON_SIGN, &id);
	if (ret)
		return refused(f, ret);

	req = pluton_req_new(&f->client, PLUTON_CMD_SIGN_WITH_TENANT_KEY);
	if (!req)
		return -ENOMEM;
	pluton_encode_sign(req->buf, id.b, digest);
	ret = pluton_call(req);
	if (!ret && (copy_to_user(u64_to_user_ptr(s.signature_addr), req->buf,
				  PLUTON_SIGNATURE_SIZE) ||
		     put_user(PLUTON_SIGNATURE_SIZE, &user->signature_len)))
		ret = -EFAULT;
	pluton_req_free(req);
	return ret;
}

static long ioc_public_key(struct pluton_file *f, void __user *arg, size_t size)
{
	struct pluton_tenant_public_key __user *user = arg;
	struct pluton_tenant_public_key k;
	struct sphere_tenant_id id;
	struct pluton_req *req;
	int ret;

	ret = copy_struct_from_user(&k, sizeof(k), arg, size);
	if (!ret)
		ret = k.pad ? -EINVAL : check_tenant(k.tenant_addr, k.tenant_len, k.flags);
	if (!ret && k.key_len < PLUTON_PUBLIC_KEY_SIZE)
		ret = -EMSGSIZE;
	if (!ret)
		ret = read_tenant(k.tenant_addr, k.tenant_len, k.flags, &id);
	if (!ret)
		ret = may_with_tenant(SPHERE_OP_PLUTON_PUBLIC_KEY, &id);
	if (ret)
		return refused(f, ret);

	req = pluton_req_new(&f->client, PLUTON_CMD_GET_TENANT_PUBLIC_KEY);
	if (!req)
		return -ENOMEM;
	memcpy(req->buf, id.b, sizeof(id.b));
	ret = pluton_call(req);
	if (!ret && (copy_to_user(u64_to_user_ptr(k.key_addr), req->buf, PLUTON_PUBLIC_KEY_SIZE) ||
		     put_user(PLUTON_PUBLIC_KEY_SIZE, &user->key_len)))
		ret = -EFAULT;
	pluton_req_free(req);
	return ret;
}

/* An array of the caller's, whose elements may be longer than ours. */
static int put_measurements(const struct pluton_attest *a,
			    const struct pluton_attestation_result *result)
{
	u32 i, n = min(result->measurement_count, a->measurement_room);
	size_t own = sizeof(struct pluton_measurement);

	for (i = 0; i < n; i++) {
		u8 __user *to = u64_to_user_ptr(a->measurements_addr +
						(u64)i * a->measurement_size);

		if (copy_to_user(to, &result->measurements[i], own) ||
		    clear_user(to + own, a->measurement_size - own))
			return -EFAULT;
	}
	return 0;
}

static int attest(struct pluton_file *f, struct pluton_attest *a, const u8 *nonce)
{
	struct pluton_attestation_result *result;
	struct pluton_req *req;
	int ret = -ENOMEM;

	result = kmalloc(sizeof(*result), GFP_KERNEL_ACCOUNT);
	req = pluton_req_new(&f->client, PLUTON_CMD_PROCESS_ATTESTATION);
	if (!result || !req)
		goto free;
	memcpy(req->buf, nonce, PLUTON_NONCE_SIZE);
	ret = pluton_call(req);
	if (!ret)
		ret = pluton_decode_attestation(req->buf, result);
	if (!ret)
		ret = put_measurements(a, result);
	if (ret)
		goto free;
	a->measurement_count = result->measurement_count;
	a->successful = result->successful;
	memcpy(a->device_key, &result->device_id, sizeof(a->device_key));
	memcpy(a->signature, &result->signature, sizeof(a->signature));
free:
	pluton_req_free(req);
	kfree(result);
	return ret;
}

/* longest element of a caller's array of measurements */
#define MEASUREMENT_SIZE_MAX	4096

static long ioc_attest(struct pluton_file *f, void __user *arg, size_t size)
{
	u8 nonce[PLUTON_NONCE_SIZE];
	struct pluton_attest a;
	int ret;

	ret = copy_struct_from_user(&a, sizeof(a), arg, size);
	if (!ret && a.flags)
		ret = -EINVAL;
	if (!ret && (a.nonce_len != PLUTON_NONCE_SIZE ||
		     a.measurement_size < sizeof(struct pluton_measurement) ||
		     a.measurement_size > MEASUREMENT_SIZE_MAX))
		ret = -EMSGSIZE;
	if (!ret && copy_from_user(nonce, u64_to_user_ptr(a.nonce_addr), sizeof(nonce)))
		ret = -EFAULT;
	if (!ret)
		ret = refused(f, sphere_authority_may(SPHERE_OP_PLUTON_ATTEST, NULL));
	if (!ret)
		ret = attest(f, &a, nonce);
	if (!ret && copy_to_user(arg, &a, sizeof(a)))
		ret = -EFAULT;
	return ret;
}

static const struct ioc {
	unsigned int ioctl;
	size_t first_size;
	long (*run)(struct pluton_file *f, void __user *arg, size_t size);
} iocs[] = {
	{ PLUTON_IOC_INFO, PLUTON_INFO_SIZE_VER0, ioc_info },
	{ PLUTON_IOC_RANDOM, PLUTON_RANDOM_SIZE_VER0, ioc_random },
	{ PLUTON_IOC_SIGN, PLUTON_SIGN_SIZE_VER0, ioc_sign },
	{ PLUTON_IOC_PUBLIC_KEY, PLUTON_PUBLIC_KEY_SIZE_VER0, ioc_public_key },
	{ PLUTON_IOC_ATTEST, PLUTON_ATTEST_SIZE_VER0, ioc_attest },
};

/* The size is part of the number, and may be another one. */
static const struct ioc *find_ioc(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(iocs); i++)
		if (!((iocs[i].ioctl ^ cmd) & ~IOCSIZE_MASK))
			return &iocs[i];
	return NULL;
}

/* ---- the file -------------------------------------------------------------------------------- */

static long run(struct pluton_file *f, struct file *file, const struct call_op *op,
		const struct ioc *ioc, unsigned int cmd, void __user *arg)
{
	struct call *c;
	long ret;

	if (ioc)
		return ioc->run(f, arg, _IOC_SIZE(cmd));
	if ((file->f_flags & O_NONBLOCK) && !op->waits)
		return start_call(f, op, arg);
	c = new_call(f, op, arg);
	if (IS_ERR(c))
		return PTR_ERR(c);
	ret = run_call(c, arg);
	free_call(c);
	return ret;
}

static long pluton_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pluton_file *f = file->private_data;
	const struct call_op *op = find_call(cmd);
	const struct ioc *ioc = find_ioc(cmd);
	long ret;

	if (!op && !ioc)
		return -ENOTTY;
	if (ioc && _IOC_SIZE(cmd) < ioc->first_size)
		return -EINVAL;
	if (op && op->changes && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (pluton_is_gone(f->client.p))
		return -ENODEV;
	if (atomic_inc_return(&f->calls) > PLUTON_FILE_CALLS)
		ret = -EBUSY;
	else
		ret = run(f, file, op, ioc, cmd, (void __user *)arg);
	atomic_dec(&f->calls);
	return ret;
}

static int pluton_open(struct inode *inode, struct file *file)
{
	/* misc_open() holds its lock, so the device is there */
	struct pluton *p = container_of(file->private_data, struct pluton, misc);
	struct pluton_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	struct pluton_account_key key;

	if (!f)
		return -ENOMEM;
	pluton_client_init(p, &f->client, PLUTON_FILE_SLOTS);
	pluton_account_key(&key);
	if (pluton_account_join(&f->client, &key)) {
		kfree(f);
		return -ENOMEM;
	}
	pluton_get(p);
	mutex_init(&f->lock);
	init_waitqueue_head(&f->ready);
	file->private_data = f;
	return stream_open(inode, file);
}

static int pluton_release(struct inode *inode, struct file *file)
{
	struct pluton_file *f = file->private_data;
	struct pluton *p = f->client.p;

	free_call(f->started);
	pluton_client_close(&f->client);
	kfree(f);
	pluton_put(p);
	return 0;
}

static const struct file_operations pluton_fops = {
	.owner = THIS_MODULE,
	.open = pluton_open,
	.release = pluton_release,
	.read = pluton_read,
	.poll = pluton_poll,
	.unlocked_ioctl = pluton_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/**
 * pluton_chrdev_add() - make /dev/pluton
 * @p: device
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno.
 */
int pluton_chrdev_add(struct pluton *p)
{
	int ret;

	p->misc.minor = MISC_DYNAMIC_MINOR;
	p->misc.name = "pluton";
	p->misc.fops = &pluton_fops;
	p->misc.parent = p->dev;
	p->misc.groups = pluton_groups;
	p->misc.mode = 0600;
	ret = misc_register(&p->misc);
	p->misc_up = !ret;
	return ret;
}

/**
 * pluton_chrdev_remove() - remove /dev/pluton
 * @p: device, stopped: whoever waits in it comes back by itself
 *
 * Context: Process context, sleeps.
 */
void pluton_chrdev_remove(struct pluton *p)
{
	if (!p->misc_up)
		return;
	p->misc_up = false;
	misc_deregister(&p->misc);
}
