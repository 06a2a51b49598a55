// SHA-256 (FIPS 180-4), for seals and images. Freestanding.

#ifndef SEALED_SHA256_H
#define SEALED_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct Sha256 {
    uint32_t state[8];
    uint64_t length;   // bytes added so far
    uint8_t block[64]; // the last, incomplete block: length % 64 bytes
} Sha256;

void sha256_start(Sha256 *sha);
void sha256_add(Sha256 *sha, const void *bytes, size_t length);
void sha256_finish(Sha256 *sha, uint8_t out[32]); // the state is used up

#endif
