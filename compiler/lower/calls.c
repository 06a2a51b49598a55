// Calls. Arguments from left to right, but borrows last: what their places need is computed in turn, the borrow
// itself is taken just before the call, so that `push(&v, v.len)` needs no two-phase borrow [24].

#include "lower__.h"

static bool waits(const HirExpr *e) {
    bool is_borrow = e->kind == HIR_BORROW || e->kind == HIR_VIEW || e->kind == HIR_SUBVIEW;
    return is_borrow && e->mode != HIR_STATIC;
}

static bool any_disturbs(HirExpr *const *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (lower__disturbs(values[i])) return true;
    return false;
}

// --- the list ------------------------------------------------------------------------------------------

// A `ref fn` is no argument itself: what it captures is, or the locals that stand for it where it is passed on.
typedef struct List {
    VEC(HirExpr *) exprs;
    VEC(uint32_t) rows; // of each: which argument it is
    VEC(SirLocal) lent; // borrowed once more
    VEC(uint32_t) lent_rows;
    uint32_t count;
} List;

static void add_lent(Body *b, List *list, const Lent *lent) {
    for (uint32_t i = 0; i < lent->count; i++) {
        vec_push(&b->l->scratch, &list->lent, lent->first + i);
        vec_push(&b->l->scratch, &list->lent_rows, list->count++);
    }
}

static bool is_lent(const HirExpr *e) { // a local of type `ref fn`
    return e && e->type->kind == HIR_TYPE_REF_FN;
}

static void add_arg(Body *b, List *list, HirExpr *arg) {
    if (arg->kind == HIR_CLOSURE && is_lent(arg->base)) {
        add_lent(b, list, &b->lent[arg->base->local->number]);
    } else if (arg->kind == HIR_CLOSURE) {
        if (arg->base) add_arg(b, list, arg->base);
        for (uint32_t i = 0; i < arg->args.len; i++)
            add_arg(b, list, arg->args.data[i]);
    } else {
        vec_push(&b->l->scratch, &list->exprs, arg);
        vec_push(&b->l->scratch, &list->rows, list->count++);
    }
}

static const Given *called(const Body *b, const HirExpr *call) { // the `ref fn` that is called
    bool is_ref = call->kind == HIR_CALL_VALUE && is_lent(call->base);
    return is_ref ? &b->given[call->base->local->number] : NULL;
}

static List list_args(Body *b, const HirExpr *call) {
    List list = { 0 };
    for (uint32_t i = 0; i < call->args.len; i++)
        add_arg(b, &list, call->args.data[i]);
    const Given *given = called(b, call);
    if (given && given->func != SIR_NONE) add_lent(b, &list, &b->lent[call->base->local->number]);
    return list;
}

// --- values --------------------------------------------------------------------------------------------

static bool any_exclusive(const List *list) {
    if (list->lent.len > 0) return true; // perhaps
    for (uint32_t i = 0; i < list->exprs.len; i++)
        if (waits(list->exprs.data[i]) && list->exprs.data[i]->mode == HIR_MUT) return true;
    return false;
}

// Read now: the exclusive borrows that are taken before the call may overlap it.
static SirArg read_now(Body *b, SirArg value, const HirExpr *e) {
    bool is_read = e->kind == HIR_COPY && value.kind == SIR_ARG_COPY;
    if (!is_read) return value;
    SirPlace temp = lower__local_place(lower__temp(b, lower__type(b->l, e->type), e->span));
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(temp), value);
    return lower__copy(temp);
}

static void evaluate(Body *b, const List *list, SirArg *args, Borrow *borrows) {
    bool exclusive = any_exclusive(list);
    for (uint32_t i = 0; i < list->exprs.len; i++) {
        const HirExpr *arg = list->exprs.data[i];
        HirExpr *const *later = list->exprs.data + i + 1;
        uint32_t count = list->exprs.len - i - 1, row = list->rows.data[i];
        if (waits(arg)) {
            borrows[i] = lower__borrow_prepare(b, arg, any_disturbs(later, count));
            continue;
        }
        args[row] = lower__early_value(b, arg, later, count);
        if (exclusive) args[row] = read_now(b, args[row], arg);
    }
}

