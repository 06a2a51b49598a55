// The control flow of a function under construction.

#ifndef LOWER_FLOW_H
#define LOWER_FLOW_H

#include "sir/sir.h"

typedef struct
    Flow { // the blocks in reverse postorder: each before those it leads to, but for loops
    SirBlock *order;
    uint32_t count;
} Flow;

// Takes out blocks that nothing leads to, joins a block with the only one that it leads to, and numbers what
// is left in reverse postorder.
void flow_tidy(SirModule *module, SirFuncInfo *func, Arena *scratch);

Flow flow_order(const SirFuncInfo *func, Arena *scratch);

#endif
