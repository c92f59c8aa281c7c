/* wire.c - what both ends of the control channel do with its text. Pure: the agent is linked with it. */
#include "wire.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int wire_decode(char *s)
{
	char *out = s;

	for (; *s; s++) {
		int high, low;

		if (*s != '%') {
			*out++ = *s;
			continue;
		}
		high = hex_digit(s[1]);
		low = high < 0 ? -1 : hex_digit(s[2]);
		if (low < 0 || high * 16 + low == 0) /* a NUL would cut the value short */
			return -1;
		*out++ = (char)(high * 16 + low);
		s += 2;
	}
	*out = '\0';
	return 0;
}
