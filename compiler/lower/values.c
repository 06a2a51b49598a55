// `switch` on what has no payload: one SIR switch where each case is a value, else tests in the order of the
// text. What is looked at is a copy that nobody changes.

#include "switch.h"

// --- one switch ----------------------------------------------------------------------------------------

static SirTree *pattern_tree(Body *b, const HirPattern *pattern) {
    if (pattern->kind == HIR_PATTERN_VALUE) return lower__tree(b->l, pattern->value);
    const HirVariant *variant = &pattern->type->enumeration->variants.data[pattern->row];
    return lower__int(b->l, lower__type(b->l, pattern->type), variant->value);
}

static bool is_value(const HirPattern *pattern) {
    return pattern->kind == HIR_PATTERN_VALUE || pattern->kind == HIR_PATTERN_VARIANT;
}

static bool is_default(const HirArm *arm) {
    return arm->patterns.len == 0 ||
           (arm->patterns.len == 1 && arm->patterns.data[0]->kind == HIR_PATTERN_WILD);
}

static bool all_values(const HirArm *arm) {
    bool all = true;
    for (uint32_t i = 0; i < arm->patterns.len; i++)
        all = all && is_value(arm->patterns.data[i]);
    return all;
}

static bool fits_one_switch(const Switch *s) {
    HirTypeKind kind = s->subject->type->kind;
    bool type =
        hir_type_is_integer(s->subject->type) || kind == HIR_TYPE_CHAR || kind == HIR_TYPE_ENUM;
    if (!type) return false;
    vec_each(HirArm, arm, &s->stmt->arms) {
        if (arm->guard) return false;
        if (is_default(arm)) return true; // what follows is never reached
        if (!all_values(arm)) return false;
    }
    return true;
}

typedef struct Cases {
    VEC(SirArm) arms;
    Map *seen; // values
    bool has_default;
} Cases;

static void add_cases(Body *b, const Switch *s, uint32_t row, Cases *cases) {
    const HirArm *arm = &s->stmt->arms.data[row];
    for (uint32_t i = 0; i < arm->patterns.len && !is_default(arm); i++) {
        SirTree *tree = pattern_tree(b, arm->patterns.data[i]);
        SirArm made = { .kind = SIR_ARM_IS, .block = s->bodies[row], .tree = tree };
        if (map_put(cases->seen, tree->bits, row)) vec_push(&b->l->scratch, &cases->arms, made);
    }
    cases->has_default = is_default(arm);
    SirArm rest = { .kind = SIR_ARM_DEFAULT, .block = s->bodies[row] };
    if (cases->has_default) vec_push(&b->l->scratch, &cases->arms, rest);
}

static bool covers_enum(const Switch *s, const Cases *cases) {
    const HirType *type = s->subject->type;
    return type->kind == HIR_TYPE_ENUM && cases->arms.len == type->enumeration->variants.len;
}

static void lower_one_switch(Body *b, Switch *s) {
    Cases cases = { .seen = map_new(&b->l->scratch) };
    for (uint32_t i = 0; i < s->stmt->arms.len && !cases.has_default; i++)
        add_cases(b, s, i, &cases);
    if (!cases.has_default && !covers_enum(s, &cases)) {
        SirArm rest = { .kind = SIR_ARM_DEFAULT, .block = lower__nowhere(b, s) };
        vec_push(&b->l->scratch, &cases.arms, rest);
    }
    SirArg value = lower__copy(s->place);
    SirInst *inst = lower__end(b, SIR_OP_SWITCH, s->stmt->span, &value, cases.arms.len);
    for (uint32_t i = 0; i < cases.arms.len; i++)
        inst->arms[i] = cases.arms.data[i];
}

// --- tests -----------------------------------------------------------------------------------------------

