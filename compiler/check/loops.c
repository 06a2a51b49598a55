// Loops. `for` over a range or over elements becomes a loop with a counter of its own, so that what the body does to its
// variable changes nothing.

#include "check__.h"

// Invariants are tested before the first round, and after each one, when what the loop does between rounds is done.
static void test_after_rounds(Fn *fn, const AstClauses *invariants, HirStmt *loop) {
    if (invariants->len == 0) return;
    HirStmt *step = block_of(fn, loop->span);
    if (loop->step) append(fn, step, loop->step);
    add_invariants(fn, invariants, step);
    loop->step = step;
}

static HirStmt *test_before(Fn *fn, const AstClauses *invariants, HirStmt *loop) {
    if (invariants->len == 0) return loop;
    HirStmt *block = block_of(fn, loop->span);
    add_invariants(fn, invariants, block);
    append(fn, block, loop);
    return block;
}

// The loop's body, in which `break` and `continue` mean this loop.
static HirStmt *check_body(Fn *fn, HirStmt *loop, Name label, const AstStmt *body) {
    Target target = { .outer = fn->targets, .stmt = loop, .label = label, .is_loop = true };
    fn->targets = &target;
    HirStmt *made = check_nested(fn, body);
    fn->targets = target.outer;
    return made;
}

// --- while, do, for (;;) -------------------------------------------------------------------------------------------------------

// `while (T x = option)`: for ever, with a switch that leaves when there is none.
static HirStmt *binding_while(Fn *fn, const AstStmt *stmt) {
    HirStmt *loop = new_stmt(fn, HIR_STMT_LOOP, stmt->span),
            *leave = new_stmt(fn, HIR_STMT_BREAK, stmt->span);
    Target target = {
        .outer = fn->targets, .stmt = loop, .label = stmt->label.name, .is_loop = true
    };
    leave->target = loop;
    fn->targets = &target;
    HirStmt *otherwise = block_of(fn, stmt->span), *round = block_of(fn, stmt->span);
    append(fn, otherwise, leave);
    append(fn, round, binding_switch(fn, &stmt->loop.cond, stmt->loop.body, otherwise, stmt->span));
    fn->targets = target.outer;
    loop->then = round;
    test_after_rounds(fn, &stmt->loop.invariants, loop);
    return test_before(fn, &stmt->loop.invariants, loop);
}

static HirStmt *check_while(Fn *fn, const AstStmt *stmt) {
    if (stmt->loop.cond.binders.len > 0) return binding_while(fn, stmt);
    HirStmt *loop = new_stmt(fn, HIR_STMT_LOOP, stmt->span);
    loop->is_do = stmt->kind == AST_STMT_DO;
    loop->cond = check_cond(fn, stmt->loop.cond.value);
    loop->then = check_body(fn, loop, stmt->label.name, stmt->loop.body);
    bool for_ever = loop->cond->kind == HIR_LITERAL && loop->cond->bits && !loop->cond->symbol;
    if (for_ever) loop->cond = NULL;
    test_after_rounds(fn, &stmt->loop.invariants, loop);
    return test_before(fn, &stmt->loop.invariants, loop);
}

static HirStmt *check_for(Fn *fn, const AstStmt *stmt) {
    Scope scope;
    HirStmtVec head = { 0 };
    HirStmt *block = block_of(fn, stmt->span), *loop = new_stmt(fn, HIR_STMT_LOOP, stmt->span);
    push_scope(fn, &scope);
    if (stmt->for_.init) check_stmt(fn, stmt->for_.init, &head);
    vec_each(HirStmt *, it, &head)
        append(fn, block, *it);
    loop->cond = stmt->for_.cond ? check_cond(fn, stmt->for_.cond) : NULL;
    if (stmt->for_.step.len > 0) loop->step = check_block(fn, &stmt->for_.step, stmt->span);
    loop->then = check_body(fn, loop, stmt->label.name, stmt->for_.body);
    test_after_rounds(fn, &stmt->for_.invariants, loop);
    append(fn, block, test_before(fn, &stmt->for_.invariants, loop));
    pop_scope(fn);
    return block;
}

