/* evidence-read.c - evidence.jsonl of a run folder: the curves and tables behind single values, as a list. */
#include "report-internal.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_LINE (4u << 20) /* B */
#define MAX_LINES 20000u

/* One line without its end. */
static int take(json_t *list, const char *line, size_t len, size_t number, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	json_error_t e;
	json_t *o;

	if (len > MAX_LINE || number > MAX_LINES)
		return error_set(err, EXIT_USAGE,
			"evidence.jsonl:%zu: too long, got %zu bytes, expected at most %u lines of %u bytes; the file is damaged",
			number, len, MAX_LINES, MAX_LINE);
	o = json_loadb(line, len, JSON_REJECT_DUPLICATES, &e);
	if (!o)
		return error_set(err, EXIT_USAGE,
			"evidence.jsonl:%zu: column %d: not readable, got %s, expected one JSON object; the file is damaged",
			number, e.column, safe_text(e.text, safe));
	if (json_is_object(o))
		return json_array_append_new(list, o);
	json_decref(o);
	return error_set(err, EXIT_USAGE,
		"evidence.jsonl:%zu: wrong type, expected one JSON object; the file is damaged",
		number);
}

static int read_lines(FILE *f, json_t *list, struct error *err)
{
	cleanup_free char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t n;

	while ((n = getline(&line, &room, f)) > 0) {
		if (line[n - 1] != '\n') /* cut by a crash */
			break;
		if (take(list, line, (size_t)n - 1, ++number, err))
			return -1;
	}
	if (ferror(f))
		return error_errno(err, EXIT_USAGE, errno, "evidence.jsonl: cannot be read");
	return 0;
}

int evidence_read(int dirfd, json_t **list, struct error *err)
{
	cleanup_close int fd =
		openat(dirfd, "evidence.jsonl", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	cleanup_file FILE *f = NULL;
	struct stat st;
	json_t *all;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "evidence.jsonl: cannot be opened");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(
			err, EXIT_USAGE, "evidence.jsonl: is not a file, expected a regular file");
	f = fdopen(fd, "r");
	if (!f)
		return error_errno(err, EXIT_INTERNAL, errno, "evidence.jsonl: cannot be opened");
	steal_fd(&fd);
	all = json_array();
	if (read_lines(f, all, err)) {
		json_decref(all);
		return -1;
	}
	*list = all;
	return 0;
}

const json_t *view_evidence(const struct view *v, size_t arm, const char *kind)
{
	const json_t *found = NULL;
	size_t i;
	json_t *row;

	json_array_foreach ((json_t *)v->evidence, i, row)
		if (!strcmp(json_text_at(row, "kind", NULL), kind) &&
			!strcmp(json_text_at(row, "arm", NULL), v->arms[arm].name) &&
			!strcmp(json_text_at(row, "workload", NULL), v->at.workload) &&
			json_is_object(json_object_get(row, "data")))
			found = json_object_get(row, "data");
	return found;
}
