/* made-run.h - for tests of compare: runs made in a folder, compared, and what stands in the answer. */
#ifndef TARE_TEST_MADE_RUN_H
#define TARE_TEST_MADE_RUN_H

#include "compare.h"

#include "json.h"
#include "tree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A run to be made: standard values, then what the test sets. */
struct made {
	const char *id, *kernel, *fingerprint, *accelerator, *payload, *schema, *primary;
	const char *more_arms; /* JSON members of "arms" after container */
	unsigned blocks;
	unsigned disturbed; /* the first of them are over a guard's limit */
	char *samples; /* lines; owned */
	size_t trials;
};

static inline struct made made(const char *id)
{
	return (struct made){.id = id,
		.kernel = "6.1.0",
		.fingerprint = "00000000000000aa",
		.accelerator = "kvm",
		.payload = "aaaa",
		.schema = "tare/run/1",
		.primary = "\"boot.ready\"",
		.more_arms = "",
		.blocks = 8};
}

static inline void add_text(struct made *m, char *line)
{
	char *longer = xasprintf("%s%s", m->samples ? m->samples : "", line);

	free(m->samples);
	free(line);
	m->samples = longer;
}

/* One trial of an arm with n values; flags as JSON. */
struct value {
	const char *metric, *unit;
	double value; /* NaN: failed */
};

static inline void add_trial(struct made *m, unsigned block, const char *arm, const struct value *v,
	size_t n, const char *flags)
{
	for (size_t i = 0; i < n; i++)
		add_text(m,
			isnan(v[i].value)
				? xasprintf(
					  "{\"block\":%u,\"trial\":%zu,\"attempt\":0,\"arm\":\"%s\",\"workload\":\"http\",\"instances\":1,\"metric\":\"%s\",\"unit\":\"%s\",\"value\":null,\"status\":\"failed\",\"reason\":\"it fell over\"}\n",
					  block, m->trials, arm, v[i].metric, v[i].unit)
				: xasprintf(
					  "{\"block\":%u,\"trial\":%zu,\"attempt\":0,\"arm\":\"%s\",\"workload\":\"http\",\"instances\":1,\"metric\":\"%s\",\"unit\":\"%s\",\"value\":%.17g,\"status\":\"ok\",\"flags\":[%s]}\n",
					  block, m->trials, arm, v[i].metric, v[i].unit, v[i].value,
					  flags));
	add_text(m,
		xasprintf(
			"{\"block\":%u,\"trial\":%zu,\"attempt\":0,\"arm\":\"%s\",\"workload\":\"http\",\"instances\":1,\"done\":true}\n",
			block, m->trials, arm));
	m->trials++;
}

static inline const char *disturbed(const struct made *m, unsigned block)
{
	return block < m->disturbed ? "\"foreign_cpu\"" : "";
}

/* A metric of the container, a value a block: middle x (1 + spread x a fixed wave). */
static inline void add_series(
	struct made *m, const char *metric, const char *unit, double middle, double spread)
{
	static const double wave[] = {0.1, -0.7, 0.6, -0.2, 0.9, -1, 0.4, -0.5, 0.75, -0.35};

	for (unsigned b = 0; b < m->blocks; b++) {
		struct value v = {metric, unit, middle * (1 + spread * wave[b % 10])};

		add_trial(m, b, "container", &v, 1, disturbed(m, b));
	}
}

static inline void put(const struct tree *t, const char *folder, struct made *m)
{
	cleanup_free char *run = NULL, *run_path = xasprintf("%s/run.json", folder);
	cleanup_free char *samples_path = xasprintf("%s/samples.jsonl", folder);

	run = xasprintf(
		"{\"schema\": \"%s\", \"id\": \"%s\", \"started\": \"2026-01-01T00:00:00Z\", \"status\": \"complete\", \"seed\": 1,"
		" \"plan\": {\"schema\": \"tare/plan/1\", \"name\": \"p\", \"blocks\": %u, \"warmup\": 0, \"base\": \"container\", \"primary\": [%s], \"instances\": [1]},"
		" \"host\": {\"fingerprint\": \"%s\", \"cpu_model\": \"a CPU\", \"kernel\": \"%s\", \"tools\": {\"qemu\": \"7\"}},"
		" \"arms\": {\"container\": {\"platform\": \"container\", \"options\": {\"seccomp\": true}, \"accelerator\": null, \"connection\": \"made for %s\"}%s%s%s%s},"
		" \"payload_sha256\": {\"http\": \"%s\"}}",
		m->schema, m->id, m->blocks, m->primary, m->fingerprint, m->kernel, m->id,
		*m->more_arms ? ", " : "", m->more_arms,
		", \"vm\": {\"platform\": \"vm\", \"options\": {}, \"emulated\": false, \"accelerator\": \"",
		"KVM\"}", m->payload);
	/* the accelerator is the only one of these words that tests change */
	char *at = strstr(run, "KVM\"");

	memcpy(at, m->accelerator, 3);
	tree_put(t, run_path, run);
	tree_put(t, samples_path, m->samples ? m->samples : "");
	free(m->samples);
	m->samples = NULL;
	m->trials = 0;
}

static inline json_t *compare(
	const struct tree *t, const char *a, const char *b, bool force, struct error *err)
{
	struct compare_options o = {.force = force};
	struct compare_side base = {0}, new = {0};
	json_t *doc = NULL;
	char home[4096];

	assert_non_null(getcwd(home, sizeof(home)));
	assert_int_equal(fchdir(t->fd), 0);
	if (compare_side_open(a, &base, err) == 0 && compare_side_open(b, &new, err) == 0)
		doc = compare_runs(&base, &new, &o, err);
	compare_side_close(&base);
	compare_side_close(&new);
	assert_int_equal(chdir(home), 0);
	return doc;
}

static inline json_t *row_of(const json_t *doc, const char *metric)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(doc, "comparisons"), i, row)
		if (!strcmp(json_string_value(json_object_get(row, "metric")), metric))
			return row;
	fail_msg("no row of %s", metric);
	return NULL;
}

static inline const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static inline double number_of(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static inline const char *finding(const json_t *doc, const char *kind)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(doc, "findings"), i, one)
		if (!strcmp(text_of(one, "kind"), kind))
			return text_of(one, "text");
	return NULL;
}

static inline void put_run(const struct tree *t, const char *folder, const char *id, double middle)
{
	struct made m = made(id);

	add_series(&m, "boot.ready", "s", middle, 0.01);
	put(t, folder, &m);
}

static inline bool has_change(
	const json_t *doc, const char *what, const char *base, const char *new)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(doc, "environment"), i, one) {
		const char *was = text_of(one, "base"), *is = text_of(one, "new");

		if (!strcmp(text_of(one, "what"), what))
			return !strcmp(was ? was : "null", base) && !strcmp(is ? is : "null", new);
	}
	return false;
}

#endif
