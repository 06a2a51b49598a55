// Statements: scopes, declarations, assignments, and what jumps. Loops are in loops.c, `switch` in match.c, channels in
// channels.c.

#include "check__.h"

// --- scopes and locals -----------------------------------------------------------------------------------------------------

void push_scope(Fn *fn, Scope *scope) {
    Checker *checker = fn->checker;
    *scope = (Scope){ .outer = fn->scope };
    scope->names = checker->spare.len ? vec_pop(&checker->spare) : map_new(checker->arena);
    fn->scope = scope;
}

void pop_scope(Fn *fn) {
    enum { MANY = 64 }; // names: to clear their places again and again would take too long
    Checker *checker = fn->checker;
    Map *names = fn->scope->names;
    fn->scope = fn->scope->outer;
    if (map_len(names) > MANY) return;
    map_clear(names);
    vec_push(checker->arena, &checker->spare, names);
}

HirStmt *new_stmt(Fn *fn, HirStmtKind kind, Span span) {
    HirStmt *stmt = arena_new(fn->checker->arena, HirStmt);
    *stmt = (HirStmt){ .kind = kind, .span = span };
    return stmt;
}

HirLocal *new_local(Fn *fn, Name name, const HirType *type, Span span) {
    HirLocal *local = arena_new(fn->checker->arena, HirLocal);
    *local = (HirLocal){ .name = name, .type = type, .span = span, .number = fn->fn->locals.len };
    vec_push(fn->checker->arena, &fn->fn->locals, local);
    return local;
}

HirLocal *declare(Fn *fn, AstName name, const HirType *type) {
    HirLocal *local = new_local(fn, name.name, type, name.span);
    uint64_t other;
    if (!name.name || name.name == fn->checker->discard) return local;
    if (map_get(fn->scope->names, name.name, &other)) {
        diag_report(fn->checker->diags, name.span, E_DUPLICATE, text_of(fn->checker, name.name));
        diag_note(
            fn->checker->diags, ((const HirLocal *)(uintptr_t)other)->span, "first declared here"
        );
    }
    map_put(fn->scope->names, name.name, (uintptr_t)local);
    return local;
}

void declare_lost(Fn *fn, AstName name) {
    uint64_t other;
    if (!map_get(fn->scope->names, name.name, &other))
        declare(fn, name, simple(fn->checker, HIR_TYPE_ERROR));
}

HirStmt *let(Fn *fn, HirLocal *local, HirExpr *value, Span span) {
    HirStmt *stmt = new_stmt(fn, HIR_STMT_LET, span);
    stmt->local = local;
    stmt->value = value;
    return stmt;
}

HirStmt *assign_to(Fn *fn, HirExpr *place, HirExpr *value, Span span) {
    HirStmt *stmt = new_stmt(fn, HIR_STMT_ASSIGN, span);
    stmt->place = place;
    stmt->value = value;
    return stmt;
}

HirStmt *block_of(Fn *fn, Span span) {
    HirStmt *block = new_stmt(fn, HIR_STMT_BLOCK, span);
    block->end = (Span){ span.file, span.end > span.start ? span.end - 1 : span.end, span.end };
    return block;
}

void append(Fn *fn, HirStmt *block, HirStmt *stmt) {
    vec_push(fn->checker->arena, &block->stmts, stmt);
}

// --- blocks --------------------------------------------------------------------------------------------------------------------

void check_into(Fn *fn, const AstStmts *stmts, HirStmt *block) {
    HirStmtVec out = { 0 };
    vec_each(AstStmt *, stmt, stmts)
        check_stmt(fn, *stmt, &out);
    vec_each(HirStmt *, stmt, &out)
        append(fn, block, *stmt);
}

HirStmt *check_block(Fn *fn, const AstStmts *stmts, Span span) {
    Scope scope;
    HirStmt *block = block_of(fn, span);
    push_scope(fn, &scope);
    check_into(fn, stmts, block);
    pop_scope(fn);
    return block;
}

HirStmt *check_nested(Fn *fn, const AstStmt *stmt) {
    if (stmt->kind == AST_STMT_BLOCK && !stmt->label.name)
        return check_block(fn, &stmt->block, stmt->span);
    AstStmt *copy = arena_new(fn->checker->arena, AstStmt);
    *copy = *stmt;
    AstStmts only = { 0 };
    vec_push(fn->checker->arena, &only, copy);
    return check_block(fn, &only, stmt->span);
}

