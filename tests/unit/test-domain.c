/* test-domain.c - the domain's XML and the standalone command line, against tests/cases/domain/NAME.xml and NAME.argv. With
 * TARE_GOLDEN=1 the answers are written instead: read the difference before it is committed. */
#include "domain.h"

#include "json.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ULL << 20)

static const struct domain_spec plain = {
	.name = "tare-0123456789abcdef-t1-0",
	.uuid = "01234567-89ab-4cde-8000-000000000001",
	.run_id = "0123456789abcdef",
	.emulator = "/run/tare/libvirt-cache/emulator-1/qemu-system-x86_64",
	.qemu = "/usr/bin/qemu-system-x86_64",
	.launch = "/run/tare/0123456789abcdef/lab/t1-0.launch",
	.ram = 128 * MIB,
	.cpu = 1,
	.firmware = "/usr/share/qemu/qboot.rom",
	.kernel = "/var/cache/tare/kernel-6.1/vmlinuz",
	.initrd = "/var/cache/tare/initramfs-1.cpio",
	.cmdline = domain_cmdline,
	.tap = "tt01230001",
	.mac = "52:54:00:01:00:01",
	.console = "/run/tare/0123456789abcdef/lab/t1-0.console",
	.control = "/run/tare/0123456789abcdef/lab/t1-0.control",
	.tb_cache_mib = 32,
};

static void check_golden(const char *name, const char *end, const char *got)
{
	cleanup_free char *path = xasprintf("tests/cases/domain/%s.%s", name, end);
	cleanup_free char *expected = NULL;

	if (getenv("TARE_GOLDEN")) {
		cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

		assert_int_equal(write_all(fd, got, strlen(got)), 0);
	}
	expected = read_file_at(AT_FDCWD, path, 1 << 20, NULL);
	assert_non_null(expected);
	assert_string_equal(got, expected);
}

static void check(const char *name, const struct domain_spec *s)
{
	cleanup_free char *xml = domain_xml(s);
	cleanup_free char *lines = xstrdup("");
	char **argv = domain_standalone(s);

	for (size_t i = 0; argv[i]; i++) {
		char *more = xasprintf("%s%s\n", lines, argv[i]);

		free(lines);
		lines = more;
	}
	strv_free(argv);
	check_golden(name, "xml", xml);
	check_golden(name, "argv", lines);
}

static void test_tcg(void **state)
{
	(void)state;
	check("tcg", &plain);
}

static void test_kvm_disk(void **state)
{
	struct domain_spec s = plain;

	(void)state;
	s.kvm = true;
	s.disk = "/srv/root.img";
	s.firmware = NULL;
	check("kvm-disk", &s);
}

static void test_vmware(void **state)
{
	struct domain_spec s = plain;

	(void)state;
	s.nic = "vmxnet3";
	s.disk = "/srv/root.img";
	s.disk_bus = "pvscsi";
	check("vmware", &s);
	s.disk = NULL;
	s.nic = "e1000";
	check("e1000", &s);
	s.nic = "e1000e";
	check("e1000e", &s);
}

/* A disk that the guest writes to: the image under it is only read, by hand too. */
static void test_overlay(void **state)
{
	struct domain_spec s = plain;

	(void)state;
	s.disk = "/var/cache/tare/debian-1/disk.ext4";
	s.overlay = "/var/cache/tare/overlay-1-t1-0.qcow2";
	check("overlay", &s);
	s.disk_bus = "pvscsi";
	check("overlay-pvscsi", &s);
}

/* Behind a disk, or alone. */
static void test_swap(void **state)
{
	struct domain_spec s = plain;

	(void)state;
	s.swap = "/var/tmp/tare-0123456789abcdef-t1-0.swap";
	check("swap", &s);
	s.disk = "/srv/root.img";
	check("disk-swap", &s);
}

/* A daemon's QEMU: no launcher, no tap; and for by hand the console alone. */
static void test_outside(void **state)
{
	struct domain_spec s = plain;

	(void)state;
	s.launch = s.tap = NULL;
	s.emulator = s.qemu;
	s.qemu = NULL;
	s.initrd = NULL;
	check("outside", &s);
}

static void test_by_hand(void **state)
{
	struct domain_spec s = plain;
	char **argv;
	bool stdio = false;

	(void)state;
	s.console = s.control = NULL;
	argv = domain_standalone(&s);
	for (size_t i = 0; argv[i]; i++) {
		stdio = stdio || !strcmp(argv[i], "stdio");
		assert_null(strstr(argv[i], "/run/tare"));
		assert_null(strstr(argv[i], "tt0123"));
	}
	assert_true(stdio);
	strv_free(argv);
}

static void test_foreign_text(void **state)
{
	struct domain_spec s = plain;

	(void)state;
	s.kernel = "/tmp/a'b\"<c>&d%s\n/vmlinuz";
	s.disk = "/tmp/with,comma.img";
	s.cmdline = "init=\"</cmdline>\"";
	check("foreign", &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcg),
		cmocka_unit_test(test_kvm_disk),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_vmware),
		cmocka_unit_test(test_overlay),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_foreign_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
