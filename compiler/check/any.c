// Endpoints of which only the contract is known, at run time: `C.any.imp`, and what they were before. They become so where one is
// wanted (convert.c).

#include "check__.h"

static const HirType *wanted_type(
    Fn *fn, const AstGenericArgs *types, const HirType *from, Span span
) {
    Checker *checker = fn->checker;
    if (types->len != 1 || !types->data[0].type) {
        diag_report(checker->diags, span, E_TYPE_ARGUMENTS, "as", 1u, types->len);
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

// `ep.as::<C.imp:S>()` of an endpoint of any contract: none, and the endpoint closed, if it is not that.
HirExpr *call_recover(Fn *fn, HirExpr *place, const Call *call, Span span) {
    Checker *checker = fn->checker;
    const HirType *type = wanted_type(fn, call->given, place->type, span);
    if (is_error(type) || !check_count(checker, "as", 0, call->args, span))
        return error_expr(checker, span);
    HirExpr *value = as_value(checker, place);
    if (value->kind == HIR_ERROR) return value;
    HirExpr *made = new_expr(checker, HIR_BUILTIN, hir_type_option(checker->types, type), span);
    made->builtin = HIR_BUILTIN_RECOVER;
    vec_push(checker->arena, &made->args, value);
    return made;
}
