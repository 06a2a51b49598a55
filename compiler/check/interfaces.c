// Interfaces: what a type says it can do, and what a parameter may rely on.
//
// A struct or enum states its interfaces; a built-in type conforms where the interface's own module declares the functions
// for it. `plain` and `sendable` are bounds that follow from structure.

#include "check__.h"

#include <string.h>

static const char *word_of(const Checker *checker, const AstType *bound) {
    bool plain = bound->kind == AST_TYPE_NAME && bound->name.path.names.len == 1;
    return plain ? text_of(checker, bound->name.path.names.data[0].name) : "";
}

static Decl *interface_of(Checker *checker, Module *module, const AstType *bound) {
    if (bound->kind != AST_TYPE_NAME || bound->name.args.len > 0) {
        unsupported(checker, bound->span, "interfaces with parameters");
        return NULL;
    }
    Decl *decl = find_path(checker, module, &bound->name.path);
    if (decl && decl->kind != DECL_INTERFACE) {
        if (decl->kind != DECL_UNSUPPORTED)
            diag_report(
                checker->diags, bound->span, E_NOT_AN_INTERFACE, text_of(checker, decl->name)
            );
        return NULL;
    }
    return decl;
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

// --- what an interface's function is for a type ----------------------------------------------------------------------------

static Decl *for_type(Checker *checker, Decl *interface, const AstItem *item, const HirType *type) {
    Env *env = arena_new(checker->arena, Env);
    vec_push(
        checker->arena, &env->bindings,
        ((Binding){ .name = names_add_c(checker->names, "Self"), .type = type })
    );
    Decl *decl = arena_new(checker->arena, Decl);
    *decl = (Decl){ .kind = DECL_FN,
                    .name = item->name.name,
                    .module = interface->module,
                    .item = item,
                    .is_pub = true };
    decl->env = env;
    decl->is_abstract = true;
    decl->is_opaque = true;
    decl->fn = arena_new(checker->arena, HirFn);
    *decl->fn = (HirFn){ .name = decl->name,
                         .module = interface->module->path,
                         .span = item->name.span,
                         .owner = type };
    complete_decl(checker, decl);
    return decl;
}

Decl *find_abstract(Checker *checker, const HirType *param, Name name) {
    const Bounds *bounds = param->param->bounds;
    for (uint32_t i = 0; i < bounds->list.len; i++) {
        const char *word = word_of(checker, bounds->list.data[i]);
        if (strcmp(word, "plain") == 0 || strcmp(word, "sendable") == 0) continue;
        Decl *interface = interface_of(checker, bounds->module, bounds->list.data[i]);
        for (uint32_t k = 0; interface && k < interface->item->interface.fns.len; k++)
            if (interface->item->interface.fns.data[k]->name.name == name)
                return for_type(checker, interface, interface->item->interface.fns.data[k], param);
    }
    return NULL;
}

// --- does a type conform? ------------------------------------------------------------------------------------------------------

static bool same_sig(const HirSig *a, const HirSig *b) {
    if (a->params.len != b->params.len || a->result != b->result) return false;
    for (uint32_t i = 0; i < a->params.len; i++)
        if (a->params.data[i] != b->params.data[i] || a->promises.data[i] != b->promises.data[i])
            return false;
    return true;
}

static bool has_functions(Checker *checker, Decl *interface, const HirType *type, Span span) {
    vec_each(AstItem *, item, &interface->item->interface.fns) {
        Decl *wanted = for_type(checker, interface, *item, type),
             *found = find_method(checker, type, (*item)->name.name);
        if (wanted->fn->broken || (found && found->fn->broken)) continue;
        if (found && same_sig(&wanted->fn->sig, &found->fn->sig)) continue;
        diag_report(
            checker->diags, span, E_CONFORMANCE, type_text(checker, type),
            text_of(checker, interface->name), text_of(checker, (*item)->name.name)
        );
        diag_note(
            checker->diags, (*item)->name.span, found ? "declared otherwise here" : "declared here"
        );
        return false;
    }
    return true;
}

static const AstTypes *stated(const Decl *decl) {
    if (decl->item->kind == AST_ITEM_STRUCT) return &decl->item->structure.conforms;
    return decl->item->kind == AST_ITEM_ENUM ? &decl->item->enumeration.bases : NULL;
}

static bool states(Checker *checker, const Decl *decl, const Decl *interface) {
    const AstTypes *list = stated(decl);
    for (uint32_t i = 0; list && i < list->len; i++)
        if (list->data[i]->kind == AST_TYPE_NAME &&
            interface_of(checker, decl->module, list->data[i]) == interface)
            return true;
    return false;
}

static bool promised(Checker *checker, const HirType *param, const Decl *interface) {
    const Bounds *bounds = param->param->bounds;
    for (uint32_t i = 0; i < bounds->list.len; i++) {
        const char *word = word_of(checker, bounds->list.data[i]);
        if (strcmp(word, "plain") != 0 && strcmp(word, "sendable") != 0 &&
            interface_of(checker, bounds->module, bounds->list.data[i]) == interface)
            return true;
    }
    return false;
}

bool meets_bound(
    Checker *checker, Module *module, const AstType *bound, const HirType *type, Span span
) {
    const char *word = word_of(checker, bound);
    bool met;
    if (strcmp(word, "plain") == 0 || strcmp(word, "sendable") == 0) {
        met = word[0] == 'p' ? hir_type_is_plain(type) : hir_type_is_sendable(type);
    } else {
        Decl *interface = interface_of(checker, module, bound);
        if (!interface) return false;
        const Decl *decl = decl_of_type(checker, type);
        met = decl                           ? states(checker, decl, interface)
              : type->kind == HIR_TYPE_PARAM ? promised(checker, type, interface)
                                             : has_functions(checker, interface, type, span);
        word = text_of(checker, interface->name);
    }
    if (!met) {
        diag_report(checker->diags, span, E_BOUND, type_text(checker, type), word);
        diag_note(checker->diags, bound->span, "demanded here");
    }
    return met;
}

void check_conformances(Checker *checker) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        Decl *decl = checker->decls.data[i];
        if ((decl->kind != DECL_STRUCT && decl->kind != DECL_ENUM) ||
            (decl->is_opaque && !decl->is_definition))
            continue;
        const AstTypes *list = stated(decl);
        for (uint32_t k = 0; list && k < list->len; k++) {
            if (list->data[k]->kind != AST_TYPE_NAME) continue;
            Decl *interface = interface_of(checker, decl->module, list->data[k]);
            if (interface)
                has_functions(checker, interface, decl_type(checker, decl), list->data[k]->span);
        }
    }
}
