// Interfaces: what a type says it can do, and what a parameter may rely on.
//
// A struct or enum states its interfaces, a parameter is promised them, and both have the interfaces that those rest on as
// well. A built-in type conforms where the functions are declared for it. A generic type conforms for those arguments that
// meet what its functions ask of them. `plain` and `sendable` are bounds that follow from structure.

#include "check__.h"

#include <string.h>

enum { DEEPEST_QUESTION = 64 };

static const char *word_of(const Checker *checker, const AstType *bound) {
    bool plain = bound->kind == AST_TYPE_NAME && bound->name.path.names.len == 1;
    return plain ? text_of(checker, bound->name.path.names.data[0].name) : "";
}

static bool is_structural(const Checker *checker, const AstType *bound) {
    const char *word = word_of(checker, bound);
    return strcmp(word, "plain") == 0 || strcmp(word, "sendable") == 0;
}

bool module_may_declare(Checker *checker, const Module *module, Name name) {
    (void)checker;
    vec_each(AstItem *, item, &module->ast->items) {
        if ((*item)->kind != AST_ITEM_INTERFACE) continue;
        vec_each(AstItem *, fn, &(*item)->interface.fns) {
            if ((*fn)->name.name == name) return true;
        }
    }
    return false;
}

// --- which interfaces ------------------------------------------------------------------------------------------------------

// The interface that a bound names, for what its words stand for; NULL: none, which is reported.
static Decl *interface_of(Checker *checker, Module *module, const Env *env, const AstType *bound) {
    if (bound->kind != AST_TYPE_NAME) {
        if (bound->kind != AST_TYPE_ERROR)
            diag_report(checker->diags, bound->span, E_NOT_AN_INTERFACE, "this type");
        return NULL;
    }
    Decl *decl = find_path(checker, module, &bound->name.path);
    if (!decl || decl->kind == DECL_REFUSED) return NULL;
    bool generic = decl->kind == DECL_GENERIC && decl->item->kind == AST_ITEM_INTERFACE;
    if (decl->kind != DECL_INTERFACE && !generic) {
        diag_report(checker->diags, bound->span, E_NOT_AN_INTERFACE, text_of(checker, decl->name));
        return NULL;
    }
    if (!generic && bound->name.args.len == 0) return decl;
    if (!generic) {
        diag_report(
            checker->diags, bound->span, E_TYPE_ARGUMENTS, text_of(checker, decl->name), 0u,
            bound->name.args.len
        );
        return NULL;
    }
    const Env *outer = checker->env;
    checker->env = env;
    Env *args = env_by_args(checker, module, decl, &bound->name.args, bound->span);
    Decl *instance = args ? instantiate(checker, decl, args, bound->span) : NULL;
    checker->env = outer;
    return instance;
}

static bool contains(const DeclList *list, const Decl *decl) {
    for (uint32_t i = 0; i < list->len; i++)
        if (list->data[i] == decl) return true;
    return false;
}

static void add_interface(Checker *checker, Decl *interface, DeclList *out);

static void add_bounds(
    Checker *checker, Module *module, const Env *env, const AstTypes *bounds, DeclList *out
) {
    for (uint32_t i = 0; bounds && i < bounds->len; i++) {
        if (is_structural(checker, bounds->data[i])) continue;
        Decl *interface = interface_of(checker, module, env, bounds->data[i]);
        if (interface) add_interface(checker, interface, out);
    }
}

// It and what it rests on; one that rests on itself is met once.
static void add_interface(Checker *checker, Decl *interface, DeclList *out) {
    enum { MOST_INTERFACES = 256 };
    if (contains(out, interface) || out->len >= MOST_INTERFACES) return;
    vec_push(checker->arena, out, interface);
    add_bounds(checker, interface->module, interface->env, &interface->item->interface.bases, out);
}

// The first word behind the colon of an enum may be what stands for it.
static AstTypes stated(const Decl *decl) {
    if (decl->item->kind == AST_ITEM_STRUCT) return decl->item->structure.conforms;
    AstTypes bases = decl->item->enumeration.bases;
    if (bases.len > 0 && bases.data[0]->kind != AST_TYPE_NAME) {
        bases.data++;
        bases.len--;
    }
    return bases;
}

