// Each endpoint's state is known on every path, and followed (V07, docs/sir.md 8): forward, for the endpoints that slots.c
// finds, with what each exclusive borrow of an endpoint points to.
//
// An endpoint that is not tracked is in the state that its type names, always. One that is reached through a borrow for a
// while may leave that state as long as the borrow is going to be used; when nobody points to it any more, it is back.

#include "states.h"

typedef struct States {
    Flow *f;
    Slots slots;
    uint32_t **in;  // per block, NULL: not reached yet
    uint32_t *now;  // per slot its state; per pointer its slot, and the state in which it has to leave what is elsewhere
    uint32_t *edge; // the same, at the end of a block
    uint32_t words;
    BitSet live;
    bool judging;
    bool *mixed; // per block: that states differ where it begins was said
    Where at;
} States;

static uint32_t *state_at(States *s, uint32_t slot) { return &s->now[slot]; }
static uint32_t *target_at(States *s, uint32_t pointer) { return &s->now[s->slots.list.len + pointer]; }
static uint32_t *rest_at(States *s, uint32_t pointer) {
    return &s->now[s->slots.list.len + s->slots.pointers.len + pointer];
}

#define SAY(s, ...)                                                                                          \
    ((s)->judging ? verify__complain((s)->f->v, RULE_TYPESTATE, flow__spot((s)->f, (s)->at), __VA_ARGS__)    \
                  : (void)0)

// --- asking ----------------------------------------------------------------------------------------------------------------

static const SirTypeInfo *info_of(const States *s, SirType type) { return verify__type(s->f->v, type); }
static bool is_endpoint(const States *s, SirType type) { return verify__is_endpoint(s->f->v, type); }
static bool is_pointer(const States *s, SirType type) { return verify__is_endpoint_ptr(s->f->v, type, SIR_MUT); }

static const char *text_of(const States *s, SirType type, uint32_t state) {
    if (state == STATE_NONE || state == STATE_MIXED) return "no known state";
    return verify__state_text(s->f->v, info_of(s, type)->contract, state);
}

// The slot of an endpoint's place: SLOT_UNTRACKED if it is nowhere near one, SLOT_UNKNOWN behind a pointer that points to
// nothing certain.
static uint32_t slot_of(States *s, const SirPlace *place) {
    uint32_t pointer = s->slots.pointer_of[place->local];
    if (pointer == SIR_NONE) return slots__in_local(&s->slots, place);
    if (place->proj_count != 1) return SLOT_UNTRACKED;
    uint32_t target = *target_at(s, pointer);
    return target == SIR_NONE ? SLOT_UNKNOWN : target;
}

// The state of the endpoint at a place of that type.
static uint32_t state_of(States *s, const SirPlace *place) {
    uint32_t slot = slot_of(s, place);
    if (slot == SLOT_UNTRACKED) return info_of(s, flow__place_type(s->f, place))->state;
    return slot == SLOT_UNKNOWN ? STATE_MIXED : *state_at(s, slot);
}

static void demand(States *s, const SirPlace *place, uint32_t state, SirType wanted) {
    uint32_t named = info_of(s, wanted)->state;
    if (state == named && state != STATE_NONE && state != STATE_MIXED) return;
    SAY(s, "%s is in state %s where %s is asked for", flow__place_text(s->f, place),
        text_of(s, wanted, state), text_of(s, wanted, named));
}

// --- pointers --------------------------------------------------------------------------------------------------------------

static void point_to(States *s, SirLocal local, uint32_t slot) {
    *target_at(s, s->slots.pointer_of[local]) = slot < s->slots.list.len ? slot : SIR_NONE;
}

static uint32_t elsewhere_of(const States *s, uint32_t pointer) {
    return s->slots.first[s->slots.pointers.data[pointer]];
}

// Away from the state in which its place elsewhere has to find it.
static bool is_astray(States *s, uint32_t slot) {
    const Slot *info = &s->slots.list.data[slot];
    uint32_t state = *state_at(s, slot);
    return info->kind == SLOT_ELSEWHERE && state != STATE_NONE && state != *rest_at(s, info->pointer);
}

