// Endpoints in memory change their state in locals. For each place that has transitions there is a local; the state says where
// the endpoint is: in its place while it is the one that its type names, in the local else. One whose peer is gone goes back at
// once, and counts as in that state.
//
// A wait for several has them all in locals; each way goes on with those back that are at rest on it.

#include "astray.h"

#include "endpoints.h"
#include "flow.h"
#include "insts.h"

#include <string.h>

typedef struct Outing {
    SirPlace place;
    SirType type;
    SirState rest;
    SirLocal local; // where the endpoint is meanwhile
} Outing;

typedef struct Astray {
    SirModule *module;
    SirFuncInfo *func;
    Arena *scratch;
    VEC(Outing) rows;
    uint32_t **in;    // per block: each row's state; NULL: not reached yet
    uint32_t *states; // where the walk is
    bool *is_lent;    // until the call that gets the pointer
    bool *is_out;     // the same
    uint32_t *lent;   // per local: the row that it borrows until it is called with, plus one
    Insts out;
} Astray;

// --- places ----------------------------------------------------------------------------------------------

static bool same_start(const SirPlace *place, const SirPlace *start) {
    if (place->local != start->local || place->proj_count < start->proj_count) return false;
    for (uint32_t i = 0; i < start->proj_count; i++)
        if (place->projs[i].kind != start->projs[i].kind || place->projs[i].n != start->projs[i].n)
            return false;
    return true;
}

static bool same_place(const SirPlace *a, const SirPlace *b) {
    return a->proj_count == b->proj_count && same_start(a, b);
}

static uint32_t row_of(const Astray *a, const SirPlace *place) {
    for (uint32_t i = 0; i < a->rows.len; i++)
        if (same_place(place, &a->rows.data[i].place)) return i;
    return SIR_NONE;
}

// A local that borrows an endpoint is followed by itself.
static bool is_in_memory(const Astray *a, const SirPlace *place) {
    bool behind = false;
    SirPlace part = *place;
    for (uint32_t i = 0; i < place->proj_count; i++) {
        if (place->projs[i].kind == SIR_PROJ_FIELD) continue;
        if (place->projs[i].kind != SIR_PROJ_DEREF) return false;
        part.proj_count = i;
        const SirTypeInfo *pointer = sir_type(a->module, sir_place_type(a->module, a->func, &part));
        bool is_end = sir_type(a->module, pointer->elem)->kind == SIR_TYPE_ENDPOINT;
        if (pointer->kind != SIR_TYPE_PTR || (is_end && i == 0 && pointer->mode == SIR_MUT))
            return false;
        if (pointer->mode != SIR_MUT && pointer->mode != SIR_OWN) return false;
        behind = true;
    }
    return behind;
}

static void add_row(Astray *a, const SirPlace *place) {
    SirType type = sir_place_type(a->module, a->func, place);
    const SirTypeInfo *info = sir_type(a->module, type);
    if (info->kind != SIR_TYPE_ENDPOINT || !is_in_memory(a, place) || row_of(a, place) != SIR_NONE)
        return;
    Outing row = { .place = *place, .type = type, .rest = info->state, .local = SIR_NONE };
    vec_push(a->scratch, &a->rows, row);
}

static bool is_of_one(const SirArm *arm) {
    return arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED;
}

static void add_rows_of(Astray *a, const SirInst *inst) {
    if (inst->op == SIR_OP_SEND) add_row(a, &inst->args[0].place);
    if (inst->op == SIR_OP_BORROW_MUT) add_row(a, &inst->args[1].place);
    for (uint32_t i = 0; inst->op == SIR_OP_RECEIVE && i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (is_of_one(arm)) add_row(a, &arm->place);
        for (uint32_t k = 0; k < arm->head_count; k++)
            add_row(a, &arm->heads[k].place);
    }
}

static void find_rows(Astray *a) {
    vec_each(SirBlockInfo, block, &a->func->blocks) {
        vec_each(SirInst, inst, &block->insts)
            add_rows_of(a, inst);
    }
}

// --- moving ----------------------------------------------------------------------------------------------

