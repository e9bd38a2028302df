/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pluton's driver: what its parts know of each other
 */
#ifndef _PLUTON_PRIVATE_H
#define _PLUTON_PRIVATE_H

#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/completion.h>
#include <linux/hw_random.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/pluton.h>
#include <linux/pluton_transport.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* ---- proto.c: the protocol, version 2 -------------------------------------- */

#define PLUTON_PROTOCOL		2

/* buffers for messages that Pluton begins, and for those that we begin */
#define PLUTON_M4_BUFFERS	32
#define PLUTON_A7_BUFFERS	16
#define PLUTON_BUFFERS		(PLUTON_M4_BUFFERS + PLUTON_A7_BUFFERS)
#define PLUTON_ENTRIES		128
#define PLUTON_BUFFER_SIZE	2048

/**
 * struct pluton_message - content of a buffer
 * @size: bytes of @payload that count
 * @reserved: zero
 * @payload: the command's
 */
struct pluton_message {
	__le16 size;
	__le16 reserved;
	u8 payload[PLUTON_BUFFER_SIZE - 4];
};

#define PLUTON_PAYLOAD_MAX	sizeof_field(struct pluton_message, payload)

/**
 * struct pluton_entry - entry of the ring block's table
 * @m4_address: bus address of the buffer
 * @a7_buffer: once a kernel pointer; zero, and never read
 * @length: size of the buffer
 * @available: 1 - free, 0 - in use
 * @index: number of the buffer
 */
struct pluton_entry {
	__le32 m4_address;
	__le32 a7_buffer;
	__le16 length;
	u8 available;
	u8 index;
};

/**
 * struct pluton_block - the ring block, memory that is shared with Pluton
 * @m4_buffer_count: %PLUTON_M4_BUFFERS
 * @a7_buffer_count: %PLUTON_A7_BUFFERS
 * @entry: the first %PLUTON_BUFFERS are used, the rest is zero
 * @buffer: first those of Pluton, then ours
 *
 * Written once when it is set up. After that the driver writes into buffers and
 * @available, and reads the same and nothing else: what a table entry says
 * about a buffer is known without it.
 */
struct pluton_block {
	__le16 m4_buffer_count;
	__le16 a7_buffer_count;
	struct pluton_entry entry[PLUTON_ENTRIES];
	struct pluton_message buffer[PLUTON_BUFFERS];
};

static_assert(sizeof(struct pluton_message) == PLUTON_BUFFER_SIZE);
static_assert(sizeof(struct pluton_entry) == 12);
static_assert(offsetof(struct pluton_entry, available) == 10);
static_assert(offsetof(struct pluton_block, entry) == 4);
static_assert(offsetof(struct pluton_block, buffer) == 0x604);
static_assert(sizeof(struct pluton_block) == 99844);

/* command numbers */
enum pluton_cmd_id {
	PLUTON_CMD_SEND_EVENT_BUFFERS = 0x01,
	PLUTON_CMD_SET_POSTCODE = 0x02,
	PLUTON_CMD_GET_BOOT_MODE_FLAGS = 0x03,
	PLUTON_CMD_READ_RNG = 0x40,
	PLUTON_CMD_GET_SECURITY_STATE = 0x41,
	PLUTON_CMD_IS_CAPABILITY_ENABLED = 0x48,
	PLUTON_CMD_GET_ENABLED_CAPABILITIES = 0x49,
	PLUTON_CMD_GENERATE_CLIENT_AUTH_KEY = 0x4a,
	PLUTON_CMD_GET_TENANT_PUBLIC_KEY = 0x4b,
	PLUTON_CMD_PROCESS_ATTESTATION = 0x4c,
	PLUTON_CMD_SIGN_WITH_TENANT_KEY = 0x4d,
	PLUTON_CMD_COMMIT_CLIENT_AUTH_KEY = 0x4e,
	PLUTON_CMD_GET_MANUFACTURING_STATE = 0x51,
	PLUTON_CMD_SET_MANUFACTURING_STATE = 0x52,
};

