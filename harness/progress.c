/* progress.c - one line that tells what is going on and how long it still takes. */
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR 20

void progress_init(struct progress *p)
{
	const char *term = getenv("TERM");
	struct winsize size;

	*p = (struct progress){.width = 80};
	p->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
	if (p->terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		p->width = size.ws_col;
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r%*s\r", (int)p->shown, "");
	p->shown = 0;
}

static void show(struct progress *p, const char *text)
{
	if (!p->terminal) {
		fprintf(stderr, "tare: %s\n", text);
		return;
	}
	progress_clear(p);
	fprintf(stderr, "%.*s", (int)p->width - 1, text);
	p->shown = (unsigned)strlen(text);
	if (p->shown > p->width - 1)
		p->shown = p->width - 1;
	fflush(stderr);
}

void progress_note(struct progress *p, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	show(p, text);
}

const char *duration_text(double seconds, char buf[32])
{
	unsigned long s = (unsigned long)(seconds + 0.5);

	if (s < 60)
		snprintf(buf, 32, "%lu s", s);
	else if (s < 3600)
		snprintf(buf, 32, "%lu min %02lu s", s / 60, s % 60);
	else
		snprintf(buf, 32, "%lu h %02lu min", s / 3600, s % 3600 / 60);
	return buf;
}

void progress_trial(
	struct progress *p, unsigned done, unsigned total, const char *what, double left)
{
	char text[256], time[32], bar[BAR + 1];
	unsigned filled = total ? done * BAR / total : BAR;

	duration_text(left, time);
	if (!p->terminal) {
		snprintf(text, sizeof(text), "trial %u of %u: %s; %s left", done + 1, total, what,
			time);
	} else {
		memset(bar, '#', filled);
		memset(bar + filled, '.', BAR - filled);
		bar[BAR] = '\0';
		snprintf(text, sizeof(text), "[%s] %u/%u %s, %s left", bar, done + 1, total, what,
			time);
	}
	show(p, text);
}
