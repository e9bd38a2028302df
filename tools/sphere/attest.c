// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attestations as text, and the policy they are held against
 *
 * Both are files of lines, each a word and its values; '#' begins a comment. A
 * line that is not understood is an error: guessing would be trusting.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest.h"
#include "sphere.h"

/**
 * evidence_print() - print an attestation, so that evidence_read() reads it
 * @e: attestation
 */
void evidence_print(const struct evidence *e)
{
	uint32_t i;

	printf("nonce       ");
	print_hex(e->nonce, sizeof(e->nonce));
	printf("\nsuccessful  %d\nkey         ", e->successful);
	print_hex(e->key, sizeof(e->key));
	printf("\nsignature   ");
	print_hex(e->signature, sizeof(e->signature));
	printf("\n");
	for (i = 0; i < e->count; i++) {
		printf("measurement %u ", e->measurements[i].type);
		print_hex(e->measurements[i].digest, PLUTON_DIGEST_SIZE);
		printf("\n");
	}
}

/* A type of measurement: decimal or 0x, nothing after it */
static bool parse_type(const char *text, uint32_t *type)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || *end || v > UINT32_MAX)
		return false;
	*type = v;
	return true;
}

#define WORDS_MAX	4

/*
 * struct lines - a file of lines that is being read
 */
struct lines {
	FILE *f;
	const char *path;
	unsigned int number;
	char text[POLICY_LINE_MAX];
	char *word[WORDS_MAX];
	unsigned int words;
};

static int wrong(struct lines *l, const char *why)
{
	return complain(SPHERE_INPUT, "%s:%u: %s", l->path, l->number, why);
}

/* 1: the next line that says something is in @word, 0: the end, -1: wrong, said */
static int next_line(struct lines *l)
{
	while (fgets(l->text, sizeof(l->text), l->f)) {
		size_t len = strlen(l->text);
		char *p, *save;

		l->number++;
		/* fgets() stops at the end of the buffer, and hides what follows a NUL */
		if (!len || (l->text[len - 1] != '\n' && !feof(l->f))) {
			wrong(l, "the line is too long, or holds a NUL: is this a text file?");
			return -1;
		}
		p = strchr(l->text, '#');
		if (p)
			*p = '\0';
		l->words = 0;
		for (p = strtok_r(l->text, " \t\r\n", &save); p;
		     p = strtok_r(NULL, " \t\r\n", &save)) {
			/* more than any line has is more than it should have */
			if (l->words < WORDS_MAX)
				l->word[l->words] = p;
			l->words++;
		}
		if (l->words)
			return 1;
	}
	if (ferror(l->f)) {
		complain(SPHERE_INPUT, "%s cannot be read: %s", l->path, strerror(errno));
		return -1;
	}
	return 0;
}

static int open_lines(struct lines *l, const char *path)
{
	memset(l, 0, sizeof(*l));
	l->path = path;
	l->f = fopen(path, "r");
	if (!l->f)
		return complain(SPHERE_INPUT, "%s cannot be read: %s", path, strerror(errno));
	return SPHERE_OK;
}

/* the words of an attestation that come exactly once */
enum { SEEN_NONCE = 1, SEEN_SUCCESSFUL = 2, SEEN_KEY = 4, SEEN_SIGNATURE = 8, SEEN_ALL = 15 };

static int evidence_line(struct lines *l, struct evidence *e, unsigned int *seen)
{
	const char *word = l->word[0];
	unsigned int what;
	bool ok;

	if (!strcmp(word, "measurement")) {
		struct pluton_measurement *m = &e->measurements[e->count];

		if (e->count == PLUTON_MEASUREMENTS_MAX)
			return wrong(l, "there are more measurements than Pluton can have");
		if (l->words != 3 || !parse_type(l->word[1], &m->type) ||
		    !parse_hex(l->word[2], m->digest, sizeof(m->digest)))
			return wrong(l, "a measurement is its type, a number, and 64 hexadecimal digits");
		e->count++;
		return SPHERE_OK;
	}
	/* what another run of this command concluded counts for nothing */
	if (!strcmp(word, "verified") || !strcmp(word, "policy"))
		return SPHERE_OK;
	if (l->words != 2)
		return wrong(l, "the line must be a word and one value");
	if (!strcmp(word, "nonce")) {
		what = SEEN_NONCE;
		ok = parse_hex(l->word[1], e->nonce, sizeof(e->nonce));
	} else if (!strcmp(word, "successful")) {
		what = SEEN_SUCCESSFUL;
		ok = !strcmp(l->word[1], "0") || !strcmp(l->word[1], "1");
		e->successful = l->word[1][0] == '1';
	} else if (!strcmp(word, "key")) {
		what = SEEN_KEY;
		ok = parse_hex(l->word[1], e->key, sizeof(e->key));
	} else if (!strcmp(word, "signature")) {
		what = SEEN_SIGNATURE;
		ok = parse_hex(l->word[1], e->signature, sizeof(e->signature));
	} else {
		return wrong(l, "the word is none of nonce, successful, key, signature, measurement");
	}
	if (!ok)
		return wrong(l, "the value has the wrong length or is not hexadecimal");
	if (*seen & what)
		return wrong(l, "the word stands there twice");
	*seen |= what;
	return SPHERE_OK;
}

