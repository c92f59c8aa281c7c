/* run-folder.h - a run is one folder; this makes it, names it, reads it back. */
#ifndef TARE_RUN_FOLDER_H
#define TARE_RUN_FOLDER_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>

struct run_folder {
	char *path; /* absolute */
	int dirfd;
	char id[17]; /* 16 hex digits */
	/* what run_folder_discard() has to take back */
	bool made, dated, made_results;
	char *latest; /* new: what results/latest pointed at before, NULL if nothing */
};
/* path NULL: results/<UTC time>-<id>/ below the working directory, with results/latest pointing at it. The
 * folder must be new or empty (EXIT_USAGE); missing parents are made. Under sudo it belongs to the calling
 * user (SUDO_UID/GID). */
int run_folder_create(const char *path, struct run_folder *out, struct error *err);
/* An existing one: run.json is read and checked (schema, types, versions). *run is new. */
int run_folder_open(const char *path, struct run_folder *out, json_t **run, struct error *err);
/* name <- JSON, atomically, keys in insertion order, owned by the calling user. */
int run_folder_write_json(
	const struct run_folder *f, const char *name, const json_t *value, struct error *err);
/* Gives everything in it to the calling user of sudo; nothing otherwise. */
int run_folder_give(const struct run_folder *f, struct error *err);
/* Under sudo: on, the effective user is the calling one, until off (not for good): what it may write is seen. */
int run_folder_as_user(bool on, struct error *err);
/* Nothing that is left to do needs root: a root process becomes the folder's owner for good, so that what the owner
 * planted there (links, scripts) is not followed by root. 0 when it is the owner already. */
int run_folder_become_owner(const struct run_folder *f, struct error *err);
/* A folder in which nothing was measured is taken away again (only what tare itself made in it), and closed;
 * results/latest points at what it did before. */
void run_folder_discard(struct run_folder *f);
/* May be called twice. */
void run_folder_close(struct run_folder *f);

#endif
