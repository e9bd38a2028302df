// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about code
 *
 * An app runs files that its policy lists with their digests, and nothing else.
 * Those files cannot change while they are listed. So memory may be executable
 * only as a private, unchanged mapping of such a file, and what was writable
 * once does not become code. A mapping has been changed if it has pages of its
 * own, which the kernel knows by its anon_vma: it is there before the first of
 * them.
 *
 * personality(2) cannot be refused. What it does is: with READ_IMPLIES_EXEC each
 * readable mapping would be code, the heap too, which grows without a question
 * but that for its address.
 */
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/personality.h>
#include <linux/string.h>

#include "app.h"
#include "decide.h"

static u16 use_of(const struct sphere_app *app, const struct inode *inode)
{
	const struct sphere_app_file *file = inode ? sphere_app_find_file(app, inode) : NULL;

	return file ? file->access : 0;
}

/**
 * sphere_decide_exec() - may this program run under it?
 * @app: the app
 * @exec: the program, and the task as it will be
 *
 * Asked for tasks of the app, and for those that enter it. Of a script both it
 * and its interpreter are asked about.
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_exec(const struct sphere_app *app, const struct sphere_exec *exec)
{
	if (app->kind != SPHERE_POLICY_APP)
		return SPHERE_R_KIND;
	if (exec->traced && !(app->flags & SPHERE_POLICY_DEVELOPMENT))
		return SPHERE_R_TRACED;
	if (exec->shared)
		return SPHERE_R_SHARED_FILES;
	if (!exec->no_new_privs)
		return SPHERE_R_NO_NEW_PRIVS;
	if (exec->caps & ~app->caps)
		return SPHERE_R_CAP_SETS;
	if (exec->personality & (READ_IMPLIES_EXEC | MMAP_PAGE_ZERO | ADDR_NO_RANDOMIZE))
		return SPHERE_R_PERSONALITY;
	return use_of(app, exec->file) & SPHERE_ACCESS_RUN ? SPHERE_OK : SPHERE_R_EXEC;
}

/**
 * sphere_decide_mmap() - may it map this so?
 * @app: the app
 * @inode: of the file, or NULL for none
 * @prot: PROT_*
 * @flags: MAP_*
 * @personality: of the task
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_mmap(const struct sphere_app *app, const struct inode *inode, unsigned long prot,
		       unsigned long flags, unsigned int personality)
{
	if ((personality & READ_IMPLIES_EXEC) && (prot & (PROT_READ | PROT_WRITE)))
		return SPHERE_R_PERSONALITY;
	if (!(prot & PROT_EXEC))
		return SPHERE_OK;
	if (prot & PROT_WRITE)
		return SPHERE_R_MAP_WRITE_EXEC;
	if (!inode)
		return SPHERE_R_MAP_EXEC;
	if ((flags & MAP_TYPE) != MAP_PRIVATE)
		return SPHERE_R_MAP_SHARED_EXEC;
	return use_of(app, inode) & (SPHERE_ACCESS_RUN | SPHERE_ACCESS_MAP) ?
	       SPHERE_OK : SPHERE_R_MAP_EXEC;
}

/**
 * sphere_decide_mprotect() - may it change the protection of memory?
 * @app: the app
 * @inode: of the file that is mapped, or NULL for none
 * @vm_flags: VM_* of the mapping
 * @changed: it may have pages of its own
 * @reqprot: PROT_* that the task asked for
 * @prot: PROT_* that it would get
 * @personality: of the task
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_mprotect(const struct sphere_app *app, const struct inode *inode,
			   unsigned long vm_flags, bool changed, unsigned long reqprot,
			   unsigned long prot, unsigned int personality)
{
	prot |= reqprot;
	if ((personality & READ_IMPLIES_EXEC) && (prot & (PROT_READ | PROT_WRITE)))
		return SPHERE_R_PERSONALITY;
	if (!(prot & PROT_EXEC)) {
		/* code that is to be changed comes back as code otherwise */
		return (vm_flags & VM_EXEC) && (prot & PROT_WRITE) ?
		       SPHERE_R_MAP_CHANGED : SPHERE_OK;
	}
	if (prot & PROT_WRITE)
		return SPHERE_R_MAP_WRITE_EXEC;
	if (!inode)
		return SPHERE_R_MAP_EXEC;
	if (vm_flags & VM_SHARED)
		return SPHERE_R_MAP_SHARED_EXEC;
	if (!(use_of(app, inode) & (SPHERE_ACCESS_RUN | SPHERE_ACCESS_MAP)))
		return SPHERE_R_MAP_EXEC;
	return changed || (vm_flags & VM_WRITE) ? SPHERE_R_MAP_CHANGED : SPHERE_OK;
}

/**
 * sphere_decide_brk() - may memory be placed?
 * @app: the app
 * @personality: of the task
 *
 * Asked for each mapping, and the only question about the heap.
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_brk(const struct sphere_app *app, unsigned int personality)
{
	return personality & READ_IMPLIES_EXEC ? SPHERE_R_PERSONALITY : SPHERE_OK;
}

/**
 * sphere_decide_anon() - may it have this kind of anonymous inode?
 * @app: the app
 * @name: its name
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_anon(const struct sphere_app *app, const char *name)
{
	if (!strcmp(name, "[memfd]"))
		return SPHERE_OK;
	if (!strcmp(name, "[userfaultfd]"))
		return SPHERE_R_USERFAULTFD;
	if (!strcmp(name, "[io_uring]"))
		return SPHERE_R_IO_URING;
	return SPHERE_R_DESCRIPTOR;
}
