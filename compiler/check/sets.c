// Sets of endpoints: `endpoints<C.exp:S, T>`, what they are made of, and their functions. What comes of them: receive.c.

#include "check__.h"

#include <string.h>

static const HirType *argument(Checker *checker, Module *module, const AstGenericArg *arg) {
    return arg->type ? kept_type(checker, module, arg->type) : simple(checker, HIR_TYPE_ERROR);
}

const HirType *set_type(Checker *checker, Module *module, const AstType *type) {
    const AstPath *path = &type->name.path;
    uint32_t count = type->name.args.len;
    if (path->names.len != 1 || (count != 1 && count != 2)) return NULL;
    if (strcmp(text_of(checker, path->names.data[0].name), "endpoints") != 0) return NULL;
    const AstGenericArg *args = type->name.args.data;
    const HirType *endpoint = argument(checker, module, &args[0]);
    const HirType *value = count == 2 ? argument(checker, module, &args[1]) : NULL;
    if (is_error(endpoint) || (value && is_error(value))) return simple(checker, HIR_TYPE_ERROR);
    if (endpoint->kind != HIR_TYPE_ENDPOINT) {
        diag_report(checker->diags, type->span, E_NOT_AN_ENDPOINT, type_text(checker, endpoint));
        return simple(checker, HIR_TYPE_ERROR);
    }
    if (endpoint->state == HIR_ANY_STATE) {
        diag_report(checker->diags, args[0].type->span, E_SET_OF_ANY);
        return simple(checker, HIR_TYPE_ERROR);
    }
    if (value && checker->types_known && hir_type_is_second_class(value)) {
        diag_report(checker->diags, args[1].type->span, E_BORROW_STORED, "a set");
        return simple(checker, HIR_TYPE_ERROR);
    }
    return hir_type_set(checker->types, endpoint, value);
}

static HirExpr *builtin(Fn *fn, HirBuiltin which, const HirType *type, HirExpr *place, Span span) {
    HirExpr *expr = new_expr(fn->checker, HIR_BUILTIN, type, span);
    expr->builtin = which;
    vec_push(fn->checker->arena, &expr->args, place);
    return expr;
}

HirExpr *empty_set(Checker *checker, const HirType *type, Span span) {
    HirExpr *expr = new_expr(checker, HIR_BUILTIN, type, span);
    expr->builtin = HIR_BUILTIN_SET_NEW;
    return expr;
}

// `clients.add(ep)`, `clients.add(ep, value)`.
static HirExpr *add(Fn *fn, HirExpr *place, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    const HirType *set = place->type;
    if (!check_given(
            checker, "add", set->elem ? 2 : 1, (ParamNames){ .words = "ep value" }, args, span
        ))
        return error_expr(checker, span);
    HirExpr *expr = builtin(fn, HIR_BUILTIN_SET_ADD, simple(checker, HIR_TYPE_VOID), place, span);
    for (uint32_t i = 0; i < args->len; i++) {
        const HirType *want = i == 0 ? hir_type_member(checker->types, set) : set->elem;
        HirExpr *value = check_value(fn, args->data[i].value, want);
        if (value->kind == HIR_ERROR) return value;
        vec_push(checker->arena, &expr->args, value);
    }
    return expr;
}

// `clients.take()`: one that has been in it longest.
static HirExpr *take(Fn *fn, HirExpr *place, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    const HirType *set = place->type;
    if (!check_count(checker, "take", 0, args, span)) return error_expr(checker, span);
    const HirType *parts[] = { hir_type_member(checker->types, set), set->elem };
    const HirType *one = set->elem ? tuple_type(checker, parts, 2) : parts[0];
    return builtin(fn, HIR_BUILTIN_SET_TAKE, hir_type_option(checker->types, one), place, span);
}

HirExpr *call_of_set(Fn *fn, HirExpr *place, const char *name, const AstArgs *args, Span span) {
    bool adds = strcmp(name, "add") == 0;
    if (!adds && strcmp(name, "take") != 0) return NULL;
    if (!check_mutable(fn->checker, place)) return error_expr(fn->checker, span);
    return adds ? add(fn, place, args, span) : take(fn, place, args, span);
}
