// The functions of types: found by the type of what stands before the dot.
//
// A function belongs to a struct or enum, to all instances of a generic one, to an end of a contract's channels, or, where
// a module declares an interface that has it, to a built-in type: a scalar, `str` (all texts), `T?`, `T[]` (all that is
// indexed). What a type lacks, an interface that it conforms to may do for it.

#include "check__.h"

// Texts and what is indexed are lent as these.
const HirType *view_type(Checker *checker, const HirType *type, HirMode mode) {
    if (type->kind == HIR_TYPE_STR)
        return mode == HIR_CONST ? hir_type_str(checker->types, HIR_CONST) : NULL;
    return hir_type_is_indexed(type) ? hir_type_slice(checker->types, mode, type->elem) : NULL;
}

bool is_same_owner(const HirType *a, const HirType *b) {
    return a == b || same_endpoint(a, b) || (a->kind == HIR_TYPE_STR && b->kind == HIR_TYPE_STR);
}

// --- of a generic type, or of a constructor of types ---------------------------------------------------------------------------

static Env *open_env(Checker *checker, const GenericParams *params) {
    Env *env = arena_new(checker->arena, Env);
    for (uint32_t i = 0; i < params->len; i++)
        vec_push(
            checker->arena, &env->bindings,
            ((Binding){ .name = params->data[i].name, .is_contract = params->data[i].is_contract })
        );
    return env;
}

static bool is_constructor(const AstType *owner, const HirType *type) {
    if (owner->kind == AST_TYPE_OPTIONAL) return type->kind == HIR_TYPE_OPTION;
    return owner->kind == AST_TYPE_SLICE && hir_type_is_indexed(type);
}

static bool fits_constructor(
    Checker *checker, Decl *method, const GenericParams *params, Env *env, const HirType *type
) {
    const AstType *owner = method->item->fn.owner;
    if (!is_constructor(owner, type)) return false;
    const AstType *part = owner->kind == AST_TYPE_OPTIONAL ? owner->optional : owner->pointer.elem;
    unify(checker, method->module, params, env, part, type->elem);
    Env *outer_env = env;
    const Env *outer = checker->env;
    checker->env = outer_env;
    // Parts that are no parameters are types of their own: `u8[].sum`.
    bool named = part->kind == AST_TYPE_NAME && part->name.args.len == 0 &&
                 part->name.path.names.len == 1 &&
                 find_binding(checker, part->name.path.names.data[0].name);
    bool fits = named || resolve_type(checker, method->module, part) == type->elem;
    checker->env = outer;
    return fits;
}

static bool fits_generic(
    Checker *checker, Decl *method, const Decl *of, const HirType *type, Env *env
) {
    Decl *generic = owner_generic(checker, method);
    if (!generic) { // of a type without parameters
        const AstType *owner = method->item->fn.owner;
        return owner->kind != AST_TYPE_OPTIONAL && owner->kind != AST_TYPE_SLICE &&
               is_same_owner(resolve_type(checker, method->module, owner), type);
    }
    const AstType *end = method->item->fn.owner;
    bool is_end = type->kind == HIR_TYPE_ENDPOINT;
    if (!of || of->generic != generic || is_end != (end->kind == AST_TYPE_ENDPOINT)) return false;
    if (is_end && end->endpoint.is_exporter != (type->side == HIR_EXP)) return false;
    for (uint32_t i = 0; i < of->env->bindings.len && i < env->bindings.len; i++) {
        Name name = env->bindings.data[i].name;
        env->bindings.data[i] = of->env->bindings.data[i];
        env->bindings.data[i].name = name;
    }
    return true;
}

static Method match(Checker *checker, Decl *method, const Decl *of, const HirType *type) {
    if (method->kind == DECL_FN) {
        complete_decl(checker, method);
        bool same = method->fn->owner && is_same_owner(method->fn->owner, type);
        return (Method){ .decl = same ? method : NULL };
    }
    if (method->kind != DECL_GENERIC) return (Method){ 0 };
    GenericParams params = params_of(checker, method);
    Env *env = open_env(checker, &params);
    const HirType *self = checker->self;
    Decl *user = begin_user(checker, method);
    checker->self = type;
    bool fits = fits_constructor(checker, method, &params, env, type) ||
                fits_generic(checker, method, of, type, env);
    checker->self = self;
    checker->user = user;
    return fits ? (Method){ method, env } : (Method){ 0 };
}

// --- of an interface -----------------------------------------------------------------------------------------------------------

static Decl *function_of(const Decl *interface, Name name) {
    const Decl *declared = interface->generic ? interface->generic : interface;
    vec_each(Decl *, it, &declared->fns) {
        if ((*it)->name == name) return *it;
    }
    return NULL;
}

