// Borrows, views and parts of views, in two steps: what the place needs is computed in turn, the borrow is taken
// when it is due. Between the two other values may be computed; after the second nothing is left to do [24].

#include "lower__.h"

static bool is_str(const HirType *type) {
    return type->kind == HIR_TYPE_STR;
}

Borrow lower__borrow_prepare(Body *b, const HirExpr *e, bool stable) {
    Borrow borrow = { .expr = e };
    borrow.lo.kind = borrow.hi.kind = SIR_ARG_NOTHING;
    HirExpr *lo = hir_expr_lo(e), *hi = hir_expr_hi(e);
    bool moves = stable || (lo && lower__disturbs(lo)) || (hi && lower__disturbs(hi));
    borrow.place = lower__place(b, e->base, moves);
    HirExpr *later[] = { hi };
    if (lo) borrow.lo = lower__early_value(b, lo, later, hi ? 1 : 0);
    if (hi) borrow.hi = lower__value(b, hi);
    return borrow;
}

// --- taking --------------------------------------------------------------------------------------------

SirArg lower__length(Body *b, SirArg whole, Span span) {
    SirPlace length = lower__local_place(lower__temp(b, SIR_TYPE_U64, span));
    LOWER_OP(b, SIR_OP_LEN, span, lower__at(length), whole);
    return lower__copy(length);
}

static void take_part(Body *b, const Borrow *borrow, SirPlace dest) {
    const HirExpr *e = borrow->expr;
    SirArg lo = e->lo ? borrow->lo : lower__u64(b, 0);
    SirArg hi = e->hi ? borrow->hi : lower__length(b, lower__at(borrow->place), e->span);
    SirOp op = e->mode == HIR_MUT ? SIR_OP_SUBVIEW_MUT : SIR_OP_SUBVIEW;
    LOWER_OP(b, op, e->span, lower__at(dest), lower__at(borrow->place), lo, hi);
}

static SirOp whole_op(const HirExpr *e) {
    bool mut = e->mode == HIR_MUT;
    if (e->kind == HIR_BORROW) return mut ? SIR_OP_BORROW_MUT : SIR_OP_BORROW;
    if (is_str(e->base->type) && !is_str(e->type)) return SIR_OP_BYTES_OF;
    return mut ? SIR_OP_VIEW_MUT : SIR_OP_VIEW;
}

void lower__borrow_take(Body *b, const Borrow *borrow, SirPlace dest) {
    const HirExpr *e = borrow->expr;
    if (hir_expr_lo(e) || hir_expr_hi(e))
        take_part(b, borrow, dest);
    else
        LOWER_OP(b, whole_op(e), e->span, lower__at(dest), lower__at(borrow->place));
}

static void take_static(Body *b, const HirExpr *e, SirPlace dest) {
    if (e->base->kind != HIR_CONSTANT) unreachable(); // only constants live for ever
    SirArg row = lower__num(SIR_ARG_CONSTREF, lower__const(b->l, e->base->constant));
    LOWER_OP(b, SIR_OP_CONST_REF, e->span, lower__at(dest), row);
}

void lower__borrow(Body *b, const HirExpr *e, SirPlace dest) {
    if (e->mode == HIR_STATIC) {
        take_static(b, e, dest);
        return;
    }
    Borrow borrow = lower__borrow_prepare(b, e, false);
    lower__borrow_take(b, &borrow, dest);
}
