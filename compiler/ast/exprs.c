// Expressions.
// Takes expression nodes; leaves AstExprs without parentheses. How operators bind was the grammar's business.

#include "build__.h"

#include <string.h>

AstExpr *ast__new_expr(Build *b, AstExprKind kind, Span span) {
    AstExpr *expr = arena_new(b->arena, AstExpr);
    expr->kind = kind;
    expr->span = span;
    return expr;
}

static AstExpr *start(Build *b, AstExprKind kind, const SyntaxNode *node) {
    return ast__new_expr(b, kind, ast__span(b, node));
}

AstExpr *ast__expr_of(Build *b, const SyntaxNode *node, SyntaxField field) {
    const SyntaxNode *child = syntax_child(node, field);
    return child ? ast__expr(b, child) : start(b, AST_EXPR_ERROR, node);
}

AstExpr *ast__expr_maybe(Build *b, const SyntaxNode *node, SyntaxField field) {
    const SyntaxNode *child = syntax_child(node, field);
    return child ? ast__expr(b, child) : NULL;
}

// --- operators ----------------------------------------------------------------------------------------

static const char *const op_texts[AST_OPS] = {
#define AST_BINARY(name, text, prec) text,
#include "ast/ops.def"
};

static const char *const family_texts[AST_FAMILIES] = {
#define AST_FAMILY(name, text) text,
#include "ast/ops.def"
};

static const char *const unary_texts[AST_UNARY_OPS] = {
#define AST_UNARY(name, text) text,
#include "ast/ops.def"
};

// clang-format off: a table
static const char *const family_ops[AST_OPS][AST_FAMILIES] = { // with the mark: `+%`
    [AST_OP_ADD] = { "+", "+%", "+|", "+?" },
    [AST_OP_SUB] = { "-", "-%", "-|", "-?" },
    [AST_OP_MUL] = { "*", "*%", "*|", "*?" },
    [AST_OP_DIV] = { [AST_FAMILY_OPT] = "/?" },
    [AST_OP_REM] = { [AST_FAMILY_OPT] = "%?" },
    [AST_OP_SHL] = { [AST_FAMILY_OPT] = "<<?" },
    [AST_OP_SHR] = { [AST_FAMILY_OPT] = ">>?" },
};
// clang-format on

const char *ast_op_text(AstOp op, AstFamily family) {
    return family == AST_FAMILY_TRAP ? op_texts[op] : family_ops[op][family];
}

const char *ast_unary_text(AstUnaryOp op) {
    return unary_texts[op];
}

bool ast__operator(Str text, AstOp *op, AstFamily *family) {
    for (int i = 0; i < AST_OPS * AST_FAMILIES; i++) {
        const char *candidate = ast_op_text((AstOp)(i % AST_OPS), (AstFamily)(i / AST_OPS));
        if (!candidate || !str_eq_c(text, candidate)) continue;
        *op = (AstOp)(i % AST_OPS);
        *family = (AstFamily)(i / AST_OPS);
        return true;
    }
    return false;
}

static bool is_comparison(AstOp op) {
    return op >= AST_OP_EQ && op <= AST_OP_GE;
}

// It may be written twice: it does nothing.
static bool is_simple(const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_IDENTIFIER:
    case SYNTAX_INTEGER:
    case SYNTAX_FLOAT:
    case SYNTAX_CHARACTER:
    case SYNTAX_PATH:
    case SYNTAX_FIELD_EXPRESSION: {
        syntax_each(child, node) {
            if (!is_simple(child) && child->kind != SYNTAX_TOKEN) return false;
        }
        return true;
    }
    default: return false;
    }
}

// True if that is wrong, which has been reported.
static bool forbid_chain(Build *b, const SyntaxNode *left, AstOp next, Span at) {
    const SyntaxNode *inner =
        left && left->kind == SYNTAX_BINARY_EXPRESSION ? CHILD(left, OPERATOR) : NULL;
    AstOp op;
    AstFamily family;
    if (!inner || !ast__operator(ast__text(b, inner), &op, &family) || !is_comparison(op))
        return false;
    ast__report(b, at, E_CHAINED_COMPARISON);
    const SyntaxNode *shared = CHILD(left, RIGHT);
    bool orders = op >= AST_OP_LT && next >= AST_OP_LT;
    if (!orders || !shared || shared->broken || !is_simple(shared)) {
        ast__help(b, "write `a < b && b < c`, or put one comparison in parentheses");
        return true;
    }
    Str text = ast__text(b, shared);
    Span end = { b->syntax->file, shared->end, shared->end };
    ast__fix(
        b, end, arena_printf(b->arena, " && " STR_FMT, STR_ARG(text)),
        "compare `" STR_FMT "` twice", STR_ARG(text)
    );
    return true;
}