// A labelled block is a loop of one round, which only its label leaves.
static HirStmt *labelled_block(Fn *fn, const AstStmt *stmt) {
    HirStmt *loop = new_stmt(fn, HIR_STMT_LOOP, stmt->span);
    Target target = {
        .outer = fn->targets, .stmt = loop, .label = stmt->label.name, .only_label = true
    };
    fn->targets = &target;
    loop->is_do = true;
    loop->cond = literal(fn->checker, simple(fn->checker, HIR_TYPE_BOOL), 0, stmt->span);
    loop->then = check_block(fn, &stmt->block, stmt->span);
    fn->targets = target.outer;
    return loop;
}

// --- declarations ---------------------------------------------------------------------------------------------------------------

// `value` may be NULL. The type that a declared local gets.
static const HirType *let_type(
    Fn *fn, const AstBinder *binder, HirExpr **value, const AstExpr *ast
) {
    Checker *checker = fn->checker;
    const HirType *type = binder->type ? resolve_type(checker, fn->module, binder->type) : NULL;
    if (type && type->kind == HIR_TYPE_VOID) {
        diag_report(checker->diags, binder->type->span, E_VOID_VALUE);
        type = simple(checker, HIR_TYPE_ERROR);
    }
    if (ast) *value = check_value(fn, ast, type);
    if (type) return type;
    if (!ast)
        diag_report(
            checker->diags, binder->span, E_TYPE_UNKNOWN, text_of(checker, binder->name.name)
        );
    return *value ? (*value)->type : simple(checker, HIR_TYPE_ERROR);
}

static void check_let(Fn *fn, const AstStmt *stmt, HirStmtVec *out) {
    HirExpr *value = NULL;
    const HirType *type = let_type(fn, &stmt->let.binder, &value, stmt->let.value);
    HirLocal *local = declare(fn, stmt->let.binder.name, type);
    local->is_stated = stmt->let.binder.type != NULL;
    bool wrong = is_error(type) || (value && value->kind == HIR_ERROR);
    if (wrong) local->type = is_error(type) ? type : local->type;
    if (value && value->kind == HIR_ERROR) value = NULL; // reported
    if (!value && type->kind == HIR_TYPE_SET) value = empty_set(fn->checker, type, stmt->span);
    vec_push(fn->checker->arena, out, let(fn, local, value, stmt->span));
}

// A constant in a block is an item whose name is known in the block only.
static void check_block_const(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    HirConst *constant = arena_new(checker->arena, HirConst);
    *constant = (HirConst){ .name = stmt->let.binder.name.name,
                            .module = fn->module->path,
                            .span = stmt->let.binder.name.span };
    constant->number = checker->program->consts.len;
    vec_push(checker->arena, &checker->program->consts, constant);
    complete_constant(checker, fn, constant, stmt->let.binder.type, stmt->let.value);
    vec_push(checker->arena, &checker->constants, constant);
    if (!fn->scope->consts) fn->scope->consts = map_new(checker->arena);
    uint64_t other;
    bool twice = map_get(fn->scope->names, constant->name, &other);
    if (!map_put(fn->scope->consts, constant->name, (uintptr_t)constant) || twice)
        diag_report(checker->diags, constant->span, E_DUPLICATE, text_of(checker, constant->name));
}

// --- assignments ----------------------------------------------------------------------------------------------------------------

HirExpr *target_place(Fn *fn, const AstExpr *target) {
    Checker *checker = fn->checker;
    HirExpr *place = check_expr(fn, target, NULL);
    if (place->kind == HIR_ERROR) return NULL;
    if (!hir_expr_is_place(place)) {
        diag_report(checker->diags, target->span, E_NOT_A_PLACE);
        return NULL;
    }
    return check_assignable(checker, place) ? place : NULL;
}

static HirStmt *update(
    Fn *fn, HirOp op, HirFamily family, HirExpr *place, HirExpr *value, Span span
) {
    HirExpr *result = arithmetic(fn, op, family, as_value(fn->checker, place), value, span);
    if (result->kind == HIR_ERROR || result->kind != HIR_BINARY)
        return new_stmt(fn, HIR_STMT_ERROR, span);
    if (result->type != place->type) {
        coerce(fn->checker, result, place->type); // reports
        return new_stmt(fn, HIR_STMT_ERROR, span);
    }
    HirStmt *stmt = new_stmt(fn, HIR_STMT_UPDATE, span);
    stmt->place = place;
    stmt->op = op;
    stmt->family = family;
    stmt->value = result->args.data[1];
    return stmt;
}

