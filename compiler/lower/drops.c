// Drop elaboration: after this, every owner is consumed exactly once on every path, without run-time flags.
//
// A forward analysis finds for each block which move paths are initialised on all ways into it. A path that is
// initialised at the end of an edge, but not on all edges that meet there, is dropped on that edge [25]. Then each
// conditional drop of the builder becomes a drop of what is initialised at its place, or nothing. What lies
// behind an exclusive borrow is not ours: it is dropped only where it was moved out on another edge that meets this
// one, the borrow being there on both; the checkers saw that it is refilled behind that [47].

#include "drops.h"

#include "flow.h"
#include "insts.h"
#include "paths.h"

#include "base/check.h"

typedef struct Drops {
    SirModule *module;
    SirFuncInfo *func;
    Kinds *kinds;
    const Paths *paths;
    Arena *scratch;
    Flow flow;
    SirLocal locals; // before any was added here
    BitSet *in;      // per block: initialised on all ways into it
    bool *reached;   // per block: `in` has been given a value
    BitSet ours;     // of what is dropped: what is not behind a borrow
} Drops;

// --- what an instruction does to the paths ---------------------------------------------------------------

static void mark(const Drops *d, const SirPlace *place, bool initialised, BitSet *state) {
    PathId path = paths_at(d->paths, place);
    if (path == SIR_NONE) return;
    if (initialised)
        paths_set(d->paths, path, state);
    else
        paths_clear(d->paths, path, state);
}

static void mark_local(const Drops *d, SirLocal local, bool initialised, BitSet *state) {
    mark(d, &(SirPlace){ .local = local }, initialised, state);
}

static bool is_assignment(const SirInst *inst) {
    return inst->op == SIR_OP_REPLACE && inst->args[0].kind == SIR_ARG_NOTHING;
}

static void step_inst(const Drops *d, const SirInst *inst, BitSet *state) {
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_MOVE) mark(d, &inst->args[i].place, false, state);
    for (uint32_t i = 0; i < sir_op_dests(inst->op); i++)
        if (inst->args[i].kind == SIR_ARG_PLACE) mark(d, &inst->args[i].place, true, state);
    if (inst->op == SIR_OP_DROP) mark(d, &inst->args[0].place, false, state);
    if (is_assignment(inst)) mark(d, &inst->args[1].place, true, state);
    if (inst->op == SIR_OP_STORAGE_BEGIN) mark_local(d, (SirLocal)inst->args[0].n, false, state);
    if (inst->op == SIR_OP_STORAGE_END) mark_local(d, (SirLocal)inst->args[0].n, false, state);
}

static bool consumes(const SirArm *arm) {
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode == SIR_BIND_MOVE) return true;
    return false;
}

static void step_arm(const Drops *d, const SirInst *inst, const SirArm *arm, BitSet *state) {
    if (inst->op == SIR_OP_MATCH && consumes(arm)) mark(d, &inst->args[0].place, false, state);
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode != SIR_BIND_SKIP) mark_local(d, arm->binds[i].local, true, state);
}

// --- the analysis ----------------------------------------------------------------------------------------

static bool flow_into(Drops *d, SirBlock to, const BitSet *state) {
    if (d->reached[to]) return bits_intersect_into(&d->in[to], state);
    d->reached[to] = true;
    bits_copy(&d->in[to], state);
    return true;
}

static void leave_block(const Drops *d, SirBlock block, BitSet *state) {
    bits_copy(state, &d->in[block]);
    vec_each(SirInst, inst, &d->func->blocks.data[block].insts)
        step_inst(d, inst, state);
}

static bool flow_through(Drops *d, SirBlock block, BitSet *state, BitSet *edge) {
    bool changed = false;
    leave_block(d, block, state);
    const SirInst *last = sir_block_terminator(d->func, block);
    for (uint32_t i = 0; i < last->arm_count; i++) {
        bits_copy(edge, state);
        step_arm(d, last, &last->arms[i], edge);
        changed |= flow_into(d, last->arms[i].block, edge);
    }
    return changed;
}

