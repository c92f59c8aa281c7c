/* The harness's end of the control channel. Nothing that comes from inside is believed: lines, numbers and
 * waiting are bounded, and after the first breach nothing more is read. */
#include "agent.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* An instance that does not even take a request. */
#define SEND_SECONDS 10

void agent_init(struct agent *a, int fd)
{
	*a = (struct agent)AGENT_INIT;
	a->fd = fd;
	if (fd < 0)
		return;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void agent_close(struct agent *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->broken = true;
}

static int usable(const struct agent *a, struct error *err)
{
	if (a->fd < 0)
		return error_set(err, EXIT_ARM, "agent: there is no channel into the instance");
	if (a->broken)
		return error_set(
			err, EXIT_ARM, "agent: the channel was given up after an earlier error");
	return 0;
}

/* Reads what is there. 1: something came, 0: nothing now, -1: the other end has gone. */
static int fill(struct agent *a, struct error *err)
{
	ssize_t n;

	do
		n = read(a->fd, a->buffer + a->used, sizeof(a->buffer) - a->used);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		a->used += (size_t)n;
		return 1;
	}
	if (n < 0 && errno == EAGAIN)
		return 0;
	a->broken = true;
	return n < 0 && errno != ECONNRESET && errno != EIO
		? error_errno(err, EXIT_ARM, errno, "agent: cannot read from the channel")
		: error_set(err, EXIT_ARM, "agent: the instance closed the channel");
}

static int check_line(struct agent *a, const char *line, size_t len, struct error *err)
{
	for (size_t i = 0; i < len; i++) {
		if (line[i] >= ' ' && line[i] <= '~')
			continue;
		a->broken = true;
		return error_set(err, EXIT_ARM,
			"agent: line, got byte 0x%02x, expected printable ASCII",
			(unsigned char)line[i]);
	}
	return 0;
}

/* The next line without its newline into line (WIRE_LINE bytes), by the deadline. */
static int read_line(
	struct agent *a, char *line, const char *what, int64_t deadline, struct error *err)
{
	for (;;) {
		char *newline = memchr(a->buffer, '\n', a->used);
		size_t len = newline ? (size_t)(newline - a->buffer) : a->used;
		int ready;

		if (len >= WIRE_LINE) {
			a->broken = true;
			return error_set(err, EXIT_ARM,
				"agent: line, got more than %d bytes, expected at most %d",
				WIRE_LINE, WIRE_LINE);
		}
		if (newline) {
			memcpy(line, a->buffer, len);
			line[len] = '\0';
			a->used -= len + 1;
			memmove(a->buffer, newline + 1, a->used);
			return check_line(a, line, len, err);
		}
		ready = wait_fd(a->fd, POLLIN, deadline, err);
		if (ready < 0)
			return -1;
		if (ready == 0) {
			/* What would come after this is late: it could be taken for another answer. */
			a->broken = true;
			return error_set(err, EXIT_ARM, "agent: no %s before the deadline", what);
		}
		if (fill(a, err) < 0)
			return -1;
	}
}

static bool is_boot_id(const char *s, size_t len)
{
	return len > 0 && len < sizeof(((struct agent *)0)->boot_id) &&
		strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz-") >= len;
}

int agent_hello(struct agent *a, int64_t deadline, struct error *err)
{
	static const char start[] = WIRE_HELLO " boot_id=";
	char line[WIRE_LINE], safe[SAFE_TEXT_SIZE];
	const char *id = line + strlen(start), *pid;
	uint64_t number;
	size_t len;

	if (usable(a, err) < 0 || read_line(a, line, "hello", deadline, err) < 0)
		return -1;
	pid = strstr(line, " pid=");
	if (strncmp(line, start, strlen(start)) != 0 || !pid || pid < id ||
		!is_boot_id(id, len = (size_t)(pid - id)) ||
		parse_u64(pid + strlen(" pid="), 1, INT32_MAX, &number) < 0) {
		a->broken = true;
		return error_set(err, EXIT_ARM,
			"agent: hello, got \"%s\", expected \"" WIRE_HELLO
			" boot_id=ID pid=N\"; is the agent inside of this version?",
			safe_text(line, safe));
	}
	memcpy(a->boot_id, id, len);
	a->boot_id[len] = '\0';
	return 0;
}

/* Nothing is open, so nothing may have come. */
static int check_silence(struct agent *a, struct error *err)
{
	char safe[SAFE_TEXT_SIZE], text[128];
	size_t n;

	if (a->sent != a->answered)
		return 0;
	if (a->used == 0 && fill(a, err) < 0)
		return -1;
	if (a->used == 0)
		return 0;
	a->broken = true;
	n = a->used < sizeof(text) - 1 ? a->used : sizeof(text) - 1;
	memcpy(text, a->buffer, n);
	text[n] = '\0';
	return error_set(err, EXIT_ARM, "agent: got \"%s\", expected nothing: no request is open",
		safe_text(text, safe));
}

