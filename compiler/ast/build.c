// Concrete to abstract syntax: the frame.
// Takes the concrete tree of a file; leaves its Ast. Here are names, documentation and the file itself; each topic has
// a file of its own. Relies on the grammar's fields: no builder counts children.

#include "build__.h"

#include <string.h>

// --- nodes and names ----------------------------------------------------------------------------------

Span ast__span(const Build *b, const SyntaxNode *node) {
    return syntax_span(b->syntax, node);
}

Str ast__text(const Build *b, const SyntaxNode *node) {
    return syntax_text(b->syntax, node);
}

const char *ast__c_text(const Build *b, const SyntaxNode *node) {
    Str text = ast__text(b, node);
    return arena_strndup(b->arena, text.ptr, text.len < 100 ? text.len : 100);
}

Span ast__word_span(const Build *b, const SyntaxNode *node) {
    Span span = ast__span(b, node);
    while (span.end < b->syntax->text.len && b->syntax->text.ptr[span.end] == ' ')
        span.end++;
    return span;
}

bool ast__has(const SyntaxNode *node, SyntaxField field) {
    return syntax_child(node, field) != NULL;
}

AstName ast__word(Build *b, const SyntaxNode *node) {
    if (!node || node->missing || node->kind == SYNTAX_ERROR) return (AstName){ 0 };
    Str text = ast__text(b, node);
    return (AstName){ names_add(b->names, text.ptr, text.len), ast__span(b, node) };
}

// Behind a dot `none` is a variant like others.
AstName ast__member(Build *b, const SyntaxNode *node) {
    return node && syntax_is(b->syntax, node, "none") ? ast__word(b, node) : ast__name(b, node);
}

AstName ast__name(Build *b, const SyntaxNode *node) {
    AstName name = ast__word(b, node);
    if (name.name && syntax_is_keyword(ast__text(b, node)
                     )) { // where a keyword cannot stand it is read as a name
        ast__report(b, name.span, E_KEYWORD_AS_NAME, names_text(b->names, name.name));
    }
    return name;
}

static void add_names(Build *b, const SyntaxNode *node, AstNames *out) {
    if (node->kind == SYNTAX_PATH) {
        add_names(b, CHILD(node, SCOPE), out);
        vec_push(b->arena, out, ast__name(b, CHILD(node, NAME)));
    } else if (node->kind == SYNTAX_MODULE_PATH || node->kind == SYNTAX_STATE_PATH) {
        syntax_each(child, node) {
            if (child->kind == SYNTAX_IDENTIFIER) vec_push(b->arena, out, ast__name(b, child));
        }
    } else {
        vec_push(b->arena, out, ast__name(b, node));
    }
}

AstPath ast__path(Build *b, const SyntaxNode *node) {
    AstPath path = { 0 };
    if (!node) return path;
    path.span = ast__span(b, node);
    add_names(b, node, &path.names);
    return path;
}

// --- documentation ------------------------------------------------------------------------------------

void ast__doc_line(Build *b, Str *doc, const SyntaxNode *node) {
    Str line = ast__text(b, node);
    size_t skip = line.len > 3 && line.ptr[3] == ' ' ? 4 : 3;
    line = (Str){ line.ptr + skip, line.len - skip };
    while (line.len > 0 && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' '))
        line.len--;
    if (doc->len > 0) {
        line.ptr = arena_printf(b->arena, STR_FMT "\n" STR_FMT, STR_ARG(*doc), STR_ARG(line));
        line.len += doc->len + 1;
    }
    *doc = line;
}

// --- the file -----------------------------------------------------------------------------------------

static void set_module(Build *b, const SyntaxNode *node, Str doc, Ast *ast) {
    if (ast->module.names.len > 0 || ast->items.len > 0) {
        ast__report(b, ast__span(b, node), E_MODULE_PLACE);
        return;
    }
    ast->doc = doc;
    ast->module = ast__path(b, CHILD(node, NAME));
}

static void build_file(Build *b, Ast *ast) {
    Str doc = { 0 };
    syntax_each(child, b->syntax->root) {
        if (child->kind == SYNTAX_DOC_COMMENT) {
            ast__doc_line(b, &doc, child);
            continue;
        }
        if (child->kind == SYNTAX_MODULE_DECLARATION) {
            set_module(b, child, doc, ast);
        } else {
            AstItem *item = ast__item(b, child);
            item->doc = doc;
            vec_push(b->arena, &ast->items, item);
        }
        doc = (Str){ 0 };
    }
}

// What else could be said about the lines of what was reported may only follow from it.
static void silence_lines(Build *b) {
    Str text = b->syntax->text;
    Span lines = { 0 };
    vec_each(Span, span, &b->wrong) {
        if (lines.file && lines.start <= span->start && span->end <= lines.end) continue;
        lines = *span;
        while (lines.start > 0 && text.ptr[lines.start - 1] != '\n')
            lines.start--;
        while (lines.end < text.len && text.ptr[lines.end] != '\n')
            lines.end++;
        diags_silence(b->diags, lines);
    }
}

Ast *ast_build(Arena *arena, const Syntax *syntax, Names *names, Diags *diags) {
    Build b = { .arena = arena, .syntax = syntax, .names = names, .diags = diags };
    Ast *ast = arena_new(arena, Ast);
    ast->file = syntax->file;
    build_file(&b, ast);
    silence_lines(&b);
    ast->broken = b.broken || syntax->broken;
    ast->unreadable = syntax->unreadable;
    return ast;
}

bool ast_build_item(
    Arena *arena, const Syntax *syntax, const SyntaxNode *node, Names *names, AstItem *item
) {
    Arena scratch;
    arena_init(&scratch);
    Diags *none = diags_new(&scratch, source_map_new(&scratch));
    Build b = { .arena = arena, .syntax = syntax, .names = names, .diags = none };
    AstItem *made = ast__item(&b, node);
    bool good = !b.broken && made->kind == item->kind && diags_errors(none) == 0 &&
                diags_warnings(none) == 0;
    arena_free(&scratch);
    if (!good) return false;
    made->doc = item->doc;
    *item = *made;
    return true;
}
