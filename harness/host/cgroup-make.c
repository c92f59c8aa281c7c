/* cgroup-make.c - making a group in every hierarchy with its limits, adopting one, joining. */
#include "cgroup-internal.h"

#include "strict-text.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

const struct group_dir *cgroup_at(const struct cgroup *cg, enum controller c)
{
	const struct group_dir *found = NULL;

	for (size_t i = 0; i < cg->n; i++)
		if ((cg->at[i].h->controllers & c) && (!found || found->h->v2))
			found = &cg->at[i];
	return found;
}

char *cgroup_where(const struct group_dir *d, const char *file)
{
	return xasprintf("%s/%s/%s", d->h->mount, d->path, file);
}

struct cgroup *cgroup_empty(const char *name)
{
	struct cgroup *cg = xcalloc(1, sizeof(*cg));

	cg->name = xstrdup(name);
	return cg;
}

void cgroup_free(struct cgroup *cg)
{
	if (!cg)
		return;
	for (size_t i = 0; i < cg->n; i++) {
		free(cg->at[i].path);
		close(cg->at[i].dir);
		if (cg->at[i].procs >= 0)
			close(cg->at[i].procs);
	}
	free(cg->name);
	free(cg);
}

int cgroup_check_path(const char *path, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	for (const char *part = path;; part++) {
		size_t len = strcspn(part, "/");

		if (len == 0 || len > 255 || (len <= 2 && !strncmp(part, "..", len)))
			return error_set(err, EXIT_INTERNAL,
				"cgroup: bad name, got \"%s\", expected names joined by \"/\"",
				safe_text(path, safe));
		part += len;
		if (!*part)
			return 0;
	}
}

