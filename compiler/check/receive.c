// Waiting for messages: `receive`, `try receive`, `switch receive`. Which message may come in which state is asked of the flow
// of control (coming.c); here, that messages exist and that what is bound fits. The cases of a `switch receive` become arms in
// arms.c.

#include "receive.h"

#include <string.h>

// --- what is bound ---------------------------------------------------------------------------------------------------------------------

// The member of a set, in the state behind what has come of it.
const HirType *member_after(Fn *fn, const HirHead *head) {
    const HirType *set = head->from->type;
    const HirState *state = &set->contract->states.data[set->state];
    uint32_t next = set->state;
    for (uint32_t i = 0; i < state->choices.len && !head->closed; i++)
        if (state->choices.data[i].message == head->message) next = state->choices.data[i].next;
    return hir_type_endpoint(fn->checker->types, set->contract, set->side, next);
}

// So that names are known in what follows.
static void bind_nothing(Fn *fn, const AstPatterns *args, const AstNames *as) {
    vec_each(AstPattern *, it, args)
        declare_all_lost(fn, *it);
    vec_each(AstName, name, as)
        declare_lost(fn, *name);
}

// `as ep`, `as (ep, who)`: what a set hands back. False: reported.
static bool bind_member(
    Fn *fn, ReceiveCase *one, const HirHead *head, const AstNames *as, Span span
) {
    Checker *checker = fn->checker;
    const HirType *set = head->from->type;
    bool is_set = set->kind == HIR_TYPE_SET;
    uint32_t wanted = !is_set ? 0 : set->elem ? 2 : 1;
    if (as->len != wanted) {
        diag_report(checker->diags, span, E_MEMBER_BINDS, type_text(checker, set), wanted, as->len);
        bind_nothing(fn, &(AstPatterns){ 0 }, as);
        return false;
    }
    for (uint32_t i = 0; i < as->len; i++) {
        const HirType *type = i == 0 ? member_after(fn, head) : set->elem;
        vec_push(checker->arena, &one->patterns, bind_pattern(fn, &as->data[i], type));
    }
    return true;
}

// The head of a message, and what it binds; false: reported.
static bool message_head(
    Fn *fn,
    ReceiveCase *one,
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
    if (!good) bind_nothing(fn, args, as);
    for (uint32_t i = 0; good && i < args->len; i++)
        vec_push(
            checker->arena, &one->patterns,
            part_pattern(fn, args->data[i], message->args.data[i].type)
        );
    vec_push(checker->arena, &one->arm.heads, head);
    return good && bind_member(fn, one, &head, as, span);
}

