/* gc.c - the one cleanup path: reads a run's ledger and removes what it names. A new kind of thing is one row in
 * removers[] and one word in ledger.c; rows run in order, each for all lines of its kind. */
#include "gc-process.h"

#include "cgroup.h"
#include "ksm.h"
#include "ledger.h"
#include "util.h"
#include "wait.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define GROUP_DEADLINE (5 * NSEC_PER_SEC)
#define GROUP_TURN (250 * NSEC_PER_MSEC)

struct cleaning {
	const char *state, *id;
	int state_fd;
	struct cgroups *cgroups;
	struct gc_report *report;
	struct error *err;
};

static int refuse(struct cleaning *c, const char *kind, const char *value, const char *rule)
{
	char safe[SAFE_TEXT_SIZE];

	gc_note(c->report, "refused: %s %s, expected %s; left alone", kind, safe_text(value, safe),
		rule);
	return 0;
}

/* In turns: what joined the group while it was being removed is found by the next turn. */
static int sweep_group(struct cleaning *c, const char *name, bool *found)
{
	int64_t deadline = now_ns() + GROUP_DEADLINE;

	for (;;) {
		struct error err = ERROR_INIT;
		int64_t now = now_ns(), turn = now + GROUP_TURN;
		bool here = false;
		int rc = cgroups_sweep(c->cgroups, name, turn, &here, &err);

		*found = *found || here;
		if (rc == 0)
			return 0;
		if (now >= deadline)
			return error_set(c->err, err.code, "%s", err.text);
	}
}

static bool is_own_group(const struct cleaning *c, const char *name)
{
	cleanup_free char *ours = xasprintf("tare-%s", c->id);

	return strncmp(name, ours, strlen(ours)) == 0 && !strchr(name, '/');
}

static int remove_group(struct cleaning *c, const char *name)
{
	bool found = false;

	if (!is_own_group(c, name))
		return refuse(c, "cgroup", name, "tare-<run id>");
	gc_count_group(name, c->report);
	if (sweep_group(c, name, &found) < 0)
		return -1;
	if (found && c->report)
		c->report->cgroups++;
	if (found)
		gc_note(c->report, "cgroup %s", name);
	return 0;
}

static int remove_domain(struct cleaning *c, const char *value)
{
	const char *name = strrchr(value, ' ');
	cleanup_free char *uri = name ? strndup(value, (size_t)(name - value)) : NULL;
	struct error gone = ERROR_INIT;
	int rc;

	if (!uri || strncmp(name, " tare-", 6) != 0)
		return refuse(c, "domain", value, "<uri> tare-<name>");
	rc = gc_domain(uri, name + 1, &gone);
	/* A daemon that was killed or hangs must not keep its guest alive, nor every later run from starting. */
	if (rc < 0 && gc_kill_domain(name + 1, now_ns() + 2 * NSEC_PER_SEC, c->report) < 0)
		return error_set(c->err, gone.code, "%s", gone.text);
	if (rc < 0)
		gc_note(c->report, "domain %s, without its daemon", value);
	else if (rc > 0)
		gc_note(c->report, "domain %s", value);
	if (rc != 0 && c->report)
		c->report->domains++;
	return 0;
}

/* What its engine keeps after its processes have been killed by cgroup: a record, layers. An engine that is gone or
 * hangs must not keep later runs from starting: it is said. */
static int remove_of_engine(
	struct cleaning *c, const char *kind, const char *value, unsigned *count)
{
	cleanup_free char *ours = xasprintf("tare-%s", c->id);
	const char *name = strrchr(value, ' ');
	cleanup_free char *socket = name ? strndup(value, (size_t)(name - value)) : NULL;
	struct error gone = ERROR_INIT;
	int rc;

	if (!socket || *socket != '/' || strncmp(name + 1, ours, strlen(ours)) != 0)
		return refuse(c, kind, value, "<socket> tare-<run id>...");
	rc = gc_docker(socket, kind, name + 1, &gone);
	if (rc < 0)
		gc_note(c->report, "refused: %s %s: %s", kind, name + 1, gone.text);
	else if (rc > 0)
		gc_note(c->report, "%s %s", kind, name + 1);
	if (rc > 0 && count)
		++*count;
	return 0;
}

