/* history.jsonl as a CI's cache gives it back, judged. */
#include "fuzz.h"

#include "history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct judgement j = {0};
	struct history h = {0};
	int rc = history_parse((const char *)data, size, "history.jsonl", &h, &err);

	fuzz_check_error(rc < 0, &err);
	if (rc == 0) {
		history_judge(&h, &j);
		judgement_free(&j);
	}
	history_free(&h);
	return 0;
}
