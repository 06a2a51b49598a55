// Whether an end of a channel may be seen as one of a contract that its own inherits from (docs/sir.md 8, V07). Both begin with the
// same messages (V01), so rows are compared. The states in which both are together are followed until nothing new comes:
//
//   - where the holder sends by the base, it may send each of those messages, and lands in states that agree again;
//   - where the holder is sent something, the base knows each message, and lands in states that agree again;
//   - it is never one's turn in the one and the other's in the other. A state without choices is nobody's turn.
//
// What the holder does by the base is then one of the things that it may do, and what comes is one of those that it expects.

#include "limits.h"
#include "verify__.h"

typedef struct Pair {
    SirState own, seen;
} Pair;

typedef struct Compare {
    Verify *v;
    Arena *scratch;
    const SirContractInfo *own, *seen;
    SirSide side;
    VEC(Pair) pairs;
    Map *known;
} Compare;

static bool sends(const SirContractInfo *contract, SirState state, SirSide side) {
    const SirStateInfo *info = &contract->states[state];
    if (info->choice_count == 0) return false;
    return (contract->messages[info->choices[0].message].dir == SIR_IN) == (side == SIR_IMP);
}

// `at` is where it is looked for first: mostly in the same order.
static const SirChoice *choice_of(
    Compare *c, const SirStateInfo *info, uint32_t message, uint32_t at
) {
    for (uint32_t i = 0; i < info->choice_count; i++, at++) {
        const SirChoice *choice = &info->choices[at % info->choice_count];
        if (++c->v->stand_in_work > LIMIT_STAND_IN_WORK) return NULL;
        if (choice->message == message) return choice;
    }
    return NULL;
}

static void follow(Compare *c, SirState own, SirState seen) {
    if (map_put(c->known, (uint64_t)own << 32 | seen, 1))
        vec_push(c->scratch, &c->pairs, (Pair){ own, seen });
}

// Each choice of `from` is one of `in`, too.
static bool all_are_known(Compare *c, Pair pair, bool holder_sends) {
    const SirStateInfo *own = &c->own->states[pair.own], *seen = &c->seen->states[pair.seen],
                       *from = holder_sends ? seen : own, *in = holder_sends ? own : seen;
    for (uint32_t i = 0; i < from->choice_count; i++) {
        const SirChoice *choice = &from->choices[i], *other = choice_of(c, in, choice->message, i);
        if (!other) return false;
        if (holder_sends)
            follow(c, other->next, choice->next);
        else
            follow(c, choice->next, other->next);
    }
    return true;
}

static bool agree(Compare *c, Pair pair) {
    bool own_ends = c->own->states[pair.own].choice_count == 0,
         seen_ends = c->seen->states[pair.seen].choice_count == 0;
    bool own_sends = sends(c->own, pair.own, c->side),
         seen_sends = sends(c->seen, pair.seen, c->side);
    if (!own_ends && !seen_ends && own_sends != seen_sends) return false;
    if (seen_sends) return all_are_known(c, pair, true);
    return own_ends || own_sends || all_are_known(c, pair, false);
}

bool verify__inherits(Verify *v, SirContract contract, SirContract base) {
    while (contract != SIR_NONE && verify__spend(v, 1)) {
        if (contract == base) return true;
        contract = v->module->contracts.data[contract].base;
    }
    return false;
}

bool verify__stands_in(
    Verify *v, SirContract contract, SirState state, SirContract base, SirState seen, SirSide side
) {
    Arena scratch;
    arena_init(&scratch);
    Compare c = { .v = v, .scratch = &scratch, .side = side, .known = map_new(&scratch) };
    c.own = &v->module->contracts.data[contract];
    c.seen = &v->module->contracts.data[base];
    follow(&c, state, seen);
    bool good = true;
    for (uint32_t i = 0; good && i < c.pairs.len; i++) {
        Pair pair = c.pairs.data[i];
        v->stand_in_work++;
        good = v->stand_in_work <= LIMIT_STAND_IN_WORK && agree(&c, pair);
    }
    arena_free(&scratch);
    return good;
}
