// Documents: what the client has open, and how it changes.
// Takes the client's notifications; leaves texts with their lines, and trees that are made when they are asked for.

#include "lsp__.h"

#include "front/trees.h"

#include <stdlib.h>
#include <string.h>

Str lsp__text(const Document *document) {
    return (Str){ document->text.data ? (const char *)document->text.data : "",
                  document->text.len };
}

// --- find ----------------------------------------------------------------------------------------------------------------

Document *lsp__find(const Server *server, const char *uri) {
    vec_each(Document *, document, &server->documents) {
        if (strcmp((*document)->uri, uri) == 0) return *document;
    }
    return NULL;
}

Document *lsp__find_path(const Server *server, const char *path) {
    vec_each(Document *, document, &server->documents) {
        if (strcmp((*document)->path, path) == 0) return *document;
    }
    return NULL;
}

static const char *uri_in(json_t *params) {
    return json_string_value(json_object_get(json_object_get(params, "textDocument"), "uri"));
}

Document *lsp__document_of(const Server *server, json_t *params) {
    const char *uri = uri_in(params);
    return uri ? lsp__find(server, uri) : NULL;
}

// --- trees --------------------------------------------------------------------------------------------------------------

void lsp__free_tree(Document *document) {
    if (!document->tree) return;
    if (document->tree->known) trees_drop(document->tree->known);
    arena_free(&document->tree->arena);
    free(document->tree);
    document->tree = NULL;
}

const Tree *lsp__tree(Server *server, Document *document) {
    if (document->tree) return document->tree;
    char error[512];
    Tree *tree = calloc(1, sizeof *tree);
    if (!tree) base_out_of_memory(sizeof *tree);
    arena_init(&tree->arena);
    tree->map = source_map_new(&tree->arena);
    Str text = lsp__text(document);
    tree->file = source_add_text(tree->map, document->path, text.ptr, text.len, error);
    if (tree->file) {
        tree->text = source_text(tree->map, tree->file);
        tree->mark = source_mark(tree->map, tree->file);
        Diags *unseen = diags_new(&tree->arena, tree->map);
        tree->syntax =
            trees_read(server->trees, &tree->arena, tree->map, tree->file, unseen, &tree->known);
    }
    document->tree = tree;
    return tree;
}

// --- change --------------------------------------------------------------------------------------------------------------

static void make_due(Server *server, Document *document) {
    document->is_due = true;
    document->changed = ++server->changes;
}

static void make_stale(Server *server, Document *document) {
    document->is_stale = true;
    lsp__free_look(&document->whole);
    make_due(server, document);
}

// Whether a look has seen a file, or has missed one and so could see it now.
static bool depends(const Document *document, const char *path) {
    if (!document->look) return true;
    const FrontResult *result = document->look->result;
    vec_each(FrontUnit, unit, &result->units) {
        if (strcmp(unit->path, path) == 0) return true;
    }
    return diags_errors(result->diags) > 0;
}

void lsp__changed(Server *server, Document *document) {
    vec_each(Document *, other, &server->documents) {
        if (*other != document && depends(*other, document->path)) make_stale(server, *other);
    }
    document->is_edited = true;
    make_due(server, document);
}

void lsp__all_changed(Server *server) {
    vec_each(Document *, document, &server->documents)
        make_stale(server, *document);
}

static void text_changed(Server *server, Document *document) {
    lsp__free_tree(document);
    lsp__lines(&document->lines, lsp__text(document));
    lsp__changed(server, document);
}

// A document that is no file has its URI for a path, which no module has.
static Document *add_document(Server *server, const char *uri) {
    Document *document = calloc(1, sizeof *document);
    if (!document) base_out_of_memory(sizeof *document);
    char *path = lsp__path_of(uri);
    document->uri = strdup(uri);
    document->path = path ? path : strdup(uri);
    if (!document->uri || !document->path) base_out_of_memory(strlen(uri));
    arena_init(&document->told_in);
    vec_push(&server->arena, &server->documents, document);
    return document;
}

static void free_document(Document *document) {
    lsp__free_tree(document);
    lsp__free_look(&document->look);
    lsp__free_look(&document->whole);
    lsp__lines_free(&document->lines);
    buf_free(&document->text);
    free(document->tokens);
    arena_free(&document->told_in);
    free(document->uri);
    free(document->path);
    free(document);
}

void lsp__documents_free(Server *server) {
    vec_each(Document *, document, &server->documents)
        free_document(*document);
    server->documents.len = 0;
}

static void set_version(Document *document, const json_t *version) {
    document->has_version = json_is_integer(version);
    document->version = json_integer_value(version);
}

static void set_text(Document *document, const json_t *text) {
    document->text.len = 0;
    buf_put(&document->text, json_string_value(text), json_string_length(text));
}

