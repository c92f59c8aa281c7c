/* docker-api.c - what the engine's answers mean: versions, JSON, refusals. */
#include "docker-api.h"

#include "docker-http.h"
#include "json.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

char *docker_host_path(const char *docker_host, struct error *err)
{
	static const char scheme[] = "unix://";
	char safe[SAFE_TEXT_SIZE];

	if (!docker_host || !*docker_host)
		return NULL;
	if (strncmp(docker_host, scheme, strlen(scheme)) == 0 && docker_host[strlen(scheme)] == '/')
		return xstrdup(docker_host + strlen(scheme));
	error_set(err, EXIT_PREREQUISITE,
		"docker: DOCKER_HOST, got %s, expected unix:///PATH: of a remote engine's instances /proc cannot be read here; run tare on that host",
		safe_text(docker_host, safe));
	return NULL;
}

/* A connection, or -1 with errno. */
static int connect_to(const char *path)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(a.sun_path, path);
	/* EAGAIN: its queue is full, so somebody listens. */
	if (fd < 0 || (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 && errno != EAGAIN))
		return -1;
	return steal_fd(&fd);
}

bool docker_listens(const char *path)
{
	cleanup_close int fd = connect_to(path);

	return fd >= 0;
}

char *docker_escape(const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	char *out = xmalloc(3 * strlen(text) + 1), *to = out;

	for (; *text; text++) {
		if (strchr(plain, *text))
			*to++ = *text;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*text);
	}
	*to = '\0';
	return out;
}

char *docker_reason(const char *body, size_t len)
{
	cleanup_json json_t *j = len ? json_loadb(body, len, 0, NULL) : NULL;
	const char *text = json_string_value(json_object_get(j, "message"));
	cleanup_free char *copy = xstrdup(text ? text : len ? body : "no reason given");
	char safe[SAFE_TEXT_SIZE];
	char *out = xstrdup("");

	/* Longer than safe_text() leaves it: an engine's reasons are sentences. Lines become spaces. */
	for (size_t at = 0, n = strlen(copy); at < n && at < 400; at += 80) {
		cleanup_free char *part = xasprintf("%.80s", copy + at);
		char *longer;

		for (char *p = part; *p; p++)
			if (*p == '\n' || *p == '\t' || *p == '\r')
				*p = ' ';
		longer = xasprintf("%s%s", out, safe_text(part, safe));
		free(out);
		out = longer;
	}
	for (size_t n = strlen(out); n && out[n - 1] == ' ';)
		out[--n] = '\0';
	return out;
}

/* The last of a row of JSON objects; an "error" among them is the engine's refusal. */
static int read_stream(struct docker_transfer *t, json_t **out, struct error *err)
{
	const char *at = t->answer, *end = t->answer + t->len;
	cleanup_json json_t *last = NULL;

	while (at && at < end) {
		json_error_t where;
		json_t *one = json_loadb(at, (size_t)(end - at), JSON_DISABLE_EOF_CHECK, &where);
		const char *refusal;

		if (!one)
			break;
		json_decref(last);
		last = one;
		refusal = json_string_value(json_object_get(one, "error"));
		if (refusal) {
			cleanup_free char *reason = docker_reason(refusal, strlen(refusal));

			return error_set(
				err, EXIT_ARM, "docker: %s %s: %s", t->method, t->path, reason);
		}
		at += where.position > 0 ? where.position : 1;
		at += strspn(at, " \r\n\t");
	}
	if (at && at < end)
		return error_set(
			err, EXIT_ARM, "docker: %s %s: answer, expected JSON", t->method, t->path);
	*out = last ? json_incref(last) : NULL;
	return 0;
}

