// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mailbox client for tests: drives each channel of its node against a peer
 * that sends back what it is sent, and compares every word.
 *
 * For each entry of mbox-names there is a directory below
 * /sys/kernel/debug/mt3620-mbox-test/ with one file, "run". Writing
 * "MODE COUNT [SEED]" does the work in the writer's context; the write fails
 * with -EIO when anything was wrong, and reading the file then tells what. What
 * is sent follows from SEED, a number.
 *
 *	rtt	one message at a time: send, wait for its echo, compare
 *	burst	as many in flight as the mailbox framework queues; the echoes
 *		must come back complete and in order
 *	post	as burst, for a peer that does not answer: every message must
 *		be taken
 *
 * A channel whose name ends in "-sw" carries software interrupts, on which
 * only "rtt" makes sense: bits that are pending together arrive as one.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/mailbox_client.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <linux/mt3620/mailbox.h>

#define MBOX_TEST_CHANS		8	/* more than the hardware has */
#define MBOX_TEST_WINDOW	16	/* in flight; the framework queues 20 */
#define MBOX_TEST_TIMEOUT_MS	10000	/* a loaded machine emulates slowly */
#define MBOX_TEST_COUNT_MAX	10000000

/**
 * struct mbox_test_chan - one channel under test
 * @cl: what the mailbox framework knows of us
 * @chan: the channel, NULL when it could not be had
 * @name: its name in the device tree
 * @sw: carries software interrupts
 * @mutex: one run at a time; protects @result and @msg
 * @lock: protects the counters below against the callbacks
 * @wait: woken by every callback
 * @msg: messages in flight; message n is in slot n modulo the window
 * @mode: of the current run
 * @seed: of the current run
 * @gone: the device is being unbound; a run ends early
 * @sent: handed to the framework
 * @done: reported as transmitted
 * @received: echoes that came
 * @wrong: echoes that differ from what was due
 * @refused: reported as not transmitted
 * @unexpected: came while no run was on
 * @ns: time of the last run
 * @result: 0 or the errno of the last run
 */
struct mbox_test_chan {
	struct mbox_client cl;
	struct mbox_chan *chan;
	const char *name;
	bool sw;
	struct mutex mutex;		/* protects result and msg */
	spinlock_t lock;		/* protects mode and the counters */
	wait_queue_head_t wait;
	struct mt3620_mbox_msg msg[MBOX_TEST_WINDOW];
	const char *mode;
	u32 seed;
	bool gone;
	u32 sent;
	u32 done;
	u32 received;
	u32 wrong;
	u32 refused;
	u32 unexpected;
	s64 ns;
	int result;
};

/**
 * struct mbox_test - the device
 * @dir: directory in debugfs
 * @n: channels in the device tree
 * @c: the channels
 */
struct mbox_test {
	struct dentry *dir;
	int n;
	struct mbox_test_chan c[MBOX_TEST_CHANS];
};

/* What message n says: every bit of both words changes now and then. */
static struct mt3620_mbox_msg expected(const struct mbox_test_chan *c, u32 n)
{
	struct mt3620_mbox_msg m = {};
	u32 k = n + c->seed;

	if (c->sw) {
		m.cmd = BIT(k % 8);
	} else {
		/* a data word of zero follows one that is not (MB2) */
		m.data = n % 3 ? k * 0x9e3779b1U : 0;
		m.cmd = ~k * 0x85ebca6bU;
	}
	return m;
}

static void received(struct mbox_client *cl, void *data)
{
	struct mbox_test_chan *c = container_of(cl, struct mbox_test_chan, cl);
	const struct mt3620_mbox_msg *m = data;
	struct mt3620_mbox_msg due;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	due = expected(c, c->received);
	if (!c->mode || c->received >= c->sent)
		c->unexpected++;
	else if (m->data != due.data || m->cmd != due.cmd)
		c->wrong++;
	c->received++;
	spin_unlock_irqrestore(&c->lock, flags);
	wake_up(&c->wait);
}

static void transmitted(struct mbox_client *cl, void *msg, int result)
{
	struct mbox_test_chan *c = container_of(cl, struct mbox_test_chan, cl);
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	c->done++;
	if (result)
		c->refused++;
	spin_unlock_irqrestore(&c->lock, flags);
	wake_up(&c->wait);
}

static u32 counter(struct mbox_test_chan *c, const u32 *v)
{
	unsigned long flags;
	u32 n;

	spin_lock_irqsave(&c->lock, flags);
	n = *v;
	spin_unlock_irqrestore(&c->lock, flags);
	return n;
}

static int wait_for(struct mbox_test_chan *c, const u32 *v, u32 target)
{
	long left = wait_event_interruptible_timeout(c->wait,
			(s32)(counter(c, v) - target) >= 0 || READ_ONCE(c->gone),
			msecs_to_jiffies(MBOX_TEST_TIMEOUT_MS));

	if (READ_ONCE(c->gone))
		return -ENODEV;
	return left < 0 ? left : left ? 0 : -ETIMEDOUT;
}

