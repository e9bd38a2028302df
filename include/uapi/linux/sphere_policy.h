/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Signed policies of sphere_lsm: the bytes, and why a policy is refused
 *
 * A policy is a header, sections in ascending order of their types, and a
 * signature over all bytes before it. All numbers are little endian. A policy
 * has exactly one encoding: sections and their entries are strictly ascending,
 * so that a duplicate cannot be written down, and whatever is not described
 * here is refused. See Documentation/security/sphere-policy-format.rst.
 */
#ifndef _UAPI_LINUX_SPHERE_POLICY_H
#define _UAPI_LINUX_SPHERE_POLICY_H

#include <linux/types.h>

#define SPHERE_POLICY_MAGIC		0x50485053	/* "SPHP" */
#define SPHERE_POLICY_LANGUAGE		1

#define SPHERE_POLICY_ID_SIZE		16	/* component id */
#define SPHERE_POLICY_TENANT_SIZE	64	/* text, filled up with zeros */
#define SPHERE_POLICY_NAME_SIZE		32	/* text, filled up with zeros, last byte zero */
#define SPHERE_POLICY_DIGEST_SIZE	32	/* SHA-256 */
#define SPHERE_POLICY_KEY_SIZE		64	/* public key: x, y, each 32 bytes big endian */
#define SPHERE_POLICY_SIG_SIZE		64	/* r, s, each 32 bytes big endian */

/* struct sphere_policy_header.kind */
#define SPHERE_POLICY_APP		1	/* an application on the Linux core */
#define SPHERE_POLICY_CORE		2	/* an image for a real-time core */
#define SPHERE_POLICY_FLOORS		3	/* lowest versions that may be loaded */

/* struct sphere_policy_header.signature */
#define SPHERE_POLICY_UNSIGNED		0	/* no bytes follow; key_id is zero */
#define SPHERE_POLICY_P256_SHA256	1	/* SPHERE_POLICY_SIG_SIZE bytes follow */

/* struct sphere_policy_header.flags */
#define SPHERE_POLICY_DEVELOPMENT	0x1	/* only in development mode: may be traced */
#define SPHERE_POLICY_LEARN		0x2	/* record refusals; with DEVELOPMENT only */
#define SPHERE_POLICY_FLAGS		0x3

/**
 * struct sphere_policy_header - first bytes of a policy
 * @magic: %SPHERE_POLICY_MAGIC
 * @language: %SPHERE_POLICY_LANGUAGE
 * @kind: %SPHERE_POLICY_APP, %SPHERE_POLICY_CORE or %SPHERE_POLICY_FLOORS
 * @signature: how it is signed
 * @size: bytes of the whole policy, the signature too
 * @flags: %SPHERE_POLICY_DEVELOPMENT, %SPHERE_POLICY_LEARN
 * @version: version of the manifest, from 1 to 2^64 - 2; of the list, for floors
 * @component: component id; zero for floors
 * @tenant: tenant whose keys the application may use; zero if there is none
 * @name: for people
 * @key_id: SHA-256 of the public key, or zero if unsigned
 * @n_sections: number of sections
 * @reserved: 0
 * @reserved2: 0
 */
struct sphere_policy_header {
	__le32 magic;
	__le16 language;
	__u8 kind;
	__u8 signature;
	__le32 size;
	__le32 flags;
	__le64 version;
	__u8 component[SPHERE_POLICY_ID_SIZE];
	__u8 tenant[SPHERE_POLICY_TENANT_SIZE];
	__u8 name[SPHERE_POLICY_NAME_SIZE];
	__u8 key_id[SPHERE_POLICY_DIGEST_SIZE];
	__le16 n_sections;
	__le16 reserved;
	__le32 reserved2;
};