static Method from_interface(
    Checker *checker, const HirType *type, const Decl *interface, Name name
) {
    Decl *fn = function_of(interface, name);
    if (!fn || (!fn->item->fn.body && type->kind != HIR_TYPE_PARAM)) return (Method){ 0 };
    return (Method){ fn, interface_env(checker, fn, type, interface) };
}

// What an interface does for the types that conform to it.
static Method by_default(Checker *checker, const HirType *type, Name name) {
    const DeclList *list = interfaces_of(checker, type);
    for (uint32_t i = 0; i < list->len; i++) {
        Method found = from_interface(checker, type, list->data[i], name);
        if (found.decl) return found;
    }
    if (type->kind == HIR_TYPE_PARAM || decl_of_type(checker, type)) return (Method){ 0 };
    if (!hir_type_is_lent(type)) return (Method){ 0 }; // a borrow, which an interface cannot borrow
    vec_each(Decl *, it, &checker->interfaces) {       // a built-in type states nothing
        if ((*it)->kind != DECL_INTERFACE) continue;
        Method found = from_interface(checker, type, *it, name);
        if (found.decl && conforms(checker, type, *it)) return found;
    }
    return (Method){ 0 };
}

Decl *find_open_method(Checker *checker, Decl *generic, Name name) {
    uint64_t found;
    if (!map_get(checker->methods, name, &found)) return NULL;
    vec_each(Decl *, it, (const DeclList *)(uintptr_t)found) {
        if ((*it)->kind == DECL_GENERIC && (*it)->item->fn.owner &&
            owner_generic(checker, *it) == generic)
            return *it;
    }
    return NULL;
}

Method find_method(Checker *checker, const HirType *owner, Name name) {
    uint64_t found;
    const Decl *type = owner->kind == HIR_TYPE_ENDPOINT ? decl_of_contract(checker, owner->contract)
                                                        : decl_of_type(checker, owner);
    bool any = owner->kind != HIR_TYPE_PARAM && map_get(checker->methods, name, &found);
    const DeclList *list = any ? (const DeclList *)(uintptr_t)found : NULL;
    for (uint32_t i = 0; list && i < list->len; i++) {
        if (type && list->data[i]->module != type->module) continue;
        Method method = match(checker, list->data[i], type, owner);
        if (method.decl) return method;
    }
    return by_default(checker, owner, name);
}

// What an interface asks for is as public as the interface.
bool fulfils_interface(Checker *checker, const Decl *method, Module *from) {
    const HirType *owner = method->fn->owner;
    const DeclList *list = owner ? interfaces_of(checker, owner) : NULL;
    for (uint32_t i = 0; list && i < list->len; i++)
        if (function_of(list->data[i], method->item->name.name) &&
            (list->data[i]->is_pub || list->data[i]->module == from))
            return true;
    return owner && !decl_of_type(checker, owner) &&
           module_may_declare(checker, method->module, method->item->name.name);
}

// --- each once -------------------------------------------------------------------------------------------------------------------

static bool same_constructor(const Decl *a, const Decl *b) {
    const AstType *x = a->item->fn.owner, *y = b->item->fn.owner;
    bool both = a->kind == DECL_GENERIC && b->kind == DECL_GENERIC && x->kind == y->kind;
    if (!both) return false;
    if (x->kind == AST_TYPE_OPTIONAL || x->kind == AST_TYPE_SLICE) return true;
    const AstType *left = named_owner(x), *right = named_owner(y);
    if (x->kind == AST_TYPE_ENDPOINT && x->endpoint.is_exporter != y->endpoint.is_exporter)
        return false;
    return left && right && a->module == b->module &&
           vec_last(&left->name.path.names)->name == vec_last(&right->name.path.names)->name;
}

static bool same_function(const Decl *a, const Decl *b) {
    if (a->kind == DECL_FN && b->kind == DECL_FN)
        return a->fn->owner && b->fn->owner && !is_error(a->fn->owner) &&
               is_same_owner(a->fn->owner, b->fn->owner);
    return same_constructor(a, b);
}

// A type has one function of a name.
void check_methods(Checker *checker) {
    for (uint32_t i = 0; i < map_len(checker->methods); i++) {
        uint64_t name, found;
        map_at(checker->methods, i, &name, &found);
        const DeclList *list = (const DeclList *)(uintptr_t)found;
        for (uint32_t k = 1; k < list->len; k++)
            for (uint32_t j = 0; j < k; j++) {
                if (!same_function(list->data[j], list->data[k])) continue;
                diag_report(
                    checker->diags, list->data[k]->item->name.span, E_DUPLICATE,
                    text_of(checker, (Name)name)
                );
                diag_note(checker->diags, list->data[j]->item->name.span, "first declared here");
                break;
            }
    }
}
