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

// --- an option of an owner, lent ---------------------------------------------------------------------------------------------

static bool looks_twice(const HirExpr *part) {
    switch ((int)part->kind) {
    case HIR_LOCAL:
    case HIR_FIELD:
    case HIR_DEREF:
    case HIR_FORCE_LEND: return true;
    case HIR_TEMP: return part->base->kind == HIR_FORCE_LEND;
    case HIR_INDEX:
        return part->index->kind == HIR_LITERAL ||
               (part->index->kind == HIR_COPY && part->index->base->kind == HIR_LOCAL);
    default: return false;
    }
}

// The place once more, if looking at it twice is like looking at it once; else NULL.
static HirExpr *place_again(Checker *checker, const HirExpr *place) {
    if (!looks_twice(place)) return NULL;
    HirExpr *again = arena_new(checker->arena, HirExpr);
    *again = *place;
    if (place->base) again->base = place_again(checker, place->base);
    return place->base && !again->base ? NULL : again;
}

static bool is_lent_as(const HirType *owner, const HirType *want) {
    bool leads = owner->kind == HIR_TYPE_PTR || owner->kind == HIR_TYPE_SLICE ||
                 owner->kind == HIR_TYPE_STR || owner->kind == HIR_TYPE_GROW;
    bool owns = owner->kind == HIR_TYPE_GROW || owner->mode == HIR_OWN;
    bool same =
        owner->kind == HIR_TYPE_GROW ? want->kind == HIR_TYPE_SLICE : want->kind == owner->kind;
    return leads && owns && same && want->elem == owner->elem &&
           (want->mode == HIR_CONST || want->mode == HIR_MUT);
}

// `own T*?` where a `T*?` or a `const T*?` is wanted: `p == none ? none : some(&*p!)`. NULL: it is not lent.
HirExpr *lend_option(Checker *checker, HirExpr *expr, const HirType *want) {
    bool fits = hir_expr_is_place(expr) && expr->type->kind == HIR_TYPE_OPTION &&
                is_lent_as(expr->type->elem, want->elem);
    HirExpr *asked = fits ? place_again(checker, expr) : NULL;
    HirExpr *there = asked ? forced_place(checker, expr, expr->span) : NULL;
    if (!there) return NULL;
    HirExpr *test = new_expr(checker, HIR_BUILTIN, simple(checker, HIR_TYPE_BOOL), expr->span);
    test->builtin = HIR_BUILTIN_IS_NONE;
    vec_push(checker->arena, &test->args, asked);
    HirExpr *some = new_expr(checker, HIR_SOME, want, expr->span);
    some->base = coerce(checker, there, want->elem);
    if (some->base->kind == HIR_ERROR) return some->base;
    HirExpr *either = new_expr(checker, HIR_TERNARY, want, expr->span);
    vec_push(checker->arena, &either->args, test);
    vec_push(checker->arena, &either->args, new_expr(checker, HIR_NONE, want, expr->span));
    vec_push(checker->arena, &either->args, some);
    return either;
}

// Whose value is to be a `want`: where that is a borrow of what its owner owns, it is lent; else it is left as it is.
HirExpr *lend_wanted(Checker *checker, HirExpr *expr, const HirType *want) {
    bool other = want && expr->type->kind == HIR_TYPE_OPTION && want != expr->type->elem;
    HirExpr *lent =
        other ? lend_option(checker, expr, hir_type_option(checker->types, want)) : NULL;
    return lent ? lent : expr;
}

// --- how it is taken -----------------------------------------------------------------------------------------------------------

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
