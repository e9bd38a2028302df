// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the sources of the tool take from its main program: nothing is said here
 */
#include "../../../sphere/sphere.h"

int complain(int code, const char *fmt, ...)
{
	return code;
}
