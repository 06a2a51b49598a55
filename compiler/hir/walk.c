// The walk over a body, for what is asked of each expression or statement wherever it stands.

#include "hir.h"

void hir_walk_expr(const HirWalk *walk, const HirExpr *expr) {
    if (!expr) return;
    if (walk->expr) walk->expr(walk->context, expr);
    hir_walk_expr(walk, expr->base);
    hir_walk_expr(walk, expr->index);
    hir_walk_expr(walk, expr->lo);
    hir_walk_expr(walk, expr->hi);
    for (uint32_t i = 0; i < expr->args.len; i++)
        hir_walk_expr(walk, expr->args.data[i]);
    hir_walk_stmt(walk, expr->leave);
}

static void walk_arms(const HirWalk *walk, const HirStmt *stmt) {
    for (uint32_t i = 0; i < stmt->arms.len; i++) {
        hir_walk_expr(walk, stmt->arms.data[i].guard);
        hir_walk_stmt(walk, stmt->arms.data[i].body);
    }
    for (uint32_t i = 0; i < stmt->receives.len; i++) {
        for (uint32_t k = 0; k < stmt->receives.data[i].heads.len; k++)
            hir_walk_expr(walk, stmt->receives.data[i].heads.data[k].from);
        hir_walk_expr(walk, stmt->receives.data[i].timeout);
        hir_walk_stmt(walk, stmt->receives.data[i].body);
    }
}

void hir_walk_stmt(const HirWalk *walk, const HirStmt *stmt) {
    if (!stmt) return;
    if (walk->stmt) walk->stmt(walk->context, stmt);
    hir_walk_expr(walk, stmt->place);
    hir_walk_expr(walk, stmt->value);
    hir_walk_expr(walk, stmt->cond);
    for (uint32_t i = 0; i < stmt->args.len; i++)
        hir_walk_expr(walk, stmt->args.data[i]);
    for (uint32_t i = 0; i < stmt->stmts.len; i++)
        hir_walk_stmt(walk, stmt->stmts.data[i]);
    walk_arms(walk, stmt);
    hir_walk_stmt(walk, stmt->then);
    hir_walk_stmt(walk, stmt->otherwise);
    hir_walk_stmt(walk, stmt->step);
}