static SirArg compare(Body *b, const Switch *s, SirOp op, const HirExpr *value) {
    SirPlace is = lower__local_place(lower__temp(b, SIR_TYPE_BOOL, value->span));
    SirArg tree = lower__tree_arg(lower__tree(b->l, value));
    if (s->subject->type->kind == HIR_TYPE_STR) {
        SirPlace text = lower__arg_place(b, tree, lower__type(b->l, value->type), value->span);
        LOWER_OP(
            b, SIR_OP_EQ_BYTES, value->span, lower__at(is), lower__at(s->place), lower__at(text)
        );
    } else {
        LOWER_OP(b, op, value->span, lower__at(is), lower__copy(s->place), tree);
    }
    return lower__copy(is);
}

static void test_variant(
    Body *b, const Switch *s, const HirPattern *pattern, SirBlock yes, SirBlock no
) {
    SirPlace is = lower__local_place(lower__temp(b, SIR_TYPE_BOOL, pattern->span));
    SirArg tree = lower__tree_arg(pattern_tree(b, pattern));
    LOWER_OP(b, SIR_OP_EQ, pattern->span, lower__at(is), lower__copy(s->place), tree);
    lower__branch(b, lower__copy(is), yes, no, pattern->span);
}

static void test_range(
    Body *b, const Switch *s, const HirPattern *pattern, SirBlock yes, SirBlock no
) {
    SirBlock above = lower__block(b);
    lower__branch(b, compare(b, s, SIR_OP_GE, pattern->value), above, no, pattern->span);
    lower__start(b, above);
    lower__branch(b, compare(b, s, SIR_OP_LE, pattern->last), yes, no, pattern->span);
}

static void test_pattern(
    Body *b, const Switch *s, const HirPattern *pattern, SirBlock yes, SirBlock no
) {
    switch (pattern->kind) {
    case HIR_PATTERN_WILD: lower__jump(b, yes, pattern->span); break;
    case HIR_PATTERN_VALUE:
        lower__branch(b, compare(b, s, SIR_OP_EQ, pattern->value), yes, no, pattern->span);
        break;
    case HIR_PATTERN_RANGE: test_range(b, s, pattern, yes, no); break;
    case HIR_PATTERN_BIND:
        lower__bind_at(b, s->place, pattern);
        lower__jump(b, yes, pattern->span);
        break;
    case HIR_PATTERN_VARIANT: test_variant(b, s, pattern, yes, no); break;
    case HIR_PATTERN_TUPLE: unreachable(); // taken apart in match.c
    }
}

// Goes on where none of the patterns fits.
static void test_patterns(Body *b, const Switch *s, const HirArm *arm, SirBlock yes) {
    if (arm->patterns.len == 0) lower__jump(b, yes, arm->span);
    for (uint32_t i = 0; i < arm->patterns.len && b->block != SIR_NONE; i++) {
        const HirPattern *pattern = arm->patterns.data[i];
        SirBlock no = lower__block(b);
        test_pattern(b, s, pattern, yes, no);
        if (!lower__catches_all(pattern)) lower__start(b, no);
    }
}

static void test_arm(Body *b, const Switch *s, uint32_t row) {
    const HirArm *arm = &s->stmt->arms.data[row];
    if (!arm->guard) {
        test_patterns(b, s, arm, s->bodies[row]);
        return;
    }
    SirBlock fits = lower__block(b), next = lower__block(b), yes, no;
    test_patterns(b, s, arm, fits);
    lower__jump(b, next, arm->span);
    lower__start(b, fits);
    lower__test(b, arm->guard, &yes, &no);
    lower__start(b, yes);
    lower__jump(b, s->bodies[row], arm->span);
    lower__start(b, no);
    lower__jump(b, next, arm->span);
    lower__start(b, next);
}

void lower__switch_values(Body *b, Switch *s) {
    if (fits_one_switch(s)) {
        lower_one_switch(b, s);
        return;
    }
    for (uint32_t i = 0; i < s->stmt->arms.len && b->block != SIR_NONE; i++)
        test_arm(b, s, i);
    lower__jump(b, lower__nowhere(b, s), s->stmt->span);
}
