// Values: each evaluated once, from left to right, into an operand or into a place.
//
// An operand of the next instruction is a constant, or a place that is copied or moved from. What is computed goes
// to a temporary that ends with the statement; temporaries that own are dropped there, if they still do.

#include "lower__.h"

// --- operands ------------------------------------------------------------------------------------------

// A constant's elements are not copied into the code.
static bool is_large_const(const HirExpr *place) {
    if (place->kind != HIR_CONSTANT) return false;
    HirExprKind kind = place->constant->value->kind;
    return kind == HIR_ARRAY_LIT || kind == HIR_REPEAT || kind == HIR_STRUCT_LIT;
}

static SirArg computed(Body *b, const HirExpr *e) {
    SirPlace temp = lower__local_place(lower__temp(b, lower__type(b->l, e->type), e->span));
    lower__into(b, e, temp);
    return lower__use(b, temp);
}

SirArg lower__value(Body *b, const HirExpr *e) {
    if (e->kind == HIR_MOVE)
        return (SirArg){ .kind = SIR_ARG_MOVE, .place = lower__place(b, e->base, false) };
    SirTree *tree = e->kind == HIR_COPY && is_large_const(e->base) ? NULL : lower__tree(b->l, e);
    if (e->kind == HIR_COPY && !tree) return lower__copy(lower__place(b, e->base, false));
    return tree ? lower__tree_arg(tree) : computed(b, e);
}

static bool has_index(const SirPlace *place) {
    for (uint32_t i = 0; i < place->proj_count; i++)
        if (place->projs[i].kind == SIR_PROJ_INDEX || place->projs[i].kind == SIR_PROJ_AT)
            return true;
    return false;
}

static SirArg keep(Body *b, SirArg value, SirType type, Span span) {
    SirPlace temp = lower__local_place(lower__temp(b, type, span));
    LOWER_OP(b, SIR_OP_USE, span, lower__at(temp), value);
    return lower__use(b, temp);
}

SirArg lower__early_value(Body *b, const HirExpr *e, HirExpr *const *later, uint32_t count) {
    SirArg value = lower__value(b, e);
    if (e->kind != HIR_COPY || value.kind != SIR_ARG_COPY) return value;
    bool disturbed = false, acted = false;
    for (uint32_t i = 0; i < count; i++) {
        disturbed |= lower__disturbs(later[i]);
        acted |= lower__acts(later[i]);
    }
    if (!disturbed && !(acted && has_index(&value.place))) return value;
    return keep(b, value, lower__type(b->l, e->type), e->span);
}

// --- making values ---------------------------------------------------------------------------------------

static void lower_use(Body *b, const HirExpr *e, SirPlace dest) {
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(dest), lower__value(b, e));
}

static void lower_values(Body *b, const HirExpr *e, const uint32_t *rows, SirArg *into) {
    for (uint32_t i = 0; i < e->args.len; i++) {
        HirExpr *const *later = e->args.data + i + 1;
        into[rows ? rows[i] : i] =
            lower__early_value(b, e->args.data[i], later, e->args.len - i - 1);
    }
}

static void lower_aggregate(Body *b, const HirExpr *e, SirPlace dest) {
    bool is_struct = e->kind == HIR_STRUCT_LIT;
    SirArg *args = arena_array(&b->l->scratch, SirArg, e->args.len + 1);
    args[0] = lower__at(dest);
    lower_values(b, e, is_struct ? e->rows : NULL, args + 1);
    lower__op(b, is_struct ? SIR_OP_STRUCT : SIR_OP_ARRAY, e->span, e->args.len + 1, args);
}

static void lower_variant(Body *b, const HirExpr *e, SirPlace dest) {
    SirArg *args = arena_array(&b->l->scratch, SirArg, e->args.len + 2);
    args[0] = lower__at(dest);
    args[1] = lower__num(SIR_ARG_INT, e->row);
    lower_values(b, e, NULL, args + 2);
    lower__op(b, SIR_OP_VARIANT, e->span, e->args.len + 2, args);
}

static void lower_none(Body *b, const HirExpr *e, SirPlace dest) {
    LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(dest), lower__num(SIR_ARG_INT, 0));
}

static void lower_some(Body *b, const HirExpr *e, SirPlace dest) {
    SirArg value = lower__value(b, e->base);
    SirArg some = lower__num(SIR_ARG_INT, 1);
    LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(dest), some, value);
}

static void lower_new(Body *b, const HirExpr *e, SirPlace dest) {
    SirOp op = e->family == HIR_OPT ? SIR_OP_NEW_OPT : SIR_OP_NEW;
    LOWER_OP(b, op, e->span, lower__at(dest), lower__value(b, e->base));
}

static void lower_new_copy(Body *b, const HirExpr *e, SirPlace dest) {
    bool is_place = hir_expr_is_place(e->base);
    SirPlace from = is_place ? lower__place(b, e->base, false) : lower__value_place(b, e->base);
    SirOp op = e->family == HIR_OPT ? SIR_OP_NEW_COPY_OPT : SIR_OP_NEW_COPY;
    LOWER_OP(b, op, e->span, lower__at(dest), lower__at(from));
}