/* struct sphere_policy_section.type, and what its entries are */
#define SPHERE_SECTION_FILES		1	/* sphere_policy_path: regular files */
#define SPHERE_SECTION_DIRS		2	/* sphere_policy_path: directories, all beneath */
#define SPHERE_SECTION_STORAGE		3	/* sphere_policy_storage, one */
#define SPHERE_SECTION_EXECS		4	/* sphere_policy_exec */
#define SPHERE_SECTION_DEVICES		5	/* sphere_policy_device */
#define SPHERE_SECTION_NET_ADDRS	6	/* sphere_policy_net_addr */
#define SPHERE_SECTION_NET_HOSTS	7	/* sphere_policy_net_host */
#define SPHERE_SECTION_NET_LISTEN	8	/* sphere_policy_net_listen */
#define SPHERE_SECTION_SOCKETS		9	/* sphere_policy_socket */
#define SPHERE_SECTION_PARTNERS		10	/* component ids */
#define SPHERE_SECTION_OPS		11	/* __le64, one: SPHERE_POLICY_OP_* */
#define SPHERE_SECTION_CAPS		12	/* __le64, one: Linux capabilities */
#define SPHERE_SECTION_CORES		13	/* __le64, one: bit n: may run on core n */
#define SPHERE_SECTION_IMAGES		14	/* SHA-256 of images for a core */
#define SPHERE_SECTION_FLOORS		15	/* sphere_policy_floor */
#define SPHERE_SECTIONS			16	/* first type that is not known */

/**
 * struct sphere_policy_section - starts each section
 * @type: SPHERE_SECTION_*
 * @count: entries, at least 1
 * @size: bytes of the entries, a multiple of 4
 */
struct sphere_policy_section {
	__le16 type;
	__le16 count;
	__le32 size;
};

/*
 * Access to files, directories and devices. What makes no sense for an object
 * is refused.
 */
#define SPHERE_ACCESS_READ		0x01	/* read */
#define SPHERE_ACCESS_WRITE		0x02	/* write, truncate, change attributes */
#define SPHERE_ACCESS_CREATE		0x04	/* directories: make, remove and rename names */
#define SPHERE_ACCESS_LIST		0x08	/* directories: list names */
#define SPHERE_ACCESS_CONNECT		0x10	/* directories: connect to Unix sockets */
#define SPHERE_ACCESS_BIND		0x20	/* directories: make Unix sockets */
#define SPHERE_ACCESS_FILE		0x03
#define SPHERE_ACCESS_DIR		0x3f
#define SPHERE_ACCESS_DEVICE		0x03

/**
 * struct sphere_policy_path - entry of FILES and DIRS, ascending by path
 * @access: SPHERE_ACCESS_*, at least one
 * @len: bytes of the path, which follows, filled up with zeros to a multiple of 4
 *
 * Paths are absolute and without "//", "/./", "/../", a "/" at the end, control
 * characters or a zero byte.
 */
struct sphere_policy_path {
	__le16 access;
	__le16 len;
};

/**
 * struct sphere_policy_storage - entry of STORAGE: the directory for own data
 * @limit: bytes that the file system (or project) of the directory may hold at most
 * @reserved: 0
 * @reserved2: 0
 * @len: as in &struct sphere_policy_path
 */
struct sphere_policy_storage {
	__le64 limit;
	__le32 reserved;
	__le16 reserved2;
	__le16 len;
};

/* struct sphere_policy_exec.use */
#define SPHERE_EXEC_RUN			0x1	/* may be executed */
#define SPHERE_EXEC_MAP			0x2	/* may be mapped executable: libraries, loaders */
#define SPHERE_EXEC_USES		0x3

/**
 * struct sphere_policy_exec - entry of EXECS, ascending by path
 * @digest: SHA-256 of the file
 * @use: SPHERE_EXEC_*, at least one
 * @len: as in &struct sphere_policy_path
 *
 * The file may be read, too.
 */
struct sphere_policy_exec {
	__u8 digest[SPHERE_POLICY_DIGEST_SIZE];
	__le16 use;
	__le16 len;
};

/* struct sphere_policy_device.type */
#define SPHERE_DEVICE_CHAR		1
#define SPHERE_DEVICE_BLOCK		2

/* struct sphere_policy_device.flags */
#define SPHERE_DEVICE_IOCTLS		0x1	/* only the listed ioctl commands */

/**
 * struct sphere_policy_device - entry of DEVICES, ascending by path
 * @access: %SPHERE_ACCESS_READ, %SPHERE_ACCESS_WRITE
 * @len: as in &struct sphere_policy_path
 * @n_ioctls: __le32 ioctl commands that follow the path, strictly ascending; 0
 *	without %SPHERE_DEVICE_IOCTLS
 * @type: %SPHERE_DEVICE_CHAR or %SPHERE_DEVICE_BLOCK
 * @flags: %SPHERE_DEVICE_IOCTLS
 */
