/* chart-processes.c - the process ledger: everything that runs because of one workload, by layer.
 * The workload's own processes are processes.total less processes.tare. Where a guest kernel runs, they
 * are among its user processes and the host's processes are the virtual hardware; else the host's other
 * processes are the runtime. */
#include "report-internal.h"

#include "util.h"

#include <math.h>

const char *const process_layers[] = {
	"user process: the workload",
	"runtime: agent and helpers on the host",
	"virtual hardware: the VMM",
	"guest OS: its processes and kernel threads",
	"host kernel threads made for it",
	"threads beyond the main ones, counted apart",
	NULL,
};
static const char *const short_names[] = {
	"workload", "runtime", "virtual hardware", "guest OS", "host kernel", "threads"};

static double count(const struct view *v, size_t a, const char *metric)
{
	struct cell cell = view_cell(v, a, metric);

	return cell.status == CELL_OK && cell.median > 0 ? cell.median : 0;
}

void process_split(const struct view *v, size_t a, double out[LAYERS])
{
	double host = count(v, a, "processes.host"), user = count(v, a, "processes.guest_user");
	double kernel = count(v, a, "processes.guest_kernel");
	struct cell tare = view_cell(v, a, "processes.tare");
	bool guest = user > 0 || kernel > 0;
	double own = tare.status == CELL_OK ? count(v, a, "processes.total") - tare.median : 1;

	own = fmin(fmax(own, 0), guest ? user : host);
	out[WORKLOAD] = own;
	out[RUNTIME] = guest ? 0 : host - own;
	out[HARDWARE] = guest ? host : 0;
	out[GUEST] = guest ? user - own + kernel : 0;
	out[HOST_KERNEL] = count(v, a, "processes.host_kernel");
	out[THREADS] = count(v, a, "processes.threads");
}

static char *note_of(const struct view *v, size_t a, const double layers[LAYERS])
{
	double kernel = count(v, a, "processes.guest_kernel");
	char *text = NULL;
	size_t size, parts = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < THREADS; i++) {
		cleanup_free char *n = number_text(layers[i]);
		cleanup_free char *threads = number_text(kernel);

		if (layers[i] <= 0)
			continue;
		fprintf(out, "%s%s %s", parts++ ? " + " : "", short_names[i], n);
		if (i == GUEST && kernel > 0)
			fprintf(out, " (%s kernel threads)", threads);
	}
	cleanup_free char *more = number_text(layers[THREADS]);

	fprintf(out, "%sthreads apart: %s", parts ? " · " : "", more);
	fclose(out);
	return text;
}

static void add_row(struct chart *c, const struct view *v, size_t a)
{
	struct cell total = view_cell(v, a, "processes.total");
	double layers[LAYERS], at = 0;

	if (total.status != CELL_OK) {
		mark_from_cell(c, &c->series[WORKLOAD].marks[a], &total, "");
		return;
	}
	process_split(v, a, layers);
	for (size_t i = 0; i < LAYERS; i++) {
		struct mark *m = &c->series[i].marks[a];

		if (layers[i] <= 0)
			continue;
		m->status = CELL_OK;
		m->emulated = total.emulated;
		m->start = at;
		m->end = at += layers[i];
	}
	cleanup_free char *n = number_text(total.median);
	cleanup_free char *threads = number_text(layers[THREADS]);

	c->any_emulated = c->any_emulated || total.emulated;
	c->rows[a].note = note_of(v, a, layers);
	for (size_t i = LAYERS; i-- > 0;) {
		struct mark *m = &c->series[i].marks[a];

		if (m->status != CELL_OK)
			continue;
		m->label = layers[THREADS] > 0 ? xasprintf("%s, and %s thread%s", n, threads,
							 layers[THREADS] == 1 ? "" : "s")
					       : xstrdup(n);
		break;
	}
}

static void sentence(struct chart *c, const struct view *v)
{
	int small = view_light(v, "processes.total");
	int big = view_measured(v, "vm", "processes.total");
	struct cell a, b;

	for (size_t i = v->n_arms; big < 0 && i-- > 0;)
		big = view_cell(v, i, "processes.total").status == CELL_OK ? (int)i : -1;
	if (small < 0) {
		c->title = xstrdup(
			"Processes: the ledger could not be measured in the arm compared here");
		return;
	}
	a = view_cell(v, (size_t)small, "processes.total");
	b = view_cell(v, (size_t)big, "processes.total");
	cleanup_free char *many = number_text(b.median);

	if (small == big) {
		c->title = xasprintf("One workload in %s is %s processes and kernel threads",
			c->rows[big].name, many);
		return;
	}
	cleanup_free char *few = number_text(a.median);

	c->title = xasprintf("One workload in %s is %s processes and kernel threads, in %s %s",
		c->rows[big].name, many, c->rows[small].name, few);
}

bool processes_any(const struct view *v)
{
	return view_planned(v, (const char *const[]){"processes.total", NULL});
}

void chart_processes(struct chart *c, const struct view *v)
{
	chart_init(c, "processes", v);
	for (size_t i = 0; i < LAYERS; i++)
		chart_add_series(c, process_layers[i], i == THREADS ? SERIES_HOLLOW : SERIES_BAR,
			i == THREADS ? 0 : (unsigned)i, 0.32, -0.14);
	for (size_t a = 0; a < v->n_arms; a++)
		add_row(c, v, a);
	sentence(c, v);
	c->subtitle = xstrdup(
		"The process ledger: all that runs because of one workload, stacked by layer. The number is the total without threads.");
	chart_add_linear(c, "processes and kernel threads of one instance", "1", c->n_series);
	chart_footer(c, v, NULL,
		"Medians of exact counts, which need no interval and hold under emulation.");
}
