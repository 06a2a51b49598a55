// What a program could do without: locals, parameters, imports and private declarations that nothing uses, values that are
// never read, owners that end where they are given.
//
// Asked last and only of a program that is right, so that nothing here follows from an error or stands in its place. A name
// that begins with `_` is meant to be unused, and so is what is marked `[[unused]]`. What libraries lack is not said.

#include "check__.h"

static bool is_meant(const Checker *checker, Name name) {
    return name == 0 || text_of(checker, name)[0] == '_';
}

static void fix_name(Checker *checker, Span span) {
    Span before = { span.file, span.start, span.start };
    diag_fix(checker->diags, before, "_", "say by a `_` before its name that it is not used");
}

// --- locals ------------------------------------------------------------------------------------------------------------------

typedef struct Uses { // per local: how often it is met, and how often only to be given a value
    const HirFn *fn;
    uint32_t *met, *given;
} Uses;

static void meet_expr(void *context, const HirExpr *expr) {
    Uses *uses = context;
    if (expr->kind == HIR_LOCAL) uses->met[expr->local->number]++;
}

// The local that is changed, or a part of which is, without anything else being looked at; NULL: it is something else.
static const HirLocal *changed(const HirExpr *place) {
    while (place->kind == HIR_FIELD ||
           (place->kind == HIR_INDEX && place->base->type->kind == HIR_TYPE_ARRAY))
        place = place->base;
    return place->kind == HIR_LOCAL ? place->local : NULL;
}

static void meet_stmt(void *context, const HirStmt *stmt) {
    Uses *uses = context;
    bool gives = stmt->kind == HIR_STMT_ASSIGN || stmt->kind == HIR_STMT_UPDATE;
    const HirLocal *local = gives && stmt->place ? changed(stmt->place) : NULL;
    if (local) uses->given[local->number]++;
}

// What the function belongs to: whoever calls it gives it one, whether or not it looks.
static bool is_receiver(const HirFn *fn, const HirLocal *local) {
    if (!fn->owner || local->number > 0) return false;
    const HirType *type = local->type;
    if (type->kind == HIR_TYPE_PTR) type = type->elem;
    return is_same_owner(type, fn->owner) ||
           (type->elem && hir_type_is_indexed(type) && type->elem == fn->owner->elem);
}

// A function that does nothing takes what it is given so that it ends.
static bool is_sink(const HirFn *fn, const HirLocal *local) {
    return local->is_param && fn->body->stmts.len == 0;
}

static bool is_judged(const Checker *checker, const HirFn *fn, const HirLocal *local) {
    if (local->capture != HIR_CAPTURE_NONE || is_meant(checker, local->name) || is_sink(fn, local))
        return false;
    switch (local->type->kind) {
    case HIR_TYPE_ENDPOINT: // whether it may end is asked of its state
    case HIR_TYPE_JOIN:
    case HIR_TYPE_GUARD: return false;
    default:
        return !is_receiver(fn, local) &&
               is_written(checker, local->span, text_of(checker, local->name));
    }
}

static void judge_local(Checker *checker, const Uses *uses, const HirLocal *local) {
    const char *name = text_of(checker, local->name);
    uint32_t met = uses->met[local->number], given = uses->given[local->number];
    if (!local->is_named && met == 0) {
        diag_report(
            checker->diags, local->span, local->is_param ? E_UNUSED_PARAMETER : E_UNUSED_LOCAL, name
        );
        fix_name(checker, local->span);
    } else if (given > 0 && met == given && local->mentions == given) {
        diag_report(checker->diags, local->span, E_NEVER_READ, name);
    }
}

static void judge_fn(Checker *checker, const HirFn *fn) {
    if (!fn->body) return;
    Arena arena;
    arena_init(&arena);
    Uses uses = { fn, arena_array(&arena, uint32_t, fn->locals.len),
                  arena_array(&arena, uint32_t, fn->locals.len) };
    HirWalk walk = { &uses, meet_expr, meet_stmt };
    hir_walk_stmt(&walk, fn->body);
    for (uint32_t i = 0; i < fn->locals.len; i++)
        if (is_judged(checker, fn, fn->locals.data[i]))
            judge_local(checker, &uses, fn->locals.data[i]);
    arena_free(&arena);
    for (uint32_t i = 0; i < fn->closures.len; i++)
        judge_fn(checker, fn->closures.data[i]->fn);
}

