// Contracts: the states are spelled out, and what a contract promises is computed.
//
// A protocol `a? -> b! -> S` of state R becomes R --a--> `R.a` --b--> S. Then, per contract: the alternatives of a state
// go one way and begin differently; every state can be reached; and what can be outstanding in each direction is
// finite. One end sends only after it has received all that the other sent before (its own turn comes later in the
// protocol), so what is outstanding is at most the longest run of messages in one direction. And of all contracts
// together: no endpoint can carry an endless chain of endpoints in its queue (Bono and Padovani's weights).

#include "check__.h"

#include "base/bits.h"
#include "base/buf.h"

#include <stdlib.h>

enum { MOST_STATES = 4096, DEEPEST_PROTOCOL = 200 };

typedef struct Builder {
    Checker *checker;
    HirContract *contract;
    const AstContract *ast;
    bool *used; // messages that occur in a state
    uint32_t depth;
    bool is_full; // reported
} Builder;

// --- messages --------------------------------------------------------------------------------------------------------

static void complete_message(Builder *builder, Module *module, const AstMessage *ast) {
    Checker *checker = builder->checker;
    HirMessage message = { .name = ast->name.name, .is_in = ast->is_in, .span = ast->name.span };
    vec_each(HirMessage, other, &builder->contract->messages) {
        if (other->name == message.name) {
            diag_report(
                checker->diags, ast->name.span, E_DUPLICATE, text_of(checker, message.name)
            );
            diag_note(checker->diags, other->span, "first declared here");
            return;
        }
    }
    vec_each(AstParam, param, &ast->params) {
        HirArg arg = { .name = param->name.name, .limit = UINT64_MAX, .span = param->span };
        arg.type = kept_type(checker, module, param->type);
        if (param->type->kind == AST_TYPE_SLICE && param->type->pointer.limit)
            const_u64(checker, module, param->type->pointer.limit, &arg.limit);
        vec_push(checker->arena, &message.args, arg);
    }
    vec_push(checker->arena, &builder->contract->messages, message);
}

static uint32_t find_message(const HirContract *contract, Name name) {
    for (uint32_t i = 0; i < contract->messages.len; i++)
        if (contract->messages.data[i].name == name) return i;
    return UINT32_MAX;
}

// --- states -----------------------------------------------------------------------------------------------------------

static uint32_t find_state(const HirContract *contract, Name name) {
    for (uint32_t i = 0; i < contract->states.len; i++)
        if (contract->states.data[i].name == name) return i;
    return UINT32_MAX;
}

static uint32_t add_state(Builder *builder, Name name, Span span, bool is_implicit) {
    vec_push(
        builder->checker->arena, &builder->contract->states,
        (HirState){ .name = name, .span = span, .is_implicit = is_implicit }
    );
    return builder->contract->states.len - 1;
}

static uint32_t add_between(
    Builder *builder, uint32_t state, const AstStep *step
) { // `Ready.connect`
    Checker *checker = builder->checker;
    Buf text = { 0 };
    buf_printf(
        &text, "%s.%s", text_of(checker, builder->contract->states.data[state].name),
        text_of(checker, step->name.name)
    );
    Name name = names_add(checker->names, (const char *)text.data, text.len);
    buf_free(&text);
    return add_state(builder, name, step->span, true);
}

static void build(Builder *builder, uint32_t state, const AstProtocol *protocol, uint32_t at);

// Where the protocol stands after the message at step `at`.
static uint32_t successor(
    Builder *builder, uint32_t state, const AstProtocol *protocol, uint32_t at
) {
    Checker *checker = builder->checker;
    const AstStep *step = &protocol->steps.data[at];
    const AstStep *next = at + 1 < protocol->steps.len ? step + 1 : NULL;
    if (next && next->kind == AST_STEP_TARGET) {
        uint32_t target = find_state(builder->contract, next->name.name);
        if (target != UINT32_MAX) return target;
        diag_report(
            checker->diags, next->span, E_UNKNOWN_STATE, text_of(checker, builder->contract->name),
            text_of(checker, next->name.name)
        );
        near_state(checker, builder->contract, text_of(checker, next->name.name), next->name.span);
        builder->contract->broken = true;
        return state;
    }
    uint32_t between = add_between(builder, state, step);
    if (next && next->kind != AST_STEP_END)
        build(builder, between, protocol, at + 1);
    else
        builder->contract->states.data[between].is_end = true;
    return between;
}

