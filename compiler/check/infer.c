// What a call leaves unsaid: the parameters of a generic function are found from the types of its arguments, from the type
// that is wanted, and from what the bounds say of those that are found.
//
// An argument is looked at once. One whose type depends on what is wanted (a literal, `none`, a call that has to be
// inferred itself) comes last, or not at all.

#include "check__.h"

#include "base/buf.h"

#include <inttypes.h>

typedef struct Infer {
    Checker *checker;
    Module *module; // of the generic
    const GenericParams *params;
    Env *env; // type NULL: not known yet
    const HirType *
        *refused; // of each parameter, a borrow that it would have stood for; NULL: nobody asks
} Infer;

// --- patterns and types ----------------------------------------------------------------------------------------------------

static const GenericParam *param_of(const Infer *infer, const AstType *pattern) {
    if (pattern->kind != AST_TYPE_NAME || pattern->name.path.names.len != 1 ||
        pattern->name.args.len > 0)
        return NULL;
    for (uint32_t i = 0; i < infer->params->len; i++)
        if (infer->params->data[i].name == pattern->name.path.names.data[0].name)
            return &infer->params->data[i];
    return NULL;
}

static Binding *unknown(const Infer *infer, const AstType *pattern) {
    const GenericParam *param = param_of(infer, pattern);
    return param ? &infer->env->bindings.data[param - infer->params->data] : NULL;
}

static void meet(const Infer *infer, const AstType *pattern, const HirType *actual);

static void meet_contract(const Infer *infer, const AstType *pattern, const HirContract *actual);

static void meet_args(const Infer *infer, const AstGenericArgs *args, const Decl *decl) {
    if (!decl->generic || decl->env->bindings.len != args->len) return;
    for (uint32_t i = 0; i < args->len; i++) {
        const AstType *arg = args->data[i].type;
        const Binding *known = &decl->env->bindings.data[i];
        Binding *wanted = arg ? unknown(infer, arg) : NULL;
        if (known->is_contract) {
            meet_contract(infer, arg, known->type->contract);
            continue;
        }
        if (wanted && known->is_value && !wanted->type)
            *wanted =
                (Binding){ wanted->name, known->type, true, known->value, known->symbol, false };
        else if (arg && !known->is_value)
            meet(infer, arg, known->type);
    }
}

// `endpoints<C.exp:S, T>`: what its members are, and what it keeps beside each.
static void meet_set(const Infer *infer, const AstGenericArgs *args, const HirType *actual) {
    if (args->len == 0 || args->len > 2 || !args->data[0].type) return;
    meet(infer, args->data[0].type, hir_type_member(infer->checker->types, actual));
    if (args->len == 2 && args->data[1].type && actual->elem)
        meet(infer, args->data[1].type, actual->elem);
}

// A struct or enum of the same declaration, or `atomic<T>`, `mutex<T>`, `endpoints<...>`.
static void meet_named(const Infer *infer, const AstType *pattern, const HirType *actual) {
    const AstGenericArgs *args = &pattern->name.args;
    if (actual->kind == HIR_TYPE_ATOMIC || actual->kind == HIR_TYPE_MUTEX) {
        if (args->len == 1 && args->data[0].type) meet(infer, args->data[0].type, actual->elem);
        return;
    }
    if (actual->kind == HIR_TYPE_SET) {
        meet_set(infer, args, actual);
        return;
    }
    const Decl *decl = decl_of_type(infer->checker, actual);
    if (pattern->name.args.len == 0 || !decl || !decl->generic ||
        decl->generic->name != vec_last(&pattern->name.path.names)->name)
        return;
    meet_args(infer, &pattern->name.args, decl);
}

// A contract that is a parameter, or an instance of the same declaration.
static void meet_contract(const Infer *infer, const AstType *pattern, const HirContract *actual) {
    if (!pattern || pattern->kind != AST_TYPE_NAME) return;
    Binding *binding = unknown(infer, pattern);
    if (binding && binding->is_contract && !binding->type)
        binding->type = hir_type_endpoint(infer->checker->types, actual, HIR_IMP, 0);
    const Decl *decl = decl_of_contract(infer->checker, actual);
    if (!binding && pattern->name.args.len > 0 && decl && decl->generic &&
        decl->generic->name == vec_last(&pattern->name.path.names)->name)
        meet_args(infer, &pattern->name.args, decl);
}

