// What the two files of the dump share.

#ifndef AST_DUMP___H
#define AST_DUMP___H

#include "ast.h"

typedef struct Dump {
    FILE *out;
    const Names *names;
    int depth; // of the line that is being written
} Dump;

// --- dump.c ------------------------------------------------------------------------------------------------

void dump__stmt(Dump *d, const AstStmt *stmt);
void dump__open(Dump *d, const char *what); // a line: `(what`
void dump__close(Dump *d);

// --- dump_exprs.c: within the line; each puts a blank in front ------------------------------------------------

void dump__word(Dump *d, const char *word);
void dump__name(Dump *d, AstName name); // nothing if it is absent
void dump__path(Dump *d, const AstPath *path);
void dump__str(Dump *d, Str text);
void dump__type(Dump *d, const AstType *type);
void dump__expr(Dump *d, const AstExpr *expr); // nothing if NULL
void dump__range(Dump *d, const AstRange *range);
void dump__args(Dump *d, const AstArgs *args);
void dump__params(Dump *d, const AstParams *params);
void dump__binders(Dump *d, const AstBinders *binders);
void dump__pattern(Dump *d, const AstPattern *pattern);
void dump__patterns(Dump *d, const AstPatterns *patterns);

#endif
