// Operators: both operands get one type, and the operator must take it. A literal takes the type of the other side.

#include "check__.h"

// --- the language's operators in HIR's terms -----------------------------------------------------------------------------

static const HirOp binary_ops[AST_OPS] = {
    [AST_OP_OR] = HIR_OR,           [AST_OP_AND] = HIR_AND,         [AST_OP_EQ] = HIR_EQ,
    [AST_OP_NE] = HIR_NE,           [AST_OP_LT] = HIR_LT,           [AST_OP_LE] = HIR_LE,
    [AST_OP_GT] = HIR_GT,           [AST_OP_GE] = HIR_GE,           [AST_OP_BIT_OR] = HIR_BIT_OR,
    [AST_OP_BIT_XOR] = HIR_BIT_XOR, [AST_OP_BIT_AND] = HIR_BIT_AND, [AST_OP_SHL] = HIR_SHL,
    [AST_OP_SHR] = HIR_SHR,         [AST_OP_ADD] = HIR_ADD,         [AST_OP_SUB] = HIR_SUB,
    [AST_OP_MUL] = HIR_MUL,         [AST_OP_DIV] = HIR_DIV,         [AST_OP_REM] = HIR_REM,
};

HirOp op_of(AstOp op) {
    return binary_ops[op];
}

HirFamily family_of(AstFamily family) {
    static const HirFamily families[AST_FAMILIES] = {
        [AST_FAMILY_TRAP] = HIR_TRAP,
        [AST_FAMILY_WRAP] = HIR_WRAP,
        [AST_FAMILY_SAT] = HIR_SAT,
        [AST_FAMILY_OPT] = HIR_OPT,
    };
    return families[family];
}

static const char *op_text(HirOp op, HirFamily family) {
    for (int i = 0; i < AST_OPS; i++)
        if (binary_ops[i] == op)
            for (int j = 0; j < AST_FAMILIES; j++)
                if (family_of((AstFamily)j) == family) return ast_op_text((AstOp)i, (AstFamily)j);
    return "";
}

// What an operator takes.
typedef enum Takes {
    TAKES_NUMBERS,
    TAKES_INTEGERS,
    TAKES_BITS,
    TAKES_ORDERED,
    TAKES_EQUAL,
    TAKES_BOOL
} Takes;

static Takes takes_of(HirOp op, HirFamily family) {
    switch (op) {
    case HIR_ADD:
    case HIR_SUB:
    case HIR_MUL:
    case HIR_DIV:
    case HIR_REM: return family == HIR_TRAP ? TAKES_NUMBERS : TAKES_INTEGERS;
    case HIR_SHL:
    case HIR_SHR: return TAKES_INTEGERS;
    case HIR_BIT_AND:
    case HIR_BIT_OR:
    case HIR_BIT_XOR: return TAKES_BITS;
    case HIR_EQ:
    case HIR_NE: return TAKES_EQUAL;
    case HIR_LT:
    case HIR_LE:
    case HIR_GT:
    case HIR_GE: return TAKES_ORDERED;
    default: return TAKES_BOOL;
    }
}

static bool is_bytes(const HirType *type) {
    return type->kind == HIR_TYPE_SLICE && type->elem->kind == HIR_TYPE_U8;
}

static bool is_flags(const HirType *type) {
    return type->kind == HIR_TYPE_ENUM && type->enumeration->is_flags;
}

static bool takes(Takes what, const HirType *type) {
    bool number = hir_type_is_integer(type) || hir_type_is_float(type);
    switch (what) {
    case TAKES_NUMBERS: return number;
    case TAKES_INTEGERS: return hir_type_is_integer(type);
    case TAKES_BITS:
        return hir_type_is_integer(type) || type->kind == HIR_TYPE_BOOL || is_flags(type);
    case TAKES_ORDERED: return number || type->kind == HIR_TYPE_CHAR;
    case TAKES_EQUAL:
        if (type->kind == HIR_TYPE_PTR && type->mode == HIR_GC) return true; // the same object
        return hir_type_is_scalar(type) || type->kind == HIR_TYPE_STR || is_bytes(type) ||
               (type->kind == HIR_TYPE_ENUM && type->enumeration->is_plain);
    case TAKES_BOOL: return type->kind == HIR_TYPE_BOOL;
    }
    return false;
}

// --- two operands ------------------------------------------------------------------------------------------------------------

static const HirType *common_type(const HirType *left, const HirType *right) {
    if (left == right || widens(right, left)) return left;
    return widens(left, right) ? right : NULL;
}

