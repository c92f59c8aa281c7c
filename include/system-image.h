/* system-image.h - whole operating systems that workloads and guests can run in: made once from packages by
 * workloads/images/make-NAME.sh and kept in the cache. Any platform may ask for one. */
#ifndef TARE_SYSTEM_IMAGE_H
#define TARE_SYSTEM_IMAGE_H

#include "error.h"

#include <stddef.h>

struct system_image {
	char *name; /* "debian" */
	char *folder; /* <cache>/debian-<hash>: stays what it is as long as it is there */
	char *tree; /* its files, owners as inside; never to be written to */
	char *disk; /* the same files as a raw ext4 file system; never to be written to */
	char *packages; /* a text file: "NAME VERSION" a line */
	char hash[65]; /* of the recipe that made it */
};
/* Choices of an arm's option "image": minimal (no image: the workload's files and nothing else), debian. */
extern const char *const system_image_choices[];

/* The image of that name in the cache. Fills *out (free it with system_image_free()), or EXIT_PREREQUISITE with
 * the command that makes it. */
int system_image_find(const char *name, struct system_image *out, struct error *err);
void system_image_free(struct system_image *i);
/* A workload's file "debian:/usr/sbin/nginx": the path inside the image (borrowed, begins with "/") and the image's name
 * (new) - or NULL for any other file. */
const char *system_image_file(const char *file, char **name);

#endif
