/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the two ways in, for those who care about neither
 */
#ifndef _SPHERE_LSM_WAY_H
#define _SPHERE_LSM_WAY_H

#include <linux/types.h>

struct seq_file;

#ifdef MODULE
int sphere_way_arm(void);
void sphere_way_disarm(void);
void sphere_way_show_hook(struct seq_file *m, const char *hook);
void sphere_way_show_status(struct seq_file *m);
#else
/**
 * sphere_way_arm() - the first policy is about to be loaded
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno if tasks cannot be confined now
 */
static inline int sphere_way_arm(void) { return 0; }

/**
 * sphere_way_disarm() - the last policy was unloaded, and no task is confined
 *
 * Context: Process context, may sleep.
 */
static inline void sphere_way_disarm(void) { }

/**
 * sphere_way_show_hook() - how a hook is reached, behind its name
 * @m: where to
 * @hook: its name
 */
static inline void sphere_way_show_hook(struct seq_file *m, const char *hook) { }

/**
 * sphere_way_show_status() - lines of the file "status"
 * @m: where to
 */
static inline void sphere_way_show_status(struct seq_file *m) { }
#endif

#endif /* _SPHERE_LSM_WAY_H */