struct sphere_policy_device {
	__le16 access;
	__le16 len;
	__le16 n_ioctls;
	__u8 type;
	__u8 flags;
};

/* protocols in rules of the network */
#define SPHERE_PROTO_TCP		6
#define SPHERE_PROTO_UDP		17
#define SPHERE_PROTO_ANY		0	/* TCP and UDP; not to listen */

/**
 * struct sphere_policy_net_addr - entry of NET_ADDRS, ascending by its bytes
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d; bits behind @prefix are zero
 * @prefix: leading bits that count, 128 at most; from 96 for an IPv4 address. A
 *	shorter one matches IPv6 addresses only: ::/0 is no rule for IPv4
 * @proto: SPHERE_PROTO_*
 * @reserved: 0
 * @first: lowest port, from 1
 * @last: highest port, not below @first
 */
struct sphere_policy_net_addr {
	__u8 addr[16];
	__u8 prefix;
	__u8 proto;
	__le16 reserved;
	__le16 first;
	__le16 last;
};

/**
 * struct sphere_policy_net_host - entry of NET_HOSTS, ascending by name, @proto and @first
 * @proto: SPHERE_PROTO_*
 * @len: bytes of the host name, which follows, filled up with zeros to a
 *	multiple of 4: lower case letters, digits, "-", "_" in labels of 1 to 63
 *	bytes with "." between them, 253 bytes at most
 * @first: lowest port, from 1
 * @last: highest port, not below @first
 * @reserved: 0
 */
struct sphere_policy_net_host {
	__u8 proto;
	__u8 len;
	__le16 first;
	__le16 last;
	__le16 reserved;
};

/**
 * struct sphere_policy_net_listen - entry of NET_LISTEN, ascending by @proto and @first
 * @proto: %SPHERE_PROTO_TCP or %SPHERE_PROTO_UDP
 * @reserved: 0
 * @first: lowest port, from 1
 * @last: highest port; ranges of one protocol do not overlap
 * @reserved2: 0
 */
struct sphere_policy_net_listen {
	__u8 proto;
	__u8 reserved;
	__le16 first;
	__le16 last;
	__le16 reserved2;
};

/**
 * struct sphere_policy_socket - entry of SOCKETS, ascending by its numbers in this order
 * @family: address family: netlink, packet, CAN, Bluetooth, vsock, or IPv4 and IPv6
 *	for raw and ICMP sockets
 * @type: type of the socket, without flags
 * @protocol: protocol, as the application gives it to socket(2)
 *
 * TCP, UDP and Unix sockets have rules of their own and need no entry.
 */
struct sphere_policy_socket {
	__le16 family;
	__le16 type;
	__le32 protocol;
};

/**
 * struct sphere_policy_floor - entry of FLOORS, ascending by @component
 * @component: component id
 * @version: lowest version of its manifest that may be loaded
 */
struct sphere_policy_floor {
	__u8 component[SPHERE_POLICY_ID_SIZE];
	__le64 version;
};

/*
 * Linux capabilities that can be granted at all, by their numbers: NET_BIND_SERVICE,
 * NET_BROADCAST, NET_ADMIN, NET_RAW, IPC_LOCK, SYS_BOOT, SYS_NICE, SYS_TIME,
 * WAKE_ALARM, BLOCK_SUSPEND. Any other one would open a way out of the policy.
 */
#define SPHERE_POLICY_CAPS	((1ULL << 10) | (1ULL << 11) | (1ULL << 12) | (1ULL << 13) | \
				 (1ULL << 14) | (1ULL << 22) | (1ULL << 23) | (1ULL << 25) | \
				 (1ULL << 35) | (1ULL << 36))

/* real-time cores that CORES can name */
#define SPHERE_POLICY_CORES	2