// --- counters --------------------------------------------------------------------------------------------------------------------

typedef struct Counter {
    HirStmt *block, *loop;
    HirLocal *at, *end, *more; // more: only where the last value is included
    bool reverse, inclusive;
} Counter;

static HirExpr *read(Fn *fn, HirLocal *local) {
    return local_value(fn, local, local->span);
}

static HirExpr *compare(Fn *fn, HirOp op, HirLocal *left, HirLocal *right) {
    return arithmetic(fn, op, HIR_TRAP, read(fn, left), read(fn, right), left->span);
}

static HirStmt *advance(Fn *fn, const Counter *counter) {
    HirStmt *stmt = new_stmt(fn, HIR_STMT_UPDATE, counter->at->span);
    stmt->place = local_place(fn, counter->at, counter->at->span);
    stmt->op = counter->reverse ? HIR_SUB : HIR_ADD;
    stmt->family = HIR_WRAP; // tested before: it never wraps but past the last round
    stmt->value = literal(fn->checker, counter->at->type, 1, counter->at->span);
    return stmt;
}

static HirLocal *hidden(Fn *fn, HirStmt *block, HirExpr *value, Span span) {
    HirLocal *local = new_local(fn, 0, value->type, span);
    append(fn, block, let(fn, local, value, span));
    return local;
}

// `more` is asked instead of the counter where the last value may be the last of its type.
static void set_up(Fn *fn, Counter *counter, HirExpr *lo, HirExpr *hi, Span span) {
    HirLocal *low = hidden(fn, counter->block, lo, span),
             *high = hidden(fn, counter->block, hi, span);
    counter->at = counter->reverse ? high : low;
    counter->end = counter->reverse ? low : high;
    HirOp still = counter->reverse ? HIR_GT : HIR_LT;
    if (!counter->inclusive) {
        counter->loop->cond = compare(fn, still, counter->at, counter->end);
        if (!counter->reverse) counter->loop->step = advance(fn, counter);
        return;
    }
    counter->more = hidden(fn, counter->block, compare(fn, HIR_LE, low, high), span);
    counter->loop->cond = read(fn, counter->more);
    HirStmt *step = block_of(fn, span);
    HirExpr *more = compare(fn, still, counter->at, counter->end);
    append(fn, step, assign_to(fn, local_place(fn, counter->more, span), more, span));
    append(fn, step, advance(fn, counter));
    counter->loop->step = step;
}

// One round: the counter's value under its name, then the body.
static void run_round(
    Fn *fn,
    Counter *counter,
    const AstStmt *stmt,
    const AstBinder *binder,
    const HirType *type,
    HirExpr *value
) {
    Scope scope;
    HirStmt *round = block_of(fn, stmt->for_each.body->span);
    push_scope(fn, &scope);
    if (counter->reverse && !counter->inclusive) append(fn, round, advance(fn, counter));
    HirLocal *local = declare(fn, binder->name, type);
    local->is_named = stmt->for_each.over == NULL; // what only counts rounds has done its work
    append(fn, round, let(fn, local, value, binder->span));
    append(fn, round, check_body(fn, counter->loop, stmt->label.name, stmt->for_each.body));
    pop_scope(fn);
    counter->loop->then = round;
    test_after_rounds(fn, &stmt->for_each.invariants, counter->loop);
    append(fn, counter->block, test_before(fn, &stmt->for_each.invariants, counter->loop));
}

// --- over a range -------------------------------------------------------------------------------------------------------------------

// The range is wrong: what is wrong in the body is reported as well.
static HirStmt *look_at_body(Fn *fn, const AstStmt *stmt, Counter *counter, const HirType *type) {
    const HirType *error = simple(fn->checker, HIR_TYPE_ERROR);
    counter->at = new_local(fn, 0, type ? type : error, stmt->for_each.range.span);
    counter->reverse = false;
    run_round(fn, counter, stmt, &stmt->for_each.binders.data[0], counter->at->type, NULL);
    return new_stmt(fn, HIR_STMT_ERROR, stmt->span);
}

