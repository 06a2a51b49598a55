// The command line of another program, word by word.

#ifndef DRIVER_WORDS_H
#define DRIVER_WORDS_H

#include "base/arena.h"
#include "base/vec.h"

typedef VEC(char *) Words;

// `word` stays the caller's; NULL ends the line.
static inline void words_add(Arena *arena, Words *words, const char *word) {
    vec_push(arena, words, (char *)(uintptr_t)word);
}

static inline void words_add_two(
    Arena *arena, Words *words, const char *option, const char *value
) {
    words_add(arena, words, option);
    words_add(arena, words, value);
}

#endif
