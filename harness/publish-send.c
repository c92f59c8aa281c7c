/* publish-send.c - one text to one endpoint by libcurl: TLS verified, no redirect followed, every answer bounded, a few
 * tries with growing pauses. What an answer means is judge_status(). */
#include "publish.h"

#include "http-drive.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/random.h>

struct exchange {
	CURL *easy;
	struct curl_slist *headers;
	char message[CURL_ERROR_SIZE], first;
	size_t answer; /* B so far */
	bool too_much,
		ages; /* ages: Retry-After beyond what libcurl reads, which takes it for none */
	CURLcode code;
	bool late;
};

static size_t take(char *data, size_t size, size_t n, void *to)
{
	struct exchange *x = to;

	x->answer += size * n;
	for (size_t i = 0; i < size * n && !x->first; i++)
		if (data[i] > ' ')
			x->first = data[i];
	x->too_much = x->answer > PUBLISH_ANSWER_MAX;
	return x->too_much ? CURL_WRITEFUNC_ERROR : size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *to)
{
	static const char name[] = "retry-after:";
	const size_t len = size * n;
	struct exchange *x = to;
	size_t digits = 0;

	if (len >= strlen(name) && strncasecmp(data, name, strlen(name)) == 0)
		for (size_t i = strlen(name); i < len; i++)
			digits += data[i] >= '0' && data[i] <= '9';
	x->ages = x->ages || digits > 18;
	x->answer += size * n;
	x->too_much = x->answer > PUBLISH_ANSWER_MAX;
	return x->too_much ? CURL_WRITEFUNC_ERROR : size * n;
}

