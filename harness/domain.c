/* domain.c - the VM in words: libvirt's XML, and the same machine as a plain QEMU command line. Pure; golden
 * cases in tests/cases/domain. What is added to one goes into the other. */
#include "domain.h"

#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* earlyprintk and loglevel=4 (not quiet): the kernel's first instruction announces itself and then only errors
 * are printed; a whole log costs a quarter of a second more under TCG. panic=-1: a panic ends QEMU at once. cryptomgr: the kernel
 * tests its ciphers at every boot otherwise. */
#define REST "loglevel=4 panic=-1 random.trust_cpu=on cryptomgr.notests"
const char domain_cmdline[] = "console=ttyS0 earlyprintk=serial,ttyS0,115200 " REST;
const char domain_cmdline_late[] = "console=ttyS0 " REST;

struct text {
	char *data;
	size_t len;
};

static void add(struct text *t, const char *s, size_t n)
{
	t->data = xrealloc(t->data, t->len + n + 1);
	memcpy(t->data + t->len, s, n);
	t->len += n;
	t->data[t->len] = 0;
}

/* Control bytes cannot be in XML at all: they become "?". */
static void add_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			add(t, "&lt;", 4);
			break;
		case '>':
			add(t, "&gt;", 4);
			break;
		case '&':
			add(t, "&amp;", 5);
			break;
		case '\'':
			add(t, "&apos;", 6);
			break;
		case '"':
			add(t, "&quot;", 6);
			break;
		default:
			add(t, (unsigned char)*s < 0x20 ? "?" : s, 1);
		}
	}
}

/* One line of a pattern in which each % stands for one foreign text, escaped. */
static void line(struct text *t, const char *pattern, ...)
{
	va_list ap;

	va_start(ap, pattern);
	for (; *pattern; pattern++) {
		if (*pattern == '%')
			add_escaped(t, va_arg(ap, const char *));
		else
			add(t, pattern, 1);
	}
	va_end(ap);
	add(t, "\n", 1);
}

struct numbers {
	char ram[24], cpu[12], tb[12];
};

static struct numbers numbers_of(const struct domain_spec *s)
{
	struct numbers n;

	snprintf(n.ram, sizeof(n.ram), "%llu", (unsigned long long)(s->ram >> 20));
	snprintf(n.cpu, sizeof(n.cpu), "%u", s->cpu);
	snprintf(n.tb, sizeof(n.tb), "%u", s->tb_cache_mib);
	return n;
}

static void xml_machine(struct text *t, const struct domain_spec *s, const struct numbers *n)
{
	line(t, "  <name>%</name>", s->name);
	line(t, "  <uuid>%</uuid>", s->uuid);
	line(t, "  <metadata><tare:run xmlns:tare='urn:tare:run'>%</tare:run></metadata>",
		s->run_id);
	line(t, "  <memory unit='MiB'>%</memory>", n->ram);
	line(t, "  <vcpu placement='static' cpuset='%'>1</vcpu>", n->cpu);
	line(t, "  <cputune>");
	line(t, "    <vcpupin vcpu='0' cpuset='%'/>", n->cpu);
	line(t, "    <emulatorpin cpuset='%'/>", n->cpu);
	line(t, "  </cputune>");
	line(t, "  <os>");
	line(t, "    <type arch='x86_64' machine='q35'>hvm</type>");
	if (s->firmware)
		line(t, "    <loader type='rom'>%</loader>", s->firmware);
	line(t, "    <kernel>%</kernel>", s->kernel);
	if (s->initrd)
		line(t, "    <initrd>%</initrd>", s->initrd);
	line(t, "    <cmdline>%</cmdline>", s->cmdline);
	line(t, "  </os>");
	/* Direct boot by SeaBIOS wants nothing of ACPI, but a guest powers itself off by it. */
	line(t, "  <features>");
	line(t, "    <acpi/>");
	if (!s->kvm)
		line(t, "    <tcg><tb-cache unit='MiB'>%</tb-cache></tcg>", n->tb);
	line(t, "    <vmport state='off'/>");
	line(t, "  </features>");
	if (s->kvm)
		line(t, "  <cpu mode='host-passthrough' migratable='off'/>");
	else
		line(t, "  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>");
	line(t, "  <clock offset='utc'/>");
	line(t, "  <on_poweroff>destroy</on_poweroff>");
	line(t, "  <on_reboot>destroy</on_reboot>");
	line(t, "  <on_crash>destroy</on_crash>");
}

