/* history-line.c - the one line of history.jsonl that a run leaves, and the lines of named acts. Pure. To record another
 * fact of the environment: a line in host_facts[] or arm_facts[]. */
#include "history.h"

#include "json.h"
#include "metric.h"
#include "schedule.h"
#include "util.h"

#include <math.h>
#include <string.h>

#define DIGITS 9 /* of a value: its noise is larger */

static const char *const host_facts[] = {
	"name", "kernel", "microcode", "distribution", "thp", "governor", NULL};
static const char *const arm_facts[] = {"accelerator", "kernel_release", "emulator",
	"engine_version", "runtime_used", "image_sha256", NULL};

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* Texts as they are, numbers and switches as JSON writes them; nothing for null. */
static void note(json_t *env, const char *key, const json_t *value)
{
	cleanup_free char *text = NULL;

	if (json_is_string(value)) {
		json_object_set_new(env, key, json_string(json_string_value(value)));
		return;
	}
	if (!value || json_is_null(value))
		return;
	text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	json_object_set_new(env, key, json_text(text ? text : ""));
}

static void note_below(json_t *env, const char *before, const char *name, const json_t *value)
{
	cleanup_free char *key = xasprintf("%s %s", before, name);

	note(env, key, value);
}

/* A hash is recognised by its first 16 digits. */
static void note_hash(json_t *env, const char *key, const json_t *value)
{
	const char *hash = json_string_value(value);

	if (hash)
		json_object_set_new(
			env, key, json_stringn(hash, strlen(hash) < 16 ? strlen(hash) : 16));
}

/* By workload: its files, its definition. */
static void note_hashes(json_t *env, const char *what, const json_t *hashes)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)hashes, name, value) {
		cleanup_free char *key = xasprintf("%s %s", what, name);

		note_hash(env, key, value);
	}
}

static json_t *environment_of(const json_t *run)
{
	const json_t *host = json_object_get(run, "host");
	json_t *env = json_object(), *value;
	const char *name;

	for (size_t i = 0; host_facts[i]; i++)
		note(env, host_facts[i], json_object_get(host, host_facts[i]));
	json_object_foreach (json_object_get(host, "tools"), name, value)
		if (strcmp(name, "gnuplot") != 0)
			note(env, name, value);
	json_object_foreach (json_object_get(run, "arms"), name, value) {
		note_below(env, "options", name, json_object_get(value, "options"));
		for (size_t i = 0; arm_facts[i]; i++) {
			cleanup_free char *key = xasprintf("%s %s", arm_facts[i], name);

			note(env, key, json_object_get(value, arm_facts[i]));
		}
	}
	note_hashes(env, "payload", json_object_get(run, "payload_sha256"));
	note_hashes(env, "workload", json_object_get(run, "workload_sha256"));
	note_hash(env, "agent", json_object_get(run, "agent_sha256"));
	note(env, "tare", json_object_get(json_object_get(run, "tare"), "version"));
	note(env, "plan", json_object_get(json_object_get(run, "plan"), "name"));
	return env;
}

static json_t *rounded(double v)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*g", DIGITS, v);
	return json_value_of(strtod(text, NULL));
}

/* What verdicts use: under emulation memory less the translation buffer. NULL = no value. */
static json_t *value_of(const json_t *row)
{
	const json_t *less = json_object_get(row, "less_emulator_code");
	const json_t *v = json_object_get(json_is_object(less) ? less : row, "median");

	if (json_is_object(json_object_get(row, "less_emulator_code")) && !json_is_number(v))
		v = json_object_get(row, "median");
	return json_is_number(v) ? rounded(json_number_value(v)) : json_null();
}

/* The object of one cell in list, made when it is not there. */
static json_t *cell_in(json_t *list, json_t *index, const json_t *row, const char *base)
{
	const char *arm = text_of(row, "arm"), *workload = text_of(row, "workload");
	json_int_t n = json_integer_value(json_object_get(row, "instances"));
	cleanup_free char *key = xasprintf("%s/%s/%s/%lld", arm ? arm : "", base ? base : "",
		workload ? workload : "", (long long)n);
	json_t *cell = json_object_get(index, key);

	if (cell)
		return json_object_get(cell, "values");
	if (!arm || !workload)
		return NULL;
	cell = json_pack("{s:s, s:s*, s:s, s:I, s:{}}", "arm", arm, "base", base, "workload",
		workload, "instances", n, "values");
	if (!cell)
		return NULL;
	json_array_append_new(list, cell);
	json_object_set(index, key, cell);
	return json_object_get(cell, "values");
}

static json_t *cells_of(const json_t *summary)
{
	cleanup_json json_t *index = json_object();
	json_t *list = json_array(), *row;
	size_t i;

	json_array_foreach (json_object_get(summary, "metrics"), i, row) {
		json_t *values = cell_in(list, index, row, NULL);

		if (values && text_of(row, "metric"))
			json_object_set_new(values, text_of(row, "metric"), value_of(row));
	}
	return list;
}

static const char *platform_of(const json_t *run, const char *arm)
{
	const char *p = arm
		? text_of(json_object_get(json_object_get(run, "arms"), arm), "platform")
		: NULL;

	return p ? p : "";
}

