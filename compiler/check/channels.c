// Channels in function bodies: making, sending, waiting. Which message may come in which state is asked of the flow of
// control (typestate.c); here, that messages exist and that their arguments and names fit.

#include "check__.h"

#include <string.h>

// --- endpoints and messages ------------------------------------------------------------------------------------------------------

// The endpoint that is named, through pointers; NULL: reported.
static HirExpr *endpoint_place(Fn *fn, const AstExpr *ast) {
    Checker *checker = fn->checker;
    HirExpr *expr = check_expr(fn, ast, NULL);
    if (expr->kind == HIR_ERROR) return NULL;
    HirExpr *place = receiver_place(fn, expr);
    if (place->type->kind == HIR_TYPE_ENDPOINT && expr->kind != HIR_CALL)
        return check_mutable(checker, place) ? place : NULL;
    diag_report(checker->diags, ast->span, E_NOT_AN_ENDPOINT, type_text(checker, place->type));
    return NULL;
}

static bool find_message(Fn *fn, const HirContract *contract, const AstName *name, uint32_t *row) {
    for (*row = 0; *row < contract->messages.len; ++*row)
        if (contract->messages.data[*row].name == name->name) return true;
    if (!contract->broken) {
        diag_report(
            fn->checker->diags, name->span, E_UNKNOWN_MESSAGE, text_of(fn->checker, contract->name),
            text_of(fn->checker, name->name)
        );
        near_message(fn->checker, contract, text_of(fn->checker, name->name), name->span);
    }
    return false;
}

// The importer sends `in` messages, the exporter `out` messages.
static bool goes(const HirType *endpoint, uint32_t message, bool sending) {
    bool is_in = endpoint->contract->messages.data[message].is_in;
    return (endpoint->side == HIR_IMP ? is_in : !is_in) == sending;
}

static HirStmt *wrong(Fn *fn, Span span) {
    return new_stmt(fn, HIR_STMT_ERROR, span);
}

// --- send -----------------------------------------------------------------------------------------------------------------------------

HirStmt *check_send(Fn *fn, const AstStmt *ast) {
    Checker *checker = fn->checker;
    HirStmt *stmt = new_stmt(fn, HIR_STMT_SEND, ast->span);
    stmt->place = endpoint_place(fn, ast->send.endpoint);
    const HirType *type = stmt->place ? stmt->place->type : NULL;
    const HirMessage *message = NULL;
    if (type && find_message(fn, type->contract, &ast->send.message, &stmt->message))
        message = &type->contract->messages.data[stmt->message];
    if (message && !goes(type, stmt->message, true)) {
        diag_report(
            checker->diags, ast->send.message.span, E_MESSAGE_COMES, text_of(checker, message->name)
        );
        message = NULL;
    }
    if (message &&
        !check_count(
            checker, text_of(checker, message->name), message->args.len, &ast->send.args, ast->span
        ))
        message = NULL;
    for (uint32_t i = 0; i < ast->send.args.len; i++) {
        HirExpr *arg = check_value(
            fn, ast->send.args.data[i].value,
            message ? message->args.data[i].type : simple(checker, HIR_TYPE_ERROR)
        );
        vec_push(checker->arena, &stmt->args, arg);
    }
    return message ? stmt : wrong(fn, ast->span);
}

// --- what comes -----------------------------------------------------------------------------------------------------------------------

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

