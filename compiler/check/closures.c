// Closures: `fn (k, v) { sum += *v; }` where a function takes a `ref fn`. The body becomes a function of its own, whose
// parameters behind those that are written are what it captures (captures.c). Names are looked up outward through the
// scopes around it; control does not get out of it but by `return`, which ends the closure.

#include "check__.h"

bool takes_ref_fn(const HirSig *sig) {
    for (uint32_t i = 0; i < sig->params.len; i++)
        if (sig->params.data[i]->kind == HIR_TYPE_REF_FN) return true;
    return false;
}

static HirExpr *new_closure(Checker *checker, const HirType *type, Span span) {
    return new_expr(checker, HIR_CLOSURE, type, span);
}

// A closure, a function by its name, a function value, or a `ref fn` that is passed on.
HirExpr *to_ref_fn(Checker *checker, HirExpr *expr, const HirType *want) {
    const HirType *from = expr->type;
    bool callable = from->kind == HIR_TYPE_FN || from->kind == HIR_TYPE_REF_FN;
    if (!callable || from->sig != want->sig) return NULL;
    if (expr->kind == HIR_CLOSURE) return expr;
    HirExpr *closure = new_closure(checker, want, expr->span);
    if (expr->kind == HIR_FN_REF)
        closure->fn = expr->fn;
    else
        closure->base = from->kind == HIR_TYPE_FN ? as_value(checker, expr) : expr;
    return closure->base && closure->base->kind == HIR_ERROR ? closure->base : closure;
}

// --- parameters ------------------------------------------------------------------------------------------------------------

// The type is the one that is passed; it may be written once more.
static void check_param_type(Fn *fn, const AstParam *param, const HirType *passed) {
    Checker *checker = fn->checker;
    uint32_t promise;
    if (!param->type) return;
    const HirType *type = resolve_param_type(checker, fn->module, param->type, &promise);
    if (is_error(type) || type == passed) return;
    diag_report(
        checker->diags, param->type->span, E_TYPE_MISMATCH, type_text(checker, passed),
        type_text(checker, type)
    );
}

static void declare_params(Fn *inner, const AstParams *params, const HirSig *sig) {
    for (uint32_t i = 0; i < params->len; i++) {
        check_param_type(inner, &params->data[i], sig->params.data[i]);
        declare(inner, params->data[i].name, sig->params.data[i])->is_param = true;
    }
}

// --- the body --------------------------------------------------------------------------------------------------------------

static HirFn *closure_fn(Fn *fn, const HirSig *sig, Span span) {
    Checker *checker = fn->checker;
    HirProgram *program = checker->program;
    HirFn *made = arena_new(checker->arena, HirFn);
    const char *around = fn->fn->path ? fn->fn->path : text_of(checker, fn->module->path);
    *made = (HirFn){
        .name = names_add_c(checker->names, "fn"),
        .module = fn->module->path,
        .around = fn->fn,
        .span = { span.file, span.start, span.start + 2 }
    };
    made->path = fn->fn->around ? around : arena_printf(checker->arena, "closure in %s", around);
    made->sig.result = sig->result;
    for (uint32_t i = 0; i < sig->params.len; i++) {
        vec_push(checker->arena, &made->sig.params, sig->params.data[i]);
        vec_push(checker->arena, &made->sig.promises, sig->promises.data[i]);
    }
    vec_each(HirFrom, from, &sig->from)
        vec_push(checker->arena, &made->sig.from, *from);
    made->number = program->fns.len;
    vec_push(checker->arena, &program->fns, made);
    return made;
}

// Knows the scopes around it, and nothing of the loops.
HirExpr *open_closure(Fn *fn, const HirType *want, Span span, Fn *inner, Scope *scope) {
    HirExpr *closure = new_closure(fn->checker, want, span);
    HirFn *made = closure_fn(fn, want->sig, span);
    closure->fn = made;
    *inner = (Fn){ .checker = fn->checker,
                   .module = fn->module,
                   .fn = made,
                   .scope = fn->scope,
                   .result = want->sig->result };
    push_scope(inner, scope);
    made->body = block_of(inner, span);
    return closure;
}

HirExpr *end_closure(Fn *fn, Fn *inner, HirExpr *closure, uint32_t errors) {
    Checker *checker = fn->checker;
    HirFn *made = inner->fn;
    pop_scope(inner);
    if (diags_errors(checker->diags) > errors || !take_captures(checker, made, closure))
        return error_expr(checker, closure->span);
    check_param_count(checker, made);
    check_frame(checker, made);
    check_packed(checker, made);
    check_certain(checker, made);
    check_flow(checker, made);
    if (diags_errors(checker->diags) > errors) return error_expr(checker, closure->span);
    vec_push(checker->arena, &fn->fn->closures, closure);
    return closure;
}

static HirExpr *refuse_closure(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    if (!want || !is_error(want)) {
        diag_report(checker->diags, expr->span, E_CLOSURE_PLACE, "a closure", "ref fn");
        if (want && want->kind == HIR_TYPE_FN)
            diag_help(checker->diags, "a function value is the name of a function");
    }
    return error_expr(checker, expr->span);
}

HirExpr *check_closure(Fn *fn, const AstExpr *expr, const HirType *want) {
    Checker *checker = fn->checker;
    if (!want || want->kind != HIR_TYPE_REF_FN) return refuse_closure(fn, expr, want);
    uint32_t written = expr->closure.params.len, passed = want->sig->params.len;
    if (written != passed) {
        diag_report(checker->diags, expr->span, E_CLOSURE_PARAMETERS, written, passed);
        diag_note(checker->diags, expr->span, "wanted is `%s`", type_text(checker, want));
        return error_expr(checker, expr->span);
    }
    uint32_t errors = diags_errors(checker->diags);
    Fn inner;
    Scope scope;
    HirExpr *closure = open_closure(fn, want, expr->span, &inner, &scope);
    declare_params(&inner, &expr->closure.params, want->sig);
    check_into(&inner, &expr->closure.body->block, inner.fn->body);
    return end_closure(fn, &inner, closure, errors);
}

const HirType *closure_result(Fn *fn, const AstExpr *expr, const HirType *const *params) {
    enum { DEEPEST = 4 }; // each closure in it is looked at twice
    Checker *checker = fn->checker;
    if (checker->finding >= DEEPEST) return NULL;
    HirSig sig = { .result = simple(checker, HIR_TYPE_ERROR) };
    for (uint32_t i = 0; i < expr->closure.params.len; i++) {
        vec_push(checker->arena, &sig.params, params[i]);
        vec_push(checker->arena, &sig.promises, HIR_NO_STATE);
    }
    Found found = { 0 };
    Fn inner = { .checker = checker,
                 .module = fn->module,
                 .fn = arena_new(checker->arena, HirFn), // forgotten
                 .scope = fn->scope,
                 .result = sig.result,
                 .found = &found };
    Scope scope;
    *inner.fn = (HirFn){ .name = names_add_c(checker->names, "fn"), .around = fn->fn, .path = "" };
    checker->finding++;
    push_scope(&inner, &scope);
    declare_params(&inner, &expr->closure.params, &sig);
    inner.fn->body = block_of(&inner, expr->closure.body->span);
    check_into(&inner, &expr->closure.body->block, inner.fn->body);
    pop_scope(&inner);
    checker->finding--;
    return found.type ? found.type : simple(checker, HIR_TYPE_VOID);
}
