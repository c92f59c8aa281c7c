/* A plan as a user writes it; what is accepted is expanded to trials when they are few. */
#include "fuzz.h"

#include "plan.h"

#define TRIALS_MAX 10000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct plan *p = plan_parse((const char *)data, size, "plan.json", NULL, &err);

	fuzz_check_error(!p, &err);
	if (p &&
		(p->blocks + p->warmup) * p->n_arms * p->n_workloads * p->n_instances <
			TRIALS_MAX) {
		size_t n;

		free(plan_trials(p, &n));
	}
	plan_free(p);
	return 0;
}
