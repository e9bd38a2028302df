// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target for messages of DNS
 *
 * The same bytes are read as a question, and as the answer to one. What was read is
 * written, and has to be read again as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sphere/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIM(x)								\
	do {									\
		if (!(x)) {							\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x); \
			abort();						\
		}								\
	} while (0)

static void check_question(const uint8_t *data, size_t size)
{
	uint8_t bytes[DNS_MAX_MESSAGE];
	struct dns_question q, again;
	size_t n;

	if (dns_read_query(data, size, &q) != DNS_OK)
		return;
	CLAIM(q.name[0] && strlen(q.name) <= DNS_MAX_NAME);
	n = dns_write_query(&q, bytes, sizeof(bytes));
	CLAIM(n);
	CLAIM(dns_read_query(bytes, n, &again) == DNS_OK);
	CLAIM(again.id == q.id && again.type == q.type && !strcmp(again.name, q.name));
	/* any room is enough not to write behind it */
	for (n = 0; n < 64; n++)
		dns_write_query(&q, bytes + sizeof(bytes) - n, n);
}

static void check_answer(const uint8_t *data, size_t size, uint16_t type)
{
	struct dns_question q = { .type = type, .name = "a.test" };
	struct dns_answer a, again;
	uint8_t bytes[512];
	unsigned int i;
	size_t n;

	if (!dns_read_answer(data, size, &q, &a))
		return;
	CLAIM(a.n <= DNS_MAX_ADDRS && a.code < 16);
	for (i = 0; i < a.n; i++)
		CLAIM(!(a.addr[i].ttl & 0x80000000u));
	n = dns_write_answer(&q, &a, bytes, sizeof(bytes));
	CLAIM(n);
	CLAIM(dns_read_answer(bytes, n, &q, &again));
	CLAIM(again.code == a.code && again.n <= a.n);
	CLAIM(!again.n || !memcmp(again.addr, a.addr, again.n * sizeof(a.addr[0])));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_question(data, size);
	check_answer(data, size, DNS_TYPE_A);
	check_answer(data, size, DNS_TYPE_AAAA);
	return 0;
}
