// The parser library's memory: blocks from a pool that lives as long as one parse and is freed whole.
//
// The library asks for some hundred bytes a token and gives most of them back at the end, one by one; so what is small
// comes from lists of free blocks, by size, and nobody walks the tree to free it.
//
// libtree-sitter before 0.20.8 keeps the number of a node's children in 16 bits. A node with 65,536 children or more
// then believes to have fewer, loses the others, and is freed by an address inside of its block. Such nodes are
// made of hostile text only (scan.c sees to the rest), what they lose has been reported as an error, and reading
// what they keep is sound; freeing them is not. So each block carries a seal that is bound to its address, and what is not sealed
// is not freed but left behind.

#include "syntax__.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <threads.h>

typedef struct Seal {
    uint64_t mark; // its own address, mixed with the key
    uint64_t room; // bytes that follow: a class
} Seal;

typedef struct Free { // a block that was given back
    struct Free *next;
} Free;

enum {
    FINE = 32,   // classes of 16 bytes, 32, ... 512
    COARSE = 36, // and of 1 KiB, 2 KiB, ...
};

struct SyntaxMemory {
    Arena *arena;
    Free *free[FINE + COARSE];
};

// The library takes one allocator for the process, so the key is the process's, and the pool the thread's.
static once_flag once = ONCE_FLAG_INIT;
static uint64_t key;
static _Thread_local struct SyntaxMemory *pool; // of the parse that this thread is in

static uint64_t mark_of(const Seal *seal) {
    return (uint64_t)(uintptr_t)seal ^ key;
}

static Seal *seal_of(void *block) {
    Seal *seal = (Seal *)block - 1;
    return seal->mark == mark_of(seal) ? seal : NULL;
}

// The class of blocks that have `size` bytes, and how many they have.
static uint32_t class_of(size_t size, size_t *room) {
    if (size <= 16 * FINE) {
        uint32_t steps = size ? (uint32_t)((size + 15) / 16) : 1;
        *room = (size_t)16 * steps;
        return steps - 1;
    }
    uint32_t log =
        64 - (uint32_t)__builtin_clzll(size - 1); // 2^log is the first power that suffices
    if (log >= 10 + COARSE) base_out_of_memory(size);
    *room = (size_t)1 << log;
    return FINE + log - 10;
}

static void *take(size_t size, bool zeroed) {
    size_t room;
    assert(pool); // the library is used in a parse only
    uint32_t class = class_of(size, &room);
    Free *block = pool->free[class];
    if (block) {
        pool->free[class] = block->next;
        if (zeroed) memset(block, 0, size);
    } else {
        block = (Free *)((Seal *)arena_alloc(pool->arena, sizeof(Seal) + room, 16) + 1);
    }
    Seal *seal = (Seal *)block - 1;
    *seal = (Seal){ mark_of(seal), room };
    return block;
}

static void *pool_malloc(size_t size) {
    return take(size, false);
}

static void *pool_calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) base_out_of_memory(SIZE_MAX);
    return take(bytes, true);
}

static void pool_free(void *block) {
    Seal *seal = block ? seal_of(block) : NULL;
    if (!seal) return;
    size_t room;
    uint32_t class = class_of(seal->room, &room);
    seal->mark = 0;
    ((Free *)block)->next = pool->free[class];
    pool->free[class] = block;
}

static void *pool_realloc(void *block, size_t size) {
    if (!block) return take(size, false);
    Seal *seal = seal_of(block);
    assert(seal); // only whole blocks grow
    if (size <= seal->room) return block;
    void *grown = take(size, false);
    memcpy(grown, block, seal->room);
    pool_free(block);
    return grown;
}

static void install(void) {
    if (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key)
        key = (uint64_t)(uintptr_t)&key * 0x9e3779b97f4a7c15u;
    ts_set_allocator(pool_malloc, pool_calloc, pool_realloc, pool_free);
}

void syntax__begin_memory(Arena *arena) {
    call_once(&once, install);
    assert(!pool); // one parse at a time in a thread
    pool = arena_new(arena, struct SyntaxMemory);
    pool->arena = arena;
}

void syntax__end_memory(void) {
    pool = NULL;
}
