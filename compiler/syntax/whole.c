// The items of a text that can be read, where what is wrong cannot be told from what is not: for outlines and imports.
// After what cannot be read an item is sought where a line begins with code or with a comment.

#include "lr.h"
#include "syntax__.h"

#include <string.h>

enum { MOST_IN_VAIN = 1 << 16 }; // bytes that are read in vain, besides as many as there are

typedef struct Whole {
    const Parse *parse;
    VEC(SyntaxNode) nodes; // the root first
    uint32_t in_vain;
} Whole;

// Where a line begins so, behind `at`; the end of the text: none does.
static uint32_t next_line(Str text, uint32_t at) {
    while (at < text.len) {
        const char *line = memchr(text.ptr + at, '\n', text.len - at);
        if (!line) break;
        at = (uint32_t)(line - text.ptr) + 1;
        if (at < text.len && (char_is_word(text.ptr[at]) || text.ptr[at] == '/')) return at;
    }
    return (uint32_t)text.len;
}

// Adds the items behind a place; gives where the last of them ends, or where nothing could be read.
static uint32_t add_items(Whole *w, uint32_t at) {
    Arena scratch;
    LrEnd end;
    arena_init(&scratch);
    const SyntaxNode *root = lr__read(&scratch, w->parse->text, at, at > 0, &end);
    uint32_t behind = at, reached = end.at > at ? end.at : at;
    syntax_each(item, root) {
        behind = item->end;
        for (uint32_t i = 0; i < item->size; i++)
            vec_push(w->parse->arena, &w->nodes, item[i]);
    }
    arena_free(&scratch);
    w->in_vain += reached > behind ? reached - behind : 0;
    return end.result == LR_ENDED ? (uint32_t)w->parse->text.len : behind;
}

const SyntaxNode *syntax__read_items(const Parse *parse) {
    Whole w = { .parse = parse };
    uint32_t length = (uint32_t)parse->text.len;
    vec_push(parse->arena, &w.nodes, ((SyntaxNode){ .kind = SYNTAX_SOURCE_FILE, .broken = true }));
    for (uint32_t at = 0; at < length && w.in_vain < length + MOST_IN_VAIN;)
        at = next_line(parse->text, add_items(&w, at));
    w.nodes.data->end = length;
    w.nodes.data->size = w.nodes.len;
    return w.nodes.data;
}
