/* image.c - the tree a workload runs in, made once and the same for every platform. How files get into it:
 * image-files.c, image-tar.c, image-elf.c; how it becomes an initramfs: image-cpio.c. */
#include "image.h"

#include "image-internal.h"
#include "json.h"
#include "sha256.h"
#include "system-image.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int add_host_file(const struct image *m, const char *from, const char *host,
	const char *path, mode_t *mode, struct error *err)
{
	cleanup_close int fd = image_open_in(from, host);
	char safe[SAFE_TEXT_SIZE];
	cleanup_free char *where = xasprintf("files: %s", safe_text(host, safe));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot open", where);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_USAGE, "%s: not a file or folder, expected one", where);
	if (mode)
		st.st_mode = *mode;
	return image_copy(m, fd, path, st.st_mode, where, err);
}

static bool is_there(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	cleanup_close int fd =
		root < 0 ? -1 : (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd >= 0;
}

int image_add_program(const struct image *m, const char *from, const char *host, const char *path,
	struct error *err)
{
	char **needs;
	int rc = add_host_file(m, from, host, path, NULL, err);

	if (rc < 0)
		return -1;
	needs = elf_needs(from, host, err);
	if (!needs)
		return -1;
	/* A library that a folder or tar brought stays, and so does the base's. */
	for (size_t i = 0; needs[i] && rc == 0; i++)
		if (!is_there(m->root, needs[i]) && !is_there(m->base, needs[i]))
			rc = add_host_file(m, from, needs[i], needs[i] + 1, NULL, err);
	strv_free(needs);
	return rc;
}

static bool is_tar(const char *name)
{
	static const char *const ends[] = {
		".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst", ".tar.bz2", NULL};
	size_t len = strlen(name);

	for (size_t i = 0; ends[i]; i++)
		if (len > strlen(ends[i]) && !strcmp(name + len - strlen(ends[i]), ends[i]))
			return true;
	return false;
}

/* "debian:/usr/sbin/nginx": over the image itself it is there already. */
static int add_of_image(
	const struct image *m, const char *image, const char *path, struct error *err)
{
	struct system_image found;
	int rc;

	if (m->base >= 0)
		return 0;
	if (system_image_find(image, &found, err) < 0)
		return -1;
	rc = image_add_program(m, found.tree, path, path + strspn(path, "/"), err);
	system_image_free(&found);
	return rc;
}

/* A file named by an absolute path keeps it; one beside the workload's JSON file lands in "/" under the path
 * that it is named by. */
static int add_named(
	const struct image *m, const struct workload *w, const char *name, struct error *err)
{
	cleanup_free char *host =
		*name == '/' || !w->folder ? xstrdup(name) : xasprintf("%s/%s", w->folder, name);
	cleanup_free char *image = NULL;
	const char *inside = system_image_file(name, &image);
	char safe[SAFE_TEXT_SIZE];
	struct stat st;

	if (inside)
		return add_of_image(m, image, inside, err);
	while (!strncmp(name, "./", 2))
		name += 2;
	if (stat(host, &st) < 0)
		return error_errno(err, EXIT_USAGE, errno, "workload %s: files: %s", w->name,
			safe_text(host, safe));
	if (S_ISDIR(st.st_mode))
		return image_add_copy_of(m, host, err);
	if (is_tar(name))
		return image_add_tar(m, host, err);
	return image_add_program(m, NULL, host, name + strspn(name, "/"), err);
}

int image_read(int at, const char *name, const char *path, image_piece *piece, void *data,
	struct error *err)
{
	cleanup_close int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char buffer[65536];
	ssize_t n;

	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot read %s", path);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		if (piece(data, path, buffer, (size_t)n, err) < 0)
			return -1;
	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot read %s", path);
	return 0;
}

static int hash_piece(
	void *data, const char *path, const void *piece, size_t len, struct error *err)
{
	(void)path;
	(void)err;
	sha256_add(data, piece, len);
	return 0;
}

/* Each entry as "PATH NUL MODE-IN-OCTAL NUL SIZE NUL CONTENT": no two trees give the same bytes. */
static int hash_entry(void *data, int at, const char *name, const char *path, const struct stat *st,
	struct error *err)
{
	struct sha256 *h = data;
	char mode[64], target[4096];
	ssize_t n;

	sha256_add(h, path, strlen(path) + 1);
	snprintf(mode, sizeof(mode), "%o", st->st_mode);
	sha256_add(h, mode, strlen(mode) + 1);
	if (S_ISDIR(st->st_mode))
		return 0;
	snprintf(mode, sizeof(mode), "%lld", (long long)st->st_size);
	sha256_add(h, mode, strlen(mode) + 1);
	if (S_ISREG(st->st_mode))
		return image_read(at, name, path, hash_piece, h, err);
	n = readlinkat(at, name, target, sizeof(target));
	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot read link %s", path);
	sha256_add(h, target, (size_t)n);
	return 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int image_walk(int at, const char *prefix, image_visit *visit, void *data, struct error *err)
{
	struct dirent **names;
	int n = scandirat(at, ".", &names, NULL, by_bytes), rc = 0;

	if (n < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot list /%s", prefix);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		cleanup_free char *path = xasprintf("%s%s%s", prefix, *prefix ? "/" : "", name);
		cleanup_close int fd = -1;
		struct stat st;

		if (rc == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
				rc = error_errno(
					err, EXIT_ARM, errno, "image: cannot look at %s", path);
			else
				rc = visit(data, at, name, path, &st, err);
			if (rc == 0 && S_ISDIR(st.st_mode)) {
				fd = openat(
					at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
				rc = fd < 0 ? error_errno(err, EXIT_ARM, errno,
						      "image: cannot open %s", path)
					    : image_walk(fd, path, visit, data, err);
			}
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

static int fill(
	const struct image *m, const struct workload *w, const char *agent_path, struct error *err)
{
	static const struct {
		const char *path;
		mode_t mode;
	} points[] = {{"dev", 0755}, {"proc", 0755}, {"sys", 0755}, {"tare", 0755}, {"tmp", 01777}};
	mode_t mode = 0755;

	for (size_t i = 0; w->files && w->files[i]; i++)
		if (add_named(m, w, w->files[i], err) < 0)
			return error_wrap(err, "image of %s", w->name);
	/* Last, so that nothing a workload brings can take their place. */
	for (size_t i = 0; i < ARRAY_SIZE(points); i++)
		if (image_add_folder(m, points[i].path, points[i].mode, "image", err) < 0)
			return -1;
	if (add_host_file(m, NULL, agent_path, "tare/agent", &mode, err) < 0)
		return -1;
	return m->base < 0 ? 0 : image_follow_base(m, err);
}

/* base: fd, or -1. */
static int make_tree(const struct workload *w, const char *agent_path, const char *folder, int base,
	char sha256[65], struct error *err)
{
	struct sha256 sum;
	cleanup_close int fd = -1;
	struct image m;

	if (mkdir(folder, 0755) < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot make %s", folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0755) < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot open %s", folder);
	m = (struct image){.root = fd, .folder = folder, .base = base};
	sha256_init(&sum);
	if (fill(&m, w, agent_path, err) < 0 || image_walk(fd, "", hash_entry, &sum, err) < 0)
		return -1;
	sha256_end(&sum, sha256);
	return 0;
}

int image_tree(const struct workload *w, const char *agent_path, const char *folder,
	char sha256[65], struct error *err)
{
	return make_tree(w, agent_path, folder, -1, sha256, err);
}

int image_layer(const struct workload *w, const char *agent_path, const char *base,
	const char *folder, char sha256[65], struct error *err)
{
	cleanup_close int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char own[65];

	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot open %s", base);
	/* The hash is that of the whole payload, which other arms have as their tree. */
	if (make_tree(w, agent_path, folder, -1, sha256, err) < 0)
		return -1;
	if (remove_tree_at(AT_FDCWD, folder) < 0)
		return error_errno(err, EXIT_ARM, errno, "image: cannot remove %s", folder);
	return make_tree(w, agent_path, folder, fd, own, err);
}
