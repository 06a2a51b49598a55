// Generic declarations: each use makes an instance for what its parameters stand for, the same instance for the same.
//
// An instance is a declaration of its own that is looked at in an Env. A generic declaration is also instantiated once over
// its own parameters, as types of which only the bounds are known: a body that passes there is well-typed for every
// argument that meets the bounds. What an interface declares is generic over `Self`.

#include "check__.h"

#include "base/buf.h"

#include <inttypes.h>
#include <string.h>

enum { DEEPEST_INSTANCE = 64, MOST_INSTANCES = 20000, MOST_INSTANCE_TEXT = 64 << 20 };

// --- parameters ------------------------------------------------------------------------------------------------------------------

static void add_generics(Checker *checker, const AstGenerics *generics, GenericParams *out) {
    vec_each(AstGeneric, it, generics) {
        GenericParam param = { .name = it->name.name,
                               .span = it->name.span,
                               .is_value = it->kind == AST_GENERIC_CONST,
                               .is_ref = it->kind == AST_GENERIC_REF_TYPE,
                               .is_contract = it->kind == AST_GENERIC_CONTRACT,
                               .value_type = it->type,
                               .bounds = &it->bounds };
        vec_push(checker->arena, out, param);
    }
}

static const AstGenerics *generics_of_type(const AstItem *item) {
    return item->kind == AST_ITEM_STRUCT      ? &item->structure.generics
           : item->kind == AST_ITEM_CONTRACT  ? &item->contract.generics
           : item->kind == AST_ITEM_INTERFACE ? &item->interface.generics
                                              : &item->enumeration.generics;
}

const AstType *named_owner(const AstType *owner) {
    if (owner && owner->kind == AST_TYPE_ENDPOINT) owner = owner->endpoint.contract;
    return owner && owner->kind == AST_TYPE_NAME ? owner : NULL;
}

Decl *owner_generic(Checker *checker, const Decl *method) {
    const AstType *owner = named_owner(method->item->fn.owner);
    if (!owner || owner->name.args.len == 0) return NULL;
    Decl *user = begin_user(checker, method);
    Decl *found = find_path(checker, method->module, &owner->name.path);
    checker->user = user;
    bool is_type = found && found->kind == DECL_GENERIC && found->item->kind != AST_ITEM_FN &&
                   found->item->kind != AST_ITEM_INTERFACE;
    return is_type ? found : NULL;
}

// The name that an argument of the owner gives to a parameter; 0: it is a type of its own.
static Name name_of_arg(Checker *checker, const Decl *method, const AstGenericArg *arg) {
    const AstType *type = arg->type;
    bool named = type && type->kind == AST_TYPE_NAME && type->name.path.names.len == 1 &&
                 type->name.args.len == 0;
    uint64_t found = 0;
    if (named) map_get(method->module->scope, type->name.path.names.data[0].name, &found);
    const Decl *other = (const Decl *)(uintptr_t)found;
    if (!named || (other && (other->kind == DECL_STRUCT || other->kind == DECL_ENUM))) {
        diag_report(
            checker->diags, type ? type->span : arg->value->span, E_SOME_INSTANCES,
            text_of(checker, method->name)
        );
        diag_help(checker->diags, "its owner's arguments are names for all of them: `Box<T>.f`");
        return 0;
    }
    return type->name.path.names.data[0].name;
}

// `void Map<K, V>.put`: the names stand for the type's parameters, in their order, and may bring bounds along.
static void add_owner_params(Checker *checker, const Decl *method, GenericParams *out) {
    const AstType *owner = named_owner(method->item->fn.owner);
    Decl *generic = owner_generic(checker, method);
    if (!generic) return;
    GenericParams params = { 0 };
    add_generics(checker, generics_of_type(generic->item), &params);
    for (uint32_t i = 0; i < params.len && i < owner->name.args.len; i++) {
        GenericParam param = params.data[i];
        param.is_owners = true;
        param.name = name_of_arg(checker, method, &owner->name.args.data[i]);
        vec_each(AstGeneric, it, &method->item->fn.owner_generics) {
            if (it->name.name == param.name) param.more = &it->bounds;
        }
        vec_push(checker->arena, out, param);
    }
}

// An interface that says where a borrow comes from may be met by what holds borrows.
static bool is_met_by_ref(const Decl *interface) {
    vec_each(AstItem *, it, &interface->item->interface.fns) {
        if ((*it)->fn.from.len > 0) return true;
    }
    return false;
}

