// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes as hexadecimal digits, both ways
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sphere.h"

/**
 * print_hex() - print bytes as lower case digits, without a newline
 * @bytes: bytes
 * @len: how many
 */
void print_hex(const unsigned char *bytes, size_t len)
{
	while (len--)
		printf("%02x", *bytes++);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * parse_hex() - digits to bytes
 * @text: exactly two digits for each byte
 * @bytes: filled in
 * @len: bytes wanted
 *
 * Return: whether @text was that.
 */
bool parse_hex(const char *text, unsigned char *bytes, size_t len)
{
	if (strlen(text) != 2 * len)
		return false;
	for (; len--; text += 2) {
		int high = digit(text[0]), low = digit(text[1]);

		if (high < 0 || low < 0)
			return false;
		*bytes++ = high << 4 | low;
	}
	return true;
}
