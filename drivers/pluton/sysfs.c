// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton in sysfs: Documentation/ABI/testing/sysfs-driver-pluton
 *
 * The files stand at the device of /dev/pluton and go with it. What Pluton has to
 * be asked for is asked when the file is read, and needs the grant that the
 * request needs.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

static struct pluton *of_device(struct device *dev)
{
	struct miscdevice *misc = dev_get_drvdata(dev);

	return container_of(misc, struct pluton, misc);
}

/* One request without a payload. The answer is the caller's, to be freed. */
static struct pluton_req *ask(struct device *dev, u8 cmd, enum sphere_op op, const void *payload)
{
	struct pluton *p = of_device(dev);
	struct pluton_req *req;
	int ret;

	ret = sphere_authority_may(op, NULL);
	if (ret) {
		pluton_count(p, PLUTON_STAT_REFUSED);
		return ERR_PTR(ret);
	}
	req = pluton_req_new(&p->kernel, cmd);
	if (!req)
		return ERR_PTR(-ENOMEM);
	if (payload)
		memcpy(req->buf, payload, req->cmd->request_len);
	ret = pluton_call(req);
	if (!ret)
		return req;
	pluton_req_free(req);
	return ERR_PTR(ret);
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[] = {
		[PLUTON_STATE_DOWN] = "down",
		[PLUTON_STATE_UP] = "up",
		[PLUTON_STATE_RECOVERING] = "recovering",
	};
	struct pluton_info info;

	pluton_read_info(of_device(dev), &info);
	return sysfs_emit(buf, "%s\n", names[info.state]);
}
static DEVICE_ATTR_RO(state);

static ssize_t protocol_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", PLUTON_PROTOCOL);
}
static DEVICE_ATTR_RO(protocol);

static ssize_t boot_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pluton_req *req = ask(dev, PLUTON_CMD_GET_BOOT_MODE_FLAGS,
				     SPHERE_OP_PLUTON_BOOT_MODE, NULL);
	ssize_t ret;

	if (IS_ERR(req))
		return PTR_ERR(req);
	ret = sysfs_emit(buf, "0x%08x\n", get_unaligned_le32(req->buf));
	pluton_req_free(req);
	return ret;
}
static DEVICE_ATTR_ADMIN_RO(boot_mode);

static ssize_t security_state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pluton_req *req = ask(dev, PLUTON_CMD_GET_SECURITY_STATE,
				     SPHERE_OP_PLUTON_SECURITY_STATE, NULL);
	ssize_t ret;

	if (IS_ERR(req))
		return PTR_ERR(req);
	ret = sysfs_emit(buf, "%u\n", get_unaligned_le32(req->buf));
	pluton_req_free(req);
	return ret;
}
static DEVICE_ATTR_ADMIN_RO(security_state);

static ssize_t device_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pluton_req *req = ask(dev, PLUTON_CMD_GET_SECURITY_STATE,
				     SPHERE_OP_PLUTON_SECURITY_STATE, NULL);
	ssize_t ret;

	if (IS_ERR(req))
		return PTR_ERR(req);
	ret = sysfs_emit(buf, "%*phN\n", PLUTON_PUBLIC_KEY_SIZE, req->buf + 4);
	pluton_req_free(req);
	return ret;
}
static DEVICE_ATTR_ADMIN_RO(device_id);

static ssize_t manufacturing_state_show(struct device *dev, struct device_attribute *attr,
					char *buf)
{
	struct pluton_req *req = ask(dev, PLUTON_CMD_GET_MANUFACTURING_STATE,
				     SPHERE_OP_PLUTON_GET_MANUFACTURING, NULL);
	ssize_t ret;

	if (IS_ERR(req))
		return PTR_ERR(req);
	/* Pluton's status comes first */
	if (get_unaligned_le32(req->buf))
		ret = -EREMOTEIO;
	else
		ret = sysfs_emit(buf, "%u\n", get_unaligned_le32(req->buf + 4));
	pluton_req_free(req);
	return ret;
}
static DEVICE_ATTR_ADMIN_RO(manufacturing_state);

