/* process.c - what /proc tells about one process except its memory (process-memory.c). */
#include "procfs.h"

#include "strict-text.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define PF_KTHREAD 0x00200000u /* include/linux/sched.h of the kernel; shown in field 9 of stat */

static bool is_gone(int errnum)
{
	return errnum == ENOENT || errnum == ESRCH;
}

/* Field 2, the name, may hold spaces and parentheses: it ends at the last ')'. */
static int stat_parse(
	const char *where, const char *text, struct process_stat *out, struct error *err)
{
	static const char rule[] = "\"PID (NAME) STATE\" and at least 19 numbers, as in proc(5)";
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	uint64_t ids[1] = {0}, rest[19] = {0}; /* rest[k] is field k + 4 */
	struct process_stat s = {0};
	char numbers[1024];
	size_t len, used = 0;

	if (!open || !close || close < open || close[1] != ' ' || close[2] == '\0' ||
		close[3] != ' ')
		return text_malformed(where, "the content", text, rule, err);
	/* tty_nr, tpgid, priority and nice may be negative, and none of them is wanted: minus signs go. */
	for (const char *p = close + 3; *p && *p != '\n' && used + 1 < sizeof(numbers); p++)
		if (*p != '-')
			numbers[used++] = *p;
	numbers[used] = '\0';
	if (text_numbers(text, ids, 1) < 0 || text_numbers(numbers, rest, ARRAY_SIZE(rest)) < 0 ||
		ids[0] == 0 || ids[0] > INT_MAX || rest[0] > INT_MAX || rest[16] > UINT_MAX)
		return text_malformed(where, "the content", text, rule, err);
	len = (size_t)(close - open - 1);
	if (len >= sizeof(s.comm))
		len = sizeof(s.comm) - 1;
	memcpy(s.comm, open + 1, len);
	s.pid = (pid_t)ids[0];
	s.state = close[2];
	s.ppid = (pid_t)rest[0];
	s.kernel_thread = rest[5] & PF_KTHREAD;
	s.major_faults = rest[8];
	s.threads = (unsigned)rest[16];
	s.start_ticks = rest[18];
	*out = s;
	return 0;
}

int proc_stat(int root, pid_t pid, struct process_stat *out, bool *gone, struct error *err)
{
	cleanup_free char *where = xasprintf("/proc/%d/stat", (int)pid);
	cleanup_free char *text = read_file_at(root, where + 1, TEXT_MAX, NULL);
	struct process_stat s = {0};

	if (!text && is_gone(errno)) {
		*gone = true;
		return 0;
	}
	if (!text)
		return error_errno(err, EXIT_PREREQUISITE, errno, "%s: cannot read", where);
	if (stat_parse(where, text, &s, err) < 0)
		return -1;
	if (s.pid != pid)
		return text_malformed(
			where, "the content", text, "the same pid as in its path", err);
	*out = s;
	*gone = false;
	return 0;
}

