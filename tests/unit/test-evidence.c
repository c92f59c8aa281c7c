/* test-evidence.c - evidence beside the samples: gathered in a measurement, written a line a kind. */
#include "evidence.h"
#include "json.h"
#include "probe.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void every_kind_is_a_line(void **state)
{
	char path[] = "/tmp/tare-test-evidence-XXXXXX";
	struct arm arm = {.name = (char *)"a"};
	struct workload w = {.name = (char *)"w"};
	struct trial t = {.block = 2, .index = 7, .arm = &arm, .workload = &w, .instances = 3};
	struct error err = ERROR_INIT;
	cleanup_close int fd = -1;
	cleanup_free char *text = NULL;
	struct measurement m;

	(void)state;
	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	measurement_init(&m);
	assert_int_equal(evidence_write(fd, &t, m.evidence, &err), 0);
	assert_int_equal(faccessat(fd, "evidence.jsonl", F_OK, 0), -1);
	evidence_add(&m, "curve", NULL);
	assert_null(m.evidence);
	evidence_add(&m, "curve", json_pack("{s:[i,i]}", "x", 1, 2));
	evidence_add(&m, "identity", json_object());
	assert_int_equal(evidence_write(fd, &t, m.evidence, &err), 0);
	measurement_free(&m);
	text = read_file_at(fd, "evidence.jsonl", 4096, NULL);
	assert_string_equal(text,
		"{\"block\":2,\"trial\":7,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":3,"
		"\"kind\":\"curve\",\"data\":{\"x\":[1,2]}}\n"
		"{\"block\":2,\"trial\":7,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":3,"
		"\"kind\":\"identity\",\"data\":{}}\n");
	unlinkat(fd, "evidence.jsonl", 0);
	/* A link planted in the folder is not followed. */
	assert_int_equal(symlinkat("/tmp/tare-test-evidence-elsewhere", fd, "evidence.jsonl"), 0);
	evidence_add(&m, "curve", json_object());
	assert_int_equal(evidence_write(fd, &t, m.evidence, &err), -1);
	assert_non_null(strstr(err.text, "evidence.jsonl: cannot write"));
	measurement_free(&m);
	unlinkat(fd, "evidence.jsonl", 0);
	rmdir(path);
}

static void every_probe_has_room(void **state)
{
	size_t n = 0;

	(void)state;
	while (probes[n])
		n++;
	assert_in_range(n, 1, PLAN_PROBES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_a_line),
		cmocka_unit_test(every_probe_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