static ssize_t capabilities_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pluton_req *req = ask(dev, PLUTON_CMD_GET_ENABLED_CAPABILITIES,
				     SPHERE_OP_PLUTON_CAPABILITIES, NULL);
	struct pluton_capabilities caps;
	ssize_t len = 0;
	unsigned int i;

	if (IS_ERR(req))
		return PTR_ERR(req);
	pluton_decode_capabilities(req->buf, &caps);
	pluton_req_free(req);
	for (i = 0; i < PLUTON_CAPABILITIES_MAX && caps.capabilities[i]; i++)
		len += sysfs_emit_at(buf, len, "%s%u", i ? " " : "", caps.capabilities[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_ADMIN_RO(capabilities);

/* What was measured at boot; the nonce is one that nobody needs again. */
static ssize_t measurements_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pluton_attestation_result *result;
	u8 nonce[PLUTON_NONCE_SIZE];
	struct pluton_req *req;
	ssize_t len;
	u32 i;

	get_random_bytes(nonce, sizeof(nonce));
	req = ask(dev, PLUTON_CMD_PROCESS_ATTESTATION, SPHERE_OP_PLUTON_ATTEST, nonce);
	if (IS_ERR(req))
		return PTR_ERR(req);
	result = kmalloc(sizeof(*result), GFP_KERNEL);
	if (!result) {
		len = -ENOMEM;
		goto free;
	}
	len = pluton_decode_attestation(req->buf, result);
	if (!len && !result->successful)
		len = -EREMOTEIO;
	for (i = 0; len >= 0 && i < result->measurement_count; i++)
		len += sysfs_emit_at(buf, len, "%u %*phN\n", result->measurements[i].type,
				     PLUTON_DIGEST_SIZE, result->measurements[i].digest);
free:
	kfree(result);
	pluton_req_free(req);
	return len;
}
static DEVICE_ATTR_ADMIN_RO(measurements);

static struct attribute *pluton_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_protocol.attr,
	&dev_attr_boot_mode.attr,
	&dev_attr_security_state.attr,
	&dev_attr_device_id.attr,
	&dev_attr_manufacturing_state.attr,
	&dev_attr_capabilities.attr,
	&dev_attr_measurements.attr,
	NULL
};

static const struct attribute_group pluton_group = {
	.attrs = pluton_attrs,
};

/* a number of &struct pluton_info, as text */
#define INFO_ATTR(_name)							\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,	\
			    char *buf)						\
{										\
	struct pluton_info info;						\
										\
	pluton_read_info(of_device(dev), &info);				\
	return sysfs_emit(buf, "%llu\n", (unsigned long long)info._name);	\
}										\
static DEVICE_ATTR_RO(_name)

INFO_ATTR(slots_in_use);
INFO_ATTR(slots_parked);
INFO_ATTR(requests);
INFO_ATTR(replies);
INFO_ATTR(timeouts);
INFO_ATTR(late);
INFO_ATTR(unsolicited);
INFO_ATTR(invalid);
INFO_ATTR(mismatched);
INFO_ATTR(bad_length);
INFO_ATTR(refused);
INFO_ATTR(restarts);

static struct attribute *pluton_stat_attrs[] = {
	&dev_attr_slots_in_use.attr,
	&dev_attr_slots_parked.attr,
	&dev_attr_requests.attr,
	&dev_attr_replies.attr,
	&dev_attr_timeouts.attr,
	&dev_attr_late.attr,
	&dev_attr_unsolicited.attr,
	&dev_attr_invalid.attr,
	&dev_attr_mismatched.attr,
	&dev_attr_bad_length.attr,
	&dev_attr_refused.attr,
	&dev_attr_restarts.attr,
	NULL
};

static const struct attribute_group pluton_stat_group = {
	.name = "statistics",
	.attrs = pluton_stat_attrs,
};

const struct attribute_group *pluton_groups[] = {
	&pluton_group,
	&pluton_stat_group,
	NULL
};
