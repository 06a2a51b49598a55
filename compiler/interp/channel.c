// Channels: what is sent leaves the SIP, what is received becomes its own. On a walk the other end is the world: it takes
// everything, and sends whatever the contract allows.

#include "interp__.h"

enum { PAYLOAD_MOST = 1 << 30 }; // bytes of a message's arguments together

// --- ends -----------------------------------------------------------------------------------------------------

End *interp__end_new(Interp *in, SirContract contract, SirSide side, SirState state) {
    End *end = arena_new(&in->arena, End);
    *end = (End
    ){ .owner = in->sip, .contract = contract, .side = side, .state = state, .is_open = true };
    end->last = &end->first;
    end->next = in->ends;
    in->ends = end;
    return end;
}

typedef struct Handed {
    Node *node;
    SirType type; // in the receiver's module; SIR_NONE: it goes to nobody yet
} Handed;

typedef VEC(Handed) HandedVec;

static SirType part_of(
    const SirModule *module, const SirTypeInfo *info, SirType type, const Node *node, uint32_t i
) {
    if (info->kind == SIR_TYPE_STRUCT)
        return i < info->field_count ? info->fields[i].type : SIR_NONE;
    if (info->kind == SIR_TYPE_ARRAY || info->kind == SIR_TYPE_VECTOR) return info->elem;
    return sir_variant_field(module, type, node->variant, i);
}

// Everything in the value belongs to `to` now, whose rows its types become. The parts are found by the types of `from`.
static bool hand_over(Interp *in, Node *value, Sip *from, Sip *to, SirType type) {
    HandedVec left = { 0 };
    Handed at = { value, type };
    for (;;) {
        Node *node = at.node;
        if (at.type != SIR_NONE) node->type = at.type;
        const SirModule *module = to ? to->module : from->module;
        const SirTypeInfo *info =
            &module->types.data[node->type < module->types.len ? node->type : 0];
        const Node *run = interp__has_parts(info) ? node : NULL;
        if (info->kind == SIR_TYPE_ENDPOINT) {
            node->end->owner = to;
            if (to) node->end->contract = info->contract;
        }
        if (interp__is_owner(info) && node->block) {
            interp__own(in, node->block, to);
            run = &node->block->content;
        }
        bool is_box = info->kind == SIR_TYPE_PTR;
        for (uint64_t i = 0; run && !is_box && i < run->count; i++) {
            SirType part = run == node ? part_of(module, info, node->type, node, (uint32_t)i)
                           : info->kind == SIR_TYPE_STR ? SIR_TYPE_U8
                                                        : info->elem;
            if (part < SIR_SCALARS && run->parts[i].type == part) continue;
            vec_push(&in->arena, &left, (Handed){ &run->parts[i], to ? part : SIR_NONE });
        }
        if (run && is_box)
            vec_push(
                &in->arena, &left, (Handed){ &node->block->content, to ? info->elem : SIR_NONE }
            );
        if (left.len == 0) return true;
        at = vec_pop(&left);
    }
}

static void drop_message(Interp *in, Message *message) {
    Sip *running = in->sip;
    in->sip = message->from;
    for (uint32_t i = 0; i < message->count; i++) {
        hand_over(in, &message->args[i], message->from, message->from, message->args[i].type);
        interp__drop(in, &message->args[i]);
    }
    interp__parts_free(in, message->args, message->count);
    in->sip = running;
    message->next = in->free_messages;
    in->free_messages = message;
}

void interp__end_close(Interp *in, End *end) {
    end->is_open = false;
    end->owner = NULL;
    while (end->first) {
        Message *message = end->first;
        end->first = message->next;
        drop_message(in, message);
    }
    end->last = &end->first;
}

static bool channel(Interp *in, const SirInst *inst) {
    const SirModule *module = in->sip->module;
    SirContract contract = (SirContract)inst->args[2].n;
    SirState state = (SirState)inst->args[2].m;
    bool right = inst->args[2].n < module->contracts.len &&
                 inst->args[2].m < module->contracts.data[contract].state_count;
    if (!MUST(in, right, RULE_WELL_FORMED, "a channel of no contract, or in no state"))
        return false;
    End *ends[2];
    for (uint32_t side = 0; side < 2; side++) {
        SirType type = interp__place_type(in, &inst->args[side].place);
        const SirTypeInfo *info = interp__type(in, type);
        right = info->kind == SIR_TYPE_ENDPOINT && info->contract == contract &&
                info->side == (SirSide)side;
        if (!MUST(in, right, RULE_WELL_FORMED, "an end of another channel")) return false;
        ends[side] = interp__end_new(in, contract, (SirSide)side, state);
        ends[side]->is_world = in->chaos;
        Node node = { .type = type, .is_there = true, .end = ends[side] };
        if (!interp__write(in, &inst->args[side].place, &node)) return false;
    }
    ends[0]->peer = in->chaos ? NULL : ends[1];
    ends[1]->peer = in->chaos ? NULL : ends[0];
    return true;
}

