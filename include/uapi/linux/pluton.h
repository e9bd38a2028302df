/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Pluton, the security processor of the MediaTek MT3620: requests of /dev/pluton
 *
 * Each request is a grant of its own, asked for at each call and again when
 * read(2) fetches a result; whoever has none needs CAP_SYS_ADMIN. Every
 * multi-byte number is in the machine's byte order.
 *
 * errno, the same for every request:
 *
 * * ENOTTY - there is no such request
 * * EINVAL - a value, a flag or padding that must be zero is wrong, or the
 *   structure is shorter than its first published version
 * * E2BIG - the structure is longer than what this driver knows, and the
 *   rest is not zero
 * * EMSGSIZE - a length that cannot be: too long, or not what it must be
 * * EFAULT - a pointer points to nothing
 * * EBADF - the request changes Pluton and the file is not open for writing
 * * EPERM - the caller has no grant for it; read(2): none for the request whose
 *   result it is, which stays until somebody reads it who has
 * * ENOKEY - signing, and there is no tenant to sign for
 * * EAGAIN - the file is non-blocking and has a request under way or a result
 *   that was not read
 * * EINPROGRESS - the file is non-blocking and the request was started: wait
 *   with poll(2), fetch the result with read(2)
 * * EINTR - a signal came; the request may or may not take effect (a handler
 *   with SA_RESTART makes requests that change nothing start again)
 * * ETIMEDOUT - Pluton did not answer in time
 * * EBUSY - too many requests of this file are under way
 * * EPROTO - Pluton answered what is no answer to this request
 * * EREMOTEIO - Pluton refused the request; read(2) of an asynchronous request
 *   shows Pluton's own status
 * * ENODEV - the device was removed
 * * ENOMEM - no memory
 */
#ifndef _UAPI_LINUX_PLUTON_H
#define _UAPI_LINUX_PLUTON_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PLUTON_TENANT_ID_SIZE		64
#define PLUTON_PUBLIC_KEY_SIZE		64
#define PLUTON_SIGNATURE_SIZE		64
#define PLUTON_DIGEST_SIZE		32
#define PLUTON_NONCE_SIZE		32
#define PLUTON_CAPABILITIES_MAX		64
#define PLUTON_MEASUREMENTS_MAX		20

/* ---- The published requests, as of OS release 19.09 ----------------------- */

/**
 * struct pluton_ecc_public_key - point of P-256
 * @x: first coordinate, as Pluton sends it
 * @y: second coordinate
 *
 * Words in number only: they hold bytes, and aligned the structure by four in
 * the release that is followed here.
 */
struct pluton_ecc_public_key {
	__u32 x[8];
	__u32 y[8];
};

/**
 * struct pluton_ecdsa_signature - ECDSA signature over P-256
 * @r: first number, big endian
 * @s: second number, big endian
 */
struct pluton_ecdsa_signature {
	__u8 r[32];
	__u8 s[32];
};

/**
 * struct pluton_security_state - PLUTON_GET_SECURITY_STATE
 * @state: state; the meaning of the numbers is not published
 * @general_public_key: the device's public key, which is its identity
 * @attestation_public_key: the key that signs attestations
 */
struct pluton_security_state {
	__u32 state;
	struct pluton_ecc_public_key general_public_key;
	struct pluton_ecc_public_key attestation_public_key;
};

/**
 * struct pluton_tenant_key - PLUTON_GET_TENANT_PUBLIC_KEY
 * @tenant_id: in: the tenant, filled up with zeros
 * @public_key: out: its key, over the same bytes
 */
struct pluton_tenant_key {
	union {
		__u8 tenant_id[PLUTON_TENANT_ID_SIZE];
		struct pluton_ecc_public_key public_key;
	};
};

/**
 * struct pluton_measurement - what was measured
 * @type: what it is; the numbers are not published
 * @digest: SHA-256
 */
struct pluton_measurement {
	__u32 type;
	__u8 digest[PLUTON_DIGEST_SIZE];
};

/**
 * struct pluton_attestation_result - Pluton's answer to a nonce
 * @successful: 0 or 1
 * @pad: zero
 * @device_id: the key that signed
 * @signature: signature over nonce and measurements
 * @measurement_count: how many are valid
 * @measurements: the rest is zero
 */
struct pluton_attestation_result {
	__u8 successful;
	__u8 pad[3];
	struct pluton_ecc_public_key device_id;
	struct pluton_ecdsa_signature signature;
	__u32 measurement_count;
	struct pluton_measurement measurements[PLUTON_MEASUREMENTS_MAX];
};

/**
 * struct pluton_attestation - PLUTON_PROCESS_ATTESTATION
 * @nonce: in
 * @result: out; what it holds on the way in is ignored
 */
struct pluton_attestation {
	__u8 nonce[PLUTON_NONCE_SIZE];
	struct pluton_attestation_result result;
};

