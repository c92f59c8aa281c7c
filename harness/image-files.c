/* image-files.c - puts files into a tree: every path is opened part by part below the tree's root, so that
 * nothing written there can lead out of it. */
#include "image-internal.h"

#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define DEPTH_MAX 64

/* One part of a path as a folder below at: no links, made if missing. */
static int enter(int at, const char *name)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};

	if (mkdirat(at, name, 0755) < 0 && errno != EEXIST)
		return -1;
	return (int)syscall(SYS_openat2, at, name, &how, sizeof(how));
}

static int refuse(const char *where, const char *path, const char *what, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	return error_set(err, EXIT_USAGE,
		"%s: %s, got %s, expected a path that stays inside the tree", where, what,
		safe_text(path, safe));
}

int image_parent(const struct image *m, const char *path, const char **leaf, const char *where,
	struct error *err)
{
	cleanup_close int at = fcntl(m->root, F_DUPFD_CLOEXEC, 0);
	const char *p = path;

	if (at < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s", where);
	if (*p == '/')
		return refuse(where, path, "absolute path", err);
	for (;;) {
		size_t n = strcspn(p, "/");
		cleanup_free char *name = strndup(p, n);
		int next;

		if (n == 0 || n > 255)
			return refuse(where, path, "empty or too long part of a path", err);
		if (!strcmp(name, ".."))
			return refuse(where, path, "path with ..", err);
		if (!p[n]) {
			*leaf = p;
			return steal_fd(&at);
		}
		next = enter(at, name);
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR))
			return refuse(where, path, "path through a link or a file", err);
		if (next < 0)
			return error_errno(
				err, EXIT_ARM, errno, "%s: cannot make folder %s", where, name);
		close(at);
		at = next;
		p += n + 1;
	}
}

int image_add_folder(
	const struct image *m, const char *path, mode_t mode, const char *where, struct error *err)
{
	const char *leaf = path;
	cleanup_close int at = image_parent(m, path, &leaf, where, err);
	struct stat st;

	if (at < 0)
		return -1;
	if (fstatat(at, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode) &&
		unlinkat(at, leaf, 0) < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot replace %s", where, leaf);
	if ((mkdirat(at, leaf, 0700) < 0 && errno != EEXIST) || fchmodat(at, leaf, mode, 0) < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot make folder %s", where, leaf);
	return 0;
}

int image_add_symlink(const struct image *m, const char *path, const char *target,
	const char *where, struct error *err)
{
	const char *leaf = path;
	cleanup_close int at = image_parent(m, path, &leaf, where, err);

	if (at < 0)
		return -1;
	if ((unlinkat(at, leaf, 0) < 0 && errno != ENOENT) || symlinkat(target, at, leaf) < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot make link %s", where, leaf);
	return 0;
}

int image_open_file(
	const struct image *m, const char *path, mode_t mode, const char *where, struct error *err)
{
	const char *leaf = path;
	cleanup_close int at = image_parent(m, path, &leaf, where, err);
	cleanup_close int fd = -1;

	if (at < 0)
		return -1;
	if (unlinkat(at, leaf, 0) < 0 && errno != ENOENT)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot replace %s", where, leaf);
	fd = openat(at, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, mode & 0777) < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot write %s", where, leaf);
	return steal_fd(&fd);
}

int image_copy(const struct image *m, int from, const char *path, mode_t mode, const char *where,
	struct error *err)
{
	cleanup_close int to = image_open_file(m, path, mode, where, err);
	char buffer[65536];
	ssize_t n;

	if (to < 0)
		return -1;
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write_all(to, buffer, (size_t)n) < 0)
			return error_errno(err, EXIT_ARM, errno, "%s: cannot write", where);
	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot read", where);
	return 0;
}

static int copy_folder(const struct image *m, int from, const char *prefix, unsigned depth,
	const char *where, struct error *err);

static int copy_entry(const struct image *m, int from, const char *name, const char *path,
	unsigned depth, const char *where, struct error *err)
{
	cleanup_close int fd = -1;
	char target[4096];
	struct stat st;
	ssize_t n;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot look at %s", where, path);
	if (S_ISLNK(st.st_mode)) {
		n = readlinkat(from, name, target, sizeof(target) - 1);
		if (n < 0)
			return error_errno(
				err, EXIT_ARM, errno, "%s: cannot read link %s", where, path);
		target[n] = 0;
		return image_add_symlink(m, path, target, where, err);
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return 0; /* sockets, devices and fifos are nobody's files */
	fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot read %s", where, path);
	if (S_ISREG(st.st_mode))
		return image_copy(m, fd, path, st.st_mode, where, err);
	if (image_add_folder(m, path, st.st_mode & 01777, where, err) < 0)
		return -1;
	return copy_folder(m, fd, path, depth + 1, where, err);
}

static int copy_folder(const struct image *m, int from, const char *prefix, unsigned depth,
	const char *where, struct error *err)
{
	struct dirent **names;
	int n, rc = 0;

	if (depth > DEPTH_MAX)
		return error_set(err, EXIT_USAGE, "%s: folders too deep, expected at most %d",
			where, DEPTH_MAX);
	n = scandirat(from, ".", &names, NULL, NULL);
	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: cannot list /%s", where, prefix);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (rc == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			cleanup_free char *path =
				xasprintf("%s%s%s", prefix, *prefix ? "/" : "", name);

			rc = copy_entry(m, from, name, path, depth, where, err);
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

int image_add_copy_of(const struct image *m, const char *folder, struct error *err)
{
	cleanup_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char safe[SAFE_TEXT_SIZE];
	cleanup_free char *where = xasprintf("files: %s", safe_text(folder, safe));

	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot open", where);
	return copy_folder(m, fd, "", 0, where, err);
}

/* Moves an entry; a folder onto a folder entry by entry. */
static int move_entry(int from, const char *name, int to, const char *as, unsigned depth)
{
	cleanup_close int into = -1, out = -1;
	struct dirent **names;
	int n, rc = 0;

	if (renameat(from, name, to, as) == 0)
		return 0;
	if ((errno != EEXIST && errno != ENOTEMPTY) || depth > DEPTH_MAX)
		return -1;
	out = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	into = openat(to, as, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0 || into < 0 || (n = scandirat(out, ".", &names, NULL, NULL)) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		const char *below = names[i]->d_name;

		if (rc == 0 && strcmp(below, ".") != 0 && strcmp(below, "..") != 0)
			rc = move_entry(out, below, into, below, depth + 1);
		free(names[i]);
	}
	free(names);
	return rc < 0 ? -1 : unlinkat(from, name, AT_REMOVEDIR);
}

int image_follow_base(const struct image *m, struct error *err)
{
	static const char *const folders[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char target[256];
		ssize_t n = readlinkat(m->base, folders[i], target, sizeof(target) - 1);
		const char *leaf = folders[i];
		cleanup_close int at = -1;
		struct stat st;

		if (n <= 0 || fstatat(m->root, folders[i], &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISDIR(st.st_mode))
			continue;
		target[n] = 0;
		at = image_parent(m, target + strspn(target, "/"), &leaf, "image", err);
		if (at < 0)
			return -1;
		if (move_entry(m->root, folders[i], at, leaf, 0) < 0)
			return error_errno(err, EXIT_ARM, errno,
				"image: cannot move /%s to where the image's link leads, /%s",
				folders[i], target);
	}
	return 0;
}