// --- states -----------------------------------------------------------------------------------------------------

static const SirContractInfo *contract_of(const Interp *in, const End *end) {
    return &in->sip->module->contracts.data[end->contract];
}

// NULL when there is none: the state is `closed` or `any`.
static const SirStateInfo *state_of(const Interp *in, const End *end) {
    const SirContractInfo *contract = contract_of(in, end);
    return end->state < contract->state_count ? &contract->states[end->state] : NULL;
}

static bool is_sent_by(const SirContractInfo *contract, uint32_t message, SirSide side) {
    return (contract->messages[message].dir == SIR_IN) == (side == SIR_IMP);
}

static bool check_message(Interp *in, const SirMessage *message) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < message->arg_count; i++) {
        SirType type = message->args[i].type;
        if (!MUST(
                in, interp__is_sendable(in, type), RULE_SENDABLE,
                "a value of type %u crosses a channel", type
            ))
            return false;
        bytes += interp__facts(in, type)->size;
        if (!MUST(in, bytes <= PAYLOAD_MOST, RULE_WELL_FORMED, "a message is too large"))
            return false;
    }
    return true;
}

// All choices of a state go one way and are different.
static bool check_state(Interp *in, const SirContractInfo *contract, const SirStateInfo *state) {
    for (uint32_t i = 0; i < state->choice_count; i++) {
        const SirChoice *choice = &state->choices[i];
        bool right =
            choice->message < contract->message_count && choice->next < contract->state_count;
        if (!MUST(in, right, RULE_WELL_FORMED, "a state that allows no message, or leads nowhere"))
            return false;
        if (!check_message(in, &contract->messages[choice->message])) return false;
        for (uint32_t j = 0; j < i; j++) {
            uint32_t other = state->choices[j].message;
            right = other != choice->message &&
                    contract->messages[other].dir == contract->messages[choice->message].dir;
            if (!MUST(
                    in, right, RULE_CONTRACTS,
                    "both ends may send, or one message leads to two states"
                ))
                return false;
        }
    }
    return true;
}

static const SirChoice *find_choice(const SirStateInfo *state, uint64_t message) {
    for (uint32_t i = 0; state && i < state->choice_count; i++)
        if (state->choices[i].message == message) return &state->choices[i];
    return NULL;
}

// A tracked place of an endpoint.
static bool endpoint(Interp *in, const SirPlace *place, End **out) {
    Route r;
    if (!interp__change(in, place, &r)) return false;
    if (!MUST(
            in, interp__type(in, r.node->type)->kind == SIR_TYPE_ENDPOINT, RULE_WELL_FORMED,
            "what is no endpoint is used as one"
        ))
        return false;
    *out = r.node->end;
    return MUST(
               in, r.is_field || r.is_lent_local, RULE_TYPESTATE,
               "the state of an endpoint that is not tracked changes"
           ) &&
           MUST(
               in, (*out)->is_open && (*out)->owner == in->sip, RULE_OWNERSHIP,
               "an endpoint that is not the SIP's is used"
           );
}

// --- sending -------------------------------------------------------------------------------------------------------

static bool message_args(Interp *in, const SirInst *inst, const SirMessage *message, Node *args) {
    for (uint32_t i = 0; i < message->arg_count; i++) {
        SirType type = message->args[i].type;
        bool right = interp__same_type(in, args[i].type, type);
        if (!MUST(in, right, RULE_WELL_FORMED, "an argument of another type")) return false;
        if (!interp__states_fit(in, &args[i], type)) return false;
        args[i].type = type;
    }
    (void)inst;
    return true;
}

// An argument may be limited to so many bytes.
static bool is_within_limits(Interp *in, const SirMessage *message, Node *args) {
    for (uint32_t i = 0; i < message->arg_count; i++) {
        uint64_t from, to, bytes, size;
        if (message->limits[i] == UINT64_MAX) continue;
        SirType elem = interp__elem(in, args[i].type);
        if (!MUST(in, elem != SIR_NONE, RULE_WELL_FORMED, "a limit of what has no length"))
            return false;
        interp__run_of(in, &args[i], &from, &to);
        size = interp__facts(in, elem)->size;
        if (__builtin_mul_overflow(to - from, size, &bytes) || bytes > message->limits[i])
            return interp__fault(in, FAULT_QUOTA);
    }
    return true;
}

