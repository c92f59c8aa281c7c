/* cgroup-pids.c - which processes are in a group and all below it; names of groups. */
#include "cgroup-internal.h"

#include "strict-text.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 64 /* of groups below ours: each level holds a descriptor */

static bool vanished(int errnum)
{
	return errnum == ENOENT || errnum == ENODEV;
}

void pid_list_free(struct pid_list *l)
{
	free(l->pid);
	*l = (struct pid_list){0};
}

static int order(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

void pid_list_sort(struct pid_list *l)
{
	size_t kept = 0;

	if (l->n)
		qsort(l->pid, l->n, sizeof(*l->pid), order);
	for (size_t i = 0; i < l->n; i++)
		if (i == 0 || l->pid[i] != l->pid[i - 1])
			l->pid[kept++] = l->pid[i];
	l->n = kept;
}

bool pid_list_has(const struct pid_list *sorted, pid_t pid)
{
	return sorted->n && bsearch(&pid, sorted->pid, sorted->n, sizeof(pid), order);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static bool is_folder(int dir, const struct dirent *e)
{
	struct stat st;

	if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
		return false;
	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int walk(int dir, const char *path, unsigned depth, cgroup_visit visit, void *data,
	struct error *err)
{
	__attribute__((cleanup(closedirp))) DIR *entries = NULL;
	cleanup_close int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *e;

	if (own < 0 && vanished(errno))
		return 0;
	if (own < 0 || !(entries = fdopendir(own)))
		return error_errno(err, EXIT_INTERNAL, errno, "cgroup %s: cannot list it", path);
	steal_fd(&own);
	while ((e = readdir(entries)) != NULL) {
		cleanup_free char *below = xasprintf("%s/%s", path, e->d_name);
		cleanup_close int fd = -1;

		if (!is_folder(dir, e))
			continue;
		if (depth == DEPTH_MAX)
			return error_set(err, EXIT_INTERNAL,
				"cgroup %s: groups are nested too deep, expected at most %d levels",
				path, DEPTH_MAX);
		fd = openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && vanished(errno))
			continue;
		if (fd < 0)
			return error_errno(
				err, EXIT_INTERNAL, errno, "cgroup %s: cannot open", below);
		if (walk(fd, below, depth + 1, visit, data, err) < 0)
			return -1;
	}
	return visit(dir, path, data, err);
}

int cgroup_walk(const struct group_dir *d, cgroup_visit visit, void *data, struct error *err)
{
	return walk(d->dir, d->path, 0, visit, data, err);
}

static int collect_one(int dir, const char *path, void *data, struct error *err)
{
	struct pid_list *l = data;
	cleanup_free char *where = xasprintf("cgroup %s/cgroup.procs", path);
	cleanup_free char *text = read_file_at(dir, "cgroup.procs", TEXT_MAX, NULL);

	if (!text && vanished(errno))
		return 0;
	if (!text)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: cannot read", where);
	for (const char *line = *text ? text : NULL; line; line = text_next(line)) {
		uint64_t pid;

		/* 0 stands for a process outside of the reader's pid namespace. */
		if (text_numbers(line, &pid, 1) < 0 || pid < 1 || pid > INT_MAX)
			return text_malformed(where, "a line", line, "a pid", err);
		if (l->n == l->size) {
			l->size = l->size ? 2 * l->size : 64;
			l->pid = xrealloc(l->pid, l->size * sizeof(*l->pid));
		}
		l->pid[l->n++] = (pid_t)pid;
	}
	return 0;
}

int cgroup_collect(const struct group_dir *d, struct pid_list *l, struct error *err)
{
	return cgroup_walk(d, collect_one, l, err);
}

int cgroup_pids(const struct cgroup *cg, pid_t **pids, size_t *n, struct error *err)
{
	const struct group_dir *d = cgroup_at(cg, MEMORY);
	struct pid_list l = {0};

	if (!d)
		d = &cg->at[0];
	if (faccessat(d->dir, "cgroup.procs", F_OK, 0) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s/%s/cgroup.procs: cannot read",
			d->h->mount, d->path);
	if (cgroup_collect(d, &l, err) < 0) {
		pid_list_free(&l);
		return -1;
	}
	pid_list_sort(&l);
	*pids = l.pid ? l.pid : xcalloc(1, sizeof(**pids));
	*n = l.n;
	return 0;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **cgroups_list(struct cgroups *h, const char *prefix)
{
	char **names = xcalloc(1, sizeof(*names));
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < h->n; i++) {
		const char *base = *h->all[i].base ? h->all[i].base : ".";
		int fd = openat(h->all[i].fd, base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		__attribute__((cleanup(closedirp))) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
		struct dirent *e;

		if (fd >= 0 && !dir)
			close(fd);
		while (dir && (e = readdir(dir)) != NULL) {
			if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 || !is_folder(fd, e))
				continue;
			names = xrealloc(names, (n + 2) * sizeof(*names));
			names[n++] = xstrdup(e->d_name);
		}
	}
	if (n)
		qsort(names, n, sizeof(*names), text_order);
	for (size_t i = 0; i < n; i++) {
		if (kept && !strcmp(names[kept - 1], names[i]))
			free(names[i]);
		else
			names[kept++] = names[i];
	}
	names[kept] = NULL;
	return names;
}
