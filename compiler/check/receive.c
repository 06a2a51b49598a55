// Waiting for messages: `receive`, `try receive`, `switch receive`. Which message may come in which state is asked of the flow
// of control (typestate.c); here, that messages exist and that what is bound fits.
//
// Cases that wait for the same thing are one arm: it is taken once, and then the first of them whose guard holds is gone on
// with. `case ep.m(T a) (x): A  case ep.m(T b): B` becomes the arm `ep.m(T a)` with `if (x) A else { T b = a; B }`.

#include "check__.h"

#include <string.h>

// --- what is bound ---------------------------------------------------------------------------------------------------------------------

// The member of a set, in the state behind what has come of it.
static const HirType *member_after(Fn *fn, const HirHead *head) {
    const HirType *set = head->from->type;
    const HirState *state = &set->contract->states.data[set->state];
    uint32_t next = set->state;
    for (uint32_t i = 0; i < state->choices.len && !head->closed; i++)
        if (state->choices.data[i].message == head->message) next = state->choices.data[i].next;
    return hir_type_endpoint(fn->checker->types, set->contract, set->side, next);
}

static HirLocal *bind_argument(Fn *fn, const AstPattern *pattern, const HirArg *arg) {
    Checker *checker = fn->checker;
    if (pattern->kind == AST_PATTERN_WILD || pattern->kind == AST_PATTERN_ERROR) return NULL;
    if (pattern->kind != AST_PATTERN_BIND) {
        unsupported(checker, pattern->span, "patterns in what is received");
        return NULL;
    }
    const AstBinder *binder = &pattern->bind;
    const HirType *type =
        binder->type ? resolve_type(checker, fn->module, binder->type) : arg->type;
    if (binder->name.name == checker->discard) return NULL;
    HirLocal *local = declare(fn, binder->name, type);
    if (!is_error(type) && type != arg->type) {
        if (!is_error(arg->type))
            diag_report(
                checker->diags, binder->span, E_TYPE_MISMATCH, type_text(checker, arg->type),
                type_text(checker, type)
            );
        local->type = simple(checker, HIR_TYPE_ERROR);
    }
    return local;
}

static void bind_nothing(
    Fn *fn, const AstPatterns *args
) { // so that names are known in what follows
    vec_each(AstPattern *, it, args) {
        if ((*it)->kind == AST_PATTERN_BIND)
            declare(fn, (*it)->bind.name, simple(fn->checker, HIR_TYPE_ERROR));
    }
}

// `as ep`, `as (ep, who)`: what a set hands back. False: reported.
static bool bind_member(
    Fn *fn, HirReceiveArm *arm, const HirHead *head, const AstNames *as, Span span
) {
    Checker *checker = fn->checker;
    const HirType *set = head->from->type;
    bool is_set = set->kind == HIR_TYPE_SET;
    uint32_t wanted = !is_set ? 0 : set->elem ? 2 : 1;
    if (as->len != wanted) {
        diag_report(checker->diags, span, E_MEMBER_BINDS, type_text(checker, set), wanted, as->len);
        for (uint32_t i = 0; i < as->len; i++)
            declare(fn, as->data[i], simple(checker, HIR_TYPE_ERROR));
        return false;
    }
    for (uint32_t i = 0; i < as->len; i++) {
        const HirType *type = i == 0 ? member_after(fn, head) : set->elem;
        bool unnamed = as->data[i].name == checker->discard;
        vec_push(checker->arena, &arm->binds, unnamed ? NULL : declare(fn, as->data[i], type));
    }
    return true;
}

// The head of a message, and what it binds; false: reported.
static bool message_head(
    Fn *fn,
    HirReceiveArm *arm,
    HirExpr *from,
    const AstName *name,
    const AstPatterns *args,
    const AstNames *as,
    Span span
) {
    Checker *checker = fn->checker;
    HirHead head = { .from = from, .span = span };
    bool good = from && named_message(fn, from->type->contract, name, &head.message);
    const HirMessage *message = good ? &from->type->contract->messages.data[head.message] : NULL;
    if (good && !message_goes(from->type, head.message, false)) {
        diag_report(checker->diags, name->span, E_MESSAGE_GOES, text_of(checker, message->name));
        good = false;
    }
    if (good && args->len != message->args.len) {
        diag_report(
            checker->diags, span, E_ARGUMENT_COUNT, text_of(checker, message->name),
            message->args.len, args->len
        );
        good = false;
    }
    if (!good) bind_nothing(fn, args);
    for (uint32_t i = 0; good && i < args->len; i++)
        vec_push(
            checker->arena, &arm->binds, bind_argument(fn, args->data[i], &message->args.data[i])
        );
    vec_push(checker->arena, &arm->heads, head);
    return good && bind_member(fn, arm, &head, as, span);
}

