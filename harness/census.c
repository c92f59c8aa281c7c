/* census.c - the names of what was counted: one line a trial in census.jsonl of the run folder. */
#include "census.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int census_write(int dirfd, const struct trial *t, const json_t *census, struct error *err)
{
	cleanup_close int fd = -1;
	cleanup_free char *line = NULL, *text = NULL;
	cleanup_json json_t *o = NULL;

	if (!census)
		return 0;
	o = json_pack("{s:i, s:i, s:i, s:s, s:s, s:i, s:O}", "block", (int)t->block, "trial",
		(int)t->index, "attempt", (int)t->attempt, "arm", t->arm->name, "workload",
		t->workload->name, "instances", (int)t->instances, "names", (json_t *)census);
	text = o ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (!text)
		return error_set(err, EXIT_INTERNAL, "census.jsonl: the names cannot be written");
	line = xasprintf("%s\n", text);
	fd = openat(dirfd, "census.jsonl", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		0644);
	if (fd < 0 || write_all(fd, line, strlen(line)) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "census.jsonl: cannot write");
	return 0;
}
