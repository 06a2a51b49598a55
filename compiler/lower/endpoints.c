// Typestate as docs/sir.md 8 has it, for our own use: endpoints are followed in locals, in fields of locals, and
// behind exclusive pointers. What is not followed is in the state that its type names.

#include "endpoints.h"

// --- slots ---------------------------------------------------------------------------------------------

static void add_slot(Slots *slots, SlotKind kind, SirPlace place, SirType type) {
    vec_push(slots->scratch, &slots->rows, (Slot){ kind, place, type });
}

static SirPlace part_of(Slots *slots, SirPlace place, SirProjKind kind, uint32_t n) {
    SirPlace part = { .local = place.local, .proj_count = place.proj_count + 1 };
    part.projs = arena_array(slots->arena, SirProj, part.proj_count);
    for (uint32_t i = 0; i < place.proj_count; i++)
        part.projs[i] = place.projs[i];
    part.projs[place.proj_count] = (SirProj){ kind, n };
    return part;
}

static bool is_endpoint(const Slots *slots, SirType type) {
    return sir_type(slots->module, type)->kind == SIR_TYPE_ENDPOINT;
}

static bool is_pointer(const Slots *slots, SirType type) {
    const SirTypeInfo *info = sir_type(slots->module, type);
    return info->kind == SIR_TYPE_PTR && info->mode == SIR_MUT && is_endpoint(slots, info->elem);
}

static void add_slots(Slots *slots, SirPlace place, SirType type) {
    const SirTypeInfo *info = sir_type(slots->module, type);
    if (info->kind == SIR_TYPE_ENDPOINT) add_slot(slots, SLOT_ENDPOINT, place, type);
    for (uint32_t i = 0; info->kind == SIR_TYPE_STRUCT && i < info->field_count; i++)
        add_slots(slots, part_of(slots, place, SIR_PROJ_FIELD, i), info->fields[i].type);
    if (place.proj_count == 0 && is_pointer(slots, type)) {
        add_slot(slots, SLOT_POINTER, place, type);
        add_slot(slots, SLOT_ENDPOINT, part_of(slots, place, SIR_PROJ_DEREF, 0), info->elem);
    }
}

Slots *slots_find(SirModule *module, const SirFuncInfo *func, Arena *scratch) {
    Slots *slots = arena_new(scratch, Slots);
    *slots = (Slots){ .module = module, .func = func, .arena = module->code, .scratch = scratch };
    slots->first = arena_array(scratch, uint32_t, func->locals.len + 1);
    for (SirLocal local = 0; local < func->locals.len; local++) {
        slots->first[local] = slots->rows.len;
        add_slots(slots, (SirPlace){ .local = local }, func->locals.data[local].type);
    }
    slots->first[func->locals.len] = slots->rows.len;
    return slots;
}

// --- finding -------------------------------------------------------------------------------------------

static bool starts_with(const SirPlace *place, const SirPlace *prefix) {
    if (place->local != prefix->local || place->proj_count < prefix->proj_count) return false;
    for (uint32_t i = 0; i < prefix->proj_count; i++)
        if (place->projs[i].kind != prefix->projs[i].kind ||
            place->projs[i].n != prefix->projs[i].n)
            return false;
    return true;
}

static uint32_t find_slot(const Slots *slots, const SirPlace *place, SlotKind kind) {
    for (uint32_t i = slots->first[place->local]; i < slots->first[place->local + 1]; i++) {
        const Slot *slot = &slots->rows.data[i];
        bool same = slot->kind == kind && slot->place.proj_count == place->proj_count;
        if (same && starts_with(place, &slot->place)) return i;
    }
    return SIR_NONE;
}

uint32_t slots_at(const Slots *slots, const SirPlace *place, const uint32_t *values) {
    uint32_t slot = find_slot(slots, place, SLOT_ENDPOINT);
    bool through =
        slot != SIR_NONE && place->proj_count == 1 && place->projs[0].kind == SIR_PROJ_DEREF;
    return through ? values[slot - 1] : slot; // the pointer's slot stands before its `%l.*`
}

// --- values --------------------------------------------------------------------------------------------