static bool closed_head(Fn *fn, HirReceiveArm *arm, HirExpr *from, const AstNames *as, Span span) {
    HirHead head = { .closed = true, .from = from, .span = span };
    vec_push(fn->checker->arena, &arm->heads, head);
    return from && bind_member(fn, arm, &head, as, span);
}

// What is received from: an endpoint, or a set.
static HirExpr *source_place(Fn *fn, const AstExpr *ast) {
    Checker *checker = fn->checker;
    HirExpr *expr = check_expr(fn, ast, NULL);
    if (expr->kind == HIR_ERROR) return NULL;
    HirExpr *place = receiver_place(fn, expr);
    HirTypeKind kind = place->type->kind;
    if ((kind == HIR_TYPE_ENDPOINT || kind == HIR_TYPE_SET) && expr->kind != HIR_CALL)
        return check_mutable(checker, place) ? place : NULL;
    diag_report(checker->diags, ast->span, E_NOT_AN_ENDPOINT, type_text(checker, place->type));
    return NULL;
}

// --- receive ------------------------------------------------------------------------------------------------------------------------------

// What is done when the peer is gone; NULL: the process ends.
static HirStmt *closed_body(Fn *fn, const AstStmt *ast) {
    if (!ast->receive.is_try)
        return ast->receive.closed ? check_nested(fn, ast->receive.closed) : NULL;
    if (ast->receive.closed)
        diag_report(fn->checker->diags, ast->receive.closed->span, E_TRY_AND_ELSE);
    return leave_closed(fn, ast->span);
}

void check_receive(Fn *fn, const AstStmt *ast, HirStmtVec *out) {
    Checker *checker = fn->checker;
    HirStmt *stmt = new_stmt(fn, HIR_STMT_RECEIVE, ast->span);
    HirReceiveArm arm = { .span = ast->span }, closed = { .span = ast->span };
    HirExpr *place = endpoint_place(fn, ast->receive.endpoint);
    if (ast->receive.closed) closed.span = ast->receive.closed->span;
    closed.body = closed_body(fn, ast); // it sees nothing of what would have come
    const AstNames none = { 0 };
    bool good =
        message_head(fn, &arm, place, &ast->receive.message, &ast->receive.args, &none, ast->span);
    arm.binds_outside = true;
    closed_head(fn, &closed, place, &none, closed.span);
    if (!good) stmt->kind = HIR_STMT_ERROR;
    if (ast->receive.closed && closed.body && arm.binds.len > 0 && !stmt_ends(closed.body))
        diag_report(checker->diags, ast->receive.closed->span, E_CLOSED_MUST_LEAVE);
    vec_push(checker->arena, &stmt->receives, arm);
    vec_push(checker->arena, &stmt->receives, closed);
    vec_push(checker->arena, out, stmt);
    for (uint32_t i = 0; i < arm.binds.len; i++)
        if (arm.binds.data[i]) test_received(fn, arm.binds.data[i], out);
}

// --- one case of many -------------------------------------------------------------------------------------------------------------------

static bool check_head(Fn *fn, const AstHead *head, HirReceiveArm *arm) {
    Checker *checker = fn->checker;
    HirExpr *from;
    switch (head->kind) {
    case AST_HEAD_MESSAGE:
        from = source_place(fn, head->from);
        return message_head(fn, arm, from, &head->message, &head->args, &head->as, head->span);
    case AST_HEAD_CLOSED:
        from = source_place(fn, head->from);
        return closed_head(fn, arm, from, &head->as, head->span);
    case AST_HEAD_TIMEOUT:
        arm->kind = HIR_COMES_TIMEOUT;
        arm->timeout = check_value(fn, head->from, simple(checker, HIR_TYPE_U64));
        return arm->timeout->kind != HIR_ERROR;
    case AST_HEAD_UNSATISFIABLE: arm->kind = HIR_COMES_NEVER; return true;
    case AST_HEAD_ERROR: break;
    }
    return false;
}

static bool same_place(const HirExpr *a, const HirExpr *b) {
    if (!a || !b || a->kind != b->kind) return false;
    if (a->kind == HIR_LOCAL) return a->local == b->local;
    if (a->kind == HIR_FIELD && a->row != b->row) return false;
    return (a->kind == HIR_FIELD || a->kind == HIR_DEREF) && same_place(a->base, b->base);
}

static bool check_heads(Fn *fn, const AstJoin *join, HirReceiveArm *arm) {
    bool good = true;
    for (uint32_t i = 0; i < join->len; i++) {
        const AstHead *head = &join->data[i];
        good = check_head(fn, head, arm) && good;
        if (join->len == 1 || !good) continue;
        for (uint32_t k = 0; k < i; k++)
            if (same_place(arm->heads.data[k].from, arm->heads.data[i].from)) {
                diag_report(fn->checker->diags, head->span, E_JOIN_TWICE);
                good = false;
            }
        if (hir_head_is_of_set(&arm->heads.data[i])) {
            diag_report(fn->checker->diags, head->span, E_JOIN_OF_SET);
            good = false;
        }
    }
    return good;
}

