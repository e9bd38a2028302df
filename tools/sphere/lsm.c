// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's side of sphere_lsm: its control node and the files beside it
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../security/sphere_lsm/manifest.h"
#include "lsm.h"
#include "sphere.h"

/* why it is refused cannot be lifted by anybody */
#define NEVER	"nothing can: no application may do that"

const struct lsm_reason lsm_reasons[SPHERE_REASONS] = {
	[SPHERE_REASON_OK] = { "ok", "nothing", "nothing", NULL },
	[SPHERE_R_FILE] = {
		"file", "a file that is not listed",
		"put the file into the image, or grant File or Dir in Base of the board file", NULL
	},
	[SPHERE_R_FILE_ACCESS] = {
		"file_access", "a file that is listed, but not for this access",
		"Access of the grant in the board file; data belong into storage", "MutableStorage"
	},
	[SPHERE_R_DIR] = {
		"dir", "a directory that is not listed for this",
		"grant Dir in the board file, with \"list\" to see its names", NULL
	},
	[SPHERE_R_CREATE] = {
		"create", "making, removing or renaming a name in a directory",
		"only the application's storage can be filled", "MutableStorage"
	},
	[SPHERE_R_STORAGE] = {
		"storage", "a link or rename between storage and another place",
		"copy the file", NULL
	},
	[SPHERE_R_SPECIAL] = { "special", "making a device node, a FIFO or a link", NEVER, NULL },
	[SPHERE_R_MODE] = { "mode", "a set-id bit on a file", NEVER, NULL },
	[SPHERE_R_OWNER] = { "owner", "the owner of a file", NEVER, NULL },
	[SPHERE_R_XATTR] = {
		"xattr", "extended attributes or access control lists", NEVER, NULL
	},
	[SPHERE_R_KERNEL_FS] = {
		"kernel_fs", "a file system through which the kernel is seen or changed",
		NEVER, NULL
	},
	[SPHERE_R_DEVICE] = {
		"device", "a device that is not listed",
		"name the peripheral in the manifest: Gpio, Uart, I2cMaster, SpiMaster, Pwm or Adc",
		NULL
	},
	[SPHERE_R_DEVICE_ACCESS] = {
		"device_access", "a device that is listed, but not for this access",
		"Access of the grant in the board file", NULL
	},
	[SPHERE_R_IOCTL] = {
		"ioctl", "an ioctl command that is not listed",
		"add the command to Ioctls of the grant in the board file", NULL
	},
	[SPHERE_R_LOCK] = {
		"lock", "a lock on a file that is not open for writing", NEVER, NULL
	},
	[SPHERE_R_FCNTL] = { "fcntl", "signals or leases by a file", NEVER, NULL },
	[SPHERE_R_NOTIFY] = {
		"notify", "a watch on something that may not be read",
		"what allows to read it", NULL
	},
	[SPHERE_R_DESCRIPTOR] = {
		"descriptor", "a descriptor that gives what is not listed",
		"close it before the application starts, or list what it leads to", NULL
	},
	[SPHERE_R_EXEC] = {
		"exec", "a program that is not listed",
		"compile with --with PATH, or grant Program in the board file", NULL
	},
	[SPHERE_R_MAP_EXEC] = {
		"map_exec", "code that is not from a listed file",
		"compile with --with PATH for a library that is loaded while the program runs", NULL
	},
	[SPHERE_R_MAP_WRITE_EXEC] = {
		"map_write_exec", "memory both writable and executable", NEVER, NULL
	},
	[SPHERE_R_MAP_SHARED_EXEC] = { "map_shared_exec", "code in shared memory", NEVER, NULL },
	[SPHERE_R_MAP_CHANGED] = {
		"map_changed", "memory that was changed and should become code", NEVER, NULL
	},
	[SPHERE_R_PERSONALITY] = {
		"personality", "a personality that weakens the rules for memory",
		"start it without setarch(8) and the like", NULL
	},
	[SPHERE_R_SHARED_FILES] = {
		"shared_files", "a descriptor table or working directory that is shared at exec",
		"start it with 'sphere run'", NULL
	},
	[SPHERE_R_NO_NEW_PRIVS] = {
		"no_new_privs", "an exec without no_new_privs", "start it with 'sphere run'", NULL
	},
	[SPHERE_R_CAP_SETS] = {
		"cap_sets", "an exec with more Linux capabilities than are granted",
		"start it with 'sphere run'", NULL
	},
	[SPHERE_R_TRACED] = {
		"traced", "an exec while it is traced",
		"compile with --development to debug on a device in development mode", NULL
	},
	[SPHERE_R_KIND] = {
		"kind", "an exec under a policy that is not one of an application",
		"use the manifest of the application", NULL
	},
	[SPHERE_R_PTRACE] = { "ptrace", "tracing, or memory of a process", NEVER, NULL },
	[SPHERE_R_SIGNAL] = { "signal", "a signal to a process of somebody else", NEVER, NULL },
	[SPHERE_R_TASK] = {
		"task", "a process, a parent or a control group of somebody else", NEVER, NULL
	},
	[SPHERE_R_LIMIT] = { "limit", "a limit that is not its own to change", NEVER, NULL },
	[SPHERE_R_PRCTL] = { "prctl", "a prctl option", NEVER, NULL },
	[SPHERE_R_CAP] = {
		"cap", "a Linux capability that is not granted",
		"SystemTime for the clock, a port below 1024 in the manifest, else Capability in the board file",
		"SystemTime"
	},
	[SPHERE_R_NAMESPACE] = { "namespace", "a namespace", NEVER, NULL },
	[SPHERE_R_MOUNT] = { "mount", "mounts and the root directory", NEVER, NULL },
	[SPHERE_R_KEYS] = { "keys", "keys of the kernel", NEVER, NULL },
	[SPHERE_R_BPF] = { "bpf", "BPF", NEVER, NULL },
	[SPHERE_R_PERF] = { "perf", "performance events", NEVER, NULL },
	[SPHERE_R_IO_URING] = { "io_uring", "io_uring", NEVER, NULL },
	[SPHERE_R_USERFAULTFD] = { "userfaultfd", "userfaultfd", NEVER, NULL },
	[SPHERE_R_MODULE] = { "module", "code, firmware or data for the kernel", NEVER, NULL },
	[SPHERE_R_SYSLOG] = { "syslog", "the log of the kernel", NEVER, NULL },
	[SPHERE_R_SYSTEM] = {
		"system", "the state of the whole system",
		"SystemTime for the clock, PowerControls for a restart; nothing for the rest",
		"PowerControls"
	},
	[SPHERE_R_IPC] = {
		"ipc", "System V IPC, message queues or binder",
		"nothing can: use Unix sockets or storage", NULL
	},
	[SPHERE_R_SOCKET] = {
		"socket", "a kind of socket that is not listed",
		"grant Socket in the board file", NULL
	},
	[SPHERE_R_SOCKET_OPTION] = {
		"socket_option",
		"an option or ancillary data of a socket, or several messages with addresses at once",
		NEVER, NULL
	},
	[SPHERE_R_CONNECT] = {
		"connect", "an address, protocol or port that is not listed",
		"add the host or address to AllowedConnections of the manifest",
		"AllowedConnections"
	},
	[SPHERE_R_LISTEN] = {
		"listen", "a port to listen on that is not listed",
		"add the port to AllowedTcpServerPorts or AllowedUdpServerPorts of the manifest",
		"AllowedTcpServerPorts"
	},
	[SPHERE_R_UNIX] = {
		"unix", "a Unix socket that is not listed",
		"name the service's capability in the manifest, or grant Dir with \"connect\" in the board file",
		NULL
	},
	[SPHERE_R_OPERATION] = {
		"operation", "an operation of a driver that is not listed",
		"DeviceAuthentication in the manifest for signatures, else Operation in Components of the board file",
		"DeviceAuthentication"
	},
	[SPHERE_R_TENANT] = {
		"tenant", "the key of another tenant",
		"DeviceAuthentication of the manifest names the tenant", "DeviceAuthentication"
	},
	[SPHERE_R_PARTNER] = {
		"partner", "a component that is not listed, or that does not list this one",
		"add its id to AllowedApplicationConnections of both manifests",
		"AllowedApplicationConnections"
	},
	[SPHERE_R_CONTROL] = { "control", "control of sphere_lsm", NEVER, NULL },
	[SPHERE_R_CORE_DUMP] = { "core_dump", "a core dump", NEVER, NULL },
};

