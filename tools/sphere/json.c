// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON as people write it, with the place of every value
 *
 * Why not a library: a refusal has to name line and column of the value that is
 * wrong, long after the text was parsed. jansson tells a place for errors of
 * syntax only and takes neither comments nor trailing commas; json-c takes both
 * but keeps only the offset at which it stopped; cJSON takes neither and keeps a
 * pointer to where it stopped. None of the three keeps the place of a value, and
 * all let the last of two equal keys win silently.
 *
 * Accepted beyond the standard, because manifests that work elsewhere contain it:
 * a byte order mark, comments of both kinds, one comma before a
 * closing bracket. Refused beyond the standard: a key twice in an object (which of
 * the two is meant?) and zero bytes in strings.
 */
#include <string.h>

#include "json.h"
#include "sphere.h"
#include "text.h"

/**
 * struct reader - where reading stands
 * @p: next byte
 * @end: byte behind the last
 * @line: line of @p
 * @line_start: first byte of that line
 * @counted: byte of that line up to which columns were counted
 * @column: column of @counted
 * @depth: arrays and objects that are open
 * @f: where findings go
 */
struct reader {
	const char *p;
	const char *end;
	unsigned int line;
	const char *line_start;
	const char *counted;
	unsigned int column;
	unsigned int depth;
	struct findings *f;
};

static void line_starts(struct reader *r)
{
	r->line_start = r->p;
	r->counted = r->p;
	r->column = 1;
}

/* Counts on from the last place: from the start of a long line it would take too long */
static struct place place_of(struct reader *r, const char *p)
{
	if (p < r->counted) {
		r->counted = r->line_start;
		r->column = 1;
	}
	for (; r->counted < p; r->counted++)
		if (((unsigned char)*r->counted & 0xc0) != 0x80)
			r->column++;
	return (struct place){ r->line, r->column };
}

static struct place here(struct reader *r)
{
	return place_of(r, r->p);
}

static void newline(struct reader *r)
{
	r->p++;
	r->line++;
	line_starts(r);
}

static bool skip_comment(struct reader *r)
{
	struct place start = here(r);

	if (r->end - r->p < 2 || (r->p[1] != '/' && r->p[1] != '*')) {
		refuse_at(r->f, start, "comments start with // or /*",
			  "there is a single '/' outside of a string");
		return false;
	}
	if (r->p[1] == '/') {
		while (r->p < r->end && *r->p != '\n')
			r->p++;
		return true;
	}
	for (r->p += 2; r->end - r->p >= 2; ) {
		if (r->p[0] == '*' && r->p[1] == '/') {
			r->p += 2;
			return true;
		}
		if (*r->p == '\n')
			newline(r);
		else
			r->p++;
	}
	refuse_at(r->f, start, "end it with */", "a comment has no end");
	return false;
}

static bool skip_space(struct reader *r)
{
	while (r->p < r->end) {
		switch (*r->p) {
		case '\n':
			newline(r);
			break;
		case ' ':
		case '\t':
		case '\r':
			r->p++;
			break;
		case '/':
			if (!skip_comment(r))
				return false;
			break;
		default:
			return true;
		}
	}
	return true;
}

