// What people who come from other languages write, and how Sip spells it.

#ifndef SYNTAX_HABITS_H
#define SYNTAX_HABITS_H

#include "base/str.h"

#include <stdbool.h>

typedef struct HabitPlace { // around a token that does not fit; no text: none
    Str found, before, before2;
    Str signs;        // found and all signs that stand close behind it
    Str first;        // of the statement, declaration or field
    bool item;        // of a declaration, outside of any body
    bool in_brackets; // a parenthesis or bracket is open there
    bool in_statement;
    bool in_struct; // between its braces
} HabitPlace;

// A sentence for a help line; NULL if there is nothing to say.
const char *habit__help(const HabitPlace *place);

#endif
