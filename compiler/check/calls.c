// Calls: which function is meant, and its arguments converted to its parameters.
//
// What stands before the dot decides: nothing, a module, a type (its variants and its own `of`), or a value, whose type's
// functions are looked up with the value as their first argument.

#include "check__.h"

#include <string.h>

// --- arguments -----------------------------------------------------------------------------------------------------------

// What has been looked at already, as a parameter wants it.
HirExpr *as_wanted(Fn *fn, HirExpr *looked, const HirType *want) {
    Checker *checker = fn->checker;
    bool exclusive = looked->kind == HIR_SUBVIEW && looked->mode == HIR_CONST &&
                     want->kind == HIR_TYPE_SLICE && want->mode == HIR_MUT &&
                     want->elem == looked->type->elem;
    if (!exclusive) return coerce(checker, looked, want);
    if (!elements_mutable(checker, looked->base)) return error_expr(checker, looked->span);
    looked->mode = HIR_MUT;
    looked->type = want;
    return looked;
}

static bool check_args(Fn *fn, HirExpr *made, const HirSig *sig, const Call *call) {
    const AstArgs *args = call->args;
    bool good = true;
    for (uint32_t i = 0; i < args->len; i++) {
        const HirType *want = sig->params.data[call->first + i];
        HirExpr *looked = call->looked ? call->looked[i] : NULL;
        HirExpr *arg =
            looked ? as_wanted(fn, looked, want) : check_value(fn, args->data[i].value, want);
        good = good && arg->kind != HIR_ERROR;
        vec_push(fn->checker->arena, &made->args, arg);
    }
    return good;
}

// Looks at arguments that will not be used, so that what is wrong in them is reported as well.
static HirExpr *give_up(Fn *fn, const AstArgs *args, Span span) {
    vec_each(AstArg, arg, args)
        check_expr(fn, arg->value, simple(fn->checker, HIR_TYPE_ERROR));
    return error_expr(fn->checker, span);
}

// The function that is meant; of a generic one, the instance for this call. NULL: reported.
static Decl *settle(Fn *fn, Decl *decl, Env *env, Call *call, const HirType *want, Span span) {
    Checker *checker = fn->checker;
    if (decl->kind != DECL_GENERIC || decl->item->kind != AST_ITEM_FN) return decl;
    uint32_t params = decl->item->fn.params.len;
    if (params < call->first ||
        !check_given(
            checker, text_of(checker, decl->name), params - call->first,
            (ParamNames){ .declared = &decl->item->fn.params, .first = call->first }, call->args,
            span
        )) {
        give_up(fn, call->args, span);
        return NULL;
    }
    call->looked = arena_array(checker->arena, HirExpr *, call->args->len);
    return infer_instance(fn, decl, env, call, want, span);
}

static void refuse_call(Checker *checker, const Decl *decl, Span span) {
    const char *name = text_of(checker, decl->name);
    diag_report(checker->diags, span, E_NOT_CALLED, name);
    if (decl->kind == DECL_STRUCT)
        diag_help(checker->diags, "a value of it is written between braces: `%s{ 1, 2 }`", name);
}

static HirExpr *call_fn(Fn *fn, Method method, Call *call, const HirType *want, Span span) {
    Checker *checker = fn->checker;
    Decl *decl = settle(fn, method.decl, method.env, call, want, span);
    if (!decl) return error_expr(checker, span);
    complete_decl(checker, decl);
    if (decl->kind != DECL_FN || decl->fn->broken) {
        if (decl->kind != DECL_FN && decl->kind != DECL_REFUSED) refuse_call(checker, decl, span);
        return give_up(fn, call->args, span);
    }
    if (call->given && !decl->generic) {
        diag_report(
            checker->diags, span, E_TYPE_ARGUMENTS, text_of(checker, decl->name), 0u,
            call->given->len
        );
        return give_up(fn, call->args, span);
    }
    note_use(checker, decl, span);
    const HirSig *sig = &decl->fn->sig;
    if (!check_given(
            checker, text_of(checker, decl->name), sig->params.len, (ParamNames){ .fn = decl->fn },
            call->args, span
        ))
        return give_up(fn, call->args, span);
    HirExpr *made = new_expr(checker, HIR_CALL, sig->result, span);
    made->fn = decl->fn;
    return check_args(fn, made, sig, call) ? made : error_expr(checker, span);
}

