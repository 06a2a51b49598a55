// Drops, made explicit.

#ifndef LOWER_DROPS_H
#define LOWER_DROPS_H

#include "kinds.h"

// Takes a function in which `drop` means "end whatever of this place is initialised here" and a `replace`
// without destination (SIR_ARG_NOTHING) means "assign, and end what was there". Leaves one in which both mean
// what docs/sir.md says, and in which an owner that has moved on some ways into a join is dropped on the others.
// All blocks can be reached.
void drops_insert(SirModule *module, SirFuncInfo *func, Kinds *kinds, Arena *scratch);

#endif
