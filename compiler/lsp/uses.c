// What names mean, for a whole look.
// Takes HIR, which says what each expression means, and the syntax, which says where in it the name stands; leaves a sorted
// list. What HIR does not have any more, types and what is in contracts above all, is looked up by its name as the checker
// does: in the module, then in what it imports.

#include "uses.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

typedef struct UsesIndex {
    Map *items;            // Name -> the only AstItem of that name, or SEVERAL
    Map *modules;          // Name -> FrontUnit
    Map *imports;          // files that a unit imports
    const FrontUnit *unit; // which; NULL: none yet
} UsesIndex;

enum { SEVERAL = 1 };

typedef struct Finder {
    const FrontResult *result;
    Arena *arena;
    Uses *uses;
    const FrontUnit *unit; // that is looked at
    Map *nodes;            // of some kinds: file, start and end -> SyntaxNode
    const HirExpr *moving; // the place whose value moves
    FileId only;           // names of others are not wanted; 0: all are
    Map *items;            // that `unit` sees: Name -> AstItem, 0 for none
    const FrontUnit *seen; // of whom that is known
} Finder;

// --- find ----------------------------------------------------------------------------------------------------------------

const FrontUnit *lsp__unit(const FrontResult *result, FileId file) {
    vec_each(const FrontUnit, unit, &result->units) {
        if (unit->file == file) return unit;
    }
    return NULL;
}

static const FrontUnit *unit_of(const FrontResult *result, Name module) {
    vec_each(const FrontUnit, unit, &result->units) {
        if (unit->module == module) return unit;
    }
    return NULL;
}

static Name path_name(const FrontResult *result, const AstPath *path) {
    Buf text = { 0 };
    for (uint32_t i = 0; i < path->names.len; i++)
        buf_printf(
            &text, "%s%s", i ? "." : "", names_text(result->names, path->names.data[i].name)
        );
    Name name = names_add(result->names, (const char *)text.data, text.len);
    buf_free(&text);
    return name;
}

// `depth`: of modules that hand on what others declare.
static const AstItem *item_in(
    const FrontResult *result, const FrontUnit *unit, Name name, bool only_pub, uint32_t depth
) {
    vec_each(AstItem *const, item, &unit->ast->items) {
        bool is_method = (*item)->kind == AST_ITEM_FN && (*item)->fn.owner;
        if ((*item)->name.name == name && !is_method && (!only_pub || (*item)->is_pub))
            return *item;
    }
    vec_each(AstItem *const, item, &unit->ast->items) {
        if ((*item)->kind != AST_ITEM_IMPORT || (only_pub && !(*item)->is_pub) || depth == 0)
            continue;
        const FrontUnit *other = unit_of(result, path_name(result, &(*item)->import));
        const AstItem *found =
            other && other != unit ? item_in(result, other, name, true, depth - 1) : NULL;
        if (found) return found;
    }
    return NULL;
}

const AstItem *lsp__item(const FrontResult *result, const FrontUnit *unit, Name name) {
    return name ? item_in(result, unit, name, false, 8) : NULL;
}

const FrontUnit *lsp__import(const FrontResult *result, const FrontUnit *unit, Str last) {
    vec_each(AstItem *const, item, &unit->ast->items) {
        if ((*item)->kind != AST_ITEM_IMPORT || (*item)->import.names.len == 0) continue;
        Name word = vec_last(&(*item)->import.names)->name;
        if (!str_eq_c(last, names_text(result->names, word))) continue;
        return unit_of(result, path_name(result, &(*item)->import));
    }
    return NULL;
}

UseKind lsp__kind_of_item(const AstItem *item) {
    switch (item->kind) {
    case AST_ITEM_CONST: return USE_CONST;
    case AST_ITEM_CONTRACT: return USE_CONTRACT;
    case AST_ITEM_FN: return item->fn.owner ? USE_METHOD : USE_FN;
    case AST_ITEM_SIP: return USE_SIP;
    case AST_ITEM_SYSTEM: return USE_SYSTEM;
    case AST_ITEM_STRUCT:
    case AST_ITEM_ENUM:
    case AST_ITEM_FLAGS:
    case AST_ITEM_INTERFACE:
    case AST_ITEM_ERROR:
    case AST_ITEM_IMPORT:
    case AST_ITEM_TEST:
    case AST_ITEM_PACKAGE: return USE_TYPE;
    }
    return USE_TYPE;
}

