/* test-sample.c - samples.jsonl written and read back: exact lines, torn ends, damage, one writer. */
#include "sample.h"
#include "util.h"

#include "cases.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[64];
static int dirfd_;

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tare-test-sample-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	dirfd_ = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dirfd_ < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(dirfd_);
	return remove_tree_at(AT_FDCWD, folder);
}

static const struct sample ok = {.block = 3,
	.trial = 17,
	.arm = "vm",
	.workload = "http",
	.instances = 1,
	.metric = MEMORY_PSS,
	.value = 104857600,
	.flags = FLAG_EMULATED};
static const struct sample skipped = {.block = 3,
	.trial = 17,
	.attempt = 1,
	.arm = "host",
	.workload = "http",
	.instances = 0,
	.metric = BOOT_KERNEL,
	.status = SAMPLE_SKIPPED,
	.reason = "no guest kernel, said \"x\"\n\033[31m\xff"};
static const struct sample failed = {.arm = "host",
	.workload = "http",
	.instances = 4,
	.metric = NETWORK_RX,
	.status = SAMPLE_FAILED,
	.reason = "reset",
	.flags = FLAG_STEAL | FLAG_REPEATED};
static const struct sample rate = {.arm = "host",
	.workload = "http",
	.instances = 4,
	.metric = BOOT_READY,
	.value = 0.012345678901234};

static const char golden[] =
	"{\"block\":3,\"trial\":17,\"attempt\":0,\"arm\":\"vm\",\"workload\":\"http\",\"instances\":1,"
	"\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":104857600,\"status\":\"ok\","
	"\"flags\":[\"emulated\"]}\n"
	"{\"block\":3,\"trial\":17,\"attempt\":1,\"arm\":\"host\",\"workload\":\"http\",\"instances\":0,"
	"\"metric\":\"boot.kernel\",\"unit\":\"s\",\"value\":null,\"status\":\"skipped\","
	"\"reason\":\"no guest kernel, said \\\"x\\\"\\n\\u001B[31m\\\\xff\"}\n"
	"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"host\",\"workload\":\"http\",\"instances\":4,"
	"\"metric\":\"network.rx\",\"unit\":\"bit/s\",\"value\":null,\"status\":\"failed\","
	"\"reason\":\"reset\",\"flags\":[\"steal\",\"repeated\"]}\n"
	"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"host\",\"workload\":\"http\",\"instances\":4,"
	"\"metric\":\"boot.ready\",\"unit\":\"s\",\"value\":0.012345678901234,\"status\":\"ok\"}\n"
	"{\"block\":3,\"trial\":17,\"attempt\":0,\"arm\":\"vm\",\"workload\":\"http\",\"instances\":1,"
	"\"done\":true}\n"
	"{\"block\":3,\"trial\":17,\"attempt\":1,\"arm\":\"host\",\"workload\":\"http\",\"instances\":0,"
	"\"done\":true}\n"
	"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"host\",\"workload\":\"http\",\"instances\":4,"
	"\"done\":true,\"guard\":{\"seconds\":1.25,\"foreign_cpu\":0.1235,\"steal\":0,\"swap_ins\":7,"
	"\"throttled\":2}}\n";
static const struct trial_mark guarded = {.arm = "host",
	.workload = "http",
	.instances = 4,
	.guarded = true,
	.guard = {.seconds = 1.25, .foreign_cpu = 0.12345678, .swap_ins = 7, .throttled = 2}};

static void write_all_kinds(void)
{
	const struct sample *const all[] = {&ok, &skipped, &failed, &rate};
	struct error err = ERROR_INIT;
	struct sample_writer *w = sample_writer_open(dirfd_, false, &err);

	assert_string_equal(err.text, "");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_int_equal(sample_write(w, all[i], &err), 0);
	assert_int_equal(sample_trial_done(w, 3, 17, 0, "vm", "http", 1, &err), 0);
	assert_int_equal(sample_trial_done(w, 3, 17, 1, "host", "http", 0, &err), 0);
	assert_int_equal(sample_mark(w, &guarded, &err), 0);
	sample_writer_close(w);
}

