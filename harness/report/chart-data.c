/* chart-data.c - the chart model as a .dat file: one block a series, numbers only, no foreign text outside
 * comments. */
#include "chart-draw.h"

#include "util.h"

#include <math.h>

bool has_points(const struct series *s, size_t rows)
{
	for (size_t a = 0; a < rows; a++)
		if (s->marks[a].points && s->marks[a].status == CELL_OK)
			return true;
	return false;
}

static void put_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, " %.10g", value);
	else
		fputs(" NaN", out);
}

static void data_points(FILE *out, const struct chart *c, const struct series *s)
{
	fputs("\n\n# every value, for there are too few for an interval\n# row value\n", out);
	for (size_t a = 0; a < c->n_rows; a++) {
		size_t i;
		json_t *v;

		if (s->marks[a].status != CELL_OK)
			continue;
		json_array_foreach ((json_t *)s->marks[a].points, i, v) {
			if (!json_is_number(v))
				continue;
			fprintf(out, "%zu", a);
			put_number(out, json_number_value(v));
			fputc('\n', out);
		}
	}
}

char *chart_data(const struct chart *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = c->data ? NULL : open_memstream(&text, &size);

	if (!out)
		return xstrdup(c->data ? c->data : "");
	fprintf(out, "# %s: base units (B, s, bit/s, s/GiB, 1); NaN = no data, never 0.\n",
		c->name);
	for (size_t a = 0; a < c->n_rows; a++)
		fprintf(out, "# row %zu is arm %s\n", a, c->rows[a].name);
	for (size_t k = 0; k < c->n_series; k++) {
		const struct series *s = &c->series[k];

		fprintf(out, "%s# %s\n# row start end lo hi emulated\n", k ? "\n\n" : "", s->name);
		for (size_t a = 0; a < c->n_rows; a++) {
			const struct mark *m = &s->marks[a];
			bool ok = m->status == CELL_OK;

			fprintf(out, "%zu", a);
			put_number(out, ok ? m->start : NAN);
			put_number(out, ok ? m->end : NAN);
			put_number(out, ok ? m->lo : NAN);
			put_number(out, ok ? m->hi : NAN);
			fprintf(out, " %d\n", m->emulated);
		}
		if (has_points(s, c->n_rows))
			data_points(out, c, s);
	}
	fclose(out);
	return text;
}
