/* run-folder.c - a run is one folder: made, named, written to, given to the user behind sudo. Read back:
 * run-read.c. */
#include "json.h"
#include "run-folder.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

/* The user who called sudo. False when there is none, or it is root. */
static bool sudo_user(uid_t *uid, gid_t *gid)
{
	const char *u = getenv("SUDO_UID"), *g = getenv("SUDO_GID");
	uint64_t user, group;

	if (geteuid() != 0 || !u || !g || parse_u64(u, 1, UINT32_MAX - 1, &user) < 0 ||
		parse_u64(g, 0, UINT32_MAX - 1, &group) < 0)
		return false;
	*uid = (uid_t)user;
	*gid = (gid_t)group;
	return true;
}

static void give_one(int dirfd, const char *name)
{
	uid_t uid;
	gid_t gid;

	/* best effort: the run is worth more than its owner; run_folder_give() reports */
	if (sudo_user(&uid, &gid) && fchownat(dirfd, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		errno = 0;
}

/* The one just made, not what somebody put in its place: only a folder is given. */
static void give_folder(const char *path)
{
	cleanup_close int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uid_t uid;
	gid_t gid;

	if (fd >= 0 && sudo_user(&uid, &gid) && fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0)
		errno = 0;
}

/* Makes path and its missing parents; those made belong to the calling user. *made: whether the last one
 * is new. */
static int make_folders(const char *path, bool *made, const char *where, struct error *err)
{
	cleanup_free char *part = xstrdup(path);

	for (char *end = part + 1;; end++) {
		char kept = *end;

		if (kept && kept != '/')
			continue;
		*end = '\0';
		*made = mkdir(part, 0755) == 0;
		if (*made)
			give_folder(part);
		else if (errno != EEXIST)
			return error_errno(err, EXIT_USAGE, errno, "%s: cannot be created", where);
		*end = kept;
		if (!kept)
			return 0;
	}
}

static int folder_is_empty(int dirfd, const char *where, struct error *err)
{
	int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	bool found = false;

	if (!dir) {
		error_errno(err, EXIT_USAGE, errno, "%s: cannot be listed", where);
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while (!found && (e = readdir(dir)))
		found = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	if (found)
		return error_set(err, EXIT_USAGE,
			"%s: is not empty, expected a new or empty folder; a run is one folder",
			where);
	return 0;
}

static int make_id(char id[17], struct error *err)
{
	unsigned char raw[8];

	if (getrandom(raw, sizeof(raw), 0) != sizeof(raw))
		return error_errno(err, EXIT_INTERNAL, errno, "run id: no random bytes");
	for (size_t i = 0; i < sizeof(raw); i++)
		sprintf(id + 2 * i, "%02x", raw[i]);
	return 0;
}

/* latest -> name, atomically. */
static int link_latest(int fd, const char *name, const char *id, struct error *err)
{
	char temporary[32];

	snprintf(temporary, sizeof(temporary), ".latest.%s", id);
	if (symlinkat(name, fd, temporary) < 0 || renameat(fd, temporary, fd, "latest") < 0) {
		error_errno(err, EXIT_USAGE, errno, "results/latest: cannot be replaced");
		unlinkat(fd, temporary, 0);
		return -1;
	}
	give_one(fd, "latest");
	return 0;
}

/* New text of the link; NULL when there is none. */
static char *read_latest(int fd)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "latest", target, sizeof(target) - 1);

	if (n <= 0)
		return NULL;
	target[n] = '\0';
	return xstrdup(target);
}

static int point_latest(
	struct run_folder *f, const char *results, const char *name, struct error *err)
{
	cleanup_close int fd = open(results, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "results: cannot be opened");
	if (fstatat(fd, "latest", &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode))
		return error_set(err, EXIT_USAGE,
			"results/latest: is in the way, expected a symbolic link; move it away");
	f->latest = read_latest(fd);
	return link_latest(fd, name, f->id, err);
}

static char *absolute_path(const char *path, struct error *err)
{
	cleanup_free char *cwd = NULL;

	if (path[0] == '/')
		return xstrdup(path);
	cwd = getcwd(NULL, 0);
	/* a deleted folder has no path, or one that getcwd() marks "(unreachable)" */
	if (!cwd || cwd[0] != '/') {
		error_set(err, EXIT_USAGE,
			"working directory: cannot be found, expected one that exists; change to another");
		return NULL;
	}
	return xasprintf("%s/%s", cwd, path);
}

/* Opens or creates the folder at f->path, which must be empty. */
static int open_new(struct run_folder *f, const char *where, struct error *err)
{
	cleanup_close int fd = -1;

	if (make_folders(f->path, &f->made, where, err) < 0)
		return -1;
	fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be used as a folder", where);
	if (!f->made && folder_is_empty(fd, where, err) < 0)
		return -1;
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be written to", where);
	f->dirfd = steal_fd(&fd);
	return 0;
}

static int create_named(const char *path, struct run_folder *f, struct error *err)
{
	char where[SAFE_TEXT_SIZE];

	if (!*path)
		return error_set(err, EXIT_USAGE,
			"output folder: empty name, expected a new or empty folder");
	f->path = absolute_path(path, err);
	return f->path ? open_new(f, safe_text(path, where), err) : -1;
}

static int create_dated(struct run_folder *f, struct error *err)
{
	cleanup_free char *results = absolute_path("results", err), *name = NULL;
	time_t now = time(NULL);
	char date[32];
	struct tm utc;

	if (!results)
		return -1;
	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &utc);
	name = xasprintf("%s-%s", date, f->id);
	f->path = xasprintf("%s/%s", results, name);
	f->dated = true;
	f->made_results = access(results, F_OK) < 0;
	if (open_new(f, "results", err) < 0)
		return -1;
	return point_latest(f, results, name, err);
}