#define PLUTON_MANUFACTURING_MAGIC	0x5f04c5ab

/* bytes of a READ_RNG answer */
#define PLUTON_RANDOM_WORD	4

/* device capabilities that make a device one for development */
#define PLUTON_CAP_SYSTEM_DEV	0x0a
#define PLUTON_CAP_APP_DEV	0x0b

/*
 * Commands of one class are not to overlap where the driver is told so
 * (parameter "serialise").
 */
enum pluton_class {
	PLUTON_CLASS_OTHER,
	PLUTON_CLASS_RNG,
	PLUTON_CLASS_KEYS,
	PLUTON_CLASSES
};

/**
 * struct pluton_command - what is known about a command
 * @name: as published
 * @id: number
 * @class: &enum pluton_class
 * @request_len: payload of the request in bytes, a multiple of four
 * @reply_len: payload of the answer in bytes; 0: it has none
 * @timeout_ms: how long to wait for the answer
 */
struct pluton_command {
	const char *name;
	u8 id;
	u8 class;
	u16 request_len;
	u16 reply_len;
	u32 timeout_ms;
};

/**
 * struct pluton_word - command word of the mailbox, taken apart
 * @version: %PLUTON_PROTOCOL
 * @seq: sequence number; 0 is nobody's
 * @cmd: command number
 * @index: which buffer
 */
struct pluton_word {
	u8 version;
	u8 seq;
	u8 cmd;
	u8 index;
};

const struct pluton_command *pluton_find_command(u8 id);
u32 pluton_word_pack(const struct pluton_word *w);
struct pluton_word pluton_word_unpack(u32 word);
void pluton_block_init(struct pluton_block *block, u32 addr);
int pluton_message_write(struct pluton_message *msg, const void *payload, size_t len);
size_t pluton_message_length(const struct pluton_message *msg);
int pluton_message_read(const struct pluton_message *msg, void *payload, size_t len);
void pluton_encode_sign(u8 *payload, const u8 *tenant, const u8 *digest);
void pluton_encode_manufacturing(u8 *payload, u32 state);
void pluton_decode_security_state(const u8 *payload, struct pluton_security_state *out);
int pluton_decode_attestation(const u8 *payload, struct pluton_attestation_result *out);
void pluton_decode_capabilities(const u8 *payload, struct pluton_capabilities *out);

/* ---- ring.c: slots of a ring block ------------------------------------------ */

/**
 * enum pluton_slot_state - state of one of our buffers
 * @PLUTON_SLOT_FREE: nobody's; usable if Pluton marks it available too
 * @PLUTON_SLOT_BUSY: a request is with Pluton
 * @PLUTON_SLOT_PARKED: nobody waits any more for the answer that is to come
 * @PLUTON_SLOT_OWED: answered, or never to be, but Pluton has not given it back
 */
enum pluton_slot_state {
	PLUTON_SLOT_FREE,
	PLUTON_SLOT_BUSY,
	PLUTON_SLOT_PARKED,
	PLUTON_SLOT_OWED,
};

struct pluton_req;
struct pluton_client;
struct pluton_account;

/**
 * struct pluton_slot - one of our buffers, as we know it
 * @state: &enum pluton_slot_state
 * @seq: sequence number of the request
 * @kicked: the transport was told that the answer is overdue
 * @unsent: the transport still has @msg
 * @settled: it is on nobody's account any more
 * @answered: to be marked available once it is not @unsent any more
 * @awaited: it was with Pluton when that seemed to be silent
 * @cmd: the command
 * @req: who waits, if BUSY
 * @owner: the client whose request it was, or NULL
 * @account: who pays for it, or NULL
 * @deadline: jiffies
 * @msg: the mailbox message
 */
