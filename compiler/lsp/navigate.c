// Where a name is declared, and where else it stands.

#include "uses.h"

static bool same_place(Span a, Span b) {
    return a.file == b.file && a.start == b.start;
}

static bool is_declaration(const Use *use) {
    return same_place(use->at, use->target);
}

json_t *lsp__definition(Server *server, json_t *params) {
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    if (!document) return NULL;
    if (!use) return json_array();
    return json_pack("[o]", lsp__location(server, document->look->result, use->target));
}

json_t *lsp__references(Server *server, json_t *params) {
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    json_t *list = json_array();
    bool declared =
        json_is_true(json_object_get(json_object_get(params, "context"), "includeDeclaration"));
    if (!document) return NULL;
    if (!use) return list;
    vec_each(const Use, other, &lsp__all_uses(server, document)->list) {
        if (!same_place(other->target, use->target) || (!declared && is_declaration(other)))
            continue;
        json_array_append_new(list, lsp__location(server, document->look->result, other->at));
    }
    return list;
}

json_t *lsp__highlights(Server *server, json_t *params) {
    enum { TEXT = 1, WRITE = 3 };
    Document *document;
    const Use *use = lsp__use_of(server, params, &document);
    json_t *list = json_array();
    if (!document) return NULL;
    if (!use) return list;
    vec_each(const Use, other, &document->look->uses->list) {
        if (other->at.file != 1 || !same_place(other->target, use->target)) continue;
        json_array_append_new(
            list,
            json_pack(
                "{s:o, s:i}", "range", lsp__span_range(server, document->look->result, other->at),
                "kind", is_declaration(other) ? WRITE : TEXT
            )
        );
    }
    return list;
}