// --- cases that wait for the same -------------------------------------------------------------------------------------------------------

static bool same_head(const HirHead *a, const HirHead *b) {
    return a->closed == b->closed && (a->closed || a->message == b->message) &&
           same_place(a->from, b->from);
}

static bool same_heads(const HirReceiveArm *a, const HirReceiveArm *b) {
    bool same = a->kind == HIR_COMES && b->kind == HIR_COMES && a->heads.len == b->heads.len &&
                a->binds.len == b->binds.len;
    for (uint32_t i = 0; same && i < a->heads.len; i++)
        same = same_head(&a->heads.data[i], &b->heads.data[i]);
    return same;
}

typedef struct Chain { // the cases of one arm, which stands at the same row
    HirStmt *last; // the test behind which the next one comes; NULL: one without a guard has come
} Chain;

typedef struct Cases {
    HirStmt *stmt;
    VEC(Chain) chains;
} Cases;

// The arm that has taken what this one waits for, and has not gone on with it for certain. UINT32_MAX: none.
static uint32_t find_chain(const Cases *cases, const HirReceiveArm *arm) {
    for (uint32_t i = 0; i < cases->chains.len; i++)
        if (cases->chains.data[i].last && same_heads(&cases->stmt->receives.data[i], arm)) return i;
    return UINT32_MAX;
}

// Whoever comes behind may want what this one does not name.
static void name_all(Fn *fn, HirReceiveArm *arm) {
    uint32_t row = 0;
    for (uint32_t i = 0; i < arm->heads.len; i++) {
        const HirHead *head = &arm->heads.data[i];
        const HirMessage *message = &head->from->type->contract->messages.data[head->message];
        for (uint32_t k = 0; !head->closed && k < message->args.len; k++, row++)
            if (!arm->binds.data[row])
                arm->binds.data[row] = new_local(fn, 0, message->args.data[k].type, head->span);
        if (!hir_head_is_of_set(head)) continue;
        for (uint32_t k = 0; k < (head->from->type->elem ? 2 : 1); k++, row++) {
            const HirType *type = k == 0 ? member_after(fn, head) : head->from->type->elem;
            if (!arm->binds.data[row]) arm->binds.data[row] = new_local(fn, 0, type, head->span);
        }
    }
}

// The body behind its guard. Gives what the next case stands in, or NULL.
static HirStmt *put_behind_guard(Fn *fn, HirExpr *guard, const HirReceiveArm *arm, HirStmt *into) {
    if (!guard) {
        append(fn, into, arm->body);
        return NULL;
    }
    HirStmt *test = new_stmt(fn, HIR_STMT_IF, guard->span);
    test->cond = guard;
    test->then = arm->body;
    for (uint32_t i = 0; i < arm->binds.len; i++)
        if (arm->binds.data[i]) vec_push(fn->checker->arena, &test->looks, arm->binds.data[i]);
    append(fn, into, test);
    return test;
}

static void begin_chain(Fn *fn, Cases *cases, HirReceiveArm *arm, HirExpr *guard) {
    Checker *checker = fn->checker;
    HirStmtVec tests = { 0 };
    if (guard) name_all(fn, arm);
    for (uint32_t i = 0; i < arm->binds.len; i++)
        if (arm->binds.data[i]) test_received(fn, arm->binds.data[i], &tests);
    HirStmt *whole = block_of(fn, arm->span);
    vec_each(HirStmt *, it, &tests)
        append(fn, whole, *it);
    Chain chain = { put_behind_guard(fn, guard, arm, whole) };
    arm->body = whole;
    arm->is_partial = guard != NULL;
    vec_push(checker->arena, &cases->stmt->receives, *arm);
    vec_push(checker->arena, &cases->chains, chain);
}

static void lengthen_chain(Fn *fn, Cases *cases, uint32_t row, HirReceiveArm *arm, HirExpr *guard) {
    Chain *chain = &cases->chains.data[row];
    HirReceiveArm *first = &cases->stmt->receives.data[row];
    HirStmt *rest = block_of(fn, arm->span);
    const HirStmt *test = chain->last;
    if (guard) name_all(fn, arm);
    for (uint32_t i = 0; i < arm->binds.len; i++) // what the case before has not gone on with
        if (arm->binds.data[i]) {
            HirExpr *value = as_value(
                fn->checker, local_place(fn, test->looks.data[i], arm->binds.data[i]->span)
            );
            append(fn, rest, let(fn, arm->binds.data[i], value, arm->binds.data[i]->span));
        }
    chain->last->otherwise = rest;
    chain->last = put_behind_guard(fn, guard, arm, rest);
    if (!guard) first->is_partial = false;
}

