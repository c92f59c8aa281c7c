/* xml.c - foreign text inside markup, for report.html and all JUnit that is written. */
#include "report-internal.h"

#include "util.h"

void markup_text(FILE *out, const char *foreign, const char *apostrophe)
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
			fputs(apostrophe, out);
			break;
		default:
			fputc(*p, out);
		}
	}
}

void xml_text(FILE *out, const char *foreign)
{
	markup_text(out, foreign, "&apos;");
}

void xml_attribute(FILE *out, const char *name, const char *foreign)
{
	fprintf(out, " %s=\"", name);
	xml_text(out, foreign);
	fputc('"', out);
}
