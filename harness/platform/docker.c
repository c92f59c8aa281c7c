/* docker.c - platform "docker": a container of a Docker Engine, over its API. The table is at the end; an option more
 * is a line in options[] and its use in docker_open_stage() or docker-container.c. */
#include "docker.h"

#include "image.h"
#include "json.h"
#include "util.h"

#include <errno.h>
#include <string.h>

#define IMPORT_TIME (120 * NSEC_PER_SEC)

static const char *const engines[] = {"auto", "private", NULL};

static const struct option_spec options[] = {
	{"engine", OPTION_CHOICE, engines, "auto",
		"auto: the one DOCKER_HOST names, else the host's, else a private one in the lab; or always a private one"},
	{"runtime", OPTION_STRING, NULL, NULL,
		"OCI runtime that the engine knows (runc, crun, runsc, kata); standard: the engine's own choice"},
	{"image", OPTION_CHOICE, system_image_choices, "minimal",
		"minimal: nothing but the workload; debian: the workload in a Debian's files, sent to the engine as one layer"},
	{"pids", OPTION_STRING, NULL, "512", "most processes and threads"},
	{"cpus", OPTION_STRING, NULL, "1",
		"how many CPUs; more than in the other arms must be declared in the plan"},
	{.name = NULL},
};

static int docker_check(const struct run_options *o, struct error *err)
{
	(void)o;
	return docker_engine_check(err) < 0 ? -1 : local_check("docker", err);
}

static void remove_image(struct docker_stage *d)
{
	cleanup_free char *name = d->image ? docker_escape(d->image) : NULL;
	cleanup_free char *path = name ? xasprintf("/images/%s?force=1", name) : NULL;
	const struct docker_request r = {.method = "DELETE", .path = path, .also = 404};
	struct error ignored = ERROR_INIT;

	/* What stays because of an error is in the ledger. */
	if (path)
		docker_call(d->engine->api, &r, NULL, now_ns() + DOCKER_CALL_TIME, &ignored);
}

static void docker_close_stage(struct stage *s)
{
	struct docker_stage *d = s->data;

	if (!d)
		return;
	if (d->engine)
		remove_image(d);
	docker_engine_close(d->engine);
	local_close(&d->local);
	json_decref(d->created);
	system_image_free(&d->base);
	free(d->image);
	free(d->runtime);
	free(d->runtime_path);
	free(d->shim_path);
	free(d);
	s->data = NULL;
	s->fixed = NULL;
}

static bool is_podman(const struct docker_engine *e)
{
	return strncmp(e->api->engine, "Podman", 6) == 0;
}

static int choose_runtime(struct stage *s, struct docker_stage *d, struct error *err)
{
	const json_t *info = d->engine->info;
	const char *wish = option_text(s, "runtime");
	const char *own = json_string_value(json_object_get(info, "DefaultRuntime"));
	const char *name = wish && *wish ? wish : own ? own : "runc";
	cleanup_free char *known = NULL;
	const char *path = NULL;
	char safe[SAFE_TEXT_SIZE];

	if (docker_find_runtime(info, name, &known, &path) < 0)
		return error_set(err, EXIT_PREREQUISITE,
			"docker: runtime, got %s, expected one that the engine knows: %s",
			safe_text(name, safe), *known ? known : "none");
	/* Podman's service takes the request and starts its own all the same. */
	if (is_podman(d->engine) && own && strcmp(own, name) != 0)
		return error_set(err, EXIT_PREREQUISITE,
			"docker: runtime, got %s, expected %s: Podman's service starts every container with its own; start it with: podman --runtime %s system service",
			safe_text(name, safe), own, safe);
	d->runtime = xstrdup(name);
	d->runtime_path = docker_program(path && *path ? path : name);
	d->shim_path = docker_program(is_podman(d->engine) ? "conmon" : "containerd-shim-runc-v2");
	return 0;
}

static int choose_image(struct stage *s, struct docker_stage *d, struct error *err)
{
	const char *image = option_text(s, "image");

	if (!image || !strcmp(image, "minimal"))
		return 0;
	if (system_image_find(image, &d->base, err) < 0)
		return -1;
	d->local.base = d->base.tree;
	return 0;
}

