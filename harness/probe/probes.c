/* probes.c - the visible list of probes. To add one: a file with a const table, a line here. */
#include "probes.h"

#include <string.h>

const struct probe *const probes[] = {
	&probe_memory,
	&probe_processes,
	&probe_boot,
	&probe_network,
	/* the argument's experiments: last, for they touch what the others weigh */
	&probe_kernels,
	&probe_identity,
	&probe_modules,
	&probe_address,
	&probe_virtual32,
	&probe_runtime,
	&probe_virtual,
	NULL,
};

int probe_find(const char *name)
{
	for (int i = 0; probes[i]; i++)
		if (!strcmp(probes[i]->name, name))
			return i;
	return -1;
}