static bool closed_head(Fn *fn, ReceiveCase *one, HirExpr *from, const AstNames *as, Span span) {
    HirHead head = { .closed = true, .from = from, .span = span };
    vec_push(fn->checker->arena, &one->arm.heads, head);
    if (!from) bind_nothing(fn, &(AstPatterns){ 0 }, as);
    return from && bind_member(fn, one, &head, as, span);
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

// It takes what comes as it is.
static bool bind_all(Fn *fn, ReceiveCase *one) {
    bool good = true;
    for (uint32_t i = 0; i < one->patterns.len; i++) {
        const HirPattern *pattern = one->patterns.data[i];
        bool fits = binds_whole(pattern);
        if (!fits) diag_report(fn->checker->diags, pattern->span, E_RECEIVE_PATTERN);
        good = good && fits;
        HirLocal *local = pattern->kind == HIR_PATTERN_BIND ? pattern->local : NULL;
        vec_push(fn->checker->arena, &one->arm.binds, local);
    }
    return good;
}

void check_receive(Fn *fn, const AstStmt *ast, HirStmtVec *out) {
    Checker *checker = fn->checker;
    HirStmt *stmt = new_stmt(fn, HIR_STMT_RECEIVE, ast->span);
    ReceiveCase one = { .arm = { .span = ast->span, .binds_outside = true } },
                closed = { .arm = { .span = ast->span } };
    HirExpr *place = endpoint_place(fn, ast->receive.endpoint);
    if (ast->receive.closed) closed.arm.span = ast->receive.closed->span;
    closed.arm.body = closed_body(fn, ast); // it sees nothing of what would have come
    const AstNames none = { 0 };
    bool good =
        message_head(fn, &one, place, &ast->receive.message, &ast->receive.args, &none, ast->span);
    good = bind_all(fn, &one) && good;
    closed_head(fn, &closed, place, &none, closed.arm.span);
    if (!good) stmt->kind = HIR_STMT_ERROR;
    if (ast->receive.closed && closed.arm.body && one.arm.binds.len > 0 &&
        !stmt_ends(closed.arm.body))
        diag_report(checker->diags, ast->receive.closed->span, E_CLOSED_MUST_LEAVE);
    vec_push(checker->arena, &stmt->receives, one.arm);
    vec_push(checker->arena, &stmt->receives, closed.arm);
    vec_push(checker->arena, out, stmt);
    for (uint32_t i = 0; i < one.arm.binds.len; i++)
        if (one.arm.binds.data[i]) test_received(fn, one.arm.binds.data[i], out);
}

// --- one case of many -------------------------------------------------------------------------------------------------------------------

static bool check_head(Fn *fn, const AstHead *head, ReceiveCase *one) {
    Checker *checker = fn->checker;
    HirExpr *from;
    switch (head->kind) {
    case AST_HEAD_MESSAGE:
        from = source_place(fn, head->from);
        return message_head(fn, one, from, &head->message, &head->args, &head->as, head->span);
    case AST_HEAD_CLOSED:
        from = source_place(fn, head->from);
        return closed_head(fn, one, from, &head->as, head->span);
    case AST_HEAD_TIMEOUT:
        one->arm.kind = HIR_COMES_TIMEOUT;
        one->arm.timeout = check_value(fn, head->from, simple(checker, HIR_TYPE_U64));
        return one->arm.timeout->kind != HIR_ERROR;
    case AST_HEAD_UNSATISFIABLE: one->arm.kind = HIR_COMES_NEVER; return true;
    case AST_HEAD_ERROR: break;
    }
    return false;
}

static bool check_heads(Fn *fn, const AstJoin *join, ReceiveCase *one) {
    const HirReceiveArm *arm = &one->arm;
    bool good = true;
    for (uint32_t i = 0; i < join->len; i++) {
        const AstHead *head = &join->data[i];
        good = check_head(fn, head, one) && good;
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

static HirExpr *check_guard(Fn *fn, const AstReceiveCase *ast, const HirReceiveArm *arm) {
    if (!ast->guard) return NULL;
    if (arm->kind != HIR_COMES) diag_report(fn->checker->diags, ast->guard->span, E_GUARD_OF_CLOCK);
    return check_cond(fn, ast->guard);
}

// Alternatives do one thing, whichever comes: so they name nothing of it.
static bool binds_nothing(Fn *fn, const AstReceiveCase *ast, const ReceiveCase *one) {
    bool none = true;
    for (uint32_t i = 0; i < one->patterns.len; i++)
        none = none && !pattern_binds(one->patterns.data[i]);
    if (!none && ast->alternatives.len > 1)
        diag_report(fn->checker->diags, ast->head, E_ALTERNATIVE_BINDS);
    return none || ast->alternatives.len == 1;
}

static bool patterns_known(const ReceiveCase *one) { // or else it has been reported
    for (uint32_t i = 0; i < one->patterns.len; i++)
        if (!binds_whole(one->patterns.data[i]) && !pattern_is_known(one->patterns.data[i]))
            return false;
    return true;
}

// Each alternative has the body for itself: the endpoints' states differ. What is wrong in it is said once.
static bool check_alternative(
    Fn *fn, ReceiveCases *cases, const AstReceiveCase *ast, uint32_t row
) {
    Scope scope;
    ReceiveCase one = { .arm.span = ast->alternatives.data[row].data[0].span };
    push_scope(fn, &scope);
    bool good = check_heads(fn, &ast->alternatives.data[row], &one);
    good = binds_nothing(fn, ast, &one) && patterns_known(&one) && good;
    one.guard = check_guard(fn, ast, &one.arm);
    one.arm.body = block_of(fn, ast->span);
    check_into(fn, &ast->body, one.arm.body);
    pop_scope(fn);
    if (one.guard && (one.guard->kind == HIR_ERROR || one.arm.kind != HIR_COMES)) good = false;
    if (good) vec_push(fn->checker->arena, &cases->list, one);
    return good;
}

static bool check_default(Fn *fn, ReceiveCases *cases, const AstReceiveCase *ast) {
    HirStmt *body = check_block(fn, &ast->body, ast->span);
    if (cases->rest) {
        diag_report(fn->checker->diags, ast->head, E_COVERED_BEFORE);
        return false;
    }
    cases->rest = body;
    cases->rest_span = ast->head;
    return true;
}

static bool check_receive_case(Fn *fn, ReceiveCases *cases, const AstReceiveCase *ast) {
    if (ast->is_default) return check_default(fn, cases, ast);
    bool good = ast->alternatives.len > 0; // none: reported as bad syntax
    for (uint32_t i = 0; i < ast->alternatives.len && good; i++)
        good = check_alternative(fn, cases, ast, i);
    return good;
}

static bool has_default(const AstStmt *ast) {
    vec_each(AstReceiveCase, it, &ast->switch_receive.cases) {
        if (it->is_default) return true;
    }
    return false;
}

// At least one endpoint, and at most one clock.
static bool waits_for_something(Fn *fn, const HirStmt *stmt) {
    uint32_t timeouts = 0, last = 0, rest = 0;
    vec_each(HirReceiveArm, arm, &stmt->receives) {
        bool never = arm->kind == HIR_COMES_NEVER;
        rest += arm->kind == HIR_COMES_REST;
        if (arm->kind == HIR_COMES || arm->kind == HIR_COMES_REST ||
            (never ? ++last : ++timeouts) < 2)
            continue;
        diag_report(
            fn->checker->diags, arm->span, E_RECEIVE_TWICE, never ? "unsatisfiable" : "timeout"
        );
        return false;
    }
    if (timeouts + last + rest < stmt->receives.len) return true;
    diag_report(
        fn->checker->diags,
        (Span){ stmt->span.file, stmt->span.start,
                stmt->span.start + (uint32_t)strlen("switch receive") },
        E_RECEIVE_NOTHING
    );
    return false;
}

HirStmt *check_switch_receive(Fn *fn, const AstStmt *ast) {
    HirStmt *stmt = new_stmt(fn, HIR_STMT_RECEIVE, ast->span);
    ReceiveCases cases = { .whole = stmt };
    if (has_default(ast)) cases.whole = new_stmt(fn, HIR_STMT_LOOP, ast->span);
    Target target = { .outer = fn->targets, .stmt = cases.whole, .label = ast->label.name };
    bool good = true;
    fn->targets = &target;
    vec_each(AstReceiveCase, it, &ast->switch_receive.cases)
        good = check_receive_case(fn, &cases, it) && good;
    fn->targets = target.outer;
    good = good && make_arms(fn, &cases, stmt) && waits_for_something(fn, stmt);
    if (!good) cases.whole->kind = HIR_STMT_ERROR;
    return cases.whole;
}
