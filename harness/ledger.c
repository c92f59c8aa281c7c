/* ledger.c - the run's ledger: written before a thing is made, read by gc. A new kind is one word in
 * kinds[] and one row in gc.c. */
#include "ledger.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define LEDGER_MAX (1024 * 1024)

static const char *const kinds[] = {
	"cgroup", "domain", "container", "image", "folder", "file", "ksm"};

struct ledger {
	int fd;
};

static int write_durably(int fd, const char *text)
{
	return write_all(fd, text, strlen(text)) < 0 || fdatasync(fd) < 0 ? -1 : 0;
}

/* Under another name first: a ledger that is there always has its "run" line. */
static int create_file(int dir, const char *first)
{
	cleanup_close int fd = -1;
	int saved;

	unlinkat(dir, "ledger.new", 0);
	fd = openat(dir, "ledger.new",
		O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && write_durably(fd, first) == 0 &&
		renameat(dir, "ledger.new", dir, "ledger") == 0 && fsync(dir) == 0)
		return steal_fd(&fd);
	saved = errno;
	unlinkat(dir, "ledger.new", 0);
	unlinkat(dir, "ledger", 0);
	errno = saved;
	return -1;
}

struct ledger *ledger_create(const char *folder, const char *id, struct error *err)
{
	cleanup_close int dir = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_free char *first = xasprintf("run %s %ld %llu\n", id, (long)getpid(),
		(unsigned long long)process_start_time(getpid()));
	struct ledger *l;
	int fd;

	fd = dir < 0 ? -1 : create_file(dir, first);
	if (fd < 0) {
		error_errno(err, EXIT_INTERNAL, errno, "ledger: cannot create %s/ledger", folder);
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->fd = fd;
	return l;
}

static bool kind_is_known(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

static bool is_plain(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return *s && strlen(s) < PATH_MAX;
}

int ledger_intent(struct ledger *l, const char *kind, const char *value, struct error *err)
{
	cleanup_free char *line = xasprintf("%s %s\n", kind, value);
	char safe[SAFE_TEXT_SIZE];
	off_t end;

	if (!kind_is_known(kind) || !is_plain(value))
		return error_set(err, EXIT_INTERNAL,
			"ledger: line, got \"%s\", expected cgroup, domain, container, image, folder, file or ksm and one line of text",
			safe_text(line, safe));
	end = lseek(l->fd, 0, SEEK_END);
	if (end >= 0 && write_durably(l->fd, line) == 0)
		return 0;
	error_errno(
		err, EXIT_INTERNAL, errno, "ledger: cannot write \"%s\"", safe_text(line, safe));
	/* Half a line would run into the next one; if even this fails, gc refuses the ledger and says so. */
	if (end >= 0)
		(void)!ftruncate(l->fd, end);
	return -1;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	close(l->fd);
	free(l);
}

/* "run <id> <pid> <start>" */
static int parse_first(char *line, struct ledger_text *t)
{
	char *words[4] = {NULL}, *save = NULL;
	uint64_t pid, start;
	size_t n = 0;

	for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (n == ARRAY_SIZE(words))
			return -1;
		words[n++] = w;
	}
	if (n != 4 || strcmp(words[0], "run") != 0 || strlen(words[1]) != 16 ||
		strspn(words[1], "0123456789abcdef") != 16 ||
		parse_u64(words[2], 1, INT_MAX, &pid) < 0 ||
		parse_u64(words[3], 0, UINT64_MAX, &start) < 0)
		return -1;
	memcpy(t->id, words[1], 17);
	t->pid = (long)pid;
	t->start = start;
	return 0;
}

static int parse_line(char *line, struct ledger_text *t)
{
	char *space = strchr(line, ' ');

	if (!space || !is_plain(line))
		return -1;
	*space = '\0';
	if (!kind_is_known(line) || !space[1])
		return -1;
	t->lines = xrealloc(t->lines, (t->n + 1) * sizeof(*t->lines));
	t->lines[t->n++] = (struct ledger_line){xstrdup(line), xstrdup(space + 1)};
	return 0;
}

static int parse_text(char *text, size_t len, struct ledger_text *t, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	unsigned number = 0;
	char *end;

	for (char *p = text; (end = memchr(p, '\n', len - (size_t)(p - text))); p = end + 1) {
		cleanup_free char *copy = NULL;
		bool nul = memchr(p, '\0', (size_t)(end - p)) != NULL;

		*end = '\0';
		copy = xstrdup(p);
		number++;
		if (nul || (number == 1 ? parse_first(p, t) : parse_line(p, t)) < 0)
			return error_set(err, EXIT_INTERNAL,
				"ledger: line %u, got \"%s\", expected \"run ID PID START\" first, then cgroup, domain, container, image, folder, file or ksm with a value",
				number, safe_text(copy, safe));
	}
	return number ? 0
		      : error_set(err, EXIT_INTERNAL,
				"ledger: got no whole line, expected \"run ID PID START\" first");
}

int ledger_read(int dirfd, const char *name, struct ledger_text *out, struct error *err)
{
	struct ledger_text t = {0};
	struct stat st;
	cleanup_free char *text = NULL;
	size_t len;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			? 1
			: error_errno(err, EXIT_INTERNAL, errno, "ledger: cannot look at %s", name);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return error_set(err, EXIT_INTERNAL,
			"ledger: %s, got a foreign or special file, expected a file of ours", name);
	text = read_file_at(dirfd, name, LEDGER_MAX, &len);
	if (!text)
		return errno == ENOENT
			? 1
			: error_errno(err, EXIT_INTERNAL, errno, "ledger: cannot read %s", name);
	if (parse_text(text, len, &t, err) < 0) {
		ledger_text_free(&t);
		return -1;
	}
	*out = t;
	return 0;
}

void ledger_text_free(struct ledger_text *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->lines[i].kind);
		free(t->lines[i].value);
	}
	free(t->lines);
	*t = (struct ledger_text){0};
}
