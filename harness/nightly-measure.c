/* nightly-measure.c - what of a night needs root: the host looked at, the run, what the history says about it, the second
 * measurement of what it suspects. Nothing outside the run's folder is written. */
#include "nightly-internal.h"

#include "json.h"
#include "run.h"
#include "summary.h"
#include "util.h"

#include <string.h>

/* What is missing and needed ends the night. 0, or -1: told. */
int nightly_look(struct night *n)
{
	cleanup_json json_t *findings = doctor_look();
	unsigned notes = 0, missing = 0;
	const json_t *f;
	size_t i;

	json_array_foreach (findings, i, f) {
		const char *name = json_string_value(json_object_get(f, "name"));
		const char *mend = json_string_value(json_object_get(f, "mend"));

		if (!strcmp(json_string_value(json_object_get(f, "state")), "ok"))
			continue;
		notes++;
		if (strcmp(json_string_value(json_object_get(f, "state")), "missing") != 0 ||
			!nightly_needs(n->plan, name))
			continue;
		missing++;
		nightly_step(n, "doctor", EXIT_PREREQUISITE, "missing: %s: %s%s%s", name,
			json_string_value(json_object_get(f, "text")), mend ? "; mend: " : "",
			mend ? mend : "");
	}
	if (missing)
		return -1;
	nightly_step(n, "doctor", EXIT_FINE,
		"nothing that plan %s needs is missing (%zu looked at, %u noted; tare doctor tells)",
		n->plan->name, json_array_size(findings), notes);
	return 0;
}

/* In one line, what the verdicts of an emulated VM are worth. */
static void say_worth(struct night *n)
{
	static const char worth[] =
		"no usable KVM: times and rates of VMs are emulated (TCG) and take no part in the gate; counts and memory do";
	json_t *arm;
	const char *name;

	json_object_foreach (json_object_get(n->run, "arms"), name, arm) {
		if (!json_is_true(json_object_get(arm, "emulated")))
			continue;
		json_object_set_new(n->doc, "worth", json_string(worth));
		nightly_step(n, "worth", EXIT_FINE, "%s", worth);
		return;
	}
}

/* The night's folder is read back whatever became of the run. */
static void run_it(struct night *n, struct error *err)
{
	struct run_request q = {.plan = n->plan,
		.options = n->options,
		.max_time = n->max_time,
		.argc = n->argc,
		.argv = n->argv};
	struct error late = ERROR_INIT;
	struct run_folder again;
	bool cut;
	int rc;

	rc = run_plan(&q, &n->folder, err);
	rc = err->code ? err->code : rc;
	cut = err->code && err->code != EXIT_NOISY;
	if (n->folder.dirfd >= 0 && run_folder_open(n->folder.path, &again, &n->run, &late) == 0) {
		run_folder_close(&n->folder);
		n->folder = again;
		n->usable = !cut && nightly_has_samples(&n->folder);
		json_object_set_new(n->doc, "run",
			json_pack("{s:s, s:o}", "id", n->folder.id, "folder",
				json_text(n->folder.path)));
	}
	nightly_step(n, "run", rc, "%s%s%s%s%s", nightly_words(rc), err->code ? ": " : "",
		err->code ? err->text : "", n->run ? ", " : "", n->run ? n->folder.path : "");
	*err = (struct error)ERROR_INIT;
	if (n->run)
		say_worth(n);
}

/* As if the night's lines were in the file already: the file is written when root is given up. */
static int judge(struct night *n, struct error *err)
{
	judgement_free(&n->j);
	history_free(&n->h);
	if (history_read_with(n->history, n->lines, &n->h, err) < 0)
		return -1;
	history_judge(&n->h, &n->j);
	return 0;
}

/* What is no longer measured, and clocks that are wrong. */
static void say_missing(struct night *n)
{
	size_t missing = nightly_count(n, HISTORY_MISSING);
	cleanup_free char *first = nightly_first(n, HISTORY_MISSING);

	if (missing)
		nightly_step(
			n, "history", EXIT_FINE, "%zu primary series missing: %s", missing, first);
	if (n->h.n_clocks) {
		const struct history_clock *last = &n->h.clocks[n->h.n_clocks - 1];

		nightly_step(n, "history", EXIT_FINE, "clock: run %s of %s: %s",
			n->h.nights[last->night].id, n->h.nights[last->night].started, last->what);
	}
}

