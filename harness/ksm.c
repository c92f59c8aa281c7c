/* ksm.c - /sys/kernel/mm/ksm saved, set, read back, restored. The ledger's line: "RUN PAGES_TO_SCAN SLEEP_MILLISECS". */
#include "ksm.h"

#include "lab.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <string.h>

#define FOLDER "sys/kernel/mm/ksm/"
/* Fast, so that a set is merged within seconds: the cost of merging is not what is measured. */
#define PAGES 20000
#define SLEEP_MS 10
/* The first scan notes a page's sum, the second finds it unchanged and merges it, the third what came meanwhile. */
#define SCANS 3
#define LOOK_AGAIN (50 * NSEC_PER_MSEC)

static int read_number(int root, const char *name, uint64_t *out, struct error *err)
{
	cleanup_free char *path = xasprintf(FOLDER "%s", name);
	cleanup_free char *text = read_file_at(root, path, 64, NULL);

	if (!text)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"ksm: cannot read /%s, expected a kernel with CONFIG_KSM; leave the arm's option ksm out",
			path);
	text[strcspn(text, "\n")] = '\0';
	if (parse_u64(text, 0, UINT64_MAX, out) < 0)
		return error_set(err, EXIT_INTERNAL, "ksm: /%s, got no number, expected one", path);
	return 0;
}

static int read_setting(int root, struct ksm_setting *out, struct error *err)
{
	struct ksm_setting s;

	if (read_number(root, "run", &s.run, err) < 0 ||
		read_number(root, "pages_to_scan", &s.pages_to_scan, err) < 0 ||
		read_number(root, "sleep_millisecs", &s.sleep_millisecs, err) < 0)
		return -1;
	*out = s;
	return 0;
}

static int write_number(int root, const char *name, uint64_t value, struct error *err)
{
	cleanup_free char *path = xasprintf(FOLDER "%s", name);
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	if (write_file_at(root, path, text) == 0)
		return 0;
	return error_errno(err, EXIT_PREREQUISITE, errno,
		"ksm: cannot write /%s, expected to be root of this host; leave the arm's option ksm out",
		path);
}

/* What is there already is not written: an advisor of the kernel's own may forbid pages_to_scan. Reads back. */
static int write_setting(int root, const struct ksm_setting *want, struct error *err)
{
	struct ksm_setting is;

	if (read_setting(root, &is, err) < 0 ||
		(is.pages_to_scan != want->pages_to_scan &&
			write_number(root, "pages_to_scan", want->pages_to_scan, err) < 0) ||
		(is.sleep_millisecs != want->sleep_millisecs &&
			write_number(root, "sleep_millisecs", want->sleep_millisecs, err) < 0) ||
		(is.run != want->run && write_number(root, "run", want->run, err) < 0) ||
		read_setting(root, &is, err) < 0)
		return -1;
	if (is.run != want->run || is.pages_to_scan != want->pages_to_scan ||
		is.sleep_millisecs != want->sleep_millisecs)
		return error_set(err, EXIT_ARM,
			"ksm: is not what was set, got run %llu, expected %llu; something else of this host sets it too",
			(unsigned long long)is.run, (unsigned long long)want->run);
	return 0;
}

int ksm_check(int root, struct error *err)
{
	struct ksm_setting s;

	return read_setting(root, &s, err);
}

static int set(struct lab *lab, bool on, struct error *err)
{
	struct ksm_setting want = {.run = 0};
	cleanup_free char *line = NULL;

	if (read_setting(lab->root, &lab->ksm.before, err) < 0)
		return -1;
	line = xasprintf("%llu %llu %llu", (unsigned long long)lab->ksm.before.run,
		(unsigned long long)lab->ksm.before.pages_to_scan,
		(unsigned long long)lab->ksm.before.sleep_millisecs);
	if (ledger_intent(lab->ledger, "ksm", line, err) < 0)
		return -1;
	want = on ? (struct ksm_setting){.run = 1,
			    .pages_to_scan = PAGES,
			    .sleep_millisecs = SLEEP_MS}
		  : lab->ksm.before;
	want.run = on;
	return write_setting(lab->root, &want, err);
}

int ksm_begin(struct lab *lab, bool on, struct error *err)
{
	if (!lab->ksm.users && set(lab, on, err) < 0)
		return -1;
	lab->ksm.on = on;
	lab->ksm.users++;
	return 0;
}

int ksm_end(struct lab *lab, struct error *err)
{
	if (!lab->ksm.users || --lab->ksm.users)
		return 0;
	return write_setting(lab->root, &lab->ksm.before, err);
}

/* A scan's end raises no event: its counter is looked at, by a deadline. */
int ksm_settle(struct lab *lab, int64_t deadline, struct error *err)
{
	uint64_t first = 0, scans = 0;

	if (!lab->ksm.users || !lab->ksm.on)
		return 0;
	if (read_number(lab->root, "full_scans", &first, err) < 0)
		return -1;
	for (;;) {
		if (read_number(lab->root, "full_scans", &scans, err) < 0)
			return -1;
		if (scans >= first + SCANS)
			return 0;
		if (now_ns() > deadline)
			return error_set(err, EXIT_ARM,
				"ksm: got %llu full scans by the deadline, expected %d",
				(unsigned long long)(scans - first), SCANS);
		if (wait_until(now_ns() + LOOK_AGAIN, err) < 0)
			return -1;
	}
}

json_t *ksm_figures(const struct lab *lab)
{
	static const char *const names[] = {"full_scans", "pages_shared", "pages_sharing"};
	json_t *o;

	if (!lab->ksm.users)
		return NULL;
	o = json_object();
	json_object_set_new(o, "on", json_boolean(lab->ksm.on));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error ignored = ERROR_INIT;
		uint64_t value = 0;

		if (read_number(lab->root, names[i], &value, &ignored) == 0)
			json_object_set_new(o, names[i], json_integer((json_int_t)value));
	}
	return o;
}

int ksm_restore(int root, const char *value, struct error *err)
{
	struct ksm_setting want = {.run = 0}, is = {.run = 0};
	cleanup_free char *copy = xstrdup(value);
	char *save = NULL;
	uint64_t *const fields[] = {&want.run, &want.pages_to_scan, &want.sleep_millisecs};
	char safe[SAFE_TEXT_SIZE];
	char *word = strtok_r(copy, " ", &save);

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++, word = strtok_r(NULL, " ", &save))
		if (!word || parse_u64(word, 0, UINT32_MAX, fields[i]) < 0)
			return error_set(err, EXIT_INTERNAL,
				"ksm: ledger, got \"%s\", expected three numbers",
				safe_text(value, safe));
	if (read_setting(root, &is, err) < 0)
		return -1;
	if (is.run == want.run && is.pages_to_scan == want.pages_to_scan &&
		is.sleep_millisecs == want.sleep_millisecs)
		return 0;
	return write_setting(root, &want, err) < 0 ? -1 : 1;
}