static int remove_container(struct cleaning *c, const char *value)
{
	return remove_of_engine(c, "container", value, c->report ? &c->report->containers : NULL);
}

static int remove_image(struct cleaning *c, const char *value)
{
	return remove_of_engine(c, "image", value, c->report ? &c->report->images : NULL);
}

static int remove_file(struct cleaning *c, const char *path)
{
	struct stat st;

	if (path[0] != '/')
		return refuse(c, "file", path, "an absolute path");
	if (lstat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
			? 0
			: error_errno(c->err, EXIT_INTERNAL, errno, "gc: cannot look at %s", path);
	if (S_ISDIR(st.st_mode))
		return refuse(c, "file", path, "no folder");
	if (unlink(path) < 0 && errno != ENOENT)
		return error_errno(c->err, EXIT_INTERNAL, errno, "gc: cannot remove %s", path);
	if (c->report)
		c->report->files++;
	gc_note(c->report, "file %s", path);
	return 0;
}

static int remove_tree(struct cleaning *c, int dir, const char *name, const char *shown)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	/* ENOENT: another gc is at it. */
	while (remove_tree_at(dir, name) < 0)
		if (errno != ENOENT)
			return error_errno(
				c->err, EXIT_INTERNAL, errno, "gc: cannot remove %s", shown);
	if (c->report)
		c->report->files++;
	gc_note(c->report, "folder %s", shown);
	return 0;
}

/* The folder is reached name by name without following links, so it is where it says it is. */
static int remove_folder(struct cleaning *c, const char *path)
{
	size_t n = strlen(c->state);
	cleanup_free char *rest = NULL;
	cleanup_close int dir = -1;
	char *save = NULL, *name, *next;

	if (strncmp(path, c->state, n) != 0 || path[n] != '/')
		return refuse(c, "folder", path, "a path below the state folder");
	rest = xstrdup(path + n);
	name = strtok_r(rest, "/", &save);
	if (!name || strcmp(name, "lock") == 0 || (is_run_id(name) && strcmp(name, c->id) != 0))
		return refuse(c, "folder", path, "a folder of this run");
	dir = fcntl(c->state_fd, F_DUPFD_CLOEXEC, 3);
	for (; dir >= 0; name = next) {
		int below;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			return refuse(c, "folder", path, "a path without . and ..");
		next = strtok_r(NULL, "/", &save);
		if (!next)
			return strcmp(name, c->id) == 0 ? 0 : remove_tree(c, dir, name, path);
		below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0)
			return 0;
		close(dir);
		dir = below;
	}
	return error_errno(c->err, EXIT_INTERNAL, errno, "gc: cannot open %s", c->state);
}

/* After the processes' end, for whose sake it was changed. */
static int restore_ksm(struct cleaning *c, const char *value)
{
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = ksm_restore(root, value, c->err);

	if (rc > 0)
		gc_note(c->report, "ksm %s restored", value);
	return rc < 0 ? -1 : 0;
}

static const struct {
	const char *kind;
	int (*remove)(struct cleaning *c, const char *value);
} removers[] = {
	{"cgroup", remove_group}, /* first: kills the processes, which hold all else */
	{"domain", remove_domain},
	{"container", remove_container},
	{"image", remove_image}, /* after the containers that are made of it */
	{"file", remove_file},
	{"folder", remove_folder},
	{"ksm", restore_ksm},
};

static int remove_kind(struct cleaning *c, const struct ledger_text *t, size_t kind)
{
	int rc = 0;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->lines[i].kind, removers[kind].kind) == 0 &&
			removers[kind].remove(c, t->lines[i].value) < 0)
			rc = -1;
	return rc;
}

/* An engine outside that was starting a container while its group was removed makes the group anew, empty. It has
 * answered to the container's removal since, so this is the last look. */
static int sweep_after_engines(struct cleaning *c, const struct ledger_text *t)
{
	bool engine = false, found = false;
	int rc = 0;

	for (size_t i = 0; i < t->n; i++)
		engine = engine || strcmp(t->lines[i].kind, "container") == 0;
	for (size_t i = 0; engine && i < t->n; i++)
		if (strcmp(t->lines[i].kind, "cgroup") == 0 && is_own_group(c, t->lines[i].value) &&
			sweep_group(c, t->lines[i].value, &found) < 0)
			rc = -1;
	return rc;
}