static void say_history(struct night *n)
{
	size_t alarms = nightly_count(n, HISTORY_ALARM),
	       candidates = nightly_count(n, HISTORY_CANDIDATE);
	cleanup_free char *first = nightly_first(n,
		alarms               ? HISTORY_ALARM
			: candidates ? HISTORY_CANDIDATE
				     : HISTORY_ENVIRONMENT);
	cleanup_free char *learning = n->j.learning
		? xasprintf("; %zu series are still learning (%zu nights at least)", n->j.learning,
			  history_rule.least)
		: xstrdup("");
	const char *why = n->h.nights[n->j.newest].why;

	if (why)
		nightly_step(n, "history", EXIT_FINE, "%zu night%s; this one is kept out: %s",
			n->h.n_nights, n->h.n_nights == 1 ? "" : "s", why);
	else
		nightly_step(n, "history", EXIT_FINE,
			"%zu night%s, %zu alarms, %zu candidates%s%s%s", n->h.n_nights,
			n->h.n_nights == 1 ? "" : "s", alarms, candidates, *first ? ": " : "",
			first, learning);
	say_missing(n);
}

static int judge_first(struct night *n, struct error *err)
{
	struct sample_set set = {0};
	cleanup_json json_t *summary = NULL;
	json_t *line;

	if (sample_set_read(n->folder.dirfd, &set, err) < 0)
		return -1;
	summary = summary_make(n->run, &set, err);
	sample_set_free(&set);
	line = summary ? history_line(n->run, summary, err) : NULL;
	if (!line)
		return -1;
	json_object_set_new(line, "live", json_true());
	json_array_append_new(n->lines, line);
	if (judge(n, err) < 0)
		return -1;
	say_history(n);
	return 0;
}

static void say_confirmed(struct night *n)
{
	const json_t *row;
	size_t i;

	json_array_foreach (n->again.rows, i, row) {
		const json_t *ratio = json_object_get(row, "ratio");
		cleanup_free char *times = json_is_number(ratio)
			? xasprintf(", %.4g times", json_number_value(ratio))
			: xstrdup(",");
		bool level =
			!strcmp(json_string_value(json_object_get(row, "held_against")), "level");

		nightly_step(n, "confirm", EXIT_FINE, "%s: measured again: %s%s %s, %d values%s",
			json_string_value(json_object_get(row, "series")),
			json_string_value(json_object_get(row, "verdict")), times,
			level ? "the level of the nights before"
			      : "the earlier side in the same blocks",
			(int)json_integer_value(json_object_get(row, "blocks")),
			level ? "; " NIGHTLY_BY_LEVEL : "");
	}
}

static void confirm(struct night *n, struct error *err)
{
	double spent = (double)(now_ns() - n->begin) / NSEC_PER_SEC;
	struct nightly_again q = {.plan = n->plan_name,
		.options = n->options,
		.folder = n->folder.path,
		.blocks = n->confirm,
		.max_time = n->max_time > 0 ? n->max_time - spent : 0,
		.argc = n->argc,
		.argv = n->argv};
	size_t i;
	json_t *line;

	if (!n->confirm || (n->max_time > 0 && q.max_time <= 0)) {
		nightly_step(n, "confirm", EXIT_FINE, "not measured again: %s",
			n->confirm ? "no time is left" : "--confirm 0");
		return;
	}
	if (nightly_confirm(&q, &n->h, &n->j, &n->again, err) < 0) {
		nightly_failed(n, "confirm", err);
		return;
	}
	json_array_foreach (n->again.lines, i, line)
		json_array_append(n->lines, line);
	json_object_set(n->doc, "confirmed", n->again.rows);
	say_confirmed(n);
	if (n->again.code)
		nightly_step(n, "confirm", n->again.code, "the second measurement: %s",
			nightly_words(n->again.code));
	if (judge(n, err) < 0)
		nightly_failed(n, "history", err);
}

static bool asks(const struct night *n)
{
	for (size_t i = 0; i < n->j.n; i++)
		if (history_asks(&n->j.findings[i]))
			return true;
	return false;
}

void nightly_measure(struct night *n, struct error *err)
{
	run_it(n, err);
	if (!n->usable)
		return;
	if (judge_first(n, err) < 0)
		nightly_failed(n, "history", err);
	else if (asks(n))
		confirm(n, err);
}
