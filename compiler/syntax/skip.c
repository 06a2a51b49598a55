// From one thing that is wrong to the next.
// The automaton that says what is wrong is slow, and most of a text that does not parse does: whole items, one after the other.
// Those are read by the tables (lr.c), once, and the automaton goes on where they could not. So that it knows what stands
// before that, it reads the last two once more. Where it jumps it is in the state in which it would have come there.

#include "glr.h"
#include "lr.h"
#include "syntax__.h"

enum { AGAIN = 2 }; // items

static bool is_comment(const SyntaxNode *node) {
    return node->kind == SYNTAX_DOC_COMMENT;
}

void syntax__note_items(Parse *parse, const SyntaxNode *root) {
    uint32_t before = parse->items.len;
    syntax_each(item, root) {
        if (is_comment(item)) continue;
        vec_push(parse->arena, &parse->items, ((SyntaxItem){ item->start, item->end, false }));
    }
    if (parse->items.len > before) vec_last(&parse->items)->is_last = true;
}

// The first that does not begin before `at`.
static uint32_t find(const Parse *parse, uint32_t at) {
    uint32_t low = 0, high = parse->items.len;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (parse->items.data[middle].start < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// From the item of that row to those before the one that could not be read.
static void jump_from(const Parse *parse, struct Glr *glr, uint32_t row) {
    uint32_t last = row;
    while (!parse->items.data[last].is_last)
        last++;
    if (last < row + AGAIN + 1) return;
    glr__jump(glr, parse->items.data[last - AGAIN].end);
}

void syntax__skip_first(const Parse *parse, struct Glr *glr) {
    if (parse->reads_first) jump_from(parse, glr, 0);
}

// Reads on from an item that has just begun.
static void read_items(Parse *parse, Str text, uint32_t start) {
    Arena scratch;
    LrEnd end;
    arena_init(&scratch);
    syntax__note_items(parse, lr__read(&scratch, text, start, true, &end));
    arena_free(&scratch);
}

void syntax__skip(Parse *parse, struct Glr *glr) {
    if (!glr__begins_item(glr)) return;
    uint32_t at = glr->past[0].token.start, row = find(parse, at), count = parse->items.len;
    if (row == count) {
        if (parse->asked > at) return;
        parse->asked = at + 1;
        read_items(parse, glr->text, at);
    }
    if (row < parse->items.len && parse->items.data[row].start == at) jump_from(parse, glr, row);
}