static const GenericParam *find_param(const GenericParams *params, uint32_t count, Name name) {
    for (uint32_t i = 0; i < count && name; i++)
        if (params->data[i].name == name) return &params->data[i];
    return NULL;
}

GenericParams params_of(Checker *checker, const Decl *generic) {
    GenericParams params = { 0 };
    if (generic->item->kind != AST_ITEM_FN) {
        add_generics(checker, generics_of_type(generic->item), &params);
        return params;
    }
    if (generic->interface) {
        GenericParam self = { .name = checker->self_name,
                              .is_self = true,
                              .is_ref = is_met_by_ref(generic->interface) };
        vec_push(checker->arena, &params, self);
        add_generics(checker, &generic->interface->item->interface.generics, &params);
    }
    add_owner_params(checker, generic, &params);
    uint32_t given = params.len;
    GenericParams own = { 0 };
    add_generics(checker, &generic->item->fn.generics, &own);
    for (uint32_t i = 0; i < own.len;
         i++) // one of a name that is taken is reported once, and is that one
        if (!find_param(&params, given, own.data[i].name))
            vec_push(checker->arena, &params, own.data[i]);
    return params;
}

const Binding *find_binding(const Checker *checker, Name name) {
    for (uint32_t i = 0; checker->env && i < checker->env->bindings.len; i++)
        if (checker->env->bindings.data[i].name == name) return &checker->env->bindings.data[i];
    return NULL;
}

// A type says what its parameters must meet in its own words; its functions may have others.
const Env *bounds_env(
    Checker *checker, const Decl *generic, const GenericParam *param, const Env *env
) {
    if (!param->is_owners) return env;
    GenericParams params = { 0 };
    Env *renamed = arena_new(checker->arena, Env);
    add_generics(checker, generics_of_type(owner_generic(checker, generic)->item), &params);
    for (uint32_t i = 0; i < params.len && i < env->bindings.len; i++) {
        Binding binding = env->bindings.data[i];
        binding.name = params.data[i].name;
        vec_push(checker->arena, &renamed->bindings, binding);
    }
    return renamed;
}

// --- instances -------------------------------------------------------------------------------------------------------------------

const HirType *decl_type(const Checker *checker, const Decl *decl) {
    return decl->kind == DECL_STRUCT ? hir_type_struct(checker->types, decl->structure)
                                     : hir_type_enum(checker->types, decl->enumeration);
}

Decl *decl_of_contract(const Checker *checker, const HirContract *contract) {
    uint64_t found;
    return map_get(checker->nominals, (uintptr_t)contract, &found) ? (Decl *)(uintptr_t)found
                                                                   : NULL;
}

Decl *decl_of_type(const Checker *checker, const HirType *type) {
    uint64_t found;
    const void *key = type->kind == HIR_TYPE_STRUCT ? (const void *)type->structure
                      : type->kind == HIR_TYPE_ENUM ? (const void *)type->enumeration
                                                    : NULL;
    return key && map_get(checker->nominals, (uintptr_t)key, &found) ? (Decl *)(uintptr_t)found
                                                                     : NULL;
}

const HirType *self_of(const Checker *checker, const Decl *decl) {
    if (decl->kind == DECL_STRUCT || decl->kind == DECL_ENUM) return decl_type(checker, decl);
    return decl->kind == DECL_FN ? decl->fn->owner : NULL;
}

// Names are for people, and those of types in types can double at each level.
Name short_name(Checker *checker, const Buf *text) {
    enum { LONGEST = 120 };
    if (text->len <= LONGEST) return names_add(checker->names, (const char *)text->data, text->len);
    return names_add_c(
        checker->names, arena_printf(checker->arena, "%.*s...", LONGEST, (const char *)text->data)
    );
}

