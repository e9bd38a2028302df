// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pluton's protocol, version 2: pure marshalling
 *
 * Nothing here waits, locks or does I/O. The functions that get a struct
 * pluton_block or a struct pluton_message work on memory that Pluton may write at
 * any time; each reads a location at most once, and believes nothing.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/string.h>

#include <linux/sphere/compat.h>

#include "pluton.h"

/* the old driver waited 25 s for everything; what needs no key gets less */
#define QUICK_MS	5000
#define SLOW_MS		25000

/*
 * Answers have exactly the length that is listed. SET_POSTCODE has none: no
 * published program waits for one (inferred).
 */
static const struct pluton_command commands[] = {
	{ "SET_POSTCODE", PLUTON_CMD_SET_POSTCODE, PLUTON_CLASS_OTHER, 4, 0, QUICK_MS },
	{ "GET_BOOT_MODE_FLAGS", PLUTON_CMD_GET_BOOT_MODE_FLAGS, PLUTON_CLASS_OTHER,
	  0, 4, QUICK_MS },
	{ "READ_RNG", PLUTON_CMD_READ_RNG, PLUTON_CLASS_RNG, 0, PLUTON_RANDOM_WORD, QUICK_MS },
	{ "GET_SECURITY_STATE", PLUTON_CMD_GET_SECURITY_STATE, PLUTON_CLASS_OTHER,
	  0, 132, QUICK_MS },
	{ "IS_CAPABILITY_ENABLED", PLUTON_CMD_IS_CAPABILITY_ENABLED, PLUTON_CLASS_OTHER,
	  4, 1, QUICK_MS },
	{ "GET_ENABLED_CAPABILITIES", PLUTON_CMD_GET_ENABLED_CAPABILITIES, PLUTON_CLASS_OTHER,
	  0, 128, QUICK_MS },
	{ "GENERATE_CLIENT_AUTH_KEY", PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY, PLUTON_CLASS_KEYS,
	  0, 4, SLOW_MS },
	{ "GET_TENANT_PUBLIC_KEY", PLUTON_CMD_GET_TENANT_PUBLIC_KEY, PLUTON_CLASS_KEYS,
	  64, 64, SLOW_MS },
	{ "PROCESS_ATTESTATION", PLUTON_CMD_PROCESS_ATTESTATION, PLUTON_CLASS_KEYS,
	  32, 856, SLOW_MS },
	{ "SIGN_WITH_TENANT_ATTESTATION_KEY", PLUTON_CMD_SIGN_WITH_TENANT_KEY,
	  PLUTON_CLASS_KEYS, 96, 64, SLOW_MS },
	{ "COMMIT_CLIENT_AUTH_KEY", PLUTON_CMD_COMMIT_CLIENT_AUTH_KEY, PLUTON_CLASS_KEYS,
	  0, 4, SLOW_MS },
	{ "GET_MANUFACTURING_STATE", PLUTON_CMD_GET_MANUFACTURING_STATE, PLUTON_CLASS_OTHER,
	  0, 8, QUICK_MS },
	{ "SET_MANUFACTURING_STATE", PLUTON_CMD_SET_MANUFACTURING_STATE, PLUTON_CLASS_OTHER,
	  8, 4, QUICK_MS },
};

/**
 * pluton_find_command() - what is known about a command?
 * @id: its number
 *
 * Return: NULL if there is no such command that a request can carry.
 */
const struct pluton_command *pluton_find_command(u8 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].id == id)
			return &commands[i];
	return NULL;
}

/**
 * pluton_word_pack() - make a command word
 * @w: what it says
 *
 * Return: the word, for the mailbox.
 */
u32 pluton_word_pack(const struct pluton_word *w)
{
	return w->version | w->seq << 8 | w->cmd << 16 | (u32)w->index << 24;
}

/**
 * pluton_word_unpack() - take a command word apart
 * @word: from the mailbox
 *
 * Return: what it says, nothing of which is checked.
 */
struct pluton_word pluton_word_unpack(u32 word)
{
	return (struct pluton_word){
		.version = word,
		.seq = word >> 8,
		.cmd = word >> 16,
		.index = word >> 24,
	};
}

/**
 * pluton_block_init() - make a ring block in which everything is free
 * @block: all of it is written
 * @addr: its address for Pluton
 */
void pluton_block_init(struct pluton_block *block, u32 addr)
{
	unsigned int i;

	memset(block, 0, sizeof(*block));
	block->m4_buffer_count = cpu_to_le16(PLUTON_M4_BUFFERS);
	block->a7_buffer_count = cpu_to_le16(PLUTON_A7_BUFFERS);
	for (i = 0; i < PLUTON_BUFFERS; i++) {
		struct pluton_entry *e = &block->entry[i];

		e->m4_address = cpu_to_le32(addr + offsetof(struct pluton_block, buffer) +
					    i * PLUTON_BUFFER_SIZE);
		e->length = cpu_to_le16(PLUTON_BUFFER_SIZE);
		e->available = 1;
		e->index = i;
	}
}

