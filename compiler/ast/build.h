// From concrete to abstract syntax.

#ifndef AST_BUILD_H
#define AST_BUILD_H

#include "ast/ast.h"
#include "diag/diag.h"
#include "syntax/syntax.h"

// Builds the tree of one file in `arena`, names in `names`, and reports what the grammar lets pass (E01xx: numbers,
// escapes, keywords as names, things in the wrong place). Never fails: what could not be read is an ERROR node.
Ast *ast_build(Arena *arena, const Syntax *syntax, Names *names, Diags *diags);

// Builds one item in place of `item`, which keeps its doc comment. false: something would have been reported, or it is of another
// kind, and it is as it was.
bool ast_build_item(
    Arena *arena, const Syntax *syntax, const SyntaxNode *node, Names *names, AstItem *item
);

#endif