static HirExpr *make_binary(
    Checker *checker,
    HirOp op,
    HirFamily family,
    const HirType *type,
    HirExpr *left,
    HirExpr *right,
    Span span
) {
    HirExpr *expr = new_expr(checker, HIR_BINARY, type, span);
    expr->op = op;
    expr->family = family;
    vec_push(checker->arena, &expr->args, left);
    vec_push(checker->arena, &expr->args, right);
    return expr;
}

static HirExpr *make_unary(
    Checker *checker, HirOp op, HirFamily family, HirExpr *operand, Span span
) {
    HirExpr *expr = new_expr(checker, HIR_UNARY, operand->type, span);
    expr->op = op;
    expr->family = family;
    expr->base = operand;
    return expr;
}

static HirExpr *refuse_operand(
    Checker *checker, HirOp op, HirFamily family, const HirExpr *operand, Span span
) {
    diag_report(
        checker->diags, operand->span, E_OPERAND, op_text(op, family),
        type_text(checker, operand->type)
    );
    bool equal = op == HIR_EQ || op == HIR_NE;
    if (op == HIR_ADD && operand->type->kind == HIR_TYPE_STR)
        diag_help(checker->diags, "texts are put together by `text($\"{a}{b}\")` of std.fmt");
    else if (operand->type->kind == HIR_TYPE_STR)
        diag_help(checker->diags, "`a.order(b)` of std.cmp says which of two texts comes first");
    else if (operand->type->kind == HIR_TYPE_PTR && operand->type->mode != HIR_GC)
        diag_help(checker->diags, "`*p` is what a pointer leads to");
    else if (operand->type->kind == HIR_TYPE_PARAM)
        diag_help(
            checker->diags, "%s",
            equal ? "`a.eq(&b)` compares what is declared as `T: Eq` (std.cmp)"
                  : "`a.less(&b)` compares what is declared as `T: Ord` (std.cmp)"
        );
    else if (operand->type->kind == HIR_TYPE_OPTION && equal)
        diag_help(
            checker->diags,
            "`x == none` asks whether there is a value, `a.eq(&b)` of std.cmp compares two"
        );
    else if (operand->type->kind == HIR_TYPE_OPTION)
        diag_help(checker->diags, "`x else ...` says what happens when there is none");
    else if (equal && operand->type->kind == HIR_TYPE_ENUM)
        diag_help(
            checker->diags,
            "its variants carry values: `switch` tells which it is, and takes them out"
        );
    else if (equal && operand->type->kind == HIR_TYPE_PTR)
        diag_help(checker->diags, "what it leads to is compared by `*`: `*p == ...`");
    return error_expr(checker, span);
}

// Texts and bytes are compared by content: what is looked at is a borrow of each.
static HirExpr *compare_content(Fn *fn, HirOp op, HirExpr *left, HirExpr *right, Span span) {
    Checker *checker = fn->checker;
    const HirType *shown =
        left->type->kind == HIR_TYPE_STR
            ? hir_type_str(checker->types, HIR_CONST)
            : hir_type_slice(checker->types, HIR_CONST, simple(checker, HIR_TYPE_U8));
    left = coerce(checker, left, shown);
    right = coerce(checker, right, shown);
    if (left->kind == HIR_ERROR || right->kind == HIR_ERROR) return error_expr(checker, span);
    return make_binary(checker, op, HIR_TRAP, simple(checker, HIR_TYPE_BOOL), left, right, span);
}

// `x >= 0` of an unsigned `x`, and its kin. What an instance makes of a parameter's type is nobody's mistake.
static void note_settled(Fn *fn, const HirExpr *expr) {
    const HirExpr *left = expr->args.data[0], *right = expr->args.data[1];
    bool zero_left = left->kind == HIR_LITERAL && left->bits == 0;
    bool zero_right = right->kind == HIR_LITERAL && right->bits == 0;
    bool holds = (zero_right && expr->op == HIR_GE) || (zero_left && expr->op == HIR_LE);
    bool fails = (zero_right && expr->op == HIR_LT) || (zero_left && expr->op == HIR_GT);
    if (fn->checker->in_instance || (!holds && !fails) || !hir_type_is_integer(left->type) ||
        hir_type_is_signed(left->type))
        return;
    vec_push(fn->checker->arena, &fn->checker->settled, ((Settled){ expr, fn->module, holds }));
}

