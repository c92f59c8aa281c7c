/* sample-read.c - samples.jsonl read back and checked, line by line. A new key goes into sample_keys[]
 * and read_sample(). */
#include "json.h"
#include "sample-index.h"
#include "sample.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_LINE (1u << 20)
#define MAX_TRIALS 100000000u

static const char *const sample_keys[] = {"block", "trial", "attempt", "arm", "workload",
	"instances", "metric", "unit", "value", "status", "reason", "flags", NULL};
static const char *const mark_keys[] = {
	"block", "trial", "attempt", "arm", "workload", "instances", "done", "guard", NULL};

struct reader {
	struct sample_set set;
	size_t room, room_done;
	struct sample_index index;
	char where[64]; /* "samples.jsonl:7" */
	struct error *err;
};

static int need_count(
	struct reader *r, const json_t *o, const char *key, unsigned max, unsigned *out)
{
	uint64_t v = 0;

	if (!json_object_get(o, key))
		return json_fail(r->err, r->where, key, "missing", NULL, "a whole number");
	if (json_get_count(o, key, 0, max, &v, r->where, r->err) < 0)
		return -1;
	*out = (unsigned)v;
	return 0;
}

static int need_name(struct reader *r, const json_t *o, const char *key, const char **out)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		return json_fail(r->err, r->where, key, "missing", NULL, "a name");
	if (!json_is_string(v) || !name_is_valid(json_string_value(v)))
		return json_fail(r->err, r->where, key, "not a name", v,
			"1 to 64 letters, digits or \"_.+-\", starting with a letter or digit");
	*out = sample_intern(&r->index, &r->set, json_string_value(v));
	return 0;
}

static int read_cell(struct reader *r, const json_t *o, struct sample *s)
{
	if (need_count(r, o, "block", 1000000, &s->block) < 0 ||
		need_count(r, o, "trial", MAX_TRIALS, &s->trial) < 0 ||
		need_count(r, o, "attempt", 1, &s->attempt) < 0 ||
		need_name(r, o, "arm", &s->arm) < 0 ||
		need_name(r, o, "workload", &s->workload) < 0 ||
		need_count(r, o, "instances", 4096, &s->instances) < 0)
		return -1;
	return 0;
}

static int read_metric(struct reader *r, const json_t *o, struct sample *s)
{
	const json_t *name = json_object_get(o, "metric"), *unit = json_object_get(o, "unit");
	int id = json_is_string(name) ? metric_find(json_string_value(name)) : -1;

	if (!name)
		return json_fail(r->err, r->where, "metric", "missing", NULL, "a metric's name");
	if (id < 0)
		return json_fail(r->err, r->where, "metric", "unknown metric", name,
			"one of those in tare list metrics");
	if (!unit)
		return json_fail(
			r->err, r->where, "unit", "missing", NULL, "\"%s\"", metrics[id].unit);
	if (!json_is_string(unit) || strcmp(json_string_value(unit), metrics[id].unit) != 0)
		return json_fail(
			r->err, r->where, "unit", "wrong unit", unit, "\"%s\"", metrics[id].unit);
	s->metric = (enum metric_id)id;
	return 0;
}

static int read_flags(struct reader *r, const json_t *o, struct sample *s)
{
	const json_t *list = NULL, *v;
	size_t i;

	if (json_get_list(o, "flags", &list, r->where, r->err) < 0)
		return -1;
	json_array_foreach (list, i, v) {
		size_t bit = 0;

		while (json_is_string(v) && sample_flag_names[bit] &&
			strcmp(sample_flag_names[bit], json_string_value(v)) != 0)
			bit++;
		if (!json_is_string(v) || !sample_flag_names[bit])
			return json_fail(
				r->err, r->where, "flags", "unknown flag", v, "a flag's name");
		s->flags |= 1u << bit;
	}
	return 0;
}

