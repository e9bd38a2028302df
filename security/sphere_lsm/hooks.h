/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel asks: one function for each hook of hooks.def, however it is
 * reached
 *
 * Each may be called where nothing may sleep, and calls nothing that has a hook
 * itself. It answers 0 or the errno that the caller shall get.
 *
 * Most are asked for confined tasks only, and get the app of the current one; who
 * calls them answers 0 for the others. Those that are asked for tasks that are about
 * to be confined, or for all, look for themselves.
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
struct sphere_app;

/* what comes before a hook's arguments, by its column "how" */
#define SPHERE_FOR_COLD		const struct sphere_app *app,
#define SPHERE_FOR_HOT		const struct sphere_app *app,
#define SPHERE_FOR_ENTER
#define SPHERE_FOR_ALWAYS

#define SPHERE_HOOK0(hook, symbol, how) \
	int sphere_hook_##hook(const struct sphere_app *app);
#define SPHERE_HOOK1(hook, symbol, how, t1, a1) \
	int sphere_hook_##hook(SPHERE_FOR_##how t1 a1);
#define SPHERE_HOOK2(hook, symbol, how, t1, a1, t2, a2) \
	int sphere_hook_##hook(SPHERE_FOR_##how t1 a1, t2 a2);
#define SPHERE_HOOK3(hook, symbol, how, t1, a1, t2, a2, t3, a3) \
	int sphere_hook_##hook(SPHERE_FOR_##how t1 a1, t2 a2, t3 a3);
#define SPHERE_HOOK4(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4) \
	int sphere_hook_##hook(SPHERE_FOR_##how t1 a1, t2 a2, t3 a3, t4 a4);
#define SPHERE_HOOK5(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5) \
	int sphere_hook_##hook(SPHERE_FOR_##how t1 a1, t2 a2, t3 a3, t4 a4, t5 a5);
#define SPHERE_HOOK6(hook, symbol, how, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6) \
	int sphere_hook_##hook(SPHERE_FOR_##how t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6);
#define SPHERE_LSM_ONLY(hook)
#define SPHERE_UNUSED(hook, reason)

#include "hooks.def"

#endif /* _SPHERE_LSM_HOOKS_H */