static void say_astray(States *s, uint32_t slot) {
    const Slot *info = &s->slots.list.data[slot];
    SAY(s, "what %s pointed to is left in state %s, and its place names %s",
        flow__place_text(s->f, &info->place), text_of(s, info->type, *state_at(s, slot)),
        text_of(s, info->type, *rest_at(s, info->pointer)));
}

// The local points to an endpoint somewhere in memory, whose place names `state`.
static void point_elsewhere(States *s, SirLocal local, uint32_t state) {
    uint32_t pointer = s->slots.pointer_of[local], slot = elsewhere_of(s, pointer);
    if (is_astray(s, slot)) say_astray(s, slot);
    for (uint32_t i = 0; i < s->slots.pointers.len; i++)
        if (*target_at(s, i) == slot) *target_at(s, i) = SIR_NONE;
    *target_at(s, pointer) = slot;
    *state_at(s, slot) = *rest_at(s, pointer) = state;
}

// A pointer goes where nobody follows it: what it points to is as the type there says, and stays so.
static void demand_pointee(States *s, const SirPlace *pointer, uint32_t slot, SirType wanted, bool for_good) {
    SirType endpoint = info_of(s, wanted)->elem;
    uint32_t state = slot < s->slots.list.len ? *state_at(s, slot) : STATE_MIXED;
    demand(s, pointer, state, endpoint);
    if (for_good && slot < s->slots.list.len && is_astray(s, slot)) say_astray(s, slot);
}

// --- what values are worth -------------------------------------------------------------------------------------------------

// A struct's endpoints are in the states of its type where it is used as a whole.
static void demand_parts(States *s, const SirPlace *place) {
    for (uint32_t i = s->slots.first[place->local]; i < s->slots.first[place->local + 1]; i++)
        if (slots__is_within(&s->slots, i, place))
            demand(s, &s->slots.list.data[i].place, *state_at(s, i), s->slots.list.data[i].type);
}

static void set_parts(States *s, const SirPlace *place, bool there) {
    for (uint32_t i = s->slots.first[place->local]; i < s->slots.first[place->local + 1]; i++)
        if (slots__is_within(&s->slots, i, place))
            *state_at(s, i) = there ? info_of(s, s->slots.list.data[i].type)->state : STATE_NONE;
}

static SirType last_elem(const States *s, const SirInst *inst, uint32_t i, uint32_t last) {
    return i == last ? info_of(s, flow__place_type(s->f, &inst->args[last == 3 ? 1 : 0].place))->elem
                     : SIR_NONE;
}

// The type that is asked of value `i` where it goes out of sight. SIR_NONE: none is known.
static SirType asked_of(States *s, const SirInst *inst, uint32_t i) {
    const SirModule *module = s->f->module;
    const SirPlace *dest = &inst->args[0].place;
    switch (inst->op) {
    case SIR_OP_CALL:
    case SIR_OP_CALL_VALUE: return i < 2 ? SIR_NONE : flow__callee(s->f, inst)->params[i - 2].type;
    case SIR_OP_SEND: {
        const SirTypeInfo *endpoint = info_of(s, flow__place_type(s->f, dest));
        return module->contracts.data[endpoint->contract].messages[inst->args[1].n].args[i - 2].type;
    }
    case SIR_OP_STRUCT: return info_of(s, flow__place_type(s->f, dest))->fields[i - 1].type;
    case SIR_OP_ARRAY:
    case SIR_OP_NEW: return info_of(s, flow__place_type(s->f, dest))->elem;
    case SIR_OP_NEW_OPT: return info_of(s, info_of(s, flow__place_type(s->f, dest))->elem)->elem;
    case SIR_OP_VARIANT: return flow__payload_type(s->f, flow__place_type(s->f, dest), inst->args[1].n, i - 2);
    case SIR_OP_RETURN: return s->f->info->sig.result;
    case SIR_OP_GROW_PUSH: return last_elem(s, inst, i, 1);
    case SIR_OP_GROW_INSERT: return last_elem(s, inst, i, 2);
    case SIR_OP_SLICE_REPLACE: return last_elem(s, inst, i, 3);
    default: return SIR_NONE;
    }
}

static bool is_carried(const SirInst *inst) {
    return inst->op == SIR_OP_USE || inst->op == SIR_OP_REPLACE;
}

