// Generic declarations: each use makes an instance for what its parameters stand for, the same instance for the same.
//
// An instance is a declaration of its own that is looked at in an Env. A generic declaration is also instantiated once over
// its own parameters, as types of which only the bounds are known: a body that passes there is well-typed for every
// argument that meets the bounds.

#include "check__.h"

#include "base/buf.h"

#include <inttypes.h>
#include <string.h>

enum { DEEPEST_INSTANCE = 64, MOST_INSTANCES = 10000 };

// --- parameters ------------------------------------------------------------------------------------------------------------------

typedef struct Param {
    Name name;
    bool is_value;
    const AstType *value_type;
    const AstTypes *bounds, *more; // of the type, and of the function that belongs to it
} Param;

typedef VEC(Param) Params;

static void add_generics(Checker *checker, const AstGenerics *generics, Params *out) {
    vec_each(AstGeneric, it, generics) {
        Param param = { .name = it->name.name,
                        .is_value = it->kind == AST_GENERIC_CONST,
                        .value_type = it->type,
                        .bounds = &it->bounds };
        if (it->kind == AST_GENERIC_REF_TYPE || it->kind == AST_GENERIC_CONTRACT)
            unsupported(
                checker, it->name.span,
                it->kind == AST_GENERIC_REF_TYPE ? "`ref` parameters" : "contracts as parameters"
            );
        vec_push(checker->arena, out, param);
    }
}

static const AstGenerics *generics_of_type(const AstItem *item) {
    return item->kind == AST_ITEM_STRUCT ? &item->structure.generics : &item->enumeration.generics;
}

static Decl *owner_generic(Checker *checker, const Decl *method) {
    const AstType *owner = method->item->fn.owner;
    if (!owner || owner->kind != AST_TYPE_NAME || owner->name.args.len == 0) return NULL;
    Decl *found = find_path(checker, method->module, &owner->name.path);
    return found && found->kind == DECL_GENERIC && found->item->kind != AST_ITEM_FN ? found : NULL;
}

// `void Map<K, V>.put`: the names stand for the type's parameters, in their order, and may bring bounds along.
static void add_owner_params(Checker *checker, const Decl *method, Params *out) {
    const AstType *owner = method->item->fn.owner;
    Decl *generic = owner_generic(checker, method);
    if (!generic) return;
    Params params = { 0 };
    add_generics(checker, generics_of_type(generic->item), &params);
    for (uint32_t i = 0; i < params.len && i < owner->name.args.len; i++) {
        const AstType *arg = owner->name.args.data[i].type;
        bool named = arg && arg->kind == AST_TYPE_NAME && arg->name.path.names.len == 1 &&
                     arg->name.args.len == 0;
        Param param = params.data[i];
        if (!named) unsupported(checker, owner->span, "functions of some instances of a type only");
        param.name = named ? arg->name.path.names.data[0].name : 0;
        vec_each(AstGeneric, it, &method->item->fn.owner_generics) {
            if (it->name.name == param.name) param.more = &it->bounds;
        }
        vec_push(checker->arena, out, param);
    }
}

static Params params_of(Checker *checker, const Decl *generic) {
    Params params = { 0 };
    if (generic->item->kind != AST_ITEM_FN) {
        add_generics(checker, generics_of_type(generic->item), &params);
        return params;
    }
    add_owner_params(checker, generic, &params);
    add_generics(checker, &generic->item->fn.generics, &params);
    return params;
}

const Binding *find_binding(const Checker *checker, Name name) {
    for (uint32_t i = 0; checker->env && i < checker->env->bindings.len; i++)
        if (checker->env->bindings.data[i].name == name) return &checker->env->bindings.data[i];
    return NULL;
}

// --- instances -------------------------------------------------------------------------------------------------------------------

const HirType *decl_type(const Checker *checker, const Decl *decl) {
    return decl->kind == DECL_STRUCT ? hir_type_struct(checker->types, decl->structure)
                                     : hir_type_enum(checker->types, decl->enumeration);
}

Decl *decl_of_type(const Checker *checker, const HirType *type) {
    uint64_t found;
    const void *key = type->kind == HIR_TYPE_STRUCT ? (const void *)type->structure
                      : type->kind == HIR_TYPE_ENUM ? (const void *)type->enumeration
                                                    : NULL;
    return key && map_get(checker->nominals, (uintptr_t)key, &found) ? (Decl *)(uintptr_t)found
                                                                     : NULL;
}

