/* agent-field.c - the fields of an agent's answer. */
#include "agent.h"

#include "util.h"

#include <string.h>

static char *find_field(const struct agent_reply *r, const char *key)
{
	size_t len = strlen(key);
	char *found = NULL;

	for (const char *word = r->line; *word; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");

		if (n > len && strncmp(word, key, len) == 0 && word[len] == '=') {
			if (found) {
				free(found);
				return NULL;
			}
			found = xasprintf("%.*s", (int)(n - len - 1), word + len + 1);
		}
		word += n;
	}
	return found;
}

int agent_field(const struct agent_reply *r, const char *key, uint64_t max, uint64_t *out,
	struct error *err)
{
	cleanup_free char *text = find_field(r, key);
	char safe[SAFE_TEXT_SIZE];

	if (text && parse_u64(text, 0, max, out) == 0)
		return 0;
	return error_set(err, EXIT_ARM, "agent: %s, got %s, expected a number from 0 to %llu", key,
		text ? safe_text(text, safe) : "nothing", (unsigned long long)max);
}

char *agent_field_text(const struct agent_reply *r, const char *key)
{
	char *text = find_field(r, key);

	if (text && wire_decode(text) < 0) {
		free(text);
		return NULL;
	}
	return text;
}
