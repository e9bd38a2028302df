// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds DIR: write a small corpus of policies into DIR
 *
 * Names begin with "good-" or "bad-": what the parser has to say to them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../../security/sphere_lsm/tests/policy_builder.h"

static u8 buf[SPHERE_MAX_POLICY];
static const u8 key_id[SPHERE_POLICY_DIGEST_SIZE] = { 1 };
static const char *dir;

static void save(const char *name, size_t len)
{
	struct sphere_policy policy;
	struct sphere_policy_error err;
	char path[4096];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (!len || !f || fwrite(buf, 1, len, f) != len || fclose(f)) {
		perror(path);
		exit(1);
	}
	ret = sphere_policy_read(buf, len, &policy, &err);
	printf("%s\t%s\t%s %u at %u: %s\n", !ret == (name[0] == 'g') ? "ok" : "not ok", name,
	       sphere_policy_section_name(err.section), err.entry, err.offset,
	       sphere_policy_reason_text(err.reason));
}

static void app(struct policy_builder *b)
{
	pb_start(b, buf, sizeof(buf), SPHERE_POLICY_APP, 3, 0xa0);
}

int main(int argc, char **argv)
{
	struct policy_builder b;
	size_t len;
	u32 i;

	if (argc != 2) {
		fprintf(stderr, "usage: seeds DIR\n");
		return 2;
	}
	dir = argv[1];

	app(&b);
	pb_every_grant(&b);
	len = pb_finish(&b);
	save("good-every-grant", len);
	save("bad-cut", len - 4);
	pb_poke(&b, 4, 2, 2);
	save("bad-language", len);

	app(&b);
	pb_every_grant(&b);
	save("good-signed", pb_finish_signed(&b, key_id));

	app(&b);
	pb_flags(&b, SPHERE_POLICY_DEVELOPMENT | SPHERE_POLICY_LEARN);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, NULL, SPHERE_EXEC_RUN, "/a");
	save("good-smallest", pb_finish(&b));

	pb_start(&b, buf, sizeof(buf), SPHERE_POLICY_CORE, 1, 0xc0);
	pb_core(&b);
	save("good-core", pb_finish(&b));

	pb_start(&b, buf, sizeof(buf), SPHERE_POLICY_FLOORS, 1, 0);
	pb_section(&b, SPHERE_SECTION_FLOORS);
	for (i = 0; i < SPHERE_MAX_FLOORS; i++)
		pb_floor(&b, i, i + 1);
	save("good-floors", pb_finish(&b));

	app(&b);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, NULL, SPHERE_EXEC_RUN, "/b");
	pb_exec(&b, NULL, SPHERE_EXEC_RUN, "/a");
	save("bad-order", pb_finish(&b));

	app(&b);
	pb_section(&b, SPHERE_SECTION_EXECS);
	pb_exec(&b, NULL, SPHERE_EXEC_RUN, "/a/../b");
	save("bad-path", pb_finish(&b));

	app(&b);
	pb_section(&b, SPHERE_SECTIONS);
	pb_bits(&b, 1);
	save("bad-section", pb_finish(&b));
	return 0;
}
