// Constants: typed trees [22]. A value that is made of literals becomes a tree wherever it stands, so that an
// array of zeros is one operand; module constants get a row of their own when they are first asked for.

#include "lower__.h"

#include <string.h>

enum { TREE_DEPTH = 48 }; // deeper ones are built at run time; the readers of SIR take 64

static SirTree *tree_at(Lower *l, const HirExpr *e, uint32_t depth);

static SirTree *new_tree(Lower *l, SirConstKind kind, const HirType *type) {
    SirTree *tree = arena_new(l->arena, SirTree);
    tree->kind = kind;
    tree->type = lower__type(l, type);
    return tree;
}

SirTree *lower__int(Lower *l, SirType type, uint64_t bits) {
    SirTree *tree = arena_new(l->arena, SirTree);
    *tree = (SirTree){ .kind = SIR_CONST_INT, .type = type, .bits = bits };
    return tree;
}

// --- leaves --------------------------------------------------------------------------------------------

// A literal has the pattern of a double whatever its type.
static uint64_t float_bits(const HirType *type, uint64_t bits) {
    if (hir_type_bits(type) == 64) return bits;
    double wide;
    memcpy(&wide, &bits, sizeof wide);
    float narrow = (float)wide;
    uint32_t pattern;
    memcpy(&pattern, &narrow, sizeof pattern);
    return pattern;
}

static SirTree *literal(Lower *l, const HirExpr *e) {
    bool is_float = hir_type_is_float(e->type);
    SirTree *tree = new_tree(l, is_float ? SIR_CONST_FLOAT : SIR_CONST_INT, e->type);
    tree->bits = is_float ? float_bits(e->type, e->bits) : e->bits;
    return tree;
}

static SirTree *text(Lower *l, const HirExpr *e) {
    SirTree *tree = new_tree(l, SIR_CONST_STR, e->type);
    tree->text = (Str){ arena_strndup(l->arena, e->text.ptr, e->text.len), e->text.len };
    return tree;
}

static SirTree *function(Lower *l, const HirExpr *e) {
    SirTree *tree = new_tree(l, SIR_CONST_FUNC, e->type);
    tree->bits = lower__fn(l, e->fn);
    return tree;
}

static SirTree *widened(Lower *l, const HirExpr *e, uint32_t depth) {
    SirTree *base = tree_at(l, e->base, depth);
    if (!base || base->kind != SIR_CONST_INT || hir_type_is_float(e->type)) return NULL;
    SirTree *tree = new_tree(l, SIR_CONST_INT, e->type);
    tree->bits = base->bits;
    return tree;
}

static SirTree *reference(Lower *l, const HirExpr *e) {
    if (e->mode != HIR_STATIC || e->base->kind != HIR_CONSTANT) return NULL;
    SirTree *tree = new_tree(l, SIR_CONST_REF, e->type);
    tree->bits = lower__const(l, e->base->constant);
    return tree;
}

// --- lists ---------------------------------------------------------------------------------------------

static bool add_items(Lower *l, SirTree *tree, const HirExpr *e, uint32_t depth) {
    for (uint32_t i = 0; i < e->args.len; i++) {
        SirTree *item = tree_at(l, e->args.data[i], depth);
        if (!item) return false;
        tree->items[e->rows && e->kind == HIR_STRUCT_LIT ? e->rows[i] : i] = *item;
    }
    return true;
}

static SirTree *list(Lower *l, const HirExpr *e, uint32_t variant, uint32_t depth) {
    SirTree *tree = new_tree(l, SIR_CONST_LIST, e->type);
    tree->variant = variant;
    tree->item_count = e->args.len;
    tree->items = arena_array(l->arena, SirTree, e->args.len);
    return add_items(l, tree, e, depth) ? tree : NULL;
}

