/* agent-start.c - a workload in the words of the control channel: its arguments, environment and readiness. */
#include "agent.h"

#include "util.h"

#include <string.h>

char *wire_encode(const char *s)
{
	char *out = xmalloc(3 * strlen(s) + 1), *p = out;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c > ' ' && c < 0x7f && c != '%' && c != '=')
			*p++ = (char)c;
		else
			p += sprintf(p, "%%%02X", c);
	}
	*p = '\0';
	return out;
}

static int send_list(
	struct agent *a, const char *verb, char *const *items, unsigned *n, struct error *err)
{
	for (size_t i = 0; items && items[i]; i++) {
		cleanup_free char *value = wire_encode(items[i]);

		if (agent_send(a, err, "%s value=%s", verb, value) < 0)
			return -1;
		++*n;
	}
	return 0;
}

static int send_start(struct agent *a, const struct workload *w, double seconds, struct error *err)
{
	cleanup_free char *verb = wire_encode(w->verb ? w->verb : "");
	cleanup_free char *path = wire_encode(w->ready_path ? w->ready_path : "/");
	cleanup_free char *text = wire_encode(w->ready_text ? w->ready_text : "");
	cleanup_free char *send = wire_encode(w->ready_send ? w->ready_send : "");
	cleanup_free char *expect = wire_encode(w->ready_expect ? w->ready_expect : "");
	cleanup_free char *what = w->verb ? xasprintf("verb=%s", verb) : xstrdup("command=1");
	unsigned long ms = (unsigned long)(seconds * 1000);

	switch (w->ready) {
	case READY_AGENT:
		return agent_send(a, err, "start %s timeout_ms=%lu ready=agent", what, ms);
	case READY_TCP:
		return agent_send(a, err, "start %s timeout_ms=%lu ready=tcp port=%u%s%s%s%s", what,
			ms, w->ready_port, *send ? " send=" : "", send, *expect ? " expect=" : "",
			expect);
	case READY_HTTP:
		return agent_send(a, err, "start %s timeout_ms=%lu ready=http port=%u path=%s",
			what, ms, w->ready_port, path);
	case READY_LINE:
		return agent_send(
			a, err, "start %s timeout_ms=%lu ready=line text=%s", what, ms, text);
	}
	return error_set(err, EXIT_INTERNAL, "agent: workload %s has no readiness", w->name);
}

int agent_start_workload(struct agent *a, const struct workload *w, double seconds,
	unsigned *n_answers, struct error *err)
{
	unsigned n = 0;

	if (send_list(a, "arg", w->command, &n, err) < 0 ||
		send_list(a, "env", w->env, &n, err) < 0 || send_start(a, w, seconds, err) < 0)
		return -1;
	*n_answers = n + 1;
	return 0;
}
