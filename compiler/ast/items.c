// Items: what a file declares.
// Takes the nodes of declarations outside of functions; leaves AstItems. Processes, systems and packages are in systems.c,
// contracts in contracts.c.

#include "build__.h"

static bool is_word(const Build *b, const SyntaxNode *node, const char *text) {
    return node && syntax_is(b->syntax, node, text);
}

// --- what items share ---------------------------------------------------------------------------------

static AstAttr build_attr(Build *b, const SyntaxNode *node) {
    return (AstAttr){ ast__name(b, CHILD(node, NAME)), ast__args(b, CHILD(node, ARGUMENTS)),
                      ast__span(b, node) };
}

static AstAttrs build_attrs(Build *b, const SyntaxNode *node) {
    AstAttrs attrs = { 0 };
    syntax_each(list, node) {
        if (list->kind != SYNTAX_ATTRIBUTES) continue;
        syntax_each(child, list) {
            if (child->kind == SYNTAX_ATTRIBUTE) vec_push(b->arena, &attrs, build_attr(b, child));
        }
    }
    return attrs;
}

static AstItem *start(Build *b, AstItemKind kind, const SyntaxNode *node) {
    AstItem *item = arena_new(b->arena, AstItem);
    item->kind = kind;
    item->span = ast__span(b, node);
    item->attrs = build_attrs(b, node);
    item->is_pub = ast__has(node, FIELD_VISIBILITY);
    return item;
}

static AstItem *start_named(Build *b, AstItemKind kind, const SyntaxNode *node) {
    AstItem *item = start(b, kind, node);
    item->name = ast__name(b, CHILD(node, NAME));
    return item;
}

static void forbid_pub(Build *b, const SyntaxNode *node) {
    const SyntaxNode *pub = CHILD(node, VISIBILITY);
    if (!pub) return;
    ast__report(b, ast__span(b, pub), E_PUB_PLACE);
    ast__fix(b, ast__word_span(b, pub), "", "leave it out");
}

// --- imports and constants ----------------------------------------------------------------------------

static AstItem *build_import(Build *b, const SyntaxNode *node) {
    AstItem *item = start(b, AST_ITEM_IMPORT, node);
    item->import = ast__path(b, CHILD(node, NAME));
    return item;
}

static void report_not_const(
    Build *b, const SyntaxNode *node, const SyntaxNode *name, const AstItem *item
) {
    const SyntaxNode *type = CHILD(node, TYPE);
    ast__report(b, item->name.span, E_NOT_CONST, ast__c_text(b, name));
    if (type && CHILD(node, VALUE))
        ast__fix(
            b, ((Span){ b->syntax->file, type->start, type->start }), "const ",
            "make it a constant, unless it has to change"
        );
}

// `const T x = e;`: there are no other variables outside of functions.
static AstItem *build_const(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_CONST, node);
    const SyntaxNode *loose = NULL, *name = CHILD(node, NAME);
    item->constant.type = ast__type_loose(b, CHILD(node, TYPE), &loose);
    item->constant.value = ast__expr_of(b, node, FIELD_VALUE);
    if (is_word(b, loose, "const")) return item;
    if (loose)
        ast__report_loose(b, loose);
    else if (name && !node->broken)
        report_not_const(b, node, name, item);
    return item;
}

// --- structs ------------------------------------------------------------------------------------------

static AstByteOrder order_of(const Build *b, const SyntaxNode *node) {
    return is_word(b, node, "le") ? AST_LITTLE : is_word(b, node, "be") ? AST_BIG : AST_NATIVE;
}

static AstField build_field(Build *b, const SyntaxNode *node, Str doc) {
    return (AstField){
        .doc = doc,
        .attrs = build_attrs(b, node),
        .is_pub = ast__has(node, FIELD_VISIBILITY),
        .order = order_of(b, CHILD(node, ORDER)),
        .type = ast__type(b, CHILD(node, TYPE)),
        .name = ast__name(b, CHILD(node, NAME)),
        .value = ast__expr_maybe(b, node, FIELD_VALUE),
        .span = ast__span(b, node),
    };
}

static AstItem *build_struct(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_STRUCT, node);
    AstStruct *out = &item->structure;
    out->is_ref = is_word(b, CHILD(node, LAYOUT), "ref");
    out->is_wire = is_word(b, CHILD(node, LAYOUT), "wire");
    out->generics = ast__generics(b, CHILD(node, GENERICS));
    out->conforms = ast__bases(b, CHILD(node, BASES));
    Str doc = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_DOC_COMMENT) {
            ast__doc_line(b, &doc, child);
            continue;
        }
        if (child->kind == SYNTAX_FIELD_DECLARATION)
            vec_push(b->arena, &out->fields, build_field(b, child, doc));
        if (child->kind == SYNTAX_INVARIANT_DECLARATION) {
            AstClause clause = { AST_INVARIANT, ast__expr_of(b, child, FIELD_CONDITION),
                                 ast__span(b, child) };
            vec_push(b->arena, &out->invariants, clause);
        }
        doc = (Str){ 0 };
    }
    return item;
}