/**
 * struct pluton_sign - PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY
 * @digest: in: SHA-256 of what is to be signed, the first half of the bytes
 * @signature: out: over the same bytes
 *
 * The tenant is the caller's own.
 */
struct pluton_sign {
	union {
		__u8 digest[PLUTON_DIGEST_SIZE];
		struct pluton_ecdsa_signature signature;
	};
};

/**
 * struct pluton_capability_query - PLUTON_IS_CAPABILITY_ENABLED
 * @capability: in: number of a device capability
 * @enabled: out: 0 or 1
 * @pad: out: zero
 */
struct pluton_capability_query {
	__u16 capability;
	__u8 enabled;
	__u8 pad;
};

/**
 * struct pluton_capabilities - PLUTON_GET_ENABLED_CAPABILITIES
 * @capabilities: numbers of the device capabilities; 0 ends the list
 */
struct pluton_capabilities {
	__u16 capabilities[PLUTON_CAPABILITIES_MAX];
};

#define PLUTON_GET_SECURITY_STATE	_IOWR('p', 0x01, struct pluton_security_state)
#define PLUTON_GENERATE_CLIENT_AUTH_KEY	_IOWR('p', 0x06, __u32)
#define PLUTON_COMMIT_CLIENT_AUTH_KEY	_IOWR('p', 0x07, __u32)
#define PLUTON_GET_TENANT_PUBLIC_KEY	_IOWR('p', 0x08, struct pluton_tenant_key)
#define PLUTON_PROCESS_ATTESTATION	_IOWR('p', 0x09, struct pluton_attestation)
#define PLUTON_SIGN_WITH_TENANT_ATTESTATION_KEY _IOWR('p', 0x0a, struct pluton_sign)
#define PLUTON_SET_POSTCODE		_IOWR('p', 0x0b, __u32)
#define PLUTON_GET_BOOT_MODE_FLAGS	_IOWR('p', 0x0c, __u32)
#define PLUTON_IS_CAPABILITY_ENABLED	_IOWR('p', 0x0d, struct pluton_capability_query)
#define PLUTON_GET_ENABLED_CAPABILITIES	_IOR('p', 0x0e, struct pluton_capabilities)
#define PLUTON_SET_MANUFACTURING_STATE	_IOW('p', 0x0f, __u32)
#define PLUTON_GET_MANUFACTURING_STATE	_IOR('p', 0x10, __u32)

/**
 * struct pluton_manufacturing_result - read(2) after PLUTON_GET_MANUFACTURING_STATE
 * @status: Pluton's status, 0 for success
 * @state: the state
 *
 * The layout that the published asynchronous request has. After
 * PLUTON_SET_MANUFACTURING_STATE, PLUTON_GENERATE_CLIENT_AUTH_KEY and
 * PLUTON_COMMIT_CLIENT_AUTH_KEY read(2) gives a status of 4 bytes; after the others,
 * the structure of the request.
 */
struct pluton_manufacturing_result {
	__u32 status;
	__u32 state;
};

/* ---- Requests of this driver ---------------------------------------------- */

/*
 * They grow at the end: the size is part of the request's number, and a program
 * may be older or newer than the driver. Bytes of lengths are numbers of bytes,
 * addresses are those of the caller. They always wait, O_NONBLOCK or not.
 */
#define PLUTON_IOC_TYPE			0xd5

/* version of the requests below */
#define PLUTON_ABI_VERSION		1

/* pluton_info.state */
#define PLUTON_STATE_DOWN		0	/* no ring block is with Pluton */
#define PLUTON_STATE_UP			1	/* requests are answered */
#define PLUTON_STATE_RECOVERING		2	/* being set up again */

/* bits of pluton_sign_digest.flags and pluton_tenant_public_key.flags */
/* tenant_addr names it; only for an unconfined CAP_SYS_ADMIN */
#define PLUTON_TENANT_NAMED		0x1

/**
 * struct pluton_info - PLUTON_IOC_INFO: the driver, its limits and counters
 * @abi_version: %PLUTON_ABI_VERSION of the driver
 * @protocol_version: version of the protocol that is spoken with Pluton
 * @state: PLUTON_STATE_*
 * @slots: requests that can be under way at once
 * @slots_in_use: requests that are under way now
 * @slots_parked: slots that Pluton still owes, after a timeout
 * @slots_per_file: requests that one file can have under way
 * @payload_max: longest payload of a message in bytes
 * @random_max: most bytes that one PLUTON_IOC_RANDOM gives
 * @pad: zero
 * @requests: requests sent
 * @replies: replies that were accepted
 * @timeouts: requests that were given up
 * @late: replies to requests that had been given up
 * @unsolicited: messages that nobody had asked for
 * @invalid: messages that break the protocol, dropped
 * @mismatched: replies with another sequence, command or slot, dropped
 * @bad_length: replies of a wrong length
 * @refused: calls without a grant
 * @restarts: times that the ring block was given to Pluton again
 */