static Message *new_message(Interp *in, uint32_t number, Node *args, uint32_t count) {
    Message *message = in->free_messages;
    if (message)
        in->free_messages = message->next;
    else
        message = arena_new(&in->arena, Message);
    *message = (Message){ .from = in->sip, .number = number, .args = args, .count = count };
    return message;
}

static void queue(End *end, Message *message) {
    *end->last = message;
    end->last = &message->next;
}

// The console shows the bytes and answers with the only message that it may send.
static void console_takes(Interp *in, End *end, Message *message) {
    uint64_t from, to;
    const Node *run = message->count ? interp__run_of(in, &message->args[0], &from, &to) : NULL;
    for (uint64_t i = from = 0; run && in->console && i < run->count; i++)
        buf_byte(in->console, (uint8_t)run->parts[i].bits);
    drop_message(in, message);
    const SirStateInfo *state = state_of(in, end);
    if (state && state->choice_count == 1)
        queue(end, new_message(in, state->choices[0].message, NULL, 0));
}

static void deliver(Interp *in, End *end, Message *message) {
    for (uint32_t i = 0; i < message->count; i++)
        hand_over(in, &message->args[i], in->sip, NULL, SIR_NONE);
    if (end->is_console)
        console_takes(in, end, message);
    else if (end->peer && end->peer->is_open)
        queue(end->peer, message);
    else
        drop_message(in, message);
}

static bool send(Interp *in, const SirInst *inst) {
    uint32_t count = inst->arg_count - 2;
    Node *args = interp__parts(in, count);
    End *end;
    if (in->stop) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!interp__value(in, &inst->args[2 + i], &args[i])) return false;
    if (!endpoint(in, &inst->args[0].place, &end)) return false;
    const SirContractInfo *contract = contract_of(in, end);
    const SirStateInfo *state = state_of(in, end);
    if (state && !check_state(in, contract, state)) return false;
    const SirChoice *choice = find_choice(state, inst->args[1].n);
    bool right = choice && is_sent_by(contract, choice->message, end->side);
    if (!MUST(
            in, right, RULE_TYPESTATE, "message %u is sent in state %d", (unsigned)inst->args[1].n,
            (int)end->state
        ))
        return false;
    const SirMessage *message = &contract->messages[choice->message];
    if (!MUST(
            in, message->arg_count == count, RULE_WELL_FORMED, "a message with %u arguments", count
        ) ||
        !message_args(in, inst, message, args))
        return false;
    if (!is_within_limits(in, message, args)) return false;
    // As many in a row as there are states: one was met twice, and so it can go on for ever.
    if (!MUST(
            in, ++end->run <= contract->state_count, RULE_CONTRACTS,
            "the messages of a channel are not bounded"
        ))
        return false;
    if (in->watch) in->watch->sending(in->watch->context, end->contract, message->dir, end->run);
    end->state = choice->next;
    deliver(in, end, new_message(in, choice->message, args, count));
    return !in->stop;
}

// --- receiving ------------------------------------------------------------------------------------------------------------

typedef struct Waiting { // what the arms of a receive wait for
    End *end;
    uint32_t messages, closed; // arms
} Waiting;

enum { WAITING_MOST = 64 };

static bool find_waiting(
    Interp *in, const SirInst *inst, Waiting *list, uint32_t *count, End **ends
) {
    *count = 0;
    for (uint32_t i = 0; i < inst->arm_count; i++) {
        const SirArm *arm = &inst->arms[i];
        if (arm->kind == SIR_ARM_TIMEOUT) continue;
        if (!MUST(
                in, arm->kind == SIR_ARM_MESSAGE || arm->kind == SIR_ARM_CLOSED, RULE_WELL_FORMED,
                "a receive with another arm"
            ))
            return false;
        End *end;
        uint32_t at = 0;
        if (!endpoint(in, &arm->place, &end)) return false;
        ends[i] = end;
        while (at < *count && list[at].end != end)
            at++;
        if (at == *count &&
            !MUST(
                in, ++*count <= WAITING_MOST, RULE_WELL_FORMED, "a receive of too many endpoints"
            ))
            return false;
        if (list[at].end != end) list[at] = (Waiting){ .end = end };
        if (arm->kind == SIR_ARM_CLOSED)
            list[at].closed++;
        else
            list[at].messages++;
    }
    return MUST(in, *count > 0, RULE_WELL_FORMED, "a receive from nobody");
}