// Instances say nothing that their definition has not said.
static void judge_bodies(Checker *checker) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        if (!decl->module->is_own || (decl->generic && !decl->is_definition)) continue;
        if (decl->kind == DECL_FN && decl->item->fn.body) judge_fn(checker, decl->fn);
        if (decl->kind == DECL_SIP || decl->kind == DECL_TEST) judge_fn(checker, decl->sip->main);
    }
}

// --- declarations --------------------------------------------------------------------------------------------------------------

static const char *kind_text(const AstItem *item) {
    switch (item->kind) {
    case AST_ITEM_FN: return "function";
    case AST_ITEM_CONST: return "constant";
    case AST_ITEM_STRUCT: return "struct";
    case AST_ITEM_ENUM: return "enum";
    case AST_ITEM_FLAGS: return "set of flags";
    case AST_ITEM_CONTRACT: return "contract";
    case AST_ITEM_INTERFACE: return "interface";
    default: return NULL;
    }
}

// A module in which nothing is there for its own sake is a beginning, and all of it would be unused.
static bool is_begun(const Checker *checker, const Module *module) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        bool stands = decl->is_pub || decl->kind == DECL_SIP || decl->kind == DECL_TEST ||
                      decl->kind == DECL_SYSTEM;
        if (decl->module == module && !decl->interface && stands) return false;
    }
    return true;
}

// A function of a type that is not used is not mentioned beside it.
static bool belongs_to_unused(const Checker *checker, const Decl *decl) {
    if (decl->item->kind != AST_ITEM_FN || !decl->item->fn.owner) return false;
    const HirFn *fn = decl->kind == DECL_FN ? decl->fn
                      : decl->definition    ? decl->definition->fn
                                            : NULL;
    const Decl *owner = fn && fn->owner ? decl_of_type(checker, fn->owner) : NULL;
    if (owner && owner->generic) owner = owner->generic;
    return owner && !owner->is_reached;
}

static void judge_items(Checker *checker, const Module *module) {
    if (is_begun(checker, module)) return;
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        const char *kind = decl->item ? kind_text(decl->item) : NULL;
        if (decl->module != module || decl->generic || decl->interface || decl->is_reached ||
            !kind || is_meant(checker, decl->name) || belongs_to_unused(checker, decl))
            continue;
        diag_report(
            checker->diags, decl->item->name.span, E_UNUSED_ITEM, kind,
            text_of(checker, decl->item->name.name)
        );
    }
}

static void judge_constants(Checker *checker) {
    for (uint32_t i = 0; i < checker->constants.len; i++) {
        const HirConst *constant = checker->constants.data[i];
        if (constant->is_named || is_meant(checker, constant->name)) continue;
        for (uint32_t m = 0; m < checker->modules.len; m++)
            if (checker->modules.data[m]->path == constant->module &&
                checker->modules.data[m]->is_own) {
                diag_report(
                    checker->diags, constant->span, E_UNUSED_ITEM, "constant",
                    text_of(checker, constant->name)
                );
                fix_name(checker, constant->span);
            }
    }
}

// --- sips --------------------------------------------------------------------------------------------------------------

static bool has_systems(const Module *module) {
    vec_each(AstItem *, item, &module->ast->items) {
        if ((*item)->kind == AST_ITEM_SYSTEM) return true;
    }
    return false;
}

static bool is_started(const Checker *checker, const HirSip *sip) {
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        if (decl->kind != DECL_SYSTEM || !decl->system) continue;
        vec_each(HirInstance, instance, &decl->system->instances)
            if (instance->program == sip) return true;
    }
    return false;
}

