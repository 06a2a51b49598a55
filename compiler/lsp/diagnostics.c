// What is wrong with a document, for the client: published when there has been a look at it.
// A look sees imported files too. Those that are open have looks of their own; what is wrong with others is published under
// their names, and withdrawn when nothing is any more.

#include "lsp__.h"

#include <stdio.h>
#include <string.h>

typedef struct Listing {
    Server *server;
    const Document *document;
    const FrontResult *result;
    FileId file;
    json_t *list;
} Listing;

static void add_line(Buf *out, const char *kind, const char *text) {
    buf_printf(out, "\n%s: %s", kind, text);
}

// The sentence, and below it what belongs to no place.
static json_t *message_of(const Listing *listing, const DiagEntry *entry) {
    Buf out = { 0 };
    buf_cstr(&out, entry->text);
    vec_each(const DiagLabel, note, entry->notes) {
        if (!note->span.file || !listing->server->has_related) add_line(&out, "note", note->text);
    }
    vec_each(const char *const, help, entry->helps)
        add_line(&out, "help", *help);
    json_t *text = lsp__string((const char *)out.data, out.len);
    buf_free(&out);
    return text;
}

static json_t *related(const Listing *listing, const DiagEntry *entry) {
    json_t *list = json_array();
    vec_each(const DiagLabel, note, entry->notes) {
        if (!note->span.file) continue;
        json_array_append_new(
            list, json_pack(
                      "{s:o, s:o}", "location",
                      lsp__location(listing->server, listing->result, note->span), "message",
                      lsp__string(note->text, strlen(note->text))
                  )
        );
    }
    return list;
}

json_t *lsp__diagnostic(const Server *server, const FrontResult *result, const DiagEntry *entry) {
    Listing listing = { .server = (Server *)(uintptr_t)server, .result = result };
    json_t *made = json_pack(
        "{s:o, s:i, s:s, s:s, s:o}", "range", lsp__span_range(server, result, entry->span),
        "severity", entry->level == DIAG_ERROR ? 1 : 2, "code", entry->code, "source", "sipcc",
        "message", message_of(&listing, entry)
    );
    if (server->has_related && entry->notes->len)
        json_object_set_new(made, "relatedInformation", related(&listing, entry));
    // What is never used is greyed out.
    if (strncmp(entry->code, "E06", 3) == 0 && strstr(entry->text, "never"))
        json_object_set_new(made, "tags", json_pack("[i]", 1));
    return made;
}

static void add_entry(void *context, const DiagEntry *entry) {
    Listing *listing = context;
    if (entry->span.file != listing->file && (entry->span.file || listing->file != 1)) return;
    json_array_append_new(listing->list, lsp__diagnostic(listing->server, listing->result, entry));
}

static void publish_as(Server *server, const char *uri, const Document *open, json_t *list) {
    json_t *params = json_pack("{s:s, s:o}", "uri", uri, "diagnostics", list);
    if (open && open->has_version && server->has_versions)
        json_object_set_new(params, "version", json_integer(open->version));
    lsp__notify(server, "textDocument/publishDiagnostics", params);
}

// A file that could not be read has no lines to speak of.
static json_t *unreadable(const FrontResult *result) {
    const char *text = result->error;
    return json_pack(
        "[{s:{s:{s:i, s:i}, s:{s:i, s:i}}, s:i, s:s, s:o}]", "range", "start", "line", 0,
        "character", 0, "end", "line", 0, "character", 0, "severity", 1, "source", "sipcc",
        "message", lsp__string(text, strlen(text))
    );
}

static bool is_told(const Document *document, const char *uri) {
    vec_each(char *, told, &document->told) {
        if (strcmp(*told, uri) == 0) return true;
    }
    return false;
}

// Whether another look has something to say about a file.
static bool is_told_by_other(const Server *server, const Document *document, const char *uri) {
    vec_each(Document *, other, &server->documents) {
        if (*other != document && is_told(*other, uri)) return true;
    }
    return false;
}

