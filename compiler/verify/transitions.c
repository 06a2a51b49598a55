// What instructions do to endpoints' states (docs/sir.md 8): moves between tracked places carry them along, sends and
// retypes change them, and what goes anywhere else is in the state that the type there names.

#include "states.h"

// --- what values are worth -------------------------------------------------------------------------------------------------

// A pointer goes where nobody follows it: what it points to is as the type there says, and stays so.
static void demand_pointee(
    States *s, const SirPlace *pointer, uint32_t slot, SirType wanted, bool for_good
) {
    SirType endpoint = info_of(s, wanted)->elem;
    uint32_t state = slot < s->slots.list.len ? *state_at(s, slot) : STATE_MIXED;
    states__demand(s, pointer, state, endpoint);
    if (for_good && slot < s->slots.list.len && states__is_astray(s, slot))
        states__say_astray(s, slot);
}

static SirType last_elem(const States *s, const SirInst *inst, uint32_t i, uint32_t last) {
    return i == last
               ? info_of(s, flow__place_type(s->f, &inst->args[last == 3 ? 1 : 0].place))->elem
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
        return module->contracts.data[endpoint->contract]
            .messages[inst->args[1].n]
            .args[i - 2]
            .type;
    }
    case SIR_OP_STRUCT: return info_of(s, flow__place_type(s->f, dest))->fields[i - 1].type;
    case SIR_OP_SPAWN: return module->funcs.data[inst->args[0].n].sig.params[i - 1].type;
    case SIR_OP_JOIN_SPAWN: return module->funcs.data[inst->args[1].n].sig.params[i - 2].type;
    case SIR_OP_ARRAY:
    case SIR_OP_SHARE:
    case SIR_OP_NEW: return info_of(s, flow__place_type(s->f, dest))->elem;
    case SIR_OP_NEW_OPT: return info_of(s, info_of(s, flow__place_type(s->f, dest))->elem)->elem;
    case SIR_OP_VARIANT:
        return flow__payload_type(s->f, flow__place_type(s->f, dest), inst->args[1].n, i - 2);
    case SIR_OP_RETURN: return s->f->info->sig.result;
    case SIR_OP_SET_ADD: { // the set's type names its members' state
        SirType set = flow__place_type(s->f, dest);
        return i == 1 ? set : info_of(s, set)->elem;
    }
    case SIR_OP_GROW_PUSH: return last_elem(s, inst, i, 1);
    case SIR_OP_GROW_INSERT: return last_elem(s, inst, i, 2);
    case SIR_OP_SLICE_REPLACE: return last_elem(s, inst, i, 3);
    default: return SIR_NONE;
    }
}

static bool is_carried(const SirInst *inst) {
    return inst->op == SIR_OP_USE || inst->op == SIR_OP_REPLACE;
}

// It is in the state that the instruction says, and its holder sends: so nothing is on its way to it, whoever gets it.
static void check_erased(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[1].place;
    SirType type = flow__place_type(s->f, place);
    uint32_t state = states__state_of(s, place);
    const SirStateInfo *info = states__choices(s, type, state);
    bool sends =
        info && info->choice_count > 0 && states__is_sent_by_holder(s, type, &info->choices[0]);
    if (state != inst->args[2].n || !sends)
        SAY_STATE(
            s, "%s is in state %s where one is asked for in which it sends",
            flow__place_text(s->f, place), states__text(s, type, state)
        );
}

static void check_recovered(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[1].place;
    uint32_t state = states__state_of(s, place);
    if (state != SIR_STATE_ANY)
        SAY_STATE(
            s, "%s is in state %s, and nothing of it is to be recovered",
            flow__place_text(s->f, place), states__text(s, flow__place_type(s->f, place), state)
        );
}

// Seen as its base an end may send at least what the base allows, and receive at most that. A closed one does neither.
static void upcast(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[1].place;
    uint32_t state = states__state_of(s, place);
    const SirTypeInfo *from = info_of(s, flow__place_type(s->f, place)),
                      *to = info_of(s, flow__place_type(s->f, &inst->args[0].place));
    if (state == SIR_STATE_CLOSED || state == STATE_NONE || !s->judging) return;
    if (state < s->f->module->contracts.data[from->contract].state_count &&
        verify__stands_in(s->f->v, from->contract, state, to->contract, to->state, from->side))
        return;
    SAY_STATE(
        s, "%s in state %s cannot be seen as its base in state %s", flow__place_text(s->f, place),
        states__text(s, flow__place_type(s->f, place), state),
        states__text(s, flow__place_type(s->f, &inst->args[0].place), to->state)
    );
}

