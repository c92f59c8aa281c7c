/* run-options.c - the options that every command with instances reads alike. */
#include "command.h"
#include "platform.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

static int read_accel(const char *given, struct run_options *o, struct error *err)
{
	static const char *const accels[] = {"auto", "kvm", "tcg", NULL};
	char safe[SAFE_TEXT_SIZE];

	o->accel = given ? given : "auto";
	for (size_t i = 0; accels[i]; i++)
		if (!strcmp(accels[i], o->accel))
			return 0;
	return error_set(err, EXIT_USAGE,
		"--accel: unknown accelerator, got \"%s\", expected auto, kvm or tcg",
		safe_text(given, safe));
}

int run_read_options(const struct arguments *a, struct run_options *o, struct error *err)
{
	o->connect = argument(a, "connect");
	return read_accel(argument(a, "accel"), o, err);
}

int run_read_max_time(const struct arguments *a, double *seconds, struct error *err)
{
	const char *time = argument(a, "max-time");
	char safe[SAFE_TEXT_SIZE];

	if (time && parse_duration(time, seconds) < 0)
		return error_set(err, EXIT_USAGE,
			"--max-time: not a time, got \"%s\", expected a whole number with s, m or h, such as 15m",
			safe_text(time, safe));
	return 0;
}

int run_check_meter(struct error *err)
{
	if (getenv("TARE_SKEW"))
		return error_set(err, EXIT_USAGE,
			"TARE_SKEW: a skewed meter, expected only with tare selftest");
	return 0;
}
