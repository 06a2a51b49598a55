// Which endpoints a function tracks, and in which states they are: inside lower/ only.

#ifndef LOWER_ENDPOINTS_H
#define LOWER_ENDPOINTS_H

#include "sir/sir.h"

typedef enum SlotKind {
    SLOT_ENDPOINT, // its value is the endpoint's state, or SIR_NONE: not there, or not known
    SLOT_POINTER, // an exclusive pointer to an endpoint: its value is the slot of that, or SIR_NONE
} SlotKind;

typedef struct Slot {
    SlotKind kind;
    SirPlace place;
    SirType type;
} Slot; // a pointer's is followed by one for `%l.*`, in case it points to what is not tracked

typedef struct Slots {
    SirModule *module;
    const SirFuncInfo *func;
    Arena *arena; // the module's: places are taken over into it
    Arena *scratch;
    VEC(Slot) rows;
    uint32_t *first; // per local and one more: its slots are first[l] .. first[l + 1]
} Slots;

// The signature that a call goes by; NULL: it is no call.
const SirSig *endpoints_callee(
    const SirModule *module, const SirFuncInfo *func, const SirInst *inst
);
// The state behind a message; the same one where it has no such choice.
SirState endpoints_next(const SirContractInfo *contract, SirState state, uint64_t message);
// The state once the peer is gone: `closed`; but behind a pointer that is no parameter it counts at once as in the state that
// the pointer's type names.
SirState endpoints_when_closed(
    const SirModule *module, const SirFuncInfo *func, const SirPlace *place
);

Slots *slots_find(SirModule *module, const SirFuncInfo *func, Arena *scratch);

// A parameter is as its type says.
void slots_begin(const Slots *slots, SirLocal param, uint32_t *values);
// What an instruction does to the values of all slots.
void slots_step(const Slots *slots, const SirInst *inst, uint32_t *values);
// False if the arm cannot be taken: no message comes from a peer that is gone.
bool slots_step_arm(const Slots *slots, const SirInst *inst, const SirArm *arm, uint32_t *values);
// Two ways meet; true if `into` has changed. `closed` gives way to any state.
bool slots_join(const Slots *slots, uint32_t *into, const uint32_t *from);

// The slot of the endpoint that a place names now; SIR_NONE when it is not tracked.
uint32_t slots_at(const Slots *slots, const SirPlace *place, const uint32_t *values);
// The type that what stands at argument `i` gets: of the parameter, the field, the element it becomes.
SirType slots_target(const Slots *slots, const SirInst *inst, uint32_t i);

#endif
