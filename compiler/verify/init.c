// What is initialised (V02), and consumed exactly once (V03): forward over move paths, to what holds on all ways to a
// point. Where owning paths agree at every join, as V03 asks, what is not initialised on all ways is so on none.
//
// Behind the paths' bits stand two for each local that a storage.begin names: it exists on all ways; it exists on none.

#include "flow.h"

typedef struct Judge { // NULL where a solution is sought: nothing is said
    Where at;
} Judge;

// --- saying ------------------------------------------------------------------------------------------------------------

static void say(Flow *f, const Judge *j, Rule rule, const char *format, const SirPlace *place) {
    if (!j) return;
    const char *text = flow__place_text(f, place);
    verify__complain(f->v, rule, flow__spot(f, j->at), format, text);
}

#define SAY_INIT(format) say(f, j, RULE_INITIALISED, format, &a->place)
#define SAY_OWN(format)  say(f, j, RULE_OWNERSHIP, format, &a->place)

// --- existing ------------------------------------------------------------------------------------------------------------

static uint32_t exists_bit(const Flow *f, SirLocal local) {
    return f->paths.bits + 2 * f->paths.storage[local];
}

static void check_exists(Flow *f, const Judge *j, const Access *a, const BitSet *state) {
    if (!j || f->paths.storage[a->place.local] == SIR_NONE) return;
    if (!bits_get(state, exists_bit(f, a->place.local)))
        SAY_INIT("%s does not exist here on every path");
}

static void begin(Flow *f, const Judge *j, const Access *a, BitSet *state) {
    uint32_t bit = exists_bit(f, a->place.local);
    if (a->place.local < f->info->sig.param_count) SAY_INIT("%s is a parameter and exists already");
    if (!bits_get(state, bit + 1)) SAY_INIT("%s may exist already");
    bits_set(state, bit);
    bits_clear(state, bit + 1);
    paths__clear(f, a->place.local, state);
}

static void end(Flow *f, const Judge *j, const Access *a, BitSet *state) {
    if (f->paths.storage[a->place.local] == SIR_NONE) {
        SAY_INIT("the storage of %s ends and never began");
        return;
    }
    check_exists(f, j, a, state);
    if (j && own__any(f, a->place.local, state)) SAY_OWN("%s still owns something at its end");
    if (j && own__lost(f, a->place.local, state))
        SAY_OWN("what was moved out behind %s is not back at its end");
    uint32_t bit = exists_bit(f, a->place.local);
    bits_clear(state, bit);
    bits_set(state, bit + 1);
    paths__clear(f, a->place.local, state);
}

// --- accesses ------------------------------------------------------------------------------------------------------------

// The pointers on the way to a path have something to point to.
static bool is_reached(const Flow *f, uint32_t node, const BitSet *state) {
    const Path *nodes = f->paths.nodes.data;
    for (uint32_t at = nodes[node].parent; at != SIR_NONE; at = nodes[at].parent)
        if (nodes[at].has_own_bit && !bits_get(state, nodes[at].lo)) return false;
    return true;
}

static void write(Flow *f, const Judge *j, const Access *a, BitSet *state) {
    bool exact;
    uint32_t node = paths__at(f, &a->place, &exact);
    bool owning = j && verify__kind(f->v, flow__place_type(f, &a->place))->owning;
    if (!exact) {
        if (j && !paths__all(f, node, state)) SAY_INIT("%s is written in what is not initialised");
        if (owning)
            SAY_OWN("the owner %s is overwritten: behind an index or a shared borrow none can be");
        return;
    }
    if (j && !is_reached(f, node, state)) SAY_INIT("%s is written through what is not initialised");
    if (j && own__any(f, node, state)) SAY_OWN("%s still owns something when it is written");
    if (j && own__lost(f, node, state))
        SAY_OWN("what was moved out behind %s is not back when it is written");
    paths__set(f, node, state);
}

