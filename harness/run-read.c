/* run-read.c - a run's folder opened again and its run.json checked. A new key that readers rely on is checked
 * in check_run(). */
#include "json.h"
#include "run-folder.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int check_key(
	const json_t *run, const char *key, json_type type, const char *rule, struct error *err)
{
	const json_t *v = json_object_get(run, key);

	if (!v)
		return json_fail(err, "run.json", key, "missing", NULL, "%s", rule);
	if (json_typeof(v) != type)
		return json_fail(err, "run.json", key, "wrong type", v, "%s", rule);
	return 0;
}

static int check_arms(const json_t *arms, struct error *err)
{
	const char *name;
	json_t *arm;

	json_object_foreach ((json_t *)arms, name, arm) {
		if (!name_is_valid(name))
			return json_fail(err, "run.json", "arms", "not a name", NULL,
				"arms by names of 1 to 64 letters, digits or \"_.+-\"");
		if (!json_is_object(arm))
			return json_fail(
				err, "run.json: arms", name, "wrong type", arm, "an object");
		if (!json_is_string(json_object_get(arm, "platform")))
			return json_fail(err, "run.json: arms", name, "without a platform", NULL,
				"a text in \"platform\"");
	}
	return 0;
}

/* What report, compare and export rely on. Keys that later versions add are no error. */
static int check_run(const json_t *run, struct error *err)
{
	const char *id;
	const json_t *seed = json_object_get(run, "seed");

	if (json_need_schema(run, "tare/run/1", "run.json", err) < 0 ||
		check_key(run, "id", JSON_STRING, "16 hex digits", err) < 0 ||
		check_key(run, "started", JSON_STRING, "a time in UTC", err) < 0 ||
		check_key(run, "plan", JSON_OBJECT, "an object", err) < 0 ||
		check_key(run, "host", JSON_OBJECT, "an object", err) < 0 ||
		check_key(run, "arms", JSON_OBJECT, "an object", err) < 0 ||
		check_arms(json_object_get(run, "arms"), err) < 0)
		return -1;
	id = json_string_value(json_object_get(run, "id"));
	if (strlen(id) != 16 || strspn(id, "0123456789abcdef") != 16)
		return json_fail(err, "run.json", "id", "not an id", json_object_get(run, "id"),
			"16 hex digits");
	if (!json_is_integer(seed) && !json_is_string(seed))
		return json_fail(err, "run.json", "seed", seed ? "wrong type" : "missing", seed,
			"a whole number or its digits");
	return 0;
}

int run_folder_open(const char *path, struct run_folder *out, json_t **run, struct error *err)
{
	struct run_folder f = {.dirfd = -1};
	char safe[SAFE_TEXT_SIZE];
	json_t *json;

	f.dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f.dirfd < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: cannot be opened as a run's folder",
			safe_text(path, safe));
	json = json_read_object(f.dirfd, "run.json", JSON_MAX_SIZE, "run.json", err);
	if (!json || check_run(json, err) < 0) {
		error_wrap(err, "%s", safe_text(path, safe));
		json_decref(json);
		run_folder_close(&f);
		return -1;
	}
	f.path = realpath(path, NULL);
	if (!f.path)
		f.path = xstrdup(path);
	memcpy(f.id, json_string_value(json_object_get(json, "id")), sizeof(f.id));
	*out = f;
	*run = json;
	return 0;
}
