/* Is the port open, and does HTTP answer? Attempts begin when the workload calls listen(2), or every
 * millisecond where that cannot be seen. Nothing here blocks. */
#include "inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* After a listen(2) was seen it may not have returned yet: so many attempts follow at once, then so many
 * by the clock (it may have been another port, whose port comes with the next listen). */
#define ATTEMPTS_AT_ONCE 16
#define ATTEMPTS_BY_CLOCK 100
#define BODY_LIMIT (1ULL << 30)

void attempt_init(struct attempt *t)
{
	memset(t, 0, sizeof(*t));
	t->fd = t->timer = -1;
}

static void drop_connection(struct attempt *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->state = ATTEMPT_IDLE;
}

void attempt_close(struct attempt *t)
{
	drop_connection(t);
	if (t->timer >= 0)
		close(t->timer);
	t->timer = -1;
}

/* The loopback (an address of its own there, if it has one), or what eth0 has: a server may be bound to one of
 * them only. */
static struct in_addr target(bool other)
{
	struct in_addr own = own_address();
	struct in_addr address = {
		.s_addr = own.s_addr == INADDR_ANY ? htonl(INADDR_LOOPBACK) : own.s_addr};
	struct ifreq r = {.ifr_name = "eth0"};
	int fd = other ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	if (fd < 0)
		return address;
	r.ifr_addr.sa_family = AF_INET;
	if (ioctl(fd, SIOCGIFADDR, &r) == 0) {
		struct sockaddr_in found;

		memcpy(&found, &r.ifr_addr, sizeof(found));
		address = found.sin_addr;
	}
	close(fd);
	return address;
}

static void arm_timer(struct attempt *t, long ns)
{
	struct itimerspec when = {.it_value = {.tv_nsec = ns}};

	if (t->timer < 0)
		t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->timer >= 0)
		timerfd_settime(t->timer, 0, &when, NULL);
}

/* 0: under way (or through), -1: refused. */
static int connect_once(struct inside *in)
{
	struct workload *w = &in->workload;
	struct attempt *t = &w->attempt;
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(w->port),
		.sin_addr = target(t->other_address)};

	t->other_address = !t->other_address;
	t->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		return -1;
	if (connect(t->fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS) {
		t->state = ATTEMPT_CONNECT;
		return 0;
	}
	drop_connection(t);
	return -1;
}

void attempt_begin(struct inside *in, bool event)
{
	struct attempt *t = &in->workload.attempt;

	drop_connection(t);
	if (event) {
		t->event = true;
		t->refused = 0;
		t->other_address = false;
	}
	if (connect_once(in) < 0)
		attempt_event(in);
}

/* Nobody listens (yet): at once again, by the clock, or not before the next listen(2). */
static void refused(struct inside *in)
{
	struct attempt *t = &in->workload.attempt;

	drop_connection(t);
	t->refused++;
	if (t->event && t->refused > ATTEMPTS_AT_ONCE + ATTEMPTS_BY_CLOCK)
		return;
	if (t->event && t->refused <= ATTEMPTS_AT_ONCE) {
		sched_yield();
		arm_timer(t, 1);
		return;
	}
	arm_timer(t, NSEC_PER_MSEC);
}

/* Somebody listens but does not answer as wished (503 while it warms up). */
static void not_yet(struct inside *in)
{
	drop_connection(&in->workload.attempt);
	arm_timer(&in->workload.attempt, 5 * NSEC_PER_MSEC);
}

static void connected(struct inside *in)
{
	struct workload *w = &in->workload;
	struct attempt *t = &w->attempt;
	char request[WIRE_LINE + 128];
	int n;

	if (w->ready == READY_TCP && !*w->send) {
		workload_ready(in);
		return;
	}
	/* HTTP/1.0: the answer is not chunked, and its end is the end of the connection at the latest. */
	if (w->ready == READY_TCP)
		n = snprintf(request, sizeof(request), "%s", w->send);
	else
		n = snprintf(request, sizeof(request),
			"GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n", w->path);
	if (send(t->fd, request, (size_t)n, MSG_NOSIGNAL) != n) {
		not_yet(in);
		return;
	}
	t->state = ATTEMPT_ANSWER;
	t->used = 0;
	t->body = 0;
	t->expected = UINT64_MAX;
	t->in_body = false;
}

/* 1: the head is complete and good, 0: more is needed, -1: it is no good answer. */
static int head_complete(struct attempt *t)
{
	char *end, *field;
	uint64_t length;

	t->head[t->used] = '\0';
	end = strstr(t->head, "\r\n\r\n");
	if (!end)
		return t->used + 1 == sizeof(t->head) ? -1 : 0;
	if (strncmp(t->head, "HTTP/1.", 7) != 0 || t->used < 12 ||
		(t->head[9] != '2' && t->head[9] != '3'))
		return -1;
	t->body = t->used - (size_t)(end + 4 - t->head);
	t->in_body = true;
	end[2] = '\0';
	field = strcasestr(t->head, "\r\ncontent-length:");
	if (field) {
		field += strlen("\r\ncontent-length:");
		field += strspn(field, " \t");
		field[strcspn(field, "\r \t")] = '\0';
		if (parse_number(field, BODY_LIMIT, &length) < 0)
			return -1;
		t->expected = length;
	}
	return 1;
}

/* Reads what there is. 1: whole and good, 0: more to come, -1: no good answer. */
static int read_answer(struct attempt *t)
{
	static char body[65536];

	for (;;) {
		char *into = t->in_body ? body : t->head + t->used;
		size_t room = t->in_body ? sizeof(body) : sizeof(t->head) - 1 - t->used;
		ssize_t n = recv(t->fd, into, room, 0);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (n == 0)
			return t->in_body && (t->expected == UINT64_MAX || t->body >= t->expected)
				? 1
				: -1;
		if (t->in_body) {
			t->body += (uint64_t)n;
		} else {
			t->used += (size_t)n;
			if (head_complete(t) < 0)
				return -1;
		}
		if (t->in_body && t->body >= t->expected)
			return 1;
		if (t->body > BODY_LIMIT)
			return -1;
	}
}

/* The answer to what was sent, byte by byte as long as it is what is expected: as read_answer(). */
static int read_expected(struct attempt *t, const char *expect)
{
	size_t want = strlen(expect);

	while (t->used < want) {
		size_t room = want - t->used;
		ssize_t n = recv(t->fd, t->head + t->used,
			room < sizeof(t->head) - t->used ? room : sizeof(t->head) - t->used, 0);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (n == 0 || memcmp(t->head + t->used, expect + t->used, (size_t)n) != 0)
			return -1;
		t->used += (size_t)n;
	}
	return 1;
}

void attempt_event(struct inside *in)
{
	struct attempt *t = &in->workload.attempt;
	int error = 0, outcome;
	socklen_t len = sizeof(error);

	switch (t->state) {
	case ATTEMPT_IDLE:
		refused(in);
		return;
	case ATTEMPT_CONNECT:
		if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
			refused(in);
		else
			connected(in);
		return;
	case ATTEMPT_ANSWER:
		outcome = in->workload.ready == READY_TCP ? read_expected(t, in->workload.expect)
							  : read_answer(t);
		if (outcome > 0)
			workload_ready(in);
		else if (outcome < 0)
			not_yet(in);
		return;
	}
}

void attempt_timer_event(struct inside *in)
{
	struct attempt *t = &in->workload.attempt;
	uint64_t ticks;

	if (read(t->timer, &ticks, sizeof(ticks)) < 0 && errno == EAGAIN)
		return;
	if (t->state == ATTEMPT_IDLE)
		attempt_begin(in, false);
}
