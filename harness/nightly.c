/* nightly.c - what a night's exit code is, and what of the doctor's findings a plan needs. Pure. A new exit code: a row
 * of words[] and a place in nightly_order[]. */
#include "nightly.h"

#include "plan.h"
#include "util.h"

#include <string.h>

const int nightly_order[] = {EXIT_TERMINATED, EXIT_INTERRUPTED, EXIT_REGRESSION, EXIT_INTERNAL,
	EXIT_USAGE, EXIT_PREREQUISITE, EXIT_METER, EXIT_ARM, EXIT_NOISY, EXIT_PARTIAL, EXIT_UNCLEAR,
	EXIT_PUBLISH, EXIT_FINE};

static size_t place(int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(nightly_order); i++)
		if (nightly_order[i] == code)
			return i + 1;
	return 0;
}

int nightly_graver(int a, int b)
{
	return place(a) <= place(b) ? a : b;
}

const char *nightly_words(int code)
{
	static const struct {
		int code;
		const char *words;
	} words[] = {
		{EXIT_FINE, "fine"},
		{EXIT_INTERNAL, "internal error"},
		{EXIT_USAGE, "cannot be done as asked"},
		{EXIT_REGRESSION, "ALARM"},
		{EXIT_UNCLEAR, "unclear"},
		{EXIT_PREREQUISITE, "a prerequisite is missing"},
		{EXIT_NOISY, "too noisy to trust"},
		{EXIT_ARM, "an arm or workload failed"},
		{EXIT_PARTIAL, "out of time"},
		{EXIT_METER, "the meter is off"},
		{EXIT_PUBLISH, "publishing deferred"},
		{EXIT_INTERRUPTED, "interrupted"},
		{EXIT_TERMINATED, "terminated"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].code == code)
			return words[i].words;
	return "unknown";
}

static bool has_guests(const struct plan *p)
{
	for (size_t i = 0; i < p->n_arms; i++)
		if (p->arms[i].platform->guest)
			return true;
	return false;
}

bool nightly_needs(const struct plan *p, const char *finding)
{
	static const char *const of_guests[] = {"tun", "guest kernel", "accelerator", NULL};
	static const char platform[] = "platform ";

	if (!strcmp(finding, "gnuplot"))
		return false; /* the report says that its charts are missing */
	for (size_t i = 0; of_guests[i]; i++)
		if (!strcmp(finding, of_guests[i]))
			return has_guests(p);
	if (strncmp(finding, platform, sizeof(platform) - 1) != 0)
		return true;
	for (size_t i = 0; i < p->n_arms; i++)
		if (!strcmp(p->arms[i].platform->name, finding + sizeof(platform) - 1))
			return true;
	return false;
}