// --- choices -------------------------------------------------------------------------------------------

// Each way writes `dest`, and the ways meet.
static void lower_ternary(Body *b, const HirExpr *e, SirPlace dest) {
    SirBlock yes = lower__block(b), no = lower__block(b), join = lower__block(b);
    lower__condition(b, e->args.data[0], yes, no);
    lower__start(b, yes);
    lower__into(b, e->args.data[1], dest);
    lower__jump(b, join, e->span);
    lower__start(b, no);
    lower__into(b, e->args.data[2], dest);
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

static void put_bool(Body *b, bool value, SirPlace dest, Span span) {
    SirArg tree = lower__tree_arg(lower__int(b->l, SIR_TYPE_BOOL, value));
    LOWER_OP(b, SIR_OP_USE, span, lower__at(dest), tree);
}

static void lower_logic(Body *b, const HirExpr *e, SirPlace dest) {
    SirBlock yes = lower__block(b), no = lower__block(b), join = lower__block(b);
    lower__condition(b, e, yes, no);
    lower__start(b, yes);
    put_bool(b, true, dest, e->span);
    lower__jump(b, join, e->span);
    lower__start(b, no);
    put_bool(b, false, dest, e->span);
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

static void lower_and_or(Body *b, const HirExpr *e, SirBlock yes, SirBlock no) {
    SirBlock second = lower__block(b);
    bool is_and = e->op == HIR_AND;
    lower__condition(b, e->args.data[0], is_and ? second : yes, is_and ? no : second);
    lower__start(b, second);
    lower__condition(b, e->args.data[1], yes, no);
}

void lower__condition(Body *b, const HirExpr *e, SirBlock yes, SirBlock no) {
    bool is_logic = e->kind == HIR_BINARY && (e->op == HIR_AND || e->op == HIR_OR);
    if (is_logic) {
        lower_and_or(b, e, yes, no);
    } else if (e->kind == HIR_UNARY && e->op == HIR_NOT) {
        lower__condition(b, e->base, no, yes);
    } else if (e->kind == HIR_LITERAL) {
        lower__jump(b, e->bits ? yes : no, e->span);
        b->block = SIR_NONE;
    } else {
        lower__branch(b, lower__value(b, e), yes, no, e->span);
    }
}

// --- options ---------------------------------------------------------------------------------------------

void lower__bind_some(Body *b, SirArm *arm, bool moves, SirLocal local) {
    arm->kind = SIR_ARM_VARIANT;
    arm->n = 1;
    arm->bind_count = 1;
    arm->binds = arena_new(b->l->module->code, SirBind);
    *arm->binds = (SirBind){ moves ? SIR_BIND_MOVE : SIR_BIND_COPY, local };
}

// The value of variant `row` goes to `dest`, that of the other variant to `other`, and things go on at `rest` there.
static void unwrap_either(Body *b, const HirExpr *e, SirPlace dest, SirBlock rest) {
    SirArg value = lower__value(b, e->base);
    SirArg subject =
        lower__at(lower__arg_place(b, value, lower__type(b->l, e->base->type), e->base->span));
    SirLocal good = lower__raw_local(b, STR(""), lower__place_type(b, dest), e->span);
    SirBlock on = lower__block(b);
    SirInst *match = lower__end(b, SIR_OP_MATCH, e->span, &subject, 2);
    for (uint32_t variant = 0; variant < 2; variant++) {
        bool goes_on = variant == e->row;
        lower__bind_some(
            b, &match->arms[variant], value.kind == SIR_ARG_MOVE,
            goes_on ? good : lower__row(b, e->local)
        );
        match->arms[variant].n = variant;
        match->arms[variant].block = goes_on ? on : rest;
    }
    lower__start(b, on);
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(dest), lower__use(b, lower__local_place(good)));
}

void lower__unwrap(Body *b, const HirExpr *option, SirPlace dest, SirBlock none) {
    SirArg value = lower__value(b, option);
    SirArg subject =
        lower__at(lower__arg_place(b, value, lower__type(b->l, option->type), option->span));
    bool direct = dest.proj_count == 0;
    SirType type = lower__place_type(b, dest);
    SirLocal local = direct ? dest.local : lower__raw_local(b, STR(""), type, option->span);
    SirBlock some = lower__block(b);
    SirInst *match = lower__end(b, SIR_OP_MATCH, option->span, &subject, 2);
    match->arms[0].kind = SIR_ARM_VARIANT;
    match->arms[0].block = none;
    match->arms[1].block = some;
    lower__bind_some(b, &match->arms[1], value.kind == SIR_ARG_MOVE, local);
    lower__start(b, some);
    if (direct) return;
    SirArg unwrapped = lower__use(b, lower__local_place(local));
    LOWER_OP(b, SIR_OP_USE, option->span, lower__at(dest), unwrapped);
}

static void lower_else(Body *b, const HirExpr *e, SirPlace dest) {
    SirBlock none = lower__block(b), join = lower__block(b);
    if (e->local)
        unwrap_either(b, e, dest, none);
    else
        lower__unwrap(b, e->base, dest, none);
    lower__jump(b, join, e->span);
    lower__start(b, none);
    lower__open(b);
    if (e->local) lower__declare(b, e->local);
    if (e->leave)
        lower__stmt(b, e->leave);
    else
        lower__into(b, e->args.data[0], dest);
    lower__close(b, e->span);
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

static void lower_force(Body *b, const HirExpr *e, SirPlace dest) {
    SirBlock none = lower__block(b), join = lower__block(b);
    lower__unwrap(b, e->base, dest, none);
    lower__jump(b, join, e->span);
    lower__start(b, none);
    lower__trap(b, FAULT_NONE_FORCED, e->span);
    lower__start(b, join);
}

// A borrow of what is in the option, where it stands.
static void lower_force_lend(Body *b, const HirExpr *e, SirPlace dest) {
    SirArg option = lower__at(lower__place(b, e->base, false));
    SirBlock none = lower__block(b), some = lower__block(b), join = lower__block(b);
    SirLocal inside = lower__raw_local(b, STR(""), lower__place_type(b, dest), e->span);
    SirInst *match = lower__end(b, SIR_OP_MATCH, e->span, &option, 2);
    match->arms[0].kind = SIR_ARM_VARIANT;
    match->arms[0].block = none;
    match->arms[1].block = some;
    lower__bind_some(b, &match->arms[1], false, inside);
    match->arms[1].binds->mode = e->mode == HIR_MUT ? SIR_BIND_MUT : SIR_BIND_CONST;
    lower__start(b, none);
    lower__trap(b, FAULT_NONE_FORCED, e->span);
    lower__start(b, some);
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(dest), lower__use(b, lower__local_place(inside)));
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

// --- all -------------------------------------------------------------------------------------------------

static bool is_logic(const HirExpr *e) {
    return (e->kind == HIR_BINARY && (e->op == HIR_AND || e->op == HIR_OR)) ||
           (e->kind == HIR_UNARY && e->op == HIR_NOT && e->base->kind == HIR_BINARY &&
            (e->base->op == HIR_AND || e->base->op == HIR_OR));
}

void lower__into(Body *b, const HirExpr *e, SirPlace dest) {
    SirTree *tree = lower__tree(b->l, e);
    if (tree && !(e->kind == HIR_COPY && is_large_const(e->base))) {
        LOWER_OP(b, SIR_OP_USE, e->span, lower__at(dest), lower__tree_arg(tree));
        return;
    }
    if (is_logic(e)) {
        lower_logic(b, e, dest);
        return;
    }
    switch (e->kind) {
    case HIR_COPY:
    case HIR_MOVE: lower_use(b, e, dest); break;
    case HIR_BORROW:
    case HIR_VIEW:
    case HIR_SUBVIEW: lower__borrow(b, e, dest); break;
    case HIR_NONE: lower_none(b, e, dest); break;
    case HIR_SOME: lower_some(b, e, dest); break;
    case HIR_VARIANT: lower_variant(b, e, dest); break;
    case HIR_STRUCT_LIT:
    case HIR_ARRAY_LIT: lower_aggregate(b, e, dest); break;
    case HIR_REPEAT: lower__repeat(b, e, dest); break;
    case HIR_LISTED: lower__listed(b, e, dest); break;
    case HIR_NEW: lower_new(b, e, dest); break;
    case HIR_NEW_ARRAY: lower__new_array(b, e, dest); break;
    case HIR_NEW_COPY: lower_new_copy(b, e, dest); break;
    case HIR_UNARY: lower__unary(b, e, dest); break;
    case HIR_BINARY: lower__binary(b, e, dest); break;
    case HIR_CAST:
    case HIR_WIDEN: lower__cast(b, e, dest); break;
    case HIR_CALL:
    case HIR_CALL_VALUE:
    case HIR_KCALL: lower__call(b, e, lower__at(dest)); break;
    case HIR_BUILTIN: lower__builtin(b, e, lower__at(dest)); break;
    case HIR_TERNARY: lower_ternary(b, e, dest); break;
    case HIR_ELSE: lower_else(b, e, dest); break;
    case HIR_FORCE: lower_force(b, e, dest); break;
    case HIR_FORCE_LEND: lower_force_lend(b, e, dest); break;
    case HIR_FAULT: lower__trap(b, FAULT_EXPLICIT, e->span); break;
    default: unreachable(); // an error, a place, or a leaf that is a constant
    }
}

static bool has_result(const HirExpr *e) {
    return e->type->kind != HIR_TYPE_VOID && e->type->kind != HIR_TYPE_NEVER;
}

void lower__discard(Body *b, const HirExpr *e) {
    bool is_call = e->kind == HIR_CALL || e->kind == HIR_CALL_VALUE || e->kind == HIR_KCALL;
    SirArg nothing = { .kind = SIR_ARG_NOTHING };
    if (has_result(e))
        lower__value_place(b, e);
    else if (is_call)
        lower__call(b, e, nothing);
    else if (e->kind == HIR_BUILTIN)
        lower__builtin(b, e, nothing);
    else
        lower__into(b, e, (SirPlace){ 0 }); // a fault
}