/* What stands at the cursor, for people */
static const char *found(const struct reader *r)
{
	size_t n;

	if (r->p >= r->end)
		return "the end of the file";
	if (!*r->p)
		return "a zero byte";
	n = utf8_len(r->p, r->end);
	if (!n)
		return "a byte that is not UTF-8";
	return quoted(r->f->arena, arena_copy(r->f->arena, r->p, n));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static long four_digits(const struct reader *r, const char *p)
{
	long value = 0;
	int i;

	if (r->end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return -1;
		value = value << 4 | d;
	}
	return value;
}

/* The character behind "\u"; the cursor goes behind it */
static bool read_unicode(struct reader *r, char *out, size_t *n)
{
	const char *start = r->p - 2;
	long c = four_digits(r, r->p), low;

	if (c < 0) {
		refuse_at(r->f, place_of(r, start), NULL, "\\u needs four hexadecimal digits");
		return false;
	}
	r->p += 4;
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->p >= 6 && r->p[0] == '\\' && r->p[1] == 'u') {
		low = four_digits(r, r->p + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			r->p += 6;
		}
	}
	if (!c || (c >= 0xd800 && c < 0xe000)) {
		refuse_at(r->f, place_of(r, start), NULL,
			  c ? "half of a surrogate pair is not a character" :
			      "a string must not contain a zero byte");
		return false;
	}
	if (c < 0x80) {
		out[(*n)++] = c;
	} else if (c < 0x800) {
		out[(*n)++] = 0xc0 | c >> 6;
		out[(*n)++] = 0x80 | (c & 0x3f);
	} else if (c < 0x10000) {
		out[(*n)++] = 0xe0 | c >> 12;
		out[(*n)++] = 0x80 | (c >> 6 & 0x3f);
		out[(*n)++] = 0x80 | (c & 0x3f);
	} else {
		out[(*n)++] = 0xf0 | c >> 18;
		out[(*n)++] = 0x80 | (c >> 12 & 0x3f);
		out[(*n)++] = 0x80 | (c >> 6 & 0x3f);
		out[(*n)++] = 0x80 | (c & 0x3f);
	}
	return true;
}

static bool read_escape(struct reader *r, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;

	if (r->end - r->p < 2) {
		refuse_at(r->f, here(r), NULL, "a string has no end");
		return false;
	}
	if (r->p[1] == 'u') {
		r->p += 2;
		return read_unicode(r, out, n);
	}
	which = r->p[1] ? strchr(from, r->p[1]) : NULL;
	if (!which) {
		refuse_at(r->f, here(r), "write \\\\ for a backslash",
			  "a backslash with this character behind it means nothing");
		return false;
	}
	out[(*n)++] = to[which - from];
	r->p += 2;
	return true;
}

/* The string whose opening quote is at the cursor */
static const char *read_string(struct reader *r)
{
	struct place start = here(r);
	const char *p = r->p + 1;
	size_t n = 0, len;
	char *out;

	/* no escape makes the text longer; look for the end first, to know its size */
	while (p < r->end && *p != '"' && *p != '\n')
		p += *p == '\\' && r->end - p > 1 && p[1] != '\n' ? 2 : 1;
	if (p >= r->end || *p != '"') {
		refuse_at(r->f, start, "close it with \" on the same line", "a string has no end");
		return NULL;
	}
	out = arena_alloc(r->f->arena, p - r->p);
	for (r->p++; *r->p != '"'; ) {
		if (*r->p == '\\') {
			if (!read_escape(r, out, &n))
				return NULL;
			continue;
		}
		if ((unsigned char)*r->p < 0x20) {
			refuse_at(r->f, here(r), "write it as \\t, \\r or \\u00XX",
				  "there is a control character in a string");
			return NULL;
		}
		len = utf8_len(r->p, r->end);
		if (!len) {
			refuse_at(r->f, here(r), "save the file as UTF-8",
				  "there is a byte that is not UTF-8");
			return NULL;
		}
		memcpy(out + n, r->p, len);
		n += len;
		r->p += len;
	}
	r->p++;
	return out;
}

static bool is_digit(const struct reader *r)
{
	return r->p < r->end && *r->p >= '0' && *r->p <= '9';
}

static bool read_number(struct reader *r, struct json *v)
{
	const char *start = r->p;
	bool good;

	if (*r->p == '-')
		r->p++;
	good = is_digit(r);
	if (good && *r->p == '0' && r->end - r->p > 1 && r->p[1] >= '0' && r->p[1] <= '9') {
		refuse_at(r->f, v->place, "write it without the 0 in front, in decimal digits",
			  "a number must not start with 0");
		return false;
	}
	while (is_digit(r))
		r->p++;
	if (good && r->p < r->end && *r->p == '.') {
		r->p++;
		good = is_digit(r);
		while (is_digit(r))
			r->p++;
	}
	if (good && r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
		r->p++;
		if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
			r->p++;
		good = is_digit(r);
		while (is_digit(r))
			r->p++;
	}
	if (!good) {
		refuse_at(r->f, v->place, NULL, "this is not a number");
		return false;
	}
	v->type = JSON_NUMBER;
	v->text = arena_copy(r->f->arena, start, r->p - start);
	return true;
}

