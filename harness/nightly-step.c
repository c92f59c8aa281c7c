/* nightly-step.c - what every step of a night uses: telling that it is over, what was asked for, what was found. */
#include "nightly-internal.h"

#include "json.h"
#include "report/report-internal.h"
#include "util.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

void nightly_step(struct night *n, const char *name, int code, const char *fmt, ...)
{
	cleanup_free char *text = NULL, *clean = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	clean = clean_text(text);
	json_array_append_new(json_object_get(n->doc, "steps"),
		json_pack("{s:s, s:i, s:s}", "step", name, "code", code, "text", clean));
	n->code = nightly_graver(n->code, code);
	if (n->as_json)
		return;
	printf("%-8s  %s\n", name, clean);
	fflush(stdout);
}

void nightly_failed(struct night *n, const char *name, struct error *err)
{
	nightly_step(n, name, err->code, "%s: %s", nightly_words(err->code), err->text);
	*err = (struct error)ERROR_INIT;
}

void nightly_add_file(struct night *n, const char *path)
{
	json_array_append_new(json_object_get(n->doc, "files"), json_text(path));
}

const char *nightly_given(const struct arguments *a, const char *name, const char *otherwise)
{
	const char *given = argument(a, name);

	return given ? given : otherwise;
}

char *nightly_beside(const struct night *n, const char *name)
{
	const char *slash = strrchr(n->history, '/');

	return xasprintf("%.*s%s", slash ? (int)(slash + 1 - n->history) : 0, n->history, name);
}

bool nightly_has_samples(const struct run_folder *f)
{
	struct stat st;

	return fstatat(f->dirfd, "samples.jsonl", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > 0;
}

size_t nightly_count(const struct night *n, enum history_state state)
{
	size_t found = 0;

	for (size_t i = 0; i < n->j.n; i++)
		found += n->j.findings[i].state == state;
	return found;
}

char *nightly_first(const struct night *n, enum history_state state)
{
	for (size_t i = 0; i < n->j.n; i++) {
		const struct history_finding *f = &n->j.findings[i];

		if (f->state != state)
			continue;
		if (isfinite(f->change))
			return xasprintf(
				"%s %+.1f %%; %s", f->series->name, 100 * f->change, f->cause);
		return xasprintf("%s; %s", f->series->name, f->cause);
	}
	return xstrdup("");
}

int nightly_each_format(struct night *n,
	int (*one)(struct night *, const struct export *, struct error *), struct error *err)
{
	cleanup_free char *words = xstrdup(nightly_given(n->args, "export", NIGHTLY_EXPORTS));
	char *rest = words, *w, safe[SAFE_TEXT_SIZE];

	while ((w = strsep(&rest, ","))) {
		const struct export *e = *w ? export_find(w, err) : NULL;

		if (!*w)
			return error_set(err, EXIT_USAGE,
				"--export: empty format, got \"%s\", expected those of tare export --help, joined by single commas",
				safe_text(nightly_given(n->args, "export", NIGHTLY_EXPORTS), safe));
		if (!e)
			return error_wrap(err, "--export");
		if (one && one(n, e, err) < 0)
			return -1;
	}
	return 0;
}

int nightly_each_store(struct night *n,
	int (*one)(struct night *, const struct publish_how *, struct error *), struct error *err)
{
	cleanup_free char *standard = nightly_beside(n, "spool");

	for (unsigned i = 0; i < n->args->n_given; i++) {
		struct publish_how how = {.url = n->args->given[i].value,
			.cacert = argument(n->args, "cacert"),
			.spool = nightly_given(n->args, "spool", standard),
			.timeout = PUBLISH_TIMEOUT};

		if (!strcmp(n->args->given[i].option->name, "to") && one(n, &how, err) < 0)
			return -1;
	}
	return 0;
}
