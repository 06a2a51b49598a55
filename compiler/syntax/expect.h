// What the grammar expects in a state of the parser. Apart from syntax__.h, because the generated tables and the
// library's interface declare some types twice.

#ifndef SYNTAX_EXPECT_H
#define SYNTAX_EXPECT_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

// In words; NULL if that is too much to say. `found` is what stands there, `begins_line` whether it begins a line.
const char *syntax__expected(Arena *arena, uint32_t state, Str found, bool begins_line);

// A token as people call it, by its name in the grammar.
const char *syntax__spoken(Arena *arena, const char *token);

#endif
