/* http-drive.c - see http-drive.h. */
#include "http-drive.h"

#include "util.h"
#include "wait.h"

#include <sys/select.h>

int http_drive(CURLM *multi, int64_t deadline, struct error *err)
{
	int running = 1;

	while (curl_multi_perform(multi, &running) == CURLM_OK && running) {
		struct pollfd fds[16];
		fd_set in, out, bad;
		size_t n = 0;
		int max = -1;
		long ms = -1;
		int64_t until = deadline;

		FD_ZERO(&in);
		FD_ZERO(&out);
		FD_ZERO(&bad);
		curl_multi_fdset(multi, &in, &out, &bad, &max);
		curl_multi_timeout(multi, &ms);
		for (int fd = 0; fd <= max && n < ARRAY_SIZE(fds); fd++)
			if (FD_ISSET(fd, &in) || FD_ISSET(fd, &out))
				fds[n++] = (struct pollfd){.fd = fd,
					.events = (short)((FD_ISSET(fd, &in) ? POLLIN : 0) |
						(FD_ISSET(fd, &out) ? POLLOUT : 0))};
		if (ms >= 0 && now_ns() + ms * NSEC_PER_MSEC < until)
			until = now_ns() + ms * NSEC_PER_MSEC;
		if (wait_fds(fds, n, until, err) < 0)
			return -1;
		if (now_ns() >= deadline)
			return 0;
	}
	return 0;
}
