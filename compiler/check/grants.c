// What a process reaches must be granted to it: today that is the kernel function `exit`.

#include "check__.h"

typedef struct Reach {
    Checker *checker;
    bool *seen; // functions
    VEC(const HirFn *) work;
    const HirExpr *exit; // a call of it
} Reach;

static void visit(Reach *reach, const HirStmt *stmt);

static void visit_expr(Reach *reach, const HirExpr *expr) {
    if (!expr) return;
    if (kcall_is_exit(expr) && !reach->exit) reach->exit = expr;
    bool names = expr->kind == HIR_CALL || expr->kind == HIR_FN_REF ||
                 (expr->kind == HIR_CLOSURE && expr->fn);
    if (names && !reach->seen[expr->fn->number]) {
        reach->seen[expr->fn->number] = true;
        vec_push(reach->checker->arena, &reach->work, expr->fn);
    }
    visit_expr(reach, expr->base);
    visit_expr(reach, expr->index);
    visit_expr(reach, expr->lo);
    visit_expr(reach, expr->hi);
    for (uint32_t i = 0; i < expr->args.len; i++)
        visit_expr(reach, expr->args.data[i]);
    visit(reach, expr->leave);
}

static void visit(Reach *reach, const HirStmt *stmt) {
    if (!stmt) return;
    visit_expr(reach, stmt->place);
    visit_expr(reach, stmt->value);
    visit_expr(reach, stmt->cond);
    for (uint32_t i = 0; i < stmt->args.len; i++)
        visit_expr(reach, stmt->args.data[i]);
    for (uint32_t i = 0; i < stmt->stmts.len; i++)
        visit(reach, stmt->stmts.data[i]);
    for (uint32_t i = 0; i < stmt->arms.len; i++) {
        visit_expr(reach, stmt->arms.data[i].guard);
        visit(reach, stmt->arms.data[i].body);
    }
    for (uint32_t i = 0; i < stmt->receives.len; i++) {
        visit_expr(reach, stmt->receives.data[i].timeout);
        visit(reach, stmt->receives.data[i].body);
    }
    visit(reach, stmt->then);
    visit(reach, stmt->otherwise);
    visit(reach, stmt->step);
}

static bool granted(const HirSip *sip, HirGrantKind kind) {
    for (uint32_t i = 0; i < sip->grants.len; i++)
        if (sip->grants.data[i].kind == kind) return true;
    return false;
}

void check_grants(Checker *checker) {
    vec_each(HirSip *, it, &checker->program->sips) {
        const HirSip *sip = *it;
        if (granted(sip, HIR_GRANT_EXIT) || !sip->main || !sip->main->body) continue;
        Reach reach = { .checker = checker,
                        .seen = arena_array(checker->arena, bool, checker->program->fns.len) };
        vec_push(checker->arena, &reach.work, sip->main);
        while (reach.work.len > 0)
            visit(&reach, vec_pop(&reach.work)->body);
        if (!reach.exit) continue;
        diag_report(
            checker->diags, reach.exit->span, E_NEEDS_GRANT, text_of(checker, sip->name), "exit"
        );
        diag_note(checker->diags, sip->span, "for this process");
    }
}
