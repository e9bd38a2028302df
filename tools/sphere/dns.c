// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of DNS, as far as a resolver for applications needs them
 *
 * Both sides are hostile: the application that asks, and whoever answers. A name is
 * read with a bound for its length and for the pointers that it follows; only records
 * that belong to the question, by name or by a chain of aliases that starts there,
 * count. What goes to the application is written anew: nothing that somebody else
 * sent is passed on but addresses and times to live.
 */
#include <string.h>

#include "dns.h"

#define HEADER		12
#define CLASS_IN	1
#define TYPE_CNAME	5
#define MAX_POINTERS	32
#define MAX_RECORDS	128
#define MAX_ALIASES	16

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* A name in lower case; returns where it ends, 0 for one that is not good */
static size_t read_name(const uint8_t *bytes, size_t size, size_t at, char name[DNS_MAX_NAME + 1])
{
	unsigned int pointers = 0;
	size_t len = 0, end = 0;

	for (;;) {
		unsigned int n, i;

		if (at >= size)
			return 0;
		n = bytes[at];
		if ((n & 0xc0) == 0xc0) {
			if (size - at < 2 || ++pointers > MAX_POINTERS)
				return 0;
			if (!end)
				end = at + 2;
			at = (n & 0x3f) << 8 | bytes[at + 1];
			continue;
		}
		if (n & 0xc0)
			return 0;
		at++;
		if (!n)
			break;
		if (n > size - at || len + n + 1 > DNS_MAX_NAME + 1)
			return 0;
		if (len)
			name[len++] = '.';
		for (i = 0; i < n; i++) {
			uint8_t c = bytes[at++];

			if (c >= 'A' && c <= 'Z')
				c += 'a' - 'A';
			/* those that a manifest may have; others cannot be meant */
			if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
			    c != '_')
				return 0;
			if (len >= DNS_MAX_NAME)
				return 0;
			name[len++] = c;
		}
	}
	name[len] = '\0';
	return end ? end : at;
}

/**
 * dns_read_query() - read a question
 * @bytes: message
 * @size: its bytes
 * @q: filled in
 *
 * Return: %DNS_OK, a code to answer with, or -1 for what deserves no answer
 */
int dns_read_query(const uint8_t *bytes, size_t size, struct dns_question *q)
{
	size_t at;

	memset(q, 0, sizeof(*q));
	/* an answer must never be answered */
	if (size < HEADER || bytes[2] & 0x80)
		return -1;
	q->id = get16(bytes);
	/* a plain question, one of them, no answers in it */
	if (bytes[2] & 0x78 || get16(bytes + 4) != 1 || get16(bytes + 6))
		return DNS_FORMAT;
	at = read_name(bytes, size, HEADER, q->name);
	if (!at || size - at < 4 || !q->name[0]) {
		q->name[0] = '\0';
		return DNS_FORMAT;
	}
	q->type = get16(bytes + at);
	return get16(bytes + at + 2) == CLASS_IN ? DNS_OK : DNS_REFUSED;
}

