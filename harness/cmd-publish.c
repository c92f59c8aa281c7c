/* cmd-publish.c - `tare publish DIR --to URL`: a run sent to where a team keeps its results. */
#include "command.h"
#include "publish.h"
#include "util.h"

static const struct command_option options[] = {
	{.name = "to",
		.argument = "URL",
		.help = "the endpoint, http or https, without credentials"},
	{.name = "format",
		.argument = "TOKEN",
		.help = "one of tare export (standard: by the URL, as told above)"},
	{.name = "timeout", .argument = "TIME", .help = "a try may take so long (standard: 30s)"},
	{.name = "cacert",
		.argument = "FILE",
		.help = "certificates to trust instead of the system's"},
	{.name = "spool", .argument = "DIR", .help = "where waits what could not be sent"},
	{.name = NULL},
};

static int prepare(const struct arguments *a, struct publish_how *how, struct error *err)
{
	const char *time = argument(a, "timeout");
	char safe[SAFE_TEXT_SIZE];

	*how = (struct publish_how){.url = argument(a, "to"),
		.format = argument(a, "format"),
		.cacert = argument(a, "cacert"),
		.spool = argument(a, "spool"),
		.timeout = PUBLISH_TIMEOUT};
	if (!a->n_positional || !how->url)
		return error_set(err, EXIT_USAGE,
			"publish: expected DIR --to URL, such as results/latest --to http://localhost:9091/metrics/job/tare; see tare publish --help");
	if (time && (parse_duration(time, &how->timeout) < 0 || how->timeout > 600))
		return error_set(err, EXIT_USAGE,
			"--timeout: not a time, got \"%s\", expected one such as 30s, at most 10m",
			safe_text(time, safe));
	return publish_check(how, err);
}

static int run_publish(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_free char *shown = NULL, *why = NULL;
	struct spool_result done = {0};
	struct publish_how how;
	int rc;

	if (arguments_parse(&command_publish, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_publish);
		return EXIT_FINE;
	}
	if (prepare(&a, &how, err) < 0)
		return -1;
	rc = publish_folder(a.positional[0], &how, &done, err);
	why = done.why;
	if (rc < 0)
		return -1;
	shown = publish_shown(how.url);
	if (done.kept)
		return error_set(err, EXIT_PUBLISH,
			"publish: %s: %s; %u sent, %u kept for the next time", shown,
			why ? why : "not sent", done.sent, done.kept);
	printf("published to %s: %u sent\n", shown, done.sent);
	return EXIT_FINE;
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
