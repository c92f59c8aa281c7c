/* image-archive.c - a tree as a plain tar: what a container engine imports. No times: the same tree gives the same
 * bytes. */
#include "image.h"

#include "image-internal.h"
#include "util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void archive_freep(struct archive **a)
{
	if (*a)
		archive_write_free(*a);
}

static void entry_freep(struct archive_entry **e)
{
	archive_entry_free(*e);
}

struct writing {
	struct archive *archive;
	int above; /* a tree that comes later: what it has is left to it, for no path may come twice; -1 = none */
};

static int fail(struct archive *a, const char *path, struct error *err)
{
	return error_set(err, EXIT_ARM, "image: %s: %s", path, archive_error_string(a));
}

static int write_piece(
	void *data, const char *path, const void *piece, size_t len, struct error *err)
{
	struct archive *a = data;

	return archive_write_data(a, piece, len) == (la_ssize_t)len ? 0 : fail(a, path, err);
}

static int add_entry(void *data, int at, const char *name, const char *path, const struct stat *st,
	struct error *err)
{
	__attribute__((cleanup(entry_freep))) struct archive_entry *e = archive_entry_new();
	const struct writing *w = data;
	struct archive *a = w->archive;
	char target[4096];
	ssize_t n;

	if (w->above >= 0 && faccessat(w->above, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	archive_entry_set_pathname(e, path);
	archive_entry_set_mode(e, st->st_mode);
	archive_entry_set_uid(e, st->st_uid);
	archive_entry_set_gid(e, st->st_gid);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_size(e, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (S_ISLNK(st->st_mode)) {
		n = readlinkat(at, name, target, sizeof(target) - 1);
		if (n < 0)
			return error_errno(
				err, EXIT_ARM, errno, "image: cannot read link %s", path);
		target[n] = '\0';
		archive_entry_set_symlink(e, target);
	} else if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) {
		return 0;
	}
	if (archive_write_header(a, e) != ARCHIVE_OK)
		return fail(a, path, err);
	return S_ISREG(st->st_mode) ? image_read(at, name, path, write_piece, a, err) : 0;
}

int image_archive(const char *tree, const char *base, const char *path, struct error *err)
{
	__attribute__((cleanup(archive_freep))) struct archive *a = archive_write_new();
	cleanup_close int top = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int below = base ? open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	struct writing first = {a, top}, second = {a, -1};

	if (top < 0 || (base && below < 0))
		return error_errno(
			err, EXIT_ARM, errno, "image: cannot open %s", top < 0 ? tree : base);
	archive_write_set_format_pax_restricted(a);
	if (archive_write_open_filename(a, path) != ARCHIVE_OK)
		return fail(a, path, err);
	if ((base && image_walk(below, "", add_entry, &first, err) < 0) ||
		image_walk(top, "", add_entry, &second, err) < 0)
		return -1;
	return archive_write_close(a) == ARCHIVE_OK ? 0 : fail(a, path, err);
}
