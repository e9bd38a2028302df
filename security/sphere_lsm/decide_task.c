// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about processes and privileges
 *
 * An app acts on its own processes only. Whose they are is told by the component,
 * so that those which still run under an older manifest are the app's own.
 */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/string.h>

#include "app.h"
#include "decide.h"

static bool is_same(const struct sphere_app *a, const struct sphere_app *b)
{
	return a && b && (a == b || !memcmp(&a->component, &b->component, sizeof(a->component)));
}

/**
 * sphere_decide_task() - may it act on this process?
 * @app: the app
 * @other: the app that the process belongs to, or NULL
 * @reason: why not, if it may not
 *
 * Context: Any.
 * Return: %SPHERE_OK or @reason
 */
int sphere_decide_task(const struct sphere_app *app, const struct sphere_app *other, int reason)
{
	return is_same(app, other) ? SPHERE_OK : reason;
}

/**
 * sphere_decide_trace() - may one process trace another, or look into it?
 * @tracer: the app of the one that would trace, or NULL
 * @traced: the app of the other, or NULL; one of both is an app
 * @attach: it would get at memory or registers
 * @development: the device is in development mode
 *
 * A process may look at itself without this question. Others do not look into
 * an app, but for the facts that tools of the system show about any process,
 * except a debugger in development mode.
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_trace(const struct sphere_app *tracer, const struct sphere_app *traced,
			bool attach, bool development)
{
	if (tracer)
		return SPHERE_R_PTRACE;
	if (!traced || !attach)
		return SPHERE_OK;
	return development && (traced->flags & SPHERE_POLICY_DEVELOPMENT) ?
	       SPHERE_OK : SPHERE_R_PTRACE;
}

/**
 * sphere_decide_prctl() - may it use this option of prctl(2)?
 * @app: the app
 * @option: PR_*
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_prctl(const struct sphere_app *app, int option)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
	case PR_GET_PDEATHSIG:
	case PR_GET_DUMPABLE:
	case PR_GET_UNALIGN:
	case PR_SET_UNALIGN:
	case PR_GET_KEEPCAPS:
	case PR_SET_KEEPCAPS:
	case PR_GET_FPEMU:
	case PR_SET_FPEMU:
	case PR_GET_FPEXC:
	case PR_SET_FPEXC:
	case PR_GET_TIMING:
	case PR_SET_TIMING:
	case PR_SET_NAME:
	case PR_GET_NAME:
	case PR_GET_ENDIAN:
	case PR_SET_ENDIAN:
	case PR_GET_SECCOMP:
	case PR_SET_SECCOMP:
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
	case PR_GET_TSC:
	case PR_SET_TSC:
	case PR_GET_SECUREBITS:
	case PR_SET_TIMERSLACK:
	case PR_GET_TIMERSLACK:
	case PR_SET_CHILD_SUBREAPER:
	case PR_GET_CHILD_SUBREAPER:
	case PR_SET_NO_NEW_PRIVS:
	case PR_GET_NO_NEW_PRIVS:
	case PR_GET_TID_ADDRESS:
	case PR_SET_THP_DISABLE:
	case PR_GET_THP_DISABLE:
	case PR_CAP_AMBIENT:
	case PR_GET_SPECULATION_CTRL:
	case PR_SET_SPECULATION_CTRL:
	case PR_SET_TAGGED_ADDR_CTRL:
	case PR_GET_TAGGED_ADDR_CTRL:
	case PR_SET_VMA:
		return SPHERE_OK;
	case PR_SET_DUMPABLE:
		return SPHERE_R_CORE_DUMP;
	default:
		return SPHERE_R_PRCTL;
	}
}

/**
 * sphere_decide_cap() - may it use this Linux capability?
 * @app: the app
 * @cap: CAP_*
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_cap(const struct sphere_app *app, int cap)
{
	return sphere_app_may_cap(app, cap) ? SPHERE_OK : SPHERE_R_CAP;
}

/**
 * sphere_decide_time() - may it set the clock?
 * @app: the app
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_time(const struct sphere_app *app)
{
	return sphere_app_may_cap(app, CAP_SYS_TIME) ? SPHERE_OK : SPHERE_R_SYSTEM;
}
