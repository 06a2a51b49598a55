// Types: from qualifiers, base and suffixes in a row to a tree.
// Takes the nodes of types and of parameters of all sorts; leaves AstTypes. language.md 4: qualifiers nest around pointer
// suffixes like brackets, innermost first.

#include "build__.h"

static AstType *new_type(Build *b, AstTypeKind kind, Span span) {
    AstType *type = arena_new(b->arena, AstType);
    type->kind = kind;
    type->span = span;
    return type;
}

bool ast__is_type(SyntaxKind kind) {
    switch ((int)kind) {
    case SYNTAX_PRIMITIVE_TYPE:
    case SYNTAX_TYPE_IDENTIFIER:
    case SYNTAX_IDENTIFIER:
    case SYNTAX_PATH:
    case SYNTAX_GENERIC_TYPE:
    case SYNTAX_ENDPOINT_TYPE:
    case SYNTAX_TUPLE_TYPE:
    case SYNTAX_FUNCTION_TYPE:
    case SYNTAX_QUALIFIED_TYPE: return true;
    default: return false;
    }
}

// --- names --------------------------------------------------------------------------------------------

static AstType *build_primitive(Build *b, const SyntaxNode *node) {
    AstType *type = new_type(b, AST_TYPE_STR, ast__span(b, node));
    if (syntax_is(b->syntax, node, "str")) return type;
    type->kind = AST_TYPE_SCALAR;
    for (int i = 0; i < AST_SCALARS; i++) {
        if (syntax_is(b->syntax, node, ast_scalar_text((AstScalar)i))) type->scalar = (AstScalar)i;
    }
    return type;
}

static AstType *build_name(Build *b, const SyntaxNode *name, const SyntaxNode *args, Span span) {
    AstType *type = new_type(b, AST_TYPE_NAME, span);
    type->name.path = ast__path(b, name);
    if (args) type->name.args = ast__type_arguments(b, args);
    return type;
}

static const SyntaxNode *generic_scope(const SyntaxNode *path) {
    while (path && path->kind == SYNTAX_PATH)
        path = CHILD(path, SCOPE);
    return path && path->kind == SYNTAX_GENERIC_TYPE ? path : NULL;
}

static bool is_name(const Build *b, const SyntaxNode *node, const char *text) {
    return node && syntax_is(b->syntax, node, text);
}

static AstType *build_endpoint(
    Build *b, const SyntaxNode *node, const SyntaxNode *contract, bool is_exporter
) {
    AstType *type = new_type(b, AST_TYPE_ENDPOINT, ast__span(b, node));
    type->endpoint.is_exporter = is_exporter;
    if (contract && contract->kind == SYNTAX_PATH && is_name(b, CHILD(contract, NAME), "any")) {
        type->endpoint.is_any = true;
        contract = CHILD(contract, SCOPE);
    }
    type->endpoint.contract = ast__type(b, contract);
    return type;
}

// `a.b` names a type in a module; `a.imp` is an endpoint.
static AstType *build_path(Build *b, const SyntaxNode *node) {
    const SyntaxNode *last = CHILD(node, NAME);
    if (is_name(b, last, "imp") || is_name(b, last, "exp")) {
        return build_endpoint(b, node, CHILD(node, SCOPE), is_name(b, last, "exp"));
    }
    const SyntaxNode *generic = generic_scope(node);
    if (generic) {
        ast__report(b, ast__span(b, generic), E_TYPE_ARGUMENTS_INSIDE);
        return new_type(b, AST_TYPE_ERROR, ast__span(b, node));
    }
    return build_name(b, node, NULL, ast__span(b, node));
}

static AstType *build_endpoint_type(Build *b, const SyntaxNode *node) {
    AstType *type =
        build_endpoint(b, node, CHILD(node, CONTRACT), is_name(b, CHILD(node, END), "exp"));
    type->endpoint.state = ast__path(b, CHILD(node, STATE));
    type->endpoint.to = ast__path(b, CHILD(node, TO));
    return type;
}

