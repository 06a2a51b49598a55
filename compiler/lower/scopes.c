// Scopes: what ends when control leaves them, on whichever way it leaves.
//
// A scope holds the locals that were declared and the temporaries that were made in it, and the statements it
// has deferred. Leaving it runs those first, last one first, and then ends its locals in reverse order
// [25]. Each `drop` that is emitted here is conditional: drops.c keeps it where there is something to drop.

#include "lower__.h"

// --- locals --------------------------------------------------------------------------------------------

static void end_with_scope(Body *b, SirLocal local, bool stored, Span span) {
    Ending ending = { .local = local, .stored = stored, .span = span };
    assert(b->scopes.len > 0);
    if (stored || kind_owns(&b->l->kinds, b->func.locals.data[local].type))
        vec_push(&b->l->scratch, &b->endings, ending);
}

SirLocal lower__raw_local(Body *b, Str name, SirType type, Span span) {
    return sir_local_add(b->l->module, &b->func, name, type, lower__loc(b->l, span));
}

SirLocal lower__temp(Body *b, SirType type, Span span) {
    SirLocal local = lower__raw_local(b, STR(""), type, span);
    end_with_scope(b, local, false, span);
    return local;
}

static SirLocal new_local(Body *b, const HirLocal *local) {
    SirType type = lower__type(b->l, local->type);
    Str name = lower__name(b->l, local->name);
    SirLocal row = lower__raw_local(b, name, type, local->span);
    b->places[local->number] = lower__local_place(row);
    return row;
}

// A local has one row, however often its declaration is lowered: a deferred statement is lowered at each exit,
// and alternatives bind the same names.
SirLocal lower__row(Body *b, const HirLocal *local) {
    SirPlace place = b->places[local->number];
    return place.local == SIR_NONE || place.proj_count > 0 ? new_local(b, local) : place.local;
}

SirLocal lower__declare(Body *b, const HirLocal *local) {
    SirLocal row = lower__row(b, local);
    end_with_scope(b, row, false, local->span);
    return row;
}

SirLocal lower__declare_stored(Body *b, const HirLocal *local) {
    SirLocal row = lower__row(b, local);
    LOWER_OP(b, SIR_OP_STORAGE_BEGIN, local->span, lower__num(SIR_ARG_LOCAL, row));
    end_with_scope(b, row, true, local->span);
    return row;
}

void lower__defer(Body *b, const HirStmt *stmt) {
    vec_push(&b->l->scratch, &b->endings, (Ending){ .local = SIR_NONE, .defer = stmt });
}

void lower__bind(Body *b, SirLocal local, SirOp release) {
    vec_push(&b->l->scratch, &b->endings, ((Ending){ .local = local, .release = release }));
}

// --- leaving -------------------------------------------------------------------------------------------

static void end_local(Body *b, const Ending *ending, Span span) {
    SirPlace place = lower__local_place(ending->local);
    if (ending->release) {
        LOWER_OP(b, ending->release, span, lower__use(b, place));
        return;
    }
    if (kind_owns(&b->l->kinds, b->func.locals.data[ending->local].type))
        LOWER_OP(b, SIR_OP_DROP, span, lower__at(place));
    if (ending->stored)
        LOWER_OP(b, SIR_OP_STORAGE_END, span, lower__num(SIR_ARG_LOCAL, ending->local));
}

// A deferred statement opens scopes of its own above all others: the endings below `end` are not touched.
static void leave_scope(Body *b, uint32_t start, uint32_t end, Span span) {
    for (uint32_t i = end; i-- > start;)
        if (b->endings.data[i].defer) lower__stmt(b, b->endings.data[i].defer);
    for (uint32_t i = end; i-- > start;) {
        Ending ending = b->endings.data[i];
        if (!ending.defer) end_local(b, &ending, span);
    }
}

void lower__leave_to(Body *b, uint32_t scopes, Span span) {
    if (b->block == SIR_NONE) return;
    uint32_t end = b->endings.len;
    for (uint32_t scope = b->scopes.len; scope-- > scopes;) {
        leave_scope(b, b->scopes.data[scope], end, span);
        end = b->scopes.data[scope];
    }
}

void lower__open(Body *b) {
    vec_push(&b->l->scratch, &b->scopes, b->endings.len);
}

void lower__forget(Body *b) {
    b->endings.len = vec_pop(&b->scopes);
}

void lower__close(Body *b, Span span) {
    lower__leave_to(b, b->scopes.len - 1, span);
    lower__forget(b);
}