static bool add_case(Fn *fn, Cases *cases, HirReceiveArm *arm, HirExpr *guard) {
    uint32_t row = find_chain(cases, arm);
    if (row == UINT32_MAX)
        begin_chain(fn, cases, arm, guard);
    else
        lengthen_chain(fn, cases, row, arm, guard);
    return true;
}

static HirExpr *check_guard(Fn *fn, const AstReceiveCase *ast, const HirReceiveArm *arm) {
    if (!ast->guard) return NULL;
    if (arm->kind != HIR_COMES) diag_report(fn->checker->diags, ast->guard->span, E_GUARD_OF_CLOCK);
    return check_cond(fn, ast->guard);
}

// Alternatives do one thing, whichever comes: so they name nothing of it.
static bool binds_nothing(Fn *fn, const AstReceiveCase *ast, const HirReceiveArm *arm) {
    bool none = true;
    for (uint32_t i = 0; i < arm->binds.len; i++)
        none = none && !arm->binds.data[i];
    if (!none && ast->alternatives.len > 1)
        diag_report(fn->checker->diags, ast->head, E_ALTERNATIVE_BINDS);
    return none || ast->alternatives.len == 1;
}

// Each alternative has the body for itself: the endpoints' states differ. What is wrong in it is said once.
static bool check_alternative(Fn *fn, Cases *cases, const AstReceiveCase *ast, uint32_t row) {
    Scope scope;
    HirReceiveArm arm = { .span = ast->alternatives.data[row].data[0].span };
    push_scope(fn, &scope);
    bool good = check_heads(fn, &ast->alternatives.data[row], &arm);
    good = binds_nothing(fn, ast, &arm) && good;
    HirExpr *guard = check_guard(fn, ast, &arm);
    arm.body = block_of(fn, ast->span);
    check_into(fn, &ast->body, arm.body);
    pop_scope(fn);
    if (guard && (guard->kind == HIR_ERROR || arm.kind != HIR_COMES)) good = false;
    return good && add_case(fn, cases, &arm, guard);
}

static bool check_receive_case(Fn *fn, const AstReceiveCase *ast, Cases *cases) {
    if (ast->is_default || ast->alternatives.len == 0) {
        unsupported(
            fn->checker, ast->head, ast->is_default ? "`default` in `switch receive`" : "this case"
        );
        return false;
    }
    bool good = true;
    for (uint32_t i = 0; i < ast->alternatives.len && good; i++)
        good = check_alternative(fn, cases, ast, i);
    return good;
}

// Where no guard holds, control goes nowhere: that it may come there is reported along the ways.
static void end_chains(Fn *fn, const Cases *cases) {
    for (uint32_t i = 0; i < cases->chains.len; i++) {
        HirStmt *last = cases->chains.data[i].last;
        if (!last) continue;
        HirStmt *never = new_stmt(fn, HIR_STMT_LOOP, last->span);
        never->then = block_of(fn, last->span);
        last->otherwise = block_of(fn, last->span);
        append(fn, last->otherwise, never);
    }
}

// At least one endpoint, and at most one clock.
static bool waits_for_something(Fn *fn, const HirStmt *stmt) {
    uint32_t timeouts = 0, last = 0;
    vec_each(HirReceiveArm, arm, &stmt->receives) {
        bool never = arm->kind == HIR_COMES_NEVER;
        if (arm->kind == HIR_COMES || (never ? ++last : ++timeouts) < 2) continue;
        diag_report(
            fn->checker->diags, arm->span, E_RECEIVE_TWICE, never ? "unsatisfiable" : "timeout"
        );
        return false;
    }
    if (timeouts + last < stmt->receives.len) return true;
    diag_report(
        fn->checker->diags,
        (Span){ stmt->span.file, stmt->span.start,
                stmt->span.start + (uint32_t)strlen("switch receive") },
        E_RECEIVE_NOTHING
    );
    return false;
}

HirStmt *check_switch_receive(Fn *fn, const AstStmt *ast) {
    Cases cases = { .stmt = new_stmt(fn, HIR_STMT_RECEIVE, ast->span) };
    HirStmt *stmt = cases.stmt;
    Target target = { .outer = fn->targets, .stmt = stmt, .label = ast->label.name };
    bool good = true;
    fn->targets = &target;
    vec_each(AstReceiveCase, it, &ast->switch_receive.cases)
        good = check_receive_case(fn, it, &cases) && good;
    fn->targets = target.outer;
    end_chains(fn, &cases);
    if (!good || !waits_for_something(fn, stmt)) stmt->kind = HIR_STMT_ERROR;
    return stmt;
}
