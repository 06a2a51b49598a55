// Trees of texts that have been read before and have not changed: who looks at a program again and again reads only what is new.
// Only trees with which nothing is wrong are kept: of others there is something to say each time.

#ifndef FRONT_TREES_H
#define FRONT_TREES_H

#include "base/str.h"
#include "syntax/syntax.h"

typedef struct Trees Trees;
typedef struct TreesNodes
    TreesNodes; // of one text; counted, so that who uses them may outlive what is kept

Trees *trees_new(void);
void trees_free(Trees *trees); // NULL is free already

// The nodes of the text, and one use of them; NULL: they are not here.
TreesNodes *trees_find(Trees *trees, const char *path, Str text);
// Keeps a tree with which nothing is wrong.
void trees_keep(Trees *trees, const char *path, Str text, const Syntax *syntax);

const SyntaxNode *trees_root(const TreesNodes *nodes);
void trees_drop(TreesNodes *nodes); // ends a use

#endif
