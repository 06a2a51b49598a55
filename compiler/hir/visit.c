// Every expression of a body, for those who ask about all of them.

#include "hir.h"

static void visit_expr(HirExpr *expr, const HirExpr *around, HirVisit *visit, void *context) {
    if (!expr) return;
    visit(context, expr, around);
    visit_expr(expr->base, expr, visit, context);
    visit_expr(hir_expr_lo(expr), expr, visit, context);
    visit_expr(hir_expr_hi(expr), expr, visit, context);
    for (uint32_t i = 0; i < expr->args.len; i++)
        visit_expr(expr->args.data[i], expr, visit, context);
    hir_visit_stmt(hir_expr_leave(expr), visit, context);
}

static void visit_receive(const HirReceiveArm *arm, HirVisit *visit, void *context) {
    for (uint32_t i = 0; i < arm->heads.len; i++)
        visit_expr(arm->heads.data[i].from, NULL, visit, context);
    visit_expr(arm->timeout, NULL, visit, context);
    hir_visit_stmt(arm->body, visit, context);
}

static void visit_list(HirStmt *stmt, HirVisit *visit, void *context) {
    switch (stmt->kind) {
    case HIR_STMT_BLOCK:
        for (uint32_t i = 0; i < stmt->stmts.len; i++)
            hir_visit_stmt(stmt->stmts.data[i], visit, context);
        break;
    case HIR_STMT_SEND:
        for (uint32_t i = 0; i < stmt->args.len; i++)
            visit_expr(stmt->args.data[i], NULL, visit, context);
        break;
    case HIR_STMT_SWITCH:
        for (uint32_t i = 0; i < stmt->arms.len; i++) { // patterns hold literals only
            visit_expr(stmt->arms.data[i].guard, NULL, visit, context);
            hir_visit_stmt(stmt->arms.data[i].body, visit, context);
        }
        break;
    case HIR_STMT_RECEIVE:
        for (uint32_t i = 0; i < stmt->receives.len; i++)
            visit_receive(&stmt->receives.data[i], visit, context);
        break;
    default: break;
    }
}

void hir_visit_stmt(HirStmt *stmt, HirVisit *visit, void *context) {
    if (!stmt) return;
    visit_expr(stmt->place, NULL, visit, context); // or `cond`
    visit_expr(stmt->value, NULL, visit, context);
    visit_list(stmt, visit, context);
    hir_visit_stmt(stmt->then, visit, context);
    hir_visit_stmt(stmt->otherwise, visit, context);
}
