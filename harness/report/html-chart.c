/* html-chart.c - gnuplot's drawings inside report.html. The drawing is copied tag by tag; what gnuplot never writes is
 * not copied at all. */
#include "html.h"

#include "util.h"

#include <ctype.h>
#include <string.h>

#define MAX_SVG (8u << 20) /* B */
#define TITLE_HEIGHT                                                                               \
	40 /* pixels at the top of a drawing, which hold its title alone (chart-head.c) */

struct copy {
	FILE *out;
	const char *prefix, *label;
	const char
		*title; /* the <text> that says the label: the page says it itself; NULL = none */
	bool root; /* in the tag of the whole drawing */
	bool words; /* inside <text>: elsewhere there is nothing to read */
};

static bool is_one_of(const char *s, size_t len, const char *const *list)
{
	for (; *list; list++)
		if (strlen(*list) == len && memcmp(*list, s, len) == 0)
			return true;
	return false;
}

static const char *const elements[] = {"svg", "g", "path", "rect", "circle", "use", "text", "tspan",
	"polygon", "polyline", "line", "defs", "pattern", "filter", "feFlood", "feComposite",
	"title", "desc", NULL};
/* gnuplot's own, of no use here; the whole drawing's size is the page's affair. */
static const char *const dropped[] = {"class", "version", NULL};
static const char *const sizes[] = {"width", "height", NULL};

static bool is_word(const char *s, size_t len, const char *word)
{
	return is_one_of(s, len, (const char *const[]){word, NULL});
}

/* Length of a colour at s, its value in *rgb; 0 when there is none. */
static size_t colour_at(const char *s, size_t len, unsigned *rgb)
{
	unsigned r, g, b;
	int n = 0;
	cleanup_free char *word = xasprintf("%.*s", (int)(len < 24 ? len : 24), s);

	if (sscanf(word, "rgb( %3u , %3u , %3u )%n", &r, &g, &b, &n) == 3 && n > 0 && r < 256 &&
		g < 256 && b < 256) {
		*rgb = r << 16 | g << 8 | b;
		return (size_t)n;
	}
	if (sscanf(word, "#%6x%n", rgb, &n) == 1 && n == 7)
		return 7;
	*rgb = 0;
	return strcmp(word, "black") == 0 ? 5 : 0;
}

/* A value with its references prefixed and its colours made variables. -1: it leads out of the drawing. */
static int put_value(const struct copy *c, const char *s, size_t len, bool paints)
{
	for (size_t i = 0; i < len;) {
		unsigned rgb = 0;
		size_t n = paints ? colour_at(s + i, len - i, &rgb) : 0;

		if (n) {
			fprintf(c->out, "var(--x%06x,#%06x)", rgb, rgb);
			i += n;
			continue;
		}
		if (len - i >= 4 && memcmp(s + i, "url(", 4) == 0) {
			if (i + 4 >= len || s[i + 4] != '#')
				return -1;
			fprintf(c->out, "url(#%s", c->prefix);
			i += 5;
			continue;
		}
		if (s[i] == '<' || s[i] == '"' || s[i] == '\'')
			return -1;
		fputc(s[i++], c->out);
	}
	return 0;
}

static int put_attribute(
	struct copy *c, const char *name, size_t name_len, const char *value, size_t len)
{
	static const char *const paints[] = {
		"fill", "stroke", "color", "style", "flood-color", NULL};
	static const char *const links[] = {"href", "xlink:href", NULL};
	static const char bold[] = ":Bold";
	bool paint = is_one_of(name, name_len, paints);
	double width, height;

	if (is_one_of(name, name_len, dropped) || (c->root && is_one_of(name, name_len, sizes)))
		return 0;
	if (name_len > 1 && strncasecmp(name, "on", 2) == 0)
		return -1;
	if (c->root && c->title && is_word(name, name_len, "viewBox") &&
		sscanf(value, "0 0 %lf %lf", &width, &height) == 2 && height > TITLE_HEIGHT) {
		fprintf(c->out, " viewBox=\"0 %d %g %g\"", TITLE_HEIGHT, width,
			height - TITLE_HEIGHT);
		return 0;
	}
	if (is_word(name, name_len, "font-family")) { /* gnuplot's bold is part of the name */
		bool strong = len > strlen(bold) &&
			memcmp(value + len - strlen(bold), bold, strlen(bold)) == 0;

		fprintf(c->out, " font-family=\"DejaVu Sans, Verdana, sans-serif\"%s",
			strong ? " font-weight=\"bold\"" : "");
		return 0;
	}
	fprintf(c->out, " %.*s=\"", (int)name_len, name);
	if (is_word(name, name_len, "id")) {
		fputs(c->prefix, c->out);
	} else if (is_one_of(name, name_len, links)) {
		if (!len || *value != '#')
			return -1;
		fprintf(c->out, "#%s", c->prefix);
		value++;
		len--;
	}
	if (put_value(c, value, len, paint))
		return -1;
	fputc('"', c->out);
	return 0;
}

/* The attributes of a tag from s to its end. */
static int put_attributes(struct copy *c, const char *s, const char *end)
{
	while (s < end) {
		const char *name, *value, *close;
		size_t len;
		char quote;

		s += strspn(s, " \t\r\n");
		if (s >= end || *s == '/')
			break;
		name = s;
		while (s < end && (isalnum((unsigned char)*s) || strchr(":-_", *s)))
			s++;
		len = (size_t)(s - name);
		s += strspn(s, " \t\r\n");
		if (!len || s >= end || *s != '=')
			return -1;
		s++;
		s += strspn(s, " \t\r\n");
		quote = *s;
		if (s >= end || (quote != '"' && quote != '\''))
			return -1;
		value = s + 1;
		close = memchr(value, quote, (size_t)(end - value));
		if (!close || put_attribute(c, name, len, value, (size_t)(close - value)))
			return -1;
		s = close + 1;
	}
	return 0;
}

