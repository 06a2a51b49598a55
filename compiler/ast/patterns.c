// Patterns, and the cases of both switches.
// Takes pattern nodes; leaves AstPatterns in `switch (e)` and AstHeads in `switch receive`: the grammar lets both stand in
// both, here is said what belongs where.

#include "build__.h"

// --- binders ------------------------------------------------------------------------------------------

AstBinder ast__binder(Build *b, const SyntaxNode *node) {
    AstBinder binder = { .span = ast__span(b, node) };
    const SyntaxNode *type = CHILD(node, TYPE);
    if (type) binder.type = ast__type(b, type);
    binder.name = ast__name(b, CHILD(node, NAME));
    return binder;
}

// `(a, b) = e` after `if`: names without types.
static AstBinder build_bare(Build *b, const SyntaxNode *node) {
    AstBinder binder = { .span = ast__span(b, node) };
    if (node->kind == SYNTAX_IDENTIFIER)
        binder.name = ast__name(b, node);
    else
        ast__report(b, binder.span, E_NOT_A_NAME);
    return binder;
}

AstBinders ast__binders(Build *b, const SyntaxNode *node) {
    AstBinders binders = { 0 };
    if (!node) return binders;
    if (node->kind == SYNTAX_BINDING) {
        vec_push(b->arena, &binders, ast__binder(b, node));
        return binders;
    }
    syntax_each(child, node) {
        if (child->kind == SYNTAX_BINDING)
            vec_push(b->arena, &binders, ast__binder(b, child));
        else if (child->kind != SYNTAX_ERROR)
            vec_push(b->arena, &binders, build_bare(b, child));
    }
    return binders;
}

// --- patterns -----------------------------------------------------------------------------------------

static AstPattern *start(Build *b, AstPatternKind kind, const SyntaxNode *node) {
    AstPattern *pattern = arena_new(b->arena, AstPattern);
    pattern->kind = kind;
    pattern->span = ast__span(b, node);
    return pattern;
}

static AstPattern *build_value(Build *b, const SyntaxNode *node) {
    if (syntax_is(b->syntax, node, "_")) return start(b, AST_PATTERN_WILD, node);
    AstPattern *pattern = start(b, AST_PATTERN_VALUE, node);
    pattern->value = ast__expr(b, node);
    return pattern;
}

static AstPattern *build_range(Build *b, const SyntaxNode *node) {
    AstPattern *pattern = start(b, AST_PATTERN_RANGE, node);
    pattern->range = ast__range(b, node);
    return pattern;
}

static AstPattern *build_binding(Build *b, const SyntaxNode *node) {
    AstPattern *pattern = start(b, AST_PATTERN_BIND, node);
    pattern->bind = ast__binder(b, node);
    return pattern;
}

AstPatterns ast__patterns(Build *b, const SyntaxNode *node) {
    AstPatterns patterns = { 0 };
    if (!node) return patterns;
    syntax_each(child, node) {
        if (child->kind != SYNTAX_DOC_COMMENT)
            vec_push(b->arena, &patterns, ast__pattern(b, child));
    }
    return patterns;
}

// .name   .name(p)   Type.name(p)   name(p)
static AstPattern *build_variant(
    Build *b, const SyntaxNode *node, const SyntaxNode *name, const SyntaxNode *args
) {
    AstPattern *pattern = start(b, AST_PATTERN_VARIANT, node);
    bool dotted = name && name->kind == SYNTAX_VARIANT_EXPRESSION;
    if (dotted) name = CHILD(name, NAME);
    pattern->variant.type = ast__split(b, name, &pattern->variant.name);
    if (!pattern->variant.type)
        pattern->variant.name = dotted ? ast__member(b, name) : ast__name(b, name);
    pattern->variant.has_args = args != NULL;
    pattern->variant.args = ast__patterns(b, args);
    return pattern;
}

static AstPattern *build_tuple(Build *b, const SyntaxNode *node) {
    AstPattern *pattern = start(b, AST_PATTERN_TUPLE, node);
    pattern->tuple = ast__patterns(b, node);
    return pattern;
}

