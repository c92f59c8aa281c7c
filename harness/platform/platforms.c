/* platforms.c - the table of platforms, and the wrappers through which all others call them: they keep the
 * order of calls, so that no platform has to. To add a platform: one file, one line here (README.md). */
#include "platform.h"

#include <string.h>

extern const struct platform platform_host, platform_container, platform_docker, platform_vm;

const struct platform *const platforms[] = {
	&platform_host,
	&platform_container,
	&platform_docker,
	&platform_vm,
	NULL,
};

const struct platform *platform_find(const char *name)
{
	for (size_t n = 0; platforms[n]; n++)
		if (strcmp(platforms[n]->name, name) == 0)
			return platforms[n];
	return NULL;
}

static int out_of_order(
	const struct stage *s, const char *call, const char *rule, struct error *err)
{
	return error_set(err, EXIT_INTERNAL, "arm %s: %s called out of order, expected %s",
		s->arm->name, call, rule);
}

int platform_check_arm(const struct arm *a, const struct run_options *o, struct error *err)
{
	if (a->platform->check_arm && a->platform->check_arm(a, o, err) < 0)
		return error_wrap(err, "arm %s", a->name);
	return 0;
}

int platform_open(struct stage *s, struct error *err)
{
	if (s->opened)
		return out_of_order(s, "open", "a stage that is not open", err);
	if (s->arm->platform->open && s->arm->platform->open(s, err) < 0)
		return -1;
	s->opened = true;
	return 0;
}

int platform_describe(struct stage *s, json_t *object, struct error *err)
{
	if (!s->opened)
		return out_of_order(s, "describe", "an open stage", err);
	return s->arm->platform->describe ? s->arm->platform->describe(s, object, err) : 0;
}

int platform_prepare(struct stage *s, struct instance *i, struct error *err)
{
	if (!s->opened || i->phase != INSTANCE_EMPTY)
		return out_of_order(s, "prepare", "an open stage and an empty instance", err);
	/* Also when it fails: what it made until then is stop's to undo. */
	i->phase = INSTANCE_PREPARED;
	return s->arm->platform->prepare(s, i, err);
}

int platform_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	if (!s->opened || i->phase != INSTANCE_PREPARED)
		return out_of_order(s, "start", "a prepared instance", err);
	i->phase = INSTANCE_STARTED;
	return s->arm->platform->start(s, i, deadline, err);
}

int platform_stop(struct stage *s, struct instance *i, struct error *err)
{
	if (i->phase == INSTANCE_EMPTY || i->phase == INSTANCE_STOPPED)
		return 0;
	if (!s->opened)
		return out_of_order(s, "stop", "an open stage", err);
	if (s->arm->platform->stop(s, i, err) < 0)
		return -1;
	i->phase = INSTANCE_STOPPED;
	return 0;
}

char *platform_tail(struct stage *s, struct instance *i)
{
	if (!s->opened || i->phase == INSTANCE_EMPTY || !s->arm->platform->tail)
		return NULL;
	return s->arm->platform->tail(s, i);
}

void platform_close(struct stage *s)
{
	if (s->opened && s->arm->platform->close)
		s->arm->platform->close(s);
	s->opened = false;
}
