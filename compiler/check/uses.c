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

void mark_used(Checker *checker, Decl *decl) {
    Decl *user = checker->user;
    if (decl->generic) decl = decl->generic;
    if (decl->is_reached || decl->is_pub || decl == user) return;
    bool known = user && user->uses.len > 0 && *vec_last(&user->uses) == decl;
    if (!user || is_there_for_itself(user))
        decl->is_reached = true;
    else if (!known)
        vec_push(checker->arena, &user->uses, decl);
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
        import->used = import->used || hands_on(import->module, decl->module);
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

void find_reached(Checker *checker) {
    DeclList work = { 0 };
    Map *names = asked_names(checker);
    reach_permits(checker);
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        Decl *decl = checker->decls.data[i];
        if (decl->generic || !decl->item) continue;
        decl->is_reached = decl->is_reached || is_there_for_itself(decl) ||
                           is_asked_for(decl, names) || attribute(checker, decl->item, "unused");
        if (decl->is_reached) vec_push(checker->arena, &work, decl);
    }
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
