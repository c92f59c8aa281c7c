/* agent.h - the harness's end of the control channel. What is inside an instance is untrusted: every
 * line has a limit, every answer a deadline, every number a range; a breach is an error of class
 * EXIT_ARM whose text begins with "agent:". */
#ifndef TARE_AGENT_H
#define TARE_AGENT_H

#include "error.h"
#include "wire.h"
#include "workload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agent {
	int fd; /* owned; -1 = no agent inside */
	unsigned sent, answered; /* sequence numbers */
	char buffer[2 * WIRE_LINE];
	size_t used;
	bool broken; /* after a breach nothing more is read */
	char boot_id[64]; /* from the hello */
};
#define AGENT_INIT                                                                                 \
	{                                                                                          \
		.fd = -1                                                                           \
	}

struct agent_reply {
	char line[WIRE_LINE]; /* after "<seq> ok " */
};

/* Takes over fd (made non-blocking). */
void agent_init(struct agent *a, int fd);
void agent_close(struct agent *a);
/* Reads the hello line by the deadline. 0 or -1. */
int agent_hello(struct agent *a, int64_t deadline, struct error *err);
/* Sends a request without waiting: printf-formatted, percent-encode foreign values with
 * wire_encode(). */
int agent_send(struct agent *a, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Waits for the next answer in order. An "error ..." answer is -1 with its text. reply may be NULL. */
int agent_answer(struct agent *a, struct agent_reply *reply, int64_t deadline, struct error *err);
/* Send and answer in one. */
int agent_call(struct agent *a, struct agent_reply *reply, int64_t deadline, struct error *err,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A decimal field of a reply in [0, max]: missing, malformed or out of range is -1. */
int agent_field(const struct agent_reply *r, const char *key, uint64_t max, uint64_t *out,
	struct error *err);
/* A text field, decoded, new; NULL if it is not there. */
char *agent_field_text(const struct agent_reply *r, const char *key);
/* New percent-encoded copy. */
char *wire_encode(const char *s);
/* Sends args, environment and start of the workload, without waiting (agent_answer() for each of
 * *n_answers; the last one is "ready"). */
/* seconds: how long the agent waits for it to be ready before it says that it is not; 0 = for ever. */
int agent_start_workload(struct agent *a, const struct workload *w, double seconds,
	unsigned *n_answers, struct error *err);

#endif