// Its arguments; of a function only its own: those of its owner stand before the dot.
static Name instance_name(Checker *checker, const Decl *generic, const Env *env) {
    Buf text = { 0 };
    bool is_fn = generic->item->kind == AST_ITEM_FN;
    uint32_t own = is_fn ? generic->item->fn.generics.len : env->bindings.len;
    if (own == 0 || own > env->bindings.len) return generic->name;
    buf_printf(&text, "%s<", text_of(checker, generic->name));
    for (uint32_t i = env->bindings.len - own; i < env->bindings.len; i++) {
        const Binding *binding = &env->bindings.data[i];
        buf_cstr(&text, i > env->bindings.len - own ? ", " : "");
        if (binding->symbol)
            buf_cstr(&text, binding->symbol->text);
        else if (binding->is_value)
            buf_printf(&text, "%" PRIu64, binding->value);
        else if (binding->is_contract)
            buf_cstr(&text, text_of(checker, binding->type->contract->name));
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
        buf_byte(key, (uint8_t)(binding->is_value + (binding->symbol != NULL)));
        buf_u64le(
            key, binding->symbol     ? (uintptr_t)binding->symbol
                 : binding->is_value ? binding->value
                                     : (uintptr_t)binding->type
        );
    }
}

static bool is_opaque(const Env *env) {
    vec_each(Binding, binding, &env->bindings) {
        if (binding->symbol || (!binding->is_value && hir_type_is_opaque(binding->type)))
            return true;
    }
    return false;
}

// What the definition could not know is wrong with one instance only: say which.
void name_use(Checker *checker, const Decl *decl, uint32_t errors) {
    uint32_t now = diags_errors(checker->diags);
    if (now == errors || now == checker->noted || checker->instances_end || !decl->generic ||
        decl->is_opaque)
        return;
    checker->noted = now; // those around it need not say so, too
    diag_note(
        checker->diags, decl->used, "this use makes the instance `%s`", text_of(checker, decl->name)
    );
}

// With `ref` parameters, what a `ref struct` holds depends on what they stand for.
static bool by_parts(const Decl *generic) {
    bool is = false;
    vec_each(AstGeneric, it, &generic->item->structure.generics)
        is = is || it->kind == AST_GENERIC_REF_TYPE;
    return is;
}

static Decl *make_instance(Checker *checker, Decl *generic, const Env *env, Span span) {
    static const DeclKind kinds[] = { [AST_ITEM_STRUCT] = DECL_STRUCT,
                                      [AST_ITEM_ENUM] = DECL_ENUM,
                                      [AST_ITEM_INTERFACE] = DECL_INTERFACE,
                                      [AST_ITEM_CONTRACT] = DECL_CONTRACT,
                                      [AST_ITEM_FN] = DECL_FN };
    Decl *decl = arena_new(checker->arena, Decl);
    *decl = (Decl){ .kind = kinds[generic->item->kind],
                    .module = generic->module,
                    .item = generic->item,
                    .is_pub = generic->is_pub };
    decl->generic = generic;
    decl->interface = generic->interface;
    decl->env = env;
    decl->used = span;
    decl->depth = checker->from_depth + checker->instancing + 1;
    decl->is_opaque = is_opaque(env);
    decl->is_abstract = generic->interface && !generic->item->fn.body;
    decl->name = instance_name(checker, generic, env);
    make_hir(checker, decl);
    if (decl->kind == DECL_STRUCT) decl->structure->is_opaque = decl->is_opaque;
    if (decl->kind == DECL_STRUCT) decl->structure->by_parts = by_parts(generic);
    if (decl->kind == DECL_ENUM) decl->enumeration->is_opaque = decl->is_opaque;
    if (decl->kind == DECL_CONTRACT) decl->contract->is_opaque = decl->is_opaque;
    vec_push(checker->arena, &checker->decls, decl);
    checker->instances++;
    checker->instance_text += generic->item->span.end - generic->item->span.start;
    return decl;
}

// May there be one more? After the first that may not, nothing more is said.
static bool has_room(Checker *checker, const Decl *generic, Span span) {
    uint32_t depth =
        checker->from_depth + checker->instancing; // of those that bodies of instances need, too
    bool many =
        checker->instances >= MOST_INSTANCES || checker->instance_text >= MOST_INSTANCE_TEXT;
    if (depth < DEEPEST_INSTANCE && !many) return true;
    if (!checker->instances_end) {
        diag_report(checker->diags, span, E_ENDLESS_INSTANCES, text_of(checker, generic->name));
        if (many)
            diag_help(checker->diags, "there are %u instances already", checker->instances);
        else
            diag_help(
                checker->diags, "an instance that needs a larger instance of itself never ends"
            );
    }
    checker->instances_end = true;
    return false;
}

// While types are being completed, bounds wait: nobody knows yet whether what is inside can be copied.
static bool ask_bounds(Checker *checker, Decl *generic, const Env *env, Span span) {
    if (checker->types_known) return check_bounds(checker, generic, env, span);
    vec_push(checker->arena, &checker->pending, ((Pending){ generic, env, span }));
    return true;
}