static int read_answer(struct docker_transfer *t, json_t **out, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	*out = NULL;
	if (!t->len)
		return 0;
	if (t->request.stream)
		return read_stream(t, out, err);
	*out = json_loadb(t->answer, t->len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	if (*out)
		return 0;
	return error_set(err, EXIT_ARM, "docker: %s %s: answer, got \"%s\", expected JSON",
		t->method, t->path, safe_text(t->answer, safe));
}

static int judge(struct docker_transfer *t, json_t **out, struct error *err)
{
	int status = docker_http_status(t, err);
	cleanup_free char *reason = NULL;
	cleanup_json json_t *answer = NULL;

	if (status < 0)
		return -1;
	if ((status < 200 || status > 299) && status != (int)t->request.also) {
		reason = docker_reason(t->answer ? t->answer : "", t->len);
		return error_set(err, EXIT_ARM, "docker: %s %s: refused with %d: %s", t->method,
			t->path, status, reason);
	}
	/* A status that was expected says all. */
	if (!out || status == (int)t->request.also) {
		if (out)
			*out = NULL;
		return status;
	}
	if (read_answer(t, &answer, err) < 0)
		return -1;
	*out = answer ? json_incref(answer) : NULL;
	return status;
}

int docker_end(struct docker_transfer *t, json_t **out, struct error *err)
{
	int rc = t->done ? judge(t, out, err) : docker_http_late(t, err);

	docker_http_free(t);
	return rc;
}

void docker_abandon(struct docker_transfer *t)
{
	if (t)
		docker_http_free(t);
}

/* Until it is done or the deadline has passed; -1: interrupted. */
static int drive(struct docker_transfer *t, int64_t deadline, struct error *err)
{
	int rc;

	while ((rc = docker_step(t, err)) == 0) {
		int64_t until = deadline;
		struct pollfd fd;

		if (now_ns() >= deadline)
			return 0;
		docker_wants(t, &fd, &until);
		if (wait_fds(&fd, 1, until, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

int docker_call(struct docker_api *a, const struct docker_request *r, json_t **out,
	int64_t deadline, struct error *err)
{
	struct docker_transfer *t = docker_begin(a, r, err);

	if (!t)
		return -1;
	if (drive(t, deadline, err) == 0)
		return docker_end(t, out, err);
	docker_http_free(t);
	return -1;
}

/* "1.41" -> 41; 0 for anything else. */
static unsigned minor_of(const char *version)
{
	uint64_t minor = 0;

	if (!version || strncmp(version, "1.", 2) != 0 ||
		parse_u64(version + 2, 1, 999, &minor) < 0)
		return 0;
	return (unsigned)minor;
}

static int choose_version(struct docker_api *a, unsigned newest, unsigned oldest, struct error *err)
{
	if (!newest || newest < DOCKER_API_OLDEST || oldest > DOCKER_API_NEWEST)
		return error_set(err, EXIT_PREREQUISITE,
			"docker: engine at %s: API version, got 1.%u to 1.%u, expected one of 1.%d to 1.%d",
			a->socket, oldest, newest, DOCKER_API_OLDEST, DOCKER_API_NEWEST);
	a->minor = newest < DOCKER_API_NEWEST ? newest : DOCKER_API_NEWEST;
	return 0;
}

/* A row of "Components" tells Podman from Docker; the first is the engine. */
static void name_engine(struct docker_api *a, const json_t *version)
{
	const json_t *first = json_array_get(json_object_get(version, "Components"), 0);
	const char *name = json_string_value(json_object_get(first, "Name"));
	const char *number = json_string_value(json_object_get(version, "Version"));
	char safe_name[SAFE_TEXT_SIZE], safe_number[SAFE_TEXT_SIZE];

	if (!name || !strcmp(name, "Engine"))
		name = "Docker";
	snprintf(a->engine, sizeof(a->engine), "%.28s %.18s", safe_text(name, safe_name),
		safe_text(number ? number : "?", safe_number));
}

static int negotiate(struct docker_api *a, int64_t deadline, struct error *err)
{
	const struct docker_request ping = {.method = "GET", .path = "/_ping", .bare = true};
	const struct docker_request ask = {.method = "GET", .path = "/version"};
	struct docker_transfer *t = docker_begin(a, &ping, err);
	cleanup_json json_t *version = NULL;
	unsigned newest = 0;

	if (!t)
		return -1;
	if (drive(t, deadline, err) < 0) {
		docker_http_free(t);
		return -1;
	}
	if (t->done)
		newest = minor_of(t->version);
	if (docker_end(t, NULL, err) < 0)
		return -1;
	if (!newest)
		return error_set(err, EXIT_ARM,
			"docker: GET /_ping: header Api-Version, got none of the form 1.N, expected an engine behind %s",
			a->socket);
	if (choose_version(a, newest, 0, err) < 0 ||
		docker_call(a, &ask, &version, deadline, err) < 0)
		return -1;
	name_engine(a, version);
	return choose_version(a, newest,
		minor_of(json_string_value(json_object_get(version, "MinAPIVersion"))), err);
}

static void find_peer(struct docker_api *a)
{
	cleanup_close int fd = connect_to(a->socket);
	struct ucred who = {0};
	socklen_t len = sizeof(who);

	if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
		a->peer = who.pid;
}

struct docker_api *docker_open(const char *socket, int64_t deadline, struct error *err)
{
	struct docker_api *a = xcalloc(1, sizeof(*a));

	a->socket = xstrdup(socket);
	if (negotiate(a, deadline, err) == 0) {
		find_peer(a);
		return a;
	}
	docker_close(a);
	return NULL;
}

void docker_close(struct docker_api *a)
{
	if (!a)
		return;
	free(a->socket);
	free(a);
}
