// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does not compile on a kernel with a hook that hooks.def says nothing about,
 * so that a new kernel cannot silently open a door
 *
 * "HOOK_x undeclared" means: read what the kernel asks through hook x, and then
 * either mediate it or give the reason why not, in hooks.def. "redeclaration of
 * HOOK_x" means that the table has it twice.
 */
#include <linux/lsm_hooks.h>

#include "hooks.h"

#define SPHERE_HOOK(hook, ...)		HOOK_##hook,
#define SPHERE_LSM_ONLY			SPHERE_HOOK
#define SPHERE_UNUSED			SPHERE_HOOK

enum {
#include "hooks.def"
	HOOKS
};

/* each hook of the kernel that is being built */
static const u16 hooks_of_kernel[] __maybe_unused = {
#define LSM_HOOK(RET, DEFAULT, NAME, ...) HOOK_##NAME,
#include <linux/lsm_hook_defs.h>
#undef LSM_HOOK
};
