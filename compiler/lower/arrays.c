// Arrays whose first elements differ from the rest, in place and on the heap, growable arrays of listed elements, and heap
// arrays of listed owners: what no single instruction makes. All values are there before the array is.

#include "lower__.h"

static SirArg kept(Body *b, const HirExpr *e) {
    SirTree *tree = lower__tree(b->l, e);
    if (tree) return lower__tree_arg(tree);
    SirPlace temp = lower__local_place(lower__temp(b, lower__type(b->l, e->type), e->span));
    lower__into(b, e, temp);
    return lower__use(b, temp);
}

static SirArg *kept_all(Body *b, const HirExpr *e) {
    SirArg *values = arena_array(&b->l->scratch, SirArg, e->args.len);
    for (uint32_t i = 0; i < e->args.len; i++)
        values[i] = kept(b, e->args.data[i]);
    return values;
}

static void store_first(Body *b, const HirExpr *e, SirPlace array, const SirArg *values) {
    for (uint32_t i = 0; i < e->args.len; i++) {
        SirArg element = lower__at(lower__project(b, array, SIR_PROJ_AT, i));
        LOWER_OP(b, SIR_OP_USE, e->args.data[i]->span, element, values[i]);
    }
}

void lower__repeat(Body *b, const HirExpr *e, SirPlace dest) {
    SirArg *first = kept_all(b, e);
    SirArg rest = e->args.len > 0 ? kept(b, e->base) : lower__value(b, e->base);
    LOWER_OP(b, SIR_OP_REPEAT, e->span, lower__at(dest), rest);
    store_first(b, e, dest, first);
}

// --- on the heap -----------------------------------------------------------------------------------------

static void push_all(Body *b, const HirExpr *e, SirPlace list, const SirArg *values) {
    for (uint32_t i = 0; i < e->args.len; i++) {
        SirArg value = values ? values[i] : lower__value(b, e->args.data[i]);
        LOWER_OP(b, SIR_OP_GROW_PUSH, e->args.data[i]->span, lower__at(list), value);
    }
}

static SirPlace empty_one(Body *b, const HirExpr *e, const HirType *type) {
    SirPlace list = lower__local_place(lower__temp(b, lower__type(b->l, type), e->span));
    LOWER_OP(b, SIR_OP_GROW_NEW, e->span, lower__at(list));
    return list;
}

static SirPlace empty_list(Body *b, const HirExpr *e, const HirType *elem) {
    return empty_one(b, e, hir_type_grow(b->l->program->types, elem));
}

// Room for all of them first: so they lie where they stay.
void lower__listed(Body *b, const HirExpr *e, SirPlace dest) {
    SirPlace list = empty_one(b, e, e->type);
    if (e->type->kind == HIR_TYPE_GROW)
        LOWER_OP(b, SIR_OP_GROW_RESERVE, e->span, lower__at(list), lower__u64(b, e->args.len));
    push_all(b, e, list, NULL);
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(dest), lower__use(b, list));
}

// A growable that has room for them takes one after the other, and becomes the array.
static void listed_owners(Body *b, const HirExpr *e, SirPlace dest) {
    SirPlace list = empty_list(b, e, e->type->elem);
    LOWER_OP(b, SIR_OP_GROW_RESERVE, e->span, lower__at(list), lower__u64(b, e->args.len));
    push_all(b, e, list, NULL);
    LOWER_OP(b, SIR_OP_GROW_SEAL, e->span, lower__at(dest), lower__use(b, list));
}

// The values are there before it is known whether there is room for them; without it they are dropped.
static void maybe_owners(Body *b, const HirExpr *e, SirPlace dest) {
    SirArg *values = kept_all(b, e), count = lower__u64(b, e->args.len);
    SirPlace list = empty_list(b, e, e->type->elem->elem);
    SirPlace room = lower__local_place(lower__temp(b, SIR_TYPE_BOOL, e->span));
    SirPlace made = lower__local_place(lower__temp(b, lower__type(b->l, e->type->elem), e->span));
    SirBlock yes = lower__block(b), no = lower__block(b), join = lower__block(b);
    LOWER_OP(b, SIR_OP_GROW_RESERVE_OPT, e->span, lower__at(room), lower__at(list), count);
    lower__branch(b, lower__copy(room), yes, no, e->span);
    lower__start(b, yes);
    push_all(b, e, list, values);
    LOWER_OP(b, SIR_OP_GROW_SEAL, e->span, lower__at(made), lower__use(b, list));
    SirArg some = lower__num(SIR_ARG_INT, 1), whole = lower__use(b, made);
    LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(dest), some, whole);
    lower__jump(b, join, e->span);
    lower__start(b, no);
    LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(dest), lower__num(SIR_ARG_INT, 0));
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

// The first elements go into what there is memory for.
static void fill_option(
    Body *b, const HirExpr *e, SirPlace made, const SirArg *first, SirPlace dest
) {
    SirArg option = lower__at(made);
    SirLocal array = lower__raw_local(b, STR(""), lower__type(b->l, e->type->elem), e->span);
    SirBlock none = lower__block(b), some = lower__block(b), join = lower__block(b);
    SirInst *match = lower__end(b, SIR_OP_MATCH, e->span, &option, 2);
    match->arms[0].kind = SIR_ARM_VARIANT;
    match->arms[0].block = none;
    match->arms[1].block = some;
    lower__bind_some(b, &match->arms[1], true, array);
    lower__start(b, some);
    store_first(b, e, lower__local_place(array), first);
    SirArg whole = lower__use(b, lower__local_place(array));
    LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(dest), lower__num(SIR_ARG_INT, 1), whole);
    lower__jump(b, join, e->span);
    lower__start(b, none);
    LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(dest), lower__num(SIR_ARG_INT, 0));
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

void lower__new_array(Body *b, const HirExpr *e, SirPlace dest) {
    bool maybe = e->family == HIR_OPT;
    if (!e->base) {
        (maybe ? maybe_owners : listed_owners)(b, e, dest);
        return;
    }
    bool differs = e->args.len > 0;
    SirOp op = maybe ? SIR_OP_NEW_ARRAY_OPT : SIR_OP_NEW_ARRAY;
    SirArg count = differs ? kept(b, e->lo) : lower__early_value(b, e->lo, &e->base, 1);
    SirArg *first = kept_all(b, e);
    SirArg rest = differs ? kept(b, e->base) : lower__value(b, e->base);
    SirPlace made = dest;
    if (maybe && differs)
        made = lower__local_place(lower__temp(b, lower__type(b->l, e->type), e->span));
    LOWER_OP(b, op, e->span, lower__at(made), count, rest);
    if (maybe && differs)
        fill_option(b, e, made, first, dest);
    else
        store_first(b, e, dest, first);
}
