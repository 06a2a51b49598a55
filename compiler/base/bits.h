// Sets of small numbers, one bit each, for data-flow analysis. Sets that are combined have the same size.

#ifndef BASE_BITS_H
#define BASE_BITS_H

#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct BitSet {
    uint64_t *words;
    uint32_t bits;
} BitSet;

static inline uint32_t bits_words(const BitSet *set) {
    return (set->bits + 63) / 64;
}

static inline BitSet bits_new(Arena *arena, uint32_t bits) { // empty
    return (BitSet){ arena_array(arena, uint64_t, (bits + 63) / 64), bits };
}

static inline bool bits_get(const BitSet *set, uint32_t i) {
    assert(i < set->bits);
    return set->words[i / 64] >> (i % 64) & 1;
}

static inline void bits_set(BitSet *set, uint32_t i) {
    assert(i < set->bits);
    set->words[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline void bits_clear(BitSet *set, uint32_t i) {
    assert(i < set->bits);
    set->words[i / 64] &= ~((uint64_t)1 << (i % 64));
}

static inline void bits_copy(BitSet *to, const BitSet *from) {
    assert(to->bits == from->bits);
    if (bits_words(to)) memcpy(to->words, from->words, bits_words(to) * sizeof(uint64_t));
}

static inline bool bits_equal(const BitSet *a, const BitSet *b) {
    assert(a->bits == b->bits);
    return bits_words(a) == 0 || memcmp(a->words, b->words, bits_words(a) * sizeof(uint64_t)) == 0;
}

static inline bool bits_union_into(BitSet *to, const BitSet *from) { // true if `to` changed
    assert(to->bits == from->bits);
    uint64_t changed = 0;
    for (uint32_t i = 0; i < bits_words(to); i++) {
        changed |= from->words[i] & ~to->words[i];
        to->words[i] |= from->words[i];
    }
    return changed != 0;
}

static inline bool bits_intersect_into(BitSet *to, const BitSet *from) { // true if `to` changed
    assert(to->bits == from->bits);
    uint64_t changed = 0;
    for (uint32_t i = 0; i < bits_words(to); i++) {
        changed |= to->words[i] & ~from->words[i];
        to->words[i] &= from->words[i];
    }
    return changed != 0;
}

#endif