/**
 * lsm_dir() - where the kernel's files are
 *
 * SPHERE_LSM_DIR names another place, for tests.
 *
 * Return: the directory
 */
const char *lsm_dir(void)
{
	const char *dir = getenv("SPHERE_LSM_DIR");

	return dir && *dir ? dir : LSM_DIR;
}

static int no_lsm(const char *path, int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		if (access("/sys/kernel/security", X_OK))
			return complain(SPHERE_SYSTEM, "securityfs is not mounted: mount -t securityfs none /sys/kernel/security");
		return complain(SPHERE_SYSTEM, "this kernel has no sphere_lsm: load it with 'modprobe sphere_lsm', or start a kernel that has it built in with lsm=...,sphere_lsm");
	case EACCES:
	case EPERM:
		return complain(SPHERE_SYSTEM, "%s may be used by root only (CAP_MAC_ADMIN), and not by an application",
				path);
	default:
		return complain(SPHERE_SYSTEM, "%s cannot be opened: %s", path, strerror(err));
	}
}

/**
 * lsm_open() - open the control node
 * @code: filled in if that fails: exit code, with the reason said
 *
 * Return: a descriptor that is closed at exec, or -1
 */
int lsm_open(int *code)
{
	struct sphere_lsm_version v = { };
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/control", lsm_dir());
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		*code = no_lsm(path, errno);
		return -1;
	}
	if (ioctl(fd, SPHERE_LSM_IOC_VERSION, &v)) {
		*code = errno == ENOTTY ?
			complain(SPHERE_SYSTEM, "%s is not the control node of sphere_lsm", path) :
			no_lsm(path, errno);
		close(fd);
		return -1;
	}
	if (v.abi < SPHERE_LSM_ABI || v.language < SPHERE_POLICY_LANGUAGE) {
		*code = complain(SPHERE_SYSTEM, "this kernel's sphere_lsm is older than this tool: it has ABI %u and language %u",
				 v.abi, v.language);
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * lsm_failed() - a request failed
 * @what: what was asked for
 * @err: errno
 *
 * Return: %SPHERE_SYSTEM
 */
int lsm_failed(const char *what, int err)
{
	switch (err) {
	case EPERM:
		return complain(SPHERE_SYSTEM, "%s: only root may (CAP_MAC_ADMIN), and no application",
				what);
	case ENOTTY:
		return complain(SPHERE_SYSTEM, "%s: this kernel's sphere_lsm does not know the request",
				what);
	case ENOENT:
		return complain(SPHERE_SYSTEM, "%s: no policy of this component is loaded", what);
	default:
		return complain(SPHERE_SYSTEM, "%s: %s", what, strerror(err));
	}
}

static const char *hint_for(uint32_t reason)
{
	switch (reason) {
	case SPHERE_POLICY_E_UNSIGNED:
		return ": sign it ('sphere manifest sign'), or use a device in development mode";
	case SPHERE_POLICY_E_KEY_UNKNOWN:
		return ": give the public key with 'sphere keys' first";
	case SPHERE_POLICY_E_KEYS_FROZEN:
		return ": restart to give others";
	case SPHERE_POLICY_E_VERSION_OLD:
		return ": compile it anew, or with a higher --version";
	case SPHERE_POLICY_E_DIGEST:
		return ": compile it anew with the files that are on this device";
	case SPHERE_POLICY_E_STORAGE_LIMIT:
		return ": give it a file system of its own that is not larger, or a quota";
	case SPHERE_POLICY_E_BUSY:
		return ": end whoever writes it";
	case SPHERE_POLICY_E_FILESYSTEM:
		return ": move it to a local file system such as ext4 or squashfs";
	default:
		return "";
	}
}

/**
 * lsm_policy_failed() - a policy, a key or an address was refused
 * @what: what was asked for
 * @err: errno
 * @v: what the kernel said
 *
 * Return: an exit code
 */
int lsm_policy_failed(const char *what, int err, const struct sphere_lsm_verdict *v)
{
	char detail[128] = "", where[128] = "";

	if (!v->reason)
		return lsm_failed(what, err);
	if (v->detail)
		snprintf(detail, sizeof(detail), " (%s)", strerror(-v->detail));
	if (v->section)
		snprintf(where, sizeof(where), ", section '%s', entry %u",
			 sphere_policy_section_name(v->section), v->entry);
	return complain(SPHERE_NO, "%s is refused%s: %s%s%s", what, where,
			sphere_policy_reason_text(v->reason), detail, hint_for(v->reason));
}

/* The path that entry @entry of a section names, for messages */
static const char *entry_path(const struct sphere_policy *policy, uint32_t section, uint32_t entry,
			      char *buf, size_t size)
{
	struct sphere_policy_iter it;

	sphere_policy_iter_init(&it, policy, section);
	while (sphere_policy_next(&it)) {
		if (it.entry.index == entry && it.entry.path) {
			snprintf(buf, size, "%.*s", (int)it.entry.path_len, it.entry.path);
			return buf;
		}
	}
	return NULL;
}

/**
 * lsm_load() - load a policy
 * @fd: control node
 * @policy: policy
 * @size: bytes
 * @what: its name for people
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int lsm_load(int fd, const void *policy, size_t size, const char *what)
{
	struct sphere_lsm_load l = { .policy = (uintptr_t)policy, .size = size };
	char path[SPHERE_MAX_PATH + 1], full[SPHERE_MAX_PATH + 4096];
	struct sphere_policy_error err;
	struct sphere_policy view;
	const char *named = NULL;
	int ret;

	if (!ioctl(fd, SPHERE_LSM_IOC_LOAD, &l))
		return SPHERE_OK;
	ret = errno;
	if (!sphere_policy_read(policy, size, &view, &err))
		named = entry_path(&view, l.verdict.section, l.verdict.entry, path, sizeof(path));
	if (named) {
		snprintf(full, sizeof(full), "%s: %s", what, named);
		what = full;
	}
	return lsm_policy_failed(what, ret, &l.verdict);
}

/**
 * lsm_read() - read one of the kernel's files
 * @arena: where it lives
 * @component: id of a component as text, or NULL
 * @file: name
 * @code: filled in if that fails: exit code, with the reason said
 *
 * Return: the text, or NULL
 */
char *lsm_read(struct arena *arena, const char *component, const char *file, int *code)
{
	char *path = component ? arena_print(arena, "%s/apps/%s/%s", lsm_dir(), component, file) :
				 arena_print(arena, "%s/%s", lsm_dir(), file);
	size_t size;

	if (access(path, R_OK)) {
		if (component && errno == ENOENT && !access(lsm_dir(), X_OK))
			*code = complain(SPHERE_SYSTEM, "no policy of the component %s was ever loaded",
					 component);
		else
			*code = no_lsm(path, errno);
		return NULL;
	}
	return read_file(arena, path, 1 << 20, &size, code);
}

/**
 * lsm_value() - a value of a file with "key value" lines
 * @arena: where the result lives
 * @text: the file
 * @key: key
 *
 * Return: the value, or NULL
 */
const char *lsm_value(struct arena *arena, const char *text, const char *key)
{
	const size_t len = strlen(key);

	for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, key, len) && text[len] == ' ')
			return arena_copy(arena, text + len + 1, strcspn(text + len + 1, "\n"));
	return NULL;
}

