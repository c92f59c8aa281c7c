/* history-read.c - history.jsonl read back and checked, line by line, into nights, series and acts. A new key of a line
 * goes into read_run(); one that older files lack must have a value for its absence. */
#include "history-internal.h"

#include "json.h"
#include "metric.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MAX_LINE (8u << 20)

struct reader {
	struct history *h;
	size_t room_nights, room_series, room_acts;
	char where[SAFE_TEXT_SIZE + 32]; /* "history.jsonl: line 7" */
	struct error *err;
};

/* One copy of a text for as long as the history lives. */
static const char *intern(struct history *h, const char *text)
{
	json_t *kept = json_object_get(h->names, text);

	if (!kept) {
		kept = json_string(text);
		json_object_set_new(h->names, text, kept);
	}
	return json_string_value(kept);
}

/* A text that must be there. */
static const char *need_text(struct reader *r, const json_t *line, const char *key)
{
	const json_t *v = json_object_get(line, key);

	if (json_is_string(v))
		return json_string_value(v);
	json_fail(r->err, r->where, key, v ? "wrong type" : "missing", v, "a text");
	return NULL;
}

static int read_time(
	struct reader *r, const json_t *line, const char *key, char out[21], int64_t *time)
{
	const char *text = need_text(r, line, key);
	struct tm tm = {0};
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	if (!text)
		return -1;
	if (!end || *end || strlen(text) != 20)
		return json_fail(r->err, r->where, key, "not a time", json_object_get(line, key),
			"UTC such as \"2026-11-23T04:13:02Z\"");
	memcpy(out, text, 21);
	*time = timegm(&tm);
	return 0;
}

static int read_id(struct reader *r, const json_t *line, const char *key, const char **out)
{
	const char *id = need_text(r, line, key);

	if (!id)
		return -1;
	if (strlen(id) != 16 || strspn(id, "0123456789abcdef") != 16)
		return json_fail(r->err, r->where, key, "not an id", json_object_get(line, key),
			"16 hex digits");
	*out = id;
	return 0;
}

static const json_t *keep(struct history *h, const json_t *value)
{
	json_array_append(h->kept, (json_t *)value);
	return value;
}

/* Missing margins and lists are those of a plan without them. */
static int read_settings(struct reader *r, const json_t *line, struct history_night *night)
{
	const json_t *margins = NULL, *env = NULL, *primary = NULL;
	const char *why = NULL;
	uint64_t blocks = 0;

	night->margin_time = 0.05;
	night->margin_memory = 0.03;
	if (json_get_object(line, "margins", &margins, r->where, r->err) < 0 ||
		json_get_object(line, "environment", &env, r->where, r->err) < 0 ||
		json_get_list(line, "primary", &primary, r->where, r->err) < 0 ||
		json_get_bool(line, "valid", &night->valid, r->where, r->err) < 0 ||
		json_get_bool(line, "live", &night->live, r->where, r->err) < 0 ||
		json_get_count(line, "blocks", 0, UINT32_MAX, &blocks, r->where, r->err) < 0)
		return -1;
	if (margins &&
		(json_get_number(margins, "time", 0, 10, &night->margin_time, r->where, r->err) <
				0 ||
			json_get_number(margins, "memory", 0, 10, &night->margin_memory, r->where,
				r->err) < 0))
		return -1;
	if (!json_is_null(json_object_get(line, "why")) &&
		json_get_text(line, "why", &why, r->where, r->err) < 0)
		return -1;
	night->blocks = (unsigned)blocks;
	night->environment = env ? keep(r->h, env) : NULL;
	night->primary = primary ? keep(r->h, primary) : NULL;
	night->why = night->valid ? NULL : intern(r->h, why ? why : "no reason told");
	return 0;
}

/* *night: its number; -1 with no error for a run that was there already. */
static int read_night(struct reader *r, const json_t *line, long *night)
{
	struct history *h = r->h;
	struct history_night n = {.valid = true};
	const char *id, *plan, *fingerprint;

	if (read_id(r, line, "id", &id) < 0 ||
		read_time(r, line, "started", n.started, &n.time) < 0 ||
		!(plan = need_text(r, line, "plan")) ||
		!(fingerprint = need_text(r, line, "fingerprint")) ||
		read_settings(r, line, &n) < 0)
		return -1;
	*night = -1;
	if (json_object_get(h->runs, id)) {
		h->duplicates++;
		return 0;
	}
	memcpy(n.id, id, sizeof(n.id));
	n.plan = intern(h, plan);
	n.fingerprint = intern(h, fingerprint);
	if (h->n_nights == r->room_nights) {
		r->room_nights = r->room_nights ? 2 * r->room_nights : 64;
		h->nights = xrealloc(h->nights, r->room_nights * sizeof(*h->nights));
	}
	h->nights[h->n_nights] = n;
	json_object_set_new(h->runs, id, json_integer((json_int_t)h->n_nights));
	*night = (long)h->n_nights++;
	return 0;
}

