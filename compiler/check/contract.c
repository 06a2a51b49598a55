// Contracts: their messages and states, those that are inherited first, and the states in between spelled out.
//
// A protocol `a? -> b! -> S` of state R becomes R --a--> `R.a` --b--> S. A contract takes over the messages and states of its base
// row by row, so that one's rows are the other's; `override` adds alternatives to a state. The shape (states, and which messages there are)
// is made on demand and needs no type; the arguments of messages may name states of any contract, and come after it.

#include "check__.h"

#include "base/buf.h"

enum { MOST_STATES = 4096, DEEPEST_PROTOCOL = 200, DEEPEST_BASE = 64 };

typedef struct Builder {
    Checker *checker;
    HirContract *contract;
    const AstContract *ast;
    uint32_t depth;
    bool is_full; // reported
} Builder;

// --- messages --------------------------------------------------------------------------------------------------------

static uint32_t find_message(const HirContract *contract, Name name) {
    for (uint32_t i = 0; i < contract->messages.len; i++)
        if (contract->messages.data[i].name == name) return i;
    return UINT32_MAX;
}

static void add_message(Builder *builder, const AstMessage *ast) {
    Checker *checker = builder->checker;
    HirContract *contract = builder->contract;
    uint32_t other = find_message(contract, ast->name.name);
    if (other == UINT32_MAX) {
        HirMessage message = { .name = ast->name.name, .is_in = ast->is_in };
        message.span = ast->name.span;
        message.doc = ast->doc;
        vec_push(checker->arena, &contract->messages, message);
        return;
    }
    diag_report(checker->diags, ast->name.span, E_DUPLICATE, text_of(checker, ast->name.name));
    diag_note(
        checker->diags, contract->messages.data[other].span, "first declared %s",
        other < contract->inherited_messages ? "in a contract that this one inherits from" : "here"
    );
    contract->broken = true;
}

static void complete_args(
    Checker *checker, Module *module, HirMessage *message, const AstMessage *ast
) {
    vec_each(AstParam, param, &ast->params) {
        HirArg arg = { .name = param->name.name, .limit = UINT64_MAX, .span = param->span };
        arg.type = kept_type(checker, module, param->type);
        if (param->type->kind == AST_TYPE_SLICE && param->type->pointer.limit)
            const_u64(checker, module, param->type->pointer.limit, &arg.limit);
        vec_push(checker->arena, &message->args, arg);
    }
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

// The message at a step, which the end sends that the step says; UINT32_MAX: reported.
static uint32_t message_of(Builder *builder, const AstStep *step) {
    Checker *checker = builder->checker;
    HirContract *contract = builder->contract;
    uint32_t message = find_message(contract, step->name.name);
    if (message == UINT32_MAX) {
        diag_report(
            checker->diags, step->name.span, E_UNKNOWN_MESSAGE, text_of(checker, contract->name),
            text_of(checker, step->name.name)
        );
        near_message(checker, contract, text_of(checker, step->name.name), step->name.span);
        contract->broken = true;
        return UINT32_MAX;
    }
    const HirMessage *found = &contract->messages.data[message];
    if (found->is_in != step->exporter_sends) return message;
    diag_report(
        checker->diags, step->span, E_WRONG_DIRECTION, text_of(checker, found->name),
        found->is_in ? "importer" : "exporter", step->exporter_sends ? "!" : "?"
    );
    diag_note(checker->diags, found->span, "declared `%s` here", found->is_in ? "in" : "out");
    contract->broken = true;
    return UINT32_MAX;
}

static void add_choice(Builder *builder, uint32_t state, const AstProtocol *protocol, uint32_t at) {
    HirContract *contract = builder->contract;
    const AstStep *step = &protocol->steps.data[at];
    uint32_t message = message_of(builder, step);
    if (message == UINT32_MAX) return;
    uint32_t slot = contract->states.data[state].choices.len;
    vec_push(
        builder->checker->arena, &contract->states.data[state].choices,
        (HirChoice){ message, 0, step->span }
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
        case AST_STEP_TARGET: break; // `successor` has taken it: it stands behind messages
        }
    }
    builder->depth--;
}

