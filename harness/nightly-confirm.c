/* nightly-confirm.c - what the history suspects is measured again at once. Against what, in order: the earlier
 * definition in the same shuffled blocks (two sides), where it can be had; else the level of the nights before. */
#include "nightly.h"

#include "compare.h"
#include "json.h"
#include "plan.h"
#include "run.h"
#include "summary.h"
#include "util.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <time.h>

static const char *text_at(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* ---- which arms ---- */

static void add_arm(const char **arms, size_t *n, const struct plan *p, const char *name)
{
	bool there = false;

	for (size_t i = 0; i < *n; i++)
		if (!strcmp(arms[i], name))
			return;
	for (size_t i = 0; i < p->n_arms; i++)
		there = there || !strcmp(p->arms[i].name, name);
	if (there)
		arms[(*n)++] = name;
}

/* Those of the candidates, what each was held against, and the plan's base. */
static size_t arms_of(const struct judgement *j, const struct plan *p, const char **arms)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		const struct history_finding *f = &j->findings[i];

		if (!history_asks(f))
			continue;
		add_arm(arms, &n, p, f->series->arm);
		if (f->beside)
			add_arm(arms, &n, p, f->beside->arm);
	}
	if (n)
		add_arm(arms, &n, p, p->base);
	return n;
}

/* ---- the earlier side ---- */

/* run.json of the run with this id beside the night's folder. New, or NULL. */
static json_t *find_run(const char *beside, const char *id)
{
	cleanup_free char *parent = xstrdup(beside);
	char *slash = strrchr(parent, '/');
	struct error ignored = ERROR_INIT; /* what cannot be read is not there */
	json_t *found = NULL;
	struct dirent *e;
	DIR *dir;

	if (!slash)
		return NULL;
	*slash = '\0';
	dir = opendir(parent);
	while (dir && !found && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);
		cleanup_free char *path = xasprintf("%s/%s", parent, e->d_name);
		struct run_folder f;

		if (len < 16 || strcmp(e->d_name + len - 16, id) != 0 ||
			run_folder_open(path, &f, &found, &ignored) < 0)
			continue;
		run_folder_close(&f);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool defined_otherwise(const json_t *good, const struct plan *now)
{
	static const char *const keys[] = {"arms", "workloads"};
	const json_t *then = json_object_get(good, "plan");

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!json_equal(
			    json_object_get(then, keys[i]), json_object_get(now->json, keys[i])))
			return true;
	return false;
}

/* The plan of then against today's; NULL when that cannot be. */
static struct plan *two_sides(
	const json_t *good, const char *today, const struct plan_override *common)
{
	cleanup_free char *text = json_dumps(json_object_get(good, "plan"), 0);
	cleanup_free char *against = xasprintf("plan=%s", today);
	const char *words[] = {against};
	struct plan_override o = *common;
	struct error ignored = ERROR_INIT; /* today's side alone is measured then */

	o.against = words;
	o.n_against = 1;
	return text ? plan_parse(text, strlen(text), "run.json: plan", &o, &ignored) : NULL;
}

/* Its files, its definition and the agent are those of then: what stands at the same path may be something else today. */
static bool is_what_it_was(const json_t *good, const json_t *run)
{
	static const char *const keys[] = {"payload_sha256", "workload_sha256", "agent_sha256"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *then = json_object_get(good, keys[i]);

		if (!then || !json_equal(then, json_object_get(run, keys[i])))
			return false;
	}
	return true;
}

/* ---- what came out ---- */

struct found {
	const char *held_against; /* borrowed */
	enum verdict verdict;
	double ratio, lo, hi;
	size_t blocks;
};

enum verdict nightly_verdict(const struct level *l, double lo, double hi)
{
	struct interval i = {lo - l->median, hi - l->median, 0.95};

	return stats_verdict(i, l->reach);
}

static const json_t *row_of(const json_t *list, const struct history_series *s, const char *arm)
{
	const json_t *row;
	size_t i;

	json_array_foreach ((json_t *)list, i, row)
		if (!strcmp(text_at(row, "metric"), s->metric) &&
			!strcmp(text_at(row, "arm"), arm) &&
			!strcmp(text_at(row, "workload"), s->workload) &&
			json_integer_value(json_object_get(row, "instances")) == s->instances)
			return row;
	return NULL;
}

