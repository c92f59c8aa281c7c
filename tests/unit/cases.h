/* cases.h - golden cases run: every folder below one holds an input and "expected", the exact message or
 * "ok". With TARE_GOLDEN=1 the answers are written instead: read the difference before it is committed. */
#ifndef TARE_TEST_CASES_H
#define TARE_TEST_CASES_H

#include "error.h"
#include "util.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static inline int write_new(int dirfd, const char *name, const char *text)
{
	cleanup_close int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd < 0 ? -1 : write_all(fd, text, strlen(text));
}

static inline int is_case(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Returns 0 when the answer is the expected one. */
static inline int run_case(const char *folder, const char *name, const char *input,
	void (*answer)(const char *text, size_t len, struct error *err))
{
	cleanup_free char *in = xasprintf("%s/%s/%s", folder, name, input);
	cleanup_free char *out = xasprintf("%s/%s/expected", folder, name);
	cleanup_free char *text = NULL, *expected = NULL, *got = NULL;
	struct error err = ERROR_INIT;
	size_t len;

	text = read_file_at(AT_FDCWD, in, 1 << 20, &len);
	assert_non_null(text);
	answer(text, len, &err);
	got = xasprintf("%s\n", err.code ? err.text : "ok");
	if (err.code)
		assert_int_equal(err.code, EXIT_USAGE);
	if (getenv("TARE_GOLDEN"))
		assert_int_equal(write_new(AT_FDCWD, out, got), 0);
	expected = read_file_at(AT_FDCWD, out, 1 << 16, NULL);
	if (expected && strcmp(expected, got) == 0)
		return 0;
	print_error("%s: expected: %s%s: got: %s", name, expected ? expected : "(no file)\n", name,
		got);
	return -1;
}

static inline void run_cases(const char *folder, const char *input, int at_least,
	void (*answer)(const char *text, size_t len, struct error *err))
{
	struct dirent **list;
	int n = scandir(folder, &list, is_case, alphasort), wrong = 0;

	assert_true(n >= at_least);
	for (int i = 0; i < n; i++) {
		wrong += run_case(folder, list[i]->d_name, input, answer) < 0;
		free(list[i]);
	}
	free(list);
	assert_int_equal(wrong, 0);
}

/* A JSON file of a case, which must be there. New. */
static inline json_t *case_json(const char *folder, const char *name, const char *file)
{
	cleanup_free char *path = xasprintf("%s/%s/%s", folder, name, file);
	json_error_t e;
	json_t *j = json_load_file(path, 0, &e);

	if (!j)
		fail_msg("%s:%d: %s", path, e.line, e.text);
	return j;
}

#endif
