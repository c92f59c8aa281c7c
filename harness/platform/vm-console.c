/* vm-console.c - the ring a console is drained into. */
#include "vm-console.h"

#include "util.h"

#include <string.h>

static const char panic_text[] = "Kernel panic";

void console_reset(struct vm_console *c)
{
	atomic_store(&c->first, 0);
	atomic_store(&c->running, 0);
	atomic_store(&c->total, 0);
	atomic_store(&c->panic, false);
	c->panic_end = 0;
	atomic_store(&c->state, CONSOLE_FREE);
}

/* Where the panic's text ends in the ring, 0 = not in the last bytes before end; it may come in pieces. */
static uint64_t find_panic(const struct vm_console *c, uint64_t end, size_t fresh)
{
	size_t back = fresh + sizeof(panic_text) - 2, at = 0;

	if (back > CONSOLE_RING)
		back = CONSOLE_RING;
	if (back > end)
		back = (size_t)end;
	for (uint64_t p = end - back; p < end; p++) {
		char b = c->ring[p % CONSOLE_RING];

		/* "K" occurs once in the text: after a mismatch only it can begin again. */
		at = b == panic_text[at] ? at + 1 : b == panic_text[0] ? 1 : 0;
		if (at == sizeof(panic_text) - 1)
			return p + 1;
	}
	return 0;
}

/* The line is worth waiting for: it says why. */
static bool panic_complete(const struct vm_console *c, uint64_t end)
{
	for (uint64_t p = c->panic_end; p < end; p++)
		if (c->ring[p % CONSOLE_RING] == '\n')
			return true;
	return false;
}

bool console_put(struct vm_console *c, const char *data, size_t n, int64_t at)
{
	uint64_t total = atomic_load(&c->total);
	bool news = false;

	for (size_t i = 0; i < n; i++)
		c->ring[(total + i) % CONSOLE_RING] = data[i];
	if (n > 0 && atomic_load(&c->first) == 0) {
		atomic_store(&c->first, at);
		news = true;
	}
	if (!c->panic_end)
		c->panic_end = find_panic(c, total + n, n);
	if (c->panic_end && !atomic_load(&c->panic) && panic_complete(c, total + n)) {
		atomic_store(&c->panic, true);
		news = true;
	}
	if (total < CONSOLE_FLOOD && total + n >= CONSOLE_FLOOD)
		news = true;
	atomic_store(&c->total, total + n);
	return news;
}

void console_end(struct vm_console *c)
{
	if (c->panic_end)
		atomic_store(&c->panic, true);
	atomic_store(&c->state, CONSOLE_ENDED);
}

char *console_tail(const struct vm_console *c, size_t max)
{
	uint64_t total = atomic_load(&c->total);
	size_t n = total < max ? (size_t)total : max;
	char *text, *line;

	if (n > CONSOLE_RING)
		n = CONSOLE_RING;
	text = xmalloc(n + 1);
	for (size_t i = 0; i < n; i++) {
		char b = c->ring[(total - n + i) % CONSOLE_RING];

		text[i] = b ? b : ' ';
	}
	text[n] = 0;
	line = n < total ? strchr(text, '\n') : NULL;
	if (line)
		memmove(text, line + 1, strlen(line + 1) + 1);
	return text;
}