HirExpr *arithmetic(Fn *fn, HirOp op, HirFamily family, HirExpr *left, HirExpr *right, Span span) {
    Checker *checker = fn->checker;
    if (left->kind == HIR_ERROR || right->kind == HIR_ERROR) return error_expr(checker, span);
    bool optional = left->type->kind == HIR_TYPE_OPTION || right->type->kind == HIR_TYPE_OPTION;
    if (optional && family == HIR_OPT) return optional_arithmetic(fn, op, left, right, span);
    Takes what = takes_of(op, family);
    if (!takes(what, left->type)) return refuse_operand(checker, op, family, left, span);
    if (!takes(what, right->type)) return refuse_operand(checker, op, family, right, span);
    if (what == TAKES_EQUAL && (left->type->kind == HIR_TYPE_STR || is_bytes(left->type)))
        return compare_content(fn, op, left, right, span);
    bool shifts = op == HIR_SHL || op == HIR_SHR;
    const HirType *type = shifts ? left->type : common_type(left->type, right->type);
    if (!type) {
        diag_report(
            checker->diags, span, E_OPERANDS_DIFFER, op_text(op, family),
            type_text(checker, left->type), type_text(checker, right->type)
        );
        if (hir_type_is_integer(left->type) && hir_type_is_integer(right->type))
            diag_help(
                checker->diags, "a cast says what is meant: `(%s)x` traps when it does not fit",
                type_text(checker, left->type)
            );
        return error_expr(checker, span);
    }
    left = coerce(checker, left, type);
    right = shifts ? as_value(checker, right) : coerce(checker, right, type);
    const HirType *result =
        what == TAKES_EQUAL || what == TAKES_ORDERED ? simple(checker, HIR_TYPE_BOOL) : type;
    if (family == HIR_OPT) result = hir_type_option(checker->types, type);
    HirExpr *made = make_binary(checker, op, family, result, left, right, span);
    if (what == TAKES_ORDERED) note_settled(fn, made);
    return made;
}

// Does its type come from where it stands?
static bool adapts(const AstExpr *expr) {
    switch (expr->kind) {
    case AST_EXPR_INT:
    case AST_EXPR_FLOAT:
    case AST_EXPR_CHAR:
    case AST_EXPR_VARIANT:
    case AST_EXPR_DURATION: return true;
    case AST_EXPR_UNARY:
        return (expr->unary.op == AST_UNARY_NEG || expr->unary.op == AST_UNARY_BIT_NOT) &&
               adapts(expr->unary.operand);
    case AST_EXPR_BINARY:
        return expr->binary.op >= AST_OP_BIT_OR && adapts(expr->binary.left) &&
               adapts(expr->binary.right);
    default: return false;
    }
}

static bool is_none_test(const AstExpr *expr) {
    bool equality = expr->binary.op == AST_OP_EQ || expr->binary.op == AST_OP_NE;
    return equality &&
           (expr->binary.left->kind == AST_EXPR_NONE || expr->binary.right->kind == AST_EXPR_NONE);
}

// `x == none` asks only whether there is a value: nothing is copied or moved.
static HirExpr *none_test(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    const AstExpr *option =
        expr->binary.left->kind == AST_EXPR_NONE ? expr->binary.right : expr->binary.left;
    HirExpr *value = check_expr(fn, option, NULL);
    if (value->kind == HIR_ERROR) return value;
    HirExpr *place = receiver_place(fn, value);
    if (place->type->kind != HIR_TYPE_OPTION) {
        diag_report(checker->diags, value->span, E_NOT_OPTIONAL, type_text(checker, value->type));
        if (value->type->kind == HIR_TYPE_PTR)
            diag_help(checker->diags, "a pointer is never null; `T*?` is one that may be none");
        return error_expr(checker, expr->span);
    }
    HirExpr *test = new_expr(checker, HIR_BUILTIN, simple(checker, HIR_TYPE_BOOL), expr->span);
    test->builtin = HIR_BUILTIN_IS_NONE;
    vec_push(checker->arena, &test->args, place);
    return expr->binary.op == AST_OP_EQ ? test
                                        : make_unary(checker, HIR_NOT, HIR_TRAP, test, expr->span);
}