static void leave_endpoint(States *s, const SirInst *inst, uint32_t i) {
    const SirPlace *place = &inst->args[i].place;
    SirType asked = asked_of(s, inst, i);
    if (asked != SIR_NONE)
        demand(s, place, state_of(s, place), asked);
    else if (!is_carried(inst) && inst->op != SIR_OP_CLOSE)
        SAY(s, "%s goes where its state is lost", flow__place_text(s->f, place));
    uint32_t slot = slot_of(s, place);
    if (slot < s->slots.list.len) *state_at(s, slot) = STATE_NONE;
}

// What a pointer value points to: a slot, or SLOT_UNTRACKED when it comes out of memory itself.
static uint32_t pointee_of(States *s, const SirPlace *pointer) {
    uint32_t row = pointer->proj_count == 0 ? s->slots.pointer_of[pointer->local] : SIR_NONE;
    if (row == SIR_NONE) return SLOT_UNTRACKED;
    return *target_at(s, row) == SIR_NONE ? SLOT_UNKNOWN : *target_at(s, row);
}

static void lend_to_call(States *s, const SirInst *inst, uint32_t i, uint32_t slot) {
    SirState promised = flow__callee(s->f, inst)->params[i - 2].to;
    if (slot < s->slots.list.len) *state_at(s, slot) = promised;
}

static void leave_pointer(States *s, const SirInst *inst, uint32_t i) {
    const SirPlace *place = &inst->args[i].place;
    SirType asked = asked_of(s, inst, i), type = flow__place_type(s->f, place);
    uint32_t slot = pointee_of(s, place);
    bool is_call = inst->op == SIR_OP_CALL || inst->op == SIR_OP_CALL_VALUE;
    if (asked == SIR_NONE) {
        if (!is_carried(inst)) SAY(s, "%s goes where it is lost", flow__place_text(s->f, place));
    } else if (slot == SLOT_UNTRACKED) {
        uint32_t state = info_of(s, info_of(s, type)->elem)->state;
        demand(s, place, state, info_of(s, asked)->elem);
        if (is_call && flow__callee(s->f, inst)->params[i - 2].to != state)
            SAY(s, "%s is lent out of memory and does not come back in its state", flow__place_text(s->f, place));
    } else {
        demand_pointee(s, place, slot, asked, !is_call);
        if (is_call) lend_to_call(s, inst, i, slot);
    }
}

// Value `i` is taken. What is carried is known before.
static void leave_value(States *s, const SirInst *inst, uint32_t i) {
    if (inst->args[i].kind != SIR_ARG_MOVE) return;
    const SirPlace *place = &inst->args[i].place;
    SirType type = flow__place_type(s->f, place);
    if (is_endpoint(s, type)) {
        leave_endpoint(s, inst, i);
    } else if (is_pointer(s, type)) {
        leave_pointer(s, inst, i);
        uint32_t row = place->proj_count == 0 ? s->slots.pointer_of[place->local] : SIR_NONE;
        if (row != SIR_NONE) *target_at(s, row) = SIR_NONE;
    } else {
        demand_parts(s, place);
        set_parts(s, place, false);
    }
}

// --- sending and retyping ----------------------------------------------------------------------------------------------------

static const SirStateInfo *choices_of(const States *s, SirType endpoint, uint32_t state) {
    const SirContractInfo *contract = &s->f->module->contracts.data[info_of(s, endpoint)->contract];
    return state < contract->state_count ? &contract->states[state] : NULL;
}

static SirDir sends(const States *s, SirType endpoint) {
    return info_of(s, endpoint)->side == SIR_IMP ? SIR_IN : SIR_OUT;
}

static SirDir direction(const States *s, SirType endpoint, const SirChoice *choice) {
    return s->f->module->contracts.data[info_of(s, endpoint)->contract].messages[choice->message].dir;
}

static const SirChoice *find_choice(const SirStateInfo *state, uint64_t message) {
    for (uint32_t i = 0; state && i < state->choice_count; i++)
        if (state->choices[i].message == message) return &state->choices[i];
    return NULL;
}

static uint32_t tracked(States *s, const SirPlace *place) {
    uint32_t slot = slot_of(s, place);
    if (slot < s->slots.list.len) return slot;
    SAY(s, slot == SLOT_UNKNOWN ? "%s is not known to be the same endpoint on every path" : "%s is not tracked, and keeps its state",
        flow__place_text(s->f, place));
    return SIR_NONE;
}

