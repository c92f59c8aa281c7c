/* image-cpio.c - a tree as an initramfs: newc, uncompressed, the same bytes for the same tree (no times, no
 * owners, numbered inodes, sorted). */
#include "image.h"

#include "image-internal.h"
#include "util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define MODULE_MAX (64u << 20)

struct cpio {
	struct archive *a;
	int64_t inode;
};

static void archive_freep(struct archive **a)
{
	if (*a)
		archive_write_free(*a);
}

static void reader_freep(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

static void entry_freep(struct archive_entry **e)
{
	archive_entry_free(*e);
}

static int fail(const struct cpio *c, struct error *err)
{
	return error_set(err, EXIT_ARM, "initramfs: %s", archive_error_string(c->a));
}

struct header {
	const char *path;
	mode_t mode;
	int64_t size;
	const char *target; /* of a link */
	dev_t device;
};

static int write_header(struct cpio *c, const struct header *h, struct error *err)
{
	__attribute__((cleanup(entry_freep))) struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, h->path);
	archive_entry_set_mode(e, h->mode);
	archive_entry_set_size(e, h->size);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	archive_entry_set_nlink(e, S_ISDIR(h->mode) ? 2 : 1);
	archive_entry_set_ino64(e, ++c->inode);
	archive_entry_set_dev(e, 0);
	archive_entry_set_rdev(e, h->device);
	if (h->target)
		archive_entry_set_symlink(e, h->target);
	if (archive_write_header(c->a, e) != ARCHIVE_OK)
		return fail(c, err);
	return 0;
}

static int write_data(struct cpio *c, const void *data, size_t n, struct error *err)
{
	if (archive_write_data(c->a, data, n) != (la_ssize_t)n)
		return fail(c, err);
	return 0;
}

static int write_file(
	struct cpio *c, int at, const char *name, const struct header *h, struct error *err)
{
	cleanup_close int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char buffer[65536];
	int64_t left = h->size;

	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "initramfs: cannot read %s", h->path);
	if (write_header(c, h, err) < 0)
		return -1;
	while (left > 0) {
		ssize_t n = read(fd, buffer, sizeof(buffer));

		if (n <= 0 || n > left)
			return error_set(
				err, EXIT_ARM, "initramfs: %s changed while it was read", h->path);
		if (write_data(c, buffer, (size_t)n, err) < 0)
			return -1;
		left -= n;
	}
	return 0;
}

static int add_entry(void *data, int at, const char *name, const char *path, const struct stat *st,
	struct error *err)
{
	struct cpio *c = data;
	struct header h = {.path = path, .mode = st->st_mode};
	char target[4096];
	ssize_t n;

	if (!strcmp(path, "init"))
		return 0; /* PID 1 of the guest is the agent */
	if (S_ISDIR(st->st_mode))
		return write_header(c, &h, err);
	h.size = st->st_size;
	if (S_ISREG(st->st_mode))
		return write_file(c, at, name, &h, err);
	n = readlinkat(at, name, target, sizeof(target) - 1);
	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "initramfs: cannot read link %s", path);
	target[n] = 0;
	h.target = target;
	return write_header(c, &h, err);
}

/* The module as it is loaded, unpacked if it is compressed. New; *len. */
static char *read_module(const char *path, size_t *len, struct error *err)
{
	__attribute__((cleanup(reader_freep))) struct archive *a = archive_read_new();
	cleanup_free char *data = NULL;
	struct archive_entry *e;
	size_t used = 0, room = 1 << 16;
	la_ssize_t n = -1;

	archive_read_support_filter_all(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_filename(a, path, 65536) == ARCHIVE_OK &&
		archive_read_next_header(a, &e) == ARCHIVE_OK) {
		data = xmalloc(room);
		while ((n = archive_read_data(a, data + used, room - used)) > 0) {
			used += (size_t)n;
			if (used == room && room <= MODULE_MAX)
				data = xrealloc(data, room *= 2);
			else if (used == room)
				break;
		}
	}
	if (n != 0) {
		error_set(err, EXIT_PREREQUISITE, "module %s: %s", path,
			n < 0 ? archive_error_string(a) : "too large");
		return NULL;
	}
	*len = used;
	return steal_ptr(data);
}