struct pluton_info {
	__u32 abi_version;
	__u32 protocol_version;
	__u32 state;
	__u32 slots;
	__u32 slots_in_use;
	__u32 slots_parked;
	__u32 slots_per_file;
	__u32 payload_max;
	__u32 random_max;
	__u32 pad;
	__aligned_u64 requests;
	__aligned_u64 replies;
	__aligned_u64 timeouts;
	__aligned_u64 late;
	__aligned_u64 unsolicited;
	__aligned_u64 invalid;
	__aligned_u64 mismatched;
	__aligned_u64 bad_length;
	__aligned_u64 refused;
	__aligned_u64 restarts;
};

/**
 * struct pluton_random - PLUTON_IOC_RANDOM: random bytes from Pluton
 * @addr: where to
 * @len: how many; all of them are filled, or the call fails
 * @flags: zero
 */
struct pluton_random {
	__aligned_u64 addr;
	__u32 len;
	__u32 flags;
};

/**
 * struct pluton_sign_digest - PLUTON_IOC_SIGN: sign with a tenant's key
 * @digest_addr: the digest
 * @signature_addr: where the signature goes, r and s
 * @tenant_addr: the tenant; only with %PLUTON_TENANT_NAMED
 * @digest_len: %PLUTON_DIGEST_SIZE
 * @signature_len: in: room, at least %PLUTON_SIGNATURE_SIZE. Out: what was written
 * @tenant_len: bytes of the tenant, 1 to %PLUTON_TENANT_ID_SIZE; 0 without the flag
 * @flags: %PLUTON_TENANT_NAMED or 0: the caller's own tenant
 */
struct pluton_sign_digest {
	__aligned_u64 digest_addr;
	__aligned_u64 signature_addr;
	__aligned_u64 tenant_addr;
	__u32 digest_len;
	__u32 signature_len;
	__u32 tenant_len;
	__u32 flags;
};

/**
 * struct pluton_tenant_public_key - PLUTON_IOC_PUBLIC_KEY: a tenant's public key
 * @key_addr: where it goes, x and y, big endian
 * @tenant_addr: the tenant; only with %PLUTON_TENANT_NAMED
 * @key_len: in: room, at least %PLUTON_PUBLIC_KEY_SIZE. Out: what was written
 * @tenant_len: bytes of the tenant; 0 without the flag
 * @flags: %PLUTON_TENANT_NAMED or 0: the caller's own tenant
 * @pad: zero
 */
struct pluton_tenant_public_key {
	__aligned_u64 key_addr;
	__aligned_u64 tenant_addr;
	__u32 key_len;
	__u32 tenant_len;
	__u32 flags;
	__u32 pad;
};

/**
 * struct pluton_attest - PLUTON_IOC_ATTEST: attestation, inputs and outputs apart
 * @nonce_addr: the nonce
 * @measurements_addr: array of &struct pluton_measurement, filled in order
 * @nonce_len: %PLUTON_NONCE_SIZE
 * @measurement_size: size of an element of that array
 * @measurement_room: elements that fit
 * @measurement_count: out: measurements that there are; those beyond the room
 *	are not written
 * @successful: out: 0 or 1
 * @flags: zero
 * @device_key: out: the key that signed, x and y
 * @signature: out
 */
struct pluton_attest {
	__aligned_u64 nonce_addr;
	__aligned_u64 measurements_addr;
	__u32 nonce_len;
	__u32 measurement_size;
	__u32 measurement_room;
	__u32 measurement_count;
	__u32 successful;
	__u32 flags;
	__u8 device_key[PLUTON_PUBLIC_KEY_SIZE];
	__u8 signature[PLUTON_SIGNATURE_SIZE];
};

/* sizes of the first published version of each structure */
#define PLUTON_INFO_SIZE_VER0		120
#define PLUTON_RANDOM_SIZE_VER0		16
#define PLUTON_SIGN_SIZE_VER0		40
#define PLUTON_PUBLIC_KEY_SIZE_VER0	32
#define PLUTON_ATTEST_SIZE_VER0		168

#define PLUTON_IOC_INFO			_IOWR(PLUTON_IOC_TYPE, 0, struct pluton_info)
#define PLUTON_IOC_RANDOM		_IOW(PLUTON_IOC_TYPE, 1, struct pluton_random)
#define PLUTON_IOC_SIGN			_IOWR(PLUTON_IOC_TYPE, 2, struct pluton_sign_digest)
#define PLUTON_IOC_PUBLIC_KEY		_IOWR(PLUTON_IOC_TYPE, 3, struct pluton_tenant_public_key)
#define PLUTON_IOC_ATTEST		_IOWR(PLUTON_IOC_TYPE, 4, struct pluton_attest)

#endif /* _UAPI_LINUX_PLUTON_H */
