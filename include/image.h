/* image.h - the root file system a workload runs in: the same tree for host, container and VM. */
#ifndef TARE_IMAGE_H
#define TARE_IMAGE_H

#include "error.h"
#include "workload.h"

#include <stddef.h>

/* Builds the tree at folder (which must not exist): /tare/agent, mount points proc dev sys tmp, then the
 * workload's files (folder and tar are laid over it, ELF files bring their shared libraries). *sha256 gets 64 hex digits + NUL over
 * paths, modes and contents in sorted order. */
int image_tree(const struct workload *w, const char *agent_path, const char *folder,
	char sha256[65], struct error *err);
/* The same to be laid over another tree (base, a system image's): without what base brings (its own files, libraries that it
 * has), and where base has a link to a folder the files are where it leads. *sha256 is the same as
 * image_tree()'s, of the whole payload. */
int image_layer(const struct workload *w, const char *agent_path, const char *base,
	const char *folder, char sha256[65], struct error *err);
/* The tree as a plain tar at path; base: a tree that it lies over, whose files are in it too (NULL = none). */
int image_archive(const char *tree, const char *base, const char *path, struct error *err);
/* A tree as an uncompressed newc cpio at path, with /init = the agent, the guest's device nodes, and the modules
 * in load order as /tare/modules/NN-name.ko (NULL-terminated list of host paths; .xz, .zst, .gz are
 * unpacked). prepend: an initrd of the user's that comes first (NULL = none). */
int image_initramfs(const char *tree, const char *const *modules, const char *prepend,
	const char *path, struct error *err);

#endif