/* The lab's tmpfs is mounted only where the lab is; elsewhere its mount point is an empty folder. */
static int leave_mount(struct cleaning *c)
{
	cleanup_free char *tmp = xasprintf("%s/%s/lab", c->state, c->id);
	int rc = gc_kill_lab(tmp, c->id, now_ns() + GROUP_DEADLINE, c->report, c->err);

	while (umount2(tmp, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	return rc;
}

/* All in the run's folder but the ledger. */
static int empty_run_folder(struct cleaning *c, int dir)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int rc = 0;

	if (!d) {
		error_errno(c->err, EXIT_INTERNAL, errno, "gc: cannot read %s/%s", c->state, c->id);
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			strcmp(e->d_name, "ledger") == 0)
			continue;
		while (rc == 0 && remove_tree_at(dir, e->d_name) < 0)
			if (errno != ENOENT)
				rc = error_errno(c->err, EXIT_INTERNAL, errno,
					"gc: cannot remove %s/%s/%s", c->state, c->id, e->d_name);
	}
	closedir(d);
	return rc;
}

static int remove_run(struct cleaning *c, int dir, const struct ledger_text *t)
{
	int rc = 0;

	for (size_t kind = 0; kind < ARRAY_SIZE(removers); kind++) {
		if (remove_kind(c, t, kind) < 0)
			rc = -1;
		if (kind == 0 && leave_mount(c) < 0)
			rc = -1;
	}
	if (sweep_after_engines(c, t) < 0)
		rc = -1;
	if (empty_run_folder(c, dir) < 0 || rc < 0)
		return -1;
	/* Last, so that a gc which is killed can be repeated. */
	if (unlinkat(dir, "ledger", 0) < 0 && errno != ENOENT)
		return error_errno(
			c->err, EXIT_INTERNAL, errno, "gc: cannot remove the ledger of %s", c->id);
	if (unlinkat(c->state_fd, c->id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(
			c->err, EXIT_INTERNAL, errno, "gc: cannot remove %s/%s", c->state, c->id);
	if (c->report)
		c->report->runs++;
	gc_note(c->report, "run %s", c->id);
	return 0;
}

static int open_run(const char *state, const char *id, int *state_fd, int *dir)
{
	*state_fd = open(state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*state_fd < 0)
		return -1;
	*dir = openat(*state_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *dir < 0 ? -1 : 0;
}

int gc_run(const char *state, const char *id, struct gc_report *report, struct error *err)
{
	cleanup_close int state_fd = -1, dir = -1;
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cleaning c = {state, id, .report = report, .err = err};
	struct ledger_text t;
	char safe[SAFE_TEXT_SIZE];
	int rc;

	if (!is_run_id(id))
		return error_set(err, EXIT_INTERNAL,
			"gc: run id, got \"%s\", expected 16 hex digits", safe_text(id, safe));
	if (report && !report->names)
		report->names = json_array();
	if (open_run(state, id, &state_fd, &dir) < 0)
		return errno == ENOENT ? 0
				       : error_errno(err, EXIT_INTERNAL, errno,
						 "gc: cannot open %s/%s", state, id);
	rc = ledger_read(dir, "ledger", &t, err);
	if (rc < 0)
		return error_wrap(err, "run %s", id);
	if (rc > 0) {
		/* Died before its ledger: then there is nothing else either. */
		unlinkat(dir, "ledger.new", 0);
		unlinkat(state_fd, id, AT_REMOVEDIR);
		return 0;
	}
	c.state_fd = state_fd;
	c.cgroups = cgroups_open(root, err);
	if (strcmp(t.id, id) != 0)
		rc = error_set(err, EXIT_INTERNAL, "gc: ledger in %s, got one of run %s", id, t.id);
	else
		rc = c.cgroups ? remove_run(&c, dir, &t) : -1;
	cgroups_close(c.cgroups);
	ledger_text_free(&t);
	return rc;
}
