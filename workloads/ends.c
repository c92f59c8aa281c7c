/* The network ends: sink, source, echo and udp (datagrams.c), one process each, one connection at a time. */
#include "inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK (128 * 1024)

static char block[BLOCK];

/* The peer's first 8 bytes. 0, or -1 when it closed before. */
static int read_preamble(int fd, uint64_t *omit)
{
	unsigned char raw[WIRE_PREAMBLE];
	size_t used = 0;

	while (used < sizeof(raw)) {
		ssize_t n = recv(fd, raw + used, sizeof(raw) - used, 0);

		if (n <= 0)
			return -1;
		used += (size_t)n;
	}
	*omit = 0;
	for (size_t i = 0; i < sizeof(raw); i++)
		*omit |= (uint64_t)raw[i] << (8 * i);
	return 0;
}

/* Counts what arrives after the first read that ends past the omitted part, until the last read: both
 * ends of the time are moments at which data came. */
static void serve_sink(int fd, struct end_results *results)
{
	struct sink_result *out = &results->sink;
	uint64_t omit, all = 0, counted = 0;
	int64_t begin, first = 0, last = 0;
	ssize_t n;

	if (read_preamble(fd, &omit) < 0)
		return;
	begin = now();
	while ((n = recv(fd, block, BLOCK, 0)) > 0) {
		int64_t t = now();

		all += (uint64_t)n;
		if (first) {
			counted += (uint64_t)n;
			last = t;
		} else if ((uint64_t)(t - begin) >= omit) {
			first = last = t;
		}
	}
	out->omit = omit;
	out->bytes_all = all;
	out->bytes = counted;
	out->ns = (uint64_t)(last - first);
	atomic_fetch_add(&out->finished, 1);
}

static void serve_source(int fd, struct end_results *unused)
{
	uint64_t omit;

	(void)unused;
	if (read_preamble(fd, &omit) < 0)
		return;
	while (send(fd, block, BLOCK, MSG_NOSIGNAL) > 0)
		;
}

static void serve_echo(int fd, struct end_results *unused)
{
	int one = 1;
	ssize_t n;

	(void)unused;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while ((n = recv(fd, block, 4096, 0)) > 0)
		for (ssize_t sent = 0, m; sent < n; sent += m) {
			m = send(fd, block + sent, (size_t)(n - sent), MSG_NOSIGNAL);
			if (m <= 0)
				return;
		}
}

static const struct {
	const char *name;
	uint16_t port;
	void (*serve)(int fd, struct end_results *results);
} kinds[END_KINDS] = {
	[END_SINK] = {"sink", WIRE_PORT_SINK, serve_sink},
	[END_SOURCE] = {"source", WIRE_PORT_SOURCE, serve_source},
	[END_ECHO] = {"echo", WIRE_PORT_ECHO, serve_echo},
	[END_UDP] = {"udp", WIRE_PORT_UDP, NULL},
};

static int find_kind(const struct request *r)
{
	const char *name = request_get(r, "kind");

	for (int kind = 0; name && kind < END_KINDS; kind++)
		if (strcmp(kinds[kind].name, name) == 0)
			return kind;
	return -1;
}

static int open_port(uint16_t port, bool stream)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = own_address()};
	int one = 1, fd = socket(AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		(stream && listen(fd, SOMAXCONN) < 0)) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static void end_process(struct inside *in, int kind, int listener) __attribute__((noreturn));
static void end_process(struct inside *in, int kind, int listener)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, kinds[kind].name);
	signal(SIGTERM, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close(in->channel);
	/* Not zeros: a path that compresses or merges must not look fast. */
	for (size_t i = 0; i < BLOCK; i++)
		block[i] = (char)(i * 167 + (i >> 8));
	if (kind == END_UDP)
		datagrams_serve(listener, &in->results->udp);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			_exit(1);
		if (fd < 0)
			continue;
		kinds[kind].serve(fd, in->results);
		close(fd);
	}
}

int do_listen(struct inside *in, const struct request *r, struct answer *a)
{
	int listener, kind = find_kind(r);

	if (kind < 0)
		return answer_fail(a, "listen: expected kind sink, source, echo or udp");
	if (!in->results) {
		void *page = mmap(NULL, sizeof(*in->results), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			return answer_fail(a, "listen: %s", strerror(errno));
		in->results = page;
	}
	if (!in->ends[kind]) {
		listener = open_port(kinds[kind].port, kind != END_UDP);
		if (listener < 0)
			return answer_fail(
				a, "listen: port %u: %s", kinds[kind].port, strerror(errno));
		in->ends[kind] = fork();
		if (in->ends[kind] == 0)
			end_process(in, kind, listener);
		close(listener);
		if (in->ends[kind] < 0) {
			in->ends[kind] = 0;
			return answer_fail(a, "listen: fork: %s", strerror(errno));
		}
	}
	answer_number(a, "port", kinds[kind].port);
	return 0;
}

static int tell_datagrams(const struct inside *in, struct answer *a)
{
	const struct datagram_result *u = in->results ? &in->results->udp : NULL;
	struct in_addr from;
	char text[INET_ADDRSTRLEN];

	if (!u || atomic_load(&u->datagrams) == 0)
		return answer_fail(a, "result: no datagram has come");
	from.s_addr = htonl((uint32_t)u->address);
	answer_number(a, "datagrams", atomic_load(&u->datagrams));
	answer_text(a, "address", inet_ntop(AF_INET, &from, text, sizeof(text)));
	answer_number(a, "port", u->port);
	answer_number(a, "ttl", u->ttl);
	return 0;
}

int do_result(struct inside *in, const struct request *r, struct answer *a)
{
	const struct sink_result *sink = in->results ? &in->results->sink : NULL;
	uint64_t omit;

	if (find_kind(r) == END_UDP)
		return tell_datagrams(in, a);
	if (find_kind(r) != END_SINK)
		return answer_fail(a, "result: expected kind sink or udp");
	if (!sink || atomic_load(&sink->finished) == 0)
		return answer_fail(a, "result: no connection to the sink has finished");
	if (request_number(r, "omit", UINT64_MAX, sink->omit, &omit) < 0 || omit != sink->omit)
		return answer_fail(a, "result: the last connection omitted %llu ns",
			(unsigned long long)sink->omit);
	answer_number(a, "bytes", sink->bytes);
	answer_number(a, "ns", sink->ns);
	answer_number(a, "bytes_all", sink->bytes_all);
	answer_number(a, "connections", atomic_load(&sink->finished));
	return 0;
}

void ends_kill(struct inside *in)
{
	for (int kind = 0; kind < END_KINDS; kind++) {
		if (!in->ends[kind])
			continue;
		kill(in->ends[kind], SIGKILL);
		waitpid(in->ends[kind], NULL, 0);
		in->ends[kind] = 0;
	}
}

int do_unlisten(struct inside *in, const struct request *r, struct answer *a)
{
	(void)r;
	(void)a;
	ends_kill(in);
	return 0;
}
