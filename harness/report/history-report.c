/* history-report.c - the history as a folder of its own: charts/history-N with script and data, history.html. */
#include "history-report.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_CHARTS 12 /* the page lists all findings */

struct output {
	int dirfd, chartsfd;
	char *missing;
	struct chart_entry *entries;
	size_t n;
};

static int open_folder(int dirfd, const char *path, const char *where, struct error *err)
{
	int fd;

	if (mkdirat(dirfd, path, 0755) < 0 && errno != EEXIST)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be made", where);
	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0
		? error_errno(err, EXIT_USAGE, errno, "%s: cannot be opened as a folder", where)
		: fd;
}

static int write_text(
	int dirfd, const char *name, const char *suffix, const char *text, struct error *err)
{
	cleanup_free char *file = xasprintf("%s%s", name, suffix);

	return replace_file_at(dirfd, file, text, strlen(text), err);
}

static int write_chart(struct output *o, const struct history *h, const struct history_events *e,
	const struct trend *t, struct error *err)
{
	cleanup_free char *name = xasprintf("history-%zu", o->n + 1);
	cleanup_free char *missing = NULL;
	cleanup_chart struct chart c = {.name = xstrdup(name)};
	int rc;

	chart_history(&c, h, e, t);
	o->entries = xrealloc(o->entries, (o->n + 1) * sizeof(*o->entries));
	o->entries[o->n++] = (struct chart_entry){xstrdup(name), xstrdup(c.title)};
	if (write_text(o->chartsfd, name, ".dat", c.data, err) < 0 ||
		write_text(o->chartsfd, name, ".gp", c.script, err) < 0)
		return -1;
	/* without gnuplot, too: it takes the pictures of an earlier script away */
	rc = gnuplot_render(o->chartsfd, name, &missing, err);
	if (missing && !o->missing)
		o->missing = steal_ptr(missing);
	return rc < 0 ? -1 : 0;
}

/* Charts of an earlier call that this one has no more. */
static void drop_others(const struct output *o)
{
	static const char *const types[] = {"gp", "dat", "svg", "png"};

	for (size_t i = o->n; i < MOST_CHARTS; i++)
		for (size_t k = 0; k < ARRAY_SIZE(types); k++) {
			cleanup_free char *file = xasprintf("history-%zu.%s", i + 1, types[k]);

			unlinkat(o->chartsfd, file, 0);
		}
}

static int write_all_parts(
	struct output *o, const struct history *h, const struct judgement *j, struct error *err)
{
	cleanup_events struct history_events events = history_events_of(h);
	size_t n;
	cleanup_free struct trend *trends = history_trends(h, j, MOST_CHARTS, &n);
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (write_chart(o, h, &events, &trends[i], err) < 0)
			rc = -1;
	drop_others(o);
	cleanup_free char *page =
		history_page(h, j, &events, o->entries, o->n, o->missing, o->chartsfd);

	if (replace_file_at(o->dirfd, "history.html", page, strlen(page), err) < 0)
		rc = -1;
	return rc;
}

int history_report(const char *path, const struct history *h, const struct judgement *j,
	char **charts_missing, struct error *err)
{
	cleanup_locale struct text_locale locale = {0};
	struct output o = {.dirfd = -1, .chartsfd = -1};
	char safe[SAFE_TEXT_SIZE];
	int rc = -1;

	o.dirfd = open_folder(AT_FDCWD, path, safe_text(path, safe), err);
	if (o.dirfd >= 0)
		o.chartsfd = open_folder(o.dirfd, "charts", "charts", err);
	text_locale_enter(&locale);
	if (o.chartsfd >= 0)
		rc = write_all_parts(&o, h, j, err);
	chart_entries_free(o.entries, o.n);
	cleanup_closep(&o.chartsfd);
	cleanup_closep(&o.dirfd);
	*charts_missing = o.missing;
	return rc;
}
