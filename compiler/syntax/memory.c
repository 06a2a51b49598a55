// The parser library's memory.
//
// libtree-sitter before 0.20.8 keeps the number of a node's children in 16 bits. A node with 65,536 children or more
// then believes to have fewer, loses the others, and is freed by an address inside of its block. Such nodes are
// made of hostile text only (scan.c sees to the rest), what they lose has been reported as an error, and reading
// what they keep is sound; freeing them is not. So each block carries a seal that is bound to its address, and what is not sealed
// is not freed but left behind.

#include "syntax__.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <threads.h>

typedef struct Seal {
    uint64_t mark; // its own address, mixed with the key
    uint64_t room; // keeps what follows aligned
} Seal;

// The library takes one allocator for the process, so its key is the process's too.
static once_flag once = ONCE_FLAG_INIT;
static uint64_t key;

static uint64_t mark_of(const Seal *seal) {
    return (uint64_t)(uintptr_t)seal ^ key;
}

static void *seal_block(Seal *seal, size_t size) {
    if (!seal) base_out_of_memory(size);
    seal->mark = mark_of(seal);
    return seal + 1;
}

static Seal *seal_of(void *block) {
    Seal *seal = (Seal *)block - 1;
    return seal->mark == mark_of(seal) ? seal : NULL;
}

static void *sealed_malloc(size_t size) {
    return seal_block(malloc(size + sizeof(Seal)), size);
}

static void *sealed_calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) base_out_of_memory(SIZE_MAX);
    return seal_block(calloc(1, bytes + sizeof(Seal)), bytes);
}

static void sealed_free(void *block) {
    Seal *seal = block ? seal_of(block) : NULL;
    if (!seal) return;
    seal->mark = 0;
    free(seal);
}

static void *sealed_realloc(void *block, size_t size) {
    if (!block) return sealed_malloc(size);
    Seal *seal = seal_of(block);
    assert(seal); // only whole blocks grow
    seal->mark = 0;
    return seal_block(realloc(seal, size + sizeof(Seal)), size);
}

static void install(void) {
    if (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key)
        key = (uint64_t)(uintptr_t)&key * 0x9e3779b97f4a7c15u;
    ts_set_allocator(sealed_malloc, sealed_calloc, sealed_realloc, sealed_free);
}

void syntax__guard_memory(void) {
    call_once(&once, install);
}
