// Upcasts: the end of a channel goes by its base from now on. Judged here by playing both contracts against each other, pair of
// states by pair, as deep as there are pairs.

#include "interp__.h"

typedef struct Played {
    SirState own, seen;
} Played;

static bool turn_of(const SirContractInfo *contract, const SirStateInfo *state, SirSide side) {
    return state->choice_count > 0 &&
           (contract->messages[state->choices[0].message].dir == SIR_IN) == (side == SIR_IMP);
}

static SirState next_of(const SirStateInfo *state, uint32_t message) { // SIR_NONE: there is none
    for (uint32_t i = 0; i < state->choice_count; i++)
        if (state->choices[i].message == message) return state->choices[i].next;
    return SIR_NONE;
}

// The first pair that breaks it ends the game.
static bool play(
    Interp *in, const SirContractInfo *own, const SirContractInfo *seen, Played first, SirSide side
) {
    VEC(Played) played = { 0 };
    vec_push(&in->arena, &played, first);
    for (uint32_t at = 0; at < played.len; at++) {
        Played now = played.data[at];
        if (now.own >= own->state_count || now.seen >= seen->state_count) return false;
        const SirStateInfo *mine = &own->states[now.own], *base = &seen->states[now.seen];
        bool base_sends = turn_of(seen, base, side), own_sends = turn_of(own, mine, side);
        if (mine->choice_count && base->choice_count && base_sends != own_sends) return false;
        const SirStateInfo *mover = base_sends ? base : own_sends ? NULL : mine;
        for (uint32_t i = 0; mover && i < mover->choice_count; i++) {
            uint32_t message = mover->choices[i].message;
            Played next = { next_of(mine, message), next_of(base, message) };
            if (next.own == SIR_NONE || next.seen == SIR_NONE) return false;
            bool is_new = true;
            for (uint32_t k = 0; k < played.len && is_new; k++)
                is_new = played.data[k].own != next.own || played.data[k].seen != next.seen;
            if (is_new) vec_push(&in->arena, &played, next);
        }
    }
    return true;
}

static bool is_based_on(const SirModule *module, SirContract contract, SirContract base) {
    for (uint32_t i = 0; i < module->contracts.len && contract < module->contracts.len; i++) {
        if (contract == base) return true;
        contract = module->contracts.data[contract].base;
    }
    return false;
}

bool interp__upcast(Interp *in, const SirInst *inst) {
    Node node;
    const SirModule *module = in->sip->module;
    if (!interp__value(in, &inst->args[1], &node)) return false;
    SirType type = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *to = interp__type(in, type), *from = interp__type(in, node.type);
    bool right = to->kind == SIR_TYPE_ENDPOINT && from->kind == SIR_TYPE_ENDPOINT &&
                 to->side == from->side && is_based_on(module, from->contract, to->contract) &&
                 to->state < module->contracts.data[to->contract].state_count;
    if (!MUST(in, right, RULE_WELL_FORMED, "an upcast to what is no base")) return false;
    right =
        node.end->state == SIR_STATE_CLOSED ||
        play(
            in, &module->contracts.data[node.end->contract], &module->contracts.data[to->contract],
            (Played){ node.end->state, to->state }, to->side
        );
    if (!MUST(
            in, right, RULE_TYPESTATE, "an upcast in state %d, in which its base does not fit",
            (int)node.end->state
        ))
        return false;
    node.end->contract = to->contract;
    node.end->state = to->state;
    node.end->run = 0;
    node.type = type;
    return interp__write(in, &inst->args[0].place, &node);
}
