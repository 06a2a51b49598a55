// What the two halves of `switch` share: values.c tests scalars and texts, match.c takes enums and options apart.

#ifndef LOWER_SWITCH_H
#define LOWER_SWITCH_H

#include "lower__.h"

typedef struct Switch {
    const HirStmt *stmt;
    const HirExpr *subject;
    SirPlace place;   // what is looked at; it stays the same until an arm is chosen [10]
    SirBlock *bodies; // per arm
    SirBlock nowhere; // traps: check/ saw that it is never reached; SIR_NONE until needed
} Switch;

SirBlock lower__nowhere(Body *b, Switch *s);
bool lower__catches_all(const HirPattern *pattern);
// Binds what is at the place to the pattern's local, if it has one.
void lower__bind_at(Body *b, SirPlace place, const HirPattern *pattern);

void lower__switch_values(Body *b, Switch *s);
void lower__match(Body *b, Switch *s);

#endif
