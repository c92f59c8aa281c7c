/* The agent as a service of a whole system (systemd is PID 1): where its channel is. In a container it is a unix socket
 * that the harness listens at, in a VM the serial port. */
#include "inside.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum place service_place(void)
{
	char text[4096];

	if (fcntl(WIRE_FD, F_GETFD) >= 0)
		return PLACE_CHILD;
	if (access(WIRE_SERVICE, F_OK) == 0)
		return PLACE_SERVICE;
	if (read_small("/proc/cmdline", text, sizeof(text)) > 0 && strstr(text, INITRD_ROOT) &&
		access(WIRE_TTY, F_OK) == 0)
		return PLACE_SERVICE_VM;
	return PLACE_CHILD;
}

int service_open_channel(enum place place)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = WIRE_SERVICE};
	int fd;

	if (place == PLACE_SERVICE_VM)
		return vm_open_tty();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}
