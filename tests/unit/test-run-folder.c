/* test-run-folder.c - a run's folder made, given to the calling user, read back, taken away. */
#include "json.h"
#include "run-folder.h"
#include "util.h"

#include "cases.h"

#include <sys/stat.h>

static char folder[64], home[4096];

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tare-test-folder-XXXXXX");
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return getcwd(home, sizeof(home)) && mkdtemp(folder) ? chdir(folder) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return chdir(home) < 0 ? -1 : remove_tree_at(AT_FDCWD, folder);
}

static char *latest(void)
{
	char target[256];
	ssize_t n = readlink("results/latest", target, sizeof(target) - 1);

	if (n < 0)
		return NULL;
	target[n] = '\0';
	return xstrdup(target);
}

static void dated(void **state)
{
	struct run_folder one, two;
	struct error err = ERROR_INIT;
	cleanup_free char *first = NULL, *second = NULL;

	(void)state;
	assert_int_equal(run_folder_create(NULL, &one, &err), 0);
	first = latest();
	assert_string_equal(first, strrchr(one.path, '/') + 1);
	assert_int_equal(strlen(one.id), 16);
	assert_int_equal(strspn(one.id, "0123456789abcdef"), 16);
	assert_string_equal(first + strlen(first) - 16, one.id);
	assert_int_equal(strlen(first), strlen("20000101T000000Z-") + 16);
	assert_int_equal(run_folder_create(NULL, &two, &err), 0);
	second = latest();
	assert_string_equal(second, strrchr(two.path, '/') + 1);
	assert_string_not_equal(one.id, two.id);
	assert_string_equal(err.text, "");
	run_folder_close(&one);
	run_folder_close(&two);
	run_folder_close(&two);
}

static void discarded(void **state)
{
	struct run_folder kept, gone;
	struct error err = ERROR_INIT;
	cleanup_free char *before = NULL, *after = NULL, *path = NULL;

	(void)state;
	/* the only run: nothing stays */
	assert_int_equal(run_folder_create(NULL, &gone, &err), 0);
	run_folder_discard(&gone);
	assert_int_equal(access("results", F_OK), -1);
	/* after another: that one is the latest again */
	assert_int_equal(run_folder_create(NULL, &kept, &err), 0);
	before = latest();
	assert_int_equal(run_folder_create(NULL, &gone, &err), 0);
	path = xstrdup(gone.path);
	assert_int_equal(write_new(gone.dirfd, "samples.jsonl", ""), 0);
	run_folder_discard(&gone);
	assert_int_equal(gone.dirfd, -1);
	assert_int_equal(access(path, F_OK), -1);
	after = latest();
	assert_string_equal(before, after);
	/* a folder of the user's stays */
	assert_int_equal(mkdir("mine", 0755), 0);
	assert_int_equal(run_folder_create("mine", &gone, &err), 0);
	run_folder_discard(&gone);
	assert_int_equal(access("mine", F_OK), 0);
	run_folder_close(&kept);
	assert_string_equal(err.text, "");
}

static void named(void **state)
{
	struct run_folder f;
	struct error err = ERROR_INIT;
	cleanup_free char *expected = NULL;

	(void)state;
	assert_int_equal(run_folder_create("a/b//c/", &f, &err), 0);
	assert_string_equal(err.text, "");
	expected = xasprintf("%s/a/b//c/", folder);
	assert_string_equal(f.path, expected);
	assert_int_equal(access("results", F_OK), -1);
	run_folder_close(&f);
	/* empty: may be used */
	assert_int_equal(run_folder_create("a/b/c", &f, &err), 0);
	run_folder_close(&f);
}

