// One instruction that nobody else can notice: what it does to endpoints, and to the few constants that are kept.
// Whatever is not known here and touches an endpoint ends the pursuit of this thread.

#include "deadlock__.h"

static Values *values(const Mover *mover) {
    return &mover->space->values;
}

static const Value *at(const Mover *mover, Val value) {
    return deadlock__value_at(&mover->space->values, value);
}

static void write_dest(Mover *mover, const SirInst *inst, Val value) {
    if (inst->args[0].kind == SIR_ARG_PLACE)
        deadlock__place_set(mover, &inst->args[0].place, value);
}

static bool place_holds(const Mover *mover, const SirArg *arg) {
    return deadlock__mover_holds(mover, deadlock__mover_place_type(mover, &arg->place));
}

// --- arithmetic on constants ---------------------------------------------------------------------------------------

// Small numbers, which are the same in every integer type.
static bool both_small(Mover *mover, const SirInst *inst, uint64_t *a, uint64_t *b) {
    const Value *x = at(mover, deadlock__arg_peek(mover, &inst->args[1]));
    const Value *y = at(mover, deadlock__arg_peek(mover, &inst->args[2]));
    *a = x->bits;
    *b = y->bits;
    return x->kind == VALUE_INT && y->kind == VALUE_INT && *a <= INT8_MAX && *b <= INT8_MAX;
}

static Val folded(Mover *mover, uint64_t result) {
    return mover->space->folds && result <= MOST_FOLD ? deadlock__value_int(values(mover), result)
                                                      : VAL_NONE;
}

static Val compute(Mover *mover, const SirInst *inst) {
    uint64_t a, b;
    if (!both_small(mover, inst, &a, &b)) return VAL_NONE;
    switch (inst->op) {
    case SIR_OP_ADD_TRAP:
    case SIR_OP_ADD_WRAP:
    case SIR_OP_ADD_SAT: // nothing grows by 0: that counts nothing
        return a && b ? folded(mover, a + b) : deadlock__value_int(values(mover), a + b);
    case SIR_OP_SUB_TRAP:
    case SIR_OP_SUB_WRAP:
    case SIR_OP_SUB_SAT: return a >= b ? folded(mover, a - b) : VAL_NONE;
    case SIR_OP_MUL_TRAP:
    case SIR_OP_MUL_WRAP:
    case SIR_OP_MUL_SAT: return folded(mover, a * b);
    case SIR_OP_DIV_TRAP: return b ? folded(mover, a / b) : VAL_NONE;
    case SIR_OP_REM_TRAP: return b ? folded(mover, a % b) : VAL_NONE;
    case SIR_OP_AND: return deadlock__value_int(values(mover), a & b);
    case SIR_OP_OR: return deadlock__value_int(values(mover), a | b);
    case SIR_OP_XOR: return deadlock__value_int(values(mover), a ^ b);
    case SIR_OP_EQ: return deadlock__value_int(values(mover), a == b);
    case SIR_OP_NE: return deadlock__value_int(values(mover), a != b);
    case SIR_OP_LT: return deadlock__value_int(values(mover), a < b);
    case SIR_OP_LE: return deadlock__value_int(values(mover), a <= b);
    case SIR_OP_GT: return deadlock__value_int(values(mover), a > b);
    case SIR_OP_GE: return deadlock__value_int(values(mover), a >= b);
    default: return VAL_NONE;
    }
}

static Val negate(Mover *mover, const SirInst *inst) {
    const Value *x = at(mover, deadlock__arg_peek(mover, &inst->args[1]));
    SirType type = deadlock__mover_place_type(mover, &inst->args[0].place);
    bool known = type == SIR_TYPE_BOOL && x->kind == VALUE_INT;
    return known ? deadlock__value_int(values(mover), !x->bits) : VAL_NONE;
}

static Val convert(Mover *mover, const SirInst *inst) {
    Val value = deadlock__arg_peek(mover, &inst->args[1]);
    const Value *x = at(mover, value);
    return x->kind == VALUE_INT && x->bits <= INT8_MAX ? value : VAL_NONE;
}

// --- making and taking apart -----------------------------------------------------------------------------------------

static Val in_list(Mover *mover, uint32_t variant, Val item) {
    return deadlock__value_make(values(mover), VALUE_LIST, variant, 0, &item, 1);
}