static void send(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[0].place;
    SirType type = flow__place_type(s->f, place);
    uint32_t slot = tracked(s, place);
    if (slot == SIR_NONE) return;
    const SirChoice *choice = find_choice(choices_of(s, type, *state_at(s, slot)), inst->args[1].n);
    if (choice && direction(s, type, choice) == sends(s, type)) {
        *state_at(s, slot) = choice->next;
        return;
    }
    SAY(s, "%s is in state %s, where its holder cannot send this", flow__place_text(s->f, place),
        text_of(s, type, *state_at(s, slot)));
    *state_at(s, slot) = STATE_MIXED;
}

static void retype(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[0].place;
    uint32_t slot = tracked(s, place);
    if (slot == SIR_NONE) return;
    if (*state_at(s, slot) != SIR_STATE_CLOSED)
        SAY(s, "%s is retyped in state %s, and not closed", flow__place_text(s->f, place),
            text_of(s, flow__place_type(s->f, place), *state_at(s, slot)));
    *state_at(s, slot) = (uint32_t)inst->args[1].n;
}

// --- places ------------------------------------------------------------------------------------------------------------------

// Endpoints change places: both tracked, they keep their states; else they are as the place that is not tracked says.
static void swap(States *s, const SirInst *inst) {
    const SirPlace *a = &inst->args[0].place, *b = &inst->args[1].place;
    SirType at = flow__place_type(s->f, a), bt = flow__place_type(s->f, b);
    if (!is_endpoint(s, at)) {
        demand_parts(s, a);
        demand_parts(s, b);
        return;
    }
    uint32_t x = slot_of(s, a), y = slot_of(s, b), count = s->slots.list.len;
    if (x < count && y < count) {
        uint32_t old = *state_at(s, x);
        *state_at(s, x) = *state_at(s, y);
        *state_at(s, y) = old;
    } else {
        demand(s, a, state_of(s, a), y < count ? at : bt);
        demand(s, b, state_of(s, b), x < count ? bt : at);
        if (info_of(s, at)->state != info_of(s, bt)->state)
            SAY(s, "%s is exchanged with an endpoint in another state", flow__place_text(s->f, a));
    }
}

static void end_local(States *s, SirLocal local) {
    set_parts(s, &(SirPlace){ .local = local }, false);
    if (s->slots.pointer_of[local] != SIR_NONE) point_to(s, local, SLOT_UNKNOWN);
}

static void drop(States *s, const SirPlace *place) {
    uint32_t slot = is_endpoint(s, flow__place_type(s->f, place)) ? slot_of(s, place) : SLOT_UNTRACKED;
    if (slot < s->slots.list.len) *state_at(s, slot) = STATE_NONE;
    set_parts(s, place, false);
    if (place->proj_count == 0 && s->slots.pointer_of[place->local] != SIR_NONE)
        point_to(s, place->local, SLOT_UNKNOWN);
}

static void use_places(States *s, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_SEND: send(s, inst); break;
    case SIR_OP_RETYPE: retype(s, inst); break;
    case SIR_OP_SWAP: swap(s, inst); break;
    case SIR_OP_DROP: drop(s, &inst->args[0].place); break;
    case SIR_OP_STORAGE_BEGIN:
    case SIR_OP_STORAGE_END: end_local(s, (SirLocal)inst->args[0].n); break;
    case SIR_OP_BORROW:
    case SIR_OP_BORROW_MUT:
    case SIR_OP_REPLACE:
        if (!is_endpoint(s, flow__place_type(s->f, &inst->args[1].place)))
            demand_parts(s, &inst->args[1].place);
        break;
    default: break;
    }
}

// --- destinations --------------------------------------------------------------------------------------------------------------

typedef struct Result { // of an instruction, where it is an endpoint or a pointer to one
    uint32_t state;     // of the endpoint; of what is elsewhere
    uint32_t slot;      // of a pointer's endpoint; SLOT_UNTRACKED: elsewhere
} Result;

static Result result_of_type(const States *s, SirType type) {
    if (is_pointer(s, type)) type = info_of(s, type)->elem;
    return (Result){ is_endpoint(s, type) ? info_of(s, type)->state : STATE_MIXED, SLOT_UNTRACKED };
}