const SyntaxNode *lsp__declaring(const SyntaxNode *root, uint32_t name) {
    const SyntaxNode *found = NULL;
    for (const SyntaxNode *node = root; node;) {
        const SyntaxNode *inner = NULL;
        syntax_each(child, node) {
            bool names = (child->field == FIELD_NAME || child->field == FIELD_IMPORTER ||
                          child->field == FIELD_EXPORTER) &&
                         child->start == name;
            if (names) found = node;
            if (child->start <= name && name < child->end) inner = child;
        }
        node = inner;
    }
    return found;
}

const HirFn *lsp__fn_at(const FrontResult *result, FileId file, uint32_t offset) {
    const HirFn *found = NULL;
    if (!result->program) return NULL;
    vec_each(HirFn *const, it, &result->program->fns) {
        const HirFn *fn = *it;
        if (!fn->body || fn->body->span.file != file) continue;
        bool inside = fn->body->span.start <= offset && offset <= fn->body->span.end;
        if (inside && (!found || fn->body->span.start >= found->body->span.start)) found = fn;
    }
    return found;
}

// --- add -----------------------------------------------------------------------------------------------------------------

const char *lsp__state_text(const FrontResult *result, const CheckFact *fact) {
    if (fact->state == CHECK_CLOSED) return "closed";
    if (!fact->type || fact->state >= fact->type->contract->states.len) return NULL;
    return names_text(result->names, fact->type->contract->states.data[fact->state].name);
}

static void add(Finder *finder, Span at, Span target, UseKind kind, const HirType *type) {
    if (!at.file || !target.file || at.start >= at.end) return;
    if (finder->only && at.file != finder->only) return;
    vec_push(
        finder->arena, &finder->uses->list,
        ((Use){ .at = at, .target = target, .kind = (uint8_t)kind, .type = type })
    );
}

static Str text_in(const Finder *finder, Span span) {
    Str text = source_text(finder->result->map, span.file);
    if (span.end > text.len || span.start > span.end) return (Str){ 0 };
    return (Str){ text.ptr + span.start, span.end - span.start };
}

// The name, if it ends what stands in the span; else a span of no file.
static Span ending(const Finder *finder, Span span, Name name) {
    const char *word = names_text(finder->result->names, name);
    size_t length = strlen(word);
    if (!span.file || !length) return (Span){ 0 };
    Str text = text_in(finder, span);
    bool ends = text.len >= length && memcmp(text.ptr + text.len - length, word, length) == 0 &&
                (text.len == length || !char_is_word(text.ptr[text.len - length - 1]));
    if (!ends) return (Span){ 0 };
    return (Span){ span.file, span.end - (uint32_t)length, span.end };
}

static const SyntaxNode *node_of(const Finder *finder, Span span) {
    uint64_t found;
    uint64_t key = ((uint64_t)span.file << 58) ^ ((uint64_t)span.start << 29) ^ span.end;
    return map_get(finder->nodes, key, &found) ? (const SyntaxNode *)(uintptr_t)found : NULL;
}

static Span span_of(FileId file, const SyntaxNode *node) {
    return node ? (Span){ file, node->start, node->end } : (Span){ 0 };
}

// What stands before the arguments of a call, without arguments for its own parameters.
static Span callee(const Finder *finder, Span call) {
    const SyntaxNode *node = node_of(finder, call);
    if (node && node->kind == SYNTAX_RECEIVE_STATEMENT) node = syntax_child(node, FIELD_MESSAGE);
    if (!node) return (Span){ 0 };
    const SyntaxNode *function =
        syntax_child(node, node->kind == SYNTAX_CONSTRUCTOR_PATTERN ? FIELD_NAME : FIELD_FUNCTION);
    if (function && function->kind == SYNTAX_INSTANCE_EXPRESSION)
        function = syntax_child(function, FIELD_FUNCTION);
    return span_of(call.file, function);
}

// --- expressions -----------------------------------------------------------------------------------------------------------

