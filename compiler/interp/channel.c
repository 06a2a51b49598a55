// Channels: what is sent leaves the SIP. On a walk the other end is the world: it takes everything, and sends whatever the
// contract allows. What comes: receive.c.

#include "interp__.h"

#include <string.h>

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
    if (end->is_open && end->peer && !end->peer->first) end->peer->ready = ++in->events;
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

const SirContractInfo *interp__contract_of(const Interp *in, const End *end) {
    return &in->sip->module->contracts.data[end->contract];
}

// NULL when there is none: the state is `closed` or `any`.
const SirStateInfo *interp__state_of(const Interp *in, const End *end) {
    const SirContractInfo *contract = interp__contract_of(in, end);
    return end->state < contract->state_count ? &contract->states[end->state] : NULL;
}

bool interp__is_sent_by(const SirContractInfo *contract, uint32_t message, SirSide side) {
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
bool interp__check_state(Interp *in, const SirContractInfo *contract, const SirStateInfo *state) {
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

const SirChoice *interp__find_choice(const SirStateInfo *state, uint64_t message) {
    for (uint32_t i = 0; state && i < state->choice_count; i++)
        if (state->choices[i].message == message) return &state->choices[i];
    return NULL;
}

// A tracked place of an endpoint.
bool interp__endpoint(Interp *in, const SirPlace *place, End **out) {
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

static void queue(Interp *in, End *end, Message *message) {
    if (!end->first) end->ready = ++in->events;
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
    const SirStateInfo *state = interp__state_of(in, end);
    if (state && state->choice_count == 1)
        queue(in, end, new_message(in, state->choices[0].message, NULL, 0));
}

static void deliver(Interp *in, End *end, Message *message) {
    for (uint32_t i = 0; i < message->count; i++)
        hand_over(in, &message->args[i], in->sip, NULL, SIR_NONE);
    if (end->is_console)
        console_takes(in, end, message);
    else if (end->peer && end->peer->is_open)
        queue(in, end->peer, message);
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
    if (!interp__endpoint(in, &inst->args[0].place, &end)) return false;
    const SirContractInfo *contract = interp__contract_of(in, end);
    const SirStateInfo *state = interp__state_of(in, end);
    if (state && !interp__check_state(in, contract, state)) return false;
    const SirChoice *choice = interp__find_choice(state, inst->args[1].n);
    bool right = choice && interp__is_sent_by(contract, choice->message, end->side);
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

// --- what waits ------------------------------------------------------------------------------------------------------------

bool interp__is_gone(const End *end) {
    return !end->first && !end->is_world && !end->is_console && (!end->peer || !end->peer->is_open);
}

Message *interp__next_message(Interp *in, End *end, const SirMessage *message) {
    Message *head = end->first;
    end->first = head->next;
    if (!end->first) end->last = &end->first;
    for (uint32_t i = 0; i < head->count && i < message->arg_count; i++)
        hand_over(in, &head->args[i], head->from, in->sip, message->args[i].type);
    return head;
}

void interp__message_free(Interp *in, Message *message) {
    interp__parts_free(in, message->args, message->count);
    message->next = in->free_messages;
    in->free_messages = message;
}

// --- any --------------------------------------------------------------------------------------------------------------------

static bool moved_end(Interp *in, const SirInst *inst, Node *node) {
    if (!interp__value(in, &inst->args[1], node)) return false;
    return MUST(
               in, interp__type(in, node->type)->kind == SIR_TYPE_ENDPOINT, RULE_WELL_FORMED,
               "%s of what is no endpoint", sir_op_text(inst->op)
           ) &&
           MUST(
               in, node->end->is_open && node->end->owner == in->sip, RULE_OWNERSHIP,
               "an endpoint that is not the SIP's is used"
           );
}

static bool erase(Interp *in, const SirInst *inst) {
    Node node;
    if (!moved_end(in, inst, &node)) return false;
    End *end = node.end;
    const SirStateInfo *state = interp__state_of(in, end);
    bool sends =
        state && state->choice_count > 0 &&
        interp__is_sent_by(interp__contract_of(in, end), state->choices[0].message, end->side);
    if (!MUST(
            in, sends && end->state == inst->args[2].n, RULE_TYPESTATE,
            "an endpoint is erased in state %d", (int)end->state
        ))
        return false;
    SirType type = interp__place_type(in, &inst->args[0].place);
    const SirTypeInfo *to = interp__type(in, type);
    if (!MUST(
            in, to->kind == SIR_TYPE_ENDPOINT && to->side == end->side, RULE_WELL_FORMED,
            "an endpoint becomes another end"
        ))
        return false;
    end->erased_from = in->sip->module;
    end->erased_contract = end->contract;
    end->erased_state = end->state;
    end->state = SIR_STATE_ANY;
    end->contract = to->contract;
    node.type = type;
    return interp__write(in, &inst->args[0].place, &node);
}

static bool same_text(Str a, Str b) {
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

// By what people call things: one source is the same wherever it was compiled.
static bool same_contract(const SirContractInfo *a, const SirContractInfo *b) {
    bool same = same_text(a->name, b->name) && a->message_count == b->message_count &&
                a->state_count == b->state_count;
    for (uint32_t i = 0; same && i < a->message_count; i++)
        same = same_text(a->messages[i].name, b->messages[i].name) &&
               a->messages[i].arg_count == b->messages[i].arg_count;
    for (uint32_t i = 0; same && i < a->state_count; i++)
        same = same_text(a->states[i].name, b->states[i].name);
    return same;
}

static bool was(Interp *in, const End *end, const SirTypeInfo *wanted) {
    if (!end->erased_from) return in->chaos && interp__below(in, 2);
    const SirContractInfo *contract = &in->sip->module->contracts.data[wanted->contract];
    return end->erased_state == wanted->state &&
           same_contract(&end->erased_from->contracts.data[end->erased_contract], contract);
}

static bool recover(Interp *in, const SirInst *inst) {
    Node node;
    if (!moved_end(in, inst, &node)) return false;
    SirType option = interp__place_type(in, &inst->args[0].place);
    SirType type =
        interp__elem(in, option) == SIR_NONE && interp__type(in, option)->kind == SIR_TYPE_OPTION
            ? interp__type(in, option)->elem
            : SIR_TYPE_VOID;
    const SirTypeInfo *wanted = interp__type(in, type);
    bool right = wanted->kind == SIR_TYPE_ENDPOINT && wanted->side == node.end->side &&
                 wanted->contract < in->sip->module->contracts.len &&
                 wanted->state < in->sip->module->contracts.data[wanted->contract].state_count;
    if (!MUST(in, right, RULE_WELL_FORMED, "nothing of this kind can be recovered") ||
        !MUST(
            in, node.end->state == SIR_STATE_ANY, RULE_TYPESTATE,
            "an endpoint is recovered that is in state %d", (int)node.end->state
        ))
        return false;
    bool is = was(in, node.end, wanted);
    node.end->erased_from = NULL;
    if (is) {
        node.type = type;
        node.end->contract = wanted->contract;
        node.end->state = wanted->state;
    } else {
        interp__end_close(in, node.end);
    }
    Node result = interp__option(in, option, is ? &node : NULL);
    return !in->stop && interp__write(in, &inst->args[0].place, &result);
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
    if (!interp__endpoint(in, &inst->args[0].place, &end)) return false;
    if (!MUST(
            in, end->state == SIR_STATE_CLOSED, RULE_TYPESTATE,
            "an endpoint is retyped that is open"
        ))
        return false;
    end->state = (SirState)inst->args[1].n;
    return MUST(
        in, inst->args[1].n < interp__contract_of(in, end)->state_count, RULE_WELL_FORMED,
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
    case SIR_OP_ERASE: return erase(in, inst);
    case SIR_OP_RECOVER: return recover(in, inst);
    case SIR_OP_UPCAST: return interp__upcast(in, inst);
    default:
        return interp__violate(in, RULE_TYPESTATE, "%s, which is not built", sir_op_text(inst->op));
    }
}
