/* host-internal.h - the part of host.h that runs other programs. Private to harness/host/. */
#ifndef TARE_HOST_INTERNAL_H
#define TARE_HOST_INTERNAL_H

/* First line of "<program> --version", where the program is found in PATH and answers by a deadline of some
 * seconds: new string, else NULL. */
char *tool_version(const char *program);

#endif
