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

static bool any_exclusive(const HirExpr *call) {
    for (uint32_t i = 0; i < call->args.len; i++)
        if (waits(call->args.data[i]) && call->args.data[i]->mode == HIR_MUT) return true;
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

static void evaluate(Body *b, const HirExpr *call, SirArg *args, Borrow *borrows) {
    bool exclusive = any_exclusive(call);
    for (uint32_t i = 0; i < call->args.len; i++) {
        const HirExpr *arg = call->args.data[i];
        HirExpr *const *later = call->args.data + i + 1;
        uint32_t count = call->args.len - i - 1;
        if (waits(arg)) {
            borrows[i] = lower__borrow_prepare(b, arg, any_disturbs(later, count));
            continue;
        }
        args[i] = lower__early_value(b, arg, later, count);
        if (exclusive) args[i] = read_now(b, args[i], arg);
    }
}

static void take_borrows(Body *b, const HirExpr *call, SirArg *args, const Borrow *borrows) {
    for (uint32_t i = 0; i < call->args.len; i++) {
        const HirExpr *arg = call->args.data[i];
        if (!waits(arg)) continue;
        SirPlace temp = lower__local_place(lower__temp(b, lower__type(b->l, arg->type), arg->span));
        lower__borrow_take(b, &borrows[i], temp);
        args[i] = lower__use(b, temp);
    }
}

static SirOp call_op(HirExprKind kind) {
    if (kind == HIR_CALL) return SIR_OP_CALL;
    return kind == HIR_KCALL ? SIR_OP_CALL_KERNEL : SIR_OP_CALL_VALUE;
}

static SirArg callee(Body *b, const HirExpr *e) {
    if (e->kind == HIR_CALL) return lower__num(SIR_ARG_FUNC, lower__fn(b->l, e->fn));
    if (e->kind == HIR_KCALL) return lower__num(SIR_ARG_KERNEL, e->row);
    return lower__early_value(b, e->base, e->args.data, e->args.len);
}

void lower__call(Body *b, const HirExpr *e, SirArg dest) {
    uint32_t count = e->args.len;
    SirArg *args = arena_array(&b->l->scratch, SirArg, count + 2);
    Borrow *borrows = arena_array(&b->l->scratch, Borrow, count);
    args[0] = dest;
    args[1] = callee(b, e);
    evaluate(b, e, args + 2, borrows);
    take_borrows(b, e, args + 2, borrows);
    lower__op(b, call_op(e->kind), e->span, count + 2, args);
}
