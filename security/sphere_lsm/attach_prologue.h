/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a function does before it calls the tracer
 */
#ifndef SPHERE_ATTACH_PROLOGUE_H
#define SPHERE_ATTACH_PROLOGUE_H

#include <linux/types.h>

/* Instructions looked at, at most, before the call of the tracer has to come */
#define SPHERE_PROLOGUE_MAX	16

/**
 * enum sphere_isa - instruction set and calling sequence of the kernel's functions
 * @SPHERE_ISA_ARM: Arm, frames described by unwind tables
 * @SPHERE_ISA_ARM_FP: Arm, frames linked through fp
 * @SPHERE_ISA_THUMB2: Thumb-2
 * @SPHERE_ISA_X86_64: x86-64 with -mfentry
 */
enum sphere_isa {
	SPHERE_ISA_ARM,
	SPHERE_ISA_ARM_FP,
	SPHERE_ISA_THUMB2,
	SPHERE_ISA_X86_64,
};

/**
 * struct sphere_prologue - result of sphere_decode_prologue()
 * @call: offset in bytes from the start of the function to the call of the
 *	tracer, which is what the tracer gives as its address
 * @frame: bytes that the function has pushed by then
 */
struct sphere_prologue {
	u16 call;
	u16 frame;
};

int sphere_decode_prologue(enum sphere_isa isa, const void *code, size_t len,
			   struct sphere_prologue *result);

#endif /* SPHERE_ATTACH_PROLOGUE_H */
