// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the kernel with a callback of the function tracer that does nothing:
 * what attaching costs whoever does it, for the benchmark to compare with.
 *
 * Asks for the same as sphere_lsm does (registers, and to be able to change where
 * the function goes on), so the two cannot be there at the same time.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

static char *functions[16];
static int n_functions;
module_param_array_named(functions, functions, charp, &n_functions, 0444);
MODULE_PARM_DESC(functions, "which, separated by commas");

static void notrace on_call(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
}

static struct ftrace_ops ops = {
	.func = on_call,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_RECURSION |
		 FTRACE_OPS_FL_PERMANENT,
};

static int __init empty_hooks_init(void)
{
	int i, ret;

	if (!n_functions)
		return -EINVAL;
	for (i = 0; i < n_functions; i++) {
		ret = ftrace_set_filter(&ops, functions[i], strlen(functions[i]), 0);
		if (ret) {
			pr_err("the function tracer does not take %s: error %d\n", functions[i],
			       ret);
			return ret;
		}
	}
	return register_ftrace_function(&ops);
}
module_init(empty_hooks_init);

static void __exit empty_hooks_exit(void)
{
	unregister_ftrace_function(&ops);
}
module_exit(empty_hooks_exit);

MODULE_DESCRIPTION("Callbacks that do nothing, to measure what attaching costs");
MODULE_LICENSE("GPL");