// --- inheriting ----------------------------------------------------------------------------------------------------------

static const HirContract *base_of(Checker *checker, Decl *decl) {
    const AstTypes *bases = &decl->item->contract.bases;
    HirContract *contract = decl->contract;
    if (bases->len == 0) return NULL;
    if (bases->len > 1) {
        diag_report(
            checker->diags, bases->data[1]->span, E_SEVERAL_BASES, text_of(checker, contract->name)
        );
        diag_help(checker->diags, "let one of them inherit from the other");
        contract->broken = true;
    }
    const HirContract *base = contract_of(checker, decl->module, bases->data[0]);
    contract->broken = contract->broken || !base || base->broken;
    return base;
}

static void inherit(Builder *builder, const HirContract *base) {
    HirContract *contract = builder->contract;
    Arena *arena = builder->checker->arena;
    contract->base = base;
    vec_each(HirMessage, message, &base->messages) {
        HirMessage copy = *message;
        copy.args.len = copy.args.cap = 0; // once they are known
        copy.args.data = NULL;
        vec_push(arena, &contract->messages, copy);
    }
    vec_each(HirState, state, &base->states) {
        HirState copy = *state;
        copy.is_overridden = copy.is_root = false;
        copy.choices.len = copy.choices.cap = 0;
        copy.choices.data = NULL;
        vec_each(HirChoice, choice, &state->choices)
            vec_push(arena, &copy.choices, *choice);
        vec_push(arena, &contract->states, copy);
    }
    contract->inherited_messages = contract->messages.len;
    contract->inherited_states = contract->states.len;
}

static void inherit_args(Checker *checker, HirContract *contract) {
    HirContract *base = (HirContract *)(uintptr_t)contract->base;
    if (!base || contract->has_args) return;
    contract->has_args = true;
    inherit_args(checker, base);
    for (uint32_t i = 0; i < contract->inherited_messages; i++)
        contract->messages.data[i].args.len = 0;
    for (uint32_t i = 0; i < contract->inherited_messages && i < base->messages.len; i++)
        vec_each(HirArg, arg, &base->messages.data[i].args)
            vec_push(checker->arena, &contract->messages.data[i].args, *arg);
}

void inherit_all_args(Checker *checker) {
    vec_each(HirContract *, it, &checker->program->contracts)
        inherit_args(checker, *it);
    checker->args_known = true;
}

// The row of a declared state: a new one, or, with `override`, one that is inherited. UINT32_MAX: reported.
static uint32_t declare_state(Builder *builder, const AstState *ast) {
    Checker *checker = builder->checker;
    HirContract *contract = builder->contract;
    const char *name = text_of(checker, ast->name.name);
    uint32_t other = find_state(contract, ast->name.name);
    bool inherited = other < contract->inherited_states;
    if (other == UINT32_MAX && !ast->is_override)
        return add_state(builder, ast->name.name, ast->name.span, false);
    if (inherited && ast->is_override) {
        HirState *state = &contract->states.data[other];
        if (!state->is_overridden) {
            state->is_overridden = true;
            state->span = ast->name.span;
            return other;
        }
        diag_report(checker->diags, ast->name.span, E_DUPLICATE, name);
        diag_note(checker->diags, state->span, "first declared here");
    } else if (inherited) {
        diag_report(
            checker->diags, ast->name.span, E_OVERRIDE_MISSING, name,
            text_of(checker, contract->base->name)
        );
        diag_note(checker->diags, contract->states.data[other].span, "it is declared here");
        Span at = { ast->span.file, ast->span.start, ast->span.start };
        diag_fix(checker->diags, at, "override ", "say that it adds alternatives");
    } else if (ast->is_override) {
        diag_report(
            checker->diags, ast->name.span, E_OVERRIDE_NOTHING, text_of(checker, contract->name),
            name
        );
        near_state(checker, contract, name, ast->name.span);
    } else {
        diag_report(checker->diags, ast->name.span, E_DUPLICATE, name);
        diag_note(checker->diags, contract->states.data[other].span, "first declared here");
    }
    contract->broken = true;
    return UINT32_MAX;
}

