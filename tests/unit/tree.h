/* tree.h - small trees of files for tests: a captured root by name, or one made up under /tmp. */
#ifndef TARE_TEST_TREE_H
#define TARE_TEST_TREE_H

#include "util.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>

/* fd of tests/roots/<name>. */
static inline int tree_captured(const char *name)
{
	cleanup_free char *path = xasprintf("tests/roots/%s", name);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "%s: cannot open; run the tests from the repository's root\n",
			path);
		abort();
	}
	return fd;
}

struct tree {
	char path[32];
	int fd;
};

static inline struct tree tree_new(void)
{
	struct tree t = {.path = "/tmp/tare-test-XXXXXX"};

	if (!mkdtemp(t.path) || (t.fd = open(t.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		abort();
	return t;
}

static inline void tree_free(struct tree *t)
{
	close(t->fd);
	if (remove_tree_at(AT_FDCWD, t->path) < 0)
		abort();
}

/* Writes a file and makes its folders. */
static inline void tree_put(const struct tree *t, const char *path, const char *text)
{
	cleanup_free char *part = xstrdup(path);
	int fd;

	for (char *p = strchr(part, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdirat(t->fd, part, 0755);
		*p = '/';
	}
	fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write_all(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

#endif