static SirPlace local_of(Astray *a, uint32_t row, SirLoc loc) {
    Outing *outing = &a->rows.data[row];
    if (outing->local == SIR_NONE)
        outing->local = sir_local_add(a->module, a->func, STR(""), outing->type, loc);
    return (SirPlace){ .local = outing->local };
}

static void add_use(Astray *a, const SirPlace *to, const SirPlace *from, SirLoc loc) {
    SirInst *inst = insts_add(a->module, &a->out, SIR_OP_USE, 2, loc);
    inst->args[0] = (SirArg){ .kind = SIR_ARG_PLACE, .place = *to };
    inst->args[1] = (SirArg){ .kind = SIR_ARG_MOVE, .place = *from };
}

static void take_out(Astray *a, uint32_t row, SirLoc loc) {
    if (a->is_out[row]) return;
    SirPlace local = local_of(a, row, loc);
    add_use(a, &local, &a->rows.data[row].place, loc);
    a->is_out[row] = true;
}

static void put_back(Astray *a, uint32_t row, SirLoc loc) {
    SirPlace local = local_of(a, row, loc);
    add_use(a, &a->rows.data[row].place, &local, loc);
    a->is_out[row] = false;
}

static void count_as_at_rest(Astray *a, uint32_t row, SirLoc loc) {
    SirPlace local = local_of(a, row, loc);
    insts_add_retype(a->module, &a->out, &local, a->rows.data[row].rest, loc);
}

static void drop_local(Astray *a, uint32_t row, SirLoc loc) {
    SirInst *inst = insts_add(a->module, &a->out, SIR_OP_DROP, 1, loc);
    inst->args[0] = (SirArg){ .kind = SIR_ARG_PLACE, .place = local_of(a, row, loc) };
    a->is_out[row] = false;
    a->states[row] = a->rows.data[row].rest;
}

// --- what happens to the states ----------------------------------------------------------------------------

// The state in which the call that gets the pointer leaves what it leads to; SIR_NONE: no call does.
static SirState promised_to(const Astray *a, const SirInst *call, SirLocal pointer) {
    const SirSig *sig = endpoints_callee(a->module, a->func, call);
    for (uint32_t i = 0; sig && i < sig->param_count; i++) {
        const SirArg *arg = &call->args[i + 2];
        if (arg->kind == SIR_ARG_MOVE && arg->place.local == pointer && arg->place.proj_count == 0)
            return sig->params[i].to;
    }
    return SIR_NONE;
}

// ... of those that follow in the block.
static SirState promise_of(const Astray *a, const SirBlockInfo *block, uint32_t at) {
    SirLocal pointer = block->insts.data[at].args[0].place.local;
    SirState promised = SIR_NONE;
    for (uint32_t i = at + 1; i < block->insts.len && promised == SIR_NONE; i++)
        promised = promised_to(a, &block->insts.data[i], pointer);
    return promised;
}

static SirState state_after(const Astray *a, uint32_t row, SirState state, uint64_t message) {
    const SirTypeInfo *type = sir_type(a->module, a->rows.data[row].type);
    return endpoints_next(&a->module->contracts.data[type->contract], state, message);
}

static void step_call(Astray *a, const SirInst *inst) {
    const SirSig *sig = endpoints_callee(a->module, a->func, inst);
    for (uint32_t i = 0; sig && i < sig->param_count; i++) {
        const SirArg *arg = &inst->args[i + 2];
        if (arg->kind != SIR_ARG_MOVE || arg->place.proj_count > 0) continue;
        uint32_t *lent = &a->lent[arg->place.local];
        if (*lent == 0) continue;
        a->is_lent[*lent - 1] = false;
        if (sig->params[i].to != SIR_NONE) a->states[*lent - 1] = sig->params[i].to;
        *lent = 0;
    }
}

// --- instructions ------------------------------------------------------------------------------------------

static void replace_place(Astray *a, SirPlace *place, SirLoc loc) {
    uint32_t row = row_of(a, place);
    if (row != SIR_NONE && a->is_out[row]) *place = local_of(a, row, loc);
}

