// Whether what a clause computes only looks: it moves and changes nothing, and nobody learns of it.

#include "check__.h"

typedef struct Look {
    Checker *checker;
    const HirExpr *clause;
    const HirExpr *wrong; // the first thing that does more than look
    const char *why;
    Map *seen; // HirFn -> whether it only looks; while it is looked at: yes
    VEC(const HirFn *) calls;
} Look;

static void find_wrong(Look *look, const HirExpr *expr, const char *why) {
    if (look->wrong) return;
    look->wrong = expr;
    look->why = why;
}

static bool builtin_looks(HirBuiltin builtin) {
    return !hir_builtin_changes(builtin) && builtin != HIR_BUILTIN_GET_MUT &&
           builtin != HIR_BUILTIN_SEAL;
}

// The same in a clause and in what it calls.
static void look_anywhere(Look *look, const HirExpr *at, const HirExpr *expr) {
    switch (expr->kind) {
    case HIR_KCALL: find_wrong(look, at, "calls the kernel"); break;
    case HIR_NEW:
    case HIR_LISTED:
    case HIR_NEW_ARRAY:
    case HIR_NEW_COPY: find_wrong(look, at, "takes memory"); break;
    case HIR_CLOSURE: find_wrong(look, at, "makes a closure"); break;
    case HIR_CALL_VALUE: find_wrong(look, at, "calls a function that is not known"); break;
    case HIR_CALL: vec_push(look->checker->arena, &look->calls, expr->fn); break;
    default: break;
    }
}

static void look_in_clause(void *context, const HirExpr *expr) {
    Look *look = context;
    look_anywhere(look, expr, expr);
    if (expr->kind == HIR_MOVE) find_wrong(look, expr, "moves");
    bool lends = expr->kind == HIR_BORROW || expr->kind == HIR_VIEW || expr->kind == HIR_SUBVIEW;
    if (lends && expr->mode == HIR_MUT) find_wrong(look, expr, "borrows exclusively");
    if (expr->kind == HIR_BUILTIN && !builtin_looks(expr->builtin))
        find_wrong(look, expr, "changes something");
    if (hir_expr_leave(expr)) find_wrong(look, expr, "leaves");
}

// What a function does to its own locals is its own affair, and its parameters lend it nothing else.
static void look_in_body(void *context, const HirExpr *expr) {
    Look *look = context;
    look_anywhere(look, look->clause, expr);
}

static void look_at_stmt(void *context, const HirStmt *stmt) {
    Look *look = context;
    bool talks = stmt->kind == HIR_STMT_RECEIVE || stmt->kind == HIR_STMT_CHANNEL ||
                 stmt->kind == HIR_STMT_SEND || stmt->kind == HIR_STMT_CLOSE;
    if (talks) find_wrong(look, look->clause, "calls a function that talks over a channel");
}

static bool takes_owners(const HirFn *fn) {
    for (uint32_t i = 0; i < fn->sig.params.len; i++)
        if (!hir_type_is_plain(fn->sig.params.data[i])) return true;
    return false;
}

static void look_at_calls(Look *look) {
    const HirWalk walk = { look, look_in_body, look_at_stmt };
    while (look->calls.len > 0 && !look->wrong) {
        const HirFn *fn = vec_pop(&look->calls);
        if (!map_put(look->seen, (uintptr_t)fn, true)) continue;
        if (takes_owners(fn))
            find_wrong(
                look, look->clause, "calls a function that owns or changes what it is given"
            );
        hir_walk_stmt(&walk, fn->body);
    }
}

void check_clauses(Checker *checker) {
    Map *reported = map_new(checker->arena);
    for (uint32_t i = 0; i < checker->clauses.len; i++) {
        Look look = { .checker = checker, .clause = checker->clauses.data[i] };
        const HirWalk walk = { &look, look_in_clause, NULL };
        look.seen = map_new(checker->arena);
        hir_walk_expr(&walk, look.clause);
        look_at_calls(&look);
        const Span *at = look.wrong ? &look.wrong->span : NULL;
        if (at &&
            map_put(reported, (uint64_t)at->file << 32 | at->start, true)) // once for all returns
            diag_report(checker->diags, look.wrong->span, E_CLAUSE_EFFECT, look.why);
    }
}