static int send_line(struct agent *a, const char *line, size_t len, struct error *err)
{
	int64_t deadline = now_ns() + SEND_SECONDS * NSEC_PER_SEC;

	while (len > 0) {
		ssize_t n = send(a->fd, line, len, MSG_NOSIGNAL);
		int ready;

		if (n < 0 && errno == ENOTSOCK)
			n = write(a->fd, line, len);
		if (n > 0) {
			line += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			a->broken = true;
			return errno == EPIPE || errno == ECONNRESET
				? error_set(err, EXIT_ARM, "agent: the instance closed the channel")
				: error_errno(err, EXIT_ARM, errno,
					  "agent: cannot write to the channel");
		}
		ready = wait_fd(a->fd, POLLOUT, deadline, err);
		if (ready <= 0)
			a->broken = true; /* half a line may be out */
		if (ready < 0)
			return -1;
		if (ready == 0)
			return error_set(err, EXIT_ARM,
				"agent: the instance took no request for %d s", SEND_SECONDS);
	}
	return 0;
}

static int send_formatted(struct agent *a, struct error *err, const char *fmt, va_list ap)
{
	char line[WIRE_LINE + 1];
	int head = snprintf(line, sizeof(line), "%u ", a->sent + 1);
	int body = vsnprintf(line + head, sizeof(line) - (size_t)head, fmt, ap);
	size_t len = (size_t)head + (size_t)body;

	if (body < 0 || len + 1 > WIRE_LINE)
		return error_set(err, EXIT_USAGE,
			"agent: request, got %d bytes, expected at most %d; shorten the argument or variable",
			body, WIRE_LINE - head - 1);
	for (size_t i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return error_set(err, EXIT_INTERNAL,
				"agent: request, got byte 0x%02x, expected printable ASCII",
				(unsigned char)line[i]);
	line[len++] = '\n';
	if (usable(a, err) < 0 || check_silence(a, err) < 0 || send_line(a, line, len, err) < 0)
		return -1;
	a->sent++;
	return 0;
}

int agent_send(struct agent *a, struct error *err, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = send_formatted(a, err, fmt, ap);
	va_end(ap);
	return r;
}

/* The agent's own words, longer than safe_text() would leave them (they may hold the last output of a
 * workload): lines become " | ", other control bytes and broken UTF-8 "?". */
static void readable(char *s, char *out, size_t size)
{
	size_t used = 0;

	if (wire_decode(s) < 0)
		snprintf(s, strlen(s) + 1, "%s", "?");
	for (; *s && used + 4 < size; s++) {
		if (*s == '\n' || *s == '\r') {
			if (used == 0 || out[used - 1] == ' ')
				continue;
			memcpy(out + used, " | ", 3);
			used += 3;
		} else {
			out[used++] = *s >= ' ' && *s <= '~' ? *s : '?';
		}
	}
	out[used] = '\0';
}

int agent_answer(struct agent *a, struct agent_reply *reply, int64_t deadline, struct error *err)
{
	char line[WIRE_LINE], what[64], prefix[32], text[1500], safe[SAFE_TEXT_SIZE];
	size_t n;

	if (usable(a, err) < 0)
		return -1;
	if (a->sent == a->answered)
		return error_set(
			err, EXIT_INTERNAL, "agent: waited for an answer without a request");
	snprintf(what, sizeof(what), "answer to request %u", a->answered + 1);
	if (read_line(a, line, what, deadline, err) < 0)
		return -1;
	n = (size_t)snprintf(prefix, sizeof(prefix), "%u ", a->answered + 1);
	if (strncmp(line, prefix, n) != 0)
		goto breach;
	a->answered++;
	if (strcmp(line + n, "ok") == 0 || strncmp(line + n, "ok ", 3) == 0) {
		if (reply)
			strcpy(reply->line, line[n + 2] ? line + n + 3 : "");
		return 0;
	}
	if (strncmp(line + n, "error ", 6) == 0) {
		readable(line + n + 6, text, sizeof(text));
		return error_set(err, EXIT_ARM, "agent: %s", text);
	}
breach:
	a->broken = true;
	return error_set(err, EXIT_ARM,
		"agent: answer, got \"%s\", expected \"%sok\" or \"%serror\"",
		safe_text(line, safe), prefix, prefix);
}

int agent_call(struct agent *a, struct agent_reply *reply, int64_t deadline, struct error *err,
	const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = send_formatted(a, err, fmt, ap);
	va_end(ap);
	return r < 0 ? -1 : agent_answer(a, reply, deadline, err);
}

/* The raw value of key as new text, NULL if it is missing or there twice. */