static void refused(void **state)
{
	static const struct {
		const char *path, *message;
	} rows[] = {
		{"", "output folder: empty name, expected a new or empty folder"},
		{"full", "full: is not empty, expected a new or empty folder; a run is one folder"},
		{"full/file", "full/file: cannot be used as a folder: Not a directory"},
		{"full/file/below", "full/file/below: cannot be created: Not a directory"},
		{"pipe", "pipe: cannot be used as a folder: Not a directory"},
		{"/dev/full", "/dev/full: cannot be used as a folder: Not a directory"},
		{"/proc/nothing/x",
			"/proc/nothing/x: cannot be created: No such file or directory"},
		{"full/\n\033",
			"full/\\x0A\\x1B: is not empty, expected a new or empty folder; a "
			"run is one folder"},
	};

	(void)state;
	assert_int_equal(mkdir("full", 0755), 0);
	assert_int_equal(mkdir("full/\n\033", 0755), 0);
	assert_int_equal(write_new(AT_FDCWD, "full/file", "x"), 0);
	assert_int_equal(write_new(AT_FDCWD, "full/\n\033/file", "x"), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run_folder f = {.dirfd = 77};
		struct error err = ERROR_INIT;

		assert_int_equal(run_folder_create(rows[i].path, &f, &err), -1);
		assert_int_equal(err.code, EXIT_USAGE);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(f.dirfd, 77);
	}
	assert_int_equal(access("full/file", F_OK), 0);
}

static void latest_in_the_way(void **state)
{
	struct run_folder f;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir("results", 0755), 0);
	assert_int_equal(mkdir("results/latest", 0755), 0);
	assert_int_equal(run_folder_create(NULL, &f, &err), -1);
	assert_string_equal(err.text,
		"results/latest: is in the way, expected a symbolic link; move "
		"it away");
	/* nothing else was left */
	assert_int_equal(rmdir("results/latest"), 0);
	assert_int_equal(rmdir("results"), 0);
}

static void deleted_working_directory(void **state)
{
	struct run_folder f;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir("gone", 0755), 0);
	assert_int_equal(chdir("gone"), 0);
	assert_int_equal(rmdir("../gone"), 0);
	assert_int_equal(run_folder_create(NULL, &f, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text,
		"working directory: cannot be found, expected one that exists; "
		"change to another");
}

#define GOOD                                                                                           \
	"{\"schema\":\"tare/run/1\",\"id\":\"0123456789abcdef\",\"started\":\"2026-01-01T00:00:00Z\"," \
	"\"seed\":5,\"plan\":{},\"host\":{},\"arms\":{\"vm\":{\"platform\":\"vm\"}},\"later\":1}"

/* GOOD with one part replaced. */
static char *replaced(const char *from, const char *to)
{
	const char *at = strstr(GOOD, from);

	assert_non_null(at);
	return xasprintf("%.*s%s%s", (int)(at - GOOD), GOOD, to, at + strlen(from));
}

static void opened(void **state)
{
	static const struct {
		const char *from, *to, *message;
	} rows[] = {
		{"run/1", "run/2",
			"schema: unknown schema, got \"tare/run/2\", expected \"tare/run/1\""},
		{"\"schema\"", "\"s\"", "schema: missing, expected \"tare/run/1\""},
		{"\"0123456789abcdef\"", "\"../../../etc/x12\"",
			"id: not an id, got \"../../../etc/x12\", expected 16 hex digits"},
		{"\"0123456789abcdef\"", "7", "id: wrong type, got 7, expected 16 hex digits"},
		{"\"seed\":5,", "", "seed: missing, expected a whole number or its digits"},
		{"\"seed\":5", "\"seed\":true",
			"seed: wrong type, got true, expected a whole number or its digits"},
		{"\"plan\":{}", "\"plan\":[]", "plan: wrong type, got a list, expected an object"},
		{"\"host\":{},", "", "host: missing, expected an object"},
		{"{\"platform\":\"vm\"}", "5", "arms.vm: wrong type, got 5, expected an object"},
		{"\"vm\":", "\"<script>\":",
			"arms: not a name, expected arms by names of 1 to 64 letters, digits or "
			"\"_.+-\""},
		{"\"platform\"", "\"p\"",
			"arms.vm: without a platform, expected a text in \"platform\""},
	};
	struct run_folder f;
	struct error err = ERROR_INIT;
	json_t *run;

	(void)state;
	assert_int_equal(mkdir("run", 0755), 0);
	assert_int_equal(write_new(AT_FDCWD, "run/run.json", GOOD), 0);
	assert_int_equal(run_folder_open("run", &f, &run, &err), 0);
	assert_string_equal(f.id, "0123456789abcdef");
	json_decref(run);
	run_folder_close(&f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *text = replaced(rows[i].from, rows[i].to);
		cleanup_free char *message = xasprintf("run: run.json: %s", rows[i].message);
		struct error own = ERROR_INIT;

		assert_int_equal(write_new(AT_FDCWD, "run/run.json", text), 0);
		assert_int_equal(run_folder_open("run", &f, &run, &own), -1);
		assert_int_equal(own.code, EXIT_USAGE);
		assert_string_equal(own.text, message);
	}
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	assert_int_equal(mkdir("run", 0755), 0);
	for (size_t cut = 0; cut < strlen(GOOD); cut++) {
		cleanup_free char *text = xasprintf("%.*s", (int)cut, GOOD);
		struct run_folder f;
		struct error err = ERROR_INIT;
		json_t *run;

		assert_int_equal(write_new(AT_FDCWD, "run/run.json", text), 0);
		assert_int_equal(run_folder_open("run", &f, &run, &err), -1);
		assert_int_equal(err.code, EXIT_USAGE);
	}
}

