/* docker-http.h - what docker-http.c (one HTTP exchange) and docker-api.c (what it means) share. */
#ifndef TARE_DOCKER_HTTP_H
#define TARE_DOCKER_HTTP_H

#include "docker-api.h"

#include <curl/curl.h>

struct docker_transfer {
	struct docker_api *api; /* borrowed */
	struct docker_request request; /* with copies of method and path */
	char *method, *path, *url, *body;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	FILE *file;
	int fd; /* libcurl's socket; -1 */
	short events;
	int64_t timer; /* when libcurl wants to be called again; INT64_MAX = never */
	bool done;
	CURLcode code;
	char message[CURL_ERROR_SIZE];
	char *answer;
	size_t len;
	bool too_much;
	int64_t begun;
	char version[16]; /* header Api-Version */
};

/* Status of the finished exchange, or -1 with what went wrong below HTTP. */
int docker_http_status(struct docker_transfer *t, struct error *err);
/* The deadline has passed: the error, and the engine is given up. */
int docker_http_late(struct docker_transfer *t, struct error *err);
void docker_http_free(struct docker_transfer *t);

#endif
