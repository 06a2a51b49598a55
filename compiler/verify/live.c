// Which borrows may still be used: backward, for second-class locals. Whatever is done with a local uses it, but for
// writing it as a whole, which ends what it held, writing a part of it in place, which does neither, and its storage's
// begin and end.

#include "flow.h"

typedef struct LiveChanges {
    VEC(uint32_t)
    holders; // live after the instruction and not before, or the other way round; twice is not at all
} LiveChanges;

// --- one access ------------------------------------------------------------------------------------------------------------

static bool is_in_place(const Flow *f, const SirPlace *place) {
    SirType type = f->info->locals.data[place->local].type;
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (flow__step(f, &type, place->projs[i]) != STEP_INLINE) return false;
    return true;
}

typedef enum Effect { EFFECT_NONE, EFFECT_USE, EFFECT_END } Effect;

static Effect effect_of(const Flow *f, const Access *access) {
    switch (access->kind) {
    case ACCESS_BEGIN:
    case ACCESS_END: return EFFECT_END;
    case ACCESS_WRITE:
        if (access->place.proj_count == 0) return EFFECT_END;
        return is_in_place(f, &access->place) ? EFFECT_NONE : EFFECT_USE;
    default: return EFFECT_USE;
    }
}

// Backward over one list. `changes` may be NULL.
static void step_back(Flow *f, const Accesses *accesses, BitSet *live, LiveChanges *changes) {
    for (uint32_t i = accesses->list.len; i-- > 0;) {
        const Access *access = &accesses->list.data[i];
        uint32_t holder = f->holder[access->place.local];
        Effect effect = holder == SIR_NONE ? EFFECT_NONE : effect_of(f, access);
        if (effect == EFFECT_NONE || bits_get(live, holder) == (effect == EFFECT_USE)) continue;
        if (effect == EFFECT_USE)
            bits_set(live, holder);
        else
            bits_clear(live, holder);
        if (changes) vec_push(&f->scratch, &changes->holders, holder);
    }
}

// --- blocks ----------------------------------------------------------------------------------------------------------------

typedef struct Live {
    BitSet state, edge;
} Live;

static void leave(Flow *f, SirBlock block, Live *l) {
    const SirInst *last = flow__terminator(f, block);
    memset(l->state.words, 0, bits_words(&l->state) * sizeof(uint64_t));
    for (uint32_t i = 0; i < last->arm_count; i++) {
        bits_copy(&l->edge, &f->live[last->arms[i].block]);
        step_back(f, flow__edge(f, block, i), &l->edge, NULL);
        bits_union_into(&l->state, &l->edge);
    }
}

static uint64_t size_of(const Flow *f, SirBlock block) {
    uint64_t arms = flow__terminator(f, block)->arm_count;
    return f->info->blocks.data[block].insts.len + (arms + 1) * (1 + bits_words(&f->live[block]));
}

static bool run_block(Flow *f, SirBlock block, Live *l) {
    if (!flow__work(f, RULE_LOANS, size_of(f, block))) return false;
    leave(f, block, l);
    for (uint32_t i = f->info->blocks.data[block].insts.len; i-- > 0;)
        step_back(f, flow__accesses(f, (Where){ block, i }), &l->state, NULL);
    return bits_union_into(&f->live[block], &l->state);
}

static void note_changes(Flow *f, SirBlock block, Live *l) {
    uint32_t count = f->info->blocks.data[block].insts.len;
    f->changes[block] = arena_array(&f->scratch, LiveChanges, count);
    leave(f, block, l);
    for (uint32_t i = count; i-- > 0;)
        step_back(f, flow__accesses(f, (Where){ block, i }), &l->state, &f->changes[block][i]);
}

void live__find(Flow *f) {
    uint32_t count = f->info->blocks.len;
    if (!flow__room(f, RULE_LOANS, (uint64_t)f->holder_count / 64 + 1)) return;
    f->live = arena_array(&f->scratch, BitSet, count);
    f->changes = arena_array(&f->scratch, LiveChanges *, count);
    for (SirBlock block = 0; block < count; block++)
        f->live[block] = bits_new(&f->scratch, f->holder_count);
    Live l = { bits_new(&f->scratch, f->holder_count), bits_new(&f->scratch, f->holder_count) };
    for (bool again = true; again && !f->refused;) {
        again = false;
        for (uint32_t i = count; i-- > 0;)
            again |= run_block(f, f->order[i], &l);
    }
    for (SirBlock block = 0; block < count && !f->refused; block++)
        note_changes(f, block, &l);
}

void live__pass(const Flow *f, Where at, BitSet *live) {
    vec_each(const uint32_t, holder, &f->changes[at.block][at.inst].holders) {
        if (bits_get(live, *holder))
            bits_clear(live, *holder);
        else
            bits_set(live, *holder);
    }
}
