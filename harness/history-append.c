/* history-append.c - one line more in history.jsonl: under a lock, to the disk, nothing torn left behind it. */
#include "history-internal.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

/* Whoever may write into its folder could point it at any file. */
static int refuse_link(const char *where, struct error *err)
{
	return error_set(err, EXIT_USAGE,
		"%s: is a symbolic link, expected a regular file; name the file that it points to",
		where);
}

/* Opened for reading and writing, never through a link, and locked: the next writer waits. */
static int open_locked(const char *path, const char *where, struct error *err)
{
	cleanup_close int fd =
		open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0644);
	struct stat st;
	int rc;

	if (fd < 0 && errno == ELOOP)
		return refuse_link(where, err);
	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be written", where);
	do
		rc = flock(fd, LOCK_EX);
	while (rc < 0 && errno == EINTR);
	if (rc < 0 || fstat(fd, &st) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: cannot be locked", where);
	if (!S_ISREG(st.st_mode))
		return error_set(
			err, EXIT_USAGE, "%s: is not a file, expected a regular file", where);
	return steal_fd(&fd);
}

/* All or nothing: what was written of a line that could not be finished is cut off again. */
static int write_line(int fd, off_t at, const char *text, const char *where, struct error *err)
{
	if (lseek(fd, at, SEEK_SET) >= 0 && write_all(fd, text, strlen(text)) == 0 &&
		fsync(fd) == 0)
		return 0;
	error_errno(err, EXIT_USAGE, errno, "%s: cannot be written", where);
	(void)!ftruncate(fd, at);
	return -1;
}

static bool is_known(const struct history *h, const json_t *line)
{
	const char *kind = json_string_value(json_object_get(line, "kind"));
	const char *id = json_string_value(json_object_get(line, "id"));

	return kind && !strcmp(kind, "run") && id && json_object_get(h->runs, id);
}

int history_append(
	const char *path, const json_t *line, struct history_appended *done, struct error *err)
{
	cleanup_history struct history h = {0};
	cleanup_free char *dumped = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(10));
	cleanup_free char *text = NULL;
	char where[SAFE_TEXT_SIZE];
	cleanup_close int fd = -1;
	off_t end;

	safe_text(path, where);
	if (!dumped)
		return error_set(err, EXIT_INTERNAL, "%s: the line cannot be made", where);
	fd = open_locked(path, where, err);
	if (fd < 0 || history_read(path, &h, err) < 0)
		return -1;
	*done = (struct history_appended){.known = is_known(&h, line), .cut = h.torn_bytes};
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: cannot be measured", where);
	end -= (off_t)h.torn_bytes;
	if (h.torn_bytes && ftruncate(fd, end) < 0)
		return error_errno(
			err, EXIT_USAGE, errno, "%s: its torn last line cannot be cut", where);
	text = xasprintf("%s%s\n", h.unended ? "\n" : "", dumped);
	return done->known ? 0 : write_line(fd, end, text, where, err);
}

/* The file but for a torn last line: its bytes, each line ended. */
static int put_file(FILE *out, const char *path, struct error *err)
{
	cleanup_history struct history h = {0};
	cleanup_free char *text = NULL;
	char where[SAFE_TEXT_SIZE];
	size_t len = 0;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (history_read(path, &h, err) < 0)
		return -1;
	text = read_file_at(AT_FDCWD, path, HISTORY_MAX_FILE, &len);
	if (!text || len < h.torn_bytes)
		return error_set(err, EXIT_USAGE, "%s: changed while it was read; try again",
			safe_text(path, where));
	fwrite(text, 1, len - h.torn_bytes, out);
	if (h.unended)
		fputc('\n', out);
	return 0;
}

int history_read_with(const char *path, const json_t *lines, struct history *out, struct error *err)
{
	cleanup_free char *text = NULL;
	char where[SAFE_TEXT_SIZE];
	const json_t *line;
	size_t i, len = 0;
	FILE *all = open_memstream(&text, &len);
	int rc;

	if (!all)
		return error_set(err, EXIT_INTERNAL, "history: no memory");
	rc = put_file(all, path, err);
	json_array_foreach ((json_t *)lines, i, line) {
		json_dumpf(line, all, JSON_COMPACT | JSON_REAL_PRECISION(10));
		fputc('\n', all);
	}
	fclose(all);
	return rc < 0 ? -1
		      : history_parse_at(text, len, safe_text(path, where), time(NULL), out, err);
}

int history_check(const char *path, struct error *err)
{
	cleanup_history struct history h = {0};
	char where[SAFE_TEXT_SIZE];
	struct stat st;

	if (lstat(path, &st) < 0 && errno == ENOENT)
		return 0;
	safe_text(path, where);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return refuse_link(where, err);
	if (history_read(path, &h, err) < 0)
		return -1;
	return eaccess(path, W_OK) == 0
		? 0
		: error_errno(err, EXIT_USAGE, errno, "%s: cannot be written", where);
}
