/* container-mounts.c - the container's file systems, by the descriptor-based mount calls: no mount here goes
 * through a path that the workload's files could have turned into a link. To mask another path: one line. */
#include "container-child.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

/* <sys/mount.h> has these and cannot be included beside <linux/mount.h>. */
#define DETACH 2 /* MNT_DETACH of umount2(2) */

#define PLAIN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static const struct {
	const char *path;
	const char *name;
	unsigned major, minor;
} nodes[] = {
	{"/dev/null", "null", 1, 3},
	{"/dev/zero", "zero", 1, 5},
	{"/dev/full", "full", 1, 7},
	{"/dev/random", "random", 1, 8},
	{"/dev/urandom", "urandom", 1, 9},
	{"/dev/tty", "tty", 5, 0},
};

static const struct {
	const char *target, *name;
} dev_links[] = {
	{"/proc/self/fd", "fd"},
	{"/proc/self/fd/0", "stdin"},
	{"/proc/self/fd/1", "stdout"},
	{"/proc/self/fd/2", "stderr"},
};

/* Below /proc: the OCI runtime specification's usual defaults. What is not there needs no mask. */
static const char *const masked[] = {"acpi", "asound", "interrupts", "kcore", "keys",
	"latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats", NULL};
static const char *const read_only[] = {"bus", "fs", "irq", "sys", "sysrq-trigger", NULL};

struct world {
	int root, proc, dev;
	int null; /* O_PATH of the verified host node */
	int empty; /* an empty read-only tmpfs on the first masked folder */
};

static int set_attributes(int fd, uint64_t attributes)
{
	struct mount_attr a = {.attr_set = attributes};

	return (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &a, sizeof(a));
}