static void add_choice(Builder *builder, uint32_t state, const AstProtocol *protocol, uint32_t at) {
    Checker *checker = builder->checker;
    HirContract *contract = builder->contract;
    const AstStep *step = &protocol->steps.data[at];
    uint32_t message = find_message(contract, step->name.name);
    if (message == UINT32_MAX) {
        diag_report(
            checker->diags, step->name.span, E_UNKNOWN_MESSAGE, text_of(checker, contract->name),
            text_of(checker, step->name.name)
        );
        near_message(checker, contract, text_of(checker, step->name.name), step->name.span);
        contract->broken = true;
        return;
    }
    builder->used[message] = true;
    const HirMessage *found = &contract->messages.data[message];
    if (found->is_in == step->exporter_sends) {
        diag_report(
            checker->diags, step->span, E_WRONG_DIRECTION, text_of(checker, found->name),
            found->is_in ? "importer" : "exporter", step->exporter_sends ? "!" : "?"
        );
        diag_note(checker->diags, found->span, "declared `%s` here", found->is_in ? "in" : "out");
        contract->broken = true;
        return;
    }
    vec_each(HirChoice, other, &contract->states.data[state].choices) {
        if (other->message == message) {
            diag_report(
                checker->diags, step->span, E_AMBIGUOUS_CHOICE,
                text_of(checker, contract->states.data[state].name), text_of(checker, found->name)
            );
            diag_note(checker->diags, other->span, "the other is here");
            contract->broken = true;
            return;
        }
        const HirMessage *against = &contract->messages.data[other->message];
        if (against->is_in != found->is_in) {
            diag_report(
                checker->diags, step->span, E_MIXED_CHOICE,
                text_of(checker, contract->states.data[state].name),
                text_of(checker, contract->name), text_of(checker, against->name),
                text_of(checker, found->name)
            );
            diag_note(checker->diags, other->span, "the other way here");
            diag_help(
                checker->diags,
                "both ends could send at once and neither would know who was first; let a notice travel on a channel "
                "of its own, or ask and answer"
            );
            contract->broken = true;
            return;
        }
    }
    uint32_t slot = contract->states.data[state].choices.len;
    vec_push(
        checker->arena, &contract->states.data[state].choices, (HirChoice){ message, 0, step->span }
    );
    uint32_t next = successor(builder, state, protocol, at);
    contract->states.data[state].choices.data[slot].next = next;
}

static void build(Builder *builder, uint32_t state, const AstProtocol *protocol, uint32_t at) {
    if (at >= protocol->steps.len) return;
    if (builder->contract->states.len > MOST_STATES) {
        if (!builder->is_full)
            diag_report(
                builder->checker->diags, builder->contract->span, E_TOO_MANY_STATES,
                text_of(builder->checker, builder->contract->name), (unsigned)MOST_STATES
            );
        builder->is_full = builder->contract->broken = true;
        return;
    }
    if (++builder->depth > DEEPEST_PROTOCOL) {
        diag_report(builder->checker->diags, protocol->span, E_TOO_NESTED, "this protocol");
        builder->contract->broken = true;
    } else {
        const AstStep *step = &protocol->steps.data[at];
        switch (step->kind) {
        case AST_STEP_MESSAGE: add_choice(builder, state, protocol, at); break;
        case AST_STEP_CHOICE:
            vec_each(AstProtocol *, choice, &step->choices)
                build(builder, state, *choice, 0);
            break;
        case AST_STEP_END: builder->contract->states.data[state].is_end = true; break;
        case AST_STEP_TARGET:
            unsupported(builder->checker, step->span, "a state that is another name of a state");
            builder->contract->broken = true;
            break;
        }
    }
    builder->depth--;
}

// --- what can be outstanding -------------------------------------------------------------------------------------------------

typedef struct Run {
    const HirContract *contract;
    bool is_in;
    uint32_t *longest; // per state: longest run of messages this way from here; 0: not known
    uint8_t *stage;    // 0 new, 1 on the way, 2 known
} Run;

// Whether the run from `state` is finite. The recursion is as deep as a run of one direction, and MOST_STATES bounds that.
static bool measure(Run *run, uint32_t state, uint32_t *longest) {
    const HirState *info = &run->contract->states.data[state];
    *longest = 0;
    if (info->choices.len == 0 ||
        run->contract->messages.data[info->choices.data[0].message].is_in != run->is_in)
        return true;
    if (run->stage[state] == 1) return false;
    if (run->stage[state] == 0) {
        run->stage[state] = 1;
        vec_each(HirChoice, choice, &info->choices) {
            uint32_t after;
            if (!measure(run, choice->next, &after)) return false;
            if (after + 1 > run->longest[state]) run->longest[state] = after + 1;
        }
        run->stage[state] = 2;
    }
    *longest = run->longest[state];
    return true;
}