// A length that is a parameter: `T[N]`.
static void meet_length(const Infer *infer, const AstExpr *length, const HirType *actual) {
    if (length->kind != AST_EXPR_NAME) return;
    for (uint32_t i = 0; i < infer->params->len; i++) {
        Binding *binding = &infer->env->bindings.data[i];
        if (infer->params->data[i].name == length->name.name && infer->params->data[i].is_value &&
            !binding->type)
            *binding = (Binding
            ){ binding->name,
               resolve_type(infer->checker, infer->module, infer->params->data[i].value_type),
               true,
               actual->count,
               actual->symbol,
               false };
    }
}

static void meet_tuple(const Infer *infer, const AstTypes *parts, const HirType *actual) {
    if (actual->kind != HIR_TYPE_STRUCT || actual->structure->module ||
        actual->structure->fields.len != parts->len)
        return;
    for (uint32_t i = 0; i < parts->len; i++)
        meet(infer, parts->data[i], actual->structure->fields.data[i].type);
}

// Whatever is lent as a slice: what has elements, a borrow of that, and a text.
static void meet_slice(const Infer *infer, const AstType *elem, const HirType *actual) {
    if (actual->kind == HIR_TYPE_PTR && hir_type_is_indexed(actual->elem)) actual = actual->elem;
    if (hir_type_is_indexed(actual))
        meet(infer, elem, actual->elem);
    else if (actual->kind == HIR_TYPE_STR)
        meet(infer, elem, simple(infer->checker, HIR_TYPE_U8));
}

static void meet(const Infer *infer, const AstType *pattern, const HirType *actual) {
    if (is_error(actual)) return;
    Binding *binding = unknown(infer, pattern);
    if (binding) {
        const GenericParam *param = param_of(infer, pattern);
        if (!binding->type && !binding->is_contract && may_stand_for(param, actual))
            binding->type = actual;
        else if (!binding->type && infer->refused && hir_type_is_second_class(actual))
            infer->refused[param - infer->params->data] = actual;
        return;
    }
    switch (pattern->kind) {
    case AST_TYPE_NAME: meet_named(infer, pattern, actual); break;
    case AST_TYPE_POINTER:
        if (actual->kind == HIR_TYPE_PTR) meet(infer, pattern->pointer.elem, actual->elem);
        break;
    case AST_TYPE_SLICE: meet_slice(infer, pattern->pointer.elem, actual); break;
    case AST_TYPE_GROWABLE:
        if (hir_type_is_indexed(actual)) meet(infer, pattern->pointer.elem, actual->elem);
        break;
    case AST_TYPE_ARRAY:
    case AST_TYPE_VECTOR:
        if (actual->kind == HIR_TYPE_ARRAY || actual->kind == HIR_TYPE_VECTOR) {
            meet(infer, pattern->array.elem, actual->elem);
            meet_length(infer, pattern->array.length, actual);
        }
        break;
    case AST_TYPE_OPTIONAL:
        meet(infer, pattern->optional, actual->kind == HIR_TYPE_OPTION ? actual->elem : actual);
        break;
    case AST_TYPE_TUPLE: meet_tuple(infer, &pattern->tuple, actual); break;
    case AST_TYPE_ENDPOINT:
        if (actual->kind == HIR_TYPE_ENDPOINT)
            meet_contract(infer, pattern->endpoint.contract, actual->contract);
        break;
    case AST_TYPE_FN:
        if ((actual->kind != HIR_TYPE_FN && actual->kind != HIR_TYPE_REF_FN) ||
            actual->sig->params.len != pattern->fn.params.len)
            break;
        meet(infer, pattern->fn.result, actual->sig->result);
        for (uint32_t i = 0; i < pattern->fn.params.len; i++)
            meet(infer, pattern->fn.params.data[i].type, actual->sig->params.data[i]);
        break;
    default: break;
    }
}

