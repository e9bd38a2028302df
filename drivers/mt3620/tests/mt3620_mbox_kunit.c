// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the MT3620 mailbox controller, against modelled registers and
 * simulated interrupts. MBn names the weakness of earlier drivers that a case
 * shows to be absent.
 *
 * The driver is found by its compatible string and its channels are requested
 * through "mboxes" properties, so there are two nodes in the live device tree
 * for as long as the kernel runs; their properties are put together anew by each
 * case.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/console.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/mailbox_client.h>
#include <linux/mailbox_controller.h>
#include <linux/module.h>
#include <linux/mt3620/mailbox.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "fake_mt3620_mbox.h"

#define HANDLE		0x3620	/* phandle of the mailbox node */
#define INDEX_MAX	7	/* entries of the client's "mboxes" */
#define LOG_SIZE	4096
#define RX_LOG		64
#define SPARE_IRQ	FAKE_MBOX_IRQS	/* of the test itself */

/* what the driver may deliver in one window, and how many windows per tick at most */
#define BUDGET		256

/* How long to wait for what must happen; not a claim about its speed. */
#define PATIENCE_MS	10000

struct tclient {
	struct mbox_client cl;
	struct mbox_chan *chan;
	struct fake_mbox *fake;
	spinlock_t lock;		/* protects the members below */
	struct mt3620_mbox_msg rx[RX_LOG];
	unsigned int nrx;
	unsigned int ndone;
	unsigned int nfail;
	void *last_done;
	void (*on_rx)(struct tclient *t, const struct mt3620_mbox_msg *msg);
	void (*on_done)(struct tclient *t, void *msg);
	struct mt3620_mbox_msg msg;	/* to send from a callback */
	struct completion go;
	struct completion gone;
	unsigned int seen;
	int result;
};

struct ctx {
	struct kunit *test;
	struct fake_mbox *fake;
	struct irq_domain *domain;
	int spare_irq;
	struct platform_device *pdev;
	struct platform_device *client_dev;
	int late;	/* what came of it: 1 is bound */
	struct tclient c[INDEX_MAX];
};

/* ---- device tree ---- */

static struct device_node mbox_node = { .full_name = "mailbox@31000000" };
static struct device_node client_node = { .full_name = "mailbox-client" };

enum { P_COMPATIBLE, P_CELLS, P_CHANNELS, P_FIFO, P_MAX };

static __be32 cell[P_MAX];
static __be32 client_mboxes[2 * INDEX_MAX];
static struct property mbox_prop[P_MAX] = {
	[P_COMPATIBLE] = { .name = "compatible", .value = "mediatek,mt3620-mailbox",
			   .length = sizeof("mediatek,mt3620-mailbox") },
	[P_CELLS] = { .name = "#mbox-cells", .value = &cell[P_CELLS] },
	[P_CHANNELS] = { .name = "mailbox-channel-count", .value = &cell[P_CHANNELS] },
	[P_FIFO] = { .name = "mailbox-max-fifo-count", .value = &cell[P_FIFO] },
};

static struct property client_prop[] = {
	/* without it the kernel does not see who needs whom */
	{ .name = "compatible", .value = "mt3620-kunit-client",
	  .length = sizeof("mt3620-kunit-client"), .next = &client_prop[1] },
	{ .name = "mboxes", .value = client_mboxes, .length = sizeof(client_mboxes) },
};

static void add_node(struct device_node *np)
{
	/* UML has no device tree of its own that anybody else could change */
	of_node_init(np);
	np->parent = of_root;
	np->sibling = of_root->child;
	of_root->child = np;
#ifdef CONFIG_OF_KOBJ
	/* where the "of_node" links of the devices lead */
	if (kobject_add(&np->kobj, kernel_kobj, "%s", np->full_name))
		pr_warn("%s has no directory\n", np->full_name);
#endif
}

static void add_nodes(void)
{
	static struct device_node root = { .full_name = "/" };
	static bool added;
	unsigned int i;

	if (added)
		return;
	added = true;
	if (!of_root) {
		of_node_init(&root);
		of_root = &root;
	}
	for (i = 0; i < INDEX_MAX; i++) {
		client_mboxes[2 * i] = cpu_to_be32(HANDLE);
		client_mboxes[2 * i + 1] = cpu_to_be32(i);
	}
	mbox_node.phandle = HANDLE;
	client_node.properties = client_prop;
	add_node(&mbox_node);
	add_node(&client_node);
}

static void set_cell(unsigned int p, u32 val)
{
	cell[p] = cpu_to_be32(val);
	mbox_prop[p].length = sizeof(cell[p]);
}

/* @missing: property to leave out, or P_MAX */
static void link_properties(unsigned int missing)
{
	struct property **pp = &mbox_node.properties;
	unsigned int i;

	for (i = 0; i < P_MAX; i++) {
		if (i == missing)
			continue;
		*pp = &mbox_prop[i];
		pp = &mbox_prop[i].next;
	}
	*pp = NULL;
}

/* ---- the kernel's log ---- */

static char log_buf[LOG_SIZE];
static size_t log_len;
static DEFINE_RAW_SPINLOCK(log_lock);

static void log_write(struct console *con, const char *s, unsigned int n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&log_lock, flags);
	n = min_t(size_t, n, LOG_SIZE - 1 - log_len);
	memcpy(log_buf + log_len, s, n);
	log_len += n;
	log_buf[log_len] = '\0';
	raw_spin_unlock_irqrestore(&log_lock, flags);
}

static struct console log_console = {
	.name = "mbox", .write = log_write,
};

static void log_start(void)
{
	/* unregistering takes both away */
	log_console.flags = CON_ENABLED;
	log_console.index = -1;
	register_console(&log_console);
	log_len = 0;
	log_buf[0] = '\0';
}

static void log_stop(void)
{
	unregister_console(&log_console);
}

static unsigned int log_count(const char *what)
{
	const char *p = log_buf;
	unsigned int n = 0;

	while ((p = strstr(p, what))) {
		p += strlen(what);
		n++;
	}
	return n;
}

/* ---- clients ---- */

static void client_rx(struct mbox_client *cl, void *data)
{
	struct tclient *t = container_of(cl, struct tclient, cl);
	const struct mt3620_mbox_msg *msg = data;
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	t->rx[t->nrx++ % RX_LOG] = *msg;
	spin_unlock_irqrestore(&t->lock, flags);
	if (t->on_rx)
		t->on_rx(t, msg);
}

static void client_done(struct mbox_client *cl, void *data, int result)
{
	struct tclient *t = container_of(cl, struct tclient, cl);
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	t->ndone++;
	if (result)
		t->nfail++;
	t->last_done = data;
	spin_unlock_irqrestore(&t->lock, flags);
	if (t->on_done)
		t->on_done(t, data);
}

/* Whether the completion came */
static bool came(struct completion *done)
{
	return wait_for_completion_timeout(done, msecs_to_jiffies(PATIENCE_MS));
}

#define wait_for(_cond)							\
({									\
	unsigned long _end = jiffies + msecs_to_jiffies(PATIENCE_MS);	\
	bool _ok;							\
									\
	while (!(_ok = (_cond)) && time_before(jiffies, _end))		\
		msleep(20);						\
	_ok;								\
})

/* Give everything that is under way the time to happen. */
static void settle(void)
{
	msleep(60);
}

static int try_open(struct ctx *c, unsigned int index)
{
	struct tclient *t = &c->c[index];
	struct mbox_chan *chan;

	t->cl.dev = &c->client_dev->dev;
	t->cl.rx_callback = client_rx;
	t->cl.tx_done = client_done;
	chan = mbox_request_channel(&t->cl, index);
	if (IS_ERR(chan))
		return PTR_ERR(chan);
	t->chan = chan;
	return 0;
}

static struct tclient *open(struct ctx *c, unsigned int index)
{
	KUNIT_ASSERT_EQ(c->test, 0, try_open(c, index));
	return &c->c[index];
}

static void close(struct tclient *t)
{
	mbox_free_channel(t->chan);
	t->chan = NULL;
}

static void pop_expect(struct ctx *c, unsigned int ch, u32 data, u32 cmd)
{
	struct mt3620_mbox_msg m = {};

	KUNIT_ASSERT_TRUE(c->test, fake_mbox_peer_pop(c->fake, ch, &m));
	KUNIT_EXPECT_EQ(c->test, m.data, data);
	KUNIT_EXPECT_EQ(c->test, m.cmd, cmd);
}

static void expect_rx(struct ctx *c, struct tclient *t, unsigned int i, u32 data, u32 cmd)
{
	KUNIT_EXPECT_EQ(c->test, t->rx[i % RX_LOG].data, data);
	KUNIT_EXPECT_EQ(c->test, t->rx[i % RX_LOG].cmd, cmd);
}

/* What every channel must be able to do, whatever happened to it before. */
static void expect_works(struct ctx *c, unsigned int index)
{
	struct tclient *t = &c->c[index];
	struct mt3620_mbox_msg *m = &t->msg;
	unsigned int ch = index / 2, rx = t->nrx, done = t->ndone;

	*m = (struct mt3620_mbox_msg){ .data = 0x11, .cmd = 0x22 };
	KUNIT_EXPECT_GE(c->test, mbox_send_message(t->chan, m), 0);
	if (index % 2) {
		KUNIT_EXPECT_TRUE(c->test, wait_for(fake_mbox_peer_take_sw(c->fake, ch) == 0x22));
		fake_mbox_peer_sw(c->fake, ch, 0x44);
	} else {
		KUNIT_EXPECT_TRUE(c->test, wait_for(c->fake->ch[ch].tx.n == 1));
		pop_expect(c, ch, 0x11, 0x22);
		KUNIT_EXPECT_TRUE(c->test, fake_mbox_peer_post(c->fake, ch, 0x33, 0x44));
	}
	KUNIT_EXPECT_TRUE(c->test, wait_for(t->ndone == done + 1));
	KUNIT_EXPECT_PTR_EQ(c->test, t->last_done, (void *)m);
	KUNIT_EXPECT_TRUE(c->test, wait_for(t->nrx == rx + 1));
	expect_rx(c, t, rx, index % 2 ? 0 : 0x33, 0x44);
}

