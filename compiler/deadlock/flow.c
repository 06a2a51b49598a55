// Where a thread goes on: branches on what is known take one way, all others every way; calls are followed if the function
// speaks or is given an endpoint.

#include "deadlock__.h"

#include <string.h>

static const Value *at(const Mover *mover, Val value) {
    return deadlock__value_at(&mover->space->values, value);
}

// --- entering a block ------------------------------------------------------------------------------------------------

// What is known of locals that nobody asks for any more would only make equal threads look different.
void deadlock__flow_enter(Mover *mover, SirBlock block) {
    Frame *frame = deadlock__mover_frame(mover);
    const SirFuncInfo *func = deadlock__mover_func(mover);
    const FuncFacts *facts = &mover->program->funcs[frame->func];
    frame->block = block;
    frame->inst = 0;
    for (SirLocal i = 0; i < func->locals.len; i++)
        if (frame->locals[i] != VAL_NONE && !at(mover, frame->locals[i])->is_tracked &&
            !deadlock__mover_holds(mover, func->locals.data[i].type) &&
            !deadlock__facts_is_live(facts, block, i))
            frame->locals[i] = VAL_NONE;
}

// --- which arms --------------------------------------------------------------------------------------------------------

static uint32_t all_arms(const SirInst *inst, uint32_t *arms) {
    for (uint32_t i = 0; i < inst->arm_count; i++)
        arms[i] = i;
    return inst->arm_count;
}

static uint32_t one_arm(uint32_t arm, uint32_t *arms) {
    arms[0] = arm;
    return 1;
}

static uint32_t switch_arms(const SirInst *inst, const Value *value, uint32_t *arms) {
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_DEFAULT || arm->tree->bits == value->bits) return one_arm(i, arms);
    }
    return all_arms(inst, arms);
}

static uint32_t match_arms(const SirInst *inst, const Value *value, uint32_t *arms) {
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_DEFAULT || arm->n == value->variant) return one_arm(i, arms);
    }
    return all_arms(inst, arms);
}

static uint32_t next_arms(Mover *mover, const SirInst *inst, uint32_t *arms) {
    const Value *index = at(mover, deadlock__mover_frame(mover)->locals[inst->args[0].n]);
    const Value *list = at(mover, deadlock__place_get(mover, &inst->args[1].place));
    bool holds =
        deadlock__mover_holds(mover, deadlock__mover_place_type(mover, &inst->args[1].place));
    if (!holds || list->kind != VALUE_LIST || index->kind != VALUE_INT) return all_arms(inst, arms);
    return one_arm(index->bits < list->count ? 0 : 1, arms); // `more` comes first
}

uint32_t deadlock__flow_arms(Mover *mover, const SirInst *inst, uint32_t *arms) {
    const Value *value;
    switch (inst->op) {
    case SIR_OP_BRANCH:
        value = at(mover, deadlock__arg_peek(mover, &inst->args[0]));
        return value->kind == VALUE_INT ? one_arm(value->bits ? 0 : 1, arms) : all_arms(inst, arms);
    case SIR_OP_SWITCH:
        value = at(mover, deadlock__arg_peek(mover, &inst->args[0]));
        return value->kind == VALUE_INT ? switch_arms(inst, value, arms) : all_arms(inst, arms);
    case SIR_OP_MATCH:
        value = at(mover, deadlock__place_get(mover, &inst->args[0].place));
        return value->kind == VALUE_LIST ? match_arms(inst, value, arms) : all_arms(inst, arms);
    case SIR_OP_NEXT: return next_arms(mover, inst, arms);
    default: return all_arms(inst, arms);
    }
}

// --- taking one --------------------------------------------------------------------------------------------------------

static Val item_of(const Value *list, uint32_t item) {
    return list->kind == VALUE_LIST && item < list->count ? list->items[item] : VAL_NONE;
}

static void write_local(Mover *mover, SirLocal local, Val value) {
    SirPlace place = { .local = local };
    deadlock__place_set(mover, &place, value);
}