// The arms of an endpoint are those that its state asks for.
static bool check_waiting(
    Interp *in, const SirInst *inst, const Waiting *waiting, End *const *ends
) {
    const End *end = waiting->end;
    const SirContractInfo *contract = contract_of(in, end);
    const SirStateInfo *state = state_of(in, end);
    uint32_t choices = state ? state->choice_count : 0;
    if (state && !check_state(in, contract, state)) return false;
    bool right = end->state != SIR_STATE_ANY && waiting->closed == 1 &&
                 waiting->messages == choices &&
                 (choices == 0 || !is_sent_by(contract, state->choices[0].message, end->side));
    for (uint32_t i = 0; right && i < inst->arm_count; i++)
        right = ends[i] != end || inst->arms[i].kind != SIR_ARM_MESSAGE ||
                find_choice(state, inst->arms[i].n);
    return MUST(
        in, right, RULE_TYPESTATE, "a receive whose arms are not those of state %d", (int)end->state
    );
}

static bool bind_args(
    Interp *in, const SirArm *arm, const SirMessage *message, Node *args, uint32_t count
) {
    if (!MUST(
            in, arm->bind_count == message->arg_count && count == message->arg_count,
            RULE_WELL_FORMED, "binds for other arguments"
        ))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!MUST(
                in, arm->binds[i].mode == SIR_BIND_MOVE, RULE_WELL_FORMED,
                "an argument that is not moved"
            ))
            return false;
        if (!interp__write_local(in, arm->binds[i].local, &args[i])) return false;
    }
    return true;
}

// Endpoints that come through endpoints that come through endpoints: somewhere it ends.
static bool check_depth(Interp *in, const End *before, uint32_t depth) {
    uint32_t most = 2;
    vec_each(const SirContractInfo, contract, &in->sip->module->contracts)
        most += 2 * contract->state_count;
    for (End *end = in->ends; end && end != before; end = end->next)
        end->depth = depth;
    return MUST(
        in, depth <= most, RULE_CONTRACTS, "endpoints come in messages of endpoints without end"
    );
}

static bool world_sends(
    Interp *in, End *end, const SirArm *arm, const SirMessage *message, bool *is_made
) {
    const End *before = in->ends;
    Node *args = interp__parts(in, message->arg_count);
    *is_made = !in->stop;
    for (uint32_t i = 0; *is_made && i < message->arg_count; i++)
        *is_made = interp__make_up(in, message->args[i].type, &args[i], 2);
    if (!*is_made) return true;
    if (in->ends != before && !check_depth(in, before, end->depth + 1)) return false;
    return bind_args(in, arm, message, args, message->arg_count);
}

static bool take(Interp *in, End *end, const SirArm *arm, const SirMessage *message) {
    Message *head = end->first;
    end->first = head->next;
    if (!end->first) end->last = &end->first;
    for (uint32_t i = 0; i < head->count && i < message->arg_count; i++)
        hand_over(in, &head->args[i], head->from, in->sip, message->args[i].type);
    bool done = bind_args(in, arm, message, head->args, head->count);
    interp__parts_free(in, head->args, head->count);
    head->next = in->free_messages;
    in->free_messages = head;
    return done;
}

static bool take_message(Interp *in, End *end, const SirArm *arm) {
    const SirContractInfo *contract = contract_of(in, end);
    const SirChoice *choice = find_choice(state_of(in, end), arm->n);
    bool is_made = true;
    SirState next = choice->next;
    const SirMessage *message = &contract->messages[choice->message];
    if (end->is_world ? !world_sends(in, end, arm, message, &is_made)
                      : !take(in, end, arm, message))
        return false;
    if (!is_made) { // nobody could send this
        interp__end(in, INTERP_UNFIT);
        return false;
    }
    end->state = next;
    end->run = 0;
    return interp__go(in, arm->block);
}

static bool is_ready(const SirArm *arm, const End *end) {
    if (arm->kind == SIR_ARM_MESSAGE) return end->first && end->first->number == arm->n;
    return !end->first && !end->is_world && !end->is_console && (!end->peer || !end->peer->is_open);
}