const DeclList *interfaces_of(Checker *checker, const HirType *type) {
    uint64_t found;
    if (map_get(checker->met, (uintptr_t)type, &found)) return (const DeclList *)(uintptr_t)found;
    DeclList *list = arena_new(checker->arena, DeclList);
    map_put(checker->met, (uintptr_t)type, (uintptr_t)list);
    if (type->kind == HIR_TYPE_PARAM) {
        const Bounds *bounds = type->param->bounds;
        if (bounds->self) add_interface(checker, bounds->self, list);
        vec_each(BoundList, it, &bounds->lists)
            add_bounds(checker, it->module, it->env, it->list, list);
        return list;
    }
    const Decl *decl = decl_of_type(checker, type);
    if (!decl) return list;
    AstTypes bounds = stated(decl);
    add_bounds(checker, decl->module, decl->env, &bounds, list);
    return list;
}

Decl *conformance_to(Checker *checker, const HirType *type, const Decl *interface) {
    const DeclList *list = interfaces_of(checker, type);
    for (uint32_t i = 0; i < list->len; i++)
        if (list->data[i] == interface || list->data[i]->generic == interface) return list->data[i];
    return NULL;
}

// Does an interface, or what it rests on, say that its types are `plain`, or `sendable`?
static bool interface_says(const Checker *checker, const Decl *interface, const char *word) {
    vec_each(AstType *, it, &interface->item->interface.bases) {
        if (strcmp(word_of(checker, *it), word) == 0) return true;
    }
    return false;
}

bool promises(Checker *checker, const HirType *param, const char *word) {
    const DeclList *list = interfaces_of(checker, param);
    for (uint32_t i = 0; i < list->len; i++)
        if (interface_says(checker, list->data[i], word)) return true;
    return false;
}

// --- what an interface's function is for a type ----------------------------------------------------------------------------

// `interface`: as it is used. The function's own parameters are not known yet.
Env *interface_env(Checker *checker, const Decl *fn, const HirType *self, const Decl *interface) {
    Env *env = arena_new(checker->arena, Env);
    vec_push(
        checker->arena, &env->bindings, ((Binding){ .name = checker->self_name, .type = self })
    );
    for (uint32_t i = 0; interface->env && i < interface->env->bindings.len; i++)
        vec_push(checker->arena, &env->bindings, interface->env->bindings.data[i]);
    vec_each(AstGeneric, it, &fn->item->fn.generics)
        vec_push(checker->arena, &env->bindings, ((Binding){ .name = it->name.name }));
    return env;
}

static Decl *declared(Decl *interface) {
    return interface->generic ? interface->generic : interface;
}

static bool same_from(const HirSig *a, const HirSig *b) {
    if (a->from.len != b->from.len) return false;
    for (uint32_t i = 0; i < a->from.len; i++)
        if (a->from.data[i].param != b->from.data[i].param ||
            a->from.data[i].deep != b->from.data[i].deep)
            return false;
    return true;
}

// Where the interface borrows a text or an array, a function of all texts or slices takes it as such.
static bool same_param(Checker *checker, const HirType *self, const HirType *a, const HirType *b) {
    if (a == b) return true;
    return a->kind == HIR_TYPE_PTR && a->elem == self && a->mode != HIR_OWN &&
           b == view_type(checker, self, a->mode);
}

static bool same_sig(
    Checker *checker, const HirType *self, const HirSig *wanted, const HirSig *found
) {
    if (wanted->params.len != found->params.len || wanted->result != found->result ||
        !same_from(wanted, found))
        return false;
    for (uint32_t i = 0; i < wanted->params.len; i++)
        if (!same_param(checker, self, wanted->params.data[i], found->params.data[i]) ||
            wanted->promises.data[i] != found->promises.data[i])
            return false;
    return true;
}

// --- does a type have them? --------------------------------------------------------------------------------------------------

