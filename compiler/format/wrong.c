// What does not parse, and what is left as it is for it.
// Takes the places that were reported; leaves them in the order of the text, and marks the statements and items around them.

#include "format__.h"

#include <stdlib.h>

static int by_place(const void *a, const void *b) {
    const SyntaxPart *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void collect(Format *f) {
    const Syntax *syntax = f->syntax;
    for (uint32_t i = 0; i < syntax->wrongs; i++)
        vec_push(f->arena, &f->wrong, syntax->wrong[i]);
    for (uint32_t i = 0; syntax->broken && i < f->root->size; i++) {
        const SyntaxNode *node = &f->root[i];
        if (node->kind == SYNTAX_ERROR || node->missing)
            vec_push(f->arena, &f->wrong, ((SyntaxPart){ node->start, node->end }));
    }
    vec_each(SyntaxPart, part, &f->wrong) {
        while (part->start < part->end && char_is_blank(f->text.ptr[part->start]))
            part->start++;
        while (part->start < part->end && char_is_blank(f->text.ptr[part->end - 1]))
            part->end--;
    }
    if (f->wrong.len) qsort(f->wrong.data, f->wrong.len, sizeof *f->wrong.data, by_place);
}

static bool overlaps(const SyntaxNode *node, const SyntaxPart *part) {
    if (part->start == part->end) return node->start <= part->start && part->end <= node->end;
    return node->start < part->end && part->start < node->end;
}

static void leave(const Format *f, uint32_t statement) {
    if (statement != NOWHERE) f->as_is[statement] = true;
}

// What is between the statements or items of a node stays by itself; all else that is in none of its parts takes the statement
// around it along.
static void leave_between(
    const Format *f, uint32_t node, uint32_t statement, uint32_t from, uint32_t to
) {
    SyntaxKind kind = format__kind(f, node);
    if (from < to && !format__has_body(kind) && kind != SYNTAX_SOURCE_FILE && kind != SYNTAX_CASE)
        leave(f, statement);
}

// Marks what is left as it is: for each part that does not parse, of [from, to), the innermost statement or item around it.
static void leave_within(
    const Format *f, uint32_t node, uint32_t statement, uint32_t from, uint32_t to
) {
    uint32_t done = from;
    if (format__is_statement(f, node)) statement = node;
    syntax_each(child, &f->root[node]) {
        uint32_t index = (uint32_t)(child - f->root), first = done;
        while (first < to && f->wrong.data[first].end <= child->start &&
               !overlaps(child, &f->wrong.data[first]))
            first++;
        leave_between(f, node, statement, done, first);
        done = first;
        uint32_t last = first;
        while (last < to && overlaps(child, &f->wrong.data[last])) {
            const SyntaxPart *part = &f->wrong.data[last++];
            bool within = child->start <= part->start && part->end <= child->end;
            if (!within) leave(f, format__is_statement(f, index) ? index : statement);
            done = within ? last : done;
        }
        if (first < last) leave_within(f, index, statement, first, last);
        if (last > done) done = last > first ? last - 1 : last; // the last may reach into the next
        if (done == to) break;
    }
    leave_between(f, node, statement, done, to);
}

void format__wrong(Format *f) {
    collect(f);
    // Which block is a statement is asked of its parent, before the walk that leaves parents for good.
    for (uint32_t i = 0; f->wrong.len && i < f->root->size; i++)
        syntax_each(child, &f->root[i]) f->parents[child - f->root] = i;
    if (f->wrong.len) leave_within(f, 0, NOWHERE, 0, f->wrong.len);
}