static bool discards(const Fn *fn, const AstExpr *target) {
    return target->kind == AST_EXPR_NAME && target->name.name == fn->checker->discard;
}

// Behind a borrow nothing is stored that is lent by a local: an exclusive borrow in one moves there.
static void move_behind(const HirExpr *place, HirExpr *value) {
    const HirExpr *at = place;
    while (at->base && at->kind != HIR_DEREF)
        at = at->base;
    bool lent = value->mode == HIR_MUT && value->base && at->kind == HIR_DEREF &&
                (value->kind == HIR_VIEW || value->kind == HIR_BORROW);
    HirExpr *from = lent ? value->base : NULL;
    if (lent && value->kind == HIR_BORROW) from = from->kind == HIR_DEREF ? from->base : NULL;
    if (!from || from->kind != HIR_LOCAL || from->type != value->type) return;
    value->kind = HIR_MOVE;
    value->base = from;
}

static HirStmt *check_assign(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    if (!stmt->assign.compound && discards(fn, stmt->assign.target)) {
        HirStmt *effect = new_stmt(fn, HIR_STMT_EXPR, stmt->span);
        effect->value = check_value(fn, stmt->assign.value, NULL);
        return effect;
    }
    HirExpr *place = target_place(fn, stmt->assign.target);
    if (stmt->assign.compound) {
        HirOp op = op_of(stmt->assign.op);
        bool shifts = op == HIR_SHL || op == HIR_SHR;
        HirExpr *value = check_expr(
            fn, stmt->assign.value,
            shifts  ? simple(checker, HIR_TYPE_U32)
            : place ? place->type
                    : NULL
        );
        return place ? update(fn, op, family_of(stmt->assign.family), place, value, stmt->span)
                     : new_stmt(fn, HIR_STMT_ERROR, stmt->span);
    }
    HirExpr *value =
        check_value(fn, stmt->assign.value, place ? place->type : simple(checker, HIR_TYPE_ERROR));
    HirStmt *shorter =
        place && value->kind != HIR_ERROR ? shorten_slice(fn, place, value, stmt->span) : NULL;
    if (shorter) return shorter;
    if (place) move_behind(place, value);
    HirStmt *assign = new_stmt(
        fn, place && value->kind != HIR_ERROR ? HIR_STMT_ASSIGN : HIR_STMT_ERROR, stmt->span
    );
    assign->place = place;
    assign->value = value;
    return assign;
}

static HirStmt *check_step(Fn *fn, const AstStmt *stmt) {
    HirExpr *place = target_place(fn, stmt->step.target);
    if (!place) return new_stmt(fn, HIR_STMT_ERROR, stmt->span);
    const HirType *type =
        hir_type_is_integer(place->type) ? place->type : simple(fn->checker, HIR_TYPE_I32);
    return update(
        fn, stmt->step.down ? HIR_SUB : HIR_ADD, HIR_TRAP, place,
        literal(fn->checker, type, 1, stmt->span), stmt->span
    );
}

// --- effects ----------------------------------------------------------------------------------------------------------------------

static bool is_close(Fn *fn, const AstExpr *expr) {
    if (expr->kind != AST_EXPR_CALL || expr->call.callee->kind != AST_EXPR_NAME ||
        expr->call.callee->name.name != fn->checker->close)
        return false;
    Name name = expr->call.callee->name.name;
    return !find_local(fn, name) && !find_decl(fn->checker, fn->module, name, expr->span);
}

static HirStmt *check_close(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    HirStmt *stmt = new_stmt(fn, HIR_STMT_CLOSE, expr->span);
    if (!check_given(
            checker, "close", 1, (ParamNames){ .words = "ep" }, &expr->call.args, expr->span
        ))
        return new_stmt(fn, HIR_STMT_ERROR, expr->span);
    stmt->value = as_value(checker, check_expr(fn, expr->call.args.data[0].value, NULL));
    if (stmt->value->kind != HIR_ERROR && stmt->value->type->kind != HIR_TYPE_ENDPOINT)
        diag_report(
            checker->diags, stmt->value->span, E_OPERAND, "close",
            type_text(checker, stmt->value->type)
        );
    if (stmt->value->type->kind != HIR_TYPE_ENDPOINT) stmt->kind = HIR_STMT_ERROR;
    return stmt;
}

