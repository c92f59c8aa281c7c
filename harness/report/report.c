/* report.c - writes charts/, report.md and report.html of a run folder. */
#include "report.h"

#include "json.h"
#include "report-internal.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Charts of at most this many workloads: the tables hold all. */
#define MAX_WORKLOADS 8

struct progress_of_charts {
	int chartsfd;
	char *missing;
	struct chart_entry *entries;
	size_t n;
};

static int open_charts(int dirfd, struct error *err)
{
	int fd;

	if (mkdirat(dirfd, "charts", 0755) && errno != EEXIST)
		return error_errno(err, EXIT_USAGE, errno, "charts: cannot be made");
	fd = openat(dirfd, "charts", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? error_errno(err, EXIT_USAGE, errno, "charts: cannot be opened") : fd;
}

static int write_text(
	int dirfd, const char *name, const char *suffix, const char *text, struct error *err)
{
	cleanup_free char *file = xasprintf("%s%s", name, suffix);

	return replace_file_at(dirfd, file, text, strlen(text), err);
}

/* Script and data are written whatever becomes of the picture. */
static int write_chart(struct progress_of_charts *p, const struct chart_kind *kind,
	const struct view *v, struct error *err)
{
	cleanup_chart struct chart c = {0};
	char *file;
	int rc;

	kind->make(&c, v);
	file = xstrdup(c.name);
	p->entries = xrealloc(p->entries, (p->n + 1) * sizeof(*p->entries));
	p->entries[p->n++] = (struct chart_entry){file, xstrdup(c.title)};
	cleanup_free char *script = chart_script(&c);
	cleanup_free char *data = chart_data(&c);

	if (write_text(p->chartsfd, file, ".dat", data, err) ||
		write_text(p->chartsfd, file, ".gp", script, err))
		return -1;
	if (p->missing)
		return 0;
	rc = gnuplot_render(p->chartsfd, file, &p->missing, err);
	return rc < 0 ? -1 : 0;
}

/* One set of charts a workload, each at its fewest instances. A broken chart does not stop the others. */
static int write_charts(struct progress_of_charts *p, struct view *v, struct error *err)
{
	struct setting first = v->at;
	int rc = 0;

	for (size_t i = 0; i <= v->n_settings && v->number < MAX_WORKLOADS; i++) {
		bool known = false;

		if (i > 0)
			v->at = v->settings[i - 1];
		for (size_t k = 0; i > 0 && k < i; k++) {
			const struct setting *other = k ? &v->settings[k - 1] : &first;

			known = known || strcmp(other->workload, v->at.workload) == 0;
		}
		if (known || (i > 0 && v->at.instances <= 0))
			continue;
		for (const struct chart_kind *kind = chart_kinds; kind->name; kind++)
			if ((!kind->worth || kind->worth(v)) && write_chart(p, kind, v, err))
				rc = -1;
		v->number++;
	}
	v->at = first;
	v->number = 0;
	return rc;
}

static int write_all_parts(
	int dirfd, struct view *v, struct progress_of_charts *p, struct error *err)
{
	cleanup_close int chartsfd = open_charts(dirfd, err);
	int rc;

	if (chartsfd < 0)
		return -1;
	p->chartsfd = chartsfd;
	rc = write_charts(p, v, err);
	cleanup_free char *text = markdown_report(v, p->entries, p->n, p->missing);

	cleanup_free char *page = html_report(v, p->entries, p->n, p->missing, chartsfd);

	if (replace_file_at(dirfd, "report.md", text, strlen(text), err) ||
		replace_file_at(dirfd, "report.html", page, strlen(page), err))
		rc = -1;
	return rc;
}

int report_write(int dirfd, const json_t *run, const json_t *summary, char **charts_missing,
	struct error *err)
{
	cleanup_locale struct text_locale locale = {0};
	cleanup_view struct view v = {0};
	cleanup_json json_t *evidence = NULL;
	struct progress_of_charts p = {.chartsfd = -1};
	int rc;

	if (view_open(&v, run, summary, err) || evidence_read(dirfd, &evidence, err))
		return -1;
	v.evidence = evidence;
	text_locale_enter(&locale);
	rc = write_all_parts(dirfd, &v, &p, err);
	chart_entries_free(p.entries, p.n);
	*charts_missing = p.missing;
	return rc;
}