static void exact_lines(void **state)
{
	cleanup_free char *text = NULL;

	(void)state;
	write_all_kinds();
	text = read_file_at(dirfd_, "samples.jsonl", 1 << 20, NULL);
	assert_string_equal(text, golden);
}

static void read_back(void **state)
{
	struct sample_set set;
	struct error err = ERROR_INIT;

	(void)state;
	write_all_kinds();
	assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
	assert_int_equal(set.n, 4);
	assert_int_equal(set.n_done, 3);
	assert_int_equal(set.unfinished, 0);
	assert_int_equal(set.finished_bytes, sizeof(golden) - 1);
	assert_false(set.done[1].guarded);
	assert_true(set.done[2].guarded && set.done[2].guard.swap_ins == 7);
	assert_true(fabs(set.done[2].guard.foreign_cpu - 0.1235) < 1e-9);
	assert_int_equal(set.torn_bytes, 0);
	assert_string_equal(set.samples[0].arm, "vm");
	assert_true(set.samples[0].value == 104857600 && set.samples[0].flags == FLAG_EMULATED);
	assert_int_equal(set.samples[1].status, SAMPLE_SKIPPED);
	assert_int_equal(set.samples[1].attempt, 1);
	assert_string_equal(set.samples[1].reason, "no guest kernel, said \"x\"\n\033[31m\\xff");
	assert_int_equal(set.samples[2].status, SAMPLE_FAILED);
	assert_int_equal(set.samples[2].flags, FLAG_STEAL | FLAG_REPEATED);
	assert_true(set.samples[3].value == 0.012345678901234);
	assert_true(set.samples[1].arm == set.samples[2].arm); /* interned */
	assert_int_equal(set.done[0].trial, 17);
	assert_string_equal(set.done[0].workload, "http");
	sample_set_free(&set);
	sample_set_free(&set);
}

static void not_written(void **state)
{
	struct sample bad = ok;
	struct error err = ERROR_INIT, second = ERROR_INIT;
	struct sample_writer *w = sample_writer_open(dirfd_, false, &err);
	struct stat st;

	(void)state;
	bad.value = (double)NAN;
	assert_int_equal(sample_write(w, &bad, &err), -1);
	assert_string_equal(err.text, "samples.jsonl: memory.pss: not finite, expected a number");
	bad = skipped;
	bad.reason = NULL;
	assert_int_equal(sample_write(w, &bad, &second), -1);
	assert_string_equal(second.text,
		"samples.jsonl: boot.kernel: not measured and no reason, expected one");
	assert_int_equal(fstatat(dirfd_, "samples.jsonl", &st, 0), 0);
	assert_int_equal(st.st_size, 0);
	sample_writer_close(w);
}

