/* gc-all.c - gc of every run whose harness is dead, and the report of what looks like ours and is not. */
#include "gc-process.h"

#include "cgroup.h"
#include "ledger.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* A folder without a ledger: nothing was made under it, but its owner may be about to write it. */
static void remove_bare(int state_fd, const char *id, bool locked, struct gc_report *report)
{
	cleanup_close int dir =
		openat(state_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0 || !locked)
		return;
	unlinkat(dir, "ledger.new", 0);
	if (unlinkat(state_fd, id, AT_REMOVEDIR) == 0) {
		if (report)
			report->files++;
		gc_note(report, "folder %s", id);
	} else if (errno != ENOENT) {
		gc_note(report, "unknown: folder %s holds no ledger; left alone", id);
	}
}

static int visit_run(const char *state, int state_fd, const char *id, bool locked,
	struct gc_report *report, struct error *err)
{
	cleanup_close int dir =
		openat(state_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct error why = ERROR_INIT;
	struct ledger_text t;
	bool alive;
	int rc;

	if (dir < 0)
		return 0;
	rc = ledger_read(dir, "ledger", &t, &why);
	if (rc < 0)
		gc_note(report, "unknown: folder %s/%s: %s; left alone", state, id, why.text);
	if (rc > 0)
		remove_bare(state_fd, id, locked, report);
	if (rc != 0)
		return 0;
	alive = process_is(t.pid, t.start);
	ledger_text_free(&t);
	return alive ? 0 : gc_run(state, id, report, err);
}

static void note_unknown_groups(int state_fd, struct gc_report *report)
{
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cgroups *h = cgroups_open(root, NULL);
	char **names = h ? cgroups_list(h, "tare-") : NULL;
	char safe[SAFE_TEXT_SIZE];
	struct stat st;

	for (char **n = names; n && *n; n++) {
		if (!is_run_id(*n + 5) || fstatat(state_fd, *n + 5, &st, AT_SYMLINK_NOFOLLOW) < 0)
			gc_note(report, "unknown: cgroup %s, no ledger names it; left alone",
				safe_text(*n, safe));
		free(*n);
	}
	free(names);
	cgroups_close(h);
}

static int sweep(const char *state, const char *keep, bool locked, struct gc_report *report,
	struct error *err)
{
	cleanup_close int fd = open(state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int rc = 0;

	if (!d && errno != ENOENT)
		return error_errno(err, EXIT_INTERNAL, errno, "gc: cannot read %s", state);
	while (d && (e = readdir(d)))
		if (is_run_id(e->d_name) && (!keep || strcmp(e->d_name, keep) != 0) &&
			visit_run(state, fd, e->d_name, locked, report, err) < 0)
			rc = -1;
	if (d)
		closedir(d);
	if (report) {
		note_unknown_groups(fd, report);
		gc_unknown_domains(fd, report);
	}
	return rc;
}

int gc_all_locked(const char *state, const char *keep, struct gc_report *report, struct error *err)
{
	if (report && !report->names)
		report->names = json_array();
	return sweep(state, keep, true, report, err);
}

int gc_all(const char *state, const char *keep, struct gc_report *report, struct error *err)
{
	cleanup_close int lock = -1;
	bool locked = host_lock_clean(state, &lock) == 1;

	if (report && !report->names)
		report->names = json_array();
	return sweep(state, keep, locked, report, err);
}