// `for (usize i : 0..)` counts until something leaves it, and traps when the last value of the type is behind it.
static HirStmt *without_end(Fn *fn, const AstStmt *stmt, Counter *counter, const HirType *type) {
    Checker *checker = fn->checker;
    const AstRange *range = &stmt->for_each.range;
    const HirType *usize = simple(checker, HIR_TYPE_USIZE);
    HirExpr *lo = range->lo ? type ? check_value(fn, range->lo, type)
                                   : as_value(checker, check_expr(fn, range->lo, usize))
                            : literal(checker, type ? type : usize, 0, range->span);
    // With these two the reader has said that an end is missing.
    bool ends = counter->reverse || counter->inclusive, is_integer = hir_type_is_integer(lo->type);
    if (!ends && lo->kind != HIR_ERROR && !is_integer)
        diag_report(checker->diags, range->span, E_OPERAND, "..", type_text(checker, lo->type));
    if (ends || lo->kind == HIR_ERROR || !is_integer) return look_at_body(fn, stmt, counter, type);
    counter->at = hidden(fn, counter->block, lo, range->span);
    counter->loop->step = advance(fn, counter);
    counter->loop->step->family = HIR_TRAP;
    run_round(fn, counter, stmt, &stmt->for_each.binders.data[0], lo->type, read(fn, counter->at));
    return counter->block;
}

static HirStmt *over_range(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    const AstRange *range = &stmt->for_each.range;
    const AstBinder *binder = &stmt->for_each.binders.data[0];
    Counter counter = { .block = block_of(fn, stmt->span),
                        .loop = new_stmt(fn, HIR_STMT_LOOP, stmt->span) };
    counter.reverse = stmt->for_each.reverse;
    counter.inclusive = range->inclusive;
    const HirType *type = binder->type ? resolve_type(checker, fn->module, binder->type) : NULL;
    if (!range->hi) return without_end(fn, stmt, &counter, type);
    HirExpr *hi = check_value(fn, range->hi, type);
    HirExpr *lo = range->lo ? check_value(fn, range->lo, type ? type : hi->type)
                            : literal(checker, hi->type, 0, range->span);
    bool wrong = lo->kind == HIR_ERROR || hi->kind == HIR_ERROR;
    if (!wrong && lo->type != hi->type) hi = coerce(checker, hi, lo->type);
    if (!wrong && !hir_type_is_integer(lo->type)) {
        diag_report(checker->diags, range->span, E_OPERAND, "..", type_text(checker, lo->type));
        wrong = true;
    }
    if (wrong || hi->kind == HIR_ERROR) return look_at_body(fn, stmt, &counter, type);
    set_up(fn, &counter, lo, hi, range->span);
    run_round(fn, &counter, stmt, binder, counter.at->type, read(fn, counter.at));
    return counter.block;
}

// --- over elements -------------------------------------------------------------------------------------------------------------------

// How an element gets to its name: T copies, const T* and T* borrow.
static HirExpr *element(Fn *fn, HirLocal *view, HirLocal *at, const HirType *type, Span span) {
    Checker *checker = fn->checker;
    HirExpr *place = new_expr(checker, HIR_INDEX, view->type->elem, span);
    place->base = local_place(fn, view, span);
    place->index = read(fn, at);
    if (type->kind != HIR_TYPE_PTR || type->elem != place->type)
        return coerce(checker, place, type);
    HirExpr *borrow = new_expr(checker, HIR_BORROW, type, span);
    borrow->base = place;
    borrow->mode = type->mode;
    return borrow;
}

