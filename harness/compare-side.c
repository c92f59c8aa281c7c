/* compare-side.c - the runs of one side, read from their folders. */
#include "compare.h"

#include "run-folder.h"
#include "util.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static int open_run(const char *path, struct compare_run *out, struct error *err)
{
	struct compare_run r = {0};
	char safe[SAFE_TEXT_SIZE];
	struct run_folder folder;
	int rc;

	if (run_folder_open(path, &folder, &r.run, err) < 0)
		return -1;
	rc = sample_set_read(folder.dirfd, &r.set, err);
	run_folder_close(&folder);
	if (rc < 0) {
		json_decref(r.run);
		return error_wrap(err, "%s", safe_text(path, safe));
	}
	r.path = xstrdup(safe_text(path, safe));
	*out = r;
	return 0;
}

static int check_twice(const struct compare_side *s, struct error *err)
{
	const struct compare_run *last = &s->runs[s->n - 1];
	const char *id = json_string_value(json_object_get(last->run, "id"));

	for (size_t i = 0; i + 1 < s->n; i++)
		if (!strcmp(json_string_value(json_object_get(s->runs[i].run, "id")), id))
			return error_set(err, EXIT_USAGE,
				"%s: the same run as %s, got id %s twice on one side, expected each run once",
				last->path, s->runs[i].path, id);
	return 0;
}

static int add_run(struct compare_side *s, const char *path, struct error *err)
{
	if (s->n == COMPARE_MAX_RUNS)
		return error_set(err, EXIT_USAGE,
			"compare: too many runs on one side, got more than %d, expected at most that",
			COMPARE_MAX_RUNS);
	if (!*path)
		return error_set(err, EXIT_USAGE,
			"compare: an empty name among the runs, expected folders as \"A,B,C\"");
	s->runs = xrealloc(s->runs, (s->n + 1) * sizeof(*s->runs));
	if (open_run(path, &s->runs[s->n], err) < 0)
		return -1;
	s->n++;
	return check_twice(s, err);
}

int compare_side_open(const char *list, struct compare_side *out, struct error *err)
{
	cleanup_free char *words = xstrdup(list);
	struct compare_side s = {0};
	char *rest = words;
	int rc = 0;

	if (access(list, F_OK) == 0)
		rc = add_run(&s, list, err);
	else
		for (char *word; rc == 0 && (word = strsep(&rest, ","));)
			rc = add_run(&s, word, err);
	if (rc < 0)
		compare_side_close(&s);
	else
		*out = s;
	return rc;
}

void compare_side_close(struct compare_side *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->runs[i].path);
		json_decref(s->runs[i].run);
		sample_set_free(&s->runs[i].set);
	}
	free(s->runs);
	*s = (struct compare_side){0};
}

static void make_worse(struct sample *one)
{
	const struct metric *m = &metrics[one->metric];

	/* The buffer is taken off again: it stays what it is. */
	if (one->status != SAMPLE_OK || one->metric == MEMORY_EMULATOR_CODE)
		return;
	if (m->better == BETTER_LOWER)
		one->value += fabs(one->value) * COMPARE_INJECTED;
	else if (m->better == BETTER_HIGHER)
		one->value /= 1 + COMPARE_INJECTED;
	if (m->exact)
		one->value = ceil(one->value);
}

void compare_inject(struct compare_side *s, bool second)
{
	for (size_t r = 0; r < s->n; r++) {
		const json_t *arms = json_object_get(s->runs[r].run, "arms");

		for (size_t i = 0; i < s->runs[r].set.n; i++) {
			struct sample *one = &s->runs[r].set.samples[i];

			if (!second || json_object_get(json_object_get(arms, one->arm), "against"))
				make_worse(one);
		}
	}
}