static Val variant(Mover *mover, const SirInst *inst) {
    const Value *list = at(mover, deadlock__args_take(mover, inst, 2));
    SirType type = deadlock__mover_place_type(mover, &inst->args[0].place);
    const SirTypeInfo *info = &mover->program->module->types.data[type];
    if (info->kind == SIR_TYPE_ENUM && info->is_plain_enum)
        return deadlock__value_int(values(mover), info->variants[inst->args[1].n].value);
    return deadlock__value_make(
        values(mover), VALUE_LIST, (uint32_t)inst->args[1].n, 0, list->items, list->count
    );
}

static void new_opt(Mover *mover, const SirInst *inst) {
    Val value = deadlock__arg_take(mover, &inst->args[1]);
    if (at(mover, value)->is_tracked)
        deadlock__mover_lose(mover, "an endpoint goes where there may be no memory");
    write_dest(mover, inst, VAL_NONE);
}

static void borrow(Mover *mover, const SirInst *inst) {
    Spot spot = deadlock__spot_of(mover, &inst->args[1].place);
    Val value = deadlock__spot_get(mover, &spot);
    if (place_holds(mover, &inst->args[1])) {
        // A slice or borrow of one is itself a borrow.
        bool leads = at(mover, value)->kind == VALUE_REF || at(mover, value)->kind == VALUE_FAR;
        bool through = leads && (inst->op == SIR_OP_VIEW || inst->op == SIR_OP_VIEW_MUT);
        write_dest(mover, inst, through ? value : deadlock__spot_ref(mover, &spot));
        return;
    }
    if (inst->op != SIR_OP_BORROW && inst->op != SIR_OP_VIEW)
        deadlock__spot_set(mover, &spot, VAL_NONE); // it may be changed where nobody looks
    write_dest(mover, inst, VAL_NONE);
}

// --- elements that hold endpoints ----------------------------------------------------------------------------------

// Of a list itself, also where the argument leads to it.
static Spot list_spot(const Mover *mover, const SirArg *arg) {
    Spot spot = deadlock__spot_of(mover, &arg->place);
    const Value *here = at(mover, deadlock__spot_get(mover, &spot));
    bool leads = here->kind == VALUE_REF || here->kind == VALUE_FAR;
    return leads ? deadlock__spot_behind(here) : spot;
}

// The list and the number in an argument; false: one of them is not known, and that was said.
static bool known_index(
    Mover *mover,
    const Spot *spot,
    const SirArg *arg,
    uint32_t more,
    const Value **list,
    uint64_t *index
) {
    *list = at(mover, deadlock__spot_get(mover, spot));
    const Value *value = at(mover, deadlock__arg_peek(mover, arg));
    *index = value->bits;
    bool known = spot->known && (*list)->kind == VALUE_LIST && value->kind == VALUE_INT;
    if (known && *index < (*list)->count + more) return true;
    deadlock__mover_lose(mover, "data decides which of some endpoints is meant");
    return false;
}

static void resize(Mover *mover, const Spot *spot, uint32_t count) {
    const Value *list = at(mover, deadlock__spot_get(mover, spot));
    Val *items = arena_array(&mover->space->scratch, Val, count);
    for (uint32_t i = 0; i < count && i < list->count; i++)
        items[i] = list->items[i];
    deadlock__spot_set(
        mover, spot, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, items, count)
    );
}

static void push(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[0]);
    Val value = deadlock__arg_take(mover, &inst->args[1]);
    uint32_t count = at(mover, deadlock__spot_get(mover, &spot))->count;
    if (!spot.known)
        deadlock__mover_lose(mover, "an endpoint is pushed where the analysis does not follow it");
    if (mover->machine->lost) return;
    resize(mover, &spot, count + 1);
    deadlock__spot_set(
        mover, &spot,
        deadlock__value_with(values(mover), deadlock__spot_get(mover, &spot), count, value)
    );
}

static void pop(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[1]);
    const Value *list = at(mover, deadlock__spot_get(mover, &spot));
    if (!spot.known || list->kind != VALUE_LIST) {
        deadlock__mover_lose(
            mover, "an endpoint is popped from where the analysis does not follow it"
        );
        return;
    }
    if (list->count == 0) {
        write_dest(mover, inst, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, NULL, 0));
        return;
    }
    Val last = list->items[list->count - 1];
    resize(mover, &spot, list->count - 1);
    write_dest(mover, inst, in_list(mover, 1, last));
}