/* /tare/modules/03-virtio_net.ko: the guest loads them in byte order. */
static int add_module(struct cpio *c, unsigned number, const char *path, struct error *err)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = 0, stem = strcspn(name, ".");
	cleanup_free char *data = read_module(path, &len, err);
	cleanup_free char *inside = xasprintf("tare/modules/%02u-%.*s.ko", number, (int)stem, name);
	struct header h = {.path = inside, .mode = S_IFREG | 0644, .size = (int64_t)len};

	if (!data || write_header(c, &h, err) < 0)
		return -1;
	return write_data(c, data, len, err);
}

static int write_all_entries(
	struct cpio *c, int tree, const char *const *modules, struct error *err)
{
	static const struct header init = {
		.path = "init", .mode = S_IFLNK | 0777, .target = "tare/agent"};
	/* Only what the kernel opens before the guest mounts its own /dev. */
	static const struct {
		const char *path;
		unsigned major, minor;
	} devices[] = {{"dev/console", 5, 1}, {"dev/null", 1, 3}, {"dev/ttyS1", 4, 65}};
	struct header folder = {.path = "tare/modules", .mode = S_IFDIR | 0755};

	if (image_walk(tree, "", add_entry, c, err) < 0 || write_header(c, &init, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		struct header h = {.path = devices[i].path,
			.mode = S_IFCHR | 0600,
			.device = makedev(devices[i].major, devices[i].minor)};

		if (write_header(c, &h, err) < 0)
			return -1;
	}
	if (write_header(c, &folder, err) < 0)
		return -1;
	for (unsigned i = 0; modules && modules[i]; i++)
		if (add_module(c, i, modules[i], err) < 0)
			return -1;
	return 0;
}

/* An initrd of the user's in front; what follows one starts at a multiple of 4. */
static int copy_prepended(const char *prepend, int to, struct error *err)
{
	cleanup_close int from = open(prepend, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char buffer[65536];
	uint64_t size = 0;
	ssize_t n;

	if (from < 0)
		return error_errno(err, EXIT_USAGE, errno, "initrd %s", prepend);
	while ((n = read(from, buffer, sizeof(buffer))) > 0) {
		size += (uint64_t)n;
		if (write_all(to, buffer, (size_t)n) < 0)
			return error_errno(err, EXIT_ARM, errno, "initramfs: cannot write");
	}
	if (n < 0)
		return error_errno(err, EXIT_USAGE, errno, "initrd %s", prepend);
	memset(buffer, 0, 4);
	if (write_all(to, buffer, (4 - size % 4) % 4) < 0)
		return error_errno(err, EXIT_ARM, errno, "initramfs: cannot write");
	return 0;
}

int image_initramfs(const char *tree, const char *const *modules, const char *prepend,
	const char *path, struct error *err)
{
	__attribute__((cleanup(archive_freep))) struct archive *a = archive_write_new();
	cleanup_close int root = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int to =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct cpio c = {.a = a};

	if (root < 0)
		return error_errno(err, EXIT_ARM, errno, "initramfs: cannot open %s", tree);
	if (to < 0)
		return error_errno(err, EXIT_ARM, errno, "initramfs: cannot write %s", path);
	if (prepend && copy_prepended(prepend, to, err) < 0)
		return -1;
	if (archive_write_set_format_cpio_newc(a) != ARCHIVE_OK ||
		archive_write_add_filter_none(a) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(a, 4) != ARCHIVE_OK ||
		archive_write_open_fd(a, to) != ARCHIVE_OK)
		return fail(&c, err);
	if (write_all_entries(&c, root, modules, err) < 0)
		return -1;
	if (archive_write_close(a) != ARCHIVE_OK)
		return fail(&c, err);
	return 0;
}
