/* measurement.c - what the probes found in one instance set, and the steps that find it. */
#include "probe.h"

#include "util.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

void measurement_init(struct measurement *m)
{
	memset(m, 0, sizeof(*m));
	m->peer.cpu = -1;
}

void measurement_free(struct measurement *m)
{
	for (size_t i = 0; i < METRIC_COUNT; i++)
		free(m->out[i].reason);
	json_decref(m->census);
	m->census = NULL;
	json_decref(m->evidence);
	m->evidence = NULL;
	memset(m->out, 0, sizeof(m->out));
}

double measured_skew(enum metric_id id)
{
	const char *text = getenv("TARE_SKEW"), *name = metrics[id].name;
	size_t n = strlen(name);
	char *end;
	double factor;

	if (!text || strncmp(text, name, n) != 0 || text[n] != '=')
		return 1;
	factor = strtod(text + n + 1, &end);
	return *end || end == text + n + 1 || !isfinite(factor) ? 1 : factor;
}

void measured(struct measurement *m, enum metric_id id, double value, unsigned flags)
{
	struct measured_value *v = &m->out[id];

	value *= measured_skew(id);
	if (!isfinite(value)) {
		not_measured(m, id, SAMPLE_FAILED, "not a finite number");
		return;
	}
	free(v->reason);
	*v = (struct measured_value){
		.status = SAMPLE_OK, .value = value, .flags = flags, .filled = true};
}

void not_measured(
	struct measurement *m, enum metric_id id, enum sample_status status, const char *fmt, ...)
{
	struct measured_value *v = &m->out[id];
	va_list ap;
	char *reason;

	va_start(ap, fmt);
	reason = xvasprintf(fmt, ap);
	va_end(ap);
	free(v->reason);
	*v = (struct measured_value){.status = status, .reason = reason, .filled = true};
}

void evidence_add(struct measurement *m, const char *kind, json_t *data)
{
	if (!data)
		return;
	if (!m->evidence)
		m->evidence = json_array();
	json_array_append_new(m->evidence, json_pack("{s:s, s:o}", "kind", kind, "data", data));
}

static int (*step_of(const struct probe *p, enum probe_step step))(
	struct measurement *, unsigned, struct error *)
{
	switch (step) {
	case PROBE_BASELINE:
		return p->baseline;
	case PROBE_BEFORE:
		return p->before;
	case PROBE_READY:
		return p->ready;
	case PROBE_MEASURE:
		return p->measure;
	case PROBE_PATH:
		return p->path;
	case PROBE_AFTER:
		return p->after;
	}
	return NULL;
}

int probes_step(struct measurement *m, enum probe_step step, struct error *err)
{
	int rc = 0;

	for (unsigned i = 0; probes[i]; i++) {
		int (*f)(struct measurement *, unsigned, struct error *) = step_of(probes[i], step);

		if (!plan_probes(m->plan, m->probes, i) || !f)
			continue;
		if (f(m, i, err) < 0) {
			rc = -1;
			if (step != PROBE_AFTER)
				return error_wrap(err, "%s", probes[i]->name);
		}
	}
	return rc;
}

static void fail_all(struct measurement *m, const char *reason, bool found_too)
{
	for (unsigned i = 0; probes[i]; i++) {
		if (!plan_probes(m->plan, m->probes, i))
			continue;
		for (unsigned id = probes[i]->first; id <= probes[i]->last; id++)
			if ((found_too || !m->out[id].filled) && !metrics[id].derived)
				not_measured(m, id, SAMPLE_FAILED, "%s", reason);
	}
}

void measurement_fill(struct measurement *m, const char *reason)
{
	fail_all(m, reason, false);
}

void measurement_fail(struct measurement *m, const char *reason)
{
	fail_all(m, reason, true);
}
