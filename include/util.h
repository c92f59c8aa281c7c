/* util.h - cleanup attributes, strict numbers, safe text, whole-file I/O, the one clock.
 * A function that uses a cleanup attribute does not also use goto. */
#ifndef TARE_UTIL_H
#define TARE_UTIL_H

#include "error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NSEC_PER_SEC 1000000000LL
#define NSEC_PER_MSEC 1000000LL

void cleanup_freep(void *p);
void cleanup_closep(int *fd);
void cleanup_filep(FILE **f);
#define cleanup_free __attribute__((cleanup(cleanup_freep)))
#define cleanup_close __attribute__((cleanup(cleanup_closep)))
#define cleanup_file __attribute__((cleanup(cleanup_filep)))

/* Takes the value out of an owning variable: the cleanup then does nothing. */
static inline int steal_fd(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}
#define steal_ptr(p)                                                                               \
	({                                                                                         \
		__typeof__(p) steal_value_ = (p);                                                  \
		(p) = NULL;                                                                        \
		steal_value_;                                                                      \
	})

/* malloc family that ends the program with exit 1 and one line when memory is out. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* CLOCK_MONOTONIC in ns: the one clock of every milestone and deadline. */
int64_t now_ns(void);

/* Strict decimal: digits only, the whole string, within [min, max]. 0, or -1 and *out untouched. */
int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
/* "64 MiB", "1GiB", "4096" (B, KiB, MiB, GiB, TiB). 0 or -1. */
int parse_bytes(const char *s, uint64_t *out);
/* "90", "90s", "15m", "2h" in seconds, > 0. 0 or -1. */
int parse_duration(const char *s, double *seconds);

/* buf <- s with control bytes and invalid UTF-8 as \xNN, cut at 80 characters with "...". Returns buf,
 * which must hold SAFE_TEXT_SIZE bytes. For anything foreign that goes into a message. */
#define SAFE_TEXT_SIZE 340
const char *safe_text(const char *s, char buf[SAFE_TEXT_SIZE]);

/* The candidate nearest to word (Damerau-Levenshtein, at most 2 and under half its length), or NULL.
 * candidates ends with NULL. Borrowed. */
const char *did_you_mean(const char *word, const char *const *candidates);
/* A name of an arm, workload, plan: 1 to 64 of [A-Za-z0-9_.+-], starting with a letter or digit. */
bool name_is_valid(const char *name);

/* Whole file as new, NUL-terminated text; *len may be NULL. At most max bytes, else -1 with EFBIG.
 * Returns NULL with errno set. dirfd and path as in openat(). */
char *read_file_at(int dirfd, const char *path, size_t max, size_t *len);
/* Write all or -1 with errno; EINTR is retried. */
int write_all(int fd, const void *data, size_t len);
/* open(O_WRONLY), one write, close: for /proc and cgroup files. 0 or -1 with errno. */
int write_file_at(int dirfd, const char *path, const char *text);
/* Whether the effective user can make files in this folder; where it is missing, whether it can be made: deep, with the
 * missing ones above it. 0, or -1 with errno. */
int can_write_into(const char *path, bool deep);
/* Old or new file, never half: temporary file, fsync, rename, fsync of the folder. */
int replace_file_at(int dirfd, const char *path, const void *data, size_t len, struct error *err);
/* Removes a tree below dirfd without following links or leaving its file system. 0 or -1 with errno. */
int remove_tree_at(int dirfd, const char *name);
/* Reads /proc/<pid>/stat field 22 (clock ticks since boot); 0 if there is no such process. */
uint64_t process_start_time(pid_t pid);

#endif
