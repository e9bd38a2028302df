// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching to functions of a kernel that was built without us
 *
 * The security layer's functions are attached to at their call of the function
 * tracer, all of them with one struct ftrace_ops: on Arm every ops of a module is
 * reached through a list that is walked at each call, so a second ops would cost
 * every hook. The decision falls inside the callback, where preemption is off.
 * When it is a refusal the function is skipped: its prologue is undone by a stub
 * and the caller gets the errno. Nothing of this module is ever on the stack of
 * a task that sleeps, so it can be unloaded as soon as the tracer has let go.
 *
 * Redirecting instead, and calling the original from a replacement, would take a
 * second trip through the tracer and a count of who is inside.
 *
 * Where the kernel has no function tracer, a kprobe on the first instruction does
 * the same. It is never a kretprobe: those run out of instances and then let the
 * call pass. Nor may the kprobe be optimised into a jump, because a jump cannot
 * change where it returns to; a post handler forbids that.
 *
 * Whether it works cannot be taken for granted for ever: the tracer turns itself
 * off for good when it finds the kernel's text other than expected, and kprobes
 * can be disarmed through debugfs. sphere_attach_check() calls one of the
 * attached functions with a mark that only the callback knows how to answer, and
 * looks at the instruction at each site.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/kernel_read_file.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "attach.h"
#include "attach_prologue.h"
#include "state.h"

/* what a function is sent to that is not to run */
extern char sphere_attach_skip[];

/* ---- What is different on each machine ----------------------------------- */

#if defined(CONFIG_ARM)

#if defined(CONFIG_THUMB2_KERNEL)
#define ISA		SPHERE_ISA_THUMB2
#define STUB_ISA	".thumb\n.align 2\n.thumb_func\n"
#elif defined(CONFIG_UNWINDER_FRAME_POINTER)
#define ISA		SPHERE_ISA_ARM_FP
#define STUB_ISA	".arm\n.align 2\n"
#else
#define ISA		SPHERE_ISA_ARM
#define STUB_ISA	".arm\n.align 2\n"
#endif

#if defined(CONFIG_UNWINDER_FRAME_POINTER) && !defined(CONFIG_THUMB2_KERNEL)
#define STUB_UNDO	"	ldmdb	fp, {fp, sp, pc}\n"
#else
#define STUB_UNDO	"	add	sp, sp, ip\n	bx	lr\n"
#endif

/*
 * Takes back what the function has pushed (bytes in ip) and returns to its
 * caller. The function graph tracer unwinds from the instruction before the
 * address that it is sent to: the padding and the lack of unwind data keep it
 * from taking a neighbour's.
 */
asm(".pushsection .text,\"ax\"\n"
	".align 2\n"
	".fnstart\n"
	".cantunwind\n"
	"	nop\n"
	"	nop\n"
	STUB_ISA
	".type sphere_attach_skip, %function\n"
	"sphere_attach_skip:\n"
	STUB_UNDO
	".size sphere_attach_skip, . - sphere_attach_skip\n"
	".fnend\n"
	".popsection\n");

static __always_inline void get_args(const struct sphere_attach_site *site,
				     const struct pt_regs *regs, unsigned long *args)
{
	const unsigned long *stack;
	int i;

	for (i = 0; i < 4; i++)
		args[i] = regs->uregs[i];
	/* the rest were on the stack when the function was entered */
	if (ISA == SPHERE_ISA_ARM_FP)
		stack = (const unsigned long *)(regs->ARM_fp + 4);
	else
		stack = (const unsigned long *)(regs->ARM_sp + site->frame);
	for (; i < SPHERE_ATTACH_ARGS; i++)
		args[i] = stack[i - 4];
}

static __always_inline void skip(const struct sphere_attach_site *site, struct pt_regs *regs,
				 int ret)
{
	regs->ARM_r0 = ret;
	regs->ARM_ip = site->frame;
	regs->ARM_pc = (unsigned long)sphere_attach_skip;
}

/* at the first instruction nothing has been pushed */
static __always_inline void kprobe_skip(struct pt_regs *regs, int ret)
{
	regs->ARM_r0 = ret;
	regs->ARM_pc = regs->ARM_lr & ~1UL;
}

static __always_inline void kprobe_args(const struct pt_regs *regs, unsigned long *args)
{
	const unsigned long *stack = (const unsigned long *)regs->ARM_sp;
	int i;

	for (i = 0; i < 4; i++)
		args[i] = regs->uregs[i];
	for (; i < SPHERE_ATTACH_ARGS; i++)
		args[i] = stack[i - 4];
}

