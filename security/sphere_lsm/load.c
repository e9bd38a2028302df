// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies that are loaded, and tasks that enter them
 *
 * One mutex serialises whatever changes: keys, floors, policies. A policy is
 * copied once by who calls; it is read, its signature, version and identity are
 * checked, its objects are found, its tables are built, and only then is it
 * published. A failure before that leaves everything as it was, and nothing fails
 * after it. Who looks for a policy does so under RCU.
 *
 * A component has a record from its first policy on, for ever: floors and
 * counters outlive policies. There are as many records as floors at most.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "app.h"
#include "audit.h"
#include "fs.h"
#include "load.h"
#include "manifest.h"
#include "state.h"
#include "way.h"

/* how long unload waits for tasks that it ends, and between two looks */
#define KILL_MS		10000
#define LOOK_MS		20

/* records of each component: this many at once, and one in this many seconds */
#define RATE_BURST	32
#define RATE_INTERVAL	(8 * HZ)

static DEFINE_MUTEX(policy_lock);	/* trust, records and what is loaded */
static struct sphere_trust trust;
static LIST_HEAD(records);		/* of struct sphere_app_state; only grows */
static unsigned int n_records;

static struct sphere_app_state *find_record(const struct sphere_component_id *component)
{
	struct sphere_app_state *state;

	list_for_each_entry_rcu(state, &records, list, lockdep_is_held(&policy_lock))
		if (!memcmp(&state->component, component, sizeof(*component)))
			return state;
	return NULL;
}

static struct sphere_app *loaded_of(struct sphere_app_state *state)
{
	return rcu_dereference_protected(state->loaded, lockdep_is_held(&policy_lock));
}

/**
 * sphere_loaded() - the policy of a component
 * @component: its id
 *
 * Context: In an RCU read-side section.
 * Return: the app, or NULL if none is loaded
 */
struct sphere_app *sphere_loaded(const struct sphere_component_id *component)
{
	struct sphere_app_state *state = find_record(component);

	return state ? rcu_dereference(state->loaded) : NULL;
}

/**
 * sphere_loaded_for_core() - the policy of a real-time core
 * @core: number of the core
 *
 * Where several may run on the core, that counts which may run on no other one;
 * where still several are left, none does.
 *
 * Context: In an RCU read-side section.
 * Return: the app, or NULL
 */
struct sphere_app *sphere_loaded_for_core(unsigned int core)
{
	struct sphere_app *only = NULL, *any = NULL, *app;
	struct sphere_app_state *state;
	unsigned int n_only = 0, n_any = 0;

	list_for_each_entry_rcu(state, &records, list) {
		app = rcu_dereference(state->loaded);
		if (!app || app->kind != SPHERE_POLICY_CORE || !(app->cores >> core & 1))
			continue;
		if (app->cores == 1U << core) {
			only = app;
			n_only++;
		} else {
			any = app;
			n_any++;
		}
	}
	if (n_only)
		return n_only == 1 ? only : NULL;
	return n_any == 1 ? any : NULL;
}

/**
 * sphere_trusted_keys() - how many keys are trusted
 * @frozen: filled in: no further one is taken
 *
 * Context: Process context, may sleep.
 * Return: their number
 */
unsigned int sphere_trusted_keys(bool *frozen)
{
	unsigned int n;

	mutex_lock(&policy_lock);
	n = trust.n_keys;
	*frozen = trust.frozen;
	mutex_unlock(&policy_lock);
	return n;
}

/**
 * sphere_load_keys() - the keys that are trusted, once
 * @keys: %SPHERE_POLICY_KEY_SIZE bytes each
 * @count: their number, 0 for none for ever
 * @err: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or as sphere_trust_add_key(); then none was taken
 */
int sphere_load_keys(const u8 *keys, u32 count, struct sphere_policy_error *err)
{
	u32 before, i;
	int ret = 0;

	memset(err, 0, sizeof(*err));
	mutex_lock(&policy_lock);
	before = trust.n_keys;
	for (i = 0; !ret && i < count; i++) {
		ret = sphere_trust_add_key(&trust, keys + i * SPHERE_POLICY_KEY_SIZE, err);
		err->entry = i;
	}
	if (!count && trust.frozen) {
		err->reason = SPHERE_POLICY_E_KEYS_FROZEN;
		ret = -EPERM;
	}
	if (ret)
		trust.n_keys = before;
	else
		trust.frozen = true;
	mutex_unlock(&policy_lock);
	return ret;
}