static bool writes(const SirInst *inst, uint32_t arg) {
    bool assigns = inst->op == SIR_OP_REPLACE && inst->args[0].kind == SIR_ARG_NOTHING && arg == 1;
    return assigns || (arg < sir_op_dests(inst->op) && inst->args[arg].kind == SIR_ARG_PLACE);
}

// What takes its place, or ends what it lies in, ends it.
static void end_overwritten(Astray *a, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arg_count; i++) {
        bool ends = inst->op == SIR_OP_DROP && i == 0;
        if (!ends && !writes(inst, i)) continue;
        for (uint32_t row = 0; row < a->rows.len; row++)
            if (a->is_out[row] && same_start(&a->rows.data[row].place, &inst->args[i].place))
                drop_local(a, row, inst->loc);
    }
}

static void run_send(Astray *a, const SirInst *inst) {
    uint32_t row = row_of(a, &inst->args[0].place);
    if (row == SIR_NONE) return;
    take_out(a, row, inst->loc);
    a->states[row] = state_after(a, row, a->states[row], inst->args[1].n);
}

// Lent to a call that promises a state; one that leaves it where it rests finds it in its place.
static void run_borrow(Astray *a, const SirBlockInfo *block, uint32_t at) {
    const SirInst *inst = &block->insts.data[at];
    uint32_t row = row_of(a, &inst->args[1].place);
    SirState promised = row == SIR_NONE ? SIR_NONE : promise_of(a, block, at);
    if (promised == SIR_NONE) return;
    if (promised != a->rows.data[row].rest) take_out(a, row, inst->loc);
    a->lent[inst->args[0].place.local] = row + 1;
    a->is_lent[row] = true;
}

static void rewrite_args(Astray *a, SirInst *inst) {
    for (uint32_t i = 0; i < inst->arg_count; i++) {
        SirArg *arg = &inst->args[i];
        uint32_t row = arg->kind == SIR_ARG_MOVE ? row_of(a, &arg->place) : SIR_NONE;
        bool is_place = arg->kind == SIR_ARG_PLACE || arg->kind == SIR_ARG_COPY;
        if (is_place && !writes(inst, i)) replace_place(a, &arg->place, inst->loc);
        if (row == SIR_NONE || !a->is_out[row]) continue;
        replace_place(a, &arg->place, inst->loc);
        a->is_out[row] = false; // it moves on
        a->states[row] = a->rows.data[row].rest;
    }
}

static void run_inst(Astray *a, SirBlockInfo *block, uint32_t at) {
    SirInst *inst = &block->insts.data[at];
    end_overwritten(a, inst);
    if (inst->op == SIR_OP_SEND) run_send(a, inst);
    if (inst->op == SIR_OP_BORROW_MUT) run_borrow(a, block, at);
    rewrite_args(a, inst);
    vec_push(a->module->code, &a->out.list, *inst);
    step_call(a, inst);
    for (uint32_t i = 0; i < a->rows.len; i++)
        if (a->is_out[i] && !a->is_lent[i] && a->states[i] == a->rows.data[i].rest)
            put_back(a, i, inst->loc);
}

// --- edges -------------------------------------------------------------------------------------------------

static void flow_into(Astray *a, SirBlock to) {
    if (a->in[to]) return; // the states agree
    a->in[to] = arena_array(a->scratch, uint32_t, a->rows.len);
    memcpy(a->in[to], a->states, a->rows.len * sizeof *a->states);
}

static void take_head(Astray *a, SirPlace *place, bool is_closed, uint64_t message, SirLoc loc) {
    uint32_t row = row_of(a, place);
    if (row == SIR_NONE) return;
    *place = local_of(a, row, loc);
    if (is_closed)
        a->states[row] = SIR_STATE_CLOSED;
    else
        a->states[row] = state_after(a, row, a->states[row], message);
}

static void take_heads(Astray *a, SirArm *arm, SirLoc loc) {
    if (is_of_one(arm)) take_head(a, &arm->place, arm->kind == SIR_ARM_CLOSED, arm->n, loc);
    for (uint32_t i = 0; i < arm->head_count; i++)
        take_head(a, &arm->heads[i].place, arm->heads[i].is_closed, arm->heads[i].n, loc);
}