static int pid_order(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Every entry of a folder that is a number, ascending. -1 with errno. */
static int numeric_entries(int root, const char *path, pid_t **out, size_t *n)
{
	__attribute__((cleanup(closedirp))) DIR *dir = NULL;
	cleanup_close int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free pid_t *list = NULL;
	size_t used = 0, size = 0;
	struct dirent *e;

	if (fd < 0 || !(dir = fdopendir(fd)))
		return -1;
	steal_fd(&fd);
	while (errno = 0, (e = readdir(dir)) != NULL) {
		uint64_t v;

		if (parse_u64(e->d_name, 1, INT_MAX, &v) < 0)
			continue;
		if (used == size) {
			size = size ? 2 * size : 128;
			list = xrealloc(list, size * sizeof(*list));
		}
		list[used++] = (pid_t)v;
	}
	if (errno)
		return -1;
	if (used)
		qsort(list, used, sizeof(*list), pid_order);
	*out = steal_ptr(list);
	*n = used;
	return 0;
}

int proc_pids(int root, pid_t **pids, size_t *n, struct error *err)
{
	pid_t *list;
	size_t used;

	if (numeric_entries(root, "proc", &list, &used) < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "/proc: cannot list the processes");
	if (used == 0) {
		free(list);
		return error_set(err, EXIT_PREREQUISITE,
			"/proc: no process is listed, expected at least this one; is procfs mounted there?");
	}
	*pids = list;
	*n = used;
	return 0;
}

/* One thread's time: 1 added, 0 it has ended, -1. */
static int thread_cpu_ns(int root, pid_t pid, pid_t tid, uint64_t *sum, struct error *err)
{
	cleanup_free char *where = xasprintf("/proc/%d/task/%d/schedstat", (int)pid, (int)tid);
	cleanup_free char *text = read_file_at(root, where + 1, TEXT_MAX, NULL);
	uint64_t f[3]; /* ns on CPU, ns waiting for one, time slices */

	if (!text && is_gone(errno))
		return 0;
	if (!text)
		return error_errno(err, EXIT_PREREQUISITE, errno, "%s: cannot read", where);
	if (text_numbers(text, f, ARRAY_SIZE(f)) < 0)
		return text_malformed(where, "the content", text, "three numbers", err);
	*sum += f[0];
	return 1;
}

int proc_cpu_ns(int root, pid_t pid, uint64_t *ns, bool *gone, struct error *err)
{
	cleanup_free char *where = xasprintf("/proc/%d/task", (int)pid);
	cleanup_free char *stat_path = xasprintf("proc/%d/stat", (int)pid);
	cleanup_free pid_t *tids = NULL;
	size_t n = 0, seen = 0;
	uint64_t sum = 0;

	if (numeric_entries(root, where + 1, &tids, &n) < 0 && !is_gone(errno))
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "%s: cannot list the threads", where);
	for (size_t i = 0; i < n; i++) {
		int added = thread_cpu_ns(root, pid, tids[i], &sum, err);

		if (added < 0)
			return -1;
		seen += (size_t)added;
	}
	if (!seen && faccessat(root, stat_path, F_OK, 0) == 0)
		return error_set(err, EXIT_PREREQUISITE,
			"%s: no thread has a readable schedstat, expected one; the kernel needs CONFIG_SCHED_INFO",
			where);
	*gone = !seen;
	if (seen)
		*ns = sum;
	return 0;
}

/* 1 and *st, 0 when there is nothing to see (ended, a kernel thread, not ours to look at), -1 errno. */
static int exe_stat(int root, pid_t pid, struct stat *st)
{
	cleanup_free char *path = xasprintf("proc/%d/exe", (int)pid);

	if (fstatat(root, path, st, 0) == 0)
		return 1;
	return is_gone(errno) || errno == EACCES || errno == EPERM ? 0 : -1;
}

int proc_strangers_with_binary(
	int root, pid_t pid, const pid_t *pids, size_t n, unsigned *count, struct error *err)
{
	cleanup_free pid_t *all = NULL;
	unsigned strangers = 0;
	struct stat own, other;
	size_t m = 0;

	if (exe_stat(root, pid, &own) != 1)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "/proc/%d/exe: cannot look at it", (int)pid);
	if (proc_pids(root, &all, &m, err) < 0)
		return -1;
	for (size_t i = 0; i < m; i++) {
		bool ours = all[i] == pid;
		int seen;

		for (size_t k = 0; k < n && !ours; k++)
			ours = pids[k] == all[i];
		if (ours)
			continue;
		seen = exe_stat(root, all[i], &other);
		if (seen < 0)
			return error_errno(err, EXIT_PREREQUISITE, errno,
				"/proc/%d/exe: cannot look at it", (int)all[i]);
		if (seen && own.st_dev == other.st_dev && own.st_ino == other.st_ino)
			strangers++;
	}
	*count = strangers;
	return 0;
}
