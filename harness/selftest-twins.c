/* selftest-twins.c - one arm against itself: a run of two equal arms in shuffled blocks, summed up as every run is.
 * Nothing may be told to differ; how wide the intervals are is what this host resolves. */
#include "selftest-internal.h"

#include "json.h"
#include "summary.h"
#include "util.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>

#define QUICK_TWIN_BLOCKS 8
#define FULL_TWIN_BLOCKS 12

/* No limits on disturbance: a noisy host resolves less, and that is what is to be told. */
static json_t *twin_plan(const struct selftest *t, const char *platform)
{
	return json_pack(
		"{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}], s:[s], s:[i], s:i, s:i, s:f, s:s, s:{s:f, s:f}, s:{s:f, s:f, s:f, s:f}}",
		"schema", PLAN_SCHEMA, "name", "selftest-twins", "arms", "name", "twin-a",
		"platform", platform, "name", "twin-b", "platform", platform, "workloads", "http",
		"instances", 1, "blocks", t->quick ? QUICK_TWIN_BLOCKS : FULL_TWIN_BLOCKS, "warmup",
		t->quick ? 0 : 1, "settle", t->quick ? 0.2 : 0.3, "base", "twin-a", "network",
		"seconds", t->quick ? 0.25 : 0.4, "omit", 0.05, "limits", "foreign_cpu", 1e6,
		"steal", 1e6, "swap_ins", 1e12, "throttled", 1e12);
}

static int measure(const struct selftest *t, const char *platform, const char *folder,
	json_t **summary, struct error *err)
{
	cleanup_json json_t *plan_json = twin_plan(t, platform);
	cleanup_free char *text = plan_json ? json_dumps(plan_json, 0) : NULL;
	struct plan *plan = text ? plan_parse(text, strlen(text), "selftest", NULL, err) : NULL;
	struct run_request q = {.plan = plan,
		.options = t->options,
		.folder = folder,
		.argc = t->argc,
		.argv = t->argv};
	struct run_folder made = {.dirfd = -1};
	struct sample_set set = {0};
	cleanup_json json_t *run = NULL;
	int rc = plan ? run_plan(&q, &made, err) : -1;

	if (rc > 0)
		rc = error_set(err, EXIT_ARM,
			"selftest: a trial of two equal arms failed; see %s/run.json", folder);
	run_folder_close(&made);
	if (rc == 0)
		rc = run_folder_open(folder, &made, &run, err);
	if (rc == 0)
		rc = sample_set_read(made.dirfd, &set, err);
	if (rc == 0) {
		*summary = summary_make(run, &set, err);
		rc = *summary ? 0 : -1;
	}
	sample_set_free(&set);
	run_folder_close(&made);
	plan_free(plan);
	return rc;
}

static double number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void keep_resolved(struct selftest *t, const char *platform, const json_t *row)
{
	int id = metric_find(json_string_value(json_object_get(row, "metric")));
	double lo = number(row, "lo"), hi = number(row, "hi");
	bool ratio = json_object_get(row, "ratio") != NULL;

	/* A difference without any width is a metric that is always 0 here: that resolves nothing. */
	if (id < 0 || metrics[id].exact || isnan(lo) || (!ratio && !(hi > lo)))
		return;
	t->resolved = xrealloc(t->resolved, (t->n_resolved + 1) * sizeof(*t->resolved));
	t->resolved[t->n_resolved++] = (struct resolved){.arm = platform,
		.metric = (enum metric_id)id,
		.ratio = ratio,
		.value = ratio ? resolved_ratio(lo, hi) : (hi - lo) / 2};
}

/* "boot.stop higher, ..." of what is told to differ; NULL = nothing. Only what is in before too, where given. New. */
static char *different(const json_t *summary, const char *before, unsigned *compared)
{
	char *text = NULL;
	size_t i;
	json_t *row;

	*compared = 0;
	json_array_foreach (json_object_get(summary, "comparisons"), i, row) {
		const char *verdict = json_string_value(json_object_get(row, "verdict"));
		const char *metric = json_string_value(json_object_get(row, "metric"));
		cleanup_free char *one = NULL;
		char *longer;

		*compared += verdict && strcmp(verdict, "none") != 0;
		if (!verdict || !metric ||
			(strcmp(verdict, "higher") != 0 && strcmp(verdict, "lower") != 0))
			continue;
		one = xasprintf("%s %s", metric, verdict);
		if (before && !strstr(before, one))
			continue;
		longer = xasprintf("%s%s%s", text ? text : "", text ? ", " : "", one);
		free(text);
		text = longer;
	}
	return text;
}

static int twins_once(struct selftest *t, const char *platform, const char *suffix,
	json_t **summary, struct error *err)
{
	char temporary[] = "/tmp/tare-selftest-XXXXXX";
	cleanup_free char *folder = NULL;
	int rc;

	if (t->folder)
		folder = xasprintf("%s/twins-%s%s", t->folder, platform, suffix);
	else if (mkdtemp(temporary))
		folder = xstrdup(temporary);
	if (!folder)
		return error_set(err, EXIT_INTERNAL, "selftest: no folder below /tmp");
	rc = measure(t, platform, folder, summary, err);
	if (!t->folder)
		remove_tree_at(AT_FDCWD, temporary);
	return rc;
}

int selftest_twins(struct selftest *t, const char *platform, struct error *err)
{
	cleanup_json json_t *summary = NULL, *again = NULL;
	cleanup_free char *off = NULL, *twice = NULL;
	unsigned compared;
	struct weight *w;
	size_t i;
	json_t *row;

	if (twins_once(t, platform, "", &summary, err) < 0)
		return -1;
	off = different(summary, NULL, &compared);
	/* With some forty metrics chance alone finds one now and then: it must differ twice, in the same direction. */
	if (off) {
		if (twins_once(t, platform, "-again", &again, err) < 0)
			return -1;
		twice = different(again, off, &compared);
	}
	json_array_foreach (json_object_get(summary, "comparisons"), i, row)
		keep_resolved(t, platform, row);
	w = selftest_weight(
		t, platform, BOOT_READY, RULE_SAME, 0, "one arm against itself, all metrics");
	w->n = t->quick ? QUICK_TWIN_BLOCKS : FULL_TWIN_BLOCKS;
	w->found = 0;
	for (const char *c = twice; c && *c; c++)
		w->found += c == twice || *c == ',';
	w->status = twice || !compared ? WEIGHT_OFF : WEIGHT_OK;
	snprintf(w->note, sizeof(w->note), "%u metrics compared%s%s%s", compared,
		twice         ? "; twice different: "
			: off ? "; once different, not when measured again: "
			      : "",
		twice         ? twice
			: off ? off
			      : "",
		!compared ? ": nothing could be told" : "");
	return 0;
}
