// Arenas: a list of chunks, each filled from the bottom. Large requests get a chunk of their own.
//
// Large chunks come from the system, zeroed, and in huge pages where it has them: a compiler touches much memory once, and a
// fault for each 4 KiB of it is dearer than what is done there. Those of the usual size are kept when an arena ends, for the
// next room: clearing what has been touched is cheaper than touching what has not. What does not come from the system is
// cleared some pages at a time, just before it is handed out.

#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>

enum { FIRST_CHUNK = 16 << 10, LARGEST_CHUNK = 4 << 20, HUGE_PAGE = 2 << 20, KEPT_MOST = 32 };
enum { CLEARED_AHEAD = 4 << 10 };
enum { NO_MEMORY_STATUS = 3 }; // as of whatever else fails that is not the program: docs/sipcc.md

struct ArenaChunk {
    ArenaChunk *next;
    size_t size; // of the whole chunk
    uint8_t bytes[];
};

void base_out_of_memory(size_t wanted) {
    fprintf(
        stderr,
        "out of memory: %zu more bytes were wanted; close other programs or raise the limit (ulimit -v)\n",
        wanted
    );
    _Exit(NO_MEMORY_STATUS); // nothing that would run at the end could count on memory
}

// --- chunks that wait for the next arena ---------------------------------------------------------------------

static once_flag once = ONCE_FLAG_INIT;
static mtx_t lock;
static ArenaChunk *kept; // of LARGEST_CHUNK bytes
static uint32_t kept_count;

static void make_lock(void) {
    if (mtx_init(&lock, mtx_plain) != thrd_success) base_out_of_memory(sizeof lock);
}

static bool keep(ArenaChunk *chunk) {
    if (chunk->size != LARGEST_CHUNK) return false;
    call_once(&once, make_lock);
    mtx_lock(&lock);
    bool room = kept_count < KEPT_MOST;
    if (room) {
        chunk->next = kept;
        kept = chunk;
        kept_count++;
    }
    mtx_unlock(&lock);
    return room;
}

static ArenaChunk *take_kept(void) { // not zeroed; NULL: there is none
    call_once(&once, make_lock);
    mtx_lock(&lock);
    ArenaChunk *chunk = kept;
    if (chunk) {
        kept = chunk->next;
        kept_count--;
    }
    mtx_unlock(&lock);
    return chunk;
}

// --- arenas --------------------------------------------------------------------------------------------------

void arena_init(Arena *arena) {
    *arena = (Arena){ 0 };
}

void arena_free(Arena *arena) {
    for (ArenaChunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        if (chunk->size < HUGE_PAGE)
            free(chunk);
        else if (!keep(chunk))
            munmap(chunk, chunk->size);
    }
    arena_init(arena);
}

// Whole huge pages from the system, aligned as such; NULL: there are none.
static void *map_pages(size_t size) {
    uint8_t *mapped =
        mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return NULL;
    size_t before = (size_t)(-(uintptr_t)mapped) & (HUGE_PAGE - 1);
    if (before) munmap(mapped, before);
    munmap(mapped + before + size, HUGE_PAGE - before);
    madvise(mapped + before, size, MADV_HUGEPAGE); // without them it is slower, no more
    return mapped + before;
}

// Chunks double, so that their number is logarithmic and a small arena stays small.
static void add_chunk(Arena *arena, size_t at_least) {
    size_t size = arena->chunks ? arena->chunks->size * 2 : FIRST_CHUNK;
    if (size > LARGEST_CHUNK) size = LARGEST_CHUNK;
    if (at_least > SIZE_MAX / 2) base_out_of_memory(at_least);
    if (size < at_least + sizeof(ArenaChunk) + 64) size = at_least + sizeof(ArenaChunk) + 64;
    if (size >= HUGE_PAGE) size = (size + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
    ArenaChunk *chunk = size == LARGEST_CHUNK ? take_kept() : NULL;
    bool zeroed = !chunk && size >= HUGE_PAGE;
    if (!chunk) chunk = zeroed ? map_pages(size) : malloc(size);
    if (!chunk) base_out_of_memory(size);
    chunk->next = arena->chunks;
    chunk->size = size;
    arena->chunks = chunk;
    arena->at = chunk->bytes;
    arena->limit = (uint8_t *)chunk + size;
    arena->end = zeroed ? arena->limit : arena->at;
}

static size_t padding(const Arena *arena, size_t align) {
    return (size_t)(-(uintptr_t)arena->at) & (align - 1);
}

static bool has_room(const Arena *arena, size_t size, size_t align) {
    size_t room = (size_t)(arena->limit - arena->at), pad = padding(arena, align);
    return arena->at && room >= pad && room - pad >= size;
}

void *arena_alloc_more(Arena *arena, size_t size, size_t align) {
    assert(align && (align & (align - 1)) == 0 && align <= 64);
    if (!has_room(arena, size, align)) add_chunk(arena, size);
    uint8_t *memory = arena->at + padding(arena, align);
    arena->at = memory + size;
    arena->used += size;
    if (arena->at <= arena->end) return memory;
    size_t left = (size_t)(arena->limit - arena->at);
    uint8_t *cleared = arena->at + (left < CLEARED_AHEAD ? left : CLEARED_AHEAD);
    memset(arena->end, 0, (size_t)(cleared - arena->end));
    arena->end = cleared;
    return memory;
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size, size_t align) {
    if (size && count > SIZE_MAX / 2 / size) base_out_of_memory(count);
    return arena_alloc(arena, count * size, align);
}

char *arena_strndup(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1, 1);
    if (length) memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(Arena *arena, const char *text) {
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(Arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    char *text = arena_alloc(arena, (size_t)length + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

size_t arena_used(const Arena *arena) {
    return arena->used;
}