/**
 * lsm_reason_of() - a reason by its name
 * @name: name, perhaps with more behind a space
 *
 * Return: &enum sphere_reason, or -1
 */
int lsm_reason_of(const char *name)
{
	const size_t len = strcspn(name, "\n ");
	int i;

	for (i = 1; i < SPHERE_REASONS; i++)
		if (strlen(lsm_reasons[i].name) == len && !memcmp(lsm_reasons[i].name, name, len))
			return i;
	return -1;
}

/**
 * lsm_counters() - how often a component was refused what
 * @component: its id as text
 * @counters: filled in
 *
 * Return: whether they could be read; nothing is said if not.
 */
bool lsm_counters(const char *component, struct lsm_counters *counters)
{
	struct arena arena = { };
	char path[4096];
	char *text = NULL, *line;
	size_t size;
	int code = 0;

	memset(counters, 0, sizeof(*counters));
	snprintf(path, sizeof(path), "%s/apps/%s/counters", lsm_dir(), component);
	if (!access(path, R_OK))
		text = read_file(&arena, path, 1 << 20, &size, &code);
	for (line = text; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const int reason = lsm_reason_of(line);

		if (reason > 0)
			counters->count[reason] = strtoull(line + strcspn(line, "\n "), NULL, 10);
	}
	arena_free(&arena);
	return text;
}
