// Formatting: edits of blanks, made by the room format.

#include "lsp__.h"

#include "format/format.h"

// What the edits make must be the same program: else there are none.
static bool is_kept(Arena *arena, const Tree *tree, const FormatEdits *edits) {
    if (format_keeps_tokens(tree->syntax, tree->text, edits)) return true;
    Buf after = { 0 };
    char error[512];
    format_apply(&after, tree->text, edits);
    SourceMap *map = source_map_new(arena);
    FileId file = source_add_text(map, "after", (const char *)after.data, after.len, error);
    buf_free(&after);
    if (!file) return false;
    const Syntax *syntax = syntax_parse(arena, map, file, diags_new(arena, map));
    return format_is_same(arena, tree->syntax, tree->text, syntax, source_text(map, file));
}

static json_t *layout(
    Server *server, Document *document, const Tree *tree, uint32_t start, uint32_t end
) {
    json_t *list = json_array();
    if (!tree->file) return list;
    Arena arena;
    arena_init(&arena);
    FormatEdits edits = format_edits(&arena, tree->syntax, tree->text, start, end);
    if (edits.len && is_kept(&arena, tree, &edits)) {
        vec_each(FormatEdit, edit, &edits)
            json_array_append_new(
                list, json_pack(
                          "{s:o, s:o}", "range",
                          lsp__tree_range(server, document, tree, edit->start, edit->end),
                          "newText", lsp__string(edit->blanks.ptr, edit->blanks.len)
                      )
            );
    }
    arena_free(&arena);
    return list;
}

json_t *lsp__format(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return NULL;
    return layout(server, document, lsp__tree(server, document), 0, UINT32_MAX);
}

// Whole lines are laid out: an edit before the first token of a line belongs to it.
json_t *lsp__format_range(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    json_t *range = json_object_get(params, "range");
    if (!document || !range) return NULL;
    const Tree *tree = lsp__tree(server, document);
    uint32_t start = lsp__tree_offset(server, document, tree, json_object_get(range, "start"));
    uint32_t end = lsp__tree_offset(server, document, tree, json_object_get(range, "end"));
    while (start > 0 && start <= tree->text.len && tree->text.ptr[start - 1] != '\n')
        start--;
    return layout(server, document, tree, start, end);
}