static void use_local(
    Finder *finder, Span span, const HirLocal *local, const HirType *type, bool moved
) {
    if (!local || !local->name || local->capture) return;
    Span at = ending(finder, span, local->name);
    uint32_t before = finder->uses->list.len;
    if (at.start != span.start) return;
    add(finder, at, local->span, local->is_param ? USE_PARAM : USE_LOCAL, type);
    if (finder->uses->list.len > before) vec_last(&finder->uses->list)->is_moved = moved;
}

static void use_fields(Finder *finder, const HirExpr *expr) {
    const SyntaxNode *node = node_of(finder, expr->span);
    const HirStruct *structure = expr->type->structure;
    const SyntaxNode *list =
        node && node->kind == SYNTAX_INIT_EXPRESSION ? syntax_child(node, FIELD_VALUE) : node;
    if (!list || list->kind != SYNTAX_INIT_LIST || !structure) return;
    syntax_each(item, list) {
        const SyntaxNode *name =
            item->kind == SYNTAX_FIELD_INITIALIZER ? syntax_child(item, FIELD_NAME) : NULL;
        if (!name) continue;
        Span at = span_of(expr->span.file, name);
        vec_each(HirField, field, &structure->fields) {
            if (str_eq_c(text_in(finder, at), names_text(finder->result->names, field->name)))
                add(finder, at, field->span, USE_FIELD, field->type);
        }
    }
}

static void use_variant(Finder *finder, const HirExpr *expr) {
    const HirEnum *of = expr->type->kind == HIR_TYPE_ENUM ? expr->type->enumeration : NULL;
    if (!of) return;
    for (uint32_t i = 0; i < of->variants.len; i++) {
        const HirVariant *variant = &of->variants.data[i];
        bool is_it = expr->kind == HIR_VARIANT ? expr->row == i : variant->value == expr->bits;
        if (!is_it) continue;
        Span at = ending(finder, expr->span, variant->name);
        if (!at.file) at = ending(finder, callee(finder, expr->span), variant->name);
        add(finder, at, variant->span, USE_VARIANT, expr->type);
    }
}

static void use_fn(Finder *finder, Span name, const HirFn *fn) {
    if (!fn || fn->around) return;
    Span at = ending(finder, name, fn->name);
    add(finder, at, fn->span, fn->owner ? USE_METHOD : USE_FN, NULL);
}

static void see_expr(void *context, const HirExpr *expr) {
    Finder *finder = context;
    if (!expr->span.file) return;
    switch ((int)expr->kind) {
    case HIR_MOVE: finder->moving = expr->base; break;
    case HIR_LOCAL:
        use_local(finder, expr->span, expr->local, expr->type, expr == finder->moving);
        break;
    case HIR_CONSTANT:
        add(finder, ending(finder, expr->span, expr->constant->name), expr->constant->span,
            USE_CONST, expr->type);
        break;
    case HIR_FIELD:
        if (expr->base->type->kind == HIR_TYPE_STRUCT &&
            expr->row < expr->base->type->structure->fields.len) {
            const HirField *field = &expr->base->type->structure->fields.data[expr->row];
            add(finder, ending(finder, expr->span, field->name), field->span, USE_FIELD,
                field->type);
        }
        break;
    case HIR_CALL: use_fn(finder, callee(finder, expr->span), expr->fn); break;
    case HIR_FN_REF: use_fn(finder, expr->span, expr->fn); break;
    case HIR_LITERAL:
    case HIR_VARIANT: use_variant(finder, expr); break;
    case HIR_STRUCT_LIT: use_fields(finder, expr); break;
    default: break;
    }
}

static void use_message(Finder *finder, Span span, const HirType *end, uint32_t message) {
    if (end->kind == HIR_TYPE_PTR) end = end->elem;
    if (!end->contract || message >= end->contract->messages.len) return;
    const HirMessage *of = &end->contract->messages.data[message];
    add(finder, ending(finder, span, of->name), of->span, USE_MESSAGE, NULL);
}

static void see_pattern(Finder *finder, const HirPattern *pattern) {
    if (!pattern) return;
    const HirEnum *of =
        pattern->type && pattern->type->kind == HIR_TYPE_ENUM ? pattern->type->enumeration : NULL;
    if (pattern->kind == HIR_PATTERN_VARIANT && of && pattern->row < of->variants.len) {
        const HirVariant *variant = &of->variants.data[pattern->row];
        Span at = ending(finder, pattern->span, variant->name);
        if (!at.file) at = ending(finder, callee(finder, pattern->span), variant->name);
        add(finder, at, variant->span, USE_VARIANT, pattern->type);
    }
    if (pattern->kind == HIR_PATTERN_VALUE && pattern->value) see_expr(finder, pattern->value);
    vec_each(HirPattern *, part, &pattern->args)
        see_pattern(finder, *part);
}

