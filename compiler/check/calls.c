// Calls: which function is meant, and its arguments converted to its parameters.
//
// What stands before the dot decides: nothing, a module, a type (its variants and its own `of`), or a value, whose type's
// functions are looked up with the value as their first argument.

#include "check__.h"

#include <string.h>

// --- arguments -----------------------------------------------------------------------------------------------------------

static bool check_args(
    Fn *fn, HirExpr *call, const HirSig *sig, uint32_t first, const AstArgs *args
) {
    bool good = true;
    for (uint32_t i = 0; i < args->len; i++) {
        HirExpr *arg = check_value(fn, args->data[i].value, sig->params.data[first + i]);
        good = good && arg->kind != HIR_ERROR;
        vec_push(fn->checker->arena, &call->args, arg);
    }
    return good;
}

// Looks at arguments that will not be used, so that what is wrong in them is reported as well.
static HirExpr *give_up(Fn *fn, const AstArgs *args, Span span) {
    vec_each(AstArg, arg, args)
        check_expr(fn, arg->value, simple(fn->checker, HIR_TYPE_ERROR));
    return error_expr(fn->checker, span);
}

static HirExpr *call_fn(Fn *fn, Decl *decl, const AstArgs *args, const HirType *want, Span span) {
    Checker *checker = fn->checker;
    if (decl->kind == DECL_GENERIC && decl->item->kind == AST_ITEM_FN) {
        if (!check_count(
                checker, text_of(checker, decl->name), decl->item->fn.params.len, args, span
            ))
            return give_up(fn, args, span);
        decl = instance_by_args(fn, decl, NULL, args, want, span);
        if (!decl) return error_expr(checker, span);
    }
    complete_decl(checker, decl);
    if (decl->kind != DECL_FN || decl->fn->broken) {
        if (decl->kind != DECL_FN && decl->kind != DECL_UNSUPPORTED)
            diag_report(checker->diags, span, E_NOT_CALLED, text_of(checker, decl->name));
        return give_up(fn, args, span);
    }
    note_use(checker, decl, span);
    const HirSig *sig = &decl->fn->sig;
    if (!check_count(checker, text_of(checker, decl->name), sig->params.len, args, span))
        return give_up(fn, args, span);
    HirExpr *call = new_expr(checker, HIR_CALL, sig->result, span);
    call->fn = decl->fn;
    return check_args(fn, call, sig, 0, args) ? call : error_expr(checker, span);
}

static HirExpr *call_value(Fn *fn, HirExpr *callee, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (callee->kind == HIR_ERROR) return give_up(fn, args, span);
    bool is_ref = callee->type->kind == HIR_TYPE_REF_FN;
    if (callee->type->kind != HIR_TYPE_FN && !is_ref) {
        diag_report(checker->diags, callee->span, E_NOT_CALLED, type_text(checker, callee->type));
        return give_up(fn, args, span);
    }
    const HirSig *sig = callee->type->sig;
    if (!check_count(checker, "this function", sig->params.len, args, span))
        return give_up(fn, args, span);
    HirExpr *call = new_expr(checker, HIR_CALL_VALUE, sig->result, span);
    call->base = is_ref ? callee : as_value(checker, callee);
    return check_args(fn, call, sig, 0, args) ? call : error_expr(checker, span);
}

// --- functions of values -----------------------------------------------------------------------------------------------------

// The receiver as the first parameter wants it: borrowed, or itself.
static HirExpr *receiver(Fn *fn, HirExpr *place, const HirType *param) {
    Checker *checker = fn->checker;
    if (param->kind != HIR_TYPE_PTR || param->mode == HIR_OWN) return coerce(checker, place, param);
    if (param->mode == HIR_MUT && !check_mutable(checker, place))
        return error_expr(checker, place->span);
    HirExpr *borrow = new_expr(checker, HIR_BORROW, param, place->span);
    borrow->base = place;
    borrow->mode = param->mode;
    return borrow;
}

static bool belongs_first(const HirSig *sig, const HirType *owner) {
    if (sig->params.len == 0) return false;
    const HirType *first = sig->params.data[0];
    return first == owner || (first->kind == HIR_TYPE_PTR && first->elem == owner);
}