// Beside a system a sip that none starts is forgotten; where there is none, others may start it.
static void judge_sips(Checker *checker, const Module *module) {
    if (!has_systems(module)) return;
    for (uint32_t i = 0; i < checker->decls.len; i++) {
        const Decl *decl = checker->decls.data[i];
        if (decl->kind != DECL_SIP || decl->module != module || decl->is_pub ||
            is_meant(checker, decl->name) || attribute(checker, decl->item, "unused") ||
            is_started(checker, decl->sip))
            continue;
        diag_report(
            checker->diags, decl->item->name.span, E_UNUSED_ITEM, "sip",
            text_of(checker, decl->name)
        );
    }
}

// --- imports -------------------------------------------------------------------------------------------------------------------

// Its lines, if nothing else stands there.
static Span whole_lines(const Checker *checker, Span span) {
    Str text = source_text(checker->program->map, span.file);
    Span lines = span;
    while (lines.start > 0 &&
           (text.ptr[lines.start - 1] == ' ' || text.ptr[lines.start - 1] == '\t'))
        lines.start--;
    while (lines.end < text.len && (text.ptr[lines.end] == ' ' || text.ptr[lines.end] == '\t' ||
                                    text.ptr[lines.end] == '\r'))
        lines.end++;
    bool begins = lines.start == 0 || text.ptr[lines.start - 1] == '\n';
    bool ends = lines.end == text.len || text.ptr[lines.end] == '\n';
    if (!begins || !ends) return span;
    lines.end += lines.end < text.len;
    return lines;
}

static bool has_items(const Module *module) {
    vec_each(AstItem *, item, &module->ast->items) {
        if ((*item)->kind != AST_ITEM_IMPORT) return true;
    }
    return false;
}

// What is imported to be handed on is used, and so is a module for its systems where the importer has none.
static void judge_imports(Checker *checker, const Module *module) {
    if (!has_items(module)) return; // it has only been begun
    vec_each(Import, import, &module->imports) {
        bool runs = !has_systems(module) && has_systems(import->module);
        if (import->is_found || import->item->is_pub || runs) continue;
        diag_report(
            checker->diags, import->item->import.span, E_UNUSED_IMPORT,
            text_of(checker, import->module->path)
        );
        diag_fix(checker->diags, whole_lines(checker, import->item->span), "", "leave it out");
    }
}

// --- owners that nobody takes --------------------------------------------------------------------------------------------------

static void judge_dropped(Checker *checker) {
    vec_each(Dropped, dropped, &checker->dropped) {
        const HirType *type = dropped->value->type;
        bool calls = dropped->value->kind == HIR_CALL || dropped->value->kind == HIR_CALL_VALUE ||
                     dropped->value->kind == HIR_BUILTIN;
        if (!dropped->module->is_own || !calls || type->kind == HIR_TYPE_VOID ||
            hir_type_is_opaque(type) || hir_type_is_second_class(type) || !hir_type_is_owner(type))
            continue;
        diag_report(
            checker->diags, dropped->value->span, E_OWNER_DROPPED, type_text(checker, type)
        );
        Span before = { dropped->span.file, dropped->span.start, dropped->span.start };
        diag_fix(checker->diags, before, "_ = ", "say that it is dropped");
    }
}

// --- comparisons that ask nothing ------------------------------------------------------------------------------------------------

static void judge_settled(Checker *checker) {
    vec_each(Settled, it, &checker->settled) {
        if (!it->module->is_own) continue;
        diag_report(
            checker->diags, it->expr->span, E_SETTLED, it->holds ? "always" : "never",
            type_text(checker, it->expr->args.data[0]->type)
        );
        diag_help(
            checker->diags, "%s",
            it->holds ? "counting down, `while (i > 0) { i--; ... }` ends at 0"
                      : "below 0 it would have trapped before"
        );
    }
}

void check_unused(Checker *checker) {
    if (diags_errors(checker->diags) > 0) return;
    find_reached(checker);
    judge_bodies(checker);
    judge_constants(checker);
    judge_dropped(checker);
    judge_settled(checker);
    for (uint32_t i = 0; i < checker->modules.len; i++) {
        if (!checker->modules.data[i]->is_own) continue;
        judge_items(checker, checker->modules.data[i]);
        judge_sips(checker, checker->modules.data[i]);
        judge_imports(checker, checker->modules.data[i]);
    }
}
