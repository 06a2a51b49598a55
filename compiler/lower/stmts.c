// Statements: control flow becomes blocks and edges. A statement has a scope of its own, for its temporaries; what
// it declares belongs to the block around it.

#include "lower__.h"

// --- declarations, values, assignments -------------------------------------------------------------------

static void lower_let(Body *b, const HirStmt *stmt) {
    SirPlace place = lower__local_place(lower__declare_stored(b, stmt->local));
    if (!stmt->value) return;
    lower__open(b);
    lower__into(b, stmt->value, place);
    lower__close(b, stmt->span);
}

static SirArg apart_from(Body *b, SirArg value, SirPlace place, Span span) {
    bool overlaps = value.kind == SIR_ARG_MOVE && value.place.local == place.local;
    if (!overlaps) return value;
    SirPlace temp = lower__local_place(lower__temp(b, lower__place_type(b, value.place), span));
    LOWER_OP(b, SIR_OP_USE, span, lower__at(temp), value);
    return lower__use(b, temp);
}

// What the place owned is ended: drops.c knows whether it does.
static void assign_owner(Body *b, const HirStmt *stmt, SirPlace place) {
    SirArg value = apart_from(b, lower__value(b, stmt->value), place, stmt->span);
    SirArg nothing = { .kind = SIR_ARG_NOTHING };
    LOWER_OP(b, SIR_OP_REPLACE, stmt->span, nothing, lower__at(place), value);
}

static void lower_assign(Body *b, const HirStmt *stmt) {
    SirPlace place = lower__place(b, stmt->place, lower__disturbs(stmt->value));
    if (kind_owns(&b->l->kinds, lower__place_type(b, place)))
        assign_owner(b, stmt, place);
    else
        lower__into(b, stmt->value, place);
}

static void lower_return(Body *b, const HirStmt *stmt) {
    SirTree *tree = stmt->value ? lower__tree(b->l, stmt->value) : NULL;
    SirArg value;
    if (tree) {
        value = lower__tree_arg(tree);
    } else if (stmt->value) {
        if (b->result == SIR_NONE)
            b->result = lower__raw_local(b, STR(""), b->func.sig.result, stmt->span);
        lower__into(b, stmt->value, lower__local_place(b->result));
        value = lower__use(b, lower__local_place(b->result));
    }
    lower__leave_to(b, 0, stmt->span);
    lower__end(b, SIR_OP_RETURN, stmt->span, stmt->value ? &value : NULL, 0);
}

// --- conditions ------------------------------------------------------------------------------------------

static SirBlock end_scope_at(Body *b, SirBlock block, Span span) {
    lower__start(b, block);
    lower__leave_to(b, b->scopes.len - 1, span);
    SirBlock after = b->block;
    b->block = SIR_NONE;
    return after;
}

void lower__test(Body *b, const HirExpr *cond, SirBlock *yes, SirBlock *no) {
    SirBlock is = lower__block(b), is_not = lower__block(b);
    lower__open(b);
    lower__condition(b, cond, is, is_not);
    *yes = end_scope_at(b, is, cond->span);
    *no = end_scope_at(b, is_not, cond->span);
    lower__forget(b);
}

static void lower_if(Body *b, const HirStmt *stmt) {
    SirBlock yes, no, join = lower__block(b);
    lower__test(b, stmt->cond, &yes, &no);
    lower__start(b, yes);
    lower__stmt(b, stmt->then);
    lower__jump(b, join, stmt->span);
    lower__start(b, no);
    if (stmt->otherwise) lower__stmt(b, stmt->otherwise);
    lower__jump(b, join, stmt->span);
    lower__start(b, join);
}

static void lower_assert(Body *b, const HirStmt *stmt) {
    SirBlock yes, no;
    lower__test(b, stmt->cond, &yes, &no);
    lower__start(b, no);
    lower__trap_saying(b, FAULT_ASSERT, stmt->text, stmt->span);
    lower__start(b, yes);
}

// --- loops ---------------------------------------------------------------------------------------------

void lower__target(Body *b, const HirStmt *stmt, SirBlock out, SirBlock again) {
    Target target = { .stmt = stmt, .out = out, .again = again, .scopes = b->scopes.len };
    vec_push(&b->l->scratch, &b->targets, target);
}

static const Target *find_target(const Body *b, const HirStmt *stmt) {
    for (uint32_t i = b->targets.len; i-- > 0;)
        if (b->targets.data[i].stmt == stmt) return &b->targets.data[i];
    unreachable(); // check/ found the target around the jump
}