static Result carried(States *s, const SirPlace *from) {
    SirType type = flow__place_type(s->f, from);
    if (is_endpoint(s, type)) return (Result){ state_of(s, from), SLOT_UNTRACKED };
    Result result = result_of_type(s, type);
    result.slot = is_pointer(s, type) ? pointee_of(s, from) : SLOT_UNTRACKED;
    return result;
}

// Asked before values are taken.
static Result result_of(States *s, const SirInst *inst) {
    const SirArg *args = inst->args;
    Result unknown = { STATE_MIXED, SLOT_UNKNOWN };
    switch (inst->op) {
    case SIR_OP_USE: return args[1].kind == SIR_ARG_CONST ? unknown : carried(s, &args[1].place);
    case SIR_OP_REPLACE: return carried(s, &args[1].place);
    case SIR_OP_CALL:
    case SIR_OP_CALL_VALUE: return result_of_type(s, flow__callee(s->f, inst)->result);
    case SIR_OP_UNBOX:
        if (args[1].kind == SIR_ARG_CONST) return unknown;
        return result_of_type(s, info_of(s, flow__place_type(s->f, &args[1].place))->elem);
    case SIR_OP_GROW_REMOVE:
    case SIR_OP_SLICE_REPLACE:
        return result_of_type(s, info_of(s, flow__place_type(s->f, &args[1].place))->elem);
    case SIR_OP_CHANNEL: return (Result){ (uint32_t)args[2].m, SLOT_UNTRACKED };
    case SIR_OP_BORROW_MUT: {
        SirType type = flow__place_type(s->f, &args[1].place);
        if (!is_endpoint(s, type)) return unknown;
        return (Result){ info_of(s, type)->state, slot_of(s, &args[1].place) };
    }
    default: return unknown;
    }
}

static void write_endpoint(States *s, const SirPlace *place, uint32_t state) {
    uint32_t slot = slot_of(s, place);
    if (slot < s->slots.list.len) {
        *state_at(s, slot) = state;
    } else if (slot == SLOT_UNTRACKED) {
        demand(s, place, state, flow__place_type(s->f, place));
    } else {
        SAY(s, "%s is not known to be the same endpoint on every path", flow__place_text(s->f, place));
    }
}

static void write_pointer(States *s, const SirPlace *place, Result result) {
    SirType type = flow__place_type(s->f, place);
    if (place->proj_count > 0) {
        if (result.slot == SLOT_UNTRACKED)
            demand(s, place, result.state, info_of(s, type)->elem);
        else
            demand_pointee(s, place, result.slot, type, true);
    } else if (result.slot == SLOT_UNTRACKED && result.state != STATE_MIXED) {
        point_elsewhere(s, place->local, result.state);
    } else {
        point_to(s, place->local, result.slot);
    }
}

static void write_dest(States *s, const SirPlace *place, Result result) {
    SirType type = flow__place_type(s->f, place);
    if (is_endpoint(s, type))
        write_endpoint(s, place, result.state);
    else if (is_pointer(s, type))
        write_pointer(s, place, result);
    else
        set_parts(s, place, true);
}

// An endpoint that takes another's place.
static void replace_endpoint(States *s, const SirInst *inst, uint32_t state) {
    const SirPlace *place = &inst->args[1].place;
    if (is_endpoint(s, flow__place_type(s->f, place))) write_endpoint(s, place, state);
}

// --- edges -----------------------------------------------------------------------------------------------------------------------

static void write_bind(States *s, SirBind bind, SirType type) {
    SirPlace place = { .local = bind.local };
    bool lends = bind.mode == SIR_BIND_CONST || bind.mode == SIR_BIND_MUT;
    if (bind.mode == SIR_BIND_SKIP) return;
    if (bind.mode == SIR_BIND_MUT && is_endpoint(s, type))
        point_elsewhere(s, bind.local, info_of(s, type)->state);
    else if (!lends)
        write_dest(s, &place, result_of_type(s, type));
}

static void take_message(States *s, const SirArm *arm) {
    SirType type = flow__place_type(s->f, &arm->place);
    uint32_t slot = slot_of(s, &arm->place);
    if (slot >= s->slots.list.len) return;
    const SirChoice *choice = find_choice(choices_of(s, type, *state_at(s, slot)), arm->n);
    *state_at(s, slot) = choice ? choice->next : STATE_MIXED;
    const SirMessage *message = &s->f->module->contracts.data[info_of(s, type)->contract].messages[arm->n];
    for (uint32_t i = 0; i < arm->bind_count; i++)
        write_bind(s, arm->binds[i], message->args[i].type);
}