static void xml_serial(struct text *t, const char *port, const char *path)
{
	line(t, "    <serial type='unix'>");
	line(t, "      <source mode='connect' path='%'/>", path);
	line(t, "      <target type='isa-serial' port='%'/>", port);
	line(t, "    </serial>");
}

static bool on_pvscsi(const struct domain_spec *s)
{
	return s->disk_bus && !strcmp(s->disk_bus, "pvscsi");
}

/* With SCSI the controller is what sits in the slot. */
static void xml_disk(struct text *t, const struct domain_spec *s)
{
	static const char slot[] =
		"      <address type='pci' domain='0' bus='0' slot='3' function='0'/>";

	if (on_pvscsi(s)) {
		line(t, "    <controller type='scsi' index='0' model='vmpvscsi'>");
		line(t, slot);
		line(t, "    </controller>");
	}
	line(t, "    <disk type='file' device='disk'>");
	line(t, "      <driver name='qemu' type='%'/>", s->overlay ? "qcow2" : "raw");
	line(t, "      <source file='%'/>", s->overlay ? s->overlay : s->disk);
	if (on_pvscsi(s))
		line(t, "      <target dev='sda' bus='scsi'/>");
	else
		line(t, "      <target dev='vda' bus='virtio'/>");
	if (!s->overlay)
		line(t, "      <readonly/>");
	if (!on_pvscsi(s))
		line(t, slot);
	line(t, "    </disk>");
}

/* Behind the disk, so that its name does not depend on this one. */
static void xml_swap(struct text *t, const struct domain_spec *s)
{
	line(t, "    <disk type='file' device='disk'>");
	line(t, "      <driver name='qemu' type='raw'/>");
	line(t, "      <source file='%'/>", s->swap);
	line(t, "      <target dev='%' bus='virtio'/>", s->disk && !on_pvscsi(s) ? "vdb" : "vda");
	line(t, "      <address type='pci' domain='0' bus='0' slot='4' function='0'/>");
	line(t, "    </disk>");
}

/* NIC and disk sit on the root bus: libvirt would put a PCIe bridge before each. */
static void xml_devices(struct text *t, const struct domain_spec *s)
{
	line(t, "  <devices>");
	line(t, "    <emulator>%</emulator>", s->emulator);
	line(t, "    <controller type='usb' model='none'/>");
	line(t, "    <memballoon model='none'/>");
	line(t, "    <video><model type='none'/></video>");
	if (s->disk)
		xml_disk(t, s);
	if (s->swap)
		xml_swap(t, s);
	if (s->tap) {
		line(t, "    <interface type='ethernet'>");
		line(t, "      <mac address='%'/>", s->mac);
		line(t, "      <target dev='%' managed='no'/>", s->tap);
		line(t, "      <model type='%'/>", s->nic ? s->nic : "virtio");
		line(t, "      <rom enabled='no'/>");
		line(t, "      <address type='pci' domain='0' bus='0' slot='2' function='0'/>");
		line(t, "    </interface>");
	}
	xml_serial(t, "0", s->console);
	xml_serial(t, "1", s->control);
	line(t, "  </devices>");
}

char *domain_xml(const struct domain_spec *s)
{
	struct numbers n = numbers_of(s);
	struct text t = {.data = NULL};

	line(&t, "<domain type='%' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>",
		s->kvm ? "kvm" : "qemu");
	xml_machine(&t, s, &n);
	xml_devices(&t, s);
	if (s->launch) {
		line(&t, "  <qemu:commandline>");
		line(&t, "    <qemu:env name='%' value='%'/>", DOMAIN_LAUNCH, s->launch);
		line(&t, "  </qemu:commandline>");
	}
	line(&t, "</domain>");
	return t.data;
}

