// What belongs to what: the type of a name, who serves a contract or conforms to an interface, who calls whom.

#include "uses.h"

#include <stdlib.h>
#include <string.h>

static bool same_place(Span a, Span b) {
    return a.file == b.file && a.start == b.start;
}

// --- types -------------------------------------------------------------------------------------------------------------------

static Span declared(const HirType *type) {
    while (type && type->elem)
        type = type->elem;
    if (!type) return (Span){ 0 };
    if (type->kind == HIR_TYPE_STRUCT) return type->structure->span;
    if (type->kind == HIR_TYPE_ENUM) return type->enumeration->span;
    if (type->contract) return type->contract->span;
    return (Span){ 0 };
}

static const HirFn *fn_named(const FrontResult *result, Span name) {
    if (!result->program) return NULL;
    vec_each(HirFn *const, fn, &result->program->fns) {
        if (same_place((*fn)->span, name)) return *fn;
    }
    return NULL;
}

json_t *lsp__type_definition(Server *server, json_t *params) {
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    if (!document) return NULL;
    if (!use) return json_array();
    const FrontResult *result = document->look->result;
    const HirFn *fn =
        use->kind == USE_FN || use->kind == USE_METHOD ? fn_named(result, use->target) : NULL;
    Span at = fn ? declared(fn->sig.result) : declared(use->type);
    if (use->kind == USE_TYPE || use->kind == USE_CONTRACT) at = use->target;
    return at.file ? json_pack("[o]", lsp__location(server, result, at)) : json_array();
}

// --- who does it -------------------------------------------------------------------------------------------------------------

typedef struct Target { // a declaration, whichever look is taken at it
    const char *path;
    uint32_t start;
} Target;

static bool is_target(
    const Server *server, const Target *target, const FrontResult *result, Span at
) {
    return at.file && strcmp(target->path, source_name(result->map, at.file)) == 0 &&
           lsp__plain(server, result, at) == target->start;
}

static bool serves(
    const Server *server, const Target *contract, const FrontResult *result, const HirSip *sip
) {
    vec_each(HirLocal *const, local, &sip->main->locals) {
        const HirType *type = (*local)->type;
        if (!(*local)->is_param) continue;
        while (type->elem && !type->contract)
            type = type->elem;
        bool end = (type->kind == HIR_TYPE_ENDPOINT || type->kind == HIR_TYPE_SET) &&
                   type->side == HIR_EXP;
        for (const HirContract *it = end ? type->contract : NULL; it; it = it->base)
            if (is_target(server, contract, result, it->span)) return true;
    }
    return false;
}

static void add_location(const Server *server, const FrontResult *result, Span at, json_t *list) {
    json_t *location = lsp__location(server, result, at), *other;
    size_t i;
    bool known = false;
    json_array_foreach(list, i, other) known = known || json_equal(location, other);
    if (known)
        json_decref(location);
    else
        json_array_append_new(list, location);
}

static void add_servers(
    Server *server, const Target *contract, const FrontResult *result, json_t *list
) {
    if (!result->program) return;
    vec_each(HirSip *const, sip, &result->program->sips) {
        if ((*sip)->main && serves(server, contract, result, *sip))
            add_location(server, result, (*sip)->span, list);
    }
}

// Types that state an interface by its name, as their module sees it.
static void add_conforming(
    Server *server, const Target *interface, const FrontResult *result, json_t *list
) {
    vec_each(const FrontUnit, unit, &result->units) {
        vec_each(AstItem *const, item, &unit->ast->items) {
            const AstTypes *stated = (*item)->kind == AST_ITEM_STRUCT ? &(*item)->structure.conforms
                                     : (*item)->kind == AST_ITEM_ENUM ? &(*item)->enumeration.bases
                                                                      : NULL;
            for (uint32_t i = 0; stated && i < stated->len; i++) {
                const AstType *type = stated->data[i];
                if (type->kind != AST_TYPE_NAME || type->name.path.names.len == 0) continue;
                const AstItem *found =
                    lsp__item(result, unit, vec_last(&type->name.path.names)->name);
                if (found && is_target(server, interface, result, found->name.span))
                    add_location(server, result, (*item)->name.span, list);
            }
        }
    }
}

json_t *lsp__implementation(Server *server, json_t *params) {
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    if (!document) return NULL;
    json_t *list = json_array();
    if (!use || (use->kind != USE_CONTRACT && use->kind != USE_TYPE)) return list;
    bool contract = use->kind == USE_CONTRACT;
    Arena arena;
    arena_init(&arena);
    Target target = { .start = lsp__plain(server, document->look->result, use->target) };
    target.path = arena_strdup(&arena, source_name(document->look->result->map, use->target.file));
    vec_each(Document *, other, &server->documents) {
        const FrontResult *result = lsp__look(server, *other)->result;
        if (result->error[0]) continue;
        if (contract)
            add_servers(server, &target, result, list);
        else
            add_conforming(server, &target, result, list);
    }
    arena_free(&arena);
    return list;
}

// --- calls -------------------------------------------------------------------------------------------------------------------

static bool has_body(const AstItem *item) {
    return item->kind == AST_ITEM_FN || item->kind == AST_ITEM_SIP || item->kind == AST_ITEM_TEST;
}

