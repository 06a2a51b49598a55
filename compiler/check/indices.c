// Indices that are out of bounds whatever happens: what is indexed is an array of known length, and the index is made of
// constants. The access would trap each time, so it is an error.
//
// Of instances nothing is asked: `if (N > 2) ... a[2]` is right there, whatever N is.

#include "eval.h"

static bool known(const HirExpr *value, uint64_t *bits);

static bool known_binary(const HirExpr *value, uint64_t *bits) {
    uint64_t left, right;
    bool whole = value->family == HIR_TRAP && hir_type_is_integer(value->type);
    if (!whole || !known(value->args.data[0], &left) || !known(value->args.data[1], &right))
        return false;
    Folded folded = fold_binary(value->op, value->family, value->type, left, right);
    *bits = folded.bits;
    return !folded.trap;
}

// An integer that no variable has part in. Expressions are no deeper than the parser lets them be.
static bool known(const HirExpr *value, uint64_t *bits) {
    switch ((int)value->kind) {
    case HIR_LITERAL: *bits = value->bits; return !value->symbol;
    case HIR_COPY:
        return value->base->kind == HIR_CONSTANT && value->base->constant->value &&
               known(value->base->constant->value, bits);
    case HIR_WIDEN: return hir_type_is_integer(value->base->type) && known(value->base, bits);
    case HIR_CAST: { // a u64 is an index too
        bool same = value->family == HIR_WRAP && hir_type_is_integer(value->base->type);
        return same && hir_type_bits(value->type) == 64 && known(value->base, bits);
    }
    case HIR_BINARY: return known_binary(value, bits);
    default: return false;
    }
}

static void check_bound(Checker *checker, const HirExpr *place, const HirExpr *at, uint64_t most) {
    uint64_t index;
    if (!at || place->type->kind != HIR_TYPE_ARRAY || place->type->symbol || !known(at, &index) ||
        index < most)
        return;
    diag_report(
        checker->diags, at->span, E_OUT_OF_BOUNDS, (unsigned long long)index,
        place_text(checker, place), (unsigned long long)place->type->count
    );
    if (index == place->type->count)
        diag_help(
            checker->diags, "elements are numbered from 0: the last one is %llu",
            (unsigned long long)(index ? index - 1 : 0)
        );
}

static void check_expr_bounds(void *context, const HirExpr *expr) {
    Checker *checker = context;
    if (expr->kind == HIR_INDEX)
        check_bound(checker, expr->base, expr->index, expr->base->type->count);
    if (expr->kind == HIR_SUBVIEW) {
        check_bound(checker, expr->base, expr->lo, expr->base->type->count + 1);
        check_bound(checker, expr->base, expr->hi, expr->base->type->count + 1);
    }
}

void check_indices(Checker *checker, const HirFn *fn) {
    const HirWalk walk = { checker, check_expr_bounds, NULL };
    if (!checker->in_instance) hir_walk_stmt(&walk, fn->body);
}
