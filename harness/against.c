/* against.c - a run with two sides, looked at while it grows: more blocks as long as a regression is suspected, up to the
 * plan's limit. Looks are planned (every so many blocks) and share the 5 %, or looking often would find something. */
#include "run.h"

#include "compare.h"
#include "json.h"
#include "util.h"

static bool is_due(const struct run *r, unsigned counted)
{
	const struct plan *p = r->plan;

	return p->second && counted > r->looked &&
		(counted % p->blocks == 0 || counted == plan_most_blocks(p));
}

static json_t *look_json(const json_t *doc, unsigned counted)
{
	return json_pack("{s:i, s:O, s:b}", "blocks", (int)counted, "result",
		json_object_get(doc, "result"), "suspected", compare_suspected(doc));
}

/* One of them, kept in run.json; a run that is resumed may look again at the same place. */
static void keep_look(json_t *run, json_t *look)
{
	json_t *looks = json_object_get(run, "looks");
	size_t last;

	if (!looks) {
		looks = json_array();
		json_object_set_new(run, "looks", looks);
	}
	last = json_array_size(looks);
	if (last &&
		json_equal(json_object_get(json_array_get(looks, last - 1), "blocks"),
			json_object_get(look, "blocks")))
		json_array_remove(looks, last - 1);
	json_array_append_new(looks, look);
}

int run_look(struct run *r, unsigned counted, bool *end, struct error *err)
{
	cleanup_json json_t *doc = NULL;
	struct sample_set set = {0};
	bool suspected;

	if (!is_due(r, counted))
		return 0;
	r->looked = counted;
	if (sample_set_read(r->folder.dirfd, &set, err) < 0)
		return -1;
	doc = compare_within(r->json, &set, err);
	sample_set_free(&set);
	if (!doc)
		return -1;
	keep_look(r->json, look_json(doc, counted));
	suspected = compare_suspected(doc);
	r->regression = compare_result(doc) == COMPARE_REGRESSION;
	*end = r->regression || !suspected || counted >= plan_most_blocks(r->plan);
	if (!*end) {
		progress_clear(&r->progress);
		fprintf(stderr,
			"tare: after %u blocks: a regression is suspected and not confirmed; measuring on, up to %u blocks\n",
			counted, plan_most_blocks(r->plan));
	}
	return run_folder_write_json(&r->folder, "run.json", r->json, err);
}
