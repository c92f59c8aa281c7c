/* claims-reason.c - why a quantity or a verdict is what it is, in English and Korean. A further reason of the summary's
 * own: a line in known[]. */
#include "claims.h"

#include "util.h"

#include <string.h>

/* Notes and reasons of rows of summary.json. What an instance or a tool said stays as it is. */
static const struct {
	const char *en, *ko;
} known[] = {
	{"no reason", "이유 없음"},
	{"no verdict", "판정 없음"},
	{"no block has a ratio", "비율을 낼 수 있는 블록이 없다"},
	{"less memory.emulator_code", "memory.emulator_code를 뺀 값"},
	{"emulated times decide no verdict", "에뮬레이션한 시간으로는 판정하지 않는다"},
	{"emulated: holds or borders on the translation buffer",
		"에뮬레이션: 번역 버퍼가 들어 있거나 번역 버퍼와 나누기 어렵다"},
	{"emulated, and memory.emulator_code was not measured",
		"에뮬레이션이고, memory.emulator_code를 재지 않았다"},
	{"below 3 instance counts a line has no interval",
		"인스턴스 수가 3가지 미만이라 직선에 구간이 없다"},
	{"the line's interval reaches 0: there is nothing that could double",
		"직선의 구간이 0에 닿아 배가 될 것이 없다"},
	{"the interval reaches over 1.8 or 2.2", "구간이 1.8이나 2.2에 걸쳐 있다"},
};

static const char *one_in_korean(const char *english)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(english, known[i].en))
			return known[i].ko;
	return english;
}

/* Notes are joined by "; ". */
char *claims_korean(const char *english)
{
	cleanup_free char *rest = xstrdup(english);
	char *text = xstrdup(""), *next;

	for (char *at = rest; at; at = next) {
		char *longer;

		next = strstr(at, "; ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		longer = xasprintf("%s%s%s", text, *text ? "; " : "", one_in_korean(at));
		free(text);
		text = longer;
	}
	return text;
}

void quantity_because(struct quantity *q, char *en, char *ko)
{
	free(q->reason);
	free(q->reason_ko);
	q->reason = en;
	q->reason_ko = ko;
}
