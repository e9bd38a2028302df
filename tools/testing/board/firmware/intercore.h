/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages between this core and the A7: two rings in memory that both see,
 * agreed upon over the mailbox. One ring is ours to write, the other theirs.
 */
#ifndef INTERCORE_H
#define INTERCORE_H

#include <stddef.h>
#include <stdint.h>

#define INTERCORE_MAX_PAYLOAD	1040u

/* The numbers that published programs for these cores use */
enum intercore_result {
	INTERCORE_OK		= 0,
	INTERCORE_NO_BLOCK	= 0x10,	/* nothing to read */
	INTERCORE_TOO_SMALL	= 0x11,	/* the block stays where it is */
	INTERCORE_TOO_LONG	= 0x20,	/* more than a block may hold */
	INTERCORE_NO_SPACE	= 0x21,	/* try again when the A7 has read */
	INTERCORE_CORRUPT	= 0x30,	/* the A7 broke a rule */
};

/* A component: 32, 16, 16 bits little endian, then eight bytes as written */
struct intercore_id {
	uint32_t word[4];
};

struct intercore_header {
	uint32_t write;		/* where its owner writes next */
	uint32_t read;		/* where its owner reads next, in the other ring */
	uint32_t reserved[14];
};

struct intercore_ring {
	struct intercore_header *header;
	uint8_t *data;
	uint32_t size;		/* bytes of data */
};

struct intercore {
	struct intercore_ring out;	/* written by us */
	struct intercore_ring in;	/* written by the A7 */
};

void intercore_open(struct intercore *ic);
int intercore_again(void);
enum intercore_result intercore_send(struct intercore *ic, const struct intercore_id *to,
				     const void *payload, uint32_t len);
enum intercore_result intercore_recv(struct intercore *ic, struct intercore_id *from,
				     void *buf, uint32_t room, uint32_t *len);
void intercore_sleep(void);
int intercore_nap(void);

/* For programs that break the rules */
#define INTERCORE_SW_SENT	0x1u	/* from this core to the A7 */
#define INTERCORE_SW_CONSUMED	0x2u

struct intercore_block {
	uint32_t length;	/* of what follows this word */
	struct intercore_id id;
	uint32_t reserved;
};

uint32_t intercore_free(const struct intercore *ic);
uint32_t intercore_put(struct intercore *ic, uint32_t at, const void *from, uint32_t len);
void intercore_publish(struct intercore *ic, uint32_t write);

#endif