/* ---- devices ---- */

/* Create the mailbox device. Returns whether the driver took it. */
static bool probe(struct ctx *c, resource_size_t size, unsigned int nirqs)
{
	struct resource res[1 + FAKE_MBOX_IRQS] = {};
	struct platform_device *pdev;
	unsigned int i, n = 0;

	if (size)
		res[n++] = (struct resource)DEFINE_RES_MEM(FAKE_MBOX_BASE, size);
	for (i = 0; i < nirqs; i++) {
		/* two per channel: without every third */
		unsigned int line = nirqs == 6 ? i / 2 * 3 + i % 2 : i;

		res[n++] = (struct resource)DEFINE_RES_IRQ(c->fake->irq[line % FAKE_MBOX_IRQS]);
	}

	pdev = platform_device_alloc("fake-mailbox", PLATFORM_DEVID_NONE);
	KUNIT_ASSERT_NOT_NULL(c->test, pdev);
	pdev->dev.of_node = of_node_get(&mbox_node);
	pdev->dev.fwnode = of_fwnode_handle(&mbox_node);
	KUNIT_ASSERT_EQ(c->test, 0, platform_device_add_resources(pdev, res, n));
	KUNIT_ASSERT_EQ(c->test, 0, platform_device_add(pdev));
	c->pdev = pdev;
	return pdev->dev.driver;
}

static void unprobe(struct ctx *c)
{
	platform_device_unregister(c->pdev);
	c->pdev = NULL;
}

static void probe_good(struct ctx *c)
{
	KUNIT_ASSERT_TRUE(c->test, probe(c, FAKE_MBOX_SIZE, FAKE_MBOX_IRQS));
}

/* With @fwnode the driver core sees from the device tree that it needs the mailbox. */
static void add_client(struct ctx *c, struct fwnode_handle *fwnode)
{
	c->client_dev = platform_device_alloc("fake-mailbox-client", PLATFORM_DEVID_NONE);
	KUNIT_ASSERT_NOT_NULL(c->test, c->client_dev);
	c->client_dev->dev.of_node = of_node_get(&client_node);
	c->client_dev->dev.fwnode = fwnode;
	KUNIT_ASSERT_EQ(c->test, 0, platform_device_add(c->client_dev));
}

static int mbox_init(struct kunit *test)
{
	struct ctx *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, c);
	test->priv = c;
	c->test = test;
	c->fake = fake_mbox_get();
	KUNIT_ASSERT_NOT_NULL(test, c->fake);
	fake_mbox_power_on(c->fake);
	add_nodes();
	set_cell(P_CELLS, 1);
	set_cell(P_CHANNELS, 3);
	set_cell(P_FIFO, 15);
	link_properties(P_MAX);

	c->domain = irq_domain_create_sim(NULL, FAKE_MBOX_IRQS + 1);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, c->domain);
	for (i = 0; i < FAKE_MBOX_IRQS; i++) {
		c->fake->irq[i] = irq_create_mapping(c->domain, i);
		KUNIT_ASSERT_GT(test, c->fake->irq[i], 0);
	}
	c->spare_irq = irq_create_mapping(c->domain, SPARE_IRQ);
	KUNIT_ASSERT_GT(test, c->spare_irq, 0);

	for (i = 0; i < INDEX_MAX; i++) {
		spin_lock_init(&c->c[i].lock);
		init_completion(&c->c[i].go);
		init_completion(&c->c[i].gone);
		c->c[i].fake = c->fake;
	}

	add_client(c, of_fwnode_handle(&client_node));
	return 0;
}

static void mbox_exit(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	if (!c)
		return;
	if (c->fake) {
		c->fake->before_write = NULL;
		c->fake->endless = -1;
		c->fake->sw_endless = -1;
	}
	for (i = 0; i < INDEX_MAX; i++)
		if (c->c[i].chan)
			close(&c->c[i]);
	if (c->pdev)
		unprobe(c);
	if (c->client_dev)
		platform_device_unregister(c->client_dev);
	if (c->fake) {
		KUNIT_EXPECT_EQ_MSG(test, c->fake->misuse, 0, "%s", c->fake->misuse_what);
		for (i = 0; i < FAKE_MBOX_IRQS; i++) {
			if (c->fake->irq[i] > 0)
				irq_dispose_mapping(c->fake->irq[i]);
			c->fake->irq[i] = 0;
		}
	}
	if (c->spare_irq > 0)
		irq_dispose_mapping(c->spare_irq);
	if (!IS_ERR_OR_NULL(c->domain))
		irq_domain_remove_sim(c->domain);
}

/* The counter @name of mailbox @index as user space sees it */
static unsigned long stat(struct ctx *c, const char *name, unsigned int index)
{
	const struct attribute_group **g = c->pdev->dev.driver->dev_groups;
	struct attribute **a;
	unsigned long val = ULONG_MAX;
	struct device_attribute *da;
	char *page, *p, *tok;

	page = (char *)get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(c->test, page);
	for (a = g[0]->attrs; *a; a++) {
		if (strcmp((*a)->name, name))
			continue;
		da = container_of(*a, struct device_attribute, attr);
		KUNIT_EXPECT_GT(c->test, da->show(&c->pdev->dev, da, page), 0);
		KUNIT_EXPECT_EQ(c->test, page[strlen(page) - 1], '\n');
		p = strim(page);
		while ((tok = strsep(&p, " ")) && index--)
			;
		KUNIT_EXPECT_EQ(c->test, 0, tok ? kstrtoul(tok, 10, &val) : -ENOENT);
	}
	free_page((unsigned long)page);
	KUNIT_EXPECT_NE(c->test, val, ULONG_MAX);
	return val;
}

/* ---- probe ---- */

struct bad_tree {
	const char *name;
	unsigned int prop;
	bool missing;
	bool empty;
	u32 val;
	const char *says;
	unsigned int nirqs;
	resource_size_t size;
	u32 version;
};

#define BAD(_name, _nirqs, _size, _version, ...)				\
	{ .name = _name, .nirqs = _nirqs, .size = _size, .version = _version,	\
	  __VA_ARGS__ }
#define BAD_PROP(_name, _prop, ...)						\
	BAD(_name, FAKE_MBOX_IRQS, FAKE_MBOX_SIZE, 0x36200000, .prop = _prop, __VA_ARGS__)
#define BAD_IRQS(_name, _n, ...)						\
	BAD(_name, _n, FAKE_MBOX_SIZE, 0x36200000, __VA_ARGS__)
#define BAD_REG(_name, _size, ...)						\
	BAD(_name, FAKE_MBOX_IRQS, _size, 0x36200000, .prop = P_MAX, __VA_ARGS__)
#define BAD_VERSION(_name, _version, ...)					\
	BAD(_name, FAKE_MBOX_IRQS, FAKE_MBOX_SIZE, _version, .prop = P_MAX, __VA_ARGS__)

static const struct bad_tree bad_trees[] = {
	BAD_PROP("no cells", P_CELLS, .missing = true,
		 .says = "#mbox-cells is missing: write #mbox-cells = <1>"),
	BAD_PROP("no cell", P_CELLS, .val = 0,
		 .says = "#mbox-cells is 0: write #mbox-cells = <1>"),
	BAD_PROP("two cells", P_CELLS, .val = 2,
		 .says = "#mbox-cells is 2: write #mbox-cells = <1>"),
	BAD_PROP("no channel count", P_CHANNELS, .missing = true,
		 .says = "mailbox-channel-count is missing: write mailbox-channel-count = <3>"),
	BAD_PROP("MB17 no channel", P_CHANNELS, .val = 0,
		 .says = "mailbox-channel-count is 0: write mailbox-channel-count = <3>"),
	BAD_PROP("MB17 four channels", P_CHANNELS, .val = 4,
		 .says = "mailbox-channel-count is 4: write mailbox-channel-count = <3>"),
	BAD_PROP("MB17 most channels", P_CHANNELS, .val = U32_MAX,
		 .says = "mailbox-channel-count is 4294967295: write mailbox-channel-count = <3>"),
	BAD_PROP("empty channel count", P_CHANNELS, .empty = true,
		 .says = "mailbox-channel-count is not one number: write"),
	BAD_PROP("no depth", P_FIFO, .missing = true,
		 .says = "mailbox-max-fifo-count is missing: write mailbox-max-fifo-count = <15>"),
	BAD_PROP("MB17 depth 0", P_FIFO, .val = 0,
		 .says = "mailbox-max-fifo-count is 0: write mailbox-max-fifo-count = <15>"),
	BAD_PROP("MB17 depth 16", P_FIFO, .val = 16,
		 .says = "mailbox-max-fifo-count is 16: write mailbox-max-fifo-count = <15>"),
	BAD_PROP("MB17 depth 99", P_FIFO, .val = 99,
		 .says = "mailbox-max-fifo-count is 99: write mailbox-max-fifo-count = <15>"),
	BAD_IRQS("no interrupts", 0, .prop = P_MAX,
		 .says = "0 usable interrupts: 3 channels take 9"),
	BAD_IRQS("three interrupts", 3, .prop = P_MAX,
		 .says = "3 usable interrupts: 3 channels take 9"),
	BAD_IRQS("five interrupts", 5, .prop = P_MAX,
		 .says = "5 usable interrupts: 3 channels take 9"),
	BAD_IRQS("eight interrupts", 8, .prop = P_MAX,
		 .says = "8 usable interrupts: 3 channels take 9"),
	BAD_IRQS("six interrupts for one channel", 6, .prop = P_CHANNELS, .val = 1,
		 .says = "6 usable interrupts: 1 channels take 3"),
	BAD_REG("no region", 0,
		.says = "reg is missing: write reg = <0x31000000 0x30000>"),
	BAD_REG("MB18 region of half a channel", 0x8000,
		.says = "reg covers 0x8000 bytes: 3 channels take 0x30000"),
	BAD_REG("MB17 region of one channel", 0x10000,
		.says = "reg covers 0x10000 bytes: 3 channels take 0x30000"),
	BAD_REG("MB17 region short by a byte", 0x2ffff,
		.says = "reg covers 0x2ffff bytes: 3 channels take 0x30000"),
	BAD_VERSION("MB16 version 0", 0,
		    .says = "version word is 0x00000000, not 0x36200000"),
	BAD_VERSION("MB16 next version", 0x36200001,
		    .says = "version word is 0x36200001, not 0x36200000"),
	BAD_VERSION("MB16 nobody answers", U32_MAX,
		    .says = "version word is 0xffffffff, not 0x36200000"),
};

