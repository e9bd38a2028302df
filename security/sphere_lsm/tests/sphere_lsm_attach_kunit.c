// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beginnings of functions as compilers make them, and as they must not be taken
 */
#include <kunit/test.h>

#include "../attach_prologue.h"

struct prologue_case {
	const char *name;
	enum sphere_isa isa;
	u32 words[SPHERE_PROLOGUE_MAX + 4];
	u8 n;			/* words, or halfwords for Thumb-2, or bytes for x86-64 */
	int ret;
	u16 call, frame;
};

#define NO	(-EOPNOTSUPP)

static const struct prologue_case cases[] = {
	{ "arm push4", SPHERE_ISA_ARM, { 0xe92d4070, 0xe52de004, 0xe28dd004, 0 }, 4, 0, 8, 16 },
	{ "arm traced", SPHERE_ISA_ARM, { 0xe92d4070, 0xe52de004, 0xebfffffe, 0 }, 4, 0, 8, 16 },
	{ "arm leaf", SPHERE_ISA_ARM, { 0xe52de004, 0xe28dd004, 0 }, 3, 0, 4, 0 },
	{ "arm one register", SPHERE_ISA_ARM,
	  { 0xe52d4004, 0xe52de004, 0xe28dd004 }, 3, 0, 8, 4 },
	{ "arm push6 and room", SPHERE_ISA_ARM,
	  { 0xe92d47f0, 0xe24dd00c, 0xe52de004, 0xe28dd004 }, 4, 0, 12, 44 },
	{ "arm room by value", SPHERE_ISA_ARM,
	  { 0xe24dd008, 0xe92d4010, 0xe24dd010, 0xe52de004, 0xe28dd004 }, 5, 0, 16, 32 },
	{ "arm rotated constant", SPHERE_ISA_ARM,
	  { 0xe24ddf41, 0xe52de004, 0xe28dd004 }, 3, 0, 8, 260 },
	{ "arm lr in the middle", SPHERE_ISA_ARM,
	  { 0xe52de004, 0xe24dd00c, 0xe52de004, 0xe28dd004 }, 4, NO },
	{ "arm push with pc", SPHERE_ISA_ARM, { 0xe92d8070, 0xe52de004, 0xe28dd004 }, 3, NO },
	{ "arm push with sp", SPHERE_ISA_ARM, { 0xe92d2070, 0xe52de004, 0xe28dd004 }, 3, NO },
	{ "arm conditional push", SPHERE_ISA_ARM, { 0x092d4070, 0xe52de004, 0xe28dd004 }, 3, NO },
	{ "arm move first", SPHERE_ISA_ARM, { 0xe1a03000, 0xe52de004, 0xe28dd004 }, 3, NO },
	{ "arm branch instead of call", SPHERE_ISA_ARM,
	  { 0xe92d4070, 0xe52de004, 0xeafffffe }, 3, NO },
	{ "arm frame too large", SPHERE_ISA_ARM,
	  { 0xe24dda02, 0xe52de004, 0xe28dd004 }, 3, NO },
	{ "arm empty push", SPHERE_ISA_ARM, { 0xe92d0000, 0xe52de004, 0xe28dd004 }, 3, NO },
	{ "arm cut off", SPHERE_ISA_ARM, { 0xe92d4070, 0xe52de004 }, 2, NO },
	{ "arm nothing", SPHERE_ISA_ARM, { 0 }, 0, NO },
	{ "arm no call within reach", SPHERE_ISA_ARM,
	  { 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004,
	    0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004,
	    0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52d4004, 0xe52de004,
	    0xe28dd004 }, 19, NO },

	{ "fp", SPHERE_ISA_ARM_FP,
	  { 0xe1a0c00d, 0xe92ddff0, 0xe24cb004, 0xe24dd00c, 0xe52de004, 0xe28dd004 }, 6, 0, 20, 0 },
	{ "fp without room", SPHERE_ISA_ARM_FP,
	  { 0xe1a0c00d, 0xe92dd800, 0xe24cb004, 0xe52de004, 0xebfffffe }, 5, 0, 16, 0 },
	{ "fp after room by value", SPHERE_ISA_ARM_FP,
	  { 0xe24dd008, 0xe1a0c00d, 0xe92dd800, 0xe24cb004, 0xe52de004, 0xe28dd004 }, 6, NO },
	{ "fp not pushed", SPHERE_ISA_ARM_FP,
	  { 0xe1a0c00d, 0xe92dd010, 0xe24cb004, 0xe52de004, 0xe28dd004 }, 5, NO },
	{ "fp of another function", SPHERE_ISA_ARM_FP,
	  { 0xe92d4070, 0xe52de004, 0xe28dd004, 0, 0 }, 5, NO },

	{ "thumb push", SPHERE_ISA_THUMB2, { 0xb570, 0xb500, 0xf10d, 0x0d04 }, 4, 0, 4, 16 },
	{ "thumb traced", SPHERE_ISA_THUMB2, { 0xb570, 0xb500, 0xf7ff, 0xfffe }, 4, 0, 4, 16 },
	{ "thumb leaf", SPHERE_ISA_THUMB2, { 0xb500, 0xf10d, 0x0d04 }, 3, 0, 2, 0 },
	{ "thumb wide push and room", SPHERE_ISA_THUMB2,
	  { 0xe92d, 0x47f0, 0xb083, 0xb500, 0xf10d, 0x0d04 }, 6, 0, 8, 44 },
	{ "thumb wide store", SPHERE_ISA_THUMB2,
	  { 0xf84d, 0x8d04, 0xb500, 0xf10d, 0x0d04 }, 5, 0, 6, 4 },
	{ "thumb wide push of pc", SPHERE_ISA_THUMB2,
	  { 0xe92d, 0x80f0, 0xb500, 0xf10d, 0x0d04 }, 5, NO },
	{ "thumb move first", SPHERE_ISA_THUMB2, { 0x4603, 0xb500, 0xf10d, 0x0d04 }, 4, NO },
	{ "thumb cut off", SPHERE_ISA_THUMB2, { 0xb570, 0xb500 }, 2, NO },

	{ "x86 idle", SPHERE_ISA_X86_64, { 0x0f, 0x1f, 0x44, 0, 0, 0x55 }, 6, 0, 0, 0 },
	{ "x86 traced", SPHERE_ISA_X86_64, { 0xe8, 1, 2, 3, 4, 0x55 }, 6, 0, 0, 0 },
	{ "x86 with endbr64", SPHERE_ISA_X86_64,
	  { 0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x1f, 0x44, 0, 0 }, 9, 0, 4, 0 },
	{ "x86 push first", SPHERE_ISA_X86_64, { 0x55, 0x0f, 0x1f, 0x44, 0, 0 }, 6, NO },
	{ "x86 cut off", SPHERE_ISA_X86_64,
	  { 0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x1f, 0x44, 0 }, 8, NO },
};