void lsp__did_open(Server *server, json_t *params) {
    const json_t *item = json_object_get(params, "textDocument");
    const json_t *text = json_object_get(item, "text");
    const char *uri = uri_in(params);
    if (!uri || !json_is_string(text)) return;
    Document *document = lsp__find(server, uri);
    if (!document && server->documents.len >= LSP_DOCUMENTS) return;
    if (!document) document = add_document(server, uri);
    set_version(document, json_object_get(item, "version"));
    set_text(document, text);
    text_changed(server, document);
}

static uint32_t offset_in(const Server *server, const Document *document, const json_t *position) {
    return lsp__offset(
        &document->lines, lsp__text(document), server->utf8,
        json_integer_value(json_object_get(position, "line")),
        json_integer_value(json_object_get(position, "character"))
    );
}

static void replace(Document *document, uint32_t start, uint32_t end, const json_t *text) {
    Buf made = { 0 };
    buf_put(&made, document->text.data, start);
    buf_put(&made, json_string_value(text), json_string_length(text));
    buf_put(&made, document->text.data + end, document->text.len - end);
    buf_free(&document->text);
    document->text = made;
}

static void apply_change(const Server *server, Document *document, const json_t *change) {
    const json_t *text = json_object_get(change, "text"), *range = json_object_get(change, "range");
    if (!json_is_string(text)) return;
    if (!json_is_object(range)) {
        set_text(document, text);
    } else {
        uint32_t start = offset_in(server, document, json_object_get(range, "start"));
        uint32_t end = offset_in(server, document, json_object_get(range, "end"));
        replace(document, start < end ? start : end, start < end ? end : start, text);
    }
    lsp__lines(&document->lines, lsp__text(document));
}

void lsp__did_change(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    const json_t *changes = json_object_get(params, "contentChanges");
    size_t i;
    json_t *change;
    if (!document) return;
    set_version(document, json_object_get(json_object_get(params, "textDocument"), "version"));
    json_array_foreach(changes, i, change) apply_change(server, document, change);
    text_changed(server, document);
}

void lsp__did_close(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return;
    lsp__withdraw(server, document);
    for (uint32_t i = 0; i < server->documents.len; i++) {
        if (server->documents.data[i] != document) continue;
        server->documents.data[i] = *vec_last(&server->documents);
        (void)vec_pop(&server->documents);
        break;
    }
    vec_each(Document *, other, &server->documents) { // what is on disk counts again
        if (depends(*other, document->path)) make_stale(server, *other);
    }
    free_document(document);
}

// What is on disk now may be seen by others that do not have it from here.
void lsp__did_save(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return;
    const char *slash = strrchr(document->path, '/');
    if (strcmp(slash ? slash + 1 : document->path, "package.sip") == 0) lsp__all_changed(server);
}

// --- ranges --------------------------------------------------------------------------------------------------------------

json_t *lsp__range(const Server *server, const Document *document, uint32_t start, uint32_t end) {
    Str text = lsp__text(document);
    return json_pack(
        "{s:o, s:o}", "start", lsp__position(&document->lines, text, server->utf8, start), "end",
        lsp__position(&document->lines, text, server->utf8, end)
    );
}

json_t *lsp__tree_range(
    const Server *server, const Document *document, const Tree *tree, uint32_t start, uint32_t end
) {
    return lsp__range(server, document, start + tree->mark, end + tree->mark);
}

uint32_t lsp__tree_offset(
    const Server *server, const Document *document, const Tree *tree, json_t *position
) {
    uint32_t offset = offset_in(server, document, position);
    return offset > tree->mark ? offset - tree->mark : 0;
}

// --- of a look ---------------------------------------------------------------------------------------------------------------

// Is it the document's own look, and its own text there?
static bool is_seen(const Document *document, const FrontResult *result, FileId file) {
    return document && document->look && document->look->result == result && file == 1;
}

// How many characters the mark before a text is for the client.
static uint32_t mark_units(const Server *server, const Look *look) {
    uint32_t mark = look->result->error[0] ? 0 : source_mark(look->result->map, 1);
    return mark && !server->utf8 ? 1 : mark;
}

Str lsp__look_text(const Look *look) {
    return look->result->error[0] ? (Str){ "", 0 } : source_text(look->result->map, 1);
}

uint32_t lsp__look_offset(const Server *server, const Document *document, const json_t *position) {
    const Look *look = document->look;
    json_int_t line = json_integer_value(json_object_get(position, "line"));
    json_int_t character = json_integer_value(json_object_get(position, "character"));
    if (line == 0) character -= mark_units(server, look);
    return lsp__offset(&look->lines, lsp__look_text(look), server->utf8, line, character);
}