// All that is in the place is as its type says, or gone.
static void fill(const Slots *slots, const SirPlace *place, bool there, uint32_t *values) {
    for (uint32_t i = slots->first[place->local]; i < slots->first[place->local + 1]; i++) {
        const Slot *slot = &slots->rows.data[i];
        if (!starts_with(&slot->place, place)) continue;
        uint32_t named =
            slot->kind == SLOT_POINTER ? i + 1 : sir_type(slots->module, slot->type)->state;
        values[i] = there ? named : SIR_NONE;
    }
}

static void fill_local(const Slots *slots, SirLocal local, bool there, uint32_t *values) {
    fill(slots, &(SirPlace){ .local = local }, there, values);
}

void slots_begin(const Slots *slots, SirLocal param, uint32_t *values) {
    fill_local(slots, param, true, values);
}

static uint32_t *value_at(const Slots *slots, const SirPlace *place, uint32_t *values) {
    uint32_t slot = slots_at(slots, place, values);
    return slot == SIR_NONE ? NULL : &values[slot];
}

SirState endpoints_next(const SirContractInfo *contract, SirState state, uint64_t message) {
    if (state >= contract->state_count) return state;
    const SirStateInfo *now = &contract->states[state];
    for (uint32_t i = 0; i < now->choice_count; i++)
        if (now->choices[i].message == message) return now->choices[i].next;
    return state;
}

static SirState next_state(
    const Slots *slots, const SirPlace *place, SirState state, uint64_t message
) {
    SirType type = sir_place_type(slots->module, slots->func, place);
    SirContract contract = sir_type(slots->module, type)->contract;
    return endpoints_next(&slots->module->contracts.data[contract], state, message);
}

static void advance(const Slots *slots, const SirPlace *place, uint64_t message, uint32_t *values) {
    uint32_t *value = value_at(slots, place, values);
    if (value) *value = next_state(slots, place, *value, message);
}

// --- instructions ----------------------------------------------------------------------------------------

// What a use carries along: the state of an endpoint, or where a pointer points.
static uint32_t carried(const Slots *slots, const SirInst *inst, const uint32_t *values) {
    if (inst->op != SIR_OP_USE || inst->args[1].kind == SIR_ARG_CONST) return SIR_NONE;
    uint32_t slot = slots_at(slots, &inst->args[1].place, values);
    if (slot == SIR_NONE) slot = find_slot(slots, &inst->args[1].place, SLOT_POINTER);
    return slot == SIR_NONE ? SIR_NONE : values[slot];
}

static void put_carried(const Slots *slots, const SirInst *inst, uint32_t value, uint32_t *values) {
    uint32_t slot = find_slot(slots, &inst->args[0].place, SLOT_POINTER);
    if (slot == SIR_NONE) slot = slots_at(slots, &inst->args[0].place, values);
    if (slot != SIR_NONE && value != SIR_NONE) values[slot] = value;
}

const SirSig *endpoints_callee(
    const SirModule *module, const SirFuncInfo *func, const SirInst *inst
) {
    if (inst->op == SIR_OP_CALL) return &module->funcs.data[inst->args[1].n].sig;
    if (inst->op != SIR_OP_CALL_VALUE) return NULL;
    const SirArg *value = &inst->args[1];
    bool is_tree = value->kind == SIR_ARG_CONST;
    SirType type = is_tree ? value->tree->type : sir_place_type(module, func, &value->place);
    return sir_type(module, type)->sig;
}

static const SirSig *callee_sig(const Slots *slots, const SirInst *inst) {
    return endpoints_callee(slots->module, slots->func, inst);
}

// At a call an endpoint that is lent comes back as the parameter promises.
static void keep_promises(const Slots *slots, const SirInst *inst, uint32_t *values) {
    const SirSig *sig = callee_sig(slots, inst);
    for (uint32_t i = 0; sig && i < sig->param_count; i++) {
        const SirArg *arg = &inst->args[i + 2];
        if (sig->params[i].to == SIR_NONE || arg->kind == SIR_ARG_CONST) continue;
        uint32_t pointer = find_slot(slots, &arg->place, SLOT_POINTER);
        if (pointer == SIR_NONE || values[pointer] == SIR_NONE) continue;
        values[values[pointer]] = sig->params[i].to;
    }
}