static void cross_edge(States *s, const SirInst *inst, const SirArm *arm) {
    if (arm->kind == SIR_ARM_MESSAGE) take_message(s, arm);
    if (arm->kind == SIR_ARM_CLOSED) {
        uint32_t slot = slot_of(s, &arm->place);
        if (slot < s->slots.list.len) *state_at(s, slot) = SIR_STATE_CLOSED;
    }
    if (inst->op != SIR_OP_MATCH && inst->op != SIR_OP_NEXT) return;
    const SirPlace *from = &inst->args[inst->op == SIR_OP_NEXT ? 1 : 0].place;
    SirType type = flow__place_type(s->f, from);
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        bool element = inst->op == SIR_OP_NEXT;
        SirType part = element ? info_of(s, type)->elem : flow__payload_type(s->f, type, arm->n, i);
        write_bind(s, arm->binds[i], part);
    }
}

static bool same_place(const SirPlace *a, const SirPlace *b) {
    if (a->local != b->local || a->proj_count != b->proj_count) return false;
    for (uint32_t i = 0; i < a->proj_count; i++)
        if (a->projs[i].kind != b->projs[i].kind || a->projs[i].n != b->projs[i].n) return false;
    return true;
}

static bool names_endpoint(const SirArm *arm) {
    return arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED;
}

// One arm for each message that the peer may send now, and one for its end.
static void check_arms(States *s, const SirInst *inst, const SirPlace *place, uint32_t slot) {
    SirType type = flow__place_type(s->f, place);
    const SirStateInfo *state = choices_of(s, type, *state_at(s, slot));
    const char *name = flow__place_text(s->f, place);
    uint32_t messages = 0, closed = 0;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (!names_endpoint(arm) || !same_place(&arm->place, place)) continue;
        closed += arm->kind == SIR_ARM_CLOSED;
        if (arm->kind != SIR_ARM_MESSAGE) continue;
        messages++;
        const SirChoice *choice = find_choice(state, arm->n);
        if (!choice || direction(s, type, choice) == sends(s, type))
            SAY(s, "%s is in state %s, where its peer does not send message %llu", name,
                text_of(s, type, *state_at(s, slot)), (unsigned long long)arm->n);
        for (uint32_t k = 0; k < i; k++)
            if (inst->arms[k].kind == SIR_ARM_MESSAGE && inst->arms[k].n == arm->n && same_place(&inst->arms[k].place, place))
                SAY(s, "message %llu of %s has two arms", (unsigned long long)arm->n, name);
    }
    bool known = state || *state_at(s, slot) == SIR_STATE_CLOSED;
    if (!known) SAY(s, "%s has %s where a message is awaited", name, text_of(s, type, *state_at(s, slot)));
    if (closed != 1) SAY(s, "%s needs one closed arm and has %u", name, closed);
    if (state && messages != state->choice_count)
        SAY(s, "%s is in state %s with %u messages, and has arms for %u", name,
            text_of(s, type, *state_at(s, slot)), state->choice_count, messages);
}

static void check_receive(States *s, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arm_count && !s->f->refused; i++) {
        const SirArm *arm = &inst->arms[i];
        bool first = names_endpoint(arm);
        for (uint32_t k = 0; k < i && first; k++)
            first = !names_endpoint(&inst->arms[k]) || !same_place(&inst->arms[k].place, &arm->place);
        uint64_t arms = inst->arm_count;
        if (!flow__work(s->f, RULE_TYPESTATE, first ? arms * arms : arms)) return;
        uint32_t slot = first ? tracked(s, &arm->place) : SIR_NONE;
        if (slot != SIR_NONE) check_arms(s, inst, &arm->place, slot);
    }
}

// --- instructions ------------------------------------------------------------------------------------------------------------------

