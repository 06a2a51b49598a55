// From text to tree.
// Takes a file of the source map; leaves its tree and the reports about it. A column of calls: scan, parse, copy, report.

#include "syntax__.h"

#include "base/clock.h"

#include <assert.h>

static uint64_t time_limit(Str text) { // in microseconds of our own
    return 5000000 + (uint64_t)text.len;
}

Span syntax__span(const Parse *parse, uint32_t start, uint32_t end) {
    return (Span){ parse->file, start, end };
}

static const SyntaxNode *empty_root(const Parse *parse) {
    SyntaxNode *root = arena_new(parse->arena, SyntaxNode);
    *root = (SyntaxNode
    ){ .end = (uint32_t)parse->text.len, .size = 1, .kind = SYNTAX_SOURCE_FILE, .broken = true };
    return root;
}

static const SyntaxNode *parse_text(Parse *parse) {
    // The parser goes by the clock on the wall, and where it stopped it goes on: on a busy machine that is no verdict.
    uint64_t limit = time_limit(parse->text), begun = clock_cpu();
    TSTree *tree = NULL;
    ts_parser_set_timeout_micros(parse->parser, limit);
    do {
        tree =
            ts_parser_parse_string(parse->parser, NULL, parse->text.ptr, (uint32_t)parse->text.len);
    } while (!tree && (clock_cpu() - begun) / 1000 < limit);
    if (!tree) {
        diag_report(
            parse->diags, syntax__span(parse, 0, 0), E_TOO_SLOW,
            source_name(parse->map, parse->file)
        );
        parse->reported = true;
        return empty_root(parse);
    }
    const SyntaxNode *root = syntax__copy(parse, tree);
    syntax__report(parse);
    return root;
}

// With a parser and a tree that live in `memory` and are left to it.
static const SyntaxNode *parse_in(Parse *parse, Arena *memory) {
    syntax__begin_memory(memory);
    parse->parser = ts_parser_new();
    bool accepted = ts_parser_set_language(parse->parser, tree_sitter_sip());
    assert(accepted); // the library is as old as the grammar's tables, or newer
    (void)accepted;
    const SyntaxNode *root = parse_text(parse);
    syntax__end_memory();
    return root;
}

Syntax *syntax_parse(Arena *arena, const SourceMap *map, FileId file, Diags *diags) {
    Parse parse = {
        .arena = arena, .map = map, .file = file, .text = source_text(map, file), .diags = diags
    };
    Syntax *syntax = arena_new(arena, Syntax);
    if (!syntax__scan(&parse)) {
        *syntax = (Syntax){ file, parse.text, empty_root(&parse), true, NULL, 0 };
        return syntax;
    }
    Arena memory;
    arena_init(&memory);
    const SyntaxNode *root = parse_in(&parse, &memory);
    arena_free(&memory);
    *syntax = (Syntax){ file, parse.text, root, parse.reported, parse.wrong.data, parse.wrong.len };
    return syntax;
}

// --- ask ----------------------------------------------------------------------------------------------

const SyntaxNode *syntax_child(const SyntaxNode *node, SyntaxField field) {
    syntax_each(child, node) {
        if (child->field == field) return child;
    }
    return NULL;
}

uint32_t syntax_count(const SyntaxNode *node, SyntaxField field) {
    uint32_t count = 0;
    syntax_each(child, node) count += child->field == field;
    return count;
}

Span syntax_span(const Syntax *syntax, const SyntaxNode *node) {
    return (Span){ syntax->file, node->start, node->end };
}

Str syntax_text(const Syntax *syntax, const SyntaxNode *node) {
    return (Str){ syntax->text.ptr + node->start, node->end - node->start };
}

bool syntax_is(const Syntax *syntax, const SyntaxNode *node, const char *text) {
    return str_eq_c(syntax_text(syntax, node), text);
}

bool syntax_is_wrong(const Syntax *syntax, uint32_t at) {
    for (uint32_t i = 0; i < syntax->wrongs; i++) {
        if (syntax->wrong[i].start <= at && at < syntax->wrong[i].end) return true;
    }
    return false;
}
