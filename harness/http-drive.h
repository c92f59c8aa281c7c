/* http-drive.h - libcurl's own descriptors and time-outs, waited for as everything is: Ctrl-C ends it. */
#ifndef TARE_HTTP_DRIVE_H
#define TARE_HTTP_DRIVE_H

#include "error.h"

#include <curl/curl.h>
#include <stdint.h>

/* 0 when all is transferred or the deadline passed, -1 with err when interrupted. */
int http_drive(CURLM *multi, int64_t deadline, struct error *err);

#endif
