// What is true at each point of one function: inside this room, for functions whose types agree already.
//
// Every question is put to the same list: the accesses of an instruction in the order in which they happen, and those of
// an edge. Who is initialised (init.c), who may still be used (live.c), which loans are held (loans.c) and in which state
// the endpoints are (states.c) differ only in what they make of an access.

#ifndef VERIFY_FLOW_H
#define VERIFY_FLOW_H

#include "verify__.h"

#include "base/bits.h"
#include "base/vec.h"

// --- accesses (access.c) ---------------------------------------------------------------------------------

// A projection beside those of sir.h: a field of a variant's payload; n is the variant, shifted, and the field.
#define FLOW_PAYLOAD ((SirProjKind)SIR_PROJ_KINDS)

typedef enum AccessKind {
    ACCESS_READ,       // looked at in place
    ACCESS_COPY,       // its value is used
    ACCESS_MOVE,       // its value is used, it is uninitialised afterwards
    ACCESS_CHANGE,     // changed in place
    ACCESS_BORROW,     // a shared borrow of it is made
    ACCESS_BORROW_MUT, // an exclusive one
    ACCESS_DROP,
    ACCESS_WRITE, // a destination
    ACCESS_BEGIN, // storage.begin
    ACCESS_END    // storage.end
} AccessKind;

typedef struct Access {
    AccessKind kind;
    SirPlace place;
    uint32_t
        arg; // of the instruction; of an edge: its bind. SIR_NONE: walked on the way to another place
    uint32_t loan; // of borrows: the loan that is made
} Access;

typedef struct Accesses {
    VEC(Access) list; // values, then places looked at, then destinations
} Accesses;

// How a projection steps: within the same thing, or to what it owns or borrows.
typedef enum Step { STEP_INLINE, STEP_OWN, STEP_MUT, STEP_CONST, STEP_STATIC } Step;

// --- move paths (paths.c) --------------------------------------------------------------------------------

// A node stands for a place that can be initialised by itself. Its bits and those of its parts are bits[lo, hi).
typedef struct Path {
    SirLocal local;
    SirType type;
    SirProj step; // from the parent
    uint32_t parent, first, next;
    uint32_t lo, hi;
    uint32_t lent;    // how many exclusive borrows lead here: behind one, it is not ours
    bool has_own_bit; // not split up, or a pointer: the bit at `lo` is its own
    bool is_emptied;  // a `mut` pointer through which something is moved or dropped somewhere
} Path;

typedef struct Paths {
    VEC(Path) nodes;       // node n < locals is local n
    VEC(uint32_t) borrows; // the nodes that are emptied somewhere
    Map *children;         // parent and step to node
    uint32_t bits;         // of all paths
    uint32_t *bit_node;    // per bit
    BitSet owning;         // bits of what must be ended
    uint32_t
        *storage; // per local: its place among those that some storage.begin names, or SIR_NONE
    uint32_t storages;
} Paths;

// --- the function ------------------------------------------------------------------------------------------

typedef struct Flow {
    Verify *v;
    const SirModule *module;
    const SirFuncInfo *info;
    SirFunc func;
    Arena scratch;
    // Blocks: those that the entry reaches, predecessors first as far as possible; then the others.
    SirBlock *order;
    uint32_t reached; // how many of them the entry reaches
    bool *is_reached; // per block
    bool *dirty;      // per block, while a solution is sought
    uint64_t work;    // steps so far
    bool refused;     // too much work
    Accesses **insts; // per block: of each instruction, without its edges
    Accesses **edges; // per block: of each edge that leaves it
    uint32_t loan_count;
    Paths paths;
    BitSet *init; // per block: what is initialised at its start
    // Holders: second-class locals.
    uint32_t *holder;  // per local, or SIR_NONE
    SirLocal *holders; // per holder: the local
    uint32_t holder_count;
    BitSet *live;                 // per block: holders that may be used from its start on
    struct LiveChanges **changes; // per block and instruction
} Flow;

