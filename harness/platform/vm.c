/* vm.c - platform "vm": a libvirt domain with a kernel of its own, booted directly. The table is at the end;
 * an option more is a line in options[] and its use in vm-stage.c. */
#include "vm.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <string.h>

#define PROBE_TIME (60 * NSEC_PER_SEC)

static const char *const nics[] = {"virtio", "vmxnet3", "e1000", "e1000e", NULL};
static const char *const buses[] = {"virtio", "pvscsi", NULL};
static const char *const flavours[] = {"auto", "cloud", "full", NULL};
static const char *const firmwares[] = {"auto", "seabios", "qboot", NULL};

static const char *const merging[] = {"host", "on", "off", NULL};

static const struct option_spec options[] = {
	{"kernel", OPTION_PATH, NULL, NULL, "kernel image; standard: the cache's"},
	{"modules", OPTION_PATH, NULL, NULL,
		"lib/modules/RELEASE of that kernel; without it virtio must be built in"},
	{"initrd", OPTION_PATH, NULL, NULL, "initrd that comes before ours"},
	{"image", OPTION_CHOICE, system_image_choices, "minimal",
		"minimal: nothing but the workload; debian: a whole Debian with systemd, on a disk of its own"},
	{"disk", OPTION_PATH, NULL, NULL,
		"raw ext4 image, mounted read-only, in which the workload runs"},
	{"swap", OPTION_BYTES, NULL, NULL,
		"a disk of that size for swap, empty until the probe virtual uses it; a sparse file in /var/tmp"},
	{"ksm", OPTION_CHOICE, merging, "host",
		"the host's kernel samepage merging while its instances live: as it is, on (they settle until all was "
		"scanned) or off; restored in any case"},
	{"ram", OPTION_BYTES, NULL, NULL,
		"RAM; standard: so that the plan's memory is available at idle"},
	{"disk_bus", OPTION_CHOICE, buses, "virtio", "what the disk hangs on: pvscsi is VMware's"},
	{"nic", OPTION_CHOICE, nics, "virtio",
		"the guest's network card: vmxnet3, e1000 and e1000e are VMware's models"},
	{"kernel_flavour", OPTION_CHOICE, flavours, "auto",
		"which kernel of the cache: cloud, or full, which has drivers for every nic and disk_bus; auto: full "
		"where the arm needs it"},
	{"firmware", OPTION_CHOICE, firmwares, "auto",
		"seabios or qboot; auto: qboot where there is one"},
	{"early_console", OPTION_BOOL, NULL, "true",
		"the kernel prints from its first moment; without it boot.kernel is the first byte of its ordinary "
		"console (with qboot: of its real-mode code, which that firmware shows)"},
	{"emulator", OPTION_PATH, NULL, NULL, "QEMU; standard: the first in $PATH"},
	{.name = NULL},
};

static int vm_check(const struct run_options *o, struct error *err)
{
	cleanup_free char *qemu = NULL;
	struct guest_kernel kernel;

	if (o->connect && vm_check_uri(o->connect, err) < 0)
		return -1;
	if (!o->connect && access("/dev/net/tun", R_OK | W_OK) < 0)
		return error_set(err, EXIT_PREREQUISITE,
			"vm: /dev/net/tun: %s, expected it for the guest's NIC; %s",
			strerror(errno), errno == ENOENT ? "modprobe tun" : "sudo tare run");
	qemu = emulator_find(err);
	if (!qemu || guest_kernel_find(NULL, NULL, false, &kernel, err) < 0)
		return -1;
	guest_kernel_free(&kernel);
	return 0;
}

static void vm_close(struct stage *s)
{
	struct vm_stage *v = s->data;

	if (!v)
		return;
	vm_disconnect(v->connection);
	guest_kernel_free(&v->kernel);
	free(v->qemu);
	free(v->emulator);
	free(v->firmware);
	free(v->tree);
	free(v->initrd);
	free(v->cmdline);
	free(v->xml);
	system_image_free(&v->image);
	json_decref(v->warnings);
	json_decref(v->command);
	free(v);
	s->data = NULL;
	s->fixed = NULL;
}

/* Here, outside every clock, and not with the first domain. */
static int probe_emulator(struct vm_stage *v, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	if (helper_call(v->connection->helper, -1, now_ns() + PROBE_TIME, err, "probe %s",
		    v->emulator) < 0)
		return error_wrap(err, "emulator %s", safe_text(v->qemu, safe));
	return 0;
}

