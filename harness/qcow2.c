/* qcow2.c - a copy-on-write disk over another that is only read: the empty image by the format's specification
 * (QEMU, docs/interop/qcow2.txt), so that no tool has to be started for each VM. */
#include "qcow2.h"

#include "util.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define CLUSTER_BITS 16
#define CLUSTER (1u << CLUSTER_BITS)
#define L2_COVERS ((uint64_t)CLUSTER / 8 * CLUSTER) /* bytes that one L2 table maps */
#define BACKING_FORMAT 0xe2792acau

struct header { /* version 3, big-endian */
	uint32_t magic, version;
	uint64_t backing_offset;
	uint32_t backing_size, cluster_bits;
	uint64_t size;
	uint32_t crypt, l1_size;
	uint64_t l1_offset, refcount_offset;
	uint32_t refcount_clusters, snapshots;
	uint64_t snapshots_offset, incompatible, compatible, autoclear;
	uint32_t refcount_order, header_length;
	/* the extension that tells the backing file's format, then the end of the extensions */
	uint32_t extension, extension_length;
	char format[8];
	uint32_t end, end_length;
};

/* Clusters: 0 header, 1 table of refcount blocks, 2 the one refcount block, 3 L1 table; all else comes with the
 * first write. */
enum { AT_HEADER, AT_REFTABLE, AT_REFBLOCK, AT_L1, CLUSTERS };

size_t qcow2_empty(const char *backing, uint64_t size, unsigned char **out)
{
	struct header h = {.magic = htobe32(0x514649fbu),
		.version = htobe32(3),
		.backing_offset = htobe64(sizeof(h)),
		.backing_size = htobe32((uint32_t)strlen(backing)),
		.cluster_bits = htobe32(CLUSTER_BITS),
		.size = htobe64(size),
		.l1_size = htobe32((uint32_t)((size + L2_COVERS - 1) / L2_COVERS)),
		.l1_offset = htobe64((uint64_t)AT_L1 * CLUSTER),
		.refcount_offset = htobe64((uint64_t)AT_REFTABLE * CLUSTER),
		.refcount_clusters = htobe32(1),
		.refcount_order = htobe32(4),
		.header_length = htobe32(104),
		.extension = htobe32(BACKING_FORMAT),
		.extension_length = htobe32(3),
		.format = "raw"};
	uint64_t block = htobe64((uint64_t)AT_REFBLOCK * CLUSTER);
	uint16_t once = htobe16(1);
	unsigned char *data;

	/* A backing file's name has at most 1023 bytes, the L1 table is one cluster. */
	if (strlen(backing) > 1023 || size == 0 || size > CLUSTER / 8 * L2_COVERS)
		return 0;
	data = xcalloc(CLUSTERS, CLUSTER);
	memcpy(data, &h, sizeof(h));
	snprintf((char *)data + sizeof(h), CLUSTER - sizeof(h), "%s", backing);
	memcpy(data + (size_t)AT_REFTABLE * CLUSTER, &block, sizeof(block));
	for (size_t i = 0; i < CLUSTERS; i++)
		memcpy(data + (size_t)AT_REFBLOCK * CLUSTER + 2 * i, &once, sizeof(once));
	*out = data;
	return (size_t)CLUSTERS * CLUSTER;
}

int qcow2_create(const char *path, const char *backing, struct error *err)
{
	cleanup_close int fd = -1;
	cleanup_free unsigned char *data = NULL;
	struct stat st;
	size_t n;

	if (stat(backing, &st) < 0)
		return error_errno(err, EXIT_ARM, errno, "disk %s", backing);
	n = qcow2_empty(backing, (uint64_t)st.st_size, &data);
	if (!n)
		return error_set(err, EXIT_ARM,
			"disk %s: cannot be written over, expected a path of at most 1023 bytes and a size above 0",
			backing);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write_all(fd, data, n) < 0)
		return error_errno(err, EXIT_ARM, errno, "cannot write %s", path);
	return 0;
}