typedef struct Where { // what is being judged
    SirBlock block;
    uint32_t inst;
} Where;

static inline const SirInst *flow__inst(const Flow *f, Where at) {
    return &f->info->blocks.data[at.block].insts.data[at.inst];
}

Spot flow__spot(const Flow *f, Where at);
const char *flow__place_text(const Flow *f, const SirPlace *place);

// Adds to the work; false, once, with a complaint of `rule`, when it is too much.
bool flow__work(Flow *f, Rule rule, uint64_t steps);
// Room for `words` per block; false, with a complaint, when it is too much.
bool flow__room(Flow *f, Rule rule, uint64_t words);

// Runs `run` on each reached block that is dirty, until none is. `run` marks the blocks whose start it changed.
typedef void FlowRun(Flow *f, SirBlock block, void *self);
void flow__solve(Flow *f, FlowRun *run, void *self);

void flow__find_accesses(Flow *f); // leaves f->insts, f->edges
bool flow__arm_consumes(const SirArm *arm);
bool flow__is_borrow(const Access *access);

static inline const Accesses *flow__accesses(const Flow *f, Where at) {
    return &f->insts[at.block][at.inst];
}

static inline const Accesses *flow__edge(const Flow *f, SirBlock block, uint32_t arm) {
    return &f->edges[block][arm];
}

static inline const SirInst *flow__terminator(const Flow *f, SirBlock block) {
    return vec_last(&f->info->blocks.data[block].insts);
}

Step flow__step(const Flow *f, SirType *type, SirProj proj); // `type` becomes the projection's
SirType flow__place_type(const Flow *f, const SirPlace *place);
SirType flow__prefix_type(const Flow *f, const SirPlace *place, uint32_t projs);
SirType flow__value_type(const Flow *f, const SirArg *value);
const SirSig *flow__callee(
    const Flow *f, const SirInst *inst
); // of calls but to the kernel; else NULL
SirType flow__payload_type(const Flow *f, SirType type, uint64_t variant, uint32_t field);

// --- paths -------------------------------------------------------------------------------------------------

bool paths__find(Flow *f); // false: too many
// The node of the longest tracked part of the place. `exact`: of all of it.
uint32_t paths__at(const Flow *f, const SirPlace *place, bool *exact);
bool paths__all(const Flow *f, uint32_t node, const BitSet *state);
bool paths__any(const Flow *f, uint32_t node, const BitSet *state);
void paths__set(Flow *f, uint32_t node, BitSet *state);
void paths__clear(Flow *f, uint32_t node, BitSet *state);
SirPlace paths__place(const Flow *f, uint32_t node, Arena *arena);
// Is a `mut` pointer's content moved out, and the pointer still there?
bool paths__missing(const Flow *f, uint32_t node, const BitSet *state);

// May they have something in common? (places.c)
bool places__overlap(const SirPlace *a, const SirPlace *b);

// --- the analyses, in this order -----------------------------------------------------------------------------

void init__check(Flow *f); // V02, V03; leaves f->init
// What an instruction, or its edge, makes of what is initialised. No complaints.
void init__step(Flow *f, Where at, BitSet *state);
void init__step_edge(Flow *f, SirBlock block, uint32_t arm, BitSet *state);

// own.c: what of V03 is more than bits.
bool own__any(
    const Flow *f, uint32_t node, const BitSet *state
); // something that is ours there is initialised
bool own__lost(
    const Flow *f, uint32_t node, const BitSet *state
); // something moved out behind a borrow in it is not back
void own__record_drop(Flow *f, Where at, uint32_t node, const BitSet *state);
void own__check_end(Flow *f, Where at, const BitSet *state); // at return

void live__find(Flow *f); // leaves f->live and f->changes
// Makes what is live before an instruction what is live after it: of a terminator, before its edges' effects.
void live__pass(const Flow *f, Where at, BitSet *live);

void loans__check(Flow *f);  // V04, V05
void states__check(Flow *f); // V07

#endif
