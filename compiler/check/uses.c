// What the program names: which declaration names which other of its module, and by which import a name was found.
//
// Something is reached if what is there for its own sake leads to it: what is public, sips, systems and tests, and what an
// interface may ask for. Names are noted where they are found, for `Checker.user`; where nobody has said who that is, the
// program as a whole is taken to name them, so that what is not known here is never called unused.

#include "check__.h"

Decl *begin_user(Checker *checker, const Decl *decl) {
    Decl *before = checker->user;
    checker->user = decl->generic ? decl->generic : (Decl *)(uintptr_t)decl;
    return before;
}

static bool is_there_for_itself(const Decl *decl) {
    return decl->is_pub || decl->kind == DECL_SIP || decl->kind == DECL_TEST ||
           decl->kind == DECL_SYSTEM;
}

// Of one user the same few are named again and again.
static bool is_noted(const Decl *user, const Decl *decl) {
    enum { LAST = 8 };
    for (uint32_t i = user->uses.len; i > 0 && i + LAST > user->uses.len; i--)
        if (user->uses.data[i - 1] == decl) return true;
    return false;
}

void mark_used(Checker *checker, Decl *decl) {
    Decl *user = checker->user;
    if (decl->generic) decl = decl->generic;
    if (decl->is_named || decl->is_pub || decl == user) return;
    if (!user)
        decl->is_named = true;
    else if (!is_noted(user, decl))
        vec_push(checker->arena, &user->uses, decl);
}

void mark_import(Checker *checker, Import *import) {
    Decl *user = checker->user;
    if (!user)
        import->used = true;
    else if (user->finds.len == 0 || *vec_last(&user->finds) != import)
        vec_push(checker->arena, &user->finds, import);
}

bool hands_on(const Module *module, const Module *other) {
    if (module == other) return true;
    vec_each(Module *, it, &module->exports) {
        if (hands_on(*it, other)) return true;
    }
    return false;
}

void mark_method(Checker *checker, Module *from, Decl *decl) {
    mark_used(checker, decl->interface ? decl->interface : decl);
    vec_each(Import, import, &from->imports)
        if (hands_on(import->module, decl->module)) mark_import(checker, import);
}

// --- all that is reached -----------------------------------------------------------------------------------------------------

// Functions of these names are called by those who know the interface only.
static Map *asked_names(Checker *checker) {
    Map *names = map_new(checker->arena);
    vec_each(Decl *, interface, &checker->interfaces) {
        vec_each(Decl *, fn, &(*interface)->fns)
            map_put(names, (*fn)->name, true);
    }
    return names;
}

static bool is_asked_for(const Decl *decl, const Map *names) {
    uint64_t found;
    return decl->item->kind == AST_ITEM_FN && decl->item->fn.owner &&
           map_get(names, decl->item->name.name, &found);
}

// An interface lets its module declare its functions for built-in types.
static void reach_permits(Checker *checker) {
    vec_each(Decl *, it, &checker->interfaces) {
        vec_each(AstItem *, item, &(*it)->module->ast->items) {
            const AstType *owner = (*item)->kind == AST_ITEM_FN ? (*item)->fn.owner : NULL;
            if (!owner || owner->kind == AST_TYPE_NAME) continue;
            vec_each(Decl *, fn, &(*it)->fns)
                (*it)->is_reached = (*it)->is_reached || (*fn)->name == (*item)->name.name;
        }
    }
}

// By which imports anything was found.
static void settle_imports(Checker *checker) {
    vec_each(Module *, module, &checker->modules) {
        vec_each(Import, import, &(*module)->imports)
            import->is_found = import->used;
    }
    vec_each(Decl *, decl, &checker->decls) {
        vec_each(Import *, import, &(*decl)->finds)
            (*import)->is_found = true;
    }
}

void find_reached(Checker *checker) {
    settle_imports(checker);
    DeclList work = { 0 };
    Map *names = asked_names(checker);
    vec_each(Decl *, decl, &checker->decls)
        (*decl)->is_reached = false;
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        Decl *decl = checker->decls.data[i];
        if (decl->generic || !decl->item) continue;
        decl->is_reached = decl->is_named || is_there_for_itself(decl) ||
                           is_asked_for(decl, names) || attribute(checker, decl->item, "unused");
    }
    reach_permits(checker);
    vec_each(Decl *, decl, &checker->decls)
        if ((*decl)->is_reached) vec_push(checker->arena, &work, *decl);
    while (work.len > 0) {
        const Decl *user = vec_pop(&work);
        for (uint32_t i = 0; i < user->uses.len; i++) {
            Decl *used = user->uses.data[i];
            if (used->is_reached) continue;
            used->is_reached = true;
            vec_push(checker->arena, &work, used);
        }
    }
}
