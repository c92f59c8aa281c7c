/* cgroup-kill.c - ending all processes of a group and removing its folders. Works on what the kernel
 * says is there now, so that a group that forks, is frozen, or was left by a crash ends the same way. */
#include "cgroup-internal.h"

#include "strict-text.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#define BATCH 256 /* pids that are signalled together */
#define WATCH 32 /* of them, those whose end is waited for before looking again */

/* Every process of the group in any hierarchy; of an adopted group only in the one that counts: the
 * others may hold strangers. */
static int members(const struct cgroup *cg, struct pid_list *l, struct error *err)
{
	const struct group_dir *one = cg->adopted ? cgroup_at(cg, MEMORY) : NULL;

	l->n = 0;
	for (size_t i = 0; i < cg->n; i++)
		if ((!one || one == &cg->at[i]) && cgroup_collect(&cg->at[i], l, err) < 0)
			return -1;
	pid_list_sort(l);
	return 0;
}

static int thaw_one(int dir, const char *path, void *data, struct error *err)
{
	const struct hierarchy *h = data;
	const char *file = h->v2 ? "cgroup.freeze" : "freezer.state";

	if (write_file_at(dir, file, h->v2 ? "0" : "THAWED") < 0 && errno != ENOENT &&
		errno != ENODEV)
		return error_errno(
			err, EXIT_INTERNAL, errno, "%s/%s/%s: cannot thaw", h->mount, path, file);
	return 0;
}

static int thaw(const struct cgroup *cg, struct error *err)
{
	for (size_t i = 0; i < cg->n; i++)
		if ((cg->at[i].h->controllers & FREEZER) &&
			cgroup_walk(&cg->at[i], thaw_one, (void *)cg->at[i].h, err) < 0)
			return -1;
	return 0;
}

/* Stops the group from forking while it is killed. That it takes hold some time later is fine: the
 * signals are repeated until no new member turns up. */
static void freeze(const struct cgroup *cg)
{
	const struct group_dir *d = cgroup_at(cg, FREEZER);

	if (d && !cg->adopted)
		(void)!write_file_at(d->dir, d->h->v2 ? "cgroup.freeze" : "freezer.state",
			d->h->v2 ? "1" : "FROZEN");
}

/* cgroup.kill (Linux 5.14) ends a whole tree at once, forks included. */
static bool kill_by_file(const struct cgroup *cg)
{
	const struct group_dir *counts = cgroup_at(cg, MEMORY);
	bool done = false;

	for (size_t i = 0; i < cg->n; i++)
		if (cg->at[i].h->v2 && (!cg->adopted || counts == &cg->at[i]))
			done = write_file_at(cg->at[i].dir, "cgroup.kill", "1") == 0;
	return done;
}

struct watch {
	struct pollfd fd[WATCH];
	size_t n;
};

static void watch_close(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		close(w->fd[i].fd);
	w->n = 0;
}

/* Opens the pids of the batch: how many, -1 err. A pid that has ended gives -1. */
static int open_batch(const pid_t *pid, size_t n, int fd[BATCH], struct error *err)
{
	size_t i;

	for (i = 0; i < n && i < BATCH; i++) {
		fd[i] = pidfd_open(pid[i], 0);
		if (fd[i] < 0 && (errno == EMFILE || errno == ENFILE) && i > 0)
			break;
		if (fd[i] >= 0 || errno == ESRCH)
			continue;
		error_errno(
			err, EXIT_INTERNAL, errno, "process %d: cannot open a pidfd", (int)pid[i]);
		while (i-- > 0)
			if (fd[i] >= 0)
				close(fd[i]);
		return -1;
	}
	return (int)i;
}

/* Sends SIGKILL to what is still a member after its pidfd was opened: a descriptor then means either
 * that member or nothing any more, never a stranger who got its number. */
static int signal_batch(const struct cgroup *cg, const pid_t *pid, int *fd, int n, struct watch *w,
	struct error *err)
{
	struct pid_list now = {0};
	int rc = members(cg, &now, err);

