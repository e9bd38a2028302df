// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions about devices and ioctl commands
 *
 * A device is known by its number, so that another node of it changes nothing.
 * Without a list of commands a device takes commands only through a descriptor
 * that is open for writing: drivers take orders through others, too. A few
 * commands are about the descriptor and not the device, and a few are refused
 * whatever is listed, because they are meant for somebody else than the device.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/sockios.h>
#include <linux/stat.h>

#include <asm/ioctls.h>

#include "app.h"
#include "decide.h"

/* minors of MEM_MAJOR, as in Documentation/admin-guide/devices.txt */
#define MINOR_MEM	1
#define MINOR_KMEM	2
#define MINOR_PORT	4
#define MINOR_KMSG	11

/**
 * sphere_decide_device() - may it open this device?
 * @app: the app
 * @dev: its number
 * @block: whether it is a block device
 * @want: %SPHERE_ACCESS_READ, %SPHERE_ACCESS_WRITE
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_device(const struct sphere_app *app, dev_t dev, bool block, u16 want)
{
	const struct sphere_app_device *entry;

	/* memory and the log of the kernel are nothing that can be granted */
	if (!block && MAJOR(dev) == MEM_MAJOR) {
		switch (MINOR(dev)) {
		case MINOR_MEM:
		case MINOR_KMEM:
		case MINOR_PORT:
			return SPHERE_R_KERNEL_FS;
		case MINOR_KMSG:
			return SPHERE_R_SYSLOG;
		}
	}
	entry = sphere_app_find_device(app, dev, block);
	if (!entry)
		return SPHERE_R_DEVICE;
	return want & ~entry->access ? SPHERE_R_DEVICE_ACCESS : SPHERE_OK;
}

/* About the descriptor, or questions that every program asks */
static bool is_harmless(unsigned int cmd)
{
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
	case FIONBIO:
	case FIONREAD:
	case FIOQSIZE:
	case TCGETS:
	case TIOCGWINSZ:
	case FS_IOC_GETFLAGS:
	case FS_IOC_FSGETXATTR:
		return true;
	default:
		return false;
	}
}

static bool is_socket_question(unsigned int cmd)
{
	switch (cmd) {
	case SIOCATMARK:
	case TIOCOUTQ:
	case SIOCGSTAMP_OLD:
	case SIOCGSTAMPNS_OLD:
	case SIOCGSTAMP_NEW:
	case SIOCGSTAMPNS_NEW:
	case SIOCGIFNAME:
	case SIOCGIFCONF:
	case SIOCGIFFLAGS:
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFMTU:
	case SIOCGIFHWADDR:
	case SIOCGIFINDEX:
		return true;
	default:
		return false;
	}
}

/**
 * sphere_decide_ioctl() - may it give this command?
 * @app: the app
 * @inode: of the open file
 * @writable: the descriptor is open for writing
 * @cmd: the command
 *
 * Context: Any.
 * Return: %SPHERE_OK or why not
 */
int sphere_decide_ioctl(const struct sphere_app *app, const struct inode *inode, bool writable,
			unsigned int cmd)
{
	const struct sphere_app_device *entry;

	switch (cmd) {
	case FIOASYNC:
	case FIOSETOWN:
	case SIOCSPGRP:
		return SPHERE_R_FCNTL;
	case TIOCSTI:
	case TIOCLINUX:
	case TIOCCONS:
		return SPHERE_R_IOCTL;
	}
	if (is_harmless(cmd))
		return SPHERE_OK;
	switch (inode->i_mode & S_IFMT) {
	case S_IFCHR:
	case S_IFBLK:
		entry = sphere_app_find_device(app, inode->i_rdev, S_ISBLK(inode->i_mode));
		if (!entry)
			return SPHERE_R_DEVICE;
		if (entry->ioctls_only)
			return sphere_app_may_ioctl(app, entry, cmd) ? SPHERE_OK : SPHERE_R_IOCTL;
		/* another line discipline is another driver */
		return writable && cmd != TIOCSETD ? SPHERE_OK : SPHERE_R_IOCTL;
	case S_IFSOCK:
		return is_socket_question(cmd) || sphere_app_may_cap(app, CAP_NET_ADMIN) ?
		       SPHERE_OK : SPHERE_R_IOCTL;
	case S_IFREG:
	case S_IFDIR:
	case S_IFIFO:
		return SPHERE_R_IOCTL;
	default:
		/*
		 * Descriptors of drivers without a node, such as a line of a GPIO
		 * chip. The app has got it by a command that it may give.
		 */
		return inode->i_sb->s_magic == ANON_INODE_FS_MAGIC ? SPHERE_OK : SPHERE_R_IOCTL;
	}
}