static void bad_tree_name(const struct bad_tree *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

/* MB16 MB17 MB18: fails, says why in one line, and touches nothing it should not */
KUNIT_ARRAY_PARAM(bad_tree, bad_trees, bad_tree_name);

static void probe_bad_tree_one_clear_line(struct kunit *test)
{
	const struct bad_tree *p = test->param_value;
	struct ctx *c = test->priv;

	if (p->prop != P_MAX && p->missing)
		link_properties(p->prop);
	else if (p->prop != P_MAX)
		set_cell(p->prop, p->val);
	if (p->empty)
		mbox_prop[p->prop].length = 0;
	c->fake->version = p->version;

	log_start();
	KUNIT_EXPECT_FALSE(test, probe(c, p->size, p->nirqs));
	log_stop();

	KUNIT_EXPECT_EQ_MSG(test, log_count(p->says), 1, "log: %s", log_buf);
	KUNIT_EXPECT_EQ_MSG(test, log_count("fake-mailbox"), 1, "log: %s", log_buf);
	KUNIT_EXPECT_EQ_MSG(test, log_count("error -ENODEV: "), 1, "log: %s", log_buf);
	KUNIT_EXPECT_EQ_MSG(test, log_count("WARNING"), 0, "log: %s", log_buf);
	KUNIT_EXPECT_EQ(test, c->fake->accesses, p->version == 0x36200000 ? 0 : 1);
	KUNIT_EXPECT_LT(test, try_open(c, 0), 0);
}

/* Other firmware may have left everything on. */
static void probe_turns_interrupts_off(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	for (i = 0; i < FAKE_MBOX_CHANNELS; i++) {
		c->fake->ch[i].en = 0xf;
		c->fake->ch[i].sw_en = 0xff;
	}
	probe_good(c);
	for (i = 0; i < FAKE_MBOX_CHANNELS; i++) {
		KUNIT_EXPECT_EQ(test, c->fake->ch[i].en, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[i].sw_en, 0);
	}
}

static void probe_and_unbind_repeatedly(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	log_start();
	for (i = 0; i < 20; i++) {
		probe_good(c);
		open(c, i % 6);
		expect_works(c, i % 6);
		close(&c->c[i % 6]);
		unprobe(c);
	}
	log_stop();
	KUNIT_EXPECT_EQ_MSG(test, log_count("WARNING"), 0, "log: %s", log_buf);
}

static void probe_one_channel(struct kunit *test)
{
	struct ctx *c = test->priv;

	set_cell(P_CHANNELS, 1);
	KUNIT_ASSERT_TRUE(test, probe(c, FAKE_MBOX_STRIDE, 3));
	open(c, 0);
	open(c, 1);
	KUNIT_EXPECT_EQ(test, try_open(c, 2), -EINVAL);
	expect_works(c, 0);
	expect_works(c, 1);
}

/* The device tree of 18.11: the index is the channel, no software interrupts. */
static void probe_six_interrupts(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { .data = 1 };
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, probe(c, FAKE_MBOX_SIZE, 6));
	for (i = 0; i < 3; i++) {
		struct tclient *t = open(c, i);

		m.cmd = i;
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
		pop_expect(c, i, 1, i);
		KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
		fake_mbox_peer_post(c->fake, i, 7, 8);
		KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 1));
		expect_rx(c, t, 0, 7, 8);
	}
	KUNIT_EXPECT_EQ(test, try_open(c, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, c->fake->sw_accesses, 0);
}

static void request_bad_index(struct kunit *test)
{
	struct ctx *c = test->priv;

	probe_good(c);
	log_start();
	KUNIT_EXPECT_EQ(test, try_open(c, 6), -EINVAL);
	log_stop();
	KUNIT_EXPECT_EQ_MSG(test, log_count("\"mboxes\" takes 0 to 5"), 1, "log: %s", log_buf);
}

static void request_second_client_is_busy(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient other = { };
	struct mbox_chan *chan;
	unsigned int i;

	probe_good(c);
	other.cl.dev = &c->client_dev->dev;
	for (i = 0; i < 6; i++) {
		open(c, i);
		chan = mbox_request_channel(&other.cl, i);
		KUNIT_ASSERT_TRUE(test, IS_ERR(chan));
		KUNIT_EXPECT_EQ(test, PTR_ERR(chan), -EBUSY);
		expect_works(c, i);
		close(&c->c[i]);
		open(c, i);
		expect_works(c, i);
	}
}

/* ---- traffic, for each order of the bits and both kinds of interrupt line ---- */

struct hw {
	enum fake_mbox_order order;
	bool pulse;
};

static const struct hw hws[] = {
	{ FAKE_ORDER_LINUX, false }, { FAKE_ORDER_LINUX, true },
	{ FAKE_ORDER_MTK, false }, { FAKE_ORDER_MTK, true },
	{ FAKE_ORDER_CTL, false }, { FAKE_ORDER_CTL, true },
};

static void hw_name(const struct hw *p, char *desc)
{
	static const char * const name[] = { "linux", "mtk", "ctl" };

	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s %s", name[p->order],
		 p->pulse ? "pulse" : "level");
}

KUNIT_ARRAY_PARAM(hw, hws, hw_name);

static struct ctx *hw_setup(struct kunit *test)
{
	const struct hw *p = test->param_value;
	struct ctx *c = test->priv;

	c->fake->order = p->order;
	c->fake->pulse = p->pulse;
	probe_good(c);
	return c;
}

/* MB8: works with INT_EN 0 at reset; off again when the channel is freed */
static void startup_enables_interrupts(struct kunit *test)
{
	struct ctx *c = hw_setup(test);
	u32 need = fake_mbox_bit(c->fake, FAKE_WR) | fake_mbox_bit(c->fake, FAKE_RD);
	unsigned int i;

	for (i = 0; i < 6; i++) {
		u32 *en = i % 2 ? &c->fake->ch[i / 2].sw_en : &c->fake->ch[i / 2].en;

		KUNIT_EXPECT_EQ(test, *en, 0);
		open(c, i);
		KUNIT_EXPECT_EQ(test, *en & (i % 2 ? 0xff : need), i % 2 ? 0xff : need);
		expect_works(c, i);
		settle();
		KUNIT_EXPECT_EQ(test, *en & (i % 2 ? 0xff : need), i % 2 ? 0xff : need);
		close(&c->c[i]);
		KUNIT_EXPECT_EQ(test, *en, 0);
	}
}

/* Many messages with few interrupts between them: no event may get lost. */
static void fifo_echo_in_order(struct kunit *test)
{
	struct ctx *c = hw_setup(test);
	struct mt3620_mbox_msg m;
	struct tclient *t = open(c, 2);
	unsigned int i;

	c->fake->echo = true;
	for (i = 0; i < 24; i++) {
		m = (struct mt3620_mbox_msg){ .data = i % 3 ? i : 0, .cmd = ~i };
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
		KUNIT_ASSERT_TRUE(test, wait_for(t->ndone == i + 1));
		KUNIT_ASSERT_TRUE(test, wait_for(t->nrx == i + 1));
		expect_rx(c, t, i, m.data, m.cmd);
	}
	KUNIT_EXPECT_EQ(test, stat(c, "sent", 2), 24);
	KUNIT_EXPECT_EQ(test, stat(c, "received", 2), 24);
	KUNIT_EXPECT_EQ(test, stat(c, "received", 0), 0);
}

static void post_at_enable(struct fake_mbox *f, unsigned int ch, unsigned int reg, u32 val)
{
	if (ch == 1 && reg == FAKE_INT_EN && val && f->priv) {
		f->priv = NULL;
		fake_mbox_peer_post(f, ch, 0xd, 0xe);
	}
}

/*
 * The peer posts after the last look at the FIFO and before the interrupts are on:
 * there is no edge, and the message must come all the same.
 */
static void fifo_post_just_before_enable(struct kunit *test)
{
	struct ctx *c = hw_setup(test);
	struct tclient *t = open(c, 2);

	c->fake->priv = test;
	c->fake->before_write = post_at_enable;
	fake_mbox_peer_post(c->fake, 1, 1, 2);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 2));
	expect_rx(c, t, 0, 1, 2);
	expect_rx(c, t, 1, 0xd, 0xe);
	KUNIT_EXPECT_PTR_EQ(test, c->fake->priv, NULL);
	expect_works(c, 2);
}

static void pop_at_enable(struct fake_mbox *f, unsigned int ch, unsigned int reg, u32 val)
{
	struct mt3620_mbox_msg m;

	if (ch == 1 && reg == FAKE_INT_EN && val && f->priv && fake_mbox_peer_pop(f, ch, &m))
		f->priv = NULL;
}

