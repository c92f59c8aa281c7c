/* HTTP from the native peer, by libcurl: one GET with bounds, and the first request of boot. */
#include "traffic.h"

#include "http-drive.h"
#include "traffic-parts.h"
#include "util.h"
#include "wait.h"

#include <curl/curl.h>
#include <errno.h>
#include <math.h>
#include <sys/socket.h>

/* How soon a refused first request is made again: there is no event to wait for, the instance has said
 * that it is ready and its network has not caught up. */
#define AGAIN_NS NSEC_PER_MSEC

static size_t count_body(char *data, size_t size, size_t n, void *total)
{
	curl_off_t *bytes = total;

	(void)data;
	*bytes += (curl_off_t)(size * n);
	return *bytes > TRAFFIC_HTTP_MAX ? CURL_WRITEFUNC_ERROR : size * n;
}

/* http only, nothing followed, nothing from the environment (a proxy), bounded in time and size. */
static CURL *new_request(const char *url, double timeout, char *message, curl_off_t *body)
{
	CURL *c;

	if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK)
		return NULL;
	c = curl_easy_init();
	if (!c)
		return NULL;
	message[0] = '\0';
	*body = 0;
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)TRAFFIC_BLOCK);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)TRAFFIC_HTTP_MAX);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)ceil(timeout * 1000));
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, message);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	if (curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK)
		return c;
	curl_easy_cleanup(c);
	return NULL;
}

static int request_failed(CURLcode code, const char *message, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	return error_set(err, EXIT_ARM, "traffic: GET failed: %s",
		safe_text(message[0] ? message : curl_easy_strerror(code), safe));
}

static int http_work(const struct peer_task *t, struct peer_report *out, struct error *err)
{
	char message[CURL_ERROR_SIZE];
	curl_off_t body, first = 0, total = 0;
	CURL *c = new_request(t->url, t->seconds, message, &body);
	CURLcode code;

	if (!c)
		return error_set(err, EXIT_INTERNAL, "traffic: libcurl takes no request");
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_STARTTRANSFER_TIME_T, &first);
	curl_easy_getinfo(c, CURLINFO_TOTAL_TIME_T, &total);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &out->http.status);
	curl_easy_cleanup(c);
	if (code != CURLE_OK)
		return request_failed(code, message, err);
	/* An error page is no payload. */
	if (out->http.status < 200 || out->http.status > 299)
		return error_set(err, EXIT_ARM,
			"traffic: the server answered with status %ld, expected 200 to 299",
			out->http.status);
	out->http.ttfb = (double)first / 1e6;
	out->http.seconds = (double)total / 1e6;
	out->http.bytes = (double)body;
	return 0;
}

int traffic_http(const struct traffic_peer *p, const char *url, double timeout,
	struct traffic_http *out, struct error *err)
{
	struct peer_task t = {.url = url, .seconds = timeout};
	struct peer_report report;

	if (!(timeout > 0 && timeout <= 86400))
		return error_set(err, EXIT_INTERNAL,
			"traffic: timeout, got %g s, expected more than 0", timeout);
	if (peer_run(p, &t, http_work, &report, err) < 0)
		return -1;
	*out = report.http;
	return 0;
}

enum outcome { ANSWERED, AGAIN, LATE, FAILED };

static enum outcome judge(CURLM *multi, CURL *c, const char *message, struct error *err)
{
	CURLMsg *m;
	long status = 0;
	int left;

	m = curl_multi_info_read(multi, &left);
	if (!m || m->msg != CURLMSG_DONE || m->data.result == CURLE_OPERATION_TIMEDOUT)
		return LATE;
	if (m->data.result == CURLE_COULDNT_CONNECT || m->data.result == CURLE_GOT_NOTHING ||
		m->data.result == CURLE_RECV_ERROR || m->data.result == CURLE_SEND_ERROR)
		return AGAIN;
	if (m->data.result != CURLE_OK) {
		request_failed(m->data.result, message, err);
		return FAILED;
	}
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 400)
		return ANSWERED;
	error_set(err, EXIT_ARM, "traffic: first response, got status %ld, expected 200 to 399",
		status);
	return FAILED;
}

static enum outcome get_once(const char *url, int64_t deadline, int64_t *at, struct error *err)
{
	double timeout = (double)(deadline - now_ns()) / (double)NSEC_PER_SEC;
	char message[CURL_ERROR_SIZE];
	curl_off_t body;
	CURL *c = new_request(url, timeout > 0.001 ? timeout : 0.001, message, &body);
	CURLM *multi = c ? curl_multi_init() : NULL;
	enum outcome r = FAILED;

	if (!multi) {
		error_set(err, EXIT_INTERNAL, "traffic: libcurl takes no request");
	} else {
		curl_multi_add_handle(multi, c);
		if (http_drive(multi, deadline, err) == 0) {
			*at = now_ns();
			r = judge(multi, c, message, err);
		}
		curl_multi_remove_handle(multi, c);
		curl_multi_cleanup(multi);
	}
	curl_easy_cleanup(c);
	return r;
}

static enum outcome connect_once(
	const struct sockaddr_in *to, int64_t deadline, int64_t *at, struct error *err)
{
	cleanup_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0, ready;
	socklen_t len = sizeof(error);

	if (fd < 0) {
		error_errno(err, EXIT_INTERNAL, errno, "traffic: socket");
		return FAILED;
	}
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0) {
		*at = now_ns();
		return ANSWERED;
	}
	if (errno != EINPROGRESS)
		return AGAIN;
	ready = wait_fd(fd, POLLOUT, deadline, err);
	*at = now_ns();
	if (ready <= 0)
		return ready == 0 ? LATE : FAILED;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		return AGAIN;
	return ANSWERED;
}

int traffic_first_response(const struct traffic_peer *p, const char *address, uint16_t port,
	const char *path, int64_t deadline, int64_t *at, struct error *err)
{
	cleanup_free char *url = xasprintf("http://%s:%u%s", address, port, path ? path : "");
	struct sockaddr_in to;

	(void)p;
	if (peer_target(address, port, &to, err) < 0)
		return -1;
	for (;;) {
		int64_t when = 0, next;
		enum outcome r = path ? get_once(url, deadline, &when, err)
				      : connect_once(&to, deadline, &when, err);

		if (r == ANSWERED) {
			*at = when;
			return 0;
		}
		if (r == FAILED)
			return -1;
		next = now_ns() + AGAIN_NS;
		if (r == LATE || next >= deadline)
			return error_set(err, EXIT_ARM,
				"traffic: no complete first response from port %u before the deadline",
				port);
		if (wait_until(next, err) < 0)
			return -1;
	}
}