static AstType *build_tuple_type(Build *b, const SyntaxNode *node) {
    AstType *type = new_type(b, AST_TYPE_TUPLE, ast__span(b, node));
    syntax_each(child, node) {
        if (ast__is_type((SyntaxKind)child->kind))
            vec_push(b->arena, &type->tuple, ast__type(b, child));
    }
    return type;
}

static AstType *build_function_type(Build *b, const SyntaxNode *node) {
    AstType *type = new_type(b, AST_TYPE_FN, ast__span(b, node));
    type->fn.is_ref = ast__has(node, FIELD_REF);
    type->fn.result = ast__type(b, CHILD(node, RESULT));
    type->fn.params = ast__params(b, CHILD(node, PARAMETERS), false);
    const SyntaxNode *from = CHILD(node, FROM);
    if (from) type->fn.from = ast__from(b, from);
    return type;
}

// --- qualifiers and suffixes --------------------------------------------------------------------------

enum { MOST_SUFFIXES = 32 }; // in a row: they nest, and who walks a type may recurse

typedef struct Qualifier {
    AstMode mode;
    const SyntaxNode *node;
} Qualifier;

typedef struct Qualified {
    VEC(Qualifier) open; // those that no pointer has taken yet, the innermost last
    AstType *type;
    uint32_t start; // of the base
} Qualified;

static AstMode mode_of(const Build *b, const SyntaxNode *node) {
    return is_name(b, node, "own")     ? AST_OWN
           : is_name(b, node, "gc")    ? AST_GC
           : is_name(b, node, "const") ? AST_CONST
                                       : AST_STATIC;
}

// `static const` is one qualifier.
static void add_qualifier(Build *b, Qualified *q, const SyntaxNode *node) {
    AstMode mode = mode_of(b, node);
    if (mode == AST_CONST && q->open.len > 0 && vec_last(&q->open)->mode == AST_STATIC) return;
    vec_push(b->arena, &q->open, (Qualifier){ mode, node });
}

static AstMode take_mode(Qualified *q) {
    return q->open.len > 0 ? vec_pop(&q->open).mode : AST_BORROW;
}

// `str` is a pointer already: it takes the innermost qualifier, unless that is `const`.
static void set_base(Build *b, Qualified *q, const SyntaxNode *node) {
    q->type = ast__type(b, node);
    q->start = node->start;
    if (q->type->kind != AST_TYPE_STR || q->open.len == 0 || vec_last(&q->open)->mode == AST_CONST)
        return;
    q->type->str.mode = take_mode(q);
}

static AstType *wrap(Build *b, Qualified *q, AstTypeKind kind, const SyntaxNode *suffix) {
    AstType *type = new_type(b, kind, (Span){ b->syntax->file, q->start, suffix->end });
    if (kind == AST_TYPE_OPTIONAL)
        type->optional = q->type;
    else if (kind == AST_TYPE_ARRAY || kind == AST_TYPE_VECTOR)
        type->array.elem = q->type;
    else {
        type->pointer.mode = take_mode(q);
        type->pointer.elem = q->type;
    }
    return q->type = type;
}

static void add_suffix(Build *b, Qualified *q, const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_SLICE_SUFFIX: wrap(b, q, AST_TYPE_SLICE, node); break;
    case SYNTAX_GROWABLE_SUFFIX: wrap(b, q, AST_TYPE_GROWABLE, node); break;
    case SYNTAX_LIMITED_SUFFIX:
        wrap(b, q, AST_TYPE_SLICE, node)->pointer.limit = ast__expr_of(b, node, FIELD_LIMIT);
        break;
    case SYNTAX_ARRAY_SUFFIX:
        wrap(b, q, AST_TYPE_ARRAY, node)->array.length = ast__expr_of(b, node, FIELD_LENGTH);
        break;
    case SYNTAX_VECTOR_SUFFIX:
        wrap(b, q, AST_TYPE_VECTOR, node)->array.length = ast__expr_of(b, node, FIELD_CAPACITY);
        break;
    default: // `*`, `?`, and `*?`, which is both
        if (ast__text(b, node).ptr[0] == '*') wrap(b, q, AST_TYPE_POINTER, node);
        if (is_name(b, node, "?") || is_name(b, node, "*?")) wrap(b, q, AST_TYPE_OPTIONAL, node);
    }
}