static void publish_others(Server *server, Document *document, const FrontResult *result) {
    Arena before_in = document->told_in;
    __typeof__(document->told) before = document->told;
    arena_init(&document->told_in);
    memset(&document->told, 0, sizeof document->told);
    for (FileId file = 2; file <= source_files(result->map); file++) {
        const char *path = source_name(result->map, file);
        Listing listing = { server, document, result, file, NULL };
        if (lsp__find_path(server, path)) continue;
        listing.list = json_array();
        diags_each(result->diags, add_entry, &listing);
        if (json_array_size(listing.list) == 0) {
            json_decref(listing.list);
            continue;
        }
        char *uri = lsp__uri_of(&document->told_in, path);
        vec_push(&document->told_in, &document->told, uri);
        publish_as(server, uri, NULL, listing.list);
    }
    vec_each(char *, uri, &before) {
        if (is_told(document, *uri) || is_told_by_other(server, document, *uri)) continue;
        if (!lsp__find(server, *uri)) publish_as(server, *uri, NULL, json_array());
    }
    arena_free(&before_in);
}

void lsp__publish(Server *server, Document *document) {
    const FrontResult *result = lsp__look(server, document)->result;
    Listing listing = { server, document, result, 1, NULL };
    if (server->stopped) return;
    document->is_due = false;
    if (result->error[0]) {
        publish_as(server, document->uri, document, unreadable(result));
        return;
    }
    listing.list = json_array();
    diags_each(result->diags, add_entry, &listing);
    publish_as(server, document->uri, document, listing.list);
    publish_others(server, document, result);
}

// --- asked for ---------------------------------------------------------------------------------------------------------------

static json_t *entries_of(
    Server *server, const Document *document, const FrontResult *result, FileId file
) {
    Listing listing = { server, document, result, file, json_array() };
    diags_each(result->diags, add_entry, &listing);
    return listing.list;
}

// What is wrong in files that are not open is told with the document that imports them.
static json_t *related_documents(
    Server *server, const Document *document, const FrontResult *result
) {
    json_t *all = json_object();
    Arena arena;
    arena_init(&arena);
    for (FileId file = 2; file <= source_files(result->map); file++) {
        const char *path = source_name(result->map, file);
        json_t *list =
            lsp__find_path(server, path) ? NULL : entries_of(server, document, result, file);
        if (json_array_size(list) > 0)
            json_object_set_new(
                all, lsp__uri_of(&arena, path),
                json_pack("{s:s, s:O}", "kind", "full", "items", list)
            );
        json_decref(list);
    }
    arena_free(&arena);
    return all;
}

json_t *lsp__pull(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    const char *before = json_string_value(json_object_get(params, "previousResultId"));
    char name[24];
    if (!document) return NULL;
    const FrontResult *result = lsp__look(server, document)->result;
    document->is_due = false;
    snprintf(name, sizeof name, "%llu", (unsigned long long)document->changed);
    if (before && strcmp(before, name) == 0)
        return json_pack("{s:s, s:s}", "kind", "unchanged", "resultId", name);
    bool read = !result->error[0];
    json_t *report = json_pack(
        "{s:s, s:s, s:o}", "kind", "full", "resultId", name, "items",
        read ? entries_of(server, document, result, 1) : unreadable(result)
    );
    json_t *others = read ? related_documents(server, document, result) : NULL;
    if (others && json_object_size(others) > 0) json_object_set(report, "relatedDocuments", others);
    json_decref(others);
    return report;
}

void lsp__withdraw(Server *server, Document *document) {
    if (server->has_pull) return; // the client asks, and knows what it has closed
    publish_as(server, document->uri, NULL, json_array());
    vec_each(char *, uri, &document->told) {
        if (!is_told_by_other(server, document, *uri)) publish_as(server, *uri, NULL, json_array());
    }
    document->told.len = 0;
}
