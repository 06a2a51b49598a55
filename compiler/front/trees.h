// Trees of texts that have been read before and have not changed: who looks at a program again and again reads only what is new.
// Of texts that do not parse the last one of each file is kept, with what is to be said about it.

#ifndef FRONT_TREES_H
#define FRONT_TREES_H

#include "base/arena.h"
#include "base/str.h"
#include "source/source.h"
#include "syntax/syntax.h"

typedef struct Trees Trees;
typedef struct TreesNodes
    TreesNodes; // of one text; counted, so that who uses them may outlive what is kept

Trees *trees_new(void);
void trees_free(Trees *trees); // NULL is free already

// The tree of a file, which is kept. `used`: whose nodes it has, and one use of them; NULL: its own.
// Where another text of the file is kept and they differ in the body of one item only, that is parsed, and all else is moved.
// Without `trees` the file is parsed.
Syntax *trees_read(
    Trees *trees, Arena *arena, const SourceMap *map, FileId file, Diags *diags, TreesNodes **used
);

// Where two texts differ: behind `start`, and before `end` bytes from behind. No line break is taken apart.
void trees_compare(Str a, Str b, uint32_t *start, uint32_t *end);

// The item in whose body all between two bytes stands; NULL: there is none.
const SyntaxNode *trees_item(const SyntaxNode *root, uint32_t start, uint32_t end);

// Keeps a tree with which nothing is wrong.
void trees_keep(Trees *trees, const char *path, Str text, const Syntax *syntax);

// What modules that nobody imports have been found to declare.
struct OffersFiles *trees_offers(Trees *trees);

void trees_drop(TreesNodes *nodes); // ends a use

#endif
