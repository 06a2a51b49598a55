// Loans: who holds what, at the point that is being judged. Inside this room; loans.c follows them, holds.c says what a
// value holds, escape.c where it may go.

#ifndef VERIFY_LOANS_H
#define VERIFY_LOANS_H

#include "flow.h"

// What a pointer or slice holds, it holds itself or in the `ref struct`s that it points to. Of all other types the two
// are not told apart: both.
enum { HELD_SELF = 1, HELD_INSIDE = 2, HELD_BOTH = 3 };

// A loan is made by a borrow, or is what a parameter held at the start: then `lends` is false, nothing here conflicts
// with it, and loan 2n is what parameter n holds itself, 2n+1 what it holds inside.
typedef struct Loan {
    SirPlace place;
    uint8_t *steps; // per projection, a Step
    bool lends;     // what nobody can change, because a shared borrow leads there, is not lent
    bool exclusive;
    bool is_origin;
    bool is_local; // on a local itself, its parts, or what it owns
} Loan;

typedef struct Held {
    uint32_t holder; // of results: which access writes it
    uint32_t loan;
    uint32_t where; // HELD_
} Held;

typedef struct HeldList {
    VEC(Held) list;
} HeldList;

// A Held in several lists: of its holder; of those of the same holder and loan, or of the same bucket; and, unless the loan is an
// origin, of the local that is lent, and of the field of it, the first on the way to what is lent, or of what is lent in no field.
enum { HELD_BY_HOLDER, HELD_BY_PAIR, HELD_BY_LOCAL, HELD_BY_PART, HELD_LISTS };

typedef struct HeldNode {
    Held held; // where is 0: the node is free
    uint32_t next[HELD_LISTS], prev[HELD_LISTS];
} HeldNode;

typedef struct HeldTable {
    VEC(HeldNode) nodes;
    uint32_t free;
    uint32_t *of_holder; // the first of each list, or SIR_NONE
    uint32_t *of_pair;   // per bucket
    uint32_t *of_local;  // two per local: what is lent of it to be shared, and exclusively
    uint32_t *of_rest;   // the same, of what is lent of it in no field
    uint32_t *of_field;  // per bucket
    uint32_t buckets;    // a power of two
} HeldTable;

// Where a loan stands in the list that is being gathered: so that none is in it twice.
typedef struct Gathered {
    uint64_t when;
    uint32_t at;
} Gathered;

typedef struct Gathering { // of one list, for one holder
    Gathered *loans;       // per loan
    const HeldList *list;
    uint32_t as;
    uint64_t when;
} Gathering;

typedef struct Loans {
    Flow *f;
    Loan *table;
    HeldList *in;      // per block, sorted
    bool *known;       // per block: some way to it has been followed
    HeldTable now;     // at the point at hand
    HeldList results;  // what the destinations at hand will hold, by destination
    uint64_t instant;  // counts instructions and edges
    uint64_t *lent_at; // per local: the instant at which something in `results` was lent of it
    Gathering into_results, into_other;
    BitSet live;   // after the instruction or edge at hand
    BitSet killed; // holders that it writes as a whole
    BitSet
        missing; // holders behind which something moved out is not back: they are as good as used
    BitSet init; // what is initialised, to know that
    // Holders that may be missing: those through which something is moved out somewhere, guards and joins.
    VEC(uint32_t) watched;
    uint32_t *emptied; // per holder: the first of its pointers in f->paths.borrows, or SIR_NONE
    uint32_t *next_emptied; // per pointer in f->paths.borrows
    VEC(uint32_t) returned; // that the instruction at hand made missing no more
    uint64_t work;
    bool judging;
    Where at;
} Loans;

void loans__say(Loans *l, Rule rule, const char *format, const SirPlace *place);
bool loans__work(Loans *l, uint64_t steps);

static inline uint32_t loans__of(const Loans *l, const Access *access) {
    return 2 * l->f->info->sig.param_count + access->loan;
}

// --- held.c ----------------------------------------------------------------------------------------------

void held__init(Loans *l);
void held__add(Loans *l, Held held); // or adds to where it is held already
void held__drop(Loans *l, uint32_t node);
void held__drop_all(Loans *l, uint32_t holder);
void held__load(Loans *l, const HeldList *from); // in place of what was there
void held__save(Loans *l, HeldList *to);         // in no order

// What a holder holds: for (i = held__of(l, holder); i != SIR_NONE; i = held__next(l, i)) ... held__at(l, i)
static inline uint32_t held__of(const Loans *l, uint32_t holder) {
    return l->now.of_holder[holder];
}

static inline uint32_t held__next(const Loans *l, uint32_t node) {
    return l->now.nodes.data[node].next[HELD_BY_HOLDER];
}

uint32_t held__find(Loans *l, uint32_t holder, uint32_t loan); // SIR_NONE: it does not hold it

// What is lent that may overlap a place, shared or exclusively, and besides perhaps what is not; each in one list of two.
typedef struct Lent {
    uint32_t first[2];
    uint32_t by[2]; // which of a node's lists it is
} Lent;

Lent held__lent(const Loans *l, const SirPlace *place, bool exclusive);

static inline const Held *held__at(const Loans *l, uint32_t node) {
    return &l->now.nodes.data[node].held;
}

// --- holds.c ---------------------------------------------------------------------------------------------

bool holds__two_levels(const Flow *f, SirType type); // a borrow of what holds borrows
void holds__add(Loans *l, HeldList *to, Held held);  // those of one holder one after the other
// The first of those that `as` holds in a list that is sorted by holder.
uint32_t holds__first(const HeldList *held, uint32_t as);
// What the value at a place holds, as held by `as`.
void holds__of_value(Loans *l, const SirPlace *place, uint32_t as, HeldList *out);
// What the destinations of an instruction, or of an edge, will hold. Leaves l->results.
void holds__results(Loans *l, const SirInst *inst, const Accesses *accesses);
void holds__edge_results(
    Loans *l, const SirInst *inst, const SirArm *arm, const Accesses *accesses
);

// --- escape.c (V05) --------------------------------------------------------------------------------------

// `place` takes what `held` lists for `as`, beside what is there. Complains, or adds it to the place's local.
void escape__store(Loans *l, const SirPlace *place, const HeldList *held, uint32_t as);
void escape__check_inst(Loans *l, const SirInst *inst);

#endif
