/* sha256.h - SHA-256 in pieces (FIPS 180-4). */
#ifndef TARE_SHA256_H
#define TARE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t state[8];
	uint64_t length; /* B so far */
	unsigned char block[64];
};
void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *data, size_t len);
/* 64 hex digits and NUL; h is spent. */
void sha256_end(struct sha256 *h, char hex[65]);

#endif
