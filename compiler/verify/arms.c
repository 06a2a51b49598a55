// What edges do to endpoints' states, and whether a receive has the arms that its endpoints' states ask for (docs/sir.md 7).

#include "states.h"

// --- edges -----------------------------------------------------------------------------------------------------------------------

static void write_bind(States *s, SirBind bind, SirType type) {
    SirPlace place = { .local = bind.local };
    bool lends = bind.mode == SIR_BIND_CONST || bind.mode == SIR_BIND_MUT;
    if (bind.mode == SIR_BIND_SKIP) return;
    if (bind.mode == SIR_BIND_MUT && is_endpoint(s, type))
        states__point_elsewhere(s, bind.local, info_of(s, type)->state);
    else if (!lends)
        states__write(s, &place, states__result_of_type(s, type));
}

static void take_message(States *s, const SirArm *arm) {
    SirType type = flow__place_type(s->f, &arm->place);
    uint32_t slot = states__slot_of(s, &arm->place);
    if (slot >= s->slots.list.len) return;
    const SirChoice *choice =
        states__find_choice(states__choices(s, type, *state_at(s, slot)), arm->n);
    *state_at(s, slot) = choice ? choice->next : STATE_MIXED;
    const SirMessage *message =
        &s->f->module->contracts.data[info_of(s, type)->contract].messages[arm->n];
    for (uint32_t i = 0; i < arm->bind_count; i++)
        write_bind(s, arm->binds[i], message->args[i].type);
}

void states__cross(States *s, const SirInst *inst, const SirArm *arm) {
    if (arm->kind == SIR_ARM_MESSAGE) take_message(s, arm);
    if (arm->kind == SIR_ARM_CLOSED) {
        uint32_t slot = states__slot_of(s, &arm->place);
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
    const SirStateInfo *state = states__choices(s, type, *state_at(s, slot));
    const char *name = flow__place_text(s->f, place);
    uint32_t messages = 0, closed = 0;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (!names_endpoint(arm) || !same_place(&arm->place, place)) continue;
        closed += arm->kind == SIR_ARM_CLOSED;
        if (arm->kind != SIR_ARM_MESSAGE) continue;
        messages++;
        const SirChoice *choice = states__find_choice(state, arm->n);
        if (!choice || states__is_sent_by_holder(s, type, choice))
            SAY_STATE(
                s, "%s is in state %s, where its peer does not send message %llu", name,
                states__text(s, type, *state_at(s, slot)), (unsigned long long)arm->n
            );
        for (uint32_t k = 0; k < i; k++)
            if (inst->arms[k].kind == SIR_ARM_MESSAGE && inst->arms[k].n == arm->n &&
                same_place(&inst->arms[k].place, place))
                SAY_STATE(s, "message %llu of %s has two arms", (unsigned long long)arm->n, name);
    }
    bool known = state || *state_at(s, slot) == SIR_STATE_CLOSED;
    if (!known)
        SAY_STATE(
            s, "%s has %s where a message is awaited", name,
            states__text(s, type, *state_at(s, slot))
        );
    if (closed != 1) SAY_STATE(s, "%s needs one closed arm and has %u", name, closed);
    if (state && messages != state->choice_count)
        SAY_STATE(
            s, "%s is in state %s with %u messages, and has arms for %u", name,
            states__text(s, type, *state_at(s, slot)), state->choice_count, messages
        );
}

void states__check_receive(States *s, const SirInst *inst) {
    for (uint32_t i = 0; i < inst->arm_count && !s->f->refused; i++) {
        const SirArm *arm = &inst->arms[i];
        bool first = names_endpoint(arm);
        for (uint32_t k = 0; k < i && first; k++)
            first =
                !names_endpoint(&inst->arms[k]) || !same_place(&inst->arms[k].place, &arm->place);
        uint64_t arms = inst->arm_count;
        if (!flow__work(s->f, RULE_TYPESTATE, first ? arms * arms : arms)) return;
        uint32_t slot = first ? states__tracked(s, &arm->place) : SIR_NONE;
        if (slot != SIR_NONE) check_arms(s, inst, &arm->place, slot);
    }
}