// Names are for people, and those of types in types can double at each level.
Name short_name(Checker *checker, const Buf *text) {
    enum { LONGEST = 120 };
    if (text->len <= LONGEST) return names_add(checker->names, (const char *)text->data, text->len);
    return names_add_c(
        checker->names, arena_printf(checker->arena, "%.*s...", LONGEST, (const char *)text->data)
    );
}

static Name instance_name(Checker *checker, const Decl *generic, const Env *env) {
    Buf text = { 0 };
    buf_printf(&text, "%s<", text_of(checker, generic->name));
    for (uint32_t i = 0; i < env->bindings.len; i++) {
        const Binding *binding = &env->bindings.data[i];
        buf_cstr(&text, i ? ", " : "");
        if (binding->is_value)
            buf_printf(&text, "%" PRIu64, binding->value);
        else
            buf_cstr(&text, type_text(checker, binding->type));
    }
    buf_byte(&text, '>');
    Name name = short_name(checker, &text);
    buf_free(&text);
    return name;
}

static void key_of(const Env *env, Buf *key) {
    vec_each(Binding, binding, &env->bindings) {
        buf_byte(key, binding->is_value);
        buf_u64le(key, binding->is_value ? binding->value : (uintptr_t)binding->type);
    }
}

static bool check_bounds(Checker *checker, const Decl *generic, const Env *env, Span span) {
    Params params = params_of(checker, generic);
    bool good = true;
    for (uint32_t i = 0; i < params.len; i++) {
        const AstTypes *lists[] = { params.data[i].bounds, params.data[i].more };
        for (int k = 0; k < 2; k++)
            for (uint32_t j = 0; !params.data[i].is_value && lists[k] && j < lists[k]->len; j++)
                good = meets_bound(
                           checker, generic->module, lists[k]->data[j], env->bindings.data[i].type,
                           span
                       ) &&
                       good;
    }
    return good;
}

static bool is_opaque(const Env *env) {
    vec_each(Binding, binding, &env->bindings) {
        if (!binding->is_value && hir_type_is_opaque(binding->type)) return true;
    }
    return false;
}

static Decl *make_instance(Checker *checker, Decl *generic, const Env *env) {
    static const DeclKind kinds[] = {
        [AST_ITEM_STRUCT] = DECL_STRUCT, [AST_ITEM_ENUM] = DECL_ENUM, [AST_ITEM_FN] = DECL_FN
    };
    Decl *decl = arena_new(checker->arena, Decl);
    *decl = (Decl){ .kind = kinds[generic->item->kind],
                    .module = generic->module,
                    .item = generic->item,
                    .is_pub = generic->is_pub };
    decl->generic = generic;
    decl->env = env;
    decl->depth = checker->from_depth + checker->instancing + 1;
    decl->is_opaque = is_opaque(env);
    decl->name = instance_name(checker, generic, env);
    make_hir(checker, decl);
    if (decl->kind == DECL_STRUCT) decl->structure->is_opaque = decl->is_opaque;
    if (decl->kind == DECL_ENUM) decl->enumeration->is_opaque = decl->is_opaque;
    vec_push(checker->arena, &checker->decls, decl);
    return decl;
}

Decl *instantiate(Checker *checker, Decl *generic, const Env *env, Span span) {
    Buf key = { 0 };
    uint64_t found;
    key_of(env, &key);
    if (!generic->instances) generic->instances = strmap_new(checker->arena);
    bool known = strmap_get(generic->instances, (const char *)key.data, key.len, &found);
    uint32_t depth =
        checker->from_depth + checker->instancing; // of those that bodies of instances need, too
    if (!known && (depth >= DEEPEST_INSTANCE || strmap_len(generic->instances) >= MOST_INSTANCES)) {
        diag_report(
            checker->diags, span, E_TOO_NESTED,
            arena_printf(checker->arena, "this use of `%s`", text_of(checker, generic->name))
        );
        diag_help(checker->diags, "an instance that needs a larger instance of itself never ends");
        buf_free(&key);
        return NULL;
    }
    Decl *decl = known ? (Decl *)(uintptr_t)found : make_instance(checker, generic, env);
    if (!known) strmap_put(generic->instances, (const char *)key.data, key.len, (uintptr_t)decl);
    buf_free(&key);
    if (known && decl->kind != DECL_UNSUPPORTED) return decl;
    if (!check_bounds(checker, generic, env, span)) {
        decl->kind = DECL_UNSUPPORTED; // reported at each use
        return NULL;
    }
    checker->instancing++;
    complete_decl(checker, decl);
    if (checker->types_known && decl->kind != DECL_FN) check_type(checker, decl);
    checker->instancing--;
    return decl;
}