	for (int i = 0; i < n; i++) {
		if (fd[i] < 0)
			continue;
		if (rc == 0 && pid_list_has(&now, pid[i])) {
			if (pidfd_send_signal(fd[i], SIGKILL, NULL, 0) < 0 && errno != ESRCH)
				rc = error_errno(err, EXIT_INTERNAL, errno,
					"process %d: cannot kill", (int)pid[i]);
			else if (w->n < WATCH)
				w->fd[w->n++] =
					(struct pollfd){.fd = steal_fd(&fd[i]), .events = POLLIN};
		}
		if (fd[i] >= 0)
			close(fd[i]);
	}
	pid_list_free(&now);
	return rc;
}

static int signal_all(
	const struct cgroup *cg, const struct pid_list *l, struct watch *w, struct error *err)
{
	int fd[BATCH];

	for (size_t i = 0; i < l->n;) {
		int n = open_batch(l->pid + i, l->n - i, fd, err);

		if (n < 0 || signal_batch(cg, l->pid + i, fd, n, w, err) < 0)
			return -1;
		i += (size_t)n;
	}
	return 0;
}

/* Until all that are watched have ended: 1, 0 at the deadline, -1. */
static int wait_ended(struct watch *w, int64_t deadline, struct error *err)
{
	while (w->n) {
		int rc = wait_fds(w->fd, w->n, deadline, err);

		if (rc <= 0)
			return rc;
		for (size_t i = w->n; i-- > 0;)
			if (w->fd[i].revents) {
				close(w->fd[i].fd);
				w->fd[i] = w->fd[--w->n];
			}
	}
	return 1;
}

/* SIGKILL to all that are there, again while new ones turn up: a process with SIGKILL pending cannot fork
 * any more, so this ends. */
static int signal_until_known(const struct cgroup *cg, struct pid_list *known, struct watch *w,
	int64_t deadline, struct error *err)
{
	struct pid_list now = {0};
	bool fresh = true;
	int rc = 0;

	while (rc == 0 && fresh && now_ns() < deadline) {
		rc = signal_all(cg, known, w, err);
		if (rc == 0)
			rc = members(cg, &now, err);
		fresh = false;
		for (size_t i = 0; rc == 0 && i < now.n && !fresh; i++)
			fresh = !pid_list_has(known, now.pid[i]);
		if (fresh) {
			struct pid_list old = *known;

			*known = now;
			now = old;
		}
	}
	pid_list_free(&now);
	return rc;
}

static int kill_round(const struct cgroup *cg, struct pid_list *l, bool first, int64_t deadline,
	struct error *err)
{
	struct watch w = {.n = 0};
	pid_t one = l->pid[0];
	size_t n = l->n;
	int rc;

	if (!kill_by_file(cg) || !first)
		freeze(cg);
	rc = signal_until_known(cg, l, &w, deadline, err);
	/* On v1 a frozen process takes no SIGKILL: thaw whatever has happened. */
	if (thaw(cg, err) < 0)
		rc = -1;
	if (rc == 0) {
		rc = wait_ended(&w, deadline, err);
		if (rc == 0 || (rc > 0 && now_ns() >= deadline && members(cg, l, err) == 0 && l->n))
			rc = error_set(err, EXIT_ARM,
				"cgroup %s: %zu processes (pid %d, ...) did not end by the deadline",
				cg->name, n, (int)one);
	}
	watch_close(&w);
	return rc < 0 ? -1 : 0;
}

int cgroup_kill(struct cgroup *cg, int64_t deadline, struct error *err)
{
	struct pid_list l = {0};
	bool first = true;
	int rc;

	while ((rc = members(cg, &l, err)) == 0 && l.n) {
		if (pid_list_has(&l, getpid()))
			rc = error_set(err, EXIT_INTERNAL,
				"cgroup %s: this process is in it, expected only others", cg->name);
		else
			rc = kill_round(cg, &l, first, deadline, err);
		if (rc < 0)
			break;
		first = false;
	}
	if (rc == 0 && first)
		rc = thaw(cg, err);
	pid_list_free(&l);
	return rc;
}

