// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files as a whole, and small forms of text that several commands read
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sphere.h"
#include "text.h"

static const char guid_form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
/* where each byte of the id stands in the text: the first three parts are numbers */
static const uint8_t guid_at[GUID_SIZE] = {
	6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34,
};

/**
 * parse_guid() - a component id as people write it
 * @text: 36 characters, upper or lower case
 * @id: filled in: the bytes as they are sent to a core
 *
 * Return: whether @text was that.
 */
bool parse_guid(const char *text, uint8_t id[GUID_SIZE])
{
	unsigned int i;

	if (strlen(text) != GUID_TEXT)
		return false;
	for (i = 0; i < GUID_TEXT; i++)
		if (guid_form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	for (i = 0; i < GUID_SIZE; i++) {
		char digits[3] = { text[guid_at[i]], text[guid_at[i] + 1], 0 };

		id[i] = strtoul(digits, NULL, 16);
	}
	return true;
}

/**
 * format_guid() - a component id as people write it, in lower case
 * @id: its bytes
 * @text: filled in
 */
void format_guid(const uint8_t id[GUID_SIZE], char text[GUID_TEXT + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned int i;

	memcpy(text, guid_form, sizeof(guid_form));
	for (i = 0; i < GUID_SIZE; i++) {
		text[guid_at[i]] = digits[id[i] >> 4];
		text[guid_at[i] + 1] = digits[id[i] & 15];
	}
}

/**
 * parse_ipv4() - an IPv4 address
 * @text: four decimal numbers, none with a 0 in front (is 010 eight or ten?)
 * @addr: filled in
 *
 * Return: whether @text was that.
 */
bool parse_ipv4(const char *text, uint8_t addr[4])
{
	unsigned int i, n;

	for (i = 0; i < 4; i++) {
		const char *start = text;

		for (n = 0; *text >= '0' && *text <= '9' && text - start < 3; text++)
			n = n * 10 + (*text - '0');
		if (text == start || n > 255 || (*start == '0' && text - start > 1))
			return false;
		if (*text++ != (i < 3 ? '.' : '\0'))
			return false;
		addr[i] = n;
	}
	return true;
}

/**
 * parse_number() - a number
 * @text: decimal digits, or 0x and hexadecimal digits
 * @max: largest number that is accepted
 * @number: filled in
 *
 * Return: whether @text was that.
 */
bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	unsigned int base = 10;
	uint64_t n = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int d;

		if (*text >= '0' && *text <= '9')
			d = *text - '0';
		else if (base == 16 && isxdigit((unsigned char)*text))
			d = tolower((unsigned char)*text) - 'a' + 10;
		else
			return false;
		if (n > (UINT64_MAX - d) / base)
			return false;
		n = n * base + d;
	}
	*number = n;
	return n <= max;
}

/**
 * read_file() - what is in a file
 * @arena: where it lives
 * @path: name of the file, "-" for the standard input
 * @max: bytes that are read at most; one more than that is returned if there are more
 * @size: filled in
 * @code: filled in if it cannot be read: exit code, with the reason said
 *
 * Return: the bytes, with a zero byte behind them, or NULL
 */
char *read_file(struct arena *arena, const char *path, size_t max, size_t *size, int *code)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	size_t room = 65536, len = 0, n;
	char *bytes = NULL, *more;
	int err;

	if (!f) {
		*code = complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	do {
		more = realloc(bytes, room);
		if (!more) {
			free(bytes);
			exit(complain(SPHERE_SYSTEM, "there is no memory for %s", path));
		}
		bytes = more;
		errno = 0;
		n = fread(bytes + len, 1, room - len, f);
		len += n;
		if (len == room)
			room *= 2;
	} while (n && len <= max);
	err = errno;
	if (ferror(f)) {
		*code = complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(err));
		more = NULL;
	} else {
		*size = len <= max ? len : max + 1;
		more = arena_copy(arena, bytes, *size);
	}
	free(bytes);
	if (f != stdin)
		fclose(f);
	return more;
}

/**
 * write_file() - make a file, or replace it as a whole
 * @path: its name, "-" for the standard output
 * @bytes: what shall be in it
 * @size: their number
 *
 * A file that was there stays as it was until all bytes are on the disk.
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int write_file(const char *path, const void *bytes, size_t size)
{
	char *temporary = NULL;
	struct stat st;
	FILE *f;
	int fd;

	if (!strcmp(path, "-")) {
		if (fwrite(bytes, 1, size, stdout) != size)
			return complain(SPHERE_SYSTEM, "writing the output failed");
		return SPHERE_OK;
	}
	/* a device or a pipe is written to, not replaced */
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		f = fopen(path, "wb");
	} else {
		if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
			return complain(SPHERE_SYSTEM, "there is no memory");
		fd = mkstemp(temporary);
		f = fd < 0 ? NULL : fdopen(fd, "wb");
		if (f) {
			mode_t mask = umask(0);

			umask(mask);
			fchmod(fd, 0666 & ~mask);
		}
	}
	if (!f || fwrite(bytes, 1, size, f) != size || fflush(f) ||
	    (temporary && fsync(fileno(f))))
		goto failed;
	if (fclose(f)) {
		f = NULL;
		goto failed;
	}
	f = NULL;
	if (temporary && rename(temporary, path))
		goto failed;
	free(temporary);
	return SPHERE_OK;

failed:
	complain(SPHERE_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
	if (f)
		fclose(f);
	if (temporary)
		unlink(temporary);
	free(temporary);
	return SPHERE_SYSTEM;
}

/**
 * utf8_len() - length of a character
 * @p: where it starts
 * @end: byte behind the last, above @p
 *
 * Return: bytes, 0 if it is not UTF-8
 */
size_t utf8_len(const char *p, const char *end)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] < 0xe0)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		n = 4;
	else
		return 0;
	if ((size_t)(end - p) < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* too long forms, surrogates, beyond the last character */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

/**
 * utf8_hidden() - is this a character that shows nothing, but changes what others show?
 * @p: where it starts
 * @bytes: as utf8_len() says
 * @c: filled in if so: its number
 *
 * Controls, and what turns the direction of text, joins it or breaks lines: with them
 * one text can look like another one.
 *
 * Return: whether it is.
 */
bool utf8_hidden(const char *p, size_t bytes, unsigned int *c)
{
	const unsigned char *s = (const unsigned char *)p;

	if (bytes == 1)
		*c = s[0];
	else if (bytes == 2)
		*c = (s[0] & 0x1f) << 6 | (s[1] & 0x3f);
	else if (bytes == 3)
		*c = (s[0] & 0x0f) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
	else
		return false;
	return *c < 0x20 || (*c >= 0x7f && *c < 0xa0) || *c == 0x61c ||
	       (*c >= 0x200b && *c < 0x2010) || (*c >= 0x2028 && *c < 0x202f) ||
	       (*c >= 0x2060 && *c < 0x2070) || *c == 0xfeff;
}

/**
 * text_distance() - how far two words are from each other
 * @a: a word
 * @b: another one
 *
 * Return: letters to insert, remove or replace, whatever their case; a large
 * number for words that are no names of anything.
 */
unsigned int text_distance(const char *a, const char *b)
{
	unsigned int row[64], la = strlen(a), lb = strlen(b), i, j;

	if (la >= ARRAY_SIZE(row) || lb >= ARRAY_SIZE(row))
		return ARRAY_SIZE(row);
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			unsigned int best = diagonal + (tolower((unsigned char)a[i - 1]) !=
							tolower((unsigned char)b[j - 1]));

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}
