/* What an instance says on the control channel: the hello, then answers to three requests. It is untrusted. */
#include "agent.h"
#include "fuzz.h"
#include "util.h"
#include "wire.h"

#include <sys/socket.h>
#include <unistd.h>

#define CHANNEL_MAX 65536 /* what a socket takes without a reader */

/* The first line is there before anything is asked, the rest comes with the requests: an answer that nobody asked for
 * ends the channel at once. */
static size_t first_line(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);

	return end ? (size_t)(end - data) + 1 : size;
}

static void say(int fd, const uint8_t *data, size_t size)
{
	if (size && write_all(fd, data, size) < 0)
		abort();
}

static void talk(struct agent *a, int other, const uint8_t *data, size_t size)
{
	int64_t deadline = now_ns() + NSEC_PER_SEC;
	size_t hello = first_line(data, size);
	struct error err = ERROR_INIT;
	struct agent_reply reply;
	uint64_t n;
	int rc;

	say(other, data, hello);
	if (hello == size)
		shutdown(other, SHUT_WR);
	rc = agent_hello(a, deadline, &err);
	fuzz_check_error(rc < 0, &err);
	for (int i = 0; rc == 0 && i < 3; i++)
		rc = agent_send(a, &err, "census");
	say(other, data + hello, size - hello);
	shutdown(other, SHUT_WR);
	for (int i = 0; rc == 0 && i < 3 && agent_answer(a, &reply, deadline, &err) == 0; i++) {
		free(agent_field_text(&reply, "name"));
		if (agent_field(&reply, "payload", 1000, &n, &err) == 0 && n > 1000)
			abort();
		err = (struct error)ERROR_INIT;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agent a;
	int pair[2];

	if (!size || size > CHANNEL_MAX ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return 0;
	agent_init(&a, pair[0]);
	talk(&a, pair[1], data, size);
	agent_close(&a);
	close(pair[1]);
	return 0;
}
