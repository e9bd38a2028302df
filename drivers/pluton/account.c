// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accounts: who pays for the slots that open files have
 *
 * A slot stays taken until Pluton has answered, whether the file whose request it
 * was is still open or not. If the file paid for it, a process that opens,
 * starts a request and closes would have all slots soon. So whoever opened it
 * pays: the component, or the user where no security module knows the task. All
 * files of theirs have one account, which is there as long as one of them is open
 * or a slot is charged to it; so there are never more accounts than open files
 * and slots.
 *
 * hwrng and the kernel have accounts of their own, which are part of their client.
 */
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "pluton.h"

/**
 * pluton_account_init() - an account with nothing on it
 * @account: new account
 */
void pluton_account_init(struct pluton_account *account)
{
	memset(account, 0, sizeof(*account));
	INIT_LIST_HEAD(&account->node);
	INIT_LIST_HEAD(&account->clients);
	INIT_LIST_HEAD(&account->all);
}

/**
 * pluton_account_key() - who is the current task?
 * @key: filled in
 *
 * Context: Process context.
 */
void pluton_account_key(struct pluton_account_key *key)
{
	struct sphere_identity who;

	memset(key, 0, sizeof(*key));
	if (sphere_authority_identity(&who)) {
		key->uid = current_uid();
	} else {
		key->has_component = true;
		key->component = who.component;
	}
}

static bool is_same(const struct pluton_account_key *a, const struct pluton_account_key *b)
{
	if (a->has_component != b->has_component)
		return false;
	if (a->has_component)
		return !memcmp(&a->component, &b->component, sizeof(a->component));
	return uid_eq(a->uid, b->uid);
}

static struct pluton_account *find(struct pluton *p, const struct pluton_account_key *key)
{
	struct pluton_account *a;

	list_for_each_entry(a, &p->accounts, all)
		if (is_same(&a->key, key))
			return a;
	return NULL;
}

/**
 * pluton_account_join() - let a client's slots be charged to somebody
 * @client: new client, with no request yet
 * @key: to whom
 *
 * It leaves by pluton_client_close().
 *
 * Context: Process context, may sleep.
 * Return: 0, or %-ENOMEM.
 */
int pluton_account_join(struct pluton_client *client, const struct pluton_account_key *key)
{
	/* whoever opens files pays for it, and most often it is not needed */
	struct pluton_account *fresh = kmalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT), *a;
	struct pluton *p = client->p;

	if (!fresh)
		return -ENOMEM;
	pluton_account_init(fresh);
	fresh->key = *key;
	spin_lock_bh(&p->lock);
	a = find(p, key);
	if (!a) {
		a = fresh;
		fresh = NULL;
		list_add_tail(&a->all, &p->accounts);
	}
	a->files++;
	client->account = a;
	spin_unlock_bh(&p->lock);
	kfree(fresh);
	return 0;
}

/**
 * pluton_account_check() - let an account go that nobody needs any more
 * @account: any; not to be used afterwards
 *
 * Context: Called with the device's lock held.
 */
void pluton_account_check(struct pluton_account *account)
{
	/* those of hwrng and the kernel are not in the list, and stay */
	if (account->files || account->slots || list_empty(&account->all))
		return;
	list_del(&account->all);
	kfree(account);
}
