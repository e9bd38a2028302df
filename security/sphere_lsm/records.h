/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The old interface: records of 88 bytes in /proc/<pid>/attr
 */
#ifndef _SPHERE_LSM_RECORDS_H
#define _SPHERE_LSM_RECORDS_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <linux/sphere/authority.h>

struct sphere_app;
struct task_struct;

/* capabilities of the old interface that an operation of ours stands for */
#define SPHERE_OLD_UPDATE_SECURITY_STATE	0x004U
#define SPHERE_OLD_ATTESTATION_RUNTIME		0x020U
#define SPHERE_OLD_POSTCODE			0x040U
#define SPHERE_OLD_ALL				0xffffffffU

#define SPHERE_OLD_IS_APP_MAN			0x01

/**
 * struct sphere_old_read - what /proc/<pid>/attr/exec holds
 * @component: its id
 * @tenant: text, filled up with zeros
 * @flags: %SPHERE_OLD_IS_APP_MAN for who may give labels
 * @reserved: zeros
 * @capabilities: SPHERE_OLD_*
 *
 * Source: azure-sphere-abi.md 4.1
 */
struct sphere_old_read {
	struct sphere_component_id component;
	struct sphere_tenant_id tenant;
	u8 flags;
	u8 reserved[3];
	__le32 capabilities;
};

static_assert(sizeof(struct sphere_old_read) == 88);
static_assert(offsetof(struct sphere_old_read, flags) == 80);
static_assert(offsetof(struct sphere_old_read, capabilities) == 84);

/**
 * struct sphere_old_write - what is written to /proc/self/attr/exec
 * @component: whom to become
 * @job_control: not looked at; an app groups its own children, and nobody else's
 * @tenant: text, filled up with zeros; not where the other record has it
 * @padding: not looked at
 * @capabilities: SPHERE_OLD_*
 *
 * Source: azure-sphere-abi.md 4.2
 */
struct sphere_old_write {
	struct sphere_component_id component;
	u8 job_control;
	u8 tenant[SPHERE_TENANT_ID_SIZE];
	u8 padding[3];
	__le32 capabilities;
};

static_assert(sizeof(struct sphere_old_write) == 88);
static_assert(offsetof(struct sphere_old_write, tenant) == 17);
static_assert(offsetof(struct sphere_old_write, capabilities) == 84);

/* `current`: with the longest tenant */
#define SPHERE_OLD_TEXT_SIZE	(63 + SPHERE_TENANT_ID_SIZE + 1)

void sphere_old_read_fill(struct sphere_old_read *r, const struct sphere_app *app,
			  bool app_man);
size_t sphere_old_text(char *text, const struct sphere_old_read *r);
int sphere_old_write_check(const struct sphere_old_write *w, const struct sphere_app *app);

int sphere_records_get(struct task_struct *task, const char *name, char **value);
int sphere_records_set(const char *name, const void *value, size_t size);

#endif /* _SPHERE_LSM_RECORDS_H */
