// What is done with endpoints, put in where the types fit; their states may be anything.

#include "mutant.h"

#include <string.h>

bool insert_send(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_endpoint(module, point.func, &place, &type))
        return false;
    const SirContractInfo *contract = &module->contracts.data[info_of(module, type)->contract];
    if (contract->message_count == 0) return false;
    uint32_t message = below(contract->message_count),
             count = contract->messages[message].arg_count;
    SirArg *args = arena_array(module->arena, SirArg, count + 2);
    args[0] = place_arg(place);
    args[1] = (SirArg){ .kind = SIR_ARG_MESSAGE, .n = message };
    if (!field_values(module, point.func, contract->messages[message].args, count, args + 2))
        return false;
    put(module, &point, SIR_OP_SEND, args, count + 2);
    return true;
}

bool insert_close(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_endpoint(module, point.func, &place, &type))
        return false;
    SirArg arg = { .kind = SIR_ARG_MOVE, .place = place };
    put(module, &point, SIR_OP_CLOSE, &arg, 1);
    return true;
}

bool insert_retype(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_endpoint(module, point.func, &place, &type))
        return false;
    SirArg args[2] = {
        place_arg(place),
        { .kind = SIR_ARG_INT,
                 .n = below(module->contracts.data[info_of(module, type)->contract].state_count) }
    };
    put(module, &point, SIR_OP_RETYPE, args, 2);
    return true;
}

bool insert_channel(SirModule *module) {
    Point point;
    if (!some_point(module, &point) || module->contracts.len == 0) return false;
    SirContract contract = below(module->contracts.len);
    SirState state = below(module->contracts.data[contract].state_count);
    SirArg args[3];
    args[0] =
        place_arg(dest_for(module, point.func, sir_type_endpoint(module, contract, SIR_IMP, state))
        );
    args[1] =
        place_arg(dest_for(module, point.func, sir_type_endpoint(module, contract, SIR_EXP, state))
        );
    args[2] = (SirArg){ .kind = SIR_ARG_CONTRACT, .n = contract, .m = state };
    put(module, &point, SIR_OP_CHANNEL, args, 3);
    return true;
}

static void fill_message_arm(
    SirModule *module,
    SirFuncInfo *func,
    SirArm *arm,
    const SirMessage *message,
    SirPlace place,
    SirBlock block
) {
    *arm = (SirArm
    ){ .kind = SIR_ARM_MESSAGE, .block = block, .place = place, .bind_count = message->arg_count };
    arm->binds = arena_array(module->arena, SirBind, message->arg_count);
    for (uint32_t i = 0; i < message->arg_count; i++)
        arm->binds[i] =
            (SirBind){ SIR_BIND_MOVE, local_of_type(module, func, message->args[i].type) };
}

// A state that it may be in, all its messages, and the end.
bool insert_receive(SirModule *module) {
    Point point;
    SirPlace place;
    SirType type;
    if (!some_point(module, &point) || !some_endpoint(module, point.func, &place, &type))
        return false;
    const SirContractInfo *contract = &module->contracts.data[info_of(module, type)->contract];
    if (contract->state_count == 0) return false;
    const SirStateInfo *state = &contract->states[below(contract->state_count)];
    SirArm *made = arena_array(module->arena, SirArm, state->choice_count + 1);
    SirBlock rest = split_at(module, &point);
    for (uint32_t i = 0; i < state->choice_count; i++) {
        if (state->choices[i].message >= contract->message_count) return true;
        fill_message_arm(
            module, point.func, &made[i], &contract->messages[state->choices[i].message], place,
            one_in(4) ? 1 + below(point.func->blocks.len - 1) : rest
        );
        made[i].n = state->choices[i].message;
    }
    made[state->choice_count] = (SirArm
    ){ .kind = SIR_ARM_CLOSED, .place = place, .block = 1 + below(point.func->blocks.len - 1) };
    SirArm *arms =
        terminate(module, point.func, point.block, SIR_OP_RECEIVE, 0, state->choice_count + 1);
    memcpy(arms, made, (state->choice_count + 1) * sizeof *made);
    return true;
}
