/* gc-process.c - who belongs to a run: members of its cgroups, and what lives in its lab's mount namespace
 * (a QEMU that libvirt had not yet put into a group when the harness was killed). */
#include "gc-process.h"

#include "util.h"
#include "wait.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define PROC_MAX (4 * 1024 * 1024)

void gc_note(struct gc_report *report, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	if (!report)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (!report->names)
		report->names = json_array();
	json_array_append_new(report->names, json_string(text));
}

static char *proc_text(long pid, const char *file, size_t *len)
{
	cleanup_free char *path = xasprintf("/proc/%ld/%s", pid, file);

	return read_file_at(AT_FDCWD, path, PROC_MAX, len);
}

bool process_is(long pid, uint64_t start)
{
	cleanup_free char *text = proc_text(pid, "stat", NULL);
	const char *after = text ? strrchr(text, ')') : NULL;

	if (!after || !after[1] || after[2] == 'Z' || after[2] == 'X')
		return false;
	return process_start_time((pid_t)pid) == start;
}

static void note_process(struct gc_report *report, long pid)
{
	cleanup_free char *comm = proc_text(pid, "comm", NULL);
	char safe[SAFE_TEXT_SIZE];

	if (!report)
		return;
	report->processes++;
	if (comm)
		comm[strcspn(comm, "\n")] = '\0';
	gc_note(report, "process %ld (%s)", pid, safe_text(comm ? comm : "?", safe));
}

/* Calls visit for every process but the caller, until one returns non-zero. */
static int each_process(int (*visit)(long pid, void *data), void *data)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	int rc = 0;

	while (proc && rc == 0 && (e = readdir(proc))) {
		long pid = strtol(e->d_name, NULL, 10);

		if (pid > 0 && pid != getpid())
			rc = visit(pid, data);
	}
	if (proc)
		closedir(proc);
	return rc;
}

struct group {
	const char *needle; /* "/tare-<id>" */
	struct gc_report *report;
};

static int count_member(long pid, void *data)
{
	struct group *g = data;
	cleanup_free char *text = proc_text(pid, "cgroup", NULL);
	const char *p = text;

	for (p = p ? strstr(p, g->needle) : NULL; p; p = strstr(p, g->needle)) {
		p += strlen(g->needle);
		if (*p == '\n' || *p == '/' || *p == '\0') {
			note_process(g->report, pid);
			break;
		}
	}
	return 0;
}

void gc_count_group(const char *name, struct gc_report *report)
{
	cleanup_free char *needle = xasprintf("/%s", name);
	struct group g = {needle, report};

	if (report)
		each_process(count_member, &g);
}

struct lab_mount {
	const char *point, *source; /* where, and the name we gave its source */
	struct stat host; /* PID 1's mount namespace: never touched, whatever is mounted there */
	int64_t deadline;
	unsigned killed;
	struct gc_report *report;
	struct error *err;
};