static void leave_endpoint(States *s, const SirInst *inst, uint32_t i) {
    const SirPlace *place = &inst->args[i].place;
    SirType asked = asked_of(s, inst, i);
    if (inst->op == SIR_OP_ERASE)
        check_erased(s, inst);
    else if (inst->op == SIR_OP_RECOVER)
        check_recovered(s, inst);
    else if (asked != SIR_NONE)
        states__demand(s, place, states__state_of(s, place), asked);
    else if (inst->op == SIR_OP_UPCAST)
        upcast(s, inst);
    else if (!is_carried(inst) && inst->op != SIR_OP_CLOSE)
        SAY_STATE(s, "%s goes where its state is lost", flow__place_text(s->f, place));
    uint32_t slot = states__slot_of(s, place);
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
        if (!is_carried(inst))
            SAY_STATE(s, "%s goes where it is lost", flow__place_text(s->f, place));
    } else if (slot == SLOT_UNTRACKED) {
        uint32_t state = info_of(s, info_of(s, type)->elem)->state;
        states__demand(s, place, state, info_of(s, asked)->elem);
        if (is_call && flow__callee(s->f, inst)->params[i - 2].to != state)
            SAY_STATE(
                s, "%s is lent out of memory and does not come back in its state",
                flow__place_text(s->f, place)
            );
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
        states__demand_parts(s, place);
        states__set_parts(s, place, false);
    }
}

// --- sending and retyping ----------------------------------------------------------------------------------------------------

static void send(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[0].place;
    SirType type = flow__place_type(s->f, place);
    uint32_t slot = states__tracked(s, place);
    if (slot == SIR_NONE) return;
    const SirChoice *choice =
        states__find_choice(s, states__choices(s, type, *state_at(s, slot)), inst->args[1].n);
    if (choice && states__is_sent_by_holder(s, type, choice)) {
        *state_at(s, slot) = choice->next;
        return;
    }
    SAY_STATE(
        s, "%s is in state %s, where its holder cannot send this", flow__place_text(s->f, place),
        states__text(s, type, *state_at(s, slot))
    );
    *state_at(s, slot) = STATE_MIXED;
}

static void retype(States *s, const SirInst *inst) {
    const SirPlace *place = &inst->args[0].place;
    uint32_t slot = states__tracked(s, place);
    if (slot == SIR_NONE) return;
    if (*state_at(s, slot) != SIR_STATE_CLOSED)
        SAY_STATE(
            s, "%s is retyped in state %s, and not closed", flow__place_text(s->f, place),
            states__text(s, flow__place_type(s->f, place), *state_at(s, slot))
        );
    *state_at(s, slot) = (uint32_t)inst->args[1].n;
}

// --- places ------------------------------------------------------------------------------------------------------------------

// Endpoints change places: both tracked, they keep their states; else they are as the place that is not tracked says.
static void swap(States *s, const SirInst *inst) {
    const SirPlace *a = &inst->args[0].place, *b = &inst->args[1].place;
    SirType at = flow__place_type(s->f, a), bt = flow__place_type(s->f, b);
    if (!is_endpoint(s, at)) {
        states__demand_parts(s, a);
        states__demand_parts(s, b);
        return;
    }
    uint32_t x = states__slot_of(s, a), y = states__slot_of(s, b), count = s->slots.list.len;
    if (x < count && y < count) {
        uint32_t old = *state_at(s, x);
        *state_at(s, x) = *state_at(s, y);
        *state_at(s, y) = old;
    } else {
        states__demand(s, a, states__state_of(s, a), y < count ? at : bt);
        states__demand(s, b, states__state_of(s, b), x < count ? bt : at);
        if (info_of(s, at)->state != info_of(s, bt)->state)
            SAY_STATE(
                s, "%s is exchanged with an endpoint in another state", flow__place_text(s->f, a)
            );
    }
}

static void end_local(States *s, SirLocal local) {
    states__set_parts(s, &(SirPlace){ .local = local }, false);
    if (s->slots.pointer_of[local] != SIR_NONE) states__point_to(s, local, SLOT_UNKNOWN);
}

static void drop(States *s, const SirPlace *place) {
    uint32_t slot =
        is_endpoint(s, flow__place_type(s->f, place)) ? states__slot_of(s, place) : SLOT_UNTRACKED;
    if (slot < s->slots.list.len) *state_at(s, slot) = STATE_NONE;
    states__set_parts(s, place, false);
    if (place->proj_count == 0 && s->slots.pointer_of[place->local] != SIR_NONE)
        states__point_to(s, place->local, SLOT_UNKNOWN);
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
            states__demand_parts(s, &inst->args[1].place);
        break;
    default: break;
    }
}

