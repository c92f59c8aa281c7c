/* runtime-watch.c - a runtime's processes stopped and let go on; their system calls by perf_event_open(2). */
#include "runtime-watch.h"

#include "procfs.h"
#include "util.h"
#include "wait.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define STOP_TIME NSEC_PER_SEC
#define LOOK_AGAIN (5 * NSEC_PER_MSEC)

int runtime_watch_open(
	struct runtime_watch *w, int root, const struct cgroup *group, struct error *err)
{
	*w = (struct runtime_watch){.root = root};
	return runtime_watch_add(w, group, err);
}

int runtime_watch_add(struct runtime_watch *w, const struct cgroup *group, struct error *err)
{
	cleanup_free pid_t *pids = NULL;
	size_t n;

	if (cgroup_pids(group, &pids, &n, err) < 0)
		return -1;
	w->pids = xrealloc(w->pids, (w->n + n + 1) * sizeof(*w->pids));
	w->pidfds = xrealloc(w->pidfds, (w->n + n + 1) * sizeof(*w->pidfds));
	for (size_t i = 0; i < n; i++, w->n++) {
		w->pids[w->n] = pids[i];
		w->pidfds[w->n] = (int)syscall(SYS_pidfd_open, pids[i], 0);
	}
	return 0;
}

static void signal_all(const struct runtime_watch *w, int sig)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->pidfds[i] >= 0)
			syscall(SYS_pidfd_send_signal, w->pidfds[i], sig, NULL, 0);
}

void runtime_watch_continue(struct runtime_watch *w)
{
	if (w->stopped)
		signal_all(w, SIGCONT);
	w->stopped = false;
}

void runtime_watch_close(struct runtime_watch *w)
{
	runtime_watch_continue(w);
	for (size_t i = 0; i < w->n; i++)
		if (w->pidfds[i] >= 0)
			close(w->pidfds[i]);
	free(w->pidfds);
	free(w->pids);
	*w = (struct runtime_watch){0};
}

json_t *runtime_watch_names(const struct runtime_watch *w)
{
	json_t *names = json_array();

	for (size_t i = 0; i < w->n; i++) {
		struct error ignored = ERROR_INIT;
		struct process_stat st;
		bool gone = false;

		if (proc_stat(w->root, w->pids[i], &st, &gone, &ignored) == 0 && !gone)
			json_array_append_new(names, json_string(st.comm));
	}
	return names;
}

/* How many still run. */
static size_t still_running(const struct runtime_watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct error ignored = ERROR_INIT;
		struct process_stat st;
		bool gone = false;

		if (proc_stat(w->root, w->pids[i], &st, &gone, &ignored) == 0 && !gone)
			n += !strchr("TtZX", st.state);
	}
	return n;
}

/* The stop of a process that is not our child raises no event: it is looked for, by a deadline. */
int runtime_watch_stop(struct runtime_watch *w, struct error *err)
{
	int64_t deadline = now_ns() + STOP_TIME;

	w->stopped = true;
	signal_all(w, SIGSTOP);
	while (still_running(w)) {
		if (now_ns() > deadline)
			error_set(err, EXIT_ARM, "runtime: does not stop on SIGSTOP");
		if (now_ns() > deadline || wait_until(now_ns() + LOOK_AGAIN, err) < 0) {
			runtime_watch_continue(w);
			return -1;
		}
	}
	return 0;
}

/* The tracepoint's number; tracefs is mounted in the lab's own mount namespace where the host has not. */
static int tracepoint(const struct lab *lab, uint64_t *id)
{
	static const char path[] = "events/raw_syscalls/sys_enter/id";
	cleanup_free char *usual = xasprintf("sys/kernel/tracing/%s", path);
	cleanup_free char *text = read_file_at(lab->root, usual, 64, NULL);
	cleanup_free char *at = lab->tmp ? xasprintf("%s/trace", lab->tmp) : NULL;

	if (!text && at && (mkdir(at, 0700) == 0 || errno == EEXIST) &&
		mount("trace", at, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL) ==
			0) {
		cleanup_free char *here = xasprintf("%s/%s", at, path);

		text = read_file_at(AT_FDCWD, here, 64, NULL);
		umount2(at, MNT_DETACH);
	}
	if (!text)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return parse_u64(text, 1, UINT32_MAX, id);
}

static int count_thread(struct syscall_count *c, pid_t thread, uint64_t id)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(a), .config = id, .inherit = 1};
	int fd = (int)syscall(SYS_perf_event_open, &a, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno == ESRCH ? 0 : -1;
	c->fds = xrealloc(c->fds, (c->n + 1) * sizeof(*c->fds));
	c->fds[c->n++] = fd;
	return 0;
}

static int count_process(struct syscall_count *c, int root, pid_t pid, uint64_t id)
{
	cleanup_free char *path = xasprintf("proc/%d/task", (int)pid);
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int rc = 0;

	while (dir && rc == 0 && (e = readdir(dir))) {
		uint64_t thread;

		if (parse_u64(e->d_name, 1, INT32_MAX, &thread) == 0)
			rc = count_thread(c, (pid_t)thread, id);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return rc;
}

int syscall_count_open(struct syscall_count *c, const struct lab *lab,
	const struct runtime_watch *w, char **reason)
{
	uint64_t id;

	*c = (struct syscall_count){.fds = NULL};
	if (tracepoint(lab, &id) < 0) {
		*reason = xstrdup(
			"the kernel shows no tracepoint raw_syscalls:sys_enter to us, expected root and tracefs");
		return 1;
	}
	for (size_t i = 0; i < w->n; i++) {
		if (count_process(c, w->root, w->pids[i], id) == 0)
			continue;
		*reason = xasprintf(
			"system calls cannot be counted: perf_event_open: %s", strerror(errno));
		syscall_count_close(c);
		return 1;
	}
	return 0;
}

uint64_t syscall_count_read(const struct syscall_count *c)
{
	uint64_t sum = 0, one;

	for (size_t i = 0; i < c->n; i++)
		if (read(c->fds[i], &one, sizeof(one)) == sizeof(one))
			sum += one;
	return sum;
}

void syscall_count_close(struct syscall_count *c)
{
	for (size_t i = 0; i < c->n; i++)
		close(c->fds[i]);
	free(c->fds);
	*c = (struct syscall_count){.fds = NULL};
}
