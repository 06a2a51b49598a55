// Names: each module's own, and the public ones of what it imports. A type's functions are entered apart, since
// they are found by the type of what stands before the dot.

#include "check__.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

const char *text_of(const Checker *checker, Name name) {
    return names_text(checker->names, name);
}

Name check_path_name(Names *names, const AstPath *path) {
    Buf text = { 0 };
    for (uint32_t i = 0; i < path->names.len; i++)
        buf_printf(&text, "%s%s", i ? "." : "", names_text(names, path->names.data[i].name));
    Name name = names_add(names, (const char *)text.data, text.len);
    buf_free(&text);
    return name;
}

// --- entering ---------------------------------------------------------------------------------------------------------

static bool has_owner_params(const AstFn *fn) {
    const AstType *owner = named_owner(fn->owner);
    return owner && owner->name.args.len > 0;
}

static DeclKind kind_of(const AstItem *item) {
    switch (item->kind) {
    case AST_ITEM_STRUCT: return item->structure.generics.len ? DECL_GENERIC : DECL_STRUCT;
    case AST_ITEM_FLAGS: return item->enumeration.generics.len ? DECL_REFUSED : DECL_ENUM;
    case AST_ITEM_ENUM: return item->enumeration.generics.len ? DECL_GENERIC : DECL_ENUM;
    case AST_ITEM_CONTRACT: return item->contract.generics.len ? DECL_GENERIC : DECL_CONTRACT;
    case AST_ITEM_CONST: return DECL_CONST;
    case AST_ITEM_FN:
        return item->fn.generics.len || has_owner_params(&item->fn) ? DECL_GENERIC : DECL_FN;
    case AST_ITEM_INTERFACE: return item->interface.generics.len ? DECL_GENERIC : DECL_INTERFACE;
    case AST_ITEM_SIP: return DECL_SIP;
    case AST_ITEM_TEST: return DECL_TEST;
    case AST_ITEM_SYSTEM: return DECL_SYSTEM;
    default: return DECL_REFUSED;
    }
}

static void refuse_item(Checker *checker, const AstItem *item) {
    Span span = item->name.name ? item->name.span : item->span;
    diag_report(
        checker->diags, span, item->kind == AST_ITEM_PACKAGE ? E_PACKAGE_PLACE : E_FLAGS_PARAMETERS
    );
}

// The HIR of an item, empty but for its name, so that others can refer to it.
void make_hir(Checker *checker, Decl *decl) {
    HirProgram *program = checker->program;
    const AstItem *item = decl->item;
    Name module = decl->module->path;
    Span span = item->name.span;
#define MAKE(field, Type, list)                    \
    decl->field = arena_new(checker->arena, Type); \
    decl->field->name = decl->name;                \
    decl->field->module = module;                  \
    decl->field->span = span;                      \
    vec_push(checker->arena, &program->list, decl->field)
    switch (decl->kind) {
    case DECL_STRUCT:
        MAKE(structure, HirStruct, structs);
        decl->structure->number = program->structs.len - 1;
        decl->structure->is_wire = item->structure.is_wire;
        decl->structure->is_ref = item->structure.is_ref;
        break;
    case DECL_ENUM:
        MAKE(enumeration, HirEnum, enums);
        decl->enumeration->number = program->enums.len - 1;
        break;
    case DECL_CONTRACT:
        MAKE(contract, HirContract, contracts);
        decl->contract->number = program->contracts.len - 1;
        break;
    case DECL_CONST:
        MAKE(constant, HirConst, consts);
        decl->constant->number = program->consts.len - 1;
        break;
    case DECL_FN:
        MAKE(fn, HirFn, fns);
        decl->fn->number = program->fns.len - 1;
        break;
    case DECL_SIP: MAKE(sip, HirSip, sips); break;
    case DECL_TEST: decl->sip = arena_new(checker->arena, HirSip); break;
    case DECL_SYSTEM: MAKE(system, HirSystem, systems); break;
    case DECL_GENERIC:
    case DECL_INTERFACE:
    case DECL_REFUSED: break;
    }
    const void *made = decl->kind == DECL_STRUCT     ? (const void *)decl->structure
                       : decl->kind == DECL_ENUM     ? (const void *)decl->enumeration
                       : decl->kind == DECL_FN       ? (const void *)decl->fn
                       : decl->kind == DECL_CONTRACT ? (const void *)decl->contract
                                                     : NULL;
    if (made) map_put(checker->nominals, (uintptr_t)made, (uintptr_t)decl);
#undef MAKE
}

static void enter_method(Checker *checker, Decl *decl) {
    uint64_t found;
    if (!map_get(checker->methods, decl->name, &found)) {
        found = (uintptr_t)arena_new(checker->arena, DeclList);
        map_put(checker->methods, decl->name, found);
    }
    vec_push(checker->arena, (DeclList *)(uintptr_t)found, decl);
}

// What an interface declares is generic over `Self`, its own parameters and those of the function.
static void enter_interface(Checker *checker, Decl *interface) {
    vec_push(checker->arena, &checker->interfaces, interface);
    vec_each(AstItem *, item, &interface->item->interface.fns) {
        if ((*item)->kind != AST_ITEM_FN || !(*item)->name.name) continue;
        Decl *fn = arena_new(checker->arena, Decl);
        *fn = (Decl){ .kind = DECL_GENERIC,
                      .name = (*item)->name.name,
                      .module = interface->module,
                      .item = *item,
                      .is_pub = true };
        fn->interface = interface;
        vec_each(Decl *, other, &interface->fns) {
            if ((*other)->name != fn->name) continue;
            diag_report(
                checker->diags, (*item)->name.span, E_DUPLICATE, text_of(checker, fn->name)
            );
            diag_note(checker->diags, (*other)->item->name.span, "first declared here");
        }
        vec_push(checker->arena, &interface->fns, fn);
        vec_push(checker->arena, &checker->decls, fn);
    }
}