typedef struct Fulfilment {
    bool holds;
    const Decl *found; // that does not; NULL: there is none
} Fulfilment;

// The parameters that both functions declare themselves stand for the same unknown types, of which the interface's bounds
// are known: the function may ask for no more.
static bool pair_params(Checker *checker, Decl *wanted, Env *wanted_env, Decl *found, Env *env) {
    GenericParams params = params_of(checker, wanted);
    VEC(uint32_t) open = { 0 };
    for (uint32_t i = 0; env && i < env->bindings.len; i++)
        if (!env->bindings.data[i].type) vec_push(checker->arena, &open, i);
    uint32_t own = wanted->item->fn.generics.len;
    if (open.len != own || (own > 0 && found->kind != DECL_GENERIC)) return false;
    for (uint32_t i = 0; i < own; i++) {
        uint32_t row = params.len - own + i;
        Binding *binding = &wanted_env->bindings.data[row];
        Name name = env->bindings.data[open.data[i]].name;
        binding->is_value = params.data[row].is_value;
        binding->value = 1;
        if (binding->is_value)
            binding->symbol = new_symbol(checker, text_of(checker, params.data[row].name));
        binding->type = binding->is_value
                            ? resolve_type(checker, wanted->module, params.data[row].value_type)
                            : opaque_type(checker, wanted, &params.data[row], wanted_env);
        env->bindings.data[open.data[i]] = *binding;
        env->bindings.data[open.data[i]].name = name;
    }
    return true;
}

static Fulfilment fulfilment(
    Checker *checker, const HirType *self, const Decl *interface, Decl *wanted, Method found
) {
    if (!found.decl) return (Fulfilment){ .holds = false };
    if (found.decl == wanted)
        return (Fulfilment){ .holds = true }; // what the interface does itself
    Fulfilment not_so = { .found = found.decl };
    Env *env = interface_env(checker, wanted, self, interface);
    if (!pair_params(checker, wanted, env, found.decl, found.env)) return not_so;
    Span span = wanted->item->name.span;
    if (found.env && !bounds_hold(checker, found.decl, found.env)) return not_so;
    Decl *a = instantiate(checker, wanted, env, span),
         *b = found.env ? instantiate(checker, found.decl, found.env, span) : found.decl;
    if (!a || !b) return (Fulfilment){ .holds = true }; // reported
    complete_decl(checker, b);
    bool holds =
        a->fn->broken || b->fn->broken || same_sig(checker, self, &a->fn->sig, &b->fn->sig);
    return (Fulfilment){ .holds = holds, .found = found.decl };
}

// A built-in type states nothing: it has the functions, or it has not.
static bool has_functions(Checker *checker, const HirType *type, Decl *interface) {
    DeclList all = { 0 };
    add_interface(checker, interface, &all);
    vec_each(Decl *, it, &all) {
        if (interface_says(checker, *it, "plain") && !hir_type_is_plain(type)) return false;
        if (interface_says(checker, *it, "sendable") && !hir_type_is_sendable(type)) return false;
        vec_each(Decl *, wanted, &declared(*it)->fns) {
            if ((*wanted)->item->fn.body) continue;
            Method found = find_method(checker, type, (*wanted)->name);
            if (!fulfilment(checker, type, *it, *wanted, found).holds) return false;
        }
    }
    return true;
}

// What the functions of a generic type ask of its arguments.
static bool functions_hold(Checker *checker, const HirType *type, Decl *interface) {
    DeclList all = { 0 };
    add_interface(checker, interface, &all);
    vec_each(Decl *, it, &all)
        vec_each(Decl *, wanted, &declared(*it)->fns) {
            Method found = find_method(checker, type, (*wanted)->name);
            if (found.decl && found.env && found.decl != *wanted &&
                !bounds_hold(checker, found.decl, found.env))
                return false;
        }
    return true;
}