static HirExpr *call_method(Fn *fn, HirExpr *place, Decl *decl, const AstExpr *expr) {
    Checker *checker = fn->checker;
    const AstArgs *args = &expr->call.args;
    complete_decl(checker, decl);
    if (decl->fn->broken) return give_up(fn, args, expr->span);
    if (!decl->is_pub && decl->module != fn->module) {
        diag_report(
            checker->diags, expr->call.callee->field.name.span, E_PRIVATE,
            text_of(checker, decl->name), text_of(checker, decl->module->path)
        );
        diag_note(checker->diags, decl->item->name.span, "declared without `pub` here");
        return give_up(fn, args, expr->span);
    }
    note_use(checker, decl, expr->span);
    const HirSig *sig = &decl->fn->sig;
    if (!belongs_first(sig, place->type)) {
        diag_report(
            checker->diags, expr->call.callee->field.name.span, E_NO_METHOD,
            type_text(checker, place->type), text_of(checker, decl->name)
        );
        diag_help(
            checker->diags, "its first parameter is no `%s`: call it by its type's name",
            type_text(checker, place->type)
        );
        return give_up(fn, args, expr->span);
    }
    if (!check_count(checker, text_of(checker, decl->name), sig->params.len - 1, args, expr->span))
        return give_up(fn, args, expr->span);
    HirExpr *call = new_expr(checker, HIR_CALL, sig->result, expr->span);
    call->fn = decl->fn;
    vec_push(checker->arena, &call->args, receiver(fn, place, sig->params.data[0]));
    bool good = check_args(fn, call, sig, 1, args);
    return good && call->args.data[0]->kind != HIR_ERROR ? call : error_expr(checker, expr->span);
}

static bool has_field(const HirType *type, Name name) {
    for (uint32_t i = 0; type->kind == HIR_TYPE_STRUCT && i < type->structure->fields.len; i++)
        if (type->structure->fields.data[i].name == name) return true;
    return false;
}

static HirExpr *call_on_value(Fn *fn, HirExpr *base, const AstExpr *expr) {
    Checker *checker = fn->checker;
    const AstName *name = &expr->call.callee->field.name;
    HirExpr *place = receiver_place(fn, base);
    if (is_error(place->type)) return give_up(fn, &expr->call.args, expr->span);
    HirExpr *builtin = call_builtin_method(fn, place, name->name, &expr->call.args, expr->span);
    if (builtin) return builtin;
    Decl *decl = find_method(checker, place->type, name->name);
    if (decl) return call_method(fn, place, decl, expr);
    if (has_field(place->type, name->name)) // a function value
        return call_value(
            fn, check_expr(fn, expr->call.callee, NULL), &expr->call.args, expr->span
        );
    diag_report(
        checker->diags, name->span, E_NO_METHOD, type_text(checker, place->type),
        text_of(checker, name->name)
    );
    near_method(checker, place->type, text_of(checker, name->name), name->span);
    return give_up(fn, &expr->call.args, expr->span);
}

// --- functions of types --------------------------------------------------------------------------------------------------------

static HirExpr *call_on_type(
    Fn *fn, const HirType *owner, const AstExpr *expr, const HirType *want
) {
    Checker *checker = fn->checker;
    const AstName *name = &expr->call.callee->field.name;
    bool is_enum = owner->kind == HIR_TYPE_ENUM;
    Decl *decl = find_method(checker, owner, name->name);
    if (decl) return call_fn(fn, decl, &expr->call.args, want, expr->span);
    if (is_enum && owner->enumeration->is_plain && !owner->enumeration->is_flags &&
        strcmp(text_of(checker, name->name), "of") == 0)
        return call_enum_of(fn, owner, &expr->call.args, expr->span);
    if (is_enum) return make_variant(fn, owner, name->name, &expr->call.args, true, expr->span);
    diag_report(
        checker->diags, name->span, E_NO_METHOD, type_text(checker, owner),
        text_of(checker, name->name)
    );
    near_method(checker, owner, text_of(checker, name->name), name->span);
    return give_up(fn, &expr->call.args, expr->span);
}

static HirExpr *call_on_builtin_type(Fn *fn, const AstExpr *expr) {
    const AstExpr *callee = expr->call.callee;
    if (callee->field.base->type->kind == AST_TYPE_STR &&
        strcmp(text_of(fn->checker, callee->field.name.name), "of") == 0)
        return call_str_of(fn, &expr->call.args, expr->span);
    const HirType *type = resolve_type(fn->checker, fn->module, callee->field.base->type);
    if (!is_error(type))
        diag_report(
            fn->checker->diags, callee->field.name.span, E_NO_METHOD, type_text(fn->checker, type),
            text_of(fn->checker, callee->field.name.name)
        );
    return give_up(fn, &expr->call.args, expr->span);
}

// --- all ---------------------------------------------------------------------------------------------------------------------------