static void see_receive(Finder *finder, const HirStmt *stmt) {
    vec_each(const HirReceiveArm, arm, &stmt->receives) {
        vec_each(const HirHead, head, &arm->heads) {
            if (!head->closed)
                use_message(finder, callee(finder, head->span), head->from->type, head->message);
        }
    }
}

static void see_stmt(void *context, const HirStmt *stmt) {
    Finder *finder = context;
    if (stmt->kind == HIR_STMT_SEND && stmt->place) {
        const SyntaxNode *node = node_of(finder, stmt->span);
        const SyntaxNode *call = node ? syntax_child(node, FIELD_CALL) : NULL;
        const SyntaxNode *function = call ? syntax_child(call, FIELD_FUNCTION) : NULL;
        use_message(finder, span_of(stmt->span.file, function), stmt->place->type, stmt->message);
    }
    if (stmt->kind == HIR_STMT_RECEIVE) see_receive(finder, stmt);
    if (stmt->kind != HIR_STMT_SWITCH) return;
    vec_each(const HirArm, arm, &stmt->arms) {
        vec_each(HirPattern *const, pattern, &arm->patterns)
            see_pattern(finder, *pattern);
    }
}

// --- by the syntax alone -----------------------------------------------------------------------------------------------------

static void use_item(Finder *finder, Span at, const AstItem *item) {
    if (item) add(finder, at, item->name.span, lsp__kind_of_item(item), NULL);
}

static UsesIndex *make_index(Arena *arena, const FrontResult *result) {
    UsesIndex *index = arena_new(arena, UsesIndex);
    *index = (UsesIndex){ .items = map_new(arena), .modules = map_new(arena) };
    vec_each(const FrontUnit, unit, &result->units) {
        map_put(index->modules, unit->module, (uintptr_t)unit);
        vec_each(AstItem *const, item, &unit->ast->items) {
            uint64_t known;
            Name name = (*item)->name.name;
            if (!name || ((*item)->kind == AST_ITEM_FN && (*item)->fn.owner)) continue;
            bool several = map_get(index->items, name, &known);
            map_put(index->items, name, several ? SEVERAL : (uintptr_t)*item);
        }
    }
    return index;
}

static bool imports(Finder *finder, const FrontUnit *unit, FileId file) {
    UsesIndex *index = finder->uses->index;
    uint64_t found;
    if (index->unit != unit) {
        index->imports = map_new(finder->arena);
        index->unit = unit;
        vec_each(AstItem *const, item, &unit->ast->items) {
            if ((*item)->kind != AST_ITEM_IMPORT) continue;
            Name module = path_name(finder->result, &(*item)->import);
            if (map_get(index->modules, module, &found))
                map_put(index->imports, ((const FrontUnit *)(uintptr_t)found)->file, true);
        }
    }
    return map_get(index->imports, file, &found);
}

// Of most names there is none, or one, and that is seen by its module's import.
static const AstItem *item_at(Finder *finder, Span at, const FrontUnit *unit) {
    Str text = text_in(finder, at);
    uint64_t known = 0;
    if (!unit || !text.len) return NULL;
    if (finder->seen != unit) finder->items = map_new(finder->arena);
    finder->seen = unit;
    Name name = names_add(finder->result->names, text.ptr, text.len);
    if (!map_get(finder->uses->index->items, name, &known)) return NULL;
    const AstItem *only = known == SEVERAL ? NULL : (const AstItem *)(uintptr_t)known;
    if (only && (only->name.span.file == unit->file ||
                 (only->is_pub && imports(finder, unit, only->name.span.file))))
        return only;
    if (map_get(finder->items, name, &known)) return (const AstItem *)(uintptr_t)known;
    const AstItem *found = lsp__item(finder->result, unit, name);
    map_put(finder->items, name, (uintptr_t)found);
    return found;
}