/* The same for "peer read": completion must not depend on that edge. */
static void fifo_pop_just_before_enable(struct kunit *test)
{
	struct ctx *c = hw_setup(test);
	struct tclient *t = open(c, 2);
	struct mt3620_mbox_msg m = { 1, 2 };

	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	c->fake->priv = test;
	c->fake->before_write = pop_at_enable;
	fake_mbox_peer_post(c->fake, 1, 1, 2);	/* makes the work run */
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
	KUNIT_EXPECT_PTR_EQ(test, c->fake->priv, NULL);
	expect_works(c, 2);
}

/*
 * An older entry is popped at that moment: nothing to report, but its status bit must
 * not keep the pop of our message from making an edge.
 */
static void fifo_older_pop_just_before_enable(struct kunit *test)
{
	struct ctx *c = hw_setup(test);
	struct mt3620_mbox_msg m = { 1, 2 };
	struct tclient *t;

	fake_mbox_left_behind(c->fake, 1, 1);
	t = open(c, 2);
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	c->fake->priv = test;
	c->fake->before_write = pop_at_enable;
	fake_mbox_peer_post(c->fake, 1, 1, 2);	/* makes the work run */
	KUNIT_EXPECT_TRUE(test, wait_for(!c->fake->priv));
	settle();
	KUNIT_EXPECT_EQ(test, t->ndone, 0);
	pop_expect(c, 1, 1, 2);
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
}

static void post_again(struct tclient *t, const struct mt3620_mbox_msg *msg)
{
	if (msg->cmd < 5)
		fake_mbox_peer_post(t->fake, 1, msg->data, msg->cmd + 1);
}

/* Each message makes the peer post the next while the first is being handled. */
static void fifo_post_during_callback(struct kunit *test)
{
	struct ctx *c = hw_setup(test);
	struct tclient *t = open(c, 2);

	t->on_rx = post_again;
	fake_mbox_peer_post(c->fake, 1, 9, 1);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 5));
	t->on_rx = NULL;
	expect_works(c, 2);
}

/* Status bits of the time before must neither block nor fake an event. */
static void fifo_stale_status_at_startup(struct kunit *test)
{
	struct ctx *c = hw_setup(test);

	c->fake->ch[1].sts = fake_mbox_bit(c->fake, FAKE_WR) | fake_mbox_bit(c->fake, FAKE_RD);
	open(c, 2);
	settle();
	KUNIT_EXPECT_EQ(test, c->c[2].nrx, 0);
	KUNIT_EXPECT_EQ(test, c->c[2].ndone, 0);
	expect_works(c, 2);
}

/* ---- sending ---- */

/* MB2: the latch keeps the data of the message before */
static void send_data_zero_after_nonzero(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m[] = { { 5, 0xa }, { 0, 0xb }, { 0, 0 }, { 7, 0 } };
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	t = open(c, 0);
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m[i]), 0);
		pop_expect(c, 0, m[i].data, m[i].cmd);
		KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == i + 1));
	}
}

/* MB1: refused when full, as often as it is tried, and no lock stays behind */
static void send_sixteenth_is_refused(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { .data = 1 };
	struct mbox_chan *chan;
	unsigned int i;

	probe_good(c);
	chan = open(c, 0)->chan;
	for (i = 0; i < 15; i++) {
		m.cmd = i;
		KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), 0);
	}
	m.cmd = 15;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), -EBUSY);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].posted, 15);
	KUNIT_EXPECT_EQ(test, stat(c, "full", 0), 3);
	pop_expect(c, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), 0);
	for (i = 1; i < 16; i++)
		pop_expect(c, 0, 1, i);
	settle();
	expect_works(c, 0);
}

/* MB17: the depth is the device tree's, and the test is "at least" */
static void send_depth_from_device_tree(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 1, 2 };
	struct mbox_chan *chan;
	unsigned int i;

	set_cell(P_FIFO, 4);
	probe_good(c);
	chan = open(c, 0)->chan;
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), 0);
	KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), -EBUSY);
	for (i = 0; i < 4; i++)
		pop_expect(c, 0, 1, 2);
	settle();
	fake_mbox_left_behind(c->fake, 0, 7);	/* more than the depth */
	KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), -EBUSY);
	c->fake->bad_count = 0xffff;
	KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, &m), -EBUSY);
	close(&c->c[0]);
	c->fake->bad_count = 0;
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].posted, 4);
}

/* Back-pressure: the FIFO was filled before us, and nothing on the way is ours. */
static void send_waits_for_room(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m[3] = { { 1, 100 }, { 0, 101 }, { 3, 102 } };
	struct tclient *t;
	unsigned int i;

	fake_mbox_left_behind(c->fake, 2, 15);
	probe_good(c);
	t = open(c, 4);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m[i]), 0);
	settle();
	KUNIT_EXPECT_EQ(test, c->fake->ch[2].posted, 0);
	KUNIT_EXPECT_EQ(test, t->ndone, 0);
	for (i = 0; i < 15; i++) {
		pop_expect(c, 2, i, i);
		KUNIT_EXPECT_TRUE(test, wait_for(c->fake->ch[2].posted == 1));
	}
	/* posted, and the older ones are gone: not complete yet */
	settle();
	KUNIT_EXPECT_EQ(test, t->ndone, 0);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, wait_for(c->fake->ch[2].tx.n == 1));
		pop_expect(c, 2, m[i].data, m[i].cmd);
		KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == i + 1));
		KUNIT_EXPECT_PTR_EQ(test, t->last_done, (void *)&m[i]);
	}
	KUNIT_EXPECT_EQ(test, t->nfail, 0);
}

/* Completion is the pop of our message, not that of an older one. */
static void send_completes_when_popped(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 8, 9 };
	struct tclient *t;
	unsigned int i;

	fake_mbox_left_behind(c->fake, 0, 3);
	probe_good(c);
	t = open(c, 0);
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].tx.n, 4);
	for (i = 0; i < 3; i++) {
		pop_expect(c, 0, i, i);
		settle();
		KUNIT_EXPECT_EQ(test, t->ndone, 0);
	}
	fake_mbox_raise(c->fake, 1);	/* "peer read" without a reason */
	settle();
	KUNIT_EXPECT_EQ(test, t->ndone, 0);
	pop_expect(c, 0, 8, 9);
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
	settle();
	KUNIT_EXPECT_EQ(test, t->ndone, 1);
}

static void send_queue_in_order(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m[18];
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	t = open(c, 0);
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		m[i] = (struct mt3620_mbox_msg){ .data = i & 1 ? i : 0, .cmd = i };
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m[i]), 0);
	}
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		KUNIT_ASSERT_TRUE(test, wait_for(c->fake->ch[0].tx.n == 1));
		pop_expect(c, 0, i & 1 ? i : 0, i);
	}
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == ARRAY_SIZE(m)));
}

/* A peer that does not read: the sender's time runs out, later messages queue up. */
static void send_timeout_then_recovery(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m[17];
	struct tclient *t = &c->c[0];
	unsigned int i;

	probe_good(c);
	t->cl.tx_block = true;
	t->cl.tx_tout = 20;
	open(c, 0);
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		m[i] = (struct mt3620_mbox_msg){ .data = i, .cmd = i };
		KUNIT_EXPECT_EQ(test, mbox_send_message(t->chan, &m[i]), -ETIME);
	}
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].posted, 15);
	KUNIT_EXPECT_EQ(test, t->nfail, 15);
	for (i = 0; i < ARRAY_SIZE(m); i++) {
		KUNIT_ASSERT_TRUE(test, wait_for(c->fake->ch[0].tx.n > 0));
		pop_expect(c, 0, i, i);
	}
	/* the two that had waited in the framework were taken in the end */
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == ARRAY_SIZE(m)));
	KUNIT_EXPECT_EQ(test, t->nfail, 15);
}

/* MB20: the message is the client's, before and after, sent or refused */
static void send_leaves_message_to_client(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg *m = kmalloc(sizeof(*m), GFP_KERNEL);
	struct tclient *t;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, m);
	*m = (struct mt3620_mbox_msg){ 3, 4 };
	probe_good(c);
	t = open(c, 0);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, m), 0);
		KUNIT_EXPECT_TRUE(test, wait_for(c->fake->ch[0].tx.n == 1));
		pop_expect(c, 0, 3, 4);
		KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == i + 1));
	}
	fake_mbox_left_behind(c->fake, 0, 15);
	KUNIT_EXPECT_EQ(test, t->chan->mbox->ops->send_data(t->chan, m), -EBUSY);
	close(t);
	KUNIT_EXPECT_EQ(test, m->data, 3);
	KUNIT_EXPECT_EQ(test, m->cmd, 4);
	kfree(m);
}

static irqreturn_t send_from_irq(int irq, void *data)
{
	struct tclient *t = data;

	t->result = mbox_send_message(t->chan, &t->msg);
	complete(&t->go);
	return IRQ_HANDLED;
}

/* MB6: the framework's timer may send from interrupt context */
static void send_from_hard_interrupt(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	probe_good(c);
	for (i = 0; i < 2; i++) {
		struct tclient *t = open(c, i);

		KUNIT_ASSERT_EQ(test, 0, request_irq(c->spare_irq, send_from_irq, IRQF_NO_THREAD,
						     "mbox-kunit", t));
		t->msg = (struct mt3620_mbox_msg){ 6, 7 };
		irq_set_irqchip_state(c->spare_irq, IRQCHIP_STATE_PENDING, true);
		KUNIT_EXPECT_TRUE(test, came(&t->go));
		free_irq(c->spare_irq, t);
		KUNIT_EXPECT_GE(test, t->result, 0);
		if (i)
			KUNIT_EXPECT_EQ(test, fake_mbox_peer_take_sw(c->fake, 0), 7);
		else
			pop_expect(c, 0, 6, 7);
		KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
		expect_works(c, i);
	}
}

