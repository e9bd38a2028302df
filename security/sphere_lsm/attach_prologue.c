// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a function does before it calls the tracer
 *
 * On 32-bit Arm a function calls the tracer only after it has pushed registers
 * and made room on the stack, and a callback of the tracer cannot change the
 * stack pointer. Whoever wants to skip the function has to know how many bytes to
 * take back. The callee-saved registers still hold the caller's values at that
 * point, so the stack pointer is all that has to be put right.
 *
 * Only the few instructions that compilers are known to put there are accepted. A
 * function that starts in any other way is not attached to, and then nothing
 * is: a wrong guess would crash the kernel at the first refusal.
 *
 * Pure: it reads @code and nothing else, so that each instruction set can be
 * tested on any machine.
 */
#include <linux/bitops.h>
#include <linux/errno.h>

#include "attach_prologue.h"

/* A bound on what a sane function of the security layer pushes */
#define FRAME_MAX	4096

/* Arm */
#define A_PUSH_LR	0xe52de004	/* str lr, [sp, #-4]! */
#define A_NOP		0xe28dd004	/* add sp, sp, #4: the tracer is off */
#define A_MOV_IP_SP	0xe1a0c00d
#define A_SUB_FP_IP_4	0xe24cb004

static bool a_is_bl(u32 w)
{
	return (w & 0xff000000) == 0xeb000000;
}

/* sub sp, sp, #imm: the bytes, 0 if it is something else */
static u32 a_sub_sp(u32 w)
{
	if ((w & 0xfffff000) != 0xe24dd000)
		return 0;
	return ror32(w & 0xff, (w >> 8 & 15) * 2);
}

/* a push of one or more registers, none of them sp or pc: the bytes, or 0 */
static u32 a_push(u32 w)
{
	if ((w & 0xffff0000) == 0xe92d0000 && !(w & (BIT(13) | BIT(15))))
		return 4 * hweight16(w & 0xffff);
	if ((w & 0xffff0fff) == 0xe52d0004 && (w >> 12 & 15) < 13)
		return 4;
	return 0;
}

static int decode_arm(const u32 *code, size_t n, struct sphere_prologue *result)
{
	u32 frame = 0;
	size_t i;

	for (i = 0; i + 1 < n && i < SPHERE_PROLOGUE_MAX; i++) {
		u32 bytes;

		if (code[i] == A_PUSH_LR && (code[i + 1] == A_NOP || a_is_bl(code[i + 1]))) {
			result->call = 4 * (i + 1);
			result->frame = frame;
			return 0;
		}
		bytes = a_push(code[i]);
		if (!bytes)
			bytes = a_sub_sp(code[i]);
		if (!bytes || bytes > FRAME_MAX - frame)
			return -EOPNOTSUPP;
		frame += bytes;
	}
	return -EOPNOTSUPP;
}

/*
 * With a frame pointer the frame is found through fp, and its size does not
 * matter; but fp must have been set in the one way that the stub undoes, before
 * anything else was put on the stack.
 */
static int decode_arm_fp(const u32 *code, size_t n, struct sphere_prologue *result)
{
	size_t i;

	if (n < 5 || code[0] != A_MOV_IP_SP ||
	    /* push {.., fp, ip, lr, pc} */
	    (code[1] & 0xfffff000) != 0xe92dd000 || !(code[1] & BIT(11)) ||
	    code[2] != A_SUB_FP_IP_4)
		return -EOPNOTSUPP;
	for (i = 3; i + 1 < n && i < SPHERE_PROLOGUE_MAX; i++) {
		if (code[i] == A_PUSH_LR && (code[i + 1] == A_NOP || a_is_bl(code[i + 1]))) {
			result->call = 4 * (i + 1);
			result->frame = 0;
			return 0;
		}
		if (!a_sub_sp(code[i]))
			return -EOPNOTSUPP;
	}
	return -EOPNOTSUPP;
}

/* Thumb-2 */
#define T_PUSH_LR	0xb500

static bool t_is_call(const u16 *p)
{
	/* add.w sp, sp, #4: the tracer is off; or bl */
	if (p[0] == 0xf10d && p[1] == 0x0d04)
		return true;
	return (p[0] & 0xf800) == 0xf000 && (p[1] & 0xd000) == 0xd000;
}

static int decode_thumb2(const u16 *code, size_t n, struct sphere_prologue *result)
{
	u32 frame = 0;
	size_t i = 0;
	int count;

	for (count = 0; i + 2 < n && count < SPHERE_PROLOGUE_MAX; count++) {
		u16 a = code[i], b = code[i + 1];
		u32 bytes;

		if (a == T_PUSH_LR && t_is_call(code + i + 1)) {
			result->call = 2 * (i + 1);
			result->frame = frame;
			return 0;
		}
		if ((a & 0xfe00) == 0xb400) {			/* push {r0-r7, lr} */
			bytes = 4 * hweight16(a & 0x1ff);
			i += 1;
		} else if (a == 0xe92d && !(b & (BIT(13) | BIT(15)))) {
			bytes = 4 * hweight16(b);		/* push.w {list} */
			i += 2;
		} else if (a == 0xf84d && (b & 0xfff) == 0xd04 && b >> 12 < 13) {
			bytes = 4;				/* str.w r, [sp, #-4]! */
			i += 2;
		} else if ((a & 0xff80) == 0xb080) {		/* sub sp, #imm */
			bytes = (a & 0x7f) * 4;
			i += 1;
		} else {
			return -EOPNOTSUPP;
		}
		if (!bytes || bytes > FRAME_MAX - frame)
			return -EOPNOTSUPP;
		frame += bytes;
	}
	return -EOPNOTSUPP;
}

/* x86-64 */
static int decode_x86_64(const u8 *code, size_t n, struct sphere_prologue *result)
{
	static const u8 endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	/* what stands there while nobody traces: nopl 0(%rax,%rax,1) */
	static const u8 nop5[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	size_t at = 0, i;

	for (i = 0; i < sizeof(endbr64) && i < n && code[i] == endbr64[i]; i++)
		;
	if (i == sizeof(endbr64))
		at = sizeof(endbr64);
	if (n < at + sizeof(nop5))
		return -EOPNOTSUPP;
	for (i = 0; i < sizeof(nop5) && code[at + i] == nop5[i]; i++)
		;
	if (i < sizeof(nop5) && code[at] != 0xe8)	/* call */
		return -EOPNOTSUPP;
	result->call = at;
	result->frame = 0;
	return 0;
}

/**
 * sphere_decode_prologue() - where a function calls the tracer, and what it pushed
 * @isa: how @code is to be read
 * @code: first instruction of the function; aligned as the instruction set wants
 * @len: bytes at @code
 * @result: filled in
 *
 * Context: Any context.
 * Return: 0, or %-EOPNOTSUPP if the function starts in a way that is not known.
 */
int sphere_decode_prologue(enum sphere_isa isa, const void *code, size_t len,
			   struct sphere_prologue *result)
{
	switch (isa) {
	case SPHERE_ISA_ARM:
		return decode_arm(code, len / 4, result);
	case SPHERE_ISA_ARM_FP:
		return decode_arm_fp(code, len / 4, result);
	case SPHERE_ISA_THUMB2:
		return decode_thumb2(code, len / 2, result);
	case SPHERE_ISA_X86_64:
		return decode_x86_64(code, len, result);
	}
	return -EOPNOTSUPP;
}