static void set_list(Mover *mover, const Spot *spot, const Val *items, uint32_t count) {
    deadlock__spot_set(
        mover, spot, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, items, count)
    );
}

// d = the old element `index`; what follows moves down, or it is replaced.
static void take_element(Mover *mover, const SirInst *inst, bool replaces) {
    Spot spot = list_spot(mover, &inst->args[1]);
    const Value *list;
    uint64_t index;
    bool known = known_index(mover, &spot, &inst->args[2], 0, &list, &index);
    Val more = replaces ? deadlock__arg_take(mover, &inst->args[3]) : VAL_NONE;
    if (!known) return;
    Val *items = arena_array(&mover->space->scratch, Val, list->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (i == index && !replaces) continue;
        items[count++] = i == index ? more : list->items[i];
    }
    Val old = list->items[index];
    set_list(mover, &spot, items, count);
    write_dest(mover, inst, old);
}

static void insert(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[0]);
    const Value *list;
    uint64_t index;
    Val more = deadlock__arg_take(mover, &inst->args[2]);
    if (!known_index(mover, &spot, &inst->args[1], 1, &list, &index)) return;
    uint32_t count = list->count;
    Val *items = arena_array(&mover->space->scratch, Val, count + 1);
    for (uint32_t i = 0; i < count; i++)
        items[i < index ? i : i + 1] = list->items[i];
    items[index] = more;
    set_list(mover, &spot, items, count + 1);
}

static void swap_elements(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[0]);
    const Value *list;
    uint64_t a, b;
    if (!known_index(mover, &spot, &inst->args[1], 0, &list, &a) ||
        !known_index(mover, &spot, &inst->args[2], 0, &list, &b))
        return;
    Val *items = arena_array(&mover->space->scratch, Val, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        items[i] = list->items[i == a ? b : i == b ? a : i];
    set_list(mover, &spot, items, list->count);
}

// Option of a borrow of an element.
static void get(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[1]);
    const Value *list;
    uint64_t index;
    if (!known_index(mover, &spot, &inst->args[2], MOST_FOLD, &list, &index)) return;
    if (index >= list->count) {
        write_dest(mover, inst, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, NULL, 0));
        return;
    }
    deadlock__spot_step(&spot, index);
    write_dest(mover, inst, in_list(mover, 1, deadlock__spot_ref(mover, &spot)));
}

static Val window(Mover *mover, Spot spot, uint64_t first, uint64_t end) {
    deadlock__spot_narrow(&spot, first, end);
    return deadlock__spot_ref(mover, &spot);
}

static void subview(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[1]);
    const Value *list;
    uint64_t first, end;
    if (!known_index(mover, &spot, &inst->args[2], 1, &list, &first) ||
        !known_index(mover, &spot, &inst->args[3], 1, &list, &end))
        return;
    write_dest(mover, inst, window(mover, spot, first, end));
}

static void split(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[2]);
    const Value *list;
    uint64_t at_index;
    if (!known_index(mover, &spot, &inst->args[3], 1, &list, &at_index)) return;
    uint32_t count = list->count;
    Val low = window(mover, spot, 0, at_index), high = window(mover, spot, at_index, count);
    deadlock__place_set(mover, &inst->args[0].place, low);
    deadlock__place_set(mover, &inst->args[1].place, high);
}

static void length(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[1]);
    const Value *list = at(mover, deadlock__spot_get(mover, &spot));
    bool known = place_holds(mover, &inst->args[1]) && list->kind == VALUE_LIST &&
                 list->count <= MOST_FOLD; // also where nothing is folded: it is kept all the same
    write_dest(mover, inst, known ? deadlock__value_int(values(mover), list->count) : VAL_NONE);
}

static void exchange(Mover *mover, const SirInst *inst) {
    Spot a = deadlock__spot_of(mover, &inst->args[0].place),
         b = deadlock__spot_of(mover, &inst->args[1].place);
    Val x = deadlock__spot_get(mover, &a), y = deadlock__spot_get(mover, &b);
    if (place_holds(mover, &inst->args[0]) && !(a.known && b.known))
        deadlock__mover_lose(
            mover, "endpoints are exchanged where the analysis does not follow them"
        );
    deadlock__spot_set(mover, &a, y);
    deadlock__spot_set(mover, &b, x);
}

