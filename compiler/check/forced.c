// `x!` of an optional that stands somewhere: a place in it, which is borrowed and not moved, as long as it is used as a
// place [language.md 7]. Which borrow it takes is known when what is done with it is; where a value is wanted it moves.

#include "check__.h"

#include <assert.h>

// What is in the option, as a place: behind a borrow that is shared until more is asked. NULL: it cannot be borrowed.
HirExpr *forced_place(Checker *checker, HirExpr *option, Span span) {
    bool stands =
        hir_expr_is_place(option) && option->kind != HIR_TEMP && option->kind != HIR_CONSTANT;
    if (!stands || hir_type_is_second_class(option->type)) return NULL;
    const HirType *type = hir_type_ptr(checker->types, HIR_CONST, option->type->elem);
    HirExpr *lend = new_expr(checker, HIR_FORCE_LEND, type, span);
    lend->base = option;
    lend->mode = HIR_CONST;
    HirExpr *place = deref(checker, as_place(checker, lend));
    place->span = span;
    return place;
}

// The borrow that a part of a place is behind, if it is what is in an option; else NULL.
HirExpr *forced_lend(const HirExpr *part) {
    bool behind = part->kind == HIR_DEREF && part->base->kind == HIR_TEMP;
    return behind && part->base->base->kind == HIR_FORCE_LEND ? part->base->base : NULL;
}

// What is in the option is changed, or lent exclusively.
void force_exclusive(Checker *checker, HirExpr *lend) {
    lend->mode = HIR_MUT;
    lend->type = hir_type_ptr(checker->types, HIR_MUT, lend->base->type->elem);
}

// What is in the option, or a field of it, as a value: moved out of the option, which moves as a whole. NULL: it is reported.
HirExpr *forced_value(Checker *checker, HirExpr *place) {
    HirExpr *root = place;
    while (root->kind == HIR_FIELD)
        root = root->base;
    HirExpr *lend = forced_lend(root);
    assert(lend);
    HirExpr *option = as_value(checker, lend->base);
    if (option->kind == HIR_ERROR) return option;
    HirExpr *value = new_expr(checker, HIR_FORCE, root->type, root->span);
    value->base = option;
    if (root == place) return value;
    *root = *as_place(checker, value);
    return as_value(checker, place);
}
