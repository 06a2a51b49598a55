// States agree: after this, an endpoint is in the state that is asked for wherever one is.
//
// A forward analysis follows the states (endpoints.c). Only `closed` can differ from what is asked for, in a legal
// program: there a `retype` makes it count as that. Where two ways meet, it stands on the edge.

#include "states.h"

#include "endpoints.h"
#include "flow.h"
#include "insts.h"

#include "base/check.h"

#include <string.h>

typedef struct States {
    SirModule *module;
    SirFuncInfo *func;
    Arena *scratch;
    Slots *slots;
    Flow flow;
    uint32_t **in; // per block: the values at its start; NULL: not reached yet
} States;

// --- the analysis ----------------------------------------------------------------------------------------

static uint32_t *copy_values(States *s, const uint32_t *values) {
    uint32_t *copy = arena_array(s->scratch, uint32_t, s->slots->rows.len);
    memcpy(copy, values, s->slots->rows.len * sizeof *copy);
    return copy;
}

static void take_values(States *s, uint32_t *to, const uint32_t *from) {
    memcpy(to, from, s->slots->rows.len * sizeof *to);
}

static bool flow_into(States *s, SirBlock to, const uint32_t *values) {
    if (s->in[to]) return slots_join(s->slots, s->in[to], values);
    s->in[to] = copy_values(s, values);
    return true;
}

static void leave_block(States *s, SirBlock block, uint32_t *values) {
    take_values(s, values, s->in[block]);
    vec_each(SirInst, inst, &s->func->blocks.data[block].insts)
        slots_step(s->slots, inst, values);
}

static bool flow_through(States *s, SirBlock block, uint32_t *values, uint32_t *edge) {
    bool changed = false;
    leave_block(s, block, values);
    const SirInst *last = sir_block_terminator(s->func, block);
    for (uint32_t i = 0; i < last->arm_count; i++) {
        take_values(s, edge, values);
        if (slots_step_arm(s->slots, last, &last->arms[i], edge))
            changed |= flow_into(s, last->arms[i].block, edge);
    }
    return changed;
}

static void begin(States *s) {
    uint32_t *values = arena_array(s->scratch, uint32_t, s->slots->rows.len);
    for (uint32_t i = 0; i < s->slots->rows.len; i++)
        values[i] = SIR_NONE;
    for (uint32_t i = 0; i < s->func->sig.param_count; i++)
        slots_begin(s->slots, i, values);
    s->in[0] = values;
}

static void analyse(States *s) {
    uint32_t *values = arena_array(s->scratch, uint32_t, s->slots->rows.len);
    uint32_t *edge = arena_array(s->scratch, uint32_t, s->slots->rows.len);
    begin(s);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < s->flow.count; i++)
            if (s->in[s->flow.order[i]]) changed |= flow_through(s, s->flow.order[i], values, edge);
    }
}

// --- retyping --------------------------------------------------------------------------------------------

static SirPlace through(States *s, const SirPlace *pointer) {
    SirPlace place = { .local = pointer->local, .proj_count = 1 };
    place.projs = arena_array(s->module->code, SirProj, 1);
    place.projs[0] = (SirProj){ SIR_PROJ_DEREF, 0 };
    return place;
}

// The endpoint at `place`, if it is closed, counts as in the state of `type`.
static void ask_state(
    States *s, Insts *out, const SirPlace *place, SirType type, uint32_t *values, SirLoc loc
) {
    uint32_t slot = slots_at(s->slots, place, values);
    SirState state = sir_type(s->module, type)->state;
    if (slot == SIR_NONE || values[slot] != SIR_STATE_CLOSED || state == SIR_STATE_CLOSED) return;
    insts_add_retype(s->module, out, place, state, loc);
    values[slot] = state;
}