static AstType *build_qualified(Build *b, const SyntaxNode *node, const SyntaxNode **loose) {
    Qualified q = { 0 };
    if (syntax_count(node, FIELD_SUFFIX) > MOST_SUFFIXES) {
        ast__report(b, ast__span(b, node), E_TOO_DEEP, MOST_SUFFIXES);
        return new_type(b, AST_TYPE_ERROR, ast__span(b, node));
    }
    syntax_each(child, node) {
        if (child->field == FIELD_QUALIFIER)
            add_qualifier(b, &q, child);
        else if (child->field == FIELD_BASE)
            set_base(b, &q, child);
        else if (child->field == FIELD_SUFFIX && q.type && child->end > child->start)
            add_suffix(b, &q, child);
    }
    if (!q.type) return new_type(b, AST_TYPE_ERROR, ast__span(b, node));
    vec_each(Qualifier, open, &q.open) {
        if (loose && open == q.open.data)
            *loose = open->node;
        else
            ast__report_loose(b, open->node);
    }
    q.type->span = ast__span(b, node);
    return q.type;
}

void ast__report_loose(Build *b, const SyntaxNode *qualifier) {
    ast__report(b, ast__span(b, qualifier), E_LOOSE_QUALIFIER, ast__c_text(b, qualifier));
    if (syntax_is(b->syntax, qualifier, "const"))
        ast__fix(
            b, ast__word_span(b, qualifier), "",
            "leave it out: a value is copied, `const T*` borrows one"
        );
    else if (syntax_is(b->syntax, qualifier, "static"))
        ast__help(
            b,
            "`static T*` leads to what is there for ever; a value that never changes is `const T name = ...;`"
        );
    else
        ast__help(
            b, "`own T*` is one `T` on the heap, `own T[]` several; without `own` it is a value"
        );
}

AstType *ast__type_loose(Build *b, const SyntaxNode *node, const SyntaxNode **loose) {
    *loose = NULL;
    if (node && node->kind == SYNTAX_QUALIFIED_TYPE) return build_qualified(b, node, loose);
    return ast__type(b, node);
}

AstType *ast__type(Build *b, const SyntaxNode *node) {
    if (!node || node->missing)
        return new_type(b, AST_TYPE_ERROR, node ? ast__span(b, node) : (Span){ 0 });
    switch ((int)node->kind) {
    case SYNTAX_PRIMITIVE_TYPE: return build_primitive(b, node);
    case SYNTAX_IDENTIFIER:
    case SYNTAX_TYPE_IDENTIFIER: return build_name(b, node, NULL, ast__span(b, node));
    case SYNTAX_PATH: return build_path(b, node);
    case SYNTAX_GENERIC_TYPE:
        return build_name(b, CHILD(node, NAME), CHILD(node, ARGUMENTS), ast__span(b, node));
    case SYNTAX_ENDPOINT_TYPE: return build_endpoint_type(b, node);
    case SYNTAX_TUPLE_TYPE: return build_tuple_type(b, node);
    case SYNTAX_FUNCTION_TYPE: return build_function_type(b, node);
    case SYNTAX_QUALIFIED_TYPE: return build_qualified(b, node, NULL);
    default: return new_type(b, AST_TYPE_ERROR, ast__span(b, node));
    }
}

// --- generic arguments and parameters -----------------------------------------------------------------

AstTypes ast__bounds(Build *b, const SyntaxNode *node) {
    AstTypes bounds = { 0 };
    syntax_each(child, node) {
        if (child->field == FIELD_BOUND) vec_push(b->arena, &bounds, ast__type(b, child));
    }
    return bounds;
}