static void bind_borrow(Mover *mover, Spot spot, uint32_t item, const SirBind *bind) {
    if (spot.known && spot.depth < MOST_PATH)
        spot.path[spot.depth++] = item;
    else
        spot.known = false;
    if (deadlock__mover_holds(mover, deadlock__mover_func(mover)->locals.data[bind->local].type))
        write_local(mover, bind->local, deadlock__spot_ref(mover, &spot));
    else if (bind->mode == SIR_BIND_MUT)
        deadlock__spot_set(mover, &spot, VAL_NONE);
}

static void take_match(Mover *mover, const SirInst *inst, const SirArm *arm) {
    Spot spot = deadlock__spot_of(mover, &inst->args[0].place);
    const Value value = *at(mover, deadlock__spot_get(mover, &spot));
    bool consumes = false,
         holds =
             deadlock__mover_holds(mover, deadlock__mover_place_type(mover, &inst->args[0].place));
    if (holds && value.kind != VALUE_LIST) {
        deadlock__mover_lose(
            mover, "an endpoint may be in a value that the analysis does not follow"
        );
        return;
    }
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        const SirBind *bind = &arm->binds[i];
        consumes |= bind->mode == SIR_BIND_MOVE;
        if (bind->mode == SIR_BIND_MOVE || bind->mode == SIR_BIND_COPY)
            write_local(mover, bind->local, item_of(&value, i));
        else if (bind->mode != SIR_BIND_SKIP)
            bind_borrow(mover, spot, i, bind);
    }
    if (consumes && spot.known) deadlock__spot_set(mover, &spot, VAL_NONE);
}

static void take_next(Mover *mover, const SirInst *inst, const SirArm *arm) {
    Val *index = &deadlock__mover_frame(mover)->locals[inst->args[0].n];
    const Value now = *at(mover, *index);
    bool holds =
        deadlock__mover_holds(mover, deadlock__mover_place_type(mover, &inst->args[1].place));
    if (arm->kind != SIR_ARM_MORE) return;
    if (arm->bind_count && arm->binds[0].mode != SIR_BIND_SKIP && holds) {
        Spot spot = deadlock__spot_of(mover, &inst->args[1].place);
        const Value *list = at(mover, deadlock__spot_get(mover, &spot));
        if (now.kind != VALUE_INT || list->kind != VALUE_LIST)
            deadlock__mover_lose(mover, "a loop over endpoints whose number data decides");
        else
            bind_borrow(mover, spot, (uint32_t)now.bits, &arm->binds[0]);
    }
    if (arm->bind_count && arm->binds[0].mode == SIR_BIND_MUT && !holds)
        deadlock__place_set(mover, &inst->args[1].place, VAL_NONE);
    bool folds = mover->space->folds && now.kind == VALUE_INT && now.bits < MOST_FOLD;
    *index = folds ? deadlock__value_int(&mover->space->values, now.bits + 1) : VAL_NONE;
}

void deadlock__flow_take(Mover *mover, const SirInst *inst, uint32_t arm) {
    if (inst->op == SIR_OP_RECEIVE) { // from the kernel
        Wait wait = { .arm = arm, .member = NO_END };
        deadlock__flow_receive(mover, inst, &wait, VAL_NONE);
        return;
    }
    if (inst->op == SIR_OP_MATCH) take_match(mover, inst, &inst->arms[arm]);
    if (inst->op == SIR_OP_NEXT) take_next(mover, inst, &inst->arms[arm]);
    deadlock__flow_enter(mover, inst->arms[arm].block);
}

// What came of a member of a set takes it out: the endpoint and its value come behind the arguments.
static const Value *taken_member(Mover *mover, const SirArm *arm, uint32_t member) {
    Spot spot = deadlock__spot_of(mover, &arm->place);
    const Value set = *at(mover, deadlock__spot_get(mover, &spot));
    Val *items = arena_array(&mover->space->scratch, Val, set.count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < set.count; i++)
        if (i != member) items[count++] = set.items[i];
    deadlock__spot_set(
        mover, &spot, deadlock__value_make(&mover->space->values, VALUE_LIST, 0, 0, items, count)
    );
    return at(mover, set.items[member]);
}

