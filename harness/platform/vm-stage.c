/* vm-stage.c - what the guests of one arm and workload boot: kernel, initramfs, RAM, firmware. */
#include "vm.h"

#include "image.h"
#include "json.h"
#include "sha256.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MIB (1ULL << 20)
#define KEPT_INITRAMFS 8

/* What a guest of the cloud kernel keeps for itself before a workload starts, measured on 6.1 with 96 MiB to 2 GiB
 * (workloads/images/README.md): a fixed part; page structs and watermarks, which grow with RAM; the initramfs, whose
 * files stay in memory; and from 512 MiB on what the kernel keeps free for huge pages. */
#define GUEST_FIXED (53 * MIB)
#define GUEST_SHARE 16 /* 1/16 of the memory */
#define GUEST_HUGE (88 * MIB)
#define GUEST_FULL                                                                                 \
	(20 * MIB) /* the distribution's general kernel: 10 more, its drivers, their rings */
#define GUEST_SYSTEM (56 * MIB) /* systemd and what it starts in the image debian */
#define GUEST_HUGE_FROM (448 * MIB)

uint64_t vm_ram_for(uint64_t memory, uint64_t initrd_size)
{
	uint64_t ram = memory + memory / GUEST_SHARE + GUEST_FIXED + initrd_size +
		(memory >= GUEST_HUGE_FROM ? GUEST_HUGE : 0);

	return (ram + 4 * MIB - 1) / (4 * MIB) * (4 * MIB);
}

const char *vm_option(const struct stage *s, const char *name)
{
	const char *text = json_string_value(json_object_get(s->arm->options, name));

	return text && *text ? text : NULL;
}

bool vm_on_pvscsi(const struct stage *s)
{
	const char *bus = vm_option(s, "disk_bus");

	return bus && !strcmp(bus, "pvscsi");
}

const char *vm_wants_ksm(const struct stage *s)
{
	const char *wish = vm_option(s, "ksm");

	return wish && strcmp(wish, "host") != 0 ? wish : NULL;
}

/* The modules of the arm's devices; the kernel for clouds has none for a PC's. */
static int find_kernel(struct stage *s, struct vm_stage *v, struct error *err)
{
	const char *nic = vm_option(s, "nic"), *flavour = vm_option(s, "kernel_flavour");
	bool vmware_disk = v->disk && vm_on_pvscsi(s), is_virtio = !nic || !strcmp(nic, "virtio");
	const char *drivers[10] = {NULL};
	struct guest_kernel_wish w = {.kernel = vm_option(s, "kernel"),
		.modules_folder = vm_option(s, "modules"),
		.drivers = drivers};
	size_t n = 0;

	w.full = flavour && !strcmp(flavour, "full");
	if (!w.kernel && (!flavour || !strcmp(flavour, "auto")))
		w.full = vmware_disk || (nic && !strncmp(nic, "e1000", 5));
	if (is_virtio || v->swap || (v->disk && !vmware_disk))
		drivers[n++] = "virtio_pci";
	drivers[n++] = is_virtio ? "virtio_net" : nic;
	if (v->swap || (v->disk && !vmware_disk))
		drivers[n++] = "virtio_blk";
	if (vmware_disk) {
		drivers[n++] = "vmw_pvscsi";
		drivers[n++] = "sd_mod";
	}
	/* Built in where the kernel is made for clouds; ext4 asks for its checksum by name. */
	if (v->disk && w.full) {
		drivers[n++] = "crc32c_generic";
		drivers[n++] = "ext4";
	}
	v->full = w.full;
	return guest_kernel_find_for(&w, &v->kernel, err);
}

static int hash_whole(const char *path, char hex[65], uint64_t *size, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buffer[65536];
	struct sha256 h;
	ssize_t n;

	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: cannot read %s", path);
	sha256_init(&h);
	*size = 0;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		sha256_add(&h, buffer, (size_t)n);
		*size += (uint64_t)n;
	}
	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: cannot read %s", path);
	sha256_end(&h, hex);
	return 0;
}

/* The page cache is charged to the first who reads: it shall be us, not an instance. */
static int warm(const char *path, struct error *err)
{
	char hex[65];
	uint64_t size;

	return hash_whole(path, hex, &size, err);
}

/* Keeps the newest few: what an older run.json names may be made again. */
static void prune(const char *folder)
{
	cleanup_close int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **names;
	int n = dir < 0 ? -1 : scandirat(dir, ".", &names, NULL, NULL);

	for (int i = 0; i < n; i++) {
		struct stat mine, other;
		unsigned newer = 0;

		if (!strncmp(names[i]->d_name, "initramfs-", 10) &&
			fstatat(dir, names[i]->d_name, &mine, AT_SYMLINK_NOFOLLOW) == 0) {
			for (int k = 0; k < n; k++)
				newer += !strncmp(names[k]->d_name, "initramfs-", 10) &&
					fstatat(dir, names[k]->d_name, &other,
						AT_SYMLINK_NOFOLLOW) == 0 &&
					other.st_mtime > mine.st_mtime;
			if (newer >= KEPT_INITRAMFS)
				unlinkat(dir, names[i]->d_name, 0);
		}
	}
	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
}

static int copy_file(const char *from, const char *to, struct error *err)
{
	cleanup_free char *temporary = xasprintf("%s.%ld", to, (long)getpid());
	cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);
	cleanup_close int out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	char buffer[65536];
	ssize_t n = -1;

	while (in >= 0 && out >= 0 && (n = read(in, buffer, sizeof(buffer))) > 0)
		if (write_all(out, buffer, (size_t)n) < 0) {
			n = -1;
			break;
		}
	if (n == 0 && rename(temporary, to) == 0)
		return 0;
	error_errno(err, EXIT_ARM, errno, "vm: cannot write %s", to);
	unlink(temporary);
	return -1;
}