// So do the endpoints in the fields of a struct that goes somewhere as a whole.
static void ask_fields(
    States *s, Insts *out, const SirPlace *place, SirType type, uint32_t *values, SirLoc loc
) {
    const SirTypeInfo *info = sir_type(s->module, type);
    if (info->kind == SIR_TYPE_ENDPOINT) ask_state(s, out, place, type, values, loc);
    for (uint32_t i = 0; info->kind == SIR_TYPE_STRUCT && i < info->field_count; i++) {
        SirPlace field = { .local = place->local, .proj_count = place->proj_count + 1 };
        field.projs = arena_array(s->module->code, SirProj, field.proj_count);
        for (uint32_t k = 0; k < place->proj_count; k++)
            field.projs[k] = place->projs[k];
        field.projs[place->proj_count] = (SirProj){ SIR_PROJ_FIELD, i };
        ask_fields(s, out, &field, info->fields[i].type, values, loc);
    }
}

// A use that is followed to its target carries the state along, and asks for none.
static bool is_followed(States *s, const SirInst *inst, SirType target, const uint32_t *values) {
    bool whole = sir_type(s->module, target)->kind != SIR_TYPE_STRUCT;
    return inst->op == SIR_OP_USE && whole &&
           slots_at(s->slots, &inst->args[0].place, values) != SIR_NONE;
}

static void ask_moved(States *s, Insts *out, const SirInst *inst, uint32_t i, uint32_t *values) {
    SirType target = slots_target(s->slots, inst, i);
    const SirPlace *place = &inst->args[i].place;
    if (target == SIR_NONE || is_followed(s, inst, target, values)) return;
    const SirTypeInfo *info = sir_type(s->module, target);
    if (info->kind != SIR_TYPE_PTR) {
        ask_fields(s, out, place, target, values, inst->loc);
    } else if (info->mode == SIR_MUT && inst->op != SIR_OP_USE && place->proj_count == 0) {
        SirPlace pointee = through(s, place);
        if (sir_type(s->module, info->elem)->kind == SIR_TYPE_ENDPOINT)
            ask_state(s, out, &pointee, info->elem, values, inst->loc);
    }
}

// A struct that is lent as a whole has its endpoints in the states of its type.
static void ask_borrowed(States *s, Insts *out, const SirInst *inst, uint32_t *values) {
    const SirPlace *place = &inst->args[1].place;
    SirType type = sir_place_type(s->module, s->func, place);
    if (sir_type(s->module, type)->kind == SIR_TYPE_STRUCT)
        ask_fields(s, out, place, type, values, inst->loc);
}

static void ask_promises(States *s, Insts *out, SirLoc loc, uint32_t *values) {
    for (SirLocal param = 0; param < s->func->sig.param_count; param++) {
        const SirParam *row = &s->func->sig.params[param];
        if (row->to == SIR_NONE) continue;
        SirPlace pointee = through(s, &(SirPlace){ .local = param });
        uint32_t slot = slots_at(s->slots, &pointee, values);
        if (slot == SIR_NONE || values[slot] != SIR_STATE_CLOSED || row->to == SIR_STATE_CLOSED)
            continue;
        insts_add_retype(s->module, out, &pointee, row->to, loc);
        values[slot] = row->to;
    }
}

// --- sending to nobody -----------------------------------------------------------------------------------

static bool sends_to_nobody(States *s, const SirInst *inst, const uint32_t *values) {
    if (inst->op != SIR_OP_SEND) return false;
    uint32_t slot = slots_at(s->slots, &inst->args[0].place, values);
    return slot != SIR_NONE && values[slot] == SIR_STATE_CLOSED;
}

static void drop_message(States *s, Insts *out, const SirInst *inst) {
    for (uint32_t i = 2; i < inst->arg_count; i++) {
        if (inst->args[i].kind != SIR_ARG_MOVE) continue;
        SirInst *drop = insts_add(s->module, out, SIR_OP_DROP, 1, inst->loc);
        drop->args[0] = (SirArg){ .kind = SIR_ARG_PLACE, .place = inst->args[i].place };
    }
}

// --- rewriting -------------------------------------------------------------------------------------------

