/* xml.c - foreign text as XML, for all JUnit that is written. */
#include "report-internal.h"

#include "util.h"

void xml_text(FILE *out, const char *foreign)
{
	cleanup_free char *clean = clean_text(foreign);

	for (const char *p = clean; *p; p++) {
		switch (*p) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&apos;", out);
			break;
		default:
			fputc(*p, out);
		}
	}
}

void xml_attribute(FILE *out, const char *name, const char *foreign)
{
	fprintf(out, " %s=\"", name);
	xml_text(out, foreign);
	fputc('"', out);
}
