/* test-report.c - the whole report: of damaged input, and with a gnuplot that is missing or fails. `test-report --draw
 * CASE DIR` draws one fixture into DIR, for tests/system/test-charts.sh. */
#include "report-case.h"
#include "report.h"
#include "wait.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* ---- text ---- */

/* ---- charts ---- */

/* ---- Markdown and the table ---- */

/* ---- damaged input ---- */

static void make_all(const json_t *run, const json_t *summary)
{
	static unsigned times;
	struct error err = ERROR_INIT;
	struct view v;

	if (view_open(&v, run, summary, &err)) {
		assert_int_equal(err.code, EXIT_USAGE);
		return;
	}
	for (const struct chart_kind *k = chart_kinds; k->name; k++) {
		struct chart c;

		k->make(&c, &v);
		cleanup_free char *script = chart_script(&c);
		cleanup_free char *data = chart_data(&c);
		cleanup_free char *bare = bare_script(script);

		assert_non_null(c.title);
		assert_true(*data == '#' && *bare);
		assert_null(strstr(bare, " nan"));
		assert_null(strstr(bare, "inf,"));
		chart_free(&c);
	}
	if (times++ % 5 == 0) /* it is long; 7 changes of a key: each is met by some key */
		free(html_report(&v, NULL, 0, NULL, -1));
	cleanup_free char *text = markdown_report(&v, NULL, 0, NULL);

	check_markdown("damaged", text);
	view_close(&v);
}

static json_t *wrong_value(int kind)
{
	switch (kind) {
	case 0:
		return json_null();
	case 1:
		return json_integer(-7);
	case 2:
		return json_string("'`id`\n");
	case 3:
		return json_array();
	case 4:
		return json_object();
	default:
		return json_real(1e308);
	}
}
#define WRONG_VALUES 6

static void damage_object(const json_t *run, const json_t *summary, json_t *object)
{
	json_t *keys = json_object(), *value;
	const char *key;

	json_object_update(keys, object);
	json_object_foreach (keys, key, value) {
		for (int kind = 0; kind < WRONG_VALUES; kind++) {
			json_object_set_new(object, key, wrong_value(kind));
			make_all(run, summary);
		}
		json_object_del(object, key);
		make_all(run, summary);
		json_object_set(object, key, value);
	}
	json_decref(keys);
}

static void wrong_types_anywhere_are_survived(void **state)
{
	struct fixture f;
	const char *name;
	json_t *arm;

	(void)state;
	fixture_open(&f, "usual");
	damage_object(f.run, f.summary, f.run);
	damage_object(f.run, f.summary, f.summary);
	damage_object(f.run, f.summary, json_object_get(f.run, "host"));
	json_object_foreach (json_object_get(f.run, "arms"), name, arm)
		damage_object(f.run, f.summary, arm);
	damage_object(f.run, f.summary, json_array_get(json_object_get(f.summary, "metrics"), 0));
	damage_object(
		f.run, f.summary, json_array_get(json_object_get(f.summary, "comparisons"), 0));
	put_argument(f.summary);
	arm = json_array_get(json_object_get(f.summary, "claims"), 0);
	damage_object(f.run, f.summary, arm);
	damage_object(f.run, f.summary, json_array_get(json_object_get(arm, "conditions"), 0));
	damage_object(f.run, f.summary, json_array_get(json_object_get(f.summary, "capacity"), 0));
	fixture_close(&f);
	fixture_open(&f, "argument");
	json_t *claim = json_array_get(json_object_get(f.summary, "claims"), 0);

	damage_object(f.run, f.summary, claim);
	damage_object(f.run, f.summary, json_array_get(json_object_get(claim, "conditions"), 0));
	fixture_close(&f);
	for (size_t i = 0; i < ARRAY_SIZE(all_cases); i++) {
		fixture_open(&f, all_cases[i]);
		make_all(f.run, f.summary);
		fixture_close(&f);
	}
}

static void a_run_without_arms_is_refused(void **state)
{
	json_t *run = json_pack("{s:{}}", "arms"), *summary = json_object();
	struct error err = ERROR_INIT;
	char *missing = NULL;

	(void)state;
	assert_int_equal(report_write(AT_FDCWD, run, summary, &missing, &err), -1);
	assert_string_equal(
		err.text, "run.json: arms: got none, expected an object with at least one arm");
	assert_int_equal(err.code, EXIT_USAGE);
	json_decref(run);
	json_decref(summary);
}

/* ---- gnuplot ---- */

struct place {
	char path[32];
	int fd;
	char *old_path;
};

