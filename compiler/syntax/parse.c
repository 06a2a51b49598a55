// From text to tree.
// Takes a file of the source map; leaves its tree and the reports about it. What parses is read by lr.c, and so is what does not
// once that has been reported and blanked. The library is asked about the rest: scan, parse, copy, report, and once more without
// what was reported.

#include "lr.h"
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

// NULL: it took too long, which has been reported.
static const SyntaxNode *parse_text(Parse *parse, const char *text) {
    // The parser goes by the clock on the wall, and where it stopped it goes on: on a busy machine that is no verdict.
    uint64_t limit = time_limit(parse->text), begun = clock_cpu();
    TSTree *tree = NULL;
    parse->holes.len = 0;
    ts_parser_set_timeout_micros(parse->parser, limit);
    do {
        tree = ts_parser_parse_string(parse->parser, NULL, text, (uint32_t)parse->text.len);
    } while (!tree && (clock_cpu() - begun) / 1000 < limit);
    if (!tree) {
        ts_parser_reset(parse->parser);
        diag_report(
            parse->diags, syntax__span(parse, 0, 0), E_TOO_SLOW,
            source_name(parse->map, parse->file)
        );
        parse->reported = true;
        return NULL;
    }
    const SyntaxNode *root = syntax__copy(parse, tree);
    return root;
}

// What can be read of a text that cannot be read as a whole. NULL: nothing that would make sense.
static const SyntaxNode *parse_rest(Parse *parse) {
    const char *text = syntax__patch(parse);
    const SyntaxNode *read =
        text ? lr__parse(parse->arena, (Str){ text, parse->text.len }, 0) : NULL;
    if (read) {
        parse->holes.len = 0;
        parse->text.ptr = text;
        return read;
    }
    const SyntaxNode *root = text ? parse_text(parse, text) : NULL;
    if (!root || parse->holes.len > 0) return NULL;
    parse->text.ptr = text;
    return root;
}

// Of a text that the tables have refused the library could only say that, and takes ten times as long to say it. NULL: it is to
// be asked.
static const SyntaxNode *parse_refused(Parse *parse) {
    uint32_t length = (uint32_t)parse->text.len;
    vec_push(parse->arena, &parse->holes, ((SyntaxHole){ .start = length, .end = length }));
    syntax__report(parse);
    const SyntaxNode *rest = parse->reported ? parse_rest(parse) : NULL;
    if (!rest) parse->holes.len = 0;
    if (!parse->reported) parse->wrong.len = 0; // it will be looked for again
    return rest;
}

static const SyntaxNode *parse_all(Parse *parse, bool wrong, bool *unreadable) {
    const SyntaxNode *rest = wrong ? parse_refused(parse) : NULL;
    bool said = wrong && parse->reported;
    if (rest) {
        *unreadable = parse->too_deep;
        return rest;
    }
    if (said) { // the library would guess what the rest may be, and take its time
        *unreadable = true;
        return syntax__read_items(parse);
    }
    const SyntaxNode *root = parse_text(parse, parse->text.ptr);
    if (root) syntax__report(parse);
    if (root && parse->holes.len == 0) {
        *unreadable = parse->too_deep;
        return root;
    }
    rest = root ? parse_rest(parse) : NULL;
    *unreadable = !rest || parse->too_deep;
    return rest ? rest : root ? root : empty_root(parse);
}

// What follows from what has been said is not said.
static void silence(const Parse *parse) {
    vec_each(SyntaxPart, part, &parse->wrong)
        diags_silence(parse->diags, syntax__span(parse, part->start, part->end));
}

// With a parser and trees that live in `memory` and are left to it.
static const SyntaxNode *parse_in(Parse *parse, Arena *memory, bool wrong, bool *unreadable) {
    syntax__begin_memory(memory);
    parse->parser = ts_parser_new();
    bool accepted = ts_parser_set_language(parse->parser, tree_sitter_sip());
    assert(accepted); // the library is as old as the grammar's tables, or newer
    (void)accepted;
    const SyntaxNode *root = parse_all(parse, wrong, unreadable);
    syntax__end_memory();
    return root;
}

Syntax *syntax_parse(Arena *arena, const SourceMap *map, FileId file, Diags *diags) {
    Parse parse = {
        .arena = arena, .map = map, .file = file, .text = source_text(map, file), .diags = diags
    };
    Syntax *syntax = arena_new(arena, Syntax);
    if (!syntax__scan(&parse)) {
        *syntax = (Syntax){ .file = file,
                            .text = parse.text,
                            .root = empty_root(&parse),
                            .broken = true,
                            .unreadable = true };
        return syntax;
    }
    LrEnd end;
    const SyntaxNode *read = lr__read(arena, parse.text, 0, false, &end);
    if (end.result == LR_ENDED && !parse.reported) {
        *syntax = (Syntax){ .file = file, .text = parse.text, .root = read };
        return syntax;
    }
    bool wrong = end.result == LR_WRONG;
    if (wrong) syntax__note_items(&parse, read);
    parse.reads_first = parse.items.len > 0;
    Arena memory;
    bool unreadable = false;
    arena_init(&memory);
    const SyntaxNode *root = parse_in(&parse, &memory, wrong, &unreadable);
    arena_free(&memory);
    silence(&parse);
    *syntax = (Syntax){ file,       parse.text,       root,           parse.reported,
                        unreadable, parse.wrong.data, parse.wrong.len };
    return syntax;
}

// The same kind of item, with its body at the same place.
static bool is_alike(const SyntaxNode *old, const SyntaxNode *item) {
    const SyntaxNode *was = syntax_child(old, FIELD_BODY), *body = syntax_child(item, FIELD_BODY);
    return old->kind == item->kind && was && body && was->start == body->start &&
           was->kind == body->kind;
}

const SyntaxNode *syntax_parse_item(
    Arena *arena, const SourceMap *map, FileId file, const SyntaxNode *old, uint32_t end
) {
    uint32_t start = old->start;
    Arena scratch;
    arena_init(&scratch);
    Str text = { source_text(map, file).ptr, end };
    Parse parse = {
        .arena = &scratch, .map = map, .file = file, .diags = diags_new(&scratch, map)
    };
    parse.text = (Str){ text.ptr + start, end - start };
    bool good = syntax__scan(&parse) && !parse.reported && diags_errors(parse.diags) == 0;
    arena_free(&scratch);
    const SyntaxNode *root = good ? lr__parse(arena, text, start) : NULL;
    if (!root || root->size == 1) return NULL;
    const SyntaxNode *item = root + 1;
    bool whole = root->size == 1 + item->size && item->start == start && item->end == end;
    return whole && is_alike(old, item) ? item : NULL;
}

// --- ask ----------------------------------------------------------------------------------------------

const SyntaxNode *syntax_child(const SyntaxNode *node, SyntaxField field) {
    syntax_each(child, node) {
        if (child->field == field) return child;
    }
    return NULL;
}

const SyntaxNode *syntax_child_at(const SyntaxNode *node, uint32_t start) {
    syntax_each(child, node) {
        if (child->start == start) return child;
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
