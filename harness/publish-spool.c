/* publish-spool.c - what is to be published waits here as files, written before the first try and removed when it was
 * taken: a crash loses nothing. The address is kept, credentials never are. */
#include "publish.h"

#include "json.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define MOST_FILES 1000

static char *standard_folder(struct error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && state[0] == '/')
		return xasprintf("%s/tare/spool", state);
	if (geteuid() == 0)
		return xstrdup("/var/lib/tare/spool");
	if (home && home[0] == '/')
		return xasprintf("%s/.local/state/tare/spool", home);
	error_set(err, EXIT_USAGE, "spool: HOME is not set, expected a home; give --spool DIR");
	return NULL;
}

static void make_parents(const char *path)
{
	cleanup_free char *part = xstrdup(path);

	for (char *p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(part, 0755); /* what is missing shows when the last one is made */
		*p = '/';
	}
}

int spool_open(const char *folder, struct spool *out, struct error *err)
{
	cleanup_free char *path = folder ? xstrdup(folder) : standard_folder(err);
	cleanup_close int dir = -1, lock = -1;
	char safe[SAFE_TEXT_SIZE];

	if (!path)
		return -1;
	make_parents(path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_errno(err, EXIT_USAGE, errno,
			"spool: %s: cannot be made; give --spool DIR", safe_text(path, safe));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lock = dir < 0 ? -1 : openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0)
		return error_errno(err, EXIT_USAGE, errno,
			"spool: %s: cannot be written to; give --spool DIR", safe_text(path, safe));
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return error_errno(err, EXIT_PUBLISH, errno,
			"spool: %s: another tare publish is sending from it",
			safe_text(path, safe));
	out->dirfd = steal_fd(&dir);
	out->lock = steal_fd(&lock);
	return 0;
}

void spool_close(struct spool *s)
{
	close(s->dirfd);
	close(s->lock);
}

static int is_entry(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 5 && e->d_name[0] != '.' && strcmp(e->d_name + len - 5, ".json") == 0;
}

/* Names in order of their age; the caller frees each and the list. */
static int list(const struct spool *s, struct dirent ***out, struct error *err)
{
	int n = scandirat(s->dirfd, ".", out, is_entry, alphasort);

	return n >= 0 ? n : error_errno(err, EXIT_INTERNAL, errno, "spool: cannot be listed");
}

static json_t *entry_read(const struct spool *s, const char *name, struct error *err)
{
	static const char *const keys[] = {"url", "method", "type", "key", "body", NULL};
	char safe[SAFE_TEXT_SIZE];
	cleanup_free char *where = xasprintf("spool: %s", safe_text(name, safe));
	cleanup_json json_t *o = json_read_object(s->dirfd, name, 2 * JSON_MAX_SIZE, where, err);

	if (!o || json_need_schema(o, "tare/spool/1", where, err) < 0)
		return NULL;
	for (size_t i = 0; keys[i]; i++)
		if (!json_is_string(json_object_get(o, keys[i]))) {
			error_set(err, EXIT_USAGE,
				"%s: no \"%s\", expected a text; remove the file", where, keys[i]);
			return NULL;
		}
	return steal_ptr(o);
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int entry_write(const struct spool *s, const char *name, const json_t *o, struct error *err)
{
	cleanup_free char *text = json_dumps(o, JSON_COMPACT);

	if (!text)
		return error_set(err, EXIT_INTERNAL, "spool: cannot be encoded");
	return replace_file_at(s->dirfd, name, text, strlen(text), err);
}

int spool_add(struct spool *s, const struct publish_request *r, struct error *err)
{
	struct dirent **names = NULL;
	int n = list(s, &names, err);
	struct timespec now;
	bool known = false;

	for (int i = 0; i < n; i++) {
		struct error damaged = ERROR_INIT;
		cleanup_json json_t *o = entry_read(s, names[i]->d_name, &damaged);

		known = known ||
			(o && !strcmp(text_of(o, "key"), r->key) &&
				!strcmp(text_of(o, "url"), r->url));
		free(names[i]);
	}
	free(names);
	if (n < 0 || known)
		return n < 0 ? -1 : 0;
	if (n >= MOST_FILES)
		return error_set(err, EXIT_PUBLISH,
			"spool: full, got %d texts, expected fewer than %d; mend the endpoint or remove them",
			n, MOST_FILES);
	clock_gettime(CLOCK_REALTIME, &now);
	cleanup_free char *name =
		xasprintf("%012lld.%09ld-%s.json", (long long)now.tv_sec, now.tv_nsec, r->key);
	cleanup_json json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "schema",
		"tare/spool/1", "url", r->url, "method", r->method, "type", r->type, "key", r->key,
		"uncertain", 0, "body", r->body);

	return entry_write(s, name, o, err);
}

/* 1: taken and removed, 0: stays, -1 with err. *stop: the endpoint takes nothing now. */
static int send_entry(const struct spool *s, const char *name, json_t *o,
	const struct publish_request *how, bool *stop, char **why, struct error *err)
{
	struct publish_request r = *how;
	enum publish_outcome outcome;
	bool uncertain = false;
	int rc;

	r.method = text_of(o, "method");
	r.type = text_of(o, "type");
	r.key = text_of(o, "key");
	r.body = text_of(o, "body");
	r.len = strlen(r.body);
	r.uncertain = json_is_true(json_object_get(o, "uncertain"));
	rc = publish_send(&r, &outcome, why, &uncertain, err);
	if (rc == 0 && outcome == PUBLISH_SENT)
		return unlinkat(s->dirfd, name, 0) == 0
			? 1
			: error_errno(err, EXIT_INTERNAL, errno, "spool: cannot be cleared");
	if (uncertain != r.uncertain) {
		json_object_set_new(o, "uncertain", json_true());
		if (entry_write(s, name, o, err) < 0)
			return -1;
	}
	if (rc < 0)
		return -1;
	*stop = outcome == PUBLISH_LATER;
	return 0;
}

int spool_flush(struct spool *s, const char *url, const char *cacert, double timeout,
	struct spool_result *out, struct error *err)
{
	const struct publish_request how = {.url = url, .cacert = cacert, .timeout = timeout};
	struct dirent **names = NULL;
	int n = list(s, &names, err);
	bool stop = false;

	for (int i = 0; i < n; i++) {
		cleanup_json json_t *o = err->code ? NULL : entry_read(s, names[i]->d_name, err);
		cleanup_free char *why = NULL;

		if (o && !strcmp(text_of(o, "url"), url)) {
			int rc = stop ? 0
				      : send_entry(s, names[i]->d_name, o, &how, &stop, &why, err);

			out->sent += rc == 1;
			out->kept += rc == 0;
			if (rc == 0 && why && !out->why)
				out->why = steal_ptr(why);
		}
		free(names[i]);
	}
	free(names);
	return n < 0 || err->code ? -1 : 0;
}
