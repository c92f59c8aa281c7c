/* workload.c - one JSON file tells what runs; see results/schema/workload.schema.json for its keys. A new
 * key: workload_keys[], a reader below, the schema. */
#include "json.h"
#include "util.h"
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const char *const workload_keys[] = {"schema", "name", "help", "verb", "arguments",
	"command", "env", "files", "ready", "timeout", "port", "http", NULL};

static int read_name(
	struct workload *w, const char *where, const char *standard_name, struct error *err)
{
	const char *name = standard_name, *help = "";

	if (json_get_text(w->json, "name", &name, where, err) < 0 ||
		json_get_text(w->json, "help", &help, where, err) < 0)
		return -1;
	if (!name_is_valid(name))
		return json_fail(err, where, "name", "not a name", json_object_get(w->json, "name"),
			"1 to 64 letters, digits or \"_.+-\", starting with a letter or digit");
	w->name = xstrdup(name);
	w->help = xstrdup(help);
	return 0;
}

/* A verb of the agent with its arguments, or a command of the user's. */
static int read_command(struct workload *w, const char *where, struct error *err)
{
	const char *verb = NULL;

	if (json_get_text(w->json, "verb", &verb, where, err) < 0 ||
		json_get_texts(w->json, verb ? "arguments" : "command", &w->command, where, err) <
			0)
		return -1;
	if (verb && json_object_get(w->json, "command"))
		return json_fail(
			err, where, NULL, "both \"verb\" and \"command\"", NULL, "one of them");
	if (!verb && json_object_get(w->json, "arguments"))
		return json_fail(
			err, where, "arguments", "without a verb", NULL, "them inside \"command\"");
	if (!verb && !w->command)
		return json_fail(err, where, "command", "missing", NULL,
			"the program and its arguments as a list of texts");
	if (!verb && (!w->command[0] || w->command[0][0] != '/'))
		return json_fail(err, where, "command", "no absolute path",
			json_array_get(json_object_get(w->json, "command"), 0),
			"the program's path inside, such as /usr/bin/server, first");
	if (verb && !name_is_valid(verb))
		return json_fail(err, where, "verb", "not a name", json_object_get(w->json, "verb"),
			"a verb of the agent, such as idle or http");
	for (size_t i = 0; verb && w->command && w->command[i]; i++)
		if (!strchr(w->command[i], '=') || w->command[i][0] == '=')
			return json_fail(err, where, "arguments", "not an argument",
				json_array_get(json_object_get(w->json, "arguments"), i),
				"KEY=VALUE");
	w->verb = verb ? xstrdup(verb) : NULL;
	return 0;
}

static int read_env(struct workload *w, const char *where, struct error *err)
{
	const json_t *env = NULL, *value;
	cleanup_free char *place = json_place(where, "env");
	const char *key;

	if (json_get_object(w->json, "env", &env, where, err) < 0)
		return -1;
	json_object_foreach ((json_t *)env, key, value) {
		cleanup_free char *pair = NULL;

		if (!*key || strchr(key, '='))
			return json_fail(err, place, NULL, "not a variable's name", NULL,
				"a key that is not empty and holds no \"=\"");
		if (!json_is_string(value))
			return json_fail(err, place, key, "wrong type", value, "a text");
		pair = xasprintf("%s=%s", key, json_string_value(value));
		strv_add(&w->env, pair);
	}
	return 0;
}

static int read_files(struct workload *w, const char *where, struct error *err)
{
	if (json_get_texts(w->json, "files", &w->files, where, err) < 0)
		return -1;
	for (size_t i = 0; w->files && w->files[i]; i++)
		if (!*w->files[i])
			return json_fail(err, where, "files", "empty path", NULL,
				"a folder, a tar or a file");
	return 0;
}

static int read_port(
	const json_t *o, const char *key, uint16_t *out, const char *where, struct error *err)
{
	uint64_t port = *out;

	if (json_get_count(o, key, 1, UINT16_MAX, &port, where, err) < 0)
		return -1;
	*out = (uint16_t)port;
	return 0;
}