static int send_in_thread(void *data)
{
	struct tclient *t = data;

	wait_for_completion(&t->go);
	t->result = mbox_send_message(t->chan, &t->msg);
	complete(&t->gone);
	return 0;
}

/* In the middle of a completion, somebody else sends. */
static void let_thread_send(struct tclient *t, void *msg)
{
	if (msg == &t->msg)
		return;
	complete(&t->go);
	wait_for_completion(&t->gone);
	t->seen = t->fake->ch[0].posted;
}

/*
 * While the controller is on its way into the framework with a completion, another
 * message must not be posted, or it would be reported as taken by the peer.
 */
static void send_during_completion_is_not_completed(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 1, 2 };
	struct task_struct *thread;
	struct tclient *t;

	probe_good(c);
	t = open(c, 0);
	t->on_done = let_thread_send;
	t->msg = (struct mt3620_mbox_msg){ 3, 4 };
	thread = kthread_run(send_in_thread, t, "mbox-kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	pop_expect(c, 0, 1, 2);
	KUNIT_EXPECT_TRUE(test, wait_for(c->fake->ch[0].tx.n == 1));
	settle();
	KUNIT_EXPECT_GE(test, t->result, 0);
	/* only the first was posted then, the second as soon as it was over */
	KUNIT_EXPECT_EQ(test, t->seen, 1);
	KUNIT_EXPECT_EQ(test, t->ndone, 1);
	KUNIT_EXPECT_PTR_EQ(test, t->last_done, (void *)&m);
	pop_expect(c, 0, 3, 4);
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 2));
	t->on_done = NULL;
	expect_works(c, 0);
}

static void send_from_rx_callback(struct tclient *t, const struct mt3620_mbox_msg *msg)
{
	t->msg = *msg;
	mbox_send_message(t->chan, &t->msg);
}

static void send_reply_from_callback(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	t = open(c, 4);
	t->on_rx = send_from_rx_callback;
	for (i = 0; i < 10; i++) {
		fake_mbox_peer_post(c->fake, 2, i, i + 1);
		KUNIT_ASSERT_TRUE(test, wait_for(c->fake->ch[2].tx.n == 1));
		pop_expect(c, 2, i, i + 1);
		KUNIT_ASSERT_TRUE(test, wait_for(t->ndone == i + 1));
	}
}

static void send_null_is_refused(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	probe_good(c);
	for (i = 0; i < 2; i++) {
		struct mbox_chan *chan = open(c, i)->chan;

		KUNIT_EXPECT_EQ(test, chan->mbox->ops->send_data(chan, NULL), -EINVAL);
		expect_works(c, i);
	}
}

/* ---- software interrupts ---- */

/* MB9: the data word is 0, not what lay on the stack */
static void sw_received_bits_and_no_data(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	t = open(c, 3);
	for (i = 0; i < 8; i++) {
		fake_mbox_peer_sw(c->fake, 1, BIT(i));
		KUNIT_ASSERT_TRUE(test, wait_for(t->nrx == i + 1));
		expect_rx(c, t, i, 0, BIT(i));
	}
	fake_mbox_peer_sw(c->fake, 1, 0xff);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 9));
	expect_rx(c, t, 8, 0, 0xff);
	KUNIT_EXPECT_EQ(test, c->fake->ch[1].sw_sts, 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[1].sw_en, 0xff);
}

static void sw_raise_again(struct tclient *t, const struct mt3620_mbox_msg *msg)
{
	if (msg->cmd < 0x80)
		fake_mbox_peer_sw(t->fake, 1, msg->cmd << 1);
}

static void sw_raised_during_callback_comes_again(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	t = open(c, 3);
	t->on_rx = sw_raise_again;
	fake_mbox_peer_sw(c->fake, 1, 1);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 8));
	for (i = 0; i < 8; i++)
		expect_rx(c, t, i, 0, BIT(i));
}

static void sw_raise_at_enable(struct fake_mbox *f, unsigned int ch, unsigned int reg, u32 val)
{
	if (ch == 1 && reg == FAKE_SW_RX_INT_EN && val && f->priv) {
		f->priv = NULL;
		fake_mbox_peer_sw(f, ch, 0x10);
	}
}

static void sw_raised_just_before_enable(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;

	probe_good(c);
	t = open(c, 3);
	c->fake->priv = test;
	c->fake->before_write = sw_raise_at_enable;
	fake_mbox_peer_sw(c->fake, 1, 1);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 2));
	expect_rx(c, t, 1, 0, 0x10);
	expect_works(c, 3);
}

/* Done at once, by the framework's timer or by the client itself */
static void sw_send_completes_at_once(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { .data = 0x5555, .cmd = 0xa1 };
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	for (i = 0; i < 2; i++) {
		t = &c->c[1];
		t->ndone = 0;
		t->cl.knows_txdone = i;
		open(c, 1);
		KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
		KUNIT_EXPECT_EQ(test, fake_mbox_peer_take_sw(c->fake, 0), 0xa1);
		if (i)
			mbox_client_txdone(t->chan, 0);
		KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
		KUNIT_EXPECT_EQ(test, t->nfail, 0);
		close(t);
	}
}

static void sw_send_only_eight_bits(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { .cmd = 0xdeadbe0f };
	struct tclient *t;

	probe_good(c);
	t = open(c, 1);
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
	KUNIT_EXPECT_EQ(test, fake_mbox_peer_take_sw(c->fake, 0), 0x0f);
}

/* The FIFO's part is not disturbed by that of the software interrupts. */
static void sw_and_fifo_are_independent(struct kunit *test)
{
	struct ctx *c = test->priv;

	probe_good(c);
	open(c, 2);
	open(c, 3);
	expect_works(c, 2);
	expect_works(c, 3);
	close(&c->c[3]);
	expect_works(c, 2);
	open(c, 3);
	close(&c->c[2]);
	expect_works(c, 3);
}

/* ---- start ---- */

/* What waited was for somebody else. */
static void startup_drops_old_messages(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;
	unsigned int i;

	for (i = 0; i < 5; i++)
		fake_mbox_peer_post(c->fake, 0, i, i);
	fake_mbox_peer_sw(c->fake, 0, 0x81);
	probe_good(c);
	log_start();
	t = open(c, 0);
	open(c, 1);
	log_stop();
	settle();
	KUNIT_EXPECT_EQ(test, t->nrx, 0);
	KUNIT_EXPECT_EQ(test, c->c[1].nrx, 0);
	KUNIT_EXPECT_EQ(test, stat(c, "flushed", 0), 5);
	KUNIT_EXPECT_EQ(test, stat(c, "flushed", 1), 2);
	KUNIT_EXPECT_EQ_MSG(test, log_count("mailbox 0: dropped 5 old"), 1, "log: %s", log_buf);
	expect_works(c, 0);
	expect_works(c, 1);
}

static void post_at_startup(struct fake_mbox *f, unsigned int ch, unsigned int reg, u32 val)
{
	/* the first enable: after the flush, after the requests, before any edge can count */
	if (ch == 0 && reg == FAKE_INT_EN && val && f->priv) {
		f->priv = NULL;
		fake_mbox_peer_post(f, 0, 0x51, 0x52);
	}
}

static void startup_message_between_flush_and_enable(struct kunit *test)
{
	struct ctx *c = test->priv;

	c->fake->pulse = true;
	probe_good(c);
	c->fake->priv = test;
	c->fake->before_write = post_at_startup;
	open(c, 0);
	KUNIT_EXPECT_TRUE(test, wait_for(c->c[0].nrx == 1));
	expect_rx(c, &c->c[0], 0, 0x51, 0x52);
	expect_works(c, 0);
}

static irqreturn_t nobody(int irq, void *data)
{
	return IRQ_NONE;
}

/* MB12: an interrupt cannot be had: all is undone, nothing is freed twice, retry works */
static void startup_irq_failure_and_retry(struct kunit *test)
{
	/* line, and the mailbox that needs it */
	static const u8 taken[][2] = { { 0, 0 }, { 1, 0 }, { 3, 2 }, { 4, 2 }, { 2, 1 }, { 8, 5 } };
	struct ctx *c = test->priv;
	unsigned int i, k;

	probe_good(c);
	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		unsigned int line = taken[i][0], index = taken[i][1];

		KUNIT_ASSERT_EQ(test, 0, request_irq(c->fake->irq[line], nobody, 0, "taken", c));
		log_start();
		KUNIT_EXPECT_EQ(test, try_open(c, index), -EBUSY);
		log_stop();
		KUNIT_EXPECT_EQ_MSG(test, log_count("cannot be had"), 1, "log: %s", log_buf);
		KUNIT_EXPECT_EQ_MSG(test, log_count("WARNING"), 0, "log: %s", log_buf);
		KUNIT_EXPECT_EQ_MSG(test, log_count("Trying to free"), 0, "log: %s", log_buf);
		KUNIT_EXPECT_EQ(test, c->fake->ch[index / 2].en, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[index / 2].sw_en, 0);
		/* the others were given back */
		for (k = 0; k < FAKE_MBOX_IRQS; k++) {
			if (k == line)
				continue;
			KUNIT_EXPECT_EQ(test, 0, request_irq(c->fake->irq[k], nobody, 0, "t", c));
			free_irq(c->fake->irq[k], c);
		}
		free_irq(c->fake->irq[line], c);
		open(c, index);
		expect_works(c, index);
		close(&c->c[index]);
	}
}

/* ---- hostile peers ---- */