/* Of every VM over the container beside it, block by block. */
static json_t *ratios_of(const json_t *run, const json_t *summary)
{
	cleanup_json json_t *index = json_object();
	json_t *list = json_array(), *row;
	size_t i;

	json_array_foreach (json_object_get(summary, "comparisons"), i, row) {
		const char *arm = text_of(row, "arm"), *base = text_of(row, "base");
		const json_t *ratio = json_object_get(row, "ratio");
		json_t *values;

		if (strcmp(platform_of(run, arm), "vm") != 0 ||
			strcmp(platform_of(run, base), "container") != 0 || !json_is_number(ratio))
			continue;
		values = cell_in(list, index, row, base);
		if (values && text_of(row, "metric"))
			json_object_set_new(
				values, text_of(row, "metric"), rounded(json_number_value(ratio)));
	}
	return list;
}

static json_t *emulated_of(const json_t *run)
{
	json_t *list = json_array(), *arm;
	const char *name;

	json_object_foreach (json_object_get(run, "arms"), name, arm)
		if (json_is_true(json_object_get(arm, "emulated")))
			json_array_append_new(list, json_string(name));
	return list;
}

/* New: why a run says nothing about its host's usual nights; NULL when it does. */
static char *why_not(const json_t *run, const json_t *blocks)
{
	const char *status = text_of(run, "status");
	json_int_t counted = json_integer_value(json_object_get(blocks, "complete"));
	json_int_t planned = json_integer_value(json_object_get(blocks, "planned"));
	json_int_t clean = counted - json_integer_value(json_object_get(blocks, "disturbed"));

	if (counted <= 0)
		return xstrdup("no counted block");
	if (status && strcmp(status, "interrupted") == 0)
		return xstrdup("interrupted");
	if (planned >= SCHEDULE_ENOUGH && (clean < SCHEDULE_ENOUGH || 2 * clean < counted))
		return xasprintf("too noisy: %lld clean blocks of %lld", (long long)clean,
			(long long)counted);
	return NULL;
}

static json_t *number_or(const json_t *o, const char *key, double otherwise)
{
	const json_t *v = json_object_get(o, key);

	return json_real(json_is_number(v) ? json_number_value(v) : otherwise);
}

json_t *history_line(const json_t *run, const json_t *summary, struct error *err)
{
	const json_t *plan = json_object_get(run, "plan"), *host = json_object_get(run, "host");
	const json_t *margins = json_object_get(plan, "margins");
	const json_t *blocks = json_object_get(summary, "blocks");
	cleanup_free char *why = why_not(run, blocks);
	const char *fingerprint = text_of(host, "fingerprint"), *name = text_of(plan, "name");
	const json_t *primary = json_object_get(plan, "primary");
	json_t *line;

	if (!fingerprint) {
		error_set(err, EXIT_USAGE,
			"run.json: host.fingerprint: missing, expected a text; a history needs to know the host");
		return NULL;
	}
	line = json_pack(
		"{s:s, s:s, s:O, s:O, s:s, s:s, s:b, s:s?, s:I, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:o}",
		"schema", HISTORY_SCHEMA, "kind", "run", "id", json_object_get(run, "id"),
		"started", json_object_get(run, "started"), "plan", name ? name : "", "fingerprint",
		fingerprint, "valid", why == NULL, "why", why, "blocks",
		json_integer_value(json_object_get(blocks, "complete")), "primary",
		json_is_array(primary) ? json_deep_copy(primary) : json_array(), "margins", "time",
		number_or(margins, "time", 0.05), "memory", number_or(margins, "memory", 0.03),
		"emulated", emulated_of(run), "environment", environment_of(run), "cells",
		cells_of(summary), "ratios", ratios_of(run, summary));
	if (!line)
		error_set(err, EXIT_USAGE,
			"run.json: cannot be put into the history, expected \"id\" and \"started\"");
	return line;
}

static json_t *act_line(const char *kind, const struct history_night *night,
	const struct history_series *s, const char *time)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "schema", HISTORY_SCHEMA, "kind", kind,
		"time", time, "run", night->id, "series", s->name, "fingerprint", s->fingerprint);
}

json_t *history_accept_line(const struct history *h, const struct history_series *s,
	const char *reason, const char *by, const char *time)
{
	json_t *line = act_line("accept", &h->nights[history_newest_of(h, s)], s, time);

	json_object_set_new(line, "reason", json_text(reason));
	json_object_set_new(line, "by", json_text(by));
	return line;
}

json_t *history_confirmation_line(const struct history *h, const struct history_series *s,
	enum verdict verdict, double ratio, double lo, double hi, size_t blocks, const char *time)
{
	json_t *line = act_line("confirmation", &h->nights[s->points[s->n - 1].night], s, time);
	const double v[] = {ratio, lo, hi};
	static const char *const keys[] = {"ratio", "lo", "hi"};

	json_object_set_new(line, "verdict", json_string(verdict_names[verdict]));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set_new(line, keys[i], isfinite(v[i]) ? rounded(v[i]) : json_null());
	json_object_set_new(line, "blocks", json_integer((json_int_t)blocks));
	return line;
}