static double number_at(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static enum verdict verdict_named(const char *name)
{
	for (int v = VERDICT_HIGHER; v <= VERDICT_SAME; v++)
		if (!strcmp(verdict_names[v], name))
			return (enum verdict)v;
	return VERDICT_UNCLEAR;
}

static struct found by_sides(const json_t *sides, const struct history_series *s)
{
	const json_t *row = row_of(json_object_get(sides, "comparisons"), s, s->arm);
	bool ratio = !strcmp(text_at(row, "kind"), "ratio");

	return (struct found){.held_against = "earlier",
		.verdict = verdict_named(text_at(row, "verdict")),
		.ratio = ratio ? number_at(row, "ratio") : NAN,
		.lo = ratio ? number_at(row, "lo") : NAN,
		.hi = ratio ? number_at(row, "hi") : NAN,
		.blocks = (size_t)json_integer_value(
			json_object_get(json_object_get(row, "new"), "n"))};
}

/* Values as verdicts and the history use them: under emulation memory less the translation buffer. */
static struct found by_level(
	const json_t *summary, const struct history_finding *f, const char *arm)
{
	const json_t *row = row_of(json_object_get(summary, "metrics"), f->series, arm);
	const json_t *less = json_object_get(row, "less_emulator_code");
	const json_t *from = json_is_object(less) ? less : row;
	double was = f->level.median;

	return (struct found){.held_against = "level",
		.verdict = nightly_verdict(&f->level, number_at(from, "lo"), number_at(from, "hi")),
		.ratio = number_at(from, "median") / was,
		.lo = number_at(from, "lo") / was,
		.hi = number_at(from, "hi") / was,
		.blocks = (size_t)json_integer_value(json_object_get(row, "n"))};
}

static json_t *number(double v)
{
	json_t *n = json_value_of(v);

	return n ? n : json_null();
}

static void note(struct nightly_confirmed *out, const struct history *h,
	const struct history_series *s, const struct found *f)
{
	int worse = history_worse(s);
	bool is_worse = (worse > 0 && f->verdict == VERDICT_HIGHER) ||
		(worse < 0 && f->verdict == VERDICT_LOWER);
	time_t seconds = time(NULL);
	char now[32];
	struct tm tm;

	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
	json_array_append_new(out->lines,
		history_confirmation_line(
			h, s, f->verdict, f->ratio, f->lo, f->hi, f->blocks, now));
	json_array_append_new(out->rows,
		json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:i}", "series", s->name,
			"held_against", f->held_against, "verdict", verdict_names[f->verdict],
			"worse", is_worse, "ratio", number(f->ratio), "lo", number(f->lo), "hi",
			number(f->hi), "blocks", (int)f->blocks));
}

/* A noisy measurement settles nothing. */
static void note_all(struct nightly_confirmed *out, const struct history *h,
	const struct judgement *j, const json_t *summary, const json_t *earlier, size_t good)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct history_finding *f = &j->findings[i];
		cleanup_free char *new = xasprintf("%s.new", f->series->arm);
		struct found found;

		if (!history_asks(f))
			continue;
		if (earlier && f->good == good)
			found = by_sides(out->sides, f->series);
		else
			found = by_level(summary, f, out->sides ? new : f->series->arm);
		if (out->code == EXIT_NOISY)
			found.verdict = VERDICT_UNCLEAR;
		note(out, h, f->series, &found);
	}
}

static int read_back(struct nightly_confirmed *out, const struct history *h,
	const struct judgement *j, const json_t *good, size_t night, struct error *err)
{
	cleanup_json json_t *summary = NULL;
	struct sample_set set = {0};
	struct run_folder again;
	bool two;

	if (run_folder_open(out->folder.path, &again, &out->run, err) < 0)
		return -1;
	run_folder_close(&out->folder);
	out->folder = again;
	two = json_object_get(json_object_get(out->run, "plan"), "against") != NULL;
	if (sample_set_read(out->folder.dirfd, &set, err) < 0)
		return -1;
	summary = summary_make(out->run, &set, err);
	if (summary && two)
		out->sides = compare_within(out->run, &set, err);
	sample_set_free(&set);
	if (!summary || (two && !out->sides))
		return -1;
	note_all(out, h, j, summary, two && is_what_it_was(good, out->run) ? good : NULL, night);
	return 0;
}

/* Today's definition of the plan, or both; of the arms that matter. */
static struct plan *plan_of(const struct nightly_again *q, const struct judgement *j,
	const json_t *good, struct error *err)
{
	char blocks[24];
	struct plan_override o = {.blocks = blocks};
	struct plan *p = plan_load(q->plan, &(struct plan_override){0}, err), *both = NULL;
	cleanup_free const char **arms = p ? xcalloc(2 * j->n + 1, sizeof(*arms)) : NULL;
	struct plan *chosen;

	if (!p)
		return NULL;
	snprintf(blocks, sizeof(blocks), "%u", q->blocks);
	o.arms = arms;
	o.n_arms = arms_of(j, p, arms);
	if (good && defined_otherwise(good, p))
		both = two_sides(good, q->plan, &o);
	chosen = both ? both : plan_load(q->plan, &o, err);
	plan_free(p);
	return chosen;
}

int nightly_confirm(const struct nightly_again *q, const struct history *h,
	const struct judgement *j, struct nightly_confirmed *out, struct error *err)
{
	cleanup_free char *folder = xasprintf("%s/confirmation", q->folder);
	const struct history_finding *first = j->findings;
	cleanup_json json_t *good = NULL;
	struct plan *p;

	*out = (struct nightly_confirmed){
		.rows = json_array(), .lines = json_array(), .folder = {.dirfd = -1}};
	while (!history_asks(first))
		first++;
	good = find_run(q->folder, h->nights[first->good].id);
	p = plan_of(q, j, good, err);
	if (!p)
		return -1;
	out->code = run_plan(&(struct run_request){.plan = p,
				     .options = q->options,
				     .folder = folder,
				     .max_time = q->max_time,
				     .argc = q->argc,
				     .argv = q->argv},
		&out->folder, err);
	plan_free(p);
	if (err->code && err->code != EXIT_NOISY)
		return -1;
	/* what two sides say about each other is judged here, for the candidates */
	if (out->code == EXIT_REGRESSION)
		out->code = EXIT_FINE;
	if (err->code == EXIT_NOISY) {
		out->code = EXIT_NOISY;
		*err = (struct error)ERROR_INIT;
	}
	return read_back(out, h, j, good, first->good, err);
}

void nightly_confirmed_free(struct nightly_confirmed *c)
{
	json_decref(c->rows);
	json_decref(c->lines);
	json_decref(c->run);
	json_decref(c->sides);
	run_folder_close(&c->folder);
	*c = (struct nightly_confirmed){.folder = {.dirfd = -1}};
}