static void analyse(Drops *d) {
    BitSet state = bits_new(d->scratch, d->paths->bits);
    BitSet edge = bits_new(d->scratch, d->paths->bits);
    for (SirBlock block = 0; block < d->func->blocks.len; block++)
        d->in[block] = bits_new(d->scratch, d->paths->bits);
    for (SirLocal local = 0; local < d->func->sig.param_count; local++)
        mark_local(d, local, true, &d->in[0]);
    d->reached[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < d->flow.count; i++)
            changed |= flow_through(d, d->flow.order[i], &state, &edge);
    }
}

// --- drops -------------------------------------------------------------------------------------------------

static void add_drop(Drops *d, Insts *out, const SirPlace *place, SirType type, SirLoc loc) {
    bool is_endpoint = sir_type(d->module, type)->kind == SIR_TYPE_ENDPOINT;
    SirOp op = is_endpoint ? SIR_OP_CLOSE : SIR_OP_DROP;
    SirInst *inst = insts_add(d->module, out, op, 1, loc);
    inst->args[0].kind = is_endpoint ? SIR_ARG_MOVE : SIR_ARG_PLACE;
    inst->args[0].place = *place;
}

// A struct whose parts move by themselves has others, perhaps, that own nothing and stay.
static bool has_parts(const Drops *d, const Path *path) {
    return path->first != SIR_NONE && sir_type(d->module, path->type)->kind == SIR_TYPE_STRUCT;
}

// Drops what of the path is in `dying`, as a whole if that is all there is to it; `stays`: where it is used again, and what of
// it owns nothing has to be there.
static void drop_path(
    Drops *d, Insts *out, PathId id, const BitSet *dying, bool stays, SirLoc loc
) {
    const Path *path = &d->paths->rows.data[id];
    if (!paths_any(d->paths, id, dying)) return;
    SirPlace place = paths_place(d->paths, id, d->module->code);
    bool as_whole = !(stays && has_parts(d, path)) && paths_all(d->paths, id, dying);
    if (kind_owns(d->kinds, path->type) && as_whole) {
        add_drop(d, out, &place, path->type, loc);
        return;
    }
    for (PathId child = path->first; child != SIR_NONE; child = d->paths->rows.data[child].next)
        drop_path(d, out, child, dying, stays, loc);
    bool is_block = path->bit != SIR_NONE && kind_owns(d->kinds, path->type);
    if (is_block && bits_get(dying, path->bit)) // of a box
        add_drop(d, out, &place, path->type, loc);
}

// Without what is lent, and without the borrows themselves; but what lies behind a borrow that is there in `stays` too is kept.
static void keep_lent(const Drops *d, BitSet *dying, const BitSet *stays) {
    vec_each(Path, path, &d->paths->rows) {
        if (path->bit == SIR_NONE) continue;
        bool is_lent = path->lender != SIR_NONE;
        bool refilled = is_lent && stays && bits_get(stays, d->paths->rows.data[path->lender].bit);
        if (paths_lends(d->paths, path) || (is_lent && !refilled)) bits_clear(dying, path->bit);
    }
}

static void replace_drop(Drops *d, Insts *out, const SirInst *inst, const BitSet *state) {
    PathId path = paths_at(d->paths, &inst->args[0].place);
    if (path == SIR_NONE) return;
    bits_copy(&d->ours, state);
    if (d->paths->rows.data[path].lender == SIR_NONE) keep_lent(d, &d->ours, NULL);
    drop_path(d, out, path, &d->ours, false, inst->loc);
}