static HirStmt *check_effect(Fn *fn, const AstStmt *stmt) {
    if (is_close(fn, stmt->expr)) return check_close(fn, stmt->expr);
    HirExpr *value = as_value(fn->checker, check_expr(fn, stmt->expr, NULL));
    HirStmt *effect =
        new_stmt(fn, value->kind == HIR_ERROR ? HIR_STMT_ERROR : HIR_STMT_EXPR, stmt->span);
    effect->value = value;
    if (value->kind != HIR_ERROR) check_dropped(fn, value, stmt->span);
    return effect;
}

// --- conditions -------------------------------------------------------------------------------------------------------------------

static HirStmt *check_if(Fn *fn, const AstStmt *stmt) {
    const AstCond *cond = &stmt->if_.cond;
    if (cond->binders.len > 0)
        return check_binding_if(fn, cond, stmt->if_.then, stmt->if_.otherwise, stmt->span);
    HirStmt *made = new_stmt(fn, HIR_STMT_IF, stmt->span);
    made->cond = check_cond(fn, cond->value);
    made->then = check_nested(fn, stmt->if_.then);
    made->otherwise = stmt->if_.otherwise ? check_nested(fn, stmt->if_.otherwise) : NULL;
    return made;
}

static HirStmt *check_assert(Fn *fn, const AstStmt *stmt) {
    HirStmt *made = new_stmt(fn, HIR_STMT_ASSERT, stmt->span);
    made->cond = check_cond(fn, stmt->assert_.cond);
    made->text = assert_text(fn->checker, stmt->assert_.cond, stmt->assert_.text);
    return made;
}

// --- jumps ----------------------------------------------------------------------------------------------------------------------------

// Of a closure whose result is not known yet: something with a type of its own says it.
static HirStmt *find_result(Fn *fn, const AstStmt *stmt) {
    const AstExpr *result = stmt->result;
    HirStmt *made = new_stmt(fn, HIR_STMT_RETURN, stmt->span);
    if (!result) {
        fn->found->type = simple(fn->checker, HIR_TYPE_VOID);
        return made;
    }
    bool adapts = result->kind == AST_EXPR_INT || result->kind == AST_EXPR_FLOAT ||
                  result->kind == AST_EXPR_CHAR;
    made->value = check_value(fn, result, NULL);
    bool known = fn->found->type && (adapts || fn->found->is_certain);
    if (made->value->kind != HIR_ERROR && !known)
        *fn->found = (Found){ made->value->type, !adapts };
    return made;
}

static HirStmt *check_return(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    HirExpr *value = NULL;
    if (fn->found) return find_result(fn, stmt);
    bool is_void = fn->result->kind == HIR_TYPE_VOID;
    if (fn->in_defer) diag_report(checker->diags, stmt->span, E_DEFER_LEAVES, "return");
    if (stmt->result && is_void)
        diag_report(
            checker->diags, stmt->result->span, E_RESULT_SURPLUS, text_of(checker, fn->fn->name)
        );
    if (!stmt->result && !is_void && !is_error(fn->result))
        diag_report(
            checker->diags, stmt->span, E_TYPE_MISMATCH, type_text(checker, fn->result), "void"
        );
    if (stmt->result) value = check_value(fn, stmt->result, is_void ? NULL : fn->result);
    return leave_function(fn, value, stmt->span);
}

static void report_unknown_label(Fn *fn, const AstName *name) {
    Checker *checker = fn->checker;
    Near near = near_start(text_of(checker, name->name));
    diag_report(checker->diags, name->span, E_UNKNOWN_LABEL, near.wanted);
    for (const Target *target = fn->targets; target; target = target->outer)
        if (target->label) near_try(&near, text_of(checker, target->label));
    near_help(checker, &near, name->span);
}