int cgroup_add_dir(
	struct cgroup *cg, const struct hierarchy *h, const char *path, struct error *err)
{
	struct group_dir *d = &cg->at[cg->n];
	int fd = openat(h->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s/%s: cannot open", h->mount, path);
	*d = (struct group_dir){.h = h, .path = xstrdup(path), .dir = fd};
	d->procs = openat(fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	cg->n++;
	return 1;
}

static int set(const struct group_dir *d, const char *file, const char *value, struct error *err)
{
	cleanup_free char *where = cgroup_where(d, file);

	if (write_file_at(d->dir, file, value) == 0)
		return 0;
	return error_errno(err, EXIT_PREREQUISITE, errno, "%s: cannot set \"%s\"", where, value);
}

static int set_number(
	const struct group_dir *d, const char *file, uint64_t value, struct error *err)
{
	cleanup_free char *text = xasprintf("%" PRIu64, value);

	return set(d, file, text, err);
}

static bool has(const struct group_dir *d, const char *file)
{
	return faccessat(d->dir, file, F_OK, 0) == 0;
}

/* Memory and swap together may be the limit on v1; on v2 swap has a limit of its own. */
static int limit_memory(const struct group_dir *d, uint64_t bytes, struct error *err)
{
	const char *swap = d->h->v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes";

	if (set_number(d, d->h->v2 ? "memory.max" : "memory.limit_in_bytes", bytes, err) < 0)
		return -1;
	return has(d, swap) ? set_number(d, swap, d->h->v2 ? 0 : bytes, err) : 0;
}

static const struct group_dir *needed(
	const struct cgroup *cg, enum controller c, const char *name, struct error *err)
{
	const struct group_dir *d = cgroup_at(cg, c);

	if (!d)
		error_set(err, EXIT_PREREQUISITE,
			"cgroup: controller %s is missing, expected it for a limit of %s; enable it in the kernel or delegate it",
			name, cg->name);
	return d;
}

static int set_limits(const struct cgroup *cg, const struct cgroup_limits *l, struct error *err)
{
	const struct group_dir *d;

	if (l->memory &&
		(!(d = needed(cg, MEMORY, "memory", err)) || limit_memory(d, l->memory, err) < 0))
		return -1;
	if (l->cpus &&
		(!(d = needed(cg, CPUSET, "cpuset", err)) ||
			set(d, "cpuset.cpus", l->cpus, err) < 0))
		return -1;
	if (l->pids &&
		(!(d = needed(cg, PIDS, "pids", err)) ||
			set_number(d, "pids.max", l->pids, err) < 0))
		return -1;
	return 0;
}

/* v1: a new cpuset is empty, and nothing can join it before it has both from its parent. */
static int inherit_cpuset(const struct hierarchy *h, const char *path, struct error *err)
{
	static const char *const files[] = {"cpuset.mems", "cpuset.cpus"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_free char *from = xasprintf("%s/../%s", path, files[i]);
		cleanup_free char *to = xasprintf("%s/%s", path, files[i]);
		cleanup_free char *value = read_file_at(h->fd, from, TEXT_MAX, NULL);

		if (!value || write_file_at(h->fd, to, value) < 0)
			return error_errno(err, EXIT_PREREQUISITE, errno,
				"%s/%s: cannot inherit it from the parent", h->mount, to);
	}
	return 0;
}

/* v2: a controller reaches a group when its parent names it in cgroup.subtree_control. cpu is only looked
 * at (throttling), and refused where real-time processes run: the group is made without it. */
static int hand_down(const struct hierarchy *h, const char *parent, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/cgroup.subtree_control", *parent ? parent : ".");

	for (unsigned i = 0; i < CONTROLLERS; i++) {
		cleanup_free char *word = xasprintf("+%s", controllers[i]);

		if ((h->controllers & HANDED_DOWN & (1u << i)) &&
			write_file_at(h->fd, path, word) < 0 && (1u << i) != CPU)
			return error_errno(err, EXIT_PREREQUISITE, errno,
				"%s/%s: cannot hand down controller %s", h->mount, path,
				controllers[i]);
	}
	return 0;
}

/* Folders of path that the call made: the longest is removed first. keep: length of what was there. */
static void unmake(const struct hierarchy *h, const char *path, size_t keep)
{
	cleanup_free char *part = xstrdup(path);

	while (strlen(part) > keep && unlinkat(h->fd, part, AT_REMOVEDIR) == 0) {
		char *slash = strrchr(part, '/');

		*(slash ? slash : part) = '\0';
	}
}

/* Makes one level. 1 made, 0 was there, -1. */
static int make_level(const struct hierarchy *h, const char *parent, const char *path, bool leaf,
	struct error *err)
{
	if (h->v2 && hand_down(h, parent, err) < 0)
		return -1;
	if (mkdirat(h->fd, path, 0755) < 0) {
		if (errno == EEXIST && !leaf)
			return 0;
		if (errno == EEXIST)
			return error_set(err, EXIT_INTERNAL,
				"%s/%s: the group exists already, expected a new name; \"tare gc\" removes what a crashed run left",
				h->mount, path);
		return error_errno(err, EXIT_PREREQUISITE, errno, "%s/%s: cannot make the group",
			h->mount, path);
	}
	if (!h->v2 && (h->controllers & CPUSET) && inherit_cpuset(h, path, err) < 0) {
		unlinkat(h->fd, path, AT_REMOVEDIR);
		return -1;
	}
	return 1;
}

/* Makes "a/b/c" below the hierarchy's base, and opens it. Nothing is left behind on failure. */
static int make_in(
	struct cgroup *cg, const struct hierarchy *h, const char *name, struct error *err)
{
	cleanup_free char *path = *h->base ? xasprintf("%s/%s", h->base, name) : xstrdup(name);
	size_t base = strlen(h->base), keep = strlen(path), len = strlen(path);
	cleanup_free char *parent = xstrdup(h->base);

	for (size_t i = base + 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		cleanup_free char *part = xasprintf("%.*s", (int)i, path);
		int made = make_level(h, parent, part, i == len, err);

		if (made < 0) {
			unmake(h, parent, keep);
			return -1;
		}
		if (made && keep == len)
			keep = strlen(parent);
		free(parent);
		parent = steal_ptr(part);
	}
	if (cgroup_add_dir(cg, h, path, err) != 1) {
		unmake(h, path, keep);
		return error_set(
			err, EXIT_INTERNAL, "%s/%s: vanished while it was made", h->mount, path);
	}
	cg->at[cg->n - 1].made = keep;
	return 0;
}

struct cgroup *cgroup_create(
	struct cgroups *h, const char *path, const struct cgroup_limits *limits, struct error *err)
{
	struct cgroup *cg;
	size_t i = 0;

	if (cgroup_check_path(path, err) < 0)
		return NULL;
	if (h->mode == CGROUP_NONE) {
		cgroups_check(h, err);
		return NULL;
	}
	cg = cgroup_empty(path);
	while (i < h->n && make_in(cg, &h->all[i], path, err) == 0)
		i++;
	for (size_t k = 0; i == h->n && k < cg->n; k++)
		if (cg->at[k].procs < 0) {
			error_set(err, EXIT_PREREQUISITE,
				"%s/%s/cgroup.procs: cannot open for writing", cg->at[k].h->mount,
				cg->at[k].path);
			i = 0;
		}
	if (i == h->n && (!limits || set_limits(cg, limits, err) == 0))
		return cg;
	for (size_t k = 0; k < cg->n; k++)
		unmake(cg->at[k].h, cg->at[k].path, cg->at[k].made);
	cgroup_free(cg);
	return NULL;
}

/* The path in /proc/PID/cgroup of hierarchy h, as a path below its mount: new string, NULL if there is
 * no such line or the path lies outside of what is mounted. text: the file. */
static char *path_in(const struct hierarchy *h, const char *text)
{
	for (const char *line = text; line; line = text_next(line)) {
		const char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
		size_t skip = strcmp(h->mount_root, "/") ? strlen(h->mount_root) : 0;
		bool same = false;

		if (!path)
			continue;
		for (unsigned i = 0; i < CONTROLLERS && !h->v2; i++) {
			cleanup_free char *names =
				xasprintf(",%.*s,", (int)(path - list - 1), list + 1);
			cleanup_free char *name = xasprintf(",%s,", controllers[i]);

			same = same || ((h->controllers & (1u << i)) && strstr(names, name));
		}
		if (!same && !(h->v2 && strncmp(line, "0::", 3) == 0))
			continue;
		path++;
		if (skip && (strncmp(path, h->mount_root, skip) != 0 || !strchr("/\n", path[skip])))
			return NULL;
		path += skip;
		return text_line(*path == '/' ? path + 1 : path);
	}
	return NULL;
}

struct cgroup *cgroup_adopt(struct cgroups *h, pid_t pid, struct error *err)
{
	cleanup_free char *where = xasprintf("/proc/%d/cgroup", (int)pid);
	cleanup_free char *text = text_read(h->root, where + 1, where, err);
	cleanup_free char *self = read_file_at(h->root, "proc/self/cgroup", TEXT_MAX, NULL);
	struct cgroup *cg;

	if (!text)
		return NULL;
	cg = cgroup_empty(where);
	cg->adopted = true;
	for (size_t i = 0; i < h->n; i++) {
		cleanup_free char *path = path_in(&h->all[i], text);
		cleanup_free char *own = self ? path_in(&h->all[i], self) : NULL;

		/* Where the process shares the caller's group nobody gave it one of its own. */
		if (!path || !*path || (own && !strcmp(own, path)) ||
			cgroup_check_path(path, NULL) < 0)
			continue;
		if (cgroup_add_dir(cg, &h->all[i], path, err) < 0) {
			cgroup_free(cg);
			return NULL;
		}
	}
	if (cg->n)
		return cg;
	error_set(err, EXIT_ARM, "%s: the process is in no group of its own, expected one", where);
	cgroup_free(cg);
	return NULL;
}

int cgroup_join(const struct cgroup *cg, pid_t pid)
{
	char text[16], *p = text + sizeof(text);
	size_t len;

	do
		*--p = (char)('0' + pid % 10);
	while ((pid /= 10) > 0);
	len = (size_t)(text + sizeof(text) - p);
	for (size_t i = 0; i < cg->n; i++) {
		ssize_t n;

		do
			n = write(cg->at[i].procs, p, len);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return -1;
	}
	return 0;
}

int cgroup_clone_fd(const struct cgroup *cg)
{
	return cg->n == 1 && cg->at[0].h->v2 ? cg->at[0].dir : -1;
}

char **cgroup_procs_paths(const struct cgroup *cg)
{
	char **paths = xcalloc(cg->n + 1, sizeof(*paths));

	for (size_t i = 0; i < cg->n; i++)
		paths[i] = cgroup_where(&cg->at[i], "cgroup.procs");
	return paths;
}

int cgroup_delegate(const struct cgroup *cg, uid_t uid, gid_t gid, struct error *err)
{
	/* As cgroups(7) has it, "cgroup delegation". */
	static const char *const files[] = {
		".", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"};

	for (size_t i = 0; i < cg->n; i++) {
		if (!cg->at[i].h->v2)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(files); k++)
			if (fchownat(cg->at[i].dir, files[k], uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
				return error_errno(err, EXIT_PREREQUISITE, errno,
					"%s/%s/%s: cannot be given to user %u", cg->at[i].h->mount,
					cg->at[i].path, files[k], (unsigned)uid);
		return 0;
	}
	return error_set(err, EXIT_PREREQUISITE,
		"cgroup %s: this host has no cgroup v2 hierarchy, expected one for the groups that systemd makes; mount -t cgroup2 none /sys/fs/cgroup/unified",
		cg->name);
}