/* the call of the tracer, as opposed to what stands there when it is off */
static bool is_call(unsigned long addr)
{
	u32 w;

	if (copy_from_kernel_nofault(&w, (void *)addr, sizeof(w)))
		return false;
	if (ISA == SPHERE_ISA_THUMB2)
		return (w & 0xf800) == 0xf000 && (w >> 16 & 0xd000) == 0xd000;
	return (w & 0xff000000) == 0xeb000000;
}

#elif defined(CONFIG_X86_64)

#include <asm/ibt.h>

#define ISA		SPHERE_ISA_X86_64

asm(".pushsection .text,\"ax\"\n"
	".balign 16\n"
	".type sphere_attach_skip, @function\n"
	"sphere_attach_skip:\n"
	ASM_ENDBR
	ASM_RET
	".size sphere_attach_skip, . - sphere_attach_skip\n"
	".popsection\n");

static __always_inline void get_args(const struct sphere_attach_site *site,
				     const struct pt_regs *regs, unsigned long *args)
{
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->cx;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

static __always_inline void skip(const struct sphere_attach_site *site, struct pt_regs *regs,
				 int ret)
{
	regs->ax = (long)ret;
	regs->ip = (unsigned long)sphere_attach_skip;
}

static __always_inline void kprobe_skip(struct pt_regs *regs, int ret)
{
	skip(NULL, regs, ret);
}

static __always_inline void kprobe_args(const struct pt_regs *regs, unsigned long *args)
{
	get_args(NULL, regs, args);
}

static bool is_call(unsigned long addr)
{
	u8 b;

	return !copy_from_kernel_nofault(&b, (void *)addr, sizeof(b)) && b == 0xe8;
}

#else
#error "sphere_lsm can be attached on 32-bit Arm and x86-64; build it into the kernel on others"
#endif

/* ---- From the address to the site ---------------------------------------- */

#define TABLE_BITS	9
#define TABLE_SIZE	BIT(TABLE_BITS)

struct entry {
	unsigned long ip;
	const struct sphere_attach_site *site;
};

static struct entry table[TABLE_SIZE] __read_mostly;

/*
 * Calls that are looked at whoever makes them; few, so compared one by one. One of
 * them is that of the check.
 */
#define ALWAYS		4
static unsigned long always[ALWAYS] __read_mostly;

static struct sphere_attach_site *sites;
static unsigned int n_sites;
static enum sphere_attach_mechanism mechanism;
static bool hot_on;
static DEFINE_MUTEX(attach_mutex);	/* serialises changes of what is attached */

/* the function that the check calls, the task that makes it, and what it is answered */
#define CHECKED		"security_kernel_load_data"
static struct task_struct *checker;
#define CHECK_ANSWER	(-ENOANO)

/* calls that could not be decided and were refused */
static atomic_long_t undecided = ATOMIC_LONG_INIT(0);

static __always_inline const struct sphere_attach_site *site_of(unsigned long ip)
{
	unsigned int i = hash_long(ip, TABLE_BITS);

	/* never full, so an empty entry comes */
	while (table[i].ip) {
		if (table[i].ip == ip)
			return table[i].site;
		i = (i + 1) & (TABLE_SIZE - 1);
	}
	return NULL;
}

static void table_add(unsigned long ip, const struct sphere_attach_site *site)
{
	unsigned int i = hash_long(ip, TABLE_BITS);

	while (table[i].ip)
		i = (i + 1) & (TABLE_SIZE - 1);
	table[i].ip = ip;
	table[i].site = site;
}

/* The mark is a call by the checking task that nobody else makes */
static bool is_check(const struct sphere_attach_site *site)
{
	return READ_ONCE(checker) == current && !strcmp(site->name, CHECKED);
}

/* Does it have to be asked whether the current task, which has this label, may go on? */
static __always_inline bool is_asked(const struct sphere_attach_site *site, unsigned long label)
{
	switch (site->whom) {
	case SPHERE_ATTACH_CONFINED:
		return sphere_label_app(label);
	case SPHERE_ATTACH_LABELLED:
		return label;
	default:
		return true;
	}
}

/* ---- Function tracer ------------------------------------------------------ */

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS

static noinline void notrace decide_call(unsigned long ip, struct ftrace_regs *fregs)
{
	const struct sphere_attach_site *site = site_of(ip);
	struct pt_regs *regs = ftrace_get_regs(fregs);
	unsigned long args[SPHERE_ATTACH_ARGS];
	unsigned long label;
	int ret;

	if (WARN_ON_ONCE(!site || !regs)) {
		atomic_long_inc(&undecided);
		return;
	}
	if (unlikely(READ_ONCE(checker) == current)) {
		if (is_check(site)) {
			skip(site, regs, CHECK_ANSWER);
			return;
		}
	}
	label = sphere_label_of(current);
	if (!is_asked(site, label))
		return;
	get_args(site, regs, args);
	ret = site->decide(sphere_label_app(label), args);
	if (unlikely(ret))
		skip(site, regs, ret);
}

/* Each call of each task comes by here, so what is not needed for most waits */
static void notrace on_call(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
	if (unlikely(sphere_task_may_be_labelled(current) || ip == always[0] || ip == always[1] ||
		     ip == always[2] || ip == always[3]))
		decide_call(ip, fregs);
}

static struct ftrace_ops ops = {
	.func = on_call,
	/* permanent: the sysctl that turns the tracer off is refused while we need it */
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_RECURSION |
		 FTRACE_OPS_FL_PERMANENT,
};

static int ftrace_filter(bool hot, bool remove)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n_sites; i++) {
		if (!sites[i].present || sites[i].hot != hot)
			continue;
		ret = ftrace_set_filter_ip(&ops, sites[i].call, remove, 0);
		if (ret) {
			pr_err("the function tracer does not take %s: error %d\n", sites[i].name,
			       ret);
			return ret;
		}
	}
	return 0;
}