HirExpr *check_binary(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    HirOp op = op_of(expr->binary.op);
    HirFamily family = family_of(expr->binary.family);
    if (op == HIR_AND || op == HIR_OR) {
        HirExpr *left = check_cond(fn, expr->binary.left),
                *right = check_cond(fn, expr->binary.right);
        bool wrong = left->kind == HIR_ERROR || right->kind == HIR_ERROR;
        return wrong ? error_expr(checker, expr->span)
                     : make_binary(
                           checker, op, HIR_TRAP, simple(checker, HIR_TYPE_BOOL), left, right,
                           expr->span
                       );
    }
    if (is_none_test(expr)) return none_test(fn, expr);
    Takes what = takes_of(op, family);
    const HirType *guide = what == TAKES_EQUAL || what == TAKES_ORDERED ? NULL : want;
    bool shifts = op == HIR_SHL || op == HIR_SHR;
    HirExpr *left, *right;
    if (adapts(expr->binary.left) && !adapts(expr->binary.right) && !shifts) {
        right = check_expr(fn, expr->binary.right, guide);
        left = check_expr(fn, expr->binary.left, right->kind == HIR_ERROR ? guide : right->type);
    } else {
        left = check_expr(fn, expr->binary.left, guide);
        right = check_expr(
            fn, expr->binary.right,
            shifts                    ? simple(checker, HIR_TYPE_U32)
            : left->kind == HIR_ERROR ? guide
                                      : left->type
        );
    }
    return arithmetic(fn, op, family, left, right, expr->span);
}

// --- one operand ---------------------------------------------------------------------------------------------------------------

// A literal with its sign is one number: -128 is an i8 although 128 is none.
static HirExpr *negative_literal(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    uint64_t magnitude = expr->unary.operand->integer;
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    if (want && hir_type_is_float(want)) return NULL;
    const HirType *type =
        want && hir_type_is_integer(want)
            ? want
            : simple(checker, magnitude <= (uint64_t)1 << 31 ? HIR_TYPE_I32 : HIR_TYPE_I64);
    if (literal_fits(type, magnitude, true))
        return literal(checker, type, 0 - magnitude, expr->span);
    diag_report(
        checker->diags, expr->span, E_CONST_TRAP, "the negative number does not fit its type"
    );
    return error_expr(checker, expr->span);
}

static HirExpr *check_negation(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    HirFamily family = family_of(expr->unary.family);
    if (expr->unary.operand->kind == AST_EXPR_INT && family == HIR_TRAP) {
        HirExpr *number = negative_literal(fn, expr, want);
        if (number) return number;
    }
    HirExpr *operand = as_value(checker, check_expr(fn, expr->unary.operand, want));
    if (operand->kind == HIR_ERROR) return operand;
    bool is_signed = hir_type_is_integer(operand->type) && hir_type_is_signed(operand->type);
    if (is_signed && (family == HIR_SAT || family == HIR_OPT)) // from zero
        return arithmetic(
            fn, HIR_SUB, family, literal(checker, operand->type, 0, expr->span), operand, expr->span
        );
    if (!hir_type_is_float(operand->type) &&
        !(hir_type_is_integer(operand->type) &&
          ((hir_type_is_signed(operand->type) && family == HIR_TRAP) || family == HIR_WRAP)))
        return refuse_operand(checker, HIR_SUB, family, operand, expr->span);
    return make_unary(checker, HIR_NEG, family, operand, expr->span);
}

static HirExpr *check_borrow(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    while (want && want->kind == HIR_TYPE_OPTION)
        want = want->elem;
    HirExpr *operand =
        check_expr(fn, expr->unary.operand, want && want->kind == HIR_TYPE_PTR ? want->elem : NULL);
    if (operand->kind == HIR_ERROR) return operand;
    HirExpr *place = as_place(checker, operand);
    // Where nothing says which, exclusive if it can be.
    bool shared = want && want->kind == HIR_TYPE_PTR
                      ? want->mode == HIR_CONST || want->mode == HIR_STATIC
                      : !is_mutable(place);
    if (!shared && !check_mutable(checker, place)) return error_expr(checker, expr->span);
    if (!hir_type_is_lent(place->type)) {
        diag_report(
            checker->diags, expr->span, E_BORROW_STORED,
            type_text(checker, hir_type_ptr(checker->types, HIR_MUT, place->type))
        );
        return error_expr(checker, expr->span);
    }
    bool for_ever = want && want->kind == HIR_TYPE_PTR && want->mode == HIR_STATIC &&
                    place->kind == HIR_CONSTANT;
    HirMode mode = for_ever ? HIR_STATIC : shared ? HIR_CONST : HIR_MUT;
    HirExpr *borrow =
        new_expr(checker, HIR_BORROW, hir_type_ptr(checker->types, mode, place->type), expr->span);
    borrow->base = place;
    borrow->mode = mode;
    return borrow;
}

