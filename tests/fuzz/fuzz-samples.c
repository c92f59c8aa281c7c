/* samples.jsonl of a run folder that came from anywhere, and the summary made from it. */
#include "fuzz.h"

#include "sample.h"
#include "summary.h"

#include <jansson.h>

static json_t *a_run(void)
{
	static json_t *run;

	if (!run)
		run = json_pack(
			"{s:s, s:s, s:{s:s, s:[s, s], s:[s], s:i, s:i, s:[i], s:s}, s:{s:s}, "
			"s:{s:{s:s}, s:{s:s}}}",
			"schema", "tare/run/1", "id", "00c0ffee00c0ffee", "plan", "schema",
			"tare/plan/1", "arms", "host", "container", "workloads", "idle", "blocks",
			6, "warmup", 0, "instances", 1, "base", "host", "host", "fingerprint",
			"f00d", "arms", "host", "platform", "host", "container", "platform",
			"container");
	return run;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct sample_set set = {0};
	json_t *summary;
	int rc;

	fuzz_file("samples.jsonl", data, size);
	rc = sample_set_read(fuzz_folder(), &set, &err);
	fuzz_check_error(rc < 0, &err);
	if (rc == 0) {
		summary = summary_make(a_run(), &set, &err);
		fuzz_check_error(!summary, &err);
		json_decref(summary);
		sample_set_free(&set);
	}
	return 0;
}