struct cell_at {
	const char *arm, *base, *workload;
	uint64_t instances;
	bool emulated;
};

static struct history_series *series_at(
	struct reader *r, const struct cell_at *at, const char *metric, const char *fingerprint)
{
	struct history *h = r->h;
	cleanup_free char *name =
		xasprintf("%s/%s%s%s/%s/%llu", metric, at->arm, at->base ? ":" : "",
			at->base ? at->base : "", at->workload, (unsigned long long)at->instances);
	cleanup_free char *key = xasprintf("%s %s", fingerprint, name);
	json_t *known = json_object_get(h->index, key);

	if (known)
		return &h->series[json_integer_value(known)];
	if (h->n_series == r->room_series) {
		r->room_series = r->room_series ? 2 * r->room_series : 256;
		h->series = xrealloc(h->series, r->room_series * sizeof(*h->series));
	}
	json_object_set_new(h->index, key, json_integer((json_int_t)h->n_series));
	h->series[h->n_series] = (struct history_series){.name = steal_ptr(name),
		.metric = intern(h, metric),
		.arm = intern(h, at->arm),
		.base = at->base ? intern(h, at->base) : NULL,
		.workload = intern(h, at->workload),
		.instances = (unsigned)at->instances,
		.fingerprint = fingerprint,
		.id = metric_find(metric)};
	return &h->series[h->n_series++];
}

static int read_values(struct reader *r, const struct cell_at *at, const json_t *values,
	size_t night, const char *place)
{
	const char *metric, *fingerprint = r->h->nights[night].fingerprint;
	json_t *v;

	json_object_foreach ((json_t *)values, metric, v) {
		struct history_series *s;

		if (json_is_null(v))
			continue;
		if (!json_is_number(v) || !isfinite(json_number_value(v)))
			return json_fail(
				r->err, place, metric, "wrong type", v, "a number or null");
		s = series_at(r, at, metric, fingerprint);
		if (s->n == s->room) {
			s->room = s->room ? 2 * s->room : 16;
			s->points = xrealloc(s->points, s->room * sizeof(*s->points));
		}
		s->points[s->n++] =
			(struct history_point){.night = night, .value = json_number_value(v)};
		s->emulated = at->emulated;
	}
	return 0;
}

static bool lists(const json_t *list, const char *name)
{
	size_t i;
	json_t *v;

	json_array_foreach ((json_t *)list, i, v)
		if (json_is_string(v) && !strcmp(json_string_value(v), name))
			return true;
	return false;
}

static int read_cell(struct reader *r, const json_t *cell, const json_t *emulated, size_t night,
	const char *place)
{
	struct cell_at at = {.instances = 1};
	const json_t *values = NULL;

	if (!json_is_object(cell))
		return json_fail(r->err, place, NULL, "wrong type", cell, "an object");
	if (json_get_text(cell, "arm", &at.arm, place, r->err) < 0 ||
		json_get_text(cell, "base", &at.base, place, r->err) < 0 ||
		json_get_text(cell, "workload", &at.workload, place, r->err) < 0 ||
		json_get_count(cell, "instances", 0, 1000000, &at.instances, place, r->err) < 0 ||
		json_get_object(cell, "values", &values, place, r->err) < 0)
		return -1;
	if (!at.arm || !at.workload || !values)
		return json_fail(r->err, place, NULL, "not a cell", NULL,
			"\"arm\", \"workload\" and \"values\"");
	at.emulated = lists(emulated, at.arm);
	return read_values(r, &at, values, night, place);
}

static int read_run(struct reader *r, const json_t *line)
{
	static const char *const keys[] = {"cells", "ratios"};
	const json_t *emulated = NULL;
	long night;

	if (json_get_list(line, "emulated", &emulated, r->where, r->err) < 0 ||
		read_night(r, line, &night) < 0)
		return -1;
	for (size_t k = 0; night >= 0 && k < ARRAY_SIZE(keys); k++) {
		const json_t *list = NULL;
		json_t *cell;
		size_t i;

		if (json_get_list(line, keys[k], &list, r->where, r->err) < 0)
			return -1;
		json_array_foreach ((json_t *)list, i, cell) {
			cleanup_free char *place = json_place_at(r->where, keys[k], i);

			if (read_cell(r, cell, emulated, (size_t)night, place) < 0)
				return -1;
		}
	}
	return 0;
}

static enum rule_act confirmed(const char *verdict, int worse)
{
	if (!strcmp(verdict, "higher"))
		return worse > 0 ? RULE_CONFIRMED : RULE_REFUTED;
	if (!strcmp(verdict, "lower"))
		return worse < 0 ? RULE_CONFIRMED : RULE_REFUTED;
	return !strcmp(verdict, "same") ? RULE_REFUTED : RULE_NO_ACT;
}