static struct sphere_app_state *get_record(const u8 *component, struct sphere_policy_error *err)
{
	struct sphere_component_id id;
	struct sphere_app_state *state;

	memcpy(id.b, component, sizeof(id.b));
	state = find_record(&id);
	if (state)
		return state;
	if (n_records == SPHERE_MAX_FLOORS) {
		err->reason = SPHERE_POLICY_E_FLOORS_FULL;
		return ERR_PTR(-ENOSPC);
	}
	state = kzalloc(sizeof(*state), GFP_KERNEL);
	if (!state) {
		err->reason = SPHERE_POLICY_E_MEMORY;
		return ERR_PTR(-ENOMEM);
	}
	state->component = id;
	ratelimit_state_init(&state->rate, RATE_INTERVAL, RATE_BURST);
	ratelimit_set_flags(&state->rate, RATELIMIT_MSG_ON_RELEASE);
	spin_lock_init(&state->denials_lock);
	INIT_LIST_HEAD(&state->denials);
	if (sphere_fs_add(state)) {
		kfree(state);
		err->reason = SPHERE_POLICY_E_MEMORY;
		return ERR_PTR(-ENOMEM);
	}
	list_add_tail_rcu(&state->list, &records);
	n_records++;
	return state;
}

/* Is there a policy of any component? */
static bool any_loaded(void)
{
	struct sphere_app_state *state;

	list_for_each_entry(state, &records, list)
		if (loaded_of(state))
			return true;
	return false;
}

static int load_locked(const struct sphere_policy *policy, struct sphere_policy_error *err)
{
	struct sphere_app_state *state;
	struct sphere_app *app, *old;
	int ret;

	if ((policy->flags & SPHERE_POLICY_DEVELOPMENT) && !sphere_is_development()) {
		err->reason = SPHERE_POLICY_E_DEVELOPMENT;
		return -EPERM;
	}
	ret = sphere_trust_verify(&trust, policy, sphere_is_development(), err);
	if (!ret && policy->kind == SPHERE_POLICY_FLOORS)
		return sphere_trust_raise(&trust, policy, err);
	if (!ret)
		ret = sphere_trust_check_version(&trust, policy, err);
	if (ret)
		return ret;
	state = get_record(policy->component, err);
	if (IS_ERR(state))
		return PTR_ERR(state);
	old = loaded_of(state);
	if (old)
		ret = sphere_app_may_replace(old, policy, err);
	if (ret)
		return ret;
	app = sphere_app_load(policy, err);
	if (IS_ERR(app))
		return PTR_ERR(app);
	ret = sphere_way_arm();
	if (ret)
		err->reason = SPHERE_POLICY_E_ATTACH;
	else
		ret = sphere_trust_raise(&trust, policy, err);
	if (ret) {
		if (!any_loaded())
			sphere_way_disarm();
		sphere_app_put(app);
		return ret;
	}
	app->state = state;
	sphere_app_publish(app);
	rcu_assign_pointer(state->loaded, app);
	sphere_app_put(old);
	return 0;
}

/**
 * sphere_load_policy() - load a policy, or a list of floors
 * @bytes: the policy, which nobody else can change
 * @size: its size
 * @err: filled in
 *
 * Context: Process context; sleeps for as long as it takes to read all
 *	executable files.
 * Return: 0, or a negative errno for the reason in @err; then what was loaded
 *	stays in force
 */
int sphere_load_policy(const void *bytes, size_t size, struct sphere_policy_error *err)
{
	struct sphere_policy *policy;
	int ret;

	policy = kmalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy) {
		memset(err, 0, sizeof(*err));
		err->reason = SPHERE_POLICY_E_MEMORY;
		return -ENOMEM;
	}
	ret = sphere_policy_read(bytes, size, policy, err);
	if (!ret) {
		mutex_lock(&policy_lock);
		ret = load_locked(policy, err);
		mutex_unlock(&policy_lock);
	}
	kfree(policy);
	return ret;
}