void check_pending(Checker *checker) {
    for (uint32_t i = 0; i < checker->pending.len; i++) {
        const Pending *it = &checker->pending.data[i];
        check_bounds(checker, it->generic, it->env, it->span);
    }
}

Decl *instantiate(Checker *checker, Decl *generic, const Env *env, Span span) {
    Buf key = { 0 };
    uint64_t found;
    key_of(env, &key);
    if (!generic->instances) generic->instances = strmap_new(checker->arena);
    bool known = strmap_get(generic->instances, (const char *)key.data, key.len, &found);
    if (!known && (checker->instances_end || !has_room(checker, generic, span))) {
        buf_free(&key);
        return NULL;
    }
    Decl *decl = known ? (Decl *)(uintptr_t)found : make_instance(checker, generic, env, span);
    if (!known) strmap_put(generic->instances, (const char *)key.data, key.len, (uintptr_t)decl);
    buf_free(&key);
    note_instance(checker, decl, span, known);
    if (known && decl->kind != DECL_REFUSED) return decl;
    if (!ask_bounds(checker, generic, env, span)) {
        decl->kind = DECL_REFUSED; // reported at each use
        return NULL;
    }
    checker->instancing++;
    uint32_t before = diags_errors(checker->diags);
    const void *owner = diags_owner(checker->diags, NULL); // it is said once, whoever needs it then
    complete_decl(checker, decl);
    name_use(checker, decl, before);
    if (checker->types_known && (decl->kind == DECL_STRUCT || decl->kind == DECL_ENUM))
        check_type(checker, decl);
    diags_owner(checker->diags, owner);
    if (checker->owner && diags_errors(checker->diags) > before)
        checker->owner->traces.is_first = true;
    checker->instancing--;
    return decl;
}

// --- by arguments that are written -----------------------------------------------------------------------------------------

static bool bind_value(
    Checker *checker,
    Module *module,
    const GenericParam *param,
    const AstGenericArg *arg,
    Binding *binding
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
    if (folded->kind != HIR_LITERAL) return false;
    binding->value = folded->bits;
    binding->symbol = folded->symbol;
    return true;
}

bool may_stand_for(const GenericParam *param, const HirType *type) {
    switch (type->kind) {
    case HIR_TYPE_VOID:
    case HIR_TYPE_NEVER:
    case HIR_TYPE_REF_FN:
    case HIR_TYPE_GUARD:
    case HIR_TYPE_JOIN: return false;
    default: return param->is_ref || !hir_type_is_second_class(type);
    }
}

bool in_instance_env(const Checker *checker) {
    return checker->env && !checker->env->is_definition;
}

static bool bind_contract(
    Checker *checker, Module *module, const AstGenericArg *arg, Binding *binding
) {
    if (!arg->type) {
        diag_report(checker->diags, arg->value->span, E_NOT_A_CONTRACT, "this value");
        return false;
    }
    const HirContract *contract = contract_of(checker, module, arg->type);
    if (contract) binding->type = hir_type_endpoint(checker->types, contract, HIR_IMP, 0);
    return contract != NULL;
}

bool bind_written(
    Checker *checker,
    Module *module,
    const GenericParam *param,
    const AstGenericArg *arg,
    Binding *binding
) {
    *binding = (Binding){ .name = param->name, .is_contract = param->is_contract };
    if (param->is_contract) return bind_contract(checker, module, arg, binding);
    if (param->is_value) return bind_value(checker, module, param, arg, binding);
    if (!arg->type) {
        diag_report(checker->diags, arg->value->span, E_NOT_A_TYPE, "this value");
        return false;
    }
    binding->type = resolve_type(checker, module, arg->type);
    if (is_error(binding->type)) return false;
    if (may_stand_for(param, binding->type)) return true;
    diag_report(checker->diags, arg->type->span, E_BORROW_STORED, text_of(checker, param->name));
    if (!param->is_ref && hir_type_is_second_class(binding->type))
        diag_help(
            checker->diags, "`<ref %s>` says that it may stand for a borrow",
            text_of(checker, param->name)
        );
    return false;
}

