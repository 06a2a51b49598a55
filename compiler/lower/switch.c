// `switch`: the subject is held still, one of the two halves finds the arm, and each arm's body is lowered once.

#include "switch.h"

SirBlock lower__nowhere(Body *b, Switch *s) {
    if (s->nowhere != SIR_NONE) return s->nowhere;
    SirBlock here = b->block;
    b->block = s->nowhere = lower__block(b);
    lower__trap(b, FAULT_ASSERT, s->stmt->span);
    b->block = here;
    return s->nowhere;
}

bool lower__catches_all(const HirPattern *pattern) {
    return pattern->kind == HIR_PATTERN_WILD || pattern->kind == HIR_PATTERN_BIND;
}

void lower__bind_at(Body *b, SirPlace at, const HirPattern *pattern) {
    if (pattern->kind != HIR_PATTERN_BIND) return;
    SirArg local = lower__at(lower__local_place(lower__row(b, pattern->local)));
    SirArg place = lower__at(at);
    switch (pattern->bind) {
    case HIR_BIND_COPY: place.kind = SIR_ARG_COPY; break;
    case HIR_BIND_MOVE: place.kind = SIR_ARG_MOVE; break;
    case HIR_BIND_CONST: LOWER_OP(b, SIR_OP_BORROW, pattern->span, local, place); return;
    case HIR_BIND_MUT: LOWER_OP(b, SIR_OP_BORROW_MUT, pattern->span, local, place); return;
    }
    LOWER_OP(b, SIR_OP_USE, pattern->span, local, place);
}

// --- subject and bodies ------------------------------------------------------------------------------------

static bool has_guard(const HirStmt *stmt) {
    vec_each(HirArm, arm, &stmt->arms) {
        if (arm->guard) return true;
    }
    return false;
}

static bool has_parts(const HirType *type) {
    return type->kind == HIR_TYPE_OPTION || type->kind == HIR_TYPE_STRUCT ||
           (type->kind == HIR_TYPE_ENUM && !type->enumeration->is_plain);
}

// A place whose parts may be borrowed stays where it is; anything else is read once.
static SirPlace hold_subject(Body *b, const Switch *s) {
    bool in_place = hir_expr_is_place(s->subject) && has_parts(s->subject->type);
    if (in_place) return lower__place(b, s->subject, has_guard(s->stmt));
    if (!hir_expr_is_place(s->subject)) return lower__value_place(b, s->subject);
    SirType type = lower__type(b->l, s->subject->type);
    SirPlace temp = lower__local_place(lower__temp(b, type, s->subject->span));
    SirArg value = lower__copy(lower__place(b, s->subject, false));
    LOWER_OP(b, SIR_OP_USE, s->subject->span, lower__at(temp), value);
    return temp;
}

static void declare_binds(Body *b, const HirPattern *pattern) {
    if (pattern->kind == HIR_PATTERN_BIND) lower__declare(b, pattern->local);
    for (uint32_t i = 0; i < pattern->args.len; i++)
        declare_binds(b, pattern->args.data[i]);
}

// Alternatives bind the same locals: the first speaks for all.
static void lower_body(Body *b, const HirArm *arm, SirBlock body, SirBlock join) {
    lower__start(b, body);
    lower__open(b);
    if (arm->patterns.len > 0) declare_binds(b, arm->patterns.data[0]);
    lower__stmt(b, arm->body);
    lower__close(b, arm->body->end);
    lower__jump(b, join, arm->span);
}

void lower__switch(Body *b, const HirStmt *stmt) {
    Switch s = { .stmt = stmt, .nowhere = SIR_NONE };
    s.subject = stmt->value ? stmt->value : stmt->place;
    s.place = hold_subject(b, &s);
    s.bodies = arena_array(&b->l->scratch, SirBlock, stmt->arms.len);
    for (uint32_t i = 0; i < stmt->arms.len; i++)
        s.bodies[i] = lower__block(b);
    if (has_parts(s.subject->type))
        lower__match(b, &s);
    else
        lower__switch_values(b, &s);
    SirBlock join = lower__block(b);
    lower__target(b, stmt, join, SIR_NONE);
    for (uint32_t i = 0; i < stmt->arms.len; i++)
        lower_body(b, &stmt->arms.data[i], s.bodies[i], join);
    b->targets.len--;
    lower__start(b, join);
}