static bool go_by(Interp *in, const SirArm *arm, End *end) {
    if (arm->kind == SIR_ARM_MESSAGE) return take_message(in, end, arm);
    if (arm->kind == SIR_ARM_CLOSED) {
        end->state = SIR_STATE_CLOSED;
        end->run = 0;
    }
    return interp__go(in, arm->block);
}

static bool wait(Interp *in, uint64_t wake, const SirArm *timeout) {
    Thread *thread = in->sip->thread;
    if (thread->state == SIP_WAITS && thread->wake <= in->clock) {
        thread->state = SIP_RUNS;
        return interp__go(in, timeout->block);
    }
    if (thread->state != SIP_WAITS) thread->wake = wake;
    thread->state = SIP_WAITS;
    return in->again = true;
}

bool interp__receive(Interp *in, const SirInst *inst) {
    Waiting list[WAITING_MOST + 1] = { 0 };
    uint32_t count, arms = inst->arm_count;
    uint64_t wake = UINT64_MAX;
    const SirArm *timeout =
        arms && inst->arms[arms - 1].kind == SIR_ARM_TIMEOUT ? &inst->arms[arms - 1] : NULL;
    End **ends = (End **)interp__parts(in, arms); // a node has room for a pointer
    bool is_first = in->sip->thread->state != SIP_WAITS;
    if (in->stop || (timeout && is_first && !interp__u64(in, &timeout->value, &wake))) return false;
    if (timeout && is_first)
        wake = wake > UINT64_MAX - 1 - in->clock ? UINT64_MAX - 1 : wake + in->clock;
    if (!find_waiting(in, inst, list, &count, ends)) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!check_waiting(in, inst, &list[i], ends)) return false;
    const SirArm *chosen = in->chaos ? &inst->arms[interp__below(in, arms)] : NULL;
    for (uint32_t n = 0; !chosen && n < arms; n++) {
        uint32_t i = (n + in->sip->thread->turn) % arms;
        if (inst->arms[i].kind != SIR_ARM_TIMEOUT && is_ready(&inst->arms[i], ends[i]))
            chosen = &inst->arms[i];
    }
    End *end = chosen ? ends[chosen - inst->arms] : NULL;
    interp__parts_free(in, (Node *)ends, arms);
    if (!chosen) return wait(in, wake, timeout);
    in->sip->thread->state = SIP_RUNS;
    in->sip->thread->turn++;
    return go_by(in, chosen, end);
}

// --- the rest ---------------------------------------------------------------------------------------------------------------

static bool close(Interp *in, const SirInst *inst) {
    Node node;
    if (!interp__value(in, &inst->args[0], &node)) return false;
    if (!MUST(
            in, interp__type(in, node.type)->kind == SIR_TYPE_ENDPOINT, RULE_WELL_FORMED,
            "what is no endpoint is closed"
        ))
        return false;
    interp__end_close(in, node.end);
    return !in->stop;
}

static bool is_closed(Interp *in, const SirInst *inst) {
    Route r;
    if (!interp__look(in, &inst->args[1].place, &r)) return false;
    if (!MUST(
            in, interp__type(in, r.node->type)->kind == SIR_TYPE_ENDPOINT, RULE_WELL_FORMED,
            "is.closed of what is no endpoint"
        ))
        return false;
    const End *end = r.node->end;
    bool closed =
        in->chaos ? interp__below(in, 2) : !end->is_console && (!end->peer || !end->peer->is_open);
    Node node = interp__scalar(SIR_TYPE_BOOL, closed);
    return interp__write(in, &inst->args[0].place, &node);
}

static bool retype(Interp *in, const SirInst *inst) {
    End *end;
    if (!endpoint(in, &inst->args[0].place, &end)) return false;
    if (!MUST(
            in, end->state == SIR_STATE_CLOSED, RULE_TYPESTATE,
            "an endpoint is retyped that is open"
        ))
        return false;
    end->state = (SirState)inst->args[1].n;
    return MUST(
        in, inst->args[1].n < contract_of(in, end)->state_count, RULE_WELL_FORMED,
        "there is no such state"
    );
}

bool interp__channel(Interp *in, const SirInst *inst) {
    switch (inst->op) {
    case SIR_OP_CHANNEL: return channel(in, inst);
    case SIR_OP_SEND: return send(in, inst);
    case SIR_OP_CLOSE: return close(in, inst);
    case SIR_OP_IS_CLOSED: return is_closed(in, inst);
    case SIR_OP_RETYPE: return retype(in, inst);
    default:
        return interp__violate(in, RULE_TYPESTATE, "%s, which is not built", sir_op_text(inst->op));
    }
}
