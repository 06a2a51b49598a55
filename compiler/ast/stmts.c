// Statements.
// Takes statement nodes; leaves AstStmts. A declaration whose type leaves a `const` over is a constant.

#include "build__.h"

static AstStmt *start(Build *b, AstStmtKind kind, const SyntaxNode *node) {
    AstStmt *stmt = arena_new(b->arena, AstStmt);
    stmt->kind = kind;
    stmt->span = ast__span(b, node);
    return stmt;
}

AstStmt *ast__stmt_of(Build *b, const SyntaxNode *node, SyntaxField field) {
    const SyntaxNode *child = syntax_child(node, field);
    return child ? ast__stmt(b, child) : start(b, AST_STMT_ERROR, node);
}

static bool is_stmt(SyntaxKind kind);

void ast__stmts(Build *b, const SyntaxNode *node, AstStmts *out) {
    syntax_each(child, node) {
        bool field = child->field != FIELD_NONE; // the head of a case
        if (!field && is_stmt((SyntaxKind)child->kind))
            vec_push(b->arena, out, ast__stmt(b, child));
    }
}

static AstStmt *build_block(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_BLOCK, node);
    ast__stmts(b, node, &stmt->block);
    return stmt;
}

// --- declarations and effects -------------------------------------------------------------------------

static AstStmt *build_declaration(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_LET, node);
    const SyntaxNode *type = CHILD(node, TYPE), *name = CHILD(node, NAME), *loose = NULL;
    if (type) stmt->let.binder.type = ast__type_loose(b, type, &loose);
    stmt->let.binder.name = ast__name(b, name);
    stmt->let.binder.span = (Span){ b->syntax->file, node->start, name ? name->end : node->end };
    stmt->let.value = ast__expr_maybe(b, node, FIELD_VALUE);
    if (!loose) return stmt;
    if (syntax_is(b->syntax, loose, "const")) {
        stmt->kind = AST_STMT_CONST;
        if (!stmt->let.value && !node->broken && name) {
            ast__report(b, stmt->span, E_CONSTANT_VALUE, ast__c_text(b, name));
        }
    } else {
        ast__report_loose(b, loose);
    }
    return stmt;
}

static AstStmt *build_let_tuple(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_LET_TUPLE, node);
    stmt->let_tuple.binders = ast__binders(b, CHILD(node, BINDING));
    stmt->let_tuple.value = ast__expr_of(b, node, FIELD_VALUE);
    return stmt;
}

static AstStmt *build_assignment(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_ASSIGN, node);
    const SyntaxNode *sign = CHILD(node, OPERATOR);
    Str text = sign ? ast__text(b, sign) : (Str){ "=", 1 };
    if (text.len > 1) {
        text.len--;
        stmt->assign.compound = ast__operator(text, &stmt->assign.op, &stmt->assign.family);
    }
    stmt->assign.target = ast__expr_of(b, node, FIELD_TARGET);
    stmt->assign.value = ast__expr_of(b, node, FIELD_VALUE);
    return stmt;
}

static AstStmt *build_step(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_STEP, node);
    const SyntaxNode *sign = CHILD(node, OPERATOR);
    stmt->step.target = ast__expr_of(b, node, FIELD_TARGET);
    stmt->step.down = sign && syntax_is(b->syntax, sign, "--");
    return stmt;
}

static bool has_effect(const AstExpr *expr) {
    while (expr->kind == AST_EXPR_UNARY && expr->unary.op == AST_UNARY_TRY)
        expr = expr->unary.operand;
    return expr->kind == AST_EXPR_CALL || expr->kind == AST_EXPR_ERROR;
}

static AstStmt *build_effect(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_EXPR, node);
    stmt->expr = ast__expr_of(b, node, FIELD_EXPRESSION);
    if (!has_effect(stmt->expr)) ast__report(b, stmt->expr->span, E_NOT_A_STATEMENT);
    return stmt;
}

// --- conditions and loops -----------------------------------------------------------------------------

static AstCond build_cond(Build *b, const SyntaxNode *node) {
    const SyntaxNode *binding = CHILD(node, BINDING), *value = CHILD(node, CONDITION);
    AstCond cond = { .binders = ast__binders(b, binding),
                     .value = ast__expr_of(b, node, FIELD_CONDITION) };
    cond.span =
        binding && value ? (Span){ b->syntax->file, binding->start, value->end } : cond.value->span;
    return cond;
}

static AstClauseKind clause_kind(const SyntaxNode *node) {
    return node->kind == SYNTAX_REQUIRES_CLAUSE  ? AST_REQUIRES
           : node->kind == SYNTAX_ENSURES_CLAUSE ? AST_ENSURES
                                                 : AST_INVARIANT;
}

AstClauses ast__clauses(Build *b, const SyntaxNode *node, SyntaxField field) {
    AstClauses clauses = { 0 };
    syntax_each(child, node) {
        if (child->field != field) continue;
        AstClause clause = { clause_kind(child), ast__expr_of(b, child, FIELD_CONDITION),
                             ast__span(b, child) };
        vec_push(b->arena, &clauses, clause);
    }
    return clauses;
}

