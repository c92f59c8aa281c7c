/* http [port=N]: a small HTTP/1.1 server with keep-alive. GET and HEAD of /small and /large; every
 * connection has a bounded request buffer, and bodies are sent from one block. */
#include "inside.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 64
#define HEAD_LIMIT 8192
#define BLOCK (64 * 1024)

struct connection {
	int fd; /* -1 = free */
	char in[HEAD_LIMIT];
	size_t used;
	char head[256]; /* the answer's head, then body bytes from the block */
	size_t head_len, head_sent;
	uint64_t body, body_sent;
	bool answering, close_after;
	uint64_t turn; /* of its last event: the oldest makes room */
};

static struct connection connections[CONNECTIONS];
static char block[BLOCK];

static void drop(struct connection *c)
{
	close(c->fd);
	c->fd = -1;
}

static void answer(struct connection *c, const char *status, uint64_t body, bool head_only)
{
	c->head_len = (size_t)snprintf(c->head, sizeof(c->head),
		"HTTP/1.1 %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %llu\r\n"
		"Connection: %s\r\n\r\n",
		status, (unsigned long long)body, c->close_after ? "close" : "keep-alive");
	c->head_sent = 0;
	c->body = head_only ? 0 : body;
	c->body_sent = 0;
	c->answering = true;
}

static void refuse(struct connection *c, const char *status)
{
	c->close_after = true;
	answer(c, status, 0, false);
}

/* The value of a header field, cut at its line; NULL if it is not there. head is NUL-terminated. */
static const char *header(const char *head, const char *name, char *out, size_t size)
{
	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
		size_t len = strlen(name);
		const char *value = line + 2 + len + 1;

		if (strncasecmp(line + 2, name, len) != 0 || line[2 + len] != ':')
			continue;
		value += strspn(value, " \t");
		snprintf(out, size, "%.*s", (int)strcspn(value, "\r"), value);
		return out;
	}
	return NULL;
}

static void take_request(struct connection *c, char *head)
{
	char method[8], target[1024], version[16], value[64];
	bool get, head_only;

	if (sscanf(head, "%7s %1023s %15s", method, target, version) != 3 ||
		strncmp(version, "HTTP/1.", 7) != 0) {
		refuse(c, "400 Bad Request");
		return;
	}
	/* A body would be read as the next request. */
	if (header(head, "Transfer-Encoding", value, sizeof(value)) ||
		(header(head, "Content-Length", value, sizeof(value)) && strcmp(value, "0") != 0)) {
		refuse(c, "413 Content Too Large");
		return;
	}
	c->close_after = strcmp(version, "HTTP/1.0") == 0;
	if (header(head, "Connection", value, sizeof(value)))
		c->close_after = c->close_after ? strcasecmp(value, "keep-alive") != 0
						: strcasecmp(value, "close") == 0;
	get = strcmp(method, "GET") == 0;
	head_only = strcmp(method, "HEAD") == 0;
	if (!get && !head_only)
		refuse(c, "405 Method Not Allowed");
	else if (strcmp(target, "/small") == 0)
		answer(c, "200 OK", WIRE_SMALL, head_only);
	else if (strcmp(target, "/large") == 0)
		answer(c, "200 OK", WIRE_LARGE, head_only);
	else
		answer(c, "404 Not Found", 0, head_only);
}

/* Takes the next complete request out of the buffer. */
static void next_request(struct connection *c)
{
	char *end = memmem(c->in, c->used, "\r\n\r\n", 4);
	size_t len;

	if (!end) {
		if (c->used == sizeof(c->in))
			refuse(c, "431 Request Header Fields Too Large");
		return;
	}
	len = (size_t)(end + 4 - c->in);
	end[2] = '\0';
	if (strlen(c->in) != len - 2)
		refuse(c, "400 Bad Request");
	else
		take_request(c, c->in);
	c->used -= len;
	memmove(c->in, c->in + len, c->used);
}

/* Sends as much as the socket takes. False when the connection is over. */
static bool send_answer(struct connection *c)
{
	while (c->answering) {
		bool in_head = c->head_sent < c->head_len;
		uint64_t left = in_head ? c->head_len - c->head_sent : c->body - c->body_sent;
		const char *from = in_head ? c->head + c->head_sent : block;
		size_t want = left < BLOCK ? (size_t)left : BLOCK;
		ssize_t n;

		if (left == 0) {
			c->answering = false;
			if (c->close_after)
				return false;
			next_request(c);
			continue;
		}
		n = send(c->fd, from, want, MSG_NOSIGNAL | (in_head && c->body > 0 ? MSG_MORE : 0));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (in_head)
			c->head_sent += (size_t)n;
		else
			c->body_sent += (uint64_t)n;
	}
	return true;
}

static void serve(struct connection *c)
{
	if (!c->answering) {
		ssize_t n = recv(c->fd, c->in + c->used, sizeof(c->in) - c->used, 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			drop(c);
			return;
		}
		c->used += (size_t)n;
		next_request(c);
	}
	if (!send_answer(c))
		drop(c);
}

static void take_connection(int listener, uint64_t turn)
{
	struct connection *c = &connections[0];
	int one = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (size_t i = 0; i < CONNECTIONS && c->fd >= 0; i++)
		if (connections[i].fd < 0 || connections[i].turn < c->turn)
			c = &connections[i];
	if (c->fd >= 0)
		drop(c);
	c->fd = fd;
	c->used = 0;
	c->answering = c->close_after = false;
	c->turn = turn;
}

static int open_listener(const struct verb_call *call)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = own_address()};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	at.sin_port = htons((uint16_t)verb_number(call, "port", 1, 65535, WIRE_PORT_HTTP));
	if (fd < 0)
		verb_fail(call, "http: socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, SOMAXCONN) < 0)
		verb_fail(call, "http: port %u: %s", ntohs(at.sin_port), strerror(errno));
	return fd;
}

static void run(const struct verb_call *call)
{
	struct pollfd p[CONNECTIONS + 1];
	int listener;

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i].fd = -1;
	for (size_t i = 0; i < BLOCK; i++)
		block[i] = (char)('a' + i % 26);
	listener = open_listener(call);
	verb_ready(call);
	for (uint64_t turn = 1;; turn++) {
		p[CONNECTIONS] = (struct pollfd){.fd = listener, .events = POLLIN};
		for (size_t i = 0; i < CONNECTIONS; i++)
			p[i] = (struct pollfd){.fd = connections[i].fd,
				.events = connections[i].answering ? POLLOUT : POLLIN};
		if (poll(p, CONNECTIONS + 1, -1) < 0)
			continue;
		for (size_t i = 0; i < CONNECTIONS; i++)
			if (p[i].fd >= 0 && p[i].revents) {
				connections[i].turn = turn;
				serve(&connections[i]);
			}
		if (p[CONNECTIONS].revents)
			take_connection(listener, turn);
	}
}

const struct verb verb_http = {.name = "http", .keys = "port", .run = run};