static void replace(Mover *mover, const SirInst *inst) {
    Spot spot = deadlock__spot_of(mover, &inst->args[1].place);
    Val old = deadlock__spot_get(mover, &spot), value = deadlock__arg_take(mover, &inst->args[2]);
    if (place_holds(mover, &inst->args[1]) && !spot.known)
        deadlock__mover_lose(
            mover, "an endpoint is exchanged where the analysis does not follow it"
        );
    deadlock__spot_set(mover, &spot, value);
    write_dest(mover, inst, old);
}

// --- sets ------------------------------------------------------------------------------------------------------------

// In the order in which they came in, or by their numbers where nobody asks for the oldest: then there are fewer states.
static uint32_t place_in_set(const Mover *mover, const Value *set, uint64_t end) {
    uint32_t row = set->count;
    if (mover->program->takes) return row;
    while (row > 0 && at(mover, at(mover, set->items[row - 1])->items[0])->bits > end)
        row--;
    return row;
}

static void set_add(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[0]);
    Val member[2] = { deadlock__arg_peek(mover, &inst->args[1]), VAL_NONE };
    if (inst->arg_count > 2) member[1] = deadlock__arg_kept(mover, &inst->args[2]);
    deadlock__args_take(mover, inst, 1);
    const Value set = *at(mover, deadlock__spot_get(mover, &spot));
    const Value *end = at(mover, member[0]);
    if (!spot.known || set.kind != VALUE_LIST || end->kind != VALUE_END) {
        deadlock__mover_lose(mover, "a set that the analysis does not follow");
        return;
    }
    uint32_t row = place_in_set(mover, &set, end->bits);
    Val *items = arena_array(&mover->space->scratch, Val, set.count + 1);
    for (uint32_t i = 0; i < set.count; i++)
        items[i < row ? i : i + 1] = set.items[i];
    items[row] = deadlock__value_make(values(mover), VALUE_LIST, 0, 0, member, 2);
    deadlock__spot_set(
        mover, &spot, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, items, set.count + 1)
    );
}

static void set_take(Mover *mover, const SirInst *inst) {
    Spot spot = list_spot(mover, &inst->args[1]);
    const Value set = *at(mover, deadlock__spot_get(mover, &spot));
    SirType type = deadlock__mover_place_type(mover, &inst->args[1].place);
    if (!spot.known || set.kind != VALUE_LIST) {
        deadlock__mover_lose(mover, "a set that the analysis does not follow");
        return;
    }
    if (set.count == 0) {
        write_dest(mover, inst, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, NULL, 0));
        return;
    }
    bool values_too = mover->program->module->types.data[type].elem != SIR_NONE;
    Val oldest = values_too ? set.items[0] : at(mover, set.items[0])->items[0];
    deadlock__spot_set(
        mover, &spot,
        deadlock__value_make(values(mover), VALUE_LIST, 0, 0, set.items + 1, set.count - 1)
    );
    write_dest(mover, inst, in_list(mover, 1, oldest));
}

// --- of any contract -------------------------------------------------------------------------------------------------

static void erase(Mover *mover, const SirInst *inst) {
    const SirModule *module = mover->program->module;
    SirType type = deadlock__mover_place_type(mover, &inst->args[1].place);
    uint32_t tag = deadlock__space_tag(
        mover->space, &module->contracts.data[module->types.data[type].contract], inst->args[2].n
    );
    const Value end = *at(mover, deadlock__arg_take(mover, &inst->args[1]));
    write_dest(
        mover, inst,
        end.kind == VALUE_END
            ? deadlock__value_make(values(mover), VALUE_END, tag, end.bits, NULL, 0)
            : VAL_NONE
    );
}

// It is what it is taken for: the other case closes it, which others notice.
static void recover(Mover *mover, const SirInst *inst) {
    const Value end = *at(mover, deadlock__arg_take(mover, &inst->args[1]));
    Val typed = deadlock__value_make(values(mover), VALUE_END, 0, end.bits, NULL, 0);
    write_dest(mover, inst, in_list(mover, 1, typed));
}

// --- locks -----------------------------------------------------------------------------------------------------------

bool deadlock__mover_has(const Mover *mover, ValueKind kind, uint32_t *count) {
    *count = 0;
    for (uint32_t f = 0; f < mover->machine->count; f++) {
        const Frame *frame = &mover->machine->frames[f];
        const SirFuncInfo *func = &mover->program->module->funcs.data[frame->func];
        for (uint32_t i = 0; i < func->locals.len; i++)
            *count += at(mover, frame->locals[i])->kind == kind;
    }
    return *count > 0;
}