static void take_borrows(Body *b, const List *list, SirArg *args, const Borrow *borrows) {
    for (uint32_t i = 0; i < list->exprs.len; i++) {
        const HirExpr *arg = list->exprs.data[i];
        if (!waits(arg)) continue;
        SirPlace temp = lower__local_place(lower__temp(b, lower__type(b->l, arg->type), arg->span));
        lower__borrow_take(b, &borrows[i], temp);
        args[list->rows.data[i]] = lower__use(b, temp);
    }
}

// What stands for a `ref fn` stays with this function and is borrowed for the call.
static SirArg lend(Body *b, SirLocal local, Span span) {
    SirType type = b->func.locals.data[local].type;
    const SirTypeInfo *info = sir_type(b->l->module, type);
    bool pointer = info->kind == SIR_TYPE_PTR, slice = info->kind == SIR_TYPE_SLICE;
    SirPlace place = lower__local_place(local);
    if ((!pointer && !slice) || info->mode != SIR_MUT) return lower__copy(place);
    SirPlace temp = lower__local_place(lower__temp(b, type, span));
    if (pointer) place = lower__project(b, place, SIR_PROJ_DEREF, 0);
    SirOp op = pointer ? SIR_OP_BORROW_MUT : SIR_OP_VIEW_MUT;
    LOWER_OP(b, op, span, lower__at(temp), lower__at(place));
    return lower__use(b, temp);
}

// --- the call ------------------------------------------------------------------------------------------

static SirOp call_op(const Body *b, const HirExpr *e) {
    const Given *given = called(b, e);
    if (e->kind == HIR_CALL || (given && given->func != SIR_NONE)) return SIR_OP_CALL;
    return e->kind == HIR_KCALL ? SIR_OP_CALL_KERNEL : SIR_OP_CALL_VALUE;
}

static SirArg callee(Body *b, const HirExpr *e) {
    const Given *given = called(b, e);
    if (e->kind == HIR_CALL) return lower__num(SIR_ARG_FUNC, lower__callee(b, e));
    if (e->kind == HIR_KCALL) return lower__num(SIR_ARG_KERNEL, e->row);
    if (!given) return lower__early_value(b, e->base, e->args.data, e->args.len);
    if (given->func != SIR_NONE) return lower__num(SIR_ARG_FUNC, given->func);
    return lower__copy(lower__local_place(b->lent[e->base->local->number].first));
}

// `op head..., callee, (arguments)`.
static void call_with(Body *b, const HirExpr *e, SirOp op, const SirArg *head, uint32_t heads) {
    List list = list_args(b, e);
    SirArg *all = arena_array(&b->l->scratch, SirArg, heads + 1 + list.count);
    SirArg *args = all + heads + 1;
    Borrow *borrows = arena_array(&b->l->scratch, Borrow, list.exprs.len);
    for (uint32_t i = 0; i < heads; i++)
        all[i] = head[i];
    all[heads] = callee(b, e);
    evaluate(b, &list, args, borrows);
    take_borrows(b, &list, args, borrows);
    for (uint32_t i = 0; i < list.lent.len; i++)
        args[list.lent_rows.data[i]] = lend(b, list.lent.data[i], e->span);
    lower__op(b, op, e->span, heads + 1 + list.count, all);
}

void lower__call(Body *b, const HirExpr *e, SirArg dest) {
    call_with(b, e, call_op(b, e), &dest, 1);
}

void lower__spawn(Body *b, const HirStmt *stmt) {
    SirArg join = { .kind = SIR_ARG_NOTHING };
    if (stmt->local) join = lower__at(lower__local_place(lower__row(b, stmt->local)));
    call_with(
        b, stmt->value, stmt->local ? SIR_OP_JOIN_SPAWN : SIR_OP_SPAWN, &join, stmt->local ? 1 : 0
    );
}