static int read_path(
	const json_t *o, const char *key, char **out, const char *where, struct error *err)
{
	const char *path = NULL;

	if (json_get_text(o, key, &path, where, err) < 0)
		return -1;
	if (!path)
		return 0;
	if (path[0] != '/' || strlen(path) > 1000)
		return json_fail(err, where, key, "not a path", json_object_get(o, key),
			"a path that starts with \"/\", at most 1000 bytes");
	for (const char *c = path; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return json_fail(err, where, key, "not a path", json_object_get(o, key),
				"printable ASCII without spaces; encode the rest as %%NN");
	*out = xstrdup(path);
	return 0;
}

/* What is sent once connected, and how the answer to it begins. */
static int read_exchange(
	struct workload *w, const json_t *ready, const char *place, struct error *err)
{
	const char *send = NULL, *expect = NULL;

	if (json_get_text(ready, "send", &send, place, err) < 0 ||
		json_get_text(ready, "expect", &expect, place, err) < 0)
		return -1;
	if (!send && !expect)
		return 0;
	if (!send || !expect)
		return json_fail(err, place, send ? "expect" : "send", "missing", NULL,
			"\"send\" and \"expect\" together, or neither");
	if (!*send || strlen(send) > 256)
		return json_fail(err, place, "send", "not usable", json_object_get(ready, "send"),
			"a text of 1 to 256 bytes");
	if (!*expect || strlen(expect) > 256)
		return json_fail(err, place, "expect", "not usable",
			json_object_get(ready, "expect"), "a text of 1 to 256 bytes");
	w->ready_send = xstrdup(send);
	w->ready_expect = xstrdup(expect);
	return 0;
}

/* {"tcp": 6379, "send": "PING\r\n", "expect": "+PONG"}, {"http": 8080, "path": "/"}, {"line": "ready"} */
static int read_ready_object(
	struct workload *w, const json_t *ready, const char *where, struct error *err)
{
	static const char *const tcp[] = {"tcp", "send", "expect", NULL},
				 *const http[] = {"http", "path", NULL},
				 *const line[] = {"line", NULL};
	cleanup_free char *place = json_place(where, "ready");
	const char *text = NULL;

	if (json_object_get(ready, "tcp")) {
		w->ready = READY_TCP;
		return json_known_keys(ready, tcp, place, err) < 0 ||
				read_port(ready, "tcp", &w->ready_port, place, err) < 0
			? -1
			: read_exchange(w, ready, place, err);
	}
	if (json_object_get(ready, "http")) {
		w->ready = READY_HTTP;
		if (json_known_keys(ready, http, place, err) < 0 ||
			read_port(ready, "http", &w->ready_port, place, err) < 0 ||
			read_path(ready, "path", &w->ready_path, place, err) < 0)
			return -1;
		if (!w->ready_path)
			w->ready_path = xstrdup("/");
		return 0;
	}
	if (json_known_keys(ready, line, place, err) < 0 ||
		json_get_text(ready, "line", &text, place, err) < 0)
		return -1;
	if (!text || !*text || strlen(text) > 256 || strchr(text, '\n'))
		return json_fail(err, place, text ? "line" : NULL, "no condition", NULL,
			"\"tcp\", \"http\" or \"line\" with a text of 1 to 256 bytes on one line");
	w->ready = READY_LINE;
	w->ready_text = xstrdup(text);
	return 0;
}

static int read_ready(struct workload *w, const char *where, struct error *err)
{
	const json_t *ready = json_object_get(w->json, "ready");

	if (json_is_object(ready))
		return read_ready_object(w, ready, where, err);
	if (ready && (!json_is_string(ready) || strcmp(json_string_value(ready), "agent") != 0))
		return json_fail(err, where, "ready", "unknown condition", ready,
			"\"agent\", {\"tcp\": PORT}, {\"http\": PORT, \"path\": PATH} or {\"line\": TEXT}");
	w->ready = READY_AGENT;
	if (!w->verb)
		return json_fail(err, where, "ready",
			ready ? "no condition for a command" : "missing", ready,
			"{\"tcp\": PORT}, {\"http\": PORT, \"path\": PATH} or {\"line\": TEXT}");
	return 0;
}

static int read_service(struct workload *w, const char *where, struct error *err)
{
	static const char *const keys[] = {"small", "large", NULL};
	const json_t *http = NULL;
	cleanup_free char *place = json_place(where, "http");

	w->port = w->ready_port;
	if (json_get_number(w->json, "timeout", 0.1, 3600, &w->timeout, where, err) < 0 ||
		read_port(w->json, "port", &w->port, where, err) < 0 ||
		json_get_object(w->json, "http", &http, where, err) < 0 ||
		(http && json_known_keys(http, keys, place, err) < 0) ||
		read_path(http, "small", &w->http_small, place, err) < 0 ||
		read_path(http, "large", &w->http_large, place, err) < 0)
		return -1;
	if (http && !w->port)
		return json_fail(
			err, where, "port", "missing", NULL, "the port that \"http\" is on");
	return 0;
}

/* Takes over json. */
static struct workload *from_json(json_t *json, const char *where, const char *folder,
	const char *standard_name, struct error *err)
{
	struct workload *w = xcalloc(1, sizeof(*w));

	w->json = json;
	w->folder = xstrdup(folder);
	w->timeout = 30;
	if (json_need_schema(json, "tare/workload/1", where, err) < 0 ||
		json_known_keys(json, workload_keys, where, err) < 0 ||
		read_name(w, where, standard_name, err) < 0 || read_command(w, where, err) < 0 ||
		read_env(w, where, err) < 0 || read_files(w, where, err) < 0 ||
		read_ready(w, where, err) < 0 || read_service(w, where, err) < 0) {
		workload_free(w);
		return NULL;
	}
	return w;
}

struct workload *workload_parse(const char *text, size_t len, const char *where, const char *folder,
	const char *standard_name, struct error *err)
{
	json_t *json = json_parse_object(text, len, where, err);

	return json ? from_json(json, where, folder, standard_name, err) : NULL;
}

void workload_free(struct workload *w)
{
	if (!w)
		return;
	free(w->name);
	free(w->help);
	free(w->folder);
	free(w->path);
	free(w->verb);
	strv_free(w->command);
	strv_free(w->env);
	strv_free(w->files);
	free(w->ready_path);
	free(w->ready_text);
	free(w->ready_send);
	free(w->ready_expect);
	free(w->http_small);
	free(w->http_large);
	json_decref(w->json);
	free(w);
}

static struct workload *load_file(const char *path, struct error *err)
{
	char where[SAFE_TEXT_SIZE];
	cleanup_free char *full = NULL, *name = NULL, *resolved = NULL;
	struct workload *w;
	json_t *json = json_read_object(AT_FDCWD, path, JSON_MAX_SIZE, safe_text(path, where), err);
	char *base;
	size_t n;

	if (!json)
		return NULL;
	full = realpath(path, NULL);
	if (!full) {
		json_decref(json);
		error_errno(err, EXIT_USAGE, errno, "%s: cannot be resolved", where);
		return NULL;
	}
	resolved = xstrdup(full);
	base = strrchr(full, '/');
	*base++ = '\0';
	n = strlen(base);
	name = xstrdup(base);
	if (is_path_name(base))
		name[n - strlen(".json")] = '\0';
	w = from_json(json, where, *full ? full : "/", name, err);
	if (w)
		w->path = steal_ptr(resolved);
	return w;
}

static struct workload *unknown_workload(const char *name, struct error *err)
{
	cleanup_strv char **names = data_list("workloads");
	char safe[SAFE_TEXT_SIZE];
	const char *near = names ? did_you_mean(name, (const char *const *)names) : NULL;

	if (near)
		error_set(err, EXIT_USAGE, "unknown workload, got \"%s\"; did you mean \"%s\"?",
			safe_text(name, safe), near);
	else
		error_set(err, EXIT_USAGE,
			"unknown workload, got \"%s\", expected an installed one or a path; see tare list workloads",
			safe_text(name, safe));
	return NULL;
}

struct workload *workload_load_from(const char *name, const char *base, struct error *err)
{
	cleanup_free char *path = NULL;

	if (is_path_name(name)) {
		path = base && name[0] != '/' ? xasprintf("%s/%s", base, name) : xstrdup(name);
		return load_file(path, err);
	}
	if (!name_is_valid(name))
		return unknown_workload(name, err);
	path = data_path("workloads", name);
	if (access(path, F_OK) < 0)
		return unknown_workload(name, err);
	return load_file(path, err);
}

struct workload *workload_load(const char *name, struct error *err)
{
	return workload_load_from(name, NULL, err);
}