static void enter_item(Checker *checker, Module *module, const AstItem *item) {
    if (item->kind == AST_ITEM_ERROR || item->kind == AST_ITEM_IMPORT) return;
    Decl *decl = arena_new(checker->arena, Decl);
    *decl = (Decl){ .kind = kind_of(item),
                    .name = item->name.name,
                    .module = module,
                    .item = item,
                    .is_pub = item->is_pub };
    if (decl->kind == DECL_REFUSED) refuse_item(checker, item);
    make_hir(checker, decl);
    vec_push(checker->arena, &checker->decls, decl);
    if (!decl->name) return;
    if (item->kind == AST_ITEM_INTERFACE) enter_interface(checker, decl);
    if (item->kind == AST_ITEM_FN && item->fn.owner) {
        enter_method(checker, decl);
        return;
    }
    uint64_t other;
    if (map_get(module->scope, decl->name, &other)) {
        const Decl *first = (const Decl *)(uintptr_t)other;
        diag_report(checker->diags, item->name.span, E_DUPLICATE, text_of(checker, decl->name));
        diag_note(checker->diags, first->item->name.span, "first declared here");
        return;
    }
    map_put(module->scope, decl->name, (uintptr_t)decl);
}

static Module *module_by_path(const Checker *checker, Name path) {
    vec_each(Module *, it, &checker->modules) {
        if ((*it)->path == path) return *it;
    }
    return NULL;
}

static void enter_imports(Checker *checker, Module *module) {
    vec_each(AstItem *, item, &module->ast->items) {
        if ((*item)->kind != AST_ITEM_IMPORT) continue;
        Module *imported =
            module_by_path(checker, check_path_name(checker->names, &(*item)->import));
        if (!imported || imported == module) continue;
        vec_push(checker->arena, &module->imports, ((Import){ .module = imported, .item = *item }));
        if ((*item)->is_pub) vec_push(checker->arena, &module->exports, imported);
    }
}

void enter_names(Checker *checker, const CheckUnits *units) {
    vec_each(CheckUnit, unit, units) {
        Module *module = arena_new(checker->arena, Module);
        *module = (Module){ .path = unit->path,
                            .ast = unit->ast,
                            .scope = map_new(checker->arena),
                            .is_own = unit->is_own };
        const char *path = text_of(checker, unit->path), *dot = strrchr(path, '.');
        module->last = names_add_c(checker->names, dot ? dot + 1 : path);
        vec_push(checker->arena, &checker->modules, module);
        vec_each(AstItem *, item, &unit->ast->items)
            enter_item(checker, module, *item);
    }
    vec_each(Module *, module, &checker->modules)
        enter_imports(checker, *module);
}

// --- finding ------------------------------------------------------------------------------------------------------------

static Decl *own_decl(const Module *module, Name name) {
    uint64_t found;
    return map_get(module->scope, name, &found) ? (Decl *)(uintptr_t)found : NULL;
}

// What a module shows to those that import it: its own, and what it hands on. Imports have no circles.
static Decl *pub_decl(const Module *module, Name name) {
    Decl *decl = own_decl(module, name);
    if (decl && decl->is_pub) return decl;
    vec_each(Module *, it, &module->exports) {
        decl = pub_decl(*it, name);
        if (decl) return decl;
    }
    return NULL;
}

Decl *find_decl(Checker *checker, Module *module, Name name, Span span) {
    Decl *found = own_decl(module, name);
    if (found) {
        mark_used(checker, found);
        return found;
    }
    vec_each(Import, import, &module->imports) {
        Decl *decl = pub_decl(import->module, name);
        if (!decl) continue;
        mark_import(checker, import);
        if (found && found != decl) {
            diag_report(checker->diags, span, E_AMBIGUOUS, text_of(checker, name));
            diag_note(checker->diags, found->item->name.span, "one is here");
            diag_note(checker->diags, decl->item->name.span, "another is here");
            return found;
        }
        found = decl;
    }
    return found;
}

Module *find_module(Checker *checker, Module *module, Name last) {
    vec_each(Import, import, &module->imports) {
        if (import->module->last != last) continue;
        mark_import(checker, import);
        return import->module;
    }
    return NULL;
}

Decl *find_path(Checker *checker, Module *module, const AstPath *path) {
    const AstName *last = vec_last(&path->names);
    if (path->names.len == 1) {
        Decl *decl = find_decl(checker, module, last->name, last->span);
        if (!decl) report_unknown(checker, NULL, module, last->name, last->span);
        return decl;
    }
    Module *from = find_module(checker, module, path->names.data[path->names.len - 2].name);
    Decl *decl = from ? own_decl(from, last->name) : NULL;
    if (from && !decl) decl = pub_decl(from, last->name);
    if (!from) {
        report_unknown(
            checker, NULL, module, path->names.data[path->names.len - 2].name,
            path->names.data[path->names.len - 2].span
        );
    } else if (!decl) {
        Near near = near_start(text_of(checker, last->name));
        diag_report(checker->diags, last->span, E_UNKNOWN_NAME, near.wanted);
        near_in_module(checker, from, true, &near);
        near_help(checker, &near, last->span);
    } else if (!decl->is_pub) {
        diag_report(
            checker->diags, last->span, E_PRIVATE, text_of(checker, last->name),
            text_of(checker, from->path)
        );
        diag_help(checker->diags, "mark it `pub` where it is declared");
    }
    return decl;
}