// --- destinations --------------------------------------------------------------------------------------------------------------

Result states__result_of_type(const States *s, SirType type) {
    if (is_pointer(s, type)) type = info_of(s, type)->elem;
    return (Result){ is_endpoint(s, type) ? info_of(s, type)->state : STATE_MIXED, SLOT_UNTRACKED };
}

static Result carried(States *s, const SirPlace *from) {
    SirType type = flow__place_type(s->f, from);
    if (is_endpoint(s, type)) return (Result){ states__state_of(s, from), SLOT_UNTRACKED };
    Result result = states__result_of_type(s, type);
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
    case SIR_OP_CALL_VALUE: return states__result_of_type(s, flow__callee(s->f, inst)->result);
    case SIR_OP_UNBOX:
        if (args[1].kind == SIR_ARG_CONST) return unknown;
        return states__result_of_type(s, info_of(s, flow__place_type(s->f, &args[1].place))->elem);
    case SIR_OP_GROW_REMOVE:
    case SIR_OP_SLICE_REPLACE:
        return states__result_of_type(s, info_of(s, flow__place_type(s->f, &args[1].place))->elem);
    case SIR_OP_CHANNEL: return (Result){ (uint32_t)args[2].m, SLOT_UNTRACKED };
    case SIR_OP_ERASE: return (Result){ SIR_STATE_ANY, SLOT_UNTRACKED };
    case SIR_OP_DEVICE_LISTEN:
    case SIR_OP_UPCAST: return states__result_of_type(s, flow__place_type(s->f, &args[0].place));
    case SIR_OP_BORROW_MUT: {
        SirType type = flow__place_type(s->f, &args[1].place);
        if (!is_endpoint(s, type)) return unknown;
        return (Result){ info_of(s, type)->state, states__slot_of(s, &args[1].place) };
    }
    default: return unknown;
    }
}

static void write_endpoint(States *s, const SirPlace *place, uint32_t state) {
    uint32_t slot = states__slot_of(s, place);
    if (slot < s->slots.list.len) {
        *state_at(s, slot) = state;
    } else if (slot == SLOT_UNTRACKED) {
        states__demand(s, place, state, flow__place_type(s->f, place));
    } else {
        SAY_STATE(
            s, "%s is not known to be the same endpoint on every path",
            flow__place_text(s->f, place)
        );
    }
}

static void write_pointer(States *s, const SirPlace *place, Result result) {
    SirType type = flow__place_type(s->f, place);
    if (place->proj_count > 0) {
        if (result.slot == SLOT_UNTRACKED)
            states__demand(s, place, result.state, info_of(s, type)->elem);
        else
            demand_pointee(s, place, result.slot, type, true);
    } else if (result.slot == SLOT_UNTRACKED && result.state != STATE_MIXED) {
        states__point_elsewhere(s, place->local, result.state);
    } else {
        states__point_to(s, place->local, result.slot);
    }
}

void states__write(States *s, const SirPlace *place, Result result) {
    SirType type = flow__place_type(s->f, place);
    if (is_endpoint(s, type))
        write_endpoint(s, place, result.state);
    else if (is_pointer(s, type))
        write_pointer(s, place, result);
    else
        states__set_parts(s, place, true);
}

// An endpoint that takes another's place.
static void replace_endpoint(States *s, const SirInst *inst, uint32_t state) {
    const SirPlace *place = &inst->args[1].place;
    if (is_endpoint(s, flow__place_type(s->f, place))) write_endpoint(s, place, state);
}

void states__step(States *s, const SirInst *inst) {
    Result result = result_of(s, inst);
    Result given = { STATE_MIXED, SLOT_UNKNOWN }; // to a place that is replaced
    bool replaces = inst->op == SIR_OP_REPLACE && inst->args[2].kind != SIR_ARG_CONST;
    if (replaces) given = carried(s, &inst->args[2].place);
    for (uint32_t i = sir_op_dests(inst->op); i < inst->arg_count; i++)
        leave_value(s, inst, i);
    use_places(s, inst);
    if (replaces) replace_endpoint(s, inst, given.state);
    for (uint32_t i = 0; i < sir_op_dests(inst->op); i++)
        if (inst->args[i].kind == SIR_ARG_PLACE) states__write(s, &inst->args[i].place, result);
}
