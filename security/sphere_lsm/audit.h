/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens when something is refused
 */
#ifndef _SPHERE_LSM_AUDIT_H
#define _SPHERE_LSM_AUDIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <linux/sphere_lsm.h>

struct dentry;
struct path;
struct seq_file;
struct sockaddr;
struct sphere_app;
struct sphere_app_state;

/**
 * struct sphere_object - what was refused
 * @op: name of the hook
 * @path: where it is, or NULL
 * @dentry: where it is on its file system, or NULL
 * @address: address of a socket, or NULL
 * @address_len: bytes of it
 * @text: a name, or NULL
 * @number: a number: a command, a capability, a port
 * @quiet: whoever asks does not want a record
 *
 * The first that is there tells what it is.
 */
struct sphere_object {
	const char *op;
	const struct path *path;
	const struct dentry *dentry;
	const struct sockaddr *address;
	int address_len;
	const char *text;
	u64 number;
	bool quiet;
};

int sphere_refuse(const struct sphere_app *app, int reason, const struct sphere_object *object);
const char *sphere_reason_name(int reason);
int sphere_reason_errno(int reason);
const char *sphere_escape(char *to, size_t room, const char *text);
bool sphere_is_development(void);
void sphere_show_denials(struct seq_file *m, struct sphere_app_state *state);

/**
 * SPHERE_VERDICT() - from a decision to the answer of a hook
 * @app: the app
 * @decision: %SPHERE_OK or &enum sphere_reason
 * @what: name of the hook
 * @...: initialisers of &struct sphere_object
 *
 * The object is only described when something is refused.
 */
#define SPHERE_VERDICT(app, decision, what, ...)				\
({										\
	int __reason = (decision);						\
										\
	unlikely(__reason) ?							\
		sphere_refuse(app, __reason,					\
			      &(const struct sphere_object){			\
				      .op = (what), ##__VA_ARGS__ }) : 0;	\
})

#endif /* _SPHERE_LSM_AUDIT_H */