struct pluton_slot {
	enum pluton_slot_state state;
	u8 seq;
	bool kicked;
	bool unsent;
	bool settled;
	bool answered;
	bool awaited;
	const struct pluton_command *cmd;
	struct pluton_req *req;
	struct pluton_client *owner;
	struct pluton_account *account;
	unsigned long deadline;
	struct mt3620_mbox_msg msg;
};

/**
 * struct pluton_ring - a ring block and what we know about it
 * @node: among those that were taken out of use
 * @block: shared memory
 * @addr: its address for Pluton
 * @given: Pluton was told the address, now or ever
 * @retired: when it was taken out of use, jiffies
 * @owed: sequence numbers that Pluton might still answer, when out of use
 * @last: the slot that was used last
 * @slot: our buffers
 */
struct pluton_ring {
	struct list_head node;
	struct pluton_block *block;
	dma_addr_t addr;
	bool given;
	unsigned long retired;
	DECLARE_BITMAP(owed, 256);
	unsigned int last;
	struct pluton_slot slot[PLUTON_A7_BUFFERS];
};

void pluton_ring_init(struct pluton_ring *ring);
void pluton_ring_retire(struct pluton_ring *ring);
int pluton_ring_get(struct pluton_ring *ring);
void pluton_ring_fill(struct pluton_ring *ring, unsigned int slot, u8 seq,
		      const struct pluton_command *cmd, const void *payload);
void pluton_ring_unget(struct pluton_ring *ring, unsigned int slot);
struct pluton_slot *pluton_ring_find(struct pluton_ring *ring, u8 seq);
bool pluton_ring_has_seq(const struct pluton_ring *ring, u8 seq);
void pluton_ring_release(struct pluton_ring *ring, unsigned int index);
void pluton_ring_wipe(struct pluton_ring *ring, unsigned int index, size_t len);
void pluton_ring_answered(struct pluton_ring *ring, struct pluton_slot *slot);
void pluton_ring_poll(struct pluton_ring *ring);
bool pluton_ring_owed(const struct pluton_ring *ring);

/* ---- core.c: requests --------------------------------------------------------- */

/* requests that one open file has with Pluton at once: half of the slots */
#define PLUTON_FILE_SLOTS	(PLUTON_A7_BUFFERS / 2)
/*
 * An account may have another slot while it has fewer than so many times as many as
 * are free: one alone gets 12, a second one then 3, and 1 is left for a third
 */
#define PLUTON_ACCOUNT_SHARE	3
/* an answer that is overdue for so long does not come any more */
#define PLUTON_LOST_MS		5000
/* calls that one open file has under way */
#define PLUTON_FILE_CALLS	8
/* most bytes that one PLUTON_IOC_RANDOM gives */
#define PLUTON_RANDOM_MAX	65536
/* ring blocks at most: one in use, the others waiting until Pluton has left them */
#define PLUTON_RINGS_MAX	3
/* how long a block that was taken out of use is kept, at least */
#define PLUTON_RETIRED_MS	30000
/* requests without an answer, and nothing answered between, that mean silence */
#define PLUTON_SILENT_MAX	4
/* when serialised: a command whose end is not known keeps its class closed that long */
#define PLUTON_SETTLE_MS	100

/* as in &struct pluton_info, in its order */
enum pluton_stat {
	PLUTON_STAT_REQUESTS,
	PLUTON_STAT_REPLIES,
	PLUTON_STAT_TIMEOUTS,
	PLUTON_STAT_LATE,
	PLUTON_STAT_UNSOLICITED,
	PLUTON_STAT_INVALID,
	PLUTON_STAT_MISMATCHED,
	PLUTON_STAT_BAD_LENGTH,
	PLUTON_STAT_REFUSED,
	PLUTON_STAT_RESTARTS,
	PLUTON_STATS
};

/**
 * struct pluton_account_key - whose an account is
 * @has_component: a component's; else a user's
 * @component: which one
 * @uid: which one
 */
