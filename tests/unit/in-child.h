/* in-child.h - for tests: conditions in a forked child, where cmocka cannot unwind, and a body run in namespaces of
 * its own. */
#ifndef TARE_TEST_IN_CHILD_H
#define TARE_TEST_IN_CHILD_H

#include "error.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Of the test program: what a child's calls are given. */
static struct error err;

/* In a forked child: says which condition broke and ends it. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, err.text);     \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* Runs prepare (NULL = nothing) and body in a child with namespaces of its own, where /sys shows its links; fails
 * unless they return within a minute. Skips without root. */
static inline void in_namespace(void (*prepare)(void), void (*body)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("SKIP: needs root for network namespaces\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		alarm(60);
		CHECK(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0);
		CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		CHECK(mount("sysfs", "/sys", "sysfs", 0, NULL) == 0);
		if (prepare)
			prepare();
		body();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

#endif
