/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Authority: where drivers ask who may do what, and a security module answers
 */
#ifndef _LINUX_SPHERE_AUTHORITY_H
#define _LINUX_SPHERE_AUTHORITY_H

#include <linux/types.h>

struct module;

/* bytes of a component id, a tenant id and a SHA-256 digest */
#define SPHERE_COMPONENT_ID_SIZE	16
#define SPHERE_TENANT_ID_SIZE		64
#define SPHERE_DIGEST_SIZE		32

/* real-time cores of the chip, and what a policy of one of them may list */
#define SPHERE_CORES			2
#define SPHERE_CORE_PARTNERS		32
#define SPHERE_CORE_IMAGES		8

/**
 * struct sphere_component_id - names a component (an application)
 * @b: the bytes as in blocks on the wire and in image packages
 *
 * The id of all zeros is an id like any other.
 */
struct sphere_component_id {
	u8 b[SPHERE_COMPONENT_ID_SIZE];
};

/**
 * struct sphere_tenant_id - names a tenant (the owner of keys)
 * @b: the id, filled up with zeros
 */
struct sphere_tenant_id {
	u8 b[SPHERE_TENANT_ID_SIZE];
};

/**
 * enum sphere_op - operations that are granted one by one
 * @SPHERE_OP_NONE: no operation; always refused
 * @SPHERE_OP_PLUTON_RANDOM: random bytes
 * @SPHERE_OP_PLUTON_SECURITY_STATE: read the security state
 * @SPHERE_OP_PLUTON_IS_CAPABILITY: ask for one device capability
 * @SPHERE_OP_PLUTON_CAPABILITIES: list the device capabilities
 * @SPHERE_OP_PLUTON_GENERATE_KEY: generate the client authentication key
 * @SPHERE_OP_PLUTON_COMMIT_KEY: commit the client authentication key
 * @SPHERE_OP_PLUTON_PUBLIC_KEY: public key of a tenant; argument: tenant
 * @SPHERE_OP_PLUTON_ATTEST: attestation of the device
 * @SPHERE_OP_PLUTON_SIGN: sign with a tenant's key; argument: tenant
 * @SPHERE_OP_PLUTON_SET_POSTCODE: set the post code
 * @SPHERE_OP_PLUTON_BOOT_MODE: read the boot mode flags
 * @SPHERE_OP_PLUTON_GET_MANUFACTURING: read the manufacturing state
 * @SPHERE_OP_PLUTON_SET_MANUFACTURING: change the manufacturing state
 * @SPHERE_OP_PLUTON_DECODE_CAPABILITIES: decode a capability file
 * @SPHERE_OP_PLUTON_INFO: versions, limits and counters of the driver
 * @SPHERE_OP_CORE_START: start a real-time core; argument: core
 * @SPHERE_OP_CORE_STOP: stop a real-time core; argument: core
 * @SPHERE_OP_CORE_CONNECT: talk to a component on a core; argument: peer
 * @SPHERE_OPS: number of operations
 *
 * Not an interface to user space: numbers may change.
 */
enum sphere_op {
	SPHERE_OP_NONE,
	SPHERE_OP_PLUTON_RANDOM,
	SPHERE_OP_PLUTON_SECURITY_STATE,
	SPHERE_OP_PLUTON_IS_CAPABILITY,
	SPHERE_OP_PLUTON_CAPABILITIES,
	SPHERE_OP_PLUTON_GENERATE_KEY,
	SPHERE_OP_PLUTON_COMMIT_KEY,
	SPHERE_OP_PLUTON_PUBLIC_KEY,
	SPHERE_OP_PLUTON_ATTEST,
	SPHERE_OP_PLUTON_SIGN,
	SPHERE_OP_PLUTON_SET_POSTCODE,
	SPHERE_OP_PLUTON_BOOT_MODE,
	SPHERE_OP_PLUTON_GET_MANUFACTURING,
	SPHERE_OP_PLUTON_SET_MANUFACTURING,
	SPHERE_OP_PLUTON_DECODE_CAPABILITIES,
	SPHERE_OP_PLUTON_INFO,
	SPHERE_OP_CORE_START,
	SPHERE_OP_CORE_STOP,
	SPHERE_OP_CORE_CONNECT,
	SPHERE_OPS
};

/**
 * union sphere_op_arg - what an operation is about
 * @tenant: whose key
 * @core: which core, below %SPHERE_CORES
 * @peer: which component
 */