void unify(
    Checker *checker,
    Module *module,
    const GenericParams *params,
    Env *env,
    const AstType *pattern,
    const HirType *actual
) {
    Infer infer = { checker, module, params, env, NULL };
    meet(&infer, pattern, actual);
}

// The types that a closure states for its parameters.
static void meet_closure(
    const Infer *infer, Module *module, const AstType *pattern, const AstExpr *closure
) {
    const AstParams *params = &closure->closure.params;
    if (pattern->kind != AST_TYPE_FN || pattern->fn.params.len != params->len) return;
    for (uint32_t i = 0; i < params->len; i++) {
        uint32_t promise;
        if (params->data[i].type)
            meet(
                infer, pattern->fn.params.data[i].type,
                resolve_param_type(infer->checker, module, params->data[i].type, &promise)
            );
    }
}

// --- arguments -----------------------------------------------------------------------------------------------------------------

static bool all_known(const Infer *infer) {
    vec_each(Binding, binding, &infer->env->bindings) {
        if (!binding->type) return false;
    }
    return true;
}

typedef enum Certainty {
    CERTAIN,  // it has a type of its own
    INFERRED, // a call of a generic function
    ADAPTS,   // a literal: it takes the type that is wanted, else one of its own
    TYPELESS, // nothing without a type that is wanted
} Certainty;

static Certainty least_certain(Certainty a, Certainty b) {
    return a > b ? a : b;
}

static Certainty certainty_of(Fn *fn, const AstExpr *expr);

// Of what is made of them, whose type arguments are not written.
static Certainty certainty_of_all(Fn *fn, const AstArgs *args) {
    Certainty least = INFERRED;
    vec_each(AstArg, arg, args)
        least = least_certain(least, certainty_of(fn, arg->value));
    return least;
}

static Certainty certainty_of(Fn *fn, const AstExpr *expr) {
    switch (expr->kind) {
    case AST_EXPR_INT:
    case AST_EXPR_FLOAT:
    case AST_EXPR_CHAR: return ADAPTS;
    case AST_EXPR_NONE:
    case AST_EXPR_VARIANT:
    case AST_EXPR_TEXT:
    case AST_EXPR_CLOSURE: return TYPELESS;
    case AST_EXPR_INIT:
        if (!expr->init.type) return TYPELESS;
        return open_type(fn, expr->init.type, NULL) ? certainty_of_all(fn, &expr->init.items)
                                                    : CERTAIN;
    case AST_EXPR_UNARY:
        return expr->unary.op == AST_UNARY_BORROW ? CERTAIN : certainty_of(fn, expr->unary.operand);
    case AST_EXPR_BINARY: { // the certain operand says what the other is
        Certainty left = certainty_of(fn, expr->binary.left),
                  right = certainty_of(fn, expr->binary.right);
        return left < right ? left : right;
    }
    case AST_EXPR_TERNARY:
        return least_certain(
            certainty_of(fn, expr->ternary.then), certainty_of(fn, expr->ternary.otherwise)
        );
    case AST_EXPR_TUPLE: {
        Certainty least = CERTAIN;
        vec_each(AstExpr *, it, &expr->tuple)
            least = least_certain(least, certainty_of(fn, *it));
        return least;
    }
    case AST_EXPR_CALL: {
        AstExprKind callee = expr->call.callee->kind;
        if (callee == AST_EXPR_VARIANT) return TYPELESS;
        if (callee == AST_EXPR_FIELD && open_type(fn, expr->call.callee->field.base, NULL))
            return certainty_of_all(fn, &expr->call.args);
        return callee == AST_EXPR_NAME && generic_fn(fn, expr->call.callee) ? INFERRED : CERTAIN;
    }
    default: return CERTAIN;
    }
}

