/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel asks: one function for each hook of hooks.def, however it is
 * reached
 *
 * Each may be called where nothing may sleep, and calls nothing that has a hook
 * itself. It answers 0 or the errno that the caller shall get. For tasks that are
 * not confined the answer is 0, but for the hooks that are asked about somebody
 * else.
 */
#ifndef _SPHERE_LSM_HOOKS_H
#define _SPHERE_LSM_HOOKS_H

#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/key.h>
#include <linux/lsm_hooks.h>
#include <linux/security.h>
#include <linux/types.h>

#include <linux/sphere/compat.h>

#include <linux/sphere_lsm.h>

struct io_uring_cmd;
struct kern_ipc_perm;
struct perf_event;
struct posix_acl;

#define SPHERE_HOOK1(hook, symbol, how, t1, a1) \
	int sphere_hook_##hook(t1 a1);
#define SPHERE_HOOK2(hook, symbol, how, t1, a1, t2, a2) \
	int sphere_hook_##hook(t1 a1, t2 a2);
#define SPHERE_HOOK3(hook, symbol, how, t1, a1, t2, a2, t3, a3) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3);
#define SPHERE_HOOK4(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3, t4 a4);
#define SPHERE_HOOK5(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3, t4 a4, t5 a5);
#define SPHERE_NEVER0(hook, symbol, how, reason) \
	int sphere_hook_##hook(void);
#define SPHERE_NEVER1(hook, symbol, how, reason, t1, a1) \
	int sphere_hook_##hook(t1 a1);
#define SPHERE_NEVER2(hook, symbol, how, reason, t1, a1, t2, a2) \
	int sphere_hook_##hook(t1 a1, t2 a2);
#define SPHERE_NEVER3(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3);
#define SPHERE_NEVER4(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3, t4, a4) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3, t4 a4);
#define SPHERE_NEVER5(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3, t4 a4, t5 a5);
#define SPHERE_NEVER6(hook, symbol, how, reason, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) \
	int sphere_hook_##hook(t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6);
#define SPHERE_LSM_ONLY(hook)
#define SPHERE_UNUSED(hook, reason)

#include "hooks.def"

#undef SPHERE_HOOK1
#undef SPHERE_HOOK2
#undef SPHERE_HOOK3
#undef SPHERE_HOOK4
#undef SPHERE_HOOK5
#undef SPHERE_NEVER0
#undef SPHERE_NEVER1
#undef SPHERE_NEVER2
#undef SPHERE_NEVER3
#undef SPHERE_NEVER4
#undef SPHERE_NEVER5
#undef SPHERE_NEVER6
#undef SPHERE_LSM_ONLY
#undef SPHERE_UNUSED

#endif /* _SPHERE_LSM_HOOKS_H */
