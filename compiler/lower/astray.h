// Endpoints in memory that leave their state for a while.

#ifndef LOWER_ASTRAY_H
#define LOWER_ASTRAY_H

#include "sir/sir.h"

// In memory an endpoint is in the state that its type names (docs/sir.md 8). Takes a function that has transitions of
// endpoints behind `own` and `mut` pointers; leaves one in which such an endpoint moves to a local before its first
// transition, and back when it is in the state of its type again. The checker saw that nobody looks for it in between. All
// blocks can be reached; drops are as the builder made them.
void astray_take_out(SirModule *module, SirFuncInfo *func, Arena *scratch);

#endif