// `patterns`: of each argument, the type as it is declared; NULL: there is none.
static void infer_from_args(
    Fn *fn, const Infer *infer, const AstType *const *patterns, const Call *call, Certainty round
) {
    const AstArgs *args = call->args;
    for (uint32_t i = 0; args && i < args->len; i++) {
        const AstExpr *arg = args->data[i].value;
        if (!patterns[i]) continue;
        if (round == CERTAIN && arg->kind == AST_EXPR_CLOSURE)
            meet_closure(infer, fn->module, patterns[i], arg);
        if (certainty_of(fn, arg) != round || all_known(infer)) continue;
        HirExpr *looked = check_expr(fn, arg, NULL);
        meet(infer, patterns[i], looked->type);
        if (round != ADAPTS || looked->kind == HIR_ERROR) call->looked[i] = looked;
    }
}

static bool is_known_length(const Infer *infer, const AstExpr *length) {
    bool known = length->kind == AST_EXPR_INT;
    for (uint32_t i = 0; length->kind == AST_EXPR_NAME && i < infer->params->len; i++)
        if (infer->params->data[i].name == length->name.name)
            known = infer->env->bindings.data[i].type != NULL;
    return known;
}

// Does the type name nothing that is still to be found?
static bool is_known(const Infer *infer, const AstType *type) {
    const Binding *binding = unknown(infer, type);
    if (binding) return binding->type != NULL;
    switch (type->kind) {
    case AST_TYPE_NAME:
        for (uint32_t i = 0; i < type->name.args.len; i++)
            if (!type->name.args.data[i].type || !is_known(infer, type->name.args.data[i].type))
                return false;
        return true;
    case AST_TYPE_POINTER:
    case AST_TYPE_SLICE:
    case AST_TYPE_GROWABLE: return is_known(infer, type->pointer.elem);
    case AST_TYPE_OPTIONAL: return is_known(infer, type->optional);
    case AST_TYPE_ARRAY:
    case AST_TYPE_VECTOR:
        return is_known(infer, type->array.elem) && is_known_length(infer, type->array.length);
    case AST_TYPE_TUPLE:
        vec_each(AstType *, part, &type->tuple) {
            if (!is_known(infer, *part)) return false;
        }
        return true;
    case AST_TYPE_SCALAR:
    case AST_TYPE_STR:
    case AST_TYPE_ENDPOINT: return true;
    default: return false;
    }
}

// The types that the function passes to a closure, if all of them are known by now.
static bool passed_types(const Infer *infer, const AstType *pattern, const HirType **types) {
    Checker *checker = infer->checker;
    const Env *outer = checker->env;
    for (uint32_t i = 0; i < pattern->fn.params.len; i++)
        if (!is_known(infer, pattern->fn.params.data[i].type)) return false;
    checker->env = infer->env;
    for (uint32_t i = 0; i < pattern->fn.params.len; i++) {
        uint32_t promise;
        types[i] =
            resolve_param_type(checker, infer->module, pattern->fn.params.data[i].type, &promise);
    }
    checker->env = outer;
    return true;
}

// What is not known yet may be what a closure returns.
static void infer_from_results(
    Fn *fn, const Infer *infer, const AstType *const *patterns, const Call *call
) {
    const AstArgs *args = call->args;
    for (uint32_t i = 0; args && i < args->len; i++) {
        const AstExpr *arg = args->data[i].value;
        const AstType *pattern = patterns[i];
        if (!pattern || all_known(infer) || arg->kind != AST_EXPR_CLOSURE ||
            pattern->kind != AST_TYPE_FN || pattern->fn.params.len != arg->closure.params.len)
            continue;
        const HirType **types =
            arena_array(infer->checker->arena, const HirType *, pattern->fn.params.len);
        const HirType *result =
            passed_types(infer, pattern, types) ? closure_result(fn, arg, types) : NULL;
        if (result) meet(infer, pattern->fn.result, result);
    }
}

// --- bounds --------------------------------------------------------------------------------------------------------------------

