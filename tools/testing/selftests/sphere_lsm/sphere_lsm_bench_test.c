// SPDX-License-Identifier: GPL-2.0-only
/*
 * What calls cost a confined process, and what a policy with every capability costs
 * to read. Figures are lines "# cost NAME N", in nanoseconds of the system's clock;
 * whoever runs it compares them with those of other processes and kernels.
 *
 * Leaves its policies loaded, so that the same can be measured unconfined.
 */
#define _GNU_SOURCE
#include "lsm_test.h"

TEST(costs_of_a_confined_process)
{
	static const char * const doors[] = {
		"cost_getppid", "cost_read", "cost_kill", "cost_scheduler", "cost_open",
		"cost_stat", "cost_map", "cost_connect", "cost_fork",
	};
	unsigned int i;
	int ns;

	for (i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		ns = try(doors[i]);
		EXPECT_LT(0, ns);
		printf("# cost %s %d\n", doors[i], ns);
	}
	/* the harness leaves without */
	fflush(stdout);
}

/* As a device would have it that uses all there is, a few of each */
static size_t write_full(unsigned char *buf, unsigned char id)
{
	static const char * const hosts[] = { "a.example.com", "b.example.com", "example.org",
					      "telemetry.device.example.net" };
	static const u32 commands[] = { 0x5401, 0x5402, 0x5403, 0x80045200 };
	struct policy_builder b;
	unsigned int i;

	pb_start(&b, buf, ROOM, SPHERE_POLICY_APP, 1, id);
	pb_tenant(&b, "8f2a9c1e-0000-4000-8000-0123456789ab");
	pb_section(&b, SPHERE_SECTION_FILES);
	pb_path(&b, SPHERE_ACCESS_READ, "/app/lib/good");
	pb_path(&b, SPHERE_ACCESS_READ, "/app/ro/data");
	pb_section(&b, SPHERE_SECTION_DIRS);
	pb_path(&b, SPHERE_ACCESS_READ | SPHERE_ACCESS_LIST, "/app/ro");
	pb_path(&b, SPHERE_ACCESS_CONNECT, "/service");
	pb_section(&b, SPHERE_SECTION_STORAGE);
	pb_storage(&b, 262144, "/storage");
	execs(&b);
	pb_section(&b, SPHERE_SECTION_DEVICES);
	pb_device(&b, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR,
		  SPHERE_DEVICE_IOCTLS, "/dev/full", commands, 4);
	pb_device(&b, SPHERE_ACCESS_READ | SPHERE_ACCESS_WRITE, SPHERE_DEVICE_CHAR,
		  SPHERE_DEVICE_IOCTLS, "/dev/null", commands, 4);
	pb_device(&b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, SPHERE_DEVICE_IOCTLS,
		  "/dev/urandom", commands + 3, 1);
	pb_device(&b, SPHERE_ACCESS_READ, SPHERE_DEVICE_CHAR, 0, "/dev/zero", NULL, 0);
	pb_section(&b, SPHERE_SECTION_NET_ADDRS);
	for (i = 0; i < 4; i++)
		pb_net_addr4(&b, 0x0a000000 + i, 32, SPHERE_PROTO_TCP, 443, 443);
	pb_section(&b, SPHERE_SECTION_NET_HOSTS);
	for (i = 0; i < 4; i++)
		pb_net_host(&b, hosts[i], SPHERE_PROTO_TCP, 8883, 8883);
	pb_section(&b, SPHERE_SECTION_NET_LISTEN);
	pb_net_listen(&b, SPHERE_PROTO_TCP, 443, 443);
	pb_net_listen(&b, SPHERE_PROTO_UDP, 5353, 5353);
	pb_section(&b, SPHERE_SECTION_SOCKETS);
	pb_socket(&b, 16, 3, 0);
	pb_section(&b, SPHERE_SECTION_PARTNERS);
	pb_partner(&b, 0xc0);
	pb_partner(&b, 0xc1);
	pb_section(&b, SPHERE_SECTION_OPS);
	pb_bits(&b, 1ULL << SPHERE_POLICY_OP_PLUTON_RANDOM | 1ULL << SPHERE_POLICY_OP_PLUTON_SIGN);
	pb_section(&b, SPHERE_SECTION_CAPS);
	pb_bits(&b, 1ULL << 25);
	return finish(&b);
}

TEST(a_policy_with_every_capability_loads)
{
	unsigned char buf[ROOM];
	size_t len = write_full(buf, APP + 2);
	struct sphere_lsm_load l = { .policy = (uintptr_t)buf, .size = len };

	EXPECT_EQ(0, control(SPHERE_LSM_IOC_LOAD, &l));
	if (l.verdict.reason)
		printf("# refused: reason %u, section %u, entry %u\n", l.verdict.reason,
		       l.verdict.section, l.verdict.entry);
	EXPECT_EQ(0, l.verdict.reason);
	printf("# cost policy_bytes %zu\n", len);
	fflush(stdout);
}

TEST_HARNESS_MAIN