static void move(Flow *f, const Judge *j, const Access *a, BitSet *state) {
    bool exact;
    uint32_t node = paths__at(f, &a->place, &exact);
    if (j && !paths__all(f, node, state)) SAY_INIT("%s is moved and not initialised on every path");
    if (!exact) SAY_OWN("%s cannot be moved out of where it is");
    if (exact) paths__clear(f, node, state);
}

static void drop(Flow *f, const Judge *j, const Access *a, BitSet *state) {
    bool exact;
    uint32_t node = paths__at(f, &a->place, &exact);
    if (!exact) {
        if (j && !paths__all(f, node, state)) SAY_INIT("%s is dropped and not initialised");
        SAY_OWN("%s cannot be dropped where it is");
        return;
    }
    bool owning = verify__kind(f->v, f->paths.nodes.data[node].type)->owning;
    if (j && owning && !own__any(f, node, state))
        SAY_INIT("%s is dropped and nothing of it is initialised on every path");
    if (j && !is_reached(f, node, state)) SAY_INIT("%s is dropped through what is not initialised");
    if (j && own__lost(f, node, state))
        SAY_OWN("what was moved out behind %s is not back when it is dropped");
    if (j && owning) own__record_drop(f, j->at, node, state);
    paths__clear(f, node, state);
}

static void look(Flow *f, const Judge *j, const Access *a, const BitSet *state) {
    bool exact;
    if (j && !paths__all(f, paths__at(f, &a->place, &exact), state))
        SAY_INIT("%s is used and not initialised on every path");
}

static void apply(Flow *f, const Judge *j, const Access *a, BitSet *state) {
    if (a->kind != ACCESS_BEGIN && a->kind != ACCESS_END) check_exists(f, j, a, state);
    switch (a->kind) {
    case ACCESS_BEGIN: begin(f, j, a, state); break;
    case ACCESS_END: end(f, j, a, state); break;
    case ACCESS_WRITE: write(f, j, a, state); break;
    case ACCESS_MOVE: move(f, j, a, state); break;
    case ACCESS_DROP: drop(f, j, a, state); break;
    case ACCESS_READ:
    case ACCESS_COPY:
    case ACCESS_CHANGE:
    case ACCESS_BORROW:
    case ACCESS_BORROW_MUT: look(f, j, a, state); break;
    }
}

static void apply_all(Flow *f, const Judge *j, const Accesses *accesses, BitSet *state) {
    vec_each(const Access, access, &accesses->list)
        apply(f, j, access, state);
}

void init__step(Flow *f, Where at, BitSet *state) {
    apply_all(f, NULL, flow__accesses(f, at), state);
}

void init__step_edge(Flow *f, SirBlock block, uint32_t arm, BitSet *state) {
    apply_all(f, NULL, flow__edge(f, block, arm), state);
}

// --- the solution --------------------------------------------------------------------------------------------------------

typedef struct Init {
    bool *known; // per block: f->init has been given a value
    BitSet state, edge;
} Init;

static void flow_into(Flow *f, Init *in, SirBlock to, const BitSet *state) {
    if (!in->known[to])
        bits_copy(&f->init[to], state);
    else if (!bits_intersect_into(&f->init[to], state))
        return;
    in->known[to] = true;
    f->dirty[to] = true;
}

static uint64_t steps_of(const Flow *f, const Accesses *accesses, uint32_t bits_per_step) {
    uint64_t steps = 1;
    vec_each(const Access, access, &accesses->list) {
        const Path *root = &f->paths.nodes.data[access->place.local];
        steps += 1 + (root->hi - root->lo) / bits_per_step;
    }
    return steps;
}

static uint64_t size_of(const Flow *f, SirBlock block) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < f->info->blocks.data[block].insts.len; i++)
        size += steps_of(f, &f->insts[block][i], 64);
    for (uint32_t i = 0; i < flow__terminator(f, block)->arm_count; i++)
        size += steps_of(f, &f->edges[block][i], 64) + bits_words(&f->init[block]);
    return size;
}