static AstExpr *build_binary(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_BINARY, node);
    const SyntaxNode *sign = CHILD(node, OPERATOR);
    if (!sign || !ast__operator(ast__text(b, sign), &expr->binary.op, &expr->binary.family)) {
        expr->kind = AST_EXPR_ERROR;
        return expr;
    }
    expr->binary.op_span = ast__span(b, sign);
    bool chained = is_comparison(expr->binary.op) &&
                   forbid_chain(b, CHILD(node, LEFT), expr->binary.op, expr->binary.op_span);
    expr->binary.left = ast__expr_of(b, node, FIELD_LEFT);
    expr->binary.right = ast__expr_of(b, node, FIELD_RIGHT);
    if (chained) expr->kind = AST_EXPR_ERROR;
    return expr;
}

static AstFamily family_of(const Build *b, const SyntaxNode *mark) {
    for (int i = 0; mark && i < AST_FAMILIES; i++) {
        if (syntax_is(b->syntax, mark, family_texts[i])) return (AstFamily)i;
    }
    return AST_FAMILY_TRAP;
}

static AstExpr *new_unary(Build *b, const SyntaxNode *node, AstUnaryOp op) {
    AstExpr *expr = start(b, AST_EXPR_UNARY, node);
    expr->unary.op = op;
    expr->unary.operand = ast__expr_of(b, node, FIELD_OPERAND);
    return expr;
}

static AstExpr *build_unary(Build *b, const SyntaxNode *node) {
    const SyntaxNode *sign = CHILD(node, OPERATOR);
    Str text = sign ? ast__text(b, sign) : (Str){ "-", 1 };
    for (int i = 0; i < AST_UNARY_OPS; i++) {
        if (str_eq_c(text, unary_texts[i])) return new_unary(b, node, (AstUnaryOp)i);
    }
    AstExpr *expr = new_unary(b, node, AST_UNARY_NEG); // -% -| -?
    for (int i = 0; i < AST_FAMILIES; i++) {
        if (text.len == 2 && text.ptr[1] == family_texts[i][0]) expr->unary.family = (AstFamily)i;
    }
    return expr;
}

static AstExpr *build_cast(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_CAST, node);
    AstType *to = ast__type(b, CHILD(node, TYPE));
    expr->cast.to = AST_VOID;
    if (to->kind == AST_TYPE_SCALAR) expr->cast.to = to->scalar;
    if (expr->cast.to == AST_VOID) {
        ast__report(b, to->span, E_CAST_TARGET, ast__c_text(b, CHILD(node, TYPE)));
        expr->kind = AST_EXPR_ERROR;
        return expr;
    }
    expr->cast.family = family_of(b, CHILD(node, FAMILY));
    expr->cast.operand = ast__expr_of(b, node, FIELD_OPERAND);
    return expr;
}

static AstExpr *build_ternary(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_TERNARY, node);
    expr->ternary.cond = ast__expr_of(b, node, FIELD_CONDITION);
    expr->ternary.then = ast__expr_of(b, node, FIELD_CONSEQUENCE);
    expr->ternary.otherwise = ast__expr_of(b, node, FIELD_ALTERNATIVE);
    return expr;
}

static AstExpr *build_else(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_ELSE, node);
    expr->orelse.value = ast__expr_of(b, node, FIELD_VALUE);
    const SyntaxNode *otherwise = CHILD(node, OTHERWISE);
    int kind = otherwise ? otherwise->kind : SYNTAX_ERROR;
    bool leaves = kind == SYNTAX_BLOCK || kind == SYNTAX_RETURN_STATEMENT ||
                  kind == SYNTAX_BREAK_STATEMENT || kind == SYNTAX_CONTINUE_STATEMENT;
    if (leaves)
        expr->orelse.leave = ast__stmt(b, otherwise);
    else
        expr->orelse.otherwise = ast__expr_of(b, node, FIELD_OTHERWISE);
    return expr;
}

// --- postfix ------------------------------------------------------------------------------------------

static AstExpr *build_name(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_NAME, node);
    expr->name = ast__name(b, node);
    if (!expr->name.name) expr->kind = AST_EXPR_ERROR;
    return expr;
}

static AstExpr *build_type_base(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_TYPE, node);
    expr->type = ast__type(b, node);
    return expr;
}

// What stands before the dot of a path: a name, a path, `u32`.
static AstExpr *build_scope(Build *b, const SyntaxNode *node) {
    if (node && node->kind == SYNTAX_PRIMITIVE_TYPE) return build_type_base(b, node);
    return ast__expr(b, node);
}

