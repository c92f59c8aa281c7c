/* client.h - between client.c and datagrams.c: exchanges that the agent begins. */
#ifndef TARE_CLIENT_H
#define TARE_CLIENT_H

#include "inside.h"

#define CLIENT_VALUES 8
#define CLIENT_TIME_MAX (3600 * (uint64_t)NSEC_PER_SEC)

struct client_task {
	struct in_addr address;
	uint64_t ns, omit;
	uint64_t rate; /* datagrams per second; 0 = as fast as they are taken */
};
struct client_result { /* shared with the process that does it */
	size_t n;
	const char *keys[CLIENT_VALUES];
	uint64_t values[CLIENT_VALUES];
	char error[200];
};
/* Ends the process. */
void client_fail(struct client_result *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* key: a constant. */
void client_value(struct client_result *out, const char *key, uint64_t value);

/* datagrams.c */
void client_datagrams_send(const struct client_task *t, struct client_result *out);
void client_datagrams_receive(const struct client_task *t, struct client_result *out);

#endif
