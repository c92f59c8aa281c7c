/* summary.json and run.json of a folder from elsewhere, in one document {"run": …, "summary": …}: the table, the
 * Markdown, every chart's data and script. Nothing that a terminal obeys may come out. */
#include "../../harness/report/report-internal.h"

#include "fuzz.h"
#include "json.h"
#include "report.h"

#include <stdio.h>

static void check_text(const char *text, size_t size)
{
	if (memchr(text, '\x1b', size) || memchr(text, '\0', size))
		abort();
}

static void show_table(const json_t *run, const json_t *summary)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	report_table(out, run, summary, 100, false);
	fclose(out);
	check_text(text, size);
	free(text);
}

static void show_markdown(const json_t *run, const json_t *summary)
{
	struct error err = ERROR_INIT;
	struct view v;
	char *text;

	if (view_open(&v, run, summary, &err) < 0) {
		fuzz_check_error(1, &err);
		return;
	}
	text = markdown_report(&v, NULL, 0, NULL);
	check_text(text, strlen(text));
	free(text);
	view_close(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	json_t *both = json_parse_object((const char *)data, size, "both.json", &err);
	const json_t *run = json_object_get(both, "run"),
		     *summary = json_object_get(both, "summary");

	fuzz_check_error(!both, &err);
	if (json_is_object(run) && json_is_object(summary)) {
		show_table(run, summary);
		show_markdown(run, summary);
	}
	json_decref(both);
	return 0;
}
