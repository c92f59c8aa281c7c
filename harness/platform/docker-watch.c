/* docker-watch.c - when the shim and the OCI runtime are executed: the kernel tells who watches their files. */
#include "docker.h"

#include "util.h"

#include <sys/inotify.h>

void docker_watch_open(struct docker_watch *w, const char *shim, const char *runtime)
{
	*w = (struct docker_watch){
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .shim = -1, .runtime = -1};
	if (w->fd < 0)
		return;
	if (shim)
		w->shim = inotify_add_watch(w->fd, shim, IN_OPEN);
	if (runtime)
		w->runtime = inotify_add_watch(w->fd, runtime, IN_OPEN);
}

void docker_watch_close(struct docker_watch *w)
{
	cleanup_closep(&w->fd);
	w->fd = -1;
}

/* Bits: 1 the shim, 2 the runtime. */
static unsigned seen(const struct docker_watch *w)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	unsigned bits = 0;
	ssize_t n;

	while (w->fd >= 0 && (n = read(w->fd, buffer, sizeof(buffer))) > 0) {
		for (char *p = buffer; p < buffer + n;) {
			const struct inotify_event *e = (const void *)p;

			bits |= (e->wd == w->shim ? 1U : 0) | (e->wd == w->runtime ? 2U : 0);
			p += sizeof(*e) + e->len;
		}
	}
	return bits;
}

void docker_watch_drain(struct docker_watch *w)
{
	seen(w);
}

void docker_watch_read(struct docker_watch *w, struct instance *i, int64_t now)
{
	unsigned bits = seen(w);

	if ((bits & 1) && !i->at[AT_ENGINE])
		i->at[AT_ENGINE] = now;
	/* Before the shim it is somebody else's. */
	if ((bits & 2) && i->at[AT_ENGINE] && !i->at[AT_SHIM])
		i->at[AT_SHIM] = now;
}
