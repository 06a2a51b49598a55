// Instructions that passes over finished blocks write: in place of a block's own, or on one of its edges.

#ifndef LOWER_INSTS_H
#define LOWER_INSTS_H

#include "base/vec.h"
#include "sir/sir.h"

typedef struct Insts {
    VEC(SirInst) list;
} Insts;

// Appends one with `args` arguments, which are zero; it stays where it is until the next.
SirInst *insts_add(SirModule *module, Insts *insts, SirOp op, uint32_t args, SirLoc loc);
void insts_add_retype(
    SirModule *module, Insts *insts, const SirPlace *place, SirState state, SirLoc loc
);
void insts_put(const Insts *insts, SirBlockInfo *block); // in place of what is there
// Puts them in a block of their own between the arm and where it leads. Adds to the function's blocks.
void insts_put_on_edge(SirModule *module, SirFuncInfo *func, SirArm *arm, Insts *insts, SirLoc loc);

#endif
