// `w->space = w->space[a..b];` behind a borrowed parameter: the exclusive slice is taken out, shortened, and put back, so that
// nothing is left that borrows through the old one.

#include "check__.h"

// Behind the exclusive borrow that a parameter is, in fields only.
static bool lies_behind_param(const HirExpr *place) {
    while (place->kind == HIR_FIELD)
        place = place->base;
    return place->kind == HIR_DEREF && place->base->kind == HIR_LOCAL &&
           place->base->local->is_param && place->base->type->mode == HIR_MUT;
}

static HirExpr *keep(Fn *fn, HirStmt *block, HirExpr *value) {
    if (!value || value->kind == HIR_LITERAL) return value;
    HirLocal *local = new_local(fn, 0, value->type, value->span);
    append(fn, block, let(fn, local, value, value->span));
    return local_value(fn, local, value->span);
}

static HirExpr *moved(Fn *fn, HirExpr *place) {
    HirExpr *move = new_expr(fn->checker, HIR_MOVE, place->type, place->span);
    move->base = place;
    return move;
}

// The block that the assignment is; NULL: it is an assignment like any other.
HirStmt *shorten_slice(Fn *fn, HirExpr *place, HirExpr *value, Span span) {
    bool shortens = value->kind == HIR_SUBVIEW && value->mode == HIR_MUT &&
                    place->type->kind == HIR_TYPE_SLICE && place->type->mode == HIR_MUT;
    if (!shortens || !lies_behind_param(place) || !same_place(place, value->base)) return NULL;
    HirStmt *block = block_of(fn, span), *inner = block_of(fn, span);
    value->lo = keep(fn, block, value->lo);
    value->hi = keep(fn, block, value->hi);
    HirLocal *rest = new_local(fn, 0, place->type, span),
             *whole = new_local(fn, 0, place->type, span);
    append(fn, block, let(fn, rest, NULL, span));
    append(fn, inner, let(fn, whole, moved(fn, value->base), span));
    value->base = local_place(fn, whole, value->span);
    append(fn, inner, assign_to(fn, local_place(fn, rest, span), value, span));
    append(fn, block, inner);
    append(fn, block, assign_to(fn, place, moved(fn, local_place(fn, rest, span)), span));
    return block;
}