/* bits of OPS: operations that drivers ask about */
#define SPHERE_POLICY_OP_PLUTON_RANDOM			0
#define SPHERE_POLICY_OP_PLUTON_SECURITY_STATE		1
#define SPHERE_POLICY_OP_PLUTON_IS_CAPABILITY		2
#define SPHERE_POLICY_OP_PLUTON_CAPABILITIES		3
#define SPHERE_POLICY_OP_PLUTON_GENERATE_KEY		4
#define SPHERE_POLICY_OP_PLUTON_COMMIT_KEY		5
#define SPHERE_POLICY_OP_PLUTON_PUBLIC_KEY		6	/* own tenant */
#define SPHERE_POLICY_OP_PLUTON_ATTEST			7
#define SPHERE_POLICY_OP_PLUTON_SIGN			8	/* own tenant */
#define SPHERE_POLICY_OP_PLUTON_SET_POSTCODE		9
#define SPHERE_POLICY_OP_PLUTON_BOOT_MODE		10
#define SPHERE_POLICY_OP_PLUTON_GET_MANUFACTURING	11
#define SPHERE_POLICY_OP_PLUTON_SET_MANUFACTURING	12
#define SPHERE_POLICY_OP_PLUTON_DECODE_CAPABILITIES	13
#define SPHERE_POLICY_OP_PLUTON_INFO			14
#define SPHERE_POLICY_OP_CORE_START			15	/* of a partner */
#define SPHERE_POLICY_OP_CORE_STOP			16	/* likewise */
#define SPHERE_POLICY_OPS				17	/* first bit that is not known */

