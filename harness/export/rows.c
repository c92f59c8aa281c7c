/* rows.c - run.json and summary.json as the rows that the writers print; names and numbers. Tolerant of what is absent
 * or of a wrong type: it is left out. */
#include "export-internal.h"

#include <math.h>
#include <string.h>
#include <time.h>

static double time_of(const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end && !*end ? (double)timegm(&tm) : NAN;
}

static void add_row(struct export_source *s, const json_t *json)
{
	int id = metric_find(json_text_at(json, "metric", NULL));
	const json_t *values = json_object_get(json, "values");
	struct export_row *r;

	if (id < 0)
		return;
	s->rows = xrealloc(s->rows, (s->n_rows + 1) * sizeof(*s->rows));
	r = &s->rows[s->n_rows++];
	*r = (struct export_row){.metric = &metrics[id],
		.arm = clean_text(json_text_at(json, "arm", NULL)),
		.workload = clean_text(json_text_at(json, "workload", NULL)),
		.instances = json_integer_value(json_object_get(json, "instances")),
		.status = json_text_at(json, "status", NULL),
		.reason = clean_text(json_text_at(json, "reason", NULL)),
		.emulated = json_has_text(json_list(json, "flags"), "emulated"),
		.median = json_number_at(json, "median", NULL),
		.lo = json_number_at(json, "lo", NULL),
		.hi = json_number_at(json, "hi", NULL),
		.n = json_integer_value(json_object_get(json, "n")),
		.values = json_is_array(values) ? values : NULL,
		.json = json};
}

static void source_open(struct export_source *s, const json_t *run, const json_t *summary)
{
	const json_t *row;
	size_t i;

	*s = (struct export_source){.run = run,
		.summary = summary,
		.id = clean_text(json_text_at(run, "id", NULL)),
		.plan = clean_text(json_text_at(run, "plan", "name", NULL)),
		.host = clean_text(json_text_at(run, "host", "name", NULL)),
		.fingerprint = clean_text(json_text_at(run, "host", "fingerprint", NULL)),
		.version = clean_text(json_text_at(run, "tare", "version", NULL)),
		.started = clean_text(json_text_at(run, "started", NULL)),
		.started_s = time_of(json_text_at(run, "started", NULL))};
	json_array_foreach ((json_t *)json_list(summary, "metrics"), i, row)
		add_row(s, row);
}

static void source_close(struct export_source *s)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		free(s->rows[i].arm);
		free(s->rows[i].workload);
		free(s->rows[i].reason);
	}
	free(s->rows);
	free(s->id);
	free(s->plan);
	free(s->host);
	free(s->fingerprint);
	free(s->version);
	free(s->started);
}

char *export_text(const struct export *e, const json_t *run, const json_t *summary, size_t *len,
	struct error *err)
{
	struct export_source s;
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	int rc;

	if (!out) {
		error_set(err, EXIT_INTERNAL, "export: no memory");
		return NULL;
	}
	source_open(&s, run, summary);
	rc = e->write(out, &s, err);
	source_close(&s);
	if (fclose(out) != 0 && rc == 0)
		rc = error_set(err, EXIT_INTERNAL, "export: no memory");
	if (rc == 0)
		return text;
	free(text);
	return NULL;
}

const char *export_number(double v, char buf[EXPORT_NUMBER_SIZE])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, EXPORT_NUMBER_SIZE, "%.*g", digits, v == 0 ? 0 : v);
		if (strtod(buf, NULL) == v)
			break;
	}
	return buf;
}

bool export_has_value(const struct export_row *r)
{
	return strcmp(r->status, "ok") == 0 && isfinite(r->median);
}

double export_value(const struct export_row *r, size_t i)
{
	const json_t *v = json_array_get(r->values, i);

	return json_is_number(v) && isfinite(json_number_value(v)) ? json_number_value(v) : NAN;
}

const struct export_row *export_beside(
	const struct export_source *s, const struct export_row *r, enum metric_id metric)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct export_row *o = &s->rows[i];

		if (o->metric == &metrics[metric] && o->instances == r->instances &&
			!strcmp(o->arm, r->arm) && !strcmp(o->workload, r->workload))
			return o;
	}
	return NULL;
}

char *export_name(const struct export_row *r, bool with_metric)
{
	return xasprintf("%s%s%s/%s/%lld%s", with_metric ? r->metric->name : "",
		with_metric ? "/" : "", r->arm, r->workload, (long long)r->instances,
		r->emulated ? "/emulated" : "");
}

char *export_word(const char *text, const char *set, bool blanks)
{
	char *word = xstrdup(text);

	for (char *p = word; *p; p++)
		if (strchr(set, *p) || (blanks && *p == ' '))
			*p = '_';
	return word;
}

void export_put(json_t *o, const char *key, double v)
{
	if (isfinite(v))
		json_object_set_new(o, key, json_value_of(v));
}

int export_print(FILE *out, json_t *value, struct error *err)
{
	int rc = json_dumpf(value, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15));

	json_decref(value);
	fputc('\n', out);
	return rc == 0 ? 0 : error_set(err, EXIT_INTERNAL, "export: cannot be encoded");
}