/**
 * evidence_read() - read what evidence_print() has printed
 * @path: file
 * @e: filled in
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int evidence_read(const char *path, struct evidence *e)
{
	unsigned int seen = 0;
	struct lines l;
	int ret, more;

	memset(e, 0, sizeof(*e));
	ret = open_lines(&l, path);
	if (ret)
		return ret;
	while ((more = next_line(&l)) > 0) {
		ret = evidence_line(&l, e, &seen);
		if (ret)
			break;
	}
	fclose(l.f);
	if (more < 0)
		return SPHERE_INPUT;
	if (!ret && seen != SEEN_ALL)
		ret = complain(SPHERE_INPUT, "%s is no whole attestation: it needs nonce, successful, key and signature",
			       path);
	return ret;
}

static int policy_line(struct lines *l, struct policy *p)
{
	const char *word = l->word[0];

	if (p->count == POLICY_ENTRIES_MAX || p->optional_count == POLICY_ENTRIES_MAX ||
	    p->key_count == POLICY_ENTRIES_MAX)
		return wrong(l, "the policy has more lines than can be");
	if (!strcmp(word, "measurement")) {
		struct policy_entry *e = &p->entries[p->count];

		if (l->words != 3 || !parse_type(l->word[1], &e->type) ||
		    !parse_hex(l->word[2], e->digest, sizeof(e->digest)))
			return wrong(l, "a measurement is its type, a number, and 64 hexadecimal digits");
		p->count++;
	} else if (!strcmp(word, "optional")) {
		if (l->words != 2 || !parse_type(l->word[1], &p->optional[p->optional_count]))
			return wrong(l, "optional is followed by a type, a number");
		p->optional_count++;
	} else if (!strcmp(word, "key")) {
		if (l->words != 2 ||
		    !parse_hex(l->word[1], p->keys[p->key_count], PLUTON_PUBLIC_KEY_SIZE))
			return wrong(l, "a key is 128 hexadecimal digits, x and y");
		p->key_count++;
	} else {
		return wrong(l, "the word is none of measurement, optional, key");
	}
	return SPHERE_OK;
}

/**
 * policy_read() - read a file of allowed measurements
 * @path: file
 * @p: filled in
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int policy_read(const char *path, struct policy *p)
{
	struct lines l;
	int ret, more;

	memset(p, 0, sizeof(*p));
	ret = open_lines(&l, path);
	if (ret)
		return ret;
	while ((more = next_line(&l)) > 0) {
		ret = policy_line(&l, p);
		if (ret)
			break;
	}
	fclose(l.f);
	if (more < 0)
		return SPHERE_INPUT;
	if (!ret && !p->count)
		ret = complain(SPHERE_INPUT, "%s allows no measurement: a policy has lines 'measurement TYPE DIGEST'",
			       path);
	return ret;
}

static bool has_type(const struct evidence *e, uint32_t type)
{
	uint32_t i;

	for (i = 0; i < e->count; i++)
		if (e->measurements[i].type == type)
			return true;
	return false;
}

static bool is_optional(const struct policy *p, uint32_t type)
{
	size_t i;

	for (i = 0; i < p->optional_count; i++)
		if (p->optional[i] == type)
			return true;
	return false;
}

/**
 * policy_compare() - hold an attestation against a policy
 * @p: policy
 * @e: attestation, whose signature was checked
 * @d: filled in, room for %DIFFERENCES_MAX
 *
 * Return: number of differences; 0: the device is as the policy wants it.
 */
size_t policy_compare(const struct policy *p, const struct evidence *e, struct difference *d)
{
	bool known, same = !p->key_count;
	size_t n = 0, i, j;

	for (i = 0; i < p->key_count; i++)
		same |= !memcmp(p->keys[i], e->key, sizeof(e->key));
	if (!same)
		d[n++] = (struct difference) { .kind = DIFFERENCE_KEY };

	for (i = 0; i < e->count; i++) {
		const struct pluton_measurement *m = &e->measurements[i];

		for (known = same = false, j = 0; j < p->count; j++) {
			if (p->entries[j].type != m->type)
				continue;
			known = true;
			same |= !memcmp(p->entries[j].digest, m->digest, PLUTON_DIGEST_SIZE);
		}
		if (!same)
			d[n++] = (struct difference) {
				.kind = known ? DIFFERENCE_DIGEST : DIFFERENCE_UNKNOWN,
				.type = m->type, .digest = m->digest,
			};
	}

	for (j = 0; j < p->count; j++) {
		uint32_t type = p->entries[j].type;

		/* alternatives of one type are missed once */
		for (i = 0; i < j && p->entries[i].type != type; i++)
			;
		if (i == j && !has_type(e, type) && !is_optional(p, type))
			d[n++] = (struct difference) { .kind = DIFFERENCE_MISSING, .type = type };
	}
	return n;
}

/**
 * difference_name() - word for a kind of difference, for other programs
 * @kind: kind
 *
 * Return: the word
 */
const char *difference_name(enum difference_kind kind)
{
	switch (kind) {
	case DIFFERENCE_DIGEST:
		return "differs";
	case DIFFERENCE_UNKNOWN:
		return "unknown";
	case DIFFERENCE_MISSING:
		return "missing";
	case DIFFERENCE_KEY:
		return "key";
	}
	return "?";
}