struct pluton_account_key {
	bool has_component;
	struct sphere_component_id component;
	kuid_t uid;
};

/**
 * struct pluton_account - who pays for slots
 * @node: in the device's list of those with waiting requests
 * @clients: its clients with waiting requests, in the order in which it is their turn
 * @slots: slots that are charged to it
 * @all: in the device's list of those of files
 * @key: whose, if in that list
 * @files: open files that it is for
 *
 * Protected by the device's lock.
 */
struct pluton_account {
	struct list_head node;
	struct list_head clients;
	unsigned int slots;
	struct list_head all;
	struct pluton_account_key key;
	unsigned int files;
};

/**
 * struct pluton_client - who has requests: an open file, hwrng, the kernel
 * @p: the device
 * @node: in its account's list of those with waiting requests
 * @queue: requests that wait for a slot, oldest first
 * @slots: slots that its requests have
 * @slots_max: how many it may have
 * @account: who pays for them; stays the same once it has requests
 * @own: what is @account if it has joined no other
 *
 * All but @p, @slots_max and @account are protected by the device's lock.
 */
struct pluton_client {
	struct pluton *p;
	struct list_head node;
	struct list_head queue;
	unsigned int slots;
	unsigned int slots_max;
	struct pluton_account *account;
	struct pluton_account own;
};

enum pluton_req_state {
	PLUTON_REQ_IDLE,
	PLUTON_REQ_WAITING,	/* for a slot */
	PLUTON_REQ_SENT,
	PLUTON_REQ_DONE,
};

/**
 * struct pluton_req - a request
 * @node: in the queue of @client
 * @client: whose
 * @cmd: the command
 * @state: &enum pluton_req_state
 * @slot: slot, when sent
 * @result: 0 or negative errno, when done
 * @deadline: jiffies, while it waits
 * @done: called once when it is done, with the device's lock held; if NULL,
 *	@completion is completed
 * @completion: see there
 * @buf: payload of the request, then of the answer
 *
 * Protected by the device's lock from pluton_submit() until it is done or
 * pluton_cancel() has returned.
 */
struct pluton_req {
	struct list_head node;
	struct pluton_client *client;
	const struct pluton_command *cmd;
	enum pluton_req_state state;
	unsigned int slot;
	int result;
	unsigned long deadline;
	void (*done)(struct pluton_req *req);
	struct completion completion;
	u8 buf[] __aligned(8);
};

/**
 * struct pluton - the device
 * @ref: references: the transport's, and one per open file
 * @dev: the transport's device; not to be touched once @gone
 * @ops: the transport
 * @priv: for @ops
 * @lock: protects what follows it, up to @stats, and all rings, accounts, clients and
 *	requests
 * @gone: removed: nothing is sent any more
 * @suspended: the system sleeps
 * @recovering: the ring block has to be given to Pluton, anew
 * @answered: Pluton has answered out of @ring
 * @silent: requests given up since the last answer
 * @ring: ring block in use, or NULL
 * @retired: ring blocks out of use, oldest first
 * @rings: how many ring blocks there are
 * @setup_unsent: the transport still has @setup
 * @setup: message that gives the ring block
 * @seq: sequence number that was used last
 * @accounts: those of files
 * @waiting: accounts with waiting requests, in the order in which it is their turn
 * @class_busy: slots whose answer is to come, by class
 * @class_closed: no request of that class may be sent before @class_until, when
 *	serialised
 * @class_until: jiffies
 * @random: the random word that came last
 * @have_random: @random holds one
 * @tick_at: when @tick is due, if @ticking
 * @ticking: @tick is armed
 * @stats: counters
 * @gone_wait: woken when it goes
 * @tick: gives up requests in time
 * @recover: gives Pluton a ring block
 * @hello: asks Pluton what it is, after each new ring block
 * @kernel: client of callers in the kernel and of sysfs
 * @rng_client: client of hwrng
 * @rng: hwrng
 * @rng_up: @rng is registered
 * @misc: /dev/pluton
 * @misc_up: @misc is registered
 */
