// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wrong with a file, and where
 */
#include <string.h>

#include "findings.h"
#include "text.h"

/*
 * Errors, and warnings, that are kept: more than anybody reads, and a hostile file could
 * have one for each byte. Each has a number of its own, so that warnings hide no error.
 */
#define MAX_FINDINGS	100

static void add(struct findings *f, struct place at, bool warning, const char *hint,
		const char *fmt, va_list args)
{
	struct finding *new;

	if ((warning ? ++f->warnings : ++f->errors) > MAX_FINDINGS)
		return;
	new = arena_alloc(f->arena, sizeof(*new));
	new->file = f->file;
	new->place = at;
	new->warning = warning;
	new->kind = f->kind ? f->kind : "value";
	new->reason = arena_vprint(f->arena, fmt, args);
	new->hint = hint;
	if (f->last)
		f->last->next = new;
	else
		f->first = new;
	f->last = new;
}

/**
 * refuse_at() - a reason why the file is refused
 * @f: where it is kept
 * @at: place in the file
 * @hint: what to do, or NULL; lives as long as @f
 * @fmt: what is wrong
 */
void refuse_at(struct findings *f, struct place at, const char *hint, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(f, at, false, hint, fmt, args);
	va_end(args);
}

/**
 * warn_at() - something that a person should know, and no reason to refuse
 * @f: where it is kept
 * @at: place in the file
 * @hint: what to do, or NULL; lives as long as @f
 * @fmt: what was noticed
 */
void warn_at(struct findings *f, struct place at, const char *hint, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(f, at, true, hint, fmt, args);
	va_end(args);
}

static unsigned int hidden(const struct findings *f)
{
	return (f->errors > MAX_FINDINGS ? f->errors - MAX_FINDINGS : 0) +
	       (f->warnings > MAX_FINDINGS ? f->warnings - MAX_FINDINGS : 0);
}

/**
 * shortened() - a number or word as it was written, cut if it is long
 * @arena: where the result lives
 * @text: the text, of printable characters of ASCII
 *
 * Return: the text.
 */
const char *shortened(struct arena *arena, const char *text)
{
	return strlen(text) <= 40 ? text : arena_print(arena, "%.40s...", text);
}

/**
 * quoted() - text from a file in a form that no terminal obeys
 * @arena: where the result lives
 * @text: the text
 *
 * Return: the text in quotes, without control characters, cut if it is long.
 */
const char *quoted(struct arena *arena, const char *text)
{
	size_t len = strlen(text), i, n = 0, max = 72;
	char *out = arena_alloc(arena, 4 * max + 8);

	out[n++] = '\'';
	for (i = 0; i < len && i < max; i++) {
		const size_t bytes = utf8_len(text + i, text + len);
		unsigned int c;

		/* the bytes behind the first of a hidden character are not UTF-8 by themselves */
		if (!bytes || utf8_hidden(text + i, bytes, &c)) {
			n += sprintf(out + n, "\\x%02x", (unsigned char)text[i]);
			continue;
		}
		memcpy(out + n, text + i, bytes);
		n += bytes;
		i += bytes - 1;
	}
	if (i < len)
		n += sprintf(out + n, "...");
	out[n++] = '\'';
	out[n] = '\0';
	return out;
}

/**
 * print_findings() - one line each, as compilers write them, and one for the hint
 * @out: where to
 * @f: what was found
 */
void print_findings(FILE *out, const struct findings *f)
{
	const struct finding *x;

	for (x = f->first; x; x = x->next) {
		fprintf(out, "%s:", x->file);
		if (x->place.line)
			fprintf(out, "%u:%u:", x->place.line, x->place.column);
		fprintf(out, " %s: %s\n", x->warning ? "warning" : "error", x->reason);
		if (x->hint)
			fprintf(out, "    hint: %s\n", x->hint);
	}
	if (hidden(f))
		fprintf(out, "%s: %u more are not shown: mend these first\n", f->file, hidden(f));
}

/**
 * print_json_string() - text as a JSON string
 * @out: where to
 * @text: UTF-8; a byte that is not is printed as \xNN, in letters, since JSON has no
 *	way to say it and a reader would refuse all of the output
 */
void print_json_string(FILE *out, const char *text)
{
	const char *end = text + strlen(text);

	fputc('"', out);
	while (text < end) {
		const size_t bytes = utf8_len(text, end);
		unsigned int c;

		if (!bytes)
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (utf8_hidden(text, bytes, &c))
			fprintf(out, "\\u%04x", c);
		else
			fwrite(text, 1, bytes, out);
		text += bytes ? bytes : 1;
	}
	fputc('"', out);
}

/**
 * print_findings_json() - as a JSON array
 * @out: where to
 * @f: what was found
 */
void print_findings_json(FILE *out, const struct findings *f)
{
	const struct finding *x;

	fputc('[', out);
	for (x = f->first; x; x = x->next) {
		fprintf(out, "%s\n  {\"file\": ", x == f->first ? "" : ",");
		print_json_string(out, x->file);
		fprintf(out, ", \"line\": %u, \"column\": %u, \"level\": \"%s\", \"kind\": \"%s\", \"reason\": ",
			x->place.line, x->place.column, x->warning ? "warning" : "error", x->kind);
		print_json_string(out, x->reason);
		if (x->hint) {
			fprintf(out, ", \"hint\": ");
			print_json_string(out, x->hint);
		}
		fputc('}', out);
	}
	if (hidden(f)) {
		fprintf(out, ",\n  {\"file\": ");
		print_json_string(out, f->file);
		fprintf(out, ", \"line\": 0, \"column\": 0, \"level\": \"%s\", \"kind\": \"value\", \"reason\": \"%u more are not shown\", \"hint\": \"mend these first\"}",
			f->errors > MAX_FINDINGS ? "error" : "warning", hidden(f));
	}
	fprintf(out, "%s]", f->first ? "\n" : "");
}
