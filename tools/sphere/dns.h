/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of DNS, as far as a resolver for applications needs them
 */
#ifndef SPHERE_DNS_H
#define SPHERE_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_MAX_NAME	253
#define DNS_MAX_MESSAGE	1232
#define DNS_MAX_ADDRS	32

#define DNS_TYPE_A	1
#define DNS_TYPE_AAAA	28

/* answers to a question */
#define DNS_OK		0
#define DNS_FORMAT	1
#define DNS_FAILED	2
#define DNS_NO_NAME	3
#define DNS_UNKNOWN	4
#define DNS_REFUSED	5

/**
 * struct dns_question - what is asked
 * @id: of the message
 * @type: of the records
 * @name: in lower case, without a dot at the end
 */
struct dns_question {
	uint16_t id;
	uint16_t type;
	char name[DNS_MAX_NAME + 1];
};

/**
 * struct dns_addr - an address
 * @addr: IPv6, or IPv4 as ::ffff:a.b.c.d
 * @ttl: seconds
 */
struct dns_addr {
	uint8_t addr[16];
	uint32_t ttl;
};

/**
 * struct dns_answer - addresses of a name
 * @code: DNS_OK and so on
 * @truncated: not all of it fitted into the message
 * @n: number of addresses
 * @addr: addresses
 */
struct dns_answer {
	unsigned int code;
	bool truncated;
	unsigned int n;
	struct dns_addr addr[DNS_MAX_ADDRS];
};

int dns_read_query(const uint8_t *bytes, size_t size, struct dns_question *q);
size_t dns_write_query(const struct dns_question *q, bool edns, uint8_t *bytes, size_t room);
bool dns_read_answer(const uint8_t *bytes, size_t size, const struct dns_question *q,
		     struct dns_answer *answer);
size_t dns_write_answer(const struct dns_question *q, const struct dns_answer *answer,
			uint8_t *bytes, size_t room);

#endif /* SPHERE_DNS_H */
