// Channels in function bodies: making them, and sending. Which message may be sent in which state is asked of the flow of
// control (typestate.c); here, that messages exist and that their arguments fit. What comes: receive.c.

#include "check__.h"

// --- endpoints and messages ------------------------------------------------------------------------------------------------------

// The endpoint that is named, through pointers; NULL: reported.
HirExpr *endpoint_place(Fn *fn, const AstExpr *ast) {
    Checker *checker = fn->checker;
    HirExpr *expr = check_expr(fn, ast, NULL);
    if (expr->kind == HIR_ERROR) return NULL;
    HirExpr *place = receiver_place(fn, expr);
    if (place->type->kind == HIR_TYPE_ENDPOINT && expr->kind != HIR_CALL)
        return check_mutable(checker, place) ? place : NULL;
    diag_report(checker->diags, ast->span, E_NOT_AN_ENDPOINT, type_text(checker, place->type));
    return NULL;
}

bool named_message(Fn *fn, const HirContract *contract, const AstName *name, uint32_t *row) {
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
bool message_goes(const HirType *endpoint, uint32_t message, bool sending) {
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
    if (type && named_message(fn, type->contract, &ast->send.message, &stmt->message))
        message = &type->contract->messages.data[stmt->message];
    if (message && !message_goes(type, stmt->message, true)) {
        diag_report(
            checker->diags, ast->send.message.span, E_MESSAGE_COMES, text_of(checker, message->name)
        );
        message = NULL;
    }
    if (message && !check_given(
                       checker, text_of(checker, message->name), message->args.len,
                       (ParamNames){ .message = message }, &ast->send.args, ast->span
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
