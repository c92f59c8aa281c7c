/* image-tar.c - lays a tar over a tree. The archive is foreign: names are checked as any other path, devices and
 * sockets are left out, owners dropped. */
#include "image-internal.h"

#include "util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define TAR_MAX (4LL << 30) /* B of all files together */

static void archive_freep(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

/* "./a//b/" -> "a/b"; a leading '/' and ".." stay, so that they are refused. */
static char *plain_name(const char *name)
{
	char *out = xstrdup(name), *to = out;

	for (const char *p = name; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 0 && p == name)
			*to++ = '/';
		else if (n > 0 && !(n == 1 && *p == '.')) {
			if (to != out && to[-1] != '/')
				*to++ = '/';
			memcpy(to, p, n);
			to += n;
		}
		p += n + (p[n] == '/');
	}
	*to = 0;
	return out;
}

static int copy_data(struct archive *a, int fd, int64_t *left, const char *where, struct error *err)
{
	const void *data;
	size_t n;
	la_int64_t at;
	int rc;

	while ((rc = archive_read_data_block(a, &data, &n, &at)) == ARCHIVE_OK) {
		*left -= (int64_t)n;
		if (*left < 0)
			return error_set(err, EXIT_USAGE,
				"%s: too much in the archive, expected at most %lld B", where,
				(long long)TAR_MAX);
		if (lseek(fd, at, SEEK_SET) < 0 || write_all(fd, data, n) < 0)
			return error_errno(err, EXIT_ARM, errno, "%s: cannot write", where);
	}
	if (rc != ARCHIVE_EOF)
		return error_set(err, EXIT_USAGE, "%s: %s", where, archive_error_string(a));
	return 0;
}

/* A hard link becomes a copy: the tree is read, never written. */
static int copy_link(const struct image *m, const char *path, const char *target, const char *where,
	struct error *err)
{
	cleanup_free char *plain = plain_name(target);
	const char *leaf;
	cleanup_close int at = image_parent(m, plain, &leaf, where, err);
	cleanup_close int from = -1;
	struct stat st;

	if (at < 0)
		return -1;
	if (!strcmp(plain, path))
		return 0;
	from = openat(at, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0)
		return error_errno(
			err, EXIT_USAGE, errno, "%s: hard link to what is not there", where);
	return image_copy(m, from, path, st.st_mode, where, err);
}

static int add_entry(const struct image *m, struct archive *a, struct archive_entry *e,
	int64_t *left, const char *where, struct error *err)
{
	const char *name = archive_entry_pathname(e), *hard = archive_entry_hardlink(e);
	cleanup_free char *path = name ? plain_name(name) : NULL;
	mode_t mode = archive_entry_perm(e);

	if (!path)
		return error_set(err, EXIT_USAGE, "%s: an entry without a name", where);
	if (!*path)
		return 0; /* "./" */
	if (hard)
		return copy_link(m, path, hard, where, err);
	switch (archive_entry_filetype(e)) {
	case AE_IFDIR:
		return image_add_folder(m, path, mode & 01777, where, err);
	case AE_IFLNK:
		name = archive_entry_symlink(e);
		return image_add_symlink(m, path, name ? name : "", where, err);
	case AE_IFREG: {
		cleanup_close int fd = image_open_file(m, path, mode, where, err);

		return fd < 0 ? -1 : copy_data(a, fd, left, where, err);
	}
	default:
		return 0;
	}
}

int image_add_tar(const struct image *m, const char *tar, struct error *err)
{
	__attribute__((cleanup(archive_freep))) struct archive *a = archive_read_new();
	char safe[SAFE_TEXT_SIZE];
	cleanup_free char *where = xasprintf("files: %s", safe_text(tar, safe));
	struct archive_entry *e;
	int64_t left = TAR_MAX;
	int rc;

	archive_read_support_filter_all(a);
	archive_read_support_format_tar(a);
	if (archive_read_open_filename(a, tar, 65536) != ARCHIVE_OK)
		return error_set(err, EXIT_USAGE, "%s: %s", where, archive_error_string(a));
	while ((rc = archive_read_next_header(a, &e)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
		if (add_entry(m, a, e, &left, where, err) < 0)
			return -1;
	if (rc != ARCHIVE_EOF)
		return error_set(err, EXIT_USAGE, "%s: %s", where, archive_error_string(a));
	return 0;
}