/* MB21: a peer that posts for ever gets its share and no more */
static void flood_is_bounded(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned long rests, got;
	struct tclient *t;

	probe_good(c);
	t = open(c, 0);
	open(c, 2);
	c->fake->endless = 0;
	fake_mbox_raise(c->fake, 0);
	KUNIT_ASSERT_TRUE(test, wait_for(stat(c, "throttled", 0) >= 5));
	/* this thread and other channels go on meanwhile */
	expect_works(c, 2);
	c->fake->endless = -1;
	settle();
	rests = stat(c, "throttled", 0);
	got = t->nrx;
	KUNIT_EXPECT_LE(test, got, (rests + 1) * BUDGET);
	KUNIT_EXPECT_EQ(test, got, stat(c, "received", 0));
	KUNIT_EXPECT_EQ(test, got, c->fake->ch[0].popped);
	/* and it can be talked to again */
	expect_works(c, 0);
	KUNIT_EXPECT_EQ(test, stat(c, "throttled", 2), 0);
}

static void hold_interrupts(struct fake_mbox *f, unsigned int ch, unsigned int reg, u32 val)
{
	/* an interrupt whenever they are on */
	if (ch == 0 && reg == FAKE_INT_STS)
		fake_mbox_raise(f, 0);
}

/* Interrupts without a message cannot keep the CPU either. */
static void flood_of_empty_interrupts_is_bounded(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	probe_good(c);
	open(c, 0);
	log_start();
	c->fake->before_write = hold_interrupts;
	fake_mbox_raise(c->fake, 0);
	for (i = 0; i < 20; i++)
		settle();
	c->fake->before_write = NULL;
	log_stop();
	KUNIT_EXPECT_EQ_MSG(test, log_count("nobody cared"), 0, "log: %s", log_buf);
	KUNIT_EXPECT_GT(test, stat(c, "idle", 0), 0);
	KUNIT_EXPECT_EQ(test, c->c[0].nrx, 0);
	settle();
	expect_works(c, 0);
}

static void flood_of_software_interrupts_is_bounded(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;

	probe_good(c);
	t = open(c, 1);
	open(c, 0);
	c->fake->sw_endless = 0;
	fake_mbox_peer_sw(c->fake, 0, 1);
	KUNIT_ASSERT_TRUE(test, wait_for(stat(c, "throttled", 1) >= 5));
	expect_works(c, 0);
	c->fake->sw_endless = -1;
	settle();
	KUNIT_EXPECT_LE(test, t->nrx, (stat(c, "throttled", 1) + 1) * BUDGET);
	expect_works(c, 1);
}

/* A count that cannot be true is no reason to loop. */
static void flood_count_register_lies(struct kunit *test)
{
	struct ctx *c = test->priv;

	probe_good(c);
	open(c, 0);
	c->fake->bad_count = U32_MAX;
	fake_mbox_raise(c->fake, 0);
	KUNIT_ASSERT_TRUE(test, wait_for(stat(c, "throttled", 0) >= 3));
	KUNIT_EXPECT_LE(test, c->c[0].nrx, (stat(c, "throttled", 0) + 1) * BUDGET);
	c->fake->bad_count = 0;
	settle();
	expect_works(c, 0);
}

/* Opening is bounded too: no more than a FIFO is flushed. */
static void flood_at_startup(struct kunit *test)
{
	struct ctx *c = test->priv;

	probe_good(c);
	c->fake->endless = 0;
	open(c, 0);
	KUNIT_EXPECT_EQ(test, stat(c, "flushed", 0), 15);
	close(&c->c[0]);
	c->fake->endless = -1;
	c->fake->bad_count = 1000;
	open(c, 0);
	KUNIT_EXPECT_EQ(test, stat(c, "flushed", 0), 30);
	close(&c->c[0]);
	c->fake->bad_count = 0;
	open(c, 0);
	expect_works(c, 0);
}

/* MB19: edges without a cause: nothing is delivered, the line is not given up. */
static void spurious_interrupts_are_counted(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	probe_good(c);
	open(c, 0);
	open(c, 1);
	for (i = 0; i < 3; i++) {
		unsigned int index = i == 2;
		unsigned long idle = stat(c, "idle", index);

		fake_mbox_raise(c->fake, i);
		KUNIT_EXPECT_TRUE(test, wait_for(stat(c, "idle", index) == idle + 1));
		/* what makes the kernel switch a line off in the end */
		KUNIT_EXPECT_EQ(test, irq_to_desc(c->fake->irq[i])->irqs_unhandled, 0);
	}
	KUNIT_EXPECT_EQ(test, c->c[0].nrx + c->c[0].ndone, 0);
	KUNIT_EXPECT_EQ(test, c->c[1].nrx + c->c[1].ndone, 0);
	expect_works(c, 0);
	expect_works(c, 1);
}

/* The peer resets both ends: enables are gone, nothing says so. */
static void peer_reset_is_survived(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 1, 2 };
	struct tclient *t;

	probe_good(c);
	t = open(c, 2);
	open(c, 3);
	/* a message on the way is lost with the FIFO; a look finds it gone */
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	fake_mbox_reset_both(c->fake, 1);
	fake_mbox_peer_post(c->fake, 1, 5, 6);
	settle();
	KUNIT_EXPECT_EQ(test, t->nrx, 0);
	KUNIT_EXPECT_TRUE(test, mbox_client_peek_data(t->chan));
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 1 && t->ndone == 1));
	KUNIT_EXPECT_FALSE(test, mbox_client_peek_data(t->chan));
	expect_works(c, 2);
	/* sending turns them on as well */
	fake_mbox_reset_both(c->fake, 1);
	expect_works(c, 2);
	expect_works(c, 3);
	fake_mbox_reset_both(c->fake, 1);
	fake_mbox_peer_sw(c->fake, 1, 2);
	KUNIT_EXPECT_TRUE(test, mbox_client_peek_data(c->c[3].chan));
	KUNIT_EXPECT_TRUE(test, wait_for(c->c[3].nrx == 2));
}

/* What a reset takes away is seen in the enables of the software interrupts. */
static void peer_reset_is_counted(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 0, 1 };
	struct tclient *t;
	unsigned int before;

	probe_good(c);
	open(c, 2);
	t = open(c, 3);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(t->chan), 0);
	/* a channel of another kind, and none */
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(c->c[2].chan), 0);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(NULL), 0);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(ERR_PTR(-ENODEV)), 0);

	/* asked: counted once, and the peer is heard that speaks first */
	fake_mbox_reset_both(c->fake, 1);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(t->chan), 1);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(t->chan), 1);
	KUNIT_EXPECT_EQ(test, c->fake->ch[1].sw_en, MT3620_MBOX_SW_BITS);
	fake_mbox_peer_sw(c->fake, 1, 2);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 1));

	/* what was raised between the reset and the question is not lost */
	fake_mbox_reset_both(c->fake, 1);
	fake_mbox_peer_sw(c->fake, 1, 4);
	settle();
	KUNIT_EXPECT_EQ(test, t->nrx, 1);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(t->chan), 2);
	KUNIT_EXPECT_TRUE(test, wait_for(t->nrx == 2));
	expect_rx(c, t, 1, 0, 4);

	/* noticed by raising, which costs no more accesses than it did */
	fake_mbox_reset_both(c->fake, 1);
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	KUNIT_EXPECT_EQ(test, stat(c, "peer_resets", 3), 3);
	settle();
	before = c->fake->sw_accesses;
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	KUNIT_EXPECT_EQ(test, c->fake->sw_accesses - before, 2);
	KUNIT_EXPECT_EQ(test, stat(c, "peer_resets", 3), 3);
	/* the other channels have not been reset */
	KUNIT_EXPECT_EQ(test, stat(c, "peer_resets", 1), 0);
	KUNIT_EXPECT_EQ(test, stat(c, "peer_resets", 2), 0);

	/* a client that goes has turned them off, which is no reset by the peer */
	close(t);
	t = open(c, 3);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(t->chan), 3);
}

/* Hardware that does not show its enables: no count, and all works as well */
static void peer_reset_where_enables_do_not_show(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct tclient *t;

	probe_good(c);
	c->fake->sw_en_hidden = true;
	t = open(c, 3);
	expect_works(c, 3);
	fake_mbox_reset_both(c->fake, 1);
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(t->chan), 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[1].sw_en, MT3620_MBOX_SW_BITS);
	fake_mbox_reset_both(c->fake, 1);
	expect_works(c, 3);
	KUNIT_EXPECT_EQ(test, stat(c, "peer_resets", 3), 0);
}

/* ---- end ---- */

/* MB13: freed under interrupt load; nothing is called afterwards */
static void shutdown_under_load(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i, index;

	probe_good(c);
	log_start();
	for (i = 0; i < 24; i++) {
		struct tclient *t;
		unsigned int nrx;

		index = i % 2;
		t = open(c, index);
		c->fake->endless = 0;
		c->fake->sw_endless = 0;
		fake_mbox_raise(c->fake, 0);
		fake_mbox_peer_sw(c->fake, 0, 1);
		if (i & 4)
			settle();
		else if (i & 2)
			cond_resched();
		close(t);
		nrx = t->nrx;
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].en, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].sw_en, 0);
		fake_mbox_raise(c->fake, 0);
		fake_mbox_raise(c->fake, 2);
		settle();
		KUNIT_EXPECT_EQ(test, t->nrx, nrx);
		c->fake->endless = -1;
		c->fake->sw_endless = -1;
	}
	log_stop();
	KUNIT_EXPECT_EQ_MSG(test, log_count("WARNING"), 0, "log: %s", log_buf);
	open(c, 0);
	expect_works(c, 0);
}

/* MB14: the enable registers are 0 after shutdown and stay so */
static void shutdown_leaves_interrupts_off(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	probe_good(c);
	open(c, 0);
	open(c, 1);
	for (i = 0; i < 10; i++)
		fake_mbox_peer_post(c->fake, 0, i, i);
	fake_mbox_peer_sw(c->fake, 0, 0xff);
	close(&c->c[0]);
	close(&c->c[1]);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].en, 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].sw_en, 0);
	settle();
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].en, 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].sw_en, 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].sts, 0);
}