bool conforms(Checker *checker, const HirType *type, Decl *interface) {
    if (type->kind == HIR_TYPE_PARAM) return contains(interfaces_of(checker, type), interface);
    if (checker->asking >= DEEPEST_QUESTION) return false;
    checker->asking++;
    const Decl *decl = decl_of_type(checker, type);
    bool met = !decl ? has_functions(checker, type, interface)
                     : contains(interfaces_of(checker, type), interface) &&
                           (!decl->generic || functions_hold(checker, type, interface));
    checker->asking--;
    return met;
}

// --- bounds --------------------------------------------------------------------------------------------------------------------

static bool meets_bound(
    Checker *checker, Module *module, const Env *env, const AstType *bound, const HirType *type
) {
    if (is_structural(checker, bound))
        return word_of(checker, bound)[0] == 'p' ? hir_type_is_plain(type)
                                                 : hir_type_is_sendable(type);
    Decl *interface = interface_of(checker, module, env, bound);
    if (!interface) return true; // which is reported
    return hir_type_is_lent(type) && conforms(checker, type, interface);
}

static const char *bound_text(
    Checker *checker, Module *module, const Env *env, const AstType *bound
) {
    if (is_structural(checker, bound)) return word_of(checker, bound);
    const Decl *interface = interface_of(checker, module, env, bound);
    return interface ? text_of(checker, interface->name) : "?";
}

static void report_bound(
    Checker *checker, const BoundList *list, const AstType *bound, const HirType *type, Span span
) {
    diag_report(
        checker->diags, span, E_BOUND, type_text(checker, type),
        bound_text(checker, list->module, list->env, bound)
    );
    diag_note(checker->diags, bound->span, "demanded here");
    if (is_structural(checker, bound)) return;
    Decl *interface = interface_of(checker, list->module, list->env, bound);
    const Decl *decl = decl_of_type(checker, type);
    if (interface && decl && contains(interfaces_of(checker, type), interface))
        diag_help(checker->diags, "it is for some arguments only: its functions say for which");
}

// The first bound that an argument does not meet; `report`: all of them.
static bool ask(Checker *checker, Decl *generic, const Env *env, Span span, bool report) {
    GenericParams params = params_of(checker, generic);
    bool good = true;
    for (uint32_t i = 0; i < params.len && i < env->bindings.len; i++) {
        const GenericParam *param = &params.data[i];
        const HirType *type = env->bindings.data[i].type;
        if (param->is_value || !type || param->is_contract) continue;
        if (generic->item->kind == AST_ITEM_CONTRACT && !hir_type_is_sendable(type)) {
            if (report)
                diag_report(
                    checker->diags, span, E_NOT_SENDABLE, type_text(checker, type),
                    "the contract's messages would carry it"
                );
            good = false;
        }
        BoundList lists[] = {
            { generic->module, param->bounds ? bounds_env(checker, generic, param, env) : env,
             param->bounds },
            { generic->module, env, param->more },
        };
        if (param->is_owners) lists[0].module = owner_generic(checker, generic)->module;
        for (int k = 0; k < 2; k++)
            for (uint32_t j = 0; lists[k].list && j < lists[k].list->len && (good || report); j++) {
                const AstType *bound = lists[k].list->data[j];
                if (meets_bound(checker, lists[k].module, lists[k].env, bound, type)) continue;
                if (report) report_bound(checker, &lists[k], bound, type, span);
                good = false;
            }
    }
    return good;
}

bool check_bounds(Checker *checker, Decl *generic, const Env *env, Span span) {
    return ask(checker, generic, env, span, true);
}

bool bounds_hold(Checker *checker, Decl *generic, const Env *env) {
    return ask(checker, generic, env, (Span){ 0 }, false);
}

// --- what is stated --------------------------------------------------------------------------------------------------------------

// The type whose functions are asked: for a generic one, that of the function's own definition, with all that it asks of
// the arguments.
static const HirType *self_for(const Method *found, const HirType *type) {
    const Decl *definition = found->decl ? found->decl->definition : NULL;
    return definition && definition->fn->owner && !found->decl->interface ? definition->fn->owner
                                                                          : type;
}