AstExpr *ast__split(Build *b, const SyntaxNode *node, AstName *name) {
    if (!node || (node->kind != SYNTAX_PATH && node->kind != SYNTAX_FIELD_EXPRESSION)) return NULL;
    *name = ast__member(b, CHILD(node, NAME));
    if (node->kind == SYNTAX_PATH) return build_scope(b, CHILD(node, SCOPE));
    return ast__expr_of(b, node, FIELD_BASE);
}

static AstExpr *build_field(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_FIELD, node);
    expr->field.base = ast__split(b, node, &expr->field.name);
    const SyntaxNode *sign = CHILD(node, OPERATOR);
    expr->field.arrow = sign && syntax_is(b->syntax, sign, "->");
    return expr;
}

static AstExpr *build_index(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_INDEX, node);
    expr->index.base = ast__expr_of(b, node, FIELD_BASE);
    expr->index.at = ast__expr_of(b, node, FIELD_INDEX);
    return expr;
}

AstRange ast__range(Build *b, const SyntaxNode *node) {
    AstRange range = { 0 };
    if (!node) return range;
    range.span = ast__span(b, node);
    range.lo = ast__expr_maybe(b, node, FIELD_START);
    range.hi = ast__expr_maybe(b, node, FIELD_END);
    const SyntaxNode *sign = CHILD(node, OPERATOR);
    range.inclusive = sign && syntax_is(b->syntax, sign, "..=");
    return range;
}

static AstExpr *build_slice(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_SLICE, node);
    expr->slice.base = ast__expr_of(b, node, FIELD_BASE);
    expr->slice.range = ast__range(b, CHILD(node, RANGE));
    return expr;
}

static AstArg build_arg(Build *b, const SyntaxNode *node) {
    AstArg arg = { .span = ast__span(b, node) };
    if (node->kind == SYNTAX_NAMED_ARGUMENT || node->kind == SYNTAX_FIELD_INITIALIZER) {
        arg.label = ast__name(b, CHILD(node, NAME));
        arg.value = ast__expr_of(b, node, FIELD_VALUE);
    } else {
        arg.value = ast__expr(b, node);
    }
    return arg;
}

AstArgs ast__args(Build *b, const SyntaxNode *node) {
    AstArgs args = { 0 };
    if (!node) return args;
    syntax_each(child, node) {
        bool counts = child->kind != SYNTAX_DOC_COMMENT && child->kind != SYNTAX_TOKEN;
        if (counts) vec_push(b->arena, &args, build_arg(b, child));
    }
    return args;
}

static AstExpr *build_call(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_CALL, node);
    expr->call.callee = ast__expr_of(b, node, FIELD_FUNCTION);
    expr->call.args = ast__args(b, CHILD(node, ARGUMENTS));
    return expr;
}

static AstExpr *build_instance(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_INST, node);
    expr->inst.base = ast__expr_of(b, node, FIELD_FUNCTION);
    const SyntaxNode *args = CHILD(node, ARGUMENTS);
    if (args) expr->inst.args = ast__type_arguments(b, args);
    return expr;
}

static AstExpr *build_force(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_FORCE, node);
    expr->force = ast__expr_of(b, node, FIELD_OPERAND);
    return expr;
}

static AstExpr *build_variant(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_VARIANT, node);
    expr->name = ast__member(b, CHILD(node, NAME));
    return expr;
}

// --- making values ------------------------------------------------------------------------------------

static AstExpr *build_init_list(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_INIT, node);
    expr->init.items = ast__args(b, node);
    expr->init.fill = ast__has(node, FIELD_FILL);
    return expr;
}

static AstExpr *build_init(Build *b, const SyntaxNode *node) {
    const SyntaxNode *list = CHILD(node, VALUE);
    AstExpr *expr = list ? build_init_list(b, list) : start(b, AST_EXPR_ERROR, node);
    expr->span = ast__span(b, node);
    if (list) expr->init.type = ast__expr_of(b, node, FIELD_TYPE);
    return expr;
}

// `new T[n]` gives a block of n, `new gc T` a managed one: the last suffix and a loose qualifier belong to `new`.
static AstExpr *build_new(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_NEW, node);
    expr->make.optional = ast__has(node, FIELD_OPTIONAL);
    expr->make.value = ast__expr_maybe(b, node, FIELD_VALUE);
    const SyntaxNode *type = CHILD(node, TYPE), *loose;
    if (!type) return expr;
    expr->make.type = ast__type_loose(b, type, &loose);
    expr->make.gc = loose && syntax_is(b->syntax, loose, "gc");
    if (loose && !expr->make.gc) ast__report_loose(b, loose);
    if (expr->make.type->kind != AST_TYPE_ARRAY) return expr;
    expr->make.length = expr->make.type->array.length;
    expr->make.type = expr->make.type->array.elem;
    return expr;
}

