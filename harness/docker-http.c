/* docker-http.c - one HTTP exchange over the engine's unix socket by libcurl, driven by the caller's own wait: never
 * followed elsewhere, nothing taken from the environment, bounded in size. */
#include "docker-http.h"

#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static size_t take_body(char *data, size_t size, size_t n, void *to)
{
	struct docker_transfer *t = to;
	size_t more = size * n;

	if (t->len + more > DOCKER_ANSWER_MAX) {
		t->too_much = true;
		return CURL_WRITEFUNC_ERROR;
	}
	t->answer = xrealloc(t->answer, t->len + more + 1);
	memcpy(t->answer + t->len, data, more);
	t->len += more;
	t->answer[t->len] = '\0';
	return more;
}

static size_t take_header(char *data, size_t size, size_t n, void *to)
{
	static const char name[] = "api-version:";
	struct docker_transfer *t = to;
	size_t len = size * n, at = strlen(name), used = 0;

	if (len <= at || strncasecmp(data, name, at) != 0)
		return len;
	while (at < len && data[at] == ' ')
		at++;
	while (at < len && data[at] > ' ' && used + 1 < sizeof(t->version))
		t->version[used++] = data[at++];
	t->version[used] = '\0';
	return len;
}

static size_t give_file(char *to, size_t size, size_t n, void *from)
{
	FILE *f = from;
	size_t got = fread(to, size, n, f);

	return got == 0 && ferror(f) ? CURL_READFUNC_ABORT : got;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *unused)
{
	struct docker_transfer *t = data;

	(void)easy;
	(void)unused;
	t->fd = what == CURL_POLL_REMOVE ? -1 : fd;
	t->events =
		(short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *data)
{
	struct docker_transfer *t = data;

	(void)multi;
	t->timer = ms < 0 ? INT64_MAX : now_ns() + ms * NSEC_PER_MSEC;
	return 0;
}

static int set_body(struct docker_transfer *t, struct error *err)
{
	struct stat st;

	if (t->request.file) {
		t->file = fopen(t->request.file, "re");
		if (!t->file || fstat(fileno(t->file), &st) < 0)
			return error_errno(
				err, EXIT_ARM, errno, "docker: cannot read %s", t->request.file);
		t->headers = curl_slist_append(t->headers, "Content-Type: application/x-tar");
		curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, give_file);
		curl_easy_setopt(t->easy, CURLOPT_READDATA, t->file);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)st.st_size);
	} else if (strcmp(t->method, "POST") == 0) {
		t->body = t->request.json ? json_dumps(t->request.json, JSON_COMPACT) : xstrdup("");
		if (!t->body)
			return error_set(
				err, EXIT_INTERNAL, "docker: %s: a body that is no JSON", t->path);
		if (t->request.json)
			t->headers =
				curl_slist_append(t->headers, "Content-Type: application/json");
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(t->body));
	}
	return 0;
}

static void set_options(struct docker_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, t->api->socket);
	curl_easy_setopt(t->easy, CURLOPT_URL, t->url);
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, t->method);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	/* An engine that is given up keeps no connection open behind our back. */
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->message);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
}

void docker_http_free(struct docker_transfer *t)
{
	if (t->multi && t->easy)
		curl_multi_remove_handle(t->multi, t->easy);
	if (t->easy)
		curl_easy_cleanup(t->easy);
	if (t->multi)
		curl_multi_cleanup(t->multi);
	curl_slist_free_all(t->headers);
	if (t->file)
		fclose(t->file);
	free(t->method);
	free(t->path);
	free(t->url);
	free(t->body);
	free(t->answer);
	free(t);
}

struct docker_transfer *docker_begin(
	struct docker_api *a, const struct docker_request *r, struct error *err)
{
	struct docker_transfer *t;

