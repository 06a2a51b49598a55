// Contracts: carried over whole, with every state, since peers must agree on more than what one SIP uses.
// A contract gets its row before its arguments are looked at: endpoints in messages may be of its own kind.

#include "lower__.h"

static void lower_args(Lower *l, const HirMessage *message, SirMessage *made) {
    made->arg_count = message->args.len;
    made->args = arena_array(l->arena, SirField, made->arg_count);
    made->limits = arena_array(l->arena, uint64_t, made->arg_count);
    for (uint32_t i = 0; i < made->arg_count; i++) {
        const HirArg *arg = &message->args.data[i];
        made->args[i].name = lower__name(l, arg->name);
        made->args[i].type = lower__type(l, arg->type);
        made->limits[i] = arg->limit;
    }
}

static SirMessage *lower_messages(Lower *l, const HirContract *contract) {
    SirMessage *messages = arena_array(l->arena, SirMessage, contract->messages.len);
    for (uint32_t i = 0; i < contract->messages.len; i++) {
        const HirMessage *message = &contract->messages.data[i];
        messages[i].name = lower__name(l, message->name);
        messages[i].dir = message->is_in ? SIR_IN : SIR_OUT;
        lower_args(l, message, &messages[i]);
    }
    return messages;
}

static void lower_choices(Lower *l, const HirState *state, SirStateInfo *made) {
    made->choice_count = state->choices.len;
    made->choices = arena_array(l->arena, SirChoice, made->choice_count);
    for (uint32_t i = 0; i < made->choice_count; i++) {
        const HirChoice *choice = &state->choices.data[i];
        made->choices[i] = (SirChoice){ choice->message, choice->next };
    }
}

static SirStateInfo *lower_states(Lower *l, const HirContract *contract) {
    SirStateInfo *states = arena_array(l->arena, SirStateInfo, contract->states.len);
    for (uint32_t i = 0; i < contract->states.len; i++) {
        const HirState *state = &contract->states.data[i];
        states[i].name = lower__name(l, state->name);
        states[i].is_end = state->is_end;
        lower_choices(l, state, &states[i]);
    }
    return states;
}

// A manifest's names have no blanks, and those of instances may: `Wide<u32, 4>`, `Stream<own str>`.
static Str without_blanks(Lower *l, Str name) {
    char *text = arena_strndup(l->arena, name.ptr, name.len);
    size_t length = 0;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != ' ' || i == 0 || name.ptr[i - 1] != ',')
            text[length++] = name.ptr[i] == ' ' ? '_' : name.ptr[i];
    return (Str){ text, length };
}

SirContract lower__contract(Lower *l, const HirContract *contract) {
    uint64_t known;
    if (map_get(l->contracts, contract->number, &known)) return (SirContract)known;
    SirContract row = l->module->contracts.len;
    vec_push(l->arena, &l->module->contracts, (SirContractInfo){ .base = SIR_NONE });
    map_put(l->contracts, contract->number, row);

    SirContractInfo info = { .base = SIR_NONE };
    info.name = without_blanks(l, lower__name(l, contract->name));
    if (contract->base) info.base = lower__contract(l, contract->base);
    info.message_count = contract->messages.len;
    info.messages = lower_messages(l, contract);
    info.state_count = contract->states.len;
    info.states = lower_states(l, contract);
    l->module->contracts.data[row] = info;
    return row;
}
