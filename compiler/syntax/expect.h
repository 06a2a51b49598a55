// What the grammar expects at a place, in words.

#ifndef SYNTAX_EXPECT_H
#define SYNTAX_EXPECT_H

#include "glr.h"

// What could stand in the place of `g->next`; NULL if that is too much to say. `found` is what does, `begins_line` whether
// it begins a line, `likely` a token with which the text would go on; NULL: none.
const char *syntax__expected(Arena *arena, Glr *g, Str found, bool begins_line, const char *likely);

// A token as people call it, by its name in the grammar.
const char *syntax__spoken(Arena *arena, const char *token);

#endif