// --- by arguments that are written -----------------------------------------------------------------------------------------

static bool bind_value(
    Checker *checker, Module *module, const Param *param, const AstGenericArg *arg, Binding *binding
) {
    const AstExpr *value = arg->value;
    binding->is_value = true;
    binding->type = resolve_type(checker, module, param->value_type);
    if (!value && arg->type && arg->type->kind == AST_TYPE_NAME &&
        arg->type->name.path.names.len == 1) {
        AstExpr *name = arena_new(checker->arena, AstExpr);
        *name = (AstExpr){ .kind = AST_EXPR_NAME,
                           .span = arg->type->span,
                           .name = arg->type->name.path.names.data[0] };
        value = name;
    }
    if (!value) {
        diag_report(checker->diags, arg->type->span, E_NOT_A_VALUE, "this type");
        return false;
    }
    HirExpr *folded = check_const_value(checker, module, value, binding->type);
    binding->value = folded->bits;
    return folded->kind == HIR_LITERAL;
}

static bool bind_written(
    Checker *checker, Module *module, const Param *param, const AstGenericArg *arg, Binding *binding
) {
    *binding = (Binding){ .name = param->name };
    if (param->is_value) return bind_value(checker, module, param, arg, binding);
    if (!arg->type) {
        diag_report(checker->diags, arg->value->span, E_NOT_A_TYPE, "this value");
        return false;
    }
    binding->type = resolve_type(checker, module, arg->type);
    if (is_error(binding->type)) return false;
    if (hir_type_is_second_class(binding->type) || binding->type->kind == HIR_TYPE_VOID) {
        diag_report(
            checker->diags, arg->type->span, E_BORROW_STORED, text_of(checker, param->name)
        );
        return false;
    }
    return true;
}

const HirType *instance_type(
    Checker *checker, Module *module, Decl *generic, const AstGenericArgs *args, Span span
) {
    Params params = params_of(checker, generic);
    Env *env = arena_new(checker->arena, Env);
    const HirType *wrong = simple(checker, HIR_TYPE_ERROR);
    if (generic->item->kind == AST_ITEM_FN) {
        diag_report(checker->diags, span, E_NOT_A_TYPE, text_of(checker, generic->name));
        return wrong;
    }
    if (args->len != params.len) {
        diag_report(
            checker->diags, span, E_TYPE_ARGUMENTS, text_of(checker, generic->name), params.len,
            args->len
        );
        return wrong;
    }
    bool good = true;
    for (uint32_t i = 0; i < params.len; i++) {
        Binding binding;
        good = bind_written(checker, module, &params.data[i], &args->data[i], &binding) && good;
        vec_push(checker->arena, &env->bindings, binding);
    }
    Decl *decl = good ? instantiate(checker, generic, env, span) : NULL;
    return decl ? decl_type(checker, decl) : wrong;
}

// --- by inference ----------------------------------------------------------------------------------------------------------

typedef struct Infer {
    Checker *checker;
    Module *module; // of the generic
    const Params *params;
    Env *env; // type NULL: not known yet
} Infer;

static Binding *unknown(const Infer *infer, const AstType *pattern) {
    if (pattern->kind != AST_TYPE_NAME || pattern->name.path.names.len != 1 ||
        pattern->name.args.len > 0)
        return NULL;
    for (uint32_t i = 0; i < infer->params->len; i++)
        if (infer->params->data[i].name == pattern->name.path.names.data[0].name)
            return &infer->env->bindings.data[i];
    return NULL;
}

static void unify(const Infer *infer, const AstType *pattern, const HirType *actual);

static void unify_args(const Infer *infer, const AstType *pattern, const HirType *actual) {
    const Decl *decl = decl_of_type(infer->checker, actual);
    if (!decl || !decl->generic || decl->env->bindings.len != pattern->name.args.len) return;
    for (uint32_t i = 0; i < pattern->name.args.len; i++) {
        const AstType *arg = pattern->name.args.data[i].type;
        const Binding *known = &decl->env->bindings.data[i];
        Binding *wanted = arg ? unknown(infer, arg) : NULL;
        if (wanted && known->is_value && !wanted->type)
            *wanted = (Binding){ wanted->name, known->type, true, known->value };
        else if (arg && !known->is_value)
            unify(infer, arg, known->type);
    }
}

// A length that is a parameter: `T[N]`.
// atomic<T>, mutex<T>
static void unify_shared(const Infer *infer, const AstType *pattern, const HirType *actual) {
    const AstGenericArgs *args = &pattern->name.args;
    if (args->len == 1 && args->data[0].type) unify(infer, args->data[0].type, actual->elem);
}

