/* modules.c - what only a kernel of its own allows: loading a module, running another release. Into a machine's own
 * kernel a real module is loaded and taken out again; elsewhere the kernel is the host's, and the agent only asks for
 * the right to, with an image that no kernel accepts (workloads/try-module.c). */
#include "probes.h"

#include "guest-kernel.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#define MODULE_MAX (4u << 20)
#define CHUNK 1900 /* bytes a line of the wire carries as hex digits */

/* What the guest may not have loaded yet, as its kernel's package has them. */
static const char *const candidates[] = {
	"virtio_blk", "vmxnet3", "vmw_pvscsi", "dummy", "e1000", NULL};

static int send_image(
	struct instance *i, const unsigned char *image, size_t size, struct error *err)
{
	if (agent_call(&i->agent, NULL, probe_deadline(i), err, "blob") < 0)
		return -1;
	for (size_t at = 0; at < size; at += CHUNK) {
		size_t n = size - at < CHUNK ? size - at : CHUNK;
		char hex[2 * CHUNK + 1];

		for (size_t k = 0; k < n; k++)
			sprintf(hex + 2 * k, "%02x", image[at + k]);
		if (agent_call(&i->agent, NULL, probe_deadline(i), err, "blob hex=%s", hex) < 0)
			return -1;
	}
	return 0;
}

struct outcome {
	uint64_t loaded, errnum;
	char *error; /* owned */
	const char *module;
};

static int ask(struct instance *i, const char *name, struct outcome *o, struct error *err)
{
	struct agent_reply reply;

	if (agent_call(&i->agent, &reply, probe_deadline(i), err, "module%s%s",
		    name ? " name=" : "", name ? name : "") < 0 ||
		agent_field(&reply, "loaded", 1, &o->loaded, err) < 0 ||
		agent_field(&reply, "errno", 4096, &o->errnum, err) < 0)
		return -1;
	free(o->error);
	o->error = agent_field_text(&reply, "error");
	return 0;
}

/* The module's file in the cache of guest kernels; NULL. What it needs is taken as loaded: the guest's devices use it. */
static unsigned char *read_module(const char *release, const char *name, size_t *size)
{
	cleanup_free char *cache = cache_folder();
	struct guest_kernel k = {.release = xstrdup(release),
		.folder = xasprintf("%s/kernel-%s/lib/modules/%s", cache, release, release)};
	const char *one[] = {name, NULL};
	struct error ignored = ERROR_INIT;
	unsigned char *image = NULL;
	size_t n = 0;

	if (!strchr(release, '/') && guest_kernel_add_modules(&k, one, &ignored) == 0) {
		while (k.modules && k.modules[n])
			n++;
		if (n && strlen(k.modules[n - 1]) > 3 &&
			!strcmp(k.modules[n - 1] + strlen(k.modules[n - 1]) - 3, ".ko"))
			image = (unsigned char *)read_file_at(
				AT_FDCWD, k.modules[n - 1], MODULE_MAX, size);
	}
	guest_kernel_free(&k);
	return image;
}

/* 0 with o->module set when one could be tried: loaded, or refused for another reason than that it is there, or that
 * it lacks what it needs. 1 when there was none to try. */
static int try_real(struct instance *i, const char *release, struct outcome *o, struct error *err)
{
	for (size_t c = 0; candidates[c]; c++) {
		cleanup_free unsigned char *image = NULL;
		size_t size = 0;

		image = read_module(release, candidates[c], &size);
		if (!image)
			continue;
		if (send_image(i, image, size, err) < 0 || ask(i, candidates[c], o, err) < 0)
			return -1;
		if (o->errnum == EEXIST || o->errnum == ENOENT)
			continue;
		o->module = candidates[c];
		return 0;
	}
	return 1;
}

static void report_loaded(struct measurement *m, const struct instance *i, const struct outcome *o)
{
	if (!i->own_kernel && (o->errnum == ENOEXEC || o->loaded)) {
		not_measured(m, KERNEL_MODULE_LOADED, SAMPLE_SKIPPED,
			"it may load modules into the host's kernel: that it would was asked with an image that is none, a real one was not tried");
		return;
	}
	measured(m, KERNEL_MODULE_LOADED, (double)o->loaded, 0);
}

static int modules_measure(struct measurement *m, unsigned slot, struct error *err)
{
	struct instance *i = m->instances;
	cleanup_free char *release = NULL;
	struct outcome o = {0};
	struct agent_reply reply;
	struct utsname host;
	int rc;

	(void)slot;
	if (!probe_can_ask(m, &probe_modules))
		return 0;
	uname(&host);
	if (agent_call(&i->agent, &reply, probe_deadline(i), err, "identity") < 0)
		return probe_failed(m, &probe_modules, err);
	release = agent_field_text(&reply, "kernel");
	if (!release) {
		error_set(err, EXIT_ARM, "agent: identity: kernel is missing");
		return probe_failed(m, &probe_modules, err);
	}
	measured(m, KERNEL_OWN_RELEASE, strcmp(release, host.release) != 0, 0);
	rc = i->own_kernel ? try_real(i, release, &o, err) : ask(i, NULL, &o, err);
	if (rc == 0) {
		report_loaded(m, i, &o);
		evidence_add(m, "modules",
			json_pack("{s:s, s:s, s:s?, s:b, s:s?}", "release", release, "host_release",
				host.release, "module", o.module, "loaded", (int)o.loaded, "error",
				o.error));
	} else if (rc > 0) {
		not_measured(m, KERNEL_MODULE_LOADED, SAMPLE_SKIPPED,
			"no module for kernel %.64s in the cache that it has not loaded", release);
	}
	free(o.error);
	return rc < 0 ? probe_failed(m, &probe_modules, err) : 0;
}

const struct probe probe_modules = {
	.name = "modules",
	.help = "whether it can load a kernel module, and whether its kernel's release is the host's",
	.optional = true,
	.seconds = 0.5,
	.first = KERNEL_MODULE_LOADED,
	.last = KERNEL_OWN_RELEASE,
	.measure = modules_measure,
};
