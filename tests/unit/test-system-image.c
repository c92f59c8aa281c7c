/* test-system-image.c - finding an image in the cache, and what is laid over one: cut down trees that look like it. */
#include "system-image.h"

#include "image.h"
#include "tree.h"
#include "util.h"
#include "workload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct tree t;

static int setup(void **state)
{
	(void)state;
	t = tree_new();
	setenv("TARE_CACHE", t.path, 1);
	tree_put(&t, "agent", "#!agent");
	tree_put(&t, "debian-1/hash", HASH "\n");
	tree_put(&t, "debian-1/disk.ext4", "disk");
	tree_put(&t, "debian-1/packages", "nginx 1.22\n");
	tree_put(&t, "debian-1/tree/usr/sbin/nginx", "program");
	tree_put(&t, "debian-1/tree/usr/lib/base.so", "base's");
	if (symlinkat("debian-1", t.fd, "debian") < 0 ||
		symlinkat("usr/lib", t.fd, "debian-1/tree/lib") < 0 ||
		symlinkat("usr/bin", t.fd, "debian-1/tree/bin") < 0 ||
		symlinkat("/usr/sbin/nginx", t.fd, "debian-1/tree/usr/link") < 0)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_free(&t);
	unsetenv("TARE_CACHE");
	return 0;
}

static void check_text(const char *path, const char *expected)
{
	cleanup_free char *text = read_file_at(t.fd, path, 4096, NULL);

	assert_non_null(text);
	assert_string_equal(text, expected);
}

static bool is_there(const char *path)
{
	struct stat st;

	return fstatat(t.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_found(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *tree = xasprintf("%s/debian-1/tree", t.path);
	struct system_image i;

	(void)state;
	assert_int_equal(system_image_find("debian", &i, &err), 0);
	assert_string_equal(i.name, "debian");
	assert_string_equal(i.tree, tree);
	assert_string_equal(i.hash, HASH);
	system_image_free(&i);
	assert_null(i.tree);
}

static void test_missing(void **state)
{
	struct error err = ERROR_INIT;
	struct system_image i;
	cleanup_free char *none = xasprintf(
		"image debian: none in %s, expected debian/hash there; run: sudo make setup",
		t.path);
	cleanup_free char *half = xasprintf(
		"image debian: %s/debian-1 is incomplete, expected tree, disk.ext4 and packages in it; run: sudo make setup",
		t.path);

	(void)state;
	assert_int_equal(unlinkat(t.fd, "debian-1/disk.ext4", 0), 0);
	assert_int_equal(system_image_find("debian", &i, &err), -1);
	assert_string_equal(err.text, half);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	err = (struct error)ERROR_INIT;
	tree_put(&t, "debian-1/hash", "../../etc");
	assert_int_equal(system_image_find("debian", &i, &err), -1);
	assert_string_equal(err.text, none);
	err = (struct error)ERROR_INIT;
	assert_int_equal(unlinkat(t.fd, "debian", 0), 0);
	assert_int_equal(system_image_find("debian", &i, &err), -1);
	assert_string_equal(err.text, none);
}

static void test_names(void **state)
{
	cleanup_free char *name = NULL;
	char *other = NULL;

	(void)state;
	assert_string_equal(system_image_file("debian:/usr/x", &name), "/usr/x");
	assert_string_equal(name, "debian");
	assert_null(system_image_file("debian:x", &other));
	assert_null(system_image_file("minimal:/x", &other));
	assert_null(system_image_file("/debian:/x", &other));
	assert_null(other);
}

static int build(
	const char *const *files, const char *folder, bool over, char sha256[65], struct error *err)
{
	struct workload w = {.name = (char *)(uintptr_t) "w",
		.folder = t.path,
		.files = (char **)(uintptr_t)files};
	cleanup_free char *agent = xasprintf("%s/agent", t.path);
	cleanup_free char *base = xasprintf("%s/debian-1/tree", t.path);
	cleanup_free char *path = xasprintf("%s/%s", t.path, folder);

	return over ? image_layer(&w, agent, base, path, sha256, err)
		    : image_tree(&w, agent, path, sha256, err);
}

/* The same payload with and without the image under it: the hash is one, the files come from where they are. */
static void test_layer(void **state)
{
	static const char *const files[] = {
		"debian:/usr/sbin/nginx", "debian:/usr/link", "mine", NULL};
	struct error err = ERROR_INIT;
	char alone[65], over[65];

	(void)state;
	tree_put(&t, "mine/lib/mine.so", "mine");
	tree_put(&t, "mine/usr/lib/other.so", "other");
	tree_put(&t, "mine/bin/tool", "tool");
	assert_int_equal(build(files, "alone", false, alone, &err), 0);
	assert_int_equal(build(files, "over", true, over, &err), 0);
	assert_string_equal(err.text, "");
	assert_string_equal(alone, over);
	check_text("alone/usr/sbin/nginx", "program");
	check_text("alone/usr/link", "program"); /* an absolute link stays in the image */
	check_text("alone/lib/mine.so", "mine");
	assert_false(is_there("over/usr/sbin/nginx"));
	assert_false(is_there("over/lib"));
	assert_false(is_there("over/bin"));
	check_text("over/usr/lib/mine.so", "mine");
	check_text("over/usr/lib/other.so", "other");
	check_text("over/usr/bin/tool", "tool");
	check_text("over/tare/agent", "#!agent");
}

static void test_layer_conflict(void **state)
{
	static const char *const files[] = {"mine", NULL};
	struct error err = ERROR_INIT;
	char hex[65];

	(void)state;
	tree_put(&t, "mine/lib/x", "a file");
	tree_put(&t, "mine/usr/lib/x/y", "in a folder of that name");
	assert_int_equal(build(files, "over", true, hex, &err), -1);
	assert_string_equal(err.text,
		"image: cannot move /lib to where the image's link leads, /usr/lib: Is a directory");
}

static void test_file_missing(void **state)
{
	static const char *const files[] = {"debian:/no/such", NULL};
	struct error err = ERROR_INIT;
	char hex[65];

	(void)state;
	assert_int_equal(build(files, "alone", false, hex, &err), -1);
	assert_string_equal(
		err.text, "image of w: files: /no/such: cannot open: No such file or directory");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(test_found), CASE(test_missing), CASE(test_names),
		CASE(test_layer), CASE(test_layer_conflict), CASE(test_file_missing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
