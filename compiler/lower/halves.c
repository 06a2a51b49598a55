// Slices in two: at an index, or behind the first element. Exclusive halves are made by one instruction, which knows that
// they are disjoint; shared ones are two parts. What holds borrows is taken out of its place here, too: of a slice, the
// empty half stays there.

#include "lower__.h"

typedef struct Halves {
    SirPlace first, second;
} Halves;

// A borrow goes on under the name of one that lent it: nothing is reached through that any more, so that what was lent through it
// may go back to where it came from.
static SirPlace pass_on(Body *b, SirPlace borrow, SirPlace lender, Span span) {
    LOWER_OP(b, SIR_OP_USE, span, lower__at(lender), lower__use(b, borrow));
    return lender;
}

static Halves split(Body *b, const HirExpr *e, SirArg whole, SirArg at, SirType slice) {
    Halves halves = { lower__local_place(lower__temp(b, slice, e->span)),
                      lower__local_place(lower__temp(b, slice, e->span)) };
    SirArg first = lower__at(halves.first), second = lower__at(halves.second);
    if (e->mode == HIR_MUT) {
        LOWER_OP(b, SIR_OP_SPLIT, e->span, first, second, whole, at);
    } else {
        LOWER_OP(b, SIR_OP_SUBVIEW, e->span, first, whole, lower__u64(b, 0), at);
        LOWER_OP(b, SIR_OP_SUBVIEW, e->span, second, whole, at, lower__length(b, whole, e->span));
    }
    return halves;
}

static bool is_used_up(const HirExpr *e) { // nobody names what is split any more
    return e->mode == HIR_MUT && (e->args.data[0]->kind == HIR_TEMP || e->row);
}

static void lower_split_at(Body *b, const HirExpr *e, SirArg whole, SirArg dest) {
    const HirFields *parts = &e->type->structure->fields;
    SirArg at = lower__early_value(b, e->args.data[1], NULL, 0);
    Halves halves = split(b, e, whole, at, lower__type(b->l, parts->data[0].type));
    if (is_used_up(e)) halves.second = pass_on(b, halves.second, whole.place, e->span);
    SirArg first = lower__use(b, halves.first), second = lower__use(b, halves.second);
    LOWER_OP(b, SIR_OP_STRUCT, e->span, dest, first, second);
}

static void lower_split_first(Body *b, const HirExpr *e, SirArg whole, SirArg dest) {
    const HirFields *parts = &e->type->elem->structure->fields;
    SirPlace any = lower__local_place(lower__temp(b, SIR_TYPE_BOOL, e->span));
    SirBlock yes = lower__block(b), no = lower__block(b), join = lower__block(b);
    SirArg length = lower__length(b, whole, e->span);
    LOWER_OP(b, SIR_OP_LT, e->span, lower__at(any), lower__u64(b, 0), length);
    lower__branch(b, lower__copy(any), yes, no, e->span);

    lower__start(b, no);
    LOWER_OP(b, SIR_OP_VARIANT, e->span, dest, lower__num(SIR_ARG_INT, 0));
    lower__jump(b, join, e->span);

    lower__start(b, yes);
    Halves halves = split(b, e, whole, lower__u64(b, 1), lower__type(b->l, parts->data[1].type));
    SirType pointer = lower__type(b->l, parts->data[0].type);
    SirPlace first = lower__local_place(lower__temp(b, pointer, e->span));
    SirPlace pair = lower__local_place(lower__temp(b, lower__type(b->l, e->type->elem), e->span));
    SirArg element = lower__at(lower__project(b, halves.first, SIR_PROJ_AT, 0));
    SirOp op = e->mode == HIR_MUT ? SIR_OP_BORROW_MUT : SIR_OP_BORROW;
    LOWER_OP(b, op, e->span, lower__at(first), element);
    if (is_used_up(e)) {
        halves.second = pass_on(b, halves.second, halves.first, e->span);
        halves.second = pass_on(b, halves.second, whole.place, e->span);
    }
    SirArg rest = lower__use(b, halves.second);
    LOWER_OP(b, SIR_OP_STRUCT, e->span, lower__at(pair), lower__use(b, first), rest);
    LOWER_OP(b, SIR_OP_VARIANT, e->span, dest, lower__num(SIR_ARG_INT, 1), lower__use(b, pair));
    lower__jump(b, join, e->span);
    lower__start(b, join);
}

void lower__halves(Body *b, const HirExpr *e, SirArg dest) {
    if (dest.kind == SIR_ARG_NOTHING) unreachable(); // it has a result
    HirExpr *const *later = e->args.data + 1;
    SirArg whole = lower__place_arg(b, e->args.data[0], later, e->args.len - 1);
    if (e->builtin == HIR_BUILTIN_SPLIT_AT)
        lower_split_at(b, e, whole, dest);
    else
        lower_split_first(b, e, whole, dest);
}

static void lower_rest(Body *b, const HirExpr *e, SirPlace whole, SirPlace place) {
    SirType slice = lower__type(b->l, e->type);
    SirPlace none = lower__local_place(lower__temp(b, slice, e->span)),
             all = lower__local_place(lower__temp(b, slice, e->span));
    SirArg from = lower__at(whole), zero = lower__u64(b, 0);
    if (e->type->mode == HIR_MUT) {
        LOWER_OP(b, SIR_OP_SPLIT, e->span, lower__at(none), lower__at(all), from, zero);
        pass_on(b, all, whole, e->span);
    } else {
        LOWER_OP(b, SIR_OP_SUBVIEW, e->span, lower__at(none), from, zero, zero);
    }
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(place), lower__use(b, none));
}

void lower__take(Body *b, const HirExpr *e, SirArg dest) {
    SirPlace place = lower__place(b, e->args.data[0], false);
    SirPlace whole = lower__local_place(lower__temp(b, lower__type(b->l, e->type), e->span));
    LOWER_OP(b, SIR_OP_USE, e->span, lower__at(whole), lower__use(b, place));
    if (e->type->kind == HIR_TYPE_OPTION)
        LOWER_OP(b, SIR_OP_VARIANT, e->span, lower__at(place), lower__num(SIR_ARG_INT, 0));
    else
        lower_rest(b, e, whole, place);
    if (dest.kind != SIR_ARG_NOTHING) LOWER_OP(b, SIR_OP_USE, e->span, dest, lower__use(b, whole));
}
