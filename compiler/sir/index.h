// Names to rows, for the text form: who is called what, and whether the name alone says who is meant. Inside this
// room only; no other room may decide anything by a name.

#ifndef SIR_INDEX_H
#define SIR_INDEX_H

#include "sir.h"

typedef enum SirSpace { // in which names are told apart; the owner is the row that they belong to
    SIR__SPACE_TYPE,    // nominal types
    SIR__SPACE_CONTRACT,
    SIR__SPACE_CONST,
    SIR__SPACE_FUNC,
    SIR__SPACE_STATE,   // of a contract
    SIR__SPACE_MESSAGE, // of a contract
    SIR__SPACE_VARIANT, // of a type
    SIR__SPACE_FIELD,   // of a type
    SIR__SPACE_LOCAL,   // of a function
} SirSpace;

typedef struct SirIndex SirIndex;

#define SIR__AMBIGUOUS (SIR_NONE - 1) // several rows have this name

SirIndex *sir__index_new(Arena *arena);
void sir__index_add(
    SirIndex *index, SirSpace space, uint32_t owner, Str name, uint32_t row
); // no name: not added

// SIR_NONE when nobody is called so.
uint32_t sir__index_find(const SirIndex *index, SirSpace space, uint32_t owner, Str name);

// The names of parts, once they are in the module.
void sir__index_contract(SirIndex *index, const SirModule *module, SirContract contract);
void sir__index_type(
    SirIndex *index, const SirModule *module, SirType type
); // its fields and variants

#endif
