// The whole program: names, then declarations, then what is asked of them together, then bodies, then systems. Each step
// may rely on all before it.

#include "check__.h"

#include <string.h>

static void enter_params(Fn *fn) {
    for (uint32_t i = 0; i < fn->fn->locals.len; i++) {
        HirLocal *param = fn->fn->locals.data[i];
        if (!param->name || param->name == fn->checker->discard) continue;
        if (!map_put(fn->scope->names, param->name, (uintptr_t)param))
            diag_report(
                fn->checker->diags, param->span, E_DUPLICATE, text_of(fn->checker, param->name)
            );
    }
}

static void make_body(
    Checker *checker, Module *module, HirFn *hir, const AstStmt *body, const AstClauses *clauses
) {
    Scope scope;
    Fn fn = { .checker = checker, .module = module, .fn = hir, .result = hir->sig.result };
    const Fn *around = checker->around;
    checker->around = &fn;
    push_scope(&fn, &scope);
    enter_params(&fn);
    hir->body = block_of(&fn, body->span);
    begin_clauses(&fn, clauses);
    if (body->kind == AST_STMT_BLOCK) check_into(&fn, &body->block, hir->body);
    end_clauses(&fn);
    pop_scope(&fn);
    checker->around = around;
}

// What is asked of a body is asked only if nothing before it was wrong: no complaint follows from another.
static void judge_body(Checker *checker, HirFn *hir) {
    uint32_t before = diags_errors(checker->diags);
    if (hir->body && diags_is_silent(checker->diags, hir->body->span))
        return; // what is done there is not known
    check_frame(checker, hir);
    check_packed(checker, hir);
    check_certain(checker, hir);
    check_flow(checker, hir);
    if (diags_errors(checker->diags) > before) return;
    check_ways(checker, hir);
}

static void make_fn_body(Checker *checker, Decl *decl) {
    if (decl->body != STAGE_NEW) return;
    const Env *env = checker->env;
    const HirType *self = checker->self;
    uint32_t from_depth = checker->from_depth, before = diags_errors(checker->diags);
    Decl *user = begin_user(checker, decl), *owner = begin_owner(checker, decl);
    checker->env = decl->env;
    checker->self = self_of(checker, decl);
    checker->from_depth = decl->depth;
    decl->body = STAGE_BUSY;
    begin_traces(decl, decl->fn);
    make_body(checker, decl->module, decl->fn, decl->item->fn.body, &decl->item->fn.clauses);
    decl->body = STAGE_DONE;
    decl->is_body_broken = decl->fn->broken || diags_errors(checker->diags) > before;
    checker->env = env;
    checker->self = self;
    checker->from_depth = from_depth;
    checker->user = user;
    end_owner(checker, owner);
}

// Types first: a constant may be needed to know them. Each is completed but for those that are on their way to this one.
static bool complete_types_early(Checker *checker) {
    Map *seen = map_new(checker->arena);
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        bool is_type = decl->kind == DECL_STRUCT || decl->kind == DECL_ENUM;
        if (is_type && complete_inside(checker, seen, decl_type(checker, decl)) == KNOWN_NEVER)
            return false;
    }
    return true;
}

Body ensure_body(Checker *checker, const HirFn *fn) {
    uint64_t found;
    if (map_get(checker->invariants, (uintptr_t)fn, &found))
        return make_invariants(checker, (Decl *)(uintptr_t)found) ? BODY_READY : BODY_BROKEN;
    if (!map_get(checker->nominals, (uintptr_t)fn, &found))
        return fn->body ? BODY_READY : BODY_NONE; // made by ourselves
    Decl *decl = (Decl *)(uintptr_t)found;
    if (decl->is_abstract || !decl->item->fn.body || decl->is_opaque) return BODY_NONE;
    decl->traces.is_early = true;
    if (fn->broken) return BODY_BROKEN;
    if (decl->body == STAGE_BUSY) return BODY_BUSY;
    if (decl->body == STAGE_NEW && !checker->types_known && !complete_types_early(checker))
        return BODY_EARLY;
    make_fn_body(checker, decl);
    return decl->is_body_broken ? BODY_BROKEN : BODY_READY;
}

static void check_fn_body(Checker *checker, Decl *decl) {
    make_fn_body(checker, decl);
    if (!decl->is_body_broken && !checker->instances_end) judge_body(checker, decl->fn);
}

static void check_main_body(Checker *checker, Decl *decl, const AstStmt *body) {
    uint32_t before = diags_errors(checker->diags);
    HirFn *hir = decl->sip->main;
    begin_traces(decl, hir);
    make_body(checker, decl->module, hir, body, NULL);
    if (!hir->broken && diags_errors(checker->diags) == before) judge_body(checker, hir);
}

