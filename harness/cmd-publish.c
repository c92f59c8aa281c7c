/* cmd-publish.c - `tare publish DIR --to URL`: a run sent to where a team keeps its results. */
#include "command.h"
#include "export.h"
#include "publish.h"
#include "sha256.h"
#include "util.h"

#include <string.h>

static const struct command_option options[] = {
	{.name = "to",
		.argument = "URL",
		.help = "the endpoint, http or https, without credentials"},
	{.name = "format",
		.argument = "TOKEN",
		.help = "one of tare export (standard: by the URL, see below)"},
	{.name = "timeout", .argument = "TIME", .help = "a try may take so long (standard: 30s)"},
	{.name = "cacert",
		.argument = "FILE",
		.help = "certificates to trust instead of the system's"},
	{.name = "spool", .argument = "DIR", .help = "where waits what could not be sent"},
	{.name = NULL},
};

/* What an address that holds this takes; the last one is for all others. */
static const struct {
	const char *part, *format, *method;
} stores[] = {
	{"/metrics/job", "openmetrics", "PUT"}, /* Pushgateway: replaces the group */
	{"/import/prometheus", "openmetrics", "POST"}, /* VictoriaMetrics */
	{"/write", "influx", "POST"}, /* InfluxDB and those that speak its protocol */
	{"", "json", "POST"},
};

static const struct export *prepare(
	const struct arguments *a, struct publish_request *r, struct error *err)
{
	const char *given = argument(a, "format"), *time = argument(a, "timeout");
	char safe[SAFE_TEXT_SIZE];
	size_t i = 0;

	r->url = argument(a, "to");
	r->cacert = argument(a, "cacert");
	r->timeout = 30;
	if (!a->n_positional || !r->url) {
		error_set(err, EXIT_USAGE,
			"publish: expected DIR --to URL, such as results/latest --to http://localhost:9091/metrics/job/tare; see tare publish --help");
		return NULL;
	}
	if (time && (parse_duration(time, &r->timeout) < 0 || r->timeout > 600)) {
		error_set(err, EXIT_USAGE,
			"--timeout: not a time, got \"%s\", expected one such as 30s, at most 10m",
			safe_text(time, safe));
		return NULL;
	}
	if (publish_check_url(r->url, err) < 0)
		return NULL;
	while (!strstr(r->url, stores[i].part))
		i++;
	r->method = stores[i].method;
	return export_find(given ? given : stores[i].format, err);
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

static int deliver(const struct publish_request *r, const char *folder, struct error *err)
{
	cleanup_free char *shown = publish_shown(r->url), *why = NULL;
	struct spool_result done = {0};
	struct spool spool;
	int rc;

	if (spool_open(folder, &spool, err) < 0)
		return -1;
	rc = spool_add(&spool, r, err);
	if (rc == 0)
		rc = spool_flush(&spool, r->url, r->cacert, r->timeout, &done, err);
	spool_close(&spool);
	why = done.why;
	if (rc < 0)
		return -1;
	if (done.kept)
		return error_set(err, EXIT_PUBLISH,
			"publish: %s: %s; %u sent, %u kept for the next time", shown,
			why ? why : "not sent", done.sent, done.kept);
	printf("published to %s: %u sent\n", shown, done.sent);
	return EXIT_FINE;
}

static int run_publish(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_free char *text = NULL, *key = NULL;
	struct publish_request r = {0};
	const struct export *format;
	char id[17];

	if (arguments_parse(&command_publish, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_publish);
		return EXIT_FINE;
	}
	format = prepare(&a, &r, err);
	if (!format)
		return -1;
	text = export_folder(format, a.positional[0], id, &r.len, err);
	if (!text)
		return -1;
	key = key_of(id, text, r.len);
	r.key = key;
	r.type = format->type;
	r.body = text;
	return deliver(&r, argument(&a, "spool"), err);
}

const struct command command_publish = {
	.name = "publish",
	.synopsis = "DIR --to URL [--format TOKEN] [--spool DIR]",
	.positional = "DIR",
	.help = "send a run to a Pushgateway, an InfluxDB-compatible store, or any endpoint",
	.text = "DIR is the folder of a run. By the address: .../metrics/job/NAME gets openmetrics by PUT (a Pushgateway), .../import/prometheus\n"
		"openmetrics, .../write influx, any other the summary as JSON; --format chooses another format of tare export.\n"
		"\n"
		"Three tries with growing pauses; then it is kept in the spool and sent before the next run for the same address, once.\n"
		"Every request carries Idempotency-Key: RUN-HASH. TLS is verified, redirects are not followed.\n"
		"Credentials: TARE_PUBLISH_AUTHORIZATION (the header's value), TARE_PUBLISH_USER and TARE_PUBLISH_PASSWORD, or netrc\n"
		"($NETRC, ~/.netrc). They are never printed or stored.\n"
		"\n"
		"Exit code: 0 all sent, 2 wrong usage, 75 kept for the next time.",
	.options = options,
	.run = run_publish,
};
