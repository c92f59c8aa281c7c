/* What the workload prints: the last 4 KiB are kept for an error's text, and READY_LINE looks at its
 * lines. It is read for as long as the workload lives, or a full pipe would stop it. */
#include "inside.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void keep(struct workload *w, const char *data, size_t n)
{
	if (n >= sizeof(w->tail)) {
		memcpy(w->tail, data + n - sizeof(w->tail), sizeof(w->tail));
		w->tail_used = sizeof(w->tail);
		return;
	}
	if (w->tail_used + n > sizeof(w->tail)) {
		size_t drop = w->tail_used + n - sizeof(w->tail);

		w->tail_used -= drop;
		memmove(w->tail, w->tail + drop, w->tail_used);
	}
	memcpy(w->tail + w->tail_used, data, n);
	w->tail_used += n;
}

/* A line longer than the buffer is looked at in its first part only. */
static bool line_found(struct workload *w, const char *data, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		if (data[i] != '\n') {
			if (w->line_used + 1 < sizeof(w->line))
				w->line[w->line_used++] = data[i];
			continue;
		}
		found |= memmem(w->line, w->line_used, w->text, strlen(w->text)) != NULL;
		w->line_used = 0;
	}
	return found;
}

void output_event(struct inside *in)
{
	struct workload *w = &in->workload;
	char data[4096];

	/* A pipe's worth: one that prints without end must not keep the agent from its other events. */
	for (int round = 0; round < 16 && w->output >= 0; round++) {
		ssize_t n = read(w->output, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(w->output);
			w->output = -1;
			return;
		}
		keep(w, data, (size_t)n);
		if (w->ready == READY_LINE && w->start_seq && line_found(w, data, (size_t)n)) {
			w->how = "line";
			workload_ready(in);
		}
	}
}

const char *output_tail(const struct workload *w, char *buf, size_t size)
{
	size_t n = w->tail_used, used = 0;
	const char *p = w->tail;

	if (n > size - 3) {
		p += n - (size - 3);
		n = size - 3;
	}
	while (n > 0 && p[n - 1] == '\n')
		n--;
	buf[0] = '\0';
	if (n == 0)
		return buf;
	buf[used++] = ':';
	buf[used++] = ' ';
	for (size_t i = 0; i < n; i++)
		buf[used++] = p[i] ? p[i] : ' ';
	buf[used] = '\0';
	return buf;
}