Env *env_by_args(
    Checker *checker, Module *module, Decl *generic, const AstGenericArgs *args, Span span
) {
    GenericParams params = params_of(checker, generic);
    Env *env = arena_new(checker->arena, Env);
    if (args->len != params.len) {
        diag_report(
            checker->diags, span, E_TYPE_ARGUMENTS, text_of(checker, generic->name), params.len,
            args->len
        );
        return NULL;
    }
    bool good = true;
    for (uint32_t i = 0; i < params.len; i++) {
        Binding binding;
        good = bind_written(checker, module, &params.data[i], &args->data[i], &binding) && good;
        vec_push(checker->arena, &env->bindings, binding);
    }
    return good ? env : NULL;
}

const HirType *instance_type(
    Checker *checker, Module *module, Decl *generic, const AstGenericArgs *args, Span span
) {
    bool is_type = generic->item->kind == AST_ITEM_STRUCT || generic->item->kind == AST_ITEM_ENUM;
    if (!is_type) {
        diag_report(checker->diags, span, E_NOT_A_TYPE, text_of(checker, generic->name));
        return simple(checker, HIR_TYPE_ERROR);
    }
    Env *env = env_by_args(checker, module, generic, args, span);
    Decl *decl = env ? instantiate(checker, generic, env, span) : NULL;
    return decl ? decl_type(checker, decl) : simple(checker, HIR_TYPE_ERROR);
}

// --- the definition itself -------------------------------------------------------------------------------------------------

static bool is_word(const Checker *checker, const AstType *bound, const char *word) {
    return bound->kind == AST_TYPE_NAME && bound->name.path.names.len == 1 &&
           strcmp(text_of(checker, bound->name.path.names.data[0].name), word) == 0;
}

static bool has_word(const Checker *checker, const AstTypes *list, const char *word) {
    for (uint32_t i = 0; list && i < list->len; i++)
        if (is_word(checker, list->data[i], word)) return true;
    return false;
}

// What conforms to an interface can be borrowed: its functions take it so.
static bool has_interface(const Checker *checker, const AstTypes *list) {
    for (uint32_t i = 0; i < list->len; i++)
        if (!is_word(checker, list->data[i], "plain") &&
            !is_word(checker, list->data[i], "sendable"))
            return true;
    return false;
}

const HirType *opaque_type(
    Checker *checker, const Decl *generic, const GenericParam *param, const Env *env
) {
    HirParam *made = arena_new(checker->arena, HirParam);
    Bounds *bounds = arena_new(checker->arena, Bounds);
    *made = (HirParam
    ){ .name = param->name, .is_ref = param->is_ref, .is_lent = param->is_self, .bounds = bounds };
    const AstTypes *lists[] = { param->bounds, param->more };
    const Decl *of = param->is_owners ? owner_generic(checker, generic) : generic;
    made->is_sendable = of->item->kind == AST_ITEM_CONTRACT; // it is for messages
    for (int k = 0; k < 2; k++) {
        if (!lists[k]) continue;
        BoundList list = { generic->module, env, lists[k] };
        if (k == 0 && param->is_owners) {
            list.module = owner_generic(checker, generic)->module;
            list.env = NULL; // set once all parameters stand for something
        }
        made->is_plain = made->is_plain || has_word(checker, lists[k], "plain");
        made->is_sendable = made->is_sendable || has_word(checker, lists[k], "sendable");
        made->is_lent = made->is_lent || has_interface(checker, lists[k]);
        vec_push(checker->arena, &bounds->lists, list);
    }
    return hir_type_param(checker->types, made);
}

// A contract of which nothing is known but that a channel of it starts in some state.
static const HirType *opaque_contract(
    Checker *checker, const Decl *generic, const GenericParam *param
) {
    HirProgram *program = checker->program;
    HirContract *made = arena_new(checker->arena, HirContract);
    *made = (HirContract){ .name = param->name, .module = generic->module->path };
    made->span = param->span;
    made->is_param = made->is_opaque = true;
    made->number = program->contracts.len;
    vec_push(
        checker->arena, &made->states,
        ((HirState){ .name = names_add_c(checker->names, "(first)"), .span = param->span })
    );
    vec_push(checker->arena, &program->contracts, made);
    return hir_type_endpoint(checker->types, made, HIR_IMP, 0);
}

