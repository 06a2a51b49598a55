// Every expression of a body, for those who ask about all of them.

#include "hir.h"

static void visit_expr(HirExpr *expr, const HirExpr *around, HirVisit *visit, void *context) {
    if (!expr) return;
    visit(context, expr, around);
    visit_expr(expr->base, expr, visit, context);
    visit_expr(expr->index, expr, visit, context);
    visit_expr(expr->lo, expr, visit, context);
    visit_expr(expr->hi, expr, visit, context);
    for (uint32_t i = 0; i < expr->args.len; i++)
        visit_expr(expr->args.data[i], expr, visit, context);
    hir_visit_stmt(expr->leave, visit, context);
}

static void visit_arms(HirStmt *stmt, HirVisit *visit, void *context) {
    for (uint32_t i = 0; i < stmt->arms.len; i++) { // patterns hold literals only
        visit_expr(stmt->arms.data[i].guard, NULL, visit, context);
        hir_visit_stmt(stmt->arms.data[i].body, visit, context);
    }
    for (uint32_t i = 0; i < stmt->receives.len; i++) {
        for (uint32_t k = 0; k < stmt->receives.data[i].heads.len; k++)
            visit_expr(stmt->receives.data[i].heads.data[k].from, NULL, visit, context);
        visit_expr(stmt->receives.data[i].timeout, NULL, visit, context);
        hir_visit_stmt(stmt->receives.data[i].body, visit, context);
    }
}

void hir_visit_stmt(HirStmt *stmt, HirVisit *visit, void *context) {
    if (!stmt) return;
    visit_expr(stmt->place, NULL, visit, context);
    visit_expr(stmt->value, NULL, visit, context);
    visit_expr(stmt->cond, NULL, visit, context);
    for (uint32_t i = 0; i < stmt->args.len; i++)
        visit_expr(stmt->args.data[i], NULL, visit, context);
    for (uint32_t i = 0; i < stmt->stmts.len; i++)
        hir_visit_stmt(stmt->stmts.data[i], visit, context);
    visit_arms(stmt, visit, context);
    hir_visit_stmt(stmt->then, visit, context);
    hir_visit_stmt(stmt->otherwise, visit, context);
    hir_visit_stmt(stmt->step, visit, context);
}
