/* address.c - one virtual address, a value of each process: in every instance two processes write at the same address,
 * and when all of the set have written, each reads. A process whose word is not its own reads another's. The control
 * gives the two of an instance the same memory there, which must be found. */
#include "probes.h"

#include "util.h"

static json_t *row(size_t instance, int process, uint64_t wrote, uint64_t is)
{
	return json_pack("{s:i, s:i, s:I, s:I}", "instance", (int)instance, "process", process,
		"wrote", (json_int_t)wrote, "read", (json_int_t)is);
}

/* Every value in the set is another one. */
static int begin_all(struct measurement *m, bool shared, struct error *err)
{
	for (size_t i = 0; i < m->n; i++) {
		struct instance *inst = &m->instances[i];

		if (agent_call(&inst->agent, NULL, probe_deadline(inst), err,
			    "address step=begin value=%zu shared=%d", 2 * i + 1, shared) < 0)
			return -1;
	}
	return 0;
}

static int read_all(
	struct measurement *m, json_t *rows, char **address, uint64_t *foreign, struct error *err)
{
	static const char *const wrote_keys[] = {"wrote0", "wrote1"};
	static const char *const read_keys[] = {"read0", "read1"};

	for (size_t i = 0; i < m->n; i++) {
		struct instance *inst = &m->instances[i];
		struct agent_reply reply;

		if (agent_call(&inst->agent, &reply, probe_deadline(inst), err,
			    "address step=read") < 0)
			return -1;
		if (!*address)
			*address = agent_field_text(&reply, "address");
		for (int p = 0; p < 2; p++) {
			uint64_t wrote, is;

			if (agent_field(&reply, wrote_keys[p], UINT64_MAX, &wrote, err) < 0 ||
				agent_field(&reply, read_keys[p], UINT64_MAX, &is, err) < 0)
				return -1;
			*foreign += is != 2 * i + 1 + (uint64_t)p;
			json_array_append_new(rows, row(i, p, wrote, is));
		}
	}
	return 0;
}

static int end_all(struct measurement *m, struct error *err)
{
	for (size_t i = 0; i < m->n; i++)
		if (agent_call(&m->instances[i].agent, NULL, probe_deadline(&m->instances[i]), err,
			    "address step=end") < 0)
			return -1;
	return 0;
}

static int address_measure(struct measurement *m, unsigned slot, struct error *err)
{
	cleanup_free char *address = NULL;
	json_t *own = json_array(), *shared = json_array();
	uint64_t foreign = 0, control = 0;
	int rc = 0;

	(void)slot;
	if (!probe_can_ask(m, &probe_address))
		rc = 1;
	if (rc == 0 &&
		(begin_all(m, false, err) < 0 || read_all(m, own, &address, &foreign, err) < 0 ||
			begin_all(m, true, err) < 0 ||
			read_all(m, shared, &address, &control, err) < 0 || end_all(m, err) < 0))
		rc = -1;
	if (rc == 0) {
		measured(m, ADDRESS_FOREIGN, (double)foreign, 0);
		measured(m, ADDRESS_FOREIGN_SHARED, (double)control, 0);
		evidence_add(m, "address",
			json_pack("{s:s?, s:O, s:O}", "address", address, "own", own, "shared",
				shared));
	}
	json_decref(own);
	json_decref(shared);
	return rc < 0 ? probe_failed(m, &probe_address, err) : 0;
}

const struct probe probe_address = {
	.name = "address",
	.help = "different values at one virtual address, read back; the control shares the memory there",
	.optional = true,
	.first = ADDRESS_FOREIGN,
	.last = ADDRESS_FOREIGN_SHARED,
	.measure = address_measure,
};