struct pluton {
	struct kref ref;
	struct device *dev;
	const struct pluton_transport_ops *ops;
	void *priv;

	spinlock_t lock;	/* see above */
	bool gone;
	bool suspended;
	bool recovering;
	bool answered;
	unsigned int silent;
	struct pluton_ring *ring;
	struct list_head retired;
	unsigned int rings;
	bool setup_unsent;
	struct mt3620_mbox_msg setup;
	u8 seq;
	struct list_head accounts;
	struct list_head waiting;
	unsigned int class_busy[PLUTON_CLASSES];
	bool class_closed[PLUTON_CLASSES];
	unsigned long class_until[PLUTON_CLASSES];
	u32 random;
	bool have_random;
	unsigned long tick_at;
	bool ticking;
	u64 stats[PLUTON_STATS];

	wait_queue_head_t gone_wait;
	struct delayed_work tick;
	struct delayed_work recover;
	struct work_struct hello;
	struct pluton_client kernel;
	struct pluton_client rng_client;
	struct hwrng rng;
	bool rng_up;
	struct miscdevice misc;
	bool misc_up;
};

extern unsigned int pluton_timeout_ms;
extern bool pluton_serialise;

int pluton_core_start(struct pluton *p);
void pluton_core_stop(struct pluton *p);
void pluton_expire(struct pluton *p);
void pluton_get(struct pluton *p);
void pluton_put(struct pluton *p);
void pluton_count(struct pluton *p, enum pluton_stat stat);
void pluton_read_info(struct pluton *p, struct pluton_info *info);
bool pluton_is_gone(struct pluton *p);

void pluton_client_init(struct pluton *p, struct pluton_client *client, unsigned int slots_max);
void pluton_client_close(struct pluton_client *client);

struct pluton_req *pluton_req_new(struct pluton_client *client, u8 cmd);
void pluton_req_free(struct pluton_req *req);
int pluton_submit(struct pluton_req *req);
void pluton_cancel(struct pluton_req *req);
bool pluton_is_done(struct pluton_req *req);
int pluton_wait(struct pluton_req *req);
int pluton_call(struct pluton_req *req);
int pluton_random(struct pluton_client *client, void *buf, size_t len, size_t *filled);

/* ---- account.c: who pays ------------------------------------------------------- */

void pluton_account_init(struct pluton_account *account);
void pluton_account_key(struct pluton_account_key *key);
int pluton_account_join(struct pluton_client *client, const struct pluton_account_key *key);
void pluton_account_check(struct pluton_account *account);

/* ---- the other parts ------------------------------------------------------------ */

int pluton_chrdev_add(struct pluton *p);
void pluton_chrdev_remove(struct pluton *p);

extern const struct attribute_group *pluton_groups[];

void pluton_api_add(struct pluton *p);
void pluton_api_remove(struct pluton *p);

extern struct platform_driver pluton_mailbox_driver;
void pluton_mailbox_leave(void);

#if IS_ENABLED(CONFIG_PLUTON_HWRNG)
int pluton_hwrng_add(struct pluton *p);
void pluton_hwrng_remove(struct pluton *p);
#else
static inline int pluton_hwrng_add(struct pluton *p)
{
	return 0;
}

static inline void pluton_hwrng_remove(struct pluton *p)
{
}
#endif

/* longest signature in DER */
#define PLUTON_DER_MAX		72

#if IS_ENABLED(CONFIG_PLUTON_KEYS)
size_t pluton_encode_der(u8 *to, const u8 *signature);
int pluton_key_register(void);
void pluton_key_unregister(void);
#else
static inline int pluton_key_register(void)
{
	return 0;
}

static inline void pluton_key_unregister(void)
{
}
#endif

#endif /* _PLUTON_PRIVATE_H */
