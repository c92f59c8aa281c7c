/* Where servers inside listen. Bare processes share the loopback: each has an address of its own there,
 * which the harness tells in the agent's environment; in all other places they listen everywhere. */
#include "inside.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct in_addr own_address(void)
{
	static struct in_addr address; /* INADDR_ANY */
	static bool asked;
	const char *text = asked ? NULL : getenv("TARE_ADDRESS");

	asked = true;
	if (text && inet_pton(AF_INET, text, &address) != 1)
		address.s_addr = htonl(INADDR_ANY);
	return address;
}