static bool is_name(const SyntaxNode *node) {
    return node->kind == SYNTAX_IDENTIFIER || node->kind == SYNTAX_TYPE_IDENTIFIER;
}

static const HirContract *contract_of(const FrontResult *result, const AstItem *item) {
    if (!item || !result->program) return NULL;
    vec_each(HirContract *const, contract, &result->program->contracts) {
        const Span *span = &(*contract)->span;
        if (span->file == item->name.span.file && span->start == item->name.span.start)
            return *contract;
    }
    return NULL;
}

static void use_state(Finder *finder, const HirContract *contract, Span at) {
    if (!contract) return;
    vec_each(const HirState, state, &contract->states) {
        if (!state->is_implicit &&
            str_eq_c(text_in(finder, at), names_text(finder->result->names, state->name)))
            add(finder, at, state->span, USE_STATE, NULL);
    }
}

static void use_step(Finder *finder, const HirContract *contract, Span at) {
    if (!contract) return;
    vec_each(const HirMessage, message, &contract->messages) {
        if (str_eq_c(text_in(finder, at), names_text(finder->result->names, message->name)))
            add(finder, at, message->span, USE_MESSAGE, NULL);
    }
}

// The contract that an endpoint's type names, in a module or not.
static const HirContract *named_contract(Finder *finder, const SyntaxNode *node) {
    const SyntaxNode *name = syntax_child(node, FIELD_CONTRACT);
    while (name && name->kind == SYNTAX_GENERIC_TYPE)
        name = syntax_child(name, FIELD_NAME);
    if (name && name->kind == SYNTAX_PATH) {
        const SyntaxNode *scope = syntax_child(name, FIELD_SCOPE),
                         *last = syntax_child(name, FIELD_NAME);
        const FrontUnit *unit = scope ? lsp__import(
                                            finder->result, finder->unit,
                                            text_in(finder, span_of(finder->unit->file, scope))
                                        )
                                      : NULL;
        return contract_of(
            finder->result, last ? item_at(finder, span_of(finder->unit->file, last), unit) : NULL
        );
    }
    return contract_of(
        finder->result,
        name ? item_at(finder, span_of(finder->unit->file, name), finder->unit) : NULL
    );
}

static void see_states(Finder *finder, const SyntaxNode *node, FileId file) {
    const HirContract *contract = named_contract(finder, node);
    static const SyntaxField fields[] = { FIELD_STATE, FIELD_TO };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const SyntaxNode *path = syntax_child(node, fields[i]);
        if (path && path->size > 1) use_state(finder, contract, span_of(file, path + 1));
    }
}

// `a.b`: what `a` is decides where `b` is looked for.
static void see_path(Finder *finder, const SyntaxNode *node, FileId file) {
    const SyntaxNode *scope = syntax_child(node, FIELD_SCOPE),
                     *name = syntax_child(node, FIELD_NAME);
    if (!scope || !name) return;
    Span scope_at = span_of(file, scope), at = span_of(file, name);
    const FrontUnit *module = lsp__import(finder->result, finder->unit, text_in(finder, scope_at));
    if (module) {
        add(finder, scope_at, (Span){ module->file, 0, 0 }, USE_MODULE, NULL);
        use_item(finder, at, item_at(finder, at, module));
        return;
    }
    const AstItem *item = is_name(scope) ? item_at(finder, scope_at, finder->unit) : NULL;
    if (!item || (item->kind != AST_ITEM_ENUM && item->kind != AST_ITEM_FLAGS)) return;
    vec_each(const AstVariant, variant, &item->enumeration.variants) {
        if (str_eq_c(text_in(finder, at), names_text(finder->result->names, variant->name.name)))
            add(finder, at, variant->name.span, USE_VARIANT, NULL);
    }
}