static const AstItem *item_around(const FrontResult *result, Span at) {
    const FrontUnit *unit = lsp__unit(result, at.file);
    if (!unit) return NULL;
    vec_each(AstItem *const, item, &unit->ast->items) {
        if ((*item)->span.start <= at.start && at.end <= (*item)->span.end && has_body(*item))
            return *item;
    }
    return NULL;
}

static json_t *call_item(const Server *server, const FrontResult *result, const AstItem *item) {
    enum { FUNCTION = 12, METHOD = 6, CLASS = 5, EVENT = 24 };
    bool test = item->kind == AST_ITEM_TEST;
    int kind = item->kind == AST_ITEM_SIP ? CLASS
               : test                     ? EVENT
               : item->fn.owner           ? METHOD
                                          : FUNCTION;
    json_t *location = lsp__location(server, result, item->span);
    const char *name = test ? "test" : names_text(result->names, item->name.name);
    json_t *made = json_pack(
        "{s:s, s:i, s:O, s:O, s:o}", "name", name, "kind", kind, "uri",
        json_object_get(location, "uri"), "range", json_object_get(location, "range"),
        "selectionRange", lsp__span_range(server, result, test ? item->span : item->name.span)
    );
    json_decref(location);
    return made;
}

json_t *lsp__call_item(Server *server, json_t *params) {
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    if (!document) return NULL;
    if (!use || (use->kind != USE_FN && use->kind != USE_METHOD && use->kind != USE_SIP))
        return json_null();
    const FrontResult *result = document->look->result;
    const AstItem *item = item_around(result, use->target);
    return item ? json_pack("[o]", call_item(server, result, item)) : json_null();
}

typedef struct Asked { // the item that a request about calls names, as a look sees it
    const FrontResult *result;
    const Uses *uses;
    Span name;
} Asked;

static bool find_asked(Server *server, Document *document, json_t *item, Asked *asked) {
    const char *uri = json_string_value(json_object_get(item, "uri"));
    json_t *start = json_object_get(json_object_get(item, "selectionRange"), "start");
    asked->uses = lsp__all_uses(server, document);
    asked->result = document->look->result;
    if (!uri || asked->result->error[0]) return false;
    char *path = lsp__path_of(uri);
    const Document *open = lsp__find(server, uri);
    bool found = false;
    for (FileId file = 1; file <= source_files(asked->result->map) && !found; file++) {
        const char *name = source_name(asked->result->map, file);
        if (strcmp(name, open ? open->path : path ? path : "") != 0) continue;
        Str text = source_text(asked->result->map, file);
        Lines lines = { 0 };
        lsp__lines(&lines, text);
        uint32_t at = lsp__offset(
            &lines, text, server->utf8, json_integer_value(json_object_get(start, "line")),
            json_integer_value(json_object_get(start, "character"))
        );
        lsp__lines_free(&lines);
        asked->name = (Span){ file, at, at };
        found = true;
    }
    free(path);
    return found;
}

static json_t *call_of(
    json_t *list, const char *word, json_t *item
) { // the one in the list about that item; takes `item`
    json_t *call;
    size_t i;
    json_array_foreach(list, i, call) {
        if (!json_equal(json_object_get(call, word), item)) continue;
        json_decref(item);
        return call;
    }
    call = json_pack("{s:o, s:[]}", word, item, "fromRanges");
    json_array_append_new(list, call);
    return call;
}

static void add_range(const Server *server, const FrontResult *result, Span at, json_t *call) {
    json_t *ranges = json_object_get(call, "fromRanges"),
           *range = lsp__span_range(server, result, at), *other;
    size_t i;
    bool known = false;
    json_array_foreach(ranges, i, other) known = known || json_equal(range, other);
    if (known)
        json_decref(range);
    else
        json_array_append_new(ranges, range);
}

json_t *lsp__calls_in(Server *server, json_t *params) {
    json_t *item = json_object_get(params, "item"), *list = json_array();
    if (!json_is_object(item)) {
        json_decref(list);
        return NULL;
    }
    vec_each(Document *, document, &server->documents) {
        Asked asked;
        if (!find_asked(server, *document, item, &asked)) continue;
        vec_each(const Use, use, &asked.uses->list) {
            if (!same_place(use->target, asked.name) || same_place(use->at, use->target)) continue;
            const AstItem *from = item_around(asked.result, use->at);
            if (from)
                add_range(
                    server, asked.result, use->at,
                    call_of(list, "from", call_item(server, asked.result, from))
                );
        }
    }
    return list;
}

json_t *lsp__calls_out(Server *server, json_t *params) {
    json_t *item = json_object_get(params, "item"), *list = json_array();
    if (!json_is_object(item)) {
        json_decref(list);
        return NULL;
    }
    vec_each(Document *, document, &server->documents) {
        Asked asked;
        if (!find_asked(server, *document, item, &asked)) continue;
        const AstItem *from = item_around(asked.result, asked.name);
        if (!from) continue;
        vec_each(const Use, use, &asked.uses->list) {
            bool inside = use->at.file == from->span.file && from->span.start <= use->at.start &&
                          use->at.end <= from->span.end;
            bool calls = (use->kind == USE_FN || use->kind == USE_METHOD) &&
                         !same_place(use->at, use->target);
            const AstItem *to = inside && calls ? item_around(asked.result, use->target) : NULL;
            if (to)
                add_range(
                    server, asked.result, use->at,
                    call_of(list, "to", call_item(server, asked.result, to))
                );
        }
        break; // one look is enough
    }
    return list;
}
