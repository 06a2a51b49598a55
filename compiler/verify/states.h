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
    SirPlace place;   // of PARAM and ELSEWHERE: the pointer local
    SirType type;     // of the endpoint
    uint32_t pointer; // of ELSEWHERE
} Slot;

typedef struct Slots {
    VEC(Slot) list;
    uint32_t *first;      // per local and one more: its first slot
    uint32_t *pointer_of; // per local, SIR_NONE: it is not an exclusive borrow of an endpoint
    VEC(SirLocal) pointers;
    uint32_t visits;
    uint64_t steps; // fields that were looked at
} Slots;

enum { SLOT_UNTRACKED = 0xffffffff, SLOT_UNKNOWN = 0xfffffffe };

bool slots__find(Flow *f, Slots *slots);                             // false: too many
uint32_t slots__in_local(const Slots *slots, const SirPlace *place); // of exactly that place
// Is the slot in the place, or the place itself?
bool slots__is_within(const Slots *slots, uint32_t slot, const SirPlace *place);

typedef struct States {
    Flow *f;
    Slots slots;
    uint32_t **in; // per block, NULL: not reached yet
    uint32_t *
        now; // per slot its state; per pointer its slot, and the state in which it has to leave what is elsewhere
    uint32_t *edge; // the same, at the end of a block
    uint32_t words;
    BitSet live;
    bool judging;
    bool *mixed; // per block: that states differ where it begins was said
    Where at;
} States;

static inline uint32_t *state_at(States *s, uint32_t slot) {
    return &s->now[slot];
}

static inline uint32_t *target_at(States *s, uint32_t pointer) {
    return &s->now[s->slots.list.len + pointer];
}

static inline uint32_t *rest_at(States *s, uint32_t pointer) {
    return &s->now[s->slots.list.len + s->slots.pointers.len + pointer];
}

#define SAY_STATE(s, ...)                                                                        \
    ((s)->judging                                                                                \
         ? verify__complain((s)->f->v, RULE_TYPESTATE, flow__spot((s)->f, (s)->at), __VA_ARGS__) \
         : (void)0)

// --- asking and pointing (pointees.c) ------------------------------------------------------------------------

const char *states__text(const States *s, SirType endpoint, uint32_t state);
// The slot of an endpoint's place: SLOT_UNTRACKED if it is none, SLOT_UNKNOWN behind a pointer that points to
// nothing certain.
uint32_t states__slot_of(States *s, const SirPlace *place);
uint32_t states__state_of(States *s, const SirPlace *place);
uint32_t states__tracked(States *s, const SirPlace *place); // or a complaint and SIR_NONE
void states__demand(States *s, const SirPlace *place, uint32_t state, SirType wanted);
// A struct's endpoints are in the states of its type where it is used as a whole.
void states__demand_parts(States *s, const SirPlace *place);
void states__set_parts(States *s, const SirPlace *place, bool there);
void states__point_to(States *s, SirLocal local, uint32_t slot);
// The local points to an endpoint somewhere in memory, whose place names `state`.
void states__point_elsewhere(States *s, SirLocal local, uint32_t state);
uint32_t states__elsewhere_of(const States *s, uint32_t pointer);
// Is what is elsewhere away from the state in which its place has to find it?
bool states__is_astray(States *s, uint32_t slot);
void states__say_astray(States *s, uint32_t slot);
const SirStateInfo *states__choices(const States *s, SirType endpoint, uint32_t state);
// NULL, too, of a state that is none.
const SirChoice *states__find_choice(const States *s, const SirStateInfo *state, uint64_t message);
bool states__is_sent_by_holder(const States *s, SirType endpoint, const SirChoice *choice);

// --- what happens ----------------------------------------------------------------------------------------------

typedef struct Result { // of an instruction, where it is an endpoint or a pointer to one
    uint32_t state;     // of the endpoint; of what is elsewhere
    uint32_t slot;      // of a pointer's endpoint; SLOT_UNTRACKED: elsewhere
} Result;

Result states__result_of_type(const States *s, SirType type);
void states__write(States *s, const SirPlace *place, Result result);
// Everything that the instruction does to states, but not what its edges do (transitions.c).
void states__step(States *s, const SirInst *inst);
void states__cross(States *s, const SirInst *inst, const SirArm *arm); // arms.c
void states__check_receive(States *s, const SirInst *inst);

static inline const SirTypeInfo *info_of(const States *s, SirType type) {
    return verify__type(s->f->v, type);
}

static inline bool is_endpoint(const States *s, SirType type) {
    return verify__is_endpoint(s->f->v, type);
}

static inline bool is_pointer(const States *s, SirType type) {
    return verify__is_endpoint_ptr(s->f->v, type, SIR_MUT);
}

#endif
