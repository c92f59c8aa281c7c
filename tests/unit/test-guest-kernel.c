/* test-guest-kernel.c - kernels found in a made-up cache, and their modules in an order that loads. */
#include "guest-kernel.h"

#include "json.h"
#include "tree.h"
#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "kernel-6.1/lib/modules/6.1/"

static struct tree t;

static int setup(void **state)
{
	(void)state;
	t = tree_new();
	setenv("TARE_CACHE", t.path, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_free(&t);
	return 0;
}

static void make_cache(void)
{
	tree_put(&t, "kernel-6.1/vmlinuz", "kernel");
	tree_put(&t, "kernel-6.1/release", "6.1\n");
	tree_put(&t, FOLDER "modules.dep",
		"kernel/virtio_ring.ko:\n"
		"kernel/virtio.ko: kernel/virtio_ring.ko\n"
		"kernel/virtio_pci.ko: kernel/virtio.ko kernel/virtio_ring.ko\n"
		"kernel/net/failover.ko.xz:\n"
		"kernel/net/net_failover.ko.xz: kernel/net/failover.ko.xz\n"
		"kernel/net/virtio_net.ko.xz: kernel/net/net_failover.ko.xz kernel/virtio.ko\n"
		"kernel/virtio-blk.ko: kernel/virtio.ko\n"
		"kernel/loop-a.ko: kernel/loop_b.ko\n"
		"kernel/loop_b.ko: kernel/loop-a.ko\n");
	tree_put(&t, FOLDER "modules.builtin", "kernel/fs/ext4/ext4.ko\n");
	assert_int_equal(symlinkat("kernel-6.1", t.fd, "kernel"), 0);
}

static size_t place(const struct guest_kernel *k, const char *end)
{
	for (size_t i = 0; k->modules[i]; i++) {
		size_t len = strlen(k->modules[i]);

		if (len > strlen(end) && !strcmp(k->modules[i] + len - strlen(end), end))
			return i + 1;
	}
	return 0;
}

static void test_order(void **state)
{
	struct guest_kernel k;
	struct error err = ERROR_INIT;
	size_t n = 0;

	(void)state;
	make_cache();
	assert_int_equal(guest_kernel_find(NULL, NULL, true, &k, &err), 0);
	assert_string_equal(k.release, "6.1");
	while (k.modules[n])
		n++;
	assert_int_equal(n, 7);
	assert_true(place(&k, "/virtio_ring.ko") && place(&k, "/virtio-blk.ko"));
	assert_true(place(&k, "/virtio_ring.ko") < place(&k, "/virtio.ko"));
	assert_true(place(&k, "/virtio.ko") < place(&k, "/virtio_pci.ko"));
	assert_true(place(&k, "/failover.ko.xz") < place(&k, "/net_failover.ko.xz"));
	assert_true(place(&k, "/net_failover.ko.xz") < place(&k, "/virtio_net.ko.xz"));
	guest_kernel_free(&k);
	guest_kernel_free(&k);
}

static void test_without_disk(void **state)
{
	struct guest_kernel k;
	struct error err = ERROR_INIT;

	(void)state;
	make_cache();
	assert_int_equal(guest_kernel_find(NULL, NULL, false, &k, &err), 0);
	assert_int_equal(place(&k, "/virtio-blk.ko"), 0);
	guest_kernel_free(&k);
}

/* The general kernel of the cache, and other drivers than virtio's. */
static void test_full(void **state)
{
	static const char *const drivers[] = {"net_failover", "ext4", NULL};
	struct guest_kernel_wish w = {.full = true, .drivers = drivers};
	struct guest_kernel k;
	struct error err = ERROR_INIT;

	(void)state;
	make_cache();
	assert_int_equal(guest_kernel_find_for(&w, &k, &err), -1);
	assert_non_null(strstr(err.text, "expected kernel-full/vmlinuz there; run: make setup"));
	err = (struct error)ERROR_INIT;
	assert_int_equal(symlinkat("kernel-6.1", t.fd, "kernel-full"), 0);
	assert_int_equal(guest_kernel_find_for(&w, &k, &err), 0);
	assert_int_equal(place(&k, "/virtio_net.ko.xz"), 0);
	assert_true(place(&k, "/failover.ko.xz") < place(&k, "/net_failover.ko.xz"));
	guest_kernel_free(&k);
}

static void test_more_modules(void **state)
{
	static const char *const built_in[] = {"ext4", NULL}, *const loop[] = {"loop_a", NULL};
	static const char *const missing[] = {"nothing", NULL};
	struct guest_kernel k;
	struct error err = ERROR_INIT;

	(void)state;
	make_cache();
	assert_int_equal(guest_kernel_find(NULL, NULL, false, &k, &err), 0);
	assert_int_equal(guest_kernel_add_modules(&k, built_in, &err), 0);
	assert_int_equal(guest_kernel_add_modules(&k, missing, &err), -1);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_non_null(strstr(err.text, "guest kernel: 6.1 has no module nothing"));
	err = (struct error)ERROR_INIT;
	assert_int_equal(guest_kernel_add_modules(&k, loop, &err), -1);
	assert_non_null(strstr(err.text, "modules need each other"));
	guest_kernel_free(&k);
}

static void test_empty_cache(void **state)
{
	struct guest_kernel k;
	struct error err = ERROR_INIT;
	cleanup_free char *expected = xasprintf(
		"guest kernel: none in %s, expected kernel/vmlinuz there; run: make setup", t.path);

	(void)state;
	assert_int_equal(guest_kernel_find(NULL, NULL, false, &k, &err), -1);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_string_equal(err.text, expected);
}

static void test_half_a_cache(void **state)
{
	struct guest_kernel k;
	struct error err = ERROR_INIT;

	(void)state;
	make_cache();
	assert_int_equal(unlinkat(t.fd, "kernel-6.1/vmlinuz", 0), 0);
	assert_int_equal(guest_kernel_find(NULL, NULL, false, &k, &err), -1);
	assert_non_null(strstr(err.text, "is incomplete; run: make setup"));
}

static void test_own_kernel(void **state)
{
	struct guest_kernel k;
	struct error err = ERROR_INIT;
	cleanup_free char *image = xasprintf("%s/kernel-6.1/vmlinuz", t.path);
	cleanup_free char *modules = xasprintf("%s/" FOLDER, t.path);

	(void)state;
	make_cache();
	assert_int_equal(guest_kernel_find(image, NULL, true, &k, &err), 0);
	assert_null(k.folder);
	assert_null(k.modules[0]);
	guest_kernel_free(&k);
	assert_int_equal(guest_kernel_find(image, modules, true, &k, &err), 0);
	assert_string_equal(k.release, "6.1");
	assert_non_null(k.modules[0]);
	guest_kernel_free(&k);
	assert_int_equal(guest_kernel_find(NULL, modules, true, &k, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	err = (struct error)ERROR_INIT;
	assert_int_equal(guest_kernel_find("/nowhere/\033[1m", NULL, true, &k, &err), -1);
	assert_string_equal(err.text, "guest kernel: /nowhere/\\x1B[1m: No such file or directory");
	err = (struct error)ERROR_INIT;
	assert_int_equal(guest_kernel_find("/", NULL, true, &k, &err), -1);
	assert_string_equal(err.text, "guest kernel: got /, expected a file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_modules, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty_cache, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_a_cache, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_kernel, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