/**
 * enum sphere_policy_reason - why a policy, a key or an address is refused
 * @SPHERE_POLICY_OK: it is not refused
 * @SPHERE_POLICY_E_SHORT: ends before the end of what it announces
 * @SPHERE_POLICY_E_LONG: larger than a policy may be
 * @SPHERE_POLICY_E_MAGIC: is no policy
 * @SPHERE_POLICY_E_LANGUAGE: written in a version of the language that is not known
 * @SPHERE_POLICY_E_KIND: unknown kind of policy
 * @SPHERE_POLICY_E_SIZE: size in the header is not the size of the policy
 * @SPHERE_POLICY_E_FLAGS: unknown flag, or flags that do not go together
 * @SPHERE_POLICY_E_VERSION_RANGE: version 0, or the largest number
 * @SPHERE_POLICY_E_COMPONENT: component id where there is none to give
 * @SPHERE_POLICY_E_TENANT: tenant is not printable text filled up with zeros
 * @SPHERE_POLICY_E_NAME: name is not printable text filled up with zeros
 * @SPHERE_POLICY_E_RESERVED: reserved bytes are not zero
 * @SPHERE_POLICY_E_PADDING: filling bytes are not zero
 * @SPHERE_POLICY_E_TRAILING: bytes behind the last section or entry
 * @SPHERE_POLICY_E_SECTION_UNKNOWN: unknown section: a grant that nobody would enforce
 * @SPHERE_POLICY_E_SECTION_ORDER: sections not in ascending order, or one twice
 * @SPHERE_POLICY_E_SECTION_KIND: section does not belong into this kind of policy
 * @SPHERE_POLICY_E_SECTION_MISSING: a section that this kind of policy needs
 * @SPHERE_POLICY_E_SECTION_SIZE: size of a section does not fit its entries
 * @SPHERE_POLICY_E_COUNT_ZERO: section without entries
 * @SPHERE_POLICY_E_COUNT: more entries than the table may have
 * @SPHERE_POLICY_E_ORDER: entries not in ascending order
 * @SPHERE_POLICY_E_DUPLICATE: entry twice
 * @SPHERE_POLICY_E_PATH: path is not absolute and normal, or too long
 * @SPHERE_POLICY_E_ACCESS: unknown or senseless access
 * @SPHERE_POLICY_E_LIMIT: storage limit of zero, or too large
 * @SPHERE_POLICY_E_EXEC_USE: unknown or no use of an executable file
 * @SPHERE_POLICY_E_NO_ENTRY: no file that may be executed
 * @SPHERE_POLICY_E_DEVICE_TYPE: unknown type of a device
 * @SPHERE_POLICY_E_DEVICE_FLAGS: unknown flag of a device
 * @SPHERE_POLICY_E_IOCTLS: ioctl commands not in ascending order, or too many
 * @SPHERE_POLICY_E_PROTO: unknown protocol
 * @SPHERE_POLICY_E_PREFIX: prefix too long, or address with bits behind it
 * @SPHERE_POLICY_E_PORTS: port 0, or range of ports upside down
 * @SPHERE_POLICY_E_HOST: not a host name
 * @SPHERE_POLICY_E_SOCKET: family or type of a socket that cannot be granted
 * @SPHERE_POLICY_E_PARTNER_SELF: names itself as a partner
 * @SPHERE_POLICY_E_OPS: unknown or no operation
 * @SPHERE_POLICY_E_OPS_TENANT: operation with a tenant's key without a tenant
 * @SPHERE_POLICY_E_CAPS: unknown, no, or never granted Linux capability
 * @SPHERE_POLICY_E_CORES: unknown or no core
 * @SPHERE_POLICY_E_SIG_TYPE: unknown kind of signature
 * @SPHERE_POLICY_E_KEY_ID: unsigned with the id of a key, or signed without
 * @SPHERE_POLICY_E_UNSIGNED: unsigned, and the device is not in development mode
 * @SPHERE_POLICY_E_KEY_UNKNOWN: signed with a key that is not trusted
 * @SPHERE_POLICY_E_SIG_RANGE: r or s of the signature is zero or too large
 * @SPHERE_POLICY_E_SIG_WRONG: signature is not that of these bytes with this key
 * @SPHERE_POLICY_E_KEY_POINT: public key is not a point of the curve
 * @SPHERE_POLICY_E_KEY_TWICE: key is in the list already
 * @SPHERE_POLICY_E_KEYS_FULL: more keys than the table may have
 * @SPHERE_POLICY_E_KEYS_FROZEN: keys have been given already
 * @SPHERE_POLICY_E_CRYPTO: the kernel's cryptography failed
 * @SPHERE_POLICY_E_VERSION_OLD: not newer than what was loaded, or below the floor
 * @SPHERE_POLICY_E_FLOORS_FULL: more components than the table of floors may have
 * @SPHERE_POLICY_E_IDENTITY: component is loaded with another kind of policy or another signer
 * @SPHERE_POLICY_E_DEVELOPMENT: for development, and the device is not in development mode
 * @SPHERE_POLICY_E_LOOKUP: path does not lead to anything (detail: errno)
 * @SPHERE_POLICY_E_NOT_FILE: not a regular file
 * @SPHERE_POLICY_E_NOT_DIR: not a directory
 * @SPHERE_POLICY_E_NOT_DEVICE: not a device of the stated type
 * @SPHERE_POLICY_E_FILESYSTEM: file could be changed behind the kernel's back on its file system
 * @SPHERE_POLICY_E_BUSY: executable file is open for writing
 * @SPHERE_POLICY_E_READ: executable file cannot be read (detail: errno)
 * @SPHERE_POLICY_E_DIGEST: executable file is not the one that was signed
 * @SPHERE_POLICY_E_FILE_SIZE: executable file is too large
 * @SPHERE_POLICY_E_SAME_OBJECT: two entries lead to the same object
 * @SPHERE_POLICY_E_EXEC_WRITABLE: executable file would be writable
 * @SPHERE_POLICY_E_STORAGE_LIMIT: nothing keeps the storage directory below its limit
 * @SPHERE_POLICY_E_MEMORY: no memory
 * @SPHERE_POLICY_E_HOST_UNKNOWN: no manifest lists the host
 * @SPHERE_POLICY_E_ADDRS_FULL: more addresses than the table may have
 * @SPHERE_POLICY_E_ADDRESS: address that no host can have
 * @SPHERE_POLICY_E_EXEC_STACK: file with code that would get an executable stack or
 *	writable code, or whose headers cannot be read
 * @SPHERE_POLICY_E_ATTACH: the module cannot stand in front of what it has to decide
 * @SPHERE_POLICY_REASONS: number of reasons
 *
 * Numbers stay: new ones are added at the end.
 */