// A name is looked up in the module where no local can be meant, or where HIR has said nothing: that comes first in the
// list, and of two uses at one place the first stays.
static bool may_be_item(const SyntaxNode *parent, const SyntaxNode *name) {
    if (name->kind == SYNTAX_TYPE_IDENTIFIER) return true;
    switch ((int)name->field) {
    case FIELD_OWNER:
    case FIELD_SCOPE:
    case FIELD_CONTRACT:
    case FIELD_FUNCTION: return true;
    case FIELD_TYPE: return parent->kind == SYNTAX_INIT_EXPRESSION;
    case FIELD_NAME: return parent->kind == SYNTAX_GENERIC_TYPE;
    default: break;
    }
    return (
        name->field != FIELD_NAME && name->field != FIELD_LABEL && name->field != FIELD_IMPORTER &&
        name->field != FIELD_EXPORTER && name->field != FIELD_MESSAGE &&
        name->field != FIELD_STATE && parent->kind != SYNTAX_MODULE_PATH &&
        parent->kind != SYNTAX_STATE_PATH
    );
}

static void see_import(Finder *finder, const SyntaxNode *node, FileId file) {
    const SyntaxNode *path = syntax_child(node, FIELD_NAME), *last = NULL;
    if (!path) return;
    syntax_each(word, path) last = word;
    const FrontUnit *module =
        last ? lsp__import(finder->result, finder->unit, text_in(finder, span_of(file, last)))
             : NULL;
    if (module) add(finder, span_of(file, path), (Span){ module->file, 0, 0 }, USE_MODULE, NULL);
}

static void see_instance(Finder *finder, const SyntaxNode *node, FileId file) {
    const SyntaxNode *program = syntax_child(node, FIELD_PROGRAM), *last = NULL;
    if (!program) return;
    syntax_each(word, program) last = word;
    if (last)
        use_item(finder, span_of(file, last), item_at(finder, span_of(file, last), finder->unit));
}

static void see_node(
    Finder *finder, const SyntaxNode *node, FileId file, const HirContract *contract
);

static void see_children(
    Finder *finder, const SyntaxNode *node, FileId file, const HirContract *contract
) {
    syntax_each(child, node) {
        if (is_name(child) && may_be_item(node, child))
            use_item(
                finder, span_of(file, child), item_at(finder, span_of(file, child), finder->unit)
            );
        see_node(finder, child, file, contract);
    }
}

static void see_node(
    Finder *finder, const SyntaxNode *node, FileId file, const HirContract *contract
) {
    const SyntaxNode *name = NULL;
    switch ((int)node->kind) {
    case SYNTAX_PATH: see_path(finder, node, file); break;
    case SYNTAX_ENDPOINT_TYPE:
    case SYNTAX_CHANNEL_STATEMENT: see_states(finder, node, file); break;
    case SYNTAX_IMPORT_DECLARATION: see_import(finder, node, file); break;
    case SYNTAX_INSTANCE: see_instance(finder, node, file); break;
    case SYNTAX_CONTRACT_ITEM:
        name = syntax_child(node, FIELD_NAME);
        contract = contract_of(
            finder->result, name ? item_at(finder, span_of(file, name), finder->unit) : NULL
        );
        break;
    case SYNTAX_STEP:
        name = syntax_child(node, FIELD_MESSAGE);
        if (name) use_step(finder, contract, span_of(file, name));
        break;
    case SYNTAX_TARGET: use_state(finder, contract, span_of(file, node)); break;
    default: break;
    }
    see_children(finder, node, file, contract);
}

// --- declarations ------------------------------------------------------------------------------------------------------------

static void declare(Finder *finder, Span at, UseKind kind, const HirType *type) {
    add(finder, at, at, kind, type);
}

static void see_items(Finder *finder, const FrontUnit *unit) {
    vec_each(AstItem *const, it, &unit->ast->items) {
        const AstItem *item = *it;
        if (item->name.name) declare(finder, item->name.span, lsp__kind_of_item(item), NULL);
        if (item->kind == AST_ITEM_ENUM || item->kind == AST_ITEM_FLAGS) {
            vec_each(const AstVariant, variant, &item->enumeration.variants)
                declare(finder, variant->name.span, USE_VARIANT, NULL);
        }
        if (item->kind == AST_ITEM_CONTRACT) {
            vec_each(const AstMessage, message, &item->contract.messages)
                declare(finder, message->name.span, USE_MESSAGE, NULL);
            vec_each(const AstState, state, &item->contract.states)
                declare(finder, state->name.span, USE_STATE, NULL);
        }
    }
}

