/* nightly-end.c - the verdict of a night, and the files that hold it. */
#include "nightly-internal.h"

#include "json.h"
#include "report/report-internal.h"
#include "util.h"

#include <fcntl.h>
#include <errno.h>
#include <string.h>

#define SUMMARY_MAX 1000000 /* B: what a step summary of GitHub's may hold, and a little less */

/* Whether an alarm of this night was confirmed without the earlier side. */
static bool is_by_level(const struct night *n)
{
	const json_t *row;
	size_t i;

	json_array_foreach (n->again.rows, i, row)
		if (json_is_true(json_object_get(row, "worse")) &&
			!strcmp(json_string_value(json_object_get(row, "held_against")), "level"))
			return true;
	return false;
}

void nightly_conclude(struct night *n)
{
	size_t alarms = nightly_count(n, HISTORY_ALARM),
	       candidates = nightly_count(n, HISTORY_CANDIDATE),
	       missing = nightly_count(n, HISTORY_MISSING);
	cleanup_free char *first = nightly_first(n, HISTORY_ALARM), *text = NULL;
	cleanup_free char *lost =
		missing ? xasprintf(", %zu primary series missing", missing) : xstrdup("");

	if (n->j.fingerprint)
		n->code = nightly_graver(
			n->code, judgement_exit(&n->h, &n->j, argument(n->args, "strict") != NULL));
	if (alarms)
		text = xasprintf("%s: %zu of %zu primary series worse, measured again: %s%s%s",
			nightly_words(n->code), alarms, n->j.primaries, first, lost,
			is_by_level(n) ? "; " NIGHTLY_BY_LEVEL : "");
	else if (n->code == EXIT_FINE && n->j.learning)
		text = xasprintf(
			"fine; nothing to alarm about, %zu series still learn their level%s",
			n->j.learning, lost);
	else if (n->code == EXIT_FINE)
		text = xasprintf("fine; nothing to alarm about%s%s",
			candidates ? ", a candidate is left for the next night" : "", lost);
	else
		text = xstrdup(nightly_words(n->code));
	cleanup_free char *clean = clean_text(text);

	json_object_set_new(
		n->doc, "history", n->j.fingerprint ? judgement_json(&n->h, &n->j) : json_null());
	json_object_set_new(n->doc, "verdict", json_string(clean));
	json_object_set_new(n->doc, "code", json_integer(n->code));
}

/* The night's words, then the run's where they fit. New. */
static char *summary_text(const struct night *n, size_t *len)
{
	struct error ignored = ERROR_INIT; /* export_all() tells */
	cleanup_free char *rest = NULL;
	size_t more = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return xstrdup("");
	nightly_markdown(out, n->doc);
	fflush(out);
	if (n->usable)
		rest = export_folder(
			export_find("markdown", &ignored), n->folder.path, NULL, &more, &ignored);
	if (rest && *len + more < SUMMARY_MAX)
		fprintf(out, "\n%s", rest);
	fclose(out);
	return text;
}

static int append_there(const char *path, const char *text, size_t len, struct error *err)
{
	cleanup_close int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	char safe[SAFE_TEXT_SIZE];

	if (fd < 0 || write_all(fd, text, len) < 0)
		return error_errno(err, EXIT_USAGE, errno,
			"GITHUB_STEP_SUMMARY: %s: cannot be written", safe_text(path, safe));
	return 0;
}

static int has_format(const struct night *n, const char *name)
{
	const char *at = nightly_given(n->args, "export", NIGHTLY_EXPORTS);
	size_t len = strlen(name);

	while (strncmp(at, name, len) != 0 || (at[len] && at[len] != ',')) {
		at = strchr(at, ',');
		if (!at++)
			return 0;
	}
	return 1;
}

/* What names the verdict is written when there is one. */
int nightly_leave(struct night *n, struct error *err)
{
	const char *github = getenv("GITHUB_STEP_SUMMARY");
	cleanup_free char *text = NULL, *xml = NULL;
	size_t len = 0, xml_len = 0;
	FILE *out;

	text = summary_text(n, &len);
	if (github && *github && append_there(github, text, len, err) < 0)
		return -1;
	if (!n->run)
		return 0;
	if (has_format(n, "markdown") && nightly_write_out(n, "summary.md", text, len, err) < 0)
		return -1;
	out = has_format(n, "junit") ? open_memstream(&xml, &xml_len) : NULL;
	if (out) {
		nightly_junit(out, n->doc);
		fclose(out);
		if (nightly_write_out(n, "nightly.xml", xml, xml_len, err) < 0)
			return -1;
	}
	if (run_folder_write_json(&n->folder, "nightly.json", n->doc, err) < 0)
		return -1;
	return run_folder_give(&n->folder, err);
}