static int run(struct mbox_test_chan *c, const char *mode, u32 count, u32 seed)
{
	bool echo = strcmp(mode, "post");
	u32 window = strcmp(mode, "rtt") ? MBOX_TEST_WINDOW : 1;
	ktime_t begin;
	int ret = 0;
	u32 n;

	spin_lock_irq(&c->lock);
	c->sent = 0;
	c->done = 0;
	c->received = 0;
	c->wrong = 0;
	c->refused = 0;
	c->seed = seed;
	c->mode = mode;
	spin_unlock_irq(&c->lock);

	begin = ktime_get();
	for (n = 0; n < count && !ret; n++) {
		struct mt3620_mbox_msg *m = &c->msg[n % MBOX_TEST_WINDOW];

		/* a slot is ours again once both sides are through with it */
		if (n >= window)
			ret = wait_for(c, &c->done, n - window + 1);
		if (!ret && echo && n >= window)
			ret = wait_for(c, &c->received, n - window + 1);
		if (ret)
			break;
		*m = expected(c, n);
		spin_lock_irq(&c->lock);
		c->sent++;
		spin_unlock_irq(&c->lock);
		ret = mbox_send_message(c->chan, m);
		if (ret >= 0) {
			ret = 0;
			/* raised is sent: nobody has to wait for the peer */
			if (c->sw)
				mbox_client_txdone(c->chan, 0);
		}
	}
	if (!ret)
		ret = wait_for(c, &c->done, count);
	if (!ret && echo)
		ret = wait_for(c, &c->received, count);
	c->ns = ktime_to_ns(ktime_sub(ktime_get(), begin));

	spin_lock_irq(&c->lock);
	if (!ret && (c->wrong || c->refused))
		ret = -EIO;
	c->mode = NULL;
	spin_unlock_irq(&c->lock);
	return ret;
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t len,
			 loff_t *pos)
{
	static const char * const modes[] = { "rtt", "burst", "post" };
	struct mbox_test_chan *c = file_inode(file)->i_private;
	char line[48], word[16];
	unsigned int count, seed = 1;
	int i;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	if (sscanf(line, "%15s %u %u", word, &count, &seed) < 2)
		return -EINVAL;
	i = match_string(modes, ARRAY_SIZE(modes), word);
	if (i < 0 || !count || count > MBOX_TEST_COUNT_MAX)
		return -EINVAL;

	if (mutex_lock_interruptible(&c->mutex))
		return -ERESTARTSYS;
	c->result = run(c, modes[i], count, seed);
	i = c->result;
	mutex_unlock(&c->mutex);
	if (i == -ERESTARTSYS)
		return -EINTR;
	if (i == -ENODEV)
		return i;
	return i ? -EIO : len;
}

static int run_show(struct seq_file *s, void *unused)
{
	struct mbox_test_chan *c = s->private;

	mutex_lock(&c->mutex);
	seq_printf(s, "result=%d sent=%u done=%u received=%u wrong=%u refused=%u unexpected=%u ns=%lld\n",
		   c->result, c->sent, c->done, c->received, c->wrong,
		   c->refused, c->unexpected, c->ns);
	mutex_unlock(&c->mutex);
	return 0;
}

static int run_open(struct inode *inode, struct file *file)
{
	return single_open(file, run_show, inode->i_private);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = run_open,
	.read = seq_read,
	.write = run_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void release(void *data)
{
	struct mbox_test *t = data;
	int i;

	for (i = 0; i < t->n; i++) {
		WRITE_ONCE(t->c[i].gone, true);
		wake_up(&t->c[i].wait);
	}
	/* waits for runs that are on: debugfs protects its files' users */
	debugfs_remove_recursive(t->dir);
	for (i = 0; i < t->n; i++)
		if (t->c[i].chan)
			mbox_free_channel(t->c[i].chan);
}

static int mbox_test_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct mbox_test *t;
	int i, ret;

	t = devm_kzalloc(dev, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->dir = debugfs_create_dir("mt3620-mbox-test", NULL);
	ret = devm_add_action_or_reset(dev, release, t);
	if (ret)
		return ret;

	for (i = 0; i < MBOX_TEST_CHANS; i++) {
		struct mbox_test_chan *c = &t->c[i];
		struct mbox_chan *chan;
		struct dentry *sub;
		size_t len;

		if (of_property_read_string_index(dev->of_node, "mbox-names", i,
						  &c->name))
			break;
		t->n = i + 1;
		len = strlen(c->name);
		c->sw = len > 3 && !strcmp(c->name + len - 3, "-sw");
		mutex_init(&c->mutex);
		spin_lock_init(&c->lock);
		init_waitqueue_head(&c->wait);
		c->cl.dev = dev;
		c->cl.rx_callback = received;
		c->cl.tx_done = transmitted;
		c->cl.knows_txdone = c->sw;
		chan = mbox_request_channel(&c->cl, i);
		if (IS_ERR(chan))
			return dev_err_probe(dev, PTR_ERR(chan),
					     "channel %s\n", c->name);
		c->chan = chan;
		sub = debugfs_create_dir(c->name, t->dir);
		debugfs_create_file("run", 0600, sub, c, &run_fops);
	}
	if (!t->n)
		return dev_err_probe(dev, -EINVAL, "the node names no channel: add mbox-names\n");
	return 0;
}

static const struct of_device_id mbox_test_of_match[] = {
	{ .compatible = "mediatek,mt3620-mailbox-client" },
	{ }
};
MODULE_DEVICE_TABLE(of, mbox_test_of_match);

static struct platform_driver mbox_test_driver = {
	.probe = mbox_test_probe,
	.driver = {
		.name = "mt3620-mbox-test",
		.of_match_table = mbox_test_of_match,
	},
};
module_platform_driver(mbox_test_driver);

MODULE_DESCRIPTION("Mailbox client that compares echoes (tests only)");
MODULE_LICENSE("GPL");