// A local of the same name may be in the way of the function that is meant.
static void note_hidden(Fn *fn, const HirExpr *callee) {
    if (callee->kind == HIR_COPY) callee = callee->base;
    Name name = callee->kind == HIR_LOCAL ? callee->local->name : 0;
    if (!name || !find_decl(fn->checker, fn->module, name, callee->span)) return;
    diag_note(
        fn->checker->diags, callee->local->span, "this one is meant here, and hides the other `%s`",
        text_of(fn->checker, name)
    );
}

static HirExpr *call_value(Fn *fn, HirExpr *callee, const AstArgs *args, Span span) {
    Checker *checker = fn->checker;
    if (callee->kind == HIR_ERROR) return give_up(fn, args, span);
    bool is_ref = callee->type->kind == HIR_TYPE_REF_FN;
    if (callee->type->kind != HIR_TYPE_FN && !is_ref) {
        diag_report(checker->diags, callee->span, E_NOT_CALLED, type_text(checker, callee->type));
        note_hidden(fn, callee);
        return give_up(fn, args, span);
    }
    const HirSig *sig = callee->type->sig;
    if (!check_count(checker, "this function", sig->params.len, args, span))
        return give_up(fn, args, span);
    HirExpr *made = new_expr(checker, HIR_CALL_VALUE, sig->result, span);
    made->base = is_ref ? callee : as_value(checker, callee);
    return check_args(fn, made, sig, &(Call){ .args = args }) ? made : error_expr(checker, span);
}

// --- functions of values -----------------------------------------------------------------------------------------------------

// The receiver as the first parameter wants it: borrowed, or itself.
static HirExpr *receiver(Fn *fn, HirExpr *place, const HirType *param) {
    Checker *checker = fn->checker;
    if (param->kind == HIR_TYPE_PTR && param->mode == HIR_GC && place->kind == HIR_DEREF)
        return coerce(checker, place->base, param); // the managed pointer that leads to it
    if (param->kind != HIR_TYPE_PTR || param->mode == HIR_OWN || param->mode == HIR_GC)
        return coerce(checker, place, param);
    if (param->mode == HIR_MUT && !check_mutable(checker, place))
        return error_expr(checker, place->span);
    HirExpr *borrow = new_expr(checker, HIR_BORROW, param, place->span);
    borrow->base = place;
    borrow->mode = param->mode;
    return borrow;
}

// Does the first parameter take a value of the type before the dot?
static bool belongs_first(Checker *checker, const HirSig *sig, const HirType *owner) {
    if (sig->params.len == 0) return false;
    const HirType *first = sig->params.data[0];
    bool pointer = first->kind == HIR_TYPE_PTR;
    if (first == owner || same_endpoint(first, owner) ||
        (pointer && (first->elem == owner || same_endpoint(first->elem, owner))))
        return true;
    return (first->kind == HIR_TYPE_SLICE || first->kind == HIR_TYPE_STR) &&
           first == view_type(checker, owner, first->mode);
}

static HirExpr *call_method(
    Fn *fn,
    HirExpr *place,
    Method method,
    Call *call,
    const AstName *name,
    const HirType *want,
    Span span
) {
    Checker *checker = fn->checker;
    call->first = 1;
    Decl *decl = settle(fn, method.decl, method.env, call, want, span);
    if (!decl) return error_expr(checker, span);
    complete_decl(checker, decl);
    if (decl->fn->broken) return give_up(fn, call->args, span);
    if (!decl->is_pub && decl->module != fn->module &&
        !fulfils_interface(checker, decl, fn->module)) {
        diag_report(
            checker->diags, name->span, E_PRIVATE, text_of(checker, decl->name),
            text_of(checker, decl->module->path)
        );
        diag_note(checker->diags, decl->item->name.span, "declared without `pub` here");
        return give_up(fn, call->args, span);
    }
    note_use(checker, decl, span);
    const HirSig *sig = &decl->fn->sig;
    if (!belongs_first(checker, sig, place->type)) {
        diag_report(
            checker->diags, name->span, E_NO_METHOD, type_text(checker, place->type),
            text_of(checker, decl->name)
        );
        diag_help(
            checker->diags, "its first parameter is no `%s`: call it by its type's name",
            type_text(checker, place->type)
        );
        return give_up(fn, call->args, span);
    }
    if (!check_given(
            checker, text_of(checker, decl->name), sig->params.len - 1,
            (ParamNames){ .fn = decl->fn, .first = 1 }, call->args, span
        ))
        return give_up(fn, call->args, span);
    HirExpr *made = new_expr(checker, HIR_CALL, sig->result, span);
    made->fn = decl->fn;
    vec_push(checker->arena, &made->args, receiver(fn, place, sig->params.data[0]));
    bool good = check_args(fn, made, sig, call);
    return good && made->args.data[0]->kind != HIR_ERROR ? made : error_expr(checker, span);
}

