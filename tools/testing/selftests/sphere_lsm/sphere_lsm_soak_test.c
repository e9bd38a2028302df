// SPDX-License-Identifier: GPL-2.0-only
/*
 * sphere_lsm under load: confined processes fork and execute while their manifest
 * is replaced again and again. No verdict is wrong, and nothing stays behind.
 *
 * The environment variable "soak" says how many processes; two hundred without.
 */
#define _GNU_SOURCE
#include "lsm_test.h"

static unsigned long slab_kb(void)
{
	char line[128];
	unsigned long kb = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Slab: %lu", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

FIXTURE(soak) {
};

FIXTURE_SETUP(soak)
{
}

FIXTURE_TEARDOWN(soak)
{
}

/* the machine has a time limit of its own */
TEST_F_TIMEOUT(soak, T10_T28_many_processes_while_manifests_are_replaced, 86400)
{
	const char *soak = getenv("soak");
	long rounds = (soak ? atol(soak) : 200) / 4, i;
	unsigned long before = 0, version = 1000;
	unsigned char buf[ROOM];
	int status;

	for (i = 0; i < rounds; i++) {
		/* two of the app: one forks, one executes and is refused afterwards */
		ASSERT_EQ(EACCES, try("child_confined"));
		ASSERT_EQ(EACCES, try("exec_confined"));
		if (i % 8 == 0)
			ASSERT_EQ(0, load(buf, write_policy(buf, APP, version++), NULL));
		/* caches are full after a while */
		if (i == rounds / 4)
			before = slab_kb();
	}
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
	for (i = 0; i < 500 && tasks(APP); i++)
		usleep(10000);
	EXPECT_EQ(0, tasks(APP));
	/* an app with its tables is above 1 KiB: replacing them would be seen */
	EXPECT_GT(before + 1024 + rounds / 64, slab_kb());
}

TEST_HARNESS_MAIN