static void ask_inst(States *s, Insts *out, const SirInst *inst, uint32_t *values) {
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_MOVE) ask_moved(s, out, inst, i, values);
    if (inst->op == SIR_OP_BORROW || inst->op == SIR_OP_BORROW_MUT)
        ask_borrowed(s, out, inst, values);
    if (inst->op == SIR_OP_RETURN) ask_promises(s, out, inst->loc, values);
}

// No message comes from a peer that is gone.
static void remove_dead_arms(States *s, SirInst *inst, const uint32_t *values, uint32_t *edge) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        take_values(s, edge, values);
        if (slots_step_arm(s->slots, inst, &inst->arms[i], edge))
            inst->arms[kept++] = inst->arms[i];
    }
    inst->arm_count = kept;
}

static void rewrite_block(States *s, SirBlock block, uint32_t *values, uint32_t *edge) {
    SirBlockInfo *info = &s->func->blocks.data[block];
    Insts out = { 0 };
    take_values(s, values, s->in[block]);
    vec_each(SirInst, inst, &info->insts) {
        if (sends_to_nobody(s, inst, values)) {
            drop_message(s, &out, inst);
        } else {
            ask_inst(s, &out, inst, values);
            vec_push(s->module->code, &out.list, *inst);
        }
        slots_step(s->slots, inst, values);
    }
    remove_dead_arms(s, vec_last(&out.list), values, edge);
    insts_put(&out, info);
}

// --- edges -----------------------------------------------------------------------------------------------

static void retype_closed(States *s, Insts *out, const SirPlace *place, SirLoc loc) {
    SirState state = endpoints_when_closed(s->module, s->func, place);
    if (state != SIR_STATE_CLOSED) insts_add_retype(s->module, out, place, state, loc);
}

static void retype_kept(States *s, Insts *out, const SirArm *arm, SirLoc loc) {
    if (arm->kind == SIR_ARM_CLOSED) retype_closed(s, out, &arm->place, loc);
    for (uint32_t i = 0; i < arm->head_count; i++)
        if (arm->heads[i].is_closed) retype_closed(s, out, &arm->heads[i].place, loc);
}

static void agree_on_edge(States *s, SirArm *arm, const uint32_t *edge, SirLoc loc) {
    const uint32_t *wanted = s->in[arm->block];
    Insts out = { 0 };
    retype_kept(s, &out, arm, loc);
    for (uint32_t i = 0; i < s->slots->rows.len; i++) {
        bool asks =
            edge[i] == SIR_STATE_CLOSED && wanted[i] != SIR_STATE_CLOSED && wanted[i] != SIR_NONE;
        if (asks && s->slots->rows.data[i].kind == SLOT_ENDPOINT)
            insts_add_retype(s->module, &out, &s->slots->rows.data[i].place, wanted[i], loc);
    }
    if (out.list.len > 0) insts_put_on_edge(s->module, s->func, arm, &out, loc);
}

static void agree_on_edges(States *s, SirBlock block, const uint32_t *values, uint32_t *edge) {
    SirInst *last = vec_last(&s->func->blocks.data[block].insts);
    for (uint32_t i = 0; i < last->arm_count; i++) {
        take_values(s, edge, values);
        slots_step_arm(s->slots, last, &last->arms[i], edge);
        agree_on_edge(s, &last->arms[i], edge, last->loc);
    }
}

void states_agree(SirModule *module, SirFuncInfo *func, Arena *scratch) {
    States s = { .module = module, .func = func, .scratch = scratch };
    s.slots = slots_find(module, func, scratch);
    if (s.slots->rows.len == 0) return;
    s.flow = flow_order(func, scratch);
    s.in = arena_array(scratch, uint32_t *, func->blocks.len);
    analyse(&s);

    uint32_t *values = arena_array(scratch, uint32_t, s.slots->rows.len);
    uint32_t *edge = arena_array(scratch, uint32_t, s.slots->rows.len);
    for (uint32_t i = 0; i < s.flow.count; i++) { // edges that are split add blocks
        if (!s.in[s.flow.order[i]]) continue;     // behind an arm that is gone
        rewrite_block(&s, s.flow.order[i], values, edge);
        agree_on_edges(&s, s.flow.order[i], values, edge);
    }
}
