// Concrete syntax: the tree of one source file as the grammar sees it.
//
// This is the only room that knows tree-sitter. What leaves it is a tree of its own: immutable, in the arena, laid
// out in the order of the text, so that a node is a pointer, its first child is the next one, and a walk is a loop.
// It holds every named node but comments, and of the punctuation only what has a field (an operator, `pub`).
//
// A part that does not parse is a node of kind SYNTAX_ERROR without children, and has been reported (E01xx): once
// for each place, not for what follows from it.

#ifndef SYNTAX_SYNTAX_H
#define SYNTAX_SYNTAX_H

#include "base/arena.h"
#include "base/str.h"
#include "diag/diag.h"
#include "source/source.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SYNTAX_DEPTH = 1000, // levels of nodes; no tree is deeper, so that walking one may recurse
    SYNTAX_COMMENTS_RUN = 5000, // comments without anything between
};

typedef enum SyntaxKind {
    SYNTAX_ERROR, // could not be read
    SYNTAX_TOKEN, // punctuation with a field: its text says which
#define SYNTAX_KIND(name, text) SYNTAX_##name,
#include "syntax/kinds.def"
    SYNTAX_KINDS
} SyntaxKind;

typedef enum SyntaxField {
    FIELD_NONE,
#define SYNTAX_FIELD(name, text) FIELD_##name,
#include "syntax/kinds.def"
    FIELDS
} SyntaxField;

typedef struct SyntaxNode {
    uint32_t start, end; // bytes of the file
    uint32_t size;       // nodes below it and itself
    uint8_t kind;        // SyntaxKind
    uint8_t field;       // SyntaxField: what it is to its parent
    bool missing;        // not in the text: the parser put it there to go on; reported
    bool broken;         // an ERROR or something missing below
} SyntaxNode;

typedef struct SyntaxPart { // bytes of a file
    uint32_t start, end;
} SyntaxPart;

typedef struct Syntax {
    FileId file;
    Str text;                // of the whole file, with blanks for what is wrong
    const SyntaxNode *root;  // a SOURCE_FILE
    bool broken;             // something was reported
    bool unreadable;         // and what is not wrong could not be told from what is
    const SyntaxPart *wrong; // what did not parse and has been reported
    uint32_t wrongs;
} Syntax;

// --- make ----------------------------------------------------------------------------------------------

// Parses a file. Never fails: at worst the tree is empty and `diags` says why.
Syntax *syntax_parse(Arena *arena, const SourceMap *map, FileId file, Diags *diags);

// Parses an item of a file, as if nothing stood around it, whose body has changed, so that it ends at `end` now. NULL unless all is
// right there, also as far as syntax_parse looks at it, and it is an item of its kind still, with its body at the same place.
const SyntaxNode *syntax_parse_item(
    Arena *arena, const SourceMap *map, FileId file, const SyntaxNode *old, uint32_t end
);

// --- ask -----------------------------------------------------------------------------------------------

// Walks the children of a node: syntax_each (child, node) { ... }
#define syntax_each(child, node)                                                     \
    for (const SyntaxNode *child = (node) + 1, *child##_end = (node) + (node)->size; \
         child < child##_end; child += child->size)

const SyntaxNode *syntax_child(
    const SyntaxNode *node, SyntaxField field
); // the first with this field; NULL: none
const SyntaxNode *syntax_child_at(const SyntaxNode *node, uint32_t start); // that begins there
uint32_t syntax_count(const SyntaxNode *node, SyntaxField field);          // how many have it

Span syntax_span(const Syntax *syntax, const SyntaxNode *node);
Str syntax_text(const Syntax *syntax, const SyntaxNode *node); // borrowed
bool syntax_is(const Syntax *syntax, const SyntaxNode *node, const char *text);
const char *syntax_kind_text(SyntaxKind kind);
bool syntax_is_wrong(
    const Syntax *syntax, uint32_t at
);                                // in such a part: what is wrong there may only follow
bool syntax_is_keyword(Str text); // a word that cannot be a name anywhere

#endif