int run_folder_create(const char *path, struct run_folder *out, struct error *err)
{
	struct run_folder f = {.dirfd = -1};

	if (make_id(f.id, err) < 0 ||
		(path ? create_named(path, &f, err) : create_dated(&f, err)) < 0) {
		run_folder_discard(&f);
		return -1;
	}
	*out = f;
	return 0;
}

static void restore_latest(struct run_folder *f, const char *results, const char *name)
{
	cleanup_close int fd = open(results, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *now = fd < 0 ? NULL : read_latest(fd);
	struct error ignored = ERROR_INIT; /* a stale link is all that is left */

	if (!now || strcmp(now, name) != 0)
		return;
	if (!f->latest || link_latest(fd, f->latest, f->id, &ignored) < 0)
		unlinkat(fd, "latest", 0);
}

int run_folder_as_user(bool on, struct error *err)
{
	uid_t uid = 0;
	gid_t gid = 0;
	int rc = 0;

	if (on && sudo_user(&uid, &gid))
		rc = setegid(gid) < 0 || seteuid(uid) < 0 ? -1 : 0;
	else if (!on && geteuid() != getuid())
		rc = seteuid(getuid()) < 0 || setegid(getgid()) < 0 ? -1 : 0;
	return rc == 0 ? 0
		       : error_errno(err, EXIT_INTERNAL, errno,
				 "run folder: cannot be looked at as user %u", (unsigned)uid);
}

int run_folder_become_owner(const struct run_folder *f, struct error *err)
{
	struct stat st;

	if (fstat(f->dirfd, &st) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "run folder: cannot be looked at");
	if (geteuid() != 0 || st.st_uid == 0)
		return 0;
	if (setgroups(1, &st.st_gid) < 0 || setresgid(st.st_gid, st.st_gid, st.st_gid) < 0 ||
		setresuid(st.st_uid, st.st_uid, st.st_uid) < 0)
		return error_errno(err, EXIT_INTERNAL, errno,
			"run folder: cannot become its owner, user %u", (unsigned)st.st_uid);
	return 0;
}

void run_folder_discard(struct run_folder *f)
{
	static const char *const ours[] = {"run.json", "samples.jsonl"};
	cleanup_free char *results = f->path ? xstrdup(f->path) : NULL;
	char *name = results ? strrchr(results, '/') : NULL;

	for (size_t i = 0; f->dirfd >= 0 && i < ARRAY_SIZE(ours); i++)
		unlinkat(f->dirfd, ours[i], 0);
	/* rmdir() spares what holds anything else */
	if (f->path && f->made)
		rmdir(f->path);
	if (f->dated && name) {
		*name++ = '\0';
		restore_latest(f, results, name);
		if (f->made_results)
			rmdir(results);
	}
	run_folder_close(f);
}

int run_folder_write_json(
	const struct run_folder *f, const char *name, const json_t *value, struct error *err)
{
	cleanup_free char *text = json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return error_set(err, EXIT_INTERNAL, "%s: cannot be encoded", name);
	text[len++] = '\n'; /* takes the place of the NUL: written by length */
	if (replace_file_at(f->dirfd, name, text, len, err) < 0)
		return -1;
	give_one(f->dirfd, name);
	return 0;
}

/* Hard links are left alone: one may have been planted to reach a file elsewhere. */
static int give_tree(int dirfd, uid_t uid, gid_t gid, int depth, struct error *err)
{
	int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	char safe[SAFE_TEXT_SIZE];
	struct dirent *e;
	int rc = 0;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return error_errno(err, EXIT_INTERNAL, errno, "run folder: cannot be listed");
	}
	while (rc == 0 && (e = readdir(dir))) {
		struct stat st;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
			fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (!S_ISDIR(st.st_mode) && st.st_nlink > 1)
			continue;
		if (fchownat(dirfd, e->d_name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			rc = error_errno(err, EXIT_INTERNAL, errno,
				"%s: cannot be given to the calling user",
				safe_text(e->d_name, safe));
		if (rc == 0 && S_ISDIR(st.st_mode) && depth < JSON_MAX_DEPTH) {
			cleanup_close int sub = openat(
				dirfd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (sub >= 0)
				rc = give_tree(sub, uid, gid, depth + 1, err);
		}
	}
	closedir(dir);
	return rc;
}

int run_folder_give(const struct run_folder *f, struct error *err)
{
	uid_t uid;
	gid_t gid;

	if (!sudo_user(&uid, &gid))
		return 0;
	if (fchown(f->dirfd, uid, gid) < 0)
		return error_errno(err, EXIT_INTERNAL, errno,
			"run folder: cannot be given to the calling user");
	return give_tree(f->dirfd, uid, gid, 0, err);
}

void run_folder_close(struct run_folder *f)
{
	free(f->path);
	free(f->latest);
	if (f->dirfd >= 0)
		close(f->dirfd);
	*f = (struct run_folder){.dirfd = -1};
}