static int attach_ftrace(void)
{
	int ret;

	ret = ftrace_filter(false, false);
	if (!ret)
		ret = ftrace_filter(true, false);
	if (!ret)
		ret = register_ftrace_function(&ops);
	if (ret == -EBUSY)
		pr_err("another module stands in front of one of the functions (a live patch?)\n");
	if (ret) {
		ftrace_free_filter(&ops);
		return ret;
	}
	/* it was shown that they can be attached to; for now they are not needed */
	return ftrace_filter(true, true);
}

static void detach_ftrace(void)
{
	/* waits for callbacks, and for tasks that were preempted in the stub */
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);
}

#else

static int ftrace_filter(bool hot, bool remove)
{
	return -EOPNOTSUPP;
}

static int attach_ftrace(void)
{
	return -EOPNOTSUPP;
}

static void detach_ftrace(void)
{
}

#endif /* CONFIG_DYNAMIC_FTRACE_WITH_REGS */

/* ---- Kprobes --------------------------------------------------------------- */

static int kprobe_on_call(struct kprobe *p, struct pt_regs *regs)
{
	const struct sphere_attach_site *site = container_of(p, struct sphere_attach_site, kprobe);
	const unsigned long label = sphere_label_of(current);
	unsigned long args[SPHERE_ATTACH_ARGS];
	int ret = 0;

	if (unlikely(is_check(site))) {
		ret = CHECK_ANSWER;
	} else if (is_asked(site, label)) {
		kprobe_args(regs, args);
		ret = site->decide(sphere_label_app(label), args);
	}
	if (likely(!ret))
		return 0;
	kprobe_skip(regs, ret);
	return 1;
}

NOKPROBE_SYMBOL(kprobe_on_call);

/* that there is one keeps the probe from being turned into a jump */
static void kprobe_after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

NOKPROBE_SYMBOL(kprobe_after);

static int attach_kprobe(struct sphere_attach_site *site)
{
	int ret;

	memset(&site->kprobe, 0, sizeof(site->kprobe));
	site->kprobe.addr = (kprobe_opcode_t *)site->start;
	site->kprobe.pre_handler = kprobe_on_call;
	site->kprobe.post_handler = kprobe_after;
	ret = register_kprobe(&site->kprobe);
	if (ret) {
		pr_err("no kprobe can be set on %s: error %d\n", site->name, ret);
		site->kprobe.addr = NULL;
	}
	return ret;
}

static void detach_kprobes(bool hot_only)
{
	unsigned int i;

	for (i = 0; i < n_sites; i++) {
		if (!sites[i].kprobe.addr || (hot_only && !sites[i].hot))
			continue;
		unregister_kprobe(&sites[i].kprobe);
		sites[i].kprobe.addr = NULL;
	}
}