static void end_moved(const Slots *slots, const SirInst *inst, uint32_t *values) {
    for (uint32_t i = 0; i < inst->arg_count; i++)
        if (inst->args[i].kind == SIR_ARG_MOVE) fill(slots, &inst->args[i].place, false, values);
}

static void begin_written(const Slots *slots, const SirInst *inst, uint32_t *values) {
    for (uint32_t i = 0; i < sir_op_dests(inst->op); i++)
        if (inst->args[i].kind == SIR_ARG_PLACE) fill(slots, &inst->args[i].place, true, values);
}

static void point_to(const Slots *slots, const SirInst *inst, uint32_t *values) {
    uint32_t pointer = find_slot(slots, &inst->args[0].place, SLOT_POINTER);
    if (pointer == SIR_NONE) return;
    uint32_t target = slots_at(slots, &inst->args[1].place, values);
    values[pointer] = target == SIR_NONE ? pointer + 1 : target;
}

// Lent as a whole, a struct has its endpoints in the states of its type: closed ones count as that.
static void lend_struct(const Slots *slots, const SirPlace *place, uint32_t *values) {
    for (uint32_t i = slots->first[place->local]; i < slots->first[place->local + 1]; i++) {
        const Slot *slot = &slots->rows.data[i];
        bool inside =
            starts_with(&slot->place, place) && slot->place.proj_count > place->proj_count;
        bool field = inside && slot->place.projs[place->proj_count].kind == SIR_PROJ_FIELD;
        if (field && values[i] == SIR_STATE_CLOSED)
            values[i] = sir_type(slots->module, slot->type)->state;
    }
}

static void open_channel(const Slots *slots, const SirInst *inst, uint32_t *values) {
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t *value = value_at(slots, &inst->args[i].place, values);
        if (value) *value = (SirState)inst->args[2].m;
    }
}

static void retype(const Slots *slots, const SirInst *inst, uint32_t *values) {
    uint32_t *value = value_at(slots, &inst->args[0].place, values);
    if (value) *value = (SirState)inst->args[1].n;
}

void slots_step(const Slots *slots, const SirInst *inst, uint32_t *values) {
    uint32_t along = carried(slots, inst, values);
    keep_promises(slots, inst, values);
    end_moved(slots, inst, values);
    begin_written(slots, inst, values);
    if (along != SIR_NONE) put_carried(slots, inst, along, values);
    if (inst->op == SIR_OP_BORROW || inst->op == SIR_OP_BORROW_MUT)
        lend_struct(slots, &inst->args[1].place, values);
    switch (inst->op) {
    case SIR_OP_DROP: fill(slots, &inst->args[0].place, false, values); break;
    case SIR_OP_STORAGE_BEGIN:
    case SIR_OP_STORAGE_END: fill_local(slots, (SirLocal)inst->args[0].n, false, values); break;
    case SIR_OP_BORROW_MUT: point_to(slots, inst, values); break;
    case SIR_OP_CHANNEL: open_channel(slots, inst, values); break;
    case SIR_OP_RETYPE: retype(slots, inst, values); break;
    case SIR_OP_SEND: advance(slots, &inst->args[0].place, inst->args[1].n, values); break;
    default: break;
    }
}

static bool consumes(const SirArm *arm) {
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode == SIR_BIND_MOVE) return true;
    return false;
}

SirState endpoints_when_closed(
    const SirModule *module, const SirFuncInfo *func, const SirPlace *place
) {
    bool kept = place->proj_count == 1 && place->projs[0].kind == SIR_PROJ_DEREF &&
                place->local >= func->sig.param_count;
    return kept ? sir_type(module, sir_place_type(module, func, place))->state : SIR_STATE_CLOSED;
}

// False: nothing comes from a peer that is gone.
static bool take_head(const Slots *slots, const SirHead *head, uint32_t *values) {
    uint32_t *value = value_at(slots, &head->place, values);
    if (head->is_closed) {
        if (value) *value = endpoints_when_closed(slots->module, slots->func, &head->place);
        return true;
    }
    if (value && *value == SIR_STATE_CLOSED) return false;
    advance(slots, &head->place, head->n, values);
    return true;
}

