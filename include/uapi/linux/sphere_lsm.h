/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * sphere_lsm: loading policies, entering an application, and why things are refused
 *
 * The requests go to /sys/kernel/security/sphere/control. All structures grow at
 * their end only: a request may be shorter or longer than the one the kernel
 * knows, as long as what the kernel does not know is zero.
 *
 * Errors of all requests: ENOTTY unknown request, EINVAL a value or a size that
 * makes no sense, E2BIG unknown bytes that are not zero, EFAULT, EPERM without
 * CAP_MAC_ADMIN in the initial user namespace, or from a confined task. A policy
 * that is refused is told in &struct sphere_lsm_verdict, with EBADMSG, EKEYREJECTED
 * and so on from the request itself.
 */
#ifndef _UAPI_LINUX_SPHERE_LSM_H
#define _UAPI_LINUX_SPHERE_LSM_H

#include <linux/ioctl.h>
#include <linux/sphere_policy.h>
#include <linux/types.h>

#define SPHERE_LSM_ABI			1

/* identity of the module in struct lsm_ctx; far above those of the kernel's own */
#define SPHERE_LSM_ID			0x5348

/**
 * struct sphere_lsm_verdict - why and where a policy was refused
 * @reason: &enum sphere_policy_reason
 * @section: type of the section, or 0
 * @entry: index of the entry in its section
 * @offset: byte of the policy at which it was noticed
 * @detail: errno that led to it, negative, or 0
 * @reserved: 0
 */
struct sphere_lsm_verdict {
	__u32 reason;
	__u32 section;
	__u32 entry;
	__u32 offset;
	__s32 detail;
	__u32 reserved;
};

/**
 * struct sphere_lsm_version - what the kernel offers
 * @abi: %SPHERE_LSM_ABI
 * @language: language of policies it reads
 * @reasons: number of reasons for which a task may be refused something
 * @policy_reasons: number of reasons for which a policy may be refused
 */
struct sphere_lsm_version {
	__u32 abi;
	__u32 language;
	__u32 reasons;
	__u32 policy_reasons;
};

/**
 * struct sphere_lsm_keys - give the trusted keys, once
 * @keys: address of the keys, %SPHERE_POLICY_KEY_SIZE bytes each
 * @count: their number, 0 to say that there will be none
 * @flags: 0
 * @verdict: filled in
 */
struct sphere_lsm_keys {
	__aligned_u64 keys;
	__u32 count;
	__u32 flags;
	struct sphere_lsm_verdict verdict;
};

/**
 * struct sphere_lsm_load - load a policy
 * @policy: address of the policy
 * @size: its size in bytes
 * @flags: 0
 * @verdict: filled in
 */
struct sphere_lsm_load {
	__aligned_u64 policy;
	__u32 size;
	__u32 flags;
	struct sphere_lsm_verdict verdict;
};

#define SPHERE_LSM_UNLOAD_KILL		0x1	/* end the tasks of the app first */

/**
 * struct sphere_lsm_unload - remove the policy of a component
 * @component: component id
 * @flags: %SPHERE_LSM_UNLOAD_KILL
 * @tasks: filled in: tasks that still run under it (EBUSY)
 */
struct sphere_lsm_unload {
	__u8 component[SPHERE_POLICY_ID_SIZE];
	__u32 flags;
	__u32 tasks;
};

/**
 * struct sphere_lsm_enter - from its next exec on, the calling thread is an application
 * @component: component id
 * @flags: 0
 * @reserved: 0
 *
 * ENOENT: no policy of it is loaded.
 */
struct sphere_lsm_enter {
	__u8 component[SPHERE_POLICY_ID_SIZE];
	__u32 flags;
	__u32 reserved;
};

/**
 * struct sphere_lsm_address - an address of a host, for all that list the host
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @name: address of the host's name
 * @name_len: bytes of it, without a zero byte
 * @ttl: seconds it is good for
 * @apps: filled in: number of applications that may use it now
 * @flags: 0
 * @verdict: filled in
 */
struct sphere_lsm_address {
	__u8 addr[16];
	__aligned_u64 name;
	__u32 name_len;
	__u32 ttl;
	__u32 apps;
	__u32 flags;
	struct sphere_lsm_verdict verdict;
};

