/* The bytes that an engine's socket answers with, whoever listens there: one whole HTTP answer, and a row of JSON
 * objects as image imports give it. */
#include "docker-api.h"
#include "fuzz.h"
#include "util.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX 65536 /* what a socket takes without a reader */

static struct {
	char path[64];
	int listening;
	pthread_mutex_t lock; /* of the answer: a connection given up may still be served */
	uint8_t data[ANSWER_MAX];
	size_t size;
} peer = {.listening = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

static void *serve(void *unused)
{
	(void)unused;
	for (;;) {
		int c = accept(peer.listening, NULL, NULL);
		char request[4096];

		if (c < 0)
			return NULL;
		/* Whoever hung up meanwhile wants no answer. */
		if (read(c, request, sizeof(request)) > 0) {
			pthread_mutex_lock(&peer.lock);
			send(c, peer.data, peer.size, MSG_NOSIGNAL);
			pthread_mutex_unlock(&peer.lock);
		}
		close(c);
	}
}

static void remove_socket(void)
{
	unlink(peer.path);
}

static void listen_once(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	pthread_t thread;

	if (peer.listening >= 0)
		return;
	snprintf(peer.path, sizeof(peer.path), "/tmp/tare-fuzz-%d.sock", (int)getpid());
	strcpy(a.sun_path, peer.path);
	peer.listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(peer.listening, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		listen(peer.listening, 8) < 0 || pthread_create(&thread, NULL, serve, NULL))
		abort();
	atexit(remove_socket);
}

static void call(bool stream)
{
	struct docker_api api = {.socket = peer.path, .minor = DOCKER_API_OLDEST};
	struct docker_request r = {.method = "GET", .path = "/info", .stream = stream};
	struct error err = ERROR_INIT;
	json_t *out = NULL;
	int rc = docker_call(&api, &r, &out, now_ns() + NSEC_PER_SEC / 4, &err);

	fuzz_check_error(rc < 0, &err);
	json_decref(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > ANSWER_MAX)
		return 0;
	listen_once();
	pthread_mutex_lock(&peer.lock);
	memcpy(peer.data, data, size);
	peer.size = size;
	pthread_mutex_unlock(&peer.lock);
	call(false);
	call(true);
	return 0;
}