static void take_member(const Slots *slots, const SirArm *arm, uint32_t *values) {
    SirType type = sir_place_type(slots->module, slots->func, &arm->place);
    const SirTypeInfo *set = sir_type(slots->module, type);
    uint32_t row = arm->bind_count - (set->elem == SIR_NONE ? 1 : 2);
    SirPlace member = { .local = arm->binds[row].local };
    uint32_t *value = value_at(slots, &member, values);
    if (!value) return;
    *value = arm->kind == SIR_ARM_LOST ? SIR_STATE_CLOSED
                                       : next_state(slots, &arm->place, set->state, arm->n);
}

bool slots_step_arm(const Slots *slots, const SirInst *inst, const SirArm *arm, uint32_t *values) {
    if (inst->op == SIR_OP_MATCH && consumes(arm)) fill(slots, &inst->args[0].place, false, values);
    SirHead one = { arm->kind == SIR_ARM_CLOSED, arm->place, arm->n };
    bool is_one = arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED;
    const SirHead *heads = is_one ? &one : arm->heads;
    for (uint32_t i = 0; i < (is_one ? 1 : arm->head_count); i++)
        if (!take_head(slots, &heads[i], values)) return false;
    for (uint32_t i = 0; i < arm->bind_count; i++)
        if (arm->binds[i].mode != SIR_BIND_SKIP)
            fill_local(slots, arm->binds[i].local, true, values);
    if (arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST) take_member(slots, arm, values);
    return true;
}

// --- joins -----------------------------------------------------------------------------------------------

static uint32_t join_value(const Slot *slot, uint32_t a, uint32_t b) {
    if (a == b) return a;
    if (slot->kind == SLOT_POINTER || a == SIR_NONE || b == SIR_NONE) return SIR_NONE;
    if (a == SIR_STATE_CLOSED) return b;
    return b == SIR_STATE_CLOSED ? a : SIR_NONE;
}

bool slots_join(const Slots *slots, uint32_t *into, const uint32_t *from) {
    bool changed = false;
    for (uint32_t i = 0; i < slots->rows.len; i++) {
        uint32_t value = join_value(&slots->rows.data[i], into[i], from[i]);
        changed |= value != into[i];
        into[i] = value;
    }
    return changed;
}

// --- targets ---------------------------------------------------------------------------------------------

static SirType type_of_dest(const Slots *slots, const SirInst *inst) {
    return sir_place_type(slots->module, slots->func, &inst->args[0].place);
}

static SirType message_arg(const Slots *slots, const SirInst *inst, uint32_t i) {
    SirType type = sir_place_type(slots->module, slots->func, &inst->args[0].place);
    SirContract contract = sir_type(slots->module, type)->contract;
    return slots->module->contracts.data[contract].messages[inst->args[1].n].args[i].type;
}

SirType slots_target(const Slots *slots, const SirInst *inst, uint32_t i) {
    const SirModule *module = slots->module;
    switch (inst->op) {
    case SIR_OP_CALL:
    case SIR_OP_CALL_VALUE: return i < 2 ? SIR_NONE : callee_sig(slots, inst)->params[i - 2].type;
    case SIR_OP_SEND: return message_arg(slots, inst, i - 2);
    case SIR_OP_STRUCT: return sir_type(module, type_of_dest(slots, inst))->fields[i - 1].type;
    case SIR_OP_ERASE: {
        const SirTypeInfo *end =
            sir_type(module, sir_place_type(module, slots->func, &inst->args[1].place));
        return sir_type_endpoint(
            slots->module, end->contract, end->side, (SirState)inst->args[2].n
        );
    }
    case SIR_OP_SET_ADD: {
        const SirTypeInfo *set = sir_type(module, type_of_dest(slots, inst));
        if (i == 2) return set->elem;
        return sir_type_endpoint(slots->module, set->contract, set->side, set->state);
    }
    case SIR_OP_ARRAY:
    case SIR_OP_NEW: return sir_type(module, type_of_dest(slots, inst))->elem;
    case SIR_OP_VARIANT:
        return sir_variant_field(module, type_of_dest(slots, inst), inst->args[1].n, i - 2);
    case SIR_OP_USE: return type_of_dest(slots, inst);
    case SIR_OP_REPLACE:
    case SIR_OP_SLICE_REPLACE: return type_of_dest(slots, inst); // the old value has the same type
    case SIR_OP_RETURN: return slots->func->sig.result;
    default: return SIR_NONE;
    }
}