// --- the shape ---------------------------------------------------------------------------------------------------------------

static void build_states(Builder *builder, const uint32_t *rows) {
    const AstContract *ast = builder->ast;
    HirContract *contract = builder->contract;
    for (uint32_t i = 0; i < ast->states.len; i++) {
        const AstState *state = &ast->states.data[i];
        if (!state->protocol || rows[i] == UINT32_MAX) continue;
        contract->states.data[rows[i]].is_end = false; // what ended may go on
        build(builder, rows[i], state->protocol, 0);
    }
}

static void shape(Checker *checker, Decl *decl) {
    HirContract *contract = decl->contract;
    const AstContract *ast = &decl->item->contract;
    Builder builder = { .checker = checker, .contract = contract, .ast = ast };
    contract->doc = decl->item->doc;
    const HirContract *base = base_of(checker, decl);
    if (base) inherit(&builder, base);
    uint32_t *rows = arena_array(checker->arena, uint32_t, ast->states.len);
    for (uint32_t i = 0; i < ast->states.len; i++) {
        rows[i] = declare_state(&builder, &ast->states.data[i]);
        if (rows[i] != UINT32_MAX) contract->states.data[rows[i]].doc = ast->states.data[i].doc;
    }
    if (contract->states.len == 0) {
        if (!contract->broken)
            diag_report(
                checker->diags, contract->span, E_EMPTY_CONTRACT, text_of(checker, contract->name)
            );
        contract->broken = true;
        add_state(&builder, contract->name, contract->span, true); // its ends are in some state
    }
    vec_each(AstMessage, message, &ast->messages)
        add_message(&builder, message);
    if (!contract->broken) build_states(&builder, rows);
    if (diags_is_silent(checker->diags, decl->item->span)) contract->broken = true;
    if (!contract->broken) check_protocol(checker, contract);
}

void shape_contract(Checker *checker, Decl *decl) {
    if (decl->shape == STAGE_DONE) return;
    if (decl->shape == STAGE_BUSY || checker->shaping >= DEEPEST_BASE) {
        HirContract *contract = decl->contract;
        if (!contract->broken && decl->shape == STAGE_BUSY)
            diag_report(
                checker->diags, contract->span, E_NEEDS_ITSELF, text_of(checker, contract->name)
            );
        else if (!contract->broken)
            diag_report(
                checker->diags, contract->span, E_TOO_NESTED,
                arena_printf(checker->arena, "what `%s` inherits", text_of(checker, contract->name))
            );
        contract->broken = true;
        return;
    }
    const Env *outer = checker->env;
    decl->shape = STAGE_BUSY;
    checker->env = decl->env;
    checker->shaping++;
    shape(checker, decl);
    checker->shaping--;
    checker->env = outer;
    decl->shape = STAGE_DONE;
}

void complete_contract(Checker *checker, Decl *decl) {
    HirContract *contract = decl->contract;
    const AstContract *ast = &decl->item->contract;
    shape_contract(checker, decl);
    Map *seen = map_new(checker->arena);
    vec_each(AstMessage, it, &ast->messages) {
        uint32_t row = find_message(contract, it->name.name);
        if (row < contract->inherited_messages || row == UINT32_MAX || !map_put(seen, row, 1))
            continue; // it has been reported
        complete_args(checker, decl->module, &contract->messages.data[row], it);
    }
    if (checker->args_known) inherit_args(checker, contract);
}
