/* ask.c - what the probes of the argument's experiments share: asking the agents inside, and saying why not. */
#include "probes.h"

#include "util.h"

#include <stdarg.h>

#define ANSWER_SECONDS 60
#define EMULATED_FACTOR 4

int64_t probe_deadline(const struct instance *i)
{
	return now_ns() + ANSWER_SECONDS * NSEC_PER_SEC * (i->emulated ? EMULATED_FACTOR : 1);
}

void probe_say(struct measurement *m, const struct probe *p, enum sample_status status,
	const char *fmt, ...)
{
	cleanup_free char *reason = NULL;
	va_list ap;

	va_start(ap, fmt);
	reason = xvasprintf(fmt, ap);
	va_end(ap);
	for (unsigned id = p->first; id <= p->last; id++)
		if (!m->out[id].filled)
			not_measured(m, id, status, "%s", reason);
}

bool probe_can_ask(struct measurement *m, const struct probe *p)
{
	if (!m->n)
		probe_say(m, p, SAMPLE_SKIPPED, "an empty set");
	for (size_t i = 0; i < m->n; i++)
		if (m->instances[i].agent.fd < 0) {
			probe_say(m, p, SAMPLE_SKIPPED, "no agent inside to ask");
			return false;
		}
	return m->n > 0;
}

/* Ctrl-C and a channel that is lost end the trial; an experiment that failed is a failed sample. */
int probe_failed(struct measurement *m, const struct probe *p, struct error *err)
{
	if (err->code == EXIT_INTERRUPTED || err->code == EXIT_TERMINATED)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (m->instances[i].agent.broken)
			return -1;
	probe_say(m, p, SAMPLE_FAILED, "%s", err->text);
	*err = (struct error)ERROR_INIT;
	return 0;
}
