/* What the agent does as /init of an initramfs when the command line names a root disk (tare.root=/dev/vda): drivers,
 * mount, its own files and the workload's onto the disk, and the disk's init takes over. The agent comes back as a
 * service of that system. */
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_ROOT "/tare/root"

/* Of the initramfs, what belongs to it alone. */
static const char *const stays[] = {"init", "dev", "proc", "sys", "tmp", "run", NULL};
static const char *const stays_in_tare[] = {"modules", "root", NULL};

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "tare-agent: root disk: %s: %s\n", what, strerror(errno));
	vm_power_off(-1);
}

static bool is_among(const char *name, const char *const *list)
{
	for (; list && *list; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int copy_file(int from, const char *name, int to, const struct stat *st)
{
	int in = openat(from, name, O_RDONLY | O_CLOEXEC);
	int out;
	off_t left = st->st_size;

	unlinkat(to, name, 0);
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	while (in >= 0 && out >= 0 && left > 0) {
		ssize_t n = sendfile(out, in, NULL, (size_t)left);

		if (n <= 0)
			break;
		left -= n;
	}
	if (in < 0 || out < 0 || left || fchmod(out, st->st_mode & 07777) < 0)
		return -1;
	close(in);
	return close(out);
}

static int copy_link(int from, const char *name, int to)
{
	char target[4096];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	unlinkat(to, name, 0);
	return symlinkat(target, to, name);
}

/* Takes over from and to. */
static int copy_folder(int from, int to, const char *const *skip);

static int copy_entry(int from, const char *name, int to, bool top)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISREG(st.st_mode))
		return copy_file(from, name, to, &st);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, name, to);
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (mkdirat(to, name, st.st_mode & 07777) < 0 && errno != EEXIST)
		return -1;
	return copy_folder(openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		top && strcmp(name, "tare") == 0 ? stays_in_tare : NULL);
}

static int copy_folder(int from, int to, const char *const *skip)
{
	DIR *d = from < 0 ? NULL : fdopendir(from);
	struct dirent *e;
	int outcome = d && to >= 0 ? 0 : -1;

	while (outcome == 0 && (e = readdir(d)))
		if (!is_among(e->d_name, skip))
			outcome = copy_entry(from, e->d_name, to, skip == stays);
	if (d)
		closedir(d);
	if (to >= 0)
		close(to);
	return outcome;
}

/* What the initramfs holds is memory until it is removed. Nothing of another file system. Takes over at. */
static void free_memory(int at, dev_t device)
{
	DIR *d = at < 0 ? NULL : fdopendir(at);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		if (is_among(e->d_name, NULL) ||
			fstatat(at, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != device)
			continue;
		if (S_ISDIR(st.st_mode))
			free_memory(
				openat(at, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), device);
		unlinkat(at, e->d_name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
	if (d)
		closedir(d);
}

static void switch_root(void)
{
	int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (old < 0 || fstat(old, &st) < 0 || chdir(NEW_ROOT) < 0 ||
		mount("/dev", "dev", NULL, MS_MOVE, NULL) < 0 ||
		mount("/proc", "proc", NULL, MS_MOVE, NULL) < 0)
		give_up("its dev and proc");
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		give_up("become the root");
	free_memory(old, st.st_dev);
}

bool initrd_root(char *device, size_t size)
{
	char text[4096], *at;

	mkdir("/proc", 0755);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 &&
		errno != EBUSY)
		return false;
	if (read_small("/proc/cmdline", text, sizeof(text)) <= 0)
		return false;
	at = strstr(text, INITRD_ROOT);
	if (!at)
		return false;
	at += strlen(INITRD_ROOT);
	at[strcspn(at, " \n")] = '\0';
	return snprintf(device, size, "%s", at) < (int)size && *device == '/';
}

void initrd_run(struct inside *in, const char *device)
{
	static char *const argv[] = {"/sbin/init", NULL};
	static char *const environment[] = {"HOME=/", "TERM=linux", NULL};
	struct answer a = {.used = 0};

	in->place = PLACE_VM;
	mkdir("/dev", 0755);
	if (mount("dev", "/dev", "devtmpfs", MS_NOSUID, NULL) < 0 && errno != EBUSY)
		give_up("devtmpfs");
	if (load_block_device(in, device, &a) < 0) {
		fprintf(stderr, "tare-agent: root disk: %s\n", a.text);
		vm_power_off(-1);
	}
	mkdir(NEW_ROOT, 0755);
	if (mount(device, NEW_ROOT, "ext4", 0, NULL) < 0)
		give_up("mount");
	if (copy_folder(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		    open(NEW_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC), stays) < 0)
		give_up("copy the workload's files");
	switch_root();
	execve(argv[0], argv, environment);
	give_up(argv[0]);
}