static void run_block(Flow *f, SirBlock block, void *self) {
    Init *in = self;
    if (!flow__work(f, RULE_INITIALISED, size_of(f, block))) return;
    bits_copy(&in->state, &f->init[block]);
    for (uint32_t i = 0; i < f->info->blocks.data[block].insts.len; i++)
        init__step(f, (Where){ block, i }, &in->state);
    const SirInst *last = flow__terminator(f, block);
    for (uint32_t i = 0; i < last->arm_count; i++) {
        bits_copy(&in->edge, &in->state);
        init__step_edge(f, block, i, &in->edge);
        flow_into(f, in, last->arms[i].block, &in->edge);
    }
}

static void set_start(Flow *f, BitSet *state) {
    for (uint32_t i = 0; i < f->paths.storages; i++)
        bits_set(state, f->paths.bits + 2 * i + 1);
    for (SirLocal local = 0; local < f->info->sig.param_count; local++)
        paths__set(f, local, state);
}

static void make_states(Flow *f, Init *in, uint32_t bits) {
    uint32_t count = f->info->blocks.len;
    f->init = arena_array(&f->scratch, BitSet, count);
    for (SirBlock block = 0; block < count; block++) {
        f->init[block] = bits_new(&f->scratch, bits);
        if (block == 0 || !f->is_reached[block]) set_start(f, &f->init[block]);
    }
    in->known = arena_array(&f->scratch, bool, count);
    in->state = bits_new(&f->scratch, bits);
    in->edge = bits_new(&f->scratch, bits);
    in->known[0] = f->dirty[0] = true;
}

// --- the verdict ---------------------------------------------------------------------------------------------------------

// An arm that moves one field of a payload consumes the scrutinee: no owner may be left behind in it.
static void check_consumed(Flow *f, Where at, const SirInst *match, const SirArm *arm) {
    if (!flow__arm_consumes(arm)) return;
    SirType type = flow__place_type(f, &match->args[0].place);
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        SirBindMode mode = arm->binds[i].mode;
        bool owning = verify__kind(f->v, flow__payload_type(f, type, arm->n, i))->owning;
        bool borrows = mode == SIR_BIND_CONST || mode == SIR_BIND_MUT;
        if (borrows || (owning && mode != SIR_BIND_MOVE))
            verify__complain(
                f->v, RULE_OWNERSHIP, flow__spot(f, at),
                "field %u of a payload that is consumed is %s", i,
                borrows ? "borrowed" : "left behind, and owns something"
            );
    }
}

// The exclusive borrow through which the path of a bit is reached; SIR_NONE: through none.
static uint32_t lender_of(const Flow *f, uint32_t bit) {
    const Path *nodes = f->paths.nodes.data;
    uint32_t node = f->paths.bit_node[bit], lent = nodes[node].lent;
    if (lent == 0) return SIR_NONE;
    while (nodes[node].lent == lent)
        node = nodes[node].parent;
    return node;
}

// What is behind a borrow that is not there on all ways is nobody's business any more.
static bool may_differ(const Flow *f, uint32_t bit, const BitSet *in) {
    uint32_t lender = lender_of(f, bit);
    return lender != SIR_NONE && !bits_get(in, f->paths.nodes.data[lender].lo);
}

static bool say_join(Flow *f, Where at, SirBlock to, uint32_t node, const char *format) {
    SirPlace place = paths__place(f, node, &f->scratch);
    verify__complain(
        f->v, RULE_OWNERSHIP, flow__spot(f, at), format, flow__place_text(f, &place), to
    );
    return false;
}

static bool check_word(Flow *f, Where at, SirBlock to, uint32_t word, uint64_t odd) {
    for (; odd; odd &= odd - 1) {
        uint32_t bit = word * 64 + (uint32_t)__builtin_ctzll(odd);
        if (may_differ(f, bit, &f->init[to])) continue;
        return say_join(
            f, at, to, f->paths.bit_node[bit],
            "%s owns something on one way to block %u, and not on another"
        );
    }
    return true;
}