static void not_there(void **state)
{
	struct run_folder f;
	struct error none = ERROR_INIT, empty = ERROR_INIT;
	json_t *run;

	(void)state;
	assert_int_equal(run_folder_open("none", &f, &run, &none), -1);
	assert_int_equal(none.code, EXIT_USAGE);
	assert_string_equal(
		none.text, "none: cannot be opened as a run's folder: No such file or directory");
	assert_int_equal(run_folder_open(".", &f, &run, &empty), -1);
	assert_string_equal(empty.text, ".: run.json: cannot be read: No such file or directory");
}

static void written_json(void **state)
{
	struct run_folder f;
	struct error err = ERROR_INIT;
	cleanup_json json_t *value = json_pack("{si sf}", "b", 1, "a", 0.5);
	cleanup_free char *text = NULL;

	(void)state;
	assert_int_equal(run_folder_create("x", &f, &err), 0);
	assert_int_equal(run_folder_write_json(&f, "summary.json", value, &err), 0);
	text = read_file_at(f.dirfd, "summary.json", 1000, NULL);
	assert_string_equal(text, "{\n  \"b\": 1,\n  \"a\": 0.5\n}\n");
	run_folder_close(&f);
}

static uid_t owner(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_uid;
}

/* Everything tare made belongs to the caller of sudo; what a link points at, or a hard link reaches, does
 * not. */
static void given_to_the_caller_of_sudo(void **state)
{
	struct run_folder f;
	struct error err = ERROR_INIT;
	cleanup_free char *name = NULL;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: changing owners needs root\n");
		skip();
	}
	assert_int_equal(write_new(AT_FDCWD, "secret", "x"), 0);
	setenv("SUDO_UID", "12345", 1);
	setenv("SUDO_GID", "12346", 1);
	assert_int_equal(run_folder_create(NULL, &f, &err), 0);
	assert_int_equal(mkdirat(f.dirfd, "charts", 0755), 0);
	assert_int_equal(write_new(f.dirfd, "charts/a.svg", "x"), 0);
	assert_int_equal(symlinkat("../../secret", f.dirfd, "link"), 0);
	assert_int_equal(linkat(AT_FDCWD, "secret", f.dirfd, "hard", 0), 0);
	assert_int_equal(run_folder_give(&f, &err), 0);
	assert_int_equal(owner("results"), 12345);
	assert_int_equal(owner("results/latest"), 12345);
	assert_int_equal(owner(f.path), 12345);
	name = xasprintf("%s/charts/a.svg", f.path);
	assert_int_equal(owner(name), 12345);
	assert_int_equal(owner("secret"), 0);
	run_folder_close(&f);
	/* rubbish in the environment is no user */
	setenv("SUDO_UID", "-1", 1);
	assert_int_equal(run_folder_create("other", &f, &err), 0);
	assert_int_equal(owner("other"), 0);
	run_folder_close(&f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dated),
		TEST(discarded),
		TEST(named),
		TEST(refused),
		TEST(latest_in_the_way),
		TEST(deleted_working_directory),
		TEST(opened),
		TEST(cut_at_every_byte),
		TEST(not_there),
		TEST(written_json),
		TEST(given_to_the_caller_of_sudo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
