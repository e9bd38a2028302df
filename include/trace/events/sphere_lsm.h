/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sphere_lsm

#if !defined(_TRACE_SPHERE_LSM_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_SPHERE_LSM_H

#include <linux/tracepoint.h>

#ifndef _TRACE_SPHERE_LSM_TYPES
#define _TRACE_SPHERE_LSM_TYPES
struct sphere_app;
void sphere_trace_component(const struct sphere_app *app, u8 *component);
const char *sphere_reason_name(int reason);
#endif

TRACE_EVENT(sphere_refused,

	TP_PROTO(const struct sphere_app *app, int reason, const char *op, bool passed),

	TP_ARGS(app, reason, op, passed),

	TP_STRUCT__entry(
		__array(u8, component, 16)
		__field(int, reason)
		__field(bool, passed)
		__array(char, op, 32)
	),

	TP_fast_assign(
		sphere_trace_component(app, __entry->component);
		__entry->reason = reason;
		__entry->passed = passed;
		strscpy(__entry->op, op, sizeof(__entry->op));
	),

	TP_printk("app=%pUl op=%s reason=%d%s", __entry->component, __entry->op,
		  __entry->reason, __entry->passed ? " passed" : "")
);

#endif /* _TRACE_SPHERE_LSM_H */

#include <trace/define_trace.h>
