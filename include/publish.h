/* publish.h - a text sent to an HTTP endpoint, bounded in time and memory; what could not be sent waits in a spool. */
#ifndef TARE_PUBLISH_H
#define TARE_PUBLISH_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PUBLISH_ANSWER_MAX 65536 /* B of headers and body; more is no answer to a publication */
#define PUBLISH_TRIES 3
#define PUBLISH_WAIT_MAX                                                                           \
	30 /* s; an endpoint that wants to be left alone for longer is asked next time */

enum publish_outcome {
	PUBLISH_SENT,
	PUBLISH_REFUSED, /* it does not want this text (400, 409, 413, 415, 422) */
	PUBLISH_LATER, /* it takes nothing now */
};
struct publish_request {
	const char *url, *method, *type, *key; /* key: value of Idempotency-Key */
	const char *body;
	size_t len;
	const char *cacert; /* file, or NULL = the system's */
	double timeout; /* s, a try */
	bool uncertain; /* an earlier try may have arrived: 409 then says that it did */
};
/* The endpoint may be published to: http or https, no credentials in it. 0, or -1 with EXIT_USAGE. */
int publish_check_url(const char *url, struct error *err);
/* url without what follows '?' or '#', credentials as ***, safe to print. New. */
char *publish_shown(const char *url);
/* s until the next try after that many (0 = the first failed): what the endpoint wants, else 1, 2, 4 ...; up to a quarter longer
 * by dice. -1 when it wants longer than PUBLISH_WAIT_MAX. */
double publish_pause(unsigned attempt, double wants, unsigned char dice);
/* Credentials are TARE_PUBLISH_AUTHORIZATION (a whole value), TARE_PUBLISH_USER and _PASSWORD, or netrc. *why (new) unless
 * sent. -1 with err when interrupted or a credential cannot be used; *uncertain is whether it may have arrived. */
int publish_send(const struct publish_request *r, enum publish_outcome *out, char **why,
	bool *uncertain, struct error *err);

/* The spool: a folder with one file a text, oldest first, one process at a time. */
struct spool {
	int dirfd, lock;
};
/* folder NULL: $XDG_STATE_HOME/tare/spool, ~/.local/state/tare/spool, for root /var/lib/tare/spool. */
int spool_open(const char *folder, struct spool *out, struct error *err);
void spool_close(struct spool *s);
/* Adds a text unless one of that key is there for that URL. */
int spool_add(struct spool *s, const struct publish_request *r, struct error *err);
/* Sends what is there for the URL, oldest first. Counts; *why (new, or NULL) of the first that was not sent. */
struct spool_result {
	unsigned sent, kept;
	char *why;
};
int spool_flush(struct spool *s, const char *url, const char *cacert, double timeout,
	struct spool_result *out, struct error *err);

/* publish-run.c: a run's folder to an endpoint, and what still waits for it. */
#define PUBLISH_TIMEOUT 30 /* s, a try, when nothing else is said */
struct publish_how {
	const char *url;
	const char *format; /* of tare export; NULL = by the URL */
	const char *cacert, *spool; /* as in publish_request and spool_open() */
	double timeout; /* s, a try */
};
/* Whether URL and format can be asked for, certificates be read, a spool that is named be written into; nothing is made:
 * 0, or -1 with EXIT_USAGE. */
/* The same of the certificates alone; NULL is fine. */
int publish_check_cacert(const char *path, struct error *err);
int publish_check(const struct publish_how *how, struct error *err);
/* Puts the run into the spool and sends what is there for the URL. out: what became of it, whatever is returned; kept
 * texts are no error here. */
int publish_folder(const char *folder, const struct publish_how *how, struct spool_result *out,
	struct error *err);

#endif