// One that does not matter: it is given back before anybody notices.
static void lock(Mover *mover, const SirInst *inst) {
    if (place_holds(mover, &inst->args[1]))
        deadlock__mover_lose(mover, "a lock guards an endpoint");
    write_dest(mover, inst, deadlock__value_make(values(mover), VALUE_GUARD, 0, 0, NULL, 0));
}

// Of what it guards, only endpoints would be kept, which are not followed there.
static void share(Mover *mover, const SirInst *inst) {
    Val value = deadlock__arg_take(mover, &inst->args[1]);
    write_dest(mover, inst, in_list(mover, 0, at(mover, value)->is_tracked ? value : VAL_NONE));
}

// --- whatever else ---------------------------------------------------------------------------------------------------

static bool only_looks(SirOp op) {
    return sir_op_group(op) == SIR_GROUP_LENGTH || sir_op_group(op) == SIR_GROUP_BYTES ||
           op == SIR_OP_IS_CLOSED || op == SIR_OP_RETYPE;
}

static void run_other(Mover *mover, const SirInst *inst) {
    uint32_t dests = sir_op_dests(inst->op);
    for (uint32_t i = dests; i < inst->arg_count; i++) {
        const SirArg *arg = &inst->args[i];
        bool place = arg->kind == SIR_ARG_PLACE && !only_looks(inst->op);
        bool touches =
            (arg->kind == SIR_ARG_MOVE && at(mover, deadlock__arg_take(mover, arg))->is_tracked) ||
            (place && place_holds(mover, arg));
        if (touches)
            deadlock__mover_lose(
                mover, "an instruction on endpoints that the analysis does not follow"
            );
        else if (place) // it may be changed
            deadlock__place_set(mover, &arg->place, VAL_NONE);
    }
    for (uint32_t i = 0; i < dests && i < inst->arg_count; i++) {
        if (inst->args[i].kind != SIR_ARG_PLACE) continue;
        if (place_holds(mover, &inst->args[i]))
            deadlock__mover_lose(
                mover, "endpoints are made in a way that the analysis does not follow"
            );
        deadlock__place_set(mover, &inst->args[i].place, VAL_NONE);
    }
}

static bool holds_first(const Mover *mover, const SirInst *inst) {
    return inst->args[0].kind == SIR_ARG_PLACE && place_holds(mover, &inst->args[0]);
}

static void forget_local(Mover *mover, uint64_t local) {
    deadlock__mover_frame(mover)->locals[local] = VAL_NONE;
}

// What is done by hand, where endpoints are in it; false: like any other.
static bool run_elements(Mover *mover, const SirInst *inst) {
    bool holds = inst->arg_count > 1 && inst->args[1].kind == SIR_ARG_PLACE &&
                 place_holds(mover, &inst->args[1]);
    switch (inst->op) {
    case SIR_OP_GROW_NEW:
        write_dest(
            mover, inst,
            holds_first(mover, inst)
                ? deadlock__value_make(values(mover), VALUE_LIST, 0, 0, NULL, 0)
                : VAL_NONE
        );
        return true;
    case SIR_OP_GROW_PUSH:
        if (!holds_first(mover, inst)) return false;
        push(mover, inst);
        return true;
    case SIR_OP_GROW_POP:
        if (!holds) return false;
        pop(mover, inst);
        return true;
    case SIR_OP_GROW_REMOVE:
        if (!holds) return false;
        take_element(mover, inst, false);
        return true;
    case SIR_OP_SLICE_REPLACE:
        if (!holds) return false;
        take_element(mover, inst, true);
        return true;
    case SIR_OP_GROW_INSERT:
        if (!holds_first(mover, inst)) return false;
        insert(mover, inst);
        return true;
    case SIR_OP_SLICE_SWAP:
        if (!holds_first(mover, inst)) return false;
        swap_elements(mover, inst);
        return true;
    case SIR_OP_GET:
    case SIR_OP_GET_MUT:
        if (!holds) return false;
        get(mover, inst);
        return true;
    case SIR_OP_SUBVIEW:
    case SIR_OP_SUBVIEW_MUT:
        if (!holds) return false;
        subview(mover, inst);
        return true;
    case SIR_OP_SPLIT:
        if (!place_holds(mover, &inst->args[2])) return false;
        split(mover, inst);
        return true;
    case SIR_OP_GROW_RESERVE: return holds_first(mover, inst);
    case SIR_OP_GROW_RESERVE_OPT:
        if (!place_holds(mover, &inst->args[1])) return false;
        write_dest(mover, inst, VAL_NONE);
        return true;
    case SIR_OP_LEN: length(mover, inst); return true;
    case SIR_OP_SWAP: exchange(mover, inst); return true;
    case SIR_OP_REPLACE: replace(mover, inst); return true;
    default: return false;
    }
}