static AstExpr *build_tuple(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_TUPLE, node);
    syntax_each(child, node) {
        if (child->kind != SYNTAX_DOC_COMMENT)
            vec_push(b->arena, &expr->tuple, ast__expr(b, child));
    }
    return expr;
}

static AstExpr *build_closure(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_CLOSURE, node);
    expr->closure.params = ast__params(b, CHILD(node, PARAMETERS), false);
    expr->closure.body = ast__stmt_of(b, node, FIELD_BODY);
    return expr;
}

static AstExpr *build_sizeof(Build *b, const SyntaxNode *node) {
    AstExpr *expr = start(b, AST_EXPR_SIZEOF, node);
    expr->type = ast__type(b, CHILD(node, TYPE));
    return expr;
}

static AstExpr *build_word(Build *b, const SyntaxNode *node) { // true, false, none
    AstExpr *expr = start(b, node->kind == SYNTAX_NONE ? AST_EXPR_NONE : AST_EXPR_BOOL, node);
    expr->boolean = node->kind == SYNTAX_TRUE;
    return expr;
}

static AstExpr *build_literal(
    Build *b, const SyntaxNode *node, void (*read)(Build *, const SyntaxNode *, AstExpr *)
) {
    AstExpr *expr = start(b, AST_EXPR_ERROR, node);
    read(b, node, expr);
    return expr;
}

AstExpr *ast__expr(Build *b, const SyntaxNode *node) {
    if (!node || node->missing)
        return ast__new_expr(b, AST_EXPR_ERROR, node ? ast__span(b, node) : (Span){ 0 });
    switch ((int)node->kind) {
    case SYNTAX_INTEGER:
    case SYNTAX_FLOAT:
    case SYNTAX_QUANTITY: return build_literal(b, node, ast__number);
    case SYNTAX_CHARACTER: return build_literal(b, node, ast__character);
    case SYNTAX_STRING:
    case SYNTAX_BYTE_STRING:
    case SYNTAX_RAW_STRING: return build_literal(b, node, ast__string);
    case SYNTAX_TEXT: return build_literal(b, node, ast__text_parts);
    case SYNTAX_TRUE:
    case SYNTAX_FALSE:
    case SYNTAX_NONE: return build_word(b, node);
    case SYNTAX_IDENTIFIER: return build_name(b, node);
    case SYNTAX_PATH:
    case SYNTAX_FIELD_EXPRESSION: return build_field(b, node);
    case SYNTAX_PARENTHESIZED: return ast__expr_of(b, node, FIELD_VALUE);
    case SYNTAX_TUPLE_EXPRESSION: return build_tuple(b, node);
    case SYNTAX_VARIANT_EXPRESSION: return build_variant(b, node);
    case SYNTAX_INDEX_EXPRESSION: return build_index(b, node);
    case SYNTAX_SLICE_EXPRESSION: return build_slice(b, node);
    case SYNTAX_CALL_EXPRESSION: return build_call(b, node);
    case SYNTAX_INSTANCE_EXPRESSION: return build_instance(b, node);
    case SYNTAX_FORCE_EXPRESSION: return build_force(b, node);
    case SYNTAX_SIZEOF_EXPRESSION: return build_sizeof(b, node);
    case SYNTAX_UNARY_EXPRESSION: return build_unary(b, node);
    case SYNTAX_NEGATIVE_PATTERN: return new_unary(b, node, AST_UNARY_NEG);
    case SYNTAX_DEREFERENCE: return new_unary(b, node, AST_UNARY_DEREF);
    case SYNTAX_TRY_EXPRESSION: return new_unary(b, node, AST_UNARY_TRY);
    case SYNTAX_BINARY_EXPRESSION: return build_binary(b, node);
    case SYNTAX_CAST_EXPRESSION: return build_cast(b, node);
    case SYNTAX_TERNARY_EXPRESSION: return build_ternary(b, node);
    case SYNTAX_ELSE_EXPRESSION: return build_else(b, node);
    case SYNTAX_NEW_EXPRESSION: return build_new(b, node);
    case SYNTAX_INIT_EXPRESSION: return build_init(b, node);
    case SYNTAX_INIT_LIST: return build_init_list(b, node);
    case SYNTAX_CLOSURE: return build_closure(b, node);
    default: return start(b, AST_EXPR_ERROR, node);
    }
}
