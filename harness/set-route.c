/* set-route.c - the way of a set's traffic: native ends, a partner instance, the lab's NAT; all of it only while the
 * probes use it, so that memory, counts and boot are those of the set alone. */
#include "set.h"

#include "util.h"
#include "wait.h"

#define HELLO_SECONDS 30.0

/* A second instance of the arm, as it is with the set's own. */
static int start_partner(struct set *s, struct error *err)
{
	struct instance *p = &s->partner;
	char name[32];

	snprintf(name, sizeof(name), "%.28s-p", s->instances[0].name);
	instance_init(p, name, 1);
	p->memory_limit = s->instances[0].memory_limit;
	p->partner = true;
	s->has_partner = true;
	if (platform_prepare(s->stage, p, err) < 0 || set_start_one(s, p, err) < 0 ||
		set_make_ready(s, p, err) < 0)
		return error_wrap(err, "path: the partner");
	s->route.partner = p;
	s->route.far = &p->agent;
	s->route.far_address = p->address;
	s->route.far_cgroup = p->cgroup;
	return 0;
}

static int start_native(struct set *s, struct native *n, int netns, struct error *err)
{
	return native_start(
		n, s->stage->agent_path, &s->m.peer, netns, set_deadline(s, HELLO_SECONDS), err);
}

static int open_route(struct set *s, struct error *err)
{
	s->route = (struct route){.path = arm_path(s->trial->arm),
		.near = &s->near.agent,
		.far = &s->near.agent,
		.far_address = LAB_GATEWAY,
		.far_cgroup = s->m.peer.cgroup};
	if (s->route.path != PATH_PEER &&
		lab_path_open(&s->path, s->route.path == PATH_NAT, err) < 0)
		return -1;
	if (start_native(s, &s->near, -1, err) < 0)
		return -1;
	if (s->route.path == PATH_PAIR)
		return start_partner(s, err);
	if (s->route.path == PATH_PEER)
		return 0;
	s->route.far = &s->outside.agent;
	s->route.far_address = LAB_OUTSIDE_ADDRESS;
	return start_native(s, &s->outside, s->path.outside, err);
}

/* After a failure the partner stays for its last words: set_stop() ends it. */
static int close_route(struct set *s, bool failed, struct error *err)
{
	int rc = 0;

	s->m.route = NULL;
	native_stop(&s->near);
	native_stop(&s->outside);
	if (s->has_partner && !failed) {
		rc = platform_stop(s->stage, &s->partner, err);
		s->has_partner = rc < 0;
	}
	lab_path_close(&s->path);
	return rc;
}

int set_measure_path(struct set *s, struct error *err)
{
	int network = probe_find("network"), rc = 0;
	struct error end = ERROR_INIT;

	s->near = s->outside = (struct native)NATIVE_INIT;
	s->path = (struct lab_path)LAB_PATH_INIT;
	/* Nobody would use it. */
	if (network >= 0 && plan_probes(s->run->plan, s->m.probes, (unsigned)network) &&
		s->n == 1 && s->instances[0].address[0]) {
		rc = open_route(s, err);
		s->m.route = &s->route;
	}
	if (rc == 0)
		rc = probes_step(&s->m, PROBE_PATH, err);
	interrupt_enable(0);
	if (close_route(s, rc < 0, &end) < 0)
		rc = error_set(err, end.code, "%s", end.text);
	interrupt_enable(1);
	return rc;
}
