// Places, and the temporaries that values get when they are used as places.
//
// A place is walked when the instruction that uses it runs; what an index or a temporary needs is computed here,
// before. Where something may happen in between, the index is kept in a local of its own.

#include "lower__.h"

// --- indexes -------------------------------------------------------------------------------------------

static bool constant_index(Body *b, const HirExpr *index, uint64_t *n) {
    const SirTree *tree = lower__tree(b->l, index);
    if (!tree || tree->kind != SIR_CONST_INT) return false;
    *n = tree->bits;
    return true;
}

// A constant index is tested by its instruction but in an array, where it must be below the length: one that is
// not traps like any other.
static bool may_be_fixed(Body *b, SirPlace base, uint64_t n) {
    const SirTypeInfo *info = sir_type(b->l->module, lower__place_type(b, base));
    return info->kind != SIR_TYPE_ARRAY || n < info->count;
}

static SirLocal index_local(Body *b, const HirExpr *index, bool stable) {
    SirArg value = lower__value(b, index);
    bool named = index->kind == HIR_COPY; // not our own temporary
    bool bare = value.kind == SIR_ARG_COPY && value.place.proj_count == 0;
    if (bare && !(named && stable)) return value.place.local;
    SirLocal local = lower__temp(b, SIR_TYPE_U64, index->span);
    LOWER_OP(b, SIR_OP_USE, index->span, lower__at(lower__local_place(local)), value);
    return local;
}

static SirPlace index_place(Body *b, const HirExpr *e, bool stable) {
    bool moves = stable || lower__disturbs(e->index);
    SirPlace base = lower__place(b, e->base, moves);
    uint64_t n;
    if (constant_index(b, e->index, &n) && may_be_fixed(b, base, n))
        return lower__project(b, base, SIR_PROJ_AT, n);
    return lower__project(b, base, SIR_PROJ_INDEX, index_local(b, e->index, stable));
}

// --- temporaries ---------------------------------------------------------------------------------------

static SirPlace const_place(Body *b, const HirExpr *e) {
    SirConst constant = lower__const(b->l, e->constant);
    SirType type = b->l->module->consts.data[constant].tree.type;
    SirType pointer = sir_type_ptr(b->l->module, SIR_STATIC, type);
    SirPlace place = lower__local_place(lower__temp(b, pointer, e->span));
    SirArg row = lower__num(SIR_ARG_CONSTREF, constant);
    LOWER_OP(b, SIR_OP_CONST_REF, e->span, lower__at(place), row);
    return lower__project(b, place, SIR_PROJ_DEREF, 0);
}

SirPlace lower__arg_place(Body *b, SirArg value, SirType type, Span span) {
    if (value.kind != SIR_ARG_CONST) return value.place;
    SirPlace place = lower__local_place(lower__temp(b, type, span));
    LOWER_OP(b, SIR_OP_USE, span, lower__at(place), value);
    return place;
}

SirPlace lower__value_place(Body *b, const HirExpr *value) {
    SirType type = lower__type(b->l, value->type);
    SirPlace place = lower__local_place(lower__temp(b, type, value->span));
    lower__into(b, value, place);
    return place;
}

SirPlace lower__place(Body *b, const HirExpr *e, bool stable) {
    switch (e->kind) {
    case HIR_LOCAL: return b->places[e->local->number];
    case HIR_CONSTANT: return const_place(b, e);
    case HIR_FIELD:
        return lower__project(b, lower__place(b, e->base, stable), SIR_PROJ_FIELD, e->row);
    case HIR_DEREF: return lower__project(b, lower__place(b, e->base, stable), SIR_PROJ_DEREF, 0);
    case HIR_INDEX: return index_place(b, e, stable);
    case HIR_TEMP: return lower__value_place(b, e->base);
    default: unreachable(); // only places are used as places
    }
}
