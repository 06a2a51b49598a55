// What is asked of contracts as automata: the shortest way from state to state, and whether one stands in for another.
//
// Both ends of a channel walk the same states, so a way is told in the contract's own words: `connect? -> ok!`. All this is
// of one contract, or two, by themselves; that types exist and can be sent is asked elsewhere.

#ifndef HIR_PROTOCOL_H
#define HIR_PROTOCOL_H

#include "hir/hir.h"

// --- ways -----------------------------------------------------------------------------------------------------------

typedef struct HirStep {
    uint32_t state, choice; // row of the state, and of its choices
} HirStep;

typedef struct HirSteps {
    VEC(HirStep) list;
    uint32_t start; // the state in which the first is taken
} HirSteps;

// The shortest way from `from` to `to`, none if they are the same. False: there is no way.
bool hir_steps_between(
    Arena *arena, const HirContract *contract, uint32_t from, uint32_t to, HirSteps *steps
);
// The same from where a channel may start: its first state, else one that is named somewhere.
bool hir_steps_to(Arena *arena, const HirContract *contract, uint32_t to, HirSteps *steps);

// "`connect?` -> `ok!`", "" for none; in `arena`.
const char *hir_steps_text(
    Arena *arena, const Names *names, const HirContract *contract, const HirSteps *steps
);
const char *hir_choice_text( // "connect?"
    Arena *arena,
    const Names *names,
    const HirContract *contract,
    uint32_t message
);

// Whether the holder of that end sends in the state. A state without choices: neither.
bool hir_sends(const HirContract *contract, HirSide side, uint32_t state);
bool hir_receives(const HirContract *contract, HirSide side, uint32_t state);
const HirChoice *hir_choice(const HirState *state, uint32_t message); // NULL: it has none

// Is `base` the contract itself, or one that it inherits from, however far?
bool hir_inherits(const HirContract *contract, const HirContract *base);

// --- standing in ---------------------------------------------------------------------------------------------------------

typedef enum HirGap {
    HIR_GAP_NONE,
    HIR_GAP_NO_MESSAGE, // what the holder may send, the contract behind does not take
    HIR_GAP_SURPRISE,   // what comes is unknown to the holder
    HIR_GAP_TURN,       // one lets the holder send where in the other it receives
    HIR_GAP_ARGUMENTS,  // a message with other arguments
    HIR_GAP_LIMIT,      // a message with a limit that does not fit
} HirGap;

typedef struct HirDifference {
    HirGap gap;
    uint32_t state; // of the contract behind
    uint32_t seen;  // of the contract that the holder goes by
    uint32_t
        message; // of the contract that has it: SURPRISE of the one behind, else of the holder's. TURN: none
    uint32_t argument; // LIMIT
    HirSteps steps;    // how it gets there, in the contract that the holder goes by
} HirDifference;

typedef VEC(HirDifference) HirDifferences;

// May the holder of `side` go by the contract `seen`, in state `seen_state`, on a channel of `behind` in state `state`? It must
// be able to send at least what it goes by allows and receive at most that [19]. Messages are the same by their names, or,
// where `by_row`, by their rows. Appends what differs, each once, the nearest first; `only_first`: that is all.
// `same_args` says whether the arguments at those rows are alike.
typedef bool HirSameArgs(void *context, const HirMessage *behind, const HirMessage *seen);

typedef struct HirStandIn {
    const HirContract *behind, *seen;
    HirSide side;
    bool by_row, only_first;
    const Names *behind_names, *seen_names; // unless `by_row`
    HirSameArgs *same_args;                 // NULL: they are
    void *context;
} HirStandIn;

bool hir_stands_in(
    Arena *arena, const HirStandIn *ask, uint32_t state, uint32_t seen_state, HirDifferences *out
); // true: nothing differs

#endif
