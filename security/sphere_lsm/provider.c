// SPDX-License-Identifier: GPL-2.0-only
/*
 * What drivers ask through the authority
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <linux/sphere/authority.h>

#include "app.h"
#include "audit.h"
#include "decide.h"
#include "load.h"
#include "state.h"

static enum sphere_verdict may(enum sphere_op op, const union sphere_op_arg *arg)
{
	const struct sphere_app *app = sphere_task_app(current), *partner = NULL;

	if (!app)
		return SPHERE_UNCONFINED;
	if (arg && op == SPHERE_OP_CORE_CONNECT)
		partner = sphere_loaded(&arg->peer);
	else if (arg && (op == SPHERE_OP_CORE_START || op == SPHERE_OP_CORE_STOP))
		partner = sphere_loaded_for_core(arg->core);
	return SPHERE_VERDICT(app, sphere_decide_op(app, op, arg, partner), "operation",
			      .number = op) ? SPHERE_REFUSE : SPHERE_ALLOW;
}

static int identity(struct sphere_identity *id)
{
	const struct sphere_app *app = sphere_task_app(current);

	if (!app)
		return -ENODATA;
	id->component = app->component;
	id->tenant = app->tenant;
	id->has_tenant = app->has_tenant;
	return 0;
}

static enum sphere_verdict may_send(const struct sphere_component_id *from,
				    const struct sphere_component_id *to)
{
	return sphere_decide_partners(sphere_loaded(from), sphere_loaded(to)) ?
	       SPHERE_ALLOW : SPHERE_REFUSE;
}

static int core_policy(unsigned int core, struct sphere_core_policy *policy)
{
	const struct sphere_app *app = sphere_loaded_for_core(core);

	return app ? sphere_app_core_policy(app, policy) : -ENOENT;
}

static const struct sphere_provider provider = {
	.name = "sphere_lsm",
	.may = may,
	.identity = identity,
	.may_send = may_send,
	.core_policy = core_policy,
};

/**
 * sphere_provider_init() - drivers ask from now on
 *
 * Context: Process context, may sleep.
 * Return: 0, or %-EBUSY if somebody else answers them
 */
int sphere_provider_init(void)
{
	return sphere_authority_register(&provider);
}

/**
 * sphere_provider_exit() - drivers do not ask any more
 *
 * Context: Process context, sleeps.
 */
void sphere_provider_exit(void)
{
	sphere_authority_unregister(&provider);
}