// --- enums --------------------------------------------------------------------------------------------

static AstVariant build_variant(Build *b, const SyntaxNode *node, Str doc) {
    return (AstVariant){
        .doc = doc,
        .name = ast__name(b, CHILD(node, NAME)),
        .has_payload = ast__has(node, FIELD_PAYLOAD),
        .payload = ast__params(b, CHILD(node, PAYLOAD), true),
        .value = ast__expr_maybe(b, node, FIELD_VALUE),
        .span = ast__span(b, node),
    };
}

static AstItem *build_enum(Build *b, const SyntaxNode *node, AstItemKind kind) {
    AstItem *item = start_named(b, kind, node);
    AstEnum *out = &item->enumeration;
    out->generics = ast__generics(b, CHILD(node, GENERICS));
    out->bases = ast__bases(b, CHILD(node, BASES));
    Str doc = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_DOC_COMMENT) {
            ast__doc_line(b, &doc, child);
            continue;
        }
        if (child->kind == SYNTAX_VARIANT)
            vec_push(b->arena, &out->variants, build_variant(b, child, doc));
        doc = (Str){ 0 };
    }
    return item;
}

// --- functions ----------------------------------------------------------------------------------------

// The type that a function belongs to. Bounds among its arguments are collected on the way.
static void build_owner(Build *b, const SyntaxNode *node, AstFn *out) {
    if (!node) return;
    b->in_owner = true;
    b->owner_generics = (AstGenerics){ 0 };
    out->owner = ast__type(b, node);
    out->owner_generics = b->owner_generics;
    b->in_owner = false;
}

static AstItem *build_function(Build *b, const SyntaxNode *node, bool named) {
    AstItem *item = start_named(b, AST_ITEM_FN, node);
    AstFn *out = &item->fn;
    out->result = ast__type(b, CHILD(node, RESULT));
    build_owner(b, CHILD(node, OWNER), out);
    out->generics = ast__generics(b, CHILD(node, GENERICS));
    out->params = ast__params(b, CHILD(node, PARAMETERS), named);
    const SyntaxNode *from = CHILD(node, FROM), *body = CHILD(node, BODY);
    if (from) out->from = ast__from(b, from);
    out->clauses = ast__clauses(b, node, FIELD_CLAUSE);
    if (body) out->body = ast__stmt(b, body);
    return item;
}

static AstItem *build_interface(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_INTERFACE, node);
    item->interface.generics = ast__generics(b, CHILD(node, GENERICS));
    item->interface.bases = ast__bases(b, CHILD(node, BASES));
    Str doc = { 0 };
    syntax_each(child, node) {
        if (child->kind == SYNTAX_DOC_COMMENT) {
            ast__doc_line(b, &doc, child);
            continue;
        }
        if (child->kind == SYNTAX_FUNCTION_ITEM) {
            AstItem *function = build_function(b, child, false);
            forbid_pub(b, child); // what an interface has is as public as it is
            function->doc = doc;
            vec_push(b->arena, &item->interface.fns, function);
        }
        doc = (Str){ 0 };
    }
    return item;
}

// --- the rest -----------------------------------------------------------------------------------------

static AstItem *build_contract(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_CONTRACT, node);
    ast__contract(b, node, &item->contract);
    return item;
}

static AstItem *build_sip(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_SIP, node);
    ast__sip(b, node, &item->sip);
    return item;
}

static AstItem *build_system(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_SYSTEM, node);
    forbid_pub(b, node); // nothing can name a system
    ast__system(b, node, item);
    return item;
}

static AstItem *build_test(Build *b, const SyntaxNode *node) {
    AstItem *item = start(b, AST_ITEM_TEST, node);
    ast__test(b, node, &item->test);
    return item;
}

static AstItem *build_package(Build *b, const SyntaxNode *node) {
    AstItem *item = start_named(b, AST_ITEM_PACKAGE, node);
    const SyntaxNode *body = CHILD(node, BODY);
    if (body) item->package = ast__settings(b, body);
    return item;
}

AstItem *ast__item(Build *b, const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_IMPORT_DECLARATION: return build_import(b, node);
    case SYNTAX_CONST_ITEM: return build_const(b, node);
    case SYNTAX_STRUCT_ITEM: return build_struct(b, node);
    case SYNTAX_ENUM_ITEM: return build_enum(b, node, AST_ITEM_ENUM);
    case SYNTAX_FLAGS_ITEM: return build_enum(b, node, AST_ITEM_FLAGS);
    case SYNTAX_INTERFACE_ITEM: return build_interface(b, node);
    case SYNTAX_CONTRACT_ITEM: return build_contract(b, node);
    case SYNTAX_FUNCTION_ITEM: return build_function(b, node, true);
    case SYNTAX_SIP_ITEM: return build_sip(b, node);
    case SYNTAX_SYSTEM_ITEM: return build_system(b, node);
    case SYNTAX_TEST_ITEM: return build_test(b, node);
    case SYNTAX_PACKAGE_ITEM: return build_package(b, node);
    default: return start(b, AST_ITEM_ERROR, node);
    }
}
