/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decisions: may this app do this with that object?
 *
 * Each function answers %SPHERE_OK or why not, as &enum sphere_reason. They look
 * at what they are given and at nothing else, but for the resolver's addresses,
 * whose time passes; they never sleep, and may be asked where nothing may. What
 * they do not know is refused.
 */
#ifndef _SPHERE_LSM_DECIDE_H
#define _SPHERE_LSM_DECIDE_H

#include <linux/types.h>

#include <linux/sphere/authority.h>
#include <linux/sphere_lsm.h>

struct cred;
struct dentry;
struct file;
struct inode;
struct msghdr;
struct sock;
struct sockaddr;
struct sphere_app;

/**
 * enum sphere_fd_use - why an app comes to hold a descriptor
 * @SPHERE_FD_ENTER: it was open when a task became the app's
 * @SPHERE_FD_KEPT: an app's task keeps it at exec
 * @SPHERE_FD_RECEIVED: it came in a message
 */
enum sphere_fd_use {
	SPHERE_FD_ENTER,
	SPHERE_FD_KEPT,
	SPHERE_FD_RECEIVED,
};

/**
 * struct sphere_exec - what is known about a task that executes a program
 * @file: inode of the program, or of its interpreter
 * @personality: of the task
 * @traced: somebody traces it
 * @shared: somebody else has its descriptor table or working directory
 * @no_new_privs: it is set
 * @caps: all that its bounding, inheritable and ambient sets hold
 */
struct sphere_exec {
	const struct inode *file;
	unsigned int personality;
	bool traced;
	bool shared;
	bool no_new_privs;
	u64 caps;
};

/* decide_file.c */
int sphere_decide_open(const struct sphere_app *app, const struct dentry *dentry, u16 want);
int sphere_decide_change(const struct sphere_app *app, const struct dentry *dentry);
int sphere_decide_look(const struct sphere_app *app, const struct dentry *dentry);
int sphere_decide_readlink(const struct sphere_app *app, const struct dentry *dentry);
int sphere_decide_create(const struct sphere_app *app, const struct dentry *dir, umode_t mode);
int sphere_decide_remove(const struct sphere_app *app, const struct dentry *dir,
			 const struct dentry *victim);
int sphere_decide_move(const struct sphere_app *app, const struct dentry *from,
		       const struct dentry *to, unsigned int flags);
int sphere_decide_mode(const struct sphere_app *app, const struct dentry *dentry, umode_t mode);
int sphere_decide_attr(const struct sphere_app *app, const struct dentry *dentry,
		       unsigned int valid, umode_t mode);
int sphere_decide_notify(const struct sphere_app *app, const struct dentry *dentry, bool one);
int sphere_decide_lock(const struct sphere_app *app, const struct inode *inode, bool writable,
		       unsigned int cmd);
int sphere_decide_fcntl(const struct sphere_app *app, unsigned int cmd, unsigned long arg);
int sphere_decide_descriptor(const struct sphere_app *app, const struct file *file,
			     unsigned int fd, enum sphere_fd_use use);
bool sphere_is_queue(const struct dentry *dentry);

/* decide_device.c */
int sphere_decide_device(const struct sphere_app *app, dev_t dev, bool block, u16 want);
int sphere_decide_ioctl(const struct sphere_app *app, const struct inode *inode, bool writable,
			unsigned int cmd);

/* decide_code.c */
int sphere_decide_exec(const struct sphere_app *app, const struct sphere_exec *exec);
int sphere_decide_mmap(const struct sphere_app *app, const struct inode *inode, unsigned long prot,
		       unsigned long flags, unsigned int personality);
int sphere_decide_mprotect(const struct sphere_app *app, const struct inode *inode,
			   unsigned long vm_flags, bool changed, unsigned long reqprot,
			   unsigned long prot, unsigned int personality);
int sphere_decide_brk(const struct sphere_app *app, unsigned int personality);
int sphere_decide_anon(const struct sphere_app *app, const char *name);

/* decide_net.c */
int sphere_decide_socket(const struct sphere_app *app, int family, int type, int protocol);
int sphere_decide_bind(const struct sphere_app *app, const struct sock *sk,
		       const struct sockaddr *address, int len);
int sphere_decide_connect(const struct sphere_app *app, const struct sock *sk,
			  const struct sockaddr *address, int len);
int sphere_decide_sendmsg(const struct sphere_app *app, const struct sock *sk,
			  const struct msghdr *msg);
int sphere_decide_listen(const struct sphere_app *app, const struct sock *sk);
int sphere_decide_sockopt(const struct sphere_app *app, const struct sock *sk, int level,
			  int optname);
int sphere_decide_unix(const struct sphere_app *app, const struct sock *other);
int sphere_decide_socket_kept(const struct sphere_app *app, const struct sock *sk,
			      unsigned int fd, enum sphere_fd_use use);

/* decide_task.c */
int sphere_decide_task(const struct sphere_app *app, const struct sphere_app *other, int reason);
int sphere_decide_trace(const struct sphere_app *tracer, const struct sphere_app *traced,
			bool attach, bool development);
int sphere_decide_prctl(const struct sphere_app *app, int option);
int sphere_decide_cap(const struct sphere_app *app, int cap);
int sphere_decide_time(const struct sphere_app *app);

/* decide_op.c */
int sphere_decide_op(const struct sphere_app *app, enum sphere_op op,
		     const union sphere_op_arg *arg, const struct sphere_app *partner);
bool sphere_decide_partners(const struct sphere_app *from, const struct sphere_app *to);

#endif /* _SPHERE_LSM_DECIDE_H */