/* The initramfs goes to the cache under the name of its content, so that the command line in run.json can be
 * run by hand later; where the cache cannot be written it stays in the lab. */
static int place_initramfs(struct vm_stage *v, char *made, uint64_t *size, struct error *err)
{
	cleanup_free char *cache = cache_folder();
	cleanup_free char *path = NULL;
	struct error ignored = ERROR_INIT;
	char hex[65];

	if (hash_whole(made, hex, size, err) < 0)
		return -1;
	path = xasprintf("%s/initramfs-%.16s.cpio", cache, hex);
	if (access(path, R_OK) == 0)
		utimensat(AT_FDCWD, path, NULL, 0);
	if (access(path, R_OK) < 0 && copy_file(made, path, &ignored) < 0) {
		v->initrd = xstrdup(made);
		return 0;
	}
	unlink(made);
	prune(cache);
	v->initrd = steal_ptr(path);
	return warm(v->initrd, err);
}

static int make_initramfs(struct stage *s, struct vm_stage *v, uint64_t *size, struct error *err)
{
	static unsigned number;
	cleanup_free char *made = xasprintf("%s/vm%u.cpio", s->lab->tmp, number);
	/* Where the workload has a disk for its root, only the agent is in the initramfs. */
	struct workload bare = *s->workload;

	v->tree = xasprintf("%s/vm%u", s->lab->tmp, number++);
	if (v->disk && !v->image.name)
		bare.files = NULL;
	if (v->image.name
			? image_layer(&bare, s->agent_path, v->image.tree, v->tree, v->sha256, err)
			: image_tree(&bare, s->agent_path, v->tree, v->sha256, err))
		return -1;
	if (image_initramfs(v->tree, (const char *const *)v->kernel.modules, vm_option(s, "initrd"),
		    made, err) < 0)
		return -1;
	return place_initramfs(v, made, size, err);
}

static int choose_firmware(struct stage *s, struct vm_stage *v, struct error *err)
{
	const char *wish = vm_option(s, "firmware");

	if (wish && !strcmp(wish, "seabios"))
		return 0;
	v->firmware = firmware_find();
	if (!v->firmware && wish && !strcmp(wish, "qboot"))
		return error_set(err, EXIT_PREREQUISITE,
			"firmware: no qboot.rom on this host; run: make setup");
	return 0;
}

static int choose_ram(struct stage *s, struct vm_stage *v, uint64_t initrd_size, struct error *err)
{
	v->ram = vm_ram_for(s->plan->memory,
		initrd_size + (v->full ? GUEST_FULL : 0) + (v->image.name ? GUEST_SYSTEM : 0));
	return vm_read_size(s->arm, "ram", &v->ram, err);
}

/* A whole system brings the disk. */
static int find_image(struct stage *s, struct vm_stage *v, struct error *err)
{
	const char *image = vm_option(s, "image");

	v->disk = vm_option(s, "disk");
	if (!image || !strcmp(image, "minimal"))
		return 0;
	if (system_image_find(image, &v->image, err) < 0)
		return -1;
	v->disk = v->image.disk;
	return warm(v->disk, err);
}

static char *command_line(const struct stage *s, const struct vm_stage *v)
{
	const char *base = json_is_false(json_object_get(s->arm->options, "early_console"))
		? domain_cmdline_late
		: domain_cmdline;

	if (!v->image.name)
		return xstrdup(base);
	return xasprintf("%s tare.root=/dev/%s", base, vm_on_pvscsi(s) ? "sda" : "vda");
}

int vm_stage_make(struct stage *s, struct vm_stage *v, struct error *err)
{
	const char *emulator = vm_option(s, "emulator");
	uint64_t initrd_size = 0;

	if (vm_check_arm(s->arm, s->options, err) < 0 || find_image(s, v, err) < 0 ||
		vm_read_size(s->arm, "swap", &v->swap, err) < 0)
		return -1;
	v->qemu = emulator ? xstrdup(emulator) : emulator_find(err);
	if (!v->qemu || accel_choose(s->options->accel, &v->accel, err) < 0)
		return -1;
	if (v->disk && access(v->disk, R_OK) < 0)
		return error_errno(
			err, EXIT_USAGE, errno, "option disk: %s: cannot be read", v->disk);
	if (find_kernel(s, v, err) < 0 || make_initramfs(s, v, &initrd_size, err) < 0 ||
		choose_firmware(s, v, err) < 0 || choose_ram(s, v, initrd_size, err) < 0)
		return -1;
	v->cmdline = command_line(s, v);
	if (warm(v->kernel.image, err) < 0 || warm(v->qemu, err) < 0)
		return -1;
	return v->firmware ? warm(v->firmware, err) : 0;
}

struct domain_spec vm_spec(const struct stage *s, const struct vm_instance *n)
{
	const struct vm_stage *v = s->data;

	return (struct domain_spec){
		.name = n->domain,
		.uuid = n->uuid,
		.run_id = s->lab->id,
		.emulator = v->emulator,
		.qemu = v->qemu,
		.launch = n->launch_path,
		.kvm = v->accel.kvm,
		.ram = v->ram,
		.cpu = n->cpu,
		.firmware = v->firmware,
		.kernel = v->kernel.image,
		.initrd = v->initrd,
		.cmdline = v->cmdline,
		.disk = v->disk,
		.overlay = n->overlay,
		.disk_bus = vm_option(s, "disk_bus"),
		.swap = n->swap_path,
		.nic = vm_option(s, "nic"),
		.tap = *n->tap ? n->tap : NULL,
		.mac = n->mac,
		.console = n->console_path,
		.control = n->control_path,
		.tb_cache_mib = VM_TB_CACHE_MIB,
	};
}