/**
 * pluton_message_write() - write a message into a buffer
 * @msg: the buffer
 * @payload: @len bytes
 * @len: length of the payload
 *
 * Sizes are multiples of four on the wire; what is added is zero.
 *
 * Return: 0, or %-EMSGSIZE if it does not fit.
 */
int pluton_message_write(struct pluton_message *msg, const void *payload, size_t len)
{
	size_t padded;

	if (len > PLUTON_PAYLOAD_MAX)
		return -EMSGSIZE;
	padded = round_up(len, 4);
	msg->size = cpu_to_le16(padded);
	msg->reserved = 0;
	memcpy(msg->payload, payload, len);
	memset(msg->payload + len, 0, padded - len);
	return 0;
}

/**
 * pluton_message_length() - length of the message in a buffer
 * @msg: the buffer
 *
 * Return: what it says at this moment, perhaps more than fits.
 */
size_t pluton_message_length(const struct pluton_message *msg)
{
	return le16_to_cpu(READ_ONCE(msg->size));
}

/**
 * pluton_message_read() - read a message out of a buffer
 * @msg: the buffer
 * @payload: @len bytes are written, or none
 * @len: what the length of the message has to be
 *
 * Return: 0, or %-EPROTO if it has another length.
 */
int pluton_message_read(const struct pluton_message *msg, void *payload, size_t len)
{
	if (len > PLUTON_PAYLOAD_MAX || pluton_message_length(msg) != len)
		return -EPROTO;
	memcpy(payload, msg->payload, len);
	return 0;
}

/**
 * pluton_encode_sign() - request of SIGN_WITH_TENANT_ATTESTATION_KEY
 * @payload: of the request
 * @tenant: %PLUTON_TENANT_ID_SIZE bytes
 * @digest: %PLUTON_DIGEST_SIZE bytes
 */
void pluton_encode_sign(u8 *payload, const u8 *tenant, const u8 *digest)
{
	memcpy(payload, tenant, PLUTON_TENANT_ID_SIZE);
	memcpy(payload + PLUTON_TENANT_ID_SIZE, digest, PLUTON_DIGEST_SIZE);
}

/**
 * pluton_encode_manufacturing() - request of SET_MANUFACTURING_STATE
 * @payload: of the request
 * @state: the state to be set
 */
void pluton_encode_manufacturing(u8 *payload, u32 state)
{
	put_unaligned_le32(PLUTON_MANUFACTURING_MAGIC, payload);
	put_unaligned_le32(state, payload + 4);
}

/**
 * pluton_decode_security_state() - answer of GET_SECURITY_STATE
 * @payload: of the answer, a private copy
 * @out: all of it is written
 */
void pluton_decode_security_state(const u8 *payload, struct pluton_security_state *out)
{
	static_assert(sizeof(*out) == 132);

	out->state = get_unaligned_le32(payload);
	memcpy(&out->general_public_key, payload + 4, PLUTON_PUBLIC_KEY_SIZE);
	memcpy(&out->attestation_public_key, payload + 68, PLUTON_PUBLIC_KEY_SIZE);
}

/**
 * pluton_decode_attestation() - answer of PROCESS_ATTESTATION
 * @payload: of the answer, a private copy
 * @out: all of it is written; measurements beyond the count are zero
 *
 * Return: 0, or %-EPROTO if it claims more measurements than there can be; @out
 * is all zero then.
 */
int pluton_decode_attestation(const u8 *payload, struct pluton_attestation_result *out)
{
	u32 i, count = get_unaligned_le32(payload + 132);

	static_assert(sizeof(*out) == 856);

	memset(out, 0, sizeof(*out));
	if (count > PLUTON_MEASUREMENTS_MAX)
		return -EPROTO;
	out->successful = !!payload[0];
	memcpy(&out->device_id, payload + 4, PLUTON_PUBLIC_KEY_SIZE);
	memcpy(&out->signature, payload + 68, PLUTON_SIGNATURE_SIZE);
	out->measurement_count = count;
	for (i = 0; i < count; i++) {
		const u8 *m = payload + 136 + i * sizeof(struct pluton_measurement);

		out->measurements[i].type = get_unaligned_le32(m);
		memcpy(out->measurements[i].digest, m + 4, PLUTON_DIGEST_SIZE);
	}
	return 0;
}

/**
 * pluton_decode_capabilities() - answer of GET_ENABLED_CAPABILITIES
 * @payload: of the answer, a private copy
 * @out: all of it is written; zero after the end of the list
 */
void pluton_decode_capabilities(const u8 *payload, struct pluton_capabilities *out)
{
	unsigned int i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < PLUTON_CAPABILITIES_MAX; i++) {
		out->capabilities[i] = get_unaligned_le16(payload + 2 * i);
		if (!out->capabilities[i])
			break;
	}
}