/* From the same tree as in the arm "container", as a tar. */
static int import_image(struct stage *s, struct docker_stage *d, struct error *err)
{
	cleanup_free char *tar = xasprintf("%s.tar", d->local.tree);
	/* No tag of its own: Podman 4 does not take one here. */
	cleanup_free char *repo = xasprintf(
		"tare-%s/%.16s-%zu", s->lab->id, d->local.sha256, (size_t)(s->arm - s->plan->arms));
	cleanup_free char *escaped = docker_escape(repo);
	cleanup_free char *path = xasprintf("/images/create?fromSrc=-&repo=%s&tag=latest", escaped);
	const struct docker_request r = {
		.method = "POST", .path = path, .file = tar, .stream = true};
	cleanup_free char *line = NULL;
	cleanup_json json_t *answer = NULL;
	int rc;

	d->image = xasprintf("%s:latest", repo);
	line = xasprintf("%s %s", d->engine->api->socket, d->image);
	if (!d->engine->private && ledger_intent(s->lab->ledger, "image", line, err) < 0)
		return -1;
	if (image_archive(d->local.tree, d->local.base, tar, err) < 0)
		return -1;
	rc = docker_call(d->engine->api, &r, &answer, now_ns() + IMPORT_TIME, err);
	/* Of the lab's memory. */
	unlink(tar);
	return rc < 0 ? -1 : 0;
}

static int docker_open_stage(struct stage *s, struct error *err)
{
	struct docker_stage *d = xcalloc(1, sizeof(*d));
	const char *engine = option_text(s, "engine");

	s->data = d;
	d->engine = docker_engine_open(s, engine && !strcmp(engine, "private"), err);
	if (d->engine && choose_runtime(s, d, err) == 0 && choose_image(s, d, err) == 0 &&
		local_open(s, &d->local, err) == 0 && import_image(s, d, err) == 0) {
		s->fixed = d->engine->cgroup;
		s->fixed_outside = !d->engine->private;
		if (!d->engine->private)
			s->fixed_unknown =
				"the engine runs outside the lab: what of it serves these instances cannot be told";
		return 0;
	}
	docker_close_stage(s);
	return -1;
}

static const char *text_of(const json_t *info, const char *key)
{
	const char *text = json_string_value(json_object_get(info, key));

	return text ? text : "unknown";
}

static int docker_describe(struct stage *s, json_t *object, struct error *err)
{
	const struct docker_stage *d = s->data;
	const struct docker_engine *e = d->engine;
	cleanup_free char *api = xasprintf("1.%u", e->api->minor);
	const struct docker_wanted example = {.image = d->image,
		.runtime = d->runtime,
		.hostname = "NAME",
		.cgroup = "/RUN/NAME",
		.socket = "SOCKET",
		.address = e->private ? "ADDRESS" : "",
		.limits = &d->local.limits,
		.nproc_soft = -1,
		.nproc_hard = -1};
	cleanup_json json_t *request =
		d->created ? json_incref(d->created) : docker_container_json(&example);
	json_t *facts = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s, s:s, s:s, s:O*, s:s, s:s, s:s, s:s, s:s, s:O*}",
		"engine_version", e->api->engine, "engine_place",
		e->private ? "private, in the lab" : "outside the lab", "engine_reason", e->why,
		"engine_socket", e->api->socket, "api", api, "runtime_used", d->runtime,
		"runtime_program", d->runtime_path, "shim_program", d->shim_path, "storage_driver",
		text_of(e->info, "Driver"), "cgroup_driver", text_of(e->info, "CgroupDriver"),
		"image", d->image, "security_options", json_object_get(e->info, "SecurityOptions"),
		"network",
		e->private
			? "veth on the lab's bridge, made by the engine"
			: "the engine's own bridge and NAT in the host's network, out of the lab's reach",
		"root", "read-only image, tmpfs on /tmp, all else the engine's defaults", "clock",
		"from POST /containers/ID/start; image, network and POST /containers/create come before",
		"spawn_event", "PID 1 opens its control channel", "shim",
		"PID 1's parent, moved into the instance's group once it runs: what it was charged with before stays with the engine",
		"container_request", request);

	if (facts && d->base.name)
		json_object_update_new(facts,
			json_pack("{s:s, s:s}", "image_files", d->base.folder, "image_sha256",
				d->base.hash));
	if (!facts || json_object_update_new(object, facts) < 0)
		return error_set(err, EXIT_INTERNAL, "arm %s: cannot describe it", s->arm->name);
	return local_describe(s, &d->local, object, err);
}

extern const struct platform platform_docker;
const struct platform platform_docker = {
	.name = "docker",
	.help = "a container of a Docker Engine (or Podman's compatible service), over its API",
	.options = options,
	.estimate = 0.7,
	.estimate_emulated = 0.7,
	.check = docker_check,
	.check_arm = local_check_arm,
	.open = docker_open_stage,
	.describe = docker_describe,
	.prepare = docker_prepare,
	.start = docker_start,
	.stop = docker_stop,
	.close = docker_close_stage,
};