/* One tag: s is behind its '<', end is its '>'. */
static int put_tag(struct copy *c, const char *s, const char *end)
{
	bool closing = *s == '/';
	const char *name = s + closing;
	size_t len = strcspn(name, " \t\r\n/>");

	if (*s == '?' || (strncmp(s, "!--", 3) == 0 && strncmp(end - 2, "--", 2) == 0))
		return 0;
	if (!is_one_of(name, len, elements))
		return -1;
	if (is_word(name, len, "title") || is_word(name, len, "desc"))
		return 0;
	if (is_word(name, len, "text"))
		c->words = !closing;
	if (closing) {
		fprintf(c->out, "</%.*s>", (int)len, name);
		return 0;
	}
	fprintf(c->out, "<%.*s", (int)len, name);
	c->root = is_word(name, len, "svg");
	if (c->root)
		html_print(c->out, " role=\"img\" aria-label=\"%s\"", c->label);
	if (put_attributes(c, name + len, end))
		return -1;
	fputs(end[-1] == '/' ? "/>" : ">", c->out);
	return 0;
}

/* The words of a <text>, as they are read: new. */
static char *words_of(const char *s)
{
	static const struct {
		const char *entity;
		char is;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
	char *text = xcalloc(strlen(s) + 1, 1);
	size_t n = 0;

	while (*s && strncmp(s, "</text>", 7) != 0) {
		size_t skip = *s == '<' ? strcspn(s, ">") : 0, i = 0;

		if (skip) {
			s += skip + (s[skip] == '>');
			continue;
		}
		while (i < ARRAY_SIZE(entities) &&
			strncmp(s, entities[i].entity, strlen(entities[i].entity)) != 0)
			i++;
		text[n++] = i < ARRAY_SIZE(entities) ? entities[i].is : *s;
		s += i < ARRAY_SIZE(entities) ? strlen(entities[i].entity) : 1;
	}
	return text;
}

/* The <text> of a drawing that says its label, whole or cut at the end; NULL when there is none. */
static const char *find_title(const char *svg, const char *label)
{
	static const char dots[] = "…";
	cleanup_free char *clean = clean_text(label);

	for (const char *s = strstr(svg, "<text>"); *clean && s; s = strstr(s + 1, "<text>")) {
		const char *close = strstr(s, "</text>");
		cleanup_free char *one = xasprintf("%.*s", close ? (int)(close - s) : 0, s);
		cleanup_free char *words = words_of(one);
		char *cut = strstr(words, dots);

		if (strcmp(words, clean) == 0 ||
			(cut && cut > words + 8 &&
				strncmp(words, clean, (size_t)(cut - words)) == 0))
			return s;
	}
	return NULL;
}

static int copy_all(struct copy *c, const char *s)
{
	for (; *s;) {
		const char *end;

		if (s == c->title) {
			end = strstr(s, "</text>");
			s = end ? end + strlen("</text>") : s + strlen(s);
			continue;
		}
		if (*s != '<') {
			if (c->words || *s == '\n')
				fputc(*s, c->out);
			s++;
			continue;
		}
		end = strchr(s, '>');
		if (!end || put_tag(c, s + 1, end))
			return -1;
		s = end + 1;
	}
	return 0;
}

int html_inline_svg(FILE *out, const char *svg, const char *prefix, const char *label)
{
	char *text = NULL;
	size_t size;
	struct copy c = {.out = open_memstream(&text, &size),
		.prefix = prefix,
		.label = label,
		.title = find_title(svg, label)};
	int rc;

	if (!c.out)
		return -1;
	rc = copy_all(&c, svg);
	fclose(c.out);
	if (!rc)
		fputs(text + strspn(text, "\n"), out);
	free(text);
	return rc;
}

void html_chart(FILE *out, const struct chart_entry *e, int chartsfd)
{
	cleanup_free char *file = xasprintf("%s.svg", e->file);
	cleanup_free char *prefix = xasprintf("%s-", e->file);
	cleanup_free char *svg = chartsfd < 0 ? NULL : read_file_at(chartsfd, file, MAX_SVG, NULL);

	fprintf(out, "<figure id='chart-%s'>\n", e->file);
	html_element(out, "figcaption", e->title);
	if (svg) {
		fputs("<p class='wide'>Wider than this window: scroll the chart sideways →</p>\n",
			out);
		html_print(out,
			"<div class='scroll chart' role='region' tabindex='0' aria-label='Chart: %s'>\n",
			e->title);
		if (html_inline_svg(out, svg, prefix, e->title))
			fputs("<p class='none'>The drawing is not shown here: it holds what gnuplot does not draw.</p>\n",
				out);
		fputs("</div>\n", out);
	}
	fprintf(out,
		"<p class='files'>Beside this page: <code>charts/%s.svg</code>, <code>.png</code>, the script <code>.gp</code>, its data <code>.dat</code>.</p>\n</figure>\n",
		e->file);
}

void html_figure(struct page *p, size_t i)
{
	p->shown[i] = true;
	html_chart(p->out, &p->charts[i], p->missing ? -1 : p->chartsfd);
}

void html_charts(struct page *p)
{
	fputs("<p>Every value in a chart is in the tables below, with its number of values and its interval. Hatched, hollow or dashed: emulated (TCG).</p>\n",
		p->out);
	if (p->missing)
		html_print(p->out,
			"<p class='none'>Not drawn: %s. The scripts and their data are there.</p>\n",
			p->missing);
	for (size_t i = 0; i < p->n_charts; i++)
		if (!p->shown[i])
			html_figure(p, i);
}
