/* A workload as a user writes it. */
#include "fuzz.h"

#include "workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct workload *w = workload_parse(
		(const char *)data, size, "workload.json", "/nonexistent", "w", &err);

	fuzz_check_error(!w, &err);
	workload_free(w);
	return 0;
}
