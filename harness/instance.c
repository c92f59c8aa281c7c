/* instance.c - the empty instance. */
#include "instance.h"

#include <stdio.h>

void instance_init(struct instance *i, const char *name, unsigned index)
{
	*i = (struct instance){.index = index, .pidfd = -1, .agent = AGENT_INIT};
	snprintf(i->name, sizeof(i->name), "%s", name);
}