static SirTree *with_one_item(
    Lower *l, SirConstKind kind, const HirExpr *e, uint32_t variant, uint32_t depth
) {
    SirTree *item = tree_at(l, e->base, depth);
    if (!item) return NULL;
    SirTree *tree = new_tree(l, kind, e->type);
    tree->variant = variant;
    tree->items = item;
    tree->item_count = 1;
    return tree;
}

static SirTree *variant(Lower *l, const HirExpr *e, uint32_t depth) {
    const HirEnum *enumeration = e->type->enumeration;
    if (!enumeration->is_plain) return list(l, e, e->row, depth);
    SirTree *tree = new_tree(l, SIR_CONST_INT, e->type);
    tree->bits = enumeration->variants.data[e->row].value;
    return tree;
}

// --- parts of constants --------------------------------------------------------------------------------

static const HirExpr *field_of(const HirExpr *value, uint32_t row) {
    for (uint32_t i = 0; i < value->args.len; i++)
        if (value->rows[i] == row) return value->args.data[i];
    return NULL;
}

// What stands in a place that is a constant, or a part of one; NULL: it is not known, or the index traps.
static const HirExpr *known_at(const HirExpr *place) {
    if (place->kind == HIR_CONSTANT) return place->constant->value;
    bool is_part = place->kind == HIR_FIELD || place->kind == HIR_INDEX;
    const HirExpr *whole = is_part ? known_at(place->base) : NULL;
    if (!whole) return NULL;
    if (place->kind == HIR_FIELD)
        return whole->kind == HIR_STRUCT_LIT ? field_of(whole, place->row) : NULL;
    const HirExpr *index = place->index;
    if (index->kind != HIR_LITERAL || index->bits >= whole->type->count) return NULL;
    if (whole->kind == HIR_REPEAT) return whole->base; // of constants all are the same
    return whole->kind == HIR_ARRAY_LIT ? whole->args.data[index->bits] : NULL;
}

// --- all -----------------------------------------------------------------------------------------------

static SirTree *tree_at(Lower *l, const HirExpr *e, uint32_t depth) {
    if (depth == 0 || !hir_type_is_plain(e->type) || hir_type_is_second_class(e->type)) return NULL;
    depth--;
    switch (e->kind) {
    case HIR_LITERAL: return literal(l, e);
    case HIR_STR_LIT: return text(l, e);
    case HIR_FN_REF: return function(l, e);
    case HIR_WIDEN: return widened(l, e, depth);
    case HIR_BORROW:
    case HIR_VIEW: return reference(l, e);
    case HIR_NONE: return list(l, e, 0, depth);
    case HIR_SOME: return with_one_item(l, SIR_CONST_LIST, e, 1, depth);
    case HIR_VARIANT: return variant(l, e, depth);
    case HIR_STRUCT_LIT:
    case HIR_ARRAY_LIT: return list(l, e, 0, depth);
    case HIR_REPEAT:
        return e->args.len > 0 ? NULL : with_one_item(l, SIR_CONST_REPEAT, e, 0, depth);
    case HIR_COPY: {
        bool is_whole = e->base->kind == HIR_CONSTANT,
             is_one = !e->type->elem && e->type->kind != HIR_TYPE_STRUCT;
        const HirExpr *known = is_whole || is_one ? known_at(e->base) : NULL;
        return known ? tree_at(l, known, depth) : NULL;
    }
    default: return NULL;
    }
}

SirTree *lower__tree(Lower *l, const HirExpr *value) {
    return tree_at(l, value, TREE_DEPTH);
}

SirConst lower__const(Lower *l, const HirConst *constant) {
    uint64_t known;
    if (map_get(l->consts, constant->number, &known)) return (SirConst)known;
    SirTree *tree = lower__tree(l, constant->value); // first: a constant refers to lower rows only
    if (!tree) unreachable();                        // check/ folds constants
    SirConst row = l->module->consts.len;
    SirConstInfo info = { .name = lower__name(l, constant->name), .tree = *tree };
    vec_push(l->arena, &l->module->consts, info);
    map_put(l->consts, constant->number, row);
    return row;
}