enum sphere_policy_reason {
	SPHERE_POLICY_OK,
	SPHERE_POLICY_E_SHORT,
	SPHERE_POLICY_E_LONG,
	SPHERE_POLICY_E_MAGIC,
	SPHERE_POLICY_E_LANGUAGE,
	SPHERE_POLICY_E_KIND,
	SPHERE_POLICY_E_SIZE,
	SPHERE_POLICY_E_FLAGS,
	SPHERE_POLICY_E_VERSION_RANGE,
	SPHERE_POLICY_E_COMPONENT,
	SPHERE_POLICY_E_TENANT,
	SPHERE_POLICY_E_NAME,
	SPHERE_POLICY_E_RESERVED,
	SPHERE_POLICY_E_PADDING,
	SPHERE_POLICY_E_TRAILING,
	SPHERE_POLICY_E_SECTION_UNKNOWN,
	SPHERE_POLICY_E_SECTION_ORDER,
	SPHERE_POLICY_E_SECTION_KIND,
	SPHERE_POLICY_E_SECTION_MISSING,
	SPHERE_POLICY_E_SECTION_SIZE,
	SPHERE_POLICY_E_COUNT_ZERO,
	SPHERE_POLICY_E_COUNT,
	SPHERE_POLICY_E_ORDER,
	SPHERE_POLICY_E_DUPLICATE,
	SPHERE_POLICY_E_PATH,
	SPHERE_POLICY_E_ACCESS,
	SPHERE_POLICY_E_LIMIT,
	SPHERE_POLICY_E_EXEC_USE,
	SPHERE_POLICY_E_NO_ENTRY,
	SPHERE_POLICY_E_DEVICE_TYPE,
	SPHERE_POLICY_E_DEVICE_FLAGS,
	SPHERE_POLICY_E_IOCTLS,
	SPHERE_POLICY_E_PROTO,
	SPHERE_POLICY_E_PREFIX,
	SPHERE_POLICY_E_PORTS,
	SPHERE_POLICY_E_HOST,
	SPHERE_POLICY_E_SOCKET,
	SPHERE_POLICY_E_PARTNER_SELF,
	SPHERE_POLICY_E_OPS,
	SPHERE_POLICY_E_OPS_TENANT,
	SPHERE_POLICY_E_CAPS,
	SPHERE_POLICY_E_CORES,
	SPHERE_POLICY_E_SIG_TYPE,
	SPHERE_POLICY_E_KEY_ID,
	SPHERE_POLICY_E_UNSIGNED,
	SPHERE_POLICY_E_KEY_UNKNOWN,
	SPHERE_POLICY_E_SIG_RANGE,
	SPHERE_POLICY_E_SIG_WRONG,
	SPHERE_POLICY_E_KEY_POINT,
	SPHERE_POLICY_E_KEY_TWICE,
	SPHERE_POLICY_E_KEYS_FULL,
	SPHERE_POLICY_E_KEYS_FROZEN,
	SPHERE_POLICY_E_CRYPTO,
	SPHERE_POLICY_E_VERSION_OLD,
	SPHERE_POLICY_E_FLOORS_FULL,
	SPHERE_POLICY_E_IDENTITY,
	SPHERE_POLICY_E_DEVELOPMENT,
	SPHERE_POLICY_E_LOOKUP,
	SPHERE_POLICY_E_NOT_FILE,
	SPHERE_POLICY_E_NOT_DIR,
	SPHERE_POLICY_E_NOT_DEVICE,
	SPHERE_POLICY_E_FILESYSTEM,
	SPHERE_POLICY_E_BUSY,
	SPHERE_POLICY_E_READ,
	SPHERE_POLICY_E_DIGEST,
	SPHERE_POLICY_E_FILE_SIZE,
	SPHERE_POLICY_E_SAME_OBJECT,
	SPHERE_POLICY_E_EXEC_WRITABLE,
	SPHERE_POLICY_E_STORAGE_LIMIT,
	SPHERE_POLICY_E_MEMORY,
	SPHERE_POLICY_E_HOST_UNKNOWN,
	SPHERE_POLICY_E_ADDRS_FULL,
	SPHERE_POLICY_E_ADDRESS,
	SPHERE_POLICY_E_EXEC_STACK,
	SPHERE_POLICY_E_ATTACH,
	SPHERE_POLICY_REASONS
};

#endif /* _UAPI_LINUX_SPHERE_POLICY_H */