static uint32_t bound(Checker *checker, HirContract *contract, bool is_in) {
    Run run = { contract, is_in, arena_array(checker->arena, uint32_t, contract->states.len),
                arena_array(checker->arena, uint8_t, contract->states.len) };
    uint32_t most = 0, longest;
    for (uint32_t i = 0; i < contract->states.len; i++) {
        if (!measure(&run, i, &longest)) {
            const HirState *state = &contract->states.data[i];
            diag_report(
                checker->diags, state->span, E_UNBOUNDED_QUEUE, is_in ? "importer" : "exporter",
                text_of(checker, contract->name),
                text_of(checker, contract->messages.data[state->choices.data[0].message].name)
            );
            diag_help(
                checker->diags, "let the receiver answer once in a while: a queue has a fixed size"
            );
            contract->broken = true;
            return 0;
        }
        most = longest > most ? longest : most;
    }
    return most;
}

void complete_contract(Checker *checker, Decl *decl) {
    HirContract *contract = decl->contract;
    const AstContract *ast = &decl->item->contract;
    Builder builder = { .checker = checker, .contract = contract, .ast = ast };
    contract->doc = decl->item->doc;
    // States first: the arguments of messages may name them, also those of this contract.
    vec_each(AstState, state, &ast->states) {
        uint32_t other = find_state(contract, state->name.name);
        if (other != UINT32_MAX) {
            diag_report(
                checker->diags, state->name.span, E_DUPLICATE, text_of(checker, state->name.name)
            );
            diag_note(checker->diags, contract->states.data[other].span, "first declared here");
            contract->broken = true;
        } else {
            add_state(&builder, state->name.name, state->name.span, false);
        }
        if (state->is_override) unsupported(checker, state->span, "contracts that inherit");
    }
    if (contract->states.len == 0) {
        diag_report(
            checker->diags, contract->span, E_EMPTY_CONTRACT, text_of(checker, contract->name)
        );
        contract->broken = true;
        add_state(
            &builder, contract->name, contract->span, true
        ); // so that its ends are in some state
    }
    vec_each(AstMessage, message, &ast->messages)
        vec_push(
            checker->arena, &contract->messages,
            ((HirMessage
            ){ .name = message->name.name, .is_in = message->is_in, .span = message->name.span })
        );
    builder.used = arena_array(checker->arena, bool, contract->messages.len);
    if (!contract->broken)
        for (uint32_t i = 0; i < ast->states.len; i++)
            if (ast->states.data[i].protocol) build(&builder, i, ast->states.data[i].protocol, 0);
    uint32_t names = contract->messages.len;
    contract->messages.len = 0;
    contract->messages.data = NULL;
    contract->messages.cap = 0;
    vec_each(AstMessage, message, &ast->messages)
        complete_message(&builder, decl->module, message);
    if (contract->messages.len != names) contract->broken = true;
    if (contract->broken) return;
    for (uint32_t i = 0; i < contract->messages.len; i++)
        if (!builder.used[i])
            diag_report(
                checker->diags, contract->messages.data[i].span, E_UNUSED_MESSAGE,
                text_of(checker, contract->messages.data[i].name), text_of(checker, contract->name)
            );
    contract->in_bound = bound(checker, contract, true);
    contract->out_bound = contract->broken ? 0 : bound(checker, contract, false);
}

// --- of all contracts together ----------------------------------------------------------------------------------------------------

static void check_reachable(Checker *checker, HirContract *contract) {
    BitSet seen = bits_new(checker->arena, contract->states.len);
    VEC(uint32_t) work = { 0 };
    for (uint32_t i = 0; i < contract->states.len; i++) {
        if (i == 0 || contract->states.data[i].is_root) {
            bits_set(&seen, i);
            vec_push(checker->arena, &work, i);
        }
    }
    while (work.len) {
        const HirState *state = &contract->states.data[vec_pop(&work)];
        vec_each(HirChoice, choice, &state->choices) {
            if (!bits_get(&seen, choice->next)) {
                bits_set(&seen, choice->next);
                vec_push(checker->arena, &work, choice->next);
            }
        }
    }
    for (uint32_t i = 0; i < contract->states.len; i++)
        if (!bits_get(&seen, i) && !contract->states.data[i].is_implicit)
            diag_report(
                checker->diags, contract->states.data[i].span, E_UNREACHABLE_STATE,
                text_of(checker, contract->states.data[i].name), text_of(checker, contract->name)
            );
}

