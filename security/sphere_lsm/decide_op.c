// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about operations of drivers: Pluton, and the real-time cores
 */
#include <linux/string.h>

#include "app.h"
#include "decide.h"

/**
 * sphere_decide_partners() - may these two talk to each other?
 * @from: one, or NULL
 * @to: the other, or NULL
 *
 * Context: Any.
 * Return: whether each lists the other
 */
bool sphere_decide_partners(const struct sphere_app *from, const struct sphere_app *to)
{
	return from && to && sphere_app_has_partner(from, &to->component) &&
	       sphere_app_has_partner(to, &from->component);
}

/**
 * sphere_decide_op() - may it have this done?
 * @app: the app
 * @op: the operation
 * @arg: what it is about, or NULL
 * @partner: for %SPHERE_OP_CORE_CONNECT the policy of the other component, for
 *	%SPHERE_OP_CORE_START and %SPHERE_OP_CORE_STOP that of the core; or NULL
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_op(const struct sphere_app *app, enum sphere_op op,
		     const union sphere_op_arg *arg, const struct sphere_app *partner)
{
	switch (op) {
	case SPHERE_OP_CORE_CONNECT:
		/* that it lists the other is the grant */
		return arg && sphere_decide_partners(app, partner) ? SPHERE_OK : SPHERE_R_PARTNER;
	case SPHERE_OP_CORE_START:
	case SPHERE_OP_CORE_STOP:
		if (!sphere_app_may_op(app, op))
			return SPHERE_R_OPERATION;
		return arg && sphere_decide_partners(app, partner) ? SPHERE_OK : SPHERE_R_PARTNER;
	case SPHERE_OP_PLUTON_PUBLIC_KEY:
	case SPHERE_OP_PLUTON_SIGN:
		if (!sphere_app_may_op(app, op))
			return SPHERE_R_OPERATION;
		return arg && app->has_tenant &&
		       !memcmp(&arg->tenant, &app->tenant, sizeof(app->tenant)) ?
		       SPHERE_OK : SPHERE_R_TENANT;
	default:
		return sphere_app_may_op(app, op) ? SPHERE_OK : SPHERE_R_OPERATION;
	}
}
