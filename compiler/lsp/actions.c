// Code actions: the fixes that come with what is wrong in a range.

#include "lsp__.h"

#include <string.h>

typedef struct Offer {
    Server *server;
    const Document *document;
    const FrontResult *result;
    uint32_t start, end; // bytes of the source text
    json_t *list;
} Offer;

// Edits of a fix by file: the form that every client knows.
static json_t *edits_of(const Offer *offer, const DiagFix *fix) {
    json_t *changes = json_object();
    vec_each(DiagEdit, edit, &fix->edits) {
        json_t *location = lsp__location(offer->server, offer->result, edit->span);
        const char *uri = json_string_value(json_object_get(location, "uri"));
        json_t *list = json_object_get(changes, uri);
        if (!list) {
            list = json_array();
            json_object_set_new(changes, uri, list);
        }
        json_array_append_new(
            list, json_pack(
                      "{s:O, s:o}", "range", json_object_get(location, "range"), "newText",
                      lsp__string(edit->replacement, strlen(edit->replacement))
                  )
        );
        json_decref(location);
    }
    return lsp__workspace_edit(offer->server, changes);
}

static void offer_fixes(void *context, const DiagEntry *entry) {
    Offer *offer = context;
    if (entry->span.file != 1 || entry->span.end < offer->start || entry->span.start > offer->end)
        return;
    vec_each(const DiagFix, fix, entry->fixes) {
        json_t *action = json_pack(
            "{s:o, s:s, s:[o], s:o}", "title", lsp__string(fix->message, strlen(fix->message)),
            "kind", "quickfix", "diagnostics", lsp__diagnostic(offer->server, offer->result, entry),
            "edit", edits_of(offer, fix)
        );
        if (entry->fixes->len == 1) json_object_set_new(action, "isPreferred", json_true());
        json_array_append_new(offer->list, action);
    }
}

// A client that wants other kinds only does not get these.
static bool wants_fixes(const json_t *params) {
    const json_t *only = json_object_get(json_object_get(params, "context"), "only"), *kind;
    size_t i;
    if (!json_is_array(only)) return true;
    json_array_foreach(only, i, kind) {
        const char *text = json_string_value(kind);
        if (text && (text[0] == '\0' || strcmp(text, "quickfix") == 0)) return true;
    }
    return false;
}

json_t *lsp__actions(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    json_t *range = json_object_get(params, "range");
    if (!document) return NULL;
    if (!server->has_literal_actions || !wants_fixes(params)) return json_array();
    const FrontResult *result = lsp__look(server, document)->result;
    Offer offer = {
        .server = server, .document = document, .result = result, .list = json_array()
    };
    offer.start = lsp__look_offset(server, document, json_object_get(range, "start"));
    offer.end = lsp__look_offset(server, document, json_object_get(range, "end"));
    if (!result->error[0]) diags_each(result->diags, offer_fixes, &offer);
    return offer.list;
}