// The interface over its own parameters, which is what `Self` conforms to there.
static void bind_self(Checker *checker, const Decl *fn, const Env *env) {
    Decl *interface = fn->interface;
    Bounds *bounds = (Bounds *)(uintptr_t)env->bindings.data[0].type->param->bounds;
    if (interface->kind == DECL_GENERIC) {
        uint32_t count = interface->item->interface.generics.len;
        Env *over = arena_new(checker->arena, Env);
        for (uint32_t i = 0; i < count; i++)
            vec_push(checker->arena, &over->bindings, env->bindings.data[1 + i]);
        interface = instantiate(checker, interface, over, fn->item->name.span);
    }
    bounds->self = interface;
}

static Env *opaque_env(Checker *checker, const Decl *generic) {
    GenericParams params = params_of(checker, generic);
    Env *env = arena_new(checker->arena, Env);
    env->is_definition = true;
    for (uint32_t k = 0; k < params.len; k++) {
        Binding binding = { .name = params.data[k].name,
                            .is_value = params.data[k].is_value,
                            .is_contract = params.data[k].is_contract,
                            .value = 1 };
        if (binding.is_value) binding.symbol = new_symbol(checker, text_of(checker, binding.name));
        binding.type = binding.is_value
                           ? resolve_type(checker, generic->module, params.data[k].value_type)
                       : binding.is_contract ? opaque_contract(checker, generic, &params.data[k])
                                             : opaque_type(checker, generic, &params.data[k], env);
        vec_push(checker->arena, &env->bindings, binding);
    }
    for (uint32_t k = 0; k < params.len; k++) {
        bool is_type = !params.data[k].is_value && !params.data[k].is_contract;
        if (!is_type || !params.data[k].is_owners) continue;
        const Bounds *bounds = env->bindings.data[k].type->param->bounds;
        bounds->lists.data[0].env = bounds_env(checker, generic, &params.data[k], env);
    }
    return env;
}

// What the interfaces among the bounds say of the structure.
static void settle_params(Checker *checker, const Env *env) {
    vec_each(Binding, binding, &env->bindings) {
        if (binding->is_value || binding->is_contract || is_error(binding->type)) continue;
        HirParam *param = (HirParam *)(uintptr_t)binding->type->param;
        param->is_plain = param->is_plain || promises(checker, binding->type, "plain");
        param->is_sendable = param->is_sendable || promises(checker, binding->type, "sendable");
    }
}

static void check_distinct(Checker *checker, const Decl *generic) {
    bool is_fn = generic->item->kind == AST_ITEM_FN;
    const AstType *owner =
        is_fn && owner_generic(checker, generic) ? named_owner(generic->item->fn.owner) : NULL;
    GenericParams all = { 0 };
    if (is_fn && generic->interface)
        add_generics(checker, &generic->interface->item->interface.generics, &all);
    for (uint32_t i = 0; owner && i < owner->name.args.len;
         i++) { // by the names that they have here
        const AstType *type = owner->name.args.data[i].type;
        bool named = type && type->kind == AST_TYPE_NAME && type->name.path.names.len == 1;
        GenericParam param = { .name = named ? type->name.path.names.data[0].name : 0 };
        if (type) param.span = type->span;
        vec_push(checker->arena, &all, param);
    }
    uint32_t outer = all.len;
    add_generics(
        checker, is_fn ? &generic->item->fn.generics : generics_of_type(generic->item), &all
    );
    for (uint32_t i = 1; i < all.len; i++) {
        const GenericParam *first = find_param(&all, i, all.data[i].name);
        if (!first) continue;
        const char *name = text_of(checker, first->name);
        bool again = i >= outer && first < all.data + outer;
        diag_report(checker->diags, all.data[i].span, E_DUPLICATE, name);
        diag_note(
            checker->diags, first->span,
            again ? "it is a parameter here already" : "first declared here"
        );
        if (again)
            diag_help(checker->diags, "behind the function's name stand its own parameters only");
    }
}

void check_definitions(Checker *checker) {
    uint32_t count = checker->decls.len; // instances come behind
    for (uint32_t i = 0; i < count; i++) {
        Decl *generic = checker->decls.data[i];
        if (generic->kind != DECL_GENERIC) continue;
        check_distinct(checker, generic);
        Env *env = opaque_env(checker, generic);
        if (generic->interface) bind_self(checker, generic, env);
        settle_params(checker, env);
        Decl *decl = instantiate(checker, generic, env, generic->item->name.span);
        if (decl) {
            decl->is_opaque = true;
            decl->is_definition = true;
            generic->definition = decl;
        }
    }
}