static bool read_word(struct reader *r, struct json *v)
{
	static const struct {
		const char *word;
		enum json_type type;
		bool boolean;
	} words[] = {
		{ "true", JSON_BOOLEAN, true },
		{ "false", JSON_BOOLEAN, false },
		{ "null", JSON_NULL, false },
	};
	const char *p = r->p;
	size_t len, i;

	while (p < r->end && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_' ||
			      (*p >= '0' && *p <= '9')))
		p++;
	len = p - r->p;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (len == strlen(words[i].word) && !memcmp(r->p, words[i].word, len)) {
			v->type = words[i].type;
			v->boolean = words[i].boolean;
			r->p = p;
			return true;
		}
	}
	if (len)
		refuse_at(r->f, v->place, "put text in double quotes; the words are true, false and null",
			  "%s is not a value",
			  quoted(r->f->arena, arena_copy(r->f->arena, r->p, len)));
	else if (*r->p == '\'')
		refuse_at(r->f, v->place, "use double quotes", "strings stand in double quotes");
	else if (*r->p == '<')
		refuse_at(r->f, v->place, "replace the text in <> by the value that it asks for",
			  "this is a placeholder, not a value");
	else
		refuse_at(r->f, v->place, NULL, "a value is expected, and there is %s", found(r));
	return false;
}

static bool read_value(struct reader *r, struct json *v);

/* The key of the next value and its colon */
static bool read_key(struct reader *r, const struct json *object, struct json *v)
{
	const struct json *other;

	v->key_place = here(r);
	if (r->p >= r->end || *r->p != '"') {
		refuse_at(r->f, v->key_place, "keys stand in double quotes",
			  "a key is expected, and there is %s", found(r));
		return false;
	}
	v->key = read_string(r);
	if (!v->key)
		return false;
	for (other = object->first; other; other = other->next) {
		if (!strcmp(other->key, v->key)) {
			refuse_at(r->f, v->key_place, "remove one of the two",
				  "the key %s stands twice, first in line %u",
				  quoted(r->f->arena, v->key), other->key_place.line);
			return false;
		}
	}
	if (!skip_space(r))
		return false;
	if (r->p >= r->end || *r->p != ':') {
		refuse_at(r->f, here(r), NULL, "a ':' is expected behind the key %s, and there is %s",
			  quoted(r->f->arena, v->key), found(r));
		return false;
	}
	r->p++;
	return skip_space(r);
}

/* An array or object, whose opening bracket is at the cursor */
static bool read_members(struct reader *r, struct json *v)
{
	const bool object = v->type == JSON_OBJECT;
	const char close = object ? '}' : ']';
	struct json **tail = &v->first;

	if (++r->depth > JSON_MAX_DEPTH) {
		refuse_at(r->f, v->place, NULL, "there are more than %u brackets in each other",
			  JSON_MAX_DEPTH);
		return false;
	}
	r->p++;
	for (;;) {
		struct json *child;

		if (!skip_space(r))
			return false;
		if (r->p < r->end && *r->p == close)
			break;
		if (r->p >= r->end) {
			refuse_at(r->f, here(r), NULL, "the '%c' that closes line %u is missing",
				  close, v->place.line);
			return false;
		}
		if (v->count == JSON_MAX_MEMBERS) {
			refuse_at(r->f, here(r), NULL, "there are more than %u %s in the %s of line %u",
				  JSON_MAX_MEMBERS, object ? "keys" : "values",
				  object ? "object" : "array", v->place.line);
			return false;
		}
		child = arena_alloc(r->f->arena, sizeof(*child));
		if (object && !read_key(r, v, child))
			return false;
		if (!read_value(r, child))
			return false;
		*tail = child;
		tail = &child->next;
		v->count++;
		if (!skip_space(r))
			return false;
		if (r->p < r->end && *r->p == ',') {
			r->p++;
			continue;
		}
		if (r->p < r->end && *r->p == close)
			break;
		refuse_at(r->f, here(r), "is a comma missing at the end of the line before?",
			  "',' or '%c' is expected, and there is %s", close, found(r));
		return false;
	}
	r->p++;
	r->depth--;
	return true;
}

