// The walk over a body, for what is asked of each expression or statement wherever it stands.

#include "hir.h"

void hir_walk_expr(const HirWalk *walk, const HirExpr *expr) {
    if (!expr) return;
    if (walk->expr) walk->expr(walk->context, expr);
    hir_walk_expr(walk, expr->base);
    hir_walk_expr(walk, hir_expr_lo(expr));
    hir_walk_expr(walk, hir_expr_hi(expr));
    for (uint32_t i = 0; i < expr->args.len; i++)
        hir_walk_expr(walk, expr->args.data[i]);
    hir_walk_stmt(walk, hir_expr_leave(expr));
}

static void walk_receive(const HirWalk *walk, const HirReceiveArm *arm) {
    for (uint32_t i = 0; i < arm->heads.len; i++)
        hir_walk_expr(walk, arm->heads.data[i].from);
    hir_walk_expr(walk, arm->timeout);
    hir_walk_stmt(walk, arm->body);
}

static void walk_list(const HirWalk *walk, const HirStmt *stmt) {
    switch (stmt->kind) {
    case HIR_STMT_BLOCK:
        for (uint32_t i = 0; i < stmt->stmts.len; i++)
            hir_walk_stmt(walk, stmt->stmts.data[i]);
        break;
    case HIR_STMT_SEND:
        for (uint32_t i = 0; i < stmt->args.len; i++)
            hir_walk_expr(walk, stmt->args.data[i]);
        break;
    case HIR_STMT_SWITCH:
        for (uint32_t i = 0; i < stmt->arms.len; i++) {
            hir_walk_expr(walk, stmt->arms.data[i].guard);
            hir_walk_stmt(walk, stmt->arms.data[i].body);
        }
        break;
    case HIR_STMT_RECEIVE:
        for (uint32_t i = 0; i < stmt->receives.len; i++)
            walk_receive(walk, &stmt->receives.data[i]);
        break;
    default: break;
    }
}

void hir_walk_stmt(const HirWalk *walk, const HirStmt *stmt) {
    if (!stmt) return;
    if (walk->stmt) walk->stmt(walk->context, stmt);
    hir_walk_expr(walk, stmt->place); // or `cond`
    hir_walk_expr(walk, stmt->value);
    walk_list(walk, stmt);
    hir_walk_stmt(walk, stmt->then);
    hir_walk_stmt(walk, stmt->otherwise);
}
