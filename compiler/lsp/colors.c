// Semantic tokens: what each name in a document is, in the protocol's packed form: five numbers a name, each place relative to the
// one before. Asked for as a whole, for some lines, or as what has changed since an earlier answer.

#include "uses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = { "variable",   "parameter", "function", "method",
                                     "type",       "interface", "class",    "property",
                                     "enumMember", "event",     "namespace" };
static const char *const modifiers[] = { "declaration", "readonly", "consuming", "defaultLibrary" };

enum { DECLARATION = 1, READONLY = 2, CONSUMING = 4, LIBRARY = 8, NUMBERS = 5 };

static uint32_t type_of(const Use *use) {
    static const uint8_t rows[USE_KINDS] = {
        [USE_LOCAL] = 0,    [USE_PARAM] = 1,   [USE_FN] = 2,     [USE_METHOD] = 3,  [USE_TYPE] = 4,
        [USE_CONTRACT] = 5, [USE_SIP] = 6,     [USE_SYSTEM] = 6, [USE_CONST] = 0,   [USE_FIELD] = 7,
        [USE_VARIANT] = 8,  [USE_MESSAGE] = 9, [USE_STATE] = 8,  [USE_MODULE] = 10,
    };
    return rows[use->kind];
}

json_t *lsp__token_legend(void) {
    json_t *kinds = json_array(), *more = json_array();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        json_array_append_new(kinds, json_string(types[i]));
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        json_array_append_new(more, json_string(modifiers[i]));
    return json_pack("{s:o, s:o}", "tokenTypes", kinds, "tokenModifiers", more);
}

static bool is_library(const Server *server, const FrontResult *result, Span target) {
    const char *modules = server->options.modules;
    const char *path = source_name(result->map, target.file);
    return modules && strncmp(path, modules, strlen(modules)) == 0;
}

static uint32_t modifiers_of(const Server *server, const FrontResult *result, const Use *use) {
    bool declared = use->at.file == use->target.file && use->at.start == use->target.start;
    return (declared ? DECLARATION : 0u) | (use->kind == USE_CONST ? READONLY : 0u) |
           (use->is_moved ? CONSUMING : 0u) |
           (is_library(server, result, use->target) ? LIBRARY : 0u);
}

typedef struct Tokens {
    uint32_t *data;
    uint32_t count;
} Tokens;

// Of the bytes from `start` to `end` of the text that was looked at.
static Tokens tokens_of(Server *server, Document *document, uint32_t start, uint32_t end) {
    const Uses *uses = lsp__uses(server, document);
    const FrontResult *result = document->look->result;
    Str text = lsp__look_text(document->look);
    Tokens tokens = { malloc((size_t)(uses->list.len + 1) * NUMBERS * sizeof(uint32_t)), 0 };
    if (!tokens.data) base_out_of_memory(uses->list.len);
    uint32_t last_line = 0, last_character = 0;
    vec_each(const Use, use, &uses->list) {
        uint32_t from = use->at.start, to = use->at.end, line, character;
        if (use->at.file != 1 || to <= start || from >= end || to > text.len) continue;
        if (memchr(text.ptr + from, '\n', to - from)) continue; // no token has several lines
        lsp__look_character(server, document->look, from, &line, &character);
        if (tokens.count > 0 && line == last_line && character <= last_character) continue;
        uint32_t *next = tokens.data + (size_t)tokens.count++ * NUMBERS;
        next[0] = line - last_line;
        next[1] = line == last_line ? character - last_character : character;
        next[2] = lsp__units((Str){ text.ptr + from, to - from }, server->utf8);
        next[3] = type_of(use);
        next[4] = modifiers_of(server, result, use);
        last_line = line;
        last_character = character;
    }
    return tokens;
}

static json_t *numbers(const uint32_t *data, uint32_t count) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer(data[i]));
    return list;
}

// --- what was answered before ------------------------------------------------------------------------------------------------

static json_t *name_of(const Document *document) {
    char name[24];
    snprintf(name, sizeof name, "%llu", (unsigned long long)document->tokens_number);
    return json_string(name);
}

static void keep(Document *document, Tokens tokens) {
    free(document->tokens);
    document->tokens = tokens.data;
    document->token_count = tokens.count * NUMBERS;
    document->tokens_number++;
}

json_t *lsp__tokens(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return NULL;
    keep(document, tokens_of(server, document, 0, UINT32_MAX));
    return json_pack(
        "{s:o, s:o}", "resultId", name_of(document), "data",
        numbers(document->tokens, document->token_count)
    );
}

json_t *lsp__tokens_range(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    uint32_t start, end;
    if (!document) return NULL;
    lsp__look(server, document);
    if (!lsp__look_range(server, document, params, &start, &end)) return NULL;
    Tokens tokens = tokens_of(server, document, start, end);
    json_t *data = numbers(tokens.data, tokens.count * NUMBERS);
    free(tokens.data);
    return json_pack("{s:o}", "data", data);
}

// One edit: from the first number that differs to the last.
json_t *lsp__tokens_delta(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    const char *before = json_string_value(json_object_get(params, "previousResultId"));
    if (!document) return NULL;
    json_t *known = name_of(document);
    bool same = before && document->tokens && strcmp(before, json_string_value(known)) == 0;
    json_decref(known);
    if (!same) return lsp__tokens(server, params);
    Tokens tokens = tokens_of(server, document, 0, UINT32_MAX);
    uint32_t old = document->token_count, count = tokens.count * NUMBERS, first = 0, tail = 0;
    while (first < old && first < count && document->tokens[first] == tokens.data[first])
        first++;
    while (tail < old - first && tail < count - first &&
           document->tokens[old - 1 - tail] == tokens.data[count - 1 - tail])
        tail++;
    json_t *edits = json_array();
    if (first < old || first < count)
        json_array_append_new(
            edits, json_pack(
                       "{s:I, s:I, s:o}", "start", (json_int_t)first, "deleteCount",
                       (json_int_t)(old - first - tail), "data",
                       numbers(tokens.data + first, count - first - tail)
                   )
        );
    keep(document, tokens);
    return json_pack("{s:o, s:o}", "resultId", name_of(document), "edits", edits);
}