static bool check_join(Flow *f, Where at, SirBlock to, const BitSet *edge) {
    const BitSet *owning = &f->paths.owning;
    for (uint32_t i = 0; i < bits_words(owning); i++) {
        uint64_t odd = (edge->words[i] ^ f->init[to].words[i]) & owning->words[i];
        if (odd && !check_word(f, at, to, i, odd)) return false;
    }
    vec_each(const uint32_t, pointer, &f->paths.borrows) {
        bool stays = bits_get(&f->init[to], f->paths.nodes.data[*pointer].lo);
        if (!stays && paths__missing(f, *pointer, edge))
            return say_join(
                f, at, to, *pointer, "what was moved out behind %s is not back before block %u"
            );
    }
    return true;
}

static void judge_edges(Flow *f, Where at, Init *in) {
    const SirInst *last = flow__terminator(f, at.block);
    for (uint32_t i = 0; i < last->arm_count && !verify__full(f->v); i++) {
        bits_copy(&in->edge, &in->state);
        check_consumed(f, at, last, &last->arms[i]);
        apply_all(f, &(Judge){ at }, flow__edge(f, at.block, i), &in->edge);
    }
}

static void judge_joins(Flow *f, SirBlock block, Init *in) {
    Where at = { block, f->info->blocks.data[block].insts.len - 1 };
    const SirInst *last = flow__terminator(f, block);
    uint64_t asked = (uint64_t)last->arm_count * f->paths.borrows.len; // at each edge
    if (!f->is_reached[block] || !flow__work(f, RULE_OWNERSHIP, size_of(f, block) + asked)) return;
    bits_copy(&in->state, &f->init[block]);
    for (uint32_t i = 0; i <= at.inst; i++)
        init__step(f, (Where){ block, i }, &in->state);
    for (uint32_t i = 0; i < last->arm_count && !verify__full(f->v); i++) {
        bits_copy(&in->edge, &in->state);
        init__step_edge(f, block, i, &in->edge);
        check_join(f, at, last->arms[i].block, &in->edge);
    }
}

// Here bits are looked at one by one, and every borrow of the function may be asked for.
static uint64_t cost_of(const Flow *f, Where at) {
    const Accesses *accesses = flow__accesses(f, at);
    uint64_t cost = steps_of(f, accesses, 1) + (uint64_t)accesses->list.len * f->paths.borrows.len;
    return cost + (flow__inst(f, at)->op == SIR_OP_RETURN ? f->paths.bits : 0);
}

static void judge_block(Flow *f, SirBlock block, Init *in) {
    Where at = { block, 0 };
    bits_copy(&in->state, &f->init[block]);
    for (; at.inst < f->info->blocks.data[block].insts.len; at.inst++) {
        if (verify__full(f->v) || !flow__work(f, RULE_OWNERSHIP, cost_of(f, at))) return;
        apply_all(f, &(Judge){ at }, flow__accesses(f, at), &in->state);
    }
    at.inst--;
    if (flow__inst(f, at)->op == SIR_OP_RETURN) own__check_end(f, at, &in->state);
    if (flow__work(f, RULE_OWNERSHIP, size_of(f, block))) judge_edges(f, at, in);
}

void init__check(Flow *f) {
    Init in = { 0 };
    uint32_t faults = f->v->faults;
    uint32_t bits = f->paths.bits + 2 * f->paths.storages;
    if (!flow__room(f, RULE_INITIALISED, (uint64_t)bits / 64 + 1)) return;
    make_states(f, &in, bits);
    flow__solve(f, run_block, &in);
    for (SirBlock block = 0; block < f->info->blocks.len && !f->refused; block++)
        judge_block(f, block, &in);
    if (f->v->faults > faults) return; // what is not there on all ways may be so because of that
    for (SirBlock block = 0; block < f->info->blocks.len && !f->refused; block++)
        judge_joins(f, block, &in);
}