static AstStmt *build_if(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_IF, node);
    stmt->if_.cond = build_cond(b, node);
    stmt->if_.then = ast__stmt_of(b, node, FIELD_CONSEQUENCE);
    const SyntaxNode *otherwise = CHILD(node, ALTERNATIVE);
    if (otherwise) stmt->if_.otherwise = ast__stmt(b, otherwise);
    return stmt;
}

static AstStmt *build_loop(Build *b, const SyntaxNode *node, AstStmtKind kind) {
    AstStmt *stmt = start(b, kind, node);
    stmt->loop.cond = build_cond(b, node);
    stmt->loop.invariants = ast__clauses(b, node, FIELD_INVARIANT);
    stmt->loop.body = ast__stmt_of(b, node, FIELD_BODY);
    return stmt;
}

static AstStmt *build_for(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_FOR, node);
    const SyntaxNode *init = CHILD(node, INIT);
    if (init) stmt->for_.init = ast__stmt(b, init);
    stmt->for_.cond = ast__expr_maybe(b, node, FIELD_CONDITION);
    syntax_each(child, node) {
        if (child->field == FIELD_STEP) vec_push(b->arena, &stmt->for_.step, ast__stmt(b, child));
    }
    stmt->for_.invariants = ast__clauses(b, node, FIELD_INVARIANT);
    stmt->for_.body = ast__stmt_of(b, node, FIELD_BODY);
    return stmt;
}

// What goes backwards starts at the end, and `..=` includes it.
static void expect_range_end(Build *b, const AstStmt *stmt) {
    const AstRange *range = &stmt->for_each.range;
    if (range->hi || !(stmt->for_each.reverse || range->inclusive)) return;
    ast__report(b, range->span, E_RANGE_END, stmt->for_each.reverse ? "reverse" : "..=");
}

static AstStmt *build_for_each(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_FOR_EACH, node);
    const SyntaxNode *binding = CHILD(node, BINDING);
    stmt->for_each.binders = ast__binders(b, binding);
    stmt->for_each.is_tuple = binding && binding->kind == SYNTAX_BINDING_TUPLE;
    stmt->for_each.reverse = ast__has(node, FIELD_REVERSE);
    stmt->for_each.range = ast__range(b, CHILD(node, RANGE));
    if (ast__has(node, FIELD_RANGE))
        expect_range_end(b, stmt);
    else
        stmt->for_each.over = ast__expr_of(b, node, FIELD_OVER);
    stmt->for_each.invariants = ast__clauses(b, node, FIELD_INVARIANT);
    stmt->for_each.body = ast__stmt_of(b, node, FIELD_BODY);
    return stmt;
}

static AstStmt *build_switch(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_SWITCH, node);
    stmt->switch_.subject = ast__expr_of(b, node, FIELD_VALUE);
    syntax_each(child, node) {
        if (child->kind == SYNTAX_CASE)
            vec_push(b->arena, &stmt->switch_.cases, ast__case(b, child));
    }
    return stmt;
}

static AstStmt *build_switch_receive(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_SWITCH_RECEIVE, node);
    syntax_each(child, node) {
        if (child->kind == SYNTAX_CASE)
            vec_push(b->arena, &stmt->switch_receive.cases, ast__receive_case(b, child));
    }
    return stmt;
}

static AstStmt *build_labeled(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = ast__stmt_of(b, node, FIELD_BODY);
    stmt->label = ast__name(b, CHILD(node, LABEL));
    return stmt;
}

// --- leaving ------------------------------------------------------------------------------------------

static AstStmt *build_return(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_RETURN, node);
    stmt->result = ast__expr_maybe(b, node, FIELD_VALUE);
    return stmt;
}

static AstStmt *build_jump(Build *b, const SyntaxNode *node, AstStmtKind kind) {
    AstStmt *stmt = start(b, kind, node);
    stmt->target = ast__name(b, CHILD(node, LABEL));
    return stmt;
}

static AstStmt *build_defer(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_DEFER, node);
    stmt->defer = ast__stmt_of(b, node, FIELD_BODY);
    return stmt;
}

static AstStmt *build_lock(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_LOCK, node);
    const SyntaxNode *binding = CHILD(node, BINDING);
    stmt->lock.mutex = ast__expr_of(b, node, FIELD_MUTEX);
    if (binding) stmt->lock.binder = ast__binder(b, binding);
    stmt->lock.body = ast__stmt_of(b, node, FIELD_BODY);
    return stmt;
}

static AstStmt *build_assert(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_ASSERT, node);
    stmt->assert_.cond = ast__expr_of(b, node, FIELD_CONDITION);
    stmt->assert_.text = ast__expr_maybe(b, node, FIELD_TEXT);
    return stmt;
}

// --- channels and threads -----------------------------------------------------------------------------

static AstStmt *build_channel(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_CHANNEL, node);
    stmt->channel.contract = ast__type(b, CHILD(node, CONTRACT));
    stmt->channel.state = ast__path(b, CHILD(node, STATE));
    stmt->channel.importer = ast__name(b, CHILD(node, IMPORTER));
    stmt->channel.exporter = ast__name(b, CHILD(node, EXPORTER));
    return stmt;
}

