/* idle: a process that only exists. */
#include "inside.h"

static void run(const struct verb_call *c)
{
	verb_ready(c);
	verb_pause();
}

const struct verb verb_idle = {.name = "idle", .keys = "", .run = run};
