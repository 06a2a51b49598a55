// What edges do to endpoints' states (docs/sir.md 7). Whether a receive has the arms that they ask for: covered.c.

#include "states.h"

static void write_bind(States *s, SirBind bind, SirType type) {
    SirPlace place = { .local = bind.local };
    bool lends = bind.mode == SIR_BIND_CONST || bind.mode == SIR_BIND_MUT;
    if (bind.mode == SIR_BIND_SKIP) return;
    if (bind.mode == SIR_BIND_MUT && is_endpoint(s, type))
        states__point_elsewhere(s, bind.local, info_of(s, type)->state);
    else if (!lends)
        states__write(s, &place, states__result_of_type(s, type));
}

static void take_message(States *s, const SirPlace *place, uint64_t row) {
    SirType type = flow__place_type(s->f, place);
    uint32_t slot = states__slot_of(s, place);
    if (slot >= s->slots.list.len) return;
    const SirChoice *choice =
        states__find_choice(s, states__choices(s, type, *state_at(s, slot)), row);
    *state_at(s, slot) = choice ? choice->next : STATE_MIXED;
}

static void see_closed(States *s, const SirPlace *place) {
    uint32_t slot = states__slot_of(s, place);
    if (slot < s->slots.list.len) *state_at(s, slot) = SIR_STATE_CLOSED;
}

// Gives the bind behind the message's arguments.
static uint32_t bind_args(
    States *s, const SirArm *arm, const SirPlace *place, uint64_t row, uint32_t at
) {
    const SirTypeInfo *source = info_of(s, flow__place_type(s->f, place));
    const SirMessage *message = &s->f->module->contracts.data[source->contract].messages[row];
    for (uint32_t i = 0; i < message->arg_count && at < arm->bind_count; i++)
        write_bind(s, arm->binds[at++], message->args[i].type);
    return at;
}

// The member comes out of the set in the state behind the message, or closed; its value as the set's type says.
static void take_member(States *s, const SirArm *arm) {
    SirType type = flow__place_type(s->f, &arm->place);
    const SirTypeInfo *set = info_of(s, type);
    bool lost = arm->kind == SIR_ARM_LOST;
    uint32_t at = lost ? 0 : bind_args(s, arm, &arm->place, arm->n, 0);
    const SirChoice *choice =
        lost ? NULL : states__find_choice(s, states__choices(s, type, set->state), arm->n);
    uint32_t state = lost ? SIR_STATE_CLOSED : choice ? choice->next : STATE_MIXED;
    SirPlace member = { .local = arm->binds[at].local };
    states__write(s, &member, (Result){ state, SLOT_UNTRACKED });
    if (set->elem != SIR_NONE) write_bind(s, arm->binds[at + 1], set->elem);
}

static void take_heads(States *s, const SirArm *arm) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < arm->head_count; i++) {
        const SirHead *head = &arm->heads[i];
        if (head->is_closed)
            see_closed(s, &head->place);
        else
            take_message(s, &head->place, head->n);
    }
    for (uint32_t i = 0; i < arm->head_count; i++)
        if (!arm->heads[i].is_closed)
            at = bind_args(s, arm, &arm->heads[i].place, arm->heads[i].n, at);
}

void states__cross(States *s, const SirInst *inst, const SirArm *arm) {
    if (arm->kind == SIR_ARM_MESSAGE) {
        take_message(s, &arm->place, arm->n);
        bind_args(s, arm, &arm->place, arm->n, 0);
    }
    if (arm->kind == SIR_ARM_CLOSED) see_closed(s, &arm->place);
    if (arm->kind == SIR_ARM_MEMBER || arm->kind == SIR_ARM_LOST) take_member(s, arm);
    if (arm->kind == SIR_ARM_JOIN) take_heads(s, arm);
    if (inst->op != SIR_OP_MATCH && inst->op != SIR_OP_NEXT) return;
    const SirPlace *from = &inst->args[inst->op == SIR_OP_NEXT ? 1 : 0].place;
    SirType type = flow__place_type(s->f, from);
    for (uint32_t i = 0; i < arm->bind_count; i++) {
        bool element = inst->op == SIR_OP_NEXT;
        SirType part = element ? info_of(s, type)->elem : flow__payload_type(s->f, type, arm->n, i);
        write_bind(s, arm->binds[i], part);
    }
}