union sphere_op_arg {
	struct sphere_tenant_id tenant;
	u32 core;
	struct sphere_component_id peer;
};

/**
 * enum sphere_verdict - answer of a provider
 * @SPHERE_REFUSE: no; also what any unknown value means
 * @SPHERE_ALLOW: yes
 * @SPHERE_UNCONFINED: the task is none of the provider's; the rule for systems
 *	without a provider applies to it
 * @SPHERE_NO_PROVIDER: nobody is there to answer; given by the authority only
 */
enum sphere_verdict {
	SPHERE_REFUSE,
	SPHERE_ALLOW,
	SPHERE_UNCONFINED,
	SPHERE_NO_PROVIDER,
};

/**
 * struct sphere_identity - who a task is
 * @component: its component
 * @tenant: its tenant
 * @has_tenant: whether @tenant holds one
 */
struct sphere_identity {
	struct sphere_component_id component;
	struct sphere_tenant_id tenant;
	bool has_tenant;
};

/**
 * struct sphere_core_policy - what a real-time core runs, and with whom it talks
 * @component: the component on the core
 * @partners: components that it may talk to
 * @n_partners: how many, at most %SPHERE_CORE_PARTNERS
 * @images: SHA-256 of each image that may run
 * @n_images: how many, at most %SPHERE_CORE_IMAGES
 *
 * About 800 bytes: allocate it.
 */
struct sphere_core_policy {
	struct sphere_component_id component;
	struct sphere_component_id partners[SPHERE_CORE_PARTNERS];
	u32 n_partners;
	u8 images[SPHERE_CORE_IMAGES][SPHERE_DIGEST_SIZE];
	u32 n_images;
};

/**
 * enum sphere_development - whether the device is meant for development
 * @SPHERE_DEVELOPMENT_UNKNOWN: nobody has said so; counts as no
 * @SPHERE_DEVELOPMENT_NO: it is not
 * @SPHERE_DEVELOPMENT_YES: it is
 */
enum sphere_development {
	SPHERE_DEVELOPMENT_UNKNOWN,
	SPHERE_DEVELOPMENT_NO,
	SPHERE_DEVELOPMENT_YES,
};

/**
 * struct sphere_provider - a security module that answers
 * @name: shown in the kernel's log
 * @may: may the current task do this? @arg is NULL for operations without
 *	an argument
 * @identity: fill in who the current task is. Return 0, or %-ENODATA for a task
 *	that is none of the provider's
 * @may_send: may @from send to @to? Both sides have to list the other.
 *	%SPHERE_ALLOW or %SPHERE_REFUSE
 * @core_policy: fill in the policy of core @core, which is zeroed. Return 0, or
 *	%-ENOENT if there is none
 * @core_event: core @core was started (@running) or stopped; may be NULL
 * @development: the mode was reported; may be NULL
 *
 * Context: All are called in an RCU read-side section and, but for @may and
 * @identity, perhaps from an interrupt: they do not sleep, and take no lock that
 * is not safe against interrupts.
 */
struct sphere_provider {
	const char *name;
	enum sphere_verdict (*may)(enum sphere_op op, const union sphere_op_arg *arg);
	int (*identity)(struct sphere_identity *id);
	enum sphere_verdict (*may_send)(const struct sphere_component_id *from,
					const struct sphere_component_id *to);
	int (*core_policy)(unsigned int core, struct sphere_core_policy *policy);
	void (*core_event)(unsigned int core, bool running);
	void (*development)(enum sphere_development mode);
};

/* for drivers */
int sphere_authority_may(enum sphere_op op, const union sphere_op_arg *arg);
int sphere_authority_identity(struct sphere_identity *id);
enum sphere_verdict sphere_authority_may_send(const struct sphere_component_id *from,
					      const struct sphere_component_id *to);
int sphere_authority_core_policy(unsigned int core, struct sphere_core_policy *policy);
void sphere_authority_report_development(enum sphere_development mode);
void sphere_authority_report_core(unsigned int core, bool running);

/* for the security module */
int sphere_authority_register(const struct sphere_provider *provider);
void sphere_authority_unregister(const struct sphere_provider *provider);
enum sphere_development sphere_authority_development(void);
bool sphere_authority_core_running(unsigned int core);

#endif /* _LINUX_SPHERE_AUTHORITY_H */