void lsp__look_character(
    const Server *server, const Look *look, uint32_t offset, uint32_t *line, uint32_t *character
) {
    lsp__line_character(&look->lines, lsp__look_text(look), server->utf8, offset, line, character);
    if (*line == 0) *character += mark_units(server, look);
}

static json_t *seen_position(const Server *server, const Look *look, uint32_t offset) {
    uint32_t line, character;
    lsp__look_character(server, look, offset, &line, &character);
    return json_pack("{s:I, s:I}", "line", (json_int_t)line, "character", (json_int_t)character);
}

static json_t *seen_range(const Server *server, const Look *look, Span span) {
    return json_pack(
        "{s:o, s:o}", "start", seen_position(server, look, span.start), "end",
        seen_position(server, look, span.end)
    );
}

bool lsp__look_range(
    const Server *server, const Document *document, json_t *params, uint32_t *start, uint32_t *end
) {
    const json_t *range = json_object_get(params, "range");
    if (!json_is_object(range)) return false;
    *start = lsp__look_offset(server, document, json_object_get(range, "start"));
    *end = lsp__look_offset(server, document, json_object_get(range, "end"));
    return true;
}

uint32_t lsp__plain(const Server *server, const FrontResult *result, Span span) {
    const Document *open =
        span.file ? lsp__find_path(server, source_name(result->map, span.file)) : NULL;
    if (!is_seen(open, result, span.file)) return span.start;
    uint32_t line, character, mark = source_mark(result->map, 1);
    const Look *look = open->look;
    lsp__line_character(&look->lines, lsp__look_text(look), true, span.start, &line, &character);
    uint32_t start = line < open->lines.count ? open->lines.starts[line] : 0;
    return start + character - (line > 0 ? mark : 0);
}

// --- of any result -------------------------------------------------------------------------------------------------------------

// A file of a look may be one that is open, whose lines are known, or another.
json_t *lsp__span_range(const Server *server, const FrontResult *result, Span span) {
    if (!span.file)
        return lsp__range(
            server,
            &(Document){
                .lines = { &(uint32_t){ 0 }, 1 }
        },
            0, 0
        );
    uint32_t mark = source_mark(result->map, span.file);
    Document *open = lsp__find_path(server, source_name(result->map, span.file));
    if (is_seen(open, result, span.file)) return seen_range(server, open->look, span);
    if (open) return lsp__range(server, open, span.start + mark, span.end + mark);
    Str text = source_text(result->map, span.file);
    Lines lines = { 0 };
    lsp__lines(&lines, text);
    json_t *range = json_pack(
        "{s:o, s:o}", "start", lsp__position(&lines, text, server->utf8, span.start), "end",
        lsp__position(&lines, text, server->utf8, span.end)
    );
    lsp__lines_free(&lines);
    return range;
}

uint32_t lsp__mark(const Document *document) {
    static const char mark[] = "\xEF\xBB\xBF";
    Str text = lsp__text(document);
    return text.len >= 3 && memcmp(text.ptr, mark, 3) == 0 ? 3 : 0;
}

Str lsp__unmarked(const Document *document) {
    Str text = lsp__text(document);
    uint32_t mark = lsp__mark(document);
    return (Str){ text.ptr + mark, text.len - mark };
}

uint32_t lsp__place(const Server *server, const Document *document, json_t *position) {
    uint32_t offset = offset_in(server, document, position), mark = lsp__mark(document);
    return offset > mark ? offset - mark : 0;
}

json_t *lsp__place_range(
    const Server *server, const Document *document, uint32_t start, uint32_t end
) {
    uint32_t mark = lsp__mark(document);
    return lsp__range(server, document, start + mark, end + mark);
}

json_t *lsp__workspace_edit(const Server *server, json_t *changes) {
    const char *uri;
    json_t *list, *all;
    if (!server->has_document_changes) return json_pack("{s:o}", "changes", changes);
    all = json_array();
    json_object_foreach(changes, uri, list) {
        const Document *open = lsp__find(server, uri);
        json_t *version = open && open->has_version ? json_integer(open->version) : json_null();
        json_array_append_new(
            all,
            json_pack(
                "{s:{s:s, s:o}, s:O}", "textDocument", "uri", uri, "version", version, "edits", list
            )
        );
    }
    json_decref(changes);
    return json_pack("{s:o}", "documentChanges", all);
}

json_t *lsp__location(const Server *server, const FrontResult *result, Span span) {
    Arena arena;
    arena_init(&arena);
    const char *path = source_name(result->map, span.file);
    const Document *open = lsp__find_path(server, path);
    json_t *location = json_pack(
        "{s:o, s:o}", "uri", json_string(open ? open->uri : lsp__uri_of(&arena, path)), "range",
        lsp__span_range(server, result, span)
    );
    arena_free(&arena);
    return location;
}
