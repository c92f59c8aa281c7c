/* docker-container.c - what is asked of the engine for one container: the limits of the arm "container", and else
 * the engine's own defaults (capabilities, system call filter), as its user has them. Pure. */
#include "docker.h"

#include "util.h"
#include "wire.h"

#include <string.h>

/* The limits of every arm (spawn-child.c); -1 = none. */
static const struct {
	const char *name;
	json_int_t soft, hard;
} ulimits[] = {
	{"nofile", 1024, 1024},
	{"core", 0, 0},
	{"stack", 8 << 20, -1},
	{"memlock", 64 << 10, 64 << 10},
	{"fsize", -1, -1},
};

/* The number of processes is the harness's own limit, as in every arm: Podman would raise it. */
static json_t *limits_json(const struct docker_wanted *w)
{
	json_t *list = json_pack(
		"[{s:s, s:I, s:I}]", "Name", "nproc", "Soft", w->nproc_soft, "Hard", w->nproc_hard);

	for (size_t i = 0; i < ARRAY_SIZE(ulimits); i++)
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I}", "Name", ulimits[i].name, "Soft",
				ulimits[i].soft, "Hard", ulimits[i].hard));
	return list;
}

static json_t *host_json(const struct docker_wanted *w)
{
	json_int_t memory = (json_int_t)w->limits->memory;

	return json_pack(
		"{s:s, s:I, s:I, s:s, s:i, s:b, s:{s:s}, s:o, s:{s:s}, s:[{s:s, s:s, s:s}], s:s*, s:s*}",
		"CgroupParent", w->cgroup, "Memory", memory, "MemorySwap", memory, "CpusetCpus",
		w->limits->cpus, "PidsLimit", (int)w->limits->pids, "ReadonlyRootfs", 1, "Tmpfs",
		"/tmp", "rw,nosuid,nodev,mode=1777", "Ulimits", limits_json(w), "LogConfig", "Type",
		"none", "Mounts", "Type", "bind", "Source", w->socket, "Target", WIRE_SOCKET,
		"Runtime", w->runtime, "NetworkMode", *w->address ? DOCKER_NETWORK : NULL);
}

json_t *docker_container_json(const struct docker_wanted *w)
{
	json_t *o = json_pack("{s:s, s:s, s:[], s:[s], s:s, s:b, s:b, s:b, s:o}", "Image", w->image,
		"Hostname", w->hostname, "Entrypoint", "Cmd", "/tare/agent", "WorkingDir", "/",
		"AttachStdout", 0, "AttachStderr", 0, "Tty", 0, "HostConfig", host_json(w));

	if (o && *w->address)
		json_object_set_new(o, "NetworkingConfig",
			json_pack("{s:{s:{s:{s:s}}}}", "EndpointsConfig", DOCKER_NETWORK,
				"IPAMConfig", "IPv4Address", w->address));
	return o;
}
