/* qcow2.h - a disk of its own for each VM over one that all only read. */
#ifndef TARE_QCOW2_H
#define TARE_QCOW2_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* The bytes of an empty qcow2 image of size bytes over a raw image: new into *out, their number; 0 when it cannot be
 * (no size, or a path of more than 1023 bytes). Pure. */
size_t qcow2_empty(const char *backing, uint64_t size, unsigned char **out);
/* Writes one at path, which must not exist, as large as the raw file backing (absolute path). */
int qcow2_create(const char *path, const char *backing, struct error *err);

#endif
