// Ownership where it is more than a bit (V03): what is ours in a path, what must be back behind a borrow, and what a drop
// of a partly moved place ends, which the back end is told (VerifiedDrop).
//
// What lies behind an exclusive borrow is not ours: it counts as owned only for places that lie behind the same borrow.

#include "flow.h"

// --- asking --------------------------------------------------------------------------------------------------------------

static bool is_ours(const Flow *f, const Path *path, uint32_t bit) {
    return f->paths.nodes.data[f->paths.bit_node[bit]].lent == path->lent;
}

static bool owns_at(const Flow *f, const BitSet *state, uint32_t bit) {
    return bits_get(state, bit) && bits_get(&f->paths.owning, bit);
}

bool own__any(const Flow *f, uint32_t node, const BitSet *state) {
    const Path *path = &f->paths.nodes.data[node];
    for (uint32_t bit = path->lo; bit < path->hi; bit++)
        if (owns_at(f, state, bit) && is_ours(f, path, bit)) return true;
    return false;
}

bool own__lost(const Flow *f, uint32_t node, const BitSet *state) {
    const Path *path = &f->paths.nodes.data[node];
    vec_each(const uint32_t, pointer, &f->paths.borrows) {
        uint32_t bit = f->paths.nodes.data[*pointer].lo;
        bool inside = bit >= path->lo && bit < path->hi;
        if (inside && paths__missing(f, *pointer, state)) return true;
    }
    return false;
}

// --- the end of a function -----------------------------------------------------------------------------------------------

void own__check_end(Flow *f, Where at, const BitSet *state) {
    for (uint32_t bit = 0; bit < f->paths.bits; bit++) {
        const Path *path = &f->paths.nodes.data[f->paths.bit_node[bit]];
        if (!owns_at(f, state, bit) || path->lent > 0) continue;
        SirPlace place = paths__place(f, f->paths.bit_node[bit], &f->scratch);
        verify__complain(
            f->v, RULE_OWNERSHIP, flow__spot(f, at), "%s still owns something at return",
            flow__place_text(f, &place)
        );
        return;
    }
    vec_each(const uint32_t, pointer, &f->paths.borrows) {
        if (!paths__missing(f, *pointer, state)) continue;
        SirPlace place = paths__place(f, *pointer, &f->scratch);
        verify__complain(
            f->v, RULE_OWNERSHIP, flow__spot(f, at),
            "what was moved out behind %s is not back at return", flow__place_text(f, &place)
        );
        return;
    }
}

// --- drops of partly moved places ------------------------------------------------------------------------------------------

typedef struct Ends {
    VEC(VerifiedPart) parts;
} Ends;

static void end_part(Flow *f, Ends *ends, uint32_t node, bool block_only) {
    VerifiedPart part = { paths__place(f, node, f->v->arena), block_only };
    vec_push(f->v->arena, &ends->parts, part);
}

// Contents before the blocks that hold them.
static void end_path(Flow *f, Ends *ends, uint32_t node, const BitSet *state) {
    const Path *nodes = f->paths.nodes.data;
    const Path *path = &nodes[node];
    if (!verify__kind(f->v, path->type)->owning || !own__any(f, node, state)) return;
    if (paths__all(f, node, state)) {
        end_part(f, ends, node, false);
        return;
    }
    for (uint32_t child = path->first; child != SIR_NONE; child = nodes[child].next)
        end_path(f, ends, child, state);
    if (path->has_own_bit && owns_at(f, state, path->lo)) end_part(f, ends, node, true);
}

void own__record_drop(Flow *f, Where at, uint32_t node, const BitSet *state) {
    if (paths__all(f, node, state)) return;
    Ends ends = { 0 };
    end_path(f, &ends, node, state);
    VerifiedDrop *drop = arena_new(f->v->arena, VerifiedDrop);
    *drop = (VerifiedDrop){ ends.parts.data, ends.parts.len };
    Map **drops = &f->v->out->drops[f->func];
    if (!*drops) *drops = map_new(f->v->arena);
    map_put(*drops, (uint64_t)at.block << 32 | at.inst, (uint64_t)(uintptr_t)drop);
}