/* sizes of the first published structures */
#define SPHERE_LSM_VERSION_SIZE_VER0	16
#define SPHERE_LSM_KEYS_SIZE_VER0	40
#define SPHERE_LSM_LOAD_SIZE_VER0	40
#define SPHERE_LSM_UNLOAD_SIZE_VER0	24
#define SPHERE_LSM_ENTER_SIZE_VER0	24
#define SPHERE_LSM_ADDRESS_SIZE_VER0	64

#define SPHERE_LSM_IOC_TYPE		0xBC
#define SPHERE_LSM_IOC_VERSION		_IOR(SPHERE_LSM_IOC_TYPE, 0x60, struct sphere_lsm_version)
#define SPHERE_LSM_IOC_KEYS		_IOWR(SPHERE_LSM_IOC_TYPE, 0x61, struct sphere_lsm_keys)
#define SPHERE_LSM_IOC_LOAD		_IOWR(SPHERE_LSM_IOC_TYPE, 0x62, struct sphere_lsm_load)
#define SPHERE_LSM_IOC_UNLOAD		_IOWR(SPHERE_LSM_IOC_TYPE, 0x63, struct sphere_lsm_unload)
#define SPHERE_LSM_IOC_ENTER		_IOWR(SPHERE_LSM_IOC_TYPE, 0x64, struct sphere_lsm_enter)
#define SPHERE_LSM_IOC_ADDRESS		_IOWR(SPHERE_LSM_IOC_TYPE, 0x65, struct sphere_lsm_address)

/**
 * enum sphere_reason - why a task was refused something
 * @SPHERE_OK: it was not refused
 * @SPHERE_R_FILE: file that is not listed
 * @SPHERE_R_FILE_ACCESS: file that is listed, but not for this access
 * @SPHERE_R_DIR: directory that is not listed for this
 * @SPHERE_R_CREATE: name in a directory where none may be made, removed or renamed
 * @SPHERE_R_STORAGE: link or rename from one place of storage to another
 * @SPHERE_R_SPECIAL: device node, FIFO or symbolic link to be made
 * @SPHERE_R_MODE: set-id bit on a file
 * @SPHERE_R_OWNER: owner of a file
 * @SPHERE_R_XATTR: extended attributes and access control lists
 * @SPHERE_R_KERNEL_FS: file system through which the kernel is seen or changed
 * @SPHERE_R_DEVICE: device that is not listed
 * @SPHERE_R_DEVICE_ACCESS: device that is listed, but not for this access
 * @SPHERE_R_IOCTL: ioctl command that is not listed
 * @SPHERE_R_LOCK: lock on a file that is not open for writing
 * @SPHERE_R_FCNTL: signals or leases by a file
 * @SPHERE_R_NOTIFY: watch on something that may not be read
 * @SPHERE_R_DESCRIPTOR: descriptor that gives what is not listed
 * @SPHERE_R_EXEC: program that is not listed
 * @SPHERE_R_MAP_EXEC: code that is not from a listed file
 * @SPHERE_R_MAP_WRITE_EXEC: memory both writable and executable
 * @SPHERE_R_MAP_SHARED_EXEC: code in shared memory
 * @SPHERE_R_MAP_CHANGED: memory that was changed is to become code
 * @SPHERE_R_PERSONALITY: personality that weakens the rules for memory
 * @SPHERE_R_SHARED_FILES: descriptor table or working directory shared at exec
 * @SPHERE_R_NO_NEW_PRIVS: no_new_privs is not set at exec
 * @SPHERE_R_CAP_SETS: capability sets at exec exceed what is granted
 * @SPHERE_R_TRACED: traced at exec
 * @SPHERE_R_KIND: policy is not one of an application
 * @SPHERE_R_PTRACE: tracing, or memory of a process
 * @SPHERE_R_SIGNAL: signal to a process of somebody else
 * @SPHERE_R_TASK: process of somebody else, or children or a control group that are
 *	not the caller's own
 * @SPHERE_R_LIMIT: limit that is not one's own to change
 * @SPHERE_R_PRCTL: prctl option
 * @SPHERE_R_CAP: Linux capability that is not granted
 * @SPHERE_R_NAMESPACE: namespace
 * @SPHERE_R_MOUNT: mounts and root directory
 * @SPHERE_R_KEYS: keys of the kernel
 * @SPHERE_R_BPF: BPF
 * @SPHERE_R_PERF: performance events
 * @SPHERE_R_IO_URING: io_uring
 * @SPHERE_R_USERFAULTFD: userfaultfd
 * @SPHERE_R_MODULE: code, firmware or data for the kernel
 * @SPHERE_R_SYSLOG: log of the kernel
 * @SPHERE_R_SYSTEM: state of the whole system
 * @SPHERE_R_IPC: System V IPC, message queues, binder
 * @SPHERE_R_SOCKET: kind of socket that is not listed
 * @SPHERE_R_SOCKET_OPTION: option, or ancillary data, of a socket, or several messages
 *	with addresses at once
 * @SPHERE_R_CONNECT: address, protocol or port that is not listed
 * @SPHERE_R_LISTEN: port to listen on that is not listed
 * @SPHERE_R_UNIX: Unix socket that is not listed
 * @SPHERE_R_OPERATION: operation of a driver that is not listed
 * @SPHERE_R_TENANT: key of another tenant
 * @SPHERE_R_PARTNER: component that is not listed, or that does not list this one
 * @SPHERE_R_CONTROL: control of this module
 * @SPHERE_R_CORE_DUMP: core dump, or a change of ids that would allow it
 * @SPHERE_REASONS: number of reasons
 *
 * Numbers stay: new ones are added at the end.
 */