static int vm_open(struct stage *s, struct error *err)
{
	struct vm_stage *v = xcalloc(1, sizeof(*v));

	s->data = v;
	v->warnings = json_array();
	if ((vm_wants_ksm(s) && ksm_check(s->lab->root, err) < 0) || vm_stage_make(s, v, err) < 0) {
		vm_close(s);
		return -1;
	}
	v->connection = vm_connect(s->lab, s->options->connect, err);
	if (v->connection)
		v->emulator = v->connection->outside ? xstrdup(v->qemu)
						     : vm_launcher_link(s, v->qemu, err);
	if (!v->connection || !v->emulator || probe_emulator(v, err) < 0) {
		vm_close(s);
		return -1;
	}
	s->emulated = !v->accel.kvm;
	s->fixed = v->connection->cgroup;
	s->fixed_outside = v->connection->outside;
	return 0;
}

static json_t *texts(char **list)
{
	json_t *a = json_array();

	for (size_t i = 0; list && list[i]; i++)
		json_array_append_new(a, json_string(list[i]));
	return a;
}

/* As it would be for an instance, until one has started. */
static char *example_xml(const struct stage *s)
{
	char domain[] = "tare-ID-NAME", console[] = "CONSOLE", control[] = "CONTROL";
	struct vm_instance n = {.domain = domain,
		.uuid = "00000000-0000-4000-8000-000000000001",
		.mac = "52:54:00:00:00:01",
		.tap = "TAP",
		.cpu = s->lab->cpu_instance,
		.console_path = console,
		.control_path = control};
	struct domain_spec spec = vm_spec(s, &n);

	return domain_xml(&spec);
}

static json_t *standalone(const struct stage *s)
{
	struct vm_instance n = {
		.mac = "52:54:00:00:00:01", .tap = "TAP", .cpu = s->lab->cpu_instance};
	struct domain_spec spec = vm_spec(s, &n);
	char **argv = domain_standalone(&spec);
	json_t *a = texts(argv);

	strv_free(argv);
	return a;
}

/* What is a whole system's own; the payload is what it is in the other arms. */
static int vm_describe_image(const struct vm_stage *v, json_t *object)
{
	json_t *more = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "image", v->image.folder,
		"image_sha256", v->image.hash, "payload_sha256", v->sha256, "disk_writes",
		"into a copy-on-write image of each instance's own, which is thrown away",
		"init_event",
		"first byte of the agent, which systemd starts as a service once multi-user.target is reached",
		"stop_event", "the agent powers the machine off; services are not stopped first");

	return more ? json_object_update_new(object, more) : -1;
}

static int vm_describe(struct stage *s, json_t *object, struct error *err)
{
	struct vm_stage *v = s->data;
	cleanup_free char *xml = v->xml ? NULL : example_xml(s);
	cleanup_json json_t *more = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:O, s:O*}",
		"accelerator_reason", v->accel.reason, "connection", v->connection->uri, "kernel",
		v->kernel.image, "kernel_release", v->kernel.release, "kernel_command_line",
		v->cmdline, "initramfs", v->initrd, "ram", (json_int_t)v->ram, "tb_cache",
		(json_int_t)(v->accel.kvm ? 0 : (VM_TB_CACHE_MIB << 20)), "firmware",
		v->firmware ? v->firmware : "seabios", "emulator", v->qemu, "spawn_event",
		v->connection->outside ? "first connection of the guest's serial ports"
				       : "execution of QEMU",
		v->disk ? "disk" : "payload_sha256", v->disk ? v->disk : v->sha256, "domain_xml",
		v->xml ? v->xml : xml, "modules", texts(v->kernel.modules), "standalone",
		standalone(s), "warnings", v->warnings, "qemu_command", v->command);

	if (!more)
		return error_set(err, EXIT_INTERNAL, "vm: cannot describe the arm");
	if (v->image.name && vm_describe_image(v, more) < 0)
		return error_set(err, EXIT_INTERNAL, "vm: cannot describe the image");
	if (v->swap)
		json_object_set_new(more, "swap", json_integer((json_int_t)v->swap));
	if (v->available)
		json_object_set_new(
			more, "guest_available", json_integer((json_int_t)v->available));
	return json_object_update(object, more);
}

const struct platform platform_vm = {
	.name = "vm",
	.help = "a libvirt domain (QEMU with KVM or TCG) with a kernel of its own",
	.options = options,
	.estimate = 1.5,
	.estimate_emulated = 3,
	.guest = true,
	.check = vm_check,
	.check_arm = vm_check_arm,
	.open = vm_open,
	.describe = vm_describe,
	.prepare = vm_prepare,
	.start = vm_start,
	.stop = vm_stop,
	.tail = vm_tail,
	.close = vm_close,
};