void check_decl(Checker *checker, Decl *decl) {
    const AstItem *item = decl->item;
    uint32_t before = diags_errors(checker->diags);
    Decl *owner = begin_owner(checker, decl);
    begin_user(checker, decl);
    checker->env = decl->env;
    checker->self = self_of(checker, decl);
    checker->from_depth = decl->depth;
    checker->in_instance = decl->generic && !decl->is_definition;
    if (decl->kind == DECL_FN && item->fn.body) check_fn_body(checker, decl);
    if (decl->kind == DECL_STRUCT && decl->structure->invariant && make_invariants(checker, decl)) {
        judge_body(checker, decl->structure->invariant);
        judge_body(checker, decl->structure->checked);
    }
    if (decl->kind == DECL_TEST) check_main_body(checker, decl, item->test.body);
    if (decl->kind == DECL_SIP && item->sip.body) check_main_body(checker, decl, item->sip.body);
    name_use(checker, decl, before);
    checker->in_instance = false;
    checker->env = NULL;
    checker->self = NULL;
    checker->from_depth = 0;
    checker->user = NULL;
    end_owner(checker, owner);
}

static bool is_below(const Checker *checker, const char *folder, FileId file) {
    const char *path = source_name(checker->program->map, file);
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

// Of a check that is watched only some bodies may be asked for.
static bool is_wanted(const Checker *checker, const Decl *decl) {
    const CheckWatch *watch = checker->watch;
    if (!watch) return true;
    if (watch->only) {
        Span span = decl->item->span;
        return span.file == watch->file && span.start <= watch->offset && watch->offset <= span.end;
    }
    bool instance = decl->generic && !decl->is_definition;
    if (watch->library && !instance && is_below(checker, watch->library, decl->item->span.file))
        return false;
    return !watch->stop || !watch->stop(watch->stopper);
}

// What is wrong in a definition is said there, and not again of its instances.
void check_bodies(Checker *checker) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        Decl *decl = checker->decls.data[i];
        uint32_t before = diags_errors(checker->diags);
        if (!decl->is_definition || !is_wanted(checker, decl)) continue;
        check_decl(checker, decl);
        decl->generic->is_wrong = diags_errors(checker->diags) > before;
    }
    for (uint32_t i = 0; i < checker->decls.len; i++) { // bodies make instances, which come behind
        Decl *decl = checker->decls.data[i];
        bool wrong = decl->generic && decl->generic->is_wrong;
        if (decl->is_opaque || decl->is_definition || wrong) continue;
        if (is_wanted(checker, decl)) check_decl(checker, decl);
    }
}

static void complete_all(Checker *checker, bool types) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        DeclKind kind = checker->decls.data[i]->kind;
        bool is_type = kind == DECL_STRUCT || kind == DECL_ENUM || kind == DECL_CONTRACT;
        if (is_type == types) complete_decl(checker, checker->decls.data[i]);
    }
}

Checker *check_begin(Arena *arena, Names *names, const SourceMap *map, Diags *diags) {
    Checker *checker = arena_new(arena, Checker);
    HirProgram *program = arena_new(arena, HirProgram);
    *program = (HirProgram
    ){ .arena = arena, .names = names, .types = hir_types_new(arena, names), .map = map };
    *checker = (Checker){
        .arena = arena, .names = names, .diags = diags, .program = program, .types = program->types
    };
    checker->unknown = strmap_new(arena);
    checker->discard = names_add_c(names, "_");
    checker->close = names_add_c(names, "close");
    checker->self_name = names_add_c(names, "Self");
    checker->nominals = map_new(arena);
    checker->invariants = map_new(arena);
    checker->deprecated = map_new(arena);
    checker->optionals = map_new(arena);
    checker->visits = map_new(arena);
    checker->methods = map_new(arena);
    checker->symbols = strmap_new(arena);
    checker->met = map_new(arena);
    checker->tuples = strmap_new(arena);
    return checker;
}

// What depends on bodies, and is asked of all of them together.
void check_together(Checker *checker) {
    const void *owner = diags_owner(checker->diags, checker);
    check_instances(checker);
    check_clauses(checker);
    check_grants(checker);
    check_unused(checker);
    diags_owner(checker->diags, owner);
}

HirProgram *check_all(
    Checker *checker, const CheckUnits *units, const CheckHelp *help, const CheckWatch *watch
) {
    checker->help = help;
    checker->watch = watch;
    enter_names(checker, units);
    check_attributes(checker);
    complete_all(checker, true);
    inherit_all_args(checker);
    check_types(checker);
    check_pending(checker);
    // Every type is finite and knows its parts.
    complete_all(checker, false);
    check_methods(checker);
    check_definitions(checker);
    check_conformances(checker);
    // Every signature and constant is known, and every type does what it states.
    check_bodies(checker);
    if (watch && watch->only) return checker->program;
    check_contracts(checker);
    // Every function is legal, and every state that somebody names is known.
    for (uint32_t i = 0; i < checker->decls.len; i++)
        if (checker->decls.data[i]->kind == DECL_SYSTEM)
            check_system(checker, checker->decls.data[i]);
    check_together(checker);
    return checker->program;
}
