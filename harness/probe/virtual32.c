/* virtual32.c - what a 32-bit process is told, gets and uses: the agent of the first instance runs a payload that maps
 * until it is refused. */
#include "probes.h"

#include "util.h"

static int virtual32_measure(struct measurement *m, unsigned slot, struct error *err)
{
	static const struct {
		enum metric_id id;
		const char *key;
	} rows[] = {{VIRTUAL32_GRANTED, "granted"}, {VIRTUAL32_TOUCHED, "touched"},
		{VIRTUAL32_RESIDENT, "resident"}};
	struct instance *i = m->instances;
	cleanup_free char *refused = NULL;
	struct agent_reply reply;
	uint64_t value[ARRAY_SIZE(rows)];

	(void)slot;
	if (!probe_can_ask(m, &probe_virtual32))
		return 0;
	if (agent_call(&i->agent, &reply, probe_deadline(i), err, "virtual32") < 0)
		return probe_failed(m, &probe_virtual32, err);
	refused = agent_field_text(&reply, "refused");
	if (refused) {
		probe_say(m, &probe_virtual32, SAMPLE_SKIPPED, "%s", refused);
		return 0;
	}
	for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
		if (agent_field(&reply, rows[k].key, 1ull << 32, &value[k], err) < 0)
			return probe_failed(m, &probe_virtual32, err);
	measured(m, VIRTUAL32_TOLD, (double)(1ull << 32), 0);
	for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
		measured(m, rows[k].id, (double)value[k], 0);
	return 0;
}

const struct probe probe_virtual32 = {
	.name = "virtual32",
	.help = "a 32-bit process maps until it is refused: told, granted, resident",
	.optional = true,
	.seconds = 0.5,
	.first = VIRTUAL32_TOLD,
	.last = VIRTUAL32_RESIDENT,
	.measure = virtual32_measure,
};