static void see_fn(Finder *finder, const HirFn *fn, const HirWalk *walk) {
    vec_each(HirLocal *const, local, &fn->locals) {
        if ((*local)->name && !(*local)->capture &&
            ending(finder, (*local)->span, (*local)->name).start == (*local)->span.start)
            declare(
                finder, (*local)->span, (*local)->is_param ? USE_PARAM : USE_LOCAL, (*local)->type
            );
    }
    if (fn->body) hir_walk_stmt(walk, fn->body);
}

static bool is_wanted(const Finder *finder, FileId file) {
    return !finder->only || file == finder->only;
}

static void see_program(Finder *finder, const HirProgram *program) {
    HirWalk walk = { finder, see_expr, see_stmt };
    vec_each(HirFn *const, fn, &program->fns) {
        bool made = !(*fn)->span.file; // by the checker, wherever it was needed
        if (made || is_wanted(finder, (*fn)->span.file)) see_fn(finder, *fn, &walk);
    }
    vec_each(HirConst *const, constant, &program->consts) {
        if ((*constant)->value && is_wanted(finder, (*constant)->span.file))
            hir_walk_expr(&walk, (*constant)->value);
    }
    vec_each(HirStruct *const, structure, &program->structs) {
        if (!is_wanted(finder, (*structure)->span.file)) continue;
        vec_each(const HirField, field, &(*structure)->fields) {
            if ((*structure)->span.file) declare(finder, field->span, USE_FIELD, field->type);
            if (field->value) hir_walk_expr(&walk, field->value);
        }
    }
}

// --- the list ----------------------------------------------------------------------------------------------------------------

static void note_nodes(Finder *finder, const FrontUnit *unit, const SyntaxNode *root) {
    for (const SyntaxNode *node = root; node < root + root->size; node++) {
        switch ((int)node->kind) {
        case SYNTAX_CALL_EXPRESSION:
        case SYNTAX_SEND_STATEMENT:
        case SYNTAX_RECEIVE_STATEMENT:
        case SYNTAX_CONSTRUCTOR_PATTERN:
        case SYNTAX_INIT_EXPRESSION:
        case SYNTAX_INIT_LIST:
            map_put(
                finder->nodes,
                ((uint64_t)unit->file << 58) ^ ((uint64_t)node->start << 29) ^ node->end,
                (uintptr_t)node
            );
            break;
        default: break;
        }
    }
}

static int by_place(const void *a, const void *b) {
    const Use *x = a, *y = b;
    if (x->at.file != y->at.file) return x->at.file < y->at.file ? -1 : 1;
    if (x->at.start != y->at.start) return x->at.start < y->at.start ? -1 : 1;
    if (x->at.end != y->at.end) return x->at.end < y->at.end ? -1 : 1;
    return 0;
}

static int by_place_and_order(const void *a, const void *b) {
    int place = by_place(a, b);
    const Use *x = a, *y = b;
    return place ? place : x->order < y->order ? -1 : x->order > y->order;
}

// Stable: of uses at one place the first that was found stays.
static void sort(Uses *uses) {
    for (uint32_t i = 0; i < uses->list.len; i++)
        uses->list.data[i].order = i;
    if (uses->list.len)
        qsort(uses->list.data, uses->list.len, sizeof *uses->list.data, by_place_and_order);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < uses->list.len; i++) {
        if (kept && by_place(&uses->list.data[kept - 1], &uses->list.data[i]) == 0) continue;
        uses->list.data[kept++] = uses->list.data[i];
    }
    uses->list.len = kept;
}

Uses *lsp__uses_in(Arena *arena, const FrontResult *result, FileId only) {
    Uses *uses = arena_new(arena, Uses);
    if (result->error[0]) return uses;
    uses->index = make_index(arena, result);
    Finder finder = { .result = result, .arena = arena, .uses = uses, .only = only };
    finder.nodes = map_new(arena);
    vec_each(const FrontUnit, unit, &result->units) {
        if (is_wanted(&finder, unit->file)) note_nodes(&finder, unit, unit->syntax->root);
    }
    if (result->program) see_program(&finder, result->program);
    vec_each(const FrontUnit, unit, &result->units) {
        if (!is_wanted(&finder, unit->file)) continue;
        finder.unit = unit;
        see_items(&finder, unit);
        see_node(&finder, unit->syntax->root, unit->file, NULL);
    }
    sort(uses);
    return uses;
}