static HirExpr *check_deref(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    HirExpr *operand = check_expr(fn, expr->unary.operand, NULL);
    if (operand->kind == HIR_ERROR) return operand;
    if (operand->type->kind != HIR_TYPE_PTR) {
        diag_report(checker->diags, expr->span, E_OPERAND, "*", type_text(checker, operand->type));
        if (operand->type->kind == HIR_TYPE_OPTION)
            diag_help(
                checker->diags,
                "`x!` is the value, or a trap; `x else ...` says what happens when there is none"
            );
        return error_expr(checker, expr->span);
    }
    HirExpr *place = deref(checker, as_place(checker, operand));
    place->span = expr->span;
    return place;
}

HirExpr *check_unary(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    switch (expr->unary.op) {
    case AST_UNARY_NEG: return check_negation(fn, expr, want);
    case AST_UNARY_BORROW: return check_borrow(fn, expr, want);
    case AST_UNARY_DEREF: return check_deref(fn, expr);
    case AST_UNARY_TRY: return check_try(fn, expr, want);
    case AST_UNARY_NOT: {
        HirExpr *operand = check_cond(fn, expr->unary.operand);
        return operand->kind == HIR_ERROR
                   ? operand
                   : make_unary(checker, HIR_NOT, HIR_TRAP, operand, expr->span);
    }
    case AST_UNARY_BIT_NOT: {
        HirExpr *operand = as_value(checker, check_expr(fn, expr->unary.operand, want));
        if (operand->kind == HIR_ERROR) return operand;
        if (hir_type_is_integer(operand->type) || is_flags(operand->type))
            return make_unary(checker, HIR_BIT_NOT, HIR_TRAP, operand, expr->span);
        diag_report(
            checker->diags, operand->span, E_OPERAND, "~", type_text(checker, operand->type)
        );
        return error_expr(checker, expr->span);
    }
    case AST_UNARY_OPS: break;
    }
    return error_expr(checker, expr->span);
}

// --- casts -------------------------------------------------------------------------------------------------------------------------

static bool may_cast(const HirType *from, const HirType *to, HirFamily family) {
    bool from_int = hir_type_is_integer(from), to_int = hir_type_is_integer(to);
    bool from_float = hir_type_is_float(from), to_float = hir_type_is_float(to);
    bool from_small = from->kind == HIR_TYPE_BOOL || from->kind == HIR_TYPE_CHAR;
    switch (family) {
    case HIR_WRAP: return (from_int || from_small) && to_int;
    case HIR_SAT: return (from_int || from_float) && to_int;
    default:
        if (to->kind == HIR_TYPE_CHAR) return from_int;
        return (from_int && (to_int || to_float)) || (from_small && to_int) ||
               (from_float && (to_int || to_float));
    }
}

static HirExpr *repr_of(Checker *checker, HirExpr *value, Span span) {
    HirExpr *expr = new_expr(checker, HIR_BUILTIN, value->type->enumeration->repr, span);
    expr->builtin = HIR_BUILTIN_REPR_OF;
    vec_push(checker->arena, &expr->args, value);
    return expr;
}

HirExpr *check_cast(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    HirFamily family = family_of(expr->cast.family);
    AstType name = { .kind = AST_TYPE_SCALAR, .span = expr->span, .scalar = expr->cast.to };
    const HirType *to = resolve_type(checker, fn->module, &name);
    HirExpr *value = as_value(checker, check_expr(fn, expr->cast.operand, NULL));
    if (value->kind == HIR_ERROR) return value;
    if (value->type->kind == HIR_TYPE_ENUM && value->type->enumeration->is_plain)
        value = repr_of(checker, value, value->span);
    if (!may_cast(value->type, to, family)) {
        diag_report(
            checker->diags, expr->span, E_BAD_CAST, type_text(checker, value->type),
            type_text(checker, to)
        );
        return error_expr(checker, expr->span);
    }
    const HirType *result = family == HIR_OPT ? hir_type_option(checker->types, to) : to;
    if (value->type == to && family != HIR_OPT) return value;
    bool widening = widens(value->type, to) && family != HIR_OPT;
    HirExpr *cast = new_expr(checker, widening ? HIR_WIDEN : HIR_CAST, result, expr->span);
    cast->family = family;
    cast->base = value;
    return cast;
}
