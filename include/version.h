/* version.h - the program's version, here and nowhere else: --version, the manual page, run.json and the name of
 * the source archive (make dist) take it from this line. */
#ifndef TARE_VERSION_H
#define TARE_VERSION_H

#define TARE_VERSION "0.1.0"

#endif