/*
 * Tasks of a component that have not ended; those that have do nothing any more,
 * but may stay until somebody asks how they ended
 */
static unsigned int living_tasks(const struct sphere_app_state *state, bool kill)
{
	struct task_struct *leader, *task;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process_thread(leader, task) {
		const struct sphere_app *app = sphere_task_enters(task);

		if (!app || app->state != state || READ_ONCE(task->exit_state))
			continue;
		n++;
		if (kill)
			send_sig(SIGKILL, task, 1);
	}
	rcu_read_unlock();
	return n;
}

/**
 * sphere_kill_apps() - end all tasks of all apps
 *
 * Context: Any but hard interrupts.
 */
void sphere_kill_apps(void)
{
	struct sphere_app_state *state;

	rcu_read_lock();
	list_for_each_entry_rcu(state, &records, list)
		living_tasks(state, true);
	rcu_read_unlock();
}

/**
 * sphere_unload() - remove the policy of a component
 * @component: its id
 * @kill: end its tasks first
 * @tasks: filled in: how many there are
 *
 * Without @kill nothing is disturbed if there are tasks, those that will enter at
 * their next exec included. While tasks end no other one can enter, since the policy
 * is not there any more. If they do not end in time it comes back.
 *
 * Context: Process context, sleeps.
 * Return: 0, or
 * * %-ENOENT - none is loaded
 * * %-EBUSY - there are tasks
 * * %-EINTR - a signal came while tasks ended
 */
int sphere_unload(const struct sphere_component_id *component, bool kill, u32 *tasks)
{
	const unsigned long end = jiffies + msecs_to_jiffies(KILL_MS);
	struct sphere_app_state *state;
	struct sphere_app *app = NULL;
	int ret = 0;

	*tasks = 0;
	mutex_lock(&policy_lock);
	state = find_record(component);
	if (state)
		app = loaded_of(state);
	if (!app) {
		ret = -ENOENT;
		goto out;
	}
	/*
	 * Who is about to enter would not survive that the policy is away for a moment.
	 * Nobody asks to enter meanwhile, so that where none is there none will be.
	 */
	if (!kill) {
		*tasks = living_tasks(state, false);
		if (*tasks) {
			ret = -EBUSY;
			goto out;
		}
	}
	rcu_assign_pointer(state->loaded, NULL);
	/* who saw it there still has a label now */
	synchronize_rcu();
	while ((*tasks = living_tasks(state, kill))) {
		ret = -EBUSY;
		if (!kill || time_after(jiffies, end))
			break;
		ret = schedule_timeout_interruptible(msecs_to_jiffies(LOOK_MS)) ||
		      signal_pending(current) ? -EINTR : 0;
		if (ret)
			break;
	}
	if (ret)
		rcu_assign_pointer(state->loaded, app);
	else
		sphere_app_put(app);
	if (!ret && !any_loaded())
		sphere_way_disarm();
out:
	mutex_unlock(&policy_lock);
	return ret;
}

/**
 * sphere_enter() - the current task belongs to a component from its next exec on
 * @component: its id
 *
 * Context: Process context, may sleep.
 * Return: 0, or
 * * %-ENOENT - no policy of it is loaded
 * * %-EINVAL - it is one for a real-time core
 * * %-EPERM - the task is confined already
 * * %-EINTR - it is being killed
 * * %-ENOMEM
 */
int sphere_enter(const struct sphere_component_id *component)
{
	struct sphere_app_state *state;
	struct sphere_app *app = NULL;
	int ret;

	if (sphere_task_app(current))
		return -EPERM;
	/* whoever unloads may wait for tasks that do not end */
	if (mutex_lock_killable(&policy_lock))
		return -EINTR;
	state = find_record(component);
	if (state)
		app = loaded_of(state);
	if (!app)
		ret = -ENOENT;
	else if (app->kind != SPHERE_POLICY_APP)
		ret = -EINVAL;
	else
		ret = sphere_label_arm(app);
	mutex_unlock(&policy_lock);
	return ret;
}