struct removal {
	const struct hierarchy *h;
	int busy; /* the folder that could not be removed yet; -1 */
};

static int remove_one(int dir, const char *path, void *data, struct error *err)
{
	struct removal *r = data;

	if (unlinkat(r->h->fd, path, AT_REMOVEDIR) == 0 || errno == ENOENT || errno == ENODEV)
		return 0;
	if (errno == EBUSY) {
		r->busy = fcntl(dir, F_DUPFD_CLOEXEC, 3);
		return -1;
	}
	return error_errno(
		err, EXIT_INTERNAL, errno, "%s/%s: cannot remove the group", r->h->mount, path);
}

/* Waits for what keeps a folder busy: its member's end; on v2 the event that it became empty. Where
 * nothing can be seen (v1 between a process's end and its last trace in the kernel; a new group below)
 * no event exists, and a millisecond passes. */
static int wait_busy(const struct removal *r, const char *path, int64_t deadline, struct error *err)
{
	cleanup_close int events = openat(r->busy, "cgroup.events", O_RDONLY | O_CLOEXEC);
	cleanup_free char *procs = read_file_at(r->busy, "cgroup.procs", TEXT_MAX, NULL);
	char text[256] = "";
	uint64_t pid = 0;
	cleanup_close int member = -1;

	if (now_ns() >= deadline)
		return error_set(err, EXIT_ARM,
			"%s/%s: the group is still in use at the deadline, expected it empty",
			r->h->mount, path);
	if (events >= 0 && read(events, text, sizeof(text) - 1) > 0 && strstr(text, "populated 1"))
		return wait_fd(events, POLLPRI, deadline, err) < 0 ? -1 : 0;
	if (procs && text_numbers(procs, &pid, 1) == 0 && pid)
		member = pidfd_open((pid_t)pid, 0);
	if (member >= 0)
		return wait_fd(member, POLLIN, deadline, err) < 0 ? -1 : 0;
	return wait_until(now_ns() + NSEC_PER_MSEC, err);
}

int cgroup_remove(struct cgroup *cg, int64_t deadline, struct error *err)
{
	for (size_t i = 0; i < cg->n && !cg->adopted;) {
		struct removal r = {.h = cg->at[i].h, .busy = -1};
		int rc = cgroup_walk(&cg->at[i], remove_one, &r, err);

		if (rc == 0) {
			i++;
			continue;
		}
		if (r.busy < 0)
			return -1;
		rc = wait_busy(&r, cg->at[i].path, deadline, err);
		close(r.busy);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int cgroups_remove_foreign(
	struct cgroups *h, const char *path, int64_t deadline, bool *found, struct error *err)
{
	if (cgroup_check_path(path, err) < 0)
		return -1;
	for (size_t i = 0; i < h->n_others; i++) {
		struct cgroup *cg = cgroup_empty(path);
		int rc = cgroup_add_dir(cg, &h->others[i], path, err);

		*found = *found || rc > 0;
		if (rc >= 0)
			rc = cgroup_remove(cg, deadline, err);
		cgroup_free(cg);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int cgroups_sweep(
	struct cgroups *h, const char *name, int64_t deadline, bool *found, struct error *err)
{
	struct cgroup *cg;
	int rc = 0;

	if (cgroup_check_path(name, err) < 0)
		return -1;
	cg = cgroup_empty(name);
	for (size_t i = 0; i < h->n && rc == 0; i++) {
		const struct hierarchy *at = &h->all[i];
		cleanup_free char *path =
			*at->base ? xasprintf("%s/%s", at->base, name) : xstrdup(name);

		rc = cgroup_add_dir(cg, at, path, err) < 0 ? -1 : 0;
	}
	if (rc == 0)
		*found = cg->n > 0;
	if (rc == 0 && cg->n &&
		(cgroup_kill(cg, deadline, err) < 0 || cgroup_remove(cg, deadline, err) < 0))
		rc = -1;
	if (rc == 0)
		rc = cgroups_remove_foreign(h, name, deadline, found, err);
	cgroup_free(cg);
	return rc;
}