static void unify_length(const Infer *infer, const AstExpr *length, uint64_t count) {
    if (length->kind != AST_EXPR_NAME) return;
    for (uint32_t i = 0; i < infer->params->len; i++) {
        Binding *binding = &infer->env->bindings.data[i];
        if (infer->params->data[i].name == length->name.name && infer->params->data[i].is_value &&
            !binding->type)
            *binding = (Binding
            ){ binding->name,
               resolve_type(infer->checker, infer->module, infer->params->data[i].value_type), true,
               count };
    }
}

static void unify(const Infer *infer, const AstType *pattern, const HirType *actual) {
    if (is_error(actual)) return;
    Binding *binding = unknown(infer, pattern);
    if (binding) {
        if (!binding->type && !hir_type_is_second_class(actual) && actual->kind != HIR_TYPE_VOID &&
            actual->kind != HIR_TYPE_NEVER)
            binding->type = actual;
        return;
    }
    switch (pattern->kind) {
    case AST_TYPE_NAME:
        if (actual->kind == HIR_TYPE_ATOMIC || actual->kind == HIR_TYPE_MUTEX)
            unify_shared(infer, pattern, actual);
        else
            unify_args(infer, pattern, actual);
        break;
    case AST_TYPE_POINTER:
        if (actual->kind == HIR_TYPE_PTR) unify(infer, pattern->pointer.elem, actual->elem);
        break;
    case AST_TYPE_SLICE:
    case AST_TYPE_GROWABLE:
        if (hir_type_is_indexed(actual)) unify(infer, pattern->pointer.elem, actual->elem);
        break;
    case AST_TYPE_ARRAY:
    case AST_TYPE_VECTOR:
        if (actual->kind == HIR_TYPE_ARRAY || actual->kind == HIR_TYPE_VECTOR) {
            unify(infer, pattern->array.elem, actual->elem);
            unify_length(infer, pattern->array.length, actual->count);
        }
        break;
    case AST_TYPE_OPTIONAL:
        unify(infer, pattern->optional, actual->kind == HIR_TYPE_OPTION ? actual->elem : actual);
        break;
    case AST_TYPE_FN:
        if ((actual->kind != HIR_TYPE_FN && actual->kind != HIR_TYPE_REF_FN) ||
            actual->sig->params.len != pattern->fn.params.len)
            break;
        unify(infer, pattern->fn.result, actual->sig->result);
        for (uint32_t i = 0; i < pattern->fn.params.len; i++)
            unify(infer, pattern->fn.params.data[i].type, actual->sig->params.data[i]);
        break;
    default: break;
    }
}

// The types that a closure states for its parameters.
static void unify_closure(
    const Infer *infer, Module *module, const AstType *pattern, const AstExpr *closure
) {
    const AstParams *params = &closure->closure.params;
    if (pattern->kind != AST_TYPE_FN || pattern->fn.params.len != params->len) return;
    for (uint32_t i = 0; i < params->len; i++) {
        uint32_t promise;
        if (params->data[i].type)
            unify(
                infer, pattern->fn.params.data[i].type,
                resolve_param_type(infer->checker, module, params->data[i].type, &promise)
            );
    }
}

static bool all_known(const Infer *infer) {
    vec_each(Binding, binding, &infer->env->bindings) {
        if (!binding->type) return false;
    }
    return true;
}

// The arguments are looked at for their types only; the call looks at them again, with what it then knows.
static void infer_from_args(Fn *fn, const Infer *infer, const AstFn *ast, const AstArgs *args) {
    for (int literals = 0; literals < 2 && !all_known(infer);
         literals++) // what has a type of its own speaks first
        for (uint32_t i = 0; i < args->len && i < ast->params.len; i++) {
            AstExprKind kind = args->data[i].value->kind;
            bool adapts = kind == AST_EXPR_INT || kind == AST_EXPR_FLOAT || kind == AST_EXPR_CHAR ||
                          kind == AST_EXPR_UNARY;
            bool typeless = kind == AST_EXPR_NONE || kind == AST_EXPR_VARIANT ||
                            kind == AST_EXPR_CLOSURE || kind == AST_EXPR_TEXT ||
                            (kind == AST_EXPR_INIT && !args->data[i].value->init.type);
            if (kind == AST_EXPR_CLOSURE)
                unify_closure(infer, fn->module, ast->params.data[i].type, args->data[i].value);
            bool late = adapts && !(kind == AST_EXPR_UNARY &&
                                    args->data[i].value->unary.op == AST_UNARY_BORROW);
            if (late == literals && !typeless)
                unify(
                    infer, ast->params.data[i].type, check_expr(fn, args->data[i].value, NULL)->type
                );
        }
}