static bool run_made(Mover *mover, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_USE:
    case SIR_OP_GROW_SEAL:
    case SIR_OP_UPCAST:
    case SIR_OP_DEVICE_LISTEN:
        write_dest(mover, inst, deadlock__arg_take(mover, &inst->args[1]));
        return true;
    case SIR_OP_ERASE: erase(mover, inst); return true;
    case SIR_OP_RECOVER: recover(mover, inst); return true;
    case SIR_OP_SET_NEW:
        write_dest(mover, inst, deadlock__value_make(values(mover), VALUE_LIST, 0, 0, NULL, 0));
        return true;
    case SIR_OP_SET_ADD: set_add(mover, inst); return true;
    case SIR_OP_SET_TAKE: set_take(mover, inst); return true;
    case SIR_OP_STRUCT:
    case SIR_OP_ARRAY: write_dest(mover, inst, deadlock__args_take(mover, inst, 1)); return true;
    case SIR_OP_VARIANT: write_dest(mover, inst, variant(mover, inst)); return true;
    case SIR_OP_FN_REF:
        write_dest(
            mover, inst, deadlock__value_make(values(mover), VALUE_FN, 0, inst->args[1].n, NULL, 0)
        );
        return true;
    case SIR_OP_SHARE: share(mover, inst); return true;
    case SIR_OP_NEW:
        write_dest(mover, inst, in_list(mover, 0, deadlock__arg_take(mover, &inst->args[1])));
        return true;
    case SIR_OP_NEW_OPT: new_opt(mover, inst); return true;
    case SIR_OP_UNBOX: {
        const Value *box = at(mover, deadlock__arg_take(mover, &inst->args[1]));
        write_dest(mover, inst, box->kind == VALUE_LIST && box->count ? box->items[0] : VAL_NONE);
        return true;
    }
    case SIR_OP_BORROW:
    case SIR_OP_BORROW_MUT:
    case SIR_OP_VIEW:
    case SIR_OP_VIEW_MUT: borrow(mover, inst); return true;
    case SIR_OP_LOCK: lock(mover, inst); return true;
    case SIR_OP_UNLOCK: deadlock__arg_take(mover, &inst->args[0]); return true;
    case SIR_OP_JOIN_BEGIN: {
        uint32_t joins;
        deadlock__mover_has(mover, VALUE_JOIN, &joins);
        write_dest(mover, inst, deadlock__value_make(values(mover), VALUE_JOIN, 0, joins, NULL, 0));
        return true;
    }
    default: return false;
    }
}

void deadlock__run_inst(Mover *mover, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_STORAGE_BEGIN:
    case SIR_OP_STORAGE_END: forget_local(mover, inst->args[0].n); break;
    case SIR_OP_DROP: { // of what holds no end now
        Spot spot = deadlock__spot_of(mover, &inst->args[0].place);
        if (!spot.known && place_holds(mover, &inst->args[0]))
            deadlock__mover_lose(
                mover, "an endpoint is dropped where the analysis does not follow it"
            );
        else if (spot.known)
            deadlock__spot_set(mover, &spot, VAL_NONE);
        break;
    }
    case SIR_OP_RETYPE: break;
    case SIR_OP_NOT: write_dest(mover, inst, negate(mover, inst)); break;
    default:
        if (run_made(mover, inst) || run_elements(mover, inst)) break;
        switch (sir_op_group(inst->op)) {
        case SIR_GROUP_ARITH:
        case SIR_GROUP_BITS:
        case SIR_GROUP_COMPARE:
        case SIR_GROUP_ORDER: write_dest(mover, inst, compute(mover, inst)); break;
        case SIR_GROUP_CAST: write_dest(mover, inst, convert(mover, inst)); break;
        default: run_other(mover, inst);
        }
    }
    deadlock__mover_frame(mover)->inst++;
}
