// Shapes of a text: what can be folded, and what a selection grows to.

#include "lsp__.h"

#include <string.h>

// --- folding -----------------------------------------------------------------------------------------------------------

static bool is_foldable(const SyntaxNode *node) {
    switch ((int)node->kind) {
    case SYNTAX_STRUCT_ITEM:
    case SYNTAX_ENUM_ITEM:
    case SYNTAX_FLAGS_ITEM:
    case SYNTAX_INTERFACE_ITEM:
    case SYNTAX_CONTRACT_ITEM:
    case SYNTAX_SYSTEM_ITEM:
    case SYNTAX_PACKAGE_ITEM:
    case SYNTAX_BLOCK:
    case SYNTAX_ONE_BLOCK:
    case SYNTAX_SETTINGS:
    case SYNTAX_SWITCH_STATEMENT:
    case SYNTAX_SWITCH_RECEIVE_STATEMENT:
    case SYNTAX_CASE:
    case SYNTAX_INIT_LIST:
    case SYNTAX_ARGUMENTS:
    case SYNTAX_PARAMETERS: return true;
    default: return false;
    }
}

typedef struct Folds {
    const Server *server;
    const Document *document;
    const Tree *tree;
    json_t *list;
} Folds;

static void add_fold(Folds *folds, uint32_t start, uint32_t end, const char *kind, bool closes) {
    uint32_t first, first_character, last, last_character;
    Str text = lsp__text(folds->document);
    const Lines *lines = &folds->document->lines;
    uint32_t mark = folds->tree->mark;
    lsp__line_character(lines, text, folds->server->utf8, start + mark, &first, &first_character);
    lsp__line_character(lines, text, folds->server->utf8, end + mark, &last, &last_character);
    // The line with the closing bracket stays to be seen.
    if (closes && folds->server->has_only_line_folds && last > first) last--;
    if (last <= first) return;
    json_t *fold = json_pack("{s:i, s:i}", "startLine", (int)first, "endLine", (int)last);
    if (!folds->server->has_only_line_folds) {
        json_object_set_new(fold, "startCharacter", json_integer(first_character));
        json_object_set_new(fold, "endCharacter", json_integer(last_character - closes));
    }
    if (kind) json_object_set_new(fold, "kind", json_string(kind));
    json_array_append_new(folds->list, fold);
}

// From behind the bracket that opens: what stands before it says what is folded.
static void fold_node(Folds *folds, const SyntaxNode *node) {
    const char *text = folds->tree->text.ptr;
    uint32_t at = node->start;
    if (node->end <= node->start) return;
    char last = text[node->end - 1];
    if (node->kind == SYNTAX_CASE) {
        add_fold(folds, node->start, node->end, NULL, false);
        return;
    }
    if (last != '}' && last != ')') return;
    char open = last == '}' ? '{' : '(';
    while (at < node->end && text[at] != open)
        at++;
    if (at + 1 < node->end) add_fold(folds, at + 1, node->end, NULL, true);
}

static void fold_imports(Folds *folds, const SyntaxNode *root) {
    const SyntaxNode *first = NULL, *last = NULL;
    syntax_each(item, root) {
        if (item->kind != SYNTAX_IMPORT_DECLARATION) continue;
        if (!first) first = item;
        last = item;
    }
    if (first && last != first) add_fold(folds, first->start, last->end, "imports", false);
}

// Runs of lines that are comments alone, and comments of several lines.
static void fold_comments(Folds *folds) {
    Str text = folds->tree->text;
    uint32_t run = 0, end = 0;
    bool in_run = false;
    for (uint32_t at = 0; at < text.len;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        uint32_t next = newline ? (uint32_t)(newline - text.ptr) + 1 : (uint32_t)text.len;
        uint32_t first = at;
        while (first < next && (text.ptr[first] == ' ' || text.ptr[first] == '\t'))
            first++;
        bool comment = first + 1 < next && text.ptr[first] == '/' && text.ptr[first + 1] == '/';
        if (comment && !in_run) run = first;
        if (!comment && in_run) add_fold(folds, run, end, "comment", false);
        in_run = comment;
        end = newline ? next - 1 : next;
        at = next;
    }
    if (in_run) add_fold(folds, run, end, "comment", false);
}

json_t *lsp__folds(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    if (!document) return NULL;
    Folds folds = { server, document, lsp__tree(server, document), json_array() };
    if (!folds.tree->file) return folds.list;
    const SyntaxNode *root = folds.tree->syntax->root;
    fold_imports(&folds, root);
    fold_comments(&folds);
    for (const SyntaxNode *node = root; node < root + root->size; node++)
        if (is_foldable(node)) fold_node(&folds, node);
    return folds.list;
}

// --- selection -------------------------------------------------------------------------------------------------------------

static json_t *selection(
    const Server *server, const Document *document, const Tree *tree, uint32_t at
) {
    json_t *outer =
        json_pack("{s:o}", "range", lsp__range(server, document, 0, (uint32_t)document->text.len));
    const SyntaxNode *node = tree->file ? tree->syntax->root : NULL;
    uint32_t start = 0, end = node ? (uint32_t)tree->text.len : 0;
    while (node) {
        if ((node->start != start || node->end != end) && node->start < node->end) {
            start = node->start;
            end = node->end;
            outer = json_pack(
                "{s:o, s:o}", "range", lsp__tree_range(server, document, tree, start, end),
                "parent", outer
            );
        }
        const SyntaxNode *inner = NULL;
        syntax_each(child, node) {
            // A name that ends here is meant rather than a sign that begins.
            if (child->start <= at && at <= child->end &&
                (!inner || inner->end < at || child->kind == SYNTAX_IDENTIFIER))
                inner = child;
        }
        node = inner;
    }
    return outer;
}

json_t *lsp__selections(Server *server, json_t *params) {
    Document *document = lsp__document_of(server, params);
    json_t *positions = json_object_get(params, "positions"), *position;
    size_t i;
    if (!document || !json_is_array(positions)) return NULL;
    const Tree *tree = lsp__tree(server, document);
    json_t *list = json_array();
    json_array_foreach(positions, i, position) json_array_append_new(
        list, selection(server, document, tree, lsp__tree_offset(server, document, tree, position))
    );
    return list;
}