enum sphere_reason {
	SPHERE_OK,
	SPHERE_R_FILE,
	SPHERE_R_FILE_ACCESS,
	SPHERE_R_DIR,
	SPHERE_R_CREATE,
	SPHERE_R_STORAGE,
	SPHERE_R_SPECIAL,
	SPHERE_R_MODE,
	SPHERE_R_OWNER,
	SPHERE_R_XATTR,
	SPHERE_R_KERNEL_FS,
	SPHERE_R_DEVICE,
	SPHERE_R_DEVICE_ACCESS,
	SPHERE_R_IOCTL,
	SPHERE_R_LOCK,
	SPHERE_R_FCNTL,
	SPHERE_R_NOTIFY,
	SPHERE_R_DESCRIPTOR,
	SPHERE_R_EXEC,
	SPHERE_R_MAP_EXEC,
	SPHERE_R_MAP_WRITE_EXEC,
	SPHERE_R_MAP_SHARED_EXEC,
	SPHERE_R_MAP_CHANGED,
	SPHERE_R_PERSONALITY,
	SPHERE_R_SHARED_FILES,
	SPHERE_R_NO_NEW_PRIVS,
	SPHERE_R_CAP_SETS,
	SPHERE_R_TRACED,
	SPHERE_R_KIND,
	SPHERE_R_PTRACE,
	SPHERE_R_SIGNAL,
	SPHERE_R_TASK,
	SPHERE_R_LIMIT,
	SPHERE_R_PRCTL,
	SPHERE_R_CAP,
	SPHERE_R_NAMESPACE,
	SPHERE_R_MOUNT,
	SPHERE_R_KEYS,
	SPHERE_R_BPF,
	SPHERE_R_PERF,
	SPHERE_R_IO_URING,
	SPHERE_R_USERFAULTFD,
	SPHERE_R_MODULE,
	SPHERE_R_SYSLOG,
	SPHERE_R_SYSTEM,
	SPHERE_R_IPC,
	SPHERE_R_SOCKET,
	SPHERE_R_SOCKET_OPTION,
	SPHERE_R_CONNECT,
	SPHERE_R_LISTEN,
	SPHERE_R_UNIX,
	SPHERE_R_OPERATION,
	SPHERE_R_TENANT,
	SPHERE_R_PARTNER,
	SPHERE_R_CONTROL,
	SPHERE_R_CORE_DUMP,
	SPHERE_REASONS
};

#endif /* _UAPI_LINUX_SPHERE_LSM_H */