/**
 * struct added - an address for all apps that list the host
 * @host: name of the host
 * @len: bytes of it
 * @addr: the address
 * @ttl: seconds
 * @n: apps that took it
 * @ret: the first error but that for apps that do not list it
 * @err: belongs to @ret
 */
struct added {
	const char *host;
	size_t len;
	const struct in6_addr *addr;
	u32 ttl;
	u32 n;
	int ret;
	struct sphere_policy_error err;
};

static void add_address(struct sphere_app *app, void *data)
{
	struct added *a = data;
	struct sphere_policy_error err;
	int ret = sphere_app_add_address(app, a->host, a->len, a->addr, a->ttl, &err);

	if (!ret) {
		a->n++;
	} else if (ret != -ENOENT && !a->ret) {
		a->ret = ret;
		a->err = err;
	}
}

/**
 * sphere_load_address() - a host has this address now
 * @host: name in lower case
 * @len: bytes of it
 * @addr: IPv6 address, or IPv4 as ::ffff:a.b.c.d
 * @ttl: seconds
 * @apps: filled in: how many apps may use it
 * @err: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, %-ENOENT if no app lists the host, or as sphere_app_add_address()
 */
int sphere_load_address(const char *host, size_t len, const struct in6_addr *addr, u32 ttl,
			u32 *apps, struct sphere_policy_error *err)
{
	struct added a = { .host = host, .len = len, .addr = addr, .ttl = ttl };

	sphere_app_each(add_address, &a);
	*apps = a.n;
	*err = a.err;
	if (a.ret || a.n)
		return a.ret;
	err->reason = SPHERE_POLICY_E_HOST_UNKNOWN;
	return -ENOENT;
}

#ifdef CONFIG_SECURITY_SPHERE_LSM_KEYS
static const char compiled_keys[] = CONFIG_SECURITY_SPHERE_LSM_KEYS;
#else
static const char compiled_keys[] = "";
#endif

/* Keys that were compiled in: 128 hexadecimal digits each */
static int take_compiled_keys(void)
{
	const size_t n = strlen(compiled_keys) / (2 * SPHERE_POLICY_KEY_SIZE);
	struct sphere_policy_error err;
	u8 *keys;
	int ret;

	if (!compiled_keys[0])
		return 0;
	if (n * 2 * SPHERE_POLICY_KEY_SIZE != strlen(compiled_keys) || n > SPHERE_MAX_KEYS)
		return -EINVAL;
	keys = kmalloc_array(n, SPHERE_POLICY_KEY_SIZE, GFP_KERNEL);
	if (!keys)
		return -ENOMEM;
	ret = hex2bin(keys, compiled_keys, n * SPHERE_POLICY_KEY_SIZE);
	if (!ret)
		ret = sphere_load_keys(keys, n, &err);
	kfree(keys);
	return ret;
}

/**
 * sphere_load_init() - get ready to load policies
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno
 */
int sphere_load_init(void)
{
	int ret = sphere_app_init();

	if (ret)
		return ret;
	ret = take_compiled_keys();
	if (ret)
		goto err_app;
	ret = sphere_fs_init();
	if (ret)
		goto err_app;
	ret = sphere_provider_init();
	if (ret)
		goto err_fs;
	return 0;

err_fs:
	sphere_fs_exit();
err_app:
	sphere_app_exit();
	return ret;
}

/**
 * sphere_load_exit() - let all policies go
 *
 * No hook is reached any more, and there are no labels.
 *
 * Context: Process context, sleeps.
 */
void sphere_load_exit(void)
{
	struct sphere_app_state *state, *next;
	struct sphere_denial *d, *next_d;

	sphere_provider_exit();
	list_for_each_entry(state, &records, list)
		sphere_fs_remove(state);
	sphere_fs_exit();
	mutex_lock(&policy_lock);
	list_for_each_entry(state, &records, list) {
		struct sphere_app *app = loaded_of(state);

		rcu_assign_pointer(state->loaded, NULL);
		sphere_app_put(app);
	}
	mutex_unlock(&policy_lock);
	sphere_app_exit();
	list_for_each_entry_safe(state, next, &records, list) {
		list_for_each_entry_safe(d, next_d, &state->denials, list)
			kfree(d);
		kfree(state);
	}
	INIT_LIST_HEAD(&records);
	n_records = 0;
}
