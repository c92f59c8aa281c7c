/* resume.c - a run that was cut is read back and finished. What must be unchanged: checked_texts[]. */
#include "run.h"

#include "json.h"
#include "sha256.h"
#include "util.h"

#include <fcntl.h>
#include <string.h>

static void add_json(struct sha256 *h, const json_t *value)
{
	cleanup_free char *text =
		json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	if (text)
		sha256_add(h, text, strlen(text) + 1);
}

void json_sha256(const json_t *value, char hex[65])
{
	struct sha256 h;

	sha256_init(&h);
	add_json(&h, value);
	sha256_end(&h, hex);
}

void plan_sha256(const struct plan *p, char hex[65])
{
	struct sha256 h;

	sha256_init(&h);
	add_json(&h, p->json);
	for (size_t i = 0; i < p->n_workloads; i++)
		add_json(&h, p->workloads[i]->json);
	for (size_t i = 0; i < p->n_arms; i++)
		if (p->arms[i].against)
			add_json(&h, p->arms[i].options);
	for (size_t i = 0; p->second_workloads && i < p->n_workloads; i++)
		if (p->second_workloads[i])
			add_json(&h, p->second_workloads[i]->json);
	sha256_end(&h, hex);
}

int file_sha256(const char *path, char hex[65])
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	static char block[1 << 16];
	struct sha256 h;
	ssize_t n = -1;

	sha256_init(&h);
	while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
		sha256_add(&h, block, (size_t)n);
	if (n < 0)
		return -1;
	sha256_end(&h, hex);
	return 0;
}

/* The plan as run.json keeps it: canonical, so that reading it gives the same one. */
static struct plan *plan_again(const json_t *run, struct error *err)
{
	cleanup_free char *text = json_dumps(json_object_get(run, "plan"), 0);

	if (text)
		return plan_parse(text, strlen(text), "run.json: plan", NULL, err);
	error_set(err, EXIT_USAGE, "run.json: plan: cannot be read again");
	return NULL;
}

static int read_options(struct resume *z, struct error *err)
{
	const json_t *options = NULL;
	const char *connect = NULL, *accel = "auto";

	if (json_get_object(z->json, "options", &options, "run.json", err) < 0)
		return -1;
	if (!options)
		return error_set(err, EXIT_USAGE,
			"run.json: options: missing, expected a run of this version; it cannot be resumed");
	if (!json_is_null(json_object_get(options, "connect")) &&
		json_get_text(options, "connect", &connect, "run.json: options", err) < 0)
		return -1;
	if (json_get_text(options, "accel", &accel, "run.json: options", err) < 0)
		return -1;
	z->connect = connect ? xstrdup(connect) : NULL;
	z->accel = xstrdup(accel);
	return 0;
}

static int read_samples(struct resume *z, struct error *err)
{
	z->has_samples =
		faccessat(z->folder.dirfd, "samples.jsonl", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return z->has_samples ? sample_set_read(z->folder.dirfd, &z->set, err) : 0;
}

int resume_open(const char *path, struct resume *out, struct error *err)
{
	struct resume z = {.folder = {.dirfd = -1}};
	struct schedule s;

	if (run_folder_open(path, &z.folder, &z.json, err) < 0)
		return -1;
	if (read_options(&z, err) == 0 && read_samples(&z, err) == 0)
		z.plan = plan_again(z.json, err);
	/* now rather than after the arms are set up */
	if (z.plan && schedule_init(&s, z.plan, &z.set, err) == 0) {
		schedule_free(&s);
		*out = z;
		return 0;
	}
	resume_close(&z);
	return -1;
}

void resume_close(struct resume *z)
{
	run_folder_close(&z->folder);
	json_decref(z->json);
	sample_set_free(&z->set);
	plan_free(z->plan);
	free(z->connect);
	free(z->accel);
	*z = (struct resume){.folder = {.dirfd = -1}};
}

static const struct {
	const char *object, *key, *is;
} checked[] = {
	{NULL, "plan_sha256", "the plan or a workload"},
	{"host", "fingerprint", "the host (or its accelerator)"},
	{"host", "kernel", "the host's kernel"}, {NULL, "agent_sha256", "the agent"},
	{NULL, "payload_sha256", "the payload"},
	{NULL, "payload_sha256_new", "the payload of the second side"}, /* only with two sides */
};

static const json_t *value_at(const json_t *run, size_t i)
{
	if (checked[i].object)
		run = json_object_get(run, checked[i].object);
	return json_object_get(run, checked[i].key);
}

/* Short enough for a message. */
static void shown(const json_t *value, char out[SAFE_TEXT_SIZE])
{
	cleanup_free char *text =
		value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : xstrdup("nothing");

	safe_text(text ? text : "", out);
}

static int changed(const char *what, const json_t *was, const json_t *is, struct error *err)
{
	char old[SAFE_TEXT_SIZE], new[SAFE_TEXT_SIZE];

	shown(was, old);
	shown(is, new);
	return error_set(err, EXIT_USAGE,
		"--resume: %s has changed, got %s, expected %s as when the run began; start a new run",
		what, new, old);
}

/* What an arm was: its machine, where it has one of its own. */
static int check_arm(const char *name, const json_t *was, const json_t *is, struct error *err)
{
	static const char *const keys[] = {"accelerator", "emulator", "firmware", "kernel_release",
		"kernel_command_line", "ram", "userns", "seccomp_instructions"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *a = json_object_get(was, keys[i]), *b = json_object_get(is, keys[i]);
		cleanup_free char *what = NULL;

		if (!a || json_equal(a, b))
			continue;
		what = xasprintf("arm %s: %s", name, keys[i]);
		return changed(what, a, b, err);
	}
	return 0;
}

int resume_check(const struct resume *z, const json_t *now, struct error *err)
{
	const json_t *tools = json_object_get(json_object_get(z->json, "host"), "tools");
	const json_t *arms = json_object_get(now, "arms");
	const json_t *qemu = json_object_get(tools, "qemu"), *arm, *qemu_now;
	const char *name;

	for (size_t i = 0; i < ARRAY_SIZE(checked); i++) {
		const json_t *a = value_at(z->json, i), *b = value_at(now, i);

		if (!(a ? json_equal(a, b) : !b))
			return changed(checked[i].is, a, b, err);
	}
	tools = json_object_get(json_object_get(now, "host"), "tools");
	qemu_now = json_object_get(tools, "qemu");
	if (qemu && !json_equal(qemu, qemu_now))
		return changed("QEMU", qemu, qemu_now, err);
	json_object_foreach (json_object_get(z->json, "arms"), name, arm)
		if (check_arm(name, arm, json_object_get(arms, name), err) < 0)
			return -1;
	return 0;
}