AstPattern *ast__pattern(Build *b, const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_INTEGER:
    case SYNTAX_FLOAT:
    case SYNTAX_QUANTITY:
    case SYNTAX_CHARACTER:
    case SYNTAX_NEGATIVE_PATTERN:
    case SYNTAX_STRING:
    case SYNTAX_BYTE_STRING:
    case SYNTAX_RAW_STRING:
    case SYNTAX_TRUE:
    case SYNTAX_FALSE:
    case SYNTAX_NONE:
    case SYNTAX_IDENTIFIER:
    case SYNTAX_PATH: return build_value(b, node);
    case SYNTAX_RANGE_PATTERN: return build_range(b, node);
    case SYNTAX_BINDING_PATTERN: return build_binding(b, node);
    case SYNTAX_VARIANT_EXPRESSION: return build_variant(b, node, node, NULL);
    case SYNTAX_CONSTRUCTOR_PATTERN:
        return build_variant(b, node, CHILD(node, NAME), CHILD(node, ARGUMENTS));
    case SYNTAX_TUPLE_PATTERN: return build_tuple(b, node);
    case SYNTAX_CLOSED_PATTERN:
    case SYNTAX_TIMEOUT_PATTERN:
    case SYNTAX_UNSATISFIABLE_PATTERN:
    case SYNTAX_RECEIVED_PATTERN:
    case SYNTAX_JOINED_PATTERN:
        ast__report(b, ast__span(b, node), E_NOT_RECEIVING);
        return start(b, AST_PATTERN_ERROR, node);
    default: return start(b, AST_PATTERN_ERROR, node);
    }
}

// --- cases --------------------------------------------------------------------------------------------

static Span head_span(const Build *b, const SyntaxNode *node) {
    uint32_t end = node->start;
    syntax_each(child, node) {
        if (child->field == FIELD_PATTERN || child->field == FIELD_GUARD ||
            child->field == FIELD_DEFAULT)
            end = child->end;
    }
    return (Span){ b->syntax->file, node->start, end };
}

AstCase ast__case(Build *b, const SyntaxNode *node) {
    AstCase out = { .is_default = ast__has(node, FIELD_DEFAULT),
                    .span = ast__span(b, node),
                    .head = head_span(b, node) };
    syntax_each(child, node) {
        if (child->field == FIELD_PATTERN)
            vec_push(b->arena, &out.patterns, ast__pattern(b, child));
    }
    out.guard = ast__expr_maybe(b, node, FIELD_GUARD);
    ast__stmts(b, node, &out.body);
    return out;
}

// --- cases of `switch receive` ------------------------------------------------------------------------

static void build_message(Build *b, const SyntaxNode *node, AstHead *head) {
    head->from = ast__split(b, CHILD(node, NAME), &head->message);
    if (!head->from) {
        head->kind = AST_HEAD_ERROR;
        if (!node->broken) ast__report(b, head->span, E_RECEIVE_CASE);
        return;
    }
    head->kind = AST_HEAD_MESSAGE;
    head->args = ast__patterns(b, CHILD(node, ARGUMENTS));
}

static AstHead build_head(Build *b, const SyntaxNode *node) {
    AstHead head = { .kind = AST_HEAD_ERROR, .span = ast__span(b, node) };
    const SyntaxNode *inner = node->kind == SYNTAX_RECEIVED_PATTERN ? CHILD(node, PATTERN) : node;
    switch (inner ? (int)inner->kind : SYNTAX_ERROR) {
    case SYNTAX_CONSTRUCTOR_PATTERN: build_message(b, inner, &head); break;
    case SYNTAX_CLOSED_PATTERN:
        head.kind = AST_HEAD_CLOSED;
        head.from = ast__expr_of(b, inner, FIELD_ENDPOINT);
        break;
    case SYNTAX_TIMEOUT_PATTERN:
        head.kind = AST_HEAD_TIMEOUT;
        head.from = ast__expr_of(b, inner, FIELD_TIME);
        break;
    case SYNTAX_UNSATISFIABLE_PATTERN: head.kind = AST_HEAD_UNSATISFIABLE; break;
    case SYNTAX_ERROR: break;
    default: ast__report(b, head.span, E_RECEIVE_CASE);
    }
    if (inner == node) return head;
    syntax_each(child, node) {
        if (child->field == FIELD_NAME) vec_push(b->arena, &head.as, ast__name(b, child));
    }
    return head;
}

static AstJoin build_join(Build *b, const SyntaxNode *node) {
    AstJoin join = { 0 };
    if (node->kind != SYNTAX_JOINED_PATTERN) {
        vec_push(b->arena, &join, build_head(b, node));
        return join;
    }
    syntax_each(child, node) {
        if (child->kind != SYNTAX_DOC_COMMENT) vec_push(b->arena, &join, build_head(b, child));
    }
    return join;
}

AstReceiveCase ast__receive_case(Build *b, const SyntaxNode *node) {
    AstReceiveCase out = { .is_default = ast__has(node, FIELD_DEFAULT),
                           .span = ast__span(b, node),
                           .head = head_span(b, node) };
    syntax_each(child, node) {
        if (child->field == FIELD_PATTERN)
            vec_push(b->arena, &out.alternatives, build_join(b, child));
    }
    out.guard = ast__expr_maybe(b, node, FIELD_GUARD);
    ast__stmts(b, node, &out.body);
    return out;
}