// The endpoint and the message of `ep.message(...)`; NULL, and a report, if it is none.
static AstExpr *build_endpoint(
    Build *b, const SyntaxNode *node, const SyntaxNode *callee, const char *verb, AstName *message
) {
    AstExpr *endpoint = ast__split(b, callee, message);
    if (endpoint) return endpoint;
    if (!node->broken) ast__report(b, ast__span(b, node), E_NO_MESSAGE, verb, verb);
    return ast__new_expr(b, AST_EXPR_ERROR, ast__span(b, node));
}

static AstStmt *build_send(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_SEND, node);
    const SyntaxNode *call = CHILD(node, CALL);
    const SyntaxNode *callee = call ? CHILD(call, FUNCTION) : NULL;
    stmt->send.endpoint = build_endpoint(b, node, callee, "send", &stmt->send.message);
    if (call) stmt->send.args = ast__args(b, CHILD(call, ARGUMENTS));
    return stmt;
}

static AstStmt *build_receive(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_RECEIVE, node);
    stmt->receive.is_try = ast__has(node, FIELD_TRY);
    const SyntaxNode *message = CHILD(node, MESSAGE);
    const SyntaxNode *callee = message ? CHILD(message, NAME) : NULL;
    stmt->receive.endpoint = build_endpoint(b, node, callee, "receive", &stmt->receive.message);
    if (message) stmt->receive.args = ast__patterns(b, CHILD(message, ARGUMENTS));
    const SyntaxNode *closed = CHILD(node, CLOSED);
    if (closed) stmt->receive.closed = ast__stmt(b, closed);
    return stmt;
}

static AstStmt *build_spawn(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_SPAWN, node);
    stmt->spawn = ast__expr_of(b, node, FIELD_CALL);
    return stmt;
}

static AstStmt *build_join(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = start(b, AST_STMT_JOIN, node);
    stmt->join = ast__stmt_of(b, node, FIELD_BODY);
    return stmt;
}

// --- all of them --------------------------------------------------------------------------------------

static AstStmt *build_stmt(Build *b, const SyntaxNode *node) { // NULL: no statement
    switch ((int)node->kind) {
    case SYNTAX_ERROR: return start(b, AST_STMT_ERROR, node);
    case SYNTAX_EMPTY_STATEMENT: return start(b, AST_STMT_EMPTY, node);
    case SYNTAX_BLOCK: return build_block(b, node);
    case SYNTAX_DECLARATION: return build_declaration(b, node);
    case SYNTAX_TUPLE_DECLARATION: return build_let_tuple(b, node);
    case SYNTAX_ASSIGNMENT: return build_assignment(b, node);
    case SYNTAX_STEP_STATEMENT: return build_step(b, node);
    case SYNTAX_EXPRESSION_STATEMENT: return build_effect(b, node);
    case SYNTAX_IF_STATEMENT: return build_if(b, node);
    case SYNTAX_WHILE_STATEMENT: return build_loop(b, node, AST_STMT_WHILE);
    case SYNTAX_DO_STATEMENT: return build_loop(b, node, AST_STMT_DO);
    case SYNTAX_FOR_STATEMENT: return build_for(b, node);
    case SYNTAX_FOR_EACH_STATEMENT: return build_for_each(b, node);
    case SYNTAX_SWITCH_STATEMENT: return build_switch(b, node);
    case SYNTAX_SWITCH_RECEIVE_STATEMENT: return build_switch_receive(b, node);
    case SYNTAX_LABELED_STATEMENT: return build_labeled(b, node);
    case SYNTAX_RETURN_STATEMENT: return build_return(b, node);
    case SYNTAX_BREAK_STATEMENT: return build_jump(b, node, AST_STMT_BREAK);
    case SYNTAX_CONTINUE_STATEMENT: return build_jump(b, node, AST_STMT_CONTINUE);
    case SYNTAX_DEFER_STATEMENT: return build_defer(b, node);
    case SYNTAX_LOCK_STATEMENT: return build_lock(b, node);
    case SYNTAX_ASSERT_STATEMENT: return build_assert(b, node);
    case SYNTAX_CHANNEL_STATEMENT: return build_channel(b, node);
    case SYNTAX_SEND_STATEMENT: return build_send(b, node);
    case SYNTAX_RECEIVE_STATEMENT: return build_receive(b, node);
    case SYNTAX_SPAWN_STATEMENT: return build_spawn(b, node);
    case SYNTAX_JOIN_STATEMENT: return build_join(b, node);
    default: return NULL;
    }
}

AstStmt *ast__stmt(Build *b, const SyntaxNode *node) {
    AstStmt *stmt = node->missing ? NULL : build_stmt(b, node);
    return stmt ? stmt : start(b, AST_STMT_ERROR, node);
}

static bool is_stmt(SyntaxKind kind) {
    return kind != SYNTAX_DOC_COMMENT && kind != SYNTAX_TOKEN;
}