static void one_writer(void **state)
{
	struct error err = ERROR_INIT, again = ERROR_INIT;
	struct sample_writer *w = sample_writer_open(dirfd_, false, &err);

	(void)state;
	assert_null(sample_writer_open(dirfd_, true, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text,
		"samples.jsonl: another tare writes to it, expected one "
		"writer; wait for it or choose another folder");
	sample_writer_close(w);
	assert_null(sample_writer_open(dirfd_, false, &again));
	assert_string_equal(again.text, "samples.jsonl: cannot be created: File exists");
}

static void no_links(void **state)
{
	struct error made = ERROR_INIT, appended = ERROR_INIT;
	cleanup_free char *text = NULL;

	(void)state;
	assert_int_equal(write_new(dirfd_, "elsewhere", "precious"), 0);
	assert_int_equal(symlinkat("elsewhere", dirfd_, "samples.jsonl"), 0);
	assert_null(sample_writer_open(dirfd_, false, &made));
	assert_string_equal(made.text, "samples.jsonl: cannot be created: File exists");
	assert_null(sample_writer_open(dirfd_, true, &appended));
	assert_int_equal(appended.code, EXIT_USAGE);
	assert_string_equal(appended.text,
		"samples.jsonl: cannot be opened: Too many levels of symbolic links");
	text = read_file_at(dirfd_, "elsewhere", 100, NULL);
	assert_string_equal(text, "precious");
}

/* A write that does not fit leaves whole lines: RLIMIT_FSIZE stands for a full disk. */
static void full_disk(void **state)
{
	struct error err = ERROR_INIT;
	struct sample_writer *w = sample_writer_open(dirfd_, false, &err);
	struct rlimit old, limit;
	struct stat st;

	(void)state;
	assert_int_equal(sample_write(w, &ok, &err), 0);
	assert_int_equal(fstatat(dirfd_, "samples.jsonl", &st, 0), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = (rlim_t)st.st_size + 50;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(sample_write(w, &rate, &err), -1);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_non_null(strstr(err.text, "samples.jsonl: cannot be written: "));
	assert_int_equal(fstatat(dirfd_, "samples.jsonl", &st, 0), 0);
	{
		struct sample_set set;
		struct error again = ERROR_INIT;

		assert_int_equal(sample_set_read(dirfd_, &set, &again), 0);
		assert_int_equal(set.n, 0);
		assert_int_equal(set.unfinished, 1);
		assert_int_equal(set.torn_bytes, 0);
		sample_set_free(&set);
	}
	sample_writer_close(w);
}

static void append_cuts_torn_line(void **state)
{
	struct sample_set set;
	struct error err = ERROR_INIT;
	struct sample_writer *w;

	(void)state;
	write_all_kinds();
	{
		cleanup_free char *text = xasprintf("%s{\"block\":9,\"tri", golden);

		assert_int_equal(write_new(dirfd_, "samples.jsonl", text), 0);
	}
	assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
	assert_int_equal(set.torn_bytes, strlen("{\"block\":9,\"tri"));
	sample_set_free(&set);
	w = sample_writer_open(dirfd_, true, &err);
	assert_int_equal(sample_trial_done(w, 3, 18, 0, "vm", "http", 1, &err), 0);
	sample_writer_close(w);
	assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
	assert_int_equal(set.n_done, 4);
	assert_int_equal(set.torn_bytes, 0);
	sample_set_free(&set);
}

/* A trial without its mark does not count, and is cut before it runs again: nothing is there twice. */
static void unfinished_trial(void **state)
{
	struct sample again = ok;
	struct sample_set set;
	struct error err = ERROR_INIT;
	struct sample_writer *w;

	(void)state;
	write_all_kinds();
	again.trial = 18;
	for (unsigned round = 0; round < 2; round++) {
		w = sample_writer_open(dirfd_, true, &err);
		assert_int_equal(sample_write(w, &again, &err), 0);
		sample_writer_close(w);
		assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
		assert_int_equal(set.n, 4);
		assert_int_equal(set.unfinished, 1);
		assert_int_equal(set.finished_bytes, sizeof(golden) - 1);
		w = sample_writer_open(dirfd_, true, &err);
		assert_int_equal(sample_writer_cut(w, set.finished_bytes, &err), 0);
		sample_writer_close(w);
		sample_set_free(&set);
	}
	w = sample_writer_open(dirfd_, true, &err);
	assert_int_equal(sample_write(w, &again, &err), 0);
	assert_int_equal(sample_trial_done(w, 3, 18, 0, "vm", "http", 1, &err), 0);
	sample_writer_close(w);
	assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
	assert_int_equal(set.n, 5);
	assert_int_equal(set.unfinished, 0);
	sample_set_free(&set);
}

static void cut_at_every_byte(void **state)
{
	size_t lines = 0, begin = 0;

	(void)state;
	for (size_t cut = 0; cut < sizeof(golden); cut++) {
		struct sample_set set;
		struct error err = ERROR_INIT;
		char text[sizeof(golden)];

		if (cut && golden[cut - 1] == '\n') {
			lines++;
			begin = cut;
		}
		memcpy(text, golden, cut);
		text[cut] = '\0';
		assert_int_equal(write_new(dirfd_, "samples.jsonl", text), 0);
		assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
		assert_int_equal(set.n + set.unfinished + set.n_done, lines);
		assert_int_equal(set.torn_bytes, cut - begin);
		sample_set_free(&set);
	}
	assert_int_equal(lines, 7);
}

/* Each bit flipped is read or refused with the line; a broken byte never crashes and never goes unseen as a
 * value outside the rules. */
static void flipped_bits(void **state)
{
	unsigned refusals = 0;

	(void)state;
	for (size_t bit = 0; bit < (sizeof(golden) - 1) * 8; bit += 3) {
		struct sample_set set;
		struct error err = ERROR_INIT;
		char text[sizeof(golden)];

		memcpy(text, golden, sizeof(golden));
		text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
		if (!text[bit / 8])
			continue;
		assert_int_equal(write_new(dirfd_, "samples.jsonl", text), 0);
		if (sample_set_read(dirfd_, &set, &err) == 0) {
			for (size_t i = 0; i < set.n; i++)
				assert_true(isfinite(set.samples[i].value));
			sample_set_free(&set);
			continue;
		}
		refusals++;
		assert_int_equal(err.code, EXIT_USAGE);
		assert_int_equal(strncmp(err.text, "samples.jsonl:", 14), 0);
	}
	assert_true(refusals > sizeof(golden));
}

#define CELL                                                                                       \
	"\"block\":1,\"trial\":2,\"attempt\":0,\"arm\":\"vm\",\"workload\":\"w\",\"instances\":1"
#define VALUE "\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":1,\"status\":\"ok\""

static void damage(void **state)
{
	static const struct {
		const char *line, *message;
	} rows[] = {
		{"",
			"column 0: not readable, got '[' or '{' expected near end of file, expected one "
			"JSON object; the file is damaged"},
		{"[]", "wrong type, got a list, expected one JSON object"},
		{"{" CELL
		 ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":NaN,\"status\":\"ok\"}",
			"column 117: not readable, got invalid token near 'NaN', expected one JSON "
			"object; the file is damaged"},
		{"{" CELL
		 ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":1e999,\"status\":\"ok\"}",
			"column 119: not readable, got real number overflow near '1e999', expected "
			"one JSON object; the file is damaged"},
		{"{" CELL
		 ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":\"1\",\"status\":\"ok\"}",
			"value: wrong type, got \"1\", expected a number with status ok"},
		{"{" CELL
		 ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":null,\"status\":\"ok\"}",
			"value: wrong type, got null, expected a number with status ok"},
		{"{" CELL
		 ",\"metric\":\"memory.pss\",\"unit\":\"s\",\"value\":1,\"status\":\"ok\"}",
			"unit: wrong unit, got \"s\", expected \"B\""},
		{"{" CELL ",\"metric\":\"memory.ps\",\"unit\":\"B\",\"value\":1,\"status\":\"ok\"}",
			"metric: unknown metric, got \"memory.ps\", expected one of those in tare "
			"list metrics"},
		{"{" CELL
		 ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":1,\"status\":\"fine\"}",
			"status: unknown status, got \"fine\", expected \"ok\", \"skipped\" or "
			"\"failed\""},
		{"{" CELL ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":null,\"status\":"
		 "\"failed\"}",
			"reason: missing, expected a text with status failed"},
		{"{" CELL ",\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":0,\"status\":"
		 "\"skipped\",\"reason\":\"x\"}",
			"value: wrong type, got 0, expected null with status skipped"},
		{"{" CELL "," VALUE ",\"flags\":[\"odd\"]}",
			"flags: unknown flag, got \"odd\", expected a flag's name"},
		{"{" CELL "," VALUE ",\"flags\":\"steal\"}",
			"flags: wrong type, got \"steal\", expected a list"},
		{"{" CELL "," VALUE ",\"extra\":1}",
			"unknown key, got \"extra\", expected a key of the schema"},
		{"{\"trial\":2," VALUE "}", "block: missing, expected a whole number"},
		{"{\"block\":-1," VALUE "}",
			"block: out of range, got -1, expected a whole number from 0 to 1000000"},
		{"{\"block\":1,\"trial\":1,\"attempt\":0,\"arm\":\"<b>\",\"workload\":\"w\","
		 "\"instances\":1," VALUE "}",
			"arm: not a name, got \"<b>\", expected 1 to 64 letters, digits or "
			"\"_.+-\", starting with a letter or digit"},
		{"{" CELL ",\"done\":false}", "done: wrong value, got false, expected true"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample_set set;
		struct error err = ERROR_INIT;
		cleanup_free char *text = xasprintf("{" CELL ",\"done\":true}\n%s\n", rows[i].line);
		cleanup_free char *message = xasprintf("samples.jsonl:2: %s", rows[i].message);

		assert_int_equal(write_new(dirfd_, "samples.jsonl", text), 0);
		assert_int_equal(sample_set_read(dirfd_, &set, &err), -1);
		assert_int_equal(err.code, EXIT_USAGE);
		assert_string_equal(err.text, message);
	}
}

static void twice(void **state)
{
	struct sample_set set;
	struct error err = ERROR_INIT, second = ERROR_INIT;

	(void)state;
	assert_int_equal(
		write_new(dirfd_, "samples.jsonl", "{" CELL "," VALUE "}\n{" CELL "," VALUE "}\n"),
		0);
	assert_int_equal(sample_set_read(dirfd_, &set, &err), -1);
	assert_string_equal(err.text,
		"samples.jsonl:2: memory.pss of trial 2 comes twice, "
		"expected once; the file is damaged");
	assert_int_equal(write_new(dirfd_, "samples.jsonl",
				 "{" CELL ",\"done\":true}\n{" CELL ",\"done\":true}\n"),
		0);
	assert_int_equal(sample_set_read(dirfd_, &set, &second), -1);
	assert_string_equal(second.text,
		"samples.jsonl:2: trial 2 is finished twice, expected "
		"once; the file is damaged");
}

static void missing_and_odd_files(void **state)
{
	struct sample_set set;
	struct error none = ERROR_INIT, pipe = ERROR_INIT;

	(void)state;
	assert_int_equal(sample_set_read(dirfd_, &set, &none), -1);
	assert_string_equal(
		none.text, "samples.jsonl: cannot be opened: No such file or directory");
	assert_int_equal(mkfifoat(dirfd_, "samples.jsonl", 0600), 0);
	assert_int_equal(sample_set_read(dirfd_, &set, &pipe), -1);
	assert_string_equal(pipe.text, "samples.jsonl: is not a file, expected a regular file");
	assert_null(sample_writer_open(dirfd_, true, NULL));
}

static void hundred_thousand(void **state)
{
	struct sample_set set;
	struct error err = ERROR_INIT;
	int64_t begin;
	FILE *f;

	(void)state;
	f = fdopen(openat(dirfd_, "samples.jsonl", O_WRONLY | O_CREAT | O_CLOEXEC, 0644), "w");
	assert_non_null(f);
	for (int i = 0; i < 100000; i++)
		fprintf(f,
			"{\"block\":%d,\"trial\":%d,\"attempt\":0,\"arm\":\"a%d\",\"workload\":\"w\","
			"\"instances\":1,\"metric\":\"memory.pss\",\"unit\":\"B\",\"value\":%d,"
			"\"status\":\"ok\"}\n"
			"{\"block\":%d,\"trial\":%d,\"attempt\":0,\"arm\":\"a%d\",\"workload\":\"w\","
			"\"instances\":1,\"done\":true}\n",
			i / 4, i, i % 300, i, i / 4, i, i % 300);
	fclose(f);
	begin = now_ns();
	assert_int_equal(sample_set_read(dirfd_, &set, &err), 0);
	print_message("100000 samples read in %.2f s\n", (double)(now_ns() - begin) / 1e9);
	/* generous, for sanitizers and a busy host; quadratic work would take minutes */
	assert_true(now_ns() - begin < 20 * NSEC_PER_SEC);
	assert_int_equal(set.n, 100000);
	assert_int_equal(set.n_strings, 301);
	assert_true(set.samples[99999].value == 99999);
	sample_set_free(&set);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exact_lines),
		TEST(read_back),
		TEST(not_written),
		TEST(one_writer),
		TEST(no_links),
		TEST(full_disk),
		TEST(append_cuts_torn_line),
		TEST(unfinished_trial),
		TEST(cut_at_every_byte),
		TEST(flipped_bits),
		TEST(damage),
		TEST(twice),
		TEST(missing_and_odd_files),
		TEST(hundred_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