void deadlock__flow_receive(Mover *mover, const SirInst *inst, const Wait *wait, Val payload) {
    const SirArm *arm = &inst->arms[wait->arm];
    const Value list = *at(mover, payload);
    const Value *member = wait->member == NO_END ? NULL : taken_member(mover, arm, wait->member);
    uint32_t args = member ? wait->heads[0].args : arm->bind_count;
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        const SirBind *bind = &arm->binds[i];
        if (bind->mode == SIR_BIND_SKIP) continue;
        write_local(mover, bind->local, i < args ? item_of(&list, i) : item_of(member, i - args));
    }
    deadlock__flow_enter(mover, arm->block);
}

// --- calls ---------------------------------------------------------------------------------------------------------------

static void push_frame(Mover *mover, SirFunc func, const Value *args) {
    Machine *machine = mover->machine;
    if (machine->count == MOST_FRAMES) {
        deadlock__mover_lose(mover, "calls are too deep to be followed: recursion");
        return;
    }
    uint32_t locals = mover->program->module->funcs.data[func].locals.len;
    Frame *frame = &machine->frames[machine->count++];
    *frame = (Frame){ .func = func, .locals = arena_array(&mover->space->scratch, Val, locals) };
    for (uint32_t i = 0; i < args->count; i++)
        write_local(mover, i, args->items[i]);
}

static void pass_over(Mover *mover, const SirInst *inst) {
    if (inst->args[0].kind == SIR_ARG_PLACE) {
        if (deadlock__mover_holds(mover, deadlock__mover_place_type(mover, &inst->args[0].place)))
            deadlock__mover_lose(
                mover, "a function makes endpoints in a way that the analysis does not follow"
            );
        deadlock__place_set(mover, &inst->args[0].place, VAL_NONE);
    }
    deadlock__mover_frame(mover)->inst++;
}

static bool values_speak(const Mover *mover) {
    for (SirFunc i = 0; i < mover->program->module->funcs.len; i++)
        if (mover->program->funcs[i].is_taken && mover->program->funcs[i].speaks) return true;
    return false;
}

// A recursive function that speaks would be followed without end: the chain of callers tells.
static bool recurs(const Mover *mover, SirFunc func) {
    uint32_t times = 0;
    for (uint32_t i = 0; i < mover->machine->count; i++)
        times += mover->machine->frames[i].func == func;
    return times >= 8;
}

bool deadlock__flow_call(Mover *mover, const SirInst *inst) {
    SirFunc func = (SirFunc)inst->args[1].n;
    if (inst->op == SIR_OP_CALL_VALUE) {
        const Value *value = at(mover, deadlock__arg_peek(mover, &inst->args[1]));
        if (value->kind != VALUE_FN) {
            if (values_speak(mover))
                deadlock__mover_lose(mover, "it calls a function that data decides");
            deadlock__args_take(mover, inst, 2);
            pass_over(mover, inst);
            return false;
        }
        func = (SirFunc)value->bits;
    }
    const Value args = *at(mover, deadlock__args_take(mover, inst, 2));
    if (!mover->program->funcs[func].speaks && !args.is_tracked) {
        pass_over(mover, inst);
        return false;
    }
    if (mover->program->module->funcs.data[func].blocks.len == 0)
        deadlock__mover_lose(mover, "a function that was left out");
    if (recurs(mover, func)) deadlock__mover_lose(mover, "recursion");
    if (!mover->machine->lost) push_frame(mover, func, &args);
    return true;
}

bool deadlock__flow_return(Mover *mover, const SirInst *inst) {
    Val value = inst->arg_count ? deadlock__arg_take(mover, &inst->args[0]) : VAL_NONE;
    if (mover->machine->count == 1) return false;
    mover->machine->count--;
    Frame *frame = deadlock__mover_frame(mover);
    const SirInst *call =
        &deadlock__mover_func(mover)->blocks.data[frame->block].insts.data[frame->inst];
    frame->inst++;
    if (call->args[0].kind == SIR_ARG_PLACE)
        deadlock__place_set(mover, &call->args[0].place, value);
    return true;
}
