/* test-image.c - the tree of a workload and its initramfs: what gets in, what must not get out, the same bytes twice. */
#include "image.h"

#include "../../harness/image-internal.h"
#include "json.h"
#include "sha256.h"
#include "tree.h"
#include "util.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct tree t;

static int setup(void **state)
{
	(void)state;
	t = tree_new();
	tree_put(&t, "agent", "#!agent");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_free(&t);
	return 0;
}

static int build(const char *const *files, const char *folder, char sha256[65], struct error *err)
{
	struct workload w = {.name = (char *)(uintptr_t) "w",
		.folder = t.path,
		.files = (char **)(uintptr_t)files};
	cleanup_free char *agent = xasprintf("%s/agent", t.path);
	cleanup_free char *path = xasprintf("%s/%s", t.path, folder);

	return image_tree(&w, agent, path, sha256, err);
}

static bool is_there(const char *path)
{
	struct stat st;

	return fstatat(t.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

struct entry {
	const char *name;
	mode_t type;
	const char *data; /* content or target */
	bool hard;
};

static void write_tar(const char *name, const struct entry *entries, size_t n)
{
	cleanup_free char *path = xasprintf("%s/%s", t.path, name);
	struct archive *a = archive_write_new();

	archive_write_set_format_gnutar(a);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();
		bool regular = entries[i].type == AE_IFREG && !entries[i].hard;

		archive_entry_set_pathname(e, entries[i].name);
		archive_entry_set_filetype(e, entries[i].type);
		archive_entry_set_perm(e, 0755);
		archive_entry_set_size(e, regular ? (la_int64_t)strlen(entries[i].data) : 0);
		if (entries[i].hard)
			archive_entry_set_hardlink(e, entries[i].data);
		if (entries[i].type == AE_IFLNK)
			archive_entry_set_symlink(e, entries[i].data);
		assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
		if (regular)
			archive_write_data(a, entries[i].data, strlen(entries[i].data));
		archive_entry_free(e);
	}
	archive_write_free(a);
}

static void test_sha256(void **state)
{
	/* FIPS 180-4's examples: "abc", and a million "a". */
	struct sha256 h;
	char hex[65];

	(void)state;
	sha256_init(&h);
	sha256_add(&h, "abc", 3);
	sha256_end(&h, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_init(&h);
	for (int i = 0; i < 100000; i++)
		sha256_add(&h, "aaaaaaaaaa", 10);
	sha256_end(&h, hex);
	assert_string_equal(
		hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_bare(void **state)
{
	struct error err = ERROR_INIT;
	char one[65], two[65];

	(void)state;
	assert_int_equal(build(NULL, "one", one, &err), 0);
	assert_int_equal(build(NULL, "two", two, &err), 0);
	assert_int_equal(strlen(one), 64);
	assert_string_equal(one, two);
	assert_true(is_there("one/tare/agent") && is_there("one/proc") && is_there("one/dev") &&
		is_there("one/sys") && is_there("one/tmp"));
	tree_put(&t, "agent", "#!other");
	assert_int_equal(build(NULL, "three", two, &err), 0);
	assert_string_not_equal(one, two);
	assert_int_equal(build(NULL, "three", two, &err), -1);
}

static void test_folder(void **state)
{
	static const char *const files[] = {"mine", NULL};
	struct error err = ERROR_INIT;
	char one[65], two[65];

	(void)state;
	tree_put(&t, "mine/etc/conf", "x");
	tree_put(&t, "mine/tare/agent", "not the agent");
	assert_int_equal(symlinkat("../../etc/passwd", t.fd, "mine/etc/link"), 0);
	assert_int_equal(build(files, "one", one, &err), 0);
	assert_true(is_there("one/etc/conf") && is_there("one/etc/link"));
	/* What a workload brings does not take the agent's place. */
	{
		cleanup_free char *agent = read_file_at(t.fd, "one/tare/agent", 100, NULL);

		assert_string_equal(agent, "#!agent");
	}
	assert_int_equal(fchmodat(t.fd, "mine/etc/conf", 0700, 0), 0);
	assert_int_equal(build(files, "two", two, &err), 0);
	assert_string_not_equal(one, two);
}

static void test_tar(void **state)
{
	static const struct entry entries[] = {{"./", AE_IFDIR, "", false},
		{"./usr/bin/", AE_IFDIR, "", false}, {"./usr/bin/prog", AE_IFREG, "program", false},
		{"usr/bin/again", AE_IFREG, "./usr/bin/prog", true},
		{"bin", AE_IFLNK, "usr/bin", false}, {"dev/fifo", AE_IFIFO, "", false}};
	static const char *const files[] = {"a.tar", NULL};
	struct error err = ERROR_INIT;
	char hex[65];

	(void)state;
	write_tar("a.tar", entries, ARRAY_SIZE(entries));
	assert_int_equal(build(files, "one", hex, &err), 0);
	{
		cleanup_free char *text = read_file_at(t.fd, "one/usr/bin/again", 100, NULL);

		assert_string_equal(text, "program");
	}
	assert_true(is_there("one/bin"));
	assert_false(is_there("one/dev/fifo"));
}

/* Each would write outside; nothing may appear beside the tree. */
static void test_tar_traversal(void **state)
{
	static const struct {
		struct entry entries[2];
		size_t n;
		const char *message;
	} cases[] = {
		{{{"../evil", AE_IFREG, "x", false}}, 1, "path with .."},
		{{{"a/../../evil", AE_IFREG, "x", false}}, 1, "path with .."},
		{{{"/evil", AE_IFREG, "x", false}}, 1, "absolute path"},
		{{{"a", AE_IFLNK, "..", false}, {"a/evil", AE_IFREG, "x", false}}, 2,
			"path through a link"},
		{{{"a", AE_IFLNK, "/", false}, {"a/evil", AE_IFDIR, "x", false}}, 2,
			"path through a link"},
		{{{"a", AE_IFREG, "x", false}, {"a/evil", AE_IFREG, "x", false}}, 2,
			"path through a link or a file"},
		{{{"stolen", AE_IFREG, "../agent", true}}, 1, "path with .."},
		{{{"stolen", AE_IFREG, "/etc/hostname", true}}, 1, "absolute path"},
	};
	static const char *const files[] = {"a.tar", NULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;
		cleanup_free char *folder = xasprintf("tree%zu", i);
		char hex[65];

		write_tar("a.tar", cases[i].entries, cases[i].n);
		assert_int_equal(build(files, folder, hex, &err), -1);
		assert_int_equal(err.code, EXIT_USAGE);
		if (!strstr(err.text, cases[i].message))
			fail_msg("case %zu: %s", i, err.text);
		assert_false(is_there("evil"));
		assert_true(access("/evil", F_OK) < 0);
	}
}

/* A link in the place of a file that is written is replaced, not followed. */
static void test_tar_over_link(void **state)
{
	static const struct entry entries[] = {
		{"out", AE_IFLNK, "../agent", false}, {"out", AE_IFREG, "new", false}};
	static const char *const files[] = {"a.tar", NULL};
	struct error err = ERROR_INIT;
	cleanup_free char *agent = NULL;
	char hex[65];

	(void)state;
	write_tar("a.tar", entries, ARRAY_SIZE(entries));
	assert_int_equal(build(files, "one", hex, &err), 0);
	agent = read_file_at(t.fd, "agent", 100, NULL);
	assert_string_equal(agent, "#!agent");
}

static void test_broken_tar(void **state)
{
	static const struct entry entries[] = {{"file", AE_IFREG, "0123456789", false}};
	static const char *const files[] = {"a.tar", NULL};
	struct error err = ERROR_INIT;
	cleanup_free char *path = xasprintf("%s/a.tar", t.path);
	char hex[65];

	(void)state;
	write_tar("a.tar", entries, 1);
	assert_int_equal(truncate(path, 515), 0);
	assert_int_equal(build(files, "one", hex, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
}

static void test_program(void **state)
{
	static const char *const files[] = {"/bin/sh", NULL};
	struct error err = ERROR_INIT;
	char hex[65];

	(void)state;
	assert_int_equal(build(files, "one", hex, &err), 0);
	assert_true(is_there("one/bin/sh"));
	/* What ldd would say is found out without it: the program runs in the tree. */
	if (geteuid() == 0) {
		cleanup_free char *command = xasprintf("chroot %s/one /bin/sh -c 'exit 7'", t.path);
		int status = system(command); /* NOLINT(cert-env33-c) */

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 7);
	}
}

static void test_no_program(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *path = xasprintf("%s/text", t.path);
	char **needs;

	(void)state;
	tree_put(&t, "text",
		"\177ELF and then nothing that makes sense of it, but long enough to be read");
	needs = elf_needs(NULL, path, &err);
	assert_non_null(needs);
	assert_null(needs[0]);
	strv_free(needs);
	assert_null(elf_needs(NULL, "/nowhere", &err));
}

static char *read_cpio(const char *path, size_t *n)
{
	return read_file_at(t.fd, path, 16 << 20, n);
}

static void test_initramfs(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *tree = xasprintf("%s/one", t.path);
	cleanup_free char *a = xasprintf("%s/a.cpio", t.path);
	cleanup_free char *b = xasprintf("%s/b.cpio", t.path);
	cleanup_free char *module = xasprintf("%s/mod-x.ko", t.path);
	const char *const modules[] = {module, NULL};
	cleanup_free char *first = NULL, *second = NULL;
	struct archive *r = archive_read_new();
	struct archive_entry *e;
	unsigned seen = 0;
	size_t n, m;
	char hex[65];

	(void)state;
	tree_put(&t, "mod-x.ko", "module");
	assert_int_equal(build(NULL, "one", hex, &err), 0);
	assert_int_equal(image_initramfs(tree, modules, NULL, a, &err), 0);
	assert_int_equal(image_initramfs(tree, modules, NULL, b, &err), 0);
	first = read_cpio("a.cpio", &n);
	second = read_cpio("b.cpio", &m);
	assert_int_equal(n, m);
	assert_memory_equal(first, second, n);
	assert_memory_equal(first, "070701", 6);
	archive_read_support_format_cpio(r);
	assert_int_equal(archive_read_open_memory(r, first, n), ARCHIVE_OK);
	while (archive_read_next_header(r, &e) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(e);

		assert_int_equal(archive_entry_mtime(e), 0);
		assert_int_equal(archive_entry_uid(e), 0);
		seen |= !strcmp(name, "init") && archive_entry_filetype(e) == AE_IFLNK &&
				!strcmp(archive_entry_symlink(e), "tare/agent")
			? 1U
			: 0;
		seen |= !strcmp(name, "tare/modules/00-mod-x.ko") ? 2U : 0;
		seen |= !strcmp(name, "dev/console") && archive_entry_rdevmajor(e) == 5 ? 4U : 0;
		seen |= !strcmp(name, "tare/agent") && archive_entry_size(e) == 7 ? 8U : 0;
	}
	archive_read_free(r);
	assert_int_equal(seen, 15);
}

/* What a container engine imports: all of the tree, the same bytes from the same tree. */
static void test_archive(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *tree = xasprintf("%s/one", t.path);
	cleanup_free char *a = xasprintf("%s/a.tar", t.path);
	cleanup_free char *b = xasprintf("%s/b.tar", t.path);
	cleanup_free char *all = xmalloc(300000);
	cleanup_free char *first = NULL, *second = NULL, *large = NULL;
	struct archive *r = archive_read_new();
	struct archive_entry *e;
	unsigned seen = 0;
	size_t n, m;
	char hex[65];

	(void)state;
	memset(all, 'x', 299999); /* more than is read at once */
	all[299999] = '\0';
	assert_int_equal(build(NULL, "one", hex, &err), 0);
	tree_put(&t, "one/large", all);
	assert_int_equal(symlinkat("tare/agent", t.fd, "one/link"), 0);
	if (geteuid() == 0)
		assert_int_equal(fchownat(t.fd, "one/large", 12, 34, 0), 0);
	assert_int_equal(image_archive(tree, NULL, a, &err), 0);
	assert_int_equal(image_archive(tree, NULL, b, &err), 0);
	first = read_file_at(t.fd, "a.tar", 16 << 20, &n);
	second = read_file_at(t.fd, "b.tar", 16 << 20, &m);
	assert_int_equal(n, m);
	assert_memory_equal(first, second, n);
	archive_read_support_format_tar(r);
	assert_int_equal(archive_read_open_memory(r, first, n), ARCHIVE_OK);
	while (archive_read_next_header(r, &e) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(e);

		assert_int_equal(archive_entry_mtime(e), 0);
		seen |= !strcmp(name, "tare/agent") && archive_entry_size(e) == 7 ? 1U : 0;
		seen |= !strcmp(name, "link") && archive_entry_symlink(e) &&
				!strcmp(archive_entry_symlink(e), "tare/agent")
			? 2U
			: 0;
		seen |= !strcmp(name, "proc/") ? 4U : 0;
		if (strcmp(name, "large") != 0)
			continue;
		large = xcalloc(1, 300000);
		if (geteuid() == 0)
			assert_true(archive_entry_uid(e) == 12 && archive_entry_gid(e) == 34);
		assert_int_equal(archive_read_data(r, large, 300000), 299999);
		assert_string_equal(large, all);
	}
	archive_read_free(r);
	assert_int_equal(seen, 7);
	assert_non_null(large);
	assert_int_equal(image_archive("/nowhere", NULL, a, &err), -1);
	assert_string_equal(err.text, "image: cannot open /nowhere: No such file or directory");
}

/* Over a base: no path comes twice (an engine refuses that), and what is in both is the tree's. */
static void test_archive_over(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *tree = xasprintf("%s/above", t.path);
	cleanup_free char *base = xasprintf("%s/base", t.path);
	cleanup_free char *tar = xasprintf("%s/over.tar", t.path);
	cleanup_free char *bytes = NULL;
	struct archive *r = archive_read_new();
	struct archive_entry *e;
	char order[64] = "";
	size_t n;

	(void)state;
	tree_put(&t, "above/both", "22");
	tree_put(&t, "above/own", "");
	tree_put(&t, "base/both", "1");
	tree_put(&t, "base/only", "");
	assert_int_equal(image_archive(tree, base, tar, &err), 0);
	bytes = read_file_at(t.fd, "over.tar", 16 << 20, &n);
	archive_read_support_format_tar(r);
	assert_int_equal(archive_read_open_memory(r, bytes, n), ARCHIVE_OK);
	while (archive_read_next_header(r, &e) == ARCHIVE_OK)
		if (archive_entry_filetype(e) == AE_IFREG)
			sprintf(order + strlen(order), "%.2s%d ", archive_entry_pathname(e),
				(int)archive_entry_size(e));
	archive_read_free(r);
	assert_string_equal(order, "on0 bo2 ow0 ");
}

static void test_prepended(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *tree = xasprintf("%s/one", t.path);
	cleanup_free char *a = xasprintf("%s/a.cpio", t.path);
	cleanup_free char *user = xasprintf("%s/user", t.path);
	cleanup_free char *all = NULL;
	size_t n;
	char hex[65];

	(void)state;
	tree_put(&t, "user", "12345");
	assert_int_equal(build(NULL, "one", hex, &err), 0);
	assert_int_equal(image_initramfs(tree, NULL, user, a, &err), 0);
	all = read_cpio("a.cpio", &n);
	assert_memory_equal(all, "12345\0\0\000070701", 14);
	assert_int_equal(image_initramfs(tree, NULL, "/nowhere", a, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test_setup_teardown(test_bare, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tar, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tar_traversal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tar_over_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broken_tar, setup, teardown),
		cmocka_unit_test_setup_teardown(test_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_initramfs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_archive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_archive_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prepended, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
