// SPDX-License-Identifier: GPL-2.0-only
/*
 * The storage of an application, with the limit that its policy gives it
 *
 * No question to a security module says how much a write will take, so the limit
 * has to be the storage's own: the kernel takes a directory only if the file system
 * that it lies on, or its project quota, is no larger. Where there is none yet, a
 * file system in memory of just that size is mounted. What is to outlive a restart
 * needs a small file system or a quota that the owner of the device sets up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "options.h"
#include "storage.h"
#include "text.h"

/* Files and directories cost memory that the size of a file system does not count */
#define BYTES_PER_FILE	1024
#define FILES_MIN	16

/* All that leads to it, for everybody to pass through */
static int make_dirs(char *path)
{
	char *p;

	for (p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return complain(SPHERE_SYSTEM, "%s cannot be made for storage: %s", path,
					strerror(errno));
		*p = '/';
	}
	if (mkdir(path, 0700) && errno != EEXIST)
		return complain(SPHERE_SYSTEM, "%s cannot be made for storage: %s", path,
				strerror(errno));
	return SPHERE_OK;
}

/* Is there something already that is meant to be it? */
static bool is_mounted(const char *path)
{
	char above[SPHERE_MAX_PATH + 4];
	struct stat st, up;

	snprintf(above, sizeof(above), "%s/..", path);
	return !stat(path, &st) && !stat(above, &up) &&
	       (st.st_dev != up.st_dev || st.st_ino == up.st_ino);
}

static bool is_small_enough(const char *path, uint64_t limit)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_blocks &&
	       (uint64_t)fs.f_blocks * (fs.f_frsize ? fs.f_frsize : fs.f_bsize) <= limit;
}

static int make_one(const char *path, uint64_t limit, uid_t uid, gid_t gid)
{
	const long page = sysconf(_SC_PAGESIZE);
	const uint64_t size = limit - limit % page;
	char options[160], dir[SPHERE_MAX_PATH + 1];
	unsigned long long files = limit / BYTES_PER_FILE;
	int code;

	/* a file system there, or a quota: the kernel says whether it will do */
	if (is_mounted(path) || is_small_enough(path, limit))
		return SPHERE_OK;
	if (!size)
		return complain(SPHERE_INPUT,
				"storage of %llu bytes is less than a page: ask for %ld KiB at least in the manifest",
				(unsigned long long)limit, page / 1024);
	snprintf(dir, sizeof(dir), "%s", path);
	code = make_dirs(dir);
	if (code)
		return code;
	/* what is in it by now would be hidden, and be missed */
	if (rmdir(path))
		return errno == ENOTEMPTY ? SPHERE_OK :
		       complain(SPHERE_SYSTEM, "storage cannot be made at %s: %s", path,
				strerror(errno));
	mkdir(path, 0700);
	snprintf(options, sizeof(options), "size=%llu,nr_inodes=%llu,mode=0700,uid=%u,gid=%u",
		 (unsigned long long)size, files < FILES_MIN ? FILES_MIN : files, uid, gid);
	if (mount("sphere", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options))
		return complain(SPHERE_SYSTEM, "storage cannot be mounted at %s: %s%s", path,
				strerror(errno), errno == EPERM ? "; run this as root" : "");
	fprintf(stderr,
		"sphere: %s is storage of %llu KiB in memory now; to keep what is in it, mount a file system of at most that size there before\n",
		path, (unsigned long long)size / 1024);
	return SPHERE_OK;
}

/**
 * storage_make() - make the storage that a policy names, where there is none
 * @policy: of an application
 * @uid: its user
 * @gid: its group
 *
 * Return: %SPHERE_OK or another exit code, with the reason said.
 */
int storage_make(const struct sphere_policy *policy, uid_t uid, gid_t gid)
{
	struct sphere_policy_iter it;
	char path[SPHERE_MAX_PATH + 1];
	int code = SPHERE_OK;

	sphere_policy_iter_init(&it, policy, SPHERE_SECTION_STORAGE);
	while (!code && sphere_policy_next(&it)) {
		snprintf(path, sizeof(path), "%.*s", (int)it.entry.path_len, it.entry.path);
		code = make_one(path, it.entry.limit, uid, gid);
	}
	return code;
}