const Uses *lsp__uses(Server *server, Document *document) {
    lsp__look(server, document);
    Look *look = document->look;
    if (!look->uses) look->uses = lsp__uses_in(&look->uses_in, look->result, 1);
    return look->uses;
}

const Uses *lsp__all_uses(Server *server, Document *document) {
    lsp__look(server, document);
    Look *look = document->look;
    if (!look->all_uses) look->all_uses = lsp__uses_in(&look->uses_in, look->result, 0);
    return look->all_uses;
}

// --- one body anew -------------------------------------------------------------------------------------------------------------

// In the item that begins at `start`, as they are now. Declarations of its name, and of what stands before its body, are
// found as well.
static void find_in_item(Finder *finder, uint32_t start, uint32_t end) {
    const FrontUnit *unit = &finder->result->units.data[0];
    const HirWalk walk = { finder, see_expr, see_stmt };
    finder->unit = unit;
    const SyntaxNode *item = syntax_child_at(unit->syntax->root, start);
    if (!item) return;
    note_nodes(finder, unit, item);
    vec_each(HirFn *const, fn, &finder->result->program->fns) {
        const Span *body = (*fn)->body ? &(*fn)->body->span : NULL;
        if (body && body->file == unit->file && body->start >= start && body->end <= end)
            see_fn(finder, *fn, &walk);
    }
    vec_each(HirConst *const, constant, &finder->result->program->consts) {
        const Span *at = &(*constant)->span;
        bool inside = at->file == unit->file && at->start >= start && at->end <= end;
        if (inside && (*constant)->value) hir_walk_expr(&walk, (*constant)->value);
    }
    vec_each(AstItem *const, ast, &unit->ast->items) {
        bool named = (*ast)->span.start == start && (*ast)->name.name;
        if (named) declare(finder, (*ast)->name.span, lsp__kind_of_item(*ast), NULL);
    }
    see_node(finder, item, unit->file, NULL);
}

void lsp__uses_again(Look *look, uint32_t start, uint32_t end) {
    look->all_uses = NULL;
    if (!look->uses) return;
    Uses *uses = look->uses;
    Arena scratch;
    arena_init(&scratch);
    uses->index->unit = NULL; // what it imports is kept in the arena of the last one
    Uses found = { .index = uses->index };
    Finder finder = { .result = look->result, .arena = &scratch, .uses = &found, .only = 1 };
    finder.nodes = map_new(&scratch);
    find_in_item(&finder, start, end);
    sort(&found);
    uint32_t first = 0;
    while (first < uses->list.len && uses->list.data[first].at.start < start)
        first++;
    uint32_t last = first;
    while (last < uses->list.len && uses->list.data[last].at.start <= end)
        last++;
    uint32_t behind = uses->list.len - last, count = first + found.list.len + behind;
    vec_reserve(&look->uses_in, &uses->list, count);
    memmove(
        uses->list.data + first + found.list.len, uses->list.data + last,
        behind * sizeof *uses->list.data
    );
    if (found.list.len)
        memcpy(uses->list.data + first, found.list.data, found.list.len * sizeof *uses->list.data);
    uses->list.len = count;
    arena_free(&scratch);
}

// --- asked -----------------------------------------------------------------------------------------------------------------------

const Use *lsp__use_at(const Uses *uses, FileId file, uint32_t offset) {
    uint32_t low = 0, high = uses->list.len;
    while (low < high) { // the first that ends at the place or behind it
        uint32_t middle = (low + high) / 2;
        const Use *use = &uses->list.data[middle];
        if (use->at.file < file || (use->at.file == file && use->at.end < offset))
            low = middle + 1;
        else
            high = middle;
    }
    const Use *found = NULL;
    for (uint32_t i = low; i < uses->list.len && i < low + 3; i++) {
        const Use *use = &uses->list.data[i];
        // Of two that touch, the one that begins here.
        if (use->at.file == file && use->at.start <= offset && offset <= use->at.end) found = use;
    }
    return found;
}

const Use *lsp__use_of(Server *server, json_t *params, Document **document) {
    *document = lsp__document_of(server, params);
    json_t *position = json_object_get(params, "position");
    if (!*document || !position) return NULL;
    const Uses *uses = lsp__uses(server, *document);
    return lsp__use_at(uses, 1, lsp__look_offset(server, *document, position));
}