// `I: Iterator<T>`: what I is known to be says what T is.
static void infer_from_bounds(const Infer *infer, const Decl *generic) {
    Checker *checker = infer->checker;
    for (uint32_t i = 0; i < infer->params->len; i++) {
        const GenericParam *param = &infer->params->data[i];
        const HirType *type = infer->env->bindings.data[i].type;
        const AstTypes *list = param->is_owners ? param->more : param->bounds;
        if (!type || param->is_value || !list) continue;
        for (uint32_t k = 0; k < list->len; k++) {
            const AstType *bound = list->data[k];
            if (bound->kind != AST_TYPE_NAME || bound->name.args.len == 0) continue;
            Decl *interface = find_path(checker, generic->module, &bound->name.path);
            Decl *met = interface ? conformance_to(checker, type, interface) : NULL;
            if (met) meet_args(infer, &bound->name.args, met);
        }
    }
}

// --- all of it -------------------------------------------------------------------------------------------------------------------

// What can be written instead: what is known, and the names of the rest.
static const char *spelled(const Infer *infer, uint32_t first) {
    Buf text = { 0 };
    for (uint32_t i = first; i < infer->params->len; i++) {
        const Binding *binding = &infer->env->bindings.data[i];
        buf_cstr(&text, i > first ? ", " : "");
        if (!binding->type)
            buf_cstr(&text, text_of(infer->checker, infer->params->data[i].name));
        else if (binding->is_value)
            buf_printf(&text, "%" PRIu64, binding->value);
        else
            buf_cstr(&text, type_text(infer->checker, binding->type));
    }
    const char *copy =
        arena_printf(infer->checker->arena, "%.*s", (int)text.len, (const char *)text.data);
    buf_free(&text);
    return copy;
}

static void report_borrow(const Infer *infer, const Decl *generic, uint32_t row, Span span) {
    Diags *diags = infer->checker->diags;
    const GenericParam *param = &infer->params->data[row];
    const char *name = text_of(infer->checker, param->name);
    diag_report(
        diags, span, E_BORROW_STANDS, type_text(infer->checker, infer->refused[row]), name,
        text_of(infer->checker, generic->name)
    );
    if (param->is_ref) return;
    diag_note(diags, param->span, "declared here");
    diag_help(diags, "`<ref %s>` says that it may", name);
}

static bool report_unknown_params(
    const Infer *infer, const Decl *generic, uint32_t first, Span span
) {
    Checker *checker = infer->checker;
    for (uint32_t i = 0; i < infer->params->len; i++) {
        if (infer->env->bindings.data[i].type) continue;
        const char *name = text_of(checker, infer->params->data[i].name);
        if (infer->refused[i]) {
            report_borrow(infer, generic, i, span);
            return true;
        }
        diag_report(checker->diags, span, E_CANNOT_INFER, name, text_of(checker, generic->name));
        bool is_type = generic->item->kind != AST_ITEM_FN; // then all of them are its own
        if (i < first) return true;
        diag_help(
            checker->diags, "write it: `%s::<%s>%s`, with %s in the place of `%s`",
            text_of(checker, generic->name), spelled(infer, first),
            is_type && generic->item->kind == AST_ITEM_ENUM ? ".variant(...)"
            : is_type                                       ? "{ ... }"
                                                            : "(...)",
            infer->params->data[i].is_value      ? "a constant"
            : infer->params->data[i].is_contract ? "a contract"
                                                 : "a type",
            name
        );
        return true;
    }
    return false;
}

static bool any_wrong(const Call *call) {
    for (uint32_t i = 0; call->looked && i < call->args->len; i++)
        if (call->looked[i] && call->looked[i]->kind == HIR_ERROR) return true;
    return false;
}

// The written arguments are those of the parameters that the function itself declares.
static bool bind_given(
    const Infer *infer,
    const Decl *generic,
    Module *from,
    const AstGenericArgs *given,
    uint32_t first,
    Span span
) {
    Checker *checker = infer->checker;
    if (given->len > infer->params->len - first) {
        diag_report(
            checker->diags, span, E_TYPE_ARGUMENTS, text_of(checker, generic->name),
            infer->params->len - first, given->len
        );
        return false;
    }
    for (uint32_t i = 0; i < given->len; i++)
        if (!bind_written(
                checker, from, &infer->params->data[first + i], &given->data[i],
                &infer->env->bindings.data[first + i]
            ))
            return false;
    return true;
}