bool has_field(const HirType *type, Name name) {
    for (uint32_t i = 0; type->kind == HIR_TYPE_STRUCT && i < type->structure->fields.len; i++)
        if (type->structure->fields.data[i].name == name) return true;
    return false;
}

// `callee` is what stands before the arguments: `x.f`, of `x.f(...)` and of `x.f::<T>(...)`.
static HirExpr *call_on_value(
    Fn *fn, HirExpr *base, const AstExpr *callee, Call *call, const HirType *want, Span span
) {
    Checker *checker = fn->checker;
    const AstName *name = &callee->field.name;
    HirExpr *place = receiver_place(fn, base);
    if (is_error(place->type)) return give_up(fn, call->args, span);
    if (call->given && place->type->kind == HIR_TYPE_ENDPOINT &&
        strcmp(text_of(checker, name->name), "as") == 0)
        return (place->type->state == HIR_ANY_STATE ? call_recover : call_upcast)(
            fn, place, call, span
        );
    HirExpr *builtin =
        call->given ? NULL : call_builtin_method(fn, place, name->name, call->args, span);
    if (builtin) return builtin;
    Method method = find_method(checker, place->type, name->name);
    if (method.decl) mark_method(checker, fn->module, method.decl);
    if (method.decl) return call_method(fn, place, method, call, name, want, span);
    if (has_field(place->type, name->name)) // a function value
        return call_value(fn, check_expr(fn, callee, NULL), call->args, span);
    diag_report(
        checker->diags, name->span, E_NO_METHOD, type_text(checker, place->type),
        text_of(checker, name->name)
    );
    near_method(checker, place->type, text_of(checker, name->name), name->span);
    return give_up(fn, call->args, span);
}

HirExpr *call_named(Fn *fn, HirExpr *base, AstName name, const AstArgs *args, Span span) {
    AstExpr callee = { .kind = AST_EXPR_FIELD, .span = span, .field = { .name = name } };
    Call call = { .args = args };
    return call_on_value(fn, base, &callee, &call, NULL, span);
}

// --- functions of types --------------------------------------------------------------------------------------------------------

static HirExpr *call_on_type(
    Fn *fn, const HirType *owner, const AstExpr *callee, Call *call, const HirType *want, Span span
) {
    Checker *checker = fn->checker;
    const AstName *name = &callee->field.name;
    bool is_enum = owner->kind == HIR_TYPE_ENUM;
    Method method = find_method(checker, owner, name->name);
    if (method.decl) mark_method(checker, fn->module, method.decl);
    if (method.decl) return call_fn(fn, method, call, want, span);
    if (is_enum && owner->enumeration->is_plain && !owner->enumeration->is_flags &&
        strcmp(text_of(checker, name->name), "of") == 0)
        return call_enum_of(fn, owner, call->args, span);
    if (is_enum) return make_variant(fn, owner, name->name, call->args, true, span);
    diag_report(
        checker->diags, name->span, E_NO_METHOD, type_text(checker, owner),
        text_of(checker, name->name)
    );
    near_method(checker, owner, text_of(checker, name->name), name->span);
    return give_up(fn, call->args, span);
}

// Of a generic type whose arguments are not written; NULL: they cannot be told from this.
static HirExpr *call_on_open_type(
    Fn *fn, Decl *generic, const AstExpr *callee, Call *call, const HirType *want, Span span
) {
    Checker *checker = fn->checker;
    Name name = callee->field.name.name;
    Decl *method = find_open_method(checker, generic, name);
    if (method) {
        mark_method(checker, fn->module, method);
        return call_fn(fn, (Method){ .decl = method }, call, want, span);
    }
    return generic->item->kind == AST_ITEM_ENUM && !call->given
               ? infer_variant(fn, generic, name, call->args, span)
               : NULL;
}

static HirExpr *call_on_builtin_type(
    Fn *fn, const AstExpr *callee, Call *call, const HirType *want, Span span
) {
    Checker *checker = fn->checker;
    if (callee->field.base->type->kind == AST_TYPE_STR &&
        strcmp(text_of(checker, callee->field.name.name), "of") == 0)
        return call_str_of(fn, call->args, span);
    const HirType *type = resolve_type(checker, fn->module, callee->field.base->type);
    return is_error(type) ? give_up(fn, call->args, span)
                          : call_on_type(fn, type, callee, call, want, span);
}