static void check_promises(States *s) {
    for (uint32_t i = 0; i < s->slots.list.len; i++) {
        const Slot *slot = &s->slots.list.data[i];
        if (slot->kind == SLOT_ELSEWHERE && is_astray(s, i)) say_astray(s, i);
        if (slot->kind != SLOT_PARAM) continue;
        SirState promised = s->f->info->sig.params[slot->place.local].to;
        if (*state_at(s, i) != promised)
            SAY(s, "%s is in state %s at return, and %s is promised", flow__place_text(s->f, &slot->place),
                text_of(s, slot->type, *state_at(s, i)), text_of(s, slot->type, promised));
    }
}

// Pointers that are not used any more point nowhere; what nobody points to is where it has to be.
static void forget_unused(States *s, bool ends_in_trap) {
    if (s->slots.pointers.len == 0) return;
    for (uint32_t i = 0; i < s->slots.pointers.len; i++)
        if (!bits_get(&s->live, s->f->holder[s->slots.pointers.data[i]])) *target_at(s, i) = SIR_NONE;
    for (uint32_t i = 0; i < s->slots.pointers.len; i++) {
        uint32_t slot = elsewhere_of(s, i);
        bool pointed = false;
        if (*state_at(s, slot) == STATE_NONE) continue;
        if (!flow__work(s->f, RULE_TYPESTATE, s->slots.pointers.len)) return;
        for (uint32_t k = 0; k < s->slots.pointers.len; k++)
            pointed |= *target_at(s, k) == slot;
        if (pointed) continue;
        if (is_astray(s, slot) && !ends_in_trap) say_astray(s, slot);
        *state_at(s, slot) = STATE_NONE;
    }
}

static bool begins_with_trap(const States *s, SirBlock block, uint32_t inst) {
    return s->f->info->blocks.data[block].insts.data[inst].op == SIR_OP_TRAP;
}

static void run_inst(States *s) {
    const SirInst *inst = flow__inst(s->f, s->at);
    Result result = result_of(s, inst);
    Result given = { STATE_MIXED, SLOT_UNKNOWN }; // to a place that is replaced
    bool replaces = inst->op == SIR_OP_REPLACE && inst->args[2].kind != SIR_ARG_CONST;
    if (replaces) given = carried(s, &inst->args[2].place);
    for (uint32_t i = sir_op_dests(inst->op); i < inst->arg_count; i++)
        leave_value(s, inst, i);
    use_places(s, inst);
    if (replaces) replace_endpoint(s, inst, given.state);
    for (uint32_t i = 0; i < sir_op_dests(inst->op); i++)
        if (inst->args[i].kind == SIR_ARG_PLACE) write_dest(s, &inst->args[i].place, result);
    live__pass(s->f, s->at, &s->live);
    if (inst->op == SIR_OP_RETURN) check_promises(s);
    if (sir_op_is_terminator(inst->op)) return;
    forget_unused(s, begins_with_trap(s, s->at.block, s->at.inst + 1));
}

// --- blocks ------------------------------------------------------------------------------------------------------------------------

static uint32_t join_value(const States *s, uint32_t word, uint32_t a, uint32_t b) {
    if (a == b) return a;
    bool is_target = word >= s->slots.list.len && word < s->slots.list.len + s->slots.pointers.len;
    return is_target || a == STATE_NONE || b == STATE_NONE ? STATE_NONE : STATE_MIXED;
}

static bool join(States *s, uint32_t *to) {
    bool changed = false;
    for (uint32_t i = 0; i < s->words; i++) {
        uint32_t value = join_value(s, i, to[i], s->now[i]);
        changed |= value != to[i];
        to[i] = value;
    }
    return changed;
}

static void flow_into(States *s, SirBlock to) {
    bool known = s->in[to];
    if (!known) s->in[to] = arena_array(&s->f->scratch, uint32_t, s->words);
    if (!known) memcpy(s->in[to], s->now, s->words * sizeof(uint32_t));
    if (!known || join(s, s->in[to])) s->f->dirty[to] = true;
}

