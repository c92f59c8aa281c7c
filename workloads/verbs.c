/* The built-in workloads: one file each, and one line here. */
#include "inside.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct verb *const verbs[] = {&verb_idle, &verb_http, &verb_touch, &verb_spawn, NULL};

const char *verb_unknown_argument(const struct verb *v, char *const *arguments)
{
	for (size_t i = 0; arguments && arguments[i]; i++) {
		char known[128], word[64];
		size_t len = strcspn(arguments[i], "=");

		if (len == 0 || len > 40 || arguments[i][len] != '=')
			return arguments[i];
		snprintf(known, sizeof(known), " %s delay_ms ", v->keys);
		snprintf(word, sizeof(word), " %.*s ", (int)len, arguments[i]);
		if (!strstr(known, word))
			return arguments[i];
	}
	return NULL;
}

static const char *argument(const struct verb_call *c, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; c->arguments && c->arguments[i]; i++)
		if (strncmp(c->arguments[i], key, len) == 0 && c->arguments[i][len] == '=')
			return c->arguments[i] + len + 1;
	return NULL;
}

uint64_t verb_number(
	const struct verb_call *c, const char *key, uint64_t min, uint64_t max, uint64_t standard)
{
	const char *text = argument(c, key);
	uint64_t v;

	if (!text)
		return standard;
	if (parse_number(text, max, &v) < 0 || v < min)
		verb_fail(c, "%s: got %.40s, expected %llu to %llu", key, text,
			(unsigned long long)min, (unsigned long long)max);
	return v;
}

void verb_delay(const struct verb_call *c)
{
	uint64_t ms = verb_number(c, "delay_ms", 0, 3600000, 0);

	/* Not a wait for something: the delay is what was asked for. */
	if (ms > 0)
		poll(NULL, 0, (int)ms);
}

void verb_pause(void)
{
	for (;;)
		pause();
}
