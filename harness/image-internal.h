/* image-internal.h - what image.c, image-files.c, image-tar.c and image-elf.c share: a tree being filled. Paths
 * inside it are relative and never pass through a symlink or "..". */
#ifndef TARE_IMAGE_INTERNAL_H
#define TARE_IMAGE_INTERNAL_H

#include "error.h"

#include <sys/types.h>

struct stat;

struct image {
	int root; /* fd of the tree */
	const char *folder; /* its path */
	int base; /* the tree that it will lie over, -1 = none */
};

/* fd (O_PATH) of the folder that holds path, made where missing; *leaf is the last part, inside path. -1 with
 * err: where says what the path came from. */
int image_parent(const struct image *m, const char *path, const char **leaf, const char *where,
	struct error *err);
/* Each replaces what was at path, but for a folder over a folder. */
int image_add_folder(
	const struct image *m, const char *path, mode_t mode, const char *where, struct error *err);
int image_add_symlink(const struct image *m, const char *path, const char *target,
	const char *where, struct error *err);
/* New empty file, open for writing; -1. */
int image_open_file(
	const struct image *m, const char *path, mode_t mode, const char *where, struct error *err);
/* The file open as from, to path. */
int image_copy(const struct image *m, int from, const char *path, mode_t mode, const char *where,
	struct error *err);
/* Copies a file (links followed) of the tree from (NULL = the host) to a path, and what it needs of that tree if it is an
 * ELF file. */
int image_add_program(const struct image *m, const char *from, const char *host, const char *path,
	struct error *err);
/* Paths of the interpreter and libraries of an ELF file, all of them below root (NULL = the host's): new list, empty for
 * anything else. */
char **elf_needs(const char *root, const char *path, struct error *err);
/* For reading: path below root, whose links do not lead out of it; NULL = the host's. -1 with errno. */
int image_open_in(const char *root, const char *path);
/* Where base has a link to a folder (/lib -> usr/lib), moves what the tree has there to where the link leads. */
int image_follow_base(const struct image *m, struct error *err);
/* Lays a tar (compressed or not) over the tree. */
int image_add_tar(const struct image *m, const char *tar, struct error *err);
/* Lays a folder over the tree. */
int image_add_copy_of(const struct image *m, const char *folder, struct error *err);
/* Calls visit for all below at, folders before what is in them, names in byte order. */
typedef int image_visit(void *data, int at, const char *name, const char *path,
	const struct stat *st, struct error *err);
int image_walk(int at, const char *prefix, image_visit *visit, void *data, struct error *err);
/* Calls piece for the content of a file below at, in order, until one fails; a link is refused. path: the file in
 * errors. */
typedef int image_piece(
	void *data, const char *path, const void *piece, size_t len, struct error *err);
int image_read(int at, const char *name, const char *path, image_piece *piece, void *data,
	struct error *err);

#endif
