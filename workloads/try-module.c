/* Whether a module may be loaded into the kernel here. In a machine of its own a real one is loaded and taken out
 * again: the harness sends it ("blob"), for the workload's tree holds none. Elsewhere the kernel is the host's, and
 * foreign code has no business there: the image is four bytes that no kernel accepts. The kernel asks for the right
 * before it looks at the image (init_module(2): EPERM; ENOSYS without loadable modules), so ENOEXEC says that it would
 * have taken one, and nothing was loaded. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOB_MAX (8u << 20)

static struct {
	unsigned char *data;
	size_t size;
} blob;

static void forget(void)
{
	free(blob.data);
	blob.data = NULL;
	blob.size = 0;
}

/* Of what has been checked to be one. */
static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

int do_blob(struct inside *in, const struct request *r, struct answer *a)
{
	const char *hex = request_get(r, "hex");
	size_t n = hex ? strlen(hex) / 2 : 0;
	unsigned char *room;

	(void)in;
	if (!hex) {
		forget();
		return 0;
	}
	if (strlen(hex) % 2 || strspn(hex, "0123456789abcdef") != 2 * n || blob.size + n > BLOB_MAX)
		return answer_fail(
			a, "blob: expected hex digits, at most %u bytes in all", BLOB_MAX);
	room = realloc(blob.data, blob.size + n + 1);
	if (!room)
		return answer_fail(a, "blob: out of memory");
	blob.data = room;
	for (size_t i = 0; i < n; i++)
		room[blob.size + i] =
			(unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	blob.size += n;
	answer_number(a, "size", blob.size);
	return 0;
}

int do_module(struct inside *in, const struct request *r, struct answer *a)
{
	const char *name = request_get(r, "name");
	int error = 0, left = 0;

	if (name && in->place != PLACE_VM)
		return answer_fail(a, "module: only the kernel of a VM may load one");
	if (name && !blob.size)
		return answer_fail(a, "module: no image was sent");
	if (syscall(SYS_init_module, name ? (void *)blob.data : (void *)"tare",
		    name ? (unsigned long)blob.size : 4UL, "") < 0)
		error = errno;
	forget();
	if (name && !error && syscall(SYS_delete_module, name, O_NONBLOCK) < 0)
		left = errno;
	answer_number(a, "loaded", !error);
	answer_number(a, "errno", (uint64_t)error);
	answer_text(a, "error", error ? strerror(error) : "none");
	answer_text(a, "removed", !name || error ? "none" : left ? strerror(left) : "yes");
	return 0;
}
