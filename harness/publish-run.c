/* publish-run.c - a run's folder as a text for an endpoint, through the spool. What else an address may take: a row of
 * stores[]. */
#include "export.h"
#include "publish.h"
#include "sha256.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What an address that holds this takes; the last one is for all others. */
static const struct {
	const char *part, *format, *method;
} stores[] = {
	{"/metrics/job", "openmetrics", "PUT"}, /* Pushgateway: replaces the group */
	{"/import/prometheus", "openmetrics", "POST"}, /* VictoriaMetrics */
	{"/write", "influx", "POST"}, /* InfluxDB and those that speak its protocol */
	{"", "json", "POST"},
};

static size_t store_of(const char *url)
{
	size_t i = 0;

	while (!strstr(url, stores[i].part))
		i++;
	return i;
}

static const struct export *format_of(const struct publish_how *how, struct error *err)
{
	return export_find(how->format ? how->format : stores[store_of(how->url)].format, err);
}

int publish_check_cacert(const char *path, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	struct stat st;

	if (!path)
		return 0;
	if (stat(path, &st) < 0 || eaccess(path, R_OK) < 0)
		return error_errno(err, EXIT_USAGE, errno, "--cacert: %s: cannot be read",
			safe_text(path, safe));
	return S_ISDIR(st.st_mode)
		? error_set(err, EXIT_USAGE, "--cacert: %s: is a folder, expected a file",
			  safe_text(path, safe))
		: 0;
}

int publish_check(const struct publish_how *how, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	if (publish_check_url(how->url, err) < 0 || !format_of(how, err) ||
		publish_check_cacert(how->cacert, err) < 0)
		return -1;
	if (how->spool && can_write_into(how->spool, true) < 0)
		return error_errno(err, EXIT_USAGE, errno, "--spool: %s: cannot be written into",
			safe_text(how->spool, safe));
	return 0;
}

/* The same text of the same run has the same key. */
static char *key_of(const char *id, const char *text, size_t len)
{
	struct sha256 h;
	char hex[65];

	sha256_init(&h);
	sha256_add(&h, text, len);
	sha256_end(&h, hex);
	return xasprintf("%s-%.32s", id, hex);
}

static int deliver(const struct publish_request *r, const char *folder, struct spool_result *out,
	struct error *err)
{
	struct spool spool;
	int rc;

	if (spool_open(folder, &spool, err) < 0)
		return -1;
	rc = spool_add(&spool, r, err);
	if (rc == 0)
		rc = spool_flush(&spool, r->url, r->cacert, r->timeout, out, err);
	spool_close(&spool);
	return rc;
}

int publish_folder(const char *folder, const struct publish_how *how, struct spool_result *out,
	struct error *err)
{
	const struct export *format = format_of(how, err);
	struct publish_request r = {
		.url = how->url, .cacert = how->cacert, .timeout = how->timeout};
	cleanup_free char *text = NULL, *key = NULL;
	char id[17];

	*out = (struct spool_result){0};
	text = format ? export_folder(format, folder, id, &r.len, err) : NULL;
	if (!text)
		return -1;
	key = key_of(id, text, r.len);
	r.method = stores[store_of(how->url)].method;
	r.key = key;
	r.type = format->type;
	r.body = text;
	return deliver(&r, how->spool, out, err);
}
