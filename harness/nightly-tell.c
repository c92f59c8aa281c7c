/* nightly-tell.c - a night written down and passed on, without root: history, reports, exports, stores. */
#include "nightly-internal.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void append_lines(struct night *n, struct error *err)
{
	struct history_appended done = {0};
	const json_t *line;
	size_t i;

	json_array_foreach (n->lines, i, line)
		if (history_append(n->history, line, &done, err) < 0) {
			nightly_failed(n, "history", err);
			return;
		}
}

/* Trends over all nights, beside the history. */
static void draw_history(struct night *n, struct error *err)
{
	cleanup_free char *folder = nightly_beside(n, "history"), *missing = NULL, *page = NULL;

	if (history_report(folder, &n->h, &n->j, &missing, err) < 0) {
		nightly_failed(n, "report", err);
		return;
	}
	page = xasprintf("%s/history.html", folder);
	nightly_add_file(n, page);
}

static void report_confirmation(struct night *n, struct error *err)
{
	cleanup_json json_t *summary = NULL;

	if (n->again.sides &&
		run_folder_write_json(&n->again.folder, "compare.json", n->again.sides, err) < 0) {
		nightly_failed(n, "report", err);
		return;
	}
	if (!nightly_has_samples(&n->again.folder))
		return;
	summary = report_make(&n->again.folder, n->again.run, REPORT_RUN, err);
	if (!summary)
		nightly_failed(n, "report", err);
}

static void report(struct night *n, struct error *err)
{
	cleanup_json json_t *summary = NULL;
	cleanup_free char *page = xasprintf("%s/report.html", n->folder.path);

	if (!nightly_has_samples(&n->folder))
		return;
	summary = report_make(&n->folder, n->run, REPORT_RUN, err);
	if (err->code)
		nightly_failed(n, "report", err);
	if (!summary)
		return;
	nightly_add_file(n, page);
	if (n->again.run)
		report_confirmation(n, err);
	if (n->h.n_nights)
		draw_history(n, err);
	nightly_step(n, "report", EXIT_FINE, "%s", page);
}

/* "junit.xml", "summary.md", ... New. */
static char *file_name(const struct export *e)
{
	static const char *const ends[][2] = {{"text/csv", "csv"}, {"application/json", "json"},
		{"application/xml", "xml"}, {"text/markdown", "md"}, {"", "txt"}};
	size_t i = 0;

	while (strncmp(e->type, ends[i][0], strlen(ends[i][0])) != 0)
		i++;
	return xasprintf("%s.%s", !strcmp(e->name, "markdown") ? "summary" : e->name, ends[i][1]);
}

int nightly_write_out(
	struct night *n, const char *name, const char *text, size_t len, struct error *err)
{
	cleanup_free char *path =
		xasprintf("%s/%s", nightly_given(n->args, "out", n->folder.path), name);

	if (replace_file_at(AT_FDCWD, path, text, len, err) < 0) {
		err->code = EXIT_USAGE;
		return -1;
	}
	nightly_add_file(n, path);
	return 0;
}

static int export_one(struct night *n, const struct export *e, struct error *err)
{
	cleanup_free char *text = NULL, *name = file_name(e);
	size_t len;

	if (!strcmp(e->name, "markdown"))
		return 0; /* the night's own words come first in it: nightly_leave() */
	text = export_folder(e, n->folder.path, NULL, &len, err);
	return text ? nightly_write_out(n, name, text, len, err) : -1;
}

static void export_all(struct night *n, struct error *err)
{
	const char *out = argument(n->args, "out");
	char safe[SAFE_TEXT_SIZE];

	if (out && mkdir(out, 0755) < 0 && errno != EEXIST)
		error_errno(
			err, EXIT_USAGE, errno, "--out: %s: cannot be made", safe_text(out, safe));
	else if (n->usable)
		nightly_each_format(n, export_one, err);
	if (err->code)
		nightly_failed(n, "export", err);
	else
		nightly_step(n, "export", EXIT_FINE, "%s in %s",
			nightly_given(n->args, "export", NIGHTLY_EXPORTS),
			nightly_given(n->args, "out", n->folder.path));
}

static int publish_one(struct night *n, const struct publish_how *how, struct error *err)
{
	struct spool_result done = {0};
	cleanup_free char *shown = publish_shown(how->url), *why = NULL;
	int rc = publish_folder(n->folder.path, how, &done, err);

	why = done.why ? done.why : rc < 0 ? xstrdup(err->text) : NULL;
	json_array_append_new(json_object_get(n->doc, "published"),
		json_pack("{s:o, s:i, s:i, s:o}", "to", json_text(shown), "sent", (int)done.sent,
			"kept", (int)done.kept, "why", why ? json_text(why) : json_null()));
	if (rc < 0)
		nightly_failed(n, "publish", err);
	else if (done.kept)
		nightly_step(n, "publish", EXIT_PUBLISH,
			"%s: %s; %u sent, %u kept for the next time", shown, why ? why : "not sent",
			done.sent, done.kept);
	else
		nightly_step(n, "publish", EXIT_FINE, "%s: %u sent", shown, done.sent);
	return 0;
}

void nightly_tell(struct night *n, struct error *err)
{
	if (run_folder_become_owner(&n->folder, err) < 0) {
		nightly_failed(n, "report", err);
		return;
	}
	append_lines(n, err);
	report(n, err);
	if (n->code == EXIT_INTERRUPTED || n->code == EXIT_TERMINATED)
		return;
	export_all(n, err);
	if (n->usable)
		nightly_each_store(n, publish_one, err);
}
