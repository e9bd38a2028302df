// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets to applications on the real-time cores: libsphere.a
 *
 * Uses nothing of the tool, so that it can be linked into any program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/mt3620_rtcore.h>

#include "sphere_core.h"

int sphere_core_family(void)
{
	FILE *f = fopen(AZSPIO_FAMILY_FILE, "re");
	int family = -1;

	if (!f || fscanf(f, "%d", &family) != 1 || family <= 0)
		family = -1;
	if (f)
		fclose(f);
	if (family < 0)
		errno = EAFNOSUPPORT;
	return family;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sphere_core_parse_id(const char *text, uint8_t id[16])
{
	/* the first three groups are numbers of a little-endian machine */
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int i;

	if (!text || strlen(text) != 36)
		goto bad;
	for (i = 0; i < 16; i++) {
		int high, low;

		if (i == 4 || i == 6 || i == 8 || i == 10)
			if (*text++ != '-')
				goto bad;
		high = hex_digit(*text++);
		low = hex_digit(*text++);
		if (high < 0 || low < 0)
			goto bad;
		id[place[i]] = high << 4 | low;
	}
	return 0;

bad:
	errno = EINVAL;
	return -1;
}

int sphere_core_connect_as(const char *own, const char *component_id)
{
	struct sockaddr_azspio a = { 0 }, b = { 0 };
	int s, err;

	if ((own && sphere_core_parse_id(own, a.sa_component_id)) ||
	    sphere_core_parse_id(component_id, b.sa_component_id))
		return -1;
	s = sphere_core_family();
	if (s < 0)
		return -1;
	a.sa_family = s;
	b.sa_family = s;
	s = socket(a.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -1;
	if ((!own || !bind(s, (struct sockaddr *)&a, sizeof(a))) &&
	    !connect(s, (struct sockaddr *)&b, sizeof(b)))
		return s;
	/* what the published function says of a component that is not listed */
	err = errno == EPERM ? EACCES : errno;
	close(s);
	errno = err;
	return -1;
}

int sphere_core_connect(const char *component_id)
{
	return sphere_core_connect_as(NULL, component_id);
}
