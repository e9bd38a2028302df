// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which image may run on a real-time core, and who may start and stop it
 *
 * Everything that starts a core or a link comes through rtcore_admit(), so the
 * answer is the same whichever way was taken.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <crypto/sha2.h>

#include "rtcore.h"

static bool lists_image(const struct sphere_core_policy *policy, const u8 *digest)
{
	bool found = false;
	u32 i;

	for (i = 0; i < policy->n_images; i++)
		found |= !memcmp(policy->images[i], digest, SPHERE_DIGEST_SIZE);
	return found;
}

static int check_policy(struct rtcore_dev *rd, const struct sphere_core_policy *policy,
			const void *image, const u8 *digest)
{
	if (!image) {
		dev_err_ratelimited(rd->dev,
				    "core %u runs an image that was not loaded by Linux and cannot be checked: stop it and start it with a listed one\n",
				    rd->nr);
		return -EACCES;
	}
	if (!lists_image(policy, digest)) {
		dev_err_ratelimited(rd->dev,
				    "the policy of core %u does not list the image with SHA-256 %*phN\n",
				    rd->nr, SPHERE_DIGEST_SIZE, digest);
		return -EACCES;
	}
	return 0;
}

static void record_owner(struct rtcore_dev *rd)
{
	struct sphere_identity id;

	if (sphere_authority_identity(&id)) {
		rd->owner = RTCORE_OWNER_UNCONFINED;
	} else {
		rd->owner = RTCORE_OWNER_COMPONENT;
		rd->owner_id = id.component;
	}
}

/**
 * rtcore_admit() - may the current task start this core with this image?
 * @rd: the core; its lock is held
 * @image: the very bytes that will be loaded; NULL for a core that runs already
 * @size: how many
 *
 * With a provider the core's policy has to list the image, and says what the core
 * is and whom it may talk to. Without one it takes CAP_SYS_ADMIN, the image is not
 * checked, and what the core is was said through sysfs. On success owner and digest
 * are recorded.
 *
 * Context: Process context, sleeps.
 * Return: 0, or
 * * %-EPERM - not this task
 * * %-EACCES - not this image, or no policy
 * * %-ENOMEM
 */
int rtcore_admit(struct rtcore_dev *rd, const void *image, size_t size)
{
	struct sphere_core_policy *policy;
	u8 digest[SPHERE_DIGEST_SIZE];
	int ret;

	lockdep_assert_held(&rd->lock);
	ret = sphere_authority_may(SPHERE_OP_CORE_START, &(union sphere_op_arg){ .core = rd->nr });
	if (ret)
		return ret;
	if (image)
		sha256(image, size, digest);

	policy = kmalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy)
		return -ENOMEM;
	ret = sphere_authority_core_policy(rd->nr, policy);
	if (!ret) {
		ret = check_policy(rd, policy, image, digest);
		if (!ret)
			rtcore_link_policy(rd->link, &policy->component, policy->partners,
					   policy->n_partners, true);
		rd->checked = !ret;
	} else if (ret == -ENODATA) {
		rd->checked = false;
		ret = 0;
	} else {
		dev_err_ratelimited(rd->dev, "there is no policy for core %u: it must not run\n",
				    rd->nr);
		ret = -EACCES;
	}
	kfree(policy);
	if (ret)
		return ret;

	rd->has_digest = image;
	if (image)
		memcpy(rd->digest, digest, sizeof(digest));
	record_owner(rd);
	return 0;
}

/**
 * rtcore_may_stop() - may the current task stop this core, or its link?
 * @rd: the core; its lock is held
 *
 * A component only what it has started itself; a task without an identity needs
 * what the authority asks of it.
 *
 * Context: Process context.
 * Return: 0 or %-EPERM.
 */
int rtcore_may_stop(const struct rtcore_dev *rd)
{
	struct sphere_identity id;
	int ret;

	lockdep_assert_held(&rd->lock);
	ret = sphere_authority_may(SPHERE_OP_CORE_STOP, &(union sphere_op_arg){ .core = rd->nr });
	if (ret)
		return ret;
	if (sphere_authority_identity(&id))
		return 0;
	if (rd->owner != RTCORE_OWNER_COMPONENT ||
	    !rtcore_same_id(&rd->owner_id, &id.component))
		return -EPERM;
	return 0;
}
