// Endpoints' states, made to agree.

#ifndef LOWER_STATES_H
#define LOWER_STATES_H

#include "sir/sir.h"

// An endpoint whose peer is gone is in state `closed`, and counts as in any state that is asked for [18]. Leaves a
// `retype` wherever one is asked for: at joins, at calls, where the endpoint goes elsewhere, at returns. A send to a
// peer that is known to be gone drops its arguments. All blocks can be reached, all drops are in place.
void states_agree(SirModule *module, SirFuncInfo *func, Arena *scratch);

#endif
