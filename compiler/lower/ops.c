// Arithmetic, comparison and casts: which instruction an operator of a family is for operands of a type.

#include "lower__.h"

// --- tables --------------------------------------------------------------------------------------------

enum { NO = SIR_OPS }; // the language has no such operator

static const SirOp integer_ops[HIR_SHR + 1][HIR_OPT + 1] = {
    [HIR_ADD] = { SIR_OP_ADD_TRAP, SIR_OP_ADD_WRAP, SIR_OP_ADD_SAT, SIR_OP_ADD_OPT },
    [HIR_SUB] = { SIR_OP_SUB_TRAP, SIR_OP_SUB_WRAP, SIR_OP_SUB_SAT, SIR_OP_SUB_OPT },
    [HIR_MUL] = { SIR_OP_MUL_TRAP, SIR_OP_MUL_WRAP, SIR_OP_MUL_SAT, SIR_OP_MUL_OPT },
    [HIR_DIV] = { SIR_OP_DIV_TRAP, NO,              NO,             SIR_OP_DIV_OPT },
    [HIR_REM] = { SIR_OP_REM_TRAP, NO,              NO,             SIR_OP_REM_OPT },
    [HIR_SHL] = { SIR_OP_SHL_TRAP, SIR_OP_SHL_WRAP, NO,             SIR_OP_SHL_OPT },
    [HIR_SHR] = { SIR_OP_SHR_TRAP, SIR_OP_SHR_WRAP, NO,             SIR_OP_SHR_OPT },
};

static SirOp float_op(HirOp op) {
    switch (op) {
    case HIR_ADD: return SIR_OP_FADD;
    case HIR_SUB: return SIR_OP_FSUB;
    case HIR_MUL: return SIR_OP_FMUL;
    case HIR_DIV: return SIR_OP_FDIV;
    case HIR_REM: return SIR_OP_FREM;
    default: unreachable(); // check/ has no shifts of floats
    }
}

static SirOp binary_op(HirOp op, HirFamily family, const HirType *operands) {
    switch (op) {
    case HIR_BIT_AND: return SIR_OP_AND;
    case HIR_BIT_OR: return SIR_OP_OR;
    case HIR_BIT_XOR: return SIR_OP_XOR;
    case HIR_EQ: return SIR_OP_EQ;
    case HIR_NE: return SIR_OP_NE;
    case HIR_LT: return SIR_OP_LT;
    case HIR_LE: return SIR_OP_LE;
    case HIR_GT: return SIR_OP_GT;
    case HIR_GE: return SIR_OP_GE;
    default: break;
    }
    if (op > HIR_SHR) unreachable(); // AND and OR are control flow, the rest have one operand
    SirOp found = hir_type_is_float(operands) ? float_op(op) : integer_ops[op][family];
    if (found == NO) unreachable();
    return found;
}

// --- shifts --------------------------------------------------------------------------------------------

static SirArg converted(Body *b, SirOp op, SirType type, SirArg value, Span span) {
    SirPlace temp = lower__local_place(lower__temp(b, type, span));
    LOWER_OP(b, op, span, lower__at(temp), value);
    return lower__copy(temp);
}

// SIR shifts by a u32. What does not fit one is too far in any case, a negative amount too.
static SirArg amount(Body *b, const HirExpr *e) {
    SirArg value = lower__value(b, e);
    SirType type = lower__type(b->l, e->type);
    if (type == SIR_TYPE_U32) return value;
    bool fits = value.kind == SIR_ARG_CONST && value.tree->bits <= UINT32_MAX;
    if (fits) return lower__tree_arg(lower__int(b->l, SIR_TYPE_U32, value.tree->bits));
    if (hir_type_is_signed(e->type))
        value = converted(b, SIR_OP_CAST_WRAP, SIR_TYPE_U64, value, e->span);
    return converted(b, SIR_OP_CAST_SAT, SIR_TYPE_U32, value, e->span);
}

// --- operators -----------------------------------------------------------------------------------------

static bool has_content(const HirType *type) {
    return type->kind == HIR_TYPE_STR || type->kind == HIR_TYPE_SLICE;
}

static void lower_content_eq(Body *b, const HirExpr *e, SirPlace dest) {
    const HirExpr *left = e->args.data[0], *right = e->args.data[1];
    SirArg first = lower__early_value(b, left, &e->args.data[1], 1);
    SirPlace p = lower__arg_place(b, first, lower__type(b->l, left->type), left->span);
    SirArg second = lower__value(b, right);
    SirPlace q = lower__arg_place(b, second, lower__type(b->l, right->type), right->span);
    LOWER_OP(b, SIR_OP_EQ_BYTES, e->span, lower__at(dest), lower__at(p), lower__at(q));
    if (e->op == HIR_NE) LOWER_OP(b, SIR_OP_NOT, e->span, lower__at(dest), lower__copy(dest));
}

void lower__binary(Body *b, const HirExpr *e, SirPlace dest) {
    const HirExpr *left = e->args.data[0], *right = e->args.data[1];
    if ((e->op == HIR_EQ || e->op == HIR_NE) && has_content(left->type)) {
        lower_content_eq(b, e, dest);
        return;
    }
    SirArg first = lower__early_value(b, left, &e->args.data[1], 1);
    bool shifts = e->op == HIR_SHL || e->op == HIR_SHR;
    SirArg second = shifts ? amount(b, right) : lower__value(b, right);
    SirOp op = binary_op(e->op, e->family, left->type);
    LOWER_OP(b, op, e->span, lower__at(dest), first, second);
}

static SirOp unary_op(const HirExpr *e) {
    switch (e->op) {
    case HIR_NEG:
        if (hir_type_is_float(e->type)) return SIR_OP_FNEG;
        return e->family == HIR_WRAP ? SIR_OP_NEG_WRAP : SIR_OP_NEG_TRAP;
    case HIR_NOT:
    case HIR_BIT_NOT: return SIR_OP_NOT;
    default: unreachable();
    }
}

void lower__unary(Body *b, const HirExpr *e, SirPlace dest) {
    LOWER_OP(b, unary_op(e), e->span, lower__at(dest), lower__value(b, e->base));
}

// --- casts -----------------------------------------------------------------------------------------------

static SirOp cast_op(const HirExpr *e) {
    if (e->kind == HIR_WIDEN) return SIR_OP_WIDEN;
    switch (e->family) {
    case HIR_TRAP: return SIR_OP_CAST_TRAP;
    case HIR_WRAP: return SIR_OP_CAST_WRAP;
    case HIR_SAT: return SIR_OP_CAST_SAT;
    case HIR_OPT: return SIR_OP_CAST_OPT;
    }
    unreachable();
}

// `usize` and `u64` are one type here: what is left of a conversion between them is a copy.
void lower__cast(Body *b, const HirExpr *e, SirPlace dest) {
    SirArg value = lower__value(b, e->base);
    bool same = lower__type(b->l, e->type) == lower__type(b->l, e->base->type);
    LOWER_OP(b, same ? SIR_OP_USE : cast_op(e), e->span, lower__at(dest), value);
}

// --- place op= value -------------------------------------------------------------------------------------

void lower__update(Body *b, const HirStmt *stmt) {
    SirPlace place = lower__place(b, stmt->place, lower__disturbs(stmt->value));
    bool shifts = stmt->op == HIR_SHL || stmt->op == HIR_SHR;
    SirArg value = shifts ? amount(b, stmt->value) : lower__value(b, stmt->value);
    SirOp op = binary_op(stmt->op, stmt->family, stmt->place->type);
    LOWER_OP(b, op, stmt->span, lower__at(place), lower__copy(place), value);
}