	if (a->broken[0]) {
		error_set(err, EXIT_ARM, "%s", a->broken);
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	*t = (struct docker_transfer){
		.api = a, .request = *r, .fd = -1, .timer = INT64_MAX, .begun = now_ns()};
	t->method = xstrdup(r->method);
	t->path = xstrdup(r->path);
	t->url = a->minor && !r->bare ? xasprintf("http://engine/v1.%u%s", a->minor, r->path)
				      : xasprintf("http://engine%s", r->path);
	if (curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK) {
		t->multi = curl_multi_init();
		t->easy = curl_easy_init();
	}
	if (!t->multi || !t->easy) {
		error_set(err, EXIT_INTERNAL, "docker: libcurl takes no request");
		docker_http_free(t);
		return NULL;
	}
	/* libcurl would wait a second for an answer to "Expect: 100-continue". */
	t->headers = curl_slist_append(NULL, "Expect:");
	set_options(t);
	if (set_body(t, err) < 0) {
		docker_http_free(t);
		return NULL;
	}
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	curl_multi_add_handle(t->multi, t->easy);
	return t;
}

void docker_wants(struct docker_transfer *t, struct pollfd *fd, int64_t *until)
{
	*fd = (struct pollfd){.fd = t->fd, .events = t->events};
	if (t->timer < *until)
		*until = t->timer;
}

int docker_step(struct docker_transfer *t, struct error *err)
{
	int running = 1, left;
	CURLMcode rc = CURLM_OK;
	CURLMsg *said;

	if (t->done)
		return 1;
	if (t->fd >= 0) {
		struct pollfd p = {.fd = t->fd, .events = t->events};

		if (poll(&p, 1, 0) > 0)
			rc = curl_multi_socket_action(t->multi, t->fd,
				(p.revents & POLLIN ? CURL_CSELECT_IN : 0) |
					(p.revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
					(p.revents & (POLLERR | POLLHUP) ? CURL_CSELECT_IN : 0),
				&running);
	}
	if (rc == CURLM_OK && t->timer <= now_ns()) {
		t->timer = INT64_MAX;
		rc = curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	if (rc != CURLM_OK)
		return error_set(
			err, EXIT_INTERNAL, "docker: libcurl: %s", curl_multi_strerror(rc));
	while ((said = curl_multi_info_read(t->multi, &left)))
		if (said->msg == CURLMSG_DONE) {
			t->done = true;
			t->code = said->data.result;
		}
	return t->done ? 1 : 0;
}

static const char *plain_text(const struct docker_transfer *t)
{
	return t->message[0] ? t->message : curl_easy_strerror(t->code);
}

int docker_http_status(struct docker_transfer *t, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	long errnum = 0, status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (t->code == CURLE_OK && status > 0)
		return (int)status;
	if (t->too_much)
		return error_set(err, EXIT_ARM,
			"docker: %s %s: answer, got more than %d B, expected at most that",
			t->method, t->path, DOCKER_ANSWER_MAX);
	switch (t->code) {
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &errnum);
		return error_set(err, EXIT_ARM,
			"docker: no engine answers at %s: %s; is it running?",
			safe_text(t->api->socket, safe),
			errnum ? strerror((int)errnum) : plain_text(t));
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return error_set(err, EXIT_ARM,
			"docker: %s %s: the engine closed the connection before its answer was whole",
			t->method, t->path);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return error_set(err, EXIT_ARM,
			"docker: %s %s: got an answer that is no HTTP/1.1, expected an engine behind %s",
			t->method, t->path, safe_text(t->api->socket, safe));
	default:
		return error_set(err, EXIT_ARM, "docker: %s %s: %s", t->method, t->path,
			safe_text(plain_text(t), safe));
	}
}

int docker_http_late(struct docker_transfer *t, struct error *err)
{
	struct docker_api *a = t->api;

	snprintf(a->broken, sizeof(a->broken),
		"docker: the engine was given up: no whole answer to %s %.120s by its deadline, after %.1f s; is it stopped?",
		t->method, t->path, (double)(now_ns() - t->begun) / NSEC_PER_SEC);
	return error_set(err, EXIT_ARM, "%s", a->broken);
}
