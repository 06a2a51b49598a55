// Arenas: memory that is named by its lifetime and freed whole.
//
// Memory comes zeroed. It never runs out as far as callers can see: when the system has none left, one clear
// line is printed and the program ends, the only place where a library room does so.

#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *chunks; // the newest first
    uint8_t *at, *end;  // what is free in the newest, and zeroed
    uint8_t *limit;     // what is free in all
    size_t used;        // bytes handed out
} Arena;

void arena_init(Arena *arena);
void arena_free(Arena *arena); // and all that was allocated in it; the arena is empty afterwards

void *arena_alloc_more(
    Arena *arena, size_t size, size_t align
); // arena_alloc, where it is not at hand

// `size` zeroed bytes at a multiple of `align`, a power of two up to 64. Never NULL, also for size 0.
static inline void *arena_alloc(Arena *arena, size_t size, size_t align) {
    size_t pad = (size_t)(-(uintptr_t)arena->at) & (align - 1);
    size_t room = (size_t)(arena->end - arena->at);
    if (room <= pad || room - pad <= size) return arena_alloc_more(arena, size, align);
    uint8_t *memory = arena->at + pad;
    arena->at = memory + size;
    arena->used += size;
    return memory;
}

#define arena_new(arena, T)      ((T *)arena_alloc((arena), sizeof(T), _Alignof(T)))
#define arena_array(arena, T, n) ((T *)arena_alloc_array((arena), (n), sizeof(T), _Alignof(T)))

void *arena_alloc_array(
    Arena *arena, size_t count, size_t size, size_t align
); // count * size may not overflow: ends the program
char *arena_strdup(Arena *arena, const char *text);
char *arena_strndup(
    Arena *arena, const char *text, size_t length
); // exactly `length` bytes and a NUL
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t arena_used(const Arena *arena);

// Says that memory is exhausted and ends the program.
_Noreturn void base_out_of_memory(size_t wanted);

#endif