// A `T` that is wanted as an optional may be what the optional holds: the literals among the arguments know better.
static bool is_loose(const Infer *infer, const AstType *result, const HirType *want) {
    return want->kind == HIR_TYPE_OPTION && unknown(infer, result);
}

static Env *open_env(Checker *checker, const GenericParams *params) { // nothing is known
    Env *env = arena_new(checker->arena, Env);
    for (uint32_t i = 0; i < params->len; i++)
        vec_push(
            checker->arena, &env->bindings,
            ((Binding){ .name = params->data[i].name, .is_contract = params->data[i].is_contract })
        );
    return env;
}

// What the arguments say by themselves, in the order of how sure they are.
static void infer_from_all(
    Fn *fn,
    const Infer *infer,
    const Decl *generic,
    const AstType *const *patterns,
    const Call *call,
    Certainty from
) {
    for (Certainty round = from; round <= ADAPTS; round++) {
        infer_from_args(fn, infer, patterns, call, round);
        if (round != CERTAIN) infer_from_bounds(infer, generic);
    }
}

Decl *infer_made(
    Fn *fn, Decl *generic, const AstType *const *patterns, const Call *call, Span span
) {
    Checker *checker = fn->checker;
    GenericParams params = params_of(checker, generic);
    Infer infer = { checker, generic->module, &params, open_env(checker, &params),
                    arena_array(checker->arena, const HirType *, params.len) };
    uint32_t before = diags_errors(checker->diags);
    infer_from_all(fn, &infer, generic, patterns, call, CERTAIN);
    if (!all_known(&infer) && (diags_errors(checker->diags) > before || any_wrong(call)))
        return NULL;
    if (report_unknown_params(&infer, generic, 0, span)) return NULL;
    return instantiate(checker, generic, infer.env, span);
}

static const AstType *const *patterns_of(Checker *checker, const AstFn *fn, const Call *call) {
    uint32_t count = call->args ? call->args->len : 0;
    const AstType **patterns = arena_array(checker->arena, const AstType *, count);
    for (uint32_t i = 0; i < count && call->first + i < fn->params.len; i++)
        patterns[i] = fn->params.data[call->first + i].type;
    return patterns;
}

Decl *infer_instance(
    Fn *fn, Decl *generic, Env *env, const Call *call, const HirType *want, Span span
) {
    Checker *checker = fn->checker;
    GenericParams params = params_of(checker, generic);
    uint32_t own = generic->item->fn.generics.len;
    if (!env) env = open_env(checker, &params);
    Infer infer = { checker, generic->module, &params, env,
                    arena_array(checker->arena, const HirType *, params.len) };
    uint32_t from = params.len - (own < params.len ? own : params.len);
    const AstFn *ast = &generic->item->fn;
    if (call->given && !bind_given(&infer, generic, fn->module, call->given, from, span))
        return NULL;
    uint32_t before = diags_errors(checker->diags);
    bool wanted = want && !is_error(want), loose = wanted && is_loose(&infer, ast->result, want);
    const AstType *const *patterns = patterns_of(checker, ast, call);
    infer_from_args(fn, &infer, patterns, call, CERTAIN);
    if (wanted && !loose) meet(&infer, ast->result, want);
    infer_from_all(fn, &infer, generic, patterns, call, INFERRED);
    if (loose) meet(&infer, ast->result, want);
    infer_from_bounds(&infer, generic);
    infer_from_results(fn, &infer, patterns, call);
    infer_from_bounds(&infer, generic);
    if (!all_known(&infer) && (diags_errors(checker->diags) > before || any_wrong(call)))
        return NULL;
    if (report_unknown_params(&infer, generic, from, span)) return NULL;
    return instantiate(checker, generic, env, span);
}
