// From where functions are made to where they stay.

#ifndef LOWER_SETTLE_H
#define LOWER_SETTLE_H

#include "sir/sir.h"

// A copy in `arena` of a function that will not change any more, in lists that are just as long as need be.
SirFuncInfo settle_func(Arena *arena, const SirFuncInfo *func);

#endif
