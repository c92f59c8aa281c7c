/* sample.c - samples.jsonl written: one record, one write, one writer. A new key goes into
 * sample_json(), sample-read.c, results/schema/samples.schema.json and results/README.md. */
#include "json.h"
#include "sample.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

const char *const sample_flag_names[] = {"emulated", "shared_binary", "foreign_cpu", "steal",
	"swap", "throttled", "disputed", "repeated", NULL};

struct sample_writer {
	int fd;
	off_t size; /* end of the last whole record */
};

/* Cuts what follows the last newline: a record that a crash or a full disk tore. */
static int cut_torn_line(int fd, off_t *size, struct error *err)
{
	char block[4096];
	off_t end = lseek(fd, 0, SEEK_END);
	off_t at = end;

	while (at > 0) {
		size_t n = at > (off_t)sizeof(block) ? sizeof(block) : (size_t)at;
		char *newline;

		if (pread(fd, block, n, at - (off_t)n) != (ssize_t)n)
			return error_errno(
				err, EXIT_USAGE, errno, "samples.jsonl: cannot be read back");
		newline = memrchr(block, '\n', n);
		if (newline) {
			at = at - (off_t)n + (newline - block) + 1;
			break;
		}
		at -= (off_t)n;
	}
	if (at != end && ftruncate(fd, at) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "samples.jsonl: cannot be cut");
	*size = at;
	return 0;
}

struct sample_writer *sample_writer_open(int dirfd, bool append, struct error *err)
{
	int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
		(append ? 0 : O_CREAT | O_EXCL);
	cleanup_close int fd = openat(dirfd, "samples.jsonl", flags, 0644);
	struct sample_writer *w;
	struct stat st;
	off_t size = 0;

	if (fd < 0) {
		error_errno(err, EXIT_USAGE, errno, "samples.jsonl: cannot be %s",
			append ? "opened" : "created");
		return NULL;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		error_set(err, EXIT_USAGE, "samples.jsonl: is not a file, expected a regular file");
		return NULL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error_set(err, EXIT_USAGE,
			"samples.jsonl: another tare writes to it, expected one writer; wait for it or choose another folder");
		return NULL;
	}
	if (append && cut_torn_line(fd, &size, err) < 0)
		return NULL;
	w = xmalloc(sizeof(*w));
	w->fd = steal_fd(&fd);
	w->size = size;
	return w;
}

void sample_writer_close(struct sample_writer *w)
{
	if (!w)
		return;
	close(w->fd);
	free(w);
}

/* Whole or not at all: a record that did not fit is cut off again. */
static int append_record(struct sample_writer *w, const json_t *record, struct error *err)
{
	cleanup_free char *text = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(15));
	size_t len = text ? strlen(text) : 0;
	ssize_t n;

	if (!text)
		return error_set(err, EXIT_INTERNAL, "samples.jsonl: a record cannot be encoded");
	text[len++] = '\n'; /* takes the place of the NUL: written by length */
	do
		n = write(w->fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len) {
		w->size += n;
		return 0;
	}
	error_set(err, EXIT_INTERNAL,
		"samples.jsonl: cannot be written: %s; what was measured is kept: mend it, then go on with tare run --resume",
		strerror(n < 0 ? errno : ENOSPC));
	if (n > 0 && ftruncate(w->fd, w->size) < 0)
		error_wrap(err, "samples.jsonl: a torn last line could not be cut");
	return -1;
}

static json_t *flag_list(unsigned flags)
{
	json_t *list = json_array();

	for (size_t i = 0; sample_flag_names[i]; i++)
		if (flags & 1u << i)
			json_array_append_new(list, json_string(sample_flag_names[i]));
	return list;
}

/* The keys that samples and trial marks share. */
static json_t *cell_json(unsigned block, unsigned trial, unsigned attempt, const char *arm,
	const char *workload, unsigned instances)
{
	return json_pack("{si si si so so si}", "block", (int)block, "trial", (int)trial, "attempt",
		(int)attempt, "arm", json_text(arm), "workload", json_text(workload), "instances",
		(int)instances);
}

static json_t *sample_json(const struct sample *s)
{
	static const char *const status_names[] = {"ok", "skipped", "failed"};
	json_t *o = cell_json(s->block, s->trial, s->attempt, s->arm, s->workload, s->instances);

	json_object_set_new(o, "metric", json_string(metrics[s->metric].name));
	json_object_set_new(o, "unit", json_string(metrics[s->metric].unit));
	json_object_set_new(
		o, "value", s->status == SAMPLE_OK ? json_value_of(s->value) : json_null());
	json_object_set_new(o, "status", json_string(status_names[s->status]));
	if (s->status != SAMPLE_OK)
		json_object_set_new(o, "reason", json_text(s->reason));
	if (s->flags)
		json_object_set_new(o, "flags", flag_list(s->flags));
	return o;
}

int sample_write(struct sample_writer *w, const struct sample *s, struct error *err)
{
	cleanup_json json_t *record = NULL;

	if (s->status == SAMPLE_OK && !isfinite(s->value))
		return error_set(err, EXIT_INTERNAL,
			"samples.jsonl: %s: not finite, expected a number",
			metrics[s->metric].name);
	if (s->status != SAMPLE_OK && (!s->reason || !*s->reason))
		return error_set(err, EXIT_INTERNAL,
			"samples.jsonl: %s: not measured and no reason, expected one",
			metrics[s->metric].name);
	record = sample_json(s);
	return append_record(w, record, err);
}

/* Four digits after the point are beyond what ticks can tell. */
static json_t *figure(double d)
{
	return json_value_of(isfinite(d) ? round(d * 1e4) / 1e4 : 0);
}

static json_t *guard_json(const struct guard_figures *g)
{
	return json_pack("{so so so so so}", "seconds", figure(g->seconds), "foreign_cpu",
		figure(g->foreign_cpu), "steal", figure(g->steal), "swap_ins", figure(g->swap_ins),
		"throttled", figure(g->throttled));
}

int sample_mark(struct sample_writer *w, const struct trial_mark *m, struct error *err)
{
	cleanup_json json_t *record =
		cell_json(m->block, m->trial, m->attempt, m->arm, m->workload, m->instances);

	json_object_set_new(record, "done", json_true());
	if (m->guarded)
		json_object_set_new(record, "guard", guard_json(&m->guard));
	if (append_record(w, record, err) < 0)
		return -1;
	if (fdatasync(w->fd) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "samples.jsonl: cannot be flushed");
	return 0;
}

int sample_trial_done(struct sample_writer *w, unsigned block, unsigned trial, unsigned attempt,
	const char *arm, const char *workload, unsigned instances, struct error *err)
{
	struct trial_mark m = {.block = block,
		.trial = trial,
		.attempt = attempt,
		.instances = instances,
		.arm = arm,
		.workload = workload};

	return sample_mark(w, &m, err);
}

int sample_writer_cut(struct sample_writer *w, off_t size, struct error *err)
{
	if (size >= w->size)
		return 0;
	if (ftruncate(w->fd, size) < 0 || fdatasync(w->fd) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "samples.jsonl: cannot be cut");
	w->size = size;
	return 0;
}
