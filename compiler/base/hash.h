// The hash that the tables of this room share. Not keyed: tables that hostile input fills keep their order of
// insertion and grow by load, so that a flood of collisions costs time only.

#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

// A good mix of all bits (Stafford's variant 13 of the finaliser of MurmurHash3).
static inline uint64_t hash_u64(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// FNV-1a, then mixed, since its high bits are weak for short keys.
static inline uint64_t hash_bytes(const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash_u64(hash);
}

#endif