// The old value is ended before the new one is written; behind a borrow or an index, where nothing may be
// left uninitialised, the two change places first.
static void replace_assignment(Drops *d, Insts *out, const SirInst *inst, const BitSet *state) {
    const SirPlace *place = &inst->args[1].place;
    PathId path = paths_at(d->paths, place);
    bool own = path != SIR_NONE && d->paths->rows.data[path].lender == SIR_NONE;
    bool exchange = path == SIR_NONE || (!own && paths_all(d->paths, path, state));
    SirType type = sir_place_type(d->module, d->func, place);
    if (!exchange) drop_path(d, out, path, state, false, inst->loc);
    SirOp op = exchange ? SIR_OP_REPLACE : SIR_OP_USE;
    SirInst *made = insts_add(d->module, out, op, exchange ? 3 : 2, inst->loc);
    SirArg target = { .kind = SIR_ARG_PLACE, .place = *place };
    made->args[0] = target;
    made->args[exchange ? 2 : 1] = inst->args[2];
    if (!exchange) return;
    SirPlace old = { .local = sir_local_add(d->module, d->func, STR(""), type, inst->loc) };
    made->args[0].place = old;
    made->args[1] = target;
    add_drop(d, out, &old, type, inst->loc);
}

static void rewrite_block(Drops *d, SirBlock block, BitSet *state) {
    SirBlockInfo *info = &d->func->blocks.data[block];
    Insts out = { 0 };
    bits_copy(state, &d->in[block]);
    vec_each(SirInst, inst, &info->insts) {
        if (inst->op == SIR_OP_DROP)
            replace_drop(d, &out, inst, state);
        else if (is_assignment(inst))
            replace_assignment(d, &out, inst, state);
        else
            vec_push(d->module->code, &out.list, *inst);
        step_inst(d, inst, state);
    }
    insts_put(&out, info);
}

// --- edges -------------------------------------------------------------------------------------------------

// What is initialised at the end of the edge and not on all edges that meet there, and is ours or missing there.
static bool find_dying(const Drops *d, const SirArm *arm, const BitSet *state, BitSet *dying) {
    uint64_t any = 0;
    bits_copy(dying, state);
    for (uint32_t i = 0; i < bits_words(dying); i++)
        dying->words[i] &= ~d->in[arm->block].words[i];
    keep_lent(d, dying, &d->in[arm->block]);
    for (uint32_t i = 0; i < bits_words(dying); i++)
        any |= dying->words[i];
    return any != 0;
}

static void drop_roots(Drops *d, Insts *out, const BitSet *dying, SirLoc loc) {
    for (SirLocal local = d->locals; local-- > 0;)
        if (d->paths->roots[local] != SIR_NONE)
            drop_path(d, out, d->paths->roots[local], dying, true, loc);
}

static void split_edge(Drops *d, SirArm *arm, const BitSet *dying, SirLoc loc) {
    Insts out = { 0 };
    drop_roots(d, &out, dying, loc);
    insts_put_on_edge(d->module, d->func, arm, &out, loc);
}

static void drop_on_edges(Drops *d, SirBlock block, BitSet *state, BitSet *edge, BitSet *dying) {
    leave_block(d, block, state);
    SirInst *last = vec_last(&d->func->blocks.data[block].insts);
    for (uint32_t i = 0; i < last->arm_count; i++) {
        bits_copy(edge, state);
        step_arm(d, last, &last->arms[i], edge);
        if (find_dying(d, &last->arms[i], edge, dying))
            split_edge(d, &last->arms[i], dying, last->loc);
    }
}

void drops_insert(SirModule *module, SirFuncInfo *func, Kinds *kinds, Arena *scratch) {
    Drops d = { .module = module, .func = func, .kinds = kinds, .scratch = scratch };
    d.paths = paths_find(module, func, kinds, scratch);
    d.flow = flow_order(func, scratch);
    d.locals = func->locals.len;
    d.in = arena_array(scratch, BitSet, func->blocks.len);
    d.reached = arena_array(scratch, bool, func->blocks.len);
    d.ours = bits_new(scratch, d.paths->bits);
    analyse(&d);

    BitSet state = bits_new(scratch, d.paths->bits);
    BitSet edge = bits_new(scratch, d.paths->bits);
    BitSet dying = bits_new(scratch, d.paths->bits);
    SirBlock blocks = func->blocks.len; // edges that are split add more
    for (SirBlock block = 0; block < blocks; block++) {
        drop_on_edges(&d, block, &state, &edge, &dying);
        rewrite_block(&d, block, &state);
    }
}