// The states of an endpoint agree where ways meet, and what is astray is still pointed to behind that.
static void check_join(States *s, SirBlock to) {
    const uint32_t *in = s->in[to];
    for (uint32_t i = 0; i < s->slots.list.len; i++) {
        const Slot *slot = &s->slots.list.data[i];
        bool mixes = s->now[i] != STATE_MIXED && in[i] == STATE_MIXED;
        if (mixes && !s->mixed[to])
            SAY(s, "%s is in state %s on one way to block %u, and in another on another",
                flow__place_text(s->f, &slot->place), text_of(s, slot->type, s->now[i]), to);
        s->mixed[to] |= mixes;
        bool pointed = begins_with_trap(s, to, 0) || !is_astray(s, i);
        if (!pointed) flow__work(s->f, RULE_TYPESTATE, s->slots.pointers.len);
        for (uint32_t k = 0; k < s->slots.pointers.len && !pointed; k++)
            pointed = in[s->slots.list.len + k] == i;
        if (!pointed) say_astray(s, i);
    }
}

static void leave_edge(States *s, const SirInst *last, uint32_t i) {
    SirBlock to = last->arms[i].block;
    memcpy(s->now, s->edge, s->words * sizeof(uint32_t));
    cross_edge(s, last, &last->arms[i]);
    bits_copy(&s->live, &s->f->live[to]);
    forget_unused(s, begins_with_trap(s, to, 0));
    if (!s->f->is_reached[s->at.block]) return;
    if (s->judging)
        check_join(s, to);
    else
        flow_into(s, to);
}

static uint64_t size_of(const States *s, SirBlock block) {
    uint64_t insts = s->f->info->blocks.data[block].insts.len;
    uint64_t arms = flow__terminator(s->f, block)->arm_count;
    uint64_t pointers = s->slots.pointers.len, slots = s->slots.list.len;
    return insts * (1 + slots / 8 + pointers) + arms * (1 + s->words + pointers);
}

static void run_block(Flow *f, SirBlock block, void *self) {
    States *s = self;
    if (!flow__work(f, RULE_TYPESTATE, size_of(s, block)) || verify__full(f->v)) return;
    memcpy(s->now, s->in[block], s->words * sizeof(uint32_t));
    bits_copy(&s->live, &f->live[block]);
    s->at = (Where){ block, 0 };
    for (; s->at.inst < f->info->blocks.data[block].insts.len; s->at.inst++)
        run_inst(s);
    s->at.inst--;
    const SirInst *last = flow__inst(f, s->at);
    if (s->judging && last->op == SIR_OP_RECEIVE) check_receive(s, last);
    memcpy(s->edge, s->now, s->words * sizeof(uint32_t));
    for (uint32_t i = 0; i < last->arm_count; i++)
        leave_edge(s, last, i);
}

static uint32_t *start_state(States *s) {
    uint32_t *start = arena_array(&s->f->scratch, uint32_t, s->words);
    for (uint32_t i = 0; i < s->words; i++)
        start[i] = STATE_NONE;
    s->now = start;
    for (SirLocal local = 0; local < s->f->info->sig.param_count; local++)
        set_parts(s, &(SirPlace){ .local = local }, true);
    for (uint32_t i = 0; i < s->slots.list.len; i++) {
        const Slot *slot = &s->slots.list.data[i];
        if (slot->kind != SLOT_PARAM) continue;
        *state_at(s, i) = info_of(s, slot->type)->state;
        point_to(s, slot->place.local, i);
    }
    return start;
}

void states__check(Flow *f) {
    States s = { .f = f };
    if (!slots__find(f, &s.slots)) {
        verify__complain(f->v, RULE_TYPESTATE, verify__func_spot(f->v, f->func), "the function has too many endpoints");
        return;
    }
    s.words = s.slots.list.len + 2 * s.slots.pointers.len;
    if (!flow__room(f, RULE_TYPESTATE, s.words / 2 + 1)) return;
    s.in = arena_array(&f->scratch, uint32_t *, f->info->blocks.len);
    uint32_t *start = start_state(&s);
    for (SirBlock block = 0; block < f->info->blocks.len; block++)
        if (block == 0 || !f->is_reached[block]) s.in[block] = start;
    s.now = arena_array(&f->scratch, uint32_t, s.words);
    s.edge = arena_array(&f->scratch, uint32_t, s.words);
    s.mixed = arena_array(&f->scratch, bool, f->info->blocks.len);
    s.live = bits_new(&f->scratch, f->holder_count);
    f->dirty[0] = true;
    flow__solve(f, run_block, &s);
    s.judging = true;
    for (SirBlock block = 0; block < f->info->blocks.len && !f->refused; block++)
        run_block(f, block, &s);
}
