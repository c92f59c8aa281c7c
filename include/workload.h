/* workload.h - what runs: the same bytes in every arm. A workload is one JSON file (workloads/NAME.json
 * or a path); built-in ones name a verb of the agent instead of a command. */
#ifndef TARE_WORKLOAD_H
#define TARE_WORKLOAD_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ready_kind {
	READY_AGENT, /* the verb itself says so */
	READY_TCP, /* something accepts on ready_port, and answers ready_send with ready_expect if given */
	READY_HTTP, /* GET ready_path on ready_port answers 2xx or 3xx in full */
	READY_LINE, /* a line on its output contains ready_text */
};

struct workload {
	char *name;
	char *help;
	char *path; /* absolute path of the JSON file, NULL when parsed from text */
	char *folder; /* folder of the JSON file: relative paths in "files" start here */
	char *verb; /* a verb of the agent, NULL with command */
	char **command; /* NULL-terminated argv, NULL with verb; for a verb its key=value arguments */
	char **env; /* NULL-terminated "KEY=VALUE" */
	char **files; /* NULL-terminated: a folder or tar laid over the root, or single host paths; ELF
			    files bring the shared libraries they need */
	enum ready_kind ready;
	uint16_t ready_port;
	char *ready_path, *ready_text;
	char *ready_send, *ready_expect; /* NULL or both */
	double timeout; /* seconds until ready, before the accelerator's factor; default 30 */
	/* Where a client outside makes its first request; 0 = serves no TCP. */
	uint16_t port;
	char *http_small, *http_large; /* paths for network.http_ttfb and network.http, or NULL */
	json_t *json; /* as read, for run.json */
};

/* name: an installed workload's name or a path (holds a '/' or ends in .json; relative to base, a folder,
 * NULL = the working directory). New, or NULL: callers put the place in front with error_wrap(). */
struct workload *workload_load_from(const char *name, const char *base, struct error *err);
struct workload *workload_load(const char *name, struct error *err);
/* The same from text; where names it in messages, folder is what relative files start from, standard_name
 * serves a workload that has no name of its own. For tests and fuzzing. */
struct workload *workload_parse(const char *text, size_t len, const char *where, const char *folder,
	const char *standard_name, struct error *err);
void workload_free(struct workload *w);

/* The folder that holds workloads/: $TARE_DATA, else the executable's source tree, else share/tare beside the
 * bin/ it is in, else DATADIR of the build. Borrowed until the next call. */
const char *data_folder(void);
/* Names (without .json) in a folder below it ("workloads", "workloads/plans"), sorted. New list, may be
 * NULL when there are none. */
char **data_list(const char *folder);
/* Path of an installed file: <data>/<folder>/<name>.json. New string. */
char *data_path(const char *folder, const char *name);
/* Whether a name on a command line or in a plan means a file rather than an installed one. */
bool is_path_name(const char *name);

#endif