/* mountinfo: ID PARENT MAJ:MIN ROOT POINT OPTIONS [FIELDS...] - TYPE SOURCE OPTIONS */
static bool names_mount(char *mountinfo, const struct lab_mount *m)
{
	char *save = NULL;

	for (char *line = strtok_r(mountinfo, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		const char *tail = strstr(line, " - tmpfs ");
		const char *point = line;
		size_t n = strlen(m->source);

		for (int field = 0; point && field < 4; field++) {
			point = strchr(point, ' ');
			point = point ? point + 1 : NULL;
		}
		if (!tail || !point || strncmp(tail + 9, m->source, n) != 0 || tail[9 + n] != ' ')
			continue;
		n = strlen(m->point);
		if (strncmp(point, m->point, n) == 0 && point[n] == ' ')
			return true;
	}
	return false;
}

static bool lives_in_lab(long pid, const struct lab_mount *m)
{
	cleanup_free char *ns = xasprintf("/proc/%ld/ns/mnt", pid);
	cleanup_free char *mountinfo = NULL;
	struct stat st;

	if (stat(ns, &st) < 0 || (st.st_ino == m->host.st_ino && st.st_dev == m->host.st_dev))
		return false;
	mountinfo = proc_text(pid, "mountinfo", NULL);
	return mountinfo && names_mount(mountinfo, m);
}

static int kill_inhabitant(long pid, void *data)
{
	struct lab_mount *m = data;
	cleanup_close int pidfd = -1;

	if (!lives_in_lab(pid, m))
		return 0;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	/* Once more: now the descriptor and not the number says who it is. */
	if (pidfd < 0 || !lives_in_lab(pid, m))
		return 0;
	note_process(m->report, pid);
	m->killed++;
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_errno(
			m->err, EXIT_INTERNAL, errno, "gc: cannot kill process %ld", pid);
	if (wait_fd(pidfd, POLLIN, m->deadline, m->err) == 1)
		return 0;
	return error_set(m->err, EXIT_INTERNAL,
		"gc: process %ld, got still alive after SIGKILL, expected its end; see its state in /proc",
		pid);
}

int gc_kill_lab(const char *tmp, const char *id, int64_t deadline, struct gc_report *report,
	struct error *err)
{
	cleanup_free char *source = xasprintf("tare-%s", id);
	struct lab_mount m = {tmp, source, .deadline = deadline, .report = report, .err = err};

	/* Where it cannot be read, the mount's place and name must do: nobody else mounts that. */
	if (stat("/proc/1/ns/mnt", &m.host) < 0)
		m.host = (struct stat){0};
	/* Again until a whole round finds none: they may fork while we look. */
	do {
		m.killed = 0;
		if (each_process(kill_inhabitant, &m) < 0)
			return -1;
	} while (m.killed && now_ns() < deadline);
	return m.killed
		? error_set(err, EXIT_INTERNAL,
			  "gc: processes in the lab of run %s, got more each time, expected none; run \"tare gc\"",
			  id)
		: 0;
}

struct domain {
	const char
		*guest; /* "guest=NAME", the whole of an argument or what stands before its comma */
	int64_t deadline;
	bool left;
	struct gc_report *report;
};

static bool is_guest(long pid, const char *guest)
{
	size_t len = 0, n = strlen(guest);
	cleanup_free char *text = proc_text(pid, "cmdline", &len);
	const char *p = text;

	while (p && p < text + len) {
		if (!strncmp(p, guest, n) && (p[n] == ',' || p[n] == '\0'))
			return true;
		p += strlen(p) + 1;
	}
	return false;
}

static int kill_guest(long pid, void *data)
{
	struct domain *d = data;
	cleanup_close int pidfd = -1;

	if (!is_guest(pid, d->guest))
		return 0;
	pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	/* Looked at again: the descriptor may already be another process's. */
	if (pidfd < 0 || !is_guest(pid, d->guest))
		return 0;
	note_process(d->report, pid);
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 ||
		wait_fd(pidfd, POLLIN, d->deadline, NULL) <= 0)
		d->left = true;
	return 0;
}

/* libvirt puts a guest into "machine" groups in every hierarchy, which only it removes: empty now. */
static void remove_machine_groups(const char *name)
{
	static const char *const below[] = {"/*", ""};

	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		cleanup_free char *pattern =
			xasprintf("/sys/fs/cgroup/{,*/}machine*/*-%s*%s", name, below[i]);
		glob_t found;

		if (glob(pattern, GLOB_BRACE | GLOB_ONLYDIR | GLOB_NOSORT, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc; k++)
				rmdir(found.gl_pathv[k]);
		globfree(&found);
	}
}

int gc_kill_domain(const char *name, int64_t deadline, struct gc_report *report)
{
	cleanup_free char *guest = xasprintf("guest=%s", name);
	struct domain d = {.guest = guest, .deadline = deadline, .report = report};

	each_process(kill_guest, &d);
	remove_machine_groups(name);
	return d.left ? -1 : 0;
}

struct unknown {
	int state;
	struct gc_report *report;
};

/* One of the arguments holds "guest=tare-...": libvirt names its domains so. */
static int note_unknown(long pid, void *data)
{
	struct unknown *u = data;
	size_t len = 0;
	cleanup_free char *text = proc_text(pid, "cmdline", &len);
	const char *guest = text ? memmem(text, len, "guest=tare-", 11) : NULL;
	char id[17] = "", safe[SAFE_TEXT_SIZE];
	cleanup_free char *name = NULL;
	struct stat st;

	if (!guest)
		return 0;
	for (size_t i = 0; i < 16 && isxdigit((unsigned char)guest[11 + i]); i++)
		id[i] = guest[11 + i];
	if (strlen(id) == 16 && fstatat(u->state, id, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	name = xstrdup(guest + 6);
	name[strcspn(name, ",")] = '\0';
	gc_note(u->report, "unknown: domain %s (process %ld), no ledger names it; left alone",
		safe_text(name, safe), pid);
	return 0;
}

void gc_unknown_domains(int state, struct gc_report *report)
{
	struct unknown u = {state, report};

	if (report)
		each_process(note_unknown, &u);
}