static HirStmt *refuse_over(Fn *fn, const AstStmt *stmt, const HirExpr *place) {
    Checker *checker = fn->checker;
    const HirType *type = place->type;
    bool backwards = stmt->for_each.reverse && is_iterator(checker, type);
    diag_report(checker->diags, place->span, E_NOT_ITERATED, type_text(checker, type));
    if (backwards)
        diag_help(checker->diags, "an iterator goes one way: leave `reverse` out");
    else if (find_method(checker, type, names_add_c(checker->names, "next")).decl)
        diag_help(checker->diags, "say that it is one: `: Iterator<T>`, of std.iter");
    else if (type->kind == HIR_TYPE_STR)
        diag_help(checker->diags, "a text has bytes: `text.bytes`");
    return new_stmt(fn, HIR_STMT_ERROR, stmt->span);
}

static HirStmt *over_elements(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    const AstBinder *binder = &stmt->for_each.binders.data[0];
    Counter counter = { .block = block_of(fn, stmt->span),
                        .loop = new_stmt(fn, HIR_STMT_LOOP, stmt->span),
                        .reverse = stmt->for_each.reverse };
    const HirType *type = binder->type ? resolve_type(checker, fn->module, binder->type) : NULL;
    HirExpr *over = check_expr(fn, stmt->for_each.over, NULL);
    if (over->kind == HIR_ERROR || (type && is_error(type)))
        return new_stmt(fn, HIR_STMT_ERROR, stmt->span);
    HirExpr *from = receiver_place(fn, over);
    if (is_iterator(checker, from->type) && !stmt->for_each.reverse)
        return over_iterator(fn, stmt, over->kind == HIR_COPY ? over->base : over, from);
    if (!hir_expr_is_place(over) && over->kind != HIR_COPY &&
        hir_type_is_owner(over->type)) // it lives as long as the loop
        over = local_place(fn, hidden(fn, counter.block, over, over->span), over->span);
    HirExpr *place = over->kind == HIR_SUBVIEW ? over : receiver_place(fn, over);
    if (!hir_type_is_indexed(place->type)) return refuse_over(fn, stmt, place);
    const HirType *elem = place->type->elem;
    if (!type)
        type = hir_type_is_plain(elem) ? elem : hir_type_ptr(checker->types, HIR_CONST, elem);
    bool exclusive = type->kind == HIR_TYPE_PTR && type->elem == elem && type->mode == HIR_MUT;
    const HirType *slice = hir_type_slice(checker->types, exclusive ? HIR_MUT : HIR_CONST, elem);
    bool copies = !hir_type_is_lent(elem) && hir_type_is_plain(place->type); // an array of borrows
    HirExpr *seen = copies                      ? as_value(checker, place)
                    : over->kind == HIR_SUBVIEW ? check_value(fn, stmt->for_each.over, slice)
                                                : coerce(checker, place, slice);
    if (seen->kind == HIR_ERROR) return new_stmt(fn, HIR_STMT_ERROR, stmt->span);
    HirLocal *view = hidden(fn, counter.block, seen, over->span);
    HirExpr *len = new_expr(checker, HIR_BUILTIN, simple(checker, HIR_TYPE_USIZE), over->span);
    len->builtin = HIR_BUILTIN_LEN;
    vec_push(checker->arena, &len->args, local_place(fn, view, over->span));
    set_up(fn, &counter, literal(checker, len->type, 0, over->span), len, over->span);
    run_round(fn, &counter, stmt, binder, type, element(fn, view, counter.at, type, binder->span));
    return counter.block;
}

static HirStmt *check_for_each(Fn *fn, const AstStmt *stmt) {
    if (stmt->for_each.is_tuple) return over_tuples(fn, stmt);
    return stmt->for_each.over ? over_elements(fn, stmt) : over_range(fn, stmt);
}

HirStmt *check_loop(Fn *fn, const AstStmt *stmt) {
    switch (stmt->kind) {
    case AST_STMT_FOR: return check_for(fn, stmt);
    case AST_STMT_FOR_EACH: return check_for_each(fn, stmt);
    default: return check_while(fn, stmt);
    }
}