// A message arm; false: reported.
static bool message_arm(
    Fn *fn,
    HirReceiveArm *arm,
    HirExpr *place,
    const AstName *name,
    const AstPatterns *args,
    Span span
) {
    Checker *checker = fn->checker;
    *arm = (HirReceiveArm){ .kind = HIR_COMES_MESSAGE, .endpoint = place, .span = span };
    bool good = place && find_message(fn, place->type->contract, name, &arm->message);
    const HirMessage *message = good ? &place->type->contract->messages.data[arm->message] : NULL;
    if (good && !goes(place->type, arm->message, false)) {
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
    return good;
}

// --- receive ------------------------------------------------------------------------------------------------------------------------------

void check_receive(Fn *fn, const AstStmt *ast, HirStmtVec *out) {
    Checker *checker = fn->checker;
    HirStmt *stmt = new_stmt(fn, HIR_STMT_RECEIVE, ast->span);
    HirReceiveArm arm, closed = { .kind = HIR_COMES_CLOSED, .span = ast->span };
    if (ast->receive.is_try) unsupported(checker, ast->span, "`try receive`");
    HirExpr *place = endpoint_place(fn, ast->receive.endpoint);
    if (ast->receive.closed) { // it sees nothing of what would have come
        closed.span = ast->receive.closed->span;
        closed.body = check_nested(fn, ast->receive.closed);
    }
    bool good = message_arm(fn, &arm, place, &ast->receive.message, &ast->receive.args, ast->span);
    arm.binds_outside = true;
    closed.endpoint = place;
    if (!good || ast->receive.is_try) stmt->kind = HIR_STMT_ERROR;
    if (ast->receive.closed && closed.body && arm.binds.len > 0 && !stmt_ends(closed.body))
        diag_report(checker->diags, ast->receive.closed->span, E_CLOSED_MUST_LEAVE);
    vec_push(checker->arena, &stmt->receives, arm);
    vec_push(checker->arena, &stmt->receives, closed);
    vec_push(checker->arena, out, stmt);
    for (uint32_t i = 0; i < arm.binds.len; i++)
        if (arm.binds.data[i]) test_received(fn, arm.binds.data[i], out);
}

static bool check_head(Fn *fn, const AstHead *head, HirReceiveArm *arm) {
    Checker *checker = fn->checker;
    *arm = (HirReceiveArm){ .span = head->span };
    if (head->as.len > 0) {
        unsupported(checker, head->span, "sets of endpoints");
        return false;
    }
    switch (head->kind) {
    case AST_HEAD_MESSAGE:
        return message_arm(
            fn, arm, endpoint_place(fn, head->from), &head->message, &head->args, head->span
        );
    case AST_HEAD_CLOSED:
        arm->kind = HIR_COMES_CLOSED;
        arm->endpoint = endpoint_place(fn, head->from);
        return arm->endpoint != NULL;
    case AST_HEAD_TIMEOUT:
        arm->kind = HIR_COMES_TIMEOUT;
        arm->timeout = check_value(fn, head->from, simple(checker, HIR_TYPE_U64));
        return arm->timeout->kind != HIR_ERROR;
    case AST_HEAD_UNSATISFIABLE: unsupported(checker, head->span, "`unsatisfiable`"); break;
    case AST_HEAD_ERROR: break;
    }
    return false;
}

static bool check_receive_case(Fn *fn, const AstReceiveCase *ast, HirStmt *stmt) {
    Checker *checker = fn->checker;
    Scope scope;
    HirReceiveArm arm;
    const char *extra = ast->is_default                     ? "`default` in `switch receive`"
                        : ast->guard                        ? "guards in `switch receive`"
                        : ast->alternatives.len > 1         ? "alternatives in `switch receive`"
                        : ast->alternatives.len == 0        ? "this case"
                        : ast->alternatives.data[0].len > 1 ? "joins"
                                                            : NULL;
    if (extra) {
        unsupported(checker, ast->head, extra);
        return false;
    }
    push_scope(fn, &scope);
    bool good = check_head(fn, &ast->alternatives.data[0].data[0], &arm);
    HirStmtVec tests = { 0 };
    for (uint32_t i = 0; good && i < arm.binds.len; i++)
        if (arm.binds.data[i]) test_received(fn, arm.binds.data[i], &tests);
    arm.body = block_of(fn, ast->span);
    vec_each(HirStmt *, test, &tests)
        append(fn, arm.body, *test);
    check_into(fn, &ast->body, arm.body);
    pop_scope(fn);
    vec_push(checker->arena, &stmt->receives, arm);
    return good;
}

// At least one endpoint, and at most one clock.
static bool waits_for_something(Fn *fn, const HirStmt *stmt) {
    uint32_t timeouts = 0;
    vec_each(HirReceiveArm, arm, &stmt->receives) {
        if (arm->kind != HIR_COMES_TIMEOUT || ++timeouts < 2) continue;
        diag_report(fn->checker->diags, arm->span, E_RECEIVE_TWICE, "timeout");
        return false;
    }
    if (timeouts < stmt->receives.len) return true;
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
    Target target = { .outer = fn->targets, .stmt = stmt, .label = ast->label.name };
    bool good = true;
    fn->targets = &target;
    vec_each(AstReceiveCase, it, &ast->switch_receive.cases)
        good = check_receive_case(fn, it, stmt) && good;
    fn->targets = target.outer;
    if (!good || !waits_for_something(fn, stmt)) stmt->kind = HIR_STMT_ERROR;
    return stmt;
}

// --- channel ----------------------------------------------------------------------------------------------------------------------------------

HirStmt *check_channel(Fn *fn, const AstStmt *ast) {
    Checker *checker = fn->checker;
    HirStmt *stmt = new_stmt(fn, HIR_STMT_CHANNEL, ast->span);
    AstType imp = { .kind = AST_TYPE_ENDPOINT, .span = ast->channel.contract->span };
    imp.endpoint.contract = ast->channel.contract;
    imp.endpoint.state = ast->channel.state;
    const HirType *type = resolve_type(checker, fn->module, &imp);
    if (is_error(type)) {
        declare(fn, ast->channel.importer, type);
        declare(fn, ast->channel.exporter, type);
        return wrong(fn, ast->span);
    }
    stmt->contract = type->contract;
    stmt->state = type->state;
    stmt->imp = declare(fn, ast->channel.importer, type);
    stmt->exp = declare(
        fn, ast->channel.exporter,
        hir_type_endpoint(checker->types, type->contract, HIR_EXP, type->state)
    );
    return stmt;
}
