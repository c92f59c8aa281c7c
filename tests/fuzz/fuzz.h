/* fuzz.h - what the targets share. A target is one file fuzz-NAME.c with LLVMFuzzerTestOneInput() and a folder
 * corpus/NAME; `make fuzz` finds both by name. An input must end in an answer or in an error with one of the exit
 * codes for bad input: a crash, a leak, a hang or a missing error is a finding. */
#ifndef TARE_FUZZ_H
#define TARE_FUZZ_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One-line, coded, whole: an error that a person can act on. */
static inline void fuzz_check_error(int failed, const struct error *err)
{
	if (!failed)
		return;
	if (err->code == 0 || !err->text[0] || strpbrk(err->text, "\n\r\x1b"))
		abort();
}

/* A folder on a tmpfs where there is one, made once, removed when the process ends; as a descriptor. */
int fuzz_folder(void);
/* Replaces the file in fuzz_folder(). */
void fuzz_file(const char *name, const uint8_t *data, size_t size);

#endif