// Those that are at rest on the edge are back behind it.
static void split_edge(Astray *a, SirArm *arm, SirLoc loc) {
    a->out = (Insts){ 0 };
    for (uint32_t row = 0; row < a->rows.len; row++) {
        bool closed = a->states[row] == SIR_STATE_CLOSED;
        if (closed) count_as_at_rest(a, row, loc);
        if (closed) a->states[row] = a->rows.data[row].rest;
        if (a->is_out[row] && a->states[row] == a->rows.data[row].rest) put_back(a, row, loc);
    }
    flow_into(a, arm->block);
    if (a->out.list.len > 0) insts_put_on_edge(a->module, a->func, arm, &a->out, loc);
}

static void take_out_at(Astray *a, const SirPlace *place, SirLoc loc) {
    uint32_t row = row_of(a, place);
    if (row != SIR_NONE) take_out(a, row, loc);
}

static void take_out_for_wait(Astray *a, const SirInst *last) {
    for (uint32_t i = 0; i < last->arm_count; i++) {
        const SirArm *arm = &last->arms[i];
        if (is_of_one(arm)) take_out_at(a, &arm->place, last->loc);
        for (uint32_t k = 0; k < arm->head_count; k++)
            take_out_at(a, &arm->heads[k].place, last->loc);
    }
}

static void leave_edges(Astray *a, SirInst last) {
    uint32_t *states = arena_array(a->scratch, uint32_t, a->rows.len);
    bool *is_out = arena_array(a->scratch, bool, a->rows.len);
    memcpy(states, a->states, a->rows.len * sizeof *states);
    memcpy(is_out, a->is_out, a->rows.len * sizeof *is_out);
    for (uint32_t i = 0; i < last.arm_count; i++) {
        memcpy(a->states, states, a->rows.len * sizeof *states);
        memcpy(a->is_out, is_out, a->rows.len * sizeof *is_out);
        take_heads(a, &last.arms[i], last.loc);
        split_edge(a, &last.arms[i], last.loc);
    }
}

// --- all ---------------------------------------------------------------------------------------------------

static void run_block(Astray *a, SirBlock block) {
    SirBlockInfo info = a->func->blocks.data[block];
    memcpy(a->states, a->in[block], a->rows.len * sizeof *a->states);
    memset(a->is_lent, 0, a->rows.len * sizeof *a->is_lent);
    memset(a->lent, 0, a->func->locals.len * sizeof *a->lent);
    for (uint32_t i = 0; i < a->rows.len; i++)
        a->is_out[i] = a->states[i] != a->rows.data[i].rest;
    a->out = (Insts){ 0 };
    for (uint32_t i = 0; i + 1 < info.insts.len; i++)
        run_inst(a, &info, i);
    SirInst last = *vec_last(&info.insts);
    take_out_for_wait(a, &last);
    rewrite_args(a, &last);
    vec_push(a->module->code, &a->out.list, last);
    insts_put(&a->out, &a->func->blocks.data[block]);
    leave_edges(a, last);
}

void astray_take_out(SirModule *module, SirFuncInfo *func, Arena *scratch) {
    Astray a = { .module = module, .func = func, .scratch = scratch };
    find_rows(&a);
    if (a.rows.len == 0) return;
    Flow flow = flow_order(func, scratch);
    a.in = arena_array(scratch, uint32_t *, func->blocks.len);
    a.states = arena_array(scratch, uint32_t, a.rows.len);
    a.is_out = arena_array(scratch, bool, a.rows.len);
    a.is_lent = arena_array(scratch, bool, a.rows.len);
    a.lent = arena_array(scratch, uint32_t, func->locals.len + a.rows.len);
    for (uint32_t i = 0; i < a.rows.len; i++)
        a.states[i] = a.rows.data[i].rest;
    flow_into(&a, 0);
    for (uint32_t i = 0; i < flow.count; i++)
        run_block(&a, flow.order[i]);
}
