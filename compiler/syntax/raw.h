// Nodes as the grammar's tables have them, hidden ones too, and the way from them to the tree that leaves the room.
//
// The reader (lr.c) makes a node for each token and each rule; what it has made of an item of the file is written out as
// soon as the item is whole, so that there are never more than those of one item.

#ifndef SYNTAX_RAW_H
#define SYNTAX_RAW_H

#include "syntax.h"

#include "base/vec.h"

typedef struct Raw {
    uint32_t start, end;
    uint32_t first, count; // of its children in `kids`
    uint16_t symbol;
    uint16_t production; // says which child is what
    bool extra;          // a comment: may stand anywhere, is no part of its rule
} Raw;

typedef struct Raws {
    Arena *arena;   // of the tree
    Arena scratch;  // all else
    VEC(Raw) nodes; // the first stands for what is written
    VEC(uint32_t) kids;
    VEC(SyntaxNode) tree; // what is written
    VEC(struct RawFrame) frames;
    // by the tables' numbers
    uint8_t *kind;   // of a symbol; SYNTAX_TOKEN for punctuation
    bool *visible;   // of a symbol
    uint8_t *field;  // of a field
    uint8_t *fields; // production * width + child: a field's number, 0 for none
    uint32_t width;  // children that a production says something about
    bool *is_bare;   // production: says nothing about its children
    bool too_deep;
} Raws;

void raw__init(Raws *r, Arena *arena, uint32_t length); // of the text; until raw__end
void raw__end(Raws *r);
void raw__clear(Raws *r); // forgets all nodes

uint32_t raw__add(Raws *r, Raw node);
void raw__write(Raws *r, uint32_t node); // and what is below it, at the end of the tree

#endif
