// Endpoints of which only the contract is known, at run time: `C.any.imp`, and what they were before. They become so where one is
// wanted (convert.c).

#include "check__.h"

#include <string.h>

bool is_as(Fn *fn, const AstExpr *callee) {
    return callee->kind == AST_EXPR_INST && callee->inst.base->kind == AST_EXPR_FIELD &&
           strcmp(text_of(fn->checker, callee->inst.base->field.name.name), "as") == 0;
}

static const HirType *wanted_type(Fn *fn, const AstExpr *expr, const HirType *from) {
    Checker *checker = fn->checker;
    const AstGenericArgs *types = &expr->call.callee->inst.args;
    if (types->len != 1 || !types->data[0].type) {
        diag_report(checker->diags, expr->span, E_TYPE_ARGUMENTS, "as", 1u, types->len);
        return simple(checker, HIR_TYPE_ERROR);
    }
    const HirType *type = resolve_type(checker, fn->module, types->data[0].type);
    bool fits =
        type->kind == HIR_TYPE_ENDPOINT && type->state != HIR_ANY_STATE && type->side == from->side;
    if (fits || is_error(type)) return type;
    diag_report(
        checker->diags, types->data[0].type->span, E_RECOVERED_TYPE, type_text(checker, type)
    );
    return simple(checker, HIR_TYPE_ERROR);
}

// `ep.as::<C.imp:S>()`: none, and the endpoint closed, if it is not that.
HirExpr *call_as(Fn *fn, const AstExpr *expr) {
    Checker *checker = fn->checker;
    const AstExpr *base = expr->call.callee->inst.base->field.base;
    HirExpr *value = as_value(checker, check_expr(fn, base, NULL));
    if (value->kind == HIR_ERROR) return value;
    if (value->type->kind != HIR_TYPE_ENDPOINT || value->type->state != HIR_ANY_STATE) {
        diag_report(checker->diags, base->span, E_NOT_OF_ANY, type_text(checker, value->type));
        return error_expr(checker, expr->span);
    }
    const HirType *type = wanted_type(fn, expr, value->type);
    if (is_error(type) || !check_count(checker, "as", 0, &expr->call.args, expr->span))
        return error_expr(checker, expr->span);
    HirExpr *made =
        new_expr(checker, HIR_BUILTIN, hir_type_option(checker->types, type), expr->span);
    made->builtin = HIR_BUILTIN_RECOVER;
    vec_push(checker->arena, &made->args, value);
    return made;
}