static void rest_in_callback(struct tclient *t, const struct mt3620_mbox_msg *msg)
{
	complete(&t->go);
	/* software interrupts come in a tasklet */
	if (in_task())
		msleep(60);
	else
		mdelay(20);
	complete(&t->gone);
}

/*
 * MB13 MB14: freeing waits for the callback that runs, and the work behind it does
 * not turn the interrupts on again.
 */
static void shutdown_waits_for_callback(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	probe_good(c);
	for (i = 0; i < 2; i++) {
		struct tclient *t = open(c, i);

		t->on_rx = rest_in_callback;
		if (i)
			fake_mbox_peer_sw(c->fake, 0, 1);
		else
			fake_mbox_peer_post(c->fake, 0, 1, 1);
		KUNIT_EXPECT_TRUE(test, came(&t->go));
		close(t);
		KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&t->gone));
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].en, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].sw_en, 0);
	}
}

/* The device goes while entries, interrupts and messages are under way. */
static void unbind_with_interrupts_pending(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 1, 2 };
	unsigned int i, k, n;

	log_start();
	for (i = 0; i < 8; i++) {
		probe_good(c);
		for (k = 0; k < 6; k++) {
			open(c, k);
			mbox_send_message(c->c[k].chan, &m);
		}
		for (k = 0; k < 3; k++) {
			fake_mbox_peer_post(c->fake, k, 1, 2);
			fake_mbox_peer_pop(c->fake, k, &m);
			fake_mbox_peer_sw(c->fake, k, 0x7);
		}
		c->fake->endless = i % 3;
		if (i & 1)
			settle();
		unprobe(c);
		/* the framework took the channels from their owners */
		for (k = 0, n = 0; k < 6; k++) {
			c->c[k].chan = NULL;
			n += c->c[k].nrx;
		}
		for (k = 0; k < 3; k++) {
			KUNIT_EXPECT_EQ(test, c->fake->ch[k].en, 0);
			KUNIT_EXPECT_EQ(test, c->fake->ch[k].sw_en, 0);
		}
		settle();
		for (k = 0; k < 6; k++)
			n -= c->c[k].nrx;
		KUNIT_EXPECT_EQ(test, n, 0);
	}
	log_stop();
	KUNIT_EXPECT_EQ_MSG(test, log_count("WARNING"), 0, "log: %s", log_buf);
}

static struct ctx *bound_ctx;
static atomic_t bound_clients;

static int bound_probe(struct platform_device *pdev)
{
	int ret = try_open(bound_ctx, 0);

	if (!ret)
		atomic_inc(&bound_clients);
	return ret;
}

static void bound_gone(void *data)
{
	struct tclient *t = &bound_ctx->c[0];

	/* on a controller that is gone already this would be a use after free */
	t->result = mbox_send_message(t->chan, &t->msg);
	close(t);
	atomic_dec(&bound_clients);
}

static int bound_probe_devm(struct platform_device *pdev)
{
	int ret = bound_probe(pdev);

	return ret ?: devm_add_action_or_reset(&pdev->dev, bound_gone, NULL);
}

static struct platform_driver bound_driver = {
	.probe = bound_probe_devm,
	.driver = { .name = "fake-mailbox-client" },
};

/* A client's driver is unbound before the controller's, whatever order was asked for. */
static void unbind_takes_the_client_along(struct kunit *test)
{
	struct ctx *c = test->priv;
	unsigned int i;

	bound_ctx = c;
	probe_good(c);
	KUNIT_ASSERT_EQ(test, 0, platform_driver_register(&bound_driver));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, wait_for(atomic_read(&bound_clients) == 1));
		device_release_driver(&c->pdev->dev);
		KUNIT_EXPECT_EQ(test, atomic_read(&bound_clients), 0);
		KUNIT_EXPECT_PTR_EQ(test, c->c[0].chan, NULL);
		KUNIT_EXPECT_GE(test, c->c[0].result, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].en, 0);
		KUNIT_EXPECT_EQ(test, 1, device_attach(&c->pdev->dev));
		KUNIT_EXPECT_EQ(test, 1, device_attach(&c->client_dev->dev));
	}
	platform_driver_unregister(&bound_driver);
	KUNIT_EXPECT_EQ(test, atomic_read(&bound_clients), 0);
}

static void probe_client_now(void *data)
{
	struct ctx *c = data;

	/* its device link says that the controller is going, so it has to wait */
	c->late = device_attach(&c->client_dev->dev);
}

/* A client that comes while the controller's resources are being taken down */
static void unbind_refuses_a_late_client(struct kunit *test)
{
	struct ctx *c = test->priv;

	/* one whose need the driver core cannot see */
	platform_device_unregister(c->client_dev);
	add_client(c, NULL);
	bound_ctx = c;
	KUNIT_ASSERT_EQ(test, 0, platform_driver_register(&bound_driver));
	KUNIT_EXPECT_EQ(test, atomic_read(&bound_clients), 0);
	probe_good(c);
	KUNIT_EXPECT_TRUE(test, wait_for(atomic_read(&bound_clients) == 1));
	device_release_driver(&c->client_dev->dev);
	KUNIT_EXPECT_EQ(test, atomic_read(&bound_clients), 0);

	/* the first thing that unbinding undoes */
	KUNIT_ASSERT_EQ(test, 0, devm_add_action(&c->pdev->dev, probe_client_now, c));
	device_release_driver(&c->pdev->dev);
	KUNIT_EXPECT_NE(test, c->late, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&bound_clients), 0);

	/* and it is remembered */
	KUNIT_EXPECT_EQ(test, 1, device_attach(&c->pdev->dev));
	KUNIT_EXPECT_TRUE(test, wait_for(atomic_read(&bound_clients) == 1));
	platform_driver_unregister(&bound_driver);
	KUNIT_EXPECT_EQ(test, atomic_read(&bound_clients), 0);
}

/* Reboot and kexec: quiet, whoever still holds a channel */
static void reboot_leaves_hardware_quiet(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 1, 2 };
	unsigned int i, n;

	probe_good(c);
	for (i = 0; i < 6; i++)
		open(c, i);
	fake_mbox_peer_post(c->fake, 0, 1, 2);
	fake_mbox_peer_sw(c->fake, 1, 3);
	to_platform_driver(c->pdev->dev.driver)->shutdown(c->pdev);
	n = c->c[0].nrx + c->c[3].nrx;
	for (i = 0; i < 3; i++) {
		fake_mbox_peer_post(c->fake, i, 1, 2);
		fake_mbox_raise(c->fake, 3 * i);
	}
	mbox_send_message(c->c[2].chan, &m);
	mbox_send_message(c->c[3].chan, &m);
	mbox_client_peek_data(c->c[0].chan);
	settle();
	KUNIT_EXPECT_EQ(test, c->c[0].nrx + c->c[3].nrx, n);
	KUNIT_EXPECT_EQ(test, c->c[2].nrx + c->c[4].nrx, 0);
	KUNIT_EXPECT_EQ(test, c->fake->ch[1].posted, 0);
	KUNIT_EXPECT_EQ(test, fake_mbox_peer_take_sw(c->fake, 1), 0);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, c->fake->ch[i].en, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[i].sw_en, 0);
	}
	close(&c->c[5]);
	KUNIT_EXPECT_EQ(test, try_open(c, 5), -ESHUTDOWN);
}

/* Asleep nothing moves; afterwards all of it does, also if the registers lost all. */
static void sleep_and_wake(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 0xaa, 0xbb }, s = { .cmd = 0x12 };
	const struct dev_pm_ops *pm;
	struct tclient *f, *w;
	unsigned int i, lost;

	if (!IS_ENABLED(CONFIG_PM_SLEEP))
		return;
	probe_good(c);
	pm = c->pdev->dev.driver->pm;
	f = open(c, 2);
	w = open(c, 3);
	for (lost = 0; lost < 2; lost++) {
		unsigned int nrx = f->nrx, nsw = w->nrx, ndone = f->ndone;

		KUNIT_EXPECT_EQ(test, 0, pm->suspend_noirq(&c->pdev->dev));
		for (i = 0; i < 3; i++) {
			KUNIT_EXPECT_EQ(test, c->fake->ch[i].en, 0);
			KUNIT_EXPECT_EQ(test, c->fake->ch[i].sw_en, 0);
		}
		if (lost)
			for (i = 0; i < 3; i++)
				fake_mbox_reset_both(c->fake, i);
		for (i = 0; i < 3; i++)
			fake_mbox_peer_post(c->fake, 1, i, i + 1);
		fake_mbox_peer_sw(c->fake, 1, 0x60);
		fake_mbox_raise(c->fake, 3);
		fake_mbox_raise(c->fake, 5);
		KUNIT_EXPECT_GE(test, mbox_send_message(f->chan, &m), 0);
		KUNIT_EXPECT_GE(test, mbox_send_message(w->chan, &s), 0);
		settle();
		KUNIT_EXPECT_EQ(test, f->nrx, nrx);
		KUNIT_EXPECT_EQ(test, w->nrx, nsw);
		KUNIT_EXPECT_EQ(test, c->fake->ch[1].tx.n, 0);
		KUNIT_EXPECT_EQ(test, fake_mbox_peer_take_sw(c->fake, 1), 0);

		KUNIT_EXPECT_EQ(test, 0, pm->resume_noirq(&c->pdev->dev));
		KUNIT_EXPECT_TRUE(test, wait_for(f->nrx == nrx + 3));
		for (i = 0; i < 3; i++)
			expect_rx(c, f, nrx + i, i, i + 1);
		KUNIT_EXPECT_TRUE(test, wait_for(w->nrx == nsw + 1));
		expect_rx(c, w, nsw, 0, 0x60);
		KUNIT_ASSERT_TRUE(test, wait_for(c->fake->ch[1].tx.n == 1));
		pop_expect(c, 1, 0xaa, 0xbb);
		KUNIT_EXPECT_EQ(test, fake_mbox_peer_take_sw(c->fake, 1), 0x12);
		KUNIT_EXPECT_TRUE(test, wait_for(f->ndone == ndone + 1));
		settle();
		/* a channel nobody holds stays off */
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].en, 0);
		KUNIT_EXPECT_EQ(test, c->fake->ch[0].sw_en, 0);
		expect_works(c, 2);
		expect_works(c, 3);
	}
	/* what sleep has cleared was no reset by the peer */
	KUNIT_EXPECT_EQ(test, mt3620_mbox_peer_resets(w->chan), 0);
}