static void case_name(const struct prologue_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(prologue, cases, case_name);

static void prologue_decoded(struct kunit *test)
{
	const struct prologue_case *c = test->param_value;
	struct sphere_prologue p = { .call = 0xffff, .frame = 0xffff };
	u16 halves[ARRAY_SIZE(c->words)];
	u8 bytes[ARRAY_SIZE(c->words)];
	const void *code = c->words;
	size_t len = 4 * c->n;
	int i, ret;

	if (c->isa == SPHERE_ISA_THUMB2) {
		for (i = 0; i < c->n; i++)
			halves[i] = c->words[i];
		code = halves;
		len = 2 * c->n;
	} else if (c->isa == SPHERE_ISA_X86_64) {
		for (i = 0; i < c->n; i++)
			bytes[i] = c->words[i];
		code = bytes;
		len = c->n;
	}
	ret = sphere_decode_prologue(c->isa, code, len, &p);
	KUNIT_EXPECT_EQ(test, ret, c->ret);
	if (ret || c->ret)
		return;
	KUNIT_EXPECT_EQ(test, p.call, c->call);
	KUNIT_EXPECT_EQ(test, p.frame, c->frame);
}

static struct kunit_case prologue_cases[] = {
	KUNIT_CASE_PARAM(prologue_decoded, prologue_gen_params),
	{}
};

static struct kunit_suite prologue_suite = {
	.name = "sphere_lsm_attach",
	.test_cases = prologue_cases,
};

kunit_test_suite(prologue_suite);

MODULE_LICENSE("GPL");
