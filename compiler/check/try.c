// `try`: the value of an optional, or the function is left without one.

#include "check__.h"

static HirStmt *leave_with(Fn *fn, HirExpr *result, Span span) {
    HirStmt *block = block_of(fn, span), *leave = new_stmt(fn, HIR_STMT_RETURN, span);
    leave->value = result;
    append(fn, block, leave);
    return block;
}

HirExpr *check_try(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    HirExpr *value = as_value(checker, check_expr(fn, expr->unary.operand, NULL));
    if (value->kind == HIR_ERROR)
        return value;
    if (value->type->kind != HIR_TYPE_OPTION) {
        diag_report(checker->diags, value->span, E_NOT_OPTIONAL, type_text(checker, value->type));
        return error_expr(checker, expr->span);
    }
    if (fn->in_defer)
        diag_report(checker->diags, expr->span, E_DEFER_LEAVES, "try");
    if (!fn->result || fn->result->kind != HIR_TYPE_OPTION) {
        diag_report(checker->diags, expr->span, E_TRY_RESULT, "none", fn->fn->name ? text_of(checker, fn->fn->name) : "this",
                    fn->result ? type_text(checker, fn->result) : "no result");
        diag_help(checker->diags, "`x else ...` says what happens when there is none");
        return error_expr(checker, expr->span);
    }
    HirExpr *result = new_expr(checker, HIR_ELSE, value->type->elem, expr->span);
    result->base = value;
    result->leave = leave_with(fn, new_expr(checker, HIR_NONE, fn->result, expr->span), expr->span);
    return result;
}