/* The metric's name is the part before the first slash of a series' name. */
static int worse_of(const char *series)
{
	cleanup_free char *metric = strndup(series, strcspn(series, "/"));
	int id = metric ? metric_find(metric) : -1;

	if (id < 0 || metrics[id].better == BETTER_NEITHER)
		return 0;
	return metrics[id].better == BETTER_LOWER ? 1 : -1;
}

/* Acts are about a run: one that is about none of the file is left out. */
static int read_act(struct reader *r, const json_t *line, bool accept)
{
	struct history *h = r->h;
	const char *series, *fingerprint, *text, *run = "";
	struct history_act act = {.act = RULE_ACCEPTED};
	const json_t *night;
	int64_t time;
	char at[21];

	if (read_time(r, line, "time", at, &time) < 0 || read_id(r, line, "run", &run) < 0 ||
		!(series = need_text(r, line, "series")) ||
		!(fingerprint = need_text(r, line, "fingerprint")) ||
		!(text = need_text(r, line, accept ? "reason" : "verdict")))
		return -1;
	night = json_object_get(h->runs, run);
	if (!night)
		return 0;
	if (!accept)
		act.act = confirmed(text, worse_of(series));
	act.night = (size_t)json_integer_value(night);
	act.series = intern(h, series);
	act.fingerprint = intern(h, fingerprint);
	act.text = intern(h, text);
	if (h->n_acts == r->room_acts) {
		r->room_acts = r->room_acts ? 2 * r->room_acts : 16;
		h->acts = xrealloc(h->acts, r->room_acts * sizeof(*h->acts));
	}
	h->acts[h->n_acts++] = act;
	return 0;
}

static int read_line(struct reader *r, const char *text, size_t len)
{
	cleanup_json json_t *line = NULL;
	const char *kind;

	if (len > MAX_LINE)
		return error_set(r->err, EXIT_USAGE,
			"%s: too long, got %zu bytes, expected at most %u", r->where, len,
			MAX_LINE);
	line = json_parse_line(text, len, r->where, r->err);
	if (!line || json_need_schema(line, HISTORY_SCHEMA, r->where, r->err) < 0 ||
		!(kind = need_text(r, line, "kind")))
		return -1;
	if (!strcmp(kind, "run"))
		return read_run(r, line);
	if (!strcmp(kind, "accept") || !strcmp(kind, "confirmation"))
		return read_act(r, line, *kind == 'a');
	return json_fail(r->err, r->where, "kind", "unknown kind", json_object_get(line, "kind"),
		"\"run\", \"accept\" or \"confirmation\"");
}

/* A last line that only lost its end of line is as good as any. */
static bool is_whole(const char *text, size_t len)
{
	cleanup_json json_t *line = json_loadb(text, len, 0, NULL);

	return json_is_object(line);
}

int history_parse(
	const char *text, size_t len, const char *where, struct history *out, struct error *err)
{
	return history_parse_at(text, len, where, INT64_MAX, out, err);
}

int history_parse_at(const char *text, size_t len, const char *where, int64_t now,
	struct history *out, struct error *err)
{
	struct history h = {.names = json_object(),
		.index = json_object(),
		.runs = json_object(),
		.kept = json_array()};
	struct reader r = {.h = &h, .err = err};
	size_t number = 0;

	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end ? (size_t)(end - text) - at : len - at;

		snprintf(r.where, sizeof(r.where), "%s: line %zu", where, ++number);
		if (!end && !is_whole(text + at, line)) {
			h.torn_bytes = line;
			break;
		}
		h.unended = !end;
		if (read_line(&r, text + at, line) < 0) {
			history_free(&h);
			return -1;
		}
		at += line + 1;
	}
	history_sort(&h, now);
	*out = h;
	return 0;
}

int history_read(const char *path, struct history *out, struct error *err)
{
	char where[SAFE_TEXT_SIZE];
	cleanup_free char *text = NULL;
	struct stat st;
	size_t len = 0;

	safe_text(path, where);
	if (stat(path, &st) < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be read", where);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_USAGE, "%s: %s, expected a regular file", where,
			S_ISDIR(st.st_mode) ? "is a folder" : "is not a file");
	text = read_file_at(AT_FDCWD, path, HISTORY_MAX_FILE, &len);
	if (!text && errno == EFBIG)
		return error_set(err, EXIT_USAGE,
			"%s: too large, got %lld bytes, expected at most %zu", where,
			(long long)st.st_size, HISTORY_MAX_FILE);
	if (!text)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be read", where);
	return history_parse_at(text, len, where, time(NULL), out, err);
}