Decl *instance_by_args(
    Fn *fn,
    Decl *generic,
    const AstGenericArgs *given,
    const AstArgs *args,
    const HirType *want,
    Span span
) {
    Checker *checker = fn->checker;
    Params params = params_of(checker, generic);
    Env *env = arena_new(checker->arena, Env);
    Infer infer = { checker, generic->module, &params, env };
    if (given && given->len > params.len) {
        diag_report(
            checker->diags, span, E_TYPE_ARGUMENTS, text_of(checker, generic->name), params.len,
            given->len
        );
        return NULL;
    }
    for (uint32_t i = 0; i < params.len; i++) {
        Binding binding = { .name = params.data[i].name };
        if (given && i < given->len &&
            !bind_written(checker, fn->module, &params.data[i], &given->data[i], &binding))
            return NULL;
        vec_push(checker->arena, &env->bindings, binding);
    }
    if (args) infer_from_args(fn, &infer, &generic->item->fn, args);
    if (want && !is_error(want)) unify(&infer, generic->item->fn.result, want);
    for (uint32_t i = 0; i < params.len; i++) {
        if (env->bindings.data[i].type) continue;
        diag_report(
            checker->diags, span, E_CANNOT_INFER, text_of(checker, params.data[i].name),
            text_of(checker, generic->name)
        );
        diag_help(checker->diags, "say it: `%s::<...>(...)`", text_of(checker, generic->name));
        return NULL;
    }
    return instantiate(checker, generic, env, span);
}

Decl *instance_method(Checker *checker, Decl *method, const HirType *owner) {
    const Decl *instance = decl_of_type(checker, owner);
    if (!instance || !instance->generic || owner_generic(checker, method) != instance->generic)
        return NULL;
    if (method->item->fn.generics.len > 0) {
        unsupported(
            checker, method->item->name.span,
            "functions of generic types that have parameters of their own"
        );
        return NULL;
    }
    Params params = params_of(checker, method);
    Env *env = arena_new(checker->arena, Env);
    for (uint32_t i = 0; i < params.len && i < instance->env->bindings.len; i++) {
        Binding binding = instance->env->bindings.data[i];
        binding.name = params.data[i].name;
        vec_push(checker->arena, &env->bindings, binding);
    }
    return instantiate(checker, method, env, method->item->name.span);
}

// --- the definition itself -------------------------------------------------------------------------------------------------

static const HirType *opaque_type(Checker *checker, const Decl *generic, const Param *param) {
    HirParam *made = arena_new(checker->arena, HirParam);
    Bounds *bounds = arena_new(checker->arena, Bounds);
    *made = (HirParam){ .name = param->name, .bounds = bounds };
    bounds->module = generic->module;
    const AstTypes *lists[] = { param->bounds, param->more };
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; lists[k] && i < lists[k]->len; i++) {
            const AstType *bound = lists[k]->data[i];
            const char *word = bound->kind == AST_TYPE_NAME && bound->name.path.names.len == 1
                                   ? text_of(checker, bound->name.path.names.data[0].name)
                                   : "";
            made->is_plain = made->is_plain || strcmp(word, "plain") == 0;
            made->is_sendable = made->is_sendable || strcmp(word, "sendable") == 0;
            vec_push(checker->arena, &bounds->list, bound);
        }
    return hir_type_param(checker->types, made);
}

void check_definitions(Checker *checker) {
    uint32_t count = checker->decls.len; // instances come behind
    for (uint32_t i = 0; i < count; i++) {
        Decl *generic = checker->decls.data[i];
        if (generic->kind != DECL_GENERIC) continue;
        Params params = params_of(checker, generic);
        Env *env = arena_new(checker->arena, Env);
        for (uint32_t k = 0; k < params.len; k++) {
            Binding binding = { .name = params.data[k].name,
                                .is_value = params.data[k].is_value,
                                .value = 1 };
            binding.type = binding.is_value
                               ? resolve_type(checker, generic->module, params.data[k].value_type)
                               : opaque_type(checker, generic, &params.data[k]);
            vec_push(checker->arena, &env->bindings, binding);
        }
        Decl *decl = instantiate(checker, generic, env, generic->item->name.span);
        if (decl) {
            decl->is_opaque = true;
            decl->is_definition = true;
        }
    }
}