static int attach_kprobes(bool hot)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n_sites; i++) {
		if (!sites[i].present || sites[i].hot != hot || sites[i].kprobe.addr)
			continue;
		ret = attach_kprobe(&sites[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- Finding the functions -------------------------------------------------- */

static int never_hit(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

/* The only exported way from a name to an address; the probe is never armed */
static unsigned long address_of(const char *name)
{
	struct kprobe kp = {
		.symbol_name = name,
		.pre_handler = never_hit,
		.flags = KPROBE_FLAG_DISABLED,
	};
	unsigned long addr;

	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

static int resolve(struct sphere_attach_site *site, bool with_tracer)
{
	u8 code[4 * (SPHERE_PROLOGUE_MAX + 1)] __aligned(4);
	struct sphere_prologue prologue;

	site->start = address_of(site->name);
	/* a function's address says that it is Thumb code */
	if (ISA == SPHERE_ISA_THUMB2)
		site->start &= ~1UL;
	if (!site->start)
		return -ENOENT;
	if (!with_tracer)
		return 0;
#ifdef CONFIG_X86_64
	/* newer kernels set probes behind the landing pad; the pad belongs to the function */
	{
		u32 w;

		if (!copy_from_kernel_nofault(&w, (void *)(site->start - 4), sizeof(w)) &&
		    w == 0xfa1e0ff3)
			site->start -= 4;
	}
#endif
	if (copy_from_kernel_nofault(code, (void *)site->start, sizeof(code)))
		return -EFAULT;
	if (sphere_decode_prologue(ISA, code, sizeof(code), &prologue)) {
		pr_err("%s begins in a way that is not known: %*ph\n", site->name, 24, code);
		return -EOPNOTSUPP;
	}
	site->call = site->start + prologue.call;
	site->frame = prologue.frame;
	return 0;
}

static int resolve_all(bool with_tracer)
{
	unsigned int i, missing = 0, n_always = 0;

	memset(table, 0, sizeof(table));
	memset(always, 0, sizeof(always));
	for (i = 0; i < n_sites; i++) {
		struct sphere_attach_site *site = &sites[i];
		int ret = resolve(site, with_tracer);

		if (ret == -ENOENT && site->optional)
			continue;
		if (ret) {
			pr_err("missing: %s (%s)\n", site->name,
			       ret == -ENOENT ? "this kernel has no such function" :
						"it cannot be stood in front of");
			missing++;
			continue;
		}
		site->present = true;
		if (with_tracer)
			table_add(site->call, site);
		if (site->whom == SPHERE_ATTACH_ALL || !strcmp(site->name, CHECKED)) {
			if (WARN_ON_ONCE(n_always == ALWAYS))
				return -EOVERFLOW;
			always[n_always++] = site->call;
		}
	}
	if (missing) {
		pr_err("%u of %u functions cannot be attached to, and a missing one is an open door: nothing is attached\n",
		       missing, n_sites);
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * sphere_attach() - stand in front of all functions, or of none
 * @s: the functions; must stay until sphere_detach() has returned
 * @n: their number
 *
 * What the kernel lacks is written to its log, all of it.
 *
 * Context: Process context, may sleep.
 * Return: 0, or
 * * %-EOPNOTSUPP - this kernel cannot be attached to
 * * %-EBUSY - somebody else stands there
 * * %-EIO - attached, but calls do not arrive
 */
int sphere_attach(struct sphere_attach_site *s, unsigned int n)
{
	const bool with_tracer = IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_REGS);
	const char *broken;
	int ret;

	if (WARN_ON_ONCE(n >= TABLE_SIZE / 2))
		return -EOVERFLOW;
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("on a PREEMPT_RT kernel locks sleep where the decision must not: build sphere_lsm into the kernel\n");
		return -EOPNOTSUPP;
	}
	if (!IS_ENABLED(CONFIG_KPROBES)) {
		pr_err("the kernel has no CONFIG_KPROBES, and without it functions cannot be found by name\n");
		return -EOPNOTSUPP;
	}
	if (!with_tracer && ISA == SPHERE_ISA_THUMB2) {
		pr_err("the kernel has no function tracer (CONFIG_DYNAMIC_FTRACE_WITH_REGS), and kprobes of a Thumb-2 kernel crash\n");
		return -EOPNOTSUPP;
	}

	mutex_lock(&attach_mutex);
	sites = s;
	n_sites = n;
	hot_on = false;
	ret = resolve_all(with_tracer);
	if (ret)
		goto out;
	if (with_tracer) {
		ret = attach_ftrace();
		if (ret)
			goto out;
		mechanism = SPHERE_ATTACH_FTRACE;
	} else {
		ret = attach_kprobes(false);
		if (!ret)
			ret = attach_kprobes(true);
		detach_kprobes(ret == 0);
		if (ret)
			goto out;
		mechanism = SPHERE_ATTACH_KPROBE;
	}
out:
	mutex_unlock(&attach_mutex);
	if (!ret && sphere_attach_check(&broken)) {
		pr_err("attached, but calls of %s do not arrive\n", broken);
		sphere_detach();
		ret = -EIO;
	}
	return ret;
}

/**
 * sphere_detach() - let go of all functions
 *
 * When it returns no call of @decide is under way and none will come.
 *
 * Context: Process context, sleeps.
 */
void sphere_detach(void)
{
	mutex_lock(&attach_mutex);
	if (mechanism == SPHERE_ATTACH_FTRACE)
		detach_ftrace();
	else if (mechanism == SPHERE_ATTACH_KPROBE)
		detach_kprobes(false);
	mechanism = SPHERE_ATTACH_NONE;
	hot_on = false;
	mutex_unlock(&attach_mutex);
}

/**
 * sphere_attach_hot() - attach to the functions that are reached often, or let go
 * @on: attach
 *
 * Context: Process context, sleeps.
 * Return: 0, or the errno of the tracer; then they are not attached.
 */
int sphere_attach_hot(bool on)
{
	int ret = 0;

	mutex_lock(&attach_mutex);
	if (mechanism == SPHERE_ATTACH_NONE)
		ret = -ENODEV;
	if (ret || on == hot_on)
		goto out;
	if (mechanism == SPHERE_ATTACH_FTRACE) {
		ret = ftrace_filter(true, !on);
		if (ret && on)
			ftrace_filter(true, true);
	} else if (on) {
		ret = attach_kprobes(true);
		if (ret)
			detach_kprobes(true);
	} else {
		detach_kprobes(true);
	}
	if (!ret)
		hot_on = on;
out:
	mutex_unlock(&attach_mutex);
	return ret;
}

/**
 * sphere_attach_is_live() - is this function attached to at this moment?
 * @site: the function
 *
 * Context: Process context.
 * Return: whether calls of it are decided on.
 */
bool sphere_attach_is_live(const struct sphere_attach_site *site)
{
	if (mechanism == SPHERE_ATTACH_NONE || !site->present || (site->hot && !hot_on))
		return false;
	if (mechanism == SPHERE_ATTACH_KPROBE)
		return site->kprobe.addr && !kprobe_disabled((struct kprobe *)&site->kprobe);
	return is_call(site->call);
}

/**
 * sphere_attach_missed() - calls that were not decided on
 * @site: the function
 *
 * Return: their number; kprobes do not hit inside of kprobes. The tracer misses none
 * that it reports, but for those the check is about.
 */
unsigned long sphere_attach_missed(const struct sphere_attach_site *site)
{
	return mechanism == SPHERE_ATTACH_KPROBE ? site->kprobe.nmissed : 0;
}

/**
 * sphere_attach_check() - do calls still arrive?
 * @broken: set to the name of the first function whose calls do not
 *
 * Context: Process context, may sleep.
 * Return: 0, or %-EIO
 */
int sphere_attach_check(const char **broken)
{
	unsigned int i;
	int ret = 0;

	mutex_lock(&attach_mutex);
	*broken = CHECKED;
	WRITE_ONCE(checker, current);
	if (security_kernel_load_data(LOADING_UNKNOWN, false) != CHECK_ANSWER)
		ret = -EIO;
	WRITE_ONCE(checker, NULL);
	for (i = 0; !ret && i < n_sites; i++) {
		const struct sphere_attach_site *site = &sites[i];

		if (!site->present || (site->hot && !hot_on) || sphere_attach_is_live(site))
			continue;
		*broken = site->name;
		ret = -EIO;
	}
	if (!ret && atomic_long_read(&undecided)) {
		*broken = "a function that is not known";
		ret = -EIO;
	}
	mutex_unlock(&attach_mutex);
	return ret;
}

/**
 * sphere_attach_mechanism() - how the functions are reached
 *
 * Return: the mechanism
 */
enum sphere_attach_mechanism sphere_attach_mechanism(void)
{
	return mechanism;
}

/**
 * sphere_attach_name() - the mechanism, for people
 *
 * Return: a word
 */
const char *sphere_attach_name(void)
{
	static const char *const names[] = {
		[SPHERE_ATTACH_NONE] = "none",
		[SPHERE_ATTACH_FTRACE] = "ftrace",
		[SPHERE_ATTACH_KPROBE] = "kprobe",
	};

	return names[mechanism];
}
