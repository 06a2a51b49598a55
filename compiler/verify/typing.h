// Typing the code of a function: V01 and the rules that are asked of an instruction by itself (V05 of its types, V06, V08,
// V10, V11, V13). Inside this room.

#ifndef VERIFY_TYPING_H
#define VERIFY_TYPING_H

#include "verify__.h"

typedef struct Code { // the instruction that is looked at
    Verify *v;
    const SirFuncInfo *func;
    const SirInst *inst;
    Spot at;
    bool bad;       // a complaint was made of it: nothing more is said
    SirType *types; // per argument: of its place, value or local; SIR_NONE for others
    uint32_t types_cap;
    Arena scratch;
} Code;

// The first complaint about an instruction is the last, and the texts of others are not even made.
#define REJECT(c, rule, ...) \
    ((c)->bad ? (void)0 : ((c)->bad = true, verify__complain((c)->v, rule, (c)->at, __VA_ARGS__)))
#define ILL_FORMED(c, ...) REJECT(c, RULE_WELL_FORMED, __VA_ARGS__)

// --- arguments (typing_args.c): SIR_NONE after a complaint ---------------------------------------------------

SirType verify__place_type(Code *c, const SirPlace *place);
SirType verify__value_type(Code *c, const SirArg *value); // a copied place is plain
SirType verify__local_type(Code *c, uint64_t local);
void verify__type_args(Code *c); // all of the instruction, to c->types
void verify__expect(Code *c, SirType type, SirType wanted, const char *what); // up to the state, §8
// The values from argument `first` on are of the types of the parameters, fields or elements.
void verify__expect_count(Code *c, uint32_t first, uint64_t wanted);
// Refuses what would be a pointer to a field of a wire struct that is not aligned, or not in the machine's order.
void verify__require_aligned(Code *c, const SirPlace *place);
const char *verify__shown(Code *c, SirType type); // for complaints

// --- instructions ------------------------------------------------------------------------------------------------

bool verify__type_by_row(Code *c);     // typing_rows.c: false if the instruction has no row
void verify__type_special(Code *c);    // typing_special.c
void verify__type_call(Code *c);       // typing_call.c: calls and channels
void verify__type_thread(Code *c);     // typing_thread.c
void verify__type_set(Code *c);        // typing_sets.c
void verify__type_device(Code *c);     // typing_device.c
void verify__type_terminator(Code *c); // typing_arms.c
void verify__type_receive(Code *c);    // typing_receive.c
void verify__type_bind(Code *c, const SirBind *bind, SirType payload);  // typing_arms.c
void verify__expect_binds(Code *c, const SirArm *arm, uint64_t wanted); // typing_arms.c

#endif
