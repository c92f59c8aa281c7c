/* evidence.c - evidence.jsonl of the run folder: one line a trial and kind. A new kind is a call of evidence_add() in
 * a probe and a row in results/README.md. */
#include "evidence.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int write_line(int fd, const struct trial *t, const json_t *one, struct error *err)
{
	cleanup_json json_t *o = json_pack("{s:i, s:i, s:i, s:s, s:s, s:i}", "block", (int)t->block,
		"trial", (int)t->index, "attempt", (int)t->attempt, "arm", t->arm->name, "workload",
		t->workload->name, "instances", (int)t->instances);
	cleanup_free char *line = NULL, *text = NULL;

	if (!o || json_object_update(o, (json_t *)one) < 0)
		return error_set(err, EXIT_INTERNAL, "evidence.jsonl: a record cannot be encoded");
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (!text)
		return error_set(err, EXIT_INTERNAL, "evidence.jsonl: a record cannot be encoded");
	line = xasprintf("%s\n", text);
	if (write_all(fd, line, strlen(line)) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "evidence.jsonl: cannot write");
	return 0;
}

int evidence_write(int dirfd, const struct trial *t, const json_t *evidence, struct error *err)
{
	cleanup_close int fd = -1;
	const json_t *one;
	size_t i;

	if (!evidence)
		return 0;
	fd = openat(dirfd, "evidence.jsonl", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		0644);
	if (fd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "evidence.jsonl: cannot write");
	json_array_foreach (evidence, i, one)
		if (write_line(fd, t, one, err) < 0)
			return -1;
	return 0;
}
