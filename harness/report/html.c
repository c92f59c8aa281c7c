/* html.c - report.html: the page around its sections. To add a section: a function that prints it (html.h), one line
 * in sections[]. */
#include "html.h"

#include "sha256.h"
#include "util.h"

#include <string.h>

static const struct section {
	const char *id, *title;
	void (*print)(struct page *p);
	bool (*worth)(
		const struct page *p); /* whether the run has anything for it; NULL = always */
} sections[] = {
	{"argument", "The argument", html_argument, html_has_argument},
	{"glance", "At a glance", html_glance, NULL},
	{"charts", "Charts", html_charts, NULL},
	{"results", "Results", html_results, NULL},
	{"instances", "Over the number of instances", html_slopes, html_has_slopes},
	{"capacity", "How many fit in this machine", html_capacity, html_has_capacity},
	{"memory", "Memory ledger", html_memory, html_has_memory},
	{"processes", "Process ledger", html_processes, html_has_processes},
	{"equivalence", "Equivalence ledger", html_equivalence, html_has_equivalence},
	{"evidence", "Evidence", html_evidence, html_has_evidence},
	{"findings", "Findings", html_findings, html_has_findings},
	{"meter", "The meter", html_meter, html_has_meter},
	{"errors", "Errors of the run", html_errors, html_has_errors},
	{"run", "The run", html_run, NULL},
	{"metrics", "What the metrics mean", html_metrics, NULL},
	{"again", "Again", html_again, NULL},
};

/* RFC 4648. */
static void base64(const unsigned char *s, size_t len, FILE *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned left = (unsigned)(len - i);
		unsigned word = (unsigned)s[i] << 16 | (left > 1 ? (unsigned)s[i + 1] << 8 : 0) |
			(left > 2 ? s[i + 2] : 0);

		fputc(digits[word >> 18], out);
		fputc(digits[word >> 12 & 63], out);
		fputc(left > 1 ? digits[word >> 6 & 63] : '=', out);
		fputc(left > 2 ? digits[word & 63] : '=', out);
	}
}

/* Nothing is fetched and no script runs but the one whose hash stands here (Content Security Policy 3, 6.7.2). */
static void policy(FILE *out)
{
	struct sha256 h;
	char hex[65];
	unsigned char hash[32];

	sha256_init(&h);
	sha256_add(&h, html_script, strlen(html_script));
	sha256_end(&h, hex);
	for (size_t i = 0; i < sizeof(hash); i++)
		sscanf(hex + 2 * i, "%2hhx", &hash[i]);
	fputs("<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-",
		out);
	base64(hash, sizeof(hash), out);
	fputs("'; base-uri 'none'; form-action 'none'\" />\n", out);
}

void html_head(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset='utf-8' />\n",
		out);
	policy(out);
	fputs("<meta name='viewport' content='width=device-width, initial-scale=1' />\n<meta name='color-scheme' content='light dark' />\n",
		out);
	html_element(out, "title", title);
	fprintf(out, "\n<style>\n%s</style>\n</head>\n<body>\n", html_style);
}

void html_foot(FILE *out)
{
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", html_script);
}

static void contents(struct page *p)
{
	fputs("<nav aria-label='Contents'><ul>\n", p->out);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (!sections[i].worth || sections[i].worth(p))
			fprintf(p->out, "<li><a href='#%s'>%s</a></li>\n", sections[i].id,
				sections[i].title);
	fputs("</ul></nav>\n", p->out);
}

/* "tare: argument on bench-1, 2026-11-23", new. */
static char *run_title(const struct view *v)
{
	const char *plan = json_text_at(v->run, "plan", "name", NULL);
	cleanup_free char *host = cut_text(json_text_at(v->run, "host", "name", NULL), 40);
	cleanup_free char *name = cut_text(*plan ? plan : "unnamed plan", 64);

	return xasprintf("tare: %s on %s, %.10s", name, *host ? host : "an unnamed host",
		json_text_at(v->run, "started", NULL));
}

static void top(struct page *p)
{
	cleanup_free char *title = run_title(p->v);
	cleanup_free char *host = view_host_text(p->v);
	cleanup_free char *kernel = view_kernel_text(p->v);
	cleanup_free char *accelerator = view_accelerator_text(p->v);

	fputs("<a class='skip' href='#main'>Skip to the results</a>\n<header>\n", p->out);
	html_print(p->out, "<h1>%s</h1>\n", title);
	html_print(p->out, "<p>%s, ", host);
	html_print(p->out, "%s, ", kernel);
	html_print(p->out, "%s. ", accelerator);
	html_print(p->out, "%s.<br />", json_text_at(p->v->run, "started", NULL));
	html_print(p->out, "Run <code>%s</code>.</p>\n</header>\n",
		json_text_at(p->v->run, "id", NULL));
	contents(p);
}

char *html_report(struct view *v, const struct chart_entry *charts, size_t n_charts,
	const char *charts_missing, int chartsfd)
{
	char *text = NULL;
	size_t size;
	struct page p = {.out = open_memstream(&text, &size),
		.v = v,
		.charts = charts,
		.n_charts = n_charts,
		.missing = charts_missing,
		.shown = xcalloc(n_charts + 1, sizeof(*p.shown)),
		.chartsfd = chartsfd};

	if (!p.out) {
		free(p.shown);
		return xstrdup("");
	}
	cleanup_free char *title = run_title(v);

	html_head(p.out, title);
	top(&p);
	fputs("<main id='main' tabindex='-1'>\n", p.out);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		const struct section *s = &sections[i];

		if (s->worth && !s->worth(&p))
			continue;
		fprintf(p.out, "<section id='%s' aria-labelledby='h-%s'>\n<h2 id='h-%s'>%s</h2>\n",
			s->id, s->id, s->id, s->title);
		s->print(&p);
		fputs("</section>\n", p.out);
	}
	fputs("</main>\n<footer>\n<p>† Emulated (TCG): a time or rate under it is no evidence about VMs; memory holds less <code>memory.emulator_code</code>. "
	      "Medians, exact intervals; what is missing says why and is never 0. Made by tare from <code>run.json</code> and <code>summary.json</code>; nothing on this page is fetched from anywhere.</p>\n</footer>\n",
		p.out);
	html_foot(p.out);
	fclose(p.out);
	free(p.shown);
	return text;
}
