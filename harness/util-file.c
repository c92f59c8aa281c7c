/* util-file.c - whole files: read bounded, replaced atomically, trees removed without following links. */
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

char *read_file_at(int dirfd, const char *path, size_t max, size_t *len)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *buf = NULL;
	size_t size = 4096, used = 0;

	if (fd < 0)
		return NULL;
	buf = xmalloc(size + 1);
	for (;;) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > max) {
			errno = EFBIG;
			return NULL;
		}
		if (used == size) {
			size *= 2;
			buf = xrealloc(buf, size + 1);
		}
	}
	buf[used] = '\0';
	if (len)
		*len = used;
	return steal_ptr(buf);
}

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int write_file_at(int dirfd, const char *path, const char *text)
{
	cleanup_close int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return 0;
	if (n >= 0)
		errno = EIO;
	return -1;
}

static int replace_error(
	int dirfd, const char *tmp, const char *path, const char *step, struct error *err)
{
	int saved = errno;

	unlinkat(dirfd, tmp, 0);
	return error_errno(err, EXIT_INTERNAL, saved, "%s: cannot %s", path, step);
}

int replace_file_at(int dirfd, const char *path, const void *data, size_t len, struct error *err)
{
	const char *slash = strrchr(path, '/');
	size_t folder_len = slash ? (size_t)(slash - path) + 1 : 0;
	cleanup_free char *folder = xasprintf("%.*s.", (int)folder_len, path);
	cleanup_free char *tmp = xasprintf(
		"%.*s.%s.%ld.tmp", (int)folder_len, path, path + folder_len, (long)getpid());
	cleanup_close int dir = openat(dirfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (dir < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: cannot open its folder", path);
	unlinkat(dirfd, tmp, 0);
	fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: cannot create", path);
	if (write_all(fd, data, len) < 0 || fsync(fd) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return replace_error(dirfd, tmp, path, "write", err);
	}
	if (close(fd) < 0)
		return replace_error(dirfd, tmp, path, "close", err);
	if (renameat(dirfd, tmp, dirfd, path) < 0)
		return replace_error(dirfd, tmp, path, "rename into place", err);
	if (fsync(dir) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: cannot flush its folder", path);
	return 0;
}

static int remove_contents(int dir, dev_t dev);

static int remove_entry(int dirfd, const char *name, dev_t dev)
{
	cleanup_close int dir = -1;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	dir = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || remove_contents(dir, dev) < 0)
		return -1;
	return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -1 : 0;
}

static int remove_contents(int dir, dev_t dev)
{
	struct stat st;
	struct dirent *e;
	int copy, rc = 0;
	DIR *d;

	if (fstat(dir, &st) < 0)
		return -1;
	if (st.st_dev != dev) {
		errno = EXDEV;
		return -1;
	}
	copy = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d) {
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while (rc == 0 && (errno = 0, e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = remove_entry(dir, e->d_name, dev);
	if (rc == 0 && errno)
		rc = -1;
	copy = errno;
	closedir(d);
	errno = copy;
	return rc;
}

int remove_tree_at(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	return remove_entry(dirfd, name, st.st_dev);
}

uint64_t process_start_time(pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%ld/stat", (long)pid);
	cleanup_free char *text = read_file_at(AT_FDCWD, path, 4096, NULL);
	char *p = text ? strrchr(text, ')') : NULL;

	/* After the name come the state (field 3) and numbers; the start is field 22. */
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p + 1, NULL, 10) : 0;
}

/* "a/b/" is below "a", "a" below ".". */
static char *folder_above(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len ? strndup(path, len) : strdup(".");
}

int can_write_into(const char *path, bool deep)
{
	cleanup_free char *at = xstrdup(path);
	struct stat st;

	for (bool first = true; stat(at, &st) < 0; first = false) {
		char *above;

		/* a link that leads nowhere is in the way; so is a working directory that is gone */
		if (errno != ENOENT || lstat(at, &st) == 0 || (!first && !deep) || !strcmp(at, "."))
			return -1;
		above = folder_above(at);
		if (!above)
			return -1;
		free(at);
		at = above;
	}
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) ? eaccess(at, W_OK | X_OK) : -1;
}