static int read_value(struct reader *r, const json_t *o, struct sample *s)
{
	const json_t *value = json_object_get(o, "value"), *reason = json_object_get(o, "reason");
	const json_t *status = json_object_get(o, "status");
	const char *word = json_is_string(status) ? json_string_value(status) : "";

	if (strcmp(word, "ok") != 0 && strcmp(word, "skipped") != 0 && strcmp(word, "failed") != 0)
		return json_fail(r->err, r->where, "status", status ? "unknown status" : "missing",
			status, "\"ok\", \"skipped\" or \"failed\"");
	if (!value)
		return json_fail(r->err, r->where, "value", "missing", NULL, "a number or null");
	if (strcmp(word, "ok") == 0) {
		if (!json_is_number(value))
			return json_fail(r->err, r->where, "value", "wrong type", value,
				"a number with status ok");
		s->value = json_number_value(value);
		if (reason)
			return json_fail(r->err, r->where, "reason", "beside a value", reason,
				"none with status ok");
		return 0;
	}
	s->status = *word == 's' ? SAMPLE_SKIPPED : SAMPLE_FAILED;
	if (!json_is_null(value))
		return json_fail(r->err, r->where, "value", "wrong type", value,
			"null with status %s", word);
	if (!json_is_string(reason) || !*json_string_value(reason))
		return json_fail(r->err, r->where, "reason", reason ? "not a reason" : "missing",
			reason, "a text with status %s", word);
	s->reason = sample_intern(&r->index, &r->set, json_string_value(reason));
	return 0;
}

