// Endpoints and their states, at the point that is being judged. Inside this room; slots.c finds what is tracked,
// states.c follows it.

#ifndef VERIFY_STATES_H
#define VERIFY_STATES_H

#include "flow.h"

// Beside the states of a contract, SIR_STATE_CLOSED and SIR_STATE_ANY.
enum {
    STATE_NONE = 0xffffffff,  // there is no endpoint, or nobody reaches it
    STATE_MIXED = 0xfffffffc, // different on different ways
};

// An endpoint that is tracked: in a local or in fields of it; what a parameter points to; or what else a pointer local
// may point to, somewhere in memory: there it has to be in the same state again when nobody points to it any more.
typedef enum SlotKind { SLOT_LOCAL, SLOT_PARAM, SLOT_ELSEWHERE } SlotKind;

typedef struct Slot {
    SlotKind kind;
    SirPlace place; // of PARAM and ELSEWHERE: the pointer local
    SirType type;   // of the endpoint
    uint32_t pointer; // of ELSEWHERE
} Slot;

typedef struct Slots {
    VEC(Slot) list;
    uint32_t *first;      // per local and one more: its first slot
    uint32_t *pointer_of; // per local, SIR_NONE: it is not an exclusive borrow of an endpoint
    VEC(SirLocal) pointers;
    uint32_t visits;
} Slots;

enum { SLOT_UNTRACKED = 0xffffffff, SLOT_UNKNOWN = 0xfffffffe };

bool slots__find(Flow *f, Slots *slots); // false: too many
uint32_t slots__in_local(const Slots *slots, const SirPlace *place); // of exactly that place
// Is the slot in the place, or the place itself?
bool slots__is_within(const Slots *slots, uint32_t slot, const SirPlace *place);

#endif