struct argv {
	char **list;
	size_t n;
};

static void push(struct argv *a, char *owned)
{
	a->list = xrealloc(a->list, (a->n + 2) * sizeof(*a->list));
	a->list[a->n++] = owned;
	a->list[a->n] = NULL;
}

static void push2(struct argv *a, const char *option, char *owned)
{
	push(a, xstrdup(option));
	push(a, owned);
}

/* In QEMU's own lists a comma is doubled. */
static char *doubled(const char *s)
{
	char *out = xmalloc(2 * strlen(s) + 1), *to = out;

	for (; *s; s++) {
		*to++ = *s;
		if (*s == ',')
			*to++ = ',';
	}
	*to = 0;
	return out;
}

static void push_serial(struct argv *a, const char *id, const char *path)
{
	cleanup_free char *escaped = doubled(path);

	push2(a, "-chardev", xasprintf("socket,id=%s,path=%s", id, escaped));
	push2(a, "-serial", xasprintf("chardev:%s", id));
}

static void push_swap(struct argv *a, const struct domain_spec *s)
{
	cleanup_free char *path = doubled(s->swap);

	push2(a, "-drive", xasprintf("if=none,id=swap,format=raw,file=%s", path));
	push2(a, "-device", xstrdup("virtio-blk-pci,drive=swap"));
}

static void push_devices(struct argv *a, const struct domain_spec *s)
{
	if (s->disk) {
		cleanup_free char *path = doubled(s->disk);

		push2(a, "-drive",
			xasprintf("if=none,id=disk,format=raw,file=%s,%s", path,
				s->disk_snapshot || s->overlay ? "snapshot=on" : "readonly=on"));
		if (on_pvscsi(s)) {
			push2(a, "-device", xstrdup("pvscsi,id=scsi"));
			push2(a, "-device", xstrdup("scsi-hd,bus=scsi.0,drive=disk"));
		} else {
			push2(a, "-device", xstrdup("virtio-blk-pci,drive=disk"));
		}
	}
	if (s->swap)
		push_swap(a, s);
	if (s->tap) {
		push2(a, "-netdev", xstrdup("user,id=net"));
		push2(a, "-device",
			xasprintf("%s,netdev=net,mac=%s,romfile=",
				!s->nic || !strcmp(s->nic, "virtio") ? "virtio-net-pci" : s->nic,
				s->mac));
	}
	if (s->console)
		push_serial(a, "console", s->console);
	else
		push2(a, "-serial", xstrdup("stdio"));
	if (s->control)
		push_serial(a, "control", s->control);
	else
		push2(a, "-serial", xstrdup("null"));
}

char **domain_standalone(const struct domain_spec *s)
{
	struct numbers n = numbers_of(s);
	struct argv a = {.list = NULL};

	push2(&a, "taskset", xstrdup("-c"));
	push(&a, xstrdup(n.cpu));
	push(&a, xstrdup(s->qemu ? s->qemu : s->emulator));
	push(&a, xstrdup("-no-user-config"));
	push(&a, xstrdup("-nodefaults"));
	push2(&a, "-display", xstrdup("none"));
	push2(&a, "-machine", xstrdup("q35,usb=off,vmport=off,dump-guest-core=off"));
	push2(&a, "-accel", s->kvm ? xstrdup("kvm") : xasprintf("tcg,tb-size=%s", n.tb));
	push2(&a, "-cpu", xstrdup(s->kvm ? "host,migratable=off" : "qemu64"));
	push2(&a, "-m", xstrdup(n.ram));
	push2(&a, "-smp", xstrdup("1"));
	push(&a, xstrdup("-no-reboot"));
	if (s->firmware)
		push2(&a, "-bios", xstrdup(s->firmware));
	push2(&a, "-kernel", xstrdup(s->kernel));
	if (s->initrd)
		push2(&a, "-initrd", xstrdup(s->initrd));
	push2(&a, "-append", xstrdup(s->cmdline));
	push_devices(&a, s);
	return a.list;
}