static void lower_jump_out(Body *b, const HirStmt *stmt) {
    const Target *target = find_target(b, stmt->target);
    bool again = stmt->kind == HIR_STMT_CONTINUE;
    lower__leave_to(b, target->scopes, stmt->span);
    lower__jump(b, again ? target->again : target->out, stmt->span);
}

// Goes on in the loop, or jumps to `out`.
static void test_round(Body *b, const HirStmt *stmt, SirBlock out) {
    SirBlock yes, no;
    if (!stmt->cond) return;
    lower__test(b, stmt->cond, &yes, &no);
    lower__start(b, no);
    lower__jump(b, out, stmt->cond->span);
    lower__start(b, yes);
}

static void lower_loop(Body *b, const HirStmt *stmt) {
    SirBlock head = lower__block(b), step = lower__block(b), out = lower__block(b);
    lower__jump(b, head, stmt->span);
    lower__start(b, head);
    if (!stmt->is_do) test_round(b, stmt, out);
    lower__target(b, stmt, out, step);
    lower__stmt(b, stmt->then);
    b->targets.len--;
    lower__jump(b, step, stmt->span);
    lower__start(b, step);
    if (stmt->step) lower__stmt(b, stmt->step);
    if (stmt->is_do) test_round(b, stmt, out);
    lower__jump(b, head, stmt->span);
    lower__start(b, out);
}

// --- threads ---------------------------------------------------------------------------------------------

// The mutex's place is evaluated in a scope of its own, whose temporaries last as long as the guard.
static void lower_lock(Body *b, const HirStmt *stmt) {
    SirLocal guard = lower__row(b, stmt->local);
    SirPlace mutex = lower__place(b, stmt->place, false);
    LOWER_OP(
        b, SIR_OP_LOCK, stmt->place->span, lower__at(lower__local_place(guard)), lower__at(mutex)
    );
    lower__bind(b, guard, SIR_OP_UNLOCK);
    lower__block_stmt(b, stmt->then);
}

static void lower_join(Body *b, const HirStmt *stmt) {
    SirLocal join = lower__row(b, stmt->local);
    LOWER_OP(b, SIR_OP_JOIN_BEGIN, stmt->span, lower__at(lower__local_place(join)));
    lower__bind(b, join, SIR_OP_JOIN_END);
    lower__block_stmt(b, stmt->then);
}

// --- all -------------------------------------------------------------------------------------------------

void lower__block_stmt(Body *b, const HirStmt *block) {
    lower__open(b);
    for (uint32_t i = 0; i < block->stmts.len && b->block != SIR_NONE; i++)
        lower__stmt(b, block->stmts.data[i]);
    lower__close(b, block->end);
}

static void lower_simple(Body *b, const HirStmt *stmt) {
    switch (stmt->kind) {
    case HIR_STMT_EXPR: lower__discard(b, stmt->value); break;
    case HIR_STMT_ASSIGN: lower_assign(b, stmt); break;
    case HIR_STMT_UPDATE: lower__update(b, stmt); break;
    case HIR_STMT_IF: lower_if(b, stmt); break;
    case HIR_STMT_LOOP: lower_loop(b, stmt); break;
    case HIR_STMT_SWITCH: lower__switch(b, stmt); break;
    case HIR_STMT_BREAK:
    case HIR_STMT_CONTINUE: lower_jump_out(b, stmt); break;
    case HIR_STMT_RETURN: lower_return(b, stmt); break;
    case HIR_STMT_ASSERT: lower_assert(b, stmt); break;
    case HIR_STMT_SEND: lower__send(b, stmt); break;
    case HIR_STMT_CLOSE: LOWER_OP(b, SIR_OP_CLOSE, stmt->span, lower__value(b, stmt->value)); break;
    case HIR_STMT_LOCK: lower_lock(b, stmt); break;
    case HIR_STMT_JOIN: lower_join(b, stmt); break;
    case HIR_STMT_SPAWN: lower__spawn(b, stmt); break;
    default: unreachable(); // an error
    }
}

void lower__stmt(Body *b, const HirStmt *stmt) {
    switch (stmt->kind) {
    case HIR_STMT_BLOCK: lower__block_stmt(b, stmt); break;
    case HIR_STMT_LET: lower_let(b, stmt); break;
    case HIR_STMT_DEFER: lower__defer(b, stmt->then); break;
    case HIR_STMT_CHANNEL: lower__channel(b, stmt); break;
    case HIR_STMT_RECEIVE: lower__receive(b, stmt); break;
    default:
        lower__open(b);
        lower_simple(b, stmt);
        lower__close(b, stmt->span);
    }
}