// `T: Hash` among the arguments of the type that a function belongs to: names T and says what it must meet.
static AstGenericArg build_bounded(Build *b, const SyntaxNode *node) {
    const SyntaxNode *name = CHILD(node, NAME);
    if (!b->in_owner)
        ast__report(b, ast__span(b, node), E_BOUND_PLACE, name ? ast__c_text(b, name) : "");
    AstGeneric generic = { .kind = AST_GENERIC_TYPE,
                           .name = ast__name(b, name),
                           .bounds = ast__bounds(b, node) };
    if (b->in_owner) vec_push(b->arena, &b->owner_generics, generic);
    return (AstGenericArg){ .type = ast__type(b, name) };
}

AstGenericArgs ast__type_arguments(Build *b, const SyntaxNode *node) {
    AstGenericArgs args = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_DOC_COMMENT) continue;
        AstGenericArg arg = { 0 };
        if (child->kind == SYNTAX_BOUNDED_ARGUMENT)
            arg = build_bounded(b, child);
        else if (ast__is_type((SyntaxKind)child->kind) || child->kind == SYNTAX_ERROR)
            arg.type = ast__type(b, child);
        else
            arg.value = ast__expr(b, child);
        vec_push(b->arena, &args, arg);
    }
    return args;
}

static AstGeneric build_generic(Build *b, const SyntaxNode *node) {
    AstGeneric generic = { .kind = AST_GENERIC_TYPE, .name = ast__name(b, CHILD(node, NAME)) };
    const SyntaxNode *kind = CHILD(node, KIND), *type = CHILD(node, TYPE);
    if (type) {
        generic.kind = AST_GENERIC_CONST;
        generic.type = ast__type(b, type);
    } else if (kind) {
        generic.kind = is_name(b, kind, "ref") ? AST_GENERIC_REF_TYPE : AST_GENERIC_CONTRACT;
    }
    generic.bounds = ast__bounds(b, node);
    return generic;
}

AstGenerics ast__generics(Build *b, const SyntaxNode *node) {
    AstGenerics generics = { 0 };
    if (!node) return generics;
    syntax_each(child, node) {
        if (child->kind == SYNTAX_GENERIC_PARAMETER)
            vec_push(b->arena, &generics, build_generic(b, child));
    }
    return generics;
}

AstTypes ast__bases(Build *b, const SyntaxNode *node) {
    AstTypes bases = { 0 };
    if (!node) return bases;
    syntax_each(child, node) {
        if (ast__is_type((SyntaxKind)child->kind)) vec_push(b->arena, &bases, ast__type(b, child));
    }
    return bases;
}

// --- parameters ---------------------------------------------------------------------------------------

static void report_nameless(Build *b, const AstParam *param, const SyntaxNode *type) {
    ast__report(b, param->span, E_PARAMETER_NAME);
    if (type && syntax_is(b->syntax, type, "void"))
        ast__fix(b, param->span, "", "a function without parameters says `()`");
}

AstParams ast__params(Build *b, const SyntaxNode *node, bool named) {
    AstParams params = { 0 };
    if (!node) return params;
    syntax_each(child, node) {
        if (child->kind != SYNTAX_PARAMETER) continue;
        const SyntaxNode *type = CHILD(child, TYPE), *name = CHILD(child, NAME);
        AstParam param = { type ? ast__type(b, type) : NULL, ast__name(b, name),
                           ast__span(b, child) };
        if (named && !name && !child->broken) report_nameless(b, &param, type);
        vec_push(b->arena, &params, param);
    }
    return params;
}

static AstFrom from_place(Build *b, const SyntaxNode *node) {
    AstFrom from = { .deep = ast__has(node, FIELD_DEEP), .span = ast__span(b, node) };
    syntax_each(child, node) {
        if (child->field == FIELD_NAME) vec_push(b->arena, &from.path, ast__name(b, child));
    }
    return from;
}

AstFroms ast__from(Build *b, const SyntaxNode *clause) {
    AstFroms list = { 0 };
    syntax_each(place, clause) {
        if (place->kind == SYNTAX_FROM_PLACE) vec_push(b->arena, &list, from_place(b, place));
    }
    return list;
}
