// What a SIR type is, for those who move and drop: asked of its structure, remembered per row.

#ifndef LOWER_KINDS_H
#define LOWER_KINDS_H

#include "sir/sir.h"

#include <stdbool.h>

typedef struct Kinds {
    const SirModule *module; // its types may still grow
    Arena *scratch;
    VEC(uint8_t) known; // per row: 0 not asked yet, else KIND_* bits
} Kinds;

bool kind_is_plain(Kinds *kinds, SirType type); // copies
bool kind_owns(Kinds *kinds, SirType type);     // something must be done when it ends
bool kind_reaches(Kinds *kinds, SirType type);  // owns, or holds an exclusive pointer to what owns

#endif
