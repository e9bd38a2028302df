// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pluton, as the tool uses it, and what its errors mean to a person
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "attest.h"
#include "sphere.h"

/**
 * pluton_open() - open the device
 * @path: device node
 * @writing: whether Pluton is to be changed
 *
 * Return: a descriptor, or -1 with the reason said.
 */
int pluton_open(const char *path, bool writing)
{
	struct pluton_info info;
	int fd = open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0) {
		/* any file can be opened; ask it who it is */
		if (!ioctl(fd, PLUTON_IOC_INFO, &info))
			return fd;
		pluton_failed(path, errno);
		return -1;
	}
	switch (errno) {
	case ENOENT:
		complain(SPHERE_SYSTEM, "there is no %s: load the driver (modprobe pluton), or name the node with --device",
			 path);
		break;
	case EACCES:
	case EPERM:
		complain(SPHERE_SYSTEM, "%s may not be opened: its mode is 0600, so be root, or install a udev rule (see the driver's documentation)",
			 path);
		break;
	case ENODEV:
	case ENXIO:
		complain(SPHERE_SYSTEM, "%s has no device behind it any more: was the driver unbound?",
			 path);
		break;
	default:
		complain(SPHERE_SYSTEM, "%s cannot be opened: %s", path, strerror(errno));
	}
	return -1;
}

/**
 * pluton_failed() - say why a request failed and what to do
 * @what: what was asked for
 * @err: errno
 *
 * Return: an exit code
 */
int pluton_failed(const char *what, int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ ENOTTY, "this is no Pluton device, or its driver is older than this tool" },
		{ EINVAL, "the driver refuses a value: its version differs from this tool's" },
		{ E2BIG, "the driver is older than this tool and does not know what was asked" },
		{ EMSGSIZE, "a length is not one that Pluton takes" },
		{ EFAULT, "the driver could not reach the tool's memory; please report this" },
		{ EBADF, "the device was not opened for writing; please report this" },
		{ EPERM, "this needs a grant of its own, or CAP_SYS_ADMIN without a manifest" },
		{ ENOKEY,
		  "there is no tenant to sign for: name one with --tenant, as root, or run as an application whose manifest has one"
		},
		{ EAGAIN, "a request is under way on this file; please report this" },
		{ EINTR, "a signal came before the answer: try again" },
		{ ETIMEDOUT,
		  "Pluton did not answer in time: try again; if it stays so, 'sphere pluton info' and the kernel's log tell more"
		},
		{ EBUSY, "too many requests are under way: try again later" },
		{ EPROTO,
		  "Pluton's answer was none to this request, and was dropped: try again, and look at 'sphere pluton info'"
		},
		{ EREMOTEIO, "Pluton refused it" },
		{ ENODEV, "the device was removed: is the driver still bound?" },
		{ ENOMEM, "there is not enough memory" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].err == err)
			return complain(SPHERE_SYSTEM, "%s: %s", what, texts[i].text);
	return complain(SPHERE_SYSTEM, "%s: %s", what, strerror(err));
}

/**
 * pluton_attest() - have Pluton answer a nonce
 * @fd: device
 * @e: its nonce is the question; the rest is filled in
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int pluton_attest(int fd, struct evidence *e)
{
	struct pluton_attest a = {
		.nonce_addr = (uintptr_t)e->nonce,
		.nonce_len = sizeof(e->nonce),
		.measurements_addr = (uintptr_t)e->measurements,
		.measurement_size = sizeof(e->measurements[0]),
		.measurement_room = PLUTON_MEASUREMENTS_MAX,
	};

	if (ioctl(fd, PLUTON_IOC_ATTEST, &a))
		return pluton_failed("attestation", errno);
	if (a.measurement_count > PLUTON_MEASUREMENTS_MAX)
		return complain(SPHERE_SYSTEM, "the driver reports %u measurements, more than this tool knows to be possible: use a newer one",
				a.measurement_count);
	e->count = a.measurement_count;
	e->successful = a.successful;
	memcpy(e->key, a.device_key, sizeof(e->key));
	memcpy(e->signature, a.signature, sizeof(e->signature));
	return SPHERE_OK;
}
