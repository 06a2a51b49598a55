// Contracts: messages, states, and what happens from a state on.
// Takes the node of a contract; leaves its AstContract. `(ok! or no!) -> S` is brought into the one form that ast.h
// promises: the target behind a choice moves into its alternatives, so that every sequence ends by itself.

#include "build__.h"

static AstProtocol *build_protocol(Build *b, const SyntaxNode *node, const AstStep *target);

// --- steps --------------------------------------------------------------------------------------------

static AstStep build_message_step(Build *b, const SyntaxNode *node) {
    const SyntaxNode *sender = CHILD(node, SENDER);
    return (AstStep){
        .kind = AST_STEP_MESSAGE,
        .name = ast__name(b, CHILD(node, MESSAGE)),
        .exporter_sends = sender && syntax_is(b->syntax, sender, "!"),
        .span = ast__span(b, node),
    };
}

static AstStep build_target(Build *b, const SyntaxNode *node) {
    AstStep step = { .kind = AST_STEP_END,
                     .name = ast__name(b, CHILD(node, STATE)),
                     .span = ast__span(b, node) };
    if (!syntax_is(b->syntax, node, "end")) step.kind = AST_STEP_TARGET;
    return step;
}

// A choice, and the target behind it: its alternatives end there.
static AstStep build_choice(Build *b, const SyntaxNode *node, const AstStep *target) {
    AstStep step = { .kind = AST_STEP_CHOICE, .span = ast__span(b, node) };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_PROTOCOL)
            vec_push(b->arena, &step.choices, build_protocol(b, child, target));
    }
    return step;
}

// --- sequences ----------------------------------------------------------------------------------------

static bool is_choice(const SyntaxNode *node) {
    return node->kind == SYNTAX_CHOICE || node->kind == SYNTAX_ONE_BLOCK;
}

static bool is_step(const SyntaxNode *node) {
    return is_choice(node) || node->kind == SYNTAX_STEP || node->kind == SYNTAX_TARGET;
}

static const SyntaxNode *next_step(const SyntaxNode *node, const SyntaxNode *end) {
    for (node += node->size; node < end; node += node->size) {
        if (is_step(node)) return node;
    }
    return NULL;
}

static void add_end(Build *b, AstProtocol *protocol, const AstStep *target) {
    if (target) {
        vec_push(b->arena, &protocol->steps, *target);
        return;
    }
    Span at = { protocol->span.file, protocol->span.end, protocol->span.end };
    vec_push(b->arena, &protocol->steps, (AstStep){ .kind = AST_STEP_END, .span = at });
}

// Adds the target that ends a sequence. Nothing may follow, neither here nor behind the choice that this is part of.
static void add_target(
    Build *b,
    AstProtocol *protocol,
    const SyntaxNode *node,
    const SyntaxNode *next,
    const AstStep *outer
) {
    vec_push(b->arena, &protocol->steps, build_target(b, node));
    if (!next && !outer) return;
    ast__report(b, next ? ast__span(b, next) : outer->span, E_AFTER_TARGET, ast__c_text(b, node));
}

// Adds the choice that ends a sequence; behind it only a target may follow.
static void add_choice(
    Build *b,
    AstProtocol *protocol,
    const SyntaxNode *node,
    const SyntaxNode *next,
    const SyntaxNode *end,
    const AstStep *outer
) {
    AstStep target;
    if (next && next->kind != SYNTAX_TARGET) {
        ast__report(b, ast__span(b, next), E_AFTER_CHOICE);
    } else if (next) {
        target = build_target(b, next);
        const SyntaxNode *surplus = next_step(next, end);
        if (surplus || outer) {
            ast__report(
                b, surplus ? ast__span(b, surplus) : outer->span, E_AFTER_TARGET,
                ast__c_text(b, next)
            );
        }
        outer = &target;
    }
    vec_push(b->arena, &protocol->steps, build_choice(b, node, outer));
}

static AstProtocol *new_protocol(Build *b, const SyntaxNode *node) {
    AstProtocol *protocol = arena_new(b->arena, AstProtocol);
    protocol->span = ast__span(b, node);
    return protocol;
}

// `target` is what follows the choice that this sequence is an alternative of; NULL: nothing.
static AstProtocol *build_protocol(Build *b, const SyntaxNode *node, const AstStep *target) {
    AstProtocol *protocol = new_protocol(b, node);
    const SyntaxNode *end = node + node->size;
    syntax_each(child, node) {
        const SyntaxNode *next = next_step(child, end);
        if (is_choice(child)) {
            add_choice(b, protocol, child, next, end, target);
            return protocol;
        }
        if (child->kind == SYNTAX_TARGET) {
            add_target(b, protocol, child, next, target);
            return protocol;
        }
        if (child->kind == SYNTAX_STEP)
            vec_push(b->arena, &protocol->steps, build_message_step(b, child));
    }
    add_end(b, protocol, target);
    return protocol;
}

// --- states and messages ------------------------------------------------------------------------------

static AstProtocol *build_end(Build *b, const SyntaxNode *node) {
    AstProtocol *protocol = new_protocol(b, node);
    vec_push(b->arena, &protocol->steps, (AstStep){ .kind = AST_STEP_END, .span = protocol->span });
    return protocol;
}

// `one { ... }` stands alone: a sequence of one choice.
static AstProtocol *build_one(Build *b, const SyntaxNode *node) {
    AstProtocol *protocol = new_protocol(b, node);
    vec_push(b->arena, &protocol->steps, build_choice(b, node, NULL));
    return protocol;
}

static AstProtocol *build_state_protocol(Build *b, const SyntaxNode *node) {
    const SyntaxNode *end = CHILD(node, END), *protocol = CHILD(node, PROTOCOL);
    if (end) return build_end(b, end);
    if (!protocol || node->broken) return NULL;
    return protocol->kind == SYNTAX_ONE_BLOCK ? build_one(b, protocol)
                                              : build_protocol(b, protocol, NULL);
}

static AstState build_state(Build *b, const SyntaxNode *node, Str doc) {
    return (AstState){
        .doc = doc,
        .is_override = ast__has(node, FIELD_OVERRIDE),
        .name = ast__name(b, CHILD(node, NAME)),
        .protocol = build_state_protocol(b, node),
        .span = ast__span(b, node),
    };
}

static AstMessage build_message(Build *b, const SyntaxNode *node, Str doc) {
    const SyntaxNode *direction = CHILD(node, DIRECTION);
    return (AstMessage){
        .doc = doc,
        .is_in = direction && syntax_is(b->syntax, direction, "in"),
        .name = ast__name(b, CHILD(node, NAME)),
        .params = ast__params(b, CHILD(node, PARAMETERS), true),
        .span = ast__span(b, node),
    };
}

void ast__contract(Build *b, const SyntaxNode *node, AstContract *out) {
    out->generics = ast__generics(b, CHILD(node, GENERICS));
    out->bases = ast__bases(b, CHILD(node, BASES));
    Str doc = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_DOC_COMMENT) {
            ast__doc_line(b, &doc, child);
            continue;
        }
        if (child->kind == SYNTAX_MESSAGE_DECLARATION)
            vec_push(b->arena, &out->messages, build_message(b, child, doc));
        if (child->kind == SYNTAX_STATE_DECLARATION)
            vec_push(b->arena, &out->states, build_state(b, child, doc));
        doc = (Str){ 0 };
    }
}
