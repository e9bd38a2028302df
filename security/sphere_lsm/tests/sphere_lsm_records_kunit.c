// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of the old interface: bytes as published, and what they may ask for
 *
 * Names of cases begin with the requirements that they are about.
 */
#include <kunit/test.h>

#include <linux/bits.h>
#include <linux/string.h>

#include "../app.h"
#include "../records.h"

struct fixture {
	struct sphere_app app;
	struct sphere_old_read read;
	struct sphere_old_write write;
	char text[SPHERE_OLD_TEXT_SIZE + 8];
};

static int init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	if (!f)
		return -ENOMEM;
	for (i = 0; i < SPHERE_COMPONENT_ID_SIZE; i++)
		f->app.component.b[i] = 0xa0 + i;
	strcpy(f->app.tenant.b, "c6b3a2f0-0000-4000-8000-000000000001");
	f->app.has_tenant = true;
	f->app.ops = BIT(SPHERE_OP_PLUTON_SET_POSTCODE) | BIT(SPHERE_OP_PLUTON_ATTEST);
	f->write.component = f->app.component;
	test->priv = f;
	return 0;
}

static void bytes_of_an_app(struct kunit *test)
{
	struct fixture *f = test->priv;
	const u8 *b = (const u8 *)&f->read;

	memset(&f->read, 0xff, sizeof(f->read));
	sphere_old_read_fill(&f->read, &f->app, true);
	KUNIT_EXPECT_EQ(test, 0, memcmp(b, f->app.component.b, 16));
	KUNIT_EXPECT_STREQ(test, b + 16, "c6b3a2f0-0000-4000-8000-000000000001");
	/* never one that labels others; and nothing of the stack comes along */
	KUNIT_EXPECT_EQ(test, 0, memcmp(b + 80, "\0\0\0\0\x40\0\0\0", 8));
}

static void LS7_bytes_of_a_task_without_an_app(struct kunit *test)
{
	struct fixture *f = test->priv;
	static const u8 none[88], man[8] = { 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };

	sphere_old_read_fill(&f->read, NULL, false);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&f->read, none, sizeof(none)));
	sphere_old_read_fill(&f->read, NULL, true);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&f->read, none, 80));
	KUNIT_EXPECT_EQ(test, 0, memcmp((u8 *)&f->read + 80, man, sizeof(man)));
}

static void LS40_capabilities_need_all_their_operations(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->app.ops = BIT(SPHERE_OP_PLUTON_GENERATE_KEY) | BIT(SPHERE_OP_PLUTON_COMMIT_KEY);
	sphere_old_read_fill(&f->read, &f->app, false);
	KUNIT_EXPECT_EQ(test, 0u, le32_to_cpu(f->read.capabilities));
	f->app.ops |= BIT(SPHERE_OP_PLUTON_ATTEST) | BIT(SPHERE_OP_PLUTON_SET_MANUFACTURING);
	sphere_old_read_fill(&f->read, &f->app, false);
	KUNIT_EXPECT_EQ(test, 0x24u, le32_to_cpu(f->read.capabilities));
}

static void LS33_text(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t len;

	memset(f->text, '#', sizeof(f->text));
	sphere_old_read_fill(&f->read, &f->app, false);
	len = sphere_old_text(f->text, &f->read);
	KUNIT_EXPECT_EQ(test, 63u + 36u, len);
	f->text[len] = 0;
	KUNIT_EXPECT_STREQ(test, f->text,
			   "CID: A3A2A1A0-A5A4-A7A6-A8A9-AAABACADAEAF\n"
			   "TID: c6b3a2f0-0000-4000-8000-000000000001\n"
			   "CAPS: 00000040\n");
	/* the longest, and not a byte beyond */
	memset(f->app.tenant.b, 't', sizeof(f->app.tenant.b) - 1);
	memset(f->text, '#', sizeof(f->text));
	sphere_old_read_fill(&f->read, &f->app, false);
	KUNIT_EXPECT_EQ(test, 63u + 63u, sphere_old_text(f->text, &f->read));
	KUNIT_EXPECT_EQ(test, '#', f->text[SPHERE_OLD_TEXT_SIZE]);
}

static void LS7_a_record_gives_no_more_than_the_policy(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, 0, sphere_old_write_check(&f->write, &f->app));
	f->write.job_control = 1;
	f->write.capabilities = cpu_to_le32(SPHERE_OLD_POSTCODE);
	KUNIT_EXPECT_EQ(test, 0, sphere_old_write_check(&f->write, &f->app));
	f->write.capabilities = cpu_to_le32(SPHERE_OLD_POSTCODE | BIT(0));
	KUNIT_EXPECT_EQ(test, -EPERM, sphere_old_write_check(&f->write, &f->app));
	f->write.capabilities = cpu_to_le32(SPHERE_OLD_ALL);
	KUNIT_EXPECT_EQ(test, -EPERM, sphere_old_write_check(&f->write, &f->app));
}

static void LS7_a_record_names_the_tenant_of_the_policy_or_none(struct kunit *test)
{
	struct fixture *f = test->priv;

	memcpy(f->write.tenant, f->app.tenant.b, sizeof(f->write.tenant));
	KUNIT_EXPECT_EQ(test, 0, sphere_old_write_check(&f->write, &f->app));
	f->write.tenant[35] = '2';
	KUNIT_EXPECT_EQ(test, -EINVAL, sphere_old_write_check(&f->write, &f->app));
	f->write.tenant[35] = '1';
	f->write.tenant[63] = 'x';
	KUNIT_EXPECT_EQ(test, -EINVAL, sphere_old_write_check(&f->write, &f->app));
	f->write.tenant[63] = 0;
	f->app.has_tenant = false;
	KUNIT_EXPECT_EQ(test, -EINVAL, sphere_old_write_check(&f->write, &f->app));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bytes_of_an_app),
	KUNIT_CASE(LS7_bytes_of_a_task_without_an_app),
	KUNIT_CASE(LS40_capabilities_need_all_their_operations),
	KUNIT_CASE(LS33_text),
	KUNIT_CASE(LS7_a_record_gives_no_more_than_the_policy),
	KUNIT_CASE(LS7_a_record_names_the_tenant_of_the_policy_or_none),
	{}
};

static struct kunit_suite suite = {
	.name = "sphere_lsm_records",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