static size_t write_name(uint8_t *bytes, size_t room, const char *name)
{
	size_t at = 0;

	while (*name) {
		const size_t n = strcspn(name, ".");

		if (!n || n > 63 || n + 2 > room - at)
			return 0;
		bytes[at++] = n;
		memcpy(bytes + at, name, n);
		at += n;
		name += n + (name[n] == '.');
	}
	if (at >= room)
		return 0;
	bytes[at++] = 0;
	return at;
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/**
 * dns_write_query() - write a question
 * @q: question
 * @edns: say how long an answer may be; old servers do not understand that
 * @bytes: filled in
 * @room: bytes that fit
 *
 * Return: bytes, 0 if they do not fit
 */
size_t dns_write_query(const struct dns_question *q, bool edns, uint8_t *bytes, size_t room)
{
	static const uint8_t option[] = { 0, 0, 41, DNS_MAX_MESSAGE >> 8, DNS_MAX_MESSAGE & 0xff,
					  0, 0, 0, 0, 0, 0 };
	size_t n;

	if (room < HEADER)
		return 0;
	memset(bytes, 0, HEADER);
	put16(bytes, q->id);
	bytes[2] = 0x01;
	put16(bytes + 4, 1);
	put16(bytes + 10, edns);
	n = write_name(bytes + HEADER, room - HEADER, q->name);
	if (!n || room - HEADER - n < 4 + sizeof(option))
		return 0;
	n += HEADER;
	put16(bytes + n, q->type);
	put16(bytes + n + 2, CLASS_IN);
	n += 4;
	if (edns) {
		memcpy(bytes + n, option, sizeof(option));
		n += sizeof(option);
	}
	return n;
}

/* Is @name the question's, or what an alias of it leads to? */
static bool belongs(const char (*names)[DNS_MAX_NAME + 1], unsigned int n, const char *name)
{
	while (n--)
		if (!strcmp(names[n], name))
			return true;
	return false;
}

/**
 * dns_read_answer() - read an answer
 * @bytes: message
 * @size: its bytes
 * @q: question that was asked
 * @answer: filled in
 *
 * Return: whether it is an answer to that question; others are to be ignored
 */
bool dns_read_answer(const uint8_t *bytes, size_t size, const struct dns_question *q,
		     struct dns_answer *answer)
{
	char names[MAX_ALIASES][DNS_MAX_NAME + 1], name[DNS_MAX_NAME + 1];
	const unsigned int len = q->type == DNS_TYPE_A ? 4 : 16;
	unsigned int n_names = 1, records, i;
	uint32_t lowest = UINT32_MAX;
	size_t at;

	memset(answer, 0, sizeof(*answer));
	if (size < HEADER || !(bytes[2] & 0x80) || bytes[2] & 0x78 || get16(bytes) != q->id)
		return false;
	answer->code = bytes[3] & 0x0f;
	answer->truncated = bytes[2] & 0x02;
	/* who did not understand it need not repeat it */
	if ((answer->code == DNS_FORMAT || answer->code == DNS_UNKNOWN) && !get16(bytes + 4))
		return true;
	if (get16(bytes + 4) != 1)
		return false;
	at = read_name(bytes, size, HEADER, names[0]);
	if (!at || size - at < 4 || strcmp(names[0], q->name) || get16(bytes + at) != q->type ||
	    get16(bytes + at + 2) != CLASS_IN)
		return false;
	at += 4;
	if (answer->code)
		return true;
	records = get16(bytes + 6);
	for (i = 0; i < records && i < MAX_RECORDS; i++) {
		unsigned int type, class, data_len;
		uint32_t ttl;
		size_t end = read_name(bytes, size, at, name);

		/* a name that is none of a host's ends the reading: the rest is lost */
		if (!end || size - end < 10)
			break;
		type = get16(bytes + end);
		class = get16(bytes + end + 2);
		ttl = get32(bytes + end + 4);
		data_len = get16(bytes + end + 8);
		at = end + 10;
		if (data_len > size - at)
			break;
		/* as a number with a sign it is never negative */
		if (ttl & 0x80000000u)
			ttl = 0;
		if (class == CLASS_IN && belongs(names, n_names, name)) {
			if (type == TYPE_CNAME && n_names < MAX_ALIASES &&
			    read_name(bytes, size, at, names[n_names])) {
				n_names++;
				lowest = ttl < lowest ? ttl : lowest;
			} else if (type == q->type && data_len == len &&
				   answer->n < DNS_MAX_ADDRS) {
				struct dns_addr *a = &answer->addr[answer->n++];

				if (len == 4) {
					a->addr[10] = 0xff;
					a->addr[11] = 0xff;
				}
				memcpy(a->addr + 16 - len, bytes + at, len);
				/* not longer than the aliases that lead there */
				a->ttl = ttl < lowest ? ttl : lowest;
			}
		}
		at += data_len;
	}
	return true;
}

/**
 * dns_write_answer() - write an answer
 * @q: question
 * @answer: addresses, all of its type
 * @bytes: filled in
 * @room: bytes that fit; addresses beyond that are left out
 *
 * Return: bytes, 0 if not even the question fits
 */
size_t dns_write_answer(const struct dns_question *q, const struct dns_answer *answer,
			uint8_t *bytes, size_t room)
{
	const unsigned int len = q->type == DNS_TYPE_A ? 4 : 16;
	unsigned int written = 0, i;
	size_t n = 0, at;

	if (room < HEADER)
		return 0;
	memset(bytes, 0, HEADER);
	put16(bytes, q->id);
	bytes[2] = 0x81;
	bytes[3] = 0x80 | answer->code;
	at = HEADER;
	if (q->name[0]) {
		n = write_name(bytes + at, room - at, q->name);
		if (!n || room - at - n < 4)
			return 0;
		at += n;
		put16(bytes + at, q->type);
		put16(bytes + at + 2, CLASS_IN);
		at += 4;
		put16(bytes + 4, 1);
	}
	for (i = 0; n && i < answer->n && room - at >= 12 + len; i++) {
		const struct dns_addr *a = &answer->addr[i];

		/* the name: that of the question */
		put16(bytes + at, 0xc000 | HEADER);
		put16(bytes + at + 2, q->type);
		put16(bytes + at + 4, CLASS_IN);
		put16(bytes + at + 6, a->ttl >> 16);
		put16(bytes + at + 8, a->ttl & 0xffff);
		put16(bytes + at + 10, len);
		memcpy(bytes + at + 12, a->addr + 16 - len, len);
		at += 12 + len;
		written++;
	}
	put16(bytes + 6, written);
	return at;
}