int publish_check_url(const char *url, struct error *err)
{
	static const char *const secret[] = {"u", "p", "user", "password", "token", "access_token",
		"api_key", "apikey", "key", "secret", "auth"};
	cleanup_free char *shown = publish_shown(url);
	char safe[SAFE_TEXT_SIZE];
	CURLU *u = curl_url();
	char *scheme = NULL, *user = NULL, *password = NULL, *query = NULL, *save = NULL;
	int rc = 0;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		(strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		rc = error_set(err, EXIT_USAGE,
			"--to: not an endpoint, got \"%s\", expected http://... or https://...",
			safe_text(strchr(url, '@') ? "(hidden)" : shown, safe));
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK ||
		curl_url_get(u, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
		rc = error_set(err, EXIT_USAGE,
			"--to: credentials in the address, expected none; put them into ~/.netrc or TARE_PUBLISH_USER and TARE_PUBLISH_PASSWORD");
	else if (curl_url_get(u, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
		for (char *p = strtok_r(query, "&", &save); p && rc == 0;
			p = strtok_r(NULL, "&", &save)) {
			p[strcspn(p, "=")] = '\0';
			for (size_t i = 0; i < ARRAY_SIZE(secret); i++)
				if (strcasecmp(p, secret[i]) == 0)
					rc = error_set(err, EXIT_USAGE,
						"--to: credentials in the address (%s=), expected none; put them into TARE_PUBLISH_AUTHORIZATION",
						secret[i]);
		}
	curl_free(scheme);
	curl_free(user);
	curl_free(password);
	curl_free(query);
	curl_url_cleanup(u);
	return rc;
}

char *publish_shown(const char *url)
{
	const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url, *at = NULL;
	const char *end = host + strcspn(host, "/?#");
	char safe[SAFE_TEXT_SIZE];

	for (const char *p = host; p < end; p++)
		at = *p == '@' ? p : at;
	cleanup_free char *cut = at
		? xasprintf("%.*s***%.*s", (int)(host - url), url, (int)strcspn(at, "?#"), at)
		: xasprintf("%.*s", (int)strcspn(url, "?#"), url);

	return xstrdup(safe_text(cut, safe));
}

double publish_pause(unsigned attempt, double wants, unsigned char dice)
{
	double pause = wants > 0 ? wants : (double)(1u << attempt);

	/* Up to a quarter longer: many runners that failed together do not come back together. */
	return wants > PUBLISH_WAIT_MAX ? -1 : pause * (1 + dice / 1024.0);
}

static int add_header(struct exchange *x, const char *name, const char *value)
{
	cleanup_free char *line = xasprintf("%s: %s", name, value);

	x->headers = curl_slist_append(x->headers, line);
	return x->headers ? 0 : -1;
}

static int set_credentials(struct exchange *x, struct error *err)
{
	const char *whole = getenv("TARE_PUBLISH_AUTHORIZATION");
	const char *user = getenv("TARE_PUBLISH_USER"), *password = getenv("TARE_PUBLISH_PASSWORD");

	if (whole && *whole) {
		for (const char *p = whole; *p; p++)
			if ((unsigned char)*p < ' ' || *p == 0x7f)
				return error_set(err, EXIT_USAGE,
					"TARE_PUBLISH_AUTHORIZATION: not a header's value, expected one line");
		return add_header(x, "Authorization", whole);
	}
	if (user && *user) {
		curl_easy_setopt(x->easy, CURLOPT_USERNAME, user);
		curl_easy_setopt(x->easy, CURLOPT_PASSWORD, password ? password : "");
		curl_easy_setopt(x->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		return 0;
	}
	curl_easy_setopt(x->easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	if (getenv("NETRC"))
		curl_easy_setopt(x->easy, CURLOPT_NETRC_FILE, getenv("NETRC"));
	return 0;
}

static int set_up(struct exchange *x, const struct publish_request *r, struct error *err)
{
	x->easy = curl_easy_init();
	if (!x->easy)
		return error_set(err, EXIT_INTERNAL, "publish: libcurl takes no request");
	add_header(x, "Content-Type", r->type);
	add_header(x, "Idempotency-Key", r->key);
	/* libcurl would wait a second for an answer to it. */
	add_header(x, "Expect", "");
	if (set_credentials(x, err) < 0)
		return -1;
	curl_easy_setopt(x->easy, CURLOPT_URL, r->url);
	curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, r->body);
	curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->len);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
	curl_easy_setopt(x->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(x->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(x->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, (long)(r->timeout * 1000));
	curl_easy_setopt(x->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(r->timeout * 1000));
	curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->message);
	curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
	if (r->cacert)
		curl_easy_setopt(x->easy, CURLOPT_CAINFO, r->cacert);
	return 0;
}

static int perform(struct exchange *x, double timeout, struct error *err)
{
	CURLM *multi = curl_multi_init();
	int rc, left;
	CURLMsg *m;

	if (!multi)
		return error_set(err, EXIT_INTERNAL, "publish: libcurl takes no request");
	curl_multi_add_handle(multi, x->easy);
	rc = http_drive(multi, now_ns() + (int64_t)((timeout + 1) * NSEC_PER_SEC), err);
	m = curl_multi_info_read(multi, &left);
	x->late = !m;
	x->code = m ? m->data.result : CURLE_OPERATION_TIMEDOUT;
	curl_multi_remove_handle(multi, x->easy);
	curl_multi_cleanup(multi);
	return rc;
}

/* What an answer means. *again: worth another try; *wants: after so many seconds, 0 = it did not say. */
static enum publish_outcome judge_status(
	const struct exchange *x, bool uncertain, bool *again, double *wants, char **why)
{
	curl_off_t after = 0;
	char *type = NULL;
	long status = 0;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(x->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &after);
	*wants = x->ages ? HUGE_VAL : (double)after;
	if (status >= 200 && status < 300) {
		if (x->first != '<' && !(type && strncasecmp(type, "text/html", 9) == 0))
			return PUBLISH_SENT;
		*why = xasprintf(
			"answered %ld with a page of HTML: something else than the endpoint",
			status);
		return PUBLISH_LATER;
	}
	if (status == 409 && uncertain)
		return PUBLISH_SENT; /* the first try of this key had arrived */
	*why = xasprintf("answered %ld%s", status,
		status >= 300 && status < 400
			? ", a redirect, which is not followed; give the address it leads to"
			: status == 401 || status == 403 ? "; check the credentials"
							 : "");
	if (status == 400 || status == 409 || status == 413 || status == 415 || status == 422)
		return PUBLISH_REFUSED;
	*again = status == 408 || status == 429 || status >= 500;
	return PUBLISH_LATER;
}

static enum publish_outcome judge(
	const struct exchange *x, bool *uncertain, bool *again, double *wants, char **why)
{
	char safe[SAFE_TEXT_SIZE];

	if (x->code == CURLE_OK)
		return judge_status(x, *uncertain, again, wants, why);
	*why = x->too_much
		? xasprintf("answered more than %d B", PUBLISH_ANSWER_MAX)
		: xstrdup(safe_text(
			  x->message[0] ? x->message : curl_easy_strerror(x->code), safe));
	*again = x->code == CURLE_COULDNT_CONNECT || x->code == CURLE_OPERATION_TIMEDOUT ||
		x->code == CURLE_RECV_ERROR || x->code == CURLE_SEND_ERROR ||
		x->code == CURLE_GOT_NOTHING || x->code == CURLE_PARTIAL_FILE ||
		x->code == CURLE_COULDNT_RESOLVE_HOST;
	if (x->code != CURLE_COULDNT_CONNECT && x->code != CURLE_COULDNT_RESOLVE_HOST &&
		x->code != CURLE_PEER_FAILED_VERIFICATION)
		*uncertain = true;
	return PUBLISH_LATER;
}

static int try_once(const struct publish_request *r, enum publish_outcome *out, bool *uncertain,
	bool *again, double *wants, char **why, struct error *err)
{
	struct exchange x = {0};
	int rc = set_up(&x, r, err);

	if (rc == 0)
		rc = perform(&x, r->timeout, err);
	if (rc == 0)
		*out = judge(&x, uncertain, again, wants, why);
	curl_easy_cleanup(x.easy);
	curl_slist_free_all(x.headers);
	return rc;
}

int publish_send(const struct publish_request *r, enum publish_outcome *out, char **why,
	bool *uncertain, struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, EXIT_INTERNAL, "publish: libcurl cannot be used");
	*uncertain = r->uncertain;
	for (unsigned i = 0;; i++) {
		double wants = 0, pause;
		unsigned char dice = 0;
		bool again = false;

		free(*why);
		*why = NULL;
		if (try_once(r, out, uncertain, &again, &wants, why, err) < 0)
			return -1;
		if (*out != PUBLISH_LATER || !again || i + 1 == PUBLISH_TRIES)
			return 0;
		if (getrandom(&dice, 1, 0) != 1)
			dice = 0;
		pause = publish_pause(i, wants, dice);
		if (pause < 0)
			return 0;
		if (wait_until(now_ns() + (int64_t)(pause * NSEC_PER_SEC), err) < 0)
			return -1;
	}
}
