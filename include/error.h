/* error.h - one error, owned by the caller, always the last argument; the first one set wins.
 * Library code never prints: main() prints "tare: <text>" once and exits with the code. */
#ifndef TARE_ERROR_H
#define TARE_ERROR_H

/* Exit codes are public interface: results/README.md lists them. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_INTERNAL = 1,
	EXIT_USAGE = 2,
	EXIT_REGRESSION = 3,
	EXIT_UNCLEAR = 4,
	EXIT_PREREQUISITE = 5,
	EXIT_NOISY = 6,
	EXIT_ARM = 7,
	EXIT_PARTIAL = 8,
	EXIT_METER = 9,
	EXIT_PUBLISH = 75,
	EXIT_INTERRUPTED = 130,
	EXIT_TERMINATED = 143,
};

struct error {
	int code; /* enum exit_code; 0 = no error yet */
	char text[1536];
};

#define ERROR_INIT                                                                                 \
	{                                                                                          \
		.code = 0                                                                          \
	}

/* All three return -1, so that "return error_set(...)" is one line. err may be NULL. The text follows
 * "WHERE: WHAT, got VALUE, expected RULE; HINT" and holds no newline. */
int error_set(struct error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with ": strerror(errnum)" appended. */
int error_errno(struct error *err, int code, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Puts "<formatted>: " before the text that is there already; the code stays. */
int error_wrap(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