/* A message that was on the way when the system fell asleep, taken meanwhile */
static void sleep_with_message_on_the_way(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct mt3620_mbox_msg m = { 1, 2 };
	const struct dev_pm_ops *pm;
	struct tclient *t;

	if (!IS_ENABLED(CONFIG_PM_SLEEP))
		return;
	probe_good(c);
	pm = c->pdev->dev.driver->pm;
	t = open(c, 0);
	KUNIT_EXPECT_GE(test, mbox_send_message(t->chan, &m), 0);
	KUNIT_EXPECT_EQ(test, 0, pm->suspend_noirq(&c->pdev->dev));
	pop_expect(c, 0, 1, 2);
	settle();
	KUNIT_EXPECT_EQ(test, t->ndone, 0);
	KUNIT_EXPECT_EQ(test, 0, pm->resume_noirq(&c->pdev->dev));
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 1));
	expect_works(c, 0);
}

/* Throttled when it falls asleep, and still able to wake up */
static void sleep_under_flood(struct kunit *test)
{
	struct ctx *c = test->priv;
	const struct dev_pm_ops *pm;
	unsigned int nrx;

	if (!IS_ENABLED(CONFIG_PM_SLEEP))
		return;
	probe_good(c);
	pm = c->pdev->dev.driver->pm;
	open(c, 0);
	c->fake->endless = 0;
	fake_mbox_raise(c->fake, 0);
	KUNIT_ASSERT_TRUE(test, wait_for(stat(c, "throttled", 0) >= 2));
	KUNIT_EXPECT_EQ(test, 0, pm->suspend_noirq(&c->pdev->dev));
	nrx = c->c[0].nrx;
	settle();
	KUNIT_EXPECT_EQ(test, c->c[0].nrx, nrx);
	KUNIT_EXPECT_EQ(test, 0, pm->resume_noirq(&c->pdev->dev));
	KUNIT_EXPECT_TRUE(test, wait_for(c->c[0].nrx > nrx));
	c->fake->endless = -1;
	settle();
	expect_works(c, 0);
}

/* ---- several clients ---- */

struct pair {
	struct tclient *t;
	unsigned int bad;
};

static int talk(void *data)
{
	struct pair *p = data;
	struct tclient *t = p->t;
	unsigned int i;

	for (i = 0; i < 30; i++) {
		t->msg = (struct mt3620_mbox_msg){ .data = (unsigned long)t, .cmd = i };
		if (mbox_send_message(t->chan, &t->msg) < 0 ||
		    !wait_for(t->ndone == i + 1 && t->nrx == i + 1) ||
		    t->rx[i].data != (u32)(unsigned long)t || t->rx[i].cmd != i)
			p->bad++;
	}
	complete(&t->gone);
	return 0;
}

/* Nobody gets another's message or completion. */
static void clients_side_by_side(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct pair p[3] = {};
	unsigned int i;

	probe_good(c);
	c->fake->echo = true;
	for (i = 0; i < 3; i++) {
		struct task_struct *thread;

		p[i].t = open(c, 2 * i);
		thread = kthread_run(talk, &p[i], "mbox-kunit/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	}
	for (i = 0; i < 3; i++) {
		wait_for_completion(&p[i].t->gone);
		KUNIT_EXPECT_EQ(test, p[i].bad, 0);
		KUNIT_EXPECT_EQ(test, p[i].t->nfail, 0);
	}
}

static int send_many(void *data)
{
	struct pair *p = data;
	unsigned int i;

	/* one channel, several senders: each message once */
	for (i = 0; i < 5; i++) {
		int ret = mbox_send_message(p->t->chan, &p->t->msg);

		if (ret < 0)
			p->bad++;
		cond_resched();
	}
	complete(&p->t->gone);
	return 0;
}

static void senders_on_one_channel(struct kunit *test)
{
	struct ctx *c = test->priv;
	struct pair p[3] = {};
	struct tclient *t;
	unsigned int i;

	probe_good(c);
	t = open(c, 0);
	t->msg = (struct mt3620_mbox_msg){ 1, 2 };
	for (i = 0; i < 3; i++) {
		p[i].t = t;
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(send_many, &p[i], "mbox-kunit/%u", i)));
	}
	for (i = 0; i < 15; i++) {
		KUNIT_ASSERT_TRUE(test, wait_for(c->fake->ch[0].tx.n == 1));
		pop_expect(c, 0, 1, 2);
	}
	for (i = 0; i < 3; i++) {
		wait_for_completion(&t->gone);
		KUNIT_EXPECT_EQ(test, p[i].bad, 0);
	}
	KUNIT_EXPECT_TRUE(test, wait_for(t->ndone == 15));
	settle();
	KUNIT_EXPECT_EQ(test, t->ndone, 15);
	KUNIT_EXPECT_EQ(test, c->fake->ch[0].posted, 15);
}

static struct kunit_case mbox_cases[] = {
	KUNIT_CASE_PARAM(probe_bad_tree_one_clear_line, bad_tree_gen_params),
	KUNIT_CASE(probe_turns_interrupts_off),
	KUNIT_CASE(probe_and_unbind_repeatedly),
	KUNIT_CASE(probe_one_channel),
	KUNIT_CASE(probe_six_interrupts),
	KUNIT_CASE(request_bad_index),
	KUNIT_CASE(request_second_client_is_busy),
	KUNIT_CASE_PARAM(startup_enables_interrupts, hw_gen_params),
	KUNIT_CASE_PARAM(fifo_echo_in_order, hw_gen_params),
	KUNIT_CASE_PARAM(fifo_post_just_before_enable, hw_gen_params),
	KUNIT_CASE_PARAM(fifo_pop_just_before_enable, hw_gen_params),
	KUNIT_CASE_PARAM(fifo_older_pop_just_before_enable, hw_gen_params),
	KUNIT_CASE_PARAM(fifo_post_during_callback, hw_gen_params),
	KUNIT_CASE_PARAM(fifo_stale_status_at_startup, hw_gen_params),
	KUNIT_CASE(send_data_zero_after_nonzero),
	KUNIT_CASE(send_sixteenth_is_refused),
	KUNIT_CASE(send_depth_from_device_tree),
	KUNIT_CASE(send_waits_for_room),
	KUNIT_CASE(send_completes_when_popped),
	KUNIT_CASE(send_queue_in_order),
	KUNIT_CASE(send_timeout_then_recovery),
	KUNIT_CASE(send_leaves_message_to_client),
	KUNIT_CASE(send_from_hard_interrupt),
	KUNIT_CASE(send_during_completion_is_not_completed),
	KUNIT_CASE(send_reply_from_callback),
	KUNIT_CASE(send_null_is_refused),
	KUNIT_CASE(sw_received_bits_and_no_data),
	KUNIT_CASE(sw_raised_during_callback_comes_again),
	KUNIT_CASE(sw_raised_just_before_enable),
	KUNIT_CASE(sw_send_completes_at_once),
	KUNIT_CASE(sw_send_only_eight_bits),
	KUNIT_CASE(sw_and_fifo_are_independent),
	KUNIT_CASE(startup_drops_old_messages),
	KUNIT_CASE(startup_message_between_flush_and_enable),
	KUNIT_CASE(startup_irq_failure_and_retry),
	KUNIT_CASE(flood_is_bounded),
	KUNIT_CASE(flood_of_empty_interrupts_is_bounded),
	KUNIT_CASE(flood_of_software_interrupts_is_bounded),
	KUNIT_CASE(flood_count_register_lies),
	KUNIT_CASE(flood_at_startup),
	KUNIT_CASE(spurious_interrupts_are_counted),
	KUNIT_CASE(peer_reset_is_survived),
	KUNIT_CASE(peer_reset_is_counted),
	KUNIT_CASE(peer_reset_where_enables_do_not_show),
	KUNIT_CASE(shutdown_under_load),
	KUNIT_CASE(shutdown_leaves_interrupts_off),
	KUNIT_CASE(shutdown_waits_for_callback),
	KUNIT_CASE(unbind_with_interrupts_pending),
	KUNIT_CASE(unbind_takes_the_client_along),
	KUNIT_CASE(unbind_refuses_a_late_client),
	KUNIT_CASE(reboot_leaves_hardware_quiet),
	KUNIT_CASE(sleep_and_wake),
	KUNIT_CASE(sleep_with_message_on_the_way),
	KUNIT_CASE(sleep_under_flood),
	KUNIT_CASE(clients_side_by_side),
	KUNIT_CASE(senders_on_one_channel),
	{}
};

static struct kunit_suite mbox_suite = {
	.name = "mt3620_mbox",
	.init = mbox_init,
	.exit = mbox_exit,
	.test_cases = mbox_cases,
};

kunit_test_suite(mbox_suite);

MODULE_DESCRIPTION("KUnit tests of the MT3620 mailbox controller");
MODULE_LICENSE("GPL");