/* A folder, and a PATH that holds only what gnuplot (a script, NULL = none) says. */
static void place_make(struct place *p, const char *gnuplot)
{
	strcpy(p->path, "/tmp/tare-report-XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(p->fd, "bin", 0755), 0);
	if (gnuplot) {
		int fd = openat(p->fd, "bin/gnuplot", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

		assert_int_equal(write_all(fd, gnuplot, strlen(gnuplot)), 0);
		close(fd);
	}
	p->old_path = xstrdup(getenv("PATH"));
	cleanup_free char *bin = xasprintf("%s/bin", p->path);

	setenv("PATH", bin, 1);
}

static void place_remove(struct place *p)
{
	setenv("PATH", p->old_path, 1);
	free(p->old_path);
	close(p->fd);
	remove_tree_at(AT_FDCWD, p->path);
}

static int draw(int fd, const char *name, char **missing, struct error *err)
{
	json_t *run = case_json(CASES, name, "run.json"),
	       *summary = case_json(CASES, name, "summary.json");
	int rc = report_write(fd, run, summary, missing, err);

	json_decref(run);
	json_decref(summary);
	return rc;
}

static bool exists(const struct place *p, const char *name)
{
	return faccessat(p->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void without_gnuplot_scripts_and_words_remain(void **state)
{
	struct place p;
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;

	(void)state;
	place_make(&p, NULL);
	assert_int_equal(mkdirat(p.fd, "charts", 0755), 0);
	close(openat(p.fd, "charts/boot.png", O_WRONLY | O_CREAT, 0644));
	assert_int_equal(draw(p.fd, "usual", &missing, &err), 0);
	assert_string_equal(missing,
		"gnuplot is not installed; install gnuplot-nox and run `tare report` again");
	assert_true(exists(&p, "charts/network.gp") && exists(&p, "charts/network.dat"));
	assert_false(exists(&p, "charts/boot.png")); /* a picture of an older script */
	cleanup_free char *text = read_file_at(p.fd, "report.md", 1 << 20, NULL);

	assert_non_null(strstr(text, "Not drawn: gnuplot is not installed"));
	assert_null(strstr(text, ".png"));
	place_remove(&p);
}

static void gnuplot_failures_are_named(void **state)
{
	static const struct {
		const char *gnuplot, *text;
	} rows[] = {
		{"#!/bin/sh\necho '\"boot.gp\" line 1: warning: w' >&2; echo 'plot x' >&2; echo '     ^' >&2\necho '\"boot.gp\" line 3: bad \033[31m' >&2\n"
		 ": >${4%.gp}.svg.part\nexit 1\n",
			"charts/boot.gp: gnuplot failed (exit code 1): \"boot.gp\" line 3: bad \\x1B[31m"},
		{"#!/bin/sh\nexit 0\n", "charts/boot.svg: gnuplot ended well but wrote nothing"},
		{"#!/bin/sh\n: >${4%.gp}.svg.part; echo x >${4%.gp}.png.part\n",
			"charts/boot.svg: gnuplot ended well but wrote nothing"},
		{"#!/bin/sh\nkill -9 $$\n",
			"charts/boot.gp: gnuplot failed (signal 9): no message"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct place p;
		struct error err = ERROR_INIT;
		cleanup_free char *missing = NULL;

		place_make(&p, rows[i].gnuplot);
		assert_int_equal(draw(p.fd, "one-arm", &missing, &err), -1);
		assert_string_equal(err.text, rows[i].text);
		assert_int_equal(err.code, EXIT_INTERNAL);
		assert_false(exists(&p, "charts/boot.svg") || exists(&p, "charts/boot.svg.part"));
		assert_false(exists(&p, "charts/boot.png") || exists(&p, "charts/boot.png.part"));
		assert_true(exists(&p, "report.md"));
		place_remove(&p);
	}
}

static void a_flood_on_stderr_does_not_block(void **state)
{
	struct place p;
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;
	char all[64];

	(void)state;
	/* a megabyte, by the shell alone: PATH holds nothing else */
	place_make(&p,
		"#!/bin/sh\ni=0; while [ $i -lt 16384 ]; do echo 0123456789012345678901234567890123456789012345678901234567890 >&2;"
		" i=$((i+1)); done\nexit 3\n");
	assert_int_equal(draw(p.fd, "one-arm", &missing, &err), -1);
	snprintf(all, sizeof(all), "charts/boot.gp: gnuplot failed (exit code 3)");
	assert_memory_equal(err.text, all, strlen(all));
	place_remove(&p);
}

static void charts_as_a_link_are_refused(void **state)
{
	struct place p;
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;

	(void)state;
	place_make(&p, NULL);
	assert_int_equal(mkdirat(p.fd, "elsewhere", 0755), 0);
	assert_int_equal(symlinkat("elsewhere", p.fd, "charts"), 0);
	assert_int_equal(draw(p.fd, "usual", &missing, &err), -1);
	assert_memory_equal(err.text, "charts: cannot be opened", 24);
	assert_false(exists(&p, "elsewhere/boot.gp"));
	place_remove(&p);
}

static int draw_case(const char *name, const char *folder)
{
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;
	cleanup_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *path = xasprintf(CASES "/%s/evidence.jsonl", name);
	cleanup_free char *evidence = read_file_at(AT_FDCWD, path, 1 << 20, NULL);
	int rc = evidence ? replace_file_at(fd, "evidence.jsonl", evidence, strlen(evidence), &err)
			  : 0;

	rc = rc ? rc : draw(fd, name, &missing, &err);
	if (rc || missing)
		fprintf(stderr, "%s\n", rc ? err.text : missing);
	return rc ? 1 : missing ? 5 : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_types_anywhere_are_survived),
		cmocka_unit_test(a_run_without_arms_is_refused),
		cmocka_unit_test(without_gnuplot_scripts_and_words_remain),
		cmocka_unit_test(gnuplot_failures_are_named),
		cmocka_unit_test(a_flood_on_stderr_does_not_block),
		cmocka_unit_test(charts_as_a_link_are_refused),
	};
	struct error err = ERROR_INIT;

	if (interrupt_init(&err))
		return 1;
	if (argc == 4 && strcmp(argv[1], "--draw") == 0)
		return draw_case(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