static bool read_value(struct reader *r, struct json *v)
{
	v->place = here(r);
	if (r->p >= r->end) {
		refuse_at(r->f, v->place, NULL, "a value is expected, and there is %s", found(r));
		return false;
	}
	switch (*r->p) {
	case '{':
		v->type = JSON_OBJECT;
		return read_members(r, v);
	case '[':
		v->type = JSON_ARRAY;
		return read_members(r, v);
	case '"':
		v->type = JSON_STRING;
		v->text = read_string(r);
		return v->text;
	case '-':
	case '0' ... '9':
		return read_number(r, v);
	default:
		return read_word(r, v);
	}
}

/**
 * json_read() - read a file
 * @bytes: what is in it
 * @size: bytes
 * @f: where a finding goes; also says where the values live
 *
 * Return: its value, or NULL with one finding more
 */
struct json *json_read(const char *bytes, size_t size, struct findings *f)
{
	struct reader r = { .p = bytes, .end = bytes + size, .line = 1, .f = f };
	struct json *v = arena_alloc(f->arena, sizeof(*v));
	const struct place none = { 0, 0 };

	f->kind = "syntax";
	if (size > JSON_MAX_SIZE) {
		refuse_at(f, none, NULL, "the file is larger than %d KiB: this is no manifest",
			  JSON_MAX_SIZE / 1024);
		return NULL;
	}
	if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
		r.p += 3;
	line_starts(&r);
	if (size >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2))) {
		refuse_at(f, here(&r), "save the file as UTF-8", "the file is written in UTF-16");
		return NULL;
	}
	if (!skip_space(&r))
		return NULL;
	if (r.p >= r.end) {
		refuse_at(f, here(&r), NULL, "there is nothing in the file");
		return NULL;
	}
	if (!read_value(&r, v) || !skip_space(&r))
		return NULL;
	if (r.p < r.end) {
		refuse_at(f, here(&r), "remove it, or look for a bracket that closes too early",
			  "there is %s behind the end", found(&r));
		return NULL;
	}
	return v;
}

/**
 * json_get() - look up a key
 * @object: a value; others than objects have no keys
 * @key: the key
 *
 * Return: the value, or NULL
 */
struct json *json_get(const struct json *object, const char *key)
{
	struct json *v;

	if (!object || object->type != JSON_OBJECT)
		return NULL;
	for (v = object->first; v; v = v->next)
		if (!strcmp(v->key, key))
			return v;
	return NULL;
}

/**
 * json_integer() - value of a number
 * @value: a value
 * @number: filled in
 *
 * Return: whether it is an integer that fits. 1.0 and 1e3 are none: nobody
 * who writes them means a port.
 */
bool json_integer(const struct json *value, int64_t *number)
{
	const char *p = value->text;
	bool minus = false;
	int64_t n = 0;

	if (value->type != JSON_NUMBER)
		return false;
	if (*p == '-') {
		minus = true;
		p++;
	}
	for (; *p; p++) {
		if (*p < '0' || *p > '9' || n > (INT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (*p - '0');
	}
	*number = minus ? -n : n;
	return true;
}

/**
 * json_type_name() - what kind of value it is
 * @value: a value
 *
 * Return: for "it is ..."
 */
const char *json_type_name(const struct json *value)
{
	static const char * const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOLEAN] = "true or false",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[value->type];
}