static HirExpr *call_by_name(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    const AstName *name = &expr->call.callee->name;
    bool is_value = find_local(fn, name->name) || find_const(fn, name->name);
    Decl *decl = is_value ? NULL : find_decl(checker, fn->module, name->name, name->span);
    if (decl && decl->kind == DECL_CONST) { // of a function
        complete_decl(checker, decl);
        is_value = decl->constant->type && decl->constant->type->kind == HIR_TYPE_FN;
    }
    if (is_value)
        return call_value(
            fn, check_expr(fn, expr->call.callee, NULL), &expr->call.args, expr->span
        );
    if (!decl && fn->olds && strcmp(text_of(checker, name->name), "old") == 0)
        return check_old(fn, expr);
    if (decl) return call_fn(fn, decl, &expr->call.args, want, expr->span);
    HirExpr *builtin = call_builtin(fn, name->name, &expr->call.args, expr->span);
    if (builtin) return builtin;
    report_unknown(checker, fn, fn->module, name->name, name->span);
    return give_up(fn, &expr->call.args, expr->span);
}

// `module.f`, or NULL when the first word names something else.
static Decl *module_member(Fn *fn, const AstExpr *callee, bool *is_module) {
    const AstExpr *base = callee->field.base;
    *is_module = base->kind == AST_EXPR_NAME && !find_local(fn, base->name.name) &&
                 !find_decl(fn->checker, fn->module, base->name.name, base->name.span) &&
                 find_module(fn->module, base->name.name);
    if (!*is_module) return NULL;
    AstPath path = { .span = callee->span };
    vec_push(fn->checker->arena, &path.names, base->name);
    vec_push(fn->checker->arena, &path.names, callee->field.name);
    return find_path(fn->checker, fn->module, &path);
}

static HirExpr *call_by_field(Fn *fn, const AstExpr *expr, const HirType *want) {
    const AstExpr *callee = expr->call.callee, *base = callee->field.base;
    if (base->kind == AST_EXPR_TYPE) return call_on_builtin_type(fn, expr);
    const HirType *type = type_before_dot(fn, base, want);
    if (type)
        return is_error(type) ? give_up(fn, &expr->call.args, expr->span)
                              : call_on_type(fn, type, expr, want);
    bool is_module;
    Decl *decl = module_member(fn, callee, &is_module);
    if (is_module)
        return decl ? call_fn(fn, decl, &expr->call.args, want, expr->span)
                    : give_up(fn, &expr->call.args, expr->span);
    HirExpr *value = check_expr(fn, base, NULL);
    return value->kind == HIR_ERROR ? give_up(fn, &expr->call.args, expr->span)
                                    : call_on_value(fn, value, expr);
}

// Is it the built-in `view`?
static bool is_view(Fn *fn, const AstExpr *callee) {
    return callee->kind == AST_EXPR_NAME &&
           strcmp(text_of(fn->checker, callee->name.name), "view") == 0 &&
           !find_local(fn, callee->name.name) && !find_const(fn, callee->name.name) &&
           !find_decl(fn->checker, fn->module, callee->name.name, callee->name.span);
}

static HirExpr *call_instance(Fn *fn, const AstExpr *expr, const HirType *want) { // f::<T>(x)
    const AstExpr *callee = expr->call.callee;
    Decl *decl = generic_fn(fn, callee->inst.base);
    if (!decl && is_view(fn, callee->inst.base)) return call_view(fn, expr);
    if (!decl) return call_value(fn, check_expr(fn, callee, NULL), &expr->call.args, expr->span);
    if (!check_count(
            fn->checker, text_of(fn->checker, decl->name), decl->item->fn.params.len,
            &expr->call.args, expr->span
        ))
        return give_up(fn, &expr->call.args, expr->span);
    Decl *instance =
        instance_by_args(fn, decl, &callee->inst.args, &expr->call.args, want, expr->span);
    return instance ? call_fn(fn, instance, &expr->call.args, want, expr->span)
                    : error_expr(fn->checker, expr->span);
}

HirExpr *check_call(Fn *fn, const AstExpr *expr, const HirType *want) {
    const AstExpr *callee = expr->call.callee;
    switch (callee->kind) {
    case AST_EXPR_NAME: return call_by_name(fn, expr, want);
    case AST_EXPR_FIELD: return call_by_field(fn, expr, want);
    case AST_EXPR_VARIANT:
        return make_variant(fn, want, callee->name.name, &expr->call.args, true, expr->span);
    case AST_EXPR_INST: return call_instance(fn, expr, want);
    default: return call_value(fn, check_expr(fn, callee, NULL), &expr->call.args, expr->span);
    }
}