// --- all ---------------------------------------------------------------------------------------------------------------------------

static HirExpr *call_by_name(
    Fn *fn, const AstExpr *expr, const AstExpr *callee, Call *call, const HirType *want, Span span
) {
    Checker *checker = fn->checker;
    const AstName *name = &callee->name;
    bool is_value = find_local(fn, name->name) || find_const(fn, name->name);
    Decl *decl = is_value ? NULL : find_decl(checker, fn->module, name->name, name->span);
    if (decl && decl->kind == DECL_CONST) { // of a function
        complete_decl(checker, decl);
        is_value = decl->constant->type && decl->constant->type->kind == HIR_TYPE_FN;
    }
    if (is_value) return call_value(fn, check_expr(fn, callee, NULL), call->args, span);
    if (!decl && fn->olds && strcmp(text_of(checker, name->name), "old") == 0)
        return check_old(fn, expr);
    if (decl) return call_fn(fn, (Method){ .decl = decl }, call, want, span);
    HirExpr *builtin = call_builtin(fn, name->name, call->args, span);
    if (builtin) return builtin;
    report_unknown(checker, fn, fn->module, name->name, name->span);
    return give_up(fn, call->args, span);
}

// `module.f`, or NULL when the first word names something else.
static Decl *module_member(Fn *fn, const AstExpr *callee, bool *is_module) {
    const AstExpr *base = callee->field.base;
    *is_module = base->kind == AST_EXPR_NAME && !find_local(fn, base->name.name) &&
                 !find_decl(fn->checker, fn->module, base->name.name, base->name.span) &&
                 find_module(fn->checker, fn->module, base->name.name);
    if (!*is_module) return NULL;
    AstPath path = { .span = callee->span };
    vec_push(fn->checker->arena, &path.names, base->name);
    vec_push(fn->checker->arena, &path.names, callee->field.name);
    return find_path(fn->checker, fn->module, &path);
}

static HirExpr *call_by_field(
    Fn *fn, const AstExpr *callee, Call *call, const HirType *want, Span span
) {
    const AstExpr *base = callee->field.base;
    if (base->kind == AST_EXPR_TYPE) return call_on_builtin_type(fn, callee, call, want, span);
    Decl *open = open_type(fn, base, want);
    if (open) {
        HirExpr *made = call_on_open_type(fn, open, callee, call, want, span);
        if (made) return made;
    }
    const HirType *type = type_before_dot(fn, base, want);
    if (type)
        return is_error(type) ? give_up(fn, call->args, span)
                              : call_on_type(fn, type, callee, call, want, span);
    bool is_module;
    Decl *decl = module_member(fn, callee, &is_module);
    if (is_module)
        return decl ? call_fn(fn, (Method){ .decl = decl }, call, want, span)
                    : give_up(fn, call->args, span);
    HirExpr *value = check_expr(fn, base, NULL);
    return value->kind == HIR_ERROR ? give_up(fn, call->args, span)
                                    : call_on_value(fn, value, callee, call, want, span);
}

// Is it the built-in `view`?
static bool is_view(Fn *fn, const AstExpr *callee) {
    return callee->kind == AST_EXPR_NAME &&
           strcmp(text_of(fn->checker, callee->name.name), "view") == 0 &&
           !find_local(fn, callee->name.name) && !find_const(fn, callee->name.name) &&
           !find_decl(fn->checker, fn->module, callee->name.name, callee->name.span);
}

HirExpr *check_call(Fn *fn, const AstExpr *expr, const HirType *want) {
    const AstExpr *callee = expr->call.callee;
    Call call = { .args = &expr->call.args };
    if (callee->kind == AST_EXPR_INST && is_view(fn, callee->inst.base)) return call_view(fn, expr);
    if (callee->kind == AST_EXPR_INST) { // f::<T>(x)
        call.given = &callee->inst.args;
        callee = callee->inst.base;
    }
    switch (callee->kind) {
    case AST_EXPR_NAME: return call_by_name(fn, expr, callee, &call, want, expr->span);
    case AST_EXPR_FIELD: return call_by_field(fn, callee, &call, want, expr->span);
    case AST_EXPR_VARIANT:
        return make_variant(fn, want, callee->name.name, call.args, true, expr->span);
    default: return call_value(fn, check_expr(fn, callee, NULL), call.args, expr->span);
    }
}