static int attach(int mount, int target)
{
	return (int)syscall(SYS_move_mount, mount, "", target, "",
		MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int copy_of(int fd)
{
	return (int)syscall(SYS_open_tree, fd, "",
		AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/* A bind mount of what is behind fd onto target. */
static int bind_to(int fd, int target)
{
	cleanup_close int mount = copy_of(fd);

	return mount < 0 ? -1 : attach(mount, target);
}

/* A path of the tree, never through a link and never out of it. */
static int find_at(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(O_PATH | O_NOFOLLOW | O_CLOEXEC | flags),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* A new file system, not attached to anything yet. */
static int new_mount(const char *type, const char *mode, uint64_t attributes)
{
	cleanup_close int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (fs < 0 ||
		(mode && syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", mode, 0) < 0) ||
		syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes);
}

static int new_mount_at(
	int root, const char *path, const char *type, const char *mode, uint64_t attributes)
{
	cleanup_close int target = find_at(root, path, O_DIRECTORY);
	cleanup_close int mount = target < 0 ? -1 : new_mount(type, mode, attributes);

	if (mount < 0 || attach(mount, target) < 0)
		return -1;
	return steal_fd(&mount);
}

/* A node of the host that is the device it should be, whatever its name says. */
static int open_node(size_t n)
{
	cleanup_close int fd = open(nodes[n].path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(nodes[n].major, nodes[n].minor)) {
		errno = ENXIO;
		return -1;
	}
	return steal_fd(&fd);
}

static int make_nodes(struct world *w)
{
	for (size_t n = 0; n < ARRAY_SIZE(nodes); n++) {
		cleanup_close int source = open_node(n);
		cleanup_close int target = source < 0
			? -1
			: openat(w->dev, nodes[n].name, O_CREAT | O_EXCL | O_CLOEXEC, 0666);

		if (target < 0 || bind_to(source, target) < 0)
			return -1;
		if (n == 0)
			w->null = steal_fd(&source);
	}
	return 0;
}

/* Pseudo-terminals of its own, for a whole system. */
static int add_terminals(struct world *w)
{
	int pts;

	if (mkdirat(w->dev, "pts", 0755) < 0 || symlinkat("pts/ptmx", w->dev, "ptmx") < 0)
		return -1;
	pts = new_mount_at(w->dev, "pts", "devpts", "620", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	return pts < 0 ? -1 : close(pts);
}

static int make_dev(struct world *w, bool system)
{
	int shm;

	w->dev =
		new_mount_at(w->root, "dev", "tmpfs", "755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	if (w->dev < 0 || make_nodes(w) < 0)
		return -1;
	for (size_t n = 0; n < ARRAY_SIZE(dev_links); n++)
		if (symlinkat(dev_links[n].target, w->dev, dev_links[n].name) < 0)
			return -1;
	if (mkdirat(w->dev, "shm", 01777) < 0)
		return -1;
	shm = new_mount_at(w->dev, "shm", "tmpfs", "1777", PLAIN);
	if (shm < 0)
		return -1;
	close(shm);
	return system ? add_terminals(w) : set_attributes(w->dev, MOUNT_ATTR_RDONLY);
}

/* Linux before 6.15 copies no mount that is attached nowhere: the first one is attached, the others copy it. */
static int mask_folder(struct world *w, int fd)
{
	if (w->empty >= 0)
		return bind_to(w->empty, fd);
	w->empty = new_mount("tmpfs", "555", MOUNT_ATTR_RDONLY | PLAIN);
	return w->empty < 0 ? -1 : attach(w->empty, fd);
}

static int mask(struct world *w, const char *name)
{
	cleanup_close int fd = find_at(w->proc, name, 0);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) < 0)
		return -1;
	return S_ISDIR(st.st_mode) ? mask_folder(w, fd) : bind_to(w->null, fd);
}

static int make_read_only(const struct world *w, const char *name)
{
	cleanup_close int fd = find_at(w->proc, name, 0);
	cleanup_close int copy = fd < 0 ? -1 : copy_of(fd);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (copy < 0 || set_attributes(copy, MOUNT_ATTR_RDONLY | PLAIN) < 0)
		return -1;
	return attach(copy, fd);
}

static int guard_proc(struct world *w)
{
	for (size_t n = 0; masked[n]; n++)
		if (mask(w, masked[n]) < 0)
			return -1;
	for (size_t n = 0; read_only[n]; n++)
		if (make_read_only(w, read_only[n]) < 0)
			return -1;
	return 0;
}

/* The tree as a mount of its own, on top of the folder that is the working directory. */
static int enter_tree(struct world *w, bool system)
{
	/* A whole system's has the socket of its agent mounted in it. */
	w->root = (int)syscall(SYS_open_tree, AT_FDCWD, ".",
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (system ? AT_RECURSIVE : 0));
	if (w->root < 0)
		return -1;
	if (syscall(SYS_move_mount, w->root, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -1;
	return fchdir(w->root);
}

/* The kernel's first root file system (a guest that lives in its initramfs) cannot be pivoted away from:
 * there the tree is moved over it. Without capabilities the workload cannot get below. */
static int pivot(void)
{
	cleanup_close int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (old < 0)
		return -1;
	if (syscall(SYS_pivot_root, ".", ".") < 0) {
		if (errno != EINVAL || syscall(SYS_mount, ".", "/", NULL, MS_MOVE, NULL) < 0 ||
			chroot(".") < 0)
			return -1;
		return chdir("/");
	}
	if (fchdir(old) < 0 || syscall(SYS_umount2, ".", DETACH) < 0)
		return -1;
	return chdir("/");
}

/* What systemd wants beside that: /run, /sys with its own cgroup in the unified hierarchy. That
 * v2 hierarchy is enough for it on a hybrid host too, where it has no controllers: the limits are the harness's. */
static int mount_system(struct world *w)
{
	cleanup_close int run = -1, sys = -1, group = -1;

	run = new_mount_at(w->root, "run", "tmpfs", "755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	sys = run < 0 ? -1 : new_mount_at(w->root, "sys", "sysfs", NULL, PLAIN | MOUNT_ATTR_RDONLY);
	group = sys < 0 ? -1 : new_mount_at(sys, "fs/cgroup", "cgroup2", NULL, PLAIN);
	return group < 0 ? -1 : 0;
}

int container_mounts(struct spawn_child *c, bool system)
{
	struct world w = {-1, -1, -1, -1, -1};
	uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

	if (spawn_step(c, "propagation") < 0 ||
		syscall(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	if (spawn_step(c, "root") < 0 || enter_tree(&w, system) < 0)
		return -1;
	if (spawn_step(c, "proc") < 0 ||
		(w.proc = new_mount_at(w.root, "proc", "proc", NULL, PLAIN)) < 0)
		return -1;
	if (spawn_step(c, "dev") < 0 || make_dev(&w, system) < 0)
		return -1;
	if (spawn_step(c, "tmp") < 0 ||
		new_mount_at(w.root, "tmp", "tmpfs", "1777", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) <
			0)
		return -1;
	if (system && (spawn_step(c, "system") < 0 || mount_system(&w) < 0))
		return -1;
	if (spawn_step(c, "masks") < 0 || guard_proc(&w) < 0)
		return -1;
	if (spawn_step(c, "pivot_root") < 0 || pivot() < 0)
		return -1;
	/* Descriptors of the mounts are closed with all others before execve. */
	if (system)
		attributes = MOUNT_ATTR_NODEV;
	return spawn_step(c, "read-only") < 0 ? -1 : set_attributes(w.root, attributes);
}