static void check_stated(Checker *checker, const HirType *type, Decl *interface, Span span) {
    vec_each(Decl *, wanted, &declared(interface)->fns) {
        Method found = find_method(checker, type, (*wanted)->name);
        const HirType *self = self_for(&found, type);
        const Decl *as = interface;
        if (self != type && !is_error(self)) {
            found = find_method(checker, self, (*wanted)->name);
            as = conformance_to(checker, self, declared(interface));
        }
        if (is_error(self) || !as) continue;
        Fulfilment it = fulfilment(checker, self, as, *wanted, found);
        if (it.holds) continue;
        diag_report(
            checker->diags, span, E_CONFORMANCE, type_text(checker, type),
            text_of(checker, interface->name), text_of(checker, (*wanted)->name)
        );
        diag_note(checker->diags, (*wanted)->item->name.span, "this is what it asks for");
        if (it.found)
            diag_note(checker->diags, it.found->item->name.span, "declared otherwise here");
        const AstFn *asked = &(*wanted)->item->fn;
        if (it.found && asked->from.len > 0 && it.found->item->fn.from.len == 0)
            diag_help(
                checker->diags, "where its result comes from is part of it: `from %s%s`",
                asked->from.data[0].deep ? "*" : "",
                text_of(checker, asked->from.data[0].path.data[0].name)
            );
        return;
    }
}

static Span span_of_stated(Checker *checker, const Decl *decl, const Decl *interface) {
    AstTypes list = stated(decl);
    for (uint32_t i = 0; i < list.len; i++) {
        DeclList one = { 0 };
        AstTypes single = { .data = &list.data[i], .len = 1, .cap = 1 };
        add_bounds(checker, decl->module, decl->env, &single, &one);
        if (contains(&one, interface)) return list.data[i]->span;
    }
    return decl->item->name.span;
}

static void check_structural(Checker *checker, const Decl *decl, const HirType *type) {
    AstTypes list = stated(decl);
    const DeclList *all = interfaces_of(checker, type);
    for (uint32_t i = 0; i < all->len; i++) {
        bool plain = interface_says(checker, all->data[i], "plain"),
             sendable = interface_says(checker, all->data[i], "sendable");
        if ((!plain || hir_type_is_plain(type)) && (!sendable || hir_type_is_sendable(type)))
            continue;
        diag_report(
            checker->diags, span_of_stated(checker, decl, all->data[i]), E_BOUND,
            type_text(checker, type), plain && !hir_type_is_plain(type) ? "plain" : "sendable"
        );
        diag_note(checker->diags, all->data[i]->item->name.span, "demanded here");
    }
    for (uint32_t i = 0; i < list.len; i++) {
        if (!is_structural(checker, list.data[i])) continue;
        if (!meets_bound(checker, decl->module, decl->env, list.data[i], type))
            diag_report(
                checker->diags, list.data[i]->span, E_BOUND, type_text(checker, type),
                word_of(checker, list.data[i])
            );
    }
}

// Of two instances of one interface a type can be only one: its functions have one name.
static bool is_only(Checker *checker, const DeclList *list, uint32_t row, Span span) {
    for (uint32_t i = 0; i < row; i++) {
        if (!list->data[row]->generic || list->data[i]->generic != list->data[row]->generic)
            continue;
        diag_report(
            checker->diags, span, E_INTERFACE_TWICE, text_of(checker, list->data[i]->name),
            text_of(checker, list->data[row]->name)
        );
        return false;
    }
    return true;
}

void check_conformances(Checker *checker) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        Decl *decl = checker->decls.data[i];
        if ((decl->kind != DECL_STRUCT && decl->kind != DECL_ENUM) ||
            (decl->generic && !decl->is_definition))
            continue;
        const HirType *type = decl_type(checker, decl);
        const DeclList *list = interfaces_of(checker, type);
        check_structural(checker, decl, type);
        for (uint32_t k = 0; k < list->len; k++) {
            Span span = span_of_stated(checker, decl, list->data[k]);
            if (is_only(checker, list, k, span)) check_stated(checker, type, list->data[k], span);
        }
    }
}