static void check_sendable(Checker *checker, const HirContract *contract) {
    vec_each(HirMessage, message, &contract->messages) {
        vec_each(HirArg, arg, &message->args) {
            if (is_error(arg->type) || hir_type_is_sendable(arg->type)) continue;
            diag_report(
                checker->diags, arg->span, E_NOT_SENDABLE, type_text(checker, arg->type),
                hir_type_is_second_class(arg->type) ? "it is a borrow of this process's memory"
                                                    : "it means something in this process only"
            );
            diag_help(
                checker->diags,
                "send what is owned (`own T*`, `own T[]`, `own str`) or a plain value"
            );
        }
    }
}

// Weights of every (contract, side, state), as far as they have grown.
typedef struct Weights {
    Checker *checker;
    uint32_t **of;  // [contract number][side * states + state]
    uint32_t limit; // beyond it a weight is infinite
} Weights;

static uint32_t heaviest(const Weights *weights, const HirType *type, uint32_t depth) {
    uint32_t most = 0;
    if (type->kind == HIR_TYPE_ENDPOINT) {
        if (type->contract->broken) return 0;
        if (type->state == HIR_ANY_STATE) return 1; // its holder sends next
        return 1 + weights->of[type->contract->number]
                              [type->side * type->contract->states.len + type->state];
    }
    if (depth == 0) return 0;
    if (type->kind == HIR_TYPE_STRUCT) {
        vec_each(HirField, field, &type->structure->fields) {
            uint32_t one = heaviest(weights, field->type, depth - 1);
            most = one > most ? one : most;
        }
    } else if (type->kind == HIR_TYPE_ENUM) {
        vec_each(HirVariant, variant, &type->enumeration->variants) {
            vec_each(HirField, field, &variant->fields) {
                uint32_t one = heaviest(weights, field->type, depth - 1);
                most = one > most ? one : most;
            }
        }
    } else if (type->elem) {
        most = heaviest(weights, type->elem, depth - 1);
    }
    return most;
}

static uint32_t weigh(
    const Weights *weights, const HirContract *contract, HirSide side, const HirState *state
) {
    uint32_t most = 0;
    vec_each(HirChoice, choice, &state->choices) {
        const HirMessage *message = &contract->messages.data[choice->message];
        if (message->is_in == (side == HIR_IMP)) return 0; // its holder sends next
        uint32_t after = weights->of[contract->number][side * contract->states.len + choice->next];
        most = after > most ? after : most;
        vec_each(HirArg, arg, &message->args) {
            uint32_t one = heaviest(weights, arg->type, 16);
            most = one > most ? one : most;
        }
    }
    return most;
}

static bool grow_weights(Weights *weights) {
    bool changed = false;
    vec_each(HirContract *, it, &weights->checker->program->contracts) {
        const HirContract *contract = *it;
        if (contract->broken) continue;
        for (uint32_t side = 0; side < 2; side++) {
            for (uint32_t i = 0; i < contract->states.len; i++) {
                uint32_t *slot = &weights->of[contract->number][side * contract->states.len + i];
                uint32_t now = weigh(weights, contract, (HirSide)side, &contract->states.data[i]);
                if (now > weights->limit) now = weights->limit + 1;
                changed = changed || now != *slot;
                *slot = now;
            }
        }
    }
    return changed;
}

static void check_weights(Checker *checker) {
    HirProgram *program = checker->program;
    Weights weights = { checker, arena_array(checker->arena, uint32_t *, program->contracts.len),
                        1 };
    vec_each(HirContract *, it, &program->contracts) {
        weights.of[(*it)->number] =
            arena_array(checker->arena, uint32_t, (size_t)(*it)->states.len * 2);
        weights.limit +=
            (*it)->states.len * 2; // a chain longer than there are kinds of endpoints repeats one
    }
    while (grow_weights(&weights)) {}
    vec_each(HirContract *, it, &program->contracts) {
        if ((*it)->broken) continue;
        vec_each(HirMessage, message, &(*it)->messages) {
            vec_each(HirArg, arg, &message->args) {
                if (heaviest(&weights, arg->type, 16) > weights.limit) {
                    diag_report(
                        checker->diags, arg->span, E_INFINITE_WEIGHT, text_of(checker, arg->name),
                        text_of(checker, message->name)
                    );
                    diag_help(
                        checker->diags,
                        "an endpoint could wait in its own channel's queue for ever; send one in a state in which its holder sends"
                    );
                }
            }
        }
    }
}

void check_contracts(Checker *checker) {
    vec_each(HirContract *, it, &checker->program->contracts) {
        if ((*it)->broken) continue;
        check_reachable(checker, *it);
        check_sendable(checker, *it);
    }
    check_weights(checker);
}