static HirStmt *check_jump(Fn *fn, const AstStmt *stmt) {
    Checker *checker = fn->checker;
    bool again = stmt->kind == AST_STMT_CONTINUE;
    const char *word = again ? "continue" : "break";
    HirStmt *made = new_stmt(fn, again ? HIR_STMT_CONTINUE : HIR_STMT_BREAK, stmt->span);
    Name label = stmt->target.name;
    for (const Target *target = fn->targets; target; target = target->outer) {
        bool right = label ? target->label == label : !target->only_label;
        if (right && (!again || target->is_loop)) {
            made->target = target->stmt;
            return made;
        }
    }
    if (fn->in_defer)
        diag_report(checker->diags, stmt->span, E_DEFER_LEAVES, word);
    else if (label)
        report_unknown_label(fn, &stmt->target);
    else
        diag_report(checker->diags, stmt->span, E_NOTHING_TO_LEAVE, word);
    made->kind = HIR_STMT_ERROR;
    return made;
}

static HirStmt *check_defer(Fn *fn, const AstStmt *stmt) {
    HirStmt *made = new_stmt(fn, HIR_STMT_DEFER, stmt->span);
    Target *targets = fn->targets;
    bool nested = fn->in_defer;
    fn->targets = NULL;
    fn->in_defer = true;
    made->then = check_nested(fn, stmt->defer);
    fn->in_defer = nested;
    fn->targets = targets;
    return made;
}

// --- all ------------------------------------------------------------------------------------------------------------------------------

static HirStmt *check_one(Fn *fn, const AstStmt *stmt) {
    switch (stmt->kind) {
    case AST_STMT_BLOCK:
        return stmt->label.name ? labelled_block(fn, stmt)
                                : check_block(fn, &stmt->block, stmt->span);
    case AST_STMT_EXPR: return check_effect(fn, stmt);
    case AST_STMT_ASSIGN: return check_assign(fn, stmt);
    case AST_STMT_STEP: return check_step(fn, stmt);
    case AST_STMT_IF: return check_if(fn, stmt);
    case AST_STMT_WHILE:
    case AST_STMT_DO:
    case AST_STMT_FOR:
    case AST_STMT_FOR_EACH: return check_loop(fn, stmt);
    case AST_STMT_SWITCH: return check_switch(fn, stmt);
    case AST_STMT_SWITCH_RECEIVE: return check_switch_receive(fn, stmt);
    case AST_STMT_RETURN: return check_return(fn, stmt);
    case AST_STMT_BREAK:
    case AST_STMT_CONTINUE: return check_jump(fn, stmt);
    case AST_STMT_DEFER: return check_defer(fn, stmt);
    case AST_STMT_ASSERT: return check_assert(fn, stmt);
    case AST_STMT_CHANNEL: return check_channel(fn, stmt);
    case AST_STMT_SEND: return check_send(fn, stmt);
    case AST_STMT_LOCK: return check_lock(fn, stmt);
    case AST_STMT_SPAWN: return check_spawn(fn, stmt);
    case AST_STMT_JOIN: return check_join(fn, stmt);
    case AST_STMT_ERROR:
    case AST_STMT_EMPTY:
    case AST_STMT_CONST:
    case AST_STMT_LET_TUPLE:
    case AST_STMT_LET:
    case AST_STMT_RECEIVE: break;
    }
    return new_stmt(fn, HIR_STMT_ERROR, stmt->span);
}

enum { DEEPEST_STATEMENT = 1000 };

void check_stmt(Fn *fn, const AstStmt *stmt, HirStmtVec *out) {
    Checker *checker = fn->checker;
    if (checker->depth >= DEEPEST_STATEMENT) {
        diag_report(checker->diags, stmt->span, E_TOO_NESTED, "this statement");
        return;
    }
    checker->depth++;
    if (stmt->kind == AST_STMT_LET)
        check_let(fn, stmt, out);
    else if (stmt->kind == AST_STMT_RECEIVE)
        check_receive(fn, stmt, out);
    else if (stmt->kind == AST_STMT_LET_TUPLE)
        check_let_tuple(fn, stmt, out);
    else if (stmt->kind == AST_STMT_ASSIGN && stmt->assign.target->kind == AST_EXPR_TUPLE)
        check_assign_tuple(fn, stmt, out);
    else if (stmt->kind == AST_STMT_CONST)
        check_block_const(fn, stmt);
    else if (stmt->kind != AST_STMT_EMPTY)
        vec_push(checker->arena, out, check_one(fn, stmt));
    checker->depth--;
}