/* Files of before the guards have none. */
static int read_guard(struct reader *r, const json_t *o, struct trial_mark *m)
{
	static const char *const keys[] = {
		"seconds", "foreign_cpu", "steal", "swap_ins", "throttled", NULL};
	double *const to[] = {&m->guard.seconds, &m->guard.foreign_cpu, &m->guard.steal,
		&m->guard.swap_ins, &m->guard.throttled};
	cleanup_free char *place = json_place(r->where, "guard");
	const json_t *guard = NULL;

	if (json_get_object(o, "guard", &guard, r->where, r->err) < 0)
		return -1;
	if (!guard)
		return 0;
	if (json_known_keys(guard, keys, place, r->err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(to); i++) {
		if (!json_object_get(guard, keys[i]))
			return json_fail(r->err, place, keys[i], "missing", NULL, "a number");
		if (json_get_number(guard, keys[i], 0, 1e18, to[i], place, r->err) < 0)
			return -1;
	}
	m->guarded = true;
	return 0;
}

static int read_mark(struct reader *r, const json_t *o)
{
	struct sample_set *set = &r->set;
	struct trial_mark m = {0};
	struct sample s = {0};

	if (json_known_keys(o, mark_keys, r->where, r->err) < 0 || read_cell(r, o, &s) < 0 ||
		read_guard(r, o, &m) < 0)
		return -1;
	if (!json_is_true(json_object_get(o, "done")))
		return json_fail(r->err, r->where, "done", "wrong value",
			json_object_get(o, "done"), "true");
	if (!sample_first_time(&r->index, s.trial, s.attempt, METRIC_COUNT))
		return error_set(r->err, EXIT_USAGE,
			"%s: trial %u is finished twice, expected once; the file is damaged",
			r->where, s.trial);
	if (set->n_done == r->room_done) {
		r->room_done = r->room_done ? r->room_done * 2 : 64;
		set->done = xrealloc(set->done, r->room_done * sizeof(*set->done));
	}
	m.block = s.block;
	m.trial = s.trial;
	m.attempt = s.attempt;
	m.instances = s.instances;
	m.arm = s.arm;
	m.workload = s.workload;
	set->done[set->n_done++] = m;
	return 0;
}

static int read_sample(struct reader *r, const json_t *o)
{
	struct sample_set *set = &r->set;
	struct sample s = {0};

	if (json_known_keys(o, sample_keys, r->where, r->err) < 0 || read_cell(r, o, &s) < 0 ||
		read_metric(r, o, &s) < 0 || read_value(r, o, &s) < 0 || read_flags(r, o, &s) < 0)
		return -1;
	if (!sample_first_time(&r->index, s.trial, s.attempt, s.metric))
		return error_set(r->err, EXIT_USAGE,
			"%s: %s of trial %u comes twice, expected once; the file is damaged",
			r->where, metrics[s.metric].name, s.trial);
	if (set->n == r->room) {
		r->room = r->room ? r->room * 2 : 256;
		set->samples = xrealloc(set->samples, r->room * sizeof(*set->samples));
	}
	set->samples[set->n++] = s;
	return 0;
}

static int read_line(struct reader *r, const char *line, size_t len)
{
	cleanup_json json_t *o = NULL;
	char safe[SAFE_TEXT_SIZE];
	json_error_t e;

	if (len > MAX_LINE)
		return error_set(r->err, EXIT_USAGE,
			"%s: too long, got %zu bytes, expected at most %u; the file is damaged",
			r->where, len, MAX_LINE);
	o = json_loadb(line, len, JSON_REJECT_DUPLICATES, &e);
	if (!o)
		return error_set(r->err, EXIT_USAGE,
			"%s: column %d: not readable, got %s, expected one JSON object; the file is damaged",
			r->where, e.column, safe_text(e.text, safe));
	if (!json_is_object(o))
		return json_fail(r->err, r->where, NULL, "wrong type", o, "one JSON object");
	return json_object_get(o, "done") ? read_mark(r, o) : read_sample(r, o);
}

static int read_lines(struct reader *r, FILE *f)
{
	cleanup_free char *line = NULL;
	size_t room = 0, number = 0, marks;
	off_t at = 0;
	ssize_t n;

	while ((n = getline(&line, &room, f)) > 0) {
		snprintf(r->where, sizeof(r->where), "samples.jsonl:%zu", ++number);
		if (line[n - 1] != '\n') {
			r->set.torn_bytes = (size_t)n;
			break;
		}
		marks = r->set.n_done;
		if (read_line(r, line, (size_t)n - 1) < 0)
			return -1;
		at += n;
		if (r->set.n_done > marks)
			r->set.finished_bytes = at;
	}
	if (ferror(f))
		return error_errno(r->err, EXIT_USAGE, errno, "samples.jsonl: cannot be read");
	return 0;
}

/* A trial's mark is written after its samples: those without one belong to a trial that was cut. */
static void leave_unfinished(struct reader *r)
{
	struct sample_set *set = &r->set;
	size_t kept = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct sample *s = &set->samples[i];

		if (sample_was_seen(&r->index, s->trial, s->attempt, METRIC_COUNT))
			set->samples[kept++] = *s;
	}
	set->unfinished = set->n - kept;
	set->n = kept;
}

int sample_set_read(int dirfd, struct sample_set *set, struct error *err)
{
	cleanup_file FILE *f = NULL;
	cleanup_close int fd =
		openat(dirfd, "samples.jsonl", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct reader r = {.err = err};
	struct stat st;
	int rc;

	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "samples.jsonl: cannot be opened");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(
			err, EXIT_USAGE, "samples.jsonl: is not a file, expected a regular file");
	f = fdopen(fd, "r");
	if (!f)
		return error_errno(err, EXIT_INTERNAL, errno, "samples.jsonl: cannot be opened");
	steal_fd(&fd);
	rc = read_lines(&r, f);
	leave_unfinished(&r);
	sample_index_free(&r.index);
	if (rc < 0)
		sample_set_free(&r.set);
	else
		*set = r.set;
	return rc;
}

void sample_set_free(struct sample_set *set)
{
	free(set->samples);
	free(set->done);
	for (size_t i = 0; i < set->n_strings; i++)
		free(set->strings[i]);
	free(set->strings);
	*set = (struct sample_set){0};
}
