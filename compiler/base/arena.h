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
    uint8_t *at, *end;  // what is free in the newest
    size_t used;        // bytes handed out
} Arena;

void arena_init(Arena *arena);
void arena_free(Arena *arena); // and all that was allocated in it; the arena is empty afterwards

// `size` zeroed bytes at a multiple of `align`, a power of two up to 64. Never NULL, also for size 0.
void *arena_alloc(Arena *arena, size_t size, size_t align);

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
